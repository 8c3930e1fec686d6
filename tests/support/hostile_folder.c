// SPDX-License-Identifier: MIT
// What stands in the way in a folder; all of it is made here.
#include "support/hostile_folder.h"

#include "support/npy_bomb.h"
#include "support/testdata.h"

#include <fcntl.h>
#include <hdf5.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct place {
    char path[1024];
};

static struct place in(const char *folder, const char *name)
{
    struct place place;
    const int length = snprintf(place.path, sizeof place.path, "%s/%s", folder, name);
    assert_true(length > 0 && (size_t)length < sizeof place.path);
    return place;
}

void hostile_file_sparse(const char *path)
{
    char header[128];
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    const size_t count = npy_header(header, "<f4", 50000, 50000);
    assert_int_equal(fwrite(header, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(truncate(path, (off_t)count + 4 * INT64_C(50000) * 50000), 0);
}

// An HDF5 file whose only dataset is behind a pipe that nobody writes to.
static void make_linked(const char *path)
{
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(file >= 0);
    assert_true(H5Lcreate_external("pipe.h5", "/data", file, "data", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    H5Fclose(file);
}

static void make_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(listener >= 0 && strlen(path) < sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
    close(listener);
}

static void make_link(const char *folder, const char *name, const char *target)
{
    assert_int_equal(symlink(target, in(folder, name).path), 0);
}

void hostile_folder_fill(const char *folder)
{
    char name[32];
    assert_int_equal(mkfifo(in(folder, "pipe.h5").path, 0600), 0);
    assert_int_equal(mkfifo(in(folder, "aa_pipe.cbf").path, 0600), 0);
    make_socket(in(folder, "aa_socket.tif").path);
    make_link(folder, "aa_loop.edf", "ab_loop.edf");
    make_link(folder, "ab_loop.edf", "aa_loop.edf");
    make_link(folder, "aa_itself", ".");
    make_link(folder, "aa_link.h5", "pipe.h5");
    for (char letter = 'a'; letter < 'g'; letter++) {
        snprintf(name, sizeof name, "ac_bomb_%c.npy.gz", letter);
        npy_bomb_write(in(folder, name).path, 1);
        snprintf(name, sizeof name, "ad_linked_%c.h5", letter);
        make_linked(in(folder, name).path);
        snprintf(name, sizeof name, "ae_sparse_%c.npy", letter);
        hostile_file_sparse(in(folder, name).path);
    }
}

void hostile_folder_add_empty(const char *folder, int count)
{
    static const char *const endings[] = {"tif", "cbf", "h5", "npy", "edf"};
    const int directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(directory >= 0);
    for (int i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof name, "f%c%c%c%c.%s", 'a' + i % 26, 'a' + i / 26 % 26, 'a' + i / 676 % 26,
                 'a' + i / 17576 % 26, endings[i % 5]);
        const int file = openat(directory, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        assert_true(file >= 0);
        close(file);
    }
    close(directory);
}
