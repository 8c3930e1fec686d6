// SPDX-License-Identifier: MIT
// Inside the formats layer: what the writers of masks share.
//
// Thread-safety: one thread at a time for each file that is written; the mask must not change meanwhile.
#ifndef FOVEA_FORMATS_MASK_WRITER_INTERNAL_H
#define FOVEA_FORMATS_MASK_WRITER_INTERNAL_H

#include "formats/writers/mask_writer.h"

// A mask being written.
struct mask_source {
    const struct mask *mask;
    const struct mask_save *how;
    uint8_t bits; // the layers that count; never 0
};

// Fills `out` with row `y`, a byte a pixel: 0 and 1, or the layers' bits where how->layers says so.
// STATUS_CANCELLED, with a sentence, once that is requested.
enum status mask_source_row(const struct mask_source *source, int64_t y, uint8_t *out, struct error *error);
// That sentence.
enum status mask_source_heed(const struct mask_source *source, struct error *error);

// Each writes the whole file to how->path and puts it in place.
typedef enum status mask_write_file(const struct mask_source *source, struct error *error);
mask_write_file mask_write_npy, mask_write_edf, mask_write_fits, mask_write_msk,
    mask_write_cbf;                              // mask_writer_plain.c
mask_write_file mask_write_tiff, mask_write_png; // mask_writer_library.c
mask_write_file mask_write_hdf5;                 // mask_writer_hdf5.c

#endif
