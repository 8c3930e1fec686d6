// SPDX-License-Identifier: MIT
// What a person feels of the program's real window: the time from an input to new pixels on the screen, and
// what the program did for them.
//
//     struct repaint_counter *counter = repaint_counter_create(); // before the window, if it is wanted
//     session_open(session, ...);
//     struct felt_probe *probe = felt_probe_create(session->window, x, y, width, height);
//     felt_probe_arm(probe);
//     driven_move(session->window, ...);
//     double ms = felt_probe_wait(probe, 1000);
//
// The pixels are read from the root window of the X server, as a screenshot would, every 2 ms; a time is late
// by up to that.
#ifndef FOVEA_TESTS_FELT_PROBE_H
#define FOVEA_TESTS_FELT_PROBE_H

#include "support/x11_driver.h"

#include <stdbool.h>

// A watched rectangle of the screen.
struct felt_probe;

// Watches a rectangle of the window, in its pixels. It should be small, and lie where every change that is
// waited for shows: reading takes time from the program. The window is borrowed.
struct felt_probe *felt_probe_create(struct driven *driven, int x, int y, int width, int height);
void felt_probe_destroy(struct felt_probe **probe);

// Takes note of what is shown now. The time of the next felt_probe_wait counts from the end of this call.
// False if the screen cannot be read.
bool felt_probe_arm(struct felt_probe *probe);
// Waits for other pixels than those that were noted: ms since then, or -1 after `timeout_ms`.
double felt_probe_wait(struct felt_probe *probe, int timeout_ms);
// Waits until nothing has changed for `still_ms`; false if that does not come within the driver's deadline.
bool felt_probe_rest(struct felt_probe *probe, int still_ms);

// How often programs that are started from now on have repainted their window. At most one counter at a time.
struct repaint_counter;
// NULL, with the reason printed, if it cannot be made.
struct repaint_counter *repaint_counter_create(void);
void repaint_counter_destroy(struct repaint_counter **counter);
unsigned repaint_count(const struct repaint_counter *counter);

// The smallest value that at least half of them do not exceed. Sorts them.
double felt_median(double *values, size_t count);

#endif
