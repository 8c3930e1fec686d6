// SPDX-License-Identifier: MIT
// A mutex and a condition variable on CLOCK_MONOTONIC, which no change of the date disturbs.
#include "base/monitor.h"

#include "base/clock.h"

#include <time.h>

enum { NS_PER_MS = 1000000, NS_PER_SECOND = 1000000000 };

void monitor_init(struct monitor *monitor)
{
    pthread_condattr_t attributes;
    pthread_mutex_init(&monitor->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&monitor->changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

void monitor_finish(struct monitor *monitor)
{
    pthread_cond_destroy(&monitor->changed);
    pthread_mutex_destroy(&monitor->lock);
}

void monitor_enter(struct monitor *monitor)
{
    pthread_mutex_lock(&monitor->lock);
}

void monitor_leave(struct monitor *monitor)
{
    pthread_mutex_unlock(&monitor->lock);
}

void monitor_wait(struct monitor *monitor)
{
    pthread_cond_wait(&monitor->changed, &monitor->lock);
}

bool monitor_wait_until(struct monitor *monitor, int64_t deadline_ns)
{
    const struct timespec deadline = {.tv_sec = deadline_ns / NS_PER_SECOND,
                                      .tv_nsec = (long)(deadline_ns % NS_PER_SECOND)};
    return pthread_cond_timedwait(&monitor->changed, &monitor->lock, &deadline) == 0;
}

void monitor_notify(struct monitor *monitor)
{
    pthread_cond_broadcast(&monitor->changed);
}

int64_t monitor_deadline(int ms)
{
    return clock_now_ns() + (int64_t)ms * NS_PER_MS;
}
