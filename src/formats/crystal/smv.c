// SPDX-License-Identifier: MIT
// SMV, the format of ADSC and of d*TREK (.img): a text header of "KEY=VALUE;" in braces, then plain samples.
//
// Format: "d*TREK Image Format 1.1" of Rigaku, and the ADSC headers as the fabio and dxtbx libraries read
// them (https://github.com/silx-kit/fabio, https://github.com/cctbx/dxtbx). The first key is HEADER_BYTES,
// where the samples begin. SIZE1 is the length of a row.
#include "formats/base/header_table.h"
#include "formats/base/plain_file.h"
#include "formats/base/readers_list.h"

#include "base/size.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    MAX_HEADER = 1024 * 1024,
    MAX_VALUE = 256, // longest value that is looked at for what it means
};

static const char first_key[] = "HEADER_BYTES";

// --- The header's entries ---

struct span {
    const char *at;
    size_t count;
};

static void span_trim(struct span *span)
{
    while (span->count > 0 && (unsigned char)*span->at <= ' ') {
        span->at++;
        span->count--;
    }
    while (span->count > 0 && (unsigned char)span->at[span->count - 1] <= ' ')
        span->count--;
}

// Takes the next entry off the header's text behind its "{"; false at "}" or the end.
static bool next_entry(struct span *rest, struct span *key, struct span *value)
{
    span_trim(rest);
    const char *end = rest->at + rest->count;
    if (rest->count == 0 || *rest->at == '}')
        return false;
    const char *stop = memchr(rest->at, ';', rest->count);
    if (!stop)
        return false;
    const char *equals = memchr(rest->at, '=', (size_t)(stop - rest->at));
    *key = (struct span){rest->at, (size_t)((equals ? equals : stop) - rest->at)};
    *value = (struct span){equals ? equals + 1 : stop, (size_t)(stop - (equals ? equals + 1 : stop))};
    span_trim(key);
    span_trim(value);
    *rest = (struct span){stop + 1, (size_t)(end - stop - 1)};
    return true;
}

static bool span_is(struct span span, const char *word)
{
    return span.count == strlen(word) && strncasecmp(span.at, word, span.count) == 0;
}

// The text behind the "{" of a header, or of as much as is there; at is NULL where this is none. Most
// programs write HEADER_BYTES first; where it comes later, SIZE1 must be there, too.
static struct span header_entries(const char *bytes, size_t count)
{
    struct span rest = {bytes, count}, key, value;
    span_trim(&rest);
    if (rest.count < sizeof first_key || *rest.at != '{')
        return (struct span){NULL, 0};
    rest.at++;
    rest.count--;
    span_trim(&rest);
    if (rest.count >= sizeof first_key && memcmp(rest.at, first_key, sizeof first_key - 1) == 0)
        return rest;
    bool bytes_told = false, size_told = false;
    for (struct span walk = rest; next_entry(&walk, &key, &value);) {
        bytes_told = bytes_told || span_is(key, first_key);
        size_told = size_told || span_is(key, "SIZE1");
    }
    return bytes_told && size_told ? rest : (struct span){NULL, 0};
}

// A whole header. The caller frees the bytes.
struct header {
    char *bytes; // NUL-terminated
    struct span entries;
};

// Copies the value of a key that begins with `prefix` and goes on with `key` to `out`; false without one.
static bool header_text(const struct header *header, const char *prefix, const char *key, char out[MAX_VALUE])
{
    struct span rest = header->entries, name, value;
    const size_t before = strlen(prefix), length = strlen(key);
    while (next_entry(&rest, &name, &value)) {
        if (name.count != before + length || memcmp(name.at, prefix, before) != 0 ||
            strncasecmp(name.at + before, key, length) != 0)
            continue;
        const size_t count = value.count < MAX_VALUE ? value.count : MAX_VALUE - 1;
        memcpy(out, value.at, count);
        out[count] = '\0';
        return true;
    }
    return false;
}

// The number at `index` of the blank-separated ones of a value; NAN without it.
static double header_number(const struct header *header, const char *prefix, const char *key, int index)
{
    char text[MAX_VALUE];
    double number;
    if (!header_text(header, prefix, key, text))
        return NAN;
    char *rest = text, *word = strtok_r(text, " \t,", &rest);
    for (; word && index > 0; index--)
        word = strtok_r(NULL, " \t,", &rest);
    return word && parse_double(word, &number) ? number : NAN;
}

// Reads the header of as many bytes as it tells of itself; *offset is where the samples begin.
static enum status header_read(const struct plain_file *file, struct header *header, int64_t *offset,
                               struct error *error)
{
    char head[READER_PROBE_BYTES];
    const char *path = file->base.path;
    const size_t count = (size_t)int64_min(file->bytes, sizeof head);
    enum status status = plain_file_header(file, 0, head, count, error);
    if (status != STATUS_OK)
        return status;
    struct header start = {.entries = header_entries(head, count)};
    char text[MAX_VALUE];
    if (!start.entries.at)
        return error_set(error, STATUS_NOT_MINE, "%s: is not an SMV file", path);
    if (!header_text(&start, "", first_key, text) || !parse_whole(text, offset) || *offset < 16 ||
        *offset > MAX_HEADER)
        return error_set(error, STATUS_BROKEN, "%s: its HEADER_BYTES is no sensible number", path);
    header->bytes = must_alloc((size_t)*offset + 1);
    status = plain_file_header(file, 0, header->bytes, (size_t)*offset, error);
    header->entries = header_entries(header->bytes, (size_t)*offset);
    if (status == STATUS_OK && !header->entries.at)
        status = error_set(error, STATUS_BROKEN, "%s: its header is shorter than its first line", path);
    if (status != STATUS_OK)
        free(header->bytes);
    return status;
}

// --- From words to samples ---

static const struct {
    const char *name;
    enum sample_type type;
} smv_types[] = {
    {"unsigned short int", SAMPLE_U16},
    {"unsigned short", SAMPLE_U16},
    {"short int", SAMPLE_I16},
    {"signed short", SAMPLE_I16},
    {"short", SAMPLE_I16},
    {"signed short int", SAMPLE_I16},
    {"unsigned long", SAMPLE_U32},
    {"unsigned long int", SAMPLE_U32},
    {"unsigned int", SAMPLE_U32},
    {"long int", SAMPLE_I32},
    {"signed long", SAMPLE_I32},
    {"long", SAMPLE_I32},
    {"signed long int", SAMPLE_I32},
    {"signed int", SAMPLE_I32},
    {"int", SAMPLE_I32},
    {"unsigned char", SAMPLE_U8},
    {"signed char", SAMPLE_I8},
    {"char", SAMPLE_I8},
    {"float IEEE", SAMPLE_F32},
    {"float", SAMPLE_F32},
    {"double IEEE", SAMPLE_F64},
    {"double", SAMPLE_F64},
};

// Compares without regard to case, where '_' is a blank.
static bool same_words(const char *text, const char *name)
{
    for (; *text && *name; text++, name++)
        if (tolower((unsigned char)(*text == '_' ? ' ' : *text)) !=
            tolower((unsigned char)(*name == '_' ? ' ' : *name)))
            return false;
    return *text == *name;
}

static enum status set_type(const struct plain_file *file, const struct header *header,
                            struct plain_layout *layout, struct error *error)
{
    char text[MAX_VALUE];
    layout->type = SAMPLE_U16; // where the header does not tell
    if (header_text(header, "", "COMPRESSION", text) && *text && strcasecmp(text, "none") != 0)
        return image_file_refuse(&file->base, "compression", text, error);
    layout->swapped = header_text(header, "", "BYTE_ORDER", text) && strcasestr(text, "big");
    if (!header_text(header, "", "Data_type", text) && !header_text(header, "", "TYPE", text))
        return STATUS_OK;
    for (size_t i = 0; i < sizeof smv_types / sizeof *smv_types; i++) {
        if (same_words(text, smv_types[i].name)) {
            layout->type = smv_types[i].type;
            return STATUS_OK;
        }
    }
    return image_file_refuse(&file->base, "sample type", text, error);
}

// A value of the header that must be a positive whole number, or `missing` where it is not told.
static enum status take_size(const struct plain_file *file, const struct header *header, const char *key,
                             int64_t missing, int64_t *size, struct error *error)
{
    char text[MAX_VALUE];
    *size = missing;
    const bool told = header_text(header, "", key, text);
    if ((told && !parse_whole(text, size)) || *size < 1)
        return error_set(error, STATUS_BROKEN, "%s: its header has no sensible value for %s", file->base.path,
                         key);
    return STATUS_OK;
}

// The count from which on a pixel is saturated; NAN where the header does not tell.
static double saturated_value(const struct header *header)
{
    static const char *const keys[] = {"CCD_IMAGE_SATURATION", "SATURATED_VALUE", "CCD_IMAGE_SATURATED"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const double value = header_number(header, "", keys[i], 0);
        if (value > 1)
            return value;
    }
    return NAN;
}

static enum status layout_from(struct plain_file *file, const struct header *header, int64_t offset,
                               struct error *error)
{
    struct plain_layout layout = {.format = "SMV", .offset = offset};
    enum status status = take_size(file, header, "SIZE1", 0, &layout.width, error);
    if (status == STATUS_OK)
        status = take_size(file, header, "SIZE2", 0, &layout.height, error);
    if (status == STATUS_OK)
        layout.frames = (int64_t)fmin(fmax(header_number(header, "", "SIZE3", 0), 1), 1e15); // NAN, -1: one
    if (status == STATUS_OK)
        status = set_type(file, header, &layout, error);
    if (status != STATUS_OK)
        return status;
    const double saturated = saturated_value(header);
    layout.sentinels.has_saturation = saturated > 1;
    layout.sentinels.saturation = saturated > 1 ? saturated - 1 : 0;
    return plain_file_set_layout(file, &layout, error);
}

// --- Opening ---

static int smv_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)path;
    return header_entries((const char *)head, count).at ? 95 : 0;
}

static enum status open_content(struct image_file *base, const struct open_request *request,
                                struct error *error)
{
    (void)request;
    struct plain_file *file = plain_file_of(base);
    struct header header;
    int64_t offset;
    enum status status = header_read(file, &header, &offset, error);
    if (status != STATUS_OK)
        return status;
    status = layout_from(file, &header, offset, error);
    free(header.bytes);
    return status;
}

static enum status smv_open(const struct open_request *request, struct image_file **out, struct error *error)
{
    return plain_file_open_with(request, &smv_reader, sizeof(struct plain_file), open_content, out, error);
}

// --- What the header tells ---

// ADSC: lengths in mm. The beam is given in Mosflm's frame, whose X goes from row to row, unless ORGX tells
// of it in pixels counted from 1 at the centre of the first (as XDS does).
static void tell_adsc(const struct header *header, struct detector_info *info)
{
    detector_info_set(&info->distance, header_number(header, "", "DISTANCE", 0) * 1e-3);
    detector_info_set(&info->wavelength, header_number(header, "", "WAVELENGTH", 0) * 1e-10);
    detector_info_set(&info->exposure, header_number(header, "", "TIME", 0));
    detector_info_set(&info->pixel_x, header_number(header, "", "PIXEL_SIZE", 0) * 1e-3);
    detector_info_set(&info->pixel_y, header_number(header, "", "PIXEL_SIZE", 0) * 1e-3);
    const double x = header_number(header, "", "BEAM_CENTER_Y", 0) * 1e-3;
    const double y = header_number(header, "", "BEAM_CENTER_X", 0) * 1e-3;
    detector_info_set_beam(info, x / info->pixel_x, y / info->pixel_y);
    const double org_x = header_number(header, "XDS_", "ORGX", 0);
    const double org_y = header_number(header, "XDS_", "ORGY", 0);
    detector_info_set_beam(info, org_x - 0.5, org_y - 0.5);
}

// The detector's distance is one of the values of its goniometer, by its name there.
static double gonio_distance(const struct header *header, const char *prefix)
{
    char names[MAX_VALUE];
    if (!header_text(header, prefix, "GONIO_NAMES", names))
        return NAN;
    char *rest = names;
    int index = 0;
    for (char *word = strtok_r(names, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest), index++)
        if (strcasecmp(word, "Distance") == 0 || strcasecmp(word, "TransZ") == 0)
            return header_number(header, prefix, "GONIO_VALUES", index);
    return NAN;
}

// d*TREK: what belongs to a detector has a key that begins with the detector's name.
static void tell_dtrek(const struct header *header, struct detector_info *info)
{
    static const char place[] = "SPATIAL_DISTORTION_INFO";
    char prefix[MAX_VALUE], name[MAX_VALUE];
    detector_info_set(&info->wavelength, header_number(header, "", "SCAN_WAVELENGTH", 0) * 1e-10);
    detector_info_set(&info->wavelength, header_number(header, "", "SOURCE_WAVELENGTH", 1) * 1e-10);
    detector_info_set(&info->exposure, header_number(header, "", "ROTATION", 3));
    if (!header_text(header, "", "DETECTOR_NAMES", prefix))
        return;
    prefix[strcspn(prefix, " \t,")] = '\0';
    if (header_text(header, prefix, "DETECTOR_DESCRIPTION", name))
        snprintf(info->name, sizeof info->name, "%.*s", (int)(sizeof info->name - 1), name);
    const double x = header_number(header, prefix, place, 0), y = header_number(header, prefix, place, 1);
    detector_info_set_beam(info, x, y);
    detector_info_set(&info->pixel_x, header_number(header, prefix, place, 2) * 1e-3);
    detector_info_set(&info->pixel_y, header_number(header, prefix, place, 3) * 1e-3);
    detector_info_set(&info->distance, gonio_distance(header, prefix) * 1e-3);
}

static enum status smv_detector(struct image_file *base, int64_t frame, struct detector_info *info,
                                struct error *error)
{
    (void)frame;
    struct header header;
    int64_t offset;
    enum status status = header_read(plain_file_of(base), &header, &offset, error);
    if (status != STATUS_OK)
        return status;
    tell_adsc(&header, info);
    tell_dtrek(&header, info);
    const double saturated = saturated_value(&header);
    if (saturated > 1)
        info->saturation = saturated - 1;
    if (!utf8_valid(info->name, strlen(info->name)))
        info->name[0] = '\0';
    free(header.bytes);
    return STATUS_OK;
}

static enum status smv_metadata(struct image_file *base, int64_t frame, struct text *out, struct error *error)
{
    (void)frame;
    struct header header;
    int64_t offset;
    enum status status = header_read(plain_file_of(base), &header, &offset, error);
    if (status != STATUS_OK)
        return status;
    struct span rest = header.entries, key, value;
    while (next_entry(&rest, &key, &value)) {
        struct text name = {0};
        utf8_append(&name, key.at, key.count);
        if (name.length > 0)
            header_line(out, text_string(&name), value.at, value.count);
        text_free(&name);
    }
    free(header.bytes);
    return STATUS_OK;
}

static const char *const smv_extensions[] = {"img", NULL};

const struct reader smv_reader = {
    .name = "smv",
    .description = "SMV (ADSC, d*TREK)",
    .extensions = smv_extensions,
    .media = {.types = "image/x-smv;", .magic = "{\\nHEADER_BYTES="},
    .probe = smv_probe,
    .open = smv_open,
    .frame_info = plain_file_info,
    .decode = plain_file_decode,
    .clone = plain_file_clone,
    .metadata = smv_metadata,
    .detector = smv_detector,
    .close = plain_file_close,
};
