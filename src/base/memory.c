// SPDX-License-Identifier: MIT
// The amount in the environment, or by what is free.
#include "base/memory.h"

#include "base/clock.h"
#include "base/size.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALWAYS = 64 << 20 };

static const char variable[] = "FOVEA_MEMORY";
// However much is free: a viewer shall not push everything else out of memory.
static const int64_t most_by_itself = INT64_C(4000000000);

void memory_allow(int64_t bytes)
{
    char number[32];
    snprintf(number, sizeof number, "%lld", (long long)bytes);
    setenv(variable, number, 1);
}

int64_t memory_allowed(void)
{
    return memory_allowed_beside(0);
}

int64_t memory_allowed_beside(int64_t held)
{
    const char *value = getenv(variable);
    int64_t bytes;
    if (value && parse_int64(value, &bytes) && bytes > 0)
        return bytes;
    return int64_min(machine_available_bytes() / 4 * 3, most_by_itself - held) + held;
}

enum status memory_check(const char *path, const char *what, int64_t bytes, struct error *error)
{
    char wanted[32], have[32];
    if (bytes <= ALWAYS)
        return STATUS_OK;
    const int64_t allowed = memory_allowed();
    if (bytes <= allowed)
        return STATUS_OK;
    return error_set(error, STATUS_TOO_LARGE,
                     "%s: %s takes %s of memory as a whole, and %s may be taken; --memory %lldM allows it",
                     path, what, format_bytes(bytes, wanted, sizeof wanted),
                     format_bytes(allowed, have, sizeof have), (long long)(bytes / 1000000 + 1));
}

bool memory_parse(const char *text, int64_t *bytes)
{
    static const struct {
        const char *suffix;
        double factor;
    } units[] = {{"MB", 1e6}, {"GB", 1e9}, {"M", 1e6}, {"G", 1e9}};
    char number[32];
    const size_t length = strlen(text);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        const size_t suffix = strlen(units[i].suffix);
        double amount;
        if (length <= suffix || length - suffix >= sizeof number ||
            strcmp(text + length - suffix, units[i].suffix) != 0)
            continue;
        snprintf(number, sizeof number, "%.*s", (int)(length - suffix), text);
        if (!parse_double(number, &amount) || !(amount * units[i].factor >= 16e6) ||
            amount * units[i].factor > 1e15)
            return false;
        *bytes = (int64_t)(amount * units[i].factor);
        return true;
    }
    return false;
}
