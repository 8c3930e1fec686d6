// SPDX-License-Identifier: MIT
// Strings into JSON, and JSON onto a stream.
#include "app/batch/json.h"

#include "base/text.h"

#include <string.h>

void json_add_text(cJSON *object, const char *name, const char *value)
{
    struct text text = {0};
    utf8_append(&text, value, strlen(value));
    cJSON_AddStringToObject(object, name, text_string(&text));
    text_free(&text);
}

// cJSON itself escapes what JSON asks for, C0; its line feeds and tabs are those between items.
static void escape(struct text *out, const char *json)
{
    for (const char *at = json, *next = json; *at; at = next) {
        const uint32_t code = utf8_next(&next);
        if (code >= 0x7F && utf8_acts(code))
            text_printf(out, "\\u%04x", code);
        else
            text_append_bytes(out, at, (size_t)(next - at));
    }
}

void json_print(cJSON *json, FILE *out)
{
    struct text text = {0};
    char *printed = cJSON_Print(json);
    cJSON_Delete(json);
    escape(&text, printed ? printed : "null");
    cJSON_free(printed);
    text_append(&text, "\n");
    fputs(text_string(&text), out);
    text_free(&text);
}
