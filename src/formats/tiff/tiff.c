// SPDX-License-Identifier: MIT
// The TIFF reader: opening, and libtiff on positioned reads.
#include "base/byteorder.h"
#include "base/size.h"
#include "formats/base/handle.h"
#include "formats/base/readers_list.h"
#include "formats/tiff/tiff_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LISTED = 1000 };

static const char *const extensions[] = {"tif", "tiff", "btf", "tf8", "mccd", NULL};

// --- libtiff's view of the file ---

// Repaired directories lie behind the end of the file, for libtiff only.
static tmsize_t annex_read(struct tiff_file *file, void *buffer, tmsize_t count)
{
    if (file->position - file->bytes >= (int64_t)file->annex.count)
        return 0;
    size_t at = (size_t)(file->position - file->bytes);
    size_t got = (size_t)int64_min(count, (int64_t)(file->annex.count - at));
    memcpy(buffer, file->annex.bytes + at, got);
    file->position += (int64_t)got;
    return (tmsize_t)got;
}

static tmsize_t read_proc(thandle_t handle, void *buffer, tmsize_t count)
{
    struct tiff_file *file = handle;
    if (file->position >= file->bytes)
        return annex_read(file, buffer, count);
    if (cancel_requested(file->base.cancel))
        return 0;
    const int64_t got = blob_read_some(file->base.blob, file->position, buffer, (size_t)count);
    if (got < 0) {
        file->io_error = errno;
        return 0;
    }
    file->position += got;
    return (tmsize_t)got;
}

static tmsize_t write_proc(thandle_t handle, void *buffer, tmsize_t count)
{
    (void)handle, (void)buffer, (void)count;
    return -1;
}

static int64_t total_bytes(const struct tiff_file *file)
{
    return file->bytes + (int64_t)file->annex.count;
}

static toff_t seek_proc(thandle_t handle, toff_t offset, int whence)
{
    struct tiff_file *file = handle;
    int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file->position : total_bytes(file);
    int64_t target;
    // libtiff may ask for offsets beyond 2^63 that a broken file names: nothing is there.
    if (__builtin_add_overflow(from, (int64_t)offset, &target) || target < 0)
        return (toff_t)-1;
    file->position = target;
    return (toff_t)target;
}

static int close_proc(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t size_proc(thandle_t handle)
{
    const struct tiff_file *file = handle;
    return (toff_t)total_bytes(file);
}

// Of the pixels keeps the first complaint, since what follows is its consequence; of a directory the last,
// which is the one that made libtiff give up: before it stand remarks on tags that it can do without. Nothing
// goes to stderr.
static int error_proc(TIFF *tiff, void *user, const char *module, const char *format, va_list arguments)
{
    (void)tiff, (void)module;
    struct tiff_file *file = user;
    if (file->message[0] && !file->in_directory)
        return 1;
    vsnprintf(file->message, sizeof file->message, format, arguments);
    const char *behind = error_behind_path(file->message, file->base.path);
    memmove(file->message, behind, strlen(behind) + 1);
    return 1;
}

static int warning_proc(TIFF *tiff, void *user, const char *module, const char *format, va_list arguments)
{
    (void)tiff, (void)user, (void)module, (void)format, (void)arguments;
    return 1;
}

// Header only, no memory map (a file that is cut while open must be an error, not a signal), strips as they
// are in the file rather than chopped into small ones.
static enum status library_open(struct tiff_file *file, struct error *error)
{
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options)
        return error_set(error, STATUS_NO_MEMORY, "%s: not enough memory", file->base.path);
    int64_t limit = (INT64_C(256) << 20) + 4 * file->bytes;
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, limit);
    TIFFOpenOptionsSetErrorHandlerExtR(options, error_proc, file);
    TIFFOpenOptionsSetWarningHandlerExtR(options, warning_proc, file);
    file->in_directory = true;
    file->tiff = TIFFClientOpenExt(file->base.path, "rhcm", file, read_proc, write_proc, seek_proc,
                                   close_proc, size_proc, NULL, NULL, options);
    file->in_directory = false;
    TIFFOpenOptionsFree(options);
    if (file->tiff)
        return STATUS_OK;
    if (file->io_error)
        return error_set(error, STATUS_IO, "%s: %s", file->base.path, strerror(file->io_error));
    return error_set(error, STATUS_BROKEN, "%s: the TIFF header cannot be read%s%s", file->base.path,
                     file->message[0] ? ": " : "", file->message);
}

// --- the reader's functions ---

// The version number of the header in the byte order that it declares: 42, 43 (BigTIFF), or 0 for anything
// else.
static unsigned header_version(const uint8_t *head, size_t count)
{
    if (count < 4)
        return 0;
    unsigned version = 0;
    if (head[0] == 'I' && head[1] == 'I')
        version = load_u16le(head + 2);
    if (head[0] == 'M' && head[1] == 'M')
        version = load_u16be(head + 2);
    return version == 42 || version == 43 ? version : 0;
}

static int reader_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)path;
    return header_version(head, count) ? 90 : 0;
}

static void reader_close(struct image_file *base)
{
    struct tiff_file *file = (struct tiff_file *)base;
    tiff_cache_free(file);
    if (file->tiff)
        TIFFClose(file->tiff);
    free(file->pages);
    free(file->annex.bytes);
    image_file_end(&file->base);
    free(file);
}

static struct tiff_file *handle_create(void)
{
    struct tiff_file *file = must_alloc(sizeof *file);
    file->page = file->sample = -1;
    file->part = CHANNEL_AUTO;
    file->scan.chunk = -1;
    return file;
}

static enum status header_read(struct tiff_file *file, struct error *error)
{
    uint8_t head[8] = {0};
    file->bytes = blob_size(file->base.blob);
    const size_t count = (size_t)int64_min(file->bytes, (int64_t)sizeof head);
    const enum status status = image_file_read(&file->base, 0, head, count, error);
    if (status != STATUS_OK)
        return status;
    unsigned version = header_version(head, count);
    if (version == 0)
        return error_set(error, STATUS_NOT_MINE, "%s: is not a TIFF file", file->base.path);
    file->big_endian = head[0] == 'M';
    file->big_tiff = version == 43;
    return STATUS_OK;
}

// All pages, or those that are frames.
static enum status pages_open(const struct open_request *request, bool all, struct image_file **out,
                              struct error *error)
{
    struct tiff_file *file = handle_create();
    enum status status = image_file_begin(&file->base, &tiff_reader, request, error);
    file->channel = request->channel;
    char *words = must_copy(request->selector && !all ? request->selector : "");
    file->part = channels_cut_part(words);
    const char *slice = slice_cut(words);
    if (status == STATUS_OK)
        status = header_read(file, error);
    if (status == STATUS_OK)
        status = tiff_pages_scan(file, error);
    if (status == STATUS_OK && !all)
        status = tiff_pages_select(file, *words ? words : NULL, error);
    file->page_count = file->base.frames;
    if (status == STATUS_OK)
        status = library_open(file, error);
    // A lone page that cannot be shown is the file's fault; of several, others may be good.
    if (status == STATUS_OK && (file->page_count == 1 || file->part != CHANNEL_AUTO))
        status = tiff_page_load(file, 0, error);
    if (status == STATUS_OK && file->directories == 1)
        tiff_stack_find(file);
    file->page_count = file->base.frames;
    if (status == STATUS_OK && slice)
        status = tiff_frames_slice(file, slice, error);
    free(words);
    if (status != STATUS_OK) {
        reader_close(&file->base);
        return status;
    }
    *out = &file->base;
    return STATUS_OK;
}

static enum status reader_open(const struct open_request *request, struct image_file **out,
                               struct error *error)
{
    return pages_open(request, false, out, error);
}

static enum status reader_frame_info(struct image_file *base, int64_t frame, struct frame_info *info,
                                     struct error *error)
{
    struct tiff_file *file = (struct tiff_file *)base;
    enum status status = tiff_frame_load(file, frame, error);
    if (status != STATUS_OK)
        return status;
    tiff_page_describe(file, info);
    tiff_slice_describe(&file->slice, info);
    return STATUS_OK;
}

// The same bytes in a handle of its own.
static enum status handle_copy(const struct tiff_file *file, struct tiff_file *copy, struct error *error)
{
    image_file_begin_copy(&copy->base, &file->base);
    size_t bytes = (size_t)(file->stack_bytes ? 1 : file->page_count) * sizeof *copy->pages;
    copy->pages = malloc(bytes);
    if (!copy->pages)
        return error_set(error, STATUS_NO_MEMORY, "%s: not enough memory", file->base.path);
    memcpy(copy->pages, file->pages, bytes);
    copy->bytes = file->bytes;
    copy->big_endian = file->big_endian;
    copy->big_tiff = file->big_tiff;
    copy->page_count = file->page_count;
    copy->slice = file->slice;
    copy->alike = file->alike;
    copy->channel = file->channel;
    copy->part = file->part;
    copy->directories = file->directories;
    copy->stack_bytes = file->stack_bytes;
    return library_open(copy, error);
}

static enum status reader_clone(struct image_file *base, struct image_file **out, struct error *error)
{
    struct tiff_file *copy = handle_create();
    enum status status = handle_copy((const struct tiff_file *)base, copy, error);
    if (status != STATUS_OK) {
        reader_close(&copy->base);
        return status;
    }
    *out = &copy->base;
    return STATUS_OK;
}

// The line of one page; one that cannot be shown says why.
static void list_page(struct image_file *whole, int64_t page, struct text *out)
{
    struct frame_info info = {0};
    struct error why = {0};
    if (reader_frame_info(whole, page, &info, &why) == STATUS_OK) {
        text_printf(out, "%lld\t%lld x %lld\t%s\t%s\t%s\n", (long long)page, (long long)info.height,
                    (long long)info.width, sample_traits(info.type)->name, info.compression, info.note);
        return;
    }
    const size_t path = strlen(whole->path);
    const char *reason = strncmp(why.text, whole->path, path) == 0 ? why.text + path : why.text;
    text_printf(out, "\t\t\t\tpage %lld%s\n", (long long)page, reason);
}

// The pages of the file, whichever of them is open here; a single one is no list.
static enum status reader_contents(struct image_file *base, struct text *out, struct error *error)
{
    struct image_file *whole = NULL;
    const struct open_request request = {.path = base->path,
                                         .blob = base->blob,
                                         .channel = ((struct tiff_file *)base)->channel,
                                         .cancel = base->cancel};
    enum status status = pages_open(&request, true, &whole, error);
    if (status != STATUS_OK)
        return status;
    bool several = ((struct tiff_file *)whole)->directories > 1;
    for (int64_t page = 0; several && page < whole->frames && page < MAX_LISTED; page++)
        list_page(whole, page, out);
    if (several && whole->frames > MAX_LISTED)
        text_printf(out, "\t\t\t\t%lld more pages\n", (long long)whole->frames - MAX_LISTED);
    reader_close(whole);
    return STATUS_OK;
}

const struct reader tiff_reader = {
    .name = "tiff",
    .description = "TIFF, BigTIFF",
    .extensions = extensions,
    .media = {.types = "image/tiff;", .kind = MEDIA_DESCRIBED},
    .probe = reader_probe,
    .open = reader_open,
    .frame_info = reader_frame_info,
    .decode = tiff_decode,
    .clone = reader_clone,
    .metadata = tiff_metadata,
    .detector = tiff_detector,
    .contents = reader_contents,
    .close = reader_close,
};
