// SPDX-License-Identifier: MIT
// Fit2D spreadsheets (.spr): an image as text, a line of its size and a number for each pixel.
//
// Format: A. Hammersley's Fit2D writes it ("SPREAD SHEET"), and the fabio library reads it
// (https://github.com/silx-kit/fabio). Lines that begin with "#" may stand first. The line of the size is
// "WIDTH HEIGHT Start pixel = ( X Y)".
#include "formats/base/header_table.h"
#include "formats/base/plain_file.h"
#include "formats/base/readers_list.h"
#include "formats/base/row_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LONGEST_NUMBER = 63, FIRST_BYTES = 4096 };

struct spr_file {
    struct row_file rows;
    int64_t data;               // offset of the first number
    struct byte_stream *stream; // owned
    bool ended;
};

static struct spr_file *spr_file_of(struct row_file *rows)
{
    return (struct spr_file *)rows; // the rows are the first member
}

// --- The line of the size ---

struct size_line {
    int64_t width, height;
    size_t begin, end; // bytes of the line within the file's beginning
    bool start_pixel;  // it goes on as Fit2D writes it
};

// A positive whole number at the beginning of *at, which moves behind it.
static bool take_number(const char **at, int64_t *number)
{
    char digits[20];
    *at += strspn(*at, " \t");
    const size_t count = strspn(*at, "0123456789");
    if (count == 0 || count >= sizeof digits || !strchr(" \t\r\n", (*at)[count]))
        return false;
    memcpy(digits, *at, count);
    digits[count] = '\0';
    *at += count;
    return parse_int64(digits, number) && *number > 0;
}

static bool find_size(const char *head, size_t count, struct size_line *line)
{
    char text[256];
    size_t at = 0;
    while (at < count && head[at] == '#') {
        const char *end = memchr(head + at, '\n', count - at);
        if (!end)
            return false;
        at = (size_t)(end - head) + 1;
    }
    const char *end = memchr(head + at, '\n', count - at);
    if (!end || (size_t)(end - head) - at >= sizeof text - 1)
        return false;
    line->begin = at;
    line->end = (size_t)(end - head) + 1;
    memcpy(text, head + at, line->end - at);
    text[line->end - at] = '\0';
    const char *rest = text;
    if (!take_number(&rest, &line->width) || !take_number(&rest, &line->height))
        return false;
    line->start_pixel = strstr(rest, "Start pixel") != NULL;
    return true;
}

static int spr_probe(const uint8_t *head, size_t count, const char *path)
{
    struct size_line line;
    const char *dot = strrchr(path, '.');
    if (!find_size((const char *)head, count, &line))
        return 0;
    return line.start_pixel ? 90 : dot && strcasecmp(dot, ".spr") == 0 ? 40 : 0;
}

// --- Decoding ---

// The next number of the text; false at its end or at a word that is none.
static bool next_value(struct byte_stream *stream, float *value)
{
    char word[LONGEST_NUMBER + 1];
    size_t count = 0;
    double number;
    int byte = byte_stream_next(stream);
    while (byte == ' ' || (byte >= '\t' && byte <= '\r'))
        byte = byte_stream_next(stream);
    for (; byte > ' ' && count < LONGEST_NUMBER; byte = byte_stream_next(stream))
        word[count++] = (char)byte;
    word[count] = '\0';
    if (!parse_double(word, &number))
        return false;
    *value = (float)number;
    return true;
}

static int64_t spr_next(struct row_file *rows, void *out)
{
    struct spr_file *file = spr_file_of(rows);
    float *values = out;
    int64_t x = 0;
    while (x < rows->layout.width && !file->ended && next_value(file->stream, &values[x]))
        x++;
    file->ended = x < rows->layout.width;
    return x;
}

static int64_t spr_seek(struct row_file *rows, int64_t row)
{
    (void)row;
    struct spr_file *file = spr_file_of(rows);
    byte_stream_start(file->stream, rows->base.blob, file->data, rows->bytes);
    file->ended = false;
    return 0;
}

static enum status spr_prepare(struct row_file *rows, struct error *error)
{
    (void)error;
    spr_file_of(rows)->stream = must_alloc(sizeof(struct byte_stream));
    return STATUS_OK;
}

static void spr_release(struct row_file *rows)
{
    free(spr_file_of(rows)->stream);
}

static const struct row_coding spr_coding = {
    .compression = "text",
    .seek = spr_seek,
    .next = spr_next,
    .sequential = true,
    .prepare = spr_prepare,
    .release = spr_release,
};

// --- Opening ---

static enum status read_head(const struct row_file *file, char head[FIRST_BYTES], size_t *count,
                             struct size_line *line, struct error *error)
{
    *count = file->bytes < FIRST_BYTES ? (size_t)file->bytes : FIRST_BYTES;
    enum status status = row_file_read(file, 0, head, *count, error);
    if (status == STATUS_OK && !find_size(head, *count, line))
        status = error_set(error, STATUS_NOT_MINE, "%s: is not a Fit2D spreadsheet", file->base.path);
    return status;
}

static enum status open_content(struct image_file *base, const struct open_request *request,
                                struct error *error)
{
    (void)request;
    struct spr_file *file = (struct spr_file *)base;
    enum { LEAST_BYTES = 2 }; // a digit and a blank
    char head[FIRST_BYTES];
    size_t count;
    struct size_line line;
    enum status status = read_head(&file->rows, head, &count, &line, error);
    if (status != STATUS_OK)
        return status;
    const struct row_layout layout = {
        .format = "Fit2D spreadsheet", .width = line.width, .height = line.height, .type = SAMPLE_F32};
    file->data = (int64_t)line.end;
    return row_file_start(&file->rows, &layout, &spr_coding, (file->rows.bytes - file->data) / LEAST_BYTES,
                          error);
}

static enum status spr_open(const struct open_request *request, struct image_file **out, struct error *error)
{
    return row_file_open_with(request, &spr_reader, sizeof(struct spr_file), open_content, out, error);
}

// The lines before the numbers.
static enum status spr_metadata(struct image_file *base, int64_t frame, struct text *out, struct error *error)
{
    (void)frame;
    char head[FIRST_BYTES];
    size_t count;
    struct size_line line;
    enum status status = read_head(row_file_of(base), head, &count, &line, error);
    if (status != STATUS_OK)
        return status;
    for (size_t at = 0; at < line.begin;) {
        const char *end = memchr(head + at, '\n', count - at); // found before
        const size_t next = (size_t)(end - head) + 1;
        header_line(out, "Comment", head + at + 1, next - at - 1);
        at = next;
    }
    header_line(out, "Title", head + line.begin, line.end - line.begin);
    return STATUS_OK;
}

static const char *const spr_extensions[] = {"spr", NULL};

const struct reader spr_reader = {
    .name = "spr",
    .description = "Fit2D spreadsheet",
    .extensions = spr_extensions,
    .media = {.types = "image/x-fit2d-spreadsheet;"},
    .probe = spr_probe,
    .open = spr_open,
    .frame_info = row_file_info,
    .decode = row_file_decode,
    .clone = row_file_clone,
    .metadata = spr_metadata,
    .close = row_file_close,
};
