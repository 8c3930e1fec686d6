// SPDX-License-Identifier: MIT
// The values of mask operations: numbers, choices, what is missing or too much, and how they are described.
#include "commands/operation.h"

#include "sources/mask_operation.h"
#include "support/testdata.h"

#include <stdio.h>
#include <string.h>

static double numbers[MASK_OPERATION_ARGUMENTS];

static size_t parse_good(const char *arguments, const char *words)
{
    struct error error = {0};
    size_t count = 99;
    if (operation_parse(arguments, words, numbers, &count, &error) != STATUS_OK)
        fail_msg("%s: %s", words ? words : "nothing", error.text);
    return count;
}

static void check_bad(const char *arguments, const char *words, const char *said)
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
    assert_int_equal(parse_good("x:number y:number", "2.5,-1e3"), 2);
    assert_true(numbers[0] == 2.5 && numbers[1] == -1000);
    assert_int_equal(parse_good("n:integer", "42"), 1);
    assert_true(numbers[0] == 42);
    assert_int_equal(parse_good("", NULL), 0);
    assert_int_equal(parse_good("[n:integer]", NULL), 0);
    assert_int_equal(parse_good("[n:integer] [m:number]", "3"), 1);
    assert_int_equal(parse_good("first:number points:number...", "1,2,3,4"), 4);
    assert_true(numbers[0] == 1 && numbers[3] == 4);
}

static void test_choices_are_indexes(void **state)
{
    (void)state;
    assert_int_equal(parse_good("way:left|right|half", "half"), 1);
    assert_true(numbers[0] == 2);
    assert_int_equal(parse_good("n:integer [neighbours:4|8]", "5,8"), 2);
    assert_true(numbers[0] == 5 && numbers[1] == 1);
}

static void test_bad(void **state)
{
    (void)state;
    check_bad("x:number y:number", "1", "y is missing");
    check_bad("x:number", NULL, "x is missing");
    check_bad("x:number", "", "x");
    check_bad("x:number", "1,2", "\"2\" is one value too many");
    check_bad("", "1", "too many");
    check_bad("x:number", "1,", "too many");
    check_bad("x:number y:number", ",1", "x");
    check_bad("n:integer", "1.5", "n");
    check_bad("n:integer(3..31)", "32", "31");
    check_bad("points:number...", NULL, "points is missing");
    check_bad("points:number...", "1,two", "two");
    check_bad("way:left|right", "up", "left");
    // Longer than any number: cut, it must not become one.
    char long_word[200];
    memset(long_word, '1', sizeof long_word);
    memcpy(long_word + 150, "x", 2);
    check_bad("x:number", long_word, "x");
}

static void test_as_many_as_there_is_room_for(void **state)
{
    (void)state;
    static char words[2 * MASK_OPERATION_ARGUMENTS + 3];
    for (int i = 0; i < MASK_OPERATION_ARGUMENTS; i++)
        memcpy(words + 2 * i, "7,", 3);
    words[2 * MASK_OPERATION_ARGUMENTS - 1] = '\0';
    assert_int_equal(parse_good("points:number...", words), MASK_OPERATION_ARGUMENTS);
    memcpy(words + 2 * MASK_OPERATION_ARGUMENTS - 1, ",7", 3);
    check_bad("points:number...", words, "more than");
}

static void check_described(const char *arguments, const char *wanted)
{
    char text[80];
    operation_describe(arguments, text, sizeof text);
    assert_string_equal(text, wanted);
}

static void test_described(void **state)
{
    (void)state;
    check_described("", "");
    check_described("x:number y:number radius:number", "X,Y,RADIUS");
    check_described("[pixels:integer(0..10)] [neighbours:4|8]", "[PIXELS[,NEIGHBOURS]]");
    check_described("x:integer [tolerance:number]", "X[,TOLERANCE]");
    check_described("width:number points:number...", "WIDTH,POINTS,...");
    char small[8];
    operation_describe("first:number second:number", small, sizeof small);
    assert_true(strlen(small) < sizeof small);
}

// Every row of the table can be described and takes the values its description promises.
static void test_every_operation(void **state)
{
    (void)state;
    for (const struct mask_operation *operation = mask_operations; operation->name; operation++) {
        char text[120];
        operation_describe(operation->arguments, text, sizeof text);
        assert_int_equal(strlen(text) > 0, strlen(operation->arguments) > 0);
        assert_ptr_equal(mask_operation_find(operation->name), operation);
        assert_true(strlen(operation->help) > 10 && operation->run);
        if (text[0] == '[' || !text[0])
            assert_int_equal(parse_good(operation->arguments, NULL), 0);
        else
            check_bad(operation->arguments, NULL, "is missing");
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
