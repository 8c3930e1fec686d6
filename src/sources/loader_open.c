// SPDX-License-Identifier: MIT
// The beginning of a load: the file is opened, and mask and buffers are prepared.
#include "sources/loader_internal.h"

#include "base/size.h"
#include "formats/writers/mask_file.h"
#include "image/sentinel.h"
#include "sources/band_plan.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static bool choose_sizes(struct loader *loader)
{
    const struct frame_info *info = &loader->info;
    size_t values;
    if (!reducer_values(info->width, loader->plan.rows, loader->plan.levels, &values))
        return false;
    return size_multiply(values, sizeof(float), &loader->plan.levels_bytes) &&
           size_of_plane(info->width, loader->plan.rows, 1, &loader->plan.classes_bytes) &&
           size_multiply(loader->plan.classes_bytes, sample_traits(sample_storage_type(info->type))->bytes,
                         &loader->plan.pixels_bytes);
}

// Reads the mask file. One that cannot be used is a remark of the outcome, and no failure.
static void read_file_layer(struct loader *loader)
{
    struct mask *layer = NULL;
    struct error *error = &loader->found.mask_error;
    enum status status = mask_create(loader->info.width, loader->info.height, &layer, error);
    if (!status)
        status = mask_file_load(loader->mask_path, &loader->cancel, layer, error);
    if (!status && !loader->masks.user)
        status = mask_create(loader->info.width, loader->info.height, &loader->masks.user, error);
    if (status) {
        mask_destroy(&layer);
        return;
    }
    mask_take(loader->masks.user, layer, MASK_BIT(MASK_FILE));
    loader->masks.file_layer = layer;
}

// The mask of the frame's classes, empty as yet, and the user's layers that are over it.
static enum status prepare_masks(struct loader *loader, struct error *error)
{
    struct loader_request *request = &loader->request;
    if (loader->masks.user && (loader->masks.user->width != loader->info.width ||
                               loader->masks.user->height != loader->info.height))
        mask_destroy(&loader->masks.user);
    if (!loader->masks.user) {
        request->owned_layers = 0;
        request->mask_has_file = false;
    }
    loader->masks.user_bits = mask_user_bits(request->owned_layers, request->choice.ignored);
    if (loader->mask_path && !request->mask_has_file && (loader->masks.user_bits & MASK_BIT(MASK_FILE)) &&
        !(request->owned_layers & MASK_BIT(MASK_FILE)))
        read_file_layer(loader);
    return mask_create(loader->info.width, loader->info.height, &loader->masks.classes, error);
}

void loader_buffers_destroy(struct loader_buffers **buffers)
{
    for (int i = 0; *buffers && i < (*buffers)->count; i++) {
        free((*buffers)->slots[i].pixels);
        free((*buffers)->slots[i].levels);
    }
    for (int i = 0; *buffers && i < LOADER_MAX_LANES; i++)
        lane_memory_free(&(*buffers)->lanes[i]);
    free(*buffers);
    *buffers = NULL;
}

// The table of slots: that of the load before if it fits, else one whose slots get their buffers when they
// are first used.
static bool slots_allocate(struct loader *loader)
{
    struct loader_buffers *old = loader->request.buffers;
    size_t bytes;
    const int64_t ahead =
        loader->request.ahead_bytes / (int64_t)(loader->plan.pixels_bytes + loader->plan.levels_bytes + 1);
    const int64_t limit = int64_max(int64_min(ahead, loader->plan.bands), LOADER_MAX_LANES + 1);
    if (old && old->pixels_bytes == loader->plan.pixels_bytes &&
        old->levels_bytes == loader->plan.levels_bytes && old->limit == limit) {
        loader->slots = old;
        loader->request.buffers = NULL;
        return true;
    }
    loader_buffers_destroy(&loader->request.buffers);
    if (limit > INT_MAX || !size_multiply((size_t)limit, sizeof(struct loader_slot), &bytes) ||
        !size_add(bytes, sizeof *loader->slots, &bytes))
        return false;
    loader->slots = calloc(1, bytes);
    if (loader->slots)
        *loader->slots = (struct loader_buffers){.pixels_bytes = loader->plan.pixels_bytes,
                                                 .levels_bytes = loader->plan.levels_bytes,
                                                 .limit = (int)limit};
    return loader->slots != NULL;
}

// How many rows are looked at for the map: few where each takes a chunk to be decoded; of one stream the
// first ones, else it would be decoded twice.
static int64_t rows_for_map(const struct frame_info *info)
{
    enum { PLAIN_ROWS = 16, CHUNKED_ROWS = 5, CHUNKS_EACH = 4 };
    if (info->chunk_height <= 1 || info->sequential)
        return int64_min(PLAIN_ROWS, info->height);
    return int64_clamp(info->height / (CHUNKS_EACH * info->chunk_height), 1, CHUNKED_ROWS);
}

// The map of 64-bit samples, by rows spread over the frame. Where they cannot be had, the load itself tells
// why.
static void choose_map(struct loader *loader)
{
    enum { COLUMNS = 65536 };
    struct frame_info *info = &loader->info;
    const int64_t rows = rows_for_map(info), width = int64_min(info->width, COLUMNS);
    const size_t row_bytes = (size_t)width * sample_traits(info->type)->bytes;
    if (sample_traits(info->type)->bytes != 8)
        return;
    uint8_t *samples = calloc((size_t)rows, row_bytes), *classes = calloc((size_t)rows, (size_t)width);
    const struct sentinel_marks marks = sentinel_prepare(&info->sentinels, info->type);
    // From the last to the first, whose chunk the reader may keep for the load.
    for (int64_t i = rows - 1; samples && classes && i >= 0 && !cancel_requested(&loader->cancel); i--) {
        const int64_t y = info->sequential ? i : (2 * i + 1) * info->height / (2 * rows);
        uint8_t *row = samples + (size_t)i * row_bytes, *bits = classes + i * width;
        const struct decode_request request = {.frame = loader->request.frame,
                                               .rect = {0, y, width, 1},
                                               .pixels = row,
                                               .stride = row_bytes,
                                               .classes = bits,
                                               .cancel = &loader->cancel};
        struct decode_report report = {0};
        if (image_file_decode(loader->file, &request, &report, NULL) != STATUS_OK)
            memset(row, 0, row_bytes); // zeros do not count
        else
            sentinel_find(&marks, row, (size_t)width, bits);
    }
    if (samples && classes)
        info->map = value_map_choose(info->type, samples, classes, (size_t)(rows * width));
    free(samples);
    free(classes);
}

// Finds out what the file is. False if it is the one that is not to be opened.
static bool identify(struct loader *loader)
{
    const struct file_identity *refused = &loader->request.refused;
    const struct file_identity found =
        loader->source ? source_identify(loader->source, loader->request.item) : file_identify(loader->name);
    const bool unchanged = refused->number && memcmp(&found, refused, sizeof found) == 0;
    monitor_enter(&loader->monitor);
    loader->identity = found;
    loader->unchanged = unchanged;
    monitor_leave(&loader->monitor);
    return !unchanged;
}

// A detector that cannot be read is one of which nothing is known.
static void read_detector(struct loader *loader)
{
    if (!loader->request.detector ||
        image_file_detector(loader->file, loader->request.frame, &loader->cancel, &loader->detector, NULL))
        detector_info_clear(&loader->detector);
}

enum status loader_open_frame(struct loader *loader, struct error *error)
{
    const struct open_request named = {.path = loader->name,
                                       .channel = loader->request.channel,
                                       .max_unpacked_bytes = loader->request.max_unpacked_bytes,
                                       .cancel = &loader->cancel};
    enum status status = STATUS_OK;
    if (cancel_requested(&loader->cancel))
        return error_set(error, STATUS_CANCELLED, "loading was cancelled");
    if ((loader->request.closes_file || loader->source) && !identify(loader))
        return error_set(error, STATUS_UNSUPPORTED, "the file is as it was");
    if (!loader->file && loader->request.handle)
        handle_clone(loader->request.handle, &loader->file, NULL); // else it is opened anew
    if (!loader->file && loader->source)
        status = source_open(loader->source, loader->request.item, &loader->cancel, &loader->file, error);
    else if (!loader->file)
        status = source_open_request(&named, &loader->file, error);
    if (!status && loader->request.frame < 0)
        loader->request.frame = int64_max(loader->file->frames + loader->request.frame, 0);
    if (!status)
        status = image_file_info_heeding(loader->file, loader->request.frame, &loader->cancel, &loader->info,
                                         error);
    if (status)
        return status;
    frame_info_choose(&loader->info, &loader->request.choice);
    size_t bytes;
    loader->plan.levels = reduce_level_count(loader->info.width, loader->info.height);
    if (frame_bytes(&loader->info, &bytes)) {
        const struct band_plan plan = band_plan_for(&loader->info);
        loader->plan.rows = plan.rows;
        loader->plan.run = plan.run;
        loader->plan.bands = plan.count;
    }
    if (loader->plan.bands == 0 || !choose_sizes(loader))
        return error_set(error, STATUS_TOO_LARGE, "%s: %lld x %lld pixels are more than can be addressed",
                         loader->file->path, (long long)loader->info.width, (long long)loader->info.height);
    if (cancel_requested(&loader->cancel))
        return error_set(error, STATUS_CANCELLED, "loading was cancelled");
    read_detector(loader);
    choose_map(loader);
    if (!slots_allocate(loader))
        return error_set(error, STATUS_NO_MEMORY, "%s: not enough memory to decode the frame",
                         loader->file->path);
    return prepare_masks(loader, error);
}

bool loader_slot_allocate(const struct loader *loader, struct loader_slot *slot)
{
    slot->pixels = malloc(loader->plan.pixels_bytes);
    slot->levels = malloc(loader->plan.levels_bytes + 1);
    return slot->pixels && slot->levels;
}

void loader_slot_free(struct loader_slot *slot)
{
    free(slot->pixels);
    free(slot->levels);
    *slot = (struct loader_slot){0};
}
