// SPDX-License-Identifier: MIT
// One queue for each kind and priority, the jobs that run, and those that are done, all under one monitor.
//
// A thread belongs to a kind and counts while it waits for work or runs a job that is wanted. When its job is
// abandoned it does not count any more ("astray"), another may be started, and it ends with the job. The pool
// is freed by whoever leaves it last: the consumer or a thread.
#include "base/job.h"

#include "base/monitor.h"
#include "base/text.h"

#include <stdlib.h>
#include <sys/queue.h>
#include <unistd.h>

// Those that wait take no processor; but a machine has an end. Threads astray beyond their limit go on
// counting, so that a disk that does not answer cannot take all threads there are.
enum { MAX_COMPUTING = 16, MAX_WAITING = 16, MAX_ASTRAY = 64 };

enum state { QUEUED, RUNNING, DONE };

struct job {
    struct jobs *jobs;
    struct job_request request;
    struct cancel cancel;
    // -- protected by the pool's monitor --
    enum state state;
    bool abandoned;
    bool astray; // abandoned while it ran, and its thread does not count any more
    TAILQ_ENTRY(job) link;
};

TAILQ_HEAD(job_list, job);

// The threads of a kind.
struct staff {
    int limit, count, idle;
};

struct jobs {
    void (*wake)(void *context);
    void *wake_context;
    struct monitor monitor;
    // -- protected by the monitor --
    struct job_list queued[JOB_KIND_COUNT][JOB_PRIORITY_COUNT], running, done;
    struct staff staff[JOB_KIND_COUNT];
    int astray;
    int owners; // the consumer and every thread
    bool woken; // since the last jobs_wait
    bool closed;
};

// A thread's start: what it is to work for.
struct employment {
    struct jobs *jobs;
    enum job_kind kind;
};

// --- inside the monitor ---

static bool owner_has_one_running(const struct jobs *jobs, const void *owner)
{
    struct job *job;
    TAILQ_FOREACH(job, &jobs->running, link)
    {
        if (job->request.owner == owner)
            return true;
    }
    return false;
}

// That may begin now.
static struct job *next_job(struct jobs *jobs, enum job_kind kind)
{
    for (int priority = 0; priority < JOB_PRIORITY_COUNT; priority++) {
        struct job *job;
        TAILQ_FOREACH(job, &jobs->queued[kind][priority], link)
        {
            if (!job->request.in_order || !owner_has_one_running(jobs, job->request.owner))
                return job;
        }
    }
    return NULL;
}

static void enqueue(struct job *job)
{
    const struct job_request *request = &job->request;
    job->state = QUEUED;
    TAILQ_INSERT_TAIL(&job->jobs->queued[request->kind][request->priority], job, link);
}

static void unlink_job(struct job *job)
{
    struct jobs *jobs = job->jobs;
    struct job_list *const lists[] = {
        [QUEUED] = &jobs->queued[job->request.kind][job->request.priority],
        [RUNNING] = &jobs->running,
        [DONE] = &jobs->done,
    };
    TAILQ_REMOVE(lists[job->state], job, link);
}

static void begin(struct job *job)
{
    unlink_job(job);
    job->state = RUNNING;
    TAILQ_INSERT_TAIL(&job->jobs->running, job, link);
}

static void wake_consumer(struct jobs *jobs)
{
    jobs->woken = true;
    monitor_notify(&jobs->monitor);
    if (jobs->wake && !jobs->closed)
        jobs->wake(jobs->wake_context);
}

// --- the threads ---

static void *serve(void *context);

// Starts a thread where a job waits, none is idle, and the limit allows it.
static void hire(struct jobs *jobs, enum job_kind kind)
{
    struct staff *staff = &jobs->staff[kind];
    if (!next_job(jobs, kind) || staff->idle > 0 || staff->count >= staff->limit)
        return;
    pthread_attr_t attributes;
    pthread_t thread;
    struct employment *employment = must_alloc(sizeof *employment);
    *employment = (struct employment){.jobs = jobs, .kind = kind};
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&thread, &attributes, serve, employment) == 0) {
        staff->count++;
        jobs->owners++;
    } else {
        free(employment);
        wake_consumer(jobs); // it may have to run the job itself
    }
    pthread_attr_destroy(&attributes);
}

// Leaves the monitor, and the pool.
static void leave(struct jobs *jobs)
{
    const bool last = --jobs->owners == 0;
    monitor_leave(&jobs->monitor);
    if (!last)
        return;
    monitor_finish(&jobs->monitor);
    free(jobs);
}

static void free_job(struct job *job)
{
    if (job->request.discard)
        job->request.discard(job->request.work);
    free(job);
}

// Runs a job that has begun, outside the monitor, and puts it where it belongs then. Returns false if the
// thread does not count any more.
static bool run_job(struct job *job)
{
    struct jobs *jobs = job->jobs;
    job->request.run(job->request.work, &job->cancel);
    monitor_enter(&jobs->monitor);
    const bool counts = !job->astray, wanted = !job->abandoned && job->request.finish;
    unlink_job(job);
    if (!counts)
        jobs->astray--;
    if (wanted) {
        job->state = DONE;
        TAILQ_INSERT_TAIL(&jobs->done, job, link);
        wake_consumer(jobs);
    }
    monitor_notify(&jobs->monitor); // who waits for its end, or for its turn
    monitor_leave(&jobs->monitor);
    if (!wanted)
        free_job(job);
    return counts;
}

static void *serve(void *context)
{
    const struct employment employment = *(struct employment *)context;
    struct jobs *jobs = employment.jobs;
    struct staff *staff = &jobs->staff[employment.kind];
    free(context);
    bool counts = true;
    monitor_enter(&jobs->monitor);
    while (counts) {
        struct job *job = next_job(jobs, employment.kind);
        if (!job && jobs->closed)
            break;
        if (!job) {
            staff->idle++;
            monitor_wait(&jobs->monitor);
            staff->idle--;
            continue;
        }
        begin(job);
        hire(jobs, employment.kind); // whoever started several jobs may have counted on this thread for all
        monitor_leave(&jobs->monitor);
        counts = run_job(job);
        monitor_enter(&jobs->monitor);
    }
    if (counts)
        staff->count--;
    leave(jobs);
    return NULL;
}

// --- the pool ---

struct jobs *jobs_create(int threads, void (*wake)(void *context), void *wake_context)
{
    struct jobs *jobs = must_alloc(sizeof *jobs);
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    const int wanted = threads > 0 ? threads : (int)(processors < MAX_COMPUTING ? processors : MAX_COMPUTING);
    jobs->wake = wake;
    jobs->wake_context = wake_context;
    jobs->owners = 1;
    jobs->staff[JOB_COMPUTES].limit = wanted > 0 ? wanted : 1;
    jobs->staff[JOB_WAITS].limit = MAX_WAITING;
    for (int kind = 0; kind < JOB_KIND_COUNT; kind++) {
        for (int priority = 0; priority < JOB_PRIORITY_COUNT; priority++)
            TAILQ_INIT(&jobs->queued[kind][priority]);
    }
    TAILQ_INIT(&jobs->running);
    TAILQ_INIT(&jobs->done);
    monitor_init(&jobs->monitor);
    return jobs;
}

int jobs_threads(const struct jobs *jobs)
{
    return jobs->staff[JOB_COMPUTES].limit;
}

// Inside the monitor: cancels and lets go, and moves what can be freed to `unwanted`.
static void abandon(struct job *job, struct job_list *unwanted)
{
    struct jobs *jobs = job->jobs;
    job->abandoned = true;
    if (job->request.must_end && job->state != DONE)
        return;
    cancel_request(&job->cancel);
    if (job->state != RUNNING) {
        unlink_job(job);
        TAILQ_INSERT_TAIL(unwanted, job, link);
    } else if (jobs->astray < MAX_ASTRAY) {
        job->astray = true;
        jobs->astray++;
        jobs->staff[job->request.kind].count--;
        hire(jobs, job->request.kind);
    }
}

static void free_jobs(struct job_list *unwanted)
{
    struct job *job;
    while ((job = TAILQ_FIRST(unwanted))) {
        TAILQ_REMOVE(unwanted, job, link);
        free_job(job);
    }
}

// Abandons a list's jobs but those that must end, which free themselves then. Returns how many those are.
static int abandon_list(struct job_list *list, struct job_list *unwanted)
{
    int left = 0;
    struct job *job, *next;
    for (job = TAILQ_FIRST(list); job; job = next) {
        next = TAILQ_NEXT(job, link);
        left += job->request.must_end && job->state != DONE;
        if (!job->abandoned)
            abandon(job, unwanted);
    }
    return left;
}

static int abandon_all(struct jobs *jobs, struct job_list *unwanted)
{
    int left = abandon_list(&jobs->running, unwanted);
    for (int kind = 0; kind < JOB_KIND_COUNT; kind++) {
        for (int priority = 0; priority < JOB_PRIORITY_COUNT; priority++)
            left += abandon_list(&jobs->queued[kind][priority], unwanted);
    }
    abandon_list(&jobs->done, unwanted);
    return left;
}

void jobs_destroy(struct jobs **address, int wait_ms)
{
    struct jobs *jobs = *address;
    if (!jobs)
        return;
    struct job_list unwanted = TAILQ_HEAD_INITIALIZER(unwanted);
    const int64_t deadline = monitor_deadline(wait_ms);
    monitor_enter(&jobs->monitor);
    jobs->closed = true;
    monitor_notify(&jobs->monitor);
    while (abandon_all(jobs, &unwanted) > 0 && monitor_wait_until(&jobs->monitor, deadline))
        continue;
    leave(jobs);
    free_jobs(&unwanted);
    *address = NULL;
}

// --- jobs ---

void jobs_start(struct jobs *jobs, const struct job_request *request)
{
    struct job *job = must_alloc(sizeof *job);
    job->jobs = jobs;
    job->request = *request;
    monitor_enter(&jobs->monitor);
    const bool closed = jobs->closed; // by a job that goes on although the pool has ended
    if (!closed) {
        enqueue(job);
        hire(jobs, request->kind);
        monitor_notify(&jobs->monitor);
    }
    monitor_leave(&jobs->monitor);
    if (closed)
        free_job(job);
}

static void run_nothing(void *work, struct cancel *cancel)
{
    (void)work;
    (void)cancel;
}

void jobs_discard(struct jobs *jobs, void (*discard)(void *work), void *work)
{
    const struct job_request request = {
        .kind = JOB_WAITS, .priority = JOB_IDLE, .run = run_nothing, .discard = discard, .work = work};
    jobs_start(jobs, &request);
}

// A job that no thread will ever run, because none could be started.
static struct job *stranded_job(struct jobs *jobs)
{
    for (int kind = 0; kind < JOB_KIND_COUNT; kind++) {
        hire(jobs, (enum job_kind)kind);
        if (jobs->staff[kind].count == 0 && next_job(jobs, (enum job_kind)kind))
            return next_job(jobs, (enum job_kind)kind);
    }
    return NULL;
}

static void run_stranded(struct jobs *jobs)
{
    monitor_enter(&jobs->monitor);
    struct job *job;
    while ((job = stranded_job(jobs))) {
        begin(job);
        monitor_leave(&jobs->monitor);
        run_job(job);
        monitor_enter(&jobs->monitor);
    }
    monitor_leave(&jobs->monitor);
}

size_t jobs_drain(struct jobs *jobs)
{
    size_t count = 0;
    run_stranded(jobs);
    for (;; count++) {
        monitor_enter(&jobs->monitor);
        struct job *job = TAILQ_FIRST(&jobs->done);
        if (job)
            unlink_job(job);
        monitor_leave(&jobs->monitor);
        if (!job)
            return count;
        job->request.finish(job->request.work);
        free_job(job);
    }
}

bool jobs_wait(struct jobs *jobs, int wait_ms)
{
    const int64_t deadline = monitor_deadline(wait_ms);
    monitor_enter(&jobs->monitor);
    while (!jobs->woken && TAILQ_EMPTY(&jobs->done) && wait_ms > 0 &&
           monitor_wait_until(&jobs->monitor, deadline))
        continue;
    const bool any = jobs->woken || !TAILQ_EMPTY(&jobs->done);
    jobs->woken = false;
    monitor_leave(&jobs->monitor);
    return any;
}

void jobs_wake(struct jobs *jobs)
{
    monitor_enter(&jobs->monitor);
    wake_consumer(jobs);
    monitor_leave(&jobs->monitor);
}

// Calls `act` for the owner's jobs that were not abandoned. Inside the monitor.
static void for_owner(struct jobs *jobs, const void *owner, void (*act)(struct job *job, void *context),
                      void *context)
{
    struct job_list *lists[JOB_KIND_COUNT * JOB_PRIORITY_COUNT + 2] = {&jobs->running, &jobs->done};
    int count = 2;
    for (int kind = 0; kind < JOB_KIND_COUNT; kind++) {
        for (int priority = 0; priority < JOB_PRIORITY_COUNT; priority++)
            lists[count++] = &jobs->queued[kind][priority];
    }
    for (int i = 0; i < count; i++) {
        struct job *job, *next;
        for (job = TAILQ_FIRST(lists[i]); job; job = next) {
            next = TAILQ_NEXT(job, link);
            if (job->request.owner == owner && !job->abandoned)
                act(job, context);
        }
    }
}

static void cancel_one(struct job *job, void *context)
{
    (void)context;
    cancel_request(&job->cancel);
}

void jobs_cancel(struct jobs *jobs, const void *owner)
{
    monitor_enter(&jobs->monitor);
    for_owner(jobs, owner, cancel_one, NULL);
    monitor_leave(&jobs->monitor);
}

static void abandon_one(struct job *job, void *context)
{
    abandon(job, context);
}

static void abandon_queued(struct job *job, void *context)
{
    if (job->state == QUEUED)
        abandon(job, context);
}

static void abandon_by(struct jobs *jobs, const void *owner, void (*act)(struct job *job, void *unwanted))
{
    struct job_list unwanted = TAILQ_HEAD_INITIALIZER(unwanted);
    monitor_enter(&jobs->monitor);
    for_owner(jobs, owner, act, &unwanted);
    monitor_leave(&jobs->monitor);
    free_jobs(&unwanted);
}

void jobs_abandon(struct jobs *jobs, const void *owner)
{
    abandon_by(jobs, owner, abandon_one);
}

void jobs_withdraw(struct jobs *jobs, const void *owner)
{
    abandon_by(jobs, owner, abandon_queued);
}

static void move_one(struct job *job, void *context)
{
    const enum job_priority *priority = context;
    if (job->state != QUEUED || job->request.priority == *priority)
        return;
    unlink_job(job);
    job->request.priority = *priority;
    enqueue(job);
}

void jobs_prioritise(struct jobs *jobs, const void *owner, enum job_priority priority)
{
    monitor_enter(&jobs->monitor);
    for_owner(jobs, owner, move_one, &priority);
    monitor_leave(&jobs->monitor);
}

bool jobs_should_yield(struct jobs *jobs, enum job_kind kind, enum job_priority priority)
{
    monitor_enter(&jobs->monitor);
    bool wanted = false;
    for (int higher = 0; higher < (int)priority && !wanted; higher++)
        wanted = !TAILQ_EMPTY(&jobs->queued[kind][higher]);
    monitor_leave(&jobs->monitor);
    return wanted;
}
