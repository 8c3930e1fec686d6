// SPDX-License-Identifier: MIT
// Inside the HDF5 reader: what the viewer asks a worker, and the answer.
//
// Thread-safety: one thread at a time for each question and its answer; askers say what they allow.
#ifndef FOVEA_FORMATS_HDF5_QUESTION_H
#define FOVEA_FORMATS_HDF5_QUESTION_H

#include "base/cancel.h"
#include "base/status.h"
#include "formats/base/channels.h"
#include "formats/hdf5/hdf5_dataset.h"
#include "formats/hdf5/hdf5_link.h"

enum hdf5_task {
    HDF5_TASK_OPEN,      // a series: `name` is the selector or NULL; see hdf5_facts.h
    HDF5_TASK_DATASET,   // a dataset `name` of the file: its facts
    HDF5_TASK_ADDRESSES, // where `count` chunks of the dataset are, from number `first` on
    HDF5_TASK_READ,      // a box of the dataset, read by libhdf5: its samples in sealed memory
    HDF5_TASK_METADATA,  // of frame `frame` of `frames` of the dataset: a text
    HDF5_TASK_CONTENTS,  // of the file: a text
    HDF5_TASK_MASK,      // a mask of box.width x box.height, of u32, a row a piece, written as dataset `name`
    HDF5_TASK_TRESPASS,  // for tests: what the confined process can do that it must not; a text
    HDF5_TASK_COUNT
};

// A rectangle of a dataset, as in struct hdf5_region.
struct hdf5_box {
    int64_t at[HDF5_RANK], width, height;
    int row_axis, column_axis;
    struct channel_choice part; // of complex samples
};

// What the viewer has for the worker: `count` pieces of `bytes` each.
struct hdf5_supply {
    size_t bytes;
    int64_t count;
    void (*fill)(void *context, int64_t index, void *out);
    void *context;
};

struct hdf5_question {
    enum hdf5_task task;
    const char *path, *name;
    int channel; // HDF5_TASK_OPEN: as in struct open_request
    int64_t frame, frames;
    int64_t first, count;
    struct hdf5_box box;
    bool exists;                      // HDF5_TASK_MASK: the file is there already
    const struct hdf5_supply *supply; // may be NULL
    struct cancel *cancel;            // may be NULL
};

// What is sent of a question besides that: whose files the worker may keep open, and what memory it may take.
struct hdf5_errand {
    int64_t owner;
    int64_t memory;
};

// The answer's facts, behind its status. Zero-initialise; hdf5_answer_free when done.
struct hdf5_answer {
    struct message_out buffer;
    struct message_in facts; // within the buffer
    int fd;                  // sealed memory that came with it, or HDF5_NO_FD
};
void hdf5_answer_free(struct hdf5_answer *answer);

struct hdf5_files;
// Whoever answers: a worker, or a test. `files` opens what the answer needs. The status and sentence are
// those of the answer, or what became of the one who was to give it.
struct hdf5_asker {
    enum status (*ask)(void *context, const struct hdf5_question *question, struct hdf5_files *files,
                       struct hdf5_answer *answer, struct error *error);
    void (*distrust)(void *context); // the answer was not sound
    void *context;
};

void hdf5_question_put(struct message_out *out, const struct hdf5_question *question,
                       const struct hdf5_errand *errand);
// The texts are the caller's to free (hdf5_question_free). False where it is no question.
bool hdf5_question_get(struct message_in *in, struct hdf5_question *question, struct hdf5_errand *errand);
void hdf5_question_free(struct hdf5_question *question);

// Numbers of the axes of a box that a dataset of `rank` axes has.
bool hdf5_box_fits(const struct hdf5_box *box, const int64_t *dims, int rank);

#endif
