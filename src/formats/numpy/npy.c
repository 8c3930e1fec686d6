// SPDX-License-Identifier: MIT
// NumPy .npy arrays, versions 1 to 3, read directly.
//
// Rows, columns and frames are chosen by the rule of formats/base/axes.h; an array of one axis is one row.
// The selector is a slice and a part of complex numbers: "[:,:,*]", "#phase", or both.
#include "formats/base/handle.h"
#include "formats/base/readers_list.h"
#include "formats/numpy/npy_internal.h"

#include "base/size.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct npy_file {
    struct image_file base;
    int64_t data_offset;
    int64_t present; // samples that are really there
    struct npy_array array;
    uint8_t *scratch; // for Fortran order
};

static struct npy_file *npy_file_of(struct image_file *file)
{
    return (struct npy_file *)file; // the base is the first member
}

// --- Opening ---

static int npy_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)path;
    return count >= 8 && memcmp(head, "\x93NUMPY", 6) == 0 ? 100 : 0;
}

static void npy_close(struct image_file *base)
{
    struct npy_file *file = npy_file_of(base);
    free(file->scratch);
    image_file_end(&file->base);
    free(file);
}

// Finds how many of the samples are in the file.
static enum status set_present(struct npy_file *file, int64_t file_bytes, struct error *error)
{
    const struct npy_array *array = &file->array;
    int64_t room = file_bytes - file->data_offset;
    file->base.frames = array->frames;
    file->present = int64_min(room / (int64_t)sample_traits(array->type)->bytes, array->samples);
    char claimed[32], found[32];
    if (file->present > 0 && (array->bytes <= NPY_SMALL_ARRAY || !image_file_hopeless(room, array->bytes)))
        return STATUS_OK;
    return error_set(
        error, STATUS_BROKEN,
        "%s: the header claims %lld x %lld samples in %lld frames (%s), but there are only %s of data in the file",
        file->base.path, (long long)array->width, (long long)array->height, (long long)array->frames,
        format_bytes(array->bytes, claimed, sizeof claimed), format_bytes(room, found, sizeof found));
}

static enum status open_content(struct npy_file *file, const struct open_request *request,
                                struct error *error)
{
    const char *path = file->base.path;
    uint8_t prefix[NPY_PREFIX] = {0};
    const int64_t file_bytes = blob_size(file->base.blob);
    const size_t available = (size_t)int64_min(file_bytes, sizeof prefix);
    int64_t start = 0;
    size_t count = 0;
    enum status status = image_file_read(&file->base, 0, prefix, available, error);
    if (status == STATUS_OK)
        status = npy_prefix_parse(path, prefix, available, &start, &count, error);
    if (status != STATUS_OK)
        return status;
    if (start + (int64_t)count > file_bytes)
        return error_set(error, STATUS_BROKEN, "%s: ends within its header", path);
    char *text = must_alloc(count + 1);
    status = image_file_read(&file->base, start, text, count, error);
    if (status == STATUS_OK)
        status = npy_dictionary_parse(path, text, count, &file->array, error);
    if (status == STATUS_OK)
        status = npy_array_arrange(path, request->selector, request->channel, &file->array, error);
    free(text);
    file->data_offset = start + (int64_t)count;
    return status == STATUS_OK ? set_present(file, file_bytes, error) : status;
}

static enum status npy_open(const struct open_request *request, struct image_file **out, struct error *error)
{
    struct npy_file *file = must_alloc(sizeof *file);
    enum status status = image_file_begin(&file->base, &npy_reader, request, error);
    if (status == STATUS_OK)
        status = open_content(file, request, error);
    if (status != STATUS_OK) {
        npy_close(&file->base);
        return status;
    }
    *out = &file->base;
    return STATUS_OK;
}

static enum status npy_clone(struct image_file *base, struct image_file **out, struct error *error)
{
    (void)error;
    struct npy_file *file = must_alloc(sizeof *file);
    *file = *npy_file_of(base);
    image_file_begin_copy(&file->base, base);
    file->scratch = NULL;
    *out = &file->base;
    return STATUS_OK;
}

// --- Pixels ---

static enum status npy_frame_info(struct image_file *base, int64_t frame, struct frame_info *info,
                                  struct error *error)
{
    char number[56];
    const struct npy_file *file = npy_file_of(base);
    if (npy_frame_first(&file->array, frame) >= file->present)
        return error_set(error, STATUS_BROKEN, "%s: the file ends before frame %s", base->path,
                         format_frame(frame, base->frames, number, sizeof number));
    *info = (struct frame_info){.width = file->array.width,
                                .height = file->array.height,
                                .type = file->array.type,
                                .chunk_width = file->array.width,
                                .chunk_height = 1};
    snprintf(info->format, sizeof info->format, "NPY");
    snprintf(info->compression, sizeof info->compression, "none");
    channels_note(&file->array.channels, info->note, sizeof info->note);
    return STATUS_OK;
}

static enum status npy_decode(struct image_file *base, const struct decode_request *request,
                              struct decode_report *report, struct error *error)
{
    struct npy_file *file = npy_file_of(base);
    const struct plain_samples from = {.path = file->base.path,
                                       .blob = base->blob,
                                       .offset = file->data_offset,
                                       .present = file->present,
                                       .type = file->array.type,
                                       .swapped = file->array.swapped};
    return npy_array_decode(&file->array, &from, &file->scratch, request, report, error);
}

static enum status npy_metadata(struct image_file *base, int64_t frame, struct text *out, struct error *error)
{
    (void)frame, (void)error;
    npy_array_describe(&npy_file_of(base)->array, out);
    return STATUS_OK;
}

static const char *const npy_extensions[] = {"npy", NULL};

const struct reader npy_reader = {
    .name = "npy",
    .description = "NumPy array",
    .extensions = npy_extensions,
    .media = {.types = "application/x-npy;", .magic = "\\x93NUMPY"},
    .probe = npy_probe,
    .open = npy_open,
    .frame_info = npy_frame_info,
    .decode = npy_decode,
    .clone = npy_clone,
    .metadata = npy_metadata,
    .close = npy_close,
};
