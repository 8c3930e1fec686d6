// SPDX-License-Identifier: MIT
// Inside the ui layer: the lines of a long text that hold the words of a filter.
#ifndef FOVEA_UI_CONTROLS_UI_LINES_H
#define FOVEA_UI_CONTROLS_UI_LINES_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UI_FILTER_BYTES = TEXT_WORD_BYTES };

// Zero-initialise; ui_lines_free when done.
struct ui_lines {
    size_t *starts; // byte offsets of the lines that match
    size_t count, capacity;
    size_t total; // lines of the text
    bool valid;
    uint64_t serial; // what they were found for
    char filter[UI_FILTER_BYTES];
};

// Finds the lines of `text` (ended by '\n') that hold all words of `filter`, ASCII case ignored; nothing is
// done while `serial`, which stands for the text, and the filter stay the same. True if it looked anew.
bool ui_lines_update(struct ui_lines *lines, const char *text, uint64_t serial, const char *filter);
void ui_lines_free(struct ui_lines *lines);

// Field `index` (from 0) of the line that begins at `line`: fields are parted by tabs. *bytes is 0 where the
// line has fewer.
const char *ui_line_field(const char *line, size_t index, size_t *bytes);

#endif
