// SPDX-License-Identifier: MIT
// Tests of error sentences and exit codes.
#include "base/status.h"

#include "base/text.h"
#include "support/testdata.h"

#include <string.h>

static void test_set(void **state)
{
    (void)state;
    struct error error = {0};
    assert_int_equal(error_set(&error, STATUS_BROKEN, "%s: ends after %d bytes", "a.tif", 7), STATUS_BROKEN);
    assert_int_equal(error.status, STATUS_BROKEN);
    assert_string_equal(error.text, "a.tif: ends after 7 bytes");
    assert_int_equal(error_set(NULL, STATUS_IO, "lost"), STATUS_IO);
}

static void test_prefix(void **state)
{
    (void)state;
    struct error error = {0};
    error_set(&error, STATUS_UNSUPPORTED, "5 bits a sample");
    assert_int_equal(error_prefix(&error, "b.tif"), STATUS_UNSUPPORTED);
    assert_string_equal(error.text, "b.tif: 5 bits a sample");
    // Prefixes in plenty only cut the end off.
    for (int i = 0; i < 300; i++)
        error_prefix(&error, "folder");
    assert_int_equal(error.status, STATUS_UNSUPPORTED);
    assert_true(strlen(error.text) < sizeof error.text);
    assert_memory_equal(error.text, "folder: folder: ", 16);
}

// Whatever the place of the cut, no character is torn.
static void test_cut_at_character(void **state)
{
    (void)state;
    static const char *const characters[] = {"a", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x94\xAC"};
    for (size_t c = 0; c < 4; c++) {
        for (int shift = 0; shift < 8; shift++) {
            struct text text = {0};
            for (int i = 0; i < shift; i++)
                text_append(&text, "-");
            for (int i = 0; i < 1000; i++)
                text_append(&text, characters[c]);
            struct error error = {0};
            error_set(&error, STATUS_IO, "%s", text_string(&text));
            size_t length = strlen(error.text);
            assert_true(utf8_valid(error.text, length));
            assert_true(length < sizeof error.text && length + 4 >= sizeof error.text);
            text_free(&text);
        }
    }
}

static void test_behind_path(void **state)
{
    (void)state;
    static const struct {
        const char *sentence, *name, *behind;
    } cases[] = {
        {"/a/b.tif: is cut", "/a/b.tif", "is cut"},
        {"/a/b.h5: has no /x", "/a/b.h5::/x", "has no /x"},        // a selector behind
        {"/a/b.tif: is cut", "sum:2:/a/b.tif", "is cut"},          // a scheme before
        {"/a/b: c.tif: is cut", "/a/b: c.tif", "is cut"},          // the path has a colon
        {"/a/c.h5: is missing", "/a/b.h5", "/a/c.h5: is missing"}, // another file
        {"is cut", "/a/b.tif", "is cut"},
        {": is cut", "/a/b.tif", ": is cut"},
        {"", "/a/b.tif", ""},
        {"/a/b.tif: is cut", "", "/a/b.tif: is cut"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(error_behind_path(cases[i].sentence, cases[i].name), cases[i].behind);
}

static void test_exit_codes(void **state)
{
    (void)state;
    for (int status = 0; status < STATUS_COUNT; status++) {
        int expected = status == STATUS_OK ? 0 : status == STATUS_USAGE ? 2 : status == STATUS_NO_GL ? 3 : 1;
        assert_int_equal(status_exit_code((enum status)status), expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_set), cmocka_unit_test(test_prefix),
                                       cmocka_unit_test(test_cut_at_character),
                                       cmocka_unit_test(test_behind_path), cmocka_unit_test(test_exit_codes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
