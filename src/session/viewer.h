// SPDX-License-Identifier: MIT
// The shown image with its view, independent of any window: what view, export and bench have in common.
//
// The viewer can start loading before there is a graphics context (so that decoding hides behind the start of
// the window system): viewer_create -> viewer_open -> viewer_attach (with the context) -> viewer_pump until
// viewer_is_loading is false.
#ifndef FOVEA_SESSION_VIEWER_H
#define FOVEA_SESSION_VIEWER_H

#include "commands/options.h"
#include "render/overlay.h"
#include "render/renderer.h"
#include "session/ahead.h"
#include "session/playback.h"
#include "sources/loader.h"
#include "sources/region_loader.h"
#include "view/workspace.h"

// When things happened, in ns of clock_now_ns(); 0 = not yet.
struct viewer_times {
    int64_t load_started, header_known, first_band, complete;
};

// Exact samples of a small rectangle, kept while it is looked at.
struct viewer_grid {
    struct rect rect;
    uint64_t serial; // of the picture they belong to; 0 = nothing here
    enum sample_type type;
    bool exact; // false: rounded to float32, because the source cannot be read at random
    void *samples;
};

struct viewer {
    // The device; all NULL until viewer_attach.
    struct gpu *gpu;
    struct renderer *renderer;
    struct overlay *overlay;

    struct view view;
    struct workspace workspace;
    struct colormap_list colormaps;
    const struct colormap *colormap; // of view.display.colormap

    struct source *source;
    struct source_position position; // of what is shown or being loaded
    struct source *plain;            // the series itself where `source` is slabs of it, else NULL
    int64_t slab_frames;             // of each slab, or 0
    int direction;                   // of the last move through the series: 1 or -1
    bool paced;  // by an event loop with playback_tick: steps wait until the frame before them was seen
    bool unseen; // what was loaded last has not been on the screen yet; cleared by the event loop
    struct playback playback;
    struct ahead ahead;
    int64_t passed_over; // files found that are no images, since the last image
    char passed_name[160];
    int channel;
    int64_t memory_limit; // bytes of textures; 0 = by the machine's free memory

    struct jobs *jobs;     // of which the main thread is the consumer
    struct cancel *cancel; // ends viewer_load_all; may be NULL
    struct loader *loader; // while loading
    bool loading_known;    // its header is known and the picture prepared for it
    bool hold;             // same size as before: keep the old picture on the screen until complete
    int64_t hold_until_ns;

    struct picture *picture;
    struct frame_info info;  // of the picture
    struct mask *mask;       // NULL while a loader has it
    struct image_file *file; // open handle of the shown item, or NULL
    // Of the mask's editor; may be NULL. The first is called before the mask goes to a loader, the second
    // when it is back in `mask`, with the one that did not fit (taken over by setting it to NULL).
    void (*mask_leaves)(void *context);
    void (*mask_returns)(void *context, struct mask **unfit);
    void *mask_context;
    char *mask_path;              // loaded with the next frame of the same size; owned, or NULL
    bool mask_has_file;           // the mask's file layer is that of mask_path
    struct statistics statistics; // valid once complete
    bool statistics_known;
    struct histogram *histogram;
    struct limits_sample sample;
    uint64_t histogram_serial;
    bool auto_pending; // apply the rule again when loaded
    int64_t limits_updated_ns;
    bool first_shown;                         // the camera was set up for a first image
    const struct view_options *first_options; // camera options for the first image, or NULL
    struct region_loader *regions; // fills the tile cache of pictures over the memory budget; NULL otherwise
    struct viewer_times times;

    // The last failure or remark for the user; empty = none.
    struct error message;
    uint64_t said;           // how often viewer_say was called
    enum status load_status; // of the last load that ended
    struct error load_error; // why it failed, or why its mask could not be used
    struct viewer_grid grid;
    char note[160]; // "shown as float32", "streamed ..."
};

// `wake` may be NULL; see jobs_create.
void viewer_create(struct viewer *viewer, void (*wake)(void *context), void *wake_context);
void viewer_finish(struct viewer *viewer);

// Takes over the options of the command line, before anything is opened. They are borrowed for the viewer's
// life.
enum status viewer_configure(struct viewer *viewer, const struct view_options *options, struct error *error);

// Replaces the series by what the names stand for (series_expand; with `siblings` the whole series of a file)
// and begins to load its frame `frame`, which counts from the first named file. View options may make slabs.
enum status viewer_open(struct viewer *viewer, const char *const *names, size_t count, bool siblings,
                        int64_t frame, struct error *error);
// Begins to load another place of the list; what is being loaded is given up.
void viewer_go(struct viewer *viewer, struct source_position position);
// The same after another source was put in the place of the old one, for which viewer_give_up must have been
// called before.
void viewer_show(struct viewer *viewer, struct source_position position);
// Stops everything that reads from the source.
void viewer_give_up(struct viewer *viewer);
// Loads the shown frame again (changed file, mask or reduction).
void viewer_reload(struct viewer *viewer);
// The mask was edited within `rect`: shows it. What statistics and reduced levels leave out is as it was when
// the frame was loaded.
void viewer_mask_changed(struct viewer *viewer, struct rect rect);
// The layers of the file and the data that the user edits (workspace.masking.locked).
uint8_t viewer_owned_layers(const struct viewer *viewer);
// Loads the mask's file layer from `path` (NULL clears it), together with the shown frame, whose statistics
// and reduced levels leave masked pixels out.
void viewer_load_mask(struct viewer *viewer, const char *path);
// Gives up loading, but waits no longer than `budget_ns` for the file: false if it does not answer in that
// time, and the load is then still going on.
bool viewer_stop(struct viewer *viewer, int64_t budget_ns);
// Gives up loading; what is loaded so far stays. False if nothing was being loaded.
bool viewer_cancel(struct viewer *viewer);

// The context that is current becomes the viewer's device.
enum status viewer_attach(struct viewer *viewer, struct error *error);

// Takes what the loaders have ready, waiting up to `wait_ms` for something and working for about `work_ms`.
// Returns true if the picture changed.
bool viewer_pump(struct viewer *viewer, int wait_ms, int work_ms);
bool viewer_is_loading(const struct viewer *viewer);
// Pumps until nothing is being loaded and the visible tiles are there; the status of the load with its
// sentence.
enum status viewer_load_all(struct viewer *viewer, struct error *error);

// Sets limits by view.contrast.rule from the whole image or from what is visible.
enum status viewer_auto_limits(struct viewer *viewer, struct error *error);

// Looks up the colour map by the display's name; call after any change of view.display.
void viewer_update_colormap(struct viewer *viewer);

// The scene to draw, borrowed.
struct scene viewer_scene(const struct viewer *viewer);
// Draws picture, values and (if view.overlays.colour_bar) the colour bar into the rectangle of the bound
// target whose size is the camera's viewport. `cached`: see renderer_draw_cached. `scale` is the text scale.
enum status viewer_draw(struct viewer *viewer, struct target *target, int target_width, int target_height,
                        int x, int y, bool cached, float scale, struct error *error);

// The colour bar of what is shown, borrowed.
struct colour_bar viewer_colour_bar(const struct viewer *viewer);

// For drawings that are made in parts (app/export.h). The view's camera is that of the whole drawing; `part`
// is a rectangle of its viewport whose viewer_part_need is not above picture.cache_budget. Both wait for the
// tiles of an image over the memory budget, and fail if one of them cannot be had.
//
// Gathers the texts of the values in the pixels; none where they are not written.
enum status viewer_measure_part(struct viewer *viewer, struct rect part, struct overlay_widest *widest,
                                struct error *error);
// Draws picture and values, with the texts' size by `widest`, into the rectangle at (x, y) of the bound
// target.
enum status viewer_draw_part(struct viewer *viewer, struct rect part, int target_height, int x, int y,
                             const struct overlay_widest *widest, float scale, struct error *error);
// The bytes of the tiles that a part needs at once, of an image over the memory budget; else 0.
int64_t viewer_part_need(const struct viewer *viewer, struct rect part);
// The memory that textures may take, from the option or from what is free now.
int64_t viewer_texture_budget(const struct viewer *viewer);

// The exact value of a pixel as text, and as a number; false while it is not known.
bool viewer_value(struct viewer *viewer, int64_t x, int64_t y, char *text, size_t size, double *value);
// What a pixel is besides its value: "no data", "gap", "bad pixel", "masked (file)", "under", "over", "NaN"
// ... or "".
const char *viewer_pixel_kind(const struct viewer *viewer, int64_t x, int64_t y, double value, char *buffer,
                              size_t size);

// Appends the number of the shown frame to a title, where the file has several.
void viewer_append_frame(const struct viewer *viewer, struct text *title);

void viewer_say(struct viewer *viewer, bool is_error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
