// SPDX-License-Identifier: MIT
// The list of commands, keys and gestures as plain text and as part of the manual page.
#include "commands/bindings.h"
#include "commands/command.h"

#include <stdio.h>
#include <string.h>

const struct mouse_gesture mouse_gestures[] = {
    {"Wheel", "Zoom at the mouse"},
    {"Left drag, middle drag", "Move the picture"},
    {"Right drag", "Contrast: left and right move the limits, up and down their distance"},
    {"Right click", "The menu of the pixel: copy its value or place, limits, mask, centre, header"},
    {"Drag on the histogram", "Move the lower or upper limit, or both from between them"},
    {"Drop of files or of a folder", "Open them, a folder as a series"},
    {"Left drag in mask mode",
     "Draw, shapes from corner to corner; Shift draws them from the centre, lines in steps of 45 degrees; Ctrl unmasks instead of masking"},
    {"Double click in mask mode", "Close the polygon"},
    {"Ctrl+wheel in mask mode", "Width of the brush"},
    {NULL, NULL},
};

// Appends text with the characters escaped that troff would take for its own.
static void append_troff(struct text *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\\')
            text_append(out, "\\e");
        else if (*text == '-')
            text_append(out, "\\-");
        else if (*text == '|')
            text_append(out, "|\\:"); // a line may be broken here
        else if (*text == '\'')
            text_append(out, "\\(aq");
        else
            text_append_bytes(out, text, 1);
    }
}

// One entry: a term in bold, its arguments, and what it means.
static void write_entry(struct text *out, enum manual_format format, const char *term, const char *arguments,
                        const char *help)
{
    if (format == MANUAL_PLAIN) {
        text_printf(out, "  %s%s%s\n      %s\n", term, *arguments ? " " : "", arguments, help);
        return;
    }
    text_append(out, ".TP\n\\fB");
    append_troff(out, term);
    text_append(out, "\\fR");
    if (*arguments) {
        text_append(out, " ");
        append_troff(out, arguments);
    }
    text_append(out, "\n");
    append_troff(out, help);
    text_append(out, "\n");
}

static void write_heading(struct text *out, enum manual_format format, const char *heading)
{
    if (format == MANUAL_TROFF)
        text_printf(out, ".SH %s\n", heading);
    else
        text_printf(out, "%s%s\n", out->length ? "\n" : "", heading);
}

static void write_commands(struct text *out, enum manual_format format)
{
    struct text arguments = {0};
    write_heading(out, format, "COMMANDS");
    for (size_t i = 0; command_at(i); i++) {
        text_clear(&arguments);
        command_describe_args(command_at(i), &arguments);
        write_entry(out, format, command_at(i)->name, text_string(&arguments), command_at(i)->help);
    }
    text_free(&arguments);
}

static void write_keys(struct text *out, enum manual_format format)
{
    struct bindings bindings = {0};
    bindings_add_default(&bindings);
    write_heading(out, format, "KEYS");
    for (size_t i = 0; i < bindings.count; i++) {
        char name[64];
        const bool masking = bindings.items[i].masking;
        snprintf(name, sizeof name, "%s", masking ? "mask mode: " : "");
        key_format(bindings.items[i].key, name + strlen(name), sizeof name - strlen(name));
        if (format == MANUAL_PLAIN)
            text_printf(out, "  %-*s%s\n", masking ? 24 : 16, name, bindings.items[i].command);
        else
            write_entry(out, format, name, "", bindings.items[i].command);
    }
    bindings_free(&bindings);
}

void command_write_manual(struct text *out, enum manual_format format)
{
    write_commands(out, format);
    write_keys(out, format);
    write_heading(out, format, "MOUSE");
    for (const struct mouse_gesture *gesture = mouse_gestures; gesture->gesture; gesture++)
        write_entry(out, format, gesture->gesture, "", gesture->help);
}
