// SPDX-License-Identifier: MIT
// Rows of the list of messages, and which of them are toasts.
#include "view/messages.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static void free_row(struct message *row)
{
    free(row->sentence);
    free(row->detail);
    free(row->action);
    free(row->command);
}

void messages_free(struct messages *messages)
{
    messages_clear(messages);
    free(messages->rows);
    *messages = (struct messages){0};
}

void messages_clear(struct messages *messages)
{
    for (size_t i = 0; i < messages->count; i++)
        free_row(&messages->rows[i]);
    messages->count = 0;
    messages->closed++;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static bool says(const struct message *row, const struct notice *notice)
{
    return row->severity == notice->severity && strcmp(row->sentence, or_empty(notice->sentence)) == 0 &&
           strcmp(row->detail, or_empty(notice->detail)) == 0;
}

// Takes the row that says the same out of the list, or makes a new one.
static struct message take_row(struct messages *messages, const struct notice *notice)
{
    for (size_t i = messages->count; i-- > 0;) {
        if (!says(&messages->rows[i], notice))
            continue;
        const struct message found = messages->rows[i];
        memmove(messages->rows + i, messages->rows + i + 1, (--messages->count - i) * sizeof found);
        return found;
    }
    return (struct message){.severity = notice->severity,
                            .sentence = must_copy(or_empty(notice->sentence)),
                            .detail = must_copy(or_empty(notice->detail)),
                            .action = must_copy(""),
                            .command = must_copy("")};
}

static void replace(char **text, const char *by)
{
    char *copy = must_copy(or_empty(by));
    free(*text);
    *text = copy;
}

static void drop_oldest(struct messages *messages)
{
    free_row(&messages->rows[0]);
    memmove(messages->rows, messages->rows + 1, --messages->count * sizeof *messages->rows);
}

// When the toast of that severity goes, if it begins now.
static int64_t end_of(enum severity severity, int64_t now_ns)
{
    return severity >= SEVERITY_WARN ? INT64_MAX : now_ns + TOAST_NS;
}

void messages_tell(struct messages *messages, const struct notice *notice, int64_t now_ns, int64_t time_s)
{
    if (!messages->rows)
        messages->rows = must_alloc(MESSAGES_KEPT * sizeof *messages->rows);
    struct message row = take_row(messages, notice);
    replace(&row.action, notice->action);
    replace(&row.command, notice->command);
    row.topic = notice->topic;
    row.serial = ++messages->told;
    row.count++;
    row.time_s = time_s;
    row.open = true;
    row.until_ns = end_of(row.severity, now_ns);
    if (messages->count == MESSAGES_KEPT)
        drop_oldest(messages);
    messages->rows[messages->count++] = row;
}

// --- toasts ---

size_t messages_toasts(const struct messages *messages, const struct message *toasts[TOASTS_MOST])
{
    size_t count = 0;
    for (size_t i = messages->count; i-- > 0 && count < TOASTS_MOST;) {
        if (messages->rows[i].open)
            toasts[count++] = &messages->rows[i];
    }
    return count;
}

static void close_row(struct messages *messages, struct message *row)
{
    row->open = false;
    messages->closed++;
}

bool messages_expire(struct messages *messages, int64_t now_ns)
{
    const uint64_t before = messages->closed;
    for (size_t i = 0; i < messages->count; i++) {
        struct message *row = &messages->rows[i];
        if (row->open && row->serial != messages->held && row->until_ns <= now_ns)
            close_row(messages, row);
    }
    return messages->closed != before;
}

int messages_wait_ms(const struct messages *messages, int64_t now_ns)
{
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < messages->count; i++) {
        const struct message *row = &messages->rows[i];
        if (row->open && row->serial != messages->held && row->until_ns < first)
            first = row->until_ns;
    }
    if (first == INT64_MAX)
        return -1;
    return first <= now_ns ? 0 : (int)((first - now_ns + 999999) / 1000000);
}

void messages_hold(struct messages *messages, uint64_t serial, int64_t now_ns)
{
    if (messages->held == serial)
        return;
    for (size_t i = 0; i < messages->count; i++) {
        struct message *row = &messages->rows[i];
        if (row->serial == messages->held)
            row->until_ns = end_of(row->severity, now_ns);
    }
    messages->held = serial;
}

bool messages_close(struct messages *messages, uint64_t serial)
{
    const uint64_t before = messages->closed;
    for (size_t i = 0; i < messages->count; i++) {
        if (messages->rows[i].open && messages->rows[i].serial == serial)
            close_row(messages, &messages->rows[i]);
    }
    return messages->closed != before;
}

bool messages_settle(struct messages *messages, const void *topic)
{
    const uint64_t before = messages->closed;
    for (size_t i = 0; i < messages->count; i++) {
        if (messages->rows[i].open && messages->rows[i].topic == topic)
            close_row(messages, &messages->rows[i]);
    }
    return messages->closed != before;
}

bool messages_close_all(struct messages *messages)
{
    const uint64_t before = messages->closed;
    for (size_t i = 0; i < messages->count; i++) {
        if (messages->rows[i].open)
            close_row(messages, &messages->rows[i]);
    }
    return messages->closed != before;
}

// --- the list ---

const struct message *messages_fault(const struct messages *messages)
{
    for (size_t i = messages->count; i-- > 0;) {
        const struct message *row = &messages->rows[i];
        if (row->open && row->severity >= SEVERITY_WARN)
            return row;
    }
    return NULL;
}

const char *message_text(const struct message *message)
{
    return message->detail[0] ? message->detail : message->sentence;
}

size_t messages_unseen(const struct messages *messages, enum severity *worst)
{
    size_t count = 0;
    *worst = SEVERITY_INFO;
    for (size_t i = messages->count; i-- > 0 && messages->rows[i].serial > messages->seen;) {
        count++;
        if (messages->rows[i].severity > *worst)
            *worst = messages->rows[i].severity;
    }
    return count;
}

void messages_see(struct messages *messages)
{
    messages->seen = messages->told;
}
