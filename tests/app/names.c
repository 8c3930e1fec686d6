// SPDX-License-Identifier: MIT
// Names of files and datasets with what a terminal obeys: nothing of it reaches stdout or stderr, whatever
// becomes of the run. JSON keeps it, escaped.
#include "support/hdf5_file.h"
#include "support/program.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Sets a terminal's title, begins a line and a new one, C1's own escape, a line separator, writes backwards,
// isolates.
#define EVIL      "\x1B]0;T\x07\r\n\x7F\xC2\x9B\xE2\x80\xA8\xE2\x80\xAE\xE2\x81\xA6"
#define EVIL_PATH "/d" EVIL "e"

// A byte or a sequence that acts; line feeds and tabs of our own are told by the number of lines.
static bool acts(const unsigned char *at)
{
    return (at[0] < ' ' && at[0] != '\n' && at[0] != '\t') || at[0] == 0x7F ||
           (at[0] == 0xC2 && at[1] < 0xA0) ||
           (at[0] == 0xE2 && at[1] == 0x80 && at[2] >= 0xA8 && at[2] <= 0xAE) ||
           (at[0] == 0xE2 && at[1] == 0x81 && at[2] >= 0xA6 && at[2] <= 0xA9);
}

static void check_text(const char *text, const char *what)
{
    for (const unsigned char *at = (const unsigned char *)text; *at; at++)
        if (acts(at))
            fail_msg("byte 0x%02x, %zu behind the start, from %s:\n%s", *at,
                     (size_t)((const char *)at - text), what, text);
}

static int lines_of(const char *text)
{
    int lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

// Runs `fovea ARGUMENTS`, in which %s are two paths: of a file and of an output.
static void check_run(const char *arguments, const char *file, const char *output, int code, int lines)
{
    char whole[4096];
    snprintf(whole, sizeof whole, arguments, file, output);
    struct run run = program_run("", "%s", whole);
    if (run.exit_code != code)
        fail_msg("%s ended with %d: %s", arguments, run.exit_code, run.errors);
    check_text(run.output, arguments);
    check_text(run.errors, arguments);
    assert_int_equal(lines_of(run.errors), code ? 1 : 0);
    if (lines >= 0)
        assert_int_equal(lines_of(run.output), lines);
    run_free(&run);
}

// A file with one dataset, whose attribute and unit are as bad as its name.
static const char *make_file(const char *name)
{
    hid_t file = hdf5_create(name);
    hdf5_put_image(file, EVIL_PATH);
    hdf5_put_attribute(file, EVIL_PATH, "units", "u" EVIL "v");
    hdf5_put_attribute(file, EVIL_PATH, "a" EVIL "b", "c" EVIL "d");
    H5Fclose(file);
    return temporary_path(name);
}

static int lines_of_info(const char *options, const char *path)
{
    struct run run = program_run("", "info %s '%s'", options, path);
    const int lines = lines_of(run.output);
    assert_int_equal(run.exit_code, 0);
    run_free(&run);
    return lines;
}

static void test_success_prints_no_controls(void **state)
{
    (void)state;
    const char *evil = make_file("a" EVIL "b.h5"), *plain = make_file("plain.h5");
    const char *picture = temporary_path("p" EVIL "q.png"), *mask = temporary_path("m" EVIL "n.npy");
    check_run("info '%s'", evil, "", 0, lines_of_info("", plain));
    check_run("info --metadata --contents '%s'", evil, "", 0, lines_of_info("--metadata --contents", plain));
    check_run("info '%s' '%s'", evil, evil, 0, 2 * lines_of_info("", plain) + 1);
    check_run("export --decorate '%s' -o '%s'", evil, picture, 0, 0);
    check_run("mask --above 1 '%s' -o '%s'", evil, mask, 0, 1);
    check_run("mask --above 1 --dataset '" EVIL_PATH "' '%s' -o '%s'", evil, temporary_path("n" EVIL ".h5"),
              0, 1);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

// A path in the temporary folder that stays.
struct path {
    char text[512];
};

static struct path make_path(const char *name, const char *content)
{
    struct path path;
    snprintf(path.text, sizeof path.text, "%s", temporary_path(name));
    if (content)
        write_text(path.text, content);
    return path;
}

static void test_failure_prints_no_controls(void **state)
{
    (void)state;
    static const char *const commands[] = {"info '%s'", "info --metadata --contents '%s'",
                                           "export --decorate '%s' -o '%s'", "mask --above 1 '%s' -o '%s'"};
    make_file("a" EVIL "b.h5");
    const struct path evil = make_path("a" EVIL "b.h5", NULL);
    const struct path bad[] = {
        make_path("x" EVIL "y.h5", NULL),          // missing
        make_path("z" EVIL ".npy", "\x93NUMPY\1"), // cut
        // a value of the header that the sentence repeats
        make_path("w" EVIL ".edf",
                  "{\nDataType = Odd\x1B]0;T\x07\xC2\x9BType ;\nDim_1 = 4 ;\nDim_2 = 4 ;\n}\n"),
    };
    const struct path list = make_path("l" EVIL ".txt", "no\x1B]0;T\x07.tif\n");
    const struct path picture = make_path("o.png", NULL), mask = make_path("o.npy", NULL);
    char inside[1024];
    snprintf(inside, sizeof inside, "%s::/none" EVIL, evil.text);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const char *out = i == 2 ? picture.text : mask.text;
        for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++)
            check_run(commands[i], bad[k].text, out, 1, 0);
        check_run(commands[i], inside, out, 2, 0);
    }
    check_run("info '@%s'", list.text, "", 1, 0);
    check_run("export '@%s' -o '%s'", list.text, picture.text, 1, 0);
    check_run("mask --from '%s' '%s' -o o.npy", bad[0].text, evil.text, 1, 0);
    check_run("export '%s' -o '%s/none" EVIL "/o.png'", evil.text, evil.text, 1, 0);
}

// The words of the command line that a sentence repeats.
static void test_usage_errors_print_no_controls(void **state)
{
    (void)state;
    static const char *const commands[] = {
        "'--a" EVIL "'",
        "--scale 'a" EVIL "' sim:",
        "export '--a" EVIL "'",
        "export --size '" EVIL "' sim: -o o.png",
        "export --command 'a" EVIL "' sim:16x16 -o o.png",
        "export sim:16x16 'a" EVIL "' -o o.png",
        "info '--a" EVIL "'",
        "info --frame '" EVIL "' sim:",
        "info --pixel '" EVIL "' sim:",
        "mask '--a" EVIL "'",
        "mask --layer '" EVIL "' sim: -o o.npy",
        "mask --circle '" EVIL "' sim: -o o.npy",
        "bench '--a" EVIL "'",
    };
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        struct run run = program_run("", "%s", commands[i]);
        assert_int_equal(run.exit_code, 2);
        assert_string_equal(run.output, "");
        assert_int_equal(lines_of(run.errors), 1);
        check_text(run.errors, commands[i]);
        run_free(&run);
    }
}

static const char *string_of(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    assert_true(cJSON_IsString(item));
    return item->valuestring;
}

static void test_json_keeps_names_escaped(void **state)
{
    (void)state;
    const char *evil = make_file("a" EVIL "b.h5"), *missing = temporary_path("x" EVIL "y.h5");
    struct run run = program_run("", "info --json --metadata --contents '%s' '%s'", evil, missing);
    assert_int_equal(run.exit_code, 1);
    check_text(run.output, "JSON");
    assert_non_null(strstr(run.output, "a\\u001b]0;T\\u0007\\r\\n\\u007f\\u009b\\u2028\\u202e\\u2066b.h5"));
    cJSON *json = cJSON_Parse(run.output);
    assert_int_equal(cJSON_GetArraySize(json), 2);
    const cJSON *good = cJSON_GetArrayItem(json, 0), *bad = cJSON_GetArrayItem(json, 1);
    assert_string_equal(string_of(good, "source"), evil);
    assert_string_equal(string_of(bad, "source"), missing);
    assert_non_null(strstr(string_of(bad, "error"), missing));
    // Line ends alone are spaces in lines of fields.
    assert_string_equal(string_of(good, "title"),
                        "/d\x1B]0;T\x07  \x7F\xC2\x9B\xE2\x80\xA8\xE2\x80\xAE\xE2\x81\xA6"
                        "e");
    cJSON_Delete(json);
    run_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_success_prints_no_controls),
        cmocka_unit_test(test_failure_prints_no_controls),
        cmocka_unit_test(test_usage_errors_print_no_controls),
        cmocka_unit_test(test_json_keeps_names_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
