// SPDX-License-Identifier: MIT
// The real window with several images: exact pixels of each pane, and which of them keys and mouse act on.
#include "support/hdf5_file.h"
#include "support/testdata.h"
#include "support/window_session.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Images that fit the left half of the window, and the right one, which is narrower by the line between them.
enum { COLUMNS = 64, ROWS = 40, LEFT = 640, RIGHT = WINDOW_WIDTH - LEFT - 1, RIGHT_X = LEFT + 1 };

static const unsigned char LINE[3] = {58, 62, 67};

struct pair {
    struct image left, right;
    char left_path[512], right_path[512];
};

static struct pair make_pair(void)
{
    struct pair pair = {image_pattern(COLUMNS, ROWS), image_create(COLUMNS, ROWS), "", ""};
    for (int i = 0; i < COLUMNS * ROWS; i++)
        pair.right.values[i] = 255 - pair.left.values[(i * 7) % (COLUMNS * ROWS)];
    snprintf(pair.left_path, sizeof pair.left_path, "%s", temporary_path("left.npy"));
    snprintf(pair.right_path, sizeof pair.right_path, "%s", temporary_path("right.npy"));
    image_save_npy(&pair.left, "|u1", pair.left_path);
    image_save_npy(&pair.right, "|u1", pair.right_path);
    return pair;
}

static void free_pair(struct pair *pair)
{
    image_free(&pair->left);
    image_free(&pair->right);
}

static void open_pair(struct session *session, const struct pair *pair)
{
    // The colour bar is each pane's own.
    session_open(session, BARE_OPTIONS, "--grid", "2x1", "--command",
                 "pane.next; view.colour_bar off; pane.back", pair->left_path, pair->right_path, NULL);
}

static void place(struct pixels *whole, const struct pixels *part, int x)
{
    for (int row = 0; row < part->height; row++) {
        const size_t at = (size_t)row * (size_t)whole->width + (size_t)x,
                     from = (size_t)row * (size_t)part->width;
        memcpy(whole->rgb + 3 * at, part->rgb + 3 * from, (size_t)part->width * 3);
        if (part->doubt)
            memcpy(whole->doubt + at, part->doubt + from, (size_t)part->width);
    }
}

// Fails unless the window comes to show both so; NULL is the whole image.
static void expect_pair(struct session *session, const struct image *left, const struct look *left_look,
                        const struct image *right, const struct look *right_look)
{
    const struct look left_fit = look_fit(left, LEFT, WINDOW_HEIGHT),
                      right_fit = look_fit(right, RIGHT, WINDOW_HEIGHT);
    struct pixels a = pixels_paint(left, left_look ? left_look : &left_fit, LEFT, WINDOW_HEIGHT);
    struct pixels b = pixels_paint(right, right_look ? right_look : &right_fit, RIGHT, WINDOW_HEIGHT);
    const size_t count = (size_t)WINDOW_WIDTH * WINDOW_HEIGHT;
    struct pixels whole = {
        .width = WINDOW_WIDTH, .height = WINDOW_HEIGHT, .rgb = calloc(count, 3), .doubt = calloc(count, 1)};
    assert_true(whole.rgb && whole.doubt);
    for (int row = 0; row < WINDOW_HEIGHT; row++)
        memcpy(whole.rgb + 3 * ((size_t)row * WINDOW_WIDTH + LEFT), LINE, 3);
    place(&whole, &a, 0);
    place(&whole, &b, RIGHT_X);
    char text[200];
    const int differ = driven_wait_for(session->window, &whole, 0, text, sizeof text);
    if (differ)
        fail_msg("%d pixels differ: %s", differ, text);
    pixels_free(&a);
    pixels_free(&b);
    pixels_free(&whole);
}

static void click(struct session *session, int x, int y)
{
    driven_move(session->window, x, y);
    driven_button(session->window, 1, true);
    driven_button(session->window, 1, false);
}

// The mouse is there when a file is let go.
static void drop(struct session *session, const char *path, int x, int y)
{
    driven_move(session->window, x, y);
    assert_true(driven_drop(session->window, &path, 1, x, y));
}

// --- what is shown ---

static void test_grid(void **state)
{
    struct session *session = *state;
    struct pair pair = make_pair();
    open_pair(session, &pair);
    expect_pair(session, &pair.left, NULL, &pair.right, NULL);
    free_pair(&pair);
}

static void test_keys_act_on_the_active_pane(void **state)
{
    struct session *session = *state;
    struct pair pair = make_pair();
    open_pair(session, &pair);
    expect_pair(session, &pair.left, NULL, &pair.right, NULL);
    click(session, RIGHT_X + 100, 400);
    assert_true(driven_wait_title(session->window, "right.npy - Fovea"));
    driven_key(session->window, "i");
    struct look reversed = look_fit(&pair.right, RIGHT, WINDOW_HEIGHT);
    reversed.reversed = true;
    expect_pair(session, &pair.left, NULL, &pair.right, &reversed);
    driven_key(session->window, "F6");
    assert_true(driven_wait_title(session->window, "left.npy - Fovea"));
    driven_key(session->window, "i");
    struct look left = look_fit(&pair.left, LEFT, WINDOW_HEIGHT);
    left.reversed = true;
    expect_pair(session, &pair.left, &left, &pair.right, &reversed);
    free_pair(&pair);
}

static void test_the_wheel_zooms_what_is_under_the_mouse(void **state)
{
    struct session *session = *state;
    struct pair pair = make_pair();
    open_pair(session, &pair);
    expect_pair(session, &pair.left, NULL, &pair.right, NULL);
    const double factor = 1.25 * 1.25;
    // In the middle of the right pane, whose centre stays.
    driven_move(session->window, RIGHT_X + RIGHT / 2, WINDOW_HEIGHT / 2);
    driven_wheel(session->window, 2);
    struct pixels before = {0};
    assert_true(driven_settle(session->window, &before));
    struct look right = look_fit(&pair.right, RIGHT, WINDOW_HEIGHT);
    const double fit = right.zoom;
    right.zoom *= factor;
    right.center_x += 0.5 * (1 / right.zoom - 1 / fit) * (RIGHT % 2 ? 1 : 0);
    pixels_free(&before);
    expect_pair(session, &pair.left, NULL, &pair.right, &right);
    free_pair(&pair);
}

static void test_linked_views(void **state)
{
    struct session *session = *state;
    struct pair pair = make_pair();
    open_pair(session, &pair);
    expect_pair(session, &pair.left, NULL, &pair.right, NULL);
    driven_key(session->window, "3"); // four screen pixels each, in the left one
    struct look look = {.zoom = 4, .center_x = COLUMNS / 2.0, .center_y = ROWS / 2.0};
    expect_pair(session, &pair.left, &look, &pair.right, NULL);
    driven_hold(session->window, "shift", true);
    driven_key(session->window, "v");
    driven_hold(session->window, "shift", false);
    expect_pair(session, &pair.left, &look, &pair.right, &look);
    driven_key(session->window, "2");
    look.zoom = 2;
    expect_pair(session, &pair.left, &look, &pair.right, &look);
    free_pair(&pair);
}

static void test_alone_and_back_and_forth(void **state)
{
    struct session *session = *state;
    struct pair pair = make_pair();
    open_pair(session, &pair);
    expect_pair(session, &pair.left, NULL, &pair.right, NULL);
    driven_key(session->window, "Return");
    session_expect_fit(session, &pair.left);
    driven_key(session->window, "F6");
    session_expect_fit(session, &pair.right);
    driven_key(session->window, "grave");
    session_expect_fit(session, &pair.left);
    driven_key(session->window, "grave");
    session_expect_fit(session, &pair.right);
    driven_key(session->window, "Return");
    expect_pair(session, &pair.left, NULL, &pair.right, NULL);
    free_pair(&pair);
}

static void test_splitting_and_closing(void **state)
{
    struct session *session = *state;
    struct pair pair = make_pair();
    session_open(session, BARE_OPTIONS, pair.left_path, NULL);
    session_expect_fit(session, &pair.left);
    driven_key(session->window, "backslash");
    expect_pair(session, &pair.left, NULL, &pair.left, NULL);
    driven_hold(session->window, "ctrl", true);
    driven_key(session->window, "w");
    driven_hold(session->window, "ctrl", false);
    session_expect_fit(session, &pair.left);
    free_pair(&pair);
}

static void test_a_file_dropped_on_a_pane(void **state)
{
    struct session *session = *state;
    struct pair pair = make_pair();
    open_pair(session, &pair);
    expect_pair(session, &pair.left, NULL, &pair.right, NULL);
    const char *path = pair.left_path;
    drop(session, path, RIGHT_X + 50, 300);
    expect_pair(session, &pair.left, NULL, &pair.left, NULL);
    assert_true(driven_wait_title(session->window, "left.npy - Fovea"));
    path = pair.right_path;
    drop(session, path, 50, 300);
    expect_pair(session, &pair.right, NULL, &pair.left, NULL);
    free_pair(&pair);
}

static void test_the_line_between_panes_moves(void **state)
{
    struct session *session = *state;
    struct pair pair = make_pair();
    open_pair(session, &pair);
    expect_pair(session, &pair.left, NULL, &pair.right, NULL);
    struct pixels before = {0};
    assert_true(driven_settle(session->window, &before));
    driven_drag(session->window, 1, LEFT, 400, 900, 400);
    session_expect_change(session, &before);
    assert_memory_equal(before.rgb + 3 * ((size_t)20 * WINDOW_WIDTH + 900), LINE, 3);
    pixels_free(&before);
    free_pair(&pair);
}

static void test_panes_change_places(void **state)
{
    struct session *session = *state;
    struct pair pair = make_pair();
    session_open(session, BARE_OPTIONS, "--grid", "2x1", "--command",
                 "pane.next; view.colour_bar off; pane.back; pane.swap 2", pair.left_path, pair.right_path,
                 NULL);
    expect_pair(session, &pair.right, NULL, &pair.left, NULL);
    free_pair(&pair);
}

// --- links ---

static void test_linked_contrast(void **state)
{
    struct session *session = *state;
    struct pair pair = make_pair();
    open_pair(session, &pair);
    expect_pair(session, &pair.left, NULL, &pair.right, NULL);
    struct look left = look_fit(&pair.left, LEFT, WINDOW_HEIGHT),
                right = look_fit(&pair.right, RIGHT, WINDOW_HEIGHT);
    left.reversed = true;
    driven_key(session->window, "i");
    expect_pair(session, &pair.left, &left, &pair.right, NULL);
    driven_hold(session->window, "ctrl", true);
    driven_hold(session->window, "shift", true);
    driven_key(session->window, "v");
    driven_hold(session->window, "shift", false);
    driven_hold(session->window, "ctrl", false);
    right.reversed = true;
    expect_pair(session, &pair.left, &left, &pair.right, &right);
    left.reversed = right.reversed = false;
    driven_key(session->window, "i");
    expect_pair(session, &pair.left, NULL, &pair.right, NULL);
    free_pair(&pair);
}

static void test_linked_frames(void **state)
{
    struct session *session = *state;
    struct pair pair = make_pair();
    const struct image left[] = {pair.left, pair.right}, right[] = {pair.right, pair.left};
    char paths[2][512];
    snprintf(paths[0], sizeof paths[0], "%s", temporary_path("left.tif"));
    snprintf(paths[1], sizeof paths[1], "%s", temporary_path("right.tif"));
    images_save_tiff(left, 2, paths[0]);
    images_save_tiff(right, 2, paths[1]);
    session_open(session, BARE_OPTIONS, "--grid", "2x1", "--command",
                 "pane.next; view.colour_bar off; pane.back; pane.link frame", paths[0], paths[1], NULL);
    expect_pair(session, &pair.left, NULL, &pair.right, NULL);
    driven_key(session->window, "Page_Down");
    expect_pair(session, &pair.right, NULL, &pair.left, NULL);
    driven_key(session->window, "Page_Up");
    expect_pair(session, &pair.left, NULL, &pair.right, NULL);
    free_pair(&pair);
}

// Fails unless all pixels that differ lie about (x, y), and some do.
static void expect_cross(const struct pixels *before, const struct pixels *after, int x, int y)
{
    enum { REACH = 12 };
    int inside = 0;
    for (int row = 0; row < WINDOW_HEIGHT; row++) {
        for (int column = 0; column < WINDOW_WIDTH; column++) {
            const size_t at = 3 * ((size_t)row * WINDOW_WIDTH + (size_t)column);
            if (memcmp(before->rgb + at, after->rgb + at, 3) == 0)
                continue;
            if (abs(column - x) > REACH || abs(row - y) > REACH)
                fail_msg("the pixel at %d, %d differs", column, row);
            inside++;
        }
    }
    assert_true(inside >= 30); // two crossed lines of some 18 pixels
}

// The pixel under the mouse in one pane is marked in the other.
static void test_linked_pointer(void **state)
{
    struct session *session = *state;
    struct pair pair = make_pair();
    session_open(session, BARE_OPTIONS, "--grid", "2x1", "--command",
                 "pane.next; view.colour_bar off; pane.back; pane.link pointer; pane.link view",
                 pair.left_path, pair.right_path, NULL);
    driven_move(session->window, 5, 5); // beside the image
    driven_key(session->window, "3");
    struct look look = {.zoom = 4, .center_x = COLUMNS / 2.0, .center_y = ROWS / 2.0};
    expect_pair(session, &pair.left, &look, &pair.right, &look);
    struct pixels before = {0}, after = {0};
    assert_true(driven_settle(session->window, &before));
    // The pixel 10, 5 to the lower right of the middle, whose own middle is 42, 22 screen pixels from there.
    driven_move(session->window, LEFT / 2 + 42, WINDOW_HEIGHT / 2 + 22);
    assert_true(driven_wait_change(session->window, &before, &after));
    expect_cross(&before, &after, RIGHT_X + RIGHT / 2 + 42, WINDOW_HEIGHT / 2 + 22);
    pixels_free(&before);
    pixels_free(&after);
    free_pair(&pair);
}

static void test_blink(void **state)
{
    struct session *session = *state;
    struct pair pair = make_pair();
    session_open(session, BARE_OPTIONS, "--grid", "2x1", "--command",
                 "pane.next; view.colour_bar off; pane.back; pane.blink 2", pair.left_path, pair.right_path,
                 NULL);
    session_expect_fit(session, &pair.right);
    session_expect_fit(session, &pair.left);
    session_expect_fit(session, &pair.right);
    free_pair(&pair);
}

// --- heads ---

// Pixels of the line over the head of the active pane, and the middle of it.
static int find_accent(const struct pixels *pixels, int *x, int *y)
{
    static const unsigned char accent[3] = {108, 180, 255};
    int most = 0;
    for (int row = 0; row < pixels->height; row++) {
        int count = 0, sum = 0;
        for (int column = 0; column < pixels->width; column++) {
            const size_t at = 3 * ((size_t)row * (size_t)pixels->width + (size_t)column);
            if (memcmp(pixels->rgb + at, accent, 3) != 0)
                continue;
            count++;
            sum += column;
        }
        if (count > most) {
            most = count;
            *x = sum / count;
            *y = row + 8;
        }
    }
    return most;
}

static void double_click(struct session *session, int x, int y)
{
    click(session, x, y);
    driven_button(session->window, 1, true);
    driven_button(session->window, 1, false);
}

// A double click on the head of a pane shows it alone, another one all of them again.
static void test_a_double_click_on_a_head(void **state)
{
    struct session *session = *state;
    struct pair pair = make_pair();
    session_open(session, "--colormap", "gray", "--range", "0:255", "--grid", "2x1", pair.left_path,
                 pair.right_path, NULL);
    struct pixels before = {0}, alone = {0}, after = {0};
    int x = 0, y = 0, other_x = 0, other_y = 0;
    driven_move(session->window, 640, 600);
    assert_true(driven_settle(session->window, &before));
    const int part = find_accent(&before, &x, &y);
    assert_true(part > 100);
    double_click(session, x, y);
    assert_true(driven_wait_change(session->window, &before, &alone));
    assert_true(driven_settle(session->window, &alone));
    const int whole = find_accent(&alone, &other_x, &other_y);
    assert_in_range(whole, 2 * part, 2 * part + 2); // and the line between them
    double_click(session, x + 100, y); // elsewhere, so that it is no fourth click of the same place
    assert_true(driven_wait_change(session->window, &alone, &after));
    assert_true(driven_settle(session->window, &after));
    assert_int_equal(find_accent(&after, &other_x, &other_y), part);
    assert_int_equal(other_x, x);
    pixels_free(&before);
    pixels_free(&alone);
    pixels_free(&after);
    free_pair(&pair);
}

// --- processes that read HDF5 files ---

// Kills all that the program has now; how many.
static int kill_workers(int viewer)
{
    int killed = 0;
    DIR *processes = opendir("/proc");
    assert_non_null(processes);
    for (const struct dirent *entry; (entry = readdir(processes));) {
        char path[300], name[64];
        int parent = 0;
        snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
        FILE *stat = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' ? fopen(path, "r") : NULL;
        if (stat && fscanf(stat, "%*d (%63[^)]) %*c %d", name, &parent) == 2 && parent == viewer &&
            strcmp(name, "fovea-hdf5") == 0)
            killed += kill(atoi(entry->d_name), SIGKILL) == 0;
        if (stat)
            fclose(stat);
    }
    closedir(processes);
    return killed;
}

// The middle of the left pane, which no message covers, shows the image.
static void expect_left(struct session *session, const struct image *left)
{
    const struct look look = look_fit(left, LEFT, WINDOW_HEIGHT);
    struct pixels wanted = pixels_paint(left, &look, LEFT, WINDOW_HEIGHT), got;
    assert_true(driven_grab(session->window, &got));
    for (int row = 350; row < 450; row++)
        assert_memory_equal(got.rgb + 3 * (size_t)row * WINDOW_WIDTH, wanted.rgb + 3 * (size_t)row * LEFT,
                            3 * LEFT);
    pixels_free(&wanted);
    pixels_free(&got);
}

// However a load of an HDF5 file ends when its process is killed: the other pane stays, and the next try
// works.
static void test_killed_workers_disturb_no_other_pane(void **state)
{
    enum { ROUNDS = 12 };
    struct session *session = *state;
    struct pair pair = make_pair();
    uint8_t samples[COLUMNS * ROWS];
    for (int i = 0; i < COLUMNS * ROWS; i++)
        samples[i] = (uint8_t)pair.right.values[i];
    const hsize_t dims[] = {ROWS, COLUMNS};
    const hid_t file = hdf5_create("right.h5");
    hdf5_put_array(file, "/data", H5T_STD_U8LE, 2, dims, samples);
    H5Fclose(file);
    snprintf(pair.right_path, sizeof pair.right_path, "%s", temporary_path("right.h5"));
    open_pair(session, &pair);
    expect_pair(session, &pair.left, NULL, &pair.right, NULL);
    click(session, RIGHT_X + 100, 400);
    assert_true(driven_wait_title(session->window, "right.h5 - Fovea"));
    for (int round = 0; round < ROUNDS; round++) {
        driven_key(session->window, "F5");
        usleep(1000 * (unsigned)round);
        for (int i = 0, killed = 0; i < 20 || (killed == 0 && i < 5000); i++) {
            killed += kill_workers(driven_pid(session->window));
            usleep(500);
        }
        session_expect_alive(session);
        expect_left(session, &pair.left);
        driven_key(session->window, "Escape"); // takes the sentence away
        driven_key(session->window, "F5");
        expect_pair(session, &pair.left, NULL, &pair.right, NULL);
    }
    free_pair(&pair);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, session_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_grid),
        TEST(test_killed_workers_disturb_no_other_pane),
        TEST(test_keys_act_on_the_active_pane),
        TEST(test_the_wheel_zooms_what_is_under_the_mouse),
        TEST(test_linked_views),
        TEST(test_alone_and_back_and_forth),
        TEST(test_splitting_and_closing),
        TEST(test_a_file_dropped_on_a_pane),
        TEST(test_the_line_between_panes_moves),
        TEST(test_panes_change_places),
        TEST(test_linked_contrast),
        TEST(test_linked_frames),
        TEST(test_linked_pointer),
        TEST(test_blink),
        TEST(test_a_double_click_on_a_head),
    };
    if (!session_ready())
        return 77;
    cmocka_set_test_filter(getenv("CMOCKA_TEST_FILTER"));
    return cmocka_run_group_tests(tests, session_group_setup, session_group_teardown);
}
