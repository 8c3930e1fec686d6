// SPDX-License-Identifier: MIT
// The list of the datasets of an HDF5 file for the browser and `fovea info --contents`.
#include "formats/hdf5_library/hdf5_bits.h"
#include "formats/hdf5_library/hdf5_type.h"
#include "formats/hdf5_library/hdf5_value.h"
#include "formats/hdf5_library/hdf5_walk.h"
#include "formats/hdf5_worker/hdf5_nexus_read.h"
#include "formats/packed/hdf5_chunk.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { MAX_LINES = 10000, MAX_LINKS = 200000, MAX_DEPTH = 64, MAX_EXTERNAL = 1000, MAX_RANK = 5 };

struct contents {
    struct text *out;
    int lines;
};

// --- What a dataset is ---

static void shape_append(struct text *out, const struct hdf5_field *field)
{
    for (int i = 0; i < field->rank; i++)
        text_printf(out, "%s%llu", i ? " x " : "", (unsigned long long)field->dims[i]);
}

// Enumerations and bit fields are shown by their numbers, complex numbers by their amplitude.
static bool is_number(const struct hdf5_field *field)
{
    struct hdf5_datatype type = {.memory = H5I_INVALID_HID};
    const bool complex = hdf5_complex_of(field->type, &type);
    if (complex)
        H5Tclose(type.memory);
    return complex || field->kind == H5T_INTEGER || field->kind == H5T_FLOAT || field->kind == H5T_ENUM ||
           field->kind == H5T_BITFIELD;
}

// Why the dataset cannot be shown as an image; NULL if it can. "" for one whose type says so.
static const char *refusal(const struct hdf5_field *field)
{
    if (!is_number(field))
        return "";
    if (field->count == 0)
        return "empty";
    if (field->rank == 0 || field->count == 1)
        return "scalar";
    if (field->rank == 1)
        return "one dimension";
    return field->rank > MAX_RANK ? "more than five dimensions" : NULL;
}

// --- How it is stored ---

// Names the first of the files that a virtual dataset or external storage takes samples from.
static void first_file_append(struct text *out, hid_t list, bool is_virtual)
{
    char name[PATH_MAX] = "";
    off_t offset;
    hsize_t bytes;
    if (is_virtual)
        H5Pget_virtual_filename(list, 0, name, sizeof name);
    else
        H5Pget_external(list, 0, sizeof name, name, &offset, &bytes);
    name[sizeof name - 1] = '\0';
    size_t count = 1;
    if (is_virtual)
        H5Pget_virtual_count(list, &count);
    else
        count = (size_t)H5Pget_external_count(list);
    text_append(out, is_virtual ? "virtual, from " : "in ");
    const char *file = strcmp(name, ".") == 0 ? "this file" : name;
    utf8_field(out, file, strlen(file));
    if (count > 1)
        text_printf(out, " and %zu more places", count - 1);
}

static void storage_append(struct text *out, hid_t dataset)
{
    hsize_t chunk[H5S_MAX_RANK];
    struct hdf5_pipeline pipeline;
    char names[128];
    hid_t list = H5Dget_create_plist(dataset);
    H5D_layout_t layout = H5Pget_layout(list);
    int rank = layout == H5D_CHUNKED ? H5Pget_chunk(list, H5S_MAX_RANK, chunk) : 0;
    hdf5_pipeline_of(dataset, &pipeline);
    if (layout == H5D_CHUNKED)
        text_append(out, hdf5_chunk_describe(&pipeline, names, sizeof names));
    else if (layout == H5D_VIRTUAL || H5Pget_external_count(list) > 0)
        first_file_append(out, list, layout == H5D_VIRTUAL);
    else
        text_append(out, "none");
    for (int i = 0; i < rank; i++)
        text_printf(out, "%s%llu", i ? " x " : ", chunks ", (unsigned long long)chunk[i]);
    H5Pclose(list);
}

// --- Lines ---

static void origin_append(struct text *out, const struct hdf5_node *node)
{
    if (node->link == HDF5_LINK_SOFT) {
        text_append(out, "link to ");
        utf8_field(out, node->target, strlen(node->target));
    } else if (node->link == HDF5_LINK_EXTERNAL) {
        text_append(out, "in ");
        utf8_field(out, node->target_file, strlen(node->target_file));
        text_append(out, "::");
        utf8_field(out, node->target, strlen(node->target));
    }
}

// A name that is no valid UTF-8 or holds a tab could not be told as it is.
static bool path_is_plain(const char *path)
{
    return utf8_valid(path, strlen(path)) && !strpbrk(path, "\t\n");
}

static void dataset_add(struct contents *contents, const struct hdf5_node *node)
{
    struct hdf5_field field;
    struct text *out = contents->out;
    if (!hdf5_field_open(node->object, &field))
        return;
    const char *why = refusal(&field);
    if (!why && !path_is_plain(node->path))
        why = "its name has odd characters";
    if (!why)
        text_append(out, node->path);
    text_append(out, "\t");
    shape_append(out, &field);
    text_append(out, "\t");
    hdf5_type_append(field.type, out);
    text_append(out, "\t");
    storage_append(out, node->object);
    text_append(out, "\t");
    if (why) {
        utf8_field(out, node->path, strlen(node->path));
        text_printf(out, ": %s", why);
        if (!why[0] && field.kind == H5T_COMPOUND)
            hdf5_table_describe(field.type, out);
        else if (!why[0])
            hdf5_type_append(field.type, out);
    }
    if (why && node->link != HDF5_LINK_HARD)
        text_append(out, "; ");
    origin_append(out, node);
    text_append(out, "\n");
    contents->lines++;
    hdf5_field_close(&field);
}

// Its shape is not known, for that file was not opened.
static void unopened_add(struct contents *contents, const struct hdf5_node *node)
{
    struct text *out = contents->out;
    text_append(out, path_is_plain(node->path) ? node->path : "");
    text_append(out, "\t\t\t\t");
    origin_append(out, node);
    text_append(out, "\n");
    contents->lines++;
}

static void missing_add(struct contents *contents, const struct hdf5_node *node)
{
    struct text *out = contents->out;
    text_append(out, "\t\t\t\t");
    utf8_field(out, node->path, strlen(node->path));
    if (node->link == HDF5_LINK_EXTERNAL) {
        text_append(out, ": the linked file ");
        utf8_field(out, node->target_file, strlen(node->target_file));
        text_append(out, node->file_missing ? " is missing" : " has no readable ");
        if (!node->file_missing)
            utf8_field(out, node->target, strlen(node->target));
    } else if (node->link == HDF5_LINK_SOFT) {
        text_append(out, ": a link to ");
        utf8_field(out, node->target, strlen(node->target));
        text_append(out, ", which is missing");
    } else {
        text_append(out, ": cannot be opened");
    }
    text_append(out, "\n");
    contents->lines++;
}

static enum hdf5_step node_add(const struct hdf5_node *node, void *context)
{
    struct contents *contents = context;
    if (node->type == H5I_DATASET)
        dataset_add(contents, node);
    else if (node->unopened && !node->file_missing)
        unopened_add(contents, node);
    else if (node->object < 0)
        missing_add(contents, node);
    if (contents->lines >= MAX_LINES)
        return HDF5_STEP_END;
    // What a soft link to a group leads to has its own place in the file.
    return node->link == HDF5_LINK_SOFT ? HDF5_STEP_OVER : HDF5_STEP_IN;
}

void hdf5_contents(hid_t file, struct text *out)
{
    static const struct hdf5_walk_limits limits = {
        .depth = MAX_DEPTH, .links = MAX_LINKS, .external = MAX_EXTERNAL};
    struct contents contents = {.out = out};
    H5E_BEGIN_TRY
    {
        hdf5_walk(file, "/", limits, node_add, &contents);
    }
    H5E_END_TRY;
}
