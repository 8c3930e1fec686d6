// SPDX-License-Identifier: MIT
// The search for the dataset that a file means to show.
//
// First the chain that NeXus defines (attributes `default` and `signal`; NXentry and NXdata groups), then the
// numbered data links of EIGER masters, then a walk through all groups for the dataset that looks most like
// an image. Source: NeXus manual, "Find the plottable data"; NXdata base class.
#include "formats/hdf5_worker/hdf5_search.h"

#include "base/size.h"
#include "formats/base/axes.h"
#include "formats/hdf5_library/hdf5_names.h"
#include "formats/hdf5_library/hdf5_open.h"
#include "formats/hdf5_library/hdf5_type.h"
#include "formats/hdf5_library/hdf5_wish.h"
#include "formats/hdf5_worker/hdf5_axes.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_DEFAULTS = 8, // steps of the NeXus chain
    MAX_FOLLOWED = 400,
    MAX_DEPTH = 24,
    MAX_GROUPS = 4000,
    MAX_LINKS = 60000,
    MAX_EXTERNAL = 64, // links to other files that are followed
    SIZEABLE = 16,     // a side of an image, not of a table
};

struct place {
    unsigned long file;
    haddr_t address;
};

struct search {
    hid_t file;
    const char *path;
    struct cancel *cancel; // may be NULL
    struct place *seen;    // groups
    size_t seen_count, links, external, followed;
    bool awaited;         // numbered data of which no file is there
    struct text table;    // the first compound dataset, described
    struct text missing;  // the first file that a link names in vain
    struct error damaged; // the first object that cannot be read
    hid_t kept;           // the last dataset that was fit to be shown
    // The best so far.
    struct text best;
    int best_score;
    int64_t best_pixels;
};

// --- One dataset ---

// The samples of an image of the dataset; 0 where it is none.
static int64_t image_pixels(struct search *search, const char *path, hid_t dataset, int64_t *smaller_side)
{
    hid_t datatype = H5Dget_type(dataset), space = H5Dget_space(dataset);
    struct hdf5_datatype type = {.memory = H5I_INVALID_HID};
    hsize_t extent[H5S_MAX_RANK];
    int64_t dims[H5S_MAX_RANK], pixels = 0;
    const int rank = H5Sget_simple_extent_dims(space, extent, NULL);
    bool good = rank >= 2;
    for (int axis = 0; axis < rank; axis++) {
        good = good && extent[axis] > 0 && extent[axis] <= INT64_MAX;
        dims[axis] = (int64_t)extent[axis];
    }
    if (good && hdf5_type_of(datatype, &type, NULL) == STATUS_OK) {
        struct axes axes;
        axes_choose(dims, rank, hdf5_axes_told(search->file, path, dataset, rank), &axes);
        const int64_t width = axes_width(&axes), height = axes_height(&axes);
        pixels = width <= INT32_MAX && height <= INT32_MAX ? width * height : 0;
        *smaller_side = int64_min(width, height);
    }
    if (H5Tget_class(datatype) == H5T_COMPOUND && type.memory < 0 && search->table.length == 0) {
        text_printf(&search->table, "%s is ", path);
        hdf5_table_describe(datatype, &search->table);
    }
    if (type.memory >= 0)
        H5Tclose(type.memory);
    H5Sclose(space);
    H5Tclose(datatype);
    return pixels;
}

static bool has_word(const char *name, const char *const *words, bool whole)
{
    char lower[256];
    snprintf(lower, sizeof lower, "%s", name);
    for (char *at = lower; *at; at++)
        *at = (char)tolower((unsigned char)*at);
    for (; *words; words++)
        if (whole ? strcmp(lower, *words) == 0 : strstr(lower, *words) != NULL)
            return true;
    return false;
}

// What the name tells: 2 an image, 1 nothing, 0 something about images.
static int name_score(const char *name)
{
    static const char *const images[] = {"data",   "image",     "images",   "signal", "counts",
                                         "frames", "intensity", "detector", NULL};
    static const char *const others[] = {"mask",     "flat",  "dark",  "background", "error",     "weight",
                                         "variance", "sigma", "effic", "correction", "table",     "offset",
                                         "gain",     "time",  "bad_",  "thumbnail",  "threshold", NULL};
    if (has_word(name, images, true) || hdf5_is_numbered(name))
        return 2;
    return has_word(name, others, false) ? 0 : 1;
}

// Keeps the dataset open: to open it anew takes long where it is put together from thousands of others.
static void keep(struct search *search, hid_t dataset)
{
    H5Iinc_ref(dataset);
    if (search->kept >= 0)
        H5Oclose(search->kept);
    search->kept = dataset;
}

static void consider(struct search *search, const char *path, hid_t dataset)
{
    int64_t side = 0;
    const int64_t pixels = image_pixels(search, path, dataset, &side);
    if (pixels < 1)
        return;
    const char *name = strrchr(path, '/');
    const int words = name_score(name ? name + 1 : path);
    // A single value is shown where there is nothing else.
    const int score = pixels == 1 ? 0 : 1 + words + (words > 0 ? 4 : 0) + (side >= SIZEABLE ? 2 : 0);
    if (score < search->best_score || (score == search->best_score && pixels <= search->best_pixels))
        return;
    search->best_score = score;
    search->best_pixels = pixels;
    text_clear(&search->best);
    text_append(&search->best, path);
    keep(search, dataset);
}

// Notes the file that the link at `path` names if it is missing. True if so.
static bool note_missing(struct search *search, const char *path)
{
    char *file, *name;
    hdf5_link_target(search->file, search->path, path, &file, &name);
    const bool missing = !hdf5_wish_exists(file);
    if (missing && search->missing.length == 0)
        text_append(&search->missing, file);
    free(file);
    free(name);
    return missing;
}

// Keeps why the file of a link to another file cannot be read, if it is the first complaint.
static void note_refusal(struct search *search, const char *path)
{
    char *file, *name;
    hid_t opened;
    struct error reason = {0};
    hdf5_link_target(search->file, search->path, path, &file, &name);
    if (search->damaged.status == STATUS_OK && strcmp(file, search->path) != 0 && hdf5_wish_exists(file)) {
        if (hdf5_file_open(file, &opened, &reason) == STATUS_OK)
            H5Fclose(opened);
        else
            error_set(&search->damaged, reason.status, "%s: %s is a link into another file: %s", search->path,
                      path, reason.text);
    }
    free(file);
    free(name);
}

// True if there is a dataset with an image at `path`.
static bool is_image(struct search *search, const char *path)
{
    hid_t object = H5Oopen(search->file, path, H5P_DEFAULT);
    int64_t side;
    const bool image =
        object >= 0 && H5Iget_type(object) == H5I_DATASET && image_pixels(search, path, object, &side) > 0;
    if (image)
        keep(search, object);
    if (object >= 0)
        H5Oclose(object);
    else
        note_refusal(search, path);
    H5Eclear2(H5E_DEFAULT);
    return image;
}

// Keeps what libhdf5 just said, if it is the first complaint.
static void note_damage(struct search *search, const char *path)
{
    if (search->damaged.status == STATUS_OK) {
        struct text what = {0};
        text_printf(&what, "cannot read %s", path);
        hdf5_explain(search->path, text_string(&what), STATUS_BROKEN, &search->damaged);
        text_free(&what);
    }
    H5Eclear2(H5E_DEFAULT);
}

// --- Numbered data ---

// The first numbered dataset of a group whose file is there.
static bool find_numbered(struct search *search, const char *group, const struct hdf5_names *names,
                          struct text *found)
{
    for (size_t i = 0; i < names->count && !cancel_requested(search->cancel); i++) {
        if (!hdf5_is_numbered(names->names[i]))
            continue;
        struct text path = {0};
        hdf5_join(&path, group, names->names[i]);
        const bool there = !note_missing(search, text_string(&path)) && is_image(search, text_string(&path));
        if (there)
            text_append(found, text_string(&path));
        text_free(&path);
        if (there)
            return true;
        search->awaited = true;
    }
    return false;
}

// --- The chain of NeXus ---

static bool has_class(hid_t object, const char *class)
{
    char *text = hdf5_attribute_text(object, "NX_class", 0);
    const bool same = text && strcmp(text, class) == 0;
    free(text);
    return same;
}

static bool follow(struct search *search, const char *path, int steps, struct text *found);

static bool follow_name(struct search *search, const char *group, const char *name, int steps,
                        struct text *found)
{
    struct text path = {0};
    hdf5_join(&path, group, name);
    const bool good = follow(search, text_string(&path), steps, found);
    text_free(&path);
    return good;
}

// The dataset that says "signal = 1" of itself.
static bool find_old_signal(struct search *search, const char *group, const struct hdf5_names *names,
                            struct text *found)
{
    bool good = false;
    for (size_t i = 0; i < names->count && !good && !cancel_requested(search->cancel); i++) {
        struct text path = {0};
        hdf5_join(&path, group, names->names[i]);
        H5L_info_t info;
        int64_t signal = 0;
        hid_t object = H5I_INVALID_HID;
        if (H5Lget_info(search->file, text_string(&path), &info, H5P_DEFAULT) >= 0 &&
            info.type != H5L_TYPE_EXTERNAL)
            object = H5Oopen(search->file, text_string(&path), H5P_DEFAULT);
        if (object >= 0) {
            char *text = hdf5_attribute_text(object, "signal", 0);
            good = (hdf5_attribute_number(object, "signal", &signal) && signal == 1) ||
                   (text && strcmp(text, "1") == 0);
            free(text);
            H5Oclose(object);
        }
        good = good && is_image(search, text_string(&path));
        if (good)
            text_append(found, text_string(&path));
        text_free(&path);
    }
    H5Eclear2(H5E_DEFAULT);
    return good;
}

// The image of an NXdata group.
static bool follow_data(struct search *search, hid_t group, const char *path, const struct hdf5_names *names,
                        struct text *found)
{
    char *signal = hdf5_attribute_text(group, "signal", 0);
    bool good = false;
    if (signal && !hdf5_is_numbered(signal)) {
        struct text name = {0};
        hdf5_join(&name, path, signal);
        good = is_image(search, text_string(&name));
        if (good)
            text_append(found, text_string(&name));
        else
            note_missing(search, text_string(&name));
        text_free(&name);
    }
    free(signal);
    return good || find_numbered(search, path, names, found) || find_old_signal(search, path, names, found);
}

// The first of the group's members of that class that leads to an image.
static bool follow_class(struct search *search, const char *path, const struct hdf5_names *names,
                         const char *class, int steps, struct text *found)
{
    bool good = false;
    for (size_t i = 0; i < names->count && i < MAX_GROUPS && !good && !cancel_requested(search->cancel);
         i++) {
        struct text name = {0};
        H5L_info_t info;
        hdf5_join(&name, path, names->names[i]);
        hid_t object = H5I_INVALID_HID;
        if (H5Lget_info(search->file, text_string(&name), &info, H5P_DEFAULT) >= 0 &&
            (info.type != H5L_TYPE_EXTERNAL || search->external++ < MAX_EXTERNAL))
            object = H5Oopen(search->file, text_string(&name), H5P_DEFAULT);
        text_free(&name);
        if (object < 0)
            continue;
        const bool same = H5Iget_type(object) == H5I_GROUP && has_class(object, class);
        H5Oclose(object);
        good = same && follow_name(search, path, names->names[i], steps, found);
    }
    H5Eclear2(H5E_DEFAULT);
    return good;
}

// Follows what the group at `path` says of its data.
static bool follow_group(struct search *search, hid_t group, const char *path, int steps, struct text *found)
{
    char *standard = hdf5_attribute_text(group, "default", 0);
    bool good = standard && follow_name(search, path, standard, steps + 1, found);
    free(standard);
    if (good)
        return true;
    struct hdf5_names names = hdf5_names_read(group, search->cancel);
    if (has_class(group, "NXdata") || H5Aexists(group, "signal") > 0)
        good = follow_data(search, group, path, &names, found);
    else
        good = follow_class(search, path, &names, "NXdata", steps + 1, found) ||
               follow_class(search, path, &names, "NXentry", steps + 1, found);
    hdf5_names_free(&names);
    return good;
}

static bool follow(struct search *search, const char *path, int steps, struct text *found)
{
    if (steps > MAX_DEFAULTS || search->followed++ > MAX_FOLLOWED || cancel_requested(search->cancel))
        return false;
    hid_t object = H5Oopen(search->file, path, H5P_DEFAULT);
    if (object < 0) {
        H5Eclear2(H5E_DEFAULT);
        return false;
    }
    bool good = false;
    if (H5Iget_type(object) == H5I_GROUP)
        good = follow_group(search, object, path, steps, found);
    else if (is_image(search, path)) {
        text_append(found, path);
        good = true;
    }
    H5Oclose(object);
    return good;
}

// --- The walk ---

static bool is_new(struct search *search, hid_t group)
{
    H5O_info_t info;
    if (H5Oget_info2(group, &info, H5O_INFO_BASIC) < 0 || search->seen_count == MAX_GROUPS)
        return false;
    for (size_t i = 0; i < search->seen_count; i++)
        if (search->seen[i].file == info.fileno && search->seen[i].address == info.addr)
            return false;
    if ((search->seen_count & (search->seen_count + 1)) == 0)
        search->seen = must_resize(search->seen, (search->seen_count + 1) * 2 * sizeof *search->seen);
    search->seen[search->seen_count++] = (struct place){info.fileno, info.addr};
    return true;
}

static void walk(struct search *search, hid_t group, const char *path, int depth);

static void walk_link(struct search *search, const char *path, int depth)
{
    H5L_info_t info;
    if (search->links++ > MAX_LINKS || cancel_requested(search->cancel) ||
        H5Lget_info(search->file, path, &info, H5P_DEFAULT) < 0)
        return;
    if (info.type == H5L_TYPE_EXTERNAL && (note_missing(search, path) || search->external++ >= MAX_EXTERNAL))
        return;
    hid_t object = H5Oopen(search->file, path, H5P_DEFAULT);
    if (object < 0 && info.type == H5L_TYPE_HARD)
        note_damage(search, path);
    else if (object < 0)
        note_refusal(search, path);
    if (object < 0)
        return;
    const H5I_type_t type = H5Iget_type(object);
    if (type == H5I_DATASET)
        consider(search, path, object);
    else if (type == H5I_GROUP)
        walk(search, object, path, depth + 1);
    H5Oclose(object);
}

static void walk(struct search *search, hid_t group, const char *path, int depth)
{
    if (depth > MAX_DEPTH || !is_new(search, group))
        return;
    struct hdf5_names names = hdf5_names_read(group, search->cancel);
    if (names.damaged)
        note_damage(search, path);
    bool numbered = false;
    for (size_t i = 0; i < names.count; i++) {
        // Of a series of datasets the first that is there stands for all.
        if (hdf5_is_numbered(names.names[i]) && numbered)
            continue;
        const size_t before = search->best.length;
        struct text name = {0};
        hdf5_join(&name, path, names.names[i]);
        walk_link(search, text_string(&name), depth);
        if (hdf5_is_numbered(names.names[i]) &&
            (search->best.length != before || strcmp(text_string(&search->best), text_string(&name)) == 0))
            numbered = true;
        text_free(&name);
    }
    hdf5_names_free(&names);
}

// --- All of it ---

enum status hdf5_search(hid_t file, const struct open_request *request, const char *start, struct text *found,
                        hid_t *held, struct error *error)
{
    const char *path = request->path;
    struct search search = {.file = file, .path = path, .cancel = request->cancel, .kept = H5I_INVALID_HID};
    bool good = follow(&search, start, 0, found);
    // What else there is in a master without its data is not what it means to show.
    if (!good && !search.awaited) {
        hid_t object = H5Oopen(file, start, H5P_DEFAULT);
        if (object >= 0 && H5Iget_type(object) == H5I_GROUP)
            walk(&search, object, start, 0);
        if (object >= 0)
            H5Oclose(object);
        good = search.best.length > 0;
        text_append(found, text_string(&search.best));
    }
    H5Eclear2(H5E_DEFAULT);
    enum status status = STATUS_OK;
    if (!good && search.missing.length > 0)
        status = error_set(error, STATUS_IO, "%s: the file with its data, %s, is missing", path,
                           text_string(&search.missing));
    else if (!good && search.damaged.status)
        status = error_set(error, search.damaged.status, "%s", search.damaged.text);
    else if (!good)
        status = error_set(error, STATUS_UNSUPPORTED,
                           "%s: has no image%s%s: no dataset of numbers with two or more dimensions%s%s",
                           path, strcmp(start, "/") == 0 ? "" : " in ", strcmp(start, "/") == 0 ? "" : start,
                           search.table.length ? "; " : "", text_string(&search.table));
    *held = search.kept;
    free(search.seen);
    text_free(&search.best);
    text_free(&search.missing);
    text_free(&search.table);
    return status;
}
