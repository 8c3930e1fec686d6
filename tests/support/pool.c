// SPDX-License-Identifier: MIT
// The pool of a test program.
#include "support/pool.h"

#include <stdatomic.h>
#include <stdlib.h>

static struct jobs *pool;
static atomic_int wakes;

static void count_wake(void *context)
{
    (void)context;
    atomic_fetch_add(&wakes, 1);
}

static void end_pool(void)
{
    jobs_destroy(&pool, 0);
}

struct jobs *test_jobs(void)
{
    if (!pool) {
        pool = jobs_create(0, count_wake, NULL);
        atexit(end_pool);
    }
    return pool;
}

int test_wakes(void)
{
    return atomic_load(&wakes);
}
