// SPDX-License-Identifier: MIT
// Inside the HDF5 reader: a rectangle of samples that is wanted, and where it goes.
//
// Thread-safety: one thread at a time for each target.
#ifndef FOVEA_FORMATS_HDF5_TARGET_H
#define FOVEA_FORMATS_HDF5_TARGET_H

#include "formats/base/channels.h"
#include "formats/base/reader.h"
#include "formats/hdf5/hdf5_dataset.h"

// A rectangle of a dataset: its first sample and the two axes along which it extends. A rectangle of one row
// or column may have HDF5_NO_AXIS for it.
struct hdf5_region {
    const struct hdf5_dataset *dataset;
    int64_t at[HDF5_RANK];
    int row_axis, column_axis; // row_axis < column_axis
    int64_t width, height;
    struct channel_choice part; // of complex samples; unused for others
};

// Where its samples go.
struct hdf5_target {
    uint8_t *pixels;
    size_t stride; // bytes
    uint8_t *classes;
    size_t class_stride;
    struct cancel *cancel;
    struct decode_report *report;
};

// The part of a target whose first sample is in column x, row y.
struct hdf5_target hdf5_target_part(const struct hdf5_target *target, int64_t x, int64_t y, size_t item);
// Fills width x height samples.
void hdf5_target_fill(const struct hdf5_target *target, const uint8_t *sample, size_t item, int64_t width,
                      int64_t height);
// Fills width x height samples with 0 or NaN and marks them lost for the reason given.
void hdf5_target_lose(const struct hdf5_target *target, enum sample_type type, int64_t width, int64_t height,
                      const struct error *reason);

#endif
