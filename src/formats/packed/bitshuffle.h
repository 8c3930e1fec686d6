// SPDX-License-Identifier: MIT
// The blocks of a bitshuffle stream (HDF5 filter 32008). For the chunk decoder, its tests and its benchmark.
//
// Format: Masui et al. 2015 (Astronomy and Computing 12, 181) and bshuf_h5filter.c. A compressed stream has
// 12 bytes in front: u64 BE bytes of the result, u32 BE bytes of a block. Each block is u32 BE bytes stored,
// then an LZ4 block or zstd frame of the block's bit planes. Without compression the blocks lie side by side
// with nothing in front. What is left of the samples is a last, shorter block of a multiple of 8 samples;
// fewer than 8 samples at the end are raw.
//
// Thread-safety: all functions here touch only what they are given.
#ifndef FOVEA_FORMATS_BITSHUFFLE_H
#define FOVEA_FORMATS_BITSHUFFLE_H

#include "base/cancel.h"
#include "base/status.h"
#include "formats/packed/hdf5_filter.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Turns the bit planes of `elements` samples (a multiple of 8) of `sample_bytes` back into samples.
typedef void bit_unshuffle(const uint8_t *in, uint8_t *out, size_t elements, size_t sample_bytes);
bit_unshuffle bit_unshuffle_scalar;
// The AVX2 form; NULL where the processor has none. Same bytes as the scalar form, always.
bit_unshuffle *bit_unshuffle_avx2(void);
// The form for AVX2 with GFNI, whose one instruction turns 8 x 8 bits; NULL where the processor has none.
bit_unshuffle *bit_unshuffle_gfni(void);
// The fastest form that this processor runs; never NULL.
bit_unshuffle *bit_unshuffle_best(void);

enum bitshuffle_codec { BITSHUFFLE_PLAIN = 0, BITSHUFFLE_LZ4 = 2, BITSHUFFLE_ZSTD = 3 };

// Where some blocks of a stream begin, so that none of its parts needs a walk over all blocks before it.
// Fields are for bitshuffle.c.
enum { BITSHUFFLE_PLACES = 256 };
struct bitshuffle_places {
    size_t step, count; // place i is that of block i * step
    uint32_t at[BITSHUFFLE_PLACES];
};

struct bitshuffle_stream {
    size_t sample_bytes;
    size_t block; // bytes of a whole block, a multiple of 8 samples
    size_t total; // bytes of the result, a multiple of sample_bytes
    enum bitshuffle_codec codec;
    const uint8_t *data; // behind the header; borrowed
    size_t count;
    bit_unshuffle *unshuffle;               // bitshuffle_read puts the fastest one here
    const struct bitshuffle_places *places; // of its blocks, borrowed; NULL where they are not known
};

// True if the filter's parameters (major, minor, sample bytes, block in samples or 0, codec) are understood.
bool bitshuffle_understands(const struct hdf5_filter *filter);

// Reads the header. Without compression `total` is `stored_count`. The header's numbers are checked against
// each other, not against what the caller expects. A failure is STATUS_BROKEN with a clause.
enum status bitshuffle_read(const struct hdf5_filter *filter, const uint8_t *stored, size_t stored_count,
                            struct bitshuffle_stream *stream, struct error *error);

// Bytes of memory that bitshuffle_decode needs: one block, never more than `total`.
size_t bitshuffle_room(const struct bitshuffle_stream *stream);

// Finds where blocks begin, up to the first that is damaged.
void bitshuffle_find_places(const struct bitshuffle_stream *stream, struct bitshuffle_places *places);

// Decodes the result's bytes [begin, end) to `out`: `begin` a multiple of the block, `end` one or `total`.
// `room` has bitshuffle_room bytes. STATUS_BROKEN with a clause that counts the block from 0;
// STATUS_CANCELLED at the next block once `cancel`, which may be NULL, is requested.
enum status bitshuffle_decode(const struct bitshuffle_stream *stream, size_t begin, size_t end, uint8_t *out,
                              uint8_t *room, struct cancel *cancel, struct error *error);

#endif
