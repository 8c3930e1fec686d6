// SPDX-License-Identifier: MIT
// What a file says of the detector and the experiment, in SI units whatever the units of the file.
//
// Thread-safety: all functions here touch only what they are given.
#ifndef FOVEA_IMAGE_DETECTOR_H
#define FOVEA_IMAGE_DETECTOR_H

#include "base/text.h"

#include <stdbool.h>

// Every number is NAN, and every text "", where the file does not say. Positions are in pixels from the outer
// corner of the first pixel of the file, x along a row and y from row to row, so that the centre of pixel
// (i, j) is at (i + 0.5, j + 0.5).
struct detector_info {
    char name[64];           // "Dectris EIGER2 Si 16M"
    double beam_x, beam_y;   // beam centre, pixels as above
    double distance;         // from sample to detector, m
    double wavelength;       // m
    double pixel_x, pixel_y; // size of a pixel, m
    double exposure;         // s
    double saturation;       // counts; a higher value is no measurement
    double count_cutoff;     // counts; the count-rate correction is no longer valid above
    double sensor_thickness; // m
};

// All unknown.
void detector_info_clear(struct detector_info *info);
// Sets a number of it where the file tells of one: a finite one above 0. What is 0 or less, or no number,
// means "not set" in every format, and the field stays as it is.
void detector_info_set(double *field, double value);
// The same for the beam centre, of which (0, 0) means "not set".
void detector_info_set_beam(struct detector_info *info, double x, double y);
// True if anything is known.
bool detector_info_known(const struct detector_info *info);
// The wavelength in m of photons of `energy` eV (hc = 1.239841984e-6 eV m, CODATA 2018), and back.
double detector_wavelength(double energy);
double detector_energy(double wavelength);
// Appends what is known for people, as "key\tvalue\n" lines with customary units ("beam centre\t2074.3,
// 2181.0 px", "wavelength\t0.9795 A (12.658 keV)", "distance\t195.3 mm", "pixel size\t75 x 75 um").
void detector_info_describe(const struct detector_info *info, struct text *out);

#endif
