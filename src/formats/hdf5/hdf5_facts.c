// SPDX-License-Identifier: MIT
// Facts written by the worker and judged by the viewer.
#include "formats/hdf5/hdf5_facts.h"

#include "base/size.h"
#include "formats/hdf5/hdf5_link.h"
#include "formats/hdf5/hdf5_mapping.h"

#include <stdlib.h>
#include <string.h>

enum {
    NUMBER_BYTES = 8,
    // The least bytes of an item in a message: its numbers and the lengths of its texts.
    MIN_PART_BYTES = 4 * NUMBER_BYTES,
    MIN_SLOT_BYTES = 3 * NUMBER_BYTES,
    MIN_MAPPING_BYTES = 6 * NUMBER_BYTES,
    MAX_PARTS = 1000 * 1000,
    MAX_PLANES = 1 << 28,
    MAX_CHANNELS = 1 << 16,
    NO_PLANE = -1,
};
static const int64_t most_elements = INT64_MAX / 8; // of a dataset
static const int64_t sane = INT64_MAX / 4;          // sums of a few such numbers do not overflow

// --- Chunks ---

int64_t hdf5_chunk_total(const struct hdf5_dataset *dataset)
{
    int64_t total = 1;
    for (int axis = 0; axis < dataset->rank; axis++)
        if (__builtin_mul_overflow(total, int64_ceil_div(dataset->dims[axis], dataset->chunk[axis]), &total))
            return INT64_MAX;
    return total;
}

bool hdf5_chunk_measure(struct hdf5_dataset *dataset)
{
    size_t bytes = sample_traits(dataset->type.type)->bytes;
    for (int axis = 0; axis < dataset->rank; axis++)
        if (dataset->chunk[axis] < 1 || dataset->chunk[axis] > UINT32_MAX ||
            !size_multiply(bytes, (size_t)dataset->chunk[axis], &bytes))
            return false;
    dataset->chunk_bytes = bytes;
    return dataset->rank > 0 && bytes <= INT64_MAX;
}

void hdf5_address_put(struct message_out *out, const struct hdf5_address *address)
{
    message_put(out, address->kind);
    message_put(out, address->at);
    message_put(out, address->count);
    message_put(out, address->skipped);
}

void hdf5_address_get(struct message_in *in, struct hdf5_address *address)
{
    address->kind = (enum hdf5_address_kind)message_get(in, 0, HDF5_ADDRESS_KINDS - 1);
    address->at = message_get(in, 0, sane);
    address->count = message_get(in, 0, UINT32_MAX);
    address->skipped = (uint32_t)message_get(in, 0, UINT32_MAX);
}

// --- Filters ---

static void put_pipeline(struct message_out *out, const struct hdf5_pipeline *pipeline)
{
    message_put(out, (int64_t)pipeline->count);
    for (size_t i = 0; i < pipeline->count; i++) {
        const struct hdf5_filter *filter = &pipeline->filters[i];
        message_put(out, filter->id);
        message_put(out, (int64_t)filter->count);
        for (int k = 0; k < HDF5_FILTER_PARAMETERS; k++)
            message_put(out, filter->parameters[k]);
    }
}

static void get_pipeline(struct message_in *in, struct hdf5_pipeline *pipeline)
{
    pipeline->count = (size_t)message_get(in, 0, HDF5_CHUNK_FILTERS);
    for (size_t i = 0; i < pipeline->count; i++) {
        struct hdf5_filter *filter = &pipeline->filters[i];
        filter->id = (unsigned)message_get(in, 0, UINT32_MAX);
        filter->count = (size_t)message_get(in, 0, INT32_MAX); // may be more than are kept
        for (size_t k = 0; k < HDF5_FILTER_PARAMETERS; k++)
            filter->parameters[k] = (unsigned)message_get(in, 0, UINT32_MAX);
    }
}

// --- Mappings ---

static void put_steps(struct message_out *out, const struct hdf5_steps *steps)
{
    message_put(out, steps->start);
    message_put(out, steps->stride);
    message_put(out, steps->count);
    message_put(out, steps->block);
}

static void get_steps(struct message_in *in, struct hdf5_steps *steps)
{
    steps->start = message_get(in, 0, sane);
    steps->stride = message_get(in, 0, sane);
    steps->count = message_get(in, 0, sane);
    steps->block = message_get(in, 0, sane);
    in->bad = in->bad || !hdf5_steps_sane(steps);
}

static void put_mapping(struct message_out *out, const struct hdf5_mapping *mapping, int rank)
{
    message_put_text(out, mapping->file);
    message_put_text(out, mapping->name);
    message_put(out, mapping->grows);
    message_put(out, mapping->paired);
    message_put(out, mapping->source_whole);
    message_put(out, mapping->source_rank);
    message_put(out, (int64_t)mapping->box_count);
    if (mapping->boxes) {
        message_put_bytes(out, mapping->boxes,
                          mapping->box_count * 2 * (size_t)rank * sizeof *mapping->boxes);
        return;
    }
    for (int axis = 0; axis < rank; axis++) {
        message_put(out, mapping->source_axis[axis]);
        put_steps(out, &mapping->virtual_steps[axis]);
    }
    const int known = mapping->source_whole ? 0 : (int)int64_min(mapping->source_rank, HDF5_MAPPED_RANK);
    for (int axis = 0; axis < known; axis++)
        put_steps(out, &mapping->source_steps[axis]);
}

static void get_boxes(struct message_in *in, struct hdf5_mapping *mapping, size_t count, int rank)
{
    const size_t numbers = count * 2 * (size_t)rank;
    mapping->boxes = must_alloc(numbers * sizeof *mapping->boxes);
    mapping->box_count = count;
    for (size_t i = 0; i < numbers; i++)
        mapping->boxes[i] = message_get(in, 0, sane);
}

static void get_axes_of_mapping(struct message_in *in, struct hdf5_mapping *mapping, int rank)
{
    const int known = mapping->source_whole ? 0 : (int)int64_min(mapping->source_rank, HDF5_MAPPED_RANK);
    in->bad = in->bad || rank > HDF5_MAPPED_RANK;
    for (int axis = 0; axis < rank && !in->bad; axis++) {
        mapping->source_axis[axis] =
            (int)message_get(in, HDF5_NO_AXIS, mapping->paired ? known - 1 : HDF5_RANK);
        get_steps(in, &mapping->virtual_steps[axis]);
    }
    for (int axis = 0; axis < known; axis++)
        get_steps(in, &mapping->source_steps[axis]);
    in->bad = in->bad || !hdf5_mapping_sound(mapping, rank);
}

static void get_mapping(struct message_in *in, struct hdf5_mapping *mapping, int rank)
{
    mapping->file = message_get_text(in);
    mapping->name = message_get_name(in);
    mapping->grows = message_get_flag(in);
    mapping->paired = message_get_flag(in);
    mapping->source_whole = message_get_flag(in);
    mapping->source_rank = (int)message_get(in, -1, HDF5_RANK);
    const size_t boxes =
        message_get_count(in, HDF5_MAX_BOXES, (size_t)NUMBER_BYTES * 2 * (size_t)int64_max(rank, 1));
    in->bad = in->bad || (mapping->paired &&
                          (mapping->source_whole || boxes > 0 || mapping->source_rank > HDF5_MAPPED_RANK));
    if (boxes > 0)
        get_boxes(in, mapping, boxes, rank);
    else
        get_axes_of_mapping(in, mapping, rank);
}

static void put_mappings(struct message_out *out, const struct hdf5_mappings *mappings, int rank)
{
    message_put(out, (int64_t)mappings->count);
    for (size_t i = 0; i < mappings->count; i++)
        put_mapping(out, &mappings->items[i], rank);
}

static void get_mappings(struct message_in *in, struct hdf5_mappings *mappings, int rank)
{
    mappings->count = message_get_count(in, HDF5_MAX_MAPPINGS, MIN_MAPPING_BYTES);
    mappings->items = must_alloc((mappings->count + 1) * sizeof *mappings->items);
    for (size_t i = 0; i < mappings->count && !in->bad; i++) {
        struct hdf5_mapping *mapping = &mappings->items[i];
        get_mapping(in, mapping, rank);
        mappings->apart |= !mapping->paired && (!mapping->source_whole || mapping->boxes);
    }
}

// --- Slots ---

static void put_slots(struct message_out *out, const struct hdf5_dataset *dataset)
{
    message_put(out, (int64_t)dataset->slot_count);
    for (size_t i = 0; i < dataset->slot_count; i++) {
        message_put_text(out, dataset->slots[i].name);
        message_put(out, dataset->slots[i].offset);
        message_put(out, dataset->slots[i].bytes);
    }
}

static void get_slots(struct message_in *in, struct hdf5_dataset *dataset)
{
    int64_t begin = 0;
    dataset->slot_count = message_get_count(in, HDF5_MAX_SLOTS, MIN_SLOT_BYTES);
    dataset->slots = must_alloc((dataset->slot_count + 1) * sizeof *dataset->slots);
    for (size_t i = 0; i < dataset->slot_count; i++) {
        struct hdf5_slot *slot = &dataset->slots[i];
        slot->name = message_get_name(in);
        slot->offset = message_get(in, 0, sane);
        slot->begin = begin;
        slot->bytes =
            int64_min(message_get(in, 0, INT64_MAX), INT64_MAX - begin); // the last one may be endless
        begin += slot->bytes;
    }
}

// --- Datasets ---

void hdf5_dataset_put(struct message_out *out, const struct hdf5_dataset *dataset)
{
    const bool chunks = dataset->rank > 0 && dataset->chunk[0] > 0;
    message_put_text(out, dataset->path);
    message_put_text(out, dataset->opened);
    message_put_text(out, dataset->name);
    message_put_bytes(out, dataset->unit, sizeof dataset->unit);
    message_put(out, dataset->type.type);
    message_put(out, dataset->type.complex);
    message_put(out, dataset->type.exact);
    message_put(out, dataset->type.swapped);
    message_put(out, dataset->rank);
    message_put(out, chunks);
    for (int axis = 0; axis < dataset->rank; axis++) {
        message_put(out, dataset->dims[axis]);
        message_put(out, chunks ? dataset->chunk[axis] : 0);
    }
    message_put(out, dataset->storage);
    message_put(out, dataset->cached);
    message_put(out, dataset->bare_edges);
    message_put(out, dataset->offset);
    message_put(out, dataset->stored);
    message_put_bytes(out, dataset->fill, sizeof dataset->fill);
    put_pipeline(out, &dataset->pipeline);
    put_slots(out, dataset);
    put_mappings(out, &dataset->mappings, dataset->rank);
}

static void get_shape(struct message_in *in, struct hdf5_dataset *dataset)
{
    int64_t elements = 1;
    dataset->rank = (int)message_get(in, 0, HDF5_RANK);
    const bool chunks = message_get_flag(in);
    for (int axis = 0; axis < dataset->rank; axis++) {
        dataset->dims[axis] = message_get(in, 0, INT64_MAX);
        dataset->chunk[axis] = message_get(in, 0, UINT32_MAX);
        in->bad = in->bad || __builtin_mul_overflow(elements, int64_max(dataset->dims[axis], 1), &elements) ||
                  elements > most_elements;
    }
    in->bad = in->bad || (chunks && !hdf5_chunk_measure(dataset)) || (!chunks && dataset->chunk[0] != 0);
}

// Whether the kind of storage goes with what else is told.
static bool storage_is_sound(const struct hdf5_dataset *dataset)
{
    const struct hdf5_type *type = &dataset->type;
    if (type->complex && (type->exact || (type->type != SAMPLE_F32 && type->type != SAMPLE_F64)))
        return false;
    switch (dataset->storage) {
    case HDF5_STORED_PLAIN:
        return type->exact;
    case HDF5_STORED_EXTERNAL:
        return type->exact && dataset->slot_count > 0;
    case HDF5_STORED_CHUNKS:
        return type->exact && dataset->rank > 0 && dataset->chunk[0] > 0 &&
               dataset->chunk_bytes <= UINT32_MAX && hdf5_chunk_supported(&dataset->pipeline);
    case HDF5_STORED_VIRTUAL:
        return dataset->rank > 0;
    default:
        return true;
    }
}

struct hdf5_dataset *hdf5_dataset_get(struct message_in *in)
{
    struct hdf5_dataset *dataset = must_alloc(sizeof *dataset);
    dataset->path = message_get_name(in);
    dataset->opened = message_get_name(in);
    dataset->name = message_get_name(in);
    message_get_bytes(in, dataset->unit, sizeof dataset->unit);
    dataset->unit[sizeof dataset->unit - 1] = '\0';
    in->bad = in->bad || !utf8_valid(dataset->unit, strlen(dataset->unit));
    dataset->type.type = (enum sample_type)message_get(in, 0, SAMPLE_COUNT - 1);
    dataset->type.complex = message_get_flag(in);
    dataset->type.exact = message_get_flag(in);
    dataset->type.swapped = message_get_flag(in);
    get_shape(in, dataset);
    dataset->storage = (enum hdf5_storage)message_get(in, 0, HDF5_STORED_COUNT - 1);
    dataset->cached = message_get_flag(in);
    dataset->bare_edges = message_get_flag(in);
    dataset->offset = message_get(in, -1, sane);
    dataset->stored = message_get(in, 0, INT64_MAX);
    message_get_bytes(in, dataset->fill, sizeof dataset->fill);
    get_pipeline(in, &dataset->pipeline);
    dataset->pipeline.sample_bytes = sample_traits(dataset->type.type)->bytes;
    dataset->pipeline.big_endian = dataset->type.swapped;
    get_slots(in, dataset);
    get_mappings(in, &dataset->mappings, dataset->rank);
    if (!in->bad && storage_is_sound(dataset))
        return dataset;
    in->bad = true;
    hdf5_dataset_free(dataset);
    return NULL;
}

// --- Layout ---

static void put_axes(struct message_out *out, const struct axes *axes)
{
    message_put(out, axes->rank);
    for (int i = 0; i < axes->rank; i++) {
        message_put(out, axes->axis[i].role);
        message_put(out, axes->axis[i].start);
        message_put(out, axes->axis[i].count);
    }
    message_put(out, axes->rows);
    message_put(out, axes->columns);
    message_put(out, axes->colours);
}

static void get_axes(struct message_in *in, struct axes *axes)
{
    axes->rank = (int)message_get(in, 2, AXES_MAX);
    int64_t all = 1;
    for (int i = 0; i < axes->rank; i++) {
        struct axis *axis = &axes->axis[i];
        axis->role = (enum axis_role)message_get(in, 0, AXIS_COLOURS);
        axis->start = message_get(in, 0, sane);
        axis->count = message_get(in, 1, sane);
        in->bad = in->bad || __builtin_mul_overflow(all, axis->count, &all) || all > most_elements;
    }
    axes->rows = (int)message_get(in, 0, axes->rank - 1);
    axes->columns = (int)message_get(in, 0, axes->rank - 1);
    axes->colours = (int)message_get(in, AXES_NONE, axes->rank - 1);
    in->bad = in->bad || axes->rows >= axes->columns || axes->axis[axes->rows].role != AXIS_ROWS ||
              axes->axis[axes->columns].role != AXIS_COLUMNS ||
              (axes->colours >= 0 && axes->axis[axes->colours].role != AXIS_COLOURS);
}

static void get_channels(struct message_in *in, const struct axes *axes, struct channel_choice *channels)
{
    channels->channels = (unsigned)message_get(in, 1, MAX_CHANNELS);
    channels->channel = (int)message_get(in, CHANNEL_PHASE, channels->channels - 1);
    channels->complex = message_get_flag(in);
    const bool joined = channels->channel == CHANNEL_LUMINANCE;
    in->bad = in->bad || (joined && channels->channels < CHANNELS_JOINED) ||
              (channels->channel < CHANNEL_LUMINANCE && !channels->complex) ||
              (channels->complex && (channels->channels != 2 || joined)) ||
              (axes->colours >= 0 && axes->axis[axes->colours].count < channels->channels);
}

void hdf5_layout_put(struct message_out *out, const struct hdf5_layout *layout)
{
    message_put(out, (int64_t)layout->count);
    for (size_t i = 0; i < layout->count; i++) {
        const struct hdf5_part *part = &layout->parts[i];
        message_put_text(out, part->path);
        message_put_text(out, part->name);
        message_put(out, part->frames);
        message_put(out, part->missing);
    }
    message_put(out, layout->type);
    put_axes(out, &layout->axes);
    message_put(out, layout->channels.channels);
    message_put(out, layout->channels.channel);
    message_put(out, layout->channels.complex);
    message_put(out, layout->whole);
    message_put_text(out, layout->shown);
    message_put_text(out, text_string(&layout->note));
}

bool hdf5_layout_get(struct message_in *in, struct hdf5_layout *layout)
{
    *layout = (struct hdf5_layout){0};
    const size_t count = message_get_count(in, MAX_PARTS, MIN_PART_BYTES);
    for (size_t i = 0; i < count; i++) {
        struct hdf5_part *part = hdf5_layout_add(layout);
        part->path = message_get_name(in);
        part->name = message_get_name(in);
        part->first = layout->frames;
        part->frames = message_get(in, 0, INT64_MAX - layout->frames);
        part->missing = message_get_flag(in);
        layout->frames += part->frames;
    }
    layout->type = (enum sample_type)message_get(in, 0, SAMPLE_COUNT - 1);
    get_axes(in, &layout->axes);
    get_channels(in, &layout->axes, &layout->channels);
    layout->whole = message_get_flag(in);
    layout->shown = message_get_name(in);
    char *note = message_get_name(in);
    text_append(&layout->note, note);
    free(note);
    in->bad = in->bad || layout->count == 0 || layout->frames < 1;
    if (in->bad)
        hdf5_layout_free(layout);
    return !in->bad;
}

// --- Detector and masks ---

// The numbers of a detector, in the order of a message.
static double *detector_number(struct detector_info *info, int index)
{
    double *const numbers[] = {
        &info->beam_x,  &info->beam_y,   &info->distance,   &info->wavelength,   &info->pixel_x,
        &info->pixel_y, &info->exposure, &info->saturation, &info->count_cutoff, &info->sensor_thickness};
    return index < (int)(sizeof numbers / sizeof *numbers) ? numbers[index] : NULL;
}

// Planes that are copied to memory one after the other; of neighbours that are one plane only the first.
struct copying {
    uint8_t *to; // NULL while they are counted
    size_t plane_bytes;
    int64_t count;
    const uint8_t *last;
};

static int64_t copy_plane(struct copying *copying, const uint8_t *plane)
{
    if (!plane)
        return NO_PLANE;
    if (plane != copying->last) {
        if (copying->to)
            memcpy(copying->to + (size_t)copying->count * copying->plane_bytes, plane, copying->plane_bytes);
        copying->count++;
        copying->last = plane;
    }
    return copying->count - 1;
}

static void copy_planes(struct copying *copying, const struct hdf5_planes *planes, struct message_out *out)
{
    message_put(out, planes->count);
    message_put(out, planes->each);
    for (int64_t i = 0; i < planes->count; i++)
        message_put(out, copy_plane(copying, planes->planes[i]));
}

static void copy_mask(struct copying *copying, const struct hdf5_mask *mask, struct message_out *out)
{
    message_put(out, copy_plane(copying, mask->shared));
    copy_planes(copying, &mask->cycle, out);
    copy_planes(copying, &mask->images, out);
}

bool hdf5_nexus_put(struct message_out *out, const struct hdf5_nexus *nexus, int *fd)
{
    struct detector_info info = nexus->detector;
    const struct sentinels *sentinels = &nexus->sentinels;
    const struct hdf5_mask *mask = &nexus->mask;
    struct copying count = {.plane_bytes = (size_t)mask->width * (size_t)mask->height};
    struct message_out unused = {0};
    message_put_bytes(out, info.name, sizeof info.name);
    for (int i = 0; detector_number(&info, i); i++)
        message_put_real(out, *detector_number(&info, i));
    message_put(out, sentinels->max_is_no_data);
    message_put(out, sentinels->depth);
    message_put(out, sentinels->negative_marks);
    message_put(out, sentinels->has_saturation);
    message_put_real(out, sentinels->saturation);
    copy_mask(&count, mask, &unused);
    message_out_free(&unused);
    message_put(out, count.count);
    *fd = HDF5_NO_FD;
    if (count.count == 0)
        return true;
    const size_t bytes = (size_t)count.count * count.plane_bytes; // there are so many already
    struct copying copying = {.plane_bytes = count.plane_bytes, .to = hdf5_memory_create(bytes, fd)};
    if (!copying.to)
        return false;
    copy_mask(&copying, mask, out);
    return hdf5_memory_seal(copying.to, bytes, *fd);
}

// The plane of a number in a message.
static const uint8_t *get_plane(struct message_in *in, const struct hdf5_mask *mask, int64_t count)
{
    const int64_t index = message_get(in, NO_PLANE, count - 1);
    const size_t plane_bytes = (size_t)mask->width * (size_t)mask->height;
    return in->bad || index == NO_PLANE ? NULL : (const uint8_t *)mask->memory + (size_t)index * plane_bytes;
}

static void get_planes(struct message_in *in, const struct hdf5_mask *mask, int64_t count,
                       struct hdf5_planes *planes)
{
    const size_t entries = (size_t)message_get(in, 0, MAX_PLANES);
    planes->each = message_get(in, 0, INT64_MAX);
    in->bad = in->bad || entries > in->left / NUMBER_BYTES;
    if (in->bad)
        return;
    planes->count = (int64_t)entries;
    planes->planes = must_alloc((entries + 1) * sizeof *planes->planes);
    for (size_t i = 0; i < entries; i++)
        planes->planes[i] = get_plane(in, mask, count);
}

static void get_mask(struct message_in *in, int fd, int64_t width, int64_t height, struct hdf5_mask *mask)
{
    const int64_t count = message_get(in, 0, MAX_PLANES);
    *mask = (struct hdf5_mask){.width = width, .height = height};
    if (count == 0)
        return;
    if (in->bad || fd < 0 || width < 1 || !size_of_plane(width, height, (size_t)count, &mask->memory_bytes) ||
        mask->memory_bytes == 0 || mask->memory_bytes > INT64_MAX ||
        !(mask->memory = hdf5_memory_map(fd, mask->memory_bytes))) {
        in->bad = true;
        return;
    }
    mask->shared = get_plane(in, mask, count);
    get_planes(in, mask, count, &mask->cycle);
    get_planes(in, mask, count, &mask->images);
}

struct hdf5_nexus *hdf5_nexus_get(struct message_in *in, int fd, int64_t width, int64_t height)
{
    struct hdf5_nexus *nexus = must_alloc(sizeof *nexus);
    struct detector_info *info = &nexus->detector;
    struct sentinels *sentinels = &nexus->sentinels;
    message_get_bytes(in, info->name, sizeof info->name);
    info->name[sizeof info->name - 1] = '\0';
    in->bad = in->bad || !utf8_valid(info->name, strlen(info->name));
    for (int i = 0; detector_number(info, i); i++)
        *detector_number(info, i) = message_get_real(in);
    sentinels->max_is_no_data = message_get_flag(in);
    sentinels->depth = (int)message_get(in, 0, 64);
    sentinels->negative_marks = message_get_flag(in);
    sentinels->has_saturation = message_get_flag(in);
    sentinels->saturation = message_get_real(in);
    get_mask(in, fd, width, height, &nexus->mask);
    if (in->bad)
        hdf5_nexus_drop(&nexus);
    return nexus;
}
