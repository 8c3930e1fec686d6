// SPDX-License-Identifier: MIT
// The filters of HDF5 chunks, undone one after the other in memory.
#include "formats/packed/hdf5_chunk.h"

#include "base/byteorder.h"
#include "base/size.h"
#include "formats/packed/bitshuffle.h"
#include "formats/packed/hdf5_filter.h"

#include <blosc.h>
#include <bzlib.h>
#include <errno.h>
#include <limits.h>
#include <lz4.h>
#include <lzf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST // next_in points to const
#include <zlib.h>
#include <zstd.h>

enum {
    CHECKSUM_BYTES = 4,
    LZ4_HEADER_BYTES = 12,
    STEP_BYTES = 1 << 20,  // that a library is given, or gives, between two looks at the cancel
    LARGE_BYTES = 4 << 20, // what is not more is undone at once by those that are quicker so
};

// What a filter is given and may give: between 0 and `limit` bytes, and just `limit` where `exact`.
struct stage {
    const struct hdf5_filter *filter;
    size_t sample_bytes;
    const uint8_t *in;
    size_t count;
    uint8_t *out;
    size_t limit;
    bool exact;
    size_t made; // bytes at `out`, set by the filter
    struct hdf5_scratch *scratch;
};

// Undoes a filter and sets stage->made, at most stage->limit. A failure is a clause.
typedef enum status filter_undo(struct stage *stage, struct error *error);

static enum status refuse_size(const char *what, struct error *error)
{
    return error_set(error, STATUS_BROKEN, "the %s data do not give as many bytes as the chunk has", what);
}

static bool scratch_reserve(struct hdf5_scratch *scratch, int index, size_t bytes)
{
    if (scratch->bytes[index] && bytes <= scratch->capacity[index])
        return true;
    free(scratch->bytes[index]);
    scratch->capacity[index] = 0;
    scratch->bytes[index] = malloc(bytes > 0 ? bytes : 1);
    if (scratch->bytes[index])
        scratch->capacity[index] = bytes;
    return scratch->bytes[index] != NULL;
}

void hdf5_scratch_free(struct hdf5_scratch *scratch)
{
    for (size_t i = 0; i < sizeof scratch->bytes / sizeof scratch->bytes[0]; i++)
        free(scratch->bytes[i]);
    *scratch = (struct hdf5_scratch){0};
}

static enum status refuse_memory(size_t bytes, struct error *error)
{
    return error_set(error, STATUS_NO_MEMORY, "there is no memory for %zu bytes of a chunk", bytes);
}

static bool is_cancelled(const struct stage *stage)
{
    return cancel_requested(stage->scratch->cancel);
}

static enum status refuse_cancelled(struct error *error)
{
    return error_set(error, STATUS_CANCELLED, "its decoding was cancelled");
}

// --- The filters ---

static uInt part_of(size_t left)
{
    return (uInt)(left < STEP_BYTES ? left : STEP_BYTES);
}

static enum status undo_deflate(struct stage *stage, struct error *error)
{
    z_stream stream = {0};
    if (inflateInit(&stream) != Z_OK)
        return refuse_memory(stage->limit, error);
    size_t taken = 0, made = 0;
    int code = Z_OK;
    while (code == Z_OK && !is_cancelled(stage)) {
        stream.next_in = stage->in + taken;
        stream.avail_in = part_of(stage->count - taken);
        stream.next_out = stage->out + made;
        stream.avail_out = part_of(stage->limit - made);
        uInt in_before = stream.avail_in, out_before = stream.avail_out;
        code = inflate(&stream, Z_NO_FLUSH); // Z_BUF_ERROR where nothing moves
        taken += in_before - stream.avail_in;
        made += out_before - stream.avail_out;
    }
    inflateEnd(&stream);
    stage->made = made;
    if (is_cancelled(stage))
        return refuse_cancelled(error);
    if (code == Z_STREAM_END)
        return STATUS_OK;
    if (code == Z_BUF_ERROR && made == stage->limit)
        return refuse_size("deflate", error);
    return error_set(error, STATUS_BROKEN, "the deflate data are damaged after %zu bytes", made);
}

static enum status undo_bzip2(struct stage *stage, struct error *error)
{
    bz_stream stream = {0};
    if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK)
        return refuse_memory(stage->limit, error);
    size_t taken = 0, made = 0;
    int code = BZ_OK;
    bool moved = true;
    while (code == BZ_OK && moved && !is_cancelled(stage)) {
        stream.next_in = (char *)(uintptr_t)(stage->in + taken); // bzip2 does not write there
        stream.avail_in = part_of(stage->count - taken);
        stream.next_out = (char *)(stage->out + made);
        stream.avail_out = part_of(stage->limit - made);
        unsigned in_before = stream.avail_in, out_before = stream.avail_out;
        code = BZ2_bzDecompress(&stream);
        moved = stream.avail_in < in_before || stream.avail_out < out_before;
        taken += in_before - stream.avail_in;
        made += out_before - stream.avail_out;
    }
    BZ2_bzDecompressEnd(&stream);
    stage->made = made;
    if (is_cancelled(stage))
        return refuse_cancelled(error);
    if (code == BZ_STREAM_END)
        return STATUS_OK;
    if (code == BZ_OK && made == stage->limit)
        return refuse_size("bzip2", error);
    return error_set(error, STATUS_BROKEN, "the bzip2 data are damaged after %zu bytes", made);
}

// In steps; an error of the library, or the bytes made. Cancelled it is STATUS_CANCELLED that counts.
static size_t zstd_steps(const struct stage *stage)
{
    ZSTD_DStream *stream = ZSTD_createDStream();
    ZSTD_inBuffer in = {stage->in, 0, 0};
    ZSTD_outBuffer out = {stage->out, 0, 0};
    size_t code = 1, before = 0, moved = 1;
    while (stream && !ZSTD_isError(code) && moved > 0 && !is_cancelled(stage) &&
           (code > 0 || in.pos < stage->count)) {
        in.size = in.pos + part_of(stage->count - in.pos);
        out.size = out.pos + part_of(stage->limit - out.pos);
        code = ZSTD_decompressStream(stream, &out, &in);
        moved = in.pos + out.pos - before;
        before += moved;
    }
    ZSTD_freeDStream(stream);
    // What asks for more than the usual memory, more than there is room for, or is cut short is judged whole.
    return code == 0 && in.pos == stage->count ? out.pos : (size_t)-1;
}

static enum status undo_zstd(struct stage *stage, struct error *error)
{
    const bool large = stage->limit > LARGE_BYTES && stage->scratch->cancel;
    size_t made = large ? zstd_steps(stage) : (size_t)-1;
    if (is_cancelled(stage))
        return refuse_cancelled(error);
    if (ZSTD_isError(made))
        made = ZSTD_decompress(stage->out, stage->limit, stage->in, stage->count);
    if (ZSTD_isError(made))
        return error_set(error, STATUS_BROKEN, "the zstd data are damaged (%s)", ZSTD_getErrorName(made));
    stage->made = made;
    return STATUS_OK;
}

// LZF has neither a header nor a checksum. h5py stores what does not become smaller without the filter.
static enum status undo_lzf(struct stage *stage, struct error *error)
{
    if (stage->count == 0 || stage->count > UINT_MAX || stage->limit > UINT_MAX)
        return error_set(error, STATUS_BROKEN, "the LZF data are %zu bytes", stage->count);
    stage->made = lzf_decompress(stage->in, (unsigned)stage->count, stage->out, (unsigned)stage->limit);
    if (stage->made > 0)
        return STATUS_OK;
    if (errno == E2BIG) {
        stage->made = stage->limit;
        return refuse_size("LZF", error);
    }
    return error_set(error, STATUS_BROKEN, "the LZF data are damaged");
}

// Large data in steps of whole blocks, all else at once. False where they are damaged, or after a cancel.
static bool blosc_undo(const struct stage *stage, size_t made)
{
    size_t type, block, bytes, stored;
    int flags;
    blosc_cbuffer_metainfo(stage->in, &type, &flags);
    blosc_cbuffer_sizes(stage->in, &bytes, &stored, &block);
    // The form with a context takes no lock and starts no thread.
    if (made <= LARGE_BYTES || !stage->scratch->cancel || type == 0 || made % type || block % type)
        return blosc_decompress_ctx(stage->in, stage->out, made, 1) == (int)made;
    const size_t step = block < STEP_BYTES ? STEP_BYTES / block * block : block;
    for (size_t at = 0; at < made; at += step) {
        const size_t now = made - at < step ? made - at : step;
        if (is_cancelled(stage) ||
            blosc_getitem(stage->in, (int)(at / type), (int)(now / type), stage->out + at) != (int)now)
            return false;
    }
    return true;
}

// Blosc 1: a header of 16 bytes that tells the codec, the bytes of the result and those stored, then blocks.
static enum status undo_blosc(struct stage *stage, struct error *error)
{
    enum { CODEC_AT = 2, CODEC_SHIFT = 5, LAST_CODEC = 4 }; // BloscLZ, LZ4, Snappy, zlib, zstd
    size_t made = 0;
    if (stage->count < BLOSC_MIN_HEADER_LENGTH || blosc_cbuffer_validate(stage->in, stage->count, &made) != 0)
        return error_set(error, STATUS_BROKEN, "the Blosc header is damaged");
    if (made > stage->limit || (stage->exact && made != stage->limit))
        return refuse_size("Blosc", error);
    const unsigned codec = stage->in[CODEC_AT] >> CODEC_SHIFT;
    if (codec > LAST_CODEC)
        return error_set(error, STATUS_BROKEN, "the Blosc data are packed by an unknown codec, %u", codec);
    if (!blosc_undo(stage, made))
        return is_cancelled(stage) ? refuse_cancelled(error)
                                   : error_set(error, STATUS_BROKEN, "the Blosc data are damaged");
    stage->made = made;
    return STATUS_OK;
}

// Gathers the samples of which byte b stands `samples` * b on, some at a time so that `out` stays in the
// cache.
static inline void unshuffle_bytes(const uint8_t *in, uint8_t *out, size_t samples, size_t sample)
{
    enum { TILE = 2048 };
    for (size_t first = 0; first < samples; first += TILE) {
        size_t end = samples - first < TILE ? samples : first + TILE;
        for (size_t byte = 0; byte < sample; byte++)
            for (size_t i = first; i < end; i++)
                out[i * sample + byte] = in[byte * samples + i];
    }
}

// HDF5 puts the whole samples' first bytes first, then all second bytes and so on; what is left is raw.
static enum status undo_shuffle(struct stage *stage, struct error *error)
{
    size_t sample = stage->filter->count > 0 ? stage->filter->parameters[0] : stage->sample_bytes;
    size_t samples = stage->count / sample, whole = samples * sample;
    if (stage->count > stage->limit)
        return refuse_size("shuffled", error);
    if (sample == 2)
        unshuffle_bytes(stage->in, stage->out, samples, 2);
    else if (sample == 4)
        unshuffle_bytes(stage->in, stage->out, samples, 4);
    else
        unshuffle_bytes(stage->in, stage->out, samples, sample);
    if (stage->count > whole)
        memcpy(stage->out + whole, stage->in + whole, stage->count - whole);
    stage->made = stage->count;
    return STATUS_OK;
}

// One block at `at`, which is moved past it. A block that did not become smaller is stored as it is.
static bool lz4_block(const struct stage *stage, size_t *at, uint8_t *out, size_t bytes)
{
    size_t left = stage->count - *at;
    uint32_t length = left < 4 ? 0 : load_u32be(stage->in + *at);
    const uint8_t *stored = stage->in + *at + 4;
    if (left < 4 || length > left - 4)
        return false;
    *at += 4 + (size_t)length;
    if (length == bytes) {
        memcpy(out, stored, bytes);
        return true;
    }
    if (length > LZ4_MAX_INPUT_SIZE || bytes > LZ4_MAX_INPUT_SIZE)
        return false;
    return LZ4_decompress_safe((const char *)stored, (char *)out, (int)length, (int)bytes) == (int)bytes;
}

// u64 BE bytes of the result, u32 BE bytes of a block, then for each block u32 BE bytes stored and the block.
static enum status undo_lz4(struct stage *stage, struct error *error)
{
    if (stage->count < LZ4_HEADER_BYTES)
        return error_set(error, STATUS_BROKEN, "the LZ4 header is cut short");
    uint64_t total = load_u64be(stage->in);
    size_t block = load_u32be(stage->in + 8), at = LZ4_HEADER_BYTES, number = 0;
    if (total > stage->limit || (stage->exact && total != stage->limit))
        return refuse_size("LZ4", error);
    if (block == 0 && total > 0)
        return error_set(error, STATUS_BROKEN, "the LZ4 block size is 0");
    for (size_t done = 0; done < total; done += block, number++) {
        size_t bytes = total - done < block ? (size_t)total - done : block;
        if (is_cancelled(stage))
            return refuse_cancelled(error);
        if (!lz4_block(stage, &at, stage->out + done, bytes))
            return error_set(error, STATUS_BROKEN, "the LZ4 block %zu is damaged", number);
    }
    stage->made = (size_t)total;
    return STATUS_OK;
}

static enum status undo_bitshuffle(struct stage *stage, struct error *error)
{
    struct bitshuffle_stream stream;
    enum status status = bitshuffle_read(stage->filter, stage->in, stage->count, &stream, error);
    if (status != STATUS_OK)
        return status;
    if (stream.total > stage->limit || (stage->exact && stream.total != stage->limit))
        return refuse_size("bitshuffle", error);
    size_t room = bitshuffle_room(&stream);
    if (!scratch_reserve(stage->scratch, 2, room))
        return refuse_memory(room, error);
    stage->made = stream.total;
    return bitshuffle_decode(&stream, 0, stream.total, stage->out, stage->scratch->bytes[2],
                             stage->scratch->cancel, error);
}

// The checksum of 16-bit words, first byte high, as HDF5 computes it (H5_checksum_fletcher32).
static uint32_t fletcher32(const uint8_t *bytes, size_t count)
{
    enum { WORDS_UNTIL_OVERFLOW = 360 };
    uint32_t low = 0, high = 0;
    size_t words = count / 2;
    while (words > 0) {
        size_t batch = words < WORDS_UNTIL_OVERFLOW ? words : WORDS_UNTIL_OVERFLOW;
        words -= batch;
        for (; batch > 0; batch--, bytes += 2) {
            low += (uint32_t)bytes[0] << 8 | bytes[1];
            high += low;
        }
        low = (low & 0xFFFF) + (low >> 16);
        high = (high & 0xFFFF) + (high >> 16);
    }
    if (count % 2) {
        low += (uint32_t)bytes[0] << 8;
        high += low;
        low = (low & 0xFFFF) + (low >> 16);
        high = (high & 0xFFFF) + (high >> 16);
    }
    low = (low & 0xFFFF) + (low >> 16);
    high = (high & 0xFFFF) + (high >> 16);
    return high << 16 | low;
}

// HDF5 before 1.6.3 wrote the bytes of each half the other way round.
static enum status undo_fletcher32(struct stage *stage, struct error *error)
{
    if (stage->count < CHECKSUM_BYTES)
        return error_set(error, STATUS_BROKEN, "the Fletcher-32 checksum is missing");
    size_t count = stage->count - CHECKSUM_BYTES;
    uint32_t stored = load_u32le(stage->in + count), computed = fletcher32(stage->in, count);
    uint32_t old = (computed & 0x00FF00FF) << 8 | (computed >> 8 & 0x00FF00FF);
    if (stored != computed && stored != old)
        return error_set(error, STATUS_BROKEN, "the Fletcher-32 checksum does not match the data");
    stage->made = count;
    return STATUS_OK;
}

// --- What is known of each filter ---

struct decoder {
    unsigned number;
    filter_undo *undo;
    bool same_size;     // the result is as long as what is stored
    size_t extra_bytes; // that are stored behind the data
    bool in_place;      // the result is the beginning of what is stored: `out` is not used
};

static const struct decoder decoders[] = {
    {HDF5_FILTER_DEFLATE, undo_deflate, false, 0, false},
    {HDF5_FILTER_SHUFFLE, undo_shuffle, true, 0, false},
    {HDF5_FILTER_FLETCHER32, undo_fletcher32, true, CHECKSUM_BYTES, true},
    {HDF5_FILTER_BZIP2, undo_bzip2, false, 0, false},
    {HDF5_FILTER_LZF, undo_lzf, false, 0, false},
    {HDF5_FILTER_BLOSC, undo_blosc, false, 0, false},
    {HDF5_FILTER_LZ4, undo_lz4, false, 0, false},
    {HDF5_FILTER_BITSHUFFLE, undo_bitshuffle, false, 0, false},
    {HDF5_FILTER_ZSTD, undo_zstd, false, 0, false},
};

static const struct decoder *decoder_find(unsigned number)
{
    for (size_t i = 0; i < sizeof decoders / sizeof decoders[0]; i++)
        if (decoders[i].number == number)
            return &decoders[i];
    return NULL;
}

static bool filter_supported(const struct hdf5_filter *filter)
{
    if (!decoder_find(filter->id) || filter->count > HDF5_FILTER_PARAMETERS)
        return false;
    if (filter->id == HDF5_FILTER_SHUFFLE)
        return filter->count == 0 || filter->parameters[0] > 0;
    return filter->id != HDF5_FILTER_BITSHUFFLE || bitshuffle_understands(filter);
}

bool hdf5_chunk_supported(const struct hdf5_pipeline *pipeline)
{
    size_t sample = pipeline->sample_bytes;
    if (pipeline->count > HDF5_CHUNK_FILTERS || !(sample == 1 || sample == 2 || sample == 4 || sample == 8))
        return false;
    for (size_t i = 0; i < pipeline->count; i++)
        if (!filter_supported(&pipeline->filters[i]))
            return false;
    return true;
}

static const char *bitshuffle_name(const struct hdf5_filter *filter)
{
    unsigned codec = filter->count > 4 ? filter->parameters[4] : 0;
    return codec == BITSHUFFLE_LZ4    ? "bitshuffle-LZ4"
           : codec == BITSHUFFLE_ZSTD ? "bitshuffle-zstd"
                                      : "bitshuffle";
}

const char *hdf5_chunk_describe(const struct hdf5_pipeline *pipeline, char *buffer, size_t size)
{
    size_t used = 0;
    if (size > 0)
        snprintf(buffer, size, "none");
    for (size_t i = 0; i < pipeline->count && i < HDF5_CHUNK_FILTERS && used < size; i++) {
        const struct hdf5_filter *filter = &pipeline->filters[i];
        const struct hdf5_filter_entry *known = hdf5_filter_find(filter->id);
        char number[32];
        snprintf(number, sizeof number, "filter %u", filter->id);
        const char *name = filter->id == HDF5_FILTER_BITSHUFFLE ? bitshuffle_name(filter)
                           : known                              ? known->name
                                                                : number;
        int length = snprintf(buffer + used, size - used, "%s%s", i ? ", " : "", name);
        used += length > 0 ? (size_t)length : 0;
    }
    return buffer;
}

// --- The pipeline ---

// The filters that were applied to one chunk, and what each must give when undone.
struct plan {
    const struct hdf5_filter *filters[HDF5_CHUNK_FILTERS];
    const struct decoder *decoders[HDF5_CHUNK_FILTERS];
    size_t limits[HDF5_CHUNK_FILTERS]; // bytes that undoing filter i gives, at most
    bool exact[HDF5_CHUNK_FILTERS];    // they are not less either
    size_t count;
};

// Compressed data of `bytes` bytes are not longer than this whatever they are; where a file says more, it
// lies.
static size_t most_compressed(size_t bytes)
{
    enum { SMALL = 64 * 1024 };
    size_t most;
    return size_add(bytes, bytes / 8 + SMALL, &most) ? most : bytes;
}

static enum status plan_make(const struct hdf5_pipeline *pipeline, unsigned skipped, size_t count,
                             struct plan *plan, struct error *error)
{
    size_t limit = count;
    bool exact = true;
    *plan = (struct plan){0};
    for (size_t i = 0; i < pipeline->count; i++) {
        if (skipped >> i & 1)
            continue;
        size_t at = plan->count++;
        plan->filters[at] = &pipeline->filters[i];
        plan->decoders[at] = decoder_find(pipeline->filters[i].id);
        plan->limits[at] = limit;
        plan->exact[at] = exact;
        const struct decoder *decoder = plan->decoders[at];
        if (!decoder->same_size)
            limit = most_compressed(limit);
        exact = exact && decoder->same_size;
        if (!size_add(limit, decoder->extra_bytes, &limit))
            return error_set(error, STATUS_TOO_LARGE, "a chunk of %zu bytes is too large", count);
    }
    return STATUS_OK;
}

// Where the filter `index` of the plan puts its result: the caller's memory for the last, else the scratch
// that does not hold the input.
static enum status stage_place(struct stage *stage, const struct plan *plan, size_t index, uint8_t *out,
                               struct error *error)
{
    stage->limit = plan->limits[index];
    stage->exact = plan->exact[index];
    stage->filter = plan->filters[index];
    stage->out = out;
    if (index == 0 || plan->decoders[index]->in_place)
        return STATUS_OK;
    int free_one = stage->in == stage->scratch->bytes[0] ? 1 : 0;
    if (!scratch_reserve(stage->scratch, free_one, stage->limit))
        return refuse_memory(stage->limit, error);
    stage->out = stage->scratch->bytes[free_one];
    return STATUS_OK;
}

static enum status stage_run(struct stage *stage, const struct plan *plan, size_t index, uint8_t *out,
                             struct error *error)
{
    const struct decoder *decoder = plan->decoders[index];
    enum status status =
        is_cancelled(stage) ? refuse_cancelled(error) : stage_place(stage, plan, index, out, error);
    if (status == STATUS_OK)
        status = decoder->undo(stage, error);
    if (status != STATUS_OK)
        return status;
    if (stage->made > stage->limit || (stage->exact && stage->made != stage->limit))
        return refuse_size(hdf5_filter_find(decoder->number)->name, error);
    if (!decoder->in_place)
        stage->in = stage->out;
    stage->count = stage->made;
    return STATUS_OK;
}

enum status hdf5_chunk_decode(const struct hdf5_pipeline *pipeline, unsigned skipped, const uint8_t *stored,
                              size_t stored_count, uint8_t *out, size_t count, struct hdf5_scratch *scratch,
                              struct error *error)
{
    struct plan plan;
    struct stage stage = {
        .sample_bytes = pipeline->sample_bytes, .in = stored, .count = stored_count, .scratch = scratch};
    if (!hdf5_chunk_supported(pipeline))
        return error_set(error, STATUS_UNSUPPORTED, "the chunk's filters are not decoded here");
    enum status status = plan_make(pipeline, skipped, count, &plan, error);
    for (size_t i = plan.count; status == STATUS_OK && i > 0; i--)
        status = stage_run(&stage, &plan, i - 1, out, error);
    if (status != STATUS_OK)
        return status;
    if (stage.count != count)
        return error_set(error, STATUS_BROKEN, "the chunk has %zu bytes where %zu were expected", stage.count,
                         count);
    if (stage.in != out && count > 0)
        memcpy(out, stage.in, count);
    if (pipeline->big_endian)
        swap_items(out, count / pipeline->sample_bytes, pipeline->sample_bytes);
    return STATUS_OK;
}

enum status hdf5_filter_undo(const struct hdf5_filter *filter, const uint8_t *stored, size_t stored_count,
                             uint8_t *out, size_t limit, size_t *made, struct hdf5_scratch *scratch)
{
    struct stage stage = {.filter = filter,
                          .sample_bytes = 1,
                          .in = stored,
                          .count = stored_count,
                          .out = out,
                          .limit = limit,
                          .scratch = scratch};
    const struct decoder *decoder = decoder_find(filter->id);
    enum status status = STATUS_UNSUPPORTED;
    if (filter_supported(filter) && !decoder->in_place)
        status = decoder->undo(&stage, NULL);
    *made = stage.made;
    return status;
}

bool hdf5_chunk_divisible(const struct hdf5_pipeline *pipeline, const uint8_t *stored, size_t stored_count,
                          size_t *block)
{
    struct bitshuffle_stream stream;
    if (pipeline->count != 1 || pipeline->filters[0].id != HDF5_FILTER_BITSHUFFLE ||
        !hdf5_chunk_supported(pipeline) ||
        bitshuffle_read(&pipeline->filters[0], stored, stored_count, &stream, NULL) != STATUS_OK ||
        stream.block % pipeline->sample_bytes != 0)
        return false;
    *block = stream.block;
    return true;
}

void hdf5_chunk_find_places(const struct hdf5_packed *chunk, struct bitshuffle_places *places)
{
    struct bitshuffle_stream stream;
    size_t block;
    *places = (struct bitshuffle_places){0};
    if (hdf5_chunk_divisible(chunk->pipeline, chunk->stored, chunk->stored_count, &block) && block > 0 &&
        bitshuffle_read(&chunk->pipeline->filters[0], chunk->stored, chunk->stored_count, &stream, NULL) ==
            STATUS_OK)
        bitshuffle_find_places(&stream, places);
}

enum status hdf5_chunk_decode_part(const struct hdf5_packed *chunk, size_t begin, size_t end, uint8_t *out,
                                   struct hdf5_scratch *scratch, struct error *error)
{
    const struct hdf5_pipeline *pipeline = chunk->pipeline;
    struct bitshuffle_stream stream;
    size_t block;
    if (!hdf5_chunk_divisible(pipeline, chunk->stored, chunk->stored_count, &block))
        return error_set(error, STATUS_BROKEN, "the bitshuffle header is damaged");
    if (begin > end || end > chunk->count || begin % block != 0 || (end != chunk->count && end % block != 0))
        return error_set(error, STATUS_USAGE, "bytes %zu to %zu are not whole blocks of %zu", begin, end,
                         block);
    enum status status =
        bitshuffle_read(&pipeline->filters[0], chunk->stored, chunk->stored_count, &stream, error);
    if (status != STATUS_OK)
        return status;
    if (stream.total != chunk->count)
        return refuse_size("bitshuffle", error);
    if (!scratch_reserve(scratch, 2, bitshuffle_room(&stream)))
        return refuse_memory(bitshuffle_room(&stream), error);
    stream.places = chunk->places;
    status = bitshuffle_decode(&stream, begin, end, out, scratch->bytes[2], scratch->cancel, error);
    if (status == STATUS_OK && pipeline->big_endian)
        swap_items(out, (end - begin) / pipeline->sample_bytes, pipeline->sample_bytes);
    return status;
}
