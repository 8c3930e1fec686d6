// SPDX-License-Identifier: MIT
// Writes log lines in one piece each.
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

void log_warning(const char *module, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fprintf(stderr, "fovea: %s: %s\n", module, text);
}
