// SPDX-License-Identifier: MIT
// Bruker frames (.gfrm, .sfrm and numbered files) of the formats 86 and 100: a header of 80-character lines,
// samples of 1, 2 or 4 bytes, and tables of the values that do not fit.
//
// The keys of the header may come in any order; what tells the format is that keys stand at columns of 80
// characters.
//
// Format: the frame header description in Bruker's SAXI^GADDS and SMART manuals (formats 86 and 100), and
// what the fabio and dxtbx libraries read (https://github.com/silx-kit/fabio,
// https://github.com/cctbx/dxtbx). Format 86: behind the samples stand NOVERFL overflows of 16 characters, 9
// of a value and 7 of a pixel. Format 100: behind the samples stand three tables, padded to 16 bytes, of
// values in the order of the pixels that need them: for samples of 0 the underflows, for 255 (of one byte)
// those of 16 bits, for 65535 those of 32 bits. All others are raised by a baseline.
#include "formats/base/header_table.h"
#include "formats/base/plain_file.h"
#include "formats/base/readers_list.h"
#include "formats/base/row_file.h"

#include "base/byteorder.h"
#include "base/size.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINE = 80,
    KEY = 7, // characters of a line before its ":"
    BLOCK = 512,
    MIN_BLOCKS = 5, // and a header without HDRBLKS is a multiple of them
    USUAL_BLOCKS = 15,
    MAX_BLOCKS = 2048,
    OVERFLOW_CHARACTERS = 16,
    TABLE_ALIGNMENT = 16,
    FORMAT_OLD = 86,
    FORMAT_NEW = 100,
    KNOWN_ENOUGH = 6, // keys that a file must have near its beginning
};

enum { TABLE_UNDER, TABLE_16, TABLE_32, TABLES };

struct overflow {
    int64_t pixel;
    uint32_t value;
};

// A table of format 100.
struct table {
    int64_t offset, count;
    size_t item; // bytes of a value
};

struct bruker_file {
    struct row_file rows;
    bool is_new;         // format 100
    bool swapped;        // samples in the other byte order
    size_t item;         // bytes of a sample
    int64_t data;        // offset of the samples
    double slope, shift; // sample * slope + shift is the value
    bool linear;         // they change something
    int64_t baseline;
    struct table tables[TABLES];
    int64_t overflow_claimed; // of format 86
    // -- decoding
    struct overflow *overflows; // by pixel; owned
    int64_t overflow_count;
    struct byte_stream *streams; // of the samples and the tables; owned
    uint8_t *stored;             // a row of samples as they are in the file; owned
    int64_t row;
    int64_t left[TABLES]; // values not yet taken
};

static struct bruker_file *bruker_file_of(struct row_file *rows)
{
    return (struct bruker_file *)rows; // the rows are the first member
}

// --- The header ---

struct header {
    char *bytes; // owned
    size_t count;
};

// The next line with a key from *index on; *index is then behind it. False at the end.
static bool next_line(const struct header *header, size_t *index, const char **line)
{
    while ((*index + 1) * LINE <= header->count) {
        *line = header->bytes + (*index)++ * LINE;
        if ((*line)[KEY] == ':')
            return true;
    }
    return false;
}

// The value of the first line of the key, 80 - 8 characters, not terminated; NULL without one.
static const char *header_value(const struct header *header, const char *key)
{
    const char *line;
    const size_t length = strlen(key);
    for (size_t i = 0; next_line(header, &i, &line);)
        if (memcmp(line, key, length) == 0 && (length == KEY || line[length] == ' ' || line[length] == ':'))
            return line + KEY + 1;
    return NULL;
}

// Copies the word at `index` of a key's value to `out` of 80 bytes; false without it.
static bool header_word(const struct header *header, const char *key, int index, char out[LINE])
{
    const char *value = header_value(header, key);
    char text[LINE - KEY];
    if (!value)
        return false;
    memcpy(text, value, sizeof text - 1);
    text[sizeof text - 1] = '\0';
    char *rest = text, *word = strtok_r(text, " \t\r\n", &rest);
    for (; word && index > 0; index--)
        word = strtok_r(NULL, " \t\r\n", &rest);
    if (!word)
        return false;
    snprintf(out, LINE, "%s", word);
    return true;
}

static double header_number(const struct header *header, const char *key, int index)
{
    char word[LINE];
    double number;
    return header_word(header, key, index, word) && parse_double(word, &number) ? number : NAN;
}

// The same where numbers fill their fields of 14 characters and may touch.
static double header_field(const struct header *header, const char *key, int index)
{
    enum { FIELD = 14 };
    const char *value = header_value(header, key);
    char text[FIELD + 1];
    double number;
    if (!value)
        return NAN;
    memcpy(text, value + (size_t)index * FIELD, FIELD);
    text[FIELD] = '\0';
    return parse_double(text + strspn(text, " "), &number) ? number : header_number(header, key, index);
}

static enum status header_integer(const struct row_file *file, const struct header *header, const char *key,
                                  int index, int64_t *number, struct error *error)
{
    char word[LINE];
    if (header_word(header, key, index, word) && parse_whole(word, number))
        return STATUS_OK;
    return error_set(error, STATUS_BROKEN, "%s: its header has no sensible value for %s", file->base.path,
                     key);
}

// The number of a key that may be absent, or tell fewer numbers.
static enum status header_optional(const struct row_file *file, const struct header *header, const char *key,
                                   int index, int64_t absent, int64_t *number, struct error *error)
{
    char word[LINE];
    *number = absent;
    if (!header_word(header, key, index, word))
        return STATUS_OK;
    return header_integer(file, header, key, index, number, error);
}

// --- Where the header is ---

// Keys that every program writes, padded to their field.
static const char *const known_keys[] = {
    "FORMAT ", "VERSION", "HDRBLKS", "TYPE   ", "SITE   ", "MODEL  ", "USER   ", "SAMPLE ", "SETNAME",
    "RUN    ", "SAMPNUM", "TITLE  ", "NCOUNTS", "NOVERFL", "MINIMUM", "MAXIMUM", "NONTIME", "NLATE  ",
    "FILENAM", "CREATED", "CUMULAT", "ELAPSDR", "ELAPSDA", "OSCILLA", "NSTEPS ", "RANGE  ", "START  ",
    "INCREME", "NUMBER ", "NFRAMES", "ANGLES ", "NOVER64", "NPIXELB", "NROWS  ", "NCOLS  ", "WORDORD",
    "LONGORD", "TARGET ", "SOURCEK", "SOURCEM", "CENTER ", "DISTANC", "TRAILER", "COMPRES", "LINEAR ",
    "WAVELEN", "DETTYPE", "NEXP   ", "CCDPARM",
};

static bool is_key(const uint8_t *line)
{
    for (int i = 0; i < KEY; i++)
        if ((line[i] < 'A' || line[i] > 'Z') && (line[i] < '0' || line[i] > '9') && line[i] != '&' &&
            line[i] != ' ')
            return false;
    return line[0] != ' ' && line[KEY] == ':';
}

// The lines from the first on that have keys.
static size_t lines_of_keys(const uint8_t *head, size_t count)
{
    size_t lines = 0;
    while ((lines + 1) * LINE <= count && is_key(head + lines * LINE))
        lines++;
    return lines;
}

static bool begins_with_format(const uint8_t *head, size_t count)
{
    const size_t at = sizeof "FORMAT :" - 1;
    if (count < LINE || memcmp(head, "FORMAT :", at) != 0)
        return false;
    for (size_t i = at; i < LINE; i++)
        if (head[i] != ' ' && (head[i] < '0' || head[i] > '9'))
            return false;
    return true;
}

static bool has_key(const uint8_t *head, size_t lines, const char *key)
{
    for (size_t i = 0; i < lines; i++)
        if (memcmp(head + i * LINE, key, KEY) == 0)
            return true;
    return false;
}

static bool begins_as_frame(const uint8_t *head, size_t count)
{
    size_t known = 0;
    const size_t lines = lines_of_keys(head, count);
    for (size_t i = 0; i < sizeof known_keys / sizeof *known_keys; i++)
        known += has_key(head, lines, known_keys[i]);
    return known >= KNOWN_ENOUGH || begins_with_format(head, count);
}

static int bruker_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)path;
    return begins_as_frame(head, count) ? 95 : 0;
}

static enum status header_read(const struct row_file *file, struct header *header, struct error *error)
{
    enum { LEAST = MIN_BLOCKS * BLOCK, USUAL = USUAL_BLOCKS * BLOCK };
    char start[USUAL];
    const size_t count = (size_t)int64_clamp(file->bytes, LEAST, USUAL);
    enum status status = row_file_read(file, 0, start, count, error);
    if (status != STATUS_OK)
        return status;
    const uint8_t *head = (const uint8_t *)start;
    if (!begins_as_frame(head, count))
        return error_set(error, STATUS_NOT_MINE, "%s: is not a Bruker frame", file->base.path);
    const struct header first = {start, count};
    const int64_t keys = (int64_t)lines_of_keys(head, count) * LINE;
    int64_t blocks;
    status = header_optional(file, &first, "HDRBLKS", 0, int64_round_up(keys, LEAST) / BLOCK, &blocks, error);
    if (status == STATUS_OK && (blocks < 1 || blocks > MAX_BLOCKS))
        status = error_set(error, STATUS_BROKEN, "%s: its header claims %lld blocks", file->base.path,
                           (long long)blocks);
    if (status != STATUS_OK)
        return status;
    header->count = (size_t)blocks * BLOCK;
    header->bytes = must_alloc(header->count);
    status = row_file_read(file, 0, header->bytes, header->count, error);
    if (status != STATUS_OK)
        free(header->bytes);
    return status;
}

// --- Decoding ---

// The value of a sample that is an escape, from its table; the sample is lost when the table is at its end.
static int64_t take_escape(struct bruker_file *file, int table, int64_t x, int64_t sample)
{
    uint8_t bytes[4] = {0};
    const size_t item = file->tables[table].item;
    if (file->left[table] == 0 || !byte_stream_take(&file->streams[1 + table], bytes, item)) {
        file->left[table] = 0;
        row_file_lose(&file->rows, x);
        return sample;
    }
    file->left[table]--;
    if (file->swapped)
        swap_items(bytes, 1, item);
    if (table == TABLE_16)
        return load_u16le(bytes);
    if (item == 1)
        return (int8_t)bytes[0];
    return item == 2 ? (int16_t)load_u16le(bytes) : (int32_t)load_u32le(bytes);
}

static int64_t complete(struct bruker_file *file, int64_t x, int64_t sample)
{
    if (sample == 255 && file->item == 1 && file->tables[TABLE_16].count > 0)
        sample = take_escape(file, TABLE_16, x, sample);
    if (sample == 65535 && file->item < 4 && file->tables[TABLE_32].count > 0)
        sample = take_escape(file, TABLE_32, x, sample);
    if (sample == 0 && file->tables[TABLE_UNDER].count > 0)
        return take_escape(file, TABLE_UNDER, x, sample);
    return sample + file->baseline;
}

// The first overflow of a pixel not before `pixel`.
static int64_t overflow_from(const struct bruker_file *file, int64_t pixel)
{
    int64_t low = 0, high = file->overflow_count;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (file->overflows[middle].pixel < pixel)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void put_value(const struct bruker_file *file, void *out, int64_t x, int64_t value)
{
    switch (file->rows.layout.type) {
    case SAMPLE_F32:
        ((float *)out)[x] = (float)((double)value * file->slope + file->shift);
        break;
    case SAMPLE_U8:
        ((uint8_t *)out)[x] = (uint8_t)value;
        break;
    case SAMPLE_U16:
        ((uint16_t *)out)[x] = (uint16_t)value;
        break;
    default:
        ((uint32_t *)out)[x] = (uint32_t)value;
    }
}

static int64_t stored_sample(const struct bruker_file *file, int64_t x)
{
    const uint8_t *at = file->stored + (size_t)x * file->item;
    if (file->item == 1)
        return *at;
    if (file->item == 2)
        return load_u16le(at);
    return file->is_new ? (int64_t)(int32_t)load_u32le(at) : (int64_t)load_u32le(at);
}

static int64_t bruker_next(struct row_file *rows, void *out)
{
    struct bruker_file *file = bruker_file_of(rows);
    const int64_t width = rows->layout.width, first = file->row++ * width;
    const size_t bytes = byte_stream_some(&file->streams[0], file->stored, (size_t)width * file->item);
    const int64_t there = (int64_t)(bytes / file->item);
    int64_t overflow = overflow_from(file, first);
    if (file->swapped)
        swap_items(file->stored, (size_t)there, file->item);
    for (int64_t x = 0; x < there; x++) {
        int64_t value = stored_sample(file, x);
        if (file->is_new)
            value = complete(file, x, value);
        // Of a pixel listed twice the last counts.
        for (; overflow < file->overflow_count && file->overflows[overflow].pixel == first + x; overflow++)
            value = file->overflows[overflow].value;
        put_value(file, out, x, value);
    }
    return there;
}

// The place of samples of format 86 is known; those of format 100 need the tables from their beginning.
static int64_t bruker_seek(struct row_file *rows, int64_t row)
{
    struct bruker_file *file = bruker_file_of(rows);
    const int64_t row_bytes = rows->layout.width * (int64_t)file->item;
    file->row = file->is_new ? 0 : row;
    byte_stream_start(&file->streams[0], rows->base.blob, file->data + file->row * row_bytes,
                      int64_min(file->data + rows->layout.height * row_bytes, rows->bytes));
    for (int i = 0; i < TABLES; i++) {
        const struct table *table = &file->tables[i];
        file->left[i] = table->count;
        byte_stream_start(&file->streams[1 + i], rows->base.blob, table->offset, rows->bytes);
    }
    return file->row;
}

static int overflow_compare(const void *a, const void *b)
{
    const struct overflow *one = a, *other = b;
    return (one->pixel > other->pixel) - (one->pixel < other->pixel);
}

// The whole number in a field of `count` characters, with blanks around it.
static bool field_number(const char *field, size_t count, int64_t *number)
{
    char text[16] = "";
    memcpy(text, field, count);
    const char *begin = text + strspn(text, " ");
    text[(size_t)(begin - text) + strcspn(begin, " ")] = '\0';
    return parse_int64(begin, number);
}

// Reads the overflows of format 86, as many as are there and make sense.
static void read_overflows(struct bruker_file *file)
{
    const struct row_file *rows = &file->rows;
    struct byte_stream *stream = &file->streams[0];
    const int64_t offset = file->data + rows->layout.width * rows->layout.height * (int64_t)file->item;
    byte_stream_start(stream, rows->base.blob, offset, rows->bytes);
    file->overflow_count = 0;
    for (int64_t i = 0; i < file->overflow_claimed; i++) {
        char text[OVERFLOW_CHARACTERS];
        int64_t value, pixel;
        if (!byte_stream_take(stream, text, sizeof text))
            return;
        if (field_number(text, 9, &value) && field_number(text + 9, 7, &pixel) && value >= 0)
            file->overflows[file->overflow_count++] = (struct overflow){pixel, (uint32_t)value};
    }
}

static enum status bruker_prepare(struct row_file *rows, struct error *error)
{
    struct bruker_file *file = bruker_file_of(rows);
    file->overflows = NULL;
    file->stored = NULL;
    file->streams = malloc((1 + TABLES) * sizeof *file->streams);
    if (file->streams && file->overflow_claimed > 0)
        file->overflows = malloc((size_t)file->overflow_claimed * sizeof *file->overflows);
    if (file->streams)
        file->stored = malloc((size_t)rows->layout.width * file->item);
    if (!file->stored || (file->overflow_claimed > 0 && !file->overflows))
        return error_set(error, STATUS_NO_MEMORY, "%s: not enough memory for its overflows", rows->base.path);
    read_overflows(file);
    if (file->overflow_count > 1)
        qsort(file->overflows, (size_t)file->overflow_count, sizeof *file->overflows, overflow_compare);
    return STATUS_OK;
}

static void bruker_release(struct row_file *rows)
{
    struct bruker_file *file = bruker_file_of(rows);
    free(file->overflows);
    free(file->stored);
    free(file->streams);
}

static const struct row_coding old_coding = {
    .compression = "none",
    .seek = bruker_seek,
    .next = bruker_next,
    .prepare = bruker_prepare,
    .release = bruker_release,
};

static const struct row_coding new_coding = {
    .compression = "overflow tables",
    .seek = bruker_seek,
    .next = bruker_next,
    .sequential = true,
    .prepare = bruker_prepare,
    .release = bruker_release,
};

// --- Opening ---

// The tables of format 100 behind samples that end at `offset`.
static enum status find_tables(struct bruker_file *file, const struct header *header, int64_t offset,
                               struct error *error)
{
    int64_t under_bytes = 1;
    enum status status = STATUS_OK;
    const struct row_file *rows = &file->rows;
    for (int i = 0; i < TABLES && status == STATUS_OK; i++) {
        struct table *table = &file->tables[i];
        status = header_optional(rows, header, "NOVERFL", i, 0, &table->count, error);
        if (status == STATUS_OK && i == TABLE_UNDER && table->count > 0)
            status = header_optional(rows, header, "NPIXELB", 1, 1, &under_bytes, error);
        table->item = i == TABLE_UNDER ? (size_t)under_bytes : (size_t)(2 * i);
        if (status != STATUS_OK)
            break;
        if (table->count > rows->bytes || (under_bytes != 1 && under_bytes != 2 && under_bytes != 4))
            return error_set(error, STATUS_BROKEN, "%s: a table of its overflows is longer than the file",
                             rows->base.path);
        if (i == TABLE_UNDER && table->count < 0) // neither underflows nor a baseline
            file->baseline = 0;
        table->offset = offset;
        table->count = int64_max(table->count, 0);
        offset += int64_round_up(table->count * (int64_t)table->item, TABLE_ALIGNMENT);
    }
    return status;
}

// A count that no measurement exceeds; NAN where the header does not tell.
static double full_scale(const struct header *header)
{
    const double ranged = header_field(header, "AUTORNG", 4);
    const double usual = header_field(header, "CCDPARM", 4);
    return ranged > 0 ? ranged : usual > 0 ? usual : NAN;
}

static void set_linear(struct bruker_file *file, const struct header *header)
{
    const double slope = header_number(header, "LINEAR", 0), shift = header_number(header, "LINEAR", 1);
    file->linear = !isnan(slope + shift) && slope != 0 && (slope != 1 || shift != 0);
    file->slope = file->linear ? slope : 1;
    file->shift = file->linear ? shift : 0;
}

static enum sample_type type_of(const struct bruker_file *file)
{
    if (file->linear)
        return SAMPLE_F32;
    if (file->is_new)
        return SAMPLE_I32;
    if (file->overflow_claimed > 0 || file->item == 4)
        return SAMPLE_U32;
    return file->item == 1 ? SAMPLE_U8 : SAMPLE_U16;
}

static enum status read_format(struct bruker_file *file, const struct header *header, struct error *error)
{
    int64_t format = 0, item = 0, order = 0;
    const char *path = file->rows.base.path;
    enum status status = header_optional(&file->rows, header, "FORMAT", 0, FORMAT_OLD, &format, error);
    if (status == STATUS_OK && format != FORMAT_OLD && format != FORMAT_NEW)
        return error_set(error, STATUS_UNSUPPORTED, "%s: its format %lld is not read; 86 and 100 are", path,
                         (long long)format);
    if (status == STATUS_OK)
        status = header_integer(&file->rows, header, "NPIXELB", 0, &item, error);
    if (status == STATUS_OK && item != 1 && item != 2 && item != 4)
        return error_set(error, STATUS_BROKEN, "%s: its samples of %lld bytes cannot be", path,
                         (long long)item);
    if (header_optional(&file->rows, header, "WORDORD", 0, 0, &order, NULL) == STATUS_OK)
        file->swapped = order == 1;
    file->is_new = format == FORMAT_NEW;
    file->item = (size_t)item;
    return status;
}

static enum status layout_from(struct bruker_file *file, const struct header *header, struct error *error)
{
    struct row_layout layout = {.format = "Bruker"};
    const struct row_file *rows = &file->rows;
    size_t data_bytes = 0;
    enum status status = header_integer(rows, header, "NROWS", 0, &layout.height, error);
    if (status == STATUS_OK)
        status = header_integer(rows, header, "NCOLS", 0, &layout.width, error);
    if (status != STATUS_OK)
        return status;
    if (!size_of_plane(layout.width, layout.height, 8, &data_bytes) || data_bytes > INT64_MAX / 4)
        return error_set(error, STATUS_TOO_LARGE, "%s: the size of its image overflows", rows->base.path);
    data_bytes = data_bytes / 8 * file->item;
    file->data = (int64_t)header->count;
    const double baseline = header_number(header, "NEXP", 2);
    file->baseline = fabs(baseline) < INT32_MAX ? (int64_t)baseline : 0;
    if (file->is_new)
        status = find_tables(file, header, file->data + (int64_t)data_bytes, error);
    else
        status = header_optional(rows, header, "NOVERFL", 0, 0, &file->overflow_claimed, error);
    if (status != STATUS_OK)
        return status;
    file->overflow_claimed = int64_clamp(file->overflow_claimed, 0, rows->bytes / OVERFLOW_CHARACTERS);
    set_linear(file, header);
    layout.type = type_of(file);
    layout.sentinels.has_saturation = full_scale(header) > 0;
    layout.sentinels.saturation = full_scale(header) > 0 ? full_scale(header) : 0;
    return row_file_start(&file->rows, &layout, file->is_new ? &new_coding : &old_coding,
                          (rows->bytes - file->data) / (int64_t)file->item, error);
}

static enum status open_content(struct image_file *base, const struct open_request *request,
                                struct error *error)
{
    (void)request;
    struct bruker_file *file = (struct bruker_file *)base;
    struct header header;
    enum status status = header_read(row_file_of(base), &header, error);
    if (status != STATUS_OK)
        return status;
    status = read_format(file, &header, error);
    if (status == STATUS_OK)
        status = layout_from(file, &header, error);
    free(header.bytes);
    return status;
}

static enum status bruker_open(const struct open_request *request, struct image_file **out,
                               struct error *error)
{
    return row_file_open_with(request, &bruker_reader, sizeof(struct bruker_file), open_content, out, error);
}

// --- What the header tells ---

// DETTYPE gives the pixels of a cm of a frame of 512 x 512; larger frames have 2, 4, ... times as many.
static double pixel_size(const struct header *header, const struct row_layout *layout)
{
    const int64_t side = int64_max(layout->width, layout->height);
    double per_cm = header_number(header, "DETTYPE", 1);
    for (int64_t full = 1024; full <= side; full *= 2)
        per_cm *= 2;
    return 0.01 / per_cm;
}

static void tell_detector(const struct bruker_file *file, const struct header *header,
                          struct detector_info *info)
{
    char name[LINE];
    const struct row_layout *layout = &file->rows.layout;
    detector_info_set(&info->distance, header_number(header, "DISTANC", 0) * 1e-2);
    detector_info_set(&info->distance, header_number(header, "DISTANC", 1) * 1e-2);
    detector_info_set(&info->wavelength, header_number(header, "WAVELEN", 0) * 1e-10);
    detector_info_set(&info->exposure, header_number(header, "ELAPSDR", 0));
    detector_info_set(&info->exposure, header_number(header, "CUMULAT", 0));
    detector_info_set(&info->pixel_x, pixel_size(header, layout));
    detector_info_set(&info->pixel_y, pixel_size(header, layout));
    detector_info_set(&info->saturation, full_scale(header));
    const int from = isnan(header_number(header, "CENTER", 3)) ? 0 : 2;
    const double x = header_number(header, "CENTER", from), y = header_number(header, "CENTER", from + 1);
    if (x != 0 || y != 0)
        detector_info_set_beam(info, x, (double)layout->height - y); // counted from the last row of the file
    if (header_word(header, "DETTYPE", 0, name) && utf8_valid(name, strlen(name)) &&
        strlen(name) < sizeof info->name)
        snprintf(info->name, sizeof info->name, "%.*s", (int)sizeof info->name - 1, name);
}

static enum status bruker_detector(struct image_file *base, int64_t frame, struct detector_info *info,
                                   struct error *error)
{
    (void)frame;
    struct header header;
    enum status status = header_read(row_file_of(base), &header, error);
    if (status != STATUS_OK)
        return status;
    tell_detector(bruker_file_of(row_file_of(base)), &header, info);
    free(header.bytes);
    return STATUS_OK;
}

static enum status bruker_metadata(struct image_file *base, int64_t frame, struct text *out,
                                   struct error *error)
{
    (void)frame;
    struct header header;
    const char *line;
    enum status status = header_read(row_file_of(base), &header, error);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; next_line(&header, &i, &line);) {
        struct text key = {0};
        size_t length = KEY;
        while (length > 0 && line[length - 1] == ' ')
            length--;
        utf8_append(&key, line, length);
        header_line(out, text_string(&key), line + KEY + 1, LINE - KEY - 1);
        text_free(&key);
    }
    free(header.bytes);
    return STATUS_OK;
}

static const char *const bruker_extensions[] = {"gfrm", "sfrm", NULL};

const struct reader bruker_reader = {
    .name = "bruker",
    .description = "Bruker frame",
    .extensions = bruker_extensions,
    .media = {.types = "image/x-bruker-frame;", .magic = "FORMAT :"},
    .probe = bruker_probe,
    .open = bruker_open,
    .frame_info = row_file_info,
    .decode = row_file_decode,
    .clone = row_file_clone,
    .metadata = bruker_metadata,
    .detector = bruker_detector,
    .close = row_file_close,
};
