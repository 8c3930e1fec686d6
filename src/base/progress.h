// SPDX-License-Identifier: MIT
// How far a piece of work has come, told by its threads and looked at by others.
#ifndef FOVEA_BASE_PROGRESS_H
#define FOVEA_BASE_PROGRESS_H

#include <stdatomic.h>

// Zero-initialise. May be used from any thread.
struct progress {
    atomic_int millionths;
};

// `share` of the whole, 0 to 1. NULL is fine: nobody wants to know.
static inline void progress_set(struct progress *progress, double share)
{
    if (progress)
        atomic_store_explicit(&progress->millionths, (int)(share * 1e6), memory_order_relaxed);
}

static inline double progress_share(struct progress *progress)
{
    return atomic_load_explicit(&progress->millionths, memory_order_relaxed) / 1e6;
}

#endif
