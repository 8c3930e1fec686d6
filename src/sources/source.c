// SPDX-License-Identifier: MIT
// The list of names to show, opened one by one, and stepping through their frames.
#include "sources/source.h"

#include "base/size.h"
#include "formats/base/readers_list.h"
#include "sources/sim.h"
#include "sources/slab.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_OPENED = 64, // items that one step may open
    ALIKE = 8,       // so many items with the same number of frames stand for all
};

struct source_item {
    char *name;
    int64_t frames;          // 0 while unknown
    bool found;              // in a folder or by a pattern
    atomic_bool passed_over; // read when slabs are opened, on any thread
};

struct source {
    atomic_int owners;
    struct source_item *items;
    size_t count;
    int channel;
    int64_t typical; // frames of the item opened last
    size_t known;    // items whose number of frames is known
    bool uneven;     // these numbers differ
    // Of slabs.
    struct source *inner; // NULL: the items are files
    enum slab_mode slab;
    int64_t slab_frames;
};

// Names that are no files: what stands before the colon, and who opens them.
static const struct {
    const char *prefix;
    const struct reader *reader; // NULL: slabs, of whatever has a name
} schemes[] = {
    {"sim:", &sim_reader}, {"raw:", &raw_reader}, {"sum:", NULL}, {"max:", NULL}, {"mean:", NULL},
};

enum status source_open_request(const struct open_request *request, struct image_file **file,
                                struct error *error)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        const struct reader *reader = schemes[i].reader;
        if (strncmp(request->path, schemes[i].prefix, strlen(schemes[i].prefix)) == 0)
            return reader ? reader->open(request, file, error)
                          : slab_open_specification(request, source_open_request, file, error);
    }
    return image_file_open_request(request, file, error);
}

enum status source_open_name(const char *name, int channel, struct cancel *cancel, struct image_file **file,
                             struct error *error)
{
    const struct open_request request = {.path = name, .channel = channel, .cancel = cancel};
    return source_open_request(&request, file, error);
}

static enum status create(const char *const *names, size_t count, int channel, struct source **source,
                          struct error *error)
{
    size_t bytes;
    if (count == 0)
        return error_set(error, STATUS_USAGE, "no image was named");
    if (!size_multiply(count, sizeof(struct source_item), &bytes))
        return error_set(error, STATUS_TOO_LARGE, "too many images were named");
    struct source *created = must_alloc(sizeof *created);
    created->items = must_alloc(bytes);
    created->count = count;
    atomic_init(&created->owners, 1);
    created->channel = channel;
    created->typical = 1;
    for (size_t i = 0; i < count; i++)
        created->items[i].name = must_copy(names[i]);
    *source = created;
    return STATUS_OK;
}

enum status source_create(const char *const *names, size_t count, int channel, struct source **source,
                          struct error *error)
{
    return create(names, count, channel, source, error);
}

enum status source_create_series(const struct series *series, int channel, struct source **source,
                                 struct error *error)
{
    enum status status = create((const char *const *)series->names, series->count, channel, source, error);
    for (size_t i = 0; !status && i < series->count; i++)
        (*source)->items[i].found = series->found[i];
    return status;
}

enum status source_create_slab(const struct source *inner, enum slab_mode mode, int64_t count,
                               struct source **source, struct error *error)
{
    struct text label = {0};
    text_printf(&label, "%s:%lld:%s", slab_mode_name(mode), (long long)count, inner->items[0].name);
    const char *name = text_string(&label);
    enum status status = create(&name, 1, inner->channel, source, error);
    if (!status) {
        (*source)->inner = source_share(inner);
        (*source)->slab = mode;
        (*source)->slab_frames = count;
    }
    text_free(&label);
    return status;
}

struct source *source_share(const struct source *source)
{
    // The number of owners is no part of what the owners see.
    struct source *shared = (struct source *)(uintptr_t)source;
    if (shared)
        atomic_fetch_add_explicit(&shared->owners, 1, memory_order_relaxed);
    return shared;
}

void source_destroy(struct source **source)
{
    struct source *gone = *source;
    *source = NULL;
    if (!gone || atomic_fetch_sub_explicit(&gone->owners, 1, memory_order_acq_rel) > 1)
        return;
    source_destroy(&gone->inner);
    for (size_t i = 0; i < gone->count; i++)
        free(gone->items[i].name);
    free(gone->items);
    free(gone);
}

size_t source_count(const struct source *source)
{
    return source->count;
}

const char *source_name(const struct source *source, size_t index)
{
    return source->items[index].name;
}

// The names of the inner source as one file of slabs.
static enum status open_slab(const struct source *source, struct cancel *cancel, struct image_file **file,
                             struct error *error)
{
    const struct source *inner = source->inner;
    struct slab_request request = {.mode = source->slab,
                                   .frames = source->slab_frames,
                                   .channel = inner->channel,
                                   .label = source->items[0].name,
                                   .cancel = cancel,
                                   .open = source_open_request,
                                   .names = must_alloc(inner->count * sizeof *request.names),
                                   .found = must_alloc(inner->count * sizeof *request.found)};
    for (size_t i = 0; i < inner->count; i++) {
        if (inner->items[i].passed_over)
            continue;
        request.names[request.count] = inner->items[i].name;
        request.found[request.count++] = inner->items[i].found;
    }
    enum status status = slab_open(&request, file, error);
    free(request.names);
    free(request.found);
    return status;
}

enum status source_open(const struct source *source, size_t item, struct cancel *cancel,
                        struct image_file **file, struct error *error)
{
    return source->inner ? open_slab(source, cancel, file, error)
                         : source_open_name(source->items[item].name, source->channel, cancel, file, error);
}

// The file of "NAME[2]", "NAME::/path" or "raw:NAME?width=..."; the caller frees it.
static char *file_of(const char *name)
{
    static const char raw_scheme[] = "raw:";
    if (strncmp(name, raw_scheme, strlen(raw_scheme)) != 0)
        return strndup(name, (size_t)(path_selector(name) - name));
    name += strlen(raw_scheme);
    return strndup(name, strcspn(name, "?"));
}

struct file_identity source_identify(const struct source *source, size_t item)
{
    const char *name = source->items[item].name;
    if (source->inner)
        return (struct file_identity){0};
    if (strncmp(name, "sim:", 4) == 0)
        return (struct file_identity){.number = 1};
    struct file_identity identity = file_identify(name);
    char *file = identity.number ? NULL : file_of(name);
    if (file)
        identity = file_identify(file);
    free(file);
    return identity;
}

void source_set_frames(struct source *source, size_t item, int64_t frames)
{
    frames = int64_max(frames, 1);
    source->known += source->items[item].frames == 0;
    source->uneven |= source->known > 1 && frames != source->typical;
    source->items[item].frames = source->typical = frames;
}

int64_t source_frames(const struct source *source, size_t item)
{
    return source->items[item].frames;
}

void source_pass_over(struct source *source, size_t item)
{
    source->items[item].passed_over = true;
}

bool source_was_found(const struct source *source, size_t item)
{
    return source->items[item].found;
}

int64_t source_frames_before(const struct source *source, size_t item, bool *exact)
{
    int64_t frames = 0;
    for (size_t i = 0; i < item; i++) {
        const struct source_item *before = &source->items[i];
        if (before->passed_over)
            continue;
        *exact = *exact && before->frames > 0;
        frames += int64_max(before->frames, 1);
    }
    return frames;
}

// What a step may do to learn the numbers of frames that it passes.
struct counting {
    int opens;       // items that it may still open
    bool only_known; // none, and then:
    bool missing;    // one would have had to be opened
};

// The number of frames, found by opening the item if need be and allowed. A failure is not remembered: the
// file may be whole when it is stepped on again.
static int64_t frames_known(struct source *source, size_t item, struct counting *counting)
{
    if (source->items[item].passed_over)
        return 0;
    if (source->items[item].frames > 0)
        return source->items[item].frames;
    struct image_file *file;
    struct error error = {0};
    const bool alike = source->known >= ALIKE && !source->uneven;
    counting->missing |= !alike && counting->only_known;
    if (alike || counting->only_known || counting->opens-- <= 0)
        return source->typical;
    if (source_open(source, item, NULL, &file, &error) != STATUS_OK)
        return 1;
    source_set_frames(source, item, file->frames);
    image_file_close(&file);
    return source->items[item].frames;
}

// The nearest item in a direction that is not passed over; false if there is none.
static bool neighbour(const struct source *source, size_t *item, int direction)
{
    size_t at = *item;
    do {
        if (direction > 0 ? at + 1 >= source->count : at == 0)
            return false;
        at = direction > 0 ? at + 1 : at - 1;
    } while (source->items[at].passed_over);
    *item = at;
    return true;
}

struct source_position source_first(const struct source *source)
{
    struct source_position position = {0, 0};
    if (source->items[0].passed_over)
        neighbour(source, &position.item, 1);
    return position;
}

struct source_position source_last(const struct source *source)
{
    struct source_position position = {source->count - 1, -1};
    if (source->items[position.item].passed_over)
        neighbour(source, &position.item, -1);
    if (source->items[position.item].frames > 0)
        position.frame = source->items[position.item].frames - 1;
    return position;
}

static int64_t step_forward(struct source *source, struct source_position *position, int64_t steps,
                            struct counting *counting)
{
    int64_t left = steps;
    while (left > 0 && !counting->missing) {
        int64_t ahead = int64_max(frames_known(source, position->item, counting) - 1 - position->frame, 0);
        int64_t taken = int64_min(left, ahead);
        position->frame += taken;
        left -= taken;
        if (left == 0 || !neighbour(source, &position->item, 1))
            return steps - left;
        position->frame = 0;
        left--;
    }
    return steps - left;
}

static int64_t step_back(struct source *source, struct source_position *position, int64_t steps,
                         struct counting *counting)
{
    int64_t left = steps;
    while (!counting->missing) {
        int64_t taken = int64_min(left, position->frame);
        position->frame -= taken;
        left -= taken;
        if (left == 0 || !neighbour(source, &position->item, -1))
            return steps - left;
        left--;
        const int64_t known = source->items[position->item].frames;
        position->frame = -1; // as good as a number, and needs no open file
        if (left == 0 && known == 0)
            return steps;
        position->frame = frames_known(source, position->item, counting) - 1;
    }
    return steps - left;
}

static struct source_position step(struct source *source, struct source_position position, int64_t steps,
                                   struct counting *counting, int64_t *moved)
{
    int64_t made = 0;
    if (steps > 0)
        made = step_forward(source, &position, steps, counting);
    else if (steps < 0)
        made = -step_back(source, &position, steps == INT64_MIN ? INT64_MAX : -steps, counting);
    if (moved)
        *moved = made;
    return position;
}

struct source_position source_step(struct source *source, struct source_position position, int64_t steps,
                                   int64_t *moved)
{
    struct counting first = {.opens = 1}, counting = {.opens = MAX_OPENED};
    if (position.frame < 0 && steps != 0)
        position.frame = int64_max(frames_known(source, position.item, &first) + position.frame, 0);
    return step(source, position, steps, &counting, moved);
}

bool source_step_known(struct source *source, struct source_position *position, int64_t steps, int64_t *moved)
{
    struct counting counting = {.only_known = true};
    struct source_position from = *position;
    const int64_t frames = source->items[from.item].frames;
    if (from.frame < 0 && frames > 0)
        from.frame = int64_max(frames + from.frame, 0);
    // It was looked at and is not known: it cannot be opened, or was given up.
    if (frames == 0 && steps > 0 && neighbour(source, &from.item, 1)) {
        from.frame = 0;
        steps--;
    } else if (frames == 0) {
        from = (struct source_position){position->item, 0};
        steps = steps > 0 ? 0 : steps;
    }
    const bool left = from.item != position->item;
    const struct source_position to = step(source, from, steps, &counting, moved);
    *moved += left;
    if (!counting.missing)
        *position = to;
    return !counting.missing;
}

// --- counting on another thread ---

struct source *source_fork(const struct source *source)
{
    struct source *copy = must_alloc(sizeof *copy);
    *copy = *source;
    atomic_init(&copy->owners, 1);
    source_share(copy->inner);
    copy->items = must_alloc(source->count * sizeof *copy->items);
    for (size_t i = 0; i < source->count; i++) {
        copy->items[i] = source->items[i];
        copy->items[i].name = must_copy(source->items[i].name);
    }
    return copy;
}

void source_learn(struct source *source, const struct source *fork)
{
    for (size_t i = 0; i < source->count && i < fork->count; i++) {
        if (source->items[i].frames == 0 && fork->items[i].frames > 0)
            source_set_frames(source, i, fork->items[i].frames);
    }
}
