// SPDX-License-Identifier: MIT
// Packing, writing, checking and finding of recovery files.
#include "session/edit/recovery_file.h"

#include "base/byteorder.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/state.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { VERSION = 1, MAX_ITEMS = 64, MAX_NAME = 8192, MAX_RECORDS = 64, BLOCKS_PER_LOOK = 32 };
static const char magic[8] = {'F', 'O', 'V', 'E', 'A', 'R', 'E', 'C'};
static const int64_t max_file_bytes = INT64_C(1) << 30;

void recovery_record_free(struct recovery_record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        free(record->items[i].name);
        mask_delta_free(&record->items[i].packed);
    }
    free(record->items);
    free(record->path);
    *record = (struct recovery_record){0};
}

bool recovery_folder(char *path, size_t size)
{
    return state_path("recovery", path, size);
}

// --- sessions ---

// When a process began, in clock ticks after boot: with it a PID that is used again is told from the old one.
// 0 if there is no such process.
static int64_t process_start(int64_t pid)
{
    char path[64], line[1024] = "";
    snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    const size_t got = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[got] = '\0';
    // The name in parentheses may hold anything; the state follows it, and the start is 19 fields further.
    const char *at = strrchr(line, ')');
    for (int field = 0; at && field < 20; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoll(at, NULL, 10) : 0;
}

static void host_name(char name[65])
{
    memset(name, 0, 65);
    if (gethostname(name, 64) != 0)
        name[0] = '\0';
}

void recovery_record_sign(struct recovery_record *record)
{
    record->pid = getpid();
    record->started = process_start(record->pid);
    record->time = (int64_t)time(NULL);
    host_name(record->host);
}

void recovery_record_name(struct recovery_record *record, const struct recovery_record *session)
{
    record->pid = session->pid;
    record->started = session->started;
    record->time = (int64_t)time(NULL);
    memcpy(record->host, session->host, sizeof record->host);
}

void recovery_file_path(const char *folder, const struct recovery_record *record, char *path, size_t size)
{
    snprintf(path, size, "%s/%lld-%lld.mask", folder, (long long)record->pid, (long long)record->started);
}

// --- packing ---

bool recovery_item_pack(struct recovery_item *item, const struct mask *mask, int64_t *block,
                        int64_t budget_ns)
{
    const int64_t count = mask->blocks_x * mask->blocks_y, until = clock_now_ns() + budget_ns;
    uint8_t pixels[MASK_BLOCK_BYTES];
    for (int packed = 0; *block < count; ++*block) {
        const struct mask_block *from = mask->blocks[*block];
        if (!from)
            continue;
        if (packed++ % BLOCKS_PER_LOOK == BLOCKS_PER_LOOK - 1 && clock_now_ns() > until)
            return false;
        for (size_t i = 0; i < sizeof pixels; i++)
            pixels[i] = from->bytes[i] & item->layers;
        mask_delta_add(&item->packed, *block, NULL, pixels);
    }
    return true;
}

enum status recovery_item_mask(const struct recovery_item *item, struct mask **mask, struct error *error)
{
    enum status status = mask_create(item->width, item->height, mask, error);
    if (status)
        return status;
    if (!mask_delta_check(&item->packed, (*mask)->blocks_x * (*mask)->blocks_y)) {
        mask_destroy(mask);
        return error_set(error, STATUS_BROKEN, "the kept edits of %s are damaged", item->name);
    }
    struct mask_delta_walk walk = {.delta = &item->packed};
    for (int64_t block; mask_delta_next(&walk, &block);) {
        const int64_t x = block % (*mask)->blocks_x * MASK_BLOCK, y = block / (*mask)->blocks_x * MASK_BLOCK;
        uint8_t pixels[MASK_BLOCK_BYTES] = {0};
        mask_delta_apply(&walk, pixels);
        const struct rect rect =
            rect_clip((struct rect){x, y, MASK_BLOCK, MASK_BLOCK}, item->width, item->height);
        mask_write(*mask, rect, pixels, MASK_BLOCK, item->layers);
    }
    return STATUS_OK;
}

// --- writing ---

// A draft with the sum of what went through it. `status` is the first failure; later writes do nothing.
struct output {
    struct file_draft draft;
    uint64_t sum;
    enum status status;
    struct error *error;
};

static const uint64_t fnv_start = UINT64_C(0xcbf29ce484222325);

static uint64_t fnv(uint64_t sum, const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sum = (sum ^ bytes[i]) * UINT64_C(0x100000001b3);
    return sum;
}

static void put_bytes(struct output *out, const void *bytes, size_t count)
{
    if (out->status)
        return;
    out->sum = fnv(out->sum, bytes, count);
    out->status = file_draft_write(&out->draft, bytes, count, out->error);
}

static void put_number(struct output *out, uint64_t number, size_t count)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)(number >> (8 * i));
    put_bytes(out, bytes, count);
}

static void put_text(struct output *out, const char *text)
{
    put_number(out, strlen(text), 4);
    put_bytes(out, text, strlen(text));
}

enum status recovery_file_write(const char *path, const struct recovery_record *record, struct error *error)
{
    struct output out = {.sum = fnv_start, .error = error};
    state_make_folders(path);
    out.status = file_draft_open(path, &out.draft, error);
    put_bytes(&out, magic, sizeof magic);
    put_number(&out, VERSION, 4);
    put_number(&out, record->count, 4);
    put_number(&out, (uint64_t)record->pid, 8);
    put_number(&out, (uint64_t)record->started, 8);
    put_number(&out, (uint64_t)record->time, 8);
    put_text(&out, record->host);
    for (size_t i = 0; i < record->count; i++) {
        const struct recovery_item *item = &record->items[i];
        put_number(&out, (uint64_t)item->width, 8);
        put_number(&out, (uint64_t)item->height, 8);
        put_number(&out, item->layers, 1);
        put_text(&out, item->name);
        put_number(&out, item->packed.count, 8);
        put_bytes(&out, item->packed.bytes, item->packed.count);
    }
    put_number(&out, out.sum, 8);
    return out.status ? out.status : file_draft_commit(&out.draft, error);
}

// --- reading ---

// What is left of the file's content.
struct input {
    const uint8_t *at;
    size_t left;
    bool bad;
};

static const uint8_t *take_bytes(struct input *in, size_t count)
{
    if (in->bad || count > in->left) {
        in->bad = true;
        return NULL;
    }
    in->at += count;
    in->left -= count;
    return in->at - count;
}

static uint64_t take_number(struct input *in, size_t count)
{
    const uint8_t *bytes = take_bytes(in, count);
    uint64_t number = 0;
    for (size_t i = 0; bytes && i < count; i++)
        number |= (uint64_t)bytes[i] << (8 * i);
    return number;
}

static char *take_text(struct input *in, size_t most)
{
    const size_t length = (size_t)take_number(in, 4);
    const uint8_t *bytes = length <= most ? take_bytes(in, length) : NULL;
    if (!bytes) {
        in->bad = true;
        return must_copy("");
    }
    char *text = must_alloc(length + 1);
    memcpy(text, bytes, length);
    text[length] = '\0';
    return text;
}

static void take_item(struct input *in, struct recovery_item *item)
{
    item->width = (int64_t)take_number(in, 8);
    item->height = (int64_t)take_number(in, 8);
    item->layers = (uint8_t)take_number(in, 1);
    item->name = take_text(in, MAX_NAME);
    const uint64_t count = take_number(in, 8);
    const uint8_t *bytes = count <= in->left ? take_bytes(in, (size_t)count) : NULL;
    if (!bytes || item->width <= 0 || item->height <= 0 || item->width > INT32_MAX ||
        item->height > INT32_MAX) {
        in->bad = true;
        return;
    }
    item->packed.bytes = malloc((size_t)count + 1);
    if (!item->packed.bytes) {
        in->bad = true;
        return;
    }
    item->packed.count = item->packed.capacity = (size_t)count;
    memcpy(item->packed.bytes, bytes, (size_t)count);
}

static bool take_record(struct input *in, struct recovery_record *record)
{
    const uint8_t *start = take_bytes(in, sizeof magic);
    if (!start || memcmp(start, magic, sizeof magic) != 0 || take_number(in, 4) != VERSION)
        return false;
    const size_t count = (size_t)take_number(in, 4);
    record->pid = (int64_t)take_number(in, 8);
    record->started = (int64_t)take_number(in, 8);
    record->time = (int64_t)take_number(in, 8);
    char *host = take_text(in, sizeof record->host - 1);
    snprintf(record->host, sizeof record->host, "%s", host);
    free(host);
    if (in->bad || count > MAX_ITEMS)
        return false;
    record->items = must_alloc((count + 1) * sizeof *record->items);
    memset(record->items, 0, (count + 1) * sizeof *record->items);
    record->count = count;
    for (size_t i = 0; i < count; i++)
        take_item(in, &record->items[i]);
    for (size_t i = 0; i < count && !in->bad; i++) {
        const struct recovery_item *item = &record->items[i];
        const int64_t blocks =
            ((item->width + MASK_BLOCK - 1) / MASK_BLOCK) * ((item->height + MASK_BLOCK - 1) / MASK_BLOCK);
        in->bad = !mask_delta_check(&item->packed, blocks);
    }
    return !in->bad && in->left == 0;
}

static enum status parse(const char *path, const uint8_t *bytes, size_t count, struct recovery_record *record,
                         struct error *error)
{
    struct input sum = {bytes + (count < 8 ? 0 : count - 8), count < 8 ? 0 : 8, false};
    const uint64_t wanted = take_number(&sum, 8);
    struct input in = {bytes, count < 8 ? 0 : count - 8, false};
    if (sum.bad || fnv(fnv_start, bytes, in.left) != wanted || !take_record(&in, record)) {
        recovery_record_free(record);
        return error_set(error, STATUS_BROKEN, "%s: is no recovery file of this version, or damaged", path);
    }
    record->path = must_copy(path);
    return STATUS_OK;
}

enum status recovery_file_read(const char *path, struct recovery_record *record, struct error *error)
{
    int fd;
    int64_t bytes;
    *record = (struct recovery_record){0};
    enum status status = file_open_read(path, &fd, &bytes, error);
    if (status)
        return status;
    uint8_t *content = bytes <= max_file_bytes ? malloc((size_t)bytes + 1) : NULL;
    if (!content)
        status = error_set(error, STATUS_NO_MEMORY, "%s: no memory for %lld bytes", path, (long long)bytes);
    if (!status)
        status = file_read_at(fd, path, 0, content, (size_t)bytes, error);
    close(fd);
    if (!status)
        status = parse(path, content, (size_t)bytes, record, error);
    free(content);
    return status;
}

// --- finding ---

static bool is_running(int64_t pid, int64_t started)
{
    const int64_t now = pid > 0 ? process_start(pid) : 0;
    return now != 0 && now == started;
}

// Takes the file of a session that ended. Another machine's sessions cannot be seen from here: theirs wait
// for it.
static bool take_left(const char *path, const char *host, struct recovery_record *record)
{
    if (recovery_file_read(path, record, NULL) != STATUS_OK)
        return false;
    if (strcmp(record->host, host) == 0 && !is_running(record->pid, record->started))
        return true;
    recovery_record_free(record);
    return false;
}

// A draft is there for less than a second.
static bool is_old(const char *path)
{
    enum { OLD_S = 3600 };
    struct stat info;
    return stat(path, &info) == 0 && time(NULL) - info.st_mtime > OLD_S;
}

static int compare_records(const void *a, const void *b)
{
    const struct recovery_record *first = a, *second = b;
    return (first->time < second->time) - (first->time > second->time);
}

// Takes "PID-START.mask" apart; *rest is what follows.
static bool parse_file_name(const char *name, int64_t *pid, int64_t *started, const char **rest)
{
    static const char end[] = ".mask";
    char *at;
    *pid = strtoll(name, &at, 10);
    if (at == name || *at != '-')
        return false;
    const char *second = at + 1;
    *started = strtoll(second, &at, 10);
    if (at == second || strncmp(at, end, sizeof end - 1) != 0)
        return false;
    *rest = at + sizeof end - 1;
    return true;
}

size_t recovery_file_find(const char *folder, struct recovery_record **records)
{
    char host[65], path[4096];
    size_t count = 0;
    *records = NULL;
    host_name(host);
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    while (directory && count < MAX_RECORDS && (entry = readdir(directory))) {
        int64_t pid, started;
        const char *rest;
        if (!parse_file_name(entry->d_name, &pid, &started, &rest))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        struct recovery_record record = {0};
        if (*rest == '.' && !is_running(pid, started) && is_old(path)) {
            unlink(path); // a draft; the file itself is whole
        } else if (!*rest && take_left(path, host, &record)) {
            *records = must_resize(*records, (count + 1) * sizeof **records);
            (*records)[count++] = record;
        }
    }
    if (directory)
        closedir(directory);
    if (count)
        qsort(*records, count, sizeof **records, compare_records);
    return count;
}
