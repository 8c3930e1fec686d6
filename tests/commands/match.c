// SPDX-License-Identifier: MIT
// Typed words in the texts that describe a command.
#include "commands/find/match.h"

#include "support/testdata.h"

static const struct match_texts invert = {
    {"Mask: Invert the layer", "negate complement", "mask.invert", "What is masked becomes unmasked."}};

static void words_are_found_by_their_beginnings_in_any_order(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        enum match_field rank;
    } cases[] = {
        {"", MATCH_TITLE},
        {"   ", MATCH_TITLE},
        {"mask", MATCH_TITLE},
        {"inv mask", MATCH_TITLE},
        {"MASK INVERT", MATCH_TITLE},
        {"the l", MATCH_TITLE},
        {"nvert", MATCH_FIELDS}, // within a word
        {"neg", MATCH_SYNONYM},
        {"mask neg", MATCH_SYNONYM},
        {"mask.inv", MATCH_COMMAND}, // over what parts words
        {"mask.inv comp", MATCH_COMMAND},
        {"becomes", MATCH_HELP},
        {"mask becomes", MATCH_HELP},
        {"mask grow", MATCH_FIELDS},
        {"inverting", MATCH_FIELDS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (match_rank(&invert, cases[i].typed) != cases[i].rank)
            fail_msg("\"%s\" is found in field %d", cases[i].typed, (int)match_rank(&invert, cases[i].typed));
    }
    const struct match_texts signs = {{"1:1, [0.5], \xC3\xA9tat", NULL, NULL, NULL}};
    assert_int_equal(match_rank(&signs, "1:1"), MATCH_TITLE);
    assert_int_equal(match_rank(&signs, "["), MATCH_TITLE);
    assert_int_equal(match_rank(&signs, "\xC3\xA9t"), MATCH_TITLE);
    assert_int_equal(match_rank(&signs, "tat"), MATCH_FIELDS); // behind a letter that is no ASCII
}

static void what_was_found_is_marked(void **state)
{
    (void)state;
    struct match_span spans[4];
    assert_int_equal(match_spans("Mask: Invert the layer", "inv ma", spans, 4), 2);
    assert_true(spans[0].start == 0 && spans[0].length == 2);
    assert_true(spans[1].start == 6 && spans[1].length == 3);
    // The longer of two words that begin alike, and no more than there is room for.
    assert_int_equal(match_spans("mask masked", "m mask", spans, 4), 2);
    assert_true(spans[0].length == 4 && spans[1].start == 5 && spans[1].length == 4);
    assert_int_equal(match_spans("a a a a a", "a", spans, 3), 3);
    assert_int_equal(match_spans("layer", "", spans, 4), 0);
    assert_int_equal(match_spans("", "x", spans, 4), 0);
}

static void distances_are_counted_in_letters(void **state)
{
    (void)state;
    assert_int_equal(match_distance(&invert, "invert"), 0);
    assert_int_equal(match_distance(&invert, "inv"), 0);     // a beginning
    assert_int_equal(match_distance(&invert, "invret"), 2);  // two letters are others
    assert_int_equal(match_distance(&invert, "invrt"), 1);   // one is missing
    assert_int_equal(match_distance(&invert, "innvert"), 1); // one is too many
    assert_int_equal(match_distance(&invert, "mesk lajer"), 2);
    assert_int_equal(match_distance(&invert, "complament"), 2); // one, in a synonym
    assert_int_equal(match_distance(&invert, "qqqq"), 4);
    assert_int_equal(match_distance(&invert, ""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_found_by_their_beginnings_in_any_order),
        cmocka_unit_test(what_was_found_is_marked),
        cmocka_unit_test(distances_are_counted_in_letters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
