// SPDX-License-Identifier: MIT
// The panel of the mask: selection by value with a preview, operations, and the history.
#include "base/clock.h"
#include "ui/panels/ui_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// --- By value ---

static const struct {
    const char *label, *operation;
    int limits;
} rules[] = {
    {"below", "below", 1},        {"above", "above", 1},    {"from ... to", "between", 2},
    {"outside of", "outside", 2}, {"equal to", "equal", 1},
};
enum { RULE_COUNT = sizeof rules / sizeof rules[0] };

// "above 12", or "" when a number is missing.
static bool rule_words(const struct ui_mask_panel *panel, char *words, size_t size)
{
    double low, high;
    const bool two = rules[panel->rule].limits == 2;
    if (!parse_double(panel->low, &low) || (two && !parse_double(panel->high, &high)))
        return false;
    snprintf(words, size, "%s %s%s%s", rules[panel->rule].operation, panel->low, two ? " " : "",
             two ? panel->high : "");
    return true;
}

// What the limits select is shown when the last preview has been drawn and as long again has passed as half
// of that took, so that the slider follows the mouse.
static void run_preview(struct ui *ui)
{
    struct ui_mask_panel *panel = &ui->mask;
    const int64_t now = clock_now_ns();
    char words[128];
    if (panel->preview_ns) {
        panel->rest_until_ns = now + (now - panel->preview_ns) / 2;
        panel->preview_ns = 0;
    }
    if (!panel->preview_due)
        return;
    if (now < panel->rest_until_ns) {
        ui->settling.frames = ui->settling.frames > 2 ? ui->settling.frames : 2;
        return;
    }
    panel->preview_due = false;
    if (!rule_words(panel, words, sizeof words))
        return;
    panel->preview_ns = now;
    ui_run(ui, "mask.preview %s", words);
}

static bool has_integers(const struct ui_model *model)
{
    return model->info && !sample_traits(model->info->type)->is_float;
}

// A field and a slider over the axis of the histogram.
static void draw_limit(struct ui *ui, const char *id, char *buffer, size_t size)
{
    const struct histogram_axis *axis = &ui->contrast.histogram.axis;
    double value = 0;
    char label[32];
    const bool known = parse_double(buffer, &value);
    double moved = known ? value : axis->low;
    gui_next_width(ui_px(ui, 92));
    snprintf(label, sizeof label, "##%s", id);
    ui->mask.preview_due |= gui_input(label, buffer, size);
    gui_same_line();
    gui_next_width(-1);
    snprintf(label, sizeof label, "##%sslider", id);
    if (!gui_slider(label, &moved, axis->low, axis->high, "") || (known && moved == value))
        return;
    if (has_integers(ui->model))
        moved = round(moved);
    else
        snprintf(label, sizeof label, "%.5g", moved), parse_double(label, &moved);
    if (known && moved == value)
        return;
    format_double(moved, buffer, size);
    ui->mask.preview_due = true;
}

static void draw_rule_buttons(struct ui *ui)
{
    const struct ui_mask_model *model = &ui->model->mask;
    const float gap = ui_px(ui, 6), width = (float)(int)((gui_room() - gap) / 2);
    const bool unmask = ui->host->workspace->masking.unmask;
    char words[128];
    if (gui_button(unmask ? "Unmask these" : "Mask these", width)) {
        if (model->previewing && !ui->mask.preview_due)
            ui_run(ui, "mask.finish");
        else if (rule_words(&ui->mask, words, sizeof words))
            ui_run(ui, "mask.%s", words);
        ui->mask.preview_due = false;
    }
    gui_tooltip("Enter");
    gui_same_line();
    gui_disabled_begin(!model->previewing);
    if (gui_button("Take back", width))
        ui_run(ui, "mask.undo");
    gui_tooltip("Escape");
    gui_disabled_end();
}

void ui_mask_by_value(struct ui *ui)
{
    struct ui_mask_panel *panel = &ui->mask;
    gui_next_width(-1);
    if (gui_combo_begin("##rule", rules[panel->rule].label)) {
        for (int i = 0; i < RULE_COUNT; i++) {
            if (!gui_selectable(rules[i].label, i == panel->rule) || i == panel->rule)
                continue;
            panel->rule = i;
            panel->preview_due = ui->model->mask.previewing;
        }
        gui_combo_end();
    }
    draw_limit(ui, "rulelow", panel->low, sizeof panel->low);
    if (rules[panel->rule].limits == 2)
        draw_limit(ui, "rulehigh", panel->high, sizeof panel->high);
    run_preview(ui);
    draw_rule_buttons(ui);
    const float gap = ui_px(ui, 6), width = (float)(int)((gui_room() - gap) / 2);
    ui_mask_button(ui, "Not in contrast", false, width, "mask.outside_limits");
    gui_same_line();
    gui_disabled_begin(!ui->model->cursor.valid);
    ui_mask_button(ui, "As last pixel", false, width, "mask.equal_here");
    gui_disabled_end();
}

// --- Operations ---

enum { NUMBER_GROW, NUMBER_SPECKS, NUMBER_BORDER, NUMBER_SIGMAS, NUMBER_WINDOW, NUMBER_FRAMES };

// How many columns operations have.
static float column_width(const struct ui *ui, int columns)
{
    const float gap = ui_px(ui, 6);
    return (float)(int)((gui_room() - (float)(columns - 1) * gap) / (float)columns);
}

static const char *number_field(struct ui *ui, int index, float width, const char *tip)
{
    gui_id_begin(index);
    gui_next_width(width);
    gui_input("##number", ui->mask.numbers[index], sizeof ui->mask.numbers[index]);
    gui_tooltip(tip);
    gui_id_end();
    return ui->mask.numbers[index];
}

// The number of a field, or 0.
static const char *number_of(const struct ui *ui, int index)
{
    double number;
    return parse_double(ui->mask.numbers[index], &number) ? ui->mask.numbers[index] : "0";
}

static void draw_morphology(struct ui *ui)
{
    const float width = column_width(ui, 4);
    const bool corners = ui->host->workspace->masking.corners;
    if (gui_button("Grow", width))
        ui_run(ui, "mask.grow %s %d", number_of(ui, NUMBER_GROW), corners ? 8 : 4);
    gui_same_line();
    if (gui_button("Shrink", width))
        ui_run(ui, "mask.shrink %s %d", number_of(ui, NUMBER_GROW), corners ? 8 : 4);
    gui_same_line();
    number_field(ui, NUMBER_GROW, width, "By so many pixels");
    gui_same_line();
    const float half = (float)(int)((width - ui_px(ui, 6)) / 2);
    if (gui_toggle_button("4##grow", !corners, half))
        ui_run(ui, "mask.neighbours 4");
    gui_tooltip("Pixels with a common edge are neighbours");
    gui_same_line();
    if (gui_toggle_button("8##grow", corners, half))
        ui_run(ui, "mask.neighbours 8");
    gui_tooltip("Those with a common corner too");
    if (gui_button("Fill holes", column_width(ui, 2)))
        ui_run(ui, "mask.fill-holes");
    gui_same_line();
    if (gui_button("Specks", width))
        ui_run(ui, "mask.remove-specks %s %d", number_of(ui, NUMBER_SPECKS), corners ? 8 : 4);
    gui_tooltip("Unmasks connected areas of fewer pixels");
    gui_same_line();
    number_field(ui, NUMBER_SPECKS, -1, "Areas of fewer pixels are specks");
}

static void draw_whole(struct ui *ui)
{
    const float width = column_width(ui, 4);
    ui_mask_button(ui, "Invert", false, width, "mask.invert");
    gui_same_line();
    ui_mask_button(ui, "Clear", false, width, "mask.clear");
    gui_same_line();
    ui_mask_button(ui, "All", false, width, "mask.all");
    gui_same_line();
    ui_mask_button(ui, "Marks", false, -1, "mask.marks");
    gui_tooltip("What the data mark: gaps, no data, bad, saturated");
    if (gui_button("Border", width))
        ui_run(ui, "mask.border %s", number_of(ui, NUMBER_BORDER));
    gui_same_line();
    number_field(ui, NUMBER_BORDER, width, "So many rows and columns");
    gui_same_line();
    ui_mask_button(ui, "Gaps", false, width, "mask.gaps");
    gui_tooltip("Module gaps found in the data");
    gui_same_line();
    ui_mask_button(ui, "NaN, inf", false, -1, "mask.not-finite");
    if (gui_button("Hot", width))
        ui_run(ui, "mask.hot %s %s", number_of(ui, NUMBER_SIGMAS), number_of(ui, NUMBER_WINDOW));
    gui_tooltip("So many deviations above the median around them");
    gui_same_line();
    number_field(ui, NUMBER_SIGMAS, width, "Deviations");
    gui_same_line();
    number_field(ui, NUMBER_WINDOW, width, "Side of the window in pixels, odd");
    gui_same_line();
    ui_mask_button(ui, "Dead", false, -1, "mask.dead");
    gui_tooltip("Pixels that never change over the frames of the file");
}

static void draw_layer_algebra(struct ui *ui)
{
    static const struct {
        const char *label, *name, *tip;
    } ways[] = {{"Or", "or", "Adds the other layer"},
                {"And", "and", "Keeps what is in both"},
                {"Xor", "xor", "Keeps what is in one of both"},
                {"Minus", "minus", "Takes the other layer away"},
                {"Copy", "copy", "Becomes the other layer"}};
    struct ui_mask_panel *panel = &ui->mask;
    gui_align();
    gui_text_dim("With layer");
    gui_same_line();
    gui_next_width(-1);
    if (gui_combo_begin("##other", ui_mask_layer_label(panel->other))) {
        for (int layer = 0; layer < MASK_LAYER_COUNT; layer++)
            if (gui_selectable(ui_mask_layer_label((enum mask_layer)layer), layer == (int)panel->other))
                panel->other = (enum mask_layer)layer;
        gui_combo_end();
    }
    const float width = column_width(ui, 5);
    for (size_t i = 0; i < 5; i++) {
        if (i)
            gui_same_line();
        if (gui_button(ways[i].label, i < 4 ? width : -1))
            ui_run(ui, "mask.%s %s", ways[i].name, mask_layer_word(panel->other));
        gui_tooltip(ways[i].tip);
    }
}

static void draw_turns(struct ui *ui)
{
    static const struct {
        const char *label, *command, *tip;
    } turns[] = {{"Flip -", "mask.flip horizontal", "Left and right change places"},
                 {"Flip |", "mask.flip vertical", "Top and bottom change places"},
                 {"Turn <", "mask.rotate left", "By 90 degrees to the left"},
                 {"Turn >", "mask.rotate right", "By 90 degrees to the right"},
                 {"Copy -", "mask.mirror horizontal", "Adds the mirror image to the other side"},
                 {"Copy |", "mask.mirror vertical", "Adds the mirror image above or below"},
                 {"Copy +", "mask.mirror both", "Adds all mirror images"},
                 {"Turn 2", "mask.rotate half", "By 180 degrees"}};
    const float width = column_width(ui, 4);
    for (size_t i = 0; i < 8; i++) {
        if (i % 4)
            gui_same_line();
        if (gui_button(turns[i].label, i % 4 < 3 ? width : -1))
            ui_run(ui, "%s", turns[i].command);
        gui_tooltip(turns[i].tip);
    }
}

void ui_mask_operations(struct ui *ui)
{
    draw_whole(ui);
    draw_morphology(ui);
    draw_layer_algebra(ui);
    draw_turns(ui);
}

// --- History ---

// Row 0 is the mask before all steps; row i the state after step i - 1.
static void history_row(void *context, size_t index)
{
    struct ui *ui = context;
    const struct mask_history *history = ui->model->mask.history;
    const size_t done = mask_history_done(history);
    char label[MASK_STEP_NAME + 32];
    snprintf(label, sizeof label, "%s##%zu", index ? mask_history_name(history, index - 1) : "Beginning",
             index);
    if (gui_selectable(label, index == done)) {
        if (index < done)
            ui_run(ui, "mask.undo %zu", done - index);
        else if (index > done)
            ui_run(ui, "mask.redo %zu", index - done);
    }
}

void ui_mask_history(struct ui *ui)
{
    const struct ui_mask_model *model = &ui->model->mask;
    char bytes[32], text[64];
    if (!model->history)
        return;
    const size_t done = mask_history_done(model->history), count = mask_history_count(model->history);
    const float gap = ui_px(ui, 6), width = (float)(int)((gui_room() - gap) / 2);
    gui_disabled_begin(done == 0);
    ui_mask_button(ui, "Undo", false, width, "mask.undo");
    gui_disabled_end();
    gui_same_line();
    gui_disabled_begin(done == count);
    ui_mask_button(ui, "Redo", false, width, "mask.redo");
    gui_disabled_end();
    const float row = gui_line_height() + ui_px(ui, 4);
    const size_t rows = count + 1 < 6 ? count + 1 : 6;
    gui_child_begin("##steps", 0, (float)rows * row);
    gui_rows(count + 1, row, history_row, ui);
    if (done != ui->mask.shown_steps)
        gui_scroll_to((float)done * row, (float)(done + 1) * row);
    ui->mask.shown_steps = done;
    gui_child_end();
    snprintf(text, sizeof text, "%zu steps, %s with the mask", count,
             format_bytes(model->memory_bytes, bytes, sizeof bytes));
    gui_text_dim(text);
}
