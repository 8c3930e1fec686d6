// SPDX-License-Identifier: MIT
// The status line: what is under the mouse, in places that do not move with the numbers; at the right what is
// being drawn, the beam by the file, and the bell.
#include "ui/panels/ui_internal.h"
#include "ui/panels/ui_messages.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PART_BYTES = 200, PARTS = 6 };

// --- left ---

static float draw_part(struct gui_rect place, float x, float width, enum ui_colour tone, const char *text)
{
    gui_draw_label((struct gui_rect){x, place.y, width, place.height}, GUI_LEFT, gui_tone(tone), text);
    return x + width;
}

// "x 1506": the letter dim, the number as wide as five digits.
static float draw_coordinate(const struct gui_rect place, float x, const char *letter, int64_t value)
{
    char text[32];
    const float digit = gui_text_width("0");
    draw_part(place, x, digit, UI_TEXT2, letter);
    snprintf(text, sizeof text, "%lld", (long long)value);
    draw_part(place, x + 1.6f * digit, 7 * digit, UI_TEXT, text);
    return x + 9 * digit;
}

// The end of what it has drawn, or of what it keeps free for that.
static float draw_cursor(struct ui *ui, struct gui_rect place)
{
    const struct ui_cursor *cursor = &ui->model->cursor;
    const float digit = gui_text_width("0");
    float x = place.x + ui_px(ui, 10);
    if (ui_pane_count(ui->model) > 1) {
        for (size_t i = 0; i < ui->model->panes.count; i++) {
            if (ui->model->panes.rows[i].active)
                draw_part(place, x, 2 * digit, UI_TEXT2,
                          (const char[2]){(char)('A' + ui->model->panes.rows[i].number - 1), '\0'});
        }
        x += 3 * digit;
    }
    if (!cursor->valid)
        return x;
    x = draw_coordinate(place, x, "x", cursor->x);
    x = draw_coordinate(place, x, "y", cursor->y);
    gui_font_push(UI_B13);
    const char *value = cursor->value ? cursor->value : "";
    const float width = gui_text_width(value);
    draw_part(place, x, width, UI_TEXT, value);
    gui_font_pop();
    x += fmaxf(width, 11 * digit) + ui_px(ui, UI_PAD);
    if (cursor->kind && *cursor->kind)
        draw_part(place, x, gui_text_width(cursor->kind), UI_WARN, cursor->kind);
    return x + (cursor->kind && *cursor->kind ? gui_text_width(cursor->kind) : 0) + ui_px(ui, UI_PAD);
}

// --- right ---

// The parts from the right end, the most important first; those that find no room are left out.
struct parts {
    char text[PARTS][PART_BYTES];
    size_t count;
};

static char *add_part(struct parts *parts)
{
    return parts->text[parts->count++];
}

static void add_beam(const struct ui_model *model, struct parts *parts)
{
    if (isfinite(model->energy_ev) && model->energy_ev > 0)
        snprintf(add_part(parts), PART_BYTES, "%.3f keV", model->energy_ev / 1000);
    if (isfinite(model->beam_x) && isfinite(model->beam_y))
        snprintf(add_part(parts), PART_BYTES, "Beam %.1f, %.1f px", model->beam_x, model->beam_y);
}

// What is being drawn, or how the tool is used.
static void add_tool(const struct ui *ui, struct parts *parts)
{
    const struct view_masking *masking = &ui->host->workspace->masking;
    const struct ui_mask_model *model = &ui->model->mask;
    if (!masking->on)
        return;
    const char *text = *model->shape                ? model->shape
                       : model->previewing          ? "Preview: Enter keeps it, Escape takes it back"
                       : masking->tool == TOOL_NONE ? "Mask mode, no tool"
                                                    : tool_hint(masking->tool);
    snprintf(add_part(parts), PART_BYTES, "%s", text);
}

void ui_status_line(struct ui *ui, struct gui_rect place)
{
    const struct ui_model *model = ui->model;
    struct parts parts = {.count = 0};
    add_tool(ui, &parts);
    if (model->note && *model->note)
        snprintf(add_part(&parts), PART_BYTES, "%s", model->note);
    add_beam(model, &parts);
    gui_window_begin("##status", place, GUI_FIXED | GUI_NO_SCROLL | GUI_BARE, NULL);
    const float least = draw_cursor(ui, place), gap = ui_px(ui, 18);
    float right = ui_bell(ui, place, place.x + place.width - ui_px(ui, 2)) - gap / 2;
    for (size_t i = 0; i < parts.count; i++) {
        const float width = gui_text_width(parts.text[i]);
        if (right - width < least)
            continue;
        right -= width;
        draw_part(place, right, width, UI_TEXT2, parts.text[i]);
        right -= gap;
    }
    gui_window_end();
}
