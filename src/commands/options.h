// SPDX-License-Identifier: MIT
// Command-line options: one table for those of the view, shared by view and export, and the parser for all.
#ifndef FOVEA_COMMANDS_OPTIONS_H
#define FOVEA_COMMANDS_OPTIONS_H

#include "base/status.h"
#include "base/text.h"
#include "sources/slab_mode.h"
#include "view/view.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One option. `set` stores the value into the group's target and refuses bad values with STATUS_USAGE; its
// sentence need not name the option. Values are borrowed from argv.
struct option {
    const char *name;     // "--range"
    const char *letter;   // "-o", or NULL
    const char *argument; // "LO:HI"; NULL = a switch without a value; "[N]" = the value may be left out
    const char *help;     // one sentence
    enum status (*set)(void *target, const char *value, struct error *error);
    // Optional: whether the next argument is one more value of this option ("--pixel 1,2 3,4"). Needed where
    // the value may be left out: whether the next argument is the value; `set` gets NULL if not.
    bool (*takes)(const char *next);
};

// The options of a subcommand: some tables, each with what it fills.
struct option_group {
    const char *title;            // heading in the help: "View options"; "" continues the group before
    const struct option *options; // ends with a NULL name
    void *target;
};

// Parses argv[0 .. argc) (without program and subcommand). Options are "--name=value", "--name value", "-o
// value",
// "-ovalue"; "--" ends them; "-" alone is a name. `groups` ends with a NULL title. `names` has room for argc
// entries and takes what is no option; *count is their number. STATUS_USAGE with a sentence naming the
// option.
// "--help" and "-h" set *help (may be NULL: then they are unknown) and end the parsing.
enum status options_parse(int argc, char *const *argv, const struct option_group *groups, const char **names,
                          size_t *count, bool *help, struct error *error);

// Appends the help of the groups: a heading each, then a line or more for each option, at most 79 columns.
void options_write_help(const struct option_group *groups, struct text *out);
// The same for the manual page.
void options_write_troff(const struct option_group *groups, struct text *out);

// --- What subcommands with tables have in common: `set` of these options; `target` is not looked at ---

enum status option_hdf5_plugins(void *target, const char *value, struct error *error);
enum status option_trust_paths(void *target, const char *value, struct error *error);
enum status option_memory(void *target, const char *value, struct error *error);

// --- The view's options ---

enum { OPTIONS_MAX_COMMANDS = 32 };

// What the user asked for; only what was given changes the view. Start with view_options_default().
// Strings are borrowed from argv.
struct view_options {
    // For the program around the view.
    const char *mask;                           // --mask FILE
    bool no_mask;                               // --no-mask: neither loaded nor shown
    int64_t frame;                              // --frame; default 0
    bool siblings;                              // --series: all files numbered like the one named
    enum slab_mode slab;                        // --sum, --max, --mean
    int64_t slab_frames;                        // N of these; 0 = none of them
    int columns, rows;                          // --grid; 0 = not given
    int64_t prefetch;                           // --prefetch: frames read ahead; default 1
    int channel;                                // --channel; default CHANNEL_AUTO
    bool decorate;                              // --decorate
    int64_t memory_bytes;                       // --memory; 0 = by what is free
    const char *commands[OPTIONS_MAX_COMMANDS]; // --command, in order; to run when the image is there
    size_t command_count;

    // For options_apply and options_apply_camera.
    bool play;   // --play
    double rate; // --rate; 0 = not given
    bool has_range;
    struct limits range;
    bool has_rule;
    struct limits_rule rule;
    bool has_transfer;
    struct transfer transfer;
    const char *colormap;
    bool reversed;
    bool has_zoom, zoom_fit;
    double zoom;
    bool has_center;
    double center_x, center_y;
    bool has_origin, origin_lower;
    bool has_reduce;
    enum reduce_mode reduce;
    bool smooth;
    int quarter_turns;
    bool flip_horizontal, flip_vertical;
    bool has_mask_colour;
    uint8_t mask_rgb[3];
    bool has_mask_opacity;
    float mask_opacity;
    struct class_choice classes; // --ignore, --saturation
    bool has_special[SPECIAL_COUNT], special_off[SPECIAL_COUNT];
    uint8_t special_rgb[SPECIAL_COUNT][3];
};

struct view_options view_options_default(void);

// The table, for a group with a struct view_options as its target.
extern const struct option view_option_table[];

// Puts contrast, colours, mask style, reduction and orientation into the view, before the image is there.
// --colormap may name a file, which is then loaded. Contrast: --range makes the limits fixed, also for later
// frames (contrast.automatic false, keep true); --auto sets the rule.
enum status options_apply(const struct view_options *options, struct view *view,
                          struct colormap_list *colormaps, struct error *error);
// Puts zoom and centre into the camera, once image and viewport are known.
void options_apply_camera(const struct view_options *options, struct camera *camera);

#endif
