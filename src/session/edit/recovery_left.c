// SPDX-License-Identifier: MIT
// One job reads all records; restoring makes layers of them in another.
#include "session/edit/recovery_left.h"

#include "base/file.h"
#include "base/text.h"
#include "session/edit/recovery_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// The newest first.
struct records {
    struct recovery_record *items;
    size_t count;
};

struct recovery_left {
    const struct editors *editors;
    struct common *common;
    bool asked, known; // whether there are any
    struct records found;
    char **restored; // paths
    size_t restored_count;
};

static void free_records(struct records *records)
{
    for (size_t i = 0; i < records->count; i++)
        recovery_record_free(&records->items[i]);
    free(records->items);
    *records = (struct records){0};
}

static struct records find_records(void)
{
    struct records records = {0};
    char folder[3900];
    if (recovery_folder(folder, sizeof folder))
        records.count = recovery_file_find(folder, &records.items);
    return records;
}

// --- removing ---

static void run_removal(void *work, struct cancel *cancel)
{
    (void)cancel;
    unlink(work);
}

void recovery_remove(struct jobs *jobs, const void *owner, const char *path)
{
    const struct job_request job = {.kind = JOB_WAITS,
                                    .priority = JOB_WANTED,
                                    .owner = owner,
                                    .in_order = true,
                                    .must_end = true,
                                    .run = run_removal,
                                    .discard = free,
                                    .work = must_copy(path)};
    jobs_start(jobs, &job);
}

size_t recovery_left_restored(const struct recovery_left *left)
{
    return left->restored_count;
}

void recovery_left_forget(struct recovery_left *left, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        recovery_remove(left->common->jobs, left, left->restored[i]);
        free(left->restored[i]);
    }
    left->restored_count -= count;
    if (left->restored_count > 0)
        memmove(left->restored, left->restored + count, left->restored_count * sizeof *left->restored);
}

// --- looking ---

struct look {
    struct recovery_left *left; // looked at by the consumer
    struct records records;
};

static void run_look(void *work, struct cancel *cancel)
{
    (void)cancel;
    ((struct look *)work)->records = find_records();
}

static void finish_look(void *work)
{
    struct look *look = work;
    struct recovery_left *left = look->left;
    if (left->known) // a command was quicker
        return;
    left->found = look->records;
    look->records = (struct records){0};
    left->known = true;
}

static void discard_look(void *work)
{
    free_records(&((struct look *)work)->records);
    free(work);
}

void recovery_left_look(struct recovery_left *left)
{
    if (left->asked)
        return;
    left->asked = true;
    struct look *look = must_alloc(sizeof *look);
    look->left = left;
    const struct job_request job = {.kind = JOB_WAITS,
                                    .priority = JOB_IDLE,
                                    .owner = left,
                                    .run = run_look,
                                    .finish = finish_look,
                                    .discard = discard_look,
                                    .work = look};
    jobs_start(left->common->jobs, &job);
}

// --- what commands ask ---

// The records on their way into the editor, or out of the world.
struct answer {
    struct recovery_left *left; // looked at by the consumer
    struct records records;
    bool known;                  // they were found before
    struct mask_layers **layers; // of each record, one for each of its items
};

static enum status nothing_left(struct error *error)
{
    return error_set(error, STATUS_USAGE, "no unsaved mask edits were left by another session");
}

static enum status find_for(struct answer *answer, struct error *error)
{
    if (!answer->known)
        answer->records = find_records();
    if (answer->records.count > 0)
        return STATUS_OK;
    return nothing_left(error);
}

static enum status unpack_record(const struct recovery_record *record, struct mask_layers *layers,
                                 struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < record->count && !status; i++) {
        const struct recovery_item *item = &record->items[i];
        struct mask *mask = NULL;
        status = recovery_item_mask(item, &mask, error);
        if (!status)
            status = mask_layers_of(mask, item->layers, &layers[i], error);
        mask_destroy(&mask);
    }
    return status;
}

static enum status run_restore(void *work, struct cancel *cancel, struct progress *progress,
                               struct error *error)
{
    struct answer *answer = work;
    enum status status = find_for(answer, error);
    if (status)
        return status;
    answer->layers = must_alloc(answer->records.count * sizeof(struct mask_layers *));
    for (size_t i = 0; i < answer->records.count && !status; i++) {
        const struct recovery_record *record = &answer->records.items[i];
        answer->layers[i] = must_alloc((record->count + 1) * sizeof **answer->layers);
        status =
            cancel_requested(cancel) ? STATUS_CANCELLED : unpack_record(record, answer->layers[i], error);
        progress_set(progress, (double)(i + 1) / (double)answer->records.count);
    }
    return status;
}

static enum status run_removals(void *work, struct cancel *cancel, struct progress *progress,
                                struct error *error)
{
    (void)cancel, (void)progress;
    struct answer *answer = work;
    const enum status status = find_for(answer, error);
    for (size_t i = 0; i < answer->records.count; i++)
        unlink(answer->records.items[i].path);
    return status;
}

static void free_layers(struct answer *answer)
{
    for (size_t i = 0; answer->layers && i < answer->records.count; i++) {
        for (size_t k = 0; answer->layers[i] && k < answer->records.items[i].count; k++)
            mask_layers_free(&answer->layers[i][k]);
        free(answer->layers[i]);
    }
    free(answer->layers);
    answer->layers = NULL;
}

static enum status give_record(struct recovery_left *left, struct recovery_record *record,
                               const struct mask_layers *layers, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < record->count && !status; i++)
        status =
            editor_take_layers(left->editors->active, &layers[i], record->items[i].name, "restored", error);
    if (status)
        return status;
    left->restored = must_resize(left->restored, (left->restored_count + 1) * sizeof *left->restored);
    left->restored[left->restored_count++] = record->path;
    record->path = NULL;
    return STATUS_OK;
}

// What was not restored can be asked for again.
static void take_back(struct answer *answer, size_t count)
{
    free_layers(answer);
    for (size_t i = count; i < answer->records.count; i++)
        recovery_record_free(&answer->records.items[i]);
    answer->records.count = count;
    answer->left->found = answer->records;
    answer->records = (struct records){0};
}

// Given up, `run` may still be using the records, which are looked for again when they are wanted.
static enum status end_answer(struct recovery_left *left, enum status status)
{
    left->known = status != STATUS_CANCELLED;
    return status;
}

static enum status finish_restore(void *work, enum status status, struct error *error)
{
    struct answer *answer = work;
    struct recovery_left *left = answer->left;
    size_t wait = status == STATUS_CANCELLED ? 0 : answer->records.count;
    // The oldest first, so that the newest is what is seen where sizes are the same.
    for (; wait > 0 && !status; wait -= !status)
        status = give_record(left, &answer->records.items[wait - 1], answer->layers[wait - 1], error);
    if (wait > 0)
        take_back(answer, wait);
    return end_answer(left, status);
}

static enum status finish_removals(void *work, enum status status, struct error *error)
{
    (void)error;
    return end_answer(((struct answer *)work)->left, status);
}

static void discard_answer(void *work)
{
    struct answer *answer = work;
    free_layers(answer);
    free_records(&answer->records);
    free(answer);
}

static enum status start_answer(struct recovery_left *left, struct file_work_request *request,
                                struct error *error)
{
    if (left->known && left->found.count == 0)
        return nothing_left(error);
    struct answer *answer = must_alloc(sizeof *answer);
    *answer = (struct answer){.left = left, .records = left->found, .known = left->known};
    left->found = (struct records){0};
    request->owner = left;
    request->discard = discard_answer;
    request->work = answer;
    return file_work_start(left->common->works, request, error);
}

enum status recovery_left_restore(struct recovery_left *left, struct error *error)
{
    struct file_work_request request = {
        .label = "mask.restore", .run = run_restore, .finish = finish_restore};
    return start_answer(left, &request, error);
}

enum status recovery_left_discard(struct recovery_left *left, struct error *error)
{
    struct file_work_request request = {
        .label = "mask.discard", .writes = true, .run = run_removals, .finish = finish_removals};
    return start_answer(left, &request, error);
}

// --- what there is ---

size_t recovery_left_count(const struct recovery_left *left)
{
    size_t masks = 0;
    for (size_t i = 0; i < left->found.count; i++)
        masks += left->found.items[i].count;
    return masks;
}

void recovery_left_describe(const struct recovery_left *left, char *text, size_t size)
{
    const size_t masks = recovery_left_count(left);
    text[0] = '\0';
    if (masks == 0)
        return;
    const struct recovery_record *record = left->found.items;
    while (record->count == 0)
        record++;
    char date[64] = "";
    const time_t when = (time_t)record->time;
    struct tm local;
    if (localtime_r(&when, &local))
        strftime(date, sizeof date, "%Y-%m-%d %H:%M", &local);
    char more[64] = "";
    if (masks > 1)
        snprintf(more, sizeof more, ", and %zu more", masks - 1);
    snprintf(text, size, "Unsaved mask edits of %s (%lld x %lld) from %s%s.",
             record->items[0].name[0] ? path_title(record->items[0].name) : "an image",
             (long long)record->items[0].width, (long long)record->items[0].height, date, more);
}

// --- life ---

struct recovery_left *recovery_left_create(const struct editors *editors, struct common *common)
{
    struct recovery_left *left = must_alloc(sizeof *left);
    *left = (struct recovery_left){.editors = editors, .common = common};
    return left;
}

void recovery_left_destroy(struct recovery_left **address)
{
    struct recovery_left *left = *address;
    if (!left)
        return;
    file_works_abandon(left->common->works, left);
    jobs_abandon(left->common->jobs, left);
    for (size_t i = 0; i < left->restored_count; i++)
        free(left->restored[i]);
    free(left->restored);
    free_records(&left->found);
    free(left);
    *address = NULL;
}
