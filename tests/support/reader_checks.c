// SPDX-License-Identifier: MIT
// Files, decoding and comparisons for the tests of readers.
#include "support/reader_checks.h"

#include "base/size.h"

#include <math.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PADDING_BYTE = 0x5A, RECTANGLES = 24, BANDS = 5, THREADS = 3 };

// --- Files ---

uint64_t random_next(void)
{
    static uint64_t random_state = 88172645463325252u;
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

const char *save_bytes(const char *name, const void *bytes, size_t count)
{
    const char *path = temporary_path(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    if (count > 0)
        assert_int_equal(fwrite(bytes, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
    return path;
}

uint8_t *load_bytes(const char *path, size_t *count)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *count = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*count + 1);
    assert_int_equal(fread(bytes, 1, *count, file), *count);
    fclose(file);
    return bytes;
}

const char *unpacked_path(const char *path)
{
    static const struct {
        const char *ending, *program;
    } packers[] = {{".gz", "gzip"}, {".bz2", "bzip2"}, {".xz", "xz"}, {".zst", "zstd"}};
    const char *end = strrchr(path, '.');
    for (size_t i = 0; end && i < sizeof packers / sizeof *packers; i++) {
        if (strcmp(end, packers[i].ending) != 0)
            continue;
        char command[4096], name[256];
        const char *slash = strrchr(path, '/');
        snprintf(name, sizeof name, "%s", slash ? slash + 1 : path);
        name[strlen(name) - strlen(end)] = '\0';
        const char *made = temporary_path(name);
        snprintf(command, sizeof command, "%s -dc '%s' > '%s'", packers[i].program, path, made);
        if (system(command) != 0)
            fail_msg("%s cannot unpack %s; scripts/install-deps test brings it", packers[i].program, path);
        return made;
    }
    return path;
}

bool python_has(const char *modules)
{
    char command[512];
    snprintf(command, sizeof command, "/usr/bin/python3 -c 'import %s' 2>/dev/null", modules);
    if (system(command) == 0)
        return true;
    print_message("/usr/bin/python3 cannot import %s\n", modules);
    return false;
}

void python_run(const char *modules, const char *script, const char *arguments)
{
    if (!python_has(modules))
        skip();
    const char *path = save_bytes("script.py", script, strlen(script));
    char command[4096];
    snprintf(command, sizeof command, "/usr/bin/python3 -W ignore '%s' %s", path, arguments);
    if (system(command) != 0)
        fail_msg("the script fails: %s", script);
}

// --- Reading ---

struct image_file *open_good(const char *name)
{
    struct image_file *file = NULL;
    struct error error = {0};
    if (image_file_open(name, CHANNEL_AUTO, &file, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return file;
}

enum status open_bad(const char *name, struct error *error)
{
    struct image_file *file = NULL;
    *error = (struct error){0};
    enum status status = image_file_open(name, CHANNEL_AUTO, &file, error);
    assert_true(status != STATUS_OK);
    assert_null(file);
    assert_int_equal(status, error->status);
    assert_true(error->text[0] != '\0');
    return status;
}

void check_refused(const char *name, enum status expected, const char *said)
{
    struct image_file *file = NULL;
    struct frame_info info;
    struct error error = {0};
    enum status status = image_file_open(name, CHANNEL_AUTO, &file, &error);
    if (status == STATUS_OK)
        status = image_file_info(file, 0, &info, &error);
    image_file_close(&file);
    if (status != expected || !strstr(error.text, said))
        fail_msg("%s gave %d: %s", name, status, error.text);
}

struct frame_info info_of(struct image_file *file, int64_t frame)
{
    struct frame_info info;
    struct error error = {0};
    if (image_file_info(file, frame, &info, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return info;
}

struct decode_report decode_into(struct image_file *file, int64_t frame, struct rect rect, void *pixels,
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

struct picture decode_rect(struct image_file *file, int64_t frame, struct rect rect, size_t padding)
{
    struct frame_info info = info_of(file, frame);
    struct picture picture = {.stride = (size_t)rect.width * sample_traits(info.type)->bytes + padding};
    picture.bytes = picture.stride * (size_t)rect.height;
    picture.pixels = malloc(picture.bytes);
    picture.classes = calloc((size_t)rect.width, (size_t)rect.height);
    memset(picture.pixels, PADDING_BYTE, picture.bytes);
    picture.report = decode_into(file, frame, rect, picture.pixels, picture.stride, picture.classes);
    return picture;
}

struct picture decode_whole(struct image_file *file, int64_t frame)
{
    struct frame_info info = info_of(file, frame);
    return decode_rect(file, frame, (struct rect){0, 0, info.width, info.height}, 0);
}

void picture_free(struct picture *picture)
{
    free(picture->pixels);
    free(picture->classes);
    *picture = (struct picture){0};
}

// --- Rectangles ---

// The whole frame twice, any rectangles, and at last bands in order.
static struct rect rect_number(const struct frame_info *info, int n)
{
    struct rect rect = {0, 0, info->width, info->height};
    if (n > 1 && n < RECTANGLES) {
        rect.x = (int64_t)(random_next() % (uint64_t)info->width);
        rect.y = (int64_t)(random_next() % (uint64_t)info->height);
        rect.width = 1 + (int64_t)(random_next() % (uint64_t)(info->width - rect.x));
        rect.height = 1 + (int64_t)(random_next() % (uint64_t)(info->height - rect.y));
    } else if (n >= RECTANGLES) {
        rect.y = info->height * (n - RECTANGLES) / BANDS;
        rect.height = info->height * (n - RECTANGLES + 1) / BANDS - rect.y;
    }
    return rect;
}

static void check_classes(const struct picture *picture, struct rect rect, int64_t width,
                          const uint8_t *classes)
{
    static const uint8_t none[64];
    for (int64_t y = 0; y < rect.height; y++) {
        const uint8_t *row = picture->classes + y * rect.width;
        if (classes) {
            assert_memory_equal(row, classes + (rect.y + y) * width + rect.x, (size_t)rect.width);
            continue;
        }
        for (int64_t x = 0; x < rect.width; x += (int64_t)sizeof none)
            assert_memory_equal(row + x, none, (size_t)int64_min(rect.width - x, sizeof none));
    }
}

static void check_rectangle(struct image_file *file, int64_t frame, struct rect rect, size_t padding,
                            const uint8_t *expected, const uint8_t *classes)
{
    static const uint8_t untouched[8] = {PADDING_BYTE, PADDING_BYTE, PADDING_BYTE, PADDING_BYTE,
                                         PADDING_BYTE, PADDING_BYTE, PADDING_BYTE, PADDING_BYTE};
    struct frame_info info = info_of(file, frame);
    const size_t item = sample_traits(info.type)->bytes, row = (size_t)rect.width * item;
    struct picture picture = decode_rect(file, frame, rect, padding);
    for (int64_t y = 0; y < rect.height; y++) {
        const uint8_t *got = picture.pixels + (size_t)y * picture.stride;
        assert_memory_equal(got, expected + (size_t)((rect.y + y) * info.width + rect.x) * item, row);
        assert_memory_equal(got + row, untouched, padding);
    }
    check_classes(&picture, rect, info.width, classes);
    if (!classes)
        assert_int_equal(picture.report.lost_pixels, 0);
    picture_free(&picture);
}

void check_rectangles_classes(struct image_file *file, int64_t frame, const void *expected,
                              const uint8_t *classes)
{
    struct frame_info info = info_of(file, frame);
    for (int n = 0; n < RECTANGLES + BANDS; n++) {
        struct rect rect = rect_number(&info, n);
        if (rect.height > 0)
            check_rectangle(file, frame, rect, n % 2 ? 5 : 0, expected, classes);
    }
}

void check_rectangles(struct image_file *file, int64_t frame, const void *expected)
{
    check_rectangles_classes(file, frame, expected, NULL);
}

void check_rectangles_agree(struct image_file *file, int64_t frame)
{
    struct picture whole = decode_whole(file, frame);
    check_rectangles_classes(file, frame, whole.pixels, whole.classes);
    picture_free(&whole);
}

// --- Threads ---

struct job {
    struct image_file *file;
    struct picture *frames; // what every thread must find
    int bad;
};

// cmocka's assertions belong to the main thread only: here faults are counted.
static void *decode_rows(void *argument)
{
    struct job *job = argument;
    for (int64_t frame = 0; frame < job->file->frames; frame++) {
        struct frame_info info;
        if (image_file_info(job->file, frame, &info, NULL) != STATUS_OK) {
            job->bad++;
            continue;
        }
        const size_t row = (size_t)info.width * sample_traits(info.type)->bytes;
        const int64_t rows = int64_max(info.height / 7, 1);
        uint8_t *pixels = malloc(row * (size_t)rows);
        uint8_t *classes = malloc((size_t)(info.width * rows));
        for (int64_t y = 0; y + rows <= info.height; y += rows) {
            memset(classes, 0, (size_t)(info.width * rows));
            struct decode_request request = {.frame = frame,
                                             .rect = {0, y, info.width, rows},
                                             .pixels = pixels,
                                             .stride = row,
                                             .classes = classes};
            struct decode_report report = {0};
            if (image_file_decode(job->file, &request, &report, NULL) != STATUS_OK ||
                memcmp(pixels, job->frames[frame].pixels + (size_t)y * row, row * (size_t)rows) != 0 ||
                memcmp(classes, job->frames[frame].classes + y * info.width, (size_t)(info.width * rows)) !=
                    0)
                job->bad++;
        }
        free(pixels);
        free(classes);
    }
    return NULL;
}

void check_threads(const char *name)
{
    struct image_file *file = open_good(name);
    const int64_t frames = file->frames;
    struct picture *pictures = calloc((size_t)frames, sizeof *pictures);
    for (int64_t frame = 0; frame < frames; frame++)
        pictures[frame] = decode_whole(file, frame);
    struct job jobs[THREADS] = {{0}};
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        jobs[i].frames = pictures;
        assert_int_equal(image_file_clone(file, &jobs[i].file, NULL), STATUS_OK);
    }
    image_file_close(&file); // the copies live on
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, decode_rows, &jobs[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(jobs[i].bad, 0);
        image_file_close(&jobs[i].file);
    }
    for (int64_t frame = 0; frame < frames; frame++)
        picture_free(&pictures[frame]);
    free(pictures);
}

// --- Metadata and damage ---

void check_metadata(struct image_file *file, int64_t frame, const char *const *lines)
{
    struct text text = {0};
    struct error error = {0};
    if (image_file_metadata(file, frame, NULL, &text, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    assert_true(utf8_valid(text_string(&text), text.length));
    for (const char *line = text_string(&text); *line;) {
        const char *end = strchr(line, '\n'), *tab = strchr(line, '\t');
        assert_true(end && tab && tab < end && !memchr(tab + 1, '\t', (size_t)(end - tab - 1)));
        line = end + 1;
    }
    for (; *lines; lines++)
        if (!strstr(text_string(&text), *lines))
            fail_msg("\"%s\" is missing in\n%s", *lines, text_string(&text));
    text_free(&text);
}

void try_file(const char *path)
{
    struct image_file *file = NULL;
    struct error error = {0};
    if (image_file_open(path, CHANNEL_AUTO, &file, &error) != STATUS_OK) {
        assert_true(error.text[0] != '\0');
        return;
    }
    for (int64_t frame = 0; frame < file->frames && frame < 4; frame++) {
        struct frame_info info;
        struct detector_info detector;
        struct text text = {0};
        (void)image_file_metadata(file, frame, NULL, &text, NULL);
        (void)image_file_detector(file, frame, NULL, &detector, NULL);
        text_free(&text);
        if (image_file_info(file, frame, &info, &error) != STATUS_OK) {
            assert_true(error.text[0] != '\0');
            continue;
        }
        struct rect rect = {0, 0, int64_min(info.width, 4096), int64_min(info.height, 1024)};
        const size_t stride = (size_t)rect.width * sample_traits(info.type)->bytes;
        uint8_t *pixels = malloc(stride * (size_t)rect.height);
        uint8_t *classes = calloc((size_t)rect.width, (size_t)rect.height);
        struct decode_request request = {
            .frame = frame, .rect = rect, .pixels = pixels, .stride = stride, .classes = classes};
        struct decode_report report = {0};
        (void)image_file_decode(file, &request, &report, NULL);
        free(pixels);
        free(classes);
    }
    image_file_close(&file);
}

void check_damage(const char *path, size_t step, size_t head, int changes)
{
    static const uint8_t bytes[] = {0, 1, ' ', '0', '9', '-', '}', 0x7F, 0x80, 0xFF};
    size_t count;
    uint8_t *content = load_bytes(path, &count);
    for (size_t length = 0; length < count; length += step)
        try_file(save_bytes("damaged", content, length));
    for (int n = 0; n < changes; n++) {
        const size_t at = random_next() % (head < count ? head : count);
        const uint8_t old = content[at];
        content[at] = bytes[random_next() % sizeof bytes];
        try_file(save_bytes("damaged", content, count));
        content[at] = old;
    }
    free(content);
}

// --- Reference values ---

static double number_of(const cJSON *entry, const char *key, double otherwise)
{
    const cJSON *item = cJSON_GetObjectItem(entry, key);
    return cJSON_IsNumber(item) ? item->valuedouble : otherwise;
}

static void check_shape(const struct image_file *file, const struct frame_info *info, const cJSON *entry)
{
    const cJSON *shape = cJSON_GetObjectItem(entry, "shape");
    const int axes = cJSON_GetArraySize(shape);
    double frames = 1;
    for (int i = 0; i + 2 < axes; i++)
        frames *= cJSON_GetArrayItem(shape, i)->valuedouble;
    if (axes > 0)
        assert_int_equal(info->width, cJSON_GetArrayItem(shape, axes - 1)->valueint);
    if (axes > 1)
        assert_int_equal(info->height, cJSON_GetArrayItem(shape, axes - 2)->valueint);
    if (axes > 2)
        assert_int_equal(file->frames, (int64_t)frames);
    assert_int_equal(file->frames, (int64_t)number_of(entry, "n_frames", (double)file->frames));
    // numpy's "i2" and Fovea's "i16" are the same.
    const char *dtype = cJSON_GetStringValue(cJSON_GetObjectItem(entry, "dtype"));
    char name[16];
    if (!dtype || strlen(dtype) != 2)
        return;
    snprintf(name, sizeof name, "%c%d", dtype[0], 8 * (dtype[1] - '0'));
    assert_string_equal(sample_traits(info->type)->name, name);
}

static void check_samples(const struct picture *picture, const struct frame_info *info, const cJSON *entry)
{
    const size_t item = sample_traits(info->type)->bytes;
    for (const cJSON *sample =
             cJSON_GetObjectItem(entry, "samples") ? cJSON_GetObjectItem(entry, "samples")->child : NULL;
         sample; sample = sample->next) {
        const cJSON *value = cJSON_GetObjectItem(sample, "value");
        if (!cJSON_IsNumber(value) || cJSON_GetObjectItem(sample, "frame"))
            continue;
        const int64_t at =
            (int64_t)number_of(sample, "row", 0) * info->width + (int64_t)number_of(sample, "col", 0);
        assert_true(sample_value(info->type, picture->pixels + (size_t)at * item) == value->valuedouble);
    }
}

static void check_digest(EVP_MD_CTX *context, const cJSON *entry)
{
    const char *expected = cJSON_GetStringValue(cJSON_GetObjectItem(entry, "sha256_le"));
    unsigned char digest[32];
    char text[65];
    assert_int_equal(EVP_DigestFinal_ex(context, digest, NULL), 1);
    for (int i = 0; i < 32; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    if (expected)
        assert_string_equal(text, expected);
}

struct totals {
    double low, high, sum, count;
};

static void totals_add(struct totals *totals, const struct picture *picture, const struct frame_info *info)
{
    const size_t item = sample_traits(info->type)->bytes;
    for (int64_t i = 0; i < info->width * info->height; i++) {
        double value = sample_value(info->type, picture->pixels + (size_t)i * item);
        if (!isfinite(value))
            continue;
        totals->low = fmin(totals->low, value);
        totals->high = fmax(totals->high, value);
        totals->sum += value;
        totals->count++;
    }
}

void check_reference(const char *name, const cJSON *entry)
{
    struct image_file *file = open_good(name);
    struct frame_info info = info_of(file, 0);
    const int axes = cJSON_GetArraySize(cJSON_GetObjectItem(entry, "shape"));
    struct totals totals = {INFINITY, -INFINITY, 0, 0};
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_DigestInit_ex(context, EVP_sha256(), NULL);
    check_shape(file, &info, entry);
    for (int64_t frame = 0; frame < (axes > 2 ? file->frames : 1); frame++) {
        struct picture picture = decode_whole(file, frame);
        EVP_DigestUpdate(context, picture.pixels, picture.bytes);
        totals_add(&totals, &picture, &info);
        if (frame == 0 && axes == 2)
            check_samples(&picture, &info, entry);
        picture_free(&picture);
    }
    check_digest(context, entry);
    EVP_MD_CTX_free(context);
    assert_true(totals.low == number_of(entry, "min", totals.low));
    assert_true(totals.high == number_of(entry, "max", totals.high));
    const double mean = totals.sum / totals.count;
    if (number_of(entry, "inf_count", 0) == 0 && totals.count > 0)
        assert_true(fabs(mean - number_of(entry, "mean", mean)) <= 1e-6 * fabs(mean) + 1e-9);
    image_file_close(&file);
}

void check_real_file(const char *path)
{
    char name[1024];
    cJSON *reference = testdata_reference();
    if (!reference)
        skip();
    snprintf(name, sizeof name, "%s/%s", testdata_folder(), path);
    const cJSON *entry = cJSON_GetObjectItemCaseSensitive(reference, path);
    const char *plain = entry && access(name, R_OK) == 0 ? unpacked_path(name) : NULL;
    if (!plain) {
        cJSON_Delete(reference);
        print_message("%s is absent\n", path);
        skip();
    }
    check_reference(plain, entry);
    cJSON_Delete(reference);
}

void check_real_format(const char *format)
{
    cJSON *reference = testdata_reference();
    int checked = 0;
    for (const cJSON *entry = reference ? reference->child : NULL; entry; entry = entry->next) {
        const char *is = cJSON_GetStringValue(cJSON_GetObjectItem(entry, "format"));
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", testdata_folder(), entry->string);
        const char *plain = NULL;
        if (is && strcmp(is, format) == 0 && access(path, R_OK) == 0)
            plain = unpacked_path(path);
        if (!plain)
            continue;
        check_reference(plain, entry);
        checked++;
    }
    cJSON_Delete(reference);
    if (checked == 0)
        skip();
    print_message("%d real files agree\n", checked);
}
