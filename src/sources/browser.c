// SPDX-License-Identifier: MIT
// One thread with a slot for each kind of request and each kind of result, under one lock.
#include "sources/browser.h"

#include "sources/source.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_REMEMBERED = 16 };

// What is wanted; NULL where nothing is.
struct wishes {
    char *folder;
    char *contents;
    int channel;
    bool recent;
    char *remembered[MAX_REMEMBERED];
    size_t remembered_count;
};

struct browser {
    void (*wake)(void *context);
    void *wake_context;
    pthread_t thread;
    bool started;
    struct cancel cancel; // of the folder that is being read; set and reset with the lock held
    pthread_mutex_t lock;
    pthread_cond_t changed;
    // -- protected by lock --
    bool stop;
    struct wishes wishes;
    struct browser_results ready;
};

static void free_wishes(struct wishes *wishes)
{
    free(wishes->folder);
    free(wishes->contents);
    for (size_t i = 0; i < wishes->remembered_count; i++)
        free(wishes->remembered[i]);
    *wishes = (struct wishes){0};
}

static bool any_wish(const struct wishes *wishes)
{
    return wishes->folder || wishes->contents || wishes->recent || wishes->remembered_count > 0;
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
    free_contents(results->contents);
    if (results->recent)
        recent_free(results->recent);
    free(results->recent);
    *results = (struct browser_results){0};
}

// --- the thread ---

static void read_folder(struct browser *browser, const char *path, struct browser_results *results)
{
    struct error error = {0};
    if (folder_read(path, &browser->cancel, &results->folder, &error) == STATUS_OK ||
        error.status == STATUS_CANCELLED)
        return;
    results->folder_error = must_alloc(sizeof error);
    *results->folder_error = error;
}

// The part of a name that its selector can be put behind. The file that is really open may be another: the
// unpacked one of "x.h5.gz".
static char *path_within(const char *name, const char *opened)
{
    const size_t length = strlen(opened);
    char *path = must_copy(name), *selector = strstr(path, "::");
    if (strncmp(name, opened, length) == 0)
        path[length] = '\0';
    else if (selector)
        *selector = '\0';
    return path;
}

static void read_contents(const char *name, int channel, struct browser_results *results)
{
    struct browser_contents *contents = must_alloc(sizeof *contents);
    struct image_file *file = NULL;
    contents->name = must_copy(name);
    contents->error.status = source_open_name(name, channel, &file, &contents->error);
    if (file) {
        contents->path = path_within(name, file->path);
        contents->error.status = image_file_contents(file, &contents->text, &contents->error);
    }
    image_file_close(&file);
    results->contents = contents;
}

static void read_recent(const struct wishes *wishes, struct browser_results *results)
{
    results->recent = must_alloc(sizeof *results->recent);
    // Other windows may have written it since.
    recent_read(results->recent);
    for (size_t i = 0; i < wishes->remembered_count; i++)
        recent_add(results->recent, wishes->remembered[i]);
    if (wishes->remembered_count > 0)
        recent_write(results->recent, NULL);
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

// Takes one wish of each kind out of the browser; called with the lock held.
static struct wishes take_wishes(struct browser *browser)
{
    const struct wishes wishes = browser->wishes;
    browser->wishes = (struct wishes){0};
    atomic_store(&browser->cancel.requested, false);
    return wishes;
}

static void *run(void *context)
{
    struct browser *browser = context;
    pthread_mutex_lock(&browser->lock);
    for (;;) {
        while (!browser->stop && !any_wish(&browser->wishes))
            pthread_cond_wait(&browser->changed, &browser->lock);
        if (browser->stop && browser->wishes.remembered_count == 0)
            break;
        struct wishes wishes = take_wishes(browser);
        struct browser_results found = {0};
        const bool stop = browser->stop;
        pthread_mutex_unlock(&browser->lock);
        if (wishes.recent || wishes.remembered_count > 0)
            read_recent(&wishes, &found);
        if (wishes.folder && !stop)
            read_folder(browser, wishes.folder, &found);
        if (wishes.contents && !stop)
            read_contents(wishes.contents, wishes.channel, &found);
        free_wishes(&wishes);
        pthread_mutex_lock(&browser->lock);
        put_results(&browser->ready, &found);
        pthread_cond_broadcast(&browser->changed);
        pthread_mutex_unlock(&browser->lock);
        if (browser->wake)
            browser->wake(browser->wake_context);
        pthread_mutex_lock(&browser->lock);
    }
    pthread_mutex_unlock(&browser->lock);
    return NULL;
}

// --- life ---

struct browser *browser_create(void (*wake)(void *context), void *context)
{
    struct browser *browser = must_alloc(sizeof *browser);
    browser->wake = wake;
    browser->wake_context = context;
    pthread_mutex_init(&browser->lock, NULL);
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&browser->changed, &clock);
    pthread_condattr_destroy(&clock);
    return browser;
}

void browser_destroy(struct browser **browser)
{
    struct browser *old = *browser;
    if (!old)
        return;
    pthread_mutex_lock(&old->lock);
    old->stop = true;
    cancel_request(&old->cancel);
    pthread_cond_broadcast(&old->changed);
    pthread_mutex_unlock(&old->lock);
    if (old->started)
        pthread_join(old->thread, NULL);
    free_wishes(&old->wishes);
    browser_results_free(&old->ready);
    pthread_cond_destroy(&old->changed);
    pthread_mutex_destroy(&old->lock);
    free(old);
    *browser = NULL;
}

// --- requests ---

// Ends a request: the lock is held on entry. A machine that has no thread left shows no listings.
static void send(struct browser *browser)
{
    pthread_cond_broadcast(&browser->changed);
    pthread_mutex_unlock(&browser->lock);
    if (!browser->started)
        browser->started = pthread_create(&browser->thread, NULL, run, browser) == 0;
}

static void replace(char **wish, const char *text)
{
    free(*wish);
    *wish = must_copy(text);
}

void browser_read_folder(struct browser *browser, const char *path)
{
    pthread_mutex_lock(&browser->lock);
    replace(&browser->wishes.folder, path);
    cancel_request(&browser->cancel);
    send(browser);
}

void browser_read_contents(struct browser *browser, const char *name, int channel)
{
    pthread_mutex_lock(&browser->lock);
    replace(&browser->wishes.contents, name);
    browser->wishes.channel = channel;
    send(browser);
}

void browser_read_recent(struct browser *browser)
{
    pthread_mutex_lock(&browser->lock);
    browser->wishes.recent = true;
    send(browser);
}

void browser_remember(struct browser *browser, const char *name)
{
    pthread_mutex_lock(&browser->lock);
    struct wishes *wishes = &browser->wishes;
    if (wishes->remembered_count < MAX_REMEMBERED)
        wishes->remembered[wishes->remembered_count++] = must_copy(name);
    send(browser);
}

// --- results ---

static bool any_result(const struct browser_results *results)
{
    return results->folder || results->folder_error || results->contents || results->recent;
}

bool browser_take(struct browser *browser, int wait_ms, struct browser_results *results)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&browser->lock);
    while (wait_ms > 0 && !any_result(&browser->ready) &&
           pthread_cond_timedwait(&browser->changed, &browser->lock, &until) != ETIMEDOUT)
        continue;
    const bool any = any_result(&browser->ready);
    if (any) {
        *results = browser->ready;
        browser->ready = (struct browser_results){0};
    }
    pthread_mutex_unlock(&browser->lock);
    return any;
}
