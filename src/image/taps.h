// SPDX-License-Identifier: MIT
// Everything that is computed from a band of pixels while it is in cache: classes of special pixels,
// statistics, histogram, zscale sample and reduced levels. Nothing walks the image a second time.
#ifndef FOVEA_IMAGE_TAPS_H
#define FOVEA_IMAGE_TAPS_H

#include "base/status.h"
#include "image/histogram.h"
#include "image/limits.h"
#include "image/mask.h"
#include "image/reduce.h"
#include "image/statistics.h"

enum { TAPS_SAMPLE_TARGET = 1000 }; // zscale: about this many pixels, every (pixels / 1000)-th

// Whole rows of a frame, in its own sample type.
struct band {
    int64_t y, rows; // first row and number of rows in the image
    int64_t width;   // the image's width
    enum sample_type type;
    const void *pixels;
    size_t stride; // bytes from row to row
    // For taps_band: pixels with a nonzero byte here (rows x width, no padding) are left out too; NULL =
    // none.
    const uint8_t *left_out;
    uint8_t counted_classes; // classes whose pixels count all the same
    bool unmarked;           // `classes` has no bits when taps_band is called: it need not be looked at
    float *levels;           // where the reduced levels go (reducer_begin); NULL: to the taps' own memory
};

// Accumulators of one worker thread. Opaque.
struct taps;

// For a frame of that description. Samples of 64 bits are counted and reduced as info.map stores them, and
// results are true values; float32 samples of a frame with a map are taken to be stored by it already.
// `levels` 0 leaves the pyramid out. STATUS_NO_MEMORY if row buffers cannot be had.
enum status taps_create(const struct frame_info *info, int64_t max_rows, int levels, enum reduce_mode mode,
                        struct taps **taps, struct error *error);
void taps_destroy(struct taps **taps);
// Makes drained taps ready for another frame, so that their memory is used again. False, with nothing
// changed, if they do not fit: other sides, another type or map, other levels.
bool taps_restart(struct taps *taps, const struct frame_info *info, int64_t max_rows, int levels,
                  enum reduce_mode mode);

// Takes one band. `classes` (rows x width bytes, no padding) holds mask bits: on entry those already known,
// on return also MASK_GAP, MASK_BAD and MASK_SATURATED where info.sentinels say so, decided on the samples as
// they are stored; a pixel with any bit but those of band->counted_classes is masked. *any_class is set true
// if a mark was found by this call. The reduced levels of this band are then at taps_reducer().
void taps_band(struct taps *taps, const struct band *band, uint8_t *classes, bool *any_class);
const struct reducer *taps_reducer(const struct taps *taps); // NULL when `levels` was 0

// What all workers found, merged. Zero-initialise; taps_result_free when done.
struct taps_result {
    struct statistics statistics;
    struct histogram *histogram;
    struct limits_sample sample;
    uint32_t *sample_slots; // for taps_drain: the place of each value of `sample` in the regular grid
};

// Adds what `taps` gathered since it was created or last drained into `result`, and empties `taps`. The
// sample is kept ordered by image position whatever the order of the bands.
void taps_drain(struct taps *taps, struct taps_result *result);
// Limits by `rule` of what was found.
struct limits taps_limits(const struct taps_result *result, const struct limits_rule *rule);
void taps_result_free(struct taps_result *result);

#endif
