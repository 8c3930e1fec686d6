// SPDX-License-Identifier: MIT
// A list of marks under one lock, counted references.
#include "formats/cbf/cbf_marks.h"

#include "base/size.h"
#include "base/text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_MARKS = 256,
    LEAST_ROWS = 32, // between marks
    MAX_BYTES = 32 << 20,
};

struct cbf_marks {
    pthread_mutex_t lock;
    int references;
    int64_t section; // -1: none
    int64_t step;    // values from mark to mark
    int64_t width;
    struct cbf_mark marks[MAX_MARKS]; // position 0: not there
    uint32_t *rows[MAX_MARKS];
};

struct cbf_marks *cbf_marks_create(void)
{
    struct cbf_marks *marks = must_alloc(sizeof *marks);
    pthread_mutex_init(&marks->lock, NULL);
    marks->references = 1;
    marks->section = -1;
    return marks;
}

struct cbf_marks *cbf_marks_share(struct cbf_marks *marks)
{
    pthread_mutex_lock(&marks->lock);
    marks->references++;
    pthread_mutex_unlock(&marks->lock);
    return marks;
}

static void forget_all(struct cbf_marks *marks)
{
    for (int i = 0; i < MAX_MARKS; i++) {
        free(marks->rows[i]);
        marks->rows[i] = NULL;
        marks->marks[i].position = 0;
    }
    marks->section = -1;
}

void cbf_marks_drop(struct cbf_marks *marks)
{
    if (!marks)
        return;
    pthread_mutex_lock(&marks->lock);
    const bool last = --marks->references == 0;
    pthread_mutex_unlock(&marks->lock);
    if (!last)
        return;
    forget_all(marks);
    pthread_mutex_destroy(&marks->lock);
    free(marks);
}

int64_t cbf_marks_choose(struct cbf_marks *marks, int64_t section, int64_t width, int64_t rows)
{
    int64_t count = int64_min(MAX_MARKS, MAX_BYTES / 4 / width);
    const int64_t step = int64_max(LEAST_ROWS, int64_ceil_div(rows, int64_max(count, 1))) * width;
    pthread_mutex_lock(&marks->lock);
    if (marks->section != section)
        forget_all(marks);
    marks->section = section;
    marks->step = step;
    marks->width = width;
    pthread_mutex_unlock(&marks->lock);
    return step;
}

void cbf_marks_note(struct cbf_marks *marks, int64_t section, const struct cbf_mark *mark)
{
    pthread_mutex_lock(&marks->lock);
    const int64_t index = marks->section == section ? mark->position / marks->step : MAX_MARKS;
    if (index > 0 && index < MAX_MARKS && marks->marks[index].position == 0) {
        const size_t bytes = (size_t)marks->width * sizeof(uint32_t);
        uint32_t *row = mark->coder.row ? malloc(bytes) : NULL;
        if (row)
            memcpy(row, mark->coder.row, bytes);
        if (row || !mark->coder.row) {
            marks->rows[index] = row;
            marks->marks[index] = *mark;
        }
    }
    pthread_mutex_unlock(&marks->lock);
}

bool cbf_marks_find(struct cbf_marks *marks, int64_t section, int64_t position, int64_t after,
                    struct cbf_mark *mark)
{
    bool found = false;
    pthread_mutex_lock(&marks->lock);
    int64_t index = marks->section == section ? int64_min(position / marks->step, MAX_MARKS - 1) : 0;
    while (index > 0 && marks->marks[index].position == 0)
        index--;
    if (index > 0 && marks->marks[index].position > after) {
        uint32_t *row = mark->coder.row;
        const struct cbf_codes *codes = mark->coder.codes;
        *mark = marks->marks[index];
        mark->coder.row = row;
        mark->coder.codes = codes;
        if (row && marks->rows[index])
            memcpy(row, marks->rows[index], (size_t)marks->width * sizeof *row);
        found = true;
    }
    pthread_mutex_unlock(&marks->lock);
    return found;
}
