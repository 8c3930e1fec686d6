// SPDX-License-Identifier: MIT
// Storage that does not answer: pread() of a program that is linked with this is its own.
#ifndef FOVEA_TESTS_STUCK_DISK_H
#define FOVEA_TESTS_STUCK_DISK_H

#include <sys/types.h>

// Reads of that file that reach beyond its first `from` bytes do not return, until stuck_disk_release. One
// file at a time.
void stuck_disk_hold(const char *path, off_t from);
void stuck_disk_release(void);

#endif
