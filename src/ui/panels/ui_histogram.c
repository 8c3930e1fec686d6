// SPDX-License-Identifier: MIT
// The histogram with its draggable limits.
#include "ui/panels/ui_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// --- The axis: position 0 .. 1 of a value and back ---

static double axis_position(const struct histogram_axis *axis, double value)
{
    if (!axis->logarithmic)
        return (value - axis->low) / (axis->high - axis->low);
    if (value <= 0)
        return value < 0 ? -1 : -0.001;
    return log(value / axis->low) / log(axis->high / axis->low);
}

static double axis_value(const struct histogram_axis *axis, double position)
{
    if (!axis->logarithmic)
        return axis->low + position * (axis->high - axis->low);
    return axis->low * pow(axis->high / axis->low, position);
}

// Integers, or floats that hold nothing but counts: bins of other widths than theirs would look like a comb.
static bool has_integers(struct ui_histogram *state, const struct ui_model *model)
{
    if (!model->info || !sample_traits(model->info->type)->is_float)
        return model->info;
    if (state->looked_at != model->figures.serial) {
        state->looked_at = model->figures.serial;
        state->whole = model->figures.histogram && histogram_holds_integers(model->figures.histogram);
    }
    return state->whole;
}

// Looks where the bulk of the data is, once for each histogram.
static void find_bulk(struct histogram_bulk *bulk, const struct ui_figures *figures)
{
    const struct histogram *histogram = figures->histogram;
    if (bulk->serial == figures->serial && bulk->source == histogram)
        return;
    *bulk = (struct histogram_bulk){.source = histogram, .serial = figures->serial};
    bulk->any = histogram && histogram_total(histogram) > 0;
    if (!bulk->any)
        return;
    bulk->low = histogram_percentile(histogram, 0.1);
    bulk->least = histogram_percentile(histogram, 1);
    bulk->high = histogram_percentile(histogram, 99.7);
}

// The axis that shows the bulk of the data and both limits with a margin.
static void automatic_axis(struct histogram_axis *axis, const struct histogram_bulk *bulk,
                           const struct limits *limits, bool integers)
{
    double low = limits->low, high = limits->high;
    if (bulk->any) {
        low = fmin(low, bulk->low);
        high = fmax(high, bulk->high);
    }
    if (axis->logarithmic) {
        // The smallest values that matter: zeros and negative ones have no place on this axis.
        double least = bulk->any ? bulk->least : low;
        axis->high = high > 0 ? high * 1.6 : 1;
        axis->low = least > 0 ? least / 1.2 : integers ? 0.6 : axis->high / 1e4;
        if (limits->low > 0 && limits->low < axis->low)
            axis->low = limits->low / 1.2;
    } else {
        // More room above, where limits are mostly drawn to.
        axis->low = low - 0.06 * (high - low);
        axis->high = high + 0.25 * (high - low);
    }
    if (!(axis->high > axis->low) || !isfinite(axis->low) || !isfinite(axis->high)) {
        axis->low = axis->logarithmic ? 0.1 : 0;
        axis->high = 1;
    }
}

static bool axis_shows(const struct histogram_axis *axis, const struct limits *limits)
{
    const double low = axis_position(axis, limits->low), high = axis_position(axis, limits->high);
    return low >= (axis->logarithmic ? -1 : 0) && high > 0 && high <= 1;
}

// --- The bars ---

static bool bars_are_current(const struct histogram_bars *bars, const struct ui_figures *figures,
                             const struct histogram_axis *axis, size_t wanted)
{
    return bars->source == figures->histogram && bars->serial == figures->serial &&
           bars->axis.low == axis->low && bars->axis.high == axis->high &&
           bars->axis.logarithmic == axis->logarithmic && bars->wanted == wanted;
}

// Bars of a pixel each. Those of integers hold the same number of values each, else empty and full ones
// alternate.
static void place_bars(struct histogram_bars *bars, bool integers)
{
    double low = bars->axis.logarithmic ? log(bars->axis.low) : bars->axis.low;
    double high = bars->axis.logarithmic ? log(bars->axis.high) : bars->axis.high;
    bars->first = low;
    bars->count = bars->wanted;
    if (integers && bars->axis.logarithmic) {
        bars->count = bars->count / 4 + 1;
    } else if (integers) {
        double values = ceil((high - low) / (double)bars->wanted);
        bars->first = floor(low) - 0.5;
        bars->step = fmax(values, 1);
        double needed = ceil((high - bars->first) / bars->step);
        bars->count = needed >= 1 && needed <= UI_MAX_BINS ? (size_t)needed : UI_MAX_BINS;
        return;
    }
    bars->step = (high - low) / (double)bars->count;
}

static void count_bars(struct histogram_bars *bars, bool integers)
{
    place_bars(bars, integers);
    const double last = bars->first + (double)bars->count * bars->step;
    if (bars->source && bars->axis.logarithmic)
        histogram_rebin(bars->source, exp(bars->first), exp(last), true, bars->counts, bars->count);
    else if (bars->source)
        histogram_rebin(bars->source, bars->first, last, false, bars->counts, bars->count);
    for (size_t i = 0; i < bars->count; i++)
        bars->peak = fmax(bars->peak, bars->counts[i]);
}

static void update_axis(struct ui *ui, size_t count)
{
    struct ui_histogram *state = &ui->contrast.histogram;
    const struct ui_model *model = ui->model;
    const struct limits *limits = &ui->host->view->contrast.limits;
    find_bulk(&state->bulk, &model->figures);
    // While a limit is dragged the axis stands still under the mouse; and while the picture is, as long as it
    // shows the limits.
    state->waits = ui->mouse.picture_buttons && state->bars.serial == model->figures.serial &&
                   axis_shows(&state->axis, limits);
    if (state->drag.what == DRAG_NONE && !state->own_axis && !state->waits)
        automatic_axis(&state->axis, &state->bulk, limits, has_integers(state, model));
    if (bars_are_current(&state->bars, &model->figures, &state->axis, count))
        return;
    state->bars = (struct histogram_bars){.source = model->figures.histogram,
                                          .serial = model->figures.serial,
                                          .axis = state->axis,
                                          .wanted = count};
    count_bars(&state->bars, has_integers(state, model));
}

// --- Drawing ---

static void draw_bars(const struct histogram_bars *bars, struct gui_rect place, double low_at, double high_at)
{
    if (bars->peak <= 0)
        return;
    double low = bars->axis.logarithmic ? log(bars->axis.low) : bars->axis.low;
    double range = (bars->axis.logarithmic ? log(bars->axis.high) : bars->axis.high) - low;
    for (size_t i = 0; i < bars->count; i++) {
        if (bars->counts[i] <= 0)
            continue;
        double from = (bars->first + (double)i * bars->step - low) / range, to = from + bars->step / range;
        float left = place.x + place.width * (float)fmax(from, 0),
              right = place.x + place.width * (float)fmin(to, 1);
        float height = (float)(log1p(bars->counts[i]) / log1p(bars->peak)) * (place.height - 2);
        bool inside = (from + to) / 2 >= low_at && (from + to) / 2 <= high_at;
        if (right > left)
            gui_draw_rect((struct gui_rect){left, place.y + place.height - height, right - left, height},
                          inside ? gui_tone(UI_TEXT2) : gui_tone(UI_PRESS));
    }
}

// The colours between the limits, as a strip under the bars.
static void draw_colours(const struct ui *ui, struct gui_rect strip)
{
    const struct view *view = ui->host->view;
    const struct ui_histogram *state = &ui->contrast.histogram;
    const struct colormap *map = colormap_find(ui->host->colormaps, view->display.colormap);
    if (!map)
        return;
    struct transfer transfer = view->contrast.transfer;
    if (transfer.kind == TRANSFER_EQUALIZE)
        transfer.kind = TRANSFER_LINEAR;
    const struct limits *limits = &view->contrast.limits;
    struct transfer_curve curve = transfer_curve_for(&transfer, limits);
    enum { STEPS = 96 };
    for (int i = 0; i < STEPS; i++) {
        double value = axis_value(&state->axis, (i + 0.5) / STEPS), rgb[3];
        double x = (value - limits->low) / (limits->high - limits->low);
        double t = transfer_curve_apply(&curve, fmin(fmax(x, 0), 1));
        colormap_colour(map, display_is_reversed(&view->display) ? 1 - t : t, rgb);
        uint32_t colour = (uint32_t)rgb[0] << 24 | (uint32_t)rgb[1] << 16 | (uint32_t)rgb[2] << 8 | 255;
        float left = (float)(int)(strip.width * (float)i / STEPS),
              right = (float)(int)(strip.width * (float)(i + 1) / STEPS);
        gui_draw_rect((struct gui_rect){strip.x + left, strip.y, right - left, strip.height}, colour);
    }
}

static float clamp_to(float value, float low, float high)
{
    return value < low ? low : value > high ? high : value;
}

static void draw_limit(const struct ui *ui, struct gui_rect place, double at, bool active)
{
    float x = clamp_to(place.x + (float)at * place.width, place.x, place.x + place.width - 1);
    float width = ui_px(ui, active ? 2 : 1.5f), handle = ui_px(ui, 7);
    const uint32_t colour = gui_tone(UI_ACCENT);
    gui_draw_rect((struct gui_rect){x - width / 2, place.y, width, place.height}, colour);
    gui_draw_rect((struct gui_rect){x - handle / 2, place.y, handle, handle}, colour);
}

static void draw_axis_ends(const struct ui *ui, struct gui_rect place, float y)
{
    const struct ui_histogram *state = &ui->contrast.histogram;
    char low[32], high[32];
    snprintf(low, sizeof low, "%.4g", state->axis.low);
    snprintf(high, sizeof high, "%.4g", state->axis.high);
    gui_draw_text(place.x, y, gui_tone(UI_TEXT2), low);
    gui_draw_text(place.x + place.width - gui_text_width(high), y, gui_tone(UI_TEXT2), high);
}

// --- The mouse ---

// What a press at this place takes hold of.
static int drag_at(const struct ui *ui, const struct gui_mouse_area *mouse, double low_at, double high_at)
{
    float low_x = clamp_to((float)low_at * mouse->place.width, 0, mouse->place.width - 1);
    float high_x = clamp_to((float)high_at * mouse->place.width, 0, mouse->place.width - 1);
    float to_low = fabsf(mouse->x - low_x), to_high = fabsf(mouse->x - high_x), reach = ui_px(ui, 7);
    if (to_low <= reach || to_high <= reach) {
        bool low = to_low < to_high || (to_low == to_high && mouse->x < low_x);
        return low ? DRAG_LOW : DRAG_HIGH;
    }
    if (mouse->x > low_x && mouse->x < high_x)
        return DRAG_BOTH;
    // A press outside fetches the nearer limit.
    return to_low < to_high ? DRAG_LOW : DRAG_HIGH;
}

static void drag_limits(struct ui *ui, double at)
{
    struct ui_histogram *state = &ui->contrast.histogram;
    const struct limits *now = &ui->host->view->contrast.limits;
    char low[32], high[32];
    double value = axis_value(&state->axis, at);
    if (state->drag.what == DRAG_LOW) {
        if (value < now->high && value != now->low)
            ui_run(ui, "contrast.low %s", format_double(value, low, sizeof low));
    } else if (state->drag.what == DRAG_HIGH) {
        if (value > now->low && value != now->high)
            ui_run(ui, "contrast.high %s", format_double(value, high, sizeof high));
    } else {
        double shift = at - state->drag.at;
        double new_low =
            axis_value(&state->axis, axis_position(&state->axis, state->drag.limits.low) + shift);
        double new_high =
            axis_value(&state->axis, axis_position(&state->axis, state->drag.limits.high) + shift);
        if (new_low < new_high && (new_low != now->low || new_high != now->high))
            ui_run(ui, "contrast.limits %s %s", format_double(new_low, low, sizeof low),
                   format_double(new_high, high, sizeof high));
    }
}

// The wheel magnifies the axis around the mouse. False where it can be magnified no further.
static bool zoom_axis(struct histogram_axis *axis, double at, float wheel)
{
    const double factor = pow(0.8, wheel);
    const double low = axis_value(axis, at + (0 - at) * factor),
                 high = axis_value(axis, at + (1 - at) * factor);
    if (!(high - low > 1e-12 * fmax(fabs(low), fabs(high))) || !isfinite(low) || !isfinite(high))
        return false;
    axis->low = low;
    axis->high = high;
    return true;
}

static void handle_mouse(struct ui *ui, const struct gui_mouse_area *mouse, double low_at, double high_at)
{
    struct ui_histogram *state = &ui->contrast.histogram;
    double at = mouse->x / mouse->place.width;
    if (mouse->hovered || mouse->held)
        gui_cursor(GUI_CURSOR_EW);
    if (mouse->wheel != 0)
        state->own_axis |= zoom_axis(&state->axis, at, mouse->wheel);
    if (mouse->double_clicked) {
        state->own_axis = false;
        state->drag.what = DRAG_NONE;
        return;
    }
    if (mouse->pressed) {
        state->drag.what = drag_at(ui, mouse, low_at, high_at);
        state->drag.at = at;
        state->drag.limits = ui->host->view->contrast.limits;
    }
    if (!mouse->held)
        state->drag.what = DRAG_NONE;
    else if (state->drag.what != DRAG_NONE && (at != state->drag.at || state->drag.what != DRAG_BOTH))
        drag_limits(ui, at);
}

void ui_histogram(struct ui *ui, float width, float height)
{
    struct ui_histogram *state = &ui->contrast.histogram;
    struct gui_mouse_area mouse;
    float strip = ui_px(ui, 8);
    size_t bins = (size_t)clamp_to(width, 16, UI_MAX_BINS);
    update_axis(ui, bins);
    gui_canvas("##histogram", width, height, &mouse);
    const struct limits *limits = &ui->host->view->contrast.limits;
    double low_at = axis_position(&state->axis, limits->low),
           high_at = axis_position(&state->axis, limits->high);

    struct gui_rect place = {mouse.place.x, mouse.place.y, width, height - strip};
    gui_draw_rect(mouse.place, gui_tone(UI_FIELD));
    draw_bars(&state->bars, place, low_at, high_at);
    draw_colours(ui, (struct gui_rect){place.x, place.y + place.height, width, strip});
    draw_limit(ui, place, low_at, state->drag.what == DRAG_LOW || state->drag.what == DRAG_BOTH);
    draw_limit(ui, place, high_at, state->drag.what == DRAG_HIGH || state->drag.what == DRAG_BOTH);
    draw_axis_ends(ui, place, place.y + height + ui_px(ui, 2));
    handle_mouse(ui, &mouse, low_at, high_at);
    gui_space(gui_line_height() - ui_px(ui, 4));
}
