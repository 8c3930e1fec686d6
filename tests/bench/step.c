// SPDX-License-Identifier: MIT
// Times stepping through a series of 16-megapixel frames like those of an EIGER detector: u32 photon counts
// with gaps of 2^32 - 1, bitshuffle-LZ4, one chunk a frame, in the page cache. Every frame is decoded,
// counted, reduced, uploaded and drawn by `fovea bench --steps`. Several programs take turns, so that a
// change of the machine's speed hits all of them. Not a test.
//
// bench_step [--steps N] [--rounds N] [--offscreen] [--keep FILE.h5] FOVEA...
//
// With --keep, the series is left there, and used again if it is there already.
#include "base/text.h"

#include <cjson/cJSON.h>
#include <hdf5.h>
#include <lz4.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 4148, HEIGHT = 4362, PIXELS = WIDTH * HEIGHT, FRAMES = 10 };
enum { BLOCK = 2048, BITS = 32, PLANE = BLOCK / 8, HEADER = 12, BITSHUFFLE = 32008, LZ4_CODEC = 2 };
enum { MEANS = 64, CHANCES = 256, MAX_PROGRAMS = 8, MAX_ROUNDS = 99 };

// --- frames ---

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

// counts[m][i]: what a Poisson distribution of the mean m / 8 has at the share i / 256 of its sum.
static void make_counts(uint8_t counts[MEANS][CHANCES])
{
    for (int m = 0; m < MEANS; m++) {
        const double mean = m / 8.0;
        double chance = exp(-mean), sum = chance;
        int count = 0;
        for (int i = 0; i < CHANCES; i++) {
            while (sum * CHANCES < i + 0.5 && count < CHANCES - 1) {
                count++;
                chance *= mean / count;
                sum += chance;
            }
            counts[m][i] = (uint8_t)count;
        }
    }
}

// Background, a ring, a few strong spots, and gaps between modules of 1030 x 514 pixels.
static void make_frame(uint8_t counts[MEANS][CHANCES], int frame, uint32_t *pixels)
{
    uint64_t state = 88172645463325252u + (uint64_t)frame;
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            const double dx = x - WIDTH / 2, dy = y - HEIGHT / 2, far = dx * dx + dy * dy;
            const int ring = fabs(far - 490000) < 9000 ? 32 : 0;
            const int mean = 2 + (int)(28 * 810000 / (810000 + far)) + ring;
            const uint64_t random = next_random(&state);
            uint32_t count = counts[mean][random & 0xff];
            if (random >> 49 == 0)
                count += random >> 8 & 0xfff;
            pixels[y * WIDTH + x] = x % 1040 >= 1030 || y % 551 >= 514 ? UINT32_MAX : count;
        }
    }
}

// --- bitshuffle-LZ4 ---

// Bit k of the samples goes to plane k: of eight samples, one byte.
static void shuffle_bits(const uint32_t *samples, size_t count, uint8_t *planes)
{
    for (size_t i = 0; i < count / 8; i++) {
        for (size_t byte = 0; byte < 4; byte++) {
            uint64_t rows = 0, moved;
            for (size_t j = 0; j < 8; j++)
                rows |= (uint64_t)(uint8_t)(samples[8 * i + j] >> 8 * byte) << 8 * j;
            moved = (rows ^ rows >> 7) & 0x00AA00AA00AA00AA;
            rows ^= moved ^ moved << 7;
            moved = (rows ^ rows >> 14) & 0x0000CCCC0000CCCC;
            rows ^= moved ^ moved << 14;
            moved = (rows ^ rows >> 28) & 0x00000000F0F0F0F0;
            rows ^= moved ^ moved << 28;
            for (size_t k = 0; k < 8; k++)
                planes[(8 * byte + k) * (count / 8) + i] = (uint8_t)(rows >> 8 * k);
        }
    }
}

static void put_be(uint8_t *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

// The stored chunk of a frame: bytes in all.
static size_t pack_frame(const uint32_t *pixels, uint8_t *out, size_t room)
{
    uint8_t planes[BLOCK * sizeof *pixels];
    size_t at = HEADER;
    put_be(out, (uint64_t)PIXELS * sizeof *pixels, 8);
    put_be(out + 8, sizeof planes, 4);
    for (size_t first = 0; first < PIXELS / 8 * 8; first += BLOCK) {
        const size_t rest = PIXELS / 8 * 8 - first, count = rest < BLOCK ? rest : BLOCK;
        shuffle_bits(pixels + first, count, planes);
        const int size = LZ4_compress_default((const char *)planes, (char *)out + at + 4,
                                              (int)(count * sizeof *pixels), (int)(room - at - 4));
        put_be(out + at, (uint64_t)size, 4);
        at += 4 + (size_t)size;
    }
    const size_t left = PIXELS % 8 * sizeof *pixels;
    memcpy(out + at, pixels + PIXELS / 8 * 8, left);
    return at + left;
}

static bool write_frames(hid_t dataset)
{
    const size_t bytes = (size_t)PIXELS * sizeof(uint32_t), room = bytes + bytes / 8;
    uint32_t *pixels = must_alloc(bytes);
    uint8_t *packed = must_alloc(room), counts[MEANS][CHANCES];
    bool good = dataset >= 0;
    make_counts(counts);
    for (int frame = 0; good && frame < FRAMES; frame++) {
        make_frame(counts, frame, pixels);
        const size_t size = pack_frame(pixels, packed, room);
        const hsize_t offset[3] = {(hsize_t)frame, 0, 0};
        good = H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, offset, size, packed) >= 0;
        if (frame == 0)
            printf("a frame has %.1f MB, stored as %.1f MB\n", (double)bytes / 1e6, (double)size / 1e6);
    }
    free(pixels);
    free(packed);
    return good;
}

static bool write_series(const char *path)
{
    const hsize_t dims[3] = {FRAMES, HEIGHT, WIDTH}, chunk[3] = {1, HEIGHT, WIDTH};
    const unsigned parameters[] = {0, 4, sizeof(uint32_t), 0, LZ4_CODEC};
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t space = H5Screate_simple(3, dims, NULL), plist = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(plist, 3, chunk);
    H5Pset_filter(plist, BITSHUFFLE, H5Z_FLAG_OPTIONAL, 5, parameters);
    const hid_t dataset = H5Dcreate2(file, "data", H5T_NATIVE_UINT32, space, H5P_DEFAULT, plist, H5P_DEFAULT);
    const bool good = write_frames(dataset);
    H5Dclose(dataset);
    H5Pclose(plist);
    H5Sclose(space);
    return H5Fclose(file) >= 0 && good;
}

// --- programs ---

struct run {
    int steps, rounds;
    bool offscreen;
    const char *series;
};

// What the program prints; the caller frees it. NULL if it fails.
static char *output_of(const char *command)
{
    FILE *pipe = popen(command, "r");
    char *text = NULL;
    size_t count = 0, got = 1;
    while (pipe && got > 0) {
        text = must_resize(text, count + 4097);
        got = fread(text + count, 1, 4096, pipe);
        count += got;
        text[count] = '\0';
    }
    if (pipe && pclose(pipe) == 0)
        return text;
    free(text);
    return NULL;
}

// Per step, in ms: until it is shown (the median), and of all processors.
struct figures {
    double shown, processor;
};

static double number(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItem(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

// False if the program fails, or one of its frames.
static bool run_once(const struct run *run, const char *program, struct figures *figures)
{
    char command[8192];
    snprintf(command, sizeof command, "'%s' bench --json --size 1280x800 --steps %d %s '%s'", program,
             run->steps, run->offscreen ? "--offscreen" : "", run->series);
    char *text = output_of(command);
    cJSON *json = text ? cJSON_Parse(text) : NULL;
    const cJSON *steps = cJSON_GetObjectItem(json, "steps");
    *figures = (struct figures){number(steps, "median_ms"), number(steps, "processor_ms")};
    const bool good = number(steps, "failed") == 0;
    cJSON_Delete(json);
    free(text);
    return good;
}

static int compare(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, compare);
    return values[count / 2];
}

static void print_program(const char *name, double *shown, double *processor, int rounds,
                          struct figures *first)
{
    const struct figures figures = {median(shown, rounds), median(processor, rounds)};
    if (isnan(first->shown))
        *first = figures;
    printf("%-40s %6.1f ms a step (%5.1f a second, best %5.1f), %.2f x; processors %6.1f ms (best %6.1f), "
           "%.2f x\n",
           name, figures.shown, 1000 / figures.shown, 1000 / shown[0], figures.shown / first->shown,
           figures.processor, processor[0], figures.processor / first->processor);
}

static bool measure(const struct run *run, char **programs, int count)
{
    double shown[MAX_PROGRAMS][MAX_ROUNDS], processor[MAX_PROGRAMS][MAX_ROUNDS];
    for (int round = 0; round < run->rounds; round++) {
        for (int i = 0; i < count; i++) {
            struct figures figures;
            if (!run_once(run, programs[i], &figures)) {
                fprintf(stderr, "%s: no figures\n", programs[i]);
                return false;
            }
            shown[i][round] = figures.shown;
            processor[i][round] = figures.processor;
        }
    }
    struct figures first = {NAN, NAN};
    for (int i = 0; i < count; i++)
        print_program(programs[i], shown[i], processor[i], run->rounds, &first);
    return true;
}

int main(int argc, char **argv)
{
    struct run run = {.steps = 40, .rounds = 3};
    const char *folder = getenv("TMPDIR"), *kept = NULL;
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--offscreen") == 0)
            run.offscreen = true;
        else if (strcmp(argv[i], "--steps") == 0 && i + 1 < argc)
            run.steps = atoi(argv[++i]);
        else if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
            run.rounds = atoi(argv[++i]);
        else if (strcmp(argv[i], "--keep") == 0 && i + 1 < argc)
            kept = argv[++i];
    }
    if (i == argc || argc - i > MAX_PROGRAMS || run.steps < 1 || run.rounds < 1 || run.rounds > MAX_ROUNDS) {
        fprintf(stderr,
                "usage: bench_step [--steps N] [--rounds N] [--offscreen] [--keep FILE.h5] FOVEA...\n");
        return 2;
    }
    char made[4096];
    snprintf(made, sizeof made, "%s/bench_step_%ld.h5", folder ? folder : "/tmp", (long)getpid());
    run.series = kept ? kept : made;
    const bool good = (kept && access(kept, R_OK) == 0) || write_series(run.series);
    const bool done = good && measure(&run, argv + i, argc - i);
    if (!kept)
        unlink(made);
    return done ? 0 : 1;
}
