// SPDX-License-Identifier: MIT
// A walk over all pixels of a frame in bands on worker threads, for operations that need every pixel but no
// copy of the frame: masking by value, hot and dead pixels, flood fill.
#ifndef FOVEA_SOURCES_SCAN_H
#define FOVEA_SOURCES_SCAN_H

#include "formats/reader.h"
#include "image/taps.h"

// Called on a worker thread for rows [y, y + rows) of the frame; `band` holds these rows with up to `halo`
// more above and below, as far as the image reaches, in the file's own sample type; `classes` (band->rows x
// width bytes) holds the mask bits of its pixels: those of the reader and of the sentinels. Distinct calls
// never share rows [y, y + rows). `worker` counts from 0. Not STATUS_OK stops the scan.
typedef enum status scan_visit(void *context, const struct band *band, const uint8_t *classes, int64_t y,
                               int64_t rows, int worker, struct error *error);

struct scan_request {
    struct image_file *file; // borrowed; workers use clones of it
    int64_t frame;
    int64_t halo;
    const struct sentinels *sentinels; // which values mark pixels; NULL = as the file says
    int threads;                       // 0 = one per processor, at most 8; sequential formats use one
    struct cancel *cancel;             // may be NULL
    scan_visit *visit;
    void *context;
};

// Returns when all is done; the first failure otherwise (STATUS_CANCELLED after a cancel). `y` and `rows` of
// a visit are multiples of 64 except at the lower border, so that writers of masks need no lock.
enum status scan_frame(const struct scan_request *request, struct error *error);

#endif
