// SPDX-License-Identifier: MIT
// Recovery files: what is written is read, damage is told, and whose files are offered.
#include "session/edit/recovery_file.h"

#include "support/testdata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WIDTH = 200, HEIGHT = 130 };

static uint64_t random_state = 3;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static struct mask *make_mask(void)
{
    struct mask *mask = NULL;
    struct error error = {0};
    assert_int_equal(mask_create(WIDTH, HEIGHT, &mask, &error), STATUS_OK);
    for (int i = 0; i < 3000; i++) {
        const uint8_t bits = (uint8_t)next_random();
        const struct rect pixel = {(int64_t)(next_random() % WIDTH), (int64_t)(next_random() % HEIGHT), 1, 1};
        mask_write(mask, pixel, &bits, 1, 0xFF);
    }
    return mask;
}

static struct recovery_record make_record(const struct mask *mask, uint8_t layers)
{
    struct recovery_record record = {.count = 2};
    recovery_record_sign(&record);
    record.items = calloc(2, sizeof *record.items);
    for (int i = 0; i < 2; i++) {
        struct recovery_item *item = &record.items[i];
        int64_t block = 0;
        *item = (struct recovery_item){
            .name = strdup(i ? "" : "/a folder/имя.cbf"), .width = WIDTH, .height = HEIGHT, .layers = layers};
        while (!recovery_item_pack(item, mask, &block, 1))
            continue;
    }
    return record;
}

static void write_good(const char *path, const struct recovery_record *record)
{
    struct error error = {0};
    if (recovery_file_write(path, record, &error) != STATUS_OK)
        fail_msg("%s", error.text);
}

static const char *new_folder(const char *name)
{
    static char folder[1024];
    snprintf(folder, sizeof folder, "%s/deep/er", temporary_path(name));
    return folder;
}

static void test_written_and_read(void **state)
{
    (void)state;
    char path[1200];
    struct error error = {0};
    struct mask *mask = make_mask();
    const uint8_t layers = MASK_BIT(MASK_USER) | MASK_BIT(MASK_HOT);
    struct recovery_record record = make_record(mask, layers), read = {0};
    recovery_file_path(new_folder("written"), &record, path, sizeof path);
    write_good(path, &record);
    write_good(path, &record); // over the old one
    assert_int_equal(recovery_file_read(path, &read, &error), STATUS_OK);
    assert_string_equal(read.path, path);
    assert_int_equal(read.pid, getpid());
    assert_true(read.started > 0 && read.started == record.started);
    assert_true(read.time == record.time && read.count == 2);
    assert_string_equal(read.host, record.host);
    assert_string_equal(read.items[0].name, "/a folder/имя.cbf");
    assert_string_equal(read.items[1].name, "");
    for (int i = 0; i < 2; i++) {
        struct mask *back = NULL;
        assert_int_equal(read.items[i].layers, layers);
        assert_int_equal(recovery_item_mask(&read.items[i], &back, &error), STATUS_OK);
        for (int64_t y = 0; y < HEIGHT; y++)
            for (int64_t x = 0; x < WIDTH; x++)
                assert_int_equal(mask_at(back, x, y), mask_at(mask, x, y) & layers);
        mask_destroy(&back);
    }
    recovery_record_free(&read);
    recovery_record_free(&record);
    mask_destroy(&mask);
}

static void save_bytes(const char *path, const char *bytes, size_t count)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite(bytes, 1, count, file);
    fclose(file);
}

static void test_damaged(void **state)
{
    (void)state;
    char path[1200];
    struct error error = {0};
    struct mask *mask = make_mask();
    struct recovery_record record = make_record(mask, 0xFF), read = {0};
    recovery_file_path(new_folder("damaged"), &record, path, sizeof path);
    write_good(path, &record);
    FILE *file = fopen(path, "rb");
    static char bytes[1 << 20], copy[1 << 20];
    const size_t count = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    assert_in_range(count, 100, sizeof bytes - 1);
    for (int i = 0; i < 600; i++) {
        memcpy(copy, bytes, count);
        const size_t length = i % 3 ? count : (size_t)(next_random() % count);
        if (i % 3)
            copy[next_random() % (i % 3 == 1 ? 120 : count)] ^= (char)(1u << next_random() % 8);
        save_bytes(path, copy, length);
        assert_int_equal(recovery_file_read(path, &read, &error), STATUS_BROKEN);
        assert_non_null(strstr(error.text, path));
        assert_null(read.items);
    }
    assert_int_equal(recovery_file_read("/no/such/file", &read, &error), STATUS_IO);
    recovery_record_free(&record);
    mask_destroy(&mask);
}

// Of this session, of one that ended, of one with a PID that another process has now, of another machine.
static void test_whose(void **state)
{
    (void)state;
    char folder[1024], path[1200];
    snprintf(folder, sizeof folder, "%s", new_folder("whose"));
    struct recovery_record *found = NULL;
    assert_int_equal(recovery_file_find(folder, &found), 0); // there is no folder yet
    struct mask *mask = make_mask();
    struct recovery_record record = make_record(mask, 1);
    const struct recovery_record own = record;
    for (int i = 0; i < 4; i++) {
        record.pid = i == 1 ? 4194305 : own.pid; // beyond the largest PID of Linux
        record.started = i == 2 ? own.started - 1 : own.started;
        record.time = own.time + i;
        snprintf(record.host, sizeof record.host, "%s", i == 3 ? "elsewhere" : own.host);
        recovery_file_path(folder, &record, path, sizeof path);
        if (i == 3)
            snprintf(path, sizeof path, "%s/77-77.mask", folder);
        write_good(path, &record);
    }
    snprintf(path, sizeof path, "%s/notes.txt", folder);
    save_bytes(path, "notes", 5);
    snprintf(path, sizeof path, "%s/12-12.mask", folder);
    save_bytes(path, "damaged", 7);
    assert_int_equal(recovery_file_find(folder, &found), 2);
    assert_int_equal(found[0].time, own.time + 2); // the newest first
    assert_int_equal(found[1].pid, 4194305);
    for (int i = 0; i < 2; i++)
        recovery_record_free(&found[i]);
    free(found);
    assert_int_equal(access(path, F_OK), 0); // what is not understood stays
    snprintf(record.host, sizeof record.host, "%s", own.host);
    recovery_record_free(&record);
    mask_destroy(&mask);
}

static void test_no_place(void **state)
{
    (void)state;
    struct error error = {0};
    struct mask *mask = make_mask();
    struct recovery_record record = make_record(mask, 1);
    assert_int_equal(recovery_file_write("/proc/none/fovea/recovery/1-1.mask", &record, &error), STATUS_IO);
    assert_non_null(strstr(error.text, "/proc/none"));
    char folder[100];
    setenv("XDG_STATE_HOME", "/some/state", 1);
    assert_true(recovery_folder(folder, sizeof folder));
    assert_string_equal(folder, "/some/state/fovea/recovery");
    unsetenv("XDG_STATE_HOME");
    setenv("HOME", "/home/someone", 1);
    assert_true(recovery_folder(folder, sizeof folder));
    assert_string_equal(folder, "/home/someone/.local/state/fovea/recovery");
    unsetenv("HOME");
    assert_false(recovery_folder(folder, sizeof folder));
    recovery_record_free(&record);
    mask_destroy(&mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_written_and_read),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_whose),
        cmocka_unit_test(test_no_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
