// SPDX-License-Identifier: MIT
// One job that owns all that the operation needs; those that help it to walk over the pixels are of the same
// owner.
#include "sources/masks/mask_work.h"

#include "base/text.h"
#include "formats/writers/mask_file.h"

#include <stdlib.h>
#include <string.h>

struct mask_work {
    struct mask_work_request request; // with copies and shares of all that it points to
    double *numbers;
    char *path;
    struct mask *mask;
    struct sentinels sentinels;
    struct progress progress;
    // What the job finds.
    enum status status;
    struct error error;
    struct mask_change change;
};

static enum status open_file(struct mask_work *work, struct cancel *cancel, struct image_file **file)
{
    const struct mask_work_request *request = &work->request;
    if (request->file && handle_clone(request->file, file, NULL) == STATUS_OK)
        return STATUS_OK;
    return request->source ? source_open(request->source, request->item, cancel, file, &work->error)
                           : STATUS_OK;
}

static enum status find_in_file(struct mask_work *work, struct cancel *cancel)
{
    const struct mask *mask = work->mask;
    struct bitmap *bitmap = NULL;
    enum status status =
        mask_file_bitmap(work->path, mask->width, mask->height, cancel, &bitmap, &work->error);
    if (!status)
        status = mask_change_find(mask, work->request.bits, bitmap, work->request.how, &work->change,
                                  &work->error);
    bitmap_destroy(&bitmap);
    return status;
}

static void operate(struct mask_work *work, struct cancel *cancel)
{
    const struct mask_work_request *request = &work->request;
    struct image_file *file = NULL;
    struct detector_info detector;
    detector_info_clear(&detector);
    work->status = open_file(work, cancel, &file);
    if (work->status == STATUS_OK && file &&
        image_file_detector(file, request->frame, cancel, &detector, NULL) != STATUS_OK)
        detector_info_clear(&detector);
    const struct mask_context context = {.mask = work->mask,
                                         .bits = request->bits,
                                         .unmask = request->unmask,
                                         .change = &work->change,
                                         .file = file,
                                         .frame = request->frame,
                                         .source = request->one_file ? NULL : request->source,
                                         .sentinels = request->sentinels ? &work->sentinels : NULL,
                                         .detector = &detector,
                                         .cancel = cancel,
                                         .progress = &work->progress,
                                         .jobs = request->file ? request->jobs : NULL,
                                         .handle = request->file,
                                         .owner = work};
    if (work->status == STATUS_OK)
        work->status = request->operation->run(&context, work->numbers, request->count, &work->error);
    image_file_close(&file);
}

static void run(void *pointer, struct cancel *cancel)
{
    struct mask_work *work = pointer;
    if (work->request.operation)
        operate(work, cancel);
    else
        work->status = find_in_file(work, cancel);
    if (work->status == STATUS_OK && !cancel_requested(cancel))
        mask_change_prepare(&work->change, work->mask, work->request.bits);
}

static void finish(void *pointer)
{
    struct mask_work *work = pointer;
    struct mask_change change = work->change;
    work->change = (struct mask_change){0};
    work->request.done(work->request.context, work->status, &work->error, &change);
}

static void discard(void *pointer)
{
    struct mask_work *work = pointer;
    mask_change_free(&work->change);
    mask_destroy(&work->mask);
    handle_release(&work->request.file);
    source_destroy(&work->request.source);
    free(work->numbers);
    free(work->path);
    free(work);
}

enum status mask_work_start(const struct mask_work_request *request, struct mask_work **started,
                            struct error *error)
{
    struct mask *mask = NULL;
    const enum status status = mask_snapshot(request->mask, &mask, error);
    if (status)
        return status;
    struct mask_work *work = must_alloc(sizeof *work);
    work->request = *request;
    work->mask = mask;
    work->numbers = must_alloc((request->count + 1) * sizeof *work->numbers);
    if (request->count)
        memcpy(work->numbers, request->numbers, request->count * sizeof *work->numbers);
    work->path = request->path ? must_copy(request->path) : NULL;
    if (request->sentinels)
        work->sentinels = *request->sentinels;
    handle_share(request->file);
    source_share(request->source);
    // Its thread waits for the disk and for those that help it: those that compute are left to them.
    const struct job_request job = {.kind = JOB_WAITS,
                                    .priority = JOB_WANTED,
                                    .owner = work,
                                    .run = run,
                                    .finish = finish,
                                    .discard = discard,
                                    .work = work};
    jobs_start(request->jobs, &job);
    *started = work;
    return STATUS_OK;
}

double mask_work_progress(struct mask_work *work)
{
    return progress_share(&work->progress);
}

void mask_work_abandon(struct mask_work **work)
{
    if (*work)
        jobs_abandon((*work)->request.jobs, *work);
    *work = NULL;
}
