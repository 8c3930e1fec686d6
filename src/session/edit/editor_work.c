// SPDX-License-Identifier: MIT
// Operations over the whole image: they come one after the other, each as a job, and what one finds is merged
// as one step of the history, in the layer that was edited when it was asked for. The user draws on
// meanwhile.
#include "session/edit/editor_internal.h"

#include "base/clock.h"
#include "base/text.h"
#include "session/edit/mask_saving.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_MS = 50, QUIET_MS = 200 }; // what takes less time is not told of

// --- those that wait ---

static void add_errand(struct editor_work *work, const struct editor_errand *wanted)
{
    work->errands = must_resize(work->errands, (work->count + 1) * sizeof *work->errands);
    struct editor_errand *errand = &work->errands[work->count++];
    *errand = *wanted;
    errand->path = wanted->path ? must_copy(wanted->path) : NULL;
    errand->numbers = must_alloc((wanted->count + 1) * sizeof *errand->numbers);
    if (wanted->count)
        memcpy(errand->numbers, wanted->numbers, wanted->count * sizeof *errand->numbers);
}

// The command's name behind "mask."
static const char *errand_name(const struct editor_errand *errand)
{
    static const char *const names[] = {[ERRAND_COMBINE] = "combine", [ERRAND_SAVE] = "save"};
    return errand->kind == ERRAND_OPERATION ? errand->operation->name : names[errand->kind];
}

// Needs no job of its own.
static bool is_quick(const struct editor_errand *errand)
{
    return errand->kind == ERRAND_SAVE ||
           (errand->kind == ERRAND_OPERATION && errand->operation->kind == MASK_AT_ONCE);
}

// For people: "mask.hot".
static void say_of(struct editor *editor, const char *what)
{
    common_say(editor->pane->common, SEVERITY_INFO, "mask.%s %s", errand_name(&editor->work.errands[0]),
               what);
}

static void drop_errand(struct editor_work *work, size_t index)
{
    if (index == 0) {
        mask_work_abandon(&work->running);
        mask_change_free(&work->change);
        work->found = false;
    }
    free(work->errands[index].numbers);
    free(work->errands[index].path);
    work->count--;
    memmove(work->errands + index, work->errands + index + 1, (work->count - index) * sizeof *work->errands);
}

// What a preview that gave way had changed; it is no longer to be shown again.
static struct rect take_stale(struct editor_work *work)
{
    const struct rect stale = work->stale;
    work->stale = (struct rect){0};
    return stale;
}

static void show_stale(struct editor *editor)
{
    const struct rect stale = take_stale(&editor->work);
    if (stale.width > 0)
        editor_show(editor, stale);
}

static void drop_all(struct editor *editor)
{
    while (editor->work.count > 0)
        drop_errand(&editor->work, editor->work.count - 1);
    show_stale(editor);
}

static void drop_previews(struct editor_work *work)
{
    for (size_t i = work->count; i-- > 0;) {
        if (work->errands[i].preview)
            drop_errand(work, i);
    }
}

// --- running ---

static void take_found(void *context, enum status status, const struct error *error,
                       struct mask_change *change)
{
    struct editor_work *work = &((struct editor *)context)->work;
    work->running = NULL;
    work->found = true;
    work->error = *error;
    work->error.status = status;
    work->change = *change;
}

// The mask is looked at as it is without a preview, which stays on the screen until there is something else.
static enum status start(struct editor *editor, const struct editor_errand *errand, struct error *error)
{
    struct editor_work *work = &editor->work;
    struct pane *pane = editor->pane;
    if (editor->open == OPEN_PREVIEW)
        work->stale = rect_join(work->stale, editor_end_edit(editor, false));
    work->sheet = editor->sheet;
    work->started_ns = clock_now_ns();
    const struct mask_work_request request = {.jobs = pane->common->jobs,
                                              .operation = errand->operation,
                                              .path = errand->path,
                                              .how = errand->how,
                                              .numbers = errand->numbers,
                                              .count = errand->count,
                                              .mask = pane->frame->mask.seen,
                                              .bits = errand->bits,
                                              .unmask = errand->unmask,
                                              .file = pane->frame->file,
                                              .source = pane->document->source,
                                              .item = pane->position.item,
                                              .frame = pane->position.frame,
                                              .sentinels = &pane->frame->info.sentinels,
                                              .done = take_found,
                                              .context = editor};
    return mask_work_start(&request, &work->running, error);
}

// Makes the change of the first errand, found by its job or at once.
static enum status make_change(struct editor *editor, struct rect *changed, struct error *error)
{
    const struct editor_errand *errand = &editor->work.errands[0];
    struct mask_history *history = editor->sheet->history;
    const struct mask_context context = {.mask = editor->pane->frame->mask.seen,
                                         .bits = errand->bits,
                                         .unmask = errand->unmask,
                                         .history = history,
                                         .changed = changed};
    return is_quick(errand) ? errand->operation->run(&context, errand->numbers, errand->count, error)
                            : mask_change_apply(&editor->work.change, history, changed, error);
}

// What the errand that was merged did, in words: "Grown by 1 px: +148", a true minus for what was taken away.
static void describe_done(struct editor_work *work, const struct editor_errand *errand)
{
    const struct mask_change *change = &work->change;
    char did[64] = "Combined with a file", added[32] = "", removed[32] = "";
    work->told[0] = '\0';
    if (errand->kind == ERRAND_OPERATION && !errand->operation->done)
        return;
    if (errand->kind == ERRAND_OPERATION)
        mask_operation_done(errand->operation, errand->numbers, errand->count, did, sizeof did);
    if (change->added_count)
        snprintf(added, sizeof added, "+%lld", (long long)change->added_count);
    if (change->removed_count)
        snprintf(removed, sizeof removed, "%s\xE2\x88\x92%lld", *added ? ", " : "",
                 (long long)change->removed_count);
    if (is_quick(errand))
        snprintf(work->told, sizeof work->told, "%s", did);
    else
        snprintf(work->told, sizeof work->told, "%s: %s%s", did, added,
                 *added || *removed ? removed : "no pixel changed");
}

void editor_tell_done(struct editor *editor, bool changed)
{
    struct editor_work *work = &editor->work;
    if (!work->told[0])
        return;
    char layer[64];
    snprintf(layer, sizeof layer, "Mask layer %s",
             mask_layer_name((enum mask_layer)__builtin_ctz(editor->edited)));
    common_tell(editor->pane->common, &(struct notice){.severity = changed ? SEVERITY_OK : SEVERITY_INFO,
                                                       .sentence = work->told,
                                                       .detail = layer,
                                                       .action = changed ? "Undo" : "",
                                                       .command = "mask.undo",
                                                       .topic = editor->sheet});
    work->told[0] = '\0';
}

static enum status merge(struct editor *editor, struct error *error)
{
    const struct editor_errand *errand = &editor->work.errands[0];
    const struct rect before = editor_begin_layers(editor, errand->preview ? OPEN_PREVIEW : OPEN_STROKE,
                                                   errand_name(errand), errand->bits);
    struct rect changed = {0};
    const enum status status = make_change(editor, &changed, error);
    const uint64_t edits = editor->pane->common->edits;
    describe_done(&editor->work, errand);
    if (status || !errand->preview)
        changed = rect_join(changed, editor_end_edit(editor, !status));
    if (!status && !errand->preview)
        editor_tell_done(editor, edits != editor->pane->common->edits);
    editor_show(editor, rect_join(take_stale(&editor->work), rect_join(before, changed)));
    return status;
}

// Sends the mask away to be written. A preview is not part of it.
static enum status save(struct editor *editor, struct error *error)
{
    struct pane *pane = editor->pane;
    const struct editor_errand *errand = &editor->work.errands[0];
    if (editor->open == OPEN_PREVIEW)
        editor_close(editor, false);
    const struct mask_saving_request request = {.common = pane->common,
                                                .book = pane->document->masks,
                                                .sheet = editor->sheet,
                                                .seen = pane->frame->mask.seen,
                                                .path = errand->path,
                                                .bits = errand->bits,
                                                .values = errand->values};
    return mask_saving_start(&request, error);
}

// Ends the first errand, whose change is there or fails by `error`.
static void conclude(struct editor *editor)
{
    struct editor_work *work = &editor->work;
    struct error *error = &work->error;
    const struct editor_errand *errand = &work->errands[0];
    if (errand->kind == ERRAND_SAVE)
        error->status = save(editor, error);
    else if (!error->status)
        error->status = merge(editor, error);
    show_stale(editor);
    work->failure = *error;
    if (error->status && editor->pane->common->paced)
        common_fail(editor->pane->common, error);
    drop_errand(work, 0);
}

bool editor_pump(struct editor *editor)
{
    struct editor_work *work = &editor->work;
    bool changed = false;
    if (work->count == 0)
        return false;
    const struct mask_sheet *sheet = editor_follow(editor);
    if (!sheet || ((work->running || work->found) && sheet != work->sheet)) {
        say_of(editor, "was given up: another image is shown");
        drop_all(editor);
        return true;
    }
    while (work->count > 0 && !work->running) {
        const struct editor_errand *errand = &work->errands[0];
        const bool ready = work->found || is_quick(errand);
        if (ready && editor->open == OPEN_STROKE) // a stroke is one step; what was found waits for its end
            break;
        if (!work->found)
            work->error = (struct error){0};
        if (ready || start(editor, errand, &work->error))
            conclude(editor);
        changed |= ready;
    }
    double share;
    return changed || editor_working(editor, &share);
}

enum status editor_send(struct editor *editor, const struct editor_errand *errand, struct error *error)
{
    const struct pane *pane = editor->pane;
    struct editor_work *work = &editor->work;
    add_errand(work, errand);
    work->failure = (struct error){0};
    editor_pump(editor);
    while (!pane->common->paced && work->count > 0) { // nobody would pump
        jobs_wait(pane->common->jobs, WAIT_MS);
        jobs_drain(pane->common->jobs);
        editor_pump(editor);
    }
    if (work->failure.status && !pane->common->paced)
        *error = work->failure;
    return pane->common->paced ? STATUS_OK : work->failure.status;
}

enum status editor_run(struct editor *editor, const char *name, const double *numbers, size_t count,
                       bool preview, struct error *error)
{
    const struct mask_operation *operation = mask_operation_find(name);
    struct pane *pane = editor->pane;
    enum status status = editor_need_layer(editor, error);
    if (!operation)
        status = error_set(error, STATUS_USAGE, "there is no mask operation \"%s\"", name);
    else if (!status && operation->kind == MASK_PIXELS && pane->load.loader)
        status = error_set(error, STATUS_USAGE, "the frame is still being loaded; this needs all of it");
    if (status)
        return status;
    drop_previews(&editor->work);
    if (editor->open == OPEN_STROKE)
        editor_close(editor, true);
    const struct editor_errand errand = {.operation = operation,
                                         .numbers = (double *)numbers,
                                         .count = count,
                                         .bits = MASK_BIT(pane->common->workspace.masking.layer),
                                         .unmask = pane->common->workspace.masking.unmask,
                                         .preview = preview};
    return editor_send(editor, &errand, error);
}

const char *editor_working(const struct editor *editor, double *share)
{
    const struct editor_work *work = &editor->work;
    if (work->count == 0 || clock_now_ns() - work->started_ns < (int64_t)QUIET_MS * 1000000)
        return NULL;
    *share = work->running ? mask_work_progress(work->running) : 0;
    return errand_name(&work->errands[0]);
}

bool editor_is_working(const struct editor *editor)
{
    return editor->work.count > 0;
}

bool editor_stop(struct editor *editor)
{
    if (editor->work.count == 0)
        return false;
    say_of(editor, "was stopped");
    drop_all(editor);
    return true;
}

bool editor_end_previews(struct editor *editor, bool keep)
{
    struct editor_work *work = &editor->work;
    bool any = false;
    for (size_t i = 0; i < work->count; i++) {
        any |= work->errands[i].preview;
        work->errands[i].preview &= !keep;
    }
    if (!keep && any) {
        drop_previews(work);
        show_stale(editor);
    }
    return any;
}

void editor_work_finish(struct editor *editor)
{
    while (editor->work.count > 0)
        drop_errand(&editor->work, editor->work.count - 1);
    free(editor->work.errands);
    file_works_abandon(editor->pane->common->works, editor);
}
