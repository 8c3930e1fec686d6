// SPDX-License-Identifier: MIT
// A mask as a dataset of an HDF5 file, in the worker's process. What is there already may be damaged or a
// trap: links that lead out of the file are not followed.
#include "formats/hdf5_worker/hdf5_mask_write.h"

#include "base/size.h"
#include "formats/hdf5_library/hdf5_driver.h"
#include "formats/hdf5_library/hdf5_wish.h"

#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LINKS = 16, MAX_TARGET = 1 << 16, ROWS_A_CHUNK = 64 };

// Where the dataset goes: `name`, of one or more parts of which none is there but maybe the last, in `group`.
struct place {
    hid_t group;
    const char *name;
};

// The way to the dataset, on which symbolic links within the file are replaced by what they say.
struct way {
    hid_t file;
    unsigned long number; // that all objects of the file have
    const char *wanted;
    struct text path;
    int links; // followed so far
};

// `length` bytes of the path are of the object that is in the way.
static enum status refuse(struct error *error, const struct way *way, size_t length, const char *why)
{
    struct text part = {0};
    text_append_bytes(&part, text_string(&way->path), length);
    error_set(error, STATUS_IO, "no mask is written to %s, for %s %s; name another place with --dataset",
              way->wanted, text_string(&part), why);
    text_free(&part);
    return STATUS_IO;
}

// The object's kind; H5O_TYPE_UNKNOWN where it cannot be opened or lies in another file.
static H5O_type_t kind_within(const struct way *way, hid_t group, const char *name)
{
    H5O_info_t info;
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    if (object < 0)
        return H5O_TYPE_UNKNOWN;
    const bool good = H5Oget_info2(object, &info, H5O_INFO_BASIC) >= 0 && info.fileno == way->number;
    H5Oclose(object);
    return good ? info.type : H5O_TYPE_UNKNOWN;
}

// Replaces the part [at, end) of the path, a symbolic link, by its target.
static bool link_follow(struct way *way, hid_t group, const char *name, size_t bytes, size_t at, size_t end)
{
    struct text path = {0};
    char *target = bytes > 0 && bytes <= MAX_TARGET ? malloc(bytes + 1) : NULL;
    bool good =
        target && ++way->links <= MAX_LINKS && H5Lget_val(group, name, target, bytes, H5P_DEFAULT) >= 0;
    if (good) {
        target[bytes] = '\0';
        text_append_bytes(&path, way->path.data, target[0] == '/' ? 0 : at);
        text_append(&path, target);
        text_append(&path, way->path.data + end);
        text_free(&way->path);
        way->path = path;
    }
    free(target);
    return good;
}

// One step into the group, or to another way. *there is false where nothing has that name.
static enum status step(struct way *way, hid_t *group, size_t *at, size_t end, bool *there,
                        struct error *error)
{
    struct text name = {0};
    H5L_info_t link;
    const char *why = NULL;
    text_append_bytes(&name, way->path.data + *at, end - *at);
    const char *part = text_string(&name);
    *there = H5Lexists(*group, part, H5P_DEFAULT) > 0;
    if (!*there) {
        text_free(&name);
        return STATUS_OK;
    }
    hid_t next = -1;
    size_t following = end;
    if (H5Lget_info(*group, part, &link, H5P_DEFAULT) < 0)
        why = "cannot be read";
    else if (link.type == H5L_TYPE_SOFT && link_follow(way, *group, part, link.u.val_size, *at, end))
        following = 0, next = H5Gopen2(way->file, "/", H5P_DEFAULT);
    else if (link.type == H5L_TYPE_SOFT)
        why = "is a link that leads nowhere";
    else if (link.type != H5L_TYPE_HARD)
        why = "is a link to another file";
    else if (kind_within(way, *group, part) == H5O_TYPE_GROUP)
        next = H5Gopen2(*group, part, H5P_DEFAULT);
    text_free(&name);
    if (next < 0)
        return refuse(error, way, end, why ? why : "is no group");
    H5Gclose(*group);
    *group = next;
    *at = following;
    return STATUS_OK;
}

// Removes what has the dataset's name: a dataset or a link, but no group with all that is in it.
static enum status make_room(const struct way *way, const struct place *place, struct error *error)
{
    H5L_info_t link;
    const size_t length = strlen(text_string(&way->path));
    if (H5Lexists(place->group, place->name, H5P_DEFAULT) <= 0)
        return STATUS_OK;
    if (H5Lget_info(place->group, place->name, &link, H5P_DEFAULT) < 0)
        return refuse(error, way, length, "cannot be read");
    if (link.type == H5L_TYPE_HARD && kind_within(way, place->group, place->name) != H5O_TYPE_DATASET)
        return refuse(error, way, length, "is no dataset");
    return H5Ldelete(place->group, place->name, H5P_DEFAULT) >= 0
               ? STATUS_OK
               : refuse(error, way, length, "cannot be replaced");
}

static enum status place_find(struct way *way, struct place *place, struct error *error)
{
    size_t at = 0;
    place->group = H5Gopen2(way->file, "/", H5P_DEFAULT);
    if (place->group < 0)
        return error_set(error, STATUS_BROKEN, "its root group is damaged");
    for (;;) {
        at += strspn(way->path.data + at, "/");
        const size_t end = at + strcspn(way->path.data + at, "/");
        bool there = true;
        place->name = way->path.data + at;
        if (!way->path.data[end])
            return make_room(way, place, error);
        const enum status status = step(way, &place->group, &at, end, &there, error);
        if (status || !there) {
            place->name = way->path.data + at;
            return status;
        }
    }
}

// Creates the dataset, with the groups on the way to it. Negative on failure.
static hid_t dataset_create(const struct place *place, const struct hdf5_question *question)
{
    const hsize_t size[2] = {(hsize_t)question->box.height, (hsize_t)question->box.width};
    const hsize_t chunk[2] = {(hsize_t)int64_min(ROWS_A_CHUNK, question->box.height), size[1]};
    const hid_t space = H5Screate_simple(2, size, NULL);
    const hid_t with_groups = H5Pcreate(H5P_LINK_CREATE), chunked = H5Pcreate(H5P_DATASET_CREATE);
    const bool good = space >= 0 && H5Pset_create_intermediate_group(with_groups, 1) >= 0 &&
                      H5Pset_chunk(chunked, 2, chunk) >= 0 && H5Pset_shuffle(chunked) >= 0 &&
                      H5Pset_deflate(chunked, 1) >= 0;
    const hid_t dataset =
        good ? H5Dcreate2(place->group, place->name, H5T_STD_U32LE, space, with_groups, chunked, H5P_DEFAULT)
             : -1;
    H5Pclose(with_groups);
    H5Pclose(chunked);
    H5Sclose(space);
    return dataset;
}

static bool rows_write(hid_t dataset, const struct hdf5_question *question)
{
    const hsize_t width = (hsize_t)question->box.width, count[2] = {1, width};
    const size_t bytes = (size_t)question->box.width * sizeof(uint32_t);
    const hid_t file_space = dataset >= 0 ? H5Dget_space(dataset) : -1;
    const hid_t row_space = H5Screate_simple(1, &width, NULL);
    uint32_t *row = malloc(bytes);
    bool good = file_space >= 0 && row_space >= 0 && row;
    for (int64_t y = 0; y < question->box.height && good; y++) {
        const hsize_t start[2] = {(hsize_t)y, 0};
        good = hdf5_wish_piece(y, row, bytes) &&
               H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
               H5Dwrite(dataset, H5T_NATIVE_UINT32, row_space, file_space, H5P_DEFAULT, row) >= 0;
    }
    free(row);
    H5Sclose(row_space);
    if (file_space >= 0)
        H5Sclose(file_space);
    return good;
}

static enum status mask_put(hid_t file, const struct hdf5_question *question, struct error *error)
{
    struct way way = {.file = file, .wanted = question->name};
    struct place place = {.group = -1};
    H5O_info_t root;
    text_append(&way.path, question->name);
    enum status status = STATUS_OK;
    if (H5Oget_info2(file, &root, H5O_INFO_BASIC) < 0)
        status = error_set(error, STATUS_BROKEN, "its root group is damaged");
    else
        way.number = root.fileno;
    if (!status)
        status = place_find(&way, &place, error);
    const hid_t dataset = status ? -1 : dataset_create(&place, question);
    bool good = dataset >= 0 && rows_write(dataset, question);
    if (dataset >= 0)
        good = H5Dclose(dataset) >= 0 && good;
    if (!status && !good)
        status = error_set(error, STATUS_IO, "the mask cannot be written to %s", question->name);
    if (place.group >= 0)
        H5Gclose(place.group);
    text_free(&way.path);
    return status;
}

static hid_t draft_open(const struct hdf5_question *question)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), file = H5I_INVALID_HID;
    if (hdf5_driver_set(access))
        file = question->exists ? H5Fopen(question->path, H5F_ACC_RDWR, access)
                                : H5Fcreate(question->path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
    return file;
}

enum status hdf5_mask_write(const struct hdf5_question *question, struct error *error)
{
    const hid_t file = draft_open(question);
    if (file < 0)
        return error_set(error, STATUS_IO,
                         question->exists ? "is no HDF5 file that can be written to"
                                          : "cannot be created as an HDF5 file");
    const enum status status = mask_put(file, question, error);
    if (H5Fclose(file) < 0 && !status)
        return error_set(error, STATUS_IO, "the mask cannot be written; is the disk full?");
    return status;
}
