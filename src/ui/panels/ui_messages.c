// SPDX-License-Identifier: MIT
// The list of all messages, and the bell of the status line.
#include "ui/panels/ui_internal.h"

#include <stdio.h>
#include <time.h>

void ui_message_time(int64_t time_s, char *text, size_t size)
{
    const time_t time = (time_t)time_s;
    struct tm parts;
    text[0] = '\0';
    if (localtime_r(&time, &parts))
        strftime(text, size, "%H:%M:%S", &parts);
}

static void draw_row(struct ui *ui, const struct message *message)
{
    char time[16], head[48];
    ui_message_time(message->time_s, time, sizeof time);
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
    (void)ui;
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
        draw_row(ui, &messages->rows[i]);
    }
    ui_window_end(ui);
    if (!open)
        ui_run(ui, "panel.messages off");
}

float ui_bell(struct ui *ui, float right)
{
    enum severity worst;
    char text[32];
    struct gui_mouse_area area;
    snprintf(text, sizeof text, "%zu", messages_unseen(ui->model->messages, &worst));
    const float width = gui_text_width(text) + ui_px(ui, 8);
    gui_same_line_at(right - width);
    gui_canvas("##bell", width, gui_line_height(), &area);
    gui_draw_text(area.place.x + ui_px(ui, 4), area.place.y, gui_tone(UI_TEXT), text);
    if (area.pressed)
        ui_run(ui, "panel.messages");
    return right - width;
}
