// SPDX-License-Identifier: MIT
// Splits the names of images.
#include "formats/base/image_name.h"

#include "base/text.h"
#include "formats/base/channels.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *image_name_part(const char *name)
{
    const char *mark = strrchr(name, '#');
    return mark && channels_part_named(mark) != CHANNEL_AUTO ? mark : NULL;
}

static bool path_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

// "path::selector": split at the first pair of colons before which there is a file. NULL: there is none.
static char *cut_at_colons(char *path)
{
    for (char *colons = strstr(path + 1, "::"); colons; colons = strstr(colons + 1, "::")) {
        *colons = '\0';
        if (path_exists(path))
            return colons + 2;
        *colons = ':';
    }
    return NULL;
}

// What stands in the brackets at the end, before the last of which there is a file.
static char *cut_at_brackets(char *path)
{
    const size_t length = strlen(path);
    if (length == 0 || path[length - 1] != ']')
        return NULL;
    for (size_t at = length - 1; at > 0; at--) {
        if (path[at] != '[')
            continue;
        path[at] = '\0';
        if (path_exists(path)) {
            path[length - 1] = '\0';
            return path + at + 1;
        }
        path[at] = '[';
    }
    return NULL;
}

// Not a number alone, which is a page or an extension.
static bool is_slice(const char *words)
{
    return strpbrk(words, ":,*") && words[strspn(words, "0123456789:,*- ")] == '\0';
}

static char *selector_join(const char *words, const char *part)
{
    struct text selector = {0};
    const bool slice = is_slice(words);
    text_printf(&selector, "%s%s%s%s", slice ? "[" : "", words, slice ? "]" : "", part);
    return selector.data;
}

struct image_name image_name_split(const char *name)
{
    struct image_name split = {.path = must_copy(name)};
    if (path_exists(name))
        return split;
    const char *words = cut_at_colons(split.path);
    if (words) {
        split.selector = must_copy(words);
        return split;
    }
    const char *part = image_name_part(name);
    if (part)
        split.path[part - name] = '\0';
    words = part && path_exists(split.path) ? "" : cut_at_brackets(split.path);
    if (words)
        split.selector = selector_join(words, part ? part : "");
    else
        memcpy(split.path, name, strlen(name));
    return split;
}

void image_name_free(struct image_name *name)
{
    free(name->path);
    free(name->selector);
    *name = (struct image_name){0};
}
