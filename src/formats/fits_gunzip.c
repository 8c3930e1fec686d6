// SPDX-License-Identifier: MIT
// Inflation of a gzipped file into memory, with a limit, and keeping what comes before a damaged part.
//
// cfitsio 4.2 would do it, but it believes the size at the file's end and allocates without end when the
// stream is cut short.
#include "formats/fits_internal.h"

#include "base/byteorder.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/size.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { MAX_RATIO = 1032, INPUT_BYTES = 64 * 1024, ANY_HEADER = 15 + 32 };

struct inflation {
    z_stream stream;
    uint8_t *data;
    size_t count, capacity, limit;
    int code;
};

// Room for more output; false at the limit or without memory.
static bool grow(struct inflation *inflation)
{
    size_t wanted = inflation->capacity > inflation->limit / 2 ? inflation->limit : 2 * inflation->capacity;
    uint8_t *grown = wanted > inflation->capacity ? realloc(inflation->data, wanted) : NULL;
    if (!grown)
        return false;
    inflation->data = grown;
    inflation->capacity = wanted;
    return true;
}

// Inflates one piece of input; false when no more can come.
static bool inflate_piece(struct inflation *inflation, uint8_t *input, size_t count)
{
    z_stream *stream = &inflation->stream;
    stream->next_in = input;
    stream->avail_in = (uInt)count;
    while (stream->avail_in > 0) {
        if (inflation->count == inflation->capacity && !grow(inflation)) {
            inflation->code = Z_MEM_ERROR;
            return false;
        }
        size_t room = inflation->capacity - inflation->count;
        stream->next_out = inflation->data + inflation->count;
        stream->avail_out = (uInt)(room < INT32_MAX ? room : INT32_MAX);
        uInt before = stream->avail_out;
        inflation->code = inflate(stream, Z_NO_FLUSH);
        inflation->count += before - stream->avail_out;
        if (inflation->code == Z_STREAM_END) // another member may follow
            inflation->code = inflateReset(stream);
        if (inflation->code != Z_OK && inflation->code != Z_BUF_ERROR)
            return false;
    }
    return true;
}

static enum status inflate_all(struct inflation *inflation, const char *path, int fd, int64_t file_bytes,
                               struct error *error)
{
    uint8_t *input = must_alloc(INPUT_BYTES);
    enum status status = STATUS_OK;
    bool more = true;
    for (int64_t at = 0; more && status == STATUS_OK && at < file_bytes; at += INPUT_BYTES) {
        size_t count = (size_t)int64_min(INPUT_BYTES, file_bytes - at);
        status = file_read_at(fd, path, at, input, count, error);
        more = status == STATUS_OK && inflate_piece(inflation, input, count);
    }
    // Output that waits inside zlib because there was no room when the input ended.
    while (more && status == STATUS_OK && inflation->count == inflation->capacity && grow(inflation)) {
        size_t room = inflation->capacity - inflation->count;
        inflation->stream.next_out = inflation->data + inflation->count;
        inflation->stream.avail_out = (uInt)(room < INT32_MAX ? room : INT32_MAX);
        uInt before = inflation->stream.avail_out;
        more = inflate(&inflation->stream, Z_NO_FLUSH) == Z_OK;
        inflation->count += before - inflation->stream.avail_out;
    }
    free(input);
    return status;
}

// A first capacity: the size that the end of the file names if it is possible.
static size_t first_capacity(const char *path, int fd, int64_t file_bytes, size_t limit)
{
    uint8_t tail[4] = {0};
    size_t guess = 4 * (size_t)file_bytes + 4096;
    if (file_bytes > 18 && file_read_at(fd, path, file_bytes - 4, tail, sizeof tail, NULL) == STATUS_OK)
        guess = (size_t)load_u32le(tail) + 1;
    return guess > 4096 && guess <= limit ? guess : limit < 65536 ? limit : 65536;
}

enum status fits_gunzip(const char *path, int fd, int64_t file_bytes, void **data, size_t *count,
                        struct error *error)
{
    struct inflation inflation = {0};
    int64_t ratio_limit =
        file_bytes < INT64_MAX / ((int64_t)2 * MAX_RATIO) ? (file_bytes + 64) * MAX_RATIO : INT64_MAX;
    inflation.limit = (size_t)int64_min(ratio_limit, machine_available_bytes());
    inflation.capacity = first_capacity(path, fd, file_bytes, inflation.limit);
    inflation.data = malloc(inflation.capacity);
    if (!inflation.data || inflateInit2(&inflation.stream, ANY_HEADER) != Z_OK) {
        free(inflation.data);
        return error_set(error, STATUS_NO_MEMORY, "%s: no memory to inflate it", path);
    }
    enum status status = inflate_all(&inflation, path, fd, file_bytes, error);
    inflateEnd(&inflation.stream);
    if (status == STATUS_OK && inflation.code == Z_MEM_ERROR)
        status = error_set(error, STATUS_NO_MEMORY,
                           "%s: needs more memory to be inflated than there is; "
                           "run gunzip on it first",
                           path);
    else if (status == STATUS_OK && (inflation.count < 6 || memcmp(inflation.data, "SIMPLE", 6) != 0))
        status = error_set(error, STATUS_NOT_MINE, "%s: is gzipped, but holds no FITS file", path);
    if (status != STATUS_OK) {
        free(inflation.data);
        return status;
    }
    *data = inflation.data;
    *count = inflation.count;
    return STATUS_OK;
}
