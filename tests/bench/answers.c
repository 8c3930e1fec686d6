// SPDX-License-Identifier: MIT
// Times how long the window takes to answer while its panel shows a folder: from an event of the keyboard or
// the wheel until other pixels can be read from the screen. Median and worst, for a folder with nothing but
// the image, for one of a hundred files, and for 200,000 entries among files that nobody would choose. Not a
// test.
//
// FOVEA_BINARY=.../fovea bench_answers
#include "support/felt_probe.h"
#include "support/hostile_folder.h"
#include "support/testdata.h"
#include "support/window_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROUNDS = 40, PAUSE_US = 70000, TIMEOUT_MS = 3000 };

// A key that goes down, or the wheel.
struct event {
    const char *key; // NULL: the wheel
    int notches;
};

static void send_event(struct driven *window, struct event event, bool down)
{
    if (event.key)
        driven_press(window, event.key, down);
    else if (down)
        driven_wheel(window, event.notches);
}

// A rectangle of the window.
struct part {
    int x, y, width, height;
};

static const struct part picture = {900, 400, 4, 4}, rows = {60, 150, 100, 500}, field = {8, 60, 150, 80};

static int compare(const void *a, const void *b)
{
    const double first = *(const double *)a, second = *(const double *)b;
    return first < second ? -1 : first > second;
}

// Sends `count` events over and over, each when the one before has been answered in that part of the window.
static void measure(struct driven *window, const char *what, const struct event *events, int count,
                    struct part part)
{
    double times[ROUNDS];
    int answered = 0;
    struct felt_probe *probe = felt_probe_create(window, part.x, part.y, part.width, part.height);
    for (int i = 0; i < ROUNDS; i++) {
        if (!felt_probe_arm(probe))
            exit(1);
        send_event(window, events[i % count], true);
        times[answered] = felt_probe_wait(probe, TIMEOUT_MS);
        answered += times[answered] >= 0;
        send_event(window, events[i % count], false);
        usleep(PAUSE_US);
    }
    felt_probe_destroy(&probe);
    qsort(times, (size_t)answered, sizeof times[0], compare);
    printf("  %-34s %d of %d", what, answered, ROUNDS);
    if (answered)
        printf(": median %6.1f ms, worst %6.1f ms", times[(answered - 1) / 2], times[answered - 1]);
    printf("\n");
    fflush(stdout);
}

static const struct event reverse[] = {{"i", 0}}, wheel[] = {{NULL, -3}, {NULL, -3}, {NULL, 3}},
                          letters[] = {{"f", 0}, {"b", 0}, {"BackSpace", 0}, {"BackSpace", 0}};

static void wait_for_picture(struct driven *window)
{
    struct pixels shown = {0};
    if (!driven_settle(window, &shown))
        exit(1);
    pixels_free(&shown);
}

static void measure_folder(struct session *session, const char *name, int empty, bool hostile)
{
    char folder[512], image[600];
    snprintf(folder, sizeof folder, "%s", temporary_path(name));
    snprintf(image, sizeof image, "%s/good.npy", folder);
    mkdir(folder, 0700);
    struct image constant = image_constant(64, 40, 40);
    image_save_npy(&constant, "|u1", image);
    image_free(&constant);
    if (hostile)
        hostile_folder_fill(folder);
    hostile_folder_add_empty(folder, empty);
    printf("%s: %d files and the image%s\n", name, empty, hostile ? ", pipes, sparse and packed files" : "");
    session_open(session, "--colormap", "gray", "--range", "0:255", "--command",
                 "panel.contrast off; view.colour_bar off", image, NULL);
    wait_for_picture(session->window);
    driven_key(session->window, "ctrl+b");
    driven_key(session->window, "Escape"); // the keys are the picture's, the panel stays
    measure(session->window, "key, while the folder is read", reverse, 1, picture);
    measure(session->window, "key, while small pictures are made", reverse, 1, picture);
    if (empty > 0) {
        driven_move(session->window, 100, 400);
        measure(session->window, "wheel in the panel", wheel, 3, rows);
        measure(session->window, "key, after that", reverse, 1, picture);
        driven_key(session->window, "ctrl+b");
        driven_key(session->window, "ctrl+b");
        wait_for_picture(session->window);
        measure(session->window, "letter of the filter", letters, 4, field);
    }
    driven_stop(&session->window);
}

int main(void)
{
    void *state = NULL;
    if (!session_ready() || session_group_setup(&state) != 0)
        return 1;
    struct session *session = state;
    measure_folder(session, "alone", 0, false);
    measure_folder(session, "hundred", 100, false);
    measure_folder(session, "hostile", 200000, true);
    session_group_teardown(&state);
    return 0;
}
