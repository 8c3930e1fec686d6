// SPDX-License-Identifier: MIT
// Integer datasets as planes of bits, for masks: compressed ones by our own decoders, others by libhdf5.
#ifndef FOVEA_FORMATS_HDF5_BITS_H
#define FOVEA_FORMATS_HDF5_BITS_H

#include "base/status.h"
#include "formats/packed/hdf5_chunk.h"

#include <hdf5.h>

// The filters of a dataset; false if there are more of them, or with more parameters, than
// hdf5_chunk_supported could know. The identifier is borrowed.
bool hdf5_pipeline_of(hid_t dataset, struct hdf5_pipeline *pipeline);

// Is given `count` samples of row y from column x on. Any status but STATUS_OK ends the reading.
typedef enum status hdf5_bits_take(void *context, const uint32_t *bits, int64_t x, int64_t y, int64_t count);

// Hands out all samples of plane `plane` (row-major index of all axes but the last two) of a dataset of
// integers or booleans with two axes or more: the lower 32 bits, those of negative values as they are in
// two's complement. Damage ends the reading early and is not told. Memory: some rows, or one chunk, which
// must not have more than 1 GiB. STATUS_NO_MEMORY, or what `take` returned. Thread-safety: as the file's.
enum status hdf5_bits_read(hid_t dataset, int64_t plane, hdf5_bits_take *take, void *context,
                           struct error *error);

#endif
