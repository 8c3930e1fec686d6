// SPDX-License-Identifier: MIT
// Positioned reads of whole ranges, and replacing a file as one step.
#ifndef FOVEA_BASE_FILE_H
#define FOVEA_BASE_FILE_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

// Opens `path` for reading and tells its size in bytes. A directory, socket or missing file is STATUS_IO with
// a sentence. The descriptor has O_CLOEXEC; close it with close().
enum status file_open_read(const char *path, int *fd, int64_t *bytes, struct error *error);

// Reads exactly `count` bytes at `offset` with pread, so it may be called from several threads on one
// descriptor. A file that ends before is STATUS_BROKEN ("ends after N bytes"), a read error STATUS_IO.
enum status file_read_at(int fd, const char *path, int64_t offset, void *buffer, size_t count,
                         struct error *error);

// What tells a file from another of the same name, and from itself when it was changed. All 0: not known.
struct file_identity {
    uint64_t device, number; // of the file system, of the file in it
    int64_t bytes, modified_ns;
};
// All 0 where there is no such file.
struct file_identity file_identify(const char *path);
// The same of an open file. All 0 where the system does not tell.
struct file_identity file_identify_open(int fd);

// The last component of a path; borrowed from `path`.
const char *path_name(const char *path);

// The path of `name` in the folder of `path`, or where there is no such file but `path` is a symbolic link,
// in that of the file it leads to. `name` is not judged (see base/companion.h). The caller frees it.
char *path_sibling(const char *path, const char *name);

// Where the selector of an image's name begins, by the spelling alone (formats/base/image_name.h looks which
// files there are): at the first "::", or at the bracket that is closed at the end ("x.h5[/d[3,:,:]]#phase");
// else the end of the name. Borrowed from `name`.
const char *path_selector(const char *name);

// What people know a name by: the last component of its path, with the selector if it has one
// ("file.h5::/entry/data", "file.h5[/entry/data]"); borrowed from `name`.
const char *path_title(const char *name);

// A name for a file that is made of the image `name`: its title without ending and folder, with the
// selector's last part, the frame if it is not negative, and `ending` (".png"); "cube.fits[2]", frame 7:
// "cube_2_7.png". What is awkward in a name of a file becomes '_'. Returns `buffer`.
char *path_propose(const char *name, int64_t frame, const char *ending, char *buffer, size_t size);

// A file being written. Where `path` is a regular file or does not exist yet, the bytes go to a temporary
// file beside it that takes its place only when everything is written: a new file has the permissions that
// the umask gives, one that replaces another keeps those of the old one, and its group if that may be. A
// device or pipe is written directly; a pipe that nobody reads is STATUS_IO at once. Thread-safe.
struct file_draft {
    char *path;      // where the result goes; owned
    char *temporary; // owned; NULL when written directly
    int fd;          // to write to
};
enum status file_draft_open(const char *path, struct file_draft *draft, struct error *error);
// Writes `count` bytes at the end of what is written. The draft is given up on failure.
enum status file_draft_write(struct file_draft *draft, const void *data, size_t count, struct error *error);
// Makes the written bytes durable and puts them in place. The draft is finished, also on failure; the
// sentence names the path.
enum status file_draft_commit(struct file_draft *draft, struct error *error);
// Gives the draft up: the temporary file is removed.
void file_draft_abandon(struct file_draft *draft);

// Removes the temporary files of all drafts there are, for a process that ends at once in whatever its
// threads are doing: from then on no draft is opened or put in place. Any thread, but no signal handler.
// Where a disk does not answer they stay, and nobody waits.
void file_drafts_remove(void);

// Writes `count` bytes to a temporary file beside `path`, fsyncs and renames it over `path`, so that an
// interrupted write leaves an old file whole.
enum status file_replace(const char *path, const void *data, size_t count, struct error *error);

#endif
