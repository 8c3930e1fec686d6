// SPDX-License-Identifier: MIT
// EDF, the ESRF data format: text headers in braces, each followed by plain samples.
//
// Format: the "SaxsKeywords" and "EDF" descriptions of the ESRF, and what the fabio library reads and writes
// (https://github.com/silx-kit/fabio). A file is one block after another; a block is "{ key = value ; ... }"
// and the samples of one frame, or of Dim_3 frames. A block without a size of an image before all others is
// the general header, whose entries are defaults for the rest. Samples may also lie in a file of their own
// that the header names. GE detectors (.ge5) write one header with Num_Images, padded to EDF_HeaderSize, and
// all frames behind it.
#include "formats/base/handle.h"
#include "formats/base/plain.h"
#include "formats/base/readers_list.h"
#include "formats/edf/edf_internal.h"
#include "formats/edf/edf_packed.h"

#include "base/companion.h"
#include "base/size.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    MAX_BLOCKS = 1000 * 1000,
};

struct block {
    int64_t header_offset;
    size_t header_bytes;
    int64_t data_offset; // in this file or in that beside
    int64_t data_bytes;  // that the dimensions need
    int64_t present;     // whole samples that are really there
    int64_t next;        // where the next block may begin
    int64_t first_frame;
    int64_t depth, claimed; // frames that the file begins, and those that the header tells of
    int64_t width, height;
    enum sample_type type;
    bool swapped;  // big-endian
    bool counting; // -1 and -2 mark pixels without value
    enum edf_coding coding;
    int64_t stored;     // packed: bytes of the stream
    char *beside;       // path of the file with the samples; NULL for this file
    enum status status; // not STATUS_OK: the frame cannot be shown
};

// Made at open and never changed, so that clones share it.
struct edf_table {
    atomic_int users;
    struct block *blocks;
    size_t count;
    int64_t general_offset; // EDF_MISSING if there is no general header
    char *beside;           // the name beside which blobs are
};

static struct edf_file *edf_file_of(struct image_file *file)
{
    return (struct edf_file *)file; // the base is the first member
}

// --- From the header's words to places and types ---

struct edf_type {
    const char *name;
    enum sample_type type;
};

static const struct edf_type edf_types[] = {
    {"SignedByte", SAMPLE_I8},
    {"Signed8", SAMPLE_I8},
    {"UnsignedByte", SAMPLE_U8},
    {"Unsigned8", SAMPLE_U8},
    {"SignedShort", SAMPLE_I16},
    {"Signed16", SAMPLE_I16},
    {"SignedShortInteger", SAMPLE_I16},
    {"UnsignedShort", SAMPLE_U16},
    {"Unsigned16", SAMPLE_U16},
    {"UnsignedShortInteger", SAMPLE_U16},
    {"SignedInteger", SAMPLE_I32},
    {"Signed32", SAMPLE_I32},
    {"SignedLong", SAMPLE_I32},
    {"SignedLongInteger", SAMPLE_I32},
    {"UnsignedInteger", SAMPLE_U32},
    {"Unsigned32", SAMPLE_U32},
    {"UnsignedLong", SAMPLE_U32},
    {"UnsignedLongInteger", SAMPLE_U32},
    {"Signed64", SAMPLE_I64},
    {"SignedLong64", SAMPLE_I64},
    {"Unsigned64", SAMPLE_U64},
    {"UnsignedLong64", SAMPLE_U64},
    {"FloatValue", SAMPLE_F32},
    {"Float", SAMPLE_F32},
    {"FloatIEEE32", SAMPLE_F32},
    {"Float32", SAMPLE_F32},
    {"DoubleValue", SAMPLE_F64},
    {"Double", SAMPLE_F64},
    {"FloatIEEE64", SAMPLE_F64},
    {"DoubleIEEE64", SAMPLE_F64},
    {"Float64", SAMPLE_F64},
    {"", SAMPLE_U16},
};

static enum status set_type(const struct edf_file *file, const struct edf_fields *fields, struct block *block,
                            struct error *error)
{
    block->swapped = strcasecmp(fields->order, "HighByteFirst") == 0;
    for (size_t i = 0; i < sizeof edf_types / sizeof *edf_types; i++) {
        if (strcasecmp(fields->type, edf_types[i].name) == 0) {
            block->type = edf_types[i].type;
            return STATUS_OK;
        }
    }
    return image_file_refuse(&file->base, "sample type", fields->type, error);
}

// Signed counts of the exact size of a PILATUS (100K to 6M, also the wide ones; Dectris's data sheets) are
// one's, though programs that convert its files may drop all words of it.
static bool has_pilatus_size(const struct block *block)
{
    static const int16_t sizes[][2] = {{487, 195},  {487, 407},   {487, 619},   {981, 1043}, {1475, 195},
                                       {1475, 407}, {1475, 1679}, {2463, 1679}, {2463, 195}, {2463, 2527}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (block->width == sizes[i][0] && block->height == sizes[i][1])
            return true;
    return false;
}

static enum status set_shape(const struct edf_file *file, const struct edf_fields *fields,
                             struct block *block, struct error *error)
{
    const char *path = file->base.path;
    if (fields->damaged)
        return error_set(error, STATUS_BROKEN, "%s: its header has no sensible value for %s", path,
                         fields->damaged);
    if (fields->dim[0] == EDF_MISSING)
        return error_set(error, STATUS_BROKEN, "%s: its header does not tell the image's size (Dim_1)", path);
    block->width = fields->dim[0];
    block->height = fields->dim[1] == EDF_MISSING ? 1 : fields->dim[1];
    block->depth = fields->dim[2] == EDF_MISSING ? 1 : fields->dim[2];
    if (block->width == 0 || block->height == 0 || block->depth == 0)
        return error_set(error, STATUS_BROKEN, "%s: its header tells of an image without pixels", path);
    size_t bytes;
    // Eight bytes a sample, so that the result does not depend on a type that may be unknown.
    if (!size_of_plane(block->width, block->height, 8, &bytes) ||
        !size_multiply(bytes, (size_t)block->depth, &bytes) || bytes > INT64_MAX / 2)
        return error_set(error, STATUS_TOO_LARGE, "%s: the size of its image overflows", path);
    return STATUS_OK;
}

static int64_t plane_bytes(const struct block *block)
{
    return block->width * block->height * (int64_t)sample_traits(block->type)->bytes;
}

// True if there are only blanks and zeros from byte `from` up to `to`.
static bool is_padding(const struct edf_file *file, int64_t from, int64_t to)
{
    char bytes[4096];
    for (; from < to; from += (int64_t)sizeof bytes) {
        const size_t count = (size_t)int64_min(to - from, (int64_t)sizeof bytes);
        if (blob_read(file->base.blob, from, bytes, count, NULL) != STATUS_OK)
            return false;
        for (size_t i = 0; i < count; i++)
            if (bytes[i] != '\0' && edf_skip_space(bytes + i, 1) == 0)
                return false;
    }
    return true;
}

// Where the samples begin: behind the closing brace, or behind padding up to EDF_HeaderSize. That is often
// wrong, so it is believed only where the size of the file speaks for it.
static int64_t data_begin(const struct edf_file *file, const struct edf_fields *fields,
                          const struct block *block)
{
    const int64_t end = block->header_offset + (int64_t)block->header_bytes, frame = plane_bytes(block);
    if (fields->header_size > EDF_MAX_HEADER)
        return end;
    const int64_t said = block->header_offset + fields->header_size;
    if (block->coding != EDF_PLAIN || fields->blob[0] || said <= end || said >= file->bytes ||
        (file->bytes - end) % frame == 0)
        return end;
    const bool fits = (file->bytes - said) % frame == 0 || fields->images > 1;
    return fits && is_padding(file, end, said) ? said : end;
}

// Whether another block begins at or soon behind `offset`.
static bool header_follows(const struct edf_file *file, int64_t offset)
{
    uint8_t head[READER_PROBE_BYTES];
    const size_t count = (size_t)int64_clamp(file->bytes - offset, 0, sizeof head);
    return blob_read(file->base.blob, offset, head, count, NULL) == STATUS_OK &&
           edf_probe(head, count, file->base.path) > 0;
}

// Num_Images may count the files of a series, or blocks with headers of their own: frames follow each other
// here only where there are the bytes of more than one, and no header between them.
static void set_stack(const struct edf_file *file, const struct edf_fields *fields, int64_t begin,
                      struct block *block)
{
    size_t all;
    const int64_t frame = plane_bytes(block);
    const bool alone = fields->dim[2] == EDF_MISSING && block->coding == EDF_PLAIN && !fields->blob[0];
    if (!alone || fields->images <= 1 || (file->bytes - begin) / frame < 2 ||
        header_follows(file, begin + frame))
        return;
    if (size_multiply((size_t)frame, (size_t)fields->images, &all) && all < INT64_MAX / 2)
        block->depth = fields->images;
}

// The block's samples in this file, and where the next block begins.
static void set_place(const struct edf_file *file, const struct edf_fields *fields, int64_t begin,
                      struct block *block)
{
    int64_t said = fields->binary_size != EDF_MISSING ? fields->binary_size : fields->size;
    int64_t extent = block->coding == EDF_PLAIN ? int64_max(said, block->data_bytes) : said;
    block->stored = said > 0 ? int64_min(said, file->bytes - begin) : file->bytes - begin;
    if (fields->blob[0])
        extent = int64_max(fields->binary_size, 0);
    else
        block->data_offset = begin;
    if (extent < 0 || extent >= file->bytes - begin || __builtin_add_overflow(begin, extent, &block->next))
        block->next = file->bytes;
}

// Finds the file of samples beside the header and the room in it.
static enum status set_blob(const struct edf_file *file, const struct edf_fields *fields, struct block *block,
                            int64_t *room, struct error *error)
{
    char *path;
    struct blob *samples;
    enum status status = companion_find(file->table->beside, fields->blob, &path, error);
    if (status != STATUS_OK)
        return status;
    free(block->beside);
    block->beside = path;
    status = blob_open(block->beside, &samples, error);
    if (status != STATUS_OK)
        return status;
    block->data_offset = int64_max(fields->blob_position, 0);
    *room = int64_max(blob_size(samples) - block->data_offset, 0);
    blob_release(&samples);
    if (fields->blob_size > 0)
        *room = int64_min(*room, fields->blob_size);
    return STATUS_OK;
}

static enum status set_present(const struct edf_file *file, struct block *block, int64_t room,
                               struct error *error)
{
    char claimed[32], found[32];
    const int64_t item = (int64_t)sample_traits(block->type)->bytes;
    int64_t there = int64_min(room, block->data_bytes);
    block->present = there / item;
    if (block->present > 0 && !image_file_hopeless(there, plane_bytes(block))) {
        block->depth = int64_ceil_div(block->present * item, plane_bytes(block));
        return STATUS_OK;
    }
    return error_set(
        error, STATUS_BROKEN,
        "%s: the header claims %lld x %lld samples in %lld frames (%s), but there are only %s of data in the file",
        file->base.path, (long long)block->width, (long long)block->height, (long long)block->depth,
        format_bytes(block->data_bytes, claimed, sizeof claimed),
        format_bytes(int64_max(room, 0), found, sizeof found));
}

// Of a packed block all samples count as present; what is not there is found when it is unpacked.
static enum status set_packed(const struct edf_file *file, struct block *block, struct error *error)
{
    const int64_t limit = edf_packed_limit(block->coding, block->type, block->stored);
    block->present = block->width * block->height * block->depth;
    if (block->stored > 0 && !image_file_hopeless(limit, block->data_bytes))
        return STATUS_OK;
    char claimed[32], found[32];
    return error_set(
        error, STATUS_BROKEN,
        "%s: the header claims %lld x %lld samples in %lld frames (%s), which cannot be packed in the %s of data in the file",
        file->base.path, (long long)block->width, (long long)block->height, (long long)block->depth,
        format_bytes(block->data_bytes, claimed, sizeof claimed),
        format_bytes(int64_max(block->stored, 0), found, sizeof found));
}

// Fills the block from the words of its header. On failure block->next is the end of the file, or where the
// next block begins when that can be told.
static enum status block_layout(const struct edf_file *file, const struct edf_fields *fields,
                                struct block *block, struct error *error)
{
    block->next = file->bytes;
    enum status status = set_shape(file, fields, block, error);
    if (status != STATUS_OK)
        return status;
    status = set_type(file, fields, block, error);
    if (status != STATUS_OK)
        return status;
    block->counting = block->type == SAMPLE_I32 && (fields->counting || has_pilatus_size(block));
    const bool known = edf_coding_named(fields->compression, &block->coding);
    if (!known)
        block->coding = EDF_GZIP; // packed in some way: its place is by its own size
    const int64_t begin = data_begin(file, fields, block);
    set_stack(file, fields, begin, block);
    block->claimed = block->depth;
    block->data_bytes = plane_bytes(block) * block->depth;
    set_place(file, fields, begin, block);
    if (!known || (block->coding != EDF_PLAIN && fields->blob[0]))
        return image_file_refuse(&file->base, "compression", fields->compression, error);
    if (block->coding != EDF_PLAIN)
        return set_packed(file, block, error);
    int64_t room = file->bytes - begin;
    if (fields->blob[0])
        status = set_blob(file, fields, block, &room, error);
    return status == STATUS_OK ? set_present(file, block, room, error) : status;
}

// --- The table of blocks ---

// The defaults that the general header gives to every block.
static struct edf_fields general_defaults(const struct edf_fields *general)
{
    struct edf_fields defaults = *general;
    defaults.images = defaults.size = defaults.binary_size = defaults.header_size = EDF_MISSING;
    defaults.version[0] = '\0';
    defaults.damaged = NULL;
    return defaults;
}

static bool is_general(const struct edf_fields *fields)
{
    if (fields->damaged)
        return false;
    return fields->dim[0] == EDF_MISSING ||
           (fields->version[0] && fields->binary_size == 0 && !fields->blob[0]);
}

// Reads the header at `offset` into `block`; the caller frees block->beside.
static enum status block_read(const struct edf_file *file, int64_t offset, const struct edf_fields *defaults,
                              struct edf_fields *fields, struct block *block, struct error *error)
{
    struct edf_header header = {0};
    *fields = *defaults;
    enum status status = edf_header_read(file, offset, &header, fields, error);
    free(header.bytes);
    *block = (struct block){.header_offset = offset, .header_bytes = header.count};
    return status;
}

static void table_release(struct edf_table *table)
{
    if (!table || atomic_fetch_sub(&table->users, 1) != 1)
        return;
    for (size_t i = 0; i < table->count; i++)
        free(table->blocks[i].beside);
    free(table->beside);
    free(table->blocks);
    free(table);
}

static enum status table_add(struct edf_file *file, struct block *block, struct error *error)
{
    struct edf_table *table = file->table;
    if (table->count == MAX_BLOCKS)
        return error_set(error, STATUS_UNSUPPORTED, "%s: has more than a million images", file->base.path);
    if (block->status != STATUS_OK)
        block->depth = 1;
    block->first_frame = file->base.frames;
    if (__builtin_add_overflow(file->base.frames, block->depth, &file->base.frames))
        return error_set(error, STATUS_TOO_LARGE, "%s: the number of its frames overflows", file->base.path);
    if ((table->count & (table->count + 1)) == 0)
        table->blocks = must_resize(table->blocks, (table->count + 1) * 2 * sizeof *table->blocks);
    table->blocks[table->count++] = *block;
    block->beside = NULL;
    return STATUS_OK;
}

// Reads the general header, if there is one; *offset is then behind it.
static enum status scan_general(struct edf_file *file, int64_t *offset, struct edf_fields *defaults,
                                struct error *error)
{
    struct edf_fields fields;
    struct block block;
    enum status status = block_read(file, 0, &edf_no_fields, &fields, &block, error);
    if (status != STATUS_OK || !is_general(&fields))
        return status;
    int64_t behind = (int64_t)block.header_bytes;
    if (fields.binary_size > 0 && fields.binary_size < file->bytes - behind)
        behind += fields.binary_size;
    file->table->general_offset = 0;
    *defaults = general_defaults(&fields);
    *offset = behind;
    return STATUS_OK;
}

// Lists all blocks. What is damaged behind the first frame ends the list.
static enum status scan_blocks(struct edf_file *file, struct error *error)
{
    struct edf_fields defaults = edf_no_fields, fields;
    int64_t offset = 0;
    file->base.frames = 0;
    enum status status = scan_general(file, &offset, &defaults, error);
    while (status == STATUS_OK && offset < file->bytes) {
        bool first = file->table->count == 0;
        struct block block;
        status = block_read(file, offset, &defaults, &fields, &block, first ? error : NULL);
        if (status != STATUS_OK) {
            // White space or other bytes at the end; behind a lone general header they mean no image.
            status = first && status != STATUS_NOT_MINE ? status : STATUS_OK;
            break;
        }
        block.status = block_layout(file, &fields, &block, first ? error : NULL);
        status = first ? block.status : STATUS_OK;
        if (status == STATUS_OK && (block.status == STATUS_OK || fields.dim[0] != EDF_MISSING))
            status = table_add(file, &block, error);
        offset = block.next;
        free(block.beside);
    }
    if (status == STATUS_OK && file->table->count == 0)
        return error_set(error, STATUS_BROKEN, "%s: its header does not tell the image's size (Dim_1)",
                         file->base.path);
    return status;
}

static const struct block *block_of(const struct edf_file *file, int64_t frame)
{
    size_t low = 0, high = file->table->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (file->table->blocks[middle].first_frame <= frame)
            low = middle;
        else
            high = middle;
    }
    return &file->table->blocks[low];
}

// --- Opening ---

static void edf_close(struct image_file *base)
{
    struct edf_file *file = edf_file_of(base);
    edf_packed_destroy(&file->packed);
    table_release(file->table);
    image_file_end(&file->base);
    free(file);
}

static enum status open_content(struct edf_file *file, struct error *error)
{
    file->bytes = blob_size(file->base.blob);
    if (file->bytes == 0)
        return error_set(error, STATUS_NOT_MINE, "%s: is not an EDF file", file->base.path);
    return scan_blocks(file, error);
}

static enum status edf_open(const struct open_request *request, struct image_file **out, struct error *error)
{
    if (request->selector)
        return error_set(error, STATUS_UNSUPPORTED, "%s: an EDF file has no parts to select by \"%s\"",
                         request->path, request->selector);
    struct edf_file *file = must_alloc(sizeof *file);
    enum status status = image_file_begin(&file->base, &edf_reader, request, error);
    file->table = must_alloc(sizeof *file->table);
    file->table->general_offset = EDF_MISSING;
    file->table->beside = must_copy(request->beside ? request->beside : request->path);
    atomic_init(&file->table->users, 1);
    if (status == STATUS_OK)
        status = open_content(file, error);
    if (status != STATUS_OK) {
        edf_close(&file->base);
        return status;
    }
    *out = &file->base;
    return STATUS_OK;
}

static enum status edf_clone(struct image_file *base, struct image_file **out, struct error *error)
{
    const struct edf_file *source = edf_file_of(base);
    (void)error;
    struct edf_file *file = must_alloc(sizeof *file);
    *file = *source;
    image_file_begin_copy(&file->base, base);
    file->packed = NULL;
    atomic_fetch_add(&file->table->users, 1);
    *out = &file->base;
    return STATUS_OK;
}

// Why a block that was listed as faulty cannot be shown: its header is read once more for the sentence.
static enum status explain_fault(const struct edf_file *file, const struct block *block, struct error *error)
{
    struct edf_fields defaults = edf_no_fields, fields;
    struct block again = {0};
    enum status status = STATUS_OK;
    if (file->table->general_offset != EDF_MISSING) {
        status = block_read(file, file->table->general_offset, &edf_no_fields, &fields, &again, error);
        defaults = general_defaults(&fields);
    }
    if (status == STATUS_OK)
        status = block_read(file, block->header_offset, &defaults, &fields, &again, error);
    if (status == STATUS_OK)
        status = block_layout(file, &fields, &again, error);
    free(again.beside);
    return status != STATUS_OK
               ? status
               : error_set(error, block->status, "%s: has changed since it was opened", file->base.path);
}

// --- Pixels ---

// The index within the block of the frame's first sample.
static int64_t frame_first(const struct block *block, int64_t frame)
{
    return (frame - block->first_frame) * block->width * block->height;
}

static enum status edf_frame_info(struct image_file *base, int64_t frame, struct frame_info *info,
                                  struct error *error)
{
    const struct edf_file *file = edf_file_of(base);
    const struct block *block = block_of(file, frame);
    if (block->status != STATUS_OK)
        return explain_fault(file, block, error);
    *info = (struct frame_info){.width = block->width,
                                .height = block->height,
                                .type = block->type,
                                .chunk_width = block->width,
                                .chunk_height = 1,
                                .sequential = block->coding != EDF_PLAIN && block->coding != EDF_BYTE_OFFSET,
                                .sentinels.negative_marks = block->counting};
    snprintf(info->format, sizeof info->format, "EDF");
    snprintf(info->compression, sizeof info->compression, "%s", edf_coding_name(block->coding));
    plain_tell_short(info, block->depth, block->claimed);
    utf8_line(info->samples_in, sizeof info->samples_in, block->beside ? block->beside : "");
    return STATUS_OK;
}

static enum status decode_packed(struct edf_file *file, const struct block *block,
                                 const struct decode_request *request, struct decode_report *report,
                                 struct error *error)
{
    const struct edf_packed_block packed = {.coding = block->coding,
                                            .offset = block->data_offset,
                                            .bytes = block->stored,
                                            .width = block->width,
                                            .rows = block->height * block->depth,
                                            .type = block->type,
                                            .swapped = block->swapped};
    return edf_packed_decode(&file->packed, &file->base, &packed,
                             (request->frame - block->first_frame) * block->height, request, report, error);
}

static enum status edf_decode(struct image_file *base, const struct decode_request *request,
                              struct decode_report *report, struct error *error)
{
    struct edf_file *file = edf_file_of(base);
    const struct block *block = block_of(file, request->frame);
    if (block->coding != EDF_PLAIN)
        return decode_packed(file, block, request, report, error);
    struct plain_samples from = {.path = block->beside ? block->beside : base->path,
                                 .blob = base->blob,
                                 .offset = block->data_offset,
                                 .present = block->present,
                                 .type = block->type,
                                 .swapped = block->swapped};
    struct blob *samples = NULL;
    enum status status = block->beside ? blob_open(block->beside, &samples, error) : STATUS_OK;
    if (status != STATUS_OK)
        return status;
    if (samples)
        from.blob = samples;
    status = plain_decode(&from, frame_first(block, request->frame), block->width, block->width, request,
                          report, error);
    blob_release(&samples);
    return status;
}

// --- Metadata ---

static enum status append_header(const struct edf_file *file, int64_t offset, struct text *out,
                                 struct error *error)
{
    struct edf_header header = {0};
    struct edf_fields fields = edf_no_fields;
    enum status status = edf_header_read(file, offset, &header, &fields, error);
    if (status == STATUS_OK) {
        struct edf_span rest = edf_header_entries(&header), key, value;
        while (edf_entry_next(&rest, &key, &value)) {
            utf8_field(out, key.at, key.count);
            text_append(out, "\t");
            utf8_field(out, value.at, value.count);
            text_append(out, "\n");
        }
    }
    free(header.bytes);
    return status;
}

static enum status edf_metadata(struct image_file *base, int64_t frame, struct text *out, struct error *error)
{
    const struct edf_file *file = edf_file_of(base);
    enum status status = STATUS_OK;
    if (file->table->general_offset != EDF_MISSING)
        status = append_header(file, file->table->general_offset, out, error);
    return status == STATUS_OK ? append_header(file, block_of(file, frame)->header_offset, out, error)
                               : status;
}

// Adds what the header at `offset` says.
static enum status detector_add(const struct edf_file *file, int64_t offset, struct edf_detector *detector,
                                struct error *error)
{
    struct edf_header header = {0};
    struct edf_fields fields = edf_no_fields;
    enum status status = edf_header_read(file, offset, &header, &fields, error);
    if (status == STATUS_OK)
        edf_header_detector(&header, detector);
    free(header.bytes);
    return status;
}

static enum status edf_detector(struct image_file *base, int64_t frame, struct detector_info *info,
                                struct error *error)
{
    const struct edf_file *file = edf_file_of(base);
    struct edf_detector detector = {.offset = {0, 0}};
    enum status status = STATUS_OK;
    detector_info_clear(&detector.info);
    if (file->table->general_offset != EDF_MISSING)
        status = detector_add(file, file->table->general_offset, &detector, error);
    if (status == STATUS_OK)
        status = detector_add(file, block_of(file, frame)->header_offset, &detector, error);
    if (status == STATUS_OK)
        *info = edf_detector_info(&detector);
    return status;
}

static const char *const edf_extensions[] = {"edf", NULL};

const struct reader edf_reader = {
    .name = "edf",
    .description = "EDF",
    .extensions = edf_extensions,
    .media = {.types = "image/x-edf;"},
    .probe = edf_probe,
    .open = edf_open,
    .frame_info = edf_frame_info,
    .decode = edf_decode,
    .clone = edf_clone,
    .metadata = edf_metadata,
    .detector = edf_detector,
    .close = edf_close,
};
