// SPDX-License-Identifier: MIT
// The one small table that holds contrast limits, transfer function, colour map and special colours, ready
// for the fragment shader: a change of contrast rebuilds this table and nothing else.
//
// Two kinds.
// Direct (8- and 16-bit integers): entry v + bias is the colour of value v; bias = -(the type's minimum).
// Keyed (float32 and 32-bit integers): the index comes from the bit pattern of u = v - offset, whose order is
// that of the values and whose steps are of equal ratio. With b = bits(u):
//     index = uint(order(b) - base) >> shift       for low <= v <= high: 1 .. entries
//     0 = under, entries + 1 = over, entries + 2 = Inf, entries + 3 = NaN
// where order(b) = b for b >= 0 and b ^ 0x7fffffff for negative b, the difference wraps and the shift is
// unsigned (the keys of -10 and 100 are more than 2^31 apart). u starts at the curve's knee (see
// transfer_curve_knee), so that a linear scale gets equal steps and a logarithmic one equal ratios. For
// 32-bit integers u = float(v - low_int) - offset, with the subtraction exact in integers.
//
// Precision: no channel of a built-in colour map differs by more than one level from the colour of v computed
// in float64 and not rounded, for every transfer function at all limits within what float32 holds. Excepted
// are, for "power" with gamma below 0.2, values nearer to low than 2^-100 of the range or than 2^-118.
//
// For "equalize" t(v) is the share of what was counted between the limits that has a value up to the upper
// end of v's entry. The entries are
//   direct: the values themselves;
//   keyed, all that was counted is integers and the limits are less than 65536 apart (or 16-bit types would
//   make them so, for the means of small integers): one from each integer to the next, t(v) = t(floor(v)),
//   with u rounded to 24 bits; keyed otherwise: the histogram's own bins (offset is minus low_int, or -0 for
//   floats), joined in pairs, fours,
//   ... until at most 65536 cover the limits; the bins of low and high count in full.
// Where nothing was counted between the limits "equalize" is linear.
#ifndef FOVEA_VIEW_COLOUR_TABLE_H
#define FOVEA_VIEW_COLOUR_TABLE_H

#include "image/histogram.h"
#include "view/colormap.h"
#include "view/contrast.h"
#include "view/display.h"

// A keyed table has at most COLOUR_TABLE_KEYED entries, save for steep transfer functions and "equalize".
enum { COLOUR_TABLE_KEYED = 16384, COLOUR_TABLE_MAX = 65536 };

// How the pixels of one texture are stored and therefore looked up.
enum pixel_class {
    PIXEL_U8,
    PIXEL_I8,
    PIXEL_U16,
    PIXEL_I16,
    PIXEL_U32,
    PIXEL_I32,
    PIXEL_F32,
    PIXEL_CLASS_COUNT
};

// The class in which samples of a type are kept on the GPU: 64-bit types and floats as float32.
enum pixel_class pixel_class_of(enum sample_type type);
// Bytes of one texel, and whether its table is direct.
size_t pixel_class_bytes(enum pixel_class pixel_class);
bool pixel_class_is_direct(enum pixel_class pixel_class);

struct colour_table {
    enum pixel_class pixel_class;
    int entries;     // colours between the limits (keyed) or all colours (direct)
    int texels;      // size of rgba in use: entries + 4 (keyed), entries (direct)
    int bias;        // direct: what is added to a value to give its index
    float offset;    // see above
    float low, high; // float class: comparisons v < low, v > high
    // Float class: v is the texel times `scale`. Not 1 where the limits are so large that their difference
    // would overflow, or so small that a GPU takes them for 0.
    float scale;
    struct value_map map; // float class: of the texels; the limits are true values
    int32_t low_int,
        high_int; // integer classes of 32 bits, as bit patterns: comparisons v < low_int, v > high_int
    int32_t base, shift;
    uint8_t (*rgba)[4]; // COLOUR_TABLE_MAX + 4 texels, alpha 255; owned
};

// An empty table; bake before use. The caller destroys it. STATUS_NO_MEMORY if it cannot be had.
enum status colour_table_create(struct colour_table **table, struct error *error);
// Frees *table and sets it to NULL; NULL is fine.
void colour_table_destroy(struct colour_table **table);

// What a table is baked from. All borrowed for the call.
struct colour_recipe {
    const struct contrast *contrast;
    const struct display *display;
    const struct colormap *colormap;
    const struct histogram *histogram; // for equalize; NULL = linear instead
    const struct value_map *map;       // by which the texels are stored; NULL = they are the values
};

// Rebuilds the table for pixels of a class, in well under a millisecond. No allocation. Limits are first
// rounded to float32 for the float class.
void colour_table_bake(struct colour_table *table, enum pixel_class pixel_class,
                       const struct colour_recipe *recipe);

// The index the shader computes, on the CPU, for tests and for the value under the cursor; float class: of a
// texel.
int colour_table_index_f32(const struct colour_table *table, float value);
int colour_table_index_u32(const struct colour_table *table, uint32_t value);
int colour_table_index_i32(const struct colour_table *table, int32_t value);

#endif
