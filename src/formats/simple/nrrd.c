// SPDX-License-Identifier: MIT
// NRRD ("nearly raw raster data"), versions 1 to 5, with the samples behind the header or in a file of their
// own.
//
// Format: https://teem.sourceforge.net/nrrd/format.html. Lines of "field: value", "key:=value" and comments
// up to an empty line, then the samples. The first axis runs fastest, so that the axes in the order of
// formats/base/axes.h are those of the header from behind. Where the kind of the first axis says that it is
// of colours, components or complex numbers, it is that of the channels. The selector is a slice, in the
// order of formats/base/axes.h, or a part of complex numbers: "[:,:,*]", "#phase".
#include "formats/base/blob.h"
#include "formats/base/header_table.h"
#include "formats/base/readers_list.h"
#include "formats/packed/packed_file.h"

#include "base/companion.h"
#include "base/size.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    NRRD_MAX_HEADER = 1024 * 1024,
    NRRD_MAX_AXES = 16,
    NRRD_MAX_CHANNELS = 64,
    NRRD_MAX_SKIP = 64 * 1024 * 1024, // of packed data
    NRRD_FIELD = 256,
};

struct nrrd_header {
    char type[NRRD_FIELD], encoding[NRRD_FIELD], endian[NRRD_FIELD], data_file[NRRD_FIELD];
    char kind[NRRD_FIELD]; // of the first axis
    int64_t sizes[NRRD_MAX_AXES];
    int axes;
    int64_t dimension, line_skip, byte_skip;
    size_t bytes; // up to the samples
};

struct nrrd_file {
    struct packed_file packed;
    struct blob *header; // the file that was opened, where the samples are in another
};

// What the user asks for.
struct selection {
    const char *slice; // NULL: none
    int part, channel; // CHANNEL_AUTO: not asked for
};

// --- The header ---

// The text of one line, without its end.
struct line {
    const char *at;
    size_t count;
};

// Takes the next line from *text; false at the end of it.
static bool take_line(const char **text, const char *end, struct line *line)
{
    if (*text >= end)
        return false;
    const char *feed = memchr(*text, '\n', (size_t)(end - *text));
    line->at = *text;
    line->count = (size_t)((feed ? feed : end) - *text);
    *text = feed ? feed + 1 : end;
    if (line->count > 0 && line->at[line->count - 1] == '\r')
        line->count--;
    return true;
}

// Splits "field: value"; *is_key for "key:=value". False for comments and all else.
static bool split_line(struct line line, struct line *field, struct line *value, bool *is_key)
{
    const char *colon = line.count > 0 && line.at[0] != '#' ? memchr(line.at, ':', line.count) : NULL;
    const char *end = line.at + line.count;
    if (!colon)
        return false;
    *is_key = colon + 1 < end && colon[1] == '=';
    *field = (struct line){line.at, (size_t)(colon - line.at)};
    const char *start = colon + (*is_key ? 2 : 1);
    while (start < end && (*start == ' ' || *start == '\t'))
        start++;
    while (end > start && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *value = (struct line){start, (size_t)(end - start)};
    return true;
}

// Field names compare without regard to case and blanks: "data file" is "datafile".
static bool field_is(struct line field, const char *name)
{
    size_t at = 0;
    for (size_t i = 0; i < field.count; i++) {
        if (field.at[i] == ' ')
            continue;
        if (!name[at] || strncasecmp(field.at + i, name + at, 1) != 0)
            return false;
        at++;
    }
    return name[at] == '\0';
}

static bool copy_value(struct line value, char out[NRRD_FIELD])
{
    if (value.count >= NRRD_FIELD || memchr(value.at, 0, value.count))
        return false;
    memcpy(out, value.at, value.count);
    out[value.count] = '\0';
    return true;
}

static bool parse_sizes(struct line value, struct nrrd_header *header)
{
    char words[NRRD_FIELD], *rest = words;
    if (!copy_value(value, words))
        return false;
    header->axes = 0;
    for (char *word; (word = strsep(&rest, " \t"));) {
        if (!*word)
            continue;
        if (header->axes == NRRD_MAX_AXES || !parse_whole(word, &header->sizes[header->axes]) ||
            header->sizes[header->axes] < 1)
            return false;
        header->axes++;
    }
    return header->axes > 0;
}

static bool parse_integer(struct line value, int64_t *number)
{
    char word[NRRD_FIELD];
    return copy_value(value, word) && parse_whole(word, number);
}

// Takes one field; false if its value makes no sense.
static bool apply_field(struct line field, struct line value, struct nrrd_header *header)
{
    if (field_is(field, "dimension"))
        return parse_integer(value, &header->dimension);
    if (field_is(field, "sizes"))
        return parse_sizes(value, header);
    if (field_is(field, "type"))
        return copy_value(value, header->type);
    if (field_is(field, "encoding"))
        return copy_value(value, header->encoding);
    if (field_is(field, "endian"))
        return copy_value(value, header->endian);
    if (field_is(field, "datafile"))
        return copy_value(value, header->data_file);
    if (field_is(field, "lineskip"))
        return parse_integer(value, &header->line_skip) && header->line_skip >= 0;
    if (field_is(field, "byteskip"))
        return parse_integer(value, &header->byte_skip) && header->byte_skip >= -1;
    if (!field_is(field, "kinds"))
        return true;
    value.count = (size_t)int64_min((int64_t)value.count, NRRD_FIELD - 1);
    const char *blank = memchr(value.at, ' ', value.count);
    if (blank)
        value.count = (size_t)(blank - value.at);
    return copy_value(value, header->kind);
}

static enum status header_parse(const char *path, const char *text, size_t count, struct nrrd_header *header,
                                struct error *error)
{
    const char *at = text, *end = text + count;
    struct line line, field = {0}, value;
    bool is_key, good = take_line(&at, end, &line); // the magic
    *header = (struct nrrd_header){0};
    while (good && take_line(&at, end, &line) && line.count > 0)
        if (split_line(line, &field, &value, &is_key) && !is_key)
            good = apply_field(field, value, header);
    header->bytes = (size_t)(at - text);
    if (!good)
        return error_set(error, STATUS_BROKEN, "%s: its header has no sensible value for %.*s", path,
                         (int)int64_min((int64_t)field.count, 40), field.at);
    if (header->axes == 0 || !header->type[0] || !header->encoding[0])
        return error_set(error, STATUS_BROKEN, "%s: its header does not tell the sizes, type or encoding",
                         path);
    if (header->dimension != header->axes && header->dimension != 0) // 0: the sizes alone tell
        return error_set(error, STATUS_BROKEN, "%s: the header tells of %lld dimensions, but of %d sizes",
                         path, (long long)header->dimension, header->axes);
    return STATUS_OK;
}

// The whole header of the file, or its beginning if it is longer than any. The caller frees it.
static enum status header_read(const struct plain_file *file, char **text, size_t *count, struct error *error)
{
    *count = (size_t)int64_min(file->bytes, NRRD_MAX_HEADER);
    *text = must_alloc(*count + 1);
    enum status status = plain_file_header(file, 0, *text, *count, error);
    if (status == STATUS_OK)
        return STATUS_OK;
    free(*text);
    return status;
}

// --- From words to samples ---

// All spellings of each type, between bars.
static const struct {
    const char *names;
    enum sample_type type;
} nrrd_types[] = {
    {"|signed char|int8|int8_t|", SAMPLE_I8},
    {"|char|uchar|unsigned char|uint8|uint8_t|", SAMPLE_U8}, // DS9 writes "char" for its bytes without sign
    {"|short|short int|signed short|signed short int|int16|int16_t|", SAMPLE_I16},
    {"|ushort|unsigned short|unsigned short int|uint16|uint16_t|", SAMPLE_U16},
    {"|int|signed int|int32|int32_t|", SAMPLE_I32},
    {"|uint|unsigned int|uint32|uint32_t|", SAMPLE_U32},
    {"|longlong|long long|long long int|signed long long|signed long long int|int64|int64_t|", SAMPLE_I64},
    {"|ulonglong|unsigned long long|unsigned long long int|uint64|uint64_t|", SAMPLE_U64},
    {"|float|", SAMPLE_F32},
    {"|double|", SAMPLE_F64},
};

static const struct {
    const char *names;
    enum unpack_method method;
    enum sample_coding coding;
    const char *compression;
} nrrd_encodings[] = {
    {"|raw|", UNPACK_STORED, CODING_BINARY, "none"},
    {"|gzip|gz|", UNPACK_GZIP, CODING_BINARY, "gzip"},
    {"|bzip2|bz2|", UNPACK_BZIP2, CODING_BINARY, "bzip2"},
    {"|txt|text|ascii|", UNPACK_STORED, CODING_TEXT, "text"},
    {"|hex|", UNPACK_STORED, CODING_HEX, "hexadecimal"},
};

// True if `word` stands between bars in `names`.
static bool listed(const char *names, const char *word)
{
    size_t length = strlen(word);
    if (length == 0 || strchr(word, '|'))
        return false;
    for (const char *at = strchr(names, '|'); at && at[1]; at = strchr(at + 1, '|'))
        if (strncasecmp(at + 1, word, length) == 0 && at[1 + length] == '|')
            return true;
    return false;
}

static enum status set_type(const struct packed_file *file, const struct nrrd_header *header,
                            enum sample_type *type, struct error *error)
{
    for (size_t i = 0; i < sizeof nrrd_types / sizeof *nrrd_types; i++) {
        if (listed(nrrd_types[i].names, header->type)) {
            *type = nrrd_types[i].type;
            return STATUS_OK;
        }
    }
    return image_file_refuse(&file->plain.base, "sample type", header->type, error);
}

static enum status set_encoding(struct packed_file *file, const struct nrrd_header *header,
                                struct sample_storage *storage, struct error *error)
{
    for (size_t i = 0; i < sizeof nrrd_encodings / sizeof *nrrd_encodings; i++) {
        if (listed(nrrd_encodings[i].names, header->encoding)) {
            storage->method = nrrd_encodings[i].method;
            storage->coding = nrrd_encodings[i].coding;
            storage->swapped = strcasecmp(header->endian, "big") == 0;
            file->compression = nrrd_encodings[i].compression;
            return STATUS_OK;
        }
    }
    return image_file_refuse(&file->plain.base, "encoding", header->encoding, error);
}

// What the kind of the fastest axis tells.
static enum axes_told axes_told_by(const struct nrrd_header *header)
{
    static const char components[] =
        "|RGB-color|RGBA-color|HSV-color|XYZ-color|3-color|4-color|2-vector|3-vector|4-vector|vector|covariant-vector|3-gradient|3-normal|normal|point|list|complex|quaternion|4-quaternion|";
    if (!header->kind[0] || listed("|???|none|", header->kind))
        return AXES_UNTOLD;
    return header->sizes[0] <= NRRD_MAX_CHANNELS && listed(components, header->kind) ? AXES_COLOURS_LAST
                                                                                     : AXES_IMAGE;
}

// What is shown of the channels of a pixel.
static enum status choose_channel(const char *path, const struct nrrd_header *header, const struct axes *axes,
                                  enum axes_told told, const struct selection *selection, bool is_float,
                                  struct channel_choice *choice, struct error *error)
{
    const unsigned count = axes->colours >= 0 ? (unsigned)header->sizes[0] : 1;
    if (count == 2 && is_float && listed("|complex|", header->kind))
        return channels_choose_complex(
            path, selection->part != CHANNEL_AUTO ? selection->part : selection->channel, choice, error);
    if (selection->part != CHANNEL_AUTO)
        return error_set(error, STATUS_USAGE,
                         "%s: holds no complex numbers, which alone have a part to choose", path);
    return channels_choose(path, count, told == AXES_UNTOLD || listed("|RGB-color|RGBA-color|", header->kind),
                           selection->channel, choice, error);
}

// The axes of the header in the order of formats/base/axes.h. False where the samples overflow.
static bool turn_axes(const struct nrrd_header *header, int64_t *dims, int64_t *steps)
{
    int64_t step = 1;
    for (int i = header->axes - 1; i >= 0; i--) {
        dims[i] = header->sizes[header->axes - 1 - i];
        steps[i] = step;
        if (__builtin_mul_overflow(step, dims[i], &step))
            return false;
    }
    return true;
}

// Columns, rows and frames without a slice; the samples of a pixel lie side by side.
static enum status set_shape(const struct packed_file *file, const struct nrrd_header *header,
                             const struct selection *selection, struct plain_layout *layout,
                             struct sample_storage *storage, struct error *error)
{
    const char *path = file->plain.base.path;
    const enum axes_told told = axes_told_by(header);
    int64_t dims[NRRD_MAX_AXES], steps[NRRD_MAX_AXES];
    struct axes axes;
    if (!turn_axes(header, dims, steps))
        return error_set(error, STATUS_TOO_LARGE, "%s: the number of its samples overflows", path);
    axes_choose(dims, header->axes, told, &axes);
    if (selection->slice) // all of the array; the slice is taken when its samples are known to be there
        axes_choose(dims, header->axes, AXES_IMAGE, &axes);
    layout->width = axes_width(&axes);
    layout->height = axes_height(&axes);
    if (!axes_frames(&axes, 0, &layout->frames))
        return error_set(error, STATUS_TOO_LARGE, "%s: the number of its frames overflows", path);
    return choose_channel(path, header, &axes, told, selection, sample_traits(layout->type)->is_float,
                          &storage->channels, error);
}

static enum status take_slice(struct packed_file *file, const struct nrrd_header *header, const char *slice,
                              struct error *error)
{
    int64_t dims[NRRD_MAX_AXES], steps[NRRD_MAX_AXES];
    struct axes axes;
    if (turn_axes(header, dims, steps) && axes_slice(dims, header->axes, slice, &axes))
        return packed_file_arrange(file, &axes, steps, error);
    struct text shape = {0};
    for (int i = 0; i < header->axes; i++)
        text_printf(&shape, "%s%lld", i ? " x " : "", (long long)dims[i]);
    error_set(
        error, STATUS_USAGE,
        "%s: [%s] does not select an image of the array, which is %s (the header's sizes from behind); give an index, \":\", \"a:b\" or \"*\" (frames) for each dimension, two of them ranges for rows and columns",
        file->plain.base.path, slice, text_string(&shape));
    text_free(&shape);
    return STATUS_USAGE;
}

// --- Where the samples are ---

// Goes over to the file of samples that the header names.
static enum status open_detached(struct packed_file *file, const char *name, struct error *error)
{
    const char *path = file->plain.base.path;
    if (strncasecmp(name, "LIST", 4) == 0 || strchr(name, '%'))
        return error_set(
            error, STATUS_UNSUPPORTED,
            "%s: its samples are spread over several files, which is not read; open those as raw:", path);
    char *beside;
    struct blob *samples;
    enum status status = companion_find(path, name, &beside, error);
    if (status != STATUS_OK)
        return status;
    status = blob_open(beside, &samples, error);
    free(beside);
    if (status != STATUS_OK)
        return status;
    blob_release(&file->plain.base.blob);
    file->plain.base.blob = samples;
    file->plain.bytes = blob_size(samples);
    return STATUS_OK;
}

// Moves *offset past `lines` line feeds.
static enum status skip_lines(const struct packed_file *file, int64_t lines, int64_t *offset,
                              struct error *error)
{
    char block[4096];
    while (lines > 0 && *offset < file->plain.bytes) {
        size_t count = (size_t)int64_min(file->plain.bytes - *offset, sizeof block), at = 0;
        enum status status = plain_file_header(&file->plain, *offset, block, count, error);
        if (status != STATUS_OK)
            return status;
        while (lines > 0 && at < count)
            lines -= block[at++] == '\n';
        *offset += (int64_t)at;
    }
    return STATUS_OK;
}

static enum status set_skip(struct packed_file *file, const struct nrrd_header *header,
                            const struct plain_layout *layout, struct sample_storage *storage,
                            struct error *error)
{
    const char *path = file->plain.base.path;
    const int64_t item = (int64_t)sample_traits(layout->type)->bytes;
    const bool binary = storage->coding == CODING_BINARY && storage->method == UNPACK_STORED;
    enum status status = skip_lines(file, header->line_skip, &storage->offset, error);
    if (status != STATUS_OK)
        return status;
    if (header->byte_skip >= 0 && (binary || header->byte_skip <= NRRD_MAX_SKIP)) {
        if (binary && __builtin_add_overflow(storage->offset, header->byte_skip, &storage->offset))
            storage->offset = file->plain.bytes;
        storage->skip = binary ? 0 : header->byte_skip;
        return STATUS_OK;
    }
    // -1: the samples are the last bytes of the file.
    int64_t total;
    if (!binary || header->byte_skip != -1)
        return error_set(error, STATUS_UNSUPPORTED, "%s: a byte skip of %lld is not read with this encoding",
                         path, (long long)header->byte_skip);
    if (__builtin_mul_overflow(layout->width, layout->height, &total) ||
        __builtin_mul_overflow(total, layout->frames, &total) ||
        __builtin_mul_overflow(total, (int64_t)storage->channels.channels * item, &total) ||
        total > file->plain.bytes)
        return error_set(error, STATUS_BROKEN, "%s: its samples cannot be in the %lld bytes of the file",
                         path, (long long)file->plain.bytes);
    storage->offset = file->plain.bytes - total;
    return STATUS_OK;
}

static enum status apply_header(struct packed_file *file, const struct nrrd_header *header,
                                const struct selection *selection, struct error *error)
{
    struct plain_layout layout = {.format = "NRRD"};
    struct sample_storage storage = {.offset = (int64_t)header->bytes};
    enum status status = set_type(file, header, &layout.type, error);
    if (status == STATUS_OK)
        status = set_encoding(file, header, &storage, error);
    if (status == STATUS_OK)
        status = set_shape(file, header, selection, &layout, &storage, error);
    if (status == STATUS_OK && header->data_file[0]) {
        storage.offset = 0;
        status = open_detached(file, header->data_file, error);
    }
    if (status == STATUS_OK)
        status = set_skip(file, header, &layout, &storage, error);
    if (status == STATUS_OK)
        status = packed_file_set(file, &layout, &storage, error);
    return status == STATUS_OK && selection->slice ? take_slice(file, header, selection->slice, error)
                                                   : status;
}

// --- The reader ---

static int nrrd_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)path;
    return count >= 9 && memcmp(head, "NRRD000", 7) == 0 && head[7] >= '1' && head[7] <= '9' ? 100 : 0;
}

static enum status open_content(struct packed_file *file, const struct selection *selection,
                                struct error *error)
{
    char *text;
    size_t count;
    struct nrrd_header header;
    enum status status = header_read(&file->plain, &text, &count, error);
    if (status != STATUS_OK)
        return status;
    if (nrrd_probe((const uint8_t *)text, count, "") == 0)
        status = error_set(error, STATUS_NOT_MINE, "%s: is not an NRRD file", file->plain.base.path);
    else if (text[7] > '5')
        status = error_set(error, STATUS_UNSUPPORTED, "%s: is of NRRD version %c; 1 to 5 are known",
                           file->plain.base.path, text[7]);
    else
        status = header_parse(file->plain.base.path, text, count, &header, error);
    free(text);
    return status == STATUS_OK ? apply_header(file, &header, selection, error) : status;
}

static struct nrrd_file *nrrd_file_of(struct image_file *file)
{
    return (struct nrrd_file *)file; // the base is the first member
}

static void nrrd_close(struct image_file *base)
{
    blob_release(&nrrd_file_of(base)->header);
    packed_file_close(base);
}

static enum status nrrd_clone(struct image_file *base, struct image_file **copy, struct error *error)
{
    const enum status status = packed_file_clone(base, copy, error);
    if (status == STATUS_OK)
        nrrd_file_of(*copy)->header = blob_share(nrrd_file_of(base)->header);
    return status;
}

static enum status read_selected(struct image_file *base, const struct open_request *request,
                                 struct error *error)
{
    char *words = must_copy(request->selector ? request->selector : "");
    struct selection selection = {.channel = request->channel, .part = channels_cut_part(words)};
    char *cut = slice_cut(words);
    selection.slice = cut ? cut : *words ? words : NULL;
    nrrd_file_of(base)->header = blob_share(base->blob);
    const enum status status = open_content(packed_file_of(base), &selection, error);
    free(words);
    return status;
}

static enum status nrrd_open(const struct open_request *request, struct image_file **out, struct error *error)
{
    struct plain_file *file;
    struct open_request whole = *request;
    whole.selector = NULL; // which is ours
    const enum status status = plain_file_open(&whole, &nrrd_reader, sizeof(struct nrrd_file), &file, error);
    if (status != STATUS_OK)
        return status;
    return image_file_complete(&file->base, request, read_selected, out, error);
}

// The fields and keys; the bytes of the handle may be those of another file by now.
static enum status nrrd_metadata(struct image_file *base, int64_t frame, struct text *out,
                                 struct error *error)
{
    (void)frame;
    struct blob *header = nrrd_file_of(base)->header;
    const struct plain_file header_file = {.base = {.path = base->path, .blob = header},
                                           .bytes = blob_size(header)};
    char *text;
    size_t count;
    enum status status = header_read(&header_file, &text, &count, error);
    if (status != STATUS_OK)
        return status;
    const char *at = text;
    struct line line, field, value;
    bool is_key;
    while (take_line(&at, text + count, &line) && line.count > 0) {
        char key[NRRD_FIELD] = "comment";
        if (line.at[0] == '#')
            header_line(out, key, line.at + 1, line.count - 1);
        else if (split_line(line, &field, &value, &is_key) && copy_value(field, key))
            header_line(out, key, value.at, value.count);
    }
    free(text);
    return STATUS_OK;
}

static const char *const nrrd_extensions[] = {"nrrd", "nhdr", NULL};

const struct reader nrrd_reader = {
    .name = "nrrd",
    .description = "NRRD",
    .extensions = nrrd_extensions,
    .media = {.types = "image/x-nrrd;", .magic = "NRRD000"},
    .probe = nrrd_probe,
    .open = nrrd_open,
    .frame_info = packed_file_info,
    .decode = packed_file_decode,
    .clone = nrrd_clone,
    .metadata = nrrd_metadata,
    .close = nrrd_close,
};
