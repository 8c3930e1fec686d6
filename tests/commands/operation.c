// SPDX-License-Identifier: MIT
// The values of mask operations: numbers, choices, what is missing or too much, and how they are described.
#include "commands/operation.h"

#include "sources/masks/mask_operation.h"
#include "support/testdata.h"

#include <stdio.h>
#include <string.h>

static double numbers[MASK_OPERATION_ARGUMENTS];

static size_t parse_good(const struct argument *arguments, const char *words)
{
    struct error error = {0};
    size_t count = 99;
    if (operation_parse(arguments, words, numbers, &count, &error) != STATUS_OK)
        fail_msg("%s: %s", words ? words : "nothing", error.text);
    return count;
}

static void check_bad(const struct argument *arguments, const char *words, const char *said)
{
    struct error error = {0};
    size_t count;
    assert_int_equal(operation_parse(arguments, words, numbers, &count, &error), STATUS_USAGE);
    if (!strstr(error.text, said))
        fail_msg("\"%s\" does not say \"%s\"", error.text, said);
}

static void test_numbers(void **state)
{
    (void)state;
    assert_int_equal(parse_good(ARGS(ARG_NUMBER("x"), ARG_NUMBER("y")), "2.5,-1e3"), 2);
    assert_true(numbers[0] == 2.5 && numbers[1] == -1000);
    assert_int_equal(parse_good(ARGS(ARG_INTEGER("n")), "42"), 1);
    assert_true(numbers[0] == 42);
    assert_int_equal(parse_good(NULL, NULL), 0);
    assert_int_equal(parse_good(ARGS(ARG_INTEGER("n", .optional = true)), NULL), 0);
    assert_int_equal(
        parse_good(ARGS(ARG_INTEGER("n", .optional = true), ARG_NUMBER("m", .optional = true)), "3"), 1);
    assert_int_equal(parse_good(ARGS(ARG_NUMBER("first"), ARG_NUMBER("points", .repeated = true)), "1,2,3,4"),
                     4);
    assert_true(numbers[0] == 1 && numbers[3] == 4);
}

static void test_choices_are_indexes(void **state)
{
    (void)state;
    assert_int_equal(parse_good(ARGS(ARG_CHOICE("way", "left|right|half")), "half"), 1);
    assert_true(numbers[0] == 2);
    assert_int_equal(
        parse_good(ARGS(ARG_INTEGER("n"), ARG_CHOICE("neighbours", "4|8", .optional = true)), "5,8"), 2);
    assert_true(numbers[0] == 5 && numbers[1] == 1);
}

static void test_bad(void **state)
{
    (void)state;
    check_bad(ARGS(ARG_NUMBER("x"), ARG_NUMBER("y")), "1", "y is missing");
    check_bad(ARGS(ARG_NUMBER("x")), NULL, "x is missing");
    check_bad(ARGS(ARG_NUMBER("x")), "", "x");
    check_bad(ARGS(ARG_NUMBER("x")), "1,2", "\"2\" is one value too many");
    check_bad(NULL, "1", "too many");
    check_bad(ARGS(ARG_NUMBER("x")), "1,", "too many");
    check_bad(ARGS(ARG_NUMBER("x"), ARG_NUMBER("y")), ",1", "x");
    check_bad(ARGS(ARG_INTEGER("n")), "1.5", "n");
    check_bad(ARGS(ARG_INTEGER("n", .low = 3, .high = 31)), "32", "31");
    check_bad(ARGS(ARG_NUMBER("points", .repeated = true)), NULL, "points is missing");
    check_bad(ARGS(ARG_NUMBER("points", .repeated = true)), "1,two", "two");
    check_bad(ARGS(ARG_CHOICE("way", "left|right")), "up", "left");
    // Longer than any number: cut, it must not become one.
    char long_word[200];
    memset(long_word, '1', sizeof long_word);
    memcpy(long_word + 150, "x", 2);
    check_bad(ARGS(ARG_NUMBER("x")), long_word, "x");
}

static void test_as_many_as_there_is_room_for(void **state)
{
    (void)state;
    static char words[2 * MASK_OPERATION_ARGUMENTS + 3];
    for (int i = 0; i < MASK_OPERATION_ARGUMENTS; i++)
        memcpy(words + 2 * i, "7,", 3);
    words[2 * MASK_OPERATION_ARGUMENTS - 1] = '\0';
    assert_int_equal(parse_good(ARGS(ARG_NUMBER("points", .repeated = true)), words),
                     MASK_OPERATION_ARGUMENTS);
    memcpy(words + 2 * MASK_OPERATION_ARGUMENTS - 1, ",7", 3);
    check_bad(ARGS(ARG_NUMBER("points", .repeated = true)), words, "more than");
}

static void check_described(const struct argument *arguments, const char *wanted)
{
    char text[80];
    operation_describe(arguments, text, sizeof text);
    assert_string_equal(text, wanted);
}

static void test_described(void **state)
{
    (void)state;
    check_described(NULL, "");
    check_described(ARGS(ARG_NUMBER("x"), ARG_NUMBER("y"), ARG_NUMBER("radius")), "X,Y,RADIUS");
    check_described(ARGS(ARG_INTEGER("pixels", .low = 0, .high = 10, .optional = true),
                         ARG_CHOICE("neighbours", "4|8", .optional = true)),
                    "[PIXELS[,NEIGHBOURS]]");
    check_described(ARGS(ARG_INTEGER("x"), ARG_NUMBER("tolerance", .optional = true)), "X[,TOLERANCE]");
    check_described(ARGS(ARG_NUMBER("width"), ARG_NUMBER("points", .repeated = true)), "WIDTH,POINTS,...");
    char small[8];
    operation_describe(ARGS(ARG_NUMBER("first"), ARG_NUMBER("second")), small, sizeof small);
    assert_true(strlen(small) < sizeof small);
}

// Every row of the table can be described and takes the values its description promises.
static void test_every_operation(void **state)
{
    (void)state;
    for (const struct mask_operation *operation = mask_operations; operation->name; operation++) {
        const struct argument *arguments = operation_arguments(operation);
        char text[120];
        operation_describe(arguments, text, sizeof text);
        assert_int_equal(strlen(text) > 0, arguments != NULL);
        assert_ptr_equal(mask_operation_find(operation->name), operation);
        assert_true(strlen(operation->help) > 10 && operation->run);
        if (text[0] == '[' || !text[0])
            assert_int_equal(parse_good(arguments, NULL), 0);
        else
            check_bad(arguments, NULL, "is missing");
    }
    assert_null(mask_operation_find("no such thing"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),   cmocka_unit_test(test_choices_are_indexes),
        cmocka_unit_test(test_bad),       cmocka_unit_test(test_as_many_as_there_is_room_for),
        cmocka_unit_test(test_described), cmocka_unit_test(test_every_operation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
