// SPDX-License-Identifier: MIT
// Inside the sources layer: the arithmetic of slabs on one rectangle of samples.
//
// Thread-safety: one thread at a time for each sum; any number of them at once.
#ifndef FOVEA_SOURCES_SLAB_SUMS_H
#define FOVEA_SOURCES_SLAB_SUMS_H

#include "base/status.h"
#include "image/frame.h"
#include "sources/slab_mode.h"

// Zero-initialise; slab_sums_free when done. Buffers grow and are used again.
struct slab_sums {
    enum slab_mode mode;
    enum sample_type type, out; // of the frames, of the slab
    size_t pixels, sample_bytes;

    void *samples;     // of the frame to be added, `pixels` of them
    uint8_t *classes;  // its marks
    uint32_t *counted; // samples that counted so far
    uint8_t *marks;    // all marks of all frames so far
    int64_t *integers; // sums of integers of up to 32 bits
    double *reals;     // sums of the others, and the row that is being added
    void *highest;     // maxima, in the type of the frames

    size_t capacity; // pixels that there is room for, whatever the type
};

// Clears the sums for so many pixels of frames of `type`. STATUS_NO_MEMORY with `path` in the sentence.
enum status slab_sums_begin(struct slab_sums *sums, enum slab_mode mode, int64_t frames,
                            enum sample_type type, size_t pixels, const char *path, struct error *error);
// The marks of the next frame, cleared.
uint8_t *slab_sums_classes(struct slab_sums *sums);
// Adds what is in `samples` and `classes`, after marking by the frame's sentinels.
void slab_sums_add(struct slab_sums *sums, const struct sentinels *sentinels);
// Writes the slab, `stride` bytes a row, and its marks without padding; true if there is any mark.
bool slab_sums_write(const struct slab_sums *sums, size_t width, size_t height, void *out, size_t stride,
                     uint8_t *classes);
void slab_sums_free(struct slab_sums *sums);

#endif
