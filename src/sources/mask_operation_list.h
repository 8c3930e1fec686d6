// SPDX-License-Identifier: MIT
// The list of mask operations, from which their table, the commands "mask.NAME", the menu entries and the
// options of `fovea mask` are made. An operation is one line here and one function mask_run_NAME.
#ifndef FOVEA_SOURCES_MASK_OPERATION_LIST_H
#define FOVEA_SOURCES_MASK_OPERATION_LIST_H

#include "image/mask.h"

#define MASK_OPERATION_NEIGHBOURS "[neighbours:4|8]"

// X(identifier, name, arguments, help, entry of the menu bar or NULL, kind)
// clang-format off
#define MASK_OPERATION_LIST(X) \
    X(point, "point", "x:integer y:integer", "A single pixel.", NULL, MASK_AT_ONCE) \
    X(rectangle, "rectangle", "x:number y:number width:number height:number", "The pixels whose centres are in the rectangle.", NULL, MASK_AT_ONCE) \
    X(circle, "circle", "x:number y:number radius:number", "The pixels whose centres are in the circle.", NULL, MASK_AT_ONCE) \
    X(ellipse, "ellipse", "x:number y:number radius_x:number radius_y:number [angle:number]", "An ellipse with half axes, turned by an angle in degrees from x towards y.", NULL, MASK_AT_ONCE) \
    X(polygon, "polygon", "points:number...", "A polygon through the points x y x y ..., closed by itself.", NULL, MASK_AT_ONCE) \
    X(line, "line", "x1:number y1:number x2:number y2:number [width:number]", "A line of some width (1).", NULL, MASK_AT_ONCE) \
    X(pencil, "pencil", "width:number points:number...", "A freehand line of some width through the points x y x y ...", NULL, MASK_AT_ONCE) \
    X(sector, "sector", "x:number y:number inner:number outer:number [start:number] [sweep:number]", "A ring about a point, or its part from an angle on over so many degrees, from x towards y.", NULL, MASK_AT_ONCE) \
    X(ring, "ring", "inner:number outer:number [start:number] [sweep:number]", "A ring, or a part of one, about the beam centre that the file gives; radii in pixels.", NULL, MASK_WHOLE) \
    X(flood, "flood", "x:integer y:integer [tolerance:number] " MASK_OPERATION_NEIGHBOURS, "The connected pixels whose values differ from this pixel's by no more than the tolerance (0).", NULL, MASK_PIXELS) \
    X(below, "below", "value:number", "The pixels below a value.", NULL, MASK_PIXELS) \
    X(above, "above", "value:number", "The pixels above a value.", NULL, MASK_PIXELS) \
    X(between, "between", "low:number high:number", "The pixels from one value to another, both included.", NULL, MASK_PIXELS) \
    X(outside, "outside", "low:number high:number", "The pixels below one value or above another.", NULL, MASK_PIXELS) \
    X(equal, "equal", "value:number", "The pixels that have exactly this value.", NULL, MASK_PIXELS) \
    X(not_finite, "not-finite", "", "NaN and infinite pixels.", MASK_OPERATION_MENU("Mask/NaN and infinite"), MASK_PIXELS) \
    X(hot, "hot", "[sigmas:number] [window:integer(3..31)]", "Pixels that many sigma (5) above the median of the window (5 x 5) around them.", MASK_OPERATION_MENU("Mask/Find hot pixels"), MASK_PIXELS) \
    X(dead, "dead", "[frames:integer]", "Pixels that never change over the frames of the series, or over so many.", MASK_OPERATION_MENU("Mask/Find dead pixels"), MASK_PIXELS) \
    X(gaps, "gaps", "", "Module gaps found in the data: whole rows and columns of one value that is 0, -1 or the type's maximum.", MASK_OPERATION_MENU("Mask/|Find module gaps"), MASK_PIXELS) \
    X(marks, "marks", "", "The pixels that the data mark: gaps, no data, bad, saturated, lost.", MASK_OPERATION_MENU("Mask/What the data mark"), MASK_PIXELS) \
    X(invert, "invert", "", "What is masked becomes unmasked and the other way round.", MASK_OPERATION_MENU("Mask/|Invert"), MASK_WHOLE) \
    X(clear, "clear", "", "Nothing is masked.", MASK_OPERATION_MENU("Mask/Clear"), MASK_AT_ONCE) \
    X(all, "all", "", "Everything is masked.", MASK_OPERATION_MENU("Mask/Mask everything"), MASK_AT_ONCE) \
    X(grow, "grow", "[pixels:integer(0..10000)] " MASK_OPERATION_NEIGHBOURS, "Grows masked areas by so many pixels (1).", MASK_OPERATION_MENU("Mask/Grow"), MASK_WHOLE) \
    X(shrink, "shrink", "[pixels:integer(0..10000)] " MASK_OPERATION_NEIGHBOURS, "Shrinks masked areas by so many pixels (1).", MASK_OPERATION_MENU("Mask/Shrink"), MASK_WHOLE) \
    X(fill_holes, "fill-holes", "", "Masks what is enclosed by masked pixels.", MASK_OPERATION_MENU("Mask/Fill holes"), MASK_WHOLE) \
    X(remove_specks, "remove-specks", "smallest:integer " MASK_OPERATION_NEIGHBOURS, "Unmasks connected areas of fewer pixels.", NULL, MASK_WHOLE) \
    X(border, "border", "pixels:integer(0..1000000)", "The outer rows and columns.", NULL, MASK_WHOLE) \
    X(flip, "flip", "direction:horizontal|vertical", "Mirrors the layer.", NULL, MASK_WHOLE) \
    X(rotate, "rotate", "direction:left|right|half", "Turns the layer.", NULL, MASK_WHOLE) \
    X(mirror, "mirror", "axes:horizontal|vertical|both [x:number] [y:number]", "Adds the mirror image about the beam centre, the middle of the image, or a point.", NULL, MASK_WHOLE) \
    X(or, "or", "layer:" MASK_LAYER_WORDS, "Adds what is masked in another layer.", NULL, MASK_WHOLE) \
    X(and, "and", "layer:" MASK_LAYER_WORDS, "Keeps only what is masked in another layer too.", NULL, MASK_WHOLE) \
    X(xor, "xor", "layer:" MASK_LAYER_WORDS, "Keeps what is masked in either this layer or the other, not in both.", NULL, MASK_WHOLE) \
    X(minus, "minus", "layer:" MASK_LAYER_WORDS, "Takes away what is masked in another layer.", NULL, MASK_WHOLE) \
    X(copy, "copy", "layer:" MASK_LAYER_WORDS, "Makes the layer the same as another.", NULL, MASK_WHOLE)
// clang-format on

#endif
