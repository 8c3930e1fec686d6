// SPDX-License-Identifier: MIT
// Filtering of texts by words.
#include "ui/controls/ui_lines.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_line(struct ui_lines *lines, size_t start)
{
    if (lines->count == lines->capacity) {
        lines->capacity = lines->capacity ? 2 * lines->capacity : 256;
        lines->starts = must_resize(lines->starts, lines->capacity * sizeof *lines->starts);
    }
    lines->starts[lines->count++] = start;
}

bool ui_lines_update(struct ui_lines *lines, const char *text, uint64_t serial, const char *filter)
{
    if (lines->valid && lines->serial == serial && strcmp(lines->filter, filter) == 0)
        return false;
    lines->valid = true;
    lines->serial = serial;
    snprintf(lines->filter, sizeof lines->filter, "%s", filter);
    lines->count = lines->total = 0;
    struct text line = {0};
    for (size_t at = 0; text[at];) {
        const size_t length = strcspn(text + at, "\n");
        text_clear(&line);
        text_append_bytes(&line, text + at, length);
        if (text_has_words(text_string(&line), filter))
            add_line(lines, at);
        lines->total++;
        at += length + (text[at + length] == '\n');
    }
    text_free(&line);
    return true;
}

void ui_lines_free(struct ui_lines *lines)
{
    free(lines->starts);
    *lines = (struct ui_lines){0};
}

const char *ui_line_field(const char *line, size_t index, size_t *bytes)
{
    for (; index > 0; index--) {
        line += strcspn(line, "\t\n");
        if (*line != '\t')
            break;
        line++;
    }
    *bytes = index == 0 ? strcspn(line, "\t\n") : 0;
    return line;
}
