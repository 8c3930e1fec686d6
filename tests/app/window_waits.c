// SPDX-License-Identifier: MIT
// The real window on a disk that does not answer: every read of the named files hangs until the test lets it
// go (support/slow_reads.c), and what a person does meanwhile must be answered before that. Nothing depends
// on time: a window that waits for a file would wait for ever. The main thread must not even have touched
// one.
#include "support/png_reader.h"
#include "support/testdata.h"
#include "support/window_session.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH = 64, HEIGHT = 40, FRAMES = 3, WIDE_WIDTH = 250, WIDE_HEIGHT = 400 };

static char gate[256], hung[300], touched[300];

// --- the disk ---

// Opens a window in which the files whose path holds `word` are behind the gate, which is open.
#define OPEN_BEHIND_GATE(session, word, ...)                                                                 \
    do {                                                                                                     \
        place_gate(word);                                                                                    \
        session_open(session, __VA_ARGS__, NULL);                                                            \
        unsetenv("LD_PRELOAD");                                                                              \
    } while (0)

static void place_gate(const char *word)
{
    snprintf(gate, sizeof gate, "%s", temporary_path("gate"));
    snprintf(hung, sizeof hung, "%s.hung", gate);
    snprintf(touched, sizeof touched, "%s.main", gate);
    unlink(gate);
    unlink(hung);
    unlink(touched);
    setenv("FOVEA_TEST_SLOW_NAME", word, 1);
    setenv("FOVEA_TEST_SLOW_GATE", gate, 1);
    setenv("LD_PRELOAD", FOVEA_TEST_SLOW_READS, 1);
}

static void shut(void)
{
    unlink(hung);
    unlink(touched);
    FILE *file = fopen(gate, "w");
    assert_non_null(file);
    fclose(file);
}

static void let_go(void)
{
    unlink(gate);
}

// Waits until a read hangs.
static void expect_hung(void)
{
    const struct timespec pause = {0, 5000000};
    for (int i = 0; i < DRIVER_DEADLINE_MS / 5 && access(hung, F_OK) != 0; i++)
        nanosleep(&pause, NULL);
    if (access(hung, F_OK) != 0)
        fail_msg("nothing reads the file");
}

// The main thread has not asked for a file behind the gate since it was shut.
static void expect_untouched(void)
{
    char calls[4000] = "";
    FILE *file = fopen(touched, "r");
    if (!file)
        return;
    calls[fread(calls, 1, sizeof calls - 1, file)] = '\0';
    fclose(file);
    fail_msg("the main thread calls %s", calls);
}

// A change of the colours, which needs no file, is answered while a read hangs.
static void expect_answer(struct session *session)
{
    struct pixels pixels;
    assert_true(driven_grab(session->window, &pixels));
    driven_key(session->window, "i");
    session_expect_change(session, &pixels);
    pixels_free(&pixels);
    expect_untouched();
    assert_int_equal(access(gate, F_OK), 0);
}

static int teardown(void **state)
{
    let_go();
    return session_teardown(state);
}

// --- what is behind it ---

static const char *folder_file(const char *folder, const char *name)
{
    char path[256];
    mkdir(temporary_path(folder), 0700);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return temporary_path(path);
}

// Values that float32 does not hold.
static const char *wide_image(void)
{
    const char *path = folder_file("wide", "slow.npy");
    struct image image = image_pattern(WIDE_WIDTH, WIDE_HEIGHT);
    for (int i = 0; i < WIDE_WIDTH * WIDE_HEIGHT; i++)
        image.values[i] += 0.1;
    image_save_npy(&image, "<f8", path);
    image_free(&image);
    return path;
}

static double value_of(int frame)
{
    return 40 + 60 * frame;
}

// Files f_1.npy to f_3.npy, each of one value; the pattern that names them.
static const char *series(void)
{
    char name[32];
    for (int frame = 0; frame < FRAMES; frame++) {
        struct image image = image_constant(WIDTH, HEIGHT, value_of(frame));
        snprintf(name, sizeof name, "f_%d.npy", frame + 1);
        image_save_npy(&image, "|u1", folder_file("series", name));
        image_free(&image);
    }
    return folder_file("series", "f_*.npy");
}

static void expect_frame(struct session *session, int frame)
{
    struct image image = image_constant(WIDTH, HEIGHT, value_of(frame));
    session_expect_fit(session, &image);
    image_free(&image);
}

// --- tests ---

static void test_hovering_over_64_bit_pixels(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    OPEN_BEHIND_GATE(session, "slow.npy", wide_image());
    assert_true(driven_wait_title(session->window, "slow.npy - Fovea"));
    driven_move(session->window, 640, 200);
    assert_true(driven_settle(session->window, &pixels));
    shut();
    driven_move(session->window, 640, 600);
    expect_hung();
    expect_answer(session);
    pixels_free(&pixels);
    assert_true(driven_settle(session->window, &pixels));
    let_go(); // the value that was shown as float32 is shown exactly
    session_expect_change(session, &pixels);
    expect_untouched();
    pixels_free(&pixels);
}

static void test_the_header_panel(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    struct image image = image_constant(WIDTH, HEIGHT, 100);
    image_save_fits(&image, temporary_path("slow.fits"));
    OPEN_BEHIND_GATE(session, "slow.fits", BARE_OPTIONS, temporary_path("slow.fits"));
    session_expect_fit(session, &image);
    image_free(&image);
    driven_key(session->window, "Tab");
    assert_true(driven_settle(session->window, &pixels));
    shut();
    driven_key(session->window, "ctrl+i");
    session_expect_change(session, &pixels); // the panel, without its lines
    expect_hung();
    driven_type(session->window, "naxis");
    session_expect_change(session, &pixels); // in the panel's field
    expect_untouched();
    let_go();
    session_expect_change(session, &pixels); // the lines with that word
    expect_untouched();
    pixels_free(&pixels);
}

static void test_a_step(void **state)
{
    struct session *session = *state;
    OPEN_BEHIND_GATE(session, "f_2.npy", "--prefetch", "0", BARE_OPTIONS, series());
    expect_frame(session, 0);
    shut();
    driven_key(session->window, "Right");
    expect_hung();
    expect_answer(session);
    driven_key(session->window, "i");
    let_go();
    expect_frame(session, 1);
    expect_untouched();
}

// Escape, another step and leaving while the frame that is wanted hangs.
static void test_a_step_is_given_up(void **state)
{
    struct session *session = *state;
    OPEN_BEHIND_GATE(session, "f_2.npy", "--prefetch", "0", BARE_OPTIONS, series());
    expect_frame(session, 0);
    shut();
    driven_key(session->window, "Right");
    expect_hung();
    driven_key(session->window, "Escape");
    driven_key(session->window, "Right"); // on to the third
    expect_frame(session, 2);
    driven_key(session->window, "ctrl+q");
    assert_int_equal(driven_wait_exit(session->window), 0);
    assert_int_equal(access(gate, F_OK), 0);
    expect_untouched();
}

// Files on the way have to be opened to know how far ten steps lead.
static void test_many_steps_over_unknown_files(void **state)
{
    struct session *session = *state;
    OPEN_BEHIND_GATE(session, "f_2.npy", "--prefetch", "0", BARE_OPTIONS, series());
    expect_frame(session, 0);
    shut();
    driven_key(session->window, "ctrl+Next");
    expect_hung();
    expect_answer(session);
    driven_key(session->window, "i");
    driven_key(session->window, "Escape"); // gives the steps up, with what hangs
    driven_key(session->window, "ctrl+Next");
    let_go();
    expect_frame(session, 2);
    expect_untouched();
}

static void expect_level(struct session *session, double value)
{
    struct image image = image_constant(WIDTH, HEIGHT, value);
    session_expect_fit(session, &image);
    image_free(&image);
}

// Opens the first file of the series in mask mode with the pencil, masked pixels black, and begins an
// operation whose reads hang: to mask what has the value under the mouse, which is all.
static void begin_operation(struct session *session)
{
    OPEN_BEHIND_GATE(session, "f_1.npy", "--prefetch", "0", BARE_OPTIONS, "--mask-color", "black",
                     "--mask-opacity", "1", series());
    expect_frame(session, 0);
    driven_key(session->window, "m");
    driven_key(session->window, "p");
    driven_move(session->window, 400, 300);
    shut();
    driven_key(session->window, "ctrl+comma");
    expect_hung();
}

static void test_drawing_while_an_operation_hangs(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    begin_operation(session);
    assert_true(driven_grab(session->window, &pixels));
    driven_drag(session->window, 1, 400, 300, 500, 400);
    session_expect_change(session, &pixels);
    pixels_free(&pixels);
    expect_untouched();
    driven_key(session->window, "v"); // without the outline of the pencil
    let_go();
    expect_level(session, 0);              // all is masked
    driven_key(session->window, "ctrl+z"); // as one step, which leaves what was drawn
    driven_key(session->window, "ctrl+z");
    expect_frame(session, 0);
    expect_untouched();
}

static void test_escape_ends_an_operation_that_hangs(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    begin_operation(session);
    assert_true(driven_grab(session->window, &pixels));
    driven_key(session->window, "Escape");
    session_expect_change(session, &pixels); // says that it was stopped
    pixels_free(&pixels);
    driven_key(session->window, "m");
    let_go();
    driven_key(session->window, "Escape"); // takes the sentence away
    expect_frame(session, 0);              // nothing is masked
    driven_key(session->window, "ctrl+q"); // and nothing is unsaved
    assert_int_equal(driven_wait_exit(session->window), 0);
}

static void test_leaving_while_an_operation_hangs(void **state)
{
    struct session *session = *state;
    begin_operation(session);
    driven_key(session->window, "ctrl+q");
    assert_int_equal(driven_wait_exit(session->window), 0);
    assert_int_equal(access(gate, F_OK), 0);
    expect_untouched();
}

// --- files beside images ---

// What is bound to keys: all of it in a folder whose name the gate may have.
static const char *beside(const char *name)
{
    return folder_file("beside", name);
}

static void bind_keys(FILE *file)
{
    fprintf(file, "F6 mask.save %s\n", beside("saved.npy"));
    fprintf(file, "F7 colormap.load %s\n", beside("map.txt"));
    fprintf(file, "F8 mask.combine %s add\n", beside("add.npy"));
    fprintf(file, "F9 mask.load %s layers\n", beside("layers.npy"));
    fprintf(file, "F4 file.export %s\n", beside("picture.png"));
    fprintf(file, "F10 file.open %s\n", beside("run"));
    fprintf(file, "F11 file.open %s\n", beside("none_*.npy"));
}

// Two lines of a mask file, from and to (not included), are masked.
static void save_rows(const char *path, int from, int to)
{
    struct image image = image_constant(WIDTH, HEIGHT, 0);
    for (int i = from * WIDTH; i < to * WIDTH; i++)
        image.values[i] = 1;
    image_save_npy(&image, "|u1", path);
    image_free(&image);
}

// In `rows` rows from the first on the image is black, which is how masked pixels are shown here.
static void expect_masked_rows(struct session *session, int from, int to)
{
    struct image image = image_constant(WIDTH, HEIGHT, value_of(0));
    for (int i = from * WIDTH; i < to * WIDTH; i++)
        image.values[i] = 0;
    session_expect_fit(session, &image);
    image_free(&image);
}

static void open_beside(struct session *session, const char *command)
{
    struct image image = image_constant(WIDTH, HEIGHT, value_of(0));
    image_save_npy(&image, "|u1", temporary_path("plain.npy"));
    image_free(&image);
    OPEN_BEHIND_GATE(session, "/beside/", BARE_OPTIONS, "--mask-color", "black", "--mask-opacity", "1",
                     "--command", command, temporary_path("plain.npy"));
}

static int byte_of(const char *path, long from_end)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, -from_end, SEEK_END), 0);
    const int byte = fgetc(file);
    fclose(file);
    return byte;
}

// A saved mask holds the first `rows` rows and nothing else.
static void expect_saved_rows(int rows)
{
    const char *path = beside("saved.npy");
    for (long i = 0; i < (long)WIDTH * HEIGHT; i++)
        assert_int_equal(byte_of(path, (long)WIDTH * HEIGHT - i), i < (long)rows * WIDTH);
}

static void wait_for_file(const char *path, bool there)
{
    const struct timespec pause = {0, 5000000};
    for (int i = 0; i < DRIVER_DEADLINE_MS / 5 && (access(path, F_OK) == 0) != there; i++)
        nanosleep(&pause, NULL);
    assert_int_equal(access(path, F_OK) == 0, there);
}

// Begins to save a mask of two rows into a file that does not answer.
static void begin_saving(struct session *session)
{
    unlink(beside("saved.npy"));
    open_beside(session, "mask.rectangle 0 0 64 2");
    expect_masked_rows(session, 0, 2);
    shut();
    driven_key(session->window, "F6");
    expect_hung();
}

static void test_saving_a_mask(void **state)
{
    struct session *session = *state;
    begin_saving(session);
    expect_answer(session);
    let_go();
    wait_for_file(beside("saved.npy"), true);
    expect_saved_rows(2);
    expect_untouched();
    driven_key(session->window, "ctrl+q"); // nothing is unsaved
    assert_int_equal(driven_wait_exit(session->window), 0);
}

// What is drawn while the mask is being saved is not in the file, and is asked about on closing.
static void test_edits_while_a_mask_is_saved(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    begin_saving(session);
    driven_key(session->window, "m");
    driven_key(session->window, "p");
    assert_true(driven_grab(session->window, &pixels));
    driven_drag(session->window, 1, 400, 300, 500, 400);
    session_expect_change(session, &pixels);
    let_go();
    wait_for_file(beside("saved.npy"), true);
    expect_saved_rows(2);
    expect_untouched();
    assert_true(driven_settle(session->window, &pixels));
    driven_key(session->window, "ctrl+q");
    session_expect_change(session, &pixels);
    driven_key(session->window, "d");
    assert_int_equal(driven_wait_exit(session->window), 0);
    pixels_free(&pixels);
}

// The window stays until the file is written, says so, and closes then.
static void test_leaving_while_a_mask_is_saved(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    begin_saving(session);
    assert_true(driven_grab(session->window, &pixels));
    driven_key(session->window, "ctrl+q");
    session_expect_change(session, &pixels); // the question
    session_expect_alive(session);
    assert_int_not_equal(access(beside("saved.npy"), F_OK), 0);
    expect_untouched();
    let_go();
    assert_int_equal(driven_wait_exit(session->window), 0);
    expect_saved_rows(2);
    pixels_free(&pixels);
}

static int count_kept(void)
{
    char folder[600];
    int count = 0;
    snprintf(folder, sizeof folder, "%s/fovea/recovery", getenv("XDG_STATE_HOME"));
    DIR *directory = opendir(folder);
    for (const struct dirent *entry; directory && (entry = readdir(directory));)
        count += entry->d_name[0] != '.';
    if (directory)
        closedir(directory);
    return count;
}

// Closing once more leaves at once; what no file holds is kept for the next session.
static void test_leaving_twice_while_a_mask_is_saved(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    begin_saving(session);
    assert_true(driven_grab(session->window, &pixels));
    driven_key(session->window, "ctrl+q");
    session_expect_change(session, &pixels);
    driven_key(session->window, "ctrl+q");
    assert_int_equal(driven_wait_exit(session->window), 0);
    assert_int_equal(access(gate, F_OK), 0);
    assert_int_not_equal(access(beside("saved.npy"), F_OK), 0);
    assert_int_equal(count_kept(), 1);
    pixels_free(&pixels);
}

// What was given up leaves the old file as it was, and the mask unsaved.
static void test_escape_while_a_mask_is_saved(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    begin_saving(session);
    driven_key(session->window, "Escape");
    driven_key(session->window, "Escape"); // the sentence
    expect_masked_rows(session, 0, 2);
    assert_true(driven_grab(session->window, &pixels));
    driven_key(session->window, "ctrl+q");
    session_expect_change(session, &pixels); // is asked
    driven_key(session->window, "d");
    assert_int_equal(driven_wait_exit(session->window), 0);
    assert_int_not_equal(access(beside("saved.npy"), F_OK), 0);
    pixels_free(&pixels);
}

static void test_combining_with_a_mask(void **state)
{
    struct session *session = *state;
    save_rows(beside("add.npy"), 1, 4);
    open_beside(session, "mask.rectangle 0 0 64 2");
    expect_masked_rows(session, 0, 2);
    shut();
    driven_key(session->window, "F8");
    expect_hung();
    expect_answer(session);
    driven_key(session->window, "i");
    let_go();
    expect_masked_rows(session, 0, 4);
    driven_key(session->window, "ctrl+z"); // one step
    expect_masked_rows(session, 0, 2);
    expect_untouched();
}

static void test_loading_all_layers(void **state)
{
    struct session *session = *state;
    save_rows(beside("layers.npy"), 1, 4);
    open_beside(session, "mask.rectangle 0 0 64 2");
    expect_masked_rows(session, 0, 2);
    shut();
    driven_key(session->window, "F9");
    expect_hung();
    expect_answer(session);
    driven_key(session->window, "i");
    let_go();
    driven_key(session->window, "F1"); // help and back: what is loaded has been shown
    driven_key(session->window, "Escape");
    expect_masked_rows(session, 1, 4);
    expect_untouched();
}

static void test_loading_a_colour_map(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    FILE *file = fopen(beside("map.txt"), "w");
    assert_non_null(file);
    fprintf(file, "0 0 0\n255 0 0\n");
    fclose(file);
    open_beside(session, "view.fit");
    expect_masked_rows(session, 0, 0);
    shut();
    driven_key(session->window, "F7");
    expect_hung();
    expect_answer(session);
    driven_key(session->window, "i");
    assert_true(driven_settle(session->window, &pixels));
    let_go();
    session_expect_change(session, &pixels);
    expect_untouched();
    pixels_free(&pixels);
}

// Each pixel of a written picture is of the gray that the first image has.
static void expect_picture(void)
{
    struct pixels pixels;
    assert_true(png_load(beside("picture.png"), &pixels));
    assert_int_equal(pixels.width, WINDOW_WIDTH);
    assert_int_equal(pixels.height, WINDOW_HEIGHT);
    for (size_t i = 0; i < (size_t)3 * WINDOW_WIDTH * WINDOW_HEIGHT; i++)
        assert_int_equal(pixels.rgb[i], (int)value_of(0));
    pixels_free(&pixels);
}

static void test_exporting_a_picture(void **state)
{
    struct session *session = *state;
    unlink(beside("picture.png"));
    open_beside(session, "view.fit");
    expect_frame(session, 0);
    shut();
    driven_key(session->window, "F4");
    expect_hung();
    expect_answer(session); // the picture is of before
    let_go();
    wait_for_file(beside("picture.png"), true);
    expect_picture();
    expect_untouched();
}

// A line of commands goes on when the picture is written.
static void test_leaving_after_an_export(void **state)
{
    struct session *session = *state;
    char line[600];
    unlink(beside("picture.png"));
    snprintf(line, sizeof line, "frame.first; file.export %s; app.quit", beside("picture.png"));
    open_beside(session, line);
    assert_int_equal(driven_wait_exit(session->window), 0);
    expect_picture();
}

// --- names that stand for files ---

// A folder with a file of each level.
static const char *folder_beside(void)
{
    char path[300];
    mkdir(beside("run"), 0700);
    for (int frame = 1; frame < FRAMES; frame++) {
        struct image image = image_constant(WIDTH, HEIGHT, value_of(frame));
        snprintf(path, sizeof path, "%s/f_%d.npy", beside("run"), frame);
        image_save_npy(&image, "|u1", path);
        image_free(&image);
    }
    return beside("run");
}

static void begin_opening(struct session *session)
{
    folder_beside();
    open_beside(session, "view.fit");
    expect_frame(session, 0);
    shut();
    driven_key(session->window, "F10");
    expect_hung();
}

static void test_opening_a_folder(void **state)
{
    struct session *session = *state;
    begin_opening(session);
    assert_true(driven_wait_title(session->window, "run - Fovea"));
    expect_answer(session);
    driven_key(session->window, "i");
    let_go();
    assert_true(driven_wait_title(session->window, "f_1.npy - Fovea"));
    expect_frame(session, 1);
    expect_untouched();
}

// Escape, and leaving: what was shown stays.
static void test_opening_a_folder_is_given_up(void **state)
{
    struct session *session = *state;
    begin_opening(session);
    assert_true(driven_wait_title(session->window, "run - Fovea"));
    driven_key(session->window, "Escape");
    assert_true(driven_wait_title(session->window, "plain.npy - Fovea"));
    expect_frame(session, 0);
    driven_key(session->window, "F10");
    assert_true(driven_wait_title(session->window, "run - Fovea"));
    driven_key(session->window, "ctrl+q");
    assert_int_equal(driven_wait_exit(session->window), 0);
    assert_int_equal(access(gate, F_OK), 0);
    expect_untouched();
}

static void test_opening_what_is_not_there(void **state)
{
    struct session *session = *state;
    struct pixels pixels;
    folder_beside();
    open_beside(session, "view.fit");
    expect_frame(session, 0);
    assert_true(driven_grab(session->window, &pixels));
    driven_key(session->window, "F11");
    session_expect_change(session, &pixels); // the sentence
    driven_key(session->window, "Escape");
    expect_frame(session, 0);
    assert_true(driven_wait_title(session->window, "plain.npy - Fovea"));
    pixels_free(&pixels);
}

// The window comes although what it is to show does not answer.
static void test_starting_with_a_folder_that_hangs(void **state)
{
    struct session *session = *state;
    const char *folder = folder_beside();
    place_gate("/beside/");
    shut();
    session_open(session, BARE_OPTIONS, folder, NULL);
    unsetenv("LD_PRELOAD");
    assert_true(driven_wait_title(session->window, "run - Fovea"));
    expect_hung();
    let_go();
    expect_frame(session, 1);
}

// --- all of it ---

// Does what a session does, with every file in the world behind the gate, which stays open: each call of the
// main thread is told, whether it would have waited or not.
static void test_no_file_is_touched(void **state)
{
    static const char *const keys[] = {
        "F5",     "Right",  "Right",  "Left",   "ctrl+Next", "Home",   "i",      "c",
        "ctrl+b", "ctrl+b", "ctrl+i", "ctrl+i", "ctrl+d",    "ctrl+d", "ctrl+o", "Escape",
        "F1",     "F1",     "m",      "p",      "F4",        "F6",     "F8",     "ctrl+shift+s",
        "Escape", "F9",     "ctrl+z", "ctrl+e", "ctrl+e",    "F7",     "F10",
    };
    struct session *session = *state;
    struct pixels pixels;
    folder_beside();
    save_rows(beside("add.npy"), 1, 4);
    save_rows(beside("layers.npy"), 1, 4);
    setenv("MESA_SHADER_CACHE_DISABLE", "true", 1); // the driver's own, which it reads when it compiles
    OPEN_BEHIND_GATE(session, "/", "--prefetch", "1", series());
    unsetenv("MESA_SHADER_CACHE_DISABLE");
    assert_true(driven_settle(session->window, &pixels));
    unlink(touched); // what is read before the window is there
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        driven_key(session->window, keys[i]);
        driven_move(session->window, 300 + 10 * (int)i, 300);
        assert_true(driven_settle(session->window, &pixels));
    }
    assert_true(driven_wait_title(session->window, "f_1.npy - Fovea"));
    expect_untouched();
    pixels_free(&pixels);
}

// Each command of a line finds done what the one before it began.
static void test_a_line_waits_for_what_it_begins(void **state)
{
    struct session *session = *state;
    char line[1200];
    unlink(beside("saved.npy"));
    snprintf(line, sizeof line,
             "mask.rectangle 0 0 64 2; mask.grow 3; mask.undo; mask.invert; mask.undo; mask.combine %s add; "
             "mask.save %s; app.quit",
             beside("add.npy"), beside("saved.npy"));
    save_rows(beside("add.npy"), 1, 5);
    open_beside(session, line);
    assert_int_equal(driven_wait_exit(session->window), 0); // nothing was unsaved
    expect_saved_rows(5);
}

// ... and is not run where that fails.
static void test_a_line_ends_with_what_fails(void **state)
{
    struct session *session = *state;
    char line[1200];
    unlink(beside("saved.npy"));
    snprintf(line, sizeof line, "mask.combine %s add; mask.save %s; app.quit", beside("none.npy"),
             beside("saved.npy"));
    open_beside(session, line);
    struct pixels pixels;
    assert_true(driven_settle(session->window, &pixels));
    session_expect_alive(session);
    assert_int_not_equal(access(beside("saved.npy"), F_OK), 0);
    pixels_free(&pixels);
}

static int set_up(void **state)
{
    char path[512];
    snprintf(path, sizeof path, "%s", temporary_path("config"));
    setenv("FOVEA_TEST_CONFIG", path, 1);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/fovea", getenv("FOVEA_TEST_CONFIG"));
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/fovea/bindings.txt", getenv("FOVEA_TEST_CONFIG"));
    FILE *file = fopen(path, "w");
    if (!file)
        return -1;
    bind_keys(file);
    fclose(file);
    return session_group_setup(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_saving_a_mask, teardown),
        cmocka_unit_test_teardown(test_edits_while_a_mask_is_saved, teardown),
        cmocka_unit_test_teardown(test_leaving_while_a_mask_is_saved, teardown),
        cmocka_unit_test_teardown(test_leaving_twice_while_a_mask_is_saved, teardown),
        cmocka_unit_test_teardown(test_escape_while_a_mask_is_saved, teardown),
        cmocka_unit_test_teardown(test_combining_with_a_mask, teardown),
        cmocka_unit_test_teardown(test_loading_all_layers, teardown),
        cmocka_unit_test_teardown(test_loading_a_colour_map, teardown),
        cmocka_unit_test_teardown(test_exporting_a_picture, teardown),
        cmocka_unit_test_teardown(test_leaving_after_an_export, teardown),
        cmocka_unit_test_teardown(test_opening_a_folder, teardown),
        cmocka_unit_test_teardown(test_opening_a_folder_is_given_up, teardown),
        cmocka_unit_test_teardown(test_opening_what_is_not_there, teardown),
        cmocka_unit_test_teardown(test_starting_with_a_folder_that_hangs, teardown),
        cmocka_unit_test_teardown(test_no_file_is_touched, teardown),
        cmocka_unit_test_teardown(test_a_line_waits_for_what_it_begins, teardown),
        cmocka_unit_test_teardown(test_a_line_ends_with_what_fails, teardown),
        cmocka_unit_test_teardown(test_hovering_over_64_bit_pixels, teardown),
        cmocka_unit_test_teardown(test_the_header_panel, teardown),
        cmocka_unit_test_teardown(test_a_step, teardown),
        cmocka_unit_test_teardown(test_many_steps_over_unknown_files, teardown),
        cmocka_unit_test_teardown(test_a_step_is_given_up, teardown),
        cmocka_unit_test_teardown(test_drawing_while_an_operation_hangs, teardown),
        cmocka_unit_test_teardown(test_escape_ends_an_operation_that_hangs, teardown),
        cmocka_unit_test_teardown(test_leaving_while_an_operation_hangs, teardown),
    };
    if (!session_ready())
        return 77;
    cmocka_set_test_filter(getenv("FOVEA_TEST_ONLY"));
    return cmocka_run_group_tests(tests, set_up, session_group_teardown);
}
