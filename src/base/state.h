// SPDX-License-Identifier: MIT
// What the program keeps for itself from run to run: files in $XDG_STATE_HOME/fovea, or where that is not set
// in ~/.local/state/fovea.
#ifndef FOVEA_BASE_STATE_H
#define FOVEA_BASE_STATE_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

// The path of a file or folder there; false if no home is known. Thread-safe, as are the others.
bool state_path(const char *name, char *path, size_t size);
// Makes all folders above the last component of `path`, for the user alone. Those that cannot be made are
// told by the file that cannot be opened.
void state_make_folders(const char *path);
// The content of a file, with a NUL behind it; the caller frees it. NULL where there is none that can be read
// or it has more than `most` bytes.
char *state_read(const char *name, size_t most);
// Writes a file in one step, so that programs that run at the same time never see half of it. STATUS_IO with
// a sentence.
enum status state_write(const char *name, const char *content, size_t bytes, struct error *error);

#endif
