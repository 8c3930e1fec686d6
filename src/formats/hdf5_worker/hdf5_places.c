// SPDX-License-Identifier: MIT
// Roles of groups by class or name, and the choice among several detectors.
#include "formats/hdf5_worker/hdf5_places.h"

#include "base/text.h"
#include "formats/hdf5_library/hdf5_value.h"
#include "formats/hdf5_library/hdf5_walk.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_PLACES = 512, MAX_LINKS = 20000, MAX_DEPTH = 8, CLASS_TEXT = 64 };

// --- Roles ---

struct role_name {
    const char *name;
    enum hdf5_place_role role;
};

static const struct role_name classes[] = {
    {"NXdetector", HDF5_ROLE_DETECTOR},           {"NXdetector_module", HDF5_ROLE_MODULE},
    {"NXdetector_channel", HDF5_ROLE_CHANNEL},    {"NXbeam", HDF5_ROLE_BEAM},
    {"NXmonochromator", HDF5_ROLE_MONOCHROMATOR},
};

// For groups without a class; in any case of letters, and with a number behind as CXI has it: "detector_1".
static const struct role_name names[] = {
    {"detector", HDF5_ROLE_DETECTOR}, {"module", HDF5_ROLE_MODULE},
    {"beam", HDF5_ROLE_BEAM},         {"monochromator", HDF5_ROLE_MONOCHROMATOR},
    {"dcm", HDF5_ROLE_MONOCHROMATOR}, {"source", HDF5_ROLE_SOURCE},
};

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), count = strlen(end);
    return length > count && strcmp(text + length - count, end) == 0;
}

// "detector" and "detector_12" are both "detector".
static bool is_name(const char *name, const char *word)
{
    size_t length = strlen(word);
    if (strncasecmp(name, word, length) != 0)
        return false;
    name += length;
    return !*name || (name[0] == '_' && name[1] && !name[1 + strspn(name + 1, "0123456789")]);
}

static enum hdf5_place_role role_of(hid_t group, const char *name)
{
    char class[CLASS_TEXT];
    bool has_class = hdf5_attribute_string(group, "NX_class", class, sizeof class);
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (has_class && strcmp(class, classes[i].name) == 0)
            return classes[i].role;
    if (strcmp(name, "NDAttributes") == 0)
        return HDF5_ROLE_ATTRIBUTES;
    if (ends_with(name, "_channel"))
        return HDF5_ROLE_CHANNEL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if ((!has_class || strcmp(class, "NXcollection") == 0) && is_name(name, names[i].name))
            return names[i].role;
    return HDF5_ROLE_NONE;
}

static enum hdf5_step place_visit(const struct hdf5_node *node, void *context)
{
    struct hdf5_places *places = context;
    if (node->type != H5I_GROUP)
        return HDF5_STEP_OVER;
    enum hdf5_place_role role = role_of(node->object, node->name);
    if (role == HDF5_ROLE_NONE)
        return HDF5_STEP_IN;
    if (places->count == MAX_PLACES)
        return HDF5_STEP_END;
    places->items[places->count++] = (struct hdf5_place){.path = must_copy(node->path), .role = role};
    return HDF5_STEP_IN;
}

// --- The entry ---

char *hdf5_entry_find(hid_t file, const char *data_path)
{
    char *path = must_copy(data_path), *first = NULL;
    char class[CLASS_TEXT];
    for (char *slash = strchr(path + (path[0] == '/'), '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        hid_t group = H5Gopen2(file, path, H5P_DEFAULT);
        bool is_entry = group >= 0 && hdf5_attribute_string(group, "NX_class", class, sizeof class) &&
                        strcmp(class, "NXentry") == 0;
        if (group >= 0)
            H5Gclose(group);
        if (is_entry) {
            free(first);
            return path;
        }
        if (!first && group >= 0)
            first = must_copy(path);
        *slash = '/';
    }
    free(path);
    return first ? first : must_copy("");
}

// --- The detector ---

static bool is_below(const char *path, const char *group)
{
    size_t length = strlen(group);
    return strncmp(path, group, length) == 0 && path[length] == '/';
}

// The name of the group that the dataset is in.
static bool parent_is_named(const char *data_path, const char *name)
{
    const char *slash = strrchr(data_path, '/');
    size_t length = strlen(name);
    return slash && (size_t)(slash - data_path) > length && slash[-(ptrdiff_t)length - 1] == '/' &&
           strncmp(slash - length, name, length) == 0;
}

static bool exists(hid_t group, const char *name)
{
    return H5Lexists(group, name, H5P_DEFAULT) > 0;
}

static bool holds(hid_t group, const char *name, hid_t data)
{
    hid_t object = exists(group, name) ? H5Oopen(group, name, H5P_DEFAULT) : -1;
    if (object < 0)
        return false;
    bool same = hdf5_same_object(object, data);
    H5Oclose(object);
    return same;
}

// How surely the detector at `path` is that of the dataset; `data` may be negative. 0: nothing speaks for it.
static int detector_score(hid_t file, const char *path, hid_t data, const char *data_path)
{
    static const char *const marks[] = {"x_pixel_size",         "beam_center_x",   "detectorSpecific",
                                        "detector_information", "pixel_mask",      "pixel_size",
                                        "saturation_value",     "bit_depth_image", "sensor_thickness"};
    hid_t group = H5Gopen2(file, path, H5P_DEFAULT);
    char target[512];
    int score = 0;
    if (group < 0)
        return -1;
    const char *slash = strrchr(data_path, '/');
    if (data >= 0 && (holds(group, "data", data) || (slash && holds(group, slash + 1, data))))
        score += 16;
    if (is_below(data_path, path))
        score += 16;
    if (data >= 0 && hdf5_attribute_string(data, "target", target, sizeof target) && is_below(target, path))
        score += 8;
    if (parent_is_named(data_path, strrchr(path, '/') + 1))
        score += 8;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        score += exists(group, marks[i]);
    H5Gclose(group);
    return score;
}

static void detector_choose(hid_t file, const char *data_path, struct hdf5_places *places)
{
    int best = -1, candidates = 0;
    hid_t data = H5Oopen(file, data_path, H5P_DEFAULT);
    for (size_t i = 0; i < places->count; i++) {
        if (places->items[i].role != HDF5_ROLE_DETECTOR)
            continue;
        int score = detector_score(file, places->items[i].path, data, data_path);
        candidates++;
        if (score > best) {
            best = score;
            places->detector = places->items[i].path;
        }
    }
    places->is_detector = best > 0;
    // Ion chambers and other counters are detectors of NeXus, too.
    if (best <= 0 && candidates > 1)
        places->detector = NULL;
    if (data >= 0)
        H5Oclose(data);
}

// The parts of other detectors say nothing of this one.
static void others_drop(struct hdf5_places *places)
{
    size_t kept = 0;
    for (size_t i = 0; i < places->count; i++) {
        struct hdf5_place *place = &places->items[i];
        bool part = place->role == HDF5_ROLE_MODULE || place->role == HDF5_ROLE_CHANNEL;
        bool keep = place->path == places->detector ||
                    (place->role != HDF5_ROLE_DETECTOR &&
                     (!part || (places->detector && is_below(place->path, places->detector))));
        if (keep)
            places->items[kept++] = *place;
        else
            free(place->path);
    }
    places->count = kept;
}

void hdf5_places_find(hid_t file, const char *data_path, struct cancel *cancel, struct hdf5_places *places)
{
    const struct hdf5_walk_limits limits = {.depth = MAX_DEPTH, .links = MAX_LINKS, .cancel = cancel};
    *places = (struct hdf5_places){
        .entry = hdf5_entry_find(file, data_path),
        .items = must_alloc(MAX_PLACES * sizeof *places->items),
    };
    hdf5_walk(file, places->entry[0] ? places->entry : "/", limits, place_visit, places);
    detector_choose(file, data_path, places);
    others_drop(places);
}

void hdf5_places_free(struct hdf5_places *places)
{
    for (size_t i = 0; i < places->count; i++)
        free(places->items[i].path);
    free(places->items);
    free(places->entry);
    *places = (struct hdf5_places){0};
}
