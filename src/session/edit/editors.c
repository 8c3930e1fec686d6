// SPDX-License-Identifier: MIT
// The editors of all panes, looked at together.
#include "session/edit/editors.h"

enum { MAX_OF_ONE = 64 };

void editors_follow(struct editors *editors, struct desk *desk)
{
    editors->edits = &desk->common.edits;
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        struct pane *pane = desk->panes[i];
        if (pane && !editors->of[i])
            editors->of[i] = editor_create(pane);
        if (pane == desk->active)
            editors->active = editors->of[i];
    }
}

void editors_drop(struct editors *editors, const struct desk *desk, const struct pane *pane)
{
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        if (desk->panes[i] == pane)
            editor_destroy(&editors->of[i]);
    }
}

void editors_finish(struct editors *editors)
{
    for (int i = 0; i < LAYOUT_MAX_PANES; i++)
        editor_destroy(&editors->of[i]);
    editors->active = NULL;
}

static bool has(const struct editor_unsaved *unsaved, size_t count, const struct mask *mask)
{
    for (size_t i = 0; i < count; i++) {
        if (unsaved[i].mask == mask)
            return true;
    }
    return false;
}

size_t editors_unsaved(const struct editors *editors, struct editor_unsaved *unsaved, size_t max)
{
    size_t count = 0;
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        struct editor_unsaved own[MAX_OF_ONE];
        const size_t all = editors->of[i] ? editor_unsaved(editors->of[i], own, MAX_OF_ONE) : 0;
        for (size_t k = 0; k < all && k < MAX_OF_ONE; k++) {
            if (count < max && !has(unsaved, count, own[k].mask)) // panes of the same document share them
                unsaved[count++] = own[k];
        }
    }
    return count;
}

bool editors_have_unsaved(const struct editors *editors)
{
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        if (editors->of[i] && editor_has_unsaved(editors->of[i]))
            return true;
    }
    return false;
}

int editors_unsaved_pane(const struct editors *editors)
{
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        if (editors->of[i] && editor_shown_is_unsaved(editors->of[i]))
            return i;
    }
    return -1;
}

bool editors_at_rest(const struct editors *editors)
{
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        if (editors->of[i] && !editor_at_rest(editors->of[i]))
            return false;
    }
    return true;
}
