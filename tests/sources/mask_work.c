// SPDX-License-Identifier: MIT
// Mask operations as jobs: they find what they would find at once, go on while the mask is drawn on, and are
// let go at any moment, whatever they wait for.
#include "sources/masks/mask_work.h"

#include "fake_reader.h"
#include "support/pool.h"

enum { WIDTH = 500, HEIGHT = 1000 };

struct found {
    int calls;
    enum status status;
    struct error error;
    struct mask_change change;
};

static void take(void *context, enum status status, const struct error *error, struct mask_change *change)
{
    struct found *found = context;
    found->calls++;
    found->status = status;
    found->error = *error;
    found->change = *change;
}

// A frame with its mask, of which row 3 is masked.
struct bench {
    struct fake_plan plan;
    struct handle *handle;
    struct mask *mask;
    struct found found;
};

static void setup(struct bench *bench)
{
    static const uint8_t row[WIDTH] = {[10] = 1, [11] = 1};
    *bench = (struct bench){.plan = {.width = WIDTH, .height = HEIGHT, .type = SAMPLE_F32}};
    bench->handle = handle_create(fake_open(&bench->plan));
    assert_int_equal(mask_create(WIDTH, HEIGHT, &bench->mask, NULL), STATUS_OK);
    mask_mark(bench->mask, (struct rect){0, 3, WIDTH, 1}, row, WIDTH, MASK_BIT(MASK_USER));
}

static void teardown(struct bench *bench)
{
    mask_change_free(&bench->found.change);
    mask_destroy(&bench->mask);
    handle_release(&bench->handle);
    wait_for_handles(&bench->plan);
}

static struct mask_work *start(struct bench *bench, const char *name, const double *numbers, size_t count)
{
    const struct mask_work_request request = {.jobs = test_jobs(),
                                              .operation = mask_operation_find(name),
                                              .numbers = numbers,
                                              .count = count,
                                              .mask = bench->mask,
                                              .bits = MASK_BIT(MASK_USER),
                                              .file = bench->handle,
                                              .done = take,
                                              .context = &bench->found};
    struct mask_work *work = NULL;
    assert_int_equal(mask_work_start(&request, &work, NULL), STATUS_OK);
    return work;
}

static void wait_for_end(const struct bench *bench)
{
    while (bench->found.calls == 0) {
        jobs_wait(test_jobs(), 1000);
        jobs_drain(test_jobs());
    }
    assert_int_equal(bench->found.calls, 1);
}

static void pixels_are_found(void **state)
{
    (void)state;
    struct bench bench;
    const double limit = 5000;
    setup(&bench);
    start(&bench, "above", &limit, 1);
    wait_for_end(&bench);
    assert_int_equal(bench.found.status, STATUS_OK);
    assert_null(bench.found.change.removed);
    for (int64_t y = 0; y < HEIGHT; y++) {
        for (int64_t x = 0; x < WIDTH; x++) {
            float sample[2];
            fake_sample(&bench.plan, x, y, (uint8_t *)sample);
            const bool masked = mask_at(bench.mask, x, y) != 0 || fake_class(&bench.plan, x, y) != 0;
            assert_true(bitmap_at(bench.found.change.added, x, y) == (sample[0] > 5000 && !masked));
        }
    }
    teardown(&bench);
}

// The mask that it looks at is that of the beginning.
static void drawing_goes_on(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    const double one = 1;
    start(&bench, "grow", &one, 1);
    mask_clear(bench.mask, 0xFF);
    wait_for_end(&bench);
    assert_int_equal(bench.found.status, STATUS_OK);
    assert_int_equal(bitmap_count(bench.found.change.added), 6); // about two pixels that were set then
    teardown(&bench);
}

static void failures_are_told(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    bench.plan.fail_from = 700;
    bench.plan.fail_to = 701;
    bench.plan.fail_status = STATUS_IO;
    start(&bench, "hot", NULL, 0);
    wait_for_end(&bench);
    assert_int_equal(bench.found.status, STATUS_IO);
    assert_string_equal(bench.found.error.text, "fake.img: row 700 cannot be read");
    assert_null(bench.found.change.added);
    teardown(&bench);
}

// A disk that does not answer holds nobody: `done` is never called, other work is done meanwhile, and all is
// freed when the read ends.
static void one_that_hangs_is_let_go(void **state)
{
    (void)state;
    struct bench bench, other;
    setup(&bench);
    setup(&other);
    bench.plan.stuck = true;
    struct mask_work *work = start(&bench, "hot", NULL, 0);
    while (bench.plan.decodes == 0)
        usleep(200);
    mask_work_abandon(&work);
    assert_null(work);
    start(&other, "hot", NULL, 0);
    wait_for_end(&other);
    assert_int_equal(other.found.status, STATUS_OK);
    bench.plan.stuck = false;
    teardown(&bench);
    jobs_drain(test_jobs());
    assert_int_equal(bench.found.calls, 0);
    teardown(&other);
}

static void let_go_at_any_moment(void **state)
{
    (void)state;
    for (int pause = 0; pause < 40; pause++) {
        struct bench bench;
        setup(&bench);
        struct mask_work *work = start(&bench, "hot", NULL, 0);
        usleep((unsigned)(pause * 50));
        const double share = mask_work_progress(work);
        assert_true(share >= 0 && share <= 1);
        mask_work_abandon(&work);
        teardown(&bench);
        jobs_drain(test_jobs());
        assert_int_equal(bench.found.calls, 0);
    }
}

static void nothing_to_read_is_a_sentence(void **state)
{
    (void)state;
    struct bench bench;
    setup(&bench);
    struct image_file *file = handle_take(bench.handle);
    start(&bench, "hot", NULL, 0);
    wait_for_end(&bench);
    assert_int_equal(bench.found.status, STATUS_USAGE);
    image_file_close(&file);
    teardown(&bench);
}

int main(void)
{
    alarm(120);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pixels_are_found),     cmocka_unit_test(drawing_goes_on),
        cmocka_unit_test(failures_are_told),    cmocka_unit_test(one_that_hangs_is_let_go),
        cmocka_unit_test(let_go_at_any_moment), cmocka_unit_test(nothing_to_read_is_a_sentence),
    };
    return cmocka_run_group_tests_name("sources.mask_work", tests, NULL, NULL);
}
