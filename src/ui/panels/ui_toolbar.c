// SPDX-License-Identifier: MIT
// The toolbar: mode, tool with its options and how it is used; at the right what is shown on the picture,
// links of panes, and the zoom.
#include "ui/controls/ui_bar.h"
#include "ui/panels/ui_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// --- buttons that run commands ---

void ui_tip(struct ui *ui, const char *name, const char *command, const char *sentence)
{
    struct key key;
    char text[320], key_name[64] = "", word[64];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(command, " "), command);
    const struct command *row = *word ? command_find(word) : NULL;
    if (*command && bindings_key_in(ui->model->bindings, command, ui->host->workspace->masking.on, &key))
        key_format(key, key_name, sizeof key_name);
    const char *help = sentence ? sentence : row ? row->help : "";
    snprintf(text, sizeof text, "%s%s%s%s%s%s", name, *key_name ? "  (" : "", key_name, *key_name ? ")" : "",
             *help ? "\n" : "", help);
    gui_tooltip(text);
}

void ui_command_button(struct ui *ui, struct ui_icon_button button, struct gui_rect place, const char *name,
                       const char *command, bool ticks)
{
    if (ticks)
        button.look = command_is_checked(ui->host, command) ? UI_BUTTON_ON : UI_BUTTON_PLAIN;
    button.disabled = !command_is_enabled(ui->host, command);
    if (!button.id)
        button.id = command;
    if (ui_icon_button(&button, place))
        ui_run(ui, "%s", command);
    ui_tip(ui, name, command, NULL);
}

// --- the left side ---

static void rule_left(struct ui *ui, struct ui_bar *bar)
{
    const float margin = ui_px(ui, 8);
    bar->left += margin;
    gui_draw_rect(
        (struct gui_rect){bar->left, bar->y + ui_px(ui, 3), gui_hairline(), bar->height - ui_px(ui, 6)},
        gui_tone(UI_LINE));
    bar->left += margin + gui_hairline();
}

static bool is_compact(const struct ui *ui)
{
    return ui->shell.size == SHELL_COMPACT;
}

// --- modes ---

static const struct {
    enum ui_icon icon;
    const char *name, *command;
    bool masking;
} modes[] = {
    {UI_ICON_INSPECT, "Inspect", "mask.draw off", false},
    {UI_ICON_MASK, "Mask", "mask.draw on", true},
};

// One of a few choices side by side; `tip` is the command that its tooltip tells of.
static void choice_left(struct ui *ui, struct ui_bar *bar, const struct ui_icon_button *button,
                        const char *name, const char *tip)
{
    if (ui_icon_button(button, ui_bar_left(bar, ui_icon_button_width(button), 0)))
        ui_run(ui, "%s", button->id);
    ui_tip(ui, name, tip, NULL);
}

static void draw_modes(struct ui *ui, struct ui_bar *bar)
{
    const bool masking = ui->host->workspace->masking.on;
    const float from = bar->left;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        struct ui_icon_button button = {.id = modes[i].command, .icon = modes[i].icon, .size = 16};
        button.label = is_compact(ui) ? NULL : modes[i].name;
        button.look = masking == modes[i].masking ? UI_BUTTON_CHOSEN : UI_BUTTON_PLAIN;
        choice_left(ui, bar, &button, modes[i].name, "mask.draw");
    }
    gui_draw_frame((struct gui_rect){from, bar->y, bar->left - from, bar->height}, gui_tone(UI_LINE),
                   ui_px(ui, UI_RADIUS), gui_hairline());
}

// --- the tool ---

static void number_left(struct ui *ui, struct ui_bar *bar, const char *label, char *buffer, size_t size,
                        double shown, const char *command)
{
    char id[40];
    ui_bar_label_left(bar, gui_tone(UI_TEXT2), label, ui_px(ui, 6));
    const struct gui_rect place = ui_bar_left(bar, ui_px(ui, 56), ui_px(ui, UI_PAD));
    ui_bar_field(place);
    snprintf(id, sizeof id, "##toolbar %s", label);
    ui_number(ui, id, buffer, size, shown, place.width, command);
}

static void draw_layers(struct ui *ui, struct ui_bar *bar)
{
    const enum mask_layer edited = ui->host->workspace->masking.layer;
    ui_bar_label_left(bar, gui_tone(UI_TEXT2), "into", ui_px(ui, 6));
    const struct gui_rect place = ui_bar_left(bar, ui_px(ui, 112), ui_px(ui, UI_PAD));
    ui_bar_field(place);
    if (!gui_combo_begin("##layer", ui_mask_layer_label(edited)))
        return;
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++) {
        if (gui_selectable(ui_mask_layer_label((enum mask_layer)layer), layer == (int)edited))
            ui_run(ui, "mask.edit_layer %s", mask_layer_name((enum mask_layer)layer));
    }
    gui_combo_end();
}

// What the tool in hand draws, and what it has to be set.
static void draw_options(struct ui *ui, struct ui_bar *bar, const struct ui_tool *tool)
{
    const struct view_masking *masking = &ui->host->workspace->masking;
    static const struct {
        const char *label, *command;
        bool unmask;
    } ways[] = {{"Mask", "mask.draw_as mask", false}, {"Unmask", "mask.draw_as unmask", true}};
    for (size_t i = 0; i < 2; i++) {
        struct ui_icon_button button = {.id = ways[i].command, .label = ways[i].label};
        button.look = masking->unmask == ways[i].unmask ? UI_BUTTON_ON : UI_BUTTON_PLAIN;
        choice_left(ui, bar, &button, ways[i].label, ways[i].command);
    }
    bar->left += ui_px(ui, UI_GAP);
    if (!is_compact(ui) && bar->right - bar->left > ui_px(ui, 160))
        draw_layers(ui, bar);
    if (tool->width && bar->right - bar->left > ui_px(ui, 110))
        number_left(ui, bar, "Width", ui->toolbar.width, sizeof ui->toolbar.width, masking->width,
                    "mask.brush");
    if (tool->tolerance && bar->right - bar->left > ui_px(ui, 140))
        number_left(ui, bar, "Tolerance", ui->toolbar.tolerance, sizeof ui->toolbar.tolerance,
                    masking->tolerance, "mask.tolerance");
}

// What there is to say of what the mouse does.
static const char *use_of(const struct view_masking *masking)
{
    return masking->on ? tool_hint(masking->tool)
                       : "Drag moves \xC2\xB7 right drag: contrast \xC2\xB7 wheel: zoom";
}

static void draw_tool(struct ui *ui, struct ui_bar *bar)
{
    const struct view_masking *masking = &ui->host->workspace->masking;
    const enum tool_kind kind = masking->on ? masking->tool : TOOL_NONE;
    const struct ui_tool *tool = ui_tool(kind);
    const char *use = use_of(masking);
    const float icon = ui_px(ui, 16);
    gui_font_push(UI_B13);
    const float name = gui_text_width(tool->name);
    if (bar->right - bar->left > icon + name + ui_px(ui, 24)) {
        ui_icon_draw(tool->icon, bar->left, bar->y + (float)(int)((bar->height - icon) / 2), 16,
                     gui_tone(UI_TEXT));
        bar->left += icon + ui_px(ui, 6);
        ui_bar_label_left(bar, gui_tone(UI_TEXT), tool->name, ui_px(ui, UI_PAD));
    }
    gui_font_pop();
    if (kind != TOOL_NONE && bar->right - bar->left > ui_px(ui, 160))
        draw_options(ui, bar, tool);
    if (!is_compact(ui) && bar->right - bar->left > gui_text_width(use) + ui_px(ui, UI_PAD))
        ui_bar_label_left(bar, gui_tone(UI_TEXT2), use, 0);
}

// --- the right side ---

static const struct {
    enum ui_icon icon;
    const char *name, *command;
} overlays[] = {
    {UI_ICON_MASK, "Mask", "mask.visible"},
    {UI_ICON_VALUES, "Pixel values", "view.pixel_values"},
    {UI_ICON_BAR, "Colour bar", "view.colour_bar"},
};
enum { OVERLAYS = sizeof overlays / sizeof *overlays };

static const struct {
    const char *label, *command;
} links[] = {{"View", "pane.link view"},
             {"Contrast", "pane.link contrast"},
             {"Frame", "pane.link frame"},
             {"Pointer", "pane.link pointer"}};
enum { LINKS = sizeof links / sizeof *links };

// A button with a label alone or an icon alone, at the right.
static void button_right(struct ui *ui, struct ui_bar *bar, struct ui_icon_button button, const char *name,
                         const char *command, bool ticks, float gap)
{
    const float width = button.label ? ui_icon_button_width(&button) : bar->height;
    ui_command_button(ui, button, ui_bar_right(bar, width, gap), name, command, ticks);
}

static void zoom_right(struct ui *ui, struct ui_bar *bar)
{
    const double percent = ui->host->view->camera.zoom * 100;
    char text[40];
    if (!is_compact(ui))
        button_right(ui, bar, (struct ui_icon_button){.label = "1:1"}, "One screen pixel per pixel",
                     "view.actual", true, 0);
    button_right(ui, bar, (struct ui_icon_button){.label = "Fit"}, "Whole image", "view.fit", true,
                 ui_px(ui, 4));
    button_right(ui, bar, (struct ui_icon_button){.icon = UI_ICON_PLUS, .size = 16}, "Larger", "view.zoom_in",
                 false, 0);
    snprintf(text, sizeof text, percent < 100 ? "%.1f %%" : "%.0f %%", percent);
    gui_draw_label(ui_bar_right(bar, ui_px(ui, 58), 0), GUI_MIDDLE,
                   gui_tone(ui->model->info ? UI_TEXT : UI_TEXT3), ui->model->info ? text : "\xE2\x80\x93");
    button_right(ui, bar, (struct ui_icon_button){.icon = UI_ICON_MINUS, .size = 16}, "Smaller",
                 "view.zoom_out", false, ui_px(ui, UI_GAP));
}

// What is shown on the picture: switches, or where room is short one list of them.
static void show_right(struct ui *ui, struct ui_bar *bar)
{
    if ((float)ui->size.width < ui_px(ui, 1100)) {
        const struct gui_rect place = ui_bar_right(bar, ui_px(ui, 78), ui_px(ui, UI_GAP));
        ui_bar_field(place);
        if (!gui_combo_begin("##show", "Show"))
            return;
        for (int i = 0; i < OVERLAYS; i++)
            ui_check(ui, overlays[i].name, overlays[i].command);
        gui_combo_end();
        return;
    }
    for (int i = OVERLAYS - 1; i >= 0; i--)
        button_right(ui, bar, (struct ui_icon_button){.icon = overlays[i].icon, .size = 16}, overlays[i].name,
                     overlays[i].command, true, ui_px(ui, 2));
    ui_bar_label_right(bar, gui_tone(UI_TEXT2), "Show", ui_px(ui, UI_PAD));
}

static void links_right(struct ui *ui, struct ui_bar *bar)
{
    if (ui_pane_count(ui->model) < 2 || (float)ui->size.width < ui_px(ui, 1000))
        return;
    for (int i = LINKS - 1; i >= 0; i--)
        button_right(ui, bar, (struct ui_icon_button){.label = links[i].label}, links[i].label,
                     links[i].command, true, ui_px(ui, 2));
    ui_bar_label_right(bar, gui_tone(UI_TEXT2), "Link", ui_px(ui, UI_PAD));
}

void ui_toolbar(struct ui *ui, struct gui_rect place)
{
    struct ui_bar bar = ui_bar(place, ui_px(ui, UI_GAP));
    gui_window_begin("##toolbar", place, GUI_FIXED | GUI_NO_SCROLL | GUI_BARE, NULL);
    draw_modes(ui, &bar);
    zoom_right(ui, &bar);
    show_right(ui, &bar);
    links_right(ui, &bar);
    rule_left(ui, &bar);
    draw_tool(ui, &bar);
    gui_window_end();
}
