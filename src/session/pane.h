// SPDX-License-Identifier: MIT
// One place of the window, or of an exported picture, that shows an image: what it is of, and how it is seen.
//
// A pane can start loading before there is a graphics context (so that decoding hides behind the start of the
// window system): pane_create -> pane_open -> common_attach (with the context) -> pane_pump until
// pane_is_loading is false. All functions are for the main thread.
#ifndef FOVEA_SESSION_PANE_H
#define FOVEA_SESSION_PANE_H

#include "commands/view_options.h"
#include "session/common.h"
#include "session/course.h"
#include "session/document.h"
#include "session/frame.h"
#include "session/opening.h"
#include "session/part_count.h"
#include "session/recount.h"
#include "session/spares.h"

// When things happened, in ns of clock_now_ns(); 0 = not yet.
struct pane_times {
    int64_t load_started, header_known, first_band, complete;
};

// A frame on its way into the pane, and how the last one ended.
struct pane_load {
    struct loader *loader;        // NULL while nothing is being loaded
    uint64_t number;              // how often a frame was begun to load
    struct mask_version left_out; // of the user's layers
    // A kept frame that is the one to be loaded, if its file has not changed, as the loader finds out; or
    // NULL.
    struct frame *kept;
    bool known; // the header is known and the picture prepared for it
    bool hold;  // same size as before: keep the old picture on the screen until complete
    int64_t hold_until_ns;
    enum status status; // of the last load that ended
    struct error error; // why it failed, or why its mask could not be used
    struct pane_times times;
};

// When automatic limits are to be made again.
struct pane_limits {
    uint64_t seen_serial; // of the frame's statistics, when limits were last made from them
    bool pending;         // when loaded, by the rule
    char *of;             // the name of the file whose frame they are from, or NULL: none yet; owned
    int64_t frame;        // of that file
    int64_t updated_ns;
    struct part_count *visible; // counts what is in view, for new ones; NULL: nothing does
    struct error failure;       // why the last one could not
};

struct pane {
    struct common *common;
    struct document *document;       // never NULL; without a source nothing is open
    struct frame *frame;             // never NULL; without a picture nothing is shown
    struct frame_grid grid;          // the exact samples of the frame that are looked at
    struct render_view *render_view; // what the renderer keeps for it
    struct view view;
    const struct colormap *colormap;    // of view.display.colormap
    bool first_shown;                   // the camera was set up for a first image
    const struct view_options *options; // of the command line, for the first image; or NULL

    // Opening, and moving through the series.
    struct opening *opening;         // of other files than those that are shown; NULL while there is none
    struct error open_error;         // why the last one failed
    uint64_t opened;                 // how often another series was opened
    struct source_position position; // of what is shown or being loaded
    struct course course;
    bool unseen;     // what was loaded last has not been on the screen yet; cleared by the event loop
    bool read_ahead; // --prefetch

    // Loading.
    struct pane_load load;
    struct spares spares;
    struct recount recount;
    struct pane_limits limits;
};

// An empty pane; `common` must outlive it.
struct pane *pane_create(struct common *common);
void pane_destroy(struct pane **address);

// Takes over the options of the command line, before anything is opened. They are borrowed for the pane's
// life.
enum status pane_configure(struct pane *pane, const struct view_options *options, struct error *error);

// Takes over how another pane shows its image; not where it looks.
void pane_take_looks(struct pane *pane, const struct pane *other);

// Replaces the series by what the names stand for (series_expand; with `siblings` the whole series of a file)
// and begins to load its frame `frame`, which counts from the first named file. View options may make slabs.
// Where an event loop runs it does so as soon as the names have been looked up by a job: until then it shows
// what it showed, and what is wrong with them is told then (open_error, common_fail).
enum status pane_open(struct pane *pane, const char *const *names, size_t count, bool siblings, int64_t frame,
                      struct error *error);
// The same with the whole series of the file that is shown; limits set by hand hold.
enum status pane_open_siblings(struct pane *pane, struct error *error);
// Where a single file is shown, and there is an event loop: opens its folder in its place, at the image after
// (1) or before (-1) it, and says so later if there is none. False if a single file is not what is shown.
bool pane_open_beside(struct pane *pane, int step);
// Gives up what is being opened, as far as nothing of it is shown. False if there was nothing.
bool pane_drop_opening(struct pane *pane);
// Nothing is open, nor being opened.
bool pane_is_empty(const struct pane *pane);
// Shows the same document as another pane, at the same place. The pixels are shared where that can be.
void pane_open_same(struct pane *pane, const struct pane *other);
// Shows the very frame that another pane of the same document shows; false if that cannot be: it is being
// loaded, or this pane wants it reduced otherwise. Of an image over the memory budget they share the tiles.
bool pane_share(struct pane *pane, const struct pane *other);
// Begins to load another place of the list; what is being loaded is given up.
void pane_go(struct pane *pane, struct source_position position);
// The same after another source was put into the document, for which pane_give_up must have been called
// before.
void pane_show(struct pane *pane, struct source_position position);
// Stops everything that reads from the source.
void pane_give_up(struct pane *pane);
// Loads the shown frame again (changed file, mask or reduction).
void pane_reload(struct pane *pane);
// The user's layers were edited within `rect`: shows it. What statistics and reduced levels leave out is as
// it was when the frame began to load.
void pane_mask_changed(struct pane *pane, struct rect rect);
// Layers of the file and the data were locked or unlocked (workspace.masking.locked): the user's mask and
// what is shown follow.
void pane_follow_locks(struct pane *pane);
// The user's layers may have been changed in another pane: shows that. True if they were.
bool pane_follow_masks(struct pane *pane);
// Loads the mask's file layer from `path` (NULL clears it), together with the shown frame, whose statistics
// and reduced levels leave masked pixels out.
void pane_load_mask(struct pane *pane, const char *path);
// Gives up loading; what is loaded so far stays. Returns at once, whatever the disk does. False if nothing
// was being loaded.
bool pane_cancel(struct pane *pane);
// The same, also of what is read ahead. False if a thread is still at work for it.
bool pane_leave(struct pane *pane);

// Takes what the loaders have ready, waiting up to `wait_ms` for something and working for about `work_ms`.
// Returns true if the picture changed.
bool pane_pump(struct pane *pane, int wait_ms, int work_ms);
bool pane_is_loading(const struct pane *pane);
// Begins to read the next frame ahead, unless one is, or there is no room for it (session/frame_cache.h).
void pane_read_ahead(struct pane *pane);
// Begins to count the shown frame again if its mask was edited and the user has rested long enough at `now`.
// True if it did.
bool pane_recount(struct pane *pane, int64_t now);
// The time until then, in ms; -1: there is nothing to count again.
int pane_recount_wait_ms(const struct pane *pane, int64_t now);
// Pumps until nothing is being loaded and the visible tiles are there; the status of the load with its
// sentence.
enum status pane_load_all(struct pane *pane, struct error *error);

// Sets limits by view.contrast.rule from the whole image, or from what is visible. That is read from the file
// by a job: with an event loop the limits come later, and a failure is told then (common_fail).
enum status pane_auto_limits(struct pane *pane, struct error *error);

// Looks up the colour map by the display's name; call after any change of view.display.
void pane_update_colormap(struct pane *pane);

// The scene to draw, borrowed.
struct scene pane_scene(const struct pane *pane);
// Draws picture, values and (if view.overlays.colour_bar) the colour bar into the rectangle of the bound
// target whose size is the camera's viewport. `cached`: see renderer_draw_cached. `scale` is the text scale.
enum status pane_draw(struct pane *pane, struct target *target, int target_width, int target_height, int x,
                      int y, bool cached, float scale, struct error *error);

// The colour bar of what is shown, borrowed.
struct colour_bar pane_colour_bar(const struct pane *pane);

// For drawings that are made in parts (app/common/export.h). The view's camera is that of the whole drawing;
// `part` is a rectangle of its viewport whose pane_part_need is not above picture.cache_budget. Both wait for
// the tiles of an image over the memory budget, and fail if one of them cannot be had.
//
// Gathers the texts of the values in the pixels; none where they are not written.
enum status pane_measure_part(struct pane *pane, struct rect part, struct overlay_widest *widest,
                              struct error *error);
// Draws picture and values, with the texts' size by `widest`, into the rectangle at (x, y) of the bound
// target.
enum status pane_draw_part(struct pane *pane, struct rect part, int target_height, int x, int y,
                           const struct overlay_widest *widest, float scale, struct error *error);
// The bytes of the tiles that a part needs at once, of an image over the memory budget; else 0.
int64_t pane_part_need(const struct pane *pane, struct rect part);

// The value of a pixel as text, and as a number; false while it is not known. Where the GPU does not have it
// exactly, the file is asked, and the text begins with "~" until that has answered.
bool pane_value(struct pane *pane, int64_t x, int64_t y, char *text, size_t size, double *value);
// What a pixel is besides its value: "no data", "gap", "bad pixel", "masked (file)", "under", "over", "NaN"
// ... or "".
const char *pane_pixel_kind(const struct pane *pane, int64_t x, int64_t y, double value, char *buffer,
                            size_t size);

// The name of what is shown or being loaded, borrowed from the source; NULL if nothing is open.
const char *pane_shown_name(const struct pane *pane);
// The name of what is being opened, else that of what is shown; borrowed until the pane is pumped.
const char *pane_coming_name(const struct pane *pane);
// Appends what is shown, or being opened, for people, with the number of the frame where the file has
// several; nothing if the pane is empty.
void pane_append_title(const struct pane *pane, struct text *title);
// Only the number, of what is shown.
void pane_append_frame(const struct pane *pane, struct text *title);

#endif
