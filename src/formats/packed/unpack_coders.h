// SPDX-License-Identifier: MIT
// The methods of packing as steps: bytes in, bytes out. Within unpack.c only.
//
// Thread-safety: one thread at a time for each coder.
#ifndef FOVEA_FORMATS_UNPACK_CODERS_H
#define FOVEA_FORMATS_UNPACK_CODERS_H

#include "formats/packed/unpack_flow.h"
#include "formats/packed/unpack_method.h"

#include <bzlib.h>
#include <lzma.h>
#define ZLIB_CONST // next_in points to const
#include <zlib.h>
#include <zstd.h>

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
