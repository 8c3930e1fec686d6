// SPDX-License-Identifier: MIT
// SDL's key events as the keys of the bindings.
#include "ui/ui.h"

#include "base/text.h"

#include <ctype.h>

static const struct {
    SDL_Keycode sdl;
    uint32_t code;
} named_keys[] = {
    {SDLK_LEFT, KEY_LEFT},
    {SDLK_RIGHT, KEY_RIGHT},
    {SDLK_UP, KEY_UP},
    {SDLK_DOWN, KEY_DOWN},
    {SDLK_PAGEUP, KEY_PAGE_UP},
    {SDLK_PAGEDOWN, KEY_PAGE_DOWN},
    {SDLK_HOME, KEY_HOME},
    {SDLK_END, KEY_END},
    {SDLK_INSERT, KEY_INSERT},
    {SDLK_DELETE, KEY_DELETE},
    {SDLK_BACKSPACE, KEY_BACKSPACE},
    {SDLK_TAB, KEY_TAB},
    {SDLK_RETURN, KEY_RETURN},
    {SDLK_KP_ENTER, KEY_RETURN},
    {SDLK_ESCAPE, KEY_ESCAPE},
};

static uint32_t modifiers_of(Uint16 mod)
{
    return (mod & KMOD_CTRL ? KEY_CTRL : 0u) | (mod & KMOD_SHIFT ? KEY_SHIFT : 0u) |
           (mod & KMOD_ALT ? KEY_ALT : 0u) | (mod & KMOD_GUI ? KEY_SUPER : 0u);
}

static bool named_code(SDL_Keycode sdl, uint32_t *code)
{
    for (size_t i = 0; i < sizeof named_keys / sizeof named_keys[0]; i++) {
        if (named_keys[i].sdl == sdl) {
            *code = named_keys[i].code;
            return true;
        }
    }
    if (sdl >= SDLK_F1 && sdl <= SDLK_F12)
        *code = KEY_F1 + (uint32_t)(sdl - SDLK_F1);
    else if (sdl >= SDLK_F13 && sdl <= SDLK_F24)
        *code = KEY_F1 + 12 + (uint32_t)(sdl - SDLK_F13);
    else
        return false;
    return true;
}

static bool key_down(const SDL_KeyboardEvent *event, struct key *key)
{
    key->modifiers = modifiers_of(event->keysym.mod);
    if (named_code(event->keysym.sym, &key->code))
        return true;
    // AltGr makes characters, which come as text.
    if (event->keysym.mod & KMOD_MODE)
        return false;
    SDL_Keycode code = event->keysym.sym;
    SDL_Scancode scan = event->keysym.scancode;
    // On layouts without Latin letters the place of the key decides.
    if (code >= 0x80 && scan >= SDL_SCANCODE_A && scan <= SDL_SCANCODE_Z)
        code = 'a' + (SDL_Keycode)(scan - SDL_SCANCODE_A);
    bool letter = code >= 'a' && code <= 'z';
    bool commanding = key->modifiers & (KEY_CTRL | KEY_ALT | KEY_SUPER);
    if (code <= 0 || code >= 0x80 || !(letter || commanding || code == ' '))
        return false;
    key->code = (uint32_t)code;
    return true;
}

// Characters that are no ASCII letters: those come from their key, with Shift told apart.
static bool key_text(const SDL_TextInputEvent *event, unsigned held, struct key *key)
{
    const char *at = event->text;
    uint32_t code = utf8_next(&at);
    if (code <= ' ' || *at || (code < 0x80 && isalpha((int)code)) || (held & (KMOD_CTRL | KMOD_GUI)))
        return false;
    *key = (struct key){0, code};
    return true;
}

bool ui_key_of_event(const SDL_Event *event, unsigned held, struct key *key)
{
    struct key found = {0};
    bool ok = event->type == SDL_KEYDOWN     ? key_down(&event->key, &found)
              : event->type == SDL_TEXTINPUT ? key_text(&event->text, held, &found)
                                             : false;
    if (ok)
        *key = found;
    return ok;
}
