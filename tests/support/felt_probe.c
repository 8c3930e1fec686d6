// SPDX-License-Identifier: MIT
// Reads the screen again and again; repaints are counted by support/count_swaps.c within the program.
#include "support/felt_probe.h"

#include "base/clock.h"
#include "base/text.h"
#include "support/testdata.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { POLL_NS = 2000000 };

struct felt_probe {
    struct driven *driven;
    int x, y, width, height;
    uint32_t *noted, *seen;
    int64_t armed_ns;
};

struct repaint_counter {
    atomic_uint *shared;
};

static void pause_ns(int64_t ns)
{
    nanosleep(&(struct timespec){.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000}, NULL);
}

static size_t probe_bytes(const struct felt_probe *probe)
{
    return (size_t)probe->width * (size_t)probe->height * sizeof *probe->noted;
}

static bool read_screen(struct felt_probe *probe, uint32_t *pixels)
{
    return driven_read_screen(probe->driven, probe->x, probe->y, probe->width, probe->height, pixels);
}

struct felt_probe *felt_probe_create(struct driven *driven, int x, int y, int width, int height)
{
    struct felt_probe *probe = must_alloc(sizeof *probe);
    *probe = (struct felt_probe){.driven = driven, .x = x, .y = y, .width = width, .height = height};
    probe->noted = must_alloc(probe_bytes(probe));
    probe->seen = must_alloc(probe_bytes(probe));
    return probe;
}

void felt_probe_destroy(struct felt_probe **probe)
{
    if (!*probe)
        return;
    free((*probe)->noted);
    free((*probe)->seen);
    free(*probe);
    *probe = NULL;
}

bool felt_probe_arm(struct felt_probe *probe)
{
    const bool read = read_screen(probe, probe->noted);
    probe->armed_ns = clock_now_ns();
    return read;
}

double felt_probe_wait(struct felt_probe *probe, int timeout_ms)
{
    const int64_t deadline = probe->armed_ns + (int64_t)timeout_ms * 1000000;
    for (int64_t now = clock_now_ns(); now < deadline; now = clock_now_ns()) {
        pause_ns(POLL_NS);
        if (!read_screen(probe, probe->seen))
            return -1;
        if (memcmp(probe->noted, probe->seen, probe_bytes(probe)) != 0)
            return (double)(clock_now_ns() - probe->armed_ns) / 1e6;
    }
    return -1;
}

bool felt_probe_rest(struct felt_probe *probe, int still_ms)
{
    const int64_t deadline = clock_now_ns() + (int64_t)DRIVER_DEADLINE_MS * 1000000;
    while (clock_now_ns() < deadline && felt_probe_arm(probe)) {
        if (felt_probe_wait(probe, still_ms) < 0)
            return true;
    }
    return false;
}

struct repaint_counter *repaint_counter_create(void)
{
    const char *path = temporary_path("repaints");
    const int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    void *shared = MAP_FAILED;
    if (fd >= 0 && ftruncate(fd, sizeof(atomic_uint)) == 0)
        shared = mmap(NULL, sizeof(atomic_uint), PROT_READ, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    if (shared == MAP_FAILED) {
        perror(path);
        return NULL;
    }
    struct repaint_counter *counter = must_alloc(sizeof *counter);
    counter->shared = shared;
    setenv("FOVEA_TEST_REPAINTS", path, 1);
    setenv("LD_PRELOAD", FOVEA_COUNT_SWAPS, 1);
    return counter;
}

void repaint_counter_destroy(struct repaint_counter **counter)
{
    if (!*counter)
        return;
    munmap((*counter)->shared, sizeof(atomic_uint));
    free(*counter);
    *counter = NULL;
    unsetenv("LD_PRELOAD");
    unsetenv("FOVEA_TEST_REPAINTS");
}

unsigned repaint_count(const struct repaint_counter *counter)
{
    return atomic_load(counter->shared);
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double felt_median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare_doubles);
    return count > 0 ? values[(count - 1) / 2] : 0;
}
