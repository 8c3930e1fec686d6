// SPDX-License-Identifier: MIT
// Files that the build puts into the program, by name.
#ifndef FOVEA_BASE_EMBEDDED_H
#define FOVEA_BASE_EMBEDDED_H

// Tables of these are made at build time and end with a NULL name.
struct embedded_text {
    const char *name;    // the file's name without folders
    const char *content; // its bytes followed by a NUL
};

#endif
