// SPDX-License-Identifier: MIT
// Workers started, lent to one question at a time, and ended.
//
// fork() alone will not do: the program has threads and a connection to the graphics driver. So a program of
// its own is started, which is small and has libhdf5.
#include "formats/hdf5/hdf5_client.h"

#include "base/clock.h"
#include "base/companion.h"
#include "base/memory.h"
#include "base/text.h"
#include "formats/hdf5/hdf5_files.h"
#include "formats/hdf5/hdf5_program.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    MAX_WORKERS = 8,
    MAX_IDLE = 2, // without files of anybody
    MAX_WAIT_SECONDS = 120,
    WAIT_MS = 5,
    REAP_TRIES = 50,
    NOBODY = 0, // owner
};

struct worker {
    pid_t pid; // 0: none
    int socket;
    bool busy;
    int64_t owner; // whose files it may have open
    uint64_t used;
};

// The children of this process, which are the process's as its memory is: no caller could own those of all
// open files.
static struct workers {
    pthread_mutex_t lock;
    atomic_int_fast64_t numbers;
    // -- protected by lock --
    struct worker items[MAX_WORKERS];
    uint64_t clock;
} workers = {.lock = PTHREAD_MUTEX_INITIALIZER};

int64_t hdf5_client_number(void)
{
    return atomic_fetch_add(&workers.numbers, 1) + 1;
}

static void sleep_ms(int ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000L}, NULL);
}

// --- Starting ---

// A sanitizer that reports a fault starts a program of its own, which can wait for this one forever.
static bool is_passed_on(const char *variable)
{
#ifdef FOVEA_SANITIZED
    return strncmp(variable, "FOVEA_", 6) == 0 || strncmp(variable, "HDF5_", 5) == 0;
#else
    (void)variable;
    return true;
#endif
}

static char **worker_environment(void)
{
    static const char *const own[] = {
        HDF5_WORKER_VARIABLE "=1",
#ifdef FOVEA_SANITIZED
        "ASAN_OPTIONS=symbolize=0:max_allocation_size_mb=2000:detect_leaks=0",
        "UBSAN_OPTIONS=symbolize=0",
#endif
    };
    const size_t own_count = sizeof own / sizeof *own;
    size_t count = 0;
    for (char **variable = environ; *variable; variable++)
        count++;
    char **all = must_alloc((count + own_count + 1) * sizeof *all);
    for (count = 0; count < own_count; count++)
        all[count] = (char *)(uintptr_t)own[count];
    for (char **variable = environ; *variable; variable++)
        if (is_passed_on(*variable))
            all[count++] = *variable;
    return all;
}

static bool spawn(int socket, pid_t *pid)
{
    char *program = hdf5_program_find();
    if (!program)
        return false;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, standard;
    sigemptyset(&none);
    sigfillset(&standard);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, socket, HDF5_WORKER_SOCKET);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
#ifndef FOVEA_SANITIZED // whose reports are wanted
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
#endif
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &standard);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    char version[] = FOVEA_VERSION;
    char *const arguments[] = {program, version, NULL};
    char **environment = worker_environment();
    const int code = posix_spawn(pid, program, &actions, &attributes, arguments, environment);
    free(environment);
    free(program);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return code == 0;
}

static bool start(struct worker *worker)
{
    int sockets[2];
    pid_t pid;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
        return false;
    const bool good = spawn(sockets[1], &pid);
    close(sockets[1]);
    if (!good) {
        close(sockets[0]);
        return false;
    }
    pthread_mutex_lock(&workers.lock);
    worker->socket = sockets[0];
    worker->pid = pid;
    pthread_mutex_unlock(&workers.lock);
    return true;
}

// --- Ending ---

// What became of a process.
enum fate { FATE_LIVED, FATE_CRASHED, FATE_WAS_ENDED, FATE_UNCONFINED, FATE_OTHER_VERSION };

static enum fate fate_of(int code)
{
    const int exited = WIFEXITED(code) ? WEXITSTATUS(code) : 0;
    if (exited == HDF5_WORKER_UNCONFINED)
        return FATE_UNCONFINED;
    if (exited == HDF5_WORKER_OTHER_VERSION || exited == HDF5_WORKER_USAGE)
        return FATE_OTHER_VERSION;
    const int number = WIFSIGNALED(code) ? WTERMSIG(code) : 0;
    return number == SIGKILL || number == SIGTERM ? FATE_WAS_ENDED : FATE_CRASHED;
}

// Ends the process. What it had come to before: one that closes its side is dying.
static enum fate end(struct worker *worker, bool dying)
{
    int code = 0;
    bool reaped = false;
    int killed_at = dying ? REAP_TRIES / 2 : 0;
    for (int i = 0; i < REAP_TRIES && !(reaped = waitpid(worker->pid, &code, WNOHANG) != 0); i++) {
        if (i == killed_at)
            kill(worker->pid, SIGKILL);
        killed_at = i == killed_at ? -1 : killed_at;
        sleep_ms(1);
    }
    // Storage that hangs keeps even a killed process, which is not waited for then.
    const enum fate fate = !dying            ? FATE_LIVED
                           : killed_at == -1 ? FATE_CRASHED // it talked nonsense
                           : reaped          ? fate_of(code)
                                             : FATE_CRASHED;
    close(worker->socket);
    worker->pid = 0;
    worker->owner = NOBODY;
    return fate;
}

// --- Lending ---

static bool has_died(const struct worker *worker)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)worker->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0;
}

// How fit a worker is for the owner's question; 0: not at all.
static int fitness(const struct worker *worker, int64_t owner)
{
    enum { TAKEN_AWAY = 1, FRESH, FREE, OWN };
    if (worker->busy)
        return 0;
    if (worker->pid == 0)
        return FRESH;
    return worker->owner == owner ? OWN : worker->owner == NOBODY ? FREE : TAKEN_AWAY;
}

static struct worker *lend_now(int64_t owner)
{
    struct worker *best = NULL;
    pthread_mutex_lock(&workers.lock);
    for (int i = 0; i < MAX_WORKERS; i++) {
        struct worker *worker = &workers.items[i];
        if (worker->pid != 0 && !worker->busy && has_died(worker))
            end(worker, true);
        const int fit = fitness(worker, owner), other = best ? fitness(best, owner) : 0;
        if (fit > other || (best && fit == other && worker->used < best->used))
            best = worker;
    }
    if (best) {
        best->busy = true;
        best->owner = owner;
        best->used = ++workers.clock;
    }
    pthread_mutex_unlock(&workers.lock);
    return best;
}

static void give_back(struct worker *worker)
{
    pthread_mutex_lock(&workers.lock);
    worker->busy = false;
    pthread_mutex_unlock(&workers.lock);
}

// A worker for the owner alone, started where none is there; NULL where there can be none, or after a cancel.
static struct worker *lend(int64_t owner, struct cancel *cancel)
{
    struct worker *worker;
    while (!(worker = lend_now(owner)) && !cancel_requested(cancel))
        sleep_ms(WAIT_MS);
    if (!worker || worker->pid != 0 || start(worker))
        return worker;
    worker->owner = NOBODY;
    give_back(worker);
    return NULL;
}

static bool forget_files(struct worker *worker)
{
    struct hdf5_patience none = {0};
    const struct message_out nothing = {0};
    worker->owner = NOBODY;
    return hdf5_link_send(worker->socket, HDF5_FORGET, &nothing, HDF5_NO_FD, &none);
}

void hdf5_client_leave(int64_t number)
{
    pthread_mutex_lock(&workers.lock);
    int idle = 0;
    for (int i = 0; i < MAX_WORKERS; i++) {
        struct worker *worker = &workers.items[i];
        if (worker->pid == 0 || worker->busy)
            continue;
        bool good = true;
        if (worker->owner == number)
            good = forget_files(worker);
        idle += worker->owner == NOBODY;
        if (!good || idle > MAX_IDLE)
            end(worker, false);
    }
    pthread_mutex_unlock(&workers.lock);
}

static void end_those_of(int64_t owner, bool all)
{
    pthread_mutex_lock(&workers.lock);
    for (int i = 0; i < MAX_WORKERS; i++) {
        struct worker *worker = &workers.items[i];
        if (worker->pid != 0 && !worker->busy && (all || worker->owner == owner))
            end(worker, false);
    }
    pthread_mutex_unlock(&workers.lock);
}

void hdf5_client_end(void *context)
{
    end_those_of(*(const int64_t *)context, false);
}

void hdf5_client_end_idle(void)
{
    end_those_of(NOBODY, true);
}

int hdf5_client_list(pid_t *pids, int most)
{
    int count = 0;
    pthread_mutex_lock(&workers.lock);
    for (int i = 0; i < MAX_WORKERS && count < most; i++)
        if (workers.items[i].pid != 0)
            pids[count++] = workers.items[i].pid;
    pthread_mutex_unlock(&workers.lock);
    return count;
}

// --- What the worker wants ---

// A question that is being answered.
struct talk {
    struct worker *worker;
    const struct hdf5_question *question;
    struct hdf5_files *files;
    struct hdf5_patience patience;
};

struct wish {
    enum hdf5_want what;
    int64_t number;
    char *first, *second; // "" where there is none
};

static int give_file(struct talk *talk, const char *name, struct message_out *out)
{
    struct blob *blob = NULL;
    struct error error = {0};
    int fd = HDF5_NO_FD;
    enum status status = hdf5_files_open(talk->files, name, &blob, &error);
    if (status == STATUS_OK)
        status = blob_hand_over(blob, &fd, &error);
    message_put(out, status);
    message_put_text(out, error.text);
    message_put(out, blob ? blob_size(blob) : 0);
    blob_release(&blob);
    return fd;
}

static void give_piece(const struct hdf5_supply *supply, int64_t index, struct message_out *out)
{
    const bool there = supply && index < supply->count;
    uint8_t *piece = there ? malloc(supply->bytes) : NULL;
    message_put(out, piece ? STATUS_OK : STATUS_NO_MEMORY);
    message_put_text(out, "");
    if (piece) {
        supply->fill(supply->context, index, piece);
        message_put_bytes(out, piece, supply->bytes);
    }
    free(piece);
}

static void give_companion(const char *path, const char *name, struct message_out *out)
{
    struct error error = {0};
    char *found = NULL;
    message_put(out, companion_find(path, name, &found, &error));
    message_put_text(out, error.text);
    free(found);
}

static void give_name(const struct wish *wish, struct message_out *out)
{
    char *path = wish->what == HDF5_WANT_RESOLVE ? hdf5_resolve(wish->first, wish->second) : NULL;
    message_put(out, path || hdf5_path_exists(wish->first) ? STATUS_OK : STATUS_IO);
    message_put_text(out, path ? path : "");
    free(path);
}

static bool give(struct talk *talk, const struct wish *wish)
{
    struct message_out out = {0};
    int fd = HDF5_NO_FD;
    if (wish->what == HDF5_WANT_FILE) {
        fd = give_file(talk, wish->first, &out);
    } else if (wish->what == HDF5_WANT_PIECE) {
        give_piece(talk->question->supply, wish->number, &out);
    } else if (wish->what == HDF5_WANT_COMPANION) {
        give_companion(wish->first, wish->second, &out);
    } else if (wish->what == HDF5_WANT_DRAFT) {
        const int draft = hdf5_files_draft(talk->files, wish->first);
        fd = draft < 0 ? HDF5_NO_FD : fcntl(draft, F_DUPFD_CLOEXEC, 0);
        message_put(&out, fd < 0 ? STATUS_IO : STATUS_OK);
        message_put_text(&out, "");
    } else {
        give_name(wish, &out);
    }
    const bool sent = hdf5_link_send(talk->worker->socket, HDF5_GIVEN, &out, fd, &talk->patience);
    if (fd >= 0)
        close(fd);
    message_out_free(&out);
    return sent;
}

// Reads the wish of a message and fulfils it.
static bool fulfil(struct talk *talk, const struct message_out *message)
{
    struct message_in in = {.at = message->bytes, .left = message->count};
    struct wish wish = {.what = (enum hdf5_want)message_get(&in, 0, HDF5_WANT_COUNT - 1)};
    wish.number = message_get(&in, 0, INT64_MAX);
    wish.first = message_get_name(&in);
    wish.second = message_get_name(&in);
    const bool good = !in.bad && give(talk, &wish);
    free(wish.first);
    free(wish.second);
    return good;
}

// --- Asking ---

static bool exchange(struct talk *talk, int64_t owner, struct hdf5_answer *answer)
{
    const struct hdf5_errand errand = {.owner = owner, .memory = memory_allowed()};
    struct message_out out = {0};
    enum hdf5_kind kind = HDF5_WANT;
    hdf5_question_put(&out, talk->question, &errand);
    bool good = hdf5_link_send(talk->worker->socket, HDF5_QUESTION, &out, HDF5_NO_FD, &talk->patience);
    message_out_free(&out);
    while (good && kind == HDF5_WANT) {
        if (answer->fd >= 0) // nothing that is wanted brings one
            close(answer->fd);
        good = hdf5_link_receive(talk->worker->socket, &kind, &answer->buffer, &answer->fd, &talk->patience);
        if (good && kind == HDF5_WANT)
            good = fulfil(talk, &answer->buffer);
    }
    return good && kind == HDF5_ANSWER;
}

// The status and sentence in front of an answer.
static enum status answer_status(struct hdf5_answer *answer, struct error *error)
{
    answer->facts = (struct message_in){.at = answer->buffer.bytes, .left = answer->buffer.count};
    const enum status status = (enum status)message_get(&answer->facts, 0, STATUS_COUNT - 1);
    char *sentence = message_get_name(&answer->facts);
    struct text clean = {0};
    text_safe(&clean, sentence, strlen(sentence));
    if (status != STATUS_OK)
        error_set(error, status, "%s", text_string(&clean));
    text_free(&clean);
    free(sentence);
    return status;
}

static enum status explain(const char *path, enum fate fate, struct error *error)
{
    if (fate == FATE_WAS_ENDED)
        return error_set(error, STATUS_IO,
                         "%s: the process that reads HDF5 files was ended from outside; try again", path);
    if (fate == FATE_OTHER_VERSION)
        return error_set(
            error, STATUS_IO,
            "%s: the program %s, which reads HDF5 files, is of another version than this one; start Fovea again, or install it again",
            path, hdf5_program_name);
    if (fate == FATE_UNCONFINED)
        return error_set(
            error, STATUS_IO,
            "%s: this system cannot confine the process that reads HDF5 files (seccomp), so none is read",
            path);
    if (fate == FATE_LIVED)
        return error_set(error, STATUS_IO,
                         "%s: its reading has not ended after %d seconds; is its disk there? try again", path,
                         MAX_WAIT_SECONDS);
    return error_set(error, STATUS_BROKEN, "%s: is damaged in a way that libhdf5 does not survive", path);
}

// Why there is no worker.
static enum status explain_none(const char *path, struct error *error)
{
    char *program = hdf5_program_find();
    const bool there = program != NULL;
    free(program);
    if (there)
        return error_set(error, STATUS_IO, "%s: no process can be started to read HDF5", path);
    return error_set(
        error, STATUS_IO,
        "%s: the program %s, which reads HDF5 files, is missing; it belongs beside this program or into %s, install Fovea again",
        path, hdf5_program_name, hdf5_program_folder);
}

enum status hdf5_client_ask(void *context, const struct hdf5_question *question, struct hdf5_files *files,
                            struct hdf5_answer *answer, struct error *error)
{
    const int64_t owner = *(const int64_t *)context;
    struct talk talk = {.question = question, .files = files};
    *answer = (struct hdf5_answer){.fd = HDF5_NO_FD};
    talk.worker = lend(owner, question->cancel);
    talk.patience = (struct hdf5_patience){
        .cancel = question->cancel, .until_ns = clock_now_ns() + MAX_WAIT_SECONDS * INT64_C(1000000000)};
    const bool good = talk.worker && exchange(&talk, owner, answer);
    enum fate fate = FATE_LIVED;
    if (talk.worker && !good) {
        pthread_mutex_lock(&workers.lock);
        fate = end(talk.worker, !talk.patience.ending && clock_now_ns() < talk.patience.until_ns);
        pthread_mutex_unlock(&workers.lock);
    }
    if (talk.worker)
        give_back(talk.worker);
    if (cancel_requested(question->cancel))
        return error_set(error, STATUS_CANCELLED, "%s: reading was cancelled", question->path);
    if (!talk.worker)
        return explain_none(question->path, error);
    return good ? answer_status(answer, error) : explain(question->path, fate, error);
}
