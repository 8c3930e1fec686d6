// SPDX-License-Identifier: MIT
// Result codes and the error value that carries one sentence for the user.
//
// Every function that can fail returns an `enum status` and, through a `struct error *` supplied by the
// caller, one clear sentence: which file, what is wrong, what to do. The error pointer may be NULL. Results
// are written to out-parameters only when the function returns STATUS_OK.
#ifndef FOVEA_BASE_STATUS_H
#define FOVEA_BASE_STATUS_H

#include <stdarg.h>

enum status {
    STATUS_OK = 0,
    // The input itself: exit code 1 in batch use.
    STATUS_NOT_MINE,    // the content is not of the format that was asked (try another reader)
    STATUS_BROKEN,      // the format is right, the content contradicts itself or is cut short
    STATUS_UNSUPPORTED, // valid, but of a kind that Fovea does not show
    STATUS_IO,          // the operating system refused: missing file, permission, read error
    STATUS_NO_MEMORY,   // an allocation whose size came from a file could not be made
    STATUS_TOO_LARGE,   // the numbers in a header overflow or exceed what can be shown
    STATUS_CANCELLED,   // the user or the owner asked to stop; not an error to report
    STATUS_MISMATCH,    // two inputs do not fit together (mask and image, say)
    // The request: exit code 2.
    STATUS_USAGE, // wrong option, argument or command
    // The machine: exit code 3.
    STATUS_NO_GL, // no usable OpenGL 3.3
    STATUS_COUNT
};

// An error sentence with its code. Zero-initialise before use; plain data, no ownership.
struct error {
    enum status status;
    char text[768]; // UTF-8, no final newline
};

// Formats the sentence into `error` (when not NULL) and returns `status`, so that a failing function can end
// with `return error_set(error, STATUS_BROKEN, "...", ...)`. A text that is too long is cut at a UTF-8
// character boundary.
enum status error_set(struct error *error, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#ifdef __clang_analyzer__
// Tells the analyzer what it cannot see: that error_set returns the status it is given.
#define error_set(error, status, ...) ((error_set)(error, status, __VA_ARGS__), (status))
#endif

// Puts "CONTEXT: " before the sentence already in `error` and returns error's status.
enum status error_prefix(struct error *error, const char *context);

// What a sentence says behind the path that it begins with, where that path is `name` or stands in it (a name
// may have a scheme before the path and a selector behind); else all of it. For sentences that are put behind
// the name, so that a path stands once in them. Borrowed from `sentence`.
const char *error_behind_path(const char *sentence, const char *name);

// The exit code of the command line for a status: 0, 1 (input), 2 (usage) or 3 (no OpenGL).
int status_exit_code(enum status status);

#endif
