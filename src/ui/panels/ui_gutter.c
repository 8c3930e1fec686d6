// SPDX-License-Identifier: MIT
// The strip beside an image: quantity, upper limit, colours with ticks, lower limit.
#include "ui/panels/ui_gutter.h"

#include "ui/panels/ui_internal.h"

#include "view/ticks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// Layout pixels.
enum {
    WIDTH = 60,
    WIDTH_COMPACT = 52,
    BEFORE_LABELS = 31,
    BEHIND_LABELS = 6,
    BAR_LEFT = 10,
    BAR_WIDTH = 14,
    TICK = 5,
    TICK_MINOR = 3,
    MARGIN = 5,
    HANDLE = 4, // how far a handle is wider than the bar
    REACH = 8,  // of a handle, for the mouse
    LEAST_BAR = 24,
    BANDS = 256,
    FOCUS_FRAMES = 3, // until a field surely has the keyboard
    SHRINK = 16       // less than that narrower is not worth a move
};

// Where things stand, framebuffer pixels of the window.
struct strip {
    const struct ui_gutter *gutter;
    struct gui_rect place, bar;
    float high_y, low_y; // of the limits' texts
};

static struct strip lay_out(const struct ui *ui, const struct ui_gutter *gutter)
{
    const struct gui_rect place = gutter->place;
    const float line = gui_line_height(), margin = ui_px(ui, MARGIN);
    const float above = 2 * line + 2 * margin, below = line + 2 * margin;
    struct strip strip = {.gutter = gutter, .place = place};
    strip.bar = (struct gui_rect){place.x + ui_px(ui, BAR_LEFT), place.y + above, ui_px(ui, BAR_WIDTH),
                                  place.height - above - below};
    strip.high_y = place.y + margin + line;
    strip.low_y = strip.bar.y + strip.bar.height + margin;
    return strip;
}

static void limit_text(const struct limits *limits, double value, char text[32])
{
    enum { PARTS = 10000 };
    tick_format(value, tick_step(limits->low, limits->high, PARTS), text, 32);
    size_t length = strlen(text);
    if (!strchr(text, '.') || strchr(text, 'e'))
        return;
    while (text[length - 1] == '0')
        text[--length] = '\0';
    if (text[length - 1] == '.')
        text[--length] = '\0';
}

// --- Drawing ---

// The colours of equal steps along the map; they do not depend on limits and scale, which move the ticks.
static void draw_colours(const struct strip *strip)
{
    const struct ui_gutter *gutter = strip->gutter;
    const struct gui_rect bar = strip->bar;
    const int bands = bar.height < BANDS ? (int)bar.height : BANDS;
    for (int i = 0; i < bands; i++) {
        const double t = 1 - (double)i / (bands - 1);
        const float top = (float)(int)(bar.height * (float)i / (float)bands),
                    bottom = (float)(int)(bar.height * (float)(i + 1) / (float)bands);
        double rgb[3];
        colormap_colour(gutter->colormap, display_is_reversed(&gutter->view->display) ? 1 - t : t, rgb);
        const uint32_t colour = (uint32_t)lround(rgb[0]) << 24 | (uint32_t)lround(rgb[1]) << 16 |
                                (uint32_t)lround(rgb[2]) << 8 | 255;
        gui_draw_rect((struct gui_rect){bar.x, bar.y + top, bar.width, bottom - top}, colour);
    }
}

// Returns the width of the widest label.
static float draw_ticks(const struct ui *ui, const struct strip *strip)
{
    const struct ui_gutter *gutter = strip->gutter;
    const struct contrast *contrast = &gutter->view->contrast;
    const struct tick_scale scale = {.limits = contrast->limits,
                                     .transfer = contrast->transfer,
                                     .histogram = gutter->histogram,
                                     .gap = 1.8 * gui_line_height() / strip->bar.height};
    struct tick ticks[TICKS_MAX];
    const size_t count = ticks_find(&scale, ticks);
    const float x = strip->bar.x + strip->bar.width, line = gui_line_height(), hair = ui_px(ui, 1);
    float widest = 0;
    for (size_t i = 0; i < count; i++) {
        const float y = strip->bar.y + (float)(int)((1 - (float)ticks[i].position) * (strip->bar.height - 1));
        const bool major = ticks[i].label[0];
        gui_draw_rect((struct gui_rect){x, y, ui_px(ui, major ? TICK : TICK_MINOR), hair},
                      gui_tone(UI_TEXT2));
        // The ends have labels of their own.
        if (!major || y < strip->bar.y + line / 2 || y > strip->bar.y + strip->bar.height - line / 2)
            continue;
        const float width = gui_text_width(ticks[i].label);
        gui_draw_text(x + ui_px(ui, TICK + 2), y - (float)(int)(line / 2), gui_tone(UI_TEXT2),
                      ticks[i].label);
        widest = width > widest ? width : widest;
    }
    return widest;
}

// The end of the bar, that is a limit: a line wider than the bar.
static void draw_handle(const struct ui *ui, const struct strip *strip, float y)
{
    const float wider = ui_px(ui, HANDLE), height = ui_px(ui, 3);
    gui_draw_rect((struct gui_rect){strip->bar.x - wider, y - (float)(int)(height / 2),
                                    strip->bar.width + 2 * wider, height},
                  gui_tone(UI_TEXT));
}

// In the middle of the strip, or from its left edge where that is too narrow.
static float draw_centred(const struct ui *ui, const struct strip *strip, float y, uint32_t colour,
                          const char *text)
{
    const float width = gui_text_width(text), room = strip->place.width - width;
    const float left = room > 0 ? (float)(int)(room / 2) : ui_px(ui, 2);
    gui_draw_text(strip->place.x + left, y, colour, text);
    return width;
}

// --- Typing ---

static bool is_typed(const struct ui *ui, const struct strip *strip, enum gutter_part part)
{
    return ui->gutters.typing == part && ui->gutters.typing_pane == strip->gutter->pane;
}

static void begin_typing(struct ui *ui, const struct strip *strip, enum gutter_part part)
{
    struct ui_gutters *state = &ui->gutters;
    const struct limits *limits = &strip->gutter->view->contrast.limits;
    state->typing = part;
    state->typing_pane = strip->gutter->pane;
    state->focus_frames = FOCUS_FRAMES;
    format_double(part == GUTTER_LOW ? limits->low : limits->high, state->typed, sizeof state->typed);
}

static void type_limit(struct ui *ui, const struct strip *strip, enum gutter_part part, float y)
{
    struct ui_gutters *state = &ui->gutters;
    double value;
    gui_set_y(y - strip->place.y);
    gui_space(0);
    gui_next_width(strip->place.width - ui_px(ui, 4));
    if (state->focus_frames > 0) {
        if (state->focus_frames == FOCUS_FRAMES)
            gui_focus_next();
        ui->settling.focus_frames = 1;
        ui->settling.frames = 2;
    }
    const bool entered = gui_input("##limit", state->typed, sizeof state->typed);
    if (entered && parse_double(state->typed, &value))
        ui_run(ui, "%d:contrast.%s %s", strip->gutter->pane, part == GUTTER_LOW ? "low" : "high",
               state->typed);
    if (entered || (state->focus_frames == 0 && !gui_input_active("##limit")))
        state->typing = GUTTER_NOTHING;
    state->focus_frames -= state->focus_frames > 0;
}

// --- The mouse ---

static enum gutter_part part_at(const struct ui *ui, const struct strip *strip, float y)
{
    const float reach = ui_px(ui, REACH);
    if (y < strip->bar.y + reach)
        return GUTTER_HIGH;
    return y >= strip->bar.y + strip->bar.height - reach ? GUTTER_LOW : GUTTER_BAR;
}

static void set_limits(struct ui *ui, const struct strip *strip, const struct limits *moved)
{
    const struct limits *now = &strip->gutter->view->contrast.limits;
    char low[32], high[32];
    if (moved->low != now->low || moved->high != now->high)
        ui_run(ui, "%d:contrast.limits %s %s", strip->gutter->pane,
               format_double(moved->low, low, sizeof low), format_double(moved->high, high, sizeof high));
}

static void handle_mouse(struct ui *ui, const struct strip *strip, const struct gui_mouse_area *mouse)
{
    struct ui_gutters *state = &ui->gutters;
    const struct contrast *contrast = &strip->gutter->view->contrast;
    const float y = mouse->place.y + mouse->y;
    struct limits moved;
    if (mouse->double_clicked) {
        const enum gutter_part part = part_at(ui, strip, y);
        begin_typing(ui, strip, part == GUTTER_BAR ? GUTTER_HIGH : part);
        state->dragged = GUTTER_NOTHING;
        return;
    }
    if (mouse->wheel != 0 && gutter_zoom(&contrast->limits, mouse->wheel, (int)strip->bar.height, &moved))
        set_limits(ui, strip, &moved);
    if (mouse->pressed) {
        state->dragged = part_at(ui, strip, y);
        state->pane = strip->gutter->pane;
        state->from_y = y;
        state->start = contrast->limits;
    }
    if (state->dragged == GUTTER_NOTHING || state->pane != strip->gutter->pane)
        return;
    const double up = (double)(state->from_y - y) / strip->bar.height;
    if (!mouse->held)
        state->dragged = GUTTER_NOTHING;
    else if (gutter_drag(&state->start, &contrast->transfer, state->dragged, up, (int)strip->bar.height,
                         &moved))
        set_limits(ui, strip, &moved);
}

// --- All of it ---

// One strip; returns the width that it needs.
static float build(struct ui *ui, const struct strip *strip)
{
    const struct ui_gutter *gutter = strip->gutter;
    const struct limits *limits = &gutter->view->contrast.limits;
    struct gui_mouse_area mouse;
    char id[24], low[32], high[32];
    snprintf(id, sizeof id, "##gutter%d", gutter->pane);
    limit_text(limits, limits->low, low);
    limit_text(limits, limits->high, high);
    gui_window_begin(id, strip->place, GUI_FIXED | GUI_NO_SCROLL | GUI_BARE, NULL);
    draw_centred(ui, strip, strip->place.y + ui_px(ui, MARGIN), gui_tone(UI_TEXT2),
                 gutter->unit[0] ? gutter->unit : "value");
    draw_colours(strip);
    const float ticks = draw_ticks(ui, strip) + ui_px(ui, BEFORE_LABELS + BEHIND_LABELS);
    draw_handle(ui, strip, strip->bar.y);
    draw_handle(ui, strip, strip->bar.y + strip->bar.height);
    float ends = gui_text_width(low);
    if (is_typed(ui, strip, GUTTER_HIGH))
        type_limit(ui, strip, GUTTER_HIGH, strip->high_y);
    else
        ends = fmaxf(ends, draw_centred(ui, strip, strip->high_y, gui_tone(UI_TEXT), high));
    if (is_typed(ui, strip, GUTTER_LOW))
        type_limit(ui, strip, GUTTER_LOW, strip->low_y);
    else
        draw_centred(ui, strip, strip->low_y, gui_tone(UI_TEXT), low);
    if (ui->gutters.typing == GUTTER_NOTHING || ui->gutters.typing_pane != gutter->pane) {
        gui_set_y(0);
        gui_canvas("##limits", strip->place.width, strip->place.height, &mouse);
        handle_mouse(ui, strip, &mouse);
    }
    gui_window_end();
    return fmaxf(ticks, ends + ui_px(ui, BEHIND_LABELS));
}

// Wider at once; narrower only where that is worth it and no mouse button is held, so that nothing moves
// while limits are dragged.
static void fit_width(struct ui *ui, float needed)
{
    struct ui_gutters *state = &ui->gutters;
    const float least = ui_px(ui, ui->shell.size == SHELL_COMPACT ? WIDTH_COMPACT : WIDTH);
    const float wanted = ceilf(fmaxf(least, needed));
    const bool held = ui->mouse.panel_buttons || ui->mouse.picture_buttons;
    if (state->scale != ui->scale)
        state->width = 0;
    state->scale = ui->scale;
    if (wanted <= state->width && (held || state->width - wanted < ui_px(ui, SHRINK)) &&
        state->width >= least)
        return;
    if (wanted != state->width)
        ui->settling.frames = ui->settling.frames > 1 ? ui->settling.frames : 1;
    state->width = wanted;
}

void ui_gutters(struct ui *ui)
{
    float needed = 0;
    ui->gutters.count = 0;
    for (size_t i = 0; i < ui->model->gutter_count; i++) {
        const struct strip strip = lay_out(ui, &ui->model->gutters[i]);
        ui->gutters.places[ui->gutters.count++] = strip.place;
        ui_add_floating(ui, strip.place);
        if (strip.bar.height >= ui_px(ui, LEAST_BAR) && strip.gutter->colormap)
            needed = fmaxf(needed, build(ui, &strip));
    }
    fit_width(ui, needed);
}

void ui_gutters_clear(const struct ui_gutters *gutters, struct gpu *gpu, int window_height)
{
    const uint32_t panel = gui_tone(UI_PANEL);
    const unsigned char ground[3] = {(unsigned char)(panel >> 24), (unsigned char)(panel >> 16),
                                     (unsigned char)(panel >> 8)};
    for (size_t i = 0; i < gutters->count; i++) {
        const struct gui_rect place = gutters->places[i];
        target_clip(gpu, window_height, (int)place.x, (int)place.y, (int)place.width, (int)place.height);
        target_clear(gpu, ground);
    }
    target_clip(gpu, window_height, 0, 0, 0, 0);
}
