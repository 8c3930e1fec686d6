// SPDX-License-Identifier: MIT
// One loader with one lane, those that were left, and the list of what was refused.
#include "sources/preview.h"

#include "base/clock.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct refusal {
    char *path;
    const char *reason;
    struct file_identity identity; // all 0: the file did not even tell that
};

struct preview {
    struct jobs *jobs;
    struct loader *loader; // NULL: nothing is being loaded
    char *path;            // of what is being loaded
    int64_t start_ns;
    struct loader *left[PREVIEW_MAX_STUCK];
    int left_count;
    struct refusal *refusals; // in the order in which they came, in a ring
    size_t refusal_count, refusal_next;
    int64_t opened;
};

static const struct file_identity unknown;

static bool is_known(const struct file_identity *identity)
{
    return memcmp(identity, &unknown, sizeof unknown) != 0;
}

static const char *reason_of(enum status status)
{
    static const char *const reasons[STATUS_COUNT] = {
        [STATUS_NOT_MINE] = "no image",
        [STATUS_BROKEN] = "damaged",
        [STATUS_UNSUPPORTED] = "nothing that can be shown",
        [STATUS_IO] = "cannot be read",
        [STATUS_NO_MEMORY] = "too large for the memory",
        [STATUS_TOO_LARGE] = "too large for a small picture",
        [STATUS_CANCELLED] = "takes too long for a small picture",
    };
    return reasons[status] ? reasons[status] : "no small picture";
}

// --- what was refused ---

static struct refusal *refusal_find(const struct preview *preview, const char *path)
{
    for (size_t i = 0; i < preview->refusal_count; i++)
        if (strcmp(preview->refusals[i].path, path) == 0)
            return &preview->refusals[i];
    return NULL;
}

const char *preview_refusal(const struct preview *preview, const char *path)
{
    const struct refusal *refusal = refusal_find(preview, path);
    return refusal ? refusal->reason : NULL;
}

// The place for one more: in front of all once there are too many.
static struct refusal *refusal_add(struct preview *preview)
{
    if (preview->refusal_count < PREVIEW_MAX_REFUSED) {
        const size_t count = preview->refusal_count++;
        if ((count & (count + 1)) == 0) // 0, 1, 3, 7, ...: doubled
            preview->refusals = must_resize(preview->refusals, 2 * (count + 1) * sizeof *preview->refusals);
        preview->refusals[count] = (struct refusal){0};
        return &preview->refusals[count];
    }
    struct refusal *refusal = &preview->refusals[preview->refusal_next];
    preview->refusal_next = (preview->refusal_next + 1) % PREVIEW_MAX_REFUSED;
    free(refusal->path);
    return refusal;
}

static void remember(struct preview *preview, enum status status)
{
    struct refusal *refusal = refusal_find(preview, preview->path);
    if (!refusal) {
        refusal = refusal_add(preview);
        refusal->path = must_copy(preview->path);
    }
    refusal->reason = reason_of(status);
    refusal->identity = loader_identity(preview->loader);
}

static void forget(struct preview *preview)
{
    struct refusal *refusal = refusal_find(preview, preview->path);
    if (!refusal)
        return;
    free(refusal->path);
    *refusal = preview->refusals[--preview->refusal_count];
    preview->refusal_next = 0;
}

// --- loads that were left ---

// Frees those that have ended.
static void look_after(struct preview *preview)
{
    int kept = 0;
    for (int i = 0; i < preview->left_count; i++) {
        if (loader_done(preview->left[i]))
            loader_abandon(&preview->left[i]);
        else
            preview->left[kept++] = preview->left[i];
    }
    preview->left_count = kept;
}

static void clear(struct preview *preview)
{
    free(preview->path);
    preview->path = NULL;
    preview->loader = NULL;
}

void preview_stop(struct preview *preview)
{
    if (!preview->loader)
        return;
    loader_leave(preview->loader);
    preview->left[preview->left_count++] = preview->loader; // there was room when it began
    clear(preview);
}

// --- life ---

struct preview *preview_create(struct jobs *jobs)
{
    struct preview *preview = must_alloc(sizeof *preview);
    preview->jobs = jobs;
    return preview;
}

void preview_destroy(struct preview **preview)
{
    struct preview *old = *preview;
    if (!old)
        return;
    preview_stop(old);
    for (int i = 0; i < old->left_count; i++)
        loader_abandon(&old->left[i]);
    for (size_t i = 0; i < old->refusal_count; i++)
        free(old->refusals[i].path);
    free(old->refusals);
    free(old);
    *preview = NULL;
}

// --- loading ---

bool preview_start(struct preview *preview, const char *path, int channel, enum reduce_mode reduce)
{
    preview_stop(preview);
    look_after(preview);
    const struct refusal *refusal = refusal_find(preview, path);
    if (preview->left_count == PREVIEW_MAX_STUCK || (refusal && !is_known(&refusal->identity)))
        return false;
    const struct loader_request request = {.jobs = preview->jobs,
                                           .priority = JOB_IDLE,
                                           .name = path,
                                           .channel = channel,
                                           .reduce = reduce,
                                           .threads = 1,
                                           .max_unpacked_bytes = PREVIEW_MAX_UNPACKED_BYTES,
                                           .closes_file = true,
                                           .refused = refusal ? refusal->identity : unknown};
    preview->path = must_copy(path);
    preview->start_ns = clock_now_ns();
    preview->loader = loader_start(&request);
    return true;
}

void preview_refuse(struct preview *preview, enum status status)
{
    preview->opened++;
    remember(preview, status);
    preview_stop(preview);
}

static bool is_cheap(const struct frame_info *info)
{
    size_t bytes;
    return frame_bytes(info, &bytes) && bytes <= (size_t)PREVIEW_MAX_FRAME_BYTES;
}

// The load has ended: it failed, unless all of it is there.
static enum preview_state conclude(struct preview *preview)
{
    const enum status status = loader_status(preview->loader);
    const bool unchanged = loader_was_unchanged(preview->loader);
    preview->opened += !unchanged;
    if (status == STATUS_OK)
        return PREVIEW_LOADED;
    if (!unchanged)
        remember(preview, status);
    loader_abandon(&preview->loader);
    clear(preview);
    return PREVIEW_FAILED;
}

enum preview_state preview_poll(struct preview *preview, int64_t now_ns)
{
    struct frame_info info;
    look_after(preview);
    if (!preview->loader)
        return PREVIEW_NONE;
    if (loader_done(preview->loader))
        return conclude(preview);
    enum status status = STATUS_OK;
    if (loader_info(preview->loader, &info) && !is_cheap(&info))
        status = STATUS_TOO_LARGE;
    else if (now_ns - preview->start_ns > (int64_t)PREVIEW_MAX_MS * 1000000)
        status = STATUS_CANCELLED;
    if (status == STATUS_OK)
        return PREVIEW_LOADING;
    preview_refuse(preview, status);
    return PREVIEW_FAILED;
}

struct loader *preview_loader(struct preview *preview)
{
    return preview->loader;
}

void preview_finish(struct preview *preview, struct loader_outcome *outcome)
{
    forget(preview);
    loader_finish(&preview->loader, outcome);
    clear(preview);
}

int64_t preview_opened(const struct preview *preview)
{
    return preview->opened;
}

int preview_stuck(const struct preview *preview)
{
    return preview->left_count;
}
