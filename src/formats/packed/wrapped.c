// SPDX-License-Identifier: MIT
// Packed files: the store of what was unpacked, and a reader that passes everything on to that of the
// content.
#include "formats/packed/wrapped.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/size.h"
#include "formats/base/handle.h"
#include "formats/base/open_content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
    PIECE_BYTES = 256 * 1024,
    UNKNOWN_BYTES = 1 << 20, // unpacked of what no reader knows by its beginning
    NO_FILE = -1,
};

const char *const wrapped_extensions[] = {"gz", "bz2", "xz", "zst", "Z", NULL};

// What came out of a packed file. Shared by all clones of a handle and immutable once it is filled.
struct store {
    atomic_int owners;
    int fd;            // to write to, until that is done
    int read_fd;       // of a temporary file: one that is read only, which a worker may be given
    struct blob *blob; // what is written, once that is all; it owns the descriptor then
    enum unpack_method method;
    char *loss; // why not all came out, a clause; or NULL
};

struct wrapped_file {
    struct image_file base;
    struct image_file *inner;
    struct store *store;
};

static struct wrapped_file *wrapped_of(struct image_file *file)
{
    return (struct wrapped_file *)file; // the base is the first member
}

struct wrapped_limits wrapped_limits_default(void)
{
    enum { GIB = 1024 * 1024 * 1024, RATIO = 1100, SHARE = 5 };
    return (struct wrapped_limits){
        .always = GIB, .ratio = RATIO, .memory_bytes = int64_min(GIB, machine_available_bytes() / SHARE)};
}

// --- The store ---

static void close_if_open(int fd)
{
    if (fd >= 0)
        close(fd);
}

static void store_drop(struct store *store)
{
    if (!store || atomic_fetch_sub(&store->owners, 1) > 1)
        return;
    blob_release(&store->blob);
    close_if_open(store->fd);
    close_if_open(store->read_fd);
    free(store->loss);
    free(store);
}

static bool write_all(int fd, const uint8_t *bytes, size_t count)
{
    while (count > 0) {
        ssize_t written = write(fd, bytes, count);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes += written;
        count -= (size_t)written;
    }
    return true;
}

// A filling of a store.
struct filling {
    const struct open_request *request;
    const struct wrapped_limits *limits;
    struct store *store;
    struct unpacker *unpacker;
    int64_t most;   // bytes that may come out
    int64_t total;  // bytes written
    bool on_disk;   // the store is a temporary file
    int64_t room;   // on disk: bytes that may be written
    uint8_t *piece; // PIECE_BYTES
};

static const char *temporary_folder(void)
{
    const char *folder = getenv("TMPDIR");
    return folder && *folder ? folder : "/var/tmp";
}

static enum status refuse_room(const struct filling *filling, struct error *error)
{
    return error_set(error, STATUS_TOO_LARGE,
                     "%s: unpacks to more than there is room for in %s; run %s on it first, or set TMPDIR",
                     filling->request->path, temporary_folder(),
                     unpack_method_program(filling->store->method));
}

// A file without a name, to write to and to read from, and how much may be written to it: nine tenths of what
// is free. False where there can be none.
static bool temporary_create(int *fd, int *read_fd, int64_t *room)
{
    struct text name = {0};
    text_printf(&name, "%s/fovea-XXXXXX", temporary_folder());
    *fd = mkostemp(name.data, O_CLOEXEC);
    *read_fd = *fd < 0 ? NO_FILE : open(name.data, O_RDONLY | O_CLOEXEC);
    if (*fd >= 0)
        unlink(name.data);
    text_free(&name);
    struct statvfs space;
    if (*fd >= 0 && fstatvfs(*fd, &space) == 0)
        *room = (int64_t)((double)space.f_bavail * (double)space.f_frsize * 0.9);
    return *read_fd >= 0;
}

// Goes on in a temporary file with what is in memory so far.
static enum status move_to_disk(struct filling *filling, struct error *error)
{
    struct store *store = filling->store;
    int fd, read_fd;
    bool copied = temporary_create(&fd, &read_fd, &filling->room) && filling->total <= filling->room;
    uint8_t *bytes = must_alloc(PIECE_BYTES);
    for (int64_t at = 0; copied && at < filling->total && !cancel_requested(filling->request->cancel);
         at += PIECE_BYTES) {
        size_t count = (size_t)int64_min(PIECE_BYTES, filling->total - at);
        copied = file_read_at(store->fd, filling->request->path, at, bytes, count, NULL) == STATUS_OK &&
                 write_all(fd, bytes, count);
    }
    free(bytes);
    if (!copied) {
        close_if_open(fd);
        close_if_open(read_fd);
        return refuse_room(filling, error);
    }
    close(store->fd);
    store->fd = fd;
    store->read_fd = read_fd;
    filling->on_disk = true;
    return STATUS_OK;
}

static enum status append(struct filling *filling, const uint8_t *bytes, size_t count, struct error *error)
{
    int64_t total = filling->total + (int64_t)count;
    if (total > filling->most) {
        char size[32];
        return error_set(
            error, STATUS_TOO_LARGE,
            "%s: unpacks to more than %s, which is not plausible for its size; run %s on it first if it is sound",
            filling->request->path, format_bytes(filling->most, size, sizeof size),
            unpack_method_program(filling->store->method));
    }
    enum status status = STATUS_OK;
    if (!filling->on_disk && total > filling->limits->memory_bytes)
        status = move_to_disk(filling, error);
    if (status != STATUS_OK)
        return status;
    if ((filling->on_disk && total > filling->room) || !write_all(filling->store->fd, bytes, count))
        return refuse_room(filling, error);
    filling->total = total;
    return STATUS_OK;
}

static char *name_inside(const char *path)
{
    char *name = must_copy(path), *dot = strrchr(name, '.');
    for (size_t i = 0; dot && wrapped_extensions[i]; i++) {
        if (strcasecmp(dot + 1, wrapped_extensions[i]) == 0) {
            *dot = '\0';
            break;
        }
    }
    return name;
}

// A clause that tells why unpacking ended before the end, to be freed; NULL if it did not.
static char *loss_of(const struct filling *filling)
{
    struct text text = {0};
    if (unpacker_complete(filling->unpacker))
        return NULL;
    text_printf(&text, "the %s data %s", unpack_method_name(filling->store->method),
                unpacker_fault(filling->unpacker));
    return text.data;
}

static enum status refuse_content(const struct filling *filling, bool empty, struct error *error)
{
    char *loss = empty ? loss_of(filling) : NULL;
    error_set(error, STATUS_NOT_MINE, "%s: is packed by %s, and %s%s%s%s", filling->request->path,
              unpack_method_name(filling->store->method),
              empty ? "nothing is inside" : "what is inside is of no format that Fovea reads",
              loss ? " (" : "", loss ? loss : "", loss ? ")" : "");
    free(loss);
    return STATUS_NOT_MINE;
}

static bool recognised_so_far(const struct filling *filling)
{
    const int fd = fcntl(filling->store->fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return false;
    struct blob *blob = blob_of_descriptor(filling->request->path, fd, filling->total);
    const bool recognised = content_recognised(blob);
    blob_release(&blob);
    return recognised;
}

// From now on nobody can change what was unpacked.
static void finish(struct filling *filling)
{
    struct store *store = filling->store;
    int fd = store->fd;
    if (filling->on_disk) {
        close(store->fd);
        fd = store->read_fd;
    } else {
        blob_seal(fd);
    }
    store->fd = store->read_fd = NO_FILE;
    store->blob = blob_of_descriptor(filling->request->path, fd, filling->total);
}

// Unpacks the beginning, and the rest if a reader knows that, or finds its format soon after.
static enum status fill(struct filling *filling, struct error *error)
{
    size_t made = 0;
    enum status status = unpacker_read(filling->unpacker, filling->piece, READER_PROBE_BYTES, &made, error);
    if (status != STATUS_OK)
        return status;
    bool known = made > 0 && content_known(filling->piece, made, filling->request->beside);
    if (made == 0)
        return refuse_content(filling, true, error);
    while (status == STATUS_OK && made > 0) {
        status = append(filling, filling->piece, made, error);
        if (status == STATUS_TOO_LARGE && !known)
            return refuse_content(filling, false, error);
        if (status == STATUS_OK)
            status = unpacker_read(filling->unpacker, filling->piece, PIECE_BYTES, &made, error);
        if (status != STATUS_OK || known || (made > 0 && filling->total < UNKNOWN_BYTES))
            continue;
        known = recognised_so_far(filling);
        if (!known)
            return refuse_content(filling, false, error);
    }
    if (status != STATUS_OK)
        return status;
    filling->store->loss = loss_of(filling);
    finish(filling);
    return STATUS_OK;
}

static int64_t most_bytes(const struct wrapped_limits *limits, int64_t stored)
{
    int64_t most;
    if (__builtin_mul_overflow(stored, limits->ratio, &most))
        most = INT64_MAX;
    return int64_max(most, limits->always);
}

static enum status fill_from(struct filling *filling, const struct blob *packed, struct error *error)
{
    filling->most = most_bytes(filling->limits, blob_size(packed));
    filling->unpacker = unpacker_create(packed, 0, blob_size(packed), filling->store->method);
    unpacker_heed(filling->unpacker, filling->request->cancel);
    filling->piece = must_alloc(PIECE_BYTES);
    enum status status = fill(filling, error);
    free(filling->piece);
    unpacker_destroy(filling->unpacker);
    return status;
}

static enum status store_create(const struct open_request *request, enum unpack_method method,
                                const struct wrapped_limits *limits, struct store **store,
                                struct error *error)
{
    struct store *made = must_alloc(sizeof *made);
    atomic_init(&made->owners, 1);
    made->method = method;
    made->read_fd = NO_FILE;
    made->fd = memfd_create("fovea", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    struct filling filling = {.request = request, .limits = limits, .store = made};
    const enum status status = made->fd < 0
                                   ? error_set(error, STATUS_IO, "%s: too many open files", request->path)
                                   : fill_from(&filling, request->blob, error);
    if (status != STATUS_OK) {
        store_drop(made);
        return status;
    }
    *store = made;
    return STATUS_OK;
}

// --- Sentences ---

// Adds the loss to a sentence that is its consequence.
static void add_loss(const struct wrapped_file *file, struct error *error)
{
    char text[sizeof error->text];
    if (!error || !file->store->loss)
        return;
    snprintf(text, sizeof text, "%s", error->text);
    error_set(error, error->status, "%s (%s)", text, file->store->loss);
}

// --- The reader ---

static const struct reader wrapped_reader;

static void wrapped_close(struct image_file *base)
{
    struct wrapped_file *file = wrapped_of(base);
    image_file_close(&file->inner);
    store_drop(file->store);
    image_file_end(&file->base);
    free(file);
}

static struct wrapped_file *wrapped_create(const char *path, struct store *store)
{
    struct wrapped_file *file = must_alloc(sizeof *file);
    file->base = (struct image_file){
        .reader = &wrapped_reader, .path = must_copy(path), .blob = blob_share(store->blob)};
    file->store = store;
    return file;
}

static enum status open_inner(struct wrapped_file *file, const struct open_request *request,
                              struct error *error)
{
    struct open_request inside = *request;
    inside.blob = file->store->blob;
    enum status status = content_open(&inside, &file->inner, error);
    if (status != STATUS_OK)
        add_loss(file, error);
    else
        file->base.frames = file->inner->frames;
    return status;
}

enum status wrapped_open(const struct open_request *request, enum unpack_method method,
                         const struct wrapped_limits *limits, struct image_file **out, struct error *error)
{
    char *name = name_inside(request->path);
    struct open_request named = *request;
    named.beside = name;
    struct store *store = NULL;
    enum status status = store_create(&named, method, limits, &store, error);
    if (status == STATUS_OK) {
        struct wrapped_file *file = wrapped_create(request->path, store);
        status = open_inner(file, &named, error);
        if (status == STATUS_OK)
            *out = &file->base;
        else
            wrapped_close(&file->base);
    }
    free(name);
    return status;
}

static void note_loss(const struct wrapped_file *file, struct frame_info *info)
{
    char note[sizeof info->note];
    if (!file->store->loss)
        return;
    snprintf(note, sizeof note, "%s", info->note);
    snprintf(info->note, sizeof info->note, "%.60s%s%.60s", file->store->loss, note[0] ? "; " : "", note);
}

static enum status wrapped_frame_info(struct image_file *base, int64_t frame, struct frame_info *info,
                                      struct error *error)
{
    struct wrapped_file *file = wrapped_of(base);
    enum status status = image_file_info_heeding(file->inner, frame, base->cancel, info, error);
    if (status != STATUS_OK) {
        add_loss(file, error);
        return status;
    }
    char inside[sizeof info->compression];
    snprintf(inside, sizeof inside, "%s", info->compression);
    bool plain = !inside[0] || strcmp(inside, "none") == 0;
    snprintf(info->compression, sizeof info->compression, "%s%s%.20s",
             unpack_method_name(file->store->method), plain ? "" : ", ", plain ? "" : inside);
    note_loss(file, info);
    return STATUS_OK;
}

static enum status wrapped_decode(struct image_file *base, const struct decode_request *request,
                                  struct decode_report *report, struct error *error)
{
    struct wrapped_file *file = wrapped_of(base);
    bool told = report->first_loss.text[0];
    enum status status = file->inner->reader->decode(file->inner, request, report, error);
    if (!told && report->first_loss.text[0])
        add_loss(file, &report->first_loss);
    return status;
}

static enum status wrapped_clone(struct image_file *base, struct image_file **copy, struct error *error)
{
    struct wrapped_file *file = wrapped_of(base);
    struct image_file *inner = NULL;
    enum status status = image_file_clone(file->inner, &inner, error);
    if (status != STATUS_OK)
        return status;
    atomic_fetch_add(&file->store->owners, 1);
    struct wrapped_file *made = wrapped_create(base->path, file->store);
    made->inner = inner;
    made->base.frames = base->frames;
    *copy = &made->base;
    return STATUS_OK;
}

static enum status wrapped_metadata(struct image_file *base, int64_t frame, struct text *out,
                                    struct error *error)
{
    return image_file_metadata(wrapped_of(base)->inner, frame, base->cancel, out, error);
}

static enum status wrapped_detector(struct image_file *base, int64_t frame, struct detector_info *info,
                                    struct error *error)
{
    return image_file_detector(wrapped_of(base)->inner, frame, base->cancel, info, error);
}

static enum status wrapped_contents(struct image_file *base, struct text *out, struct error *error)
{
    return image_file_contents(wrapped_of(base)->inner, base->cancel, out, error);
}

static enum status wrapped_verify(struct image_file *base, int64_t frame, bool *known, struct error *error)
{
    return image_file_verify(wrapped_of(base)->inner, frame, base->cancel, known, error);
}

// Made by wrapped_open alone and so not in the table of readers.
static const struct reader wrapped_reader = {
    .name = "packed",
    .description = "packed files of all other formats",
    .extensions = wrapped_extensions,
    .frame_info = wrapped_frame_info,
    .decode = wrapped_decode,
    .clone = wrapped_clone,
    .metadata = wrapped_metadata,
    .detector = wrapped_detector,
    .contents = wrapped_contents,
    .verify = wrapped_verify,
    .close = wrapped_close,
};
