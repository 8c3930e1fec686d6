// SPDX-License-Identifier: MIT
// Compound types: complex numbers, and tables, which are no images.
#include "formats/hdf5/hdf5_internal.h"

#include <string.h>
#include <strings.h>

enum { LISTED_COLUMNS = 6 };

// --- Complex numbers ---

static bool member_is(hid_t datatype, unsigned index, const char *const *names)
{
    char *name = H5Tget_member_name(datatype, index);
    bool found = false;
    for (; name && *names && !found; names++)
        found = strcasecmp(name, *names) == 0;
    H5free_memory(name);
    return found;
}

// The sample type that holds all values of a member.
static bool part_type(hid_t member, enum sample_type *type)
{
    const H5T_class_t class = H5Tget_class(member);
    const size_t bytes = H5Tget_size(member);
    *type = bytes <= (class == H5T_FLOAT ? sizeof(float) : sizeof(int16_t)) ? SAMPLE_F32 : SAMPLE_F64;
    return class == H5T_FLOAT || class == H5T_INTEGER;
}

bool hdf5_complex_of(hid_t datatype, struct hdf5_type *type)
{
    static const char *const real[] = {"r", "re", "real", NULL};
    static const char *const imaginary[] = {"i", "im", "imag", "imaginary", NULL};
    if (H5Tget_class(datatype) != H5T_COMPOUND || H5Tget_nmembers(datatype) != 2 ||
        !member_is(datatype, 0, real) || !member_is(datatype, 1, imaginary))
        return false;
    hid_t first = H5Tget_member_type(datatype, 0), second = H5Tget_member_type(datatype, 1);
    enum sample_type sample;
    const bool numbers = part_type(first, &sample) && H5Tequal(first, second) > 0;
    H5Tclose(first);
    H5Tclose(second);
    if (!numbers)
        return false;
    // libhdf5 pairs members by their names.
    const size_t bytes = sample_traits(sample)->bytes;
    hid_t memory = H5Tcreate(H5T_COMPOUND, 2 * bytes);
    for (unsigned i = 0; i < 2; i++) {
        char *name = H5Tget_member_name(datatype, i);
        H5Tinsert(memory, name, i * bytes, sample == SAMPLE_F32 ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE);
        H5free_memory(name);
    }
    *type = (struct hdf5_type){.type = sample, .complex = true, .memory = memory};
    return true;
}

// --- Words ---

static const char *kind_name(H5T_class_t kind)
{
    static const char *const names[] = {
        [H5T_TIME] = "time",        [H5T_STRING] = "text",          [H5T_BITFIELD] = "bit field",
        [H5T_OPAQUE] = "opaque",    [H5T_COMPOUND] = "table",       [H5T_REFERENCE] = "reference",
        [H5T_ENUM] = "enumeration", [H5T_VLEN] = "variable length", [H5T_ARRAY] = "array",
    };
    const size_t index = kind >= 0 ? (size_t)kind : 0;
    return index < sizeof names / sizeof *names && names[index] ? names[index] : "unknown type";
}

void hdf5_type_append(hid_t datatype, struct text *out)
{
    const H5T_class_t kind = H5Tget_class(datatype);
    const size_t bits = 8 * H5Tget_size(datatype);
    struct hdf5_type complex;
    if (kind == H5T_FLOAT) {
        text_printf(out, "f%zu", bits);
    } else if (kind == H5T_INTEGER) {
        text_printf(out, "%c%zu", H5Tget_sign(datatype) == H5T_SGN_NONE ? 'u' : 'i', bits);
    } else if (hdf5_complex_of(datatype, &complex)) {
        text_printf(out, "c%zu", bits);
        H5Tclose(complex.memory);
    } else {
        text_append(out, kind_name(kind));
    }
}

void hdf5_table_describe(hid_t datatype, struct text *out)
{
    const int count = H5Tget_nmembers(datatype);
    text_printf(out, "a table of %d column%s: ", count, count == 1 ? "" : "s");
    for (int i = 0; i < count && i < LISTED_COLUMNS; i++) {
        char *name = H5Tget_member_name(datatype, (unsigned)i);
        hid_t member = H5Tget_member_type(datatype, (unsigned)i);
        text_append(out, i ? ", " : "");
        if (name)
            utf8_field(out, name, strnlen(name, 64));
        text_append(out, " (");
        hdf5_type_append(member, out);
        text_append(out, ")");
        H5Tclose(member);
        H5free_memory(name);
    }
    text_append(out, count > LISTED_COLUMNS ? ", ..." : "");
}
