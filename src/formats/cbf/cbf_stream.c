// SPDX-License-Identifier: MIT
// Reads compressed bytes in blocks and runs the decoder of the section's coding over them.
#include "formats/cbf/cbf_stream.h"

#include "base/size.h"
#include "base/text.h"
#include "formats/cbf/cbf_byte_offset.h"
#include "formats/cbf/cbf_marks.h"

#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_BYTES = 128 * 1024, // read at a time
    BATCH = 8 * 1024,         // values decoded at a time
};

struct cbf_stream {
    struct cbf_stream_source from;
    int64_t section;  // -1: none
    int64_t position; // values decoded
    int64_t taken;    // bytes of the section that were read into the buffer, or passed over
    int64_t step;     // values from mark to mark
    uint64_t bit;     // the place in the buffer
    size_t end;       // bytes in the buffer
    bool ended;       // there are no further values
    struct cbf_coder coder;
    struct cbf_codes *codes;
    uint32_t *row, *plane;
    struct error loss; // why, when the file was cut while it was open
    union {
        uint32_t narrow[BATCH];
        uint64_t wide[BATCH];
    } scratch;
    uint8_t buffer[BLOCK_BYTES + CBF_CODING_SLACK];
};

struct cbf_stream *cbf_stream_create(const struct cbf_stream_source *source)
{
    struct cbf_stream *stream = must_alloc(sizeof *stream);
    stream->from = *source;
    stream->section = -1;
    return stream;
}

static void free_values(struct cbf_stream *stream)
{
    free(stream->codes);
    free(stream->row);
    free(stream->plane);
    stream->codes = NULL;
    stream->row = stream->plane = NULL;
}

void cbf_stream_destroy(struct cbf_stream *stream)
{
    if (!stream)
        return;
    free_values(stream);
    free(stream);
}

// --- bytes ---

// Reads further bytes behind those left in the buffer. The stream has ended when there are none.
static enum status fill(struct cbf_stream *stream, struct error *error)
{
    const struct cbf_section *section = &stream->from.sections[stream->section];
    const size_t used = (size_t)int64_min((int64_t)(stream->bit / 8), (int64_t)stream->end);
    const size_t left = stream->end - used;
    memmove(stream->buffer, stream->buffer + used, left);
    stream->bit -= 8 * used;
    stream->end = left;
    const size_t count = (size_t)int64_min(section->present - stream->taken, (int64_t)(BLOCK_BYTES - left));
    enum status status = STATUS_OK;
    stream->ended = count == 0;
    if (count > 0)
        status = blob_read(stream->from.blob, section->data_offset + stream->taken, stream->buffer + left,
                           count, &stream->loss);
    if (status == STATUS_BROKEN) { // cut while it was open
        stream->ended = true;
        return STATUS_OK;
    }
    if (status != STATUS_OK)
        return error_set(error, status, "%s", stream->loss.text);
    stream->taken += (int64_t)count;
    stream->end += count;
    memset(stream->buffer + stream->end, 0, CBF_CODING_SLACK);
    return STATUS_OK;
}

// True when all bytes of the section are in the buffer.
static bool is_last_block(const struct cbf_stream *stream)
{
    return stream->taken == stream->from.sections[stream->section].present;
}

// --- values ---

// Stores the low bytes of each value as samples of 1, 2, 4 or 8 bytes.
static void store(const void *values, size_t value_bytes, size_t count, size_t item, uint8_t *out)
{
    if (item == value_bytes) {
        memcpy(out, values, count * item);
        return;
    }
    for (size_t i = 0; i < count; i++)
        memcpy(out + i * item, (const uint8_t *)values + i * value_bytes, item);
}

static size_t take_byte_offset(struct cbf_stream *stream, size_t item, size_t count, uint8_t *out)
{
    const uint8_t *bytes = stream->buffer + stream->bit / 8;
    const size_t size = stream->end - (size_t)(stream->bit / 8);
    size_t used, got;
    if (item == 8) {
        got = cbf_byte_offset_wide(bytes, size, &stream->coder.value, stream->scratch.wide, count, &used);
        store(stream->scratch.wide, 8, got, item, out);
    } else {
        // Samples of 32 bits are decoded where they belong.
        uint32_t value = (uint32_t)stream->coder.value;
        uint32_t *values =
            item == 4 && (uintptr_t)out % 4 == 0 ? (uint32_t *)(void *)out : stream->scratch.narrow;
        got = cbf_byte_offset_decode(bytes, size, &value, values, count, &used);
        stream->coder.value = value;
        if ((uint8_t *)values != out)
            store(values, 4, got, item, out);
    }
    stream->bit += 8 * used;
    return got;
}

static size_t take_bits(struct cbf_stream *stream, size_t item, size_t count, uint8_t *out)
{
    const bool last = is_last_block(stream);
    if (!last && stream->end < CBF_CODING_SLACK)
        return 0;
    const uint64_t end = 8 * (uint64_t)(last ? stream->end : stream->end - CBF_CODING_SLACK);
    size_t got = 0;
    while (got < count && !stream->coder.broken) {
        // One at a time near the end of the data, where a value may turn out to reach beyond it.
        const bool near_end = last && stream->bit + 8 * (uint64_t)CBF_CODING_SLACK >= end;
        size_t one = cbf_coder_take(&stream->coder, stream->buffer, &stream->bit,
                                    last && !near_end ? end - 8 * (uint64_t)CBF_CODING_SLACK : end,
                                    stream->scratch.wide,
                                    near_end ? 1 : (size_t)int64_min((int64_t)(count - got), BATCH));
        if (one == 0 || (last && stream->bit > end))
            break;
        store(stream->scratch.wide, 8, one, item, out + got * item);
        got += one;
    }
    return got;
}

// A mark keeps a row, which is not all that planes need.
static void leave_mark(struct cbf_stream *stream)
{
    if (stream->plane)
        return;
    const int64_t before = stream->taken - (int64_t)stream->end;
    const struct cbf_mark mark = {
        .position = stream->position, .bit = 8 * before + (int64_t)stream->bit, .coder = stream->coder};
    cbf_marks_note(stream->from.marks, stream->section, &mark);
}

// Decodes the next values; *got is less than `count` only where the stream ends.
static enum status take(struct cbf_stream *stream, uint8_t *out, size_t count, size_t *got,
                        struct error *error)
{
    const struct cbf_section *section = &stream->from.sections[stream->section];
    const size_t item = sample_traits(section->type)->bytes;
    const bool by_bytes = section->coding == CBF_CODING_BYTE_OFFSET;
    enum status status = STATUS_OK;
    *got = 0;
    while (*got < count && !stream->ended && status == STATUS_OK) {
        uint8_t *at = out + *got * item;
        const size_t made = by_bytes ? take_byte_offset(stream, item, count - *got, at)
                                     : take_bits(stream, item, count - *got, at);
        *got += made;
        if (*got == count)
            break;
        if (!by_bytes && (stream->coder.broken || (made == 0 && is_last_block(stream))))
            stream->ended = true;
        else
            status = fill(stream, error);
    }
    stream->position += (int64_t)*got;
    if (stream->position % stream->step == 0 && *got > 0)
        leave_mark(stream);
    return status;
}

// --- places ---

static enum status no_memory(const struct cbf_stream *stream, struct error *error)
{
    return error_set(error, STATUS_NO_MEMORY, "%s: not enough memory to decode the image",
                     blob_name(stream->from.blob));
}

// Passes over the header of packed and canonical data and reads the table of the latter.
static enum status read_prefix(struct cbf_stream *stream, struct error *error)
{
    enum status status = fill(stream, error);
    size_t used = 0;
    if (status != STATUS_OK)
        return status;
    stream->bit = 8 * (uint64_t)CBF_CODING_HEADER_BYTES;
    if (stream->end < CBF_CODING_HEADER_BYTES)
        stream->ended = true;
    else if (stream->coder.coding == CBF_CODING_CANONICAL) {
        stream->codes = cbf_codes_read(stream->buffer + CBF_CODING_HEADER_BYTES,
                                       stream->end - CBF_CODING_HEADER_BYTES, &used);
        stream->bit += 8 * used;
        stream->coder.codes = stream->codes;
        stream->ended = !stream->codes;
    }
    return STATUS_OK;
}

// The memory of predictions from neighbours.
static enum status make_values(struct cbf_stream *stream, const struct cbf_section *section,
                               struct error *error)
{
    const bool planes = section->neighbours && section->depth > 1;
    struct cbf_coder *coder = &stream->coder;
    coder->plane_size = section->width * section->height;
    coder->uncorrelated = section->uncorrelated;
    if (section->neighbours)
        coder->row = stream->row = calloc((size_t)section->width, sizeof *stream->row);
    if (planes)
        coder->plane = stream->plane = calloc((size_t)coder->plane_size, sizeof *stream->plane);
    const bool good = (stream->row || !section->neighbours) && (stream->plane || !planes);
    return good ? STATUS_OK : no_memory(stream, error);
}

// Begins the section anew.
static enum status restart(struct cbf_stream *stream, int64_t index, struct error *error)
{
    const struct cbf_section *section = &stream->from.sections[index];
    free_values(stream);
    stream->section = index;
    stream->position = stream->taken = 0;
    stream->bit = 0;
    stream->end = 0;
    stream->ended = false;
    stream->loss = (struct error){0};
    stream->coder = (struct cbf_coder){.coding = section->coding,
                                       .element_bits = 8 * (unsigned)sample_traits(section->type)->bytes,
                                       .width = section->width};
    stream->step =
        cbf_marks_choose(stream->from.marks, index, section->width, section->height * section->depth);
    const enum status status = make_values(stream, section, error);
    if (status != STATUS_OK)
        return status;
    const bool has_prefix =
        section->coding != CBF_CODING_BYTE_OFFSET && section->coding != CBF_CODING_NIBBLE_OFFSET;
    return has_prefix ? read_prefix(stream, error) : STATUS_OK;
}

// Goes on at the last mark before the value, if that is nearer than where the stream stands.
static void jump(struct cbf_stream *stream, int64_t value)
{
    struct cbf_mark mark = {.coder = {.row = stream->row, .codes = stream->codes}};
    if (value - stream->position < stream->step ||
        !cbf_marks_find(stream->from.marks, stream->section, value, stream->position, &mark))
        return;
    stream->position = mark.position;
    stream->coder = mark.coder;
    stream->taken = mark.bit / 8;
    stream->bit = (uint64_t)mark.bit % 8;
    stream->end = 0;
    stream->ended = false;
}

static enum status seek(struct cbf_stream *stream, int64_t index, int64_t value, struct cancel *cancel,
                        struct error *error)
{
    enum status status = STATUS_OK;
    if (stream->section != index || stream->position > value)
        status = restart(stream, index, error);
    if (status == STATUS_OK && !stream->ended)
        jump(stream, value);
    uint8_t passed[BATCH * sizeof(uint64_t)];
    while (status == STATUS_OK && stream->position < value && !stream->ended) {
        if (cancel_requested(cancel))
            return STATUS_CANCELLED;
        const int64_t to_mark = stream->step - stream->position % stream->step;
        size_t got;
        status = take(stream, passed, (size_t)int64_min(int64_min(value - stream->position, BATCH), to_mark),
                      &got, error);
    }
    return status;
}

enum status cbf_stream_read(struct cbf_stream *stream, const struct cbf_values *wanted, int64_t *there,
                            struct error *error)
{
    const size_t item = sample_traits(stream->from.sections[wanted->section].type)->bytes;
    enum status status = seek(stream, wanted->section, wanted->first, wanted->cancel, error);
    *there = 0;
    while (status == STATUS_OK && *there < wanted->count && !stream->ended) {
        if (cancel_requested(wanted->cancel))
            status = STATUS_CANCELLED;
        const int64_t to_mark = stream->step - stream->position % stream->step;
        size_t got = 0;
        if (status == STATUS_OK)
            status = take(stream, (uint8_t *)wanted->out + (size_t)*there * item,
                          (size_t)int64_min(int64_min(wanted->count - *there, BATCH), to_mark), &got, error);
        *there += (int64_t)got;
    }
    if (status != STATUS_OK)
        stream->section = -1;
    return status;
}

void cbf_stream_tell(const struct cbf_stream *stream, struct error *loss)
{
    const struct cbf_section *section = &stream->from.sections[stream->section];
    const long long position = stream->position, all = section->width * section->height * section->depth;
    if (stream->loss.status != STATUS_OK)
        *loss = stream->loss;
    else if (stream->coder.broken)
        error_set(loss, STATUS_BROKEN, "%s: the compressed data make no sense behind %lld of %lld pixels",
                  blob_name(stream->from.blob), position, all);
    else
        error_set(loss, STATUS_BROKEN, "%s: the data end after %lld of %lld pixels",
                  blob_name(stream->from.blob), position, all);
}
