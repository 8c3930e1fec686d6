// SPDX-License-Identifier: MIT
// Ranking of the entries of the command table.
#include "commands/find/finder.h"

#include <stdlib.h>
#include <string.h>

// How many lines stand before that of the entry in `recent`; SIZE_MAX if it is not there. A command alone
// stands for its lines with any arguments.
static size_t recent_place(const char *recent, const struct command_entry *entry, const char *line)
{
    const size_t length = strlen(line);
    for (size_t place = 0; *recent; place++) {
        const size_t one = strcspn(recent, "\n");
        const bool begins = one >= length && memcmp(recent, line, length) == 0;
        if (begins && (one == length || (!entry->menu && recent[length] == ' ')))
            return place;
        recent += one + (recent[one] == '\n');
    }
    return SIZE_MAX;
}

static void add(struct finder *finder, const struct finder_hit *hit)
{
    if (finder->count == finder->capacity) {
        finder->capacity = finder->capacity ? 2 * finder->capacity : 256;
        finder->hits = must_resize(finder->hits, finder->capacity * sizeof *finder->hits);
    }
    finder->hits[finder->count++] = *hit;
}

// All entries with their ranks and distances.
static void collect(struct finder *finder, const struct command_host *host, const char *typed,
                    const char *recent)
{
    struct entry_walk walk = {0};
    struct finder_hit hit = {0};
    struct text title = {0}, line = {0};
    finder->count = 0;
    for (; entry_next(&walk, host, &hit.entry); hit.order++) {
        text_clear(&title);
        text_clear(&line);
        entry_title(&hit.entry, &title);
        entry_line(&hit.entry, &line);
        const struct match_texts texts = {{[MATCH_TITLE] = text_string(&title),
                                           [MATCH_SYNONYM] = hit.entry.command->words,
                                           [MATCH_COMMAND] = text_string(&line),
                                           [MATCH_HELP] = hit.entry.command->help}};
        hit.rank = match_rank(&texts, typed);
        hit.distance = hit.rank == MATCH_FIELDS ? match_distance(&texts, typed) : 0;
        hit.recent = recent_place(recent, &hit.entry, text_string(&line));
        add(finder, &hit);
    }
    text_free(&title);
    text_free(&line);
}

static int compare_sizes(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

// What was found before what was not; that by its distance.
static int compare(const void *first, const void *second)
{
    const struct finder_hit *a = first, *b = second;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->distance != b->distance)
        return a->distance < b->distance ? -1 : 1;
    const int by_use = compare_sizes(a->recent, b->recent);
    return by_use ? by_use : compare_sizes(a->order, b->order);
}

void finder_search(struct finder *finder, const struct command_host *host, const char *typed,
                   const char *recent)
{
    collect(finder, host, typed, recent);
    finder->total = finder->count;
    qsort(finder->hits, finder->count, sizeof *finder->hits, compare);
    size_t found = 0;
    while (found < finder->count && finder->hits[found].rank != MATCH_FIELDS)
        found++;
    finder->nearest = found == 0;
    if (found == 0)
        found = finder->count < FINDER_NEAREST ? finder->count : FINDER_NEAREST;
    finder->count = found;
}

void finder_free(struct finder *finder)
{
    free(finder->hits);
    *finder = (struct finder){0};
}

void finder_use(struct text *recent, const char *line, size_t most)
{
    struct text lines = {0};
    const size_t length = strlen(line);
    text_printf(&lines, "%s\n", line);
    const char *at = text_string(recent);
    for (size_t kept = 1; *at && kept < most;) {
        const size_t one = strcspn(at, "\n");
        if (one != length || memcmp(at, line, length) != 0) {
            text_printf(&lines, "%.*s\n", (int)one, at);
            kept++;
        }
        at += one + (at[one] == '\n');
    }
    text_free(recent);
    *recent = lines;
}
