// SPDX-License-Identifier: MIT
// In the worker: the pixel masks of a detector, found and read.
//
// Sources: as hdf5_nexus_read.h. Identifiers passed in are borrowed. Thread-safety: as the file's.
#ifndef FOVEA_FORMATS_HDF5_MASK_READ_H
#define FOVEA_FORMATS_HDF5_MASK_READ_H

#include "base/status.h"
#include "base/text.h"
#include "formats/hdf5/hdf5_mask.h"
#include "formats/hdf5_worker/hdf5_places.h"

// The frames of the dataset: `frames` images of `channels` channels, the channels following each other.
struct hdf5_series {
    int64_t width, height;
    int64_t frames;   // in all, at least 1
    int64_t channels; // at least 1
    int leading;      // axes before rows and columns
    int64_t lengths[H5S_MAX_RANK];
};

// What the dataset at `data_path` holds, with frames of width x height pixels: a series of several channels
// where an axis before the rows is called "channel".
struct hdf5_series hdf5_series_find(hid_t file, const char *data_path, const struct hdf5_places *places,
                                    int64_t width, int64_t height);

// Reads all masks of the detector that fit the series. Others are ignored. Only STATUS_NO_MEMORY fails.
enum status hdf5_mask_read(hid_t file, const char *data_path, const struct hdf5_places *places,
                           const struct hdf5_series *series, struct hdf5_mask *mask, struct error *error);

// Appends a line "pixel mask PATH\tignored: ..." for every mask that hdf5_mask_read would not use.
void hdf5_mask_notes(hid_t file, const char *data_path, const struct hdf5_places *places,
                     const struct hdf5_series *series, struct text *out);

// True for a dataset that is itself a mask or a correction, by its name: then nothing in it is a mark.
bool hdf5_is_auxiliary(const char *data_path);

#endif
