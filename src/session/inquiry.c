// SPDX-License-Identifier: MIT
// One respondent for each kind of question, with a clone of the file that its jobs use one after the other.
#include "session/inquiry.h"

#include "base/size.h"
#include "base/text.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_MS = 50 };
// What is read at the cursor: the mouse goes on to the neighbours next, and most files give no single pixel
// anyway.
enum { PATCH_WIDTH = 128, PATCH_HEIGHT = 32 };

// Several panes may show parts of the frame.
enum { VISIBLE_PARTS = 8 };

enum kind { KIND_HEADER, KIND_CURSOR, KIND_VISIBLE, KIND_COUNT = KIND_VISIBLE + VISIBLE_PARTS };

// Answers the questions of one kind about one frame. Owned by the inquiry and by each of its questions.
struct respondent {
    atomic_int owners;
    struct handle *handle;
    int64_t frame;
    struct frame_info info;
    struct image_file *file; // its clone; of the job that runs
};

struct answer {
    enum status status;
    void *samples; // of the question's rectangle
    struct text text;
    size_t detector_bytes;
};

// The work of a job.
struct question {
    struct inquiry *inquiry; // of the consumer, who is not told any more when it is gone
    struct respondent *respondent;
    enum kind kind;
    uint64_t number;
    struct rect rect;
    struct answer answer;
};

struct topic {
    struct respondent *respondent; // NULL: nothing was asked
    uint64_t number;               // of the latest question, and its rectangle
    struct rect rect;
    bool answered;
    struct answer answer; // of that
};

struct inquiry {
    struct jobs *jobs;
    struct handle *handle; // NULL: nothing can be asked
    int64_t frame;
    struct frame_info info;
    struct topic topics[KIND_COUNT];
    int next_part;          // whose answer gives way to that of another visible part
    uint64_t header_serial; // grows with every header
    bool news;
};

// --- on the threads of jobs ---

static void respondent_release(void *work)
{
    struct respondent *respondent = work;
    if (atomic_fetch_sub(&respondent->owners, 1) > 1)
        return;
    image_file_close(&respondent->file);
    handle_release(&respondent->handle);
    free(respondent);
}

static void answer_free(struct answer *answer)
{
    free(answer->samples);
    text_free(&answer->text);
    *answer = (struct answer){0};
}

static enum status read_samples(const struct question *question, struct cancel *cancel, void **samples)
{
    const struct respondent *respondent = question->respondent;
    const struct rect rect = question->rect;
    const size_t bytes = sample_traits(respondent->info.type)->bytes;
    size_t count;
    if (!size_of_plane(rect.width, rect.height, bytes, &count))
        return STATUS_TOO_LARGE;
    *samples = malloc(count);
    uint8_t *classes = calloc((size_t)(rect.width * rect.height), 1);
    const struct decode_request request = {.frame = respondent->frame,
                                           .rect = rect,
                                           .pixels = *samples,
                                           .stride = (size_t)rect.width * bytes,
                                           .classes = classes,
                                           .cancel = cancel};
    struct decode_report report = {0};
    const enum status status =
        *samples && classes ? image_file_decode(respondent->file, &request, &report, NULL) : STATUS_NO_MEMORY;
    free(classes);
    return status;
}

static void read_header(const struct respondent *respondent, struct cancel *cancel, struct answer *answer)
{
    struct detector_info detector;
    if (image_file_detector(respondent->file, respondent->frame, cancel, &detector, NULL) == STATUS_OK)
        detector_info_describe(&detector, &answer->text);
    answer->detector_bytes = answer->text.length;
    image_file_metadata(respondent->file, respondent->frame, cancel, &answer->text, NULL);
}

static void run_question(void *work, struct cancel *cancel)
{
    struct question *question = work;
    struct respondent *respondent = question->respondent;
    struct answer *answer = &question->answer;
    if (!respondent->file)
        answer->status = handle_clone(respondent->handle, &respondent->file, NULL);
    if (answer->status || cancel_requested(cancel))
        return;
    if (question->kind == KIND_HEADER)
        read_header(respondent, cancel, answer);
    else
        answer->status = read_samples(question, cancel, &answer->samples);
}

static void discard_question(void *work)
{
    struct question *question = work;
    answer_free(&question->answer);
    respondent_release(question->respondent);
    free(question);
}

// --- on the consumer's ---

static bool same_rect(struct rect a, struct rect b)
{
    return a.x == b.x && a.y == b.y && a.width == b.width && a.height == b.height;
}

static void take_answer(void *work)
{
    struct question *question = work;
    struct inquiry *inquiry = question->inquiry;
    struct topic *topic = &inquiry->topics[question->kind];
    if (topic->number != question->number) // another was asked meanwhile
        return;
    answer_free(&topic->answer);
    topic->answer = question->answer;
    topic->answered = true;
    question->answer = (struct answer){0};
    inquiry->header_serial += question->kind == KIND_HEADER;
    inquiry->news = true;
}

static void topic_close(struct inquiry *inquiry, struct topic *topic)
{
    answer_free(&topic->answer);
    if (topic->respondent) {
        jobs_abandon(inquiry->jobs, topic->respondent);
        jobs_discard(inquiry->jobs, respondent_release, topic->respondent);
    }
    *topic = (struct topic){0};
}

static struct respondent *respondent_create(const struct inquiry *inquiry)
{
    struct respondent *respondent = must_alloc(sizeof *respondent);
    atomic_init(&respondent->owners, 1);
    respondent->handle = handle_share(inquiry->handle);
    respondent->frame = inquiry->frame;
    respondent->info = inquiry->info;
    return respondent;
}

static void ask(struct inquiry *inquiry, enum kind kind, struct rect rect)
{
    struct topic *topic = &inquiry->topics[kind];
    if (topic->respondent) { // it need not answer what nobody wants to know any more
        jobs_withdraw(inquiry->jobs, topic->respondent);
        jobs_cancel(inquiry->jobs, topic->respondent);
    } else {
        topic->respondent = respondent_create(inquiry);
    }
    answer_free(&topic->answer);
    topic->answered = false;
    topic->rect = rect;
    topic->number++;
    struct question *question = must_alloc(sizeof *question);
    *question = (struct question){.inquiry = inquiry,
                                  .respondent = topic->respondent,
                                  .kind = kind,
                                  .number = topic->number,
                                  .rect = rect};
    atomic_fetch_add(&topic->respondent->owners, 1);
    const struct job_request request = {.kind = JOB_WAITS,
                                        .priority = JOB_VISIBLE,
                                        .owner = topic->respondent,
                                        .in_order = true,
                                        .run = run_question,
                                        .finish = take_answer,
                                        .discard = discard_question,
                                        .work = question};
    jobs_start(inquiry->jobs, &request);
}

// The answer, asked for if need be; NULL until it has come.
static const struct answer *answer_to(struct inquiry *inquiry, enum kind kind, struct rect rect)
{
    struct topic *topic = &inquiry->topics[kind];
    if (!inquiry->handle)
        return NULL;
    if (!topic->respondent || !same_rect(topic->rect, rect))
        ask(inquiry, kind, rect);
    return topic->answered ? &topic->answer : NULL;
}

bool inquiry_header(struct inquiry *inquiry, struct inquiry_header *header)
{
    const struct answer *answer = answer_to(inquiry, KIND_HEADER, (struct rect){0});
    *header = (struct inquiry_header){0};
    if (answer)
        *header = (struct inquiry_header){text_string(&answer->text), answer->detector_bytes,
                                          inquiry->header_serial};
    return answer != NULL;
}

// The patch of the frame that holds the pixel.
static struct rect patch_at(const struct frame_info *info, int64_t x, int64_t y)
{
    const struct rect patch = {x - x % PATCH_WIDTH, y - y % PATCH_HEIGHT, PATCH_WIDTH, PATCH_HEIGHT};
    return rect_clip(patch, info->width, info->height);
}

// The kind whose question is about that visible part, or the one that may ask about it.
static enum kind visible_kind(struct inquiry *inquiry, struct rect rect)
{
    for (int part = 0; part < VISIBLE_PARTS; part++) {
        const struct topic *topic = &inquiry->topics[KIND_VISIBLE + part];
        if (topic->respondent && same_rect(topic->rect, rect))
            return (enum kind)(KIND_VISIBLE + part);
    }
    inquiry->next_part = (inquiry->next_part + 1) % VISIBLE_PARTS;
    return (enum kind)(KIND_VISIBLE + inquiry->next_part);
}

enum inquiry_answer inquiry_samples(struct inquiry *inquiry, enum inquiry_place place, struct rect rect,
                                    void *samples)
{
    if (!inquiry->handle || inquiry->info.sequential)
        return INQUIRY_UNKNOWN;
    struct rect asked = rect;
    if (place == INQUIRY_CURSOR && rect.width == 1 && rect.height == 1)
        asked = patch_at(&inquiry->info, rect.x, rect.y);
    const enum kind kind = place == INQUIRY_CURSOR ? KIND_CURSOR : visible_kind(inquiry, asked);
    const struct answer *answer = answer_to(inquiry, kind, asked);
    if (!answer)
        return INQUIRY_COMING;
    if (answer->status)
        return INQUIRY_UNKNOWN;
    const size_t bytes = sample_traits(inquiry->info.type)->bytes, row = (size_t)rect.width * bytes;
    for (int64_t y = 0; y < rect.height; y++)
        memcpy((char *)samples + (size_t)y * row,
               (const char *)answer->samples +
                   (size_t)((rect.y - asked.y + y) * asked.width + rect.x - asked.x) * bytes,
               row);
    return INQUIRY_KNOWN;
}

bool inquiry_has_news(struct inquiry *inquiry)
{
    const bool news = inquiry->news;
    inquiry->news = false;
    return news;
}

static bool is_waiting(const struct inquiry *inquiry)
{
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        if (inquiry->topics[kind].respondent && !inquiry->topics[kind].answered)
            return true;
    }
    return false;
}

void inquiry_wait(struct inquiry *inquiry, struct cancel *cancel)
{
    while (is_waiting(inquiry) && !cancel_requested(cancel)) {
        jobs_wait(inquiry->jobs, WAIT_MS);
        jobs_drain(inquiry->jobs);
    }
}

// --- life ---

struct inquiry *inquiry_create(struct jobs *jobs)
{
    struct inquiry *inquiry = must_alloc(sizeof *inquiry);
    inquiry->jobs = jobs;
    return inquiry;
}

void inquiry_turn_to(struct inquiry *inquiry, struct handle *file, int64_t frame,
                     const struct frame_info *info)
{
    for (int kind = 0; kind < KIND_COUNT; kind++)
        topic_close(inquiry, &inquiry->topics[kind]);
    handle_let_go(&inquiry->handle, inquiry->jobs);
    inquiry->handle = handle_share(file);
    inquiry->frame = frame;
    inquiry->info = info ? *info : (struct frame_info){0};
}

void inquiry_destroy(struct inquiry **inquiry)
{
    if (!*inquiry)
        return;
    inquiry_turn_to(*inquiry, NULL, 0, NULL);
    free(*inquiry);
    *inquiry = NULL;
}
