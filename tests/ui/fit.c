// SPDX-License-Identifier: MIT
// The bars and heads of a whole window, built without showing it: in windows of all sizes no text is cut off,
// none stands on another or outside of the window, and so it is where words are a third longer.
#include "ui/ui.h"

#include "../commands/fake_host.h"
#include "support/testdata.h"
#include "ui/base/gui_draw.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 400 };
static const char NAME[] = "run2_1_00148.cbf";

struct seen {
    struct gui_rect places[MOST];
    float widths[MOST];
    char texts[MOST][80];
    size_t count;
};

static struct fixture {
    SDL_Window *window;
    SDL_GLContext context;
    struct fake_host fake;
    struct bindings bindings;
    struct messages messages;
} * made;

static void see(void *context, struct gui_rect place, float width, const char *text)
{
    struct seen *seen = context;
    assert_true(seen->count < MOST);
    seen->places[seen->count] = place;
    seen->widths[seen->count] = width;
    snprintf(seen->texts[seen->count++], sizeof *seen->texts, "%s", text);
}

static bool overlap(struct gui_rect a, struct gui_rect b)
{
    return a.x + 0.5F < b.x + b.width && b.x + 0.5F < a.x + a.width && a.y + 0.5F < b.y + b.height &&
           b.y + 0.5F < a.y + a.height;
}

static void check(const struct seen *seen, int width, int height, double scale)
{
    assert_true(seen->count > 5);
    for (size_t i = 0; i < seen->count; i++) {
        const struct gui_rect a = seen->places[i];
        const bool is_name = strncmp(seen->texts[i], NAME, strlen(NAME)) == 0; // of any length: may be cut
        if (!is_name && seen->widths[i] > a.width + 0.5F)
            fail_msg("\"%s\" is cut: %.0f of %.0f (%d x %d, scale %g)", seen->texts[i], (double)a.width,
                     (double)seen->widths[i], width, height, scale);
        if (a.x < 0 || a.y < 0 || a.x + a.width > (float)width + 0.5F ||
            a.y + a.height > (float)height + 0.5F)
            fail_msg("\"%s\" is outside (%d x %d, scale %g)", seen->texts[i], width, height, scale);
        for (size_t j = i + 1; j < seen->count; j++) {
            if (overlap(a, seen->places[j]))
                fail_msg("\"%s\" and \"%s\" overlap (%d x %d, scale %g)", seen->texts[i], seen->texts[j],
                         width, height, scale);
        }
    }
}

static struct ui_model model_of(struct rect panes, double scale, int count)
{
    static const struct frame_info info = {.width = 2463, .height = 2527, .type = SAMPLE_I32};
    struct ui_model model = {.bindings = &made->bindings,
                             .info = &info,
                             .name = NAME,
                             .cursor = {true, 1506, 1399, "44011", "gap"},
                             .place = {.frame_count = 900, .total = 900, .number = 147, .total_exact = true},
                             .beam_x = 1230.1,
                             .beam_y = 1310.5,
                             .energy_ev = 12000};
    model.mask.shape = "";
    model.messages = &made->messages;
    model.panes.count = model.panes.total = (size_t)count;
    for (int i = 0; i < count; i++) {
        struct rect head = {panes.x + i * (panes.width / count), panes.y, panes.width / count,
                            llround(24 * scale)};
        model.panes.rows[i] = (struct ui_pane){.head = head,
                                               .number = i + 1,
                                               .active = i == 0,
                                               .series = true,
                                               .unsaved = true,
                                               .linked = count > 1,
                                               .name = NAME,
                                               .size = "2463 \xC3\x97 2527",
                                               .type = "i32"};
        model.panes.rows[i].picture = (struct rect){head.x, head.y + head.height, head.width, 100};
    }
    return model;
}

static void try_window(struct ui *ui, int width, int height, double scale, bool longer)
{
    struct seen *seen = calloc(1, sizeof *seen);
    struct workspace *workspace = &made->fake.workspace;
    workspace->panels.has_frames = true;
    for (int panes = 1; panes <= 2; panes++) {
        for (int masking = 0; masking < 2; masking++) {
            workspace->masking.on = masking;
            const struct rect area = ui_picture_area(ui, workspace, width, height);
            const struct ui_model model = model_of(area, scale, panes);
            for (int frame = 0; frame < 3; frame++) { // what needs another frame to settle has had it
                seen->count = 0;
                gui_watch_labels(see, seen, longer);
                ui_frame(ui, &model, &made->fake.host, width, height);
            }
            check(seen, width, height, scale);
        }
    }
    gui_watch_labels(NULL, NULL, false);
    free(seen);
}

static void try_all(bool longer)
{
    static const int sizes[][2] = {{640, 480}, {1000, 700}, {1280, 800}, {1920, 1080}};
    struct error error = {0};
    if (!made->context)
        skip();
    for (int scale = 1; scale <= 2; scale++) {
        struct ui *ui;
        assert_int_equal(ui_create(made->window, made->context, (float)scale, &ui, &error), STATUS_OK);
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            try_window(ui, sizes[i][0] * scale, sizes[i][1] * scale, scale, longer);
        ui_destroy(&ui);
    }
}

static void test_texts_have_their_places(void **state)
{
    (void)state;
    try_all(false);
}

static void test_longer_words_have_their_places(void **state)
{
    (void)state;
    try_all(true);
}

static int set_up(void **state)
{
    *state = made = calloc(1, sizeof *made);
    fake_host_init(&made->fake);
    bindings_add_default(&made->bindings);
    setenv("SDL_VIDEODRIVER", "offscreen", 1);
    if (SDL_Init(SDL_INIT_VIDEO) != 0)
        return 0;
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, SDL_GL_CONTEXT_PROFILE_CORE);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, 3);
    made->window = SDL_CreateWindow("fit", 0, 0, 1280, 800, SDL_WINDOW_OPENGL);
    made->context = made->window ? SDL_GL_CreateContext(made->window) : NULL;
    if (!made->context)
        print_message("no OpenGL without a screen: %s\n", SDL_GetError());
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    SDL_GL_DeleteContext(made->context);
    SDL_Quit();
    bindings_free(&made->bindings);
    fake_host_finish(&made->fake);
    free(made);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_have_their_places),
        cmocka_unit_test(test_longer_words_have_their_places),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
