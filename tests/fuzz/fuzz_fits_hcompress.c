// SPDX-License-Identifier: MIT
// libFuzzer target: HCompress streams. The first byte of the input tells of smoothing and of the size of the
// tile that the head is to have; the rest is the stream.
#include "formats/fits/fits_internal.h"

#include <stdlib.h>
#include <string.h>

enum { HEAD = 25, ROWS_AT = 2, COLUMNS_AT = 6 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t sides[] = {1, 2, 3, 4, 5, 8, 13, 33};
    if (size < 1 + HEAD)
        return 0;
    const uint32_t rows = sides[data[0] & 7], columns = sides[data[0] >> 3 & 7];
    const size_t count = size - 1, pixels = (size_t)rows * columns;
    uint8_t *stream = malloc(count + FITS_STORED_PADDING);
    int64_t *room = malloc(pixels * sizeof *room);
    memcpy(stream, data + 1, count);
    memset(stream + count, 0xFF, FITS_STORED_PADDING);
    stream[0] = 0xDD;
    stream[1] = 0x99;
    memcpy(stream + ROWS_AT, &(uint32_t){__builtin_bswap32(rows)}, sizeof rows);
    memcpy(stream + COLUMNS_AT, &(uint32_t){__builtin_bswap32(columns)}, sizeof columns);
    fits_hcompress_decode(stream, count, data[0] & 0x80, room, (int64_t)pixels);
    free(room);
    free(stream);
    return 0;
}
