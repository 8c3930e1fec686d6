// SPDX-License-Identifier: MIT
// Finding of pixel masks, and their bits turned into classes band by band.
#include "formats/hdf5_worker/hdf5_mask_read.h"

#include "base/size.h"
#include "formats/hdf5_library/hdf5_bits.h"
#include "formats/hdf5_library/hdf5_value.h"
#include "formats/hdf5_library/hdf5_walk.h"
#include "image/mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_SOURCES = 64,
    MAX_NUMBER = 32, // of "pixel_mask_N"
    MAX_CHANNELS = 64,
    PATH_TEXT = 1024,
    CACHE_BYTES = 1 << 20,
    MAX_CACHE_BYTES = 1 << 30,
};
static const int64_t max_pixels = INT64_C(1) << 28; // of all planes of a mask

// What a mask's planes belong to.
enum plane_use { USE_SHARED, USE_ONE_CHANNEL, USE_CYCLE, USE_IMAGES, USE_NOTHING };

// What bits of a mask mean.
struct bit_class {
    uint32_t bits;
    uint8_t classes;
};

// NXmx and DECTRIS: gap; noisy; the user's; whatever else says reject. Bits beyond 16 are no mask.
static const struct bit_class nexus_bits[] = {
    {1u << 0, MASK_BIT(MASK_GAP)},
    {1u << 4, MASK_BIT(MASK_HOT)},
    {1u << 8, MASK_BIT(MASK_FILE)},
    {0xFEEE, MASK_BIT(MASK_BAD)},
    {0, 0},
};

// CXI (Coherent X-ray Imaging data bank, file format 1.5): missing; hot, noisy; saturated; shadowed, to be
// ignored; invalid, dead, bad, failed correction. The others tell what was done or found, and reject nothing.
static const struct bit_class cxi_bits[] = {
    {1u << 9, MASK_BIT(MASK_GAP)},
    {1u << 2 | 1u << 10, MASK_BIT(MASK_HOT)},
    {1u << 1, MASK_BIT(MASK_SATURATED)},
    {1u << 4 | 1u << 6, MASK_BIT(MASK_FILE)},
    {1u << 0 | 1u << 3 | 1u << 7 | 1u << 12, MASK_BIT(MASK_BAD)},
    {0, 0},
};

// A dataset that should be a mask.
struct source {
    hid_t dataset;
    char path[PATH_TEXT];
    enum plane_use use;
    int64_t channel; // of USE_ONE_CHANNEL
    int64_t planes;
    int64_t each;      // of USE_IMAGES: frames per plane
    char ignored[128]; // why, if USE_NOTHING
};

struct sources {
    const struct hdf5_series *series;
    const struct bit_class *meaning;
    struct source items[MAX_SOURCES];
    size_t count;
};

// --- What the dataset is a series of ---

bool hdf5_is_auxiliary(const char *data_path)
{
    static const char *const prefixes[] = {"pixel_mask", "flatfield", "flat_field", "mask",
                                           "countrate_correction"};
    const char *slash = strrchr(data_path, '/');
    const char *name = slash ? slash + 1 : data_path;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return false;
}

static bool has_channels(const struct hdf5_places *places)
{
    for (size_t i = 0; i < places->count; i++)
        if (places->items[i].role == HDF5_ROLE_CHANNEL)
            return true;
    return false;
}

static bool dataset_shape(hid_t dataset, struct hdf5_field *field)
{
    if (dataset < 0 || !hdf5_field_open(dataset, field))
        return false;
    hdf5_field_close(field); // the dimensions remain
    return true;
}

struct hdf5_series hdf5_series_find(hid_t file, const char *data_path, const struct hdf5_places *places,
                                    int64_t width, int64_t height)
{
    struct hdf5_series series = {.width = width, .height = height, .frames = 1, .channels = 1};
    struct hdf5_field field = {0};
    hid_t dataset = H5Dopen2(file, data_path, H5P_DEFAULT);
    if (dataset_shape(dataset, &field) && field.rank > 2 && width > 0 && height > 0)
        series.frames = int64_max(1, field.count / width / height);
    for (int axis = 0; axis < field.rank - 2; axis++)
        series.lengths[series.leading++] = (int64_t)field.dims[axis];
    if (field.rank > 3 && has_channels(places) && field.dims[field.rank - 3] <= MAX_CHANNELS)
        series.channels = int64_max(1, (int64_t)field.dims[field.rank - 3]);
    if (dataset >= 0)
        H5Dclose(dataset);
    return series;
}

// The index of the channel whose group ends with `name` ("threshold_1_channel"), by the axis "channel" beside
// the data; -1 if it is not there.
static int64_t channel_find(hid_t file, const char *data_path, const char *name,
                            const struct hdf5_series *series)
{
    const char *slash = strrchr(data_path, '/');
    struct text path = {0}, word = {0};
    struct hdf5_field field;
    int64_t found = -1;
    text_append_bytes(&path, data_path, slash ? (size_t)(slash - data_path) : 0);
    text_append(&path, "/channel");
    hid_t axis = H5Dopen2(file, text_string(&path), H5P_DEFAULT);
    if (axis >= 0 && hdf5_field_open(axis, &field)) {
        for (int64_t i = 0; i < int64_min(field.count, series->channels) && found < 0; i++) {
            text_clear(&word);
            if (hdf5_field_describe(&field, i, 1, &word) && word.length > 0 &&
                strncmp(name, text_string(&word), word.length) == 0 &&
                strcmp(name + word.length, "_channel") == 0)
                found = i;
        }
        hdf5_field_close(&field);
    }
    if (axis >= 0)
        H5Dclose(axis);
    text_free(&path);
    text_free(&word);
    return found;
}

// --- Finding masks ---

static void ignore(struct source *source, const char *why)
{
    source->use = USE_NOTHING;
    snprintf(source->ignored, sizeof source->ignored, "%s", why);
}

// Frames of the series by its axes from `axis` on.
static int64_t frames_within(const struct hdf5_series *series, int axis)
{
    int64_t frames = 1;
    for (; axis < series->leading; axis++)
        frames *= series->lengths[axis]; // of a dataset, whose size did not overflow
    return frames;
}

// True where `count` axes of the mask from `first` on are as long as those of the series from `axis` on.
static bool axes_agree(const struct hdf5_field *field, int first, const struct hdf5_series *series, int axis,
                       int count)
{
    for (int i = 0; i < count; i++)
        if ((int64_t)field->dims[first + i] != series->lengths[axis + i])
            return false;
    return true;
}

// Decides what several planes are for, by the axes of the mask before its rows.
static void planes_judge(struct source *source, const struct hdf5_field *field,
                         const struct hdf5_series *series)
{
    int first = 0;
    while (field->dims[first] == 1)
        first++;
    const int leading = field->rank - 2 - first, fewer = series->leading - leading;
    source->use = USE_IMAGES;
    source->each = 1;
    if (series->frames <= 1)
        ignore(source, "size: several planes for one frame");
    else if (fewer == 0 && axes_agree(field, first + 1, series, 1, leading - 1))
        return;
    else if (fewer > 0 && axes_agree(field, first, series, fewer, leading))
        source->use = USE_CYCLE;
    else if (fewer > 0 && axes_agree(field, first, series, 0, leading))
        source->each = frames_within(series, leading);
    else
        ignore(source, "size: its planes belong to no axis of the image");
}

// Decides what the planes are for.
static void source_judge(struct source *source, const struct hdf5_series *series)
{
    struct hdf5_field field;
    if (!dataset_shape(source->dataset, &field) || (field.kind != H5T_INTEGER && field.kind != H5T_ENUM)) {
        ignore(source, "its samples are no integers");
        return;
    }
    int64_t height = field.rank > 1 ? (int64_t)field.dims[field.rank - 2] : 0;
    int64_t width = field.rank > 1 ? (int64_t)field.dims[field.rank - 1] : 0;
    if (width < 1 || height < 1 || width != series->width || height != series->height) {
        source->use = USE_NOTHING;
        snprintf(source->ignored, sizeof source->ignored, "size %lld x %lld, but the image has %lld x %lld",
                 (long long)width, (long long)height, (long long)series->width, (long long)series->height);
        return;
    }
    source->planes = field.count / width / height;
    if (field.count > max_pixels)
        ignore(source, "size of all its planes");
    else if (source->use == USE_ONE_CHANNEL)
        source->planes = int64_min(source->planes, 1);
    else if (source->planes <= 1)
        source->use = USE_SHARED;
    else
        planes_judge(source, &field, series);
}

// Opens a dataset with a cache that holds a row of its chunks, so that no chunk is decoded twice. Negative if
// there is no dataset, or if its chunks are too large.
static hid_t mask_open(hid_t file, const char *path)
{
    hsize_t chunk[H5S_MAX_RANK];
    struct hdf5_field field;
    hid_t dataset = H5Dopen2(file, path, H5P_DEFAULT);
    if (!dataset_shape(dataset, &field))
        return dataset;
    hid_t list = H5Dget_create_plist(dataset);
    int rank = H5Pget_layout(list) == H5D_CHUNKED ? H5Pget_chunk(list, H5S_MAX_RANK, chunk) : 0;
    H5Pclose(list);
    if (rank < 2)
        return dataset;
    hsize_t across = (field.dims[rank - 1] + chunk[rank - 1] - 1) / chunk[rank - 1];
    double bytes = 8 * (double)across; // 8 bytes at most of a sample
    for (int i = 0; i < rank; i++)
        bytes *= (double)chunk[i];
    if (bytes <= CACHE_BYTES)
        return dataset;
    H5Dclose(dataset);
    if (bytes > MAX_CACHE_BYTES)
        return -1;
    hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    H5Pset_chunk_cache(access, H5D_CHUNK_CACHE_NSLOTS_DEFAULT, (size_t)bytes, H5D_CHUNK_CACHE_W0_DEFAULT);
    dataset = H5Dopen2(file, path, access);
    H5Pclose(access);
    return dataset;
}

static void source_add(hid_t file, struct sources *sources, const char *path, int64_t channel)
{
    if (sources->count == MAX_SOURCES || H5Lexists(file, path, H5P_DEFAULT) <= 0)
        return;
    struct source *source = &sources->items[sources->count];
    *source = (struct source){.dataset = mask_open(file, path), .channel = channel};
    if (source->dataset < 0)
        return;
    // Often one name is a link to the other.
    for (size_t i = 0; i < sources->count; i++) {
        if (hdf5_same_object(sources->items[i].dataset, source->dataset)) {
            H5Dclose(source->dataset);
            return;
        }
    }
    snprintf(source->path, sizeof source->path, "%s", path);
    source->use = channel >= 0 ? USE_ONE_CHANNEL : USE_SHARED;
    source_judge(source, sources->series);
    sources->count++;
}

// "pixel_mask" and "pixel_mask_N" of one group.
static void sources_add_group(hid_t file, struct sources *sources, const char *group, const char *below,
                              int64_t channel)
{
    char path[PATH_TEXT];
    snprintf(path, sizeof path, "%s%s/pixel_mask", group, below);
    source_add(file, sources, path, channel);
    for (int i = 0; i <= MAX_NUMBER; i++) {
        snprintf(path, sizeof path, "%s%s/pixel_mask_%d", group, below, i);
        source_add(file, sources, path, channel);
    }
}

static void source_add_name(hid_t file, struct sources *sources, const char *group, const char *name)
{
    char path[PATH_TEXT];
    snprintf(path, sizeof path, "%s/%s", group, name);
    source_add(file, sources, path, -1);
}

static void sources_find(hid_t file, const char *data_path, const struct hdf5_places *places,
                         struct sources *sources)
{
    if (!places->detector || hdf5_is_auxiliary(data_path))
        return;
    if (sources->meaning == cxi_bits) {
        source_add_name(file, sources, places->detector, "mask");
        source_add_name(file, sources, places->detector, "mask_shared");
        return;
    }
    sources_add_group(file, sources, places->detector, "", -1);
    sources_add_group(file, sources, places->detector, "/detectorSpecific", -1);
    int64_t next = 0;
    for (size_t i = 0; i < places->count; i++) {
        if (places->items[i].role != HDF5_ROLE_CHANNEL)
            continue;
        const char *path = places->items[i].path;
        int64_t channel = channel_find(file, data_path, strrchr(path, '/') + 1, sources->series);
        if (channel < 0)
            channel = int64_min(next, sources->series->channels - 1);
        sources_add_group(file, sources, path, "", channel);
        next++;
    }
}

static struct sources *sources_create(hid_t file, const char *data_path, const struct hdf5_places *places,
                                      const struct hdf5_series *series)
{
    struct sources *sources = must_alloc(sizeof *sources);
    sources->series = series;
    sources->meaning = H5Lexists(file, "cxi_version", H5P_DEFAULT) > 0 ? cxi_bits : nexus_bits;
    sources_find(file, data_path, places, sources);
    return sources;
}

static void sources_free(struct sources *sources)
{
    for (size_t i = 0; i < sources->count; i++)
        H5Dclose(sources->items[i].dataset);
    free(sources);
}

void hdf5_mask_notes(hid_t file, const char *data_path, const struct hdf5_places *places,
                     const struct hdf5_series *series, struct text *out)
{
    struct sources *sources = sources_create(file, data_path, places, series);
    for (size_t i = 0; i < sources->count; i++)
        if (sources->items[i].use == USE_NOTHING)
            text_printf(out, "pixel mask %s\tignored: %s\n", sources->items[i].path,
                        sources->items[i].ignored);
    sources_free(sources);
}

// --- Reading ---

static uint8_t classes_of(const struct bit_class *meaning, uint32_t bits)
{
    uint8_t classes = 0;
    for (; meaning->bits; meaning++)
        classes |= bits & meaning->bits ? meaning->classes : 0;
    return classes;
}

// A plane of classes that is being filled.
struct filling {
    const struct hdf5_series *series;
    const struct bit_class *meaning;
    const uint8_t **plane;
    struct error *error;
};

// Adds the classes of some samples; the plane is allocated at the first masked pixel.
static enum status bits_take(void *context, const uint32_t *bits, int64_t x, int64_t y, int64_t count)
{
    struct filling *filling = context;
    const struct hdf5_series *series = filling->series;
    uint8_t *plane = (uint8_t *)(uintptr_t)*filling->plane; // made below
    uint8_t *row = plane ? plane + y * series->width + x : NULL;
    for (int64_t i = 0; i < count; i++) {
        uint8_t classes = bits[i] ? classes_of(filling->meaning, bits[i]) : 0;
        if (!classes)
            continue;
        if (!row) {
            *filling->plane = plane = calloc((size_t)series->width, (size_t)series->height);
            if (!plane)
                return error_set(filling->error, STATUS_NO_MEMORY,
                                 "no memory for the pixel mask of %lld x %lld pixels of the file",
                                 (long long)series->width, (long long)series->height);
            row = plane + y * series->width + x;
        }
        row[i] |= classes;
    }
    return STATUS_OK;
}

// Nothing of it was ever written.
static bool is_unwritten(hid_t dataset)
{
    hid_t list = H5Dget_create_plist(dataset);
    bool is_virtual = H5Pget_layout(list) == H5D_VIRTUAL;
    H5Pclose(list);
    return !is_virtual && H5Dget_storage_size(dataset) == 0;
}

static enum status plane_read(const struct sources *sources, const struct source *source, int64_t index,
                              const uint8_t **plane, struct error *error)
{
    struct filling filling = {
        .series = sources->series, .meaning = sources->meaning, .plane = plane, .error = error};
    return hdf5_bits_read(source->dataset, index, bits_take, &filling, error);
}

static enum status source_read(const struct sources *sources, const struct source *source,
                               struct hdf5_mask *mask, struct error *error)
{
    if (source->use == USE_NOTHING || is_unwritten(source->dataset))
        return STATUS_OK;
    if (source->use == USE_SHARED)
        return plane_read(sources, source, 0, &mask->shared, error);
    struct hdf5_planes *planes = source->use == USE_IMAGES ? &mask->images : &mask->cycle;
    enum status status = STATUS_OK;
    for (int64_t i = 0; status == STATUS_OK && i < planes->count; i++) {
        if (source->use == USE_CYCLE)
            status = plane_read(sources, source, i % source->planes, &planes->planes[i], error);
        else if (source->use == USE_ONE_CHANNEL && i % sources->series->channels == source->channel)
            status = plane_read(sources, source, 0, &planes->planes[i], error);
        else if (source->use == USE_IMAGES && i < source->planes)
            status = plane_read(sources, source, i, &planes->planes[i], error);
    }
    return status;
}

// Most masks per frame do not change from frame to frame: neighbours that are equal become one.
static void planes_join(struct hdf5_planes *planes, size_t bytes)
{
    for (int64_t i = 1; i < planes->count; i++) {
        const uint8_t *before = planes->planes[i - 1], *plane = planes->planes[i];
        if (before && plane && memcmp(before, plane, bytes) == 0) {
            free((uint8_t *)(uintptr_t)plane);
            planes->planes[i] = before;
        }
    }
}

// Makes room for planes. Those that repeat do so after as many as the mask of the most axes has; the number
// of any other is a divisor of it.
static void planes_plan(const struct sources *sources, struct hdf5_mask *mask)
{
    struct hdf5_planes *cycle = &mask->cycle, *images = &mask->images;
    for (size_t i = 0; i < sources->count; i++) {
        const struct source *source = &sources->items[i];
        if (source->use == USE_ONE_CHANNEL)
            cycle->count = int64_max(cycle->count, sources->series->channels);
        if (source->use == USE_CYCLE)
            cycle->count = int64_max(cycle->count, source->planes);
        if (source->use == USE_IMAGES && images->count == 0)
            *images = (struct hdf5_planes){.count = source->planes, .each = source->each};
    }
    if (cycle->count > 0)
        cycle->planes = must_alloc((size_t)cycle->count * sizeof *cycle->planes);
    if (images->count > 0)
        images->planes = must_alloc((size_t)images->count * sizeof *images->planes);
}

static bool use_fits(const struct source *source, const struct hdf5_mask *mask)
{
    return source->use != USE_IMAGES || source->each == mask->images.each;
}

enum status hdf5_mask_read(hid_t file, const char *data_path, const struct hdf5_places *places,
                           const struct hdf5_series *series, struct hdf5_mask *mask, struct error *error)
{
    enum status status = STATUS_OK;
    *mask = (struct hdf5_mask){.width = series->width, .height = series->height};
    struct sources *sources = sources_create(file, data_path, places, series);
    planes_plan(sources, mask);
    for (size_t i = 0; status == STATUS_OK && i < sources->count; i++)
        if (use_fits(&sources->items[i], mask))
            status = source_read(sources, &sources->items[i], mask, error);
    sources_free(sources);
    planes_join(&mask->cycle, (size_t)(mask->width * mask->height));
    planes_join(&mask->images, (size_t)(mask->width * mask->height));
    if (status != STATUS_OK)
        hdf5_mask_free(mask);
    return status;
}
