// SPDX-License-Identifier: MIT
// The Merlin reader against frames composed here, plain and raw, and real files.
#include "support/bytes.h"
#include "support/reader_checks.h"

#include "image/mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 384, FRAMES = 3, ROOM = FRAMES * (HEADER + 512 * 512 * 2) };

static void put_header(uint8_t *at, int number, int chips, int width, int height, const char *depth,
                       const char *layout, int bits)
{
    memset(at, 0, HEADER);
    snprintf(
        (char *)at, HEADER,
        "MQ1,%06d,%05d,%02d,%04d,%04d,%s,%6s,0F,2020-05-18 16:51:49.971626,0.000555,0,0,0,1.2E+2,5.1E+2,0,0,0,0,0,0,3RX,175,511,MQ1A,2020-05-18T14:51:49.971626178Z,555000ns,%d,",
        number, HEADER, chips, width, height, depth, layout, bits);
}

static void test_plain(void **state)
{
    (void)state;
    static const struct {
        const char *depth, *type;
        size_t item;
    } depths[] = {{"U08", "u8", 1}, {"U16", "u16", 2}, {"U32", "u32", 4}};
    enum { WIDTH = 24, HEIGHT = 10, COUNT = WIDTH * HEIGHT };
    for (size_t d = 0; d < 3; d++) {
        const size_t item = depths[d].item, frame = HEADER + COUNT * item;
        uint8_t *bytes = malloc(FRAMES * frame), *samples = malloc(FRAMES * COUNT * item);
        for (int f = 0; f < FRAMES; f++) {
            put_header(bytes + (size_t)f * frame, f + 1, 1, WIDTH, HEIGHT, depths[d].depth, "1x1", 6);
            for (size_t i = 0; i < COUNT; i++) {
                const uint64_t value = random_next();
                put_bytes(samples + ((size_t)f * COUNT + i) * item, value, item, 0);
                put_bytes(bytes + (size_t)f * frame + HEADER + i * item, value, item, 1);
            }
        }
        static const char hdr[] = "HDR,\nFrame Per Trigger (Number):\t3\r\nGain:\tSLGM\nEnd\t";
        (void)save_bytes("frames.hdr", hdr, sizeof hdr - 1);
        const char *path = save_bytes("frames.mib", bytes, FRAMES * frame);
        struct image_file *file = open_good(path);
        struct frame_info info = info_of(file, 0);
        struct detector_info detector;
        assert_string_equal(file->reader->name, "merlin");
        assert_int_equal(file->frames, FRAMES);
        assert_int_equal(info.width, WIDTH);
        assert_int_equal(info.height, HEIGHT);
        assert_string_equal(sample_traits(info.type)->name, depths[d].type);
        for (int64_t f = 0; f < FRAMES; f++)
            check_rectangles(file, f, samples + (size_t)f * COUNT * item);
        check_metadata(file, 2,
                       (const char *const[]){"frame number\t000003\n", "shutter time\t0.000555\n",
                                             "time stamp\t2020-05-18 16:51:49.971626\n",
                                             "Frame Per Trigger (Number)\t3\n", "Gain\tSLGM\n", NULL});
        assert_int_equal(image_file_detector(file, 0, NULL, &detector, NULL), STATUS_OK);
        assert_true(detector.exposure == 0.000555);
        image_file_close(&file);
        check_threads(path);
        // The last frame is cut after 13 pixels.
        file = open_good(save_bytes("cut.mib", bytes, 2 * frame + HEADER + 13 * item));
        assert_int_equal(file->frames, 3);
        struct picture picture = decode_whole(file, 2);
        assert_int_equal(picture.report.lost_pixels, COUNT - 13);
        assert_memory_equal(picture.pixels, samples + (size_t)2 * COUNT * item, 13 * item);
        picture_free(&picture);
        image_file_close(&file);
        free(bytes);
        free(samples);
    }
}

// The place of a pixel of a frame in the file, by the description of the raw format: words of 64 bits with
// the bytes from the highest to the lowest, the first pixel in the lowest bits.
static void put_raw(uint8_t *frame, size_t index, int bits, unsigned value)
{
    const size_t per_word = 64 / (size_t)bits, word = index / per_word, place = index % per_word;
    uint8_t *at = frame + word * 8;
    if (bits == 1)
        at[7 - place / 8] |= (uint8_t)(value << (place % 8));
    else if (bits == 8)
        at[7 - place] = (uint8_t)value;
    else
        put_bytes(at + 6 - 2 * place, value, 2, 1);
}

static void check_raw(const uint8_t *bytes, size_t count, int width, int height, const void *expected,
                      size_t frame_samples_bytes)
{
    const char *path = save_bytes("raw.mib", bytes, count);
    struct image_file *file = open_good(path);
    assert_int_equal(file->frames, 2);
    assert_int_equal(info_of(file, 0).width, width);
    assert_int_equal(info_of(file, 0).height, height);
    check_rectangles(file, 0, expected);
    check_rectangles(file, 1, (const uint8_t *)expected + frame_samples_bytes);
    image_file_close(&file);
    check_threads(path);
}

// One chip, or several in a row.
static void test_raw(void **state)
{
    (void)state;
    enum { WIDTH = 128, HEIGHT = 6, COUNT = WIDTH * HEIGHT };
    static const int depths[] = {1, 6, 12, 24};
    for (int d = 0; d < 4; d++) {
        const int bits = depths[d], stored = bits == 1 ? 1 : bits == 6 ? 8 : 16;
        const size_t half = COUNT * (size_t)stored / 8, frame = HEADER + half * (bits == 24 ? 2 : 1);
        const size_t item = bits <= 8 ? 1 : bits == 12 ? 2 : 4;
        uint8_t *bytes = calloc(2, frame), *samples = calloc(2, COUNT * 4);
        for (size_t f = 0; f < 2; f++) {
            uint8_t *data = bytes + f * frame + HEADER;
            put_header(bytes + f * frame, (int)f, 1, bits == 24 ? 2 * WIDTH : WIDTH, HEIGHT, "R64", "1x1",
                       bits);
            for (size_t i = 0; i < COUNT; i++) {
                const unsigned value = (unsigned)random_next() & ((1u << bits) - 1);
                put_bytes(samples + (f * COUNT + i) * item, value, item, 0);
                put_raw(data, i, stored, bits == 24 ? value >> 12 : value);
                if (bits == 24)
                    put_raw(data + half, i, stored, value & 0xFFF);
            }
        }
        check_raw(bytes, 2 * frame, WIDTH, HEIGHT, samples, COUNT * item);
        free(bytes);
        free(samples);
    }
}

// Four chips: the rows of all lie side by side, the upper left one last; the lower two are turned by half.
static void test_square(void **state)
{
    (void)state;
    static const int depths[] = {1, 6, 12};
    static uint8_t samples[2 * 512 * 512 * 2];
    for (int d = 0; d < 3; d++) {
        const int bits = depths[d], stored = bits == 1 ? 1 : bits == 6 ? 8 : 16;
        const size_t item = bits == 12 ? 2 : 1, plane = (size_t)512 * 512,
                     frame = HEADER + plane * (size_t)stored / 8;
        uint8_t *bytes = calloc(2, frame);
        for (size_t f = 0; f < 2; f++) {
            put_header(bytes + f * frame, (int)f, 4, 1024, 256, "R64", "2x2", bits);
            for (size_t y = 0; y < 512; y++) {
                for (size_t x = 0; x < 512; x++) {
                    const unsigned value = (unsigned)random_next() & ((1u << bits) - 1);
                    size_t row = y, chip = x < 256 ? 3 : 2, column = x % 256;
                    if (y >= 256) {
                        row = 511 - y;
                        chip = x < 256 ? 1 : 0;
                        column = 255 - column;
                    }
                    put_bytes(samples + (f * plane + y * 512 + x) * item, value, item, 0);
                    put_raw(bytes + f * frame + HEADER, row * 1024 + chip * 256 + column, stored, value);
                }
            }
        }
        check_raw(bytes, 2 * frame, 512, 512, samples, plane * item);
        // Without the last row of words the row in the middle of the file is lost: 255 and 256.
        struct image_file *file = open_good(save_bytes("cut.mib", bytes, frame - 128 * (size_t)stored));
        struct picture picture = decode_whole(file, 0);
        assert_int_equal(picture.report.lost_pixels, 1024);
        for (size_t i = 0; i < plane; i++)
            assert_int_equal(picture.classes[i], i / 512 == 255 || i / 512 == 256 ? MASK_BIT(MASK_BAD) : 0);
        picture_free(&picture);
        image_file_close(&file);
        free(bytes);
    }
}

static void refuse(int chips, int width, int height, const char *depth, const char *layout, int bits,
                   enum status expected, const char *said)
{
    uint8_t bytes[HEADER + 64] = {0};
    put_header(bytes, 1, chips, width, height, depth, layout, bits);
    check_refused(save_bytes("refused.mib", bytes, sizeof bytes), expected, said);
}

static void test_refused(void **state)
{
    (void)state;
    refuse(1, 8, 4, "U12", "1x1", 12, STATUS_UNSUPPORTED, "\"U12\"");
    refuse(1, 64, 4, "R64", "1x1", 7, STATUS_UNSUPPORTED, "7 bits");
    refuse(1, 60, 4, "R64", "1x1", 1, STATUS_UNSUPPORTED, "60 raw pixels");
    refuse(4, 64, 4, "R64", "2x2", 12, STATUS_UNSUPPORTED, "\"2x2\"");
    refuse(1, 0, 4, "U16", "1x1", 12, STATUS_BROKEN, "0 x 4");
    refuse(1, -9, 4, "U16", "1x1", 12, STATUS_BROKEN, "-9 x 4");
    refuse(1, 9999, 9999, "U32", "1x1", 24, STATUS_BROKEN, "needs 400 MB");
    check_refused(save_bytes("short.mib", "MQ1,000001,00384,01,0256,0256", 29), STATUS_BROKEN,
                  "within its header");
    check_refused(save_bytes("short.mib", "MQ1,000001,99999999,01,0256,0256", 32), STATUS_BROKEN, "damaged");
    check_refused(save_bytes("short.mib", "MQ1,,,,,,,,,,,,,,,,,,,,", 23), STATUS_BROKEN, "damaged");
    uint8_t *bytes = calloc(ROOM, 1);
    put_header(bytes, 1, 1, 64, 4, "R64", "1x1", 12);
    check_damage(save_bytes("damage.mib", bytes, HEADER + 512), 29, HEADER, 600);
    free(bytes);
}

static void test_real_files(void **state)
{
    (void)state;
    check_real_format("MIB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),   cmocka_unit_test(test_raw),        cmocka_unit_test(test_square),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_real_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
