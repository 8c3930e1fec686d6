// SPDX-License-Identifier: MIT
// Writing a mask into an HDF5 file that is there already changes that file and no other, whatever it holds.
#include "formats/writers/mask_writer.h"
#include "support/hdf5_file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { WIDTH = 7, HEIGHT = 5, MAX_BYTES = 1 << 20 };

struct bytes {
    uint8_t *data;
    size_t count;
};

static struct bytes bytes_of(const char *path)
{
    struct bytes bytes = {.data = malloc(MAX_BYTES)};
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_non_null(bytes.data);
    bytes.count = fread(bytes.data, 1, MAX_BYTES, file);
    fclose(file);
    return bytes;
}

static void put_bytes(const char *path, const struct bytes *bytes)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes->data, 1, bytes->count, file), bytes->count);
    assert_int_equal(fclose(file), 0);
}

static void check_unchanged(const char *path, const struct bytes *before)
{
    const struct bytes after = bytes_of(path);
    assert_int_equal(after.count, before->count);
    assert_memory_equal(after.data, before->data, after.count);
    free(after.data);
}

static struct mask *mask_create_test(void)
{
    struct mask *mask = NULL;
    const uint8_t bit = MASK_BIT(MASK_USER);
    assert_int_equal(mask_create(WIDTH, HEIGHT, &mask, NULL), STATUS_OK);
    mask_write(mask, (struct rect){3, 2, 1, 1}, &bit, 1, 0xFF);
    return mask;
}

static enum status save(const char *path, const char *dataset, struct error *error)
{
    struct mask *mask = mask_create_test();
    const struct mask_save how = {.path = path, .dataset = dataset};
    *error = (struct error){0};
    const enum status status = mask_save(mask, &how, error);
    mask_destroy(&mask);
    return status;
}

// The dataset holds the mask: NXmx bit 8 at column 3 of row 2.
static void check_mask(const char *path, const char *dataset)
{
    uint32_t got[HEIGHT][WIDTH], wanted[HEIGHT][WIDTH] = {[2][3] = 256};
    hid_t file = hdf5_open(path), found = H5Dopen2(file, dataset, H5P_DEFAULT);
    assert_true(found >= 0);
    assert_true(H5Dread(found, H5T_NATIVE_UINT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, got) >= 0);
    assert_memory_equal(got, wanted, sizeof got);
    H5Dclose(found);
    H5Fclose(file);
}

// victim.h5 has a mask of its own at the usual place, and trap.h5 leads there.
static int write_files(void **state)
{
    (void)state;
    const hsize_t dims[2] = {HEIGHT, WIDTH};
    const uint32_t ones[HEIGHT * WIDTH] = {1, 1, 1};
    hid_t victim = hdf5_create("victim.h5");
    hdf5_put_array(victim, HDF5_DETECTOR "/pixel_mask", H5T_STD_U32LE, 2, dims, ones);
    H5Fclose(victim);
    hid_t trap = hdf5_create("trap.h5");
    H5Lcreate_external("victim.h5", "/entry", trap, "/entry", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/entry/instrument", trap, "/by_link", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/around", trap, "/around", H5P_DEFAULT, H5P_DEFAULT);
    hdf5_put_group(trap, "/scan/inner", NULL);
    H5Lcreate_soft("scan/inner", trap, "/inside", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("victim.h5", HDF5_DETECTOR "/pixel_mask", trap, "/scan/last", H5P_DEFAULT,
                       H5P_DEFAULT);
    hdf5_put_image(trap, "/scan/image");
    H5Fclose(trap);
    return 0;
}

static void no_link_out_of_the_file_is_written_through(void **state)
{
    (void)state;
    static const struct {
        const char *dataset, *said;
    } refused[] = {
        {NULL, "/entry is a link to another file"},
        {"/by_link/detector/pixel_mask", "/entry is a link to another file"},
        {"/around/mask", "is a link that leads nowhere"},
        {"/scan/image/mask", "/scan/image is no group"},
        {"/scan/inner", "/scan/inner is no dataset"},
    };
    char trap[4096], victim[4096];
    struct error error;
    snprintf(trap, sizeof trap, "%s", temporary_path("trap.h5"));
    snprintf(victim, sizeof victim, "%s", temporary_path("victim.h5"));
    const struct bytes before = bytes_of(trap), other = bytes_of(victim);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        assert_int_equal(save(trap, refused[i].dataset, &error), STATUS_IO);
        if (!strstr(error.text, refused[i].said) || strncmp(error.text, trap, strlen(trap)) != 0)
            fail_msg("%s", error.text);
        check_unchanged(trap, &before);
        check_unchanged(victim, &other);
    }
    free(before.data);
    free(other.data);
}

// Links within the file lead on; a last one that leads out is replaced and not followed.
static void what_is_in_the_file_is_written(void **state)
{
    (void)state;
    static const struct {
        const char *dataset, *stands;
    } good[] = {
        {"/inside/new/mask", "/scan/inner/new/mask"},
        {"/inside/new/mask", "/scan/inner/new/mask"}, // again
        {"/scan/last", "/scan/last"},
        {"/scan/image", "/scan/image"},
    };
    char path[4096], victim[4096];
    struct error error;
    struct stat info;
    snprintf(path, sizeof path, "%s", temporary_path("good.h5"));
    snprintf(victim, sizeof victim, "%s", temporary_path("victim.h5"));
    const struct bytes trap = bytes_of(temporary_path("trap.h5")), other = bytes_of(victim);
    put_bytes(path, &trap);
    assert_int_equal(chmod(path, 0640), 0);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (save(path, good[i].dataset, &error) != STATUS_OK)
            fail_msg("%s", error.text);
        check_mask(path, good[i].stands);
        check_unchanged(victim, &other);
    }
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
    free(trap.data);
    free(other.data);
}

static int files_of(const char *folder)
{
    int count = 0;
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (const struct dirent *entry = readdir(entries); entry; entry = readdir(entries))
        count += entry->d_name[0] != '.';
    closedir(entries);
    return count;
}

// A few bytes of the target are changed at places that a fixed series of numbers gives.
static void a_damaged_target_changes_no_other_file(void **state)
{
    (void)state;
    enum { ROUNDS = 150, FLIPS = 6 };
    static const char *const datasets[] = {NULL, "/scan/inner/mask", "/scan/image",
                                           "/by_link/detector/pixel_mask"};
    char folder[4096], path[4200], victim[4200];
    struct error error;
    uint32_t random = 12345;
    int refused = 0;
    snprintf(folder, sizeof folder, "%s", temporary_path("mutated"));
    snprintf(path, sizeof path, "%s/trap.h5", folder);
    snprintf(victim, sizeof victim, "%s/victim.h5", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    const struct bytes good = bytes_of(temporary_path("trap.h5"));
    const struct bytes other = bytes_of(temporary_path("victim.h5"));
    put_bytes(victim, &other);
    for (int round = 0; round < ROUNDS; round++) {
        struct bytes damaged = {.data = malloc(MAX_BYTES), .count = good.count};
        memcpy(damaged.data, good.data, good.count);
        for (int i = 0; i < FLIPS; i++) {
            random = random * 1664525 + 1013904223;
            damaged.data[(random >> 8) % damaged.count] ^= (uint8_t)(1u << (random >> 5 & 7));
        }
        put_bytes(path, &damaged);
        const bool failed = save(path, datasets[round % 4], &error) != STATUS_OK;
        if (failed) {
            check_unchanged(path, &damaged);
            assert_null(strchr(error.text, '\n'));
            refused++;
        }
        check_unchanged(victim, &other);
        assert_int_equal(files_of(folder), 2);
        free(damaged.data);
    }
    assert_true(refused >= ROUNDS / 4 && refused < ROUNDS); // two of the four datasets are behind the trap
    free(good.data);
    free(other.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_link_out_of_the_file_is_written_through),
        cmocka_unit_test(what_is_in_the_file_is_written),
        cmocka_unit_test(a_damaged_target_changes_no_other_file),
    };
    return cmocka_run_group_tests(tests, write_files, NULL);
}
