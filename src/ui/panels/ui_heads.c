// SPDX-License-Identifier: MIT
// The heads of the panes: what each shows, in which state it is, and buttons for it alone.
#include "ui/panels/ui_internal.h"

#include <stdio.h>
#include <string.h>

size_t ui_pane_count(const struct ui_model *model)
{
    return model->panes.total;
}

// A head that is filled from both ends.
struct head {
    struct ui *ui;
    const struct ui_pane *pane;
    struct gui_rect place;
    float left, right;
    float name; // what the name needs, which stays whole before all else
};

static float middle(const struct head *head, float height)
{
    return head->place.y + (float)(int)((head->place.height - height) / 2);
}

static void text_left(struct head *head, enum ui_font font, enum ui_colour tone, const char *text)
{
    gui_font_push(font);
    const float room = head->right - head->left, width = gui_text_width(text);
    if (room > head->ui->scale * 24)
        gui_draw_label(
            (struct gui_rect){head->left, head->place.y, width < room ? width : room, head->place.height},
            GUI_LEFT, gui_tone(tone), text);
    head->left += (width < room ? width : room) + ui_px(head->ui, UI_GAP);
    gui_font_pop();
}

// False where it finds no room: nothing is cut off there.
static bool text_right(struct head *head, enum ui_colour tone, const char *text)
{
    const float width = gui_text_width(text);
    if (head->right - head->left < width + head->name)
        return false;
    head->right -= width;
    gui_draw_label((struct gui_rect){head->right, head->place.y, width, head->place.height}, GUI_LEFT,
                   gui_tone(tone), text);
    head->right -= ui_px(head->ui, UI_GAP);
    return true;
}

// A word in a frame of its own; on amber where it warns.
static void chip(struct head *head, const char *text, bool warns)
{
    const float padding = ui_px(head->ui, 7), height = ui_px(head->ui, 17);
    gui_font_push(UI_B11);
    const float width = gui_text_width(text) + 2 * padding;
    if (head->right - head->left > width + head->name) {
        const struct gui_rect place = {head->right - width, middle(head, height), width, height};
        gui_draw_rounded(place, gui_tone(warns ? UI_WARNFILL : UI_RAISED), ui_px(head->ui, 9));
        gui_draw_label(place, GUI_MIDDLE, gui_tone(warns ? UI_ONWARN : UI_TEXT2), text);
        head->right -= width + ui_px(head->ui, UI_GAP);
    }
    gui_font_pop();
}

// A button that belongs to this pane; the rest of the head is dragged and double clicked.
static void button_right(struct head *head, enum ui_icon icon, const char *name, const char *command,
                         bool here)
{
    char line[96];
    const float side = ui_px(head->ui, UI_ROW);
    head->right -= side;
    const struct gui_rect place = {head->right, head->place.y, side, head->place.height};
    snprintf(line, sizeof line, here ? "%d:%s" : "pane.go %d; %s", head->pane->number, command);
    const struct ui_icon_button button = {.id = command, .icon = icon, .size = 16};
    if (ui_icon_button(&button, place))
        ui_run(head->ui, "%s", line);
    ui_tip(head->ui, name, command, NULL);
    ui_add_floating(head->ui, place);
}

static void letter_left(struct head *head)
{
    const char letter[2] = {(char)('A' + head->pane->number - 1), '\0'};
    const float side = ui_px(head->ui, 16);
    const struct gui_rect place = {head->left, middle(head, side), side, side};
    gui_draw_rounded(place, gui_tone(head->pane->active ? UI_ACCENTFILL : UI_RAISED),
                     ui_px(head->ui, UI_RADIUS));
    gui_font_push(UI_B11);
    gui_draw_label(place, GUI_MIDDLE, gui_tone(head->pane->active ? UI_ONFILL : UI_TEXT2), letter);
    gui_font_pop();
    head->left += side + ui_px(head->ui, UI_GAP);
}

// Where the series has no bar of its own, the active pane's head has its buttons.
static void series_right(struct head *head)
{
    const struct ui_place *place = &head->ui->model->place;
    char text[64];
    if (!head->pane->active || head->ui->shell.size != SHELL_COMPACT || place->total < 2)
        return;
    button_right(head, UI_ICON_FWD, "Next", "frame.next", true);
    const bool plays = head->ui->host->view->play.direction != 0;
    button_right(head, plays ? UI_ICON_PAUSE : UI_ICON_PLAY, "Play or stop", "frame.play", true);
    button_right(head, UI_ICON_BACK, "Previous", "frame.previous", true);
    snprintf(text, sizeof text, "# %lld of %lld", (long long)place->number, (long long)place->total);
    if (place->number >= 0)
        text_right(head, UI_TEXT2, text);
}

static void draw_right(struct head *head)
{
    const struct ui_pane *pane = head->pane;
    if (ui_pane_count(head->ui->model) > 1) {
        button_right(head, UI_ICON_CLOSE, "Close this pane", "pane.close", true);
        button_right(head, UI_ICON_EXPAND, "This pane alone, and back", "pane.alone", false);
    }
    series_right(head);
    head->right -= ui_px(head->ui, 4);
    if (pane->unsaved)
        chip(head, "Mask not saved", true);
    if (pane->linked)
        chip(head, "Linked", false);
    if (*pane->type && text_right(head, UI_TEXT2, pane->type))
        text_right(head, UI_TEXT2, pane->size);
}

static void draw_left(struct head *head)
{
    const struct ui_pane *pane = head->pane;
    const float icon = ui_px(head->ui, 16);
    if (ui_pane_count(head->ui->model) > 1)
        letter_left(head);
    if (!pane->name) {
        text_left(head, UI_R13, UI_TEXT2, "Empty");
        return;
    }
    ui_icon_draw(pane->series ? UI_ICON_SERIES : UI_ICON_FILE, head->left, middle(head, icon), 16,
                 gui_tone(UI_TEXT2));
    head->left += icon + ui_px(head->ui, 6);
    text_left(head, UI_B13, UI_TEXT, pane->name);
    if (pane->detector && head->right - head->left > ui_px(head->ui, 60))
        text_left(head, UI_R13, UI_TEXT2, pane->detector);
}

static void draw_lines(const struct head *head)
{
    const struct ui_pane *pane = head->pane;
    const struct gui_rect at = head->place;
    const float line = ui_px(head->ui, 2);
    if (pane->active && ui_pane_count(head->ui->model) > 1)
        gui_draw_rect((struct gui_rect){at.x, at.y, at.width, line}, gui_tone(UI_ACCENT));
    if (pane->loading && pane->progress > 0)
        gui_draw_rect(
            (struct gui_rect){at.x, at.y + at.height - line, at.width * (float)pane->progress, line},
            gui_tone(UI_ACCENT));
}

static void draw_head(struct ui *ui, const struct ui_pane *pane)
{
    char id[32];
    const struct rect rect = pane->head;
    const struct gui_rect place = {(float)rect.x, (float)rect.y, (float)rect.width, (float)rect.height};
    struct head head = {ui, pane, place, place.x + ui_px(ui, 6), place.x + place.width};
    gui_font_push(UI_B13);
    head.name = ui_px(ui, 56) + (pane->name ? gui_text_width(pane->name) : 0);
    gui_font_pop();
    snprintf(id, sizeof id, "##head %d", pane->number);
    gui_window_begin(id, place, GUI_FIXED | GUI_NO_SCROLL | GUI_BARE, NULL);
    draw_right(&head);
    draw_left(&head);
    draw_lines(&head);
    gui_window_end();
}

void ui_heads(struct ui *ui)
{
    const struct ui_panes *panes = &ui->model->panes;
    for (size_t i = 0; i < panes->count; i++) {
        if (panes->rows[i].head.height > 0 && panes->rows[i].head.width > 0)
            draw_head(ui, &panes->rows[i]);
    }
}
