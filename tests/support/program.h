// SPDX-License-Identifier: MIT
// Runs the program to its end and keeps what it wrote.
#ifndef FOVEA_TESTS_PROGRAM_H
#define FOVEA_TESTS_PROGRAM_H

// What a run of the program left behind.
struct run {
    int exit_code; // -1: ended by a signal
    char *output;  // stdout; owned
    char *errors;  // stderr; owned
};

// The program under test, by FOVEA_BINARY in the environment; skips the cmocka test when that is not set.
const char *program_path(void);

// Runs it through the shell, with `environment` ("NAME=VALUE ..." or "") before it. The caller quotes the
// arguments.
struct run program_run(const char *environment, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void run_free(struct run *run);

// Fails the test unless stderr is exactly one line that holds all `count` words.
void run_check_sentence(const struct run *run, const char *const *words, int count);

#endif
