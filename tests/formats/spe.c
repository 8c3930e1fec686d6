// SPDX-License-Identifier: MIT
// The SPE reader against headers of versions 2 and 3 composed here, and a real file.
#include "support/bytes.h"
#include "support/reader_checks.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER = 4100, WIDTH = 11, HEIGHT = 6, FRAMES = 3, FOOTER = 800 };

// The header of a file of `frames` frames; `bytes` has room for it.
static void put_header(uint8_t *bytes, int type, float version, int frames)
{
    put_f32(bytes + 10, 0.25F, 0);
    memcpy(bytes + 20, "03Feb2013", 9);
    put_u16(bytes + 42, WIDTH);
    put_u16(bytes + 108, (unsigned)type);
    memcpy(bytes + 172, "141500", 6);
    memcpy(bytes + 280, "a comment", 9);
    put_u16(bytes + 656, HEIGHT);
    put_u32(bytes + 1446, (uint32_t)frames);
    put_f32(bytes + 1992, version, 0);
    put_u32(bytes + 2996, 0x01234567);
}

static uint8_t *make_bytes(int type, size_t item, size_t *count)
{
    *count = HEADER + (size_t)WIDTH * HEIGHT * FRAMES * item;
    uint8_t *bytes = calloc(*count + FOOTER, 1);
    put_header(bytes, type, 2.5F, FRAMES);
    for (size_t i = HEADER; i < *count; i++)
        bytes[i] = (uint8_t)random_next();
    return bytes;
}

static void test_every_type(void **state)
{
    (void)state;
    static const struct {
        int number;
        const char *name;
        size_t item;
    } types[] = {{0, "f32", 4}, {1, "i32", 4}, {2, "i16", 2}, {3, "u16", 2},
                 {5, "f64", 8}, {6, "u8", 1},  {8, "u32", 4}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        size_t count;
        uint8_t *bytes = make_bytes(types[i].number, types[i].item, &count);
        const char *path = save_bytes("frames.spe", bytes, count);
        struct image_file *file = open_good(path);
        struct frame_info info = info_of(file, 0);
        struct detector_info detector;
        assert_string_equal(file->reader->name, "spe");
        assert_int_equal(file->frames, FRAMES);
        assert_int_equal(info.width, WIDTH);
        assert_int_equal(info.height, HEIGHT);
        assert_string_equal(sample_traits(info.type)->name, types[i].name);
        for (int64_t frame = 0; frame < FRAMES; frame++)
            check_rectangles(file, frame, bytes + HEADER + (size_t)frame * WIDTH * HEIGHT * types[i].item);
        assert_int_equal(image_file_detector(file, 0, NULL, &detector, NULL), STATUS_OK);
        assert_true(detector.exposure == 0.25);
        check_metadata(file, 0,
                       (const char *const[]){"xdim\t11\n", "NumFrames\t3\n", "exp_sec\t0.25\n",
                                             "date\t03Feb2013\n", "Comment 2\ta comment\n", NULL});
        image_file_close(&file);
        check_threads(path);
        free(bytes);
    }
}

// Version 3 may keep bytes of its own behind each frame; the footer tells.
static void test_footer(void **state)
{
    (void)state;
    static const char xml[] =
        "<?xml version=\"1.0\"?><SpeFormat version=\"3.0\"><DataFormat><DataBlock type=\"Frame\" count=\"2\" pixelFormat=\"MonochromeUnsigned16\" size=\"60\" stride=\"76\"><DataBlock type=\"Region\" count=\"1\" width=\"6\" height=\"5\" size=\"60\" stride=\"60\" /></DataBlock></DataFormat><Camera model=\"PIXIS\"/><ExposureTime>125</ExposureTime></SpeFormat>";
    size_t count = HEADER + 2 * 76;
    uint8_t *bytes = calloc(count + sizeof xml, 1);
    put_header(bytes, 3, 3.0F, 2);
    for (size_t i = HEADER; i < count; i++)
        bytes[i] = (uint8_t)random_next();
    put_u32(bytes + 678, (uint32_t)count);
    memcpy(bytes + count, xml, sizeof xml - 1);
    const char *path = save_bytes("footer.spe", bytes, count + sizeof xml - 1);
    struct image_file *file = open_good(path);
    struct frame_info info = info_of(file, 1);
    assert_int_equal(file->frames, 2);
    assert_int_equal(info.width, 6);
    assert_int_equal(info.height, 5);
    check_rectangles(file, 0, bytes + HEADER);
    check_rectangles(file, 1, bytes + HEADER + 76);
    check_metadata(file, 0,
                   (const char *const[]){"Camera\tmodel=\"PIXIS\"/\n", "ExposureTime\t125\n",
                                         "file_header_ver\t3\n", NULL});
    image_file_close(&file);
    check_damage(path, 97, count + sizeof xml, 600);
    free(bytes);
}

// Of a size that no number holds the frames are not counted by the size of the file.
static void test_a_footer_with_a_size_that_overflows(void **state)
{
    (void)state;
    static const char xml[] =
        "<DataBlock type=\"Region\" width=\"4000000000000000000\" height=\"4000000000000000000\" />";
    uint8_t bytes[HEADER + 100 + sizeof xml] = {0};
    put_header(bytes, 3, 3.0F, 0);
    put_u32(bytes + 678, HEADER + 100);
    memcpy(bytes + HEADER + 100, xml, sizeof xml - 1);
    check_refused(save_bytes("footer.spe", bytes, sizeof bytes - 1), STATUS_TOO_LARGE, "overflow");
}

static void test_refused(void **state)
{
    (void)state;
    size_t count;
    uint8_t *bytes = make_bytes(3, 2, &count);
    check_refused(save_bytes("cut.spe", bytes, HEADER), STATUS_BROKEN, "only 0 B");
    check_refused(save_bytes("cut.spe", bytes, HEADER - 2), STATUS_BROKEN, "within its header");
    struct image_file *file = open_good(save_bytes("cut.spe", bytes, HEADER + 40));
    struct picture picture = decode_whole(file, 0);
    assert_int_equal(file->frames, 1);
    assert_int_equal(picture.report.lost_pixels, WIDTH * HEIGHT - 20);
    picture_free(&picture);
    image_file_close(&file);
    // A count of frames that was never written: the file's size tells.
    put_u32(bytes + 1446, 0);
    file = open_good(save_bytes("open.spe", bytes, count));
    assert_int_equal(file->frames, FRAMES);
    image_file_close(&file);
    put_u16(bytes + 42, 65535);
    put_u16(bytes + 656, 65535);
    check_refused(save_bytes("large.spe", bytes, count), STATUS_BROKEN, "needs 8.6 GB");
    free(bytes);
}

static void test_real_files(void **state)
{
    (void)state;
    check_real_format("SpeImage");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type),
        cmocka_unit_test(test_footer),
        cmocka_unit_test(test_a_footer_with_a_size_that_overflows),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_real_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
