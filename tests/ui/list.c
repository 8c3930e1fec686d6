// SPDX-License-Identifier: MIT
// Filtering of lines, their fields, and the selection in lists.
#include "ui/controls/ui_list.h"

#include "support/testdata.h"

#include <string.h>

static const char header[] = "Detector\tPILATUS 300K\n"
                             "Exposure_time\t0.5 s\n"
                             "comment\n"
                             "Beam_xy\t(243.1, 309.5) pixels\n"
                             "Detector_distance\t0.1 m";

static const char *const header_lines[] = {header, header + 22, header + 42, header + 50, header + 80};

static void assert_lines(struct ui_lines *lines, const char *filter, const size_t *expected, size_t count)
{
    ui_lines_update(lines, header, 1, filter);
    assert_int_equal(lines->count, count);
    assert_int_equal(lines->total, 5);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(lines->starts[i], header_lines[expected[i]] - header);
}

static void test_lines_by_key_and_value(void **state)
{
    (void)state;
    struct ui_lines lines = {0};
    assert_lines(&lines, "", (size_t[]){0, 1, 2, 3, 4}, 5);
    assert_lines(&lines, "detector", (size_t[]){0, 4}, 2);
    assert_lines(&lines, "PIXELS", (size_t[]){3}, 1);
    assert_lines(&lines, "detector 300", (size_t[]){0}, 1);
    assert_lines(&lines, "nothing", NULL, 0);
    ui_lines_free(&lines);
}

static void test_lines_are_kept_while_nothing_changes(void **state)
{
    (void)state;
    struct ui_lines lines = {0};
    assert_true(ui_lines_update(&lines, header, 7, "beam"));
    assert_false(ui_lines_update(&lines, header, 7, "beam"));
    assert_true(ui_lines_update(&lines, header, 8, "beam"));
    assert_true(ui_lines_update(&lines, header, 8, "bea"));
    assert_true(ui_lines_update(&lines, "", 9, "bea"));
    assert_int_equal(lines.count, 0);
    assert_int_equal(lines.total, 0);
    assert_true(ui_lines_update(&lines, "\n\n", 10, ""));
    assert_int_equal(lines.count, 2);
    ui_lines_free(&lines);
}

static void assert_field(const char *line, size_t index, const char *expected)
{
    size_t bytes;
    const char *field = ui_line_field(line, index, &bytes);
    assert_int_equal(bytes, strlen(expected));
    assert_memory_equal(field, expected, bytes);
}

static void test_fields(void **state)
{
    (void)state;
    static const char line[] = "/entry/data\t10 x 20\tu16\t\tnote\nnext\tline\n";
    assert_field(line, 0, "/entry/data");
    assert_field(line, 1, "10 x 20");
    assert_field(line, 2, "u16");
    assert_field(line, 3, "");
    assert_field(line, 4, "note");
    assert_field(line, 5, "");
    assert_field(line, 99, "");
    assert_field("", 0, "");
    assert_field("\tshape", 0, "");
    assert_field("\tshape", 1, "shape");
}

static void assert_range(const struct ui_list *list, size_t first, size_t end)
{
    size_t found_first, found_end;
    ui_list_range(list, &found_first, &found_end);
    assert_int_equal(found_first, first);
    assert_int_equal(found_end, end);
}

static void test_selection_stays_within_the_rows(void **state)
{
    (void)state;
    struct ui_list list = {0};
    assert_range(&list, 0, 0);
    ui_list_limit(&list, 10);
    assert_range(&list, 0, 1);
    ui_list_move(&list, 3, false);
    assert_range(&list, 3, 4);
    ui_list_move(&list, INT64_MAX, false);
    assert_range(&list, 9, 10);
    ui_list_move(&list, -INT64_MAX, false);
    assert_range(&list, 0, 1);
    ui_list_move(&list, -1, false);
    assert_range(&list, 0, 1);
    ui_list_select(&list, 8);
    ui_list_limit(&list, 4);
    assert_range(&list, 3, 4);
    ui_list_limit(&list, 0);
    assert_range(&list, 0, 0);
    ui_list_move(&list, 5, false);
    assert_range(&list, 0, 0);
}

static void test_ranges(void **state)
{
    (void)state;
    struct ui_list list = {0};
    ui_list_limit(&list, 10);
    ui_list_select(&list, 5);
    ui_list_move(&list, 2, true);
    assert_range(&list, 5, 8);
    ui_list_move(&list, -4, true);
    assert_range(&list, 3, 6);
    ui_list_move(&list, 1, false);
    assert_range(&list, 4, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_by_key_and_value),
        cmocka_unit_test(test_lines_are_kept_while_nothing_changes),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_selection_stays_within_the_rows),
        cmocka_unit_test(test_ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
