// SPDX-License-Identifier: MIT
// The pixel mask: eight bit layers over an image, stored sparsely.
//
// The mask on the CPU is the authority; the GPU holds a copy for display. It is kept in blocks of 64 x 64
// pixels of one byte each; a block without any bit has no memory, and masks that are copies of each other
// share their blocks until one is written (image/mask_block.h). Coordinates are image pixels, row 0 is the
// first row of the file.
#ifndef FOVEA_IMAGE_MASK_H
#define FOVEA_IMAGE_MASK_H

#include "base/status.h"
#include "image/frame.h"
#include "image/mask_block.h"

// The bit layers.
enum mask_layer {
    MASK_USER, // drawn by the user
    MASK_FILE, // loaded with --mask
    MASK_GAP,  // between modules, or "no data" (BLANK, the type's maximum)
    MASK_BAD,  // dead, or lost because the file is damaged there
    MASK_HOT,
    MASK_SATURATED, // overload
    MASK_USER_2,
    MASK_USER_3,
    MASK_LAYER_COUNT
};

#define MASK_BIT(layer) ((uint8_t)(1u << (layer)))

// The layers as commands and options name them, in their order.
#define MASK_LAYER_WORDS "user|file|gap|bad|hot|saturated|user2|user3"
const char *mask_layer_word(enum mask_layer layer);
// Name of a layer for the user ("user", "file", "gap", ..., "user 2").
const char *mask_layer_name(enum mask_layer layer);
// The layer of that name ("user2" or "user 2"); false if there is none.
bool mask_layer_by_name(const char *name, enum mask_layer *layer);

// The layers whose pixels the user may let count again: the classes that come with a frame, and the file's.
#define MASK_CLASS_BITS                                                                                      \
    ((uint8_t)(MASK_BIT(MASK_GAP) | MASK_BIT(MASK_BAD) | MASK_BIT(MASK_HOT) | MASK_BIT(MASK_SATURATED)))
#define MASK_CHOICE_BITS ((uint8_t)(MASK_CLASS_BITS | MASK_BIT(MASK_FILE)))
// The layers that are the user's whatever is unlocked.
#define MASK_DRAWN_BITS ((uint8_t)(MASK_BIT(MASK_USER) | MASK_BIT(MASK_USER_2) | MASK_BIT(MASK_USER_3)))

// The layers of the user's mask that are seen: those for drawing, the file's unless it is among the `ignored`
// classes, and those of the data and the file that the user took over (`owned`). The others come from a
// frame.
static inline uint8_t mask_user_bits(uint8_t owned, uint8_t ignored)
{
    return (uint8_t)(MASK_DRAWN_BITS | (MASK_BIT(MASK_FILE) & ~ignored) | owned);
}

// The bits of a list such as "gap,bad" of those layers, or of "all" of them; false if a word is none.
bool mask_layers_parse(const char *list, uint8_t *bits);

// Thread-safety: distinct block rows (y / MASK_BLOCK) may be written from distinct threads at once. Masks
// that share blocks may each be used on a thread of its own.
struct mask {
    int64_t width, height;
    int64_t blocks_x, blocks_y;
    struct mask_block **blocks; // blocks_x * blocks_y, row-major; NULL = all zero
};

// An empty mask; STATUS_NO_MEMORY or STATUS_TOO_LARGE if the block table cannot be had.
enum status mask_create(int64_t width, int64_t height, struct mask **mask, struct error *error);
// Frees *mask and sets it to NULL; NULL is fine.
void mask_destroy(struct mask **mask);

// A mask that stays as `mask` is now, whatever is written to either of them later: the price is a copy of the
// block table. STATUS_NO_MEMORY if that cannot be had.
enum status mask_snapshot(const struct mask *mask, struct mask **copy, struct error *error);
// Puts the rows of blocks that hold image rows [y, y + rows) of another mask of the same size, as they are
// now, in the place of those of `mask`.
void mask_share_rows(struct mask *mask, const struct mask *from, int64_t y, int64_t rows);

// The same for the blocks that hold pixels of `rect`, which must lie inside the image.
void mask_share_rect(struct mask *mask, const struct mask *from, struct rect rect);
// Whether the blocks that hold pixels of `rect` have the same bits in both. Blocks that the masks share, or
// neither has, are not looked at. One that is all zero and one that is not there may pass for different.
bool mask_is_same(const struct mask *mask, const struct mask *other, struct rect rect);

uint8_t mask_at(const struct mask *mask, int64_t x, int64_t y);

// Copies the bytes of `rect` (inside the mask) to `out`, `stride` bytes a row. Returns false, with `out`
// filled with zeros, when no bit is set in the rectangle; that is found without touching `out` twice.
bool mask_read(const struct mask *mask, struct rect rect, uint8_t *out, size_t stride);

// True if any bit of `bits` is set within `rect`.
bool mask_any(const struct mask *mask, struct rect rect, uint8_t bits);

// Replaces the bits in `bits` within `rect` by those of `in`: mask = (mask & ~bits) | (in & bits).
void mask_write(struct mask *mask, struct rect rect, const uint8_t *in, size_t stride, uint8_t bits);

// Sets `bits` where `in` is nonzero and leaves all else as it is.
void mask_mark(struct mask *mask, struct rect rect, const uint8_t *in, size_t stride, uint8_t bits);

// Replaces `bits` everywhere by those of a mask of the same size: mask = (mask & ~bits) | (from & bits).
void mask_take(struct mask *mask, const struct mask *from, uint8_t bits);
// Adds `bits` of the rows of blocks that hold image rows [y, y + rows) of a mask of the same size.
void mask_add_rows(struct mask *mask, const struct mask *from, int64_t y, int64_t rows, uint8_t bits);

// Adds the bits of `rect` that are in `bits` to `out`, `stride` bytes a row. True if there were any; blocks
// without bits cost nothing.
bool mask_read_more(const struct mask *mask, struct rect rect, uint8_t bits, uint8_t *out, size_t stride);

// Two masks of the same size seen as one: `a_bits` of `a` and `b_bits` of `b`. NULL stands for an empty mask.
struct mask_pair {
    const struct mask *a, *b;
    uint8_t a_bits, b_bits;
};
// Makes the blocks of `mask` that `rect` touches the union of both. It shares them where only one of the two
// has bits, so that the union of masks costs little memory and time.
void mask_unite(struct mask *mask, const struct mask_pair *pair, struct rect rect);

// Clears `bits` everywhere and frees blocks that become empty.
void mask_clear(struct mask *mask, uint8_t bits);

// Number of pixels with any of `bits` set.
int64_t mask_count(const struct mask *mask, uint8_t bits);

// Bytes of memory held by the blocks, shared or not, and the table.
int64_t mask_memory_bytes(const struct mask *mask);

#endif
