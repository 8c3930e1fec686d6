// SPDX-License-Identifier: MIT
// What a slab is made of its frames: their sum, maximum or mean.
//
// Types: the maximum has the type of the frames. The sum of u8 and u16 is u32, of i8 and i16 i32 (64 bits
// where N such samples could exceed that), of u32 u64 and of i32 i64, all exact; that of u64, i64 and floats
// is summed up and given as f64. The mean is f32 for types of up to 16 bits and f32, else f64, and rounded
// once.
//
// Thread-safety: all functions here touch only what they are given.
#ifndef FOVEA_SOURCES_SLAB_MODE_H
#define FOVEA_SOURCES_SLAB_MODE_H

#include "image/sample.h"

#include <stdint.h>

enum slab_mode { SLAB_SUM, SLAB_MAX, SLAB_MEAN, SLAB_MODE_COUNT };
enum { SLAB_MAX_FRAMES = 1000000 };

// "sum", "max", "mean".
const char *slab_mode_name(enum slab_mode mode);

// The type of a slab of `frames` frames of that type.
enum sample_type slab_type(enum slab_mode mode, int64_t frames, enum sample_type type);

#endif
