// SPDX-License-Identifier: MIT
// One step of unpacking, as the methods see it: bytes in, bytes out. Within wrapped_stream.c and its parts
// only.
#ifndef FOVEA_FORMATS_WRAPPED_STEP_H
#define FOVEA_FORMATS_WRAPPED_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A step moves the pointers and lowers the counts.
struct wrapped_flow {
    const uint8_t *in;
    size_t in_count;
    bool last; // nothing follows behind `in`
    uint8_t *out;
    size_t out_count;
};

enum wrapped_step {
    WRAPPED_MORE, // give more room or more input; nothing moved: it needs input that is not there
    WRAPPED_END,  // the stream is complete
    WRAPPED_DAMAGED,
    WRAPPED_NO_MEMORY
};

#endif
