// SPDX-License-Identifier: MIT
// Time and memory of stepping through a series.
#include "app/batch/bench_internal.h"

#include "base/clock.h"
#include "base/size.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { EARLY = 10, PUMP_MS = 40 }; // steps until memory is first looked at; as the window's event loop

// Shows the next frame completely.
static enum status step(struct stage *stage, struct error *error)
{
    struct pane *pane = stage->desk->active;
    enum status status = STATUS_OK;
    pane->course.due_ns = 0;
    playback_tick(pane, clock_now_ns());
    while (!status && pane_is_loading(pane)) {
        if (pane_pump(pane, 50, PUMP_MS) && pane_is_loading(pane) && pane->frame->picture)
            status = bench_draw(stage, error);
    }
    if (!status && pane->frame->picture)
        status = bench_draw(stage, error);
    return status;
}

static void note_memory(int64_t *resident, int64_t *peak)
{
    *resident = process_resident_bytes();
    *peak = process_peak_resident_bytes();
}

// The processor time of all threads, in ms.
static double processor_ms(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec * 1e3 + (double)used.tv_nsec / 1e6;
}

enum status bench_steps(struct stage *stage, int64_t steps, struct step_figures *figures, struct error *error)
{
    struct pane *pane = stage->desk->active;
    size_t bytes;
    if (!size_multiply((size_t)steps, sizeof(double), &bytes))
        return error_set(error, STATUS_USAGE, "so many steps cannot be measured");
    double *times = must_alloc(bytes);
    enum status status = STATUS_OK;
    const int64_t begin = clock_now_ns();
    const double processor = processor_ms();
    pane->view.play = (struct view_play){.direction = 1, .rate = PLAY_MAX_RATE, .loop = PLAY_AGAIN};
    for (int64_t i = 0; !status && i < steps; i++) {
        const int64_t start = clock_now_ns();
        status = step(stage, error);
        times[i] = (double)(clock_now_ns() - start) / 1e6;
        figures->slowest_ms = times[i] > figures->slowest_ms ? times[i] : figures->slowest_ms;
        figures->failed += pane->load.status != STATUS_OK;
        if (i + 1 == EARLY || i + 1 == steps)
            note_memory(&figures->resident_late, &figures->peak_late);
        if (i + 1 <= EARLY) {
            figures->resident_early = figures->resident_late;
            figures->peak_early = figures->peak_late;
        }
    }
    pane->view.play.direction = 0;
    figures->steps = steps;
    figures->total_ms = (double)(clock_now_ns() - begin) / 1e6;
    figures->processor_ms = (processor_ms() - processor) / (double)steps;
    figures->median_ms = bench_median(times, (size_t)steps);
    free(times);
    return status;
}

void bench_steps_print(const struct step_figures *figures)
{
    char early[32], late[32], peak_early[32], peak_late[32];
    printf(
        "stepping       %lld frames, %.1f a second in all, median %.1f ms (%.1f a second), slowest %.1f ms, processors %.1f ms a step, %lld failed\n",
        (long long)figures->steps, (double)figures->steps * 1000 / figures->total_ms, figures->median_ms,
        1000 / figures->median_ms, figures->slowest_ms, figures->processor_ms, (long long)figures->failed);
    printf("while stepping RSS %s after %d frames, %s after %lld; peak %s, then %s\n",
           format_bytes(figures->resident_early, early, sizeof early), EARLY,
           format_bytes(figures->resident_late, late, sizeof late), (long long)figures->steps,
           format_bytes(figures->peak_early, peak_early, sizeof peak_early),
           format_bytes(figures->peak_late, peak_late, sizeof peak_late));
}

cJSON *bench_steps_json(const struct step_figures *figures)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "frames", (double)figures->steps);
    cJSON_AddNumberToObject(json, "failed", (double)figures->failed);
    cJSON_AddNumberToObject(json, "frames_per_second", (double)figures->steps * 1000 / figures->total_ms);
    cJSON_AddNumberToObject(json, "median_ms", figures->median_ms);
    cJSON_AddNumberToObject(json, "slowest_ms", figures->slowest_ms);
    cJSON_AddNumberToObject(json, "processor_ms", figures->processor_ms);
    cJSON_AddNumberToObject(json, "rss_early_bytes", (double)figures->resident_early);
    cJSON_AddNumberToObject(json, "rss_late_bytes", (double)figures->resident_late);
    cJSON_AddNumberToObject(json, "peak_rss_early_bytes", (double)figures->peak_early);
    cJSON_AddNumberToObject(json, "peak_rss_late_bytes", (double)figures->peak_late);
    return json;
}
