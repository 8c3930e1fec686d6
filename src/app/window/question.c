// SPDX-License-Identifier: MIT
// The questions of the window, in words.
#include "app/window/question.h"

#include "base/file.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { MAX_MASKS = 64, SHOWN_MASKS = 3 };

static void describe_unsaved(const struct host *host, struct question_texts *texts)
{
    struct editor_unsaved unsaved[MAX_MASKS];
    const size_t count = editor_unsaved(host->editors.active, unsaved, MAX_MASKS);
    size_t used = (size_t)snprintf(texts->text, sizeof texts->text, "No file holds the mask edits of ");
    for (size_t i = 0; i < count && i < SHOWN_MASKS && used < sizeof texts->text; i++)
        used += (size_t)snprintf(texts->text + used, sizeof texts->text - used, "%s%.200s (%lld x %lld)",
                                 i ? ", " : "", unsaved[i].name[0] ? path_title(unsaved[i].name) : "an image",
                                 (long long)unsaved[i].mask->width, (long long)unsaved[i].mask->height);
    if (count > SHOWN_MASKS && used < sizeof texts->text)
        used += (size_t)snprintf(texts->text + used, sizeof texts->text - used, " and %zu more",
                                 count - SHOWN_MASKS);
    if (used < sizeof texts->text)
        snprintf(texts->text + used, sizeof texts->text - used,
                 ". Closing once more leaves; they are kept, and the next start offers to restore them%s.",
                 editor_shown_is_unsaved(host->editors.active)
                     ? ""
                     : "; to save the mask of an image of another size, open one of its size");
}

static void add_choice(struct ui_question *question, const char *label, const char *key, const char *command)
{
    question->choices[question->count++] = (struct ui_choice){label, key, command};
}

// False as long as it has not taken long.
static bool describe_writing(const struct host *host, struct question_texts *texts,
                             struct ui_question *question)
{
    double share;
    const char *label = file_works_label(host->desk->common.works, HOST_QUIET_MS, &share);
    if (!label)
        return false;
    question->title = "Still writing";
    snprintf(
        texts->text, sizeof texts->text,
        "Fovea is %.300s and closes when that is done. Closing once more leaves without it; mask edits are kept, and the next start offers to restore them.",
        label);
    add_choice(question, "Leave now", "L", "app.quit");
    add_choice(question, "Stay", "Esc", "app.back");
    return true;
}

bool question_fill(struct host *host, struct question_texts *texts, struct ui_question *question)
{
    *question = (struct ui_question){.text = texts->text};
    if (host->question == HOST_ASKS_CLOSE) {
        question->title = "Unsaved mask";
        describe_unsaved(host, texts);
        if (editor_shown_is_unsaved(host->editors.active))
            add_choice(question, "Save", "S", "app.quit save");
        add_choice(question, "Discard", "D", "app.quit force");
        add_choice(question, "Cancel", "Esc", "app.back");
        return true;
    }
    if (host->question == HOST_ASKS_WAIT)
        return describe_writing(host, texts, question);
    if (host->question == HOST_ASKS_RECOVERY) {
        question->title = "Unsaved mask edits were kept";
        recovery_left_describe(recovery_others(host_recovery(host)), texts->text, sizeof texts->text);
        add_choice(question, "Restore", "R", "mask.restore");
        add_choice(question, "Discard", "D", "mask.discard");
        add_choice(question, "Later", "Esc", "app.back");
        return true;
    }
    return false;
}

const char *question_command(const struct ui_question *question, const SDL_Event *event)
{
    const bool escape = event->type == SDL_KEYDOWN && event->key.keysym.sym == SDLK_ESCAPE;
    const char letter = event->type == SDL_TEXTINPUT ? event->text.text[0] : '\0';
    for (size_t i = 0; i < question->count; i++) {
        const char *key = question->choices[i].key;
        if (strcmp(key, "Esc") == 0 ? escape : letter && toupper((unsigned char)letter) == key[0])
            return question->choices[i].command;
    }
    return NULL;
}

bool question_ask_recovery(struct host *host)
{
    struct recovery_left *left = recovery_others(host_recovery(host));
    recovery_left_look(left);
    if (host->question != HOST_ASKS_NOTHING || recovery_left_count(left) == 0)
        return false;
    host->question = HOST_ASKS_RECOVERY;
    host->question_seen = false;
    return true;
}
