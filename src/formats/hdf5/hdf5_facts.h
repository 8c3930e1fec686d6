// SPDX-License-Identifier: MIT
// Inside the HDF5 reader: what a worker tells of datasets and series, as messages.
//
// The worker writes what libhdf5 has made of a file, which may be damaged, or of a file that has taken the
// worker over: whoever reads these facts believes no number of them. What is read is sound in itself; that
// bytes are where they are said to be is seen when they are read.
//
// Thread-safety: the functions are pure, and may be called from any threads.
#ifndef FOVEA_FORMATS_HDF5_FACTS_H
#define FOVEA_FORMATS_HDF5_FACTS_H

#include "base/status.h"
#include "formats/hdf5/hdf5_layout.h"
#include "formats/hdf5/hdf5_message.h"
#include "formats/hdf5/hdf5_nexus.h"

// A dataset: all but `blob`, `serial`, `file_bytes` and the paths of slots, which the viewer finds out.
void hdf5_dataset_put(struct message_out *out, const struct hdf5_dataset *dataset);
// NULL where the facts are not sound; free with hdf5_dataset_free.
struct hdf5_dataset *hdf5_dataset_get(struct message_in *in);

void hdf5_layout_put(struct message_out *out, const struct hdf5_layout *layout);
// False where the facts are not sound; else the caller frees it.
bool hdf5_layout_get(struct message_in *in, struct hdf5_layout *layout);

// Detector and masks. The planes of masks are handed over in memory (HDF5_NO_FD: there are none). False where
// there is no memory for them.
bool hdf5_nexus_put(struct message_out *out, const struct hdf5_nexus *nexus, int *fd);
// NULL where the facts are not sound: masks are of width x height pixels.
struct hdf5_nexus *hdf5_nexus_get(struct message_in *in, int fd, int64_t width, int64_t height);

// Where a chunk is stored.
struct hdf5_address {
    enum hdf5_address_kind {
        HDF5_ADDRESS_ABSENT, // never written: the fill value
        HDF5_ADDRESS_STORED,
        HDF5_ADDRESS_DAMAGED, // libhdf5 cannot tell
        HDF5_ADDRESS_KINDS,
    } kind;
    int64_t at, count; // bytes of the file
    uint32_t skipped;  // filters that were not applied
};
void hdf5_address_put(struct message_out *out, const struct hdf5_address *address);
void hdf5_address_get(struct message_in *in, struct hdf5_address *address);

// Chunks of the dataset, counted in the order of samples; INT64_MAX where they cannot be counted.
int64_t hdf5_chunk_total(const struct hdf5_dataset *dataset);
// Sets chunk_bytes; false where the chunks' axes are no lengths or they are too large.
bool hdf5_chunk_measure(struct hdf5_dataset *dataset);

#endif
