// SPDX-License-Identifier: MIT
// `fovea info`: what is in an image, for people and, as JSON, for scripts.
#ifndef FOVEA_APP_INFO_H
#define FOVEA_APP_INFO_H

#include "app/common/task.h"
#include "base/status.h"
#include "image/frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

// A pixel whose exact value is asked for: x = column, y = row, from 0 at the first row of the file.
struct info_pixel {
    int64_t x, y;
};

// What to tell of which image. All pointers are borrowed.
struct info_options {
    const char *source;         // a file name or "sim:..."
    struct task *task;          // told of the progress and asked whether to stop; may be NULL
    size_t index, count;        // this is the source `index` of so many
    const char *mask;           // a mask file, or NULL
    int64_t frame;              // from 0
    int channel;                // as in struct open_request
    bool json;                  // else text for people
    bool verify;                // compare the stored data with the checksum that the file gives of them
    bool checksum;              // SHA-256 of the samples, row-major, little-endian, in their own type
    bool metadata;              // all header items of the frame
    bool contents;              // what else the file holds
    struct class_choice choice; // classes that count all the same, and a saturation value of the user's
    const struct info_pixel *pixels;
    size_t pixel_count;
};

// Reads the frame once in bands and prints what was found to `out`. Masked pixels do not count in the
// statistics. Lost pixels give a warning on stderr and are no failure. Nothing is printed to `out` on
// failure. The error's sentence names the source. Memory: two bands (tens of MB; more only if the file's own
// chunks are larger), and the mask.
enum status info_run(const struct info_options *options, FILE *out, struct error *error);

// `fovea info [OPTIONS] SOURCE...`: argv[0] is "info". Prints errors to stderr as one sentence each. Returns
// the exit code: 0, 1 (input), 2 (usage), that of the first source that failed if there are several, or 130
// after Ctrl+C.
int info_main(int argc, char **argv);

#endif
