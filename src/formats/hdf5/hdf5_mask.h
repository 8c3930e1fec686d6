// SPDX-License-Identifier: MIT
// The pixel masks of a detector as classes of pixels: one for all frames, one per channel or one per frame.
//
// Sources: as hdf5_nexus.h. Identifiers passed in are borrowed. Thread-safety: reading as the file's; a mask
// that was read is immutable.
#ifndef FOVEA_FORMATS_HDF5_MASK_H
#define FOVEA_FORMATS_HDF5_MASK_H

#include "base/status.h"
#include "base/text.h"
#include "formats/hdf5/hdf5_places.h"
#include "image/frame.h"

// The frames of the dataset: `frames` images of `channels` channels, the channels following each other.
struct hdf5_series {
    int64_t width, height;
    int64_t frames;   // in all, at least 1
    int64_t channels; // at least 1
    int leading;      // axes before rows and columns
    int64_t lengths[H5S_MAX_RANK];
};

// Planes of classes for the frames of a series: frame f has plane f / each, or f % count where they repeat.
// An entry may be NULL; neighbours may be one plane.
struct hdf5_planes {
    uint8_t **planes;
    int64_t count;
    int64_t each; // frames that follow each other and share a plane; 0 where the planes repeat
};

// A mask that has as many axes as the data has a plane for each of its images; one that has fewer is shared
// over the axes in front, as that of each module of a detector (modules, rows, columns) is by all images of
// it (images, modules, rows, columns).
struct hdf5_mask {
    int64_t width, height;
    uint8_t *shared;           // a byte of classes per pixel, for every frame; NULL where no pixel is masked
    struct hdf5_planes cycle;  // further ones, for each channel or module
    struct hdf5_planes images; // and for each image
};

// What the dataset at `data_path` holds, with frames of width x height pixels: a series of several channels
// where an axis before the rows is called "channel".
struct hdf5_series hdf5_series_find(hid_t file, const char *data_path, const struct hdf5_places *places,
                                    int64_t width, int64_t height);

// Reads all masks of the detector that fit the series. Others are ignored. Only STATUS_NO_MEMORY fails.
enum status hdf5_mask_read(hid_t file, const char *data_path, const struct hdf5_places *places,
                           const struct hdf5_series *series, struct hdf5_mask *mask, struct error *error);
void hdf5_mask_free(struct hdf5_mask *mask);

// Adds the classes of the rectangle; true if there were any.
bool hdf5_mask_classes(const struct hdf5_mask *mask, int64_t frame, struct rect rect, uint8_t *classes);

// Appends a line "pixel mask PATH\tignored: ..." for every mask that hdf5_mask_read would not use.
void hdf5_mask_notes(hid_t file, const char *data_path, const struct hdf5_places *places,
                     const struct hdf5_series *series, struct text *out);

// True for a dataset that is itself a mask or a correction, by its name: then nothing in it is a mark.
bool hdf5_is_auxiliary(const char *data_path);

#endif
