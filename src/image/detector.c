// SPDX-License-Identifier: MIT
// Unknown values, conversion of photon energy, and the description for people.
#include "image/detector.h"

#include <math.h>
#include <string.h>

static const double HC = 1.239841984e-6; // eV m

void detector_info_clear(struct detector_info *info)
{
    *info = (struct detector_info){.beam_x = NAN,
                                   .beam_y = NAN,
                                   .distance = NAN,
                                   .wavelength = NAN,
                                   .pixel_x = NAN,
                                   .pixel_y = NAN,
                                   .exposure = NAN,
                                   .saturation = NAN,
                                   .count_cutoff = NAN,
                                   .sensor_thickness = NAN};
}

void detector_info_set(double *field, double value)
{
    if (isfinite(value) && value > 0)
        *field = value;
}

void detector_info_set_beam(struct detector_info *info, double x, double y)
{
    if (!isfinite(x) || !isfinite(y) || (x == 0 && y == 0))
        return;
    info->beam_x = x;
    info->beam_y = y;
}

bool detector_info_known(const struct detector_info *info)
{
    const double numbers[] = {info->beam_x,       info->beam_y,          info->distance, info->wavelength,
                              info->pixel_x,      info->pixel_y,         info->exposure, info->saturation,
                              info->count_cutoff, info->sensor_thickness};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (!isnan(numbers[i]))
            return true;
    return info->name[0] != '\0';
}

double detector_wavelength(double energy)
{
    return HC / energy;
}

double detector_energy(double wavelength)
{
    return HC / wavelength;
}

static void describe_number(struct text *out, const char *key, double value, double scale, const char *unit)
{
    if (!isnan(value))
        text_printf(out, "%s\t%.6g%s%s\n", key, value * scale, *unit ? " " : "", unit);
}

void detector_info_describe(const struct detector_info *info, struct text *out)
{
    if (info->name[0])
        text_printf(out, "detector\t%s\n", info->name);
    if (!isnan(info->beam_x) && !isnan(info->beam_y))
        text_printf(out, "beam centre\t%.6g, %.6g px\n", info->beam_x, info->beam_y);
    describe_number(out, "distance", info->distance, 1e3, "mm");
    if (info->wavelength > 0)
        text_printf(out, "wavelength\t%.6g \xC3\x85 (%.6g keV)\n", info->wavelength * 1e10,
                    detector_energy(info->wavelength) * 1e-3);
    if (!isnan(info->pixel_x) && !isnan(info->pixel_y))
        text_printf(out, "pixel size\t%.6g x %.6g \xC2\xB5m\n", info->pixel_x * 1e6, info->pixel_y * 1e6);
    describe_number(out, "exposure time", info->exposure, 1, "s");
    describe_number(out, "saturation value", info->saturation, 1, "");
    describe_number(out, "count cutoff", info->count_cutoff, 1, "");
    describe_number(out, "sensor thickness", info->sensor_thickness, 1e6, "\xC2\xB5m");
}
