// SPDX-License-Identifier: MIT
// What the panels for files and contents show, found by a thread of its own: listings of folders, what a file
// holds, and the names that were opened last. The window never waits for a slow disk.
//
// The thread starts with the first request and waits while there is none. A new request of a kind replaces
// one of that kind that has not begun; a folder that is being read is given up for it.
#ifndef FOVEA_SOURCES_BROWSER_H
#define FOVEA_SOURCES_BROWSER_H

#include "base/text.h"
#include "sources/folder.h"
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
    struct browser_contents *contents;
    struct recent *recent;
};

// `wake` is called from the thread when something is ready; it must only wake the caller. May be NULL.
struct browser *browser_create(void (*wake)(void *context), void *context);
// Waits for what the thread is doing.
void browser_destroy(struct browser **browser);

void browser_read_folder(struct browser *browser, const char *path);
void browser_read_contents(struct browser *browser, const char *name, int channel);
void browser_read_recent(struct browser *browser);
// Puts a name first in the list of recent names, on the disk too; that this fails is not told. The list comes
// back as a result.
void browser_remember(struct browser *browser, const char *name);

// Takes what is ready, waiting up to `wait_ms` for something. False if there is nothing.
bool browser_take(struct browser *browser, int wait_ms, struct browser_results *results);
void browser_results_free(struct browser_results *results);

#endif
