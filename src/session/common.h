// SPDX-License-Identifier: MIT
// What all images of a session have in common: the jobs, the device with what draws, the colour maps, the
// panels and the tool in hand, and what was told the user.
#ifndef FOVEA_SESSION_COMMON_H
#define FOVEA_SESSION_COMMON_H

#include "base/job.h"
#include "render/overlay.h"
#include "render/renderer.h"
#include "session/file_work.h"
#include "session/frame_cache.h"
#include "view/colormap.h"
#include "view/messages.h"
#include "view/workspace.h"

struct common {
    struct jobs *jobs; // of which the main thread is the consumer
    struct file_works *works;
    bool paced;       // by an event loop (common_pace)
    bool bars_beside; // the colour bars stand in gutters beside the images; else they are drawn on them
    // The device; all NULL until common_attach.
    struct gpu *gpu;
    struct renderer *renderer;
    struct overlay *overlay;
    struct colormap_list colormaps;
    struct workspace workspace;
    struct frame_cache *frames; // all that panes show, and some that they showed
    struct cancel *cancel;      // ends pane_load_all; may be NULL
    struct messages messages;   // to the user
    uint64_t failed;            // how often common_fail was called
    uint64_t edits;             // of masks that were kept, taken back or made again, in all panes
};

// `wake` may be NULL; see jobs_create.
void common_create(struct common *common, void (*wake)(void *context), void *wake_context);
// Waits a little for what is being written.
void common_finish(struct common *common);

// From now on an event loop runs, with playback_tick: what takes time is begun and done later, and a step
// waits until the frame before it was seen.
void common_pace(struct common *common);

// The part of it that ends the jobs, where the process ends with whatever hangs: nothing else may be called
// afterwards.
void common_end_jobs(struct common *common);

// The context that is current becomes the device.
enum status common_attach(struct common *common, struct error *error);

// Tells the user.
void common_tell(struct common *common, const struct notice *notice);
// One sentence, about `common`: its toast goes when another image is shown.
void common_say(struct common *common, enum severity severity, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// The sentence of an error about `topic`: a warning where it tells of wrong use, else an alarm.
void common_fault(struct common *common, const void *topic, const struct error *error);
// An error in what a command has begun: the commands that wait for it are not run.
void common_fail(struct common *common, const struct error *error);

// The memory that a drawing may take, from the option or from what is free now.
int64_t common_drawing_budget(const struct common *common);

#endif
