// SPDX-License-Identifier: MIT
// SDL's key events as keys of the bindings: each press gives one key, whatever the layout.
#include "support/testdata.h"
#include "ui/ui.h"

#include <stdio.h>
#include <string.h>

static bool press(SDL_Keycode code, SDL_Scancode scan, Uint16 modifiers, struct key *key)
{
    SDL_Event event = {
        .key = {.type = SDL_KEYDOWN, .keysym = {.sym = code, .scancode = scan, .mod = modifiers}}};
    return ui_key_of_event(&event, 0, key);
}

static bool type_holding(const char *text, unsigned held, struct key *key)
{
    SDL_Event event = {.text = {.type = SDL_TEXTINPUT}};
    snprintf(event.text.text, sizeof event.text.text, "%s", text);
    return ui_key_of_event(&event, held, key);
}

static bool type(const char *text, struct key *key)
{
    return type_holding(text, 0, key);
}

// The key that an event stands for must be the one of that name.
static void assert_key(struct key key, const char *name)
{
    char written[64];
    assert_string_equal(key_format(key, written, sizeof written), name);
}

static void named_keys_come_from_presses(void **state)
{
    (void)state;
    struct key key;
    assert_true(press(SDLK_LEFT, SDL_SCANCODE_LEFT, KMOD_LSHIFT, &key));
    assert_key(key, "Shift+Left");
    assert_true(press(SDLK_F12, SDL_SCANCODE_F12, 0, &key));
    assert_key(key, "F12");
    assert_true(press(SDLK_F13, SDL_SCANCODE_F13, 0, &key));
    assert_key(key, "F13");
    assert_true(press(SDLK_KP_ENTER, SDL_SCANCODE_KP_ENTER, 0, &key));
    assert_key(key, "Return");
    assert_true(press(SDLK_SPACE, SDL_SCANCODE_SPACE, 0, &key));
    assert_key(key, "Space");
    assert_false(press(SDLK_LCTRL, SDL_SCANCODE_LCTRL, KMOD_LCTRL, &key));
}

static void letters_come_from_presses_only(void **state)
{
    (void)state;
    struct key key;
    assert_true(press(SDLK_p, SDL_SCANCODE_P, KMOD_LCTRL | KMOD_RSHIFT, &key));
    assert_key(key, "Ctrl+Shift+P");
    assert_true(press(SDLK_a, SDL_SCANCODE_A, KMOD_NUM | KMOD_CAPS, &key));
    assert_key(key, "A");
    assert_false(type("a", &key));
    assert_false(type("A", &key));
    // A Cyrillic layout: the place of the key counts.
    assert_true(press(0x444, SDL_SCANCODE_A, 0, &key));
    assert_key(key, "A");
}

static void other_characters_come_as_text(void **state)
{
    (void)state;
    struct key key;
    assert_false(press(SDLK_SLASH, SDL_SCANCODE_SLASH, KMOD_LSHIFT, &key));
    assert_true(type("?", &key));
    assert_key(key, "?");
    assert_false(press(SDLK_1, SDL_SCANCODE_1, 0, &key));
    assert_true(type("1", &key));
    assert_key(key, "1");
    // AltGr+8 on a German layout.
    assert_false(press(SDLK_8, SDL_SCANCODE_8, KMOD_MODE | KMOD_RALT, &key));
    assert_true(type("[", &key));
    assert_key(key, "[");
    // With Ctrl there is no text.
    assert_true(press(SDLK_0, SDL_SCANCODE_0, KMOD_LCTRL, &key));
    assert_key(key, "Ctrl+0");
    // Space has come as a press, and words from an input method are no key.
    assert_false(type(" ", &key));
    assert_false(type("ab", &key));
    assert_false(type("\xE6\xB5\x8B\xE8\xAF\x95", &key));
}

static void other_events_are_no_keys(void **state)
{
    (void)state;
    struct key key = {7, 7};
    SDL_Event event = {.type = SDL_KEYUP};
    assert_false(ui_key_of_event(&event, 0, &key));
    event.type = SDL_MOUSEMOTION;
    assert_false(ui_key_of_event(&event, 0, &key));
    assert_int_equal(key.code, 7);
}

// The character of a key that was pressed with Ctrl is no key of its own, even if Ctrl was let go since.
static void test_text_of_a_command_is_none(void **state)
{
    (void)state;
    struct key key = {7, 7};
    assert_false(type_holding("+", KMOD_LCTRL | KMOD_LALT, &key));
    assert_false(type_holding("+", KMOD_RCTRL, &key));
    assert_false(type_holding("+", KMOD_RGUI, &key));
    assert_int_equal(key.code, 7);
    assert_true(type_holding("+", KMOD_LSHIFT, &key));
    assert_true(type_holding("{", KMOD_MODE | KMOD_RALT, &key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_of_a_command_is_none), cmocka_unit_test(named_keys_come_from_presses),
        cmocka_unit_test(letters_come_from_presses_only), cmocka_unit_test(other_characters_come_as_text),
        cmocka_unit_test(other_events_are_no_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
