// SPDX-License-Identifier: MIT
// Shapes that are drawn into a mask, and the pixels that belong to them.
//
// Coordinates are continuous image coordinates: pixel (i, j) covers [i, i + 1) x [j, j + 1) and its centre is
// at (i + 0.5, j + 0.5). A pixel is in a shape if and only if its centre is, by the definitions below;
// borders that run exactly through a centre are decided there too, so that two shapes side by side never
// share a pixel. Shapes may lie partly or wholly outside the image.
#ifndef FOVEA_IMAGE_SHAPE_H
#define FOVEA_IMAGE_SHAPE_H

#include "base/status.h"
#include "image/frame.h"

enum shape_kind {
    // The single pixel that holds points[0].
    SHAPE_POINT,
    // The rectangle between points[0] and points[1], in any order: left <= x < right, top <= y < bottom.
    SHAPE_RECTANGLE,
    // points[0] is the centre, `radius_x`, `radius_y` the half axes along x and y before turning by `angle`
    // (radians, from x towards y): (u / radius_x)^2 + (v / radius_y)^2 <= 1. A radius of 0 holds nothing.
    SHAPE_ELLIPSE,
    // points[0 .. count - 1], closed by itself; inside by the even-odd rule: a ray from the centre towards
    // larger x crosses an odd number of edges, an edge counting where min(y1, y2) <= y < max(y1, y2) and the
    // centre
    // is left of it (x < crossing).
    SHAPE_POLYGON,
    // The line through points[0 .. count - 1] (one point: a dot) of `width`: the distance to the line is <=
    // width / 2; the pixels that hold a point are always in.
    SHAPE_STROKE,
    // Around points[0]: radius_inner <= distance <= radius_outer, and the angle of (x - cx, y - cy), measured
    // from x
    // towards y, is in [angle, angle + sweep) modulo 2 pi; sweep >= 2 pi is the full ring.
    SHAPE_SECTOR,
    SHAPE_KIND_COUNT
};

struct shape_point {
    double x, y;
};

// All members that a kind does not name are ignored. `points` is borrowed.
struct shape {
    enum shape_kind kind;
    const struct shape_point *points;
    size_t count;
    double radius_x, radius_y, angle;
    double width;
    double radius_inner, radius_outer, sweep;
};

const char *shape_kind_name(enum shape_kind kind); // "point", "rectangle", "ellipse", ...

// STATUS_USAGE with a sentence when a number is not finite or negative where it must not be, or too few
// points are given (2 for a rectangle, 3 for a polygon, 1 else).
enum status shape_check(const struct shape *shape, struct error *error);

// The smallest rectangle of pixels that holds the shape, clipped to width x height (empty: width or height
// 0).
struct rect shape_bounds(const struct shape *shape, int64_t width, int64_t height);

// Pixels [begin, end) of one row.
struct span {
    int64_t begin, end;
};

// A shape prepared for being filled row by row: edges sorted once, so that a row costs what crosses it.
// Opaque; immutable once made, so that several threads may fill different rows.
struct shape_filler;
// For an image of width x height pixels. STATUS_NO_MEMORY or that of shape_check.
enum status shape_filler_create(const struct shape *shape, int64_t width, int64_t height,
                                struct shape_filler **filler, struct error *error);
void shape_filler_destroy(struct shape_filler **filler);
// The pixels of row `y`, clipped to the image: ascending spans that neither touch nor overlap. At most `max`
// are written; the number found is returned (never more than 2 * shape.count + 2).
size_t shape_filler_row(const struct shape_filler *filler, int64_t y, struct span *spans, size_t max);

#endif
