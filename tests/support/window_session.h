// SPDX-License-Identifier: MIT
// What the tests of the window share: one X server per test program, one window per test.
#ifndef FOVEA_TESTS_WINDOW_SESSION_H
#define FOVEA_TESTS_WINDOW_SESSION_H

#include "support/pixels.h"
#include "support/x11_driver.h"

// The options and commands that leave nothing but the picture in the window, in gray from 0 to 255.
#define BARE_OPTIONS  "--colormap", "gray", "--range", "0:255", "--command", BARE_COMMANDS
#define BARE_COMMANDS "view.interface off; view.colour_bar off; view.pixel_values off"

enum { WINDOW_WIDTH = 1280, WINDOW_HEIGHT = 800 }; // of a fresh window

struct session {
    struct desktop *desktop;
    struct driven *window;
    char errors[512]; // the file with the program's stderr
};

// For cmocka_run_group_tests: the X server lives as long as the group. `session_ready` is false, with the
// reason printed, if there is none; the test program then returns 77.
bool session_ready(void);
int session_group_setup(void **state);
int session_group_teardown(void **state);
// After each test: ends the program.
int session_teardown(void **state);

// Starts the program with these arguments, ended by NULL; fails the test if no window comes.
void session_open(struct session *session, ...) __attribute__((sentinel));
// Fails the test unless the window comes to show the image so.
void session_expect(struct session *session, const struct image *image, const struct look *look,
                    int tolerance);
// The same for an image that just fits the window, in gray from 0 to 255, exactly.
void session_expect_fit(struct session *session, const struct image *image);
// Fails the test unless the window comes to show something else than `before`; frees `before` and puts what
// is shown there.
void session_expect_change(struct session *session, struct pixels *before);
// Fails the test if the program does not run any more.
void session_expect_alive(struct session *session);

#endif
