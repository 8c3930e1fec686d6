// SPDX-License-Identifier: MIT
// The state of a fresh view.
#include "view/view.h"

struct view view_default(void)
{
    return (struct view){
        .camera = camera_default(),
        .contrast = contrast_default(),
        .display = display_default(),
        .panels = {.interface = true,
                   .contrast = true,
                   .colour_bar = true,
                   .pixel_values = true,
                   .thumbnails = true,
                   .frames = true,
                   .files_width = 250},
        .play = {.rate = 10},
        .masking = {.tool = TOOL_PENCIL,
                    .layer = MASK_USER,
                    .locked = MASK_BIT(MASK_FILE) | MASK_BIT(MASK_GAP) | MASK_BIT(MASK_BAD) |
                              MASK_BIT(MASK_HOT) | MASK_BIT(MASK_SATURATED),
                    .width = 20},
    };
}
