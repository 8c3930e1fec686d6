// SPDX-License-Identifier: MIT
// The "# key value" lines that Dectris detectors and their kin write into CBF and TIFF files.
//
// The convention: "Pilatus CBF Header Specification" 1.4 of Dectris, and what the fabio and dxtbx libraries
// read (https://github.com/silx-kit/fabio, https://github.com/cctbx/dxtbx). A line is "#", a key without
// blanks, any of " :=", and a value with a unit; the line with the time of the exposure has no key, and that
// of the sensor has its material for a key: "# Silicon sensor, thickness 0.000320 m".
//
// Thread-safety: all functions here touch only what they are given.
#ifndef FOVEA_FORMATS_DECTRIS_HEADER_H
#define FOVEA_FORMATS_DECTRIS_HEADER_H

#include "image/detector.h"

// A line's parts, within the header's text. Keys: as they stand, "Date" for the line without one, and
// "Silicon sensor" (any material) for the sensor's, whose value begins with "thickness".
struct dectris_item {
    const char *key, *value;
    size_t key_count, value_count; // bytes; neither is 0
};

// Finds the next item of the text from *at to `end` and moves *at behind its line; lines that do not begin
// with "#" and those without a value are passed over. False at the end.
bool dectris_header_next(const char **at, const char *end, struct dectris_item *item);

// True if the text is of this convention: it tells of a pixel size, an exposure time or a count cutoff.
bool dectris_header_known(const char *text, size_t count);

// Sets those fields of *info of which the text tells; the others stay as they are. Values without a unit are
// taken in the convention's (m, s, angstrom, eV, counts, pixels); a beam at (0, 0) and distances, wavelengths
// and the like that are not above 0 mean "not set" and are passed over. Beam_xy is counted from the corner of
// the first pixel.
void dectris_header_detector(const char *text, size_t count, struct detector_info *info);

// Appends every item as a "key\tvalue\n" line of valid UTF-8, in the text's order.
void dectris_header_metadata(const char *text, size_t count, struct text *out);

#endif
