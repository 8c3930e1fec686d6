// SPDX-License-Identifier: MIT
// MarCCD and Rayonix files (.mccd): a TIFF directory, a binary header at byte 1024 and plain samples at 4096.
//
// Format: the "frame_header" structure that Mar USA and Rayonix publish (marccd_header.h, also quoted by the
// fabio library, https://github.com/silx-kit/fabio, and read by dxtbx, https://github.com/cctbx/dxtbx). The
// header tells its own byte order and that of the samples by the numbers 1234 and 4321. A file whose TIFF
// directory says something else than its binary header is left to the TIFF reader.
#include "formats/base/header_table.h"
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

static struct header_block block_of(const struct marccd_file *file)
{
    return (struct header_block){file->header, sizeof file->header, file->big};
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
    const uint32_t offset = load_u32(head + 4, big);
    if (offset < 8 || offset > TIFF_PART - 2)
        return false;
    const uint32_t count = load_u16(head + offset, big);
    if (count > (TIFF_PART - 2 - offset) / 12)
        return false;
    for (const uint8_t *entry = head + offset + 2, *end = entry + (size_t)count * 12; entry < end;
         entry += 12) {
        const uint32_t tag = load_u16(entry, big);
        const uint32_t kind = load_u16(entry + 2, big);
        const uint32_t narrow = load_u16(entry + 8, big);
        const uint32_t value = kind == 3 ? narrow : load_u32(entry + 8, big);
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
        const uint32_t mark = load_u32(header + AT_ORDER, order);
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
           directory->width == load_u32(header + AT_FAST, *big) && directory->width > 0 &&
           directory->height == load_u32(header + AT_SLOW, *big) && directory->height > 0 &&
           directory->bits == 8 * (uint64_t)load_u32(header + AT_DEPTH, *big) && directory->samples == 1 &&
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

static enum status open_content(struct image_file *base, const struct open_request *request,
                                struct error *error)
{
    (void)request;
    struct marccd_file *file = (struct marccd_file *)base;
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
    layout.swapped = load_u32(file->header + AT_DATA_ORDER, file->big) == ORDER_BIG;
    if (!sample_type_of(&directory, &layout.type))
        return error_set(error, STATUS_NOT_MINE, "%s: has samples that MarCCD files do not have", path);
    // Pixels that reach the saturated value have lost their count.
    const double saturated = load_u32(file->header + AT_SATURATED, file->big);
    layout.sentinels.has_saturation = saturated > 1;
    layout.sentinels.saturation = saturated - 1;
    return plain_file_set_layout(&file->plain, &layout, error);
}

static enum status marccd_open(const struct open_request *request, struct image_file **out,
                               struct error *error)
{
    return plain_file_open_with(request, &marccd_reader, sizeof(struct marccd_file), open_content, out,
                                error);
}

// --- What the header tells ---

static enum status marccd_detector(struct image_file *base, int64_t frame, struct detector_info *info,
                                   struct error *error)
{
    (void)frame, (void)error;
    const struct marccd_file *file = (struct marccd_file *)base;
    const struct header_block block = block_of(file);
    detector_info_set(&info->distance, header_block_number(&block, AT_START_DISTANCE, SAMPLE_I32) * 1e-6);
    detector_info_set(&info->distance, header_block_number(&block, AT_DISTANCE, SAMPLE_I32) * 1e-6);
    detector_info_set_beam(info, header_block_number(&block, AT_BEAM_X, SAMPLE_I32) / 1000,
                           header_block_number(&block, AT_BEAM_Y, SAMPLE_I32) / 1000);
    detector_info_set(&info->pixel_x, header_block_number(&block, AT_PIXEL_X, SAMPLE_I32) * 1e-9);
    detector_info_set(&info->pixel_y, header_block_number(&block, AT_PIXEL_Y, SAMPLE_I32) * 1e-9);
    detector_info_set(&info->wavelength, header_block_number(&block, AT_WAVELENGTH, SAMPLE_I32) * 1e-15);
    detector_info_set(&info->exposure, header_block_number(&block, AT_INTEGRATION, SAMPLE_I32) * 1e-3);
    detector_info_set(&info->exposure, header_block_number(&block, AT_EXPOSURE, SAMPLE_I32) * 1e-3);
    if (file->plain.layout.sentinels.has_saturation)
        info->saturation = file->plain.layout.sentinels.saturation;
    return STATUS_OK;
}

static const struct header_item items[] = {
    {"header_name", 4, HEADER_TEXT, 16},
    {"header_major_version", 20, SAMPLE_I32},
    {"header_minor_version", 24, SAMPLE_I32},
    {"header_byte_order", AT_ORDER, SAMPLE_I32},
    {"data_byte_order", AT_DATA_ORDER, SAMPLE_I32},
    {"header_size", 36, SAMPLE_I32},
    {"frame_type", 40, SAMPLE_I32},
    {"magic_number", 44, SAMPLE_I32},
    {"compression_type", 48, SAMPLE_I32},
    {"nheaders", 76, SAMPLE_I32},
    {"nfast", AT_FAST, SAMPLE_I32},
    {"nslow", AT_SLOW, SAMPLE_I32},
    {"depth", AT_DEPTH, SAMPLE_I32},
    {"record_length", 92, SAMPLE_I32},
    {"signif_bits", 96, SAMPLE_I32},
    {"data_type", 100, SAMPLE_I32},
    {"saturated_value", AT_SATURATED, SAMPLE_I32},
    {"sequence", 108, SAMPLE_I32},
    {"nimages", 112, SAMPLE_I32},
    {"origin", 116, SAMPLE_I32},
    {"orientation", 120, SAMPLE_I32},
    {"view_direction", 124, SAMPLE_I32},
    {"overflow_location", 128, SAMPLE_I32},
    {"over_8_bits", 132, SAMPLE_I32},
    {"over_16_bits", 136, SAMPLE_I32},
    {"multiplexed", 140, SAMPLE_I32},
    {"nfastimages", 144, SAMPLE_I32},
    {"nslowimages", 148, SAMPLE_I32},
    {"background_applied", 152, SAMPLE_I32},
    {"bias_applied", 156, SAMPLE_I32},
    {"flatfield_applied", 160, SAMPLE_I32},
    {"distortion_applied", 164, SAMPLE_I32},
    {"original_header_type", 168, SAMPLE_I32},
    {"file_saved", 172, SAMPLE_I32},
    {"min", 280, SAMPLE_I32},
    {"max", 284, SAMPLE_I32},
    {"mean", 288, SAMPLE_I32, 1, 1000},
    {"rms", 292, SAMPLE_I32, 1, 1000},
    {"p10", 296, SAMPLE_I32},
    {"p90", 300, SAMPLE_I32},
    {"stats_uptodate", 304, SAMPLE_I32},
    {"pixel_noise", 308, SAMPLE_I32, 9, 1000},
    {"xtal_to_detector", AT_DISTANCE, SAMPLE_I32, 1, 1000, "mm"},
    {"beam_x", AT_BEAM_X, SAMPLE_I32, 1, 1000, "px"},
    {"beam_y", AT_BEAM_Y, SAMPLE_I32, 1, 1000, "px"},
    {"integration_time", AT_INTEGRATION, SAMPLE_I32, 1, 1000, "s"},
    {"exposure_time", AT_EXPOSURE, SAMPLE_I32, 1, 1000, "s"},
    {"readout_time", 660, SAMPLE_I32, 1, 1000, "s"},
    {"nreads", 664, SAMPLE_I32},
    {"start_twotheta", 668, SAMPLE_I32, 1, 1000, "deg"},
    {"start_omega", 672, SAMPLE_I32, 1, 1000, "deg"},
    {"start_chi", 676, SAMPLE_I32, 1, 1000, "deg"},
    {"start_kappa", 680, SAMPLE_I32, 1, 1000, "deg"},
    {"start_phi", 684, SAMPLE_I32, 1, 1000, "deg"},
    {"start_delta", 688, SAMPLE_I32, 1, 1000, "deg"},
    {"start_gamma", 692, SAMPLE_I32, 1, 1000, "deg"},
    {"start_xtal_to_detector", AT_START_DISTANCE, SAMPLE_I32, 1, 1000, "mm"},
    {"end_twotheta", 700, SAMPLE_I32, 1, 1000, "deg"},
    {"end_omega", 704, SAMPLE_I32, 1, 1000, "deg"},
    {"end_chi", 708, SAMPLE_I32, 1, 1000, "deg"},
    {"end_kappa", 712, SAMPLE_I32, 1, 1000, "deg"},
    {"end_phi", 716, SAMPLE_I32, 1, 1000, "deg"},
    {"end_delta", 720, SAMPLE_I32, 1, 1000, "deg"},
    {"end_gamma", 724, SAMPLE_I32, 1, 1000, "deg"},
    {"end_xtal_to_detector", 728, SAMPLE_I32, 1, 1000, "mm"},
    {"rotation_axis", 732, SAMPLE_I32},
    {"rotation_range", 736, SAMPLE_I32, 1, 1000, "deg"},
    {"detector_rotx", 740, SAMPLE_I32, 1, 1000, "deg"},
    {"detector_roty", 744, SAMPLE_I32, 1, 1000, "deg"},
    {"detector_rotz", 748, SAMPLE_I32, 1, 1000, "deg"},
    {"detector_type", 768, SAMPLE_I32},
    {"pixelsize_x", AT_PIXEL_X, SAMPLE_I32, 1, 1000, "um"},
    {"pixelsize_y", AT_PIXEL_Y, SAMPLE_I32, 1, 1000, "um"},
    {"mean_bias", 780, SAMPLE_I32, 1, 1000},
    {"photons_per_100adu", 784, SAMPLE_I32},
    {"measured_bias", 788, SAMPLE_I32, 9, 1000},
    {"measured_temperature", 824, SAMPLE_I32, 9, 1000, "K"},
    {"measured_pressure", 860, SAMPLE_I32, 9, 1, "uTorr"},
    {"source_type", 896, SAMPLE_I32},
    {"source_dx", 900, SAMPLE_I32, 1, 1, "um"},
    {"source_dy", 904, SAMPLE_I32, 1, 1, "um"},
    {"source_wavelength", AT_WAVELENGTH, SAMPLE_I32, 1, 1, "fm"},
    {"source_power", 912, SAMPLE_I32, 1, 1, "W"},
    {"source_voltage", 916, SAMPLE_I32, 1, 1, "V"},
    {"source_current", 920, SAMPLE_I32, 1, 1, "uA"},
    {"source_bias", 924, SAMPLE_I32, 1, 1, "V"},
    {"source_polarization_x", 928, SAMPLE_I32},
    {"source_polarization_y", 932, SAMPLE_I32},
    {"optics_type", 952, SAMPLE_I32},
    {"optics_dx", 956, SAMPLE_I32, 1, 1, "um"},
    {"optics_dy", 960, SAMPLE_I32, 1, 1, "um"},
    {"optics_wavelength", 964, SAMPLE_I32},
    {"optics_dispersion", 968, SAMPLE_I32},
    {"optics_crossfire_x", 972, SAMPLE_I32, 1, 1, "urad"},
    {"optics_crossfire_y", 976, SAMPLE_I32, 1, 1, "urad"},
    {"optics_angle", 980, SAMPLE_I32, 1, 1, "urad"},
    {"optics_polarization_x", 984, SAMPLE_I32},
    {"optics_polarization_y", 988, SAMPLE_I32},
    {"filetitle", 1024, HEADER_TEXT, 128},
    {"filepath", 1152, HEADER_TEXT, 128},
    {"filename", 1280, HEADER_TEXT, 64},
    {"acquire_timestamp", 1344, HEADER_TEXT, 32},
    {"header_timestamp", 1376, HEADER_TEXT, 32},
    {"save_timestamp", 1408, HEADER_TEXT, 32},
    {"file_comments", 1440, HEADER_TEXT, 512},
    {"dataset_comments", 2048, HEADER_TEXT, 512},
};

static enum status marccd_metadata(struct image_file *base, int64_t frame, struct text *out,
                                   struct error *error)
{
    (void)frame, (void)error;
    const struct marccd_file *file = (struct marccd_file *)base;
    const struct header_block block = block_of(file);
    header_block_append(&block, items, sizeof items / sizeof *items, out);
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
