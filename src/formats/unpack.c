// SPDX-License-Identifier: MIT
// One loop over zlib and libbzip2 with buffers of fixed size.
#include "formats/unpack.h"

#include "base/file.h"
#include "base/size.h"
#include "base/text.h"

#include <bzlib.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    INPUT_BYTES = 64 * 1024,
    SKIP_BYTES = 16 * 1024,
    DEFLATE_RATIO = 1032,             // https://zlib.net/zlib_tech.html, "maximum compression factor"
    BZIP2_BLOCK_BYTES = 46 * 1000000, // 900,000 bytes of a block, each run of 255 of which was 5 bytes
    BZIP2_LEAST_BYTES = 32,           // of a compressed block
};

struct unpacker {
    int fd;
    const char *path;
    int64_t offset, bytes;
    enum unpack_method method;

    int64_t taken;       // of `bytes`, into the input buffer
    size_t begin, end;   // what is left in it
    int64_t given;       // bytes unpacked so far
    bool started;        // the library holds state
    bool ended, damaged; // nothing more will come
    z_stream deflate;
    bz_stream bzip2;
    char fault[64];
    uint8_t input[INPUT_BYTES];
};

int64_t unpack_limit(enum unpack_method method, int64_t stored)
{
    int64_t limit = stored, ratio = method == UNPACK_STORED ? 1 : DEFLATE_RATIO;
    if (method == UNPACK_BZIP2) {
        limit = stored / BZIP2_LEAST_BYTES + 1;
        ratio = BZIP2_BLOCK_BYTES;
    }
    return __builtin_mul_overflow(limit, ratio, &limit) ? INT64_MAX : limit;
}

struct unpacker *unpacker_create(int fd, const char *path, int64_t offset, int64_t bytes,
                                 enum unpack_method method)
{
    struct unpacker *unpacker = must_alloc(sizeof *unpacker);
    unpacker->fd = fd;
    unpacker->path = path;
    unpacker->offset = offset;
    unpacker->bytes = bytes;
    unpacker->method = method;
    return unpacker;
}

static bool uses_zlib(const struct unpacker *unpacker)
{
    return unpacker->method == UNPACK_DEFLATE || unpacker->method == UNPACK_GZIP;
}

static void stop_library(struct unpacker *unpacker)
{
    if (unpacker->started && uses_zlib(unpacker))
        inflateEnd(&unpacker->deflate);
    else if (unpacker->started)
        BZ2_bzDecompressEnd(&unpacker->bzip2);
    unpacker->started = false;
}

static bool start_library(struct unpacker *unpacker)
{
    unpacker->deflate = (z_stream){0};
    unpacker->bzip2 = (bz_stream){0};
    if (unpacker->method == UNPACK_STORED)
        return true;
    unpacker->started =
        unpacker->method == UNPACK_BZIP2
            ? BZ2_bzDecompressInit(&unpacker->bzip2, 0, 0) == BZ_OK
            : inflateInit2(&unpacker->deflate,
                           unpacker->method == UNPACK_GZIP ? MAX_WBITS + 32 : -MAX_WBITS) == Z_OK;
    return unpacker->started;
}

void unpacker_destroy(struct unpacker *unpacker)
{
    if (!unpacker)
        return;
    stop_library(unpacker);
    free(unpacker);
}

void unpacker_rewind(struct unpacker *unpacker)
{
    stop_library(unpacker);
    unpacker->taken = unpacker->given = 0;
    unpacker->begin = unpacker->end = 0;
    unpacker->ended = unpacker->damaged = false;
}

static enum status fill_input(struct unpacker *unpacker, struct error *error)
{
    size_t count = (size_t)int64_min(unpacker->bytes - unpacker->taken, INPUT_BYTES);
    enum status status = file_read_at(unpacker->fd, unpacker->path, unpacker->offset + unpacker->taken,
                                      unpacker->input, count, error);
    if (status != STATUS_OK)
        return status;
    unpacker->taken += (int64_t)count;
    unpacker->begin = 0;
    unpacker->end = count;
    return STATUS_OK;
}

// What a step of a library came to.
enum step { STEP_ON, STEP_STREAM_END, STEP_DAMAGED, STEP_NO_MEMORY };

static enum step step_stored(struct unpacker *unpacker, uint8_t *out, size_t room, size_t *made)
{
    size_t count = unpacker->end - unpacker->begin;
    *made = count < room ? count : room;
    memcpy(out, unpacker->input + unpacker->begin, *made);
    unpacker->begin += *made;
    return STEP_ON;
}

static enum step step_zlib(struct unpacker *unpacker, uint8_t *out, size_t room, size_t *made)
{
    z_stream *stream = &unpacker->deflate;
    uInt limit = room < UINT_MAX ? (uInt)room : UINT_MAX;
    stream->next_in = unpacker->input + unpacker->begin;
    stream->avail_in = (uInt)(unpacker->end - unpacker->begin);
    stream->next_out = out;
    stream->avail_out = limit;
    int code = inflate(stream, Z_NO_FLUSH);
    unpacker->begin = unpacker->end - stream->avail_in;
    *made = limit - stream->avail_out;
    return code == Z_STREAM_END                  ? STEP_STREAM_END
           : code == Z_OK || code == Z_BUF_ERROR ? STEP_ON
           : code == Z_MEM_ERROR                 ? STEP_NO_MEMORY
                                                 : STEP_DAMAGED;
}

static enum step step_bzip2(struct unpacker *unpacker, uint8_t *out, size_t room, size_t *made)
{
    bz_stream *stream = &unpacker->bzip2;
    unsigned limit = room < UINT_MAX ? (unsigned)room : UINT_MAX;
    stream->next_in = (char *)unpacker->input + unpacker->begin;
    stream->avail_in = (unsigned)(unpacker->end - unpacker->begin);
    stream->next_out = (char *)out;
    stream->avail_out = limit;
    int code = BZ2_bzDecompress(stream);
    unpacker->begin = unpacker->end - stream->avail_in;
    *made = limit - stream->avail_out;
    return code == BZ_STREAM_END  ? STEP_STREAM_END
           : code == BZ_OK        ? STEP_ON
           : code == BZ_MEM_ERROR ? STEP_NO_MEMORY
                                  : STEP_DAMAGED;
}

// True if another member of gzip or stream of bzip2 follows the one that ended.
static bool another_follows(const struct unpacker *unpacker)
{
    if (unpacker->method == UNPACK_DEFLATE || unpacker->begin == unpacker->end)
        return false;
    return unpacker->input[unpacker->begin] == (unpacker->method == UNPACK_GZIP ? 0x1F : 'B');
}

// One step of unpacking, with some input in the buffer.
static enum status unpack_step(struct unpacker *unpacker, uint8_t *out, size_t room, size_t *made,
                               struct error *error)
{
    enum step step = STEP_NO_MEMORY;
    *made = 0;
    if (unpacker->started || start_library(unpacker))
        step = unpacker->method == UNPACK_STORED  ? step_stored(unpacker, out, room, made)
               : unpacker->method == UNPACK_BZIP2 ? step_bzip2(unpacker, out, room, made)
                                                  : step_zlib(unpacker, out, room, made);
    if (step == STEP_NO_MEMORY)
        return error_set(error, STATUS_NO_MEMORY, "%s: no memory to unpack its data", unpacker->path);
    unpacker->damaged = step == STEP_DAMAGED;
    if (step == STEP_STREAM_END) {
        stop_library(unpacker);
        if (unpacker->begin == unpacker->end && unpacker->taken < unpacker->bytes) {
            enum status status = fill_input(unpacker, error);
            if (status != STATUS_OK)
                return status;
        }
        unpacker->ended = !another_follows(unpacker);
    }
    return STATUS_OK;
}

static enum status read_out(struct unpacker *unpacker, uint8_t *out, size_t count, size_t *got,
                            struct error *error)
{
    while (*got < count && !unpacker->ended && !unpacker->damaged) {
        if (unpacker->begin == unpacker->end && unpacker->taken < unpacker->bytes) {
            enum status status = fill_input(unpacker, error);
            if (status != STATUS_OK)
                return status;
        }
        const size_t before = unpacker->begin;
        size_t made;
        enum status status = unpack_step(unpacker, out + *got, count - *got, &made, error);
        if (status != STATUS_OK)
            return status;
        *got += made;
        unpacker->given += (int64_t)made;
        // Without input and without output nothing will change any more.
        if (made == 0 && unpacker->begin == before && unpacker->begin == unpacker->end &&
            unpacker->taken >= unpacker->bytes)
            unpacker->ended = true;
    }
    return STATUS_OK;
}

enum status unpacker_read(struct unpacker *unpacker, void *out, size_t count, size_t *got,
                          struct error *error)
{
    uint8_t nowhere[SKIP_BYTES];
    enum status status = STATUS_OK;
    *got = 0;
    if (out)
        return read_out(unpacker, out, count, got, error);
    while (*got < count && status == STATUS_OK) {
        size_t piece = count - *got < sizeof nowhere ? count - *got : sizeof nowhere, skipped = 0;
        status = read_out(unpacker, nowhere, piece, &skipped, error);
        *got += skipped;
        if (skipped < piece)
            break;
    }
    return status;
}

const char *unpacker_fault(struct unpacker *unpacker)
{
    snprintf(unpacker->fault, sizeof unpacker->fault, "%s after %lld bytes",
             unpacker->damaged ? "are damaged" : "end", (long long)unpacker->given);
    return unpacker->fault;
}
