// SPDX-License-Identifier: MIT
// Files that a file names: raw bytes are taken from its folder and below, links lead to HDF5 files only, and
// whatever else is named is not even opened, by the program or by the process that tries files first.
#include "support/hdf5_file.h"
#include "support/program.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WIDTH = 4, HEIGHT = 3, COUNT = WIDTH * HEIGHT, FIRST = 65, PATH_ROOM = 2048 };

// FIRST, FIRST + 1, ...: letters, as in a file of text.
static void samples_make(uint8_t samples[COUNT])
{
    for (int i = 0; i < COUNT; i++)
        samples[i] = (uint8_t)(FIRST + i);
}

// The folder ROOT has out.raw and out.h5, ROOT/in what names them.
static const char *at(const char *name)
{
    return temporary_path(name);
}

static void put(const char *name, const void *bytes, size_t count)
{
    FILE *file = fopen(at(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}

static void put_hdf5(const char *name)
{
    const hsize_t dims[2] = {HEIGHT, WIDTH};
    uint8_t samples[COUNT];
    samples_make(samples);
    hid_t file = hdf5_create(name);
    hdf5_put_array(file, "/d", H5T_STD_U8LE, 2, dims, samples);
    H5Fclose(file);
}

static int files_make(void **state)
{
    (void)state;
    uint8_t samples[COUNT];
    samples_make(samples);
    unsetenv("FOVEA_TRUST_PATHS");
    assert_int_equal(mkdir(at("in"), 0700), 0);
    assert_int_equal(mkdir(at("in/sub"), 0700), 0);
    put("out.raw", samples, COUNT);
    put("in/b.raw", samples, COUNT);
    put("in/sub/c.raw", samples, COUNT);
    put("in/text.h5", "no HDF5 at all, though it is called so", 38);
    put_hdf5("out.h5");
    put_hdf5("in/b.h5");
    put_hdf5("in/sub/c.h5");
    assert_int_equal(mkfifo(at("in/pipe"), 0600), 0);
    static const char *const links[][2] = {{"in/inner.raw", "b.raw"},
                                           {"in/outer.raw", "../out.raw"},
                                           {"in/inner.h5", "b.h5"},
                                           {"in/outer.h5", "../out.h5"}};
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        assert_int_equal(symlink(links[i][1], at(links[i][0])), 0);
    return 0;
}

// --- Files that name others ---

static void make_edf(const char *path, const char *name)
{
    char header[PATH_ROOM + 512];
    memset(header, ' ', sizeof header);
    const int length = snprintf(header, sizeof header,
                                "{\nEDF_BinaryFileName = %s ;\nEDF_BinaryFilePosition = 0 ;\n"
                                "DataType = UnsignedByte ;\nDim_1 = %d ;\nDim_2 = %d ;\n}\n",
                                name, WIDTH, HEIGHT);
    put(path, header, (size_t)length);
}

static void make_nrrd(const char *path, const char *name)
{
    char header[PATH_ROOM + 512];
    const int length = snprintf(header, sizeof header,
                                "NRRD0004\ntype: uchar\ndimension: 2\nsizes: %d %d\nencoding: raw\n"
                                "data file: %s\n\n",
                                WIDTH, HEIGHT, name);
    put(path, header, (size_t)length);
}

static hid_t image_space(void)
{
    return H5Screate_simple(2, (const hsize_t[2]){HEIGHT, WIDTH}, NULL);
}

// A file with one dataset; closes what it is given.
static void save_dataset(const char *path, hid_t type, hid_t space, hid_t properties)
{
    const hid_t file = hdf5_create(path);
    const hid_t dataset = H5Dcreate2(file, "d", type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    assert_true(dataset >= 0);
    H5Dclose(dataset);
    H5Pclose(properties);
    H5Sclose(space);
    H5Fclose(file);
}

static void make_external_storage(const char *path, const char *name)
{
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    assert_true(H5Pset_external(properties, name, 0, H5F_UNLIMITED) >= 0);
    save_dataset(path, H5T_STD_U8LE, image_space(), properties);
}

static void make_link(const char *path, const char *name)
{
    hid_t file = hdf5_create(path);
    assert_true(H5Lcreate_external(name, "/d", file, "/d", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    H5Fclose(file);
}

static void make_virtual_of(const char *path, const char *name, hid_t type)
{
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE), space = image_space();
    assert_true(H5Pset_virtual(properties, space, name, "/d", space) >= 0);
    save_dataset(path, type, space, properties);
}

static void make_virtual(const char *path, const char *name)
{
    make_virtual_of(path, name, H5T_STD_U8LE);
}

// Samples of another type are converted by libhdf5, which then opens the sources itself.
static void make_converted(const char *path, const char *name)
{
    make_virtual_of(path, name, H5T_STD_I32LE);
}

struct kind {
    const char *file; // that names another
    void (*make)(const char *path, const char *name);
    bool raw;
};

static const struct kind kinds[] = {
    {"in/of.edf", make_edf, true},
    {"in/of.nhdr", make_nrrd, true},
    {"in/storage.h5", make_external_storage, true},
    {"in/link.h5", make_link, false},
    {"in/virtual.h5", make_virtual, false},
    {"in/converted.h5", make_converted, false},
};

// --- Running the program ---

// What a picture of the file shows at the pixel; -1: nothing was shown, or lost pixels.
static int shown(const struct kind *kind, const char *options, int x, int y)
{
    struct run run = program_run("", "info --json --metadata --contents %s --pixel %d,%d '%s'", options, x, y,
                                 at(kind->file));
    cJSON *json = run.exit_code == 0 ? cJSON_Parse(run.output) : NULL;
    const cJSON *lost = cJSON_GetObjectItem(json, "lost_pixels");
    const cJSON *pixel = cJSON_GetArrayItem(cJSON_GetObjectItem(json, "pixels"), 0);
    const cJSON *value = cJSON_GetObjectItem(pixel, "value");
    const int number = cJSON_IsNumber(value) && lost && lost->valuedouble == 0 ? (int)value->valuedouble : -1;
    if (run.exit_code != 0) {
        assert_int_equal(run.exit_code, 1);
        run_check_sentence(&run, NULL, 0);
    }
    cJSON_Delete(json);
    run_free(&run);
    return number;
}

// Every command that reads an image; where it writes, below the folder of the test.
static struct run run_command(int number, const char *options, const struct kind *kind)
{
    static const char *const commands[] = {"info", "info --contents --metadata", "export", "mask --above 70"};
    static const char *const outputs[] = {NULL, NULL, "out.png", "out.npy"};
    char output[PATH_ROOM] = "";
    if (outputs[number])
        snprintf(output, sizeof output, "-o '%s'", at(outputs[number]));
    return program_run("", "%s %s %s '%s'", commands[number], options, output, at(kind->file));
}
enum { COMMANDS = 4 };

static void check_shown(const struct kind *kind, const char *name, const char *options)
{
    kind->make(kind->file, name);
    for (int i = 0; i < COUNT; i += COUNT - 1)
        if (shown(kind, options, i % WIDTH, i / WIDTH) != FIRST + i)
            fail_msg("%s does not show %s", kind->file, name);
}

// All commands show it.
static void check_commands(const struct kind *kind, const char *name, const char *options)
{
    check_shown(kind, name, options);
    for (int i = 0; i < COMMANDS; i++) {
        struct run run = run_command(i, options, kind);
        if (run.exit_code != 0)
            fail_msg("command %d with %s naming %s: %s", i, kind->file, name, run.errors);
        run_free(&run);
    }
}

// All commands refuse it with one sentence, which has `said` in it.
static void check_refused(const struct kind *kind, const char *name, const char *said)
{
    kind->make(kind->file, name);
    for (int i = 0; i < COMMANDS; i++) {
        struct run run = run_command(i, "", kind);
        if (run.exit_code == 0 || run.exit_code == -1)
            fail_msg("command %d with %s naming %s: exit code %d", i, kind->file, name, run.exit_code);
        run_check_sentence(&run, &said, 1);
        run_free(&run);
    }
}

// --- Raw bytes ---

static void raw_bytes_beside_and_below_are_shown(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!kinds[i].raw)
            continue;
        check_commands(&kinds[i], "b.raw", "");
        check_shown(&kinds[i], "sub/c.raw", "");
        check_shown(&kinds[i], "inner.raw", "");
    }
}

// How often the file was opened or read since the last call.
static int touched(int watch)
{
    char events[4096];
    int count = 0;
    for (;;) {
        const ssize_t got = read(watch, events, sizeof events);
        if (got < 0 && errno == EAGAIN)
            return count;
        assert_true(got > 0);
        count++;
    }
}

static void raw_bytes_elsewhere_are_not_opened(void **state)
{
    (void)state;
    char outside[PATH_ROOM];
    snprintf(outside, sizeof outside, "%s", at("out.raw"));
    const char *const names[] = {"../out.raw", outside, "outer.raw", "sub/../../out.raw"};
    const int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    assert_true(inotify_add_watch(watch, outside, IN_OPEN | IN_ACCESS) >= 0);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        for (size_t j = 0; kinds[i].raw && j < sizeof names / sizeof *names; j++) {
            check_refused(&kinds[i], names[j], "--trust-paths");
            assert_int_equal(touched(watch), 0);
        }
    }
    // The watch does see what opens it.
    check_shown(&kinds[0], "../out.raw", "--trust-paths");
    assert_true(touched(watch) > 0);
    close(watch);
}

static void no_picture_of_the_password_file(void **state)
{
    (void)state;
    static const char *const said[] = {"--trust-paths", "--trust-paths", "--trust-paths", "/etc/passwd"};
    for (size_t i = 0; i < 4; i++)
        check_refused(&kinds[i], "/etc/passwd", said[i]);
    for (size_t i = 4; i < sizeof kinds / sizeof *kinds; i++) {
        kinds[i].make(kinds[i].file, "/etc/passwd");
        assert_int_equal(shown(&kinds[i], "", 0, 0), -1);
    }
}

static void trusted_paths_are_shown(void **state)
{
    (void)state;
    char outside[PATH_ROOM];
    snprintf(outside, sizeof outside, "%s", at("out.raw"));
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!kinds[i].raw)
            continue;
        check_commands(&kinds[i], "../out.raw", "--trust-paths");
        check_shown(&kinds[i], outside, "--trust-paths");
        check_shown(&kinds[i], "outer.raw", "--trust-paths");
    }
}

// A pipe that nobody writes to would be waited for until the test is ended.
static void pipes_are_not_waited_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        kinds[i].make(kinds[i].file, "pipe");
        assert_int_equal(shown(&kinds[i], "", 0, 0), -1);
        assert_int_equal(shown(&kinds[i], "--trust-paths", 0, 0), -1);
    }
    for (size_t i = 0; i < 4; i++)
        check_refused(&kinds[i], "pipe", "pipe");
}

// --- Other HDF5 files ---

static void other_hdf5_files_may_be_anywhere(void **state)
{
    (void)state;
    char outside[PATH_ROOM];
    snprintf(outside, sizeof outside, "%s", at("out.h5"));
    const char *const names[] = {"b.h5", "sub/c.h5", "inner.h5", "outer.h5", "../out.h5", outside};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        for (size_t j = 0; !kinds[i].raw && j < sizeof names / sizeof *names; j++)
            check_shown(&kinds[i], names[j], "");
    }
}

static void other_files_are_no_targets_of_links(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].raw)
            continue;
        kinds[i].make(kinds[i].file, "text.h5");
        assert_int_equal(shown(&kinds[i], "", 0, 0), -1);
        assert_int_equal(shown(&kinds[i], "--trust-paths", 0, 0), -1);
    }
    check_refused(&kinds[3], "text.h5", "text.h5");
}

// `fovea info` names the file that the samples are in.
static void info_names_the_files(void **state)
{
    (void)state;
    static const struct {
        size_t kind;
        const char *name;
    } cases[] = {{0, "b.raw"}, {2, "sub/c.raw"}, {3, "../out.h5"}, {4, "sub/c.h5"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct kind *kind = &kinds[cases[i].kind];
        kind->make(kind->file, cases[i].name);
        struct run run = program_run("", "info '%s'", at(kind->file));
        const char *line = strstr(run.output, "samples in");
        const char *end = line ? strchr(line, '\n') : NULL;
        if (!end || !memmem(line, (size_t)(end - line), cases[i].name, strlen(cases[i].name)))
            fail_msg("%s: %s", kind->file, run.output);
        run_free(&run);
    }
    make_virtual("in/virtual.h5", "../out.h5");
    struct run run = program_run("", "info --contents '%s'", at("in/virtual.h5"));
    assert_non_null(strstr(run.output, "virtual, from ../out.h5"));
    run_free(&run);
}

// Variables by which libhdf5 looks elsewhere do not count: all is as without them.
static void prefixes_do_not_count(void **state)
{
    (void)state;
    char variables[4 * PATH_ROOM], folder[PATH_ROOM];
    snprintf(folder, sizeof folder, "%s", at("in/sub"));
    snprintf(variables, sizeof variables,
             "HDF5_EXTFILE_PREFIX='%s' HDF5_VDS_PREFIX='%s' HDF5_EXT_PREFIX='%s'", folder, folder, folder);
    for (size_t i = 2; i < sizeof kinds / sizeof *kinds; i++) {
        kinds[i].make(kinds[i].file, kinds[i].raw ? "c.raw" : "c.h5");
        for (int command = 0; command < 2; command++) {
            const char *how = command ? "--contents" : "--metadata";
            char file[PATH_ROOM];
            snprintf(file, sizeof file, "%s", at(kinds[i].file));
            struct run without = program_run("", "info %s '%s'", how, file);
            struct run with = program_run(variables, "info %s '%s'", how, file);
            assert_int_equal(with.exit_code, without.exit_code);
            assert_string_equal(with.output, without.output);
            assert_string_equal(with.errors, without.errors);
            run_free(&without);
            run_free(&with);
        }
    }
}

// --- Virtual datasets of what is not HDF5 ---

// The source of a virtual dataset has its samples outside. `type` 1: libhdf5 would have to convert them.
static void sources_follow_the_same_rule(void **state)
{
    (void)state;
    static const struct kind source = {"in/source.h5", make_external_storage, true};
    char outside[PATH_ROOM];
    snprintf(outside, sizeof outside, "%s", at("out.raw"));
    const int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    assert_true(inotify_add_watch(watch, outside, IN_OPEN | IN_ACCESS) >= 0);
    for (size_t i = 3; i < sizeof kinds / sizeof *kinds; i++) {
        source.make(source.file, outside);
        kinds[i].make(kinds[i].file, "source.h5");
        assert_int_equal(shown(&kinds[i], "", 0, 0), -1);
        assert_int_equal(touched(watch), 0);
    }
    close(watch);
    source.make(source.file, "b.raw");
    check_shown(&kinds[3], "source.h5", "");
    check_shown(&kinds[4], "source.h5", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raw_bytes_beside_and_below_are_shown),
        cmocka_unit_test(raw_bytes_elsewhere_are_not_opened),
        cmocka_unit_test(no_picture_of_the_password_file),
        cmocka_unit_test(trusted_paths_are_shown),
        cmocka_unit_test(pipes_are_not_waited_for),
        cmocka_unit_test(other_hdf5_files_may_be_anywhere),
        cmocka_unit_test(other_files_are_no_targets_of_links),
        cmocka_unit_test(info_names_the_files),
        cmocka_unit_test(prefixes_do_not_count),
        cmocka_unit_test(sources_follow_the_same_rule),
    };
    return cmocka_run_group_tests(tests, files_make, NULL);
}
