// SPDX-License-Identifier: MIT
// Inside the HDF5 reader: names of links, and attributes.
//
// Thread-safety: one thread, that of the worker (or of a test that calls it).
#ifndef FOVEA_FORMATS_HDF5_NAMES_H
#define FOVEA_FORMATS_HDF5_NAMES_H

#include "base/cancel.h"
#include "base/text.h"

#include <hdf5.h>
#include <stdbool.h>
#include <stdint.h>

// The names of a group's links in the order people count, at most some 20000. Where the group is damaged, the
// names that could be read, and were before a cancel.
struct hdf5_names {
    char **names;
    size_t count;
    bool damaged; // libhdf5's words on it can still be had
};
struct hdf5_names hdf5_names_read(hid_t group, struct cancel *cancel); // `cancel` may be NULL
void hdf5_names_free(struct hdf5_names *names);

// Appends "GROUP/NAME"; NAME alone where it is absolute.
void hdf5_join(struct text *path, const char *group, const char *name);
// True for the datasets of a series: "data_000001", "data_01".
bool hdf5_is_numbered(const char *name);
// The i-th text of a text attribute; NULL where there is none. Allocated.
char *hdf5_attribute_text(hid_t object, const char *name, size_t index);
// The value of an attribute that is one whole number.
bool hdf5_attribute_number(hid_t object, const char *name, int64_t *value);
// The index of `text` in the list of texts at `name`.
bool hdf5_text_index(hid_t file, const char *name, const char *text, int64_t *index);
// Where `name` (a path within `file`, whose path is `path`) leads: for a link to another file, that file's
// path and the path within it, else `path` and `name`. Both allocated.
void hdf5_link_target(hid_t file, const char *path, const char *name, char **target_path, char **target_name);

#endif
