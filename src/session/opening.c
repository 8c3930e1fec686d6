// SPDX-License-Identifier: MIT
// document_open as a job.
#include "session/opening.h"

#include "base/clock.h"
#include "base/text.h"

#include <stdlib.h>

struct opening {
    struct opening_request request; // with copies of the names
    int64_t started_ns;
    struct document *document;
    struct source_position position;
    struct error error;
};

static void run(void *work, struct cancel *cancel)
{
    struct opening *opening = work;
    if (!cancel_requested(cancel))
        document_open(&opening->request.what, &opening->document, &opening->position, &opening->error);
}

static void finish(void *work)
{
    struct opening *opening = work;
    struct document *document = opening->document;
    opening->document = NULL;
    opening->request.done(opening->request.context, &opening->request, document, opening->position,
                          &opening->error);
}

static void discard(void *work)
{
    struct opening *opening = work;
    const struct document_request *what = &opening->request.what;
    document_release(&opening->document);
    for (size_t i = 0; i < what->count; i++)
        free((char *)what->names[i]);
    free((const char **)what->names);
    free(opening);
}

struct opening *opening_start(const struct opening_request *request)
{
    struct opening *opening = must_alloc(sizeof *opening);
    const size_t count = request->what.count;
    const char **names = must_alloc((count + 1) * sizeof(const char *));
    for (size_t i = 0; i < count; i++)
        names[i] = must_copy(request->what.names[i]);
    opening->request = *request;
    opening->request.what.names = names;
    opening->started_ns = clock_now_ns();
    const struct job_request job = {.kind = JOB_WAITS,
                                    .priority = JOB_VISIBLE,
                                    .owner = opening,
                                    .run = run,
                                    .finish = finish,
                                    .discard = discard,
                                    .work = opening};
    jobs_start(request->jobs, &job);
    return opening;
}

void opening_abandon(struct opening **opening)
{
    if (*opening)
        jobs_abandon((*opening)->request.jobs, *opening);
    *opening = NULL;
}

const char *opening_name(const struct opening *opening)
{
    return opening->request.what.names[0];
}

int64_t opening_started_ns(const struct opening *opening)
{
    return opening->started_ns;
}
