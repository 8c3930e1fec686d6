// SPDX-License-Identifier: MIT
// Small pictures within their budget: what is too large, damaged or does not answer is refused once, and the
// files beside it are loaded all the same. Time is what the test says it is.
#include "sources/preview.h"
#include "base/clock.h"
#include "support/hdf5_file.h"
#include "support/npy_bomb.h"
#include "support/pool.h"
#include "support/reader_checks.h"
#include "support/stuck_disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HANG_SECONDS = 100, BOMBS = 6 };

// --- files ---

static const char *save_good(const char *name)
{
    char bytes[128 + 64];
    const size_t head = npy_header(bytes, "|u1", 8, 8);
    for (int i = 0; i < 64; i++)
        bytes[head + (size_t)i] = (char)i;
    return save_bytes(name, bytes, sizeof bytes);
}

static const char *save_bomb(const char *name)
{
    const char *path = temporary_path(name);
    npy_bomb_write(path, 9);
    return path;
}

// --- one file ---

// Takes all bands; the state in which the load ends. The time that the budget counts stands still.
static enum preview_state run(struct preview *preview, const char *path)
{
    enum preview_state state;
    struct loaded_band band;
    const int64_t now = clock_now_ns();
    if (!preview_start(preview, path, CHANNEL_AUTO, REDUCE_MEAN))
        return PREVIEW_NONE;
    while ((state = preview_poll(preview, now)) == PREVIEW_LOADING)
        if (loader_take(preview_loader(preview), 1, &band))
            loader_give_back(preview_loader(preview), &band);
    return state;
}

static void check_loads(struct preview *preview, const char *path)
{
    struct loader_outcome outcome;
    assert_int_equal(run(preview, path), PREVIEW_LOADED);
    preview_finish(preview, &outcome);
    assert_int_equal(outcome.status, STATUS_OK);
    assert_null(outcome.file);
    assert_int_equal(outcome.taps.statistics.valid, 64);
    loader_outcome_free(&outcome);
    assert_null(preview_refusal(preview, path));
    assert_int_equal(preview_poll(preview, 0), PREVIEW_NONE);
}

// Refused with that reason, and not opened on the second visit.
static void check_refused_once(struct preview *preview, const char *path, const char *reason)
{
    const int64_t before = preview_opened(preview);
    assert_null(preview_refusal(preview, path));
    assert_int_equal(run(preview, path), PREVIEW_FAILED);
    assert_int_equal(preview_opened(preview), before + 1);
    assert_string_equal(preview_refusal(preview, path), reason);
    assert_int_equal(run(preview, path), PREVIEW_FAILED);
    assert_int_equal(preview_opened(preview), before + 1);
    assert_string_equal(preview_refusal(preview, path), reason);
}

// --- tests ---

static void test_a_thousandfold_file_is_refused_once(void **state)
{
    (void)state;
    struct preview *preview = preview_create(test_jobs());
    for (int i = 0; i < BOMBS; i++) {
        char name[32];
        snprintf(name, sizeof name, "bomb_%d.npy.gz", i);
        check_refused_once(preview, save_bomb(name), "too large for a small picture");
        check_loads(preview, save_good("good.npy"));
        remove(temporary_path(name));
    }
    preview_destroy(&preview);
}

static void test_pipes_and_damage_are_refused_once(void **state)
{
    (void)state;
    struct preview *preview = preview_create(test_jobs());
    assert_int_equal(mkfifo(temporary_path("pipe.cbf"), 0600), 0);
    check_refused_once(preview, temporary_path("pipe.cbf"), "cannot be read");
    char header[128];
    check_refused_once(preview, save_bytes("cut.npy", header, npy_header(header, "|u1", 100, 100)),
                       "damaged");
    check_refused_once(preview, save_bytes("words.tif", "no image at all\n", 16), "no image");
    const hid_t file = hdf5_create("linked.h5");
    assert_int_equal(mkfifo(temporary_path("pipe.h5"), 0600), 0);
    assert_true(H5Lcreate_external("pipe.h5", "/data", file, "data", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    H5Fclose(file);
    // Nothing writes to the pipe. Whether it is refused at once or only when time is up, it is done once.
    const char *linked = temporary_path("linked.h5");
    assert_true(preview_start(preview, linked, CHANNEL_AUTO, REDUCE_MEAN));
    enum preview_state found = PREVIEW_LOADING;
    for (int i = 0; i < 300 && found == PREVIEW_LOADING; i++, usleep(1000))
        found = preview_poll(preview, clock_now_ns());
    if (found == PREVIEW_LOADING)
        found = preview_poll(preview, clock_now_ns() + (int64_t)(PREVIEW_MAX_MS + 1000) * 1000000);
    assert_int_equal(found, PREVIEW_FAILED);
    assert_non_null(preview_refusal(preview, linked));
    const int64_t opened = preview_opened(preview);
    assert_int_equal(run(preview, linked), PREVIEW_FAILED);
    assert_int_equal(preview_opened(preview), opened);
    check_loads(preview, save_good("good.npy"));
    preview_destroy(&preview);
}

static void test_a_file_that_was_mended_is_tried_again(void **state)
{
    (void)state;
    struct preview *preview = preview_create(test_jobs());
    check_refused_once(preview, save_bytes("mended.npy", "no image", 8), "no image");
    check_loads(preview, save_good("mended.npy"));
    preview_destroy(&preview);
}

static void test_what_does_not_answer_holds_nothing_up(void **state)
{
    (void)state;
    struct preview *preview = preview_create(test_jobs());
    const char *stuck = save_good("stuck.npy"), *good = save_good("good.npy");
    stuck_disk_hold(stuck, 0);
    const int64_t now = clock_now_ns();
    assert_true(preview_start(preview, stuck, CHANNEL_AUTO, REDUCE_MEAN));
    for (int i = 0; i < 50; i++, usleep(1000)) // until the file has told what it is
        assert_int_equal(preview_poll(preview, now), PREVIEW_LOADING);
    assert_int_equal(preview_poll(preview, now + (int64_t)(PREVIEW_MAX_MS + 1000) * 1000000), PREVIEW_FAILED);
    assert_string_equal(preview_refusal(preview, stuck), "takes too long for a small picture");
    assert_int_equal(preview_stuck(preview), 1);
    check_loads(preview, good);
    // The same file is not even touched again; one that answers nothing can be left as often as it is asked
    // for.
    assert_int_equal(run(preview, stuck) == PREVIEW_LOADED, false);
    assert_int_equal(preview_opened(preview), 2);
    check_loads(preview, good);
    stuck_disk_release();
    while (preview_stuck(preview) > 0) { // the alarm ends the test if it never ends
        (void)preview_poll(preview, now);
        usleep(1000);
    }
    preview_destroy(&preview);
}

static void test_no_more_than_a_few_can_be_stuck(void **state)
{
    (void)state;
    struct preview *preview = preview_create(test_jobs());
    const char *first = save_good("stuck_0.npy");
    stuck_disk_hold(first, 0);
    int begun = 0;
    for (int i = 0; i < 2 * PREVIEW_MAX_STUCK; i++) {
        char name[32];
        snprintf(name, sizeof name, "stuck_%d.npy", i);
        const char *path = temporary_path(name);
        if (i > 0)
            assert_int_equal(link(first, path), 0); // the same file by another name
        begun += preview_start(preview, path, CHANNEL_AUTO, REDUCE_MEAN);
        preview_stop(preview);
        usleep(20000);
    }
    assert_true(preview_stuck(preview) <= PREVIEW_MAX_STUCK);
    assert_true(begun >= PREVIEW_MAX_STUCK);
    stuck_disk_release();
    while (preview_stuck(preview) > 0) {
        (void)preview_poll(preview, 0);
        usleep(1000);
    }
    check_loads(preview, first);
    preview_destroy(&preview);
}

int main(void)
{
    alarm(HANG_SECONDS);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_thousandfold_file_is_refused_once),
        cmocka_unit_test(test_pipes_and_damage_are_refused_once),
        cmocka_unit_test(test_a_file_that_was_mended_is_tried_again),
        cmocka_unit_test(test_what_does_not_answer_holds_nothing_up),
        cmocka_unit_test(test_no_more_than_a_few_can_be_stuck),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
