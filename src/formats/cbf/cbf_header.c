// SPDX-License-Identifier: MIT
// The MIME headers of the sections of a CBF file: sizes, types and codings, checked before anything is read.
#include "formats/cbf/cbf_internal.h"

#include "base/size.h"
#include "formats/base/handle.h"
#include "formats/cbf/cbf_cif.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    CBF_MAX_MIME = 16 * 1024,
    SMALL_FRAME_PIXELS = 1 << 20, // smaller ones are never refused for that
    MAX_DIMENSION_ROWS = 16,      // of the table of dimensions that are looked at
};

static const uint8_t data_marker[4] = {0x0c, 0x1a, 0x04, 0xd5};

// --- Text ---

// The line at *at without its end; *at moves behind it. False at the end of the text.
static bool next_line(const char **at, struct cbf_words *line)
{
    if (**at == '\0')
        return false;
    *line = (struct cbf_words){*at, strcspn(*at, "\n")};
    *at += line->length + ((*at)[line->length] == '\n');
    while (line->length > 0 && isspace((unsigned char)line->at[line->length - 1]))
        line->length--;
    return true;
}

static void trim(struct cbf_words *words, const char *unwanted)
{
    while (words->length > 0 && strchr(unwanted, *words->at))
        words->at++, words->length--;
    while (words->length > 0 && strchr(unwanted, words->at[words->length - 1]))
        words->length--;
}

bool cbf_mime_value(const char *mime, const char *key, char *out, size_t size)
{
    struct cbf_words line;
    const size_t key_length = strlen(key);
    while (next_line(&mime, &line)) {
        if (line.length <= key_length || strncasecmp(line.at, key, key_length) != 0 ||
            line.at[key_length] != ':')
            continue;
        line.at += key_length + 1;
        line.length -= key_length + 1;
        trim(&line, " \t\"';");
        if (line.length >= size)
            return false;
        memcpy(out, line.at, line.length);
        out[line.length] = '\0';
        return true;
    }
    return false;
}

// A number of at least `low`. A missing one leaves *value alone.
static bool mime_number(const char *mime, const char *key, int64_t low, int64_t *value)
{
    char text[32];
    int64_t number;
    if (!cbf_mime_value(mime, key, text, sizeof text))
        return true;
    if (!parse_whole(text, &number) || number < low)
        return false;
    *value = number;
    return true;
}

enum status cbf_read_text(const struct cbf_file *file, int64_t offset, int64_t limit, char **text,
                          struct error *error)
{
    size_t count = (size_t)int64_clamp(file->file_bytes - offset, 0, limit);
    char *bytes = must_alloc(count + 1);
    enum status status = image_file_read(&file->base, offset, bytes, count, error);
    if (status != STATUS_OK)
        free(bytes);
    else
        *text = bytes;
    return status;
}

// Takes away what belongs to the section before: padding, the boundary, and the semicolon that ends its text.
static void drop_data_end(char *bytes, size_t count)
{
    static const char boundary[] = "--CIF-BINARY-FORMAT-SECTION----";
    const char *at = memmem(bytes, count, boundary, sizeof boundary - 1);
    if (!at)
        return;
    at += sizeof boundary - 1;
    at += strspn(at, "\r\n");
    at += *at == ';';
    const size_t left = count - (size_t)(at - bytes);
    memmove(bytes, at, left);
    bytes[left] = '\0';
}

enum status cbf_section_text(const struct cbf_file *file, const struct cbf_section *section, char **text,
                             struct error *error)
{
    const int64_t limit = int64_min(section->text_bytes, CBF_MAX_HEADER);
    enum status status = cbf_read_text(file, section->text_offset, limit, text, error);
    if (status == STATUS_OK && section->text_offset > 0)
        drop_data_end(*text, (size_t)int64_clamp(file->file_bytes - section->text_offset, 0, limit));
    return status;
}

// --- Dimensions that stand in the CIF part only ---

// Width and height of the first array in the table _array_structure_list; 0 where they are not told.
static void list_dimensions(const char *header, int64_t *width, int64_t *height)
{
    double precedence[MAX_DIMENSION_ROWS] = {0}, dimension[MAX_DIMENSION_ROWS] = {0};
    struct cbf_cif cif = {.at = header};
    struct cbf_item item;
    while (cbf_cif_next(&cif, &item)) {
        if (item.row >= MAX_DIMENSION_ROWS)
            continue;
        if (cbf_words_are(item.tag, "_array_structure_list.precedence"))
            cbf_words_number(item.value, &precedence[item.row]);
        if (cbf_words_are(item.tag, "_array_structure_list.dimension"))
            cbf_words_number(item.value, &dimension[item.row]);
    }
    for (int row = 0; row < MAX_DIMENSION_ROWS; row++) {
        const bool good = dimension[row] >= 1 && dimension[row] < (double)INT32_MAX;
        int64_t *side = precedence[row] == 1 ? width : height;
        if (good && (precedence[row] == 1 || precedence[row] == 2) && *side == 0)
            *side = (int64_t)dimension[row];
    }
}

// --- One section's header ---

static const struct {
    const char *name;
    enum sample_type type;
} element_types[] = {
    {"signed 8-bit integer", SAMPLE_I8},     {"unsigned 8-bit integer", SAMPLE_U8},
    {"signed 16-bit integer", SAMPLE_I16},   {"unsigned 16-bit integer", SAMPLE_U16},
    {"signed 32-bit integer", SAMPLE_I32},   {"unsigned 32-bit integer", SAMPLE_U32},
    {"signed 64-bit integer", SAMPLE_I64},   {"unsigned 64-bit integer", SAMPLE_U64},
    {"signed 32-bit real IEEE", SAMPLE_F32}, {"signed 64-bit real IEEE", SAMPLE_F64},
};

// `least_bits`: of 128 values, when they all are alike.
static const struct {
    const char *name;
    int64_t least_bits;
} codings[CBF_CODING_COUNT] = {
    [CBF_CODING_BYTE_OFFSET] = {"x-CBF_BYTE_OFFSET", 1024},
    [CBF_CODING_PACKED] = {"x-CBF_PACKED", 6},
    [CBF_CODING_PACKED_2] = {"x-CBF_PACKED_V2", 7},
    [CBF_CODING_CANONICAL] = {"x-CBF_CANONICAL", 128},
    [CBF_CODING_NIBBLE_OFFSET] = {"x-CBF_NIBBLE_OFFSET", 256},
};

// The sentence for a valid header item of a kind that is not read.
static enum status refuse(const struct cbf_file *file, const char *what, const char *value,
                          struct error *error)
{
    return error_set(error, STATUS_UNSUPPORTED, "%s: %s \"%s\" is not read", file->base.path, what, value);
}

static enum status section_type(const struct cbf_file *file, const char *mime, struct cbf_section *section,
                                struct error *error)
{
    char name[64] = "signed 32-bit integer", order[32] = "";
    cbf_mime_value(mime, "X-Binary-Element-Type", name, sizeof name);
    cbf_mime_value(mime, "X-Binary-Element-Byte-Order", order, sizeof order);
    section->swapped = strcasecmp(order, "BIG_ENDIAN") == 0;
    for (size_t i = 0; i < sizeof element_types / sizeof *element_types; i++) {
        if (strcasecmp(name, element_types[i].name) == 0) {
            section->type = element_types[i].type;
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
    cbf_mime_value(mime, "Content-Transfer-Encoding", encoding, sizeof encoding);
    if (strcasecmp(encoding, "BINARY") != 0)
        return refuse(file, "the text encoding", encoding, error);
    const char *found = strcasestr(mime, word);
    section->coding = CBF_CODING_NONE;
    if (!found)
        return STATUS_OK;
    found += sizeof word - 1;
    struct cbf_words words = {found, strcspn(found, ";\r\n")};
    trim(&words, " \t\"'");
    for (int coding = 0; coding < CBF_CODING_COUNT; coding++) {
        if (codings[coding].name && cbf_words_are(words, codings[coding].name))
            section->coding = (enum cbf_coding)coding;
    }
    if (section->coding != CBF_CODING_NONE)
        return STATUS_OK;
    snprintf(name, sizeof name, "%.*s", (int)int64_min((int64_t)words.length, sizeof name), words.at);
    return refuse(file, "the compression", name, error);
}

// Packed data whose dimensions the MIME header tells are predicted from neighbours, unless it says "flat".
static enum status section_prediction(const struct cbf_file *file, const char *mime,
                                      struct cbf_section *section, struct error *error)
{
    char text[32];
    const bool packed = section->coding == CBF_CODING_PACKED || section->coding == CBF_CODING_PACKED_2;
    section->neighbours = packed &&
                          cbf_mime_value(mime, "X-Binary-Size-Fastest-Dimension", text, sizeof text) &&
                          !strcasestr(mime, "\"flat\"");
    if (section->neighbours && sample_traits(section->type)->bytes > 4)
        return refuse(file, "packed data of type", sample_traits(section->type)->name, error);
    section->uncorrelated = strcasestr(mime, "\"uncorrelated_sections\"") != NULL;
    return STATUS_OK;
}

// Bytes of all pixels, and the least bytes in which they may be stored; false on overflow.
static bool section_least(const struct cbf_section *section, int64_t *least)
{
    size_t plane, bytes;
    const size_t item = sample_traits(section->type)->bytes;
    if (!size_of_plane(section->width, section->height, item, &plane) ||
        !size_multiply(plane, (size_t)section->depth, &bytes) || bytes > INT64_MAX)
        return false;
    *least = section->coding == CBF_CODING_NONE
                 ? (int64_t)bytes
                 : (int64_t)(bytes / item / 1024) * codings[section->coding].least_bits +
                       (int64_t)(bytes / item % 1024) * codings[section->coding].least_bits / 1024;
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
    const bool small = section->width * section->height <= SMALL_FRAME_PIXELS / section->depth;
    if (section->present > 0 && (small || !image_file_hopeless(room, least)))
        return STATUS_OK;
    char found[32];
    return error_set(error, STATUS_BROKEN,
                     "%s: the header claims %lld x %lld pixels, but there are only %s of data in the file",
                     path, width, height, format_bytes(room, found, sizeof found));
}

static enum status section_size(const struct cbf_file *file, const char *mime, struct cbf_section *section,
                                struct error *error)
{
    const char *path = file->base.path;
    section->depth = 1;
    bool good = mime_number(mime, "X-Binary-Size", 1, &section->bytes) &&
                mime_number(mime, "X-Binary-Size-Fastest-Dimension", 1, &section->width) &&
                mime_number(mime, "X-Binary-Size-Second-Dimension", 1, &section->height);
    (void)mime_number(mime, "X-Binary-Size-Third-Dimension", 1, &section->depth); // 0 or -1: there is none
    if (!good || section->bytes == 0)
        return error_set(error, STATUS_BROKEN, "%s: a size in the header is missing or no positive number",
                         path);
    if (section->width == 0 || section->height == 0) {
        char *header;
        enum status status = cbf_section_text(file, section, &header, error);
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

enum status cbf_section_mime(const struct cbf_file *file, const struct cbf_section *section, char **text,
                             struct error *error)
{
    enum status status = cbf_read_text(file, section->mime_offset, CBF_MAX_MIME, text, error);
    if (status == STATUS_OK && mime_cut(*text) == 0)
        **text = '\0';
    return status;
}

// Finds the marker in the few bytes at the end of the MIME header.
static enum status section_marker(const struct cbf_file *file, struct cbf_section *section, int64_t offset,
                                  struct error *error)
{
    uint8_t bytes[64] = {0};
    size_t count = (size_t)int64_clamp(file->file_bytes - offset, 0, sizeof bytes);
    enum status status = image_file_read(&file->base, offset, bytes, count, error);
    if (status != STATUS_OK)
        return status;
    const uint8_t *marker = memmem(bytes, count, data_marker, sizeof data_marker);
    if (!marker)
        return error_set(error, STATUS_BROKEN, "%s: the mark before the binary data is missing",
                         file->base.path);
    section->data_offset = offset + (marker - bytes) + (int64_t)sizeof data_marker;
    return STATUS_OK;
}

enum status cbf_section_read(const struct cbf_file *file, struct cbf_section *section, struct error *error)
{
    char *mime;
    const int64_t offset = section->mime_offset;
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
    if (status == STATUS_OK)
        status = section_prediction(file, mime, section, error);
    free(mime);
    return status;
}
