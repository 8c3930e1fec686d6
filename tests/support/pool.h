// SPDX-License-Identifier: MIT
// One pool of threads for a test program.
#ifndef FOVEA_TESTS_POOL_H
#define FOVEA_TESTS_POOL_H

#include "base/job.h"

// Made at the first call, ended at exit. Its consumer is the thread of the tests.
struct jobs *test_jobs(void);
// How often it woke its consumer.
int test_wakes(void);

#endif
