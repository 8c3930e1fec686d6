// SPDX-License-Identifier: MIT
// Tests of text buffers, strict parsing, shortest numbers and UTF-8.
#include "base/text.h"

#include "support/testdata.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void test_buffer(void **state)
{
    (void)state;
    struct text text = {0};
    assert_string_equal(text_string(&text), "");
    text_append(&text, "abc");
    text_printf(&text, "-%d-%s", 42, "x");
    text_append_bytes(&text, "12345", 2);
    assert_string_equal(text_string(&text), "abc-42-x12");
    assert_int_equal(text.length, 10);
    text_clear(&text);
    assert_string_equal(text_string(&text), "");
    text_printf(&text, "%s", "");
    // Longer than the buffer that short texts are formatted in.
    text_printf(&text, "%0300d", 7);
    assert_int_equal(text.length, 300);
    assert_string_equal(text_string(&text) + 298, "07");
    for (int i = 0; i < 1000; i++)
        text_append(&text, "0123456789");
    assert_int_equal(text.length, 10300);
    assert_int_equal(strlen(text_string(&text)), 10300);
    text_free(&text);
    assert_null(text.data);
    assert_string_equal(text_string(&text), "");
}

static void test_parse_double(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } good[] = {{"0", 0},  {"-1.5", -1.5},    {"1e3", 1000},       {".5", 0.5},       {"+2", 2},
                {"1.", 1}, {"inf", HUGE_VAL}, {"-inf", -HUGE_VAL}, {"1e-300", 1e-300}};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        double value = 99;
        assert_true(parse_double(good[i].text, &value));
        assert_true(value == good[i].value);
    }
    static const char *const wrong[] = {"",   " 1",    "1 ",  "1,5",    "nan", "-nan", "0x10", "abc",
                                        "1e", "1.2.3", "--1", "nan(1)", "e5",  "\t1",  "1\n",  "i"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        double value = 99;
        if (parse_double(wrong[i], &value) || value != 99)
            fail_msg("\"%s\" was accepted", wrong[i]);
    }
    double value = 99;
    assert_false(parse_double(NULL, &value));
}

static void test_parse_int64(void **state)
{
    (void)state;
    int64_t value = 99;
    assert_true(parse_int64("9223372036854775807", &value) && value == INT64_MAX);
    assert_true(parse_int64("-9223372036854775808", &value) && value == INT64_MIN);
    assert_true(parse_int64("+007", &value) && value == 7);
    static const char *const wrong[] = {"", "9223372036854775808", "1.0", "0x10", " 1", "1 ", "-", "1e3",
                                        "a"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (parse_int64(wrong[i], &value) || value != 7)
            fail_msg("\"%s\" was accepted", wrong[i]);
    }
    assert_false(parse_int64(NULL, &value));
}

static void test_parse_whole(void **state)
{
    (void)state;
    int64_t value = 7;
    assert_true(parse_whole("30", &value) && value == 30);
    assert_true(parse_whole("30.0", &value) && value == 30);
    assert_true(parse_whole("-3e1", &value) && value == -30);
    assert_true(parse_whole("9223372036854775807", &value) && value == INT64_MAX);
    static const char *const wrong[] = {"", "30.5", "1e17", "nan", "inf", "30.0 ", "x", "30.0x"};
    value = 7;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (parse_whole(wrong[i], &value) || value != 7)
            fail_msg("\"%s\" was read", wrong[i]);
}

static void test_parse_size(void **state)
{
    (void)state;
    int64_t width = 1, height = 2;
    assert_true(parse_size("4148x4362", &width, &height));
    assert_int_equal(width, 4148);
    assert_int_equal(height, 4362);
    static const char *const wrong[] = {"",     "x",    "5x",   "x5",   "5X5",  "0x5",   "5x0",
                                        "-1x5", "5x-1", "5x5x", "5x5 ", "5 x5", "5.0x5", "axb"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (parse_size(wrong[i], &width, &height))
            fail_msg("\"%s\" was accepted", wrong[i]);
    }
    assert_false(parse_size(NULL, &width, &height));
    assert_int_equal(width, 4148);
}

static void test_parse_colour(void **state)
{
    (void)state;
    uint8_t rgb[3];
    assert_true(parse_colour("#12aBcD", rgb));
    assert_memory_equal(rgb, ((uint8_t[]){0x12, 0xAB, 0xCD}), 3);
    assert_true(parse_colour("#f80", rgb));
    assert_memory_equal(rgb, ((uint8_t[]){0xFF, 0x88, 0x00}), 3);
    static const char *const names[] = {"black", "white",   "red",  "green",  "blue",  "yellow",
                                        "cyan",  "magenta", "gray", "orange", "purple"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_true(parse_colour(names[i], rgb));
    static const char *const wrong[] = {"",        "#",      "#12", "#12345", "#1234567",
                                        "#12345g", "123456", "Red", "pink"};
    memset(rgb, 7, 3);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(parse_colour(wrong[i], rgb));
    assert_false(parse_colour(NULL, rgb));
    assert_memory_equal(rgb, ((uint8_t[]){7, 7, 7}), 3);
}

static void assert_double_text(double value, const char *expected)
{
    char buffer[32];
    assert_ptr_equal(format_double(value, buffer, sizeof buffer), buffer);
    assert_string_equal(buffer, expected);
}

static void test_format_double(void **state)
{
    (void)state;
    assert_double_text(0.1, "0.1");
    assert_double_text(100000, "100000");
    assert_double_text(123456789012, "123456789012");
    assert_double_text(1e300, "1e+300");
    assert_double_text(1.0 / 3, "0.3333333333333333");
    assert_double_text(5e-324, "5e-324");
    assert_double_text(-2.5, "-2.5");
    assert_double_text((double)NAN, "nan");
    assert_double_text(HUGE_VAL, "inf");
    assert_double_text(-HUGE_VAL, "-inf");
    uint64_t bits = 0x123456789ABCDEF;
    for (int i = 0; i < 20000; i++) {
        bits = bits * 6364136223846793005U + 1442695040888963407U;
        double value;
        char buffer[32];
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value))
            assert_true(strtod(format_double(value, buffer, sizeof buffer), NULL) == value);
    }
}

static void assert_bytes_text(int64_t bytes, const char *expected)
{
    char buffer[32];
    assert_string_equal(format_bytes(bytes, buffer, sizeof buffer), expected);
}

static void test_format_bytes(void **state)
{
    (void)state;
    assert_bytes_text(0, "0 B");
    assert_bytes_text(999, "999 B");
    assert_bytes_text(1000, "1.0 kB");
    assert_bytes_text(72374304, "72.4 MB");
    assert_bytes_text(500000000, "500 MB");
    assert_bytes_text(999999999, "1.0 GB");
    assert_bytes_text(INT64_MAX, "9223 PB");
}

static void test_format_frame(void **state)
{
    (void)state;
    char text[56];
    assert_string_equal(format_frame(0, 1, text, sizeof text), "# 0 of 1");
    assert_string_equal(format_frame(29, 30, text, sizeof text), "# 29 of 30"); // the last
    assert_string_equal(format_frame(INT64_MAX - 1, INT64_MAX, text, sizeof text),
                        "# 9223372036854775806 of 9223372036854775807");
}

static void test_utf8_valid(void **state)
{
    (void)state;
    static const char *const good[] = {"", "abc", "\xC3\xA4", "\xE4\xB8\xAD\xE6\x96\x87", "\xF4\x8F\xBF\xBF"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(utf8_valid(good[i], strlen(good[i])));
    // Latin-1, a lone continuation, overlong forms, a surrogate, beyond U+10FFFF, cut sequences.
    static const char *const wrong[] = {"\xE4",
                                        "\x80",
                                        "\xC0\x80",
                                        "\xC1\xBF",
                                        "\xE0\x80\xAF",
                                        "\xED\xA0\x80",
                                        "\xF0\x80\x80\x80",
                                        "\xF4\x90\x80\x80",
                                        "\xE4\xB8",
                                        "\xF5\x80\x80\x80",
                                        "a\xFF"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(utf8_valid(wrong[i], strlen(wrong[i])));
    assert_false(utf8_valid("a\0b", 3));
}

static void test_utf8_line(void **state)
{
    (void)state;
    char out[8];
    utf8_line(out, sizeof out, "a\tb\nc");
    assert_string_equal(out, "a b c");
    utf8_line(out, sizeof out, "123456\xc3\xa9"); // no room for the last character, nor for half of it
    assert_string_equal(out, "123456");
    utf8_line(out, sizeof out, "12345\xe9"); // Latin-1
    assert_string_equal(out, "12345\xc3\xa9");
    utf8_line(out, sizeof out, "\x1b]\a\x7f");
    assert_string_equal(out, "\x1b]\a\x7f"); // what acts is the matter of text_safe
    utf8_line(out, 1, "x");
    assert_string_equal(out, "");
}

static void test_utf8_next(void **state)
{
    (void)state;
    const char *at = "a\xC3\xA4\xE4\xB8\xAD\xF0\x9F\x94\xAC\xFFz\xE4\xB8";
    static const uint32_t expected[] = {'a', 0xE4, 0x4E2D, 0x1F52C, 0xFFFD, 'z', 0xFFFD, 0xFFFD, 0, 0};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_int_equal(utf8_next(&at), expected[i]);
}

typedef void appender(struct text *out, const char *bytes, size_t count);

static void assert_appended(appender *append, const char *bytes, size_t count, const char *expected)
{
    struct text out = {0};
    text_append(&out, "<");
    append(&out, bytes, count);
    assert_int_equal(out.data[0], '<');
    assert_string_equal(text_string(&out) + 1, expected);
    assert_true(utf8_valid(text_string(&out), out.length));
    text_free(&out);
}

static void test_utf8_append(void **state)
{
    (void)state;
    appender *const all[] = {utf8_append, utf8_field, text_safe, text_safe_lines};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        assert_appended(all[i], "plain", 5, "plain");
        assert_appended(all[i], "", 0, "");
        assert_appended(all[i], "\xE4\xB8\xAD\xF0\x9F\x94\xAC", 7, "\xE4\xB8\xAD\xF0\x9F\x94\xAC");
        assert_appended(all[i], "K\xF6ln", 4, "K\xC3\xB6ln");
        assert_appended(all[i], "25 \xB5m", 5, "25 \xC2\xB5m");
        assert_appended(all[i], "\xE4\xB8", 2, "\xC3\xA4\xC2\xB8");
        assert_appended(all[i], "a\0b", 3, "a b");
    }
    assert_appended(utf8_append, "\x01\tc\r\n\x1B\x7F\x9B", 8, "\x01\tc\r\n\x1B\x7F\xC2\x9B");
    assert_appended(utf8_field, "\x01\tc\r\n\x1B\x7F", 7, "\x01 c  \x1B\x7F");
}

// Each range at its ends, and what lies beside it.
static void test_text_safe(void **state)
{
    (void)state;
    assert_appended(text_safe, "\x01\t\n\r\x1F \x7E\x7F", 8, "      \x7E ");
    assert_appended(text_safe_lines, "\x01\t\n\r\x1F \x7E\x7F", 8, " \t\n   \x7E ");
    assert_appended(text_safe, "\xC2\x80\xC2\x9F\xC2\xA0", 6, "  \xC2\xA0");
    assert_appended(text_safe, "\x9B", 1, " "); // of no UTF-8, as Latin-1
    assert_appended(text_safe, "\xE2\x80\xA7\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA\xE2\x80\xAE\xE2\x80\xAF", 18,
                    "\xE2\x80\xA7    \xE2\x80\xAF");
    assert_appended(text_safe, "\xE2\x81\xA5\xE2\x81\xA6\xE2\x81\xA9\xE2\x81\xAA", 12,
                    "\xE2\x81\xA5  \xE2\x81\xAA");
}

static void assert_before(const char *a, const char *b)
{
    assert_true(text_compare_natural(a, b) < 0);
    assert_true(text_compare_natural(b, a) > 0);
}

static void test_compare_natural(void **state)
{
    (void)state;
    assert_before("img_9.cbf", "img_10.cbf");
    assert_before("img_0009.cbf", "img_0010.cbf");
    assert_before("img_09.cbf", "img_10.cbf");
    assert_before("run2_1", "run10_0");
    assert_before("a", "B");
    assert_before("A", "b");
    assert_before("scan", "scan1");
    assert_before("x99999999999999999998", "x99999999999999999999");
    assert_before("x1", "x01");
    assert_before("Img1", "img1");
    assert_before("x007y1", "x7y2");
    assert_before("", "a");
    assert_before("1", "a");
    assert_before("a", "\xC3\xA4");
    assert_int_equal(text_compare_natural("img_0010.cbf", "img_0010.cbf"), 0);
    assert_int_equal(text_compare_natural("", ""), 0);
}

static void test_must(void **state)
{
    (void)state;
    unsigned char *zeros = must_alloc(100);
    for (int i = 0; i < 100; i++)
        assert_int_equal(zeros[i], 0);
    zeros = must_resize(zeros, 200);
    free(zeros);
    char *copy = must_copy("text");
    assert_string_equal(copy, "text");
    free(copy);
    void *none = must_alloc(0);
    assert_non_null(none);
    free(none);
}

static void test_words_in_any_order_and_case(void **state)
{
    (void)state;
    assert_true(text_has_words("Detector_distance 0.1 m", ""));
    assert_true(text_has_words("Detector_distance 0.1 m", "DIST det"));
    assert_true(text_has_words("Detector_distance 0.1 m", "  0.1  "));
    assert_false(text_has_words("Detector_distance 0.1 m", "dist x"));
    assert_false(text_has_words("", "a"));
    char longer[TEXT_WORD_BYTES + 10];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_false(text_has_words(longer, longer)); // longer than a word can be
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_in_any_order_and_case),
        cmocka_unit_test(test_buffer),
        cmocka_unit_test(test_parse_double),
        cmocka_unit_test(test_parse_int64),
        cmocka_unit_test(test_parse_whole),
        cmocka_unit_test(test_parse_size),
        cmocka_unit_test(test_parse_colour),
        cmocka_unit_test(test_format_double),
        cmocka_unit_test(test_format_bytes),
        cmocka_unit_test(test_format_frame),
        cmocka_unit_test(test_utf8_valid),
        cmocka_unit_test(test_utf8_next),
        cmocka_unit_test(test_utf8_append),
        cmocka_unit_test(test_text_safe),
        cmocka_unit_test(test_utf8_line),
        cmocka_unit_test(test_compare_natural),
        cmocka_unit_test(test_must),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
