// SPDX-License-Identifier: MIT
// Entries of menus and palette, made from the command table.
#include "commands/find/entry.h"

#include <string.h>

const char *const command_menus[] = {"File", "Frame", "Contrast", "Colour", "Mask", "View", "Help", NULL};

static void next_command(struct entry_walk *walk)
{
    *walk = (struct entry_walk){.command = walk->command + 1};
}

// The entry of the walk's menu row; false if there is none left in it.
static bool take_menu_row(struct entry_walk *walk, const struct command_host *host,
                          const struct command_menu *menu, struct command_entry *entry)
{
    const struct command *command = command_at(walk->command);
    *entry = (struct command_entry){.command = command, .menu = menu};
    if (strcmp(menu->arguments, "*") != 0) {
        walk->menu++;
        walk->alone |= !*menu->arguments;
        return true;
    }
    if (command_choice(host, command, 0, walk->choice++, entry->choice, sizeof entry->choice))
        return true;
    walk->choice = 0;
    walk->menu++;
    return false;
}

bool entry_next(struct entry_walk *walk, const struct command_host *host, struct command_entry *entry)
{
    const struct command *command;
    while ((command = command_at(walk->command))) {
        const struct command_menu *menu = command->menu ? &command->menu[walk->menu] : NULL;
        if (menu && menu->path) {
            if (take_menu_row(walk, host, menu, entry))
                return true;
            continue;
        }
        const bool alone = walk->alone;
        next_command(walk);
        *entry = (struct command_entry){.command = command};
        if (!alone)
            return true;
    }
    return false;
}

// "Contrast: Scale: " from "Contrast/|Scale/*".
static void append_path(const char *path, struct text *out)
{
    for (; *path; path++) {
        if (*path == '/')
            text_append(out, ": ");
        else if (*path != '|' && *path != '*')
            text_append_bytes(out, path, 1);
    }
}

void entry_title(const struct command_entry *entry, struct text *out)
{
    if (entry->menu)
        append_path(entry->menu->path, out);
    else
        text_append(out, entry->command->title ? entry->command->title : entry->command->name);
    text_append(out, entry->choice);
}

void entry_line(const struct command_entry *entry, struct text *out)
{
    struct text line = {0};
    text_append(&line, entry->command->name);
    if (entry->choice[0])
        command_append_word(&line, entry->choice);
    else if (entry->menu && entry->menu->arguments[0])
        text_printf(&line, " %s", entry->menu->arguments);
    text_append(out, text_string(&line));
    text_free(&line);
}

void entry_usage(const struct command_entry *entry, struct text *out)
{
    const struct argument *argument;
    entry_line(entry, out);
    if (entry->choice[0] || (entry->menu && entry->menu->arguments[0]))
        return;
    for (size_t i = 0; (argument = argument_at(entry->command->args, i)); i++)
        text_printf(out, argument->optional ? " [%s%s]" : " %s%s", argument->name,
                    argument->repeated ? "..." : "");
}

bool entry_is_complete(const struct command_entry *entry)
{
    const struct argument *first = argument_at(entry->command->args, 0);
    return !first || first->optional || entry->choice[0] || (entry->menu && entry->menu->arguments[0]);
}
