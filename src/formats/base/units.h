// SPDX-License-Identifier: MIT
// Units of length, time, energy and pixels as files write them.
//
// Thread-safety: all functions here touch only what they are given.
#ifndef FOVEA_FORMATS_UNITS_H
#define FOVEA_FORMATS_UNITS_H

enum unit_dimension { UNIT_NONE, UNIT_LENGTH, UNIT_TIME, UNIT_ENERGY, UNIT_PIXELS };

struct unit {
    const char *name; // in UTF-8
    enum unit_dimension dimension;
    double factor; // to m, s, eV or pixels
};

// NULL if the text is no known unit. Blanks around it and, where that is unambiguous, the case do not matter.
const struct unit *unit_find(const char *text);

#endif
