// SPDX-License-Identifier: MIT
// The sparse mask: blocks of 64 x 64 bytes that exist only where bits are set.
#include "image/mask.h"

#include "base/size.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static const char *const layer_names[] = {"user", "file",      "gap",    "bad",
                                          "hot",  "saturated", "user 2", "user 3"};
_Static_assert(sizeof layer_names / sizeof layer_names[0] == MASK_LAYER_COUNT, "a name for each layer");

const char *mask_layer_word(enum mask_layer layer)
{
    static const char *const words[] = {"user", "file", "gap", "bad", "hot", "saturated", "user2", "user3"};
    _Static_assert(sizeof words / sizeof words[0] == MASK_LAYER_COUNT, "a word for each layer");
    return words[layer];
}

const char *mask_layer_name(enum mask_layer layer)
{
    return layer_names[layer];
}

// The choosable layer named by the word, or -1.
static int layer_of_word(const char *word, size_t length)
{
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++) {
        if ((MASK_BIT(layer) & MASK_CHOICE_BITS) && strlen(layer_names[layer]) == length &&
            strncmp(layer_names[layer], word, length) == 0)
            return layer;
    }
    return -1;
}

bool mask_layers_parse(const char *list, uint8_t *bits)
{
    uint8_t found = 0;
    for (const char *at = list;; at++) {
        const size_t length = strcspn(at, ",");
        const int layer = layer_of_word(at, length);
        if (length == 3 && strncmp(at, "all", 3) == 0)
            found |= MASK_CHOICE_BITS;
        else if (layer >= 0)
            found |= MASK_BIT(layer);
        else
            return false;
        at += length;
        if (!*at)
            break;
    }
    *bits = found;
    return true;
}

// Names are equal if they are so but for blanks.
static bool same_but_blanks(const char *a, const char *b)
{
    for (;; a++, b++) {
        a += strspn(a, " ");
        b += strspn(b, " ");
        if (*a != *b || !*a)
            return *a == *b;
    }
}

bool mask_layer_by_name(const char *name, enum mask_layer *layer)
{
    for (int i = 0; i < MASK_LAYER_COUNT; i++) {
        if (!same_but_blanks(name, layer_names[i]))
            continue;
        *layer = (enum mask_layer)i;
        return true;
    }
    return false;
}

enum status mask_create(int64_t width, int64_t height, struct mask **mask, struct error *error)
{
    int64_t blocks_x = int64_ceil_div(width, MASK_BLOCK), blocks_y = int64_ceil_div(height, MASK_BLOCK);
    size_t table_bytes;
    if (width < 0 || height < 0 ||
        !size_of_plane(blocks_x, blocks_y, sizeof(struct mask_block *), &table_bytes))
        return error_set(error, STATUS_TOO_LARGE,
                         "a mask of %lld x %lld pixels is beyond what can be addressed", (long long)width,
                         (long long)height);
    struct mask *made = must_alloc(sizeof *made);
    *made = (struct mask){.width = width, .height = height, .blocks_x = blocks_x, .blocks_y = blocks_y};
    made->blocks = calloc(1, table_bytes ? table_bytes : 1);
    if (!made->blocks) {
        free(made);
        return error_set(error, STATUS_NO_MEMORY, "no memory for a mask of %lld x %lld pixels",
                         (long long)width, (long long)height);
    }
    *mask = made;
    return STATUS_OK;
}

void mask_destroy(struct mask **mask)
{
    if (!*mask)
        return;
    for (int64_t i = 0; i < (*mask)->blocks_x * (*mask)->blocks_y; i++)
        mask_block_release(&(*mask)->blocks[i]);
    free((*mask)->blocks);
    free(*mask);
    *mask = NULL;
}

void mask_share_rect(struct mask *mask, const struct mask *from, struct rect rect)
{
    for (int64_t y = rect.y / MASK_BLOCK; y * MASK_BLOCK < rect.y + rect.height; y++) {
        for (int64_t x = rect.x / MASK_BLOCK; x * MASK_BLOCK < rect.x + rect.width; x++) {
            const int64_t i = y * mask->blocks_x + x;
            struct mask_block *old = mask->blocks[i];
            mask->blocks[i] = mask_block_share(from->blocks[i]);
            mask_block_release(&old);
        }
    }
}

void mask_share_rows(struct mask *mask, const struct mask *from, int64_t y, int64_t rows)
{
    mask_share_rect(mask, from, rect_clip((struct rect){0, y, mask->width, rows}, mask->width, mask->height));
}

static bool is_same_block(const struct mask_block *a, const struct mask_block *b)
{
    return a == b || (a && b && memcmp(a->bytes, b->bytes, MASK_BLOCK_BYTES) == 0);
}

bool mask_is_same(const struct mask *mask, const struct mask *other, struct rect rect)
{
    for (int64_t y = rect.y / MASK_BLOCK; y * MASK_BLOCK < rect.y + rect.height; y++) {
        for (int64_t x = rect.x / MASK_BLOCK; x * MASK_BLOCK < rect.x + rect.width; x++) {
            const int64_t i = y * mask->blocks_x + x;
            if (!is_same_block(mask->blocks[i], other->blocks[i]))
                return false;
        }
    }
    return true;
}

enum status mask_snapshot(const struct mask *mask, struct mask **copy, struct error *error)
{
    const enum status status = mask_create(mask->width, mask->height, copy, error);
    if (!status)
        mask_share_rows(*copy, mask, 0, mask->height);
    return status;
}

uint8_t mask_at(const struct mask *mask, int64_t x, int64_t y)
{
    const struct mask_block *block = mask->blocks[y / MASK_BLOCK * mask->blocks_x + x / MASK_BLOCK];
    return block ? block->bytes[y % MASK_BLOCK * MASK_BLOCK + x % MASK_BLOCK] : 0;
}

// A walk over a rectangle in pieces of one row that lie in one block each: row after row, left to right.
struct walk {
    struct rect rect;
    int64_t x, y;              // of the present piece
    int64_t count;             // its pixels
    struct mask_block **block; // its block's entry in the table
    size_t in_block;           // its first pixel within the block
    size_t in_rect_x;          // its column within the rectangle
    size_t in_rect_y;          // its row within the rectangle
};

static struct walk walk_start(struct rect rect)
{
    return (struct walk){.rect = rect, .x = rect.x, .y = rect.y};
}

static bool walk_next(struct walk *walk, const struct mask *mask)
{
    const struct rect *rect = &walk->rect;
    walk->x += walk->count;
    if (walk->x >= rect->x + rect->width) {
        walk->x = rect->x;
        walk->y++;
    }
    if (walk->y >= rect->y + rect->height || rect->width <= 0)
        return false;
    int64_t block_end = (walk->x / MASK_BLOCK + 1) * MASK_BLOCK;
    walk->count = int64_min(block_end, rect->x + rect->width) - walk->x;
    walk->block = &mask->blocks[walk->y / MASK_BLOCK * mask->blocks_x + walk->x / MASK_BLOCK];
    walk->in_block = (size_t)(walk->y % MASK_BLOCK * MASK_BLOCK + walk->x % MASK_BLOCK);
    walk->in_rect_x = (size_t)(walk->x - rect->x);
    walk->in_rect_y = (size_t)(walk->y - rect->y);
    return true;
}

bool mask_read(const struct mask *mask, struct rect rect, uint8_t *out, size_t stride)
{
    uint8_t all = 0;
    for (struct walk walk = walk_start(rect); walk_next(&walk, mask);) {
        uint8_t *to = out + walk.in_rect_y * stride + walk.in_rect_x;
        if (!*walk.block) {
            memset(to, 0, (size_t)walk.count);
            continue;
        }
        const uint8_t *from = (*walk.block)->bytes + walk.in_block;
        memcpy(to, from, (size_t)walk.count);
        all |= mask_bytes_or(from, walk.count);
    }
    return all != 0;
}

bool mask_read_more(const struct mask *mask, struct rect rect, uint8_t bits, uint8_t *out, size_t stride)
{
    uint8_t all = 0;
    for (struct walk walk = walk_start(rect); walk_next(&walk, mask);) {
        if (!*walk.block)
            continue;
        uint8_t *to = out + walk.in_rect_y * stride + walk.in_rect_x;
        const uint8_t *from = (*walk.block)->bytes + walk.in_block;
        for (int64_t i = 0; i < walk.count; i++) {
            to[i] |= from[i] & bits;
            all |= from[i] & bits;
        }
    }
    return all != 0;
}

// Whether there may be bits in the rectangle, by the table of blocks.
static bool has_blocks(const struct mask *mask, struct rect rect)
{
    for (int64_t y = rect.y / MASK_BLOCK; y * MASK_BLOCK < rect.y + rect.height; y++) {
        for (int64_t x = rect.x / MASK_BLOCK; x * MASK_BLOCK < rect.x + rect.width; x++) {
            if (mask->blocks[y * mask->blocks_x + x])
                return true;
        }
    }
    return false;
}

bool mask_any(const struct mask *mask, struct rect rect, uint8_t bits)
{
    if (!has_blocks(mask, rect))
        return false;
    for (struct walk walk = walk_start(rect); walk_next(&walk, mask);) {
        if (*walk.block && (mask_bytes_or((*walk.block)->bytes + walk.in_block, walk.count) & bits))
            return true;
    }
    return false;
}

void mask_write(struct mask *mask, struct rect rect, const uint8_t *in, size_t stride, uint8_t bits)
{
    for (struct walk walk = walk_start(rect); walk_next(&walk, mask);) {
        const uint8_t *from = in + walk.in_rect_y * stride + walk.in_rect_x;
        if (!*walk.block && !(mask_bytes_or(from, walk.count) & bits))
            continue;
        uint8_t *to = mask_block_write(walk.block) + walk.in_block;
        for (int64_t i = 0; i < walk.count; i++)
            to[i] = (uint8_t)((to[i] & ~bits) | (from[i] & bits));
    }
}

void mask_mark(struct mask *mask, struct rect rect, const uint8_t *in, size_t stride, uint8_t bits)
{
    for (struct walk walk = walk_start(rect); walk_next(&walk, mask);) {
        const uint8_t *from = in + walk.in_rect_y * stride + walk.in_rect_x;
        if (!bits || !mask_bytes_or(from, walk.count))
            continue;
        uint8_t *to = mask_block_write(walk.block) + walk.in_block;
        for (int64_t i = 0; i < walk.count; i++)
            to[i] |= from[i] ? bits : 0;
    }
}

// Adds bits of a block to another, which is shared where that comes to the same.
static void add_block(struct mask_block **block, struct mask_block *from, uint8_t bits)
{
    const uint8_t all = mask_block_bits(from);
    if (!(all & bits))
        return;
    if (!*block && !(all & ~bits)) {
        *block = mask_block_share(from);
        return;
    }
    uint8_t *to = mask_block_write(block);
    for (size_t at = 0; at < MASK_BLOCK_BYTES; at++)
        to[at] |= from->bytes[at] & bits;
}

void mask_add_rows(struct mask *mask, const struct mask *from, int64_t y, int64_t rows, uint8_t bits)
{
    const int64_t begin = y / MASK_BLOCK * mask->blocks_x;
    const int64_t end = int64_ceil_div(y + rows, MASK_BLOCK) * mask->blocks_x;
    for (int64_t i = begin; i < end; i++)
        add_block(&mask->blocks[i], from->blocks[i], bits);
}

void mask_take(struct mask *mask, const struct mask *from, uint8_t bits)
{
    mask_clear(mask, bits);
    mask_add_rows(mask, from, 0, mask->height, bits);
}

void mask_unite(struct mask *mask, const struct mask_pair *pair, struct rect rect)
{
    rect = rect_clip(rect, mask->width, mask->height);
    if (rect.width <= 0 || rect.height <= 0)
        return;
    for (int64_t y = rect.y / MASK_BLOCK; y * MASK_BLOCK < rect.y + rect.height; y++) {
        for (int64_t x = rect.x / MASK_BLOCK; x * MASK_BLOCK < rect.x + rect.width; x++) {
            const int64_t index = y * mask->blocks_x + x;
            struct mask_block **block = &mask->blocks[index];
            mask_block_release(block);
            if (pair->a)
                add_block(block, pair->a->blocks[index], pair->a_bits);
            if (pair->b)
                add_block(block, pair->b->blocks[index], pair->b_bits);
        }
    }
}

void mask_clear(struct mask *mask, uint8_t bits)
{
    for (int64_t i = 0; i < mask->blocks_x * mask->blocks_y; i++) {
        const uint8_t all = mask_block_bits(mask->blocks[i]);
        if (!(all & bits))
            continue;
        if (!(all & ~bits)) {
            mask_block_release(&mask->blocks[i]);
            continue;
        }
        uint8_t *bytes = mask_block_write(&mask->blocks[i]);
        for (size_t at = 0; at < MASK_BLOCK_BYTES; at++)
            bytes[at] &= (uint8_t)~bits;
    }
}

int64_t mask_count(const struct mask *mask, uint8_t bits)
{
    int64_t count = 0;
    for (int64_t i = 0; i < mask->blocks_x * mask->blocks_y; i++) {
        const struct mask_block *block = mask->blocks[i];
        for (size_t at = 0; block && at < MASK_BLOCK_BYTES; at++)
            count += (block->bytes[at] & bits) != 0;
    }
    return count;
}

int64_t mask_memory_bytes(const struct mask *mask)
{
    int64_t blocks = mask->blocks_x * mask->blocks_y;
    int64_t bytes = blocks * (int64_t)sizeof(struct mask_block *);
    for (int64_t i = 0; i < blocks; i++)
        bytes += mask->blocks[i] ? (int64_t)sizeof(struct mask_block) : 0;
    return bytes;
}
