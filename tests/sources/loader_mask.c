// SPDX-License-Identifier: MIT
// Tests of loads under the mask of a user who goes on drawing.
#include "sources/loader.h"

#include "fake_reader.h"
#include "support/pool.h"
#include "support/testdata.h"

#include <string.h>
#include <unistd.h>

static struct mask *make_mask(int64_t width, int64_t height)
{
    struct mask *mask = NULL;
    assert_int_equal(mask_create(width, height, &mask, NULL), STATUS_OK);
    return mask;
}

static struct mask *snapshot(const struct mask *mask)
{
    struct mask *copy = NULL;
    assert_int_equal(mask_snapshot(mask, &copy, NULL), STATUS_OK);
    return copy;
}

static void take_all(struct loader *loader)
{
    while (!loader_done(loader)) {
        struct loaded_band band;
        if (loader_take(loader, 1000, &band))
            loader_give_back(loader, &band);
    }
}

// What the user drew stays in the mask whether its pixels count or not.
static void drawn_pixels_count_where_the_user_says_so(void **state)
{
    (void)state;
    uint8_t drawn[25];
    memset(drawn, 0xff, sizeof drawn);
    for (int counted = 0; counted < 2; counted++) {
        struct fake_plan plan = {.width = 300, .height = 500, .type = SAMPLE_U16, .plain = true};
        struct mask *mask = make_mask(300, 500);
        mask_write(mask, (struct rect){60, 62, 5, 5}, drawn, 5, MASK_BIT(MASK_USER));
        mask_write(mask, (struct rect){62, 62, 5, 5}, drawn, 5, MASK_BIT(MASK_USER_2));
        const struct loader_request request = {.jobs = test_jobs(),
                                               .file = fake_open(&plan),
                                               .user = mask,
                                               .threads = 2,
                                               .choice = {.ignored = counted ? MASK_BIT(MASK_USER) : 0}};
        struct loader *loader = loader_start(&request);
        take_all(loader);
        struct loader_outcome outcome;
        loader_finish(&loader, &outcome);
        assert_int_equal(outcome.status, STATUS_OK);
        assert_int_equal(outcome.taps.statistics.masked, counted ? 25 : 35);
        assert_int_equal(mask_count(outcome.classes, 0xff), 0);
        loader_outcome_free(&outcome);
        wait_for_handles(&plan);
    }
}

// The owner of a mask goes on drawing while a load has a snapshot of it; the load leaves out what was masked
// when it began.
static void the_user_draws_while_a_frame_loads(void **state)
{
    (void)state;
    struct fake_plan plan = {.width = 600, .height = 3000, .type = SAMPLE_U16, .plain = true, .stuck = true};
    struct mask *mask = make_mask(600, 3000);
    uint8_t row[600];
    memset(row, 0xff, sizeof row);
    for (int64_t y = 0; y < 100; y++)
        mask_mark(mask, (struct rect){0, y, 600, 1}, row, 600, MASK_BIT(MASK_USER));
    const struct loader_request request = {
        .jobs = test_jobs(), .file = fake_open(&plan), .user = snapshot(mask), .threads = 2};
    struct loader *loader = loader_start(&request);
    while (plan.decodes < 1)
        usleep(200);
    for (int64_t y = 50; y < 1000; y++)
        mask_mark(mask, (struct rect){0, y, 600, 1}, row, 600, MASK_BIT(MASK_USER_2));
    mask_clear(mask, MASK_BIT(MASK_USER));
    plan.stuck = false;
    for (int64_t y = 1000; !loader_done(loader); y = 1000 + (y + 1) % 2000) {
        struct loaded_band band;
        mask_mark(mask, (struct rect){0, y, 600, 1}, row, 600, MASK_BIT(MASK_USER_3));
        if (loader_take(loader, 0, &band))
            loader_give_back(loader, &band);
    }
    struct loader_outcome outcome;
    loader_finish(&loader, &outcome);
    assert_int_equal(outcome.status, STATUS_OK);
    assert_int_equal(outcome.taps.statistics.masked, 600 * 100);
    assert_int_equal(mask_count(mask, MASK_BIT(MASK_USER_2)), 600 * 950);
    loader_outcome_free(&outcome);
    mask_destroy(&mask);
    wait_for_handles(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drawn_pixels_count_where_the_user_says_so),
        cmocka_unit_test(the_user_draws_while_a_frame_loads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
