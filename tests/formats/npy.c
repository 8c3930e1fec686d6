// SPDX-License-Identifier: MIT
// The NumPy reader against arrays made here byte by byte, and real files.
#include "support/testdata.h"

#include "base/byteorder.h"
#include "formats/readers_list.h"
#include "image/mask.h"

#include <math.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t random_state = 88172645463325252u;

static uint64_t random_next(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

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

static struct image_file *open_good(const char *name)
{
    struct image_file *file = NULL;
    struct error error = {0};
    if (image_file_open(name, CHANNEL_AUTO, &file, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return file;
}

static enum status open_bad(const char *name, struct error *error)
{
    struct image_file *file = NULL;
    *error = (struct error){0};
    enum status status = image_file_open(name, CHANNEL_AUTO, &file, error);
    assert_true(status != STATUS_OK);
    assert_null(file);
    assert_true(error->text[0] != '\0');
    return status;
}

static struct frame_info info_of(struct image_file *file, int64_t frame)
{
    struct frame_info info;
    struct error error = {0};
    if (image_file_info(file, frame, &info, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return info;
}

static struct decode_report decode(struct image_file *file, int64_t frame, struct rect rect, uint8_t *pixels,
                                   size_t stride, uint8_t *classes)
{
    struct decode_report report = {0};
    struct error error = {0};
    struct decode_request request = {
        .frame = frame, .rect = rect, .pixels = pixels, .stride = stride, .classes = classes};
    if (image_file_decode(file, &request, &report, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return report;
}

// Random rectangles of the frame, with padded rows or not, against the expected samples of the whole frame.
static void check_rectangles(struct image_file *file, int64_t frame, const uint8_t *expected)
{
    struct frame_info info = info_of(file, frame);
    size_t item = sample_traits(info.type)->bytes;
    for (int n = 0; n < 24; n++) {
        struct rect rect = {0, 0, info.width, info.height};
        if (n > 1) {
            rect.x = (int64_t)(random_next() % (uint64_t)info.width);
            rect.y = (int64_t)(random_next() % (uint64_t)info.height);
            rect.width = 1 + (int64_t)(random_next() % (uint64_t)(info.width - rect.x));
            rect.height = 1 + (int64_t)(random_next() % (uint64_t)(info.height - rect.y));
        }
        size_t row = (size_t)rect.width * item, stride = row + (n % 2 ? 5 : 0);
        uint8_t *pixels = malloc(stride * (size_t)rect.height);
        uint8_t *classes = calloc((size_t)rect.width, (size_t)rect.height);
        assert_int_equal(decode(file, frame, rect, pixels, stride, classes).lost_pixels, 0);
        for (int64_t y = 0; y < rect.height; y++)
            assert_memory_equal(pixels + (size_t)y * stride,
                                expected + (size_t)((rect.y + y) * info.width + rect.x) * item, row);
        free(pixels);
        free(classes);
    }
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
            decode(file, 0, (struct rect){0, 0, WIDTH, HEIGHT}, (uint8_t *)pixels, WIDTH * 4, classes);
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
        {"{'descr': '<c8', 'fortran_order': False, 'shape': (3,), }", STATUS_UNSUPPORTED, "<c8"},
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

static void check_real(const char *path, const cJSON *entry)
{
    struct image_file *file = open_good(path);
    struct frame_info info = info_of(file, 0);
    size_t plane = (size_t)(info.width * info.height) * sample_traits(info.type)->bytes;
    const char *dtype = cJSON_GetStringValue(cJSON_GetObjectItem(entry, "dtype"));
    char name[8], digest_text[65];
    snprintf(name, sizeof name, "%c%d", dtype[0], 8 * (dtype[1] - '0'));
    assert_string_equal(sample_traits(info.type)->name, name);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_DigestInit_ex(context, EVP_sha256(), NULL);
    uint8_t *pixels = malloc(plane), *classes = calloc((size_t)info.width, (size_t)info.height);
    double low = INFINITY, high = -INFINITY;
    for (int64_t frame = 0; frame < file->frames; frame++) {
        decode(file, frame, (struct rect){0, 0, info.width, info.height}, pixels, plane / (size_t)info.height,
               classes);
        EVP_DigestUpdate(context, pixels, plane);
        for (int64_t i = 0; i < info.width * info.height; i++) {
            double value = sample_value(info.type, pixels + (size_t)i * sample_traits(info.type)->bytes);
            low = fmin(low, value);
            high = fmax(high, value);
        }
    }
    unsigned char digest[32];
    EVP_DigestFinal_ex(context, digest, NULL);
    EVP_MD_CTX_free(context);
    for (int i = 0; i < 32; i++)
        snprintf(digest_text + 2 * i, 3, "%02x", digest[i]);
    assert_string_equal(digest_text, cJSON_GetStringValue(cJSON_GetObjectItem(entry, "sha256_le")));
    assert_true(low == cJSON_GetObjectItem(entry, "min")->valuedouble);
    assert_true(high == cJSON_GetObjectItem(entry, "max")->valuedouble);
    free(pixels);
    free(classes);
    image_file_close(&file);
}

static void test_real_files(void **state)
{
    (void)state;
    cJSON *reference = testdata_reference();
    if (!reference)
        skip();
    int checked = 0;
    for (const cJSON *entry = reference->child; entry; entry = entry->next) {
        const char *format = cJSON_GetStringValue(cJSON_GetObjectItem(entry, "format"));
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", testdata_folder(), entry->string);
        if (!format || strcmp(format, "NPY") != 0 || access(path, R_OK) != 0)
            continue;
        check_real(path, entry);
        checked++;
    }
    cJSON_Delete(reference);
    print_message("%d real files agree\n", checked);
    assert_true(checked > 0);
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
