// SPDX-License-Identifier: MIT
// Files of the General Electric (GE) amorphous-silicon panel detectors, as used at the Advanced Photon
// Source.
//
// Layout: what the fabio library knows of it (https://github.com/silx-kit/fabio, GEimage.py). A standard
// header of 6144 bytes that begins with "ADEPT" and a user header of 2048 bytes, then frames of 16-bit
// samples. Since 2018 many files have nothing but zeros for their headers: those are 2048 x 2048 samples a
// frame.
#include "formats/base/plain_file.h"
#include "formats/base/readers_list.h"

#include "base/byteorder.h"
#include "base/size.h"

#include <string.h>

enum {
    GE_HEADER = 8192,
    GE_SIDE = 2048,
};

// --- The standard header: names, places and types of its entries ---

enum field_kind { FIELD_TEXT, FIELD_U16, FIELD_U32, FIELD_F32, FIELD_F64 };

struct ge_field {
    const char *name;
    size_t offset;
    size_t bytes;
    enum field_kind kind;
};

static const struct ge_field ge_fields[] = {
    {"ImageFormat", 0, 10, FIELD_TEXT},
    {"VersionOfStandardHeader", 10, 2, FIELD_U16},
    {"StandardHeaderSizeInBytes", 12, 4, FIELD_U32},
    {"VersionOfUserHeader", 16, 2, FIELD_U16},
    {"UserHeaderSizeInBytes", 18, 4, FIELD_U32},
    {"NumberOfFrames", 22, 2, FIELD_U16},
    {"NumberOfRowsInFrame", 24, 2, FIELD_U16},
    {"NumberOfColsInFrame", 26, 2, FIELD_U16},
    {"ImageDepthInBits", 28, 2, FIELD_U16},
    {"AcquisitionDate", 30, 20, FIELD_TEXT},
    {"AcquisitionTime", 50, 20, FIELD_TEXT},
    {"DUTID", 70, 20, FIELD_TEXT},
    {"Operator", 90, 50, FIELD_TEXT},
    {"DetectorSignature", 140, 20, FIELD_TEXT},
    {"TestSystemName", 160, 20, FIELD_TEXT},
    {"TestStationRevision", 180, 20, FIELD_TEXT},
    {"CoreBundleRevision", 200, 20, FIELD_TEXT},
    {"AcquisitionName", 220, 40, FIELD_TEXT},
    {"AcquisitionParameterRevision", 260, 20, FIELD_TEXT},
    {"OriginalNumberOfRows", 280, 2, FIELD_U16},
    {"OriginalNumberOfColumns", 282, 2, FIELD_U16},
    {"RowNumberUpperLeftPointArchiveROI", 284, 2, FIELD_U16},
    {"ColNumberUpperLeftPointArchiveROI", 286, 2, FIELD_U16},
    {"Swapped", 288, 2, FIELD_U16},
    {"Reordered", 290, 2, FIELD_U16},
    {"HorizontalFlipped", 292, 2, FIELD_U16},
    {"VerticalFlipped", 294, 2, FIELD_U16},
    {"WindowValueDesired", 296, 2, FIELD_U16},
    {"LevelValueDesired", 298, 2, FIELD_U16},
    {"AcquisitionMode", 300, 2, FIELD_U16},
    {"AcquisitionType", 302, 2, FIELD_U16},
    {"UserAcquisitionCoffFileName1", 304, 100, FIELD_TEXT},
    {"UserAcquisitionCoffFileName2", 404, 100, FIELD_TEXT},
    {"FramesBeforeExpose", 504, 2, FIELD_U16},
    {"FramesDuringExpose", 506, 2, FIELD_U16},
    {"FramesAfterExpose", 508, 2, FIELD_U16},
    {"IntervalBetweenFrames", 510, 2, FIELD_U16},
    {"ExposeTimeDelayInMicrosecs", 512, 8, FIELD_F64},
    {"TimeBetweenFramesInMicrosecs", 520, 8, FIELD_F64},
    {"FramesToSkipExpose", 528, 2, FIELD_U16},
    {"ExposureMode", 530, 2, FIELD_U16},
    {"PrepPresetTimeInMicrosecs", 532, 8, FIELD_F64},
    {"ExposePresetTimeInMicrosecs", 540, 8, FIELD_F64},
    {"AcquisitionFrameRateInFps", 548, 4, FIELD_F32},
    {"FOVSelect", 552, 2, FIELD_U16},
    {"ExpertMode", 554, 2, FIELD_U16},
    {"SetVCommon1", 556, 8, FIELD_F64},
    {"SetVCommon2", 564, 8, FIELD_F64},
    {"SetAREF", 572, 8, FIELD_F64},
    {"SetAREFTrim", 580, 4, FIELD_U32},
    {"SetSpareVoltageSource", 584, 8, FIELD_F64},
    {"SetCompensationVoltageSource", 592, 8, FIELD_F64},
    {"SetRowOffVoltage", 600, 8, FIELD_F64},
    {"SetRowOnVoltage", 608, 8, FIELD_F64},
    {"StoreCompensationVoltage", 616, 4, FIELD_U32},
    {"RampSelection", 620, 2, FIELD_U16},
    {"TimingMode", 622, 2, FIELD_U16},
    {"Bandwidth", 624, 2, FIELD_U16},
    {"ARCIntegrator", 626, 2, FIELD_U16},
    {"ARCPostIntegrator", 628, 2, FIELD_U16},
    {"NumberOfRows", 630, 4, FIELD_U32},
    {"RowEnable", 634, 2, FIELD_U16},
    {"EnableStretch", 636, 2, FIELD_U16},
    {"CompEnable", 638, 2, FIELD_U16},
    {"CompStretch", 640, 2, FIELD_U16},
    {"LeftEvenTristate", 642, 2, FIELD_U16},
    {"RightOddTristate", 644, 2, FIELD_U16},
    {"TestModeSelect", 646, 4, FIELD_U32},
    {"AnalogTestSource", 650, 4, FIELD_U32},
    {"VCommonSelect", 654, 4, FIELD_U32},
    {"DRCColumnSum", 658, 4, FIELD_U32},
    {"TestPatternFrameDelta", 662, 4, FIELD_U32},
    {"TestPatternRowDelta", 666, 4, FIELD_U32},
    {"TestPatternColumnDelta", 670, 4, FIELD_U32},
    {"DetectorHorizontalFlip", 674, 2, FIELD_U16},
    {"DetectorVerticalFlip", 676, 2, FIELD_U16},
    {"DFNAutoScrubOnOff", 678, 2, FIELD_U16},
    {"FiberChannelTimeOutInMicrosecs", 680, 4, FIELD_U32},
    {"DFNAutoScrubDelayInMicrosecs", 684, 4, FIELD_U32},
    {"StoreAECROI", 688, 2, FIELD_U16},
    {"TestPatternSaturationValue", 690, 2, FIELD_U16},
    {"TestPatternSeed", 692, 4, FIELD_U32},
    {"ExposureTimeInMillisecs", 696, 4, FIELD_F32},
    {"FrameRateInFps", 700, 4, FIELD_F32},
    {"kVp", 704, 4, FIELD_F32},
    {"mA", 708, 4, FIELD_F32},
    {"mAs", 712, 4, FIELD_F32},
    {"FocalSpotInMM", 716, 4, FIELD_F32},
    {"GeneratorType", 720, 20, FIELD_TEXT},
    {"StrobeIntensityInFtL", 740, 4, FIELD_F32},
    {"NDFilterSelection", 744, 2, FIELD_U16},
    {"RefRegTemp1", 746, 8, FIELD_F64},
    {"RefRegTemp2", 754, 8, FIELD_F64},
    {"RefRegTemp3", 762, 8, FIELD_F64},
    {"Humidity1", 770, 4, FIELD_F32},
    {"Humidity2", 774, 4, FIELD_F32},
    {"DetectorControlTemp", 778, 8, FIELD_F64},
    {"DoseValueInmR", 786, 8, FIELD_F64},
    {"TargetLevelROIRow0", 794, 2, FIELD_U16},
    {"TargetLevelROICol0", 796, 2, FIELD_U16},
    {"TargetLevelROIRow1", 798, 2, FIELD_U16},
    {"TargetLevelROICol1", 800, 2, FIELD_U16},
    {"FrameNumberForTargetLevelROI", 802, 2, FIELD_U16},
    {"PercentRangeForTargetLevel", 804, 2, FIELD_U16},
    {"TargetValue", 806, 2, FIELD_U16},
    {"ComputedMedianValue", 808, 2, FIELD_U16},
    {"LoadZero", 810, 2, FIELD_U16},
    {"MaxLUTOut", 812, 2, FIELD_U16},
    {"MinLUTOut", 814, 2, FIELD_U16},
    {"MaxLinear", 816, 2, FIELD_U16},
    {"Reserved", 818, 2, FIELD_U16},
    {"ElectronsPerCount", 820, 2, FIELD_U16},
    {"ModeGain", 822, 2, FIELD_U16},
    {"TemperatureInDegC", 824, 8, FIELD_F64},
    {"LineRepaired", 832, 2, FIELD_U16},
    {"LineRepairFileName", 834, 100, FIELD_TEXT},
    {"CurrentLongitudinalInMM", 934, 4, FIELD_F32},
    {"CurrentTransverseInMM", 938, 4, FIELD_F32},
    {"CurrentCircularInMM", 942, 4, FIELD_F32},
    {"CurrentFilterSelection", 946, 4, FIELD_U32},
    {"DisableScrubAck", 950, 2, FIELD_U16},
    {"ScanModeSelect", 952, 2, FIELD_U16},
    {"DetectorAppSwVersion", 954, 20, FIELD_TEXT},
    {"DetectorNIOSVersion", 974, 20, FIELD_TEXT},
    {"DetectorPeripheralSetVersion", 994, 20, FIELD_TEXT},
    {"DetectorPhysicalAddress", 1014, 20, FIELD_TEXT},
    {"PowerDown", 1034, 2, FIELD_U16},
    {"InitialVoltageLevel_VCOMMON", 1036, 8, FIELD_F64},
    {"FinalVoltageLevel_VCOMMON", 1044, 8, FIELD_F64},
    {"DmrCollimatorSpotSize", 1052, 10, FIELD_TEXT},
    {"DmrTrack", 1062, 5, FIELD_TEXT},
    {"DmrFilter", 1067, 5, FIELD_TEXT},
    {"FilterCarousel", 1072, 2, FIELD_U16},
    {"Phantom", 1074, 20, FIELD_TEXT},
    {"SetEnableHighTime", 1094, 2, FIELD_U16},
    {"SetEnableLowTime", 1096, 2, FIELD_U16},
    {"SetCompHighTime", 1098, 2, FIELD_U16},
    {"SetCompLowTime", 1100, 2, FIELD_U16},
    {"SetSyncLowTime", 1102, 2, FIELD_U16},
    {"SetConvertLowTime", 1104, 2, FIELD_U16},
    {"SetSyncHighTime", 1106, 2, FIELD_U16},
    {"SetEOLTime", 1108, 2, FIELD_U16},
    {"SetRampOffsetTime", 1110, 2, FIELD_U16},
    {"FOVStartingValue", 1112, 2, FIELD_U16},
    {"ColumnBinning", 1114, 2, FIELD_U16},
    {"RowBinning", 1116, 2, FIELD_U16},
    {"BorderColumns64", 1118, 2, FIELD_U16},
    {"BorderRows64", 1120, 2, FIELD_U16},
    {"FETOffRows64", 1122, 2, FIELD_U16},
    {"FOVStartColumn128", 1124, 2, FIELD_U16},
    {"FOVStartRow128", 1126, 2, FIELD_U16},
    {"NumberOfColumns128", 1128, 2, FIELD_U16},
    {"NumberOfRows128", 1130, 2, FIELD_U16},
    {"VFPAquisition", 1132, 2000, FIELD_TEXT},
    {"Comment", 3132, 200, FIELD_TEXT},
};

static uint64_t field_bits(const uint8_t *header, const struct ge_field *field)
{
    uint64_t bits = 0;
    memcpy(&bits, header + field->offset, field->bytes);
    return bits;
}

static void append_field(struct text *out, const uint8_t *header, const struct ge_field *field)
{
    static const enum sample_type types[] = {[FIELD_U16] = SAMPLE_U16,
                                             [FIELD_U32] = SAMPLE_U32,
                                             [FIELD_F32] = SAMPLE_F32,
                                             [FIELD_F64] = SAMPLE_F64};
    char number[32];
    uint64_t bits = 0;
    if (field->kind == FIELD_TEXT) {
        header_line(out, field->name, header + field->offset, field->bytes);
        return;
    }
    bits = field_bits(header, field);
    text_printf(out, "%s\t%s\n", field->name,
                sample_format(types[field->kind], &bits, number, sizeof number));
}

// --- Opening ---

static bool all_zero(const uint8_t *bytes, size_t count)
{
    return count > 0 && bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0;
}

static int ge_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)path;
    if (count < READER_PROBE_BYTES)
        return 0;
    if (memcmp(head, "ADEPT\0", 6) == 0)
        return 95;
    // Zeros alone say little: opening then looks at the size of the file, and declines if it does not fit.
    return all_zero(head, count) ? 2 : 0;
}

// A header of zeros: only the size of the file tells what it is.
static enum status blank_layout(const struct plain_file *file, struct plain_layout *layout,
                                struct error *error)
{
    const int64_t frame = (int64_t)GE_SIDE * GE_SIDE * 2;
    if (file->bytes <= GE_HEADER || (file->bytes - GE_HEADER) % frame != 0)
        return error_set(error, STATUS_NOT_MINE, "%s: is not of the size of a GE file", file->base.path);
    layout->width = layout->height = GE_SIDE;
    layout->frames = (file->bytes - GE_HEADER) / frame;
    layout->offset = GE_HEADER;
    layout->type = SAMPLE_U16;
    return STATUS_OK;
}

static enum status adept_layout(const struct plain_file *file, const uint8_t *header,
                                struct plain_layout *layout, struct error *error)
{
    unsigned bits = load_u16le(header + 28);
    layout->offset = (int64_t)load_u32le(header + 12) + load_u32le(header + 18);
    layout->frames = load_u16le(header + 22);
    layout->height = load_u16le(header + 24);
    layout->width = load_u16le(header + 26);
    layout->type = bits == 8 ? SAMPLE_U8 : bits == 32 ? SAMPLE_U32 : SAMPLE_U16;
    if (bits != 8 && bits != 16 && bits != 32)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: its samples of %u bits are not shown; 8, 16 and 32 are", file->base.path, bits);
    const int64_t frame = layout->width * layout->height * (int64_t)(bits / 8);
    if (layout->frames == 0 && frame > 0) // not counted
        layout->frames = int64_max((file->bytes - layout->offset) / frame, 1);
    return STATUS_OK;
}

static enum status open_content(struct plain_file *file, struct error *error)
{
    uint8_t header[GE_HEADER];
    struct plain_layout layout = {.format = "GE"};
    enum status status = plain_file_header(file, 0, header, sizeof header, error);
    if (status != STATUS_OK)
        return status;
    if (memcmp(header, "ADEPT", 5) == 0)
        status = adept_layout(file, header, &layout, error);
    else if (all_zero(header, sizeof header))
        status = blank_layout(file, &layout, error);
    else
        status = error_set(error, STATUS_NOT_MINE, "%s: is not a GE file", file->base.path);
    return status == STATUS_OK ? plain_file_set_layout(file, &layout, error) : status;
}

static enum status ge_open(const struct open_request *request, struct image_file **out, struct error *error)
{
    return plain_file_open_with(request, &ge_reader, open_content, out, error);
}

static enum status ge_metadata(struct image_file *base, int64_t frame, struct text *out, struct error *error)
{
    (void)frame;
    uint8_t header[GE_HEADER];
    enum status status = plain_file_header(plain_file_of(base), 0, header, sizeof header, error);
    if (status != STATUS_OK)
        return status;
    if (all_zero(header, sizeof header)) {
        text_append(out, "header\tblank: 2048 x 2048 samples a frame are assumed\n");
        return STATUS_OK;
    }
    for (size_t i = 0; i < sizeof ge_fields / sizeof *ge_fields; i++)
        append_field(out, header, &ge_fields[i]);
    return STATUS_OK;
}

static const char *const ge_extensions[] = {"ge", "ge1", "ge2", "ge3", "ge4", "ge5", NULL};

const struct reader ge_reader = {
    .name = "ge",
    .description = "GE",
    .extensions = ge_extensions,
    .media = {.types = "image/x-ge-detector;", .magic = "ADEPT"},
    .probe = ge_probe,
    .open = ge_open,
    .frame_info = plain_file_info,
    .decode = plain_file_decode,
    .clone = plain_file_clone,
    .metadata = ge_metadata,
    .close = plain_file_close,
};
