// SPDX-License-Identifier: MIT
// What a TIFF page tells of the detector it comes from: Dectris's "# key value" text and its private
// directory, and the attributes that EPICS areaDetector writes.
//
// The text stands in ImageDescription (Pilatus). The private directory is the value of tag 51192 (EIGER:
// "SIMPLON API Reference" 1.8 of Dectris, chapter on the monitor); its entries have the form of TIFF's. EPICS
// areaDetector (NDFileTIFF) writes "name:value" texts into tags from 65000 on.
#include "formats/base/dectris_header.h"
#include "formats/base/handle.h"
#include "formats/tiff/tiff_internal.h"

#include "base/byteorder.h"
#include "base/size.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    TAG_DECTRIS = 51192,
    FIRST_EPICS_TAG = 65000,
    MAX_ENTRIES = 128,      // of the private directory
    MAX_VALUE_BYTES = 1024, // of one of its entries
    ENTRY_BYTES = 12,
};

// --- The private directory ---

struct entry {
    uint32_t tag, kind, count;
    uint8_t value[MAX_VALUE_BYTES]; // count items of the file's byte order
};

static uint32_t short_of(const struct tiff_file *file, const uint8_t *at)
{
    return file->big_endian ? load_u16be(at) : load_u16le(at);
}

static uint32_t long_of(const struct tiff_file *file, const uint8_t *at)
{
    return file->big_endian ? load_u32be(at) : load_u32le(at);
}

// Bytes of an item of TIFF's type numbers; 0 for those not read here.
static uint32_t kind_bytes(uint32_t kind)
{
    static const uint8_t bytes[] = {0, 1, 1, 2, 4, 0, 0, 0, 0, 4, 0, 4, 8};
    return kind < sizeof bytes ? bytes[kind] : 0;
}

static bool file_bytes_at(const struct tiff_file *file, int64_t offset, void *bytes, size_t count)
{
    return offset > 0 && offset <= file->bytes && (int64_t)count <= file->bytes - offset &&
           image_file_read(&file->base, offset, bytes, count, NULL) == STATUS_OK;
}

// The offset of the private directory; 0 without one.
static int64_t private_offset(const struct tiff_file *file)
{
    uint32_t count = 0, offset;
    const void *value = NULL;
    const TIFFField *field = TIFFFindField(file->tiff, TAG_DECTRIS, TIFF_ANY);
    if (!field || TIFFGetField(file->tiff, TAG_DECTRIS, &count, &value) != 1 || !value || count < 1)
        return 0;
    const TIFFDataType type = TIFFFieldDataType(field);
    if (file->big_tiff || (type != TIFF_LONG && type != TIFF_IFD))
        return 0;
    memcpy(&offset, value, sizeof offset);
    return offset;
}

// Reads entry `index` of the directory at `offset`; false behind the last and for one that is not read.
static bool entry_read(const struct tiff_file *file, int64_t offset, uint32_t index, struct entry *entry)
{
    uint8_t bytes[ENTRY_BYTES];
    if (!file_bytes_at(file, offset + 2 + (int64_t)index * ENTRY_BYTES, bytes, sizeof bytes))
        return false;
    entry->tag = short_of(file, bytes);
    entry->kind = short_of(file, bytes + 2);
    entry->count = long_of(file, bytes + 4);
    const uint32_t item = kind_bytes(entry->kind);
    if (item == 0 || entry->count == 0 || entry->count > MAX_VALUE_BYTES / item)
        return false;
    const size_t count = (size_t)item * entry->count;
    if (count > 4)
        return file_bytes_at(file, long_of(file, bytes + 8), entry->value, count);
    memcpy(entry->value, bytes + 8, count);
    return true;
}

static uint32_t entry_count(const struct tiff_file *file, int64_t offset)
{
    uint8_t bytes[2];
    if (offset == 0 || !file_bytes_at(file, offset, bytes, sizeof bytes))
        return 0;
    const uint32_t count = short_of(file, bytes);
    return count < MAX_ENTRIES ? count : MAX_ENTRIES;
}

// The number at `index` of an entry; NAN for texts and without it.
static double entry_number(const struct tiff_file *file, const struct entry *entry, uint32_t index)
{
    static const enum sample_type types[] = {[1] = SAMPLE_U8,  [3] = SAMPLE_U16,  [4] = SAMPLE_U32,
                                             [9] = SAMPLE_I32, [11] = SAMPLE_F32, [12] = SAMPLE_F64};
    uint8_t item[8];
    const uint32_t bytes = kind_bytes(entry->kind);
    if (entry->kind == TIFF_ASCII || bytes == 0 || index >= entry->count)
        return NAN;
    memcpy(item, entry->value + (size_t)index * bytes, bytes);
    if (file->big_endian)
        swap_items(item, 1, bytes);
    return sample_value(types[entry->kind], item);
}

enum {
    DECTRIS_EXPOSURE = 0x07,
    DECTRIS_ENERGY = 0x09,
    DECTRIS_WAVELENGTH = 0x0A,
    DECTRIS_BEAM = 0x16,
    DECTRIS_DISTANCE = 0x17,
};

static const struct {
    uint32_t tag;
    const char *name;
} private_names[] = {
    {0x00, "IfdVersion"},
    {0x01, "SeriesUniqueId"},
    {0x02, "SeriesNumber"},
    {0x03, "ImageNumber"},
    {0x04, "ImageDateTime"},
    {0x05, "ThresholdId"},
    {0x06, "ThresholdEnergy"},
    {DECTRIS_EXPOSURE, "ExposureTime"},
    {DECTRIS_ENERGY, "IncidentEnergy"},
    {DECTRIS_WAVELENGTH, "IncidentWavelength"},
    {0x12, "LostPixelCount"},
    {DECTRIS_BEAM, "BeamCenter"},
    {DECTRIS_DISTANCE, "DetectorDistance"},
};

static void append_entry(const struct tiff_file *file, const struct entry *entry, struct text *out)
{
    char name[32], number[32];
    snprintf(name, sizeof name, "Dectris tag %u", entry->tag);
    for (size_t i = 0; i < sizeof private_names / sizeof *private_names; i++)
        if (private_names[i].tag == entry->tag)
            snprintf(name, sizeof name, "%s", private_names[i].name);
    if (entry->kind == TIFF_ASCII) {
        tiff_append_line(out, name, (const char *)entry->value,
                         strnlen((const char *)entry->value, entry->count));
        return;
    }
    text_printf(out, "%s\t", name);
    for (uint32_t i = 0; i < entry->count; i++)
        text_printf(out, "%s%s", i ? " " : "",
                    format_double(entry_number(file, entry, i), number, sizeof number));
    text_append(out, "\n");
}

static void append_private(const struct tiff_file *file, struct text *out)
{
    const int64_t offset = private_offset(file);
    struct entry entry;
    for (uint32_t i = 0, count = entry_count(file, offset); i < count; i++)
        if (entry_read(file, offset, i, &entry))
            append_entry(file, &entry, out);
}

static void tell_private(const struct tiff_file *file, struct detector_info *info)
{
    const int64_t offset = private_offset(file);
    struct entry entry;
    for (uint32_t i = 0, count = entry_count(file, offset); i < count; i++) {
        if (!entry_read(file, offset, i, &entry))
            continue;
        const double value = entry_number(file, &entry, 0);
        if (entry.tag == DECTRIS_EXPOSURE)
            detector_info_set(&info->exposure, value);
        if (entry.tag == DECTRIS_ENERGY && value > 0)
            info->wavelength = detector_wavelength(value);
        if (entry.tag == DECTRIS_WAVELENGTH)
            detector_info_set(&info->wavelength, value * 1e-10);
        if (entry.tag == DECTRIS_DISTANCE)
            detector_info_set(&info->distance, value);
        if (entry.tag == DECTRIS_BEAM && entry.count == 2)
            detector_info_set_beam(info, value, entry_number(file, &entry, 1));
    }
}

// --- The text ---

// The description where it is of Dectris's convention, else NULL.
static const char *header_text(const struct tiff_file *file)
{
    const char *description = NULL;
    if (TIFFGetField(file->tiff, TIFFTAG_IMAGEDESCRIPTION, &description) && description &&
        strncmp(description, "# ", 2) == 0)
        return description;
    return NULL;
}

bool tiff_append_description(const struct tiff_file *file, struct text *out)
{
    const char *text = header_text(file);
    if (!text || !dectris_header_known(text, strlen(text)))
        return false;
    dectris_header_metadata(text, strlen(text), out);
    return true;
}

// The attributes of EPICS areaDetector and other texts in tags that TIFF does not know.
static void append_unknown_tags(const struct tiff_file *file, struct text *out)
{
    const int tags = TIFFGetTagListCount(file->tiff);
    for (int i = 0; i < tags; i++) {
        const uint32_t tag = TIFFGetTagListEntry(file->tiff, i);
        const TIFFField *field = TIFFFindField(file->tiff, tag, TIFF_ANY);
        const char *value = NULL;
        uint32_t count = 0;
        if (tag < FIRST_EPICS_TAG || !field || TIFFFieldDataType(field) != TIFF_ASCII ||
            !TIFFFieldPassCount(field) || TIFFFieldReadCount(field) != TIFF_VARIABLE2 ||
            TIFFGetField(file->tiff, tag, &count, &value) != 1 || !value)
            continue;
        const size_t length = strnlen(value, count);
        const char *colon = memchr(value, ':', length);
        char key[64];
        snprintf(key, sizeof key, "Tag %u", tag);
        if (colon && colon > value && (size_t)(colon - value) < sizeof key) {
            struct text clean = {0};
            utf8_append(&clean, value, (size_t)(colon - value));
            if (clean.length < sizeof key && !strpbrk(text_string(&clean), "\t\r\n")) {
                memcpy(key, text_string(&clean), clean.length + 1);
                value = colon + 1;
            }
            text_free(&clean);
        }
        tiff_append_text(out, key, value);
    }
}

void tiff_append_private(const struct tiff_file *file, struct text *out)
{
    append_private(file, out);
    append_unknown_tags(file, out);
}

// --- Sentinels and the detector ---

void tiff_sentinels(const struct tiff_file *file, struct sentinels *sentinels)
{
    const struct tiff_layout *layout = &file->layout;
    const size_t bits = 8 * sample_traits(layout->type)->bytes;
    const char *text = header_text(file);
    const bool eiger = private_offset(file) != 0;
    *sentinels = (struct sentinels){0};
    if (layout->samples != 1 || layout->is_float || layout->bits != bits || (!text && !eiger))
        return;
    // Whoever tells of a detector in this way follows its marks: the largest value, or -1 and -2.
    sentinels->max_is_no_data = !layout->is_signed && (bits > 8 || eiger);
    sentinels->negative_marks = layout->is_signed && bits == 32;
    struct detector_info info;
    detector_info_clear(&info);
    if (text)
        dectris_header_detector(text, strlen(text), &info);
    sentinels->has_saturation = info.count_cutoff > 0;
    sentinels->saturation = info.count_cutoff > 0 ? info.count_cutoff : 0;
}

enum status tiff_detector(struct image_file *base, int64_t frame, struct detector_info *info,
                          struct error *error)
{
    struct tiff_file *file = (struct tiff_file *)base;
    enum status status = tiff_frame_load(file, frame, error);
    if (status != STATUS_OK)
        return status;
    const char *text = header_text(file), *model = NULL;
    if (text)
        dectris_header_detector(text, strlen(text), info);
    tell_private(file, info);
    if (!info->name[0] && (text || private_offset(file)) && TIFFGetField(file->tiff, TIFFTAG_MODEL, &model) &&
        model && utf8_valid(model, strlen(model)) && strlen(model) < sizeof info->name)
        snprintf(info->name, sizeof info->name, "%s", model);
    return STATUS_OK;
}
