// SPDX-License-Identifier: MIT
// NumPy .npy arrays, versions 1 to 3, read directly.
//
// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html. The last axis is the
// column, the one before it the row; further axes count frames. An array of one axis is one row.
#include "formats/plain.h"
#include "formats/reader.h"
#include "formats/readers_list.h"

#include "base/byteorder.h"
#include "base/file.h"
#include "base/size.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    NPY_MAX_AXES = 32,
    NPY_MAX_HEADER = 64 * 1024,
    COLUMN_BLOCK = 16,           // columns of a Fortran-ordered array that are turned at a time
    COLUMN_ROWS = 1024,          // and rows
    TRUNCATED_MAX_RATIO = 64,    // an array of which less than 1/64 is there is refused, not shown in part
    SMALL_ARRAY_BYTES = 1 << 20, // smaller ones are never refused for that
};

struct npy_file {
    struct image_file base;
    int fd;
    int64_t data_offset;
    int64_t present; // samples that are really there
    enum sample_type type;
    bool swapped; // big-endian
    bool fortran;
    int axes;
    int64_t shape[NPY_MAX_AXES];
    int64_t width, height;
    uint8_t *scratch; // for Fortran order: COLUMN_BLOCK columns
};

static struct npy_file *npy_file_of(struct image_file *file)
{
    return (struct npy_file *)file; // the base is the first member
}

// --- The header: a Python dictionary literal ---

struct parser {
    const char *at, *end;
};

static char peek(struct parser *parser)
{
    while (parser->at < parser->end && (*parser->at == ' ' || *parser->at == '\n' || *parser->at == '\t'))
        parser->at++;
    return parser->at < parser->end ? *parser->at : '\0';
}

static bool take(struct parser *parser, char expected)
{
    if (peek(parser) != expected || expected == '\0')
        return false;
    parser->at++;
    return true;
}

static bool take_word(struct parser *parser, const char *word)
{
    size_t length = strlen(word);
    peek(parser);
    if ((size_t)(parser->end - parser->at) < length || memcmp(parser->at, word, length) != 0)
        return false;
    parser->at += length;
    return true;
}

// A string without escapes of less than `size` bytes.
static bool take_string(struct parser *parser, char *out, size_t size)
{
    char quote = peek(parser);
    size_t count = 0;
    if (quote != '\'' && quote != '"')
        return false;
    for (parser->at++; parser->at < parser->end && *parser->at != quote; parser->at++) {
        if (count + 1 >= size || *parser->at == '\\' || (unsigned char)*parser->at < ' ')
            return false;
        out[count++] = *parser->at;
    }
    out[count] = '\0';
    return take(parser, quote);
}

static bool take_number(struct parser *parser, int64_t *value)
{
    int64_t number = 0;
    if (peek(parser) < '0' || peek(parser) > '9')
        return false;
    for (; parser->at < parser->end && *parser->at >= '0' && *parser->at <= '9'; parser->at++)
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, *parser->at - '0', &number))
            return false;
    if (parser->at < parser->end && *parser->at == 'L') // written by Python 2
        parser->at++;
    *value = number;
    return true;
}

static bool take_shape(struct parser *parser, struct npy_file *file)
{
    if (!take(parser, '('))
        return false;
    while (!take(parser, ')')) {
        if (file->axes == NPY_MAX_AXES || !take_number(parser, &file->shape[file->axes]))
            return false;
        file->axes++;
        if (!take(parser, ',') && peek(parser) != ')')
            return false;
    }
    return true;
}

struct npy_header {
    char descr[32];
    bool has_descr, has_order, has_shape;
    bool structured; // descr is a list: an array of records
};

static bool take_descr(struct parser *parser, struct npy_header *header)
{
    if (peek(parser) == '[' || peek(parser) == '(' || peek(parser) == '{') {
        header->structured = true;
        return true;
    }
    header->has_descr = take_string(parser, header->descr, sizeof header->descr);
    return header->has_descr;
}

static bool take_entry(struct parser *parser, struct npy_file *file, struct npy_header *header)
{
    char key[16];
    if (!take_string(parser, key, sizeof key) || !take(parser, ':'))
        return false;
    if (strcmp(key, "descr") == 0 && !header->has_descr)
        return take_descr(parser, header);
    if (strcmp(key, "shape") == 0 && !header->has_shape)
        return header->has_shape = take_shape(parser, file);
    if (strcmp(key, "fortran_order") != 0 || header->has_order)
        return false;
    file->fortran = take_word(parser, "True");
    return header->has_order = file->fortran || take_word(parser, "False");
}

static enum status parse_dictionary(const char *text, size_t count, struct npy_file *file,
                                    struct npy_header *header, struct error *error)
{
    struct parser parser = {text, text + count};
    bool good = take(&parser, '{');
    while (good && !header->structured && !take(&parser, '}')) {
        good = take_entry(&parser, file, header);
        if (good && !header->structured && !take(&parser, ','))
            good = peek(&parser) == '}';
    }
    if (header->structured)
        return error_set(error, STATUS_UNSUPPORTED, "%s: is an array of records, not of numbers",
                         file->base.path);
    if (!good || peek(&parser) != '\0' || parser.at != parser.end || !header->has_descr ||
        !header->has_order || !header->has_shape)
        return error_set(error, STATUS_BROKEN, "%s: damaged NumPy header", file->base.path);
    return STATUS_OK;
}

struct npy_type {
    const char *name; // without the byte order
    enum sample_type type;
};

static const struct npy_type npy_types[] = {
    {"b1", SAMPLE_U8},  {"?", SAMPLE_U8},   {"u1", SAMPLE_U8},  {"i1", SAMPLE_I8},  {"u2", SAMPLE_U16},
    {"i2", SAMPLE_I16}, {"u4", SAMPLE_U32}, {"i4", SAMPLE_I32}, {"u8", SAMPLE_U64}, {"i8", SAMPLE_I64},
    {"f2", SAMPLE_F16}, {"f4", SAMPLE_F32}, {"f8", SAMPLE_F64},
};

static enum status set_type(const char *descr, struct npy_file *file, struct error *error)
{
    const char *name = descr + (descr[0] && strchr("<>|=", descr[0]) ? 1 : 0);
    file->swapped = descr[0] == '>';
    for (size_t i = 0; i < sizeof npy_types / sizeof *npy_types; i++) {
        if (strcmp(name, npy_types[i].name) == 0) {
            file->type = npy_types[i].type;
            return STATUS_OK;
        }
    }
    if (name[0] == 'O')
        return error_set(error, STATUS_UNSUPPORTED, "%s: holds Python objects; pickled objects are not read",
                         file->base.path);
    struct text clean = {0};
    utf8_clean(&clean, descr, strlen(descr));
    error_set(error, STATUS_UNSUPPORTED, "%s: its sample type \"%s\" is not shown", file->base.path,
              text_string(&clean));
    text_free(&clean);
    return STATUS_UNSUPPORTED;
}

static enum status set_shape(struct npy_file *file, int64_t file_bytes, struct error *error)
{
    size_t total = 1, bytes;
    bool fits = true;
    for (int i = 0; i < file->axes; i++) {
        if (file->shape[i] == 0)
            return error_set(error, STATUS_UNSUPPORTED, "%s: is an empty array", file->base.path);
        fits = fits && size_multiply(total, (size_t)file->shape[i], &total);
    }
    fits = fits && size_multiply(total, sample_traits(file->type)->bytes, &bytes) && bytes <= INT64_MAX;
    if (!fits)
        return error_set(error, STATUS_TOO_LARGE, "%s: the size of the array overflows", file->base.path);
    file->width = file->axes > 0 ? file->shape[file->axes - 1] : 1;
    file->height = file->axes > 1 ? file->shape[file->axes - 2] : 1;
    file->base.frames = (int64_t)total / file->width / file->height;
    int64_t room = file_bytes - file->data_offset;
    file->present = int64_min(room / (int64_t)sample_traits(file->type)->bytes, (int64_t)total);
    char claimed[32], found[32];
    if (file->present > 0 && (bytes <= SMALL_ARRAY_BYTES || (int64_t)bytes / TRUNCATED_MAX_RATIO <= room))
        return STATUS_OK;
    return error_set(
        error, STATUS_BROKEN,
        "%s: the header claims %lld x %lld samples in %lld frames (%s), but there are only %s of data "
        "in the file",
        file->base.path, (long long)file->width, (long long)file->height, (long long)file->base.frames,
        format_bytes((int64_t)bytes, claimed, sizeof claimed), format_bytes(room, found, sizeof found));
}

// --- Opening ---

static int npy_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)path;
    return count >= 8 && memcmp(head, "\x93NUMPY", 6) == 0 ? 100 : 0;
}

static void npy_close(struct image_file *base)
{
    struct npy_file *file = npy_file_of(base);
    if (file->fd >= 0)
        close(file->fd);
    free(file->scratch);
    free(file->base.path);
    free(file);
}

// Finds where the dictionary begins and its length, checked against the file.
static enum status locate_header(struct npy_file *file, int64_t file_bytes, int64_t *start, size_t *count,
                                 struct error *error)
{
    uint8_t head[12] = {0};
    const char *path = file->base.path;
    enum status status =
        file_read_at(file->fd, path, 0, head, (size_t)int64_min(file_bytes, sizeof head), error);
    if (status != STATUS_OK)
        return status;
    if (memcmp(head, "\x93NUMPY", 6) != 0)
        return error_set(error, STATUS_NOT_MINE, "%s: is not a NumPy array file", path);
    if (head[6] < 1 || head[6] > 3)
        return error_set(error, STATUS_UNSUPPORTED, "%s: is of NumPy format version %d.%d; 1 to 3 are known",
                         path, head[6], head[7]);
    *start = head[6] == 1 ? 10 : 12;
    *count = head[6] == 1 ? load_u16le(head + 8) : load_u32le(head + 8);
    if (*start + (int64_t)*count > file_bytes)
        return error_set(error, STATUS_BROKEN, "%s: ends within its header", path);
    if (*count > NPY_MAX_HEADER)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: its header of %zu bytes is longer than any of numbers", path, *count);
    return STATUS_OK;
}

static enum status open_content(struct npy_file *file, struct error *error)
{
    int64_t file_bytes = 0, start = 0;
    size_t count = 0;
    struct npy_header header = {0};
    enum status status = file_open_read(file->base.path, &file->fd, &file_bytes, error);
    if (status == STATUS_OK)
        status = locate_header(file, file_bytes, &start, &count, error);
    if (status != STATUS_OK)
        return status;
    char *text = must_alloc(count + 1);
    status = file_read_at(file->fd, file->base.path, start, text, count, error);
    if (status == STATUS_OK)
        status = parse_dictionary(text, count, file, &header, error);
    free(text);
    file->data_offset = start + (int64_t)count;
    if (status == STATUS_OK)
        status = set_type(header.descr, file, error);
    return status == STATUS_OK ? set_shape(file, file_bytes, error) : status;
}

static enum status npy_open(const struct open_request *request, struct image_file **out, struct error *error)
{
    if (request->selector)
        return error_set(error, STATUS_UNSUPPORTED, "%s: a NumPy array file has no parts to select by [%s]",
                         request->path, request->selector);
    struct npy_file *file = must_alloc(sizeof *file);
    file->base = (struct image_file){.reader = &npy_reader, .path = must_copy(request->path)};
    file->fd = -1;
    enum status status = open_content(file, error);
    if (status != STATUS_OK) {
        npy_close(&file->base);
        return status;
    }
    *out = &file->base;
    return STATUS_OK;
}

static enum status npy_clone(struct image_file *base, struct image_file **out, struct error *error)
{
    const struct npy_file *source = npy_file_of(base);
    struct npy_file *file = must_alloc(sizeof *file);
    *file = *source;
    file->base.path = must_copy(source->base.path);
    file->scratch = NULL;
    file->fd = dup(source->fd);
    if (file->fd < 0) {
        npy_close(&file->base);
        return error_set(error, STATUS_IO, "%s: too many open files", source->base.path);
    }
    *out = &file->base;
    return STATUS_OK;
}

// --- Pixels ---

// Where the samples of a frame are: at first + y * row_step + x * column_step, counted in samples.
struct placement {
    int64_t first, row_step, column_step;
};

static struct placement frame_placement(const struct npy_file *file, int64_t frame)
{
    if (!file->fortran || file->axes < 2)
        return (struct placement){frame * file->width * file->height, file->width, 1};
    // The first axis runs fastest in the file, but frames are counted with the last of their axes fastest.
    struct placement place = {0};
    int64_t step = (int64_t)1;
    for (int i = 0; i < file->axes - 2; i++)
        step *= file->shape[i];
    place.row_step = step;
    place.column_step = step * file->height;
    for (int i = file->axes - 3; i >= 0; i--) {
        step /= file->shape[i];
        place.first += frame % file->shape[i] * step;
        frame /= file->shape[i];
    }
    return place;
}

static enum status npy_frame_info(struct image_file *base, int64_t frame, struct frame_info *info,
                                  struct error *error)
{
    const struct npy_file *file = npy_file_of(base);
    if (frame_placement(file, frame).first >= file->present)
        return error_set(error, STATUS_BROKEN, "%s: the file ends before frame %lld", base->path,
                         (long long)frame);
    *info = (struct frame_info){.width = file->width,
                                .height = file->height,
                                .type = file->type,
                                .chunk_width = file->width,
                                .chunk_height = 1};
    snprintf(info->format, sizeof info->format, "NPY");
    snprintf(info->compression, sizeof info->compression, "none");
    return STATUS_OK;
}

static struct plain_samples samples_of(const struct npy_file *file)
{
    return (struct plain_samples){.path = file->base.path,
                                  .fd = file->fd,
                                  .offset = file->data_offset,
                                  .present = file->present,
                                  .type = file->type,
                                  .swapped = file->swapped};
}

// Reads `rows` samples of one column to scratch; beyond the file's end *there is less than `rows`.
static enum status read_column(struct npy_file *file, int64_t first, int64_t step, int64_t rows, uint8_t *out,
                               int64_t *there, struct error *error)
{
    const struct plain_samples from = samples_of(file);
    size_t item = sample_traits(file->type)->bytes;
    if (step == 1)
        return plain_read(&from, first, rows, out, there, error);
    enum status status = STATUS_OK;
    int64_t got = 1, row = 0;
    for (; row < rows && got > 0 && status == STATUS_OK; row++)
        status = plain_read(&from, first + row * step, 1, out + (size_t)row * item, &got, error);
    *there = got > 0 ? row : row - 1;
    return status;
}

// Turns one block of columns, which are contiguous in the file, into pieces of rows.
static enum status decode_block(struct npy_file *file, const struct decode_request *request,
                                struct rect block, struct decode_report *report, struct error *error)
{
    size_t item = sample_traits(file->type)->bytes;
    const struct plain_samples from = samples_of(file);
    struct placement place = frame_placement(file, request->frame);
    int64_t there[COLUMN_BLOCK];
    for (int64_t x = 0; x < block.width; x++) {
        int64_t first = place.first + (block.x + x) * place.column_step + block.y * place.row_step;
        enum status status = read_column(file, first, place.row_step, block.height,
                                         file->scratch + (size_t)(x * COLUMN_ROWS) * item, &there[x], error);
        if (status != STATUS_OK)
            return status;
    }
    for (int64_t y = 0; y < block.height; y++) {
        int64_t row = block.y - request->rect.y + y, column = block.x - request->rect.x;
        uint8_t *pixels = (uint8_t *)request->pixels + (size_t)row * request->stride + (size_t)column * item;
        uint8_t *classes = request->classes + row * request->rect.width + column;
        for (int64_t x = 0; x < block.width; x++) {
            if (y < there[x])
                memcpy(pixels + (size_t)x * item, file->scratch + (size_t)(x * COLUMN_ROWS + y) * item, item);
            else
                plain_lose(&from, pixels + (size_t)x * item, classes + x, 1, report);
        }
    }
    return STATUS_OK;
}

static enum status decode_columns(struct npy_file *file, const struct decode_request *request,
                                  struct decode_report *report, struct error *error)
{
    struct rect rect = request->rect;
    if (!file->scratch)
        file->scratch = must_alloc((size_t)COLUMN_BLOCK * COLUMN_ROWS * 8);
    for (int64_t y = 0; y < rect.height; y += COLUMN_ROWS) {
        for (int64_t x = 0; x < rect.width; x += COLUMN_BLOCK) {
            if (cancel_requested(request->cancel))
                return STATUS_CANCELLED;
            struct rect block = {rect.x + x, rect.y + y, int64_min(COLUMN_BLOCK, rect.width - x),
                                 int64_min(COLUMN_ROWS, rect.height - y)};
            enum status status = decode_block(file, request, block, report, error);
            if (status != STATUS_OK)
                return status;
        }
    }
    return STATUS_OK;
}

static enum status npy_decode(struct image_file *base, const struct decode_request *request,
                              struct decode_report *report, struct error *error)
{
    struct npy_file *file = npy_file_of(base);
    const struct placement place = frame_placement(file, request->frame);
    if (place.column_step != 1)
        return decode_columns(file, request, report, error);
    const struct plain_samples from = samples_of(file);
    return plain_decode(&from, place.first, place.row_step, file->width, request, report, error);
}

static enum status npy_metadata(struct image_file *base, int64_t frame, struct text *out, struct error *error)
{
    (void)frame, (void)error;
    const struct npy_file *file = npy_file_of(base);
    text_printf(out, "descr\t%s%s\nfortran_order\t%s\nshape\t(", sample_traits(file->type)->name,
                file->swapped ? ", big-endian" : "", file->fortran ? "True" : "False");
    for (int i = 0; i < file->axes; i++)
        text_printf(out, "%s%lld", i ? ", " : "", (long long)file->shape[i]);
    text_append(out, file->axes == 1 ? ",)\n" : ")\n");
    return STATUS_OK;
}

static const char *const npy_extensions[] = {"npy", NULL};

const struct reader npy_reader = {
    .name = "npy",
    .description = "NumPy array",
    .extensions = npy_extensions,
    .probe = npy_probe,
    .open = npy_open,
    .frame_info = npy_frame_info,
    .decode = npy_decode,
    .clone = npy_clone,
    .metadata = npy_metadata,
    .close = npy_close,
};
