// SPDX-License-Identifier: MIT
// Sum, maximum and mean of every N consecutive frames ("slabs") as frames of their own.
//
// Slab k is made of the frames k N to k N + N - 1 of the series, the last slab of what is left. A sample
// counts when it is neither marked by its reader nor by the frame's sentinels nor NaN; saturated samples
// count. A pixel of a slab without any sample that counts keeps the marks of its samples and is 0 (NaN in
// floats); one with a saturated sample is marked as saturated. The sum is over the samples that count, it is
// not scaled for those that do not.
//
// All is done rectangle by rectangle, as it is asked for; no frame is held as a whole.
//
// Thread-safety: one thread at a time for each handle, as for all readers.
#ifndef FOVEA_SOURCES_SLAB_H
#define FOVEA_SOURCES_SLAB_H

#include "formats/base/reader.h"
#include "sources/slab_mode.h"

// Opens what the frames of slabs come from: a file, or whatever else has a name.
typedef enum status slab_opener(const struct open_request *request, struct image_file **file,
                                struct error *error);

struct slab_request {
    enum slab_mode mode;
    int64_t frames; // of a slab, 1 to SLAB_MAX_FRAMES
    int channel;
    const char *label;     // the path of the resulting handle
    const char **names;    // the files of the series, in order
    bool *found;           // of each: that it is no image is no failure; it then has no frame
    size_t count;          // at least 1
    struct cancel *cancel; // of the opening, as in struct open_request
    slab_opener *open;     // opens each of these files
};

// Opens the series as a file of slabs. Of up to 64 files each is opened to know its number of
// frames; of more, all are taken to have as many as the first, and one that has another number fails when its
// slab is decoded. Frames of a slab must have the same size and type.
enum status slab_open(const struct slab_request *request, struct image_file **file, struct error *error);

// Opens "sum:N:NAME", "max:N:NAME" or "mean:N:NAME", the path of the request, where NAME is whatever
// series_expand takes.
enum status slab_open_specification(const struct open_request *request, slab_opener *open,
                                    struct image_file **file, struct error *error);

#endif
