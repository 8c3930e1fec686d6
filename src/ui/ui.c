// SPDX-License-Identifier: MIT
// Life of the panels, their layout, and which of them an event belongs to.
#include "ui/ui.h"

#include "ui/panels/ui_context.h"
#include "ui/panels/ui_gutter.h"
#include "ui/panels/ui_inspector.h"
#include "ui/panels/ui_internal.h"
#include "ui/panels/ui_messages.h"
#include "ui/panels/ui_palette.h"
#include "ui/panels/ui_toast.h"

#include <stdlib.h>
#include <string.h>

static void apply_scale(struct ui *ui)
{
    gui_style(ui->theme, ui->scale);
    if (ui_fonts_update(&ui->fonts, ui->scale, true))
        ui_docks_forget(ui->docks);
    ui->settling.frames = 2;
}

static void apply_theme(struct ui *ui, enum interface_theme theme)
{
    if (theme == ui->theme)
        return;
    ui->theme = theme;
    gui_style(theme, ui->scale);
    ui_docks_forget(ui->docks);
}

enum status ui_create(SDL_Window *window, SDL_GLContext context, float scale, struct ui **ui,
                      struct error *error)
{
    if (!gui_create(window, context))
        return error_set(error, STATUS_NO_GL, "the panels cannot be drawn with this OpenGL");
    struct ui *created = must_alloc(sizeof *created);
    created->window = window;
    created->scale = scale > 0.1f ? scale : 1;
    created->frames.asked = -1;
    created->docks = ui_docks_create();
    ui_mask_init(&created->mask);
    apply_scale(created);
    *ui = created;
    return STATUS_OK;
}

void ui_destroy(struct ui **ui)
{
    if (!*ui)
        return;
    ui_docks_destroy(&(*ui)->docks);
    gui_destroy();
    ui_fonts_finish(&(*ui)->fonts);
    ui_metadata_free(&(*ui)->metadata);
    ui_contents_free(&(*ui)->contents);
    ui_files_free(&(*ui)->files);
    ui_dialog_free(&(*ui)->dialog);
    ui_palette_free(&(*ui)->palette);
    text_free(&(*ui)->queue);
    free(*ui);
    *ui = NULL;
}

void ui_window_keeps(struct ui *ui, bool keeps)
{
    ui_docks_window_keeps(ui->docks, keeps);
}

void ui_set_scale(struct ui *ui, float scale)
{
    if (scale <= 0.1f || scale == ui->scale)
        return;
    ui->scale = scale;
    apply_scale(ui);
}

// --- Events ---

static bool in_rect(struct gui_rect rect, float x, float y)
{
    return x >= rect.x && y >= rect.y && x < rect.x + rect.width && y < rect.y + rect.height;
}

// Takes the mouse's place from an event, which counts in window units.
static void move_mouse(struct ui *ui, int window_x, int window_y)
{
    int width = 1, height = 1;
    SDL_GetWindowSize(ui->window, &width, &height);
    ui->mouse.x = (float)window_x * (float)ui->size.width / (float)(width > 0 ? width : 1);
    ui->mouse.y = (float)window_y * (float)ui->size.height / (float)(height > 0 ? height : 1);
    ui->mouse.inside = true;
}

// Whether the mouse is on a panel. Uses the last layout, not what the mouse was over in the
// last frame, because the mouse may have moved since.
static bool on_panel(const struct ui *ui)
{
    float x = ui->mouse.x, y = ui->mouse.y;
    struct gui_rect picture = {(float)ui->picture.x, (float)ui->picture.y, (float)ui->picture.width,
                               (float)ui->picture.height};
    if (ui->questioned || ui->palette.was_open || gui_popup_open() || !in_rect(picture, x, y))
        return true;
    for (size_t i = 0; i < ui->floating.count; i++) {
        if (in_rect(ui->floating.places[i], x, y))
            return true;
    }
    return false;
}

// A click on the picture takes the keyboard from the field that has it; the panels do not see such a click.
static void give_keyboard_back(struct ui *ui)
{
    gui_release_text();
    ui->settling.frames = 2;
}

static bool button_event(struct ui *ui, const SDL_MouseButtonEvent *event)
{
    uint32_t bit = SDL_BUTTON(event->button);
    move_mouse(ui, event->x, event->y);
    if (event->type == SDL_MOUSEBUTTONDOWN) {
        bool panel = ui->mouse.panel_buttons || (!ui->mouse.picture_buttons && on_panel(ui));
        *(panel ? &ui->mouse.panel_buttons : &ui->mouse.picture_buttons) |= bit;
        if (!panel && gui_wants_text())
            give_keyboard_back(ui);
        return panel;
    }
    // A button belongs to where it went down.
    bool panel = ui->mouse.panel_buttons & bit;
    ui->mouse.panel_buttons &= ~bit;
    ui->mouse.picture_buttons &= ~bit;
    if (!ui->mouse.picture_buttons && ui->contrast.histogram.waits)
        ui->settling.frames = ui->settling.frames > 1 ? ui->settling.frames : 1;
    return panel;
}

static bool motion_event(struct ui *ui, const SDL_MouseMotionEvent *event)
{
    bool before = ui->mouse.on_panel;
    move_mouse(ui, event->x, event->y);
    ui->mouse.on_panel = ui->mouse.panel_buttons || (!ui->mouse.picture_buttons && on_panel(ui));
    // One more frame when the mouse leaves, so that what it was over is no longer lit.
    if (before && !ui->mouse.on_panel)
        ui->settling.frames = ui->settling.frames > 1 ? ui->settling.frames : 1;
    return ui->mouse.on_panel;
}

static void leave_window(struct ui *ui)
{
    ui->mouse.inside = false;
    if (ui->mouse.on_panel)
        ui->settling.frames = ui->settling.frames > 1 ? ui->settling.frames : 1;
    ui->mouse.on_panel = false;
}

// Keys that work even while a text field has the keyboard: F1 to F24, Ctrl+Shift combinations, and outside of
// dialogs all Ctrl combinations with a letter that mean nothing to a field.
static bool is_global_key(const struct ui *ui, const SDL_KeyboardEvent *event)
{
    SDL_Keycode code = event->keysym.sym;
    bool function = (code >= SDLK_F1 && code <= SDLK_F12) || (code >= SDLK_F13 && code <= SDLK_F24);
    bool letter = code >= SDLK_a && code <= SDLK_z && !strchr("acvxyz", (int)code);
    if (!(event->keysym.mod & KMOD_CTRL))
        return function;
    return function || (event->keysym.mod & KMOD_SHIFT ? code != SDLK_z : letter && !ui->modal_keys);
}

static bool key_event(struct ui *ui, const SDL_Event *event)
{
    if (gui_popup_open() && event->type == SDL_KEYDOWN && event->key.keysym.sym == SDLK_ESCAPE) {
        gui_close_popups();
        return true;
    }
    if (!ui_has_keyboard(ui))
        return false;
    return event->type == SDL_TEXTINPUT || event->type == SDL_TEXTEDITING || !is_global_key(ui, &event->key);
}

static bool route_event(struct ui *ui, const SDL_Event *event)
{
    int x, y;
    switch (event->type) {
    case SDL_MOUSEMOTION:
        return motion_event(ui, &event->motion);
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        return button_event(ui, &event->button);
    case SDL_MOUSEWHEEL:
        SDL_GetMouseState(&x, &y);
        move_mouse(ui, x, y);
        return ui->mouse.panel_buttons || (!ui->mouse.picture_buttons && on_panel(ui));
    case SDL_KEYDOWN:
    case SDL_KEYUP:
    case SDL_TEXTINPUT:
    case SDL_TEXTEDITING:
        return key_event(ui, event);
    case SDL_WINDOWEVENT:
        if (event->window.event == SDL_WINDOWEVENT_LEAVE && !ui->mouse.panel_buttons)
            leave_window(ui);
        return false;
    default:
        return false;
    }
}

bool ui_event(struct ui *ui, const SDL_Event *event)
{
    bool captured = route_event(ui, event);
    // Drags on the picture are hidden from the panels; a release they always see.
    if (captured || event->type == SDL_MOUSEBUTTONUP || event->type == SDL_KEYUP ||
        event->type == SDL_WINDOWEVENT)
        gui_event(event);
    if (captured)
        ui->settling.frames = 2;
    // Keys that make a field give up the keyboard: that is known after the next three frames.
    if (captured && event->type == SDL_KEYDOWN &&
        (event->key.keysym.sym == SDLK_ESCAPE || event->key.keysym.sym == SDLK_RETURN ||
         event->key.keysym.sym == SDLK_KP_ENTER))
        ui->settling.frames = ui->settling.focus_frames = 3;
    return captured;
}

bool ui_has_keyboard(const struct ui *ui)
{
    return gui_wants_text() || ui->modal_keys;
}

bool ui_mouse_on_picture(const struct ui *ui)
{
    return ui->mouse.inside && !ui->mouse.on_panel;
}

bool ui_wants_redraw(const struct ui *ui)
{
    return ui->settling.frames > 0;
}

bool ui_awaits_focus(const struct ui *ui)
{
    return ui->settling.focus_frames > 0;
}

bool ui_awaits_rows(const struct ui *ui)
{
    return ui->files.awaits_rows && ui->files.list.keyboard;
}

// --- Frames ---

static void run_queue(struct ui *ui)
{
    if (ui->queue.length == 0)
        return;
    struct text queue = ui->queue;
    ui->queue = (struct text){0};
    ui_run_now(ui, text_string(&queue));
    text_free(&queue);
}

static struct shell lay_out(const struct ui *ui, const struct workspace *workspace, int width, int height)
{
    const struct view_panels *panels = &workspace->panels;
    return shell_lay_out(&(struct shell_wishes){
        .width = width,
        .height = height,
        .scale = ui->scale,
        .interface = panels->interface,
        .browser = panels->files,
        .inspector = panels_tab(panels) >= 0,
        .series = panels->frames && panels->has_frames,
        .browser_width = panels->files_width,
        .inspector_width = panels->inspector.width,
    });
}

struct rect ui_picture_area(const struct ui *ui, struct workspace *workspace, int width, int height)
{
    workspace->panels.compact = shell_class_of(width, height, ui->scale) == SHELL_COMPACT;
    return lay_out(ui, workspace, width, height).panes;
}

// The glyphs of all that the model shows.
static void need_model_texts(struct ui *ui, const struct ui_model *model)
{
    ui_need_text(ui, model->name);
    for (size_t i = 0; i < model->panes.count; i++) {
        ui_need_text(ui, model->panes.rows[i].name);
        ui_need_text(ui, model->panes.rows[i].detector);
    }
    ui_need_text(ui, model->note);
    ui_need_text(ui, model->question ? model->question->text : NULL);
    ui_need_text(ui, model->cursor.kind);
    if (panels_tab(&ui->host->workspace->panels) == TAB_HEADER &&
        ui->metadata_glyphs != model->header.serial) {
        ui_need_text(ui, model->header.text);
        ui->metadata_glyphs = model->header.serial;
    }
    ui_need_text(ui, ui->host->view->display.colormap);
}

static struct gui_rect place_of(struct rect rect)
{
    return (struct gui_rect){(float)rect.x, (float)rect.y, (float)rect.width, (float)rect.height};
}

enum dock_kind {
    DOCK_MENU,
    DOCK_TOOLBAR,
    DOCK_STRIP,
    DOCK_BROWSER,
    DOCK_SERIES,
    DOCK_SPLITTER,
    DOCK_BOTTOM,
    DOCK_INSPECTOR,
    DOCK_RAIL,
    DOCK_STATUS,
    DOCKS,
    DOCK_HEAD = DOCKS // and those of the other panes
};

// The bars and docks, and in which order they are built.
static const struct {
    size_t rect; // where the shell has its rectangle
    void (*build)(struct ui *ui, struct gui_rect place);
    enum ui_colour ground;
} docks[DOCKS] = {
    [DOCK_MENU] = {offsetof(struct shell, menu), ui_menu_bar, UI_BASE},
    [DOCK_TOOLBAR] = {offsetof(struct shell, toolbar), ui_toolbar, UI_BASE},
    [DOCK_STRIP] = {offsetof(struct shell, strip), ui_strip, UI_BASE},
    [DOCK_BROWSER] = {offsetof(struct shell, browser), ui_files, UI_PANEL},
    [DOCK_SERIES] = {offsetof(struct shell, series), ui_frames, UI_PANEL},
    [DOCK_SPLITTER] = {offsetof(struct shell, splitter), NULL, UI_PANEL},
    [DOCK_BOTTOM] = {offsetof(struct shell, bottom), NULL, UI_PANEL},
    [DOCK_INSPECTOR] = {offsetof(struct shell, inspector), ui_inspector, UI_PANEL},
    [DOCK_RAIL] = {offsetof(struct shell, rail), ui_rail, UI_BASE},
    [DOCK_STATUS] = {offsetof(struct shell, status), ui_status_line, UI_BASE},
};
static struct rect dock_rect(const struct shell *shell, int dock)
{
    struct rect rect;
    memcpy(&rect, (const char *)shell + docks[dock].rect, sizeof rect);
    return rect;
}

static void build_panels(struct ui *ui)
{
    const struct view_panels *panels = &ui->host->workspace->panels;
    for (int i = 0; i < DOCKS; i++) {
        const struct rect rect = dock_rect(&ui->shell, i);
        if (docks[i].build && rect.width > 0)
            docks[i].build(ui, place_of(rect));
    }
    if (panels->interface)
        ui_menu_right(ui, place_of(ui->shell.menu));
    ui_heads(ui);
    const int tab = panels_tab(panels);
    ui->metadata.was_open &= tab == TAB_HEADER;
    ui->contents.was_open &= tab == TAB_CONTENTS;
    if (ui->shell.drawer)
        ui_add_floating(ui, place_of(ui->shell.inspector));
    ui_gutters(ui);
    ui_toasts(ui, place_of(ui->picture));
    if (panels->messages)
        ui_message_list(ui);
    if (panels->help)
        ui_help(ui);
    ui_dialog(ui);
    ui_context(ui);
    ui_palette(ui);
    ui->questioned = ui->model->question != NULL;
    if (ui->questioned)
        ui_question(ui);
}

static void take_layout(struct ui *ui, const struct workspace *workspace)
{
    ui->shell = lay_out(ui, workspace, ui->size.width, ui->size.height);
    ui->picture = ui->shell.panes;
}

static void take_panes(struct ui *ui, const struct ui_panes *panes)
{
    ui->panes.count = panes->count;
    for (size_t i = 0; i < panes->count; i++) {
        ui->panes.heads[i] = panes->rows[i].head;
        ui->panes.pictures[i] = panes->rows[i].picture;
    }
}

void ui_frame(struct ui *ui, const struct ui_model *model, struct command_host *host, int width, int height)
{
    ui->model = model;
    ui->host = host;
    ui->size.width = width;
    ui->size.height = height;
    need_model_texts(ui, model);
    apply_theme(ui, host->workspace->theme);
    if (ui_fonts_update(&ui->fonts, ui->scale, false))
        ui_docks_forget(ui->docks);
    if (ui->settling.frames > 0)
        ui->settling.frames--;
    if (ui->settling.focus_frames > 0)
        ui->settling.focus_frames--;
    take_layout(ui, host->workspace);
    take_panes(ui, &model->panes);
    ui->floating.count = 0;
    gui_frame_begin(width, height, ui->mouse.inside, ui->mouse.x, ui->mouse.y,
                    ui->mouse.panel_buttons & SDL_BUTTON(SDL_BUTTON_LEFT));
    ui->files.awaits_rows = false; // unless the panel is shown, and says so
    build_panels(ui);
    gui_frame_end();
    host->workspace->panels.find = false;
    ui->modal_keys = host->workspace->panels.palette || host->workspace->panels.dialog != DIALOG_NONE;
    run_queue(ui);
    ui_dialog_run(ui);
    // The commands may have opened or closed panels: the picture and the mouse go by the new state.
    take_layout(ui, host->workspace);
    ui->model = NULL;
}

float ui_gutter_width(const struct ui *ui)
{
    return ui->gutters.width;
}

enum status ui_draw(struct ui *ui, struct gpu *gpu, struct renderer *renderer, struct error *error)
{
    ui_gutters_clear(&ui->gutters, gpu, ui->size.height);
    struct ui_scene scene = {.panes = ui->picture, .picture_count = ui->panes.count};
    for (size_t i = 0; i < ui->panes.count; i++) {
        scene.docks[DOCK_HEAD + i] = (struct ui_dock){ui->panes.heads[i], gui_tone(UI_PANEL)};
        scene.pictures[i] = ui->panes.pictures[i];
    }
    for (int i = 0; i < DOCKS; i++)
        scene.docks[i] = (struct ui_dock){dock_rect(&ui->shell, i), gui_tone(docks[i].ground)};
    if (ui->shell.drawer) {
        struct ui_dock *inspector = &scene.docks[DOCK_INSPECTOR];
        scene.drawer = *inspector;
        inspector->place = (struct rect){0};
    }
    return ui_docks_draw(ui->docks, gpu, renderer, &scene, ui->size.width, ui->size.height, error);
}
