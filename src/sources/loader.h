// SPDX-License-Identifier: MIT
// Loading of one frame: jobs open the file, decode bands, run the taps while a band is in cache, and hand
// band after band to the consumer, who puts it on the GPU and gives the buffer back.
//
// There is never a copy of the whole frame in memory: a few band buffers are reused. Call sequence on the
// consumer's thread: loader_start -> loader_take / loader_give_back until loader_done -> loader_finish
// (always, also after a cancel; or loader_abandon at any time: a consumer that must not wait does that). The
// file is opened by a job too, so that a slow disk never stops the consumer.
#ifndef FOVEA_SOURCES_LOADER_H
#define FOVEA_SOURCES_LOADER_H

#include "base/file.h"
#include "base/job.h"
#include "image/detector.h"
#include "image/loaded_band.h"
#include "image/taps.h"
#include "sources/handle.h"
#include "sources/source.h"

// Opaque. Thread-safety: all functions but loader_cancel are for one consumer's thread; loader_cancel is for
// any, as long as the loader was neither finished nor abandoned.
struct loader;

// Buffers for bands, kept from one load for the next of the same kind: new memory costs more time than
// reading a band. Opaque; NULL = none. Freed by loader_buffers_destroy.
struct loader_buffers;

// Everything pointed to but `jobs`, `user`, `file` and `buffers` is copied or shared.
struct loader_request {
    struct jobs *jobs; // whose consumer is the loader's; must outlive it
    enum job_priority priority;
    bool quiet;                  // does not wake the consumer, until loader_want
    const char *name;            // what to open; used when `file` and `source` are NULL
    int channel;                 // of several samples per pixel, or CHANNEL_AUTO
    const struct source *source; // if not NULL, its item `item` is opened; shared
    size_t item;
    struct image_file *file; // an open handle to use instead, taken over; NULL to open `name`
    struct handle *handle;   // or one to clone, if that can be done; NULL = none
    int64_t frame;           // negative: from the end, -1 is the last
    bool detector;           // what the file says of the detector is wanted, too: loader_detector
    enum reduce_mode reduce;
    struct class_choice choice; // which classes count all the same; pixels lost by damage stay marked
    // A snapshot of the layers that the user has over such frames; taken over; NULL = none. What is masked
    // there is left out of statistics and reduced levels. One of another size is not looked at.
    struct mask *user;
    // Of the file's and the data's layers: those that are in `user`. What the data or a mask file say of them
    // does not count.
    uint8_t owned_layers;
    const char *mask_path; // of a mask file; NULL = none
    bool mask_has_file;    // its layer is in `user` already: it is read only if that does not fit
    // Memory for bands that are decoded before anything is taken, so that a frame can be read ahead; 0: only
    // a few bands, which are used again.
    int64_t ahead_bytes;
    struct loader_buffers *buffers; // taken over; NULL = none
    int threads;                    // lanes that decode, at most; 0 = as many as compute at the same time
    int64_t max_unpacked_bytes;     // as in struct open_request
    bool closes_file;               // with `name` and one lane: a job closes it, and outcome.file is NULL
    // With closes_file or `source`, if not all 0: a file that is still this one is not opened or read, and
    // the load fails (loader_was_unchanged).
    struct file_identity refused;
};

// What became of the load.
struct loader_outcome {
    // STATUS_OK: the picture is complete, save for lost pixels. STATUS_CANCELLED: bands are missing that were
    // not taken. Else nothing can be shown: the frame could not be opened, there was no memory, or all of it
    // is damaged.
    enum status status;
    struct error error;      // when status is not OK: why nothing can be shown
    struct error mask_error; // status not OK: the mask file could not be used
    struct error loss; // status not OK: the damage found first; lost_pixels tells how much there is in all
    int64_t lost_pixels;
    struct taps_result taps;        // statistics and histogram of the whole frame; owned by the receiver
    struct mask *classes;           // owned by the receiver: see loader_classes; NULL if no frame was opened
    struct mask *file_layer;        // owned by the receiver: see loader_file_layer
    struct loader_buffers *buffers; // owned by the receiver, for the next request
    struct image_file *file;        // the open handle, owned by the receiver; NULL if it could not be opened
    int64_t frame;                  // that was loaded, from 0, where the file could be opened
    // With closes_file or `source`: what the file was before it was read; all 0 where that cannot be told.
    struct file_identity identity;
    bool unchanged; // it was not read, because it is the one that was refused; the status is a failure
};

// Starts loading; never fails (a failure is in the outcome).
struct loader *loader_start(const struct loader_request *request);

// The description once the header is read: false before that.
bool loader_info(struct loader *loader, struct frame_info *info);

// What the file says of the detector, once the header is read; all unknown before, where it does not say, and
// where the request does not want it.
void loader_detector(struct loader *loader, struct detector_info *detector);

// Waits up to `wait_ms` until the header is known or the load has failed.
void loader_wait(struct loader *loader, int wait_ms);

// What the file was when the load began; all 0 while that is not known.
struct file_identity loader_identity(struct loader *loader);
// Whether it was not opened because it is the one that was refused.
bool loader_was_unchanged(struct loader *loader);
// Once loader_done: the status that the outcome will have.
enum status loader_status(struct loader *loader);

// Whether the frame could not be opened (for one that is read ahead: try again when it is wanted).
bool loader_has_failed(struct loader *loader);
// For a frame that was read ahead, quietly, and is wanted now: it is the visible one.
void loader_want(struct loader *loader);

// The next band, borrowed until given back, waiting up to `wait_ms`. False if none is ready (yet, or any
// more).
bool loader_take(struct loader *loader, int wait_ms, struct loaded_band *band);
// Gives a band's buffers back, in any order. All must be given back for loading to go on and
// end; after loader_cancel none need be.
void loader_give_back(struct loader *loader, const struct loaded_band *band);

// True when every band was taken and given back, or the load failed or was cancelled: time for loader_finish.
bool loader_done(struct loader *loader);
// The share of the rows that were taken, 0 to 1.
double loader_progress(struct loader *loader);

// Limits by `rule` from the first band, then from what had been decoded soon after the last call (of this or
// of loader_histogram): calling makes the workers sum up what they counted. False if nothing was counted yet.
bool loader_limits(struct loader *loader, const struct limits_rule *rule, struct limits *limits);
// A copy of the histogram so far (caller destroys), or NULL.
struct histogram *loader_histogram(struct loader *loader);

// What the frame itself masks: gaps, bad, hot and saturated pixels, all of them whatever is the user's. Rows
// of bands that were taken may be read, and do not change any more. NULL before the header is read.
const struct mask *loader_classes(struct loader *loader);
// A mask that holds the layer of the mask file, if that was read; known with the header. Else NULL.
const struct mask *loader_file_layer(struct loader *loader);

// Asks the jobs to stop; returns at once.
void loader_cancel(struct loader *loader);
// Cancels what is not done, waits for the jobs, gives the outcome (the receiver owns its parts) and frees
// the loader; sets *address to NULL. Bands that were not given back become invalid.
void loader_finish(struct loader **address, struct loader_outcome *outcome);
// Cancels what is not done, and does the same if no job is at work any more. Else false, at once: the jobs
// end soon, or when the disk that they wait for answers, and wake the consumer. Then call it again, or
// abandon.
bool loader_try_finish(struct loader **address, struct loader_outcome *outcome);
// Cancels, and lets the jobs go on their own; the consumer is not woken any more. loader_done tells when they
// have ended; loader_abandon must follow.
void loader_leave(struct loader *loader);
// Cancels and lets go: returns at once, whatever the jobs are waiting for, and the last of them frees
// everything, the outcome included. The consumer is not woken any more. Sets *address to NULL.
void loader_abandon(struct loader **address);
void loader_buffers_destroy(struct loader_buffers **buffers); // sets *buffers to NULL; NULL is fine
// Frees what an outcome owns.
void loader_outcome_free(struct loader_outcome *outcome);

#endif
