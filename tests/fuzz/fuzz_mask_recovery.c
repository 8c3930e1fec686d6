// SPDX-License-Identifier: MIT
// libFuzzer target: any bytes, with a right checksum behind them, as a file of unsaved mask edits. What is
// accepted is written and read again unchanged.
#include "base/text.h"
#include "fuzz_bytes.h"
#include "session/edit/recovery_file.h"

// Enough to reach every path and little enough to be quick.
enum { MAX_SIDE = 4096 };

static uint64_t fnv(const uint8_t *bytes, size_t count)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < count; i++)
        sum = (sum ^ bytes[i]) * UINT64_C(0x100000001b3);
    return sum;
}

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_same(const struct recovery_record *a, const struct recovery_record *b)
{
    require(a->count == b->count && a->pid == b->pid && a->started == b->started && a->time == b->time);
    require(strcmp(a->host, b->host) == 0);
    for (size_t i = 0; i < a->count; i++) {
        const struct recovery_item *one = &a->items[i], *two = &b->items[i];
        require(strcmp(one->name, two->name) == 0 && one->layers == two->layers);
        require(one->width == two->width && one->height == two->height);
        require(one->packed.count == two->packed.count);
        require(memcmp(one->packed.bytes, two->packed.bytes, one->packed.count) == 0);
    }
}

static void check_written(const struct recovery_record *record)
{
    char path[] = "/tmp/fuzz_mask_recovery_XXXXXX";
    int fd = mkstemp(path);
    require(fd >= 0);
    close(fd);
    struct recovery_record again = {0};
    require(recovery_file_write(path, record, NULL) == STATUS_OK);
    require(recovery_file_read(path, &again, NULL) == STATUS_OK);
    check_same(record, &again);
    recovery_record_free(&again);
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *bytes = malloc(size + 8);
    require(bytes != NULL);
    memcpy(bytes, data, size);
    const uint64_t sum = fnv(data, size);
    for (int i = 0; i < 8; i++)
        bytes[size + (size_t)i] = (uint8_t)(sum >> (8 * i));
    char path[FUZZ_PATH];
    int fd = fuzz_file(bytes, size + 8, path);
    struct recovery_record record = {0};
    if (recovery_file_read(path, &record, NULL) == STATUS_OK) {
        for (size_t i = 0; i < record.count; i++) {
            struct mask *mask = NULL;
            if (record.items[i].width <= MAX_SIDE && record.items[i].height <= MAX_SIDE)
                require(recovery_item_mask(&record.items[i], &mask, NULL) == STATUS_OK);
            mask_destroy(&mask);
        }
        check_written(&record);
    }
    recovery_record_free(&record);
    close(fd);
    free(bytes);
    return 0;
}
