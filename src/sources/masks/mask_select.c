// SPDX-License-Identifier: MIT
// Mask operations that look at the pixels of the frame, in bands on worker threads.
#include "base/size.h"
#include "base/text.h"
#include "sources/masks/mask_operation_internal.h"
#include "sources/masks/scan.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum status mask_operation_pixels(const struct mask_context *context, struct frame_info *info,
                                  struct error *error)
{
    if (!context->file)
        return error_set(error, STATUS_USAGE, "this needs the pixels of an image, and none is open");
    const enum status status = image_file_info(context->file, context->frame, info, error);
    if (status != STATUS_OK)
        return status;
    if (info->width == context->mask->width && info->height == context->mask->height)
        return STATUS_OK;
    return error_set(error, STATUS_MISMATCH, "the mask is %lld x %lld pixels, the image %lld x %lld",
                     (long long)context->mask->width, (long long)context->mask->height,
                     (long long)info->width, (long long)info->height);
}

static enum status scan_pixels(const struct mask_context *context, int64_t halo, scan_visit *visit,
                               void *visit_context, struct error *error)
{
    const struct scan_request request = {.file = context->file,
                                         .frame = context->frame,
                                         .halo = halo,
                                         .sentinels = context->sentinels,
                                         .jobs = context->jobs,
                                         .handle = context->handle,
                                         .owner = context->owner,
                                         .cancel = context->cancel,
                                         .progress = context->progress,
                                         .visit = visit,
                                         .context = visit_context};
    return scan_frame(&request, error);
}

// --- rules ---

struct selection {
    const struct mask_context *context;
    const struct mask_rule *rule;
    int64_t height;
    struct bitmap *selected;
};

// The marks of the data and the layers that are not being edited: what is masked there needs no mask of the
// user's.
static uint8_t *left_out(const struct mask_context *context, const struct band *band, const uint8_t *classes)
{
    const size_t pixels = (size_t)(band->rows * band->width);
    uint8_t *bytes = malloc(pixels);
    if (!bytes)
        return NULL;
    mask_read(context->mask, (struct rect){0, band->y, band->width, band->rows}, bytes, (size_t)band->width);
    for (size_t i = 0; i < pixels; i++)
        bytes[i] = (uint8_t)((bytes[i] & ~context->bits) | classes[i]);
    return bytes;
}

static enum status visit_rule(void *pointer, const struct band *band, const uint8_t *classes, int64_t y,
                              int64_t rows, int worker, struct error *error)
{
    struct selection *selection = pointer;
    (void)worker;
    uint8_t *masked = left_out(selection->context, band, classes);
    const bool done = masked && mask_rule_band(selection->rule, band, selection->height, y, rows, masked,
                                               selection->selected);
    free(masked);
    return done ? STATUS_OK : error_set(error, STATUS_NO_MEMORY, "no memory to select pixels");
}

enum status mask_select(const struct mask_context *context, const struct mask_rule *rule,
                        struct bitmap **selected, struct error *error)
{
    struct frame_info info = {0};
    struct selection selection = {.context = context, .rule = rule, .height = context->mask->height};
    enum status status = mask_rule_check(rule, error);
    if (status == STATUS_OK)
        status = mask_operation_pixels(context, &info, error);
    if (status == STATUS_OK)
        status = bitmap_create(info.width, info.height, &selection.selected, error);
    if (status == STATUS_OK)
        status = scan_pixels(context, mask_rule_halo(rule), visit_rule, &selection, error);
    if (status != STATUS_OK)
        bitmap_destroy(&selection.selected);
    *selected = selection.selected;
    return status;
}

static enum status run_rule(const struct mask_context *context, struct mask_rule rule, struct error *error)
{
    struct bitmap *selected = NULL;
    enum status status = mask_select(context, &rule, &selected, error);
    if (status == STATUS_OK)
        status = mask_operation_select(context, selected, error);
    bitmap_destroy(&selected);
    return status;
}

MASK_RUN(mask_run_below)
{
    (void)count;
    return run_rule(context, (struct mask_rule){.kind = MASK_RULE_BELOW, .low = numbers[0]}, error);
}

MASK_RUN(mask_run_above)
{
    (void)count;
    return run_rule(context, (struct mask_rule){.kind = MASK_RULE_ABOVE, .high = numbers[0]}, error);
}

MASK_RUN(mask_run_equal)
{
    (void)count;
    return run_rule(context, (struct mask_rule){.kind = MASK_RULE_EQUAL, .low = numbers[0]}, error);
}

MASK_RUN(mask_run_between)
{
    (void)count;
    const struct mask_rule rule = {.kind = MASK_RULE_BETWEEN, .low = numbers[0], .high = numbers[1]};
    return run_rule(context, rule, error);
}

MASK_RUN(mask_run_outside)
{
    (void)count;
    const struct mask_rule rule = {.kind = MASK_RULE_OUTSIDE, .low = numbers[0], .high = numbers[1]};
    return run_rule(context, rule, error);
}

MASK_RUN(mask_run_not_finite)
{
    (void)numbers, (void)count;
    return run_rule(context, (struct mask_rule){.kind = MASK_RULE_NOT_FINITE}, error);
}

MASK_RUN(mask_run_hot)
{
    const struct mask_rule rule = {.kind = MASK_RULE_HOT,
                                   .sigmas = count > 0 ? numbers[0] : 5,
                                   .window = count > 1 ? (int)numbers[1] : 5};
    return run_rule(context, rule, error);
}

// --- flood ---

// The value of one pixel.
static enum status read_pixel(const struct mask_context *context, const struct frame_info *info, int64_t x,
                              int64_t y, double *value, struct error *error)
{
    uint8_t sample[8], class = 0;
    const struct decode_request request = {.frame = context->frame,
                                           .rect = {x, y, 1, 1},
                                           .pixels = sample,
                                           .stride = sample_traits(info->type)->bytes,
                                           .classes = &class,
                                           .cancel = context->cancel};
    struct decode_report report = {0};
    const enum status status = image_file_decode(context->file, &request, &report, error);
    *value = sample_value(info->type, sample);
    return status;
}

MASK_RUN(mask_run_flood)
{
    struct frame_info info = {0};
    enum status status = mask_operation_pixels(context, &info, error);
    if (status != STATUS_OK)
        return status;
    const double x = numbers[0], y = numbers[1], tolerance = count > 2 ? numbers[2] : 0;
    double value = 0;
    if (!(x >= 0 && y >= 0 && x < (double)info.width && y < (double)info.height))
        return error_set(error, STATUS_USAGE, "the pixel %.0f, %.0f is outside of the image", x, y);
    status = read_pixel(context, &info, (int64_t)x, (int64_t)y, &value, error);
    struct bitmap *selected = NULL;
    struct mask_rule rule = {.kind = MASK_RULE_BETWEEN, .low = value - tolerance, .high = value + tolerance};
    if (isnan(value))
        rule.kind = MASK_RULE_NOT_FINITE;
    if (status == STATUS_OK)
        status = mask_select(context, &rule, &selected, error);
    const enum bitmap_neighbours neighbours = count > 3 && numbers[3] > 0 ? NEIGHBOURS_8 : NEIGHBOURS_4;
    if (status == STATUS_OK)
        status = bitmap_keep_region(selected, (int64_t)x, (int64_t)y, neighbours, error);
    if (status == STATUS_OK)
        status = mask_operation_select(context, selected, error);
    bitmap_destroy(&selected);
    return status;
}

// --- gaps ---

// A row or column is a gap while all its pixels so far have the one value that a gap may have.
struct gap_search {
    int64_t width, height;
    uint8_t *row_is_gap;    // written by one worker per row
    uint8_t *column_is_gap; // protected by lock
    double *column_value;   // of the first row seen; protected by lock
    bool any_row_seen;      // protected by lock
    pthread_mutex_t lock;
};

static bool value_of_gap(double value, const struct sample_traits *traits)
{
    return value == 0 || value == -1 || (!traits->is_signed && !traits->is_float && value == traits->max);
}

static void merge_columns(struct gap_search *search, const double *row)
{
    for (int64_t x = 0; x < search->width; x++) {
        if (!search->any_row_seen)
            search->column_value[x] = row[x];
        else if (row[x] != search->column_value[x])
            search->column_is_gap[x] = 0;
    }
    search->any_row_seen = true;
}

static enum status visit_gaps(void *pointer, const struct band *band, const uint8_t *classes, int64_t y,
                              int64_t rows, int worker, struct error *error)
{
    struct gap_search *search = pointer;
    (void)classes, (void)worker;
    const struct sample_traits *traits = sample_traits(band->type);
    double *row = malloc((size_t)band->width * sizeof *row);
    if (!row)
        return error_set(error, STATUS_NO_MEMORY, "no memory to look for gaps");
    for (int64_t i = 0; i < rows; i++) {
        sample_row_to_double(band->type, (const uint8_t *)band->pixels + (size_t)i * band->stride,
                             (size_t)band->width, row);
        bool same = value_of_gap(row[0], traits);
        for (int64_t x = 1; x < band->width && same; x++)
            same = row[x] == row[0];
        search->row_is_gap[y + i] = same;
        if (same)
            continue; // says nothing of the columns
        pthread_mutex_lock(&search->lock);
        merge_columns(search, row);
        pthread_mutex_unlock(&search->lock);
    }
    free(row);
    return STATUS_OK;
}

static enum status select_gaps(const struct mask_context *context, const struct frame_info *info,
                               struct gap_search *search, struct bitmap *selected, struct error *error)
{
    memset(search->column_is_gap, 1, (size_t)info->width);
    const enum status status = scan_pixels(context, 0, visit_gaps, search, error);
    if (status != STATUS_OK)
        return status;
    for (int64_t x = 0; x < info->width; x++)
        search->column_is_gap[x] = search->any_row_seen && search->column_is_gap[x] &&
                                   value_of_gap(search->column_value[x], sample_traits(info->type));
    for (int64_t y = 0; y < info->height; y++) {
        bitmap_or_bytes(selected, y, search->column_is_gap);
        if (search->row_is_gap[y] && search->any_row_seen)
            bitmap_set_span(selected, y, 0, info->width);
    }
    return STATUS_OK;
}

MASK_RUN(mask_run_gaps)
{
    (void)numbers, (void)count;
    struct frame_info info = {0};
    enum status status = mask_operation_pixels(context, &info, error);
    if (status != STATUS_OK)
        return status;
    struct bitmap *selected = NULL;
    struct gap_search search = {.width = info.width, .height = info.height};
    search.row_is_gap = calloc((size_t)info.height, 1);
    search.column_is_gap = malloc((size_t)info.width);
    search.column_value = calloc((size_t)info.width, sizeof *search.column_value);
    pthread_mutex_init(&search.lock, NULL);
    if (!search.row_is_gap || !search.column_is_gap || !search.column_value)
        status = error_set(error, STATUS_NO_MEMORY, "no memory to look for gaps");
    if (status == STATUS_OK)
        status = bitmap_create(info.width, info.height, &selected, error);
    if (status == STATUS_OK)
        status = select_gaps(context, &info, &search, selected, error);
    if (status == STATUS_OK)
        status = mask_operation_select(context, selected, error);
    pthread_mutex_destroy(&search.lock);
    free(search.row_is_gap);
    free(search.column_is_gap);
    free(search.column_value);
    bitmap_destroy(&selected);
    return status;
}

// --- what the data mark ---

static enum status visit_marks(void *pointer, const struct band *band, const uint8_t *classes, int64_t y,
                               int64_t rows, int worker, struct error *error)
{
    (void)worker, (void)error;
    for (int64_t row = 0; row < rows; row++)
        bitmap_or_bytes(pointer, y + row, classes + row * band->width);
    return STATUS_OK;
}

MASK_RUN(mask_run_marks)
{
    (void)numbers, (void)count;
    struct frame_info info = {0};
    struct bitmap *selected = NULL;
    enum status status = mask_operation_pixels(context, &info, error);
    if (status == STATUS_OK)
        status = bitmap_create(info.width, info.height, &selected, error);
    if (status == STATUS_OK)
        status = scan_pixels(context, 0, visit_marks, selected, error);
    if (status == STATUS_OK)
        status = mask_operation_select(context, selected, error);
    bitmap_destroy(&selected);
    return status;
}
