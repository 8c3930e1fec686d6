// SPDX-License-Identifier: MIT
// Life of what all images have in common.
#include "session/common.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { END_MS = 2000 }; // for what is being written when the program ends

static void fail(void *context, const struct error *error)
{
    common_fail(context, error);
}

void common_create(struct common *common, void (*wake)(void *context), void *wake_context)
{
    *common = (struct common){.workspace = workspace_default()};
    colormap_list_init(&common->colormaps);
    common->jobs = jobs_create(0, wake, wake_context);
    common->works = file_works_create(common->jobs, fail, common);
    common->frames = frame_cache_create(common->jobs);
}

void common_pace(struct common *common)
{
    common->paced = true;
    file_works_pace(common->works);
}

void common_finish(struct common *common)
{
    frame_cache_destroy(&common->frames);
    renderer_destroy(&common->renderer);
    overlay_destroy(&common->overlay);
    gpu_destroy(&common->gpu);
    colormap_list_finish(&common->colormaps);
    common_end_jobs(common);
    messages_free(&common->messages);
}

void common_end_jobs(struct common *common)
{
    file_works_destroy(&common->works);
    jobs_destroy(&common->jobs, END_MS);
}

enum status common_attach(struct common *common, struct error *error)
{
    enum status status = gpu_create(&common->gpu, error);
    if (!status)
        status = renderer_create(common->gpu, &common->renderer, error);
    if (!status)
        status = overlay_create(common->gpu, &common->overlay, error);
    return status;
}

void common_tell(struct common *common, const struct notice *notice)
{
    messages_tell(&common->messages, notice, clock_now_ns(), time(NULL));
}

void common_say(struct common *common, enum severity severity, const char *format, ...)
{
    struct text text = {0};
    va_list args;
    va_start(args, format);
    text_vprintf(&text, format, args);
    va_end(args);
    common_tell(common, &(struct notice){severity, .sentence = text_string(&text), .topic = common});
    text_free(&text);
}

void common_fault(struct common *common, const void *topic, const struct error *error)
{
    const enum severity severity = error->status == STATUS_USAGE ? SEVERITY_WARN : SEVERITY_ALARM;
    common_tell(common, &(struct notice){severity, .sentence = error->text, .topic = topic});
}

void common_fail(struct common *common, const struct error *error)
{
    common->failed++;
    common_fault(common, common, error);
}

int64_t common_drawing_budget(const struct common *common)
{
    return common->frames->memory_limit > 0 ? common->frames->memory_limit : memory_allowed();
}
