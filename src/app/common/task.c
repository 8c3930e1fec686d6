// SPDX-License-Identifier: MIT
// A thread that waits for signals and writes the progress.
#include "app/common/task.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

// A signal that comes so soon after the first is the same request, to the process and to its group.
enum { REWRITE_MS = 200, TWICE_MS = 500, GRACE_MS = 2000, UNKNOWN = -1 };

struct task {
    const char *name;
    int terminal; // -1 = none
    int after_ms;
    int64_t begun_ns;
    struct cancel cancel;
    atomic_int permille; // done; UNKNOWN before anything is known
    atomic_int signal;   // that came first; 0 = none
    sigset_t before;     // the signals blocked before
    int signals, end;    // descriptors: of signals that came, of the end
    pthread_t thread;
    bool running;
    // -- of the thread --
    int64_t signal_ns;
    bool written; // there is a line on the terminal
};

// --- the line ---

static void put(const struct task *task, const char *text)
{
    // A terminal that takes nothing is no reason to stop.
    if (write(task->terminal, text, strlen(text)) < 0)
        return;
}

static void erase_line(struct task *task)
{
    if (task->written)
        put(task, "\r\033[K");
    task->written = false;
}

static void write_line(struct task *task, int64_t now)
{
    const int64_t age_ms = (now - task->begun_ns) / 1000000;
    const int permille = atomic_load(&task->permille);
    char line[96];
    if (task->terminal < 0 || age_ms < task->after_ms)
        return;
    if (permille == UNKNOWN)
        snprintf(line, sizeof line, "\rfovea %s: working, %lld s (Ctrl+C ends it)\033[K", task->name,
                 (long long)(age_ms / 1000));
    else
        snprintf(line, sizeof line, "\rfovea %s: %d %%, %lld s (Ctrl+C ends it)\033[K", task->name,
                 permille / 10, (long long)(age_ms / 1000));
    put(task, line);
    task->written = true;
}

// --- the thread ---

static void leave_at_once(struct task *task)
{
    erase_line(task);
    file_drafts_remove();
    _exit(128 + atomic_load(&task->signal));
}

static void take_signal(struct task *task, int64_t now)
{
    struct signalfd_siginfo info;
    if (read(task->signals, &info, sizeof info) != (ssize_t)sizeof info)
        return;
    if (atomic_load(&task->signal)) {
        if (now - task->signal_ns > (int64_t)TWICE_MS * 1000000)
            leave_at_once(task);
        return;
    }
    atomic_store(&task->signal, (int)info.ssi_signo);
    task->signal_ns = now;
    cancel_request(&task->cancel);
}

static void *watch(void *argument)
{
    struct task *task = argument;
    struct pollfd waited[2] = {{.fd = task->signals, .events = POLLIN}, {.fd = task->end, .events = POLLIN}};
    for (;;) {
        poll(waited, 2, REWRITE_MS);
        const int64_t now = clock_now_ns();
        if (waited[1].revents)
            break;
        if (waited[0].revents)
            take_signal(task, now);
        if (atomic_load(&task->signal) && now - task->signal_ns > (int64_t)GRACE_MS * 1000000)
            leave_at_once(task);
        write_line(task, now);
    }
    erase_line(task);
    return NULL;
}

// --- the task ---

struct task *task_begin(const char *name, int terminal, int after_ms)
{
    struct task *task = must_alloc(sizeof *task);
    sigset_t signals;
    task->name = name;
    task->terminal = isatty(terminal) ? terminal : -1;
    task->after_ms = after_ms;
    task->begun_ns = clock_now_ns();
    atomic_store(&task->permille, UNKNOWN);
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, &task->before);
    task->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    task->end = eventfd(0, EFD_CLOEXEC);
    task->running =
        task->signals >= 0 && task->end >= 0 && pthread_create(&task->thread, NULL, watch, task) == 0;
    if (!task->running) // the signals end the process, as ever
        pthread_sigmask(SIG_SETMASK, &task->before, NULL);
    return task;
}

void task_progress(struct task *task, double share)
{
    if (task)
        atomic_store(&task->permille, (int)(1000 * share));
}

struct cancel *task_cancel(struct task *task)
{
    return task ? &task->cancel : NULL;
}

enum status task_stopped(struct task *task, struct error *error)
{
    if (!task || !cancel_requested(&task->cancel))
        return STATUS_OK;
    return error_set(error, STATUS_CANCELLED, "%s was stopped", task->name);
}

int task_end(struct task **address, enum status status)
{
    struct task *task = *address;
    const uint64_t one = 1;
    *address = NULL;
    if (task->running && write(task->end, &one, sizeof one) == (ssize_t)sizeof one)
        pthread_join(task->thread, NULL);
    const int signal = atomic_load(&task->signal);
    if (task->signals >= 0)
        close(task->signals);
    if (task->end >= 0)
        close(task->end);
    // One that came after the last look does as ever.
    pthread_sigmask(SIG_SETMASK, &task->before, NULL);
    free(task);
    return status && signal ? 128 + signal : status_exit_code(status);
}
