// SPDX-License-Identifier: MIT
// Crystallographic Binary Files: miniCBF of PILATUS and EIGER, byte-offset compressed or uncompressed.
//
// Format: the manual of CBFlib (International Union of Crystallography). A text in CIF syntax holds one or
// more binary sections; each has a MIME header, the bytes 0C 1A 04 D5 and the data. A section is a frame.
// Beamlines write their experiment as lines "# Key value" into the item _array_data.header_contents.
#include "formats/cbf_internal.h"
#include "formats/readers_list.h"

#include "base/byteorder.h"
#include "base/file.h"
#include "base/size.h"
#include "formats/cbf_byte_offset.h"
#include "image/mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CBF_MAX_SECTIONS = 65536,
    BLOCK_BYTES = 64 * 1024,  // read at a time
    BATCH_PIXELS = 16 * 1024, // decoded at a time
};

static const char boundary[] = "--CIF-BINARY-FORMAT-SECTION--";

static struct cbf_file *cbf_file_of(struct image_file *file)
{
    return (struct cbf_file *)file; // the base is the first member
}

// --- Opening ---

static int cbf_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)path;
    return cbf_begins_with((const char *)head, count, "###CBF: VERSION") ? 100 : 0;
}

// Within a block: the boundary at the beginning of a line that is not the one behind the data. NULL if none.
static const char *boundary_in(const char *block, size_t count)
{
    size_t length = sizeof boundary - 1;
    const char *at = block, *end = block + count;
    while ((at = memmem(at, (size_t)(end - at), boundary, length))) {
        bool line = at > block && at[-1] == '\n';
        if (line && end - at > (ptrdiff_t)length && at[length] != '-')
            return at;
        at += length;
    }
    return NULL;
}

// Finds the first boundary at or behind `offset`: *found is its end, or -1 if there is none.
static enum status boundary_find(const struct cbf_file *file, int64_t offset, int64_t *found,
                                 struct error *error)
{
    enum { OVERLAP = sizeof boundary + 1 }; // a newline before and one character behind
    char *block = must_alloc(BLOCK_BYTES);
    enum status status = STATUS_OK;
    *found = -1;
    while (*found < 0 && offset < file->file_bytes) {
        size_t count = (size_t)int64_min(BLOCK_BYTES, file->file_bytes - offset);
        status = file_read_at(file->fd, file->base.path, offset, block, count, error);
        if (status != STATUS_OK)
            break;
        const char *at = boundary_in(block, count);
        if (at)
            *found = offset + (at - block) + (int64_t)sizeof boundary - 1;
        if (count < BLOCK_BYTES)
            break;
        offset += BLOCK_BYTES - OVERLAP;
    }
    free(block);
    return status;
}

// Lists the sections. A later one that cannot be read is a frame that tells why; an unreadable first one is
// the file's failure.
static enum status find_sections(struct cbf_file *file, struct error *error)
{
    int64_t offset = 0, found;
    for (;;) {
        enum status status = boundary_find(file, offset, &found, error);
        if (status != STATUS_OK || found < 0)
            return status;
        if (file->base.frames == CBF_MAX_SECTIONS)
            return error_set(error, STATUS_UNSUPPORTED, "%s: has more than %d binary sections",
                             file->base.path, CBF_MAX_SECTIONS);
        if (file->base.frames == 0)
            file->header_bytes = found - (int64_t)sizeof boundary + 1;
        struct cbf_section section;
        status = cbf_section_read(file, found, &section, file->base.frames == 0 ? error : NULL);
        if (status != STATUS_OK && file->base.frames == 0)
            return status;
        section.bad = status != STATUS_OK;
        size_t used = (size_t)file->base.frames++;
        if ((used & (used - 1)) == 0) // grows at each power of two
            file->sections = must_resize(file->sections, (used ? 2 * used : 1) * sizeof section);
        file->sections[used] = section;
        if (section.data_offset == 0 || section.bytes > file->file_bytes - section.data_offset)
            return STATUS_OK; // where the next one begins is not known, or beyond the end
        offset = section.data_offset + section.bytes;
    }
}

// True if the header is a detector's, whose -1 and -2 are no counts. XDS writes its correction tables with a
// convention of its own; their negative values are values.
static bool header_of_detector(const char *header)
{
    const char *line;
    size_t length;
    bool detector = false;
    while (cbf_next_line(&header, &line, &length)) {
        if (cbf_begins_with(line, length, "# Detector"))
            detector = true;
        static const char item[] = "_array_data.header_convention";
        if (!cbf_begins_with(line, length, item))
            continue;
        line += sizeof item - 1;
        length -= sizeof item - 1;
        cbf_trim(&line, &length, " \t\"'");
        detector = detector || (length > 0 && !strchr("?.", *line) && !cbf_begins_with(line, length, "XDS"));
    }
    return detector;
}

static enum status open_content(struct cbf_file *file, struct error *error)
{
    uint8_t head[16] = {0};
    char *header;
    const char *path = file->base.path;
    enum status status = file_open_read(path, &file->fd, &file->file_bytes, error);
    if (status == STATUS_OK)
        status =
            file_read_at(file->fd, path, 0, head, (size_t)int64_min(file->file_bytes, sizeof head), error);
    if (status != STATUS_OK)
        return status;
    if (cbf_probe(head, sizeof head, path) == 0)
        return error_set(error, STATUS_NOT_MINE, "%s: is not a CBF file", path);
    status = find_sections(file, error);
    if (status != STATUS_OK)
        return status;
    if (file->base.frames == 0)
        return error_set(error, STATUS_BROKEN, "%s: is a CBF text without any image (no binary section)",
                         path);
    status = cbf_read_text(file, 0, int64_min(file->header_bytes, CBF_MAX_HEADER), &header, error);
    if (status != STATUS_OK)
        return status;
    file->detector = header_of_detector(header);
    free(header);
    return STATUS_OK;
}

static void cbf_close(struct image_file *base)
{
    struct cbf_file *file = cbf_file_of(base);
    if (file->fd >= 0)
        close(file->fd);
    free(file->sections);
    free(file->buffer);
    free(file->scratch);
    free(file->base.path);
    free(file);
}

static enum status cbf_open(const struct open_request *request, struct image_file **out, struct error *error)
{
    if (request->selector)
        return error_set(error, STATUS_UNSUPPORTED, "%s: a CBF file has no parts to select by [%s]",
                         request->path, request->selector);
    struct cbf_file *file = must_alloc(sizeof *file);
    file->base = (struct image_file){.reader = &cbf_reader, .path = must_copy(request->path)};
    file->fd = -1;
    file->stream.frame = -1;
    enum status status = open_content(file, error);
    if (status != STATUS_OK) {
        cbf_close(&file->base);
        return status;
    }
    *out = &file->base;
    return STATUS_OK;
}

static enum status cbf_clone(struct image_file *base, struct image_file **out, struct error *error)
{
    const struct cbf_file *source = cbf_file_of(base);
    size_t bytes = (size_t)source->base.frames * sizeof *source->sections;
    struct cbf_file *file = must_alloc(sizeof *file);
    *file = *source;
    file->base.path = must_copy(source->base.path);
    file->sections = memcpy(must_alloc(bytes), source->sections, bytes);
    file->stream = (struct cbf_stream){.frame = -1};
    file->buffer = NULL;
    file->scratch = NULL;
    file->fd = dup(source->fd);
    if (file->fd < 0) {
        cbf_close(&file->base);
        return error_set(error, STATUS_IO, "%s: too many open files", source->base.path);
    }
    *out = &file->base;
    return STATUS_OK;
}

static enum status cbf_frame_info(struct image_file *base, int64_t frame, struct frame_info *info,
                                  struct error *error)
{
    const struct cbf_file *file = cbf_file_of(base);
    struct cbf_section section = file->sections[frame];
    if (section.bad) {
        enum status status = cbf_section_read(file, section.mime_offset, &section, error);
        if (status == STATUS_OK)
            status = error_set(error, STATUS_BROKEN, "%s: was changed while it was open", file->base.path);
        return status;
    }
    *info = (struct frame_info){
        .width = section.width,
        .height = section.height,
        .type = section.type,
        .chunk_width = section.width,
        .chunk_height = 1,
        .sequential = section.compressed,
        .sentinels = {.max_is_no_data = file->detector, .negative_marks = file->detector}};
    snprintf(info->format, sizeof info->format, "CBF");
    snprintf(info->compression, sizeof info->compression, "%s", section.compressed ? "byte offset" : "none");
    return STATUS_OK;
}

// --- Decoding ---

static void stream_restart(struct cbf_file *file, int64_t frame)
{
    file->stream = (struct cbf_stream){.frame = frame};
    if (!file->buffer)
        file->buffer = must_alloc(BLOCK_BYTES);
    if (!file->scratch)
        file->scratch = must_alloc(BATCH_PIXELS * sizeof *file->scratch);
}

// Reads further bytes behind those left in the buffer. The stream has ended when there are none.
static enum status stream_fill(struct cbf_file *file, const struct cbf_section *section, struct error *error)
{
    struct cbf_stream *stream = &file->stream;
    size_t left = stream->end - stream->start;
    memmove(file->buffer, file->buffer + stream->start, left);
    stream->start = 0;
    stream->end = left;
    size_t count = (size_t)int64_min(section->present - stream->taken, (int64_t)(BLOCK_BYTES - left));
    enum status status = STATUS_OK;
    stream->ended = count == 0;
    if (count > 0)
        status = file_read_at(file->fd, file->base.path, section->data_offset + stream->taken,
                              file->buffer + left, count, &stream->loss);
    if (status == STATUS_BROKEN) { // cut while it was open
        stream->ended = true;
        return STATUS_OK;
    }
    if (status != STATUS_OK)
        return error_set(error, status, "%s", stream->loss.text);
    stream->taken += (int64_t)count;
    stream->end += count;
    return STATUS_OK;
}

// Decodes the next values; *got is less than `count` only where the stream ends.
static enum status stream_take(struct cbf_file *file, const struct cbf_section *section, uint32_t *out,
                               size_t count, size_t *got, struct error *error)
{
    struct cbf_stream *stream = &file->stream;
    enum status status = STATUS_OK;
    *got = 0;
    while (*got < count && !stream->ended && status == STATUS_OK) {
        size_t used;
        *got += cbf_byte_offset_decode(file->buffer + stream->start, stream->end - stream->start,
                                       &stream->value, out + *got, count - *got, &used);
        stream->start += used;
        if (*got < count)
            status = stream_fill(file, section, error);
    }
    stream->position += (int64_t)*got;
    return status;
}

// Brings the stream to a pixel: onward from where it stands, or from the beginning. It may end before.
static enum status stream_seek(struct cbf_file *file, const struct cbf_section *section, int64_t frame,
                               int64_t pixel, struct cancel *cancel, struct error *error)
{
    struct cbf_stream *stream = &file->stream;
    if (stream->frame != frame || stream->position > pixel)
        stream_restart(file, frame);
    while (stream->position < pixel && !stream->ended) {
        if (cancel_requested(cancel))
            return STATUS_CANCELLED;
        size_t got, count = (size_t)int64_min(pixel - stream->position, BATCH_PIXELS);
        enum status status = stream_take(file, section, file->scratch, count, &got, error);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

// Copies the low bytes of each value to samples of 1, 2 or 4 bytes.
static void store_samples(const uint32_t *values, size_t count, size_t item, uint8_t *out)
{
    if (item == 4) {
        memcpy(out, values, count * 4);
        return;
    }
    for (size_t i = 0; i < count; i++)
        memcpy(out + i * item, &values[i], item);
}

// Marks pixels whose data are lost.
static void lose_run(uint8_t *pixels, size_t item, uint8_t *classes, int64_t count,
                     struct decode_report *report)
{
    if (count <= 0)
        return;
    memset(pixels, 0, (size_t)count * item);
    memset(classes, MASK_BIT(MASK_BAD), (size_t)count);
    report->any_class = true;
    report->lost_pixels += count;
}

static void tell_loss(const struct cbf_file *file, const struct cbf_section *section,
                      struct decode_report *report)
{
    if (report->lost_pixels == 0 || report->first_loss.status != STATUS_OK)
        return;
    if (section->compressed && file->stream.loss.status != STATUS_OK)
        report->first_loss = file->stream.loss;
    else if (section->compressed)
        error_set(&report->first_loss, STATUS_BROKEN, "%s: the data end after %lld of %lld pixels",
                  file->base.path, (long long)file->stream.position,
                  (long long)(section->width * section->height));
    else
        error_set(&report->first_loss, STATUS_BROKEN, "%s: the data end after %lld of %lld bytes",
                  file->base.path, (long long)section->present, (long long)section->bytes);
}

// Decodes `count` samples from `pixel` on; *there of them exist.
static enum status take_samples(struct cbf_file *file, const struct decode_request *request, int64_t pixel,
                                size_t count, uint8_t *out, size_t *there, struct error *error)
{
    const struct cbf_section *section = &file->sections[request->frame];
    enum status status = stream_seek(file, section, request->frame, pixel, request->cancel, error);
    *there = 0;
    if (status == STATUS_OK && !file->stream.ended)
        status = stream_take(file, section, file->scratch, count, there, error);
    store_samples(file->scratch, *there, sample_traits(section->type)->bytes, out);
    if (status != STATUS_OK)
        file->stream.frame = -1;
    return status;
}

// The same for data without compression.
static enum status read_samples(struct cbf_file *file, const struct decode_request *request, int64_t pixel,
                                size_t count, uint8_t *out, size_t *there, struct error *error)
{
    const struct cbf_section *section = &file->sections[request->frame];
    size_t item = sample_traits(section->type)->bytes;
    int64_t present = section->present / (int64_t)item;
    *there = (size_t)int64_clamp(present - pixel, 0, (int64_t)count);
    enum status status = STATUS_OK;
    if (*there > 0)
        status = file_read_at(file->fd, file->base.path, section->data_offset + pixel * (int64_t)item, out,
                              *there * item, error);
    if (status == STATUS_OK && section->swapped)
        swap_items(out, *there, item);
    return status;
}

static enum status cbf_decode(struct image_file *base, const struct decode_request *request,
                              struct decode_report *report, struct error *error)
{
    struct cbf_file *file = cbf_file_of(base);
    const struct cbf_section *section = &file->sections[request->frame];
    size_t item = sample_traits(section->type)->bytes;
    struct rect rect = request->rect;
    for (int64_t y = 0; y < rect.height; y++) {
        for (int64_t x = 0; x < rect.width; x += BATCH_PIXELS) {
            if (cancel_requested(request->cancel))
                return STATUS_CANCELLED;
            size_t count = (size_t)int64_min(BATCH_PIXELS, rect.width - x), there;
            uint8_t *pixels = (uint8_t *)request->pixels + (size_t)y * request->stride + (size_t)x * item;
            uint8_t *classes = request->classes + y * rect.width + x;
            int64_t pixel = (rect.y + y) * section->width + rect.x + x;
            enum status status = (section->compressed ? take_samples : read_samples)(
                file, request, pixel, count, pixels, &there, error);
            if (status != STATUS_OK)
                return status;
            lose_run(pixels + there * item, item, classes + there, (int64_t)(count - there), report);
        }
    }
    tell_loss(file, section, report);
    return STATUS_OK;
}

static const char *const cbf_extensions[] = {"cbf", NULL};

const struct reader cbf_reader = {
    .name = "cbf",
    .description = "CBF",
    .extensions = cbf_extensions,
    .probe = cbf_probe,
    .open = cbf_open,
    .frame_info = cbf_frame_info,
    .decode = cbf_decode,
    .clone = cbf_clone,
    .metadata = cbf_metadata,
    .close = cbf_close,
};
