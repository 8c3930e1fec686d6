// SPDX-License-Identifier: MIT
// The table of units.
#include "formats/base/units.h"

#include <string.h>
#include <strings.h>

static const struct unit units[] = {
    {"m", UNIT_LENGTH, 1},
    {"meter", UNIT_LENGTH, 1},
    {"meters", UNIT_LENGTH, 1},
    {"metre", UNIT_LENGTH, 1},
    {"metres", UNIT_LENGTH, 1},
    {"cm", UNIT_LENGTH, 1e-2},
    {"centimeter", UNIT_LENGTH, 1e-2},
    {"centimetre", UNIT_LENGTH, 1e-2},
    {"mm", UNIT_LENGTH, 1e-3},
    {"millimeter", UNIT_LENGTH, 1e-3},
    {"millimeters", UNIT_LENGTH, 1e-3},
    {"millimetre", UNIT_LENGTH, 1e-3},
    {"millimetres", UNIT_LENGTH, 1e-3},
    {"um", UNIT_LENGTH, 1e-6},
    {"\xC2\xB5m", UNIT_LENGTH, 1e-6}, // micro sign
    {"\xCE\xBCm", UNIT_LENGTH, 1e-6}, // Greek mu
    {"micron", UNIT_LENGTH, 1e-6},
    {"microns", UNIT_LENGTH, 1e-6},
    {"micrometer", UNIT_LENGTH, 1e-6},
    {"micrometers", UNIT_LENGTH, 1e-6},
    {"micrometre", UNIT_LENGTH, 1e-6},
    {"micrometres", UNIT_LENGTH, 1e-6},
    {"nm", UNIT_LENGTH, 1e-9},
    {"nanometer", UNIT_LENGTH, 1e-9},
    {"nanometers", UNIT_LENGTH, 1e-9},
    {"nanometre", UNIT_LENGTH, 1e-9},
    {"nanometres", UNIT_LENGTH, 1e-9},
    {"A", UNIT_LENGTH, 1e-10},
    {"\xC3\x85", UNIT_LENGTH, 1e-10},     // A with ring
    {"\xE2\x84\xAB", UNIT_LENGTH, 1e-10}, // angstrom sign
    {"Ang", UNIT_LENGTH, 1e-10},
    {"angstrom", UNIT_LENGTH, 1e-10},
    {"angstroms", UNIT_LENGTH, 1e-10},
    {"pm", UNIT_LENGTH, 1e-12},
    {"picometer", UNIT_LENGTH, 1e-12},
    {"picometre", UNIT_LENGTH, 1e-12},
    {"s", UNIT_TIME, 1},
    {"sec", UNIT_TIME, 1},
    {"second", UNIT_TIME, 1},
    {"seconds", UNIT_TIME, 1},
    {"min", UNIT_TIME, 60},
    {"ms", UNIT_TIME, 1e-3},
    {"msec", UNIT_TIME, 1e-3},
    {"millisecond", UNIT_TIME, 1e-3},
    {"milliseconds", UNIT_TIME, 1e-3},
    {"us", UNIT_TIME, 1e-6},
    {"\xC2\xB5s", UNIT_TIME, 1e-6},
    {"\xCE\xBCs", UNIT_TIME, 1e-6},
    {"usec", UNIT_TIME, 1e-6},
    {"microsecond", UNIT_TIME, 1e-6},
    {"microseconds", UNIT_TIME, 1e-6},
    {"ns", UNIT_TIME, 1e-9},
    {"nanosecond", UNIT_TIME, 1e-9},
    {"nanoseconds", UNIT_TIME, 1e-9},
    {"eV", UNIT_ENERGY, 1},
    {"keV", UNIT_ENERGY, 1e3},
    {"MeV", UNIT_ENERGY, 1e6},
    {"J", UNIT_ENERGY, 1 / 1.602176634e-19},
    {"pixel", UNIT_PIXELS, 1},
    {"pixels", UNIT_PIXELS, 1},
    {"px", UNIT_PIXELS, 1},
};

enum { UNIT_COUNT = sizeof units / sizeof units[0] };

const struct unit *unit_find(const char *text)
{
    char word[32];
    size_t length = strlen(text += strspn(text, " "));
    while (length > 0 && text[length - 1] == ' ')
        length--;
    if (length == 0 || length >= sizeof word)
        return NULL;
    memcpy(word, text, length);
    word[length] = '\0';
    for (size_t i = 0; i < UNIT_COUNT; i++)
        if (strcmp(word, units[i].name) == 0)
            return &units[i];
    // "Angstrom", "MM", "KEV"; but no "a" for angstrom, and "mev" may be milli or mega.
    for (size_t i = 0; i < UNIT_COUNT && length > 1; i++)
        if (strcasecmp(word, units[i].name) == 0 && strcasecmp(word, "mev") != 0)
            return &units[i];
    return NULL;
}
