// SPDX-License-Identifier: MIT
// Entries of the palette: their titles and lines, what typed words find, and the completion of arguments.
#include "commands/find/finder.h"

#include "commands/find/completion.h"
#include "commands/fixture.h"
#include "support/testdata.h"

#include <string.h>

// --- entries ---

static void every_command_has_a_title_for_people(void **state)
{
    (void)state;
    struct entry_walk walk = {0};
    struct command_entry entry;
    struct text title = {0}, line = {0};
    while (entry_next(&walk, &fake.host, &entry)) {
        text_clear(&title);
        text_clear(&line);
        entry_title(&entry, &title);
        entry_line(&entry, &line);
        if (strcmp(title.data, entry.command->name) == 0)
            fail_msg("%s has no title", line.data);
        if (strpbrk(title.data, "|*/_"))
            fail_msg("\"%s\" is no title for people", title.data);
        const enum status status = command_check(&fake.host, line.data, NULL);
        if (entry_is_complete(&entry) != (status == STATUS_OK))
            fail_msg("%s cannot run", line.data);
    }
    text_free(&title);
    text_free(&line);
}

// Each menu's title is one of the bar's.
static void every_menu_is_in_the_bar(void **state)
{
    (void)state;
    for (size_t i = 0; command_at(i); i++) {
        for (const struct command_menu *menu = command_at(i)->menu; menu && menu->path; menu++) {
            const size_t length = strcspn(menu->path, "/");
            bool found = false;
            for (const char *const *title = command_menus; *title; title++)
                found |= strlen(*title) == length && strncmp(*title, menu->path, length) == 0;
            if (!found)
                fail_msg("%s is in no menu of the bar", menu->path);
        }
    }
}

static void usage_names_what_can_follow(void **state)
{
    (void)state;
    struct text usage = {0};
    struct command_entry entry = {.command = command_find("contrast.limits")};
    entry_usage(&entry, &usage);
    assert_string_equal(usage.data, "contrast.limits low high");
    text_clear(&usage);
    entry.command = command_find("mask.polygon");
    entry_usage(&entry, &usage);
    assert_string_equal(usage.data, "mask.polygon points...");
    text_clear(&usage);
    entry = (struct command_entry){.command = command_find("frame.next"),
                                   .menu = command_find("frame.next")->menu};
    entry_usage(&entry, &usage);
    assert_string_equal(usage.data, "frame.next [count]");
    text_free(&usage);
}

// --- searching ---

static void expect_first(const char *typed, const char *recent, const char *wanted)
{
    struct finder finder = {0};
    struct text line = {0};
    finder_search(&finder, &fake.host, typed, recent);
    assert_true(finder.count > 0 && !finder.nearest);
    entry_line(&finder.hits[0].entry, &line);
    if (strcmp(line.data, wanted) != 0)
        fail_msg("\"%s\" finds %s first, not %s", typed, line.data, wanted);
    text_free(&line);
    finder_free(&finder);
}

static void words_find_their_command(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"mask invert", "mask.invert"},      {"invert mask", "mask.invert"},
        {"mask.inv", "mask.invert"},         {"flip horiz", "view.flip horizontal"},
        {"autoscale", "contrast.auto"},      {"dilate", "mask.grow"},
        {"reset orient", "view.upright"},    {"screenshot", "file.export"},
        {"log scale", "contrast.scale log"}, {"exit", "app.quit"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        expect_first(pairs[i][0], "", pairs[i][1]);
}

static void a_better_field_goes_before_a_later_use(void **state)
{
    (void)state;
    struct finder finder = {0};
    finder_search(&finder, &fake.host, "invert", "colormap.reverse\n");
    assert_string_equal(finder.hits[0].entry.command->name, "mask.invert");      // its title has the word
    assert_string_equal(finder.hits[1].entry.command->name, "colormap.reverse"); // a synonym, used last
    for (size_t i = 1; i < finder.count; i++)
        assert_true(finder.hits[i - 1].rank <= finder.hits[i].rank);
    finder_free(&finder);
    expect_first("frame", "frame.last\nframe.first\n", "frame.last");
}

static void what_was_used_last_comes_first(void **state)
{
    (void)state;
    struct finder finder = {0};
    struct text recent = {0};
    finder_use(&recent, "view.fit", 3);
    finder_use(&recent, "contrast.limits 1 2", 3);
    finder_use(&recent, "view.fit", 3);
    assert_string_equal(recent.data, "view.fit\ncontrast.limits 1 2\n");
    finder_search(&finder, &fake.host, "", recent.data);
    assert_int_equal(finder.count, finder.total);
    assert_true(finder.total > 200);
    assert_string_equal(finder.hits[0].entry.command->name, "view.fit");
    assert_string_equal(finder.hits[1].entry.command->name, "contrast.limits"); // with any arguments
    assert_string_equal(finder.hits[2].entry.command->name, "file.open");       // the first of the table
    finder_use(&recent, "a", 3);
    finder_use(&recent, "b", 3);
    assert_string_equal(recent.data, "b\na\nview.fit\n");
    text_free(&recent);
    finder_free(&finder);
}

static void the_nearest_stand_for_nothing(void **state)
{
    (void)state;
    struct finder finder = {0};
    finder_search(&finder, &fake.host, "mask invret", "");
    assert_true(finder.nearest);
    assert_int_equal(finder.count, FINDER_NEAREST);
    assert_string_equal(finder.hits[0].entry.command->name, "mask.invert");
    assert_int_equal(finder.hits[0].distance, 2);
    finder_search(&finder, &fake.host, "mask invert", "");
    assert_false(finder.nearest);
    finder_free(&finder);
}

// --- completion ---

static void expect_completion(const char *line, const char *command, const char *argument, const char *word)
{
    struct completion completion;
    completion_read(line, &completion);
    if (!command) {
        assert_null(completion.command);
        return;
    }
    assert_non_null(completion.command);
    assert_string_equal(completion.command->name, command);
    if (!argument)
        assert_null(completion.argument);
    else
        assert_string_equal(completion.argument->name, argument);
    assert_string_equal(completion.word, word);
}

static void the_argument_that_is_typed_is_known(void **state)
{
    (void)state;
    expect_completion("", NULL, NULL, "");
    expect_completion("contrast.limits", NULL, NULL, ""); // without a blank it may go on
    expect_completion("contrast.nothing ", NULL, NULL, "");
    expect_completion("contrast limits", NULL, NULL, "");
    expect_completion("contrast.limits ", "contrast.limits", "low", "");
    expect_completion("contrast.limits 3", "contrast.limits", "low", "3");
    expect_completion("contrast.limits 3 ", "contrast.limits", "high", "");
    expect_completion("contrast.limits 3 4 ", "contrast.limits", NULL, "");
    expect_completion("file.open \"a b\" \"c", "file.open", "name", "c"); // as often as wanted
    expect_completion("view.fit ", "view.fit", NULL, "");
}

static void choices_are_completed_and_explained(void **state)
{
    (void)state;
    struct completion completion;
    struct text text = {0};
    char name[64];
    completion_read("contrast.auto mi", &completion);
    assert_true(completion_choice(&fake.host, &completion, 0, name, sizeof name));
    assert_string_equal(name, "minmax");
    assert_false(completion_choice(&fake.host, &completion, 1, name, sizeof name));
    completion_explain(&completion, "minmax", &text);
    assert_string_equal(text.data, "Minimum and maximum");
    text_clear(&text);
    completion_accept("contrast.auto mi", &completion, "minmax", &text);
    assert_string_equal(text.data, "contrast.auto minmax ");
    text_clear(&text);
    completion_read("mask.show_layer file ", &completion);
    assert_true(completion_choice(&fake.host, &completion, 1, name, sizeof name));
    assert_string_equal(name, "off");
    completion_accept("mask.show_layer file ", &completion, "off", &text);
    assert_string_equal(text.data, "mask.show_layer file off"); // nothing follows
    text_clear(&text);
    completion_read("contrast.limits ", &completion);
    assert_false(completion_choice(&fake.host, &completion, 0, name, sizeof name));
    argument_describe(completion.argument, &text);
    assert_string_equal(text.data, "a number");
    text_free(&text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_set_up, fake_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(every_command_has_a_title_for_people),
        TEST(every_menu_is_in_the_bar),
        TEST(usage_names_what_can_follow),
        TEST(words_find_their_command),
        TEST(a_better_field_goes_before_a_later_use),
        TEST(what_was_used_last_comes_first),
        TEST(the_nearest_stand_for_nothing),
        TEST(the_argument_that_is_typed_is_known),
        TEST(choices_are_completed_and_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
