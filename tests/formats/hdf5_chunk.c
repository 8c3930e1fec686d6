// SPDX-License-Identifier: MIT
// The chunk decoder against a bit-by-bit form of bitshuffle written here, against chunks composed here, and
// against files written by h5py and its plugins.
#include "support/testdata.h"

#include "base/size.h"
#include "formats/packed/bitshuffle.h"
#include "formats/packed/hdf5_chunk.h"
#include "image/random.h"

#include <blosc.h>
#include <bzlib.h>
#include <hdf5.h>
#include <lz4.h>
#include <lzf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

static uint64_t seed = 20240611;

static uint8_t *allocate(size_t bytes)
{
    uint8_t *memory = calloc(bytes ? bytes : 1, 1);
    assert_non_null(memory);
    return memory;
}

// Exactly as many bytes, so that AddressSanitizer sees any step beyond.
static uint8_t *copy_of(const uint8_t *bytes, size_t count)
{
    uint8_t *copy = malloc(count ? count : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, count);
    return copy;
}

// Few counts, some large: what detector data are like; sometimes all bits.
static void fill(uint8_t *bytes, size_t count, size_t sample)
{
    unsigned kind = (unsigned)random_below(&seed, 3);
    for (size_t i = 0; i < count; i++)
        bytes[i] = kind == 0                                         ? (uint8_t)random_bits(&seed)
                   : i % sample == 0 || random_below(&seed, 50) == 0 ? (uint8_t)random_below(&seed, 9)
                                                                     : 0;
}

// --- The reference: one bit at a time, from the format's description ---

static void planes_of(const uint8_t *samples, uint8_t *planes, size_t elements, size_t sample_bytes)
{
    memset(planes, 0, elements * sample_bytes);
    for (size_t e = 0; e < elements; e++)
        for (size_t bit = 0; bit < 8 * sample_bytes; bit++)
            if (samples[e * sample_bytes + bit / 8] >> bit % 8 & 1)
                planes[bit * (elements / 8) + e / 8] |= (uint8_t)(1u << e % 8);
}

static void check_form(bit_unshuffle *unshuffle, const uint8_t *planes, const uint8_t *samples,
                       size_t elements, size_t sample_bytes)
{
    uint8_t *out = malloc(elements * sample_bytes);
    assert_non_null(out);
    memset(out, 0xA5, elements * sample_bytes);
    unshuffle(planes, out, elements, sample_bytes);
    if (memcmp(out, samples, elements * sample_bytes) != 0)
        fail_msg("%zu samples of %zu bytes differ", elements, sample_bytes);
    free(out);
}

static void all_forms_turn_planes_into_samples(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 3, 4, 5, 8, 12, 16};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t eights = 1; eights < 300; eights += eights < 70 ? 1 : random_below(&seed, 60) + 1) {
            size_t bytes = eights * 8 * sizes[i];
            uint8_t *samples = allocate(bytes), *planes = malloc(bytes);
            assert_non_null(planes);
            fill(samples, bytes, sizes[i]);
            planes_of(samples, planes, eights * 8, sizes[i]);
            check_form(bit_unshuffle_scalar, planes, samples, eights * 8, sizes[i]);
            check_form(bit_unshuffle_best(), planes, samples, eights * 8, sizes[i]);
            if (bit_unshuffle_avx2())
                check_form(bit_unshuffle_avx2(), planes, samples, eights * 8, sizes[i]);
            if (bit_unshuffle_gfni())
                check_form(bit_unshuffle_gfni(), planes, samples, eights * 8, sizes[i]);
            free(samples);
            free(planes);
        }
    }
}

// Every single bit goes to its own place, and is found among planes of zeros.
static void single_bits_find_their_places(void **state)
{
    (void)state;
    enum { ELEMENTS = 264 };
    static uint8_t samples[ELEMENTS * 8], planes[ELEMENTS * 8];
    for (size_t bytes = 1; bytes <= 8; bytes *= 2) {
        for (size_t bit = 0; bit < ELEMENTS * bytes * 8; bit++) {
            memset(samples, 0, sizeof samples);
            samples[bit / 8] = (uint8_t)(1u << bit % 8);
            planes_of(samples, planes, ELEMENTS, bytes);
            check_form(bit_unshuffle_scalar, planes, samples, ELEMENTS, bytes);
            check_form(bit_unshuffle_best(), planes, samples, ELEMENTS, bytes);
            if (bit_unshuffle_avx2())
                check_form(bit_unshuffle_avx2(), planes, samples, ELEMENTS, bytes);
        }
    }
}

// --- An encoder of the formats ---

struct bytes {
    uint8_t *data; // owned
    size_t count, capacity;
};

static void bytes_free(struct bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct bytes){0};
}

static uint8_t *bytes_add(struct bytes *bytes, size_t count)
{
    if (bytes->count + count > bytes->capacity) {
        bytes->capacity = 2 * (bytes->count + count);
        bytes->data = realloc(bytes->data, bytes->capacity);
        assert_non_null(bytes->data);
    }
    bytes->count += count;
    return bytes->data + bytes->count - count;
}

static void put_be(struct bytes *bytes, uint64_t value, int size)
{
    uint8_t *at = bytes_add(bytes, (size_t)size);
    for (int i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> 8 * (size - 1 - i));
}

// One block by the codec (2 LZ4, 3 zstd, 0 none) with its length in front where there is a codec.
static void put_block(struct bytes *out, const uint8_t *block, size_t count, unsigned codec)
{
    size_t room = count + count / 100 + 1000;
    uint8_t *packed = allocate(room);
    size_t size = count;
    if (codec == 2)
        size = (size_t)LZ4_compress_default((const char *)block, (char *)packed, (int)count, (int)room);
    else if (codec == 3)
        size = ZSTD_compress(packed, room, block, count, 1);
    else
        memcpy(packed, block, count);
    if (codec)
        put_be(out, size, 4);
    memcpy(bytes_add(out, size), packed, size);
    free(packed);
}

static struct bytes encode_bitshuffle(const uint8_t *samples, size_t count, size_t sample, size_t block,
                                      unsigned codec)
{
    struct bytes out = {0};
    if (codec) {
        put_be(&out, count, 8);
        put_be(&out, block, 4);
    }
    size_t coded = count / sample / 8 * 8 * sample;
    for (size_t at = 0; at < coded; at += block) {
        size_t bytes = coded - at < block ? coded - at : block;
        uint8_t *planes = allocate(bytes);
        planes_of(samples + at, planes, bytes / sample, sample);
        put_block(&out, planes, bytes, codec);
        free(planes);
    }
    memcpy(bytes_add(&out, count - coded), samples + coded, count - coded);
    return out;
}

static struct hdf5_pipeline bitshuffle_pipeline(size_t sample, unsigned block_samples, unsigned codec)
{
    struct hdf5_pipeline pipeline = {.count = 1, .sample_bytes = sample};
    pipeline.filters[0] =
        (struct hdf5_filter){32008, {0, 4, (unsigned)sample, block_samples, codec}, codec ? 5 : 4};
    return pipeline;
}

static enum status decode(const struct hdf5_pipeline *pipeline, const struct bytes *stored, uint8_t *out,
                          size_t count, struct error *error)
{
    struct hdf5_scratch scratch = {0};
    uint8_t *exact = copy_of(stored->data, stored->count);
    enum status status = hdf5_chunk_decode(pipeline, 0, exact, stored->count, out, count, &scratch, error);
    hdf5_scratch_free(&scratch);
    free(exact);
    return status;
}

static void check_decodes(const struct hdf5_pipeline *pipeline, const struct bytes *stored,
                          const uint8_t *expected, size_t count)
{
    struct error error = {0};
    uint8_t *out = malloc(count ? count : 1);
    assert_non_null(out);
    assert_true(hdf5_chunk_supported(pipeline));
    if (decode(pipeline, stored, out, count, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    assert_memory_equal(out, expected, count);
    // Not one byte more or less is accepted.
    uint8_t *other = allocate(count + 64);
    assert_int_equal(decode(pipeline, stored, other, count + 1, &error), STATUS_BROKEN);
    if (count > 0)
        assert_int_equal(decode(pipeline, stored, other, count - 1, &error), STATUS_BROKEN);
    free(other);
    free(out);
}

static struct hdf5_packed packed_of(const struct hdf5_pipeline *pipeline, const struct bytes *stored,
                                    size_t count, const struct bitshuffle_places *places)
{
    return (struct hdf5_packed){pipeline, stored->data, stored->count, count, places};
}

static void check_part(const struct hdf5_packed *packed, const uint8_t *expected, size_t begin, size_t end,
                       struct hdf5_scratch *scratch)
{
    struct error error = {0};
    uint8_t *out = malloc(end - begin + 1);
    assert_non_null(out);
    out[end - begin] = 0x5A;
    if (hdf5_chunk_decode_part(packed, begin, end, out, scratch, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    assert_memory_equal(out, expected + begin, end - begin);
    assert_int_equal(out[end - begin], 0x5A);
    free(out);
}

// Every pair of block borders, decoded alone, gives that part of the whole, whether places are known or not.
static void check_parts(const struct hdf5_pipeline *pipeline, const struct bytes *stored,
                        const uint8_t *expected, size_t count)
{
    size_t block = 0;
    struct hdf5_scratch scratch = {0};
    struct error error = {0};
    struct bitshuffle_places places;
    const struct hdf5_packed packed = packed_of(pipeline, stored, count, NULL);
    const struct hdf5_packed known = packed_of(pipeline, stored, count, &places);
    assert_true(hdf5_chunk_divisible(pipeline, stored->data, stored->count, &block));
    hdf5_chunk_find_places(&packed, &places);
    for (size_t begin = 0; begin <= count; begin += block) {
        for (size_t end = begin; end < count + block; end += block) {
            check_part(&packed, expected, begin, end < count ? end : count, &scratch);
            check_part(&known, expected, begin, end < count ? end : count, &scratch);
        }
    }
    uint8_t none;
    assert_int_equal(hdf5_chunk_decode_part(&packed, 1, count, &none, &scratch, &error), STATUS_USAGE);
    hdf5_scratch_free(&scratch);
}

static void bitshuffle_streams_decode(void **state)
{
    (void)state;
    static const size_t samples[] = {1, 2, 4, 8};
    static const unsigned codecs[] = {0, 2, 3};
    for (int round = 0; round < 40; round++) {
        size_t sample = samples[random_below(&seed, 4)], block_samples = 8 * (1 + random_below(&seed, 40));
        unsigned codec = codecs[round % 3];
        size_t count = (1 + random_below(&seed, 1500)) * sample;
        uint8_t *data = allocate(count);
        fill(data, count, sample);
        struct bytes stored = encode_bitshuffle(data, count, sample, block_samples * sample, codec);
        struct hdf5_pipeline pipeline = bitshuffle_pipeline(sample, (unsigned)block_samples, codec);
        check_decodes(&pipeline, &stored, data, count);
        check_parts(&pipeline, &stored, data, count);
        bytes_free(&stored);
        free(data);
    }
}

// More blocks than places are kept for, of random bytes, which LZ4 stores with a few bytes more.
enum { MANY = 3 * BITSHUFFLE_PLACES + 7, MANY_BLOCK = 64, MANY_BYTES = MANY * MANY_BLOCK };

static void parts_of_many_blocks_are_found_by_their_places(void **state)
{
    (void)state;
    uint8_t *data = allocate(MANY_BYTES);
    for (size_t i = 0; i < MANY_BYTES; i++)
        data[i] = (uint8_t)(i * 2654435761u >> 13);
    const struct hdf5_pipeline pipeline = bitshuffle_pipeline(4, MANY_BLOCK / 4, 2);
    struct bytes stored = encode_bitshuffle(data, MANY_BYTES, 4, MANY_BLOCK, 2);
    struct hdf5_scratch scratch = {0};
    struct bitshuffle_places places;
    const struct hdf5_packed packed = packed_of(&pipeline, &stored, MANY_BYTES, &places);
    hdf5_chunk_find_places(&packed, &places);
    assert_in_range(places.count, BITSHUFFLE_PLACES / 2, BITSHUFFLE_PLACES);
    for (size_t begin = 0; begin < MANY_BYTES; begin += MANY_BLOCK)
        check_part(&packed, data, begin, begin + MANY_BLOCK, &scratch);
    hdf5_scratch_free(&scratch);
    bytes_free(&stored);
    free(data);
}

// The length of block 400 claims more than there is: what lies before is found, nothing behind.
static void places_end_where_a_block_is_damaged(void **state)
{
    (void)state;
    uint8_t *data = allocate(MANY_BYTES);
    const struct hdf5_pipeline pipeline = bitshuffle_pipeline(4, MANY_BLOCK / 4, 2);
    struct bytes stored = encode_bitshuffle(data, MANY_BYTES, 4, MANY_BLOCK, 2);
    struct bytes before = encode_bitshuffle(data, 400 * MANY_BLOCK, 4, MANY_BLOCK, 2);
    memset(stored.data + before.count, 0xFF, 4);
    struct hdf5_scratch scratch = {0};
    struct bitshuffle_places places;
    uint8_t out[MANY_BLOCK];
    struct error error = {0};
    const struct hdf5_packed packed = packed_of(&pipeline, &stored, MANY_BYTES, &places);
    hdf5_chunk_find_places(&packed, &places);
    check_part(&packed, data, 399 * MANY_BLOCK, 400 * MANY_BLOCK, &scratch);
    assert_int_equal(
        hdf5_chunk_decode_part(&packed, 700 * MANY_BLOCK, 701 * MANY_BLOCK, out, &scratch, &error),
        STATUS_BROKEN);
    assert_string_equal(error.text, "the data end within the LZ4 block 400");
    hdf5_scratch_free(&scratch);
    bytes_free(&before);
    bytes_free(&stored);
    free(data);
}

// Four 16-bit samples of a single block of eight, written out by hand: 1, 2, 3, 0x8000, 0, 0, 0, 0xFFFF.
static void a_block_written_by_hand_decodes(void **state)
{
    (void)state;
    static uint8_t planes[16] = {0x85, 0x86, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
                                 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x88};
    static const uint16_t expected[8] = {1, 2, 3, 0x8000, 0, 0, 0, 0xFFFF};
    struct hdf5_pipeline pipeline = bitshuffle_pipeline(2, 0, 0);
    struct bytes stored = {planes, sizeof planes, sizeof planes};
    uint16_t out[8];
    assert_int_equal(decode(&pipeline, &stored, (uint8_t *)out, sizeof out, NULL), STATUS_OK);
    assert_memory_equal(out, expected, sizeof out);
    pipeline.big_endian = true;
    assert_int_equal(decode(&pipeline, &stored, (uint8_t *)out, sizeof out, NULL), STATUS_OK);
    assert_int_equal(out[0], 0x0100);
    assert_int_equal(out[3], 0x0080);
}

// From the descriptions of the formats. LZF: a byte below 32 is the length of a literal run, less one; else
// its high three bits are a length, less two, its others and the next byte a distance back, less one. Blosc:
// a stream whose flag 2 says that the bytes are only copied.
static void streams_written_by_hand_decode(void **state)
{
    (void)state;
    static uint8_t lzf[] = {2, 'a', 'b', 'c', 1 << 5, 2, 0, 'd'};
    static uint8_t blosc[] = {2,  1, 2, 1, 7,   0,   0,   0,   7,   0,   0,  0,
                              23, 0, 0, 0, 'a', 'b', 'c', 'a', 'b', 'c', 'd'};
    struct hdf5_pipeline pipeline = {.count = 1, .sample_bytes = 1, .filters[0].id = 32000};
    check_decodes(&pipeline, &(struct bytes){lzf, sizeof lzf, sizeof lzf}, (const uint8_t *)"abcabcd", 7);
    pipeline.filters[0].id = 32001;
    check_decodes(&pipeline, &(struct bytes){blosc, sizeof blosc, sizeof blosc}, (const uint8_t *)"abcabcd",
                  7);
    uint8_t out[7];
    struct error error = {0};
    blosc[2] |= 5 << 5; // a codec that there is not
    assert_int_equal(decode(&pipeline, &(struct bytes){blosc, 23, 23}, out, 7, &error), STATUS_BROKEN);
    assert_string_equal(error.text, "the Blosc data are packed by an unknown codec, 5");
}

// --- Damage ---

// One pipeline of every kind with a chunk that decodes.
struct sample_chunk {
    struct hdf5_pipeline pipeline;
    struct bytes stored;
    uint8_t *data;
    size_t count;
};

static struct bytes encode_lz4(const uint8_t *data, size_t count, size_t block)
{
    struct bytes out = {0};
    put_be(&out, count, 8);
    put_be(&out, block, 4);
    for (size_t at = 0; at < count; at += block) {
        size_t bytes = count - at < block ? count - at : block, room = bytes + bytes / 100 + 100;
        uint8_t *packed = allocate(room);
        int size = LZ4_compress_default((const char *)data + at, (char *)packed, (int)bytes, (int)room);
        bool raw = (size_t)size >= bytes;
        put_be(&out, raw ? bytes : (size_t)size, 4);
        memcpy(bytes_add(&out, raw ? bytes : (size_t)size), raw ? data + at : packed,
               raw ? bytes : (size_t)size);
        free(packed);
    }
    return out;
}

static struct bytes encode_deflate(const uint8_t *data, size_t count)
{
    struct bytes out = {0};
    uLongf size = compressBound(count);
    compress(bytes_add(&out, size), &size, data, count);
    out.count = size;
    return out;
}

static struct bytes encode_bzip2(const uint8_t *data, size_t count)
{
    struct bytes out = {0};
    unsigned size = (unsigned)(count + count / 50 + 700);
    char *from = (char *)(uintptr_t)data;
    assert_int_equal(
        BZ2_bzBuffToBuffCompress((char *)bytes_add(&out, size), &size, from, (unsigned)count, 9, 0, 0),
        BZ_OK);
    out.count = size;
    return out;
}

static struct bytes encode_shuffle(const uint8_t *data, size_t count, size_t sample)
{
    struct bytes out = {0};
    uint8_t *at = bytes_add(&out, count);
    size_t samples = count / sample;
    for (size_t i = 0; i < count; i++)
        at[i < samples * sample ? i % sample * samples + i / sample : i] = data[i];
    return out;
}

static struct bytes encode_lzf(const uint8_t *data, size_t count)
{
    struct bytes out = {0};
    unsigned room = (unsigned)count - 1;
    out.count = lzf_compress(data, (unsigned)count, bytes_add(&out, room), room);
    assert_true(out.count > 0);
    return out;
}

static struct bytes encode_blosc(const uint8_t *data, size_t count, size_t sample, int shuffle,
                                 const char *codec)
{
    struct bytes out = {0};
    size_t room = count + BLOSC_MAX_OVERHEAD;
    int size =
        blosc_compress_ctx(5, shuffle, sample, count, data, bytes_add(&out, room), room, codec, 1024, 1);
    assert_true(size > 0);
    out.count = (size_t)size;
    return out;
}

enum { KINDS = 16 };

static struct sample_chunk chunk_make(int kind)
{
    struct sample_chunk chunk = {.count = 4 * 1003, .pipeline = {.count = 1, .sample_bytes = 4}};
    struct hdf5_filter *filters = chunk.pipeline.filters;
    chunk.data = allocate(chunk.count);
    for (size_t i = 0; i < chunk.count; i += 4)
        chunk.data[i] = (uint8_t)random_below(&seed, 12);
    if (kind < 3) {
        static const unsigned codecs[] = {0, 2, 3};
        chunk.pipeline = bitshuffle_pipeline(4, 64, codecs[kind]);
        chunk.stored = encode_bitshuffle(chunk.data, chunk.count, 4, 256, codecs[kind]);
    } else if (kind == 3) {
        filters[0].id = 1;
        chunk.stored = encode_deflate(chunk.data, chunk.count);
    } else if (kind == 4) {
        filters[0].id = 307;
        chunk.stored = encode_bzip2(chunk.data, chunk.count);
    } else if (kind == 5) {
        filters[0].id = 32004;
        chunk.stored = encode_lz4(chunk.data, chunk.count, 1000);
    } else if (kind == 6) {
        filters[0].id = 32015;
        put_block(&chunk.stored, chunk.data, chunk.count, 3);
        memmove(chunk.stored.data, chunk.stored.data + 4, chunk.stored.count -= 4);
    } else if (kind == 7) { // shuffle, LZ4, deflate
        filters[0] = (struct hdf5_filter){2, {4}, 1};
        filters[1].id = 32004;
        filters[2].id = 1;
        chunk.pipeline.count = 3;
        struct bytes shuffled = encode_shuffle(chunk.data, chunk.count, 4);
        struct bytes packed = encode_lz4(shuffled.data, shuffled.count, 1 << 20);
        chunk.stored = encode_deflate(packed.data, packed.count);
        bytes_free(&shuffled);
        bytes_free(&packed);
    } else if (kind == 8) { // packed twice
        filters[0].id = 32001;
        filters[1].id = 32000;
        chunk.pipeline.count = 2;
        struct bytes packed = encode_blosc(chunk.data, chunk.count, 4, 1, "blosclz");
        chunk.stored = encode_lzf(packed.data, packed.count);
        bytes_free(&packed);
    } else if (kind == 9) {
        filters[0].id = 32000;
        chunk.stored = encode_lzf(chunk.data, chunk.count);
    } else if (kind < 15) {
        static const char *const codecs[] = {"blosclz", "lz4", "snappy", "zlib", "zstd"};
        filters[0].id = 32001;
        chunk.stored = encode_blosc(chunk.data, chunk.count, 4, kind % 3, codecs[kind - 10]);
    } else { // shuffle of three-byte items, with a byte left over
        filters[0] = (struct hdf5_filter){2, {3}, 1};
        chunk.stored = encode_shuffle(chunk.data, chunk.count, 3);
    }
    return chunk;
}

static void chunk_free(struct sample_chunk *chunk)
{
    free(chunk->data);
    bytes_free(&chunk->stored);
}

static void every_filter_decodes(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct sample_chunk chunk = chunk_make(kind);
        check_decodes(&chunk.pipeline, &chunk.stored, chunk.data, chunk.count);
        chunk_free(&chunk);
    }
}

static void a_chunk_cut_anywhere_is_refused(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct sample_chunk chunk = chunk_make(kind);
        uint8_t *out = allocate(chunk.count);
        for (size_t count = 0; count < chunk.stored.count; count++) {
            struct bytes cut = {chunk.stored.data, count, count};
            struct error error = {0};
            assert_int_equal(decode(&chunk.pipeline, &cut, out, chunk.count, &error), STATUS_BROKEN);
            assert_true(error.text[0] != '\0');
        }
        free(out);
        chunk_free(&chunk);
    }
}

// A flipped bit may give other pixels, but no step beyond the memory and no other status.
static void flipped_bits_do_no_harm(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct sample_chunk chunk = chunk_make(kind);
        uint8_t *out = malloc(chunk.count);
        for (size_t bit = 0; bit < chunk.stored.count * 8; bit += 1 + random_below(&seed, 7)) {
            chunk.stored.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
            enum status status = decode(&chunk.pipeline, &chunk.stored, out, chunk.count, NULL);
            assert_true(status == STATUS_OK || status == STATUS_BROKEN);
            chunk.stored.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        free(out);
        chunk_free(&chunk);
    }
}

static void headers_that_lie_are_refused(void **state)
{
    (void)state;
    struct hdf5_pipeline pipeline = bitshuffle_pipeline(4, 0, 2);
    uint8_t out[64];
    size_t block;
    static const uint64_t totals[] = {0, 63, 65, 1ull << 40, ~0ull, 64, 64};
    static const uint32_t blocks[] = {8192, 8192, 8192, 8192, 8192, 33, ~0u};
    for (size_t i = 0; i < sizeof totals / sizeof totals[0]; i++) {
        struct bytes stored = {0};
        put_be(&stored, totals[i], 8);
        put_be(&stored, blocks[i], 4);
        put_be(&stored, 4, 4);
        put_be(&stored, 0, 4);
        assert_int_equal(decode(&pipeline, &stored, out, sizeof out, NULL), STATUS_BROKEN);
        if (blocks[i] % 32 != 0)
            assert_false(hdf5_chunk_divisible(&pipeline, stored.data, stored.count, &block));
        bytes_free(&stored);
    }
}

// --- Checksums, skipped filters, names ---

static void checksums_are_checked(void **state)
{
    (void)state;
    // Words 0x0102 and 0x0300: sums 0x0402 and 0x0102 + 0x0402 = 0x0504, stored little-endian.
    static uint8_t stored[] = {1, 2, 3, 0x02, 0x04, 0x04, 0x05};
    static uint8_t old[] = {1, 2, 3, 0x04, 0x02, 0x05, 0x04}; // as before HDF5 1.6.3
    struct hdf5_pipeline pipeline = {.count = 1, .sample_bytes = 1, .filters[0].id = 3};
    uint8_t out[3] = {0};
    struct error error = {0};
    assert_int_equal(decode(&pipeline, &(struct bytes){stored, 7, 7}, out, 3, &error), STATUS_OK);
    assert_memory_equal(out, "\1\2\3", 3);
    assert_int_equal(decode(&pipeline, &(struct bytes){old, 7, 7}, out, 3, &error), STATUS_OK);
    stored[1] ^= 1;
    assert_int_equal(decode(&pipeline, &(struct bytes){stored, 7, 7}, out, 3, &error), STATUS_BROKEN);
    assert_string_equal(error.text, "the Fletcher-32 checksum does not match the data");
}

static void skipped_filters_are_left_out(void **state)
{
    (void)state;
    struct hdf5_pipeline pipeline = {.count = 2, .sample_bytes = 2};
    pipeline.filters[0] = (struct hdf5_filter){2, {2}, 1};
    pipeline.filters[1].id = 1;
    static const uint8_t shuffled[] = {1, 2, 3, 4, 5, 6, 7, 8}, plain[] = {1, 5, 2, 6, 3, 7, 4, 8};
    struct bytes packed = encode_deflate(shuffled, 8);
    struct hdf5_scratch scratch = {0};
    uint8_t out[8];
    assert_int_equal(hdf5_chunk_decode(&pipeline, 0, packed.data, packed.count, out, 8, &scratch, NULL), 0);
    assert_memory_equal(out, plain, 8);
    assert_int_equal(hdf5_chunk_decode(&pipeline, 2, shuffled, 8, out, 8, &scratch, NULL), 0);
    assert_memory_equal(out, plain, 8);
    assert_int_equal(hdf5_chunk_decode(&pipeline, 1, packed.data, packed.count, out, 8, &scratch, NULL), 0);
    assert_memory_equal(out, shuffled, 8);
    assert_int_equal(hdf5_chunk_decode(&pipeline, 3, shuffled, 8, out, 8, &scratch, NULL), 0);
    assert_memory_equal(out, shuffled, 8);
    assert_int_equal(hdf5_chunk_decode(&pipeline, 3, shuffled, 7, out, 8, &scratch, NULL), STATUS_BROKEN);
    hdf5_scratch_free(&scratch);
    bytes_free(&packed);
}

static void pipelines_are_described(void **state)
{
    (void)state;
    char text[64];
    struct hdf5_pipeline pipeline = {.sample_bytes = 2};
    assert_true(hdf5_chunk_supported(&pipeline));
    assert_string_equal(hdf5_chunk_describe(&pipeline, text, sizeof text), "none");
    pipeline.count = 2;
    pipeline.filters[0].id = 2;
    pipeline.filters[1].id = 1;
    assert_true(hdf5_chunk_supported(&pipeline));
    assert_string_equal(hdf5_chunk_describe(&pipeline, text, sizeof text), "shuffle, deflate");
    pipeline.filters[1].id = 12345;
    assert_false(hdf5_chunk_supported(&pipeline));
    assert_string_equal(hdf5_chunk_describe(&pipeline, text, sizeof text), "shuffle, filter 12345");
    assert_string_equal(hdf5_chunk_describe(&pipeline, text, 10), "shuffle, ");
    pipeline.filters[1].id = 32013;
    assert_false(hdf5_chunk_supported(&pipeline));
    assert_string_equal(hdf5_chunk_describe(&pipeline, text, sizeof text), "shuffle, ZFP");
    pipeline = bitshuffle_pipeline(2, 0, 2);
    assert_true(hdf5_chunk_supported(&pipeline));
    assert_string_equal(hdf5_chunk_describe(&pipeline, text, sizeof text), "bitshuffle-LZ4");
    pipeline.filters[0].parameters[4] = 7;
    assert_false(hdf5_chunk_supported(&pipeline));
    pipeline = bitshuffle_pipeline(2, 12, 2);
    assert_false(hdf5_chunk_supported(&pipeline));
    pipeline = (struct hdf5_pipeline){.sample_bytes = 3};
    assert_false(hdf5_chunk_supported(&pipeline));
}

// --- Files by h5py ---

static const char script[] =
    "import sys, numpy as n, h5py\n"
    "try:\n"
    "    import bitshuffle.h5\n"
    "except ImportError:\n"
    "    pass\n"
    "g = n.random.default_rng(7)\n"
    "base = g.poisson(2, (3, 37, 53)); base[g.random(base.shape) < 0.01] += 300\n"
    "ways = [dict(), dict(compression='gzip'), dict(compression='gzip', shuffle=True), dict(fletcher32=True),\n"
    "        dict(compression='gzip', shuffle=True, fletcher32=True), dict(shuffle=True)]\n"
    "ways += [dict(compression=32008, compression_opts=o) for o in ((0, 2), (0, 0), (64, 2), (1024, 0))]\n"
    "ways += [dict(compression=32004, compression_opts=o) for o in ((0,), (1000,))]\n"
    "ways += [dict(compression=307, compression_opts=(9,)), dict(compression='lzf')]\n"
    "ways += [dict(compression='lzf', shuffle=True, fletcher32=True)]\n"
    "raw = open(sys.argv[2], 'wb')\n"
    "with h5py.File(sys.argv[1], 'w') as f:\n"
    "    made = 0\n"
    "    for t in '<u1 <u2 <u4 <u8 <i2 <i4 <f4 <f8 >u2 >u4 >f4 >f8'.split():\n"
    "        d = base.astype(t) if t[1] == 'u' else (base - 2).astype(t)\n"
    "        for w in ways:\n"
    "            try:\n"
    "                f.create_dataset(str(made), data=d, chunks=(1, 37, 53), **w)\n"
    "            except (ValueError, OSError):\n"
    "                continue\n"
    "            made += 1\n"
    "            d.astype(d.dtype.newbyteorder('<')).tofile(raw)\n"
    "    f.attrs['made'] = n.int32(made)\n";

enum { FRAMES = 3, ROWS = 37, COLUMNS = 53 };

static struct hdf5_pipeline pipeline_read(hid_t dataset)
{
    hid_t creation = H5Dget_create_plist(dataset), type = H5Dget_type(dataset);
    struct hdf5_pipeline pipeline = {.sample_bytes = H5Tget_size(type),
                                     .big_endian = H5Tget_order(type) == H5T_ORDER_BE};
    int count = H5Pget_nfilters(creation);
    for (int i = 0; i < count; i++) {
        struct hdf5_filter *filter = &pipeline.filters[pipeline.count++];
        unsigned flags;
        filter->count = HDF5_FILTER_PARAMETERS;
        int id =
            H5Pget_filter2(creation, (unsigned)i, &flags, &filter->count, filter->parameters, 0, NULL, NULL);
        assert_true(id > 0);
        filter->id = (unsigned)id;
    }
    H5Tclose(type);
    H5Pclose(creation);
    return pipeline;
}

static void check_frame(hid_t dataset, const struct hdf5_pipeline *pipeline, hsize_t frame, FILE *raw)
{
    hsize_t offset[3] = {frame, 0, 0}, bytes = 0;
    uint32_t skipped = 0;
    size_t count = ROWS * COLUMNS * pipeline->sample_bytes;
    assert_true(H5Dget_chunk_storage_size(dataset, offset, &bytes) >= 0);
    struct bytes stored = {0};
    assert_true(H5Dread_chunk(dataset, H5P_DEFAULT, offset, &skipped, bytes_add(&stored, bytes)) >= 0);
    assert_int_equal(skipped, 0);
    uint8_t *expected = allocate(count);
    assert_int_equal(fread(expected, 1, count, raw), count);
    check_decodes(pipeline, &stored, expected, count);
    size_t block;
    if (hdf5_chunk_divisible(pipeline, stored.data, stored.count, &block))
        check_parts(pipeline, &stored, expected, count);
    free(expected);
    bytes_free(&stored);
}

static bool run_script(const char *file, const char *raw)
{
    const char *path = temporary_path("write.py");
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(script, out);
    fclose(out);
    char command[1024];
    snprintf(command, sizeof command, "/usr/bin/python3 %s %s %s 2>/dev/null", path, file, raw);
    return access("/usr/bin/python3", X_OK) == 0 && system(command) == 0;
}

static void chunks_of_h5py_decode(void **state)
{
    (void)state;
    const char *path = temporary_path("chunks.h5"), *raw_path = temporary_path("chunks.raw");
    if (!run_script(path, raw_path)) {
        print_message("no /usr/bin/python3 with h5py\n");
        skip();
    }
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    FILE *raw = fopen(raw_path, "rb");
    assert_true(file >= 0);
    assert_non_null(raw);
    int made = 0;
    hid_t attribute = H5Aopen(file, "made", H5P_DEFAULT);
    assert_true(H5Aread(attribute, H5T_NATIVE_INT, &made) >= 0);
    H5Aclose(attribute);
    assert_true(made >= 12 * 6);
    for (int i = 0; i < made; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d", i);
        hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
        struct hdf5_pipeline pipeline = pipeline_read(dataset);
        for (hsize_t frame = 0; frame < FRAMES; frame++)
            check_frame(dataset, &pipeline, frame, raw);
        H5Dclose(dataset);
    }
    print_message("%d datasets\n", made);
    assert_int_equal(fgetc(raw), EOF);
    fclose(raw);
    H5Fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_forms_turn_planes_into_samples),
        cmocka_unit_test(single_bits_find_their_places),
        cmocka_unit_test(a_block_written_by_hand_decodes),
        cmocka_unit_test(streams_written_by_hand_decode),
        cmocka_unit_test(bitshuffle_streams_decode),
        cmocka_unit_test(parts_of_many_blocks_are_found_by_their_places),
        cmocka_unit_test(places_end_where_a_block_is_damaged),
        cmocka_unit_test(every_filter_decodes),
        cmocka_unit_test(a_chunk_cut_anywhere_is_refused),
        cmocka_unit_test(flipped_bits_do_no_harm),
        cmocka_unit_test(headers_that_lie_are_refused),
        cmocka_unit_test(checksums_are_checked),
        cmocka_unit_test(skipped_filters_are_left_out),
        cmocka_unit_test(pipelines_are_described),
        cmocka_unit_test(chunks_of_h5py_decode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
