// SPDX-License-Identifier: MIT
// One step of unpacking: where its bytes come from and go to, and how it ends.
//
// Thread-safety: one thread at a time for each step.
#ifndef FOVEA_FORMATS_UNPACK_FLOW_H
#define FOVEA_FORMATS_UNPACK_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A step moves the pointers and lowers the counts.
struct unpack_flow {
    const uint8_t *in;
    size_t in_count;
    bool last; // nothing follows behind `in`
    uint8_t *out;
    size_t out_count;
};

enum unpack_step {
    UNPACK_MORE, // give more room or more input; nothing moved: it needs input that is not there
    UNPACK_END,  // the stream is complete
    UNPACK_DAMAGED,
    UNPACK_NO_MEMORY
};

#endif
