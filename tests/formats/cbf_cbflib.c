// SPDX-License-Identifier: MIT
// The CBF reader against files written by CBFlib: every compression, type, byte order and digest.
#include "support/reader_checks.h"

#include "base/byteorder.h"
#include "formats/cbf/cbf_coding.h"
#include "image/mask.h"

#include <cbflib/cbf.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 211, HEIGHT = 97, COUNT = WIDTH * HEIGHT };

// One array as CBFlib shall write it.
struct array {
    unsigned compression;
    enum sample_type type;
    const char *order; // "little_endian"
    int64_t width, height, depth;
    bool dimensions; // written into the MIME header; else in the CIF part only
    void *values;
};

static void need(int failure, const char *what)
{
    if (failure)
        fail_msg("CBFlib: %s: %#x", what, (unsigned)failure);
}

static void set_list(cbf_handle handle, const struct array *array)
{
    const int64_t sides[2] = {array->width, array->height};
    need(cbf_require_category(handle, "array_structure_list"), "category");
    for (int i = 0; i < 2; i++) {
        char number[24];
        need(cbf_require_column(handle, "array_id"), "column");
        need(cbf_new_row(handle), "row");
        need(cbf_set_value(handle, "image_1"), "value");
        snprintf(number, sizeof number, "%d", i + 1);
        need(cbf_require_column(handle, "precedence"), "column");
        need(cbf_set_value(handle, number), "value");
        snprintf(number, sizeof number, "%lld", (long long)sides[i]);
        need(cbf_require_column(handle, "dimension"), "column");
        need(cbf_set_value(handle, number), "value");
    }
}

static void set_array(cbf_handle handle, int id, const struct array *array)
{
    const struct sample_traits *traits = sample_traits(array->type);
    const size_t count = (size_t)(array->width * array->height * array->depth);
    const size_t fast = array->dimensions ? (size_t)array->width : 0;
    const size_t middle = array->dimensions ? (size_t)array->height : 0;
    const size_t slow = array->dimensions && array->depth > 1 ? (size_t)array->depth : 0;
    char name[24];
    need(cbf_require_category(handle, "array_data"), "category");
    need(cbf_require_column(handle, "array_id"), "column");
    need(cbf_new_row(handle), "row");
    snprintf(name, sizeof name, "image_%d", id);
    need(cbf_set_value(handle, name), "value");
    need(cbf_require_column(handle, "data"), "column");
    if (traits->is_float)
        need(cbf_set_realarray_wdims(handle, array->compression, id, array->values, traits->bytes, count,
                                     array->order, fast, middle, slow, 0),
             "real array");
    else
        need(cbf_set_integerarray_wdims(handle, array->compression, id, array->values, traits->bytes,
                                        traits->is_signed, count, array->order, fast, middle, slow, 0),
             "integer array");
}

static const char *write_cbf(const char *name, const struct array *arrays, int count, int headers)
{
    cbf_handle handle;
    const char *path = temporary_path(name);
    FILE *file = fopen(path, "w+b");
    assert_non_null(file);
    need(cbf_make_handle(&handle), "handle");
    need(cbf_new_datablock(handle, "image_1"), "data block");
    if (!arrays[0].dimensions)
        set_list(handle, &arrays[0]);
    for (int i = 0; i < count; i++)
        set_array(handle, i + 1, &arrays[i]);
    need(cbf_write_file(handle, file, 1, CBF, headers, ENC_NONE), "writing");
    need(cbf_free_handle(handle), "free");
    return path;
}

// Values of a type: a smooth picture with noise and spots, small (`wild` 0), large, or of any pattern.
static void fill(void *values, enum sample_type type, size_t count, int wild)
{
    const struct sample_traits *traits = sample_traits(type);
    for (size_t i = 0; i < count; i++) {
        const uint64_t random = random_next();
        int64_t value = (int64_t)(40 * sin((double)i / 700)) + (int64_t)(random % (wild == 1 ? 900 : 7)) +
                        (traits->is_signed ? -3 : 43);
        if (wild == 3)
            value = traits->is_signed ? -1 : 5; // all alike
        if (wild == 1 && random >> 32 & 1)
            value *= 1 + (int64_t)(random >> 40) % 2000;
        if (wild == 2)
            value = (int64_t)random;
        uint8_t *at = (uint8_t *)values + i * traits->bytes;
        if (type == SAMPLE_F32 && wild != 2)
            memcpy(at, &(float){(float)value / 8}, 4);
        else if (type == SAMPLE_F64 && wild != 2)
            memcpy(at, &(double){(double)value / 8}, 8);
        else
            memcpy(at, &value, traits->bytes);
    }
}

static const struct {
    unsigned flag;
    const char *name;
    bool wide; // CBFlib writes 64 bits and reals so
} compressions[] = {
    {CBF_NONE, "none", true},
    {CBF_BYTE_OFFSET, "byte offset", true},
    {CBF_PACKED, "packed", false},
    {CBF_PACKED_V2, "packed v2", false},
    {CBF_CANONICAL, "canonical", false},
    {CBF_NIBBLE_OFFSET, "nibble offset", true},
};
enum { COMPRESSIONS = sizeof compressions / sizeof *compressions };

// CBFlib 0.9.7 writes beyond its buffer where byte offset makes the data longer (as it does with all short
// types), and files that it cannot read itself from short signed integers in canonical codes and from reals
// in nibbles.
static bool written_well(unsigned compression, const struct sample_traits *traits, int wild)
{
    if (compression == CBF_BYTE_OFFSET)
        return wild != 1 && wild != 2 && traits->bytes >= 4 && !traits->is_float;
    if (compression == CBF_CANONICAL)
        return !traits->is_signed || traits->bytes == 4;
    return compression != CBF_NIBBLE_OFFSET || !traits->is_float;
}

static void check_one(int which, enum sample_type type, int wild, unsigned flags, bool dimensions)
{
    static uint64_t values[COUNT];
    if (!written_well(compressions[which].flag, sample_traits(type), wild))
        return;
    fill(values, type, COUNT, wild);
    const struct array array = {
        compressions[which].flag | flags, type, "little_endian", WIDTH, HEIGHT, 1, dimensions, values};
    struct image_file *file = open_good(write_cbf("one.cbf", &array, 1, MIME_HEADERS | MSG_DIGEST));
    const struct frame_info info = info_of(file, 0);
    assert_int_equal(info.width, WIDTH);
    assert_int_equal(info.height, HEIGHT);
    assert_int_equal(info.type, type);
    assert_string_equal(info.compression, compressions[which].name);
    struct picture picture = decode_whole(file, 0);
    if (picture.report.lost_pixels != 0)
        fail_msg("%s, %s, wild %d: %s", info.compression, sample_traits(type)->name, wild,
                 picture.report.first_loss.text);
    const size_t item = sample_traits(type)->bytes;
    for (size_t i = 0; i < COUNT; i++) {
        if (memcmp(picture.pixels + i * item, (uint8_t *)values + i * item, item) != 0)
            fail_msg("%s, %s, wild %d, flags %x, dimensions %d: pixel %zu differs", info.compression,
                     sample_traits(type)->name, wild, flags, dimensions, i);
    }
    picture_free(&picture);
    check_rectangles(file, 0, values);
    bool known = false;
    struct error error = {0};
    assert_int_equal(image_file_verify(file, 0, NULL, &known, &error), STATUS_OK);
    assert_true(known);
    image_file_close(&file);
}

static const enum sample_type narrow_types[] = {SAMPLE_U8,  SAMPLE_I8,  SAMPLE_U16,
                                                SAMPLE_I16, SAMPLE_U32, SAMPLE_I32};

static void every_compression_of_integers(void **state)
{
    (void)state;
    skip_without_threads();
    for (int which = 0; which < COMPRESSIONS; which++) {
        for (size_t t = 0; t < 6; t++) {
            for (int wild = 0; wild < 4; wild++)
                check_one(which, narrow_types[t], wild, 0, true);
        }
    }
}

// Without neighbours: dimensions only in the CIF part, or the image called flat.
static void packed_without_neighbours(void **state)
{
    (void)state;
    skip_without_threads();
    for (size_t t = 0; t < 6; t++) {
        for (int wild = 0; wild < 4; wild++) {
            check_one(2, narrow_types[t], wild, 0, false);
            check_one(3, narrow_types[t], wild, 0, false);
            check_one(2, narrow_types[t], wild, CBF_FLAT_IMAGE, true);
            check_one(3, narrow_types[t], wild, CBF_FLAT_IMAGE, true);
        }
    }
}

static void wide_types_and_reals(void **state)
{
    (void)state;
    skip_without_threads();
    static const enum sample_type types[] = {SAMPLE_U64, SAMPLE_I64, SAMPLE_F32, SAMPLE_F64};
    for (int which = 0; which < COMPRESSIONS; which++) {
        for (size_t t = 0; t < 4; t++) {
            for (int wild = 0; wild < 4 && (compressions[which].wide || types[t] == SAMPLE_F32); wild++)
                check_one(which, types[t], wild, 0, true);
        }
    }
}

// Panels of one block, in different compressions; then planes of one section.
static void panels_and_planes_are_frames(void **state)
{
    (void)state;
    static uint64_t values[COMPRESSIONS][COUNT];
    struct array arrays[COMPRESSIONS];
    for (int i = 0; i < COMPRESSIONS; i++) {
        fill(values[i], SAMPLE_I32, COUNT, compressions[i].flag == CBF_BYTE_OFFSET ? 0 : i % 2);
        arrays[i] = (struct array){
            compressions[i].flag, SAMPLE_I32, "little_endian", WIDTH, HEIGHT, 1, true, values[i]};
    }
    const char *path = write_cbf("panels.cbf", arrays, COMPRESSIONS, MIME_HEADERS | MSG_DIGEST);
    struct image_file *file = open_good(path);
    assert_int_equal(file->frames, COMPRESSIONS);
    for (int i = COMPRESSIONS - 1; i >= 0; i--) {
        char note[64];
        snprintf(note, sizeof note, "panel %d of %d", i + 1, COMPRESSIONS);
        assert_string_equal(info_of(file, i).note, note);
        check_rectangles(file, i, values[i]);
    }
    image_file_close(&file);
    check_threads(path);

    enum { PLANES = 5 };
    const size_t plane = WIDTH * (HEIGHT / PLANES) * 4;
    static const unsigned flags[] = {CBF_NONE, CBF_BYTE_OFFSET, CBF_NIBBLE_OFFSET, CBF_CANONICAL};
    for (int c = 0; c < 4; c++) {
        const struct array cube = {flags[c], SAMPLE_I32, "little_endian", WIDTH, HEIGHT / PLANES,
                                   PLANES,   true,       values[1]};
        file = open_good(write_cbf("cube.cbf", &cube, 1, MIME_HEADERS));
        assert_int_equal(file->frames, PLANES);
        for (int i = 0; i < PLANES; i++)
            check_rectangles(file, PLANES - 1 - i, (uint8_t *)values[1] + (size_t)(PLANES - 1 - i) * plane);
        image_file_close(&file);
    }
}

// Packed planes are predicted from the plane before, but for the flags that tell otherwise.
static void packed_planes_are_frames(void **state)
{
    (void)state;
    static const struct {
        int64_t width, height, depth;
    } sizes[] = {{17, 23, 7}, {64, 2, 3}, {40, 1, 6}, {2, 9, 4}, {194, 185, 2}};
    static const unsigned codings[] = {CBF_PACKED, CBF_PACKED_V2};
    static const unsigned flags[] = {0, CBF_UNCORRELATED_SECTIONS, CBF_FLAT_IMAGE};
    static uint64_t values[194 * 185 * 2];
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        const size_t plane = (size_t)(sizes[s].width * sizes[s].height);
        for (int n = 0; n < 2 * 3 * 6 * 3; n++) {
            const enum sample_type type = narrow_types[n / 6 % 6];
            const size_t item = sample_traits(type)->bytes;
            fill(values, type, plane * (size_t)sizes[s].depth, n / 36);
            const struct array cube = {codings[n % 2] | flags[n / 2 % 3],
                                       type,
                                       "little_endian",
                                       sizes[s].width,
                                       sizes[s].height,
                                       sizes[s].depth,
                                       true,
                                       values};
            struct image_file *file = open_good(write_cbf("planes.cbf", &cube, 1, MIME_HEADERS));
            assert_int_equal(file->frames, sizes[s].depth);
            for (int64_t i = sizes[s].depth - 1; i >= 0; i--)
                check_rectangles(file, i, (uint8_t *)values + (size_t)i * plane * item);
            image_file_close(&file);
        }
    }
    const struct array cube = {CBF_PACKED, SAMPLE_I32, "little_endian", 194, 185, 2, true, values};
    fill(values, SAMPLE_I32, sizeof values / sizeof *values, 1);
    check_threads(write_cbf("planes.cbf", &cube, 1, MIME_HEADERS));
}

static void wrong_digests_are_told(void **state)
{
    (void)state;
    static int32_t values[COUNT];
    fill(values, SAMPLE_I32, COUNT, 0);
    const struct array array = {CBF_BYTE_OFFSET, SAMPLE_I32, "little_endian", WIDTH, HEIGHT, 1, true, values};
    const char *path = write_cbf("digest.cbf", &array, 1, MIME_HEADERS | MSG_DIGEST);
    size_t size;
    uint8_t *bytes = load_bytes(path, &size);
    const uint8_t *marker = memmem(bytes, size, "\x0c\x1a\x04\xd5", 4);
    assert_non_null(marker);
    bytes[marker - bytes + 4000] ^= 1;
    struct image_file *file = open_good(save_bytes("changed.cbf", bytes, size));
    bool known = false;
    struct error error = {0};
    assert_int_equal(image_file_verify(file, 0, NULL, &known, &error), STATUS_BROKEN);
    assert_non_null(strstr(error.text, "changed.cbf"));
    assert_non_null(strstr(error.text, "MD5"));
    image_file_close(&file);
    free(bytes);
}

// Cut and changed streams of every coding: holes or wrong values, never a crash.
static void damaged_streams(void **state)
{
    (void)state;
    skip_without_threads();
    static uint64_t values[COUNT];
    for (int which = 1; which < COMPRESSIONS; which++) {
        fill(values, SAMPLE_I32, COUNT, which > 1);
        const struct array array = {
            compressions[which].flag, SAMPLE_I32, "little_endian", WIDTH, HEIGHT, 1, true, values};
        const char *path = write_cbf("damage.cbf", &array, 1, MIME_HEADERS);
        size_t size;
        uint8_t *bytes = load_bytes(path, &size);
        struct image_file *file = open_good(save_bytes("cut.cbf", bytes, size * 2 / 3));
        struct picture picture = decode_whole(file, 0);
        const int64_t kept = COUNT - picture.report.lost_pixels;
        assert_in_range(kept, COUNT / 3, COUNT * 9 / 10);
        assert_memory_equal(picture.pixels, values, (size_t)kept * 4);
        assert_non_null(strstr(picture.report.first_loss.text, "cut.cbf"));
        picture_free(&picture);
        image_file_close(&file);
        const size_t data = (size_t)((uint8_t *)memmem(bytes, size, "\x0c\x1a\x04\xd5", 4) - bytes);
        for (int n = 0; n < 60; n++) {
            const size_t at = data + random_next() % (n % 2 ? 400 : size - data);
            const uint8_t old = bytes[at];
            bytes[at] = (uint8_t)random_next();
            try_file(save_bytes("changed.cbf", bytes, size));
            bytes[at] = old;
        }
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_compression_of_integers),
        cmocka_unit_test(packed_without_neighbours),
        cmocka_unit_test(wide_types_and_reals),
        cmocka_unit_test(panels_and_planes_are_frames),
        cmocka_unit_test(packed_planes_are_frames),
        cmocka_unit_test(wrong_digests_are_told),
        cmocka_unit_test(damaged_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
