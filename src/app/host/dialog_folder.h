// SPDX-License-Identifier: MIT
// The folder that the dialog for file names lists: asked for by the panel, found by jobs, kept here.
#ifndef FOVEA_APP_DIALOG_FOLDER_H
#define FOVEA_APP_DIALOG_FOLDER_H

#include "base/job.h"
#include "ui/ui.h"

// Opaque. Thread-safety: the thread of the window.
struct dialog_folder;

// `jobs` must outlive it.
struct dialog_folder *dialog_folder_create(struct jobs *jobs);
// Waits for nothing. NULL is fine.
void dialog_folder_destroy(struct dialog_folder **dialog);

// Takes what has become ready; true if that is to be shown. While no dialog is open nothing is kept, and
// nothing is waited for.
bool dialog_folder_update(struct dialog_folder *dialog, bool open);
// What there is, borrowed until the next call of dialog_folder_update.
void dialog_folder_fill(struct dialog_folder *dialog, struct ui_dialog_folder *shown);

#endif
