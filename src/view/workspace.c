// SPDX-License-Identifier: MIT
// The state of a fresh workspace.
#include "view/workspace.h"

struct workspace workspace_default(void)
{
    return (struct workspace){
        .panels =
            {.interface = true, .contrast = true, .thumbnails = true, .frames = true, .files_width = 250},
        .masking = {.tool = TOOL_PENCIL,
                    .layer = MASK_USER,
                    .locked = MASK_BIT(MASK_FILE) | MASK_BIT(MASK_GAP) | MASK_BIT(MASK_BAD) |
                              MASK_BIT(MASK_HOT) | MASK_BIT(MASK_SATURATED),
                    .width = 20},
    };
}
