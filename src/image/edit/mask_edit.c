// SPDX-License-Identifier: MIT
// Edits of the mask: the blocks an edit touches are kept as they were, and when it closes the differences are
// packed into a step of the history.
#include "image/edit/mask_edit.h"

#include "base/size.h"
#include "base/text.h"
#include "image/edit/mask_step.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PACKED_AT_ONCE = 8 }; // blocks of a step: what a dab touches

// The open edit. `kept` has an entry per block of the mask, as it was before the edit. An entry of a block
// that was not touched yet, or that had no memory, is NULL: `is_touched` tells.
struct edit {
    struct mask *mask; // NULL while no edit is open
    uint8_t bits;
    char name[MASK_STEP_NAME];
    struct mask_block **kept;
    bool *is_touched;    // per block
    int64_t kept_blocks; // entries of both
    int64_t *touched;    // the blocks that have an entry
    size_t touched_count, touched_capacity;
};

struct mask_history {
    struct mask_step *steps;
    size_t count, done, capacity;
    int64_t bound, bytes;
    uint64_t serial;
    struct edit edit;
};

// --- life ---

struct mask_history *mask_history_create(int64_t bound_bytes)
{
    struct mask_history *history = must_alloc(sizeof *history);
    history->bound = bound_bytes;
    return history;
}

static void drop_steps(struct mask_history *history, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        history->bytes -= mask_step_memory(&history->steps[i]);
        mask_step_free(&history->steps[i]);
    }
    memmove(&history->steps[from], &history->steps[to], (history->count - to) * sizeof(struct mask_step));
    history->count -= to - from;
}

void mask_history_clear(struct mask_history *history)
{
    if (history->count)
        drop_steps(history, 0, history->count);
    history->done = 0;
    history->serial++;
}

void mask_history_destroy(struct mask_history **history)
{
    if (!*history)
        return;
    if (mask_edit_is_open(*history))
        mask_edit_abandon(*history, NULL);
    mask_history_clear(*history);
    free((*history)->steps);
    free((*history)->edit.kept);
    free((*history)->edit.is_touched);
    free((*history)->edit.touched);
    free(*history);
    *history = NULL;
}

int64_t mask_history_memory(const struct mask_history *history)
{
    return history->bytes;
}

size_t mask_history_count(const struct mask_history *history)
{
    return history->count;
}

size_t mask_history_done(const struct mask_history *history)
{
    return history->done;
}

const char *mask_history_name(const struct mask_history *history, size_t step)
{
    return history->steps[step].name;
}

uint64_t mask_history_serial(const struct mask_history *history)
{
    return history->serial;
}

// --- the open edit ---

bool mask_edit_is_open(const struct mask_history *history)
{
    return history->edit.mask != NULL;
}

void mask_edit_begin(struct mask_history *history, struct mask *mask, uint8_t bits, const char *name)
{
    struct edit *edit = &history->edit;
    const int64_t blocks = mask->blocks_x * mask->blocks_y;
    if (edit->kept_blocks != blocks) {
        free(edit->kept);
        free(edit->is_touched);
        edit->kept = must_alloc((size_t)blocks * sizeof(struct mask_block *));
        edit->is_touched = must_alloc((size_t)blocks * sizeof *edit->is_touched);
        edit->kept_blocks = blocks;
    }
    edit->mask = mask;
    edit->bits = bits;
    edit->touched_count = 0;
    snprintf(edit->name, sizeof edit->name, "%s", name);
}

// Notes the block as it was at the edit's begin.
static struct mask_block **keep_block(struct edit *edit, int64_t index)
{
    struct mask_block **block = &edit->mask->blocks[index];
    if (edit->is_touched[index])
        return block;
    if (edit->touched_count == edit->touched_capacity) {
        edit->touched_capacity = edit->touched_capacity ? 2 * edit->touched_capacity : 64;
        edit->touched = must_resize(edit->touched, edit->touched_capacity * sizeof *edit->touched);
    }
    edit->touched[edit->touched_count++] = index;
    edit->is_touched[index] = true;
    edit->kept[index] = mask_block_share(*block);
    return block;
}

// The block's pixels for writing; the first write makes a copy of what is kept.
static uint8_t *touch_block(struct edit *edit, int64_t index)
{
    return mask_block_write(keep_block(edit, index));
}

// Puts another block in the place of one.
static void replace_block(struct edit *edit, int64_t index, struct mask_block *by)
{
    struct mask_block **block = keep_block(edit, index);
    mask_block_release(block);
    *block = mask_block_share(by);
}

static void fill_pixels(uint8_t *pixels, int64_t count, uint8_t bits, bool set)
{
    for (int64_t i = 0; i < count; i++)
        pixels[i] = set ? pixels[i] | bits : pixels[i] & (uint8_t)~bits;
}

void mask_edit_span(struct mask_history *history, int64_t y, struct span span, bool set)
{
    struct edit *edit = &history->edit;
    const int64_t row = y / MASK_BLOCK * edit->mask->blocks_x;
    for (int64_t x = span.begin; x < span.end;) {
        const int64_t index = row + x / MASK_BLOCK;
        const int64_t count = int64_min(MASK_BLOCK - x % MASK_BLOCK, span.end - x);
        if (set || edit->mask->blocks[index])
            fill_pixels(touch_block(edit, index) + y % MASK_BLOCK * MASK_BLOCK + x % MASK_BLOCK, count,
                        edit->bits, set);
        x += count;
    }
}

enum status mask_edit_shape(struct mask_history *history, const struct shape *shape, bool set,
                            struct rect *changed, struct error *error)
{
    const struct mask *mask = history->edit.mask;
    struct shape_filler *filler = NULL;
    const enum status status = shape_filler_create(shape, mask->width, mask->height, &filler, error);
    if (status != STATUS_OK)
        return status;
    const struct rect bounds = shape_bounds(shape, mask->width, mask->height);
    const size_t max = 2 * shape->count + 2;
    struct span *spans = must_alloc(max * sizeof *spans);
    for (int64_t y = bounds.y; y < bounds.y + bounds.height; y++) {
        const size_t count = shape_filler_row(filler, y, spans, max);
        for (size_t i = 0; i < count && i < max; i++)
            mask_edit_span(history, y, spans[i], set);
    }
    free(spans);
    shape_filler_destroy(&filler);
    if (changed)
        *changed = bounds;
    return STATUS_OK;
}

// The pixels of a row of a block as bytes of 0 and 255.
static void expand_word(uint64_t word, uint8_t out[MASK_BLOCK])
{
    for (int i = 0; i < MASK_BLOCK / 8; i++) {
        // Eight bits become eight bytes: spread by a multiplication, one bit kept in each byte.
        const uint64_t eight = (word >> (8 * i)) & 0xFF;
        const uint64_t spread = (eight * 0x0101010101010101u) & 0x8040201008040201u;
        const uint64_t ones = ((spread + 0x7F7F7F7F7F7F7F7Fu) | spread) >> 7 & 0x0101010101010101u;
        const uint64_t bytes = ones * 0xFF;
        memcpy(out + (ptrdiff_t)8 * i, &bytes, sizeof bytes);
    }
}

static uint8_t combine_byte(uint8_t old, uint8_t in, uint8_t bits, enum bitmap_combination how)
{
    const uint8_t mine = in & bits;
    switch (how) {
    case BITMAP_OR:
        return old | mine;
    case BITMAP_AND:
        return (uint8_t)(old & (in | (uint8_t)~bits));
    case BITMAP_XOR:
        return old ^ mine;
    case BITMAP_MINUS:
        return (uint8_t)(old & ~mine);
    default:
        return (uint8_t)((old & ~bits) | mine);
    }
}

// One row of a block. The switch over `how` is outside of the loop once inlined.
static inline void combine_row(uint8_t *pixels, const uint8_t *in, uint8_t bits, enum bitmap_combination how)
{
    for (int i = 0; i < MASK_BLOCK; i++)
        pixels[i] = combine_byte(pixels[i], in[i], bits, how);
}

static void combine_block(uint8_t *block, const struct bitmap *bitmap, int64_t bx, int64_t by, uint8_t bits,
                          enum bitmap_combination how)
{
    const int64_t rows = int64_min(MASK_BLOCK, bitmap->height - by * MASK_BLOCK);
    for (int64_t y = 0; y < rows; y++) {
        uint8_t in[MASK_BLOCK], *pixels = block + y * MASK_BLOCK;
        expand_word(bitmap->words[(by * MASK_BLOCK + y) * bitmap->stride + bx], in);
        switch (how) {
        case BITMAP_OR:
            combine_row(pixels, in, bits, BITMAP_OR);
            break;
        case BITMAP_AND:
            combine_row(pixels, in, bits, BITMAP_AND);
            break;
        case BITMAP_XOR:
            combine_row(pixels, in, bits, BITMAP_XOR);
            break;
        case BITMAP_MINUS:
            combine_row(pixels, in, bits, BITMAP_MINUS);
            break;
        default:
            combine_row(pixels, in, bits, BITMAP_REPLACE);
            break;
        }
    }
}

_Static_assert(MASK_BLOCK == 64, "a word of a bitmap is a row of a block");

static bool block_has_bits(const struct bitmap *bitmap, int64_t bx, int64_t by)
{
    const int64_t end = int64_min((by + 1) * MASK_BLOCK, bitmap->height);
    uint64_t any = 0;
    for (int64_t y = by * MASK_BLOCK; y < end; y++)
        any |= bitmap->words[y * bitmap->stride + bx];
    return any != 0;
}

// Blocks that are those of `done` (may be NULL) are left as they are.
static enum status combine(struct edit *edit, const struct bitmap *bitmap, enum bitmap_combination how,
                           const struct mask *done, struct error *error)
{
    const struct mask *mask = edit->mask;
    if (bitmap->width != mask->width || bitmap->height != mask->height)
        return error_set(error, STATUS_MISMATCH, "the selection is %lld x %lld pixels, the mask %lld x %lld",
                         (long long)bitmap->width, (long long)bitmap->height, (long long)mask->width,
                         (long long)mask->height);
    // Where nothing is selected, only replacing and AND change anything, and only what is there.
    const bool clears = how == BITMAP_REPLACE || how == BITMAP_AND;
    for (int64_t by = 0; by < mask->blocks_y; by++) {
        for (int64_t bx = 0; bx < mask->blocks_x; bx++) {
            const int64_t index = by * mask->blocks_x + bx;
            if (done && mask->blocks[index] && mask->blocks[index] == done->blocks[index])
                continue;
            const bool selected = block_has_bits(bitmap, bx, by);
            const bool adds = how != BITMAP_AND && how != BITMAP_MINUS;
            if (mask->blocks[index] ? selected || clears : selected && adds)
                combine_block(touch_block(edit, index), bitmap, bx, by, edit->bits, how);
        }
    }
    return STATUS_OK;
}

enum status mask_edit_bitmap(struct mask_history *history, const struct bitmap *bitmap,
                             enum bitmap_combination how, struct rect *changed, struct error *error)
{
    struct edit *edit = &history->edit;
    if (changed)
        *changed = (struct rect){0, 0, edit->mask->width, edit->mask->height};
    return combine(edit, bitmap, how, NULL, error);
}

void mask_edit_clear(struct mask_history *history, struct rect *changed)
{
    struct edit *edit = &history->edit;
    const struct mask *mask = edit->mask;
    for (int64_t i = 0; i < mask->blocks_x * mask->blocks_y; i++) {
        const uint8_t bits = mask_block_bits(mask->blocks[i]);
        if (bits & ~edit->bits)
            fill_pixels(touch_block(edit, i), MASK_BLOCK_BYTES, edit->bits, false);
        else if (bits)
            replace_block(edit, i, NULL);
    }
    if (changed)
        *changed = (struct rect){0, 0, mask->width, mask->height};
}

// The rows of a block that lie inside the image.
static void fill_block(struct mask_history *history, struct rect rect)
{
    for (int64_t y = rect.y; y < rect.y + rect.height; y++)
        mask_edit_span(history, y, (struct span){rect.x, rect.x + rect.width}, true);
}

void mask_edit_fill(struct mask_history *history, struct rect *changed)
{
    struct edit *edit = &history->edit;
    const struct mask *mask = edit->mask;
    struct mask_block *full = NULL; // one for all that have no bits
    fill_pixels(mask_block_write(&full), MASK_BLOCK_BYTES, edit->bits, true);
    for (int64_t i = 0; i < mask->blocks_x * mask->blocks_y; i++) {
        const struct rect rect = mask_block_rect(mask, i);
        if (!mask->blocks[i] && rect.width == MASK_BLOCK && rect.height == MASK_BLOCK)
            replace_block(edit, i, full);
        else
            fill_block(history, rect);
    }
    mask_block_release(&full);
    if (changed)
        *changed = (struct rect){0, 0, mask->width, mask->height};
}

enum status mask_edit_merge(struct mask_history *history, const struct mask_merge *merge, struct error *error)
{
    struct edit *edit = &history->edit;
    const struct mask *mask = edit->mask;
    const struct bitmap *parts[] = {merge->added, merge->removed};
    static const enum bitmap_combination hows[] = {BITMAP_OR, BITMAP_MINUS};
    const int64_t blocks = merge->after ? mask->blocks_x * mask->blocks_y : 0;
    for (int64_t i = 0; i < blocks; i++) {
        struct mask_block *before = merge->before->blocks[i], *after = merge->after->blocks[i];
        if (before != after && mask->blocks[i] == before)
            replace_block(edit, i, after);
    }
    enum status status = STATUS_OK;
    for (int part = 0; !status && part < 2; part++) {
        if (parts[part])
            status = combine(edit, parts[part], hows[part], merge->after, error);
    }
    return status;
}

// --- closing ---

static void pack_all(struct mask_history *history)
{
    while (mask_history_pack(history, PACKED_AT_ONCE))
        continue;
}

// Forgets the oldest steps until the bound holds.
static void keep_bound(struct mask_history *history)
{
    size_t oldest = 0;
    int64_t bytes = history->bytes;
    while (bytes > history->bound && oldest + 1 < history->count)
        bytes -= mask_step_memory(&history->steps[oldest++]);
    drop_steps(history, 0, oldest);
    history->done -= history->done < oldest ? history->done : oldest;
}

// Makes room for a new step: what could be made again goes, then the oldest steps.
static void add_step(struct mask_history *history, const struct mask_step *step)
{
    if (history->done < history->count)
        drop_steps(history, history->done, history->count);
    if (history->count == history->capacity) {
        history->capacity = history->capacity ? 2 * history->capacity : 32;
        history->steps = must_resize(history->steps, history->capacity * sizeof *history->steps);
    }
    history->steps[history->count++] = *step;
    history->bytes += mask_step_memory(step);
    history->done = history->count;
    if (history->bytes > history->bound)
        pack_all(history);
    keep_bound(history);
}

bool mask_history_pack(struct mask_history *history, size_t blocks)
{
    size_t at = 0;
    while (at < history->count && !history->steps[at].swaps)
        at++;
    if (at == history->count)
        return false;
    struct mask_step *step = &history->steps[at];
    history->bytes -= mask_step_memory(step);
    const bool more = mask_step_pack(step, blocks);
    history->bytes += mask_step_memory(step);
    return more || at + 1 < history->count;
}

static bool is_same(const struct mask_block *a, const struct mask_block *b)
{
    return a == b || (a && b && memcmp(a->bytes, b->bytes, MASK_BLOCK_BYTES) == 0);
}

// A block that the edit touched becomes part of the step, if it is another one now.
static void close_block(struct edit *edit, int64_t index, struct mask_step *step)
{
    struct mask_block **block = &edit->mask->blocks[index], *old = edit->kept[index];
    edit->kept[index] = NULL;
    edit->is_touched[index] = false;
    mask_block_drop_empty(block);
    if (is_same(old, *block)) {
        mask_block_release(block);
        *block = old;
    } else {
        mask_step_add(step, index, old, mask_block_share(*block));
    }
}

bool mask_edit_commit(struct mask_history *history)
{
    struct edit *edit = &history->edit;
    struct mask_step step = {0};
    for (size_t i = 0; i < edit->touched_count; i++)
        close_block(edit, edit->touched[i], &step);
    memcpy(step.name, edit->name, sizeof step.name);
    edit->mask = NULL;
    edit->touched_count = 0;
    if (mask_step_is_empty(&step))
        return false;
    if (step.count <= PACKED_AT_ONCE)
        mask_step_pack(&step, PACKED_AT_ONCE);
    add_step(history, &step);
    history->serial++;
    return true;
}

void mask_edit_abandon(struct mask_history *history, struct rect *changed)
{
    struct edit *edit = &history->edit;
    struct rect all = {0};
    for (size_t i = 0; i < edit->touched_count; i++) {
        const int64_t index = edit->touched[i];
        struct mask_block **block = &edit->mask->blocks[index];
        mask_block_release(block);
        *block = edit->kept[index];
        edit->kept[index] = NULL;
        edit->is_touched[index] = false;
        all = rect_join(all, mask_block_rect(edit->mask, index));
    }
    edit->mask = NULL;
    edit->touched_count = 0;
    if (changed)
        *changed = all;
}

// --- undo ---

static void apply_step(struct mask_history *history, size_t index, struct mask *mask, bool again,
                       struct rect *changed)
{
    struct rect all;
    mask_step_apply(&history->steps[index], mask, again, &all);
    history->serial++;
    if (changed)
        *changed = all;
}

bool mask_undo(struct mask_history *history, struct mask *mask, struct rect *changed)
{
    if (history->done == 0 || mask_edit_is_open(history))
        return false;
    apply_step(history, --history->done, mask, false, changed);
    return true;
}

bool mask_redo(struct mask_history *history, struct mask *mask, struct rect *changed)
{
    if (history->done == history->count || mask_edit_is_open(history))
        return false;
    apply_step(history, history->done++, mask, true, changed);
    return true;
}

// --- between mask and bitmap ---

enum status mask_to_bitmap(const struct mask *mask, uint8_t bits, struct bitmap **bitmap, struct error *error)
{
    const enum status status = bitmap_create(mask->width, mask->height, bitmap, error);
    if (status != STATUS_OK)
        return status;
    for (int64_t i = 0; i < mask->blocks_x * mask->blocks_y; i++) {
        const uint8_t *block = mask->blocks[i] ? mask->blocks[i]->bytes : NULL;
        if (!block)
            continue;
        const struct rect rect = mask_block_rect(mask, i);
        for (int64_t y = 0; y < rect.height; y++)
            (*bitmap)->words[(rect.y + y) * (*bitmap)->stride + rect.x / MASK_BLOCK] =
                bitmap_pack(block + y * MASK_BLOCK, bits);
    }
    return STATUS_OK;
}
