// SPDX-License-Identifier: MIT
// A list of all frames, and what they take.
#include "session/frame_cache.h"

#include "base/memory.h"
#include "base/size.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static const int64_t KEPT_MOST = 128000000; // for users who did not ask for more
// For each picture that is stored in part; with little memory an eighth of it.
static const int64_t PART_LEAST = 32 << 20;

// --- life ---

struct frame_cache *frame_cache_create(struct jobs *jobs)
{
    struct frame_cache *cache = must_alloc(sizeof *cache);
    *cache = (struct frame_cache){.jobs = jobs, .budget = memory_allowed()};
    return cache;
}

// The file is closed by a job: its disk may not answer.
static void free_frame(struct frame_cache *cache, struct frame *frame)
{
    handle_let_go(&frame->file, cache->jobs);
    frame_destroy(&frame);
}

void frame_cache_destroy(struct frame_cache **address)
{
    struct frame_cache *cache = *address;
    *address = NULL;
    for (size_t i = 0; i < cache->count; i++)
        free_frame(cache, cache->frames[i]);
    picture_destroy(&cache->spare);
    free(cache->frames);
    free(cache);
}

struct frame *frame_cache_new(struct frame_cache *cache)
{
    cache->frames = must_resize(cache->frames, (cache->count + 1) * sizeof(struct frame *));
    return cache->frames[cache->count++] = frame_create(cache->made++, cache->jobs);
}

static size_t index_of(const struct frame_cache *cache, const struct frame *frame)
{
    size_t index = 0;
    while (cache->frames[index] != frame)
        index++;
    return index;
}

// Takes a frame out of the list.
static struct frame *take_out(struct frame_cache *cache, size_t index)
{
    struct frame *frame = cache->frames[index];
    cache->count--;
    memmove(&cache->frames[index], &cache->frames[index + 1],
            (cache->count - index) * sizeof(struct frame *));
    return frame;
}

static void drop(struct frame_cache *cache, size_t index)
{
    free_frame(cache, take_out(cache, index));
}

// --- what they take ---

static bool is_streamed(const struct frame *frame)
{
    return frame->picture && frame->picture->cache_budget > 0;
}

// What a shown frame takes once all of it is there, without the tiles of a picture that is stored in part.
static int64_t shown_memory(const struct frame *frame)
{
    return frame->picture ? picture_stored_bytes(frame->picture) : 0;
}

// The same of all frames that are shown, but one.
static int64_t all_shown(const struct frame_cache *cache, const struct frame *but)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < cache->count; i++)
        bytes +=
            cache->frames[i]->holders > 0 && cache->frames[i] != but ? shown_memory(cache->frames[i]) : 0;
    return bytes;
}

static int64_t count_streamed(const struct frame_cache *cache, const struct frame *but)
{
    int64_t count = 0;
    for (size_t i = 0; i < cache->count; i++)
        count += cache->frames[i]->holders > 0 && cache->frames[i] != but && is_streamed(cache->frames[i]);
    return count;
}

static int64_t spare_bytes(const struct frame_cache *cache)
{
    return cache->spare ? picture_bytes(cache->spare) : 0;
}

// All that frames may take together.
static int64_t find_budget(const struct frame_cache *cache)
{
    if (cache->memory_limit > 0)
        return cache->memory_limit;
    int64_t there = 0;
    for (size_t i = 0; i < cache->count; i++)
        there += cache->frames[i]->picture ? picture_bytes(cache->frames[i]->picture) : 0;
    return memory_allowed_beside(there + spare_bytes(cache));
}

static int64_t part_least(const struct frame_cache *cache)
{
    return int64_min(cache->budget / 8, PART_LEAST);
}

int64_t frame_cache_room(struct frame_cache *cache, const struct frame *frame, int64_t bytes)
{
    cache->budget = find_budget(cache);
    const int64_t streamed = count_streamed(cache, frame), shown = all_shown(cache, frame);
    const int64_t left = cache->budget - shown - streamed * part_least(cache);
    if (bytes <= left || (shown == 0 && streamed == 0))
        return left;
    return int64_max(left / 2, part_least(cache));
}

static bool is_kept(const struct frame *frame)
{
    return frame->holders == 0 && !frame->coming.loader;
}

int64_t frame_cache_kept(const struct frame_cache *cache)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < cache->count; i++)
        bytes += is_kept(cache->frames[i]) ? frame_memory(cache->frames[i]) : 0;
    return bytes;
}

int64_t frame_cache_most(const struct frame_cache *cache)
{
    enum { READ_AHEAD = 2 };
    const int64_t shown = all_shown(cache, NULL);
    int64_t tiles = 0;
    for (size_t i = 0; i < cache->count; i++)
        tiles += cache->frames[i]->holders > 0 && is_streamed(cache->frames[i])
                     ? cache->frames[i]->picture->cache_budget
                     : 0;
    if (cache->memory_limit > 0)
        return int64_max(cache->memory_limit - tiles - (1 + READ_AHEAD) * shown, 0);
    return int64_min(cache->budget / 8, KEPT_MOST);
}

// --- keeping ---

// Drops kept frames that will never be found, and those that were let go of first until `bytes` more may be
// kept. Returns the last picture dropped that fits `info` (may be NULL), else NULL.
static struct picture *make_room(struct frame_cache *cache, int64_t bytes, const struct frame_info *info)
{
    const int64_t most = frame_cache_most(cache);
    int64_t kept = frame_cache_kept(cache);
    struct picture *fitting = NULL;
    size_t i = 0;
    while (i < cache->count) {
        struct frame *frame = cache->frames[i];
        if (!is_kept(frame) || (kept + bytes <= most && frame_is_current(frame))) {
            i++;
            continue;
        }
        kept -= frame_memory(frame);
        if (info && picture_fits(frame->picture, info)) {
            picture_destroy(&fitting);
            fitting = frame->picture;
            frame->picture = NULL;
        }
        drop(cache, i);
    }
    return fitting;
}

static bool may_keep(const struct frame_cache *cache, const struct frame *frame)
{
    const int64_t taken = frame_memory(frame) + (frame->passing ? frame_cache_kept(cache) : 0);
    return frame->whole && frame_is_current(frame) && taken <= frame_cache_most(cache);
}

void frame_cache_release(struct frame_cache *cache, struct frame **address)
{
    struct frame *frame = *address;
    const size_t index = index_of(cache, frame);
    *address = NULL;
    if (frame->holders > 1) {
        frame->holders--;
        return;
    }
    const bool kept = may_keep(cache, frame);
    frame->holders = 0;
    if (!kept) {
        drop(cache, index);
        return;
    }
    take_out(cache, index); // it is the last one now
    cache->frames[cache->count++] = frame;
    make_room(cache, 0, NULL);
}

static bool may_be_spare(const struct frame_cache *cache, const struct frame *frame)
{
    return frame->holders == 1 && frame->picture && !is_streamed(frame) && !may_keep(cache, frame) &&
           all_shown(cache, NULL) + frame_cache_kept(cache) <= cache->budget;
}

void frame_cache_leave(struct frame_cache *cache, struct frame **address)
{
    struct frame *frame = *address;
    if (may_be_spare(cache, frame)) {
        picture_destroy(&cache->spare);
        cache->spare = frame->picture;
        frame->picture = NULL;
        frame->whole = false;
    }
    frame_cache_release(cache, address);
}

struct frame *frame_cache_find(const struct frame_cache *cache, const struct frame_key *key)
{
    struct frame *coming = NULL;
    for (size_t i = 0; i < cache->count; i++) {
        struct frame *frame = cache->frames[i];
        if (!frame_key_is(&frame->key, key))
            continue;
        if (frame->whole && frame_is_current(frame))
            return frame;
        if (frame->coming.loader)
            coming = frame;
    }
    return coming;
}

void frame_cache_forget(struct frame_cache *cache, const struct document *document)
{
    for (size_t i = cache->count; i-- > 0;) {
        struct frame *frame = cache->frames[i];
        if (frame->key.document != document)
            continue;
        frame->whole = false;
        if (frame->holders == 0)
            drop(cache, i);
    }
    picture_destroy(&cache->spare);
}

// --- reading ahead ---

int64_t frame_cache_ahead(struct frame_cache *cache)
{
    enum { SHARE = 6 }; // of the budget, which is three quarters of what is free
    cache->budget = find_budget(cache);
    int64_t left = cache->budget - spare_bytes(cache);
    for (size_t i = 0; i < cache->count; i++)
        left -= frame_memory(cache->frames[i]);
    return cache->memory_limit > 0 ? left : int64_min(left, cache->budget / SHARE);
}

void frame_cache_expect(struct frame_cache *cache, const struct frame_key *key, struct frame_coming coming)
{
    struct frame *frame = frame_cache_new(cache);
    frame->holders = 0;
    frame->key = *key;
    frame->coming = coming;
}

struct frame *frame_cache_coming_of(const struct frame_cache *cache, const void *owner)
{
    for (size_t i = 0; i < cache->count; i++) {
        if (cache->frames[i]->coming.loader && cache->frames[i]->coming.owner == owner)
            return cache->frames[i];
    }
    return NULL;
}

struct frame_coming frame_cache_take_coming(struct frame_cache *cache, const struct frame *frame)
{
    const struct frame_coming coming = frame ? frame->coming : (struct frame_coming){0};
    if (!coming.loader)
        return (struct frame_coming){0};
    const size_t index = index_of(cache, frame);
    cache->frames[index]->coming = (struct frame_coming){0};
    drop(cache, index);
    return coming;
}

bool frame_cache_knows(const struct frame_cache *cache, const struct frame_key *key)
{
    for (size_t i = 0; i < cache->count; i++) {
        const struct frame *frame = cache->frames[i];
        if (frame_key_is(&frame->key, key) &&
            (frame->holders > 0 || frame->coming.loader || (frame->whole && frame_is_current(frame))))
            return true;
    }
    return false;
}

// --- the next frame ---

// The spare picture if it fits, else NULL; there is none any more.
static struct picture *take_spare(struct frame_cache *cache, const struct frame_info *info)
{
    struct picture *spare = cache->spare;
    cache->spare = NULL;
    if (spare && !(info && picture_fits(spare, info)))
        picture_destroy(&spare);
    return spare;
}

void frame_cache_turn(struct frame_cache *cache, struct frame **address, const struct frame_info *info)
{
    struct frame *old = *address;
    const bool kept = may_keep(cache, old);
    struct picture *picture = make_room(cache, kept ? frame_memory(old) : 0, info);
    struct picture *spare = take_spare(cache, info);
    if (picture)
        picture_destroy(&spare);
    else
        picture = spare;
    if (old->holders == 1 && !kept) {
        picture_destroy(&picture);
        old->whole = false; // of what is loaded into it now nothing is there
        return;
    }
    struct frame *next = frame_cache_new(cache);
    next->picture = picture;
    next->mask.sheet = old->mask.sheet; // the next frame leaves out what the user masked
    if (old->mask.sheet)
        mask_sheet_open(old->mask.sheet);
    frame_cache_release(cache, address);
    *address = next;
}

void frame_cache_settle(struct frame_cache *cache)
{
    const int64_t streamed = count_streamed(cache, NULL), left = cache->budget - all_shown(cache, NULL);
    const int64_t each = streamed > 0 ? int64_min(left / streamed, cache->budget / 2) : 0;
    for (size_t i = 0; i < cache->count; i++) {
        struct frame *frame = cache->frames[i];
        if (frame->holders > 0 && is_streamed(frame))
            picture_limit_cache(frame->picture, int64_max(each, part_least(cache) / 2));
    }
    make_room(cache, 0, NULL);
}
