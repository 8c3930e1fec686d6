// SPDX-License-Identifier: MIT
// Times decoding of a 16 megapixel CBF file in the page cache, byte offset as detectors write it, beside
// CBFlib in the same run; then loading with all taps. Not a test.
//
// bench_cbf [FILE]: without FILE one of 4148 x 4362 pixels is made in the folder for temporary files.
#include "base/clock.h"
#include "base/size.h"
#include "sources/loader.h"
#include "support/pool.h"

#include <cbflib/cbf.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 4148, HEIGHT = 4362, BAND = 64, ROUNDS = 9, LONGEST = 7 };

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

// Counts like a detector's: a smooth background, noise, a few strong spots, and gaps of -1.
static int32_t pixel_value(uint64_t *state, int64_t x, int64_t y)
{
    const double dx = (double)(x - WIDTH / 2), dy = (double)(y - HEIGHT / 2);
    const uint64_t random = next_random(state);
    const double noise = ((double)(random & 0xFFFF) + (double)(random >> 16 & 0xFFFF) - 65536) / 27000;
    const double mean = 3 + 200 * exp(-(dx * dx + dy * dy) / 1e6);
    if (x % 1040 >= 1028 || y % 550 >= 512)
        return -1;
    return random >> 54 == 0 ? 5000 : (int32_t)fmax(0, mean + sqrt(mean) * noise);
}

// Byte offset: the difference in one byte, else in two behind 0x80, else in four behind 0x8000.
static size_t put_difference(uint8_t *at, int32_t difference)
{
    if (difference > -128 && difference < 128) {
        *at = (uint8_t)difference;
        return 1;
    }
    *at = 0x80;
    if (difference > -32768 && difference < 32768) {
        memcpy(at + 1, &(int16_t){(int16_t)difference}, 2);
        return 3;
    }
    memcpy(at + 1, "\x00\x80", 2);
    memcpy(at + 3, &difference, 4);
    return LONGEST;
}

static void write_cbf(const char *path)
{
    uint8_t *bytes = malloc((size_t)WIDTH * HEIGHT * LONGEST);
    FILE *file = fopen(path, "wb");
    if (!bytes || !file)
        abort();
    uint64_t state = 88172645463325252u;
    size_t size = 0;
    int32_t before = 0;
    for (int64_t i = 0; i < (int64_t)WIDTH * HEIGHT; i++) {
        const int32_t value = pixel_value(&state, i % WIDTH, i / WIDTH);
        size += put_difference(bytes + size, value - before);
        before = value;
    }
    fprintf(
        file,
        "###CBF: VERSION 1.5\r\n\r\ndata_bench\r\n\r\n_array_data.header_convention \"PILATUS_1.2\"\r\n"
        "_array_data.header_contents\r\n;\r\n# Detector: none\r\n# Count_cutoff 1000000 counts\r\n;\r\n\r\n"
        "_array_data.data\r\n;\r\n--CIF-BINARY-FORMAT-SECTION--\r\nContent-Type: application/octet-stream;\r\n"
        "     conversions=\"x-CBF_BYTE_OFFSET\"\r\nContent-Transfer-Encoding: BINARY\r\n"
        "X-Binary-Size: %zu\r\nX-Binary-ID: 1\r\nX-Binary-Element-Type: \"signed 32-bit integer\"\r\n"
        "X-Binary-Element-Byte-Order: LITTLE_ENDIAN\r\nX-Binary-Number-of-Elements: %d\r\n"
        "X-Binary-Size-Fastest-Dimension: %d\r\nX-Binary-Size-Second-Dimension: %d\r\n\r\n\x0c\x1a\x04\xd5",
        size, WIDTH * HEIGHT, WIDTH, HEIGHT);
    if (fwrite(bytes, 1, size, file) != size)
        abort();
    fprintf(file, "\r\n--CIF-BINARY-FORMAT-SECTION----\r\n;\r\n\r\n");
    if (fclose(file) != 0)
        abort();
    free(bytes);
}

// --- what is timed ---

static int32_t *pixels;
static int64_t width, height;

static void check(int failure)
{
    if (failure)
        abort();
}

static double cbflib_once(const char *path)
{
    cbf_handle handle;
    size_t count;
    int id;
    const int64_t start = clock_now_ns();
    FILE *file = fopen(path, "rb"); // CBFlib closes it
    check(cbf_make_handle(&handle));
    check(cbf_read_widefile(handle, file, MSG_NODIGEST));
    check(cbf_rewind_datablock(handle));
    check(cbf_find_category(handle, "array_data"));
    check(cbf_find_column(handle, "data"));
    check(cbf_rewind_row(handle));
    check(cbf_get_integerarray(handle, &id, pixels, 4, 1, (size_t)(width * height), &count));
    check(cbf_free_handle(handle));
    return (double)(clock_now_ns() - start) / 1e6;
}

static double fovea_once(const char *path)
{
    static uint8_t classes[65536 * BAND];
    struct image_file *file = NULL;
    const int64_t start = clock_now_ns();
    check(image_file_open(path, CHANNEL_AUTO, &file, NULL));
    for (int64_t y = 0; y < height; y += BAND) {
        const struct rect rect = {0, y, width, int64_min(BAND, height - y)};
        const struct decode_request request = {
            .rect = rect, .pixels = pixels + y * width, .stride = (size_t)width * 4, .classes = classes};
        check(image_file_decode(file, &request, NULL, NULL));
    }
    image_file_close(&file);
    return (double)(clock_now_ns() - start) / 1e6;
}

static double load_once(const char *path, int threads)
{
    const struct loader_request request = {
        .jobs = test_jobs(), .name = path, .channel = CHANNEL_AUTO, .threads = threads};
    const int64_t start = clock_now_ns();
    struct loader *loader = loader_start(&request);
    while (!loader_done(loader)) {
        struct loaded_band band;
        if (loader_take(loader, 100, &band))
            loader_give_back(loader, &band);
    }
    struct loader_outcome outcome;
    loader_finish(&loader, &outcome);
    check(outcome.status);
    loader_outcome_free(&outcome);
    return (double)(clock_now_ns() - start) / 1e6;
}

static double load_one(const char *path)
{
    return load_once(path, 1);
}

static double load_two(const char *path)
{
    return load_once(path, 2);
}

static int compare(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        double (*once)(const char *path);
    } ways[] = {{"CBFlib, read and decode", cbflib_once},
                {"Fovea, read and decode, 1 thread", fovea_once},
                {"Fovea, load with all taps, 1 thread", load_one},
                {"Fovea, load with all taps, 2 threads", load_two}};
    enum { WAYS = sizeof ways / sizeof *ways };
    char made[] = "/tmp/fovea-bench-XXXXXX.cbf";
    const char *path = argc > 1 ? argv[1] : made;
    if (argc < 2) {
        check(mkstemps(made, 4) < 0);
        write_cbf(made);
    }
    struct image_file *file = NULL;
    struct frame_info info;
    check(image_file_open(path, CHANNEL_AUTO, &file, NULL));
    check(image_file_info(file, 0, &info, NULL));
    image_file_close(&file);
    width = info.width;
    height = info.height;
    check(info.type != SAMPLE_I32 || width > 65536);
    pixels = calloc((size_t)(width * height), 4);
    double times[WAYS][ROUNDS];
    for (int round = 0; pixels && round < ROUNDS; round++) { // by turns: what else the machine does hits all
        for (int way = 0; way < WAYS; way++)
            times[way][round] = ways[way].once(path);
    }
    for (int way = 0; way < WAYS; way++) {
        qsort(times[way], ROUNDS, sizeof(double), compare);
        printf("%-38s median %6.1f ms, best %6.1f ms, %.2f of CBFlib's\n", ways[way].name,
               times[way][ROUNDS / 2], times[way][0], times[way][ROUNDS / 2] / times[0][ROUNDS / 2]);
    }
    free(pixels);
    if (argc < 2)
        unlink(made);
    return 0;
}
