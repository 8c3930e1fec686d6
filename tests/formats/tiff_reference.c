// SPDX-License-Identifier: MIT
// The TIFF reader against real files: values of independent readers, and malformed files that must not crash
// it.
#include "base/size.h"
#include "formats/base/reader.h"
#include "formats/base/readers_list.h"
#include "support/testdata.h"

#include <openssl/sha.h>

#include <ftw.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A decoded frame.
struct picture {
    struct frame_info info;
    uint8_t *pixels;
    struct decode_report report;
};

static enum status picture_read(const char *path, int64_t frame, int channel, struct picture *picture,
                                struct error *error)
{
    struct image_file *file = NULL;
    *picture = (struct picture){0};
    struct open_request open = {.path = path, .channel = channel};
    enum status status = tiff_reader.open(&open, &file, error);
    if (status == STATUS_OK)
        status = image_file_info(file, frame, &picture->info, error);
    if (status == STATUS_OK) {
        const struct frame_info *info = &picture->info;
        size_t row = (size_t)info->width * sample_traits(info->type)->bytes;
        picture->pixels = calloc((size_t)info->height, row);
        uint8_t *classes = calloc((size_t)info->height, (size_t)info->width);
        struct decode_request request = {.frame = frame,
                                         .rect = {0, 0, info->width, info->height},
                                         .pixels = picture->pixels,
                                         .stride = row,
                                         .classes = classes};
        status = image_file_decode(file, &request, &picture->report, error);
        free(classes);
    }
    image_file_close(&file);
    return status;
}

static double number(const cJSON *object, const char *name, double otherwise)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : otherwise;
}

static const char *string(const cJSON *object, const char *name)
{
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    return value ? value : "";
}

static const char *type_expected(const char *dtype)
{
    static const char *const pairs[][2] = {{"bool", "u8"}, {"u1", "u8"},  {"u2", "u16"}, {"u4", "u32"},
                                           {"u8", "u64"},  {"i1", "i8"},  {"i2", "i16"}, {"i4", "i32"},
                                           {"i8", "i64"},  {"f2", "f16"}, {"f4", "f32"}, {"f8", "f64"}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (strcmp(pairs[i][0], dtype) == 0)
            return pairs[i][1];
    return "?";
}

// The page as the reference program had it: all channels, interleaved or one after the other.
static uint8_t *page_assemble(const char *path, int64_t frame, int channels, bool planar, size_t *bytes,
                              struct frame_info *info)
{
    uint8_t *whole = NULL;
    for (int channel = 0; channel < channels; channel++) {
        struct picture picture;
        struct error error = {0};
        if (picture_read(path, frame, channel, &picture, &error) != STATUS_OK) {
            print_error("%s\n", error.text);
            free(picture.pixels);
            free(whole);
            return NULL;
        }
        if (picture.report.lost_pixels)
            print_error("%s: lost %lld: %s\n", path, (long long)picture.report.lost_pixels,
                        picture.report.first_loss.text);
        *info = picture.info;
        size_t item = sample_traits(info->type)->bytes, count = (size_t)(info->width * info->height);
        *bytes = count * item * (size_t)channels;
        if (!whole)
            whole = calloc(1, *bytes);
        for (size_t i = 0; i < count; i++) {
            size_t to = planar ? (size_t)channel * count + i : i * (size_t)channels + (size_t)channel;
            memcpy(whole + to * item, picture.pixels + i * item, item);
        }
        free(picture.pixels);
    }
    return whole;
}

static void hash_text(const uint8_t *bytes, size_t count, char text[65])
{
    uint8_t hash[SHA256_DIGEST_LENGTH];
    SHA256(bytes, count, hash);
    for (size_t i = 0; i < sizeof hash; i++)
        snprintf(text + 2 * i, 3, "%02x", hash[i]);
}

static bool statistics_agree(const uint8_t *bytes, size_t count, const struct frame_info *info,
                             const cJSON *page)
{
    double low = INFINITY, high = -INFINITY;
    long double sum = 0;
    size_t item = sample_traits(info->type)->bytes;
    for (size_t i = 0; i < count; i++) {
        double value = sample_value(info->type, bytes + i * item);
        low = fmin(low, value);
        high = fmax(high, value);
        sum += (long double)value;
    }
    double mean = (double)(sum / (long double)count);
    double expected = number(page, "mean", mean);
    return low == number(page, "min", low) && high == number(page, "max", high) &&
           fabs(mean - expected) <= 1e-9 * fmax(1, fabs(expected));
}

// Returns the number of faults found, each printed.
static int page_check(const char *path, int64_t frame, const cJSON *page)
{
    const cJSON *shape = cJSON_GetObjectItemCaseSensitive(page, "shape");
    const char *dtype = string(page, "dtype");
    if (!shape || !*dtype || *string(page, "note"))
        return 0; // the reference program could not read it, or turned it
    // Pillow takes uncompressed subsampled YCbCr for RGBX; tests/formats/tiff/tiff.c checks that kind by the
    // formula.
    if (strcmp(string(page, "photometric"), "YCBCR") == 0 && strcmp(string(page, "compression"), "NONE") == 0)
        return 0;
    int dimensions = cJSON_GetArraySize(shape);
    bool planar = dimensions == 3 && strcmp(string(page, "planar"), "SEPARATE") == 0;
    int channel_axis = planar ? 0 : 2;
    int channels = dimensions == 3 ? cJSON_GetArrayItem(shape, channel_axis)->valueint : 1;
    size_t bytes = 0;
    struct frame_info info = {0};
    uint8_t *whole = page_assemble(path, frame, channels, planar, &bytes, &info);
    if (!whole)
        return 1;
    int faults = 0;
    int64_t height = cJSON_GetArrayItem(shape, planar ? 1 : 0)->valueint;
    int64_t width = cJSON_GetArrayItem(shape, planar ? 2 : 1)->valueint;
    faults += info.width != width || info.height != height;
    faults += strcmp(sample_traits(info.type)->name, type_expected(dtype)) != 0;
    char hash[65];
    hash_text(whole, bytes, hash);
    faults += strcmp(hash, string(page, "sha256_le")) != 0;
    faults += !statistics_agree(whole, bytes / sample_traits(info.type)->bytes, &info, page);
    if (faults)
        print_error("%s page %lld: %lldx%lld %s, %s\n", path, (long long)frame, (long long)info.width,
                    (long long)info.height, sample_traits(info.type)->name, hash);
    free(whole);
    return faults != 0;
}

static void test_every_reference_page(void **state)
{
    (void)state;
    cJSON *reference = testdata_reference();
    if (!reference)
        skip();
    int faults = 0, pages = 0;
    const cJSON *entry;
    cJSON_ArrayForEach(entry, reference)
    {
        const cJSON *list = cJSON_GetObjectItemCaseSensitive(entry, "pages");
        size_t length = strlen(entry->string);
        if (!list || strcmp(string(entry, "format"), "TIFF") != 0)
            continue;
        if (length > 4 && strcmp(entry->string + length - 4, ".bz2") == 0)
            continue; // bzip2 files are not this reader's
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", testdata_folder(), entry->string);
        const cJSON *page;
        cJSON_ArrayForEach(page, list)
        {
            faults += page_check(path, (int64_t)number(page, "page", 0), page);
            pages++;
        }
    }
    cJSON_Delete(reference);
    print_message("%d pages compared\n", pages);
    assert_true(pages >= 80);
    assert_int_equal(faults, 0);
}

// nftw takes no argument for its function.
static int malformed_files, malformed_refused;

enum { MALFORMED_PIXELS = 1 << 26 };

// Decodes every frame; whatever comes out, it must come out without a fault.
static void file_exercise(const char *path)
{
    struct image_file *file = NULL;
    struct error error = {0};
    struct open_request open = {.path = path, .channel = CHANNEL_AUTO};
    malformed_files++;
    enum status status = tiff_reader.open(&open, &file, &error);
    if (status != STATUS_OK) {
        malformed_refused++;
        assert_non_null(strstr(error.text, path));
        return;
    }
    for (int64_t frame = 0; frame < int64_min(file->frames, 100); frame++) {
        struct picture picture = {0};
        struct frame_info info;
        struct text lines = {0};
        image_file_metadata(file, frame, NULL, &lines, NULL);
        assert_true(utf8_valid(text_string(&lines), lines.length));
        text_free(&lines);
        if (image_file_info(file, frame, &info, &error) == STATUS_OK &&
            info.width * info.height < MALFORMED_PIXELS)
            picture_read(path, frame, CHANNEL_AUTO, &picture, &error);
        free(picture.pixels);
    }
    image_file_close(&file);
}

static int visit(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info, (void)place;
    bool wanted = strstr(path, "tif") && strstr(path, "/malformed/");
    if (kind == FTW_F && wanted)
        file_exercise(path);
    return 0;
}

static void test_malformed_files(void **state)
{
    (void)state;
    const char *folder = testdata_folder();
    if (!folder)
        skip();
    malformed_files = malformed_refused = 0;
    nftw(folder, visit, 16, FTW_PHYS);
    print_message("%d malformed files, %d refused at once\n", malformed_files, malformed_refused);
    assert_true(malformed_files > 100);
    assert_true(malformed_refused > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_reference_page),
        cmocka_unit_test(test_malformed_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
