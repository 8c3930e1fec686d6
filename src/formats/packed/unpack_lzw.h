// SPDX-License-Identifier: MIT
// The LZW of compress(1), a part of unpack_coders.c only.
//
// Format: Welch 1984, with codes of 9 to 16 bits, the lowest first, in groups of eight: where the width
// changes, the rest of the group is void. The third byte of the file tells the greatest width (5 bits) and
// whether code 256 clears the table (0x80).
//
// Thread-safety: one thread at a time for each decoder.
#ifndef FOVEA_FORMATS_UNPACK_LZW_H
#define FOVEA_FORMATS_UNPACK_LZW_H

#include "formats/packed/unpack_flow.h"

struct lzw;

struct lzw *lzw_create(void); // aborts without memory: 260 kB
void lzw_destroy(struct lzw *lzw);
enum unpack_step lzw_step(struct lzw *lzw, struct unpack_flow *flow);

#endif
