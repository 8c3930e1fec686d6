// SPDX-License-Identifier: MIT
// What the worker cannot do itself, for it can open nothing: it asks the viewer. Elsewhere, as in tests that
// call libhdf5 themselves, it is done at once.
//
// Thread-safety: one thread, that of the worker (or of a test that calls it).
#ifndef FOVEA_FORMATS_HDF5_WISH_H
#define FOVEA_FORMATS_HDF5_WISH_H

#include "formats/base/blob.h"

#include <stdbool.h>

// An HDF5 file, to be read; the caller releases it.
enum status hdf5_wish_file(const char *name, struct blob **blob, struct error *error);
// The draft of that name, to be written to; the caller closes it. -1 where there is none.
int hdf5_wish_draft(const char *name);
bool hdf5_wish_exists(const char *path);
// As hdf5_resolve. Allocated.
char *hdf5_wish_resolve(const char *from, const char *name);
// As companion_find, but for the path.
enum status hdf5_wish_companion(const char *path, const char *name, struct error *error);
// Piece `index` of what is supplied with the question. False where there is none.
bool hdf5_wish_piece(int64_t index, void *piece, size_t bytes);

#endif
