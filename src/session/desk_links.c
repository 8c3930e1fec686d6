// SPDX-License-Identifier: MIT
// Panes that are linked follow the active one.
#include "session/desk.h"

#include <string.h>

// The same place of the image, as large and as turned; a whole image stays whole.
static bool follow_camera(struct camera *camera, const struct camera *leader)
{
    struct camera wanted;
    memcpy(&wanted, camera, sizeof wanted);
    wanted.center_x = leader->center_x;
    wanted.center_y = leader->center_y;
    wanted.zoom = leader->zoom;
    wanted.quarter_turns = leader->quarter_turns;
    wanted.flip_x = leader->flip_x;
    wanted.flip_y = leader->flip_y;
    // Where the user has not chosen, each image is shown as its format has it.
    wanted.origin_chosen = leader->origin_chosen;
    wanted.origin_lower = leader->origin_chosen ? leader->origin_lower : camera->native_lower;
    wanted.fit = leader->fit;
    if (wanted.fit)
        camera_fit(&wanted);
    const bool changed = memcmp(camera, &wanted, sizeof wanted) != 0;
    memcpy(camera, &wanted, sizeof wanted);
    return changed;
}

static bool follow_contrast(struct pane *pane, const struct pane *leader)
{
    struct view *view = &pane->view;
    const struct view *wanted = &leader->view;
    const bool changed =
        memcmp(&view->contrast.limits, &wanted->contrast.limits, sizeof view->contrast.limits) != 0 ||
        memcmp(&view->contrast.transfer, &wanted->contrast.transfer, sizeof view->contrast.transfer) != 0 ||
        strcmp(view->display.colormap, wanted->display.colormap) != 0 ||
        view->display.reversed != wanted->display.reversed;
    view->contrast = wanted->contrast;
    view->contrast.automatic = false; // the limits are the other's
    memcpy(view->display.colormap, wanted->display.colormap, sizeof view->display.colormap);
    view->display.reversed = wanted->display.reversed;
    pane_update_colormap(pane);
    return changed;
}

// Goes to the same place of the series, or to its end where it is shorter.
static bool follow_frame(struct pane *pane, const struct pane *leader)
{
    if (pane->document == leader->document) {
        const struct source_position *a = &pane->position, *b = &leader->position;
        if (pane_is_loading(leader) || (a->item == b->item && a->frame == b->frame))
            return false;
        if (!pane_share(pane, leader))
            pane_go(pane, *b);
        return true;
    }
    int64_t number, wanted, total;
    bool exact;
    if (pane->document->source == NULL || !playback_place(leader, &wanted, &total, &exact) ||
        !playback_place(pane, &number, &total, &exact) || pane_is_loading(pane))
        return false;
    if (exact && wanted >= total)
        wanted = total - 1;
    return number != wanted && playback_go(pane, wanted, NULL) == STATUS_OK;
}

bool desk_follow(struct desk *desk)
{
    const struct view_links *links = &desk->common.workspace.links;
    const struct pane *leader = desk->active;
    bool changed = false;
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        struct pane *pane = desk->panes[i];
        if (!pane || pane == leader)
            continue;
        if (links->view && leader->frame->picture && pane->frame->picture)
            changed |= follow_camera(&pane->view.camera, &leader->view.camera);
        if (links->contrast && leader->frame->picture)
            changed |= follow_contrast(pane, leader);
        if (links->frame && leader->frame->picture)
            changed |= follow_frame(pane, leader);
    }
    return changed;
}
