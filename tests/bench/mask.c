// SPDX-License-Identifier: MIT
// Times the mask editor's engine: a brush dab with its upload on a small and a very large mask, and the
// operations of a whole detector frame of 4148 x 4362 pixels, with taking each back. Not a test.
//
// Beside them, in the same run, what the machine can do: memcpy of a plane of bytes, and a plain read of the
// file.
#include "base/clock.h"
#include "formats/base/reader.h"
#include "gpu/gpu.h"
#include "render/picture.h"
#include "sources/masks/mask_operation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 4148, HEIGHT = 4362, ROUNDS = 9, DABS = 400, PIXELS_AT = 256 };

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void must(enum status status, const struct error *error)
{
    if (status == STATUS_OK)
        return;
    fprintf(stderr, "%s\n", error->text);
    exit(1);
}

// --- times ---

static int compare(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static double median(double *times, int count)
{
    qsort(times, (size_t)count, sizeof *times, compare);
    return times[count / 2];
}

static double ms_since(int64_t start)
{
    return (double)(clock_now_ns() - start) / 1e6;
}

static double copy_ms(size_t bytes)
{
    char *from = malloc(bytes), *to = malloc(bytes);
    double times[ROUNDS];
    memset(from, 1, bytes);
    memset(to, 2, bytes);
    for (int i = 0; i < ROUNDS; i++) {
        const int64_t start = clock_now_ns();
        memcpy(to, from, bytes);
        times[i] = ms_since(start);
        from[i] = to[bytes / 2];
    }
    free(from);
    free(to);
    return median(times, ROUNDS);
}

// --- dabs ---

// A stroke of 24 pixels' width in steps of some pixels, as the mouse makes it.
static void bench_dabs(struct gpu *gpu, int64_t side)
{
    struct error error = {0};
    const struct frame_info info = {
        .width = side, .height = side, .type = SAMPLE_U8, .chunk_width = side, .chunk_height = 64};
    struct picture *picture = NULL;
    struct mask *mask = NULL;
    struct mask_history *history = mask_history_create(MASK_HISTORY_DEFAULT_BYTES);
    static double all[DABS], engine[DABS];
    uint64_t random = 7;
    must(picture_create(gpu, &info, 0, &picture, &error), &error);
    must(mask_create(side, side, &mask, &error), &error);
    struct shape_point points[2] = {{(double)side / 2, (double)side / 2}};
    mask_edit_begin(history, mask, MASK_BIT(MASK_USER), "pencil");
    for (int i = 0; i < DABS; i++) {
        points[1] = points[0];
        points[0].x += (double)(next_random(&random) % 31) - 15;
        points[0].y += (double)(next_random(&random) % 31) - 15;
        const struct shape shape = {.kind = SHAPE_STROKE, .points = points, .count = 2, .width = 24};
        struct rect changed;
        const int64_t start = clock_now_ns();
        must(mask_edit_shape(history, &shape, true, &changed, &error), &error);
        engine[i] = ms_since(start);
        must(picture_take_mask(picture, mask, changed, &error), &error);
        all[i] = ms_since(start);
    }
    const int64_t start = clock_now_ns();
    mask_edit_commit(history);
    const double commit = ms_since(start), middle = median(all, DABS);
    gpu_finish(gpu);
    printf(
        "dab on %5lld x %-5lld           %8.4f ms engine, %8.4f ms with upload (median), %.3f ms the slowest; stroke ends in %.3f ms\n",
        (long long)side, (long long)side, median(engine, DABS), middle, all[DABS - 1], commit);
    mask_history_destroy(&history);
    mask_destroy(&mask);
    picture_destroy(&picture);
}

// --- whole frames ---

static void put_tag(unsigned char **at, uint16_t tag, uint32_t value)
{
    const uint16_t type = 4, count[2] = {1, 0};
    memcpy(*at, &tag, 2);
    memcpy(*at + 2, &type, 2);
    memcpy(*at + 4, count, 4);
    memcpy(*at + 8, &value, 4);
    *at += 12;
}

static void write_head(FILE *file, bool is_float)
{
    const uint32_t tags[][2] = {{256, WIDTH},
                                {257, HEIGHT},
                                {258, 32},
                                {259, 1},
                                {262, 1},
                                {273, PIXELS_AT},
                                {277, 1},
                                {278, HEIGHT},
                                {279, 4 * WIDTH * HEIGHT},
                                {339, is_float ? 3 : 1}};
    enum { TAGS = sizeof tags / sizeof tags[0] };
    unsigned char head[PIXELS_AT] = {'I', 'I', 42, 0, 8, 0, 0, 0, TAGS}, *at = head + 10;
    for (size_t i = 0; i < TAGS; i++)
        put_tag(&at, (uint16_t)tags[i][0], tags[i][1]);
    fwrite(head, 1, sizeof head, file);
}

// A smooth background, noise, a few strong spots, and gaps.
static double pixel_value(uint64_t *state, int64_t x, int64_t y)
{
    const double dx = (double)(x - WIDTH / 2), dy = (double)(y - HEIGHT / 2);
    const uint64_t random = next_random(state);
    const double noise = ((double)(random & 0xFFFF) + (double)(random >> 16 & 0xFFFF) - 65536) / 27000;
    const double mean = 3 + 200 * exp(-(dx * dx + dy * dy) / 1e6);
    return random >> 54 == 0 ? 5000 : fmax(0, mean + sqrt(mean) * noise);
}

static void write_tiff(const char *path, bool is_float)
{
    FILE *file = fopen(path, "wb");
    static uint32_t row[WIDTH];
    uint64_t random = 1;
    if (!file)
        abort();
    write_head(file, is_float);
    for (int64_t y = 0; y < HEIGHT; y++) {
        for (int64_t x = 0; x < WIDTH; x++) {
            const double value = pixel_value(&random, x, y);
            const float rounded = (float)value;
            row[x] = (uint32_t)value;
            if (is_float)
                memcpy(&row[x], &rounded, sizeof rounded);
        }
        fwrite(row, sizeof row, 1, file);
    }
    fclose(file);
}

static int64_t peak_bytes(void)
{
    char line[256];
    long long kilobytes = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "VmHWM:", 6) == 0)
            kilobytes = strtoll(line + 6, NULL, 10);
    if (file)
        fclose(file);
    return kilobytes * 1024;
}

static void forget_peak(void)
{
    FILE *file = fopen("/proc/self/clear_refs", "w");
    if (!file)
        return;
    fputs("5", file);
    fclose(file);
}

// What is measured: an operation on the mask that the ones before it have made.
static const struct work {
    const char *name;
    double numbers[4];
    size_t count;
    const char *before; // made first, without counting; NULL = on an empty mask
    double before_number;
} works[] = {
    {"above", {1000}, 1, NULL, 0},       {"above", {40}, 1, NULL, 0}, // much of the frame
    {"grow", {1}, 1, "above", 1000},     {"shrink", {1}, 1, "above", 1000},
    {"grow", {1}, 1, "above", 40},       {"shrink", {1}, 1, "above", 40},
    {"grow", {1, 1}, 2, "above", 40},    {"invert", {0}, 0, "above", 1000},
    {"fill-holes", {0}, 0, "above", 40}, {"remove-specks", {4, 0}, 2, "above", 40},
    {"clear", {0}, 0, "above", 40},
};

static double run(const struct mask_context *context, struct mask *mask, const char *name,
                  const double *numbers, size_t count)
{
    struct error error = {0};
    const int64_t start = clock_now_ns();
    mask_edit_begin(context->history, mask, context->bits, name);
    must(mask_operation_perform(mask_operation_find(name), context, numbers, count, &error), &error);
    mask_edit_commit(context->history);
    return ms_since(start);
}

static void bench_work(const struct work *work, struct image_file *file, struct jobs *jobs,
                       struct handle *handle)
{
    double there[ROUNDS], back[ROUNDS];
    struct error error = {0};
    struct mask *mask = NULL;
    struct mask_context context = {.history = mask_history_create(MASK_HISTORY_DEFAULT_BYTES),
                                   .bits = MASK_BIT(MASK_USER),
                                   .file = file,
                                   .jobs = jobs,
                                   .handle = handle,
                                   .owner = work};
    must(mask_create(WIDTH, HEIGHT, &mask, &error), &error);
    context.mask = mask;
    if (work->before)
        run(&context, mask, work->before, &work->before_number, 1);
    const int64_t held = mask_memory_bytes(mask);
    forget_peak();
    const int64_t before = process_resident_bytes();
    for (int i = 0; i < ROUNDS; i++) {
        there[i] = run(&context, mask, work->name, work->numbers, work->count);
        const int64_t start = clock_now_ns();
        mask_undo(context.history, mask, NULL);
        back[i] = ms_since(start);
    }
    const double extra = (double)(peak_bytes() - before + held) / WIDTH / HEIGHT;
    printf("%-14s %5g %-12s %8.2f ms, undo %6.2f ms, step %6.2f MB, at most %.2f bytes a pixel in all\n",
           work->name, work->count ? work->numbers[0] : 0,
           work->before ? work->before_number > 100 ? "of few" : "of many" : "", median(there, ROUNDS),
           median(back, ROUNDS), (double)mask_history_memory(context.history) / 1e6, extra);
    mask_history_destroy(&context.history);
    mask_destroy(&mask);
}

static double read_ms(const char *path)
{
    double times[ROUNDS];
    static char buffer[1 << 20];
    for (int i = 0; i < ROUNDS; i++) {
        FILE *file = fopen(path, "rb");
        setvbuf(file, NULL, _IONBF, 0);
        const int64_t start = clock_now_ns();
        while (fread(buffer, 1, sizeof buffer, file) > 0)
            ;
        times[i] = ms_since(start);
        fclose(file);
    }
    return median(times, ROUNDS);
}

static void bench_frame(const char *folder, bool is_float)
{
    char path[1024];
    struct error error = {0};
    struct image_file *file = NULL, *clone = NULL;
    struct jobs *jobs = jobs_create(0, NULL, NULL);
    snprintf(path, sizeof path, "%s/fovea-bench-mask.tif", folder);
    write_tiff(path, is_float);
    must(image_file_open(path, CHANNEL_AUTO, &file, &error), &error);
    must(image_file_clone(file, &clone, &error), &error);
    struct handle *handle = handle_create(clone);
    printf("\n%d x %d %s, TIFF: plain read %.2f ms\n", WIDTH, HEIGHT, is_float ? "f32" : "u32",
           read_ms(path));
    for (size_t i = 0; i < sizeof works / sizeof *works; i++)
        bench_work(&works[i], file, jobs, handle);
    handle_release(&handle);
    jobs_destroy(&jobs, 0);
    image_file_close(&file);
    unlink(path);
}

int main(void)
{
    struct headless *headless = NULL;
    struct gpu *gpu = NULL;
    struct error error = {0};
    const char *folder = getenv("TMPDIR");
    printf("memcpy of 18 MB %.2f ms, of 268 MB %.2f ms\n", copy_ms((size_t)WIDTH * HEIGHT),
           copy_ms(268435456));
    if (headless_create(&headless, &error) == STATUS_OK && gpu_create(&gpu, &error) == STATUS_OK) {
        bench_dabs(gpu, 1024);
        bench_dabs(gpu, 16384);
    } else {
        printf("no dabs: %s\n", error.text);
    }
    gpu_destroy(&gpu);
    headless_destroy(&headless);
    bench_frame(folder ? folder : "/tmp", false);
    bench_frame(folder ? folder : "/tmp", true);
    return 0;
}
