// SPDX-License-Identifier: MIT
// Rectangles of chunked datasets: where each chunk is, its bytes, and its samples.
//
// The worker only tells where a chunk is. The bytes are read and decoded here, by each thread for itself. A
// chunk that decodes in blocks (bitshuffle) is read once, and each thread decodes the blocks of its own rows;
// other chunks that are wanted in parts are decoded once and shared.
#include "base/byteorder.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/size.h"
#include "formats/base/blob.h"
#include "formats/hdf5/hdf5_frame.h"

#include <stdlib.h>
#include <string.h>

// What is wanted of one chunk. Steps and places are in bytes of the decoded chunk.
struct cut {
    const struct hdf5_dataset *dataset;
    int64_t offset[HDF5_RANK]; // of the chunk's first sample
    uint64_t index;            // of the chunk
    bool over_edge;            // the chunk reaches beyond the dataset
    bool whole;                // everything that the dataset has of the chunk is wanted
    int64_t width, height;     // samples
    size_t item, first, row_step, column_step;
    struct hdf5_target target; // of the first sample
};

// Where a chunk is stored.
struct place {
    bool absent; // never written: the fill value
    int64_t address;
    size_t count;
    unsigned skipped;
};

static size_t cut_end(const struct cut *cut)
{
    return cut->first + (size_t)(cut->height - 1) * cut->row_step +
           (size_t)(cut->width - 1) * cut->column_step + cut->item;
}

// --- Damage ---

static void set_reason(const struct cut *cut, const struct error *clause, struct error *reason)
{
    struct text place = {0};
    for (int axis = 0; axis < cut->dataset->rank; axis++)
        text_printf(&place, "%s%lld", axis ? ", " : "", (long long)cut->offset[axis]);
    error_set(reason, clause->status ? clause->status : STATUS_BROKEN, "%s: the chunk at (%s) of %s: %s",
              cut->dataset->path, text_string(&place), cut->dataset->name, clause->text);
    text_free(&place);
}

static void lose_cut(const struct cut *cut, const struct error *clause)
{
    struct error reason = {0};
    set_reason(cut, clause, &reason);
    hdf5_target_lose(&cut->target, cut->dataset->type.type, cut->width, cut->height, &reason);
}

// Loses the samples that have bytes of the chunk from `begin` to `end`.
static void lose_bytes(const struct cut *cut, size_t begin, size_t end, const struct error *clause)
{
    struct error reason = {0};
    set_reason(cut, clause, &reason);
    for (int64_t y = 0; y < cut->height; y++) {
        const size_t row = cut->first + (size_t)y * cut->row_step;
        int64_t from = cut->width, to = 0;
        for (int64_t x = 0; x < cut->width; x++) {
            const size_t at = row + (size_t)x * cut->column_step;
            if (at >= end || at + cut->item <= begin)
                continue;
            from = int64_min(from, x);
            to = x + 1;
        }
        const struct hdf5_target part = hdf5_target_part(&cut->target, from, y, cut->item);
        if (from < to)
            hdf5_target_lose(&part, cut->dataset->type.type, to - from, 1, &reason);
    }
}

// --- Stored bytes ---

static unsigned all_filters(const struct hdf5_dataset *dataset)
{
    return (1u << dataset->pipeline.count) - 1;
}

static enum status find_chunk(struct hdf5_decoder *decoder, const struct cut *cut, struct place *place,
                              struct error *clause)
{
    const struct hdf5_dataset *dataset = cut->dataset;
    struct hdf5_address address;
    struct error reason = {0};
    const enum status status =
        hdf5_pool_address(decoder->pool, dataset, (int64_t)cut->index, cut->target.cancel, &address, &reason);
    if (status != STATUS_OK)
        return error_set(clause, status, "%s", error_behind_path(reason.text, dataset->opened));
    if (address.kind == HDF5_ADDRESS_DAMAGED)
        return error_set(clause, STATUS_BROKEN, "it cannot be found");
    const bool absent = address.kind == HDF5_ADDRESS_ABSENT || address.count == 0;
    if (!absent && address.count > dataset->file_bytes)
        return error_set(clause, STATUS_BROKEN, "it claims to be %lld bytes, more than the file",
                         (long long)address.count);
    *place = (struct place){.absent = absent, .address = address.at, .count = (size_t)address.count};
    place->skipped = dataset->bare_edges && cut->over_edge ? all_filters(dataset) : address.skipped;
    return STATUS_OK;
}

// Reads bytes of the file, unless that is cancelled.
static enum status read_bytes(const struct cut *cut, int64_t address, uint8_t *bytes, size_t count,
                              struct error *clause)
{
    enum { STEP = 4 << 20 };
    const struct hdf5_dataset *dataset = cut->dataset;
    struct error reason = {0};
    enum status status = STATUS_OK;
    for (size_t at = 0; at < count && !status; at += STEP) {
        if (cancel_requested(cut->target.cancel))
            return error_set(clause, STATUS_CANCELLED, "its reading was cancelled");
        status = blob_read(dataset->blob, address + (int64_t)at, bytes + at,
                           count - at < STEP ? count - at : STEP, &reason);
    }
    if (status)
        error_set(clause, status, "%s: %s", path_name(dataset->path),
                  error_behind_path(reason.text, blob_name(dataset->blob)));
    return status;
}

// --- Samples ---

// Copies the wanted samples out of the chunk's bytes from `begin` on.
static void gather(const struct cut *cut, const uint8_t *bytes, size_t begin)
{
    for (int64_t y = 0; y < cut->height; y++) {
        const uint8_t *from = bytes + (cut->first - begin) + (size_t)y * cut->row_step;
        uint8_t *to = cut->target.pixels + (size_t)y * cut->target.stride;
        if (cut->column_step == cut->item) {
            memcpy(to, from, (size_t)cut->width * cut->item);
            continue;
        }
        for (int64_t x = 0; x < cut->width; x++)
            memcpy(to + (size_t)x * cut->item, from + (size_t)x * cut->column_step, cut->item);
    }
}

static void swap_rows(const struct cut *cut)
{
    if (!cut->dataset->pipeline.big_endian)
        return;
    for (int64_t y = 0; y < cut->height; y++)
        swap_items(cut->target.pixels + (size_t)y * cut->target.stride, (size_t)cut->width, cut->item);
}

// True where the wanted bytes follow each other in the chunk and in the target.
static bool is_joined(const struct cut *cut)
{
    const size_t row = (size_t)cut->width * cut->item;
    return cut->column_step == cut->item &&
           (cut->height == 1 || (cut->row_step == row && cut->target.stride == row));
}

static void fill_cut(const struct cut *cut)
{
    hdf5_target_fill(&cut->target, cut->dataset->fill, cut->item, cut->width, cut->height);
}

static enum status refuse_memory(const struct cut *cut, size_t bytes, struct error *error)
{
    return error_set(error, STATUS_NO_MEMORY, "%s: not enough memory for a chunk of %zu bytes",
                     cut->dataset->path, bytes);
}

// --- Chunks without filters, which are read in place ---

static enum status bare_cut(struct hdf5_decoder *decoder, const struct cut *cut, const struct place *place,
                            struct error *error)
{
    const struct hdf5_dataset *dataset = cut->dataset;
    const size_t end = cut_end(cut);
    struct error clause = {0};
    if (place->count < dataset->chunk_bytes) {
        error_set(&clause, STATUS_BROKEN, "it has %zu bytes where %zu were expected", place->count,
                  dataset->chunk_bytes);
        lose_cut(cut, &clause);
        return STATUS_OK;
    }
    const bool joined = is_joined(cut);
    uint8_t *to = joined ? cut->target.pixels : hdf5_room_reserve(&decoder->samples, end - cut->first);
    if (!to)
        return refuse_memory(cut, end - cut->first, error);
    if (read_bytes(cut, place->address + (int64_t)cut->first, to, end - cut->first, &clause) != STATUS_OK) {
        lose_cut(cut, &clause);
        return STATUS_OK;
    }
    if (!joined)
        gather(cut, to, cut->first);
    swap_rows(cut);
    return STATUS_OK;
}

// --- Pieces that threads share ---

typedef enum status piece_make(struct hdf5_decoder *decoder, const struct cut *cut, struct hdf5_piece *piece);

// The piece, made here or by another thread; made again where that one was cancelled and this one is not.
// NULL where there is no memory.
static struct hdf5_piece *piece_take(struct hdf5_decoder *decoder, const struct cut *cut, uint64_t index,
                                     piece_make *make)
{
    for (;;) {
        bool mine;
        struct hdf5_piece *piece = hdf5_cache_take(decoder->cache, cut->dataset->serial, index, &mine);
        if (!piece)
            return NULL;
        if (mine)
            hdf5_cache_ready(decoder->cache, piece, make(decoder, cut, piece));
        if (piece->status != STATUS_CANCELLED || cancel_requested(cut->target.cancel))
            return piece;
        hdf5_cache_give(decoder->cache, piece);
    }
}

// --- Chunks that decode in blocks ---

static struct hdf5_packed packed_of(const struct cut *cut, const struct hdf5_piece *piece)
{
    return (struct hdf5_packed){.pipeline = &cut->dataset->pipeline,
                                .stored = piece->bytes,
                                .stored_count = piece->count,
                                .count = cut->dataset->chunk_bytes,
                                .places = &piece->places};
}

// Decodes block by block; those that fail are lost.
static void salvage_blocks(struct hdf5_decoder *decoder, const struct cut *cut,
                           const struct hdf5_piece *piece, size_t block, size_t begin, size_t end,
                           uint8_t *room)
{
    const struct hdf5_packed packed = packed_of(cut, piece);
    memset(room, 0, end - begin);
    struct error clause = {0};
    // All blocks first, because samples of several of them may be lost in one row.
    for (size_t at = begin; at < end; at += block)
        (void)hdf5_chunk_decode_part(&packed, at, at + block < end ? at + block : end, room + (at - begin),
                                     &decoder->scratch, NULL);
    gather(cut, room, begin);
    for (size_t at = begin; at < end && !cancel_requested(cut->target.cancel); at += block) {
        const size_t to = at + block < end ? at + block : end;
        if (hdf5_chunk_decode_part(&packed, at, to, room + (at - begin), &decoder->scratch, &clause) !=
            STATUS_OK)
            lose_bytes(cut, at, to, &clause);
    }
}

static enum status decode_blocks(struct hdf5_decoder *decoder, const struct cut *cut,
                                 const struct hdf5_piece *piece, size_t begin, size_t end, uint8_t *out)
{
    const struct hdf5_packed packed = packed_of(cut, piece);
    return begin == end ? STATUS_OK
                        : hdf5_chunk_decode_part(&packed, begin, end, out, &decoder->scratch, NULL);
}

// Decodes whole blocks straight into the target, and those that are wanted in part by way of `room`.
static enum status decode_joined(struct hdf5_decoder *decoder, const struct cut *cut,
                                 const struct hdf5_piece *piece, size_t block, uint8_t *room)
{
    const size_t total = cut->dataset->chunk_bytes, first = cut->first, last = cut_end(cut);
    const size_t inner = (first + block - 1) / block * block,
                 outer = last == total ? last : last / block * block;
    uint8_t *out = cut->target.pixels;
    enum status status = STATUS_OK;
    if (first < inner) {
        const size_t begin = inner - block, end = inner < total ? inner : total;
        status = decode_blocks(decoder, cut, piece, begin, end, room);
        if (status == STATUS_OK)
            memcpy(out, room + (first - begin), (last < end ? last : end) - first);
    }
    if (status == STATUS_OK && inner < outer)
        status = decode_blocks(decoder, cut, piece, inner, outer, out + (inner - first));
    if (status == STATUS_OK && outer < last && inner <= outer) {
        status =
            decode_blocks(decoder, cut, piece, outer, outer + block < total ? outer + block : total, room);
        if (status == STATUS_OK)
            memcpy(out + (outer - first), room, last - outer);
    }
    return status;
}

static enum status blocks_cut(struct hdf5_decoder *decoder, const struct cut *cut,
                              const struct hdf5_piece *piece, struct error *error)
{
    const struct hdf5_dataset *dataset = cut->dataset;
    const size_t total = dataset->chunk_bytes;
    size_t block;
    struct error clause = {0};
    if (!hdf5_chunk_divisible(&dataset->pipeline, piece->bytes, piece->count, &block) || block == 0) {
        error_set(&clause, STATUS_BROKEN, "its header is damaged");
        lose_cut(cut, &clause);
        return STATUS_OK;
    }
    const size_t begin = cut->first / block * block, last = cut_end(cut);
    const size_t end =
        (last + block - 1) / block * block < total ? (last + block - 1) / block * block : total;
    uint8_t *room = hdf5_room_reserve(&decoder->samples, end - begin);
    if (!room)
        return refuse_memory(cut, end - begin, error);
    if (is_joined(cut)) {
        if (decode_joined(decoder, cut, piece, block, room) == STATUS_OK)
            return STATUS_OK;
    } else if (decode_blocks(decoder, cut, piece, begin, end, room) == STATUS_OK) {
        gather(cut, room, begin);
        return STATUS_OK;
    }
    if (cancel_requested(cut->target.cancel))
        return STATUS_CANCELLED;
    salvage_blocks(decoder, cut, piece, block, begin, end, room);
    return STATUS_OK;
}

static enum status stored_make(struct hdf5_decoder *decoder, const struct cut *cut, struct hdf5_piece *piece)
{
    struct place place;
    enum status status = find_chunk(decoder, cut, &place, &piece->error);
    if (status != STATUS_OK)
        return status;
    piece->absent = place.absent;
    if (place.absent)
        return STATUS_OK;
    if (!hdf5_cache_reserve(decoder->cache, piece, place.count))
        return error_set(&piece->error, STATUS_NO_MEMORY, "there is no memory for its %zu bytes",
                         place.count);
    status = read_bytes(cut, place.address, piece->bytes, place.count, &piece->error);
    piece->skipped = place.skipped;
    if (status == STATUS_OK && !(place.skipped & 1)) {
        const struct hdf5_packed packed = packed_of(cut, piece);
        hdf5_chunk_find_places(&packed, &piece->places);
    }
    return status;
}

// The chunk was stored without its filters.
static void bare_piece(const struct cut *cut, const struct hdf5_piece *piece)
{
    struct error clause = {0};
    if (piece->count == cut->dataset->chunk_bytes) {
        gather(cut, piece->bytes, 0);
        swap_rows(cut);
        return;
    }
    error_set(&clause, STATUS_BROKEN, "it has %zu bytes where %zu were expected", piece->count,
              cut->dataset->chunk_bytes);
    lose_cut(cut, &clause);
}

static enum status divisible_cut(struct hdf5_decoder *decoder, const struct cut *cut, struct error *error)
{
    struct hdf5_piece *piece = piece_take(decoder, cut, 2 * cut->index + 1, stored_make);
    if (!piece)
        return refuse_memory(cut, cut->dataset->chunk_bytes, error);
    enum status status = STATUS_OK;
    if (piece->status != STATUS_OK)
        lose_cut(cut, &piece->error);
    else if (piece->absent)
        fill_cut(cut);
    else if (piece->skipped & 1)
        bare_piece(cut, piece);
    else
        status = blocks_cut(decoder, cut, piece, error);
    hdf5_cache_give(decoder->cache, piece);
    return status;
}

// --- Other chunks ---

// A chunk that could not have become what it claims to be by any compression is not worth its memory.
static enum status check_ratio(const struct cut *cut, const struct place *place, struct error *clause)
{
    enum { PLAUSIBLE = 64 << 20, MAX_RATIO = 100 * 1000 };
    const size_t claimed = cut->dataset->chunk_bytes;
    if (claimed <= PLAUSIBLE || claimed / MAX_RATIO <= place->count)
        return STATUS_OK;
    return error_set(clause, STATUS_BROKEN, "its %zu bytes cannot hold the %zu that it claims", place->count,
                     claimed);
}

// Reads and decodes a whole chunk to `out`.
static enum status decode_stored(struct hdf5_decoder *decoder, const struct cut *cut, struct place *place,
                                 uint8_t *out, struct error *clause)
{
    const struct hdf5_dataset *dataset = cut->dataset;
    uint8_t *stored = hdf5_room_reserve(&decoder->stored, place->count);
    if (!stored)
        return error_set(clause, STATUS_NO_MEMORY, "there is no memory for its %zu bytes", place->count);
    enum status status = read_bytes(cut, place->address, stored, place->count, clause);
    return status != STATUS_OK ? status
                               : hdf5_chunk_decode(&dataset->pipeline, place->skipped, stored, place->count,
                                                   out, dataset->chunk_bytes, &decoder->scratch, clause);
}

static enum status decoded_make(struct hdf5_decoder *decoder, const struct cut *cut, struct hdf5_piece *piece)
{
    struct place place;
    enum status status = find_chunk(decoder, cut, &place, &piece->error);
    if (status != STATUS_OK)
        return status;
    piece->absent = place.absent;
    if (place.absent)
        return STATUS_OK;
    status = check_ratio(cut, &place, &piece->error);
    if (status != STATUS_OK)
        return status;
    if (!hdf5_cache_reserve(decoder->cache, piece, cut->dataset->chunk_bytes))
        return error_set(&piece->error, STATUS_NO_MEMORY, "there is no memory for its %zu bytes",
                         cut->dataset->chunk_bytes);
    return decode_stored(decoder, cut, &place, piece->bytes, &piece->error);
}

// A chunk of which others may want parts as well.
static enum status shared_cut(struct hdf5_decoder *decoder, const struct cut *cut, struct error *error)
{
    struct hdf5_piece *piece = piece_take(decoder, cut, 2 * cut->index, decoded_make);
    if (!piece)
        return refuse_memory(cut, cut->dataset->chunk_bytes, error);
    if (piece->status != STATUS_OK)
        lose_cut(cut, &piece->error);
    else if (piece->absent)
        fill_cut(cut);
    else
        gather(cut, piece->bytes, 0);
    hdf5_cache_give(decoder->cache, piece);
    return STATUS_OK;
}

// A chunk that is wanted whole.
static enum status whole_cut(struct hdf5_decoder *decoder, const struct cut *cut, struct error *error)
{
    const size_t bytes = cut->dataset->chunk_bytes;
    struct place place;
    struct error clause = {0};
    enum status status = find_chunk(decoder, cut, &place, &clause);
    if (status == STATUS_OK && place.absent) {
        fill_cut(cut);
        return STATUS_OK;
    }
    const bool joined = is_joined(cut) && cut_end(cut) - cut->first == bytes;
    uint8_t *out = cut->target.pixels;
    if (status == STATUS_OK)
        status = check_ratio(cut, &place, &clause);
    if (status == STATUS_OK && !joined) {
        out = hdf5_room_reserve(&decoder->samples, bytes);
        if (!out)
            return refuse_memory(cut, bytes, error);
    }
    if (status == STATUS_OK)
        status = decode_stored(decoder, cut, &place, out, &clause);
    if (status != STATUS_OK)
        lose_cut(cut, &clause);
    else if (!joined)
        gather(cut, out, 0);
    return STATUS_OK;
}

static enum status cut_decode(struct hdf5_decoder *decoder, const struct cut *cut, struct error *error)
{
    const struct hdf5_pipeline *pipeline = &cut->dataset->pipeline;
    if (pipeline->count == 1 && pipeline->filters[0].id == HDF5_FILTER_BITSHUFFLE)
        return divisible_cut(decoder, cut, error);
    if (pipeline->count == 0) {
        struct place place;
        struct error clause = {0};
        if (find_chunk(decoder, cut, &place, &clause) != STATUS_OK) {
            lose_cut(cut, &clause);
            return STATUS_OK;
        }
        if (!place.absent)
            return bare_cut(decoder, cut, &place, error);
        fill_cut(cut);
        return STATUS_OK;
    }
    return cut->whole ? whole_cut(decoder, cut, error) : shared_cut(decoder, cut, error);
}

// --- Cutting a region into chunks ---

static size_t chunk_step(const struct hdf5_dataset *dataset, int axis, size_t item)
{
    size_t step = item;
    for (int i = axis + 1; axis >= 0 && i < dataset->rank; i++)
        step *= (size_t)dataset->chunk[i];
    return step;
}

// The cut of the chunk that has the sample at `at`, of up to width x height samples.
static void cut_make(const struct hdf5_region *region, const int64_t *at, struct cut *cut)
{
    const struct hdf5_dataset *dataset = region->dataset;
    cut->index = 0;
    cut->first = 0;
    cut->over_edge = false;
    cut->whole = true;
    for (int axis = 0; axis < dataset->rank; axis++) {
        const int64_t chunk = dataset->chunk[axis], number = at[axis] / chunk, within = at[axis] % chunk;
        const int64_t there = int64_min(chunk, dataset->dims[axis] - number * chunk);
        const int64_t wanted = axis == region->row_axis      ? cut->height
                               : axis == region->column_axis ? cut->width
                                                             : 1;
        cut->index = cut->index * (uint64_t)int64_ceil_div(dataset->dims[axis], chunk) + (uint64_t)number;
        cut->offset[axis] = number * chunk;
        cut->first += (size_t)within * chunk_step(dataset, axis, cut->item);
        cut->over_edge = cut->over_edge || there < chunk;
        cut->whole = cut->whole && wanted == there;
    }
}

// Samples from `at` to the end of its chunk along an axis, at most `left`.
static int64_t until_edge(const struct hdf5_dataset *dataset, int axis, int64_t at, int64_t left)
{
    return axis < 0 ? left : int64_min(left, dataset->chunk[axis] - at % dataset->chunk[axis]);
}

enum status hdf5_chunk_check(const struct hdf5_dataset *dataset, struct error *error)
{
    const struct hdf5_pipeline *pipeline = &dataset->pipeline;
    const bool ours = dataset->storage == HDF5_STORED_CHUNKS;
    const bool in_parts =
        ours &&
        (pipeline->count == 0 || (pipeline->count == 1 && pipeline->filters[0].id == HDF5_FILTER_BITSHUFFLE));
    const bool chunked = ours || (dataset->storage == HDF5_STORED_OTHER && dataset->chunk[0] > 0);
    // What one filter makes is there beside what the next one takes.
    const int64_t copies = !ours || pipeline->count > 2 ? 3 : pipeline->count == 2 ? 2 : 1;
    int64_t bytes;
    if (!chunked || in_parts)
        return STATUS_OK;
    if (dataset->chunk_bytes > INT64_MAX ||
        __builtin_mul_overflow((int64_t)dataset->chunk_bytes, copies, &bytes))
        bytes = INT64_MAX;
    return memory_check(dataset->path, "a chunk of its samples", bytes, error);
}

enum status hdf5_chunks_decode(struct hdf5_decoder *decoder, const struct hdf5_region *region,
                               const struct hdf5_target *target, struct error *error)
{
    const struct hdf5_dataset *dataset = region->dataset;
    const int rows = region->row_axis, columns = region->column_axis;
    enum status status = hdf5_chunk_check(dataset, error);
    if (status != STATUS_OK)
        return status;
    struct cut cut = {.dataset = dataset, .item = sample_traits(dataset->type.type)->bytes};
    cut.row_step = chunk_step(dataset, rows, cut.item);
    cut.column_step = columns < 0 ? cut.item : chunk_step(dataset, columns, cut.item);
    int64_t at[HDF5_RANK];
    memcpy(at, region->at, sizeof at);
    for (int64_t y = 0; y < region->height; y += cut.height) {
        if (rows >= 0)
            at[rows] = region->at[rows] + y;
        cut.height = until_edge(dataset, rows, rows < 0 ? 0 : at[rows], region->height - y);
        for (int64_t x = 0; x < region->width; x += cut.width) {
            if (cancel_requested(target->cancel))
                return STATUS_CANCELLED;
            if (columns >= 0)
                at[columns] = region->at[columns] + x;
            cut.width = until_edge(dataset, columns, columns < 0 ? 0 : at[columns], region->width - x);
            cut.target = hdf5_target_part(target, x, y, cut.item);
            cut_make(region, at, &cut);
            status = cut_decode(decoder, &cut, error);
            if (status != STATUS_OK)
                return status;
        }
    }
    return STATUS_OK;
}
