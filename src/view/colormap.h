// SPDX-License-Identifier: MIT
// Colour maps: built-in tables and those from the user's text files.
#ifndef FOVEA_VIEW_COLORMAP_H
#define FOVEA_VIEW_COLORMAP_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { COLORMAP_ENTRIES = 256 };

// 256 colours at equal steps of t = i / 255, as sRGB bytes; between them colours are interpolated linearly.
struct colormap {
    char name[48];
    uint8_t rgb[COLORMAP_ENTRIES][3];
};

// The colour at t in [0, 1] (clamped), each channel 0 to 255, not rounded.
void colormap_colour(const struct colormap *map, double t, double rgb[3]);

// The colour maps a program knows: the built-in ones in the order of the menus (perceptually uniform first),
// then loaded ones. Owned by the app.
struct colormap_list {
    struct colormap *maps;
    size_t count;
};
void colormap_list_init(struct colormap_list *list); // all built-in maps
void colormap_list_finish(struct colormap_list *list);
// The map of that name (case ignored), or NULL. Borrowed until the list changes.
const struct colormap *colormap_find(const struct colormap_list *list, const char *name);
// Reads a text file of 2 or more lines "r g b" (0-255, or 0.0-1.0 when every number is <= 1 and any has a
// '.'), or "position r g b" with ascending positions, of which the first is t = 0 and the last t = 1; '#'
// starts a comment; commas count as blanks. Resampled to 256 entries. The map's name is the file's name
// without extension; a map of the same name is replaced.
enum status colormap_load(struct colormap_list *list, const char *path, const struct colormap **map,
                          struct error *error);
// The same in two steps, of which the first may be on any thread; the second copies `map`.
enum status colormap_read(const char *path, struct colormap *map, struct error *error);
const struct colormap *colormap_list_add(struct colormap_list *list, const struct colormap *map);

#endif
