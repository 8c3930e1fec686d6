// SPDX-License-Identifier: MIT
// Automatic limits: when they are made anew, and from what.
#include "session/pane_internal.h"

#include "sources/file_name.h"

#include <stdlib.h>
#include <string.h>

enum { WAIT_MS = 50 };

void pane_drop_limits(struct pane *pane)
{
    part_count_abandon(&pane->limits.visible);
}

static void take_visible(void *context, const struct taps_result *result, const struct error *error)
{
    struct pane *pane = context;
    struct contrast *contrast = &pane->view.contrast;
    pane->limits.visible = NULL;
    pane->limits.failure = *error;
    if (!error->status && contrast->automatic)
        contrast->limits = taps_limits(result, &contrast->rule);
    else if (error->status && pane->common->paced)
        common_fail(pane->common, error);
}

// Limits of a part of the image, now or, with an event loop, later.
static enum status count_visible(struct pane *pane, struct rect visible, struct error *error)
{
    const struct frame *frame = pane->frame;
    const struct part_count_request request = {.jobs = pane->common->jobs,
                                               .file = frame->file,
                                               .frame = pane->position.frame,
                                               .info = &frame->info,
                                               .part = visible,
                                               .left_out = frame->mask.seen,
                                               .done = take_visible,
                                               .context = pane};
    pane_drop_limits(pane);
    pane->limits.failure = (struct error){0};
    if (!frame->file)
        return error_set(error, STATUS_UNSUPPORTED, "the file of the visible pixels is not open: reload it");
    pane->limits.visible = part_count_start(&request);
    if (!pane->limits.visible)
        return error_set(error, STATUS_NO_MEMORY, "not enough memory to look at the visible pixels");
    while (pane->limits.visible && !pane->common->paced) { // nobody would pump
        jobs_wait(pane->common->jobs, WAIT_MS);
        jobs_drain(pane->common->jobs);
    }
    if (pane->limits.failure.status && error)
        *error = pane->limits.failure;
    return pane->limits.failure.status;
}

// The limits are those of the shown frame from now on.
static void note_origin(struct pane *pane)
{
    const char *name = pane_shown_name(pane);
    free(pane->limits.of);
    pane->limits.of = name ? must_copy(name) : NULL;
    pane->limits.frame = pane->position.frame;
}

void pane_limits_of_other_data(struct pane *pane)
{
    if (pane->view.contrast.keep)
        return;
    free(pane->limits.of);
    pane->limits.of = NULL;
}

bool pane_limits_follow(const struct pane *pane)
{
    const struct contrast *contrast = &pane->view.contrast;
    const char *of = pane->limits.of, *name = pane_shown_name(pane);
    if (!contrast->automatic)
        return false;
    if (pane->limits.pending || !of || !name)
        return true;
    if (contrast->keep || contrast->follow)
        return !contrast->keep;
    if (strcmp(of, name) == 0) // other numbers of the same frame
        return pane->position.frame == pane->limits.frame;
    return !file_name_is_numbered_like(of, name);
}

enum status pane_auto_limits(struct pane *pane, struct error *error)
{
    struct contrast *contrast = &pane->view.contrast;
    contrast->automatic = true;
    if (!pane->frame->histogram || !pane->frame->picture ||
        (pane->load.loader && !pane->frame->statistics_known)) {
        pane->limits.pending = true; // done when the load ends
        return STATUS_OK;
    }
    note_origin(pane);
    const struct rect visible = camera_visible(&pane->view.camera);
    const bool all = visible.width == pane->frame->info.width && visible.height == pane->frame->info.height;
    if (contrast->visible_only && !all && visible.width > 0)
        return count_visible(pane, visible, error);
    pane_drop_limits(pane);
    contrast->limits = limits_compute(&contrast->rule, pane->frame->histogram, &pane->frame->statistics,
                                      &pane->frame->sample);
    return STATUS_OK;
}
