// SPDX-License-Identifier: MIT
// One job that steps through a copy of the source.
#include "session/walk.h"

#include "base/text.h"

#include <stdlib.h>

struct walk {
    struct walk_request request;
    struct source *fork; // the job's
    struct source_position position;
    int64_t moved;
};

static void run(void *work, struct cancel *cancel)
{
    struct walk *walk = work;
    if (!cancel_requested(cancel))
        walk->position = source_step(walk->fork, walk->request.from, walk->request.steps, &walk->moved);
}

static void finish(void *work)
{
    const struct walk *walk = work;
    source_learn(walk->request.source, walk->fork);
    walk->request.done(walk->request.context, walk->position, walk->moved);
}

static void discard(void *work)
{
    struct walk *walk = work;
    source_destroy(&walk->fork);
    source_destroy(&walk->request.source);
    free(walk);
}

struct walk *walk_start(const struct walk_request *request)
{
    struct walk *walk = must_alloc(sizeof *walk);
    walk->request = *request;
    walk->fork = source_fork(request->source);
    source_share(request->source);
    const struct job_request job = {.kind = JOB_WAITS,
                                    .priority = JOB_VISIBLE,
                                    .owner = walk,
                                    .run = run,
                                    .finish = finish,
                                    .discard = discard,
                                    .work = walk};
    jobs_start(request->jobs, &job);
    return walk;
}

void walk_abandon(struct walk **walk)
{
    if (*walk)
        jobs_abandon((*walk)->request.jobs, *walk);
    *walk = NULL;
}
