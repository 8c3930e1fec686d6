// SPDX-License-Identifier: MIT
// Times loading of a full float32 detector frame from a TIFF in the page cache, taps and all, with a consumer
// that gives every band straight back, beside a plain read() of the same file. Not a test.
//
// bench_loader [FILE]: without FILE an uncompressed 4148 x 4362 TIFF is made in the folder for temporary
// files.
#include "sources/loader.h"
#include "base/clock.h"
#include "base/size.h"
#include "support/pool.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 4148, HEIGHT = 4362, ROUNDS = 9, PIXELS_AT = 256 };

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

// A value like a detector's: a smooth background, noise, a few strong spots, and gaps that are NaN.
static float pixel_value(uint64_t *state, int64_t x, int64_t y)
{
    const double dx = (double)(x - WIDTH / 2), dy = (double)(y - HEIGHT / 2);
    const uint64_t random = next_random(state);
    const double noise = ((double)(random & 0xFFFF) + (double)(random >> 16 & 0xFFFF) - 65536) / 27000;
    const double mean = 3 + 200 * exp(-(dx * dx + dy * dy) / 1e6);
    if (x % 1040 >= 1028 || y % 550 >= 512)
        return NAN;
    return (float)(random >> 54 == 0 ? 5000 : mean + sqrt(mean) * noise);
}

static void put_tag(unsigned char **at, uint16_t tag, uint32_t value)
{
    const uint16_t type = 4, count[2] = {1, 0};
    memcpy(*at, &tag, 2);
    memcpy(*at + 2, &type, 2);
    memcpy(*at + 4, count, 4);
    memcpy(*at + 8, &value, 4);
    *at += 12;
}

// One strip behind a directory of LONG tags (TIFF 6.0, section 2).
static void write_tiff(const char *path)
{
    static const struct {
        uint16_t tag;
        uint32_t value;
    } tags[] = {{256, WIDTH}, {257, HEIGHT}, {258, 32},
                {259, 1},     {262, 1},      {273, PIXELS_AT},
                {277, 1},     {278, HEIGHT}, {279, 4 * WIDTH * HEIGHT},
                {339, 3}};
    enum { TAGS = sizeof tags / sizeof tags[0] };
    unsigned char head[PIXELS_AT] = {'I', 'I', 42, 0, 8, 0, 0, 0, TAGS};
    unsigned char *at = head + 10;
    for (int i = 0; i < TAGS; i++)
        put_tag(&at, tags[i].tag, tags[i].value);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(head, sizeof head, 1, file) != 1)
        abort();
    uint64_t state = 88172645463325252u;
    for (int64_t y = 0; y < HEIGHT; y++) {
        float row[WIDTH];
        for (int64_t x = 0; x < WIDTH; x++)
            row[x] = pixel_value(&state, x, y);
        if (fwrite(row, sizeof row, 1, file) != 1)
            abort();
    }
    if (fclose(file) != 0)
        abort();
}

static double read_once(const char *path)
{
    enum { BLOCK = 2 << 20 };
    char *block = malloc(BLOCK);
    const int64_t start = clock_now_ns();
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    while (block && fd >= 0 && read(fd, block, BLOCK) > 0)
        continue;
    const int64_t end = clock_now_ns();
    close(fd);
    free(block);
    return (double)(end - start) / 1e6;
}

// Loads once. `most` (may be NULL) is the largest resident size met while loading.
static double load_once(const char *path, int threads, double *first_ms, int64_t *most)
{
    const struct loader_request request = {
        .jobs = test_jobs(), .name = path, .channel = CHANNEL_AUTO, .threads = threads};
    const int64_t start = clock_now_ns();
    int64_t first = 0;
    struct loader *loader = loader_start(&request);
    while (!loader_done(loader)) {
        struct loaded_band band;
        if (!loader_take(loader, 100, &band))
            continue;
        first = first ? first : clock_now_ns();
        if (most)
            *most = int64_max(*most, process_resident_bytes());
        loader_give_back(loader, &band);
    }
    struct loader_outcome outcome;
    loader_finish(&loader, &outcome);
    const int64_t end = clock_now_ns();
    if (outcome.status)
        fprintf(stderr, "%s\n", outcome.error.text);
    loader_outcome_free(&outcome);
    *first_ms = (double)(first - start) / 1e6;
    return (double)(end - start) / 1e6;
}

static int compare(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void time_loads(const char *path, int threads)
{
    double times[ROUNDS], firsts[ROUNDS];
    const int64_t before = process_resident_bytes();
    int64_t most = 0;
    load_once(path, threads, &firsts[0], &most);
    for (int i = 0; i < ROUNDS; i++)
        times[i] = load_once(path, threads, &firsts[i], NULL);
    qsort(times, ROUNDS, sizeof times[0], compare);
    qsort(firsts, ROUNDS, sizeof firsts[0], compare);
    printf(
        "load, %d threads: median %6.1f ms, best %6.1f ms; first band %5.1f ms; at most %5.1f MB more memory\n",
        threads, times[ROUNDS / 2], times[0], firsts[ROUNDS / 2], (double)(most - before) / 1e6);
}

int main(int argc, char **argv)
{
    const char *folder = getenv("TMPDIR");
    char made[4096];
    snprintf(made, sizeof made, "%s/bench_loader_%ld.tif", folder ? folder : "/tmp", (long)getpid());
    const char *path = argc > 1 ? argv[1] : made;
    if (argc < 2)
        write_tiff(path);
    double reads[ROUNDS];
    for (int i = 0; i < ROUNDS; i++)
        reads[i] = read_once(path);
    qsort(reads, ROUNDS, sizeof reads[0], compare);
    printf("plain read(): median %.1f ms, best %.1f ms\n", reads[ROUNDS / 2], reads[0]);
    time_loads(path, 1);
    time_loads(path, 2);
    if (argc < 2)
        unlink(path);
    return 0;
}
