// SPDX-License-Identifier: MIT
// Decoding of rectangles of HDF5 datasets, within the HDF5 reader: chunks shared by threads, and samples.
#ifndef FOVEA_FORMATS_HDF5_FRAME_H
#define FOVEA_FORMATS_HDF5_FRAME_H

#include "formats/hdf5/hdf5_pool.h"
#include "formats/hdf5/hdf5_target.h"

// --- hdf5_cache.c: chunks shared by the handles of one file ---

// Bytes that took time to get: a stored chunk, a decoded chunk or a plane read by libhdf5. Constant while it
// is taken.
struct hdf5_piece {
    uint64_t dataset, index; // the serial of the dataset, and which of its pieces this is
    uint8_t *bytes;
    size_t count, capacity;
    unsigned skipped;                // a stored chunk: its filter mask
    bool absent;                     // a chunk that was never written
    struct bitshuffle_places places; // of its blocks, where it is stored in blocks
    enum status status;
    struct error error;
    // -- protected by the cache's lock --
    bool ready;
    int users;
    uint64_t used;
};

// Thread-safety: any threads. Memory is bounded: pieces that nobody uses go when there is more than about
// 192 MB, the longest unused first.
struct hdf5_cache;
struct hdf5_cache *hdf5_cache_create(void);
void hdf5_cache_destroy(struct hdf5_cache *cache); // NULL is fine
// The piece, waiting where another thread is making it. With *mine true the caller must make it: reserve,
// fill in, and call hdf5_cache_ready. NULL where there is no memory.
struct hdf5_piece *hdf5_cache_take(struct hdf5_cache *cache, uint64_t dataset, uint64_t index, bool *mine);
// Makes room for `count` bytes in a piece that is being made. False where there is no memory.
bool hdf5_cache_reserve(struct hdf5_cache *cache, struct hdf5_piece *piece, size_t count);
// With STATUS_CANCELLED those that waited for it, and others, take another piece.
void hdf5_cache_ready(struct hdf5_cache *cache, struct hdf5_piece *piece, enum status status);
void hdf5_cache_give(struct hdf5_cache *cache, struct hdf5_piece *piece);

// --- hdf5_frame.c: pixels ---

// What a thread needs for decoding, its own.
struct hdf5_decoder {
    struct hdf5_pool *pool;
    struct hdf5_cache *cache;
    struct hdf5_scratch scratch;
    struct hdf5_room {
        uint8_t *bytes;
        size_t capacity;
    } samples, stored;
};
void hdf5_worker_free(struct hdf5_decoder *decoder);
// Memory of at least `count` bytes, whose content is lost by the next call; NULL where there is none.
uint8_t *hdf5_room_reserve(struct hdf5_room *room, size_t count);

// Decodes the rectangle. What is damaged is filled, marked and told in the report.
enum status hdf5_region_decode(struct hdf5_decoder *decoder, const struct hdf5_region *region,
                               const struct hdf5_target *target, struct error *error);
// The same by the worker, whose libhdf5 knows every kind of storage.
enum status hdf5_region_read(struct hdf5_decoder *decoder, const struct hdf5_region *region,
                             const struct hdf5_target *target, struct error *error);
// As hdf5_region_decode, of a source of a virtual dataset: `depth` virtual datasets are around it.
enum status hdf5_region_decode_within(struct hdf5_decoder *decoder, const struct hdf5_region *region,
                                      const struct hdf5_target *target, int depth, struct error *error);
// --- hdf5_mapped.c: pixels of HDF5_STORED_VIRTUAL ---

// A pixel has the sample of the last mapping that has a source for it, as libhdf5 has it. Where mappings
// have none for it (the file or dataset is missing, or shorter than the mapping) it is lost. Where there is
// no mapping it has the fill value.
enum status hdf5_mapped_decode(struct hdf5_decoder *decoder, const struct hdf5_region *region,
                               const struct hdf5_target *target, int depth, struct error *error);

// --- hdf5_stored.c: pixels of HDF5_STORED_CHUNKS ---

// STATUS_TOO_LARGE where a chunk must be unpacked as a whole and is too large for that (base/memory.h).
enum status hdf5_chunk_check(const struct hdf5_dataset *dataset, struct error *error);
enum status hdf5_chunks_decode(struct hdf5_decoder *decoder, const struct hdf5_region *region,
                               const struct hdf5_target *target, struct error *error);

#endif
