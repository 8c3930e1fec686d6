// SPDX-License-Identifier: MIT
// When the edits are kept, and the job that writes them.
#include "session/edit/recovery.h"

#include "base/clock.h"
#include "base/text.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_MASKS = 64 };
static const int64_t second = 1000000000, slice_ns = 2000000;
static const int64_t idle_ns = INT64_C(2) * 1000000000, most_ns = INT64_C(10) * 1000000000;

// A record on its way to the file, owned by the job that writes it.
struct writing {
    struct recovery *recovery; // used by finish_writing only
    struct recovery_record record;
    char path[4096];
    atomic_bool unwanted; // the file goes as soon as it is written
    enum status status;
    struct error error;
};

struct recovery {
    const struct editors *editors;
    struct common *common;
    struct recovery_record self; // that tells this session
    char path[4096];             // of its file; "" if no home is known
    bool exists;

    // What is to be kept: the editor's count of edits as last seen, when it last changed, and since when
    // something is not kept. `kept_serial` is that of the last attempt, `filed_serial` of the file.
    uint64_t seen_serial, kept_serial, filed_serial;
    int64_t changed_ns, since_ns;
    bool told;            // of a failure, once until the next success
    struct error failure; // the last one

    // While packing.
    bool packing;
    struct recovery_record record;
    uint64_t record_serial;
    size_t item;
    int64_t block;
    struct mask *masks[MAX_MASKS]; // snapshots, one for each item of the record; NULL when it is packed
    struct writing *writing;       // NULL while no job writes

    struct recovery_left *left; // of other sessions
    size_t packed_restores;     // of what it restored so much is in the record that was packed last
};

struct recovery *recovery_create(const struct editors *editors, struct common *common)
{
    struct recovery *recovery = must_alloc(sizeof *recovery);
    memset(recovery, 0, sizeof *recovery);
    recovery->editors = editors;
    recovery->common = common;
    recovery->seen_serial = recovery->kept_serial = recovery->filed_serial = *editors->edits;
    recovery->left = recovery_left_create(editors, common);
    char folder[3900];
    recovery_record_sign(&recovery->self);
    if (recovery_folder(folder, sizeof folder))
        recovery_file_path(folder, &recovery->self, recovery->path, sizeof recovery->path);
    return recovery;
}

// Everything is saved or not wanted any more.
static void remove_files(struct recovery *recovery)
{
    if (recovery->exists)
        recovery_remove(recovery->common->jobs, recovery, recovery->path);
    recovery->exists = false;
    recovery_left_forget(recovery->left, recovery_left_restored(recovery->left));
}

// --- writing ---

static void run_writing(void *work, struct cancel *cancel)
{
    (void)cancel;
    struct writing *writing = work;
    writing->status = recovery_file_write(writing->path, &writing->record, &writing->error);
    if (atomic_load(&writing->unwanted))
        unlink(writing->path);
}

static void tell(struct recovery *recovery, const char *why)
{
    error_set(&recovery->failure, STATUS_BROKEN, "unsaved mask edits cannot be kept: %s", why);
    if (!recovery->told)
        common_fault(recovery->common, recovery, &recovery->failure);
    recovery->told = true;
}

static void finish_writing(void *work)
{
    const struct writing *writing = work;
    struct recovery *recovery = writing->recovery;
    recovery->writing = NULL;
    if (writing->status) {
        tell(recovery, writing->error.text);
        return;
    }
    recovery->exists = true;
    recovery->filed_serial = recovery->record_serial;
    recovery->told = false;
    // What was restored before this was packed is in the file now.
    recovery_left_forget(recovery->left, recovery->packed_restores);
    recovery->packed_restores = 0;
}

static void discard_writing(void *work)
{
    struct writing *writing = work;
    recovery_record_free(&writing->record);
    free(writing);
}

static void begin_writing(struct recovery *recovery)
{
    struct writing *writing = must_alloc(sizeof *writing);
    recovery->packing = false;
    recovery_record_name(&recovery->record, &recovery->self);
    recovery->kept_serial = recovery->record_serial;
    writing->recovery = recovery;
    writing->record = recovery->record;
    snprintf(writing->path, sizeof writing->path, "%s", recovery->path);
    recovery->record = (struct recovery_record){0};
    recovery->writing = writing;
    const struct job_request request = {.kind = JOB_WAITS,
                                        .priority = JOB_WANTED,
                                        .owner = recovery,
                                        .in_order = true,
                                        .must_end = true,
                                        .run = run_writing,
                                        .finish = finish_writing,
                                        .discard = discard_writing,
                                        .work = writing};
    jobs_start(recovery->common->jobs, &request);
}

// --- packing ---

static void begin_packing(struct recovery *recovery)
{
    struct editor_unsaved unsaved[MAX_MASKS];
    size_t count = editors_unsaved(recovery->editors, unsaved, MAX_MASKS);
    struct recovery_record *record = &recovery->record;
    count = count < MAX_MASKS ? count : MAX_MASKS;
    record->items = must_alloc((count + 1) * sizeof *record->items);
    record->count = count;
    for (size_t i = 0; i < count; i++) {
        record->items[i] = (struct recovery_item){.name = must_copy(unsaved[i].name),
                                                  .width = unsaved[i].mask->width,
                                                  .height = unsaved[i].mask->height,
                                                  .layers = unsaved[i].layers};
        mask_snapshot(unsaved[i].mask, &recovery->masks[i], NULL);
    }
    recovery->packing = true;
    recovery->packed_restores = recovery_left_restored(recovery->left);
    recovery->record_serial = *recovery->editors->edits;
    recovery->item = 0;
    recovery->block = 0;
}

static void abandon_packing(struct recovery *recovery)
{
    recovery->packing = false;
    for (size_t i = 0; i < recovery->record.count; i++)
        mask_destroy(&recovery->masks[i]);
    recovery_record_free(&recovery->record);
}

static int64_t packed_bytes(const struct recovery_record *record)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < record->count; i++)
        bytes += (int64_t)record->items[i].packed.count;
    return bytes;
}

// A slice of packing of the masks as they were when it began.
static void continue_packing(struct recovery *recovery)
{
    struct mask **mask = &recovery->masks[recovery->item];
    if (recovery->item < recovery->record.count && !*mask) {
        abandon_packing(recovery);
        recovery->kept_serial = recovery->record_serial;
        tell(recovery, "there is not enough memory");
        return;
    }
    if (recovery->item < recovery->record.count &&
        recovery_item_pack(&recovery->record.items[recovery->item], *mask, &recovery->block, slice_ns)) {
        mask_destroy(mask);
        recovery->item++;
        recovery->block = 0;
    }
    if (packed_bytes(&recovery->record) > RECOVERY_MAX_BYTES) {
        abandon_packing(recovery);
        recovery->kept_serial = recovery->record_serial;
        tell(recovery, "they take more than 256 MB; save them");
    } else if (recovery->item == recovery->record.count) {
        begin_writing(recovery);
    }
}

// --- when ---

static bool has_something_to_keep(const struct recovery *recovery)
{
    return recovery->path[0] && recovery->seen_serial != recovery->kept_serial;
}

static int64_t due_ns(const struct recovery *recovery)
{
    const int64_t idle = recovery->changed_ns + idle_ns, latest = recovery->since_ns + most_ns;
    return idle < latest ? idle : latest;
}

static void see_changes(struct recovery *recovery, int64_t now_ns)
{
    const uint64_t serial = *recovery->editors->edits;
    if (serial == recovery->seen_serial)
        return;
    if (recovery->packing)
        abandon_packing(recovery);
    if (recovery->seen_serial == recovery->kept_serial)
        recovery->since_ns = now_ns;
    recovery->seen_serial = serial;
    recovery->changed_ns = now_ns;
}

void recovery_update(struct recovery *recovery, int64_t now_ns)
{
    if (recovery->writing)
        return;
    see_changes(recovery, now_ns);
    if (!editors_have_unsaved(recovery->editors)) {
        if (recovery->packing)
            abandon_packing(recovery);
        remove_files(recovery);
        recovery->kept_serial = recovery->seen_serial;
        return;
    }
    if (!has_something_to_keep(recovery) || !editors_at_rest(recovery->editors))
        return;
    if (!recovery->packing && now_ns >= due_ns(recovery))
        begin_packing(recovery);
    if (recovery->packing)
        continue_packing(recovery);
}

// Waits for the job until `until_ns`; false if it is not done by then.
static bool wait_for_writing(struct recovery *recovery, int64_t until_ns)
{
    enum { PAUSE_MS = 10 };
    struct jobs *jobs = recovery->common->jobs;
    while (recovery->writing && clock_now_ns() < until_ns) {
        jobs_wait(jobs, PAUSE_MS);
        jobs_drain(jobs);
    }
    return !recovery->writing;
}

enum status recovery_keep(struct recovery *recovery, int64_t budget_ns, struct error *error)
{
    static const char slow[] = "unsaved mask edits cannot be kept: the disk does not answer";
    const int64_t until = clock_now_ns() + budget_ns;
    if (recovery->writing && !wait_for_writing(recovery, until))
        return error_set(error, STATUS_BROKEN, "%s", slow);
    see_changes(recovery, clock_now_ns());
    if (!editors_have_unsaved(recovery->editors) || recovery->filed_serial == recovery->seen_serial)
        return STATUS_OK;
    if (!recovery->path[0])
        tell(recovery, "no folder for them is known, because HOME is not set");
    else if (!recovery->packing)
        begin_packing(recovery);
    while (recovery->packing && clock_now_ns() < until)
        continue_packing(recovery);
    if (recovery->writing && !wait_for_writing(recovery, until))
        return error_set(error, STATUS_BROKEN, "%s", slow);
    if (recovery->filed_serial == recovery->seen_serial)
        return STATUS_OK;
    return error_set(error, STATUS_BROKEN, "%s", recovery->packing ? slow : recovery->failure.text);
}

struct recovery_left *recovery_others(struct recovery *recovery)
{
    return recovery->left;
}

bool recovery_is_writing(const struct recovery *recovery)
{
    return recovery->writing != NULL;
}

int recovery_wait_ms(const struct recovery *recovery, int64_t now_ns)
{
    if (recovery->packing)
        return 0;
    if (recovery->writing || !has_something_to_keep(recovery) || !editors_have_unsaved(recovery->editors))
        return -1;
    const int64_t left = due_ns(recovery) - now_ns;
    if (left > 0)
        return (int)(left / 1000000) + 1;
    // What is not at rest ends with an event; looked at now and then all the same.
    return editors_at_rest(recovery->editors) ? 0 : (int)(second / 1000000);
}

void recovery_destroy(struct recovery **recovery, bool discard)
{
    struct recovery *gone = *recovery;
    if (!gone)
        return;
    const bool unwanted = discard || !editors_have_unsaved(gone->editors);
    if (gone->writing && unwanted)
        atomic_store(&gone->writing->unwanted, true);
    jobs_abandon(gone->common->jobs, gone);
    if (gone->packing)
        abandon_packing(gone);
    if (unwanted) {
        gone->exists |= gone->writing != NULL;
        remove_files(gone);
    }
    recovery_left_destroy(&gone->left);
    free(gone);
    *recovery = NULL;
}
