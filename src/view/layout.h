// SPDX-License-Identifier: MIT
// Where panes stand: a tree of rectangles that are divided side by side or one above the other. Pure
// arithmetic.
#ifndef FOVEA_VIEW_LAYOUT_H
#define FOVEA_VIEW_LAYOUT_H

#include "image/frame.h"

#include <stdbool.h>

enum { LAYOUT_MAX_PANES = 16, LAYOUT_MAX_NODES = 2 * LAYOUT_MAX_PANES };
enum layout_axis { LAYOUT_SIDE_BY_SIDE, LAYOUT_STACKED };

// A pane, or a division of two nodes.
struct layout_node {
    bool used, divided;
    int parent;            // -1: none
    int pane;              // where it is not divided
    enum layout_axis axis; // where it is:
    int first, second;     // left and right, or upper and lower
    double share;          // of the first, between 0 and 1
};

// Panes are known by numbers from 0 to LAYOUT_MAX_PANES - 1; each stands once.
struct layout {
    struct layout_node nodes[LAYOUT_MAX_NODES];
    int root;
};

// One pane alone.
void layout_single(struct layout *layout, int pane);
// `columns` x `rows` panes of equal size, which are panes[0], panes[1] ... in reading order. False, and
// nothing is changed, if they are more than LAYOUT_MAX_PANES or less than 1.
bool layout_grid(struct layout *layout, int columns, int rows, const int *panes);
// Reads "COLUMNSxROWS"; false if it is none, or more than LAYOUT_MAX_PANES.
bool layout_grid_parse(const char *text, int *columns, int *rows);
// Divides the place of a pane in halves: `added` gets the right or the lower one. False if the pane does not
// stand here or there is no room for more.
bool layout_split(struct layout *layout, int pane, enum layout_axis axis, int added);
// Takes a pane away; its neighbour gets the place. False for the last one, which stays.
bool layout_remove(struct layout *layout, int pane);
// The two change places.
void layout_swap(struct layout *layout, int pane, int other);

// The panes in the order of reading; returns how many.
int layout_order(const struct layout *layout, int panes[LAYOUT_MAX_PANES]);
// The rectangles of the panes within `whole`, with `gap` pixels between neighbours; those of panes that do
// not stand here are empty. All together cover `whole` up to the gaps.
void layout_areas(const struct layout *layout, struct rect whole, int gap,
                  struct rect areas[LAYOUT_MAX_PANES]);

// The rectangle, at (0, 0), in which each pane of a grid has width x height, and each of other layouts about
// that.
struct rect layout_size(const struct layout *layout, int64_t width, int64_t height, int gap);

// The gap at a point, not further than `near` pixels, as the number of its node; -1 if there is none.
int layout_gap_at(const struct layout *layout, struct rect whole, int gap, int near, double x, double y);
// The axis of a gap.
enum layout_axis layout_gap_axis(const struct layout *layout, int node);
// Moves a gap to a point. Neither side gets smaller than `least` pixels, if there is room for both.
void layout_move_gap(struct layout *layout, struct rect whole, int gap, int node, int least, double x,
                     double y);

#endif
