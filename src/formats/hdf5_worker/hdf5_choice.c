// SPDX-License-Identifier: MIT
// What of an HDF5 file is shown: the datasets, which of their axes are rows and columns, and the frames.
//
// Layouts: NeXus default chain, EIGER masters (DECTRIS SIMPLON API 1.8, file writer: numbered links
// data_NNNNNN to external files, attributes image_nr_low and image_nr_high, nimages and ntrigger), any
// dataset of two and more dimensions. Axes are chosen by the rule of formats/base/axes.h.
#include "formats/hdf5_worker/hdf5_choice.h"

#include "base/file.h"
#include "base/size.h"
#include "formats/hdf5_library/hdf5_names.h"
#include "formats/hdf5_library/hdf5_open.h"
#include "formats/hdf5_library/hdf5_value.h"
#include "formats/hdf5_library/hdf5_wish.h"
#include "formats/hdf5_worker/hdf5_axes.h"
#include "formats/hdf5_worker/hdf5_search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_OPENED_PARTS = 64 }; // of a series whose parts must be opened to know how many frames they have

// --- The selector ---

// A selector "/path[3,0:10,:]#phase" taken apart.
struct selector {
    char *path;        // allocated
    const char *slice; // within `path`'s memory; NULL where there is none
    int part;          // of complex numbers, or CHANNEL_AUTO
};

// A dataset may have a name that ends like a slice or a part.
static struct selector selector_split(hid_t file, const char *text)
{
    struct text path = {0};
    if (text[0] != '/')
        text_append(&path, "/");
    text_append(&path, text);
    struct selector split = {.path = path.data, .part = CHANNEL_AUTO};
    if (H5Oexists_by_name(file, path.data, H5P_DEFAULT) <= 0)
        split.part = channels_cut_part(path.data);
    if (H5Oexists_by_name(file, path.data, H5P_DEFAULT) <= 0)
        split.slice = slice_cut(path.data);
    H5Eclear2(H5E_DEFAULT);
    return split;
}

static enum status apply_slice(struct hdf5_layout *layout, const struct hdf5_opened *dataset,
                               const char *slice, struct error *error)
{
    if (axes_slice(dataset->facts->dims, dataset->facts->rank, slice, &layout->axes))
        return STATUS_OK;
    struct text shape = {0};
    for (int i = 0; i < dataset->facts->rank; i++)
        text_printf(&shape, "%s%lld", i ? " x " : "", (long long)dataset->facts->dims[i]);
    error_set(
        error, STATUS_USAGE,
        "%s: [%s] does not select an image of %s, which is %s; give an index, \":\", \"a:b\" or \"*\" (frames) for each dimension, two of them ranges for rows and columns",
        dataset->facts->path, slice, layout->shown, text_string(&shape));
    text_free(&shape);
    return STATUS_USAGE;
}

// --- The axes without a selector ---

// The axis's index that the group's default_slice names; false where it means all.
static bool default_index(hid_t group, hid_t file, const char *group_path, int axis, int64_t length,
                          int64_t *index)
{
    char *word = hdf5_attribute_text(group, "default_slice", (size_t)axis);
    char *name = hdf5_attribute_text(group, "axes", (size_t)axis);
    bool found = word && strcmp(word, ".") != 0 && parse_int64(word, index) && *index >= 0 && *index < length;
    // The name of a channel is looked up among the texts of the axis; its attribute-like form is not used.
    if (word && strcmp(word, ".") != 0 && !found && name && strcmp(name, ".") != 0) {
        struct text path = {0};
        hdf5_join(&path, group_path, name);
        found = hdf5_text_index(file, text_string(&path), word, index) && *index < length;
        text_free(&path);
    }
    free(word);
    free(name);
    return found;
}

static char *parent_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *parent = must_copy(path);
    parent[slash && slash > path ? slash - path : 1] = '\0';
    return parent;
}

static void apply_default_slice(hid_t file, struct hdf5_layout *layout, const struct hdf5_opened *dataset)
{
    char *parent = parent_of(layout->shown);
    hid_t group = H5Oopen(file, parent, H5P_DEFAULT);
    for (int axis = 0; group >= 0 && axis < layout->axes.rows; axis++) {
        int64_t index;
        if (!default_index(group, file, parent, axis, dataset->facts->dims[axis], &index))
            continue;
        layout->axes.axis[axis] = (struct axis){AXIS_FIXED, index, 1};
        text_printf(&layout->note, ", index %lld of %lld on axis %d", (long long)index,
                    (long long)dataset->facts->dims[axis], axis);
    }
    if (group >= 0)
        H5Oclose(group);
    else
        H5Eclear2(H5E_DEFAULT);
    free(parent);
}

static void choose_axes(hid_t file, struct hdf5_layout *layout, const struct hdf5_opened *dataset)
{
    enum axes_told told = hdf5_axes_told(file, layout->shown, dataset->id, dataset->facts->rank);
    if (dataset->facts->type.complex && told != AXES_IMAGE && told != AXES_FRAMES_LAST)
        told = AXES_NUMBERS;
    axes_choose(dataset->facts->dims, dataset->facts->rank, told, &layout->axes);
    if (layout->axes.colours < 0 && layout->count == 1)
        apply_default_slice(file, layout, dataset);
}

// What is shown of several samples per pixel.
static enum status choose_channel(const char *path, int channel, int part, const struct hdf5_opened *dataset,
                                  struct hdf5_layout *layout, struct error *error)
{
    const int colours = layout->axes.colours;
    struct channel_choice *choice = &layout->channels;
    enum status status = STATUS_OK;
    if (dataset->facts->type.complex)
        status = channels_choose_complex(path, part != CHANNEL_AUTO ? part : channel, choice, error);
    else if (part != CHANNEL_AUTO)
        status = error_set(error, STATUS_USAGE,
                           "%s: %s holds no complex numbers, which alone have a part to choose", path,
                           layout->shown);
    else
        status = channels_choose(path, colours >= 0 ? (unsigned)dataset->facts->dims[colours] : 1,
                                 colours >= 0, colours >= 0 ? channel : CHANNEL_AUTO, choice, error);
    char note[128];
    channels_note(choice, note, sizeof note);
    if (status == STATUS_OK && note[0])
        text_printf(&layout->note, ", %s", note);
    return status;
}

// --- The parts ---

// Sets the place of every numbered dataset beside the one found.
static void list_parts(hid_t file, const char *path, const char *found, struct hdf5_layout *layout)
{
    char *parent = parent_of(found);
    hid_t group = H5Oopen(file, parent, H5P_DEFAULT);
    struct hdf5_names names = hdf5_names_read(group, NULL);
    for (size_t i = 0; i < names.count; i++) {
        if (!hdf5_is_numbered(names.names[i]))
            continue;
        struct text name = {0};
        hdf5_join(&name, parent, names.names[i]);
        struct hdf5_part *part = hdf5_layout_add(layout);
        hdf5_link_target(file, path, text_string(&name), &part->path, &part->name);
        part->missing = !hdf5_wish_exists(part->path);
        text_free(&name);
    }
    hdf5_names_free(&names);
    if (group >= 0)
        H5Oclose(group);
    free(parent);
}

// The frames that the file says were to be taken; 0 where it does not.
static int64_t frames_announced(hid_t file, const char *found)
{
    static const char *const places[] = {"instrument/detector/detectorSpecific/", "instrument/detector/"};
    double images = 0, triggers = 1, frames = 0;
    const char *slash = strchr(found + 1, '/');
    char *entry = must_copy(found);
    entry[slash ? slash - found : 1] = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places && frames == 0; i++) {
        struct text name = {0};
        text_printf(&name, "%s/%snimages", entry, places[i]);
        bool known = hdf5_number(file, text_string(&name), 0, &images);
        text_clear(&name);
        text_printf(&name, "%s/%sntrigger", entry, places[i]);
        if (!hdf5_number(file, text_string(&name), 0, &triggers))
            triggers = 1;
        text_free(&name);
        if (known && images >= 1 && triggers >= 1 && images * triggers < 1e15)
            frames = images * triggers;
    }
    free(entry);
    return (int64_t)frames;
}

// The frames of a dataset beside those counted by the other axes of frames.
static int64_t part_length(const struct hdf5_opened *dataset)
{
    return dataset->facts->rank > 2 ? dataset->facts->dims[0] : 1;
}

static bool same_shape(const struct hdf5_opened *a, const struct hdf5_opened *b)
{
    if (a->facts->rank != b->facts->rank || a->facts->type.type != b->facts->type.type)
        return false;
    for (int axis = a->facts->rank > 2 ? 1 : 0; axis < a->facts->rank; axis++)
        if (a->facts->dims[axis] != b->facts->dims[axis])
            return false;
    return true;
}

// Opens a part for its length; -1 where it is missing, damaged or of another shape than `model`.
static int64_t open_length(struct hdf5_kept *kept, const struct hdf5_part *part,
                           const struct hdf5_opened *model)
{
    struct hdf5_opened *dataset;
    if (part->missing || hdf5_kept_take(kept, part->path, part->name, &dataset, NULL) != STATUS_OK)
        return -1;
    const int64_t length = same_shape(dataset, model) ? part_length(dataset) : -1;
    hdf5_kept_give(kept, dataset);
    return length;
}

// The number of frames of every part, as far as it can be known. All parts of a series but the last have the
// same number, which the first of them tells; so a long series is not opened file by file.
static void measure_parts(hid_t file, struct hdf5_layout *layout, struct hdf5_kept *kept,
                          const struct hdf5_opened *model, size_t model_index)
{
    const size_t count = layout->count;
    const int64_t nominal = part_length(model), announced = frames_announced(file, layout->shown);
    const bool last_is_model = model_index + 1 == count;
    int64_t before = 0;
    const bool fits = !last_is_model && announced > 0 &&
                      !__builtin_mul_overflow((int64_t)count - 1, nominal, &before) && announced > before &&
                      announced - before <= nominal;
    for (size_t i = 0; i < count; i++) {
        struct hdf5_part *part = &layout->parts[i];
        if (i == model_index)
            part->frames = nominal;
        else if (fits)
            part->frames = i + 1 < count ? nominal : announced - before;
        else if (count <= MAX_OPENED_PARTS || i + 1 == count)
            part->frames = open_length(kept, part, model);
        else
            part->frames = nominal;
        // What is missing is taken to be as long as the others, save a last one.
        if (part->frames < 0)
            part->frames = part->missing && i + 1 < count && !last_is_model ? nominal : 0;
    }
}

static void note_missing(struct hdf5_layout *layout)
{
    size_t missing = 0;
    const char *first = NULL;
    for (size_t i = 0; i < layout->count; i++) {
        if (!layout->parts[i].missing)
            continue;
        missing++;
        first = first ? first : layout->parts[i].path;
    }
    if (missing == 1)
        text_printf(&layout->note, ", %s is missing", path_name(first));
    else if (missing > 1)
        text_printf(&layout->note, ", %zu of %zu files are missing, the first is %s", missing, layout->count,
                    path_name(first));
}

// Opens the first part that is there.
static enum status open_model(const char *path, struct hdf5_layout *layout, struct hdf5_kept *kept,
                              struct hdf5_opened **model, size_t *index, struct error *error)
{
    enum status status = STATUS_OK;
    struct error first = {0};
    if (layout->count == 0)
        return error_set(error, STATUS_BROKEN, "%s: has no data", path);
    for (*index = 0; *index < layout->count; ++*index) {
        const struct hdf5_part *part = &layout->parts[*index];
        struct error reason = {0};
        if (part->missing)
            status =
                error_set(&reason, STATUS_IO, "%s: the file with its data, %s, is missing", path, part->path);
        else
            status = hdf5_kept_take(kept, part->path, part->name, model, &reason);
        if (status == STATUS_OK)
            return STATUS_OK;
        if (!first.status)
            first = reason;
    }
    if (error)
        *error = first;
    return first.status ? first.status : STATUS_BROKEN;
}

// --- All of it ---

static enum status check_shape(const struct hdf5_opened *dataset, const char *shown, struct error *error)
{
    if (dataset->facts->rank < 2)
        return error_set(error, STATUS_UNSUPPORTED, "%s: %s is %s, not an image", dataset->facts->path, shown,
                         dataset->facts->rank == 1 ? "a list of one dimension" : "a single value");
    for (int axis = 0; axis < dataset->facts->rank; axis++)
        if (dataset->facts->dims[axis] == 0)
            return error_set(error, STATUS_BROKEN, "%s: %s is empty: nothing was written to it yet",
                             dataset->facts->path, shown);
    return STATUS_OK;
}

// Numbers the frames. Of a series the first axis has another length in each part.
static enum status count_frames(const char *path, struct hdf5_layout *layout, struct error *error)
{
    int64_t inner;
    if (!axes_frames(&layout->axes, layout->count > 1 ? 1 : 0, &inner))
        return error_set(error, STATUS_TOO_LARGE, "%s: the number of frames overflows", path);
    for (size_t i = 0; i < layout->count; i++) {
        struct hdf5_part *part = &layout->parts[i];
        part->first = layout->frames;
        const int64_t outer_count = layout->count > 1 ? part->frames : 1;
        if (__builtin_mul_overflow(outer_count, inner, &part->frames) ||
            __builtin_add_overflow(layout->frames, part->frames, &layout->frames))
            return error_set(error, STATUS_TOO_LARGE, "%s: the number of frames overflows", path);
    }
    return STATUS_OK;
}

static enum status layout_fill(hid_t file, const char *path, const struct selector *split, int channel,
                               bool series, struct hdf5_kept *kept, struct hdf5_layout *layout,
                               struct error *error)
{
    struct hdf5_opened *model = NULL;
    size_t model_index = 0;
    if (series)
        list_parts(file, path, layout->shown, layout);
    if (layout->count == 0) {
        struct hdf5_part *part = hdf5_layout_add(layout);
        hdf5_link_target(file, path, layout->shown, &part->path, &part->name);
        part->missing = !hdf5_wish_exists(part->path);
    }
    enum status status = open_model(path, layout, kept, &model, &model_index, error);
    if (status != STATUS_OK)
        return status;
    status = check_shape(model, layout->shown, error);
    layout->type = model->facts->type.type;
    text_append(&layout->note, layout->shown);
    if (status == STATUS_OK && split->slice) {
        status = apply_slice(layout, model, split->slice, error);
        text_printf(&layout->note, "[%s]", split->slice);
    } else if (status == STATUS_OK) {
        choose_axes(file, layout, model);
    }
    if (status == STATUS_OK)
        status = choose_channel(path, channel, split->part, model, layout, error);
    if (status == STATUS_OK) {
        layout->whole = axes_are_plain(&layout->axes, model->facts->dims);
        if (layout->count > 1)
            measure_parts(file, layout, kept, model, model_index);
        note_missing(layout);
        status = count_frames(path, layout, error);
    }
    hdf5_kept_give(kept, model);
    return status;
}

// The path that the selector names, or the one that the file means. *held keeps the object open, if not
// negative.
static enum status choose_path(hid_t file, const struct open_request *request, const char *selected,
                               struct text *found, bool *series, hid_t *held, struct error *error)
{
    const char *path = request->path;
    *series = true;
    if (!selected)
        return hdf5_search(file, request, "/", found, held, error);
    hid_t object = H5Oopen(file, selected, H5P_DEFAULT);
    if (object < 0) {
        char *target, *name;
        hdf5_link_target(file, path, selected, &target, &name);
        const bool missing = !hdf5_wish_exists(target);
        enum status status = missing ? error_set(error, STATUS_IO, "%s: the file with %s, %s, is missing",
                                                 path, selected, target)
                                     : error_set(error, STATUS_USAGE, "%s: has no %s", path, selected);
        free(target);
        free(name);
        H5Eclear2(H5E_DEFAULT);
        return status;
    }
    if (H5Iget_type(object) == H5I_GROUP) {
        H5Oclose(object);
        return hdf5_search(file, request, selected, found, held, error);
    }
    *held = object;
    *series = false;
    text_append(found, selected);
    return STATUS_OK;
}

enum status hdf5_choose(hid_t file, const struct open_request *request, struct hdf5_kept *kept,
                        struct hdf5_layout *layout, struct error *error)
{
    struct selector split = {.part = CHANNEL_AUTO};
    if (request->selector)
        split = selector_split(file, request->selector);
    struct text found = {0};
    bool series;
    hid_t held = H5I_INVALID_HID;
    enum status status = choose_path(file, request, split.path, &found, &series, &held, error);
    if (status == STATUS_OK) {
        const char *last = strrchr(text_string(&found), '/');
        layout->shown = must_copy(text_string(&found));
        series = series && !split.slice && hdf5_is_numbered(last ? last + 1 : "");
        status = layout_fill(file, request->path, &split, request->channel, series, kept, layout, error);
    }
    if (held >= 0)
        H5Oclose(held);
    text_free(&found);
    free(split.path);
    if (status != STATUS_OK)
        hdf5_layout_free(layout);
    return status;
}
