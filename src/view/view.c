// SPDX-License-Identifier: MIT
// The state of a fresh view.
#include "view/view.h"

struct view view_default(void)
{
    return (struct view){
        .camera = camera_default(),
        .contrast = contrast_default(),
        .display = display_default(),
        .overlays = {.colour_bar = true, .pixel_values = true},
        .play = {.rate = 10},
    };
}
