// SPDX-License-Identifier: MIT
// Keys between two repaints. The panels look at the state of keys once a frame: a key that goes down and up
// between two repaints would never be seen as down. Its release is held until after the repaint, and the same
// key's next press waits until the release has been seen too.
#ifndef FOVEA_APP_HELD_KEYS_H
#define FOVEA_APP_HELD_KEYS_H

#include <SDL.h>
#include <stdbool.h>
#include <stddef.h>

enum { HELD_KEYS_MAX = 16 };

// Zero-initialise. All since the last repaint.
struct held_keys {
    SDL_Scancode pressed[HELD_KEYS_MAX];  // that went down
    SDL_Event held[HELD_KEYS_MAX];        // their releases, kept until after it
    SDL_Scancode released[HELD_KEYS_MAX]; // whose release was handled
    size_t pressed_count, held_count, released_count;
};

// Whether the key stands for a character, which comes in order as text.
bool held_keys_makes_text(SDL_Keycode code);
// Whether a press must wait because the panels, which see all keys of one repaint at once, could not tell
// their order: "Right, Down" in a list is not "Down, Right".
bool held_keys_must_wait(const struct held_keys *keys, const SDL_KeyboardEvent *press);
void held_keys_press(struct held_keys *keys, SDL_Scancode key);
// Keeps a release until after the repaint; false if it is to be handled now.
bool held_keys_keep(struct held_keys *keys, const SDL_Event *release);
// After the repaint: calls `handle` for each release that was kept.
void held_keys_release(struct held_keys *keys, void (*handle)(void *context, const SDL_Event *event),
                       void *context);

#endif
