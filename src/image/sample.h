// SPDX-License-Identifier: MIT
// The sample types a frame can have, and single samples as numbers and text.
#ifndef FOVEA_IMAGE_SAMPLE_H
#define FOVEA_IMAGE_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Samples are in the machine's byte order (little-endian) wherever this program holds them.
enum sample_type {
    SAMPLE_U8,
    SAMPLE_I8,
    SAMPLE_U16,
    SAMPLE_I16,
    SAMPLE_U32,
    SAMPLE_I32,
    SAMPLE_U64,
    SAMPLE_I64,
    SAMPLE_F16, // IEEE 754 binary16
    SAMPLE_F32,
    SAMPLE_F64,
    SAMPLE_COUNT
};

struct sample_traits {
    const char *name; // "u8", "f32", ...: the names of `fovea info` and of sim: and raw: specifications
    size_t bytes;
    bool is_float;
    bool is_signed;
    double min, max; // the smallest and largest finite value, rounded to double for 64-bit integers
};

// The constant description of a type. Thread-safety: all functions here are pure.
const struct sample_traits *sample_traits(enum sample_type type);

// The type of that name; false if there is none.
bool sample_type_by_name(const char *name, enum sample_type *type);

// The type in which samples are kept for drawing: their own for up to 32 bits, f32 for f16, f64, u64 and i64.
enum sample_type sample_storage_type(enum sample_type type);

// The sample at `at` (any alignment) as a double; 64-bit integers beyond 2^53 are rounded.
double sample_value(enum sample_type type, const void *at);

// The exact decimal text of the sample: integers in full, f32 and f64 as the shortest text that reads back to
// the same value of their own precision, f16 as that of a double, "nan", "inf", "-inf". `size` of 32
// suffices. Returns `buffer`.
char *sample_format(enum sample_type type, const void *at, char *buffer, size_t size);

// Exact widening of a binary16 bit pattern.
float sample_half_to_float(uint16_t half);

// Converts `count` consecutive samples to double, or to float32 with rounding to nearest (exact for types of
// up to 16 bits and for f32).
void sample_row_to_double(enum sample_type type, const void *samples, size_t count, double *out);
void sample_row_to_float(enum sample_type type, const void *samples, size_t count, float *out);

#endif
