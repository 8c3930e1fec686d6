// SPDX-License-Identifier: MIT
// Tests of frame sizes and rectangle clipping.
#include "image/frame.h"

#include "support/testdata.h"

static void test_bytes(void **state)
{
    (void)state;
    size_t bytes = 7;
    struct frame_info info = {.width = 4148, .height = 4362, .type = SAMPLE_F32};
    assert_true(frame_bytes(&info, &bytes));
    assert_int_equal(bytes, 72374304);
    info = (struct frame_info){.width = (int64_t)1 << 40, .height = (int64_t)1 << 40, .type = SAMPLE_U8};
    assert_false(frame_bytes(&info, &bytes));
    info = (struct frame_info){.width = (int64_t)1 << 31, .height = (int64_t)1 << 31, .type = SAMPLE_F64};
    assert_false(frame_bytes(&info, &bytes));
    info = (struct frame_info){.width = -1, .height = 5, .type = SAMPLE_U8};
    assert_false(frame_bytes(&info, &bytes));
    assert_int_equal(bytes, 72374304);
}

static void assert_clip(struct rect in, int64_t x, int64_t y, int64_t width, int64_t height)
{
    struct rect out = rect_clip(in, 100, 50);
    assert_int_equal(out.width, width);
    assert_int_equal(out.height, height);
    if (width > 0 && height > 0) {
        assert_int_equal(out.x, x);
        assert_int_equal(out.y, y);
    }
}

static void test_clip(void **state)
{
    (void)state;
    assert_clip((struct rect){10, 20, 30, 5}, 10, 20, 30, 5);
    assert_clip((struct rect){-10, -20, 30, 25}, 0, 0, 20, 5);
    assert_clip((struct rect){90, 40, 30, 25}, 90, 40, 10, 10);
    assert_clip((struct rect){-5, -5, 1000, 1000}, 0, 0, 100, 50);
    assert_clip((struct rect){1, 2, INT64_MAX, INT64_MAX}, 1, 2, 99, 48);
    assert_clip((struct rect){100, 10, 5, 5}, 0, 0, 0, 5);
    assert_clip((struct rect){-7, 10, 7, 5}, 0, 0, 0, 5);
    assert_clip((struct rect){5, 5, -3, 4}, 0, 0, 0, 4);
    assert_clip((struct rect){INT64_MIN, 5, 10, 4}, 0, 0, 0, 4);
    assert_clip((struct rect){INT64_MIN, 5, INT64_MIN, 4}, 0, 0, 0, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bytes), cmocka_unit_test(test_clip)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
