// SPDX-License-Identifier: MIT
// A command that works for a while: it shows its progress on a terminal and ends at Ctrl+C.
//
// Begin it before any thread is started: SIGINT and SIGTERM are then blocked for all of them and come to the
// task's own thread, which requests the cancel. What the command does after that must lead to its end with
// STATUS_CANCELLED; a second signal, or none of that within two seconds, ends the process at once; drafts of
// files are removed (base/file.h).
#ifndef FOVEA_APP_TASK_H
#define FOVEA_APP_TASK_H

#include "base/cancel.h"
#include "base/status.h"

struct task;

enum { TASK_PROGRESS_AFTER_MS = 2000 };

// `name` ("export") is borrowed. The progress is written to `terminal` (a descriptor; nothing if it is no
// terminal) once the task is `after_ms` old: one line that is written again, and erased at the end.
struct task *task_begin(const char *name, int terminal, int after_ms);

// How much is done, 0 to 1; from any thread. Until the first call only the seconds are shown.
void task_progress(struct task *task, double share);
// For the layers below; NULL for no task.
struct cancel *task_cancel(struct task *task);
// STATUS_CANCELLED with a sentence if the user wants the end, else STATUS_OK. NULL is fine.
enum status task_stopped(struct task *task, struct error *error);

// Erases the line and ends the task. Returns the exit code for the status: 128 + the signal if one came and
// the task did not succeed, else that of status_exit_code.
int task_end(struct task **address, enum status status);

#endif
