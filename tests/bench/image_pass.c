// SPDX-License-Identifier: MIT
// Processor time of the image pass, which other work on the machine disturbs less than time on the clock:
// whole image and 1:1, without and with the mask, beside the yardstick of ready-made colours, in turn. Not a
// test.
//
// bench_image_pass [SOURCE]
#include "base/text.h"
#include "render/renderer.h"
#include "sources/loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { WIDTH = 1920, HEIGHT = 1080, ROUNDS = 61, END_MS = 1000 };

struct bench {
    struct gpu *gpu;
    struct renderer *renderer;
    struct render_view *render_view;
    struct target *target;
    struct texture *rgba;
    struct picture *picture;
    struct view view;
    const struct colormap *colormap;
};

static void must(enum status status, const struct error *error)
{
    if (status == STATUS_OK)
        return;
    fprintf(stderr, "%s\n", error->text);
    exit(1);
}

static double cpu_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static double median(double *times)
{
    qsort(times, ROUNDS, sizeof *times, compare);
    return times[ROUNDS / 2];
}

static void load(struct bench *bench, struct jobs *jobs, const char *name)
{
    const struct loader_request request = {.jobs = jobs, .name = name, .channel = CHANNEL_AUTO};
    struct loader *loader = loader_start(&request);
    struct loader_outcome outcome;
    struct loaded_band band;
    struct frame_info info;
    struct error error = {0};
    loader_wait(loader, 60000);
    if (loader_info(loader, &info))
        must(picture_create(bench->gpu, &info, 0, &bench->picture, &error), &error);
    while (!loader_done(loader)) {
        if (!loader_take(loader, 1000, &band))
            continue;
        must(picture_take_band(bench->picture, &band, loader_classes(loader), &error), &error);
        loader_give_back(loader, &band);
    }
    loader_finish(&loader, &outcome);
    must(outcome.status, &outcome.error);
    loader_outcome_free(&outcome);
    must(renderer_make_yardstick(bench->gpu, (int)info.width, (int)info.height, &bench->rgba, &error),
         &error);
    camera_set_viewport(&bench->view.camera, WIDTH, HEIGHT);
    camera_set_image(&bench->view.camera, info.width, info.height);
}

// The processor time of one drawing: 0 the yardstick, 1 without, 2 with the mask.
static double draw(struct bench *bench, int kind, int round)
{
    struct error error = {0};
    contrast_set_limits(&bench->view.contrast, 0.1 * (round % 7), 100 + round % 5);
    bench->view.display.mask_visible = kind == 2;
    const struct scene scene = {.picture = bench->picture, .view = &bench->view, .colormap = bench->colormap};
    target_bind(bench->gpu, bench->target, WIDTH, HEIGHT);
    gpu_finish(bench->gpu);
    const double start = cpu_ms();
    if (kind == 0)
        must(renderer_draw_yardstick(bench->renderer, bench->rgba, &bench->view, HEIGHT, 0, 0, &error),
             &error);
    else
        must(renderer_draw(bench->renderer, bench->render_view, &scene, HEIGHT, 0, 0, &error), &error);
    gpu_finish(bench->gpu);
    return cpu_ms() - start;
}

static void measure(struct bench *bench, const char *zoom)
{
    double times[3][ROUNDS];
    for (int round = -3; round < ROUNDS; round++) {
        for (int kind = 0; kind < 3; kind++) {
            const double ms = draw(bench, kind, round + 3);
            if (round >= 0)
                times[kind][round] = ms;
        }
    }
    const double yardstick = median(times[0]), plain = median(times[1]), masked = median(times[2]);
    printf(
        "%-4s CPU ms: yardstick %.2f, contrast %.2f (%.2f x), with mask %.2f (%.2f x); least %.2f, %.2f, %.2f\n",
        zoom, yardstick, plain, plain / yardstick, masked, masked / yardstick, times[0][0], times[1][0],
        times[2][0]);
}

int main(int argc, char **argv)
{
    struct bench bench = {.view = view_default()};
    struct headless *headless;
    struct colormap_list maps;
    struct error error = {0};
    must(headless_create(&headless, &error), &error);
    must(gpu_create(&bench.gpu, &error), &error);
    must(renderer_create(bench.gpu, &bench.renderer, &error), &error);
    must(target_create(bench.gpu, TEXTURE_RGBA8, WIDTH, HEIGHT, &bench.target, &error), &error);
    bench.render_view = render_view_create();
    colormap_list_init(&maps);
    bench.colormap = colormap_find(&maps, "viridis");
    struct jobs *jobs = jobs_create(0, NULL, NULL);
    load(&bench, jobs, argc > 1 ? argv[1] : "sim:4148x4362,type=f32");
    camera_fit(&bench.view.camera);
    measure(&bench, "fit");
    camera_set_zoom(&bench.view.camera, 1);
    measure(&bench, "1:1");
    jobs_destroy(&jobs, END_MS);
    return 0;
}
