// SPDX-License-Identifier: MIT
// The colour table against the colour of every value computed in float64.
#include "view/colour_table.h"
#include "support/reference_render.h"
#include "support/testdata.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
    struct colour_table *table;
    struct colormap_list maps;
    struct contrast contrast;
    struct display display;
    uint64_t random;
};

static const struct limits many_limits[] = {
    {0, 65535},      {1000, 1010},      {-10, 100},
    {1e-6, 1e6},     {-1e-3, 1e-3},     {0, 1e30},
    {0, 1},          {1e-30, 1},        {-1e6, 1e6},
    {-1e6, -999990}, {1e6, 1e6 + 10},   {0.1, 0.3},
    {1, 1.0001},     {-5, 0},           {3, 1e12},
    {-1048576, 5e5}, {100, 100.00001},  {0, 1e-20},
    {-1e-25, 1e-25}, {65535, 65536},    {-3e37, 3e37},
    {0.5, 4e9},      {0, 4294967295.0}, {-2147483648.0, 2147483647.0},
    {12.25, 200.75}, {-0.0, 255},
};
enum { LIMITS_COUNT = sizeof many_limits / sizeof many_limits[0] };

static const char *const many_transfers[] = {
    "linear",    "log",        "sqrt",      "asinh",      "asinh:0.0001", "asinh:10",
    "power",     "power:0.05", "power:0.1", "power:0.15", "power:0.2",    "power:0.25",
    "power:0.3", "power:0.5",  "power:0.9", "power:1.1",  "power:5",      "power:20",
};
enum { TRANSFERS_COUNT = sizeof many_transfers / sizeof many_transfers[0] };

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    if (!fixture || colour_table_create(&fixture->table, NULL) != STATUS_OK)
        return -1;
    colormap_list_init(&fixture->maps);
    fixture->contrast = contrast_default();
    fixture->display = display_default();
    fixture->random = 88172645463325252u;
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    colour_table_destroy(&fixture->table);
    colormap_list_finish(&fixture->maps);
    free(fixture);
    return 0;
}

// Xorshift: the same sequence in every run.
static double random_unit(struct fixture *fixture)
{
    fixture->random ^= fixture->random << 13;
    fixture->random ^= fixture->random >> 7;
    fixture->random ^= fixture->random << 17;
    return (double)(fixture->random >> 11) * 0x1p-53;
}

static const struct colormap *map_of(struct fixture *fixture, const char *name)
{
    const struct colormap *map = colormap_find(&fixture->maps, name);
    assert_non_null(map);
    return map;
}

static void bake(struct fixture *fixture, enum pixel_class pixel_class, const struct colormap *map,
                 const struct histogram *histogram)
{
    const struct colour_recipe recipe = {&fixture->contrast, &fixture->display, map, histogram};
    colour_table_bake(fixture->table, pixel_class, &recipe);
    assert_in_range(fixture->table->texels, 1, COLOUR_TABLE_MAX + 4);
}

static struct reference_scene scene_of(const struct fixture *fixture, const struct colormap *map)
{
    return (struct reference_scene){
        .contrast = &fixture->contrast, .display = &fixture->display, .colormap = map};
}

// The greatest difference of a texel from the reference colour of a value.
static double difference(const struct fixture *fixture, const struct reference_scene *scene, int index,
                         double value, bool float_pixels)
{
    double rgb[3], worst = 0.0;
    reference_colour(scene, value, float_pixels, rgb);
    for (int c = 0; c < 3; c++)
        worst = fmax(worst, fabs(fixture->table->rgba[index][c] - rgb[c]));
    return worst;
}

static void expect_colour(const struct fixture *fixture, const struct reference_scene *scene, int index,
                          double value, bool float_pixels)
{
    assert_in_range(index, 0, fixture->table->texels - 1);
    double worst = difference(fixture, scene, index, value, float_pixels);
    if (worst > 1.0)
        fail_msg("%s %g:%g value %.9g is off by %g levels (entry %d of %d)",
                 transfer_name(fixture->contrast.transfer.kind), fixture->contrast.limits.low,
                 fixture->contrast.limits.high, value, worst, index, fixture->table->entries);
}

static void expect_float(const struct fixture *fixture, const struct reference_scene *scene, float value)
{
    expect_colour(fixture, scene, colour_table_index_f32(fixture->table, value), (double)value, true);
}

// Values where a table is most likely to be wrong: at and beside the limits, near the lower one, and
// anywhere.
static void expect_adversarial_floats(struct fixture *fixture, const struct reference_scene *scene)
{
    float low = fixture->table->low / fixture->table->scale,
          high = fixture->table->high / fixture->table->scale;
    bool gentle =
        fixture->contrast.transfer.kind != TRANSFER_POWER || fixture->contrast.transfer.gamma >= 0.2;
    double range = (double)high - (double)low;
    const float exact[] = {low,
                           high,
                           nextafterf(high, -INFINITY),
                           nextafterf(high, INFINITY),
                           nextafterf(low, -INFINITY),
                           -FLT_MAX,
                           FLT_MAX,
                           0.0f,
                           -0.0f};
    for (size_t i = 0; i < sizeof exact / sizeof exact[0]; i++)
        expect_float(fixture, scene, exact[i]);
    if (gentle)
        expect_float(fixture, scene, nextafterf(low, INFINITY));
    for (int i = 0; i < 200; i++) {
        expect_float(fixture, scene, (float)((double)low + range * random_unit(fixture)));
        double near = fmax(exp2(-99.0 * random_unit(fixture)), 0x1p-118 / range);
        expect_float(fixture, scene, (float)((double)low + range * near));
        expect_float(fixture, scene, (float)((double)high - range * near));
    }
}

static void test_float_tables(void **state)
{
    struct fixture *fixture = *state;
    for (size_t m = 0; m < fixture->maps.count; m++) {
        const struct colormap *map = &fixture->maps.maps[m];
        fixture->display.reversed = m % 2;
        const struct reference_scene scene = scene_of(fixture, map);
        for (int t = 0; t < TRANSFERS_COUNT; t++) {
            assert_true(transfer_parse(many_transfers[t], &fixture->contrast.transfer));
            for (int i = 0; i < LIMITS_COUNT; i++) {
                fixture->contrast.limits = many_limits[i];
                bake(fixture, PIXEL_F32, map, NULL);
                expect_adversarial_floats(fixture, &scene);
            }
        }
    }
    fixture->display.reversed = false;
}

static void test_random_limits(void **state)
{
    struct fixture *fixture = *state;
    const struct colormap *map = map_of(fixture, "turbo");
    const struct reference_scene scene = scene_of(fixture, map);
    for (int i = 0; i < 400; i++) {
        assert_true(transfer_parse(many_transfers[i % TRANSFERS_COUNT], &fixture->contrast.transfer));
        double size = exp2(80.0 * random_unit(fixture) - 40.0);
        double low = size * (2.0 * random_unit(fixture) - 1.0);
        double width = fmax(size * exp2(-20.0 * random_unit(fixture)), fabs(low) * 1e-6);
        fixture->contrast.limits = (struct limits){low, low + width};
        bake(fixture, PIXEL_F32, map, NULL);
        expect_adversarial_floats(fixture, &scene);
    }
}

// The whole way from one entry to the next: every float32 near some places.
static void test_every_float_nearby(void **state)
{
    struct fixture *fixture = *state;
    const struct colormap *map = map_of(fixture, "turbo");
    const struct reference_scene scene = scene_of(fixture, map);
    fixture->contrast.transfer = transfer_default();
    fixture->contrast.limits = (struct limits){1000, 1010};
    bake(fixture, PIXEL_F32, map, NULL);
    for (float value = 1000; value <= 1010; value = nextafterf(value, INFINITY))
        expect_float(fixture, &scene, value);
}

static void test_tiny_and_huge_limits(void **state)
{
    struct fixture *fixture = *state;
    static const struct limits limits[] = {{-3e38, 3e38}, {0, 3.4e38},     {-1e300, 1e300}, {1e39, 1e40},
                                           {0, 1e-40},    {-1e-45, 1e-45}, {0, 5e-324},     {-1e300, -1e299}};
    const struct colormap *map = map_of(fixture, "viridis");
    const struct reference_scene scene = scene_of(fixture, map);
    fixture->contrast.transfer = transfer_default();
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        fixture->contrast.limits = limits[i];
        bake(fixture, PIXEL_F32, map, NULL);
        expect_adversarial_floats(fixture, &scene);
        for (int c = PIXEL_U8; c < PIXEL_F32; c++)
            bake(fixture, (enum pixel_class)c, map, NULL);
    }
}

static void test_entry_counts(void **state)
{
    struct fixture *fixture = *state;
    static const char *const ordinary[] = {"linear", "log", "sqrt", "asinh", "power"};
    for (size_t t = 0; t < sizeof ordinary / sizeof ordinary[0]; t++) {
        assert_true(transfer_parse(ordinary[t], &fixture->contrast.transfer));
        for (int i = 0; i < LIMITS_COUNT; i++) {
            fixture->contrast.limits = many_limits[i];
            bake(fixture, PIXEL_F32, map_of(fixture, "viridis"), NULL);
            assert_in_range(fixture->table->entries, 1, COLOUR_TABLE_KEYED);
            assert_int_equal(fixture->table->texels, fixture->table->entries + 4);
        }
    }
}

static void test_user_map_stays_monotone(void **state)
{
    struct fixture *fixture = *state;
    struct colormap step = {.name = "step"};
    memset(step.rgb[128], 255, sizeof step.rgb - sizeof step.rgb[0] * 128);
    fixture->contrast.limits = (struct limits){0, 1};
    fixture->contrast.transfer = transfer_default();
    bake(fixture, PIXEL_F32, &step, NULL);
    for (int i = 1; i < fixture->table->entries; i++)
        assert_true(fixture->table->rgba[i + 1][0] >= fixture->table->rgba[i][0]);
    assert_int_equal(fixture->table->rgba[1][0], 0);
    assert_int_equal(fixture->table->rgba[fixture->table->entries][0], 255);
}

// -- special values

static void expect_special_values(struct fixture *fixture, const struct colormap *map)
{
    const struct reference_scene scene = scene_of(fixture, map);
    static const float values[] = {-INFINITY, INFINITY, NAN, -FLT_MAX, FLT_MAX, -1e-45f, 1.0000001f, 0.5f};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        expect_float(fixture, &scene, values[i]);
    // A NaN with its sign bit set is one too.
    assert_int_equal(colour_table_index_f32(fixture->table, -NAN), fixture->table->entries + 3);
    assert_int_equal(colour_table_index_f32(fixture->table, INFINITY), fixture->table->entries + 2);
}

static void test_special_colours(void **state)
{
    struct fixture *fixture = *state;
    const struct colormap *map = map_of(fixture, "viridis");
    const struct display saved = fixture->display;
    fixture->contrast.limits = (struct limits){0, 1};
    fixture->contrast.transfer = transfer_default();
    for (unsigned on = 0; on < 1u << SPECIAL_COUNT; on++) {
        for (unsigned i = 0; i < SPECIAL_COUNT; i++)
            fixture->display.special[i] =
                (struct special_colour){on >> i & 1, {(uint8_t)(i + 1), (uint8_t)(i + 100), 200}};
        bake(fixture, PIXEL_F32, map, NULL);
        expect_special_values(fixture, map);
    }
    fixture->display = saved;
}

// -- integers

static void test_direct_tables(void **state)
{
    struct fixture *fixture = *state;
    static const struct limits limits[] = {{0, 255},        {-10, 100},  {10.5, 200.25}, {0, 65535},
                                           {-40000, 70000}, {0.2, 0.8},  {300, 40000},   {-9, -5.5},
                                           {1e6, 2e6},      {-2e6, -1e6}};
    static const int minima[] = {[PIXEL_U8] = 0, [PIXEL_I8] = -128, [PIXEL_U16] = 0, [PIXEL_I16] = -32768};
    const struct colormap *map = map_of(fixture, "turbo");
    const struct reference_scene scene = scene_of(fixture, map);
    fixture->display.special[SPECIAL_UNDER].on = true;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        fixture->contrast.limits = limits[i];
        for (int c = PIXEL_U8; c <= PIXEL_I16; c++) {
            assert_true(transfer_parse(many_transfers[(i + 5 * (size_t)c) % TRANSFERS_COUNT],
                                       &fixture->contrast.transfer));
            bake(fixture, (enum pixel_class)c, map, NULL);
            assert_int_equal(fixture->table->entries, c < PIXEL_U16 ? 256 : 65536);
            for (int entry = 0; entry < fixture->table->entries; entry++) {
                expect_colour(fixture, &scene, entry, entry + minima[c], false);
                assert_int_equal(fixture->table->rgba[entry][3], 255);
            }
        }
    }
    fixture->display.special[SPECIAL_UNDER].on = false;
}

static void expect_integer(const struct fixture *fixture, const struct reference_scene *scene, int64_t value)
{
    bool is_signed = fixture->table->pixel_class == PIXEL_I32;
    if (value < (is_signed ? INT32_MIN : 0) || value > (is_signed ? (int64_t)INT32_MAX : (int64_t)UINT32_MAX))
        return;
    int index = is_signed ? colour_table_index_i32(fixture->table, (int32_t)value)
                          : colour_table_index_u32(fixture->table, (uint32_t)value);
    expect_colour(fixture, scene, index, (double)value, false);
}

static void expect_integers(struct fixture *fixture, const struct reference_scene *scene)
{
    static const int64_t fixed[] = {INT32_MIN, INT32_MIN + 1,   -1,        0, 1,
                                    INT32_MAX, UINT32_MAX - 1u, UINT32_MAX};
    const struct limits *limits = &fixture->contrast.limits;
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        expect_integer(fixture, scene, fixed[i]);
    for (int i = 0; i < 300; i++) {
        double share = i % 2 ? random_unit(fixture) : exp2(-32.0 * random_unit(fixture));
        double value = limits->low + (limits->high - limits->low) * share;
        if (fabs(value) < 1e10)
            expect_integer(fixture, scene, (int64_t)value);
        for (int step = -3; step <= 3 && i == 0; step++) {
            if (fabs(limits->low) < 1e10)
                expect_integer(fixture, scene, (int64_t)limits->low + step);
            if (fabs(limits->high) < 1e10)
                expect_integer(fixture, scene, (int64_t)limits->high + step);
        }
    }
}

static void test_wide_integers(void **state)
{
    struct fixture *fixture = *state;
    static const struct limits more[] = {{0.2, 0.8},
                                         {1e10, 2e10},
                                         {-2e10, -1e10},
                                         {4294967290.0, 4294967295.0},
                                         {-5e9, 5e9},
                                         {2.5, 2.75},
                                         {-2147483648.0, -2147483640.0},
                                         {16777217, 16777219}};
    const struct colormap *map = map_of(fixture, "turbo");
    const struct reference_scene scene = scene_of(fixture, map);
    fixture->display.special[SPECIAL_UNDER].on = fixture->display.special[SPECIAL_OVER].on = true;
    for (int t = 0; t < TRANSFERS_COUNT; t++) {
        assert_true(transfer_parse(many_transfers[t], &fixture->contrast.transfer));
        for (size_t i = 0; i < LIMITS_COUNT + sizeof more / sizeof more[0]; i++) {
            fixture->contrast.limits = i < LIMITS_COUNT ? many_limits[i] : more[i - LIMITS_COUNT];
            bake(fixture, PIXEL_U32, map, NULL);
            expect_integers(fixture, &scene);
            bake(fixture, PIXEL_I32, map, NULL);
            expect_integers(fixture, &scene);
        }
    }
    fixture->display.special[SPECIAL_UNDER].on = fixture->display.special[SPECIAL_OVER].on = false;
}

// -- equalisation

// What was counted, sorted, and the rule by which values belong to one bin.
struct counted {
    double *sorted;
    size_t count;
    int shift; // values whose float32 order agrees above these bits are in one bin; 0 = none
};

static int64_t order_of(double value)
{
    float number = (float)value + 0.0f;
    int32_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits < 0 ? -(int64_t)(bits & 0x7fffffff) - 1 : bits;
}

static double share_up_to(const void *context, double value)
{
    const struct counted *counted = context;
    size_t below = 0;
    while (below < counted->count && (counted->sorted[below] <= value ||
                                      (counted->shift && order_of(counted->sorted[below]) >> counted->shift ==
                                                             order_of(value) >> counted->shift)))
        below++;
    return (double)below / (double)counted->count;
}

static double share_below(const struct counted *counted, double low)
{
    size_t below = 0;
    while (below < counted->count && counted->sorted[below] < low &&
           (!counted->shift ||
            order_of(counted->sorted[below]) >> counted->shift != order_of(low) >> counted->shift))
        below++;
    return (double)below / (double)counted->count;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

enum { COUNTED = 4000 };

// Values of a skewed distribution, rounded to the type, with a histogram of them.
static struct histogram *make_counts(struct fixture *fixture, enum sample_type type, double center,
                                     double width, struct counted *counted)
{
    struct histogram *histogram = histogram_create(type);
    const struct sample_traits *traits = sample_traits(type);
    *counted = (struct counted){calloc(COUNTED, sizeof(double)), COUNTED, 0};
    for (int i = 0; i < COUNTED; i++) {
        double value = center + width * (pow(random_unit(fixture), 3.0) - 0.2);
        value = fmin(traits->max, fmax(traits->min, value));
        counted->sorted[i] = traits->is_float ? (double)(float)value : floor(value);
    }
    histogram_add(histogram, counted->sorted, NULL, COUNTED);
    qsort(counted->sorted, COUNTED, sizeof(double), compare_doubles);
    return histogram;
}

static struct reference_shares shares_of(const struct counted *counted, double low)
{
    return (struct reference_shares){share_up_to, counted, share_below(counted, low)};
}

static void test_equalize_direct(void **state)
{
    struct fixture *fixture = *state;
    const struct colormap *map = map_of(fixture, "turbo");
    struct reference_scene scene = scene_of(fixture, map);
    struct counted counted;
    fixture->contrast.transfer.kind = TRANSFER_EQUALIZE;
    struct histogram *histogram = make_counts(fixture, SAMPLE_I16, 50, 400, &counted);
    static const struct limits limits[] = {{-30, 350}, {-30.5, 100.5}, {-32768, 32767}, {0, 1}};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        fixture->contrast.limits = limits[i];
        struct reference_shares shares = shares_of(&counted, limits[i].low);
        scene.shares = &shares;
        bake(fixture, PIXEL_I16, map, histogram);
        for (int value = -400; value < 500; value++)
            expect_colour(fixture, &scene, value + 32768, value, false);
    }
    histogram_destroy(&histogram);
    free(counted.sorted);
}

// The float32 means of a 16-bit image: the share at a mean is that of the integer below it.
static void test_equalize_means(void **state)
{
    struct fixture *fixture = *state;
    const struct colormap *map = map_of(fixture, "turbo");
    struct reference_scene scene = scene_of(fixture, map);
    struct counted counted;
    fixture->contrast.transfer.kind = TRANSFER_EQUALIZE;
    struct histogram *histogram = make_counts(fixture, SAMPLE_U16, 9000, 40000, &counted);
    static const struct limits limits[] = {{0, 65535}, {1000.5, 30000.25}, {-100, 1e6}, {5000, 5001}};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        fixture->contrast.limits = limits[i];
        struct reference_shares shares = shares_of(&counted, limits[i].low);
        scene.shares = &shares;
        bake(fixture, PIXEL_F32, map, histogram);
        for (int k = 0; k < 500; k++) {
            // Quarters, so that u is exact.
            double value = floor(4.0 * fmin(65535, limits[i].low + (limits[i].high - limits[i].low) *
                                                                       random_unit(fixture))) /
                           4.0;
            expect_float(fixture, &scene, (float)fmax(0.0, value));
        }
    }
    histogram_destroy(&histogram);
    free(counted.sorted);
}

static void expect_equalized_floats(struct fixture *fixture, enum sample_type type,
                                    enum pixel_class pixel_class, double center, double width,
                                    struct limits limits)
{
    const struct colormap *map = map_of(fixture, "turbo");
    struct reference_scene scene = scene_of(fixture, map);
    struct counted counted;
    struct histogram *histogram = make_counts(fixture, type, center, width, &counted);
    fixture->contrast.transfer.kind = TRANSFER_EQUALIZE;
    fixture->contrast.limits = limits;
    bake(fixture, pixel_class, map, histogram);
    counted.shift = fixture->table->shift;
    assert_true(counted.shift >= 12);
    struct reference_shares shares = shares_of(&counted, (double)(float)limits.low);
    scene.shares = &shares;
    for (int k = 0; k < COUNTED; k += 3) {
        if (pixel_class == PIXEL_F32)
            expect_float(fixture, &scene, (float)counted.sorted[k]);
        else
            expect_integer(fixture, &scene, (int64_t)counted.sorted[k]);
    }
    histogram_destroy(&histogram);
    free(counted.sorted);
}

static void test_equalize_floats(void **state)
{
    struct fixture *fixture = *state;
    expect_equalized_floats(fixture, SAMPLE_F32, PIXEL_F32, 1000, 10, (struct limits){998.5, 1007});
    assert_int_equal(fixture->table->shift, 12);
    expect_equalized_floats(fixture, SAMPLE_F32, PIXEL_F32, 20, 100, (struct limits){-10, 100});
    expect_equalized_floats(fixture, SAMPLE_F32, PIXEL_F32, 20, 100, (struct limits){0, 65535});
    expect_equalized_floats(fixture, SAMPLE_F32, PIXEL_F32, 0, 1e30, (struct limits){-1e30, 1e30});
    expect_equalized_floats(fixture, SAMPLE_F32, PIXEL_F32, -50, 10, (struct limits){-60, -45});
    expect_equalized_floats(fixture, SAMPLE_U32, PIXEL_U32, 1e6, 1e6, (struct limits){900000, 1700000});
    expect_equalized_floats(fixture, SAMPLE_I32, PIXEL_I32, 0, 1e6, (struct limits){-190000, 700000});
}

static void test_equalize_without_counts(void **state)
{
    struct fixture *fixture = *state;
    const struct colormap *map = map_of(fixture, "turbo");
    struct counted counted;
    struct histogram *full = make_counts(fixture, SAMPLE_F32, 1000, 10, &counted);
    struct histogram *empty = histogram_create(SAMPLE_F32);
    const struct histogram *histograms[] = {NULL, empty, full};
    fixture->contrast.limits = (struct limits){0, 10};
    for (int i = 0; i < 3; i++) {
        struct reference_scene scene = scene_of(fixture, map);
        fixture->contrast.transfer.kind = TRANSFER_EQUALIZE;
        bake(fixture, PIXEL_F32, map, histograms[i]);
        expect_adversarial_floats(fixture, &scene);
        bake(fixture, PIXEL_U8, map, histograms[i]);
        for (int value = 0; value < 256; value++)
            expect_colour(fixture, &scene, value, value, false);
    }
    histogram_destroy(&full);
    histogram_destroy(&empty);
    free(counted.sorted);
}

static void test_minus_zero_is_zero(void **state)
{
    struct fixture *fixture = *state;
    struct histogram *histogram = histogram_create(SAMPLE_F32);
    const double values[] = {0.0, 0.25, 0.5, 100.0};
    histogram_add(histogram, values, NULL, 4);
    fixture->contrast.transfer.kind = TRANSFER_EQUALIZE;
    fixture->contrast.limits = (struct limits){0, 100};
    bake(fixture, PIXEL_F32, map_of(fixture, "gray"), histogram);
    assert_int_equal(colour_table_index_f32(fixture->table, -0.0f), 1);
    assert_int_equal(colour_table_index_f32(fixture->table, 0.0f), 1);
    assert_int_equal(fixture->table->rgba[1][0], 64); // a quarter of 255
    histogram_destroy(&histogram);
}

static void test_classes(void **state)
{
    (void)state;
    assert_int_equal(pixel_class_of(SAMPLE_U16), PIXEL_U16);
    assert_int_equal(pixel_class_of(SAMPLE_I32), PIXEL_I32);
    assert_int_equal(pixel_class_of(SAMPLE_U64), PIXEL_F32);
    assert_int_equal(pixel_class_of(SAMPLE_F16), PIXEL_F32);
    assert_int_equal(pixel_class_bytes(PIXEL_I8), 1);
    assert_int_equal(pixel_class_bytes(PIXEL_F32), 4);
    assert_true(pixel_class_is_direct(PIXEL_I16));
    assert_false(pixel_class_is_direct(PIXEL_U32));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_float_tables, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_random_limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_every_float_nearby, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tiny_and_huge_limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_entry_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_user_map_stays_monotone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_special_colours, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_direct_tables, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wide_integers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_equalize_direct, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_equalize_means, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_equalize_floats, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_equalize_without_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_minus_zero_is_zero, set_up, tear_down),
        cmocka_unit_test(test_classes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
