// SPDX-License-Identifier: MIT
// Items of binary headers as numbers and as lines of text.
#include "formats/base/header_table.h"

#include "base/byteorder.h"

#include <math.h>
#include <string.h>

enum { NUMBER_BYTES = 8 };

// Copies a number in the machine's byte order; false where the header ends before.
static bool number_bytes(const struct header_block *block, size_t offset, enum sample_type type,
                         uint8_t out[NUMBER_BYTES])
{
    const size_t bytes = sample_traits(type)->bytes;
    if (offset > block->count || bytes > block->count - offset)
        return false;
    memcpy(out, block->bytes + offset, bytes);
    if (block->big)
        swap_items(out, 1, bytes);
    return true;
}

double header_block_number(const struct header_block *block, size_t offset, enum sample_type type)
{
    uint8_t bytes[NUMBER_BYTES];
    return number_bytes(block, offset, type, bytes) ? sample_value(type, bytes) : (double)NAN;
}

static void append_numbers(const struct header_block *block, const struct header_item *item, struct text *out)
{
    const enum sample_type type = (enum sample_type)item->kind;
    const size_t count = item->count > 0 ? item->count : 1, bytes = sample_traits(type)->bytes;
    if (item->offset > block->count || count * bytes > block->count - item->offset)
        return;
    text_printf(out, "%s\t", item->name);
    for (size_t i = 0; i < count; i++) {
        uint8_t number[NUMBER_BYTES];
        char digits[32];
        number_bytes(block, item->offset + i * bytes, type, number);
        text_append(out, i > 0 ? " " : "");
        if (item->divisor > 1)
            text_printf(out, "%.10g", sample_value(type, number) / item->divisor);
        else
            text_append(out, sample_format(type, number, digits, sizeof digits));
    }
    text_printf(out, "%s%s\n", item->unit ? " " : "", item->unit ? item->unit : "");
}

void header_block_append(const struct header_block *block, const struct header_item *items, size_t count,
                         struct text *out)
{
    for (const struct header_item *item = items; item < items + count; item++)
        if (item->kind != HEADER_TEXT)
            append_numbers(block, item, out);
        else if (item->offset <= block->count && item->count <= block->count - item->offset)
            header_line(out, item->name, block->bytes + item->offset, item->count);
}

void header_line(struct text *out, const char *key, const void *value, size_t count)
{
    const char *start = value, *nul = memchr(start, 0, count);
    const char *end = nul ? nul : start + count;
    while (start < end && (unsigned char)*start <= ' ')
        start++;
    while (end > start && (unsigned char)end[-1] <= ' ')
        end--;
    if (start == end)
        return;
    utf8_field(out, key, strlen(key));
    text_append(out, "\t");
    utf8_field(out, start, (size_t)(end - start));
    text_append(out, "\n");
}
