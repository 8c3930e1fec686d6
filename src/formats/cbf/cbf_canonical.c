// SPDX-License-Identifier: MIT
// The table of canonical codes: lengths become codes, and codes symbols.
#include "formats/cbf/cbf_coding.h"

#include "base/text.h"
#include "formats/cbf/cbf_bits.h"

#include <stdlib.h>

enum {
    MAX_LENGTH = 56,   // of a code, in bits; one longer would take more values than fit into a file
    MAX_DIRECT = 15,   // bits of differences that have codes of their own
    MAX_INDIRECT = 65, // bits of a difference behind the code of its length
    LOOKUP_BITS = 11,  // codes of so many bits are looked up at once
    LOOKUP_ENTRIES = 1 << LOOKUP_BITS,
};

// A code's meaning: differences themselves, the stop, or the number of bits that follow.
struct cbf_codes {
    unsigned direct;                // bits of the direct differences
    uint64_t first[MAX_LENGTH + 2]; // of each length: the smallest code,
    uint32_t count[MAX_LENGTH + 2]; // how many there are,
    uint32_t start[MAX_LENGTH + 2]; // and the place of their symbols in the list
    struct {
        uint16_t symbol;
        uint8_t length; // 0: the code is longer
    } lookup[LOOKUP_ENTRIES];
    uint16_t symbols[]; // sorted by length, then by their number
};

// Longer codes have smaller values: of each length the first follows from the one of the next.
static bool assign_codes(struct cbf_codes *codes)
{
    uint32_t total = 0;
    for (int length = 1; length <= MAX_LENGTH; length++) {
        codes->start[length] = total;
        total += codes->count[length];
    }
    for (int length = MAX_LENGTH; length > 0; length--) {
        const uint64_t longer = codes->first[length + 1] + codes->count[length + 1];
        codes->first[length] = (longer + 1) / 2;
        if (codes->first[length] + codes->count[length] > (uint64_t)1 << length)
            return false;
    }
    return total > 0;
}

// The symbol of the code at the beginning of `next`, its first bit lowest; its length, or 0 if it is none.
static unsigned search(const struct cbf_codes *codes, uint64_t next, uint16_t *symbol)
{
    uint64_t code = 0;
    for (unsigned length = 1; length <= MAX_LENGTH; length++, next >>= 1) {
        code = code << 1 | (next & 1);
        if (code < codes->first[length])
            continue;
        const uint64_t index = code - codes->first[length];
        if (index >= codes->count[length])
            return 0;
        *symbol = codes->symbols[codes->start[length] + index];
        return length;
    }
    return 0;
}

static void fill_lookup(struct cbf_codes *codes)
{
    for (uint64_t next = 0; next < LOOKUP_ENTRIES; next++) {
        uint16_t symbol = 0;
        const unsigned length = search(codes, next, &symbol);
        if (length == 0 || length > LOOKUP_BITS)
            continue;
        codes->lookup[next].symbol = symbol;
        codes->lookup[next].length = (uint8_t)length;
    }
}

struct cbf_codes *cbf_codes_read(const uint8_t *bytes, size_t size, size_t *used)
{
    if (size < 2 || bytes[0] < 1 || bytes[0] > MAX_DIRECT || bytes[1] < bytes[0] || bytes[1] > MAX_INDIRECT)
        return NULL;
    const size_t plain = ((size_t)1 << bytes[0]) + 1, entries = plain + bytes[1] - bytes[0];
    const uint8_t *lengths = bytes + 2;
    if (size < 2 + entries)
        return NULL;
    struct cbf_codes *codes = must_alloc(sizeof *codes + entries * sizeof codes->symbols[0]);
    codes->direct = bytes[0];
    bool good = true;
    for (size_t i = 0; i < entries; i++) {
        good = good && lengths[i] <= MAX_LENGTH;
        codes->count[lengths[i] <= MAX_LENGTH ? lengths[i] : 0]++;
    }
    codes->count[0] = 0;
    if (!good || !assign_codes(codes)) {
        free(codes);
        return NULL;
    }
    uint32_t at[MAX_LENGTH + 1];
    memcpy(at, codes->start, sizeof at);
    for (size_t i = 0; i < entries; i++) {
        // Behind the stop code come the lengths from one more than the direct ones.
        const size_t symbol = i < plain ? i : i + bytes[0];
        if (lengths[i] > 0)
            codes->symbols[at[lengths[i]]++] = (uint16_t)symbol;
    }
    fill_lookup(codes);
    *used = 2 + entries;
    return codes;
}

bool cbf_codes_next(const struct cbf_codes *codes, const uint8_t *bytes, uint64_t *bit, uint64_t *difference,
                    bool *broken)
{
    const uint64_t next = bits_peek(bytes, *bit);
    uint16_t symbol = codes->lookup[next % LOOKUP_ENTRIES].symbol;
    unsigned length = codes->lookup[next % LOOKUP_ENTRIES].length;
    if (length == 0)
        length = search(codes, next, &symbol);
    *broken = length == 0;
    if (length == 0)
        return false;
    *bit += length;
    const unsigned stop = 1u << codes->direct;
    if (symbol < stop) {
        *difference = bits_sign(symbol, codes->direct);
        return true;
    }
    if (symbol == stop)
        return false;
    // Of 65 bits the last is a copy of the sign.
    const unsigned bits = symbol - stop, wanted = bits > 64 ? 64 : bits;
    *difference = bits_sign(bits_take(bytes, bit, wanted), wanted);
    *bit += bits - wanted;
    return true;
}
