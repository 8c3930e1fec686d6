// SPDX-License-Identifier: MIT
// The worker: a program that confines itself, and then answers the viewer's questions until nobody asks.
#include "base/memory.h"
#include "base/text.h"
#include "formats/hdf5/hdf5_client.h"
#include "formats/hdf5_library/hdf5_open.h"
#include "formats/hdf5_library/hdf5_wish.h"
#include "formats/hdf5_worker/hdf5_confine.h"
#include "formats/hdf5_worker/hdf5_tasks.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

enum {
    MAX_CPU_SECONDS = 3,
    PACKED_PIXELS_A_SECOND = 5 * 1000 * 1000, // at the slowest
};

// From now on the process ends when it has computed for so long.
static void limit_time(const struct hdf5_question *question)
{
    const struct hdf5_box *box = &question->box;
    const bool packs = question->task == HDF5_TASK_MASK;
    const int64_t more = packs ? box->width * box->height / PACKED_PIXELS_A_SECOND : 0;
    setitimer(ITIMER_PROF, &(struct itimerval){.it_value.tv_sec = MAX_CPU_SECONDS + more}, NULL);
}

static void rest(void)
{
    setitimer(ITIMER_PROF, &(struct itimerval){0}, NULL);
}

// What may be written of the draft of a mask: what was in it before, and the mask. This is for good: a limit
// that was lowered cannot be raised, so the viewer ends a worker that has written.
static void limit_draft(const struct hdf5_question *question)
{
    const int64_t slack = 64 << 20;
    const struct hdf5_box *box = &question->box;
    const int draft = hdf5_wish_draft(question->path);
    struct stat info;
    int64_t rows, most = 0;
    if (draft >= 0 && fstat(draft, &info) == 0 &&
        !__builtin_mul_overflow(box->width, 2 * (int64_t)sizeof(uint32_t), &rows) &&
        !__builtin_mul_overflow(rows, box->height, &rows) &&
        !__builtin_add_overflow(info.st_size + slack, rows, &most))
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){(rlim_t)most, (rlim_t)most});
    if (draft >= 0)
        close(draft);
}

static bool send_reply(const struct hdf5_reply *reply)
{
    struct message_out out = {0};
    message_put(&out, reply->status);
    message_put_text(&out, reply->error.text);
    if (reply->status == STATUS_OK)
        message_put_bytes(&out, reply->facts.bytes, reply->facts.count);
    const int fd = reply->status == STATUS_OK ? reply->fd : HDF5_NO_FD;
    const bool sent = hdf5_link_send(HDF5_WORKER_SOCKET, HDF5_ANSWER, &out, fd, NULL);
    message_out_free(&out);
    return sent;
}

// Whose files are open.
struct desk {
    int64_t owner;
    struct hdf5_kept *kept; // NULL: none
};

static void desk_clear(struct desk *desk)
{
    hdf5_quiet();
    hdf5_kept_destroy(desk->kept);
    *desk = (struct desk){0};
}

static bool answer_question(struct desk *desk, const struct message_out *message)
{
    struct message_in in = {.at = message->bytes, .left = message->count};
    struct hdf5_question question;
    struct hdf5_errand errand;
    struct hdf5_reply reply = {.fd = HDF5_NO_FD};
    if (!hdf5_question_get(&in, &question, &errand))
        return false;
    if (desk->owner != errand.owner)
        desk_clear(desk);
    desk->owner = errand.owner;
    desk->kept = desk->kept ? desk->kept : hdf5_kept_create();
    memory_allow(errand.memory);
    limit_time(&question);
    if (question.task == HDF5_TASK_MASK)
        limit_draft(&question);
    hdf5_task_run(&question, desk->kept, &reply);
    rest();
    const bool sent = send_reply(&reply);
    if (reply.fd >= 0)
        close(reply.fd);
    message_out_free(&reply.facts);
    hdf5_question_free(&question);
    return sent;
}

static bool serve(struct desk *desk)
{
    struct message_out message = {0};
    enum hdf5_kind kind;
    int fd;
    bool good = hdf5_link_receive(HDF5_WORKER_SOCKET, &kind, &message, &fd, NULL);
    if (good && fd >= 0)
        close(fd);
    if (good && kind == HDF5_FORGET)
        desk_clear(desk);
    else
        good = good && kind == HDF5_QUESTION && answer_question(desk, &message);
    message_out_free(&message);
    return good;
}

// Undefined behaviour in our own code must not look like a crash of libhdf5, which tests expect of damaged
// files: it ends the program too. AddressSanitizer also sees libhdf5 overrun memory by functions of the C
// library, so what that finds is only reported.
#ifdef FOVEA_SANITIZED
void __ubsan_on_report(void);
__attribute__((visibility("default"))) void __ubsan_on_report(void)
{
    if (getenv(HDF5_WORKER_VARIABLE))
        kill(getppid(), SIGABRT);
}
#endif

// The process ends at once: libhdf5 would close what is open, and of a damaged file it may crash there.
// Variables that lead libhdf5 to other files than those that a file names are not looked at, so that the same
// file is the same for everybody.
int main(int argc, char **argv)
{
    static const char *const prefixes[] = {"HDF5_EXT_PREFIX", "HDF5_VDS_PREFIX", "HDF5_EXTFILE_PREFIX"};
    struct desk desk = {0};
    if (argc != 2 || !getenv(HDF5_WORKER_VARIABLE)) {
        fputs("fovea-hdf5: this program reads HDF5 files for fovea, which starts it\n", stderr);
        return HDF5_WORKER_USAGE;
    }
    if (strcmp(argv[1], FOVEA_VERSION) != 0)
        return HDF5_WORKER_OTHER_VERSION;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        unsetenv(prefixes[i]);
    if (!hdf5_confine(hdf5_plugins_allowed()))
        return HDF5_WORKER_UNCONFINED;
    while (serve(&desk))
        ;
    _exit(0);
}
