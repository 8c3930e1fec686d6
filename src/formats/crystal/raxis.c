// SPDX-License-Identifier: MIT
// Rigaku R-AXIS image plates (.osc, .img): a binary header, and at the file's end samples of 16 bits whose
// highest bit means "times the photomultiplier ratio".
//
// Format: "R-AXIS II, IV image format" of Rigaku as the fabio library reads it
// (https://github.com/silx-kit/fabio RaxisImage). The numbers of the header are big- or little-endian; which,
// is found by the size of the image that makes sense.
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

static uint32_t word_at(const uint8_t *header, size_t offset, bool big)
{
    return big ? load_u32be(header + offset) : load_u32le(header + offset);
}

static double float_at(const uint8_t *header, size_t offset, bool big)
{
    const uint32_t bits = word_at(header, offset, big);
    return sample_value(SAMPLE_F32, &bits);
}

static bool sizes_fit(const uint8_t *header, bool big)
{
    const uint32_t width = word_at(header, AT_WIDTH, big), height = word_at(header, AT_HEIGHT, big);
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
            const uint16_t stored = file->big ? load_u16be(bytes + 2 * i) : load_u16le(bytes + 2 * i);
            values[x + i] = stored & HIGH_BIT ? (uint32_t)(file->ratio * (stored & (HIGH_BIT - 1))) : stored;
        }
    }
    return width;
}

static const struct row_coding raxis_coding = {.compression = "none", .seek = raxis_seek, .next = raxis_next};

// --- Opening ---

static enum status open_content(struct raxis_file *file, struct error *error)
{
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
                                      .width = word_at(header, AT_WIDTH, file->big),
                                      .height = word_at(header, AT_HEIGHT, file->big),
                                      .type = SAMPLE_U32};
    const double ratio = float_at(header, AT_RATIO, file->big);
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
    struct row_file *rows;
    enum status status = row_file_open(request, &raxis_reader, sizeof(struct raxis_file), &rows, error);
    if (status != STATUS_OK)
        return status;
    status = open_content((struct raxis_file *)rows, error); // the rows are the first member
    if (status != STATUS_OK) {
        row_file_close(&rows->base);
        return status;
    }
    *out = &rows->base;
    return STATUS_OK;
}

// --- What the header tells ---

enum kind { KIND_TEXT, KIND_FLOAT, KIND_INTEGER };

static const struct {
    const char *key;
    uint16_t offset;
    uint8_t count; // bytes of a text
    uint8_t kind;
} raxis_items[] = {
    {"InstrumentType", 0, 10, KIND_TEXT},
    {"Version", 10, 10, KIND_TEXT},
    {"Crystal Name", 20, 20, KIND_TEXT},
    {"Crystal System", 40, 12, KIND_TEXT},
    {"A", 52, 0, KIND_FLOAT},
    {"B", 56, 0, KIND_FLOAT},
    {"C", 60, 0, KIND_FLOAT},
    {"Alpha", 64, 0, KIND_FLOAT},
    {"Beta", 68, 0, KIND_FLOAT},
    {"Gamma", 72, 0, KIND_FLOAT},
    {"Space Group", 76, 12, KIND_TEXT},
    {"Mosaicity", 88, 0, KIND_FLOAT},
    {"Memo", 92, 80, KIND_TEXT},
    {"Date", 172, 12, KIND_TEXT},
    {"User", 268, 20, KIND_TEXT},
    {"Xray Target", 288, 4, KIND_TEXT},
    {"Wavelength", 292, 0, KIND_FLOAT},
    {"Monochromator", 296, 20, KIND_TEXT},
    {"Monochromator 2theta", 316, 0, KIND_FLOAT},
    {"Collimator", 320, 20, KIND_TEXT},
    {"Filter", 340, 4, KIND_TEXT},
    {"Crystal-to-detector Distance", 344, 0, KIND_FLOAT},
    {"Generator Voltage", 348, 0, KIND_FLOAT},
    {"Generator Current", 352, 0, KIND_FLOAT},
    {"Focus", 356, 12, KIND_TEXT},
    {"Xray Memo", 368, 80, KIND_TEXT},
    {"IP shape", 448, 0, KIND_INTEGER},
    {"Oscillation Type", 452, 0, KIND_FLOAT},
    {"Crystal Mount (spindle axis)", 512, 4, KIND_TEXT},
    {"Crystal Mount (beam axis)", 516, 4, KIND_TEXT},
    {"Phi Datum", 520, 0, KIND_FLOAT},
    {"Phi Oscillation Start", 524, 0, KIND_FLOAT},
    {"Phi Oscillation Stop", 528, 0, KIND_FLOAT},
    {"Frame Number", 532, 0, KIND_INTEGER},
    {"Exposure Time", 536, 0, KIND_FLOAT},
    {"Direct beam X position", 540, 0, KIND_FLOAT},
    {"Direct beam Y position", 544, 0, KIND_FLOAT},
    {"Omega Angle", 548, 0, KIND_FLOAT},
    {"Chi Angle", 552, 0, KIND_FLOAT},
    {"2Theta Angle", 556, 0, KIND_FLOAT},
    {"Mu Angle", 560, 0, KIND_FLOAT},
    {"Image Template", 564, 204, KIND_TEXT},
    {"X Pixels", AT_WIDTH, 0, KIND_INTEGER},
    {"Y Pixels", AT_HEIGHT, 0, KIND_INTEGER},
    {"X Pixel Length", 776, 0, KIND_FLOAT},
    {"Y Pixel Length", 780, 0, KIND_FLOAT},
    {"Record Length", 784, 0, KIND_INTEGER},
    {"Total", 788, 0, KIND_INTEGER},
    {"Starting Line", 792, 0, KIND_INTEGER},
    {"IP Number", 796, 0, KIND_INTEGER},
    {"Photomultiplier Ratio", AT_RATIO, 0, KIND_FLOAT},
    {"Fade Time (to start of read)", 804, 0, KIND_FLOAT},
    {"Fade Time (to end of read)", 808, 0, KIND_FLOAT},
    {"Host Type/Endian", 812, 10, KIND_TEXT},
    {"IP Type", 822, 10, KIND_TEXT},
    {"Horizontal Scan", 832, 0, KIND_INTEGER},
    {"Vertical Scan", 836, 0, KIND_INTEGER},
    {"Front/Back Scan", 840, 0, KIND_INTEGER},
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
    for (size_t i = 0; i < sizeof raxis_items / sizeof *raxis_items; i++) {
        const uint32_t bits = word_at(header, raxis_items[i].offset, file->big);
        char number[32];
        if (raxis_items[i].kind == KIND_TEXT)
            header_line(out, raxis_items[i].key, header + raxis_items[i].offset, raxis_items[i].count);
        else
            text_printf(out, "%s\t%s\n", raxis_items[i].key,
                        sample_format(raxis_items[i].kind == KIND_FLOAT ? SAMPLE_F32 : SAMPLE_I32, &bits,
                                      number, sizeof number));
    }
    return STATUS_OK;
}

static void set_above_zero(double *field, double value)
{
    if (value > 0 && isfinite(value))
        *field = value;
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
    const double x = float_at(header, 540, file->big), y = float_at(header, 544, file->big);
    snprintf(info->name, sizeof info->name, "Rigaku R-AXIS");
    set_above_zero(&info->wavelength, float_at(header, 292, file->big) * 1e-10);
    set_above_zero(&info->distance, float_at(header, 344, file->big) * 1e-3);
    set_above_zero(&info->exposure, float_at(header, 536, file->big) * 60);
    set_above_zero(&info->pixel_x, float_at(header, 776, file->big) * 1e-3);
    set_above_zero(&info->pixel_y, float_at(header, 780, file->big) * 1e-3);
    if (isfinite(x + y) && (x != 0 || y != 0)) {
        info->beam_x = x;
        info->beam_y = y;
    }
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
