// SPDX-License-Identifier: MIT
// The methods of packing as steps: bytes in, bytes out. Within unpack.c and its parts only.
#ifndef FOVEA_FORMATS_UNPACK_CODERS_H
#define FOVEA_FORMATS_UNPACK_CODERS_H

#include "formats/packed/unpack.h"

#include <bzlib.h>
#include <lzma.h>
#include <stdbool.h>
#define ZLIB_CONST // next_in points to const
#include <zlib.h>
#include <zstd.h>

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

// What a method works with; which one is told by the method.
union unpack_state {
    z_stream zlib;
    bz_stream bzip2;
    lzma_stream xz;
    ZSTD_DCtx *zstd;
    struct lzw *lzw;
};

struct unpack_coder {
    const char *name, *program; // for people; NULL for what is no method of packing whole files
    // True if a stream begins so; NULL: cannot be told, and so none follows another.
    bool (*matches)(const uint8_t *head, size_t count);
    bool (*begin)(union unpack_state *state); // false: no memory
    enum unpack_step (*step)(union unpack_state *state, struct unpack_flow *flow);
    void (*end)(union unpack_state *state);
};

extern const struct unpack_coder unpack_coders[UNPACK_METHOD_COUNT];

#endif
