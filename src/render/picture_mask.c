// SPDX-License-Identifier: MIT
// The mask of a picture: its bytes at all levels, and which blocks have any.
#include "render/picture_internal.h"

#include "base/size.h"
#include "gpu/gpu.h"

#include <stdlib.h>
#include <string.h>

_Static_assert((int)REDUCE_BAND_ROWS % (int)MASK_BLOCK == 0, "what is uploaded is whole blocks of the mask");

// Mask bytes of a rectangle of one level: rect.width bytes a row.
struct piece {
    struct rect rect;
    const uint8_t *bytes;
    bool any; // a bit is set
};

// Notes which blocks of the piece have a bit. Blocks that the piece covers in part only (at coarse levels)
// keep what was noted of their other texels.
static void note_masked_blocks(struct picture_level *level, const struct piece *piece)
{
    const struct rect *rect = &piece->rect;
    for (int64_t y = rect->y / PICTURE_MASK_BLOCK; y * PICTURE_MASK_BLOCK < rect->y + rect->height; y++) {
        for (int64_t x = rect->x / PICTURE_MASK_BLOCK; x * PICTURE_MASK_BLOCK < rect->x + rect->width; x++) {
            const int64_t left = int64_max(rect->x, x * PICTURE_MASK_BLOCK);
            const int64_t top = int64_max(rect->y, y * PICTURE_MASK_BLOCK);
            const int64_t right = int64_min(rect->x + rect->width, (x + 1) * PICTURE_MASK_BLOCK);
            const int64_t bottom = int64_min(rect->y + rect->height, (y + 1) * PICTURE_MASK_BLOCK);
            const bool whole = left % PICTURE_MASK_BLOCK == 0 && top % PICTURE_MASK_BLOCK == 0 &&
                               (right == level->width || right - left == PICTURE_MASK_BLOCK) &&
                               (bottom == level->height || bottom - top == PICTURE_MASK_BLOCK);
            uint64_t halves[2] = {0, 0}, all = 0;
            for (int64_t row = top; row < bottom && piece->any; row++) {
                memcpy(halves, piece->bytes + (row - rect->y) * rect->width + left - rect->x,
                       (size_t)(right - left));
                all |= halves[0] | halves[1];
            }
            uint8_t *block = &level->masked_blocks[y * level->blocks_x + x];
            *block = all != 0 || (!whole && *block);
        }
    }
}

// The bits that at least two of four mask bytes have.
static uint8_t at_least_two(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
    return (uint8_t)((a & b) | (c & d) | ((a | b) & (c | d)));
}

// Mask bytes of `level` (> 0) from those of the next finer one. Up to level 2 a texel has the bits of all
// pixels it covers, so that single masked pixels stay visible; beyond, those of at least half of its four
// parts: thin lines stay, but scattered pixels do not grow until they cover the picture.
static void reduce_mask(const uint8_t *bytes, int64_t width, int64_t rows, int level, uint8_t *out)
{
    const int64_t out_width = int64_ceil_div(width, 2);
    for (int64_t y = 0; y < int64_ceil_div(rows, 2); y++) {
        const uint8_t *upper = bytes + 2 * y * width;
        const uint8_t *lower = 2 * y + 1 < rows ? upper + width : upper;
        uint8_t *to = out + y * out_width;
        for (int64_t x = 0; level <= 2 && x < width / 2; x++)
            to[x] = upper[2 * x] | upper[2 * x + 1] | lower[2 * x] | lower[2 * x + 1];
        for (int64_t x = 0; level > 2 && x < width / 2; x++)
            to[x] = at_least_two(upper[2 * x], upper[2 * x + 1], lower[2 * x], lower[2 * x + 1]);
        if (width % 2)
            to[out_width - 1] = upper[width - 1] | lower[width - 1];
    }
}

static enum status clear_mask_tile(struct texture *mask, struct rect rect, struct error *error)
{
    uint8_t *zeros = calloc((size_t)rect.width, 64);
    if (!zeros)
        return error_set(error, STATUS_NO_MEMORY, "not enough memory");
    for (int64_t y = 0; y < rect.height; y += 64)
        texture_upload(mask, 0, (int)y, (int)rect.width, (int)int64_min(64, rect.height - y), zeros,
                       (size_t)rect.width);
    free(zeros);
    return STATUS_OK;
}

// A new mask texture is undefined; a zeroed one is needed because only rows with bits may ever be uploaded.
static enum status make_mask_tile(struct picture *picture, struct picture_level *level, int index,
                                  struct error *error)
{
    struct picture_tile *tile = &level->tiles[index];
    const struct rect rect = picture_tile_rect(level, index);
    const enum status status = texture_create(picture->gpu, TEXTURE_R8UI, (int)rect.width, (int)rect.height,
                                              "mask", &tile->mask, error);
    if (!status && !level->stored)
        picture->cache_bytes += rect.width * rect.height;
    if (status ||
        gpu_is_software(picture->gpu)) // llvmpipe's new textures are zero, and touching them costs memory
        return status;
    return clear_mask_tile(tile->mask, rect, error);
}

static enum status upload_piece(struct picture *picture, struct picture_level *level,
                                const struct piece *piece, struct error *error)
{
    for (int i = 0; i < level->tiles_x * level->tiles_y; i++) {
        struct picture_tile *tile = &level->tiles[i];
        const struct rect rect = picture_tile_rect(level, i), *all = &piece->rect;
        const int64_t left = int64_max(all->x, rect.x), top = int64_max(all->y, rect.y);
        const int64_t right = int64_min(all->x + all->width, rect.x + rect.width);
        const int64_t bottom = int64_min(all->y + all->height, rect.y + rect.height);
        if (left >= right || top >= bottom || (!piece->any && !tile->mask) ||
            (!level->stored && !tile->pixels))
            continue;
        const enum status status = tile->mask ? STATUS_OK : make_mask_tile(picture, level, i, error);
        if (status)
            return status;
        texture_upload(tile->mask, (int)(left - rect.x), (int)(top - rect.y), (int)(right - left),
                       (int)(bottom - top), piece->bytes + (top - all->y) * all->width + left - all->x,
                       (size_t)all->width);
    }
    return STATUS_OK;
}

// The mask of one band of pixels, all levels. `bytes` and `spare` each hold the band.
static enum status take_band(struct picture *picture, const struct mask *mask, struct rect rect,
                             uint8_t *bytes, uint8_t *spare, struct error *error)
{
    struct piece piece = {rect, bytes, mask_read(mask, rect, bytes, (size_t)rect.width)};
    enum status status = STATUS_OK;
    picture->any_mask |= piece.any;
    for (int i = 0; i < picture->level_count && !status; i++) {
        if (i > 0) {
            reduce_mask(piece.bytes, piece.rect.width, piece.rect.height, i, spare);
            piece.rect =
                (struct rect){piece.rect.x / 2, piece.rect.y / 2, int64_ceil_div(piece.rect.width, 2),
                              int64_ceil_div(piece.rect.height, 2)};
            uint8_t *finer = bytes;
            piece.bytes = bytes = spare;
            spare = finer;
        }
        note_masked_blocks(&picture->levels[i], &piece);
        status = upload_piece(picture, &picture->levels[i], &piece, error);
    }
    return status;
}

// Widened to whole pixels of the coarsest level.
static struct rect widened(struct rect rect, int64_t width, int64_t height)
{
    const int64_t step = REDUCE_BAND_ROWS;
    const int64_t left = rect.x / step * step, top = rect.y / step * step;
    return rect_clip((struct rect){left, top, int64_round_up(rect.x + rect.width - left, step),
                                   int64_round_up(rect.y + rect.height - top, step)},
                     width, height);
}

// What is needed for uploads, made when a mask is shown for the first time.
static enum status prepare(struct picture *picture, struct error *error)
{
    const int64_t width = picture->info.width, height = picture->info.height;
    size_t bytes;
    if (!picture->mask_bytes && size_of_plane(width, REDUCE_BAND_ROWS, 2, &bytes))
        picture->mask_bytes = malloc(bytes);
    if (!picture->mask_bytes)
        return error_set(error, STATUS_NO_MEMORY, "not enough memory to show the mask");
    return picture->shown ? STATUS_OK : mask_create(width, height, &picture->shown, error);
}

enum status picture_take_mask(struct picture *picture, const struct mask *mask, struct rect rect,
                              struct error *error)
{
    const struct rect all = widened(rect, picture->info.width, picture->info.height);
    if (all.width <= 0 || all.height <= 0)
        return STATUS_OK;
    enum status status = prepare(picture, error);
    for (int64_t y = all.y; !status && y < all.y + all.height; y += REDUCE_BAND_ROWS) {
        const struct rect band = {all.x, y, all.width, int64_min(REDUCE_BAND_ROWS, all.y + all.height - y)};
        uint8_t *bytes = picture->mask_bytes;
        status =
            take_band(picture, mask, band, bytes, bytes + (size_t)(band.width * REDUCE_BAND_ROWS), error);
        if (!status)
            mask_share_rect(picture->shown, mask, band);
    }
    picture->mask_unsure |= status != STATUS_OK;
    picture_make_room(picture, 0); // tiles of the cache may have got a mask
    picture->serial = gpu_next_serial(picture->gpu);
    return status;
}

// --- tiles of the cache ---

// One row of texels of a level from the pixel rows it covers. `strip` holds the pixel rows, and as much
// again.
static void mask_texel_row(const struct mask *mask, struct rect rows, int level, uint8_t *strip, uint8_t *out)
{
    const size_t bytes = (size_t)(rows.width * rows.height);
    const int64_t out_width = int64_ceil_div(rows.width, (int64_t)1 << level);
    if (!mask_read(mask, rows, strip, (size_t)rows.width)) {
        memset(out, 0, (size_t)out_width);
        return;
    }
    uint8_t *from = strip, *to = strip + bytes;
    for (int l = 1; l <= level; l++) {
        reduce_mask(from, rows.width, rows.height, l, to);
        rows.width = int64_ceil_div(rows.width, 2);
        rows.height = int64_ceil_div(rows.height, 2);
        uint8_t *swap = from;
        from = to;
        to = swap;
    }
    memcpy(out, from, (size_t)out_width);
}

// The mask of one tile of the cache.
enum status picture_put_mask(struct picture *picture, const struct picture_request *request,
                             const struct mask *mask, struct error *error)
{
    const int64_t step = (int64_t)1 << request->level;
    const struct rect rect = request->rect, image = picture_request_pixels(picture, request);
    uint8_t *texels = malloc((size_t)(rect.width * rect.height));
    uint8_t *strip = malloc(2 * (size_t)(image.width * step));
    struct picture_level *level = &picture->levels[request->level];
    enum status status = STATUS_OK;
    if (!texels || !strip)
        status = error_set(error, STATUS_NO_MEMORY, "not enough memory to show the mask");
    for (int64_t y = 0; !status && y < rect.height; y++) {
        const struct rect rows = {image.x, image.y + y * step, image.width,
                                  int64_min(step, image.height - y * step)};
        mask_texel_row(mask, rows, request->level, strip, texels + y * rect.width);
    }
    if (!status)
        status = make_mask_tile(picture, level, request->tile, error);
    if (!status)
        texture_upload(level->tiles[request->tile].mask, 0, 0, (int)rect.width, (int)rect.height, texels,
                       (size_t)rect.width);
    picture->any_mask |= status == STATUS_OK;
    free(texels);
    free(strip);
    return status;
}
