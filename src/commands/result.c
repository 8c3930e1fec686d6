// SPDX-License-Identifier: MIT
// Writing the answers of commands.
#include "commands/result.h"

#include <math.h>
#include <string.h>

void command_result_free(struct command_result *result)
{
    text_free(&result->text);
}

void result_begin(struct command_result *result, bool json)
{
    result->json = json;
    result->open = false;
    if (json)
        text_append(&result->text, "{");
}

// A string of any bytes; what acts on a terminal is escaped.
static void append_quoted(struct text *out, const char *bytes)
{
    struct text valid = {0};
    utf8_append(&valid, bytes, strlen(bytes));
    const char *at = text_string(&valid);
    text_append(out, "\"");
    for (const char *from = at; *at; from = at) {
        const uint32_t code = utf8_next(&at);
        if (code == '"' || code == '\\')
            text_append(out, "\\");
        if (utf8_acts(code))
            text_printf(out, "\\u%04x", (unsigned)code);
        else
            text_append_bytes(out, from, (size_t)(at - from));
    }
    text_append(out, "\"");
    text_free(&valid);
}

static void append_name(struct command_result *result, const char *name)
{
    if (result->json)
        text_printf(&result->text, "%s\"%s\":", result->open ? "," : "", name);
    else
        text_printf(&result->text, "%s: ", name);
    result->open = true;
}

void result_text(struct command_result *result, const char *name, const char *value)
{
    append_name(result, name);
    if (result->json) {
        append_quoted(&result->text, value);
        return;
    }
    text_safe(&result->text, value, strlen(value));
    text_append(&result->text, "\n");
}

void result_number(struct command_result *result, const char *name, double value)
{
    char number[32];
    append_name(result, name);
    format_double(value, number, sizeof number);
    if (result->json)
        text_append(&result->text, isfinite(value) ? number : "null");
    else
        text_printf(&result->text, "%s\n", number);
}

void result_end(struct command_result *result)
{
    if (result->json)
        text_append(&result->text, "}\n");
}
