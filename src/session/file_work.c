// SPDX-License-Identifier: MIT
// One entry for each piece of work, with its job.
#include "session/file_work.h"

#include "base/clock.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

// What the job has; it may outlive the entry.
struct errand {
    struct file_work *entry; // looked at by the consumer only
    struct file_work_request request;
    struct progress *progress; // owned
    enum status status;
    struct error error;
};

struct file_work {
    struct file_works *works;
    struct file_work_request request; // with copies of label and path
    struct errand *waiting;           // its job, while another one of the same path comes before it
    struct progress *progress;        // of the job
    int64_t started_ns;
};

struct file_works {
    struct jobs *jobs;
    void (*fail)(void *context, const struct error *error);
    void *context;
    bool paced;
    struct file_work **list; // the oldest first
    size_t count;
};

struct file_works *file_works_create(struct jobs *jobs,
                                     void (*fail)(void *context, const struct error *error), void *context)
{
    struct file_works *works = must_alloc(sizeof *works);
    *works = (struct file_works){.jobs = jobs, .fail = fail, .context = context};
    return works;
}

void file_works_pace(struct file_works *works)
{
    works->paced = true;
}

// --- the list ---

static struct file_work *add_entry(struct file_works *works, const struct file_work_request *request)
{
    struct file_work *entry = must_alloc(sizeof *entry);
    *entry = (struct file_work){.works = works, .request = *request, .started_ns = clock_now_ns()};
    entry->request.label = must_copy(request->label);
    entry->request.path = request->path ? must_copy(request->path) : NULL;
    works->list = must_resize(works->list, (works->count + 1) * sizeof(struct file_work *));
    works->list[works->count++] = entry;
    return entry;
}

static void remove_entry(struct file_work *entry)
{
    struct file_works *works = entry->works;
    size_t at = 0;
    while (works->list[at] != entry)
        at++;
    works->count--;
    memmove(works->list + at, works->list + at + 1, (works->count - at) * sizeof(struct file_work *));
    free((char *)entry->request.label);
    free((char *)entry->request.path);
    free(entry);
}

// --- jobs ---

static void begin_waiting(struct file_works *works);

static void run_errand(void *work, struct cancel *cancel)
{
    struct errand *errand = work;
    const struct file_work_request *request = &errand->request;
    errand->status = request->run(request->work, cancel, errand->progress, &errand->error);
}

static void discard_errand(void *work)
{
    struct errand *errand = work;
    errand->request.discard(errand->request.work);
    free(errand->progress);
    free(errand);
}

static void finish_errand(void *work)
{
    struct errand *errand = work;
    struct file_works *works = errand->entry->works;
    remove_entry(errand->entry);
    begin_waiting(works);
    if (errand->request.finish(errand->request.work, errand->status, &errand->error) && errand->error.text[0])
        works->fail(works->context, &errand->error);
}

static void begin(struct file_work *entry, struct errand *errand)
{
    entry->waiting = NULL;
    const struct job_request job = {.kind = JOB_WAITS,
                                    .priority = JOB_WANTED,
                                    .owner = entry,
                                    .must_end = entry->request.writes,
                                    .run = run_errand,
                                    .finish = finish_errand,
                                    .discard = discard_errand,
                                    .work = errand};
    jobs_start(entry->works->jobs, &job);
}

// An older entry of the same path, or NULL.
static const struct file_work *one_before(const struct file_work *entry)
{
    const struct file_works *works = entry->works;
    for (size_t i = 0; i < works->count && works->list[i] != entry; i++) {
        const struct file_work *other = works->list[i];
        if (entry->request.path && other->request.path &&
            strcmp(other->request.path, entry->request.path) == 0)
            return other;
    }
    return NULL;
}

static void begin_waiting(struct file_works *works)
{
    for (size_t i = 0; i < works->count; i++) {
        struct file_work *entry = works->list[i];
        if (entry->waiting && !one_before(entry))
            begin(entry, entry->waiting);
    }
}

// --- what is asked for ---

static enum status do_at_once(const struct file_work_request *request, struct error *error)
{
    struct error local = {0};
    enum status status = request->run(request->work, NULL, NULL, &local);
    status = request->finish(request->work, status, &local);
    if (status && error)
        *error = local;
    request->discard(request->work);
    return status;
}

enum status file_work_start(struct file_works *works, const struct file_work_request *request,
                            struct error *error)
{
    if (!works->paced)
        return do_at_once(request, error);
    struct file_work *entry = add_entry(works, request);
    struct errand *errand = must_alloc(sizeof *errand);
    *errand = (struct errand){.entry = entry, .request = *request};
    errand->progress = entry->progress = must_alloc(sizeof *errand->progress);
    entry->waiting = errand;
    begin_waiting(works);
    return STATUS_OK;
}

// The entry goes; of a job that has not begun nothing is left, but for one that writes and is not cancelled.
static void let_go(struct file_work *entry, bool cancel)
{
    struct error none = {0};
    entry->request.finish(entry->request.work, STATUS_CANCELLED, &none);
    if (entry->waiting && (cancel || !entry->request.writes)) {
        discard_errand(entry->waiting);
    } else {
        if (entry->waiting)
            begin(entry, entry->waiting);
        if (cancel)
            jobs_cancel(entry->works->jobs, entry);
        jobs_abandon(entry->works->jobs, entry);
    }
    remove_entry(entry);
}

bool file_works_give_up(struct file_works *works)
{
    const bool any = works->count > 0;
    while (works->count > 0)
        let_go(works->list[works->count - 1], true); // none of those that wait begins
    return any;
}

void file_works_abandon(struct file_works *works, const void *owner)
{
    for (size_t i = works->count; i-- > 0;) {
        if (works->list[i]->request.owner == owner)
            let_go(works->list[i], false);
    }
    begin_waiting(works);
}

void file_works_destroy(struct file_works **address)
{
    struct file_works *works = *address;
    if (!works)
        return;
    for (size_t i = works->count; i-- > 0;)
        let_go(works->list[i], false);
    free(works->list);
    free(works);
    *address = NULL;
}

// --- what is told of it ---

bool file_works_busy(const struct file_works *works)
{
    return works->count > 0;
}

bool file_works_writing(const struct file_works *works)
{
    for (size_t i = 0; i < works->count; i++) {
        if (works->list[i]->request.writes)
            return true;
    }
    return false;
}

const char *file_works_label(const struct file_works *works, int quiet_ms, double *share)
{
    const struct file_work *oldest = works->count ? works->list[0] : NULL;
    if (!oldest || clock_now_ns() - oldest->started_ns < (int64_t)quiet_ms * 1000000)
        return NULL;
    *share = progress_share(oldest->progress);
    return oldest->request.label;
}
