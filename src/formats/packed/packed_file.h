// SPDX-License-Identifier: MIT
// The handle of readers whose samples lie in one run: plain, packed, as text, of one or more channels.
//
// Thread-safety: one thread at a time for each handle; any number of them at once.
#ifndef FOVEA_FORMATS_PACKED_FILE_H
#define FOVEA_FORMATS_PACKED_FILE_H

#include "formats/base/plain_file.h"
#include "formats/base/strided.h"
#include "formats/packed/sample_stream.h"

// Extends the handle of plain samples; the same functions open it and read its header.
struct packed_file {
    struct plain_file plain; // layout.row_bytes and the like count for unpacked binary samples only
    struct sample_storage storage;
    bool sequential;         // the samples can only be had in sequence
    const char *compression; // static text for frame_info.compression
    const char *note;        // static text for frame_info.note, or NULL; channels have a note of their own
    struct sample_stream *stream; // made when it is needed
    bool arranged;                // by packed_file_arrange
    struct axes axes;
    int64_t steps[AXES_MAX];
    uint8_t *scratch; // of strided_decode, made when it is needed
};

struct packed_file *packed_file_of(struct image_file *file);

// Checks layout and storage against the file and takes them over; layout.offset and layout.swapped are taken
// from the storage. storage->bytes of 0 means up to the file's end. Where sizes could not be in the file, a
// sentence tells.
enum status packed_file_set(struct packed_file *file, const struct plain_layout *layout,
                            const struct sample_storage *storage, struct error *error);

// After packed_file_set: shows the array by other axes, of which `steps` has the samples from index to index
// (formats/base/strided.h). STATUS_UNSUPPORTED for samples that can only be had in sequence.
enum status packed_file_arrange(struct packed_file *file, const struct axes *axes, const int64_t *steps,
                                struct error *error);

// Members of struct reader.
enum status packed_file_info(struct image_file *base, int64_t frame, struct frame_info *info,
                             struct error *error);
enum status packed_file_decode(struct image_file *base, const struct decode_request *request,
                               struct decode_report *report, struct error *error);
enum status packed_file_clone(struct image_file *base, struct image_file **out, struct error *error);
void packed_file_close(struct image_file *base);

#endif
