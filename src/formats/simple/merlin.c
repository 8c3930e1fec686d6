// SPDX-License-Identifier: MIT
// Merlin .mib files of Quantum Detectors' Medipix3 systems: a text header and big-endian samples per frame.
//
// Layout: the header is "MQ1," and further fields between commas, padded to the length in its third field, as
// in the Merlin manual and in what LiberTEM reads (https://libertem.github.io/LiberTEM/formats.html). U08,
// U16 and U32 are plain samples. R64 is what the chips send: words of 64 bits, the first pixel in the lowest
// bits, with 1, 8 or 16 bits for pixels of 1, 6 or 12; 24 bits are two such frames, the upper half first. Of
// four chips in a square each row holds the rows of all four, and the lower two chips stand on their heads.
#include "formats/base/blob.h"
#include "formats/base/header_table.h"
#include "formats/base/plain.h"
#include "formats/base/plain_file.h"
#include "formats/base/readers_list.h"

#include "base/byteorder.h"
#include "base/cancel.h"
#include "base/companion.h"
#include "base/file.h"
#include "base/size.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    MERLIN_MAX_HEADER = 64 * 1024,
    MERLIN_MAX_FIELDS = 1024,
    MERLIN_FIELDS = 15, // that are needed or have a name
    MERLIN_MAX_SIDE = 65536,
    CHIP_SIDE = 256,
    SQUARE_SIDE = 2 * CHIP_SIDE,
    SQUARE_PIXELS = SQUARE_SIDE * SQUARE_SIDE,
    WORD_BYTES = 8,
    HDR_MAX_BYTES = 64 * 1024, // of the text file beside
};

// The first fields, by number.
enum { AT_MARK, AT_NUMBER, AT_BYTES, AT_CHIPS, AT_WIDTH, AT_HEIGHT, AT_DEPTH, AT_LAYOUT, AT_SHUTTER = 10 };

static const char *const field_names[MERLIN_FIELDS] = {
    "format",       "frame number", "header bytes",  "chips",       "width",
    "height",       "pixel depth",  "sensor layout", "chip select", "time stamp",
    "shutter time", "counter",      "colour mode",   "gain mode",   "threshold 0",
};

struct merlin_file {
    struct plain_file plain;
    int64_t header_bytes;
    int stored_bits; // of R64: 1, 8 or 16 for a pixel; 0 for plain samples
    bool two_halves; // of R64: 24 bits
    bool square;     // of R64: four chips in a square
};

static struct merlin_file *merlin_file_of(struct image_file *file)
{
    return (struct merlin_file *)file; // the base is the first member
}

// --- The header ---

// The fields of a header, each a text without blanks at its ends. The texts lie in `words`.
struct fields {
    char *words;
    const char *at[MERLIN_MAX_FIELDS];
    int count;
};

static void fields_free(struct fields *fields)
{
    free(fields->words);
    fields->words = NULL;
}

static char *trim(char *word)
{
    char *end = word + strlen(word);
    while (*word == ' ')
        word++;
    while (end > word && (unsigned char)end[-1] <= ' ')
        end--;
    *end = '\0';
    return word;
}

// Reads `count` bytes at `offset` as fields; the caller frees them.
static enum status fields_read(const struct plain_file *file, int64_t offset, size_t count,
                               struct fields *fields, struct error *error)
{
    *fields = (struct fields){.words = must_alloc(count + 1)};
    enum status status = plain_file_header(file, offset, fields->words, count, error);
    if (status != STATUS_OK) {
        fields_free(fields);
        return status;
    }
    char *rest = fields->words; // the padding with NUL ends the text
    for (char *word; fields->count < MERLIN_MAX_FIELDS && (word = strsep(&rest, ","));)
        if (*(word = trim(word)) || rest)
            fields->at[fields->count++] = word;
    return STATUS_OK;
}

// "00768" as a number.
static bool field_number(const struct fields *fields, int field, int64_t *value)
{
    return field < fields->count && parse_int64(fields->at[field], value);
}

static enum status refuse_field(const struct plain_file *file, const char *what, const char *word,
                                struct error *error)
{
    return error_set(error, STATUS_UNSUPPORTED, "%s: its %s \"%s\" is not read", file->base.path, what, word);
}

// --- Layouts ---

// Plain samples, after a header each.
static enum status set_plain(struct merlin_file *file, struct plain_layout *layout, enum sample_type type,
                             struct error *error)
{
    layout->type = type;
    layout->swapped = true;
    const int64_t image = layout->width * layout->height * (int64_t)sample_traits(type)->bytes;
    layout->frame_bytes = file->header_bytes + image;
    layout->frames =
        int64_max(int64_ceil_div(file->plain.bytes - file->header_bytes, layout->frame_bytes), 1);
    return plain_file_set_layout(&file->plain, layout, error);
}

// The size of the picture that the chips' words make.
static enum status set_raw_shape(struct merlin_file *file, const struct fields *fields, int64_t bits,
                                 struct plain_layout *layout, struct error *error)
{
    int64_t chips = 1;
    (void)field_number(fields, AT_CHIPS, &chips);
    file->two_halves = bits == 24;
    file->stored_bits = bits == 1 ? 1 : bits == 6 ? 8 : 16;
    file->square = chips == 4 && strncmp(fields->at[AT_LAYOUT], "2x2", 3) == 0;
    if (file->square && bits != 24 && layout->width * layout->height == SQUARE_PIXELS) {
        layout->width = layout->height = SQUARE_SIDE;
        return STATUS_OK;
    }
    if (file->square)
        return refuse_field(&file->plain, "layout of raw samples", fields->at[AT_LAYOUT], error);
    layout->width /= file->two_halves ? 2 : 1;
    if (layout->width < 1 || layout->width % (64 / file->stored_bits) != 0)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: rows of %lld raw pixels do not fill words of 64 bits", file->plain.base.path,
                         (long long)layout->width);
    return STATUS_OK;
}

// The chips' own words: they are checked as bytes.
static enum status set_raw(struct merlin_file *file, const struct fields *fields, struct plain_layout *layout,
                           struct error *error)
{
    int64_t bits = 0;
    (void)parse_int64(fields->at[fields->count - 1], &bits);
    if (bits != 1 && bits != 6 && bits != 12 && bits != 24)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: its raw samples of %lld bits are not read; 1, 6, 12 and 24 are",
                         file->plain.base.path, (long long)bits);
    enum status status = set_raw_shape(file, fields, bits, layout, error);
    if (status != STATUS_OK)
        return status;
    struct plain_layout bytes = *layout;
    bytes.width = layout->width * file->stored_bits / 8;
    bytes.height = layout->height * (file->two_halves ? 2 : 1);
    bytes.type = SAMPLE_U8;
    bytes.frame_bytes = file->header_bytes + bytes.width * bytes.height;
    bytes.frames = int64_max(int64_ceil_div(file->plain.bytes - file->header_bytes, bytes.frame_bytes), 1);
    status = plain_file_set_layout(&file->plain, &bytes, error);
    file->plain.layout.width = layout->width;
    file->plain.layout.height = layout->height;
    file->plain.layout.type = file->two_halves          ? SAMPLE_U32
                              : file->stored_bits == 16 ? SAMPLE_U16
                                                        : SAMPLE_U8;
    return status;
}

static enum status apply_fields(struct merlin_file *file, const struct fields *fields, struct error *error)
{
    static const struct {
        const char *name;
        enum sample_type type;
    } depths[] = {
        {"U08", SAMPLE_U8}, {"U8", SAMPLE_U8}, {"U16", SAMPLE_U16}, {"U32", SAMPLE_U32}, {"U64", SAMPLE_U64}};
    const char *path = file->plain.base.path;
    struct plain_layout layout = {.format = "Merlin", .offset = file->header_bytes};
    if (fields->count <= AT_LAYOUT || !field_number(fields, AT_WIDTH, &layout.width) ||
        !field_number(fields, AT_HEIGHT, &layout.height))
        return error_set(error, STATUS_BROKEN, "%s: damaged Merlin header", path);
    if (layout.width < 1 || layout.height < 1 || layout.width > MERLIN_MAX_SIDE ||
        layout.height > MERLIN_MAX_SIDE)
        return error_set(error, STATUS_BROKEN, "%s: the header tells of %lld x %lld pixels", path,
                         (long long)layout.width, (long long)layout.height);
    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++)
        if (strcasecmp(fields->at[AT_DEPTH], depths[i].name) == 0)
            return set_plain(file, &layout, depths[i].type, error);
    if (strcasecmp(fields->at[AT_DEPTH], "R64") == 0)
        return set_raw(file, fields, &layout, error);
    return refuse_field(&file->plain, "pixel depth", fields->at[AT_DEPTH], error);
}

// --- Opening ---

static int merlin_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)path;
    return count > 16 && memcmp(head, "MQ1,", 4) == 0 ? 95 : 0;
}

static enum status open_content(struct image_file *base, const struct open_request *request,
                                struct error *error)
{
    (void)request;
    struct merlin_file *file = (struct merlin_file *)base;
    struct fields fields;
    const struct plain_file *plain = &file->plain;
    enum status status = fields_read(plain, 0, (size_t)int64_min(plain->bytes, 64), &fields, error);
    if (status != STATUS_OK)
        return status;
    bool mine = fields.count > 0 && strcmp(fields.at[AT_MARK], "MQ1") == 0;
    bool good = field_number(&fields, AT_BYTES, &file->header_bytes) && file->header_bytes >= 32 &&
                file->header_bytes <= MERLIN_MAX_HEADER;
    fields_free(&fields);
    if (!mine)
        return error_set(error, STATUS_NOT_MINE, "%s: is not a Merlin file", plain->base.path);
    if (!good)
        return error_set(error, STATUS_BROKEN, "%s: damaged Merlin header", plain->base.path);
    status = fields_read(plain, 0, (size_t)file->header_bytes, &fields, error);
    if (status != STATUS_OK)
        return status;
    status = apply_fields(file, &fields, error);
    fields_free(&fields);
    return status;
}

static enum status merlin_open(const struct open_request *request, struct image_file **out,
                               struct error *error)
{
    return plain_file_open_with(request, &merlin_reader, sizeof(struct merlin_file), open_content, out,
                                error);
}

// --- Raw samples ---

// A row of the picture in the making.
struct raw_row {
    const struct merlin_file *file;
    int64_t frame_offset; // of the frame's first byte in the file
    uint8_t *words;       // bytes of a segment
    uint32_t *values;     // of the row's pixels
    uint8_t *lost;        // 1 for each pixel that the file does not hold
};

// Adds `count` pixels from byte `at` of the frame on to the row from column x on, shifted up by `shift` bits;
// `turned` ones run backwards.
static enum status add_segment(struct raw_row *row, int64_t at, int64_t count, int64_t x, bool turned,
                               int shift, struct error *error)
{
    const struct merlin_file *file = row->file;
    const int bits = file->stored_bits, per_word = 64 / bits;
    const uint64_t ones = ((uint64_t)1 << bits) - 1;
    const struct plain_samples from = {.path = file->plain.base.path,
                                       .blob = file->plain.base.blob,
                                       .offset = row->frame_offset + at,
                                       .present = int64_max(file->plain.bytes - row->frame_offset - at, 0),
                                       .type = SAMPLE_U8};
    int64_t there;
    enum status status = plain_read(&from, 0, count * bits / 8, row->words, &there, error);
    if (status != STATUS_OK)
        return status;
    const int64_t good = there / WORD_BYTES * per_word;
    for (int64_t i = 0; i < count; i++) {
        const int64_t column = turned ? x + count - 1 - i : x + i;
        row->lost[column] |= i >= good;
        if (i < good) {
            const uint64_t word = load_u64be(row->words + i / per_word * WORD_BYTES);
            row->values[column] |= (uint32_t)(word >> (i % per_word * bits) & ones) << shift;
        }
    }
    return STATUS_OK;
}

// Fills values and lost of row y.
static enum status read_row(struct raw_row *row, int64_t y, struct error *error)
{
    const struct merlin_file *file = row->file;
    const int64_t width = file->plain.layout.width, height = file->plain.layout.height;
    const int64_t bytes = width * file->stored_bits / 8;
    memset(row->values, 0, (size_t)width * sizeof *row->values);
    memset(row->lost, 0, (size_t)width);
    if (!file->square) {
        enum status status = add_segment(row, y * bytes, width, 0, false, file->two_halves ? 12 : 0, error);
        if (status == STATUS_OK && file->two_halves)
            status = add_segment(row, (height + y) * bytes, width, 0, false, 0, error);
        return status;
    }
    // In the file a row is 1024 pixels: the chips at the lower right, the lower left, the upper right and the
    // upper left.
    const int64_t chip = CHIP_SIDE * file->stored_bits / 8;
    const bool lower = y >= CHIP_SIDE;
    const int64_t start = (lower ? height - 1 - y : y) * 4 * chip;
    enum status status = add_segment(row, start + (lower ? 1 : 3) * chip, CHIP_SIDE, 0, lower, 0, error);
    if (status == STATUS_OK)
        status = add_segment(row, start + (lower ? 0 : 2) * chip, CHIP_SIDE, CHIP_SIDE, lower, 0, error);
    return status;
}

// Copies the wanted columns of the row in the type of the picture.
static void give_row(const struct raw_row *row, struct rect rect, uint8_t *pixels, uint8_t *classes,
                     struct decode_report *report)
{
    const struct plain_file *plain = &row->file->plain;
    const size_t item = sample_traits(plain->layout.type)->bytes;
    const struct plain_samples kind = {.path = plain->base.path, .type = plain->layout.type};
    for (int64_t x = 0; x < rect.width; x++) {
        memcpy(pixels + (size_t)x * item, &row->values[rect.x + x], item);
        if (!row->lost[rect.x + x])
            continue;
        if (!report->first_loss.text[0])
            error_set(&report->first_loss, STATUS_BROKEN, "%s: the file ends within a frame",
                      plain->base.path);
        plain_lose(&kind, pixels + (size_t)x * item, classes + x, 1, report);
    }
}

static enum status decode_raw(const struct merlin_file *file, const struct decode_request *request,
                              struct decode_report *report, struct error *error)
{
    const struct plain_layout *layout = &file->plain.layout;
    const struct rect rect = request->rect;
    struct raw_row row = {.file = file,
                          .frame_offset = layout->offset + request->frame * layout->frame_bytes};
    const size_t width = (size_t)layout->width;
    const char *path = file->plain.base.path;
    row.words = try_alloc(width, 2, path, error);
    row.values = try_alloc(width, sizeof *row.values, path, error);
    row.lost = try_alloc(width, 1, path, error);
    enum status status = row.words && row.values && row.lost ? STATUS_OK : STATUS_NO_MEMORY;
    for (int64_t y = 0; y < rect.height && status == STATUS_OK; y++) {
        status = cancel_requested(request->cancel) ? STATUS_CANCELLED : read_row(&row, rect.y + y, error);
        if (status == STATUS_OK)
            give_row(&row, rect, (uint8_t *)request->pixels + (size_t)y * request->stride,
                     request->classes + y * rect.width, report);
    }
    free(row.words);
    free(row.values);
    free(row.lost);
    return status;
}

static enum status merlin_decode(struct image_file *base, const struct decode_request *request,
                                 struct decode_report *report, struct error *error)
{
    const struct merlin_file *file = merlin_file_of(base);
    return file->stored_bits > 0 ? decode_raw(file, request, report, error)
                                 : plain_file_decode(base, request, report, error);
}

static enum status merlin_frame_info(struct image_file *base, int64_t frame, struct frame_info *info,
                                     struct error *error)
{
    const struct merlin_file *file = merlin_file_of(base);
    enum status status = plain_file_info(base, frame, info, error);
    if (file->stored_bits > 0)
        snprintf(info->compression, sizeof info->compression, "raw, %d bit",
                 file->two_halves         ? 24
                 : file->stored_bits == 1 ? 1
                 : file->stored_bits == 8 ? 6
                                          : 12);
    return status;
}

// --- What the header tells ---

static enum status frame_fields(const struct merlin_file *file, int64_t frame, struct fields *fields,
                                struct error *error)
{
    return fields_read(&file->plain, frame * file->plain.layout.frame_bytes, (size_t)file->header_bytes,
                       fields, error);
}

// The lines of the .hdr file that the program writes beside, if there is one: "key:\tvalue".
static void append_hdr(const char *path, struct text *out)
{
    const char *dot = strrchr(path, '.');
    char text[HDR_MAX_BYTES];
    struct blob *beside;
    if (!dot || strcasecmp(dot, ".mib") != 0)
        return;
    struct text name = {0};
    const char *stem = path_name(path);
    text_append_bytes(&name, stem, (size_t)(dot - stem));
    text_append(&name, ".hdr");
    char *header = NULL;
    const enum status status = companion_find(path, text_string(&name), &header, NULL);
    text_free(&name);
    if (status == STATUS_OK && blob_open(header, &beside, NULL) == STATUS_OK) {
        size_t count = (size_t)int64_min(blob_size(beside), sizeof text), at = 0;
        if (blob_read(beside, 0, text, count, NULL) != STATUS_OK)
            count = 0;
        blob_release(&beside);
        while (at < count) {
            const char *end = memchr(text + at, '\n', count - at);
            const size_t length = end ? (size_t)(end - text) - at : count - at;
            const char *colon = memchr(text + at, ':', length);
            char key[80];
            if (colon) {
                snprintf(key, sizeof key, "%.*s", (int)(colon - text - (ptrdiff_t)at), text + at);
                header_line(out, key, colon + 1, (size_t)(text + at + length - colon - 1));
            }
            at += length + 1;
        }
    }
    free(header);
}

static enum status merlin_metadata(struct image_file *base, int64_t frame, struct text *out,
                                   struct error *error)
{
    struct fields fields;
    enum status status = frame_fields(merlin_file_of(base), frame, &fields, error);
    if (status != STATUS_OK)
        return status;
    for (int i = 0; i < fields.count; i++) {
        char key[32];
        if (i < MERLIN_FIELDS)
            snprintf(key, sizeof key, "%s", field_names[i]);
        else
            snprintf(key, sizeof key, "field %d", i + 1);
        header_line(out, key, fields.at[i], strlen(fields.at[i]));
    }
    fields_free(&fields);
    append_hdr(base->path, out);
    return STATUS_OK;
}

static enum status merlin_detector(struct image_file *base, int64_t frame, struct detector_info *info,
                                   struct error *error)
{
    struct fields fields;
    double seconds;
    enum status status = frame_fields(merlin_file_of(base), frame, &fields, error);
    if (status != STATUS_OK)
        return status;
    snprintf(info->name, sizeof info->name, "Quantum Detectors Merlin");
    if (fields.count > AT_SHUTTER && parse_double(fields.at[AT_SHUTTER], &seconds) && seconds > 0)
        info->exposure = seconds;
    fields_free(&fields);
    return STATUS_OK;
}

static const char *const merlin_extensions[] = {"mib", NULL};

const struct reader merlin_reader = {
    .name = "merlin",
    .description = "Merlin",
    .extensions = merlin_extensions,
    .media = {.types = "image/x-merlin;", .magic = "MQ1,"},
    .probe = merlin_probe,
    .open = merlin_open,
    .frame_info = merlin_frame_info,
    .decode = merlin_decode,
    .clone = plain_file_clone,
    .metadata = merlin_metadata,
    .detector = merlin_detector,
    .close = plain_file_close,
};
