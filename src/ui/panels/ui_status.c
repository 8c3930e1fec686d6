// SPDX-License-Identifier: MIT
// The status line under the picture.
#include "ui/panels/ui_internal.h"

#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// "x 1234  y 567  42  masked": in places that do not move with the numbers.
static void draw_cursor(struct ui *ui)
{
    const struct ui_cursor *cursor = &ui->model->cursor;
    char text[64];
    float digit = gui_text_width("0"), at = ui_px(ui, 9);
    if (!cursor->valid)
        return;
    gui_same_line_at(at);
    snprintf(text, sizeof text, "x %lld", (long long)cursor->x);
    gui_text_dim(text);
    gui_same_line_at(at += 9 * digit);
    snprintf(text, sizeof text, "y %lld", (long long)cursor->y);
    gui_text_dim(text);
    gui_same_line_at(at += 9 * digit);
    gui_text_coloured(gui_tone(UI_TEXT), cursor->value ? cursor->value : "");
    if (cursor->kind && *cursor->kind) {
        float width = gui_text_width(cursor->value ? cursor->value : "") + 2 * digit;
        gui_same_line_at(at + (width > 11 * digit ? width : 11 * digit));
        gui_text_coloured(gui_tone(UI_WARN), cursor->kind);
    }
}

enum { MAX_PARTS = 9, PART_BYTES = 160 };

// The parts at the right end, the most important first; those that find no room are left out.
struct parts {
    char text[MAX_PARTS][PART_BYTES];
    size_t count;
};

static char *add_part(struct parts *parts)
{
    return parts->text[parts->count++];
}

static void add_image_parts(struct parts *parts, const struct ui_model *model, double zoom)
{
    const struct frame_info *info = model->info;
    char number[32];
    double percent = zoom * 100;
    double rounded = percent < 10 ? round(percent * 100) / 100 : round(percent);
    snprintf(add_part(parts), PART_BYTES, "%s %%", format_double(rounded, number, sizeof number));
    snprintf(add_part(parts), PART_BYTES, "%s  %lld \xC3\x97 %lld", sample_traits(info->type)->name,
             (long long)info->width, (long long)info->height);
    if (model->place.frame_count > 1)
        format_frame(model->place.frame, model->place.frame_count, add_part(parts), PART_BYTES);
    if (model->place.item_count > 1)
        snprintf(add_part(parts), PART_BYTES, "file %zu of %zu", model->place.item + 1,
                 model->place.item_count);
}

// The tool, what it does to which layer, and what the keys beside the mouse do; or what is being drawn.
static void add_mask_part(struct ui *ui, struct parts *parts)
{
    const struct view_masking *masking = &ui->host->workspace->masking;
    const struct ui_mask_model *model = &ui->model->mask;
    const enum tool_kind tool = masking->tool;
    if (!masking->on)
        return;
    char *text = add_part(parts), width[32] = "";
    if (tool == TOOL_PENCIL || tool == TOOL_LINE)
        snprintf(width, sizeof width, " %.0f px", masking->width);
    if (*model->shape)
        snprintf(text, PART_BYTES, "%s", model->shape);
    else if (model->previewing)
        snprintf(text, PART_BYTES, "Preview: Enter keeps it, Escape takes it back");
    else if (tool == TOOL_NONE)
        snprintf(text, PART_BYTES, "Mask mode, no tool");
    else
        snprintf(text, PART_BYTES, "%s%s %s layer %s. %s", tool_name(tool), width,
                 masking->unmask ? "unmasks" : "masks", ui_mask_layer_label(masking->layer), tool_hint(tool));
}

// Reading what the process takes is slow, and it changes all the time.
static int64_t resident_bytes(struct ui_memory *memory)
{
    enum { EVERY_MS = 500 };
    const int64_t now = clock_now_ns();
    if (memory->bytes == 0 || now - memory->read_ns > (int64_t)EVERY_MS * 1000000) {
        memory->bytes = process_resident_bytes();
        memory->read_ns = now;
    }
    return memory->bytes;
}

static void add_memory_part(struct ui *ui, struct parts *parts)
{
    const struct ui_model *model = ui->model;
    const int64_t bytes = resident_bytes(&ui->memory);
    char textures[32], resident[32];
    if (model->texture_bytes > 0 && bytes > 0)
        snprintf(add_part(parts), PART_BYTES, "%s in use, %s textures",
                 format_bytes(bytes, resident, sizeof resident),
                 format_bytes(model->texture_bytes, textures, sizeof textures));
    else if (bytes > 0)
        snprintf(add_part(parts), PART_BYTES, "%s in use", format_bytes(bytes, resident, sizeof resident));
}

static void draw_parts(struct ui *ui, const struct parts *parts, float width)
{
    // The cursor's places and its value keep this much of the left end.
    float at = ui_bell(ui, width - ui_px(ui, 9)) - ui_px(ui, 9), gap = ui_px(ui, 18);
    float least = ui->model->cursor.valid ? 46 * gui_text_width("0") : ui_px(ui, 9);
    for (size_t i = 0; i < parts->count; i++) {
        float text = gui_text_width(parts->text[i]);
        if (at - text < least)
            continue;
        at -= text;
        gui_same_line_at(at);
        gui_text_dim(parts->text[i]);
        at -= gap;
    }
}

void ui_status_line(struct ui *ui, struct gui_rect place)
{
    const struct ui_model *model = ui->model;
    struct parts parts = {.count = 0};
    if (model->info)
        add_image_parts(&parts, model, ui->host->view->camera.zoom);
    add_mask_part(ui, &parts);
    add_memory_part(ui, &parts);
    if (model->name)
        snprintf(add_part(&parts), PART_BYTES, "%s", model->name);
    if (model->note && *model->note)
        snprintf(add_part(&parts), PART_BYTES, "%s", model->note);

    gui_window_begin("##status", place, GUI_FIXED | GUI_NO_SCROLL | GUI_TIGHT | GUI_ON_GROUND, NULL);
    gui_set_y((float)(int)((place.height - gui_line_height()) / 2));
    gui_space(0);
    draw_cursor(ui);
    draw_parts(ui, &parts, place.width);
    gui_window_end();
}
