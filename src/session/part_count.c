// SPDX-License-Identifier: MIT
// One job that decodes the rows of the part band by band.
#include "session/part_count.h"

#include "base/size.h"
#include "base/text.h"
#include "sources/band_plan.h"

#include <stdlib.h>
#include <string.h>

struct part_count {
    struct part_count_request request; // with a share of the file
    struct frame_info info;
    struct mask *left_out; // a snapshot
    struct taps_result result;
    struct error error;
};

// Some rows of the part.
struct strip {
    struct image_file *file;
    int64_t max_rows;
    void *pixels;
    uint8_t *classes;
    struct taps *taps;
};

// --- on a thread of the pool ---

static enum status prepare(const struct part_count *count, struct strip *strip, struct error *error)
{
    const struct rect part = count->request.part;
    struct frame_info info = count->info;
    size_t pixels, bytes;
    info.width = part.width;
    info.height = part.height;
    info.sentinels = (struct sentinels){0}; // the mask has what they mark
    strip->max_rows = int64_min(band_plan_for(&count->info).rows, part.height);
    if (!size_of_plane(part.width, strip->max_rows, 1, &pixels) ||
        !size_multiply(pixels, sample_traits(info.type)->bytes, &bytes))
        return error_set(error, STATUS_TOO_LARGE, "the visible part is too large");
    strip->pixels = malloc(bytes);
    strip->classes = malloc(pixels);
    if (!strip->pixels || !strip->classes)
        return error_set(error, STATUS_NO_MEMORY, "not enough memory to look at the visible pixels");
    const enum status status = taps_create(&info, strip->max_rows, 0, REDUCE_MEAN, &strip->taps, error);
    return status ? status : handle_clone(count->request.file, &strip->file, error);
}

static enum status count_rows(const struct part_count *count, const struct strip *strip, struct rect rows,
                              struct cancel *cancel, struct error *error)
{
    const size_t stride = (size_t)rows.width * sample_traits(count->info.type)->bytes;
    const struct decode_request request = {.frame = count->request.frame,
                                           .rect = rows,
                                           .pixels = strip->pixels,
                                           .stride = stride,
                                           .classes = strip->classes,
                                           .cancel = cancel};
    struct decode_report report = {0};
    const struct band band = {
        rows.y - count->request.part.y, rows.height, rows.width, count->info.type, strip->pixels, stride};
    bool any;
    memset(strip->classes, 0, (size_t)(rows.width * rows.height));
    const enum status status = image_file_decode(strip->file, &request, &report, error);
    if (status)
        return status;
    if (count->left_out) // what the reader marks is in it
        mask_read(count->left_out, rows, strip->classes, (size_t)rows.width);
    taps_band(strip->taps, &band, strip->classes, &any);
    return STATUS_OK;
}

static void run(void *work, struct cancel *cancel)
{
    struct part_count *count = work;
    const struct rect part = count->request.part;
    struct strip strip = {0};
    enum status status = prepare(count, &strip, &count->error);
    for (int64_t y = 0; !status && y < part.height; y += strip.max_rows) {
        const struct rect rows = {part.x, part.y + y, part.width, int64_min(strip.max_rows, part.height - y)};
        status = cancel_requested(cancel) ? STATUS_CANCELLED
                                          : count_rows(count, &strip, rows, cancel, &count->error);
    }
    if (!status)
        taps_drain(strip.taps, &count->result);
    count->error.status = status;
    image_file_close(&strip.file);
    taps_destroy(&strip.taps);
    free(strip.pixels);
    free(strip.classes);
}

// --- the consumer's ---

static void finish(void *work)
{
    const struct part_count *count = work;
    count->request.done(count->request.context, &count->result, &count->error);
}

static void discard(void *work)
{
    struct part_count *count = work;
    handle_release(&count->request.file);
    mask_destroy(&count->left_out);
    taps_result_free(&count->result);
    free(count);
}

struct part_count *part_count_start(const struct part_count_request *request)
{
    struct mask *left_out = NULL;
    if (request->left_out && mask_snapshot(request->left_out, &left_out, NULL))
        return NULL;
    struct part_count *count = must_alloc(sizeof *count);
    count->request = *request;
    count->request.file = handle_share(request->file);
    count->info = *request->info;
    count->left_out = left_out;
    const struct job_request job = {.kind = JOB_WAITS,
                                    .priority = JOB_VISIBLE,
                                    .owner = count,
                                    .run = run,
                                    .finish = finish,
                                    .discard = discard,
                                    .work = count};
    jobs_start(request->jobs, &job);
    return count;
}

void part_count_abandon(struct part_count **count)
{
    if (*count)
        jobs_abandon((*count)->request.jobs, *count);
    *count = NULL;
}
