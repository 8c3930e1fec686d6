// SPDX-License-Identifier: MIT
// Datatypes: how their elements become samples, and what those that are no samples are called.
#include "formats/hdf5_library/hdf5_type.h"

#include "base/size.h"

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

bool hdf5_complex_of(hid_t datatype, struct hdf5_datatype *type)
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
    *type = (struct hdf5_datatype){.type = sample, .complex = true, .memory = memory};
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
    struct hdf5_datatype complex;
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

// --- Samples ---

static enum sample_type integer_type(size_t bytes, bool is_signed)
{
    static const enum sample_type types[2][4] = {{SAMPLE_U8, SAMPLE_U16, SAMPLE_U32, SAMPLE_U64},
                                                 {SAMPLE_I8, SAMPLE_I16, SAMPLE_I32, SAMPLE_I64}};
    return types[is_signed][bytes <= 1 ? 0 : bytes <= 2 ? 1 : bytes <= 4 ? 2 : 3];
}

// The type of libhdf5 for samples in memory. Borrowed.
static hid_t native_type(enum sample_type type)
{
    switch (type) {
    case SAMPLE_U8:
        return H5T_NATIVE_UINT8;
    case SAMPLE_I8:
        return H5T_NATIVE_INT8;
    case SAMPLE_U16:
        return H5T_NATIVE_UINT16;
    case SAMPLE_I16:
        return H5T_NATIVE_INT16;
    case SAMPLE_U32:
        return H5T_NATIVE_UINT32;
    case SAMPLE_I32:
        return H5T_NATIVE_INT32;
    case SAMPLE_U64:
        return H5T_NATIVE_UINT64;
    case SAMPLE_I64:
        return H5T_NATIVE_INT64;
    case SAMPLE_F32:
        return H5T_NATIVE_FLOAT;
    default:
        return H5T_NATIVE_DOUBLE;
    }
}

static enum status integer_of(hid_t datatype, struct hdf5_datatype *type, struct error *error)
{
    const size_t bytes = H5Tget_size(datatype);
    if (bytes < 1 || bytes > 8)
        return error_set(error, STATUS_UNSUPPORTED, "holds integers of %zu bytes", bytes);
    type->type = integer_type(bytes, H5Tget_sign(datatype) == H5T_SGN_2);
    type->exact = sample_traits(type->type)->bytes == bytes && H5Tget_precision(datatype) == 8 * bytes &&
                  H5Tget_offset(datatype) == 0;
    type->memory = H5Tcopy(native_type(type->type));
    return STATUS_OK;
}

// Bit fields are shown as the unsigned integers that their bits make.
static enum status bitfield_of(hid_t datatype, struct hdf5_datatype *type, struct error *error)
{
    const size_t bytes = H5Tget_size(datatype);
    if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8)
        return error_set(error, STATUS_UNSUPPORTED, "holds bit fields of %zu bytes", bytes);
    type->type = integer_type(bytes, false);
    type->exact = H5Tget_precision(datatype) == 8 * bytes;
    type->memory = H5Tcopy(bytes == 1   ? H5T_NATIVE_B8
                           : bytes == 2 ? H5T_NATIVE_B16
                           : bytes == 4 ? H5T_NATIVE_B32
                                        : H5T_NATIVE_B64);
    return STATUS_OK;
}

// True for the enumeration of FALSE and TRUE by which h5py stores booleans.
static bool is_boolean(hid_t datatype)
{
    if (H5Tget_nmembers(datatype) != 2)
        return false;
    char *first = H5Tget_member_name(datatype, 0);
    const bool found = first && (strcmp(first, "FALSE") == 0 || strcmp(first, "TRUE") == 0);
    H5free_memory(first);
    return found;
}

// Enumerations are shown by their values.
static enum status enumeration_of(hid_t datatype, struct hdf5_datatype *type, struct error *error)
{
    hid_t base = H5Tget_super(datatype);
    enum status status = integer_of(base, type, error);
    H5Tclose(base);
    if (status != STATUS_OK)
        return status;
    H5Tclose(type->memory);
    type->memory = H5Tget_native_type(datatype, H5T_DIR_ASCEND);
    const size_t bytes = type->memory >= 0 ? H5Tget_size(type->memory) : 0;
    if (bytes != sample_traits(type->type)->bytes) {
        H5Tclose(type->memory);
        type->memory = H5I_INVALID_HID;
        return error_set(error, STATUS_UNSUPPORTED, "holds an enumeration of an odd size");
    }
    if (bytes == 1 && is_boolean(datatype))
        type->type = SAMPLE_U8;
    return STATUS_OK;
}

static bool is_half(hid_t datatype)
{
    size_t sign, exponent, exponent_bits, fraction, fraction_bits;
    return H5Tget_size(datatype) == 2 && H5Tget_precision(datatype) == 16 && H5Tget_offset(datatype) == 0 &&
           H5Tget_fields(datatype, &sign, &exponent, &exponent_bits, &fraction, &fraction_bits) >= 0 &&
           sign == 15 && exponent == 10 && exponent_bits == 5 && fraction == 0 && fraction_bits == 10 &&
           H5Tget_ebias(datatype) == 15;
}

static enum status float_of(hid_t datatype, struct hdf5_datatype *type, struct error *error)
{
    const size_t bytes = H5Tget_size(datatype);
    if (bytes < 1 || bytes > 16)
        return error_set(error, STATUS_UNSUPPORTED, "holds floating-point numbers of %zu bytes", bytes);
    if (is_half(datatype)) {
        type->type = SAMPLE_F16;
        type->exact = true;
        type->memory = H5Tcopy(datatype);
        H5Tset_order(type->memory, H5T_ORDER_LE);
        return STATUS_OK;
    }
    const bool single = H5Tequal(datatype, H5T_IEEE_F32LE) > 0 || H5Tequal(datatype, H5T_IEEE_F32BE) > 0;
    const bool twice = H5Tequal(datatype, H5T_IEEE_F64LE) > 0 || H5Tequal(datatype, H5T_IEEE_F64BE) > 0;
    type->type = bytes <= 4 ? SAMPLE_F32 : SAMPLE_F64;
    type->exact = single || twice;
    type->memory = H5Tcopy(native_type(type->type));
    return STATUS_OK;
}

static enum status compound_of(hid_t datatype, struct hdf5_datatype *type, struct error *error)
{
    if (hdf5_complex_of(datatype, type))
        return STATUS_OK;
    struct text table = {0};
    hdf5_table_describe(datatype, &table);
    error_set(error, STATUS_UNSUPPORTED, "is %s; it is not an image", text_string(&table));
    text_free(&table);
    return STATUS_UNSUPPORTED;
}

enum status hdf5_type_of(hid_t datatype, struct hdf5_datatype *type, struct error *error)
{
    struct known_class {
        H5T_class_t class;
        enum status (*read)(hid_t, struct hdf5_datatype *, struct error *);
        const char *name; // of what is no sample
    };
    static const struct known_class classes[] = {
        {H5T_INTEGER, integer_of, NULL},
        {H5T_FLOAT, float_of, NULL},
        {H5T_ENUM, enumeration_of, NULL},
        {H5T_BITFIELD, bitfield_of, NULL},
        {H5T_STRING, NULL, "text"},
        {H5T_COMPOUND, compound_of, NULL},
        {H5T_REFERENCE, NULL, "references"},
        {H5T_OPAQUE, NULL, "opaque bytes"},
        {H5T_VLEN, NULL, "lists of varying length"},
        {H5T_ARRAY, NULL, "arrays in each element"},
        {H5T_TIME, NULL, "times"},
    };
    const H5T_class_t class = H5Tget_class(datatype);
    struct hdf5_datatype found = {.memory = H5I_INVALID_HID};
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (classes[i].class != class)
            continue;
        if (!classes[i].read)
            return error_set(error, STATUS_UNSUPPORTED, "holds %s, not numbers", classes[i].name);
        enum status status = classes[i].read(datatype, &found, error);
        if (status != STATUS_OK)
            return status;
        if (found.complex) {
            *type = found;
            return STATUS_OK;
        }
        const H5T_order_t order = H5Tget_order(datatype);
        found.swapped = order == H5T_ORDER_BE && sample_traits(found.type)->bytes > 1;
        found.exact = found.exact && (order == H5T_ORDER_BE || order == H5T_ORDER_LE);
        *type = found;
        return STATUS_OK;
    }
    return error_set(error, STATUS_UNSUPPORTED, "holds elements of an unknown type");
}
