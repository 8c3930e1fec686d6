// SPDX-License-Identifier: MIT
// The headers of EDF files: where they end and what they say.
#include "formats/edf/edf_internal.h"

#include "base/size.h"
#include "formats/base/handle.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    FIRST_READ = 4096,
};

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

size_t edf_skip_space(const char *text, size_t count)
{
    size_t at = 0;
    while (at < count && is_space(text[at]))
        at++;
    return at;
}

static struct edf_span span_trim(const char *at, const char *end)
{
    while (at < end && is_space(*at))
        at++;
    while (end > at && is_space(end[-1]))
        end--;
    return (struct edf_span){at, (size_t)(end - at)};
}

static bool span_is(struct edf_span span, const char *word)
{
    return span.count == strlen(word) && strncasecmp(span.at, word, span.count) == 0;
}

bool edf_entry_next(struct edf_span *rest, struct edf_span *key, struct edf_span *value)
{
    while (rest->count > 0) {
        const char *end = rest->at + rest->count;
        const char *stop = memchr(rest->at, ';', rest->count);
        stop = stop ? stop : end;
        const char *equals = memchr(rest->at, '=', (size_t)(stop - rest->at));
        const char *start = rest->at;
        rest->at = stop < end ? stop + 1 : end;
        rest->count = (size_t)(end - rest->at);
        if (!equals)
            continue;
        *key = span_trim(start, equals);
        *value = span_trim(equals + 1, stop);
        if (key->count > 0)
            return true;
    }
    return false;
}

// --- What an EDF header looks like ---

// The key followed by "=", in any case of letters.
static bool head_has(const char *head, size_t count, const char *key, bool prefix)
{
    size_t length = strlen(key);
    for (size_t at = 1; at + length < count; at++) {
        if (strncasecmp(head + at, key, length) != 0 ||
            (!edf_skip_space(head + at - 1, 1) && !strchr("{;", head[at - 1])))
            continue;
        size_t behind = at + length;
        behind += edf_skip_space(head + behind, count - behind);
        if (prefix || (behind < count && head[behind] == '='))
            return true;
    }
    return false;
}

// ADSC's format, too, begins with a brace.
static bool is_adsc(const char *head, size_t count)
{
    static const char key[] = "HEADER_BYTES";
    size_t at = edf_skip_space(head, count);
    return count - at >= sizeof key - 1 && memcmp(head + at, key, sizeof key - 1) == 0;
}

int edf_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)path;
    static const char *const keys[] = {"Dim_1", "DataType", "ByteOrder", "HeaderID"};
    const char *text = (const char *)head;
    size_t brace = edf_skip_space(text, (size_t)int64_min((int64_t)count, EDF_MAX_WHITESPACE));
    if (brace >= count || text[brace] != '{' || is_adsc(text + brace + 1, count - brace - 1))
        return 0;
    const char *end = memchr(text + brace, '}', count - brace);
    size_t length = end ? (size_t)(end - text) - brace : count - brace;
    int found = head_has(text + brace, length, "EDF_", true) ? 1 : 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        found += head_has(text + brace, length, keys[i], false) ? 1 : 0;
    return found > 1 ? 90 : found == 1 ? 70 : 0;
}

// --- Its entries ---

struct field_key {
    const char *name;
    size_t offset;
    bool redundant; // the samples are found without it, so that a value without sense does no harm
};

static const struct field_key number_keys[] = {
    {"Dim_1", offsetof(struct edf_fields, dim[0]), false},
    {"Dim_2", offsetof(struct edf_fields, dim[1]), false},
    {"Dim_3", offsetof(struct edf_fields, dim[2]), false},
    {"Num_Images", offsetof(struct edf_fields, images), true},
    {"Size", offsetof(struct edf_fields, size), true},
    {"EDF_BinarySize", offsetof(struct edf_fields, binary_size), true},
    {"EDF_HeaderSize", offsetof(struct edf_fields, header_size), true},
    {"EDF_BinaryFilePosition", offsetof(struct edf_fields, blob_position), false},
    {"EDF_BinaryFileSize", offsetof(struct edf_fields, blob_size), true},
};

static const struct field_key text_keys[] = {
    {"DataType", offsetof(struct edf_fields, type), false},
    {"ByteOrder", offsetof(struct edf_fields, order), false},
    {"Compression", offsetof(struct edf_fields, compression), false},
    {"EDF_BinaryFileName", offsetof(struct edf_fields, blob), false},
    {"EDF_DataFormatVersion", offsetof(struct edf_fields, version), false},
};

const struct edf_fields edf_no_fields = {
    .dim = {EDF_MISSING, EDF_MISSING, EDF_MISSING},
    .images = EDF_MISSING,
    .size = EDF_MISSING,
    .binary_size = EDF_MISSING,
    .header_size = EDF_MISSING,
    .blob_position = EDF_MISSING,
    .blob_size = EDF_MISSING,
};

static const struct field_key *key_find(const struct field_key *keys, size_t count, struct edf_span key)
{
    for (size_t i = 0; i < count; i++)
        if (span_is(key, keys[i].name))
            return &keys[i];
    return NULL;
}

// A whole number of at least 0.
static bool span_number(struct edf_span span, int64_t *number)
{
    char copy[32];
    int64_t whole;
    if (span.count >= sizeof copy)
        return false;
    memcpy(copy, span.at, span.count);
    copy[span.count] = '\0';
    if (strlen(copy) != span.count || !parse_whole(copy, &whole) || whole < 0)
        return false;
    *number = whole;
    return true;
}

static bool span_has(struct edf_span span, const char *word)
{
    const size_t length = strlen(word);
    for (size_t at = 0; at + length <= span.count; at++)
        if (strncasecmp(span.at + at, word, length) == 0)
            return true;
    return false;
}

// Whether the entry names a detector of Dectris, whose -1 and -2 are no counts: "Detector = PILATUS 300K",
// "_array_data.header_contents = # Detector: PILATUS". In other EDF files negative values are values.
static bool names_counter(struct edf_span key, struct edf_span value)
{
    static const char *const keys[] = {"detector", "camera", "model", "instrument", "device", "header_con"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (span_has(key, keys[i]))
            return span_has(value, "pilatus") || span_has(value, "dectris");
    return false;
}

static void field_set(struct edf_fields *fields, struct edf_span key, struct edf_span value)
{
    const struct field_key *number = key_find(number_keys, sizeof number_keys / sizeof *number_keys, key);
    const struct field_key *text = key_find(text_keys, sizeof text_keys / sizeof *text_keys, key);
    if (number && !span_number(value, (int64_t *)((char *)fields + number->offset)) && !number->redundant)
        fields->damaged = number->name;
    fields->counting = fields->counting || names_counter(key, value);
    if (!text)
        return;
    char *field = (char *)fields + text->offset;
    memset(field, 0, EDF_FIELD_TEXT);
    if (value.count >= EDF_FIELD_TEXT || memchr(value.at, '\0', value.count))
        fields->damaged = text->name;
    else
        memcpy(field, value.at, value.count);
}

struct edf_span edf_header_entries(const struct edf_header *header)
{
    size_t end = header->count;
    while (end > header->brace + 1 && header->bytes[end - 1] != '}')
        end--;
    return span_trim(header->bytes + header->brace + 1, header->bytes + end - 1);
}

static void header_parse(const struct edf_header *header, struct edf_fields *fields)
{
    struct edf_span rest = edf_header_entries(header), key, value;
    while (edf_entry_next(&rest, &key, &value))
        field_set(fields, key, value);
}

// The number of bytes up to and with "}\n" or "}\r\n" at or behind `from`; 0 if there is none. At the end of
// the file the newline may be missing.
static size_t header_end(const char *bytes, size_t count, size_t from, bool whole)
{
    while (from < count) {
        const char *brace = memchr(bytes + from, '}', count - from);
        if (!brace)
            return 0;
        size_t at = (size_t)(brace - bytes) + 1;
        if (at < count && bytes[at] == '\n')
            return at + 1;
        if (at + 1 < count && bytes[at] == '\r' && bytes[at + 1] == '\n')
            return at + 2;
        if (at == count && whole)
            return at;
        from = at;
    }
    return 0;
}

static enum status header_read_to(const struct edf_file *file, int64_t offset, struct edf_header *header,
                                  size_t from, size_t to, struct error *error)
{
    header->bytes = must_resize(header->bytes, to);
    return image_file_read(&file->base, offset + (int64_t)from, header->bytes + from, to - from, error);
}

// Reads the header that begins at `offset`, perhaps behind white space. STATUS_NOT_MINE: none is there.
// header->bytes is to be freed in any case.
static enum status header_load(const struct edf_file *file, int64_t offset, struct edf_header *header,
                               struct error *error)
{
    const char *path = file->base.path;
    size_t room = (size_t)int64_min(file->bytes - offset, EDF_MAX_HEADER), have = 0;
    while (have < room) {
        size_t want = have ? (size_t)int64_min((int64_t)have * 2, (int64_t)room)
                           : (size_t)int64_min(FIRST_READ, (int64_t)room);
        enum status status = header_read_to(file, offset, header, have, want, error);
        if (status != STATUS_OK)
            return status;
        header->brace = edf_skip_space(header->bytes, (size_t)int64_min((int64_t)want, EDF_MAX_WHITESPACE));
        if (header->brace >= want || header->bytes[header->brace] != '{')
            break;
        size_t from = have > 2 ? have - 2 : header->brace + 1;
        have = want;
        header->count = header_end(header->bytes, have, from, offset + (int64_t)have == file->bytes);
        if (header->count > 0)
            return STATUS_OK;
    }
    if (have == 0)
        return error_set(error, STATUS_NOT_MINE, "%s: is not an EDF file", path);
    if (have == EDF_MAX_HEADER)
        return error_set(error, STATUS_BROKEN, "%s: its header does not end within 1 MiB", path);
    return error_set(error, STATUS_BROKEN, "%s: ends within its header", path);
}

// Braces within values may hide the true end of the header, which EDF_HeaderSize then tells. Other wrong
// values of it are common and harmless.
static enum status header_extend(const struct edf_file *file, int64_t offset, int64_t size,
                                 struct edf_header *header, struct error *error)
{
    if (size <= (int64_t)header->count || size > EDF_MAX_HEADER || size > file->bytes - offset)
        return STATUS_OK;
    enum status status = header_read_to(file, offset, header, 0, (size_t)size, error);
    size_t start = (size_t)size - 3;
    if (status == STATUS_OK && header_end(header->bytes, (size_t)size, start, false) == (size_t)size)
        header->count = (size_t)size;
    return status;
}

enum status edf_header_read(const struct edf_file *file, int64_t offset, struct edf_header *header,
                            struct edf_fields *fields, struct error *error)
{
    struct edf_fields defaults = *fields;
    enum status status = header_load(file, offset, header, error);
    if (status != STATUS_OK)
        return status;
    header_parse(header, fields);
    size_t count = header->count;
    status = header_extend(file, offset, fields->header_size, header, error);
    if (status == STATUS_OK && header->count != count) {
        *fields = defaults;
        header_parse(header, fields);
    }
    return status;
}
