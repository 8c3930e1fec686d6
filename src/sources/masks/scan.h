// SPDX-License-Identifier: MIT
// A walk over all pixels of a frame in bands, for operations that need every pixel but no copy of the frame:
// masking by value, hot and dead pixels, flood fill. It is made by the thread that asks for it, a job's where
// there is a window, with the help of other jobs as far as the pool has threads for them.
#ifndef FOVEA_SOURCES_SCAN_H
#define FOVEA_SOURCES_SCAN_H

#include "base/progress.h"
#include "image/taps.h"
#include "sources/handle.h"

// Called by a worker for rows [y, y + rows) of the frame; `band` holds these rows with up to `halo`
// more above and below, as far as the image reaches, in the file's own sample type; `classes` (band->rows x
// width bytes) holds the mask bits of its pixels: those of the reader and of the sentinels. Distinct calls
// never share rows [y, y + rows). `worker` counts from 0. Not STATUS_OK stops the scan.
typedef enum status scan_visit(void *context, const struct band *band, const uint8_t *classes, int64_t y,
                               int64_t rows, int worker, struct error *error);

struct scan_request {
    struct image_file *file; // borrowed; used by the calling thread
    int64_t frame;
    int64_t halo;
    const struct sentinels *sentinels; // which values mark pixels; NULL = as the file says
    // Helpers, each with a clone of `handle`, are jobs of `owner`. NULL: the calling thread works alone, as
    // it does on frames that are one stream.
    struct jobs *jobs;
    struct handle *handle;
    const void *owner;
    struct cancel *cancel;     // may be NULL
    struct progress *progress; // may be NULL
    scan_visit *visit;
    void *context;
};

// Returns when all is done; the first failure otherwise (STATUS_CANCELLED after a cancel). `y` and `rows` of
// a visit are multiples of 64 except at the lower border, so that writers of masks need no lock.
enum status scan_frame(const struct scan_request *request, struct error *error);

#endif
