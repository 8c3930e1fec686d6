// SPDX-License-Identifier: MIT
// The histogram with its draggable limits.
#include "ui/ui_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const uint32_t colour_ground = 0x151719ff, colour_bars = 0x5d656eff, colour_inside = 0xa9b4c0ff,
                      colour_limit = 0x8ab4e0ff, colour_limit_active = 0xd0e4faff, colour_text = 0x84898fff;

// --- The axis: position 0 .. 1 of a value and back ---

static double axis_position(const struct ui_histogram *state, double value)
{
    if (!state->logarithmic)
        return (value - state->low) / (state->high - state->low);
    if (value <= 0)
        return value < 0 ? -1 : -0.001;
    return log(value / state->low) / log(state->high / state->low);
}

static double axis_value(const struct ui_histogram *state, double position)
{
    if (!state->logarithmic)
        return state->low + position * (state->high - state->low);
    return state->low * pow(state->high / state->low, position);
}

// Integers, or floats that hold nothing but counts: bins of other widths than theirs would look like a comb.
static bool has_integers(struct ui_histogram *state, const struct ui_model *model)
{
    if (!model->info || !sample_traits(model->info->type)->is_float)
        return model->info;
    if (state->looked_at != model->histogram_serial) {
        state->looked_at = model->histogram_serial;
        state->whole = model->histogram && histogram_holds_integers(model->histogram);
    }
    return state->whole;
}

// Looks where the bulk of the data is, once for each histogram.
static void find_bulk(struct ui_histogram *state, const struct ui_model *model)
{
    const struct histogram *histogram = model->histogram;
    if (state->bulk_of == model->histogram_serial && state->bulk_source == histogram)
        return;
    state->bulk_of = model->histogram_serial;
    state->bulk_source = histogram;
    state->has_bulk = histogram && histogram_total(histogram) > 0;
    if (!state->has_bulk)
        return;
    state->bulk_low = histogram_percentile(histogram, 0.1);
    state->bulk_least = histogram_percentile(histogram, 1);
    state->bulk_high = histogram_percentile(histogram, 99.7);
}

// The axis that shows the bulk of the data and both limits with a margin.
static void automatic_axis(struct ui_histogram *state, const struct limits *limits, bool integers)
{
    double low = limits->low, high = limits->high;
    if (state->has_bulk) {
        low = fmin(low, state->bulk_low);
        high = fmax(high, state->bulk_high);
    }
    if (state->logarithmic) {
        // The smallest values that matter: zeros and negative ones have no place on this axis.
        double least = state->has_bulk ? state->bulk_least : low;
        state->high = high > 0 ? high * 1.6 : 1;
        state->low = least > 0 ? least / 1.2 : integers ? 0.6 : state->high / 1e4;
        if (limits->low > 0 && limits->low < state->low)
            state->low = limits->low / 1.2;
    } else {
        // More room above, where limits are mostly drawn to.
        state->low = low - 0.06 * (high - low);
        state->high = high + 0.25 * (high - low);
    }
    if (!(state->high > state->low) || !isfinite(state->low) || !isfinite(state->high)) {
        state->low = state->logarithmic ? 0.1 : 0;
        state->high = 1;
    }
}

static bool axis_shows(const struct ui_histogram *state, const struct limits *limits)
{
    const double low = axis_position(state, limits->low), high = axis_position(state, limits->high);
    return low >= (state->logarithmic ? -1 : 0) && high > 0 && high <= 1;
}

static bool counts_are_current(const struct ui_histogram *state, const struct ui_model *model, size_t bins)
{
    return state->source == model->histogram && state->serial == model->histogram_serial &&
           state->counted_low == state->low && state->counted_high == state->high &&
           state->counted_logarithmic == state->logarithmic && state->wanted_bins == bins;
}

// Bins of a pixel each. Those of integers hold the same number of values each, else empty and full ones
// alternate.
static void place_bins(struct ui_histogram *state, bool integers)
{
    double low = state->logarithmic ? log(state->low) : state->low;
    double high = state->logarithmic ? log(state->high) : state->high;
    state->first = low;
    state->bins = state->wanted_bins;
    if (integers && state->logarithmic) {
        state->bins = state->bins / 4 + 1;
    } else if (integers) {
        double values = ceil((high - low) / (double)state->wanted_bins);
        state->first = floor(low) - 0.5;
        state->step = fmax(values, 1);
        double needed = ceil((high - state->first) / state->step);
        state->bins = needed >= 1 && needed <= UI_MAX_BINS ? (size_t)needed : UI_MAX_BINS;
        return;
    }
    state->step = (high - low) / (double)state->bins;
}

static void update_counts(struct ui_histogram *state, const struct ui_model *model, size_t bins)
{
    if (counts_are_current(state, model, bins))
        return;
    state->source = model->histogram;
    state->serial = model->histogram_serial;
    state->counted_low = state->low;
    state->counted_high = state->high;
    state->counted_logarithmic = state->logarithmic;
    state->wanted_bins = bins;
    state->peak = 0;
    memset(state->counts, 0, sizeof state->counts);
    place_bins(state, has_integers(state, model));
    double last = state->first + (double)state->bins * state->step;
    if (model->histogram && state->logarithmic)
        histogram_rebin(model->histogram, exp(state->first), exp(last), true, state->counts, state->bins);
    else if (model->histogram)
        histogram_rebin(model->histogram, state->first, last, false, state->counts, state->bins);
    for (size_t i = 0; i < state->bins; i++)
        state->peak = fmax(state->peak, state->counts[i]);
}

static void update_axis(struct ui *ui, size_t bins)
{
    struct ui_histogram *state = &ui->contrast.histogram;
    const struct ui_model *model = ui->model;
    const struct limits *limits = &ui->host->view->contrast.limits;
    find_bulk(state, model);
    // While a limit is dragged the axis stands still under the mouse; and while the picture is, as long as it
    // shows the limits.
    state->waits =
        ui->picture_buttons && state->serial == model->histogram_serial && axis_shows(state, limits);
    if (state->drag == DRAG_NONE && !state->own_axis && !state->waits)
        automatic_axis(state, limits, has_integers(state, model));
    update_counts(state, model, bins);
}

// --- Drawing ---

static void draw_bars(const struct ui_histogram *state, struct gui_rect place, double low_at, double high_at)
{
    if (state->peak <= 0)
        return;
    double low = state->logarithmic ? log(state->low) : state->low;
    double range = (state->logarithmic ? log(state->high) : state->high) - low;
    for (size_t i = 0; i < state->bins; i++) {
        if (state->counts[i] <= 0)
            continue;
        double from = (state->first + (double)i * state->step - low) / range, to = from + state->step / range;
        float left = place.x + place.width * (float)fmax(from, 0),
              right = place.x + place.width * (float)fmin(to, 1);
        float height = (float)(log1p(state->counts[i]) / log1p(state->peak)) * (place.height - 2);
        bool inside = (from + to) / 2 >= low_at && (from + to) / 2 <= high_at;
        if (right > left)
            gui_draw_rect((struct gui_rect){left, place.y + place.height - height, right - left, height},
                          inside ? colour_inside : colour_bars);
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
        double value = axis_value(state, (i + 0.5) / STEPS), rgb[3];
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
    uint32_t colour = active ? colour_limit_active : colour_limit;
    gui_draw_rect((struct gui_rect){x - width / 2, place.y, width, place.height}, colour);
    gui_draw_rect((struct gui_rect){x - handle / 2, place.y, handle, handle}, colour);
}

static void draw_axis_ends(const struct ui *ui, struct gui_rect place, float y)
{
    const struct ui_histogram *state = &ui->contrast.histogram;
    char low[32], high[32];
    snprintf(low, sizeof low, "%.4g", state->low);
    snprintf(high, sizeof high, "%.4g", state->high);
    gui_draw_text(place.x, y, colour_text, low);
    gui_draw_text(place.x + place.width - gui_text_width(high), y, colour_text, high);
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
    double value = axis_value(state, at);
    if (state->drag == DRAG_LOW) {
        if (value < now->high && value != now->low)
            ui_run(ui, "contrast.low %s", format_double(value, low, sizeof low));
    } else if (state->drag == DRAG_HIGH) {
        if (value > now->low && value != now->high)
            ui_run(ui, "contrast.high %s", format_double(value, high, sizeof high));
    } else {
        double shift = at - state->grab_at;
        double new_low = axis_value(state, axis_position(state, state->grab_limits.low) + shift);
        double new_high = axis_value(state, axis_position(state, state->grab_limits.high) + shift);
        if (new_low < new_high && (new_low != now->low || new_high != now->high))
            ui_run(ui, "contrast.limits %s %s", format_double(new_low, low, sizeof low),
                   format_double(new_high, high, sizeof high));
    }
}

// The wheel magnifies the axis around the mouse.
static void zoom_axis(struct ui_histogram *state, double at, float wheel)
{
    double factor = pow(0.8, wheel);
    double low = axis_value(state, at + (0 - at) * factor), high = axis_value(state, at + (1 - at) * factor);
    if (!(high - low > 1e-12 * fmax(fabs(low), fabs(high))) || !isfinite(low) || !isfinite(high))
        return;
    state->low = low;
    state->high = high;
    state->own_axis = true;
}

static void handle_mouse(struct ui *ui, const struct gui_mouse_area *mouse, double low_at, double high_at)
{
    struct ui_histogram *state = &ui->contrast.histogram;
    double at = mouse->x / mouse->place.width;
    if (mouse->hovered || mouse->held)
        gui_cursor_resize();
    if (mouse->wheel != 0)
        zoom_axis(state, at, mouse->wheel);
    if (mouse->double_clicked) {
        state->own_axis = false;
        state->drag = DRAG_NONE;
        return;
    }
    if (mouse->pressed) {
        state->drag = drag_at(ui, mouse, low_at, high_at);
        state->grab_at = at;
        state->grab_limits = ui->host->view->contrast.limits;
    }
    if (!mouse->held)
        state->drag = DRAG_NONE;
    else if (state->drag != DRAG_NONE && (at != state->grab_at || state->drag != DRAG_BOTH))
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
    double low_at = axis_position(state, limits->low), high_at = axis_position(state, limits->high);

    struct gui_rect place = {mouse.place.x, mouse.place.y, width, height - strip};
    gui_draw_rect(mouse.place, colour_ground);
    draw_bars(state, place, low_at, high_at);
    draw_colours(ui, (struct gui_rect){place.x, place.y + place.height, width, strip});
    draw_limit(ui, place, low_at, state->drag == DRAG_LOW || state->drag == DRAG_BOTH);
    draw_limit(ui, place, high_at, state->drag == DRAG_HIGH || state->drag == DRAG_BOTH);
    draw_axis_ends(ui, place, place.y + height + ui_px(ui, 2));
    handle_mouse(ui, &mouse, low_at, high_at);
    gui_space(gui_line_height() - ui_px(ui, 4));
}
