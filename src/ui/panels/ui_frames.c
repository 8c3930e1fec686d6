// SPDX-License-Identifier: MIT
// The bar for moving through the series: buttons, number, slider, rate and what happens at the end.
#include "ui/panels/ui_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// Signs that the font has: triangles, a square, arrows.
#define SIGN_FIRST    "\xE2\x94\x82\xE2\x97\x80"
#define SIGN_PREVIOUS "\xE2\x80\xB9"
#define SIGN_BACK     "\xE2\x97\x80"
#define SIGN_STOP     "\xE2\x96\xA0"
#define SIGN_FORWARD  "\xE2\x96\xB6"
#define SIGN_NEXT     "\xE2\x80\xBA"
#define SIGN_LAST     "\xE2\x96\xB6\xE2\x94\x82"
#define SIGN_ONCE     "\xE2\x86\x92\xE2\x94\x82"
#define SIGN_AGAIN    "\xE2\x86\xBB"
#define SIGN_BOUNCE   "\xE2\x87\x84"

static void tip(const struct ui *ui, const char *text, const char *command)
{
    struct key key;
    char full[96], name[64];
    if (bindings_key_for(ui->model->bindings, command, &key)) {
        snprintf(full, sizeof full, "%s (%s)", text, key_format(key, name, sizeof name));
        gui_tooltip(full);
    } else {
        gui_tooltip(text);
    }
}

static void button(struct ui *ui, const char *label, bool on, const char *command, const char *help)
{
    if (gui_toggle_button(label, on, ui_px(ui, 28)))
        ui_run(ui, "%s", command);
    tip(ui, help, command);
    gui_same_line();
}

static void draw_buttons(struct ui *ui)
{
    const int direction = ui->host->view->play.direction;
    button(ui, SIGN_FIRST "##first", false, "frame.first", "First frame");
    button(ui, SIGN_PREVIOUS "##previous", false, "frame.previous", "Previous frame");
    if (direction < 0)
        button(ui, SIGN_STOP "##back", true, "frame.play stop", "Stop");
    else
        button(ui, SIGN_BACK "##back", false, "frame.play back", "Play back");
    if (direction > 0)
        button(ui, SIGN_STOP "##forward", true, "frame.play", "Stop");
    else
        button(ui, SIGN_FORWARD "##forward", false, direction ? "frame.play forward" : "frame.play", "Play");
    button(ui, SIGN_NEXT "##next", false, "frame.next", "Next frame");
    button(ui, SIGN_LAST "##last", false, "frame.last", "Last frame");
}

static void draw_number(struct ui *ui)
{
    const struct ui_model *model = ui->model;
    struct ui_frames_bar *bar = &ui->frames;
    struct view_panels *panels = &ui->host->workspace->panels;
    char text[80];
    int64_t number;
    gui_align();
    gui_text_dim("#");
    gui_same_line();
    gui_next_width(ui_px(ui, 62));
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
    tip(ui, "The frame's number, counted from 0", "frame.enter");
    gui_same_line();
    gui_align();
    snprintf(text, sizeof text, "of %lld%s", (long long)model->place.total,
             model->place.total_exact ? "" : "+");
    gui_text_dim(text);
    gui_same_line();
}

// Follows the mouse: the frame it stands on is asked for as soon as the one before has been shown.
static void draw_slider(struct ui *ui, float width)
{
    const struct ui_model *model = ui->model;
    struct ui_frames_bar *bar = &ui->frames;
    double value =
        bar->wanted_set ? (double)bar->wanted : (double)(model->place.number > 0 ? model->place.number : 0);
    gui_next_width(width);
    if (gui_slider("##frame", &value, 0, (double)(model->place.total - 1), "")) {
        bar->wanted = (int64_t)(value + 0.5);
        bar->wanted_set = true;
    }
    if (!bar->wanted_set || model->loading)
        return;
    if (bar->wanted != model->place.number && bar->wanted != bar->asked)
        ui_run(ui, "frame.go %lld", (long long)bar->wanted);
    // What could not be gone to is not asked for again and again.
    bar->asked = bar->wanted;
    if (!gui_item_active()) {
        bar->wanted_set = false;
        bar->asked = -1;
    }
}

static void draw_pace(struct ui *ui)
{
    static const struct {
        const char *sign, *help, *next;
    } loops[] = {
        [PLAY_ONCE] = {SIGN_ONCE "##loop", "Stops at the end", "frame.loop on"},
        [PLAY_AGAIN] = {SIGN_AGAIN "##loop", "Begins again at the end", "frame.loop bounce"},
        [PLAY_BOUNCE] = {SIGN_BOUNCE "##loop", "Turns round at the end", "frame.loop off"},
    };
    const struct view_play *play = &ui->host->view->play;
    struct ui_frames_bar *bar = &ui->frames;
    double rate;
    gui_next_width(ui_px(ui, 44));
    if (ui_field("##rate", bar->rate, sizeof bar->rate, play->rate) && parse_double(bar->rate, &rate) &&
        rate != play->rate)
        ui_run(ui, "frame.rate %s", bar->rate);
    gui_tooltip("Frames played a second, 0.1 to 100");
    gui_same_line();
    gui_align();
    gui_text_dim("/s");
    gui_same_line();
    button(ui, loops[play->loop].sign, play->loop != PLAY_ONCE, loops[play->loop].next,
           loops[play->loop].help);
}

void ui_frames(struct ui *ui, struct gui_rect place)
{
    static const char signs[] = SIGN_FIRST SIGN_PREVIOUS SIGN_BACK SIGN_STOP SIGN_FORWARD SIGN_NEXT SIGN_LAST
        SIGN_ONCE SIGN_AGAIN SIGN_BOUNCE;
    ui_need_text(ui, signs);
    gui_window_begin("##frames", place, GUI_FIXED | GUI_NO_SCROLL | GUI_TIGHT | GUI_ON_GROUND, NULL);
    gui_set_y((float)(int)((place.height - gui_frame_height()) / 2));
    draw_buttons(ui);
    draw_number(ui);
    const float pace = ui_px(ui, 44 + 28 + 6 * 4) + gui_text_width("/s");
    const float room = gui_room() - pace;
    if (room > ui_px(ui, 40)) {
        draw_slider(ui, room);
        gui_same_line();
        draw_pace(ui);
    }
    gui_window_end();
}
