// SPDX-License-Identifier: MIT
// Writes log lines in one piece each.
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void log_line(const char *module, const char *format, va_list args)
{
    char text[1024];
    vsnprintf(text, sizeof text, format, args);
    fprintf(stderr, "fovea: %s: %s\n", module, text);
}

void log_warning(const char *module, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_line(module, format, args);
    va_end(args);
}

void log_debug(const char *module, const char *format, ...)
{
    if (!getenv("FOVEA_DEBUG"))
        return;
    va_list args;
    va_start(args, format);
    log_line(module, format, args);
    va_end(args);
}
