// SPDX-License-Identifier: MIT
// Inside the HDF5 reader: what is known of one dataset, as the worker tells it.
//
// Thread-safety: facts do not change once they are read, and any threads may look at them.
#ifndef FOVEA_FORMATS_HDF5_DATASET_H
#define FOVEA_FORMATS_HDF5_DATASET_H

#include "formats/base/blob.h"
#include "formats/packed/hdf5_chunk.h"
#include "image/sample.h"

enum { HDF5_NO_AXIS = -1, HDF5_RANK = 32 }; // most axes of a dataset
enum {
    HDF5_MAX_MAPPINGS = 100 * 1000,
    HDF5_MAX_BOXES = 1000 * 1000,
    HDF5_MAX_SLOTS = 100 * 1000,
};

// How the elements in the file are samples.
struct hdf5_type {
    enum sample_type type;
    bool complex; // pairs of real and imaginary part, which become samples of that type; never `exact`
    bool exact;   // the bytes in the file are samples of that type, but for their order
    bool swapped; // big-endian
};

enum hdf5_storage {
    HDF5_STORED_PLAIN,    // uncompressed samples in one piece of the file
    HDF5_STORED_CHUNKS,   // chunks that hdf5_chunk.h decodes
    HDF5_STORED_VIRTUAL,  // put together from boxes of other datasets
    HDF5_STORED_EXTERNAL, // uncompressed samples in files that are not HDF5
    HDF5_STORED_OTHER,    // all else: read by the worker
    HDF5_STORED_COUNT
};

// One axis of a virtual mapping: index i of the `count * block` selected ones lies at
// start + (i / block) * stride + i % block. Of one block, the stride is its length.
enum { HDF5_MAPPED_RANK = 6 }; // axes of a mapping, at most
struct hdf5_steps {
    int64_t start, stride, count, block;
};
// A part of a virtual dataset and where its samples are: the i-th selected index of an axis comes from the
// i-th of the source's axis in `source_axis` (HDF5_NO_AXIS where only one index is selected).
struct hdf5_mapping {
    char *file; // as the virtual dataset names it; NULL for its own file
    char *name;
    bool grows;        // without end: what its source does not have yet is no fault
    bool paired;       // axis by axis; else only libhdf5 knows which sample comes from where
    bool source_whole; // all of the source: its axes, and if they are paired, are known when it is open
    int source_rank;
    int source_axis[HDF5_MAPPED_RANK];
    struct hdf5_steps virtual_steps[HDF5_MAPPED_RANK];
    struct hdf5_steps source_steps[HDF5_MAPPED_RANK];
    // Not regular, instead of `virtual_steps`: boxes, of each the first index of all axes, then the last.
    int64_t *boxes;
    size_t box_count;
};

// A piece of a dataset's bytes in a file that is not HDF5.
struct hdf5_slot {
    char *name;           // as the dataset has it
    char *path;           // found by hdf5_slots_find; NULL where the file is missing
    int64_t begin, bytes; // which of the dataset's bytes these are
    int64_t offset;       // of the first in the file
    int64_t present;      // bytes that the file had when the dataset was opened
};

// All of a virtual dataset.
struct hdf5_mappings {
    struct hdf5_mapping *items;
    size_t count;
    bool apart;     // some are not paired
    size_t missing; // files that they name in vain, when the dataset was opened
    char *first_missing;
};

// Immutable once it is in the pool. Lengths of axes fit together: all samples have fewer than 2^63 bytes.
struct hdf5_dataset {
    char *path;         // of the file it lies in, behind all links
    char *opened;       // the path by which it was opened, whose links led there
    char *name;         // within the file that was opened
    char unit[32];      // of the samples, by the attribute "units"; "" without one
    uint64_t serial;    // unlike that of all others of the pool
    struct blob *blob;  // the file; set by the pool, as `serial` is
    int64_t file_bytes; // when the dataset was opened: a file that is written grows
    int rank;
    int64_t dims[HDF5_RANK];
    struct hdf5_type type;
    enum hdf5_storage storage;
    bool cached; // HDF5_STORED_OTHER: whole planes go to the cache, because chunks are decoded behind them
    uint8_t fill[8];
    struct hdf5_pipeline pipeline; // of chunks; for people also where the storage is another
    int64_t offset;                // HDF5_STORED_PLAIN: of the first sample; -1: nothing was written
    int64_t chunk[HDF5_RANK];      // also of HDF5_STORED_OTHER; [0] is 0 where there are no chunks
    size_t chunk_bytes;
    int64_t stored;  // bytes of all chunks, counted for large datasets only, else INT64_MAX; or of all slots
    bool bare_edges; // chunks that reach over the edge are stored without filters
    struct hdf5_slot *slots; // HDF5_STORED_EXTERNAL; one after the other
    size_t slot_count;
    struct hdf5_mappings mappings; // HDF5_STORED_VIRTUAL
};
void hdf5_dataset_free(struct hdf5_dataset *dataset); // and all it has; NULL is fine

#endif
