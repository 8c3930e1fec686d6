// SPDX-License-Identifier: MIT
// What the panels for files and contents, and the dialog for file names, show of the disk: asked for when
// they are open, found by a thread, kept here.
#ifndef FOVEA_APP_FILES_H
#define FOVEA_APP_FILES_H

#include "session/desk.h"
#include "ui/ui.h"

// Opaque. Thread-safety: the thread of the window.
struct files;

// The desk is borrowed; its `wake` is called when something is ready.
struct files *files_create(struct desk *desk);
void files_destroy(struct files **files);

// Tells that these names are being opened: they are remembered once the first is shown.
void files_opened(struct files *files, const char *const *names, size_t count);
// Shows a folder in the panel; relative to the one that is shown.
enum status files_show_folder(struct files *files, const char *path, struct error *error);

// Takes what has become ready and asks for what the open panels need. True if there is something new to show.
bool files_update(struct files *files);
// What there is, borrowed until the next call of files_update.
void files_fill(struct files *files, struct ui_browsing *browsing);

#endif
