// SPDX-License-Identifier: MIT
// What the program says to damaged files: a failure is one line on stderr that names the file, no control
// character reaches a terminal, nothing is left of the output, and no run ends by a signal or not at all.
//
// The files are those of tests/fuzz/corpus with each kind of damage below, and a part of the real malformed
// ones where the folder of real files is present.
#include "support/hdf5_file.h"
#include "support/malformed_files.h"
#include "support/program.h"
#include "support/testdata.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MAX_OUTCOMES = 512,
    LONGEST_OUTCOME = 256,
    SECONDS = 60
}; // the deadline only ends what would never end

// A sanitizer makes each run several times slower.
#ifdef FOVEA_SANITIZED
enum { EVERY_EXPORT = 16, EVERY_REAL = 20, KINDS_AT_ONCE = 1 };
#else
enum { EVERY_EXPORT = 8, EVERY_REAL = 8, KINDS_AT_ONCE = 3 };
#endif

// --- one run ---

static const char *const mask_formats[] = {"npy", "edf", "tif", "fits", "h5", "msk", "png", "cbf"};
enum { MASK_FORMATS = sizeof mask_formats / sizeof mask_formats[0] };

static int lines_of(const char *text)
{
    int lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

static bool has_controls(const char *text)
{
    for (; *text; text++) {
        const unsigned char byte = (unsigned char)*text;
        if ((byte < ' ' && byte != '\n' && byte != '\t') || byte == 0x7F)
            return true;
    }
    return false;
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

// What is wrong with the run on a file, or NULL.
static const char *fault_of(const struct run *run, const char *path)
{
    if (run->exit_code < 0 || run->exit_code > 3)
        return "a signal, or no end";
    if (has_controls(run->errors) || has_controls(run->output))
        return "control characters";
    const int lines = lines_of(run->errors);
    if (lines > 1 || (run->exit_code != 0 && lines != 1))
        return "not one line on stderr";
    const char *named = strstr(run->errors, name_of(path));
    if (lines == 1 && run->exit_code != 3 && !named)
        return "a sentence that does not name the file";
    if (named && strstr(named + 1, name_of(path)))
        return "a sentence that names the file twice";
    return NULL;
}

// Runs the command, whose last argument is `source`, which may be more than the name of the file in question.
// The caller frees the run.
static struct run checked_run(const char *path, const char *source, const char *arguments, const char *output)
{
    char deadline[32];
    snprintf(deadline, sizeof deadline, "timeout -k 1 %d", SECONDS);
    if (output)
        remove(output);
    const struct run run = program_run(deadline, "%s '%s'", arguments, source);
    const char *fault = fault_of(&run, path);
    if (!fault && output && (run.exit_code == 0) != (access(output, F_OK) == 0))
        fault = run.exit_code == 0 ? "no output" : "something left of the output";
    if (fault)
        fail_msg("%s: fovea %s '%s' ended with %d: %s", fault, arguments, source, run.exit_code, run.errors);
    return run;
}

static int check_source(const char *path, const char *source, const char *arguments, const char *output)
{
    struct run run = checked_run(path, source, arguments, output);
    const int code = run.exit_code;
    run_free(&run);
    return code;
}

static int check_run(const char *path, const char *arguments, const char *output)
{
    return check_source(path, path, arguments, output);
}

static int check_info(const char *path, const char *options)
{
    char arguments[64];
    snprintf(arguments, sizeof arguments, "info %s", options);
    return check_run(path, arguments, NULL);
}

static int check_export(const char *path)
{
    char arguments[1200];
    const char *output = temporary_path("out.png");
    snprintf(arguments, sizeof arguments, "export -o '%s'", output);
    return check_run(path, arguments, output);
}

static struct run mask_run(const char *path, int format)
{
    char name[16], arguments[1200];
    snprintf(name, sizeof name, "out.%s", mask_formats[format % MASK_FORMATS]);
    const char *output = temporary_path(name);
    snprintf(arguments, sizeof arguments, "mask --above 100 -o '%s'", output);
    return checked_run(path, path, arguments, output);
}

// The outcomes so far: sentences without names and numbers, after the name of the file's format.
static struct {
    char texts[MAX_OUTCOMES][LONGEST_OUTCOME];
    int count;
} outcomes;

static bool is_new_outcome(const char *format, const struct run *run, const char *path)
{
    char text[LONGEST_OUTCOME];
    const char *from = strstr(run->errors, name_of(path));
    int used = snprintf(text, sizeof text, "%s %d", format, run->exit_code);
    for (from = from ? from + strlen(name_of(path)) : run->errors; *from && used < LONGEST_OUTCOME - 1;
         from++)
        if ((*from < '0' || *from > '9') && *from != '-')
            text[used++] = *from;
    text[used] = '\0';
    for (int i = 0; i < outcomes.count; i++)
        if (strcmp(outcomes.texts[i], text) == 0)
            return false;
    assert_true(outcomes.count < MAX_OUTCOMES);
    snprintf(outcomes.texts[outcomes.count++], LONGEST_OUTCOME, "%s", text);
    return true;
}

// Where an image can be read does not depend on where its mask goes: each file is written as one format, in
// turn, and all others follow for the first file of each outcome.
static void check_mask(const char *path, int turn)
{
    char format[64];
    const char *slash = strrchr(path, '/'), *dot = strchr(slash, '.');
    struct run first = mask_run(path, turn);
    snprintf(format, sizeof format, "%s", dot ? dot : "");
    const int others = is_new_outcome(format, &first, path) ? MASK_FORMATS - 1 : 0;
    for (int i = 1; i <= others; i++) {
        struct run other = mask_run(path, turn + i);
        if (other.exit_code != first.exit_code || strcmp(other.errors, first.errors) != 0)
            fail_msg("%s: %s and %s differ: %s%s", path, mask_formats[turn % MASK_FORMATS],
                     mask_formats[(turn + i) % MASK_FORMATS], first.errors, other.errors);
        run_free(&other);
    }
    run_free(&first);
}

// --- damaged files of the corpus ---

static void check_damaged(const char *seed, int turn)
{
    for (int i = 0; i < KINDS_AT_ONCE; i++) {
        const char *path = malformed_damage(seed, turn + i);
        const int code = check_info(path, "--metadata --contents");
        check_mask(path, turn + i);
        if ((turn * KINDS_AT_ONCE + i) % EVERY_EXPORT == 0) {
            check_info(path, "");
            check_export(path);
        }
        struct stat info;
        if (stat(path, &info) == 0 && info.st_size == 0)
            assert_int_not_equal(code, 0);
    }
}

static void test_damaged_files_give_one_line(void **state)
{
    (void)state;
    for (int i = 0; malformed_formats[i]; i++)
        malformed_each_seed(malformed_formats[i], check_damaged);
}

// Some file of each format is whole, so that what is damaged is more than refused.
static int whole_files;

static void check_whole(const char *path, int turn)
{
    (void)turn;
    whole_files += check_info(path, "") == 0;
}

static void test_the_corpus_holds_whole_files(void **state)
{
    (void)state;
    for (int i = 0; malformed_formats[i]; i++) {
        whole_files = 0;
        malformed_each_seed(malformed_formats[i], check_whole);
        if (whole_files == 0)
            fail_msg("no file of %s can be shown", malformed_formats[i]);
    }
}

// --- damaged mask files ---

static void check_damaged_mask(const char *seed, int turn)
{
    char arguments[3000];
    const char *output = temporary_path("out.npy");
    static const char *const steps[] = {"--from", "--add", "--layers-from"};
    for (int kind = 0; kind < DAMAGE_KINDS; kind++) {
        const char *path = malformed_damage(seed, kind);
        snprintf(arguments, sizeof arguments, "mask -o '%s' sim:16x8,type=u8 %s", output,
                 steps[(turn + kind) % 3]);
        check_run(path, arguments, output);
    }
}

static void test_damaged_masks_give_one_line(void **state)
{
    (void)state;
    malformed_each_seed("npy", check_damaged_mask);
    malformed_each_seed("fit2d_mask", check_damaged_mask);
    malformed_each_seed("npz", check_damaged_mask);
}

// --- parts that are not there, files that are others' ---

static const char *make_file(const char *name, const char *content, size_t count)
{
    const char *path = temporary_path(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
    return path;
}

static void make_linked(const char *name)
{
    hid_t file = hdf5_create(name);
    hdf5_put_image(file, "/image");
    hdf5_put_text(file, "/words", "no image");
    H5Lcreate_external("gone.h5", "/y", file, "/out", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/nowhere", file, "/soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
}

// Every command, of `source`, in which %s is the file; each fails.
static void check_part(const char *source, const char *name)
{
    static const char *const commands[] = {"info", "info --metadata --contents", "export -o", "mask -o"};
    char path[512], whole[1024], arguments[1200];
    snprintf(path, sizeof path, "%s", temporary_path(name));
    snprintf(whole, sizeof whole, source, path);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const char *output = i < 2 ? NULL : temporary_path(i == 2 ? "out.png" : "out.npy");
        snprintf(arguments, sizeof arguments, "%s %s", commands[i], output ? output : "");
        if (check_source(path, whole, arguments, output) == 0)
            fail_msg("fovea %s %s succeeded", commands[i], whole);
    }
}

static void test_a_path_stands_once(void **state)
{
    (void)state;
    static const char edf[] = "{\nDim_1 = 4 ;\nDim_2 = 4 ;\nDataType = Odd ;\n}\n";
    // Five tags are announced; the first says that there are 0 extra samples of type 9.
    static const char tiff[] = "II*\0\x08\0\0\0\x05\0\x52\x01\x03\0\x01\0\0\0\x09\0\0\0";
    make_linked("parts.h5");
    make_file("odd.edf", edf, sizeof edf - 1);
    make_file("bad.tif", tiff, sizeof tiff - 1);
    make_file("cut.npy", "\x93NUMPY\1", 7);
    make_file("list.txt", "", 0);
    static const char *const parts[] = {"%s::/none",  "%s::/out",          "%s::/soft",
                                        "%s::/words", "%s::/image[9,:,:]", "sum:2:%s::/none"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        check_part(parts[i], "parts.h5");
    static const char *const wholes[] = {"%s", "sum:2:%s", "raw:%s?width=9999&height=9999", "%s[2]"};
    for (size_t i = 0; i < sizeof wholes / sizeof wholes[0]; i++) {
        check_part(wholes[i], "odd.edf");
        check_part(wholes[i], "bad.tif");
        check_part(wholes[i], "cut.npy");
        check_part(wholes[i], "missing.cbf");
    }
    check_part("@%s", "list.txt");
    check_part("@%s", "missing.txt");
    check_part("%s_*", "missing");
}

// --- real files ---

static void check_real(const char *path, int turn)
{
    check_info(path, "");
    check_info(path, "--metadata --contents");
    check_export(path);
    check_mask(path, turn);
}

static void test_real_malformed_files_give_one_line(void **state)
{
    (void)state;
    malformed_each_real(EVERY_REAL, check_real);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_corpus_holds_whole_files),
        cmocka_unit_test(test_damaged_files_give_one_line),
        cmocka_unit_test(test_damaged_masks_give_one_line),
        cmocka_unit_test(test_a_path_stands_once),
        cmocka_unit_test(test_real_malformed_files_give_one_line),
    };
    cmocka_set_test_filter(getenv("CMOCKA_TEST_FILTER"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
