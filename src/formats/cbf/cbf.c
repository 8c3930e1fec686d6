// SPDX-License-Identifier: MIT
// Crystallographic Binary Files: miniCBF of PILATUS and EIGER and full imgCIF, in every compression of
// CBFlib.
//
// Format: the manual of CBFlib (International Union of Crystallography). A text in CIF syntax holds one or
// more binary sections; each has a MIME header, the bytes 0C 1A 04 D5 and the data. A section is a frame, or
// several where it has a third dimension. Beamlines write their experiment as lines "# Key value" into the
// item _array_data.header_contents.
#include "formats/base/handle.h"
#include "formats/base/readers_list.h"
#include "formats/cbf/cbf_internal.h"

#include "base/size.h"
#include "formats/base/plain.h"
#include "formats/cbf/cbf_marks.h"
#include "formats/cbf/cbf_stream.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    CBF_MAX_SECTIONS = 65536,
    BLOCK_BYTES = 64 * 1024, // searched at a time
};

static const char boundary[] = "--CIF-BINARY-FORMAT-SECTION--";

static struct cbf_file *cbf_file_of(struct image_file *file)
{
    return (struct cbf_file *)file; // the base is the first member
}

const struct cbf_section *cbf_section_of(const struct cbf_file *file, int64_t frame)
{
    int64_t low = 0, high = file->section_count - 1; // the last section that does not begin behind the frame
    while (low < high) {
        const int64_t middle = high - (high - low) / 2;
        if (file->sections[middle].first_frame <= frame)
            low = middle;
        else
            high = middle - 1;
    }
    return &file->sections[low];
}

// --- Opening ---

static int cbf_probe(const uint8_t *head, size_t count, const char *path)
{
    static const char magic[] = "###CBF: VERSION";
    (void)path;
    return count >= sizeof magic - 1 && strncasecmp((const char *)head, magic, sizeof magic - 1) == 0 ? 100
                                                                                                      : 0;
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
        status = image_file_read(&file->base, offset, block, count, error);
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

static void add_section(struct cbf_file *file, struct cbf_section *section)
{
    const size_t used = (size_t)file->section_count++;
    if (!file->sections || (used & (used - 1)) == 0) // grows at each power of two
        file->sections = must_resize(file->sections, (used ? 2 * used : 1) * sizeof *section);
    if (section->bad)
        section->depth = 1;
    section->first_frame = file->base.frames;
    file->base.frames += section->depth;
    file->sections[used] = *section;
}

// Reads the section behind a boundary and adds it. A later one that cannot be read is a frame that tells why;
// an unreadable first one is the file's failure.
static enum status take_section(struct cbf_file *file, int64_t text_offset, int64_t mime_offset,
                                struct cbf_section *section, struct error *error)
{
    *section = (struct cbf_section){.text_offset = text_offset,
                                    .text_bytes = mime_offset - (int64_t)sizeof boundary + 1 - text_offset,
                                    .mime_offset = mime_offset,
                                    .saturation = NAN};
    const struct cbf_section *before =
        file->section_count > 0 ? &file->sections[file->section_count - 1] : NULL;
    enum status status = cbf_section_read(file, section, before ? NULL : error);
    if (status != STATUS_OK && !before)
        return status;
    section->bad = status != STATUS_OK;
    status = cbf_section_learn(file, before, section, error);
    if (status == STATUS_OK)
        add_section(file, section);
    return status;
}

static enum status find_sections(struct cbf_file *file, struct error *error)
{
    struct cbf_section section;
    int64_t offset = 0, found;
    file->base.frames = 0;
    for (;;) {
        enum status status = boundary_find(file, offset, &found, error);
        if (status != STATUS_OK || found < 0)
            return status;
        if (file->section_count == CBF_MAX_SECTIONS)
            return error_set(error, STATUS_UNSUPPORTED, "%s: has more than %d binary sections",
                             file->base.path, CBF_MAX_SECTIONS);
        status = take_section(file, offset, found, &section, error);
        if (status != STATUS_OK)
            return status;
        if (section.data_offset == 0 || section.bytes > file->file_bytes - section.data_offset)
            return STATUS_OK; // where the next one begins is not known, or beyond the end
        offset = section.data_offset + section.bytes;
    }
}

// Numbers the sections of each data block: they are panels of one detector.
static void number_panels(struct cbf_file *file)
{
    for (int64_t first = 0, end; first < file->section_count; first = end) {
        for (end = first;
             end < file->section_count && file->sections[end].block == file->sections[first].block;)
            end++;
        for (int64_t i = first; i < end; i++) {
            file->sections[i].panel = i - first + 1;
            file->sections[i].panels = end - first;
        }
    }
}

static enum status open_content(struct cbf_file *file, struct error *error)
{
    uint8_t head[16] = {0};
    const char *path = file->base.path;
    enum status status =
        image_file_read(&file->base, 0, head, (size_t)int64_min(file->file_bytes, sizeof head), error);
    if (status != STATUS_OK)
        return status;
    if (cbf_probe(head, sizeof head, path) == 0)
        return error_set(error, STATUS_NOT_MINE, "%s: is not a CBF file", path);
    status = find_sections(file, error);
    if (status != STATUS_OK)
        return status;
    if (file->section_count == 0)
        return error_set(error, STATUS_BROKEN, "%s: is a CBF text without any image (no binary section)",
                         path);
    number_panels(file);
    return STATUS_OK;
}

static void cbf_close(struct image_file *base)
{
    struct cbf_file *file = cbf_file_of(base);
    free(file->sections);
    cbf_marks_drop(file->marks);
    cbf_stream_destroy(file->stream);
    image_file_end(&file->base);
    free(file);
}

static enum status cbf_open(const struct open_request *request, struct image_file **out, struct error *error)
{
    if (request->selector)
        return error_set(error, STATUS_UNSUPPORTED, "%s: a CBF file has no parts to select by \"%s\"",
                         request->path, request->selector);
    struct cbf_file *file = must_alloc(sizeof *file);
    enum status status = image_file_begin(&file->base, &cbf_reader, request, error);
    if (status == STATUS_OK) {
        file->file_bytes = blob_size(file->base.blob);
        status = open_content(file, error);
    }
    if (status != STATUS_OK) {
        cbf_close(&file->base);
        return status;
    }
    file->marks = cbf_marks_create();
    *out = &file->base;
    return STATUS_OK;
}

static enum status cbf_clone(struct image_file *base, struct image_file **out, struct error *error)
{
    (void)error;
    const struct cbf_file *source = cbf_file_of(base);
    size_t bytes = (size_t)source->section_count * sizeof *source->sections;
    struct cbf_file *file = must_alloc(sizeof *file);
    *file = *source;
    image_file_begin_copy(&file->base, base);
    file->sections = memcpy(must_alloc(bytes), source->sections, bytes);
    file->marks = cbf_marks_share(source->marks);
    file->stream = NULL;
    *out = &file->base;
    return STATUS_OK;
}

static enum status cbf_frame_info(struct image_file *base, int64_t frame, struct frame_info *info,
                                  struct error *error)
{
    static const char *const names[CBF_CODING_COUNT] = {"none",      "byte offset", "packed",
                                                        "packed v2", "canonical",   "nibble offset"};
    const struct cbf_file *file = cbf_file_of(base);
    struct cbf_section section = *cbf_section_of(file, frame);
    if (section.bad) {
        enum status status = cbf_section_read(file, &section, error);
        if (status == STATUS_OK)
            status = error_set(error, STATUS_BROKEN, "%s: was changed while it was open", file->base.path);
        return status;
    }
    // Byte offset is decoded so much faster than all else is done with the pixels, that threads gain although
    // each has to pass over what the others decode.
    const bool quick = section.coding == CBF_CODING_NONE || section.coding == CBF_CODING_BYTE_OFFSET;
    *info =
        (struct frame_info){.width = section.width,
                            .height = section.height,
                            .type = section.type,
                            .chunk_width = section.width,
                            .chunk_height = 1,
                            .sequential = !quick,
                            .sentinels = {.max_is_no_data = section.detector,
                                          .negative_marks = section.detector,
                                          .has_saturation = !isnan(section.saturation),
                                          .saturation = isnan(section.saturation) ? 0 : section.saturation}};
    snprintf(info->format, sizeof info->format, "CBF");
    snprintf(info->compression, sizeof info->compression, "%s", names[section.coding]);
    if (section.panels > 1)
        snprintf(info->note, sizeof info->note, "panel %lld of %lld", (long long)section.panel,
                 (long long)section.panels);
    return STATUS_OK;
}

// --- Decoding ---

// Decodes rows by the stream, several at once where they follow each other in memory too.
static enum status decode_compressed(struct cbf_file *file, const struct cbf_section *section, int64_t first,
                                     const struct plain_samples *plain, const struct decode_request *request,
                                     struct decode_report *report, struct error *error)
{
    const struct rect rect = request->rect;
    const size_t item = sample_traits(section->type)->bytes;
    const bool joined = rect.width == section->width && request->stride == (size_t)rect.width * item;
    const int64_t rows = joined ? rect.height : 1;
    if (!file->stream)
        file->stream =
            cbf_stream_create(&(struct cbf_stream_source){file->base.blob, file->sections, file->marks});
    for (int64_t y = 0; y < rect.height; y += rows) {
        const int64_t count = rows * rect.width;
        uint8_t *pixels = (uint8_t *)request->pixels + (size_t)y * request->stride;
        const struct cbf_values wanted = {.section = section - file->sections,
                                          .first = first + (rect.y + y) * section->width + rect.x,
                                          .count = count,
                                          .out = pixels,
                                          .cancel = request->cancel};
        int64_t there;
        enum status status = cbf_stream_read(file->stream, &wanted, &there, error);
        if (status != STATUS_OK)
            return status;
        if (there < count && report->first_loss.status == STATUS_OK)
            cbf_stream_tell(file->stream, &report->first_loss);
        plain_lose(plain, pixels + (size_t)there * item, request->classes + y * rect.width + there,
                   count - there, report);
    }
    return STATUS_OK;
}

static enum status cbf_decode(struct image_file *base, const struct decode_request *request,
                              struct decode_report *report, struct error *error)
{
    struct cbf_file *file = cbf_file_of(base);
    const struct cbf_section *section = cbf_section_of(file, request->frame);
    const size_t item = sample_traits(section->type)->bytes;
    const int64_t first = (request->frame - section->first_frame) * section->width * section->height;
    const struct plain_samples plain = {.path = file->base.path,
                                        .blob = base->blob,
                                        .offset = section->data_offset,
                                        .present = section->present / (int64_t)item,
                                        .type = section->type,
                                        .swapped = section->swapped};
    return section->coding == CBF_CODING_NONE
               ? plain_decode(&plain, first, section->width, section->width, request, report, error)
               : decode_compressed(file, section, first, &plain, request, report, error);
}

static const char *const cbf_extensions[] = {"cbf", NULL};

const struct reader cbf_reader = {
    .name = "cbf",
    .description = "CBF",
    .extensions = cbf_extensions,
    .media = {.types = "image/x-cbf;", .magic = "###CBF"},
    .probe = cbf_probe,
    .open = cbf_open,
    .frame_info = cbf_frame_info,
    .decode = cbf_decode,
    .clone = cbf_clone,
    .metadata = cbf_metadata,
    .detector = cbf_detector,
    .verify = cbf_verify,
    .close = cbf_close,
};
