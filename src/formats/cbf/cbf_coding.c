// SPDX-License-Identifier: MIT
// Packed and nibble-offset decoding, and the choice among the codings.
#include "formats/cbf/cbf_coding.h"

#include "formats/cbf/cbf_bits.h"

// --- Packed ---

enum { WIDE_OFFSET = 65 }; // bits of a difference that fits no other; fewer where neighbours predict

static const uint8_t packed_bits[8] = {0, 4, 5, 6, 7, 8, 16, WIDE_OFFSET};
static const uint8_t packed_2_bits[16] = {0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, WIDE_OFFSET};

// The head of a group: 3 bits for the logarithm of the number of differences, the rest for their size.
static void group_begin(struct cbf_coder *coder, const uint8_t *bytes, uint64_t *bit)
{
    const bool second = coder->coding == CBF_CODING_PACKED_2;
    const uint64_t head = bits_take(bytes, bit, second ? 7 : 6);
    coder->left = 1u << (head & 7);
    coder->bits = second ? packed_2_bits[head >> 3] : packed_bits[head >> 3];
    if (coder->bits == WIDE_OFFSET && coder->row)
        coder->bits = coder->element_bits;
}

static uint64_t group_difference(const struct cbf_coder *coder, const uint8_t *bytes, uint64_t *bit)
{
    if (coder->bits == 0)
        return 0;
    if (coder->bits == WIDE_OFFSET) {
        const uint64_t low = bits_take(bytes, bit, 64);
        *bit += 1;
        return low;
    }
    return bits_sign(bits_take(bytes, bit, coder->bits), coder->bits);
}

// The sum of the known neighbours: the one before, and of the row above the left, middle and right one; at
// the ends of a row only two of them. *shift is the logarithm of their number.
static uint32_t neighbours_sum(const struct cbf_coder *coder, unsigned *shift)
{
    const uint32_t *row = coder->row;
    const int64_t x = coder->column;
    *shift = 1;
    if (x == 0)
        return row[0] + (coder->width > 1 ? row[1] : row[0]);
    if (x == coder->width - 1)
        return row[x] + row[x - 1];
    *shift = 2;
    return row[x] + row[x - 1] + coder->corner + row[x + 1];
}

// The values of the plane before at the places of those neighbours, where that of the value itself stands for
// the one before it.
static uint32_t neighbours_below(const struct cbf_coder *coder)
{
    const uint32_t *above = coder->plane + coder->place - coder->width;
    const int64_t x = coder->column;
    if (x == 0)
        return above[0] + (coder->width > 1 ? above[1] : above[0]);
    const uint32_t below = coder->plane[coder->place];
    return x == coder->width - 1 ? above[0] + below : above[0] + below + above[-1] + above[1];
}

// The mean of the known neighbours, whose number is a power of two. The first value of a plane is predicted
// from that of the plane before, others of its first row from the value before.
static uint32_t neighbours_mean(const struct cbf_coder *coder)
{
    unsigned shift;
    if (!coder->later_row && coder->column > 0)
        return coder->row[coder->column - 1];
    if (!coder->later_row)
        return !coder->later_plane ? 0 : coder->plane_size == coder->width ? coder->row[0] : coder->plane[0];
    uint32_t sum = neighbours_sum(coder, &shift);
    if (coder->later_plane && !coder->uncorrelated) {
        sum += neighbours_below(coder);
        shift++;
    }
    // The sum wraps in the element's own width, and has a sign whatever the element's type.
    const uint64_t mask = UINT64_MAX >> (64 - coder->element_bits);
    const int32_t wrapped = (int32_t)bits_sign(sum & mask, coder->element_bits);
    return (uint32_t)((int32_t)((uint32_t)wrapped + (1u << shift >> 1)) >> shift);
}

// What falls out of the row as the value in work is stored was decoded a row and one value before.
static void plane_store(struct cbf_coder *coder)
{
    const int64_t behind = coder->place - coder->width - 1;
    if (coder->plane_size > coder->width && (behind >= 0 || coder->later_plane))
        coder->plane[behind >= 0 ? behind : behind + coder->plane_size] = coder->corner;
    if (++coder->place == coder->plane_size) {
        coder->place = 0;
        coder->later_plane = true;
        coder->later_row = false;
    }
}

static void row_store(struct cbf_coder *coder, uint32_t value)
{
    const uint32_t fallen = coder->row[coder->column];
    coder->row[coder->column] = value;
    if (++coder->column == coder->width) {
        coder->column = 0;
        coder->later_row = true;
    }
    if (coder->plane)
        plane_store(coder);
    coder->corner = fallen;
}

static size_t packed_take(struct cbf_coder *coder, const uint8_t *bytes, uint64_t *bit, uint64_t end,
                          uint64_t *out, size_t count)
{
    const uint64_t mask = UINT64_MAX >> (64 - coder->element_bits);
    size_t done = 0;
    for (; done < count && *bit < end + (coder->left > 0 && coder->bits == 0); done++) {
        if (coder->left == 0)
            group_begin(coder, bytes, bit);
        const uint64_t before = coder->row ? neighbours_mean(coder) : coder->value;
        coder->value = (before + group_difference(coder, bytes, bit)) & mask;
        coder->left--;
        if (coder->row)
            row_store(coder, (uint32_t)coder->value);
        out[done] = coder->value;
    }
    return done;
}

// --- Nibble offset ---

enum { MODE_UP = 1, MODE_UP_SEVERAL = 3, MODE_ADDRESS = 192 };

// The next wider mode; 0 if there is none.
static unsigned mode_wider(unsigned mode)
{
    static const uint8_t modes[] = {2, 4, 6, 8, 12, 16, 32, 64};
    for (size_t i = 0; i + 1 < sizeof modes; i++) {
        if (modes[i] == mode)
            return modes[i + 1];
    }
    return 0;
}

static bool mode_exists(unsigned mode)
{
    return mode == 2 || mode_wider(mode) != 0 || mode == 64;
}

// Two, four or eight bits that name a mode or a change of it.
static unsigned mode_code(const uint8_t *bytes, uint64_t *bit)
{
    unsigned code = (unsigned)bits_take(bytes, bit, 2);
    if (code != 0)
        return code;
    code = (unsigned)bits_take(bytes, bit, 2);
    if (code != 0)
        return code == 3 ? 6 : code * 4;
    code = (unsigned)bits_take(bytes, bit, 4);
    return code == 3 ? 12 : code * 16;
}

// Takes the code behind an escape or at the beginning. False if it is none that a difference may follow.
static bool mode_change(struct cbf_coder *coder, const uint8_t *bytes, uint64_t *bit)
{
    const unsigned code = mode_code(bytes, bit);
    if (code == 0) { // begins anew
        coder->value = 0;
        coder->mode_before = 0;
        return true;
    }
    const bool up = code == MODE_UP || code == MODE_UP_SEVERAL;
    if (up && coder->mode_before == 0)
        return true; // filling bits
    unsigned mode = up ? coder->mode_before : code;
    unsigned steps = code == MODE_UP           ? 1
                     : code == MODE_UP_SEVERAL ? 2 + (unsigned)bits_take(bytes, bit, 2)
                                               : 0;
    for (; steps > 0; steps--)
        mode = mode_wider(mode);
    if (!mode_exists(mode))
        return false;
    coder->mode = mode;
    coder->mode_after = up ? coder->mode_before : mode;
    return true;
}

static size_t nibble_take(struct cbf_coder *coder, const uint8_t *bytes, uint64_t *bit, uint64_t end,
                          uint64_t *out, size_t count)
{
    const uint64_t mask = UINT64_MAX >> (64 - coder->element_bits);
    size_t done = 0;
    while (done < count && *bit < end) {
        if (coder->mode == 0) {
            coder->broken = !mode_change(coder, bytes, bit);
            if (coder->broken)
                break;
            continue;
        }
        const uint64_t raw = bits_take(bytes, bit, coder->mode);
        if (raw == (uint64_t)1 << (coder->mode - 1)) { // the escape
            coder->mode_before = coder->mode;
            coder->mode = 0;
            continue;
        }
        coder->value = (coder->value + bits_sign(raw, coder->mode)) & mask;
        coder->mode = coder->mode_after;
        out[done++] = coder->value;
    }
    return done;
}

// --- Canonical ---

static size_t canonical_take(struct cbf_coder *coder, const uint8_t *bytes, uint64_t *bit, uint64_t end,
                             uint64_t *out, size_t count)
{
    const uint64_t mask = UINT64_MAX >> (64 - coder->element_bits);
    size_t done = 0;
    while (done < count && *bit < end) {
        uint64_t difference;
        if (!cbf_codes_next(coder->codes, bytes, bit, &difference, &coder->broken)) {
            coder->broken = true; // also the stop code: there should be more values
            break;
        }
        coder->value = (coder->value + difference) & mask;
        out[done++] = coder->value;
    }
    return done;
}

size_t cbf_coder_take(struct cbf_coder *coder, const uint8_t *bytes, uint64_t *bit, uint64_t end,
                      uint64_t *out, size_t count)
{
    if (coder->broken)
        return 0;
    if (coder->coding == CBF_CODING_CANONICAL)
        return canonical_take(coder, bytes, bit, end, out, count);
    if (coder->coding == CBF_CODING_NIBBLE_OFFSET)
        return nibble_take(coder, bytes, bit, end, out, count);
    return packed_take(coder, bytes, bit, end, out, count);
}
