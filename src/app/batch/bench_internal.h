// SPDX-License-Identifier: MIT
// Inside the bench: the surface that is drawn to, and the measurement of stepping.
#ifndef FOVEA_APP_BENCH_INTERNAL_H
#define FOVEA_APP_BENCH_INTERNAL_H

#include "app/window/window.h"
#include "session/desk.h"

#include <cjson/cJSON.h>

// The surface that is drawn to and presented: a window, or a target without any display.
struct stage {
    struct window window;
    bool in_window;
    struct headless *headless;
    struct target *target;
    struct desk *desk;
    int width, height;
    struct task *task;
};

// Draws the picture and waits until it stands on the screen. STATUS_CANCELLED when the user wants the end.
enum status bench_draw(struct stage *stage, struct error *error);
// Sorts the values; their median.
double bench_median(double *values, size_t count);

// How fast the series is stepped through. Times in ms, memory in bytes.
struct step_figures {
    int64_t steps, failed; // frames that were shown, and of these those that could not be read
    double median_ms, slowest_ms, total_ms;
    double processor_ms;                   // of all threads, for a step
    int64_t resident_early, resident_late; // after ten steps, and after all
    int64_t peak_early, peak_late;
};

// Steps forward `steps` times, at the end of the series from its start again: reads, uploads and draws each
// frame as the window does. The first frame must have been loaded.
enum status bench_steps(struct stage *stage, int64_t steps, struct step_figures *figures,
                        struct error *error);
void bench_steps_print(const struct step_figures *figures);
cJSON *bench_steps_json(const struct step_figures *figures);

#endif
