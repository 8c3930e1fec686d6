// SPDX-License-Identifier: MIT
// A small cache of chunks with waiting for what another thread is making.
#include "base/monitor.h"
#include "formats/hdf5/hdf5_frame.h"

#include <stdlib.h>

enum { PIECES = 64, CACHE_BYTES = 192 << 20 };

struct hdf5_cache {
    struct monitor monitor;
    // -- protected by the monitor --
    struct hdf5_piece *pieces[PIECES]; // NULL where there is none
    size_t bytes;                      // capacity of all pieces
    uint64_t clock;
};

struct hdf5_cache *hdf5_cache_create(void)
{
    struct hdf5_cache *cache = must_alloc(sizeof *cache);
    monitor_init(&cache->monitor);
    return cache;
}

static void piece_drop(struct hdf5_cache *cache, size_t slot)
{
    struct hdf5_piece *piece = cache->pieces[slot];
    if (!piece)
        return;
    cache->bytes -= piece->capacity;
    free(piece->bytes);
    free(piece);
    cache->pieces[slot] = NULL;
}

void hdf5_cache_destroy(struct hdf5_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < PIECES; i++)
        piece_drop(cache, i);
    monitor_finish(&cache->monitor);
    free(cache);
}

static struct hdf5_piece *piece_find(struct hdf5_cache *cache, uint64_t dataset, uint64_t index)
{
    for (size_t i = 0; i < PIECES; i++) {
        struct hdf5_piece *piece = cache->pieces[i];
        if (piece && piece->dataset == dataset && piece->index == index)
            return piece;
    }
    return NULL;
}

// The piece that was not used for the longest time; PIECES where all are in use.
static size_t oldest_slot(const struct hdf5_cache *cache, const struct hdf5_piece *except)
{
    size_t best = PIECES;
    for (size_t i = 0; i < PIECES; i++) {
        const struct hdf5_piece *piece = cache->pieces[i];
        if (piece && piece != except && piece->users == 0 &&
            (best == PIECES || piece->used < cache->pieces[best]->used))
            best = i;
    }
    return best;
}

// A slot for a new piece. The memory of the piece that leaves it is used again: fresh memory costs as much as
// reading into it.
static struct hdf5_piece *piece_add(struct hdf5_cache *cache)
{
    size_t slot = 0;
    while (slot < PIECES && cache->pieces[slot])
        slot++;
    const bool full = slot == PIECES || cache->bytes > CACHE_BYTES / 2;
    const size_t old = full ? oldest_slot(cache, NULL) : PIECES;
    if (old == PIECES && slot == PIECES)
        return NULL;
    if (old < PIECES) {
        struct hdf5_piece *piece = cache->pieces[old];
        *piece = (struct hdf5_piece){.bytes = piece->bytes, .capacity = piece->capacity};
        return piece;
    }
    return cache->pieces[slot] = must_alloc(sizeof(struct hdf5_piece));
}

struct hdf5_piece *hdf5_cache_take(struct hdf5_cache *cache, uint64_t dataset, uint64_t index, bool *mine)
{
    monitor_enter(&cache->monitor);
    struct hdf5_piece *piece = piece_find(cache, dataset, index);
    *mine = !piece;
    if (!piece)
        piece = piece_add(cache);
    if (piece) {
        piece->users++;
        piece->used = ++cache->clock;
        if (*mine) {
            piece->dataset = dataset;
            piece->index = index;
        }
        while (!*mine && !piece->ready)
            monitor_wait(&cache->monitor);
    }
    monitor_leave(&cache->monitor);
    return piece;
}

bool hdf5_cache_reserve(struct hdf5_cache *cache, struct hdf5_piece *piece, size_t count)
{
    if (count <= piece->capacity && piece->capacity / 4 <= count) {
        piece->count = count;
        return true;
    }
    monitor_enter(&cache->monitor);
    cache->bytes -= piece->capacity;
    piece->capacity = 0;
    for (size_t old; cache->bytes + count > CACHE_BYTES && (old = oldest_slot(cache, piece)) < PIECES;)
        piece_drop(cache, old);
    free(piece->bytes);
    piece->bytes = malloc(count ? count : 1);
    if (piece->bytes) {
        piece->capacity = piece->count = count;
        cache->bytes += count;
    }
    monitor_leave(&cache->monitor);
    return piece->bytes != NULL;
}

void hdf5_cache_ready(struct hdf5_cache *cache, struct hdf5_piece *piece, enum status status)
{
    monitor_enter(&cache->monitor);
    piece->status = status;
    piece->ready = true;
    if (status == STATUS_CANCELLED) // those that wait make it for themselves
        piece->dataset = 0;
    monitor_notify(&cache->monitor);
    monitor_leave(&cache->monitor);
}

void hdf5_cache_give(struct hdf5_cache *cache, struct hdf5_piece *piece)
{
    monitor_enter(&cache->monitor);
    piece->users--;
    // What failed so is tried again by the next who asks: memory may be there then.
    if (piece->users == 0 && (piece->status == STATUS_NO_MEMORY || piece->status == STATUS_CANCELLED))
        piece->dataset = 0;
    monitor_leave(&cache->monitor);
}
