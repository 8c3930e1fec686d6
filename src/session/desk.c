// SPDX-License-Identifier: MIT
// Life of the desk.
#include "session/desk.h"

#include "base/text.h"

#include <stdlib.h>

struct desk *desk_create(void (*wake)(void *context), void *wake_context)
{
    struct desk *desk = must_alloc(sizeof *desk);
    common_create(&desk->common, wake, wake_context);
    desk->active = pane_create(&desk->common);
    return desk;
}

void desk_destroy(struct desk **address)
{
    struct desk *desk = *address;
    if (!desk)
        return;
    pane_destroy(&desk->active);
    common_finish(&desk->common);
    free(desk);
    *address = NULL;
}

enum status desk_configure(struct desk *desk, const struct view_options *options, struct error *error)
{
    desk->common.memory_limit = options->memory_bytes;
    return pane_configure(desk->active, options, error);
}
