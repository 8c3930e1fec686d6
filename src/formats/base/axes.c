// SPDX-License-Identifier: MIT
// The rule of the axes, and the words of slices.
#include "formats/base/axes.h"

#include "base/size.h"
#include "base/text.h"

#include <string.h>

enum { LEAST_COLOURS = 3, MOST_COLOURS = 4 };

// --- Without a slice ---

static void axes_clear(const int64_t *dims, int rank, struct axes *axes)
{
    *axes = (struct axes){.rank = rank, .rows = AXES_NONE, .columns = AXES_NONE, .colours = AXES_NONE};
    for (int i = 0; i < rank; i++)
        axes->axis[i] = (struct axis){AXIS_FRAMES, 0, dims[i]};
}

static bool ends_in_one(const int64_t *dims, int rank)
{
    return rank >= 3 && dims[rank - 1] == 1 && dims[rank - 2] > 1;
}

static bool ends_in_colours(const int64_t *dims, int rank)
{
    return rank >= 3 && dims[rank - 1] >= LEAST_COLOURS && dims[rank - 1] <= MOST_COLOURS &&
           dims[rank - 2] > AXES_PICTURE_SIDE && dims[rank - 3] > AXES_PICTURE_SIDE;
}

// The axes of what is told, counted from behind; 0: none.
struct told_places {
    int rows, columns, colours;
};

static struct told_places places_of(enum axes_told told)
{
    static const struct told_places places[] = {
        [AXES_COLOURS_LAST] = {3, 2, 1},
        [AXES_COLOURS_MIDDLE] = {3, 1, 2},
        [AXES_COLOURS_FIRST] = {2, 1, 3},
        [AXES_FRAMES_LAST] = {3, 2, 0},
    };
    return places[told];
}

void axes_choose(const int64_t *dims, int rank, enum axes_told told, struct axes *axes)
{
    struct told_places places = {2, 1, 0};
    axes_clear(dims, rank, axes);
    if (rank >= 3 && told >= AXES_COLOURS_LAST) {
        places = places_of(told);
    } else if (told != AXES_IMAGE && ends_in_one(dims, rank)) {
        axes->axis[rank - 1].role = AXIS_FIXED;
        places = (struct told_places){3, 2, 0};
    } else if (told != AXES_IMAGE && told != AXES_NUMBERS && ends_in_colours(dims, rank)) {
        places = places_of(AXES_COLOURS_LAST);
    }
    if (rank >= 1)
        axes->columns = rank - places.columns;
    if (rank >= 2)
        axes->rows = rank - places.rows;
    if (places.colours > 0)
        axes->colours = rank - places.colours;
    if (axes->columns >= 0)
        axes->axis[axes->columns].role = AXIS_COLUMNS;
    if (axes->rows >= 0)
        axes->axis[axes->rows].role = AXIS_ROWS;
    if (axes->colours >= 0)
        axes->axis[axes->colours].role = AXIS_COLOURS;
}

// --- Slices ---

static void skip_blanks(const char **at)
{
    while (**at == ' ')
        (*at)++;
}

// Reads a number or nothing; *given tells which. Negative numbers count from the end.
static bool read_index(const char **at, int64_t length, int64_t *value, bool *given)
{
    char digits[24];
    size_t count = 0;
    skip_blanks(at);
    while ((**at == '-' || (**at >= '0' && **at <= '9')) && count + 1 < sizeof digits)
        digits[count++] = *(*at)++;
    digits[count] = '\0';
    skip_blanks(at);
    *given = count > 0;
    if (!*given)
        return true;
    if (!parse_int64(digits, value))
        return false;
    if (*value < 0)
        *value += length;
    return true;
}

// One entry: "3", ":", "2:5", "*". Ranges have AXIS_COLUMNS until it is known what they are.
static bool read_entry(const char **at, int64_t length, struct axis *axis)
{
    int64_t first = 0, end = length;
    bool given, end_given;
    skip_blanks(at);
    if (**at == '*') {
        (*at)++;
        skip_blanks(at);
        *axis = (struct axis){AXIS_FRAMES, 0, length};
        return true;
    }
    if (!read_index(at, length, &first, &given))
        return false;
    const bool ranged = **at == ':';
    if (ranged) {
        (*at)++;
        if (!read_index(at, length, &end, &end_given))
            return false;
        end = int64_min(end, length);
    } else {
        end = first + 1;
    }
    if ((!ranged && !given) || first < 0 || first >= length || end <= first)
        return false;
    *axis = (struct axis){ranged ? AXIS_COLUMNS : AXIS_FIXED, first, end - first};
    return true;
}

// The last two ranges become columns and rows, those before them frames.
static bool choose_plane(struct axes *axes)
{
    for (int i = axes->rank - 1; i >= 0; i--) {
        struct axis *axis = &axes->axis[i];
        if (axis->role != AXIS_COLUMNS)
            continue;
        if (axes->columns < 0) {
            axes->columns = i;
        } else if (axes->rows < 0) {
            axes->rows = i;
            axis->role = AXIS_ROWS;
        } else {
            axis->role = AXIS_FRAMES;
        }
    }
    return axes->rows >= 0;
}

bool axes_slice(const int64_t *dims, int rank, const char *slice, struct axes *axes)
{
    const char *at = slice;
    axes_clear(dims, rank, axes);
    for (int i = 0; i < rank; i++)
        axes->axis[i].role = AXIS_COLUMNS;
    for (int i = 0; i < rank; i++) {
        if (!read_entry(&at, dims[i], &axes->axis[i]))
            return false;
        if (*at != ',')
            break;
        at++;
    }
    return *at == '\0' && choose_plane(axes);
}

char *slice_cut(char *text)
{
    const size_t length = strlen(text);
    char *bracket = strrchr(text, '[');
    if (!bracket || text[length - 1] != ']')
        return NULL;
    text[length - 1] = '\0';
    *bracket = '\0';
    return bracket + 1;
}

// --- Frames ---

bool axes_frames(const struct axes *axes, int skipped, int64_t *frames)
{
    *frames = 1;
    for (int i = skipped; i < axes->rank; i++)
        if (axes->axis[i].role == AXIS_FRAMES && __builtin_mul_overflow(*frames, axes->axis[i].count, frames))
            return false;
    return true;
}

void axes_first(const struct axes *axes, int64_t frame, bool endless, int64_t *at)
{
    for (int i = axes->rank - 1; i >= 0; i--) {
        const struct axis *axis = &axes->axis[i];
        at[i] = axis->start;
        if (axis->role != AXIS_FRAMES)
            continue;
        const bool all = endless && i == 0;
        at[i] += all ? frame : frame % axis->count;
        frame = all ? 0 : frame / axis->count;
    }
}

bool axes_are_plain(const struct axes *axes, const int64_t *dims)
{
    const int rows = axes->rows, columns = axes->columns;
    if (rows < 0 || columns != rows + 1 || axes->axis[rows].count != dims[rows] ||
        axes->axis[columns].count != dims[columns])
        return false;
    for (int i = columns + 1; i < axes->rank; i++)
        if (i != axes->colours && dims[i] != 1)
            return false;
    return true;
}

int64_t axes_width(const struct axes *axes)
{
    return axes->columns >= 0 ? axes->axis[axes->columns].count : 1;
}

int64_t axes_height(const struct axes *axes)
{
    return axes->rows >= 0 ? axes->axis[axes->rows].count : 1;
}
