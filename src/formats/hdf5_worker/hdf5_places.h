// SPDX-License-Identifier: MIT
// The groups around an image dataset that describe it: which entry, which detector, which beam.
//
// NeXus names the purpose of a group by its attribute NX_class; older files and other writers only by the
// group's name. Identifiers passed in are borrowed. Thread-safety: as the file's.
#ifndef FOVEA_FORMATS_HDF5_PLACES_H
#define FOVEA_FORMATS_HDF5_PLACES_H

#include "base/cancel.h"

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>

// What a group is for.
enum hdf5_place_role {
    HDF5_ROLE_NONE,
    HDF5_ROLE_DETECTOR, // the one of the dataset
    HDF5_ROLE_MODULE,   // of that detector, as those below
    HDF5_ROLE_CHANNEL,
    HDF5_ROLE_BEAM,
    HDF5_ROLE_MONOCHROMATOR,
    HDF5_ROLE_SOURCE,     // without a class, of CXI: what NeXus has there is the ring, not the beam
    HDF5_ROLE_ATTRIBUTES, // "NDAttributes" of areaDetector
};

struct hdf5_place {
    char *path; // from the root of the file; owned
    enum hdf5_place_role role;
};

struct hdf5_places {
    char *entry;          // the NXentry of the dataset, "" for the root of the file; owned
    const char *detector; // path of the dataset's detector, or NULL
    bool is_detector;     // the detector is surely that of the dataset, not any in the entry
    struct hdf5_place *items;
    size_t count;
};

// Looks around the dataset at `data_path`. At most 20000 links are looked at, none after a cancel. Free with
// hdf5_places_free.
void hdf5_places_find(hid_t file, const char *data_path, struct cancel *cancel, struct hdf5_places *places);
void hdf5_places_free(struct hdf5_places *places);

// The path of the entry of `data_path`, "" for the root: the first group on the way that is an NXentry, else
// the first group. Owned by the caller.
char *hdf5_entry_find(hid_t file, const char *data_path);

#endif
