// SPDX-License-Identifier: MIT
// Files of the General Electric (GE) amorphous-silicon panel detectors, as used at the Advanced Photon
// Source.
//
// Layout: what the fabio library knows of it (https://github.com/silx-kit/fabio, GEimage.py). A standard
// header of 6144 bytes that begins with "ADEPT" and a user header of 2048 bytes, then frames of 16-bit
// samples. Since 2018 many files have nothing but zeros for their headers: those are 2048 x 2048 samples a
// frame.
#include "formats/base/header_table.h"
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

static const struct header_item ge_items[] = {
    {"ImageFormat", 0, HEADER_TEXT, 10},
    {"VersionOfStandardHeader", 10, SAMPLE_U16},
    {"StandardHeaderSizeInBytes", 12, SAMPLE_U32},
    {"VersionOfUserHeader", 16, SAMPLE_U16},
    {"UserHeaderSizeInBytes", 18, SAMPLE_U32},
    {"NumberOfFrames", 22, SAMPLE_U16},
    {"NumberOfRowsInFrame", 24, SAMPLE_U16},
    {"NumberOfColsInFrame", 26, SAMPLE_U16},
    {"ImageDepthInBits", 28, SAMPLE_U16},
    {"AcquisitionDate", 30, HEADER_TEXT, 20},
    {"AcquisitionTime", 50, HEADER_TEXT, 20},
    {"DUTID", 70, HEADER_TEXT, 20},
    {"Operator", 90, HEADER_TEXT, 50},
    {"DetectorSignature", 140, HEADER_TEXT, 20},
    {"TestSystemName", 160, HEADER_TEXT, 20},
    {"TestStationRevision", 180, HEADER_TEXT, 20},
    {"CoreBundleRevision", 200, HEADER_TEXT, 20},
    {"AcquisitionName", 220, HEADER_TEXT, 40},
    {"AcquisitionParameterRevision", 260, HEADER_TEXT, 20},
    {"OriginalNumberOfRows", 280, SAMPLE_U16},
    {"OriginalNumberOfColumns", 282, SAMPLE_U16},
    {"RowNumberUpperLeftPointArchiveROI", 284, SAMPLE_U16},
    {"ColNumberUpperLeftPointArchiveROI", 286, SAMPLE_U16},
    {"Swapped", 288, SAMPLE_U16},
    {"Reordered", 290, SAMPLE_U16},
    {"HorizontalFlipped", 292, SAMPLE_U16},
    {"VerticalFlipped", 294, SAMPLE_U16},
    {"WindowValueDesired", 296, SAMPLE_U16},
    {"LevelValueDesired", 298, SAMPLE_U16},
    {"AcquisitionMode", 300, SAMPLE_U16},
    {"AcquisitionType", 302, SAMPLE_U16},
    {"UserAcquisitionCoffFileName1", 304, HEADER_TEXT, 100},
    {"UserAcquisitionCoffFileName2", 404, HEADER_TEXT, 100},
    {"FramesBeforeExpose", 504, SAMPLE_U16},
    {"FramesDuringExpose", 506, SAMPLE_U16},
    {"FramesAfterExpose", 508, SAMPLE_U16},
    {"IntervalBetweenFrames", 510, SAMPLE_U16},
    {"ExposeTimeDelayInMicrosecs", 512, SAMPLE_F64},
    {"TimeBetweenFramesInMicrosecs", 520, SAMPLE_F64},
    {"FramesToSkipExpose", 528, SAMPLE_U16},
    {"ExposureMode", 530, SAMPLE_U16},
    {"PrepPresetTimeInMicrosecs", 532, SAMPLE_F64},
    {"ExposePresetTimeInMicrosecs", 540, SAMPLE_F64},
    {"AcquisitionFrameRateInFps", 548, SAMPLE_F32},
    {"FOVSelect", 552, SAMPLE_U16},
    {"ExpertMode", 554, SAMPLE_U16},
    {"SetVCommon1", 556, SAMPLE_F64},
    {"SetVCommon2", 564, SAMPLE_F64},
    {"SetAREF", 572, SAMPLE_F64},
    {"SetAREFTrim", 580, SAMPLE_U32},
    {"SetSpareVoltageSource", 584, SAMPLE_F64},
    {"SetCompensationVoltageSource", 592, SAMPLE_F64},
    {"SetRowOffVoltage", 600, SAMPLE_F64},
    {"SetRowOnVoltage", 608, SAMPLE_F64},
    {"StoreCompensationVoltage", 616, SAMPLE_U32},
    {"RampSelection", 620, SAMPLE_U16},
    {"TimingMode", 622, SAMPLE_U16},
    {"Bandwidth", 624, SAMPLE_U16},
    {"ARCIntegrator", 626, SAMPLE_U16},
    {"ARCPostIntegrator", 628, SAMPLE_U16},
    {"NumberOfRows", 630, SAMPLE_U32},
    {"RowEnable", 634, SAMPLE_U16},
    {"EnableStretch", 636, SAMPLE_U16},
    {"CompEnable", 638, SAMPLE_U16},
    {"CompStretch", 640, SAMPLE_U16},
    {"LeftEvenTristate", 642, SAMPLE_U16},
    {"RightOddTristate", 644, SAMPLE_U16},
    {"TestModeSelect", 646, SAMPLE_U32},
    {"AnalogTestSource", 650, SAMPLE_U32},
    {"VCommonSelect", 654, SAMPLE_U32},
    {"DRCColumnSum", 658, SAMPLE_U32},
    {"TestPatternFrameDelta", 662, SAMPLE_U32},
    {"TestPatternRowDelta", 666, SAMPLE_U32},
    {"TestPatternColumnDelta", 670, SAMPLE_U32},
    {"DetectorHorizontalFlip", 674, SAMPLE_U16},
    {"DetectorVerticalFlip", 676, SAMPLE_U16},
    {"DFNAutoScrubOnOff", 678, SAMPLE_U16},
    {"FiberChannelTimeOutInMicrosecs", 680, SAMPLE_U32},
    {"DFNAutoScrubDelayInMicrosecs", 684, SAMPLE_U32},
    {"StoreAECROI", 688, SAMPLE_U16},
    {"TestPatternSaturationValue", 690, SAMPLE_U16},
    {"TestPatternSeed", 692, SAMPLE_U32},
    {"ExposureTimeInMillisecs", 696, SAMPLE_F32},
    {"FrameRateInFps", 700, SAMPLE_F32},
    {"kVp", 704, SAMPLE_F32},
    {"mA", 708, SAMPLE_F32},
    {"mAs", 712, SAMPLE_F32},
    {"FocalSpotInMM", 716, SAMPLE_F32},
    {"GeneratorType", 720, HEADER_TEXT, 20},
    {"StrobeIntensityInFtL", 740, SAMPLE_F32},
    {"NDFilterSelection", 744, SAMPLE_U16},
    {"RefRegTemp1", 746, SAMPLE_F64},
    {"RefRegTemp2", 754, SAMPLE_F64},
    {"RefRegTemp3", 762, SAMPLE_F64},
    {"Humidity1", 770, SAMPLE_F32},
    {"Humidity2", 774, SAMPLE_F32},
    {"DetectorControlTemp", 778, SAMPLE_F64},
    {"DoseValueInmR", 786, SAMPLE_F64},
    {"TargetLevelROIRow0", 794, SAMPLE_U16},
    {"TargetLevelROICol0", 796, SAMPLE_U16},
    {"TargetLevelROIRow1", 798, SAMPLE_U16},
    {"TargetLevelROICol1", 800, SAMPLE_U16},
    {"FrameNumberForTargetLevelROI", 802, SAMPLE_U16},
    {"PercentRangeForTargetLevel", 804, SAMPLE_U16},
    {"TargetValue", 806, SAMPLE_U16},
    {"ComputedMedianValue", 808, SAMPLE_U16},
    {"LoadZero", 810, SAMPLE_U16},
    {"MaxLUTOut", 812, SAMPLE_U16},
    {"MinLUTOut", 814, SAMPLE_U16},
    {"MaxLinear", 816, SAMPLE_U16},
    {"Reserved", 818, SAMPLE_U16},
    {"ElectronsPerCount", 820, SAMPLE_U16},
    {"ModeGain", 822, SAMPLE_U16},
    {"TemperatureInDegC", 824, SAMPLE_F64},
    {"LineRepaired", 832, SAMPLE_U16},
    {"LineRepairFileName", 834, HEADER_TEXT, 100},
    {"CurrentLongitudinalInMM", 934, SAMPLE_F32},
    {"CurrentTransverseInMM", 938, SAMPLE_F32},
    {"CurrentCircularInMM", 942, SAMPLE_F32},
    {"CurrentFilterSelection", 946, SAMPLE_U32},
    {"DisableScrubAck", 950, SAMPLE_U16},
    {"ScanModeSelect", 952, SAMPLE_U16},
    {"DetectorAppSwVersion", 954, HEADER_TEXT, 20},
    {"DetectorNIOSVersion", 974, HEADER_TEXT, 20},
    {"DetectorPeripheralSetVersion", 994, HEADER_TEXT, 20},
    {"DetectorPhysicalAddress", 1014, HEADER_TEXT, 20},
    {"PowerDown", 1034, SAMPLE_U16},
    {"InitialVoltageLevel_VCOMMON", 1036, SAMPLE_F64},
    {"FinalVoltageLevel_VCOMMON", 1044, SAMPLE_F64},
    {"DmrCollimatorSpotSize", 1052, HEADER_TEXT, 10},
    {"DmrTrack", 1062, HEADER_TEXT, 5},
    {"DmrFilter", 1067, HEADER_TEXT, 5},
    {"FilterCarousel", 1072, SAMPLE_U16},
    {"Phantom", 1074, HEADER_TEXT, 20},
    {"SetEnableHighTime", 1094, SAMPLE_U16},
    {"SetEnableLowTime", 1096, SAMPLE_U16},
    {"SetCompHighTime", 1098, SAMPLE_U16},
    {"SetCompLowTime", 1100, SAMPLE_U16},
    {"SetSyncLowTime", 1102, SAMPLE_U16},
    {"SetConvertLowTime", 1104, SAMPLE_U16},
    {"SetSyncHighTime", 1106, SAMPLE_U16},
    {"SetEOLTime", 1108, SAMPLE_U16},
    {"SetRampOffsetTime", 1110, SAMPLE_U16},
    {"FOVStartingValue", 1112, SAMPLE_U16},
    {"ColumnBinning", 1114, SAMPLE_U16},
    {"RowBinning", 1116, SAMPLE_U16},
    {"BorderColumns64", 1118, SAMPLE_U16},
    {"BorderRows64", 1120, SAMPLE_U16},
    {"FETOffRows64", 1122, SAMPLE_U16},
    {"FOVStartColumn128", 1124, SAMPLE_U16},
    {"FOVStartRow128", 1126, SAMPLE_U16},
    {"NumberOfColumns128", 1128, SAMPLE_U16},
    {"NumberOfRows128", 1130, SAMPLE_U16},
    {"VFPAquisition", 1132, HEADER_TEXT, 2000},
    {"Comment", 3132, HEADER_TEXT, 200},
};

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

static enum status open_content(struct image_file *base, const struct open_request *request,
                                struct error *error)
{
    (void)request;
    struct plain_file *file = plain_file_of(base);
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
    return plain_file_open_with(request, &ge_reader, sizeof(struct plain_file), open_content, out, error);
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
    const struct header_block block = {header, sizeof header, false};
    header_block_append(&block, ge_items, sizeof ge_items / sizeof *ge_items, out);
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
