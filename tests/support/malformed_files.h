// SPDX-License-Identifier: MIT
// Malformed files for tests: those of tests/fuzz/corpus with some damage, and real ones where the folder of
// real files is present.
//
// Functions fail the running cmocka test themselves. Thread-safety: one thread.
#ifndef FOVEA_TESTS_MALFORMED_FILES_H
#define FOVEA_TESTS_MALFORMED_FILES_H

// Cut, changed, with numbers that lie, with escape sequences.
enum { DAMAGE_KINDS = 8 };

// The folders of the corpus that hold images and mask files; the others hold pieces of files, or no files.
// Ends with NULL.
extern const char *const malformed_formats[];

// `turn` counts the files, over all calls.
typedef void malformed_check(const char *path, int turn);

// For each file of a folder of the corpus, in the order of their names. They are whole files.
void malformed_each_seed(const char *format, malformed_check *check);
// A damaged copy in the temporary folder, of the same name; `kind` is taken modulo DAMAGE_KINDS. Where the
// damage is follows from how often this was called before. Removed by the next call, as is its path.
const char *malformed_damage(const char *seed, int kind);

// For one of `every` real malformed files; skips the running test where the folder of real files is absent.
void malformed_each_real(int every, malformed_check *check);

#endif
