// SPDX-License-Identifier: MIT
// The command table, in the order of menus and help.
#include "commands/actions.h"

#define MENU(...) ((const struct command_menu[]){__VA_ARGS__, {NULL, NULL}})
#define LAYERS    "user|file|gap|bad|hot|saturated|user2|user3"
#define SWITCH    "[state:on|off|toggle]"

static bool has_several_maps(const struct command_host *host)
{
    return host->colormaps && host->colormaps->count > 1;
}

const struct command commands[] = {
    // File
    {"file.open", "[name:file]...", "Opens images; without a name asks for one.", MENU({"File/Open...", ""}),
     action_file_open, NULL, NULL},
    {"file.reload", "", "Reads the shown frame again from its file.", MENU({"File/Reload", ""}),
     action_file_reload, NULL, NULL},
    {"mask.load", "[name:file]",
     "Loads a mask (TIFF, FITS, NPY; nonzero = masked); without a name asks for one.",
     MENU({"File/|Load mask...", ""}), action_mask_load, NULL, NULL},
    {"mask.clear", "", "Removes the loaded mask.", MENU({"File/Remove mask", ""}), action_mask_clear, NULL,
     NULL},
    {"file.export", "[name:file] [style:plain|decorated]",
     "Writes the picture as shown to a PNG file, decorated with colour bar and title if asked; without a "
     "name asks "
     "for one.",
     MENU({"File/|Export picture...", ""}), action_file_export, NULL, NULL},
    {"panel.metadata", SWITCH, "Shows or hides the window with the file's header.", MENU({"File/Header", ""}),
     action_panel_metadata, tick_panel_metadata, NULL},
    {"panel.find", "",
     "Gives the keyboard to the search field of the open window; opens the header if none is.",
     MENU({"File/Search the header", ""}), action_panel_find, NULL, NULL},
    {"app.quit", "", "Leaves the program.", MENU({"File/|Quit", ""}), action_app_quit, NULL, NULL},
    {"app.cancel", "", "Closes open windows, else stops loading, else leaves full screen.", NULL,
     action_app_cancel, NULL, NULL},

    // Frame
    {"frame.next", "[count:integer(1..1000000)]", "Goes to the next frame, or file after the last frame.",
     MENU({"Frame/Next", ""}), action_frame_next, NULL, NULL},
    {"frame.previous", "[count:integer(1..1000000)]", "Goes to the previous frame or file.",
     MENU({"Frame/Previous", ""}), action_frame_previous, NULL, NULL},
    {"frame.step", "count:integer(-1000000..1000000)", "Goes forward by so many frames, back if negative.",
     MENU({"Frame/|Forward 10", "10"}, {"Frame/Back 10", "-10"}), action_frame_step, NULL, NULL},
    {"frame.first", "", "Goes to the first frame of the first file.", MENU({"Frame/|First", ""}),
     action_frame_first, NULL, NULL},
    {"frame.last", "", "Goes to the last frame of the last file.", MENU({"Frame/Last", ""}),
     action_frame_last, NULL, NULL},
    {"frame.go", "frame:integer(0..1000000000)", "Goes to a frame of the shown file, counted from 0.", NULL,
     action_frame_go, NULL, NULL},

    // Contrast
    {"contrast.auto", "[method:percentile|minmax|zscale|sigma] [a:number] [b:number]",
     "Sets the limits automatically: percentile LOW HIGH, minmax, zscale CONTRAST or sigma K; without a "
     "method by the "
     "last one.",
     MENU({"Contrast/Automatic", ""}, {"Contrast/Automatic by/Percentile 0.5 to 99.5", "percentile 0.5 99.5"},
          {"Contrast/Automatic by/Percentile 1 to 99", "percentile 1 99"},
          {"Contrast/Automatic by/Minimum and maximum", "minmax"}, {"Contrast/Automatic by/zscale", "zscale"},
          {"Contrast/Automatic by/Mean and deviation", "sigma"}),
     action_contrast_auto, tick_contrast_auto, NULL},
    {"contrast.visible", SWITCH,
     "Takes automatic limits from what is in view only, or from the whole image, and applies them.",
     MENU({"Contrast/From what is in view", ""}), action_contrast_visible, tick_contrast_visible, NULL},
    {"contrast.keep", SWITCH, "Keeps the limits for the next frame, or sets them automatically again.",
     MENU({"Contrast/Keep for the next frame", ""}), action_contrast_keep, tick_contrast_keep, NULL},
    {"contrast.limits", "low:number high:number", "Sets both limits.", NULL, action_contrast_limits, NULL,
     NULL},
    {"contrast.low", "value:number", "Sets the lower limit.", NULL, action_contrast_low, NULL, NULL},
    {"contrast.high", "value:number", "Sets the upper limit.", NULL, action_contrast_high, NULL, NULL},
    {"contrast.low_here", "", "Sets the lower limit to the value under the mouse.",
     MENU({"Contrast/|Low from the pixel under the mouse", ""}), action_contrast_low_here, NULL, NULL},
    {"contrast.high_here", "", "Sets the upper limit to the value under the mouse.",
     MENU({"Contrast/High from the pixel under the mouse", ""}), action_contrast_high_here, NULL, NULL},
    {"contrast.scale", "scale:scale [mode:set|toggle]",
     "Sets the scale between the limits, with its parameter if given (power:0.5, asinh:0.1), or next or "
     "previous; "
     "toggle goes back to linear.",
     MENU({"Contrast/|Scale/*", "*"}), action_contrast_scale, tick_contrast_scale, NULL},
    {"contrast.gamma", "gamma:number(0.05..20)", "Sets the power scale with this exponent.", NULL,
     action_contrast_gamma, NULL, NULL},
    {"panel.contrast", SWITCH, "Shows or hides the contrast panel with the histogram.",
     MENU({"Contrast/|Contrast panel", ""}), action_panel_contrast, tick_panel_contrast, NULL},

    // Colour
    {"colormap.set", "name:colormap [direction:forward|reversed]", "Sets the colour map.",
     MENU({"Colour/Colour map/*", "*"}), action_colormap_set, tick_colormap_set, NULL},
    {"colormap.next", "", "Takes the next colour map.", MENU({"Colour/Next colour map", ""}),
     action_colormap_next, NULL, has_several_maps},
    {"colormap.previous", "", "Takes the previous colour map.", MENU({"Colour/Previous colour map", ""}),
     action_colormap_previous, NULL, has_several_maps},
    {"colormap.reverse", SWITCH, "Reverses the colour map.", MENU({"Colour/Reversed", ""}),
     action_colormap_reverse, tick_colormap_reverse, NULL},
    {"colormap.load", "[name:file]",
     "Loads a colour map from a text file of lines \"r g b\" or \"position r g b\"; without a name asks for "
     "one.",
     MENU({"Colour/Load colour map...", ""}), action_colormap_load, NULL, NULL},
    {"special.show", "which:under|over|inf|nan " SWITCH,
     "Shows values below or above the limits, infinite ones or NaN in a colour of their own.",
     MENU({"Colour/|Mark values below the limits", "under"}, {"Colour/Mark values above the limits", "over"},
          {"Colour/Mark infinite values", "inf"}, {"Colour/Mark NaN", "nan"}),
     action_special_show, tick_special_show, NULL},
    {"special.colour", "which:under|over|inf|nan colour:colour",
     "Sets the colour of such values and shows it.", NULL, action_special_colour, NULL, NULL},
    {"mask.visible", SWITCH, "Shows or hides the mask.", MENU({"Colour/|Show mask", ""}), action_mask_visible,
     tick_mask_visible, NULL},
    {"mask.outline", SWITCH " [layer:" LAYERS "]", "Draws only the border of masked areas.",
     MENU({"Colour/Mask as outline", ""}), action_mask_outline, tick_mask_outline, NULL},
    {"mask.layer", "layer:" LAYERS " " SWITCH, "Shows or hides one layer of the mask.",
     MENU({"Colour/Mask layers/File", "file"}, {"Colour/Mask layers/Gaps", "gap"},
          {"Colour/Mask layers/Bad", "bad"}, {"Colour/Mask layers/Hot", "hot"},
          {"Colour/Mask layers/Saturated", "saturated"}),
     action_mask_layer, tick_mask_layer, NULL},
    {"mask.use", "layer:file|gap|bad|hot|saturated " SWITCH,
     "Leaves the pixels of a layer out, or lets them count as values again.",
     MENU({"Colour/Leave out/File", "file"}, {"Colour/Leave out/Gaps, no data", "gap"},
          {"Colour/Leave out/Bad", "bad"}, {"Colour/Leave out/Hot", "hot"},
          {"Colour/Leave out/Saturated", "saturated"}),
     action_mask_use, tick_mask_use, NULL},
    {"mask.opacity", "opacity:number(0..1) [layer:" LAYERS "]",
     "Sets the opacity of the mask, or of one layer.", NULL, action_mask_opacity, NULL, NULL},
    {"mask.colour", "colour:colour [layer:" LAYERS "]", "Sets the colour of the mask, or of one layer.", NULL,
     action_mask_colour, NULL, NULL},

    // View
    {"view.fit", "", "Shows the whole image.", MENU({"View/Fit", ""}), action_view_fit, tick_view_fit, NULL},
    {"view.fill", "", "Fills the window with the image.", MENU({"View/Fill", ""}), action_view_fill, NULL,
     NULL},
    {"view.actual", "", "Shows one image pixel as one screen pixel.", MENU({"View/Actual pixels", ""}),
     action_view_actual, tick_view_actual, NULL},
    {"view.zoom", "factor:text", "Zooms to a factor in screen pixels per image pixel, or in, out or fit.",
     MENU({"View/Zoom to/1\xE2\x81\x84"
           "4",
           "0.25"},
          {"View/Zoom to/1\xE2\x81\x84"
           "2",
           "0.5"},
          {"View/Zoom to/2", "2"}, {"View/Zoom to/4", "4"}, {"View/Zoom to/8", "8"},
          {"View/Zoom to/16", "16"}, {"View/Zoom to/32", "32"}),
     action_view_zoom, NULL, NULL},
    {"view.zoom_in", "", "Zooms in by a step.", MENU({"View/Zoom in", ""}), action_view_zoom_in, NULL, NULL},
    {"view.zoom_out", "", "Zooms out by a step.", MENU({"View/Zoom out", ""}), action_view_zoom_out, NULL,
     NULL},
    {"view.pan", "dx:number dy:number",
     "Moves the view to the right and down by so many image pixels (screen pixels where those are larger).",
     NULL, action_view_pan, NULL, NULL},
    {"view.pan_page", "dx:number dy:number", "Moves the view to the right and down by so many pages.", NULL,
     action_view_pan_page, NULL, NULL},
    {"view.center", "x:number y:number", "Puts a point of the image into the middle of the view.", NULL,
     action_view_center, NULL, NULL},
    {"view.rotate", "direction:left|right", "Turns the picture by 90 degrees.",
     MENU({"View/|Rotate left", "left"}, {"View/Rotate right", "right"}), action_view_rotate, NULL, NULL},
    {"view.flip", "direction:horizontal|vertical", "Mirrors the picture as seen on the screen.",
     MENU({"View/Flip horizontally", "horizontal"}, {"View/Flip vertically", "vertical"}), action_view_flip,
     NULL, NULL},
    {"view.origin", "[origin:upper|lower|toggle]",
     "Puts the first row of the file at the top or at the bottom.",
     MENU({"View/First row at the top", "upper"}, {"View/First row at the bottom", "lower"}),
     action_view_origin, tick_view_origin, NULL},
    {"view.reduce", "[mode:mean|max|toggle]",
     "When zoomed out, shows the mean or the maximum of the pixels that share a screen pixel.",
     MENU({"View/|Zoom out by mean", "mean"}, {"View/Zoom out by maximum", "max"}), action_view_reduce,
     tick_view_reduce, NULL},
    {"view.smooth", SWITCH, "Interpolates magnified pixels instead of drawing crisp squares.",
     MENU({"View/Smooth", ""}), action_view_smooth, tick_view_smooth, NULL},
    {"view.colour_bar", SWITCH, "Shows or hides the colour bar.", MENU({"View/|Colour bar", ""}),
     action_view_colour_bar, tick_view_colour_bar, NULL},
    {"view.pixel_values", SWITCH, "Writes the values into the pixels when they are large enough.",
     MENU({"View/Values in pixels", ""}), action_view_pixel_values, tick_view_pixel_values, NULL},
    {"view.interface", SWITCH, "Shows or hides everything but the picture.",
     MENU({"View/Menu and panels", ""}), action_view_interface, tick_view_interface, NULL},
    {"view.fullscreen", SWITCH, "Switches full screen on or off.", MENU({"View/Full screen", ""}),
     action_view_fullscreen, tick_view_fullscreen, NULL},

    // Help
    {"panel.palette", SWITCH, "Opens the palette: type a part of a command's name, Enter runs it.",
     MENU({"Help/Command palette", ""}), action_panel_palette, tick_panel_palette, NULL},
    {"panel.help", SWITCH, "Shows all keys, mouse gestures and commands.", MENU({"Help/Keys and mouse", ""}),
     action_panel_help, tick_panel_help, NULL},
};

const size_t command_count = sizeof commands / sizeof commands[0];
