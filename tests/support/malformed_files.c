// SPDX-License-Identifier: MIT
// Eight kinds of damage, the folders of the corpus and the list of the real malformed files.
#include "support/malformed_files.h"

#include "formats/base/readers_list.h"
#include "support/testdata.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_SEED = 1 << 20 };

// --- damage ---

struct bytes {
    unsigned char *at;
    size_t count;
};

static unsigned next_random(void)
{
    static unsigned state = 1;
    state = state * 1103515245u + 12345u;
    return state >> 16;
}

// The first bytes are a header in most formats.
static size_t place_in(const struct bytes *bytes)
{
    const size_t most = bytes->count < 1024 || next_random() % 4 == 0 ? bytes->count : 1024;
    return (next_random() << 8 | next_random() % 256) % most;
}

static void cut_in_half(struct bytes *bytes)
{
    bytes->count /= 2;
}

static void cut_early(struct bytes *bytes)
{
    bytes->count = place_in(bytes);
}

static void cut_last(struct bytes *bytes)
{
    bytes->count--;
}

static void change_bytes(struct bytes *bytes)
{
    for (int i = 0; i < 3; i++)
        bytes->at[place_in(bytes)] = (unsigned char)next_random();
}

// Numbers of text become larger, so that sizes and offsets lie.
static void raise_digits(struct bytes *bytes)
{
    size_t at = place_in(bytes);
    for (size_t i = 0, changed = 0; i < bytes->count && changed < 3; i++, at++) {
        unsigned char *byte = &bytes->at[at % bytes->count];
        if (*byte >= '0' && *byte < '9') {
            *byte = '9';
            changed++;
        }
    }
}

static void fill_word(struct bytes *bytes)
{
    const size_t at = place_in(bytes);
    const int value = next_random() % 2 ? 0xFF : 0x7F;
    memset(bytes->at + at, value, bytes->count - at < 4 ? bytes->count - at : 4);
}

static void clear_block(struct bytes *bytes)
{
    const size_t at = place_in(bytes);
    memset(bytes->at + at, 0, bytes->count - at < 16 ? bytes->count - at : 16);
}

// Escape sequences in place of some text.
static void put_escapes(struct bytes *bytes)
{
    static const char escapes[] = "\x1B]0;x\x07\x1B[2J\r";
    const size_t at = place_in(bytes), length = sizeof escapes - 1;
    memcpy(bytes->at + at, escapes, bytes->count - at < length ? bytes->count - at : length);
}

static void (*const damages[DAMAGE_KINDS])(struct bytes *) = {
    cut_in_half, cut_early, cut_last, change_bytes, raise_digits, fill_word, clear_block, put_escapes};

static struct bytes read_whole(const char *path)
{
    struct bytes bytes = {.at = malloc(LONGEST_SEED)};
    FILE *file = fopen(path, "rb");
    assert_true(bytes.at && file);
    bytes.count = fread(bytes.at, 1, LONGEST_SEED, file);
    fclose(file);
    return bytes;
}

static void write_whole(const char *path, const struct bytes *bytes)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes->at, 1, bytes->count, file), bytes->count);
    assert_int_equal(fclose(file), 0);
}

// --- the files of the corpus ---

// Each reader has a folder of its name.
#define FOLDER_OF(name) #name,
const char *const malformed_formats[] = {READERS(FOLDER_OF) "wrapped", NULL};
#undef FOLDER_OF

void malformed_each_seed(const char *format, malformed_check *check)
{
    static int turn;
    char folder[1024], path[2048];
    struct dirent **entries;
    snprintf(folder, sizeof folder, FOVEA_CORPUS "/%s", format);
    const int count = scandir(folder, &entries, NULL, alphasort);
    assert_true(count > 2);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            check(path, turn++);
        free(entries[i]);
    }
    free(entries);
}

const char *malformed_damage(const char *seed, int kind)
{
    static char copy[1024];
    struct bytes bytes = read_whole(seed);
    if (copy[0])
        remove(copy);
    snprintf(copy, sizeof copy, "%s", temporary_path(strrchr(seed, '/') + 1));
    damages[kind % DAMAGE_KINDS](&bytes);
    write_whole(copy, &bytes);
    free(bytes.at);
    return copy;
}

// --- real files ---

void malformed_each_real(int every, malformed_check *check)
{
    char line[4096], path[8192];
    const char *folder = testdata_folder();
    if (!folder)
        skip();
    snprintf(path, sizeof path, "%s/MANIFEST.tsv", folder);
    FILE *manifest = fopen(path, "r");
    assert_non_null(manifest);
    for (int turn = 0; fgets(line, sizeof line, manifest);) {
        char *tab = strchr(line, '\t');
        if (!tab || strncmp(tab, "\tmalformed\t", 11) != 0 || turn++ % every != 0)
            continue;
        *tab = '\0';
        snprintf(path, sizeof path, "%s/%s", folder, line);
        check(path, turn / every);
    }
    fclose(manifest);
}
