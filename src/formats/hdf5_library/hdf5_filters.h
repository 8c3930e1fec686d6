// SPDX-License-Identifier: MIT
// Inside the HDF5 reader: what libhdf5 can undo of the filters of a dataset, with the decoders of the
// program.
//
// Thread-safety: one thread, that of the worker (or of a test that calls it).
#ifndef FOVEA_FORMATS_HDF5_FILTERS_H
#define FOVEA_FORMATS_HDF5_FILTERS_H

#include "base/status.h"
#include "formats/hdf5/hdf5_dataset.h"

#include <hdf5.h>
#include <stdbool.h>

// Gives libhdf5 the decoders of hdf5_chunk.h that it lacks. Harmless when repeated.
void hdf5_filters_register(void);
// STATUS_UNSUPPORTED with a sentence that names the first filter of the dataset that neither the program nor
// a plugin of libhdf5 can undo; `plugins` tells whether plugins are allowed.
enum status hdf5_filters_check(hid_t dataset, const struct hdf5_dataset *facts, bool plugins,
                               struct error *error);

#endif
