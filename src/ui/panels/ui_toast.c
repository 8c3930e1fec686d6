// SPDX-License-Identifier: MIT
// Toasts over the lower left corner of the picture.
#include "ui/panels/ui_internal.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 406, HEIGHT = 46, MARGIN = 12, BETWEEN = 6, BUTTON = 70, CLOSE = 24 };

static const int64_t QUIET_NS = 300000000; // what is loaded in less is not told of

// `what` is done to the share `share`; 0: that cannot be told.
static void draw_progress(struct ui *ui, const char *what, double share, struct gui_rect place)
{
    char text[64];
    snprintf(text, sizeof text, "##%s", what);
    gui_window_begin(text, place, GUI_FIXED | GUI_NO_SCROLL | GUI_PASSIVE, NULL);
    if (share > 0)
        snprintf(text, sizeof text, "%s %d %%", what, (int)(share * 100));
    else
        snprintf(text, sizeof text, "%s ...", what);
    gui_text(text);
    gui_same_line_at(place.width - gui_text_width("Esc stops") - ui_px(ui, MARGIN));
    gui_text_dim("Esc stops");
    gui_progress((float)share, -1, ui_px(ui, 3));
    gui_window_end();
}

static void draw_toast(struct ui *ui, const struct message *message, struct gui_rect place)
{
    struct messages *messages = ui->model->messages;
    const float close = place.width - ui_px(ui, CLOSE + 4), button = close - ui_px(ui, BUTTON + 4);
    char id[40];
    snprintf(id, sizeof id, "##toast%llu", (unsigned long long)message->serial);
    gui_window_begin(id, place, GUI_FIXED | GUI_NO_SCROLL, NULL);
    gui_text(message->sentence);
    if (message->action[0]) {
        gui_same_line_at(button);
        if (gui_button(message->action, ui_px(ui, BUTTON))) {
            ui_run(ui, "%s", message->command);
            messages_close(messages, message->serial);
        }
    }
    gui_same_line_at(close);
    if (gui_button("\xC3\x97", ui_px(ui, CLOSE)))
        messages_close(messages, message->serial);
    if (message->detail[0])
        gui_text_dim(message->detail);
    gui_window_end();
    ui_add_floating(ui, place);
}

// Only those that find room; each stands above the one before it.
static bool take_place(const struct ui *ui, struct gui_rect picture, float height, struct gui_rect *place)
{
    const float bottom =
        place->height > 0 ? place->y - ui_px(ui, BETWEEN) : picture.y + picture.height - ui_px(ui, MARGIN);
    const float room = picture.width - 2 * ui_px(ui, MARGIN);
    const float width = ui_px(ui, WIDTH) < room ? ui_px(ui, WIDTH) : room;
    if (bottom - height < picture.y)
        return false;
    *place = (struct gui_rect){picture.x + ui_px(ui, MARGIN), bottom - height, width, height};
    return true;
}

// Of what went well nothing is said where the user wants to see the picture alone.
static bool is_shown(const struct ui *ui, const struct message *message)
{
    return ui->host->workspace->panels.interface || message->severity != SEVERITY_OK;
}

void ui_toasts(struct ui *ui, struct gui_rect picture)
{
    const struct ui_model *model = ui->model;
    const struct message *toasts[TOASTS_MOST];
    struct gui_rect place = {0};
    const float height = ui_px(ui, HEIGHT);
    uint64_t hovered = 0;
    if (model->loading && model->loading_ns >= QUIET_NS && take_place(ui, picture, height, &place))
        draw_progress(ui, "Loading", model->progress, place);
    if (model->work.name && take_place(ui, picture, height, &place))
        draw_progress(ui, model->work.name, model->work.share, place);
    const size_t count = messages_toasts(model->messages, toasts);
    for (size_t i = count; i-- > 0;) {
        if (!is_shown(ui, toasts[i]) || !take_place(ui, picture, height, &place))
            continue;
        ui_need_text(ui, toasts[i]->sentence);
        ui_need_text(ui, toasts[i]->detail);
        if (ui->mouse.inside && ui->mouse.x >= place.x && ui->mouse.x < place.x + place.width &&
            ui->mouse.y >= place.y && ui->mouse.y < place.y + place.height)
            hovered = toasts[i]->serial;
        draw_toast(ui, toasts[i], place);
    }
    messages_hold(model->messages, hovered, clock_now_ns());
}
