// SPDX-License-Identifier: MIT
// The contrast panel at the right: histogram, limits, automatic methods, scale, colours, mask.
#include "ui/panels/ui_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// --- Limits ---

bool ui_field(const char *label, char *buffer, size_t size, double shown)
{
    char text[40];
    if (!isnan(shown) && !gui_input_active(label))
        snprintf(buffer, size, "%s", format_double(shown, text, sizeof text));
    return gui_input(label, buffer, size);
}

void ui_number(struct ui *ui, const char *label, char *buffer, size_t size, double shown, float width,
               const char *command)
{
    double typed;
    gui_next_width(width);
    if (ui_field(label, buffer, size, shown) && parse_double(buffer, &typed) && typed != shown)
        ui_run(ui, "%s %s", command, buffer);
}

// Short enough for the field, exact enough to be typed again.
static double rounded(double value)
{
    char text[40];
    double result = value;
    snprintf(text, sizeof text, "%.7g", value);
    parse_double(text, &result);
    return result;
}

// The sliders ask for nothing that they have got, or cannot get: one that is held would ask in every frame.
static void limit_slider(struct ui *ui, const char *label, double value, const char *command)
{
    const struct limits *limits = &ui->host->view->contrast.limits;
    const struct histogram_axis *axis = &ui->contrast.histogram.axis;
    double low = axis->low, high = axis->high, moved = value;
    char text[32];
    gui_next_width(-1);
    if (gui_slider(label, &moved, low, high, "") && moved != value &&
        (value == limits->low ? moved < limits->high : moved > limits->low))
        ui_run(ui, "%s %s", command, format_double(moved, text, sizeof text));
}

static void draw_limits(struct ui *ui)
{
    struct ui_contrast_panel *panel = &ui->contrast;
    const struct limits *limits = &ui->host->view->contrast.limits;
    float label = gui_text_width("High") + ui_px(ui, 8), field = ui_px(ui, 92);
    gui_align();
    gui_text_dim("Low");
    gui_same_line_at(ui_px(ui, 9) + label);
    ui_number(ui, "##low", panel->low, sizeof panel->low, rounded(limits->low), field, "contrast.low");
    gui_same_line();
    limit_slider(ui, "##lowslider", limits->low, "contrast.low");
    gui_align();
    gui_text_dim("High");
    gui_same_line_at(ui_px(ui, 9) + label);
    ui_number(ui, "##high", panel->high, sizeof panel->high, rounded(limits->high), field, "contrast.high");
    gui_same_line();
    limit_slider(ui, "##highslider", limits->high, "contrast.high");
}

// --- Automatic limits ---

static void method_button(struct ui *ui, const char *label, enum limits_method method, float width)
{
    const struct contrast *contrast = &ui->host->view->contrast;
    bool on = contrast->automatic && contrast->rule.method == method;
    if (gui_toggle_button(label, on, width))
        ui_run(ui, "contrast.auto %s", limits_method_name(method));
}

// Both percentiles: the first number alone would set both, so that the other is given with it.
static void draw_percentiles(struct ui *ui, float field)
{
    struct ui_contrast_panel *panel = &ui->contrast;
    const struct limits_rule *rule = &ui->host->view->contrast.rule;
    char command[80], number[32];
    double low = rule->low_percent;
    gui_text_dim("From");
    gui_same_line();
    gui_next_width(field);
    if (ui_field("##percentlow", panel->percent_low, sizeof panel->percent_low, rule->low_percent) &&
        parse_double(panel->percent_low, &low) && low != rule->low_percent)
        ui_run(ui, "contrast.auto percentile %s %s", panel->percent_low,
               format_double(rule->high_percent, number, sizeof number));
    gui_same_line();
    gui_text_dim("to");
    gui_same_line();
    snprintf(command, sizeof command, "contrast.auto percentile %s",
             format_double(rule->low_percent, number, sizeof number));
    ui_number(ui, "##percenthigh", panel->percent_high, sizeof panel->percent_high, rule->high_percent, field,
              command);
    gui_same_line();
    gui_text_dim("%");
}

static void draw_zscale(struct ui *ui, float field)
{
    struct ui_contrast_panel *panel = &ui->contrast;
    gui_text_dim("Contrast");
    gui_same_line();
    ui_number(ui, "##zscale", panel->zscale, sizeof panel->zscale,
              ui->host->view->contrast.rule.zscale_contrast, field, "contrast.auto zscale");
}

static void draw_sigma(struct ui *ui, float field)
{
    struct ui_contrast_panel *panel = &ui->contrast;
    gui_text_dim("Mean \xC2\xB1");
    gui_same_line();
    ui_number(ui, "##sigma", panel->sigmas, sizeof panel->sigmas, ui->host->view->contrast.rule.sigmas, field,
              "contrast.auto sigma");
    gui_same_line();
    gui_text_dim("deviations");
}

static void draw_minmax(struct ui *ui, float field)
{
    (void)ui, (void)field;
    gui_text_dim("From the smallest to the largest value");
}

// The numbers of the method in force.
static void draw_method_numbers(struct ui *ui)
{
    static void (*const draw[LIMITS_METHOD_COUNT])(struct ui *, float) = {
        [LIMITS_PERCENTILE] = draw_percentiles,
        [LIMITS_MINMAX] = draw_minmax,
        [LIMITS_ZSCALE] = draw_zscale,
        [LIMITS_SIGMA] = draw_sigma,
    };
    gui_align();
    draw[ui->host->view->contrast.rule.method](ui, ui_px(ui, 58));
}

void ui_check(struct ui *ui, const char *label, const char *command)
{
    if (gui_checkbox(label, command_is_checked(ui->host, command)))
        ui_run(ui, "%s", command);
}

static void draw_automatic(struct ui *ui)
{
    gui_heading("Automatic");
    float gap = ui_px(ui, 6), width = (float)(int)((gui_room() - 3 * gap) / 4);
    method_button(ui, "Percent", LIMITS_PERCENTILE, width);
    gui_same_line();
    method_button(ui, "Min-max", LIMITS_MINMAX, width);
    gui_same_line();
    method_button(ui, "zscale", LIMITS_ZSCALE, width);
    gui_same_line();
    method_button(ui, "Sigma", LIMITS_SIGMA, width);
    draw_method_numbers(ui);
    ui_check(ui, "In view only", "contrast.visible");
    gui_same_line_at(ui_px(ui, 130));
    ui_check(ui, "Keep these limits", "contrast.keep");
    ui_check(ui, "New limits for every frame", "contrast.follow");
}

// --- Scale and colour map ---

static void draw_scale_parameter(struct ui *ui, const struct transfer *transfer)
{
    bool power = transfer->kind == TRANSFER_POWER;
    if (!power && transfer->kind != TRANSFER_ASINH)
        return;
    const double parameter = power ? transfer->gamma : transfer->softening;
    double moved = log10(parameter);
    char text[40], number[32];
    snprintf(text, sizeof text, "%s %.3g", power ? "exponent" : "softening", parameter);
    gui_next_width(-1);
    // The slider is logarithmic, so it works on the exponent of ten.
    if (gui_slider("##parameter", &moved, power ? -1.3 : -4, power ? 1.3 : 1, text) &&
        rounded(pow(10, moved)) != rounded(parameter))
        ui_run(ui, "contrast.scale %s:%s", transfer_name(transfer->kind),
               format_double(rounded(pow(10, moved)), number, sizeof number));
}

static void draw_scale(struct ui *ui, float label)
{
    const struct transfer *transfer = &ui->host->view->contrast.transfer;
    gui_align();
    gui_text_dim("Scale");
    gui_same_line_at(label);
    gui_next_width(-1);
    if (gui_combo_begin("##scale", transfer_name(transfer->kind))) {
        for (int kind = 0; kind < TRANSFER_COUNT; kind++) {
            const char *name = transfer_name((enum transfer_kind)kind);
            if (gui_selectable(name, kind == (int)transfer->kind))
                ui_run(ui, "contrast.scale %s", name);
        }
        gui_combo_end();
    }
    draw_scale_parameter(ui, transfer);
}

static void draw_swatch(const struct colormap *map, bool reversed, struct gui_rect place)
{
    enum { STEPS = 32 };
    for (int i = 0; i < STEPS; i++) {
        double rgb[3], t = (i + 0.5) / STEPS;
        colormap_colour(map, reversed ? 1 - t : t, rgb);
        uint32_t colour = (uint32_t)rgb[0] << 24 | (uint32_t)rgb[1] << 16 | (uint32_t)rgb[2] << 8 | 255;
        float left = (float)(int)(place.width * (float)i / STEPS);
        float right = (float)(int)(place.width * (float)(i + 1) / STEPS);
        gui_draw_rect((struct gui_rect){place.x + left, place.y, right - left, place.height}, colour);
    }
}

static void draw_colormap_entry(struct ui *ui, const struct colormap *map, bool selected)
{
    struct text line = {0};
    char label[80];
    struct gui_rect here = gui_here();
    float swatch = ui_px(ui, 72), height = gui_line_height();
    snprintf(label, sizeof label, "##%s", map->name);
    if (gui_selectable(label, selected)) {
        command_append_word(&line, "colormap.set");
        command_append_word(&line, map->name);
        ui_run(ui, "%s", text_string(&line));
        text_free(&line);
    }
    draw_swatch(map, display_is_reversed(&ui->host->view->display),
                (struct gui_rect){here.x, here.y + 1, swatch, height - 2});
    gui_draw_text(here.x + swatch + ui_px(ui, 8), here.y, gui_tone(UI_TEXT), map->name);
}

static void draw_colormap(struct ui *ui, float label)
{
    const struct display *display = &ui->host->view->display;
    const struct colormap_list *list = ui->host->colormaps;
    gui_align();
    gui_text_dim("Colours");
    gui_same_line_at(label);
    gui_next_width(-1);
    if (gui_combo_begin("##colormap", display->colormap)) {
        for (size_t i = 0; i < list->count; i++)
            draw_colormap_entry(ui, &list->maps[i], strcmp(list->maps[i].name, display->colormap) == 0);
        gui_combo_end();
    }
    gui_space(0);
    gui_same_line_at(label);
    ui_check(ui, "Reversed", "colormap.reverse");
    gui_same_line();
    gui_same_line_at(label + ui_px(ui, 100));
    ui_check(ui, "Colour bar", "view.colour_bar");
}

// --- Special values and the mask ---

static void draw_special(struct ui *ui, enum special_value special, const char *label, float at)
{
    struct special_colour entry = ui->host->view->display.special[special];
    char command[64], colour[8];
    if (at > 0)
        gui_same_line_at(at);
    gui_id_begin((int)special);
    if (gui_colour("##colour", entry.rgb))
        ui_run(ui, "special.colour %s %s", special_value_name(special), ui_colour_text(entry.rgb, colour));
    gui_same_line();
    snprintf(command, sizeof command, "special.show %s", special_value_name(special));
    ui_check(ui, label, command);
    gui_id_end();
}

static void draw_specials(struct ui *ui)
{
    float half = ui_px(ui, 130);
    gui_heading("Marked values");
    draw_special(ui, SPECIAL_UNDER, "Below low", 0);
    draw_special(ui, SPECIAL_OVER, "Above high", half);
    draw_special(ui, SPECIAL_NAN, "NaN", 0);
    draw_special(ui, SPECIAL_INF, "Infinite", half);
}

// The layers of a frame and the one that is drawn first.
static const enum mask_layer layers[] = {MASK_FILE, MASK_GAP, MASK_BAD, MASK_HOT, MASK_SATURATED, MASK_USER};

static void draw_layer(struct ui *ui, size_t index)
{
    struct mask_style style = ui->host->view->display.mask[layers[index]];
    char command[64], colour[8];
    gui_id_begin(100 + (int)index);
    if (gui_colour("##layer", style.rgb))
        ui_run(ui, "mask.colour %s %s", ui_colour_text(style.rgb, colour), mask_layer_word(layers[index]));
    gui_same_line();
    snprintf(command, sizeof command, "mask.show_layer %s", mask_layer_word(layers[index]));
    ui_check(ui, ui_mask_layer_label(layers[index]), command);
    gui_id_end();
}

static void draw_mask(struct ui *ui)
{
    const struct display *display = &ui->host->view->display;
    char number[32], text[32];
    gui_heading("Mask");
    ui_check(ui, "Show", "mask.visible");
    gui_same_line_at(ui_px(ui, 130));
    ui_check(ui, "Outline only", "mask.outline");
    gui_disabled_begin(!display->mask_visible);
    double opacity = display->mask[MASK_FILE].opacity, moved = opacity;
    snprintf(text, sizeof text, "opacity %.2f", opacity);
    gui_next_width(-1);
    if (gui_slider("##opacity", &moved, 0, 1, text) && round(moved * 100) != round(opacity * 100))
        ui_run(ui, "mask.opacity %s", format_double(round(moved * 100) / 100, number, sizeof number));
    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++) {
        if (i % 2)
            gui_same_line_at(ui_px(ui, 130));
        draw_layer(ui, i);
    }
    gui_disabled_end();
}

static void draw_statistics(struct ui *ui)
{
    const struct statistics *statistics = ui->model->figures.statistics;
    char text[160];
    if (!statistics || statistics->valid == 0) {
        gui_text_dim(ui->model->loading ? "Counting ..." : "No values");
        return;
    }
    snprintf(text, sizeof text, "%.5g to %.5g, mean %.5g \xC2\xB1 %.3g", statistics->min, statistics->max,
             statistics->mean, statistics_deviation(statistics));
    gui_text_dim(text);
}

void ui_contrast_panel(struct ui *ui, struct gui_rect place)
{
    struct ui_histogram *histogram = &ui->contrast.histogram;
    float label = ui_px(ui, 9) + gui_text_width("Colours") + ui_px(ui, 8), gap = ui_px(ui, 4);
    gui_window_begin("##contrast", place, GUI_FIXED | GUI_ON_GROUND, NULL);
    float button = gui_text_width("log x") + ui_px(ui, 12), room = gui_room();
    gui_same_line_at(ui_px(ui, 9) + room - button);
    if (gui_toggle_button("log x", histogram->axis.logarithmic, button)) {
        histogram->axis.logarithmic = !histogram->axis.logarithmic;
        histogram->own_axis = false;
    }
    ui_histogram(ui, gui_room(), ui_px(ui, 112));
    draw_statistics(ui);
    draw_limits(ui);
    gui_space(gap);
    draw_automatic(ui);
    gui_space(gap);
    gui_heading("Colours");
    draw_scale(ui, label);
    draw_colormap(ui, label);
    gui_space(gap);
    draw_specials(ui);
    gui_space(gap);
    draw_mask(ui);
    gui_window_end();
}
