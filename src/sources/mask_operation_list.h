// SPDX-License-Identifier: MIT
// The list of mask operations, from which their table, the commands "mask.NAME", the menu entries and the
// options of `fovea mask` are made. An operation is one line here and one function mask_run_NAME.
#ifndef FOVEA_SOURCES_MASK_OPERATION_LIST_H
#define FOVEA_SOURCES_MASK_OPERATION_LIST_H

#include "image/mask.h"

#define MASK_OPERATION_NEIGHBOURS "[neighbours:4|8]"

// X(identifier, name, arguments, help, entry of the menu bar or NULL, looks at pixels)
// clang-format off
#define MASK_OPERATION_LIST(X) \
    X(point, "point", "x:integer y:integer", "A single pixel.", NULL, false) \
    X(rectangle, "rectangle", "x:number y:number width:number height:number", "The pixels whose centres are in the rectangle.", NULL, false) \
    X(circle, "circle", "x:number y:number radius:number", "The pixels whose centres are in the circle.", NULL, false) \
    X(ellipse, "ellipse", "x:number y:number radius_x:number radius_y:number [angle:number]", "An ellipse with half axes, turned by an angle in degrees from x towards y.", NULL, false) \
    X(polygon, "polygon", "points:number...", "A polygon through the points x y x y ..., closed by itself.", NULL, false) \
    X(line, "line", "x1:number y1:number x2:number y2:number [width:number]", "A line of some width (1).", NULL, false) \
    X(pencil, "pencil", "width:number points:number...", "A freehand line of some width through the points x y x y ...", NULL, false) \
    X(sector, "sector", "x:number y:number inner:number outer:number [start:number] [sweep:number]", "A ring about a point, or its part from an angle on over so many degrees, from x towards y.", NULL, false) \
    X(ring, "ring", "inner:number outer:number [start:number] [sweep:number]", "A ring, or a part of one, about the beam centre that the file gives; radii in pixels.", NULL, false) \
    X(flood, "flood", "x:integer y:integer [tolerance:number] " MASK_OPERATION_NEIGHBOURS, "The connected pixels whose values differ from this pixel's by no more than the tolerance (0).", NULL, true) \
    X(below, "below", "value:number", "The pixels below a value.", NULL, true) \
    X(above, "above", "value:number", "The pixels above a value.", NULL, true) \
    X(between, "between", "low:number high:number", "The pixels from one value to another, both included.", NULL, true) \
    X(outside, "outside", "low:number high:number", "The pixels below one value or above another.", NULL, true) \
    X(equal, "equal", "value:number", "The pixels that have exactly this value.", NULL, true) \
    X(not_finite, "not-finite", "", "NaN and infinite pixels.", MASK_OPERATION_MENU("Mask/NaN and infinite"), true) \
    X(hot, "hot", "[sigmas:number] [window:integer(3..31)]", "Pixels that many sigma (5) above the median of the window (5 x 5) around them.", MASK_OPERATION_MENU("Mask/Find hot pixels"), true) \
    X(dead, "dead", "[frames:integer]", "Pixels that never change over the frames of the series, or over so many.", MASK_OPERATION_MENU("Mask/Find dead pixels"), true) \
    X(gaps, "gaps", "", "Module gaps found in the data: whole rows and columns of one value that is 0, -1 or the type's maximum.", MASK_OPERATION_MENU("Mask/|Find module gaps"), true) \
    X(marks, "marks", "", "The pixels that the data mark: gaps, no data, bad, saturated, lost.", MASK_OPERATION_MENU("Mask/What the data mark"), true) \
    X(invert, "invert", "", "What is masked becomes unmasked and the other way round.", MASK_OPERATION_MENU("Mask/|Invert"), false) \
    X(clear, "clear", "", "Nothing is masked.", MASK_OPERATION_MENU("Mask/Clear"), false) \
    X(all, "all", "", "Everything is masked.", MASK_OPERATION_MENU("Mask/Mask everything"), false) \
    X(grow, "grow", "[pixels:integer(0..10000)] " MASK_OPERATION_NEIGHBOURS, "Grows masked areas by so many pixels (1).", MASK_OPERATION_MENU("Mask/Grow"), false) \
    X(shrink, "shrink", "[pixels:integer(0..10000)] " MASK_OPERATION_NEIGHBOURS, "Shrinks masked areas by so many pixels (1).", MASK_OPERATION_MENU("Mask/Shrink"), false) \
    X(fill_holes, "fill-holes", "", "Masks what is enclosed by masked pixels.", MASK_OPERATION_MENU("Mask/Fill holes"), false) \
    X(remove_specks, "remove-specks", "smallest:integer " MASK_OPERATION_NEIGHBOURS, "Unmasks connected areas of fewer pixels.", NULL, false) \
    X(border, "border", "pixels:integer(0..1000000)", "The outer rows and columns.", NULL, false) \
    X(flip, "flip", "direction:horizontal|vertical", "Mirrors the layer.", NULL, false) \
    X(rotate, "rotate", "direction:left|right|half", "Turns the layer.", NULL, false) \
    X(mirror, "mirror", "axes:horizontal|vertical|both [x:number] [y:number]", "Adds the mirror image about the beam centre, the middle of the image, or a point.", NULL, false) \
    X(or, "or", "layer:" MASK_LAYER_WORDS, "Adds what is masked in another layer.", NULL, false) \
    X(and, "and", "layer:" MASK_LAYER_WORDS, "Keeps only what is masked in another layer too.", NULL, false) \
    X(xor, "xor", "layer:" MASK_LAYER_WORDS, "Keeps what is masked in either this layer or the other, not in both.", NULL, false) \
    X(minus, "minus", "layer:" MASK_LAYER_WORDS, "Takes away what is masked in another layer.", NULL, false) \
    X(copy, "copy", "layer:" MASK_LAYER_WORDS, "Makes the layer the same as another.", NULL, false)
// clang-format on

#endif
