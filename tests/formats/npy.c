// SPDX-License-Identifier: MIT
// The NumPy reader against arrays made here byte by byte, and real files.
#include "support/reader_checks.h"

#include "base/byteorder.h"
#include "formats/base/readers_list.h"
#include "image/mask.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Writes a file of the version with the dictionary and the bytes behind it.
static const char *save(const char *name, int version, const char *dictionary, const void *bytes,
                        size_t count)
{
    const char *path = temporary_path(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    uint32_t length = (uint32_t)strlen(dictionary) + 1;
    fwrite("\x93NUMPY", 1, 6, file);
    fputc(version, file);
    fputc(0, file);
    fwrite(&length, 1, version == 1 ? 2 : 4, file);
    fprintf(file, "%s\n", dictionary);
    fwrite(bytes, 1, count, file);
    fclose(file);
    return path;
}

struct layout {
    const char *name, *type;
    size_t item;
};

static const struct layout layouts[] = {{"b1", "u8", 1},  {"u1", "u8", 1},  {"i1", "i8", 1},
                                        {"u2", "u16", 2}, {"i2", "i16", 2}, {"u4", "u32", 4},
                                        {"i4", "i32", 4}, {"u8", "u64", 8}, {"i8", "i64", 8},
                                        {"f2", "f16", 2}, {"f4", "f32", 4}, {"f8", "f64", 8}};

enum { FRAMES = 6, HEIGHT = 23, WIDTH = 37, COUNT = FRAMES * HEIGHT * WIDTH };

// Puts the samples of a (2, 3, HEIGHT, WIDTH) array into Fortran order, the slow way.
static void to_fortran(const uint8_t *samples, size_t item, uint8_t *out)
{
    size_t at = 0;
    for (int x = 0; x < WIDTH; x++)
        for (int y = 0; y < HEIGHT; y++)
            for (int j = 0; j < 3; j++)
                for (int i = 0; i < 2; i++, at++)
                    memcpy(out + at * item, samples + (size_t)(((i * 3 + j) * HEIGHT + y) * WIDTH + x) * item,
                           item);
}

static void check_layout(const struct layout *layout, bool big, bool fortran)
{
    static uint8_t samples[COUNT * 8], stored[COUNT * 8];
    char dictionary[160];
    for (size_t i = 0; i < COUNT * layout->item; i++)
        samples[i] = (uint8_t)random_next();
    if (fortran)
        to_fortran(samples, layout->item, stored);
    else
        memcpy(stored, samples, sizeof stored);
    if (big)
        swap_items(stored, COUNT, layout->item);
    snprintf(dictionary, sizeof dictionary,
             "{'descr': '%s%s', 'fortran_order': %s, 'shape': (2, 3, 23, 37), }",
             layout->item == 1 ? "|"
             : big             ? ">"
                               : "<",
             layout->name, fortran ? "True" : "False");
    const char *path =
        save("layout.npy", 1 + (big ? 1 : 0) + (fortran ? 1 : 0), dictionary, stored, COUNT * layout->item);
    struct image_file *file = open_good(path), *copy = NULL;
    struct error error = {0};
    struct frame_info info = info_of(file, 0);
    assert_string_equal(sample_traits(info.type)->name, layout->type);
    assert_string_equal(info.format, "NPY");
    assert_int_equal(file->frames, FRAMES);
    assert_int_equal(image_file_clone(file, &copy, &error), STATUS_OK);
    for (int64_t frame = 0; frame < FRAMES; frame++)
        check_rectangles(frame % 2 ? copy : file, frame,
                         samples + (size_t)frame * HEIGHT * WIDTH * layout->item);
    image_file_close(&copy);
    image_file_close(&file);
}

static void test_every_layout(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        for (int n = 0; n < 4; n++)
            check_layout(&layouts[i], n & 1, n & 2);
}

static void test_shapes(void **state)
{
    (void)state;
    static const struct {
        const char *shape, *order;
        int64_t width, height, frames;
    } cases[] = {{"()", "False", 1, 1, 1},           {"(6,)", "False", 6, 1, 1},
                 {"(6,)", "True", 6, 1, 1},          {"(2, 3)", "False", 3, 2, 1},
                 {"(1, 6)", "True", 6, 1, 1},        {"(6, 1)", "True", 1, 6, 1},
                 {"(6L, 1L, 1L)", "False", 1, 1, 6}, {"(2,1,3)", "False", 3, 1, 2}};
    static const uint16_t samples[6] = {1, 2, 3, 4, 5, 6};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char dictionary[160];
        snprintf(dictionary, sizeof dictionary, "{\"shape\": %s, 'fortran_order':%s, 'descr': '<u2'}",
                 cases[i].shape, cases[i].order);
        struct image_file *file = open_good(save("shape.npy", 1, dictionary, samples, sizeof samples));
        struct frame_info info = info_of(file, 0);
        assert_int_equal(info.width, cases[i].width);
        assert_int_equal(info.height, cases[i].height);
        assert_int_equal(file->frames, cases[i].frames);
        for (int64_t frame = 0; frame < file->frames; frame++)
            check_rectangles(file, frame, (const uint8_t *)(samples + frame * info.width * info.height));
        image_file_close(&file);
    }
}

static void test_truncated(void **state)
{
    (void)state;
    static float samples[COUNT];
    for (int i = 0; i < COUNT; i++)
        samples[i] = (float)i;
    for (int fortran = 0; fortran < 2; fortran++) {
        char dictionary[160];
        snprintf(dictionary, sizeof dictionary, "{'descr': '<f4', 'fortran_order': %s, 'shape': (23, 37), }",
                 fortran ? "True" : "False");
        struct image_file *file = open_good(save("short.npy", 1, dictionary, samples, 400 * 4 + 1));
        float pixels[HEIGHT * WIDTH];
        uint8_t classes[HEIGHT * WIDTH] = {0};
        struct decode_report report =
            decode_into(file, 0, (struct rect){0, 0, WIDTH, HEIGHT}, (uint8_t *)pixels, WIDTH * 4, classes);
        assert_int_equal(report.lost_pixels, HEIGHT * WIDTH - 400);
        assert_non_null(strstr(report.first_loss.text, "ends after 400 samples"));
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                int at = fortran ? x * HEIGHT + y : y * WIDTH + x;
                assert_int_equal(classes[y * WIDTH + x], at < 400 ? 0 : MASK_BIT(MASK_BAD));
                assert_true(at < 400 ? pixels[y * WIDTH + x] == samples[at] : isnan(pixels[y * WIDTH + x]));
            }
        }
        image_file_close(&file);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *dictionary;
        enum status status;
        const char *said;
    } cases[] = {
        {"{'descr': '|O', 'fortran_order': False, 'shape': (3,), }", STATUS_UNSUPPORTED, "pickled objects"},
        {"{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (3,), }", STATUS_UNSUPPORTED, "records"},
        {"{'descr': '<c32', 'fortran_order': False, 'shape': (3,), }", STATUS_UNSUPPORTED, "<c32"},
        {"{'descr': '<U4', 'fortran_order': False, 'shape': (3,), }", STATUS_UNSUPPORTED, "<U4"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3), }", STATUS_UNSUPPORTED, "empty"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1048576, 1048576), }", STATUS_BROKEN, "claims"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1099511627776), }", STATUS_BROKEN, "claims"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 4), }", STATUS_TOO_LARGE,
         ""},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", STATUS_BROKEN, ""},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", STATUS_BROKEN, ""},
        {"{'descr': '<f4', 'fortran_order': False, }", STATUS_BROKEN, ""},
        {"{'descr': '<f4', 'shape': (3,), }", STATUS_BROKEN, ""},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'more': 1}", STATUS_BROKEN, ""},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,)} x", STATUS_BROKEN, ""},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,", STATUS_BROKEN, ""},
        {"{'descr': '<f4", STATUS_BROKEN, ""},
        {"__import__('os')", STATUS_BROKEN, ""},
        {"", STATUS_BROKEN, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error;
        enum status status =
            open_bad(save("refused.npy", 1, cases[i].dictionary, "0123456789ab", 12), &error);
        if (status != cases[i].status || !strstr(error.text, cases[i].said))
            fail_msg("%s gave %d: %s", cases[i].dictionary, status, error.text);
    }
    struct error error;
    assert_int_equal(open_bad(save("version.npy", 4, cases[0].dictionary, "", 0), &error),
                     STATUS_UNSUPPORTED);
    const char *path = save("cut.npy", 1, "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", "", 0);
    for (int bytes = 8; bytes < 68; bytes++) {
        assert_int_equal(truncate(path, 68 - bytes + 8 - 1), 0);
        (void)open_bad(path, &error);
    }
}

// --- Real files ---

static void test_real_files(void **state)
{
    (void)state;
    check_real_format("NPY");
}

static void test_real_pickle_is_refused(void **state)
{
    (void)state;
    char path[1024];
    struct error error;
    if (!testdata_folder())
        skip();
    snprintf(path, sizeof path, "%s/numpy/malformed/lib/tests/data/py3-objarr.npy", testdata_folder());
    if (access(path, R_OK) != 0)
        skip();
    assert_int_equal(open_bad(path, &error), STATUS_UNSUPPORTED);
    assert_non_null(strstr(error.text, "pickled objects are not read"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_layout), cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_truncated),    cmocka_unit_test(test_refused),
        cmocka_unit_test(test_real_files),   cmocka_unit_test(test_real_pickle_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
