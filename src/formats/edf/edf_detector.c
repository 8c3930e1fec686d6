// SPDX-License-Identifier: MIT
// What an EDF header says of the detector.
//
// Keys: "Keywords for SAXS data in EDF files" 2.40 (P. Boesecke, ESRF), which pyFAI and the beamlines BM29
// and ID02 write, too; in SI units unless a unit follows the number ("250_mm"). Center counts pixels from the
// corner of the image plus Offset. The names with a unit in brackets are those of KCD headers that fabio
// copied.
#include "formats/base/units.h"
#include "formats/edf/edf_internal.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct detector_key {
    const char *name;
    size_t field; // of struct detector_info
    const char *unit;
};

#define FIELD(member) offsetof(struct detector_info, member)

static const struct detector_key number_keys[] = {
    {"Center_1", FIELD(beam_x), "pixel"},
    {"Center_2", FIELD(beam_y), "pixel"},
    {"PSize_1", FIELD(pixel_x), "m"},
    {"PSize_2", FIELD(pixel_y), "m"},
    {"pixel X-size (um)", FIELD(pixel_x), "um"},
    {"pixel Y-size (um)", FIELD(pixel_y), "um"},
    {"SampleDistance", FIELD(distance), "m"},
    {"WaveLength", FIELD(wavelength), "m"},
    {"ExposureTime", FIELD(exposure), "s"},
    {"Exposure time", FIELD(exposure), "s"},
    {"count_time", FIELD(exposure), "s"},
};

static const char *const name_keys[] = {"DetectorName", "DetectorInfo", "Detector", "camera_name"};

static bool span_is(struct edf_span span, const char *word)
{
    return span.count == strlen(word) && strncasecmp(span.at, word, span.count) == 0;
}

// "0.25", "250_mm", "250 mm", "12.4_keV". False if it is no finite number or the unit is not known.
static bool span_quantity(struct edf_span span, const char *customary, double *value,
                          enum unit_dimension *dimension)
{
    char text[64], *end;
    if (span.count == 0 || span.count >= sizeof text || !strchr("+-.0123456789", span.at[0]))
        return false;
    memcpy(text, span.at, span.count);
    text[span.count] = '\0';
    *value = strtod(text, &end);
    while (*end == '_' || isspace((unsigned char)*end))
        end++;
    const struct unit *unit = unit_find(*end ? end : customary);
    if (end == text || !unit || !isfinite(*value))
        return false;
    *value *= unit->factor;
    *dimension = unit->dimension;
    return true;
}

static void number_set(struct detector_info *info, const struct detector_key *key, struct edf_span span)
{
    double value;
    enum unit_dimension dimension, wanted = unit_find(key->unit)->dimension;
    if (!span_quantity(span, key->unit, &value, &dimension))
        return;
    if (key->field == FIELD(wavelength) && dimension == UNIT_ENERGY) {
        value = detector_wavelength(value);
        dimension = UNIT_LENGTH;
    }
    if (dimension == wanted && (wanted == UNIT_PIXELS || (value > 0 && isfinite(value))))
        *(double *)((char *)info + key->field) = value;
}

static void name_set(struct detector_info *info, struct edf_span span)
{
    struct text name = {0};
    utf8_append(&name, span.at, span.count);
    utf8_line(info->name, sizeof info->name, text_string(&name));
    text_free(&name);
}

// An entry that is no number of the detector: an offset of the image, or the name.
static void other_set(struct detector_info *info, double offset[2], struct edf_span key,
                      struct edf_span value)
{
    enum unit_dimension dimension;
    double number;
    for (int i = 0; i < 2; i++)
        if (span_is(key, i == 0 ? "Offset_1" : "Offset_2") &&
            span_quantity(value, "pixel", &number, &dimension) && dimension == UNIT_PIXELS)
            offset[i] = number;
    for (size_t i = 0; i < sizeof name_keys / sizeof *name_keys; i++)
        if (!info->name[0] && span_is(key, name_keys[i]))
            name_set(info, value);
}

void edf_header_detector(const struct edf_header *header, struct edf_detector *detector)
{
    struct edf_span rest = edf_header_entries(header), key, value;
    while (edf_entry_next(&rest, &key, &value)) {
        for (size_t i = 0; i < sizeof number_keys / sizeof *number_keys; i++)
            if (span_is(key, number_keys[i].name))
                number_set(&detector->info, &number_keys[i], value);
        other_set(&detector->info, detector->offset, key, value);
    }
}

struct detector_info edf_detector_info(const struct edf_detector *detector)
{
    struct detector_info info = detector->info;
    info.beam_x -= detector->offset[0];
    info.beam_y -= detector->offset[1];
    return info;
}
