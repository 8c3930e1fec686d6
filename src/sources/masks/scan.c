// SPDX-License-Identifier: MIT
// Workers that take runs of bands from a common counter; within a run, rows that two bands need are kept.
#include "sources/masks/scan.h"

#include "base/monitor.h"
#include "base/size.h"
#include "base/text.h"
#include "image/sentinel.h"
#include "sources/band_plan.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WORKERS = 8 };

// What all workers share. It outlives the scan as long as a helper is on its way, which then finds it closed.
struct scan {
    const struct scan_request *request; // of the caller, who waits for those that have joined
    struct frame_info info;
    struct sentinel_marks marks;
    struct band_plan plan;
    int64_t runs;
    atomic_llong next_run, bands_done;
    atomic_bool stop;
    struct monitor monitor;
    // -- protected by the monitor --
    int references;     // of the caller and the helpers; the last one frees it
    int joined;         // workers so far
    int active;         // helpers that have joined and not left
    bool closed;        // nobody joins any more
    enum status status; // the first failure
    struct error error;
};

// One thread with its rows [first, last) of the image.
struct worker {
    struct scan *scan;
    int index;
    struct image_file *file;
    size_t row_bytes;
    uint8_t *pixels, *classes;
    int64_t first, last;
};

static void fail(struct scan *scan, enum status status, const struct error *error)
{
    monitor_enter(&scan->monitor);
    if (!scan->status) {
        scan->status = status;
        scan->error = *error;
    }
    monitor_leave(&scan->monitor);
    atomic_store(&scan->stop, true);
}

static enum status decode_rows(struct worker *worker, int64_t y, int64_t end, struct error *error)
{
    const struct scan *scan = worker->scan;
    const int64_t width = scan->info.width;
    uint8_t *classes = worker->classes + (y - worker->first) * width;
    const struct decode_request request = {
        .frame = scan->request->frame,
        .rect = {0, y, width, end - y},
        .pixels = worker->pixels + (size_t)(y - worker->first) * worker->row_bytes,
        .stride = worker->row_bytes,
        .classes = classes,
        .cancel = scan->request->cancel,
        .ignored_classes = scan->info.sentinels.ignored,
    };
    struct decode_report report = {0};
    memset(classes, 0, (size_t)((end - y) * width));
    const enum status status = image_file_decode(worker->file, &request, &report, error);
    if (status != STATUS_OK)
        return status;
    for (int64_t row = 0; row < end - y && scan->marks.any; row++)
        sentinel_find(&scan->marks, (const uint8_t *)request.pixels + (size_t)row * worker->row_bytes,
                      (size_t)width, classes + row * width);
    return STATUS_OK;
}

// Makes rows [begin, end) available, keeping those that are there already.
static enum status have_rows(struct worker *worker, int64_t begin, int64_t end, struct error *error)
{
    const int64_t width = worker->scan->info.width;
    if (begin < worker->first || begin >= worker->last) {
        worker->first = worker->last = begin;
    } else if (begin > worker->first) {
        const size_t kept = (size_t)(worker->last - begin), gone = (size_t)(begin - worker->first);
        memmove(worker->pixels, worker->pixels + gone * worker->row_bytes, kept * worker->row_bytes);
        memmove(worker->classes, worker->classes + gone * (size_t)width, kept * (size_t)width);
        worker->first = begin;
    }
    const enum status status = end > worker->last ? decode_rows(worker, worker->last, end, error) : STATUS_OK;
    if (status == STATUS_OK)
        worker->last = int64_max(worker->last, end);
    return status;
}

static enum status visit_band(struct worker *worker, int64_t y, struct error *error)
{
    const struct scan *scan = worker->scan;
    const int64_t height = scan->info.height, halo = scan->request->halo;
    const int64_t rows = int64_min(scan->plan.rows, height - y);
    const int64_t begin = int64_max(0, y - halo), end = int64_min(height, y + rows + halo);
    const enum status status = have_rows(worker, begin, end, error);
    if (status != STATUS_OK)
        return status;
    const struct band band = {.y = begin,
                              .rows = end - begin,
                              .width = scan->info.width,
                              .type = scan->info.type,
                              .pixels = worker->pixels,
                              .stride = worker->row_bytes};
    return scan->request->visit(scan->request->context, &band, worker->classes, y, rows, worker->index,
                                error);
}

static enum status visit_run(struct worker *worker, int64_t run, struct error *error)
{
    const struct scan *scan = worker->scan;
    const int64_t first = run * scan->plan.run, last = int64_min(first + scan->plan.run, scan->plan.count);
    enum status status = STATUS_OK;
    for (int64_t band = first; band < last && status == STATUS_OK; band++) {
        if (atomic_load(&scan->stop) || cancel_requested(scan->request->cancel))
            return error_set(error, STATUS_CANCELLED, "stopped");
        status = visit_band(worker, band * scan->plan.rows, error);
        const int64_t done = atomic_fetch_add(&worker->scan->bands_done, 1) + 1;
        progress_set(scan->request->progress, (double)done / (double)scan->plan.count);
    }
    return status;
}

static bool take_buffers(struct worker *worker)
{
    const struct scan *scan = worker->scan;
    const int64_t rows = int64_min(scan->info.height, scan->plan.rows + 2 * scan->request->halo);
    size_t pixels, bytes;
    worker->row_bytes = (size_t)scan->info.width * sample_traits(scan->info.type)->bytes;
    if (!size_of_plane(scan->info.width, rows, 1, &pixels) ||
        !size_of_plane((int64_t)worker->row_bytes, rows, 1, &bytes))
        return false;
    worker->pixels = malloc(bytes);
    worker->classes = malloc(pixels);
    return worker->pixels && worker->classes;
}

static void work(struct worker *worker)
{
    struct scan *scan = worker->scan;
    struct error error = {0};
    enum status status = STATUS_OK;
    if (!take_buffers(worker))
        status =
            error_set(&error, STATUS_NO_MEMORY, "%s: no memory for some rows", scan->request->file->path);
    for (int64_t run; status == STATUS_OK && (run = atomic_fetch_add(&scan->next_run, 1)) < scan->runs;)
        status = visit_run(worker, run, &error);
    if (status != STATUS_OK)
        fail(scan, status, &error);
    free(worker->pixels);
    free(worker->classes);
}

// --- helpers ---

static void release(void *work)
{
    struct scan *scan = work;
    monitor_enter(&scan->monitor);
    const bool last = --scan->references == 0;
    monitor_leave(&scan->monitor);
    if (!last)
        return;
    monitor_finish(&scan->monitor);
    free(scan);
}

static bool join(struct scan *scan, struct worker *worker)
{
    monitor_enter(&scan->monitor);
    const bool open = !scan->closed;
    *worker = (struct worker){.scan = scan, .index = scan->joined};
    scan->joined += open;
    scan->active += open;
    monitor_leave(&scan->monitor);
    return open;
}

// A helper that gets no clone leaves the work to the others.
static void help(void *context, struct cancel *cancel)
{
    (void)cancel; // the caller's is asked
    struct scan *scan = context;
    struct worker worker;
    if (!join(scan, &worker))
        return;
    if (handle_clone(scan->request->handle, &worker.file, NULL) == STATUS_OK)
        work(&worker);
    image_file_close(&worker.file);
    monitor_enter(&scan->monitor);
    scan->active--;
    monitor_notify(&scan->monitor);
    monitor_leave(&scan->monitor);
}

static int helper_count(const struct scan *scan)
{
    const struct scan_request *request = scan->request;
    if (!request->jobs || scan->info.sequential)
        return 0;
    return (int)int64_min(int64_min(jobs_threads(request->jobs), MAX_WORKERS), scan->runs) - 1;
}

static void call_helpers(struct scan *scan)
{
    const struct job_request job = {.kind = JOB_COMPUTES,
                                    .priority = JOB_WANTED,
                                    .owner = scan->request->owner,
                                    .run = help,
                                    .discard = release,
                                    .work = scan};
    const int count = helper_count(scan);
    scan->references += count;
    for (int i = 0; i < count; i++)
        jobs_start(scan->request->jobs, &job);
}

// No job waits for one that may never begin: helpers that have not joined by now find the scan closed.
static void dismiss_helpers(struct scan *scan)
{
    monitor_enter(&scan->monitor);
    scan->closed = true;
    while (scan->active > 0)
        monitor_wait(&scan->monitor);
    monitor_leave(&scan->monitor);
}

// --- the caller ---

static enum status scan_prepare(struct scan *scan, struct error *error)
{
    const struct scan_request *request = scan->request;
    const enum status status =
        image_file_info_heeding(request->file, request->frame, request->cancel, &scan->info, error);
    if (status != STATUS_OK)
        return status;
    if (request->sentinels)
        scan->info.sentinels = *request->sentinels;
    scan->marks = sentinel_prepare(&scan->info.sentinels, scan->info.type);
    scan->plan = band_plan_for(&scan->info);
    if (scan->info.sequential)
        scan->plan.run = scan->plan.count;
    scan->runs = int64_ceil_div(scan->plan.count, scan->plan.run);
    return STATUS_OK;
}

enum status scan_frame(const struct scan_request *request, struct error *error)
{
    struct scan *scan = must_alloc(sizeof *scan);
    scan->request = request;
    scan->references = 1;
    scan->joined = 1;
    monitor_init(&scan->monitor);
    enum status status = scan_prepare(scan, error);
    if (!status) {
        call_helpers(scan);
        struct worker own = {.scan = scan, .file = request->file};
        work(&own);
        dismiss_helpers(scan);
        status = scan->status;
        if (status && error)
            *error = scan->error;
    }
    release(scan);
    return status;
}
