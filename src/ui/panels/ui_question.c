// SPDX-License-Identifier: MIT
// A question in front of everything, with a button for each choice.
#include "ui/panels/ui_internal.h"

#include <stdio.h>

void ui_question(struct ui *ui)
{
    const struct ui_question *question = ui->model->question;
    bool open = true;
    ui_window_begin(ui, question->title, 460, 150, &open);
    gui_text_wrapped(question->text);
    gui_space(ui_px(ui, 10));
    for (size_t i = 0; i < question->count; i++) {
        const struct ui_choice *choice = &question->choices[i];
        char label[96];
        snprintf(label, sizeof label, "%s  (%s)", choice->label, choice->key);
        if (i > 0)
            gui_same_line();
        if (gui_button(label, ui_px(ui, 130)))
            ui_run(ui, "%s", choice->command);
    }
    ui_window_end(ui);
    // The cross is the last choice, which leaves everything as it is.
    if (!open && question->count > 0)
        ui_run(ui, "%s", question->choices[question->count - 1].command);
}
