// SPDX-License-Identifier: MIT
// One loop for each type. Neighbours of 8 and 16 bits are loaded as one word, of which the halves are added.
#include "image/pairs.h"

#include "image/clones.h"

#include <string.h>

// Four of them have a sum below 2^24, up to where float32 has all integers.
#define LARGEST (UINT32_C(1) << 22)

// --- all count ---

#define HALVES(name, word, half, sum_type)                                                                   \
    IMAGE_CLONES static bool name(const void *upper, const void *lower, size_t cells, float *restrict means) \
    {                                                                                                        \
        const unsigned char *above = upper, *below = lower;                                                  \
        enum { SHIFT = 8 * sizeof(half) };                                                                   \
        for (size_t i = 0; i < cells; i++) {                                                                 \
            word a, b;                                                                                       \
            memcpy(&a, above + i * sizeof a, sizeof a);                                                      \
            memcpy(&b, below + i * sizeof b, sizeof b);                                                      \
            const sum_type sum = (sum_type)((half)a + (half)(a >> SHIFT) + (half)b + (half)(b >> SHIFT));    \
            means[i] = 0.25F * (float)sum;                                                                   \
        }                                                                                                    \
        return true;                                                                                         \
    }
HALVES(mean_u8, uint16_t, uint8_t, int16_t)
HALVES(mean_i8, uint16_t, int8_t, int16_t)
HALVES(mean_u16, uint32_t, uint16_t, int32_t)
HALVES(mean_i16, uint32_t, int16_t, int32_t)
#undef HALVES

static inline uint32_t size_of_u32(uint32_t value)
{
    return value;
}

// For a negative value one less than its magnitude.
static inline uint32_t size_of_i32(uint32_t value)
{
    return value ^ (value >> 31 ? UINT32_MAX : 0);
}

#define WORDS(name, size_of)                                                                                 \
    IMAGE_CLONES static bool name(const void *upper, const void *lower, size_t cells, float *restrict means) \
    {                                                                                                        \
        const unsigned char *above = upper, *below = lower;                                                  \
        uint32_t all = 0;                                                                                    \
        for (size_t i = 0; i < cells; i++) {                                                                 \
            uint64_t a, b;                                                                                   \
            memcpy(&a, above + i * sizeof a, sizeof a);                                                      \
            memcpy(&b, below + i * sizeof b, sizeof b);                                                      \
            const uint32_t a0 = (uint32_t)a, a1 = (uint32_t)(a >> 32), b0 = (uint32_t)b,                     \
                           b1 = (uint32_t)(b >> 32);                                                         \
            all |= size_of(a0) | size_of(a1) | size_of(b0) | size_of(b1);                                    \
            means[i] = 0.25F * (float)(int32_t)(a0 + a1 + b0 + b1);                                          \
        }                                                                                                    \
        return all < LARGEST;                                                                                \
    }
WORDS(mean_u32, size_of_u32)
WORDS(mean_i32, size_of_i32)
#undef WORDS

// --- some count ---

// Sums of what lies one above the other; what does not count is 0 there. Returns the sizes' bits.
#define SUMS(name, stored, size_of)                                                                          \
    IMAGE_CLONES static uint32_t name(const struct row_pair *pair, size_t count, uint32_t *restrict sums)    \
    {                                                                                                        \
        const unsigned char *above = pair->upper, *below = pair->lower;                                      \
        const uint8_t *upper = pair->upper_valid, *lower = pair->lower_valid;                                \
        uint32_t all = 0;                                                                                    \
        for (size_t i = 0; i < count; i++) {                                                                 \
            stored a, b;                                                                                     \
            memcpy(&a, above + i * sizeof a, sizeof a);                                                      \
            memcpy(&b, below + i * sizeof b, sizeof b);                                                      \
            const uint32_t kept_a = (uint32_t)a & (0 - (uint32_t)upper[i]);                                  \
            const uint32_t kept_b = (uint32_t)b & (0 - (uint32_t)lower[i]);                                  \
            all |= size_of(kept_a) | size_of(kept_b);                                                        \
            sums[i] = kept_a + kept_b;                                                                       \
        }                                                                                                    \
        return all;                                                                                          \
    }
SUMS(sums_u8, uint8_t, size_of_u32)
SUMS(sums_i8, int8_t, size_of_i32)
SUMS(sums_u16, uint16_t, size_of_u32)
SUMS(sums_i16, int16_t, size_of_i32)
SUMS(sums_u32, uint32_t, size_of_u32)
SUMS(sums_i32, int32_t, size_of_i32)
#undef SUMS

// Returns whether there is a cell of which nothing counts.
IMAGE_CLONES static bool divide(const struct row_pair *pair, const uint32_t *restrict sums, size_t cells,
                                float *restrict means, float *restrict shares)
{
    const uint8_t *upper = pair->upper_valid, *lower = pair->lower_valid;
    uint32_t none = 0;
    for (size_t i = 0; i < cells; i++) {
        uint16_t a, b;
        uint64_t sum;
        memcpy(&a, upper + i * sizeof a, sizeof a);
        memcpy(&b, lower + i * sizeof b, sizeof b);
        memcpy(&sum, sums + 2 * i, sizeof sum);
        const int32_t count = (uint8_t)a + (uint8_t)(a >> 8) + (uint8_t)b + (uint8_t)(b >> 8);
        none |= count == 0;
        shares[i] = 0.25F * (float)count;
        means[i] = (float)(int32_t)((uint32_t)sum + (uint32_t)(sum >> 32)) / (float)(count > 0 ? count : 1);
    }
    return none != 0;
}

// Cells of which nothing counts.
static void show_first(const struct row_pair *pair, size_t cells, float *means, const float *shares)
{
    float values[PAIRS_MOST_SAMPLES];
    sample_row_to_float(pair->type, pair->upper, 2 * cells, values);
    for (size_t i = 0; i < cells; i++)
        means[i] = shares[i] > 0 ? means[i] : values[2 * i];
}

static const struct {
    bool (*mean)(const void *upper, const void *lower, size_t cells, float *restrict means);
    uint32_t (*sums)(const struct row_pair *pair, size_t count, uint32_t *restrict sums);
} loops[SAMPLE_COUNT] = {
    [SAMPLE_U8] = {mean_u8, sums_u8},    [SAMPLE_I8] = {mean_i8, sums_i8},
    [SAMPLE_U16] = {mean_u16, sums_u16}, [SAMPLE_I16] = {mean_i16, sums_i16},
    [SAMPLE_U32] = {mean_u32, sums_u32}, [SAMPLE_I32] = {mean_i32, sums_i32},
};

bool pairs_take(enum sample_type type)
{
    return loops[type].mean != NULL;
}

bool pairs_mean(const struct row_pair *pair, size_t cells, float *means)
{
    return loops[pair->type].mean(pair->upper, pair->lower, cells, means);
}

bool pairs_mean_of_valid(const struct row_pair *pair, size_t cells, float *means, float *shares)
{
    uint32_t sums[PAIRS_MOST_SAMPLES];
    if (loops[pair->type].sums(pair, 2 * cells, sums) >= LARGEST)
        return false;
    if (divide(pair, sums, cells, means, shares))
        show_first(pair, cells, means, shares);
    return true;
}
