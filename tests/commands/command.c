// SPDX-License-Identifier: MIT
// The command table, the parser of command lines, and what every command does to the view.
#include "commands/fixture.h"
#include "support/testdata.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// --- The table ---

static void every_command_is_described(void **state)
{
    (void)state;
    for (size_t i = 0; command_at(i); i++) {
        const struct command *command = command_at(i);
        const struct argument *argument, *before = NULL;
        const char *dot = strchr(command->name, '.');
        assert_true(dot && dot != command->name && dot[1] && !strpbrk(command->name, " ;\""));
        assert_ptr_equal(command_find(command->name), command);
        assert_non_null(command->run);
        size_t length = strlen(command->help);
        assert_true(length > 10 && command->help[length - 1] == '.');
        for (size_t n = 0; (argument = argument_at(command->args, n)); n++, before = argument) {
            assert_true(argument->name[0] && argument->low <= argument->high);
            assert_true(argument->words || argument->kind != ARGUMENT_CHOICE);
            // What may be left out, or given several times, stands at the end.
            assert_false(before && before->repeated);
            if (before && before->optional && !argument->optional)
                fail_msg("%s: %s must be optional too", command->name, argument->name);
        }
    }
}

static void every_menu_entry_can_run(void **state)
{
    (void)state;
    for (size_t i = 0; command_at(i); i++) {
        for (const struct command_menu *menu = command_at(i)->menu; menu && menu->path; menu++) {
            char line[200], choice[64];
            struct error error = {0};
            bool all = strcmp(menu->arguments, "*") == 0;
            assert_true(strchr(menu->path, '/') != NULL);
            assert_int_equal(all, menu->path[strlen(menu->path) - 1] == '*');
            snprintf(line, sizeof line, "%s %s", command_at(i)->name, all ? "" : menu->arguments);
            if (!all && command_check(&fake.host, line, &error))
                fail_msg("%s: %s", menu->path, error.text);
            for (size_t n = 0; all && command_choice(&fake.host, command_at(i), 0, n, choice, sizeof choice);
                 n++) {
                snprintf(line, sizeof line, "%s %s", command_at(i)->name, choice);
                assert_int_equal(command_check(&fake.host, line, NULL), STATUS_OK);
            }
        }
    }
}

// The words of the specifications follow the enums of the layers below.
static void choices_match_the_enums(void **state)
{
    (void)state;
    char name[64];
    for (int i = 0; i < LIMITS_METHOD_COUNT; i++) {
        assert_true(command_choice(NULL, command_find("contrast.auto"), 0, (size_t)i, name, sizeof name));
        assert_string_equal(name, limits_method_name((enum limits_method)i));
    }
    assert_false(
        command_choice(NULL, command_find("contrast.auto"), 0, LIMITS_METHOD_COUNT, name, sizeof name));
    for (int i = 0; i < SPECIAL_COUNT; i++) {
        assert_true(command_choice(NULL, command_find("special.show"), 0, (size_t)i, name, sizeof name));
        assert_string_equal(name, special_value_name((enum special_value)i));
    }
    for (int i = 0; i < MASK_LAYER_COUNT; i++) {
        char wanted[32] = "";
        for (const char *at = mask_layer_name((enum mask_layer)i); *at; at++)
            if (*at != ' ')
                strncat(wanted, at, 1);
        assert_true(command_choice(NULL, command_find("mask.show_layer"), 0, (size_t)i, name, sizeof name));
        assert_string_equal(name, wanted);
    }
}

// --- The parser ---

static void words_are_separated(void **state)
{
    (void)state;
    fake_host_run(&fake,
                  "  frame.step 3 ;frame.step -4\n\t frame.first ; # frame.last; frame.last\nframe.step 5;;");
    assert_string_equal(fake.calls.data, "step 3;step -4;end 0;step 5;");
    fake_host_run(&fake, "file.open \"a b;c.tif\" plain.tif \"q\\\"\\\\.tif\" \"\"");
    assert_string_equal(fake.calls.data, "open [a b;c.tif] [plain.tif] [q\"\\.tif] [];");
    fake_host_run(&fake, "");
    fake_host_run(&fake, " ; \n");
    assert_string_equal(text_string(&fake.calls), "");
}

static void appended_words_read_back(void **state)
{
    (void)state;
    static const char *const words[] = {"plain",       "two words",   "quo\"te",
                                        "back\\slash", "semi;colon",  "",
                                        "#hash",       "line\nbreak", "\xE6\xB5\x8B\xE8\xAF\x95.tif"};
    struct text line = {0}, wanted = {0};
    command_append_word(&line, "file.open");
    text_append(&wanted, "open");
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        command_append_word(&line, words[i]);
        text_printf(&wanted, " [%s]", words[i]);
    }
    text_append(&wanted, ";");
    fake_host_run(&fake, line.data);
    assert_string_equal(fake.calls.data, wanted.data);
    text_free(&line);
    text_free(&wanted);
}

static void errors_name_command_and_argument(void **state)
{
    (void)state;
    fake_refuses("nonsense", "there is no command \"nonsense\"");
    fake_refuses("contrast.limits 1",
                 "contrast.limits: the argument high is missing (usage: contrast.limits low high)");
    fake_refuses("contrast.limits 1 x", "contrast.limits: high must be a number, not \"x\"");
    fake_refuses("contrast.low nan", "contrast.low: value must be a number, not \"nan\"");
    fake_refuses("contrast.low inf", "contrast.low: value must be a number, not \"inf\"");
    fake_refuses("view.fit 3", "view.fit: \"3\" is one argument too many (usage: view.fit)");
    fake_refuses("frame.step 1.5",
                 "frame.step: count must be a whole number from -1000000 to 1000000, not \"1.5\"");
    fake_refuses("mask.opacity 1.5", "mask.opacity: opacity must be a number from 0 to 1, not \"1.5\"");
    fake_refuses("view.rotate up", "view.rotate: direction must be left or right, not \"up\"");
    fake_refuses("contrast.auto best",
                 "contrast.auto: method must be percentile, minmax, zscale or sigma, not \"best\"");
    fake_refuses("frame.rate 101",
                 "frame.rate: rate must be a number from 0.1 to 100 frames a second, not \"101\"");
    fake_refuses("mask.brush wide", "mask.brush: width must be a number, larger or smaller, not \"wide\"");
    fake_refuses("pane.grid 5x4",
                 "pane.grid: layout must be COLUMNSxROWS, such as 2x2, of at most 16 panes, not \"5x4\"");
    fake_refuses("file.export a.png plain large",
                 "file.export: size must be a size like 1920x1080, shown or 1:1, not \"large\"");
    fake_refuses("mask.preview paint 3", "mask.preview: operation must be a mask operation, not \"paint\"");
    fake_refuses("colormap.set nothing", "colormap.set: there is no colour map \"nothing\"");
    fake_refuses("special.colour nan #12345",
                 "special.colour: colour must be a colour as \"#ff8000\" or \"red\", not \"#12345\"");
    fake_refuses("file.open \"a", "file.open: a double quote is not closed");
    fake_refuses(
        "contrast.scale power:0",
        "contrast.scale: scale must be one of linear, log, sqrt, asinh, power, equalize, with a parameter as in \"power:0.5\", next or previous, not \"power:0\"");
    fake_refuses("frame.go 12", "frame.go: there are 10 frames");
    fake_refuses("file.reload", "file.reload: not possible here");
    // What is wrong with a file is not the command's fault.
    fake_host_refuses(&fake, "file.open missing.tif", STATUS_IO, "missing.tif: no such file");
}

static void the_first_failure_stops(void **state)
{
    (void)state;
    text_clear(&fake.calls);
    fake_refuses("frame.step 1; frame.step x; frame.step 3",
                 "frame.step: count must be a whole number from -1000000 to 1000000, not \"x\"");
    assert_string_equal(fake.calls.data, "step 1;");
    assert_int_equal(command_check(&fake.host, "frame.step 1; frame.step x", NULL), STATUS_USAGE);
}

static void too_many_words_are_refused(void **state)
{
    (void)state;
    struct text line = {0};
    struct error error = {0};
    text_append(&line, "file.open");
    for (int i = 0; i <= COMMAND_MAX_ARGS; i++)
        text_append(&line, " a");
    assert_int_equal(command_run(&fake.host, line.data, &error), STATUS_USAGE);
    assert_string_equal(error.text, "file.open: more than 512 arguments");
    text_free(&line);
}

// --- What commands do ---

static void contrast_commands(void **state)
{
    (void)state;
    struct contrast *contrast = &fake.view.contrast;
    fake_host_run(&fake, "contrast.limits 3 77");
    assert_true(contrast->limits.low == 3 && contrast->limits.high == 77 && !contrast->automatic);
    fake_host_run(&fake, "contrast.low 5.5; contrast.high 1e3");
    assert_true(contrast->limits.low == 5.5 && contrast->limits.high == 1000);
    fake_host_run(&fake, "contrast.auto percentile 1 98");
    assert_true(contrast->automatic && contrast->rule.method == LIMITS_PERCENTILE);
    assert_true(contrast->rule.low_percent == 1 && contrast->rule.high_percent == 98);
    assert_string_equal(fake.calls.data, "auto;");
    assert_true(command_is_checked(&fake.host, "contrast.auto percentile 1 98"));
    assert_false(command_is_checked(&fake.host, "contrast.auto percentile 1 99"));
    fake_host_run(&fake, "contrast.auto percentile 2");
    assert_true(contrast->rule.low_percent == 2 && contrast->rule.high_percent == 98);
    fake_host_run(&fake, "contrast.auto sigma 2.5");
    assert_true(contrast->rule.method == LIMITS_SIGMA && contrast->rule.sigmas == 2.5);
    fake_host_run(&fake, "contrast.auto zscale 0.5; contrast.auto");
    assert_true(contrast->rule.method == LIMITS_ZSCALE && contrast->rule.zscale_contrast == 0.5);
    assert_string_equal(fake.calls.data, "auto;auto;");
    fake_refuses("contrast.auto percentile 60 50",
                 "contrast.auto: percentiles must be from 0 to 100, the lower one first");
    fake_refuses("contrast.auto minmax 1", "contrast.auto: minmax takes no number");
    fake_refuses("contrast.auto sigma 1 2", "contrast.auto: sigma takes one number");
    assert_true(contrast->rule.method == LIMITS_ZSCALE);
    fake_host_run(&fake, "contrast.visible on; contrast.keep");
    assert_true(contrast->visible_only && contrast->keep);
    assert_true(command_is_checked(&fake.host, "contrast.visible"));
    assert_false(command_is_checked(&fake.host, "contrast.follow"));
    fake_host_run(&fake, "contrast.follow");
    assert_string_equal(fake.calls.data, "auto;");
    assert_true(contrast->follow && command_is_checked(&fake.host, "contrast.follow"));
    fake_host_run(&fake, "contrast.follow off");
    assert_true(!contrast->follow && fake.calls.length == 0);
    fake_host_run(&fake, "contrast.keep off");
    assert_false(command_is_checked(&fake.host, "contrast.keep"));
}

static void limits_from_the_cursor(void **state)
{
    (void)state;
    fake_host_run(&fake, "contrast.limits 0 100");
    fake_refuses("contrast.low_here", "contrast.low_here: the mouse is not over a pixel of the image");
    fake.has_cursor = true;
    fake.cursor_value = 40;
    fake_host_run(&fake, "contrast.low_here");
    fake.cursor_value = 60;
    fake_host_run(&fake, "contrast.high_here");
    assert_true(fake.view.contrast.limits.low == 40 && fake.view.contrast.limits.high == 60);
    fake.cursor_value = NAN;
    fake_refuses("contrast.high_here", "contrast.high_here: the value is not a finite number");
}

static void scale_commands(void **state)
{
    (void)state;
    struct transfer *transfer = &fake.view.contrast.transfer;
    fake_host_run(&fake, "contrast.scale power:0.5");
    assert_true(transfer->kind == TRANSFER_POWER && transfer->gamma == 0.5);
    fake_host_run(&fake, "contrast.scale log; contrast.scale power");
    assert_true(transfer->kind == TRANSFER_POWER && transfer->gamma == 0.5);
    fake_host_run(&fake, "contrast.scale next");
    assert_int_equal(transfer->kind, TRANSFER_EQUALIZE);
    fake_host_run(&fake, "contrast.scale next");
    assert_int_equal(transfer->kind, TRANSFER_LINEAR);
    fake_host_run(&fake, "contrast.scale previous");
    assert_int_equal(transfer->kind, TRANSFER_EQUALIZE);
    fake_host_run(&fake, "contrast.scale log toggle");
    assert_int_equal(transfer->kind, TRANSFER_LOG);
    assert_true(command_is_checked(&fake.host, "contrast.scale log"));
    assert_false(command_is_checked(&fake.host, "contrast.scale sqrt"));
    fake_host_run(&fake, "contrast.scale log toggle");
    assert_int_equal(transfer->kind, TRANSFER_LINEAR);
    fake_host_run(&fake, "contrast.gamma 3");
    assert_true(transfer->kind == TRANSFER_POWER && transfer->gamma == 3);
}

static void colormap_commands(void **state)
{
    (void)state;
    struct display *display = &fake.view.display;
    const struct colormap_list *list = &fake.colormaps;
    fake_host_run(&fake, "colormap.set MAGMA reversed");
    assert_string_equal(display->colormap, "magma");
    assert_true(display->reversed && command_is_checked(&fake.host, "colormap.set magma"));
    fake_host_run(&fake, "colormap.reverse");
    assert_false(display->reversed);
    // A whole turn comes back to where it began, one step back undoes one forward.
    for (size_t i = 0; i < list->count; i++)
        fake_host_run(&fake, "colormap.next");
    assert_string_equal(display->colormap, "magma");
    fake_host_run(&fake, "colormap.next");
    assert_string_not_equal(display->colormap, "magma");
    fake_host_run(&fake, "colormap.previous");
    assert_string_equal(display->colormap, "magma");
    fake_host_run(&fake, "colormap.load");
    assert_int_equal(fake.workspace.panels.dialog, DIALOG_COLORMAP);
}

static void mask_and_special_commands(void **state)
{
    (void)state;
    struct display *display = &fake.view.display;
    fake_host_run(&fake, "mask.colour #010203; mask.colour red hot; mask.opacity 0.25; mask.opacity 1 gap");
    assert_true(display->mask[MASK_FILE].rgb[0] == 1 && display->mask[MASK_FILE].rgb[2] == 3);
    assert_true(display->mask[MASK_HOT].rgb[0] == 255 && display->mask[MASK_HOT].rgb[1] == 0);
    assert_true(display->mask[MASK_FILE].opacity == 0.25f && display->mask[MASK_GAP].opacity == 1.0f);
    fake_host_run(&fake, "mask.visible off; mask.show_layer gap off; mask.outline on; mask.outline off file");
    assert_true(!display->mask_visible && !display->mask[MASK_GAP].visible &&
                display->mask[MASK_BAD].visible);
    assert_true(display->mask[MASK_GAP].outline && !display->mask[MASK_FILE].outline);
    fake_host_run(&fake, "special.show nan off; special.colour under #ff8000");
    assert_false(display->special[SPECIAL_NAN].on);
    assert_true(display->special[SPECIAL_UNDER].on && display->special[SPECIAL_UNDER].rgb[1] == 0x80);
    assert_true(command_is_checked(&fake.host, "special.show under"));
}

static void view_commands(void **state)
{
    (void)state;
    struct camera *camera = &fake.view.camera;
    assert_true(camera->fit && camera->zoom == 0.5);
    fake_host_run(&fake, "view.actual");
    assert_true(!camera->fit && camera->zoom == 1);
    static const double up[] = {1.5, 2, 3, 4, 6}, down[] = {4, 3, 2, 1.5, 1, 1 / 1.5, 0.5, 1.0 / 3, 0.25};
    for (size_t i = 0; i < sizeof up / sizeof up[0]; i++) {
        fake_host_run(&fake, "view.zoom_in");
        assert_true(fabs(camera->zoom - up[i]) < 1e-9);
    }
    for (size_t i = 0; i < sizeof down / sizeof down[0]; i++) {
        fake_host_run(&fake, "view.zoom out");
        assert_true(fabs(camera->zoom - down[i]) < 1e-9);
    }
    fake_host_run(&fake, "view.zoom in");
    assert_true(fabs(camera->zoom - 1.0 / 3) < 1e-9);
    fake_host_run(&fake, "view.zoom 2.5; view.center 300 200; view.pan 10 -4");
    assert_true(camera->zoom == 2.5 && fabs(camera->center_x - 310) < 1e-9 &&
                fabs(camera->center_y - 196) < 1e-9);
    // 0.9 of 500 screen pixels at 2.5 are 180 image pixels.
    fake_host_run(&fake, "view.pan_page 1 0");
    assert_true(fabs(camera->center_x - 490) < 1e-9);
    // A step of less than a screen pixel would not be seen.
    fake_host_run(&fake, "view.zoom 0.5; view.center 300 200; view.pan 1 0");
    assert_true(fabs(camera->center_x - 302) < 1e-9);
    fake_host_run(&fake, "view.zoom fit");
    assert_true(camera->fit && camera->zoom == 0.5);
    fake_refuses("view.zoom 0", "view.zoom: factor must be a number above 0, in, out or fit, not \"0\"");
}

static void orientation_commands(void **state)
{
    (void)state;
    struct camera *camera = &fake.view.camera;
    fake_host_run(&fake, "view.rotate right");
    assert_int_equal(camera->quarter_turns, 1);
    fake_host_run(&fake, "view.rotate left; view.rotate left");
    assert_int_equal(camera->quarter_turns, 3);
    fake_host_run(&fake, "view.rotate right; view.flip horizontal");
    assert_true(camera->quarter_turns == 0 && camera->flip_x && !camera->flip_y);
    fake_host_run(&fake, "view.origin lower");
    assert_true(camera->origin_lower && command_is_checked(&fake.host, "view.origin lower"));
    fake_host_run(&fake, "view.origin");
    assert_false(camera->origin_lower);
    fake_host_run(&fake, "view.rotate left; view.flip vertical; view.origin lower; view.upright");
    assert_true(camera->quarter_turns == 0 && !camera->flip_x && !camera->flip_y);
    assert_false(camera->origin_lower || camera->origin_chosen);
    camera->native_lower = true; // an image whose format has it so
    fake_host_run(&fake, "view.origin upper; view.upright");
    assert_true(camera->origin_lower && !camera->origin_chosen);
    fake_host_run(&fake, "view.reduce max");
    assert_int_equal(fake.view.display.reduce, REDUCE_MAX);
    assert_string_equal(fake.calls.data, "reduce;");
    fake_host_run(&fake, "view.reduce max");
    assert_string_equal(text_string(&fake.calls), "");
    fake_host_run(&fake, "view.reduce; view.smooth on");
    assert_true(fake.view.display.reduce == REDUCE_MEAN && fake.view.display.smooth);
}

static void classes_count_or_not(void **state)
{
    (void)state;
    const uint8_t *ignored = &fake.view.display.classes.ignored;
    assert_true(command_is_checked(&fake.host, "mask.leave_out gap"));
    fake_host_run(&fake, "mask.leave_out gap off");
    assert_int_equal(*ignored, MASK_BIT(MASK_GAP));
    assert_string_equal(fake.calls.data, "classes;");
    assert_false(command_is_checked(&fake.host, "mask.leave_out gap"));
    assert_true(command_is_checked(&fake.host, "mask.leave_out saturated"));
    fake_host_run(&fake, "mask.leave_out gap off"); // no load for what is so already
    assert_string_equal(text_string(&fake.calls), "");
    fake_host_run(&fake, "mask.leave_out saturated; mask.leave_out file toggle; mask.leave_out gap on");
    assert_int_equal(*ignored, MASK_BIT(MASK_SATURATED) | MASK_BIT(MASK_FILE));
    assert_string_equal(fake.calls.data, "classes;classes;classes;");
    fake_host_run(
        &fake,
        "mask.leave_out user off; mask.leave_out user3 off; mask.leave_out file on; mask.leave_out saturated on");
    assert_int_equal(*ignored, MASK_BIT(MASK_USER) | MASK_BIT(MASK_USER_3));
    fake_refuses(
        "mask.leave_out lost off",
        "mask.leave_out: layer must be user, file, gap, bad, hot, saturated, user2 or user3, not \"lost\"");
}

static void escape_goes_step_by_step(void **state)
{
    (void)state;
    struct view_panels *panels = &fake.workspace.panels;
    fake_host_run(&fake, "view.fullscreen; panel.help; panel.palette on; file.open");
    assert_true(panels->fullscreen && panels->help && panels->palette && panels->dialog == DIALOG_OPEN);
    fake_host_run(&fake, "app.cancel");
    assert_true(panels->fullscreen && !panels->help && !panels->palette && panels->dialog == DIALOG_NONE);
    assert_string_equal(text_string(&fake.calls), "");
    fake.busy = true;
    fake_host_run(&fake, "app.cancel");
    assert_true(panels->fullscreen);
    assert_string_equal(fake.calls.data, "cancel;");
    fake.busy = false;
    fake_host_run(&fake, "app.cancel");
    assert_false(panels->fullscreen);
    assert_string_equal(fake.calls.data, "cancel;fullscreen 0;");
}

static void panels_for_files(void **state)
{
    (void)state;
    struct view_panels *panels = &fake.workspace.panels;
    fake_host_run(&fake, "view.interface off; panel.files");
    assert_true(panels->files && !panels->files_recent && panels->find && panels->interface);
    // One panel with two lists: each switch goes to its list first, then closes the panel.
    fake_host_run(&fake, "panel.recent");
    assert_true(panels->files && panels->files_recent);
    assert_true(command_is_checked(&fake.host, "panel.recent"));
    assert_false(command_is_checked(&fake.host, "panel.files"));
    fake_host_run(&fake, "panel.files off");
    assert_true(panels->files);
    fake_host_run(&fake, "panel.recent");
    assert_false(panels->files);
    fake_host_run(&fake, "panel.files_width 300; folder.go ..; folder.go \"/a b\"");
    assert_int_equal(panels->files_width, 300);
    assert_string_equal(fake.calls.data, "folder ..;folder /a b;");
    fake_refuses("panel.files_width 10",
                 "panel.files_width: width must be a whole number from 160 to 640 px, not \"10\"");
    // Escape closes what lies over the picture, not what is docked.
    fake_host_run(&fake, "panel.files; panel.metadata; app.cancel");
    assert_true(panels->files && panels_tab(panels) == TAB_HEADER);
}

// The inspector shows one tab; the switch of the one that is shown closes it.
static void tabs_of_the_inspector(void **state)
{
    (void)state;
    struct view_panels *panels = &fake.workspace.panels;
    assert_int_equal(panels_tab(panels), TAB_CONTRAST);
    fake_host_run(&fake, "panel.mask");
    assert_int_equal(panels_tab(panels), TAB_MASK);
    assert_true(command_is_checked(&fake.host, "panel.mask"));
    assert_false(command_is_checked(&fake.host, "panel.contrast"));
    fake_host_run(&fake, "panel.contrast off");
    assert_int_equal(panels_tab(panels), TAB_MASK);
    fake_host_run(&fake, "panel.mask");
    assert_int_equal(panels_tab(panels), -1);
    fake_host_run(&fake, "view.interface off; panel.contents");
    assert_true(panels->interface && panels_tab(panels) == TAB_CONTENTS);
    fake_host_run(&fake, "view.interface off");
    assert_int_equal(panels_tab(panels), -1);
    // Mask mode brings its tab, and what was before it when it ends.
    fake_host_run(&fake, "view.interface on; panel.contents off; mask.draw");
    assert_int_equal(panels_tab(panels), TAB_MASK);
    fake_host_run(&fake, "mask.draw");
    assert_int_equal(panels_tab(panels), -1);
    fake_host_run(&fake, "panel.contrast; mask.draw; mask.draw off");
    assert_int_equal(panels_tab(panels), TAB_CONTRAST);
    fake_host_run(&fake, "mask.draw; panel.metadata; mask.draw");
    assert_int_equal(panels_tab(panels), TAB_HEADER);
}

// In a small window the inspector lies over the picture: it is closed at first, and Escape closes it.
static void the_inspector_of_a_small_window(void **state)
{
    (void)state;
    struct view_panels *panels = &fake.workspace.panels;
    panels->compact = true;
    assert_int_equal(panels_tab(panels), -1);
    fake_host_run(&fake, "panel.metadata");
    assert_int_equal(panels_tab(panels), TAB_HEADER);
    fake_host_run(&fake, "app.cancel");
    assert_int_equal(panels_tab(panels), -1);
    fake_host_run(&fake, "mask.draw"); // what is to be masked stays in view
    assert_int_equal(panels_tab(panels), -1);
    panels->compact = false;
    assert_int_equal(panels_tab(panels), TAB_MASK);
}

static void the_search_opens_the_header_if_nothing_is_open(void **state)
{
    (void)state;
    struct view_panels *panels = &fake.workspace.panels;
    fake_host_run(&fake, "panel.find");
    assert_true(panels_tab(panels) == TAB_HEADER && panels->find);
    fake_host_run(&fake, "panel.metadata off; panel.contents; panel.find");
    assert_true(panels_tab(panels) == TAB_CONTENTS && panels->find);
}

// What is under the mouse, and any text; where there is no clipboard that is said.
static void texts_are_copied(void **state)
{
    (void)state;
    fake.has_cursor = true;
    fake.cursor_value = 2.5;
    fake_refuses("cursor.copy value", "cursor.copy: not possible here");
    fake_host_split(&fake, 1);
    fake_host_run(&fake, "cursor.copy value");
    assert_string_equal(fake.calls.data, "copy 2.5;say Copied: 2.5;");
    fake_host_run(&fake, "clipboard.copy \"12, 34\"");
    assert_string_equal(fake.calls.data, "copy 12, 34;say Copied: 12, 34;");
    fake.has_cursor = false;
    fake_refuses("cursor.copy position", "cursor.copy: there is no pixel under the mouse");
    fake_host_run(&fake, "panel.context");
    assert_true(fake.workspace.panels.context);
}

static void file_and_frame_commands(void **state)
{
    (void)state;
    fake_host_run(&fake,
                  "frame.next; frame.next 5; frame.previous; frame.previous 2; frame.last; frame.go 7");
    assert_string_equal(fake.calls.data, "step 1;step 5;step -1;step -2;end 1;frame 7;");
    fake_host_run(&fake, "file.export a.png; file.export \"b c.png\" decorated; file.export d.png plain 1:1");
    assert_string_equal(fake.calls.data, "export a.png 0 shown;export b c.png 1 shown;export d.png 0 1:1;");
    fake_host_run(&fake, "file.export a.png plain shown all");
    assert_string_equal(fake.calls.data, "export a.png 0 shown all;");
    fake_host_run(&fake, "file.export");
    assert_int_equal(fake.workspace.panels.dialog, DIALOG_EXPORT);
}

static void pane_commands(void **state)
{
    (void)state;
    fake_host_run(&fake,
                  "pane.new; pane.new a.cbf b.cbf; pane.split; pane.split below; pane.grid 3x2; pane.swap 2");
    assert_string_equal(fake.calls.data, "add 0 ;add 2 a.cbf;split right;split below;grid 3 2;swap 2;");
    fake_host_run(&fake, "pane.next; pane.previous; pane.back; pane.go 4; pane.close; pane.close force");
    assert_string_equal(fake.calls.data, "pane +1;pane -1;pane +0;pane 4;close 0;close 1;");
    fake_host_run(&fake, "pane.blink; pane.blink 0.5; pane.blink 0");
    assert_string_equal(fake.calls.data, "blink 1;blink 0.5;blink 0;");
    const struct view_links *links = &fake.workspace.links;
    fake_host_run(&fake, "pane.link view; pane.link pointer on; pane.link contrast off; pane.alone");
    assert_true(links->view && links->pointer && fake.workspace.alone);
    assert_false(links->contrast || links->frame);
    fake_host_run(&fake, "pane.link view; pane.link frame; pane.alone off");
    assert_true(links->frame && !links->view && !fake.workspace.alone);
    static const char *const wrong[] = {"pane.grid 2", "pane.grid 5x4", "pane.grid 0x1", "pane.grid 2x2x2"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct error error = {0};
        assert_int_equal(command_run(&fake.host, wrong[i], &error), STATUS_USAGE);
        assert_non_null(strstr(error.text, "COLUMNSxROWS"));
    }
}

static void the_manual_lists_everything(void **state)
{
    (void)state;
    struct text plain = {0}, troff = {0};
    command_write_manual(&plain, MANUAL_PLAIN);
    command_write_manual(&troff, MANUAL_TROFF);
    for (size_t i = 0; command_at(i); i++) {
        assert_non_null(strstr(plain.data, command_at(i)->name));
        assert_non_null(strstr(plain.data, command_at(i)->help));
        struct text escaped = {0}; // a minus sign has a backslash there
        for (const char *letter = command_at(i)->name; *letter; letter++)
            text_printf(&escaped, "%s%c", *letter == '-' ? "\\" : "", *letter);
        assert_non_null(strstr(troff.data, text_string(&escaped)));
        text_free(&escaped);
    }
    assert_non_null(strstr(plain.data, "  contrast.limits low high\n"));
    assert_non_null(strstr(plain.data, "Right drag"));
    assert_non_null(strstr(troff.data, ".SH COMMANDS\n"));
    assert_non_null(strstr(troff.data, ".SH KEYS\n"));
    // No line may begin with a character that troff takes for a request, save those written on purpose.
    for (const char *at = troff.data; at; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (*at == '.')
            assert_true(strncmp(at, ".TP\n", 4) == 0 || strncmp(at, ".SH ", 4) == 0);
        assert_int_not_equal(*at, '\'');
    }
    text_free(&plain);
    text_free(&troff);
}

// By the command itself: also where the panel is as it was, and not where only the view has changed.
static void panels_that_change_are_told_by_the_command(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        bool changes;
    } cases[] = {
        {"panel.metadata on", true}, {"panel.metadata on", true},  {"panel.files off", true},
        {"panel.palette on", true},  {"file.open", true},          {"frame.enter", true},
        {"view.fit", false},         {"view.origin upper", false}, {"contrast.limits 0 1", false},
        {"frame.step 1", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fake.host.panels_changed = false;
        assert_int_equal(command_run(&fake.host, cases[i].line, NULL), STATUS_OK);
        if (fake.host.panels_changed != cases[i].changes)
            fail_msg("%s: %d", cases[i].line, fake.host.panels_changed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_command_is_described, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(panels_that_change_are_told_by_the_command, fake_set_up,
                                        fake_tear_down),
        cmocka_unit_test_setup_teardown(every_menu_entry_can_run, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(choices_match_the_enums, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(words_are_separated, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(appended_words_read_back, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(errors_name_command_and_argument, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(the_first_failure_stops, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(too_many_words_are_refused, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(contrast_commands, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(limits_from_the_cursor, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(scale_commands, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(colormap_commands, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(mask_and_special_commands, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(view_commands, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(classes_count_or_not, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(orientation_commands, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(escape_goes_step_by_step, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(panels_for_files, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(tabs_of_the_inspector, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(the_inspector_of_a_small_window, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(the_search_opens_the_header_if_nothing_is_open, fake_set_up,
                                        fake_tear_down),
        cmocka_unit_test_setup_teardown(texts_are_copied, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(file_and_frame_commands, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(pane_commands, fake_set_up, fake_tear_down),
        cmocka_unit_test_setup_teardown(the_manual_lists_everything, fake_set_up, fake_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
