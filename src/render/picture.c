// SPDX-License-Identifier: MIT
// Tiles of textures for the levels of one frame.
#include "render/picture_internal.h"

#include "base/size.h"
#include "base/text.h"

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

struct rect picture_tile_rect(const struct picture_level *level, int tile)
{
    const int64_t x = (int64_t)(tile % level->tiles_x) * level->tile_width;
    const int64_t y = (int64_t)(tile / level->tiles_x) * level->tile_height;
    return rect_clip((struct rect){x, y, level->tile_width, level->tile_height}, level->width, level->height);
}

static int64_t tile_bytes(const struct picture_level *level, int tile, bool with_mask)
{
    const struct rect rect = picture_tile_rect(level, tile);
    return rect.width * rect.height * (int64_t)(pixel_class_bytes(level->pixel_class) + (with_mask ? 1 : 0));
}

static int64_t mask_bytes(const struct picture_level *level)
{
    int64_t bytes = 0;
    for (int i = 0; i < level->tiles_x * level->tiles_y; i++) {
        const struct rect rect = picture_tile_rect(level, i);
        bytes += level->tiles[i].mask ? rect.width * rect.height : 0;
    }
    return bytes;
}

int64_t picture_stored_bytes(const struct picture *picture)
{
    int64_t bytes = 0;
    for (int i = 0; i < picture->level_count; i++) {
        if (picture->levels[i].stored)
            bytes += level_bytes(&picture->info, i, false) + mask_bytes(&picture->levels[i]);
    }
    return bytes;
}

int64_t picture_bytes(const struct picture *picture)
{
    int64_t bytes = 0;
    for (int i = 0; i < picture->level_count; i++) {
        const struct picture_level *level = &picture->levels[i];
        for (int tile = 0; tile < level->tiles_x * level->tiles_y; tile++)
            bytes += level->tiles[tile].pixels ? tile_bytes(level, tile, level->tiles[tile].mask) : 0;
    }
    return bytes;
}

static enum status make_tile(struct picture *picture, int level_index, int tile, struct error *error)
{
    struct picture_level *level = &picture->levels[level_index];
    const struct rect rect = picture_tile_rect(level, tile);
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
    mask_destroy(&(*picture)->shown);
    free((*picture)->mask_bytes);
    free((*picture)->loaded);
    free(*picture);
    *picture = NULL;
}

bool picture_fits(const struct picture *picture, const struct frame_info *info)
{
    return picture->info.width == info->width && picture->info.height == info->height &&
           picture->storage == sample_storage_type(info->type);
}

void picture_restart(struct picture *picture, const struct frame_info *info, enum reduce_mode reduce)
{
    picture->info = *info;
    picture->storage = sample_storage_type(info->type);
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
void picture_make_room(struct picture *picture, int64_t bytes)
{
    while (picture->cache_bytes > 0 && picture->cache_bytes + bytes > picture->cache_budget)
        drop_oldest(picture);
}

void picture_limit_cache(struct picture *picture, int64_t bytes)
{
    picture->cache_budget = bytes;
    picture_make_room(picture, 0);
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
        const struct rect rect = picture_tile_rect(level, tile);
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

enum status picture_take_levels(struct picture *picture, const struct loaded_band *band, struct error *error)
{
    enum status status = STATUS_OK;
    for (int i = 1; !status && i < picture->level_count; i++) {
        if (picture->levels[i].stored)
            status = upload_rows(picture, i, band->y >> i, band->level_rows[i], band->level[i], error);
    }
    picture->serial = gpu_next_serial(picture->gpu);
    return status;
}

// The gaps between modules are the same in all frames of a series.
static bool shows_mask(const struct picture *picture, const struct mask *mask, struct rect rect)
{
    return picture->shown && !picture->mask_unsure && mask_is_same(picture->shown, mask, rect);
}

enum status picture_take_band(struct picture *picture, const struct loaded_band *band,
                              const struct mask *mask, struct error *error)
{
    const struct rect rect = {0, band->y, picture->info.width, band->rows};
    enum status status = STATUS_OK;
    if (picture->levels[0].stored)
        status = upload_rows(picture, 0, band->y, band->rows, band->pixels, error);
    if (!status)
        status = picture_take_levels(picture, band, error);
    if (!status && mask && (band->any_mask || picture->any_mask) && !shows_mask(picture, mask, rect))
        status = picture_take_mask(picture, mask, rect, error);
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

// --- reading back ---

bool picture_read(struct picture *picture, struct rect rect, void *samples)
{
    struct picture_level *level = &picture->levels[0];
    const size_t bytes = pixel_class_bytes(level->pixel_class);
    for (int i = 0; i < level->tiles_x * level->tiles_y; i++) {
        const struct rect tile = picture_tile_rect(level, i);
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

// The columns and rows of tiles that an area in image pixels touches; both ends are in.
struct tile_range {
    int64_t x0, y0, x1, y1;
};

static struct tile_range tiles_touched(const struct picture_level *level, int level_index, struct rect area)
{
    const int64_t right = (area.x + area.width - 1) >> level_index;
    const int64_t bottom = (area.y + area.height - 1) >> level_index;
    return (struct tile_range){(area.x >> level_index) / level->tile_width,
                               (area.y >> level_index) / level->tile_height,
                               int64_min(level->tiles_x - 1, right / level->tile_width),
                               int64_min(level->tiles_y - 1, bottom / level->tile_height)};
}

int64_t picture_cache_need(const struct picture *picture, int level_index, struct rect visible)
{
    const struct picture_level *level = &picture->levels[level_index];
    int64_t bytes = 0;
    if (level->stored || visible.width <= 0 || visible.height <= 0)
        return 0;
    const struct tile_range range = tiles_touched(level, level_index, visible);
    for (int64_t y = range.y0; y <= range.y1; y++) {
        for (int64_t x = range.x0; x <= range.x1; x++)
            bytes += tile_bytes(level, (int)(y * level->tiles_x + x), picture->any_mask);
    }
    return bytes;
}

// Tiles that are missing, by the distance from the middle of a sight.
struct missing {
    struct picture_request *requests;
    int64_t *distances;
    size_t count, max;
};

// Puts a request in its place; the farthest one falls out when there are `max`.
static void insert_request(struct missing *missing, struct picture_request request, int64_t distance)
{
    const size_t max = missing->max;
    if (missing->count == max && (max == 0 || missing->distances[max - 1] <= distance))
        return;
    size_t at = missing->count < max ? missing->count++ : max - 1;
    for (; at > 0 && missing->distances[at - 1] > distance; at--) {
        missing->requests[at] = missing->requests[at - 1];
        missing->distances[at] = missing->distances[at - 1];
    }
    missing->requests[at] = request;
    missing->distances[at] = distance;
}

// The number of requests, from the first on, that fit `room`; one in any case if there is nothing
// `else_shown`.
static size_t fitting_requests(const struct picture *picture, const struct missing *missing, int64_t room,
                               bool else_shown)
{
    size_t fitting = 0;
    for (; fitting < missing->count; fitting++) {
        const struct picture_request *request = &missing->requests[fitting];
        room -= tile_bytes(&picture->levels[request->level], request->tile, picture->any_mask);
        if (room < 0 && (fitting > 0 || else_shown))
            break;
    }
    return fitting;
}

static bool can_miss(const struct picture *picture, const struct picture_sight *sight)
{
    return !picture->levels[sight->level].stored && sight->visible.width > 0 && sight->visible.height > 0;
}

// Whether one of `count` sights has that tile of the level.
static bool in_sight(const struct picture *picture, const struct picture_sight *sights, size_t count,
                     int level, int64_t x, int64_t y)
{
    for (size_t i = 0; i < count; i++) {
        if (sights[i].level != level || !can_miss(picture, &sights[i]))
            continue;
        const struct tile_range range = tiles_touched(&picture->levels[level], level, sights[i].visible);
        if (x >= range.x0 && x <= range.x1 && y >= range.y0 && y <= range.y1)
            return true;
    }
    return false;
}

// Adds what is missing in the last of `count` sights and not in those before it. Returns the bytes of the
// tiles that are there.
static int64_t look_through(struct picture *picture, const struct picture_sight *sights, size_t count,
                            struct missing *missing)
{
    const struct picture_sight *sight = &sights[count - 1];
    struct picture_level *level = &picture->levels[sight->level];
    int64_t there = 0;
    if (!can_miss(picture, sight))
        return 0;
    const struct tile_range range = tiles_touched(level, sight->level, sight->visible);
    for (int64_t y = range.y0; y <= range.y1; y++) {
        for (int64_t x = range.x0; x <= range.x1; x++) {
            const int index = (int)(y * level->tiles_x + x);
            struct picture_tile *tile = &level->tiles[index];
            const int64_t dx = 2 * x - (range.x0 + range.x1), dy = 2 * y - (range.y0 + range.y1);
            const struct picture_request request = {sight->level, index, picture_tile_rect(level, index)};
            if (in_sight(picture, sights, count - 1, sight->level, x, y))
                continue;
            if (!tile->pixels) {
                insert_request(missing, request, dx * dx + dy * dy);
                continue;
            }
            there += tile_bytes(level, index, tile->mask);
            tile->used = picture->draw_serial + 1;
        }
    }
    return there;
}

size_t picture_missing(struct picture *picture, const struct picture_sight *sights, size_t sight_count,
                       struct picture_request *requests, size_t max)
{
    int64_t distances[PICTURE_MOST_MISSING], room = picture->cache_budget; // that the tiles in sight leave
    struct missing missing = {requests, distances, 0,
                              max < PICTURE_MOST_MISSING ? max : PICTURE_MOST_MISSING};
    for (size_t i = 0; i < sight_count; i++)
        room -= look_through(picture, sights, i + 1, &missing);
    return fitting_requests(picture, &missing, room, room < picture->cache_budget);
}

// The pixels that a request's texels cover.
struct rect picture_request_pixels(const struct picture *picture, const struct picture_request *request)
{
    const int shift = request->level;
    const struct rect rect = request->rect;
    return rect_clip(
        (struct rect){rect.x << shift, rect.y << shift, rect.width << shift, rect.height << shift},
        picture->info.width, picture->info.height);
}

enum status picture_put(struct picture *picture, const struct picture_request *request, const void *samples,
                        const struct mask *mask, struct error *error)
{
    struct picture_level *level = &picture->levels[request->level];
    struct picture_tile *tile = &level->tiles[request->tile];
    if (tile->pixels)
        return STATUS_OK;
    const bool masked = mask && mask_any(mask, picture_request_pixels(picture, request), 0xFF);
    picture_make_room(picture, tile_bytes(level, request->tile, masked));
    enum status status = make_tile(picture, request->level, request->tile, error);
    if (status)
        return status;
    picture->cache_bytes += tile_bytes(level, request->tile, false);
    tile->used = picture->draw_serial + 1; // it is for the next draw
    texture_upload(tile->pixels, 0, 0, (int)request->rect.width, (int)request->rect.height, samples,
                   (size_t)request->rect.width);
    picture->serial = gpu_next_serial(picture->gpu);
    return masked ? picture_put_mask(picture, request, mask, error) : STATUS_OK;
}
