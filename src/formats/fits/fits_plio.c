// SPDX-License-Identifier: MIT
// The IRAF pixel lists of FITS tiles (PLIO_1), decoded within exact bounds: FITS Standard 4.0,
// section 10.4.3.
//
// A list is made of 16-bit words: a head, then instructions of 4 bits of operation and 12 bits of data. They
// give runs of zeros and of a "high value", and change that value.
#include "formats/fits/fits_internal.h"

#include "base/byteorder.h"
#include "base/size.h"

#include <string.h>

enum operation { ZERO_RUN, SET_HIGH, RAISE, LOWER, HIGH_RUN, ZEROS_AND_HIGH, RAISE_ONE, LOWER_ONE };

// Where the instructions begin, and how many words the list has. False if they are not all there.
static bool head_read(const uint8_t *data, int64_t words, int64_t *first, int64_t *end)
{
    if (words < 3)
        return false;
    int16_t old_length = (int16_t)load_u16be(data + 4);
    if (old_length <= 0 && words < 7)
        return false;
    *first = old_length > 0 ? 3 : (int16_t)load_u16be(data + 2);
    *end = old_length > 0 ? old_length
                          : (int64_t)(int16_t)load_u16be(data + 8) * 32768 + (int16_t)load_u16be(data + 6);
    return *first >= 0 && *end >= *first && *end <= words;
}

// A list being read, and the row of pixels that it makes.
struct reading {
    const uint8_t *data;
    int64_t at, end; // words
    uint32_t high;
    int32_t *out;
    int64_t x, pixels;
};

// Zeros, high values, or zeros with a single high value at their end; the pixels are zeros before.
static void run_make(struct reading *list, enum operation operation, uint32_t length)
{
    const int64_t stop = int64_min(list->x + length, list->pixels);
    if (operation == ZEROS_AND_HIGH && length > 0 && stop == list->x + length)
        list->out[stop - 1] = (int32_t)list->high;
    while (operation == HIGH_RUN && list->x < stop)
        list->out[list->x++] = (int32_t)list->high;
    list->x = stop;
}

// The high value of 28 bits, the upper ones of which are in the next word. False if there is none.
static bool high_set(struct reading *list, uint32_t low_bits)
{
    if (++list->at >= list->end)
        return false;
    const int16_t high_bits = (int16_t)load_u16be(list->data + 2 * list->at);
    list->high = low_bits | (uint32_t)(int32_t)high_bits << 12;
    return true;
}

// The instruction at list->at. False if it is none.
static bool instruction_do(struct reading *list)
{
    const uint16_t word = load_u16be(list->data + 2 * list->at);
    const enum operation operation = (enum operation)(word >> 12);
    const uint32_t value = word & 0xFFF;
    switch (operation) {
    case ZERO_RUN:
    case HIGH_RUN:
    case ZEROS_AND_HIGH:
        run_make(list, operation, value);
        return true;
    case SET_HIGH:
        return high_set(list, value);
    case RAISE:
    case LOWER:
        list->high += operation == RAISE ? value : -value;
        return true;
    case RAISE_ONE:
    case LOWER_ONE:
        list->high += operation == RAISE_ONE ? value : -value;
        list->out[list->x++] = (int32_t)list->high;
        return true;
    }
    return false;
}

bool fits_plio_decode(const uint8_t *data, size_t count, int32_t *out, int64_t pixels)
{
    struct reading list = {.data = data, .high = 1, .out = out, .pixels = pixels};
    if (!head_read(data, (int64_t)count / 2, &list.at, &list.end))
        return false;
    memset(out, 0, (size_t)pixels * sizeof *out);
    for (; list.at < list.end && list.x < pixels; list.at++) {
        if (!instruction_do(&list))
            return false;
    }
    return true;
}
