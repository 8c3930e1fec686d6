// SPDX-License-Identifier: MIT
// The table of readers, the choice among them by content, and wrappers that validate arguments.
#include "base/size.h"
#include "formats/base/blob.h"
#include "formats/base/image_name.h"
#include "formats/base/open_content.h"
#include "formats/base/reader.h"
#include "formats/base/readers_list.h"
#include "formats/packed/wrapped.h"
#include "image/mask.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define READER_ROW(name) &name##_reader,
const struct reader *const readers[] = {READERS(READER_ROW) NULL};
#undef READER_ROW

static enum status head_read(const struct blob *blob, uint8_t head[READER_PROBE_BYTES], size_t *count,
                             struct error *error)
{
    *count = (size_t)int64_min(blob_size(blob), READER_PROBE_BYTES);
    return blob_read(blob, 0, head, *count, error);
}

// The reader that scores highest among those not refused; readers of equal score come in the order of the
// table. On return *score is what it scored, or 0.
static const struct reader *reader_best(const uint8_t *head, size_t count, const char *path,
                                        const struct reader *const *refused, int *score)
{
    const struct reader *best = NULL;
    *score = 0;
    for (size_t i = 0; readers[i]; i++) {
        int points = refused[i] ? 0 : readers[i]->probe(head, count, path);
        if (points > *score) {
            *score = points;
            best = readers[i];
        }
    }
    return best;
}

// The first reader not refused that finds its format further on in the file.
static const struct reader *reader_further(const struct blob *blob, const struct reader *const *refused)
{
    for (size_t i = 0; readers[i]; i++)
        if (!refused[i] && readers[i]->recognise && readers[i]->recognise(blob))
            return readers[i];
    return NULL;
}

// The reader to try next: by the beginning, or where no reader is sure of that, by what is further on.
static const struct reader *reader_choose(const struct open_request *request, const uint8_t *head,
                                          size_t count, const struct reader *const *refused)
{
    const char *name = request->beside ? request->beside : request->path;
    int score;
    const struct reader *best = reader_best(head, count, name, refused, &score);
    const struct reader *further = score < READER_SURE ? reader_further(request->blob, refused) : NULL;
    return further ? further : best;
}

static enum status refuse_unknown(const char *path, size_t count, struct error *error)
{
    if (count == 0)
        return error_set(error, STATUS_NOT_MINE, "%s: is empty", path);
    return error_set(
        error, STATUS_NOT_MINE,
        "%s: is of no format that Fovea reads (\"fovea help\" lists them); plain samples open as raw:FILE?width=W&height=H&type=u16",
        path);
}

bool content_known(const uint8_t *head, size_t count, const char *name)
{
    const struct reader *refused[sizeof readers / sizeof readers[0]] = {0};
    int score;
    return reader_best(head, count, name, refused, &score) != NULL;
}

bool content_recognised(const struct blob *blob)
{
    const struct reader *refused[sizeof readers / sizeof readers[0]] = {0};
    return reader_further(blob, refused) != NULL;
}

// Has the reader open the file. One that is open when it is cancelled may lack something, and is closed.
static enum status offer(const struct reader *reader, const struct open_request *request,
                         struct image_file **file, struct error *error)
{
    enum status status = STATUS_CANCELLED;
    if (!cancel_requested(request->cancel))
        status = reader->open(request, file, error);
    if (status == STATUS_OK)
        (*file)->cancel = NULL;
    if (!cancel_requested(request->cancel))
        return status;
    if (status == STATUS_OK)
        image_file_close(file);
    return error_set(error, STATUS_CANCELLED, "%s: opening was cancelled", request->path);
}

// Offers the file that begins so to the readers in order of their scores.
static enum status open_from(const struct open_request *request, const uint8_t *head, size_t count,
                             struct image_file **file, struct error *error)
{
    const struct reader *refused[sizeof readers / sizeof readers[0]] = {0};
    for (;;) {
        const struct reader *reader = reader_choose(request, head, count, refused);
        if (!reader)
            return refuse_unknown(request->path, count, error);
        enum status status = offer(reader, request, file, error);
        if (status != STATUS_NOT_MINE)
            return status;
        for (size_t i = 0; readers[i]; i++)
            if (readers[i] == reader)
                refused[i] = reader;
    }
}

enum status content_open(const struct open_request *request, struct image_file **file, struct error *error)
{
    uint8_t head[READER_PROBE_BYTES];
    size_t count;
    const enum status status = head_read(request->blob, head, &count, error);
    return status == STATUS_OK ? open_from(request, head, count, file, error) : status;
}

// The same, and packed files are unpacked.
static enum status open_any(const struct open_request *request, struct image_file **file, struct error *error)
{
    uint8_t head[READER_PROBE_BYTES];
    size_t count;
    const enum status status = head_read(request->blob, head, &count, error);
    if (status != STATUS_OK)
        return status;
    const enum unpack_method method = unpack_method_find(head, count);
    if (method == UNPACK_STORED)
        return open_from(request, head, count, file, error);
    struct wrapped_limits limits = wrapped_limits_default();
    if (request->max_unpacked_bytes > 0) {
        limits.always = request->max_unpacked_bytes;
        limits.ratio = 0;
    }
    return wrapped_open(request, method, &limits, file, error);
}

enum status image_file_open_request(const struct open_request *named, struct image_file **file,
                                    struct error *error)
{
    const char *name = named->path;
    if (!name || !*name || !file || named->channel < CHANNEL_AUTO)
        return error_set(error, STATUS_USAGE, "%s: cannot open: no file name or a negative channel",
                         name ? name : "(null)");
    struct image_name split = image_name_split(name);
    struct open_request request = *named;
    request.path = split.path;
    request.selector = split.selector;
    struct image_file *opened = NULL;
    enum status status = STATUS_OK;
    if (named->blob)
        blob_share(named->blob);
    else
        status = blob_open(request.path, &request.blob, error);
    if (status == STATUS_OK)
        status = open_any(&request, &opened, error);
    blob_release(&request.blob);
    image_name_free(&split);
    if (status == STATUS_OK)
        *file = opened;
    return status;
}

enum status image_file_open(const char *name, int channel, struct image_file **file, struct error *error)
{
    const struct open_request request = {.path = name, .channel = channel};
    return image_file_open_request(&request, file, error);
}

static enum status frame_check(const struct image_file *file, int64_t frame, struct error *error)
{
    if (frame >= 0 && frame < file->frames)
        return STATUS_OK;
    char last[56];
    return error_set(error, STATUS_USAGE, "%s: there is no frame # %lld, the last is %s", file->path,
                     (long long)frame, format_frame(file->frames - 1, file->frames, last, sizeof last));
}

// A frame beyond this is in no file; a simulated or sparse one could be read for weeks.
static const int64_t FRAME_BYTES_MAX = (int64_t)16 << 40;

// Nothing measures as much as the largest value of 32 or 64 bits: it is a mark in any file.
static void mark_the_largest(struct frame_info *info)
{
    if (info->type == SAMPLE_U32 || info->type == SAMPLE_U64)
        info->sentinels.max_is_no_data = true;
}

// Sets level 0, and leaves out the levels from the first one on that is not smaller than the one before it.
static void complete_levels(struct frame_info *info)
{
    const int told = info->level_count < FRAME_LEVELS_MAX ? info->level_count : FRAME_LEVELS_MAX;
    info->levels[0] = (struct frame_level){info->width, info->height, 1};
    info->level_count = 1;
    for (const struct frame_level *level = info->levels + 1; info->level_count < told; level++) {
        const struct frame_level *before = level - 1;
        if (level->width < 1 || level->height < 1 || level->width > before->width ||
            level->height > before->height || !(level->factor > before->factor))
            return;
        info->level_count++;
    }
}

// What fails because the file was changed is told as that, whatever the reader took it for.
static enum status blame_change(const struct image_file *file, enum status status, struct error *error)
{
    const bool failed = status != STATUS_OK && status != STATUS_CANCELLED;
    return failed && file->blob && blob_check(file->blob, file->reader->grows_in_place, error) != STATUS_OK
               ? STATUS_IO
               : status;
}

enum status image_file_info(struct image_file *file, int64_t frame, struct frame_info *info,
                            struct error *error)
{
    enum status status = frame_check(file, frame, error);
    struct frame_info found = {0};
    if (status == STATUS_OK)
        status = blame_change(file, file->reader->frame_info(file, frame, &found, error), error);
    if (status != STATUS_OK)
        return status;
    size_t bytes;
    if (!size_of_plane(found.width, found.height, sample_traits(found.type)->bytes, &bytes) ||
        bytes > INT64_MAX)
        return error_set(error, STATUS_TOO_LARGE, "%s: %lld x %lld pixels cannot be addressed", file->path,
                         (long long)found.width, (long long)found.height);
    if ((int64_t)bytes > FRAME_BYTES_MAX) {
        char size[32], most[32];
        return error_set(error, STATUS_TOO_LARGE,
                         "%s: %lld x %lld pixels of type %s are %s, more than the %s that can be worked with",
                         file->path, (long long)found.width, (long long)found.height,
                         sample_traits(found.type)->name, format_bytes((int64_t)bytes, size, sizeof size),
                         format_bytes(FRAME_BYTES_MAX, most, sizeof most));
    }
    mark_the_largest(&found);
    complete_levels(&found);
    *info = found;
    return STATUS_OK;
}

static bool request_fits(const struct decode_request *request, const struct frame_info *info)
{
    const struct rect *rect = &request->rect;
    const struct frame_level *level = &info->levels[request->level];
    if (!request->pixels || !request->classes)
        return false;
    if (rect->x < 0 || rect->y < 0 || rect->width < 1 || rect->height < 1)
        return false;
    if (rect->width > level->width - rect->x || rect->height > level->height - rect->y)
        return false;
    return request->stride >= (size_t)rect->width * sample_traits(info->type)->bytes;
}

// True if all bytes of the sample are those of a lost pixel: 0, or NaN as readers write it.
static bool is_filling(enum sample_type type, const uint8_t *sample)
{
    const double value = sample_value(type, sample);
    return sample_traits(type)->is_float ? isnan(value) : value == 0;
}

// Drops the classes that the caller does not want. Where data are lost, MASK_BAD stays at what may be lost.
static void drop_classes(const struct decode_request *request, enum sample_type type, bool any_lost)
{
    const size_t bytes = sample_traits(type)->bytes;
    const uint8_t ignored = request->ignored_classes;
    for (int64_t y = 0; y < request->rect.height; y++) {
        uint8_t *classes = request->classes + y * request->rect.width;
        const uint8_t *samples = (const uint8_t *)request->pixels + (size_t)y * request->stride;
        for (int64_t x = 0; x < request->rect.width; x++) {
            const bool bad = any_lost && (classes[x] & MASK_BIT(MASK_BAD));
            const bool lost = bad && is_filling(type, samples + (size_t)x * bytes);
            classes[x] &= (uint8_t) ~(lost ? ignored & ~MASK_BIT(MASK_BAD) : ignored);
        }
    }
}

enum status image_file_info_heeding(struct image_file *file, int64_t frame, struct cancel *cancel,
                                    struct frame_info *info, struct error *error)
{
    file->cancel = cancel;
    const enum status status = image_file_info(file, frame, info, error);
    file->cancel = NULL;
    return status;
}

// What came of a call: nothing, once it is cancelled.
static enum status outcome(const struct image_file *file, struct cancel *cancel, enum status status,
                           struct error *error)
{
    return cancel_requested(cancel)
               ? error_set(error, STATUS_CANCELLED, "%s: reading was cancelled", file->path)
               : blame_change(file, status, error);
}

enum status image_file_decode(struct image_file *file, const struct decode_request *request,
                              struct decode_report *report, struct error *error)
{
    struct frame_info info = {0};
    enum status status = image_file_info_heeding(file, request->frame, request->cancel, &info, error);
    if (status != STATUS_OK)
        return status;
    if (request->level < 0 || request->level >= info.level_count)
        return error_set(error, STATUS_USAGE, "%s: there is no level # %d of frame # %lld, the last is # %d",
                         file->path, request->level, (long long)request->frame, info.level_count - 1);
    if (!request_fits(request, &info))
        return error_set(
            error, STATUS_USAGE, "%s: the rectangle %lld,%lld %lldx%lld is not within %lldx%lld pixels",
            file->path, (long long)request->rect.x, (long long)request->rect.y,
            (long long)request->rect.width, (long long)request->rect.height,
            (long long)info.levels[request->level].width, (long long)info.levels[request->level].height);
    struct decode_report unused = {0}, *told = report ? report : &unused;
    status = outcome(file, request->cancel, file->reader->decode(file, request, told, error), error);
    if (status != STATUS_CANCELLED && file->blob &&
        blob_check(file->blob, file->reader->grows_in_place, error) != STATUS_OK)
        return STATUS_IO;
    if (status == STATUS_OK && request->ignored_classes && told->any_class)
        drop_classes(request, info.type, told->lost_pixels > 0);
    return status;
}

enum status image_file_clone(struct image_file *file, struct image_file **copy, struct error *error)
{
    struct image_file *made = NULL;
    const enum status status = blame_change(file, file->reader->clone(file, &made, error), error);
    if (status != STATUS_OK)
        return status;
    made->cancel = NULL; // that is the caller's of the moment
    *copy = made;
    return STATUS_OK;
}

// The end of a call of the reader that heeded file->cancel.
static enum status heeded(struct image_file *file, enum status status, struct error *error)
{
    struct cancel *cancel = file->cancel;
    file->cancel = NULL;
    return outcome(file, cancel, status, error);
}

// The same of one that appends to a text.
static enum status heeded_text(struct image_file *file, enum status status, struct text *read,
                               struct text *out, struct error *error)
{
    status = heeded(file, status, error);
    if (status != STATUS_CANCELLED)
        text_append(out, text_string(read));
    text_free(read);
    return status;
}

enum status image_file_metadata(struct image_file *file, int64_t frame, struct cancel *cancel,
                                struct text *out, struct error *error)
{
    struct text read = {0};
    enum status status = frame_check(file, frame, error);
    if (status != STATUS_OK || !file->reader->metadata)
        return status;
    file->cancel = cancel;
    status = file->reader->metadata(file, frame, &read, error);
    return heeded_text(file, status, &read, out, error);
}

enum status image_file_detector(struct image_file *file, int64_t frame, struct cancel *cancel,
                                struct detector_info *info, struct error *error)
{
    detector_info_clear(info);
    enum status status = frame_check(file, frame, error);
    if (status != STATUS_OK || !file->reader->detector)
        return status;
    file->cancel = cancel;
    status = heeded(file, file->reader->detector(file, frame, info, error), error);
    if (status == STATUS_CANCELLED)
        detector_info_clear(info);
    return status;
}

enum status image_file_contents(struct image_file *file, struct cancel *cancel, struct text *out,
                                struct error *error)
{
    struct text read = {0};
    if (!file->reader->contents)
        return STATUS_OK;
    file->cancel = cancel;
    const enum status status = file->reader->contents(file, &read, error);
    return heeded_text(file, status, &read, out, error);
}

enum status image_file_verify(struct image_file *file, int64_t frame, struct cancel *cancel, bool *known,
                              struct error *error)
{
    *known = false;
    enum status status = frame_check(file, frame, error);
    if (status != STATUS_OK || !file->reader->verify)
        return status;
    file->cancel = cancel;
    status = heeded(file, file->reader->verify(file, frame, known, error), error);
    *known = *known && status != STATUS_CANCELLED;
    return status;
}

void image_file_close(struct image_file **file)
{
    if (!file || !*file)
        return;
    (*file)->reader->close(*file);
    *file = NULL;
}
