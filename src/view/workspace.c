// SPDX-License-Identifier: MIT
// The state of a fresh workspace, and which tab of the inspector is shown.
#include "view/workspace.h"

struct workspace workspace_default(void)
{
    return (struct workspace){
        .panels = {.interface = true, .inspector.docked = true, .thumbnails = true, .frames = true},
        .masking = {.tool = TOOL_PENCIL,
                    .layer = MASK_USER,
                    .locked = MASK_BIT(MASK_FILE) | MASK_BIT(MASK_GAP) | MASK_BIT(MASK_BAD) |
                              MASK_BIT(MASK_HOT) | MASK_BIT(MASK_SATURATED),
                    .width = 20},
    };
}

struct view_docks panels_docks(const struct view_panels *panels)
{
    return (struct view_docks){.inspector = panels->inspector.docked,
                               .browser = panels->files,
                               .series = panels->frames,
                               .tab = panels->inspector.tab,
                               .inspector_width = panels->inspector.width,
                               .browser_width = panels->files_width};
}

void panels_set_docks(struct view_panels *panels, const struct view_docks *docks)
{
    panels->inspector.docked = docks->inspector;
    panels->files = docks->browser;
    panels->frames = docks->series;
    panels->inspector.tab = docks->tab;
    panels->inspector.width = docks->inspector_width;
    panels->files_width = docks->browser_width;
}

bool view_docks_equal(const struct view_docks *a, const struct view_docks *b)
{
    return a->inspector == b->inspector && a->browser == b->browser && a->series == b->series &&
           a->tab == b->tab && a->inspector_width == b->inspector_width &&
           a->browser_width == b->browser_width;
}

// Whether the inspector is open, in a window of this size.
static bool *is_open(struct view_panels *panels)
{
    return panels->compact ? &panels->inspector.drawer : &panels->inspector.docked;
}

int panels_tab(const struct view_panels *panels)
{
    const bool open = panels->compact ? panels->inspector.drawer : panels->inspector.docked;
    return panels->interface && open ? (int)panels->inspector.tab : -1;
}

void panels_show_tab(struct view_panels *panels, enum view_tab tab)
{
    panels->interface = *is_open(panels) = true;
    panels->inspector.tab = tab;
}

void panels_close_inspector(struct view_panels *panels)
{
    *is_open(panels) = false;
}

void panels_enter_masking(struct view_panels *panels)
{
    panels->inspector.was_open = *is_open(panels);
    panels->inspector.tab_before = panels->inspector.tab;
    // In a small window the tab would cover what is to be masked.
    panels->inspector.tab = TAB_MASK;
    panels->inspector.docked |= !panels->compact;
}

void panels_leave_masking(struct view_panels *panels)
{
    if (panels->inspector.tab != TAB_MASK)
        return;
    panels->inspector.tab = panels->inspector.tab_before;
    *is_open(panels) &= panels->inspector.was_open;
}
