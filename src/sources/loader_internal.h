// SPDX-License-Identifier: MIT
// Inside the loader: its state, and what opening and the workers share.
#ifndef FOVEA_SOURCES_LOADER_INTERNAL_H
#define FOVEA_SOURCES_LOADER_INTERNAL_H

#include "sources/loader.h"

#include <pthread.h>

enum { LOADER_MAX_THREADS = 8 };
enum slot_state { SLOT_FREE, SLOT_FILLING, SLOT_READY, SLOT_TAKEN };

struct loader_slot {
    enum slot_state state;
    void *pixels;  // samples of the storage type
    float *levels; // all reduced levels of the band, one after the other
    struct loader_band band;
};

// Slots, of which the first `count` have buffers or had them in the load before.
struct loader_buffers {
    size_t pixels_bytes, levels_bytes; // of each
    int count, limit;
    struct loader_slot slots[];
};

struct loader {
    struct loader_request request;
    char *name, *mask_path;
    struct cancel cancel;
    bool first_started;

    // Set by the first worker before `opened` is, constant afterwards.
    struct frame_info info;
    struct image_file *file;
    struct mask *mask;
    bool mask_has_file;
    int levels;
    int64_t band_rows, band_count;
    int64_t run_bands;                                // that a worker takes at a time
    size_t pixels_bytes, classes_bytes, levels_bytes; // buffers for one band

    pthread_mutex_t stream; // held while decoding where the frame is one stream, which all workers share
    pthread_mutex_t lock;
    pthread_cond_t changed;
    // -- protected by lock --
    bool opened, open_failed, unchanged;
    struct file_identity identity;
    pthread_t threads[LOADER_MAX_THREADS];
    int thread_count; // started so far; final once the first has ended
    int running;      // workers that have not ended
    bool abandoned;   // the last worker to end frees the loader
    int64_t next_band, published_bands, taken_bands;
    int64_t drain_serial;         // raised when the consumer wants to know what was counted so far
    struct loader_buffers *slots; // set before `opened` is
    struct taps_result result;
    struct error error, mask_error, loss;
    int64_t lost_pixels, failed_bands;
};

// Opens the frame, sets all that is constant afterwards, and prepares mask and slots. On a worker's thread.
enum status loader_open_frame(struct loader *loader, struct error *error);

// Makes a slot's buffers; false without memory, and then it may have one of them.
bool loader_slot_allocate(const struct loader *loader, struct loader_slot *slot);
void loader_slot_free(struct loader_slot *slot);

#endif
