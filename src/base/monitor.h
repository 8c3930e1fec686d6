// SPDX-License-Identifier: MIT
// A lock with a condition to wait for: the only place that knows of condition variables and their clock.
//
// Every change that somebody may wait for is made between monitor_enter and monitor_leave, and told by
// monitor_notify. Those who wait look in a loop whether what they wait for is true.
#ifndef FOVEA_BASE_MONITOR_H
#define FOVEA_BASE_MONITOR_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct monitor {
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

void monitor_init(struct monitor *monitor);
// Nobody may be inside or waiting.
void monitor_finish(struct monitor *monitor);

// Not recursive.
void monitor_enter(struct monitor *monitor);
void monitor_leave(struct monitor *monitor);

// Inside only; others may enter meanwhile. May return without a notice.
void monitor_wait(struct monitor *monitor);
// The same until clock_now_ns() is `deadline_ns`; false when it has come.
bool monitor_wait_until(struct monitor *monitor, int64_t deadline_ns);
// Wakes all who wait.
void monitor_notify(struct monitor *monitor);

// `ms` from now, for monitor_wait_until.
int64_t monitor_deadline(int ms);

#endif
