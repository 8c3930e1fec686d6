// SPDX-License-Identifier: MIT
// Decoding of one stored HDF5 chunk in memory: the filters of detector data, without libhdf5 and its global
// lock, so that several threads decode at once.
//
// Filters: deflate (1), shuffle (2), Fletcher-32 (3), bzip2 (307), LZF of h5py (32000), Blosc (32001), LZ4
// (32004), bitshuffle with or without LZ4 or zstd (32008), zstd (32015), in any order. Formats: HDF5 file
// format specification; HDF Group registered filters (LZ4_HDF5_format.md, H5Zzstd.c); lzf_filter.c of h5py;
// README_CHUNK_FORMAT.rst of c-blosc; bitshuffle (Masui et al. 2015, bshuf_h5filter.c).
#ifndef FOVEA_FORMATS_HDF5_CHUNK_H
#define FOVEA_FORMATS_HDF5_CHUNK_H

#include "base/cancel.h"
#include "base/status.h"
#include "formats/packed/bitshuffle.h"
#include "formats/packed/hdf5_filter.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HDF5_CHUNK_FILTERS = 8 };

// The filter pipeline of a dataset in the order in which it was applied on writing.
struct hdf5_pipeline {
    struct hdf5_filter filters[HDF5_CHUNK_FILTERS];
    size_t count;
    size_t sample_bytes; // of the dataset's type: 1, 2, 4 or 8
    bool big_endian;     // the samples must be swapped after the filters
};

// True if every filter is one of those above with parameters that are understood: only then may
// hdf5_chunk_decode be called.
bool hdf5_chunk_supported(const struct hdf5_pipeline *pipeline);
// For people: "bitshuffle-LZ4", "shuffle, deflate", "none". Returns `buffer`. Names filters not decoded here
// too ("szip", "ZFP", "filter 12345").
const char *hdf5_chunk_describe(const struct hdf5_pipeline *pipeline, char *buffer, size_t size);

// Memory that is used again from chunk to chunk; one per thread. Zero-initialise; hdf5_scratch_free when
// done.
struct hdf5_scratch {
    uint8_t *bytes[3];
    size_t capacity[3];
    // Borrowed; may be NULL. Once it is requested decoding ends with STATUS_CANCELLED: deflate, bzip2 and
    // zstd within a megabyte, Blosc, LZ4 and bitshuffle at the next block, others at the next filter.
    struct cancel *cancel;
};
void hdf5_scratch_free(struct hdf5_scratch *scratch);

// Decodes the `stored` bytes of a chunk as they lie in the file into exactly `count` bytes at `out`, in the
// machine's byte order. `skipped` has bit i set where filter i was not applied to this chunk (HDF5's
// filter_mask). Never reads beyond `stored_count` nor writes beyond `count` whatever the input; a chunk that
// does not decode to exactly `count` bytes is STATUS_BROKEN with a short clause without a file name ("the LZ4
// block 17 is damaged"), and `out` is then undefined. Thread-safety: any number of threads, each with its own
// scratch.
enum status hdf5_chunk_decode(const struct hdf5_pipeline *pipeline, unsigned skipped, const uint8_t *stored,
                              size_t stored_count, uint8_t *out, size_t count, struct hdf5_scratch *scratch,
                              struct error *error);

// Undoes one filter (not Fletcher-32) of which it is not known how many bytes it gives: at most `limit` at
// `out`, `*made` of them. Where that fails and *made is `limit`, there was more to come. Other arguments and
// thread-safety as above.
enum status hdf5_filter_undo(const struct hdf5_filter *filter, const uint8_t *stored, size_t stored_count,
                             uint8_t *out, size_t limit, size_t *made, struct hdf5_scratch *scratch);

// A bitshuffle (LZ4, zstd or plain) chunk decodes in independent blocks: the bytes [begin, end) of the
// result, widened to whole blocks, may be decoded alone, so that several threads share one large chunk or a
// small rectangle costs little. True if the pipeline is a single such filter; *block is its size in bytes.
bool hdf5_chunk_divisible(const struct hdf5_pipeline *pipeline, const uint8_t *stored, size_t stored_count,
                          size_t *block);

// A stored chunk of which parts are decoded. Everything is borrowed.
struct hdf5_packed {
    const struct hdf5_pipeline *pipeline;
    const uint8_t *stored;
    size_t stored_count;
    size_t count;                           // bytes of the result
    const struct bitshuffle_places *places; // NULL: the lengths of all blocks before a part are read
};
// Finds the places of a chunk (chunk->places is not looked at). None are found in a chunk that is not
// divisible.
void hdf5_chunk_find_places(const struct hdf5_packed *chunk, struct bitshuffle_places *places);
// Decodes the result's bytes [begin, end), `begin` a multiple of *block and `end` one or chunk->count, into
// `out` (end - begin bytes).
enum status hdf5_chunk_decode_part(const struct hdf5_packed *chunk, size_t begin, size_t end, uint8_t *out,
                                   struct hdf5_scratch *scratch, struct error *error);

#endif
