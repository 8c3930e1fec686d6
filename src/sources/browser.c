// SPDX-License-Identifier: MIT
// A job for each request; what it found takes the place of older results of the same kind.
#include "sources/browser.h"

#include "base/file.h"
#include "sources/source.h"

#include <stdlib.h>
#include <string.h>

// The kinds of requests are owners of jobs, by the address of their results.
struct browser {
    struct jobs *jobs;
    struct browser_results ready;
};

// One request, and what its job finds.
struct wish {
    struct browser *browser; // used by finish_wish only
    char *name;              // of the folder, the file, or to be remembered; NULL = just read the names
    int channel;
    struct folder *folder; // whose rows are wanted
    struct folder_wish rows;
    char *from;
    struct browser_results found;
};

static void free_rows(struct folder_rows *rows)
{
    if (rows)
        folder_rows_free(rows);
    free(rows);
}

static void free_contents(struct browser_contents *contents)
{
    if (!contents)
        return;
    free(contents->name);
    free(contents->path);
    text_free(&contents->text);
    free(contents);
}

void browser_results_free(struct browser_results *results)
{
    folder_destroy(&results->folder);
    free(results->folder_error);
    free_rows(results->rows);
    free_contents(results->contents);
    if (results->recent)
        recent_free(results->recent);
    free(results->recent);
    *results = (struct browser_results){0};
}

// --- jobs ---

static void find_rows(void *work, struct cancel *cancel)
{
    struct wish *wish = work;
    wish->found.rows = must_alloc(sizeof *wish->found.rows);
    folder_find_rows(wish->folder, &wish->rows, wish->from, cancel, wish->found.rows);
}

static void read_folder(void *work, struct cancel *cancel)
{
    struct wish *wish = work;
    struct error error = {0};
    if (folder_read(wish->name, cancel, &wish->found.folder, &error) == STATUS_OK) {
        wish->folder = folder_hold(wish->found.folder);
        find_rows(wish, cancel);
    }
    if (wish->found.folder || error.status == STATUS_CANCELLED)
        return;
    wish->found.folder_error = must_alloc(sizeof error);
    *wish->found.folder_error = error;
}

// The part of a name that its selector can be put behind. The file that is really open may be another: the
// unpacked one of "x.h5.gz".
static char *path_within(const char *name, const char *opened)
{
    const size_t length = strlen(opened);
    char *path = must_copy(name);
    path[strncmp(name, opened, length) == 0 ? length : (size_t)(path_selector(name) - name)] = '\0';
    return path;
}

static void read_contents(void *work, struct cancel *cancel)
{
    struct wish *wish = work;
    struct browser_contents *contents = must_alloc(sizeof *contents);
    struct image_file *file = NULL;
    contents->name = must_copy(wish->name);
    contents->error.status = source_open_name(wish->name, wish->channel, cancel, &file, &contents->error);
    if (file) {
        contents->path = path_within(wish->name, file->path);
        contents->error.status = image_file_contents(file, cancel, &contents->text, &contents->error);
    }
    image_file_close(&file);
    wish->found.contents = contents;
}

static void read_recent(void *work, struct cancel *cancel)
{
    (void)cancel;
    struct wish *wish = work;
    wish->found.recent = must_alloc(sizeof *wish->found.recent);
    recent_read(wish->found.recent); // other windows may have written it since
    if (!wish->name)
        return;
    recent_add(wish->found.recent, wish->name);
    recent_write(wish->found.recent, NULL);
}

// Puts what was found in the place of older results of the same kind.
static void put_results(struct browser_results *ready, struct browser_results *found)
{
    struct browser_results old = {0};
    if (found->folder || found->folder_error) {
        old.folder = ready->folder;
        old.folder_error = ready->folder_error;
        ready->folder = found->folder;
        ready->folder_error = found->folder_error;
    }
    if (found->folder || found->rows) {
        old.rows = ready->rows;
        ready->rows = found->rows;
    }
    if (found->contents) {
        old.contents = ready->contents;
        ready->contents = found->contents;
    }
    if (found->recent) {
        old.recent = ready->recent;
        ready->recent = found->recent;
    }
    *found = (struct browser_results){0};
    browser_results_free(&old);
}

static void finish_wish(void *work)
{
    struct wish *wish = work;
    if (wish->found.folder) // rows of the one before are not wanted any more
        jobs_abandon(wish->browser->jobs, &wish->browser->ready.rows);
    put_results(&wish->browser->ready, &wish->found);
}

static void discard_wish(void *work)
{
    struct wish *wish = work;
    browser_results_free(&wish->found);
    folder_destroy(&wish->folder);
    folder_wish_free(&wish->rows);
    free(wish->from);
    free(wish->name);
    free(wish);
}

// --- life ---

struct browser *browser_create(struct jobs *jobs)
{
    struct browser *browser = must_alloc(sizeof *browser);
    browser->jobs = jobs;
    return browser;
}

void browser_destroy(struct browser **browser)
{
    struct browser *old = *browser;
    if (!old)
        return;
    jobs_abandon(old->jobs, &old->ready.folder);
    jobs_abandon(old->jobs, &old->ready.rows);
    jobs_abandon(old->jobs, &old->ready.contents);
    jobs_abandon(old->jobs, &old->ready.recent);
    browser_results_free(&old->ready);
    free(old);
    *browser = NULL;
}

// --- requests ---

static struct job_request request_of(struct browser *browser, const char *name, const void *owner,
                                     void (*run)(void *work, struct cancel *cancel))
{
    struct wish *wish = must_alloc(sizeof *wish);
    wish->browser = browser;
    wish->name = name ? must_copy(name) : NULL;
    return (struct job_request){.kind = JOB_WAITS,
                                .priority = JOB_WANTED,
                                .owner = owner,
                                .run = run,
                                .finish = finish_wish,
                                .discard = discard_wish,
                                .work = wish};
}

void browser_read_folder(struct browser *browser, const char *path, const struct folder_wish *wish,
                         const char *from)
{
    const void *owner = &browser->ready.folder;
    const struct job_request request = request_of(browser, path, owner, read_folder);
    struct wish *work = request.work;
    folder_wish_copy(&work->rows, wish);
    work->from = from ? must_copy(from) : NULL;
    jobs_abandon(browser->jobs, owner);
    jobs_start(browser->jobs, &request);
}

void browser_find_rows(struct browser *browser, struct folder *folder, const struct folder_wish *wish)
{
    const void *owner = &browser->ready.rows;
    const struct job_request request = request_of(browser, NULL, owner, find_rows);
    struct wish *work = request.work;
    work->folder = folder_hold(folder);
    folder_wish_copy(&work->rows, wish);
    jobs_abandon(browser->jobs, owner);
    jobs_start(browser->jobs, &request);
}

void browser_read_contents(struct browser *browser, const char *name, int channel)
{
    const void *owner = &browser->ready.contents;
    const struct job_request request = request_of(browser, name, owner, read_contents);
    ((struct wish *)request.work)->channel = channel;
    jobs_abandon(browser->jobs, owner);
    jobs_start(browser->jobs, &request);
}

// The file of recent names is read and written by one job at a time.
static void start_recent(struct browser *browser, const char *name)
{
    struct job_request request = request_of(browser, name, &browser->ready.recent, read_recent);
    request.in_order = true;
    request.must_end = name != NULL;
    jobs_start(browser->jobs, &request);
}

void browser_read_recent(struct browser *browser)
{
    start_recent(browser, NULL);
}

void browser_remember(struct browser *browser, const char *name)
{
    start_recent(browser, name);
}

// --- results ---

bool browser_take(struct browser *browser, struct browser_results *results)
{
    const struct browser_results *ready = &browser->ready;
    if (!ready->folder && !ready->folder_error && !ready->rows && !ready->contents && !ready->recent)
        return false;
    *results = *ready;
    browser->ready = (struct browser_results){0};
    return true;
}
