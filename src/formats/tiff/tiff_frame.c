// SPDX-License-Identifier: MIT
// The frames of a TIFF file: pages, or what a slice puts together from several.
#include "base/size.h"
#include "formats/tiff/tiff_internal.h"

#include <stdlib.h>
#include <string.h>

enum status tiff_frames_slice(struct tiff_file *file, const char *words, struct error *error)
{
    enum status status = tiff_page_load(file, 0, error);
    if (status != STATUS_OK)
        return status;
    const struct tiff_layout *layout = &file->layout;
    const struct tiff_array array = {
        .pages = file->page_count,
        .width = layout->width,
        .height = layout->height,
        .samples = layout->way == TIFF_WAY_RGBA ? 3
                   : layout->complex            ? layout->samples / 2
                                                : layout->samples,
        .separate = layout->separate,
    };
    struct tiff_slice slice;
    status = tiff_slice_choose(&array, words, file->base.path, &slice, &file->base.frames, error);
    if (status != STATUS_OK)
        return status;
    file->slice = slice;
    file->alike = (struct tiff_alike){layout->width, layout->height, layout->type, layout->samples};
    return STATUS_OK;
}

// A slice may cross only pages that are like the first.
static bool is_like_first(const struct tiff_file *file)
{
    const struct tiff_layout *layout = &file->layout;
    const struct tiff_alike *first = &file->alike;
    return layout->width == first->width && layout->height == first->height && layout->type == first->type &&
           layout->samples == first->samples;
}

static enum status place_load(struct tiff_file *file, const struct tiff_place *place, struct error *error)
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
    if (status != STATUS_OK || is_like_first(file))
        return status;
    return error_set(error, STATUS_UNSUPPORTED,
                     "%s: page %lld is not like the first, so that no slice crosses both", file->base.path,
                     (long long)place->at[TIFF_PAGES]);
}

enum status tiff_frame_load(struct tiff_file *file, int64_t frame, struct error *error)
{
    if (!file->slice.given)
        return tiff_page_load(file, frame, error);
    const struct tiff_place place = tiff_slice_place(&file->slice, frame);
    return place_load(file, &place, error);
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
static struct rect part_of(const struct turn *turn, const struct tiff_place *place)
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

static enum status part_decode(const struct turn *turn, const struct tiff_place *place,
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
static enum status turn_all(struct turn *turn, struct tiff_place place, struct decode_report *report,
                            struct error *error)
{
    const struct rect *rect = &turn->request->rect;
    const int64_t down = is_inside(turn->rows) ? 1 : rect->height;
    const int64_t right = is_inside(turn->columns) ? 1 : rect->width;
    const struct tiff_place first = place;
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
    struct tiff_place place = tiff_slice_place(slice, request->frame);
    struct turn turn = {.file = file,
                        .request = request,
                        .rows = slice->kinds[slice->axes.rows],
                        .columns = slice->kinds[slice->axes.columns],
                        .item = sample_traits(file->alike.type)->bytes};
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
