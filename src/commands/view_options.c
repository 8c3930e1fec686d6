// SPDX-License-Identifier: MIT
// The table of the view's options, and what they do to a view.
#include "commands/view_options.h"

#include "base/memory.h"
#include "commands/command.h"
#include "formats/base/reader.h"
#include "view/interface_scale.h"
#include "view/layout.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// Every setter fills struct view_options from a value; it must match option.set.
#define SETTER(name) static enum status name(void *target, const char *value, struct error *error)

static enum status bad_value(const char *value, const char *wanted, struct error *error)
{
    return error_set(error, STATUS_USAGE, "\"%s\" is not %s", value, wanted);
}

// Splits "A<separator>B" into two finite numbers.
static bool parse_pair(const char *value, char separator, double *first, double *second)
{
    char copy[128];
    const size_t length = strlen(value);
    if (length >= sizeof copy)
        return false;
    memcpy(copy, value, length + 1);
    char *split = strchr(copy, separator);
    if (!split)
        return false;
    *split = '\0';
    return parse_double(copy, first) && parse_double(split + 1, second) && isfinite(*first) &&
           isfinite(*second);
}

SETTER(set_mask)
{
    (void)error;
    ((struct view_options *)target)->source.mask = value;
    return STATUS_OK;
}

SETTER(set_no_mask)
{
    (void)value;
    (void)error;
    ((struct view_options *)target)->source.no_mask = true;
    return STATUS_OK;
}

SETTER(set_ignore)
{
    uint8_t bits;
    if (!mask_layers_parse(value, &bits))
        return bad_value(value, "a list of gap, bad, hot, saturated and file, or all", error);
    ((struct view_options *)target)->display.classes.ignored |= bits;
    return STATUS_OK;
}

SETTER(set_saturation)
{
    struct class_choice *classes = &((struct view_options *)target)->display.classes;
    if (!parse_double(value, &classes->saturation) || !isfinite(classes->saturation))
        return bad_value(value, "a number", error);
    classes->has_saturation = true;
    return STATUS_OK;
}

SETTER(set_range)
{
    struct contrast_options *options = &((struct view_options *)target)->contrast;
    double low, high;
    if (!parse_pair(value, ':', &low, &high))
        return bad_value(value, "a range such as 0:1000", error);
    if (low >= high)
        return error_set(error, STATUS_USAGE, "the lower limit of \"%s\" must be below the upper one", value);
    options->range = (struct limits){low, high};
    options->has_range = true;
    options->has_rule = false;
    return STATUS_OK;
}

SETTER(set_auto)
{
    struct contrast_options *options = &((struct view_options *)target)->contrast;
    options->rule = limits_rule_default();
    if (!limits_rule_parse(value, &options->rule))
        return bad_value(value, "percentile[:LOW:HIGH], minmax, zscale[:CONTRAST] or sigma[:K]", error);
    options->has_rule = true;
    options->has_range = false;
    return STATUS_OK;
}

SETTER(set_scale)
{
    struct contrast_options *options = &((struct view_options *)target)->contrast;
    options->transfer = transfer_default();
    if (!transfer_parse(value, &options->transfer))
        return bad_value(value, "linear, log, sqrt, asinh[:SOFTENING], power[:GAMMA] or equalize", error);
    options->has_transfer = true;
    return STATUS_OK;
}

SETTER(set_colormap)
{
    (void)error;
    ((struct view_options *)target)->display.colormap = value;
    return STATUS_OK;
}

SETTER(set_reverse)
{
    (void)value;
    (void)error;
    ((struct view_options *)target)->display.reversed = true;
    return STATUS_OK;
}

SETTER(set_frame)
{
    int64_t frame;
    if (!parse_int64(value, &frame) || frame < 0)
        return bad_value(value, "a frame number from 0", error);
    ((struct view_options *)target)->source.frame = frame;
    return STATUS_OK;
}

SETTER(set_grid)
{
    struct grid_options *options = &((struct view_options *)target)->grid;
    return layout_grid_parse(value, &options->columns, &options->rows)
               ? STATUS_OK
               : bad_value(value, "COLUMNSxROWS, such as 2x2, of at most 16 panes", error);
}

SETTER(set_series)
{
    (void)value;
    (void)error;
    ((struct view_options *)target)->source.siblings = true;
    return STATUS_OK;
}

static enum status set_slab(struct source_options *options, enum slab_mode mode, const char *value,
                            struct error *error)
{
    int64_t frames;
    if (!parse_int64(value, &frames) || frames < 1 || frames > SLAB_MAX_FRAMES)
        return bad_value(value, "a number of frames from 1 to 1000000", error);
    options->slab = mode;
    options->slab_frames = frames;
    return STATUS_OK;
}

SETTER(set_sum)
{
    return set_slab(&((struct view_options *)target)->source, SLAB_SUM, value, error);
}

SETTER(set_max)
{
    return set_slab(&((struct view_options *)target)->source, SLAB_MAX, value, error);
}

SETTER(set_mean)
{
    return set_slab(&((struct view_options *)target)->source, SLAB_MEAN, value, error);
}

SETTER(set_play)
{
    (void)value;
    (void)error;
    ((struct view_options *)target)->play.on = true;
    return STATUS_OK;
}

SETTER(set_rate)
{
    double rate;
    if (!parse_double(value, &rate) || !(rate >= PLAY_MIN_RATE && rate <= PLAY_MAX_RATE))
        return bad_value(value, "a rate from 0.1 to 100 frames a second", error);
    ((struct view_options *)target)->play.rate = rate;
    return STATUS_OK;
}

SETTER(set_scale_ui)
{
    double scale;
    if (!parse_double(value, &scale) || !(scale >= INTERFACE_SCALE_LEAST && scale <= INTERFACE_SCALE_MOST))
        return bad_value(value, "a factor from 1 to 4", error);
    ((struct view_options *)target)->scale_ui = interface_scale(scale, &(struct scale_hints){0});
    return STATUS_OK;
}

SETTER(set_theme)
{
    struct view_options *options = target;
    if (!interface_theme_find(value, &options->theme))
        return bad_value(value, "dark or light", error);
    options->has_theme = true;
    return STATUS_OK;
}

SETTER(set_prefetch)
{
    int64_t frames;
    if (!parse_int64(value, &frames) || frames < 0 || frames > 1)
        return bad_value(value, "0 or 1", error);
    ((struct view_options *)target)->source.prefetch = frames;
    return STATUS_OK;
}

SETTER(set_channel)
{
    int64_t channel;
    if (!parse_int64(value, &channel) || channel < 0 || channel > 65535)
        return bad_value(value, "a channel number from 0", error);
    ((struct view_options *)target)->source.channel = (int)channel;
    return STATUS_OK;
}

SETTER(set_memory)
{
    const enum status status = option_memory(NULL, value, error);
    if (status == STATUS_OK)
        ((struct view_options *)target)->memory_bytes = memory_allowed();
    return status;
}

SETTER(set_zoom)
{
    struct camera_options *options = &((struct view_options *)target)->camera;
    double zoom = 1;
    options->zoom_fit = strcmp(value, "fit") == 0;
    if (!options->zoom_fit && (!parse_double(value, &zoom) || !isfinite(zoom) || zoom <= 0))
        return bad_value(value, "\"fit\" or a factor above 0", error);
    options->has_zoom = true;
    options->zoom = zoom;
    return STATUS_OK;
}

SETTER(set_center)
{
    struct camera_options *options = &((struct view_options *)target)->camera;
    if (!parse_pair(value, ',', &options->center_x, &options->center_y))
        return bad_value(value, "a point such as 100,200", error);
    options->has_center = true;
    return STATUS_OK;
}

SETTER(set_origin)
{
    struct camera_options *options = &((struct view_options *)target)->camera;
    bool lower = strcmp(value, "lower") == 0;
    if (!lower && strcmp(value, "upper") != 0)
        return bad_value(value, "upper or lower", error);
    options->has_origin = true;
    options->origin_lower = lower;
    return STATUS_OK;
}

SETTER(set_reduce)
{
    struct display_options *options = &((struct view_options *)target)->display;
    bool max = strcmp(value, "max") == 0;
    if (!max && strcmp(value, "mean") != 0)
        return bad_value(value, "mean or max", error);
    options->has_reduce = true;
    options->reduce = max ? REDUCE_MAX : REDUCE_MEAN;
    return STATUS_OK;
}

SETTER(set_smooth)
{
    (void)value;
    (void)error;
    ((struct view_options *)target)->display.smooth = true;
    return STATUS_OK;
}

SETTER(set_rotate)
{
    int64_t degrees;
    if (!parse_int64(value, &degrees) || degrees % 90 != 0)
        return bad_value(value, "0, 90, 180 or 270", error);
    ((struct view_options *)target)->camera.quarter_turns = (int)((degrees / 90 % 4 + 4) % 4);
    return STATUS_OK;
}

SETTER(set_flip)
{
    struct camera_options *options = &((struct view_options *)target)->camera;
    bool horizontal = strcmp(value, "horizontal") == 0;
    if (!horizontal && strcmp(value, "vertical") != 0)
        return bad_value(value, "horizontal or vertical", error);
    *(horizontal ? &options->flip_horizontal : &options->flip_vertical) = true;
    return STATUS_OK;
}

SETTER(set_mask_colour)
{
    struct display_options *options = &((struct view_options *)target)->display;
    if (!parse_colour(value, options->mask_rgb))
        return bad_value(value, "a colour such as \"#ff8000\" or \"red\"", error);
    options->has_mask_colour = true;
    return STATUS_OK;
}

SETTER(set_mask_opacity)
{
    struct display_options *options = &((struct view_options *)target)->display;
    double opacity;
    if (!parse_double(value, &opacity) || !(opacity >= 0 && opacity <= 1))
        return bad_value(value, "an opacity from 0 to 1", error);
    options->mask_opacity = (float)opacity;
    options->has_mask_opacity = true;
    return STATUS_OK;
}

static enum status set_special(struct view_options *options, enum special_value special, const char *value,
                               struct error *error)
{
    struct special_option *option = &options->display.special[special];
    option->off = strcmp(value, "none") == 0;
    if (!option->off && !parse_colour(value, option->rgb))
        return bad_value(value, "a colour such as \"#ff8000\" or \"red\", or \"none\"", error);
    option->given = true;
    return STATUS_OK;
}

SETTER(set_nan_colour)
{
    return set_special(target, SPECIAL_NAN, value, error);
}

SETTER(set_inf_colour)
{
    return set_special(target, SPECIAL_INF, value, error);
}

SETTER(set_under_colour)
{
    return set_special(target, SPECIAL_UNDER, value, error);
}

SETTER(set_over_colour)
{
    return set_special(target, SPECIAL_OVER, value, error);
}

SETTER(set_decorate)
{
    (void)value;
    (void)error;
    ((struct view_options *)target)->decorate = true;
    return STATUS_OK;
}

SETTER(set_command)
{
    struct command_options *options = &((struct view_options *)target)->commands;
    enum status status = command_check(NULL, value, error);
    if (status)
        return status;
    if (options->count == OPTIONS_MAX_COMMANDS)
        return error_set(error, STATUS_USAGE, "may be given at most %d times", OPTIONS_MAX_COMMANDS);
    options->lines[options->count++] = value;
    return STATUS_OK;
}
#undef SETTER

const struct option view_option_table[] = {
    {"--mask", NULL, "FILE",
     "A mask of the image's shape: any image file, or file.h5::/path; nonzero = masked, or of valid:FILE nonzero = valid.",
     set_mask, NULL},
    {"--no-mask", NULL, NULL, "Neither loads nor shows any mask; masked pixels count in statistics.",
     set_no_mask, NULL},
    {"--ignore", NULL, "CLASSES",
     "Lets pixels of these classes count as values: gap (also no data), bad, hot, saturated, file (the mask of --mask), in a list such as gap,bad, or all.",
     set_ignore, NULL},
    {"--saturation", NULL, "VALUE", "Pixels above are saturated and left out, whatever the file says.",
     set_saturation, NULL},
    {"--range", NULL, "LO:HI", "Contrast limits, kept for all frames.", set_range, NULL},
    {"--auto", NULL, "METHOD",
     "Automatic limits: percentile[:LOW:HIGH] (default percentile:0.5:99.5), minmax, zscale[:CONTRAST], sigma[:K].",
     set_auto, NULL},
    {"--scale", NULL, "NAME",
     "Scale between the limits: linear, log, sqrt, asinh[:SOFTENING], power[:GAMMA], equalize.", set_scale,
     NULL},
    {"--colormap", NULL, "NAME", "Colour map: a name, or a text file of lines \"r g b\".", set_colormap,
     NULL},
    {"--reverse", NULL, NULL,
     "Reverses the colour map, which runs the other way round already where the file says that 0 is white.",
     set_reverse, NULL},
    {"--frame", NULL, "N", "Frame of the series to show first, from 0.", set_frame, NULL},
    {"--series", NULL, NULL, "Takes all files of the folder that are numbered like the one named.",
     set_series, NULL},
    {"--grid", NULL, "COLUMNSxROWS",
     "Shows each SOURCE in a pane of its own, in columns and rows, such as 2x2.", set_grid, NULL},
    {"--sum", NULL, "N", "Shows the sum of every N consecutive frames.", set_sum, NULL},
    {"--max", NULL, "N", "Shows the maximum of every N consecutive frames.", set_max, NULL},
    {"--mean", NULL, "N", "Shows the mean of every N consecutive frames.", set_mean, NULL},
    {"--play", NULL, NULL, "Plays the series from the start.", set_play, NULL},
    {"--rate", NULL, "FPS", "Frames played a second, 0.1 to 100; default 10.", set_rate, NULL},
    {"--prefetch", NULL, "N",
     "Frames that are decoded before they are wanted, while the program is idle: 0 or 1 (the default).",
     set_prefetch, NULL},
    {"--channel", NULL, "N",
     "Channel of images with several samples per pixel, from 0; default luminance for RGB.", set_channel,
     NULL},
    {"--memory", NULL, "AMOUNT",
     "Memory for the textures of all images, as 500M or 2G, and for frames shown before; images that do not fit are read in parts. Also the most that a decoder takes for what must be unpacked as a whole. Default: three quarters of what is free, at most 4 GB.",
     set_memory, NULL},
    {"--hdf5-plugins", NULL, NULL,
     "Lets libhdf5 load filter plugins (HDF5_PLUGIN_PATH), which run code of others; without it none is loaded.",
     option_hdf5_plugins, NULL},
    {"--trust-paths", NULL, NULL,
     "Reads the samples that a file takes from another file (EDF, NRRD, HDF5) wherever that is; without it only from the same folder or below.",
     option_trust_paths, NULL},
    {"--zoom", NULL, "fit|FACTOR", "Screen pixels per image pixel, or the whole image (the default).",
     set_zoom, NULL},
    {"--center", NULL, "X,Y", "Point of the image in the middle of the picture.", set_center, NULL},
    {"--origin", NULL, "upper|lower",
     "Where the first row of the file stands; default: as its format has it, lower for FITS.", set_origin,
     NULL},
    {"--rotate", NULL, "DEGREES", "Turns the picture clockwise by 90, 180 or 270.", set_rotate, NULL},
    {"--flip", NULL, "horizontal|vertical", "Mirrors the picture; may be given twice.", set_flip, NULL},
    {"--reduce", NULL, "mean|max", "When zoomed out, shows the mean (default) or maximum of pixels.",
     set_reduce, NULL},
    {"--smooth", NULL, NULL, "Interpolates magnified pixels.", set_smooth, NULL},
    {"--mask-color", NULL, "COLOUR", "Colour of the mask: \"#rrggbb\" or a name.", set_mask_colour, NULL},
    {"--mask-opacity", NULL, "OPACITY", "Opacity of the mask, 0 to 1.", set_mask_opacity, NULL},
    {"--nan-color", NULL, "COLOUR", "Colour of NaN, or none.", set_nan_colour, NULL},
    {"--inf-color", NULL, "COLOUR", "Colour of infinite values, or none.", set_inf_colour, NULL},
    {"--under-color", NULL, "COLOUR", "Colour of values below the limits, or none.", set_under_colour, NULL},
    {"--over-color", NULL, "COLOUR", "Colour of values above the limits, or none.", set_over_colour, NULL},
    {"--decorate", NULL, NULL, "Adds colour bar, scale and title, in margins beside the data.", set_decorate,
     NULL},
    {"--scale-ui", NULL, "FACTOR",
     "Size of menus, panels and texts, 1 to 4; default: what the user chose before, else as the desktop has it.",
     set_scale_ui, NULL},
    {"--theme", NULL, "NAME",
     "Colours of menus and panels: dark or light; default: as the user chose before.", set_theme, NULL},
    {"--command", NULL, "COMMANDS",
     "Commands to run when the image is shown, separated by ';'; may be given several times.", set_command,
     NULL},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};

struct view_options view_options_default(void)
{
    return (struct view_options){.source = {.channel = CHANNEL_AUTO, .prefetch = 1}};
}

// The map of that name, else from the file of that name.
static enum status apply_colormap(const char *name, struct view *view, struct colormap_list *colormaps,
                                  struct error *error)
{
    const struct colormap *map = colormap_find(colormaps, name);
    if (!map) {
        if (!strpbrk(name, "/.") && access(name, F_OK) != 0)
            return error_set(error, STATUS_USAGE, "there is no colour map \"%s\", nor a file of that name",
                             name);
        enum status status = colormap_load(colormaps, name, &map, error);
        if (status)
            return status;
    }
    memcpy(view->display.colormap, map->name, sizeof map->name);
    return STATUS_OK;
}

static void apply_contrast(const struct contrast_options *options, struct contrast *contrast)
{
    if (options->has_transfer)
        contrast->transfer = options->transfer;
    if (options->has_rule) {
        contrast->rule = options->rule;
        contrast->automatic = true;
    }
    if (options->has_range) {
        contrast_set_limits(contrast, options->range.low, options->range.high);
        contrast->keep = true;
    }
}

static void apply_special(const struct special_option *option, struct special_colour *special)
{
    if (!option->given)
        return;
    special->on = !option->off;
    if (!option->off)
        memcpy(special->rgb, option->rgb, 3);
}

static void apply_classes(const struct class_choice *given, struct class_choice *classes)
{
    classes->ignored |= given->ignored;
    if (!given->has_saturation)
        return;
    classes->has_saturation = true;
    classes->saturation = given->saturation;
}

static void apply_display(const struct display_options *options, struct display *display)
{
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++) {
        if (options->has_mask_colour)
            memcpy(display->mask[layer].rgb, options->mask_rgb, 3);
        if (options->has_mask_opacity)
            display->mask[layer].opacity = options->mask_opacity;
    }
    for (int special = 0; special < SPECIAL_COUNT; special++)
        apply_special(&options->special[special], &display->special[special]);
    apply_classes(&options->classes, &display->classes);
    if (options->has_reduce)
        display->reduce = options->reduce;
    display->reversed |= options->reversed;
    display->smooth |= options->smooth;
}

static void apply_play(const struct play_options *options, struct view_play *play)
{
    play->direction = options->on;
    if (options->rate > 0)
        play->rate = options->rate;
}

static void apply_orientation(const struct camera_options *options, struct camera *camera)
{
    camera->origin_chosen |= options->has_origin;
    if (options->has_origin)
        camera->origin_lower = options->origin_lower;
    if (options->quarter_turns)
        camera_rotate(camera, options->quarter_turns);
    if (options->flip_horizontal)
        camera_flip(camera, true);
    if (options->flip_vertical)
        camera_flip(camera, false);
}

enum status options_apply(const struct view_options *options, struct view *view,
                          struct colormap_list *colormaps, struct error *error)
{
    if (options->display.colormap) {
        enum status status = apply_colormap(options->display.colormap, view, colormaps, error);
        if (status)
            return status;
    }
    apply_play(&options->play, &view->play);
    apply_contrast(&options->contrast, &view->contrast);
    apply_display(&options->display, &view->display);
    if (options->source.no_mask)
        view->display.mask_visible = false;
    apply_orientation(&options->camera, &view->camera);
    return STATUS_OK;
}

void options_apply_camera(const struct camera_options *options, struct camera *camera)
{
    if (options->has_zoom && options->zoom_fit)
        camera_fit(camera);
    else if (options->has_zoom)
        camera_set_zoom(camera, options->zoom);
    if (options->has_center)
        camera_look_at(camera, options->center_x, options->center_y);
}
