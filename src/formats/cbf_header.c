// SPDX-License-Identifier: MIT
// The texts of a CBF file: the MIME headers of its sections, the dimensions, and metadata.
#include "formats/cbf_internal.h"

#include "base/file.h"
#include "base/size.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    CBF_MAX_MIME = 16 * 1024,
    TRUNCATED_MAX_RATIO = 64,    // a frame of which less than 1/64 is there is refused, not shown in part
    SMALL_FRAME_BYTES = 1 << 20, // smaller ones are never refused for that
};

static const uint8_t data_marker[4] = {0x0c, 0x1a, 0x04, 0xd5};

// --- Text ---

bool cbf_next_line(const char **at, const char **line, size_t *length)
{
    if (**at == '\0')
        return false;
    *line = *at;
    *length = strcspn(*at, "\n");
    *at += *length + ((*at)[*length] == '\n');
    while (*length > 0 && isspace((unsigned char)(*line)[*length - 1]))
        (*length)--;
    return true;
}

bool cbf_begins_with(const char *line, size_t length, const char *word)
{
    size_t count = strlen(word);
    return length >= count && strncasecmp(line, word, count) == 0;
}

void cbf_trim(const char **text, size_t *length, const char *unwanted)
{
    while (*length > 0 && strchr(unwanted, **text))
        (*text)++, (*length)--;
    while (*length > 0 && strchr(unwanted, (*text)[*length - 1]))
        (*length)--;
}

// The value of a key in a MIME header, without quotes; false if it is not there or too long.
static bool mime_value(const char *mime, const char *key, char *out, size_t size)
{
    const char *line;
    size_t length, key_length = strlen(key);
    while (cbf_next_line(&mime, &line, &length)) {
        if (!cbf_begins_with(line, length, key) || length <= key_length || line[key_length] != ':')
            continue;
        line += key_length + 1;
        length -= key_length + 1;
        cbf_trim(&line, &length, " \t\"';");
        if (length >= size)
            return false;
        memcpy(out, line, length);
        out[length] = '\0';
        return true;
    }
    return false;
}

// A number of at least `low`. A missing one leaves *value alone.
static bool mime_number(const char *mime, const char *key, int64_t low, int64_t *value)
{
    char text[32];
    int64_t number;
    if (!mime_value(mime, key, text, sizeof text))
        return true;
    if (!parse_int64(text, &number) || number < low)
        return false;
    *value = number;
    return true;
}

enum status cbf_read_text(const struct cbf_file *file, int64_t offset, int64_t limit, char **text,
                          struct error *error)
{
    size_t count = (size_t)int64_clamp(file->file_bytes - offset, 0, limit);
    char *bytes = must_alloc(count + 1);
    enum status status = file_read_at(file->fd, file->base.path, offset, bytes, count, error);
    if (status != STATUS_OK)
        free(bytes);
    else
        *text = bytes;
    return status;
}

// --- Dimensions that stand in the CIF part only ---

struct list_columns {
    int count, precedence, dimension;
};

// Adds a column of the table _array_structure_list; false if the line is none.
static bool list_column(struct list_columns *columns, const char *line, size_t length)
{
    static const char prefix[] = "_array_structure_list.";
    if (!cbf_begins_with(line, length, prefix))
        return false;
    line += sizeof prefix - 1;
    length -= sizeof prefix - 1;
    if (cbf_begins_with(line, length, "precedence"))
        columns->precedence = columns->count;
    if (cbf_begins_with(line, length, "dimension"))
        columns->dimension = columns->count;
    columns->count++;
    return true;
}

// The whole number in a column of a table's row, or -1.
static int64_t row_number(const char *line, size_t length, int column)
{
    const char *at = line, *end = line + length;
    for (int i = 0; at < end; i++) {
        while (at < end && isspace((unsigned char)*at))
            at++;
        const char *word = at;
        while (at < end && !isspace((unsigned char)*at))
            at++;
        if (i != column)
            continue;
        char text[24];
        int64_t number;
        snprintf(text, sizeof text, "%.*s", (int)int64_min(at - word, sizeof text), word);
        return parse_int64(text, &number) && number > 0 ? number : -1;
    }
    return -1;
}

// Width and height of the first array in the table _array_structure_list; 0 where they are not told.
static void list_dimensions(const char *header, int64_t *width, int64_t *height)
{
    struct list_columns columns = {0, -1, -1};
    const char *line;
    size_t length;
    while (cbf_next_line(&header, &line, &length) && (*width == 0 || *height == 0)) {
        if (list_column(&columns, line, length))
            continue;
        if (length == 0 || strchr("_#;", line[0]) || cbf_begins_with(line, length, "loop_"))
            columns = (struct list_columns){0, -1, -1};
        if (columns.precedence < 0 || columns.dimension < 0)
            continue;
        int64_t precedence = row_number(line, length, columns.precedence);
        int64_t dimension = row_number(line, length, columns.dimension);
        if (precedence == 1 && dimension > 0 && *width == 0)
            *width = dimension;
        if (precedence == 2 && dimension > 0 && *height == 0)
            *height = dimension;
    }
}

// --- One section's header ---

struct cbf_type {
    const char *name;
    enum sample_type type;
};

static const struct cbf_type cbf_types[] = {
    {"signed 8-bit integer", SAMPLE_I8},   {"unsigned 8-bit integer", SAMPLE_U8},
    {"signed 16-bit integer", SAMPLE_I16}, {"unsigned 16-bit integer", SAMPLE_U16},
    {"signed 32-bit integer", SAMPLE_I32}, {"unsigned 32-bit integer", SAMPLE_U32},
};

// The sentence for a valid header item of a kind that is not read.
static enum status refuse(const struct cbf_file *file, const char *what, const char *value,
                          struct error *error)
{
    struct text clean = {0};
    utf8_clean(&clean, value, strlen(value));
    error_set(error, STATUS_UNSUPPORTED, "%s: %s \"%s\" is not read", file->base.path, what,
              text_string(&clean));
    text_free(&clean);
    return STATUS_UNSUPPORTED;
}

static enum status section_type(const struct cbf_file *file, const char *mime, struct cbf_section *section,
                                struct error *error)
{
    char name[64] = "signed 32-bit integer", order[32] = "";
    mime_value(mime, "X-Binary-Element-Type", name, sizeof name);
    mime_value(mime, "X-Binary-Element-Byte-Order", order, sizeof order);
    section->swapped = strcasecmp(order, "BIG_ENDIAN") == 0;
    for (size_t i = 0; i < sizeof cbf_types / sizeof *cbf_types; i++) {
        if (strcasecmp(name, cbf_types[i].name) == 0) {
            section->type = cbf_types[i].type;
            return STATUS_OK;
        }
    }
    return refuse(file, "the element type", name, error);
}

// How the data are stored: the conversion and the transfer encoding.
static enum status section_storage(const struct cbf_file *file, const char *mime, struct cbf_section *section,
                                   struct error *error)
{
    static const char word[] = "conversions=";
    char encoding[32] = "BINARY", name[48];
    mime_value(mime, "Content-Transfer-Encoding", encoding, sizeof encoding);
    if (strcasecmp(encoding, "BINARY") != 0)
        return refuse(file, "the text encoding", encoding, error);
    const char *found = strcasestr(mime, word);
    section->compressed = found;
    if (!found)
        return STATUS_OK;
    found += sizeof word - 1;
    size_t length = strcspn(found, ";\r\n");
    cbf_trim(&found, &length, " \t\"'");
    snprintf(name, sizeof name, "%.*s", (int)int64_min((int64_t)length, sizeof name), found);
    return strcasecmp(name, "x-CBF_BYTE_OFFSET") == 0 ? STATUS_OK
                                                      : refuse(file, "the compression", name, error);
}

// The least bytes that the section's pixels take; false on overflow.
static bool section_least(const struct cbf_section *section, int64_t *least)
{
    size_t bytes, item = sample_traits(section->type)->bytes;
    if (!size_of_plane(section->width, section->height, item, &bytes) || bytes > INT64_MAX)
        return false;
    *least = (int64_t)(section->compressed ? bytes / item : bytes);
    return true;
}

// Checks the sizes against each other and the file, before anything is allocated for them.
static enum status section_check(const struct cbf_file *file, struct cbf_section *section,
                                 struct error *error)
{
    int64_t least;
    const char *path = file->base.path;
    long long width = section->width, height = section->height;
    if (!section_least(section, &least))
        return error_set(error, STATUS_TOO_LARGE, "%s: %lld x %lld pixels overflow", path, width, height);
    if (least > section->bytes)
        return error_set(error, STATUS_BROKEN,
                         "%s: the header claims %lld x %lld pixels, but only %lld bytes of data", path, width,
                         height, (long long)section->bytes);
    int64_t room = int64_max(file->file_bytes - section->data_offset, 0);
    section->present = int64_min(section->bytes, room);
    if (section->present > 0 && (least <= SMALL_FRAME_BYTES || least / TRUNCATED_MAX_RATIO <= room))
        return STATUS_OK;
    char found[32];
    return error_set(error, STATUS_BROKEN,
                     "%s: the header claims %lld x %lld pixels, but there are only %s of data in the file",
                     path, width, height, format_bytes(room, found, sizeof found));
}

static enum status section_size(const struct cbf_file *file, const char *mime, struct cbf_section *section,
                                struct error *error)
{
    int64_t depth = 1;
    const char *path = file->base.path;
    bool good = mime_number(mime, "X-Binary-Size", 1, &section->bytes) &&
                mime_number(mime, "X-Binary-Size-Fastest-Dimension", 1, &section->width) &&
                mime_number(mime, "X-Binary-Size-Second-Dimension", 1, &section->height) &&
                mime_number(mime, "X-Binary-Size-Third-Dimension", 0, &depth);
    if (!good || section->bytes == 0)
        return error_set(error, STATUS_BROKEN, "%s: a size in the header is missing or no positive number",
                         path);
    if (depth > 1)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: a section holds %lld images; only one image a section is read", path,
                         (long long)depth);
    if (section->width == 0 || section->height == 0) {
        char *header;
        enum status status =
            cbf_read_text(file, 0, int64_min(file->header_bytes, CBF_MAX_HEADER), &header, error);
        if (status != STATUS_OK)
            return status;
        list_dimensions(header, &section->width, &section->height);
        free(header);
    }
    if (section->width == 0 || section->height == 0)
        return error_set(error, STATUS_UNSUPPORTED, "%s: the header does not tell the image's dimensions",
                         path);
    return section_check(file, section, error);
}

// Cuts the text behind a boundary where the MIME header ends, with the blank line, and returns its length; 0
// if it has no end.
static size_t mime_cut(char *text)
{
    char *at = text + strspn(text, "\r\n");
    while (*at) {
        char *next = at + strcspn(at, "\n");
        if (strspn(at, "\r\n") >= (size_t)(next - at) && (*next == '\n' || *at == '\r')) {
            size_t length = (size_t)(next - text) + (*next == '\n');
            *at = '\0';
            return length;
        }
        at = next + (*next == '\n');
    }
    return 0;
}

// Finds the marker in the few bytes at the end of the MIME header.
static enum status section_marker(const struct cbf_file *file, struct cbf_section *section, int64_t offset,
                                  struct error *error)
{
    uint8_t bytes[64] = {0};
    size_t count = (size_t)int64_clamp(file->file_bytes - offset, 0, sizeof bytes);
    enum status status = file_read_at(file->fd, file->base.path, offset, bytes, count, error);
    if (status != STATUS_OK)
        return status;
    const uint8_t *marker = memmem(bytes, count, data_marker, sizeof data_marker);
    if (!marker)
        return error_set(error, STATUS_BROKEN, "%s: the mark before the binary data is missing",
                         file->base.path);
    section->data_offset = offset + (marker - bytes) + (int64_t)sizeof data_marker;
    return STATUS_OK;
}

enum status cbf_section_read(const struct cbf_file *file, int64_t offset, struct cbf_section *section,
                             struct error *error)
{
    char *mime;
    *section = (struct cbf_section){.mime_offset = offset};
    enum status status = cbf_read_text(file, offset, CBF_MAX_MIME, &mime, error);
    if (status != STATUS_OK)
        return status;
    size_t length = mime_cut(mime);
    if (length == 0)
        status =
            error_set(error, STATUS_BROKEN, "%s: the header of a binary section has no end", file->base.path);
    if (status == STATUS_OK)
        status = section_storage(file, mime, section, error);
    bool stored = status == STATUS_OK || status == STATUS_UNSUPPORTED;
    if (stored && section_marker(file, section, offset + (int64_t)length,
                                 status == STATUS_OK ? error : NULL) != STATUS_OK)
        status = status == STATUS_OK ? STATUS_BROKEN : status;
    else if (stored)
        (void)mime_number(mime, "X-Binary-Size", 1, &section->bytes);
    if (status == STATUS_OK)
        status = section_type(file, mime, section, error);
    if (status == STATUS_OK)
        status = section_size(file, mime, section, error);
    free(mime);
    return status;
}

// --- Metadata ---

static void append_clean(struct text *out, const char *bytes, size_t count)
{
    size_t from = out->length;
    utf8_clean(out, bytes, count);
    for (size_t i = from; i < out->length; i++)
        if (out->data[i] == '\t' || out->data[i] == '\n')
            out->data[i] = ' ';
}

// A line "key value", "key: value" or "key = value".
static void append_pair(struct text *out, const char *line, size_t length)
{
    size_t key = 0;
    while (key < length && !strchr(" \t:=", line[key]))
        key++;
    const char *value = line + key;
    size_t count = length - key;
    cbf_trim(&value, &count, " \t:=\"");
    if (key == 0 || count == 0)
        return;
    append_clean(out, line, key);
    text_append(out, "\t");
    append_clean(out, value, count);
    text_append(out, "\n");
}

static void append_comment(struct text *out, const char *line, size_t length)
{
    cbf_trim(&line, &length, "# \t");
    if (length == 0)
        return;
    if (!isdigit((unsigned char)*line)) {
        append_pair(out, line, length);
        return;
    }
    text_append(out, "Date\t"); // the only line without a key is the time of the exposure
    append_clean(out, line, length);
    text_append(out, "\n");
}

// The items of the CIF part that stand on one line, and the lines of header_contents.
static void append_header(struct text *out, const char *header)
{
    const char *line;
    size_t length;
    bool contents = false; // within the text of header_contents
    bool inside = false;   // within any text between semicolons
    while (cbf_next_line(&header, &line, &length)) {
        if (length == 0)
            continue;
        if (line[0] == ';') {
            inside = !inside;
            contents = contents && inside;
        } else if (!inside && line[0] == '_') {
            contents = cbf_begins_with(line, length, "_array_data.header_contents");
            append_pair(out, line, length);
        } else if (inside && contents && line[0] == '#') {
            append_comment(out, line, length);
        }
    }
}

// The MIME header; a line that begins with a blank goes on with the one before.
static void append_mime(struct text *out, const char *mime)
{
    const char *line;
    size_t length;
    while (cbf_next_line(&mime, &line, &length)) {
        cbf_trim(&line, &length, " \t;");
        append_pair(out, line, length);
    }
}

enum status cbf_metadata(struct image_file *base, int64_t frame, struct text *out, struct error *error)
{
    const struct cbf_file *file = (const struct cbf_file *)base; // the base is the first member
    char *header, *mime;
    enum status status =
        cbf_read_text(file, 0, int64_min(file->header_bytes, CBF_MAX_HEADER), &header, error);
    if (status != STATUS_OK)
        return status;
    append_header(out, header);
    free(header);
    status = cbf_read_text(file, file->sections[frame].mime_offset, CBF_MAX_MIME, &mime, error);
    if (status != STATUS_OK)
        return status;
    if (mime_cut(mime) > 0)
        append_mime(out, mime);
    free(mime);
    return STATUS_OK;
}
