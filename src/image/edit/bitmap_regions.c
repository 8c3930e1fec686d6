// SPDX-License-Identifier: MIT
// Connected regions of a bitmap: filling of holes and removal of specks.
//
// One pass from the first row to the last joins the runs of neighbouring rows (union-find over the regions
// that the last row touches), so that memory does not grow with the number of regions. When a region ends it
// is judged, and painted over from one of its pixels if need be.
#include "image/edit/bitmap.h"

#include "base/size.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { WORD_BITS = 64 };

// A run [begin, end) of equal pixels in row y.
struct run {
    int64_t begin, end;
    size_t region; // index into the regions of its row
};

// What is known so far of a region: its size, one of its pixels, and whether it reaches the border of the
// image.
struct region {
    int64_t size, x, y;
    bool at_border;
    size_t parent; // while two rows are joined
    bool goes_on;  // has a run in the present row
    size_t number; // its index in the next row's list
};

struct run_row {
    struct run *runs;
    size_t count;
};

struct region_row {
    struct region *regions;
    size_t count;
};

// What to do with a region that has ended.
struct judge {
    struct bitmap *bitmap;
    bool value; // of the regions' pixels
    enum bitmap_neighbours neighbours;
    int64_t smallest;   // smaller ones are painted over ...
    bool only_enclosed; // ... or, instead, those that do not reach the border
};

// The first x >= from with that value in the row, or the width.
static int64_t next_with(const struct bitmap *bitmap, int64_t y, int64_t from, bool value)
{
    const uint64_t *row = bitmap->words + y * bitmap->stride;
    const uint64_t flip = value ? 0 : ~(uint64_t)0;
    int64_t word = from / WORD_BITS;
    if (from >= bitmap->width)
        return bitmap->width;
    uint64_t bits = (row[word] ^ flip) & ~(uint64_t)0 << (from % WORD_BITS);
    while (!bits && ++word < bitmap->stride)
        bits = row[word] ^ flip;
    return bits ? int64_min(bitmap->width, word * WORD_BITS + __builtin_ctzll(bits)) : bitmap->width;
}

// --- painting ---

struct seed_list {
    struct run *runs; // `region` holds the row here
    size_t count, capacity;
};

static bool seed_push(struct seed_list *seeds, int64_t begin, int64_t end, int64_t y)
{
    if (seeds->count == seeds->capacity) {
        const size_t capacity = seeds->capacity ? 2 * seeds->capacity : 256;
        struct run *grown = realloc(seeds->runs, capacity * sizeof *grown);
        if (!grown)
            return false;
        seeds->runs = grown;
        seeds->capacity = capacity;
    }
    seeds->runs[seeds->count++] = (struct run){begin, end, (size_t)y};
    return true;
}

static void clear_span(struct bitmap *bitmap, int64_t y, int64_t begin, int64_t end)
{
    uint64_t *row = bitmap->words + y * bitmap->stride;
    for (int64_t x = begin; x < end;) {
        const int64_t in_word = x % WORD_BITS, count = int64_min(WORD_BITS - in_word, end - x);
        row[x / WORD_BITS] &= ~((~(uint64_t)0 >> (WORD_BITS - count)) << in_word);
        x += count;
    }
}

static void paint_span(struct bitmap *bitmap, int64_t y, int64_t begin, int64_t end, bool value)
{
    if (value)
        bitmap_set_span(bitmap, y, begin, end);
    else
        clear_span(bitmap, y, begin, end);
}

static int64_t run_begin(const struct bitmap *bitmap, int64_t x, int64_t y, bool value)
{
    while (x > 0 && bitmap_at(bitmap, x - 1, y) == value)
        x--;
    return x;
}

// Paints and remembers the runs of row y that touch [begin, end).
static bool paint_touching(const struct judge *judge, int64_t y, int64_t begin, int64_t end,
                           struct seed_list *seeds)
{
    struct bitmap *bitmap = judge->bitmap;
    if (y < 0 || y >= bitmap->height)
        return true;
    int64_t x = next_with(bitmap, y, int64_max(begin, 0), judge->value);
    while (x < int64_min(end, bitmap->width)) {
        const int64_t left = run_begin(bitmap, x, y, judge->value);
        const int64_t right = next_with(bitmap, y, x, !judge->value);
        paint_span(bitmap, y, left, right, !judge->value);
        if (!seed_push(seeds, left, right, y))
            return false;
        x = next_with(bitmap, y, right, judge->value);
    }
    return true;
}

// Gives the region that holds (x, y) the other value.
static enum status paint_region(const struct judge *judge, int64_t x, int64_t y, struct error *error)
{
    const int64_t corner = judge->neighbours == NEIGHBOURS_8;
    struct seed_list seeds = {0};
    bool good = paint_touching(judge, y, x, x + 1, &seeds);
    while (good && seeds.count > 0) {
        const struct run run = seeds.runs[--seeds.count];
        good = paint_touching(judge, (int64_t)run.region - 1, run.begin - corner, run.end + corner, &seeds) &&
               paint_touching(judge, (int64_t)run.region + 1, run.begin - corner, run.end + corner, &seeds);
    }
    free(seeds.runs);
    return good ? STATUS_OK : error_set(error, STATUS_NO_MEMORY, "no memory to follow a region of the mask");
}

static enum status judge_region(const struct judge *judge, const struct region *region, struct error *error)
{
    const bool painted = judge->only_enclosed ? !region->at_border : region->size < judge->smallest;
    return painted ? paint_region(judge, region->x, region->y, error) : STATUS_OK;
}

// --- joining rows ---

static void find_runs(const struct bitmap *bitmap, int64_t y, bool value, struct run_row *row)
{
    row->count = 0;
    for (int64_t x = next_with(bitmap, y, 0, value); x < bitmap->width;) {
        const int64_t end = next_with(bitmap, y, x, !value);
        row->runs[row->count++] = (struct run){.begin = x, .end = end};
        x = next_with(bitmap, y, end, value);
    }
}

static size_t region_root(struct region *regions, size_t index)
{
    while (regions[index].parent != index) {
        regions[index].parent = regions[regions[index].parent].parent;
        index = regions[index].parent;
    }
    return index;
}

static void regions_join(struct region *regions, size_t a, size_t b)
{
    a = region_root(regions, a);
    b = region_root(regions, b);
    if (a == b)
        return;
    const size_t keep = a < b ? a : b, gone = a < b ? b : a;
    regions[gone].parent = keep;
    regions[keep].size += regions[gone].size;
    regions[keep].at_border |= regions[gone].at_border;
    regions[keep].goes_on |= regions[gone].goes_on;
}

// Adds a region for each run of row y behind those of the row above, and joins those that touch.
static void join_rows(const struct judge *judge, int64_t y, const struct run_row *above, struct run_row *here,
                      struct region_row *regions)
{
    const struct bitmap *bitmap = judge->bitmap;
    const int64_t corner = judge->neighbours == NEIGHBOURS_8;
    size_t from = 0;
    for (size_t i = 0; i < here->count; i++) {
        struct run *run = &here->runs[i];
        run->region = regions->count;
        regions->regions[regions->count++] = (struct region){
            .size = run->end - run->begin,
            .x = run->begin,
            .y = y,
            .at_border = y == 0 || y == bitmap->height - 1 || run->begin == 0 || run->end == bitmap->width,
            .parent = run->region,
            .goes_on = true};
        while (from < above->count && above->runs[from].end + corner <= run->begin)
            from++;
        for (size_t k = from; k < above->count && above->runs[k].begin < run->end + corner; k++)
            regions_join(regions->regions, above->runs[k].region, run->region);
    }
}

// Judges what has ended above the present row, and numbers what goes on from 0.
static enum status close_rows(const struct judge *judge, struct run_row *here, struct region_row *regions,
                              struct error *error)
{
    enum status status = STATUS_OK;
    struct region *all = regions->regions;
    size_t kept = 0;
    for (size_t i = 0; i < regions->count && status == STATUS_OK; i++) {
        if (all[i].parent == i && all[i].goes_on)
            all[i].number = kept++;
        else if (all[i].parent == i)
            status = judge_region(judge, &all[i], error);
    }
    for (size_t i = 0; i < here->count; i++)
        here->runs[i].region = all[region_root(all, here->runs[i].region)].number;
    kept = 0;
    for (size_t i = 0; i < regions->count; i++) {
        if (all[i].parent != i || !all[i].goes_on)
            continue;
        struct region next = all[i];
        next.parent = kept;
        next.goes_on = false;
        all[kept++] = next;
    }
    regions->count = kept;
    return status;
}

static enum status judge_all(const struct judge *judge, struct error *error)
{
    const struct bitmap *bitmap = judge->bitmap;
    const size_t most = (size_t)(bitmap->width + 1) / 2 + 1; // runs of one row
    struct run_row above = {.runs = malloc(most * sizeof(struct run))};
    struct run_row here = {.runs = malloc(most * sizeof(struct run))};
    struct region_row regions = {.regions = malloc(2 * most * sizeof(struct region))};
    enum status status = STATUS_OK;
    if (!above.runs || !here.runs || !regions.regions)
        status = error_set(error, STATUS_NO_MEMORY, "no memory to find the regions of the mask");
    for (int64_t y = 0; y < bitmap->height && status == STATUS_OK; y++) {
        find_runs(bitmap, y, judge->value, &here);
        join_rows(judge, y, &above, &here, &regions);
        status = close_rows(judge, &here, &regions, error);
        struct run *runs = above.runs;
        above = here;
        here.runs = runs;
    }
    for (size_t i = 0; i < regions.count && status == STATUS_OK; i++)
        status = judge_region(judge, &regions.regions[i], error);
    free(above.runs);
    free(here.runs);
    free(regions.regions);
    return status;
}

enum status bitmap_fill_holes(struct bitmap *bitmap, struct error *error)
{
    const struct judge judge = {
        .bitmap = bitmap, .value = false, .neighbours = NEIGHBOURS_4, .only_enclosed = true};
    return judge_all(&judge, error);
}

enum status bitmap_remove_specks(struct bitmap *bitmap, enum bitmap_neighbours neighbours, int64_t smallest,
                                 struct error *error)
{
    const struct judge judge = {
        .bitmap = bitmap, .value = true, .neighbours = neighbours, .smallest = smallest};
    return judge_all(&judge, error);
}

enum status bitmap_keep_region(struct bitmap *bitmap, int64_t x, int64_t y, enum bitmap_neighbours neighbours,
                               struct error *error)
{
    const struct judge judge = {.bitmap = bitmap, .value = true, .neighbours = neighbours};
    struct bitmap *rest = NULL;
    enum status status = bitmap_copy(bitmap, &rest, error);
    if (status != STATUS_OK)
        return status;
    // What painting takes away is the region.
    if (bitmap_at(bitmap, x, y))
        status = paint_region(&judge, x, y, error);
    bitmap_combine(rest, bitmap, BITMAP_MINUS);
    bitmap_combine(bitmap, rest, BITMAP_REPLACE);
    bitmap_destroy(&rest);
    return status;
}
