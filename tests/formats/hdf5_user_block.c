// SPDX-License-Identifier: MIT
// HDF5 behind user blocks of any size, whatever is in these: recognised, and its samples are right, though
// all addresses count from behind the block.
#include "support/hdf5_file.h"
#include "support/reader_checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { WIDTH = 40, HEIGHT = 30, COUNT = WIDTH * HEIGHT, CHUNK = 10, MAX_BLOCK = 1 << 21 };

static uint16_t value_at(int i, int dataset)
{
    return (uint16_t)(i * 7 + dataset);
}

// "plain", "chunked" and "packed" with values of their own.
static void put_datasets(hid_t file)
{
    static const char *const names[] = {"plain", "chunked", "packed"};
    const hsize_t dims[2] = {HEIGHT, WIDTH}, chunk[2] = {CHUNK, CHUNK};
    for (int i = 0; i < 3; i++) {
        uint16_t samples[COUNT];
        for (int j = 0; j < COUNT; j++)
            samples[j] = value_at(j, i);
        hid_t space = H5Screate_simple(2, dims, NULL), properties = H5Pcreate(H5P_DATASET_CREATE);
        if (i > 0)
            H5Pset_chunk(properties, 2, chunk);
        if (i > 1)
            H5Pset_deflate(properties, 4);
        hid_t dataset =
            H5Dcreate2(file, names[i], H5T_STD_U16LE, space, H5P_DEFAULT, properties, H5P_DEFAULT);
        assert_true(H5Dwrite(dataset, H5T_STD_U16LE, H5S_ALL, H5S_ALL, H5P_DEFAULT, samples) >= 0);
        H5Dclose(dataset);
        H5Pclose(properties);
        H5Sclose(space);
    }
}

// Fills the block with `byte` when libhdf5 has written what is behind it.
static void make_file(const char *name, hsize_t block, int byte)
{
    hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    assert_true(H5Pset_userblock(creation, block) >= 0);
    hid_t file = H5Fcreate(temporary_path(name), H5F_ACC_TRUNC, creation, H5P_DEFAULT);
    assert_true(file >= 0);
    put_datasets(file);
    H5Fclose(file);
    H5Pclose(creation);
    FILE *stream = fopen(temporary_path(name), "r+b");
    assert_non_null(stream);
    for (hsize_t i = 0; i < block; i++)
        fputc(byte, stream);
    assert_int_equal(fclose(stream), 0);
}

static void check_samples(const char *path)
{
    static const char *const names[] = {"plain", "chunked", "packed"};
    for (int i = 0; i < 3; i++) {
        char name[4200];
        uint16_t expected[COUNT];
        for (int j = 0; j < COUNT; j++)
            expected[j] = value_at(j, i);
        snprintf(name, sizeof name, "%s::/%s", path, names[i]);
        struct image_file *file = open_good(name);
        check_rectangles(file, 0, expected);
        image_file_close(&file);
    }
}

static void user_blocks_of_any_size(void **state)
{
    (void)state;
    static const hsize_t blocks[] = {512, 1024, 2048, 4096, 8192, 65536, 1 << 20};
    static const int fillings[] = {0, ' ', 0xFF}; // a GE file begins with zeros, too
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        make_file("block.h5", blocks[i], fillings[i % 3]);
        check_samples(temporary_path("block.h5"));
        make_file("block.h5", blocks[i], fillings[(i + 1) % 3]);
        check_samples(temporary_path("block.h5"));
    }
}

// A file that was written without a block and put behind one says that its addresses count from 0.
static void a_block_put_in_front(void **state)
{
    (void)state;
    size_t count;
    static uint8_t bytes[MAX_BLOCK];
    hid_t file = hdf5_create("bare.h5");
    put_datasets(file);
    H5Fclose(file);
    uint8_t *bare = load_bytes(temporary_path("bare.h5"), &count);
    for (size_t block = 4096; block <= 65536; block *= 16) {
        assert_true(block + count <= sizeof bytes);
        memset(bytes, 0, block);
        memcpy(bytes + block, bare, count);
        check_samples(save_bytes("moved.h5", bytes, block + count));
    }
    // Elsewhere it is not looked for.
    memset(bytes, 0, 5000);
    memcpy(bytes + 5000, bare, count);
    struct error error;
    assert_int_equal(open_bad(save_bytes("moved.h5", bytes, 5000 + count), &error), STATUS_NOT_MINE);
    free(bare);
}

static void packed_files(void **state)
{
    (void)state;
    static const hsize_t blocks[] = {4096, 65536};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        size_t count;
        make_file("block.h5", blocks[i], 'x');
        uint8_t *bytes = load_bytes(temporary_path("block.h5"), &count);
        gzFile out = gzopen(temporary_path("block.h5.gz"), "wb");
        assert_non_null(out);
        assert_int_equal(gzwrite(out, bytes, (unsigned)count), count);
        assert_int_equal(gzclose(out), Z_OK);
        free(bytes);
        check_samples(temporary_path("block.h5.gz"));
    }
}

static void links_lead_behind_a_block(void **state)
{
    (void)state;
    make_file("block.h5", 4096, 0);
    hid_t file = hdf5_create("master.h5");
    H5Lcreate_external("block.h5", "/plain", file, "/plain", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("block.h5", "/chunked", file, "/chunked", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("block.h5", "/packed", file, "/packed", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
    check_samples(temporary_path("master.h5"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(user_blocks_of_any_size),
        cmocka_unit_test(a_block_put_in_front),
        cmocka_unit_test(packed_files),
        cmocka_unit_test(links_lead_behind_a_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
