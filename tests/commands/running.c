// SPDX-License-Identifier: MIT
// Running command lines: for a pane by its number, with answers, and behind commands that take time.
#include "commands/fixture.h"
#include "commands/result.h"
#include "support/testdata.h"

#include <math.h>
#include <string.h>

// --- targets ---

static void a_number_selects_the_pane_for_one_command(void **state)
{
    (void)state;
    fake_host_split(&fake, 2);
    fake_host_run(&fake, "2:frame.next; frame.next; 1:contrast.auto minmax");
    assert_string_equal(fake.calls.data, "target 2;step 1;target 0;step 1;target 1;auto;target 0;");
    text_clear(&fake.calls);
    fake_refuses("frame.next; 3:frame.next; frame.next", "frame.next: there is no pane 3");
    // The active pane is the target again behind a failure, too.
    assert_string_equal(fake.calls.data, "step 1;target 3;target 0;");
    text_clear(&fake.calls);
    fake_refuses("2:frame.go 30", "frame.go: there are 10 frames");
    assert_string_equal(fake.calls.data, "target 2;frame 30;target 0;");
}

static void a_host_without_panes_has_the_first(void **state)
{
    (void)state;
    fake_host_run(&fake, "1:frame.next");
    assert_string_equal(fake.calls.data, "step 1;");
    fake_refuses("2:frame.next", "frame.next: there is no pane 2, only one");
}

static void numbers_that_are_none_are_refused(void **state)
{
    (void)state;
    fake_host_split(&fake, 2);
    fake_refuses("0:frame.next", "\"0\" is not the number of a pane, which is counted from 1");
    fake_refuses(":frame.next", "\"\" is not the number of a pane, which is counted from 1");
    fake_refuses("99999:frame.next", "\"99999\" is not the number of a pane, which is counted from 1");
    fake_refuses("2:nonsense", "there is no command \"nonsense\"");
    fake_refuses("x:frame.next", "there is no command \"x:frame.next\"");
    fake_refuses("2:app.quit", "app.quit acts on no single pane and takes no number");
    fake_refuses("1:panel.files on", "panel.files acts on no single pane and takes no number");
    assert_int_equal(command_check(&fake.host, "2:view.fit", NULL), STATUS_OK);
    assert_true(command_is_enabled(&fake.host, "2:view.fit"));
    assert_false(command_is_enabled(&fake.host, "0:view.fit"));
    assert_string_equal(text_string(&fake.calls), "");
}

// --- answers ---

static void answers_go_to_who_asks(void **state)
{
    (void)state;
    struct command_result result = {0};
    fake.has_cursor = true;
    fake.cursor_value = 2.5;
    fake.host.result = &result;
    fake_host_run(&fake, "cursor.value; view.fit; app.version json; cursor.value json");
    assert_string_equal(result.text.data, "x: 3\ny: 4\nvalue: 2.5\n"
                                          "{\"name\":\"fovea\",\"version\":\"" FOVEA_VERSION "\"}\n"
                                          "{\"x\":3,\"y\":4,\"value\":2.5}\n");
    text_clear(&result.text);
    fake.cursor_value = HUGE_VAL;
    fake_host_run(&fake, "cursor.value json; cursor.value");
    assert_string_equal(result.text.data, "{\"x\":3,\"y\":4,\"value\":null}\nx: 3\ny: 4\nvalue: inf\n");
    command_result_free(&result);
    fake.host.result = NULL;
}

static void answers_that_nobody_awaits_are_told(void **state)
{
    (void)state;
    fake_host_split(&fake, 1);
    fake_host_run(&fake, "app.version");
    assert_string_equal(fake.calls.data, "say name: fovea\nversion: " FOVEA_VERSION ";");
    fake_host_run(&fake, "view.fit"); // which has none
    assert_string_equal(text_string(&fake.calls), "");
    fake.has_cursor = false;
    fake_refuses("cursor.value", "cursor.value: there is no pixel under the mouse");
}

// The 1000 x 800 image in the middle of 500 x 400 pixels.
static void the_view_is_told(void **state)
{
    (void)state;
    struct command_result result = {0};
    fake.host.result = &result;
    fake_host_run(&fake, "contrast.limits 3 70; view.rotate right; view.zoom 2; view.center 100 200; "
                         "contrast.scale log; colormap.set gray; view.state");
    assert_non_null(strstr(result.text.data, "width: 1000\nheight: 800\nx: 100\ny: 200\nzoom: 2\n"
                                             "rotation: 90\norigin: upper\nlow: 3\nhigh: 70\n"
                                             "limits: set by hand\nscale: log\ncolormap: gray\n"));
    command_result_free(&result);
    fake.host.result = NULL;
}

static void texts_are_safe_in_answers(void **state)
{
    (void)state;
    struct command_result result = {0};
    result_begin(&result, true);
    result_text(&result, "a", "quote \" slash \\ line\nescape \x1b[0m \xC3\xA4 \xFF");
    result_number(&result, "b", (double)NAN);
    result_end(&result);
    assert_string_equal(result.text.data, "{\"a\":\"quote \\\" slash \\\\ line\\u000aescape \\u001b[0m "
                                          "\xC3\xA4 \xC3\xBF\",\"b\":null}\n");
    text_clear(&result.text);
    result_begin(&result, false);
    result_text(&result, "a", "line\nescape \x1b[0m");
    result_end(&result);
    assert_string_equal(result.text.data, "a: line escape  [0m\n");
    command_result_free(&result);
}

// --- what takes time ---

static void the_rest_of_a_line_waits_for_the_frame(void **state)
{
    (void)state;
    fake.incomplete = true;
    fake_host_run(&fake, "view.fit; frame.next 2; file.export a.png; frame.next; file.export b.png");
    assert_string_equal(fake.calls.data, "step 2;");
    assert_true(command_is_pending(&fake.host));
    assert_int_equal(command_continue(&fake.host, NULL), STATUS_OK);
    assert_string_equal(fake.calls.data, "step 2;"); // not yet
    fake.incomplete = false;
    assert_int_equal(command_continue(&fake.host, NULL), STATUS_OK);
    assert_string_equal(fake.calls.data, "step 2;export a.png 0 shown;step 1;export b.png 0 shown;");
    assert_false(command_is_pending(&fake.host));
    assert_int_equal(command_continue(&fake.host, NULL), STATUS_OK);
}

static void each_step_waits_again(void **state)
{
    (void)state;
    fake.incomplete = true;
    fake_host_run(&fake, "frame.next 1\nframe.next 2\nframe.next 3");
    assert_string_equal(fake.calls.data, "step 1;");
    fake.incomplete = false;
    fake_host_run(&fake, ""); // forgets the calls
    assert_true(command_is_pending(&fake.host));
    assert_int_equal(command_continue(&fake.host, NULL), STATUS_OK);
    assert_string_equal(fake.calls.data, "step 2;step 3;"); // the host was as quick as that
}

static void nothing_waits_behind_the_last_command(void **state)
{
    (void)state;
    fake.incomplete = true;
    fake_host_run(&fake, "frame.next");
    assert_false(command_is_pending(&fake.host));
    fake_host_run(&fake, "frame.next\n");
    assert_false(command_is_pending(&fake.host));
    fake_host_run(&fake, "view.fit; view.zoom 2; contrast.auto minmax"); // these take no time
    assert_string_equal(fake.calls.data, "auto;");
    assert_false(command_is_pending(&fake.host));
}

static void lines_wait_in_their_order(void **state)
{
    (void)state;
    fake.incomplete = true;
    fake_host_run(&fake, "frame.next; file.export a.png");
    command_run_later(&fake.host, "file.export b.png");
    fake_host_run(&fake, "frame.previous; file.export c.png"); // keys are not held up
    assert_string_equal(fake.calls.data, "step -1;");
    fake.incomplete = false;
    fake_host_run(&fake, "");
    assert_int_equal(command_continue(&fake.host, NULL), STATUS_OK);
    assert_string_equal(fake.calls.data, "export a.png 0 shown;export b.png 0 shown;export c.png 0 shown;");
}

static void a_failure_drops_what_waits(void **state)
{
    (void)state;
    struct error error = {0};
    fake.incomplete = true;
    fake_host_run(&fake, "frame.next; frame.go 30; file.export a.png");
    fake.incomplete = false;
    fake_host_run(&fake, "");
    assert_int_equal(command_continue(&fake.host, &error), STATUS_USAGE);
    assert_string_equal(error.text, "frame.go: there are 10 frames");
    assert_string_equal(fake.calls.data, "frame 30;");
    assert_false(command_is_pending(&fake.host));
}

static void escape_drops_what_waits(void **state)
{
    (void)state;
    fake.incomplete = true;
    fake_host_run(&fake, "frame.next; file.export a.png");
    fake_host_run(&fake, "app.cancel");
    assert_false(command_is_pending(&fake.host));
    assert_false(command_drop(&fake.host));
    fake.incomplete = false;
    assert_int_equal(command_continue(&fake.host, NULL), STATUS_OK);
    assert_string_equal(fake.calls.data, "cancel;");
}

static void a_target_waits_as_well(void **state)
{
    (void)state;
    fake_host_split(&fake, 2);
    fake.incomplete = true;
    fake_host_run(&fake, "2:frame.next; 2:file.export a.png");
    assert_string_equal(fake.calls.data, "target 2;step 1;target 0;");
    fake.incomplete = false;
    fake_host_run(&fake, "");
    assert_int_equal(command_continue(&fake.host, NULL), STATUS_OK);
    assert_string_equal(fake.calls.data, "target 2;export a.png 0 shown;target 0;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_number_selects_the_pane_for_one_command, fake_set_up,
                                        fake_tear_down),
        cmocka_unit_test_setup_teardown(a_host_without_panes_has_the_first, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(numbers_that_are_none_are_refused, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(answers_go_to_who_asks, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(answers_that_nobody_awaits_are_told, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(the_view_is_told, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(texts_are_safe_in_answers, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(the_rest_of_a_line_waits_for_the_frame, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(each_step_waits_again, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(nothing_waits_behind_the_last_command, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(lines_wait_in_their_order, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(a_failure_drops_what_waits, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(escape_drops_what_waits, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(a_target_waits_as_well, fake_set_up, fake_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
