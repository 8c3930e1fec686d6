// SPDX-License-Identifier: MIT
// A short queue.
#include "session/left_loads.h"

static void drop(struct left_loads *left, int index)
{
    left->count--;
    for (int i = index; i < left->count; i++)
        left->loads[i] = left->loads[i + 1];
}

void left_loads_add(struct left_loads *left, struct left_load load)
{
    if (left->count == LEFT_LOADS_MAX) {
        loader_abandon(&left->loads[0].loader);
        drop(left, 0);
    }
    left->loads[left->count++] = load;
}

bool left_loads_take(struct left_loads *left, struct left_load *load, struct loader_outcome *outcome)
{
    for (int i = 0; i < left->count; i++) {
        if (!loader_try_finish(&left->loads[i].loader, outcome))
            continue;
        *load = left->loads[i];
        drop(left, i);
        return true;
    }
    return false;
}

void left_loads_abandon(struct left_loads *left)
{
    while (left->count > 0) {
        loader_abandon(&left->loads[left->count - 1].loader);
        left->count--;
    }
}
