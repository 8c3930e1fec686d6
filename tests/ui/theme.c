// SPDX-License-Identifier: MIT
// The tokens: contrasts by WCAG 2.1, and how far colours that must be told apart are from each other by
// CIEDE2000 (Sharma, Wu, Dalal 2005), for those too who lack one kind of cones (Machado, Oliveira, Fernandes
// 2009).
#include "ui/base/theme.h"
#include "support/testdata.h"
#include "view/display.h"

#include <math.h>

static const double DEGREE = M_PI / 180;

// --- WCAG ---

static double part_of(uint32_t rgba, int part)
{
    const double value = (rgba >> (24 - 8 * part) & 255) / 255.0;
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t rgba)
{
    return 0.2126 * part_of(rgba, 0) + 0.7152 * part_of(rgba, 1) + 0.0722 * part_of(rgba, 2);
}

static double contrast(uint32_t a, uint32_t b)
{
    const double la = luminance(a), lb = luminance(b);
    return (fmax(la, lb) + 0.05) / (fmin(la, lb) + 0.05);
}

static void test_contrasts_are_those_of_the_design(void **state)
{
    (void)state;
    static const struct {
        enum ui_colour front, back;
        double dark, light; // as written in the design, to one decimal
    } pairs[] = {
        {UI_LINE, UI_PANEL, 1.4, 1.5},        {UI_EDGE, UI_PANEL, 3.8, 3.9},
        {UI_TEXT, UI_PANEL, 13.3, 16.6},      {UI_TEXT2, UI_PANEL, 8.0, 8.1},
        {UI_TEXT3, UI_PANEL, 3.9, 3.2},       {UI_ACCENT, UI_PANEL, 7.3, 6.6},
        {UI_ONFILL, UI_ACCENTFILL, 6.0, 7.2}, {UI_ACCENT, UI_ACCENTSOFT, 5.8, 5.7},
        {UI_FOCUS, UI_PANEL, 11.3, 5.0},      {UI_OK, UI_PANEL, 7.6, 6.5},
        {UI_ONFILL, UI_OKFILL, 6.5, 7.1},     {UI_WARN, UI_PANEL, 9.1, 6.8},
        {UI_ONWARN, UI_WARNFILL, 10.3, 10.3}, {UI_ALARM, UI_PANEL, 6.2, 6.0},
        {UI_ONFILL, UI_ALARMFILL, 5.4, 6.6},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const double wanted[THEME_COUNT] = {pairs[i].dark, pairs[i].light};
        for (int theme = 0; theme < THEME_COUNT; theme++) {
            const double got = contrast(ui_colour((enum interface_theme)theme, pairs[i].front),
                                        ui_colour((enum interface_theme)theme, pairs[i].back));
            if (fabs(got - wanted[theme]) > 0.06)
                fail_msg("%s on %s, %s: %.2f instead of %.1f", ui_colour_name(pairs[i].front),
                         ui_colour_name(pairs[i].back), interface_theme_name((enum interface_theme)theme),
                         got, wanted[theme]);
        }
    }
}

// What is read is legible on all that it may stand on.
static void test_texts_are_legible_everywhere(void **state)
{
    (void)state;
    static const enum ui_colour backs[] = {UI_BASE, UI_PANEL, UI_FIELD, UI_RAISED, UI_HOVER, UI_ACCENTSOFT};
    for (int t = 0; t < THEME_COUNT; t++) {
        const enum interface_theme theme = (enum interface_theme)t;
        for (size_t i = 0; i < sizeof backs / sizeof *backs; i++) {
            assert_true(contrast(ui_colour(theme, UI_TEXT), ui_colour(theme, backs[i])) >= 7);
            assert_true(contrast(ui_colour(theme, UI_TEXT2), ui_colour(theme, backs[i])) >= 4.5);
        }
        assert_true(contrast(ui_colour(theme, UI_ONFILL), ui_colour(theme, UI_ACCENTFILL_HOVER)) >= 4.5);
        assert_true(contrast(ui_colour(theme, UI_ONFILL), ui_colour(theme, UI_ACCENTFILL_PRESS)) >= 4.5);
    }
}

static void test_surfaces_are_grey(void **state)
{
    (void)state;
    static const enum ui_colour greys[] = {UI_MATTE, UI_BASE, UI_PANEL, UI_FIELD, UI_RAISED, UI_HOVER,
                                           UI_PRESS, UI_LINE, UI_EDGE,  UI_TEXT,  UI_TEXT2,  UI_TEXT3};
    for (int theme = 0; theme < THEME_COUNT; theme++) {
        for (size_t i = 0; i < sizeof greys / sizeof *greys; i++) {
            const uint32_t grey = ui_colour((enum interface_theme)theme, greys[i]);
            assert_true((grey >> 24) == (grey >> 16 & 255) && (grey >> 24) == (grey >> 8 & 255));
        }
    }
}

// --- CIEDE2000 ---

struct lab {
    double l, a, b;
};

static double cube_root(double t)
{
    return t > 0.008856 ? cbrt(t) : 7.787 * t + 16.0 / 116;
}

// Of linear light, D65.
static struct lab lab_of(const double light[3])
{
    static const double to_xyz[3][3] = {
        {0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}};
    static const double white[3] = {0.9505, 1, 1.089};
    double f[3];
    for (int i = 0; i < 3; i++) {
        double sum = 0;
        for (int k = 0; k < 3; k++)
            sum += to_xyz[i][k] * fmin(fmax(light[k], 0), 1);
        f[i] = cube_root(sum / white[i]);
    }
    return (struct lab){116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
}

static double hue(double b, double a)
{
    const double degrees = atan2(b, a) / DEGREE;
    return degrees < 0 ? degrees + 360 : degrees;
}

static double seventh(double chroma)
{
    return sqrt(pow(chroma, 7) / (pow(chroma, 7) + pow(25, 7)));
}

static double ciede2000(struct lab x, struct lab y)
{
    const double g = 0.5 * (1 - seventh((hypot(x.a, x.b) + hypot(y.a, y.b)) / 2));
    const double ax = (1 + g) * x.a, ay = (1 + g) * y.a;
    const double cx = hypot(ax, x.b), cy = hypot(ay, y.b), hx = hue(x.b, ax), hy = hue(y.b, ay);
    double dh = hy - hx, mean = (hx + hy) / 2;
    if (fabs(hx - hy) > 180) {
        dh += dh > 0 ? -360 : 360;
        mean += mean < 180 ? 180 : -180;
    }
    const double l = (x.l + y.l) / 2, c = (cx + cy) / 2;
    const double t = 1 - 0.17 * cos((mean - 30) * DEGREE) + 0.24 * cos(2 * mean * DEGREE) +
                     0.32 * cos((3 * mean + 6) * DEGREE) - 0.2 * cos((4 * mean - 63) * DEGREE);
    const double dl = (y.l - x.l) / (1 + 0.015 * pow(l - 50, 2) / sqrt(20 + pow(l - 50, 2)));
    const double dc = (cy - cx) / (1 + 0.045 * c);
    const double dhue = 2 * sqrt(cx * cy) * sin(dh / 2 * DEGREE) / (1 + 0.015 * c * t);
    const double turn = -2 * seventh(c) * sin(60 * exp(-pow((mean - 275) / 25, 2)) * DEGREE);
    return sqrt(dl * dl + dc * dc + dhue * dhue + turn * dc * dhue);
}

// Pairs 1, 7, 17 and 24 of the table in Sharma, Wu, Dalal.
static void test_the_distance_is_that_of_its_authors(void **state)
{
    (void)state;
    static const struct {
        struct lab a, b;
        double distance;
    } pairs[] = {
        {{50, 2.6772, -79.7751}, {50, 0, -82.7485}, 2.0425},
        {{50, 0, 0}, {50, -1, 2}, 2.3669},
        {{50, 2.5, 0}, {73, 25, -18}, 27.1492},
        {{50, 2.5, 0}, {50, 3.1736, 0.5854}, 1.0000},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_true(fabs(ciede2000(pairs[i].a, pairs[i].b) - pairs[i].distance) < 1e-4);
}

enum { ALL_CONES, PROTANOPIA, DEUTERANOPIA, TRITANOPIA, KINDS_OF_SIGHT };

static struct lab seen(uint32_t rgba, int sight)
{
    static const double matrices[KINDS_OF_SIGHT][3][3] = {
        {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
        {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
        {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
        {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}};
    double light[3] = {0};
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 3; k++)
            light[i] += matrices[sight][i][k] * part_of(rgba, k);
    }
    return lab_of(light);
}

static void assert_apart(const char *what, const uint32_t *colours, size_t count,
                         const double wanted[KINDS_OF_SIGHT])
{
    for (int sight = 0; sight < KINDS_OF_SIGHT; sight++) {
        double least = INFINITY;
        for (size_t i = 0; i < count; i++) {
            for (size_t k = i + 1; k < count; k++)
                least = fmin(least, ciede2000(seen(colours[i], sight), seen(colours[k], sight)));
        }
        if (least < wanted[sight] - 0.06)
            fail_msg("%s, sight %d: least distance %.2f instead of %.1f", what, sight, least, wanted[sight]);
    }
}

static void test_series_are_told_apart(void **state)
{
    (void)state;
    static const double wanted[THEME_COUNT][KINDS_OF_SIGHT] = {{23.0, 12.0, 13.3, 10.3},
                                                               {21.4, 18.3, 18.0, 18.7}};
    static const double least_contrast[THEME_COUNT] = {4.3, 3.1};
    for (int theme = 0; theme < THEME_COUNT; theme++) {
        uint32_t colours[UI_SERIES_COLOURS];
        for (size_t i = 0; i < UI_SERIES_COLOURS; i++) {
            colours[i] = ui_series_colour((enum interface_theme)theme, i);
            const double got = contrast(colours[i], ui_colour((enum interface_theme)theme, UI_FIELD));
            assert_true(got > least_contrast[theme] - 0.05);
        }
        assert_apart("series", colours, UI_SERIES_COLOURS, wanted[theme]);
        assert_int_equal(ui_series_colour((enum interface_theme)theme, UI_SERIES_COLOURS), colours[0]);
    }
}

static void test_mask_layers_are_told_apart(void **state)
{
    (void)state;
    static const double wanted[KINDS_OF_SIGHT] = {21.7, 11.2, 10.0, 9.5};
    const struct display display = display_default();
    uint32_t colours[MASK_LAYER_COUNT];
    for (int i = 0; i < MASK_LAYER_COUNT; i++) {
        const uint8_t *rgb = display.mask[i].rgb;
        colours[i] = (uint32_t)rgb[0] << 24 | (uint32_t)rgb[1] << 16 | (uint32_t)rgb[2] << 8 | 255;
    }
    assert_apart("mask layers", colours, MASK_LAYER_COUNT, wanted);
}

static void test_names_of_themes(void **state)
{
    (void)state;
    enum interface_theme theme = THEME_DARK;
    assert_true(interface_theme_find("light", &theme) && theme == THEME_LIGHT);
    assert_false(interface_theme_find("Light", &theme));
    assert_int_equal(theme, THEME_LIGHT);
    assert_string_equal(interface_theme_name(THEME_DARK), "dark");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contrasts_are_those_of_the_design),
        cmocka_unit_test(test_texts_are_legible_everywhere),
        cmocka_unit_test(test_surfaces_are_grey),
        cmocka_unit_test(test_the_distance_is_that_of_its_authors),
        cmocka_unit_test(test_series_are_told_apart),
        cmocka_unit_test(test_mask_layers_are_told_apart),
        cmocka_unit_test(test_names_of_themes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
