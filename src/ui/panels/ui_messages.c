// SPDX-License-Identifier: MIT
// The list of all messages, and the bell of the status line.
#include "ui/panels/ui_messages.h"

#include "ui/panels/ui_internal.h"

#include <stdio.h>
#include <time.h>

// The time of day, "14:02:31".
static void format_time(int64_t time_s, char *text, size_t size)
{
    const time_t time = (time_t)time_s;
    struct tm parts;
    text[0] = '\0';
    if (localtime_r(&time, &parts))
        strftime(text, size, "%H:%M:%S", &parts);
}

static void draw_row(const struct message *message)
{
    char time[16], head[48];
    format_time(message->time_s, time, sizeof time);
    if (message->count > 1)
        snprintf(head, sizeof head, "%s  %lld \xC3\x97", time, (long long)message->count);
    else
        snprintf(head, sizeof head, "%s", time);
    gui_text_dim(head);
    gui_same_line();
    gui_text_wrapped(message->sentence);
    if (message->detail[0])
        gui_text_wrapped(message->detail);
    gui_separator();
}

void ui_message_list(struct ui *ui)
{
    struct messages *messages = ui->model->messages;
    bool open = true;
    ui_window_begin(ui, "Messages", 520, 420, &open);
    messages_see(messages);
    if (messages->count == 0)
        gui_text_dim("Nothing was told yet.");
    for (size_t i = messages->count; i-- > 0;) {
        ui_need_text(ui, messages->rows[i].sentence);
        ui_need_text(ui, messages->rows[i].detail);
        draw_row(&messages->rows[i]);
    }
    ui_window_end(ui);
    if (!open)
        ui_run(ui, "panel.messages off");
}

float ui_bell(struct ui *ui, struct gui_rect bar, float right)
{
    enum severity worst;
    char text[32];
    const size_t unseen = messages_unseen(ui->model->messages, &worst);
    snprintf(text, sizeof text, "%zu", unseen);
    struct ui_icon_button button = {.id = "##bell", .icon = UI_ICON_BELL, .label = text, .size = 16};
    button.look = unseen > 0 ? UI_BUTTON_ON : UI_BUTTON_PLAIN;
    const float width = ui_icon_button_width(&button);
    ui_command_button(ui, button, (struct gui_rect){right - width, bar.y, width, bar.height}, "Messages",
                      "panel.messages", false);
    return right - width;
}
