// SPDX-License-Identifier: MIT
// `fovea info` as a script sees it: JSON against independent references, exit codes and sentences.
//
// FOVEA_BINARY in the environment names the program; without it everything is skipped.
#include "support/hdf5_file.h"
#include "support/testdata.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { OUTPUT_MAX = 1 << 20 };

// What a run of the program left behind.
struct run {
    int exit_code;
    char *output; // stdout
    char *errors; // stderr
};

static void require_binary(void)
{
    if (getenv("FOVEA_BINARY"))
        return;
    print_message("skipped: FOVEA_BINARY is not set\n");
    skip();
}

static char *read_stream(FILE *stream)
{
    char *text = calloc(1, OUTPUT_MAX + 1);
    size_t count = fread(text, 1, OUTPUT_MAX, stream);
    text[count] = '\0';
    return text;
}

// Runs `fovea info ARGUMENTS` by the shell; the arguments are quoted by the caller.
__attribute__((format(printf, 1, 2))) static struct run run_info(const char *format, ...)
{
    char arguments[8192], command[10000];
    va_list args;
    va_start(args, format);
    vsnprintf(arguments, sizeof arguments, format, args);
    va_end(args);
    const char *errors_path = temporary_path("stderr");
    snprintf(command, sizeof command, "'%s' info %s 2>'%s'", getenv("FOVEA_BINARY"), arguments, errors_path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    struct run run = {.output = read_stream(pipe)};
    int status = pclose(pipe);
    run.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    FILE *errors = fopen(errors_path, "rb");
    assert_non_null(errors);
    run.errors = read_stream(errors);
    fclose(errors);
    return run;
}

static void run_free(struct run *run)
{
    free(run->output);
    free(run->errors);
}

// The JSON of a run that must succeed. The caller frees it.
static cJSON *json_of(struct run *run)
{
    if (run->exit_code != 0)
        fail_msg("exit code %d: %s", run->exit_code, run->errors);
    cJSON *json = cJSON_Parse(run->output);
    if (!json)
        fail_msg("no JSON: %s", run->output);
    run_free(run);
    return json;
}

static double number_at(const cJSON *json, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);
    if (!cJSON_IsNumber(item))
        fail_msg("%s is no number", name);
    return item->valuedouble;
}

static const char *string_at(const cJSON *json, const char *name)
{
    const char *string = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, name));
    return string ? string : "";
}

static const cJSON *object_at(const cJSON *json, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);
    assert_non_null(item);
    return item;
}

// --- Files with references
// --------------------------------------------------------------------------------------

// numpy's names of types and ours.
static const char *type_of_dtype(const char *dtype)
{
    static const char *const names[][2] = {
        {"bool", "u8"}, {"u1", "u8"},  {"i1", "i8"},  {"u2", "u16"}, {"i2", "i16"}, {"u4", "u32"},
        {"i4", "i32"},  {"u8", "u64"}, {"i8", "i64"}, {"f2", "f16"}, {"f4", "f32"}, {"f8", "f64"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i][0], dtype) == 0)
            return names[i][1];
    }
    return "";
}

// Differences found so far, so that one run of the test tells all of them.
struct tally {
    int compared, different;
};

static void check_close(struct tally *tally, const char *what, const char *name, double got, double wanted,
                        double tolerance)
{
    if (fabs(got - wanted) <= tolerance)
        return;
    tally->different++;
    print_error("%s: %s is %.17g instead of %.17g\n", what, name, got, wanted);
}

static void check_string(struct tally *tally, const char *what, const char *name, const char *got,
                         const char *wanted)
{
    if (strcmp(got, wanted) == 0)
        return;
    tally->different++;
    print_error("%s: %s is %s instead of %s\n", what, name, got, wanted);
}

// The reference gives a float's value as a double, `info` as its shortest text: equal as floats.
static double of_type(const char *type, double value)
{
    return strcmp(type, "f32") == 0 ? (double)(float)value : value;
}

static void check_statistics(struct tally *tally, const char *what, const cJSON *json, const cJSON *page)
{
    const cJSON *statistics = object_at(json, "statistics");
    const char *type = string_at(json, "type");
    if (!cJSON_IsNumber(cJSON_GetObjectItem(page, "min")) ||
        cJSON_IsNull(cJSON_GetObjectItem(statistics, "min")))
        return;
    double min = number_at(page, "min"), max = number_at(page, "max");
    // numpy adds up float32 in float32.
    double tolerance = (type[0] == 'f' ? 1e-5 : 1e-10) * (fabs(min) + fabs(max));
    check_close(tally, what, "min", of_type(type, number_at(statistics, "min")), of_type(type, min), 0);
    check_close(tally, what, "max", of_type(type, number_at(statistics, "max")), of_type(type, max), 0);
    check_close(tally, what, "mean", number_at(statistics, "mean"), number_at(page, "mean"), tolerance);
    check_close(tally, what, "std", number_at(statistics, "std"), number_at(page, "std"), tolerance);
    check_close(tally, what, "nan", number_at(statistics, "nan"), number_at(page, "nan_count"), 0);
}

static void check_samples(struct tally *tally, const char *what, const cJSON *json, const cJSON *page)
{
    const cJSON *sample, *pixels = object_at(json, "pixels");
    const char *type = string_at(json, "type");
    int i = 0;
    cJSON_ArrayForEach(sample, cJSON_GetObjectItem(page, "samples"))
    {
        const cJSON *pixel = cJSON_GetArrayItem(pixels, i++);
        const cJSON *value = cJSON_GetObjectItem(sample, "value");
        assert_non_null(pixel);
        check_close(tally, what, "x", number_at(pixel, "x"), number_at(sample, "col"), 0);
        check_close(tally, what, "y", number_at(pixel, "y"), number_at(sample, "row"), 0);
        if (cJSON_IsNumber(value) && cJSON_IsNumber(cJSON_GetObjectItem(pixel, "value")))
            check_close(tally, what, "value", of_type(type, number_at(pixel, "value")),
                        of_type(type, value->valuedouble), 0);
    }
}

// "--pixel X,Y" for each sample of the reference.
static void pixel_options(const cJSON *page, char *options, size_t size)
{
    const cJSON *sample;
    size_t length = 0;
    options[0] = '\0';
    cJSON_ArrayForEach(sample, cJSON_GetObjectItem(page, "samples")) length +=
        (size_t)snprintf(options + length, size - length, " --pixel %.0f,%.0f", number_at(sample, "col"),
                         number_at(sample, "row"));
}

// True if the page is one plane of samples whose values do not depend on the decoder, and the reference is of
// the samples as stored (a note tells of those that are not).
static bool is_comparable(const cJSON *page)
{
    const char *compression = string_at(page, "compression");
    bool lossy = strstr(compression, "JPEG") || strstr(compression, "WEBP");
    return cJSON_GetArraySize(cJSON_GetObjectItem(page, "shape")) == 2 && !lossy &&
           string_at(page, "sha256_le")[0] && !cJSON_GetObjectItem(page, "caution") &&
           !cJSON_GetObjectItem(page, "note");
}

// Compares frame `frame` of `name` (a path in the folder, perhaps with a selector) with its reference.
static void check_page(struct tally *tally, const char *name, int frame, const cJSON *page)
{
    char pixels[1024], what[4200];
    if (!is_comparable(page))
        return;
    pixel_options(page, pixels, sizeof pixels);
    snprintf(what, sizeof what, "%s, frame %d", name, frame);
    struct run run = run_info("--json --checksum --ignore all --frame %d%s '%s/%s'", frame, pixels,
                              testdata_folder(), name);
    tally->compared++;
    if (run.exit_code != 0) {
        tally->different++;
        print_error("%s: exit code %d: %s", what, run.exit_code, run.errors);
        run_free(&run);
        return;
    }
    cJSON *json = json_of(&run);
    const cJSON *shape = cJSON_GetObjectItem(page, "shape");
    check_close(tally, what, "height", number_at(json, "height"), cJSON_GetArrayItem(shape, 0)->valuedouble,
                0);
    check_close(tally, what, "width", number_at(json, "width"), cJSON_GetArrayItem(shape, 1)->valuedouble, 0);
    check_string(tally, what, "type", string_at(json, "type"), type_of_dtype(string_at(page, "dtype")));
    check_string(tally, what, "checksum", string_at(json, "checksum"), string_at(page, "sha256_le"));
    check_statistics(tally, what, json, page);
    check_samples(tally, what, json, page);
    cJSON_Delete(json);
}

static void check_format(const char *format, void (*check)(struct tally *, const char *, const cJSON *))
{
    require_binary();
    cJSON *reference = testdata_reference();
    if (!reference)
        skip();
    struct tally tally = {0};
    const cJSON *entry;
    cJSON_ArrayForEach(entry, reference)
    {
        if (strcmp(string_at(entry, "format"), format) == 0)
            check(&tally, entry->string, entry);
    }
    cJSON_Delete(reference);
    print_message("%s: %d frames compared, %d differences\n", format, tally.compared, tally.different);
    assert_int_equal(tally.different, 0);
    assert_true(tally.compared > 0);
}

static void check_tiff(struct tally *tally, const char *name, const cJSON *entry)
{
    const cJSON *page;
    // A TIFF inside an archive is a matter of the archive's reader.
    if (cJSON_GetObjectItem(entry, "wrapper"))
        return;
    cJSON_ArrayForEach(page, cJSON_GetObjectItem(entry, "pages"))
        check_page(tally, name, (int)number_at(page, "page"), page);
}

static void check_fits(struct tally *tally, const char *name, const cJSON *entry)
{
    const cJSON *hdu;
    cJSON_ArrayForEach(hdu, cJSON_GetObjectItem(entry, "hdus"))
    {
        char selected[4096];
        snprintf(selected, sizeof selected, "%s[%d]", name, (int)number_at(hdu, "hdu"));
        check_page(tally, selected, 0, hdu);
    }
}

static void check_npy(struct tally *tally, const char *name, const cJSON *entry)
{
    check_page(tally, name, 0, entry);
}

static void tiff_files_match_their_reference(void **state)
{
    (void)state;
    check_format("TIFF", check_tiff);
}

static void fits_files_match_their_reference(void **state)
{
    (void)state;
    check_format("FITS", check_fits);
}

static void npy_files_match_their_reference(void **state)
{
    (void)state;
    check_format("NPY", check_npy);
}

// --- Own files
// --------------------------------------------------------------------------------------------------

// Writes a NPY 1.0 file (numpy's documented format) of one row.
static const char *write_npy(const char *name, const char *descr, int width, const void *data, size_t bytes)
{
    char header[118];
    int length = snprintf(header, sizeof header,
                          "{'descr': '%s', 'fortran_order': False, 'shape': (1, %d), }", descr, width);
    memset(header + length, ' ', sizeof header - (size_t)length);
    header[sizeof header - 1] = '\n';
    const char *path = temporary_path(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite("\x93NUMPY\x01\x00\x76\x00", 1, 10, file);
    fwrite(header, 1, sizeof header, file);
    fwrite(data, 1, bytes, file);
    fclose(file);
    return path;
}

static void integers_of_64_bits_are_exact(void **state)
{
    (void)state;
    require_binary();
    const uint64_t unsigned_values[3] = {0, 9007199254740993u, UINT64_MAX};
    const int64_t signed_values[3] = {INT64_MIN, -9007199254740993, INT64_MAX};
    const char *path = write_npy("u64.npy", "<u8", 3, unsigned_values, sizeof unsigned_values);
    struct run run = run_info("--json --pixel 1,0 2,0 '%s'", path);
    assert_int_equal(run.exit_code, 0);
    assert_non_null(strstr(run.output, "9007199254740993"));
    assert_non_null(strstr(run.output, "18446744073709551615"));
    run_free(&run);
    path = write_npy("i64.npy", "<i8", 3, signed_values, sizeof signed_values);
    run = run_info("--json --pixel 0,0 --pixel 1,0 --pixel 2,0 '%s'", path);
    assert_non_null(strstr(run.output, "-9223372036854775808"));
    assert_non_null(strstr(run.output, "-9007199254740993"));
    assert_non_null(strstr(run.output, "9223372036854775807"));
    run_free(&run);
}

static void special_floats_are_null_with_a_text(void **state)
{
    (void)state;
    require_binary();
    const float values[6] = {1.5f, NAN, INFINITY, -INFINITY, -2.5f, 0.1f};
    const char *path = write_npy("f32.npy", "<f4", 6, values, sizeof values);
    struct run run = run_info("--json --pixel 1,0 --pixel 2,0 --pixel 3,0 --pixel 5,0 '%s'", path);
    cJSON *json = json_of(&run);
    const cJSON *statistics = object_at(json, "statistics"), *pixels = object_at(json, "pixels");
    static const char *const texts[3] = {"nan", "inf", "-inf"};
    for (int i = 0; i < 3; i++) {
        const cJSON *pixel = cJSON_GetArrayItem(pixels, i);
        assert_true(cJSON_IsNull(object_at(pixel, "value")));
        assert_string_equal(string_at(pixel, "text"), texts[i]);
    }
    assert_true(number_at(cJSON_GetArrayItem(pixels, 3), "value") == (double)0.1f);
    assert_true(number_at(statistics, "valid") == 3);
    assert_true(number_at(statistics, "nan") == 1);
    assert_true(number_at(statistics, "inf") == 2);
    assert_true(number_at(statistics, "min") == -2.5);
    assert_true(number_at(statistics, "max") == 1.5);
    assert_true(fabs(number_at(statistics, "mean") - (1.5 - 2.5 + (double)0.1f) / 3) < 1e-12);
    cJSON_Delete(json);
}

static void nothing_valid_gives_null(void **state)
{
    (void)state;
    require_binary();
    const float value = NAN;
    struct run run = run_info("--json '%s'", write_npy("nan.npy", "<f4", 1, &value, sizeof value));
    cJSON *json = json_of(&run);
    assert_true(cJSON_IsNull(object_at(object_at(json, "statistics"), "min")));
    assert_true(cJSON_IsNull(object_at(object_at(json, "percentiles"), "50")));
    cJSON_Delete(json);
}

// Values 0 to 200 in order: numpy's percentiles of them are 2 * percent, without a tenth of them masked too.
static void percentiles_and_masks(void **state)
{
    (void)state;
    require_binary();
    uint16_t values[201];
    uint8_t mask[201];
    for (int i = 0; i < 201; i++) {
        values[i] = (uint16_t)i;
        mask[i] = i > 100;
    }
    const char *path = write_npy("ramp.npy", "<u2", 201, values, sizeof values);
    struct run run = run_info("--json '%s'", path);
    cJSON *json = json_of(&run);
    static const char *const names[] = {"0.5", "1", "5", "25", "50", "75", "95", "99", "99.5"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_true(fabs(number_at(object_at(json, "percentiles"), names[i]) - 2 * strtod(names[i], NULL)) <
                    1e-9);
    cJSON_Delete(json);

    const char *mask_path = write_npy("mask.npy", "|u1", 201, mask, sizeof mask);
    run = run_info("--json --pixel 100,0 --pixel 101,0 --mask '%s' '%s'", mask_path, path);
    json = json_of(&run);
    const cJSON *statistics = object_at(json, "statistics"), *pixels = object_at(json, "pixels");
    assert_true(number_at(statistics, "max") == 100);
    assert_true(number_at(statistics, "valid") == 101);
    assert_true(number_at(statistics, "masked") == 100);
    assert_true(number_at(object_at(json, "percentiles"), "50") == 50);
    assert_true(cJSON_IsFalse(object_at(cJSON_GetArrayItem(pixels, 0), "masked")));
    assert_true(cJSON_IsTrue(object_at(cJSON_GetArrayItem(pixels, 1), "masked")));
    assert_true(number_at(cJSON_GetArrayItem(pixels, 1), "value") == 101);
    cJSON_Delete(json);

    const char *small = write_npy("small.npy", "|u1", 7, mask, 7);
    run = run_info("--mask '%s' '%s'", small, path);
    assert_int_equal(run.exit_code, 1);
    assert_string_equal(run.output, "");
    assert_non_null(strstr(run.errors, "7 x 1"));
    assert_non_null(strstr(run.errors, "201 x 1"));
    run_free(&run);
}

// SHA-256 of the bytes 61 62 63 ("abc"): FIPS 180-2, appendix B.1.
static void checksum_is_sha256_of_the_samples(void **state)
{
    (void)state;
    require_binary();
    static const char digest[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const char *path = write_npy("abc.npy", "|u1", 3, "abc", 3);
    struct run run = run_info("--json --checksum '%s'", path);
    cJSON *json = json_of(&run);
    assert_string_equal(string_at(json, "checksum"), digest);
    cJSON_Delete(json);
    run = run_info("--checksum '%s'", path);
    assert_non_null(strstr(run.output, digest));
    run_free(&run);
    run = run_info("--json '%s'", path);
    assert_null(strstr(run.output, "checksum"));
    run_free(&run);
}

static int64_t class_at(const cJSON *json, const char *name)
{
    return (int64_t)number_at(object_at(json, "classes"), name);
}

// The classes of a file, of a mask and of the user's saturation value, and what is left when they count.
static void classes_are_counted_and_may_be_ignored(void **state)
{
    (void)state;
    require_binary();
    struct run run = run_info("--json sim:520x1100,type=i32,frames=3,seed=9");
    cJSON *json = json_of(&run);
    const int64_t gaps = class_at(json, "gap"), bad = class_at(json, "bad"), hot = class_at(json, "hot");
    assert_true(gaps > 0 && bad > 0 && hot > 0);
    assert_int_equal(class_at(json, "saturated"), 0);
    assert_true(cJSON_IsNull(object_at(json, "saturation")));
    assert_int_equal(number_at(object_at(json, "statistics"), "masked"), gaps + bad + hot);
    cJSON_Delete(json);
    run = run_info("--json --ignore gap,hot --ignore bad sim:520x1100,type=i32,frames=3,seed=9");
    json = json_of(&run);
    assert_int_equal(number_at(object_at(json, "statistics"), "masked"), 0);
    assert_true(number_at(object_at(json, "statistics"), "min") == -2);
    cJSON_Delete(json);

    const uint8_t values[6] = {255, 1, 2, 200, 201, 255}, mask[6] = {0, 1, 0, 0, 0, 1};
    const char *path = write_npy("bytes.npy", "|u1", 6, values, 6);
    const char *mask_path = write_npy("bytes-mask.npy", "|u1", 6, mask, 6);
    run = run_info("--json '%s'", path); // an ordinary picture: 255 is a value
    json = json_of(&run);
    assert_true(number_at(object_at(json, "statistics"), "max") == 255);
    cJSON_Delete(json);
    run = run_info("--json --saturation 200 --pixel 3,0 4,0 5,0 --mask '%s' '%s'", mask_path, path);
    json = json_of(&run);
    const cJSON *pixels = object_at(json, "pixels");
    assert_null(cJSON_GetObjectItem(cJSON_GetArrayItem(pixels, 0), "kind"));
    assert_string_equal(string_at(cJSON_GetArrayItem(pixels, 1), "kind"), "saturated");
    assert_string_equal(string_at(cJSON_GetArrayItem(pixels, 2), "kind"), "masked (file), saturated");
    assert_int_equal(class_at(json, "saturated"), 3);
    assert_int_equal(class_at(json, "file"), 2);
    assert_true(number_at(json, "saturation") == 200);
    assert_int_equal(number_at(object_at(json, "statistics"), "masked"), 4);
    assert_true(number_at(object_at(json, "statistics"), "max") == 200);
    cJSON_Delete(json);
    run = run_info("--json --saturation=200 --ignore=all --mask '%s' '%s'", mask_path, path);
    json = json_of(&run);
    assert_int_equal(number_at(object_at(json, "statistics"), "valid"), 6);
    cJSON_Delete(json);
}

// A miniCBF of one pixel, 5. MD5 of the byte 05: 8bb6c17838643f9691cc6a4de6c51709 (md5sum of coreutils).
static void stored_checksums_are_verified(void **state)
{
    (void)state;
    require_binary();
    static const char *const digests[] = {"Content-MD5: i7bBeDhkP5aRzGpN5sUXCQ==\r\n",
                                          "Content-MD5: i7bBeDhkP5aRzGpN5sUXCA==\r\n", ""};
    for (int i = 0; i < 3; i++) {
        const char *path = temporary_path("digest.cbf");
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        fprintf(file,
                "###CBF: VERSION 1.5\r\ndata_a\r\n_array_data.data\r\n;\r\n--CIF-BINARY-FORMAT-SECTION--\r\n"
                "Content-Type: application/octet-stream;\r\n     conversions=\"x-CBF_BYTE_OFFSET\"\r\n"
                "X-Binary-Size: 1\r\n%sX-Binary-Size-Fastest-Dimension: 1\r\n"
                "X-Binary-Size-Second-Dimension: 1\r\n\r\n\x0c\x1a\x04\xd5\x05",
                digests[i]);
        fclose(file);
        struct run run = run_info("--json --verify '%s'", path);
        if (i == 1) {
            assert_int_equal(run.exit_code, 1);
            assert_non_null(strstr(run.errors, "digest.cbf"));
            assert_non_null(strstr(run.errors, "MD5"));
            run_free(&run);
            continue;
        }
        cJSON *json = json_of(&run);
        assert_true(i == 0 ? cJSON_IsTrue(object_at(json, "verified"))
                           : cJSON_IsNull(object_at(json, "verified")));
        cJSON_Delete(json);
    }
}

static void simulation_is_described(void **state)
{
    (void)state;
    require_binary();
    struct run text = run_info("--frame 2 sim:64x48,frames=3");
    assert_non_null(strstr(text.output, "  frames            3 (below: # 2 of 3)\n"));
    run_free(&text);
    struct run run = run_info("--json --frame 2 sim:520x1100,type=i32,frames=3,seed=9");
    cJSON *json = json_of(&run);
    assert_true(number_at(json, "width") == 520);
    assert_true(number_at(json, "height") == 1100);
    assert_true(number_at(json, "frames") == 3);
    assert_true(number_at(json, "frame") == 2);
    assert_true(number_at(json, "lost_pixels") == 0);
    assert_string_equal(string_at(json, "type"), "i32");
    assert_string_equal(string_at(json, "format"), "simulated");
    const cJSON *statistics = object_at(json, "statistics");
    assert_true(number_at(statistics, "min") >= 0); // gaps and dead pixels, -1 and -2, do not count
    assert_true(number_at(statistics, "masked") > 10000);
    assert_true(number_at(statistics, "valid") + number_at(statistics, "masked") == 520 * 1100);
    cJSON_Delete(json);
}

// --- What a file says besides its pixels ---

// An EIGER master whose one data file is itself; a second one is missing.
static const char *detector_file(void)
{
    hid_t file = hdf5_plain_detector("info.h5");
    hdf5_put_number(file, HDF5_DETECTOR "/beam_center_x", 12.5, "pixel");
    hdf5_put_number(file, HDF5_DETECTOR "/beam_center_y", 3, "pixel");
    hdf5_put_number(file, HDF5_DETECTOR "/distance", 250, "mm");
    hdf5_put_number(file, HDF5_DETECTOR "/x_pixel_size", 75, "um");
    hdf5_put_number(file, HDF5_DETECTOR "/y_pixel_size", 75, "um");
    hdf5_put_integer(file, HDF5_DETECTOR "/saturation_value", 1000, NULL);
    hdf5_put_text(file, HDF5_DETECTOR "/description", "a detector");
    H5Lcreate_external("gone.h5", "/entry/data/data", file, "/entry/second", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
    return temporary_path("info.h5");
}

// A virtual dataset of three frames of 4 x 6, of which each has a file; none is there.
static const char *sourceless_file(void)
{
    const char *path = temporary_path("sourceless.h5");
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t all = H5Screate_simple(3, (const hsize_t[]){3, 4, 6}, NULL);
    hid_t source = H5Screate_simple(2, (const hsize_t[]){4, 6}, NULL);
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t size[] = {1, 4, 6};
    static const char *const names[] = {"first.h5", "second.h5", "third.h5"};
    for (hsize_t i = 0; i < 3; i++) {
        H5Sselect_hyperslab(all, H5S_SELECT_SET, (const hsize_t[]){i, 0, 0}, NULL, size, NULL);
        H5Pset_virtual(properties, all, names[i], "/d", source);
    }
    H5Sselect_all(all);
    H5Dclose(H5Dcreate2(file, "/d", H5T_STD_U16LE, all, H5P_DEFAULT, properties, H5P_DEFAULT));
    H5Pclose(properties);
    H5Sclose(source);
    H5Sclose(all);
    H5Fclose(file);
    return path;
}

// What is missing is no damage; each path stands once.
static void missing_source_is_named(void **state)
{
    (void)state;
    require_binary();
    const char *path = sourceless_file();
    char folder[4096], expected[16384];
    snprintf(folder, sizeof folder, "%s", path);
    *strrchr(folder, '/') = '\0';
    snprintf(
        expected, sizeof expected,
        "fovea: %s::/d: 24 pixels are lost and left out of the figures: a source of /d, %s/second.h5, is "
        "missing, one of 3 files that are\n",
        path, folder);
    struct run run = run_info("--frame 1 '%s::/d'", path);
    assert_int_equal(run.exit_code, 0);
    assert_string_equal(run.errors, expected);
    assert_non_null(strstr(run.output, "3 source files are missing, the first is first.h5"));
    run_free(&run);
}

// What was asked for names the file as well: its path stands once.
static void path_of_a_selector_stands_once(void **state)
{
    (void)state;
    require_binary();
    static const char *const selectors[] = {"[9,:,:]", "::[9,:,:]", "#phase", "::#phase"};
    char path[4096];
    snprintf(path, sizeof path, "%s", temporary_path("once.npy"));
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite("\x93NUMPY\1\0", 1, 8, file);
    fprintf(file, "%c%c%-70s\n....", 71, 0, "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2)}");
    fclose(file);
    for (size_t i = 0; i < sizeof selectors / sizeof *selectors; i++) {
        struct run run = run_info("'%s%s'", path, selectors[i]);
        assert_int_not_equal(run.exit_code, 0);
        const char *found = strstr(run.errors, "once.npy");
        assert_non_null(found);
        assert_null(strstr(found + 1, "once.npy"));
        run_free(&run);
    }
}

static void detector_is_told_in_si_units(void **state)
{
    (void)state;
    require_binary();
    struct run run = run_info("--json '%s'", detector_file());
    cJSON *json = json_of(&run);
    const cJSON *detector = object_at(json, "detector");
    assert_string_equal(string_at(detector, "name"), "a detector");
    static const struct {
        const char *name;
        double value; // 0: unknown
    } cases[] = {
        {"beam_x", 12.5},    {"beam_y", 3},           {"distance", 0.25}, {"wavelength", 0},
        {"pixel_x", 75e-6},  {"pixel_y", 75e-6},      {"exposure", 0},    {"saturation", 1e3},
        {"count_cutoff", 0}, {"sensor_thickness", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (cases[i].value > 0)
            assert_true(fabs(number_at(detector, cases[i].name) / cases[i].value - 1) < 1e-12);
        else
            assert_true(cJSON_IsNull(object_at(detector, cases[i].name)));
    }
    assert_true(number_at(json, "saturation") == 1000);
    assert_null(cJSON_GetObjectItemCaseSensitive(json, "metadata"));
    assert_null(cJSON_GetObjectItemCaseSensitive(json, "contents"));
    cJSON_Delete(json);
    run = run_info("'%s'", detector_file());
    assert_non_null(strstr(run.output, "\n  detector          a detector\n"));
    assert_non_null(strstr(run.output, "\n  beam centre       12.5, 3 px\n"));
    assert_non_null(strstr(run.output, "\n  distance          250 mm\n"));
    assert_null(strstr(run.output, "beam_center_x"));
    run_free(&run);
    // A picture has none.
    run = run_info("--json '%s'", write_npy("picture.npy", "|u1", 3, "abc", 3));
    json = json_of(&run);
    assert_true(cJSON_IsNull(object_at(object_at(json, "detector"), "name")));
    assert_true(cJSON_IsNull(object_at(object_at(json, "detector"), "beam_x")));
    cJSON_Delete(json);
}

static void header_items_are_told(void **state)
{
    (void)state;
    require_binary();
    struct run run = run_info("--metadata '%s'", detector_file());
    assert_int_equal(run.exit_code, 0);
    assert_non_null(strstr(run.output, "\n\n@NX_class\tNXentry\n"));
    assert_non_null(strstr(run.output, "\ninstrument/detector/distance\t250 mm\n"));
    run_free(&run);
    run = run_info("--metadata --json '%s'", detector_file());
    cJSON *json = json_of(&run);
    assert_string_equal(string_at(object_at(json, "metadata"), "instrument/detector/distance"), "250 mm");
    assert_string_equal(string_at(object_at(json, "metadata"), "second"),
                        "missing: gone.h5::/entry/data/data");
    cJSON_Delete(json);
}

// A FITS header of an empty image with three comments; cards of 80 characters.
static void repeated_items_are_an_array(void **state)
{
    (void)state;
    require_binary();
    static const char *const cards[] = {
        "SIMPLE  =                    T",
        "BITPIX  =                    8",
        "NAXIS   =                    2",
        "NAXIS1  =                    2",
        "NAXIS2  =                    1",
        "COMMENT one",
        "COMMENT two",
        "COMMENT three",
        "END",
    };
    static char bytes[2 * 2880];
    memset(bytes, ' ', 2880);
    for (size_t i = 0; i < sizeof cards / sizeof *cards; i++)
        memcpy(bytes + 80 * i, cards[i], strlen(cards[i]));
    const char *path = temporary_path("comments.fits");
    FILE *file = fopen(path, "wb");
    fwrite(bytes, 1, sizeof bytes, file);
    fclose(file);
    struct run run = run_info("--metadata --json '%s'", path);
    cJSON *json = json_of(&run);
    const cJSON *comments = object_at(object_at(json, "metadata"), "COMMENT");
    assert_int_equal(cJSON_GetArraySize(comments), 3);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetArrayItem(comments, 0)), "one");
    assert_string_equal(cJSON_GetStringValue(cJSON_GetArrayItem(comments, 2)), "three");
    cJSON_Delete(json);
}

// Chunks packed by a filter that is nowhere: all that is known without them is told.
static void the_header_is_told_without_the_pixels(void **state)
{
    (void)state;
    require_binary();
    const char *path = temporary_path("packed.h5");
    const hsize_t dims[2] = {5, 7}, at[2] = {0, 0};
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = H5Screate_simple(2, dims, NULL), properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(properties, 2, dims);
    H5Pset_filter(properties, 32017, H5Z_FLAG_OPTIONAL, 0, NULL);
    hid_t dataset = H5Dcreate2(file, "data", H5T_IEEE_F32LE, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    assert_true(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, at, 4, "gone") >= 0);
    H5Dclose(dataset);
    H5Pclose(properties);
    H5Sclose(space);
    H5Fclose(file);
    struct run run = run_info("'%s'", path);
    assert_int_equal(run.exit_code, 1);
    assert_non_null(strstr(run.output, "7 x 5 pixels"));
    assert_non_null(strstr(run.output, "compression       SZ\n"));
    assert_null(strstr(run.output, "mean"));
    run_free(&run);
    run = run_info("--json '%s' 2>/dev/null", path);
    assert_int_equal(run.exit_code, 1);
    cJSON *json = cJSON_Parse(run.output);
    assert_non_null(json);
    assert_int_equal(number_at(json, "width"), 7);
    assert_true(cJSON_IsNull(object_at(json, "statistics")));
    cJSON_Delete(json);
    run_free(&run);
}

static void contents_are_told(void **state)
{
    (void)state;
    require_binary();
    struct run run = run_info("--contents '%s'", detector_file());
    assert_int_equal(run.exit_code, 0);
    assert_non_null(strstr(run.output, "\n" HDF5_DATA "\t5 x 32\tu32\tnone\t\n"));
    assert_non_null(strstr(run.output, "\n\t\t\t\t/entry/second: the linked file gone.h5 is missing\n"));
    run_free(&run);
    run = run_info("--contents --json '%s'", detector_file());
    cJSON *json = json_of(&run);
    const cJSON *item, *contents = object_at(json, "contents");
    int images = 0, missing = 0;
    cJSON_ArrayForEach(item, contents)
    {
        if (strcmp(string_at(item, "selector"), HDF5_DATA) == 0) {
            images++;
            assert_string_equal(string_at(item, "shape"), "5 x 32");
            assert_string_equal(string_at(item, "type"), "u32");
            assert_string_equal(string_at(item, "storage"), "none");
            assert_string_equal(string_at(item, "note"), "");
        } else {
            assert_true(cJSON_IsNull(object_at(item, "selector")));
        }
        missing += strstr(string_at(item, "note"), "is missing") != NULL;
    }
    assert_int_equal(images, 1);
    assert_int_equal(missing, 1);
    cJSON_Delete(json);
    // A format that has nothing of the kind.
    run = run_info("--contents --metadata --json '%s'", write_npy("one.npy", "|u1", 3, "abc", 3));
    json = json_of(&run);
    assert_int_equal(cJSON_GetArraySize(object_at(json, "contents")), 0);
    assert_true(cJSON_IsObject(object_at(json, "metadata")));
    cJSON_Delete(json);
}

static void wrong_use_is_told_in_one_sentence(void **state)
{
    (void)state;
    require_binary();
    static const struct {
        const char *arguments;
        int exit_code;
        const char *part;
    } cases[] = {
        {"", 2, "SOURCE"},
        {"--frame x sim:8x8", 2, "--frame"},
        {"--frame", 2, "--frame"},
        {"--pixel 5 sim:8x8", 2, "--pixel"},
        {"--pixel 1,2,3 sim:8x8", 2, "--pixel"},
        {"--colour sim:8x8", 2, "--colour"},
        {"-q sim:8x8", 2, "-q"},
        {"sim:99999999x99999999", 1, "99999999 x 99999999 pixels of type u16 are 20.0 PB"},
        {"'/nonexistent/*.tif'", 1, "/nonexistent/"},
        {"--channel -1 sim:8x8", 2, "--channel"},
        {"--ignore gap,rot sim:8x8", 2, "gap,rot"},
        {"--saturation x sim:8x8", 2, "--saturation"},
        {"--frame 10 sim:8x8,frames=10", 2, "there is no frame # 10, the last is # 9 of 10"},
        {"--pixel 8,0 sim:8x8", 2, "8,0"},
        {"--pixel 0,-1 sim:8x8", 2, "0,-1"},
        {"sim:12x", 2, "sim:12x"},
        {"/nonexistent/picture.tif", 1, "/nonexistent/picture.tif"},
        {"--mask /nonexistent/mask.tif sim:8x8", 1, "/nonexistent/mask.tif"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct run run = run_info("%s", cases[i].arguments);
        if (run.exit_code != cases[i].exit_code || !strstr(run.errors, cases[i].part))
            fail_msg("info %s: exit code %d: %s", cases[i].arguments, run.exit_code, run.errors);
        assert_string_equal(run.output, "");
        assert_ptr_equal(strstr(run.errors, "fovea: "), run.errors);
        assert_ptr_equal(strchr(run.errors, '\n'), run.errors + strlen(run.errors) - 1);
        run_free(&run);
    }
    struct run run = run_info("--help");
    assert_int_equal(run.exit_code, 0);
    assert_non_null(strstr(run.output, "--checksum"));
    run_free(&run);
}

// A list in, a list out: several names, a pattern, a folder, a series and a list of names; a name alone gives
// an object.
static void lists_of_sources_give_arrays(void **state)
{
    (void)state;
    require_binary();
    char list[600];
    const char *folder = temporary_path("list");
    assert_int_equal(mkdir(folder, 0777), 0);
    for (int i = 1; i <= 3; i++) {
        char name[64];
        snprintf(name, sizeof name, "list/n_%d.pgm", i);
        const char *path = temporary_path(name);
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        fprintf(file, "P5\n%d 1\n255\n", i);
        fwrite("\1\2\3", 1, (size_t)i, file);
        fclose(file);
    }
    const char *list_path = temporary_path("names.txt");
    FILE *file = fopen(list_path, "wb");
    assert_non_null(file);
    fprintf(file, "%s/n_1.pgm\n%s/n_2.pgm\n%s/n_3.pgm\n", folder, folder, folder);
    fclose(file);
    snprintf(list, sizeof list, "%s/n_1.pgm", folder);
    char at_list[600];
    snprintf(at_list, sizeof at_list, "@%s", list_path);
    const struct {
        const char *options, *name, *ending;
        int count;
    } cases[] = {{"", folder, "", 3},       {"", folder, "/'*'.pgm", 3},      {"", folder, "/n_#.pgm", 3},
                 {"--series", list, "", 3}, {"sim:2x2 sim:3x3", list, "", 3}, {"", at_list, "", 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run run = run_info("--json %s %s%s", cases[i].options, cases[i].name, cases[i].ending);
        assert_string_equal(run.errors, "");
        assert_int_equal(run.exit_code, 0);
        cJSON *json = json_of(&run);
        assert_true(cJSON_IsArray(json));
        assert_int_equal(cJSON_GetArraySize(json), cases[i].count);
        const bool pages = cases[i].options[0] != 's';
        assert_int_equal(number_at(cJSON_GetArrayItem(json, 0), "width"), pages ? 1 : 2);
        assert_int_equal(number_at(cJSON_GetArrayItem(json, 2), "width"), pages ? 3 : 1);
        cJSON_Delete(json);
    }
    struct run run = run_info("--json %s", list);
    cJSON *json = json_of(&run);
    assert_true(cJSON_IsObject(json));
    cJSON_Delete(json);
}

// What fails among several is told in its place and by the exit code; the others are told all the same.
static void one_of_several_fails(void **state)
{
    (void)state;
    require_binary();
    struct run run = run_info("--json sim:2x2 /nonexistent/a.tif sim:3x3");
    assert_int_equal(run.exit_code, 1);
    assert_ptr_equal(strchr(run.errors, '\n'), run.errors + strlen(run.errors) - 1);
    cJSON *json = cJSON_Parse(run.output);
    assert_int_equal(cJSON_GetArraySize(json), 3);
    assert_string_equal(string_at(cJSON_GetArrayItem(json, 1), "source"), "/nonexistent/a.tif");
    assert_non_null(strstr(string_at(cJSON_GetArrayItem(json, 1), "error"), "/nonexistent/a.tif"));
    assert_int_equal(number_at(cJSON_GetArrayItem(json, 2), "width"), 3);
    cJSON_Delete(json);
    run_free(&run);
    run = run_info("--frame 20 sim:2x2 /nonexistent/a.tif");
    assert_int_equal(run.exit_code, 2);
    run_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiff_files_match_their_reference),
        cmocka_unit_test(fits_files_match_their_reference),
        cmocka_unit_test(npy_files_match_their_reference),
        cmocka_unit_test(integers_of_64_bits_are_exact),
        cmocka_unit_test(special_floats_are_null_with_a_text),
        cmocka_unit_test(nothing_valid_gives_null),
        cmocka_unit_test(percentiles_and_masks),
        cmocka_unit_test(checksum_is_sha256_of_the_samples),
        cmocka_unit_test(classes_are_counted_and_may_be_ignored),
        cmocka_unit_test(stored_checksums_are_verified),
        cmocka_unit_test(simulation_is_described),
        cmocka_unit_test(detector_is_told_in_si_units),
        cmocka_unit_test(missing_source_is_named),
        cmocka_unit_test(path_of_a_selector_stands_once),
        cmocka_unit_test(header_items_are_told),
        cmocka_unit_test(repeated_items_are_an_array),
        cmocka_unit_test(the_header_is_told_without_the_pixels),
        cmocka_unit_test(contents_are_told),
        cmocka_unit_test(lists_of_sources_give_arrays),
        cmocka_unit_test(one_of_several_fails),
        cmocka_unit_test(wrong_use_is_told_in_one_sentence),
    };
    return cmocka_run_group_tests_name("app.info", tests, NULL, NULL);
}
