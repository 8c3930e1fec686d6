// SPDX-License-Identifier: MIT
// The program's entry: which subcommand runs.
#include "app/batch/bench.h"
#include "app/batch/desktop_types.h"
#include "app/batch/export_command.h"
#include "app/batch/info.h"
#include "app/batch/mask_command.h"
#include "app/window/view.h"
#include "base/clock.h"
#include "commands/command.h"
#include "commands/view_options.h"
#include "formats/base/reader.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

static int help_main(int argc, char **argv);

// argv[0] of each is the subcommand's name.
static const struct subcommand {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} subcommands[] = {
    {"view", view_main, "show images in a window (the default)"},
    {"export", export_main, "write the picture of an image as PNG, without a display"},
    {"info", info_main, "tell what is in an image, for people or as JSON"},
    {"mask", mask_main, "make or change a pixel mask"},
    {"bench", bench_main, "measure contrast changes, panning, zooming and start-up on an image"},
    {"help", help_main, "this overview, all commands, keys and readable formats"},
};
enum { SUBCOMMAND_COUNT = sizeof subcommands / sizeof subcommands[0] };

static void write_formats(struct text *text)
{
    text_append(text, "\nFormats:\n");
    for (const struct reader *const *reader = readers; *reader; reader++)
        text_printf(text, "  %-8s %s\n", (*reader)->name, (*reader)->description);
    text_append(
        text,
        "  raw:     plain samples: raw:FILE?width=W&height=H&type=u16&offset=0&endian=little&frames=N\n");
    text_append(text,
                "  sum:N:NAME, max:N:NAME, mean:N:NAME: every N frames of a file or series put together\n");
    text_append(text, "  sim:     the simulated detector: sim:WIDTHxHEIGHT,type=u16,seed=1,frames=10\n");
}

static void write_manual(struct text *text)
{
    struct view_options view_options;
    const struct option_group groups[] = {{"VIEW OPTIONS", view_option_table, &view_options}, {0}};
    options_write_troff(groups, text);
    text_append(text, ".SH MASK OPTIONS\n");
    mask_write_troff(text);
    command_write_manual(text, MANUAL_TROFF);
}

static void write_overview(struct text *text)
{
    text_append(text, "Usage: fovea [SUBCOMMAND] [OPTIONS] SOURCE...\n\nSubcommands:\n");
    for (size_t i = 0; i < SUBCOMMAND_COUNT; i++)
        text_printf(text, "  %-8s %s\n", subcommands[i].name, subcommands[i].help);
    text_append(text, "\n\"fovea SUBCOMMAND --help\" lists its options.\n");
    write_formats(text);
    text_append(text, "\n");
    command_write_manual(text, MANUAL_PLAIN);
}

// What the program writes about itself for the files that are installed with it (cmake/installation.cmake).
static const struct help_form {
    const char *name;
    void (*write)(struct text *text);
} help_forms[] = {
    {"--troff", write_manual},
    {"--mime-info", desktop_types_describe},
    {"--mime-types", desktop_types_opened},
    {"--thumbnail-types", desktop_types_thumbnails},
};
enum { HELP_FORM_COUNT = sizeof help_forms / sizeof help_forms[0] };

static int help_main(int argc, char **argv)
{
    void (*write)(struct text * text) = write_overview;
    for (size_t i = 0; argc > 1 && i < HELP_FORM_COUNT; i++)
        if (strcmp(argv[1], help_forms[i].name) == 0)
            write = help_forms[i].write;
    struct text text = {0};
    write(&text);
    fputs(text_string(&text), stdout);
    text_free(&text);
    return 0;
}

// Band buffers and textures are given back to the system when freed: by default the first such free would
// make glibc keep later ones in its heap.
static void tune_allocator(void)
{
    enum { LARGE = 128 << 10, KEPT = 4 << 20 };
    mallopt(M_MMAP_THRESHOLD, LARGE);
    mallopt(M_TRIM_THRESHOLD, KEPT); // what a repaint takes and gives back stays
}

int main(int argc, char **argv)
{
    tune_allocator();
    for (int i = 0; argc > 1 && i < SUBCOMMAND_COUNT; i++) {
        if (strcmp(argv[1], subcommands[i].name) == 0)
            return subcommands[i].run(argc - 1, argv + 1);
    }
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        puts("fovea " FOVEA_VERSION);
        return 0;
    }
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
        return help_main(0, NULL);
    return view_main(argc, argv);
}
