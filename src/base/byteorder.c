// SPDX-License-Identifier: MIT
// Array byte swapping; plain loops that the compiler turns into vector shuffles.
#include "base/byteorder.h"

static void swap_u16(unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint16_t value = load_u16be(bytes + 2 * i);
        memcpy(bytes + 2 * i, &value, sizeof value);
    }
}

static void swap_u32(unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t value = load_u32be(bytes + 4 * i);
        memcpy(bytes + 4 * i, &value, sizeof value);
    }
}

static void swap_u64(unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t value = load_u64be(bytes + 8 * i);
        memcpy(bytes + 8 * i, &value, sizeof value);
    }
}

void swap_items(void *items, size_t count, size_t item_bytes)
{
    if (item_bytes == 2)
        swap_u16(items, count);
    else if (item_bytes == 4)
        swap_u32(items, count);
    else if (item_bytes == 8)
        swap_u64(items, count);
}
