// SPDX-License-Identifier: MIT
// The bar for moving through the series: buttons, number, slider, rate and what happens at the end.
#include "ui/controls/ui_bar.h"
#include "ui/panels/ui_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const float BUTTON = 28, NUMBER = 72, RATE = 46; // layout pixels

static void button_left(struct ui *ui, struct ui_bar *bar, enum ui_icon icon, const char *name,
                        const char *command, bool on)
{
    const struct ui_icon_button button = {
        .id = name, .icon = icon, .size = 16, .look = on ? UI_BUTTON_ON : UI_BUTTON_PLAIN};
    if (ui_icon_button(&button, ui_bar_left(bar, ui_px(ui, BUTTON), 0)))
        ui_run(ui, "%s", command);
    ui_tip(ui, name, command, NULL);
}

static void draw_buttons(struct ui *ui, struct ui_bar *bar)
{
    const int direction = ui->host->view->play.direction;
    button_left(ui, bar, UI_ICON_PREV, "First frame", "frame.first", false);
    button_left(ui, bar, UI_ICON_BACK, "Previous frame", "frame.previous", false);
    if (direction != 0)
        button_left(ui, bar, UI_ICON_PAUSE, "Stop", direction < 0 ? "frame.play stop" : "frame.play", true);
    else
        button_left(ui, bar, UI_ICON_PLAY, "Play", "frame.play", false);
    button_left(ui, bar, UI_ICON_FWD, "Next frame", "frame.next", false);
    button_left(ui, bar, UI_ICON_NEXT, "Last frame", "frame.last", false);
    bar->left += ui_px(ui, UI_GAP);
}

static void draw_number(struct ui *ui, struct ui_bar *at)
{
    const struct ui_model *model = ui->model;
    struct ui_frames_bar *bar = &ui->frames;
    struct view_panels *panels = &ui->host->workspace->panels;
    char text[80];
    int64_t number;
    snprintf(text, sizeof text, "of %lld%s", (long long)model->place.total,
             model->place.total_exact ? "" : "+");
    ui_bar_label_right(at, gui_tone(UI_TEXT2), text, ui_px(ui, UI_GAP));
    ui_bar_field(ui_bar_right(at, ui_px(ui, NUMBER), ui_px(ui, 6)));
    if (panels->frame_entry) {
        gui_focus_next();
        ui->settling.focus_frames = 2; // it has it in the next, and says so in the one after
        ui->settling.frames = 3;
        panels->frame_entry = false;
    }
    const double shown = model->place.number >= 0 ? (double)model->place.number : (double)NAN;
    if (ui_field("##number", bar->number, sizeof bar->number, shown) && parse_int64(bar->number, &number) &&
        number != model->place.number)
        ui_run(ui, "frame.go %s", bar->number);
    ui_tip(ui, "The frame's number, counted from 0", "frame.enter", "");
    ui_bar_label_right(at, gui_tone(UI_TEXT2), "#", ui_px(ui, UI_PAD));
}

// Follows the mouse: the frame it stands on is asked for as soon as the one before has been shown.
static void follow_slider(struct ui *ui, bool held)
{
    const struct ui_model *model = ui->model;
    struct ui_frames_bar *bar = &ui->frames;
    if (!bar->wanted_set || model->loading)
        return;
    if (bar->wanted != model->place.number && bar->wanted != bar->asked)
        ui_run(ui, "frame.go %lld", (long long)bar->wanted);
    // What could not be gone to is not asked for again and again.
    bar->asked = bar->wanted;
    if (!held) {
        bar->wanted_set = false;
        bar->asked = -1;
    }
}

// The track with its ends: the first frame's number and the last one's.
static void draw_slider(struct ui *ui, struct ui_bar *at)
{
    const struct ui_model *model = ui->model;
    struct ui_frames_bar *bar = &ui->frames;
    struct gui_mouse_area area;
    char end[32];
    const int64_t last = model->place.total - 1;
    const float gap = ui_px(ui, UI_GAP), knob = ui_px(ui, 8), high = ui_px(ui, 14), thick = ui_px(ui, 4);
    snprintf(end, sizeof end, "%lld", (long long)last);
    if (at->right - at->left < ui_px(ui, 80) + gui_text_width(end))
        return;
    ui_bar_label_left(at, gui_tone(UI_TEXT2), "0", gap);
    ui_bar_label_right(at, gui_tone(UI_TEXT2), end, gap);
    const struct gui_rect place = ui_bar_left(at, at->right - at->left, 0);
    gui_move_to(place.x, place.y);
    gui_canvas("##frame", place.width, place.height, &area);
    const float room = place.width - knob;
    if (area.held && room > 0) {
        const double share = fmin(fmax((double)(area.x - knob / 2) / (double)room, 0), 1);
        bar->wanted = (int64_t)(share * (double)last + 0.5);
        bar->wanted_set = true;
    }
    const int64_t shown = bar->wanted_set ? bar->wanted : model->place.number > 0 ? model->place.number : 0;
    const float x = place.x + (float)(int)(last > 0 ? (double)room * (double)shown / (double)last : 0);
    const float y = place.y + (float)(int)((place.height - thick) / 2);
    gui_draw_rounded((struct gui_rect){place.x, y, place.width, thick}, gui_tone(UI_PRESS), thick / 2);
    gui_draw_rounded((struct gui_rect){place.x, y, x - place.x + knob / 2, thick}, gui_tone(UI_ACCENT),
                     thick / 2);
    gui_draw_rounded((struct gui_rect){x, place.y + (float)(int)((place.height - high) / 2), knob, high},
                     gui_tone(UI_TEXT), ui_px(ui, 2));
    follow_slider(ui, area.held);
}

static void draw_pace(struct ui *ui, struct ui_bar *at)
{
    static const struct {
        const char *help, *next;
        enum ui_icon icon;
    } loops[] = {
        [PLAY_ONCE] = {"Stops at the end", "frame.loop on", UI_ICON_LOOP},
        [PLAY_AGAIN] = {"Begins again at the end", "frame.loop bounce", UI_ICON_LOOP},
        [PLAY_BOUNCE] = {"Turns round at the end", "frame.loop off", UI_ICON_SYNC},
    };
    const struct view_play *play = &ui->host->view->play;
    struct ui_frames_bar *bar = &ui->frames;
    double rate;
    ui_bar_label_right(at, gui_tone(UI_TEXT2), "/s", ui_px(ui, 6));
    ui_bar_field(ui_bar_right(at, ui_px(ui, RATE), ui_px(ui, UI_GAP)));
    if (ui_field("##rate", bar->rate, sizeof bar->rate, play->rate) && parse_double(bar->rate, &rate) &&
        rate != play->rate)
        ui_run(ui, "frame.rate %s", bar->rate);
    gui_tooltip("Frames played a second, 0.1 to 100");
    const struct ui_icon_button loop = {.id = "##loop",
                                        .icon = loops[play->loop].icon,
                                        .size = 16,
                                        .look = play->loop != PLAY_ONCE ? UI_BUTTON_ON : UI_BUTTON_PLAIN};
    if (ui_icon_button(&loop, ui_bar_right(at, ui_px(ui, BUTTON), ui_px(ui, UI_GAP))))
        ui_run(ui, "%s", loops[play->loop].next);
    ui_tip(ui, loops[play->loop].help, "frame.loop", NULL);
}

void ui_frames(struct ui *ui, struct gui_rect place)
{
    struct ui_bar bar = ui_bar(place, ui_px(ui, UI_PAD) / 2);
    gui_window_begin("##frames", place, GUI_FIXED | GUI_NO_SCROLL | GUI_BARE, NULL);
    draw_buttons(ui, &bar);
    if (bar.right - bar.left > ui_px(ui, 320))
        draw_pace(ui, &bar);
    draw_number(ui, &bar);
    draw_slider(ui, &bar);
    gui_window_end();
}
