// SPDX-License-Identifier: MIT
// Each task, by libhdf5.
#include "formats/hdf5_worker/hdf5_tasks.h"

#include "base/size.h"
#include "formats/hdf5_library/hdf5_filters.h"
#include "formats/hdf5_library/hdf5_inspect.h"
#include "formats/hdf5_library/hdf5_open.h"
#include "formats/hdf5_worker/hdf5_choice.h"
#include "formats/hdf5_worker/hdf5_mask_write.h"
#include "formats/hdf5_worker/hdf5_nexus_read.h"
#include "formats/hdf5_worker/hdf5_trespass.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_TOGETHER = 4096, MAX_TEXT = 32 << 20 };

// --- A series ---

// The facts of the first part that is there, which is open already.
static enum status tell_first(const struct hdf5_layout *layout, struct hdf5_kept *kept,
                              struct hdf5_reply *reply)
{
    const struct hdf5_part *part = layout->parts;
    enum status status = STATUS_BROKEN;
    for (size_t i = 0; i < layout->count && status != STATUS_OK; i++, part++) {
        struct hdf5_opened *opened;
        if (part->missing ||
            (status = hdf5_kept_take(kept, part->path, part->name, &opened, &reply->error)) != STATUS_OK)
            continue;
        hdf5_dataset_put(&reply->facts, opened->facts);
        hdf5_kept_give(kept, opened);
    }
    return status;
}

static enum status tell_layout(hid_t file, const struct hdf5_layout *layout, struct hdf5_kept *kept,
                               struct hdf5_reply *reply)
{
    // A part of the image, or a cut through it, has no pixel mask.
    const int64_t width = layout->whole ? axes_width(&layout->axes) : 0;
    const int64_t height = layout->whole ? axes_height(&layout->axes) : 0;
    struct hdf5_nexus *nexus = NULL;
    enum status status =
        hdf5_nexus_read(file, layout->shown, width, height, layout->type, NULL, &nexus, &reply->error);
    if (status != STATUS_OK)
        return status;
    hdf5_layout_put(&reply->facts, layout);
    if (!hdf5_nexus_put(&reply->facts, nexus, &reply->fd))
        status = error_set(&reply->error, STATUS_NO_MEMORY, "there is no memory for the pixel masks of %s",
                           layout->shown);
    hdf5_nexus_drop(&nexus);
    return status == STATUS_OK ? tell_first(layout, kept, reply) : status;
}

static enum status run_open(const struct hdf5_question *question, struct hdf5_kept *kept,
                            struct hdf5_reply *reply)
{
    const struct open_request request = {
        .path = question->path, .selector = question->name, .channel = question->channel};
    struct hdf5_layout layout = {0};
    hid_t file;
    enum status status = hdf5_kept_file(kept, question->path, &file, &reply->error);
    if (status == STATUS_OK)
        status = hdf5_choose(file, &request, kept, &layout, &reply->error);
    if (status == STATUS_OK && layout.frames < 1)
        status = error_set(&reply->error, STATUS_BROKEN, "%s: has no frames", question->path);
    if (status == STATUS_OK)
        status = tell_layout(file, &layout, kept, reply);
    hdf5_layout_free(&layout);
    return status;
}

// --- A dataset ---

static enum status run_dataset(const struct hdf5_question *question, struct hdf5_kept *kept,
                               struct hdf5_reply *reply)
{
    struct hdf5_opened *opened;
    const enum status status = hdf5_kept_take(kept, question->path, question->name, &opened, &reply->error);
    if (status != STATUS_OK)
        return status;
    hdf5_dataset_put(&reply->facts, opened->facts);
    hdf5_kept_give(kept, opened);
    return STATUS_OK;
}

static enum status run_addresses(const struct hdf5_question *question, struct hdf5_kept *kept,
                                 struct hdf5_reply *reply)
{
    struct hdf5_opened *opened;
    const enum status status = hdf5_kept_take(kept, question->path, question->name, &opened, &reply->error);
    if (status != STATUS_OK)
        return status;
    const int64_t count = int64_min(question->count, MAX_TOGETHER);
    const bool chunks = opened->facts->storage == HDF5_STORED_CHUNKS;
    for (int64_t i = 0; i < count; i++) {
        struct hdf5_address address = {.kind = HDF5_ADDRESS_DAMAGED};
        if (chunks && question->first <= INT64_MAX - i)
            hdf5_chunk_locate(opened, question->first + i, &address);
        hdf5_address_put(&reply->facts, &address);
    }
    hdf5_kept_give(kept, opened);
    return STATUS_OK;
}

// --- Samples ---

// H5Dread of what is selected in `from`, as samples. Complex ones are read as pairs.
static bool samples_read(const struct hdf5_opened *opened, const struct hdf5_box *box, hid_t to, hid_t from,
                         uint8_t *out)
{
    const struct hdf5_type *type = &opened->facts->type;
    const hid_t memory = opened->memory;
    if (!type->complex)
        return H5Dread(opened->id, memory, to, from, H5P_DEFAULT, out) >= 0;
    const int64_t count = box->width * box->height; // fits, as it did for `out`
    size_t bytes;
    uint8_t *pairs = size_multiply((size_t)count, H5Tget_size(memory), &bytes) ? malloc(bytes) : NULL;
    const bool good = pairs && H5Dread(opened->id, memory, to, from, H5P_DEFAULT, pairs) >= 0;
    if (good)
        channels_pick(type->type, &box->part, pairs, count, out);
    free(pairs);
    return good;
}

// Reads the box into samples without padding.
static enum status box_read(const struct hdf5_opened *opened, const struct hdf5_box *box, uint8_t *out,
                            struct error *error)
{
    const struct hdf5_dataset *dataset = opened->facts;
    hsize_t start[H5S_MAX_RANK], count[H5S_MAX_RANK];
    for (int axis = 0; axis < dataset->rank; axis++) {
        start[axis] = (hsize_t)box->at[axis];
        count[axis] = axis == box->row_axis      ? (hsize_t)box->height
                      : axis == box->column_axis ? (hsize_t)box->width
                                                 : 1;
    }
    enum status status = hdf5_library_check(opened->id, start, count, error);
    if (status != STATUS_OK)
        return status;
    const hsize_t size[2] = {(hsize_t)box->height, (hsize_t)box->width};
    hid_t from = H5Dget_space(opened->id), to = H5Screate_simple(2, size, NULL);
    const bool good = H5Sselect_hyperslab(from, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                      samples_read(opened, box, to, from, out);
    // What libhdf5 says of a missing filter is about the folder of its plugins.
    if (!good)
        status = hdf5_explain(dataset->path, "cannot read samples", STATUS_BROKEN, error);
    if (!good && hdf5_filters_check(opened->id, opened->facts, hdf5_plugins_allowed(), error) != STATUS_OK)
        status = STATUS_UNSUPPORTED;
    H5Sclose(from);
    H5Sclose(to);
    return status;
}

static enum status box_tell(const struct hdf5_opened *opened, const struct hdf5_box *box,
                            struct hdf5_reply *reply)
{
    const struct hdf5_dataset *dataset = opened->facts;
    size_t bytes;
    if (!hdf5_box_fits(box, dataset->dims, dataset->rank) ||
        !size_of_plane(box->width, box->height, sample_traits(dataset->type.type)->bytes, &bytes))
        return error_set(&reply->error, STATUS_BROKEN, "%s: %s has no such part", dataset->path,
                         dataset->name);
    uint8_t *memory = hdf5_memory_create(bytes, &reply->fd);
    if (!memory)
        return error_set(&reply->error, STATUS_NO_MEMORY, "%s: not enough memory for %s", dataset->path,
                         dataset->name);
    const enum status status = box_read(opened, box, memory, &reply->error);
    return hdf5_memory_seal(memory, bytes, reply->fd)
               ? status
               : error_set(&reply->error, STATUS_NO_MEMORY, "%s: not enough memory for %s", dataset->path,
                           dataset->name);
}

static enum status run_read(const struct hdf5_question *question, struct hdf5_kept *kept,
                            struct hdf5_reply *reply)
{
    struct hdf5_opened *opened;
    enum status status = hdf5_kept_take(kept, question->path, question->name, &opened, &reply->error);
    if (status != STATUS_OK)
        return status;
    status = box_tell(opened, &question->box, reply);
    hdf5_kept_give(kept, opened);
    return status;
}

// --- Texts ---

// One that is too long ends with a line.
static void put_lines(struct message_out *out, struct text *text)
{
    struct text clean = {0};
    if (text->length > MAX_TEXT) {
        char *end = memrchr(text->data, '\n', MAX_TEXT);
        text->length = end ? (size_t)(end + 1 - text->data) : 0;
    }
    utf8_append(&clean, text_string(text), text->length);
    message_put_text(out, text_string(&clean));
    text_free(&clean);
    text_free(text);
}

static enum status run_metadata(const struct hdf5_question *question, struct hdf5_kept *kept,
                                struct hdf5_reply *reply)
{
    struct text text = {0};
    hid_t file;
    const enum status status = hdf5_kept_file(kept, question->path, &file, &reply->error);
    if (status != STATUS_OK)
        return status;
    hdf5_nexus_metadata(file, question->name, question->frame, question->frames, &text);
    put_lines(&reply->facts, &text);
    return STATUS_OK;
}

static enum status run_contents(const struct hdf5_question *question, struct hdf5_kept *kept,
                                struct hdf5_reply *reply)
{
    struct text text = {0};
    hid_t file;
    const enum status status = hdf5_kept_file(kept, question->path, &file, &reply->error);
    if (status != STATUS_OK)
        return status;
    hdf5_contents(file, &text);
    put_lines(&reply->facts, &text);
    return STATUS_OK;
}

// --- Others ---

static enum status run_mask(const struct hdf5_question *question, struct hdf5_kept *kept,
                            struct hdf5_reply *reply)
{
    (void)kept;
    return hdf5_mask_write(question, &reply->error);
}

static enum status run_trespass(const struct hdf5_question *question, struct hdf5_kept *kept,
                                struct hdf5_reply *reply)
{
    struct text text = {0};
    (void)kept;
    hdf5_trespass(question->path, &text);
    put_lines(&reply->facts, &text);
    return STATUS_OK;
}

void hdf5_task_run(const struct hdf5_question *question, struct hdf5_kept *kept, struct hdf5_reply *reply)
{
    static const struct {
        enum status (*run)(const struct hdf5_question *, struct hdf5_kept *, struct hdf5_reply *);
        bool named; // needs question->name
    } tasks[HDF5_TASK_COUNT] = {
        [HDF5_TASK_OPEN] = {run_open, false},          [HDF5_TASK_DATASET] = {run_dataset, true},
        [HDF5_TASK_ADDRESSES] = {run_addresses, true}, [HDF5_TASK_READ] = {run_read, true},
        [HDF5_TASK_METADATA] = {run_metadata, true},   [HDF5_TASK_CONTENTS] = {run_contents, false},
        [HDF5_TASK_MASK] = {run_mask, true},           [HDF5_TASK_TRESPASS] = {run_trespass, false},
    };
    hdf5_quiet();
    if (tasks[question->task].named && !question->name)
        reply->status = error_set(&reply->error, STATUS_BROKEN, "%s: nothing is named", question->path);
    else
        reply->status = tasks[question->task].run(question, kept, reply);
}
