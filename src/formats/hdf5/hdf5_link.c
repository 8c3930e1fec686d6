// SPDX-License-Identifier: MIT
// Messages over a stream socket, and sealed memory.
#include "formats/hdf5/hdf5_link.h"

#include "base/clock.h"
#include "base/size.h"
#include "base/text.h"
#include "formats/base/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    SLICE_MS = 20,
    MOMENT_MS = 50
}; // between two looks whether the message is still wanted, and after that
static const int64_t max_bytes = 256 << 20;

// In front of every message. The descriptor comes with its first byte.
struct head {
    int64_t bytes;
    int32_t kind;
    int32_t has_fd;
};

union control {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
};

// Whether there is no time left.
static bool is_over(struct hdf5_patience *patience)
{
    const int64_t now = clock_now_ns();
    if (cancel_requested(patience->cancel) && !patience->ending) {
        patience->ending = true;
        patience->until_ns = int64_min(patience->until_ns, now + MOMENT_MS * INT64_C(1000000));
    }
    return now > patience->until_ns;
}

// False where it is over: too late, or the socket is broken.
static bool wait_for(int socket, short events, struct hdf5_patience *patience)
{
    struct pollfd other = {.fd = socket, .events = events};
    for (;;) {
        if (patience && is_over(patience))
            return false;
        const int count = poll(&other, 1, patience ? SLICE_MS : -1);
        if (count > 0 || (count < 0 && errno != EINTR))
            return count > 0;
    }
}

// --- Sending ---

static bool send_piece(int socket, const void *bytes, size_t count, int fd, struct hdf5_patience *patience)
{
    for (const char *at = bytes; count > 0;) {
        struct iovec piece = {.iov_base = (void *)(uintptr_t)at, .iov_len = count};
        union control control = {
            .header = {.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
        struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
        if (fd >= 0) {
            memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
            message.msg_control = &control;
            message.msg_controllen = sizeof control;
        }
        const ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        const bool full = sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
        if (full && !wait_for(socket, POLLOUT, patience))
            return false;
        if (full || (sent < 0 && errno == EINTR))
            continue;
        if (sent <= 0)
            return false;
        fd = HDF5_NO_FD;
        at += sent;
        count -= (size_t)sent;
    }
    return true;
}

bool hdf5_link_send(int socket, enum hdf5_kind kind, const struct message_out *message, int fd,
                    struct hdf5_patience *patience)
{
    const struct head head = {.bytes = (int64_t)message->count, .kind = (int32_t)kind, .has_fd = fd >= 0};
    return head.bytes <= max_bytes && send_piece(socket, &head, sizeof head, fd, patience) &&
           send_piece(socket, message->bytes, message->count, HDF5_NO_FD, patience);
}

// --- Receiving ---

// Keeps the first descriptor that came and closes any other.
static void keep_fd(struct msghdr *message, int *fd)
{
    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
        int got;
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS ||
            part->cmsg_len < CMSG_LEN(sizeof got))
            continue;
        memcpy(&got, CMSG_DATA(part), sizeof got);
        if (*fd >= 0)
            close(got);
        else
            *fd = got;
    }
}

static bool receive_piece(int socket, void *bytes, size_t count, int *fd, struct hdf5_patience *patience)
{
    for (char *at = bytes; count > 0;) {
        struct iovec piece = {.iov_base = at, .iov_len = count};
        union control control;
        struct msghdr message = {
            .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
        if (!wait_for(socket, POLLIN, patience))
            return false;
        const ssize_t got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
        if (got < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
            continue;
        if (got <= 0)
            return false;
        keep_fd(&message, fd);
        at += got;
        count -= (size_t)got;
    }
    return true;
}

bool hdf5_link_receive(int socket, enum hdf5_kind *kind, struct message_out *message, int *fd,
                       struct hdf5_patience *patience)
{
    enum { STEP = 1 << 20 };
    struct head head;
    *fd = HDF5_NO_FD;
    message->count = 0;
    bool good = receive_piece(socket, &head, sizeof head, fd, patience) && head.bytes >= 0 &&
                head.bytes <= max_bytes && head.kind >= 0 && head.kind < HDF5_KIND_COUNT &&
                (head.has_fd == 1) == (*fd >= 0);
    // Memory is taken for what has come, not for what is said to come.
    for (int64_t left = good ? head.bytes : 0; good && left > 0;) {
        const size_t step = (size_t)int64_min(left, STEP);
        if (message->capacity - message->count < step) {
            message->capacity = 2 * message->count + step;
            message->bytes = must_resize(message->bytes, message->capacity);
        }
        good = receive_piece(socket, message->bytes + message->count, step, fd, patience);
        message->count += step;
        left -= (int64_t)step;
    }
    if (good) {
        *kind = (enum hdf5_kind)head.kind;
        return true;
    }
    if (*fd >= 0)
        close(*fd);
    *fd = HDF5_NO_FD;
    return false;
}

// --- Memory ---

enum { SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

void *hdf5_memory_create(size_t bytes, int *fd)
{
    *fd = memfd_create("pixels", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    void *memory = MAP_FAILED;
    if (*fd >= 0 && bytes <= INT64_MAX && ftruncate(*fd, (off_t)bytes) == 0)
        memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
    if (memory != MAP_FAILED)
        return memory;
    if (*fd >= 0)
        close(*fd);
    *fd = HDF5_NO_FD;
    return NULL;
}

bool hdf5_memory_seal(void *memory, size_t bytes, int fd)
{
    munmap(memory, bytes);
    return blob_seal(fd);
}

const void *hdf5_memory_map(int fd, size_t bytes)
{
    struct stat info;
    const int seals = fcntl(fd, F_GET_SEALS);
    if (seals < 0 || (seals & SEALS) != SEALS || fstat(fd, &info) != 0 || info.st_size != (off_t)bytes)
        return NULL;
    // A shared mapping of what is sealed against writing is refused by kernels before 6.7.
    const void *memory = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void hdf5_memory_unmap(const void *memory, size_t bytes)
{
    if (memory)
        munmap((void *)(uintptr_t)memory, bytes);
}
