// SPDX-License-Identifier: MIT
// Inside the HDF5 reader: the walk through the groups for the dataset that a file means to show.
//
// Thread-safety: one thread, that of the worker (or of a test that calls it).
#ifndef FOVEA_FORMATS_HDF5_SEARCH_H
#define FOVEA_FORMATS_HDF5_SEARCH_H

#include "formats/base/reader.h"

#include <hdf5.h>

// The path of the dataset that the file, or the object at `start`, means to show; STATUS_UNSUPPORTED where
// there is none, STATUS_IO where it is in a file that is missing. *held, if not negative, keeps it open until
// H5Oclose, so that it is opened once.
enum status hdf5_search(hid_t file, const struct open_request *request, const char *start, struct text *found,
                        hid_t *held, struct error *error);

#endif
