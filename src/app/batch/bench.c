// SPDX-License-Identifier: MIT
// Medians of presented frames, interleaved with the yardstick so that a change of the machine's speed hits
// both.
#include "app/batch/bench.h"

#include "app/batch/bench_internal.h"
#include "app/batch/json.h"
#include "app/common/cli.h"
#include "base/clock.h"
#include "base/output.h"
#include "base/size.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 31, CONTRAST_CHANGES = 100 };

struct bench_options {
    int64_t width, height;
    int64_t steps; // through the series, instead of all else; 0 = none
    bool json, offscreen;
    struct view_options view;
    int64_t exec_ns; // when the program was started
    double main_ms;  // from there to main
    struct task *task;
};

struct zoom_figures {
    const char *name;
    double contrast_ms, contrast_mask_ms, yardstick_ms, pan_ms, zoom_ms;
};

// Everything measured. Times in ms.
struct figures {
    double main_ms, context_ms, header_ms, first_band_ms, first_picture_ms, resident_ms, complete_picture_ms;
    int64_t peak_bytes, texture_bytes, pixel_bytes, mask_bytes;
    struct zoom_figures zooms[2];
    struct step_figures steps;
    bool has_mask;
};

static double ms_between(int64_t from, int64_t to)
{
    return (double)(to - from) / 1e6;
}

// --- presenting ---

static enum status begin_frame(struct stage *stage)
{
    target_bind(stage->desk->common.gpu, stage->target, stage->width, stage->height);
    return STATUS_OK;
}

static void present(struct stage *stage)
{
    if (stage->in_window)
        SDL_GL_SwapWindow(stage->window.handle);
    gpu_finish(stage->desk->common.gpu);
}

enum status bench_draw(struct stage *stage, struct error *error)
{
    begin_frame(stage);
    enum status status = task_stopped(stage->task, error);
    if (status)
        return status;
    status =
        pane_draw(stage->desk->active, stage->target, stage->width, stage->height, 0, 0, false, 1, error);
    present(stage);
    return status;
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare_doubles);
    return values[count / 2];
}

// --- one kind of frame each ---

// Another contrast for round `i`: limits that differ a little each time.
static void change_contrast(struct pane *pane, const struct limits *start, int i)
{
    const double step = (start->high - start->low) * 0.003 * (i % 17 + 1);
    contrast_set_limits(&pane->view.contrast, start->low + step, start->high - step);
}

static enum status time_contrast(struct stage *stage, const struct limits *start, int i, double *ms,
                                 struct error *error)
{
    const int64_t begin = clock_now_ns();
    change_contrast(stage->desk->active, start, i);
    enum status status = bench_draw(stage, error);
    *ms = ms_between(begin, clock_now_ns());
    return status;
}

static enum status time_yardstick(struct stage *stage, struct texture *rgba, double *ms, struct error *error)
{
    struct pane *pane = stage->desk->active;
    const int64_t begin = clock_now_ns();
    begin_frame(stage);
    enum status status =
        renderer_draw_yardstick(pane->common->renderer, rgba, &pane->view, stage->height, 0, 0, error);
    present(stage);
    *ms = ms_between(begin, clock_now_ns());
    return status;
}

static enum status time_pan(struct stage *stage, int i, double *ms, struct error *error)
{
    const int64_t begin = clock_now_ns();
    camera_pan(&stage->desk->active->view.camera, i % 2 ? 10 : -10, i % 2 ? 7 : -7);
    enum status status = bench_draw(stage, error);
    *ms = ms_between(begin, clock_now_ns());
    return status;
}

static enum status time_zoom(struct stage *stage, int i, double *ms, struct error *error)
{
    const int64_t begin = clock_now_ns();
    camera_zoom_at(&stage->desk->active->view.camera, i % 2 ? 1 / 1.1 : 1.1, stage->width / 3.0,
                   stage->height / 3.0);
    enum status status = bench_draw(stage, error);
    *ms = ms_between(begin, clock_now_ns());
    return status;
}

// --- the series ---

static void set_zoom(struct pane *pane, int zoom)
{
    camera_fit(&pane->view.camera);
    if (zoom == 1)
        camera_set_zoom(&pane->view.camera, 1);
}

// Each round draws one frame of each kind; the first round warms up and does not count.
static enum status measure_zoom(struct stage *stage, int zoom, struct texture *rgba,
                                struct zoom_figures *figures, struct error *error)
{
    struct pane *pane = stage->desk->active;
    double samples[5][ROUNDS + 1];
    const struct limits start = pane->view.contrast.limits;
    enum status status = STATUS_OK;
    for (int i = 0; !status && i <= ROUNDS; i++) {
        set_zoom(pane, zoom);
        pane->view.display.mask_visible = false;
        status = time_contrast(stage, &start, i, &samples[0][i], error);
        if (!status && rgba)
            status = time_yardstick(stage, rgba, &samples[1][i], error);
        pane->view.display.mask_visible = true;
        if (!status)
            status = time_contrast(stage, &start, i + 1, &samples[2][i], error);
        if (!status)
            status = time_pan(stage, i, &samples[3][i], error);
        if (!status)
            status = time_zoom(stage, i, &samples[4][i], error);
    }
    pane->view.contrast.limits = start;
    figures->name = zoom ? "1:1" : "fit";
    figures->contrast_ms = bench_median(samples[0] + 1, ROUNDS);
    figures->yardstick_ms = rgba ? bench_median(samples[1] + 1, ROUNDS) : 0;
    figures->contrast_mask_ms = bench_median(samples[2] + 1, ROUNDS);
    figures->pan_ms = bench_median(samples[3] + 1, ROUNDS);
    figures->zoom_ms = bench_median(samples[4] + 1, ROUNDS);
    return status;
}

// NULL where the image is larger than a texture.
static enum status make_yardstick(const struct pane *pane, struct texture **rgba, struct error *error)
{
    const struct frame_info *info = &pane->frame->info;
    const int limit = gpu_max_texture_side(pane->common->gpu);
    *rgba = NULL;
    if (info->width > limit || info->height > limit)
        return STATUS_OK;
    return renderer_make_yardstick(pane->common->gpu, (int)info->width, (int)info->height, rgba, error);
}

// A hundred contrast changes, after which the peak of memory is read.
static enum status measure_memory(struct stage *stage, struct figures *figures, struct error *error)
{
    struct pane *pane = stage->desk->active;
    const struct limits start = pane->view.contrast.limits;
    enum status status = STATUS_OK;
    for (int i = 0; !status && i < CONTRAST_CHANGES; i++) {
        change_contrast(pane, &start, i);
        status = bench_draw(stage, error);
    }
    pane->view.contrast.limits = start;
    figures->peak_bytes = process_peak_resident_bytes();
    // Off-screen, the target stands for the window's own buffer and is no texture of the picture.
    const int64_t target_bytes = stage->target ? (int64_t)stage->width * stage->height * 4 : 0;
    figures->texture_bytes = gpu_texture_bytes(pane->common->gpu) - target_bytes;
    figures->has_mask = pane->frame->picture->any_mask;
    const int64_t pixels = pane->frame->info.width * pane->frame->info.height;
    figures->pixel_bytes = pixels * (int64_t)sample_traits(pane->frame->picture->storage)->bytes;
    figures->mask_bytes = figures->has_mask ? pixels : 0;
    return status;
}

// --- loading ---

static enum status open_stage(struct stage *stage, const struct bench_options *options, struct error *error)
{
    stage->in_window = window_has_display() && !options->offscreen;
    enum status status =
        stage->in_window ? window_start(&stage->window, error) : headless_create(&stage->headless, error);
    if (!status && stage->in_window)
        status = window_open(&stage->window, "Fovea bench", (int)options->width, (int)options->height, error);
    if (!status)
        status = common_attach(&stage->desk->common, error);
    stage->width = (int)options->width;
    stage->height = (int)options->height;
    if (!status && stage->in_window) {
        float scale;
        window_pace(true);
        window_size(&stage->window, &stage->width, &stage->height, &scale);
    } else if (!status) {
        status = target_create(stage->desk->common.gpu, TEXTURE_RGBA8, stage->width, stage->height,
                               &stage->target, error);
    }
    return status;
}

// Loads while presenting, as the window does, and notes when the first and the complete picture stood on the
// screen.
static enum status load_and_present(struct stage *stage, const int64_t exec_ns, struct figures *figures,
                                    struct error *error)
{
    struct pane *pane = stage->desk->active;
    camera_set_viewport(&pane->view.camera, stage->width, stage->height);
    enum status status = STATUS_OK;
    while (!status && pane_is_loading(pane)) {
        const bool seen = figures->first_picture_ms > 0;
        if (!pane_pump(pane, 50, seen ? 40 : 0) || !pane->frame->picture)
            continue;
        status = bench_draw(stage, error);
        if (figures->first_picture_ms == 0 && pane->load.times.first_band)
            figures->first_picture_ms = ms_between(exec_ns, clock_now_ns());
    }
    if (!status && pane->load.error.status) {
        *error = pane->load.error;
        return pane->load.status ? pane->load.status : pane->load.error.status;
    }
    if (!status)
        status = bench_draw(stage, error);
    figures->complete_picture_ms = ms_between(exec_ns, clock_now_ns());
    figures->header_ms = ms_between(exec_ns, pane->load.times.header_known);
    figures->first_band_ms = ms_between(exec_ns, pane->load.times.first_band);
    figures->resident_ms = ms_between(exec_ns, pane->load.times.complete);
    return status;
}

static void close_stage(struct stage *stage)
{
    target_destroy(&stage->target);
    desk_destroy(&stage->desk);
    headless_destroy(&stage->headless);
    if (stage->in_window)
        window_close(&stage->window);
}

// --- reports ---

static double ratio(double value, double yardstick)
{
    return yardstick > 0 ? value / yardstick : 0;
}

static void print_text(const struct stage *stage, const struct figures *figures, const char *name)
{
    char peak[32], textures[32], pixels[32];
    output_line(
        stdout, "image          %s, %lld x %lld %s%s", name,
        (long long)stage->desk->active->frame->info.width, (long long)stage->desk->active->frame->info.height,
        sample_traits(stage->desk->active->frame->info.type)->name, figures->has_mask ? " with mask" : "");
    printf("drawn          %s, %d x %d\n", stage->in_window ? "in a window (presented frames)" : "off-screen",
           stage->width, stage->height);
    printf("renderer       %s, %ld processors\n", gpu_renderer(stage->desk->common.gpu),
           sysconf(_SC_NPROCESSORS_ONLN));
    printf(
        "start, ms      main %.0f, context %.0f, header %.0f, first band %.0f, first picture %.0f, resident %.0f, complete picture %.0f\n",
        figures->main_ms, figures->context_ms, figures->header_ms, figures->first_band_ms,
        figures->first_picture_ms, figures->resident_ms, figures->complete_picture_ms);
    printf("memory         peak RSS %s, textures %s (%.2f x pixels + mask)\n",
           format_bytes(figures->peak_bytes, peak, sizeof peak),
           format_bytes(figures->texture_bytes, textures, sizeof textures),
           (double)figures->texture_bytes / (double)(figures->pixel_bytes + figures->mask_bytes));
    printf("pixels         %s\n", format_bytes(figures->pixel_bytes, pixels, sizeof pixels));
    if (figures->steps.steps > 0)
        bench_steps_print(&figures->steps);
    for (int i = 0; i < 2 && figures->steps.steps == 0; i++) {
        const struct zoom_figures *z = &figures->zooms[i];
        printf(
            "%-4s ms        contrast %.2f (%.2f x), with mask %.2f (%.2f x), RGBA8 blit %.2f, pan %.2f, zoom %.2f\n",
            z->name, z->contrast_ms, ratio(z->contrast_ms, z->yardstick_ms), z->contrast_mask_ms,
            ratio(z->contrast_mask_ms, z->yardstick_ms), z->yardstick_ms, z->pan_ms, z->zoom_ms);
    }
}

static cJSON *zoom_json(const struct zoom_figures *z)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "contrast_ms", z->contrast_ms);
    cJSON_AddNumberToObject(json, "contrast_mask_ms", z->contrast_mask_ms);
    cJSON_AddNumberToObject(json, "rgba8_blit_ms", z->yardstick_ms);
    cJSON_AddNumberToObject(json, "contrast_ratio", ratio(z->contrast_ms, z->yardstick_ms));
    cJSON_AddNumberToObject(json, "contrast_mask_ratio", ratio(z->contrast_mask_ms, z->yardstick_ms));
    cJSON_AddNumberToObject(json, "pan_ms", z->pan_ms);
    cJSON_AddNumberToObject(json, "zoom_ms", z->zoom_ms);
    return json;
}

static void print_json(const struct stage *stage, const struct figures *figures, const char *name)
{
    cJSON *json = cJSON_CreateObject();
    json_add_text(json, "source", name);
    cJSON_AddNumberToObject(json, "width", (double)stage->desk->active->frame->info.width);
    cJSON_AddNumberToObject(json, "height", (double)stage->desk->active->frame->info.height);
    cJSON_AddStringToObject(json, "type", sample_traits(stage->desk->active->frame->info.type)->name);
    cJSON_AddBoolToObject(json, "mask", figures->has_mask);
    cJSON_AddBoolToObject(json, "window", stage->in_window);
    cJSON_AddNumberToObject(json, "window_width", stage->width);
    cJSON_AddNumberToObject(json, "window_height", stage->height);
    cJSON_AddStringToObject(json, "renderer", gpu_renderer(stage->desk->common.gpu));
    cJSON_AddNumberToObject(json, "threads", (double)sysconf(_SC_NPROCESSORS_ONLN));
    cJSON *start = cJSON_AddObjectToObject(json, "start_ms");
    cJSON_AddNumberToObject(start, "main", figures->main_ms);
    cJSON_AddNumberToObject(start, "context", figures->context_ms);
    cJSON_AddNumberToObject(start, "header", figures->header_ms);
    cJSON_AddNumberToObject(start, "first_band", figures->first_band_ms);
    cJSON_AddNumberToObject(start, "first_picture", figures->first_picture_ms);
    cJSON_AddNumberToObject(start, "resident", figures->resident_ms);
    cJSON_AddNumberToObject(start, "complete_picture", figures->complete_picture_ms);
    cJSON_AddNumberToObject(json, "peak_rss_bytes", (double)figures->peak_bytes);
    cJSON_AddNumberToObject(json, "texture_bytes", (double)figures->texture_bytes);
    cJSON_AddNumberToObject(json, "pixel_bytes", (double)figures->pixel_bytes);
    cJSON_AddNumberToObject(json, "mask_bytes", (double)figures->mask_bytes);
    if (figures->steps.steps > 0) {
        cJSON_AddItemToObject(json, "steps", bench_steps_json(&figures->steps));
    } else {
        cJSON_AddItemToObject(json, "fit", zoom_json(&figures->zooms[0]));
        cJSON_AddItemToObject(json, "actual", zoom_json(&figures->zooms[1]));
    }
    json_print(json, stdout);
}

// --- the subcommand ---

static enum status set_size(void *target, const char *value, struct error *error)
{
    struct bench_options *options = target;
    int64_t width, height;
    if (!parse_size(value, &width, &height) || width > 16384 || height > 16384)
        return error_set(error, STATUS_USAGE, "\"%s\" is not a size like 1920x1080", value);
    options->width = width;
    options->height = height;
    return STATUS_OK;
}

static enum status set_steps(void *target, const char *value, struct error *error)
{
    int64_t steps;
    if (!parse_int64(value, &steps) || steps < 1 || steps > 1000000)
        return error_set(error, STATUS_USAGE, "\"%s\" is not a number of steps from 1 to 1000000", value);
    ((struct bench_options *)target)->steps = steps;
    return STATUS_OK;
}

static enum status set_json(void *target, const char *value, struct error *error)
{
    (void)value;
    (void)error;
    ((struct bench_options *)target)->json = true;
    return STATUS_OK;
}

static enum status set_offscreen(void *target, const char *value, struct error *error)
{
    (void)value;
    (void)error;
    ((struct bench_options *)target)->offscreen = true;
    return STATUS_OK;
}

static const struct option bench_table[] = {
    {"--json", NULL, NULL, "Print the figures as JSON.", set_json, NULL},
    {"--size", NULL, "WxH", "Size of the window in pixels; default 1920x1080.", set_size, NULL},
    {"--steps", NULL, "N", "Measures N steps through the series instead.", set_steps, NULL},
    {"--offscreen", NULL, NULL, "Draw off-screen even where there is a display.", set_offscreen, NULL},
    {0},
};

static enum status measure(struct stage *stage, const struct bench_options *options, const char *const *names,
                           size_t count, struct figures *figures, struct error *error)
{
    struct pane *pane = stage->desk->active;
    enum status status = desk_configure(stage->desk, &options->view, error);
    if (!status)
        status =
            pane_open(pane, names, count, options->view.source.siblings, options->view.source.frame, error);
    if (!status)
        status = open_stage(stage, options, error);
    if (status)
        return status;
    figures->context_ms = ms_between(options->exec_ns, clock_now_ns());
    status = load_and_present(stage, options->exec_ns, figures, error);
    if (!status && options->steps > 0)
        status = bench_steps(stage, options->steps, &figures->steps, error);
    if (!status)
        status = measure_memory(stage, figures, error);
    struct texture *rgba = NULL;
    if (!status && options->steps == 0)
        status = make_yardstick(pane, &rgba, error);
    for (int zoom = 0; !status && options->steps == 0 && zoom < 2; zoom++)
        status = measure_zoom(stage, zoom, rgba, &figures->zooms[zoom], error);
    texture_destroy(&rgba);
    return status;
}

static enum status run_bench(void *context, const char *const *names, size_t count, struct error *error)
{
    const struct bench_options *options = context;
    struct figures figures = {.main_ms = options->main_ms};
    struct stage *stage = must_alloc(sizeof *stage);
    stage->desk = desk_create(NULL, NULL);
    stage->task = options->task;
    stage->desk->common.cancel = task_cancel(options->task);
    enum status status = measure(stage, options, names, count, &figures, error);
    if (!status && options->json)
        print_json(stage, &figures, names[0]);
    else if (!status)
        print_text(stage, &figures, names[0]);
    close_stage(stage);
    free(stage);
    return status;
}

int bench_main(int argc, char **argv)
{
    const int64_t since_exec = clock_since_exec_ns();
    struct bench_options options = {.width = 1920,
                                    .height = 1080,
                                    .view = view_options_default(),
                                    .exec_ns = clock_now_ns() - since_exec,
                                    .main_ms = (double)since_exec / 1e6};
    const struct option_group groups[] = {
        {"Bench options", bench_table, &options}, {"View options", view_option_table, &options.view}, {0}};
    const struct cli cli = {.usage = "fovea bench [OPTIONS] SOURCE...",
                            .groups = groups,
                            .min_sources = 1,
                            .max_sources = SIZE_MAX,
                            .run = run_bench,
                            .context = &options,
                            .task_name = "bench",
                            .task = &options.task};
    return cli_run(&cli, argc, argv);
}
