// SPDX-License-Identifier: MIT
// Divisions of the window into panes: grids, splits, gaps, and that nothing overlaps whatever is done.
#include "view/layout.h"

#include "support/testdata.h"

#include <stdlib.h>
#include <string.h>

enum { GAP = 3 };
static const struct rect WHOLE = {10, 20, 1003, 602};
static const int NUMBERS[LAYOUT_MAX_PANES] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

static void expect_area(const struct layout *layout, int pane, struct rect expected)
{
    struct rect areas[LAYOUT_MAX_PANES];
    layout_areas(layout, WHOLE, GAP, areas);
    assert_int_equal(areas[pane].x, expected.x);
    assert_int_equal(areas[pane].y, expected.y);
    assert_int_equal(areas[pane].width, expected.width);
    assert_int_equal(areas[pane].height, expected.height);
}

static void test_single(void **state)
{
    (void)state;
    struct layout layout;
    layout_single(&layout, 7);
    expect_area(&layout, 7, WHOLE);
    expect_area(&layout, 0, (struct rect){0});
    assert_false(layout_remove(&layout, 7));
    expect_area(&layout, 7, WHOLE);
}

static void test_grid(void **state)
{
    (void)state;
    struct layout layout;
    int order[LAYOUT_MAX_PANES];
    assert_true(layout_grid(&layout, 2, 2, NUMBERS));
    expect_area(&layout, 0, (struct rect){10, 20, 500, 300}); // (1003 - 3) / 2, rounded (602 - 3) / 2
    expect_area(&layout, 1, (struct rect){513, 20, 500, 300});
    expect_area(&layout, 2, (struct rect){10, 323, 500, 299});
    expect_area(&layout, 3, (struct rect){513, 323, 500, 299});
    assert_int_equal(layout_order(&layout, order), 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(order[i], i);
    assert_true(layout_grid(&layout, 4, 4, NUMBERS));
    assert_int_equal(layout_order(&layout, order), 16);
    assert_false(layout_grid(&layout, 4, 5, NUMBERS));
    assert_false(layout_grid(&layout, 0, 2, NUMBERS));
    assert_int_equal(layout_order(&layout, order), 16);
    assert_false(layout_split(&layout, 3, LAYOUT_STACKED, 3));
}

// The size of a whole whose parts have a size, for all grids: each part then has exactly that.
static void test_size(void **state)
{
    (void)state;
    for (int columns = 1; columns <= 5; columns++)
        for (int rows = 1; rows <= 3; rows++) {
            struct layout layout;
            struct rect areas[LAYOUT_MAX_PANES];
            assert_true(layout_grid(&layout, columns, rows, NUMBERS));
            const struct rect size = layout_size(&layout, 77, 41, GAP);
            assert_int_equal(size.width, columns * 77 + (columns - 1) * GAP);
            assert_int_equal(size.height, rows * 41 + (rows - 1) * GAP);
            layout_areas(&layout, size, GAP, areas);
            for (int i = 0; i < columns * rows; i++) {
                assert_int_equal(areas[i].x, (i % columns) * (77 + GAP));
                assert_int_equal(areas[i].y, (i / columns) * (41 + GAP));
                assert_int_equal(areas[i].width, 77);
                assert_int_equal(areas[i].height, 41);
            }
        }
}

static void test_split_and_remove(void **state)
{
    (void)state;
    struct layout layout;
    int order[LAYOUT_MAX_PANES];
    layout_single(&layout, 0);
    assert_true(layout_split(&layout, 0, LAYOUT_SIDE_BY_SIDE, 1));
    assert_true(layout_split(&layout, 1, LAYOUT_STACKED, 2));
    expect_area(&layout, 0, (struct rect){10, 20, 500, 602});
    expect_area(&layout, 1, (struct rect){513, 20, 500, 300});
    expect_area(&layout, 2, (struct rect){513, 323, 500, 299});
    assert_false(layout_split(&layout, 9, LAYOUT_STACKED, 3));
    layout_swap(&layout, 0, 2);
    assert_int_equal(layout_order(&layout, order), 3);
    assert_int_equal(order[0], 2);
    assert_int_equal(order[1], 1);
    assert_int_equal(order[2], 0);
    assert_true(layout_remove(&layout, 2)); // what was beside it gets the place
    expect_area(&layout, 1, (struct rect){10, 20, 1003, 300});
    expect_area(&layout, 0, (struct rect){10, 323, 1003, 299});
    assert_false(layout_remove(&layout, 2));
    assert_true(layout_remove(&layout, 0));
    expect_area(&layout, 1, WHOLE);
}

static void test_gaps(void **state)
{
    (void)state;
    struct layout layout;
    layout_grid(&layout, 2, 1, NUMBERS);
    assert_int_equal(layout_gap_at(&layout, WHOLE, GAP, 0, 509, 100), -1);
    const int gap = layout_gap_at(&layout, WHOLE, GAP, 0, 510, 100);
    assert_true(gap >= 0);
    assert_int_equal(layout_gap_at(&layout, WHOLE, GAP, 0, 512.9, 100), gap);
    assert_int_equal(layout_gap_at(&layout, WHOLE, GAP, 0, 513, 100), -1);
    assert_int_equal(layout_gap_at(&layout, WHOLE, GAP, 2, 514, 100), gap);
    assert_int_equal(layout_gap_at(&layout, WHOLE, GAP, 2, 511, 10), -1);
    assert_int_equal(layout_gap_axis(&layout, gap), LAYOUT_SIDE_BY_SIDE);
    layout_move_gap(&layout, WHOLE, GAP, gap, 240, 711.5, 0);
    expect_area(&layout, 0, (struct rect){10, 20, 700, 602});
    expect_area(&layout, 1, (struct rect){713, 20, 300, 602});
    layout_move_gap(&layout, WHOLE, GAP, gap, 240, 5000, 0);
    expect_area(&layout, 1, (struct rect){773, 20, 240, 602});
    layout_move_gap(&layout, WHOLE, GAP, gap, 240, 0, 0);
    expect_area(&layout, 0, (struct rect){10, 20, 240, 602});
    layout_move_gap(&layout, WHOLE, GAP, gap, 600, 700, 0); // no room for both
    expect_area(&layout, 0, (struct rect){10, 20, 240, 602});
}

// The area of all panes with the gaps between them is that of the whole, and no two overlap.
static void expect_tiling(const struct layout *layout, int count)
{
    struct rect areas[LAYOUT_MAX_PANES];
    layout_areas(layout, WHOLE, 0, areas);
    int64_t covered = 0;
    int standing = 0;
    for (int a = 0; a < LAYOUT_MAX_PANES; a++) {
        covered += areas[a].width * areas[a].height;
        standing += areas[a].width > 0 && areas[a].height > 0;
        for (int b = 0; b < a; b++) {
            if (areas[a].width == 0 || areas[b].width == 0 || areas[a].height == 0 || areas[b].height == 0)
                continue;
            assert_true(
                areas[a].x >= areas[b].x + areas[b].width || areas[b].x >= areas[a].x + areas[a].width ||
                areas[a].y >= areas[b].y + areas[b].height || areas[b].y >= areas[a].y + areas[a].height);
        }
    }
    assert_int_equal(covered, WHOLE.width * WHOLE.height);
    assert_int_equal(standing, count);
}

static void test_random(void **state)
{
    (void)state;
    struct layout layout;
    bool there[LAYOUT_MAX_PANES] = {true};
    int count = 1;
    layout_single(&layout, 0);
    srand(11);
    for (int i = 0; i < 5000; i++) {
        const int pane = rand() % LAYOUT_MAX_PANES, other = rand() % LAYOUT_MAX_PANES;
        switch (rand() % 3) {
        case 0:
            if (there[other])
                break;
            assert_int_equal(layout_split(&layout, pane, (enum layout_axis)(rand() % 2), other), there[pane]);
            count += there[pane];
            there[other] = there[pane];
            break;
        case 1: {
            const bool removed = there[pane] && count > 1;
            assert_int_equal(layout_remove(&layout, pane), removed);
            there[pane] &= !removed;
            count -= removed;
            break;
        }
        default:
            layout_swap(&layout, pane, other);
        }
        int order[LAYOUT_MAX_PANES];
        assert_int_equal(layout_order(&layout, order), count);
        for (int k = 0; k < count; k++)
            assert_true(there[order[k]]);
        if (count <= 6) // deeper trees make panes of no size
            expect_tiling(&layout, count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single),           cmocka_unit_test(test_grid), cmocka_unit_test(test_size),
        cmocka_unit_test(test_split_and_remove), cmocka_unit_test(test_gaps), cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
