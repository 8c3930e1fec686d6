// SPDX-License-Identifier: MIT
// Toasts over the lower left corner of the picture.
#include "ui/panels/ui_toast.h"

#include "ui/panels/ui_internal.h"

#include "base/clock.h"

#include <stdio.h>

enum { WIDTH = 406, HEIGHT = 46, MARGIN = 12, BETWEEN = 6 };

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

static const struct look {
    enum ui_icon icon;
    enum ui_colour tone, frame;
} looks[] = {
    [SEVERITY_INFO] = {UI_ICON_INFO, UI_ACCENT, UI_LINE},
    [SEVERITY_OK] = {UI_ICON_OK, UI_OK, UI_LINE},
    [SEVERITY_WARN] = {UI_ICON_WARN, UI_WARN, UI_WARN},
    [SEVERITY_ALARM] = {UI_ICON_ALARM, UI_ALARM, UI_ALARM},
};

// A button before `right`, in the middle of the toast's height; *clicked if it was. Returns its left end.
static float draw_button(const struct ui_icon_button *button, struct gui_rect toast, float right,
                         bool *clicked)
{
    const float height = gui_px(UI_CONTROL);
    const float width = button->label ? ui_icon_button_width(button) : height;
    *clicked = ui_icon_button(
        button,
        (struct gui_rect){right - width, toast.y + (float)(int)((toast.height - height) / 2), width, height});
    return right - width;
}

// The sentence, and below it the details in small type; all of a long one is told when it is hovered.
static void draw_sentences(const struct ui *ui, const struct message *message, struct gui_rect room)
{
    struct gui_mouse_area area;
    gui_move_to(room.x, room.y);
    gui_canvas("##text", room.width, room.height, &area);
    if (gui_text_width(message->sentence) > room.width)
        gui_tooltip(message->sentence);
    const bool two = message->detail[0];
    const float half = (float)(int)(room.height / 2), rise = ui_px(ui, 3);
    const struct gui_rect above = {room.x, room.y + rise, room.width, half - rise};
    gui_draw_label(two ? above : room, GUI_LEFT, gui_tone(UI_TEXT), message->sentence);
    if (!two)
        return;
    gui_font_push(UI_R11);
    gui_draw_label((struct gui_rect){room.x, room.y + half, room.width, half - rise}, GUI_LEFT,
                   gui_tone(UI_TEXT2), message->detail);
    gui_font_pop();
}

static void draw_toast(struct ui *ui, const struct message *message, struct gui_rect place)
{
    const struct look *look = &looks[message->severity];
    struct messages *messages = ui->model->messages;
    const float icon = ui_px(ui, 16), padding = ui_px(ui, UI_PAD);
    char id[40];
    bool closed, acted = false;
    snprintf(id, sizeof id, "##toast%llu", (unsigned long long)message->serial);
    gui_window_begin(id, place, GUI_FIXED | GUI_NO_SCROLL | GUI_BARE, NULL);
    gui_draw_rounded(place, gui_tone(UI_BASE), ui_px(ui, UI_RADIUS));
    gui_draw_frame(place, gui_tone(look->frame), ui_px(ui, UI_RADIUS), gui_hairline());
    ui_icon_draw(look->icon, place.x + padding, place.y + (float)(int)((place.height - icon) / 2), 16,
                 gui_tone(look->tone));
    float right = draw_button(&(struct ui_icon_button){.id = "##close", .icon = UI_ICON_CLOSE, .size = 16},
                              place, place.x + place.width - ui_px(ui, UI_GAP), &closed);
    if (message->action[0])
        right = draw_button(&(struct ui_icon_button){.id = "##act", .label = message->action}, place,
                            right - ui_px(ui, 4), &acted);
    const float left = place.x + padding + icon + ui_px(ui, UI_GAP);
    draw_sentences(ui, message,
                   (struct gui_rect){left, place.y, right - ui_px(ui, UI_GAP) - left, place.height});
    if (acted)
        ui_run(ui, "%s", message->command);
    if (acted || closed)
        messages_close(messages, message->serial);
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
    for (size_t i = count; i-- > 0 && take_place(ui, picture, height, &place);) {
        ui_need_text(ui, toasts[i]->sentence);
        ui_need_text(ui, toasts[i]->detail);
        if (ui->mouse.inside && ui->mouse.x >= place.x && ui->mouse.x < place.x + place.width &&
            ui->mouse.y >= place.y && ui->mouse.y < place.y + place.height)
            hovered = toasts[i]->serial;
        draw_toast(ui, toasts[i], place);
    }
    messages_hold(model->messages, hovered, clock_now_ns());
}
