// SPDX-License-Identifier: MIT
// The real window among files that nobody would choose: a folder of 200,000 entries with pipes, sockets,
// loops of links, huge sparse files and packed files that grow a thousandfold. The window goes on answering.
#include "base/clock.h"
#include "support/npy_bomb.h"
#include "support/testdata.h"
#include "support/window_session.h"

#include <fcntl.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { ENTRIES = 200000, SHOWN = 40, TAPS = 12, WIDTH = 64, HEIGHT = 40 };

static char folder[512];

static const char *in_folder(const char *name)
{
    static char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

// --- what is in the folder; names are letters, so that nothing is grouped as a series ---

static void write_bytes(const char *name, const void *bytes, size_t count)
{
    FILE *file = fopen(in_folder(name), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}

// Ten gigabytes of nothing.
static void make_sparse(const char *name)
{
    char header[128];
    write_bytes(name, header, npy_header(header, "<f4", 50000, 50000));
    assert_int_equal(truncate(in_folder(name), 128 + 4 * INT64_C(50000) * 50000), 0);
}

// An HDF5 file whose only dataset is behind a pipe that nobody writes to.
static void make_linked(const char *name)
{
    const hid_t file = H5Fcreate(in_folder(name), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(file >= 0);
    assert_true(H5Lcreate_external("pipe.h5", "/data", file, "data", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    H5Fclose(file);
}

static void make_specials(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char name[32];
    assert_int_equal(mkfifo(in_folder("pipe.h5"), 0600), 0);
    assert_int_equal(mkfifo(in_folder("aa_pipe.cbf"), 0600), 0);
    const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const char *path = in_folder("aa_socket.tif");
    assert_true(strlen(path) < sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
    close(listener);
    assert_int_equal(symlink("ab_loop.edf", in_folder("aa_loop.edf")), 0);
    assert_int_equal(symlink("aa_loop.edf", in_folder("ab_loop.edf")), 0);
    assert_int_equal(symlink(".", in_folder("aa_itself")), 0);
    assert_int_equal(symlink("pipe.h5", in_folder("aa_link.h5")), 0);
    for (char letter = 'a'; letter < 'g'; letter++) {
        snprintf(name, sizeof name, "ac_bomb_%c.npy.gz", letter);
        npy_bomb_write(in_folder(name), 1);
        snprintf(name, sizeof name, "ad_linked_%c.h5", letter);
        make_linked(name);
        snprintf(name, sizeof name, "ae_sparse_%c.npy", letter);
        make_sparse(name);
    }
}

// Empty files with the names of images, as letters of their number.
static void make_many(void)
{
    static const char *const endings[] = {"tif", "cbf", "h5", "npy", "edf"};
    const int directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(directory >= 0);
    for (int i = 0; i < ENTRIES; i++) {
        char name[32];
        snprintf(name, sizeof name, "f%c%c%c%c.%s", 'a' + i % 26, 'a' + i / 26 % 26, 'a' + i / 676 % 26,
                 'a' + i / 17576 % 26, endings[i % 5]);
        const int file = openat(directory, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        assert_true(file >= 0);
        close(file);
    }
    close(directory);
}

// --- the window ---

static int middle_gray(struct session *session)
{
    struct pixels pixels = {0};
    assert_true(driven_grab(session->window, &pixels));
    const unsigned char *rgb = pixels.rgb + 3 * ((size_t)(pixels.height / 2) * (size_t)pixels.width + 900);
    const int gray = rgb[0] == rgb[1] && rgb[1] == rgb[2] ? rgb[0] : -1;
    pixels_free(&pixels);
    return gray;
}

static void expect_gray(struct session *session, int value)
{
    const int64_t until = clock_now_ns() + INT64_C(1000000) * DRIVER_DEADLINE_MS;
    while (middle_gray(session) != value && clock_now_ns() < until)
        usleep(1000);
    session_expect_alive(session);
    assert_int_equal(middle_gray(session), value);
}

// Turns the colours over and over, each time waiting for the picture. The slowest answer is printed for
// people; a test does not judge it.
static void expect_answers(struct session *session, const char *when, int value)
{
    double slowest = 0;
    for (int i = 0; i < TAPS; i++) {
        const int64_t start = clock_now_ns();
        driven_key(session->window, "i");
        expect_gray(session, i % 2 ? value : 255 - value);
        const double ms = (double)(clock_now_ns() - start) / 1e6;
        slowest = ms > slowest ? ms : slowest;
        usleep(60000);
    }
    print_message("%s: the slowest answer took %.0f ms\n", when, slowest);
}

static void test_a_hostile_folder_does_not_stop_the_window(void **state)
{
    struct session *session = *state;
    snprintf(folder, sizeof folder, "%s", temporary_path("hostile"));
    assert_int_equal(mkdir(folder, 0700), 0);
    struct image image = image_constant(WIDTH, HEIGHT, 40);
    image_save_npy(&image, "|u1", in_folder("good.npy"));
    image_free(&image);
    make_specials();
    make_many();
    session_open(session, "--colormap", "gray", "--range", "0:255", "--command",
                 "panel.contrast off; view.colour_bar off", in_folder("good.npy"), NULL);
    expect_gray(session, 40);
    driven_key(session->window, "ctrl+b");
    driven_key(session->window, "Escape"); // the keys are the picture's again, the panel stays
    expect_answers(session, "while the folder is read", 40);
    expect_answers(session, "while small pictures are made", 40);
    driven_move(session->window, 100, 400);
    for (int i = 0; i < SHOWN; i++) {
        driven_wheel(session->window, -3);
        usleep(20000);
    }
    expect_answers(session, "after scrolling", 40);
    driven_close(session->window);
    assert_int_equal(driven_wait_exit(session->window), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, session_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_hostile_folder_does_not_stop_the_window),
    };
    if (!session_ready())
        return 77;
    return cmocka_run_group_tests(tests, session_group_setup, session_group_teardown);
}
