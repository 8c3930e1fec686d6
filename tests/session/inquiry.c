// SPDX-License-Identifier: MIT
// Questions about a frame: exact samples wherever they are asked for, the latest question before all others,
// and nothing left of what hangs when another frame is shown.
#include "session/inquiry.h"

#include "sources/fake_reader.h"
#include "support/pool.h"

static struct frame_info info_of(struct image_file *file)
{
    struct frame_info info;
    assert_int_equal(image_file_info(file, 0, &info, NULL), STATUS_OK);
    return info;
}

// About the plan's only frame. The plan's own handle is the inquiry's.
static struct inquiry *ask_about(struct fake_plan *plan)
{
    struct image_file *file = fake_open(plan);
    const struct frame_info info = info_of(file);
    struct handle *handle = handle_create(file);
    struct inquiry *inquiry = inquiry_create(test_jobs());
    inquiry_turn_to(inquiry, handle, 0, &info);
    handle_release(&handle);
    return inquiry;
}

static void check_samples(struct inquiry *inquiry, const struct fake_plan *plan, enum inquiry_place place,
                          struct rect rect)
{
    double got[64], wanted;
    assert_true(rect.width * rect.height <= 64);
    if (inquiry_samples(inquiry, place, rect, got) == INQUIRY_COMING) {
        inquiry_wait(inquiry, NULL);
        assert_true(inquiry_has_news(inquiry));
    }
    assert_false(inquiry_has_news(inquiry));
    assert_int_equal(inquiry_samples(inquiry, place, rect, got), INQUIRY_KNOWN);
    for (int64_t i = 0; i < rect.width * rect.height; i++) {
        fake_sample(plan, rect.x + i % rect.width, rect.y + i / rect.width, (uint8_t *)&wanted);
        assert_memory_equal(&got[i], &wanted, sizeof wanted);
    }
}

static void samples_are_exact(void **state)
{
    (void)state;
    struct fake_plan plan = {.width = 300, .height = 70, .type = SAMPLE_F64, .plain = true};
    struct inquiry *inquiry = ask_about(&plan);
    static const struct rect pixels[] = {{0, 0, 1, 1}, {299, 69, 1, 1}, {128, 32, 1, 1}, {127, 31, 1, 1}};
    for (size_t i = 0; i < sizeof pixels / sizeof pixels[0]; i++)
        check_samples(inquiry, &plan, INQUIRY_CURSOR, pixels[i]);
    check_samples(inquiry, &plan, INQUIRY_VISIBLE, (struct rect){290, 63, 8, 7});
    check_samples(inquiry, &plan, INQUIRY_CURSOR, (struct rect){126, 31, 1, 1}); // of the same patch
    inquiry_destroy(&inquiry);
    assert_null(inquiry);
    wait_for_handles(&plan);
}

static void one_that_cannot_be_answered_is_asked_once(void **state)
{
    (void)state;
    const struct rect pixel = {5, 5, 1, 1};
    double sample = 17;
    struct fake_plan broken = {
        .width = 300, .height = 70, .type = SAMPLE_F64, .fail_to = 70, .fail_status = STATUS_IO};
    struct inquiry *inquiry = ask_about(&broken);
    assert_int_equal(inquiry_samples(inquiry, INQUIRY_CURSOR, pixel, &sample), INQUIRY_COMING);
    inquiry_wait(inquiry, NULL);
    for (int i = 0; i < 3; i++)
        assert_int_equal(inquiry_samples(inquiry, INQUIRY_CURSOR, pixel, &sample), INQUIRY_UNKNOWN);
    assert_int_equal(broken.decodes, 1);
    assert_true(sample == 17);
    inquiry_destroy(&inquiry);
    struct fake_plan stream = {.width = 300, .height = 70, .type = SAMPLE_F64, .sequential = true};
    inquiry = ask_about(&stream);
    assert_int_equal(inquiry_samples(inquiry, INQUIRY_CURSOR, pixel, &sample), INQUIRY_UNKNOWN);
    assert_int_equal(stream.decodes, 0);
    inquiry_destroy(&inquiry);
    wait_for_handles(&stream);
}

// The first question never ends by itself; it is given up for the second, and that one for the first again.
static void the_latest_question_counts(void **state)
{
    (void)state;
    struct fake_plan plan = {
        .width = 300, .height = 700, .type = SAMPLE_F64, .plain = true, .block_from = 600};
    struct inquiry *inquiry = ask_about(&plan);
    double sample;
    const struct rect blocked = {0, 650, 1, 1};
    assert_int_equal(inquiry_samples(inquiry, INQUIRY_CURSOR, blocked, &sample), INQUIRY_COMING);
    while (plan.decodes == 0)
        usleep(200);
    check_samples(inquiry, &plan, INQUIRY_CURSOR, (struct rect){7, 8, 1, 1});
    assert_int_equal(inquiry_samples(inquiry, INQUIRY_CURSOR, blocked, &sample), INQUIRY_COMING);
    plan.block_from = 0;
    check_samples(inquiry, &plan, INQUIRY_CURSOR, blocked);
    inquiry_destroy(&inquiry);
    wait_for_handles(&plan);
}

// A read that hangs holds up neither the questions about another frame nor the end, and frees its file later.
static void another_frame_is_not_held_up(void **state)
{
    (void)state;
    struct fake_plan hung = {.width = 300, .height = 70, .type = SAMPLE_F64, .stuck = true};
    struct fake_plan next = {.width = 300, .height = 70, .type = SAMPLE_F64, .plain = true};
    struct inquiry *inquiry = ask_about(&hung);
    double sample;
    assert_int_equal(inquiry_samples(inquiry, INQUIRY_CURSOR, (struct rect){0, 0, 1, 1}, &sample),
                     INQUIRY_COMING);
    while (hung.decodes == 0)
        usleep(200);
    struct image_file *file = fake_open(&next);
    const struct frame_info info = info_of(file);
    struct handle *handle = handle_create(file);
    inquiry_turn_to(inquiry, handle, 0, &info);
    handle_release(&handle);
    check_samples(inquiry, &next, INQUIRY_CURSOR, (struct rect){0, 0, 1, 1});
    inquiry_destroy(&inquiry);
    wait_for_handles(&next);
    assert_true(hung.handles > 0);
    hung.stuck = false;
    wait_for_handles(&hung);
}

static void what_the_reader_does_not_tell_is_empty(void **state)
{
    (void)state;
    struct fake_plan plan = {.width = 300, .height = 70, .type = SAMPLE_F64};
    struct inquiry *inquiry = ask_about(&plan);
    struct inquiry_header header;
    assert_false(inquiry_header(inquiry, &header));
    assert_null(header.text);
    inquiry_wait(inquiry, NULL);
    assert_true(inquiry_header(inquiry, &header));
    assert_string_equal(header.text, "");
    assert_true(header.serial > 0);
    inquiry_turn_to(inquiry, NULL, 0, NULL);
    assert_false(inquiry_header(inquiry, &header));
    inquiry_wait(inquiry, NULL);
    inquiry_destroy(&inquiry);
    wait_for_handles(&plan);
}

int main(void)
{
    alarm(120);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_are_exact),
        cmocka_unit_test(one_that_cannot_be_answered_is_asked_once),
        cmocka_unit_test(the_latest_question_counts),
        cmocka_unit_test(another_frame_is_not_held_up),
        cmocka_unit_test(what_the_reader_does_not_tell_is_empty),
    };
    return cmocka_run_group_tests_name("session.inquiry", tests, NULL, NULL);
}
