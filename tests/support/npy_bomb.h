// SPDX-License-Identifier: MIT
// Headers of NumPy arrays, and an array of a gigabyte that is packed into a few megabytes.
#ifndef FOVEA_TESTS_NPY_BOMB_H
#define FOVEA_TESTS_NPY_BOMB_H

#include "support/testdata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

// The header of an array of `type` ("|u1", "<f4") in `out`. Returns its bytes.
static inline size_t npy_header(char out[128], const char *type, int height, int width)
{
    memset(out, ' ', 128);
    memcpy(out, "\x93NUMPY\1\0\x76\0", 10);
    const int used = snprintf(out + 10, 118, "{'descr': '%s', 'fortran_order': False, 'shape': (%d, %d), }",
                              type, height, width);
    out[10 + used] = ' ';
    out[127] = '\n';
    return 128;
}

static inline size_t npy_bomb_pack(uint8_t *out, size_t room, const void *bytes, size_t count, int level)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)bytes;
    stream.avail_in = (uInt)count;
    stream.next_out = out;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    const size_t size = room - stream.avail_out;
    deflateEnd(&stream);
    return size;
}

// 32768 x 32768 zeros: one packed member of 16 MiB, 64 times. At `level` 9 the file has one megabyte, at 1
// nearly five.
static inline void npy_bomb_write(const char *path, int level)
{
    enum { MEMBER = 16 << 20, ROOM = 1 << 20, MEMBERS = 64 };
    char header[128];
    uint8_t *out = malloc(ROOM), *zeros = calloc(MEMBER, 1);
    FILE *file = fopen(path, "wb");
    assert_true(out && zeros && file);
    size_t count = npy_bomb_pack(out, ROOM, header, npy_header(header, "|u1", 32768, 32768), level);
    fwrite(out, 1, count, file);
    count = npy_bomb_pack(out, ROOM, zeros, MEMBER, level);
    for (int i = 0; i < MEMBERS; i++)
        fwrite(out, 1, count, file);
    assert_int_equal(fclose(file), 0);
    free(out);
    free(zeros);
}

#endif
