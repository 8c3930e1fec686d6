// SPDX-License-Identifier: MIT
// Loading of files for small pictures, within a budget: what a stranger's file asks for in a panel that
// nobody opened it in.
//
// One file at a time is loaded. What is too large, takes too long or cannot be read is remembered with the
// reason and with what the file was then (size, time of change, number of the file): it is not opened again
// until it is another. A load that does not answer is cancelled and left to itself, and the next file comes;
// when so many are left that none of them may be stuck any more, nothing is loaded until one of them ends.
#ifndef FOVEA_SOURCES_PREVIEW_H
#define FOVEA_SOURCES_PREVIEW_H

#include "sources/loader.h"

// What a file may cost. Every limit is here.
enum {
    PREVIEW_MAX_MS = 2000,                       // from the start of a load to its end
    PREVIEW_MAX_UNPACKED_BYTES = 256 << 20,      // of a packed file
    PREVIEW_MAX_FRAME_BYTES = 100 * 1000 * 1000, // of the decoded frame
    PREVIEW_MAX_STUCK = 8,                       // loads that were cancelled and have not ended
    PREVIEW_MAX_REFUSED = 8192,                  // files that are remembered; then the first are forgotten
};

enum preview_state {
    PREVIEW_NONE,    // nothing is being loaded
    PREVIEW_LOADING, // take bands
    PREVIEW_LOADED,  // complete: preview_finish
    PREVIEW_FAILED,  // has been refused; nothing is being loaded any more
};

// Opaque. Thread-safety: one thread. No function waits for a file.
struct preview;

// The consumer of `jobs`, which must outlive it, is the preview's.
struct preview *preview_create(struct jobs *jobs);
void preview_destroy(struct preview **preview); // sets *preview to NULL; NULL is fine

// Why there was no picture of the file when it was tried ("too large for a small picture"), or NULL; a
// constant text.
const char *preview_refusal(const struct preview *preview, const char *path);

// Begins to load frame 0 of a file. False where nothing can be started now, or where the file was refused and
// cannot be told from what it was. A file that was refused is opened only if it is another by now.
bool preview_start(struct preview *preview, const char *path, int channel, enum reduce_mode reduce);
// What has become of it at the time `now_ns` (clock_now_ns).
enum preview_state preview_poll(struct preview *preview, int64_t now_ns);
// While PREVIEW_LOADING: the loader to take bands from, else NULL.
struct loader *preview_loader(struct preview *preview);
// While PREVIEW_LOADED: the outcome, which the receiver owns. Its file is closed already.
void preview_finish(struct preview *preview, struct loader_outcome *outcome);
// While loading or loaded: there can be no picture of it, for the reason of `status`.
void preview_refuse(struct preview *preview, enum status status);
// Gives up what is being loaded; it is not refused for that.
void preview_stop(struct preview *preview);

// For tests: how many files were opened so far, and how many loads have been left that have not ended.
int64_t preview_opened(const struct preview *preview);
int preview_stuck(const struct preview *preview);

#endif
