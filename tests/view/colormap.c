// SPDX-License-Identifier: MIT
// Built-in colour maps and reading of the user's own.
#include "view/colormap.h"
#include "support/testdata.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *write_file(const char *name, const char *content)
{
    const char *path = temporary_path(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
    return path;
}

static void test_built_in(void **state)
{
    (void)state;
    struct colormap_list list;
    colormap_list_init(&list);
    assert_true(list.count >= 14);
    assert_string_equal(list.maps[0].name, "viridis");
    for (size_t i = 0; i < list.count; i++) {
        assert_ptr_equal(colormap_find(&list, list.maps[i].name), &list.maps[i]);
        assert_memory_not_equal(list.maps[i].rgb[0], list.maps[i].rgb[128], 3);
        for (int k = 1; k < 256; k++)
            for (int c = 0; c < 3; c++) // the slope that the colour table's precision is made for
                assert_true(abs(list.maps[i].rgb[k][c] - list.maps[i].rgb[k - 1][c]) <= 8);
    }
    assert_non_null(colormap_find(&list, "VIRIDIS"));
    assert_null(colormap_find(&list, "no such map"));
    colormap_list_finish(&list);
    assert_int_equal(list.count, 0);
}

// Colours that the authors publish: the ends and middle of viridis and others, as matplotlib 3.6 shows them.
static void test_published_colours(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int entry;
        uint8_t rgb[3];
    } cases[] = {
        {"viridis", 0, {68, 1, 84}},
        {"viridis", 255, {253, 231, 37}},
        {"viridis", 128, {33, 145, 140}},
        {"magma", 0, {0, 0, 4}},
        {"magma", 255, {252, 253, 191}},
        {"inferno", 255, {252, 255, 164}},
        {"plasma", 0, {13, 8, 135}},
        {"cividis", 255, {254, 232, 56}},
        {"turbo", 0, {48, 18, 59}},
        {"gray", 77, {77, 77, 77}},
        {"inverse-gray", 1, {254, 254, 254}},
        {"heat", 255, {255, 255, 255}},
        {"coolwarm", 0, {59, 76, 192}},
        {"coolwarm", 255, {180, 4, 38}},
        {"jet", 0, {0, 0, 128}},
        {"cubehelix", 0, {0, 0, 0}},
        {"cubehelix", 255, {255, 255, 255}},
        {"bone", 255, {255, 255, 255}},
        {"hot", 96, {255, 1, 0}},
    };
    struct colormap_list list;
    colormap_list_init(&list);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct colormap *map = colormap_find(&list, cases[i].name);
        assert_non_null(map);
        for (int c = 0; c < 3; c++)
            if (abs(map->rgb[cases[i].entry][c] - cases[i].rgb[c]) > 1)
                fail_msg("%s[%d] channel %d is %d", cases[i].name, cases[i].entry, c,
                         map->rgb[cases[i].entry][c]);
    }
    colormap_list_finish(&list);
}

static void test_interpolation(void **state)
{
    (void)state;
    struct colormap map = {.name = "test"};
    for (int i = 0; i < 256; i++)
        map.rgb[i][0] = (uint8_t)i, map.rgb[i][1] = (uint8_t)(255 - i), map.rgb[i][2] = i % 2 ? 200 : 0;
    double rgb[3];
    colormap_colour(&map, 10.25 / 255, rgb);
    assert_true(fabs(rgb[0] - 10.25) < 1e-9 && fabs(rgb[1] - 244.75) < 1e-9 && fabs(rgb[2] - 50) < 1e-9);
    colormap_colour(&map, -1, rgb);
    assert_true(rgb[0] == 0);
    colormap_colour(&map, 2, rgb);
    assert_true(rgb[0] == 255);
    colormap_colour(&map, NAN, rgb);
    assert_true(rgb[0] == 0);
}

static void expect_ramp(const char *name, const char *content, double middle)
{
    struct colormap_list list;
    struct error error = {0};
    const struct colormap *map = NULL;
    colormap_list_init(&list);
    size_t before = list.count;
    if (colormap_load(&list, write_file(name, content), &map, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    assert_int_equal(list.count, before + 1);
    assert_int_equal(map->rgb[0][0], 0);
    assert_int_equal(map->rgb[255][0], 255);
    assert_true(fabs(map->rgb[128][0] - middle) <= 1.0);
    colormap_list_finish(&list);
}

static void test_load(void **state)
{
    (void)state;
    expect_ramp("bytes.txt", "# a comment\n0 0 0\n\n255,10,20 # end\n", 128);
    expect_ramp("crlf.txt", "0 0 0\r\n255 10 20\r\n", 128);
    expect_ramp("no newline at the end.txt", "0 0 0\n255 10 20", 128);
    expect_ramp("fractions.txt", "0.0 0 0\n1 0.5 0.5\n", 128);
    expect_ramp("positions.txt", "0 0 0 0\n0.25 200 0 0\n1.0 255 0 0\n", 218.4);
    expect_ramp("offset.txt", "10 0 0 0\n15 200 0 0\n20 255 0 0\n", 200.4);
    expect_ramp("jump.txt", "0 0 0 0\n0.5 0 0 0\n0.5 255 0 0\n1 255 0 0\n", 255);
    expect_ramp("three.txt", "0 0 0\n100 0 0\n255 0 0\n", 100.6);
}

static void test_ones_are_bytes_without_a_point(void **state)
{
    (void)state;
    struct colormap_list list;
    const struct colormap *map;
    colormap_list_init(&list);
    assert_int_equal(colormap_load(&list, write_file("ones.txt", "0 0 0\n1 1 1\n"), &map, NULL), STATUS_OK);
    assert_int_equal(map->rgb[255][0], 1);
    assert_string_equal(map->name, "ones");
    // The same name again replaces it.
    size_t count = list.count;
    assert_int_equal(colormap_load(&list, write_file("Ones.map", "0 0 0\n9 1 1\n"), &map, NULL), STATUS_OK);
    assert_int_equal(list.count, count);
    assert_int_equal(map->rgb[255][0], 9);
    colormap_list_finish(&list);
}

static void test_long_name_is_cut_at_a_character(void **state)
{
    (void)state;
    struct colormap_list list;
    const struct colormap *map;
    colormap_list_init(&list);
    const char *path = write_file("123456789012345678901234567890123456789012345\xe8\x89\xb2\xe5\xbd\xa9.txt",
                                  "0 0 0\n1 1 1\n");
    assert_int_equal(colormap_load(&list, path, &map, NULL), STATUS_OK);
    assert_string_equal(map->name, "123456789012345678901234567890123456789012345");
    colormap_list_finish(&list);
}

static void test_wrong_files(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "# nothing\n",
                                        "1 2 3\n",
                                        "1 2\n3 4\n",
                                        "0 0 0\n1 2 x\n",
                                        "0 0 0\n1 2 3 4\n",
                                        "0 0 0\n256 0 0\n",
                                        "0 0 0\n-1 0 0\n",
                                        "1 0 0 0\n0 255 0 0\n",
                                        "0 1 2 3\n0 4 5 6\n",
                                        "0 0 0\n1 2 nan\n",
                                        "1 2 3 4 5\n1 2 3 4 5\n",
                                        "0 0 0\n11111111111111111111111111111111111111111111111111 0 0\n"};
    struct colormap_list list;
    colormap_list_init(&list);
    size_t count = list.count;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct error error = {0};
        const struct colormap *map = NULL;
        const char *path = write_file("wrong.txt", wrong[i]);
        assert_int_equal(colormap_load(&list, path, &map, &error), STATUS_BROKEN);
        assert_non_null(strstr(error.text, "wrong.txt"));
        assert_null(map);
    }
    assert_int_equal(list.count, count);
    const struct colormap *map;
    assert_int_equal(colormap_load(&list, "/nonexistent/map.txt", &map, NULL), STATUS_IO);
    colormap_list_finish(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_built_in),
        cmocka_unit_test(test_published_colours),
        cmocka_unit_test(test_interpolation),
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_ones_are_bytes_without_a_point),
        cmocka_unit_test(test_long_name_is_cut_at_a_character),
        cmocka_unit_test(test_wrong_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
