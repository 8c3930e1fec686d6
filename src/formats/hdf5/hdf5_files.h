// SPDX-License-Identifier: MIT
// Inside the HDF5 reader: the files that a worker may read, opened by the viewer.
//
// Names in HDF5 files (external links, sources of virtual datasets) may lead anywhere, for that is how
// facilities use them, but only to HDF5 files: what is no regular file or has no signature of HDF5 is
// refused by the very descriptor that would be read. A pipe or device that is named so is never waited for.
// Raw bytes in other files (external storage) do not come by here; see base/companion.h.
#ifndef FOVEA_FORMATS_HDF5_FILES_H
#define FOVEA_FORMATS_HDF5_FILES_H

#include "formats/base/blob.h"

#include <stdbool.h>

// Where the signature of HDF5 is within the beginning of a file: at its start, or behind a user block of 512,
// 1024, 2048, ... bytes. -1 where there is none.
int64_t hdf5_signature_find(const uint8_t *head, size_t count);
// The same for all of a file. Reads eight bytes at each of these places.
int64_t hdf5_signature_locate(const struct blob *blob);

bool hdf5_path_exists(const char *path);
// The path that `name` of an external link or virtual mapping in the file `from` leads to: the name itself
// where it is absolute and there, else in the folder of `from`. Allocated.
char *hdf5_resolve(const char *from, const char *name);

// The files of a series, of which the last ones stay open: chunks are read from the very file that the worker
// was given, whatever its name stands for by then. Thread-safety: one thread at a time.
struct hdf5_files;
// `blob`, if not NULL, is the content of `path`; it is shared.
struct hdf5_files *hdf5_files_create(const char *path, struct blob *blob);
void hdf5_files_destroy(struct hdf5_files *files); // NULL is fine
// The file of that name, which the caller releases; opened anew, and looked at for its signature, where it is
// not open any more. A name in the folder of a file that was reached by a link is looked for beside what the
// link leads to as well. STATUS_IO and a sentence where it cannot be opened, STATUS_BROKEN where it is no
// HDF5 file.
enum status hdf5_files_open(struct hdf5_files *files, const char *name, struct blob **blob,
                            struct error *error);

// Lets the draft of a mask, alone, be written to by the worker: `fd` is borrowed. By default nothing is.
void hdf5_files_allow_draft(struct hdf5_files *files, const char *path, int fd);
// The draft's descriptor; -1 where `name` is no draft.
int hdf5_files_draft(const struct hdf5_files *files, const char *name);

#endif
