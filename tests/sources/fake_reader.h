// SPDX-License-Identifier: MIT
// A reader without files for tests of loading: any size, type and chunk height, and failures where they are
// wanted.
#ifndef FOVEA_TESTS_SOURCES_FAKE_READER_H
#define FOVEA_TESTS_SOURCES_FAKE_READER_H

#include "formats/base/reader.h"
#include "image/mask.h"
#include "support/testdata.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fake_plan {
    int64_t width, height;
    enum sample_type type;
    int64_t chunk; // height of chunks; 0 = 1
    bool sequential, no_data_is_max;
    bool plain; // no pixel is NaN, Inf or classed

    int64_t fail_from, fail_to; // decoding of these rows fails ...
    enum status fail_status;    // ... with this
    int64_t lose_from, lose_to; // these rows are damaged: lost and reported
    bool fail_info, fail_clone;
    atomic_llong block_from; // decoding at this row or below waits until it is cancelled; 0 = never

    atomic_bool stuck; // decoding waits for this to be false, cancelled or not

    // What happened.
    atomic_int handles;       // opened and not closed
    atomic_int decodes;       // begun
    atomic_llong chunks_made; // with a handle that keeps the last one
};

struct fake_file {
    struct image_file base;
    struct fake_plan *plan;
    int64_t last_chunk;
};

extern const struct reader fake_reader;

static inline uint64_t fake_hash(int64_t x, int64_t y)
{
    uint64_t z = (uint64_t)x * 0x9E3779B97F4A7C15u + (uint64_t)y * 0xC2B2AE3D27D4EB4Fu + 1;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

// The sample at a place: all patterns of whole numbers and of halves, wide floats with NaN and Inf among
// them.
static inline void fake_sample(const struct fake_plan *plan, int64_t x, int64_t y, uint8_t *out)
{
    uint64_t hash = fake_hash(x, y);
    double value = (double)(int64_t)(hash >> 40) / 64 - 100000;
    if (!plan->plain)
        value = hash % 97 == 0    ? (double)NAN
                : hash % 101 == 0 ? (double)INFINITY
                : hash % 211 == 0 ? 1e39
                                  : value;
    if (hash % 7 == 0 && !sample_traits(plan->type)->is_float)
        hash = UINT64_MAX;
    if (plan->type == SAMPLE_F32)
        memcpy(out, &(float){(float)value}, 4);
    else if (plan->type == SAMPLE_F64)
        memcpy(out, &value, 8);
    else
        memcpy(out, &hash, sample_traits(plan->type)->bytes);
}

static inline uint8_t fake_class(const struct fake_plan *plan, int64_t x, int64_t y)
{
    return !plan->plain && fake_hash(y, x) % 531 == 0 ? MASK_BIT(MASK_HOT) : 0;
}

static inline struct image_file *fake_open(struct fake_plan *plan)
{
    struct fake_file *file = must_alloc(sizeof *file);
    file->base = (struct image_file){.reader = &fake_reader, .path = must_copy("fake.img"), .frames = 1};
    file->plan = plan;
    file->last_chunk = -1;
    atomic_fetch_add(&plan->handles, 1);
    return &file->base;
}

static enum status fake_info(struct image_file *base, int64_t frame, struct frame_info *info,
                             struct error *error)
{
    const struct fake_plan *plan = ((struct fake_file *)base)->plan;
    (void)frame;
    if (plan->fail_info)
        return error_set(error, STATUS_BROKEN, "%s: the header is broken", base->path);
    *info = (struct frame_info){.width = plan->width,
                                .height = plan->height,
                                .type = plan->type,
                                .chunk_width = plan->width,
                                .chunk_height = plan->chunk ? plan->chunk : 1,
                                .sequential = plan->sequential,
                                .sentinels.max_is_no_data = plan->no_data_is_max};
    return STATUS_OK;
}

static inline void fake_count_chunks(struct fake_file *file, struct rect rect)
{
    const int64_t chunk = file->plan->chunk ? file->plan->chunk : 1;
    for (int64_t at = rect.y / chunk; at <= (rect.y + rect.height - 1) / chunk; at++) {
        if (at != file->last_chunk)
            atomic_fetch_add(&file->plan->chunks_made, 1);
        file->last_chunk = at;
    }
}

static void fake_row(const struct fake_plan *plan, const struct decode_request *request, int64_t row,
                     struct decode_report *report)
{
    const struct rect rect = request->rect;
    const size_t bytes = sample_traits(plan->type)->bytes;
    uint8_t *pixels = (uint8_t *)request->pixels + (size_t)row * request->stride;
    uint8_t *classes = request->classes + row * rect.width;
    const int64_t y = rect.y + row;
    for (int64_t x = 0; x < rect.width; x++) {
        fake_sample(plan, rect.x + x, y, pixels + (size_t)x * bytes);
        classes[x] |= fake_class(plan, rect.x + x, y);
        report->any_class |= classes[x] != 0;
    }
    if (y < plan->lose_from || y >= plan->lose_to)
        return;
    memset(pixels, sample_traits(plan->type)->is_float ? 0xFF : 0, (size_t)rect.width * bytes);
    memset(classes, MASK_BIT(MASK_BAD), (size_t)rect.width);
    report->any_class = true;
    if (report->lost_pixels == 0)
        error_set(&report->first_loss, STATUS_BROKEN, "fake.img: row %lld is damaged", (long long)y);
    report->lost_pixels += rect.width;
}

static enum status fake_decode(struct image_file *base, const struct decode_request *request,
                               struct decode_report *report, struct error *error)
{
    struct fake_file *file = (struct fake_file *)base;
    struct fake_plan *plan = file->plan;
    const struct rect rect = request->rect;
    atomic_fetch_add(&plan->decodes, 1);
    fake_count_chunks(file, rect);
    while (plan->block_from > 0 && rect.y + rect.height > plan->block_from &&
           !cancel_requested(request->cancel))
        usleep(200);
    while (plan->stuck)
        usleep(200);
    for (int64_t row = 0; row < rect.height; row++) {
        if (cancel_requested(request->cancel))
            return error_set(error, STATUS_CANCELLED, "cancelled");
        if (rect.y + row >= plan->fail_from && rect.y + row < plan->fail_to)
            return error_set(error, plan->fail_status, "%s: row %lld cannot be read", base->path,
                             (long long)(rect.y + row));
        fake_row(plan, request, row, report);
    }
    return STATUS_OK;
}

static enum status fake_clone(struct image_file *base, struct image_file **copy, struct error *error)
{
    struct fake_plan *plan = ((struct fake_file *)base)->plan;
    if (plan->fail_clone)
        return error_set(error, STATUS_IO, "%s: is gone", base->path);
    *copy = fake_open(plan);
    return STATUS_OK;
}

static void fake_close(struct image_file *base)
{
    atomic_fetch_sub(&((struct fake_file *)base)->plan->handles, 1);
    free(base->path);
    free(base);
}

const struct reader fake_reader = {.name = "fake",
                                   .description = "made by a formula",
                                   .frame_info = fake_info,
                                   .decode = fake_decode,
                                   .clone = fake_clone,
                                   .close = fake_close};

// Waits until no handle is open any more.
static inline void wait_for_handles(struct fake_plan *plan)
{
    for (int tries = 0; tries < 100000 && plan->handles > 0; tries++)
        usleep(200);
    assert_int_equal(plan->handles, 0);
}

#endif
