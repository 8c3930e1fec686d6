// SPDX-License-Identifier: MIT
// Small datasets and attributes of HDF5 files as numbers, texts and quantities in SI units.
//
// Writers disagree on types: a number may be an integer or a float of any size and byte order, a scalar, an
// array of one element or a decimal text; a text may have a fixed or a variable length. Every function takes
// them all and reads no more than 64 KiB. Identifiers passed in are borrowed. The functions print nothing if
// the caller has turned the messages of HDF5 off (H5E_BEGIN_TRY). Thread-safety: as the file's.
#ifndef FOVEA_FORMATS_HDF5_VALUE_H
#define FOVEA_FORMATS_HDF5_VALUE_H

#include "base/text.h"
#include "formats/base/units.h"

#include <hdf5.h>
#include <stdbool.h>
#include <stdint.h>

// What a dataset or an attribute is made of.
struct hdf5_field {
    hid_t id; // borrowed
    hid_t type, space;
    bool attribute;
    bool too_large; // stored in chunks that are too large to decode for a few values
    H5T_class_t kind;
    int64_t count; // of elements; 0 if there are none
    int rank;
    hsize_t dims[H5S_MAX_RANK];
};
// False if `id` is neither a dataset nor an attribute. Close it with hdf5_field_close if true.
bool hdf5_field_open(hid_t id, struct hdf5_field *field);
void hdf5_field_close(struct hdf5_field *field);

// Appends elements [first, first + count) in the order of the file as "1, 2, 3": integers exactly, floats in
// the shortest form that reads back, texts with blanks for line breaks and tabs, enumerations by name.
// Returns false, with nothing appended, for what is no such value. An attribute is always taken whole.
bool hdf5_field_describe(const struct hdf5_field *field, int64_t first, int64_t count, struct text *out);

// Element `element` (row-major) of the dataset at `path` below `from` as a number. False if there is none, or
// no finite number. A single is taken for the shortest decimal that it stands for: 7.5e-05,
// not 7.4999997e-05.
bool hdf5_number(hid_t from, const char *path, int64_t element, double *number);
// The first element of the dataset at `path`, or of the attribute `name` of `object`, as a text of valid
// UTF-8 without line breaks, cut to `size` bytes. False, with `out` empty, if there is none or it is no text.
bool hdf5_string(hid_t from, const char *path, char *out, size_t size);
bool hdf5_attribute_string(hid_t object, const char *name, char *out, size_t size);

// A number in m, s, eV or pixels, or a plain one.
struct hdf5_quantity {
    double value;
    enum unit_dimension dimension;
};
// As hdf5_number, but in the unit that the attribute "units" names; without one in `customary`. `customary`
// "" means a plain number whose unit does not matter. False also where the unit is not known.
bool hdf5_quantity(hid_t from, const char *path, int64_t element, const char *customary,
                   struct hdf5_quantity *quantity);

#endif
