// SPDX-License-Identifier: MIT
// A command host without a program around it: it writes down what it is asked for.
#ifndef FOVEA_TESTS_FAKE_HOST_H
#define FOVEA_TESTS_FAKE_HOST_H

#include "commands/command.h"

struct fake_host {
    struct view view;
    struct workspace workspace;
    struct colormap_list colormaps;
    struct text calls; // "step 3;", "open a b;" ...
    bool busy;         // cancel() finds something to stop
    bool incomplete;   // what was begun is not done
    int panes;         // 0: the program has no panes
    bool has_cursor;
    double cursor_value;
    struct command_host_ops ops;
    struct command_host host;
};

// A 1000 x 800 image in a 500 x 400 viewport. Not to be moved afterwards.
void fake_host_init(struct fake_host *fake);
void fake_host_finish(struct fake_host *fake);
// Runs a line that must succeed, after forgetting earlier calls.
void fake_host_run(struct fake_host *fake, const char *line);
// From now on the host has so many panes.
void fake_host_split(struct fake_host *fake, int panes);
// Runs a line that must fail with this status and this sentence.
void fake_host_refuses(struct fake_host *fake, const char *line, enum status status, const char *sentence);

#endif
