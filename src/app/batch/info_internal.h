// SPDX-License-Identifier: MIT
// What the parts of `fovea info` share: one pass over a frame (info_scan.c), what it found as text or JSON
// (info_report.c), the command line (info.c).
#ifndef FOVEA_APP_INFO_INTERNAL_H
#define FOVEA_APP_INFO_INTERNAL_H

#include "app/batch/info.h"

#include "base/text.h"
#include "image/detector.h"
#include "image/taps.h"
#include "sources/source.h"

#include <sha2.h>
#include <stdio.h>

enum {
    INFO_SAMPLE_BYTES = 8, // of the largest type
    INFO_HEX_DIGEST = SHA256_DIGEST_STRING_LENGTH,
};

// A named pixel as it was found.
struct info_found {
    uint8_t sample[INFO_SAMPLE_BYTES];
    uint8_t classes; // bits of the mask, and of the marks found
};

// Everything a scan needs and finds. Zero-initialise but for `options`.
struct info_scan {
    const struct info_options *options;
    struct image_file *file;
    struct frame_info info;
    size_t row_bytes;
    int64_t band_rows;
    uint8_t *pixels, *classes, *mask_row;
    struct mask *mask;
    struct taps *taps;
    SHA2_CTX digest; // of libmd; used with options->checksum only

    bool unread;   // the pixels cannot be decoded: the header is all there is to tell
    bool verified; // the file gave a checksum, and it is right; with options->verify only
    struct taps_result result;
    int64_t class_counts[MASK_LAYER_COUNT]; // pixels of each layer; one pixel may be in several
    struct info_found *found;               // options->pixel_count of them
    struct decode_report report;
    char checksum[INFO_HEX_DIGEST];
    struct detector_info detector;
    struct text metadata, contents; // lines as the readers give them; empty unless asked for
};

// Opens the source and reads the frame. The scan is to be freed also after a failure.
enum status info_scan_run(struct info_scan *scan, struct error *error);
void info_scan_free(struct info_scan *scan);

// Prints what was found.
void info_report(const struct info_scan *scan, FILE *out);
// Prints a JSON object that tells why a source of several could not be read.
void info_report_failure(const char *source, const struct error *error, FILE *out);

#endif
