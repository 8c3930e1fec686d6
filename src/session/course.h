// SPDX-License-Identifier: MIT
// The way of a pane through its series: the steps that wait for the frame before them, a step that is looking
// for its end, and where the next one leads. Plain data: session/playback moves the pane.
#ifndef FOVEA_SESSION_COURSE_H
#define FOVEA_SESSION_COURSE_H

#include "session/walk.h"
#include "view/view.h"

enum { COURSE_MAX_WAITING = 64 };

// A move whose end depends on files that were not opened yet.
struct course_walk {
    struct walk *job; // NULL: none
    int64_t steps;
    enum course_move { MOVE_BY_STEPS, MOVE_TO_NUMBER, MOVE_ANYWHERE } move;
    int64_t started_ns;
};

// All zero at first.
struct course {
    int direction;                       // of the last move: 1 or -1; 0 before the first
    int64_t waiting[COURSE_MAX_WAITING]; // steps, in order
    int waiting_count;
    int64_t due_ns; // when the next frame that is played is to be shown; 0 = at once
    struct course_walk walk;
};

// One more step that waits. When there are many it is added to the last.
void course_add(struct course *course, int64_t frames);
// The step that has waited longest, which goes; false if none waits.
bool course_take(struct course *course, int64_t *frames);
// Gives up a move that waits for files, and the steps after it. False if there was none.
bool course_stop(struct course *course);

// Where playing leads from `from`, as far as the source knows without opening a file; *direction is turned
// round where playing bounces. False if there is no such place.
bool course_next(struct source *source, struct source_position from, enum play_loop loop, int *direction,
                 struct source_position *next);

#endif
