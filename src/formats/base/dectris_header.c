// SPDX-License-Identifier: MIT
// Splitting of "# key value" lines, and the numbers and units in their values.
#include "formats/base/dectris_header.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

// --- Lines ---

static bool is_one_of(char byte, const char *bytes)
{
    return byte != '\0' && strchr(bytes, byte);
}

static void trim(const char **at, size_t *count, const char *bytes)
{
    while (*count > 0 && is_one_of(**at, bytes)) {
        ++*at;
        --*count;
    }
    while (*count > 0 && is_one_of((*at)[*count - 1], bytes))
        --*count;
}

// "Silicon sensor, thickness 0.000320 m": the length of what stands before the comma, or 0.
static size_t sensor_key(const char *line, size_t count)
{
    static const char word[] = " sensor";
    const char *comma = memchr(line, ',', count);
    const size_t length = comma ? (size_t)(comma - line) : 0;
    if (length < sizeof word || memcmp(comma - (sizeof word - 1), word, sizeof word - 1) != 0)
        return 0;
    return length;
}

// Splits a line without its "#".
static bool split_line(const char *line, size_t count, struct dectris_item *item)
{
    *item = (struct dectris_item){.key = line, .value = line, .value_count = count};
    if (count > 0 && line[0] >= '0' && line[0] <= '9') {
        item->key = "Date";
        item->key_count = 4;
        return true;
    }
    item->key_count = sensor_key(line, count);
    while (item->key_count == 0 && item->value_count > 0 && !is_one_of(*item->value, " \t:=,")) {
        item->value++;
        item->value_count--;
    }
    if (item->key_count == 0)
        item->key_count = (size_t)(item->value - line);
    item->value = line + item->key_count;
    item->value_count = count - item->key_count;
    trim(&item->value, &item->value_count, " \t:=,");
    return item->key_count > 0 && item->value_count > 0;
}

bool dectris_header_next(const char **at, const char *end, struct dectris_item *item)
{
    while (*at < end) {
        const char *line = *at;
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t count = (size_t)((stop ? stop : end) - line);
        *at = stop ? stop + 1 : end;
        trim(&line, &count, " \t\r");
        const bool comment = count > 0 && *line == '#';
        trim(&line, &count, "# \t");
        if (comment && split_line(line, count, item))
            return true;
    }
    return false;
}

// --- Values ---

struct unit {
    const char *name;
    double factor; // to m, s, eV or counts
};

static const struct unit units[] = {
    {"m", 1},     {"mm", 1e-3}, {"um", 1e-6}, {"nm", 1e-9}, {"A", 1e-10}, {"angstrom", 1e-10}, {"eV", 1},
    {"keV", 1e3}, {"s", 1},     {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}, {"mm.", 1e-3},
};

// Takes the next number off the value; *unit is the word right behind it, at most `size` - 1 bytes.
static bool take_number(const char **at, size_t *count, double *number, char *unit, size_t size)
{
    char digits[40];
    size_t length = 0;
    while (*count > 0 && !is_one_of(**at, "+-.0123456789")) {
        ++*at;
        --*count;
    }
    while (length < *count && length < sizeof digits - 1 && is_one_of((*at)[length], "+-.0123456789eE"))
        length++;
    memcpy(digits, *at, length);
    digits[length] = '\0';
    *at += length;
    *count -= length;
    const char *word = *at;
    size_t left = *count;
    trim(&word, &left, " \t");
    length = 0;
    while (length < left && length < size - 1 && !is_one_of(word[length], " \t,;()"))
        length++;
    memcpy(unit, word, length);
    unit[length] = '\0';
    return parse_double(digits, number);
}

// The next number of the value in SI units; `usual` is the factor where no known unit follows.
static double take_quantity(const char **at, size_t *count, double usual)
{
    double number;
    char unit[16];
    if (!take_number(at, count, &number, unit, sizeof unit))
        return NAN;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(unit, units[i].name) == 0)
            return number * units[i].factor;
    return number * usual;
}

static bool item_is(const struct dectris_item *item, const char *key)
{
    return strlen(key) == item->key_count && strncasecmp(item->key, key, item->key_count) == 0;
}

static void set_name(const struct dectris_item *item, struct detector_info *info)
{
    struct text name = {0};
    utf8_append(&name, item->value, item->value_count);
    utf8_line(info->name, sizeof info->name, text_string(&name));
    text_free(&name);
}

static void set_pixel(const struct dectris_item *item, struct detector_info *info)
{
    const char *at = item->value;
    size_t count = item->value_count;
    const double x = take_quantity(&at, &count, 1);
    const double y = take_quantity(&at, &count, 1);
    detector_info_set(&info->pixel_x, x);
    detector_info_set(&info->pixel_y, isnan(y) ? x : y);
}

static void set_beam(const struct dectris_item *item, struct detector_info *info)
{
    const char *at = item->value;
    size_t count = item->value_count;
    const double x = take_quantity(&at, &count, 1);
    const double y = take_quantity(&at, &count, 1);
    detector_info_set_beam(info, x, y);
}

struct quantity {
    const char *key;
    size_t field;
    double usual; // the factor of a number without a unit
    bool energy;  // of photons, in eV
};

static const struct quantity quantities[] = {
    {"Exposure_time", offsetof(struct detector_info, exposure), 1, false},
    {"Wavelength", offsetof(struct detector_info, wavelength), 1e-10, false},
    {"Photon_energy", offsetof(struct detector_info, wavelength), 1, true},
    {"Incident_energy", offsetof(struct detector_info, wavelength), 1, true},
    {"Detector_distance", offsetof(struct detector_info, distance), 1, false},
    {"Count_cutoff", offsetof(struct detector_info, count_cutoff), 1, false},
    {"Saturation_value", offsetof(struct detector_info, saturation), 1, false},
    {"Sensor_thickness", offsetof(struct detector_info, sensor_thickness), 1, false},
};

static void set_quantity(const struct dectris_item *item, struct detector_info *info)
{
    for (size_t i = 0; i < sizeof quantities / sizeof *quantities; i++) {
        if (!item_is(item, quantities[i].key))
            continue;
        const char *at = item->value;
        size_t count = item->value_count;
        double value = take_quantity(&at, &count, quantities[i].usual);
        if (quantities[i].energy)
            value = value > 0 ? detector_wavelength(value) : NAN;
        detector_info_set((double *)(void *)((char *)info + quantities[i].field), value);
    }
}

static void set_sensor(const struct dectris_item *item, struct detector_info *info)
{
    const char *at = item->value;
    size_t count = item->value_count;
    if (item->key_count > 7 && strncasecmp(item->key + item->key_count - 7, " sensor", 7) == 0)
        detector_info_set(&info->sensor_thickness, take_quantity(&at, &count, 1));
}

void dectris_header_detector(const char *text, size_t count, struct detector_info *info)
{
    struct dectris_item item;
    for (const char *at = text; dectris_header_next(&at, text + count, &item);) {
        if (item_is(&item, "Detector"))
            set_name(&item, info);
        else if (item_is(&item, "Pixel_size"))
            set_pixel(&item, info);
        else if (item_is(&item, "Beam_xy"))
            set_beam(&item, info);
        else
            set_quantity(&item, info);
        set_sensor(&item, info);
    }
}

// --- The text as a whole ---

bool dectris_header_known(const char *text, size_t count)
{
    struct dectris_item item;
    for (const char *at = text; dectris_header_next(&at, text + count, &item);)
        if (item_is(&item, "Pixel_size") || item_is(&item, "Exposure_time") || item_is(&item, "Count_cutoff"))
            return true;
    return false;
}

void dectris_header_metadata(const char *text, size_t count, struct text *out)
{
    struct dectris_item item;
    for (const char *at = text; dectris_header_next(&at, text + count, &item);) {
        utf8_field(out, item.key, item.key_count);
        text_append(out, "\t");
        utf8_field(out, item.value, item.value_count);
        text_append(out, "\n");
    }
}
