// SPDX-License-Identifier: MIT
// Bitshuffle: the walk over its blocks, and turning bit planes back into samples.
#include "formats/packed/bitshuffle.h"

#include "base/byteorder.h"

#include <lz4.h>
#include <string.h>
#include <zstd.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { HEADER_BYTES = 12, GROUP = 8, BITS = 8 };
enum { DEFAULT_BLOCK_BYTES = 8192, LEAST_DEFAULT_SAMPLES = 128, MOST_SAMPLE_BYTES = 256 };

// --- Bit planes to samples ---
//
// A block of n samples is 8 * sample_bytes planes of n / 8 bytes, that of bit k of byte b being plane 8 * b +
// k; bit j of its byte i belongs to sample 8 * i + j. A "column" is the byte i of every plane: 8 samples.

static inline void exchange_bits(uint64_t *low, uint64_t *high, unsigned shift, uint64_t mask)
{
    uint64_t moved = ((*low >> shift) ^ *high) & mask;
    *high ^= moved;
    *low ^= moved << shift;
}

// Transposes rows by lanes three times by halves: rows at distance 4, 2 and 1 exchange what lies `unit` * 4,
// 2 and 1 bits apart.
static inline void transpose_rows(uint64_t rows[8], unsigned unit, const uint64_t masks[3])
{
    for (unsigned level = 0; level < 3; level++) {
        unsigned distance = 4u >> level;
        for (unsigned i = 0; i < 8; i++)
            if (!(i & distance))
                exchange_bits(&rows[i], &rows[i + distance], distance * unit, masks[level]);
    }
}

// Up to 8 columns of the 8 planes of one byte; on return rows[c] holds that byte of column c's 8 samples.
static inline void turn_columns(const uint8_t *planes, size_t plane_bytes, size_t columns, uint64_t rows[8])
{
    static const uint64_t bit_masks[3] = {0x0F0F0F0F0F0F0F0F, 0x3333333333333333, 0x5555555555555555};
    static const uint64_t byte_masks[3] = {0x00000000FFFFFFFF, 0x0000FFFF0000FFFF, 0x00FF00FF00FF00FF};
    for (unsigned k = 0; k < BITS; k++) {
        rows[k] = 0;
        memcpy(&rows[k], planes + k * plane_bytes, columns);
    }
    transpose_rows(rows, 1, bit_masks);
    transpose_rows(rows, 8, byte_masks);
}

static inline void unshuffle_columns(const uint8_t *in, uint8_t *out, size_t plane_bytes, size_t first,
                                     size_t sample_bytes)
{
    for (size_t column = first; column < plane_bytes; column += 8) {
        size_t columns = plane_bytes - column < 8 ? plane_bytes - column : 8;
        for (size_t byte = 0; byte < sample_bytes; byte++) {
            uint64_t rows[8];
            if (columns == 8)
                turn_columns(in + byte * BITS * plane_bytes + column, plane_bytes, 8, rows);
            else
                turn_columns(in + byte * BITS * plane_bytes + column, plane_bytes, columns, rows);
            uint8_t *to = out + column * GROUP * sample_bytes + byte;
            for (size_t c = 0; c < columns; c++)
                for (unsigned j = 0; j < GROUP; j++, to += sample_bytes)
                    *to = (uint8_t)(rows[c] >> 8 * j);
        }
    }
}

// A constant sample size for the compiler where it is a common one.
static void unshuffle_from(const uint8_t *in, uint8_t *out, size_t plane_bytes, size_t first,
                           size_t sample_bytes)
{
    if (sample_bytes == 1)
        unshuffle_columns(in, out, plane_bytes, first, 1);
    else if (sample_bytes == 2)
        unshuffle_columns(in, out, plane_bytes, first, 2);
    else if (sample_bytes == 4)
        unshuffle_columns(in, out, plane_bytes, first, 4);
    else
        unshuffle_columns(in, out, plane_bytes, first, sample_bytes);
}

void bit_unshuffle_scalar(const uint8_t *in, uint8_t *out, size_t elements, size_t sample_bytes)
{
    unshuffle_from(in, out, elements / GROUP, 0, sample_bytes);
}

#if defined(__x86_64__)

enum { STEP = 32 }; // columns at a time: 256 samples
#define AVX2 __attribute__((target("avx2"))) static inline
#define GFNI __attribute__((target("avx2,gfni"))) static inline

// rows[i] has byte c of row i; on return the 128-bit half h of rows[m] has the 8 bytes of column 16 h + 2 m,
// then those of the next column.
AVX2 void interleave_rows(__m256i rows[8])
{
    __m256i pairs[8], quads[8];
    for (size_t i = 0; i < 4; i++) {
        pairs[2 * i] = _mm256_unpacklo_epi8(rows[2 * i], rows[2 * i + 1]);
        pairs[2 * i + 1] = _mm256_unpackhi_epi8(rows[2 * i], rows[2 * i + 1]);
    }
    for (size_t i = 0; i < 4; i++) { // i & 1: columns 8 to 15 of a half; i & 2: rows 4 to 7
        size_t from = (i & 1) + 2 * (i & 2);
        quads[2 * i] = _mm256_unpacklo_epi16(pairs[from], pairs[from + 2]);
        quads[2 * i + 1] = _mm256_unpackhi_epi16(pairs[from], pairs[from + 2]);
    }
    for (size_t i = 0; i < 4; i++) {
        rows[2 * i] = _mm256_unpacklo_epi32(quads[i], quads[i + 4]);
        rows[2 * i + 1] = _mm256_unpackhi_epi32(quads[i], quads[i + 4]);
    }
}

// Transposes the bits of each byte position across the eight rows.
AVX2 void exchange_planes(__m256i rows[8], size_t distance, __m256i mask)
{
    int shift = (int)distance;
    for (size_t i = 0; i < 8; i++) {
        if (i & distance)
            continue;
        __m256i moved =
            _mm256_and_si256(_mm256_xor_si256(_mm256_srli_epi64(rows[i], shift), rows[i + distance]), mask);
        rows[i + distance] = _mm256_xor_si256(rows[i + distance], moved);
        rows[i] = _mm256_xor_si256(rows[i], _mm256_slli_epi64(moved, shift));
    }
}

// One byte of 256 samples; on return as interleave_rows leaves it, with sample j in place of row j.
AVX2 void turn_planes_avx2(const uint8_t *planes, size_t plane_bytes, __m256i rows[8])
{
    for (size_t k = 0; k < BITS; k++)
        rows[k] = _mm256_loadu_si256((const __m256i *)(planes + k * plane_bytes));
    exchange_planes(rows, 4, _mm256_set1_epi8(0x0F));
    exchange_planes(rows, 2, _mm256_set1_epi8(0x33));
    exchange_planes(rows, 1, _mm256_set1_epi8(0x55));
    interleave_rows(rows);
}

// The same: bit i of the result's byte j is bit j of the operand's byte 7 - i, hence the planes' order.
GFNI void turn_planes_gfni(const uint8_t *planes, size_t plane_bytes, __m256i rows[8])
{
    const __m256i unit = _mm256_set1_epi64x((long long)0x8040201008040201u);
    for (size_t k = 0; k < BITS; k++)
        rows[7 - k] = _mm256_loadu_si256((const __m256i *)(planes + k * plane_bytes));
    interleave_rows(rows);
    for (size_t k = 0; k < BITS; k++)
        rows[k] = _mm256_gf2p8affine_epi64_epi8(unit, rows[k], 0);
}

// The upper bytes of counts are zero nearly everywhere.
AVX2 bool planes_are_zero(const uint8_t *planes, size_t plane_bytes, __m256i rows[8])
{
    __m256i any = _mm256_setzero_si256();
    for (size_t k = 0; k < BITS; k++)
        any = _mm256_or_si256(any, _mm256_loadu_si256((const __m256i *)(planes + k * plane_bytes)));
    if (!_mm256_testz_si256(any, any))
        return false;
    for (size_t k = 0; k < BITS; k++)
        rows[k] = any;
    return true;
}

// Two vectors whose lower halves are neighbours, as their upper halves are, `far` bytes on.
AVX2 void store_halves(uint8_t *out, size_t far, __m256i first, __m256i second)
{
    _mm256_storeu_si256((__m256i *)out, _mm256_permute2x128_si256(first, second, 0x20));
    _mm256_storeu_si256((__m256i *)(out + far), _mm256_permute2x128_si256(first, second, 0x31));
}

AVX2 void store_bytes_1(__m256i rows[8], uint8_t *out)
{
    for (size_t m = 0; m < 8; m += 2)
        store_halves(out + 16 * m, 128, rows[m], rows[m + 1]);
}

AVX2 void store_bytes_2(__m256i rows[2][8], uint8_t *out)
{
    for (size_t m = 0; m < 8; m++)
        store_halves(out + 32 * m, 256, _mm256_unpacklo_epi8(rows[0][m], rows[1][m]),
                     _mm256_unpackhi_epi8(rows[0][m], rows[1][m]));
}

AVX2 void store_bytes_4(__m256i rows[4][8], uint8_t *out)
{
    for (size_t m = 0; m < 8; m++) {
        __m256i low = _mm256_unpacklo_epi8(rows[0][m], rows[1][m]);
        __m256i high = _mm256_unpacklo_epi8(rows[2][m], rows[3][m]);
        store_halves(out + 64 * m, 512, _mm256_unpacklo_epi16(low, high), _mm256_unpackhi_epi16(low, high));
        low = _mm256_unpackhi_epi8(rows[0][m], rows[1][m]);
        high = _mm256_unpackhi_epi8(rows[2][m], rows[3][m]);
        store_halves(out + 64 * m + 32, 512, _mm256_unpacklo_epi16(low, high),
                     _mm256_unpackhi_epi16(low, high));
    }
}

// Eight samples of eight bytes from the lower or upper halves' interleaved bytes.
AVX2 void store_words_8(__m256i b01, __m256i b23, __m256i b45, __m256i b67, uint8_t *out)
{
    __m256i low = _mm256_unpacklo_epi16(b01, b23), high = _mm256_unpacklo_epi16(b45, b67);
    store_halves(out, 1024, _mm256_unpacklo_epi32(low, high), _mm256_unpackhi_epi32(low, high));
    low = _mm256_unpackhi_epi16(b01, b23);
    high = _mm256_unpackhi_epi16(b45, b67);
    store_halves(out + 32, 1024, _mm256_unpacklo_epi32(low, high), _mm256_unpackhi_epi32(low, high));
}

AVX2 void store_bytes_8(__m256i rows[8][8], uint8_t *out)
{
    for (size_t m = 0; m < 8; m++) {
        __m256i low[4], high[4];
        for (size_t b = 0; b < 4; b++) {
            low[b] = _mm256_unpacklo_epi8(rows[2 * b][m], rows[2 * b + 1][m]);
            high[b] = _mm256_unpackhi_epi8(rows[2 * b][m], rows[2 * b + 1][m]);
        }
        store_words_8(low[0], low[1], low[2], low[3], out + 128 * m);
        store_words_8(high[0], high[1], high[2], high[3], out + 128 * m + 64);
    }
}

AVX2 void store_samples(__m256i rows[8][8], uint8_t *out, size_t sample_bytes)
{
    if (sample_bytes == 1)
        store_bytes_1(rows[0], out);
    else if (sample_bytes == 2)
        store_bytes_2(rows, out);
    else if (sample_bytes == 4)
        store_bytes_4(rows, out);
    else
        store_bytes_8(rows, out);
}

static bool size_is_common(size_t sample_bytes)
{
    return sample_bytes == 1 || sample_bytes == 2 || sample_bytes == 4 || sample_bytes == 8;
}

__attribute__((target("avx2"))) static void unshuffle_avx2(const uint8_t *in, uint8_t *out, size_t elements,
                                                           size_t sample_bytes)
{
    size_t plane_bytes = elements / GROUP, column = 0;
    for (; size_is_common(sample_bytes) && plane_bytes - column >= STEP; column += STEP) {
        __m256i rows[8][8];
        for (size_t byte = 0; byte < sample_bytes; byte++) {
            const uint8_t *planes = in + byte * BITS * plane_bytes + column;
            if (!planes_are_zero(planes, plane_bytes, rows[byte]))
                turn_planes_avx2(planes, plane_bytes, rows[byte]);
        }
        store_samples(rows, out + column * GROUP * sample_bytes, sample_bytes);
    }
    unshuffle_from(in, out, plane_bytes, column, sample_bytes);
}

__attribute__((target("avx2,gfni"))) static void unshuffle_gfni(const uint8_t *in, uint8_t *out,
                                                                size_t elements, size_t sample_bytes)
{
    size_t plane_bytes = elements / GROUP, column = 0;
    for (; size_is_common(sample_bytes) && plane_bytes - column >= STEP; column += STEP) {
        __m256i rows[8][8];
        for (size_t byte = 0; byte < sample_bytes; byte++) {
            const uint8_t *planes = in + byte * BITS * plane_bytes + column;
            if (!planes_are_zero(planes, plane_bytes, rows[byte]))
                turn_planes_gfni(planes, plane_bytes, rows[byte]);
        }
        store_samples(rows, out + column * GROUP * sample_bytes, sample_bytes);
    }
    unshuffle_from(in, out, plane_bytes, column, sample_bytes);
}

#undef AVX2
#undef GFNI

bit_unshuffle *bit_unshuffle_avx2(void)
{
    return __builtin_cpu_supports("avx2") ? unshuffle_avx2 : NULL;
}

bit_unshuffle *bit_unshuffle_gfni(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("gfni") ? unshuffle_gfni : NULL;
}

#else

bit_unshuffle *bit_unshuffle_avx2(void)
{
    return NULL;
}

bit_unshuffle *bit_unshuffle_gfni(void)
{
    return NULL;
}

#endif

bit_unshuffle *bit_unshuffle_best(void)
{
    if (bit_unshuffle_gfni())
        return bit_unshuffle_gfni();
    return bit_unshuffle_avx2() ? bit_unshuffle_avx2() : bit_unshuffle_scalar;
}

// --- The stream ---

bool bitshuffle_understands(const struct hdf5_filter *filter)
{
    const unsigned *parameters = filter->parameters;
    unsigned codec = filter->count > 4 ? parameters[4] : BITSHUFFLE_PLAIN;
    return filter->count >= 3 && parameters[2] >= 1 && parameters[2] <= MOST_SAMPLE_BYTES &&
           parameters[3] % GROUP == 0 &&
           (codec == BITSHUFFLE_PLAIN || codec == BITSHUFFLE_LZ4 || codec == BITSHUFFLE_ZSTD);
}

static size_t default_block(size_t sample_bytes)
{
    size_t samples = DEFAULT_BLOCK_BYTES / sample_bytes / GROUP * GROUP;
    return (samples < LEAST_DEFAULT_SAMPLES ? LEAST_DEFAULT_SAMPLES : samples) * sample_bytes;
}

static enum status header_read(struct bitshuffle_stream *stream, struct error *error)
{
    if (stream->count < HEADER_BYTES)
        return error_set(error, STATUS_BROKEN, "the bitshuffle header is cut short");
    uint64_t total = load_u64be(stream->data);
    uint32_t block = load_u32be(stream->data + 8);
    if (total > PTRDIFF_MAX)
        return error_set(error, STATUS_BROKEN, "the bitshuffle header tells an impossible size");
    stream->total = (size_t)total;
    if (block > 0)
        stream->block = block;
    stream->data += HEADER_BYTES;
    stream->count -= HEADER_BYTES;
    return STATUS_OK;
}

enum status bitshuffle_read(const struct hdf5_filter *filter, const uint8_t *stored, size_t stored_count,
                            struct bitshuffle_stream *stream, struct error *error)
{
    *stream = (struct bitshuffle_stream){
        .sample_bytes = filter->parameters[2],
        .total = stored_count,
        .codec = filter->count > 4 ? (enum bitshuffle_codec)filter->parameters[4] : BITSHUFFLE_PLAIN,
        .data = stored,
        .count = stored_count,
        .unshuffle = bit_unshuffle_best()};
    if (filter->count > 3 && filter->parameters[3] > 0)
        stream->block = (size_t)filter->parameters[3] * stream->sample_bytes;
    else
        stream->block = default_block(stream->sample_bytes);
    enum status status = stream->codec == BITSHUFFLE_PLAIN ? STATUS_OK : header_read(stream, error);
    if (status != STATUS_OK)
        return status;
    if (stream->block % (GROUP * stream->sample_bytes) != 0)
        return error_set(error, STATUS_BROKEN, "the bitshuffle block size %zu is impossible", stream->block);
    if (stream->total % stream->sample_bytes != 0)
        return error_set(error, STATUS_BROKEN, "the bitshuffle stream does not hold whole samples");
    return STATUS_OK;
}

size_t bitshuffle_room(const struct bitshuffle_stream *stream)
{
    if (stream->codec == BITSHUFFLE_PLAIN)
        return 0;
    return stream->block < stream->total ? stream->block : stream->total;
}

// A walk over the blocks.
struct walk {
    const struct bitshuffle_stream *stream;
    size_t block;  // the number of the next
    size_t at;     // where its length stands
    uint8_t *room; // for one block
    ZSTD_DCtx *zstd;
    struct cancel *cancel; // may be NULL
};

static const char *codec_name(const struct bitshuffle_stream *stream)
{
    return stream->codec == BITSHUFFLE_ZSTD ? "zstd" : "LZ4";
}

// Tells where the next block's stored bytes are and moves past them.
static enum status block_next(struct walk *walk, const uint8_t **stored, size_t *count, struct error *error)
{
    const struct bitshuffle_stream *stream = walk->stream;
    size_t left = stream->count - walk->at;
    uint32_t length = left < 4 ? 0 : load_u32be(stream->data + walk->at);
    if (left < 4 || length > left - 4)
        return error_set(error, STATUS_BROKEN, "the data end within the %s block %zu", codec_name(stream),
                         walk->block);
    *stored = stream->data + walk->at + 4;
    *count = length;
    walk->at += 4 + (size_t)length;
    walk->block++;
    return STATUS_OK;
}

static bool block_expand(struct walk *walk, const uint8_t *stored, size_t count, size_t bytes)
{
    if (walk->stream->codec == BITSHUFFLE_ZSTD)
        return ZSTD_decompressDCtx(walk->zstd, walk->room, bytes, stored, count) == bytes;
    if (count > LZ4_MAX_INPUT_SIZE || bytes > LZ4_MAX_INPUT_SIZE)
        return false;
    return LZ4_decompress_safe((const char *)stored, (char *)walk->room, (int)count, (int)bytes) ==
           (int)bytes;
}

// The planes of the next block of `bytes` bytes, in *planes.
static enum status block_decode(struct walk *walk, size_t bytes, const uint8_t **planes, struct error *error)
{
    const uint8_t *stored;
    size_t count;
    enum status status = block_next(walk, &stored, &count, error);
    if (status != STATUS_OK)
        return status;
    if (!block_expand(walk, stored, count, bytes))
        return error_set(error, STATUS_BROKEN, "the %s block %zu is damaged", codec_name(walk->stream),
                         walk->block - 1);
    *planes = walk->room;
    return STATUS_OK;
}

// As block_decode where the planes lie in the stream itself.
static enum status block_plain(struct walk *walk, size_t bytes, const uint8_t **planes)
{
    *planes = walk->stream->data + walk->at;
    walk->at += bytes;
    walk->block++;
    return STATUS_OK;
}

// The samples that are in blocks; fewer than 8 at the end are raw.
static size_t coded_bytes(const struct bitshuffle_stream *stream)
{
    return stream->total - stream->total % (GROUP * stream->sample_bytes);
}

void bitshuffle_find_places(const struct bitshuffle_stream *stream, struct bitshuffle_places *places)
{
    struct walk walk = {.stream = stream};
    const size_t coded = coded_bytes(stream), blocks = coded / stream->block + (coded % stream->block != 0);
    const uint8_t *stored;
    size_t count;
    places->count = 0;
    places->step = (blocks + BITSHUFFLE_PLACES - 1) / BITSHUFFLE_PLACES;
    while (stream->codec != BITSHUFFLE_PLAIN && walk.block < blocks && walk.at <= UINT32_MAX) {
        if (walk.block % places->step == 0)
            places->at[places->count++] = (uint32_t)walk.at;
        if (block_next(&walk, &stored, &count, NULL) != STATUS_OK)
            return;
    }
}

// Goes to the last known place before the block.
static void jump_towards(struct walk *walk, size_t block)
{
    const struct bitshuffle_places *places = walk->stream->places;
    if (!places || places->count == 0)
        return;
    const size_t place = block / places->step < places->count ? block / places->step : places->count - 1;
    walk->block = place * places->step;
    walk->at = places->at[place];
}

static enum status walk_to(struct walk *walk, size_t begin, struct error *error)
{
    enum status status = STATUS_OK;
    size_t blocks = begin / walk->stream->block, count;
    const uint8_t *stored;
    if (walk->stream->codec == BITSHUFFLE_PLAIN)
        walk->at = begin;
    else
        jump_towards(walk, blocks);
    while (status == STATUS_OK && walk->stream->codec != BITSHUFFLE_PLAIN && walk->block < blocks)
        status = block_next(walk, &stored, &count, error);
    return status;
}

static enum status walk_decode(struct walk *walk, size_t begin, size_t end, uint8_t *out, struct error *error)
{
    const struct bitshuffle_stream *stream = walk->stream;
    size_t sample = stream->sample_bytes;
    size_t coded = coded_bytes(stream);
    size_t coded_end = end < coded ? end : coded;
    enum status status = walk_to(walk, begin, error);
    for (size_t at = begin; status == STATUS_OK && at < coded_end; at += stream->block) {
        size_t bytes = coded_end - at < stream->block ? coded_end - at : stream->block;
        const uint8_t *planes = NULL;
        if (cancel_requested(walk->cancel))
            return error_set(error, STATUS_CANCELLED, "its decoding was cancelled");
        status = stream->codec == BITSHUFFLE_PLAIN ? block_plain(walk, bytes, &planes)
                                                   : block_decode(walk, bytes, &planes, error);
        if (status == STATUS_OK)
            stream->unshuffle(planes, out + (at - begin), bytes / sample, sample);
    }
    if (status != STATUS_OK || end <= coded_end)
        return status;
    if (stream->count - walk->at < end - coded_end)
        return error_set(error, STATUS_BROKEN, "the data end before the last samples");
    memcpy(out + (coded_end - begin), stream->data + walk->at, end - coded_end);
    return STATUS_OK;
}

enum status bitshuffle_decode(const struct bitshuffle_stream *stream, size_t begin, size_t end, uint8_t *out,
                              uint8_t *room, struct cancel *cancel, struct error *error)
{
    struct walk walk = {.stream = stream, .room = room, .cancel = cancel};
    if (stream->codec == BITSHUFFLE_ZSTD && !(walk.zstd = ZSTD_createDCtx()))
        return error_set(error, STATUS_NO_MEMORY, "there is no memory for the zstd decoder");
    enum status status = walk_decode(&walk, begin, end, out, error);
    ZSTD_freeDCtx(walk.zstd);
    return status;
}
