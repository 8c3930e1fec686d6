// SPDX-License-Identifier: MIT
// The reader that docs/architecture.md shows reads what it says, and is the one that stands there.
#include "support/reader_checks.h"

#include "formats/base/blob.h"

#include <stdlib.h>
#include <string.h>

extern const struct reader grid_reader;

static enum status open_bytes(const char *bytes, size_t count, struct image_file **file, struct error *error)
{
    struct blob *blob = blob_of_memory("a.grid", bytes, (int64_t)count);
    const struct open_request request = {.path = "a.grid", .blob = blob, .channel = CHANNEL_AUTO};
    const enum status status = grid_reader.open(&request, file, error);
    blob_release(&blob);
    return status;
}

static void test_reads_a_file(void **state)
{
    (void)state;
    static const char bytes[] = "GRID 3 2\n\1\0\2\0\3\0\4\0\5\0\xFF\xFF";
    static const uint16_t expected[] = {1, 2, 3, 4, 5, 65535};
    struct image_file *file = NULL;
    assert_true(grid_reader.probe((const uint8_t *)bytes, sizeof bytes - 1, "a.grid") > READER_SURE);
    assert_int_equal(open_bytes(bytes, sizeof bytes - 1, &file, NULL), STATUS_OK);
    const struct frame_info info = info_of(file, 0);
    assert_int_equal(info.width, 3);
    assert_int_equal(info.height, 2);
    check_rectangles(file, 0, expected);
    image_file_close(&file);
}

static void test_refuses_what_is_damaged(void **state)
{
    (void)state;
    static const char *const heads[] = {"GRID",
                                        "GRID 3 2",
                                        "GRID 3\n",
                                        "GRID 0 2\n....",
                                        "GRID -3 2\n....",
                                        "GRID 3 99999999999999999999\n",
                                        "GRID 3000000000 3000000000\n...."};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        struct image_file *file = NULL;
        struct error error = {0};
        assert_int_not_equal(open_bytes(heads[i], strlen(heads[i]), &file, &error), STATUS_OK);
        assert_null(file);
        assert_non_null(strstr(error.text, "a.grid"));
    }
}

// From the line that follows `from` in the text.
static const char *behind(const char *text, const char *from)
{
    const char *found = strstr(text, from);
    assert_non_null(found);
    return found + strlen(from);
}

static void test_is_what_the_document_shows(void **state)
{
    (void)state;
    size_t document_bytes, reader_bytes;
    char *document = (char *)load_bytes(FOVEA_SOURCE "/docs/architecture.md", &document_bytes);
    char *reader = (char *)load_bytes(FOVEA_SOURCE "/tests/formats/grid_reader.c", &reader_bytes);
    document = realloc(document, document_bytes + 1);
    document[document_bytes] = '\0';
    const char *shown = behind(document, "```c\n// SPDX-License-Identifier: MIT\n// GRID");
    const char *whole = reader + strlen("// SPDX-License-Identifier: MIT\n// GRID");
    const size_t count = (size_t)(strstr(shown, "```") - shown);
    assert_int_equal(count, reader_bytes - (size_t)(whole - reader));
    assert_memory_equal(shown, whole, count);
    free(reader);
    free(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_a_file),
        cmocka_unit_test(test_refuses_what_is_damaged),
        cmocka_unit_test(test_is_what_the_document_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
