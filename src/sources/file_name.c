// SPDX-License-Identifier: MIT
// Endings and numbers in the names of files.
#include "sources/file_name.h"

#include "formats/base/reader.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool ends_with(const char *name, size_t length, const char *ending)
{
    const size_t count = strlen(ending);
    return length >= count && strncasecmp(name + length - count, ending, count) == 0;
}

// Whether the first `length` bytes end with the extension and its dot, behind something else.
static bool has_extension(const char *name, size_t length, const char *extension)
{
    const size_t count = strlen(extension);
    return length > count + 1 && name[length - count - 1] == '.' && ends_with(name, length, extension);
}

// The length without the extension of compressed files, which stands behind that of the format.
static size_t unwrapped_length(const char *name)
{
    static const char *const wrappers[] = {"gz", "bz2", "xz", "zst"};
    const size_t length = strlen(name);
    for (size_t i = 0; i < sizeof wrappers / sizeof *wrappers; i++) {
        if (has_extension(name, length, wrappers[i]))
            return length - strlen(wrappers[i]) - 1;
    }
    return length;
}

bool file_name_ends_with(const char *name, const char *extension)
{
    return has_extension(name, strlen(name), extension);
}

bool file_name_is_image(const char *name)
{
    const size_t length = unwrapped_length(name);
    for (size_t i = 0; readers[i]; i++) {
        for (const char *const *extension = readers[i]->extensions; extension && *extension; extension++) {
            if (has_extension(name, length, *extension) || file_name_ends_with(name, *extension))
                return true;
        }
    }
    return false;
}

bool file_name_ends_in_number(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && dot > name && dot[1] && !dot[1 + strspn(dot + 1, "0123456789")];
}

// Where the ending begins that says what kind of file it is: ".cbf", ".cbf.gz". An ending that is a number is
// none.
static size_t stem_length(const char *name)
{
    const size_t length = unwrapped_length(name);
    size_t dot = length;
    while (dot > 0 && name[dot - 1] != '.')
        dot--;
    if (dot <= 1 || strspn(name + dot, "0123456789") >= length - dot)
        return length;
    return dot - 1;
}

bool file_name_number(const char *name, size_t *start, size_t *digits)
{
    size_t end = stem_length(name);
    // The characters of templates cannot stand for themselves in one.
    if (ends_with(name, end, "_master") || strpbrk(name, "#%*?[]"))
        return false;
    while (end > 0 && !isdigit((unsigned char)name[end - 1]))
        end--;
    size_t begin = end;
    while (begin > 0 && isdigit((unsigned char)name[begin - 1]))
        begin--;
    if (begin == end || end - begin > FILE_NAME_MAX_DIGITS)
        return false;
    *start = begin;
    *digits = end - begin;
    return true;
}

bool file_name_is_numbered_like(const char *a, const char *b)
{
    static const char digits[] = "0123456789";
    while (*a && *b) {
        const size_t skip_a = strspn(a, digits), skip_b = strspn(b, digits);
        if ((skip_a > 0) != (skip_b > 0) || (skip_a == 0 && *a != *b))
            return false;
        a += skip_a ? skip_a : 1;
        b += skip_b ? skip_b : 1;
    }
    return *a == *b;
}
