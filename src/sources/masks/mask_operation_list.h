// SPDX-License-Identifier: MIT
// The list of mask operations, from which their table, the commands "mask.NAME", the menu entries and the
// options of `fovea mask` are made. An operation is one line here and one function mask_run_NAME.
//
// Thread-safety: constant data.
#ifndef FOVEA_SOURCES_MASK_OPERATION_LIST_H
#define FOVEA_SOURCES_MASK_OPERATION_LIST_H

#include "image/mask.h"

#define MASK_OPERATION_NEIGHBOURS ARG_CHOICE("neighbours", "4|8", .optional = true)

// The arguments are written for the command table (commands/arguments.h); nobody else looks at them.
// `done` is what is told when it is done, with its numbers in place of "{}", or "{1}" where 1 is what holds
// when the number is left out; NULL where one sees what was drawn. X(identifier, name, arguments, help, done,
// its entry of the menu bar or its title, and other words for it, kind)
// clang-format off
#define MASK_OPERATION_LIST(X) \
    X(point, "point", ARGS(ARG_INTEGER("x"), ARG_INTEGER("y")), "A single pixel.", NULL, MASK_OPERATION_TITLE("Mask: A single pixel", "dot"), MASK_AT_ONCE) \
    X(rectangle, "rectangle", ARGS(ARG_NUMBER("x"), ARG_NUMBER("y"), ARG_NUMBER("width"), ARG_NUMBER("height")), "The pixels whose centres are in the rectangle.", NULL, MASK_OPERATION_TITLE("Mask: A rectangle", "box"), MASK_AT_ONCE) \
    X(circle, "circle", ARGS(ARG_NUMBER("x"), ARG_NUMBER("y"), ARG_NUMBER("radius")), "The pixels whose centres are in the circle.", NULL, MASK_OPERATION_TITLE("Mask: A circle", "disc"), MASK_AT_ONCE) \
    X(ellipse, "ellipse", ARGS(ARG_NUMBER("x"), ARG_NUMBER("y"), ARG_NUMBER("radius_x"), ARG_NUMBER("radius_y"), ARG_NUMBER("angle", .optional = true)), "An ellipse with half axes, turned by an angle in degrees from x towards y.", NULL, MASK_OPERATION_TITLE("Mask: An ellipse", "oval"), MASK_AT_ONCE) \
    X(polygon, "polygon", ARGS(ARG_NUMBER("points", .repeated = true)), "A polygon through the points x y x y ..., closed by itself.", NULL, MASK_OPERATION_TITLE("Mask: A polygon", "shape"), MASK_AT_ONCE) \
    X(line, "line", ARGS(ARG_NUMBER("x1"), ARG_NUMBER("y1"), ARG_NUMBER("x2"), ARG_NUMBER("y2"), ARG_NUMBER("width", .optional = true)), "A line of some width (1).", NULL, MASK_OPERATION_TITLE("Mask: A line", "stroke"), MASK_AT_ONCE) \
    X(pencil, "pencil", ARGS(ARG_NUMBER("width"), ARG_NUMBER("points", .repeated = true)), "A freehand line of some width through the points x y x y ...", NULL, MASK_OPERATION_TITLE("Mask: A freehand line", "brush stroke paint"), MASK_AT_ONCE) \
    X(sector, "sector", ARGS(ARG_NUMBER("x"), ARG_NUMBER("y"), ARG_NUMBER("inner"), ARG_NUMBER("outer"), ARG_NUMBER("start", .optional = true), ARG_NUMBER("sweep", .optional = true)), "A ring about a point, or its part from an angle on over so many degrees, from x towards y.", NULL, MASK_OPERATION_TITLE("Mask: A sector or ring about a point", "annulus arc"), MASK_AT_ONCE) \
    X(ring, "ring", ARGS(ARG_NUMBER("inner"), ARG_NUMBER("outer"), ARG_NUMBER("start", .optional = true), ARG_NUMBER("sweep", .optional = true)), "A ring, or a part of one, about the beam centre that the file gives; radii in pixels.", "Ring", MASK_OPERATION_TITLE("Mask: A ring about the beam centre", "annulus resolution ice"), MASK_WHOLE) \
    X(flood, "flood", ARGS(ARG_INTEGER("x"), ARG_INTEGER("y"), ARG_NUMBER("tolerance", .optional = true), MASK_OPERATION_NEIGHBOURS), "The connected pixels whose values differ from this pixel's by no more than the tolerance (0).", "Flooded", MASK_OPERATION_TITLE("Mask: Connected pixels of like values", "fill wand region"), MASK_PIXELS) \
    X(below, "below", ARGS(ARG_NUMBER("value")), "The pixels below a value.", "Below {}", MASK_OPERATION_TITLE("Mask: Pixels below a value", "threshold less"), MASK_PIXELS) \
    X(above, "above", ARGS(ARG_NUMBER("value")), "The pixels above a value.", "Above {}", MASK_OPERATION_TITLE("Mask: Pixels above a value", "threshold greater saturated"), MASK_PIXELS) \
    X(between, "between", ARGS(ARG_NUMBER("low"), ARG_NUMBER("high")), "The pixels from one value to another, both included.", "Between {} and {}", MASK_OPERATION_TITLE("Mask: Pixels between two values", "range threshold"), MASK_PIXELS) \
    X(outside, "outside", ARGS(ARG_NUMBER("low"), ARG_NUMBER("high")), "The pixels below one value or above another.", "Outside {} to {}", MASK_OPERATION_TITLE("Mask: Pixels outside of two values", "range threshold"), MASK_PIXELS) \
    X(equal, "equal", ARGS(ARG_NUMBER("value")), "The pixels that have exactly this value.", "Equal to {}", MASK_OPERATION_TITLE("Mask: Pixels of one value", "same"), MASK_PIXELS) \
    X(not_finite, "not-finite", NULL, "NaN and infinite pixels.", "Not finite", MASK_OPERATION_MENU("Mask/Mask NaN and infinite", "not a number"), MASK_PIXELS) \
    X(hot, "hot", ARGS(ARG_NUMBER("sigmas", .optional = true), ARG_INTEGER("window", .low = 3, .high = 31, .optional = true)), "Pixels that many sigma (5) above the median of the window (5 x 5) around them.", "Hot pixels", MASK_OPERATION_MENU("Mask/Find hot pixels", "outliers cosmic zingers"), MASK_PIXELS) \
    X(dead, "dead", ARGS(ARG_INTEGER("frames", .optional = true)), "Pixels that never change over the frames of the series, or over so many.", "Dead pixels", MASK_OPERATION_MENU("Mask/Find dead pixels", "stuck constant"), MASK_PIXELS) \
    X(gaps, "gaps", NULL, "Module gaps found in the data: whole rows and columns of one value that is 0, -1 or the type's maximum.", "Module gaps", MASK_OPERATION_MENU("Mask/Find module gaps", "detector"), MASK_PIXELS) \
    X(marks, "marks", NULL, "The pixels that the data mark: gaps, no data, bad, saturated, lost.", "Marks of the data", MASK_OPERATION_MENU("Mask/Mask what the data mark", "bad saturated gaps no data"), MASK_PIXELS) \
    X(invert, "invert", NULL, "What is masked becomes unmasked and the other way round.", "Inverted", MASK_OPERATION_MENU("Mask/|Invert the layer", "negate complement"), MASK_WHOLE) \
    X(clear, "clear", NULL, "Nothing is masked.", "Cleared", MASK_OPERATION_MENU("Mask/Clear the layer", "delete nothing empty reset"), MASK_AT_ONCE) \
    X(all, "all", NULL, "Everything is masked.", "Everything masked", MASK_OPERATION_MENU("Mask/Mask everything", "whole fill"), MASK_AT_ONCE) \
    X(grow, "grow", ARGS(ARG_INTEGER("pixels", .low = 0, .high = 10000, .optional = true), MASK_OPERATION_NEIGHBOURS), "Grows masked areas by so many pixels (1).", "Grown by {1} px", MASK_OPERATION_MENU("Mask/Grow by a pixel", "dilate expand larger"), MASK_WHOLE) \
    X(shrink, "shrink", ARGS(ARG_INTEGER("pixels", .low = 0, .high = 10000, .optional = true), MASK_OPERATION_NEIGHBOURS), "Shrinks masked areas by so many pixels (1).", "Shrunk by {1} px", MASK_OPERATION_MENU("Mask/Shrink by a pixel", "erode smaller"), MASK_WHOLE) \
    X(fill_holes, "fill-holes", NULL, "Masks what is enclosed by masked pixels.", "Holes filled", MASK_OPERATION_MENU("Mask/Fill holes", "close enclosed"), MASK_WHOLE) \
    X(remove_specks, "remove-specks", ARGS(ARG_INTEGER("smallest"), MASK_OPERATION_NEIGHBOURS), "Unmasks connected areas of fewer pixels.", "Specks below {} px removed", MASK_OPERATION_TITLE("Mask: Remove specks", "small clean noise islands"), MASK_WHOLE) \
    X(border, "border", ARGS(ARG_INTEGER("pixels", .low = 0, .high = 1000000)), "The outer rows and columns.", "Border of {} px", MASK_OPERATION_TITLE("Mask: The border of the image", "edge frame margin"), MASK_WHOLE) \
    X(flip, "flip", ARGS(ARG_CHOICE("direction", "horizontal|vertical")), "Mirrors the layer.", "Flipped", MASK_OPERATION_TITLE("Mask: Mirror the layer", "flip"), MASK_WHOLE) \
    X(rotate, "rotate", ARGS(ARG_CHOICE("direction", "left|right|half")), "Turns the layer.", "Turned", MASK_OPERATION_TITLE("Mask: Turn the layer", "rotate"), MASK_WHOLE) \
    X(mirror, "mirror", ARGS(ARG_CHOICE("axes", "horizontal|vertical|both"), ARG_NUMBER("x", .optional = true), ARG_NUMBER("y", .optional = true)), "Adds the mirror image about the beam centre, the middle of the image, or a point.", "Mirrored", MASK_OPERATION_TITLE("Mask: Add the mirror image", "symmetry"), MASK_WHOLE) \
    X(or, "or", ARGS(ARG_CHOICE("layer", MASK_LAYER_WORDS)), "Adds what is masked in another layer.", "Another layer added", MASK_OPERATION_TITLE("Mask: Add another layer", "or union combine"), MASK_WHOLE) \
    X(and, "and", ARGS(ARG_CHOICE("layer", MASK_LAYER_WORDS)), "Keeps only what is masked in another layer too.", "Kept what another layer has", MASK_OPERATION_TITLE("Mask: Keep what is in another layer too", "and intersection combine"), MASK_WHOLE) \
    X(xor, "xor", ARGS(ARG_CHOICE("layer", MASK_LAYER_WORDS)), "Keeps what is masked in either this layer or the other, not in both.", "Kept the differences", MASK_OPERATION_TITLE("Mask: Keep what is in one of two layers", "xor difference combine"), MASK_WHOLE) \
    X(minus, "minus", ARGS(ARG_CHOICE("layer", MASK_LAYER_WORDS)), "Takes away what is masked in another layer.", "Another layer taken away", MASK_OPERATION_TITLE("Mask: Take another layer away", "subtract minus combine"), MASK_WHOLE) \
    X(copy, "copy", ARGS(ARG_CHOICE("layer", MASK_LAYER_WORDS)), "Makes the layer the same as another.", "Copied", MASK_OPERATION_TITLE("Mask: Copy another layer", "same"), MASK_WHOLE)
// clang-format on

#endif
