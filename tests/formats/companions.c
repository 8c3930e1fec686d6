// SPDX-License-Identifier: MIT
// Files that belong to a header are looked for beside the name as it is given, and where that is a symbolic
// link, then beside what it leads to: samples of EDF and NRRD, the .hdr of Merlin.
#include "support/reader_checks.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WIDTH = 4, HEIGHT = 3, COUNT = WIDTH * HEIGHT, MERLIN_HEADER = 384 };

// "real/a.edf" with its companion, and the link "a.edf" to it.
struct pair {
    char real[512], link[512], companion[512], beside_link[512];
};

static struct pair make_pair(const char *name, const char *companion, const void *header, size_t count)
{
    struct pair pair;
    char below[128];
    (void)mkdir(temporary_path("real"), 0700);
    snprintf(below, sizeof below, "real/%s", name);
    snprintf(pair.real, sizeof pair.real, "%s", save_bytes(below, header, count));
    snprintf(below, sizeof below, "real/%s", companion);
    snprintf(pair.companion, sizeof pair.companion, "%s", temporary_path(below));
    snprintf(pair.link, sizeof pair.link, "%s", temporary_path(name));
    snprintf(pair.beside_link, sizeof pair.beside_link, "%s", temporary_path(companion));
    assert_int_equal(symlink(pair.real, pair.link), 0);
    return pair;
}

static void put_file(const char *path, const char *bytes, size_t count)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    fclose(file);
}

static void remove_pair(const struct pair *pair)
{
    unlink(pair->link);
    unlink(pair->beside_link);
    unlink(pair->companion);
    unlink(pair->real);
    rmdir(temporary_path("real"));
}

static void check_samples(const char *path, const char *expected)
{
    struct image_file *file = open_good(path);
    check_rectangles(file, 0, expected);
    image_file_close(&file);
}

static void check_detached(const char *name, const char *header)
{
    const struct pair pair = make_pair(name, "samples.bin", header, strlen(header));
    static const char far_samples[] = "abcdefghijkl", near_samples[] = "mnopqrstuvwx";
    put_file(pair.companion, far_samples, COUNT);
    check_samples(pair.real, far_samples);
    check_samples(pair.link, far_samples);
    check_threads(pair.link);
    put_file(pair.beside_link, near_samples, COUNT);
    check_samples(pair.link, near_samples);
    check_samples(pair.real, far_samples);
    unlink(pair.beside_link);
    unlink(pair.companion);
    struct image_file *file = NULL;
    struct error error = {0};
    assert_int_not_equal(image_file_open(pair.link, CHANNEL_AUTO, &file, &error), STATUS_OK);
    assert_non_null(strstr(error.text, "samples.bin"));
    remove_pair(&pair);
}

static void edf(void **state)
{
    (void)state;
    check_detached(
        "a.edf",
        "{\nDataType = UnsignedByte ;\nDim_1 = 4 ;\nDim_2 = 3 ;\nEDF_BinaryFileName = samples.bin ;\n"
        "EDF_BinaryFilePosition = 0 ;\nEDF_BinaryFileSize = 12 ;\n}\n");
}

static void nrrd(void **state)
{
    (void)state;
    check_detached(
        "a.nhdr", "NRRD0004\ntype: uchar\ndimension: 2\nsizes: 4 3\nencoding: raw\ndata file: samples.bin\n");
}

static void check_gain(const char *path, const char *line)
{
    struct image_file *file = open_good(path);
    check_metadata(file, 0, (const char *const[]){line, NULL});
    image_file_close(&file);
}

static void merlin(void **state)
{
    (void)state;
    char bytes[MERLIN_HEADER + COUNT] = "";
    snprintf(
        bytes, MERLIN_HEADER,
        "MQ1,000001,00384,01,0004,0003,U08,   1x1,0F,2020-05-18 16:51:49.971626,0.000555,0,0,0,1.2E+2,5.1E+2,");
    const struct pair pair = make_pair("frames.mib", "frames.hdr", bytes, sizeof bytes);
    put_file(pair.companion, "HDR,\nGain:\tSLGM\nEnd\t", 20);
    check_gain(pair.link, "Gain\tSLGM\n");
    put_file(pair.beside_link, "HDR,\nGain:\tHGM\nEnd\t", 19);
    check_gain(pair.link, "Gain\tHGM\n");
    check_gain(pair.real, "Gain\tSLGM\n");
    remove_pair(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edf),
        cmocka_unit_test(nrrd),
        cmocka_unit_test(merlin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
