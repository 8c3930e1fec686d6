// SPDX-License-Identifier: MIT
// One set of buffers and one file.
#include "session/spares.h"

void spares_take(struct spares *spares, size_t item, struct loader_outcome *outcome)
{
    if (spares->keep_buffers && outcome->buffers) {
        loader_buffers_destroy(&spares->buffers);
        spares->buffers = outcome->buffers;
        outcome->buffers = NULL;
    }
    if (spares->file)
        handle_close_later(&outcome->file, spares->jobs);
    if (!outcome->file)
        return;
    spares->file = handle_create(outcome->file);
    spares->item = item;
    outcome->file = NULL;
}

void spares_take_file(struct spares *spares, size_t item, struct handle **file)
{
    spares_drop_file(spares);
    spares->file = *file;
    spares->item = item;
    *file = NULL;
}

void spares_end(struct spares *spares, size_t item, struct loader **loader)
{
    struct loader_outcome outcome;
    if (loader_try_finish(loader, &outcome)) {
        spares_take(spares, item, &outcome);
        loader_outcome_free(&outcome);
    } else {
        left_loads_add(&spares->left, (struct left_load){*loader, item, 0});
        *loader = NULL;
    }
}

struct loader_buffers *spares_buffers(struct spares *spares)
{
    struct loader_buffers *buffers = spares->buffers;
    spares->buffers = NULL;
    return buffers;
}

struct image_file *spares_file(struct spares *spares, size_t item)
{
    if (!spares->file || spares->item != item)
        return NULL;
    struct image_file *file = handle_take(spares->file);
    spares_drop_file(spares);
    return file;
}

void spares_drop_file(struct spares *spares)
{
    handle_let_go(&spares->file, spares->jobs);
}

void spares_drop(struct spares *spares)
{
    spares_drop_file(spares);
    loader_buffers_destroy(&spares->buffers);
}
