// SPDX-License-Identifier: MIT
// Wishes sent over the worker's socket.
#include "formats/hdf5_library/hdf5_wish.h"

#include "base/companion.h"
#include "base/text.h"
#include "formats/hdf5/hdf5_client.h"
#include "formats/hdf5/hdf5_files.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_worker(void)
{
    return getenv(HDF5_WORKER_VARIABLE) != NULL;
}

// What was given. The texts of the wish are "" where it has none.
struct given {
    struct message_out buffer;
    struct message_in in;
    enum status status;
    char *text;
    int fd;
};

static void given_free(struct given *given)
{
    message_out_free(&given->buffer);
    free(given->text);
    if (given->fd >= 0)
        close(given->fd);
}

// A worker that is not heard has nobody to work for.
static struct given wish(enum hdf5_want what, int64_t number, const char *first, const char *second)
{
    struct given given = {.fd = HDF5_NO_FD};
    struct message_out out = {0};
    enum hdf5_kind kind = HDF5_FORGET;
    message_put(&out, what);
    message_put(&out, number);
    message_put_text(&out, first);
    message_put_text(&out, second);
    if (!hdf5_link_send(HDF5_WORKER_SOCKET, HDF5_WANT, &out, HDF5_NO_FD, NULL) ||
        !hdf5_link_receive(HDF5_WORKER_SOCKET, &kind, &given.buffer, &given.fd, NULL) || kind != HDF5_GIVEN)
        _exit(1);
    message_out_free(&out);
    given.in = (struct message_in){.at = given.buffer.bytes, .left = given.buffer.count};
    given.status = (enum status)message_get(&given.in, 0, STATUS_COUNT - 1);
    given.text = message_get_name(&given.in);
    return given;
}

enum status hdf5_wish_file(const char *name, struct blob **blob, struct error *error)
{
    if (!is_worker())
        return blob_open(name, blob, error);
    struct given given = wish(HDF5_WANT_FILE, 0, name, "");
    enum status status = given.status;
    if (status == STATUS_OK && given.fd < 0)
        status = STATUS_IO;
    if (status == STATUS_OK) {
        *blob = blob_of_descriptor(name, given.fd, message_get(&given.in, 0, INT64_MAX));
        given.fd = HDF5_NO_FD;
    } else {
        error_set(error, status, "%s", given.text);
    }
    given_free(&given);
    return status;
}

int hdf5_wish_draft(const char *name)
{
    if (!is_worker())
        return open(name, O_RDWR | O_CLOEXEC);
    struct given given = wish(HDF5_WANT_DRAFT, 0, name, "");
    const int fd = given.fd;
    given.fd = HDF5_NO_FD;
    given_free(&given);
    return fd;
}

bool hdf5_wish_exists(const char *path)
{
    if (!is_worker())
        return hdf5_path_exists(path);
    struct given given = wish(HDF5_WANT_EXISTS, 0, path, "");
    const bool exists = given.status == STATUS_OK;
    given_free(&given);
    return exists;
}

char *hdf5_wish_resolve(const char *from, const char *name)
{
    if (!is_worker())
        return hdf5_resolve(from, name);
    struct given given = wish(HDF5_WANT_RESOLVE, 0, from, name);
    char *path = given.text;
    given.text = NULL;
    given_free(&given);
    return path;
}

enum status hdf5_wish_companion(const char *path, const char *name, struct error *error)
{
    if (!is_worker()) {
        char *found = NULL;
        const enum status status = companion_find(path, name, &found, error);
        free(found);
        return status;
    }
    struct given given = wish(HDF5_WANT_COMPANION, 0, path, name);
    const enum status status = given.status;
    if (status != STATUS_OK)
        error_set(error, status, "%s", given.text);
    given_free(&given);
    return status;
}

bool hdf5_wish_piece(int64_t index, void *piece, size_t bytes)
{
    if (!is_worker())
        return false;
    struct given given = wish(HDF5_WANT_PIECE, index, "", "");
    message_get_bytes(&given.in, piece, bytes);
    const bool there = given.status == STATUS_OK && !given.in.bad;
    given_free(&given);
    return there;
}
