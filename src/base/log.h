// SPDX-License-Identifier: MIT
// Diagnostics on stderr. Messages to the user of a window go through the view's message line instead.
#ifndef FOVEA_BASE_LOG_H
#define FOVEA_BASE_LOG_H

// Prints "fovea: MODULE: text" to stderr. Thread-safe (one write per message).
void log_warning(const char *module, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
