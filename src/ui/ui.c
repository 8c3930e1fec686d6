// SPDX-License-Identifier: MIT
// Life of the panels, their layout, and which of them an event belongs to.
#include "ui/ui.h"

#include "ui/panels/ui_internal.h"

#include <stdlib.h>
#include <string.h>

// Layout lengths at scale 1.
static const float font_height = 14, contrast_width = 296;

static void apply_scale(struct ui *ui)
{
    gui_style(ui->scale);
    if (ui_fonts_update(&ui->fonts, ui_px(ui, font_height), true))
        ui_docks_forget(ui->docks);
    ui->settling.frames = 2;
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

// Heights of the bars, by the same arithmetic as the library's.
static float bar_height(const struct ui *ui)
{
    return ui_px(ui, font_height) + 2 * (float)(int)(3 * ui->scale);
}

// The panel for files leaves the picture at least half of what the contrast panel leaves.
static int64_t files_width(const struct ui *ui, const struct workspace *workspace, int64_t room)
{
    const int64_t wanted = (int64_t)ui_px(ui, (float)workspace->panels.files_width);
    return workspace->panels.files ? (wanted < room / 2 ? wanted : room / 2) : 0;
}

static int64_t frames_height(const struct ui *ui, const struct workspace *workspace)
{
    return workspace->panels.frames && workspace->panels.has_frames ? (int64_t)bar_height(ui) + 2 : 0;
}

struct rect ui_picture_area(const struct ui *ui, const struct workspace *workspace, int width, int height)
{
    struct rect area = {0, 0, width, height};
    if (workspace->panels.interface) {
        area.y = (int64_t)bar_height(ui);
        area.height -= 2 * area.y + frames_height(ui, workspace);
        if (workspace->panels.contrast || workspace->panels.mask)
            area.width -= (int64_t)ui_px(ui, contrast_width);
        area.x = files_width(ui, workspace, area.width);
        area.width -= area.x;
    }
    area.width = area.width > 1 ? area.width : 1;
    area.height = area.height > 1 ? area.height : 1;
    return area;
}

// The glyphs of all that the model shows.
static void need_model_texts(struct ui *ui, const struct ui_model *model)
{
    ui_need_text(ui, model->name);
    ui_need_text(ui, model->message);
    ui_need_text(ui, model->note);
    ui_need_text(ui, model->question ? model->question->text : NULL);
    ui_need_text(ui, model->cursor.kind);
    if (ui->host->workspace->panels.metadata && ui->metadata_glyphs != model->header.serial) {
        ui_need_text(ui, model->header.text);
        ui->metadata_glyphs = model->header.serial;
    }
    ui_need_text(ui, ui->host->view->display.colormap);
}

static void build_panels(struct ui *ui, int width, int height)
{
    const struct view_panels *panels = &ui->host->workspace->panels;
    struct rect area = ui->picture;
    struct gui_rect picture = {(float)area.x, (float)area.y, (float)area.width, (float)area.height};
    if (panels->interface) {
        float bar = bar_height(ui);
        ui_menu_bar(ui);
        ui_status_line(ui, (struct gui_rect){0, (float)height - bar, (float)width, bar});
        const float frames = (float)frames_height(ui, ui->host->workspace);
        if (frames > 0)
            ui_frames(ui, (struct gui_rect){0, (float)height - bar - frames, (float)width, frames});
        const float side = picture.x + picture.width;
        const struct gui_rect right = {side, bar, (float)width - side, (float)height - 2 * bar - frames};
        if (panels->mask)
            ui_mask_panel(ui, right);
        else if (panels->contrast)
            ui_contrast_panel(ui, right);
        if (panels->files)
            ui_files(ui, (struct gui_rect){0, bar, picture.x, (float)height - 2 * bar - frames});
    }
    ui_messages(ui, picture);
    if (panels->help)
        ui_help(ui);
    if (panels->metadata)
        ui_metadata(ui);
    else
        ui->metadata.was_open = false;
    if (panels->contents)
        ui_contents(ui);
    else
        ui->contents.was_open = false;
    ui_dialog(ui);
    ui_palette(ui);
    ui->questioned = ui->model->question != NULL;
    if (ui->questioned)
        ui_question(ui);
}

void ui_frame(struct ui *ui, const struct ui_model *model, struct command_host *host, int width, int height)
{
    ui->model = model;
    ui->host = host;
    ui->size.width = width;
    ui->size.height = height;
    need_model_texts(ui, model);
    if (ui_fonts_update(&ui->fonts, ui_px(ui, font_height), false))
        ui_docks_forget(ui->docks);
    if (ui->settling.frames > 0)
        ui->settling.frames--;
    if (ui->settling.focus_frames > 0)
        ui->settling.focus_frames--;
    ui->picture = ui_picture_area(ui, host->workspace, width, height);
    ui->floating.count = 0;
    gui_frame_begin(width, height, ui->mouse.inside, ui->mouse.x, ui->mouse.y,
                    ui->mouse.panel_buttons & SDL_BUTTON(SDL_BUTTON_LEFT));
    ui->files.awaits_rows = false; // unless the panel is shown, and says so
    build_panels(ui, width, height);
    gui_frame_end();
    host->workspace->panels.find = false;
    ui->modal_keys = host->workspace->panels.palette || host->workspace->panels.dialog != DIALOG_NONE;
    run_queue(ui);
    ui_dialog_run(ui);
    // The commands may have opened or closed panels: the picture and the mouse go by the new state.
    ui->picture = ui_picture_area(ui, host->workspace, width, height);
    ui->model = NULL;
}

enum status ui_draw(struct ui *ui, struct gpu *gpu, struct renderer *renderer, struct error *error)
{
    return ui_docks_draw(ui->docks, gpu, renderer, ui->picture, ui->size.width, ui->size.height, error);
}
