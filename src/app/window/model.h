// SPDX-License-Identifier: MIT
// What the panels show of the desk: gathered anew for each time that they are built.
#ifndef FOVEA_APP_MODEL_H
#define FOVEA_APP_MODEL_H

#include "app/host/host.h"
#include "app/host/thumbnails.h"
#include "app/window/question.h"
#include "ui/panels/ui_model.h"

// Where it comes from, borrowed.
struct model_parts {
    struct desk *desk;
    struct host *host;
    struct thumbnails *thumbnails;
    const struct bindings *bindings;
};

// Texts that the model points to.
struct model_texts {
    char value[48], kind[128], shape[128];
    struct question_texts question_texts;
    struct ui_question question;
};

// Valid as long as `texts`, and until anything is changed. For the main thread.
void model_fill(const struct model_parts *parts, struct ui_model *model, struct model_texts *texts);

#endif
