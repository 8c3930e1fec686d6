// SPDX-License-Identifier: MIT
// Small pictures of malformed files, as the file panel asks for them: each ends as a picture or is refused
// with a reason, and what was refused is not opened again.
//
// The files are those of tests/fuzz/corpus with every kind of damage, folders that bear the names of images,
// and the real malformed files where the folder of real files is present.
#include "base/clock.h"
#include "sources/preview.h"
#include "support/malformed_files.h"
#include "support/pool.h"
#include "support/testdata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HANG_SECONDS = 280 }; // only ends what would never end

static struct {
    struct preview *preview;
    int loaded, refused;
} sweep;

// Takes all bands; the state in which the load ends. The time that the budget counts stands still.
static enum preview_state visit(const char *path)
{
    struct preview *preview = sweep.preview;
    struct loaded_band band;
    enum preview_state state = PREVIEW_LOADING;
    const int64_t now = clock_now_ns();
    if (!preview_start(preview, path, CHANNEL_AUTO, REDUCE_MEAN))
        return PREVIEW_NONE;
    while (state == PREVIEW_LOADING) {
        jobs_drain(test_jobs());
        state = preview_poll(preview, now);
        if (state == PREVIEW_LOADING && loader_take(preview_loader(preview), 1, &band))
            loader_give_back(preview_loader(preview), &band);
        else if (state == PREVIEW_LOADING)
            jobs_wait(test_jobs(), 1);
    }
    return state;
}

static void check_picture(const char *path)
{
    struct loader_outcome outcome;
    preview_finish(sweep.preview, &outcome);
    if (outcome.status || preview_refusal(sweep.preview, path))
        fail_msg("%s: a picture of status %d", path, outcome.status);
    loader_outcome_free(&outcome);
    sweep.loaded++;
}

// A second visit is answered from memory.
static void check_refused(const char *path)
{
    const int64_t opened = preview_opened(sweep.preview);
    const char *reason = preview_refusal(sweep.preview, path);
    if (!reason)
        fail_msg("%s: refused without a reason", path);
    const enum preview_state again = visit(path);
    if (again == PREVIEW_LOADED || preview_opened(sweep.preview) != opened ||
        preview_refusal(sweep.preview, path) != reason)
        fail_msg("%s: opened again", path);
    sweep.refused++;
}

static void check_file(const char *path, int turn)
{
    (void)turn;
    const int64_t opened = preview_opened(sweep.preview);
    const enum preview_state state = visit(path);
    if (state == PREVIEW_NONE || preview_opened(sweep.preview) != opened + 1)
        fail_msg("%s: ended as %d without being opened", path, state);
    if (state == PREVIEW_LOADED)
        check_picture(path);
    else
        check_refused(path);
    assert_int_equal(preview_stuck(sweep.preview), 0);
}

static void check_damaged(const char *seed, int turn)
{
    for (int i = 0; i < DAMAGE_KINDS; i++)
        check_file(malformed_damage(seed, turn + i), turn);
}

static void test_damaged_files_are_shown_or_refused_once(void **state)
{
    (void)state;
    for (int i = 0; malformed_formats[i]; i++)
        malformed_each_seed(malformed_formats[i], check_damaged);
    assert_true(sweep.loaded > 10 && sweep.refused > 10);
}

static void test_whole_files_are_shown_between_them(void **state)
{
    (void)state;
    for (int i = 0; malformed_formats[i]; i++) {
        sweep.loaded = 0;
        malformed_each_seed(malformed_formats[i], check_file);
        if (sweep.loaded == 0)
            fail_msg("no picture of any file of %s", malformed_formats[i]);
    }
}

static void test_folders_are_refused_once(void **state)
{
    (void)state;
    static const char *const names[] = {"folder.h5", "folder.tif", "folder.cbf", "folder.npy.gz", "folder"};
    sweep.refused = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *path = temporary_path(names[i]);
        assert_int_equal(mkdir(path, 0700), 0);
        check_file(path, 0);
        assert_int_equal(rmdir(path), 0);
    }
    assert_int_equal(sweep.refused, sizeof names / sizeof names[0]);
}

static void test_real_malformed_files_are_shown_or_refused_once(void **state)
{
    (void)state;
    sweep.refused = 0;
    malformed_each_real(1, check_file);
    assert_true(sweep.refused > 0);
}

static int begin(void **state)
{
    (void)state;
    sweep.preview = preview_create(test_jobs());
    return 0;
}

static int end(void **state)
{
    (void)state;
    preview_destroy(&sweep.preview);
    return 0;
}

int main(void)
{
    alarm(HANG_SECONDS);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damaged_files_are_shown_or_refused_once),
        cmocka_unit_test(test_whole_files_are_shown_between_them),
        cmocka_unit_test(test_folders_are_refused_once),
        cmocka_unit_test(test_real_malformed_files_are_shown_or_refused_once),
    };
    cmocka_set_test_filter(getenv("CMOCKA_TEST_FILTER"));
    return cmocka_run_group_tests(tests, begin, end);
}
