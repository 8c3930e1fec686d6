// SPDX-License-Identifier: MIT
// The colour tables, the memory of what was drawn, and the cached drawing of a render view.
#include "render/render_view_internal.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

// --- life ---

static enum status baked_create(struct gpu *gpu, struct baked *baked, struct error *error)
{
    enum status status = colour_table_create(&baked->table, error);
    return status ? status
                  : table_create(gpu, TABLE_RGBA8, COLOUR_TABLE_MAX + 4, "colours", &baked->texels, error);
}

static void baked_destroy(struct baked *baked)
{
    colour_table_destroy(&baked->table);
    table_destroy(&baked->texels);
}

struct render_view *render_view_create(void)
{
    return must_alloc(sizeof(struct render_view));
}

void render_view_destroy(struct render_view **render_view)
{
    struct render_view *old = *render_view;
    if (!old)
        return;
    baked_destroy(&old->direct);
    baked_destroy(&old->keyed);
    baked_destroy(&old->levels);
    target_destroy(&old->cache);
    free(old);
    *render_view = NULL;
}

// --- the colour tables ---

static bool same_colormap(const struct colormap *a, const struct colormap *b)
{
    return memcmp(a->rgb, b->rgb, sizeof a->rgb) == 0;
}

// Bakes the table again unless it is that of the scene already.
static enum status bake(struct baked *baked, struct gpu *gpu, enum pixel_class pixel_class,
                        const struct scene *scene, struct error *error)
{
    const struct view *view = scene->view;
    if (!baked->table) {
        enum status status = baked_create(gpu, baked, error);
        if (status)
            return status;
    }
    if (baked->valid && baked->table->pixel_class == pixel_class &&
        same_colormap(&baked->colormap, scene->colormap) &&
        baked->histogram_serial == scene->histogram_serial &&
        memcmp(&baked->contrast, &view->contrast, sizeof view->contrast) == 0 &&
        memcmp(&baked->display, &view->display, sizeof view->display) == 0 &&
        value_map_same(&baked->table->map, &scene->picture->info.map))
        return STATUS_OK;
    memcpy(&baked->contrast, &view->contrast, sizeof view->contrast);
    memcpy(&baked->display, &view->display, sizeof view->display);
    baked->colormap = *scene->colormap;
    baked->histogram_serial = scene->histogram_serial;
    baked->valid = true;
    const struct colour_recipe recipe = {&view->contrast, &view->display, scene->colormap, scene->histogram,
                                         &scene->picture->info.map};
    colour_table_bake(baked->table, pixel_class, &recipe);
    table_update(baked->texels, baked->table->rgba, (size_t)baked->table->texels);
    return STATUS_OK;
}

static struct baked *baked_for(struct render_view *render_view, const struct picture *picture, int level)
{
    if (level > 0 && picture->levels[0].pixel_class != PIXEL_F32)
        return &render_view->levels;
    return pixel_class_is_direct(picture->levels[level].pixel_class) ? &render_view->direct
                                                                     : &render_view->keyed;
}

enum status render_view_bake(struct render_view *render_view, struct gpu *gpu, const struct scene *scene,
                             int level, const struct baked **baked, struct error *error)
{
    struct baked *made = baked_for(render_view, scene->picture, level);
    render_view->shown = baked_for(render_view, scene->picture, 0);
    *baked = made;
    return bake(made, gpu, scene->picture->levels[level].pixel_class, scene, error);
}

void render_view_colour_of(const struct render_view *render_view, double value, unsigned char rgb[3])
{
    const struct baked *baked = render_view->shown;
    memset(rgb, 0, 3);
    if (!baked || !baked->valid)
        return;
    const struct colour_table *table = baked->table;
    int index;
    if (table->pixel_class == PIXEL_U32)
        index = colour_table_index_u32(table, (uint32_t)value);
    else if (table->pixel_class == PIXEL_I32)
        index = colour_table_index_i32(table, (int32_t)value);
    else if (table->pixel_class == PIXEL_F32)
        index = colour_table_index_f32(table, (float)value_map_stored(&table->map, value));
    else
        index = (int)value + table->bias;
    if (index >= 0 && index < table->texels)
        memcpy(rgb, table->rgba[index], 3);
}

// --- the last drawing ---

bool render_view_is_same(const struct render_view *render_view, const struct scene *scene)
{
    const struct scene_key *key = &render_view->drawn;
    return render_view->drawn_valid && same_colormap(&key->colormap, scene->colormap) &&
           key->picture_serial == (scene->picture ? scene->picture->serial : 0) &&
           key->histogram_serial == scene->histogram_serial &&
           memcmp(&key->view.camera, &scene->view->camera, sizeof key->view.camera) == 0 &&
           memcmp(&key->view.contrast, &scene->view->contrast, sizeof key->view.contrast) == 0 &&
           memcmp(&key->view.display, &scene->view->display, sizeof key->view.display) == 0;
}

void render_view_remember(struct render_view *render_view, const struct scene *scene)
{
    if (!render_view_is_same(render_view, scene))
        render_view->cache_valid = false;
    struct scene_key *key = &render_view->drawn;
    memcpy(&key->view, scene->view, sizeof key->view);
    key->colormap = *scene->colormap;
    key->picture_serial = scene->picture ? scene->picture->serial : 0;
    key->histogram_serial = scene->histogram_serial;
    render_view->drawn_valid = true;
}

enum status render_view_size_cache(struct render_view *render_view, struct gpu *gpu, int width, int height,
                                   struct error *error)
{
    if (render_view->cache && (texture_width(target_texture(render_view->cache)) != width ||
                               texture_height(target_texture(render_view->cache)) != height))
        target_destroy(&render_view->cache);
    return render_view->cache ? STATUS_OK
                              : target_create(gpu, TEXTURE_BGRA8, width, height, &render_view->cache, error);
}

void render_view_drop_cache(struct render_view *render_view)
{
    target_destroy(&render_view->cache);
    render_view->cache_valid = false;
}
