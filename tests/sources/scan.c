// SPDX-License-Identifier: MIT
// The walk over a frame: every row once, with its neighbours and classes, whatever the chunks and threads.
#include "sources/masks/scan.h"

#include "base/size.h"
#include "fake_reader.h"
#include "support/pool.h"
#include "support/testdata.h"

#include <pthread.h>

// What the visits saw.
struct seen {
    const struct fake_plan *plan;
    int64_t halo;
    pthread_mutex_t lock;
    uint8_t *rows; // how often each was visited
    int64_t visits, wrong_samples, wrong_classes, wrong_bands;
    int64_t fail_at; // the visit of this row fails; -1 never
};

static uint8_t expected_class(const struct fake_plan *plan, int64_t x, int64_t y, const uint8_t *sample)
{
    uint64_t bits = 0;
    memcpy(&bits, sample, sample_traits(plan->type)->bytes);
    const uint64_t max = ~(uint64_t)0 >> (64 - 8 * sample_traits(plan->type)->bytes);
    const uint8_t mark = bits == max ? MASK_BIT(MASK_GAP) : bits == max - 1 ? MASK_BIT(MASK_BAD) : 0;
    return fake_class(plan, x, y) | (plan->no_data_is_max ? mark : 0);
}

static void check_band(struct seen *seen, const struct band *band, const uint8_t *classes)
{
    const size_t bytes = sample_traits(seen->plan->type)->bytes;
    for (int64_t y = 0; y < band->rows; y++) {
        for (int64_t x = 0; x < band->width; x++) {
            uint8_t sample[8];
            fake_sample(seen->plan, x, band->y + y, sample);
            const uint8_t *found =
                (const uint8_t *)band->pixels + (size_t)y * band->stride + (size_t)x * bytes;
            seen->wrong_samples += memcmp(found, sample, bytes) != 0;
            seen->wrong_classes +=
                classes[y * band->width + x] != expected_class(seen->plan, x, band->y + y, sample);
        }
    }
}

static enum status visit(void *context, const struct band *band, const uint8_t *classes, int64_t y,
                         int64_t rows, int worker, struct error *error)
{
    struct seen *seen = context;
    const struct fake_plan *plan = seen->plan;
    const int64_t top = int64_max(0, y - seen->halo), bottom = int64_min(plan->height, y + rows + seen->halo);
    pthread_mutex_lock(&seen->lock);
    seen->visits++;
    seen->wrong_bands += band->y != top || band->rows != bottom - top || band->width != plan->width ||
                         worker < 0 || worker >= 8 || y % 64 != 0 ||
                         (rows % 64 != 0 && bottom != plan->height);
    for (int64_t row = y; row < y + rows; row++)
        seen->rows[row]++;
    check_band(seen, band, classes);
    const bool fails = seen->fail_at >= y && seen->fail_at < y + rows;
    pthread_mutex_unlock(&seen->lock);
    return fails ? error_set(error, STATUS_BROKEN, "stopped at row %lld", (long long)seen->fail_at)
                 : STATUS_OK;
}

static enum status scan_with(struct fake_plan *plan, struct seen *seen, bool helped, struct cancel *cancel,
                             struct error *error)
{
    struct image_file *file = fake_open(plan);
    struct handle *handle = handle_create(fake_open(plan));
    struct progress progress = {0};
    seen->plan = plan;
    seen->rows = calloc((size_t)plan->height, 1);
    pthread_mutex_init(&seen->lock, NULL);
    const struct scan_request request = {.file = file,
                                         .halo = seen->halo,
                                         .jobs = helped ? test_jobs() : NULL,
                                         .handle = handle,
                                         .owner = seen,
                                         .progress = &progress,
                                         .cancel = cancel,
                                         .visit = visit,
                                         .context = seen};
    const enum status status = scan_frame(&request, error);
    pthread_mutex_destroy(&seen->lock);
    assert_true((progress_share(&progress) == 1) == (status == STATUS_OK));
    image_file_close(&file);
    handle_release(&handle);
    assert_int_equal(atomic_load(&plan->handles), 0);
    return status;
}

static void every_row_once(void **state)
{
    (void)state;
    static const struct fake_plan plans[] = {
        {.width = 300, .height = 1000, .type = SAMPLE_U16, .no_data_is_max = true},
        {.width = 77, .height = 63, .type = SAMPLE_F32},
        {.width = 500, .height = 3000, .type = SAMPLE_U32, .chunk = 37, .no_data_is_max = true},
        {.width = 500, .height = 3000, .type = SAMPLE_F64, .chunk = 3000},
        {.width = 900, .height = 2000, .type = SAMPLE_I32, .sequential = true},
        {.width = 40000, .height = 130, .type = SAMPLE_U8, .no_data_is_max = true},
        {.width = 1, .height = 1, .type = SAMPLE_I64},
    };
    static const int64_t halos[] = {0, 1, 15};
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        for (size_t k = 0; k < 3; k++) {
            struct fake_plan plan = plans[i];
            struct seen seen = {.halo = halos[k], .fail_at = -1};
            struct error error = {0};
            assert_int_equal(scan_with(&plan, &seen, k > 0, NULL, &error), STATUS_OK);
            for (int64_t y = 0; y < plan.height; y++)
                assert_int_equal(seen.rows[y], 1);
            assert_int_equal(seen.wrong_bands, 0);
            assert_int_equal(seen.wrong_samples, 0);
            assert_int_equal(seen.wrong_classes, 0);
            free(seen.rows);
            wait_for_handles(&plan);
        }
    }
}

static void failures_stop_it(void **state)
{
    (void)state;
    struct fake_plan plan = {.width = 400, .height = 5000, .type = SAMPLE_F32};
    struct seen seen = {.fail_at = 700};
    struct error error = {0};
    assert_int_equal(scan_with(&plan, &seen, true, NULL, &error), STATUS_BROKEN);
    assert_string_equal(error.text, "stopped at row 700");
    free(seen.rows);

    struct fake_plan broken = {.width = 400,
                               .height = 5000,
                               .type = SAMPLE_F32,
                               .fail_from = 900,
                               .fail_to = 901,
                               .fail_status = STATUS_IO};
    seen = (struct seen){.fail_at = -1};
    assert_int_equal(scan_with(&broken, &seen, true, NULL, &error), STATUS_IO);
    free(seen.rows);

    // A clone that cannot be had is a worker less, no failure.
    struct fake_plan alone = {.width = 400, .height = 5000, .type = SAMPLE_F32, .fail_clone = true};
    seen = (struct seen){.fail_at = -1};
    assert_int_equal(scan_with(&alone, &seen, true, NULL, &error), STATUS_OK);
    for (int64_t y = 0; y < alone.height; y++)
        assert_int_equal(seen.rows[y], 1);
    free(seen.rows);
    wait_for_handles(&plan);
}

static void a_cancelled_scan_says_so(void **state)
{
    (void)state;
    struct fake_plan plan = {.width = 400, .height = 5000, .type = SAMPLE_F32};
    struct seen seen = {.fail_at = -1};
    struct cancel cancel = {0};
    struct error error = {0};
    cancel_request(&cancel);
    assert_int_equal(scan_with(&plan, &seen, true, &cancel, &error), STATUS_CANCELLED);
    assert_int_equal(seen.visits, 0);
    free(seen.rows);
    wait_for_handles(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_once),
        cmocka_unit_test(failures_stop_it),
        cmocka_unit_test(a_cancelled_scan_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
