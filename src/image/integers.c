// SPDX-License-Identifier: MIT
// Sifting, narrowing and exact sums of integers.
#include "image/integers.h"

#include "image/clones.h"

#include <string.h>

// Flips the sign bit, so that signed integers are ordered as unsigned ones.
#define SIGN_BIT 0x80000000U

enum { EIGHT = 8 };

// Whether all of eight bytes are other than 0: none of them borrows when 1 is taken from each.
static bool all_set(const uint8_t bytes[EIGHT])
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return ((word - 0x0101010101010101U) & ~word & 0x8080808080808080U) == 0;
}

// Every sample is written and the position moves on only past those that count: no branch to mispredict.
// Where few count, eight that do not are passed at once.
#define SIFT(name, stored)                                                                                   \
    size_t name(const stored *samples, const uint8_t *restrict classes, size_t count, stored *restrict kept) \
    {                                                                                                        \
        size_t good = 0, i = 0;                                                                              \
        for (; i + EIGHT <= count; i += EIGHT) {                                                             \
            if (all_set(classes + i))                                                                        \
                continue;                                                                                    \
            for (size_t k = i; k < i + EIGHT; k++) {                                                         \
                kept[good] = samples[k];                                                                     \
                good += classes[k] == 0;                                                                     \
            }                                                                                                \
        }                                                                                                    \
        for (; i < count; i++) {                                                                             \
            kept[good] = samples[i];                                                                         \
            good += classes[i] == 0;                                                                         \
        }                                                                                                    \
        return good;                                                                                         \
    }
SIFT(integers_sift_8, uint8_t)
SIFT(integers_sift_16, uint16_t)
SIFT(integers_sift_32, uint32_t)
SIFT(integers_sift_64, uint64_t)
#undef SIFT

// Signed ones fit if half the range added to them makes no carry: then the upper half is 0, as for unsigned
// ones.
IMAGE_CLONES bool integers_narrow(const uint64_t *samples, size_t count, bool is_signed, uint32_t *narrow)
{
    const uint64_t lift = is_signed ? UINT64_C(1) << 31 : 0;
    uint64_t all = 0;
    for (size_t i = 0; i < count; i++) {
        all |= samples[i] + lift;
        narrow[i] = (uint32_t)samples[i];
    }
    return all >> 32 == 0;
}

static uint32_t small_lift(bool is_signed)
{
    return is_signed ? UINT32_C(1) << 15 : 0;
}

IMAGE_CLONES size_t integers_pack(const uint32_t *restrict samples, size_t count, bool is_signed,
                                  uint16_t *restrict small)
{
    const uint32_t lift = small_lift(is_signed);
    uint32_t fit = 0;
    for (size_t i = 0; i < count; i++) {
        fit += (samples[i] + lift) >> 16 == 0;
        small[i] = (uint16_t)samples[i];
    }
    return fit;
}

size_t integers_part(const uint32_t *restrict samples, size_t count, bool is_signed, uint16_t *restrict small,
                     uint32_t *restrict large)
{
    const uint32_t lift = small_lift(is_signed);
    size_t fit = 0;
    for (size_t i = 0; i < count; i++) {
        small[fit] = (uint16_t)samples[i];
        large[i - fit] = samples[i];
        fit += (samples[i] + lift) >> 16 == 0;
    }
    return fit;
}

struct extent {
    uint32_t min, max; // with the sign bit flipped for signed integers
    uint64_t sum;      // of what is above min
};

IMAGE_CLONES static struct extent extent_of(const uint32_t *samples, size_t count, uint32_t flip)
{
    struct extent all = {UINT32_MAX, 0, 0};
    for (size_t i = 0; i < count; i++) {
        const uint32_t value = samples[i] ^ flip;
        all.min = value < all.min ? value : all.min;
        all.max = value > all.max ? value : all.max;
    }
    const uint32_t min = all.min;
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (samples[i] ^ flip) - min;
    all.sum = sum;
    return all;
}

// The sum of squares above `min`, of at most 1024 integers below min + 2^26 (2^10 * 2^52 fits into 64 bits).
IMAGE_CLONES static uint64_t squares_above(const uint32_t *samples, size_t count, uint32_t flip, uint32_t min)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        const uint32_t above = (samples[i] ^ flip) - min;
        sum += (uint64_t)above * above;
    }
    return sum;
}

// The sum of squares about `mean`, which is counted from `min` on.
IMAGE_CLONES static double squares_about(const uint32_t *samples, size_t count, uint32_t flip, uint32_t min,
                                         double mean)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        const double off = (double)((samples[i] ^ flip) - min) - mean;
        sum += off * off;
    }
    return sum;
}

__extension__ typedef unsigned __int128 exact;

struct statistics integers_statistics(const uint32_t *samples, size_t count, bool is_signed)
{
    const uint32_t flip = is_signed ? SIGN_BIT : 0;
    const double zero = is_signed ? (double)SIGN_BIT : 0; // what the flip adds to a value
    const struct extent extent = extent_of(samples, count, flip);
    const double n = (double)count, above = (double)extent.sum / n;
    struct statistics of = {.min = (double)extent.min - zero,
                            .max = (double)extent.max - zero,
                            .mean = (double)extent.min - zero + above,
                            .valid = (int64_t)count};
    if (extent.max - extent.min < UINT32_C(1) << 26) {
        const uint64_t squares = squares_above(samples, count, flip, extent.min);
        of.m2 = (double)((exact)squares * count - (exact)extent.sum * extent.sum) / n;
    } else {
        of.m2 = squares_about(samples, count, flip, extent.min, above);
    }
    return of;
}
