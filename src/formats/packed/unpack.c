// SPDX-License-Identifier: MIT
// One loop over all methods of packing with buffers of fixed size.
#include "formats/packed/unpack.h"

#include "base/size.h"
#include "base/text.h"
#include "formats/base/blob.h"
#include "formats/packed/unpack_coders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    INPUT_BYTES = 128 * 1024,
    SKIP_BYTES = 16 * 1024,
    DEFLATE_RATIO = 1032,             // https://zlib.net/zlib_tech.html, "maximum compression factor"
    BZIP2_BLOCK_BYTES = 46 * 1000000, // 900,000 bytes of a block, each run of 255 of which was 5 bytes
    BZIP2_LEAST_BYTES = 32,           // of a compressed block
};

struct unpacker {
    const struct blob *blob; // borrowed
    int64_t offset, bytes;
    const struct unpack_coder *coder;
    struct cancel *cancel; // may be NULL

    int64_t taken;       // of `bytes`, into the input buffer
    size_t begin, count; // what is left in it
    int64_t given;       // bytes unpacked so far
    bool started;        // `state` is begun
    union unpack_state state;
    bool ended, damaged, short_of_end; // each: nothing more will come
    char fault[64];
    uint8_t input[INPUT_BYTES];
};

enum unpack_method unpack_method_find(const uint8_t *head, size_t count)
{
    for (enum unpack_method method = UNPACK_STORED; method < UNPACK_METHOD_COUNT; method++)
        if (unpack_coders[method].matches && unpack_coders[method].matches(head, count))
            return method;
    return UNPACK_STORED;
}

const char *unpack_method_name(enum unpack_method method)
{
    return unpack_coders[method].name;
}

const char *unpack_method_program(enum unpack_method method)
{
    return unpack_coders[method].program;
}

int64_t unpack_limit(enum unpack_method method, int64_t stored)
{
    int64_t limit = stored, ratio = method == UNPACK_STORED ? 1 : DEFLATE_RATIO;
    if (method == UNPACK_BZIP2) {
        limit = stored / BZIP2_LEAST_BYTES + 1;
        ratio = BZIP2_BLOCK_BYTES;
    } else if (method > UNPACK_BZIP2) {
        return INT64_MAX;
    }
    return __builtin_mul_overflow(limit, ratio, &limit) ? INT64_MAX : limit;
}

struct unpacker *unpacker_create(const struct blob *blob, int64_t offset, int64_t bytes,
                                 enum unpack_method method)
{
    struct unpacker *unpacker = must_alloc(sizeof *unpacker);
    unpacker->blob = blob;
    unpacker->offset = offset;
    unpacker->bytes = bytes;
    unpacker->coder = &unpack_coders[method];
    return unpacker;
}

void unpacker_heed(struct unpacker *unpacker, struct cancel *cancel)
{
    unpacker->cancel = cancel;
}

static void stop_coder(struct unpacker *unpacker)
{
    if (unpacker->started)
        unpacker->coder->end(&unpacker->state);
    unpacker->started = false;
}

static enum status start_coder(struct unpacker *unpacker, struct error *error)
{
    unpacker->started = unpacker->coder->begin(&unpacker->state);
    return unpacker->started ? STATUS_OK
                             : error_set(error, STATUS_NO_MEMORY, "%s: no memory to unpack its data",
                                         blob_name(unpacker->blob));
}

void unpacker_destroy(struct unpacker *unpacker)
{
    if (!unpacker)
        return;
    stop_coder(unpacker);
    free(unpacker);
}

void unpacker_rewind(struct unpacker *unpacker)
{
    stop_coder(unpacker);
    unpacker->taken = unpacker->given = 0;
    unpacker->begin = unpacker->count = 0;
    unpacker->ended = unpacker->damaged = unpacker->short_of_end = false;
}

static bool is_over(const struct unpacker *unpacker)
{
    return unpacker->ended || unpacker->damaged || unpacker->short_of_end;
}

static bool input_is_last(const struct unpacker *unpacker)
{
    return unpacker->taken >= unpacker->bytes;
}

// Moves what is left to the front and reads on behind it.
static enum status fill_input(struct unpacker *unpacker, struct error *error)
{
    memmove(unpacker->input, unpacker->input + unpacker->begin, unpacker->count);
    unpacker->begin = 0;
    const int64_t room = (int64_t)(sizeof unpacker->input - unpacker->count);
    const size_t more = (size_t)int64_min(unpacker->bytes - unpacker->taken, room);
    enum status status = blob_read(unpacker->blob, unpacker->offset + unpacker->taken,
                                   unpacker->input + unpacker->count, more, error);
    if (status != STATUS_OK)
        return status;
    unpacker->taken += (int64_t)more;
    unpacker->count += more;
    return STATUS_OK;
}

// Behind a stream: ends where no other begins.
static enum status next_stream(struct unpacker *unpacker, struct error *error)
{
    stop_coder(unpacker);
    for (;;) {
        while (unpacker->count > 0 && unpacker->input[unpacker->begin] == 0) {
            unpacker->begin++;
            unpacker->count--;
        }
        if (unpacker->count >= UNPACK_MAGIC_BYTES || input_is_last(unpacker))
            break;
        enum status status = fill_input(unpacker, error);
        if (status != STATUS_OK)
            return status;
    }
    unpacker->ended = !unpacker->coder->matches ||
                      !unpacker->coder->matches(unpacker->input + unpacker->begin, unpacker->count);
    return STATUS_OK;
}

// One step into `out`; *made bytes come of it.
static enum status step(struct unpacker *unpacker, uint8_t *out, size_t room, size_t *made,
                        struct error *error)
{
    struct unpack_flow flow = {unpacker->input + unpacker->begin, unpacker->count, input_is_last(unpacker),
                               out, room};
    const enum unpack_step step = unpacker->coder->step(&unpacker->state, &flow);
    const bool moved = flow.in_count < unpacker->count || flow.out_count < room;
    unpacker->begin += unpacker->count - flow.in_count;
    unpacker->count = flow.in_count;
    *made = room - flow.out_count;
    unpacker->given += (int64_t)*made;
    if (step == UNPACK_NO_MEMORY)
        return error_set(error, STATUS_NO_MEMORY, "%s: no memory to unpack its data",
                         blob_name(unpacker->blob));
    if (step == UNPACK_END)
        return next_stream(unpacker, error);
    unpacker->damaged = step == UNPACK_DAMAGED;
    if (moved || unpacker->damaged)
        return STATUS_OK;
    unpacker->short_of_end = flow.last;
    unpacker->damaged = !flow.last && unpacker->count == sizeof unpacker->input;
    return is_over(unpacker) ? STATUS_OK : fill_input(unpacker, error);
}

static enum status read_out(struct unpacker *unpacker, uint8_t *out, size_t count, size_t *got,
                            struct error *error)
{
    while (*got < count && !is_over(unpacker)) {
        enum status status = STATUS_OK;
        size_t made = 0;
        if (cancel_requested(unpacker->cancel))
            return error_set(error, STATUS_CANCELLED, "%s: unpacking was cancelled",
                             blob_name(unpacker->blob));
        if (unpacker->count == 0 && !input_is_last(unpacker))
            status = fill_input(unpacker, error);
        if (status == STATUS_OK && !unpacker->started)
            status = start_coder(unpacker, error);
        if (status == STATUS_OK)
            status = step(unpacker, out + *got, count - *got, &made, error);
        if (status != STATUS_OK)
            return status;
        *got += made;
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

bool unpacker_complete(const struct unpacker *unpacker)
{
    return unpacker->ended;
}
