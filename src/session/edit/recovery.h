// SPDX-License-Identifier: MIT
// Unsaved mask edits of a window session, kept on disk while the session is idle.
//
// Two seconds after the last edit, and at the latest ten after the first that is not kept yet, the user's
// layers are packed in small slices between events and written by a worker thread, in one step and durable.
// The file goes when everything is saved or the edits were discarded. All functions are for the session's
// thread.
#ifndef FOVEA_SESSION_RECOVERY_H
#define FOVEA_SESSION_RECOVERY_H

#include "session/edit/editors.h"
#include "session/edit/recovery_file.h"
#include "session/edit/recovery_left.h"

enum { RECOVERY_MAX_BYTES = 256 * 1000 * 1000 }; // of packed layers; beyond that the user is told

struct recovery;

// Both outlive it.
struct recovery *recovery_create(const struct editors *editors, struct common *common);
// `discard`: the edits are not wanted any more, and their file goes; so does that of what was restored.
void recovery_destroy(struct recovery **recovery, bool discard);

// Does what is due at `now_ns` (clock_now_ns) for no more than about 2 ms.
void recovery_update(struct recovery *recovery, int64_t now_ns);
// Writes what is not kept yet before it returns: for a session that ends, which has nothing to wait for any
// more. Takes at most about `budget_ns`; when the disk does not answer in that time, the last file stays as
// it is. Fails with a sentence when not all of the edits are in a file now.
enum status recovery_keep(struct recovery *recovery, int64_t budget_ns, struct error *error);
// A job is writing the file.
bool recovery_is_writing(const struct recovery *recovery);
// Until when the caller may sleep, in ms; 0 = there is more to do now, -1 = nothing will be due by itself.
int recovery_wait_ms(const struct recovery *recovery, int64_t now_ns);

// What earlier sessions left. Borrowed.
struct recovery_left *recovery_others(struct recovery *recovery);

#endif
