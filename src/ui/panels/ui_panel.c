// SPDX-License-Identifier: MIT
// What the panels share: lengths, commands, windows over the picture, fields that get the keyboard.
#include "ui/panels/ui_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

float ui_px(const struct ui *ui, float length)
{
    return (float)(int)(length * ui->scale + 0.5f);
}

void ui_need_text(struct ui *ui, const char *utf8)
{
    ui_fonts_need(&ui->fonts, utf8);
    if (ui->fonts.stale)
        ui->settling.frames = 2;
}

void ui_run(struct ui *ui, const char *format, ...)
{
    char *line = NULL;
    va_list args;
    va_start(args, format);
    int length = vasprintf(&line, format, args);
    va_end(args);
    if (length < 0)
        return;
    text_append(&ui->queue, line);
    text_append(&ui->queue, "\n");
    free(line);
}

bool ui_run_now(struct ui *ui, const char *line)
{
    struct error error = {0};
    const enum status status = command_run(ui->host, line, &error);
    if (status && status != STATUS_CANCELLED)
        command_say(ui->host, error.text, true);
    // What the command changed is shown by one more frame.
    ui->settling.frames = 2;
    return status == STATUS_OK;
}

const char *ui_colour_text(const uint8_t rgb[3], char text[8])
{
    snprintf(text, 8, "#%02x%02x%02x", rgb[0], rgb[1], rgb[2]);
    return text;
}

static void await_focus(struct ui *ui)
{
    ui->settling.focus_frames = 1;
    ui->settling.frames = 2;
}

bool ui_search(struct ui *ui, const char *label, const char *hint, char *buffer, size_t size, bool focus)
{
    if (focus)
        await_focus(ui);
    return gui_search(label, hint, buffer, size, focus);
}

bool ui_filter(struct ui *ui, struct ui_list *list, const char *hint, float width, bool focus)
{
    if (focus || list->refocus)
        await_focus(ui);
    return ui_list_field(list, hint, width, focus);
}

void ui_add_floating(struct ui *ui, struct gui_rect place)
{
    if (ui->floating.count < UI_MAX_FLOATING)
        ui->floating.places[ui->floating.count++] = place;
}

void ui_window_begin(struct ui *ui, const char *title, float width, float height, bool *open)
{
    float margin = ui_px(ui, 12), left = (float)ui->picture.x;
    float room_x = (float)ui->picture.width - 2 * margin, room_y = (float)ui->picture.height - 2 * margin;
    width = ui_px(ui, width);
    // Over the panels too, where they leave too little.
    if (width > room_x) {
        left = 0;
        room_x = (float)ui->size.width - 2 * margin;
    }
    width = width < room_x ? width : room_x;
    height = ui_px(ui, height) < room_y ? ui_px(ui, height) : room_y;
    struct gui_rect place = {left + margin + (float)(int)((room_x - width) / 2),
                             (float)ui->picture.y + margin + (float)(int)((room_y - height) / 4), width,
                             height};
    gui_window_begin(title, place, GUI_TO_FRONT, open);
}

void ui_window_end(struct ui *ui)
{
    ui_add_floating(ui, gui_window_end());
}
