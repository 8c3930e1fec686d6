// SPDX-License-Identifier: MIT
// "raw:" names: every key, every mistake, padding, truncation, and a real file.
#include "support/reader_checks.h"

#include "base/byteorder.h"
#include "formats/base/readers_list.h"
#include "image/mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct image_file *open_raw(const char *path, const char *query)
{
    char name[2048];
    struct error error = {0};
    struct image_file *file = NULL;
    snprintf(name, sizeof name, "raw:%s%s", path, query);
    const struct open_request request = {.path = name, .channel = CHANNEL_AUTO};
    if (raw_reader.open(&request, &file, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return file;
}

static void refuse(const char *path, const char *query, enum status expected, const char *said)
{
    char name[2048];
    struct error error = {0};
    struct image_file *file = NULL;
    snprintf(name, sizeof name, "raw:%s%s", path, query);
    const struct open_request request = {.path = name, .channel = CHANNEL_AUTO};
    enum status status = raw_reader.open(&request, &file, &error);
    if (status != expected || !strstr(error.text, said))
        fail_msg("%s gave %d: %s", name, status, error.text);
}

enum { WIDTH = 13, HEIGHT = 8, FRAMES = 3 };

// Writes frames of random samples with the paddings and returns the samples alone, in the machine's order.
static uint8_t *make_frames(size_t item, bool big, size_t offset, size_t padding, size_t gap,
                            const char **path)
{
    const size_t row = WIDTH * item, frame = (row + padding) * HEIGHT + gap;
    uint8_t *samples = malloc(row * HEIGHT * FRAMES), *bytes = malloc(offset + frame * FRAMES);
    memset(bytes, 0xEE, offset + frame * FRAMES);
    for (size_t n = 0; n < (size_t)FRAMES * HEIGHT; n++) {
        uint8_t *to = bytes + offset + n / HEIGHT * frame + n % HEIGHT * (row + padding);
        for (size_t i = 0; i < row; i++)
            to[i] = samples[n * row + i] = (uint8_t)random_next();
        if (big)
            swap_items(samples + n * row, WIDTH, item);
    }
    *path = save_bytes("samples.bin", bytes, offset + frame * FRAMES - gap);
    free(bytes);
    return samples;
}

static void test_every_type(void **state)
{
    (void)state;
    for (int type = 0; type < SAMPLE_COUNT; type++) {
        const struct sample_traits *traits = sample_traits((enum sample_type)type);
        for (int n = 0; n < 8; n++) {
            const bool big = n & 1, padded = n & 2, apart = n & 4;
            const char *path;
            char query[256];
            const size_t padding = padded ? 3 : 0, gap = apart ? 5 : 0;
            uint8_t *samples = make_frames(traits->bytes, big, 17, padding, gap, &path);
            snprintf(query, sizeof query, "?height=8&width=13&type=%s&offset=17&endian=%s&gap=%zu&row=%zu",
                     traits->name, big ? "big" : "little", gap, WIDTH * traits->bytes + padding);
            struct image_file *file = open_raw(path, query);
            assert_int_equal(file->frames, FRAMES);
            assert_string_equal(sample_traits(info_of(file, 0).type)->name, traits->name);
            for (int64_t frame = 0; frame < FRAMES; frame++)
                check_rectangles(file, frame, samples + (size_t)frame * WIDTH * HEIGHT * traits->bytes);
            struct image_file *copy = NULL;
            assert_int_equal(image_file_clone(file, &copy, NULL), STATUS_OK);
            image_file_close(&file);
            check_rectangles(copy, 1, samples + WIDTH * HEIGHT * traits->bytes);
            image_file_close(&copy);
            free(samples);
        }
    }
}

static void test_defaults_and_frames(void **state)
{
    (void)state;
    const char *path;
    uint8_t *samples = make_frames(2, false, 0, 0, 0, &path);
    struct image_file *file = open_raw(path, "?width=13&height=8");
    assert_int_equal(file->frames, 3);
    assert_int_equal(info_of(file, 0).type, SAMPLE_U16);
    assert_string_equal(info_of(file, 0).format, "raw");
    check_rectangles(file, 2, samples + (size_t)2 * WIDTH * HEIGHT * 2);
    image_file_close(&file);
    file = open_raw(path, "?width=13&height=8&frames=2");
    assert_int_equal(file->frames, 2);
    image_file_close(&file);
    file = open_raw(path, "?width=13&height=7"); // 3.4 frames: three whole ones
    assert_int_equal(file->frames, 3);
    image_file_close(&file);
    file = open_raw(path, "?width=13&height=7&frames=10"); // as asked: what is left of the fourth
    assert_int_equal(file->frames, 4);
    assert_non_null(strstr(info_of(file, 3).note, "frame # 4 of 10"));
    struct picture picture = decode_whole(file, 3);
    assert_int_equal(picture.report.lost_pixels, 13 * 7 - (13 * 24 - 3 * 13 * 7));
    picture_free(&picture);
    image_file_close(&file);
    file = open_raw(path, "?width=13&height=30"); // one frame that is cut
    assert_int_equal(file->frames, 1);
    picture = decode_whole(file, 0);
    assert_int_equal(picture.report.lost_pixels, 13 * 6);
    assert_memory_equal(picture.pixels, samples, (size_t)13 * 24 * 2);
    assert_int_equal(picture.classes[13 * 24], MASK_BIT(MASK_BAD));
    picture_free(&picture);
    image_file_close(&file);
    free(samples);
}

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *file, *escaped;
    } names[] = {{"what?.bin", "what%3F.bin"},
                 {"50% & more.bin", "50%25%20%26%20more.bin"},
                 {"a%20b.bin", "a%20b.bin"}, // the very name exists
                 {"5%zz.bin", "5%zz.bin"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[1024];
        const char *made = save_bytes(names[i].file, "\1\2\3\4", 4);
        snprintf(path, sizeof path, "%.*s%s", (int)(strrchr(made, '/') + 1 - made), made, names[i].escaped);
        struct image_file *file = open_raw(path, "?width=2&height=2&type=u8");
        check_rectangles(file, 0, "\1\2\3\4");
        image_file_close(&file);
        remove(made);
    }
}

static void test_mistakes(void **state)
{
    (void)state;
    const char *path = save_bytes("some.bin", "0123456789abcdef", 16);
    static const struct {
        const char *query;
        enum status status;
        const char *said;
    } cases[] = {
        {"", STATUS_USAGE, "raw:FILE?width=W&height=H"},
        {"?", STATUS_USAGE, "KEY=VALUE"},
        {"?width=4", STATUS_USAGE, "width and height must be given"},
        {"?width=4&height=4&", STATUS_USAGE, "KEY=VALUE"},
        {"?width=4&height=0", STATUS_USAGE, "height must be"},
        {"?width=-4&height=4", STATUS_USAGE, "width must be"},
        {"?width=4&height=4x", STATUS_USAGE, "height must be"},
        {"?width=99999999999999999999&height=4", STATUS_USAGE, "width must be"},
        {"?width=4&height=4&type=int", STATUS_USAGE, "u8 i8 u16 i16 u32 i32 u64 i64 f16 f32 f64"},
        {"?width=4&height=4&endian=middle", STATUS_USAGE, "little or big"},
        {"?width=4&height=4&offset=-1", STATUS_USAGE, "offset must be"},
        {"?width=4&height=4&frames=0", STATUS_USAGE, "frames must be"},
        {"?width=4&height=4&gap=-1", STATUS_USAGE, "gap must be"},
        {"?width=4&height=4&row=7", STATUS_USAGE, "row is less"},
        {"?width=4&height=4&colour=red", STATUS_USAGE,
         "width, height, type, offset, endian, frames, row, gap"},
        {"?width=4&height=4&offset=16", STATUS_BROKEN, "only 0 B of data"},
        {"?width=4&height=4&offset=9223372036854775807", STATUS_BROKEN, "only 0 B of data"},
        {"?width=40000&height=40000", STATUS_BROKEN, "40000 x 40000 samples of type u16 needs 3.2 GB"},
        {"?width=4000000000&height=4000000000", STATUS_TOO_LARGE, "overflows"},
        {"?width=9000000000000000000&height=4", STATUS_USAGE, "more than can be addressed"},
        {"?width=4&height=4&row=9223372036854775807", STATUS_TOO_LARGE, "overflows"},
        {"?width=4&height=4&gap=9223372036854775807", STATUS_TOO_LARGE, "overflows"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refuse(path, cases[i].query, cases[i].status, cases[i].said);
    refuse("/nonexistent/file", "?width=4&height=4", STATUS_IO, "/nonexistent/file");
    refuse("", "?width=4&height=4", STATUS_USAGE, "raw:FILE");
}

static void check_real(const char *name, const char *query, const char *reference)
{
    char path[1024];
    if (!testdata_folder())
        skip();
    snprintf(path, sizeof path, "%s/%s", testdata_folder(), name);
    if (access(path, R_OK) != 0)
        skip();
    cJSON *entries = testdata_reference();
    struct image_file *file = open_raw(path, query);
    struct picture picture = decode_whole(file, 0);
    const cJSON *samples = cJSON_GetObjectItem(cJSON_GetObjectItem(entries, reference), "samples");
    const struct frame_info info = info_of(file, 0);
    int checked = 0;
    for (const cJSON *sample = samples ? samples->child : NULL; sample; sample = sample->next, checked++) {
        const int at = cJSON_GetObjectItem(sample, "row")->valueint * (int)info.width +
                       cJSON_GetObjectItem(sample, "col")->valueint;
        assert_true(sample_value(info.type, picture.pixels + (size_t)at * sample_traits(info.type)->bytes) ==
                    cJSON_GetObjectItem(sample, "value")->valuedouble);
    }
    assert_true(checked > 0);
    picture_free(&picture);
    image_file_close(&file);
    cJSON_Delete(entries);
}

// A packed file is told to be packed; bytes that only look so are pixels.
static void test_packed_is_told(void **state)
{
    (void)state;
    static const uint8_t gzip[16] = {0x1F, 0x8B, 8, 0}, bzip2[16] = "BZh91AY&SY";
    static const char query[] = "?width=4&height=4&type=u8";
    refuse(save_bytes("pixels.raw.gz", gzip, sizeof gzip), query, STATUS_UNSUPPORTED,
           "packed by gzip; run gunzip");
    refuse(save_bytes("pixels.bz2", bzip2, sizeof bzip2), query, STATUS_UNSUPPORTED, "packed by bzip2");
    static const char *const names[] = {"pixels.raw", "pixels"};
    for (int i = 0; i < 2; i++) {
        struct image_file *file = open_raw(save_bytes(names[i], gzip, sizeof gzip), query);
        check_rectangles(file, 0, gzip);
        image_file_close(&file);
    }
    uint8_t plain[16] = {1, 2, 3};
    struct image_file *file = open_raw(save_bytes("pixels.gz", plain, sizeof plain), query);
    check_rectangles(file, 0, plain);
    image_file_close(&file);
}

static void test_real_files(void **state)
{
    (void)state;
    check_real("nom-tam-fits/raw/image/comp/bare/test100Data-32.bin",
               "?width=100&height=100&type=f32&endian=big",
               "nom-tam-fits/raw/image/comp/bare/test100Data-32.bin");
    check_real("nom-tam-fits/raw/image/comp/bare/test100Data8.bin", "?width=100&height=100&type=u8",
               "nom-tam-fits/raw/image/comp/bare/test100Data8.bin");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type),     cmocka_unit_test(test_defaults_and_frames),
        cmocka_unit_test(test_names),          cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_packed_is_told), cmocka_unit_test(test_real_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
