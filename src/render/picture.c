// SPDX-License-Identifier: MIT
// Tiles of textures for the levels of one frame.
#include "render/picture.h"

#include "base/size.h"

#include <stdlib.h>
#include <string.h>

enum { LARGE_TILE = 2048, CACHE_TILE = 1024 };

// A level up to this size is one texture where the device allows it: the fastest to draw. Larger ones are
// tiled so that their memory is taken while the bands come in, not all of it before the first one can be
// shown.
static const int64_t SINGLE_TEXTURE_BYTES = 192 << 20;

static const enum texture_format class_format[PIXEL_CLASS_COUNT] = {
    [PIXEL_U8] = TEXTURE_R8UI,  [PIXEL_I8] = TEXTURE_R8I,    [PIXEL_U16] = TEXTURE_R16UI,
    [PIXEL_I16] = TEXTURE_R16I, [PIXEL_U32] = TEXTURE_R32UI, [PIXEL_I32] = TEXTURE_R32I,
    [PIXEL_F32] = TEXTURE_R32F,
};

static enum pixel_class level_class(const struct frame_info *info, int level)
{
    return level == 0 ? pixel_class_of(info->type) : PIXEL_F32;
}

// --- sizes ---

static int64_t level_bytes(const struct frame_info *info, int level, bool with_mask)
{
    const size_t texel = pixel_class_bytes(level_class(info, level)) + (with_mask ? 1 : 0);
    size_t bytes;
    if (!size_of_plane(reduce_side(info->width, level), reduce_side(info->height, level), texel, &bytes) ||
        bytes > INT64_MAX / 2)
        return INT64_MAX / 2;
    return (int64_t)bytes;
}

int64_t picture_cost(const struct frame_info *info, bool with_mask)
{
    int64_t total = 0;
    for (int level = 0; level <= reduce_level_count(info->width, info->height); level++)
        total = int64_min(INT64_MAX / 2, total + level_bytes(info, level, with_mask));
    return total;
}

// --- tiles ---

static struct rect tile_rect(const struct picture_level *level, int tile)
{
    const int64_t x = (int64_t)(tile % level->tiles_x) * level->tile_width;
    const int64_t y = (int64_t)(tile / level->tiles_x) * level->tile_height;
    return rect_clip((struct rect){x, y, level->tile_width, level->tile_height}, level->width, level->height);
}

static int64_t tile_bytes(const struct picture_level *level, int tile, bool with_mask)
{
    const struct rect rect = tile_rect(level, tile);
    return rect.width * rect.height * (int64_t)(pixel_class_bytes(level->pixel_class) + (with_mask ? 1 : 0));
}

static enum status make_tile(struct picture *picture, int level_index, int tile, struct error *error)
{
    struct picture_level *level = &picture->levels[level_index];
    const struct rect rect = tile_rect(level, tile);
    return texture_create(picture->gpu, class_format[level->pixel_class], (int)rect.width, (int)rect.height,
                          level_index ? "reduced pixels" : "pixels", &level->tiles[tile].pixels, error);
}

static enum status lay_out_level(struct picture *picture, int index, bool stored, struct error *error)
{
    struct picture_level *level = &picture->levels[index];
    const int side = gpu_max_texture_side(picture->gpu);
    level->width = reduce_side(picture->info.width, index);
    level->height = reduce_side(picture->info.height, index);
    level->pixel_class = level_class(&picture->info, index);
    level->stored = stored;
    int tile = stored ? LARGE_TILE : CACHE_TILE;
    if (stored && level->width <= side && level->height <= side &&
        level_bytes(&picture->info, index, false) <= SINGLE_TEXTURE_BYTES)
        tile = side;
    tile = tile < side ? tile : side;
    level->tile_width = (int)int64_min(level->width, tile);
    level->tile_height = (int)int64_min(level->height, tile);
    level->tiles_x = (int)int64_ceil_div(level->width, level->tile_width);
    level->tiles_y = (int)int64_ceil_div(level->height, level->tile_height);
    level->blocks_x = int64_ceil_div(level->width, PICTURE_MASK_BLOCK);
    level->blocks_y = int64_ceil_div(level->height, PICTURE_MASK_BLOCK);
    level->tiles = calloc((size_t)level->tiles_x * (size_t)level->tiles_y, sizeof *level->tiles);
    level->masked_blocks = calloc((size_t)level->blocks_x * (size_t)level->blocks_y, 1);
    if (!level->tiles || !level->masked_blocks)
        return error_set(error, STATUS_NO_MEMORY, "not enough memory for the table of picture tiles");
    return STATUS_OK;
}

enum status picture_create(struct gpu *gpu, const struct frame_info *info, int64_t budget_bytes,
                           struct picture **picture, struct error *error)
{
    struct picture *made = must_alloc(sizeof *made);
    made->gpu = gpu;
    made->level_count = 1 + reduce_level_count(info->width, info->height);
    picture_restart(made, info, REDUCE_MEAN);
    made->loaded = calloc((size_t)int64_ceil_div(info->height, REDUCE_BAND_ROWS), 1);
    enum status status = made->loaded ? STATUS_OK : error_set(error, STATUS_NO_MEMORY, "not enough memory");
    // From the coarsest level down, as far as the budget reaches; half of it stays for the cache if one is
    // needed.
    const bool all_fit = budget_bytes <= 0 || picture_cost(info, false) <= budget_bytes;
    int64_t left = all_fit ? INT64_MAX : budget_bytes / 2;
    for (int level = made->level_count - 1; !status && level >= 0; level--) {
        const int64_t bytes = level_bytes(info, level, false);
        const bool stored = all_fit || level == made->level_count - 1 || bytes <= left;
        left = stored ? left - bytes : 0;
        status = lay_out_level(made, level, stored, error);
    }
    made->cache_budget = all_fit ? 0 : budget_bytes / 2;
    if (status) {
        picture_destroy(&made);
        return status;
    }
    *picture = made;
    return STATUS_OK;
}

static void free_level(struct picture_level *level)
{
    for (int i = 0; level->tiles && i < level->tiles_x * level->tiles_y; i++) {
        texture_destroy(&level->tiles[i].pixels);
        texture_destroy(&level->tiles[i].mask);
    }
    free(level->tiles);
    free(level->masked_blocks);
}

void picture_destroy(struct picture **picture)
{
    if (!*picture)
        return;
    for (int level = 0; level < (*picture)->level_count; level++)
        free_level(&(*picture)->levels[level]);
    free((*picture)->loaded);
    free(*picture);
    *picture = NULL;
}

bool picture_fits(const struct picture *picture, const struct frame_info *info)
{
    return picture->info.width == info->width && picture->info.height == info->height &&
           picture->storage == loader_storage_type(info->type);
}

void picture_restart(struct picture *picture, const struct frame_info *info, enum reduce_mode reduce)
{
    picture->info = *info;
    picture->storage = loader_storage_type(info->type);
    picture->reduce = reduce;
    picture->serial = gpu_next_serial(picture->gpu);
    if (picture->loaded)
        memset(picture->loaded, 0, (size_t)int64_ceil_div(info->height, REDUCE_BAND_ROWS));
    for (int i = 0; i < picture->level_count; i++) {
        struct picture_level *level = &picture->levels[i];
        for (int tile = 0; level->tiles && !level->stored && tile < level->tiles_x * level->tiles_y; tile++) {
            texture_destroy(&level->tiles[tile].pixels);
            texture_destroy(&level->tiles[tile].mask);
        }
    }
    picture->cache_bytes = 0;
}

// --- room ---

static void drop_oldest(struct picture *picture)
{
    struct picture_level *oldest_level = NULL;
    int oldest = -1;
    for (int i = 0; i < picture->level_count; i++) {
        struct picture_level *level = &picture->levels[i];
        for (int tile = 0; !level->stored && tile < level->tiles_x * level->tiles_y; tile++) {
            if (level->tiles[tile].pixels &&
                (!oldest_level || level->tiles[tile].used < oldest_level->tiles[oldest].used)) {
                oldest_level = level;
                oldest = tile;
            }
        }
    }
    if (!oldest_level) {
        picture->cache_bytes = 0;
        return;
    }
    picture->cache_bytes -= tile_bytes(oldest_level, oldest, oldest_level->tiles[oldest].mask);
    texture_destroy(&oldest_level->tiles[oldest].pixels);
    texture_destroy(&oldest_level->tiles[oldest].mask);
}

// Makes room for `bytes` more in the cache.
static void make_room(struct picture *picture, int64_t bytes)
{
    while (picture->cache_bytes > 0 && picture->cache_bytes + bytes > picture->cache_budget)
        drop_oldest(picture);
}

// --- uploads ---

// Rows [y, y + rows) of a level, each of level->width texels, into the tiles they touch, which are made at
// their first rows.
static enum status upload_rows(struct picture *picture, int index, int64_t y, int64_t rows,
                               const void *texels, struct error *error)
{
    struct picture_level *level = &picture->levels[index];
    const size_t bytes = pixel_class_bytes(level->pixel_class);
    for (int tile = 0; tile < level->tiles_x * level->tiles_y; tile++) {
        const struct rect rect = tile_rect(level, tile);
        const int64_t top = int64_max(y, rect.y);
        const int64_t bottom = int64_min(y + rows, rect.y + rect.height);
        if (top >= bottom)
            continue;
        enum status status = level->tiles[tile].pixels ? STATUS_OK : make_tile(picture, index, tile, error);
        if (status)
            return status;
        const char *from = (const char *)texels + ((size_t)((top - y) * level->width + rect.x)) * bytes;
        texture_upload(level->tiles[tile].pixels, 0, (int)(top - rect.y), (int)rect.width,
                       (int)(bottom - top), from, (size_t)level->width);
    }
    return STATUS_OK;
}

static enum status take_levels(struct picture *picture, int64_t y, const float *const *level,
                               const int64_t *level_rows, struct error *error)
{
    enum status status = STATUS_OK;
    for (int i = 1; !status && i < picture->level_count; i++) {
        if (picture->levels[i].stored)
            status = upload_rows(picture, i, y >> i, level_rows[i], level[i], error);
    }
    picture->serial = gpu_next_serial(picture->gpu);
    return status;
}

enum status picture_take_band(struct picture *picture, const struct loader_band *band,
                              const struct mask *mask, struct error *error)
{
    enum status status = STATUS_OK;
    if (picture->levels[0].stored)
        status = upload_rows(picture, 0, band->y, band->rows, band->pixels, error);
    if (!status)
        status = take_levels(picture, band->y, band->level, band->level_rows, error);
    if (!status && mask && (band->any_mask || picture->any_mask))
        status = picture_take_mask(picture, mask, band->y, band->rows, error);
    for (int64_t row = band->y; !status && row < band->y + band->rows; row += REDUCE_BAND_ROWS)
        picture->loaded[row / REDUCE_BAND_ROWS] = 1;
    return status;
}

bool picture_is_loaded(const struct picture *picture, int64_t y)
{
    return picture->loaded[y / REDUCE_BAND_ROWS] != 0;
}

bool picture_is_complete(const struct picture *picture)
{
    return memchr(picture->loaded, 0, (size_t)int64_ceil_div(picture->info.height, REDUCE_BAND_ROWS)) == NULL;
}

// --- mask ---

// Notes which blocks of rows [y, y + rows) have a bit. Where the rows do not make up whole blocks (the coarse
// levels, whose bands are lower than a block) the bits of the neighbouring bands stay.
static void note_masked_blocks(struct picture_level *level, int64_t y, int64_t rows, const uint8_t *bytes)
{
    for (int64_t row = 0; row < rows;) {
        const int64_t end =
            int64_min(rows, (y + row) / PICTURE_MASK_BLOCK * PICTURE_MASK_BLOCK + PICTURE_MASK_BLOCK - y);
        uint8_t *blocks = level->masked_blocks + (y + row) / PICTURE_MASK_BLOCK * level->blocks_x;
        if ((y + row) % PICTURE_MASK_BLOCK == 0 &&
            (end - row == PICTURE_MASK_BLOCK || y + end == level->height))
            memset(blocks, 0, (size_t)level->blocks_x);
        for (; row < end; row++) {
            const uint8_t *at = bytes + row * level->width;
            for (int64_t block = 0; block < level->blocks_x; block++) {
                const int64_t x = block * PICTURE_MASK_BLOCK;
                uint64_t halves[2] = {0, 0};
                memcpy(halves, at + x, (size_t)int64_min(PICTURE_MASK_BLOCK, level->width - x));
                blocks[block] |= (halves[0] | halves[1]) != 0;
            }
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
    const struct rect rect = tile_rect(level, index);
    enum status status = texture_create(picture->gpu, TEXTURE_R8UI, (int)rect.width, (int)rect.height, "mask",
                                        &tile->mask, error);
    if (!status && !level->stored)
        picture->cache_bytes += rect.width * rect.height;
    if (status ||
        gpu_is_software(picture->gpu)) // llvmpipe's new textures are zero, and touching them costs memory
        return status;
    return clear_mask_tile(tile->mask, rect, error);
}

static enum status upload_mask_rows(struct picture *picture, struct picture_level *level, int64_t y,
                                    int64_t rows, const uint8_t *bytes, bool any, struct error *error)
{
    for (int i = 0; i < level->tiles_x * level->tiles_y; i++) {
        struct picture_tile *tile = &level->tiles[i];
        const struct rect rect = tile_rect(level, i);
        const int64_t top = int64_max(y, rect.y);
        const int64_t bottom = int64_min(y + rows, rect.y + rect.height);
        if (top >= bottom || (!any && !tile->mask) || (!level->stored && !tile->pixels))
            continue;
        enum status status = tile->mask ? STATUS_OK : make_mask_tile(picture, level, i, error);
        if (status)
            return status;
        texture_upload(tile->mask, 0, (int)(top - rect.y), (int)rect.width, (int)(bottom - top),
                       bytes + (top - y) * level->width + rect.x, (size_t)level->width);
    }
    return STATUS_OK;
}

// The mask of one band, all levels. `bytes` and `spare` each hold width * REDUCE_BAND_ROWS bytes.
static enum status take_mask_band(struct picture *picture, const struct mask *mask, struct rect rect,
                                  uint8_t *bytes, uint8_t *spare, struct error *error)
{
    bool any = mask_read(mask, rect, bytes, (size_t)rect.width);
    picture->any_mask |= any;
    int64_t rows = rect.height;
    for (int i = 0; i < picture->level_count; i++) {
        struct picture_level *level = &picture->levels[i];
        const int64_t y = rect.y >> i;
        note_masked_blocks(level, y, rows, bytes);
        enum status status = upload_mask_rows(picture, level, y, rows, bytes, any, error);
        if (status)
            return status;
        if (i + 1 < picture->level_count) {
            reduce_mask(bytes, level->width, rows, i + 1, spare);
            rows = int64_ceil_div(rows, 2);
            memcpy(bytes, spare, (size_t)(picture->levels[i + 1].width * rows));
        }
    }
    return STATUS_OK;
}

enum status picture_take_mask(struct picture *picture, const struct mask *mask, int64_t y, int64_t rows,
                              struct error *error)
{
    const size_t bytes = (size_t)picture->info.width * REDUCE_BAND_ROWS;
    uint8_t *buffer = malloc(2 * bytes);
    if (!buffer)
        return error_set(error, STATUS_NO_MEMORY, "not enough memory to show the mask");
    enum status status = STATUS_OK;
    for (int64_t at = y; !status && at < y + rows; at += REDUCE_BAND_ROWS) {
        const struct rect rect = {0, at, picture->info.width, int64_min(REDUCE_BAND_ROWS, y + rows - at)};
        status = take_mask_band(picture, mask, rect, buffer, buffer + bytes, error);
    }
    free(buffer);
    make_room(picture, 0); // tiles of the cache may have got a mask
    picture->serial = gpu_next_serial(picture->gpu);
    return status;
}

// --- reading back ---

bool picture_read(struct picture *picture, struct rect rect, void *samples)
{
    struct picture_level *level = &picture->levels[0];
    const size_t bytes = pixel_class_bytes(level->pixel_class);
    for (int i = 0; i < level->tiles_x * level->tiles_y; i++) {
        const struct rect tile = tile_rect(level, i);
        const int64_t x0 = int64_max(rect.x, tile.x),
                      x1 = int64_min(rect.x + rect.width, tile.x + tile.width);
        const int64_t y0 = int64_max(rect.y, tile.y),
                      y1 = int64_min(rect.y + rect.height, tile.y + tile.height);
        if (x0 >= x1 || y0 >= y1)
            continue;
        if (!level->tiles[i].pixels)
            return false;
        if (x1 - x0 == rect.width) { // whole rows of the request lie in this tile: straight into place
            texture_read(level->tiles[i].pixels, (int)(x0 - tile.x), (int)(y0 - tile.y), (int)(x1 - x0),
                         (int)(y1 - y0), (char *)samples + (size_t)((y0 - rect.y) * rect.width) * bytes);
            continue;
        }
        for (int64_t y = y0; y < y1; y++)
            texture_read(level->tiles[i].pixels, (int)(x0 - tile.x), (int)(y - tile.y), (int)(x1 - x0), 1,
                         (char *)samples + (size_t)((y - rect.y) * rect.width + x0 - rect.x) * bytes);
    }
    return true;
}

// --- the cache ---

// Puts a request in its place by the distance from the middle, which stands in `level` meanwhile; the
// farthest one falls out when there are `max`.
static void insert_request(struct picture_request *requests, size_t *count, size_t max,
                           struct picture_request request)
{
    if (*count == max && (max == 0 || requests[max - 1].level <= request.level))
        return;
    size_t at = *count < max ? (*count)++ : max - 1;
    for (; at > 0 && requests[at - 1].level > request.level; at--)
        requests[at] = requests[at - 1];
    requests[at] = request;
}

// The number of requests, from the first on, that fit `room`; one in any case if there is nothing
// `else_shown`.
static size_t fitting_requests(const struct picture *picture, const struct picture_level *level,
                               const struct picture_request *requests, size_t count, int64_t room,
                               bool else_shown)
{
    size_t fitting = 0;
    for (; fitting < count; fitting++) {
        room -= tile_bytes(level, requests[fitting].tile, picture->any_mask);
        if (room < 0 && (fitting > 0 || else_shown))
            break;
    }
    return fitting;
}

size_t picture_missing(const struct picture *picture, int level_index, struct rect visible,
                       struct picture_request *requests, size_t max)
{
    const struct picture_level *level = &picture->levels[level_index];
    if (level->stored || visible.width <= 0 || visible.height <= 0)
        return 0;
    const int64_t x0 = (visible.x >> level_index) / level->tile_width;
    const int64_t x1 =
        int64_min(level->tiles_x - 1, ((visible.x + visible.width - 1) >> level_index) / level->tile_width);
    const int64_t y0 = (visible.y >> level_index) / level->tile_height;
    const int64_t y1 =
        int64_min(level->tiles_y - 1, ((visible.y + visible.height - 1) >> level_index) / level->tile_height);
    size_t count = 0;
    int64_t room = picture->cache_budget; // that the tiles in view leave
    for (int64_t y = y0; y <= y1; y++) {
        for (int64_t x = x0; x <= x1; x++) {
            const int tile = (int)(y * level->tiles_x + x);
            const int64_t dx = 2 * x - (x0 + x1), dy = 2 * y - (y0 + y1);
            if (level->tiles[tile].pixels)
                room -= tile_bytes(level, tile, level->tiles[tile].mask);
            else
                insert_request(
                    requests, &count, max,
                    (struct picture_request){(int)(dx * dx + dy * dy), tile, tile_rect(level, tile)});
        }
    }
    for (size_t i = 0; i < count; i++)
        requests[i].level = level_index;
    return fitting_requests(picture, level, requests, count, room, room < picture->cache_budget);
}

// The pixels that a request's texels cover.
static struct rect request_pixels(const struct picture *picture, const struct picture_request *request)
{
    const int shift = request->level;
    const struct rect rect = request->rect;
    return rect_clip(
        (struct rect){rect.x << shift, rect.y << shift, rect.width << shift, rect.height << shift},
        picture->info.width, picture->info.height);
}

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
static enum status put_mask(struct picture *picture, const struct picture_request *request,
                            const struct mask *mask, struct error *error)
{
    const int64_t step = (int64_t)1 << request->level;
    const struct rect rect = request->rect, image = request_pixels(picture, request);
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

enum status picture_put(struct picture *picture, const struct picture_request *request, const void *samples,
                        const struct mask *mask, struct error *error)
{
    struct picture_level *level = &picture->levels[request->level];
    struct picture_tile *tile = &level->tiles[request->tile];
    if (tile->pixels)
        return STATUS_OK;
    const bool masked = mask && mask_any(mask, request_pixels(picture, request), 0xFF);
    make_room(picture, tile_bytes(level, request->tile, masked));
    enum status status = make_tile(picture, request->level, request->tile, error);
    if (status)
        return status;
    picture->cache_bytes += tile_bytes(level, request->tile, false);
    tile->used = picture->draw_serial + 1; // it is for the next draw
    texture_upload(tile->pixels, 0, 0, (int)request->rect.width, (int)request->rect.height, samples,
                   (size_t)request->rect.width);
    picture->serial = gpu_next_serial(picture->gpu);
    return masked ? put_mask(picture, request, mask, error) : STATUS_OK;
}
