// SPDX-License-Identifier: MIT
// Names of the modes, and the types of what they make.
#include "sources/slab_mode.h"

#include <math.h>

static const char *const names[SLAB_MODE_COUNT] = {"sum", "max", "mean"};

const char *slab_mode_name(enum slab_mode mode)
{
    return names[mode];
}

static enum sample_type sum_type(int64_t frames, enum sample_type type)
{
    const struct sample_traits *traits = sample_traits(type);
    if (traits->is_float || traits->bytes > 4)
        return SAMPLE_F64;
    const bool narrow = traits->bytes <= 2 && (double)frames * fmax(traits->max, -traits->min) <= INT32_MAX;
    if (traits->is_signed)
        return narrow ? SAMPLE_I32 : SAMPLE_I64;
    return traits->bytes <= 2 && (double)frames * traits->max <= UINT32_MAX ? SAMPLE_U32 : SAMPLE_U64;
}

enum sample_type slab_type(enum slab_mode mode, int64_t frames, enum sample_type type)
{
    if (mode == SLAB_MAX)
        return type;
    if (mode == SLAB_SUM)
        return sum_type(frames, type);
    return sample_traits(type)->bytes <= 2 || type == SAMPLE_F32 ? SAMPLE_F32 : SAMPLE_F64;
}
