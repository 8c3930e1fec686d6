// SPDX-License-Identifier: MIT
// The pixels of one frame on the GPU: level 0 in its native type, the reduced levels as float32, the mask as
// bytes; each level cut into tiles where it is larger than one texture may be. The only store of the pixels
// there is.
//
// When not all levels fit the memory budget, the finer ones are kept as a cache of 1024 x 1024 tiles that are
// filled on demand (picture_missing, picture_put) and dropped when long unused; what is missing is drawn from
// the next coarser level.
#ifndef FOVEA_RENDER_PICTURE_H
#define FOVEA_RENDER_PICTURE_H

#include "gpu/texture.h"
#include "image/loaded_band.h"
#include "image/mask.h"
#include "view/colour_table.h"

enum { PICTURE_MAX_LEVELS = REDUCE_MAX_LEVELS + 1 };
enum { PICTURE_MASK_BLOCK = 16 }; // texels; blocks with any mask bit are drawn with the mask program

struct picture_tile {
    struct texture *pixels;
    struct texture *mask; // NULL while no bit is set within the tile
    uint64_t used;        // serial of the last draw, for the cache
};

struct picture_level {
    int64_t width, height; // texels of the whole level
    enum pixel_class pixel_class;
    int tile_width, tile_height; // of all tiles but the last ones
    int tiles_x, tiles_y;
    bool stored;                // all tiles are filled while loading; else they are a cache
    struct picture_tile *tiles; // row-major
    uint8_t *masked_blocks;     // one byte per PICTURE_MASK_BLOCK square: has any mask bit
    int64_t blocks_x, blocks_y;
};

struct picture {
    struct gpu *gpu;
    struct frame_info info;
    enum sample_type storage; // of level 0
    enum reduce_mode reduce;  // of the levels above
    int level_count;          // including level 0
    struct picture_level levels[PICTURE_MAX_LEVELS];
    bool any_mask;
    struct mask *shown;   // what the mask's textures hold, of the levels that are stored; NULL = nothing yet
    bool mask_unsure;     // they may hold something else: an upload has failed
    uint8_t *mask_bytes;  // room for a band's mask and its reduced levels; NULL until needed
    uint8_t *loaded;      // per REDUCE_BAND_ROWS rows: shown
    uint64_t serial;      // changes whenever any texel does; above 0 and never that of another picture
    int64_t cache_budget; // bytes for tiles of levels that are not stored
    int64_t cache_bytes;
    uint64_t draw_serial;
};

// Bytes of textures for all levels of such a frame, with or without mask, by checked arithmetic (INT64_MAX on
// overflow).
int64_t picture_cost(const struct frame_info *info, bool with_mask);

// Bytes of the textures that there are.
int64_t picture_bytes(const struct picture *picture);
// Bytes of the levels that are stored whole, once all of them is there, with the masks that are there.
int64_t picture_stored_bytes(const struct picture *picture);

// Lays out the levels: those that fit `budget_bytes` (0 = no limit), coarsest first, are stored whole, the
// others are a cache. Textures are made when their first rows come in.
enum status picture_create(struct gpu *gpu, const struct frame_info *info, int64_t budget_bytes,
                           struct picture **picture, struct error *error);
void picture_destroy(struct picture **picture);

// True if the picture's textures can take a frame of that description: same size and type.
bool picture_fits(const struct picture *picture, const struct frame_info *info);
// Begins a new frame in the same textures; nothing is shown as loaded any more.
void picture_restart(struct picture *picture, const struct frame_info *info, enum reduce_mode reduce);

// Uploads a band with its reduced levels, and its rows of the mask where they are not there from the frame
// before.
enum status picture_take_band(struct picture *picture, const struct loaded_band *band,
                              const struct mask *mask, struct error *error);
// Uploads the reduced levels of a band alone: other pixels are left out of them than before.
enum status picture_take_levels(struct picture *picture, const struct loaded_band *band, struct error *error);
// Uploads the mask within `rect` (image pixels, inside the image), all levels. The work grows with the
// rectangle, which is widened to multiples of 64 pixels, not with the image.
enum status picture_take_mask(struct picture *picture, const struct mask *mask, struct rect rect,
                              struct error *error);
bool picture_is_loaded(const struct picture *picture, int64_t y);
bool picture_is_complete(const struct picture *picture);

// Reads samples of level 0 back, in the storage type, rows without padding. False where they are not on the
// GPU.
bool picture_read(struct picture *picture, struct rect rect, void *samples);

// --- the cache of levels that are not stored ---

// A tile to be filled: its rectangle in texels of its level.
struct picture_request {
    int level;
    int tile;
    struct rect rect;
};
// A part of the image (in its pixels) that is looked at, and the level that is drawn there.
struct picture_sight {
    int level;
    struct rect visible;
};
enum { PICTURE_MOST_MISSING = 256 };
// The tiles that are missing where the picture is looked at, those nearest to the middle of a sight first; at
// most `max` (up to PICTURE_MOST_MISSING), and no more than fit the cache beside those in sight that are
// there. These are the last to be dropped from now on.
size_t picture_missing(struct picture *picture, const struct picture_sight *sights, size_t sight_count,
                       struct picture_request *requests, size_t max);
// The bytes of all tiles of `level` that `visible` touches, if the level is a cache; 0 if it is stored whole.
int64_t picture_cache_need(const struct picture *picture, int level, struct rect visible);
// Another budget (above 0) for the tiles of levels that are not stored, of a picture that has such: drops the
// longest unused ones if it is less.
void picture_limit_cache(struct picture *picture, int64_t bytes);
// Fills a tile: level 0 in the storage type, other levels float32; makes room by dropping the longest unused
// tiles.
enum status picture_put(struct picture *picture, const struct picture_request *request, const void *samples,
                        const struct mask *mask, struct error *error);

#endif
