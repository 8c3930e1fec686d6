// SPDX-License-Identifier: MIT
// The listing of a folder for people: what is there, in the order in which people count, numbered files as
// one entry.
//
// Files whose names differ in one number only ("img_0001.cbf" to "img_1800.cbf") are a series: one entry with
// the name "img_####.cbf", which opens all of them (sources/series.h), and its members for those who want a
// single one. Names alone decide what is an image; no file is opened.
#ifndef FOVEA_SOURCES_FOLDER_H
#define FOVEA_SOURCES_FOLDER_H

#include "base/cancel.h"
#include "base/status.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FOLDER_MAX_ENTRIES = 500000 };

enum folder_kind {
    FOLDER_FOLDER,
    FOLDER_IMAGE, // by its ending (file_name_is_image), or a number as its ending
    FOLDER_OTHER
};

struct folder_entry {
    // Within the folder; of a series "img_####.cbf", one # per digit that is always there. The folder's.
    const char *name;
    enum folder_kind kind;
    int64_t bytes;    // of a series: all together; of a folder 0
    int64_t modified; // seconds since 1970; of a series: the newest
    // Of a series: how many files it has (else 0), where they begin in folder.members, and their lowest and
    // highest number.
    size_t members, first_member;
    int64_t first, last;
};

// The bytes of all names, in a few large blocks, so that freeing half a million of them takes no time.
struct folder_names;

// Folders first, then files, each in natural order. Never changed once made, so threads may share it, each by
// a hold of its own.
struct folder {
    char *path; // absolute, without links
    struct folder_entry *entries;
    size_t count;
    struct folder_entry *members; // of all series, in order of their numbers
    size_t member_count;
    size_t images, others; // entries of these kinds
    bool cut;              // there is more than FOLDER_MAX_ENTRIES
    char *signs;           // each character that is not ASCII and occurs in a name, once
    struct folder_names *names;
    atomic_int holds;
};

// Reads the folder `path`. Hidden files, and what is neither file nor folder, are left out. STATUS_IO with a
// sentence where it cannot be read. Blocks as long as the file system does.
enum status folder_read(const char *path, struct cancel *cancel, struct folder **folder, struct error *error);
// One more owner; returns the folder.
struct folder *folder_hold(struct folder *folder);
// Lets it go; the last owner frees it. Takes no time that depends on the number of entries. Sets *folder to
// NULL; NULL is fine.
void folder_destroy(struct folder **folder);

#endif
