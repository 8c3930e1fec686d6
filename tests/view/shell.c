// SPDX-License-Identifier: MIT
// Where everything in the window stands: exact rectangles by the lengths of the design, and that whatever is
// open nothing overlaps, nothing is left over, and the panes keep their room.
#include "view/shell.h"

#include "support/testdata.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    size_t at;
} parts[] = {
#define PART(name)                                                                                           \
    {                                                                                                        \
#name, offsetof(struct shell, name)                                                                  \
    }
    PART(menu),     PART(toolbar), PART(strip),     PART(browser), PART(panes),  PART(series),
    PART(splitter), PART(bottom),  PART(inspector), PART(rail),    PART(status),
#undef PART
};
enum { PARTS = sizeof parts / sizeof *parts };

static struct rect part_of(const struct shell *shell, int part)
{
    struct rect rect;
    memcpy(&rect, (const char *)shell + parts[part].at, sizeof rect);
    return rect;
}

static void expect(struct rect got, int64_t x, int64_t y, int64_t width, int64_t height)
{
    if (got.x != x || got.y != y || got.width != width || got.height != height)
        fail_msg("%lld, %lld, %lld x %lld instead of %lld, %lld, %lld x %lld", (long long)got.x,
                 (long long)got.y, (long long)got.width, (long long)got.height, (long long)x, (long long)y,
                 (long long)width, (long long)height);
}

static struct shell_wishes wishes_of(int width, int height, double scale)
{
    return (struct shell_wishes){.width = width, .height = height, .scale = scale, .interface = true};
}

// --- exact rectangles ---

static void test_compact(void **state)
{
    (void)state;
    struct shell_wishes wishes = wishes_of(640, 480, 1);
    struct shell shell = shell_lay_out(&wishes);
    assert_int_equal(shell.size, SHELL_COMPACT);
    expect(shell.menu, 0, 0, 640, 28);
    expect(shell.toolbar, 0, 28, 640, 32);
    expect(shell.strip, 0, 60, 36, 396);
    expect(shell.panes, 36, 60, 564, 396);
    expect(shell.rail, 600, 60, 40, 396);
    expect(shell.status, 0, 456, 640, 24);
    wishes.inspector = wishes.series = wishes.bottom = true;
    shell = shell_lay_out(&wishes);
    assert_true(shell.drawer);
    expect(shell.inspector, 320, 60, 280, 396);
    expect(shell.series, 0, 0, 0, 0); // in the head of the pane
    expect(shell.splitter, 0, 0, 0, 0);
    expect(shell.panes, 36, 60, 564, 198);
    expect(shell.bottom, 36, 258, 564, 198);
    wishes.browser = true; // gives way to 320 pixels of picture
    shell = shell_lay_out(&wishes);
    expect(shell.browser, 36, 60, 244, 396);
    expect(shell.panes, 280, 60, 320, 198);
    expect(shell.bottom, 280, 258, 320, 198);
}

static void expect_regular(const struct shell *shell, int64_t s)
{
    expect(shell->menu, 0, 0, 1280 * s, 28 * s);
    expect(shell->toolbar, 0, 28 * s, 1280 * s, 36 * s);
    expect(shell->strip, 0, 64 * s, 44 * s, 712 * s);
    expect(shell->browser, 44 * s, 64 * s, 248 * s, 712 * s);
    expect(shell->panes, 292 * s, 64 * s, 632 * s, 432 * s);
    expect(shell->series, 292 * s, 496 * s, 632 * s, 34 * s);
    expect(shell->splitter, 292 * s, 530 * s, 632 * s, 6 * s);
    expect(shell->bottom, 292 * s, 536 * s, 632 * s, 240 * s);
    expect(shell->inspector, 924 * s, 64 * s, 300 * s, 712 * s);
    expect(shell->rail, 1224 * s, 64 * s, 56 * s, 712 * s);
    expect(shell->status, 0, 776 * s, 1280 * s, 24 * s);
}

static void test_regular(void **state)
{
    (void)state;
    struct shell_wishes wishes = wishes_of(1280, 800, 1);
    struct shell shell = shell_lay_out(&wishes);
    assert_int_equal(shell.size, SHELL_REGULAR);
    expect(shell.panes, 44, 64, 1180, 712);
    wishes.inspector = wishes.series = true;
    shell = shell_lay_out(&wishes);
    expect(shell.panes, 44, 64, 880, 678);
    expect(shell.series, 44, 742, 880, 34);
    wishes.browser = wishes.bottom = true;
    shell = shell_lay_out(&wishes);
    assert_false(shell.drawer);
    expect_regular(&shell, 1);
    wishes.width = 2560;
    wishes.height = 1600;
    wishes.scale = 2;
    shell = shell_lay_out(&wishes);
    expect_regular(&shell, 2);
}

static void test_wide(void **state)
{
    (void)state;
    for (int s = 1; s <= 2; s++) {
        struct shell_wishes wishes = wishes_of(1920 * s, 1080 * s, s);
        wishes.inspector = wishes.series = wishes.browser = wishes.bottom = true;
        const struct shell shell = shell_lay_out(&wishes);
        assert_int_equal(shell.size, SHELL_WIDE);
        expect(shell.toolbar, 0, 28 * s, 1920 * s, 36 * s);
        expect(shell.strip, 0, 64 * s, 44 * s, 992 * s);
        expect(shell.browser, 44 * s, 64 * s, 248 * s, 992 * s);
        expect(shell.inspector, 1524 * s, 64 * s, 340 * s, 992 * s);
        expect(shell.rail, 1864 * s, 64 * s, 56 * s, 992 * s);
        expect(shell.bottom, 292 * s, 816 * s, 1232 * s, 240 * s);
        expect(shell.splitter, 292 * s, 810 * s, 1232 * s, 6 * s);
        expect(shell.series, 292 * s, 776 * s, 1232 * s, 34 * s);
        expect(shell.panes, 292 * s, 64 * s, 1232 * s, 712 * s);
        expect(shell.status, 0, 1056 * s, 1920 * s, 24 * s);
    }
}

// Each edge is rounded by itself: at scale 1.25 the bars end at 35, 80, and 45 from the right.
static void test_edges_are_whole_pixels(void **state)
{
    (void)state;
    struct shell_wishes wishes = wishes_of(1203, 787, 1.25);
    wishes.inspector = wishes.series = true;
    const struct shell shell = shell_lay_out(&wishes);
    assert_int_equal(shell.size, SHELL_REGULAR);
    expect(shell.menu, 0, 0, 1203, 35);
    expect(shell.toolbar, 0, 35, 1203, 45);
    expect(shell.strip, 0, 80, 55, 677);
    expect(shell.rail, 1133, 80, 70, 677);
    expect(shell.inspector, 758, 80, 375, 677);
    expect(shell.series, 55, 714, 703, 43); // 787 - 72.5 and 787 - 30
    expect(shell.panes, 55, 80, 703, 634);
}

static void test_without_the_interface(void **state)
{
    (void)state;
    struct shell_wishes wishes = wishes_of(800, 700, 1);
    wishes.interface = false;
    wishes.inspector = wishes.browser = wishes.series = wishes.bottom = true;
    const struct shell shell = shell_lay_out(&wishes);
    for (int i = 0; i < PARTS; i++) {
        if (strcmp(parts[i].name, "panes") != 0)
            expect(part_of(&shell, i), 0, 0, 0, 0);
    }
    expect(shell.panes, 0, 0, 800, 700);
}

static void test_sizes_of_the_user(void **state)
{
    (void)state;
    struct shell_wishes wishes = wishes_of(1280, 800, 1);
    wishes.inspector = wishes.browser = wishes.bottom = true;
    wishes.browser_width = 300;
    wishes.inspector_width = 400;
    wishes.bottom_height = 200;
    struct shell shell = shell_lay_out(&wishes);
    expect(shell.browser, 44, 64, 300, 712);
    expect(shell.inspector, 824, 64, 400, 712);
    expect(shell.bottom, 344, 576, 480, 200);
    // What leaves too little gives way: the browser first.
    wishes.browser_width = wishes.inspector_width = 640;
    wishes.bottom_height = 1000;
    shell = shell_lay_out(&wishes);
    expect(shell.inspector, 584, 64, 640, 712);
    expect(shell.browser, 44, 64, 220, 712);
    expect(shell.panes, 264, 64, 320, 240);
    wishes.width = 1000; // 580 for the inspector and no browser
    shell = shell_lay_out(&wishes);
    expect(shell.browser, 0, 0, 0, 0);
    expect(shell.inspector, 364, 64, 580, 712);
    expect(shell.panes, 44, 64, 320, 240);
}

// --- all of them ---

static bool overlap(struct rect a, struct rect b)
{
    return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

// What is not covered: the drawer lies over the panes, all else side by side.
static void check(const struct shell_wishes *wishes)
{
    const struct shell shell = shell_lay_out(wishes);
    int64_t covered = 0;
    for (int i = 0; i < PARTS; i++) {
        const struct rect a = part_of(&shell, i);
        const bool lies_over = shell.drawer && strcmp(parts[i].name, "inspector") == 0;
        covered += lies_over ? 0 : a.width * a.height;
        assert_true(a.x >= 0 && a.y >= 0 && a.x + a.width <= wishes->width &&
                    a.y + a.height <= wishes->height);
        for (int j = i + 1; j < PARTS && !lies_over; j++) {
            const bool other_over = shell.drawer && strcmp(parts[j].name, "inspector") == 0;
            if (!other_over && overlap(a, part_of(&shell, j)))
                fail_msg("%s and %s overlap at %d x %d, scale %g", parts[i].name, parts[j].name,
                         wishes->width, wishes->height, wishes->scale);
        }
    }
    assert_int_equal(covered, (int64_t)wishes->width * wishes->height);
    if (wishes->bottom && shell.size == SHELL_COMPACT)
        return; // half of what there is
    assert_true((double)shell.panes.width >= 320 * wishes->scale - 1);
    assert_true((double)shell.panes.height >= 240 * wishes->scale - 1);
}

static void test_nothing_overlaps_and_all_is_covered(void **state)
{
    (void)state;
    static const double scales[] = {1, 1.25, 1.5, 1.75, 2, 3};
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        for (int open = 0; open < 16; open++) {
            for (int width = 400; width <= 2000; width += 61) {
                for (int height = 330; height <= 1100; height += 53) {
                    struct shell_wishes wishes =
                        wishes_of((int)(width * scales[i]), (int)(height * scales[i]), scales[i]);
                    wishes.browser = open & 1;
                    wishes.inspector = open & 2;
                    wishes.series = open & 4;
                    wishes.bottom = open & 8;
                    check(&wishes);
                }
            }
        }
    }
}

// However small the window is, no rectangle is negative, and there are panes.
static void test_tiny_windows(void **state)
{
    (void)state;
    for (int side = 1; side < 300; side++) {
        struct shell_wishes wishes = wishes_of(side, side, 2);
        wishes.browser = wishes.inspector = wishes.series = wishes.bottom = true;
        const struct shell shell = shell_lay_out(&wishes);
        for (int i = 0; i < PARTS; i++) {
            const struct rect rect = part_of(&shell, i);
            assert_true(rect.width >= 0 && rect.height >= 0 && rect.x >= 0 && rect.y >= 0);
        }
        assert_true(shell.panes.width >= 1 && shell.panes.height >= 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compact),
        cmocka_unit_test(test_regular),
        cmocka_unit_test(test_wide),
        cmocka_unit_test(test_edges_are_whole_pixels),
        cmocka_unit_test(test_without_the_interface),
        cmocka_unit_test(test_sizes_of_the_user),
        cmocka_unit_test(test_nothing_overlaps_and_all_is_covered),
        cmocka_unit_test(test_tiny_windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
