// SPDX-License-Identifier: MIT
// Times what a person feels: from one move of the mouse to new pixels on the screen of a real X server, for
// drags of the contrast, panning and zooming, each step by itself and one right after the other. Beside it,
// in the same run, the same is done with a window that only presents ready-made colours (bench_felt_blit);
// and four linked panes beside one. Not a test.
//
// bench_felt [--json] [--only TEXT] FOVEA
//
// With --only, what has TEXT in its "SIZE LOOK GESTURE", such as "2048x2048 linear contrast" or "4 panes".
#include "base/clock.h"
#include "base/text.h"
#include "support/felt_probe.h"
#include "support/testdata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STEPS = 50, WARM_UP = 5, REST_MS = 80, TIMEOUT_MS = 3000, MAX_ARGUMENTS = 24 };

// A watched rectangle in the picture of a window, and where drags begin.
enum { AREA_SIDE = 96 };
struct place {
    int x, y, start_x, start_y;
};
static const struct place in_window = {400, 300, 450, 400}, in_first_pane = {200, 150, 190, 250};

// --- gestures ---

struct gesture {
    const char *name;
    int button; // held down during the steps; 0 = none
    void (*step)(struct driven *driven, const struct place *place, int i);
};

// To and fro, so that limits and camera come back again and again.
static int triangle(int i)
{
    const int phase = i % 20;
    return 8 * (phase < 10 ? phase : 20 - phase);
}

static void move_step(struct driven *driven, const struct place *place, int i)
{
    driven_move(driven, place->start_x + triangle(i + 1), place->start_y);
}

static void wheel_step(struct driven *driven, const struct place *place, int i)
{
    (void)place;
    driven_wheel(driven, i % 2 ? -1 : 1);
}

static const struct gesture contrast = {"contrast", 3, move_step};
static const struct gesture pan = {"pan", 1, move_step};
static const struct gesture zoom = {"zoom", 0, wheel_step};
static const struct gesture *const gestures[] = {&contrast, &pan, &zoom};
enum { GESTURES = sizeof gestures / sizeof *gestures };

// --- one window, one gesture ---

// Per step: ms until new pixels, ms of processor time of the program, repaints.
struct figures {
    double isolated_ms, back_to_back_ms, cpu_ms, repaints;
    int missed; // steps after which nothing changed
};

struct bench {
    struct desktop *desktop;
    struct repaint_counter *counter;
    struct driven *window;
    const struct place *place; // where it is watched
    struct felt_probe *probe;
    cJSON *results;
    const char *fovea, *only; // the program; only cases with this in their names, or NULL
};

static double step_once(struct bench *bench, const struct gesture *gesture, int i)
{
    felt_probe_arm(bench->probe);
    gesture->step(bench->window, bench->place, i);
    return felt_probe_wait(bench->probe, TIMEOUT_MS);
}

static double median_of_steps(struct bench *bench, const struct gesture *gesture, bool isolated, int *missed)
{
    double times[STEPS];
    size_t count = 0;
    for (int i = 0; i < WARM_UP + STEPS; i++) {
        const double ms = step_once(bench, gesture, i);
        if (i >= WARM_UP && ms >= 0)
            times[count++] = ms;
        *missed += ms < 0;
        if (isolated)
            felt_probe_rest(bench->probe, REST_MS);
    }
    return felt_median(times, count);
}

static void measure(struct bench *bench, const struct gesture *gesture, struct figures *figures)
{
    driven_move(bench->window, bench->place->start_x, bench->place->start_y);
    if (gesture->button)
        driven_button(bench->window, gesture->button, true);
    felt_probe_rest(bench->probe, 3 * REST_MS);
    const int64_t cpu = driven_cpu_ns(bench->window);
    const unsigned repaints = repaint_count(bench->counter);
    figures->isolated_ms = median_of_steps(bench, gesture, true, &figures->missed);
    figures->cpu_ms = (double)(driven_cpu_ns(bench->window) - cpu) / 1e6 / (WARM_UP + STEPS);
    figures->repaints = (double)(repaint_count(bench->counter) - repaints) / (WARM_UP + STEPS);
    figures->back_to_back_ms = median_of_steps(bench, gesture, false, &figures->missed);
    if (gesture->button)
        driven_button(bench->window, gesture->button, false);
    felt_probe_rest(bench->probe, REST_MS);
}

static bool open_window(struct bench *bench, const char *const *arguments)
{
    bench->window = driven_start(bench->desktop, arguments, temporary_path("stderr"));
    if (!bench->window)
        return false;
    bench->probe = felt_probe_create(bench->window, bench->place->x, bench->place->y, AREA_SIDE, AREA_SIDE);
    driven_move(bench->window, bench->place->start_x, bench->place->start_y);
    return felt_probe_rest(bench->probe, 1000);
}

static void close_window(struct bench *bench)
{
    felt_probe_destroy(&bench->probe);
    driven_stop(&bench->window);
}

// --- the cases ---

static const struct {
    int width, height;
} sizes[] = {{2048, 2048}, {4148, 4362}, {6000, 6000}};

static const struct {
    const char *name, *scale, *source; // of the simulated detector, behind the size
} looks[] = {{"linear", "linear", "mask=no"}, {"log + mask", "log", "mask=yes"}};

static void print_row(struct bench *bench, const char *image, const char *look, const char *gesture,
                      const struct figures *figures, const struct figures *blit)
{
    printf("%-10s %-10s %-9s %8.1f %8.1f %6.2f %8.1f %6.2f %8.1f %8.2f %6d\n", image, look, gesture,
           figures->isolated_ms, figures->back_to_back_ms, figures->isolated_ms / blit->isolated_ms,
           blit->isolated_ms, figures->back_to_back_ms / blit->back_to_back_ms, figures->cpu_ms,
           figures->repaints, figures->missed);
    fflush(stdout);
    cJSON *row = cJSON_CreateObject();
    cJSON_AddItemToArray(bench->results, row);
    cJSON_AddStringToObject(row, "image", image);
    cJSON_AddStringToObject(row, "look", look);
    cJSON_AddStringToObject(row, "gesture", gesture);
    cJSON_AddNumberToObject(row, "isolated_ms", figures->isolated_ms);
    cJSON_AddNumberToObject(row, "back_to_back_ms", figures->back_to_back_ms);
    cJSON_AddNumberToObject(row, "blit_isolated_ms", blit->isolated_ms);
    cJSON_AddNumberToObject(row, "blit_back_to_back_ms", blit->back_to_back_ms);
    cJSON_AddNumberToObject(row, "cpu_ms", figures->cpu_ms);
    cJSON_AddNumberToObject(row, "blit_cpu_ms", blit->cpu_ms);
    cJSON_AddNumberToObject(row, "repaints", figures->repaints);
    cJSON_AddNumberToObject(row, "missed", figures->missed);
}

static bool measure_blit(struct bench *bench, const char *image, struct figures *figures)
{
    const char *const arguments[] = {FOVEA_FELT_BLIT, image, NULL};
    const bool opened = open_window(bench, arguments);
    if (opened)
        measure(bench, &pan, figures);
    close_window(bench);
    return opened;
}

static bool is_wanted(const struct bench *bench, const char *image, size_t look,
                      const struct gesture *gesture)
{
    char name[96];
    snprintf(name, sizeof name, "%s %s %s", image, looks[look].name, gesture->name);
    return !bench->only || strstr(name, bench->only);
}

static bool is_any_wanted(const struct bench *bench, const char *image, size_t look)
{
    for (size_t i = 0; i < GESTURES; i++) {
        if (is_wanted(bench, image, look, gestures[i]))
            return true;
    }
    return false;
}

static bool measure_look(struct bench *bench, const char *image, size_t look, const struct figures *blit)
{
    char source[64];
    if (!is_any_wanted(bench, image, look))
        return true;
    snprintf(source, sizeof source, "sim:%s,type=f32,%s", image, looks[look].source);
    const char *const arguments[] = {bench->fovea, source, "--scale", looks[look].scale, NULL};
    const bool opened = open_window(bench, arguments);
    for (size_t i = 0; opened && i < GESTURES; i++) {
        if (!is_wanted(bench, image, look, gestures[i]))
            continue;
        struct figures figures = {0};
        measure(bench, gestures[i], &figures);
        print_row(bench, image, looks[look].name, gestures[i]->name, &figures, blit);
    }
    close_window(bench);
    return opened;
}

static bool measure_contrast(struct bench *bench, const char *const *arguments, struct figures *figures)
{
    const bool opened = open_window(bench, arguments);
    if (opened)
        measure(bench, &contrast, figures);
    close_window(bench);
    return opened;
}

// Four images in linked panes, beside one of them in a window of the same size: all ratios are to that one.
static bool measure_panes(struct bench *bench, size_t look)
{
    enum { PANES = 4 };
    static const char name[] = "4 panes";
    char sources[PANES][64];
    struct figures one = {0}, four = {0};
    if (!is_wanted(bench, name, look, &contrast))
        return true;
    for (int i = 0; i < PANES; i++)
        snprintf(sources[i], sizeof sources[i], "sim:2048x2048,type=f32,seed=%d,%s", i + 1,
                 looks[look].source);
    const char *const single[] = {bench->fovea, "--scale", looks[look].scale, sources[0], NULL};
    const char *const grid[] = {
        bench->fovea, "--scale",  looks[look].scale, "--grid",   "2x2", "--command", "pane.link contrast on",
        sources[0],   sources[1], sources[2],        sources[3], NULL};
    bench->place = &in_first_pane;
    if (!measure_contrast(bench, single, &one) || !measure_contrast(bench, grid, &four))
        return false;
    print_row(bench, "1 pane", looks[look].name, contrast.name, &one, &one);
    print_row(bench, name, looks[look].name, contrast.name, &four, &one);
    return true;
}

static bool measure_all(struct bench *bench)
{
    printf("ms a step\n%-10s %-10s %-9s %8s %8s %6s %8s %6s %8s %8s %6s\n", "image", "look", "gesture",
           "isolated", "b-to-b", "x", "blit", "x", "cpu", "repaints", "missed");
    for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size++) {
        char image[32];
        struct figures blit = {0};
        snprintf(image, sizeof image, "%dx%d", sizes[size].width, sizes[size].height);
        if (!is_any_wanted(bench, image, 0) && !is_any_wanted(bench, image, 1))
            continue;
        if (!measure_blit(bench, image, &blit))
            return false;
        print_row(bench, image, "blit", "pan", &blit, &blit);
        for (size_t look = 0; look < sizeof looks / sizeof *looks; look++) {
            if (!measure_look(bench, image, look, &blit))
                return false;
        }
    }
    for (size_t look = 0; look < sizeof looks / sizeof *looks; look++) {
        if (!measure_panes(bench, look))
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct bench bench = {.place = &in_window};
    bool json = false;
    int i = 1;
    for (; i < argc - 1; i++) {
        if (strcmp(argv[i], "--json") == 0)
            json = true;
        else if (strcmp(argv[i], "--only") == 0 && i + 1 < argc - 1)
            bench.only = argv[++i];
        else
            break;
    }
    if (i != argc - 1) {
        fprintf(stderr, "usage: bench_felt [--json] [--only TEXT] FOVEA\n");
        return 2;
    }
    bench.fovea = argv[i];
    bench.desktop = desktop_start();
    bench.results = cJSON_CreateArray();
    bench.counter = repaint_counter_create();
    const bool done = bench.desktop && bench.counter && measure_all(&bench);
    if (done && json) {
        char *text = cJSON_Print(bench.results);
        printf("%s\n", text);
        free(text);
    }
    cJSON_Delete(bench.results);
    repaint_counter_destroy(&bench.counter);
    desktop_stop(&bench.desktop);
    return done ? 0 : 1;
}
