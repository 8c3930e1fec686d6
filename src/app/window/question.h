// SPDX-License-Identifier: MIT
// What the window asks before it goes on: whether to save the mask on closing, and whether to take over edits
// that an earlier session left.
#ifndef FOVEA_APP_QUESTION_H
#define FOVEA_APP_QUESTION_H

#include "app/host/host.h"
#include "ui/ui.h"

struct question_texts {
    char text[1024];
};

// Fills the question that the host asks, with its texts kept in `texts`; false if it asks nothing.
bool question_fill(struct host *host, struct question_texts *texts, struct ui_question *question);

// The command that an event of the keyboard answers with, borrowed; NULL if it is no answer. Letters are
// taken as text, so that nothing else gets them afterwards.
const char *question_command(const struct ui_question *question, const SDL_Event *event);

// Asks about edits that earlier sessions left, if there are any. True if so.
bool question_ask_recovery(struct host *host);

#endif
