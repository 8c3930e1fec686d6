// SPDX-License-Identifier: MIT
// Set-up and checks of the window's tests.
#include "support/window_session.h"

#include "support/png_reader.h"
#include "support/program.h"
#include "support/testdata.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_ARGUMENTS = 40 };

bool session_ready(void)
{
    if (!getenv("FOVEA_BINARY")) {
        fprintf(stderr, "skipped: FOVEA_BINARY is not set\n");
        return false;
    }
    struct desktop *desktop = desktop_start();
    const bool ready = desktop != NULL;
    desktop_stop(&desktop);
    return ready;
}

int session_group_setup(void **state)
{
    struct session *session = calloc(1, sizeof *session);
    if (!session)
        return -1;
    session->desktop = desktop_start();
    // What the program remembers from run to run stays out of the home of whoever runs the tests.
    setenv("XDG_STATE_HOME", temporary_path("state"), 1);
    // Nor is it as large as on the desktop of whoever runs them.
    unsetenv("GDK_SCALE");
    unsetenv("QT_SCALE_FACTOR");
    unsetenv("FOVEA_SCALE");
    *state = session;
    return session->desktop ? 0 : -1;
}

int session_group_teardown(void **state)
{
    struct session *session = *state;
    driven_stop(&session->window);
    desktop_stop(&session->desktop);
    free(session);
    return 0;
}

// The next window is as large as the first one, and unsaved mask edits of a program that was killed are not
// to be asked about in the next test.
static void forget(void)
{
    char folder[600], path[1200];
    snprintf(path, sizeof path, "%s/fovea/window", getenv("XDG_STATE_HOME"));
    unlink(path);
    snprintf(folder, sizeof folder, "%s/fovea/recovery", getenv("XDG_STATE_HOME"));
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    while (directory && (entry = readdir(directory))) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        unlink(path);
    }
    if (directory)
        closedir(directory);
}

int session_teardown(void **state)
{
    driven_stop(&((struct session *)*state)->window);
    forget();
    return 0;
}

void session_open(struct session *session, ...)
{
    const char *arguments[MAX_ARGUMENTS] = {program_path()};
    int count = 1;
    va_list args;
    va_start(args, session);
    for (const char *next; count + 1 < MAX_ARGUMENTS && (next = va_arg(args, const char *));)
        arguments[count++] = next;
    va_end(args);
    snprintf(session->errors, sizeof session->errors, "%s", temporary_path("stderr"));
    driven_stop(&session->window);
    session->window = driven_start(session->desktop, arguments, session->errors);
    assert_non_null(session->window);
    // The pointer out of the way, in a place that is the same each time.
    driven_move(session->window, WINDOW_WIDTH - 2, WINDOW_HEIGHT - 2);
}

// For a person: what was seen and what was wanted, in the folder named by FOVEA_TEST_PICTURES.
static void keep_pictures(struct session *session, const struct pixels *wanted)
{
    const char *folder = getenv("FOVEA_TEST_PICTURES");
    char path[600];
    struct pixels got;
    if (!folder || !driven_grab(session->window, &got))
        return;
    snprintf(path, sizeof path, "%s/got.png", folder);
    png_save(path, &got);
    snprintf(path, sizeof path, "%s/wanted.png", folder);
    png_save(path, wanted);
    pixels_free(&got);
}

void session_expect(struct session *session, const struct image *image, const struct look *look,
                    int tolerance)
{
    int width, height;
    char text[160];
    driven_size(session->window, &width, &height);
    session_expect_alive(session);
    struct pixels wanted = pixels_paint(image, look, width, height);
    const int differing = driven_wait_for(session->window, &wanted, tolerance, text, sizeof text);
    if (differing)
        keep_pictures(session, &wanted);
    pixels_free(&wanted);
    session_expect_alive(session);
    if (differing)
        fail_msg("%d pixels differ; the first %s", differing, text);
}

void session_expect_fit(struct session *session, const struct image *image)
{
    int width, height;
    driven_size(session->window, &width, &height);
    const struct look look = look_fit(image, width, height);
    session_expect(session, image, &look, 0);
}

void session_expect_change(struct session *session, struct pixels *before)
{
    struct pixels after = {0};
    const bool changed = driven_wait_change(session->window, before, &after);
    if (!changed)
        keep_pictures(session, before);
    pixels_free(before);
    *before = after;
    session_expect_alive(session);
    if (!changed)
        fail_msg("the window does not change");
}

void session_expect_alive(struct session *session)
{
    if (driven_is_alive(session->window))
        return;
    char line[400] = "";
    FILE *file = fopen(session->errors, "r");
    if (file) {
        line[fread(line, 1, sizeof line - 1, file)] = '\0';
        fclose(file);
    }
    fail_msg("the program has ended (exit code %d): %s", driven_wait_exit(session->window), line);
}
