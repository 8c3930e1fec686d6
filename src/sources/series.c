// SPDX-License-Identifier: MIT
// Expansion of names by folder listings; patterns are matched here, not by the file system.
#include "sources/series.h"

#include "base/file.h"
#include "base/size.h"
#include "base/text.h"
#include "formats/base/image_name.h"
#include "formats/base/reader.h"
#include "sources/file_name.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    LIST_MAX_BYTES = 64 << 20,
    LOOKED_AT = 16, // so few names are all looked at; of more, only those without a known extension
};

// --- the list ---

static void add(struct series *series, char *owned, bool found)
{
    if (series->count == series->capacity) {
        series->capacity = series->capacity ? 2 * series->capacity : 16;
        series->names = must_resize(series->names, series->capacity * sizeof *series->names);
        series->found = must_resize(series->found, series->capacity * sizeof *series->found);
    }
    series->names[series->count] = owned;
    series->found[series->count++] = found;
}

void series_free(struct series *series)
{
    for (size_t i = 0; i < series->count; i++)
        free(series->names[i]);
    free(series->names);
    free(series->found);
    *series = (struct series){0};
}

static char *join(const char *a, const char *b, const char *c)
{
    struct text text = {0};
    text_append(&text, a);
    text_append(&text, b);
    text_append(&text, c);
    return text.data ? text.data : must_copy("");
}

static char *copy_bytes(const char *bytes, size_t count)
{
    char *copy = must_alloc(count + 1);
    memcpy(copy, bytes, count);
    return copy;
}

static int compare_names(const void *a, const void *b)
{
    return text_compare_natural(*(char *const *)a, *(char *const *)b);
}

// Sorts the names from `first` on; their `found` must all be the same.
static void sort_from(struct series *series, size_t first)
{
    if (series->count > first + 1)
        qsort(series->names + first, series->count - first, sizeof *series->names, compare_names);
}

// --- names of images ---

// Masks lie beside the images that they belong to: *.msk, and names with the word "mask" in them.
static bool is_mask_name(const char *name)
{
    return file_name_ends_with(name, "msk") || strcasestr(name, "mask");
}

// --- listing of folders ---

// A pattern for the entries of one folder: by fnmatch, or digits between two fixed texts.
struct pattern {
    const char *glob; // NULL: the other way
    const char *before, *after;
    size_t before_length, digits; // at least so many; 0 = any
};

static bool digits_match(const struct pattern *pattern, const char *name)
{
    if (strncmp(name, pattern->before, pattern->before_length) != 0)
        return false;
    const char *number = name + pattern->before_length;
    const size_t digits = strspn(number, "0123456789");
    // A number is longer than asked for only where it has grown beyond it; 0 asks for none.
    if (digits == 0 || digits < pattern->digits ||
        (pattern->digits > 0 && digits > pattern->digits && number[0] == '0'))
        return false;
    return strcmp(number + digits, pattern->after) == 0;
}

static bool pattern_matches(const struct pattern *pattern, const char *name)
{
    return pattern->glob ? fnmatch(pattern->glob, name, FNM_PERIOD) == 0 : digits_match(pattern, name);
}

static enum status read_folder(const char *folder, const struct pattern *pattern, struct series *out,
                               struct error *error)
{
    DIR *directory = opendir(*folder ? folder : ".");
    if (!directory)
        return error_set(error, STATUS_IO, "%s: cannot be listed: %s", folder, strerror(errno));
    const size_t length = strlen(folder);
    const char *slash = length && folder[length - 1] != '/' ? "/" : "";
    struct dirent *entry;
    while ((entry = readdir(directory))) {
        const char *name = entry->d_name;
        if (entry->d_type == DT_DIR || (!pattern && name[0] == '.'))
            continue;
        const bool wanted = pattern ? pattern_matches(pattern, name)
                                    : file_name_is_image(name) || file_name_ends_in_number(name);
        if (wanted)
            add(out, join(folder, slash, name), true);
    }
    closedir(directory);
    return STATUS_OK;
}

// "x_data_000001.h5" holds frames of "x_master.h5" and is left to it. `list` is sorted.
static bool belongs_to_master(const struct series *list, const char *name)
{
    static const char data[] = "_data_";
    const char *part = NULL;
    for (const char *at = strstr(name, data); at; at = strstr(at + 1, data))
        part = at;
    if (!part || !file_name_ends_with(name, "h5"))
        return false;
    struct text master = {0};
    text_append_bytes(&master, name, (size_t)(part - name));
    text_append(&master, "_master.h5");
    const bool found =
        bsearch(&master.data, list->names, list->count, sizeof *list->names, compare_names) != NULL;
    text_free(&master);
    return found;
}

// Moves the names of a sorted list to `series`, with something put before and behind each. `unwanted` names
// are left out unless there are no others.
static void move_names(struct series *from, const char *prefix, const char *suffix,
                       bool (*unwanted)(const struct series *list, const char *name), struct series *series)
{
    size_t kept = 0;
    for (size_t i = 0; unwanted && i < from->count; i++)
        kept += !unwanted(from, from->names[i]);
    for (size_t i = 0; i < from->count; i++) {
        if (kept == 0 || !unwanted(from, from->names[i]))
            add(series, join(prefix, from->names[i], suffix), true);
    }
}

static bool is_no_member(const struct series *list, const char *name)
{
    return is_mask_name(path_name(name)) || belongs_to_master(list, name);
}

static enum status expand_folder(const char *folder, struct series *series, struct error *error)
{
    struct series listing = {0};
    enum status status = read_folder(folder, NULL, &listing, error);
    if (!status && listing.count == 0)
        status =
            error_set(error, STATUS_NOT_MINE, "%s: no file in this folder has the name of an image", folder);
    if (!status) {
        sort_from(&listing, 0);
        move_names(&listing, "", "", is_no_member, series);
    }
    series_free(&listing);
    return status;
}

// --- patterns and templates ---

// The folder of a path with its last slash, or ""; owned.
static char *folder_of(const char *path)
{
    return copy_bytes(path, (size_t)(path_name(path) - path));
}

// What glob() finds, for patterns with wild folders too.
static void list_glob(const char *path, struct series *out)
{
    char *folder = folder_of(path);
    const struct pattern pattern = {.glob = path_name(path)};
    if (!strpbrk(folder, "*?[")) {
        read_folder(folder, &pattern, out, NULL);
    } else {
        glob_t found;
        if (glob(path, GLOB_NOSORT, NULL, &found) == 0) {
            for (size_t i = 0; i < found.gl_pathc; i++)
                add(out, must_copy(found.gl_pathv[i]), true);
            globfree(&found);
        }
    }
    free(folder);
    sort_from(out, 0);
}

// Finds "####" or "%05d" in a file name: where it stands, its length, and the least number of digits.
static bool find_template(const char *name, size_t *at, size_t *length, size_t *digits)
{
    const char *hash = strchr(name, '#');
    if (hash) {
        *at = (size_t)(hash - name);
        *length = *digits = strspn(hash, "#");
        return true;
    }
    for (const char *percent = strchr(name, '%'); percent; percent = strchr(percent + 1, '%')) {
        const size_t width = strspn(percent + 1, "0123456789");
        if (width > 2 || percent[1 + width] != 'd')
            continue;
        *at = (size_t)(percent - name);
        *length = width + 2;
        *digits = width ? (size_t)strtoul(percent + 1, NULL, 10) : 1;
        return true;
    }
    return false;
}

// Files beside `path` whose name has a number of at least `digits` digits instead of the `length` characters
// from `at` of its name.
static void list_numbers(const char *path, size_t at, size_t length, size_t digits, struct series *out)
{
    const char *name = path_name(path);
    char *folder = folder_of(path);
    const struct pattern pattern = {
        .before = name, .before_length = at, .after = name + at + length, .digits = digits};
    read_folder(folder, &pattern, out, NULL);
    free(folder);
    sort_from(out, 0);
}

static void list_pattern(const char *path, struct series *out)
{
    size_t at, length, digits;
    if (strpbrk(path, "*?["))
        list_glob(path, out);
    else if (find_template(path_name(path), &at, &length, &digits))
        list_numbers(path, at, length, digits, out);
}

// --- one name ---

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

// A name taken apart: what comes before the path ("raw:"), the path, and what comes behind it.
struct parts {
    const char *prefix, *suffix;
    char *path; // owned
};

// "sim:", "sum:10:" ... but not "C::x".
static bool is_scheme(const char *name)
{
    const size_t letters = strspn(name, "abcdefghijklmnopqrstuvwxyz");
    return letters > 1 && name[letters] == ':' && name[letters + 1] != ':';
}

// Cuts the selector off: all from the first "::" on, a part of complex numbers ("#phase"), or what a raw
// file's description begins with. Brackets may be a pattern's.
static struct parts split_parts(const char *name)
{
    const bool raw = strncmp(name, "raw:", 4) == 0;
    const char *path = raw ? name + 4 : name;
    const char *suffix = raw ? strchr(path, '?') : strstr(path, "::");
    if (!suffix && !raw)
        suffix = image_name_part(path);
    if (!suffix)
        suffix = path + strlen(path);
    return (struct parts){raw ? "raw:" : "", suffix, copy_bytes(path, (size_t)(suffix - path))};
}

// A pattern that ends with brackets: they are a selector if what stands before them matches something.
static bool expand_with_brackets(const char *name, const struct parts *parts, struct series *series)
{
    const size_t length = strlen(parts->path);
    const char *bracket = strrchr(parts->path, '[');
    const bool colons = *parts->suffix == ':';
    if (colons || *parts->prefix || !bracket || parts->path[length - 1] != ']')
        return false;
    struct series listing = {0};
    char *path = copy_bytes(parts->path, (size_t)(bracket - parts->path));
    struct text suffix = {0};
    text_printf(&suffix, "%s%s", bracket, parts->suffix);
    if (exists(path))
        add(series, must_copy(name), false);
    else if (strpbrk(path, "*?[#%"))
        list_pattern(path, &listing);
    const bool found = listing.count > 0 || exists(path);
    move_names(&listing, "", text_string(&suffix), NULL, series);
    series_free(&listing);
    text_free(&suffix);
    free(path);
    return found;
}

static enum status expand_pattern(const char *name, const struct parts *parts, struct series *series,
                                  struct error *error)
{
    struct series listing = {0};
    enum status status = STATUS_OK;
    if (!expand_with_brackets(name, parts, series)) {
        list_pattern(parts->path, &listing);
        if (listing.count > 0)
            move_names(&listing, parts->prefix, parts->suffix, NULL, series);
        else if (strpbrk(parts->path, "*?"))
            status = error_set(error, STATUS_IO, "%s: no file matches this pattern", name);
        else
            add(series, must_copy(name), false);
    }
    series_free(&listing);
    return status;
}

// Puts the file's siblings into the list; false if its name has no number.
static bool expand_siblings(const char *name, const struct parts *parts, struct series *series)
{
    size_t at, length;
    if (!file_name_number(path_name(parts->path), &at, &length))
        return false;
    struct series listing = {0};
    const size_t first = series->count;
    list_numbers(parts->path, at, length, 0, &listing);
    move_names(&listing, parts->prefix, parts->suffix, NULL, series);
    for (size_t i = first; i < series->count && first == 0; i++) {
        if (strcmp(series->names[i], name) == 0)
            series->start = i;
    }
    series_free(&listing);
    return series->count > first;
}

static enum status expand_list(const char *path, struct series *series, struct error *error);

static enum status expand_name(const char *name, bool look, bool siblings, struct series *series,
                               struct error *error)
{
    if (name[0] == '@' && !exists(name))
        return expand_list(name + 1, series, error);
    enum status status = STATUS_OK;
    const bool meta = strpbrk(name, "*?[#%") != NULL;
    struct parts parts = split_parts(name);
    if (is_scheme(name) && !*parts.prefix)
        add(series, must_copy(name), false);
    else if (!*parts.prefix && !*parts.suffix && (meta || look) && is_folder(name))
        status = expand_folder(name, series, error);
    else if (meta && !exists(name) && !exists(parts.path))
        status = expand_pattern(name, &parts, series, error);
    else if (!siblings || !expand_siblings(name, &parts, series))
        add(series, must_copy(name), false);
    free(parts.path);
    return status;
}

// --- lists of names ---

static enum status expand_lines(char *lines, struct series *series, struct error *error)
{
    enum status status = STATUS_OK;
    char *rest = NULL;
    for (char *line = strtok_r(lines, "\n", &rest); line && !status; line = strtok_r(NULL, "\n", &rest)) {
        line += strspn(line, " \t");
        for (size_t length = strlen(line); length > 0 && strchr(" \t\r", line[length - 1]);)
            line[--length] = '\0';
        if (!*line || *line == '#')
            continue;
        if (*line == '@')
            add(series, must_copy(line), false); // no list within a list
        else
            status = expand_name(line, !file_name_is_image(line), false, series, error);
    }
    return status;
}

static enum status expand_list(const char *path, struct series *series, struct error *error)
{
    int fd;
    int64_t bytes;
    enum status status = file_open_read(path, &fd, &bytes, error);
    if (status)
        return status;
    char *content = NULL;
    const size_t before = series->count;
    if (bytes > LIST_MAX_BYTES)
        status = error_set(error, STATUS_TOO_LARGE, "%s: is too large for a list of names", path);
    if (!status) {
        content = must_alloc((size_t)bytes + 1);
        status = file_read_at(fd, path, 0, content, (size_t)bytes, error);
    }
    close(fd);
    if (!status && memchr(content, 0, (size_t)bytes))
        status = error_set(error, STATUS_NOT_MINE, "%s: is no text; a list has one name a line", path);
    if (!status)
        status = expand_lines(content, series, error);
    if (!status && series->count == before)
        status = error_set(error, STATUS_NOT_MINE, "%s: names no image", path);
    free(content);
    return status;
}

// --- all names ---

// Whether the names stand in the order of their bytes, as a shell puts what a pattern matches.
static bool in_byte_order(const char *const *names, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (strcmp(names[i - 1], names[i]) >= 0)
            return false;
    }
    return count > 1;
}

enum status series_expand(const char *const *names, size_t count, bool siblings, struct series *series,
                          struct error *error)
{
    enum status status = STATUS_OK;
    size_t bytes;
    if (count == 0)
        return error_set(error, STATUS_USAGE, "no image was named");
    if (!size_multiply(count, sizeof *names, &bytes))
        return error_set(error, STATUS_TOO_LARGE, "too many images were named");
    const char **ordered = must_alloc(bytes);
    memcpy(ordered, names, bytes);
    if (in_byte_order(names, count))
        qsort(ordered, count, sizeof *ordered, compare_names);
    for (size_t i = 0; i < count && !status; i++) {
        const bool look = count <= LOOKED_AT || !file_name_is_image(ordered[i]);
        status = expand_name(ordered[i], look, siblings && count == 1, series, error);
    }
    free(ordered);
    return status;
}

// --- the file beside another ---

// The place of a name in a sorted list; where it is not there it is put in.
static size_t place_of(struct series *series, const char *name)
{
    for (int turn = 0;; turn++) {
        for (size_t i = 0; i < series->count; i++) {
            if (strcmp(series->names[i], name) == 0)
                return i;
        }
        if (turn > 0)
            return series->count;
        add(series, must_copy(name), true);
        sort_from(series, 0);
    }
}

enum status series_expand_beside(const char *name, int step, struct series *series, struct error *error)
{
    if (is_scheme(name) || !exists(name) || is_folder(name))
        return error_set(error, STATUS_USAGE, "%s: is no file of a folder", name);
    struct series listing = {0};
    char *folder = folder_of(name);
    const enum status status = read_folder(folder, NULL, &listing, error);
    free(folder);
    if (!status) {
        sort_from(&listing, 0);
        move_names(&listing, "", "", is_no_member, series);
        const size_t place = place_of(series, name);
        series->start = place + (size_t)(int64_t)step;
    }
    series_free(&listing);
    if (status || series->start < series->count) // below 0 is beyond all
        return status;
    return error_set(error, STATUS_USAGE, "%s is the %s image of its folder", path_name(name),
                     step < 0 ? "first" : "last");
}
