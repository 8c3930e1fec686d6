// SPDX-License-Identifier: MIT
// Defaults of colours and mask styles, and the tint of a mask byte.
#include "view/display.h"

#include <string.h>

static const char *const special_names[SPECIAL_COUNT] = {
    [SPECIAL_UNDER] = "under",
    [SPECIAL_OVER] = "over",
    [SPECIAL_INF] = "inf",
    [SPECIAL_NAN] = "nan",
};

static const struct special_colour special_defaults[SPECIAL_COUNT] = {
    [SPECIAL_UNDER] = {false, {0, 64, 255}},
    [SPECIAL_OVER] = {false, {255, 0, 0}},
    [SPECIAL_INF] = {true, {255, 0, 255}},
    [SPECIAL_NAN] = {true, {80, 80, 80}},
};

// Told apart by colour-blind eyes too (tests/ui/theme.c).
static const uint8_t layer_tints[MASK_LAYER_COUNT][3] = {
    [MASK_USER] = {255, 77, 77},    [MASK_FILE] = {240, 160, 32},   [MASK_GAP] = {52, 56, 68},
    [MASK_BAD] = {213, 140, 192},   [MASK_HOT] = {242, 227, 76},    [MASK_SATURATED] = {56, 214, 240},
    [MASK_USER_2] = {45, 190, 141}, [MASK_USER_3] = {91, 141, 239},
};

const char *special_value_name(enum special_value special)
{
    return (unsigned)special < SPECIAL_COUNT ? special_names[special] : "";
}

struct display display_default(void)
{
    struct display display = {
        .colormap = "viridis",
        .mask_visible = true,
        .reduce = REDUCE_MEAN,
        .background = {40, 40, 40},
    };
    memcpy(display.special, special_defaults, sizeof display.special);
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++) {
        struct mask_style *style = &display.mask[layer];
        *style = (struct mask_style){.visible = true, .opacity = 0.6f};
        memcpy(style->rgb, layer_tints[layer], sizeof style->rgb);
    }
    display.mask[MASK_GAP].opacity = 1; // there is nothing behind a gap worth seeing
    return display;
}

bool display_is_reversed(const struct display *display)
{
    return display->reversed != display->low_is_white;
}

static bool is_drawn(const struct mask_style *style, enum mask_part part)
{
    if (!style->visible)
        return false;
    if (part == MASK_PART_BORDER)
        return style->outline;
    return style->hatch ? part == MASK_PART_STRIPE : !style->outline;
}

void display_mask_tint(const struct display *display, uint8_t bits, enum mask_part part, float rgba[4])
{
    memset(rgba, 0, 4 * sizeof *rgba);
    if (!display->mask_visible)
        return;
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++) {
        const struct mask_style *style = &display->mask[layer];
        if (!(bits & MASK_BIT(layer)) || !is_drawn(style, part))
            continue;
        // Written so that NaN becomes 0. Higher layers show as far as those before them let through.
        const float opacity = style->opacity > 0.0f ? (style->opacity < 1.0f ? style->opacity : 1.0f) : 0.0f;
        const float share = (1.0f - rgba[3]) * opacity;
        for (int i = 0; i < 3; i++)
            rgba[i] += share * (float)style->rgb[i] / 255.0f;
        rgba[3] += share;
    }
}
