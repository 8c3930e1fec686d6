// SPDX-License-Identifier: MIT
// The guard's process: this very program, started with a word that no user gives.
//
// fork() alone will not do: the program has threads and a connection to the graphics driver. So the
// executable is started anew and turns off before its main(), in a function that runs when the program is
// loaded.
#include "formats/hdf5/hdf5_guard.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    GUARD_SOCKET = 0, // the descriptor in the guard's process
    MAX_CPU_SECONDS = 3,
    MAX_WAIT_SECONDS = 120,
    MAX_TEXT_BYTES = 1 << 20,
    PACKED_PIXELS_A_SECOND = 5 * 1000 * 1000, // at the slowest
    SLICE_MS = 20,                            // between two looks whether the answer is still wanted
    REAP_TRIES = 50,
    GUARD_VARIABLES = 16, // of the environment, in builds with sanitizers
};
static const int64_t max_memory_bytes = (int64_t)8 << 30;

static const char guard_word[] = "--guard-of-hdf5-files";
#ifdef FOVEA_SANITIZED
static const char guard_variable[] = "IN_GUARD_OF_HDF5_FILES";
#endif

// The question as it is sent; the two texts follow, each with its NUL.
struct message {
    struct hdf5_question question;
    size_t path_bytes, name_bytes;
};

struct answer_head {
    enum status status;
    size_t bytes;
};

static bool send_all(int socket, const void *bytes, size_t count)
{
    for (const char *at = bytes; count > 0;) {
        const ssize_t sent = send(socket, at, count, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        at += sent;
        count -= (size_t)sent;
    }
    return true;
}

static bool receive_all(int socket, void *bytes, size_t count)
{
    for (char *at = bytes; count > 0;) {
        const ssize_t got = recv(socket, at, count, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        count -= (size_t)got;
    }
    return true;
}

// --- In the guard's process ---

static void set_limits(void)
{
    close_range(STDERR_FILENO + 1, ~0u, 0); // what some library of the program has left open
    prctl(PR_SET_PDEATHSIG, SIGKILL);       // not to outlive the thread that waits for it
    signal(SIGXFSZ, SIG_IGN);               // a file that may not grow is an error of writing
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
#ifndef FOVEA_SANITIZED // sanitizers reserve more address space than that
    const rlim_t memory = (rlim_t)max_memory_bytes;
    setrlimit(RLIMIT_AS, &(struct rlimit){memory, memory});
#else
    (void)max_memory_bytes;
#endif
}

// From now on the process ends when it has computed for so long.
static void limit_time(const struct hdf5_question *question)
{
    const bool packs = question->task == HDF5_TASK_MASK;
    const int64_t more = packs ? question->width * question->height / PACKED_PIXELS_A_SECOND : 0;
    setitimer(ITIMER_PROF, &(struct itimerval){.it_value.tv_sec = MAX_CPU_SECONDS + more}, NULL);
}

// What may be written: nothing, or the draft of a mask, with what was in the file before. This is for good: a
// limit that was lowered cannot be raised.
static void limit_files(const struct hdf5_question *question)
{
    const int64_t slack = 64 << 20;
    struct stat draft;
    int64_t rows, most = 0;
    if (question->task == HDF5_TASK_MASK && stat(question->path, &draft) == 0 &&
        !__builtin_mul_overflow(question->width * 2 * (int64_t)sizeof(uint32_t), question->height, &rows) &&
        !__builtin_add_overflow(draft.st_size + slack, rows, &most))
        most = most > 0 ? most : 0;
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){(rlim_t)most, (rlim_t)most});
}

bool hdf5_guard_receive(void *piece, size_t bytes)
{
    return receive_all(GUARD_SOCKET, piece, bytes);
}

// The answer as it is sent; its text follows. One that is too long ends with a line.
static bool send_answer(const struct hdf5_answer *answer)
{
    struct answer_head head = {.status = answer->status, .bytes = answer->text.length};
    if (head.bytes > HDF5_GUARD_MAX_ANSWER)
        head.bytes = HDF5_GUARD_MAX_ANSWER;
    while (head.bytes < answer->text.length && head.bytes > 0 && answer->text.data[head.bytes - 1] != '\n')
        head.bytes--;
    return send_all(GUARD_SOCKET, &head, sizeof head) &&
           send_all(GUARD_SOCKET, text_string(&answer->text), head.bytes);
}

static bool answer_one(void)
{
    struct message message;
    if (!receive_all(GUARD_SOCKET, &message, sizeof message) || message.path_bytes > MAX_TEXT_BYTES ||
        message.name_bytes > MAX_TEXT_BYTES)
        return false;
    char *path = must_alloc(message.path_bytes + 1), *name = must_alloc(message.name_bytes + 1);
    const bool whole = receive_all(GUARD_SOCKET, path, message.path_bytes) &&
                       receive_all(GUARD_SOCKET, name, message.name_bytes);
    struct hdf5_answer answer = {0};
    if (whole) {
        message.question.path = path;
        message.question.name = name;
        limit_time(&message.question);
        limit_files(&message.question);
        hdf5_task_run(&message.question, &answer);
    }
    free(path);
    free(name);
    const bool sent = whole && send_answer(&answer);
    text_free(&answer.text);
    return sent;
}

// Undefined behaviour in our own code must not look like a crash of libhdf5, which tests expect of damaged
// files: it ends the program too. AddressSanitizer also sees libhdf5 overrun memory by functions of the C
// library, so what that finds is only reported.
#ifdef FOVEA_SANITIZED
void __ubsan_on_report(void);
__attribute__((visibility("default"))) void __ubsan_on_report(void)
{
    if (!getenv(guard_variable))
        return;
    prctl(PR_SET_PDEATHSIG, 0); // the report is still to be written
    kill(getppid(), SIGABRT);
}
#endif

// Runs when the program is loaded.
__attribute__((constructor)) static void guard_start(int argc, char **argv)
{
    if (argc != 2 || strcmp(argv[1], guard_word) != 0)
        return;
    set_limits();
    while (answer_one())
        ;
    _exit(0);
}

// --- In the program ---

// A sanitizer that reports a fault starts a program of its own, which can wait for this one forever.
static char **guard_environment(char *room[GUARD_VARIABLES])
{
#ifdef FOVEA_SANITIZED
    static char options[] = "ASAN_OPTIONS=symbolize=0:max_allocation_size_mb=2000:detect_leaks=0";
    static char undefined[] = "UBSAN_OPTIONS=symbolize=0", guard[] = "IN_GUARD_OF_HDF5_FILES=1";
    int count = 0;
    room[count++] = options;
    room[count++] = undefined;
    room[count++] = guard;
    for (char **variable = environ; *variable && count + 1 < GUARD_VARIABLES; variable++)
        if (strncmp(*variable, "FOVEA_", 6) == 0 || strncmp(*variable, "HDF5_", 5) == 0)
            room[count++] = *variable;
    room[count] = NULL;
    return room;
#else
    (void)room;
    return environ;
#endif
}

static bool spawn(struct hdf5_guard *guard)
{
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
        return false;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, standard;
    sigemptyset(&none);
    sigfillset(&standard);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, sockets[1], GUARD_SOCKET);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
#ifndef FOVEA_SANITIZED // whose reports are wanted
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
#endif
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &standard);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    char program[] = "fovea", word[sizeof guard_word];
    memcpy(word, guard_word, sizeof word);
    char *const arguments[] = {program, word, NULL};
    char *room[GUARD_VARIABLES];
    pid_t pid;
    const int code =
        posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, arguments, guard_environment(room));
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    close(sockets[1]);
    if (code != 0) {
        close(sockets[0]);
        return false;
    }
    // Storage that does not answer stops the process without computing.
    const struct timeval wait = {.tv_sec = MAX_WAIT_SECONDS};
    setsockopt(sockets[0], SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    *guard = (struct hdf5_guard){.pid = pid, .socket = sockets[0]};
    return true;
}

void hdf5_guard_end(struct hdf5_guard *guard)
{
    if (guard->pid == 0)
        return;
    close(guard->socket);
    kill(guard->pid, SIGKILL); // it may hang
    // Storage that hangs keeps even a killed process, which is not waited for then.
    for (int i = 0; i < REAP_TRIES && waitpid(guard->pid, NULL, WNOHANG) == 0; i++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    *guard = (struct hdf5_guard){0};
}

// A file without a name has the same descriptor's path for the guard, but of this process.
static char *path_for_guard(const char *path)
{
    static const char own[] = "/proc/self/";
    struct text out = {0};
    if (strncmp(path, own, sizeof own - 1) == 0)
        text_printf(&out, "/proc/%ld/%s", (long)getpid(), path + sizeof own - 1);
    else
        text_append(&out, path);
    return out.data ? out.data : must_copy("");
}

// Waits until the guard has read or written (POLLOUT, POLLIN); false if it does not, or after a cancel.
static bool await_guard(int socket, short events, struct cancel *cancel)
{
    struct pollfd guard = {.fd = socket, .events = events};
    for (int64_t waited = 0; waited < (int64_t)MAX_WAIT_SECONDS * 1000; waited += SLICE_MS) {
        if (cancel_requested(cancel))
            return false;
        if (poll(&guard, 1, SLICE_MS) != 0)
            return true;
    }
    return false;
}

// Sends all of it, unless that is cancelled: a guard that hangs takes nothing.
static bool send_heeding(int socket, const void *bytes, size_t count, struct cancel *cancel)
{
    for (const char *at = bytes; count > 0;) {
        const ssize_t sent = send(socket, at, count, MSG_NOSIGNAL | MSG_DONTWAIT);
        const bool full = sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
        if (full && !await_guard(socket, POLLOUT, cancel))
            return false;
        if (full || (sent < 0 && errno == EINTR))
            continue;
        if (sent <= 0)
            return false;
        at += sent;
        count -= (size_t)sent;
    }
    return !cancel_requested(cancel);
}

static bool send_supply(int socket, const struct hdf5_supply *supply, struct cancel *cancel)
{
    uint8_t *piece = supply ? malloc(supply->bytes) : NULL;
    bool good = !supply || piece;
    for (int64_t i = 0; supply && i < supply->count && good; i++) {
        supply->fill(supply->context, i, piece);
        good = send_heeding(socket, piece, supply->bytes, cancel);
    }
    free(piece);
    return good;
}

// What comes from the guard may be the work of the file: lengths are checked, and the text is a text.
static bool receive_answer(int socket, struct hdf5_answer *answer)
{
    struct answer_head head;
    if (!receive_all(socket, &head, sizeof head) || head.bytes > HDF5_GUARD_MAX_ANSWER ||
        (int)head.status < 0 || head.status >= STATUS_COUNT)
        return false;
    char *bytes = must_alloc(head.bytes + 1);
    const bool good = receive_all(socket, bytes, head.bytes) && !memchr(bytes, '\0', head.bytes);
    if (good && answer) {
        answer->given = true;
        answer->status = head.status;
        utf8_append(&answer->text, bytes, head.bytes);
    }
    free(bytes);
    return good;
}

static bool ask(const struct hdf5_guard *guard, const struct hdf5_question *question,
                struct hdf5_answer *answer)
{
    char *path = path_for_guard(question->path);
    struct message message = {
        .question = *question, .path_bytes = strlen(path), .name_bytes = strlen(question->name)};
    message.question.path = message.question.name = NULL;
    message.question.supply = NULL;
    message.question.cancel = NULL;
    struct cancel *cancel = question->cancel;
    const bool answered = send_heeding(guard->socket, &message, sizeof message, cancel) &&
                          send_heeding(guard->socket, path, message.path_bytes, cancel) &&
                          send_heeding(guard->socket, question->name, message.name_bytes, cancel) &&
                          send_supply(guard->socket, question->supply, cancel) &&
                          await_guard(guard->socket, POLLIN, cancel) && receive_answer(guard->socket, answer);
    free(path);
    return answered;
}

enum status hdf5_guard_ask(struct hdf5_guard *guard, const struct hdf5_question *question,
                           struct hdf5_answer *answer, struct error *error)
{
    if ((guard->pid == 0 && !spawn(guard)) || ask(guard, question, answer))
        return STATUS_OK;
    hdf5_guard_end(guard);
    if (cancel_requested(question->cancel))
        return error_set(error, STATUS_CANCELLED, "%s: reading was cancelled", question->path);
    return error_set(error, STATUS_BROKEN, "%s: is damaged in a way that libhdf5 does not survive",
                     question->path);
}
