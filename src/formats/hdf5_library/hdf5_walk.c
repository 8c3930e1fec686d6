// SPDX-License-Identifier: MIT
// The walk: a recursion over links with a set of the groups that it has been in.
#include "formats/hdf5_library/hdf5_walk.h"
#include "formats/hdf5_library/hdf5_wish.h"

#include "base/text.h"
#include "formats/hdf5_library/hdf5_open.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_TARGET = 64 << 10, SET_START = 256 };

// A group by its place; HDF5 numbers the open files.
struct visited {
    unsigned long file;
    haddr_t address;
};

struct walk {
    hdf5_visit *visit;
    void *context;
    struct hdf5_walk_limits limits;
    int depth;
    struct text path;
    struct visited *set; // a hash table; HADDR_UNDEF marks free places
    size_t set_count, set_capacity;
    bool ended;
};

// --- The set of groups ---

static size_t set_place(const struct visited *set, size_t capacity, struct visited group)
{
    size_t at = (size_t)((group.address ^ group.file) * UINT64_C(0x9E3779B97F4A7C15) >> 20) & (capacity - 1);
    while (set[at].address != HADDR_UNDEF && (set[at].address != group.address || set[at].file != group.file))
        at = (at + 1) & (capacity - 1);
    return at;
}

static void set_grow(struct walk *walk)
{
    size_t capacity = walk->set_capacity ? 2 * walk->set_capacity : SET_START;
    struct visited *set = must_alloc(capacity * sizeof *set);
    for (size_t i = 0; i < capacity; i++)
        set[i].address = HADDR_UNDEF;
    for (size_t i = 0; i < walk->set_capacity; i++)
        if (walk->set[i].address != HADDR_UNDEF)
            set[set_place(set, capacity, walk->set[i])] = walk->set[i];
    free(walk->set);
    walk->set = set;
    walk->set_capacity = capacity;
}

// True the first time; false also for what has no place.
static bool set_add(struct walk *walk, hid_t object)
{
    H5O_info_t info;
    if (H5Oget_info2(object, &info, H5O_INFO_BASIC) < 0 || info.addr == HADDR_UNDEF)
        return false;
    if (2 * walk->set_count >= walk->set_capacity)
        set_grow(walk);
    struct visited group = {.file = info.fileno, .address = info.addr};
    size_t at = set_place(walk->set, walk->set_capacity, group);
    bool is_new = walk->set[at].address == HADDR_UNDEF;
    if (is_new) {
        walk->set[at] = group;
        walk->set_count++;
    }
    return is_new;
}

bool hdf5_same_object(hid_t a, hid_t b)
{
    H5O_info_t first, second;
    return H5Oget_info2(a, &first, H5O_INFO_BASIC) >= 0 && H5Oget_info2(b, &second, H5O_INFO_BASIC) >= 0 &&
           first.fileno == second.fileno && first.addr == second.addr && first.addr != HADDR_UNDEF;
}

// --- The walk ---

// Sets what a soft or external link names; *value is to be freed.
static void target_find(hid_t group, const char *name, const H5L_info_t *link, struct hdf5_node *node,
                        char **value)
{
    const char *file, *path;
    unsigned flags;
    bool soft = link->type == H5L_TYPE_SOFT, external = link->type == H5L_TYPE_EXTERNAL;
    if ((!soft && !external) || link->u.val_size == 0 || link->u.val_size > MAX_TARGET)
        return;
    *value = must_alloc(link->u.val_size + 1);
    if (H5Lget_val(group, name, *value, link->u.val_size, H5P_DEFAULT) < 0)
        return;
    if (soft) {
        node->target = *value;
    } else if (H5Lunpack_elink_val(*value, link->u.val_size, &flags, &file, &path) >= 0) {
        node->target_file = file;
        node->target = path;
    }
}

// True if the file that a link of the group names is not where links are followed to (hdf5_resolve).
static bool is_missing(hid_t group, const char *name)
{
    char own[4096];
    const ssize_t length = H5Fget_name(group, own, sizeof own);
    char *file = hdf5_wish_resolve(length > 0 && length < (ssize_t)sizeof own ? own : "", name);
    const bool missing = !hdf5_wish_exists(file);
    free(file);
    return missing;
}

static enum hdf5_link link_kind(const H5L_info_t *link)
{
    switch (link->type) {
    case H5L_TYPE_HARD:
        return HDF5_LINK_HARD;
    case H5L_TYPE_SOFT:
        return HDF5_LINK_SOFT;
    case H5L_TYPE_EXTERNAL:
        return HDF5_LINK_EXTERNAL;
    default:
        return HDF5_LINK_OTHER;
    }
}

static herr_t link_visit(hid_t group, const char *name, const H5L_info_t *link, void *context);

static void group_enter(struct walk *walk, hid_t group)
{
    if (walk->depth >= walk->limits.depth) {
        walk->ended = true;
        return;
    }
    walk->depth++;
    if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, link_visit, walk) < 0)
        walk->ended = true;
    walk->depth--;
}

static herr_t link_visit(hid_t group, const char *name, const H5L_info_t *link, void *context)
{
    struct walk *walk = context;
    if (walk->limits.links-- <= 0 || cancel_requested(walk->limits.cancel)) {
        walk->ended = true;
        return 1;
    }
    size_t length = walk->path.length;
    text_append(&walk->path, "/");
    text_append(&walk->path, name);
    struct hdf5_node node = {.name = name, .link = link_kind(link), .target = "", .target_file = ""};
    char *value = NULL;
    target_find(group, name, link, &node, &value);
    node.path = text_string(&walk->path);
    node.unopened = node.link == HDF5_LINK_EXTERNAL && walk->limits.external-- <= 0;
    bool closed = node.unopened || node.link == HDF5_LINK_OTHER;
    node.object = closed ? -1 : H5Oopen(group, name, H5P_DEFAULT);
    node.type = node.object >= 0 ? H5Iget_type(node.object) : H5I_BADID;
    node.file_missing = node.object < 0 && node.target_file[0] && is_missing(group, node.target_file);
    enum hdf5_step step = walk->visit(&node, walk->context);
    if (step == HDF5_STEP_IN && node.type == H5I_GROUP && set_add(walk, node.object))
        group_enter(walk, node.object);
    if (node.object >= 0)
        H5Oclose(node.object);
    free(value);
    walk->path.length = length;
    walk->path.data[length] = '\0';
    bool over = step == HDF5_STEP_END || walk->limits.links <= 0;
    if (over)
        walk->ended = true;
    return over ? 1 : 0;
}

bool hdf5_walk(hid_t file, const char *start, struct hdf5_walk_limits limits, hdf5_visit *visit,
               void *context)
{
    struct walk walk = {.visit = visit, .context = context, .limits = limits};
    hid_t group = H5Gopen2(file, start, H5P_DEFAULT);
    if (group < 0)
        return false;
    if (strcmp(start, "/") != 0)
        text_append(&walk.path, start);
    else
        text_append(&walk.path, "");
    set_add(&walk, group);
    group_enter(&walk, group);
    H5Gclose(group);
    text_free(&walk.path);
    free(walk.set);
    return !walk.ended;
}
