// SPDX-License-Identifier: MIT
// Decoding of NumPy arrays in C and Fortran order.
#include "formats/npy_internal.h"

#include "base/cancel.h"
#include "base/size.h"

#include <string.h>

enum {
    COLUMN_BLOCK = 16,  // columns of a Fortran-ordered array that are turned at a time
    COLUMN_ROWS = 1024, // and rows
};

// Where the samples of a frame are: at first + y * row_step + x * column_step, counted in samples.
struct placement {
    int64_t first, row_step, column_step;
};

static struct placement frame_placement(const struct npy_array *array, int64_t frame)
{
    if (!array->fortran || array->axes < 2)
        return (struct placement){frame * array->width * array->height, array->width, 1};
    // The first axis runs fastest in the file, but frames are counted with the last of their axes fastest.
    struct placement place = {0};
    int64_t step = (int64_t)1;
    for (int i = 0; i < array->axes - 2; i++)
        step *= array->shape[i];
    place.row_step = step;
    place.column_step = step * array->height;
    for (int i = array->axes - 3; i >= 0; i--) {
        step /= array->shape[i];
        place.first += frame % array->shape[i] * step;
        frame /= array->shape[i];
    }
    return place;
}

int64_t npy_frame_first(const struct npy_array *array, int64_t frame)
{
    return frame_placement(array, frame).first;
}

// What one decode works with.
struct turning {
    const struct npy_array *array;
    const struct plain_samples *from;
    uint8_t *scratch; // COLUMN_BLOCK columns
};

// Reads `rows` samples of one column to scratch; beyond the file's end *there is less than `rows`.
static enum status read_column(const struct turning *work, int64_t first, int64_t step, int64_t rows,
                               uint8_t *out, int64_t *there, struct error *error)
{
    size_t item = sample_traits(work->array->type)->bytes;
    if (step == 1)
        return plain_read(work->from, first, rows, out, there, error);
    enum status status = STATUS_OK;
    int64_t got = 1, row = 0;
    for (; row < rows && got > 0 && status == STATUS_OK; row++)
        status = plain_read(work->from, first + row * step, 1, out + (size_t)row * item, &got, error);
    *there = got > 0 ? row : row - 1;
    return status;
}

// Turns one block of columns, which are contiguous in the file, into pieces of rows.
static enum status decode_block(const struct turning *work, const struct decode_request *request,
                                struct rect block, struct decode_report *report, struct error *error)
{
    size_t item = sample_traits(work->array->type)->bytes;
    struct placement place = frame_placement(work->array, request->frame);
    int64_t there[COLUMN_BLOCK];
    for (int64_t x = 0; x < block.width; x++) {
        int64_t first = place.first + (block.x + x) * place.column_step + block.y * place.row_step;
        enum status status = read_column(work, first, place.row_step, block.height,
                                         work->scratch + (size_t)(x * COLUMN_ROWS) * item, &there[x], error);
        if (status != STATUS_OK)
            return status;
    }
    for (int64_t y = 0; y < block.height; y++) {
        int64_t row = block.y - request->rect.y + y, column = block.x - request->rect.x;
        uint8_t *pixels = (uint8_t *)request->pixels + (size_t)row * request->stride + (size_t)column * item;
        uint8_t *classes = request->classes + row * request->rect.width + column;
        for (int64_t x = 0; x < block.width; x++) {
            if (y < there[x])
                memcpy(pixels + (size_t)x * item, work->scratch + (size_t)(x * COLUMN_ROWS + y) * item, item);
            else
                plain_lose(work->from, pixels + (size_t)x * item, classes + x, 1, report);
        }
    }
    return STATUS_OK;
}

static enum status decode_columns(const struct turning *work, const struct decode_request *request,
                                  struct decode_report *report, struct error *error)
{
    struct rect rect = request->rect;
    for (int64_t y = 0; y < rect.height; y += COLUMN_ROWS) {
        for (int64_t x = 0; x < rect.width; x += COLUMN_BLOCK) {
            if (cancel_requested(request->cancel))
                return STATUS_CANCELLED;
            struct rect block = {rect.x + x, rect.y + y, int64_min(COLUMN_BLOCK, rect.width - x),
                                 int64_min(COLUMN_ROWS, rect.height - y)};
            enum status status = decode_block(work, request, block, report, error);
            if (status != STATUS_OK)
                return status;
        }
    }
    return STATUS_OK;
}

enum status npy_array_decode(const struct npy_array *array, const struct plain_samples *from,
                             uint8_t **scratch, const struct decode_request *request,
                             struct decode_report *report, struct error *error)
{
    const struct placement place = frame_placement(array, request->frame);
    if (place.column_step == 1)
        return plain_decode(from, place.first, place.row_step, array->width, request, report, error);
    if (!*scratch)
        *scratch = must_alloc((size_t)COLUMN_BLOCK * COLUMN_ROWS * 8);
    const struct turning work = {.array = array, .from = from, .scratch = *scratch};
    return decode_columns(&work, request, report, error);
}

void npy_array_describe(const struct npy_array *array, struct text *out)
{
    text_printf(out, "descr\t%s%s\nfortran_order\t%s\nshape\t(", sample_traits(array->type)->name,
                array->swapped ? ", big-endian" : "", array->fortran ? "True" : "False");
    for (int i = 0; i < array->axes; i++)
        text_printf(out, "%s%lld", i ? ", " : "", (long long)array->shape[i]);
    text_append(out, array->axes == 1 ? ",)\n" : ")\n");
}
