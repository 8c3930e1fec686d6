// SPDX-License-Identifier: MIT
// Formatting of error sentences and their mapping to exit codes.
#include "base/status.h"

#include <stdio.h>
#include <string.h>

// Cuts an unfinished UTF-8 sequence off the end of a text that snprintf may have truncated.
static void trim_partial_character(char *text)
{
    size_t length = strlen(text);
    size_t start = length;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (length - (start - 1) < need)
        text[start - 1] = '\0';
}

enum status(error_set)(struct error *error, enum status status, const char *format, ...)
{
    if (!error)
        return status;
    error->status = status;
    va_list args;
    va_start(args, format);
    int written = vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    if (written >= (int)sizeof error->text)
        trim_partial_character(error->text);
    return status;
}

enum status error_prefix(struct error *error, const char *context)
{
    if (!error)
        return STATUS_OK;
    struct error inner = *error;
    return error_set(error, inner.status, "%s: %s", context, inner.text);
}

const char *error_behind_path(const char *sentence, const char *name)
{
    const size_t whole = strlen(name);
    if (strncmp(sentence, name, whole) == 0 && strncmp(sentence + whole, ": ", 2) == 0)
        return sentence + whole + 2;
    const char *end = strstr(sentence, ": ");
    const size_t length = end ? (size_t)(end - sentence) : 0;
    for (const char *at = name; length > 0 && strlen(at) >= length; at++)
        if (strncmp(at, sentence, length) == 0)
            return end + 2;
    return sentence;
}

int status_exit_code(enum status status)
{
    switch (status) {
    case STATUS_OK:
        return 0;
    case STATUS_USAGE:
        return 2;
    case STATUS_NO_GL:
        return 3;
    default:
        return 1;
    }
}
