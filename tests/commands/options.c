// SPDX-License-Identifier: MIT
// The parser of the command line and the view's options.
#include "commands/view_options.h"

#include "base/file.h"
#include "formats/base/reader.h"
#include "support/testdata.h"

#include <stdio.h>
#include <string.h>

enum { MAX_WORDS = 32 };

// Options of a made-up subcommand.
struct extra {
    const char *output;
    bool json;
    const char *pixels[8];
    size_t pixel_count;
};

static enum status set_output(void *target, const char *value, struct error *error)
{
    (void)error;
    ((struct extra *)target)->output = value;
    return STATUS_OK;
}

static enum status set_json(void *target, const char *value, struct error *error)
{
    (void)error;
    assert_null(value);
    ((struct extra *)target)->json = true;
    return STATUS_OK;
}

static enum status set_pixel(void *target, const char *value, struct error *error)
{
    struct extra *extra = target;
    if (!strchr(value, ','))
        return error_set(error, STATUS_USAGE, "\"%s\" is not a pixel", value);
    extra->pixels[extra->pixel_count++] = value;
    return STATUS_OK;
}

static bool is_pixel(const char *next)
{
    return strspn(next, "0123456789,") == strlen(next) && strchr(next, ',');
}

static const struct option extra_options[] = {
    {"--output", "-o", "FILE",
     "Where the picture goes, which is a sentence long enough to be broken into two lines.", set_output,
     NULL},
    {"--json", NULL, NULL, "Writes JSON.", set_json, NULL},
    {"--pixel", NULL, "X,Y", "A pixel to tell the value of.", set_pixel, is_pixel},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};

// One parse with its results.
struct parsed {
    struct view_options view;
    struct extra extra;
    const char *names[MAX_WORDS];
    size_t count;
    bool help;
    struct error error;
};

static enum status parse(struct parsed *parsed, const char *const *words)
{
    // The parser takes what main() has, and changes nothing of it.
    char *argv[MAX_WORDS];
    int argc = 0;
    *parsed = (struct parsed){.view = view_options_default()};
    for (; words[argc]; argc++) {
        assert_true(argc < MAX_WORDS);
        argv[argc] = (char *)(uintptr_t)words[argc];
    }
    const struct option_group groups[] = {
        {"Options", extra_options, &parsed->extra},
        {"View options", view_option_table, &parsed->view},
        {NULL, NULL, NULL},
    };
    return options_parse(argc, argv, groups, parsed->names, &parsed->count, &parsed->help, &parsed->error);
}

#define PARSE(parsed, ...) parse(parsed, (const char *const[]){__VA_ARGS__, NULL})

static void forms_of_options(void **state)
{
    (void)state;
    struct parsed parsed;
    assert_int_equal(PARSE(&parsed, "a.tif", "--output=x.png", "--json", "-", "--frame", "3", "--", "--json"),
                     STATUS_OK);
    assert_string_equal(parsed.extra.output, "x.png");
    assert_true(parsed.extra.json);
    assert_int_equal(parsed.view.source.frame, 3);
    assert_int_equal(parsed.count, 3);
    assert_string_equal(parsed.names[0], "a.tif");
    assert_string_equal(parsed.names[1], "-");
    assert_string_equal(parsed.names[2], "--json");
    assert_int_equal(PARSE(&parsed, "-ox.png"), STATUS_OK);
    assert_string_equal(parsed.extra.output, "x.png");
    assert_int_equal(PARSE(&parsed, "-o", "-"), STATUS_OK);
    assert_string_equal(parsed.extra.output, "-");
    assert_int_equal(PARSE(&parsed, "--output="), STATUS_OK);
    assert_string_equal(parsed.extra.output, "");
    assert_int_equal(PARSE(&parsed, "--pixel", "1,2", "3,4", "a.tif", "5,6"), STATUS_OK);
    assert_int_equal(parsed.extra.pixel_count, 2);
    assert_int_equal(parsed.count, 2);
    assert_int_equal(PARSE(&parsed, "--help", "--nonsense"), STATUS_OK);
    assert_true(parsed.help);
}

static void wrong_options_have_sentences(void **state)
{
    (void)state;
    static const struct {
        const char *words[3];
        const char *sentence;
    } cases[] = {
        {{"--nonsense=3"}, "there is no option \"--nonsense\" (see --help)"},
        {{"-x"}, "there is no option \"-x\" (see --help)"},
        {{"--out"}, "there is no option \"--out\" (see --help)"},
        {{"--output"}, "--output needs a value (FILE)"},
        {{"--json=1"}, "--json takes no value"},
        {{"--pixel", "abc"}, "--pixel: \"abc\" is not a pixel"},
        {{"--range", "5"}, "--range: \"5\" is not a range such as 0:1000"},
        {{"--range", "5:1"}, "--range: the lower limit of \"5:1\" must be below the upper one"},
        {{"--range", "0:inf"}, "--range: \"0:inf\" is not a range such as 0:1000"},
        {{"--auto", "best"},
         "--auto: \"best\" is not percentile[:LOW:HIGH], minmax, zscale[:CONTRAST] or sigma[:K]"},
        {{"--scale", "cube"},
         "--scale: \"cube\" is not linear, log, sqrt, asinh[:SOFTENING], power[:GAMMA] or equalize"},
        {{"--frame", "-1"}, "--frame: \"-1\" is not a frame number from 0"},
        {{"--zoom", "0"}, "--zoom: \"0\" is not \"fit\" or a factor above 0"},
        {{"--center", "1"}, "--center: \"1\" is not a point such as 100,200"},
        {{"--origin", "left"}, "--origin: \"left\" is not upper or lower"},
        {{"--reduce", "min"}, "--reduce: \"min\" is not mean or max"},
        {{"--rotate", "45"}, "--rotate: \"45\" is not 0, 90, 180 or 270"},
        {{"--flip", "up"}, "--flip: \"up\" is not horizontal or vertical"},
        {{"--ignore", "gap,user"},
         "--ignore: \"gap,user\" is not a list of gap, bad, hot, saturated and file, or all"},
        {{"--saturation", "much"}, "--saturation: \"much\" is not a number"},
        {{"--mask-opacity", "2"}, "--mask-opacity: \"2\" is not an opacity from 0 to 1"},
        {{"--nan-color", "blurple"},
         "--nan-color: \"blurple\" is not a colour such as \"#ff8000\" or \"red\", or \"none\""},
        {{"--command", "view.fit; nothing"}, "--command: there is no command \"nothing\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct parsed parsed;
        assert_int_equal(parse(&parsed, cases[i].words), STATUS_USAGE);
        assert_string_equal(parsed.error.text, cases[i].sentence);
    }
}

static void view_options_are_applied(void **state)
{
    (void)state;
    struct parsed parsed;
    struct view view = view_default();
    struct colormap_list maps;
    colormap_list_init(&maps);
    assert_int_equal(PARSE(&parsed, "--range", "-5:10.5", "--scale=power:0.5", "--colormap", "Inferno",
                           "--reverse", "--mask-color", "#102030", "--mask-opacity", "0.5", "--nan-color",
                           "white", "--over-color", "red", "--inf-color", "none", "--origin=lower",
                           "--reduce", "max", "--smooth", "--rotate", "270", "--channel", "2", "--decorate",
                           "--mask", "m.tif", "--command", "view.fit", "--command", "frame.next"),
                     STATUS_OK);
    assert_int_equal(options_apply(&parsed.view, &view, &maps, &parsed.error), STATUS_OK);
    assert_true(view.contrast.limits.low == -5 && view.contrast.limits.high == 10.5);
    assert_true(!view.contrast.automatic && view.contrast.keep);
    assert_true(view.contrast.transfer.kind == TRANSFER_POWER && view.contrast.transfer.gamma == 0.5);
    assert_string_equal(view.display.colormap, "inferno");
    assert_true(view.display.reversed && view.display.smooth && view.display.reduce == REDUCE_MAX);
    assert_memory_equal(view.display.mask[MASK_GAP].rgb, ((uint8_t[]){0x10, 0x20, 0x30}), 3);
    assert_true(view.display.mask[MASK_FILE].opacity == 0.5f && view.display.mask_visible);
    assert_true(view.display.special[SPECIAL_NAN].on && view.display.special[SPECIAL_NAN].rgb[2] == 255);
    assert_true(view.display.special[SPECIAL_OVER].on && !view.display.special[SPECIAL_INF].on);
    assert_true(view.camera.origin_lower && view.camera.quarter_turns == 3);
    assert_true(parsed.view.source.channel == 2 && parsed.view.decorate && parsed.view.commands.count == 2);
    assert_string_equal(parsed.view.source.mask, "m.tif");
    assert_true(view.display.classes.ignored == 0 && !view.display.classes.has_saturation);
    assert_int_equal(PARSE(&parsed, "--ignore", "gap,bad", "--ignore=file", "--saturation", "1e5"),
                     STATUS_OK);
    assert_int_equal(options_apply(&parsed.view, &view, &maps, &parsed.error), STATUS_OK);
    assert_int_equal(view.display.classes.ignored,
                     MASK_BIT(MASK_GAP) | MASK_BIT(MASK_BAD) | MASK_BIT(MASK_FILE));
    assert_true(view.display.classes.has_saturation && view.display.classes.saturation == 1e5);
    colormap_list_finish(&maps);
}

static void what_is_not_given_stays(void **state)
{
    (void)state;
    struct view_options options = view_options_default();
    struct view view = view_default(), before = view_default();
    struct colormap_list maps;
    colormap_list_init(&maps);
    assert_int_equal(options.source.channel, CHANNEL_AUTO);
    assert_int_equal(options_apply(&options, &view, &maps, NULL), STATUS_OK);
    options_apply_camera(&options.camera, &view.camera);
    assert_true(view.contrast.automatic == before.contrast.automatic && view.camera.fit == before.camera.fit);
    assert_string_equal(view.display.colormap, before.display.colormap);
    assert_true(view.display.mask_visible == before.display.mask_visible);
    colormap_list_finish(&maps);
}

static void automatic_rules_and_the_last_word(void **state)
{
    (void)state;
    struct parsed parsed;
    struct view view = view_default();
    struct colormap_list maps;
    colormap_list_init(&maps);
    assert_int_equal(PARSE(&parsed, "--range", "0:1", "--auto", "percentile:1:99", "--no-mask"), STATUS_OK);
    assert_int_equal(options_apply(&parsed.view, &view, &maps, NULL), STATUS_OK);
    assert_true(view.contrast.automatic && !view.contrast.keep && !view.display.mask_visible);
    assert_true(view.contrast.rule.low_percent == 1 && view.contrast.rule.high_percent == 99);
    colormap_list_finish(&maps);
}

static void camera_options(void **state)
{
    (void)state;
    struct parsed parsed;
    struct camera camera = camera_default();
    camera_set_viewport(&camera, 400, 300);
    camera_set_image(&camera, 2000, 1000);
    assert_int_equal(PARSE(&parsed, "--zoom", "2.5", "--center", "300.5,20"), STATUS_OK);
    options_apply_camera(&parsed.view.camera, &camera);
    assert_true(camera.zoom == 2.5 && camera.center_x == 300.5 && camera.center_y == 20 && !camera.fit);
    assert_int_equal(PARSE(&parsed, "--zoom", "fit"), STATUS_OK);
    options_apply_camera(&parsed.view.camera, &camera);
    assert_true(camera.fit && camera.zoom == 0.2);
}

static void colour_maps_from_files(void **state)
{
    (void)state;
    static const char lines[] = "0 0 0\n255 128 0\n";
    struct parsed parsed;
    struct view view = view_default();
    struct colormap_list maps;
    char path[512];
    colormap_list_init(&maps);
    snprintf(path, sizeof path, "%s", temporary_path("ember.txt"));
    assert_int_equal(file_replace(path, lines, strlen(lines), NULL), STATUS_OK);
    assert_int_equal(PARSE(&parsed, "--colormap", path), STATUS_OK);
    assert_int_equal(options_apply(&parsed.view, &view, &maps, NULL), STATUS_OK);
    assert_string_equal(view.display.colormap, "ember");
    assert_non_null(colormap_find(&maps, "ember"));
    assert_int_equal(PARSE(&parsed, "--colormap", "nosuchmap"), STATUS_OK);
    assert_int_equal(options_apply(&parsed.view, &view, &maps, &parsed.error), STATUS_USAGE);
    assert_string_equal(parsed.error.text, "there is no colour map \"nosuchmap\", nor a file of that name");
    colormap_list_finish(&maps);
}

static void help_lists_all_options(void **state)
{
    (void)state;
    struct view_options view = view_options_default();
    const struct option_group groups[] = {
        {"Options", extra_options, NULL},
        {"View options", view_option_table, &view},
        {NULL, NULL, NULL},
    };
    struct text help = {0}, troff = {0};
    options_write_help(groups, &help);
    options_write_troff(groups, &troff);
    for (const struct option *option = view_option_table; option->name; option++) {
        assert_non_null(strstr(help.data, option->name));
        assert_true(option->help[strlen(option->help) - 1] == '.');
    }
    static const char beginning[] =
        "Options:\n"
        "  -o, --output FILE       Where the picture goes, which is a sentence long\n"
        "                          enough to be broken into two lines.\n"
        "  --json                  Writes JSON.\n";
    assert_memory_equal(help.data, beginning, strlen(beginning));
    for (const char *at = help.data; *at; at += strcspn(at, "\n") + 1)
        assert_true(strcspn(at, "\n") <= 79);
    assert_non_null(strstr(troff.data, ".TP\n\\fB\\-o\\fR, \\fB\\-\\-output\\fR \\fIFILE\\fR\n"));
    text_free(&help);
    text_free(&troff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_of_options),
        cmocka_unit_test(wrong_options_have_sentences),
        cmocka_unit_test(view_options_are_applied),
        cmocka_unit_test(what_is_not_given_stays),
        cmocka_unit_test(automatic_rules_and_the_last_word),
        cmocka_unit_test(camera_options),
        cmocka_unit_test(colour_maps_from_files),
        cmocka_unit_test(help_lists_all_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
