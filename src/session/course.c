// SPDX-License-Identifier: MIT
// A short queue, and arithmetic over positions.
#include "session/course.h"

#include "base/size.h"

#include <string.h>

enum { MOST_STEPS = 1000000000 };

void course_add(struct course *course, int64_t frames)
{
    int64_t *last = &course->waiting[COURSE_MAX_WAITING - 1];
    if (course->waiting_count < COURSE_MAX_WAITING)
        course->waiting[course->waiting_count++] = frames;
    else
        *last = int64_clamp(*last + frames, -MOST_STEPS, MOST_STEPS);
}

bool course_take(struct course *course, int64_t *frames)
{
    if (course->waiting_count == 0)
        return false;
    *frames = course->waiting[0];
    course->waiting_count--;
    memmove(course->waiting, course->waiting + 1, (size_t)course->waiting_count * sizeof *course->waiting);
    return true;
}

bool course_stop(struct course *course)
{
    const bool any = course->walk.job != NULL;
    walk_abandon(&course->walk.job);
    if (any)
        course->waiting_count = 0;
    return any;
}

bool course_next(struct source *source, struct source_position from, enum play_loop loop, int *direction,
                 struct source_position *next)
{
    int64_t moved = 0;
    *next = from;
    source_step_known(source, next, *direction, &moved);
    if (moved != 0 || loop == PLAY_ONCE)
        return moved != 0;
    if (loop == PLAY_BOUNCE) {
        *direction = -*direction;
        source_step_known(source, next, *direction, &moved);
        return moved != 0;
    }
    *next = *direction > 0 ? source_first(source) : source_last(source);
    return next->item != from.item || next->frame != from.frame;
}
