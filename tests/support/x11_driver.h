// SPDX-License-Identifier: MIT
// Drives the program's real window from outside, as a person would: an X server of its own, mouse, keys,
// drops of files, and the window's pixels.
//
// There is no window manager: windows are where they are put, and the keyboard goes to the driven window.
// Everything waits for what it expects, with a deadline; whatever was started dies with the test, even when
// that crashes.
#ifndef FOVEA_TESTS_X11_DRIVER_H
#define FOVEA_TESTS_X11_DRIVER_H

#include "support/pixels.h"

#include <stddef.h>

enum { DRIVER_DEADLINE_MS = 20000 };

// An X server without a screen (Xvfb), 1600 x 1200.
struct desktop;
// NULL, with the reason printed, when Xvfb is missing or does not start. Ended by desktop_stop.
struct desktop *desktop_start(void);
void desktop_stop(struct desktop **desktop);
// The resources of the X server, "NAME:\tVALUE\n" each, that programs started from now on find.
void desktop_resources(struct desktop *desktop, const char *resources);
const char *desktop_name(const struct desktop *desktop); // for DISPLAY

// One run of the program with its window.
struct driven;
// Starts `arguments[0]` (a path) with its arguments, ended by NULL, and waits until its window is seen; the
// window is put at the corner of the screen. `errors` is a file for its stderr. NULL, with the reason
// printed, if no window comes.
struct driven *driven_start(struct desktop *desktop, const char *const *arguments, const char *errors);
// Kills the program if it still runs.
void driven_stop(struct driven **driven);

// --- What the window shows ---

// The window's pixels now; the caller frees them. False when the window is gone.
bool driven_grab(struct driven *driven, struct pixels *pixels);
// Reads a rectangle of the window as the screen shows it, from the root window: rows without padding, 32 bits
// a pixel as the server has them. Much cheaper than driven_grab for a small one.
bool driven_read_screen(struct driven *driven, int x, int y, int width, int height, uint32_t *pixels);
// Waits until the pixels no longer change.
bool driven_settle(struct driven *driven, struct pixels *pixels);
// Waits until the window shows `wanted` (see pixels_differ); after the deadline `text` says what differs.
// Returns the number of pixels that still differ, 0 on success.
int driven_wait_for(struct driven *driven, const struct pixels *wanted, int tolerance, char *text, int size);
// Waits until the window shows anything but `before`, and then settles.
bool driven_wait_change(struct driven *driven, const struct pixels *before, struct pixels *after);
void driven_title(struct driven *driven, char *title, size_t size);
bool driven_wait_title(struct driven *driven, const char *title);
void driven_size(struct driven *driven, int *width, int *height);

// --- What a person does; coordinates are the window's ---

void driven_move(struct driven *driven, int x, int y);
void driven_button(struct driven *driven, int button, bool down); // 1 left, 2 middle, 3 right
void driven_drag(struct driven *driven, int button, int x0, int y0, int x1, int y1);
void driven_wheel(struct driven *driven, int notches); // up is positive
// "a", "shift+k", "ctrl+shift+p", "Right", "F1": names are those of X keysyms. As quickly after another as a
// person could: what comes within 2 ms of its own release, SDL takes for the repetition of a key that is held
// down.
void driven_key(struct driven *driven, const char *name);
// A key without modifiers goes down or up, at once.
void driven_press(struct driven *driven, const char *name, bool down);
// Presses "ctrl", "shift" or "alt", or lets it go.
void driven_hold(struct driven *driven, const char *modifier, bool down);
void driven_type(struct driven *driven, const char *ascii);
void driven_resize(struct driven *driven, int width, int height);
// Drops files by the XDND protocol; false if the window does not take them.
bool driven_drop(struct driven *driven, const char *const *paths, int count, int x, int y);
// Asks the window to close, as its frame's button does.
void driven_close(struct driven *driven);

// --- The process ---

bool driven_is_alive(struct driven *driven);
int driven_pid(const struct driven *driven);
void driven_signal(struct driven *driven, int number);
// Waits for the program's end: its exit code, 128 + signal, or -1 if it still runs after the deadline.
int driven_wait_exit(struct driven *driven);
// CPU time so far in clock ticks (sysconf(_SC_CLK_TCK) a second), and how often any thread has woken up from
// waiting.
long driven_cpu_ticks(struct driven *driven);
long driven_wakeups(struct driven *driven);
// The same CPU time in ns, as finely as the kernel counts it; -1 when the program has ended.
int64_t driven_cpu_ns(struct driven *driven);

#endif
