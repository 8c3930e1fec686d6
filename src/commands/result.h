// SPDX-License-Identifier: MIT
// What a command answers: fields with a name and a value, as lines of text or as JSON.
#ifndef FOVEA_COMMANDS_RESULT_H
#define FOVEA_COMMANDS_RESULT_H

#include "base/text.h"

// Zero-initialise; command_result_free when done. Belongs to whoever asks. Each command that answers adds to
// `text`: as text one line "name: value" for each field, as JSON one object in one line.
struct command_result {
    struct text text;
    bool json; // of the answer that is being written
    bool open; // it has a field already
};

void command_result_free(struct command_result *result);

// One answer: begin, the fields, end.
void result_begin(struct command_result *result, bool json);
void result_text(struct command_result *result, const char *name, const char *value);
// NaN and Inf are null in JSON.
void result_number(struct command_result *result, const char *name, double value);
void result_end(struct command_result *result);

#endif
