// SPDX-License-Identifier: MIT
// How much memory the program may take for textures, and how much a file may make it take at once for what
// cannot be decoded in parts.
//
// A packed chunk, strip or tile may be tiny in the file and huge in memory. Decoders ask here before they
// take memory for a whole one, so that such a file is refused with both sizes. Thread-safe but for
// memory_allow.
#ifndef FOVEA_BASE_MEMORY_H
#define FOVEA_BASE_MEMORY_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

// Sets the most that may be taken at once (--memory), also for processes that are started from now on
// (FOVEA_MEMORY, in bytes). To be called before anything is opened, by the only thread.
void memory_allow(int64_t bytes);
// What was allowed, else three quarters of what is free, at most 4 GB.
int64_t memory_allowed(void);

// The same while `held` bytes of it are taken already.
int64_t memory_allowed_beside(int64_t held);

// STATUS_TOO_LARGE with a sentence "PATH: WHAT takes 2.15 GB ..." where `bytes` may not be taken. Up to 64
// MiB always may.
enum status memory_check(const char *path, const char *what, int64_t bytes, struct error *error);

// "500M", "2G", "1.5GB": decimal units, as they are shown; at least 16 MB.
#define MEMORY_WANTED "an amount of at least 16 MB like 500M or 2G"
bool memory_parse(const char *text, int64_t *bytes);

#endif
