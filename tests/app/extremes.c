// SPDX-License-Identifier: MIT
// Exported pictures of values that float32 holds badly or not at all, against gray levels computed in
// float64.
#include "support/png_reader.h"
#include "support/program.h"
#include "support/testdata.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 40, HEIGHT = 30, PIXELS = WIDTH * HEIGHT };

static void save_npy(const char *path, const char *type, const void *samples, size_t bytes)
{
    char header[128];
    memset(header, ' ', sizeof header);
    memcpy(header, "\x93NUMPY\1\0\x76\0", 10);
    const int used =
        snprintf(header + 10, 118, "{'descr': '%s', 'fortran_order': False, 'shape': (%d, %d), }", type,
                 HEIGHT, WIDTH);
    header[10 + used] = ' ';
    header[127] = '\n';
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(header, 1, sizeof header, file), sizeof header);
    assert_int_equal(fwrite(samples, bytes, PIXELS, file), PIXELS);
    assert_int_equal(fclose(file), 0);
}

// Pixel i is i / (PIXELS - 1) of the way from black to white.
static void check_ramp(const char *type, const void *samples, size_t bytes)
{
    char path[512], picture[512];
    snprintf(path, sizeof path, "%s", temporary_path("ramp.npy"));
    snprintf(picture, sizeof picture, "%s", temporary_path("ramp.png"));
    save_npy(path, type, samples, bytes);
    struct run run =
        program_run("", "export '%s' -o '%s' --size 1:1 --colormap gray --auto minmax", path, picture);
    if (run.exit_code != 0)
        fail_msg("%s", run.errors);
    run_free(&run);
    struct pixels pixels = {0};
    assert_true(png_load(picture, &pixels));
    assert_int_equal(pixels.width, WIDTH);
    assert_int_equal(pixels.height, HEIGHT);
    for (int i = 0; i < PIXELS; i++) {
        const double wanted = 255.0 * i / (PIXELS - 1);
        const int got = pixels.rgb[3 * i];
        if (fabs(got - wanted) > 1.01)
            fail_msg("%s: pixel %d is %d, not %.2f", type, i, got, wanted);
    }
    pixels_free(&pixels);
}

static void test_doubles_of_any_size(void **state)
{
    (void)state;
    static const double factors[] = {1e-300, 1e-45, 1e-40, 1e-37, 1, 1e37, 1e38, 1e39, 1e300};
    double values[PIXELS];
    for (size_t f = 0; f < sizeof factors / sizeof factors[0]; f++) {
        for (int i = 0; i < PIXELS; i++)
            values[i] = (1 + i * 0.01) * factors[f];
        check_ramp("<f8", values, 8);
    }
}

static void test_small_steps_far_from_zero(void **state)
{
    (void)state;
    double seconds[PIXELS];
    uint64_t stamps[PIXELS];
    int64_t whole[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
        seconds[i] = 1469116891.75 + i * 0.0078125;
        stamps[i] = UINT64_C(1700000000000000000) + (uint64_t)i * 1024;
        whole[i] = (INT64_C(1) << 60) + i;
    }
    check_ramp("<f8", seconds, 8);
    check_ramp("<u8", stamps, 8);
    check_ramp("<i8", whole, 8);
}

static void test_floats_at_both_ends(void **state)
{
    (void)state;
    static const double factors[] = {1e-42, 1e-40, 1e-37, 1e-30, 1e30, 1e34, 2.8e35};
    float values[PIXELS];
    for (size_t f = 0; f < sizeof factors / sizeof factors[0]; f++) {
        for (int i = 0; i < PIXELS; i++)
            values[i] = (float)(i * factors[f]);
        check_ramp("<f4", values, 4);
    }
    for (int i = 0; i < PIXELS; i++)
        values[i] = (float)((i - PIXELS / 2) * 5.6e35);
    check_ramp("<f4", values, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doubles_of_any_size),
        cmocka_unit_test(test_small_steps_far_from_zero),
        cmocka_unit_test(test_floats_at_both_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
