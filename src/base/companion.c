// SPDX-License-Identifier: MIT
// The judgement by resolved paths.
#include "base/companion.h"

#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char trust_variable[] = "FOVEA_TRUST_PATHS";

void companion_trust(void)
{
    setenv(trust_variable, "1", 1);
}

bool companion_trusted(void)
{
    const char *value = getenv(trust_variable);
    return value && strcmp(value, "1") == 0;
}

// The folder that the path's last component is in, free of links; NULL where there is none.
static char *folder_of(const char *path)
{
    struct text folder = {0};
    text_append_bytes(&folder, path, (size_t)(path_name(path) - path));
    char *real = realpath(folder.length > 0 ? text_string(&folder) : ".", NULL);
    text_free(&folder);
    return real;
}

// Both paths are absolute and free of links.
static bool is_below(const char *path, const char *folder)
{
    const size_t length = strcmp(folder, "/") == 0 ? 0 : strlen(folder);
    return strncmp(path, folder, length) == 0 && path[length] == '/';
}

static bool lies_with(const char *real, const char *path)
{
    char *given = folder_of(path), *itself = realpath(path, NULL);
    char *linked = itself ? folder_of(itself) : NULL;
    const bool below = (given && is_below(real, given)) || (linked && is_below(real, linked));
    free(given);
    free(itself);
    free(linked);
    return below;
}

// Whether a name may lead out of the folder: then it is not told whether such a file exists.
static bool leads_out(const char *name)
{
    if (name[0] == '/')
        return true;
    for (const char *at = name; *at; at++)
        if (at[0] == '.' && at[1] == '.' && (at == name || at[-1] == '/') && (!at[2] || at[2] == '/'))
            return true;
    return false;
}

enum status companion_find(const char *path, const char *name, char **found, struct error *error)
{
    char *wanted = name[0] == '/' ? must_copy(name) : path_sibling(path, name);
    char *real = realpath(wanted, NULL);
    const int code = errno;
    const bool other = real && strcmp(real, name) != 0;
    enum status status = STATUS_OK;
    if (!companion_trusted() && (real ? !lies_with(real, path) : leads_out(name)))
        status = error_set(
            error, STATUS_UNSUPPORTED,
            "%s: it takes bytes from %s%s%s%s, which lies neither in its folder nor below; move both into one folder, or allow it with --trust-paths",
            path, name, other ? " (" : "", other ? real : "", other ? ")" : "");
    else if (!real)
        status = error_set(error, STATUS_IO, "%s: cannot open %s: %s", path, name, strerror(code));
    free(wanted);
    if (status == STATUS_OK)
        *found = real;
    else
        free(real);
    return status;
}
