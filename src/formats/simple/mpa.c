// SPDX-License-Identifier: MIT
// MPA files (.mpa) of FAST ComTec's multiparameter systems MPA-3 and MPANT: a two-dimensional spectrum as
// text.
//
// Format: the MPANT manual, and the fabio library reads it (https://github.com/silx-kit/fabio, mpaimage.py).
// Lines "key=value", in sections that lines as "[ADC1]" begin; spectra of one axis as "[DATA0,1024 ]" and
// lines of numbers; then "[CDAT0,N ]" and the map, a number a line: range of ADC1 rows of range of ADC2
// samples.
#include "formats/base/header_table.h"
#include "formats/base/readers_list.h"
#include "formats/packed/packed_file.h"

#include "base/size.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_HEADER = 16 << 20, MAX_WORD = 64 };

// A line without the blanks at its ends.
struct line {
    const char *text;
    size_t length;
};

static bool next_line(const char **at, const char *end, struct line *line)
{
    if (*at >= end)
        return false;
    const char *stop = memchr(*at, '\n', (size_t)(end - *at));
    const char *from = *at, *to = stop ? stop : end;
    *at = stop ? stop + 1 : end;
    while (from < to && isspace((unsigned char)*from))
        from++;
    while (to > from && isspace((unsigned char)to[-1]))
        to--;
    *line = (struct line){from, (size_t)(to - from)};
    return true;
}

static bool begins(const struct line *line, const char *word)
{
    const size_t length = strlen(word);
    return line->length >= length && memcmp(line->text, word, length) == 0;
}

// Splits "key=value"; false if it is none.
static bool split(const struct line *line, struct line *key, struct line *value)
{
    const char *sign = memchr(line->text, '=', line->length);
    if (!sign)
        return false;
    const char *at = line->text, *end = line->text + line->length;
    *key = (struct line){at, 0};
    next_line(&at, sign, key);
    at = sign + 1;
    *value = (struct line){end, 0};
    next_line(&at, end, value);
    return true;
}

static int mpa_probe(const uint8_t *head, size_t count, const char *path)
{
    const char *dot = strrchr(path, '.');
    bool ranges = memmem(head, count, "[ADC1]", 6) && memmem(head, count, "range=", 6);
    if (!ranges)
        return 0;
    return memmem(head, count, "mpafmt=", 7) ? 90 : dot && strcasecmp(dot, ".mpa") == 0 ? 40 : 0;
}

struct mpa_header {
    int64_t rows, columns; // 0: not told
    char format[MAX_WORD]; // of the numbers: "asc", "dat", ...; "" if not told
    int64_t data;          // offset of the map; 0: there is none
};

static void take_number(const struct line *value, int64_t *number)
{
    char text[MAX_WORD] = "";
    if (value->length < sizeof text) {
        memcpy(text, value->text, value->length);
        parse_whole(text, number);
    }
}

static void header_parse(const char *text, size_t count, struct mpa_header *header)
{
    const char *at = text;
    struct line line, section = {"", 0}, key, value;
    *header = (struct mpa_header){0};
    while (header->data == 0 && next_line(&at, text + count, &line)) {
        if (begins(&line, "[CDAT"))
            header->data = at - text;
        else if (begins(&line, "["))
            section = line;
        else if (!split(&line, &key, &value))
            continue;
        else if (section.length == 0 && begins(&key, "mpafmt") && value.length < MAX_WORD)
            memcpy(header->format, value.text, value.length);
        else if (begins(&section, "[ADC1]") && key.length == 5 && begins(&key, "range"))
            take_number(&value, &header->rows);
        else if (begins(&section, "[ADC2]") && key.length == 5 && begins(&key, "range"))
            take_number(&value, &header->columns);
    }
}

// The file up to the map at least; to be freed. NULL with a sentence.
static char *header_read(const struct plain_file *file, size_t *count, struct error *error)
{
    *count = (size_t)int64_min(file->bytes, MAX_HEADER);
    char *text = try_alloc(*count + 1, 1, file->base.path, error);
    if (text && plain_file_header(file, 0, text, *count, error) != STATUS_OK) {
        free(text);
        text = NULL;
    }
    return text;
}

static enum status open_content(struct image_file *base, const struct open_request *request,
                                struct error *error)
{
    (void)request;
    struct packed_file *file = packed_file_of(base);
    const char *path = file->plain.base.path;
    struct mpa_header header;
    size_t count;
    char *text = header_read(&file->plain, &count, error);
    if (!text)
        return error ? error->status : STATUS_BROKEN;
    header_parse(text, count, &header);
    free(text);
    if (header.data == 0)
        return error_set(error, STATUS_UNSUPPORTED, "%s: holds no map of two axes ([CDAT...]), only spectra",
                         path);
    if (header.rows < 1 || header.columns < 1)
        return error_set(error, STATUS_BROKEN, "%s: the ranges of ADC1 and ADC2 are missing in its header",
                         path);
    if (header.format[0] && strcmp(header.format, "asc") != 0)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: its map is stored as \"%.20s\"; only text (mpafmt=asc) is shown", path,
                         header.format);
    const struct plain_layout layout = {
        .format = "MPA", .width = header.columns, .height = header.rows, .frames = 1, .type = SAMPLE_F64};
    const struct sample_storage storage = {
        .offset = header.data, .coding = CODING_TEXT, .channels = {.channels = 1}};
    file->compression = "text";
    return packed_file_set(file, &layout, &storage, error);
}

static enum status mpa_open(const struct open_request *request, struct image_file **out, struct error *error)
{
    return plain_file_open_with(request, &mpa_reader, sizeof(struct packed_file), open_content, out, error);
}

// "ADC1 range" for "range=" in the section "[ADC1]".
static enum status mpa_metadata(struct image_file *base, int64_t frame, struct text *out, struct error *error)
{
    (void)frame;
    size_t count;
    char *text = header_read(plain_file_of(base), &count, error);
    struct line line, section = {"", 0}, key, value;
    const char *at = text;
    while (text && next_line(&at, text + count, &line) && !begins(&line, "[CDAT")) {
        char name[2 * MAX_WORD];
        if (begins(&line, "["))
            section = (struct line){line.text + 1, strcspn(line.text + 1, "]\n")};
        if (begins(&line, "[") || !split(&line, &key, &value))
            continue;
        snprintf(name, sizeof name, "%.*s%s%.*s", (int)int64_min((int64_t)section.length, MAX_WORD - 2),
                 section.text, section.length > 0 ? " " : "",
                 (int)int64_min((int64_t)key.length, MAX_WORD - 2), key.text);
        header_line(out, name, value.text, value.length);
    }
    free(text);
    return text ? STATUS_OK : STATUS_IO;
}

static const char *const mpa_extensions[] = {"mpa", NULL};

const struct reader mpa_reader = {
    .name = "mpa",
    .description = "FAST ComTec MPA",
    .extensions = mpa_extensions,
    .media = {.types = "image/x-mpa;"},
    .probe = mpa_probe,
    .open = mpa_open,
    .frame_info = packed_file_info,
    .decode = packed_file_decode,
    .clone = packed_file_clone,
    .metadata = mpa_metadata,
    .close = packed_file_close,
};
