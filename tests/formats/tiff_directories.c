// SPDX-License-Identifier: MIT
// TIFF directories composed byte by byte: pages that are no frames, stacks behind one directory, directories
// that libtiff refuses, and the reason it gives.
#include "support/bytes.h"
#include "support/reader_checks.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 3, HEIGHT = 4, PLANE = WIDTH * HEIGHT, ROW_BYTES = 2 * WIDTH, ROOM = 2048 };

enum {
    WIDTH_TAG = 256,
    HEIGHT_TAG = 257,
    KIND_TAG = 254,
    DESCRIPTION_TAG = 270,
    OFFSETS_TAG = 273,
    ROWS_TAG = 278,
    COUNTS_TAG = 279
};

// A file in the making: big- or little-endian, classic.
struct maker {
    uint8_t bytes[ROOM];
    size_t count, link; // link: where the offset of the next directory goes
    bool big;
    size_t entries_at;
    unsigned entries;
};

static void begin(struct maker *maker, bool big)
{
    *maker = (struct maker){.count = 8, .link = 4, .big = big};
    memcpy(maker->bytes, big ? "MM" : "II", 2);
    put_bytes(maker->bytes + 2, 42, 2, big);
}

static void directory_begin(struct maker *maker)
{
    put_bytes(maker->bytes + maker->link, maker->count, 4, maker->big);
    maker->entries_at = maker->count;
    maker->entries = 0;
    maker->count += 2;
}

// type 2 (text), 3 (u16) or 4 (u32), as TIFF counts them.
static void entry(struct maker *maker, unsigned tag, unsigned type, uint32_t count, uint32_t value)
{
    uint8_t *at = maker->bytes + maker->count;
    put_bytes(at, tag, 2, maker->big);
    put_bytes(at + 2, type, 2, maker->big);
    put_bytes(at + 4, count, 4, maker->big);
    put_bytes(at + 8, value, type == 3 ? 2 : 4, maker->big);
    maker->count += 12;
    maker->entries++;
}

static void directory_end(struct maker *maker)
{
    put_bytes(maker->bytes + maker->entries_at, maker->entries, 2, maker->big);
    maker->link = maker->count;
    maker->count += 4;
}

static uint32_t text_put(struct maker *maker, const char *text)
{
    const size_t at = maker->count;
    memcpy(maker->bytes + at, text, strlen(text) + 1);
    maker->count += strlen(text) + 1 + (strlen(text) + 1) % 2;
    return (uint32_t)at;
}

// Samples first, first + 1 ...
static uint32_t samples_put(struct maker *maker, unsigned first, unsigned count)
{
    const size_t at = maker->count;
    for (unsigned i = 0; i < count; i++, maker->count += 2)
        put_bytes(maker->bytes + maker->count, first + i, 2, maker->big);
    return (uint32_t)at;
}

static void page(struct maker *maker, unsigned kind, uint32_t samples)
{
    directory_begin(maker);
    if (kind)
        entry(maker, KIND_TAG, 4, 1, kind);
    entry(maker, WIDTH_TAG, 3, 1, WIDTH);
    entry(maker, HEIGHT_TAG, 3, 1, HEIGHT);
    entry(maker, 258, 3, 1, 16);
    entry(maker, 262, 3, 1, 1);
    entry(maker, OFFSETS_TAG, 4, 1, samples);
    entry(maker, ROWS_TAG, 3, 1, HEIGHT);
    entry(maker, COUNTS_TAG, 4, 1, 2 * PLANE);
    directory_end(maker);
}

static void check_frame(struct image_file *file, int64_t frame, unsigned first)
{
    uint16_t expected[PLANE];
    for (unsigned i = 0; i < PLANE; i++)
        expected[i] = (uint16_t)(first + i);
    check_rectangles(file, frame, expected);
}

static const char *save(const struct maker *maker, const char *name)
{
    return save_bytes(name, maker->bytes, maker->count);
}

static void test_overviews_are_no_frames(void **state)
{
    (void)state;
    struct maker maker;
    begin(&maker, false);
    static const unsigned kinds[] = {0, 1, 4, 0, 5};
    for (unsigned i = 0; i < 5; i++)
        page(&maker, kinds[i], samples_put(&maker, 100 * i, PLANE));
    const char *path = save(&maker, "overviews.tif");
    struct image_file *file = open_good(path);
    assert_int_equal(file->frames, 2);
    check_frame(file, 0, 0);
    check_frame(file, 1, 300);
    struct text contents = {0};
    assert_int_equal(image_file_contents(file, NULL, &contents, NULL), STATUS_OK);
    assert_string_equal(text_string(&contents),
                        "0\t4 x 3\tu16\tnone\t\n1\t4 x 3\tu16\tnone\treduced resolution\n"
                        "2\t4 x 3\tu16\tnone\ttransparency mask\n3\t4 x 3\tu16\tnone\t\n"
                        "4\t4 x 3\tu16\tnone\ttransparency mask\n");
    text_free(&contents);
    image_file_close(&file);
    check_threads(path);
    char name[600];
    snprintf(name, sizeof name, "%s::1", path);
    file = open_good(name);
    assert_int_equal(file->frames, 1);
    check_frame(file, 0, 100);
    image_file_close(&file);
    check_damage(path, 13, 200, 300);
}

// Where nothing else is there, a thumbnail is what the file has to show.
static void test_a_lone_overview_is_shown(void **state)
{
    (void)state;
    struct maker maker;
    begin(&maker, true);
    page(&maker, 1, samples_put(&maker, 7, PLANE));
    struct image_file *file = open_good(save(&maker, "lone.tif"));
    assert_int_equal(file->frames, 1);
    check_frame(file, 0, 7);
    image_file_close(&file);
}

// One directory, in strips of two rows, and the samples of `frames` frames behind it.
static const char *make_stack(bool big, const char *description, unsigned frames, size_t lacking)
{
    struct maker maker;
    begin(&maker, big);
    uint32_t text = text_put(&maker, description);
    const size_t offsets = maker.count, samples = offsets + 16 + 2 + 8 * 12 + 4;
    for (unsigned i = 0; i < 2; i++) {
        put_bytes(maker.bytes + offsets + 4 * i, samples + i * 2 * ROW_BYTES, 4, big);
        put_bytes(maker.bytes + offsets + 8 + 4 * i, 2 * ROW_BYTES, 4, big);
    }
    maker.count += 16;
    directory_begin(&maker);
    entry(&maker, WIDTH_TAG, 3, 1, WIDTH);
    entry(&maker, HEIGHT_TAG, 3, 1, HEIGHT);
    entry(&maker, 258, 3, 1, 16);
    entry(&maker, 262, 3, 1, 1);
    entry(&maker, DESCRIPTION_TAG, 2, (uint32_t)strlen(description) + 1, text);
    entry(&maker, OFFSETS_TAG, 4, 2, (uint32_t)offsets);
    entry(&maker, ROWS_TAG, 3, 1, 2);
    entry(&maker, COUNTS_TAG, 4, 2, (uint32_t)offsets + 8);
    directory_end(&maker);
    assert_int_equal(samples_put(&maker, 1000, frames * PLANE), samples);
    maker.count -= lacking;
    return save(&maker, "stack.tif");
}

static void test_stacks_behind_one_directory(void **state)
{
    (void)state;
    static const char *const descriptions[] = {"ImageJ=1.53t\nimages=5\nslices=5\n",
                                               "{\"shape\": [5, 4, 3], \"truncated\": true}"};
    for (int i = 0; i < 4; i++) {
        const char *path = make_stack(i % 2, descriptions[i / 2], 5, 0);
        struct image_file *file = open_good(path);
        assert_int_equal(file->frames, 5);
        for (int64_t frame = 0; frame < 5; frame++)
            check_frame(file, frame, 1000 + (unsigned)frame * PLANE);
        image_file_close(&file);
        check_threads(path);
        check_damage(path, 7, 150, 200);
    }
}

// What claims more than the file has is one frame.
static void test_claims_without_bytes(void **state)
{
    (void)state;
    static const char *const descriptions[] = {"ImageJ=1.53t\nimages=900\n",
                                               "ImageJ=1.53t\nimages=-5\n",
                                               "ImageJ=1.53t\nimages=99999999999999999999\n",
                                               "images=5\n",
                                               "{\"shape\": [5, 4, 4]}",
                                               "{\"shape\": [5, 4, 3"};
    for (size_t i = 0; i < sizeof descriptions / sizeof *descriptions; i++) {
        struct image_file *file = open_good(make_stack(false, descriptions[i], 5, 0));
        assert_int_equal(file->frames, 1);
        check_frame(file, 0, 1000);
        image_file_close(&file);
    }
    struct image_file *file = open_good(make_stack(false, "ImageJ=1.53t\nimages=5\n", 5, 1));
    assert_int_equal(file->frames, 1);
    image_file_close(&file);
}

// RowsPerStrip of 0, and no byte counts for two strips.
static void test_directories_that_libtiff_refuses(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++) {
        const bool big = i & 1, counts = i & 2, strips = i & 4;
        struct maker maker;
        begin(&maker, big);
        uint32_t samples = samples_put(&maker, 500, PLANE), offsets = (uint32_t)maker.count;
        for (unsigned j = 0; strips && j < 4; j++, maker.count += 4)
            put_bytes(maker.bytes + maker.count, j < 2 ? samples + j * 2 * ROW_BYTES : 2 * ROW_BYTES, 4, big);
        directory_begin(&maker);
        entry(&maker, WIDTH_TAG, 3, 1, WIDTH);
        entry(&maker, HEIGHT_TAG, 3, 1, HEIGHT);
        entry(&maker, 258, 3, 1, 16);
        entry(&maker, 262, 3, 1, 1);
        entry(&maker, OFFSETS_TAG, 4, strips ? 2 : 1, strips ? offsets : samples);
        entry(&maker, ROWS_TAG, 4, 1, counts || !strips ? 0 : 2);
        if (counts)
            entry(&maker, COUNTS_TAG, 4, strips ? 2 : 1, strips ? offsets + 8 : 2 * PLANE);
        directory_end(&maker);
        const char *path = save(&maker, "refused.tif");
        struct image_file *file = open_good(path);
        check_frame(file, 0, 500);
        image_file_close(&file);
        check_threads(path);
        check_damage(path, 5, 150, 200);
    }
}

// A private tag of no values comes first, and is not why the file cannot be read.
static void test_the_reason_that_stopped_it(void **state)
{
    (void)state;
    struct maker maker;
    begin(&maker, false);
    samples_put(&maker, 0, PLANE);
    directory_begin(&maker);
    entry(&maker, 200, 2, 0, 0);
    entry(&maker, WIDTH_TAG, 3, 1, WIDTH);
    entry(&maker, HEIGHT_TAG, 3, 1, HEIGHT);
    entry(&maker, 65000, 4, 0, 0);
    directory_end(&maker);
    check_refused(save(&maker, "reason.tif"), STATUS_BROKEN, "missing required \"StripOffsets\" field");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_overviews_are_no_frames),
        cmocka_unit_test(test_a_lone_overview_is_shown),
        cmocka_unit_test(test_stacks_behind_one_directory),
        cmocka_unit_test(test_claims_without_bytes),
        cmocka_unit_test(test_directories_that_libtiff_refuses),
        cmocka_unit_test(test_the_reason_that_stopped_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
