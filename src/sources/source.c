// SPDX-License-Identifier: MIT
// The list of names to show, opened one by one, and stepping through their frames.
#include "sources/source.h"

#include "base/size.h"
#include "formats/readers_list.h"
#include "sources/sim.h"

#include <stdlib.h>
#include <string.h>

struct source_item {
    char *name;
    int64_t frames; // 0 while unknown
};

struct source {
    struct source_item *items;
    size_t count;
    int channel;
};

// Names that are no files: what stands before the colon, and who opens them.
static const struct {
    const char *prefix;
    const struct reader *reader;
} schemes[] = {
    {"sim:", &sim_reader},
    {"raw:", &raw_reader},
};

enum status source_open_name(const char *name, int channel, struct image_file **file, struct error *error)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        if (strncmp(name, schemes[i].prefix, strlen(schemes[i].prefix)) != 0)
            continue;
        struct open_request request = {.path = name, .channel = channel};
        return schemes[i].reader->open(&request, file, error);
    }
    return image_file_open(name, channel, file, error);
}

enum status source_create(const char *const *names, size_t count, int channel, struct source **source,
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
    created->channel = channel;
    for (size_t i = 0; i < count; i++)
        created->items[i].name = must_copy(names[i]);
    *source = created;
    return STATUS_OK;
}

void source_destroy(struct source **source)
{
    if (!source || !*source)
        return;
    for (size_t i = 0; i < (*source)->count; i++)
        free((*source)->items[i].name);
    free((*source)->items);
    free(*source);
    *source = NULL;
}

size_t source_count(const struct source *source)
{
    return source->count;
}

const char *source_name(const struct source *source, size_t index)
{
    return source->items[index].name;
}

enum status source_open(const struct source *source, size_t item, struct image_file **file,
                        struct error *error)
{
    return source_open_name(source->items[item].name, source->channel, file, error);
}

void source_set_frames(struct source *source, size_t item, int64_t frames)
{
    source->items[item].frames = int64_max(frames, 1);
}

int64_t source_frames(const struct source *source, size_t item)
{
    return source->items[item].frames;
}

// The number of frames, found by opening the item if need be. A failure is not remembered: the file may be
// whole when it is stepped on again.
static int64_t frames_known(struct source *source, size_t item)
{
    if (source->items[item].frames > 0)
        return source->items[item].frames;
    struct image_file *file;
    struct error error = {0};
    if (source_open(source, item, &file, &error) != STATUS_OK)
        return 1;
    source_set_frames(source, item, file->frames);
    image_file_close(&file);
    return source->items[item].frames;
}

static int64_t step_forward(struct source *source, struct source_position *position, int64_t steps)
{
    int64_t left = steps;
    for (;;) {
        int64_t ahead = int64_max(frames_known(source, position->item) - 1 - position->frame, 0);
        int64_t taken = int64_min(left, ahead);
        position->frame += taken;
        left -= taken;
        if (left == 0 || position->item + 1 >= source->count)
            return steps - left;
        position->item++;
        position->frame = 0;
        left--;
    }
}

static int64_t step_back(struct source *source, struct source_position *position, int64_t steps)
{
    int64_t left = steps;
    for (;;) {
        int64_t taken = int64_min(left, position->frame);
        position->frame -= taken;
        left -= taken;
        if (left == 0 || position->item == 0)
            return steps - left;
        position->item--;
        position->frame = frames_known(source, position->item) - 1;
        left--;
    }
}

struct source_position source_step(struct source *source, struct source_position position, int64_t steps,
                                   int64_t *moved)
{
    int64_t made = 0;
    if (steps > 0)
        made = step_forward(source, &position, steps);
    else if (steps < 0)
        made = -step_back(source, &position, steps == INT64_MIN ? INT64_MAX : -steps);
    if (moved)
        *moved = made;
    return position;
}
