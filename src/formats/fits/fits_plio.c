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

bool fits_plio_decode(const uint8_t *data, size_t count, int32_t *out, int64_t pixels)
{
    int64_t at, end, x = 0;
    uint32_t high = 1;
    if (!head_read(data, (int64_t)count / 2, &at, &end))
        return false;
    memset(out, 0, (size_t)pixels * sizeof *out);
    for (; at < end && x < pixels; at++) {
        uint16_t word = load_u16be(data + 2 * at);
        uint32_t value = word & 0xFFF;
        int64_t stop = int64_min(x + value, pixels); // of a run
        switch ((enum operation)(word >> 12)) {
        case ZERO_RUN:
            x = stop;
            break;
        case HIGH_RUN:
            while (x < stop)
                out[x++] = (int32_t)high;
            break;
        case ZEROS_AND_HIGH:
            if (value > 0 && stop == x + value)
                out[stop - 1] = (int32_t)high;
            x = stop;
            break;
        case SET_HIGH:
            if (++at >= end)
                return false;
            high = value | (uint32_t)(int32_t)(int16_t)load_u16be(data + 2 * at) << 12;
            break;
        case RAISE:
        case LOWER:
            high += word >> 12 == RAISE ? value : -value;
            break;
        case RAISE_ONE:
        case LOWER_ONE:
            high += word >> 12 == RAISE_ONE ? value : -value;
            out[x++] = (int32_t)high;
            break;
        default:
            return false;
        }
    }
    return true;
}
