// SPDX-License-Identifier: MIT
// MarCCD and Rayonix files (.mccd): a TIFF directory, a binary header at byte 1024 and plain samples at 4096.
//
// Format: the "frame_header" structure that Mar USA and Rayonix publish (marccd_header.h, also quoted by the
// fabio library, https://github.com/silx-kit/fabio, and read by dxtbx, https://github.com/cctbx/dxtbx). The
// header tells its own byte order and that of the samples by the numbers 1234 and 4321. A file whose TIFF
// directory says something else than its binary header is left to the TIFF reader.
#include "formats/base/plain_file.h"
#include "formats/base/readers_list.h"

#include "base/byteorder.h"

#include <string.h>

enum {
    TIFF_PART = 1024,    // bytes of the TIFF header and directory
    HEADER_BYTES = 4096, // up to the samples
    ORDER_LITTLE = 1234,
    ORDER_BIG = 4321,
    // Offsets within the binary header.
    AT_ORDER = 28,
    AT_DATA_ORDER = 32,
    AT_FAST = 80,
    AT_SLOW = 84,
    AT_DEPTH = 88,
    AT_SATURATED = 104,
    AT_DISTANCE = 640,
    AT_BEAM_X = 644,
    AT_BEAM_Y = 648,
    AT_INTEGRATION = 652,
    AT_EXPOSURE = 656,
    AT_START_DISTANCE = 696,
    AT_PIXEL_X = 772,
    AT_PIXEL_Y = 776,
    AT_WAVELENGTH = 908,
};

struct marccd_file {
    struct plain_file plain;
    bool big; // byte order of the header
    uint8_t header[HEADER_BYTES - TIFF_PART];
};

static uint32_t word_at(const uint8_t *header, size_t offset, bool big)
{
    return big ? load_u32be(header + offset) : load_u32le(header + offset);
}

static double number_at(const struct marccd_file *file, size_t offset)
{
    return (int32_t)word_at(file->header, offset, file->big);
}

// --- The TIFF directory ---

struct directory {
    uint32_t width, height, bits, compression, strip, format, samples;
};

// Reads the first directory where it lies within its part of the file, as in all files of this kind.
static bool directory_read(const uint8_t *head, struct directory *directory)
{
    const bool big = memcmp(head, "MM\0*", 4) == 0;
    *directory = (struct directory){.bits = 1, .compression = 1, .format = 1, .samples = 1};
    if (!big && memcmp(head, "II*", 4) != 0)
        return false;
    const uint32_t offset = word_at(head, 4, big);
    if (offset < 8 || offset > TIFF_PART - 2)
        return false;
    const uint32_t count = big ? load_u16be(head + offset) : load_u16le(head + offset);
    if (count > (TIFF_PART - 2 - offset) / 12)
        return false;
    for (const uint8_t *entry = head + offset + 2, *end = entry + (size_t)count * 12; entry < end;
         entry += 12) {
        const uint32_t tag = big ? load_u16be(entry) : load_u16le(entry);
        const uint32_t kind = big ? load_u16be(entry + 2) : load_u16le(entry + 2);
        const uint32_t narrow = big ? load_u16be(entry + 8) : load_u16le(entry + 8);
        const uint32_t value = kind == 3 ? narrow : word_at(entry, 8, big);
        const struct {
            uint32_t tag, *field;
        } fields[] = {{256, &directory->width},       {257, &directory->height}, {258, &directory->bits},
                      {259, &directory->compression}, {273, &directory->strip},  {277, &directory->samples},
                      {339, &directory->format}};
        for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
            if (fields[i].tag == tag)
                *fields[i].field = value;
    }
    return true;
}

// --- The binary header ---

// Finds the byte order of the binary header; false if there is none.
static bool header_order(const uint8_t *header, bool *big)
{
    for (int order = 0; order < 2; order++) {
        const uint32_t mark = word_at(header, AT_ORDER, order);
        *big = order;
        if (mark == ORDER_LITTLE || mark == ORDER_BIG)
            return true;
    }
    return false;
}

// True if the file's beginning is a TIFF directory and a binary header of the same plain image.
static bool headers_agree(const uint8_t *head, struct directory *directory, bool *big)
{
    const uint8_t *header = head + TIFF_PART;
    return directory_read(head, directory) && header_order(header, big) &&
           directory->width == word_at(header, AT_FAST, *big) && directory->width > 0 &&
           directory->height == word_at(header, AT_SLOW, *big) && directory->height > 0 &&
           directory->bits == 8 * (uint64_t)word_at(header, AT_DEPTH, *big) && directory->samples == 1 &&
           directory->compression == 1 && directory->strip == HEADER_BYTES;
}

static int marccd_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)path;
    struct directory directory;
    bool big;
    return count >= HEADER_BYTES && headers_agree(head, &directory, &big) ? 95 : 0;
}

// The type of `bits` wide samples by the number in the TIFF tag SampleFormat.
static bool sample_type_of(const struct directory *directory, enum sample_type *type)
{
    static const struct {
        uint32_t bits, format;
        enum sample_type type;
    } types[] = {{8, 1, SAMPLE_U8},   {16, 1, SAMPLE_U16}, {32, 1, SAMPLE_U32}, {8, 2, SAMPLE_I8},
                 {16, 2, SAMPLE_I16}, {32, 2, SAMPLE_I32}, {32, 3, SAMPLE_F32}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (types[i].bits == directory->bits && types[i].format == directory->format) {
            *type = types[i].type;
            return true;
        }
    }
    return false;
}

static enum status open_content(struct marccd_file *file, struct error *error)
{
    uint8_t head[HEADER_BYTES];
    struct directory directory;
    const char *path = file->plain.base.path;
    enum status status = plain_file_header(&file->plain, 0, head, sizeof head, error);
    if (status != STATUS_OK)
        return status;
    if (!headers_agree(head, &directory, &file->big))
        return error_set(error, STATUS_NOT_MINE, "%s: is not a MarCCD file", path);
    memcpy(file->header, head + TIFF_PART, sizeof file->header);
    struct plain_layout layout = {.format = "MarCCD",
                                  .width = directory.width,
                                  .height = directory.height,
                                  .frames = 1,
                                  .offset = HEADER_BYTES};
    layout.swapped = word_at(file->header, AT_DATA_ORDER, file->big) == ORDER_BIG;
    if (!sample_type_of(&directory, &layout.type))
        return error_set(error, STATUS_NOT_MINE, "%s: has samples that MarCCD files do not have", path);
    // Pixels that reach the saturated value have lost their count.
    const double saturated = word_at(file->header, AT_SATURATED, file->big);
    layout.sentinels.has_saturation = saturated > 1;
    layout.sentinels.saturation = saturated - 1;
    return plain_file_set_layout(&file->plain, &layout, error);
}

static enum status marccd_open(const struct open_request *request, struct image_file **out,
                               struct error *error)
{
    struct plain_file *plain;
    enum status status = plain_file_open(request, &marccd_reader, sizeof(struct marccd_file), &plain, error);
    if (status != STATUS_OK)
        return status;
    status = open_content((struct marccd_file *)plain, error); // the plain file is the first member
    if (status != STATUS_OK) {
        plain_file_close(&plain->base);
        return status;
    }
    *out = &plain->base;
    return STATUS_OK;
}

// --- What the header tells ---

static void set_above_zero(double *field, double value)
{
    if (value > 0)
        *field = value;
}

static enum status marccd_detector(struct image_file *base, int64_t frame, struct detector_info *info,
                                   struct error *error)
{
    (void)frame, (void)error;
    const struct marccd_file *file = (struct marccd_file *)base;
    set_above_zero(&info->distance, number_at(file, AT_START_DISTANCE) * 1e-6);
    set_above_zero(&info->distance, number_at(file, AT_DISTANCE) * 1e-6);
    if (number_at(file, AT_BEAM_X) != 0 || number_at(file, AT_BEAM_Y) != 0) {
        info->beam_x = number_at(file, AT_BEAM_X) / 1000;
        info->beam_y = number_at(file, AT_BEAM_Y) / 1000;
    }
    set_above_zero(&info->pixel_x, number_at(file, AT_PIXEL_X) * 1e-9);
    set_above_zero(&info->pixel_y, number_at(file, AT_PIXEL_Y) * 1e-9);
    set_above_zero(&info->wavelength, number_at(file, AT_WAVELENGTH) * 1e-15);
    set_above_zero(&info->exposure, number_at(file, AT_INTEGRATION) * 1e-3);
    set_above_zero(&info->exposure, number_at(file, AT_EXPOSURE) * 1e-3);
    if (file->plain.layout.sentinels.has_saturation)
        info->saturation = file->plain.layout.sentinels.saturation;
    return STATUS_OK;
}

struct item {
    const char *key;
    uint16_t offset;
    uint16_t count;   // numbers, or bytes of a text
    uint16_t divisor; // 0: a text
    const char *unit;
};

static const struct item items[] = {
    {"header_name", 4, 16, 0, ""},
    {"header_major_version", 20, 1, 1, ""},
    {"header_minor_version", 24, 1, 1, ""},
    {"header_byte_order", AT_ORDER, 1, 1, ""},
    {"data_byte_order", AT_DATA_ORDER, 1, 1, ""},
    {"header_size", 36, 1, 1, ""},
    {"frame_type", 40, 1, 1, ""},
    {"magic_number", 44, 1, 1, ""},
    {"compression_type", 48, 1, 1, ""},
    {"nheaders", 76, 1, 1, ""},
    {"nfast", AT_FAST, 1, 1, ""},
    {"nslow", AT_SLOW, 1, 1, ""},
    {"depth", AT_DEPTH, 1, 1, ""},
    {"record_length", 92, 1, 1, ""},
    {"signif_bits", 96, 1, 1, ""},
    {"data_type", 100, 1, 1, ""},
    {"saturated_value", AT_SATURATED, 1, 1, ""},
    {"sequence", 108, 1, 1, ""},
    {"nimages", 112, 1, 1, ""},
    {"origin", 116, 1, 1, ""},
    {"orientation", 120, 1, 1, ""},
    {"view_direction", 124, 1, 1, ""},
    {"overflow_location", 128, 1, 1, ""},
    {"over_8_bits", 132, 1, 1, ""},
    {"over_16_bits", 136, 1, 1, ""},
    {"multiplexed", 140, 1, 1, ""},
    {"nfastimages", 144, 1, 1, ""},
    {"nslowimages", 148, 1, 1, ""},
    {"background_applied", 152, 1, 1, ""},
    {"bias_applied", 156, 1, 1, ""},
    {"flatfield_applied", 160, 1, 1, ""},
    {"distortion_applied", 164, 1, 1, ""},
    {"original_header_type", 168, 1, 1, ""},
    {"file_saved", 172, 1, 1, ""},
    {"min", 280, 1, 1, ""},
    {"max", 284, 1, 1, ""},
    {"mean", 288, 1, 1000, ""},
    {"rms", 292, 1, 1000, ""},
    {"p10", 296, 1, 1, ""},
    {"p90", 300, 1, 1, ""},
    {"stats_uptodate", 304, 1, 1, ""},
    {"pixel_noise", 308, 9, 1000, ""},
    {"xtal_to_detector", AT_DISTANCE, 1, 1000, "mm"},
    {"beam_x", AT_BEAM_X, 1, 1000, "px"},
    {"beam_y", AT_BEAM_Y, 1, 1000, "px"},
    {"integration_time", AT_INTEGRATION, 1, 1000, "s"},
    {"exposure_time", AT_EXPOSURE, 1, 1000, "s"},
    {"readout_time", 660, 1, 1000, "s"},
    {"nreads", 664, 1, 1, ""},
    {"start_twotheta", 668, 1, 1000, "deg"},
    {"start_omega", 672, 1, 1000, "deg"},
    {"start_chi", 676, 1, 1000, "deg"},
    {"start_kappa", 680, 1, 1000, "deg"},
    {"start_phi", 684, 1, 1000, "deg"},
    {"start_delta", 688, 1, 1000, "deg"},
    {"start_gamma", 692, 1, 1000, "deg"},
    {"start_xtal_to_detector", AT_START_DISTANCE, 1, 1000, "mm"},
    {"end_twotheta", 700, 1, 1000, "deg"},
    {"end_omega", 704, 1, 1000, "deg"},
    {"end_chi", 708, 1, 1000, "deg"},
    {"end_kappa", 712, 1, 1000, "deg"},
    {"end_phi", 716, 1, 1000, "deg"},
    {"end_delta", 720, 1, 1000, "deg"},
    {"end_gamma", 724, 1, 1000, "deg"},
    {"end_xtal_to_detector", 728, 1, 1000, "mm"},
    {"rotation_axis", 732, 1, 1, ""},
    {"rotation_range", 736, 1, 1000, "deg"},
    {"detector_rotx", 740, 1, 1000, "deg"},
    {"detector_roty", 744, 1, 1000, "deg"},
    {"detector_rotz", 748, 1, 1000, "deg"},
    {"detector_type", 768, 1, 1, ""},
    {"pixelsize_x", AT_PIXEL_X, 1, 1000, "um"},
    {"pixelsize_y", AT_PIXEL_Y, 1, 1000, "um"},
    {"mean_bias", 780, 1, 1000, ""},
    {"photons_per_100adu", 784, 1, 1, ""},
    {"measured_bias", 788, 9, 1000, ""},
    {"measured_temperature", 824, 9, 1000, "K"},
    {"measured_pressure", 860, 9, 1, "uTorr"},
    {"source_type", 896, 1, 1, ""},
    {"source_dx", 900, 1, 1, "um"},
    {"source_dy", 904, 1, 1, "um"},
    {"source_wavelength", AT_WAVELENGTH, 1, 1, "fm"},
    {"source_power", 912, 1, 1, "W"},
    {"source_voltage", 916, 1, 1, "V"},
    {"source_current", 920, 1, 1, "uA"},
    {"source_bias", 924, 1, 1, "V"},
    {"source_polarization_x", 928, 1, 1, ""},
    {"source_polarization_y", 932, 1, 1, ""},
    {"optics_type", 952, 1, 1, ""},
    {"optics_dx", 956, 1, 1, "um"},
    {"optics_dy", 960, 1, 1, "um"},
    {"optics_wavelength", 964, 1, 1, ""},
    {"optics_dispersion", 968, 1, 1, ""},
    {"optics_crossfire_x", 972, 1, 1, "urad"},
    {"optics_crossfire_y", 976, 1, 1, "urad"},
    {"optics_angle", 980, 1, 1, "urad"},
    {"optics_polarization_x", 984, 1, 1, ""},
    {"optics_polarization_y", 988, 1, 1, ""},
    {"filetitle", 1024, 128, 0, ""},
    {"filepath", 1152, 128, 0, ""},
    {"filename", 1280, 64, 0, ""},
    {"acquire_timestamp", 1344, 32, 0, ""},
    {"header_timestamp", 1376, 32, 0, ""},
    {"save_timestamp", 1408, 32, 0, ""},
    {"file_comments", 1440, 512, 0, ""},
    {"dataset_comments", 2048, 512, 0, ""},
};

static void append_numbers(struct text *out, const struct marccd_file *file, const struct item *item)
{
    text_printf(out, "%s\t", item->key);
    for (size_t i = 0; i < item->count; i++)
        text_printf(out, "%s%.10g", i ? " " : "", number_at(file, item->offset + 4 * i) / item->divisor);
    text_printf(out, "%s%s\n", *item->unit ? " " : "", item->unit);
}

static enum status marccd_metadata(struct image_file *base, int64_t frame, struct text *out,
                                   struct error *error)
{
    (void)frame, (void)error;
    const struct marccd_file *file = (struct marccd_file *)base;
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        if (items[i].divisor == 0)
            header_line(out, items[i].key, file->header + items[i].offset, items[i].count);
        else
            append_numbers(out, file, &items[i]);
    }
    return STATUS_OK;
}

static const char *const marccd_extensions[] = {"mccd", NULL};

const struct reader marccd_reader = {
    .name = "marccd",
    .description = "MarCCD/Rayonix",
    .extensions = marccd_extensions,
    .media = {.types = "image/x-marccd;"},
    .probe = marccd_probe,
    .open = marccd_open,
    .frame_info = plain_file_info,
    .decode = plain_file_decode,
    .clone = plain_file_clone,
    .metadata = marccd_metadata,
    .detector = marccd_detector,
    .close = plain_file_close,
};
