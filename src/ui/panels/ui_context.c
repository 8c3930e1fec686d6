// SPDX-License-Identifier: MIT
// The menu of a pixel: what can be done with its value and its place. Each entry runs a command with these.
#include "ui/panels/ui_context.h"

#include "ui/panels/ui_internal.h"

#include <stdio.h>
#include <string.h>

static const char menu_id[] = "##context";

// What the entries' commands are followed by.
enum subject { OF_NOTHING, OF_VALUE, OF_PLACE, OF_COMMA_PLACE };

static const struct entry {
    const char *label, *command; // NULL: a line between entries
    enum subject subject;
    const char *key_of; // the command that does the same for the pixel under the mouse, whose key is shown
} entries[] = {
    {"Copy the value", "clipboard.copy", OF_VALUE, "cursor.copy value"},
    {"Copy the position", "clipboard.copy", OF_COMMA_PLACE, "cursor.copy position"},
    {NULL, NULL, OF_NOTHING, NULL},
    {"Lower limit from this value", "contrast.low", OF_VALUE, "contrast.low_here"},
    {"Upper limit from this value", "contrast.high", OF_VALUE, "contrast.high_here"},
    {NULL, NULL, OF_NOTHING, NULL},
    {"Mask all pixels of this value", "mask.equal", OF_VALUE, "mask.equal_here"},
    {"Mask this pixel", "mask.point", OF_PLACE, ""},
    {NULL, NULL, OF_NOTHING, NULL},
    {"Centre here", "view.center", OF_PLACE, ""},
    {"Header", "panel.metadata on", OF_NOTHING, "panel.metadata"},
};

static void append_subject(const struct ui_context *context, const struct entry *entry, struct text *line)
{
    const bool centre = strcmp(entry->command, "view.center") == 0; // the pixel's middle
    if (entry->subject == OF_VALUE)
        command_append_word(line, context->value);
    else if (entry->subject == OF_COMMA_PLACE)
        text_printf(line, " \"%lld, %lld\"", (long long)context->x, (long long)context->y);
    else if (entry->subject == OF_PLACE)
        text_printf(line, " %lld%s %lld%s", (long long)context->x, centre ? ".5" : "", (long long)context->y,
                    centre ? ".5" : "");
}

static void draw_item(struct ui *ui, const struct entry *entry)
{
    const struct ui_context *context = &ui->context;
    struct text line = {0};
    struct key key;
    double value;
    char key_name[64] = "";
    if (bindings_key_in(ui->model->bindings, entry->key_of, ui->host->workspace->masking.on, &key))
        key_format(key, key_name, sizeof key_name);
    // NaN is no limit, but can be copied.
    const bool copies = strcmp(entry->command, "clipboard.copy") == 0;
    const bool enabled = entry->subject != OF_VALUE ||
                         (copies ? context->value[0] != '\0' : parse_double(context->value, &value));
    text_append(&line, entry->command);
    append_subject(context, entry, &line);
    if (gui_menu_item(entry->label, key_name, false, enabled))
        ui_run(ui, "%s", text_string(&line));
    text_free(&line);
}

// The exact value may come when the menu is there.
static void follow_value(struct ui *ui)
{
    const struct ui_cursor *cursor = &ui->model->cursor;
    if (cursor->valid && cursor->x == ui->context.x && cursor->y == ui->context.y)
        snprintf(ui->context.value, sizeof ui->context.value, "%s", cursor->value);
}

void ui_context(struct ui *ui)
{
    const struct ui_cursor *cursor = &ui->model->cursor;
    bool *wanted = &ui->host->workspace->panels.context;
    char title[128];
    if (*wanted && cursor->valid) {
        ui->context = (struct ui_context){.x = cursor->x, .y = cursor->y};
        gui_popup_show(menu_id);
        ui->settling.frames = 2;
    }
    *wanted = false;
    if (!gui_popup_begin(menu_id))
        return;
    follow_value(ui);
    snprintf(title, sizeof title, "x %lld   y %lld   %s", (long long)ui->context.x, (long long)ui->context.y,
             ui->context.value);
    gui_text_dim(title);
    gui_separator();
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        if (entries[i].label)
            draw_item(ui, &entries[i]);
        else
            gui_separator();
    }
    gui_popup_end();
}
