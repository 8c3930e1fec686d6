// SPDX-License-Identifier: MIT
// What an HDF5 file holds: header items and the list of its datasets, in files composed here and in real
// ones.
#include "formats/hdf5_worker/hdf5_nexus_read.h"
#include "support/hdf5_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = HDF5_IMAGE_WIDTH, HEIGHT = HDF5_IMAGE_HEIGHT };

#define DETECTOR HDF5_DETECTOR "/"
#define DATA     HDF5_DATA

static void test_metadata(void **state)
{
    (void)state;
    static const hsize_t three = 3, seventeen = 17, matrix[2] = {2, 2};
    static const double angles[3] = {0, 0.1, 0.2}, square[4] = {1, -2.5, 1e300, 4};
    static const int32_t numbers[17] = {0};
    static const float size = 7.5e-5f;
    static const uint64_t largest = UINT64_MAX;
    hid_t file = hdf5_create("items.h5");
    hdf5_put_attribute(file, "/", "creator", "a test");
    hdf5_put_group(file, "/entry", "NXentry");
    hdf5_put_text(file, "/entry/title", "line one\nline\ttwo  ");
    hdf5_put_array(file, "/entry/angle", H5T_NATIVE_DOUBLE, 1, &three, angles);
    hdf5_put_attribute(file, "/entry/angle", "units", "deg");
    hdf5_put_attribute(file, "/entry/angle", "vector", "x");
    hdf5_put_array(file, "/entry/matrix", H5T_NATIVE_DOUBLE, 2, matrix, square);
    hdf5_put_array(file, "/entry/long", H5T_NATIVE_INT32, 1, &seventeen, numbers);
    hdf5_put_array(file, "/entry/size", H5T_NATIVE_FLOAT, 0, NULL, &size);
    hdf5_put_array(file, "/entry/largest", H5T_NATIVE_UINT64, 0, NULL, &largest);
    hdf5_put_integer(file, "/entry/deep/er/count", -7, NULL);
    hdf5_put_text(file, "/entry/latin", "\xC5ngstr\xF6m"); // Latin-1
    hdf5_put_integer(file, "/other/count", 9, "counts");
    H5Lcreate_soft("/nowhere", file, "/entry/dangling", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("gone.h5", "/x", file, "/entry/gone", H5P_DEFAULT, H5P_DEFAULT);
    hdf5_put_image(file, "/entry/image");
    char *metadata = hdf5_metadata_of(file, "/entry/image", 1, 3);
    assert_string_equal(metadata, "@NX_class\tNXentry\n"
                                  "angle\t0.1 deg\n"
                                  "angle@vector\tx\n"
                                  "dangling\tmissing: /nowhere\n"
                                  "deep/er/count\t-7\n"
                                  "gone\tmissing: gone.h5::/x\n"
                                  "largest\t18446744073709551615\n"
                                  "latin\t\xC3\x85ngstr\xC3\xB6m\n"
                                  "matrix\t1, -2.5, 1e+300, 4\n"
                                  "size\t7.5e-05\n"
                                  "title\tline one line two\n"
                                  "/@creator\ta test\n"
                                  "/other/count\t9 counts\n");
    free(metadata);
    metadata = hdf5_metadata_of(file, "/entry/image", 0, 1);
    hdf5_check_line(metadata, "angle\t0, 0.1, 0.2 deg");
    free(metadata);
    // At the root there is no entry.
    hdf5_put_image(file, "/image");
    metadata = hdf5_metadata_of(file, "/image", 0, 1);
    hdf5_check_line(metadata, "entry/size\t7.5e-05");
    hdf5_check_line(metadata, "@creator\ta test");
    free(metadata);
    H5Fclose(file);
}

static void test_metadata_bounds(void **state)
{
    (void)state;
    static char text[2000];
    memset(text, 'x', sizeof text - 1);
    memcpy(text + 396, "\xC3\xA4", 2); // the cut is not within a character
    hid_t file = hdf5_create("bounds.h5");
    hdf5_put_text(file, "/a/text", text);
    char *metadata = hdf5_metadata_of(file, "/none", 0, 1);
    assert_int_equal(strlen(metadata), strlen("a/text\t") + 396 + strlen("...\n"));
    assert_non_null(strstr(metadata, "x...\n"));
    free(metadata);
    for (int i = 0; i < 4100; i++) {
        char path[64];
        snprintf(path, sizeof path, "/many/%05d", i);
        hdf5_put_integer(file, path, i, NULL);
    }
    metadata = hdf5_metadata_of(file, "/none", 0, 1);
    int lines = 0;
    for (const char *at = metadata; *at; at++)
        lines += *at == '\n';
    assert_int_equal(lines, 4000);
    free(metadata);
    H5Fclose(file);
}

static void test_contents(void **state)
{
    (void)state;
    static const hsize_t cube[3] = {4, HEIGHT, WIDTH}, chunk[3] = {1, HEIGHT, WIDTH},
                         six[6] = {1, 1, 1, 1, 2, 2};
    static const uint16_t values[24] = {0};
    hid_t file = hdf5_create("contents.h5");
    hid_t list = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(3, cube, NULL);
    H5Pset_chunk(list, 3, chunk);
    H5Pset_shuffle(list);
    H5Pset_deflate(list, 4);
    hdf5_put_group(file, "/entry", "NXentry");
    H5Dclose(H5Dcreate2(file, "/entry/cube", H5T_STD_I16BE, space, H5P_DEFAULT, list, H5P_DEFAULT));
    H5Sclose(space);
    H5Pclose(list);
    hid_t pair = H5Tcreate(H5T_COMPOUND, 8), row = H5Tcreate(H5T_COMPOUND, 6);
    H5Tinsert(pair, "r", 0, H5T_NATIVE_FLOAT);
    H5Tinsert(pair, "i", 4, H5T_NATIVE_FLOAT);
    hdf5_put_array(file, "/entry/complex", pair, 2, &six[4], values);
    H5Tinsert(row, "x", 0, H5T_NATIVE_FLOAT);
    H5Tinsert(row, "n", 4, H5T_NATIVE_INT16);
    hdf5_put_array(file, "/entry/table", row, 1, &cube[0], values);
    H5Tclose(pair);
    H5Tclose(row);
    hdf5_put_array(file, "/entry/six", H5T_NATIVE_UINT16, 6, six, values);
    hdf5_put_text(file, "/entry/title", "x");
    hdf5_put_integer(file, "/entry/one", 1, NULL);
    hdf5_put_array(file, "/entry/row", H5T_NATIVE_FLOAT, 1, &cube[0], values);
    hdf5_put_image(file, "/entry/image");
    hdf5_put_image(file, "/odd\tname");
    H5Lcreate_soft("/entry/image", file, "/link", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/entry", file, "/link_to_group", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/nowhere", file, "/dangling", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("gone.h5", "/x", file, "/gone", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("contents.h5", "/entry/image", file, "/own", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("contents.h5", "/none", file, "/own_none", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
    file = hdf5_open(temporary_path("contents.h5"));
    char *contents = hdf5_contents_of(file);
    assert_string_equal(contents,
                        "\t\t\t\t/dangling: a link to /nowhere, which is missing\n"
                        "/entry/complex\t2 x 2\tc64\tnone\t\n"
                        "/entry/cube\t4 x 5 x 32\ti16\tshuffle, deflate, chunks 1 x 5 x 32\t\n"
                        "/entry/image\t5 x 32\tu32\tnone\t\n"
                        "\t\ti64\tnone\t/entry/one: scalar\n"
                        "\t4\tf32\tnone\t/entry/row: one dimension\n"
                        "\t1 x 1 x 1 x 1 x 2 x 2\tu16\tnone\t/entry/six: more than five dimensions\n"
                        "\t4\ttable\tnone\t/entry/table: a table of 2 columns: x (f32), n (i16)\n"
                        "\t\ttext\tnone\t/entry/title: text\n"
                        "\t\t\t\t/gone: the linked file gone.h5 is missing\n"
                        "/link\t5 x 32\tu32\tnone\tlink to /entry/image\n"
                        "\t5 x 32\tu32\tnone\t/odd name: its name has odd characters\n"
                        "/own\t5 x 32\tu32\tnone\tin contents.h5::/entry/image\n"
                        "\t\t\t\t/own_none: the linked file contents.h5 has no readable /none\n");
    free(contents);
    H5Fclose(file);
}

// Hard, soft and external links in circles.
// Another file is followed for its shapes only.
static void test_other_file(void **state)
{
    (void)state;
    hid_t file = hdf5_plain_detector("other.h5");
    hdf5_put_text(file, "/entry/secret", "of the other file");
    H5Fclose(file);
    file = hdf5_create("own.h5");
    hdf5_put_group(file, "/entry", "NXentry");
    H5Lcreate_external("other.h5", DATA, file, "/entry/image", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("other.h5", "/entry", file, "/entry/rest", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
    file = hdf5_open(temporary_path("own.h5"));
    char *metadata = hdf5_metadata_of(file, "/entry/image", 0, 1);
    assert_string_equal(metadata, "@NX_class\tNXentry\n"
                                  "image\tother.h5::" DATA "\n"
                                  "rest\tother.h5::/entry\n");
    free(metadata);
    char *contents = hdf5_contents_of(file);
    hdf5_check_line(contents, "/entry/image\t5 x 32\tu32\tnone\tin other.h5::" DATA);
    hdf5_check_line(contents, "/entry/rest/instrument/detector/data\t5 x 32\tu32\tnone\t");
    free(contents);
    H5Fclose(file);
}

// More links to other files than are followed.
static void test_many_files(void **state)
{
    (void)state;
    char path[64];
    hid_t file = hdf5_plain_detector("part.h5");
    H5Fclose(file);
    file = hdf5_create("parts.h5");
    hdf5_put_group(file, "/entry", "NXentry");
    for (int i = 0; i < 1002; i++) {
        snprintf(path, sizeof path, "/entry/data_%06d", i);
        H5Lcreate_external(i == 1001 ? "gone.h5" : "part.h5", DATA, file, path, H5P_DEFAULT, H5P_DEFAULT);
    }
    H5Fclose(file);
    file = hdf5_open(temporary_path("parts.h5"));
    char *contents = hdf5_contents_of(file);
    hdf5_check_line(contents, "/entry/data_000999\t5 x 32\tu32\tnone\tin part.h5::" DATA);
    hdf5_check_line(contents, "/entry/data_001000\t\t\t\tin part.h5::" DATA);
    hdf5_check_line(contents, "\t\t\t\t/entry/data_001001: the linked file gone.h5 is missing");
    free(contents);
    H5Fclose(file);
}

static void test_loops(void **state)
{
    (void)state;
    hid_t file = hdf5_create("loops.h5");
    hdf5_put_group(file, "/entry", "NXentry");
    hdf5_put_group(file, "/entry/instrument", "NXinstrument");
    hdf5_put_group(file, "/entry/instrument/detector", "NXdetector");
    hdf5_put_image(file, DATA);
    H5Lcreate_hard(file, "/", file, "/entry/root", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_hard(file, "/entry", file, "/entry/instrument/entry", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/entry/soft_b", file, "/entry/soft_a", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/entry/soft_a", file, "/entry/soft_b", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/entry", file, "/entry/self", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("loops.h5", "/entry/external", file, "/entry/external", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("loops.h5", "/", file, "/entry/again", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
    file = hdf5_open(temporary_path("loops.h5"));
    char *contents = hdf5_contents_of(file);
    const char *first = strstr(contents, DATA "\t5 x 32\tu32\tnone\t\n");
    assert_non_null(first);
    assert_null(strstr(first + strlen(DATA) + 1, "\t5 x 32\t"));
    free(contents);
    free(hdf5_metadata_of(file, DATA, 0, 1));
    struct hdf5_nexus *nexus = NULL;
    assert_int_equal(hdf5_nexus_read(file, "/entry/self/instrument/detector/data", WIDTH, HEIGHT, SAMPLE_U32,
                                     NULL, &nexus, NULL),
                     STATUS_OK);
    assert_true(hdf5_nexus_sentinels(nexus).max_is_no_data);
    hdf5_nexus_drop(&nexus);
    H5Fclose(file);
}

static void test_real_links(void **state)
{
    (void)state;
    hid_t file = hdf5_open_real("hdf5-src/valid/tools/testfiles/textlink.h5");
    char *contents = hdf5_contents_of(file);
    assert_string_equal(contents, "\t\t\t\t/extlink1: the linked file filename is missing\n"
                                  "\t\t\t\t/extlink2: the linked file anotherfile is missing\n");
    free(contents);
    H5Fclose(file);
    file = hdf5_open_real("hdf5-src/valid/tools/testfiles/tsoftlinks.h5");
    contents = hdf5_contents_of(file);
    hdf5_check_line(contents, "/dset1\t4 x 2\ti32\tnone\t");
    hdf5_check_line(contents, "/group1/soft_dset2\t4 x 2\ti32\tnone\tlink to /dset2");
    hdf5_check_line(contents, "\t\t\t\t/soft_dangle: a link to not_yet, which is missing");
    free(contents);
    H5Fclose(file);
    static const char *const loops[] = {"tloop.h5", "tloop2.h5"};
    for (size_t i = 0; i < 2; i++) {
        char path[256];
        snprintf(path, sizeof path, "hdf5-src/valid/tools/testfiles/%s", loops[i]);
        file = hdf5_open_real(path);
        contents = hdf5_contents_of(file);
        assert_string_equal(contents, "");
        free(contents);
        free(hdf5_metadata_of(file, "/g1", 0, 1));
        H5Fclose(file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_metadata),   cmocka_unit_test(test_metadata_bounds),
        cmocka_unit_test(test_contents),   cmocka_unit_test(test_loops),
        cmocka_unit_test(test_other_file), cmocka_unit_test(test_many_files),
        cmocka_unit_test(test_real_links),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
