// SPDX-License-Identifier: MIT
// The tables behind the simulated detector: radial profile, Poisson counts, quantiles of the normal
// distribution.
#include "sources/sim_internal.h"

#include <math.h>
#include <stdlib.h>

// The middle of the values that share entry `index` of a table indexed by float patterns.
static double key_centre(int index, int bits, int lowest)
{
    int octave = index >> bits;
    double fraction = (double)(index & ((1 << bits) - 1)) + 0.5;
    return ldexp(1 + ldexp(fraction, -bits), octave + lowest);
}

// Lines of LaB6 (cubic, 4.1569 angstrom): h^2 + k^2 + l^2 and about their powder intensities.
static const struct {
    int squares;
    float peak;
} powder_lines[] = {
    {1, 260}, {2, 230}, {3, 120}, {4, 70}, {5, 90},  {6, 55},  {8, 22},
    {9, 38},  {10, 30}, {11, 24}, {12, 8}, {13, 14}, {14, 12}, {16, 4},
};

// Air scatter falls with the radius; a wide halo stands for the solvent; the beam stop cuts the middle out.
static double profile_background(double radius)
{
    double air = 52 / (1 + pow(radius / 0.13, 2));
    double halo = 9 * exp(-0.5 * pow((radius - 0.40) / 0.085, 2));
    double edge = (radius - STOP_RADIUS) / 0.0025;
    double open = edge < -30 ? 0 : 1 / (1 + exp(-edge));
    return 0.06 + open * (2.5 + air + halo);
}

static void profile_add_line(struct profile_entry *profile, double centre, double sigma, double peak)
{
    for (int i = 0; i < PROFILE_COUNT; i++) {
        double distance = (sqrt(key_centre(i, PROFILE_BITS, PROFILE_LOWEST)) - centre) / sigma;
        if (fabs(distance) < 5)
            profile[i].lambda += (float)(peak * exp(-0.5 * distance * distance));
    }
}

static void profile_make(struct profile_entry *profile)
{
    double distance = 1 / UNIT_TANGENT;
    for (int i = 0; i < PROFILE_COUNT; i++) {
        double square = key_centre(i, PROFILE_BITS, PROFILE_LOWEST);
        profile[i].lambda = (float)profile_background(sqrt(square));
        profile[i].polarisation = (float)(0.9 / (square + distance * distance));
    }
    for (size_t i = 0; i < sizeof powder_lines / sizeof powder_lines[0]; i++) {
        double sine = WAVELENGTH * sqrt(powder_lines[i].squares) / (2 * 4.1569);
        double radius = tan(2 * asin(sine)) / UNIT_TANGENT;
        profile_add_line(profile, radius, 0.0017 + 0.0009 * radius, powder_lines[i].peak);
    }
}

static void poisson_make(struct poisson_table *table, double lambda)
{
    double term = exp(-lambda), sum = 0;
    for (int k = 0; k < POISSON_VALUES; k++) {
        sum += term;
        term *= lambda / (k + 1);
        table->cumulative[k] = sum < 1 ? (uint32_t)(sum * 4294967295.0) : UINT32_MAX;
    }
    table->cumulative[POISSON_VALUES - 1] = UINT32_MAX;
    uint8_t k = 0;
    for (uint32_t i = 0; i < 256; i++) {
        while (table->cumulative[k] < i << 24)
            k++;
        table->start[i] = k;
    }
}

// Quantiles by Newton's iteration on the distribution function, from the middle outwards.
static void gauss_make(float *gauss)
{
    int count = 1 << GAUSS_BITS, half = count / 2;
    double z = 0;
    for (int i = 0; i < half; i++) {
        double target = 0.5 - (double)i / count; // the upper tail
        for (int pass = 0; pass < 3; pass++)
            z += (0.5 * erfc(z * M_SQRT1_2) - target) * exp(0.5 * z * z) * sqrt(2 * M_PI);
        gauss[half + i] = (float)z;
        gauss[half - i] = (float)-z;
    }
    gauss[count] = 4.2f; // the last steps end here instead of at infinity
    gauss[0] = -4.2f;
}

struct sim_model *sim_model_create(void)
{
    struct sim_model *model = must_alloc(sizeof *model);
    atomic_init(&model->users, 1);
    profile_make(model->profile);
    for (int i = 0; i < POISSON_COUNT; i++)
        poisson_make(&model->poisson[i], key_centre(i, POISSON_BITS, POISSON_LOWEST));
    gauss_make(model->gauss);
    return model;
}

void sim_model_drop(struct sim_model *model)
{
    if (atomic_fetch_sub(&model->users, 1) == 1)
        free(model);
}
