// SPDX-License-Identifier: MIT
// What the program has told the user: a list of messages, the newest of which stand over the picture for a
// while (toasts). Plain state; the caller brings the time.
//
// A message that is told again is not another row: it counts, and becomes the newest. Messages may be about a
// topic, any address: when that is settled its toasts go, since what they say is over; the list keeps them.
#ifndef FOVEA_VIEW_MESSAGES_H
#define FOVEA_VIEW_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum severity {
    SEVERITY_INFO,  // goes by itself
    SEVERITY_OK,    // something was done; goes by itself
    SEVERITY_WARN,  // stays until it is closed: what was asked for is not possible, or not quite
    SEVERITY_ALARM, // stays until it is closed: something failed
};

enum { MESSAGES_KEPT = 200, TOASTS_MOST = 3 };
#define TOAST_NS (INT64_C(4) * 1000000000) // that info and ok stay

// What is to be told. All texts are borrowed for the call; NULL is "".
struct notice {
    enum severity severity;
    const char *sentence; // what happened, in one sentence
    const char *detail;   // the file and the fault, or more lines; may be empty
    const char *action;   // the word on the button that runs `command`; may be empty
    const char *command;
    const void *topic; // compared, never followed; NULL: none
};

struct message {
    enum severity severity;
    char *sentence, *detail, *action, *command; // never NULL
    const void *topic;
    uint64_t serial;  // another number for each message, and whenever it is told again
    int64_t count;    // how often it was told
    int64_t time_s;   // the last time, in seconds since 1970
    bool open;        // as a toast
    int64_t until_ns; // when the toast goes; INT64_MAX: it stays
};

// Zero-initialise; messages_free when done.
struct messages {
    struct message *rows; // the oldest first
    size_t count;
    uint64_t told;   // how often something was told
    uint64_t seen;   // `told` when the list was looked at last
    uint64_t held;   // the serial of the toast under the mouse, which does not go; 0 = none
    uint64_t closed; // grows whenever a toast goes
};

// `now_ns` is monotonic, `time_s` is the time of day. The oldest row goes where there are MESSAGES_KEPT.
void messages_tell(struct messages *messages, const struct notice *notice, int64_t now_ns, int64_t time_s);
void messages_free(struct messages *messages);

// --- toasts ---

// The toasts that are to be seen, the newest first: how many.
size_t messages_toasts(const struct messages *messages, const struct message *toasts[TOASTS_MOST]);
// Closes those whose time is over. True if any went.
bool messages_expire(struct messages *messages, int64_t now_ns);
// The time until one goes, in ms; -1: none does.
int messages_wait_ms(const struct messages *messages, int64_t now_ns);
// The toast of this serial, 0 for none, is under the mouse. One that is no longer gets its time again.
void messages_hold(struct messages *messages, uint64_t serial, int64_t now_ns);
// Closes one, those of a topic, or all. True if any was open.
bool messages_close(struct messages *messages, uint64_t serial);
bool messages_settle(struct messages *messages, const void *topic);
bool messages_close_all(struct messages *messages);

// --- the list ---

// The newest warning or alarm that is still open; NULL if there is none.
const struct message *messages_fault(const struct messages *messages);
// All of a message as a sentence: the detail, which names the file, or else the sentence itself.
const char *message_text(const struct message *message);
// How many were told since the list was looked at, and the worst severity among them.
size_t messages_unseen(const struct messages *messages, enum severity *worst);
void messages_see(struct messages *messages);
// Forgets all rows.
void messages_clear(struct messages *messages);

#endif
