// SPDX-License-Identifier: MIT
// What the readers of .npy files and of the arrays within .npz files share.
//
// Thread-safety: all functions here touch only what they are given.
#ifndef FOVEA_FORMATS_NPY_INTERNAL_H
#define FOVEA_FORMATS_NPY_INTERNAL_H

#include "formats/base/channels.h"
#include "formats/base/reader.h"
#include "formats/base/strided.h"

enum {
    NPY_MAX_AXES = 32,
    NPY_PREFIX = 12, // bytes with the magic, the version and the size of the header
    NPY_MAX_HEADER = 64 * 1024,
    NPY_SMALL_ARRAY = 1 << 20, // bytes; larger arrays must be in the file for a good part
};

// An array as its header describes it, and what is shown of it.
struct npy_array {
    enum sample_type type;
    bool complex; // each element is two samples
    bool swapped; // big-endian
    bool fortran; // the first axis runs fastest
    int rank;
    int64_t shape[NPY_MAX_AXES];
    int64_t samples, bytes; // of all elements
    // -- set by npy_array_arrange --
    struct axes axes;
    int64_t steps[NPY_MAX_AXES]; // samples from index to index
    struct channel_choice channels;
    int64_t width, height, frames;
};

// Tells from the first `available` (at most NPY_PREFIX) bytes where the dictionary begins and its size, at
// most NPY_MAX_HEADER. STATUS_NOT_MINE if it is no NumPy file. `name` is for sentences.
enum status npy_prefix_parse(const char *name, const uint8_t *prefix, size_t available, int64_t *start,
                             size_t *count, struct error *error);
// Reads the dictionary, a literal of Python; nothing is evaluated.
enum status npy_dictionary_parse(const char *name, const char *text, size_t count, struct npy_array *array,
                                 struct error *error);

// Chooses the axes by the rule of formats/base/axes.h. `selector` is NULL or "[SLICE]#PART" with or without
// each of both; without a "[" it is the slice.
enum status npy_array_arrange(const char *name, const char *selector, int channel, struct npy_array *array,
                              struct error *error);
// True if all samples are shown in the order in which they are stored, with their channels side by side.
bool npy_array_in_sequence(const struct npy_array *array);

// The index of the frame's first sample in the file.
int64_t npy_frame_first(const struct npy_array *array, int64_t frame);
// Decodes a rectangle. *scratch, at first NULL, is memory for columns, which the caller frees in the end.
enum status npy_array_decode(const struct npy_array *array, const struct plain_samples *from,
                             uint8_t **scratch, const struct decode_request *request,
                             struct decode_report *report, struct error *error);

// "u16", "c64".
const char *npy_type_name(const struct npy_array *array);
// Appends "3 x 20 x 30".
void npy_shape_append(struct text *out, const struct npy_array *array);
// Appends the header as metadata lines.
void npy_array_describe(const struct npy_array *array, struct text *out);

#endif
