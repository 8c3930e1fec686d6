// SPDX-License-Identifier: MIT
// Hashes of what Dear ImGui wants drawn, cell by cell, and drawing of parts of it.
#include "ui/imgui_layer.h"

#include <cstring>
#include <imgui.h>

#include <backends/imgui_impl_opengl3.h>

enum { CELL = 32, MAX_VERTICES = 60000 }; // the indices of a list have 16 bits

struct gui_layer {
    struct gui_rect place;
    int columns, rows;
    ImVector<ImU64> now, before; // a hash for each cell
    bool known;                  // `before` is what was drawn last
};

// A triangle with the part of the window that it may touch.
struct Triangle {
    const ImDrawVert *corner[3];
    ImVec4 box; // x and y from, x and y to
};

static ImVec4 box_of(struct gui_rect rect)
{
    return ImVec4(rect.x, rect.y, rect.x + rect.width, rect.y + rect.height);
}

static ImVec4 common(const ImVec4 &a, const ImVec4 &b)
{
    return ImVec4(a.x > b.x ? a.x : b.x, a.y > b.y ? a.y : b.y, a.z < b.z ? a.z : b.z, a.w < b.w ? a.w : b.w);
}

static bool is_empty(const ImVec4 &box)
{
    return box.x >= box.z || box.y >= box.w;
}

// Calls visit(command, clip, triangle) for all triangles that may show within `box`, in the order in which
// they are drawn; `clip` is the part of `box` that the command draws in.
template <typename Visit> static void each_triangle(const ImVec4 &box, Visit visit)
{
    const ImDrawData *data = ImGui::GetDrawData();
    for (int n = 0; data && n < data->CmdListsCount; n++) {
        const ImDrawList *list = data->CmdLists[n];
        for (const ImDrawCmd &command : list->CmdBuffer) {
            const ImVec4 clip = common(command.ClipRect, box);
            if (command.UserCallback || is_empty(clip))
                continue;
            const ImDrawIdx *index = list->IdxBuffer.Data + command.IdxOffset;
            const ImDrawVert *vertices = list->VtxBuffer.Data + command.VtxOffset;
            for (unsigned i = 0; i + 2 < command.ElemCount; i += 3) {
                Triangle t;
                for (int k = 0; k < 3; k++)
                    t.corner[k] = vertices + index[i + k];
                const ImVec2 a = t.corner[0]->pos, b = t.corner[1]->pos, c = t.corner[2]->pos;
                const ImVec2 low = ImVec2(a.x < b.x ? a.x : b.x, a.y < b.y ? a.y : b.y);
                const ImVec2 high = ImVec2(a.x > b.x ? a.x : b.x, a.y > b.y ? a.y : b.y);
                t.box = common(ImVec4(low.x < c.x ? low.x : c.x, low.y < c.y ? low.y : c.y,
                                      high.x > c.x ? high.x : c.x, high.y > c.y ? high.y : c.y),
                               clip);
                if (!is_empty(t.box))
                    visit(command, clip, t);
            }
        }
    }
}

// --- what has changed ---

static ImU64 mixed(ImU64 hash, ImU64 value)
{
    hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
    return hash ^ hash >> 29;
}

static ImU64 mixed_bytes(ImU64 hash, const void *bytes, size_t count)
{
    const char *from = (const char *)bytes;
    for (; count >= sizeof(ImU64); count -= sizeof(ImU64), from += sizeof(ImU64)) {
        ImU64 word;
        memcpy(&word, from, sizeof word);
        hash = mixed(hash, word);
    }
    ImU64 rest = 0;
    memcpy(&rest, from, count);
    return count ? mixed(hash, rest) : hash;
}

static ImU64 hash_of(const ImDrawCmd &command, const ImVec4 &clip, const Triangle &triangle)
{
    ImU64 hash = mixed((ImU64)(size_t)command.TextureId, 1);
    hash = mixed_bytes(hash, &clip, sizeof clip);
    for (const ImDrawVert *corner : triangle.corner)
        hash = mixed_bytes(hash, corner, sizeof *corner);
    return hash;
}

static void hash_cells(struct gui_layer *layer)
{
    const struct gui_rect place = layer->place;
    layer->now.resize(layer->columns * layer->rows);
    memset(layer->now.Data, 0, (size_t)layer->now.size_in_bytes());
    each_triangle(box_of(place), [=](const ImDrawCmd &command, const ImVec4 &clip, const Triangle &triangle) {
        const ImU64 hash = hash_of(command, clip, triangle);
        // A pixel more all around, for devices that round otherwise.
        const int x0 = (int)(triangle.box.x - place.x - 1) / CELL,
                  y0 = (int)(triangle.box.y - place.y - 1) / CELL;
        const int x1 = (int)(triangle.box.z - place.x + 1) / CELL,
                  y1 = (int)(triangle.box.w - place.y + 1) / CELL;
        for (int y = y0; y <= y1 && y < layer->rows; y++) {
            for (int x = x0; x <= x1 && x < layer->columns; x++) {
                ImU64 &cell = layer->now[y * layer->columns + x];
                cell = mixed(cell, hash);
            }
        }
    });
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

// The largest run of differing cells to the right of (x, y), and as many rows below that differ as well; they
// do not differ any more then.
static ImVec4 take_block(struct gui_layer *layer, int x, int y)
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
    return common(ImVec4(place.x + (float)(x * CELL), place.y + (float)(y * CELL),
                         place.x + (float)(x1 * CELL), place.y + (float)(y1 * CELL)),
                  box_of(place));
}

// Blocks of cells that differ; what is too many joins the last.
static size_t gather_changes(struct gui_layer *layer, struct gui_rect changes[GUI_MAX_CHANGES])
{
    size_t count = 0;
    for (int y = 0; y < layer->rows; y++) {
        for (int x = 0; x < layer->columns; x++) {
            if (!differs(layer, x, y))
                continue;
            ImVec4 box = take_block(layer, x, y);
            if (count == GUI_MAX_CHANGES) {
                const ImVec4 last = box_of(changes[--count]);
                box = ImVec4(last.x < box.x ? last.x : box.x, last.y, last.z > box.z ? last.z : box.z,
                             last.w > box.w ? last.w : box.w);
            }
            changes[count++] = {box.x, box.y, box.z - box.x, box.w - box.y};
            if (!layer->known)
                return count;
        }
    }
    return count;
}

struct gui_layer *gui_layer_create(void)
{
    return new struct gui_layer();
}

void gui_layer_destroy(struct gui_layer **layer)
{
    delete *layer;
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
    layer->before.swap(layer->now);
    layer->known = true;
    return count;
}

// --- drawing ---

static void render_list(ImDrawList *list, const ImVec4 &whole)
{
    ImDrawData data;
    data.Valid = true;
    data.CmdLists = &list;
    data.CmdListsCount = 1;
    data.TotalVtxCount = list->VtxBuffer.Size;
    data.TotalIdxCount = list->IdxBuffer.Size;
    data.DisplayPos = ImVec2(whole.x, whole.y);
    data.DisplaySize = ImVec2(whole.z - whole.x, whole.w - whole.y);
    data.FramebufferScale = ImVec2(1, 1);
    if (list->IdxBuffer.Size > 0)
        ImGui_ImplOpenGL3_RenderDrawData(&data);
    list->CmdBuffer.resize(0);
    list->VtxBuffer.resize(0);
    list->IdxBuffer.resize(0);
}

static void append(ImDrawList *list, const ImDrawCmd &command, const ImVec4 &clip, const Triangle &triangle)
{
    ImDrawCmd *last = list->CmdBuffer.empty() ? NULL : &list->CmdBuffer.back();
    if (!last || last->TextureId != command.TextureId || memcmp(&last->ClipRect, &clip, sizeof clip) != 0) {
        ImDrawCmd next;
        next.ClipRect = clip;
        next.TextureId = command.TextureId;
        next.IdxOffset = (unsigned)list->IdxBuffer.Size;
        list->CmdBuffer.push_back(next);
        last = &list->CmdBuffer.back();
    }
    for (const ImDrawVert *corner : triangle.corner) {
        list->IdxBuffer.push_back((ImDrawIdx)list->VtxBuffer.Size);
        list->VtxBuffer.push_back(*corner);
    }
    last->ElemCount += 3;
}

void gui_render_parts(struct gui_rect whole, const struct gui_rect *parts, size_t count)
{
    ImDrawList list(ImGui::GetDrawListSharedData());
    const ImVec4 box = box_of(whole);
    for (size_t i = 0; i < count; i++) {
        each_triangle(common(box_of(parts[i]), box),
                      [&](const ImDrawCmd &command, const ImVec4 &clip, const Triangle &triangle) {
                          append(&list, command, clip, triangle);
                          if (list.VtxBuffer.Size > MAX_VERTICES)
                              render_list(&list, box);
                      });
    }
    render_list(&list, box);
}
