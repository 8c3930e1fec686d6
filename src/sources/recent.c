// SPDX-License-Identifier: MIT
// The file with the names that were opened last.
#include "sources/recent.h"

#include "base/file.h"
#include "base/state.h"
#include "base/text.h"
#include "sources/file_name.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_BYTES = 1 << 20, MAX_NAME = 8192 };

static const char FILE_NAME[] = "recent";

static void add_last(struct recent *recent, const char *name)
{
    if (*name && strlen(name) <= MAX_NAME && recent->count < RECENT_MAX)
        recent->names[recent->count++] = must_copy(name);
}

void recent_read(struct recent *recent)
{
    recent_free(recent);
    char *content = state_read(FILE_NAME, MAX_BYTES), *rest = NULL;
    for (char *line = content ? strtok_r(content, "\n", &rest) : NULL; line;
         line = strtok_r(NULL, "\n", &rest))
        add_last(recent, line);
    free(content);
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

enum status recent_write(const struct recent *recent, struct error *error)
{
    struct text content = {0};
    for (size_t i = 0; i < recent->count; i++)
        text_printf(&content, "%s\n", recent->names[i]);
    enum status status = state_write(FILE_NAME, text_string(&content), content.length, error);
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
