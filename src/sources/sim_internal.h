// SPDX-License-Identifier: MIT
// What the files of the simulated detector share: its model, its spots and its randomness.
//
// Thread-safety: a model is immutable once made; a sim_file belongs to one thread at a time.
#ifndef FOVEA_SOURCES_SIM_INTERNAL_H
#define FOVEA_SOURCES_SIM_INTERNAL_H

#include "sources/sim.h"

#include <stdatomic.h>
#include <string.h>

// Lengths in the detector plane are in units of half the longer image side, so that every size of image shows
// the same picture.
#define WAVELENGTH   1.0   // angstrom
#define UNIT_TANGENT 0.818 // tan(2 theta) at radius 1: 200 mm away for 4362 pixels of 75 um
#define STOP_RADIUS  0.032
#define ARM_HALF     0.009 // half width of the arm that holds the beam stop
#define ARM_SHADOW   0.12f // what the arm lets through

enum {
    BLOCK_PIXELS = 1024,
    // The radial profile is indexed by the upper bits of the float32 pattern of the squared radius.
    PROFILE_BITS = 11,
    PROFILE_LOWEST = -12, // from radius^2 = 2^-12 ...
    PROFILE_OCTAVES = 14, // ... to below 4
    PROFILE_COUNT = PROFILE_OCTAVES << PROFILE_BITS,
    // Poisson tables for expectations from 2^-6 to below 2^4, indexed by the float32 pattern likewise.
    POISSON_BITS = 6,
    POISSON_LOWEST = -6,
    POISSON_OCTAVES = 10,
    POISSON_COUNT = POISSON_OCTAVES << POISSON_BITS,
    POISSON_VALUES = 64,
    GAUSS_BITS = 12,
    DEFECT_CELL = 256, // at most one dead and one hot pixel in so many pixels of a row
    MAX_GAPS = 7,
};

// Expected counts at a radius, and the polarisation: the factor of (dx)^2 by which they fall off sideways.
struct profile_entry {
    float lambda;
    float polarisation;
};

// Inverse cumulative distribution of one expectation: the count for a random word u is the first k with
// u <= cumulative[k]; start[u >> 24] is a k to begin with.
struct poisson_table {
    uint32_t cumulative[POISSON_VALUES];
    uint8_t start[256];
};

// Everything that is the same for all frames and handles; immutable once made.
struct sim_model {
    atomic_int users;
    struct profile_entry profile[PROFILE_COUNT];
    struct poisson_table poisson[POISSON_COUNT];
    float gauss[(1 << GAUSS_BITS) + 1]; // quantiles of the normal distribution
};

// Rows or columns [begin, end) between modules.
struct gap {
    int64_t begin, end;
};

struct gap_list {
    struct gap gaps[MAX_GAPS];
    int count;
};

struct spot {
    double x, y; // in pixels
    float peak;  // expected counts at the centre
};

struct spot_list {
    struct spot *spots; // ascending y
    size_t count, capacity;
    int64_t frame; // -1: none made yet
};

struct sim_spec {
    int64_t width, height, frames;
    uint64_t seed;
    enum sample_type type;
    bool marked; // gaps and defects go into the classes
};

struct sim_file {
    struct image_file base;
    struct sim_spec spec;
    struct sim_model *model;         // shared
    double centre_x, centre_y, unit; // pixels
    double spot_sigma;               // pixels
    struct gap_list columns, rows;
    struct spot_list spots;
};

// --- Randomness ---

// The finaliser of SplitMix64: a bijection whose output bits all depend on all input bits.
static inline uint64_t mix64(uint64_t value)
{
    value += 0x9E3779B97F4A7C15u;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
    return value ^ (value >> 31);
}

static inline uint64_t hash_words(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    return mix64(mix64(mix64(mix64(a) ^ b) ^ c) ^ d);
}

// Uniform in (0, 1).
static inline double hash_unit(uint64_t hash)
{
    return ((double)(hash >> 11) + 0.5) * 0x1p-53;
}

// One random word per pixel of a row. Both halves of the key take part, else two rows could be shifted
// copies.
static inline uint32_t pixel_word(uint64_t row_key, uint32_t x)
{
    uint32_t word = x * 0x9E3779B1u + (uint32_t)row_key;
    word = (word ^ (word >> 16)) * 0x85EBCA6Bu;
    word ^= (uint32_t)(row_key >> 32);
    word = (word ^ (word >> 13)) * 0xC2B2AE35u;
    return word ^ (word >> 16);
}

// --- The model (sim_model.c) ---

// The bit pattern of a float, by which the tables are indexed.
static inline uint32_t float_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

// The tables of all frames, with one user. Aborts when out of memory.
struct sim_model *sim_model_create(void);
// Takes one user away; the last frees the model.
void sim_model_drop(struct sim_model *model);

// --- Spots (sim_spots.c) ---

// Makes the list of spots of a frame in file->spots, unless it is the one there.
void sim_spots_prepare(struct sim_file *file, int64_t frame);
// The index of the first spot with a centre at or below row `y`.
size_t sim_spots_search(const struct spot_list *list, double y);

#endif
