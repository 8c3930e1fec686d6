// SPDX-License-Identifier: MIT
// Counts of masked pixels by block, eight bytes at a time.
#include "image/mask_counts.h"

#include "base/size.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS = MASK_BLOCK * MASK_BLOCK / 8, WORDS_AT_ONCE = 128, COUNTERS = MASK_LAYER_COUNT + 1 };

static const uint64_t ONES = 0x0101010101010101u, SEVENS = 0x7f7f7f7f7f7f7f7fu;

// The sum of the eight bytes of a word.
static unsigned fold(uint64_t word)
{
    const uint64_t even = word & 0x00ff00ff00ff00ffu, odd = word >> 8 & 0x00ff00ff00ff00ffu;
    return (unsigned)(((even + odd) * 0x0001000100010001u) >> 48);
}

// Each byte of a sum counts at most WORDS_AT_ONCE, so that none runs over.
static void count_block(const uint8_t *block, uint16_t counters[COUNTERS])
{
    memset(counters, 0, COUNTERS * sizeof *counters);
    for (size_t start = 0; block && start < WORDS; start += WORDS_AT_ONCE) {
        uint64_t words[WORDS_AT_ONCE], all = 0, any = 0;
        memcpy(words, block + 8 * start, sizeof words);
        for (size_t i = 0; i < WORDS_AT_ONCE; i++) {
            all |= words[i];
            any += ((((words[i] & SEVENS) + SEVENS) | words[i]) >> 7) & ONES;
        }
        counters[MASK_LAYER_COUNT] = (uint16_t)(counters[MASK_LAYER_COUNT] + fold(any));
        for (int layer = 0; layer < MASK_LAYER_COUNT; layer++) {
            if (!(all >> layer & ONES))
                continue;
            uint64_t sum = 0;
            for (size_t i = 0; i < WORDS_AT_ONCE; i++)
                sum += words[i] >> layer & ONES;
            counters[layer] = (uint16_t)(counters[layer] + fold(sum));
        }
    }
}

static void recount(struct mask_counts *counts, const struct mask *mask, int64_t index)
{
    uint16_t found[COUNTERS], *known = counts->blocks[index];
    count_block(mask->blocks[index] ? mask->blocks[index]->bytes : NULL, found);
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++)
        counts->layers[layer] += found[layer] - known[layer];
    counts->any += found[MASK_LAYER_COUNT] - known[MASK_LAYER_COUNT];
    memcpy(known, found, sizeof found);
}

void mask_counts_update(struct mask_counts *counts, const struct mask *mask, struct rect rect)
{
    if (!counts->blocks || counts->width != mask->width || counts->height != mask->height) {
        mask_counts_free(counts);
        counts->width = mask->width;
        counts->height = mask->height;
        counts->blocks = calloc((size_t)(mask->blocks_x * mask->blocks_y + 1), sizeof *counts->blocks);
        rect = (struct rect){0, 0, mask->width, mask->height};
    }
    const int64_t left = int64_max(rect.x, 0), right = int64_min(rect.x + rect.width, mask->width);
    const int64_t top = int64_max(rect.y, 0), bottom = int64_min(rect.y + rect.height, mask->height);
    if (left >= right || !counts->blocks)
        return;
    for (int64_t y = top / MASK_BLOCK; y * MASK_BLOCK < bottom; y++)
        for (int64_t x = left / MASK_BLOCK; x * MASK_BLOCK < right; x++)
            recount(counts, mask, y * mask->blocks_x + x);
}

void mask_counts_free(struct mask_counts *counts)
{
    free(counts->blocks);
    *counts = (struct mask_counts){0};
}
