// SPDX-License-Identifier: MIT
// Names, links and attributes of HDF5 files.
#include "formats/hdf5_library/hdf5_names.h"

#include "formats/hdf5_library/hdf5_inspect.h"
#include "formats/hdf5_library/hdf5_open.h"
#include "formats/hdf5_library/hdf5_wish.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NAMES = 20000, MAX_TEXT_BYTES = 4096, MAX_TEXTS = 64 };

// --- Names ---

struct listing {
    struct hdf5_names names;
    struct cancel *cancel; // may be NULL
};

static herr_t add_name(hid_t group, const char *name, const H5L_info_t *info, void *context)
{
    (void)group;
    (void)info;
    struct listing *listing = context;
    struct hdf5_names *names = &listing->names;
    if (names->count == MAX_NAMES || cancel_requested(listing->cancel))
        return 1;
    if ((names->count & (names->count + 1)) == 0)
        names->names = must_resize(names->names, (names->count + 1) * 2 * sizeof *names->names);
    names->names[names->count++] = must_copy(name);
    return 0;
}

static int compare_names(const void *a, const void *b)
{
    return text_compare_natural(*(char *const *)a, *(char *const *)b);
}

struct hdf5_names hdf5_names_read(hid_t group, struct cancel *cancel)
{
    struct listing listing = {.cancel = cancel};
    struct hdf5_names *names = &listing.names;
    hsize_t at = 0;
    names->damaged = H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, &at, add_name, &listing) < 0;
    if (names->count > 1)
        qsort(names->names, names->count, sizeof *names->names, compare_names);
    return *names;
}

void hdf5_names_free(struct hdf5_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->names[i]);
    free(names->names);
    *names = (struct hdf5_names){0};
}

void hdf5_join(struct text *path, const char *group, const char *name)
{
    if (name[0] != '/') {
        text_append(path, group);
        if (path->length == 0 || path->data[path->length - 1] != '/')
            text_append(path, "/");
    }
    text_append(path, name);
}

bool hdf5_is_numbered(const char *name)
{
    if (strncmp(name, "data_", 5) != 0 || !name[5])
        return false;
    for (const char *at = name + 5; *at; at++)
        if (!isdigit((unsigned char)*at))
            return false;
    return true;
}

// --- Attributes ---

static char *fixed_text(hid_t attribute, hid_t datatype, size_t count, size_t index)
{
    const size_t bytes = H5Tget_size(datatype);
    if (bytes < 1 || bytes > MAX_TEXT_BYTES)
        return NULL;
    char *all = must_alloc(bytes * count + 1), *text = NULL;
    if (H5Aread(attribute, datatype, all) >= 0) {
        text = must_alloc(bytes + 1);
        memcpy(text, all + index * bytes, bytes);
    }
    free(all);
    return text;
}

static char *varying_text(hid_t attribute, hid_t datatype, hid_t space, size_t count, size_t index)
{
    char **all = must_alloc(count * sizeof *all), *text = NULL;
    if (H5Aread(attribute, datatype, (void *)all) >= 0) {
        if (all[index] && strnlen(all[index], MAX_TEXT_BYTES + 1) <= MAX_TEXT_BYTES)
            text = must_copy(all[index]);
        H5Dvlen_reclaim(datatype, space, H5P_DEFAULT, (void *)all);
    }
    free((void *)all);
    return text;
}

char *hdf5_attribute_text(hid_t object, const char *name, size_t index)
{
    if (H5Aexists(object, name) <= 0)
        return NULL;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0)
        return NULL;
    hid_t datatype = H5Aget_type(attribute), space = H5Aget_space(attribute);
    const hssize_t count = H5Sget_simple_extent_npoints(space);
    char *text = NULL;
    if (H5Tget_class(datatype) == H5T_STRING && count > 0 && count <= MAX_TEXTS && index < (size_t)count)
        text = H5Tis_variable_str(datatype) > 0
                   ? varying_text(attribute, datatype, space, (size_t)count, index)
                   : fixed_text(attribute, datatype, (size_t)count, index);
    H5Sclose(space);
    H5Tclose(datatype);
    H5Aclose(attribute);
    return text;
}

static bool is_one_number(hid_t datatype, hid_t space)
{
    const H5T_class_t class = H5Tget_class(datatype);
    return (class == H5T_INTEGER || class == H5T_FLOAT) && H5Sget_simple_extent_npoints(space) == 1;
}

bool hdf5_attribute_number(hid_t object, const char *name, int64_t *value)
{
    if (H5Aexists(object, name) <= 0)
        return false;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0)
        return false;
    hid_t datatype = H5Aget_type(attribute), space = H5Aget_space(attribute);
    int64_t number = 0;
    const bool good = is_one_number(datatype, space) && H5Aread(attribute, H5T_NATIVE_INT64, &number) >= 0;
    H5Sclose(space);
    H5Tclose(datatype);
    H5Aclose(attribute);
    if (good)
        *value = number;
    return good;
}

// Finds `text` among `count` texts as they were read: pointers, or `bytes` bytes each.
static int64_t find_text(const char *all, size_t bytes, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++) {
        const char *one = bytes ? all + i * bytes : ((char *const *)(const void *)all)[i];
        const size_t length = one ? strnlen(one, bytes ? bytes : MAX_TEXT_BYTES) : 0;
        if (one && strlen(text) == length && memcmp(one, text, length) == 0)
            return (int64_t)i;
    }
    return -1;
}

bool hdf5_text_index(hid_t file, const char *name, const char *text, int64_t *index)
{
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    if (dataset < 0) {
        H5Eclear2(H5E_DEFAULT);
        return false;
    }
    hid_t datatype = H5Dget_type(dataset), space = H5Dget_space(dataset);
    const hssize_t count = H5Sget_simple_extent_npoints(space);
    const bool varying = H5Tis_variable_str(datatype) > 0;
    const size_t bytes = varying ? sizeof(char *) : H5Tget_size(datatype);
    int64_t found = -1;
    if (H5Tget_class(datatype) == H5T_STRING && count > 0 && count <= MAX_TEXTS && bytes <= MAX_TEXT_BYTES) {
        char *all = must_alloc((size_t)count * bytes);
        if (hdf5_library_check(dataset, NULL, NULL, NULL) == STATUS_OK &&
            H5Dread(dataset, datatype, H5S_ALL, H5S_ALL, H5P_DEFAULT, all) >= 0) {
            found = find_text(all, varying ? 0 : bytes, (size_t)count, text);
            if (varying)
                H5Dvlen_reclaim(datatype, space, H5P_DEFAULT, all);
        }
        free(all);
    }
    H5Sclose(space);
    H5Tclose(datatype);
    H5Dclose(dataset);
    if (found >= 0)
        *index = found;
    return found >= 0;
}

// --- Links ---

void hdf5_link_target(hid_t file, const char *path, const char *name, char **target_path, char **target_name)
{
    H5L_info_t info;
    *target_path = must_copy(path);
    *target_name = must_copy(name);
    if (H5Lget_info(file, name, &info, H5P_DEFAULT) < 0 || info.type != H5L_TYPE_EXTERNAL ||
        info.u.val_size > 65536) {
        H5Eclear2(H5E_DEFAULT);
        return;
    }
    char *value = must_alloc(info.u.val_size + 1);
    const char *to_file, *to_name;
    unsigned flags;
    if (H5Lget_val(file, name, value, info.u.val_size, H5P_DEFAULT) >= 0 &&
        H5Lunpack_elink_val(value, info.u.val_size, &flags, &to_file, &to_name) >= 0) {
        free(*target_path);
        free(*target_name);
        *target_path = hdf5_wish_resolve(path, to_file);
        *target_name = must_copy(to_name);
    }
    free(value);
    H5Eclear2(H5E_DEFAULT);
}
