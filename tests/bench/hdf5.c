// SPDX-License-Identifier: MIT
// Times one frame of an HDF5 file: H5Dread, then this program's reader with one, two and four threads, the
// file opened anew each time, alone and with the upload into a texture until all of it can be drawn. Not a
// test.
//
// Usage: bench_hdf5 FILE.h5 DATASET
#include "base/clock.h"
#include "base/size.h"
#include "formats/base/reader.h"
#include "gpu/gpu.h"
#include "gpu/texture.h"

#include <hdf5.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 9, BAND_ROWS = 64, MAX_THREADS = 4 };

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double library_once(const char *path, const char *name, void *out)
{
    // The reader gives libhdf5 its own decoders; the yardstick are the plugins.
    static const H5Z_filter_t own[] = {32004, 32008, 32015};
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        H5Zunregister(own[i]);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT), dataset = H5Dopen2(file, name, H5P_DEFAULT);
    const int64_t start = clock_now_ns();
    hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    hid_t native = H5Tget_native_type(type, H5T_DIR_ASCEND);
    hsize_t count[H5S_MAX_RANK], first[H5S_MAX_RANK] = {0};
    const int rank = H5Sget_simple_extent_dims(space, count, NULL);
    for (int axis = 0; axis < rank - 2; axis++)
        count[axis] = 1;
    H5Sselect_hyperslab(space, H5S_SELECT_SET, first, NULL, count, NULL);
    hid_t memory = H5Screate_simple(rank, count, NULL);
    if (H5Dread(dataset, native, memory, space, H5P_DEFAULT, out) < 0)
        printf("H5Dread failed\n");
    const double elapsed = (double)(clock_now_ns() - start) * 1e-6;
    H5Sclose(memory);
    H5Tclose(native);
    H5Tclose(type);
    H5Sclose(space);
    H5Dclose(dataset);
    H5Fclose(file);
    return elapsed;
}

// Bands are taken by threads as by the loader.
struct job {
    const struct frame_info *info;
    uint8_t *pixels, *classes;
    atomic_llong next;
    atomic_bool *ready;      // for each band: decoded and not yet uploaded
    struct texture *texture; // NULL: nothing is uploaded
    struct image_file *files[MAX_THREADS];
};
struct worker {
    struct job *job;
    struct image_file *file;
};

// Decodes the next band; false when there is none.
static bool decode_band(struct worker *worker)
{
    struct job *job = worker->job;
    const int64_t width = job->info->width, height = job->info->height;
    const size_t row = (size_t)width * sample_traits(job->info->type)->bytes;
    const int64_t y = atomic_fetch_add(&job->next, BAND_ROWS);
    if (y < height) {
        const struct rect rect = {0, y, width, int64_min(BAND_ROWS, height - y)};
        const struct decode_request request = {.rect = rect,
                                               .pixels = job->pixels + (size_t)y * row,
                                               .stride = row,
                                               .classes = job->classes + y * width};
        struct error error = {0};
        if (image_file_decode(worker->file, &request, NULL, &error) != STATUS_OK)
            printf("%s\n", error.text);
        atomic_store(&job->ready[y / BAND_ROWS], true);
    }
    return y < height;
}

static void *decode_bands(void *worker)
{
    while (decode_band(worker))
        continue;
    return NULL;
}

// The thread that has the context uploads what is ready, and decodes when nothing is.
static void decode_and_upload(struct worker *worker)
{
    struct job *job = worker->job;
    const int64_t width = job->info->width, height = job->info->height;
    const size_t row = (size_t)width * sample_traits(job->info->type)->bytes;
    const int64_t bands = int64_ceil_div(height, BAND_ROWS);
    for (int64_t done = 0; done < bands;) {
        int64_t found = 0;
        for (int64_t i = 0; i < bands; i++) {
            if (!atomic_exchange(&job->ready[i], false))
                continue;
            const int64_t y = i * BAND_ROWS;
            texture_upload(job->texture, 0, (int)y, (int)width, (int)int64_min(BAND_ROWS, height - y),
                           job->pixels + (size_t)y * row, (size_t)width);
            found++;
        }
        done += found;
        if (!found)
            decode_band(worker);
    }
    texture_read(job->texture, 0, 0, 1, 1, job->classes); // until the device has it
}

static double reader_once(const char *name, int threads, struct job *job)
{
    struct worker workers[MAX_THREADS];
    pthread_t handles[MAX_THREADS];
    atomic_store(&job->next, 0);
    if (image_file_open(name, CHANNEL_AUTO, &job->files[0], NULL) != STATUS_OK)
        return 0;
    const int64_t start = clock_now_ns();
    for (int i = 1; i < threads; i++)
        image_file_clone(job->files[0], &job->files[i], NULL);
    for (int i = 0; i < threads; i++) {
        workers[i] = (struct worker){job, job->files[i]};
        if (i > 0)
            pthread_create(&handles[i], NULL, decode_bands, &workers[i]);
    }
    if (job->texture)
        decode_and_upload(&workers[0]);
    else
        decode_bands(&workers[0]);
    for (int i = 1; i < threads; i++)
        pthread_join(handles[i], NULL);
    const double elapsed = (double)(clock_now_ns() - start) * 1e-6;
    for (int i = 0; i < threads; i++)
        image_file_close(&job->files[i]);
    return elapsed;
}

// Times all numbers of threads, against the yardstick if it is above 0. Returns the median of H5Dread.
static double measure(const char *path, const char *dataset, struct job *job, double yardstick)
{
    char name[4096];
    snprintf(name, sizeof name, "%s::%s", path, dataset);
    for (int threads = yardstick > 0; threads <= MAX_THREADS; threads = threads ? 2 * threads : 1) {
        double times[ROUNDS];
        for (int i = 0; i < ROUNDS; i++)
            times[i] = threads ? reader_once(name, threads, job) : library_once(path, dataset, job->pixels);
        qsort(times, ROUNDS, sizeof *times, compare_doubles);
        const double median = times[ROUNDS / 2];
        if (threads == 0) {
            yardstick = median;
            printf("H5Dread            %8.2f ms\n", median);
            continue;
        }
        printf("%s, %d thread%s  %8.2f ms  1/%.1f of H5Dread\n", job->texture ? "with upload" : "decoding",
               threads, threads > 1 ? "s" : " ", median, yardstick / median);
    }
    return yardstick;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: bench_hdf5 FILE.h5 DATASET\n");
        return 2;
    }
    char name[4096];
    snprintf(name, sizeof name, "%s::%s", argv[1], argv[2]);
    struct image_file *file = NULL;
    struct frame_info info = {0};
    struct error error = {0};
    size_t bytes = 0;
    if (image_file_open(name, CHANNEL_AUTO, &file, &error) != STATUS_OK ||
        image_file_info(file, 0, &info, &error) != STATUS_OK || !frame_bytes(&info, &bytes)) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    image_file_close(&file);
    struct job job = {.info = &info, .pixels = calloc(bytes, 1), .classes = calloc(1, bytes)};
    job.ready = calloc((size_t)int64_ceil_div(info.height, BAND_ROWS), sizeof *job.ready);
    const double yardstick = measure(argv[1], argv[2], &job, 0);
    struct headless *headless = NULL;
    struct gpu *gpu = NULL;
    static const enum texture_format formats[] = {[SAMPLE_U8] = TEXTURE_R8UI,
                                                  [SAMPLE_U16] = TEXTURE_R16UI,
                                                  [SAMPLE_U32] = TEXTURE_R32UI,
                                                  [SAMPLE_F32] = TEXTURE_R32F};
    const bool known = info.type == SAMPLE_U8 || info.type == SAMPLE_U16 || info.type == SAMPLE_U32 ||
                       info.type == SAMPLE_F32;
    if (!known || headless_create(&headless, &error) != STATUS_OK || gpu_create(&gpu, &error) != STATUS_OK ||
        texture_create(gpu, formats[info.type], (int)info.width, (int)info.height, "frame", &job.texture,
                       &error) != STATUS_OK)
        printf("no upload: %s\n", known ? error.text : "type");
    else
        measure(argv[1], argv[2], &job, yardstick);
    texture_destroy(&job.texture);
    gpu_destroy(&gpu);
    headless_destroy(&headless);
    free(job.ready);
    free(job.pixels);
    free(job.classes);
    return 0;
}
