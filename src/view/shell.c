// SPDX-License-Identifier: MIT
// The rectangles of the window.
#include "view/shell.h"

#include "base/size.h"

#include <math.h>

enum { MENU = 28, SERIES = 34, STATUS = 24, COMPACT_WIDTH = 900, COMPACT_HEIGHT = 600, WIDE_WIDTH = 1600 };

static const struct class_sizes {
    int toolbar, strip, rail, inspector;
} class_sizes[] = {
    [SHELL_COMPACT] = {32, 36, 40, 280},
    [SHELL_REGULAR] = {36, 44, 56, 300},
    [SHELL_WIDE] = {36, 44, 56, 340},
};

enum shell_class shell_class_of(int width, int height, double scale)
{
    if (width / scale < COMPACT_WIDTH || height / scale < COMPACT_HEIGHT)
        return SHELL_COMPACT;
    return width / scale < WIDE_WIDTH ? SHELL_REGULAR : SHELL_WIDE;
}

// --- lengths at scale 1 ---

static double between(double value, double least, double most)
{
    return fmin(fmax(value, least), fmax(most, least));
}

// The lengths that depend on wishes and on room.
struct lengths {
    double browser, inspector, series, splitter, bottom;
};

static void share_width(const struct shell_wishes *wishes, const struct class_sizes *sizes, bool drawer,
                        struct lengths *lengths)
{
    const double room = wishes->width / wishes->scale - sizes->strip - sizes->rail - SHELL_PANES_LEAST_WIDTH;
    if (wishes->inspector) {
        const double wanted = wishes->inspector_width ? between(wishes->inspector_width,
                                                                SHELL_INSPECTOR_LEAST, SHELL_INSPECTOR_MOST)
                                                      : sizes->inspector;
        lengths->inspector = drawer ? sizes->inspector : fmin(wanted, room);
    }
    const double left = room - (drawer ? 0 : lengths->inspector);
    const int wanted = wishes->browser_width ? wishes->browser_width : SHELL_BROWSER;
    if (wishes->browser && left >= SHELL_BROWSER_LEAST)
        lengths->browser = between(wanted, SHELL_BROWSER_LEAST, fmin(left, SHELL_BROWSER_MOST));
}

static void share_height(const struct shell_wishes *wishes, const struct class_sizes *sizes, bool compact,
                         struct lengths *lengths)
{
    const double room = wishes->height / wishes->scale - MENU - sizes->toolbar - STATUS;
    const int wanted = wishes->bottom_height ? wishes->bottom_height : SHELL_BOTTOM;
    lengths->series = wishes->series && !compact ? SERIES : 0;
    if (!wishes->bottom)
        return;
    if (compact) { // it takes the place of the picture's lower half
        lengths->bottom = floor(room / 2);
        return;
    }
    lengths->splitter = SHELL_SPLITTER;
    lengths->bottom =
        between(wanted, SHELL_BOTTOM_LEAST,
                fmin(room - lengths->series - SHELL_SPLITTER - SHELL_PANES_LEAST_HEIGHT, SHELL_BOTTOM_MOST));
}

// --- edges in pixels ---

// What lies between two edges each way; empty where they have passed each other.
static struct rect between_edges(int64_t left, int64_t top, int64_t right, int64_t bottom)
{
    const bool empty = right <= left || bottom <= top;
    return empty ? (struct rect){0} : (struct rect){left, top, right - left, bottom - top};
}

static struct rect panes_between(int64_t left, int64_t top, int64_t right, int64_t bottom)
{
    return (struct rect){left, top, int64_max(right - left, 1), int64_max(bottom - top, 1)};
}

// Lengths from one edge of the window inwards, at scale 1, as pixels.
static int64_t inward(const struct shell_wishes *wishes, double length, int64_t most)
{
    return int64_min(llround(length * wishes->scale), most);
}

static void place_all(const struct shell_wishes *wishes, const struct class_sizes *sizes,
                      const struct lengths *lengths, struct shell *shell)
{
    const int64_t width = wishes->width, height = wishes->height;
    const int64_t menu = inward(wishes, MENU, height), top = inward(wishes, MENU + sizes->toolbar, height);
    const int64_t status = height - inward(wishes, STATUS, height);
    const int64_t strip = inward(wishes, sizes->strip, width);
    const int64_t left = inward(wishes, sizes->strip + lengths->browser, width);
    const int64_t rail = width - inward(wishes, sizes->rail, width);
    const int64_t side = width - inward(wishes, sizes->rail + lengths->inspector, width);
    const int64_t right = shell->drawer ? rail : side;
    const int64_t bottom = height - inward(wishes, STATUS + lengths->bottom, height);
    const int64_t splitter = height - inward(wishes, STATUS + lengths->bottom + lengths->splitter, height);
    const int64_t series =
        height - inward(wishes, STATUS + lengths->bottom + lengths->splitter + lengths->series, height);
    shell->menu = between_edges(0, 0, width, menu);
    shell->toolbar = between_edges(0, menu, width, int64_min(top, status));
    shell->strip = between_edges(0, top, strip, status);
    shell->browser = between_edges(strip, top, left, status);
    shell->series = between_edges(left, series, right, splitter);
    shell->splitter = between_edges(left, splitter, right, bottom);
    shell->bottom = between_edges(left, bottom, right, status);
    shell->inspector = between_edges(side, top, rail, status);
    shell->rail = between_edges(rail, top, width, status);
    shell->status = between_edges(0, status, width, height);
    shell->panes = panes_between(left, top, right, series);
}

struct shell shell_lay_out(const struct shell_wishes *wishes)
{
    struct shell shell = {.size = shell_class_of(wishes->width, wishes->height, wishes->scale)};
    const struct class_sizes *sizes = &class_sizes[shell.size];
    const bool compact = shell.size == SHELL_COMPACT;
    struct lengths lengths = {0};
    if (!wishes->interface) {
        shell.panes = panes_between(0, 0, wishes->width, wishes->height);
        return shell;
    }
    shell.drawer = compact && wishes->inspector;
    share_width(wishes, sizes, compact, &lengths);
    share_height(wishes, sizes, compact, &lengths);
    place_all(wishes, sizes, &lengths, &shell);
    return shell;
}
