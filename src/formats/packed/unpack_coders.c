// SPDX-License-Identifier: MIT
// The methods of packing: one table over the libraries that know them.
#include "formats/packed/unpack_coders.h"

#include "formats/packed/unpack_lzw.h"

#include <stdlib.h>
#include <string.h>
#include <zstd_errors.h>

enum { XZ_MEMORY = 512 * 1024 * 1024 };

static bool begins_with(const uint8_t *head, size_t count, const char *magic, size_t length)
{
    return count >= length && memcmp(head, magic, length) == 0;
}

// A part that a library can count in 32 bits.
static unsigned part_of(size_t count)
{
    return (unsigned)(count < INT32_MAX ? count : INT32_MAX);
}

// Moves the flow by what a library has taken and made of the parts it was given.
static void flow_move(struct unpack_flow *flow, size_t taken, size_t made)
{
    flow->in += taken;
    flow->in_count -= taken;
    flow->out += made;
    flow->out_count -= made;
}

// --- Stored ---

static bool stored_begin(union unpack_state *state)
{
    (void)state;
    return true;
}

static enum unpack_step stored_step(union unpack_state *state, struct unpack_flow *flow)
{
    (void)state;
    const size_t count = flow->in_count < flow->out_count ? flow->in_count : flow->out_count;
    if (count > 0)
        memcpy(flow->out, flow->in, count);
    flow_move(flow, count, count);
    return flow->last && flow->in_count == 0 ? UNPACK_END : UNPACK_MORE;
}

static void stored_end(union unpack_state *state)
{
    (void)state;
}

// --- gzip, zlib, deflate ---

static bool gzip_matches(const uint8_t *head, size_t count)
{
    return begins_with(head, count, "\x1F\x8B\x08", 3) && count > 3 && (head[3] & 0xE0) == 0;
}

static bool gzip_begin(union unpack_state *state)
{
    enum { EITHER_HEADER = 32 };
    state->zlib = (z_stream){0};
    return inflateInit2(&state->zlib, MAX_WBITS + EITHER_HEADER) == Z_OK;
}

static bool deflate_begin(union unpack_state *state)
{
    state->zlib = (z_stream){0};
    return inflateInit2(&state->zlib, -MAX_WBITS) == Z_OK; // no header
}

static enum unpack_step zlib_step(union unpack_state *state, struct unpack_flow *flow)
{
    z_stream *stream = &state->zlib;
    unsigned in = part_of(flow->in_count), out = part_of(flow->out_count);
    stream->next_in = flow->in;
    stream->avail_in = in;
    stream->next_out = flow->out;
    stream->avail_out = out;
    int code = inflate(stream, Z_NO_FLUSH);
    flow_move(flow, in - stream->avail_in, out - stream->avail_out);
    if (code == Z_MEM_ERROR)
        return UNPACK_NO_MEMORY;
    if (code == Z_STREAM_END)
        return UNPACK_END;
    return code == Z_OK || code == Z_BUF_ERROR ? UNPACK_MORE : UNPACK_DAMAGED;
}

static void zlib_end(union unpack_state *state)
{
    inflateEnd(&state->zlib);
}

// --- bzip2 ---

// With the magic number of the first block, or of the end where there is no block.
static bool bzip2_matches(const uint8_t *head, size_t count)
{
    return begins_with(head, count, "BZh", 3) && count >= UNPACK_MAGIC_BYTES && head[3] >= '1' &&
           head[3] <= '9' &&
           (memcmp(head + 4, "\x31\x41\x59\x26\x53\x59", 6) == 0 ||
            memcmp(head + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);
}

static bool bzip2_begin(union unpack_state *state)
{
    state->bzip2 = (bz_stream){0};
    return BZ2_bzDecompressInit(&state->bzip2, 0, 0) == BZ_OK;
}

static enum unpack_step bzip2_step(union unpack_state *state, struct unpack_flow *flow)
{
    bz_stream *stream = &state->bzip2;
    unsigned in = part_of(flow->in_count), out = part_of(flow->out_count);
    stream->next_in = (char *)(uintptr_t)flow->in; // bzip2 does not write there
    stream->avail_in = in;
    stream->next_out = (char *)flow->out;
    stream->avail_out = out;
    int code = BZ2_bzDecompress(stream);
    flow_move(flow, in - stream->avail_in, out - stream->avail_out);
    if (code == BZ_MEM_ERROR)
        return UNPACK_NO_MEMORY;
    return code == BZ_STREAM_END ? UNPACK_END : code == BZ_OK ? UNPACK_MORE : UNPACK_DAMAGED;
}

static void bzip2_end(union unpack_state *state)
{
    BZ2_bzDecompressEnd(&state->bzip2);
}

// --- xz ---

static bool xz_matches(const uint8_t *head, size_t count)
{
    return begins_with(head, count,
                       "\xFD"
                       "7zXZ",
                       6); // with the NUL
}

static bool xz_begin(union unpack_state *state)
{
    state->xz = (lzma_stream)LZMA_STREAM_INIT;
    return lzma_stream_decoder(&state->xz, XZ_MEMORY, 0) == LZMA_OK;
}

static enum unpack_step xz_step(union unpack_state *state, struct unpack_flow *flow)
{
    lzma_stream *stream = &state->xz;
    stream->next_in = flow->in;
    stream->avail_in = flow->in_count;
    stream->next_out = flow->out;
    stream->avail_out = flow->out_count;
    lzma_ret code = lzma_code(stream, LZMA_RUN);
    flow_move(flow, flow->in_count - stream->avail_in, flow->out_count - stream->avail_out);
    if (code == LZMA_MEM_ERROR || code == LZMA_MEMLIMIT_ERROR)
        return UNPACK_NO_MEMORY;
    if (code == LZMA_STREAM_END)
        return UNPACK_END;
    return code == LZMA_OK || code == LZMA_BUF_ERROR ? UNPACK_MORE : UNPACK_DAMAGED;
}

static void xz_end(union unpack_state *state)
{
    lzma_end(&state->xz);
}

// --- zstd ---

// A frame, or one to be skipped such as pzstd puts first.
static bool zstd_matches(const uint8_t *head, size_t count)
{
    return begins_with(head, count, "\x28\xB5\x2F\xFD", 4) ||
           (count >= 4 && (head[0] & 0xF0) == 0x50 && memcmp(head + 1, "\x2A\x4D\x18", 3) == 0);
}

static bool zstd_begin(union unpack_state *state)
{
    state->zstd = ZSTD_createDCtx();
    return state->zstd != NULL;
}

static enum unpack_step zstd_step(union unpack_state *state, struct unpack_flow *flow)
{
    ZSTD_inBuffer in = {flow->in, flow->in_count, 0};
    ZSTD_outBuffer out = {flow->out, flow->out_count, 0};
    size_t code = ZSTD_decompressStream(state->zstd, &out, &in);
    flow_move(flow, in.pos, out.pos);
    if (ZSTD_isError(code)) {
        ZSTD_ErrorCode kind = ZSTD_getErrorCode(code);
        bool memory =
            kind == ZSTD_error_memory_allocation || kind == ZSTD_error_frameParameter_windowTooLarge;
        return memory ? UNPACK_NO_MEMORY : UNPACK_DAMAGED;
    }
    return code == 0 ? UNPACK_END : UNPACK_MORE;
}

static void zstd_end(union unpack_state *state)
{
    ZSTD_freeDCtx(state->zstd);
}

// --- compress ---

static bool compress_matches(const uint8_t *head, size_t count)
{
    return begins_with(head, count, "\x1F\x9D", 2) && count > 2 && (head[2] & 0x60) == 0 &&
           (head[2] & 0x1F) >= 9 && (head[2] & 0x1F) <= 16;
}

static bool compress_begin(union unpack_state *state)
{
    state->lzw = lzw_create();
    return true;
}

static enum unpack_step compress_step(union unpack_state *state, struct unpack_flow *flow)
{
    return lzw_step(state->lzw, flow);
}

static void compress_end(union unpack_state *state)
{
    lzw_destroy(state->lzw);
}

// --- All methods ---

const struct unpack_coder unpack_coders[UNPACK_METHOD_COUNT] = {
    [UNPACK_STORED] = {NULL, NULL, NULL, stored_begin, stored_step, stored_end},
    [UNPACK_DEFLATE] = {NULL, NULL, NULL, deflate_begin, zlib_step, zlib_end},
    [UNPACK_GZIP] = {"gzip", "gunzip", gzip_matches, gzip_begin, zlib_step, zlib_end},
    [UNPACK_BZIP2] = {"bzip2", "bunzip2", bzip2_matches, bzip2_begin, bzip2_step, bzip2_end},
    [UNPACK_XZ] = {"xz", "unxz", xz_matches, xz_begin, xz_step, xz_end},
    [UNPACK_ZSTD] = {"zstd", "unzstd", zstd_matches, zstd_begin, zstd_step, zstd_end},
    [UNPACK_COMPRESS] = {"compress", "uncompress", compress_matches, compress_begin, compress_step,
                         compress_end},
};
