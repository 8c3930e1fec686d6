// SPDX-License-Identifier: MIT
// The header items of an HDF5 file: small datasets and attributes, those of the image's entry first.
#include "formats/hdf5_worker/hdf5_nexus_read.h"

#include "formats/hdf5_library/hdf5_value.h"
#include "formats/hdf5_library/hdf5_walk.h"
#include "formats/hdf5_worker/hdf5_mask_read.h"
#include "formats/hdf5_worker/hdf5_places.h"

#include <stdlib.h>
#include <string.h>

enum {
    MAX_ITEMS = 4000,
    MAX_VALUE = 400,   // bytes of a value
    MAX_ELEMENTS = 16, // of an array that is told whole
    MAX_LINKS = 40000,
    MAX_DEPTH = 16,
};

struct listing {
    struct text *out;
    const char *entry;
    bool outside; // the second walk: what is not in the entry
    int64_t frame, frames;
    int items; // so far
};

static void append_shortened(struct text *out, const struct text *value)
{
    size_t length = value->length;
    if (length <= MAX_VALUE) {
        text_append(out, text_string(value));
        return;
    }
    for (length = MAX_VALUE - 3; length > 0 && (value->data[length] & 0xC0) == 0x80; length--)
        ;
    text_append_bytes(out, value->data, length);
    text_append(out, "...");
}

// Appends a line; `attribute` may be NULL.
static void item_add(struct listing *listing, const char *path, const char *attribute,
                     const struct text *value)
{
    size_t entry = strlen(listing->entry);
    bool inside = strncmp(path, listing->entry, entry) == 0 && (path[entry] == '/' || !path[entry]);
    path += inside ? entry : 0;
    path += inside && *path == '/';
    utf8_field(listing->out, path, strlen(path));
    if (attribute) {
        text_append(listing->out, "@");
        utf8_field(listing->out, attribute, strlen(attribute));
    }
    text_append(listing->out, "\t");
    append_shortened(listing->out, value);
    text_append(listing->out, "\n");
    listing->items++;
}

// The elements that are told of a field: all of a short one, the frame's of one as long as the series.
static bool elements_choose(const struct listing *listing, const struct hdf5_field *field, int64_t *first,
                            int64_t *count)
{
    bool per_frame = !field->attribute && listing->frames > 1 && field->rank == 1 &&
                     field->count == listing->frames && listing->frame < field->count;
    *first = per_frame ? listing->frame : 0;
    *count = per_frame ? 1 : field->count;
    return field->count > 0 && (per_frame || field->count <= MAX_ELEMENTS);
}

// The value of a dataset or attribute; false if it is none that is told.
static bool value_describe(const struct listing *listing, hid_t id, struct text *value)
{
    struct hdf5_field field;
    int64_t first, count;
    if (!hdf5_field_open(id, &field))
        return false;
    bool told =
        elements_choose(listing, &field, &first, &count) && hdf5_field_describe(&field, first, count, value);
    hdf5_field_close(&field);
    return told;
}

struct attributes {
    struct listing *listing;
    const char *path;
};

static herr_t attribute_add(hid_t object, const char *name, const H5A_info_t *info, void *context)
{
    struct attributes *attributes = context;
    (void)info;
    if (strcmp(name, "units") == 0)
        return 0;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    struct text value = {0};
    if (attribute >= 0 && value_describe(attributes->listing, attribute, &value))
        item_add(attributes->listing, attributes->path, name, &value);
    text_free(&value);
    if (attribute >= 0)
        H5Aclose(attribute);
    return attributes->listing->items >= MAX_ITEMS;
}

static void attributes_add(struct listing *listing, const char *path, hid_t object)
{
    struct attributes attributes = {.listing = listing, .path = path};
    H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, attribute_add, &attributes);
}

static void dataset_add(struct listing *listing, const char *path, hid_t dataset)
{
    struct text value = {0};
    char unit[64];
    if (value_describe(listing, dataset, &value)) {
        if (hdf5_attribute_string(dataset, "units", unit, sizeof unit) && unit[0])
            text_printf(&value, " %s", unit);
        item_add(listing, path, NULL, &value);
    }
    text_free(&value);
    attributes_add(listing, path, dataset);
}

// A link that is not followed: to nowhere, or to another file.
static void link_add(struct listing *listing, const struct hdf5_node *node)
{
    struct text value = {0};
    if (!node->unopened || node->file_missing)
        text_append(&value, "missing: ");
    utf8_field(&value, node->target_file, strlen(node->target_file));
    text_append(&value, node->target_file[0] ? "::" : "");
    utf8_field(&value, node->target, strlen(node->target));
    if (node->target[0] || node->target_file[0])
        item_add(listing, node->path, NULL, &value);
    text_free(&value);
}

static enum hdf5_step node_add(const struct hdf5_node *node, void *context)
{
    struct listing *listing = context;
    if (listing->outside && strcmp(node->path, listing->entry) == 0)
        return HDF5_STEP_OVER;
    if (node->type == H5I_DATASET)
        dataset_add(listing, node->path, node->object);
    else if (node->type == H5I_GROUP)
        attributes_add(listing, node->path, node->object);
    else if (node->object < 0)
        link_add(listing, node);
    if (listing->items >= MAX_ITEMS)
        return HDF5_STEP_END;
    return HDF5_STEP_IN;
}

static void group_attributes_add(struct listing *listing, hid_t file, const char *path)
{
    hid_t group = H5Gopen2(file, path, H5P_DEFAULT);
    if (group < 0)
        return;
    attributes_add(listing, path, group);
    H5Gclose(group);
}

static void mask_notes_add(hid_t file, const char *data_path, struct text *out)
{
    struct hdf5_places places;
    struct hdf5_field field = {0};
    hid_t dataset = H5Dopen2(file, data_path, H5P_DEFAULT);
    if (dataset < 0)
        return;
    if (hdf5_field_open(dataset, &field))
        hdf5_field_close(&field);
    H5Dclose(dataset);
    if (field.rank < 2)
        return;
    hdf5_places_find(file, data_path, NULL, &places);
    struct hdf5_series series = hdf5_series_find(
        file, data_path, &places, (int64_t)field.dims[field.rank - 1], (int64_t)field.dims[field.rank - 2]);
    hdf5_mask_notes(file, data_path, &places, &series, out);
    hdf5_places_free(&places);
}

static void metadata_add(hid_t file, const char *data_path, struct listing *listing)
{
    // What is in other files is their matter; a master of EIGER links to hundreds of them.
    static const struct hdf5_walk_limits limits = {.depth = MAX_DEPTH, .links = MAX_LINKS, .external = 0};
    char *entry = hdf5_entry_find(file, data_path);
    listing->entry = entry;
    if (entry[0])
        group_attributes_add(listing, file, entry);
    hdf5_walk(file, entry[0] ? entry : "/", limits, node_add, listing);
    listing->outside = true;
    if (listing->items < MAX_ITEMS)
        group_attributes_add(listing, file, "/");
    if (entry[0] && listing->items < MAX_ITEMS)
        hdf5_walk(file, "/", limits, node_add, listing);
    mask_notes_add(file, data_path, listing->out);
    free(entry);
}

void hdf5_nexus_metadata(hid_t file, const char *data_path, int64_t frame, int64_t frames, struct text *out)
{
    struct listing listing = {.out = out, .frame = frame, .frames = frames};
    H5E_BEGIN_TRY
    {
        metadata_add(file, data_path, &listing);
    }
    H5E_END_TRY;
}
