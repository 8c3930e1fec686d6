// SPDX-License-Identifier: MIT
// The list of messages: what becomes a toast, for how long, what counts instead of being another row.
#include "view/messages.h"

#include "support/testdata.h"

#include <stdio.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

static void tell(struct messages *messages, enum severity severity, const char *sentence, int64_t now)
{
    messages_tell(messages, &(struct notice){severity, sentence}, now, 1000 + now / SECOND);
}

// The sentences of the toasts, the newest first, with a bar between them.
static const char *toasts_of(const struct messages *messages)
{
    static char text[256];
    const struct message *toasts[TOASTS_MOST];
    const size_t count = messages_toasts(messages, toasts);
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? "|" : "", toasts[i]->sentence);
    return text;
}

// Info and ok go after four seconds, warnings and alarms stay.
static void test_time(void **state)
{
    (void)state;
    struct messages messages = {0};
    tell(&messages, SEVERITY_WARN, "warn", 1 * SECOND);
    tell(&messages, SEVERITY_OK, "ok", 2 * SECOND);
    tell(&messages, SEVERITY_INFO, "info", 3 * SECOND);
    assert_string_equal(toasts_of(&messages), "info|ok|warn");
    assert_int_equal(messages_wait_ms(&messages, 3 * SECOND), 3000);
    assert_int_equal(messages_wait_ms(&messages, 6 * SECOND - 1), 1); // rounded up: not woken too early
    assert_false(messages_expire(&messages, 6 * SECOND - 1));
    assert_true(messages_expire(&messages, 6 * SECOND));
    assert_string_equal(toasts_of(&messages), "info|warn");
    assert_true(messages_expire(&messages, 100 * SECOND));
    assert_string_equal(toasts_of(&messages), "warn");
    assert_int_equal(messages_wait_ms(&messages, 100 * SECOND), -1); // nothing wakes the loop for what stays
    assert_false(messages_expire(&messages, 1000 * SECOND));
    assert_int_equal(messages.count, 3); // the list keeps all
    messages_free(&messages);
}

// The toast under the mouse stays, and gets its whole time again when the mouse has left it.
static void test_hover(void **state)
{
    (void)state;
    struct messages messages = {0};
    tell(&messages, SEVERITY_OK, "ok", 0);
    messages_hold(&messages, messages.rows[0].serial, 1 * SECOND);
    assert_int_equal(messages_wait_ms(&messages, 9 * SECOND), -1);
    assert_false(messages_expire(&messages, 9 * SECOND));
    messages_hold(&messages, 0, 10 * SECOND);
    assert_int_equal(messages_wait_ms(&messages, 10 * SECOND), 4000);
    assert_true(messages_expire(&messages, 14 * SECOND));
    messages_free(&messages);
}

// At most three are seen, and those below come back as the newest go.
static void test_three(void **state)
{
    (void)state;
    struct messages messages = {0};
    const char *const names[] = {"a", "b", "c", "d"};
    for (int i = 0; i < 4; i++)
        tell(&messages, SEVERITY_ALARM, names[i], i);
    assert_string_equal(toasts_of(&messages), "d|c|b");
    assert_true(messages_close(&messages, messages.rows[3].serial));
    assert_false(messages_close(&messages, messages.rows[3].serial));
    assert_string_equal(toasts_of(&messages), "c|b|a");
    assert_true(messages_close_all(&messages));
    assert_string_equal(toasts_of(&messages), "");
    assert_false(messages_close_all(&messages));
    messages_free(&messages);
}

// What is told again counts, is the newest, and is seen again; another severity or detail is another row.
static void test_equal_ones_count(void **state)
{
    (void)state;
    struct messages messages = {0};
    tell(&messages, SEVERITY_WARN, "a", 0);
    tell(&messages, SEVERITY_WARN, "b", 0);
    messages_close_all(&messages);
    tell(&messages, SEVERITY_WARN, "a", 5 * SECOND);
    assert_int_equal(messages.count, 2);
    assert_string_equal(messages.rows[1].sentence, "a");
    assert_int_equal(messages.rows[1].count, 2);
    assert_int_equal(messages.rows[1].time_s, 1005);
    assert_string_equal(toasts_of(&messages), "a");
    tell(&messages, SEVERITY_ALARM, "a", 0);
    messages_tell(&messages, &(struct notice){SEVERITY_WARN, "a", "file"}, 0, 0);
    assert_int_equal(messages.count, 4);
    messages_free(&messages);
}

// What a topic's toasts say is over with it; what is about others stays.
static void test_topics(void **state)
{
    (void)state;
    struct messages messages = {0};
    int pane = 0, other = 0;
    messages_tell(&messages, &(struct notice){SEVERITY_ALARM, "here", .topic = &pane}, 0, 0);
    messages_tell(&messages,
                  &(struct notice){SEVERITY_ALARM, "there", "there.tif: is broken", .topic = &other}, 0, 0);
    assert_string_equal(message_text(messages_fault(&messages)), "there.tif: is broken");
    assert_true(messages_settle(&messages, &other));
    assert_string_equal(toasts_of(&messages), "here");
    assert_string_equal(message_text(messages_fault(&messages)), "here");
    assert_true(messages_settle(&messages, &pane));
    assert_null(messages_fault(&messages));
    assert_int_equal(messages.count, 2);
    messages_free(&messages);
}

static void test_unseen(void **state)
{
    (void)state;
    struct messages messages = {0};
    enum severity worst;
    assert_int_equal(messages_unseen(&messages, &worst), 0);
    tell(&messages, SEVERITY_ALARM, "a", 0);
    tell(&messages, SEVERITY_OK, "b", 0);
    assert_int_equal(messages_unseen(&messages, &worst), 2);
    assert_int_equal(worst, SEVERITY_ALARM);
    messages_see(&messages);
    assert_int_equal(messages_unseen(&messages, &worst), 0);
    tell(&messages, SEVERITY_OK, "b", 0); // again
    assert_int_equal(messages_unseen(&messages, &worst), 1);
    assert_int_equal(worst, SEVERITY_OK);
    messages_clear(&messages);
    assert_int_equal(messages_unseen(&messages, &worst), 0);
    messages_free(&messages);
}

// The oldest gives way where there are too many.
static void test_bound(void **state)
{
    (void)state;
    struct messages messages = {0};
    char name[16];
    for (int i = 0; i < MESSAGES_KEPT + 5; i++) {
        snprintf(name, sizeof name, "%d", i);
        tell(&messages, SEVERITY_INFO, name, 0);
    }
    assert_int_equal(messages.count, MESSAGES_KEPT);
    assert_string_equal(messages.rows[0].sentence, "5");
    messages_free(&messages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time),   cmocka_unit_test(test_hover),
        cmocka_unit_test(test_three),  cmocka_unit_test(test_equal_ones_count),
        cmocka_unit_test(test_topics), cmocka_unit_test(test_unseen),
        cmocka_unit_test(test_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
