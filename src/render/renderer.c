// SPDX-License-Identifier: MIT
// The image pass: which level, which tiles, which program, and the tables they read.
#include "render/renderer.h"

#include "base/size.h"
#include "base/text.h"
#include "gpu/image_program.h"
#include "render/render_view_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Above this share of the visible blocks with mask bits, one pass with the mask program over all is cheaper
// than a second pass over those blocks: the program takes 1.3 times as long as the one without, and small
// rectangles a quarter longer than large ones.
static const double MASKED_SHARE_FOR_ONE_PASS = 0.2;

// Rectangles around blocks with mask bits reach this far beyond them, so that a pixel of the screen whose
// centre is on their edge is drawn again whichever texel it shows.
static const double BLOCK_OVERLAP = 1.0 / 16; // texels

struct renderer {
    struct gpu *gpu;
    struct image_programs *programs;
    struct table *tints;
    struct display tint_display;
    bool tints_valid;
    struct image_rect *rects; // of the drawing in progress
    size_t rect_count, rect_capacity;
};

// --- life ---

enum status renderer_create(struct gpu *gpu, struct renderer **renderer, struct error *error)
{
    struct renderer *made = must_alloc(sizeof *made);
    made->gpu = gpu;
    enum status status = image_programs_create(gpu, &made->programs, error);
    if (!status)
        status = table_create(gpu, TABLE_RGBA32F, IMAGE_TINTS, "mask tints", &made->tints, error);
    if (status) {
        renderer_destroy(&made);
        return status;
    }
    *renderer = made;
    return STATUS_OK;
}

void renderer_destroy(struct renderer **renderer)
{
    struct renderer *old = *renderer;
    if (!old)
        return;
    image_programs_destroy(&old->programs);
    table_destroy(&old->tints);
    free(old->rects);
    free(old);
    *renderer = NULL;
}

// --- tables ---

static void bake_tints(struct renderer *renderer, const struct display *display)
{
    if (renderer->tints_valid && memcmp(&renderer->tint_display, display, sizeof *display) == 0)
        return;
    memcpy(&renderer->tint_display, display, sizeof *display);
    renderer->tints_valid = true;
    float tints[IMAGE_TINTS][4];
    for (unsigned i = 0; i < IMAGE_TINTS; i++)
        display_mask_tint(display, (uint8_t)(i % 256), (enum mask_part)(i / 256), tints[i]);
    table_update(renderer->tints, tints, IMAGE_TINTS);
}

static enum image_mask_use mask_use_of(const struct picture *picture, const struct display *display)
{
    if (!picture->any_mask || !display->mask_visible)
        return IMAGE_MASK_NONE;
    bool any = false, pattern = false;
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++) {
        const struct mask_style *style = &display->mask[layer];
        any |= style->visible;
        pattern |= style->visible && (style->outline || style->hatch);
    }
    return pattern ? IMAGE_MASK_PATTERN : any ? IMAGE_MASK_TINT : IMAGE_MASK_NONE;
}

// --- geometry ---

// A rectangle in texels of a level, with fractions.
struct area {
    double x0, y0, x1, y1;
};

static struct area area_clip(struct area a, struct area b)
{
    return (struct area){fmax(a.x0, b.x0), fmax(a.y0, b.y0), fmin(a.x1, b.x1), fmin(a.y1, b.y1)};
}

static bool area_empty(struct area a)
{
    return a.x0 >= a.x1 || a.y0 >= a.y1;
}

// The visible part of the image in texels of a level; the image's own edge where a level's last texel covers
// less.
static struct area visible_area(const struct camera *camera, int level)
{
    const struct rect visible = camera_visible(camera);
    const double scale = 1.0 / (double)(1 << level);
    return (struct area){(double)visible.x * scale, (double)visible.y * scale,
                         (double)(visible.x + visible.width) * scale,
                         (double)(visible.y + visible.height) * scale};
}

static void add_rect(struct renderer *renderer, struct area area, double tile_x, double tile_y)
{
    if (area_empty(area))
        return;
    if (renderer->rect_count == renderer->rect_capacity) {
        renderer->rect_capacity = renderer->rect_capacity ? 2 * renderer->rect_capacity : 256;
        renderer->rects = must_resize(renderer->rects, renderer->rect_capacity * sizeof *renderer->rects);
    }
    renderer->rects[renderer->rect_count++] =
        (struct image_rect){(float)(area.x0 - tile_x), (float)(area.y0 - tile_y), (float)(area.x1 - tile_x),
                            (float)(area.y1 - tile_y)};
}

// The next run of loaded rows from row `from` on: [*begin, *end). False if there is none.
static bool loaded_run(const struct picture *picture, int64_t from, int64_t *begin, int64_t *end)
{
    const int64_t height = picture->info.height;
    int64_t y = from;
    while (y < height && !picture_is_loaded(picture, y))
        y += REDUCE_BAND_ROWS;
    *begin = y;
    while (y < height && picture_is_loaded(picture, y))
        y += REDUCE_BAND_ROWS;
    *end = y;
    return *begin < height;
}

// One rectangle for each horizontal run of blocks with mask bits.
static void add_masked_rects(struct renderer *renderer, const struct picture_level *level, struct area area,
                             double tile_x, double tile_y)
{
    const int64_t first_x = (int64_t)area.x0 / PICTURE_MASK_BLOCK,
                  first_y = (int64_t)area.y0 / PICTURE_MASK_BLOCK;
    const int64_t end_x = int64_min(level->blocks_x, (int64_t)ceil(area.x1 / PICTURE_MASK_BLOCK));
    const int64_t end_y = int64_min(level->blocks_y, (int64_t)ceil(area.y1 / PICTURE_MASK_BLOCK));
    for (int64_t y = first_y; y < end_y; y++) {
        const uint8_t *row = level->masked_blocks + y * level->blocks_x;
        for (int64_t x = first_x; x < end_x; x++) {
            if (!row[x])
                continue;
            int64_t end = x + 1;
            while (end < end_x && row[end])
                end++;
            const struct area run = {(double)(x * PICTURE_MASK_BLOCK) - BLOCK_OVERLAP,
                                     (double)(y * PICTURE_MASK_BLOCK) - BLOCK_OVERLAP,
                                     (double)(end * PICTURE_MASK_BLOCK) + BLOCK_OVERLAP,
                                     (double)((y + 1) * PICTURE_MASK_BLOCK) + BLOCK_OVERLAP};
            add_rect(renderer, area_clip(area, run), tile_x, tile_y);
            x = end;
        }
    }
}

// The loaded rows of an area, or only their blocks with mask bits. Blocks may reach into rows that are not
// loaded, and those of the frame before stay until the rows of the next one come in.
static void add_loaded_rects(struct renderer *renderer, const struct picture *picture, int level,
                             struct area area, double tile_x, double tile_y, bool masked_only)
{
    const double scale = 1.0 / (double)(1 << level), height = (double)picture->info.height;
    for (int64_t begin, end = 0; loaded_run(picture, end, &begin, &end);) {
        const struct area rows = {area.x0, (double)begin * scale, area.x1, fmin((double)end, height) * scale};
        const struct area part = area_clip(area, rows);
        if (masked_only)
            add_masked_rects(renderer, &picture->levels[level], part, tile_x, tile_y);
        else
            add_rect(renderer, part, tile_x, tile_y);
    }
}

static double masked_share(const struct picture_level *level, struct area area)
{
    const int64_t first_x = (int64_t)area.x0 / PICTURE_MASK_BLOCK,
                  first_y = (int64_t)area.y0 / PICTURE_MASK_BLOCK;
    const int64_t end_x = int64_min(level->blocks_x, (int64_t)ceil(area.x1 / PICTURE_MASK_BLOCK));
    const int64_t end_y = int64_min(level->blocks_y, (int64_t)ceil(area.y1 / PICTURE_MASK_BLOCK));
    int64_t masked = 0;
    for (int64_t y = first_y; y < end_y; y++) {
        for (int64_t x = first_x; x < end_x; x++)
            masked += level->masked_blocks[y * level->blocks_x + x];
    }
    return (double)masked / (double)int64_max(1, (end_x - first_x) * (end_y - first_y));
}

// Clip space from texels of the tile at (tile_x, tile_y) of a level, by the camera of the viewport.
static void set_corners(struct image_draw *draw, const struct camera *camera, int level, double tile_x,
                        double tile_y)
{
    double m[6];
    camera_matrix(camera, m);
    const double texel = (double)(1 << level);
    const double to_x = 2.0 / camera->viewport_width, to_y = -2.0 / camera->viewport_height;
    const double origin_x = m[0] * tile_x * texel + m[1] * tile_y * texel + m[4];
    const double origin_y = m[2] * tile_x * texel + m[3] * tile_y * texel + m[5];
    const double columns[6] = {m[0] * texel * to_x, m[2] * texel * to_y, m[1] * texel * to_x,
                               m[3] * texel * to_y, origin_x * to_x - 1, origin_y * to_y + 1};
    for (int i = 0; i < 6; i++)
        draw->clip_from_texel[i] = (float)columns[i];
}

// Texels of the tile from pixels of the whole drawing, by its camera.
static void set_texels(struct image_draw *draw, const struct scene *scene, int level, double tile_x,
                       double tile_y)
{
    const struct camera *part = &scene->view->camera, *whole = scene->whole ? scene->whole : part;
    double m[6];
    camera_matrix(whole, m);
    const double determinant = (m[0] * m[3] - m[1] * m[2]) * (double)(1 << level);
    const double right[2] = {m[3] / determinant, -m[2] / determinant};
    const double down[2] = {-m[1] / determinant, m[0] / determinant};
    draw->viewport[0] = (float)(part->viewport_width / 2.0);
    draw->viewport[1] = (float)(part->viewport_height / 2.0);
    draw->viewport[2] = (float)scene->part_x;
    draw->viewport[3] = (float)scene->part_y;
    draw->texel_grid[0] = (float)(right[0] * (0.5 - m[4]) + down[0] * (0.5 - m[5]) - tile_x);
    draw->texel_grid[1] = (float)(right[1] * (0.5 - m[4]) + down[1] * (0.5 - m[5]) - tile_y);
    draw->turned = m[0] == 0;
    draw->texel_grid[2] = (float)(draw->turned ? down[0] : right[0]);
    draw->texel_grid[3] = (float)(draw->turned ? right[1] : down[1]);
}

// --- drawing ---

static const enum image_class class_shader[PIXEL_CLASS_COUNT] = {
    [PIXEL_U8] = IMAGE_DIRECT_UNSIGNED,  [PIXEL_I8] = IMAGE_DIRECT_SIGNED,
    [PIXEL_U16] = IMAGE_DIRECT_UNSIGNED, [PIXEL_I16] = IMAGE_DIRECT_SIGNED,
    [PIXEL_U32] = IMAGE_KEYED_UNSIGNED,  [PIXEL_I32] = IMAGE_KEYED_SIGNED,
    [PIXEL_F32] = IMAGE_KEYED_FLOAT,
};

// Whether a value outside the limits may be shown by the nearest entry within them: not where such values
// have colours of their own, nor where entries are as coarse as the bins of a histogram.
static bool ends_go_on(const struct view *view)
{
    return !view->display.special[SPECIAL_UNDER].on && !view->display.special[SPECIAL_OVER].on &&
           view->contrast.transfer.kind != TRANSFER_EQUALIZE;
}

// What negative or very small numbers, and special colours, need of a float class is left to programs of
// their own, so that the others, for what detectors count, have less to do.
static enum image_class shader_for(const struct colour_table *table, const struct view *view)
{
    if (table->pixel_class != PIXEL_F32)
        return class_shader[table->pixel_class];
    if (table->scale != 1 || !(table->low - table->offset > 0))
        return IMAGE_SCALED_FLOAT;
    return ends_go_on(view) && table->base > 0 ? IMAGE_CLAMPED_FLOAT : IMAGE_KEYED_FLOAT;
}

static struct image_draw draw_for(const struct renderer *renderer, const struct baked *baked,
                                  const struct scene *scene, int level)
{
    const struct colour_table *table = baked->table;
    const struct display *display = &scene->view->display;
    struct image_draw draw = {
        .image_class = shader_for(table, scene->view),
        .bias = table->bias,
        .smooth = display->smooth && scene->view->camera.zoom * (double)(1 << level) > 1.0 &&
                  table->pixel_class != PIXEL_U32 && table->pixel_class != PIXEL_I32,
        .colours = baked->texels,
        .tints = renderer->tints,
        .offset = table->offset,
        .scale = table->scale,
        .low = table->low,
        .high = table->high,
        .base = table->base,
        .shift = table->shift,
        .entries = table->entries,
        .low_int = table->low_int,
        .high_int = table->high_int,
    };
    return draw;
}

static enum status draw_pass(struct renderer *renderer, struct image_draw *draw, enum image_mask_use mask_use,
                             struct error *error)
{
    draw->mask_use = mask_use;
    draw->rects = renderer->rects;
    draw->rect_count = renderer->rect_count;
    renderer->rect_count = 0;
    return image_programs_draw(renderer->programs, draw, error);
}

// One tile: everything without the mask, then the blocks with mask bits again with it; or all at once with it
// where most blocks have some.
static enum status draw_tile(struct renderer *renderer, const struct scene *scene, int level_index,
                             int tile_index, struct image_draw *draw, struct error *error)
{
    struct picture *picture = scene->picture;
    struct picture_level *level = &picture->levels[level_index];
    struct picture_tile *tile = &level->tiles[tile_index];
    const int column = tile_index % level->tiles_x, row = tile_index / level->tiles_x;
    const double x = (double)column * level->tile_width, y = (double)row * level->tile_height;
    const struct area whole = {x, y, x + texture_width(tile->pixels), y + texture_height(tile->pixels)};
    const struct area area = area_clip(visible_area(&scene->view->camera, level_index), whole);
    if (area_empty(area))
        return STATUS_OK;
    tile->used = picture->draw_serial;
    enum image_mask_use mask_use = tile->mask ? mask_use_of(picture, &scene->view->display) : IMAGE_MASK_NONE;
    const bool one_pass = mask_use == IMAGE_MASK_NONE || !level->stored || draw->smooth ||
                          masked_share(level, area) > MASKED_SHARE_FOR_ONE_PASS;
    const struct camera *camera = &scene->view->camera;
    set_corners(draw, camera, level_index, x, y);
    set_texels(draw, scene, level_index, x, y);
    draw->pixels = tile->pixels;
    draw->mask = tile->mask;
    add_loaded_rects(renderer, picture, level_index, area, x, y, false);
    enum status status = draw_pass(renderer, draw, one_pass ? mask_use : IMAGE_MASK_NONE, error);
    if (!status && !one_pass) {
        add_loaded_rects(renderer, picture, level_index, area, x, y, true);
        status = draw_pass(renderer, draw, mask_use, error);
    }
    return status;
}

static enum status draw_level(struct renderer *renderer, struct render_view *render_view,
                              const struct scene *scene, int level_index, struct error *error)
{
    struct picture_level *level = &scene->picture->levels[level_index];
    const struct baked *baked;
    enum status status = render_view_bake(render_view, renderer->gpu, scene, level_index, &baked, error);
    if (status)
        return status;
    struct image_draw draw = draw_for(renderer, baked, scene, level_index);
    for (int tile = 0; !status && tile < level->tiles_x * level->tiles_y; tile++) {
        if (level->tiles[tile].pixels)
            status = draw_tile(renderer, scene, level_index, tile, &draw, error);
    }
    return status;
}

// The level to draw, after the coarser one that is always there where the finer is a cache with holes.
static enum status draw_picture(struct renderer *renderer, struct render_view *render_view,
                                const struct scene *scene, struct error *error)
{
    struct picture *picture = scene->picture;
    const int level = camera_level(&scene->view->camera, picture->level_count - 1);
    picture->draw_serial++;
    bake_tints(renderer, &scene->view->display);
    int under = level;
    while (!picture->levels[under].stored)
        under++;
    enum status status = draw_level(renderer, render_view, scene, under, error);
    if (!status && under != level)
        status = draw_level(renderer, render_view, scene, level, error);
    return status;
}

// The pixels of the viewport that the image is sure to hide.
static struct rect hidden_part(const struct camera *camera)
{
    double x0, y0, x1, y1;
    camera_to_screen(camera, 0, 0, &x0, &y0);
    camera_to_screen(camera, (double)camera->image_width, (double)camera->image_height, &x1, &y1);
    const double width = camera->viewport_width, height = camera->viewport_height;
    // Within one pixel of edges that are seen devices may round as they like.
    const double left = fmin(x0, x1) <= 0 ? 0 : ceil(fmin(x0, x1)) + 1;
    const double top = fmin(y0, y1) <= 0 ? 0 : ceil(fmin(y0, y1)) + 1;
    const double right = fmax(x0, x1) >= width ? width : floor(fmax(x0, x1)) - 1;
    const double bottom = fmax(y0, y1) >= height ? height : floor(fmax(y0, y1)) - 1;
    if (!(left < right && top < bottom))
        return (struct rect){0};
    return (struct rect){(int64_t)left, (int64_t)top, (int64_t)(right - left), (int64_t)(bottom - top)};
}

// Clears the viewport, which lies at (x, y) of the target, where the image may leave it open.
static void clear_around(const struct renderer *renderer, const struct view *view, struct rect hidden,
                         int target_height, int x, int y)
{
    const struct camera *camera = &view->camera;
    const int width = camera->viewport_width, height = camera->viewport_height;
    const int right = (int)(hidden.x + hidden.width), bottom = (int)(hidden.y + hidden.height);
    const struct rect margins[] = {{0, 0, width, hidden.y},
                                   {0, bottom, width, height - bottom},
                                   {0, hidden.y, hidden.x, hidden.height},
                                   {right, hidden.y, width - right, hidden.height}};
    for (size_t i = 0; i < sizeof margins / sizeof *margins; i++) {
        const struct rect margin = margins[i];
        if (margin.width <= 0 || margin.height <= 0)
            continue;
        target_clip(renderer->gpu, target_height, x + (int)margin.x, y + (int)margin.y, (int)margin.width,
                    (int)margin.height);
        target_clear(renderer->gpu, view->display.background);
    }
    target_clip(renderer->gpu, target_height, x, y, width, height);
}

enum status renderer_draw(struct renderer *renderer, struct render_view *render_view,
                          const struct scene *scene, int target_height, int x, int y, struct error *error)
{
    const struct camera *camera = &scene->view->camera;
    render_view_remember(render_view, scene);
    target_viewport(renderer->gpu, target_height, x, y, camera->viewport_width, camera->viewport_height);
    const bool complete = scene->picture && picture_is_complete(scene->picture);
    const struct rect hidden = complete ? hidden_part(camera) : (struct rect){0};
    clear_around(renderer, scene->view, hidden, target_height, x, y);
    enum status status = scene->picture ? draw_picture(renderer, render_view, scene, error) : STATUS_OK;
    target_clip(renderer->gpu, target_height, 0, 0, 0, 0);
    return status;
}

static enum status fill_cache(struct renderer *renderer, struct render_view *render_view,
                              const struct scene *scene, struct error *error)
{
    const int width = scene->view->camera.viewport_width, height = scene->view->camera.viewport_height;
    enum status status = render_view_size_cache(render_view, renderer->gpu, width, height, error);
    if (status)
        return status;
    target_bind(renderer->gpu, render_view->cache, width, height);
    status = renderer_draw(renderer, render_view, scene, height, 0, 0, error);
    render_view->cache_valid = status == STATUS_OK;
    return status;
}

enum status renderer_draw_cached(struct renderer *renderer, struct render_view *render_view,
                                 const struct scene *scene, struct target *target, int target_width,
                                 int target_height, int x, int y, struct error *error)
{
    const struct camera *camera = &scene->view->camera;
    if (!render_view->cache_valid || !render_view_is_same(render_view, scene)) {
        enum status status = fill_cache(renderer, render_view, scene, error);
        target_bind(renderer->gpu, target, target_width, target_height);
        if (status)
            return status;
    }
    target_viewport(renderer->gpu, target_height, x, y, camera->viewport_width, camera->viewport_height);
    return renderer_copy(renderer, target_texture(render_view->cache), error);
}

enum status renderer_copy(struct renderer *renderer, struct texture *texture, struct error *error)
{
    return image_programs_copy(renderer->programs, texture, error);
}

// --- the yardstick ---

enum status renderer_make_yardstick(struct gpu *gpu, int width, int height, struct texture **rgba,
                                    struct error *error)
{
    enum { ROWS = 64 };
    enum status status = texture_create(gpu, TEXTURE_RGBA8, width, height, "yardstick", rgba, error);
    if (status)
        return status;
    const size_t texels = (size_t)width * ROWS;
    uint32_t *band = must_alloc(texels * sizeof *band), state = 1;
    for (size_t i = 0; i < texels; i++)
        band[i] = (state = state * 1664525u + 1013904223u) | 0xFF000000u;
    for (int y = 0; y < height; y += ROWS)
        texture_upload(*rgba, 0, y, width, height - y < ROWS ? height - y : ROWS, band, (size_t)width);
    free(band);
    return STATUS_OK;
}

enum status renderer_draw_yardstick(struct renderer *renderer, struct texture *rgba, const struct view *view,
                                    int target_height, int x, int y, struct error *error)
{
    const struct camera *camera = &view->camera;
    struct image_draw draw = {.image_class = IMAGE_YARDSTICK, .pixels = rgba};
    target_viewport(renderer->gpu, target_height, x, y, camera->viewport_width, camera->viewport_height);
    clear_around(renderer, view, hidden_part(camera), target_height, x, y);
    target_clip(renderer->gpu, target_height, 0, 0, 0, 0);
    set_corners(&draw, camera, 0, 0, 0);
    add_rect(renderer, visible_area(camera, 0), 0, 0);
    return draw_pass(renderer, &draw, IMAGE_MASK_NONE, error);
}
