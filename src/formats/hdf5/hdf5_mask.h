// SPDX-License-Identifier: MIT
// The pixel masks of a detector as classes of pixels: one for all frames, one per channel or one per frame.
// Immutable once read.
#ifndef FOVEA_FORMATS_HDF5_MASK_H
#define FOVEA_FORMATS_HDF5_MASK_H

#include "image/frame.h"

// Planes of classes for the frames of a series: frame f has plane f / each, or f % count where they repeat.
// An entry may be NULL; neighbours may be one plane.
struct hdf5_planes {
    const uint8_t **planes;
    int64_t count;
    int64_t each; // frames that follow each other and share a plane; 0 where the planes repeat
};

// A mask that has as many axes as the data has a plane for each of its images; one that has fewer is shared
// over the axes in front, as that of each module of a detector (modules, rows, columns) is by all images of
// it (images, modules, rows, columns).
struct hdf5_mask {
    int64_t width, height;
    const uint8_t *shared;     // a byte of classes per pixel, for every frame; NULL where no pixel is masked
    struct hdf5_planes cycle;  // further ones, for each channel or module
    struct hdf5_planes images; // and for each image
    const void *memory;        // that all planes are in; NULL where each has its own
    size_t memory_bytes;
};
void hdf5_mask_free(struct hdf5_mask *mask);

// Adds the classes of the rectangle; true if there were any.
bool hdf5_mask_classes(const struct hdf5_mask *mask, int64_t frame, struct rect rect, uint8_t *classes);

#endif
