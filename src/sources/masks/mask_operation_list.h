// SPDX-License-Identifier: MIT
// The list of mask operations, from which their table, the commands "mask.NAME", the menu entries and the
// options of `fovea mask` are made. An operation is one line here and one function mask_run_NAME.
#ifndef FOVEA_SOURCES_MASK_OPERATION_LIST_H
#define FOVEA_SOURCES_MASK_OPERATION_LIST_H

#include "image/mask.h"

#define MASK_OPERATION_NEIGHBOURS ARG_CHOICE("neighbours", "4|8", .optional = true)

// The arguments are written for the command table (commands/arguments.h); nobody else looks at them.
// X(identifier, name, arguments, help, entry of the menu bar or NULL, kind)
// clang-format off
#define MASK_OPERATION_LIST(X) \
    X(point, "point", ARGS(ARG_INTEGER("x"), ARG_INTEGER("y")), "A single pixel.", NULL, MASK_AT_ONCE) \
    X(rectangle, "rectangle", ARGS(ARG_NUMBER("x"), ARG_NUMBER("y"), ARG_NUMBER("width"), ARG_NUMBER("height")), "The pixels whose centres are in the rectangle.", NULL, MASK_AT_ONCE) \
    X(circle, "circle", ARGS(ARG_NUMBER("x"), ARG_NUMBER("y"), ARG_NUMBER("radius")), "The pixels whose centres are in the circle.", NULL, MASK_AT_ONCE) \
    X(ellipse, "ellipse", ARGS(ARG_NUMBER("x"), ARG_NUMBER("y"), ARG_NUMBER("radius_x"), ARG_NUMBER("radius_y"), ARG_NUMBER("angle", .optional = true)), "An ellipse with half axes, turned by an angle in degrees from x towards y.", NULL, MASK_AT_ONCE) \
    X(polygon, "polygon", ARGS(ARG_NUMBER("points", .repeated = true)), "A polygon through the points x y x y ..., closed by itself.", NULL, MASK_AT_ONCE) \
    X(line, "line", ARGS(ARG_NUMBER("x1"), ARG_NUMBER("y1"), ARG_NUMBER("x2"), ARG_NUMBER("y2"), ARG_NUMBER("width", .optional = true)), "A line of some width (1).", NULL, MASK_AT_ONCE) \
    X(pencil, "pencil", ARGS(ARG_NUMBER("width"), ARG_NUMBER("points", .repeated = true)), "A freehand line of some width through the points x y x y ...", NULL, MASK_AT_ONCE) \
    X(sector, "sector", ARGS(ARG_NUMBER("x"), ARG_NUMBER("y"), ARG_NUMBER("inner"), ARG_NUMBER("outer"), ARG_NUMBER("start", .optional = true), ARG_NUMBER("sweep", .optional = true)), "A ring about a point, or its part from an angle on over so many degrees, from x towards y.", NULL, MASK_AT_ONCE) \
    X(ring, "ring", ARGS(ARG_NUMBER("inner"), ARG_NUMBER("outer"), ARG_NUMBER("start", .optional = true), ARG_NUMBER("sweep", .optional = true)), "A ring, or a part of one, about the beam centre that the file gives; radii in pixels.", NULL, MASK_WHOLE) \
    X(flood, "flood", ARGS(ARG_INTEGER("x"), ARG_INTEGER("y"), ARG_NUMBER("tolerance", .optional = true), MASK_OPERATION_NEIGHBOURS), "The connected pixels whose values differ from this pixel's by no more than the tolerance (0).", NULL, MASK_PIXELS) \
    X(below, "below", ARGS(ARG_NUMBER("value")), "The pixels below a value.", NULL, MASK_PIXELS) \
    X(above, "above", ARGS(ARG_NUMBER("value")), "The pixels above a value.", NULL, MASK_PIXELS) \
    X(between, "between", ARGS(ARG_NUMBER("low"), ARG_NUMBER("high")), "The pixels from one value to another, both included.", NULL, MASK_PIXELS) \
    X(outside, "outside", ARGS(ARG_NUMBER("low"), ARG_NUMBER("high")), "The pixels below one value or above another.", NULL, MASK_PIXELS) \
    X(equal, "equal", ARGS(ARG_NUMBER("value")), "The pixels that have exactly this value.", NULL, MASK_PIXELS) \
    X(not_finite, "not-finite", NULL, "NaN and infinite pixels.", MASK_OPERATION_MENU("Mask/NaN and infinite"), MASK_PIXELS) \
    X(hot, "hot", ARGS(ARG_NUMBER("sigmas", .optional = true), ARG_INTEGER("window", .low = 3, .high = 31, .optional = true)), "Pixels that many sigma (5) above the median of the window (5 x 5) around them.", MASK_OPERATION_MENU("Mask/Find hot pixels"), MASK_PIXELS) \
    X(dead, "dead", ARGS(ARG_INTEGER("frames", .optional = true)), "Pixels that never change over the frames of the series, or over so many.", MASK_OPERATION_MENU("Mask/Find dead pixels"), MASK_PIXELS) \
    X(gaps, "gaps", NULL, "Module gaps found in the data: whole rows and columns of one value that is 0, -1 or the type's maximum.", MASK_OPERATION_MENU("Mask/|Find module gaps"), MASK_PIXELS) \
    X(marks, "marks", NULL, "The pixels that the data mark: gaps, no data, bad, saturated, lost.", MASK_OPERATION_MENU("Mask/What the data mark"), MASK_PIXELS) \
    X(invert, "invert", NULL, "What is masked becomes unmasked and the other way round.", MASK_OPERATION_MENU("Mask/|Invert"), MASK_WHOLE) \
    X(clear, "clear", NULL, "Nothing is masked.", MASK_OPERATION_MENU("Mask/Clear"), MASK_AT_ONCE) \
    X(all, "all", NULL, "Everything is masked.", MASK_OPERATION_MENU("Mask/Mask everything"), MASK_AT_ONCE) \
    X(grow, "grow", ARGS(ARG_INTEGER("pixels", .low = 0, .high = 10000, .optional = true), MASK_OPERATION_NEIGHBOURS), "Grows masked areas by so many pixels (1).", MASK_OPERATION_MENU("Mask/Grow"), MASK_WHOLE) \
    X(shrink, "shrink", ARGS(ARG_INTEGER("pixels", .low = 0, .high = 10000, .optional = true), MASK_OPERATION_NEIGHBOURS), "Shrinks masked areas by so many pixels (1).", MASK_OPERATION_MENU("Mask/Shrink"), MASK_WHOLE) \
    X(fill_holes, "fill-holes", NULL, "Masks what is enclosed by masked pixels.", MASK_OPERATION_MENU("Mask/Fill holes"), MASK_WHOLE) \
    X(remove_specks, "remove-specks", ARGS(ARG_INTEGER("smallest"), MASK_OPERATION_NEIGHBOURS), "Unmasks connected areas of fewer pixels.", NULL, MASK_WHOLE) \
    X(border, "border", ARGS(ARG_INTEGER("pixels", .low = 0, .high = 1000000)), "The outer rows and columns.", NULL, MASK_WHOLE) \
    X(flip, "flip", ARGS(ARG_CHOICE("direction", "horizontal|vertical")), "Mirrors the layer.", NULL, MASK_WHOLE) \
    X(rotate, "rotate", ARGS(ARG_CHOICE("direction", "left|right|half")), "Turns the layer.", NULL, MASK_WHOLE) \
    X(mirror, "mirror", ARGS(ARG_CHOICE("axes", "horizontal|vertical|both"), ARG_NUMBER("x", .optional = true), ARG_NUMBER("y", .optional = true)), "Adds the mirror image about the beam centre, the middle of the image, or a point.", NULL, MASK_WHOLE) \
    X(or, "or", ARGS(ARG_CHOICE("layer", MASK_LAYER_WORDS)), "Adds what is masked in another layer.", NULL, MASK_WHOLE) \
    X(and, "and", ARGS(ARG_CHOICE("layer", MASK_LAYER_WORDS)), "Keeps only what is masked in another layer too.", NULL, MASK_WHOLE) \
    X(xor, "xor", ARGS(ARG_CHOICE("layer", MASK_LAYER_WORDS)), "Keeps what is masked in either this layer or the other, not in both.", NULL, MASK_WHOLE) \
    X(minus, "minus", ARGS(ARG_CHOICE("layer", MASK_LAYER_WORDS)), "Takes away what is masked in another layer.", NULL, MASK_WHOLE) \
    X(copy, "copy", ARGS(ARG_CHOICE("layer", MASK_LAYER_WORDS)), "Makes the layer the same as another.", NULL, MASK_WHOLE)
// clang-format on

#endif
