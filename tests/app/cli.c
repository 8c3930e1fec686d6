// SPDX-License-Identifier: MIT
// The command line as a script sees it: help, exit codes, and one sentence that names the file and the fault.
#include "support/pixels.h"
#include "support/program.h"
#include "support/testdata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// Takes the GL drivers away, whatever the machine has.
#define NO_GL                                                                                                \
    "LIBGL_DRIVERS_PATH=/nonexistent __EGL_VENDOR_LIBRARY_DIRS=/nonexistent __EGL_VENDOR_LIBRARY_FILENAMES="
#define NO_DISPLAY "env -u DISPLAY -u WAYLAND_DISPLAY"

// Fails the test unless the run ended with that code, printed nothing and told one sentence with both words.
static void check_failure(struct run run, const char *what, int exit_code, const char *first,
                          const char *second)
{
    const char *words[] = {"fovea: ", first, second};
    if (run.exit_code != exit_code)
        fail_msg("%s: exit code %d instead of %d: %s", what, run.exit_code, exit_code, run.errors);
    assert_string_equal(run.output, "");
    run_check_sentence(&run, words, 3);
    run_free(&run);
}

static const char *save_image(const char *name, int width, int height)
{
    struct image image = image_pattern(width, height);
    const char *path = temporary_path(name);
    image_save_npy(&image, "|u1", path);
    image_free(&image);
    return path;
}

static const char *save_text(const char *name, const char *content)
{
    const char *path = temporary_path(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
    return path;
}

// --- help ---

static void check_prints(const char *arguments, const char *const *words, int count)
{
    struct run run = program_run("", "%s", arguments);
    if (run.exit_code != 0 || run.errors[0])
        fail_msg("%s: exit code %d: %s", arguments, run.exit_code, run.errors);
    for (int i = 0; i < count; i++) {
        if (!strstr(run.output, words[i]))
            fail_msg("%s: nothing about %s", arguments, words[i]);
    }
    run_free(&run);
}

static void test_help(void **state)
{
    (void)state;
    static const char *const view[] = {
        "Usage: fovea",   "--mask",    "--range",     "--auto",     "--scale",   "--colormap", "--frame",
        "--zoom",         "--center",  "--origin",    "--reduce",   "--rotate",  "--flip",     "--mask-color",
        "--mask-opacity", "--no-mask", "--nan-color", "--decorate", "--command", "--reverse"};
    static const char *const own_export[] = {"Usage: fovea export", "--output", "-o", "--size"};
    static const char *const info[] = {"Usage: fovea info", "--json", "--frame", "--pixel", "--checksum"};
    static const char *const bench[] = {"Usage: fovea bench", "--json", "--size", "--mask"};
    static const char *const all[] = {"view", "export", "info", "bench",
                                      "tiff", "fits",   "sim:", "contrast.limits"};
    check_prints("view --help", view, 20);
    check_prints("export --help", view, 1);
    check_prints("export --help", view + 1, 19);
    check_prints("export -h", own_export, 4);
    check_prints("info --help", info, 5);
    check_prints("bench --help", bench, 4);
    check_prints("help", all, 8);
    check_prints("--help", all, 8);
    check_prints("-h", all, 8);
    check_prints("--version", (const char *[]){"fovea "}, 1);
}

// --- input that cannot be shown: 1 ---

static void check_input(const char *path, const char *fault)
{
    const char *output = temporary_path("none.png");
    char what[600];
    snprintf(what, sizeof what, "export %s", path);
    check_failure(program_run("", "export -o '%s' '%s'", output, path), what, 1, path, fault);
    if (access(output, F_OK) == 0)
        fail_msg("%s: a picture was written", what);
    snprintf(what, sizeof what, "info %s", path);
    check_failure(program_run("", "info '%s'", path), what, 1, path, fault);
    check_failure(program_run("", "info --json '%s'", path), what, 1, path, fault);
}

static void test_input_that_cannot_be_shown(void **state)
{
    (void)state;
    check_input(temporary_path("missing.tif"), "No such file");
    check_input("/proc/self/net", "folder");
    check_input(save_text("empty.fits", ""), "empty");
    check_input(save_text("text.tif", "This is no image, whatever its name says.\n"), "");
    check_input(save_text("только текст 文本.npy", "nothing else\n"), "");
    check_input(save_text("cut.tif", "II*"), "");
}

static void test_frame_out_of_range(void **state)
{
    (void)state;
    const char *path = save_image("one.npy", 20, 10), *output = temporary_path("out.png");
    struct run run = program_run("", "export --frame 7 -o '%s' '%s'", output, path);
    assert_in_range(run.exit_code, 1, 2);
    run_check_sentence(&run, (const char *[]){path, "there is no frame # 7, the last is # 0 of 1"}, 2);
    run_free(&run);
}

static void test_masks_that_do_not_fit(void **state)
{
    (void)state;
    const char *path = save_image("image.npy", 64, 40), *mask = save_image("mask.npy", 65, 41);
    const char *output = temporary_path("out.png");
    struct run run = program_run("", "export --mask '%s' -o '%s' '%s'", mask, output, path);
    assert_int_equal(run.exit_code, 1);
    run_check_sentence(&run, (const char *[]){mask, "64", "40", "65", "41"}, 5);
    run_free(&run);
    const char *missing = temporary_path("no mask.npy"), *text = save_text("mask.tif", "no mask");
    check_failure(program_run("", "export --mask '%s' -o '%s' '%s'", missing, output, path), "missing mask",
                  1, missing, "No such file");
    check_failure(program_run("", "export --mask '%s' -o '%s' '%s'", text, output, path), "broken mask", 1,
                  text, "");
    // Not loaded, it does no harm.
    run = program_run("", "export --mask '%s' --no-mask -o '%s' '%s'", missing, output, path);
    assert_int_equal(run.exit_code, 0);
    run_free(&run);
}

static void test_output_that_cannot_be_written(void **state)
{
    (void)state;
    const char *path = save_image("image.npy", 200, 100);
    check_failure(program_run("", "export -o /nonexistent/out.png '%s'", path), "no folder", 1,
                  "/nonexistent/out.png", "No such file");
    check_failure(program_run("", "export -o /tmp '%s'", path), "a folder", 1, "/tmp", "directory");
    // As if the disk were full: files may be 512 or 1024 bytes long.
    const char *large = save_image("large.npy", 900, 700), *output = temporary_path("large.png");
    check_failure(program_run("ulimit -f 1; trap '' XFSZ;", "export -o '%s' '%s'", output, large),
                  "a full disk", 1, output, "too large");
    assert_int_equal(access(output, F_OK), -1);
}

// A picture is made of the part that is there; the loss is told, the exit code is that of success.
static void test_truncated_file_is_shown_in_part(void **state)
{
    (void)state;
    const char *path = save_image("cut.npy", 200, 100), *output = temporary_path("out.png");
    assert_int_equal(truncate(path, 128 + 200 * 60), 0);
    struct run run = program_run("", "export -o '%s' '%s'", output, path);
    assert_int_equal(run.exit_code, 0);
    run_check_sentence(&run, (const char *[]){"fovea: warning", path}, 2);
    run_free(&run);
}

// --- wrong usage: 2 ---

static void test_wrong_options(void **state)
{
    (void)state;
    static const struct {
        const char *option, *named;
    } wrong[] = {{"--range 5", "--range"},
                 {"--range 9:3", "--range"},
                 {"--range a:b", "--range"},
                 {"--range nan:1", "--range"},
                 {"--auto best", "--auto"},
                 {"--scale cubic", "--scale"},
                 {"--scale power:0", "--scale"},
                 {"--colormap no-such-map", "no-such-map"},
                 {"--zoom 0", "--zoom"},
                 {"--zoom wide", "--zoom"},
                 {"--center 4", "--center"},
                 {"--origin left", "--origin"},
                 {"--rotate 45", "--rotate"},
                 {"--flip diagonal", "--flip"},
                 {"--reduce median", "--reduce"},
                 {"--mask-color nocolour", "--mask-color"},
                 {"--mask-opacity 2", "--mask-opacity"},
                 {"--nan-color '#12'", "--nan-color"},
                 {"--frame -1", "--frame"},
                 {"--frame x", "--frame"},
                 {"--size 100", "--size"},
                 {"--size 0x10", "--size"},
                 {"--size 3000000000x10", "--size"},
                 {"--command no.such", "no.such"},
                 {"--command 'contrast.limits 1'", "--command"},
                 {"--no-such-option", "--no-such-option"},
                 {"--reverse=yes", "--reverse"},
                 {"--mask", "--mask"}};
    const char *path = save_image("image.npy", 20, 10), *output = temporary_path("none.png");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        // The option comes last, so that one without a value takes nothing else for it.
        check_failure(program_run("", "export -o '%s' '%s' %s", output, path, wrong[i].option),
                      wrong[i].option, 2, wrong[i].named, "");
        if (access(output, F_OK) == 0)
            fail_msg("%s: a picture was written", wrong[i].option);
    }
}

static void test_wrong_arguments(void **state)
{
    (void)state;
    const char *path = save_image("image.npy", 20, 10), *output = temporary_path("out.png");
    check_failure(program_run("", "export -o '%s'", output), "no image", 2, "image", "");
    check_failure(program_run("", "export -o '%s' '%s' '%s'", output, path, path), "two images", 2, "2", "");
    check_failure(program_run("", "export '%s'", path), "no output", 2, "-o", "");
    check_failure(program_run("", "export '%s' -o", path), "no output's name", 2, "--output", "");
    check_failure(program_run("", "info"), "info of nothing", 2, "", "");
    check_failure(program_run("", "info --pixel 1 '%s'", path), "half a pixel", 2, "--pixel", "");
    check_failure(program_run("", "info sim:0x0"), "an impossible size", 2, "sim:0x0", "size");
    check_failure(program_run("", "info sim:9x9,type=u17"), "an impossible type", 2, "u17", "");
    check_failure(program_run("", "bench"), "bench of nothing", 2, "", "");
    check_failure(program_run(NO_DISPLAY, "--range 3 '%s'", path), "view", 2, "--range", "");
    check_failure(program_run(NO_DISPLAY, "view --no-such '%s'", path), "view", 2, "--no-such", "");
}

// --- no usable OpenGL: 3 ---

static void test_no_opengl(void **state)
{
    (void)state;
    const char *path = save_image("image.npy", 20, 10), *output = temporary_path("out.png");
    check_failure(program_run(NO_GL, "export -o '%s' '%s'", output, path), "export", 3, "OpenGL", "");
    // What needs no OpenGL works without.
    struct run run = program_run(NO_GL, "info '%s'", path);
    assert_int_equal(run.exit_code, 0);
    run_free(&run);
}

static void test_no_display(void **state)
{
    (void)state;
    const char *path = save_image("image.npy", 20, 10), *output = temporary_path("out.png");
    check_failure(program_run(NO_DISPLAY, "'%s'", path), "view", 3, "display", "fovea export");
    check_failure(program_run("DISPLAY=:987 WAYLAND_DISPLAY=", "'%s'", path), "view", 3, "", "");
    struct run run = program_run(NO_DISPLAY, "export -o '%s' '%s'", output, path);
    assert_int_equal(run.exit_code, 0);
    run_free(&run);
}

// Ctrl+C ends what would take for ever, with the shell's exit code, nothing said and no file left.
static void test_ctrl_c(void **state)
{
    (void)state;
    static const char *const commands[] = {"info sim:1000000x1000000",
                                           "export --zoom 20 -o '%s' sim:4000x4000",
                                           "mask --above 5 -o '%s' sim:60000x60000"};
    const char *folder = temporary_path("stopped");
    char output[600], command[900], format[200];
    assert_int_equal(mkdir(folder, 0777), 0);
    snprintf(output, sizeof output, "%s/a.png", folder);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        // Before the program is up the signal ends it as well.
        snprintf(format, sizeof format, "timeout --preserve-status -s INT 1 '%%s' %s", commands[i]);
        snprintf(command, sizeof command, format, getenv("FOVEA_BINARY"), output);
        const int status = system(command);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 130);
    }
    // No draft of the picture is left either.
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_help),
        cmocka_unit_test(test_input_that_cannot_be_shown),
        cmocka_unit_test(test_frame_out_of_range),
        cmocka_unit_test(test_masks_that_do_not_fit),
        cmocka_unit_test(test_output_that_cannot_be_written),
        cmocka_unit_test(test_truncated_file_is_shown_in_part),
        cmocka_unit_test(test_wrong_options),
        cmocka_unit_test(test_wrong_arguments),
        cmocka_unit_test(test_ctrl_c),
        cmocka_unit_test(test_no_opengl),
        cmocka_unit_test(test_no_display),
    };
    cmocka_set_test_filter(getenv("CMOCKA_TEST_FILTER"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
