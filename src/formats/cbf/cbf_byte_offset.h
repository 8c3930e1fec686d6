// SPDX-License-Identifier: MIT
// The byte-offset compression of CBF: each value is stored as its difference from the one before.
//
// Format: the manual of CBFlib (International Union of Crystallography), "byte_offset". A
// difference is one signed byte; -128 says that 16 bits follow, -32768 there that 32 bits follow, and -2^31
// there that 64 bits follow, all little-endian.
#ifndef FOVEA_FORMATS_CBF_BYTE_OFFSET_H
#define FOVEA_FORMATS_CBF_BYTE_OFFSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CBF_LONGEST_DIFFERENCE = 15 }; // bytes of one difference: 1 + 2 + 4 + 8

// Decodes at most `count` values from `size` bytes to `out` and returns how many; it stops where `bytes` end,
// also in the midst of a difference. *value is the running value (0 at the stream's beginning) and *used
// becomes the number of bytes taken; with both a caller goes on later. Values are kept modulo 2^32. What
// stands in `out` behind the decoded values, within `count`, is undefined. Any thread.
typedef size_t cbf_byte_offset_decoder(const uint8_t *bytes, size_t size, uint32_t *value, uint32_t *out,
                                       size_t count, size_t *used);

cbf_byte_offset_decoder cbf_byte_offset_scalar;
// For machines with AVX2 only; gives the same values.
cbf_byte_offset_decoder cbf_byte_offset_avx2;
// True if this machine and build can run cbf_byte_offset_avx2.
bool cbf_byte_offset_has_avx2(void);
// The faster one that this machine can run.
cbf_byte_offset_decoder cbf_byte_offset_decode;

// The same for elements of 64 bits, whose values are kept modulo 2^64.
size_t cbf_byte_offset_wide(const uint8_t *bytes, size_t size, uint64_t *value, uint64_t *out, size_t count,
                            size_t *used);

#endif
