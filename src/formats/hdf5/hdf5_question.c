// SPDX-License-Identifier: MIT
// Questions as messages.
#include "formats/hdf5/hdf5_question.h"

#include "base/text.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

static void put_box(struct message_out *out, const struct hdf5_box *box)
{
    for (int axis = 0; axis < HDF5_RANK; axis++)
        message_put(out, box->at[axis]);
    message_put(out, box->width);
    message_put(out, box->height);
    message_put(out, box->row_axis);
    message_put(out, box->column_axis);
    message_put(out, box->part.channels);
    message_put(out, box->part.channel);
    message_put(out, box->part.complex);
}

static void get_box(struct message_in *in, struct hdf5_box *box)
{
    for (int axis = 0; axis < HDF5_RANK; axis++)
        box->at[axis] = message_get(in, 0, INT64_MAX);
    box->width = message_get(in, 0, INT64_MAX);
    box->height = message_get(in, 0, INT64_MAX);
    box->row_axis = (int)message_get(in, HDF5_NO_AXIS, HDF5_RANK - 1);
    box->column_axis = (int)message_get(in, HDF5_NO_AXIS, HDF5_RANK - 1);
    box->part.channels = (unsigned)message_get(in, 0, UINT_MAX);
    box->part.channel = (int)message_get(in, CHANNEL_PHASE, INT_MAX);
    box->part.complex = message_get_flag(in);
}

void hdf5_question_put(struct message_out *out, const struct hdf5_question *question,
                       const struct hdf5_errand *errand)
{
    message_put(out, question->task);
    message_put_text(out, question->path);
    message_put_text(out, question->name);
    message_put(out, question->channel);
    message_put(out, question->frame);
    message_put(out, question->frames);
    message_put(out, question->first);
    message_put(out, question->count);
    put_box(out, &question->box);
    message_put(out, question->exists);
    message_put(out, errand->owner);
    message_put(out, errand->memory);
}

bool hdf5_question_get(struct message_in *in, struct hdf5_question *question, struct hdf5_errand *errand)
{
    *question = (struct hdf5_question){.task = (enum hdf5_task)message_get(in, 0, HDF5_TASK_COUNT - 1)};
    question->path = message_get_name(in);
    question->name = message_get_text(in);
    question->channel = (int)message_get(in, INT_MIN, INT_MAX);
    question->frame = message_get(in, 0, INT64_MAX);
    question->frames = message_get(in, 0, INT64_MAX);
    question->first = message_get(in, 0, INT64_MAX);
    question->count = message_get(in, 0, INT64_MAX);
    get_box(in, &question->box);
    question->exists = message_get_flag(in);
    errand->owner = message_get(in, 0, INT64_MAX);
    errand->memory = message_get(in, 0, INT64_MAX);
    if (!in->bad)
        return true;
    hdf5_question_free(question);
    return false;
}

void hdf5_question_free(struct hdf5_question *question)
{
    free((char *)(uintptr_t)question->path);
    free((char *)(uintptr_t)question->name);
    *question = (struct hdf5_question){0};
}

bool hdf5_box_fits(const struct hdf5_box *box, const int64_t *dims, int rank)
{
    bool fits = box->row_axis < rank && box->column_axis < rank && (box->row_axis >= 0 || box->height == 1) &&
                (box->column_axis >= 0 || box->width == 1);
    for (int axis = 0; fits && axis < rank; axis++) {
        const int64_t count = axis == box->row_axis ? box->height : axis == box->column_axis ? box->width : 1;
        fits = count >= 1 && count <= dims[axis] && box->at[axis] <= dims[axis] - count;
    }
    return fits;
}

void hdf5_answer_free(struct hdf5_answer *answer)
{
    message_out_free(&answer->buffer);
    if (answer->fd >= 0)
        close(answer->fd);
    *answer = (struct hdf5_answer){.fd = HDF5_NO_FD};
}
