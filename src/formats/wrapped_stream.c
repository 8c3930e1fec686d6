// SPDX-License-Identifier: MIT
// Streaming decompression of whole files: one table of methods over the libraries that know them.
#include "formats/wrapped_stream.h"

#include "base/file.h"
#include "base/size.h"
#include "base/text.h"
#include "formats/wrapped_lzw.h"

#include <bzlib.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST // next_in points to const
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

enum { INPUT_BYTES = 128 * 1024, XZ_MEMORY = 512 * 1024 * 1024 };

// What a method works with; which one is told by the method.
union coder {
    z_stream gzip;
    bz_stream bzip2;
    lzma_stream xz;
    ZSTD_DCtx *zstd;
    struct lzw *lzw;
};

struct wrapped_method {
    const char *name, *program;
    bool (*matches)(const uint8_t *head, size_t count);
    bool (*begin)(union coder *coder); // false: no memory
    enum wrapped_step (*step)(union coder *coder, struct wrapped_flow *flow);
    void (*end)(union coder *coder);
};

struct wrapped_stream {
    const struct wrapped_method *method;
    union coder coder;
    bool coding; // `coder` is begun
    const char *path;
    int fd;
    int64_t bytes, at; // of the file; read so far
    uint8_t input[INPUT_BYTES];
    size_t first, count; // of the input not taken yet
    int64_t total;       // unpacked
    bool ended;
    struct error loss;
};

static bool begins_with(const uint8_t *head, size_t count, const char *magic, size_t length)
{
    return count >= length && memcmp(head, magic, length) == 0;
}

static unsigned part_of(size_t count)
{
    return (unsigned)(count < INT32_MAX ? count : INT32_MAX);
}

// Moves the flow by what a library has taken and made of the parts it was given.
static void flow_move(struct wrapped_flow *flow, size_t taken, size_t made)
{
    flow->in += taken;
    flow->in_count -= taken;
    flow->out += made;
    flow->out_count -= made;
}

// --- gzip ---

static bool gzip_matches(const uint8_t *head, size_t count)
{
    return begins_with(head, count, "\x1F\x8B\x08", 3) && count > 3 && (head[3] & 0xE0) == 0;
}

static bool gzip_begin(union coder *coder)
{
    enum { GZIP_HEADER = 16 };
    coder->gzip = (z_stream){0};
    return inflateInit2(&coder->gzip, MAX_WBITS + GZIP_HEADER) == Z_OK;
}

static enum wrapped_step gzip_step(union coder *coder, struct wrapped_flow *flow)
{
    z_stream *stream = &coder->gzip;
    unsigned in = part_of(flow->in_count), out = part_of(flow->out_count);
    stream->next_in = flow->in;
    stream->avail_in = in;
    stream->next_out = flow->out;
    stream->avail_out = out;
    int code = inflate(stream, Z_NO_FLUSH);
    flow_move(flow, in - stream->avail_in, out - stream->avail_out);
    if (code == Z_MEM_ERROR)
        return WRAPPED_NO_MEMORY;
    if (code == Z_STREAM_END)
        return WRAPPED_END;
    return code == Z_OK || code == Z_BUF_ERROR ? WRAPPED_MORE : WRAPPED_DAMAGED;
}

static void gzip_end(union coder *coder)
{
    inflateEnd(&coder->gzip);
}

// --- bzip2 ---

// With the magic number of the first block, or of the end where there is no block.
static bool bzip2_matches(const uint8_t *head, size_t count)
{
    return begins_with(head, count, "BZh", 3) && count >= WRAPPED_MAGIC_BYTES && head[3] >= '1' &&
           head[3] <= '9' &&
           (memcmp(head + 4, "\x31\x41\x59\x26\x53\x59", 6) == 0 ||
            memcmp(head + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);
}

static bool bzip2_begin(union coder *coder)
{
    coder->bzip2 = (bz_stream){0};
    return BZ2_bzDecompressInit(&coder->bzip2, 0, 0) == BZ_OK;
}

static enum wrapped_step bzip2_step(union coder *coder, struct wrapped_flow *flow)
{
    bz_stream *stream = &coder->bzip2;
    unsigned in = part_of(flow->in_count), out = part_of(flow->out_count);
    stream->next_in = (char *)(uintptr_t)flow->in; // bzip2 does not write there
    stream->avail_in = in;
    stream->next_out = (char *)flow->out;
    stream->avail_out = out;
    int code = BZ2_bzDecompress(stream);
    flow_move(flow, in - stream->avail_in, out - stream->avail_out);
    if (code == BZ_MEM_ERROR)
        return WRAPPED_NO_MEMORY;
    return code == BZ_STREAM_END ? WRAPPED_END : code == BZ_OK ? WRAPPED_MORE : WRAPPED_DAMAGED;
}

static void bzip2_end(union coder *coder)
{
    BZ2_bzDecompressEnd(&coder->bzip2);
}

// --- xz ---

static bool xz_matches(const uint8_t *head, size_t count)
{
    return begins_with(head, count,
                       "\xFD"
                       "7zXZ",
                       6); // with the NUL
}

static bool xz_begin(union coder *coder)
{
    coder->xz = (lzma_stream)LZMA_STREAM_INIT;
    return lzma_stream_decoder(&coder->xz, XZ_MEMORY, 0) == LZMA_OK;
}

static enum wrapped_step xz_step(union coder *coder, struct wrapped_flow *flow)
{
    lzma_stream *stream = &coder->xz;
    stream->next_in = flow->in;
    stream->avail_in = flow->in_count;
    stream->next_out = flow->out;
    stream->avail_out = flow->out_count;
    lzma_ret code = lzma_code(stream, LZMA_RUN);
    flow_move(flow, flow->in_count - stream->avail_in, flow->out_count - stream->avail_out);
    if (code == LZMA_MEM_ERROR || code == LZMA_MEMLIMIT_ERROR)
        return WRAPPED_NO_MEMORY;
    if (code == LZMA_STREAM_END)
        return WRAPPED_END;
    return code == LZMA_OK || code == LZMA_BUF_ERROR ? WRAPPED_MORE : WRAPPED_DAMAGED;
}

static void xz_end(union coder *coder)
{
    lzma_end(&coder->xz);
}

// --- zstd ---

// A frame, or one to be skipped such as pzstd puts first.
static bool zstd_matches(const uint8_t *head, size_t count)
{
    return begins_with(head, count, "\x28\xB5\x2F\xFD", 4) ||
           (count >= 4 && (head[0] & 0xF0) == 0x50 && memcmp(head + 1, "\x2A\x4D\x18", 3) == 0);
}

static bool zstd_begin(union coder *coder)
{
    coder->zstd = ZSTD_createDCtx();
    return coder->zstd != NULL;
}

static enum wrapped_step zstd_step(union coder *coder, struct wrapped_flow *flow)
{
    ZSTD_inBuffer in = {flow->in, flow->in_count, 0};
    ZSTD_outBuffer out = {flow->out, flow->out_count, 0};
    size_t code = ZSTD_decompressStream(coder->zstd, &out, &in);
    flow_move(flow, in.pos, out.pos);
    if (ZSTD_isError(code)) {
        ZSTD_ErrorCode kind = ZSTD_getErrorCode(code);
        bool memory =
            kind == ZSTD_error_memory_allocation || kind == ZSTD_error_frameParameter_windowTooLarge;
        return memory ? WRAPPED_NO_MEMORY : WRAPPED_DAMAGED;
    }
    return code == 0 ? WRAPPED_END : WRAPPED_MORE;
}

static void zstd_end(union coder *coder)
{
    ZSTD_freeDCtx(coder->zstd);
}

// --- compress ---

static bool compress_matches(const uint8_t *head, size_t count)
{
    return begins_with(head, count, "\x1F\x9D", 2) && count > 2 && (head[2] & 0x60) == 0 &&
           (head[2] & 0x1F) >= 9 && (head[2] & 0x1F) <= 16;
}

static bool compress_begin(union coder *coder)
{
    coder->lzw = lzw_create();
    return true;
}

static enum wrapped_step compress_step(union coder *coder, struct wrapped_flow *flow)
{
    return lzw_step(coder->lzw, flow);
}

static void compress_end(union coder *coder)
{
    lzw_destroy(coder->lzw);
}

// --- All methods ---

static const struct wrapped_method methods[] = {
    {"gzip", "gunzip", gzip_matches, gzip_begin, gzip_step, gzip_end},
    {"bzip2", "bunzip2", bzip2_matches, bzip2_begin, bzip2_step, bzip2_end},
    {"xz", "unxz", xz_matches, xz_begin, xz_step, xz_end},
    {"zstd", "unzstd", zstd_matches, zstd_begin, zstd_step, zstd_end},
    {"compress", "uncompress", compress_matches, compress_begin, compress_step, compress_end},
};

const char *const wrapped_extensions[] = {"gz", "bz2", "xz", "zst", "Z", NULL};

const struct wrapped_method *wrapped_method_find(const uint8_t *head, size_t count)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (methods[i].matches(head, count))
            return &methods[i];
    return NULL;
}

const char *wrapped_method_name(const struct wrapped_method *method)
{
    return method->name;
}

const char *wrapped_method_program(const struct wrapped_method *method)
{
    return method->program;
}

// --- The stream ---

static enum status refuse_memory(const struct wrapped_stream *stream, struct error *error)
{
    return error_set(error, STATUS_NO_MEMORY,
                     "%s: there is not enough memory to unpack its %s data; run %s on it first", stream->path,
                     stream->method->name, stream->method->program);
}

enum status wrapped_stream_create(const char *path, int fd, int64_t bytes,
                                  const struct wrapped_method *method, struct wrapped_stream **stream,
                                  struct error *error)
{
    struct wrapped_stream *made = must_alloc(sizeof *made);
    made->method = method;
    made->path = path;
    made->fd = fd;
    made->bytes = bytes;
    made->coding = method->begin(&made->coder);
    if (!made->coding) {
        enum status status = refuse_memory(made, error);
        free(made);
        return status;
    }
    *stream = made;
    return STATUS_OK;
}

void wrapped_stream_destroy(struct wrapped_stream **stream)
{
    if (!stream || !*stream)
        return;
    if ((*stream)->coding)
        (*stream)->method->end(&(*stream)->coder);
    free(*stream);
    *stream = NULL;
}

const char *wrapped_stream_loss(const struct wrapped_stream *stream)
{
    return stream->loss.text[0] ? stream->loss.text : NULL;
}

static bool input_is_last(const struct wrapped_stream *stream)
{
    return stream->at == stream->bytes;
}

// Moves what is left to the front and reads on behind it.
static enum status input_fill(struct wrapped_stream *stream, struct error *error)
{
    memmove(stream->input, stream->input + stream->first, stream->count);
    stream->first = 0;
    size_t room = sizeof stream->input - stream->count;
    size_t more = (size_t)int64_min((int64_t)room, stream->bytes - stream->at);
    enum status status =
        file_read_at(stream->fd, stream->path, stream->at, stream->input + stream->count, more, error);
    if (status != STATUS_OK)
        return status;
    stream->at += (int64_t)more;
    stream->count += more;
    return STATUS_OK;
}

static void end_with_loss(struct wrapped_stream *stream, const char *what)
{
    stream->ended = true;
    error_set(&stream->loss, STATUS_BROKEN, "the %s data %s, after %lld bytes", stream->method->name, what,
              (long long)stream->total);
}

// Behind a stream: begins the next one, or ends.
static enum status next_stream(struct wrapped_stream *stream, struct error *error)
{
    for (;;) {
        while (stream->count > 0 && stream->input[stream->first] == 0) {
            stream->first++;
            stream->count--;
        }
        if (stream->count >= WRAPPED_MAGIC_BYTES || input_is_last(stream))
            break;
        enum status status = input_fill(stream, error);
        if (status != STATUS_OK)
            return status;
    }
    stream->ended = !stream->method->matches(stream->input + stream->first, stream->count);
    if (stream->ended)
        return STATUS_OK;
    stream->coding = stream->method->begin(&stream->coder);
    return stream->coding ? STATUS_OK : refuse_memory(stream, error);
}

// One step into `out`; *made bytes come of it.
static enum status step(struct wrapped_stream *stream, uint8_t *out, size_t size, size_t *made,
                        struct error *error)
{
    struct wrapped_flow flow = {stream->input + stream->first, stream->count, input_is_last(stream), out,
                                size};
    enum wrapped_step step = stream->method->step(&stream->coder, &flow);
    bool moved = flow.in_count < stream->count || flow.out_count < size;
    stream->first += stream->count - flow.in_count;
    stream->count = flow.in_count;
    *made = size - flow.out_count;
    stream->total += (int64_t)*made;
    if (step == WRAPPED_NO_MEMORY)
        return refuse_memory(stream, error);
    if (step == WRAPPED_DAMAGED) {
        end_with_loss(stream, "are damaged");
    } else if (step == WRAPPED_END) {
        stream->method->end(&stream->coder);
        stream->coding = false;
        return next_stream(stream, error);
    } else if (!moved && flow.last) {
        end_with_loss(stream, "end too early");
    } else if (!moved && stream->count == sizeof stream->input) {
        end_with_loss(stream, "are damaged");
    } else if (!moved) {
        return input_fill(stream, error);
    }
    return STATUS_OK;
}

enum status wrapped_stream_read(struct wrapped_stream *stream, uint8_t *out, size_t size, size_t *made,
                                struct error *error)
{
    size_t done = 0;
    while (done < size && !stream->ended) {
        enum status status = STATUS_OK;
        if (stream->count == 0 && !input_is_last(stream))
            status = input_fill(stream, error);
        size_t more = 0;
        if (status == STATUS_OK)
            status = step(stream, out + done, size - done, &more, error);
        if (status != STATUS_OK)
            return status;
        done += more;
    }
    *made = done;
    return STATUS_OK;
}
