// SPDX-License-Identifier: MIT
// The pool of threads: what becomes of jobs that end, are cancelled, abandoned or stuck. Nothing here depends
// on time: jobs stand at gates that the test opens.
#include "base/job.h"

#include "base/monitor.h"
#include "support/testdata.h"

#include <stdlib.h>

// Where jobs can be held, and what they did, under one monitor.
struct gate {
    struct monitor monitor;
    int entered, open; // how many came, and how many may go on
    char order[64];    // names of the jobs in the order in which they ran
    int runs, discards;
};

struct work {
    struct gate *gate;
    char name;
    bool held;      // waits at the gate
    bool cancelled; // as `run` found it after the gate
    int *finishes;
    struct jobs *jobs;
};

static void gate_init(struct gate *gate)
{
    *gate = (struct gate){0};
    monitor_init(&gate->monitor);
}

// Waits until `count` jobs have come.
static void await_entered(struct gate *gate, int count)
{
    monitor_enter(&gate->monitor);
    while (gate->entered < count)
        monitor_wait(&gate->monitor);
    monitor_leave(&gate->monitor);
}

static void open_gate(struct gate *gate, int count)
{
    monitor_enter(&gate->monitor);
    gate->open += count;
    monitor_notify(&gate->monitor);
    monitor_leave(&gate->monitor);
}

static void await_discards(struct gate *gate, int count)
{
    monitor_enter(&gate->monitor);
    while (gate->discards < count)
        monitor_wait(&gate->monitor);
    assert_int_equal(gate->discards, count);
    monitor_leave(&gate->monitor);
}

static void run(void *context, struct cancel *cancel)
{
    struct work *work = context;
    struct gate *gate = work->gate;
    monitor_enter(&gate->monitor);
    if (gate->runs < (int)sizeof gate->order)
        gate->order[gate->runs] = work->name;
    gate->runs++;
    gate->entered++;
    monitor_notify(&gate->monitor);
    while (work->held && gate->open == 0)
        monitor_wait(&gate->monitor);
    gate->open -= work->held;
    monitor_leave(&gate->monitor);
    work->cancelled = cancel_requested(cancel);
}

static void finish(void *context)
{
    struct work *work = context;
    ++*work->finishes;
}

static void discard(void *context)
{
    struct work *work = context;
    struct gate *gate = work->gate;
    monitor_enter(&gate->monitor);
    gate->discards++;
    monitor_notify(&gate->monitor);
    monitor_leave(&gate->monitor);
    free(work);
}

// The owner is the gate's byte of the job's name.
static const void *owner_of(const struct gate *gate, char name)
{
    return (const char *)gate + name;
}

static struct job_request request_for(struct gate *gate, char name, int *finishes)
{
    struct work *work = calloc(1, sizeof *work);
    assert_non_null(work);
    *work = (struct work){.gate = gate, .name = name, .finishes = finishes};
    return (struct job_request){
        .run = run, .finish = finish, .discard = discard, .work = work, .owner = owner_of(gate, name)};
}

static void start(struct jobs *jobs, struct gate *gate, char name, enum job_priority priority, int *finishes)
{
    struct job_request request = request_for(gate, name, finishes);
    request.priority = priority;
    jobs_start(jobs, &request);
}

// A job that stands at the gate when this returns.
static void start_held(struct jobs *jobs, struct gate *gate, enum job_kind kind, int *finishes)
{
    struct job_request request = request_for(gate, 'h', finishes);
    ((struct work *)request.work)->held = true;
    request.kind = kind;
    monitor_enter(&gate->monitor);
    const int entered = gate->entered;
    monitor_leave(&gate->monitor);
    jobs_start(jobs, &request);
    await_entered(gate, entered + 1);
}

static void drain(struct jobs *jobs, size_t count)
{
    size_t done = 0;
    while (done < count) {
        jobs_wait(jobs, 1000);
        done += jobs_drain(jobs);
    }
    assert_int_equal(done, count);
}

static void end(struct jobs **jobs, struct gate *gate, int jobs_in_all)
{
    jobs_destroy(jobs, 0);
    assert_null(*jobs);
    await_discards(gate, jobs_in_all);
    monitor_finish(&gate->monitor);
}

static void test_ends_are_told_here(void **state)
{
    (void)state;
    struct gate gate;
    gate_init(&gate);
    int finishes = 0;
    struct jobs *jobs = jobs_create(3, NULL, NULL);
    assert_int_equal(jobs_threads(jobs), 3);
    assert_false(jobs_wait(jobs, 0));
    assert_int_equal(jobs_drain(jobs), 0);
    for (int i = 0; i < 20; i++)
        start(jobs, &gate, 'a', JOB_WANTED, &finishes);
    await_entered(&gate, 20);
    assert_int_equal(finishes, 0);
    drain(jobs, 20);
    assert_int_equal(finishes, 20);
    await_discards(&gate, 20);
    end(&jobs, &gate, 20);
}

static void test_nobody_is_told(void **state)
{
    (void)state;
    struct gate gate;
    gate_init(&gate);
    struct jobs *jobs = jobs_create(1, NULL, NULL);
    struct job_request request = request_for(&gate, 'n', NULL);
    request.finish = NULL;
    jobs_start(jobs, &request);
    await_discards(&gate, 1);
    assert_false(jobs_wait(jobs, 0));
    assert_int_equal(jobs_drain(jobs), 0);
    end(&jobs, &gate, 1);
}

static void test_priorities(void **state)
{
    (void)state;
    struct gate gate;
    gate_init(&gate);
    int finishes = 0;
    struct jobs *jobs = jobs_create(1, NULL, NULL);
    start_held(jobs, &gate, JOB_COMPUTES, &finishes);
    start(jobs, &gate, 'd', JOB_IDLE, &finishes);
    start(jobs, &gate, 'f', JOB_IDLE, &finishes);
    start(jobs, &gate, 'e', JOB_WANTED, &finishes);
    start(jobs, &gate, 'b', JOB_VISIBLE, &finishes);
    start(jobs, &gate, 'c', JOB_VISIBLE, &finishes);
    jobs_prioritise(jobs, owner_of(&gate, 'd'), JOB_VISIBLE);
    assert_true(jobs_should_yield(jobs, JOB_COMPUTES, JOB_IDLE));
    assert_true(jobs_should_yield(jobs, JOB_COMPUTES, JOB_WANTED));
    assert_false(jobs_should_yield(jobs, JOB_COMPUTES, JOB_VISIBLE));
    assert_false(jobs_should_yield(jobs, JOB_WAITS, JOB_IDLE));
    open_gate(&gate, 1);
    drain(jobs, 6);
    assert_string_equal(gate.order, "hbcdef");
    end(&jobs, &gate, 6);
}

// What waits for a disk holds up neither what computes nor, up to a number, what waits for another.
static void test_kinds_have_their_own_threads(void **state)
{
    (void)state;
    enum { WAITING = 16 };
    struct gate gate;
    gate_init(&gate);
    int finishes = 0;
    struct jobs *jobs = jobs_create(1, NULL, NULL);
    for (int i = 0; i < WAITING; i++)
        start_held(jobs, &gate, JOB_WAITS, &finishes);
    start(jobs, &gate, 'c', JOB_VISIBLE, &finishes);
    drain(jobs, 1);
    assert_int_equal(gate.order[WAITING], 'c');
    open_gate(&gate, WAITING);
    drain(jobs, WAITING);
    end(&jobs, &gate, WAITING + 1);
}

static void test_abandoned_at_any_time(void **state)
{
    (void)state;
    struct gate gate;
    gate_init(&gate);
    int finishes = 0, wanted = 0;
    struct jobs *jobs = jobs_create(1, NULL, NULL);
    start_held(jobs, &gate, JOB_COMPUTES, &finishes);
    jobs_abandon(jobs, owner_of(&gate, 'n'));
    // Before it began: it never runs.
    start(jobs, &gate, 'q', JOB_VISIBLE, &finishes);
    jobs_abandon(jobs, owner_of(&gate, 'q'));
    await_discards(&gate, 1);
    // While it runs: another thread takes over at once, though the first is stuck.
    start(jobs, &gate, 'e', JOB_VISIBLE, &finishes);
    jobs_abandon(jobs, owner_of(&gate, 'h'));
    await_entered(&gate, 2);
    assert_string_equal(gate.order, "he");
    // After it ended, before it was told.
    while (!jobs_wait(jobs, 1000))
        continue;
    jobs_abandon(jobs, owner_of(&gate, 'e'));
    await_discards(&gate, 2);
    start(jobs, &gate, 'l', JOB_VISIBLE, &wanted);
    drain(jobs, 1);
    assert_int_equal(wanted, 1);
    open_gate(&gate, 1);
    await_discards(&gate, 4);
    assert_int_equal(jobs_drain(jobs), 0);
    assert_int_equal(finishes, 0);
    end(&jobs, &gate, 4);
}

static void test_withdrawn_before_they_begin(void **state)
{
    (void)state;
    struct gate gate;
    gate_init(&gate);
    int finishes = 0;
    struct jobs *jobs = jobs_create(1, NULL, NULL);
    start_held(jobs, &gate, JOB_COMPUTES, &finishes);
    start(jobs, &gate, 'h', JOB_IDLE, &finishes);
    jobs_withdraw(jobs, owner_of(&gate, 'h'));
    await_discards(&gate, 1);
    open_gate(&gate, 1);
    drain(jobs, 1);
    assert_int_equal(gate.runs, 1);
    assert_int_equal(finishes, 1);
    end(&jobs, &gate, 2);
}

// A user who steps over a hundred files of a mount that does not answer.
static void test_threads_astray_are_bounded(void **state)
{
    (void)state;
    enum { STUCK = 64 };
    struct gate gate;
    gate_init(&gate);
    int finishes = 0, wanted = 0;
    struct jobs *jobs = jobs_create(1, NULL, NULL);
    for (int i = 0; i < STUCK; i++) {
        start_held(jobs, &gate, JOB_COMPUTES, &finishes);
        jobs_abandon(jobs, owner_of(&gate, 'h'));
    }
    start_held(jobs, &gate, JOB_COMPUTES, &finishes);
    jobs_abandon(jobs, owner_of(&gate, 'h'));
    start(jobs, &gate, 'w', JOB_VISIBLE, &wanted); // waits until one of them comes back
    open_gate(&gate, STUCK + 1);
    drain(jobs, 1);
    assert_int_equal(wanted, 1);
    assert_int_equal(finishes, 0);
    await_discards(&gate, STUCK + 2);
    end(&jobs, &gate, STUCK + 2);
}

static void keep_cancelled(void *context)
{
    struct work *work = context;
    *work->finishes += work->cancelled ? 100 : 1;
}

static void test_cancelled_jobs_are_told(void **state)
{
    (void)state;
    struct gate gate;
    gate_init(&gate);
    int finishes = 0;
    struct jobs *jobs = jobs_create(1, NULL, NULL);
    start_held(jobs, &gate, JOB_COMPUTES, &finishes);
    struct job_request request = request_for(&gate, 'c', &finishes);
    request.finish = keep_cancelled;
    jobs_start(jobs, &request);
    jobs_cancel(jobs, owner_of(&gate, 'c'));
    open_gate(&gate, 1);
    drain(jobs, 2);
    assert_int_equal(finishes, 101);
    end(&jobs, &gate, 2);
}

// The pool ends while one job is stuck, one waits for it, and one was not told yet.
static void test_the_end_waits_for_nobody(void **state)
{
    (void)state;
    struct gate gate;
    gate_init(&gate);
    int finishes = 0;
    struct jobs *jobs = jobs_create(2, NULL, NULL);
    start_held(jobs, &gate, JOB_COMPUTES, &finishes);
    start(jobs, &gate, 'd', JOB_VISIBLE, &finishes);
    while (!jobs_wait(jobs, 1000))
        continue;
    start_held(jobs, &gate, JOB_COMPUTES, &finishes);
    start(jobs, &gate, 'q', JOB_VISIBLE, &finishes);
    jobs_destroy(&jobs, 1000000);
    assert_null(jobs);
    jobs_destroy(&jobs, 0);
    await_discards(&gate, 2);
    open_gate(&gate, 2);
    await_discards(&gate, 4);
    assert_int_equal(gate.runs, 3);
    assert_int_equal(finishes, 0);
    monitor_finish(&gate.monitor);
}

static void *open_later(void *context)
{
    struct gate *gate = context;
    await_entered(gate, 1);
    open_gate(gate, 3);
    return NULL;
}

static void test_what_must_end_is_waited_for(void **state)
{
    (void)state;
    struct gate gate;
    gate_init(&gate);
    int finishes = 0;
    pthread_t opener;
    struct jobs *jobs = jobs_create(1, NULL, NULL);
    assert_int_equal(pthread_create(&opener, NULL, open_later, &gate), 0);
    for (int i = 0; i < 3; i++) {
        struct job_request request = request_for(&gate, 'm', &finishes);
        ((struct work *)request.work)->held = true;
        request.must_end = true;
        jobs_start(jobs, &request);
    }
    jobs_destroy(&jobs, 1000000);
    assert_int_equal(gate.runs, 3);
    assert_int_equal(finishes, 0);
    await_discards(&gate, 3);
    pthread_join(opener, NULL);
    monitor_finish(&gate.monitor);
}

// One that must end is done although it is abandoned before it began, but nobody is told.
static void test_what_must_end_is_done_when_abandoned(void **state)
{
    (void)state;
    struct gate gate;
    gate_init(&gate);
    int finishes = 0;
    struct jobs *jobs = jobs_create(1, NULL, NULL);
    start_held(jobs, &gate, JOB_COMPUTES, &finishes);
    struct job_request request = request_for(&gate, 'm', &finishes);
    request.must_end = true;
    jobs_start(jobs, &request);
    jobs_abandon(jobs, request.owner);
    open_gate(&gate, 1);
    drain(jobs, 1);
    await_discards(&gate, 2);
    assert_string_equal(gate.order, "hm");
    assert_int_equal(jobs_drain(jobs), 0);
    assert_int_equal(finishes, 1);
    end(&jobs, &gate, 2);
}

// There are threads enough, but the owner's jobs run one after the other.
static void test_in_the_order_of_the_owner(void **state)
{
    (void)state;
    enum { COUNT = 30 };
    struct gate gate;
    gate_init(&gate);
    int finishes = 0;
    struct jobs *jobs = jobs_create(4, NULL, NULL);
    for (int i = 0; i < COUNT; i++) {
        struct job_request request = request_for(&gate, (char)('A' + i), &finishes);
        request.owner = &gate;
        request.in_order = true;
        ((struct work *)request.work)->held = i == 0;
        jobs_start(jobs, &request);
    }
    start(jobs, &gate, 'z', JOB_IDLE, &finishes);
    drain(jobs, 1); // another's, which need not wait
    await_entered(&gate, 2);
    assert_int_equal(gate.runs, 2);
    open_gate(&gate, 1);
    drain(jobs, COUNT);
    int last = 0;
    for (int i = 0; i < COUNT + 1; i++) {
        if (gate.order[i] == 'z')
            continue;
        assert_int_equal(gate.order[i], 'A' + last);
        last++;
    }
    assert_int_equal(last, COUNT);
    end(&jobs, &gate, COUNT + 1);
}

// Or not for ever; it goes on all the same.
static void test_what_must_end_may_be_stuck(void **state)
{
    (void)state;
    struct gate gate;
    gate_init(&gate);
    int finishes = 0;
    struct jobs *jobs = jobs_create(1, NULL, NULL);
    for (int i = 0; i < 2; i++) {
        struct job_request request = request_for(&gate, 'm', &finishes);
        ((struct work *)request.work)->held = true;
        request.must_end = true;
        jobs_start(jobs, &request);
    }
    await_entered(&gate, 1);
    jobs_destroy(&jobs, 1);
    open_gate(&gate, 2);
    await_discards(&gate, 2);
    assert_int_equal(gate.runs, 2);
    monitor_finish(&gate.monitor);
}

struct wakes {
    struct monitor monitor;
    int count;
};

static void count_wake(void *context)
{
    struct wakes *wakes = context;
    monitor_enter(&wakes->monitor);
    wakes->count++;
    monitor_leave(&wakes->monitor);
}

static void wake_twice(void *context, struct cancel *cancel)
{
    (void)cancel;
    const struct work *work = context;
    jobs_wake(work->jobs);
    jobs_wake(work->jobs);
}

static void test_wakes(void **state)
{
    (void)state;
    struct gate gate;
    struct wakes wakes = {0};
    gate_init(&gate);
    monitor_init(&wakes.monitor);
    int finishes = 0;
    struct jobs *jobs = jobs_create(1, count_wake, &wakes);
    struct job_request request = request_for(&gate, 'w', &finishes);
    ((struct work *)request.work)->jobs = jobs;
    request.run = wake_twice;
    jobs_start(jobs, &request);
    drain(jobs, 1);
    assert_int_equal(wakes.count, 3);
    assert_false(jobs_wait(jobs, 0));
    jobs_wake(jobs);
    assert_true(jobs_wait(jobs, 0));
    assert_false(jobs_wait(jobs, 0));
    end(&jobs, &gate, 1);
    assert_int_equal(wakes.count, 4);
    monitor_finish(&wakes.monitor);
}

// Many jobs that are started, raised, cancelled and abandoned in any order: each is freed once, and each that
// was not abandoned before it was told is told once.
static void test_in_any_order(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    struct gate gate;
    gate_init(&gate);
    int finishes[COUNT] = {0}, expected = 0, told = 0;
    bool given_up[COUNT] = {0};
    uint64_t seed = 1;
    struct jobs *jobs = jobs_create(4, NULL, NULL);
    for (int i = 0; i < COUNT; i++) {
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        const uint32_t choice = (uint32_t)(seed >> 32);
        const int other = (int)(choice % (uint32_t)(i + 1));
        struct job_request request = request_for(&gate, 'x', &finishes[i]);
        request.owner = &finishes[i];
        request.kind = (enum job_kind)(choice >> 30 & 1);
        request.priority = (enum job_priority)(i % JOB_PRIORITY_COUNT);
        jobs_start(jobs, &request);
        if (choice & 1 << 20)
            jobs_cancel(jobs, &finishes[other]);
        if (choice & 1 << 21)
            jobs_prioritise(jobs, &finishes[other], (enum job_priority)(choice >> 22 & 1));
        if (choice & 1 << 24) {
            jobs_abandon(jobs, &finishes[other]);
            given_up[other] |= finishes[other] == 0;
        }
        if (choice & 1 << 25)
            jobs_drain(jobs);
    }
    for (int i = 0; i < COUNT; i++)
        expected += !given_up[i];
    while (told < expected) {
        jobs_wait(jobs, 1000);
        jobs_drain(jobs);
        told = 0;
        for (int i = 0; i < COUNT; i++)
            told += finishes[i];
    }
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(finishes[i], !given_up[i]);
    end(&jobs, &gate, COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends_are_told_here),
        cmocka_unit_test(test_nobody_is_told),
        cmocka_unit_test(test_priorities),
        cmocka_unit_test(test_kinds_have_their_own_threads),
        cmocka_unit_test(test_abandoned_at_any_time),
        cmocka_unit_test(test_withdrawn_before_they_begin),
        cmocka_unit_test(test_threads_astray_are_bounded),
        cmocka_unit_test(test_cancelled_jobs_are_told),
        cmocka_unit_test(test_the_end_waits_for_nobody),
        cmocka_unit_test(test_what_must_end_is_waited_for),
        cmocka_unit_test(test_what_must_end_is_done_when_abandoned),
        cmocka_unit_test(test_what_must_end_may_be_stuck),
        cmocka_unit_test(test_in_the_order_of_the_owner),
        cmocka_unit_test(test_wakes),
        cmocka_unit_test(test_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
