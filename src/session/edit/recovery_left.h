// SPDX-License-Identifier: MIT
// Unsaved mask edits that earlier sessions left: found, described, restored and removed, by jobs.
#ifndef FOVEA_SESSION_RECOVERY_LEFT_H
#define FOVEA_SESSION_RECOVERY_LEFT_H

#include "session/edit/editors.h"

// Opaque. Thread-safety: the consumer of the jobs.
struct recovery_left;

// Both outlive it.
struct recovery_left *recovery_left_create(const struct editors *editors, struct common *common);
void recovery_left_destroy(struct recovery_left **address);

// Begins to look for files of sessions that no longer run; the first call does.
void recovery_left_look(struct recovery_left *left);
// The masks in them; 0 as long as they have not been found.
size_t recovery_left_count(const struct recovery_left *left);
// For people: "Unsaved mask edits of NAME (W x H) from DATE ...".
void recovery_left_describe(const struct recovery_left *left, char *text, size_t size);

// Gives them to the active editor. The files stay until recovery_left_forget. STATUS_USAGE, now or later, if
// there are none.
enum status recovery_left_restore(struct recovery_left *left, struct error *error);
// Removes the files.
enum status recovery_left_discard(struct recovery_left *left, struct error *error);

// How many files have been restored and are still there.
size_t recovery_left_restored(const struct recovery_left *left);
// Removes the first `count` of them: what they hold is saved, kept elsewhere, or not wanted any more.
void recovery_left_forget(struct recovery_left *left, size_t count);

// Removes a file by a job of `owner`, after its jobs before. `path` is copied.
void recovery_remove(struct jobs *jobs, const void *owner, const char *path);

#endif
