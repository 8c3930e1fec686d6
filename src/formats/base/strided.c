// SPDX-License-Identifier: MIT
// Runs of samples with gaps, as rows or, where those are further apart, as columns that are turned in blocks.
#include "formats/base/strided.h"

#include "base/cancel.h"
#include "base/size.h"
#include "base/text.h"

#include <string.h>

enum {
    COLUMN_BLOCK = 16,  // columns that are turned at a time
    COLUMN_ROWS = 1024, // and rows
    SPAN_BYTES = 32 * 1024,
    SPAN_SAMPLES = 16, // fewer in a span are read one by one
};

struct strided strided_place(const struct axes *axes, const int64_t *steps, int64_t frame)
{
    int64_t at[AXES_MAX];
    struct strided place = {.row_step = 1, .column_step = 1};
    axes_first(axes, frame, false, at);
    for (int i = 0; i < axes->rank; i++)
        place.first += at[i] * steps[i];
    if (axes->columns >= 0)
        place.column_step = steps[axes->columns];
    place.row_step = axes->rows >= 0 ? steps[axes->rows] : place.column_step * axes_width(axes);
    return place;
}

static void gather(const uint8_t *span, size_t item, int64_t step, int64_t count, uint8_t *out)
{
    for (int64_t i = 0; i < count; i++)
        memcpy(out + (size_t)i * item, span + (size_t)(i * step) * item, item);
}

// Reads `count` samples that are `step` apart; beyond the file's end *there is less than `count`.
static enum status read_run(const struct plain_samples *from, int64_t first, int64_t step, int64_t count,
                            uint8_t *out, int64_t *there, struct error *error)
{
    const size_t item = sample_traits(from->type)->bytes;
    if (step == 1)
        return plain_read(from, first, count, out, there, error);
    *there = from->present > first ? int64_min(count, (from->present - first - 1) / step + 1) : 0;
    uint64_t span[SPAN_BYTES / 8];
    const int64_t room = SPAN_BYTES / (int64_t)item;
    const int64_t block = room / step >= SPAN_SAMPLES ? room / step : 1;
    enum status status = STATUS_OK;
    for (int64_t done = 0; done < *there && status == STATUS_OK; done += block) {
        const int64_t wanted = int64_min(block, *there - done);
        int64_t got;
        status = plain_read(from, first + done * step, (wanted - 1) * step + 1, span, &got, error);
        gather((const uint8_t *)span, item, step, wanted, out + (size_t)done * item);
    }
    return status;
}

static enum status decode_rows(const struct plain_samples *from, const struct strided *place,
                               const struct decode_request *request, struct decode_report *report,
                               struct error *error)
{
    const size_t item = sample_traits(from->type)->bytes;
    const struct rect rect = request->rect;
    for (int64_t y = 0; y < rect.height; y++) {
        if (cancel_requested(request->cancel))
            return STATUS_CANCELLED;
        const int64_t first = place->first + (rect.y + y) * place->row_step + rect.x * place->column_step;
        uint8_t *out = (uint8_t *)request->pixels + (size_t)y * request->stride;
        int64_t there;
        enum status status = read_run(from, first, place->column_step, rect.width, out, &there, error);
        if (status != STATUS_OK)
            return status;
        plain_lose(from, out + (size_t)there * item, request->classes + y * rect.width + there,
                   rect.width - there, report);
    }
    return STATUS_OK;
}

// Turns one block of columns into pieces of rows.
static enum status decode_block(const struct plain_samples *from, const struct strided *place,
                                uint8_t *scratch, const struct decode_request *request, struct rect block,
                                struct decode_report *report, struct error *error)
{
    const size_t item = sample_traits(from->type)->bytes;
    int64_t there[COLUMN_BLOCK];
    for (int64_t x = 0; x < block.width; x++) {
        const int64_t first = place->first + (block.x + x) * place->column_step + block.y * place->row_step;
        enum status status = read_run(from, first, place->row_step, block.height,
                                      scratch + (size_t)(x * COLUMN_ROWS) * item, &there[x], error);
        if (status != STATUS_OK)
            return status;
    }
    for (int64_t y = 0; y < block.height; y++) {
        const int64_t row = block.y - request->rect.y + y, column = block.x - request->rect.x;
        uint8_t *pixels = (uint8_t *)request->pixels + (size_t)row * request->stride + (size_t)column * item;
        uint8_t *classes = request->classes + row * request->rect.width + column;
        for (int64_t x = 0; x < block.width; x++) {
            if (y < there[x])
                memcpy(pixels + (size_t)x * item, scratch + (size_t)(x * COLUMN_ROWS + y) * item, item);
            else
                plain_lose(from, pixels + (size_t)x * item, classes + x, 1, report);
        }
    }
    return STATUS_OK;
}

static enum status decode_columns(const struct plain_samples *from, const struct strided *place,
                                  uint8_t *scratch, const struct decode_request *request,
                                  struct decode_report *report, struct error *error)
{
    const struct rect rect = request->rect;
    for (int64_t y = 0; y < rect.height; y += COLUMN_ROWS) {
        for (int64_t x = 0; x < rect.width; x += COLUMN_BLOCK) {
            if (cancel_requested(request->cancel))
                return STATUS_CANCELLED;
            const struct rect block = {rect.x + x, rect.y + y, int64_min(COLUMN_BLOCK, rect.width - x),
                                       int64_min(COLUMN_ROWS, rect.height - y)};
            enum status status = decode_block(from, place, scratch, request, block, report, error);
            if (status != STATUS_OK)
                return status;
        }
    }
    return STATUS_OK;
}

enum status strided_decode(const struct plain_samples *from, const struct strided *place, uint8_t **scratch,
                           const struct decode_request *request, struct decode_report *report,
                           struct error *error)
{
    if (place->column_step == 1)
        return plain_decode(from, place->first, place->row_step, place->row_step, request, report, error);
    if (place->column_step < place->row_step)
        return decode_rows(from, place, request, report, error);
    if (!*scratch)
        *scratch = must_alloc(STRIDED_SCRATCH_BYTES);
    return decode_columns(from, place, *scratch, request, report, error);
}
