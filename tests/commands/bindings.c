// SPDX-License-Identifier: MIT
// Names of keys, the default bindings, and the user's own.
#include "commands/bindings.h"

#include "base/file.h"
#include "commands/fake_host.h"
#include "sources/masks/mask_operation.h"
#include "support/testdata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void keys_have_names(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t modifiers, code;
        const char *written;
    } cases[] = {
        {"Left", 0, KEY_LEFT, "Left"},
        {"ctrl+pgup", KEY_CTRL, KEY_PAGE_UP, "Ctrl+PageUp"},
        {"Ctrl+Shift+P", KEY_CTRL | KEY_SHIFT, 'p', "Ctrl+Shift+P"},
        {"a", 0, 'a', "A"},
        {"A", 0, 'a', "A"},
        {"Shift+a", KEY_SHIFT, 'a', "Shift+A"},
        {"F11", 0, KEY_F1 + 10, "F11"},
        {"F", 0, 'f', "F"},
        {"?", 0, '?', "?"},
        {"question", 0, '?', "?"},
        {"Shift+?", 0, '?', "?"},
        {"bracketleft", 0, '[', "["},
        {"plus", 0, '+', "+"},
        {"+", 0, '+', "+"},
        {"Ctrl++", KEY_CTRL, '+', "Ctrl++"},
        {"Ctrl+0", KEY_CTRL, '0', "Ctrl+0"},
        {"Alt+Super+Space", KEY_ALT | KEY_SUPER, ' ', "Alt+Super+Space"},
        {"Esc", 0, KEY_ESCAPE, "Escape"},
        {"Enter", 0, KEY_RETURN, "Return"},
        {"\xC3\xB6", 0, 0xF6, "\xC3\xB6"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct key key = {99, 99};
        char written[64];
        assert_true(key_parse(cases[i].text, &key));
        assert_int_equal(key.modifiers, cases[i].modifiers);
        assert_int_equal(key.code, cases[i].code);
        assert_string_equal(key_format(key, written, sizeof written), cases[i].written);
        struct key again;
        assert_true(key_parse(written, &again));
        assert_true(again.code == key.code && again.modifiers == key.modifiers);
    }
    static const char *const wrong[] = {"", "Ctrl+", "Hyper+A", "F25", "F0", "Leftt", "ab", "\xFF"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct key key;
        if (key_parse(wrong[i], &key))
            fail_msg("\"%s\" was taken for a key", wrong[i]);
    }
}

// Every line of the embedded file is a key with commands that exist and fit, and no key stands there twice.
static void default_bindings_are_sound(void **state)
{
    (void)state;
    struct fake_host fake;
    struct bindings bindings = {0};
    struct text warnings = {0};
    fake_host_init(&fake);
    size_t wrong = bindings_add(&bindings, bindings_default_text(), "bindings.txt", &warnings);
    assert_string_equal(text_string(&warnings), "");
    assert_int_equal(wrong, 0);
    size_t lines = 0;
    for (const char *at = bindings_default_text(); *at;) {
        size_t length = strcspn(at, "\n");
        lines += length > 0 && *at != '#';
        at += length + (at[length] == '\n');
    }
    assert_int_equal(bindings.count, lines);
    for (size_t i = 0; i < bindings.count; i++)
        assert_int_equal(command_check(&fake.host, bindings.items[i].command, NULL), STATUS_OK);
    bindings_free(&bindings);
    text_free(&warnings);
    fake_host_finish(&fake);
}

static const char *command_of(const struct bindings *bindings, const char *name)
{
    struct key key;
    assert_true(key_parse(name, &key));
    return bindings_find(bindings, key, false);
}

static void the_keys_of_the_readme_work(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"Right", "frame.next"},     {"PageUp", "frame.previous"}, {"F", "view.fit"},
        {"1", "view.actual"},        {"A", "contrast.auto"},       {"Shift+A", "contrast.auto minmax"},
        {"F1", "panel.help"},        {"?", "panel.help"},          {"Ctrl+Shift+P", "panel.palette"},
        {"Tab", "view.interface"},   {"F11", "view.fullscreen"},   {"Ctrl+O", "file.open"},
        {"Shift+M", "mask.visible"}, {"Escape", "app.cancel"},     {"Shift+Left", "view.pan -1 0"},
    };
    struct bindings bindings = {0};
    bindings_add_default(&bindings);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        assert_string_equal(command_of(&bindings, pairs[i][0]), pairs[i][1]);
    // Keys of the mask hold in mask mode only, and hide those that hold always.
    struct key rectangle;
    assert_true(key_parse("R", &rectangle));
    assert_string_equal(bindings_find(&bindings, rectangle, false), "view.fit");
    assert_string_equal(bindings_find(&bindings, rectangle, true), "mask.tool rectangle");
    assert_true(key_parse("Ctrl+Q", &rectangle));
    assert_string_equal(bindings_find(&bindings, rectangle, true), "app.quit");
    struct key key;
    assert_true(bindings_key_for(&bindings, "view.fit", &key));
    assert_int_equal(key.code, 'f');
    assert_false(bindings_key_for(&bindings, "view.fit ", &key));
    // By mode: X mirrors, or in mask mode unmasks.
    assert_true(bindings_key_in(&bindings, "view.flip horizontal", false, &key) && key.code == 'x');
    assert_false(bindings_key_in(&bindings, "view.flip horizontal", true, &key));
    assert_true(bindings_key_in(&bindings, "mask.draw_as toggle", true, &key) && key.code == 'x');
    assert_false(bindings_key_in(&bindings, "mask.draw_as toggle", false, &key));
    assert_true(bindings_key_in(&bindings, "view.fit", true, &key) && key.code == 'f');
    bindings_free(&bindings);
}

// --- modes ---

static bool same_key(struct key a, struct key b)
{
    return a.code == b.code && a.modifiers == b.modifiers;
}

// Whether a command line changes the mask as a whole, whatever is under the mouse or being drawn.
static bool changes_the_whole_mask(const char *line)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(line, " "), line);
    return strncmp(name, "mask.", 5) == 0 &&
           (mask_operation_find(name + 5) || strcmp(name, "mask.equal_here") == 0 ||
            strcmp(name, "mask.outside_limits") == 0);
}

static void no_key_has_two_meanings_in_a_mode(void **state)
{
    (void)state;
    struct bindings bindings = {0};
    bindings_add_default(&bindings);
    for (size_t i = 0; i < bindings.count; i++) {
        const struct binding *a = &bindings.items[i];
        for (size_t j = i + 1; j < bindings.count; j++) {
            const struct binding *b = &bindings.items[j];
            char name[64];
            if (a->masking == b->masking && same_key(a->key, b->key))
                fail_msg("%s: %s and %s", key_format(a->key, name, sizeof name), a->command, b->command);
        }
        if (changes_the_whole_mask(a->command) && !(a->key.modifiers & KEY_CTRL))
            fail_msg("%s needs Ctrl", a->command);
    }
    bindings_free(&bindings);
}

static void zoom_steps_and_limits_keep_their_keys_in_mask_mode(void **state)
{
    (void)state;
    static const char *const names[] = {
        "plus",  "equal", "minus", "comma", "period", "Delete", "Left",     "Right",  "Up",   "Down",
        "0",     "1",     "2",     "3",     "4",      "5",      "PageDown", "PageUp", "Home", "End",
        "Space", "A",     "F",     "Z",     "H",      "M",      "Escape",   "Tab",    "F1",   "colon"};
    struct bindings bindings = {0};
    bindings_add_default(&bindings);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct key key;
        assert_true(key_parse(names[i], &key));
        if (bindings_find(&bindings, key, true) != bindings_find(&bindings, key, false))
            fail_msg("%s has another meaning in mask mode", names[i]);
    }
    // Each tool has a letter there.
    for (int tool = 0; tool < TOOL_COUNT; tool++) {
        char line[64];
        struct key key;
        snprintf(line, sizeof line, "mask.tool %s", tool_name((enum tool_kind)tool));
        assert_true(bindings_key_for(&bindings, line, &key));
        assert_true(key.modifiers == 0 && key.code >= 'a' && key.code <= 'z');
    }
    bindings_free(&bindings);
}

static void later_lines_replace_earlier_ones(void **state)
{
    (void)state;
    struct bindings bindings = {0};
    struct text warnings = {0};
    bindings_add_default(&bindings);
    size_t count = bindings.count;
    size_t wrong = bindings_add(&bindings,
                                "# mine\n"
                                "f   view.fill ; view.zoom 2  \r\n"
                                "unbind Tab\n"
                                "\n"
                                "Nokey view.fit\n"
                                "Q\n"
                                "W nothing.here\n"
                                "E contrast.low x\n"
                                "G frame.go 3",
                                "/home/me/bindings.txt", &warnings);
    assert_int_equal(wrong, 4);
    assert_string_equal(warnings.data,
                        "/home/me/bindings.txt:5: \"Nokey\" is no key\n"
                        "/home/me/bindings.txt:6: the command for Q is missing\n"
                        "/home/me/bindings.txt:7: there is no command \"nothing.here\"\n"
                        "/home/me/bindings.txt:8: contrast.low: value must be a number, not \"x\"\n");
    assert_string_equal(command_of(&bindings, "F"), "view.fill ; view.zoom 2");
    assert_null(command_of(&bindings, "Tab"));
    assert_string_equal(command_of(&bindings, "G"), "frame.go 3");
    assert_int_equal(bindings.count, count); // one removed, one new
    bindings_free(&bindings);
    text_free(&warnings);
}

static void the_users_file_is_read(void **state)
{
    (void)state;
    static const char lines[] = "F view.fill\nbroken\n";
    struct bindings bindings = {0};
    struct text warnings = {0}, wanted = {0};
    char folder[512], path[600];
    snprintf(folder, sizeof folder, "%s", temporary_path("config"));
    mkdir(folder, 0700);
    snprintf(path, sizeof path, "%s/fovea", folder);
    mkdir(path, 0700);
    setenv("XDG_CONFIG_HOME", folder, 1);
    assert_int_equal(bindings_add_user(&bindings, &warnings), 0); // no file is no fault
    strcat(path, "/bindings.txt");
    assert_int_equal(file_replace(path, lines, strlen(lines), NULL), STATUS_OK);
    assert_int_equal(bindings_add_user(&bindings, &warnings), 1);
    text_printf(&wanted, "%s:2: \"broken\" is no key\n", path);
    assert_string_equal(warnings.data, wanted.data);
    assert_string_equal(command_of(&bindings, "F"), "view.fill");
    bindings_free(&bindings);
    text_free(&warnings);
    text_free(&wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_have_names),
        cmocka_unit_test(default_bindings_are_sound),
        cmocka_unit_test(the_keys_of_the_readme_work),
        cmocka_unit_test(no_key_has_two_meanings_in_a_mode),
        cmocka_unit_test(zoom_steps_and_limits_keep_their_keys_in_mask_mode),
        cmocka_unit_test(later_lines_replace_earlier_ones),
        cmocka_unit_test(the_users_file_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
