// SPDX-License-Identifier: MIT
// HDF5 files composed by tests: groups, small datasets and attributes by path.
//
// Functions fail the running cmocka test themselves. Identifiers are borrowed.
#ifndef FOVEA_TESTS_HDF5_FILE_H
#define FOVEA_TESTS_HDF5_FILE_H

#include "support/testdata.h"

#include <hdf5.h>

enum { HDF5_IMAGE_WIDTH = 32, HDF5_IMAGE_HEIGHT = 5 };
#define HDF5_DETECTOR "/entry/instrument/detector"
#define HDF5_DATA     HDF5_DETECTOR "/data"

// A new temporary file; close it with H5Fclose. Its path is temporary_path(name).
hid_t hdf5_create(const char *name);
// Opens a file for reading.
hid_t hdf5_open(const char *path);

// A group with an NX_class (NULL: without); the groups above it are made, too.
void hdf5_put_group(hid_t file, const char *path, const char *class);
// A scalar in the machine's double or int64, with the unit if it is not NULL.
void hdf5_put_number(hid_t file, const char *path, double value, const char *unit);
void hdf5_put_integer(hid_t file, const char *path, int64_t value, const char *unit);
// A text of fixed length.
void hdf5_put_text(hid_t file, const char *path, const char *text);
// A dataset of any type in one piece of the file; `values` are in that type.
void hdf5_put_array(hid_t file, const char *path, hid_t type, int rank, const hsize_t *dims,
                    const void *values);
// An attribute with a text of fixed length.
void hdf5_put_attribute(hid_t file, const char *path, const char *name, const char *text);

// A dataset of u32 zeros with the size of the image.
void hdf5_put_image(hid_t file, const char *path);
// A new file of an NXentry with an NXdetector that holds such an image, HDF5_DATA.
hid_t hdf5_plain_detector(const char *name);
// Opens a file of the folder of real files; skips the running test without it.
hid_t hdf5_open_real(const char *below);

// What hdf5_nexus_metadata and hdf5_contents append. Both must leave nothing open. The caller frees it.
char *hdf5_metadata_of(hid_t file, const char *path, int64_t frame, int64_t frames);
char *hdf5_contents_of(hid_t file);
// The line is in the text, whole.
void hdf5_check_line(const char *text, const char *line);

#endif
