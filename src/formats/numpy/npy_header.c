// SPDX-License-Identifier: MIT
// The header of NumPy arrays: a Python dictionary literal, parsed and never evaluated.
//
// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
#include "formats/numpy/npy_internal.h"

#include "base/byteorder.h"
#include "base/size.h"

#include <string.h>

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

static bool take_shape(struct parser *parser, struct npy_array *array)
{
    if (!take(parser, '('))
        return false;
    while (!take(parser, ')')) {
        if (array->rank == NPY_MAX_AXES || !take_number(parser, &array->shape[array->rank]))
            return false;
        array->rank++;
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

static bool take_entry(struct parser *parser, struct npy_array *array, struct npy_header *header)
{
    char key[16];
    if (!take_string(parser, key, sizeof key) || !take(parser, ':'))
        return false;
    if (strcmp(key, "descr") == 0 && !header->has_descr)
        return take_descr(parser, header);
    if (strcmp(key, "shape") == 0 && !header->has_shape)
        return header->has_shape = take_shape(parser, array);
    if (strcmp(key, "fortran_order") != 0 || header->has_order)
        return false;
    array->fortran = take_word(parser, "True");
    return header->has_order = array->fortran || take_word(parser, "False");
}

static enum status parse_dictionary(const char *name, const char *text, size_t count, struct npy_array *array,
                                    struct npy_header *header, struct error *error)
{
    struct parser parser = {text, text + count};
    bool good = take(&parser, '{');
    while (good && !header->structured && !take(&parser, '}')) {
        good = take_entry(&parser, array, header);
        if (good && !header->structured && !take(&parser, ','))
            good = peek(&parser) == '}';
    }
    if (header->structured)
        return error_set(error, STATUS_UNSUPPORTED, "%s: is an array of records, not of numbers", name);
    if (!good || peek(&parser) != '\0' || parser.at != parser.end || !header->has_descr ||
        !header->has_order || !header->has_shape)
        return error_set(error, STATUS_BROKEN, "%s: damaged NumPy header", name);
    return STATUS_OK;
}

struct npy_type {
    const char *name; // without the byte order
    enum sample_type type;
    bool complex;
};

static const struct npy_type npy_types[] = {
    {"b1", SAMPLE_U8, false},
    {"?", SAMPLE_U8, false},
    {"u1", SAMPLE_U8, false},
    {"i1", SAMPLE_I8, false},
    {"u2", SAMPLE_U16, false},
    {"i2", SAMPLE_I16, false},
    {"u4", SAMPLE_U32, false},
    {"i4", SAMPLE_I32, false},
    {"u8", SAMPLE_U64, false},
    {"i8", SAMPLE_I64, false},
    {"f2", SAMPLE_F16, false},
    {"f4", SAMPLE_F32, false},
    {"f8", SAMPLE_F64, false},
    {"c8", SAMPLE_F32, true},
    {"c16", SAMPLE_F64, true},
    // NumPy's other names of the same types, as programs that are not NumPy may write them.
    {"bool", SAMPLE_U8, false},
    {"uint8", SAMPLE_U8, false},
    {"int8", SAMPLE_I8, false},
    {"uint16", SAMPLE_U16, false},
    {"int16", SAMPLE_I16, false},
    {"uint32", SAMPLE_U32, false},
    {"int32", SAMPLE_I32, false},
    {"uint64", SAMPLE_U64, false},
    {"int64", SAMPLE_I64, false},
    {"float16", SAMPLE_F16, false},
    {"float32", SAMPLE_F32, false},
    {"float64", SAMPLE_F64, false},
    {"complex64", SAMPLE_F32, true},
    {"complex128", SAMPLE_F64, true},
    {"B", SAMPLE_U8, false},
    {"b", SAMPLE_I8, false},
    {"H", SAMPLE_U16, false},
    {"h", SAMPLE_I16, false},
    {"I", SAMPLE_U32, false},
    {"i", SAMPLE_I32, false},
    {"Q", SAMPLE_U64, false},
    {"q", SAMPLE_I64, false},
    {"L", SAMPLE_U64, false},
    {"l", SAMPLE_I64, false},
    {"e", SAMPLE_F16, false},
    {"f", SAMPLE_F32, false},
    {"d", SAMPLE_F64, false},
    {"F", SAMPLE_F32, true},
    {"D", SAMPLE_F64, true},
};

static enum status set_type(const char *name, const char *descr, struct npy_array *array, struct error *error)
{
    const char *kind = descr + (descr[0] && strchr("<>|=", descr[0]) ? 1 : 0);
    array->swapped = descr[0] == '>';
    for (size_t i = 0; i < sizeof npy_types / sizeof *npy_types; i++) {
        if (strcmp(kind, npy_types[i].name) == 0) {
            array->type = npy_types[i].type;
            array->complex = npy_types[i].complex;
            return STATUS_OK;
        }
    }
    if (kind[0] == 'O')
        return error_set(error, STATUS_UNSUPPORTED, "%s: holds Python objects; pickled objects are not read",
                         name);
    return error_set(error, STATUS_UNSUPPORTED, "%s: its sample type \"%s\" is not shown", name, descr);
}

static enum status set_shape(const char *name, struct npy_array *array, struct error *error)
{
    size_t total = array->complex ? 2 : 1, bytes;
    bool fits = true;
    for (int i = 0; i < array->rank; i++) {
        if (array->shape[i] == 0)
            return error_set(error, STATUS_UNSUPPORTED, "%s: is an empty array", name);
        fits = fits && size_multiply(total, (size_t)array->shape[i], &total);
    }
    fits = fits && size_multiply(total, sample_traits(array->type)->bytes, &bytes) && bytes <= INT64_MAX;
    if (!fits)
        return error_set(error, STATUS_TOO_LARGE, "%s: the size of the array overflows", name);
    array->samples = (int64_t)total;
    array->bytes = (int64_t)bytes;
    return STATUS_OK;
}

enum status npy_prefix_parse(const char *name, const uint8_t *prefix, size_t available, int64_t *start,
                             size_t *count, struct error *error)
{
    if (available < 8 || memcmp(prefix, "\x93NUMPY", 6) != 0)
        return error_set(error, STATUS_NOT_MINE, "%s: is not a NumPy array file", name);
    if (prefix[6] < 1 || prefix[6] > 3)
        return error_set(error, STATUS_UNSUPPORTED, "%s: is of NumPy format version %d.%d; 1 to 3 are known",
                         name, prefix[6], prefix[7]);
    *start = prefix[6] == 1 ? 10 : 12;
    if (available < (size_t)*start)
        return error_set(error, STATUS_BROKEN, "%s: ends within its header", name);
    *count = prefix[6] == 1 ? load_u16le(prefix + 8) : load_u32le(prefix + 8);
    if (*count > NPY_MAX_HEADER)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: its header of %zu bytes is longer than any of numbers", name, *count);
    return STATUS_OK;
}

enum status npy_dictionary_parse(const char *name, const char *text, size_t count, struct npy_array *array,
                                 struct error *error)
{
    struct npy_header header = {0};
    *array = (struct npy_array){0};
    enum status status = parse_dictionary(name, text, count, array, &header, error);
    if (status == STATUS_OK)
        status = set_type(name, header.descr, array, error);
    return status == STATUS_OK ? set_shape(name, array, error) : status;
}
