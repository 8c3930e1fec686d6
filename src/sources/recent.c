// SPDX-License-Identifier: MIT
// The file with the names that were opened last.
#include "sources/recent.h"

#include "base/file.h"
#include "base/text.h"
#include "sources/file_name.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_BYTES = 1 << 20, MAX_NAME = 8192 };

// The path of the list; false if no home is known.
static bool list_path(char *path, size_t size)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int length;
    if (state && state[0] == '/')
        length = snprintf(path, size, "%s/fovea/recent", state);
    else if (home && home[0] == '/')
        length = snprintf(path, size, "%s/.local/state/fovea/recent", home);
    else
        return false;
    return length > 0 && (size_t)length < size;
}

static void add_last(struct recent *recent, const char *name)
{
    if (*name && strlen(name) <= MAX_NAME && recent->count < RECENT_MAX)
        recent->names[recent->count++] = must_copy(name);
}

void recent_read(struct recent *recent)
{
    char path[4096];
    int fd;
    int64_t bytes;
    recent_free(recent);
    if (!list_path(path, sizeof path) || file_open_read(path, &fd, &bytes, NULL) != STATUS_OK)
        return;
    char *content = bytes <= MAX_BYTES ? must_alloc((size_t)bytes + 1) : NULL;
    if (content && file_read_at(fd, path, 0, content, (size_t)bytes, NULL) == STATUS_OK) {
        char *rest = NULL;
        for (char *line = strtok_r(content, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
            add_last(recent, line);
    }
    free(content);
    close(fd);
}

void recent_add(struct recent *recent, const char *name)
{
    if (!*name || strlen(name) > MAX_NAME || strchr(name, '\n'))
        return;
    char *first = NULL;
    size_t at = 0;
    while (at < recent->count && strcmp(recent->names[at], name) != 0)
        at++;
    if (at < recent->count) {
        first = recent->names[at];
    } else {
        first = must_copy(name);
        if (recent->count < RECENT_MAX)
            recent->count++;
        else
            free(recent->names[RECENT_MAX - 1]);
        at = recent->count - 1;
    }
    memmove(recent->names + 1, recent->names, at * sizeof recent->names[0]);
    recent->names[0] = first;
}

// Makes all folders above the last component of `path`.
static void make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        // Those that cannot be made are told by the file that cannot be opened.
        (void)!mkdir(path, 0700);
        *slash = '/';
    }
}

enum status recent_write(const struct recent *recent, struct error *error)
{
    char path[4096];
    if (!list_path(path, sizeof path))
        return error_set(error, STATUS_IO, "the list of recent files has no place: HOME is not set");
    make_folders(path);
    struct text content = {0};
    for (size_t i = 0; i < recent->count; i++)
        text_printf(&content, "%s\n", recent->names[i]);
    enum status status = file_replace(path, text_string(&content), content.length, error);
    text_free(&content);
    return status;
}

void recent_free(struct recent *recent)
{
    for (size_t i = 0; i < recent->count; i++)
        free(recent->names[i]);
    *recent = (struct recent){0};
}

// "sim:", "raw:": letters, then a colon.
static bool has_scheme(const char *name)
{
    const size_t letters = strspn(name, "abcdefghijklmnopqrstuvwxyz");
    return letters > 1 && name[letters] == ':' && name[letters + 1] != ':';
}

char *recent_name(const char *name)
{
    if (name[0] == '/' || name[0] == '@' || has_scheme(name))
        return must_copy(name);
    char *here = getcwd(NULL, 0);
    struct text path = {0};
    while (name[0] == '.' && name[1] == '/')
        name += 2;
    text_printf(&path, "%s/%s", here ? here : "", strcmp(name, ".") == 0 ? "" : name);
    free(here);
    return path.data;
}

// Whether `name` differs from `first` in the number only that counts it.
static bool same_series(const char *first, size_t start, const char *behind, const char *name)
{
    size_t at, digits;
    const char *file = path_name(name);
    const size_t before = (size_t)(path_name(first) - first) + start;
    return file_name_number(file, &at, &digits) && (size_t)(file - name) + at == before &&
           strncmp(name, first, before) == 0 && strcmp(file + at + digits, behind) == 0;
}

char *recent_name_of(const char *const *names, size_t count)
{
    size_t start, digits;
    if (count == 0)
        return NULL;
    const char *file = path_name(names[0]);
    if (count == 1 || !file_name_number(file, &start, &digits))
        return recent_name(names[0]);
    size_t least = digits;
    for (size_t i = 1; i < count; i++) {
        size_t at;
        size_t these;
        if (!same_series(names[0], start, file + start + digits, names[i]))
            return recent_name(names[0]);
        file_name_number(path_name(names[i]), &at, &these);
        least = these < least ? these : least;
    }
    struct text name = {0};
    text_append_bytes(&name, names[0], (size_t)(file - names[0]) + start);
    for (size_t i = 0; i < least; i++)
        text_append(&name, "#");
    text_append(&name, file + start + digits);
    char *absolute = recent_name(text_string(&name));
    text_free(&name);
    return absolute;
}
