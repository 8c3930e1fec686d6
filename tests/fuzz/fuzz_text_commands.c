// SPDX-License-Identifier: MIT
// libFuzzer target: any text as command lines, arguments of mask operations, keys and a table of keys.
#include "commands/bindings.h"
#include "commands/command.h"
#include "commands/operation.h"
#include "fuzz_bytes.h"
#include "sources/masks/mask_operation.h"

static void check_key(const char *text)
{
    struct key key, again;
    char name[64];
    if (!key_parse(text, &key))
        return;
    if (!key_parse(key_format(key, name, sizeof name), &again) || again.code != key.code ||
        again.modifiers != key.modifiers)
        abort();
}

// Every line of a table that is accepted runs a command that exists.
static void check_bindings(const char *text)
{
    struct bindings bindings = {0};
    struct text warnings = {0};
    bindings_add(&bindings, text, "fuzz", &warnings);
    for (size_t i = 0; i < bindings.count; i++)
        if (command_check(NULL, bindings.items[i].command, NULL) != STATUS_OK)
            abort();
    text_free(&warnings);
    bindings_free(&bindings);
}

static void check_operations(const char *words)
{
    double *numbers = malloc(MASK_OPERATION_ARGUMENTS * sizeof *numbers);
    if (!numbers)
        abort();
    for (const struct mask_operation *operation = mask_operations; operation->name; operation++) {
        size_t count = 0;
        if (operation_parse(operation_arguments(operation), words, numbers, &count, NULL) == STATUS_OK &&
            count > MASK_OPERATION_ARGUMENTS)
            abort();
    }
    free(numbers);
}

// A word that was put into a line is one word of it again.
static void check_word(const char *word)
{
    struct text line = {0};
    text_append(&line, "file.open");
    command_append_word(&line, word);
    struct error error = {0};
    if (command_check(NULL, text_string(&line), &error) != STATUS_OK)
        abort();
    text_free(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_string(data, size);
    (void)command_check(NULL, text, NULL);
    check_operations(text);
    check_key(text);
    check_bindings(text);
    check_word(text);
    free(text);
    return 0;
}
