// SPDX-License-Identifier: MIT
// Files of raw bytes that a file names as its own: one policy for all formats.
//
// A header can say that its samples are in another file (EDF, NRRD, external storage of HDF5), and a text can
// stand beside the samples (Merlin). Whoever wrote such a file may want to have something private shown, so
// the file that is named counts only where it lies in the folder of the one that names it, or below. What
// counts is where files really are: symbolic links are followed first, and so is "..". Where the naming file
// is itself reached by a link, its folder is both that of the link and that of the file. Who trusts what was
// written can lift this (companion_trust).
//
// Links to other HDF5 files are no raw bytes; see formats/hdf5_library/hdf5_driver.h.
#ifndef FOVEA_BASE_COMPANION_H
#define FOVEA_BASE_COMPANION_H

#include "base/status.h"

#include <stdbool.h>

// Lets files of raw bytes be anywhere, also for processes that are started from now on (FOVEA_TRUST_PATHS=1).
// To be called before anything is opened, by the only thread.
void companion_trust(void);
bool companion_trusted(void);

// The path, free of symbolic links, of the file that `name` means in the file at `path`; the caller frees it.
// Relative names are looked for in the folder of `path`, then, where that is a link, in the folder of what it
// leads to. STATUS_UNSUPPORTED with a sentence that names the file and the option where it lies elsewhere,
// STATUS_IO where there is none. What kind of file it is file_open_read tells. Thread-safe.
enum status companion_find(const char *path, const char *name, char **found, struct error *error);

#endif
