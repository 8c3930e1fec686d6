// SPDX-License-Identifier: MIT
// Bytes that can be read at any place: a file, or a piece of memory.
//
// A reader gets the bytes of its file as a blob and asks nobody else for them, so that what was unpacked,
// what a fuzz target makes up and what may come from elsewhere are read like a file. Files are read, never
// mapped: one that is cut ends a read early, and no process.
//
// Thread-safety: a blob is counted and does not change; any number of threads may read, share and release it.
// Its size is that of the file when it was opened. What others do to the file since is found out by
// blob_check.
#ifndef FOVEA_FORMATS_BLOB_H
#define FOVEA_FORMATS_BLOB_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct blob;

// The bytes of the regular file `path`. STATUS_IO with a sentence for what is missing, a folder, a pipe or
// the like.
enum status blob_open(const char *path, struct blob **blob, struct error *error);
// The first `size` bytes of the descriptor, which the blob closes in the end; `name` stands in sentences.
struct blob *blob_of_descriptor(const char *name, int fd, int64_t size);
// `size` bytes at `bytes`, which must stay until the last owner has released the blob.
struct blob *blob_of_memory(const char *name, const void *bytes, int64_t size);

// One owner more; returns the blob.
struct blob *blob_share(struct blob *blob);
// One owner less; the last one closes it. Sets *blob to NULL; NULL is fine.
void blob_release(struct blob **blob);

// What sentences call it; borrowed.
const char *blob_name(const struct blob *blob);
int64_t blob_size(const struct blob *blob);

// The descriptor of a file, for libraries that want one; borrowed. -1 for memory.
int blob_descriptor(const struct blob *blob);
// A descriptor of the same bytes to be handed to another process, which the caller closes: the file's, or for
// memory that of a copy, which is sealed against any change. STATUS_IO with a sentence where there is none.
enum status blob_hand_over(const struct blob *blob, int *fd, struct error *error);
// Seals a file in memory (memfd_create with MFD_ALLOW_SEALING) against any change, for good; false where it
// cannot be.
bool blob_seal(int fd);

// Whether the bytes are still those that were opened, as far as the file system tells: STATUS_IO with a
// sentence for a file that has become shorter, was written over, or has become longer and begins otherwise.
// One that was only continued is as it was, for who keeps to its old size, and so is one that another has
// replaced: the descriptor keeps it. With `growing`, for formats that writers continue in place by rules of
// their own (HDF5), only a file that has become shorter counts. Memory and what blob_of_descriptor was given
// never change. Costs a system call.
enum status blob_check(const struct blob *blob, bool growing, struct error *error);

// Reads exactly `count` bytes at `offset`. Bytes that do not come are STATUS_BROKEN ("ends after N bytes"), a
// read error is STATUS_IO.
enum status blob_read(const struct blob *blob, int64_t offset, void *buffer, size_t count,
                      struct error *error);
// Reads up to `count` bytes at `offset` and returns how many there were, fewer only at the end; -1 with errno
// set where reading fails.
int64_t blob_read_some(const struct blob *blob, int64_t offset, void *buffer, size_t count);

#endif
