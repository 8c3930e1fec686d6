// SPDX-License-Identifier: MIT
// Writing of small HDF5 files with libhdf5, and what is read around a dataset.
#include "support/hdf5_file.h"

#include "formats/hdf5_worker/hdf5_nexus_read.h"

#include <stdio.h>
#include <string.h>

hid_t hdf5_create(const char *name)
{
    hid_t file = H5Fcreate(temporary_path(name), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(file >= 0);
    return file;
}

hid_t hdf5_open(const char *path)
{
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    assert_true(file >= 0);
    return file;
}

// Properties that make the groups on the way to a link.
static hid_t link_properties(void)
{
    hid_t list = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(list, 1);
    return list;
}

void hdf5_put_attribute(hid_t file, const char *path, const char *name, const char *text)
{
    hid_t object = H5Oopen(file, path, H5P_DEFAULT);
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, strlen(text) + 1);
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Awrite(attribute, type, text) >= 0);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
    H5Oclose(object);
}

void hdf5_put_group(hid_t file, const char *path, const char *class)
{
    hid_t list = link_properties();
    hid_t group = H5Gcreate2(file, path, list, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(group >= 0);
    H5Gclose(group);
    H5Pclose(list);
    if (class)
        hdf5_put_attribute(file, path, "NX_class", class);
}

static void put(hid_t file, const char *path, hid_t type, hid_t space, const void *values)
{
    hid_t list = link_properties();
    hid_t dataset = H5Dcreate2(file, path, type, space, list, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(dataset >= 0);
    assert_true(!values || H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Dclose(dataset);
    H5Pclose(list);
}

void hdf5_put_array(hid_t file, const char *path, hid_t type, int rank, const hsize_t *dims,
                    const void *values)
{
    hid_t space = rank ? H5Screate_simple(rank, dims, NULL) : H5Screate(H5S_SCALAR);
    put(file, path, type, space, values);
    H5Sclose(space);
}

void hdf5_put_number(hid_t file, const char *path, double value, const char *unit)
{
    hdf5_put_array(file, path, H5T_NATIVE_DOUBLE, 0, NULL, &value);
    if (unit)
        hdf5_put_attribute(file, path, "units", unit);
}

void hdf5_put_integer(hid_t file, const char *path, int64_t value, const char *unit)
{
    hdf5_put_array(file, path, H5T_NATIVE_INT64, 0, NULL, &value);
    if (unit)
        hdf5_put_attribute(file, path, "units", unit);
}

void hdf5_put_text(hid_t file, const char *path, const char *text)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, strlen(text) + 1);
    hdf5_put_array(file, path, type, 0, NULL, text);
    H5Tclose(type);
}

char *hdf5_metadata_of(hid_t file, const char *path, int64_t frame, int64_t frames)
{
    struct text out = {0};
    ssize_t open = H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL);
    hdf5_nexus_metadata(file, path, frame, frames, &out);
    assert_int_equal(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL), open);
    assert_true(out.length == 0 || utf8_valid(out.data, out.length));
    return out.data ? out.data : must_copy("");
}

char *hdf5_contents_of(hid_t file)
{
    struct text out = {0};
    ssize_t open = H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL);
    hdf5_contents(file, &out);
    assert_int_equal(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL), open);
    return out.data ? out.data : must_copy("");
}

void hdf5_check_line(const char *text, const char *line)
{
    size_t length = strlen(line);
    for (const char *at = strstr(text, line); at; at = strstr(at + 1, line))
        if ((at == text || at[-1] == '\n') && at[length] == '\n')
            return;
    fail_msg("\"%s\" is not a line of:\n%.4000s", line, text);
}

void hdf5_put_image(hid_t file, const char *path)
{
    static const uint32_t samples[HDF5_IMAGE_WIDTH * HDF5_IMAGE_HEIGHT];
    static const hsize_t plane_dims[2] = {HDF5_IMAGE_HEIGHT, HDF5_IMAGE_WIDTH};
    hdf5_put_array(file, path, H5T_NATIVE_UINT32, 2, plane_dims, samples);
}

hid_t hdf5_plain_detector(const char *name)
{
    hid_t file = hdf5_create(name);
    hdf5_put_group(file, "/entry", "NXentry");
    hdf5_put_group(file, "/entry/instrument", "NXinstrument");
    hdf5_put_group(file, "/entry/instrument/detector", "NXdetector");
    hdf5_put_image(file, "/entry/instrument/detector/data");
    return file;
}

hid_t hdf5_open_real(const char *below)
{
    char path[1024];
    const char *folder = testdata_folder();
    if (!folder)
        skip();
    snprintf(path, sizeof path, "%s/%s", folder, below);
    return hdf5_open(path);
}
