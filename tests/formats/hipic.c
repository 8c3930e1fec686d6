// SPDX-License-Identifier: MIT
// The HiPic reader against files composed here.
#include "support/reader_checks.h"

#include "formats/base/readers_list.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 19, HEIGHT = 11, COUNT = WIDTH * HEIGHT };

static const char comment[] =
    "[Application],Date=\"02-12-2010\",Software=\"HiPic 8.3, x\"\r\n[Camera],Gain=3,Name=\"C\xb5\"\r\n";

static uint8_t content[64 + sizeof comment + COUNT * 4];
static uint8_t samples[COUNT * 4];

static size_t make(unsigned type, size_t item)
{
    const uint8_t header[] = {'I', 'M', sizeof comment, 0, WIDTH, 0, HEIGHT, 0, 3, 0, 4, 0, (uint8_t)type, 0};
    memset(content, 0, sizeof content);
    memcpy(content, header, sizeof header);
    memcpy(content + 64, comment, sizeof comment);
    for (size_t i = 0; i < sizeof samples; i++)
        samples[i] = (uint8_t)random_next();
    memcpy(content + 64 + sizeof comment, samples, COUNT * item);
    return 64 + sizeof comment + COUNT * item;
}

static void test_types(void **state)
{
    (void)state;
    static const struct {
        unsigned number;
        enum sample_type type;
    } types[] = {{0, SAMPLE_U8}, {2, SAMPLE_U16}, {3, SAMPLE_U32}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const size_t count = make(types[i].number, sample_traits(types[i].type)->bytes);
        const char *path = save_bytes("a.img", content, count);
        struct image_file *file = open_good(path);
        assert_string_equal(info_of(file, 0).format, "HiPic");
        assert_int_equal(info_of(file, 0).type, types[i].type);
        check_rectangles(file, 0, samples);
        static const char *const lines[] = {"Offset\t3, 4\n",           "Date\t02-12-2010\n",
                                            "Software\tHiPic 8.3, x\n", "Gain\t3\n",
                                            "Name\tC\xc2\xb5\n",        NULL};
        check_metadata(file, 0, lines);
        image_file_close(&file);
        check_threads(path);
    }
}

static void test_refused(void **state)
{
    (void)state;
    size_t count = make(1, 1);
    check_refused(save_bytes("a.img", content, count), STATUS_UNSUPPORTED, "compressed");
    count = make(2, 2);
    check_refused(save_bytes("a.img", content, 64 + sizeof comment), STATUS_BROKEN, "there are only");
    content[64] = 1; // no text
    assert_int_equal(hipic_reader.probe(content, count, "a.img"), 0);
    content[12] = 9;
    check_refused(save_bytes("a.img", content, count), STATUS_NOT_MINE, "no format");
    count = make(2, 2);
    check_damage(save_bytes("a.img", content, count), 13, 180, 600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_types), cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
