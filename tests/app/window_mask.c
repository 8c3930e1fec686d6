// SPDX-License-Identifier: MIT
// The mask editor in the real window: every shape drawn with the mouse, by the pixels of the saved file and
// of the window, against shapes rasterised by their definitions (image/edit/shape.h) here.
#include "support/testdata.h"
#include "support/window_session.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// An image that fits the window at exactly 20 screen pixels per image pixel.
enum { WIDTH = 64, HEIGHT = 40, ZOOM = 20, SAVE_DEADLINE_MS = 20000 };

static const double PI = 3.14159265358979323846;

static char saved_path[512];

struct wanted {
    unsigned char masked[HEIGHT][WIDTH];
};

struct point {
    double x, y;
};

// The image's point at a place of the window, while the whole image is shown.
static struct point image_point(int x, int y)
{
    return (struct point){x / (double)ZOOM, y / (double)ZOOM};
}

// --- shapes by definition: a pixel is in if its centre is ---

typedef bool inside(const void *shape, double x, double y);

static void put(struct wanted *wanted, inside *is_inside, const void *shape, bool masked)
{
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            if (is_inside(shape, x + 0.5, y + 0.5))
                wanted->masked[y][x] = masked;
}

// Both corners' pixels belong to a drawn rectangle.
static bool in_box(const void *shape, double x, double y)
{
    const struct point *p = shape;
    return x > floor(fmin(p[0].x, p[1].x)) && x < floor(fmax(p[0].x, p[1].x)) + 1 &&
           y > floor(fmin(p[0].y, p[1].y)) && y < floor(fmax(p[0].y, p[1].y)) + 1;
}

// In the square of the drag's longer side.
static bool in_circle(const void *shape, double x, double y)
{
    const struct point *p = shape;
    const double radius = fmax(fabs(p[1].x - p[0].x), fabs(p[1].y - p[0].y)) / 2;
    return hypot(x - p[0].x - copysign(radius, p[1].x - p[0].x),
                 y - p[0].y - copysign(radius, p[1].y - p[0].y)) <= radius;
}

// From the centre, with Shift.
static bool in_circle_about(const void *shape, double x, double y)
{
    const struct point *p = shape;
    return hypot(x - p[0].x, y - p[0].y) <= hypot(p[1].x - p[0].x, p[1].y - p[0].y);
}

static bool in_box_about(const void *shape, double x, double y)
{
    const struct point *p = shape;
    return fabs(floor(x) - floor(p[0].x)) <= fabs(floor(p[1].x) - floor(p[0].x)) &&
           fabs(floor(y) - floor(p[0].y)) <= fabs(floor(p[1].y) - floor(p[0].y));
}

static bool in_ellipse(const void *shape, double x, double y)
{
    const struct point *p = shape;
    const double u = (x - (p[0].x + p[1].x) / 2) / fabs(p[1].x - p[0].x) * 2,
                 v = (y - (p[0].y + p[1].y) / 2) / fabs(p[1].y - p[0].y) * 2;
    return u * u + v * v <= 1;
}

enum { MAX_CORNERS = 6 };
struct polygon {
    int count;
    struct point corners[MAX_CORNERS];
};

static bool in_polygon(const void *shape, double x, double y)
{
    const struct polygon *polygon = shape;
    bool in = false;
    for (int i = 0; i < polygon->count; i++) {
        const struct point a = polygon->corners[i], b = polygon->corners[(i + 1) % polygon->count];
        if ((a.y <= y) != (b.y <= y) && x < a.x + (y - a.y) * (b.x - a.x) / (b.y - a.y))
            in = !in;
    }
    return in;
}

// A line of an odd width goes from the centre of a pixel to that of another.
struct stroke {
    struct point from, to;
    double width;
};

static bool in_stroke(const void *shape, double x, double y)
{
    const struct stroke *s = shape;
    const double ax = floor(s->from.x) + 0.5, ay = floor(s->from.y) + 0.5;
    const double dx = floor(s->to.x) + 0.5 - ax, dy = floor(s->to.y) + 0.5 - ay;
    const double square = dx * dx + dy * dy;
    const double at = square > 0 ? fmin(1, fmax(0, ((x - ax) * dx + (y - ay) * dy) / square)) : 0;
    return hypot(x - ax - at * dx, y - ay - at * dy) <= s->width / 2;
}

// About the middle of the image, from the first point's radius and angle to the second's.
static bool in_ring(const void *shape, double x, double y)
{
    const struct point *p = shape, centre = {WIDTH / 2.0, HEIGHT / 2.0};
    const double inner = hypot(p[0].x - centre.x, p[0].y - centre.y),
                 outer = hypot(p[1].x - centre.x, p[1].y - centre.y),
                 radius = hypot(x - centre.x, y - centre.y);
    const double start = atan2(p[0].y - centre.y, p[0].x - centre.x),
                 sweep = atan2(p[1].y - centre.y, p[1].x - centre.x) - start,
                 angle = atan2(y - centre.y, x - centre.x) - start;
    return radius >= inner && radius <= outer && fmod(angle + 4 * PI, 2 * PI) < fmod(sweep + 4 * PI, 2 * PI);
}

// --- the window ---

// The image: dark, with a bright rectangle.
static double value_at(int x, int y)
{
    return x >= 40 && x < 50 && y >= 20 && y < 30 ? 200 : 30;
}

static void colour_masked(const struct look *look, double value, int x, int y, unsigned char rgb[3])
{
    static const double tint[3] = {255, 77, 77}, opacity = 0.6; // of the user's layer
    const struct wanted *wanted = look->context;
    look_gray(look, value, rgb);
    for (int i = 0; i < 3 && wanted->masked[y][x]; i++)
        rgb[i] = (unsigned char)(rgb[i] * (1 - opacity) + tint[i] * opacity + 0.5);
}

static struct image make_image(void)
{
    struct image image = image_create(WIDTH, HEIGHT);
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        image.values[i] = value_at(i % WIDTH, i / WIDTH);
    return image;
}

static struct look look_masked(const struct image *image, const struct wanted *wanted)
{
    struct look look = look_fit(image, WINDOW_WIDTH, WINDOW_HEIGHT);
    look.colour = colour_masked;
    look.context = wanted;
    return look;
}

static void expect_window(struct session *session, const struct wanted *wanted)
{
    struct image image = make_image();
    const struct look look = look_masked(&image, wanted);
    session_expect(session, &image, &look, 1);
    image_free(&image);
}

// What is said of a mask that was written comes soon after its file, over the picture, until the next
// command.
static void expect_message(struct session *session, const struct wanted *wanted)
{
    struct image image = make_image();
    const struct look look = look_masked(&image, wanted);
    struct pixels bare = pixels_paint(&image, &look, WINDOW_WIDTH, WINDOW_HEIGHT);
    int differing = 0;
    for (int waited = 0; differing == 0 && waited < SAVE_DEADLINE_MS; waited += 20) {
        struct pixels shown;
        char text[160];
        assert_true(driven_grab(session->window, &shown));
        differing = pixels_differ(&shown, &bare, 1, text, sizeof text);
        pixels_free(&shown);
        usleep(differing == 0 ? 20000 : 0);
    }
    pixels_free(&bare);
    image_free(&image);
    assert_int_not_equal(differing, 0);
}

// The file that is written is there at once as a whole.
static void expect_file(const char *path, const struct wanted *wanted)
{
    unsigned char bytes[WIDTH * HEIGHT + 1];
    char header[256];
    struct stat status;
    for (int waited = 0; stat(path, &status) != 0 && waited < SAVE_DEADLINE_MS; waited += 20)
        usleep(20000);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s is not written", path);
    assert_int_equal(fread(header, 1, 10, file), 10);
    const size_t length = (unsigned char)header[8] + 256u * (unsigned char)header[9];
    assert_true(length < sizeof header);
    assert_int_equal(fread(header, 1, length, file), length);
    header[length] = '\0';
    assert_non_null(strstr(header, "(40, 64)"));
    assert_non_null(strstr(header, "False")); // not in Fortran's order
    assert_int_equal(fread(bytes, 1, sizeof bytes, file), WIDTH * HEIGHT);
    fclose(file);
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        if ((bytes[i] != 0) != (wanted->masked[i / WIDTH][i % WIDTH] != 0))
            fail_msg("pixel %d, %d is %d in the file", i % WIDTH, i / WIDTH, bytes[i]);
}

// What the window shows and what F9 saves is what is wanted. Without a tool no outline of a brush is shown.
static void expect_mask(struct session *session, const struct wanted *wanted)
{
    driven_key(session->window, "v");
    expect_window(session, wanted);
    remove(saved_path);
    driven_key(session->window, "F9");
    expect_file(saved_path, wanted);
    expect_message(session, wanted);
}

// Opens the image, and as a second one (if not NULL) the same by that name, bare, in mask mode.
static void open_images(struct session *session, const char *commands, const char *second)
{
    const struct wanted nothing = {0};
    struct image image = make_image();
    const char *path = temporary_path("image.npy");
    char line[300], folder[40];
    static int opened;
    // Nothing is remembered of the test before, whose edits were not saved.
    snprintf(folder, sizeof folder, "state%d", ++opened);
    setenv("XDG_STATE_HOME", temporary_path(folder), 1);
    image_save_npy(&image, "|u1", path);
    if (second)
        image_save_npy(&image, "|u1", second = temporary_path(second));
    image_free(&image);
    snprintf(line, sizeof line, "%s; mask.draw on; mask.brush 3; %s", BARE_COMMANDS, commands);
    session_open(session, "--colormap", "gray", "--range", "0:255", "--command", line, path, second, NULL);
    driven_key(session->window, "v");
    expect_window(session, &nothing);
}

static void open_image(struct session *session, const char *commands)
{
    open_images(session, commands, NULL);
}

static void drag(struct session *session, const char *tool, const int at[4])
{
    driven_key(session->window, tool);
    driven_drag(session->window, 1, at[0], at[1], at[2], at[3]);
}

static void click(struct session *session, int x, int y)
{
    driven_move(session->window, x, y);
    driven_button(session->window, 1, true);
    driven_button(session->window, 1, false);
}

// --- tests ---

static void test_dragged_shapes(void **state)
{
    struct session *session = *state;
    static const struct {
        const char *key;
        inside *is_inside;
        int at[4];
        bool shift;
    } shapes[] = {
        {"r", in_box, {105, 107, 333, 268}, false},         {"r", in_box, {605, 707, 433, 568}, false},
        {"r", in_box_about, {655, 107, 713, 148}, true},    {"c", in_circle, {251, 303, 447, 340}, false},
        {"c", in_circle_about, {211, 663, 267, 690}, true}, {"e", in_ellipse, {813, 77, 1107, 311}, false},
        {"k", in_ring, {829, 453, 911, 587}, false},
    };
    struct wanted wanted = {0};
    open_image(session, "mask.centre 32 20");
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        const int *at = shapes[i].at;
        const struct point points[2] = {image_point(at[0], at[1]), image_point(at[2], at[3])};
        driven_key(session->window, shapes[i].key);
        if (shapes[i].shift)
            driven_hold(session->window, "shift", true);
        driven_drag(session->window, 1, at[0], at[1], at[2], at[3]);
        if (shapes[i].shift)
            driven_hold(session->window, "shift", false);
        put(&wanted, shapes[i].is_inside, points, true);
        expect_mask(session, &wanted);
    }
}

static void test_lines(void **state)
{
    struct session *session = *state;
    struct wanted wanted = {0};
    open_image(session, "");
    const int line[4] = {110, 90, 710, 330};
    drag(session, "l", line);
    put(&wanted, in_stroke, &(struct stroke){image_point(110, 90), image_point(710, 330), 3}, true);
    expect_mask(session, &wanted);
    // With the pencil round a corner.
    driven_key(session->window, "p");
    driven_move(session->window, 210, 510);
    driven_button(session->window, 1, true);
    driven_move(session->window, 410, 510);
    driven_move(session->window, 410, 710);
    driven_button(session->window, 1, false);
    put(&wanted, in_stroke, &(struct stroke){image_point(210, 510), image_point(410, 510), 3}, true);
    put(&wanted, in_stroke, &(struct stroke){image_point(410, 510), image_point(410, 710), 3}, true);
    expect_mask(session, &wanted);
    // Single pixels.
    driven_key(session->window, "d");
    click(session, 1010, 130);
    driven_drag(session->window, 1, 1110, 330, 1210, 330);
    put(&wanted, in_stroke, &(struct stroke){image_point(1010, 130), image_point(1010, 130), 1}, true);
    put(&wanted, in_stroke, &(struct stroke){image_point(1110, 330), image_point(1210, 330), 1}, true);
    expect_mask(session, &wanted);
}

// One stroke while two frames that look the same play in turn: all of it is drawn, and it is one step.
static void test_a_stroke_while_frames_play(void **state)
{
    struct session *session = *state;
    struct wanted wanted = {0};
    open_images(session, "frame.loop on; frame.rate 5; frame.play forward", "second.npy");
    driven_key(session->window, "p");
    driven_move(session->window, 210, 310);
    driven_button(session->window, 1, true);
    for (int turn = 0; turn < 3; turn++) {
        assert_true(driven_wait_title(session->window, "second.npy - Fovea"));
        driven_move(session->window, 310 + 300 * turn, 310);
        assert_true(driven_wait_title(session->window, "image.npy - Fovea"));
        driven_move(session->window, 410 + 300 * turn, 310);
    }
    driven_button(session->window, 1, false);
    driven_key(session->window, "space");
    put(&wanted, in_stroke, &(struct stroke){image_point(210, 310), image_point(1010, 310), 3}, true);
    expect_mask(session, &wanted);
    driven_key(session->window, "ctrl+z");
    memset(&wanted, 0, sizeof wanted);
    expect_window(session, &wanted);
}

static void test_width_of_the_brush(void **state)
{
    struct session *session = *state;
    struct wanted wanted = {0};
    open_image(session, "");
    driven_key(session->window, "p");
    driven_key(session->window, "bracketright"); // 3 -> 4 -> 5
    driven_key(session->window, "bracketright");
    click(session, 330, 330);
    put(&wanted, in_stroke, &(struct stroke){image_point(330, 330), image_point(330, 330), 5}, true);
    expect_mask(session, &wanted);
    driven_key(session->window, "p");
    driven_move(session->window, 930, 330);
    driven_hold(session->window, "ctrl", true);
    driven_wheel(session->window, 4); // -> 6 -> 8 -> 10 -> 13
    driven_hold(session->window, "ctrl", false);
    click(session, 930, 330);
    put(&wanted, in_stroke, &(struct stroke){image_point(930, 330), image_point(930, 330), 13}, true);
    expect_mask(session, &wanted);
}

static void test_flood(void **state)
{
    struct session *session = *state;
    struct wanted wanted = {0};
    open_image(session, "");
    driven_key(session->window, "g");
    click(session, 890, 490);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            wanted.masked[y][x] = value_at(x, y) == 200;
    expect_mask(session, &wanted);
}

// Clicks, a point that is taken back, and three ways to close.
static void test_polygons(void **state)
{
    struct session *session = *state;
    struct wanted wanted = {0};
    const struct polygon first = {
        4, {image_point(111, 91), image_point(403, 133), image_point(391, 357), image_point(247, 173)}};
    const struct polygon second = {3, {image_point(601, 85), image_point(903, 135), image_point(733, 357)}};
    const struct polygon third = {3, {image_point(611, 485), image_point(913, 455), image_point(801, 701)}};
    open_image(session, "");
    driven_key(session->window, "s");
    click(session, 111, 91);
    click(session, 403, 133);
    click(session, 1003, 633);
    driven_key(session->window, "BackSpace");
    click(session, 391, 357);
    click(session, 247, 173);
    driven_key(session->window, "Return");
    put(&wanted, in_polygon, &first, true);
    expect_mask(session, &wanted);
    driven_key(session->window, "s");
    click(session, 601, 85);
    click(session, 903, 135);
    click(session, 733, 357);
    click(session, 604, 87); // near enough to the first
    put(&wanted, in_polygon, &second, true);
    expect_mask(session, &wanted);
    driven_key(session->window, "s");
    click(session, 611, 485);
    click(session, 913, 455);
    click(session, 801, 701);
    click(session, 801, 701);
    put(&wanted, in_polygon, &third, true);
    expect_mask(session, &wanted);
}

static void test_undo_and_opposite(void **state)
{
    struct session *session = *state;
    static const int large[4] = {205, 207, 833, 568}, hole[4] = {305, 307, 533, 468},
                     last[4] = {905, 7, 1233, 68};
    struct wanted steps[4] = {0};
    const struct point points[3][2] = {{image_point(large[0], large[1]), image_point(large[2], large[3])},
                                       {image_point(hole[0], hole[1]), image_point(hole[2], hole[3])},
                                       {image_point(last[0], last[1]), image_point(last[2], last[3])}};
    for (int i = 0; i < 3; i++) {
        steps[i + 1] = steps[i];
        put(&steps[i + 1], in_box, points[i], i != 1);
    }
    open_image(session, "");
    drag(session, "r", large);
    driven_hold(session->window, "ctrl", true);
    driven_drag(session->window, 1, hole[0], hole[1], hole[2], hole[3]);
    driven_hold(session->window, "ctrl", false);
    expect_mask(session, &steps[2]);
    drag(session, "r", last);
    expect_mask(session, &steps[3]);
    for (int i = 2; i >= 0; i--) {
        driven_key(session->window, "ctrl+z");
        expect_window(session, &steps[i]);
    }
    driven_key(session->window, "ctrl+y");
    expect_window(session, &steps[1]);
    driven_key(session->window, "ctrl+shift+z");
    expect_mask(session, &steps[2]);
    // What unmasks by itself masks with Ctrl.
    driven_key(session->window, "x");
    drag(session, "r", large);
    expect_mask(session, &steps[0]);
}

static void test_escape_and_borders(void **state)
{
    struct session *session = *state;
    struct wanted wanted = {0};
    open_image(session, "");
    driven_key(session->window, "r");
    driven_move(session->window, 105, 107);
    driven_button(session->window, 1, true);
    driven_move(session->window, 305, 307);
    driven_key(session->window, "Escape");
    driven_button(session->window, 1, false);
    // Mask mode goes on; a drag may leave the window. (Not at once after the release: the window gives the
    // mouse back then, and a grab that begins meanwhile would be lost with it.)
    expect_mask(session, &wanted);
    driven_key(session->window, "r");
    driven_drag(session->window, 1, 1005, 607, 1395, 905);
    const struct point corner[2] = {image_point(1005, 607), image_point(1395, 905)};
    put(&wanted, in_box, corner, true);
    expect_mask(session, &wanted);
    // A pencil's stroke is taken back as a whole.
    driven_key(session->window, "p");
    driven_move(session->window, 105, 107);
    driven_button(session->window, 1, true);
    driven_move(session->window, 305, 307);
    driven_move(session->window, 505, 107);
    driven_key(session->window, "Escape");
    driven_button(session->window, 1, false);
    expect_mask(session, &wanted);
}

// What has been drawn of a shape stays where it is in the image.
static void test_zoom_and_pan_while_drawing(void **state)
{
    struct session *session = *state;
    struct wanted wanted = {0};
    open_image(session, "");
    driven_key(session->window, "s");
    click(session, 211, 191);
    click(session, 803, 233);
    driven_move(session->window, 300, 200);
    driven_wheel(session->window, 2);
    driven_drag(session->window, 2, 500, 500, 400, 460);
    // The wheel zooms at the mouse; then the picture was moved by (-100, -40).
    const double zoom = ZOOM * 1.25 * 1.25;
    const double left = 300 / (double)ZOOM - 300 / zoom + 100 / zoom,
                 top = 200 / (double)ZOOM - 200 / zoom + 40 / zoom;
    click(session, 641, 607);
    const struct polygon polygon = {
        3, {image_point(211, 191), image_point(803, 233), {left + 641 / zoom, top + 607 / zoom}}};
    driven_key(session->window, "Return");
    driven_key(session->window, "0");
    put(&wanted, in_polygon, &polygon, true);
    expect_mask(session, &wanted);
    // While the left button is down.
    driven_key(session->window, "r");
    driven_move(session->window, 905, 407);
    driven_button(session->window, 1, true);
    driven_move(session->window, 955, 457);
    driven_button(session->window, 2, true);
    driven_move(session->window, 855, 417);
    driven_button(session->window, 2, false);
    driven_move(session->window, 945, 497);
    driven_button(session->window, 1, false);
    const struct point box[2] = {image_point(905, 407), image_point(945 + 100, 497 + 40)};
    driven_key(session->window, "0");
    put(&wanted, in_box, box, true);
    expect_mask(session, &wanted);
}

static void test_dialog(void **state)
{
    struct session *session = *state;
    static const int at[4] = {105, 107, 333, 268};
    struct wanted wanted = {0};
    char path[512];
    snprintf(path, sizeof path, "%s", temporary_path("dialog.npy"));
    remove(path);
    open_image(session, "");
    drag(session, "r", at);
    const struct point points[2] = {image_point(at[0], at[1]), image_point(at[2], at[3])};
    put(&wanted, in_box, points, true);
    driven_key(session->window, "v");
    expect_window(session, &wanted);
    driven_key(session->window, "ctrl+shift+s");
    driven_key(session->window, "ctrl+a");
    driven_type(session->window, path);
    driven_key(session->window, "Return");
    expect_file(path, &wanted);
}

static int set_up(void **state)
{
    char folder[400], path[512];
    snprintf(folder, sizeof folder, "%s", temporary_path("config"));
    snprintf(saved_path, sizeof saved_path, "%s", temporary_path("saved.npy"));
    snprintf(path, sizeof path, "%s/fovea", folder);
    mkdir(folder, 0700);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/fovea/bindings.txt", folder);
    FILE *file = fopen(path, "w");
    if (!file)
        return -1;
    fprintf(file, "F9 mask.save %s\n", saved_path);
    fclose(file);
    setenv("FOVEA_TEST_CONFIG", folder, 1);
    return session_group_setup(state);
}

#define TEST(function) cmocka_unit_test_teardown(function, session_teardown)

int main(void)
{
    if (!session_ready())
        return 77;
    const struct CMUnitTest tests[] = {
        TEST(test_dragged_shapes),
        TEST(test_lines),
        TEST(test_a_stroke_while_frames_play),
        TEST(test_width_of_the_brush),
        TEST(test_flood),
        TEST(test_polygons),
        TEST(test_undo_and_opposite),
        TEST(test_escape_and_borders),
        TEST(test_zoom_and_pan_while_drawing),
        TEST(test_dialog),
    };
    return cmocka_run_group_tests_name("window_mask", tests, set_up, session_group_teardown);
}
