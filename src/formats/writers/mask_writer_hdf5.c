// SPDX-License-Identifier: MIT
// Masks in HDF5 files, new ones and those that hold other things. libhdf5 does its part in its worker
// process, on a draft.
#include "formats/writers/mask_writer_internal.h"

#include "base/file.h"
#include "base/text.h"
#include "formats/hdf5/hdf5_client.h"
#include "formats/hdf5/hdf5_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char default_dataset[] = "/entry/instrument/detector/pixel_mask";

// The bit of the NXmx pixel mask for each layer: gap 0, dead 1, noisy 4, user 8.
static uint32_t nexus_bits(uint8_t bits)
{
    static const uint32_t of_layer[MASK_LAYER_COUNT] = {
        [MASK_USER] = 1u << 8, [MASK_FILE] = 1u << 8,      [MASK_GAP] = 1u << 0,    [MASK_BAD] = 1u << 1,
        [MASK_HOT] = 1u << 4,  [MASK_SATURATED] = 1u << 8, [MASK_USER_2] = 1u << 8, [MASK_USER_3] = 1u << 8};
    uint32_t all = 0;
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++)
        all |= bits & MASK_BIT(layer) ? of_layer[layer] : 0;
    return all;
}

struct rows {
    const struct mask_source *source;
    uint8_t *bytes; // a row of the mask
};

// A row as u32: the NXmx bits, or 0 and 1 when inverted.
static void fill_row(void *context, int64_t y, void *row)
{
    const struct rows *rows = context;
    const struct mask_source *source = rows->source;
    const int64_t width = source->mask->width;
    uint32_t *out = row;
    mask_read(source->mask, (struct rect){0, y, width, 1}, rows->bytes, (size_t)width);
    for (int64_t x = 0; x < width; x++) {
        const uint8_t bits = rows->bytes[x] & source->bits;
        out[x] = source->how->inverted ? bits == 0 : nexus_bits(bits);
        // NXmx leaves the upper half to properties for which no pixel is left out.
        out[x] |= source->how->layers ? (uint32_t)bits << 16 : 0;
    }
}

// Copies a file that is there already, so that all else in it is kept. *existed tells.
static enum status copy_existing(const struct mask_source *source, struct file_draft *draft, bool *existed,
                                 struct error *error)
{
    enum { PIECE = 1 << 20 };
    const int from = open(draft->path, O_RDONLY | O_CLOEXEC);
    if (from < 0 && errno != ENOENT)
        return error_set(error, STATUS_IO, "%s: cannot open: %s", draft->path, strerror(errno));
    *existed = from >= 0;
    if (from < 0)
        return STATUS_OK;
    struct text path = {0}; // the draft is gone when writing to it fails
    text_append(&path, draft->path);
    char *buffer = must_alloc(PIECE);
    enum status status = STATUS_OK;
    ssize_t got = 0;
    while (!status && !(status = mask_source_heed(source, error)) && (got = read(from, buffer, PIECE)) > 0)
        status = file_draft_write(draft, buffer, (size_t)got, error);
    if (!status && got < 0)
        status = error_set(error, STATUS_IO, "%s: cannot read what is in it already: %s", text_string(&path),
                           strerror(errno));
    free(buffer);
    text_free(&path);
    close(from);
    return status;
}

// Has a worker write into the draft.
static enum status ask_worker(const struct mask_source *source, const struct hdf5_question *question,
                              struct hdf5_files *files, struct error *error)
{
    const char *path = source->how->path;
    struct hdf5_answer answer = {.fd = HDF5_NO_FD};
    struct error reason = {0};
    int64_t number = hdf5_client_number();
    const enum status status = hdf5_client_ask(&number, question, files, &answer, &reason);
    hdf5_answer_free(&answer);
    hdf5_client_end(&number);
    if (status == STATUS_CANCELLED)
        mask_source_heed(source, error);
    else if (status)
        error_set(error, status, "%s: %s", path, error_behind_path(reason.text, question->path));
    return status;
}

static enum status write_draft(const struct mask_source *source, const char *dataset,
                               struct file_draft *draft, struct error *error)
{
    const int64_t width = source->mask->width, height = source->mask->height;
    struct rows rows = {.source = source};
    const struct hdf5_supply supply = {
        .bytes = (size_t)width * sizeof(uint32_t), .count = height, .fill = fill_row, .context = &rows};
    struct hdf5_question question = {.task = HDF5_TASK_MASK,
                                     .box = {.width = width, .height = height},
                                     .path = draft->temporary,
                                     .name = dataset,
                                     .supply = &supply,
                                     .cancel = source->how->cancel};
    enum status status = copy_existing(source, draft, &question.exists, error);
    if (status)
        return status;
    rows.bytes = try_alloc((size_t)width, 1, source->how->path, error);
    if (!rows.bytes)
        return STATUS_NO_MEMORY;
    struct hdf5_files *files = hdf5_files_create(draft->temporary, NULL);
    hdf5_files_allow_draft(files, draft->temporary, draft->fd);
    status = ask_worker(source, &question, files, error);
    hdf5_files_destroy(files);
    free(rows.bytes);
    return status;
}

enum status mask_write_hdf5(const struct mask_source *source, struct error *error)
{
    const char *dataset = source->how->dataset ? source->how->dataset : default_dataset;
    struct file_draft draft;
    if (dataset[0] != '/' || dataset[strlen(dataset) - 1] == '/')
        return error_set(error, STATUS_USAGE, "\"%s\" is no path of a dataset like %s", dataset,
                         default_dataset);
    enum status status = file_draft_open(source->how->path, &draft, error);
    if (status)
        return status;
    if (draft.temporary)
        status = write_draft(source, dataset, &draft, error);
    else
        status = error_set(error, STATUS_IO, "%s: is no regular file, as HDF5 needs", source->how->path);
    if (!status)
        return file_draft_commit(&draft, error);
    file_draft_abandon(&draft);
    return status;
}
