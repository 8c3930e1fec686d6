// SPDX-License-Identifier: MIT
// A flag by which the owner of a long task asks it to stop.
#ifndef FOVEA_BASE_CANCEL_H
#define FOVEA_BASE_CANCEL_H

#include <stdatomic.h>
#include <stdbool.h>

// Zero-initialise. Set from any thread; long loops test it at least every few milliseconds of work.
struct cancel {
    atomic_bool requested;
};

static inline void cancel_request(struct cancel *cancel)
{
    atomic_store_explicit(&cancel->requested, true, memory_order_relaxed);
}

// NULL means "cannot be cancelled".
static inline bool cancel_requested(struct cancel *cancel)
{
    return cancel && atomic_load_explicit(&cancel->requested, memory_order_relaxed);
}

#endif
