// SPDX-License-Identifier: MIT
// Packed blocks by the unpacker of sample streams, byte offset by the decoder of CBF.
#include "formats/edf/edf_packed.h"

#include "base/size.h"
#include "formats/base/plain.h"
#include "formats/cbf/cbf_marks.h"
#include "formats/cbf/cbf_stream.h"
#include "formats/packed/sample_stream.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *name; // as a part of the header's word
    const char *shown;
    enum unpack_method method;
} codings[EDF_CODING_COUNT] = {
    [EDF_PLAIN] = {"", "none", UNPACK_STORED},   [EDF_GZIP] = {"gzip", "gzip", UNPACK_GZIP},
    [EDF_ZLIB] = {"z", "zlib", UNPACK_GZIP}, // zlib's header is told from that of gzip by itself
    [EDF_BZIP2] = {"bz", "bzip2", UNPACK_BZIP2}, [EDF_BYTE_OFFSET] = {"offset", "byte offset", UNPACK_STORED},
};

struct edf_packed {
    struct edf_packed_block block;
    struct sample_stream *stream;
    // Byte offset, which is a coding of CBF: the block as its only section.
    struct cbf_section section;
    struct cbf_marks *marks;
    struct cbf_stream *bytes;
};

bool edf_coding_named(const char *name, enum edf_coding *coding)
{
    static const char *const plain[] = {"", "None", "No", "UnCompressed"};
    static const enum edf_coding order[] = {EDF_BYTE_OFFSET, EDF_GZIP, EDF_BZIP2, EDF_ZLIB};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (strcasecmp(name, plain[i]) == 0) {
            *coding = EDF_PLAIN;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        if (strcasestr(name, codings[order[i]].name)) {
            *coding = order[i];
            return true;
        }
    }
    return false;
}

const char *edf_coding_name(enum edf_coding coding)
{
    return codings[coding].shown;
}

int64_t edf_packed_limit(enum edf_coding coding, enum sample_type type, int64_t stored)
{
    int64_t limit;
    if (coding != EDF_BYTE_OFFSET)
        return unpack_limit(codings[coding].method, stored);
    return __builtin_mul_overflow(stored, (int64_t)sample_traits(type)->bytes, &limit) ? INT64_MAX : limit;
}

void edf_packed_destroy(struct edf_packed **packed)
{
    if (!*packed)
        return;
    sample_stream_destroy((*packed)->stream);
    cbf_stream_destroy((*packed)->bytes);
    cbf_marks_drop((*packed)->marks);
    free(*packed);
    *packed = NULL;
}

static struct edf_packed *packed_create(const struct image_file *file, const struct edf_packed_block *block)
{
    struct edf_packed *packed = must_alloc(sizeof *packed);
    packed->block = *block;
    if (block->coding == EDF_BYTE_OFFSET) {
        packed->section = (struct cbf_section){.data_offset = block->offset,
                                               .bytes = block->bytes,
                                               .present = block->bytes,
                                               .width = block->width,
                                               .height = block->rows,
                                               .depth = 1,
                                               .type = block->type,
                                               .coding = CBF_CODING_BYTE_OFFSET};
        packed->marks = cbf_marks_create();
        packed->bytes =
            cbf_stream_create(&(struct cbf_stream_source){file->blob, &packed->section, packed->marks});
        return packed;
    }
    const struct sample_storage storage = {.offset = block->offset,
                                           .bytes = block->bytes,
                                           .method = codings[block->coding].method,
                                           .coding = CODING_BINARY,
                                           .swapped = block->swapped,
                                           .channels = {.channels = 1}};
    packed->stream = sample_stream_create(file->blob, file->path, &storage, block->width, block->type);
    return packed;
}

static enum status decode_byte_offset(struct edf_packed *packed, const char *path, int64_t first_row,
                                      const struct decode_request *request, struct decode_report *report,
                                      struct error *error)
{
    const struct edf_packed_block *block = &packed->block;
    const size_t item = sample_traits(block->type)->bytes;
    const struct plain_samples kind = {.path = path, .type = block->type};
    const struct rect rect = request->rect;
    for (int64_t y = 0; y < rect.height; y++) {
        uint8_t *pixels = (uint8_t *)request->pixels + (size_t)y * request->stride;
        const struct cbf_values wanted = {.first = (first_row + rect.y + y) * block->width + rect.x,
                                          .count = rect.width,
                                          .out = pixels,
                                          .cancel = request->cancel};
        int64_t there;
        enum status status = cbf_stream_read(packed->bytes, &wanted, &there, error);
        if (status != STATUS_OK)
            return status;
        if (there < rect.width && report->first_loss.status == STATUS_OK)
            cbf_stream_tell(packed->bytes, &report->first_loss);
        plain_lose(&kind, pixels + (size_t)there * item, request->classes + y * rect.width + there,
                   rect.width - there, report);
    }
    return STATUS_OK;
}

enum status edf_packed_decode(struct edf_packed **packed, const struct image_file *file,
                              const struct edf_packed_block *block, int64_t first_row,
                              const struct decode_request *request, struct decode_report *report,
                              struct error *error)
{
    if (*packed && (*packed)->block.offset != block->offset)
        edf_packed_destroy(packed);
    if (!*packed)
        *packed = packed_create(file, block);
    if (block->coding == EDF_BYTE_OFFSET)
        return decode_byte_offset(*packed, file->path, first_row, request, report, error);
    return rows_decode(sample_stream_rows((*packed)->stream), first_row, request, report, error);
}
