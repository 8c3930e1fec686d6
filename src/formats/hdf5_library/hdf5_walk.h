// SPDX-License-Identifier: MIT
// A walk over the groups and datasets of an HDF5 file that ends, whatever its links do.
//
// Thread-safety: one thread, that of the worker (or of a test that calls it).
#ifndef FOVEA_FORMATS_HDF5_WALK_H
#define FOVEA_FORMATS_HDF5_WALK_H

#include "base/cancel.h"

#include <hdf5.h>
#include <stdbool.h>
#include <stdint.h>

enum hdf5_link { HDF5_LINK_HARD, HDF5_LINK_SOFT, HDF5_LINK_EXTERNAL, HDF5_LINK_OTHER };

// What a link leads to. Borrowed for the call.
struct hdf5_node {
    const char *path; // from the root of the file: "/entry/data"
    const char *name; // its last part
    enum hdf5_link link;
    const char *target;      // the path that a soft or external link names; else ""
    const char *target_file; // the file that an external link names; else ""
    bool file_missing;       // there is no such file beside the linking one (hdf5_resolve)
    bool unopened;           // an external link beyond the limit of those that are followed
    hid_t object;            // negative where the link leads nowhere or was not followed
    H5I_type_t type;         // H5I_GROUP, H5I_DATASET, H5I_DATATYPE; H5I_BADID where there is no object
};

enum hdf5_step {
    HDF5_STEP_IN,   // go into the group, if it is one that the walk has not been in
    HDF5_STEP_OVER, // leave the group out
    HDF5_STEP_END,  // end the walk
};
typedef enum hdf5_step hdf5_visit(const struct hdf5_node *node, void *context);

struct hdf5_walk_limits {
    int depth;     // of groups in groups
    int64_t links; // that are looked at in all
    int external;  // links to other files that are followed: each opens a file, perhaps over a network
    struct cancel *cancel; // ends the walk; may be NULL
};

// Visits every link in and below the group at `start` ("/" or "/entry"), in the order of names, each group
// before what is in it. A group is entered once, by whatever name or file it is reached. Returns false if the
// walk ended before its time: a limit, HDF5_STEP_END, or a damaged group.
bool hdf5_walk(hid_t file, const char *start, struct hdf5_walk_limits limits, hdf5_visit *visit,
               void *context);

// True if both are the same object of the same file.
bool hdf5_same_object(hid_t a, hid_t b);

#endif
