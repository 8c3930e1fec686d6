// SPDX-License-Identifier: MIT
// Rigaku R-AXIS image plates (.osc, .img): a binary header, and at the file's end samples of 16 bits whose
// highest bit means "times the photomultiplier ratio".
//
// Format: "R-AXIS II, IV image format" of Rigaku as the fabio library reads it
// (https://github.com/silx-kit/fabio RaxisImage). The numbers of the header are big- or little-endian; which,
// is found by the size of the image that makes sense.
#include "formats/base/header_table.h"
#include "formats/base/plain_file.h"
#include "formats/base/readers_list.h"
#include "formats/base/row_file.h"

#include "base/byteorder.h"
#include "base/size.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    HEADER_BYTES = 1400,
    MAX_SIDE = 65535,
    AT_WIDTH = 768,
    AT_HEIGHT = 772,
    AT_RATIO = 800,
    HIGH_BIT = 0x8000,
    PIECE = 4096, // samples that are read at a time
};

struct raxis_file {
    struct row_file rows;
    bool big;
    double ratio;
    int64_t data; // offset of the samples
    int64_t row;
};

static bool sizes_fit(const uint8_t *header, bool big)
{
    const uint32_t width = load_u32(header + AT_WIDTH, big), height = load_u32(header + AT_HEIGHT, big);
    return width > 0 && width <= MAX_SIDE && height > 0 && height <= MAX_SIDE;
}

static int raxis_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)path;
    const bool named =
        count >= HEADER_BYTES && (memcmp(head, "R-AXIS", 6) == 0 || memcmp(head, "RAPID", 5) == 0);
    return named && (sizes_fit(head, true) || sizes_fit(head, false)) ? 95 : named ? 30 : 0;
}

// --- Decoding ---

static int64_t raxis_seek(struct row_file *rows, int64_t row)
{
    ((struct raxis_file *)rows)->row = row;
    return row;
}

static int64_t raxis_next(struct row_file *rows, void *out)
{
    struct raxis_file *file = (struct raxis_file *)rows;
    const int64_t width = rows->layout.width, first = file->row++ * width;
    uint8_t bytes[2 * PIECE];
    uint32_t *values = out;
    for (int64_t x = 0; x < width; x += PIECE) {
        const int64_t count = int64_min(PIECE, width - x);
        if (row_file_read(rows, file->data + 2 * (first + x), bytes, (size_t)count * 2, NULL) != STATUS_OK)
            return x;
        for (int64_t i = 0; i < count; i++) {
            const uint16_t stored = load_u16(bytes + 2 * i, file->big);
            values[x + i] = stored & HIGH_BIT ? (uint32_t)(file->ratio * (stored & (HIGH_BIT - 1))) : stored;
        }
    }
    return width;
}

static const struct row_coding raxis_coding = {.compression = "none", .seek = raxis_seek, .next = raxis_next};

// --- Opening ---

static enum status open_content(struct image_file *base, const struct open_request *request,
                                struct error *error)
{
    (void)request;
    struct raxis_file *file = (struct raxis_file *)base;
    uint8_t header[HEADER_BYTES];
    struct row_file *rows = &file->rows;
    const char *path = rows->base.path;
    enum status status = row_file_read(rows, 0, header, sizeof header, error);
    if (status != STATUS_OK)
        return status;
    if (!raxis_probe(header, sizeof header, path))
        return error_set(error, STATUS_NOT_MINE, "%s: is not an R-AXIS file", path);
    file->big = sizes_fit(header, true);
    if (!file->big && !sizes_fit(header, false))
        return error_set(error, STATUS_BROKEN, "%s: its header has no sensible size of the image", path);
    const struct row_layout layout = {.format = "R-AXIS",
                                      .width = load_u32(header + AT_WIDTH, file->big),
                                      .height = load_u32(header + AT_HEIGHT, file->big),
                                      .type = SAMPLE_U32};
    const struct header_block block = {header, sizeof header, file->big};
    const double ratio = header_block_number(&block, AT_RATIO, SAMPLE_F32);
    file->ratio = ratio >= 1 && ratio <= MAX_SIDE ? ratio : 1;
    // The samples are the file's end; of a shorter file their place is not known.
    file->data = rows->bytes - layout.width * layout.height * 2;
    if (file->data < HEADER_BYTES)
        return error_set(error, STATUS_BROKEN,
                         "%s: the header claims %lld x %lld samples of 16 bits, which are more than the file",
                         path, (long long)layout.width, (long long)layout.height);
    return row_file_start(rows, &layout, &raxis_coding, rows->bytes / 2, error);
}

static enum status raxis_open(const struct open_request *request, struct image_file **out,
                              struct error *error)
{
    return row_file_open_with(request, &raxis_reader, sizeof(struct raxis_file), open_content, out, error);
}

// --- What the header tells ---

static const struct header_item raxis_items[] = {
    {"InstrumentType", 0, HEADER_TEXT, 10},
    {"Version", 10, HEADER_TEXT, 10},
    {"Crystal Name", 20, HEADER_TEXT, 20},
    {"Crystal System", 40, HEADER_TEXT, 12},
    {"A", 52, SAMPLE_F32},
    {"B", 56, SAMPLE_F32},
    {"C", 60, SAMPLE_F32},
    {"Alpha", 64, SAMPLE_F32},
    {"Beta", 68, SAMPLE_F32},
    {"Gamma", 72, SAMPLE_F32},
    {"Space Group", 76, HEADER_TEXT, 12},
    {"Mosaicity", 88, SAMPLE_F32},
    {"Memo", 92, HEADER_TEXT, 80},
    {"Date", 172, HEADER_TEXT, 12},
    {"User", 268, HEADER_TEXT, 20},
    {"Xray Target", 288, HEADER_TEXT, 4},
    {"Wavelength", 292, SAMPLE_F32},
    {"Monochromator", 296, HEADER_TEXT, 20},
    {"Monochromator 2theta", 316, SAMPLE_F32},
    {"Collimator", 320, HEADER_TEXT, 20},
    {"Filter", 340, HEADER_TEXT, 4},
    {"Crystal-to-detector Distance", 344, SAMPLE_F32},
    {"Generator Voltage", 348, SAMPLE_F32},
    {"Generator Current", 352, SAMPLE_F32},
    {"Focus", 356, HEADER_TEXT, 12},
    {"Xray Memo", 368, HEADER_TEXT, 80},
    {"IP shape", 448, SAMPLE_I32},
    {"Oscillation Type", 452, SAMPLE_F32},
    {"Crystal Mount (spindle axis)", 512, HEADER_TEXT, 4},
    {"Crystal Mount (beam axis)", 516, HEADER_TEXT, 4},
    {"Phi Datum", 520, SAMPLE_F32},
    {"Phi Oscillation Start", 524, SAMPLE_F32},
    {"Phi Oscillation Stop", 528, SAMPLE_F32},
    {"Frame Number", 532, SAMPLE_I32},
    {"Exposure Time", 536, SAMPLE_F32},
    {"Direct beam X position", 540, SAMPLE_F32},
    {"Direct beam Y position", 544, SAMPLE_F32},
    {"Omega Angle", 548, SAMPLE_F32},
    {"Chi Angle", 552, SAMPLE_F32},
    {"2Theta Angle", 556, SAMPLE_F32},
    {"Mu Angle", 560, SAMPLE_F32},
    {"Image Template", 564, HEADER_TEXT, 204},
    {"X Pixels", AT_WIDTH, SAMPLE_I32},
    {"Y Pixels", AT_HEIGHT, SAMPLE_I32},
    {"X Pixel Length", 776, SAMPLE_F32},
    {"Y Pixel Length", 780, SAMPLE_F32},
    {"Record Length", 784, SAMPLE_I32},
    {"Total", 788, SAMPLE_I32},
    {"Starting Line", 792, SAMPLE_I32},
    {"IP Number", 796, SAMPLE_I32},
    {"Photomultiplier Ratio", AT_RATIO, SAMPLE_F32},
    {"Fade Time (to start of read)", 804, SAMPLE_F32},
    {"Fade Time (to end of read)", 808, SAMPLE_F32},
    {"Host Type/Endian", 812, HEADER_TEXT, 10},
    {"IP Type", 822, HEADER_TEXT, 10},
    {"Horizontal Scan", 832, SAMPLE_I32},
    {"Vertical Scan", 836, SAMPLE_I32},
    {"Front/Back Scan", 840, SAMPLE_I32},
};

static enum status raxis_metadata(struct image_file *base, int64_t frame, struct text *out,
                                  struct error *error)
{
    (void)frame;
    const struct raxis_file *file = (struct raxis_file *)base;
    uint8_t header[HEADER_BYTES];
    enum status status = row_file_read(&file->rows, 0, header, sizeof header, error);
    if (status != STATUS_OK)
        return status;
    const struct header_block block = {header, sizeof header, file->big};
    header_block_append(&block, raxis_items, sizeof raxis_items / sizeof *raxis_items, out);
    return STATUS_OK;
}

static enum status raxis_detector(struct image_file *base, int64_t frame, struct detector_info *info,
                                  struct error *error)
{
    (void)frame;
    const struct raxis_file *file = (struct raxis_file *)base;
    uint8_t header[HEADER_BYTES];
    enum status status = row_file_read(&file->rows, 0, header, sizeof header, error);
    if (status != STATUS_OK)
        return status;
    const struct header_block block = {header, sizeof header, file->big};
    const double x = header_block_number(&block, 540, SAMPLE_F32),
                 y = header_block_number(&block, 544, SAMPLE_F32);
    snprintf(info->name, sizeof info->name, "Rigaku R-AXIS");
    detector_info_set(&info->wavelength, header_block_number(&block, 292, SAMPLE_F32) * 1e-10);
    detector_info_set(&info->distance, header_block_number(&block, 344, SAMPLE_F32) * 1e-3);
    detector_info_set(&info->exposure, header_block_number(&block, 536, SAMPLE_F32) * 60);
    detector_info_set(&info->pixel_x, header_block_number(&block, 776, SAMPLE_F32) * 1e-3);
    detector_info_set(&info->pixel_y, header_block_number(&block, 780, SAMPLE_F32) * 1e-3);
    detector_info_set_beam(info, x, y);
    return STATUS_OK;
}

static const char *const raxis_extensions[] = {"osc", "img", NULL};

const struct reader raxis_reader = {
    .name = "raxis",
    .description = "Rigaku R-AXIS",
    .extensions = raxis_extensions,
    .media = {.types = "image/x-raxis;", .magic = "R-AXIS"},
    .probe = raxis_probe,
    .open = raxis_open,
    .frame_info = row_file_info,
    .decode = row_file_decode,
    .clone = row_file_clone,
    .metadata = raxis_metadata,
    .detector = raxis_detector,
    .close = row_file_close,
};
