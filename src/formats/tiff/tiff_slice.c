// SPDX-License-Identifier: MIT
// The arithmetic of slices of TIFF files; no file is looked at.
#include "formats/tiff/tiff_slice.h"

static void axis_add(struct tiff_slice *slice, int64_t *dims, enum tiff_axis kind, int64_t length)
{
    const bool kept = kind == TIFF_ROWS || kind == TIFF_COLUMNS || length > 1;
    if (!kept)
        return;
    dims[slice->rank] = length;
    slice->kinds[slice->rank++] = kind;
}

static void axes_list(const struct tiff_array *array, struct tiff_slice *slice, int64_t dims[TIFF_AXES])
{
    axis_add(slice, dims, TIFF_PAGES, array->pages);
    if (array->separate)
        axis_add(slice, dims, TIFF_SAMPLES, array->samples);
    axis_add(slice, dims, TIFF_ROWS, array->height);
    axis_add(slice, dims, TIFF_COLUMNS, array->width);
    if (!array->separate)
        axis_add(slice, dims, TIFF_SAMPLES, array->samples);
}

static enum status refuse(const int64_t *dims, int rank, const char *words, const char *path,
                          struct error *error)
{
    struct text shape = {0};
    for (int i = 0; i < rank; i++)
        text_printf(&shape, "%s%lld", i ? " x " : "", (long long)dims[i]);
    error_set(
        error, STATUS_USAGE,
        "%s: [%s] does not select an image of the file, which is %s; give an index, \":\", \"a:b\" or \"*\" (frames) for each dimension, two of them ranges for rows and columns",
        path, words, text_string(&shape));
    text_free(&shape);
    return STATUS_USAGE;
}

enum status tiff_slice_choose(const struct tiff_array *array, const char *words, const char *path,
                              struct tiff_slice *slice, int64_t *frames, struct error *error)
{
    int64_t dims[TIFF_AXES] = {0};
    *slice = (struct tiff_slice){.given = true};
    axes_list(array, slice, dims);
    if (!axes_slice(dims, slice->rank, words, &slice->axes))
        return refuse(dims, slice->rank, words, path, error);
    if (!axes_frames(&slice->axes, 0, frames))
        return error_set(error, STATUS_TOO_LARGE, "%s: the number of frames overflows", path);
    return STATUS_OK;
}

struct tiff_place tiff_slice_place(const struct tiff_slice *slice, int64_t frame)
{
    int64_t at[AXES_MAX];
    struct tiff_place place = {{0}};
    axes_first(&slice->axes, frame, false, at);
    for (int i = 0; i < slice->rank; i++)
        place.at[slice->kinds[i]] = at[i];
    return place;
}

void tiff_slice_describe(const struct tiff_slice *slice, struct frame_info *info)
{
    if (!slice->given)
        return;
    info->width = axes_width(&slice->axes);
    info->height = axes_height(&slice->axes);
    info->chunk_width = info->width;
    info->chunk_height = 1;
}
