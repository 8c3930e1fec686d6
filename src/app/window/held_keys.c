// SPDX-License-Identifier: MIT
// Which keys went down, and which were let go, since the last repaint.
#include "app/window/held_keys.h"

bool held_keys_makes_text(SDL_Keycode code)
{
    return code >= SDLK_SPACE && code < SDLK_DELETE;
}

static bool has(const SDL_Scancode *keys, size_t count, SDL_Scancode key)
{
    for (size_t i = 0; i < count; i++) {
        if (keys[i] == key)
            return true;
    }
    return false;
}

static bool is_held(const struct held_keys *keys, SDL_Scancode key)
{
    for (size_t i = 0; i < keys->held_count; i++) {
        if (keys->held[i].key.keysym.scancode == key)
            return true;
    }
    return false;
}

bool held_keys_must_wait(const struct held_keys *keys, const SDL_KeyboardEvent *press)
{
    const SDL_Scancode key = press->keysym.scancode;
    if (has(keys->released, keys->released_count, key))
        return true;
    if (press->repeat)
        return false;
    if (is_held(keys, key))
        return true;
    for (size_t i = 0; i < keys->pressed_count; i++) {
        if (!held_keys_makes_text(press->keysym.sym) ||
            !held_keys_makes_text(SDL_GetKeyFromScancode(keys->pressed[i])))
            return true;
    }
    return false;
}

void held_keys_press(struct held_keys *keys, SDL_Scancode key)
{
    if (keys->pressed_count < HELD_KEYS_MAX)
        keys->pressed[keys->pressed_count++] = key;
}

static void note_release(struct held_keys *keys, SDL_Scancode key)
{
    if (keys->released_count < HELD_KEYS_MAX)
        keys->released[keys->released_count++] = key;
}

bool held_keys_keep(struct held_keys *keys, const SDL_Event *release)
{
    const SDL_Scancode key = release->key.keysym.scancode;
    if (has(keys->pressed, keys->pressed_count, key) && keys->held_count < HELD_KEYS_MAX) {
        keys->held[keys->held_count++] = *release;
        return true;
    }
    note_release(keys, key);
    return false;
}

void held_keys_release(struct held_keys *keys, void (*handle)(void *context, const SDL_Event *event),
                       void *context)
{
    keys->released_count = 0;
    for (size_t i = 0; i < keys->held_count; i++) {
        handle(context, &keys->held[i]);
        note_release(keys, keys->held[i].key.keysym.scancode);
    }
    keys->held_count = keys->pressed_count = 0;
}
