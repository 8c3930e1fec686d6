// SPDX-License-Identifier: MIT
// The panels around the picture: menu bar, status line, contrast panel, palette, help, dialogs.
//
// The panels only read the model and act by running commands. The order of one repaint is: ui_frame (builds
// the panels and may run commands, which may change the view) -> ui_picture_area -> the picture is drawn ->
// ui_draw. Nothing moves or blinks by itself: without events there is nothing to redraw. Thread-safety: the
// thread that owns the window and the GL context.
#ifndef FOVEA_UI_UI_H
#define FOVEA_UI_UI_H

#include "commands/command.h"
#include "render/renderer.h"
#include "ui/panels/ui_model.h"

#include <SDL.h>

struct ui;

// Makes the panels for a window whose GL 3.3 context is current. `scale` is the number of framebuffer pixels
// per layout pixel (1, 2 on HiDPI). STATUS_NO_GL if the drawing back end cannot start.
enum status ui_create(SDL_Window *window, SDL_GLContext context, float scale, struct ui **ui,
                      struct error *error);
void ui_destroy(struct ui **ui);
// Whether the window has after a swap the pixels that it had before; false at first.
void ui_window_keeps(struct ui *ui, bool keeps);
// A new scale, when the window moved to another screen: fonts are drawn again.
void ui_set_scale(struct ui *ui, float scale);

// Shows an event to the panels. True: it belongs to them (mouse over a panel or dragging in one, keyboard in
// a text field) and must not act on the picture. Every event of the window should be passed.
bool ui_event(struct ui *ui, const SDL_Event *event);
// True while keys belong to a panel: a field has the keyboard, or a dialog or the palette is open.
bool ui_has_keyboard(const struct ui *ui);
// The key of an SDL_KEYDOWN or SDL_TEXTINPUT event for bindings_find; false if the event stands for none.
// Characters come from SDL_TEXTINPUT (so text input must stay started), all else from SDL_KEYDOWN; each key
// press gives one. `held` are the modifiers (KMOD_...) of the last key that went down: what they are by now
// is nothing to go by, because events may have waited.
bool ui_key_of_event(const SDL_Event *event, unsigned held, struct key *key);

// Builds all panels for a window of `width` x `height` framebuffer pixels. host->workspace says which are
// open.
void ui_frame(struct ui *ui, const struct ui_model *model, struct command_host *host, int width, int height);
// The part of the framebuffer that is left for the picture: x, y from the upper left corner, width and height
// (at least 1). Depends on workspace->panels only, not on what ui_frame did, and notes there whether the
// window is small.
struct rect ui_picture_area(const struct ui *ui, struct workspace *workspace, int width, int height);
// How wide the strips for colour bars beside images are to be, framebuffer pixels; 0 until the first frame.
float ui_gutter_width(const struct ui *ui);
// Draws the panels over the picture into the window, which is bound, by the renderer of its device.
enum status ui_draw(struct ui *ui, struct gpu *gpu, struct renderer *renderer, struct error *error);
// The mouse is over the picture, not over a panel or outside of the window.
bool ui_mouse_on_picture(const struct ui *ui);
// True while the panels need one more ui_frame and ui_draw to settle after an event; false at rest.
bool ui_wants_redraw(const struct ui *ui);
// True while a field is about to get the keyboard or to give it up: events shall wait for the next ui_frame,
// so that what is typed right after the key that opened a panel reaches it.
bool ui_awaits_focus(const struct ui *ui);
// True while the list that has the keyboard is about to be another: keys other than characters shall wait
// for a later ui_frame, so that they choose from what was typed.
bool ui_awaits_rows(const struct ui *ui);

#endif
