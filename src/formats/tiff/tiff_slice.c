// SPDX-License-Identifier: MIT
// Slices of a TIFF file as an array of pages, rows, columns and samples, by the rule of formats/base/axes.h.
//
// The axes are those of NumPy's tifffile: (pages, rows, columns, samples), or (pages, samples, rows, columns)
// where samples are stored in planes of their own; a single page or sample is no axis. All pages must be
// alike.
#include "base/size.h"
#include "formats/tiff/tiff_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- The axes ---

static void axis_add(struct tiff_slice *slice, int64_t *dims, enum tiff_axis kind, int64_t length)
{
    const bool kept = kind == TIFF_ROWS || kind == TIFF_COLUMNS || length > 1;
    if (!kept)
        return;
    dims[slice->rank] = length;
    slice->kinds[slice->rank++] = kind;
}

static void axes_list(const struct tiff_file *file, struct tiff_slice *slice, int64_t dims[TIFF_AXES])
{
    const struct tiff_layout *layout = &file->layout;
    const int64_t samples = layout->way == TIFF_WAY_RGBA ? 3
                            : layout->complex            ? layout->samples / 2
                                                         : layout->samples;
    axis_add(slice, dims, TIFF_PAGES, file->page_count);
    if (layout->separate)
        axis_add(slice, dims, TIFF_SAMPLES, samples);
    axis_add(slice, dims, TIFF_ROWS, layout->height);
    axis_add(slice, dims, TIFF_COLUMNS, layout->width);
    if (!layout->separate)
        axis_add(slice, dims, TIFF_SAMPLES, samples);
}

enum status tiff_slice_choose(struct tiff_file *file, const char *words, struct error *error)
{
    int64_t dims[TIFF_AXES] = {0};
    struct tiff_slice slice = {.given = true};
    enum status status = tiff_page_load(file, 0, error);
    if (status != STATUS_OK)
        return status;
    axes_list(file, &slice, dims);
    slice.width = file->layout.width;
    slice.height = file->layout.height;
    slice.type = file->layout.type;
    slice.samples = file->layout.samples;
    if (axes_slice(dims, slice.rank, words, &slice.axes)) {
        if (!axes_frames(&slice.axes, 0, &file->base.frames))
            return error_set(error, STATUS_TOO_LARGE, "%s: the number of frames overflows", file->base.path);
        file->slice = slice;
        return STATUS_OK;
    }
    struct text shape = {0};
    for (int i = 0; i < slice.rank; i++)
        text_printf(&shape, "%s%lld", i ? " x " : "", (long long)dims[i]);
    error_set(
        error, STATUS_USAGE,
        "%s: [%s] does not select an image of the file, which is %s; give an index, \":\", \"a:b\" or \"*\" (frames) for each dimension, two of them ranges for rows and columns",
        file->base.path, words, text_string(&shape));
    text_free(&shape);
    return STATUS_USAGE;
}

// --- Frames ---

// The first place of a frame along each kind of axis.
struct place {
    int64_t at[TIFF_AXES]; // by enum tiff_axis
};

static struct place place_of(const struct tiff_file *file, int64_t frame)
{
    const struct tiff_slice *slice = &file->slice;
    int64_t at[AXES_MAX];
    struct place place = {{0}};
    axes_first(&slice->axes, frame, false, at);
    for (int i = 0; i < slice->rank; i++)
        place.at[slice->kinds[i]] = at[i];
    return place;
}

int64_t tiff_frame_page(const struct tiff_file *file, int64_t frame)
{
    return file->slice.given ? place_of(file, frame).at[TIFF_PAGES] : frame;
}

static enum status place_load(struct tiff_file *file, const struct place *place, struct error *error)
{
    const struct tiff_slice *slice = &file->slice;
    bool has_samples = false;
    for (int i = 0; i < slice->rank; i++)
        has_samples = has_samples || slice->kinds[i] == TIFF_SAMPLES;
    if (has_samples && file->sample != place->at[TIFF_SAMPLES]) {
        file->sample = place->at[TIFF_SAMPLES];
        file->page = -1; // its layout has the sample
    }
    enum status status = tiff_page_load(file, place->at[TIFF_PAGES], error);
    const struct tiff_layout *layout = &file->layout;
    if (status != STATUS_OK || (layout->width == slice->width && layout->height == slice->height &&
                                layout->type == slice->type && layout->samples == slice->samples))
        return status;
    return error_set(error, STATUS_UNSUPPORTED,
                     "%s: page %lld is not like the first, so that no slice crosses both", file->base.path,
                     (long long)place->at[TIFF_PAGES]);
}

enum status tiff_frame_load(struct tiff_file *file, int64_t frame, struct error *error)
{
    if (!file->slice.given)
        return tiff_page_load(file, frame, error);
    const struct place place = place_of(file, frame);
    return place_load(file, &place, error);
}

void tiff_slice_describe(const struct tiff_file *file, struct frame_info *info)
{
    const struct axes *axes = &file->slice.axes;
    if (!file->slice.given)
        return;
    info->width = axes_width(axes);
    info->height = axes_height(axes);
    info->chunk_width = info->width;
    info->chunk_height = 1;
}

// --- Pixels ---

// A decode in work: the kinds of axes that are the rows and columns of the frame, and what one page gives of
// it.
struct turn {
    struct tiff_file *file;
    const struct decode_request *request;
    enum tiff_axis rows, columns;
    struct rect part; // of the page
    uint8_t *pixels, *classes;
    size_t item;
};

static bool is_inside(enum tiff_axis kind)
{
    return kind == TIFF_ROWS || kind == TIFF_COLUMNS;
}

// The rectangle of the page whose pixels are wanted: one row or column where that axis is fixed.
static struct rect part_of(const struct turn *turn, const struct place *place)
{
    const struct rect *rect = &turn->request->rect;
    struct rect part = {place->at[TIFF_COLUMNS], place->at[TIFF_ROWS], 1, 1};
    if (is_inside(turn->rows))
        *(turn->rows == TIFF_ROWS ? &part.height : &part.width) = rect->height;
    if (is_inside(turn->columns))
        *(turn->columns == TIFF_ROWS ? &part.height : &part.width) = rect->width;
    return part;
}

// Puts the part where it belongs, from row and column `row`, `column` of the request on.
static void part_place(const struct turn *turn, int64_t row, int64_t column)
{
    const struct decode_request *request = turn->request;
    for (int64_t y = 0; y < turn->part.height; y++)
        for (int64_t x = 0; x < turn->part.width; x++) {
            const int64_t from = y * turn->part.width + x;
            const int64_t down = turn->rows == TIFF_ROWS ? y : turn->rows == TIFF_COLUMNS ? x : row;
            const int64_t right = turn->columns == TIFF_COLUMNS ? x : turn->columns == TIFF_ROWS ? y : column;
            memcpy((uint8_t *)request->pixels + (size_t)down * request->stride + (size_t)right * turn->item,
                   turn->pixels + (size_t)from * turn->item, turn->item);
            request->classes[down * request->rect.width + right] |= turn->classes[from];
        }
}

static enum status part_decode(const struct turn *turn, const struct place *place,
                               struct decode_report *report, struct error *error)
{
    struct decode_request part = *turn->request;
    part.frame = place->at[TIFF_PAGES];
    part.rect = turn->part;
    part.pixels = turn->pixels;
    part.stride = (size_t)turn->part.width * turn->item;
    part.classes = turn->classes;
    memset(turn->classes, 0, (size_t)(turn->part.width * turn->part.height));
    enum status status = place_load(turn->file, place, error);
    return status == STATUS_OK ? tiff_page_decode(turn->file, &part, report, error) : status;
}

// Rows or columns that are pages or samples are put together page by page.
static enum status turn_all(struct turn *turn, struct place place, struct decode_report *report,
                            struct error *error)
{
    const struct rect *rect = &turn->request->rect;
    const int64_t down = is_inside(turn->rows) ? 1 : rect->height;
    const int64_t right = is_inside(turn->columns) ? 1 : rect->width;
    const struct place first = place;
    enum status status = STATUS_OK;
    for (int64_t row = 0; row < down; row++)
        for (int64_t column = 0; column < right && status == STATUS_OK; column++) {
            if (!is_inside(turn->rows))
                place.at[turn->rows] = first.at[turn->rows] + row;
            if (!is_inside(turn->columns))
                place.at[turn->columns] = first.at[turn->columns] + column;
            status = part_decode(turn, &place, report, error);
            if (status == STATUS_OK)
                part_place(turn, row, column);
        }
    return status;
}

static enum status slice_decode(struct tiff_file *file, const struct decode_request *request,
                                struct decode_report *report, struct error *error)
{
    const struct tiff_slice *slice = &file->slice;
    struct place place = place_of(file, request->frame);
    struct turn turn = {.file = file,
                        .request = request,
                        .rows = slice->kinds[slice->axes.rows],
                        .columns = slice->kinds[slice->axes.columns],
                        .item = sample_traits(slice->type)->bytes};
    place.at[turn.rows] += request->rect.y;
    place.at[turn.columns] += request->rect.x;
    turn.part = part_of(&turn, &place);
    if (turn.rows == TIFF_ROWS && turn.columns == TIFF_COLUMNS) {
        struct decode_request whole = *request;
        whole.frame = place.at[TIFF_PAGES];
        whole.rect = turn.part;
        enum status status = place_load(file, &place, error);
        return status == STATUS_OK ? tiff_page_decode(file, &whole, report, error) : status;
    }
    const size_t count = (size_t)(turn.part.width * turn.part.height); // not more than the request's pixels
    turn.pixels = malloc(count * turn.item);
    turn.classes = malloc(count);
    enum status status =
        turn.pixels && turn.classes
            ? turn_all(&turn, place, report, error)
            : error_set(error, STATUS_NO_MEMORY, "%s: not enough memory for a slice", file->base.path);
    free(turn.pixels);
    free(turn.classes);
    return status;
}

enum status tiff_decode(struct image_file *base, const struct decode_request *request,
                        struct decode_report *report, struct error *error)
{
    struct tiff_file *file = (struct tiff_file *)base;
    return file->slice.given ? slice_decode(file, request, report, error)
                             : tiff_page_decode(file, request, report, error);
}
