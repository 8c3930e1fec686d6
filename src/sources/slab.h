// SPDX-License-Identifier: MIT
// Sum, maximum and mean of every N consecutive frames ("slabs") as frames of their own.
//
// Slab k is made of the frames k N to k N + N - 1 of the series, the last slab of what is left. A sample
// counts when it is neither marked by its reader nor by the frame's sentinels nor NaN; saturated samples
// count. A pixel of a slab without any sample that counts keeps the marks of its samples and is 0 (NaN in
// floats); one with a saturated sample is marked as saturated. The sum is over the samples that count, it is
// not scaled for those that do not.
//
// Types: the maximum has the type of the frames. The sum of u8 and u16 is u32, of i8 and i16 i32 (64 bits
// where N such samples could exceed that), of u32 u64 and of i32 i64, all exact; that of u64, i64 and floats
// is summed up and given as f64. The mean is f32 for types of up to 16 bits and f32, else f64, and rounded
// once.
//
// All is done rectangle by rectangle, as it is asked for; no frame is held as a whole.
#ifndef FOVEA_SOURCES_SLAB_H
#define FOVEA_SOURCES_SLAB_H

#include "formats/base/reader.h"

enum slab_mode { SLAB_SUM, SLAB_MAX, SLAB_MEAN, SLAB_MODE_COUNT };
enum { SLAB_MAX_FRAMES = 1000000 };

// "sum", "max", "mean".
const char *slab_mode_name(enum slab_mode mode);

// The type of a slab of `frames` frames of that type.
enum sample_type slab_type(enum slab_mode mode, int64_t frames, enum sample_type type);

struct slab_request {
    enum slab_mode mode;
    int64_t frames; // of a slab, 1 to SLAB_MAX_FRAMES
    int channel;
    const char *label;     // the path of the resulting handle
    const char **names;    // the files of the series, in order
    bool *found;           // of each: that it is no image is no failure; it then has no frame
    size_t count;          // at least 1
    struct cancel *cancel; // of the opening, as in struct open_request
};

// Opens the series as a file of slabs (slab_reader). Of up to 64 files each is opened to know its number of
// frames; of more, all are taken to have as many as the first, and one that has another number fails when its
// slab is decoded. Frames of a slab must have the same size and type.
enum status slab_open(const struct slab_request *request, struct image_file **file, struct error *error);

// Opens "sum:N:NAME", "max:N:NAME" and "mean:N:NAME", where NAME is whatever series_expand takes. Not in the
// readers table.
extern const struct reader slab_reader;

#endif
