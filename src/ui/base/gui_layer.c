// SPDX-License-Identifier: MIT
// Hashes of what the panels want drawn, cell by cell, and drawing of parts of it.
#include "ui/base/gui_layer.h"

#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    CELL = 8,
    MAX_VERTICES = 60000 // the indices of a list have 16 bits
};

struct gui_layer {
    struct gui_rect place;
    int columns, rows;
    uint64_t *now, *before; // a hash for each cell
    size_t room;            // of each, in cells
    bool known;             // `before` is what was drawn last
};

// --- what has changed ---

static uint64_t mixed(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9E3779B97F4A7C15U;
    return hash ^ hash >> 29;
}

static uint64_t mixed_bytes(uint64_t hash, const void *bytes, size_t count)
{
    const char *from = bytes;
    for (; count >= sizeof(uint64_t); count -= sizeof(uint64_t), from += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, from, sizeof word);
        hash = mixed(hash, word);
    }
    uint64_t rest = 0;
    memcpy(&rest, from, count);
    return count ? mixed(hash, rest) : hash;
}

static uint64_t hash_of(const struct gui_triangle *triangle)
{
    uint64_t hash = mixed(triangle->texture, 1);
    hash = mixed_bytes(hash, &triangle->clip, sizeof triangle->clip);
    for (int i = 0; i < 3; i++)
        hash = mixed_bytes(hash, triangle->corner[i], sizeof *triangle->corner[i]);
    return hash;
}

static void hash_triangle(void *context, const struct gui_triangle *triangle)
{
    const struct gui_layer *layer = context;
    const struct gui_rect place = layer->place;
    const uint64_t hash = hash_of(triangle);
    // A pixel more all around, for devices that round otherwise.
    const int x0 = (int)(triangle->box.left - place.x - 1) / CELL;
    const int y0 = (int)(triangle->box.top - place.y - 1) / CELL;
    const int x1 = (int)(triangle->box.right - place.x + 1) / CELL;
    const int y1 = (int)(triangle->box.bottom - place.y + 1) / CELL;
    for (int y = y0; y <= y1 && y < layer->rows; y++) {
        for (int x = x0; x <= x1 && x < layer->columns; x++) {
            uint64_t *cell = &layer->now[y * layer->columns + x];
            *cell = mixed(*cell, hash);
        }
    }
}

static void hash_cells(struct gui_layer *layer)
{
    const size_t count = (size_t)layer->columns * (size_t)layer->rows;
    if (count > layer->room) {
        layer->now = must_resize(layer->now, count * sizeof *layer->now);
        layer->before = must_resize(layer->before, count * sizeof *layer->before);
        layer->room = count;
    }
    memset(layer->now, 0, count * sizeof *layer->now);
    gui_each_triangle(layer->place, hash_triangle, layer);
}

static bool differs(const struct gui_layer *layer, int x, int y)
{
    const int cell = y * layer->columns + x;
    return x < layer->columns && y < layer->rows &&
           (!layer->known || layer->now[cell] != layer->before[cell]);
}

// Whether all cells of a row from `x` to `end` differ.
static bool row_differs(const struct gui_layer *layer, int x, int end, int y)
{
    while (x < end && differs(layer, x, y))
        x++;
    return x >= end;
}

static float least(float a, float b)
{
    return a < b ? a : b;
}

// The largest run of differing cells to the right of (x, y), and as many rows below that differ as well; they
// do not differ any more then.
static struct gui_rect take_block(struct gui_layer *layer, int x, int y)
{
    int x1 = x, y1 = y + 1;
    while (differs(layer, x1, y))
        x1++;
    while (row_differs(layer, x, x1, y1))
        y1++;
    for (int row = y; layer->known && row < y1; row++) {
        for (int column = x; column < x1; column++)
            layer->before[row * layer->columns + column] = layer->now[row * layer->columns + column];
    }
    const struct gui_rect place = layer->place;
    const float left = (float)(x * CELL), top = (float)(y * CELL);
    return (struct gui_rect){place.x + left, place.y + top, least((float)(x1 * CELL), place.width) - left,
                             least((float)(y1 * CELL), place.height) - top};
}

// The rectangle that holds both.
static struct gui_rect joined(struct gui_rect a, struct gui_rect b)
{
    const float left = least(a.x, b.x), top = least(a.y, b.y);
    const float right = -least(-a.x - a.width, -b.x - b.width),
                bottom = -least(-a.y - a.height, -b.y - b.height);
    return (struct gui_rect){left, top, right - left, bottom - top};
}

// Blocks of cells that differ; what is too many joins the last.
static size_t gather_changes(struct gui_layer *layer, struct gui_rect changes[GUI_MAX_CHANGES])
{
    size_t count = 0;
    for (int y = 0; y < layer->rows; y++) {
        for (int x = 0; x < layer->columns; x++) {
            if (!differs(layer, x, y))
                continue;
            struct gui_rect block = take_block(layer, x, y);
            if (count == GUI_MAX_CHANGES)
                block = joined(changes[--count], block);
            changes[count++] = block;
            if (!layer->known)
                return count;
        }
    }
    return count;
}

struct gui_layer *gui_layer_create(void)
{
    struct gui_layer *layer = must_alloc(sizeof *layer);
    *layer = (struct gui_layer){0};
    return layer;
}

void gui_layer_destroy(struct gui_layer **layer)
{
    if (!*layer)
        return;
    free((*layer)->now);
    free((*layer)->before);
    free(*layer);
    *layer = NULL;
}

void gui_layer_forget(struct gui_layer *layer)
{
    layer->known = false;
}

size_t gui_layer_changes(struct gui_layer *layer, struct gui_rect place,
                         struct gui_rect changes[GUI_MAX_CHANGES])
{
    if (memcmp(&layer->place, &place, sizeof place) != 0)
        layer->known = false;
    layer->place = place;
    layer->columns = ((int)place.width + CELL - 1) / CELL;
    layer->rows = ((int)place.height + CELL - 1) / CELL;
    hash_cells(layer);
    const size_t count = gather_changes(layer, changes);
    uint64_t *now = layer->now;
    layer->now = layer->before;
    layer->before = now;
    layer->known = true;
    return count;
}

// --- drawing ---

// Triangles that are in one of the parts at least, and those of a part on their way to the device.
struct batch {
    const struct gui_rect *parts;
    size_t part_count;
    struct gui_triangle *triangles;
    size_t triangle_count, triangle_room;
    struct gui_rect whole;
    struct gui_vertex *vertices;
    struct gui_command *commands;
    size_t vertex_count, command_count;
    size_t vertex_room, command_room;
};

static struct gui_box common_box(struct gui_box box, struct gui_rect rect)
{
    return (struct gui_box){-least(-box.left, -rect.x), -least(-box.top, -rect.y),
                            least(box.right, rect.x + rect.width), least(box.bottom, rect.y + rect.height)};
}

static bool reaches(const struct gui_triangle *triangle, struct gui_rect part)
{
    const struct gui_box box = common_box(triangle->box, part);
    return box.left < box.right && box.top < box.bottom;
}

static void gather(void *context, const struct gui_triangle *triangle)
{
    struct batch *batch = context;
    size_t part = 0;
    while (part < batch->part_count && !reaches(triangle, batch->parts[part]))
        part++;
    if (part == batch->part_count)
        return;
    if (batch->triangle_count == batch->triangle_room) {
        batch->triangle_room = batch->triangle_room ? 2 * batch->triangle_room : 512;
        batch->triangles = must_resize(batch->triangles, batch->triangle_room * sizeof *batch->triangles);
    }
    batch->triangles[batch->triangle_count++] = *triangle;
}

static void render(struct batch *batch)
{
    if (batch->vertex_count > 0)
        gui_render_triangles(batch->whole, batch->vertices, batch->commands, batch->command_count);
    batch->vertex_count = batch->command_count = 0;
}

static bool continues(const struct batch *batch, size_t texture, const struct gui_box *clip)
{
    if (batch->command_count == 0)
        return false;
    const struct gui_command *last = &batch->commands[batch->command_count - 1];
    return last->texture == texture && memcmp(&last->clip, clip, sizeof *clip) == 0;
}

// Room for one more triangle and its command.
static void make_room(struct batch *batch)
{
    if (batch->vertex_count + 3 > batch->vertex_room) {
        batch->vertex_room = batch->vertex_room ? 2 * batch->vertex_room : 1536;
        batch->vertices = must_resize(batch->vertices, batch->vertex_room * sizeof *batch->vertices);
    }
    if (batch->command_count == batch->command_room) {
        batch->command_room = batch->command_room ? 2 * batch->command_room : 32;
        batch->commands = must_resize(batch->commands, batch->command_room * sizeof *batch->commands);
    }
}

static void append(struct batch *batch, const struct gui_triangle *triangle, struct gui_rect part)
{
    const struct gui_box clip = common_box(triangle->clip, part);
    if (batch->vertex_count + 3 > MAX_VERTICES)
        render(batch);
    make_room(batch);
    if (!continues(batch, triangle->texture, &clip))
        batch->commands[batch->command_count++] =
            (struct gui_command){triangle->texture, clip, batch->vertex_count, 0};
    batch->commands[batch->command_count - 1].vertex_count += 3;
    for (int i = 0; i < 3; i++)
        batch->vertices[batch->vertex_count++] = *triangle->corner[i];
}

void gui_render_parts(struct gui_rect whole, const struct gui_rect *parts, size_t count)
{
    struct batch batch = {.whole = whole, .parts = parts, .part_count = count};
    gui_each_triangle(whole, gather, &batch);
    for (size_t part = 0; part < count; part++) {
        for (size_t i = 0; i < batch.triangle_count; i++) {
            if (reaches(&batch.triangles[i], parts[part]))
                append(&batch, &batch.triangles[i], parts[part]);
        }
    }
    render(&batch);
    free(batch.triangles);
    free(batch.vertices);
    free(batch.commands);
}
