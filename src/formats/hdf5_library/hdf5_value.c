// SPDX-License-Identifier: MIT
// Reading of a few elements with their own kind of type, and the table of units.
#include "formats/hdf5_library/hdf5_value.h"

#include "formats/hdf5_library/hdf5_inspect.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    MAX_BYTES = 64 << 10,       // of all elements that are read at once
    MAX_CHUNK_BYTES = 64 << 20, // decoded for the sake of a few elements
    ENUM_NAME = 128,
};

// --- Fields ---

// HDF5 decodes a whole chunk even for one element.
static bool chunks_too_large(hid_t dataset, hid_t type)
{
    hsize_t dims[H5S_MAX_RANK];
    double bytes = (double)H5Tget_size(type);
    H5D_chunk_index_t index;
    // Asked first, for the list of a virtual dataset takes long to copy.
    if (H5Dget_chunk_index_type(dataset, &index) < 0) {
        H5Eclear2(H5E_DEFAULT);
        return false;
    }
    hid_t list = H5Dget_create_plist(dataset);
    int rank = H5Pget_layout(list) == H5D_CHUNKED ? H5Pget_chunk(list, H5S_MAX_RANK, dims) : 0;
    for (int i = 0; i < rank; i++)
        bytes *= (double)dims[i];
    H5Pclose(list);
    return rank > 0 && bytes > MAX_CHUNK_BYTES;
}

bool hdf5_field_open(hid_t id, struct hdf5_field *field)
{
    H5I_type_t kind = H5Iget_type(id);
    if (kind != H5I_ATTR && kind != H5I_DATASET)
        return false;
    *field = (struct hdf5_field){.id = id, .attribute = kind == H5I_ATTR};
    field->type = field->attribute ? H5Aget_type(id) : H5Dget_type(id);
    field->space = field->attribute ? H5Aget_space(id) : H5Dget_space(id);
    if (field->type < 0 || field->space < 0) {
        hdf5_field_close(field);
        return false;
    }
    field->kind = H5Tget_class(field->type);
    hssize_t count = H5Sget_simple_extent_npoints(field->space);
    field->count = count > 0 ? (int64_t)count : 0;
    int rank = H5Sget_simple_extent_dims(field->space, field->dims, NULL);
    field->rank = rank > 0 ? rank : 0;
    field->too_large = !field->attribute && chunks_too_large(id, field->type);
    return true;
}

void hdf5_field_close(struct hdf5_field *field)
{
    if (field->type >= 0)
        H5Tclose(field->type);
    if (field->space >= 0)
        H5Sclose(field->space);
    field->type = field->space = -1;
}

// --- Elements in memory ---

struct cells {
    H5T_class_t kind;
    bool variable;  // texts of variable length: pointers
    bool is_signed; // integers: int64_t, else uint64_t
    bool single;    // floats of four bytes or less in the file
    hid_t type, space;
    size_t bytes; // of an element
    int64_t count;
    char *data;
};

// The type that elements have in memory; negative for kinds that are no values.
static hid_t memory_type(const struct hdf5_field *field, struct cells *cells)
{
    switch (field->kind) {
    case H5T_INTEGER:
        cells->is_signed = H5Tget_sign(field->type) != H5T_SGN_NONE;
        return H5Tcopy(cells->is_signed ? H5T_NATIVE_INT64 : H5T_NATIVE_UINT64);
    case H5T_FLOAT:
        cells->single = H5Tget_size(field->type) <= sizeof(float);
        return H5Tcopy(H5T_NATIVE_DOUBLE);
    case H5T_STRING:
        cells->variable = H5Tis_variable_str(field->type) > 0;
        return H5Tcopy(field->type);
    case H5T_ENUM:
        return H5Tget_native_type(field->type, H5T_DIR_ASCEND);
    default:
        return -1;
    }
}

static void cells_free(struct cells *cells)
{
    if (cells->variable && cells->data)
        H5Dvlen_reclaim(cells->type, cells->space, H5P_DEFAULT, cells->data);
    free(cells->data);
    if (cells->type >= 0)
        H5Tclose(cells->type);
    if (cells->space >= 0)
        H5Sclose(cells->space);
    *cells = (struct cells){.type = -1, .space = -1};
}

// Chooses elements [first, first + count), which lie in one row, in `space`.
static bool elements_select(hid_t space, const struct hdf5_field *field, int64_t first, int64_t count)
{
    hsize_t start[H5S_MAX_RANK], extent[H5S_MAX_RANK];
    hsize_t rest = (hsize_t)first;
    if (field->rank == 0)
        return true;
    for (int i = field->rank - 1; i >= 0; i--) {
        start[i] = rest % field->dims[i];
        rest /= field->dims[i];
        extent[i] = 1;
    }
    extent[field->rank - 1] = (hsize_t)count;
    return start[field->rank - 1] + (hsize_t)count <= field->dims[field->rank - 1] &&
           H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, extent, NULL) >= 0;
}

static bool cells_read(const struct hdf5_field *field, int64_t first, struct cells *cells)
{
    if (field->attribute)
        return H5Aread(field->id, cells->type, cells->data) >= 0;
    if (hdf5_library_check(field->id, NULL, NULL, NULL) != STATUS_OK)
        return false;
    hid_t space = H5Scopy(field->space);
    bool all = cells->count == field->count;
    bool done = (all || elements_select(space, field, first, cells->count)) &&
                H5Dread(field->id, cells->type, cells->space, space, H5P_DEFAULT, cells->data) >= 0;
    H5Sclose(space);
    return done;
}

static bool cells_load(const struct hdf5_field *field, int64_t first, int64_t count, struct cells *cells)
{
    *cells = (struct cells){.kind = field->kind, .type = -1, .space = -1};
    if (field->too_large || first < 0 || count < 1 || count > MAX_BYTES || first > field->count - count)
        return false;
    cells->type = memory_type(field, cells);
    cells->bytes = cells->type >= 0 ? H5Tget_size(cells->type) : 0;
    cells->count = field->attribute ? field->count : count;
    hsize_t extent = (hsize_t)cells->count;
    if (cells->bytes > 0 && cells->bytes <= MAX_BYTES && cells->count <= MAX_BYTES / (int64_t)cells->bytes) {
        cells->space = H5Screate_simple(1, &extent, NULL);
        cells->data = must_alloc((size_t)cells->count * cells->bytes);
        if (cells_read(field, first, cells))
            return true;
    }
    cells_free(cells);
    return false;
}

// A text that ends at its first NUL or behind its last character that is no blank.
static void append_trimmed(struct text *out, const char *bytes, size_t count)
{
    struct text trimmed = {0};
    size_t length = strnlen(bytes, count);
    while (length > 0 && isspace((unsigned char)bytes[length - 1]))
        length--;
    text_append_bytes(&trimmed, bytes, length);
    utf8_field(out, text_string(&trimmed), trimmed.length);
    text_free(&trimmed);
}

static const char *cell_text(const struct cells *cells, int64_t i, size_t *count)
{
    const char *cell = cells->data + (size_t)i * cells->bytes;
    const char *pointer = NULL;
    *count = cells->bytes;
    if (!cells->variable)
        return cell;
    memcpy(&pointer, cell, sizeof pointer);
    *count = pointer ? strlen(pointer) : 0;
    return pointer ? pointer : "";
}

// Nine digits tell any single from its neighbours; fewer do if they read back as the same.
static void single_append(struct text *out, double value)
{
    char buffer[32];
    if (!isfinite(value)) {
        text_append(out, format_double(value, buffer, sizeof buffer));
        return;
    }
    for (int digits = 1; digits <= 9; digits++) {
        snprintf(buffer, sizeof buffer, "%.*g", digits, value);
        if (strtof(buffer, NULL) == (float)value)
            break;
    }
    text_append(out, format_double(strtod(buffer, NULL), buffer, sizeof buffer));
}

static void enum_append(struct text *out, const struct cells *cells, const char *cell)
{
    char name[ENUM_NAME];
    int64_t value = 0;
    if (H5Tenum_nameof(cells->type, cell, name, sizeof name) >= 0) {
        append_trimmed(out, name, sizeof name);
        return;
    }
    memcpy(&value, cell, cells->bytes < sizeof value ? cells->bytes : sizeof value);
    text_printf(out, "%lld", (long long)value);
}

static void cell_append(struct text *out, const struct cells *cells, int64_t i)
{
    const char *cell = cells->data + (size_t)i * cells->bytes;
    char buffer[32];
    int64_t integer;
    double number;
    size_t count;
    switch (cells->kind) {
    case H5T_INTEGER:
        memcpy(&integer, cell, sizeof integer);
        if (cells->is_signed)
            text_printf(out, "%lld", (long long)integer);
        else
            text_printf(out, "%llu", (unsigned long long)integer);
        break;
    case H5T_FLOAT:
        memcpy(&number, cell, sizeof number);
        if (cells->single)
            single_append(out, number);
        else
            text_append(out, format_double(number, buffer, sizeof buffer));
        break;
    case H5T_ENUM:
        enum_append(out, cells, cell);
        break;
    default:
        cell = cell_text(cells, i, &count);
        append_trimmed(out, cell, count);
    }
}

bool hdf5_field_describe(const struct hdf5_field *field, int64_t first, int64_t count, struct text *out)
{
    struct cells cells;
    if (!cells_load(field, first, count, &cells))
        return false;
    for (int64_t i = 0; i < cells.count; i++) {
        text_append(out, i ? ", " : "");
        cell_append(out, &cells, i);
    }
    cells_free(&cells);
    return true;
}

// --- Numbers and texts ---

// Element `element` of an open dataset or attribute as text; all numbers pass through it exactly.
static bool element_text(hid_t id, int64_t element, struct text *out, H5T_class_t *kind)
{
    struct hdf5_field field;
    if (!hdf5_field_open(id, &field))
        return false;
    bool done = element < field.count && hdf5_field_describe(&field, element, 1, out);
    *kind = field.kind;
    hdf5_field_close(&field);
    return done;
}

static bool number_of(hid_t id, int64_t element, double *number)
{
    struct text text = {0};
    H5T_class_t kind;
    double value = NAN;
    bool done = element_text(id, element, &text, &kind);
    if (done && kind == H5T_ENUM) { // the truth values of h5py
        value = strcasecmp(text_string(&text), "true") == 0 ? 1 : 0;
        done = value > 0 || strcasecmp(text_string(&text), "false") == 0;
    } else if (done) {
        done = parse_double(text_string(&text), &value) && isfinite(value);
    }
    text_free(&text);
    if (done)
        *number = value;
    return done;
}

bool hdf5_number(hid_t from, const char *path, int64_t element, double *number)
{
    hid_t dataset = H5Dopen2(from, path, H5P_DEFAULT);
    if (dataset < 0)
        return false;
    bool done = number_of(dataset, element, number);
    H5Dclose(dataset);
    return done;
}

static bool string_of(hid_t id, char *out, size_t size)
{
    struct text text = {0};
    H5T_class_t kind;
    bool done = element_text(id, 0, &text, &kind) && kind == H5T_STRING;
    utf8_line(out, size, done ? text_string(&text) : "");
    text_free(&text);
    return done;
}

bool hdf5_string(hid_t from, const char *path, char *out, size_t size)
{
    out[0] = '\0';
    hid_t dataset = H5Dopen2(from, path, H5P_DEFAULT);
    if (dataset < 0)
        return false;
    bool done = string_of(dataset, out, size);
    H5Dclose(dataset);
    return done;
}

bool hdf5_attribute_string(hid_t object, const char *name, char *out, size_t size)
{
    out[0] = '\0';
    if (H5Aexists(object, name) <= 0)
        return false;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0)
        return false;
    bool done = string_of(attribute, out, size);
    H5Aclose(attribute);
    return done;
}

// --- Quantities ---

bool hdf5_quantity(hid_t from, const char *path, int64_t element, const char *customary,
                   struct hdf5_quantity *quantity)
{
    char said[64];
    double number;
    hid_t dataset = H5Dopen2(from, path, H5P_DEFAULT);
    if (dataset < 0)
        return false;
    bool has_unit = hdf5_attribute_string(dataset, "units", said, sizeof said) && said[0];
    bool done = number_of(dataset, element, &number);
    H5Dclose(dataset);
    const struct unit *unit = customary[0] ? unit_find(has_unit ? said : customary) : NULL;
    if (!done || (customary[0] && !unit))
        return false;
    quantity->value = unit ? number * unit->factor : number;
    quantity->dimension = unit ? unit->dimension : UNIT_NONE;
    return true;
}
