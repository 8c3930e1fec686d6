// SPDX-License-Identifier: MIT
// Inside the HDF5 reader: opening with another one to answer than a worker.
//
// Thread-safety: one thread at a time for each handle, as for all readers.
#ifndef FOVEA_FORMATS_HDF5_READER_H
#define FOVEA_FORMATS_HDF5_READER_H

#include "formats/base/reader.h"
#include "formats/hdf5/hdf5_question.h"

// As reader.open. `asker` NULL: a worker is asked.
enum status hdf5_open_asking(const struct open_request *request, const struct hdf5_asker *asker,
                             struct image_file **out, struct error *error);

#endif
