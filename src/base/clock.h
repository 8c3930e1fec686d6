// SPDX-License-Identifier: MIT
// Monotonic time, and the memory figures of this process and machine.
#ifndef FOVEA_BASE_CLOCK_H
#define FOVEA_BASE_CLOCK_H

#include <stdint.h>

// Nanoseconds of CLOCK_MONOTONIC. Thread-safe.
int64_t clock_now_ns(void);

// The smaller of two times to wait, in ms; -1 is for ever.
int clock_sooner_ms(int a, int b);

// Nanoseconds between exec of this process and now, from /proc/self/stat (resolution 10 ms); 0 if unknown.
int64_t clock_since_exec_ns(void);

// Resident set size of this process now and at its peak, in bytes; 0 if unknown. Linux only.
int64_t process_resident_bytes(void);
int64_t process_peak_resident_bytes(void);

// Memory the machine could still hand out without swapping (MemAvailable), in bytes; INT64_MAX if unknown.
int64_t machine_available_bytes(void);

#endif
