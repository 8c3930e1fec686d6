// SPDX-License-Identifier: MIT
// A folder of storage that does not answer, for a program from outside: put before its libraries
// (LD_PRELOAD), it has opendir of the folder that FOVEA_TEST_STUCK_FOLDER names never return.
#include <dirent.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

DIR *opendir(const char *path) __attribute__((visibility("default")));

DIR *opendir(const char *path)
{
    DIR *(*real)(const char *path);
    const char *stuck = getenv("FOVEA_TEST_STUCK_FOLDER");
    *(void **)&real = dlsym(RTLD_NEXT, "opendir");
    while (stuck && strcmp(path, stuck) == 0)
        pause();
    return real(path);
}
