// SPDX-License-Identifier: MIT
// Files in the program's own folder.
#include "base/state.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_PATH = 4096 };

bool state_path(const char *name, char *path, size_t size)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int length = -1;
    if (state && state[0] == '/')
        length = snprintf(path, size, "%s/fovea/%s", state, name);
    else if (home && home[0] == '/')
        length = snprintf(path, size, "%s/.local/state/fovea/%s", home, name);
    return length > 0 && (size_t)length < size;
}

void state_make_folders(const char *path)
{
    char *copy = must_copy(path);
    for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)!mkdir(copy, 0700);
        *slash = '/';
    }
    free(copy);
}

char *state_read(const char *name, size_t most)
{
    char path[MAX_PATH];
    int fd;
    int64_t bytes;
    if (!state_path(name, path, sizeof path) || file_open_read(path, &fd, &bytes, NULL) != STATUS_OK)
        return NULL;
    char *content = (uint64_t)bytes <= most ? must_alloc((size_t)bytes + 1) : NULL;
    if (content && file_read_at(fd, path, 0, content, (size_t)bytes, NULL) != STATUS_OK) {
        free(content);
        content = NULL;
    }
    close(fd);
    return content;
}

enum status state_write(const char *name, const char *content, size_t bytes, struct error *error)
{
    char path[MAX_PATH];
    if (!state_path(name, path, sizeof path))
        return error_set(error, STATUS_IO, "%s cannot be kept: HOME is not set", name);
    state_make_folders(path);
    return file_replace(path, content, bytes, error);
}
