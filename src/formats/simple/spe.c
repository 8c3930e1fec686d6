// SPDX-License-Identifier: MIT
// Princeton Instruments SPE, versions 2.x (WinView, WinSpec) and 3.0 (LightField).
//
// Format: "SPE 3.0 File Format Specification" of Princeton Instruments, whose annex has the header of version
// 2.x: 4100 bytes, then frames of plain little-endian samples; version 3 has an XML footer that tells where
// frames and regions lie.
#include "formats/base/header_table.h"
#include "formats/base/plain_file.h"
#include "formats/base/readers_list.h"

#include "base/byteorder.h"
#include "base/size.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    SPE_HEADER = 4100,
    SPE_MAX_XML = 16 * 1024 * 1024,
    SPE_COMMENTS = 200, // five lines of 80 bytes
    SPE_MARK = 0x01234567,
    AT_EXPOSURE = 10,
    AT_XDIM = 42,
    AT_TYPE = 108,
    AT_YDIM = 656,
    AT_XML = 678,
    AT_FRAMES = 1446,
    AT_VERSION = 1992,
    AT_MARK = 2996,
};

// By the number of the data type in the header.
static const struct spe_type {
    bool known;
    enum sample_type type;
} spe_types[] = {
    {true, SAMPLE_F32}, {true, SAMPLE_I32}, {true, SAMPLE_I16}, {true, SAMPLE_U16}, {false, SAMPLE_U8},
    {true, SAMPLE_F64}, {true, SAMPLE_U8},  {false, SAMPLE_U8}, {true, SAMPLE_U32},
};

enum { SPE_TYPES = sizeof spe_types / sizeof *spe_types };

static double float_at(const uint8_t *header, size_t offset)
{
    return sample_value(SAMPLE_F32, header + offset);
}

static bool has_extension(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && strcasecmp(dot, ".spe") == 0;
}

static int spe_probe(const uint8_t *head, size_t count, const char *path)
{
    if (count < READER_PROBE_BYTES || load_u16le(head + AT_XDIM) == 0 || load_u16le(head + AT_YDIM) == 0)
        return 0;
    unsigned type = load_u16le(head + AT_TYPE);
    double version = float_at(head, AT_VERSION);
    if (type >= SPE_TYPES || !spe_types[type].known || !(version >= 1 && version < 4))
        return 0;
    return load_u32le(head + AT_MARK) == SPE_MARK ? 90 : has_extension(path) ? 60 : 10;
}

// --- The XML footer ---

// The whole attribute `name` of the element that begins at `element`, as a number.
static bool xml_number(const char *element, const char *name, int64_t *value)
{
    const char *end = strchr(element, '>');
    size_t length = strlen(name);
    char digits[24];
    for (const char *at = element; end && at < end; at++) {
        if (*at != ' ' || strncmp(at + 1, name, length) != 0 || strncmp(at + 1 + length, "=\"", 2) != 0)
            continue;
        size_t count = strspn(at + length + 3, "0123456789");
        if (count == 0 || count >= sizeof digits)
            return false;
        memcpy(digits, at + length + 3, count);
        digits[count] = '\0';
        return parse_int64(digits, value);
    }
    return false;
}

// Takes the sizes of the first region and the distance of frames, which may have metadata between them.
static void apply_xml(const char *xml, struct plain_layout *layout)
{
    const char *frame = strstr(xml, "<DataBlock type=\"Frame\"");
    const char *region = strstr(xml, "<DataBlock type=\"Region\"");
    int64_t number, other;
    if (frame && xml_number(frame, "count", &number) && number > 0)
        layout->frames = number;
    if (frame && xml_number(frame, "stride", &number) && number > 0)
        layout->frame_bytes = number;
    if (region && xml_number(region, "width", &number) && xml_number(region, "height", &other) &&
        number > 0 && other > 0) {
        layout->width = number;
        layout->height = other;
    }
}

// The footer as text, or NULL where there is none or it cannot be read. The caller frees it.
static char *read_xml(const struct plain_file *file, const uint8_t *header)
{
    uint64_t offset = load_u64le(header + AT_XML);
    if (float_at(header, AT_VERSION) < 3 || offset < SPE_HEADER || offset >= (uint64_t)file->bytes ||
        file->bytes - (int64_t)offset > SPE_MAX_XML)
        return NULL;
    size_t count = (size_t)(file->bytes - (int64_t)offset);
    char *xml = calloc(count + 1, 1);
    if (xml && plain_file_header(file, (int64_t)offset, xml, count, NULL) == STATUS_OK)
        return xml;
    free(xml);
    return NULL;
}

// --- Opening ---

static enum status open_content(struct image_file *base, const struct open_request *request,
                                struct error *error)
{
    (void)request;
    struct plain_file *file = plain_file_of(base);
    uint8_t header[SPE_HEADER];
    enum status status = plain_file_header(file, 0, header, sizeof header, error);
    if (status != STATUS_OK)
        return status;
    unsigned type = load_u16le(header + AT_TYPE);
    if (type >= SPE_TYPES || !spe_types[type].known)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: its SPE data type %u is not shown; 0, 1, 2, 3, 5, 6 and 8 are", file->base.path,
                         type);
    struct plain_layout layout = {.format = "SPE",
                                  .width = load_u16le(header + AT_XDIM),
                                  .height = load_u16le(header + AT_YDIM),
                                  .frames = (int32_t)load_u32le(header + AT_FRAMES),
                                  .type = spe_types[type].type,
                                  .offset = SPE_HEADER};
    char *xml = read_xml(file, header);
    if (xml)
        apply_xml(xml, &layout);
    free(xml);
    if (layout.frames < 1) { // while it is being written
        size_t frame;        // of a size that the footer may tell, which is judged below
        const bool known =
            size_of_plane(layout.width, layout.height, sample_traits(layout.type)->bytes, &frame) &&
            frame > 0 && frame <= INT64_MAX;
        layout.frames = int64_max(known ? (file->bytes - SPE_HEADER) / (int64_t)frame : 0, 1);
    }
    return plain_file_set_layout(file, &layout, error);
}

static enum status spe_open(const struct open_request *request, struct image_file **out, struct error *error)
{
    return plain_file_open_with(request, &spe_reader, sizeof(struct plain_file), open_content, out, error);
}

// --- Metadata ---

static const struct header_item spe_items[] = {
    {"ControllerVersion", 0, SAMPLE_I16},
    {"AmpHiCapLowNoise", 4, SAMPLE_U16},
    {"mode", 8, SAMPLE_I16},
    {"exp_sec", AT_EXPOSURE, SAMPLE_F32},
    {"VChipXdim", 14, SAMPLE_I16},
    {"VChipYdim", 16, SAMPLE_I16},
    {"xDimDet", 6, SAMPLE_U16},
    {"yDimDet", 18, SAMPLE_U16},
    {"date", 20, HEADER_TEXT, 10},
    {"DetTemperature", 36, SAMPLE_F32},
    {"xdim", AT_XDIM, SAMPLE_U16},
    {"shutterControl", 50, SAMPLE_U16},
    {"SpecCenterWlNm", 72, SAMPLE_F32},
    {"datatype", AT_TYPE, SAMPLE_I16},
    {"ExperimentTimeLocal", 172, HEADER_TEXT, 7},
    {"ExperimentTimeUTC", 179, HEADER_TEXT, 7},
    {"gain", 198, SAMPLE_U16},
    {"ydim", AT_YDIM, SAMPLE_U16},
    {"lnoscan", 664, SAMPLE_I32},
    {"lavgexp", 668, SAMPLE_I32},
    {"ReadoutTime", 672, SAMPLE_F32},
    {"sw_version", 688, HEADER_TEXT, 16},
    {"NumFrames", AT_FRAMES, SAMPLE_I32},
    {"NumROI", 1510, SAMPLE_I16},
    {"file_header_ver", AT_VERSION, SAMPLE_F32},
};

// One line for each text and each attribute of the footer, named by the element it is in.
static void append_xml(struct text *out, const char *xml)
{
    const char *name = "", *at = xml;
    size_t name_count = 0;
    char key[128];
    while (*at) {
        if (*at != '<') { // text between tags
            size_t count = strcspn(at, "<");
            snprintf(key, sizeof key, "%.*s", (int)name_count, name);
            header_line(out, name_count > 0 ? key : "XML", at, count);
            at += count;
            continue;
        }
        const char *end = at + strcspn(at, ">");
        if (at[1] != '/' && at[1] != '?' && at[1] != '!') {
            name = at + 1;
            name_count = (size_t)int64_min((int64_t)strcspn(name, " />"), 60);
            const char *rest = name + name_count;
            snprintf(key, sizeof key, "%.*s", (int)name_count, name);
            header_line(out, key, rest, end > rest ? (size_t)(end - rest) : 0);
        }
        at = *end ? end + 1 : end;
    }
}

static enum status spe_metadata(struct image_file *base, int64_t frame, struct text *out, struct error *error)
{
    (void)frame;
    const struct plain_file *file = plain_file_of(base);
    uint8_t header[SPE_HEADER];
    enum status status = plain_file_header(file, 0, header, sizeof header, error);
    if (status != STATUS_OK)
        return status;
    const struct header_block block = {header, sizeof header, false};
    header_block_append(&block, spe_items, sizeof spe_items / sizeof *spe_items, out);
    for (size_t line = 0; line < 5; line++) {
        char key[32];
        snprintf(key, sizeof key, "Comment %zu", line + 1);
        header_line(out, key, header + SPE_COMMENTS + 80 * line, 80);
    }
    char *xml = read_xml(file, header);
    if (xml)
        append_xml(out, xml);
    free(xml);
    return STATUS_OK;
}

static enum status spe_detector(struct image_file *base, int64_t frame, struct detector_info *info,
                                struct error *error)
{
    (void)frame;
    uint8_t header[SPE_HEADER];
    enum status status = plain_file_header(plain_file_of(base), 0, header, sizeof header, error);
    if (status != STATUS_OK)
        return status;
    double exposure = float_at(header, AT_EXPOSURE);
    if (exposure > 0 && exposure < 1e9)
        info->exposure = exposure;
    return STATUS_OK;
}

static const char *const spe_extensions[] = {"spe", NULL};

const struct reader spe_reader = {
    .name = "spe",
    .description = "Princeton SPE",
    .extensions = spe_extensions,
    .media = {.types = "image/x-princeton-spe;"},
    .probe = spe_probe,
    .open = spe_open,
    .frame_info = plain_file_info,
    .decode = plain_file_decode,
    .clone = plain_file_clone,
    .metadata = spe_metadata,
    .detector = spe_detector,
    .close = plain_file_close,
};
