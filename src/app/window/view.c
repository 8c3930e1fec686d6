// SPDX-License-Identifier: MIT
// The window's event loop: wait, drain all events, draw once if anything changed. At rest it waits and does
// nothing.
#include "app/window/view.h"

#include "app/common/cli.h"
#include "app/host/host.h"
#include "app/host/host_commands.h"
#include "app/host/thumbnails.h"
#include "app/window/gestures.h"
#include "app/window/held_keys.h"
#include "app/window/model.h"
#include "app/window/question.h"
#include "app/window/remembered.h"
#include "app/window/window.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/output.h"
#include "ui/ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// How long bands are taken between two repaints: shortly until something is on the screen, then longer,
// because every repaint takes time from decoding.
enum { FIRST_PUMP_MS = 8, PUMP_MS = 40 };

// How long names may be looked up before the window is there, so that what is wrong with them ends the
// program.
enum { LOOK_UP_MS = 2000 };

// Everything of a window session.
struct session {
    struct window window;
    struct desk *desk;
    struct host host;
    struct ui *ui;
    struct thumbnails *thumbnails;
    struct bindings bindings;
    struct gestures gestures;
    struct view_options options;
    bool commands_pending; // --command lines wait for the first image
    bool dirty;            // something changed since the last repaint
    bool repaint_first;    // events wait until after the next repaint
    bool mouse_moved;      // since the last repaint, or a button went down
    bool has_put_off;      // put_off is to be handled after the next repaint
    SDL_Event put_off;
    bool is_fullscreen;
    struct held_keys keys;
    unsigned modifiers; // of the last key that went down (KMOD_...)
    bool asked;         // about edits that earlier sessions left
    bool picture_seen;  // some of what is being loaded has been drawn
    float scale;
    struct remembered remembered;
    const char *dropped[64]; // file names of a drop in progress, owned by SDL
    size_t dropped_count;
};

// --- drawing ---

// Puts cameras and mouse where the window's size, the panels and the series have them now, before anything is
// said about them.
static void lay_out(struct session *session, int width, int height)
{
    struct desk *desk = session->desk;
    struct host *host = &session->host;
    int64_t number, total;
    bool exact;
    playback_place(desk->active, &number, &total, &exact);
    desk->common.workspace.panels.has_frames = total > 1;
    desk->gutter = (int64_t)ui_gutter_width(session->ui);
    desk_lay_out(desk, ui_picture_area(session->ui, &desk->common.workspace, width, height), session->scale);
    desk_follow(desk);
    host->mouse_on_picture = ui_mouse_on_picture(session->ui);
    host_find_pixel(host);
}

// The window's size in pixels, and the interface's as it is asked for now.
static float measure(struct session *session, int *width, int *height)
{
    float scale;
    struct view_scale *wanted = &session->desk->common.workspace.scale;
    session->window.asked_scale = wanted->asked;
    window_size(&session->window, width, height, &scale);
    wanted->now = scale;
    return scale;
}

static void lay_out_now(void *context)
{
    struct session *session = context;
    int width, height;
    measure(session, &width, &height);
    lay_out(session, width, height);
}

static void update_title(struct session *session)
{
    const struct pane *pane = session->desk->active;
    struct text title = {0};
    pane_append_title(pane, &title);
    text_append(&title, pane_is_empty(pane) ? "Fovea" : " - Fovea");
    window_set_title(&session->window, text_string(&title));
    text_free(&title);
}

// Builds the panels. What they need more than one frame for, such as a field that is given the keyboard or
// the numbers that a command has changed, is settled before anything is drawn.
static void build_panels(struct session *session, int width, int height)
{
    enum { MAX_FRAMES = 4 };
    struct ui_model model;
    struct model_texts texts;
    const struct model_parts parts = {session->desk, &session->host, session->thumbnails, &session->bindings};
    int frames = 0;
    do {
        lay_out(session, width, height);
        model_fill(&parts, &model, &texts);
        thumbnails_begin(session->thumbnails);
        ui_frame(session->ui, &model, &session->host.commands, width, height);
        thumbnails_end(session->thumbnails);
    } while (ui_wants_redraw(session->ui) && ++frames < MAX_FRAMES);
}

// The interval at which the whole picture is drawn straight to the window is that of its changes; repaints
// for the panels alone show it from the cache.
static enum status repaint(struct session *session, struct error *error)
{
    struct desk *desk = session->desk;
    struct pane *pane = desk->active;
    int width, height;
    const float scale = measure(session, &width, &height);
    if (scale != session->scale) {
        ui_set_scale(session->ui, scale);
        session->scale = scale;
    }
    build_panels(session, width, height);
    pane_update_colormap(pane);
    desk_lay_out(desk, ui_picture_area(session->ui, &desk->common.workspace, width, height), scale);
    desk_follow(desk);
    target_bind(desk->common.gpu, NULL, width, height);
    enum status status = desk_draw(desk, NULL, width, height, error);
    if (status)
        return status;
    const struct rect area = desk_picture(desk, desk->active);
    if (area.width > 0 && area.height > 0) {
        target_viewport(desk->common.gpu, height, (int)area.x, (int)area.y, (int)area.width,
                        (int)area.height);
        editor_draw(session->host.editors.active, desk->common.overlay, ui_mouse_on_picture(session->ui),
                    scale);
        overlay_flush(desk->common.overlay, (int)area.width, (int)area.height);
    }
    target_viewport(desk->common.gpu, height, 0, 0, width, height);
    status = ui_draw(session->ui, desk->common.gpu, desk->common.renderer, error);
    if (status)
        return status;
    SDL_GL_SwapWindow(session->window.handle);
    update_title(session);
    return STATUS_OK;
}

// --- events ---

static void run_key(struct session *session, const SDL_Event *event)
{
    struct key key;
    const char *command =
        ui_key_of_event(event, session->modifiers, &key)
            ? bindings_find(&session->bindings, key, session->desk->common.workspace.masking.on)
            : NULL;
    // Characters come as text, after the event of their key.
    if (event->type == SDL_KEYDOWN)
        session->host.key_repeats = event->key.repeat != 0;
    if (!command)
        return;
    session->host.commands.panels_changed = false;
    session->host.by_key = true;
    host_run(&session->host, command);
    session->host.by_key = false;
    session->host.key_repeats &= event->type == SDL_KEYDOWN;
    // A panel that was opened is drawn before the next key, which may be meant for it.
    session->repaint_first = session->host.commands.panels_changed;
    session->dirty = true;
}

// What the keyboard does while a question is shown: answers it, or closes the window all the same.
static void question_key(struct session *session, const SDL_Event *event)
{
    struct question_texts texts;
    struct ui_question question;
    struct key key;
    if (!session->host.question_seen || !question_fill(&session->host, &texts, &question))
        return;
    const char *answer = question_command(&question, event);
    const char *bound = ui_key_of_event(event, session->modifiers, &key)
                            ? bindings_find(&session->bindings, key, false)
                            : NULL;
    if (answer)
        host_run(&session->host, answer);
    else if (bound && strcmp(bound, "app.quit") == 0)
        run_key(session, event);
    session->dirty = true;
}

// Drawable pixels per unit of SDL's mouse coordinates.
static double mouse_density(const struct session *session)
{
    int width = 1, drawable = 1;
    SDL_GetWindowSize(session->window.handle, &width, NULL);
    SDL_GL_GetDrawableSize(session->window.handle, &drawable, NULL);
    return (double)drawable / width;
}

// What is dropped is for the pane under the mouse, of whose way here there were no events.
static void activate_under_mouse(struct session *session)
{
    const double density = mouse_density(session);
    int x, y, left, top;
    bool head;
    SDL_GetGlobalMouseState(&x, &y);
    SDL_GetWindowPosition(session->window.handle, &left, &top);
    struct pane *pane = desk_pane_at(session->desk, (x - left) * density, (y - top) * density, &head);
    if (pane)
        host_activate(&session->host, pane);
}

static void drop_event(struct session *session, const SDL_Event *event)
{
    if (event->type == SDL_DROPFILE &&
        session->dropped_count < sizeof session->dropped / sizeof *session->dropped)
        session->dropped[session->dropped_count++] = event->drop.file;
    if (event->type != SDL_DROPCOMPLETE || session->dropped_count == 0)
        return;
    activate_under_mouse(session);
    struct error error = {0};
    if (command_files(&session->host.commands)
            ->open(&session->host, session->dropped, session->dropped_count, &error))
        common_fault(&session->desk->common, &session->desk->common, &error);
    for (size_t i = 0; i < session->dropped_count; i++)
        SDL_free((void *)session->dropped[i]);
    session->dropped_count = 0;
    session->dirty = true;
}

static void picture_event(struct session *session, const SDL_Event *event)
{
    session->dirty |= gestures_event(&session->gestures, &session->host, event, mouse_density(session));
}

// What an event does that is the window's, the keys' or the picture's.
static void act_on(struct session *session, const SDL_Event *event, bool for_keys, bool for_picture)
{
    switch (event->type) {
    case SDL_QUIT: // a signal
        host_leave(&session->host);
        break;
    case SDL_WINDOWEVENT:
        if (event->window.event == SDL_WINDOWEVENT_CLOSE)
            host_quit(&session->host);
        session->dirty = true;
        break;
    case SDL_KEYDOWN:
    case SDL_TEXTINPUT:
        if (for_keys)
            run_key(session, event);
        break;
    case SDL_MOUSEMOTION:
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
    case SDL_MOUSEWHEEL:
        if (for_picture)
            picture_event(session, event);
        break;
    case SDL_DROPFILE:
    case SDL_DROPCOMPLETE:
        drop_event(session, event);
        break;
    default:
        break;
    }
}

static void handle_event(struct session *session, const SDL_Event *event)
{
    if ((int)event->type == SDL_AtomicGet(&session->window.wake_event)) {
        SDL_AtomicSet(&session->window.wake_pending, 0);
        return;
    }
    if (event->type == SDL_KEYDOWN)
        session->modifiers = event->key.keysym.mod;
    if (session->host.question && (event->type == SDL_KEYDOWN || event->type == SDL_TEXTINPUT)) {
        question_key(session, event);
        return;
    }
    // A drag that began on the picture stays with it even over a panel.
    const bool dragging = session->gestures.drag != DRAG_NONE;
    const bool taken = ui_event(session->ui, event);
    session->dirty |= taken || ui_wants_redraw(session->ui);
    // A panel sees what lies under the mouse when it draws: before the mouse moves on.
    session->repaint_first |= taken && event->type == SDL_MOUSEBUTTONDOWN;
    act_on(session, event, !taken, !taken || dragging);
}

// Puts an event off, with all that come after it, until after the next repaint.
static void put_off(struct session *session, const SDL_Event *event)
{
    session->put_off = *event;
    session->has_put_off = session->repaint_first = session->dirty = true;
}

static bool must_wait(const struct session *session, const SDL_KeyboardEvent *press)
{
    if (!ui_has_keyboard(session->ui))
        return false;
    return (ui_awaits_rows(session->ui) && !held_keys_makes_text(press->keysym.sym)) ||
           held_keys_must_wait(&session->keys, press);
}

// Puts a press off, or keeps a release, until after the repaint. True if that was done.
static bool hold_back_key(struct session *session, const SDL_Event *event)
{
    if (event->type != SDL_KEYDOWN && event->type != SDL_KEYUP)
        return false;
    if (event->type == SDL_KEYUP)
        return held_keys_keep(&session->keys, event);
    if (must_wait(session, &event->key)) {
        put_off(session, event);
        return true;
    }
    held_keys_press(&session->keys, event->key.keysym.scancode);
    return false;
}

// A slider that follows the mouse takes what it was moved to when it is drawn, and only while the button is
// down: a release waits, with all events after it, until the motion before it has been drawn. True if it
// does.
static bool put_off_button(struct session *session, const SDL_Event *event)
{
    if (event->type == SDL_MOUSEMOTION || event->type == SDL_MOUSEBUTTONDOWN)
        session->mouse_moved = true;
    if (event->type != SDL_MOUSEBUTTONUP || !session->mouse_moved)
        return false;
    put_off(session, event);
    return true;
}

// What was put off until after the repaint; a press that waited is one like any other.
static void handle_put_off(struct session *session)
{
    if (!session->has_put_off || session->repaint_first)
        return;
    session->has_put_off = false;
    if (!hold_back_key(session, &session->put_off))
        handle_event(session, &session->put_off);
}

static void handle_held(void *context, const SDL_Event *event)
{
    handle_event(context, event);
}

static bool is_at_leisure(const struct session *session)
{
    return !desk_is_busy(session->desk) && desk_wait_ms(session->desk, clock_now_ns()) < 0;
}

// Input by the user, before which everything that is only useful at leisure stands back.
static bool is_input(const SDL_Event *event)
{
    return (event->type >= SDL_KEYDOWN && event->type <= SDL_TEXTINPUT) ||
           (event->type >= SDL_MOUSEMOTION && event->type <= SDL_MOUSEWHEEL);
}

// Waits for an event, at most so long as there is something else to do.
static int wait_for_event(struct session *session, SDL_Event *event)
{
    const int next_frame = desk_wait_ms(session->desk, clock_now_ns());
    const int small = thumbnails_wait_ms(session->thumbnails);
    const int keep = recovery_wait_ms(session->host.recovery, clock_now_ns());
    const int told = messages_wait_ms(&session->desk->common.messages, clock_now_ns());
    const bool repaints = session->dirty || ui_wants_redraw(session->ui);
    if ((repaints && !desk_holds(session->desk)) || session->commands_pending)
        return SDL_PollEvent(event);
    if (desk_is_busy(session->desk) || host_is_working(&session->host))
        return SDL_WaitEventTimeout(event, 100);
    if (next_frame >= 0)
        return SDL_WaitEventTimeout(event, clock_sooner_ms(next_frame, told));
    const int first = clock_sooner_ms(clock_sooner_ms(small, keep), told);
    return first >= 0 ? SDL_WaitEventTimeout(event, first) : SDL_WaitEvent(event);
}

// Waits for the first event; while something is loading its wake-ups are events too, and a slow step shows
// progress.
static void wait_for_events(struct session *session)
{
    SDL_Event event;
    if (session->repaint_first || ui_awaits_focus(session->ui)) {
        if (desk_holds(session->desk))
            SDL_Delay(1); // nothing is drawn meanwhile
        return;
    }
    handle_put_off(session);
    if (session->repaint_first) // it has to wait once more, and the others with it
        return;
    int got = wait_for_event(session, &event);
    while (got) {
        if (is_input(&event))
            thumbnails_pause(session->thumbnails);
        gestures_note_key(&session->gestures, &event);
        if (!hold_back_key(session, &event) && !put_off_button(session, &event))
            handle_event(session, &event);
        got = !session->repaint_first && !ui_awaits_focus(session->ui) && SDL_PollEvent(&event);
    }
    session->dirty |= session->keys.held_count > 0;
}

static void apply_fullscreen(struct session *session)
{
    if (session->host.fullscreen == session->is_fullscreen)
        return;
    session->is_fullscreen = session->host.fullscreen;
    SDL_SetWindowFullscreen(session->window.handle,
                            session->is_fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
    session->dirty = true;
}

static void run_pending_commands(struct session *session)
{
    if (!session->commands_pending || desk_is_loading(session->desk) || host_is_working(&session->host))
        return;
    session->commands_pending = false;
    struct error error = {0};
    if (host_run_options(&session->host, &session->options, &error))
        common_fault(&session->desk->common, &session->desk->common, &error);
    session->dirty = true;
}

// Keeps unsaved edits of the mask, and asks once about those of earlier sessions.
static void look_after_edits(struct session *session)
{
    struct host *host = &session->host;
    if (host->quit_after_save && session->desk->common.workspace.panels.dialog != DIALOG_SAVE_MASK)
        host->quit_after_save = false; // the dialog was closed without a name
    const uint64_t told = session->desk->common.messages.told;
    recovery_update(host->recovery, clock_now_ns());
    session->dirty |= session->desk->common.messages.told != told;
    if (!session->asked && !session->commands_pending && is_at_leisure(session)) {
        session->asked = question_ask_recovery(host);
        session->dirty |= session->asked;
    }
}

static enum status run_loop(struct session *session, struct error *error)
{
    session->dirty = true;
    while (!session->host.quit) {
        const bool loading = desk_is_loading(session->desk);
        session->dirty |= desk_pump(session->desk, session->picture_seen ? PUMP_MS : FIRST_PUMP_MS) ||
                          (loading && !desk_holds(session->desk));
        session->dirty |= host_pump(&session->host);
        session->dirty |= messages_expire(&session->desk->common.messages, clock_now_ns());
        session->picture_seen = session->desk->active->load.times.first_band != 0;
        run_pending_commands(session);
        session->dirty |= files_update(session->host.files);
        session->dirty |= thumbnails_pump(session->thumbnails, is_at_leisure(session));
        if (session->dirty && !desk_holds(session->desk)) {
            session->dirty = session->repaint_first = false;
            enum status status = repaint(session, error);
            if (status)
                return status;
            held_keys_release(&session->keys, handle_held, session);
            session->mouse_moved = false;
            session->dirty |= ui_wants_redraw(session->ui);
            desk_seen(session->desk);
            session->host.question_seen = session->host.question != HOST_ASKS_NOTHING;
        }
        look_after_edits(session);
        if (host_continue(&session->host)) {
            session->dirty = true;
            continue;
        }
        if (!session->commands_pending && desk_tick(session->desk, clock_now_ns())) {
            host_panes_changed(&session->host);
            session->dirty |= session->desk->blink_ns > 0;
            continue;
        }
        if (!session->host.quit) // because something was written
            wait_for_events(session);
        apply_fullscreen(session);
    }
    return STATUS_OK;
}

// --- start ---

static void copy_text(const char *text)
{
    struct text safe = {0};
    text_safe(&safe, text, strlen(text));
    SDL_SetClipboardText(text_string(&safe));
    text_free(&safe);
}

static void add_bindings(struct session *session)
{
    struct text warnings = {0};
    bindings_add_default(&session->bindings);
    if (bindings_add_user(&session->bindings, &warnings) > 0) {
        output_lines(stderr, text_string(&warnings));
        common_tell(
            &session->desk->common,
            &(struct notice){SEVERITY_WARN, "Some of your keys cannot be used", text_string(&warnings)});
    }
    text_free(&warnings);
}

static enum status start_session(struct session *session, const char *const *names, size_t count,
                                 struct error *error)
{
    struct pane *pane = session->desk->active;
    struct workspace *workspace = &session->desk->common.workspace;
    workspace->scale.asked = session->options.scale_ui;
    workspace->theme = session->options.theme;
    remembered_begin(&session->remembered, session->desk->common.jobs, &session->window, workspace,
                     session->options.has_theme);
    session->host.files = files_create(session->desk);
    host_recovery(&session->host);
    files_opened(session->host.files, names, count);
    common_pace(&session->desk->common);
    enum status status = desk_configure(session->desk, &session->options, error);
    if (!status) // decoding begins before the window system is even loaded
        status = desk_open(session->desk, names, count, error);
    if (!status)
        status = desk_settle(session->desk, LOOK_UP_MS, error);
    host_panes_changed(&session->host);
    if (!status)
        status = remembered_open(&session->remembered, "Fovea", error);
    if (!status)
        status = common_attach(&session->desk->common, error);
    if (status)
        return status;
    window_pace(gpu_is_software(pane->common->gpu));
    session->thumbnails = thumbnails_create(session->desk);
    int width, height;
    session->scale = measure(session, &width, &height);
    status = ui_create(session->window.handle, session->window.context, session->scale, &session->ui, error);
    if (status)
        return status;
    ui_window_keeps(session->ui, window_keeps_pixels(&session->window, pane->common->gpu));
    SDL_StartTextInput();
    add_bindings(session);
    session->commands_pending = session->options.commands.count > 0;
    session->host.copy = copy_text;
    session->desk->common.bars_beside = true;
    session->host.lay_out = lay_out_now;
    session->host.lay_out_context = session;
    return STATUS_OK;
}

// A file or a disk that does not answer holds nobody up who wants to leave: what waits for it ends with the
// process.
static void leave_what_hangs(struct session *session)
{
    if (desk_leave(session->desk) && !recovery_is_writing(session->host.recovery) &&
        !file_works_busy(session->desk->common.works))
        return;
    host_finish(&session->host);
    SDL_HideWindow(session->window.handle);
    common_end_jobs(&session->desk->common);
    file_drafts_remove();
    fflush(NULL);
    _Exit(EXIT_SUCCESS);
}

static void end_session(struct session *session)
{
    ui_destroy(&session->ui);
    files_destroy(&session->host.files);
    thumbnails_destroy(&session->thumbnails);
    host_finish(&session->host);
    desk_destroy(&session->desk);
    window_close(&session->window);
    bindings_free(&session->bindings);
}

static enum status run_session(void *context, const char *const *names, size_t count, struct error *error)
{
    struct session *session = must_alloc(sizeof *session);
    session->options = *(const struct view_options *)context;
    session->desk = desk_create(window_wake, &session->window);
    host_init(&session->host, session->desk, &host_ops);
    enum status status = start_session(session, names, count, error);
    if (!status)
        status = run_loop(session, error);
    if (!status) {
        remembered_end(&session->remembered);
        leave_what_hangs(session);
    }
    end_session(session);
    free(session);
    return status;
}

int view_main(int argc, char **argv)
{
    struct view_options options = view_options_default();
    const struct option_group groups[] = {{"View options", view_option_table, &options}, {0}};
    const struct cli cli = {.usage = "fovea [view] [OPTIONS] SOURCE...",
                            .groups = groups,
                            .max_sources = SIZE_MAX,
                            .run = run_session,
                            .context = &options};
    return cli_run(&cli, argc, argv);
}
