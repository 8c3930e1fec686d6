// SPDX-License-Identifier: MIT
// Printing, each sentence in one piece.
#include "base/output.h"

#include "base/text.h"

#include <stdarg.h>
#include <string.h>

static void print_line(FILE *out, const char *before, const char *format, va_list args)
{
    struct text line = {0}, safe = {0};
    text_append(&line, before);
    text_vprintf(&line, format, args);
    text_safe(&safe, text_string(&line), line.length);
    text_append(&safe, "\n");
    fputs(text_string(&safe), out);
    text_free(&line);
    text_free(&safe);
}

void output_sentence(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_line(stderr, "fovea: ", format, args);
    va_end(args);
}

void output_line(FILE *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_line(out, "", format, args);
    va_end(args);
}

void output_lines(FILE *out, const char *lines)
{
    struct text safe = {0};
    text_safe_lines(&safe, lines, strlen(lines));
    fputs(text_string(&safe), out);
    text_free(&safe);
}
