// SPDX-License-Identifier: MIT
// In the worker: the choice of what of a file is shown.
//
// Thread-safety: one thread, that of the worker (or of a test that calls it).
#ifndef FOVEA_FORMATS_HDF5_CHOICE_H
#define FOVEA_FORMATS_HDF5_CHOICE_H

#include "formats/base/reader.h"
#include "formats/hdf5/hdf5_layout.h"
#include "formats/hdf5_library/hdf5_kept.h"

// Decides what is shown of the file, which is open, by the selector, if any, and the channel of the request.
// What it finds is not whole where the request is cancelled meanwhile.
enum status hdf5_choose(hid_t file, const struct open_request *request, struct hdf5_kept *kept,
                        struct hdf5_layout *layout, struct error *error);

#endif
