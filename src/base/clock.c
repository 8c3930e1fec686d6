// SPDX-License-Identifier: MIT
// Reads the clocks and /proc.
#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int64_t clock_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int clock_sooner_ms(int a, int b)
{
    return a < 0 ? b : b < 0 || a < b ? a : b;
}

int64_t clock_since_exec_ns(void)
{
    FILE *file = fopen("/proc/self/stat", "re");
    if (!file)
        return 0;
    char line[1024];
    size_t length = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[length] = '\0';
    // Field 22 (starttime, in clock ticks since boot) counted from field 3, which follows the last ')'.
    const char *field = strrchr(line, ')');
    for (int skip = 0; field && skip < 20; skip++)
        field = strchr(field + 1, ' ');
    if (!field)
        return 0;
    int64_t start_ticks = strtoll(field + 1, NULL, 10);
    struct timespec boot;
    clock_gettime(CLOCK_BOOTTIME, &boot);
    int64_t ticks_per_second = sysconf(_SC_CLK_TCK);
    int64_t now_ns = (int64_t)boot.tv_sec * 1000000000 + boot.tv_nsec;
    return now_ns - start_ticks * (1000000000 / ticks_per_second);
}

// The value in bytes of a "Key:   123 kB" line of a /proc file, or `fallback`.
static int64_t proc_kilobytes(const char *path, const char *key, int64_t fallback)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return fallback;
    char line[256];
    int64_t result = fallback;
    size_t key_length = strlen(key);
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, key, key_length) == 0 && line[key_length] == ':') {
            result = strtoll(line + key_length + 1, NULL, 10) * 1024;
            break;
        }
    }
    fclose(file);
    return result;
}

int64_t process_resident_bytes(void)
{
    return proc_kilobytes("/proc/self/status", "VmRSS", 0);
}

int64_t process_peak_resident_bytes(void)
{
    return proc_kilobytes("/proc/self/status", "VmHWM", 0);
}

int64_t machine_available_bytes(void)
{
    return proc_kilobytes("/proc/meminfo", "MemAvailable", INT64_MAX);
}
