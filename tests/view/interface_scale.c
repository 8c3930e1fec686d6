// SPDX-License-Identifier: MIT
// The size of the interface, and the text of what the window keeps.
#include "view/interface_scale.h"
#include "support/testdata.h"

#include "view/settings.h"

#include <math.h>
#include <string.h>

static void test_what_is_asked_for_holds(void **state)
{
    (void)state;
    const struct scale_hints hints = {.drawable = 2, .dpi = 192, .toolkits = 3};
    assert_true(interface_scale(1.5, &hints) == 1.5);
    assert_true(interface_scale(1.3, &hints) == 1.25);
    assert_true(interface_scale(0.2, &hints) == 1);
    assert_true(interface_scale(77, &hints) == 4);
}

static void test_the_largest_hint_counts(void **state)
{
    (void)state;
    static const struct {
        struct scale_hints hints;
        double scale;
    } cases[] = {
        {{0, 0, 0}, 1},   {{1, 96, 1}, 1},     {{2, 96, 1}, 2},      {{1, 144, 1}, 1.5}, {{1, 192, 0}, 2},
        {{1, 96, 3}, 3},  {{1, 120, 0}, 1.25}, {{1, 110, 0}, 1.25},  {{1, 107, 0}, 1},   {{1, 60, 0}, 1},
        {{1, 1e9, 0}, 4}, {{-3, -1, -1}, 1},   {{NAN, NAN, NAN}, 1}, {{1, NAN, 0}, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(interface_scale(0, &cases[i].hints) == cases[i].scale);
}

static void test_steps(void **state)
{
    (void)state;
    assert_true(interface_scale_step(1, 1) == 1.25);
    assert_true(interface_scale_step(1, -1) == 1);
    assert_true(interface_scale_step(2, -3) == 1.25);
    assert_true(interface_scale_step(4, 1) == 4);
    assert_true(interface_scale_step(0, 1) == 1.25);
}

static void assert_settings(const char *content, struct settings wanted)
{
    const struct settings got = settings_read(content);
    assert_true(got.scale == wanted.scale);
    assert_int_equal(got.width, wanted.width);
    assert_int_equal(got.height, wanted.height);
    assert_int_equal(got.maximized, wanted.maximized);
    assert_int_equal(got.theme, wanted.theme);
}

// Which docks are open comes back; what makes no sense leaves them as usual.
static void test_docks_are_remembered(void **state)
{
    (void)state;
    struct settings settings = settings_default(), got;
    assert_true(settings.docks.inspector && settings.docks.series && !settings.docks.browser);
    struct text content = {0};
    settings_write(&settings, &content);
    assert_string_equal(text_string(&content), "");
    settings.docks =
        (struct view_docks){.browser = true, .tab = TAB_HEADER, .inspector_width = 333, .browser_width = 200};
    settings_write(&settings, &content);
    got = settings_read(text_string(&content));
    assert_true(view_docks_equal(&got.docks, &settings.docks));
    got = settings_read("tab nothing\ninspector_width 10\nbrowser_width 100000\nbrowser_width x\n");
    settings = settings_default();
    assert_true(view_docks_equal(&got.docks, &settings.docks));
    text_free(&content);
}

static void test_settings_are_read(void **state)
{
    (void)state;
    assert_settings("", (struct settings){0});
    assert_settings("scale 1.75\nsize 1000x700\nmaximized on\n",
                    (struct settings){.scale = 1.75, .width = 1000, .height = 700, .maximized = true});
    assert_settings("size 1000x700", (struct settings){.width = 1000, .height = 700});
    // Those of another version, and rubbish.
    assert_settings(
        "theme blue\ntheme\n\n \nscale\nscale \nscale x\nsize 1000\nsize 1000x\nsize x9\nmaximized yes",
        (struct settings){0});
    assert_settings("scale 0.5\nscale 99\nscale nan\nsize 0x0\nsize 319x700\nsize 99999x700\nsize -500x700\n"
                    "size 99999999999999999999x700\n",
                    (struct settings){0});
    char longest[2000];
    memset(longest, '9', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    memcpy(longest, "size ", 5);
    assert_settings(longest, (struct settings){0});
}

static void test_settings_that_are_written_are_read(void **state)
{
    (void)state;
    static const struct settings cases[] = {
        {0},
        {.scale = 2},
        {.scale = 1.25, .theme = THEME_LIGHT, .width = 640, .height = 480, .maximized = true},
        {.width = 32768, .height = 320}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text content = {0};
        settings_write(&cases[i], &content);
        assert_settings(text_string(&content), cases[i]);
        text_free(&content);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_asked_for_holds),
        cmocka_unit_test(test_the_largest_hint_counts),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_settings_are_read),
        cmocka_unit_test(test_settings_that_are_written_are_read),
        cmocka_unit_test(test_docks_are_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
