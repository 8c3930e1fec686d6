// SPDX-License-Identifier: MIT
// The LZW of compress(1), in steps.
#include "formats/packed/unpack_lzw.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum {
    HEADER_BYTES = 3,
    LEAST_BITS = 9,
    MOST_BITS = 16,
    CLEAR = 256,
    NO_CODE = -1,
};

struct lzw {
    unsigned header_bytes; // read so far
    unsigned most_bits;
    bool clears; // code 256 is no string
    // -- the table: string `code` is string prefix[code] and then suffix[code] --
    unsigned next; // the first free code
    int previous;
    uint8_t first; // byte of the previous string
    uint16_t prefix[1 << MOST_BITS];
    uint8_t suffix[1 << MOST_BITS];
    // -- codes in the input, in groups of `bits` bytes --
    unsigned bits;
    uint8_t group[MOST_BITS + 4];
    unsigned group_bytes, group_used; // bytes there, bits taken
    bool group_complete;
    // -- a string on its way out, last byte first --
    size_t pending;
    uint8_t stack[1 << MOST_BITS];
};

static void start_table(struct lzw *lzw)
{
    lzw->bits = LEAST_BITS;
    lzw->next = lzw->clears ? CLEAR + 1 : CLEAR;
    lzw->previous = NO_CODE;
}

static void start_group(struct lzw *lzw)
{
    lzw->group_bytes = lzw->group_used = 0;
    lzw->group_complete = false;
}

struct lzw *lzw_create(void)
{
    struct lzw *lzw = must_alloc(sizeof *lzw);
    for (unsigned byte = 0; byte < 256; byte++)
        lzw->suffix[byte] = (uint8_t)byte;
    return lzw;
}

void lzw_destroy(struct lzw *lzw)
{
    free(lzw);
}

static uint8_t take_byte(struct unpack_flow *flow)
{
    flow->in_count--;
    return *flow->in++;
}

// The magic number is known to be right.
static bool header_take(struct lzw *lzw, struct unpack_flow *flow)
{
    while (lzw->header_bytes < HEADER_BYTES && flow->in_count > 0) {
        uint8_t byte = take_byte(flow);
        lzw->most_bits = byte & 0x1F;
        lzw->clears = byte & 0x80;
        if (++lzw->header_bytes == HEADER_BYTES)
            start_table(lzw);
    }
    return lzw->header_bytes == HEADER_BYTES;
}

static bool group_has_code(const struct lzw *lzw)
{
    return lzw->group_complete && lzw->group_used + lzw->bits <= 8 * lzw->group_bytes;
}

// Makes a code ready; false if the input does not hold one.
static bool group_fill(struct lzw *lzw, struct unpack_flow *flow)
{
    if (group_has_code(lzw))
        return true;
    if (lzw->group_complete)
        start_group(lzw);
    while (lzw->group_bytes < lzw->bits && flow->in_count > 0)
        lzw->group[lzw->group_bytes++] = take_byte(flow);
    lzw->group_complete = lzw->group_bytes == lzw->bits || (flow->last && flow->in_count == 0);
    return group_has_code(lzw);
}

static unsigned group_take(struct lzw *lzw)
{
    unsigned at = lzw->group_used / 8;
    uint32_t window = lzw->group[at] | (uint32_t)lzw->group[at + 1] << 8 | (uint32_t)lzw->group[at + 2] << 16;
    unsigned code = window >> lzw->group_used % 8 & ((1u << lzw->bits) - 1);
    lzw->group_used += lzw->bits;
    return code;
}

// Puts the string of a code on the stack; prefixes are smaller than their codes, so this ends.
static void expand(struct lzw *lzw, unsigned code)
{
    for (; code > 255; code = lzw->prefix[code])
        lzw->stack[lzw->pending++] = lzw->suffix[code];
    lzw->first = (uint8_t)code;
    lzw->stack[lzw->pending++] = lzw->first;
}

static void add_string(struct lzw *lzw)
{
    if (lzw->previous == NO_CODE || lzw->next >> lzw->most_bits)
        return;
    lzw->prefix[lzw->next] = (uint16_t)lzw->previous;
    lzw->suffix[lzw->next] = lzw->first;
    lzw->next++;
    if (lzw->next >> lzw->bits && lzw->bits < lzw->most_bits) {
        lzw->bits++;
        start_group(lzw);
    }
}

static bool code_take(struct lzw *lzw, unsigned code)
{
    if (code == CLEAR && lzw->clears) {
        start_table(lzw);
        start_group(lzw);
        return true;
    }
    bool known = code < 256 || (code < lzw->next && lzw->previous != NO_CODE);
    // The string that this very code is about to add: the previous one and its own first byte.
    bool coming = code == lzw->next && lzw->previous != NO_CODE && !(lzw->next >> lzw->most_bits);
    if (known) {
        expand(lzw, code);
    } else if (coming) {
        lzw->stack[lzw->pending++] = lzw->first;
        expand(lzw, (unsigned)lzw->previous);
    } else {
        return false;
    }
    add_string(lzw);
    lzw->previous = (int)code;
    return true;
}

static void flush(struct lzw *lzw, struct unpack_flow *flow)
{
    while (lzw->pending > 0 && flow->out_count > 0) {
        *flow->out++ = lzw->stack[--lzw->pending];
        flow->out_count--;
    }
}

enum unpack_step lzw_step(struct lzw *lzw, struct unpack_flow *flow)
{
    if (!header_take(lzw, flow))
        return UNPACK_MORE;
    for (;;) {
        flush(lzw, flow);
        if (lzw->pending > 0)
            return UNPACK_MORE;
        if (!group_fill(lzw, flow))
            return flow->last && flow->in_count == 0 ? UNPACK_END : UNPACK_MORE;
        if (!code_take(lzw, group_take(lzw)))
            return UNPACK_DAMAGED;
    }
}
