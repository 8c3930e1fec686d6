// SPDX-License-Identifier: MIT
// The table of keys and their commands, read from lines of text.
#include "commands/bindings.h"

#include "base/file.h"
#include "commands/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_FILE_BYTES = 1 << 20 };

static const char mask_prefix[] = "mask:";

extern const char embedded_bindings_txt[];

const char *bindings_default_text(void)
{
    return embedded_bindings_txt;
}

static struct binding *find_binding(const struct bindings *bindings, struct key key, bool masking)
{
    for (size_t i = 0; i < bindings->count; i++) {
        struct binding *binding = &bindings->items[i];
        if (binding->key.code == key.code && binding->key.modifiers == key.modifiers &&
            binding->masking == masking)
            return binding;
    }
    return NULL;
}

static void set_binding(struct bindings *bindings, struct key key, bool masking, const char *command)
{
    struct binding *binding = find_binding(bindings, key, masking);
    if (binding) {
        free(binding->command);
        binding->command = must_copy(command);
        return;
    }
    if (bindings->count == bindings->capacity) {
        bindings->capacity = bindings->capacity ? 2 * bindings->capacity : 64;
        bindings->items = must_resize(bindings->items, bindings->capacity * sizeof *bindings->items);
    }
    bindings->items[bindings->count++] = (struct binding){key, masking, must_copy(command)};
}

static void remove_binding(struct bindings *bindings, struct key key, bool masking)
{
    struct binding *binding = find_binding(bindings, key, masking);
    if (!binding)
        return;
    free(binding->command);
    size_t index = (size_t)(binding - bindings->items);
    memmove(binding, binding + 1, (bindings->count - index - 1) * sizeof *binding);
    bindings->count--;
}

static enum status add_line(struct bindings *bindings, char *line, struct error *error)
{
    static const char blanks[] = " \t\r";
    line += strspn(line, blanks);
    // '#' alone or before a blank is no key here but a comment.
    if (!*line || *line == '#')
        return STATUS_OK;
    char *rest = line + strcspn(line, blanks);
    if (*rest)
        *rest++ = '\0';
    rest += strspn(rest, blanks);
    size_t length = strlen(rest);
    while (length && strchr(blanks, rest[length - 1]))
        rest[--length] = '\0';
    bool unbind = strcmp(line, "unbind") == 0;
    const char *name = unbind ? rest : line;
    const bool masking = strncmp(name, mask_prefix, sizeof mask_prefix - 1) == 0;
    struct key key;
    if (!key_parse(name + (masking ? sizeof mask_prefix - 1 : 0), &key))
        return error_set(error, STATUS_USAGE, "\"%s\" is no key", name);
    if (unbind) {
        remove_binding(bindings, key, masking);
        return STATUS_OK;
    }
    if (!*rest)
        return error_set(error, STATUS_USAGE, "the command for %s is missing", line);
    enum status status = command_check(NULL, rest, error);
    if (!status)
        set_binding(bindings, key, masking, rest);
    return status;
}

size_t bindings_add(struct bindings *bindings, const char *text, const char *name, struct text *warnings)
{
    struct text line = {0};
    size_t wrong = 0;
    for (size_t number = 1; *text; number++) {
        size_t length = strcspn(text, "\n");
        struct error error = {0};
        text_clear(&line);
        text_append_bytes(&line, text, length);
        text_append(&line, "");
        if (length && add_line(bindings, line.data, &error)) {
            wrong++;
            if (warnings)
                text_printf(warnings, "%s:%zu: %s\n", name, number, error.text);
        }
        text += length + (text[length] == '\n');
    }
    text_free(&line);
    return wrong;
}

void bindings_add_default(struct bindings *bindings)
{
    bindings_add(bindings, bindings_default_text(), "bindings.txt", NULL);
}

// The path of the user's file; false if no home is known.
static bool user_path(char *path, size_t size)
{
    const char *config = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    int length;
    if (config && config[0] == '/')
        length = snprintf(path, size, "%s/fovea/bindings.txt", config);
    else if (home && *home)
        length = snprintf(path, size, "%s/.config/fovea/bindings.txt", home);
    else
        return false;
    return length > 0 && (size_t)length < size;
}

size_t bindings_add_user(struct bindings *bindings, struct text *warnings)
{
    char path[1024];
    int fd;
    int64_t bytes;
    struct error error = {0};
    if (!user_path(path, sizeof path) || access(path, F_OK) != 0)
        return 0;
    enum status status = file_open_read(path, &fd, &bytes, &error);
    if (status) {
        if (warnings)
            text_printf(warnings, "%s\n", error.text);
        return 1;
    }
    size_t wrong = 1;
    if (bytes > MAX_FILE_BYTES) {
        if (warnings)
            text_printf(warnings, "%s: too large for a list of keys\n", path);
    } else {
        char *content = must_alloc((size_t)bytes + 1);
        if (file_read_at(fd, path, 0, content, (size_t)bytes, &error) == STATUS_OK)
            wrong = bindings_add(bindings, content, path, warnings);
        else if (warnings)
            text_printf(warnings, "%s\n", error.text);
        free(content);
    }
    close(fd);
    return wrong;
}

void bindings_free(struct bindings *bindings)
{
    for (size_t i = 0; i < bindings->count; i++)
        free(bindings->items[i].command);
    free(bindings->items);
    *bindings = (struct bindings){0};
}

const char *bindings_find(const struct bindings *bindings, struct key key, bool masking)
{
    const struct binding *binding = masking ? find_binding(bindings, key, true) : NULL;
    if (!binding)
        binding = find_binding(bindings, key, false);
    return binding ? binding->command : NULL;
}

bool bindings_key_for(const struct bindings *bindings, const char *command, struct key *key)
{
    for (size_t i = 0; i < bindings->count; i++) {
        if (strcmp(bindings->items[i].command, command) == 0) {
            *key = bindings->items[i].key;
            return true;
        }
    }
    return false;
}

bool bindings_key_in(const struct bindings *bindings, const char *command, bool masking, struct key *key)
{
    for (size_t i = 0; i < bindings->count; i++) {
        const char *found = bindings_find(bindings, bindings->items[i].key, masking);
        if (found == bindings->items[i].command && strcmp(found, command) == 0) {
            *key = bindings->items[i].key;
            return true;
        }
    }
    return false;
}
