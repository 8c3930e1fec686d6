// SPDX-License-Identifier: MIT
// Forward to the rows that are wanted, and a copy of the columns that are wanted.
#include "formats/base/rows.h"

#include "base/cancel.h"
#include "base/size.h"
#include "formats/base/plain.h"

#include <stdlib.h>
#include <string.h>

static enum status take_row(struct rows *rows, void *row, int64_t *there, struct error *error)
{
    enum status status = rows->next(rows, row, there, error);
    // After a failure the place in the data is unknown.
    rows->position = status == STATUS_OK ? rows->position + 1 : INT64_MAX;
    return status;
}

static enum status forward_to(struct rows *rows, int64_t row, struct cancel *cancel, struct error *error)
{
    int64_t there;
    enum status status = STATUS_OK;
    if (row < rows->position) {
        status = rows->rewind(rows, error);
        rows->position = status == STATUS_OK ? 0 : INT64_MAX;
    }
    while (status == STATUS_OK && rows->position < row) {
        if (cancel_requested(cancel))
            return STATUS_CANCELLED;
        status = take_row(rows, rows->scratch, &there, error);
    }
    return status;
}

static void lose(struct rows *rows, void *pixels, uint8_t *classes, int64_t count,
                 struct decode_report *report)
{
    const struct plain_samples kind = {.path = rows->path, .type = rows->type};
    if (count > 0 && !report->first_loss.text[0])
        error_set(&report->first_loss, STATUS_BROKEN, "%s: %s", rows->path, rows->fault);
    plain_lose(&kind, pixels, classes, count, report);
}

enum status rows_decode(struct rows *rows, int64_t first_row, const struct decode_request *request,
                        struct decode_report *report, struct error *error)
{
    const struct rect rect = request->rect;
    const size_t item = sample_traits(rows->type)->bytes;
    if (!rows->scratch)
        rows->scratch = malloc((size_t)rows->width * item);
    if (!rows->scratch)
        return error_set(error, STATUS_NO_MEMORY, "%s: no memory for a row of %lld samples", rows->path,
                         (long long)rows->width);
    enum status status = forward_to(rows, first_row + rect.y, request->cancel, error);
    for (int64_t y = 0; y < rect.height && status == STATUS_OK; y++) {
        uint8_t *pixels = (uint8_t *)request->pixels + (size_t)y * request->stride;
        const bool whole = rect.width == rows->width;
        int64_t there = 0;
        if (cancel_requested(request->cancel))
            return STATUS_CANCELLED;
        status = take_row(rows, whole ? pixels : rows->scratch, &there, error);
        if (status != STATUS_OK)
            break;
        there = int64_clamp(there - rect.x, 0, rect.width);
        if (!whole)
            memcpy(pixels, rows->scratch + (size_t)rect.x * item, (size_t)there * item);
        lose(rows, pixels + (size_t)there * item, request->classes + y * rect.width + there,
             rect.width - there, report);
    }
    return status;
}

void rows_finish(struct rows *rows)
{
    free(rows->scratch);
    rows->scratch = NULL;
}
