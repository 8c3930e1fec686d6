// SPDX-License-Identifier: MIT
// Oxford Diffraction and Rigaku Oxford Diffraction frames (.img, .rodhypix): a header of text and binary
// sections, then pixels as differences.
//
// Format: as the fabio and dxtbx libraries read it (https://github.com/silx-kit/fabio OXDimage,
// https://github.com/cctbx/dxtbx FormatROD). TY1: a byte a pixel, whose escapes stand for the values of two
// tables behind, of 16 and 32 bits; the sum goes on from row to row. TY5: escapes stand within the bytes, and
// each row begins anew. TY6: rows as in bitfield.h, with a table of where they begin. Else plain numbers of
// 32 bits. All little-endian.
#include "formats/base/bitfield.h"
#include "formats/base/header_table.h"
#include "formats/base/plain_file.h"
#include "formats/base/readers_list.h"

#include "base/byteorder.h"
#include "base/size.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TEXT_BYTES = 256,
    MAX_HEADER = 1024 * 1024,
    MOST_PIXELS_PER_BYTE = BITFIELD_MOST_PIXELS_PER_BYTE,
};

enum { SECTION_GENERAL, SECTION_SPECIAL, SECTION_GONIO, SECTION_STATISTICS, SECTION_HISTORY, SECTIONS };

struct oxd_file {
    struct row_file rows;
    int64_t data;                   // offset of the pixels
    int64_t shorts, longs;          // entries of the tables of TY1
    int64_t sections[SECTIONS + 1]; // where they begin in the header; the last entry is their end
    char compression[8];
    // -- decoding
    struct byte_stream *streams; // pixels and the tables of TY1; owned
    uint32_t value;              // the last pixel
    int64_t row;
};

static struct oxd_file *oxd_file_of(struct row_file *rows)
{
    return (struct oxd_file *)rows; // the rows are the first member
}

// --- Decoding ---

static enum status oxd_prepare(struct row_file *rows, struct error *error)
{
    struct oxd_file *file = oxd_file_of(rows);
    file->streams = malloc(3 * sizeof *file->streams);
    if (!file->streams)
        return error_set(error, STATUS_NO_MEMORY, "%s: not enough memory to decode it", rows->base.path);
    return STATUS_OK;
}

static void oxd_release(struct row_file *rows)
{
    free(oxd_file_of(rows)->streams);
}

static int64_t differences_seek(struct row_file *rows, int64_t row)
{
    (void)row;
    struct oxd_file *file = oxd_file_of(rows);
    const int64_t pixels = rows->layout.width * rows->layout.height;
    const int64_t places[] = {file->data, file->data + pixels, file->data + pixels + 2 * file->shorts,
                              file->data + pixels + 2 * file->shorts + 4 * file->longs};
    const bool tables = strcmp(file->compression, "TY1") == 0;
    for (int i = 0; i < 3; i++)
        byte_stream_start(&file->streams[i], rows->base.blob, places[i],
                          tables ? int64_min(places[i + 1], rows->bytes) : rows->bytes);
    file->value = 0;
    return 0;
}

// Stores a pixel; one that does not fit the type which the header's statistics promise is lost.
static void put_pixel(struct row_file *rows, void *out, int64_t x, int32_t value)
{
    const int16_t narrow = (int16_t)value;
    if (rows->layout.type == SAMPLE_I32)
        memcpy((uint8_t *)out + 4 * x, &value, sizeof value);
    else
        memcpy((uint8_t *)out + 2 * x, &narrow, sizeof narrow);
    if (rows->layout.type == SAMPLE_I16 && narrow != value)
        row_file_lose(rows, x);
}

static int64_t ty1_next(struct row_file *rows, void *out)
{
    struct oxd_file *file = oxd_file_of(rows);
    int64_t x = 0;
    for (; x < rows->layout.width; x++) {
        uint32_t difference;
        const int byte = byte_stream_next(&file->streams[0]);
        if (byte < 0 || !bitfield_difference(&file->streams[byte < 255 ? 1 : 2], byte, &difference)) {
            file->streams[0].end = 0; // what follows has no beginning
            file->streams[0].used = file->streams[0].have;
            break;
        }
        file->value += difference;
        put_pixel(rows, out, x, (int32_t)file->value);
    }
    return x;
}

static int64_t ty5_next(struct row_file *rows, void *out)
{
    struct oxd_file *file = oxd_file_of(rows);
    int64_t x = 0;
    file->value = 0;
    for (; x < rows->layout.width; x++) {
        uint32_t difference;
        const int byte = byte_stream_next(&file->streams[0]);
        if (byte < 0 || !bitfield_difference(&file->streams[0], byte, &difference))
            break;
        file->value += difference;
        put_pixel(rows, out, x, (int32_t)file->value);
    }
    return x;
}

static int64_t any_seek(struct row_file *rows, int64_t row)
{
    oxd_file_of(rows)->row = row;
    return row;
}

static int64_t ty6_next(struct row_file *rows, void *out)
{
    struct oxd_file *file = oxd_file_of(rows);
    return bitfield_image_row(rows, &file->streams[0], file->data, file->row++, out);
}

static int64_t plain_next(struct row_file *rows, void *out)
{
    struct oxd_file *file = oxd_file_of(rows);
    const int64_t row_bytes = rows->layout.width * 4, offset = file->data + file->row++ * row_bytes;
    const int64_t there = int64_clamp(rows->bytes - offset, 0, row_bytes) / 4;
    if (there == 0 || row_file_read(rows, offset, out, (size_t)there * 4, NULL) != STATUS_OK)
        return 0;
    return there;
}

static const struct oxd_coding {
    const char *name;
    struct row_coding coding;
} codings[] = {
    {"TY1", {"TY1", differences_seek, ty1_next, true, oxd_prepare, oxd_release}},
    {"TY5", {"TY5", differences_seek, ty5_next, true, oxd_prepare, oxd_release}},
    {"TY6", {"TY6", any_seek, ty6_next, false, oxd_prepare, oxd_release}},
    {"NO", {"none", any_seek, plain_next, false, oxd_prepare, oxd_release}},
};

// --- The header ---

static int oxd_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)path;
    return count >= TEXT_BYTES && memcmp(head, "OD SAPPHIRE", 11) == 0 &&
                   memmem(head, TEXT_BYTES, "COMPRESSION=", 12)
               ? 95
               : 0;
}

// Ends the header's text, in which zero bytes may stand for blanks.
static void text_finish(char text[TEXT_BYTES + 1])
{
    for (size_t i = 0; i < TEXT_BYTES; i++)
        if (text[i] == '\0')
            text[i] = ' ';
    text[TEXT_BYTES] = '\0';
}

// Where the binary sections lie. Up to version 3 what the sections leave of the header is its text.
static bool find_sections(struct oxd_file *file, const char *text)
{
    static const char *const names[SECTIONS] = {"NG=", "NS=", "NK=", "NS=", "NH="};
    int64_t sizes[SECTIONS], all = 0;
    const char *at = text;
    double version = 0;
    char word[16];
    if (!text_take_number(&at, "NHEADER=", &file->data) || file->data < TEXT_BYTES || file->data > MAX_HEADER)
        return false;
    for (int i = 0; i < SECTIONS; i++) {
        if (!text_take_number(&at, names[i], &sizes[i]) || sizes[i] > file->data)
            return false;
        all += sizes[i];
    }
    if (sscanf(text, "OD SAPPHIRE %15s", word) == 1)
        (void)parse_double(word, &version);
    file->sections[0] = version < 4 ? int64_max(file->data - all, 0) : TEXT_BYTES;
    for (int i = 0; i < SECTIONS; i++)
        file->sections[i + 1] = file->sections[i] + sizes[i];
    return file->sections[SECTIONS] <= file->data;
}

static struct header_block section_of(const struct oxd_file *file, const uint8_t *header, int section)
{
    return (struct header_block){header + file->sections[section],
                                 (size_t)(file->sections[section + 1] - file->sections[section]), false};
}

static double section_number(const struct oxd_file *file, const uint8_t *header, int section, size_t offset,
                             enum sample_type type)
{
    const struct header_block block = section_of(file, header, section);
    return header_block_number(&block, offset, type);
}

// The whole header, to be freed; NULL with a sentence.
static uint8_t *header_read(const struct oxd_file *file, struct error *error)
{
    uint8_t *header = must_alloc((size_t)file->data);
    if (row_file_read(&file->rows, 0, header, (size_t)file->data, error) == STATUS_OK)
        return header;
    free(header);
    return NULL;
}

static double overflow_threshold(const struct oxd_file *file, const uint8_t *header)
{
    return section_number(file, header, SECTION_SPECIAL, 472, SAMPLE_I32);
}

// 16 bits where the header's statistics say that all pixels fit, else 32.
static enum sample_type type_by_statistics(const struct oxd_file *file, const uint8_t *header)
{
    const double low = section_number(file, header, SECTION_STATISTICS, 0, SAMPLE_I32);
    const double high = section_number(file, header, SECTION_STATISTICS, 4, SAMPLE_I32);
    return low >= INT16_MIN && high <= INT16_MAX && low < high ? SAMPLE_I16 : SAMPLE_I32;
}

static const struct row_coding *find_coding(const char *compression)
{
    for (size_t i = 0; i < sizeof codings / sizeof *codings; i++)
        if (strncmp(compression, codings[i].name, strlen(codings[i].name)) == 0)
            return &codings[i].coding;
    return NULL;
}

static enum status read_text(struct oxd_file *file, struct row_layout *layout, struct error *error)
{
    char text[TEXT_BYTES + 1];
    const char *path = file->rows.base.path;
    enum status status = row_file_read(&file->rows, 0, text, TEXT_BYTES, error);
    if (status != STATUS_OK)
        return status;
    text_finish(text);
    if (!oxd_probe((const uint8_t *)text, TEXT_BYTES, path))
        return error_set(error, STATUS_NOT_MINE, "%s: is not an Oxford Diffraction frame", path);
    const char *compression = strstr(text, "COMPRESSION=");
    const char *at = compression ? compression : text;
    if (!compression || !text_take_number(&at, "NX=", &layout->width) ||
        !text_take_number(&at, "NY=", &layout->height) || !text_take_number(&at, "OI=", &file->shorts) ||
        !text_take_number(&at, "OL=", &file->longs) || !find_sections(file, text))
        return error_set(error, STATUS_BROKEN, "%s: its header lacks a size or has one that cannot be", path);
    if (file->shorts > file->rows.bytes || file->longs > file->rows.bytes)
        return error_set(error, STATUS_BROKEN, "%s: its tables are longer than the file", path);
    compression += strlen("COMPRESSION=");
    compression += strspn(compression, " ");
    const size_t count = strcspn(compression, "( \r\n");
    snprintf(file->compression, sizeof file->compression, "%.*s", (int)count, compression);
    return STATUS_OK;
}

static enum status open_content(struct image_file *base, const struct open_request *request,
                                struct error *error)
{
    (void)request;
    struct oxd_file *file = (struct oxd_file *)base;
    struct row_layout layout = {.format = "Oxford", .type = SAMPLE_I32};
    const char *path = file->rows.base.path;
    enum status status = read_text(file, &layout, error);
    if (status != STATUS_OK)
        return status;
    const struct row_coding *coding = find_coding(file->compression);
    if (!coding)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: its compression \"%s\" is not read; TY1, TY5 and TY6 are", path,
                         utf8_valid(file->compression, strlen(file->compression)) ? file->compression : "?");
    uint8_t *header = header_read(file, error);
    if (!header)
        return STATUS_BROKEN;
    if (strcmp(file->compression, "TY1") == 0)
        layout.type = type_by_statistics(file, header);
    const double threshold = overflow_threshold(file, header);
    layout.sentinels.has_saturation = threshold > 0;
    layout.sentinels.saturation = threshold > 0 ? threshold : 0;
    free(header);
    return row_file_start(&file->rows, &layout, coding,
                          (file->rows.bytes - file->data) * MOST_PIXELS_PER_BYTE, error);
}

static enum status oxd_open(const struct open_request *request, struct image_file **out, struct error *error)
{
    return row_file_open_with(request, &oxd_reader, sizeof(struct oxd_file), open_content, out, error);
}

// --- What the header tells ---

static const struct header_item general_items[] = {
    {"Binning in x", 0, SAMPLE_U16},     {"Binning in y", 2, SAMPLE_U16}, {"Detector size x", 22, SAMPLE_U16},
    {"Detector size y", 24, SAMPLE_U16}, {"Pixels in x", 26, SAMPLE_U16}, {"Pixels in y", 28, SAMPLE_U16},
    {"No of pixels", 36, SAMPLE_U32},
};

static const struct header_item special_items[] = {
    {"Gain", 56, SAMPLE_F64},
    {"Overflows flag", 464, SAMPLE_I16},
    {"Overflow after remeasure flag", 466, SAMPLE_I16},
    {"Overflow threshold", 472, SAMPLE_I32},
    {"Exposure time in sec", 480, SAMPLE_F64},
    {"Overflow time in sec", 488, SAMPLE_F64},
    {"Monitor counts of raw image 1", 528, SAMPLE_I32},
    {"Monitor counts of raw image 2", 532, SAMPLE_I32},
    {"Monitor counts of overflow raw image 1", 536, SAMPLE_I32},
    {"Monitor counts of overflow raw image 2", 540, SAMPLE_I32},
    {"Unwarping", 544, SAMPLE_I32},
    {"Detector type", 548, SAMPLE_I32},
    {"Real pixel size x (mm)", 568, SAMPLE_F64},
    {"Real pixel size y (mm)", 576, SAMPLE_F64},
};

static const struct header_item gonio_items[] = {
    {"Omega start in steps", 284, SAMPLE_I32},    {"Theta start in steps", 288, SAMPLE_I32},
    {"Kappa start in steps", 292, SAMPLE_I32},    {"Phi start in steps", 296, SAMPLE_I32},
    {"Omega end in steps", 324, SAMPLE_I32},      {"Theta end in steps", 328, SAMPLE_I32},
    {"Kappa end in steps", 332, SAMPLE_I32},      {"Phi end in steps", 336, SAMPLE_I32},
    {"Omega step in rad", 368, SAMPLE_F64},       {"Theta step in rad", 376, SAMPLE_F64},
    {"Kappa step in rad", 384, SAMPLE_F64},       {"Phi step in rad", 392, SAMPLE_F64},
    {"Beam rot in deg (e2)", 552, SAMPLE_F64},    {"Beam rot in deg (e3)", 560, SAMPLE_F64},
    {"Wavelength alpha1", 568, SAMPLE_F64},       {"Wavelength alpha2", 576, SAMPLE_F64},
    {"Wavelength alpha", 584, SAMPLE_F64},        {"Wavelength beta", 592, SAMPLE_F64},
    {"Detector tilt e1 in deg", 640, SAMPLE_F64}, {"Detector tilt e2 in deg", 648, SAMPLE_F64},
    {"Detector tilt e3 in deg", 656, SAMPLE_F64}, {"Beam center x", 664, SAMPLE_F64},
    {"Beam center y", 672, SAMPLE_F64},           {"Alpha angle in deg", 680, SAMPLE_F64},
    {"Beta angle in deg", 688, SAMPLE_F64},       {"Distance in mm", 712, SAMPLE_F64},
};

static const struct header_item statistics_items[] = {
    {"Stat: Min", 0, SAMPLE_I32},
    {"Stat: Max", 4, SAMPLE_I32},
    {"Stat: Average", 24, SAMPLE_F64},
};

static const struct {
    const struct header_item *items;
    size_t count;
} section_items[] = {
    [SECTION_GENERAL] = {general_items, sizeof general_items / sizeof *general_items},
    [SECTION_SPECIAL] = {special_items, sizeof special_items / sizeof *special_items},
    [SECTION_GONIO] = {gonio_items, sizeof gonio_items / sizeof *gonio_items},
    [SECTION_STATISTICS] = {statistics_items, sizeof statistics_items / sizeof *statistics_items},
};

// The text's lines: a version, and pairs of a name and a value.
static void append_text(const uint8_t *header, struct text *out)
{
    char text[TEXT_BYTES + 1];
    memcpy(text, header, TEXT_BYTES);
    text_finish(text);
    char *rest = text;
    for (char *line = strtok_r(text, "\r\n\x1a", &rest); line; line = strtok_r(NULL, "\r\n\x1a", &rest)) {
        char *equals = strchr(line, '=');
        const bool pair = equals && (strncmp(line, "COMPRESSION", 11) == 0 || strncmp(line, "TIME", 4) == 0 ||
                                     strncmp(line, "NSUPPLEMENT", 11) == 0);
        if (pair)
            *equals = '\0';
        const char *key = pair ? line : strncmp(line, "OD ", 3) == 0 ? "Header version" : "Sizes";
        const char *value = pair ? equals + 1 : line;
        header_line(out, key, value, strlen(value));
    }
}

static enum status oxd_metadata(struct image_file *base, int64_t frame, struct text *out, struct error *error)
{
    (void)frame;
    const struct oxd_file *file = (struct oxd_file *)base;
    uint8_t *header = header_read(file, error);
    if (!header)
        return STATUS_BROKEN;
    append_text(header, out);
    for (int section = 0; section < SECTION_HISTORY; section++) {
        const struct header_block block = section_of(file, header, section);
        header_block_append(&block, section_items[section].items, section_items[section].count, out);
    }
    free(header);
    return STATUS_OK;
}

static enum status oxd_detector(struct image_file *base, int64_t frame, struct detector_info *info,
                                struct error *error)
{
    (void)frame;
    const struct oxd_file *file = (struct oxd_file *)base;
    uint8_t *header = header_read(file, error);
    if (!header)
        return STATUS_BROKEN;
    detector_info_set(&info->exposure, section_number(file, header, SECTION_SPECIAL, 480, SAMPLE_F64));
    detector_info_set(&info->pixel_x, section_number(file, header, SECTION_SPECIAL, 568, SAMPLE_F64) * 1e-3);
    detector_info_set(&info->pixel_y, section_number(file, header, SECTION_SPECIAL, 576, SAMPLE_F64) * 1e-3);
    detector_info_set(&info->saturation, overflow_threshold(file, header));
    detector_info_set(&info->wavelength,
                      section_number(file, header, SECTION_GONIO, 584, SAMPLE_F64) * 1e-10);
    detector_info_set(&info->distance, section_number(file, header, SECTION_GONIO, 712, SAMPLE_F64) * 1e-3);
    // The beam is told in pixels of the detector, of which a pixel of the image bins some.
    const double x = section_number(file, header, SECTION_GONIO, 664, SAMPLE_F64) /
                     fmax(section_number(file, header, SECTION_GENERAL, 0, SAMPLE_U16), 1);
    const double y = section_number(file, header, SECTION_GONIO, 672, SAMPLE_F64) /
                     fmax(section_number(file, header, SECTION_GENERAL, 2, SAMPLE_U16), 1);
    detector_info_set_beam(info, x, y);
    free(header);
    return STATUS_OK;
}

static const char *const oxd_extensions[] = {"img", "rodhypix", NULL};

const struct reader oxd_reader = {
    .name = "oxd",
    .description = "Oxford Diffraction",
    .extensions = oxd_extensions,
    .media = {.types = "image/x-oxford-diffraction;", .magic = "OD SAPPHIRE"},
    .probe = oxd_probe,
    .open = oxd_open,
    .frame_info = row_file_info,
    .decode = row_file_decode,
    .clone = row_file_clone,
    .metadata = oxd_metadata,
    .detector = oxd_detector,
    .close = row_file_close,
};
