// SPDX-License-Identifier: MIT
// The worker's program looked for from the place of the running one, so that an installation can be moved.
#include "formats/hdf5/hdf5_program.h"

#include "base/file.h"
#include "base/text.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

// FOVEA_... come from CMakeLists.txt.
const char hdf5_program_name[] = FOVEA_HDF5_PROGRAM;
const char hdf5_program_folder[] = FOVEA_LIBEXEC;

char *hdf5_program_find(void)
{
    static const char *const places[] = {
        FOVEA_HDF5_PROGRAM,
        FOVEA_LIBEXEC_FROM_BIN "/" FOVEA_HDF5_PROGRAM,
        FOVEA_LIBEXEC "/" FOVEA_HDF5_PROGRAM,
    };
    char running[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", running, sizeof running - 1);
    running[length > 0 ? length : 0] = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char *path = places[i][0] == '/' ? must_copy(places[i]) : path_sibling(running, places[i]);
        if (access(path, X_OK) == 0)
            return path;
        free(path);
    }
    return NULL;
}
