// SPDX-License-Identifier: MIT
// Everything the user works on: the panes, which of them is active, and what they have in common.
#ifndef FOVEA_SESSION_DESK_H
#define FOVEA_SESSION_DESK_H

#include "commands/options.h"
#include "session/pane.h"

struct desk {
    struct common common;
    struct pane *active; // never NULL
};

// A desk with one empty pane. `wake` may be NULL; see jobs_create.
struct desk *desk_create(void (*wake)(void *context), void *wake_context);
void desk_destroy(struct desk **address);

// Takes over the options of the command line, before anything is opened. They are borrowed for the desk's
// life.
enum status desk_configure(struct desk *desk, const struct view_options *options, struct error *error);

#endif
