// SPDX-License-Identifier: MIT
// What the panels for files and contents show, found by jobs: listings of folders, what a file holds, and the
// names that were opened last. The window never waits for a slow disk.
//
// A new request of a kind replaces an older one of that kind, though its disk does not answer.
#ifndef FOVEA_SOURCES_BROWSER_H
#define FOVEA_SOURCES_BROWSER_H

#include "base/job.h"
#include "base/text.h"
#include "sources/folder_rows.h"
#include "sources/recent.h"

// Opaque. Thread-safety: all functions are for one thread.
struct browser;

// What a file holds besides what is shown of it.
struct browser_contents {
    char *name;         // as requested
    char *path;         // of the file itself, without selector; NULL if it could not be opened
    struct text text;   // as of image_file_contents
    struct error error; // why it could not be read; status OK if it could
};

// What has become ready; each part is owned by the receiver and NULL where there is nothing new.
struct browser_results {
    struct folder *folder;
    struct error *folder_error; // why the folder could not be read
    struct folder_rows
        *rows; // of `folder`, or, if that is NULL, of the folder asked for by browser_find_rows
    struct browser_contents *contents;
    struct recent *recent;
};

// The consumer of `jobs`, which must outlive the browser, is the browser's.
struct browser *browser_create(struct jobs *jobs);
// Waits for nothing; names are remembered all the same. Sets *browser to NULL; NULL is fine.
void browser_destroy(struct browser **browser);

// Reads a folder and finds its rows; `from` as in folder_find_rows. Rows that were asked for are not wanted
// any more.
void browser_read_folder(struct browser *browser, const char *path, const struct folder_wish *wish,
                         const char *from);
// Finds other rows of a folder, of which the job has a hold.
void browser_find_rows(struct browser *browser, struct folder *folder, const struct folder_wish *wish);
void browser_read_contents(struct browser *browser, const char *name, int channel);
void browser_read_recent(struct browser *browser);
// Puts a name first in the list of recent names, on the disk too; that this fails is not told. The list comes
// back as a result.
void browser_remember(struct browser *browser, const char *name);

// Takes what jobs_drain has found ready. False if there is nothing.
bool browser_take(struct browser *browser, struct browser_results *results);
void browser_results_free(struct browser_results *results);

#endif
