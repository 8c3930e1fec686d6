// SPDX-License-Identifier: MIT
// Times decoding one 16-megapixel EIGER frame (u32 and u16, bitshuffle-LZ4) beside H5Dread with the machine's
// bitshuffle plugin. Not a test.
//
// Usage: bench_hdf5_chunk [FILE.h5 DATASET]    the first chunk of a dataset in place of the made-up frame,
//                                              which needs /usr/bin/python3 with h5py and bitshuffle
#include "formats/packed/hdf5_chunk.h"
#include "formats/packed/bitshuffle.h"

#include "base/clock.h"

#include <hdf5.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 11 };

// Poisson-like counts on rings, module gaps of the maximum, a few strong spots.
static const char script[] =
    "import sys, numpy, h5py, bitshuffle.h5 as b\n"
    "h, w = 4362, 4148\n"
    "y, x = numpy.mgrid[0:h, 0:w].astype('f4')\n"
    "r = numpy.hypot(y - 2181, x - 2074)\n"
    "g = numpy.random.default_rng(1)\n"
    "a = g.poisson(0.3 + 3 * numpy.exp(-(r / 900) ** 2) + 4 * (numpy.abs(r - 700) < 6))\n"
    "a[g.random((h, w)) < 2e-5] += 3000\n"
    "with h5py.File(sys.argv[1], 'w') as f:\n"
    "    for t in ('u4', 'u2'):\n"
    "        d = a.astype(t)\n"
    "        gap = numpy.iinfo(d.dtype).max\n"
    "        d[:, [c for c in range(w) if c % 1040 >= 1028]] = gap\n"
    "        d[[c for c in range(h) if c % 550 >= 512], :] = gap\n"
    "        f.create_dataset(t, data=d[None], chunks=(1, h, w), compression=b.H5FILTER,\n"
    "                         compression_opts=(0, b.H5_COMPRESS_LZ4))\n";

struct job {
    struct hdf5_pipeline pipeline;
    uint8_t *stored;
    size_t stored_count, count, block;
    uint8_t *out;
    struct hdf5_scratch scratch[2];
};

static bool make_file(const char *path)
{
    char name[] = "/tmp/bench_hdf5_XXXXXX";
    int fd = mkstemp(name);
    if (fd < 0 || write(fd, script, sizeof script - 1) != (ssize_t)(sizeof script - 1))
        return false;
    close(fd);
    char command[512];
    snprintf(command, sizeof command, "/usr/bin/python3 %s %s", name, path);
    int code = system(command);
    unlink(name);
    return code == 0;
}

static bool pipeline_of(hid_t dataset, struct hdf5_pipeline *pipeline)
{
    hid_t creation = H5Dget_create_plist(dataset), type = H5Dget_type(dataset);
    *pipeline = (struct hdf5_pipeline){.sample_bytes = H5Tget_size(type),
                                       .big_endian = H5Tget_order(type) == H5T_ORDER_BE};
    int count = H5Pget_nfilters(creation);
    for (int i = 0; i < count && i < HDF5_CHUNK_FILTERS; i++) {
        struct hdf5_filter *filter = &pipeline->filters[pipeline->count++];
        unsigned flags;
        filter->count = HDF5_FILTER_PARAMETERS;
        filter->id = (unsigned)H5Pget_filter2(creation, (unsigned)i, &flags, &filter->count,
                                              filter->parameters, 0, NULL, NULL);
    }
    H5Tclose(type);
    H5Pclose(creation);
    return hdf5_chunk_supported(pipeline);
}

static bool load(hid_t dataset, struct job *job, hsize_t chunk[3])
{
    hsize_t offset[3] = {0}, bytes = 0;
    uint32_t mask = 0;
    hid_t creation = H5Dget_create_plist(dataset);
    bool fits = H5Pget_chunk(creation, 3, chunk) == 3;
    H5Pclose(creation);
    if (!fits || !pipeline_of(dataset, &job->pipeline) ||
        H5Dget_chunk_storage_size(dataset, offset, &bytes) < 0)
        return false;
    job->stored_count = bytes;
    job->stored = malloc(bytes);
    job->count = chunk[0] * chunk[1] * chunk[2] * job->pipeline.sample_bytes;
    job->out = malloc(job->count);
    return job->stored && job->out && H5Dread_chunk(dataset, H5P_DEFAULT, offset, &mask, job->stored) >= 0 &&
           mask == 0;
}

static void require(enum status status, const struct error *error)
{
    if (status == STATUS_OK)
        return;
    fprintf(stderr, "%s\n", error->text);
    exit(1);
}

static void decode_whole(struct job *job)
{
    struct error error = {0};
    require(hdf5_chunk_decode(&job->pipeline, 0, job->stored, job->stored_count, job->out, job->count,
                              &job->scratch[0], &error),
            &error);
}

static void decode_half(struct job *job, int half)
{
    size_t middle = job->count / 2 / job->block * job->block;
    size_t begin = half ? middle : 0, end = half ? job->count : middle;
    struct error error = {0};
    const struct hdf5_packed packed = {&job->pipeline, job->stored, job->stored_count, job->count, NULL};
    require(hdf5_chunk_decode_part(&packed, begin, end, job->out + begin, &job->scratch[half], &error),
            &error);
}

static void *second_half(void *data)
{
    decode_half(data, 1);
    return NULL;
}

static void decode_by_two(struct job *job)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, second_half, job) != 0)
        abort();
    decode_half(job, 0);
    pthread_join(thread, NULL);
}

// On one thread, with another form of the turning of planes.
static void decode_with(struct job *job, bit_unshuffle *unshuffle)
{
    struct bitshuffle_stream stream;
    struct error error = {0};
    require(bitshuffle_read(&job->pipeline.filters[0], job->stored, job->stored_count, &stream, &error),
            &error);
    stream.unshuffle = unshuffle;
    uint8_t *room = malloc(bitshuffle_room(&stream));
    require(bitshuffle_decode(&stream, 0, job->count, job->out, room, NULL, &error), &error);
    free(room);
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double *times)
{
    qsort(times, ROUNDS, sizeof *times, by_value);
    return times[ROUNDS / 2];
}

static double elapsed_ms(int64_t start)
{
    return (double)(clock_now_ns() - start) * 1e-6;
}

static void report_form(struct job *job, const char *name, bit_unshuffle *unshuffle, double yardstick)
{
    double times[ROUNDS];
    if (!unshuffle)
        return;
    for (int i = 0; i < ROUNDS; i++) {
        int64_t start = clock_now_ns();
        decode_with(job, unshuffle);
        times[i] = elapsed_ms(start);
    }
    printf("  own, one thread, %-7s %8.2f ms   %.2f times as fast\n", name, median(times),
           yardstick / median(times));
}

static void measure(hid_t dataset, const char *name)
{
    struct job job = {0};
    hsize_t chunk[3], start[3] = {0};
    if (!load(dataset, &job, chunk)) {
        fprintf(stderr, "%s: is not a 3-D dataset with filters that are decoded here\n", name);
        exit(1);
    }
    hid_t space = H5Dget_space(dataset), memory = H5Screate_simple(3, chunk, NULL),
          type = H5Dget_type(dataset);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, chunk, NULL);
    uint8_t *expected = malloc(job.count);
    bool divisible = hdf5_chunk_divisible(&job.pipeline, job.stored, job.stored_count, &job.block);
    double library[ROUNDS], one[ROUNDS], two[ROUNDS], copy[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        int64_t begun = clock_now_ns();
        if (!expected || H5Dread(dataset, type, memory, space, H5P_DEFAULT, expected) < 0)
            exit(1);
        library[i] = elapsed_ms(begun);
        begun = clock_now_ns();
        decode_whole(&job);
        one[i] = elapsed_ms(begun);
        if (memcmp(expected, job.out, job.count) != 0)
            exit(1);
        begun = clock_now_ns();
        if (divisible)
            decode_by_two(&job);
        two[i] = elapsed_ms(begun);
        if (memcmp(expected, job.out, job.count) != 0)
            exit(1);
        begun = clock_now_ns();
        memcpy(job.out, expected, job.count);
        copy[i] = elapsed_ms(begun);
    }
    char filters[128];
    double yardstick = median(library);
    printf("%s: %s, %.1f MB in %.1f MB stored; median of %d\n", name,
           hdf5_chunk_describe(&job.pipeline, filters, sizeof filters), (double)job.count * 1e-6,
           (double)job.stored_count * 1e-6, ROUNDS);
    printf("  H5Dread, plugin          %8.2f ms\n", yardstick);
    printf("  own, one thread          %8.2f ms   %.2f times as fast\n", median(one),
           yardstick / median(one));
    if (divisible)
        printf("  own, two threads         %8.2f ms   %.2f times as fast\n", median(two),
               yardstick / median(two));
    printf("  memcpy of the frame      %8.2f ms\n", median(copy));
    if (divisible) {
        report_form(&job, "scalar", bit_unshuffle_scalar, yardstick);
        report_form(&job, "AVX2", bit_unshuffle_avx2(), yardstick);
        report_form(&job, "GFNI", bit_unshuffle_gfni(), yardstick);
    }
    hdf5_scratch_free(&job.scratch[0]);
    hdf5_scratch_free(&job.scratch[1]);
    free(expected);
    free(job.stored);
    free(job.out);
    H5Tclose(type);
    H5Sclose(memory);
    H5Sclose(space);
}

static void measure_named(hid_t file, const char *name)
{
    hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    H5Pset_chunk_cache(access, 0, 0, 1); // or the second read would find the chunk decoded
    hid_t dataset = H5Dopen2(file, name, access);
    if (dataset < 0)
        exit(1);
    measure(dataset, name);
    H5Dclose(dataset);
    H5Pclose(access);
}

int main(int count, char **arguments)
{
    char made[] = "/tmp/bench_hdf5_chunk.h5";
    const char *path = count > 2 ? arguments[1] : made;
    if (count <= 2 && !make_file(made)) {
        fprintf(stderr, "no frame could be made: it needs /usr/bin/python3 with h5py and bitshuffle\n");
        return 77;
    }
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file < 0)
        return 1;
    if (count > 2) {
        measure_named(file, arguments[2]);
    } else {
        measure_named(file, "u4");
        measure_named(file, "u2");
        unlink(made);
    }
    H5Fclose(file);
    return 0;
}
