// SPDX-License-Identifier: MIT
// MRC and CCP4 maps: image stacks and volumes of electron microscopy.
//
// Format: Cheng et al., "MRC2014: Extensions to the MRC format header", J. Struct. Biol. 192 (2015) 146, and
// https://www.ccpem.ac.uk/mrc_format/mrc2014.php; the sign of bytes in files of IMOD:
// https://bio3d.colorado.edu/imod/doc/mrc_format.txt. A header of 1024 bytes, an extended header of NSYMBT
// bytes, then NZ sections of NY rows of NX samples. Row 0 is at the bottom by convention.
#include "formats/base/header_table.h"
#include "formats/base/plain_file.h"
#include "formats/base/readers_list.h"

#include "base/byteorder.h"
#include "base/size.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct mrc_file {
    struct plain_file plain; // in mode 101 its samples are bytes of two pixels
    int64_t nibbles;         // mode 101: pixels of a row; else 0
};

enum {
    MRC_NIBBLES = 101,
    MRC_HEADER = 1024,
    MRC_LABELS = 224, // where the text labels begin
    MRC_LABEL_BYTES = 80,
    MRC_MAX_LABELS = 10,
    AT_MODE = 12,
    AT_MAPC = 64,
    AT_EXTENDED = 92,
    AT_IMOD_STAMP = 152,
    AT_IMOD_FLAGS = 156,
    AT_MAP = 208,
    AT_MACHINE = 212,
    IMOD_STAMP = 1146047817,
    IMOD_SIGNED_BYTES = 1,
    MRC_MAX_MODE = MRC_NIBBLES,
};

// True if the header makes sense in that byte order.
static bool order_fits(const uint8_t *header, bool big)
{
    if (load_u32(header + AT_MODE, big) > MRC_MAX_MODE)
        return false;
    for (size_t axis = 0; axis < 3; axis++) {
        uint32_t size = load_u32(header + 4 * axis, big), role = load_u32(header + AT_MAPC + 4 * axis, big);
        if (size == 0 || size > INT32_MAX || role > 3)
            return false;
    }
    return true;
}

// The byte order from the machine stamp, or, where old programs left none, from what makes sense.
static bool is_big_endian(const uint8_t *header)
{
    if (header[AT_MACHINE] == 0x11)
        return true;
    if (header[AT_MACHINE] == 0x44)
        return false;
    return !order_fits(header, false) && order_fits(header, true);
}

static bool has_extension(const char *path, const char *const *extensions)
{
    const char *dot = strrchr(path, '.');
    for (; dot && *extensions; extensions++)
        if (strcasecmp(dot + 1, *extensions) == 0)
            return true;
    return false;
}

static const char *const mrc_extensions[] = {"mrc", "mrcs", "map", "ccp4", "st", "ali", "rec", NULL};

static int mrc_probe(const uint8_t *head, size_t count, const char *path)
{
    if (count < MRC_HEADER)
        return 0;
    bool marked = memcmp(head + AT_MAP, "MAP", 3) == 0;
    if (!order_fits(head, is_big_endian(head)))
        return marked ? 20 : 0;
    return marked ? 90 : has_extension(path, mrc_extensions) ? 30 : 0;
}

// The sample type of the header's mode.
static enum status mode_type(const struct plain_file *file, const uint8_t *header, bool big,
                             enum sample_type *type, struct error *error)
{
    uint32_t mode = load_u32(header + AT_MODE, big);
    bool unsigned_bytes = load_u32(header + AT_IMOD_STAMP, big) == IMOD_STAMP &&
                          !(load_u32(header + AT_IMOD_FLAGS, big) & IMOD_SIGNED_BYTES);
    const struct {
        uint32_t mode;
        enum sample_type type;
    } known[] = {
        {0, unsigned_bytes ? SAMPLE_U8 : SAMPLE_I8},
        {1, SAMPLE_I16},
        {2, SAMPLE_F32},
        {6, SAMPLE_U16},
        {12, SAMPLE_F16},
        {MRC_NIBBLES, SAMPLE_U8},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].mode == mode) {
            *type = known[i].type;
            return STATUS_OK;
        }
    }
    return error_set(error, STATUS_UNSUPPORTED,
                     "%s: its MRC mode %u%s is not shown; modes 0, 1, 2, 6, 12 and 101 are", file->base.path,
                     mode, mode == 3 || mode == 4 ? " (complex numbers)" : "");
}

// Where the samples begin. An extended header that would reach over the end of a file that has just the room
// for the samples is announced, but not there.
static bool samples_offset(const struct plain_file *file, const struct plain_layout *layout, int32_t extended,
                           int64_t *offset)
{
    size_t plane, total;
    bool whole = size_of_plane(layout->width, layout->height, sample_traits(layout->type)->bytes, &plane) &&
                 size_multiply(plane, (size_t)layout->frames, &total) &&
                 (int64_t)total == file->bytes - MRC_HEADER;
    *offset = MRC_HEADER + (int64_t)(whole ? 0 : extended);
    return whole || extended >= 0;
}

static enum status open_content(struct image_file *base, const struct open_request *request,
                                struct error *error)
{
    (void)request;
    struct plain_file *file = plain_file_of(base);
    uint8_t header[MRC_HEADER];
    enum status status = plain_file_header(file, 0, header, sizeof header, error);
    if (status != STATUS_OK)
        return status;
    bool big = is_big_endian(header);
    struct plain_layout layout = {.format = "MRC",
                                  .width = (int32_t)load_u32(header + 0, big),
                                  .height = (int32_t)load_u32(header + 4, big),
                                  .frames = (int32_t)load_u32(header + 8, big),
                                  .swapped = big,
                                  .rows_upward = true};
    status = mode_type(file, header, big, &layout.type, error);
    if (status != STATUS_OK)
        return status;
    if (load_u32(header + AT_MODE, big) == MRC_NIBBLES) {
        ((struct mrc_file *)file)->nibbles = layout.width;
        layout.width = int64_ceil_div(layout.width, 2);
    }
    if (!samples_offset(file, &layout, (int32_t)load_u32(header + AT_EXTENDED, big), &layout.offset))
        return error_set(error, STATUS_BROKEN, "%s: its extended header has a negative size",
                         file->base.path);
    size_t plane;
    if (layout.frames < 1 && // not counted
        size_of_plane(layout.width, layout.height, sample_traits(layout.type)->bytes, &plane) && plane > 0)
        layout.frames = int64_max((file->bytes - layout.offset) / (int64_t)plane, 1);
    return plain_file_set_layout(file, &layout, error);
}

static struct mrc_file *mrc_file_of(struct image_file *file)
{
    return (struct mrc_file *)plain_file_of(file); // the plain file is the first member
}

static enum status mrc_open(const struct open_request *request, struct image_file **out, struct error *error)
{
    return plain_file_open_with(request, &mrc_reader, sizeof(struct mrc_file), open_content, out, error);
}

// --- Two pixels in a byte ---

static enum status mrc_frame_info(struct image_file *base, int64_t frame, struct frame_info *info,
                                  struct error *error)
{
    const struct mrc_file *file = mrc_file_of(base);
    enum status status = plain_file_info(base, frame, info, error);
    if (status == STATUS_OK && file->nibbles > 0) {
        info->width = info->chunk_width = file->nibbles;
        snprintf(info->compression, sizeof info->compression, "4-bit samples");
    }
    return status;
}

// The bytes that hold `count` pixels from column x on of a row, and the first pixel in each byte is the low
// half.
static void nibbles_give(const uint8_t *bytes, const uint8_t *lost, int64_t x, int64_t count, uint8_t *pixels,
                         uint8_t *classes, struct decode_report *report)
{
    for (int64_t i = 0; i < count; i++) {
        const int64_t at = (x + i) / 2 - x / 2;
        pixels[i] = bytes[at] >> ((x + i) % 2 * 4) & 0xF;
        classes[i] |= lost[at];
        report->lost_pixels += lost[at] != 0;
    }
}

static enum status decode_nibbles(struct image_file *base, const struct decode_request *request,
                                  struct decode_report *report, struct error *error)
{
    const struct rect rect = request->rect;
    const int64_t first = rect.x / 2, count = (rect.x + rect.width - 1) / 2 - first + 1;
    uint8_t *bytes = try_alloc((size_t)count, 1, base->path, error);
    uint8_t *lost = try_alloc((size_t)count, 1, base->path, error);
    enum status status = bytes && lost ? STATUS_OK : STATUS_NO_MEMORY;
    for (int64_t y = 0; y < rect.height && status == STATUS_OK; y++) {
        struct decode_request row = *request;
        struct decode_report told = {.first_loss = report->first_loss};
        row.rect = (struct rect){first, rect.y + y, count, 1};
        row.pixels = bytes;
        row.stride = (size_t)count;
        row.classes = memset(lost, 0, (size_t)count);
        status = plain_file_decode(base, &row, &told, error);
        nibbles_give(bytes, lost, rect.x, rect.width,
                     (uint8_t *)request->pixels + (size_t)y * request->stride,
                     request->classes + y * rect.width, report);
        report->any_class = report->any_class || told.any_class;
        report->first_loss = told.first_loss;
    }
    free(bytes);
    free(lost);
    return status;
}

static enum status mrc_decode(struct image_file *base, const struct decode_request *request,
                              struct decode_report *report, struct error *error)
{
    return mrc_file_of(base)->nibbles > 0 ? decode_nibbles(base, request, report, error)
                                          : plain_file_decode(base, request, report, error);
}

// --- Metadata ---

static const struct header_item mrc_items[] = {
    {"NX", 0, SAMPLE_I32},           {"NY", 4, SAMPLE_I32},           {"NZ", 8, SAMPLE_I32},
    {"MODE", AT_MODE, SAMPLE_I32},   {"NXSTART", 16, SAMPLE_I32},     {"NYSTART", 20, SAMPLE_I32},
    {"NZSTART", 24, SAMPLE_I32},     {"MX", 28, SAMPLE_I32},          {"MY", 32, SAMPLE_I32},
    {"MZ", 36, SAMPLE_I32},          {"CELLA X", 40, SAMPLE_F32},     {"CELLA Y", 44, SAMPLE_F32},
    {"CELLA Z", 48, SAMPLE_F32},     {"CELLB ALPHA", 52, SAMPLE_F32}, {"CELLB BETA", 56, SAMPLE_F32},
    {"CELLB GAMMA", 60, SAMPLE_F32}, {"MAPC", AT_MAPC, SAMPLE_I32},   {"MAPR", 68, SAMPLE_I32},
    {"MAPS", 72, SAMPLE_I32},        {"DMIN", 76, SAMPLE_F32},        {"DMAX", 80, SAMPLE_F32},
    {"DMEAN", 84, SAMPLE_F32},       {"ISPG", 88, SAMPLE_I32},        {"NSYMBT", AT_EXTENDED, SAMPLE_I32},
    {"EXTTYP", 104, HEADER_TEXT, 4}, {"NVERSION", 108, SAMPLE_I32},   {"ORIGIN X", 196, SAMPLE_F32},
    {"ORIGIN Y", 200, SAMPLE_F32},   {"ORIGIN Z", 204, SAMPLE_F32},   {"RMS", 216, SAMPLE_F32},
    {"NLABL", 220, SAMPLE_I32},
};

// The cell divided by its sampling is the distance of pixels in Angstrom.
static void append_spacing(struct text *out, const struct header_block *header)
{
    double spacing[3];
    for (size_t axis = 0; axis < 3; axis++) {
        const double samples = header_block_number(header, 28 + 4 * axis, SAMPLE_I32);
        const double cell = header_block_number(header, 40 + 4 * axis, SAMPLE_F32);
        if (!(samples > 0) || !(cell > 0))
            return;
        spacing[axis] = cell / samples;
    }
    text_printf(out, "pixel spacing\t%g x %g x %g A\n", spacing[0], spacing[1], spacing[2]);
}

static enum status mrc_metadata(struct image_file *base, int64_t frame, struct text *out, struct error *error)
{
    (void)frame;
    uint8_t header[MRC_HEADER];
    enum status status = plain_file_header(plain_file_of(base), 0, header, sizeof header, error);
    if (status != STATUS_OK)
        return status;
    const bool big = is_big_endian(header);
    const struct header_block block = {header, sizeof header, big};
    header_block_append(&block, mrc_items, sizeof mrc_items / sizeof *mrc_items, out);
    text_printf(out, "MACHST\t%02x %02x (%s-endian)\n", header[AT_MACHINE], header[AT_MACHINE + 1],
                big ? "big" : "little");
    append_spacing(out, &block);
    for (int i = 0; i < MRC_MAX_LABELS; i++) {
        char key[24];
        snprintf(key, sizeof key, "LABEL %d", i + 1);
        header_line(out, key, header + MRC_LABELS + (ptrdiff_t)i * MRC_LABEL_BYTES, MRC_LABEL_BYTES);
    }
    return STATUS_OK;
}

const struct reader mrc_reader = {
    .name = "mrc",
    .description = "MRC/CCP4",
    .extensions = mrc_extensions,
    .media = {.types = "image/x-mrc;", .magic_at = 208, .magic = "MAP "},
    .probe = mrc_probe,
    .open = mrc_open,
    .frame_info = mrc_frame_info,
    .decode = mrc_decode,
    .clone = plain_file_clone,
    .metadata = mrc_metadata,
    .close = plain_file_close,
};
