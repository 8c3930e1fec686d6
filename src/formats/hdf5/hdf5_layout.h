// SPDX-License-Identifier: MIT
// Inside the HDF5 reader: what of a file is shown.
//
// Thread-safety: a layout does not change once it is read, and any threads may look at it.
#ifndef FOVEA_FORMATS_HDF5_LAYOUT_H
#define FOVEA_FORMATS_HDF5_LAYOUT_H

#include "formats/base/axes.h"
#include "formats/base/channels.h"
#include "formats/hdf5/hdf5_dataset.h"

// A dataset that makes up frames [first, first + frames) of the series.
struct hdf5_part {
    char *path; // of the file as it is opened
    char *name;
    int64_t first, frames;
    bool missing; // at the time of opening
};

struct hdf5_layout {
    struct hdf5_part *parts; // at least one
    size_t count;
    int64_t frames;
    enum sample_type type;
    struct axes axes; // of each part; the first axis of frames is as long as the part has it
    struct channel_choice channels;
    bool whole;  // rows and columns are there in full and in order: a pixel mask of the file fits
    char *shown; // the path of the dataset within the file that was opened
    struct text note;
};

void hdf5_layout_free(struct hdf5_layout *layout);
// One part more at the end, cleared.
struct hdf5_part *hdf5_layout_add(struct hdf5_layout *layout);
// The part that has the frame, and the coordinates of the frame's first pixel in it.
const struct hdf5_part *hdf5_layout_find(const struct hdf5_layout *layout, int64_t frame,
                                         int64_t at[HDF5_RANK]);

#endif
