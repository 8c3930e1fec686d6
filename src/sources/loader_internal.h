// SPDX-License-Identifier: MIT
// Inside the loader: its state, and what opening and the lanes share.
#ifndef FOVEA_SOURCES_LOADER_INTERNAL_H
#define FOVEA_SOURCES_LOADER_INTERNAL_H

#include "base/monitor.h"
#include "sources/loader.h"

enum { LOADER_MAX_LANES = 8 };
enum slot_state { SLOT_FREE, SLOT_FILLING, SLOT_READY, SLOT_TAKEN };

struct loader_slot {
    enum slot_state state;
    void *pixels;  // samples of the storage type
    float *levels; // all reduced levels of the band, one after the other
    struct loaded_band band;
};

// What a lane works with, kept from load to load.
struct lane_memory {
    struct taps *taps;
    void *raw; // samples of the file's type where the GPU cannot hold them; else NULL: they go to the slot
    uint8_t *classes;         // a byte per pixel of a band, zero between bands
    uint8_t *drawn;           // the same of the user's layers; NULL where there are none
    size_t pixels, raw_bytes; // of a band
    bool dirty;               // counters or classes are left of a band
};

// Slots, of which the first `count` have buffers or had them in the load before.
struct loader_buffers {
    size_t pixels_bytes, levels_bytes; // of each
    int count, limit;
    struct lane_memory lanes[LOADER_MAX_LANES];
    struct loader_slot slots[];
};

// As many bands are decoded at the same time as there are lanes. A lane has a handle and counters of its own;
// its jobs, one for each band, come one after the other.
struct lane {
    struct loader *loader;
    struct image_file *file;    // the loader's, or:
    struct image_file *clone;   // the lane's own; NULL = none
    struct lane_memory *memory; // the buffers' own for this lane
    // -- protected by the loader's monitor --
    bool prepared;            // it has what is above
    bool busy;                // a job is on its way
    bool ended;               // it has drained its counters for good, or has no memory
    struct loader_slot *slot; // to fill; NULL: none, it is prepared or drained
    int64_t band;             // that goes to the slot
    int64_t next, end;        // bands it has claimed and not begun
    int64_t drain_serial;     // of the last drain that it took part in
};

// How a frame is cut.
struct loader_plan {
    int levels;                                       // reduced ones
    int64_t rows, bands;                              // of a band, and how many there are
    int64_t run;                                      // bands that a lane claims at a time
    size_t pixels_bytes, classes_bytes, levels_bytes; // buffers for one band
};

// What is masked in a frame.
struct loader_masks {
    struct mask *classes;    // of the frame; lanes write the rows of their bands
    struct mask *user;       // the snapshot, with the layer of the mask file; NULL = none
    struct mask *file_layer; // NULL = none
    uint8_t user_bits;       // the layers of `user` that are shown
};

// Bands that were claimed by lanes, are decoded, and went to the consumer.
struct loader_progress {
    int64_t next, published, taken;
};

// What the outcome will tell.
struct loader_found {
    struct taps_result taps;
    struct error error, mask_error, loss;
    int64_t lost_pixels, failed_bands;
};

struct loader {
    struct loader_request request;
    char *name, *mask_path;
    struct source *source;
    struct cancel cancel;

    // Set before `opened` is, constant afterwards.
    struct frame_info info;
    struct detector_info detector;
    struct image_file *file;
    struct loader_masks masks;
    struct loader_plan plan;

    struct monitor monitor;
    // -- protected by the monitor --
    bool opened, open_failed, unchanged;
    struct file_identity identity;
    struct lane lanes[LOADER_MAX_LANES];
    int lane_count;   // constant once it is opened
    int active;       // jobs on their way: the one that opens, or those of the lanes
    int references;   // of the consumer and the jobs; the last one frees the loader
    bool abandoned;   // by the consumer
    bool stream_busy; // the frame is one stream, and a lane decodes from it
    struct loader_progress progress;
    int64_t drain_serial;         // raised when the consumer wants to know what was counted so far
    struct loader_buffers *slots; // set before `opened` is
    struct loader_found found;
};

// Opens the frame, sets all that is constant afterwards, and prepares mask and slots. Not on the consumer's
// thread.
enum status loader_open_frame(struct loader *loader, struct error *error);

// Makes a slot's buffers; false without memory, and then it may have one of them.
bool loader_slot_allocate(const struct loader *loader, struct loader_slot *slot);
void loader_slot_free(struct loader_slot *slot);

// Starts the jobs for which there are lanes and slots. Inside the monitor, once the frame is open.
void loader_dispatch(struct loader *loader);
// Frees it all.
void lane_memory_free(struct lane_memory *memory);
// Closes the file if the request says so: its last job does.
void loader_close_file(struct loader *loader);
// Gives a reference back. Outside the monitor.
void loader_release(struct loader *loader);
// Wakes the consumer, if it wants to be. Inside the monitor.
void loader_wake(const struct loader *loader);

#endif
