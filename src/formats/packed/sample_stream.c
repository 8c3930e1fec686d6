// SPDX-License-Identifier: MIT
// From unpacked bytes to samples: binary in either byte order, decimal and hexadecimal text.
#include "formats/packed/sample_stream.h"

#include "base/byteorder.h"
#include "base/size.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    TEXT_BYTES = 64 * 1024,
    MAX_NUMBER = 63,   // characters of a number
    BITS_BLOCK = 4096, // bytes of bits that are spread at a time
};

struct sample_stream {
    struct rows rows;
    struct unpacker *unpacker;
    struct sample_storage storage;
    uint8_t *pixels;       // a row with all its channels; NULL for a single channel
    size_t begin, end;     // what is left in `text`
    int64_t numbers;       // read so far
    bool fault;            // no more samples will come
    char text[TEXT_BYTES]; // of the text codings
};

static struct sample_stream *stream_of(struct rows *rows)
{
    return (struct sample_stream *)rows; // the base is the first member
}

int64_t sample_storage_limit(const struct sample_storage *storage, enum sample_type type)
{
    int64_t bytes = unpack_limit(storage->method, storage->bytes);
    int64_t item = (int64_t)sample_traits(type)->bytes;
    if (storage->coding == CODING_TEXT)
        return bytes / 2 + 1;
    if (storage->coding == CODING_BITS)
        return bytes < INT64_MAX / 8 ? bytes * 8 : INT64_MAX;
    return storage->coding == CODING_DIGITS ? bytes : bytes / item / (storage->coding == CODING_HEX ? 2 : 1);
}

// --- Text ---

// The next character, or -1 at the end.
static enum status next_character(struct sample_stream *stream, int *character, struct error *error)
{
    if (stream->begin == stream->end) {
        enum status status =
            unpacker_read(stream->unpacker, stream->text, sizeof stream->text, &stream->end, error);
        stream->begin = 0;
        if (status != STATUS_OK)
            return status;
    }
    *character = stream->begin < stream->end ? (unsigned char)stream->text[stream->begin++] : -1;
    return STATUS_OK;
}

static bool is_blank(int character)
{
    return character == ' ' || (character >= '\t' && character <= '\r') || character == ',';
}

// The next character that is neither a blank nor of a comment, or -1.
static enum status next_mark(struct sample_stream *stream, int *character, struct error *error)
{
    bool comment = false;
    enum status status;
    do {
        status = next_character(stream, character, error);
        comment = *character == '#' || (comment && *character != '\n' && *character != '\r');
    } while (status == STATUS_OK && *character >= 0 && (comment || is_blank(*character)));
    return status;
}

// Stores the lowest bytes of an integer, or of the nearest that the type has.
static void put_integer(enum sample_type type, bool negative, uint64_t size, uint8_t *out)
{
    const size_t item = sample_traits(type)->bytes;
    uint64_t most =
        sample_traits(type)->is_signed ? ((uint64_t)1 << (8 * item - 1)) - 1 : UINT64_MAX >> (64 - 8 * item);
    if (negative)
        most = sample_traits(type)->is_signed ? most + 1 : 0;
    uint64_t bits = size < most ? size : most;
    if (negative)
        bits = -bits;
    memcpy(out, &bits, item);
}

static bool parse_integer(const char *word, enum sample_type type, uint8_t *out)
{
    const bool negative = *word == '-';
    uint64_t size = 0;
    if (*word == '-' || *word == '+')
        word++;
    if (!*word)
        return false;
    for (; *word; word++) {
        if (*word < '0' || *word > '9')
            return false;
        if (__builtin_mul_overflow(size, 10, &size) || __builtin_add_overflow(size, *word - '0', &size))
            size = UINT64_MAX;
    }
    put_integer(type, negative, size, out);
    return true;
}

static bool parse_real(const char *word, enum sample_type type, uint8_t *out)
{
    double value;
    const char *letters = *word == '-' || *word == '+' ? word + 1 : word;
    if (strcasecmp(letters, "nan") == 0)
        value = NAN;
    else if (strcasecmp(letters, "inf") == 0)
        value = *word == '-' ? -INFINITY : INFINITY;
    else if (!parse_double(word, &value))
        return false;
    const float single = (float)value;
    memcpy(out, type == SAMPLE_F64 ? (const void *)&value : &single, sample_traits(type)->bytes);
    return true;
}

static void set_fault(struct sample_stream *stream, const char *what)
{
    stream->fault = true;
    snprintf(stream->rows.fault, sizeof stream->rows.fault, "%s after %lld samples", what,
             (long long)stream->numbers);
}

// Reads one number, or sets the fault.
static enum status read_number(struct sample_stream *stream, uint8_t *out, struct error *error)
{
    char word[MAX_NUMBER + 1];
    size_t count = 0;
    int character = -1;
    enum status status = next_mark(stream, &character, error);
    while (status == STATUS_OK && character >= 0 && !is_blank(character) && count < MAX_NUMBER) {
        word[count++] = (char)character;
        status = next_character(stream, &character, error);
    }
    if (status != STATUS_OK)
        return status;
    word[count] = '\0';
    if (count == 0)
        set_fault(stream, "its numbers end");
    else if (!(sample_traits(stream->rows.type)->is_float ? parse_real(word, stream->rows.type, out)
                                                          : parse_integer(word, stream->rows.type, out)))
        set_fault(stream, "there is something that is no number");
    return STATUS_OK;
}

static enum status read_digit(struct sample_stream *stream, uint8_t *out, struct error *error)
{
    int character = -1;
    enum status status = next_mark(stream, &character, error);
    if (status != STATUS_OK)
        return status;
    if (character == '0' || character == '1')
        *out = (uint8_t)(character - '0');
    else
        set_fault(stream, character < 0 ? "its digits end" : "there is something that is neither 0 nor 1");
    return STATUS_OK;
}

static int hex_value(int character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    character |= 0x20;
    return character >= 'a' && character <= 'f' ? character - 'a' + 10 : -1;
}

static enum status read_hex(struct sample_stream *stream, uint8_t *out, struct error *error)
{
    const size_t item = sample_traits(stream->rows.type)->bytes;
    for (size_t i = 0; i < 2 * item; i++) {
        int character = -1;
        enum status status = next_mark(stream, &character, error);
        if (status != STATUS_OK)
            return status;
        const int digit = character < 0 ? -1 : hex_value(character);
        if (digit < 0) {
            set_fault(stream, character < 0 ? "its digits end" : "there is something that is no digit");
            return STATUS_OK;
        }
        out[i / 2] = (uint8_t)(i % 2 ? out[i / 2] << 4 | digit : digit);
    }
    if (stream->storage.swapped)
        swap_items(out, 1, item);
    return STATUS_OK;
}

// --- Rows ---

static enum status read_text(struct sample_stream *stream, uint8_t *out, int64_t count, int64_t *there,
                             struct error *error)
{
    enum status (*const read)(struct sample_stream *, uint8_t *, struct error *) =
        stream->storage.coding == CODING_TEXT  ? read_number
        : stream->storage.coding == CODING_HEX ? read_hex
                                               : read_digit;
    const size_t item = sample_traits(stream->rows.type)->bytes;
    enum status status = STATUS_OK;
    for (*there = 0; *there < count; stream->numbers++, ++*there) {
        status = read(stream, out + (size_t)*there * item, error);
        if (status != STATUS_OK || stream->fault)
            break;
    }
    return status;
}

static enum status read_binary(struct sample_stream *stream, uint8_t *out, int64_t count, int64_t *there,
                               struct error *error)
{
    const size_t item = sample_traits(stream->rows.type)->bytes;
    size_t got;
    enum status status = unpacker_read(stream->unpacker, out, (size_t)count * item, &got, error);
    *there = (int64_t)(got / item);
    if (stream->storage.swapped)
        swap_items(out, (size_t)*there, item);
    if (status == STATUS_OK && *there < count) {
        stream->fault = true;
        snprintf(stream->rows.fault, sizeof stream->rows.fault, "its data %s",
                 unpacker_fault(stream->unpacker));
    }
    return status;
}

// A row of bits, the highest first, and padded to whole bytes.
static enum status read_bits(struct sample_stream *stream, uint8_t *out, int64_t count, int64_t *there,
                             struct error *error)
{
    const int64_t bytes = int64_ceil_div(count, 8);
    uint8_t block[BITS_BLOCK];
    enum status status = STATUS_OK;
    *there = 0;
    for (int64_t at = 0; at < bytes && status == STATUS_OK && !stream->fault; at += BITS_BLOCK) {
        int64_t got;
        status = read_binary(stream, block, int64_min(BITS_BLOCK, bytes - at), &got, error);
        const int64_t bits = int64_min(got * 8, count - at * 8);
        for (int64_t i = 0; status == STATUS_OK && i < bits; i++)
            out[at * 8 + i] = block[i / 8] >> (7 - i % 8) & 1;
        *there += bits;
    }
    return status;
}

static enum status stream_next(struct rows *rows, void *row, int64_t *there, struct error *error)
{
    struct sample_stream *stream = stream_of(rows);
    const struct channel_choice *channels = &stream->storage.channels;
    const int64_t samples = rows->width * channels->channels;
    enum status status = STATUS_OK;
    *there = 0;
    if (stream->fault)
        return STATUS_OK;
    if (channels->channels > 1 && !stream->pixels) {
        stream->pixels = try_alloc((size_t)samples, sample_traits(rows->type)->bytes, rows->path, error);
        if (!stream->pixels)
            return STATUS_NO_MEMORY;
    }
    uint8_t *out = stream->pixels ? stream->pixels : row;
    if (stream->storage.coding == CODING_BITS)
        status = read_bits(stream, row, samples, there, error);
    else if (stream->storage.coding == CODING_BINARY)
        status = read_binary(stream, out, samples, there, error);
    else
        status = read_text(stream, out, samples, there, error);
    *there /= channels->channels;
    if (stream->pixels)
        channels_pick(rows->type, channels, stream->pixels, *there, row);
    return status;
}

static enum status stream_rewind(struct rows *rows, struct error *error)
{
    struct sample_stream *stream = stream_of(rows);
    size_t got;
    unpacker_rewind(stream->unpacker);
    stream->begin = stream->end = 0;
    stream->numbers = 0;
    stream->fault = false;
    return unpacker_read(stream->unpacker, NULL, (size_t)stream->storage.skip, &got, error);
}

struct sample_stream *sample_stream_create(const struct blob *blob, const char *path,
                                           const struct sample_storage *storage, int64_t width,
                                           enum sample_type type)
{
    struct sample_stream *stream = must_alloc(sizeof *stream);
    stream->rows = (struct rows){.path = path,
                                 .width = width,
                                 .type = type,
                                 .rewind = stream_rewind,
                                 .next = stream_next,
                                 .position = INT64_MAX}; // so that rows_decode begins with a rewind
    stream->storage = *storage;
    stream->unpacker = unpacker_create(blob, storage->offset, storage->bytes, storage->method);
    return stream;
}

struct rows *sample_stream_rows(struct sample_stream *stream)
{
    return &stream->rows;
}

enum status sample_stream_bytes(struct sample_stream *stream, void *out, size_t count, size_t *got,
                                struct error *error)
{
    enum status status = stream_rewind(&stream->rows, error);
    stream->rows.position = INT64_MAX;
    *got = 0;
    return status == STATUS_OK ? unpacker_read(stream->unpacker, out, count, got, error) : status;
}

void sample_stream_destroy(struct sample_stream *stream)
{
    if (!stream)
        return;
    unpacker_destroy(stream->unpacker);
    rows_finish(&stream->rows);
    free(stream->pixels);
    free(stream);
}
