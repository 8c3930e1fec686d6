// SPDX-License-Identifier: MIT
// One pass over a frame in bands.
#include "app/batch/info_internal.h"

#include "base/size.h"
#include "formats/writers/mask_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    BAND_BYTES = 8 << 20,       // the usual size of a band
    BAND_BYTES_MAX = 256 << 20, // a band grows so far to hold whole chunks of the file
};

static enum status request_check(const struct info_scan *scan, struct error *error)
{
    const struct info_options *options = scan->options;
    for (size_t i = 0; i < options->pixel_count; i++) {
        const struct info_pixel *pixel = &options->pixels[i];
        if (pixel->x < 0 || pixel->y < 0 || pixel->x >= scan->info.width || pixel->y >= scan->info.height)
            return error_set(error, STATUS_USAGE,
                             "%s: pixel %" PRId64 ",%" PRId64 " lies outside the image of %" PRId64
                             " x %" PRId64 " pixels",
                             options->source, pixel->x, pixel->y, scan->info.width, scan->info.height);
    }
    return STATUS_OK;
}

static enum status scan_open(struct info_scan *scan, struct error *error)
{
    const struct info_options *options = scan->options;
    struct cancel *cancel = task_cancel(options->task);
    enum status status = source_open_name(options->source, options->channel, cancel, &scan->file, error);
    if (status != STATUS_OK)
        return status;
    status = image_file_info_heeding(scan->file, options->frame, cancel, &scan->info, error);
    frame_info_choose(&scan->info, &options->choice);
    return status == STATUS_OK ? request_check(scan, error) : status;
}

// Rows of a band: some megabytes, in whole chunks of the file where that is not too much.
static int64_t band_rows_choose(const struct frame_info *info, size_t row_bytes)
{
    int64_t rows = int64_max(1, (int64_t)(BAND_BYTES / row_bytes));
    int64_t limit = int64_max(1, (int64_t)(BAND_BYTES_MAX / row_bytes));
    int64_t chunk = int64_min(int64_max(info->chunk_height, 1), info->height);
    if (chunk <= limit)
        rows = rows > chunk ? rows / chunk * chunk : chunk;
    return int64_min(rows, info->height);
}

static enum status buffers_create(struct info_scan *scan, struct error *error)
{
    const struct frame_info *info = &scan->info;
    size_t sample_bytes = sample_traits(info->type)->bytes, band_bytes;
    if (!size_of_plane(info->width, 1, sample_bytes, &scan->row_bytes))
        return error_set(error, STATUS_TOO_LARGE, "%s: a row of %" PRId64 " pixels cannot be held",
                         scan->options->source, info->width);
    scan->band_rows = band_rows_choose(info, scan->row_bytes);
    if (!size_of_plane(info->width, scan->band_rows, sample_bytes, &band_bytes))
        return error_set(error, STATUS_TOO_LARGE, "%s: rows of %" PRId64 " pixels cannot be held",
                         scan->options->source, info->width);
    scan->pixels = malloc(band_bytes);
    scan->classes = malloc(band_bytes / sample_bytes);
    scan->mask_row = malloc((size_t)info->width);
    if (!scan->pixels || !scan->classes || !scan->mask_row)
        return error_set(error, STATUS_NO_MEMORY, "%s: no memory for %" PRId64 " rows of %" PRId64 " pixels",
                         scan->options->source, scan->band_rows, info->width);
    return STATUS_OK;
}

static enum status scan_prepare(struct info_scan *scan, struct error *error)
{
    const struct frame_info *info = &scan->info;
    enum status status = buffers_create(scan, error);
    if (status == STATUS_OK)
        status = taps_create(info, scan->band_rows, 0, REDUCE_MEAN, &scan->taps, error);
    const bool masked = scan->options->mask && !(scan->options->choice.ignored & MASK_BIT(MASK_FILE));
    if (status == STATUS_OK && masked)
        status = mask_create(info->width, info->height, &scan->mask, error);
    if (status == STATUS_OK && scan->mask)
        status = mask_file_load(scan->options->mask, task_cancel(scan->options->task), scan->mask, error);
    if (status == STATUS_OK && scan->options->verify)
        status = image_file_verify(scan->file, scan->options->frame, task_cancel(scan->options->task),
                                   &scan->verified, error);
    if (scan->options->checksum)
        SHA256Init(&scan->digest);
    return status;
}

static void report_add(struct decode_report *sum, const struct decode_report *report)
{
    if (sum->lost_pixels == 0 && report->lost_pixels > 0)
        sum->first_loss = report->first_loss;
    sum->lost_pixels += report->lost_pixels;
}

static void mask_apply(struct info_scan *scan, const struct rect *rect)
{
    for (int64_t i = 0; i < rect->height; i++) {
        struct rect row = {.x = 0, .y = rect->y + i, .width = rect->width, .height = 1};
        if (!mask_read(scan->mask, row, scan->mask_row, (size_t)rect->width))
            continue;
        uint8_t *classes = scan->classes + (size_t)i * (size_t)rect->width;
        for (int64_t x = 0; x < rect->width; x++)
            classes[x] |= scan->mask_row[x];
    }
}

static void classes_count(struct info_scan *scan, size_t count)
{
    int64_t of_byte[256] = {0};
    for (size_t i = 0; i < count; i++)
        of_byte[scan->classes[i]]++;
    for (int bits = 1; bits < 256; bits++) {
        for (int layer = 0; layer < MASK_LAYER_COUNT; layer++)
            scan->class_counts[layer] += bits & MASK_BIT(layer) ? of_byte[bits] : 0;
    }
}

static void pixels_collect(struct info_scan *scan, const struct rect *rect)
{
    size_t bytes = sample_traits(scan->info.type)->bytes;
    for (size_t i = 0; i < scan->options->pixel_count; i++) {
        const struct info_pixel *pixel = &scan->options->pixels[i];
        if (pixel->y < rect->y || pixel->y >= rect->y + rect->height)
            continue;
        size_t index = (size_t)(pixel->y - rect->y) * (size_t)rect->width + (size_t)pixel->x;
        memcpy(scan->found[i].sample, scan->pixels + index * bytes, bytes);
        scan->found[i].classes = scan->classes[index];
    }
}

static enum status band_scan(struct info_scan *scan, struct rect rect, struct error *error)
{
    struct decode_report report = {0};
    struct decode_request request = {
        .frame = scan->options->frame,
        .rect = rect,
        .pixels = scan->pixels,
        .stride = scan->row_bytes,
        .classes = scan->classes,
        .ignored_classes = scan->options->choice.ignored,
        .cancel = task_cancel(scan->options->task),
    };
    memset(scan->classes, 0, (size_t)rect.height * (size_t)rect.width);
    enum status status = image_file_decode(scan->file, &request, &report, error);
    if (status != STATUS_OK)
        return status;
    report_add(&scan->report, &report);
    if (scan->mask)
        mask_apply(scan, &rect);
    struct band band = {
        .y = rect.y,
        .rows = rect.height,
        .width = rect.width,
        .type = scan->info.type,
        .pixels = scan->pixels,
        .stride = scan->row_bytes,
    };
    bool any_class = false;
    taps_band(scan->taps, &band, scan->classes, &any_class);
    if (any_class || report.any_class || scan->mask)
        classes_count(scan, (size_t)(rect.height * rect.width));
    pixels_collect(scan, &rect);
    // Samples are little-endian in memory, as the checksum wants them.
    if (scan->options->checksum)
        SHA256Update(&scan->digest, scan->pixels, (size_t)rect.height * scan->row_bytes);
    return STATUS_OK;
}

// Rows [0, y) of this source are done.
static void progress_tell(const struct info_scan *scan, int64_t y)
{
    const double share = (double)y / (double)scan->info.height;
    const double sources = (double)(scan->options->count ? scan->options->count : 1);
    task_progress(scan->options->task, ((double)scan->options->index + share) / sources);
}

static enum status scan_all(struct info_scan *scan, struct error *error)
{
    enum status status = STATUS_OK;
    scan->found = must_alloc((scan->options->pixel_count + 1) * sizeof *scan->found);
    for (int64_t y = 0; status == STATUS_OK && y < scan->info.height; y += scan->band_rows) {
        progress_tell(scan, y);
        status = task_stopped(scan->options->task, error);
        if (status != STATUS_OK)
            break;
        int64_t rows = int64_min(scan->band_rows, scan->info.height - y);
        status =
            band_scan(scan, (struct rect){.x = 0, .y = y, .width = scan->info.width, .height = rows}, error);
    }
    scan->unread = status == STATUS_UNSUPPORTED;
    if (status == STATUS_OK && scan->options->checksum)
        SHA256End(&scan->digest, scan->checksum);
    if (status == STATUS_OK)
        taps_drain(scan->taps, &scan->result);
    return status;
}

// What the readers tell besides pixels.
static enum status words_read(struct info_scan *scan, struct error *error)
{
    const struct info_options *options = scan->options;
    struct cancel *cancel = task_cancel(options->task);
    enum status status = image_file_detector(scan->file, options->frame, cancel, &scan->detector, error);
    if (status == STATUS_OK && options->metadata)
        status = image_file_metadata(scan->file, options->frame, cancel, &scan->metadata, error);
    if (status == STATUS_OK && options->contents)
        status = image_file_contents(scan->file, cancel, &scan->contents, error);
    return status;
}

enum status info_scan_run(struct info_scan *scan, struct error *error)
{
    enum status status = scan_open(scan, error);
    if (status == STATUS_OK)
        status = words_read(scan, error);
    if (status == STATUS_OK)
        status = scan_prepare(scan, error);
    return status == STATUS_OK ? scan_all(scan, error) : status;
}

void info_scan_free(struct info_scan *scan)
{
    text_free(&scan->metadata);
    text_free(&scan->contents);
    taps_result_free(&scan->result);
    taps_destroy(&scan->taps);
    mask_destroy(&scan->mask);
    free(scan->pixels);
    free(scan->classes);
    free(scan->mask_row);
    free(scan->found);
    image_file_close(&scan->file);
}
