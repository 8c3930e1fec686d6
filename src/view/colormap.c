// SPDX-License-Identifier: MIT
// Colour maps from text tables: those built into the program and the user's own.
#include "view/colormap.h"

#include "base/file.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

// The built-in maps in the order of the menus: name and embedded table assets/colormaps/NAME.txt.
#define BUILT_IN_MAPS(X)                                                                                     \
    X("viridis", viridis)                                                                                    \
    X("magma", magma)                                                                                        \
    X("inferno", inferno)                                                                                    \
    X("plasma", plasma)                                                                                      \
    X("cividis", cividis)                                                                                    \
    X("gray", gray)                                                                                          \
    X("inverse-gray", inverse_gray)                                                                          \
    X("cubehelix", cubehelix)                                                                                \
    X("heat", heat)                                                                                          \
    X("hot", hot)                                                                                            \
    X("bone", bone)                                                                                          \
    X("turbo", turbo)                                                                                        \
    X("coolwarm", coolwarm)                                                                                  \
    X("twilight", twilight)                                                                                  \
    X("jet", jet)

#define DECLARE(title, symbol) extern const char embedded_##symbol##_txt[], embedded_##symbol##_txt_end[];
BUILT_IN_MAPS(DECLARE)
#undef DECLARE

struct built_in_map {
    const char *name;
    const char *text, *end;
};

#define ENTRY(title, symbol) {title, embedded_##symbol##_txt, embedded_##symbol##_txt_end},
static const struct built_in_map built_in_maps[] = {BUILT_IN_MAPS(ENTRY)};
#undef ENTRY
#undef BUILT_IN_MAPS

enum { BUILT_IN_COUNT = sizeof built_in_maps / sizeof built_in_maps[0] };
enum { FILE_BYTES_MAX = 1 << 20, POINTS_MAX = 1 << 16, COLUMNS_MAX = 4 };

// A table as read: `columns` numbers a row, 3 (r g b) or 4 (position r g b).
struct table {
    double (*rows)[COLUMNS_MAX];
    size_t count, capacity;
    int columns;
    bool fraction_seen; // a colour was written with a decimal point
    double largest;     // of the colours
};

void colormap_colour(const struct colormap *map, double t, double rgb[3])
{
    double position = t > 0.0 ? (t < 1.0 ? t : 1.0) * (COLORMAP_ENTRIES - 1) : 0.0;
    int entry = (int)position;
    int next = entry + 1 < COLORMAP_ENTRIES ? entry + 1 : entry;
    double part = position - entry;
    for (int c = 0; c < 3; c++)
        rgb[c] = map->rgb[entry][c] + part * (map->rgb[next][c] - map->rgb[entry][c]);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == ',' || c == '\r' || c == ';';
}

// Splits a line into words of up to 31 bytes. Returns their number, or -1 if there are too many or one is too
// long.
static int line_words(const char *line, const char *end, char words[COLUMNS_MAX][32])
{
    int count = 0;
    while (line < end && *line != '#') {
        if (is_blank(*line)) {
            line++;
            continue;
        }
        const char *word = line;
        while (line < end && !is_blank(*line) && *line != '#')
            line++;
        size_t length = (size_t)(line - word);
        if (count == COLUMNS_MAX || length >= sizeof words[0])
            return -1;
        memcpy(words[count], word, length);
        words[count++][length] = '\0';
    }
    return count;
}

static void table_push(struct table *table, const double row[COLUMNS_MAX])
{
    if (table->count == table->capacity) {
        table->capacity = table->capacity ? 2 * table->capacity : 256;
        table->rows = must_resize(table->rows, table->capacity * sizeof *table->rows);
    }
    memcpy(table->rows[table->count++], row, sizeof *table->rows);
}

// The row's numbers into `row`, always as position, r, g, b. False if a word is not a number or out of range.
static bool row_numbers(struct table *table, char words[COLUMNS_MAX][32], double row[COLUMNS_MAX])
{
    int first_colour = table->columns - 3;
    row[0] = (double)table->count;
    for (int i = 0; i < table->columns; i++) {
        double number;
        if (!parse_double(words[i], &number) || !isfinite(number))
            return false;
        row[i + 1 - first_colour] = number;
        if (i < first_colour)
            continue;
        if (number < 0.0 || number > 255.0)
            return false;
        table->fraction_seen = table->fraction_seen || strchr(words[i], '.');
        table->largest = fmax(table->largest, number);
    }
    return table->count == 0 || row[0] >= table->rows[table->count - 1][0];
}

// Adds a line; false if it is neither empty nor a row like those before it.
static bool table_line(struct table *table, const char *line, const char *end)
{
    char words[COLUMNS_MAX][32];
    double row[COLUMNS_MAX];
    int count = line_words(line, end, words);
    if (count == 0)
        return true;
    if (table->count == 0)
        table->columns = count;
    if (count != table->columns || count < 3 || table->count >= POINTS_MAX || !row_numbers(table, words, row))
        return false;
    table_push(table, row);
    return true;
}

// Reads all lines. Returns 0, or the number of the first line that is wrong.
static int table_read(struct table *table, const char *text, const char *end)
{
    int number = 1;
    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        if (!stop)
            stop = end;
        if (!table_line(table, text, stop))
            return number;
        text = stop + 1;
        number++;
    }
    return 0;
}

// Resamples the rows to the map's entries. Needs two rows of different position.
static void table_resample(const struct table *table, struct colormap *map)
{
    double scale = table->fraction_seen && table->largest <= 1.0 ? 255.0 : 1.0;
    double first = table->rows[0][0], last = table->rows[table->count - 1][0];
    size_t row = 0;
    for (int i = 0; i < COLORMAP_ENTRIES; i++) {
        double share = (double)i / (COLORMAP_ENTRIES - 1);
        double position = first * (1.0 - share) + last * share;
        while (row + 2 < table->count && table->rows[row + 1][0] <= position)
            row++;
        const double *a = table->rows[row], *b = table->rows[row + 1];
        double part = b[0] > a[0] ? (position - a[0]) / (b[0] - a[0]) : 1.0;
        part = part > 0.0 ? (part < 1.0 ? part : 1.0) : 0.0;
        for (int c = 0; c < 3; c++)
            map->rgb[i][c] = (uint8_t)(scale * (a[c + 1] + part * (b[c + 1] - a[c + 1])) + 0.5);
    }
}

// Reads a table from memory into the colours of `map`. `path` is for the message.
static enum status parse_map(const char *text, const char *end, const char *path, struct colormap *map,
                             struct error *error)
{
    struct table table = {0};
    enum status status = STATUS_OK;
    int line = table_read(&table, text, end);
    if (line)
        status = error_set(
            error, STATUS_BROKEN,
            "%s: line %d is not a row of a colour map (\"r g b\" with 0-255 or 0.0-1.0, or \"position r g b\" with ascending positions)",
            path, line);
    else if (table.count < 2 || !(table.rows[table.count - 1][0] > table.rows[0][0]))
        status =
            error_set(error, STATUS_BROKEN, "%s: a colour map needs at least two colours, this file has %zu",
                      path, table.count);
    else
        table_resample(&table, map);
    free(table.rows);
    return status;
}

void colormap_list_init(struct colormap_list *list)
{
    list->count = BUILT_IN_COUNT;
    list->maps = must_alloc(BUILT_IN_COUNT * sizeof *list->maps);
    for (size_t i = 0; i < BUILT_IN_COUNT; i++) {
        const struct built_in_map *source = &built_in_maps[i];
        snprintf(list->maps[i].name, sizeof list->maps[i].name, "%s", source->name);
        parse_map(source->text, source->end, source->name, &list->maps[i], NULL);
    }
}

void colormap_list_finish(struct colormap_list *list)
{
    free(list->maps);
    *list = (struct colormap_list){0};
}

static struct colormap *find_map(const struct colormap_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcasecmp(list->maps[i].name, name) == 0)
            return &list->maps[i];
    return NULL;
}

const struct colormap *colormap_find(const struct colormap_list *list, const char *name)
{
    return find_map(list, name);
}

// The file's name without folder and extension, cut at a character when too long.
static void name_from_path(const char *path, char name[48])
{
    const char *start = path_name(path);
    const char *dot = strrchr(start, '.');
    size_t length = dot && dot != start ? (size_t)(dot - start) : strlen(start);
    struct text whole = {0};
    utf8_append(&whole, start, length);
    utf8_line(name, 48, text_string(&whole));
    text_free(&whole);
}

static enum status read_map_file(const char *path, struct colormap *map, struct error *error)
{
    int fd;
    int64_t bytes;
    enum status status = file_open_read(path, &fd, &bytes, error);
    if (status != STATUS_OK)
        return status;
    char *text = NULL;
    if (bytes > FILE_BYTES_MAX) {
        status = error_set(error, STATUS_TOO_LARGE, "%s: has %lld bytes, too many for a colour map", path,
                           (long long)bytes);
    } else {
        text = must_alloc((size_t)bytes + 1);
        status = file_read_at(fd, path, 0, text, (size_t)bytes, error);
    }
    close(fd);
    if (status == STATUS_OK)
        status = parse_map(text, text + bytes, path, map, error);
    free(text);
    return status;
}

enum status colormap_read(const char *path, struct colormap *map, struct error *error)
{
    *map = (struct colormap){0};
    const enum status status = read_map_file(path, map, error);
    if (!status)
        name_from_path(path, map->name);
    return status;
}

const struct colormap *colormap_list_add(struct colormap_list *list, const struct colormap *map)
{
    struct colormap *place = find_map(list, map->name);
    if (!place) {
        list->maps = must_resize(list->maps, (list->count + 1) * sizeof *list->maps);
        place = &list->maps[list->count++];
    }
    *place = *map;
    return place;
}

enum status colormap_load(struct colormap_list *list, const char *path, const struct colormap **map,
                          struct error *error)
{
    struct colormap loaded;
    const enum status status = colormap_read(path, &loaded, error);
    if (!status)
        *map = colormap_list_add(list, &loaded);
    return status;
}
