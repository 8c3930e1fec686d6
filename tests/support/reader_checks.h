// SPDX-License-Identifier: MIT
// What the tests of all readers do: make files, open and decode them, compare with known or reference pixels.
//
// Functions fail the running cmocka test themselves. Nothing here is safe to call from several threads.
#ifndef FOVEA_TESTS_READER_CHECKS_H
#define FOVEA_TESTS_READER_CHECKS_H

#include "formats/base/reader.h"
#include "support/testdata.h"

// --- Files ---

// Numbers that are the same in every run.
uint64_t random_next(void);

// Writes a temporary file of that name; the path lives as long as that of temporary_path.
const char *save_bytes(const char *name, const void *bytes, size_t count);
// The whole file; the caller frees it.
uint8_t *load_bytes(const char *path, size_t *count);
// The file itself, or a temporary copy of what is packed in it where its name ends with ".gz", ".bz2", ".xz"
// or ".zst". The test fails where the program that unpacks it is absent.
const char *unpacked_path(const char *path);

// True if /usr/bin/python3 can import all of `modules` ("fabio, numpy"); says so if not.
bool python_has(const char *modules);
// Runs a script with that python; sys.argv[1:] are the words of `arguments`, each in single quotes or without
// blanks. Skips the running test when one of `modules` is absent, and fails it when the script fails.
void python_run(const char *modules, const char *script, const char *arguments);

// --- Reading ---

struct image_file *open_good(const char *name);
// For a file that must not open; there is a sentence in *error.
enum status open_bad(const char *name, struct error *error);
// Opens it, or failing that reads its first frame's description: one of both must fail with the status and
// the words `said` in the sentence.
void check_refused(const char *name, enum status expected, const char *said);

struct frame_info info_of(struct image_file *file, int64_t frame);

// Decodes into rows of `stride` bytes and rect.width * rect.height classes, which the caller cleared.
struct decode_report decode_into(struct image_file *file, int64_t frame, struct rect rect, void *pixels,
                                 size_t stride, uint8_t *classes);

// A decoded rectangle with its classes. Padding between rows is filled with 0x5A.
struct picture {
    uint8_t *pixels, *classes;
    size_t bytes, stride;
    struct decode_report report;
};
struct picture decode_rect(struct image_file *file, int64_t frame, struct rect rect, size_t padding);
struct picture decode_whole(struct image_file *file, int64_t frame);
void picture_free(struct picture *picture);

// --- Checks ---

// Decodes many rectangles in no order, with padded rows and without, and then bands from the first row to the
// last; all must agree with the samples of the whole frame and its classes (NULL: all must be 0), and nothing
// beside the rows be touched. No pixel may be lost unless `classes` is given.
void check_rectangles_classes(struct image_file *file, int64_t frame, const void *expected,
                              const uint8_t *classes);
void check_rectangles(struct image_file *file, int64_t frame, const void *expected);
// The same, with the frame decoded at once for the expected samples.
void check_rectangles_agree(struct image_file *file, int64_t frame);

// Three handles cloned from one decode rows of all frames on a thread each; all must agree with what one
// handle gives.
void check_threads(const char *name);

// Each of `lines` ("key\tvalue\n"), NULL-terminated, is in the frame's metadata; every line of it is valid
// UTF-8 with one tab.
void check_metadata(struct image_file *file, int64_t frame, const char *const *lines);

// Opens every beginning of the file, `step` bytes apart, and decodes what opens; then the whole file with
// some byte of its first `head` bytes changed, `changes` times. Only a crash, a sanitizer's complaint or an
// error without a sentence fails.
void check_damage(const char *path, size_t step, size_t head, int changes);
// Opens and decodes whatever there is of one file, in the same sense.
void try_file(const char *path);

// --- Reference values ---

// Compares frames, shape, type, SHA-256 of the little-endian samples, minimum, maximum, mean and the sample
// pixels with an entry of reference.json (or one of its "pages" or "hdus"). What the entry does not tell is
// not compared.
void check_reference(const char *name, const cJSON *entry);
// The same for one real file, by its path within the folder of real files; skips the running test without it.
void check_real_file(const char *path);
// The same for all files whose "format" in reference.json is this, unpacked; skips without any.
void check_real_format(const char *format);

#endif
