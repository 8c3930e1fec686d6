// SPDX-License-Identifier: MIT
// The GE reader against headers composed here, blanked ones, and a real file.
#include "support/bytes.h"
#include "support/reader_checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEADER = 8192, WIDTH = 12, HEIGHT = 9, FRAMES = 4, COUNT = WIDTH * HEIGHT * FRAMES };

static uint8_t *make_bytes(size_t *count)
{
    *count = HEADER + COUNT * 2;
    uint8_t *bytes = calloc(*count, 1);
    memcpy(bytes, "ADEPT", 5);
    put_u32(bytes + 12, 6144);
    put_u32(bytes + 18, 2048);
    put_u16(bytes + 22, FRAMES);
    put_u16(bytes + 24, HEIGHT);
    put_u16(bytes + 26, WIDTH);
    put_u16(bytes + 28, 16);
    memcpy(bytes + 30, "2011-03-12", 10);
    memcpy(bytes + 90, "a name", 6);
    for (size_t i = HEADER; i < *count; i++)
        bytes[i] = (uint8_t)random_next();
    return bytes;
}

static void test_header(void **state)
{
    (void)state;
    size_t count;
    uint8_t *bytes = make_bytes(&count);
    const char *path = save_bytes("frames.ge2", bytes, count);
    struct image_file *file = open_good(path);
    struct frame_info info = info_of(file, 0);
    assert_string_equal(file->reader->name, "ge");
    assert_int_equal(file->frames, FRAMES);
    assert_int_equal(info.width, WIDTH);
    assert_int_equal(info.height, HEIGHT);
    assert_int_equal(info.type, SAMPLE_U16);
    for (int64_t frame = 0; frame < FRAMES; frame++)
        check_rectangles(file, frame, bytes + HEADER + frame * WIDTH * HEIGHT * 2);
    check_metadata(file, 0,
                   (const char *const[]){"ImageFormat\tADEPT\n", "NumberOfFrames\t4\n",
                                         "ImageDepthInBits\t16\n", "AcquisitionDate\t2011-03-12\n",
                                         "Operator\ta name\n", NULL});
    image_file_close(&file);
    check_threads(path);
    check_damage(path, 301, 32, 300);
    // Not counted: as many as the file holds.
    put_u16(bytes + 22, 0);
    file = open_good(save_bytes("uncounted.ge2", bytes, count - 9));
    assert_int_equal(file->frames, FRAMES - 1);
    check_rectangles(file, 2, bytes + HEADER + 2 * WIDTH * HEIGHT * 2);
    image_file_close(&file);
    put_u16(bytes + 22, FRAMES);
    put_u16(bytes + 28, 12);
    check_refused(save_bytes("bits.ge2", bytes, count), STATUS_UNSUPPORTED, "12 bits");
    put_u16(bytes + 28, 16);
    put_u16(bytes + 26, 0);
    check_refused(save_bytes("zero.ge2", bytes, count), STATUS_BROKEN, "no image");
    put_u16(bytes + 26, 65535);
    put_u16(bytes + 24, 65535);
    check_refused(save_bytes("large.ge2", bytes, count), STATUS_BROKEN, "needs 8.6 GB");
    free(bytes);
}

// A sparse file: nothing but its size and one sample.
static const char *make_blank(int64_t bytes, int64_t mark_at)
{
    const char *path = save_bytes("blank", "", 0);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, mark_at, SEEK_SET), 0);
    fputc(0x39, file);
    fputc(0x05, file);
    fclose(file);
    assert_int_equal(truncate(path, bytes), 0);
    return path;
}

static void test_blank_header(void **state)
{
    (void)state;
    const int64_t plane = (int64_t)2048 * 2048 * 2;
    struct image_file *file = open_good(make_blank(HEADER + 2 * plane, HEADER + plane + 2 * (2048 + 3)));
    struct frame_info info = info_of(file, 1);
    assert_string_equal(file->reader->name, "ge");
    assert_int_equal(file->frames, 2);
    assert_int_equal(info.width, 2048);
    assert_int_equal(info.height, 2048);
    struct picture picture = decode_rect(file, 1, (struct rect){2, 0, 3, 3}, 0);
    const uint16_t expected[] = {0, 0, 0, 0, 0x0539, 0, 0, 0, 0};
    assert_memory_equal(picture.pixels, expected, sizeof expected);
    picture_free(&picture);
    image_file_close(&file);
    // One byte more, or a header that is not blank, and it is no file of this kind.
    check_refused(make_blank(HEADER + plane + 1, HEADER + 99), STATUS_NOT_MINE, "no format that Fovea reads");
    check_refused(make_blank(HEADER + plane, 8000), STATUS_NOT_MINE, "raw:FILE?width=W&height=H");
    check_refused(make_blank(HEADER, 8192 - 2), STATUS_NOT_MINE, "");
}

static void test_real_files(void **state)
{
    (void)state;
    check_real_format("GeImage");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_blank_header),
        cmocka_unit_test(test_real_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
