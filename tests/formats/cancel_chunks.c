// SPDX-License-Identifier: MIT
// A cancel ends the unpacking of one large piece within it: chunks of HDF5 by zstd and Blosc, tiles of FITS
// by gzip and Rice. The functions of the libraries are this program's own here: they count what they give,
// and request the cancel within the call of a given number; no clock is asked.
#include "formats/fits/fits_internal.h"
#include "formats/packed/hdf5_chunk.h"
#include "formats/packed/hdf5_filter.h"
#include "support/fits_maker.h"

#include <blosc.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { CHUNK_BYTES = 32 << 20, STEP = 1 << 20, TILE = 4096 };

static struct {
    int calls, cancel_at; // 0: never
    size_t after;         // bytes that were given after the cancel
    struct cancel cancel;
} unpacking;

static void note(size_t bytes, bool cancelled)
{
    unpacking.after += cancelled ? bytes : 0;
    if (++unpacking.calls == unpacking.cancel_at)
        cancel_request(&unpacking.cancel);
}

size_t ZSTD_decompressStream(ZSTD_DStream *stream, ZSTD_outBuffer *out, ZSTD_inBuffer *in)
{
    size_t (*real)(ZSTD_DStream *, ZSTD_outBuffer *, ZSTD_inBuffer *);
    *(void **)&real = dlsym(RTLD_NEXT, "ZSTD_decompressStream");
    const bool cancelled = cancel_requested(&unpacking.cancel);
    const size_t before = out->pos, code = real(stream, out, in);
    note(out->pos - before, cancelled);
    return code;
}

int blosc_getitem(const void *packed, int start, int count, void *out)
{
    int (*real)(const void *, int, int, void *);
    *(void **)&real = dlsym(RTLD_NEXT, "blosc_getitem");
    const bool cancelled = cancel_requested(&unpacking.cancel);
    const int bytes = real(packed, start, count, out);
    note(bytes > 0 ? (size_t)bytes : 0, cancelled);
    return bytes;
}

int inflate(z_streamp stream, int flush)
{
    int (*real)(z_streamp, int);
    *(void **)&real = dlsym(RTLD_NEXT, "inflate");
    const bool cancelled = cancel_requested(&unpacking.cancel);
    const uInt room = stream->avail_out;
    const int code = real(stream, flush);
    note(room - stream->avail_out, cancelled);
    return code;
}

// Numbers that do pack, but are not all the same.
static uint8_t *make_samples(size_t count)
{
    uint8_t *samples = malloc(count);
    assert_non_null(samples);
    for (size_t i = 0; i < count; i++)
        samples[i] = (uint8_t)(i >> 12 ^ i % 7);
    return samples;
}

// --- chunks ---

static size_t pack_zstd(const uint8_t *samples, uint8_t *out, size_t room)
{
    return ZSTD_compress(out, room, samples, CHUNK_BYTES, 1);
}

// Two frames and one to be passed over, which is allowed.
static size_t pack_zstd_frames(const uint8_t *samples, uint8_t *out, size_t room)
{
    static const uint8_t skipped[] = {0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3};
    const size_t half = CHUNK_BYTES / 2, first = ZSTD_compress(out, room, samples, half, 1);
    memcpy(out + first, skipped, sizeof skipped);
    const size_t at = first + sizeof skipped;
    return at + ZSTD_compress(out + at, room - at, samples + half, half, 1);
}

static size_t pack_blosc(const uint8_t *samples, uint8_t *out, size_t room)
{
    return (size_t)blosc_compress_ctx(1, BLOSC_SHUFFLE, 4, CHUNK_BYTES, samples, out, room, "lz4", 0, 1);
}

// A last block that is shorter than the others.
static size_t pack_blosc_blocks(const uint8_t *samples, uint8_t *out, size_t room)
{
    return (size_t)blosc_compress_ctx(1, BLOSC_BITSHUFFLE, 2, CHUNK_BYTES, samples, out, room, "zlib",
                                      3 * 4096 * 16, 1);
}

static const struct packing {
    unsigned filter;
    size_t (*pack)(const uint8_t *samples, uint8_t *out, size_t room);
} packings[] = {{HDF5_FILTER_ZSTD, pack_zstd},
                {HDF5_FILTER_ZSTD, pack_zstd_frames},
                {HDF5_FILTER_BLOSC, pack_blosc},
                {HDF5_FILTER_BLOSC, pack_blosc_blocks}};

static enum status unpack(const struct packing *packing, const uint8_t *stored, size_t count, int cancel_at,
                          uint8_t *out)
{
    const struct hdf5_pipeline pipeline = {
        .filters[0] = {.id = packing->filter}, .count = 1, .sample_bytes = 1};
    struct hdf5_scratch scratch = {.cancel = &unpacking.cancel};
    memset(&unpacking, 0, sizeof unpacking);
    unpacking.cancel_at = cancel_at;
    const enum status status =
        hdf5_chunk_decode(&pipeline, 0, stored, count, out, CHUNK_BYTES, &scratch, NULL);
    scratch.cancel = NULL;
    hdf5_scratch_free(&scratch);
    return status;
}

static void test_chunks_are_left_within_a_step(void **state)
{
    (void)state;
    const size_t room = CHUNK_BYTES + STEP;
    uint8_t *samples = make_samples(CHUNK_BYTES), *stored = malloc(room), *out = malloc(CHUNK_BYTES);
    assert_true(stored && out);
    for (size_t i = 0; i < sizeof packings / sizeof *packings; i++) {
        const size_t count = packings[i].pack(samples, stored, room);
        assert_in_range(count, 1, room);
        memset(out, 0, CHUNK_BYTES);
        assert_int_equal(unpack(&packings[i], stored, count, 0, out), STATUS_OK);
        assert_memory_equal(out, samples, CHUNK_BYTES);
        const int calls = unpacking.calls;
        assert_in_range(calls, CHUNK_BYTES / STEP, INT32_MAX);
        for (int at = 1; at < calls; at += calls / 7 + 1) {
            assert_int_equal(unpack(&packings[i], stored, count, at, out), STATUS_CANCELLED);
            assert_int_equal(unpacking.calls, at);
            assert_int_equal(unpacking.after, 0);
        }
        // What is cut short is damaged, not cancelled.
        assert_int_equal(unpack(&packings[i], stored, count - 5, 0, out), STATUS_BROKEN);
    }
    free(samples);
    free(stored);
    free(out);
}

// --- tiles ---

// An image that is one gzipped tile.
static const char *write_tile(const uint8_t *samples, size_t count)
{
    struct fits_maker maker = {0};
    uLongf packed = compressBound((uLong)count);
    uint8_t *bytes = malloc(packed);
    assert_non_null(bytes);
    assert_int_equal(compress2(bytes, &packed, samples, (uLong)count, 1), Z_OK);
    static const char *const gzip[] = {"ZCMPTYPE= 'GZIP_1'", NULL};
    fits_packed_tile(&maker, TILE, gzip, bytes, packed);
    free(bytes);
    return fits_maker_save(&maker, "tile.fits", 0);
}

static enum status decode_tile(const char *path, int cancel_at, uint8_t *out, uint8_t *classes)
{
    struct image_file *file = NULL;
    struct error error = {0};
    struct decode_report report = {0};
    if (image_file_open(path, CHANNEL_AUTO, &file, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    memset(&unpacking, 0, sizeof unpacking);
    unpacking.cancel_at = cancel_at;
    const struct decode_request request = {.rect = {0, 0, TILE, TILE},
                                           .pixels = out,
                                           .stride = TILE,
                                           .classes = classes,
                                           .cancel = &unpacking.cancel};
    const enum status status = image_file_decode(file, &request, &report, &error);
    image_file_close(&file);
    return status;
}

static void test_tiles_are_left_within_a_step(void **state)
{
    (void)state;
    const size_t count = (size_t)TILE * TILE;
    uint8_t *samples = make_samples(count), *out = malloc(count), *classes = calloc(count, 1);
    assert_true(out && classes);
    const char *path = write_tile(samples, count);
    assert_int_equal(decode_tile(path, 0, out, classes), STATUS_OK);
    assert_memory_equal(out, samples, count);
    assert_in_range(unpacking.calls, count / STEP, INT32_MAX);
    assert_int_equal(decode_tile(path, 3, out, classes), STATUS_CANCELLED);
    assert_int_equal(unpacking.calls, 3);
    free(samples);
    free(out);
    free(classes);
}

// Selectors of 0: differences of 0, of which a few bytes hold many.
static void test_rice_is_left(void **state)
{
    (void)state;
    enum { PIXELS = 32 * 1000, COUNT = 700 };
    const uint8_t stream[COUNT + FITS_STORED_PADDING] = {0};
    uint16_t *numbers = malloc(PIXELS * sizeof *numbers);
    struct cancel cancel = {0};
    assert_non_null(numbers);
    numbers[PIXELS - 1] = 1;
    assert_true(fits_rice_decode(stream, COUNT, 2, 32, numbers, PIXELS, &cancel));
    assert_int_equal(numbers[PIXELS - 1], 0);
    cancel_request(&cancel);
    assert_false(fits_rice_decode(stream, COUNT, 2, 32, numbers, PIXELS, &cancel));
    free(numbers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chunks_are_left_within_a_step),
        cmocka_unit_test(test_tiles_are_left_within_a_step),
        cmocka_unit_test(test_rice_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
