// SPDX-License-Identifier: MIT
// Opening of series and slabs of them.
#include "session/document.h"

#include "base/text.h"
#include "formats/base/reader.h"
#include "sources/series.h"
#include "sources/slab.h"

#include <stdlib.h>

struct document *document_create(int channel)
{
    struct document *document = must_alloc(sizeof *document);
    *document = (struct document){.references = 1, .channel = channel, .masks = mask_book_create()};
    return document;
}

struct document *document_share(struct document *document)
{
    document->references++;
    return document;
}

void document_release(struct document **address)
{
    struct document *document = *address;
    *address = NULL;
    if (!document || --document->references > 0)
        return;
    source_destroy(&document->source);
    source_destroy(&document->plain);
    mask_book_destroy(&document->masks);
    free(document->mask_path);
    free(document);
}

struct source *document_files(const struct document *document)
{
    return document->plain ? document->plain : document->source;
}

struct document *document_fork(const struct document *document)
{
    struct document *fork = must_alloc(sizeof *fork);
    *fork = (struct document){.references = 1,
                              .source = source_share(document->source),
                              .plain = document->plain ? source_share(document->plain) : NULL,
                              .slab_frames = document->slab_frames,
                              .channel = document->channel,
                              .masks = mask_book_share(document->masks),
                              .mask_path = document->mask_path ? must_copy(document->mask_path) : NULL};
    return fork;
}

void document_take_masks(struct document *document, struct document *old)
{
    struct mask_book *empty = document->masks;
    document->masks = old->masks;
    document->mask_path = old->mask_path;
    old->masks = empty;
    old->mask_path = NULL;
}

// The folder of a file, from the image before or after it on.
static enum status open_beside(const struct document_request *request, struct source **source,
                               struct source_position *position, struct error *error)
{
    struct series series = {0};
    enum status status = series_expand_beside(request->names[0], request->beside, &series, error);
    if (!status)
        status = source_create_series(&series, request->channel, source, error);
    *position = (struct source_position){series.start, request->beside < 0 ? -1 : 0};
    series_free(&series);
    return status;
}

// The source of the names, and the place of the frame in it.
static enum status open_series(const struct document_request *request, int64_t frame, struct source **source,
                               struct source_position *position, struct error *error)
{
    struct series series = {0};
    enum status status = series_expand(request->names, request->count, request->siblings, &series, error);
    if (!status)
        status = source_create_series(&series, request->channel, source, error);
    *position = (struct source_position){series.start, frame};
    series_free(&series);
    // The frames of a single file are counted by the loader, which opens it.
    if (status || frame == 0 || source_count(*source) == 1)
        return status;
    int64_t moved;
    position->frame = 0;
    *position = source_step(*source, *position, frame, &moved);
    if (moved == frame)
        return STATUS_OK;
    source_destroy(source);
    char last[56];
    return error_set(error, STATUS_USAGE, "from %s on there is no frame # %lld, the last is %s",
                     request->names[0], (long long)frame, format_frame(moved, moved + 1, last, sizeof last));
}

enum status document_open(const struct document_request *request, struct document **document,
                          struct source_position *position, struct error *error)
{
    struct source *source = NULL, *slabs = NULL;
    const bool slab = request->slab_frames > 0;
    enum status status = request->beside
                             ? open_beside(request, &source, position, error)
                             : open_series(request, slab ? 0 : request->frame, &source, position, error);
    if (!status && slab)
        status = source_create_slab(source, request->slab, request->slab_frames, &slabs, error);
    if (status) {
        source_destroy(&source);
        return status;
    }
    if (slab)
        *position = (struct source_position){0, request->frame};
    *document = document_create(request->channel);
    (*document)->source = slabs ? slabs : source;
    (*document)->plain = slabs ? source : NULL;
    (*document)->slab_frames = slabs ? request->slab_frames : 0;
    return STATUS_OK;
}
