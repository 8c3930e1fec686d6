// SPDX-License-Identifier: MIT
// The reader of NumPy archives against archives composed here byte by byte, archives of NumPy, and a real
// one.
#include "support/bytes.h"
#include "support/reader_checks.h"

#include "base/memory.h"
#include "image/mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { FRAMES = 3, HEIGHT = 13, WIDTH = 17, COUNT = FRAMES * HEIGHT * WIDTH, ROOM = 160 * 1024 };

// An archive in the making.
struct archive {
    uint8_t bytes[ROOM], directory[4096];
    size_t count, directory_count;
    int members;
    bool zip64;
};

static size_t pack(const uint8_t *data, size_t count, uint8_t *out)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)data;
    stream.avail_in = (uInt)count;
    stream.next_out = out;
    stream.avail_out = ROOM;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    return ROOM - stream.avail_out;
}

// Adds a member, deflated or stored; the local header has no sizes, as of writers that stream.
static void add_member(struct archive *archive, const char *name, const uint8_t *data, size_t count,
                       bool deflated)
{
    uint8_t packed[ROOM];
    const size_t length = strlen(name), size = deflated ? pack(data, count, packed) : count;
    uint8_t *local = archive->bytes + archive->count, *entry = archive->directory + archive->directory_count;
    const size_t extra = archive->zip64 ? 28 : 0;
    memset(local, 0, 30);
    memcpy(local, "PK\3\4", 4);
    put_u16(local + 8, deflated ? 8 : 0);
    put_u16(local + 26, (unsigned)length);
    memcpy(local + 30, name, length);
    memcpy(local + 30 + length, deflated ? packed : data, size);
    memset(entry, 0, 46 + length + extra);
    memcpy(entry, "PK\1\2", 4);
    put_u16(entry + 10, deflated ? 8 : 0);
    put_u32(entry + 20, archive->zip64 ? UINT32_MAX : (uint32_t)size);
    put_u32(entry + 24, archive->zip64 ? UINT32_MAX : (uint32_t)count);
    put_u16(entry + 28, (unsigned)length);
    put_u16(entry + 30, (unsigned)extra);
    put_u32(entry + 42, archive->zip64 ? UINT32_MAX : (uint32_t)archive->count);
    memcpy(entry + 46, name, length);
    if (archive->zip64) {
        uint8_t *field = entry + 46 + length;
        put_u16(field, 1);
        put_u16(field + 2, 24);
        put_bytes(field + 4, count, 8, 0);
        put_bytes(field + 12, size, 8, 0);
        put_bytes(field + 20, archive->count, 8, 0);
    }
    archive->count += 30 + length + size;
    archive->directory_count += 46 + length + extra;
    archive->members++;
}

// Puts the directory and the end record behind the members.
static const char *finish(struct archive *archive, const char *name)
{
    uint8_t *end = archive->bytes + archive->count + archive->directory_count;
    const size_t directory = archive->count, end_at = directory + archive->directory_count;
    memcpy(archive->bytes + archive->count, archive->directory, archive->directory_count);
    archive->count = end_at;
    if (archive->zip64) {
        memset(end, 0, 76);
        memcpy(end, "PK\6\6", 4);
        put_bytes(end + 4, 44, 8, 0);
        put_bytes(end + 24, (uint64_t)archive->members, 8, 0);
        put_bytes(end + 32, (uint64_t)archive->members, 8, 0);
        put_bytes(end + 40, archive->directory_count, 8, 0);
        put_bytes(end + 48, directory, 8, 0);
        memcpy(end + 56, "PK\6\7", 4);
        put_bytes(end + 64, end_at, 8, 0);
        put_u32(end + 72, 1);
        end += 76;
        archive->count += 76;
    }
    memset(end, 0, 22);
    memcpy(end, "PK\5\6", 4);
    put_u16(end + 8, archive->zip64 ? 0xFFFF : (unsigned)archive->members);
    put_u16(end + 10, archive->zip64 ? 0xFFFF : (unsigned)archive->members);
    put_u32(end + 12, archive->zip64 ? UINT32_MAX : (uint32_t)archive->directory_count);
    put_u32(end + 16, archive->zip64 ? UINT32_MAX : (uint32_t)directory);
    archive->count += 22;
    return save_bytes(name, archive->bytes, archive->count);
}

// An array in the .npy format; returns its bytes.
static size_t make_npy(const char *descr, const char *order, const char *shape, const void *samples,
                       size_t count, uint8_t *out)
{
    char dictionary[160];
    snprintf(dictionary, sizeof dictionary, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n", descr,
             order, shape);
    const size_t length = strlen(dictionary);
    memcpy(out, "\x93NUMPY\1\0", 8);
    put_u16(out + 8, (unsigned)length);
    memcpy(out + 10, dictionary, length);
    memcpy(out + 10 + length, samples, count);
    return 10 + length + count;
}

// The samples of a (FRAMES, HEIGHT, WIDTH) array with the first axis running fastest.
static void to_fortran(const uint16_t *samples, uint16_t *out)
{
    for (int x = 0; x < WIDTH; x++)
        for (int y = 0; y < HEIGHT; y++)
            for (int f = 0; f < FRAMES; f++)
                *out++ = samples[(f * HEIGHT + y) * WIDTH + x];
}

static void test_members(void **state)
{
    (void)state;
    uint16_t samples[COUNT], turned[COUNT];
    uint8_t npy[ROOM];
    for (int i = 0; i < COUNT; i++)
        samples[i] = (uint16_t)random_next();
    to_fortran(samples, turned);
    for (int n = 0; n < 8; n++) {
        struct archive archive = {.zip64 = n & 4};
        const bool fortran = n & 1, deflated = n & 2;
        add_member(&archive, "readme.txt", (const uint8_t *)"no array", 8, false);
        add_member(&archive, "line.npy", npy, make_npy("<u2", "False", "(5,)", samples, 10, npy), deflated);
        add_member(&archive, "stack.npy", npy,
                   make_npy("<u2", fortran ? "True" : "False", "(3, 13, 17)", fortran ? turned : samples,
                            sizeof samples, npy),
                   deflated);
        const char *path = finish(&archive, "arrays.npz");
        struct image_file *file = open_good(path);
        struct frame_info info = info_of(file, 0);
        assert_string_equal(file->reader->name, "npz");
        assert_int_equal(file->frames, FRAMES);
        assert_int_equal(info.width, WIDTH);
        assert_int_equal(info.height, HEIGHT);
        assert_int_equal(info.type, SAMPLE_U16);
        assert_int_equal(info.sequential, deflated);
        for (int64_t frame = FRAMES - 1; frame >= 0; frame--)
            check_rectangles(file, frame, samples + frame * HEIGHT * WIDTH);
        check_metadata(file, 0, (const char *const[]){"array\tstack.npy\n", "shape\t(3, 13, 17)\n", NULL});
        struct text contents = {0};
        assert_int_equal(image_file_contents(file, NULL, &contents, NULL), STATUS_OK);
        assert_non_null(strstr(text_string(&contents), "line.npy\t5\tu16\t"));
        assert_non_null(strstr(text_string(&contents), "stack.npy\t3 x 13 x 17\tu16\t"));
        assert_non_null(strstr(text_string(&contents), "readme.txt: is not a NumPy array file\n"));
        text_free(&contents);
        image_file_close(&file);
        check_threads(path);
        char name[1024];
        snprintf(name, sizeof name, "%s::line", path);
        file = open_good(name);
        assert_int_equal(info_of(file, 0).width, 5);
        check_rectangles(file, 0, samples);
        image_file_close(&file);
        snprintf(name, sizeof name, "%s[stack.npy]", path);
        file = open_good(name);
        assert_int_equal(file->frames, FRAMES);
        image_file_close(&file);
        snprintf(name, sizeof name, "%s::absent", path);
        check_refused(name, STATUS_UNSUPPORTED,
                      "no array \"absent\"; there are: readme.txt, line.npy, stack.npy");
        check_damage(path, 61, archive.count, 300);
    }
}

// A header may name a type by any bytes, which the list of contents gives as text.
static void test_contents_are_text(void **state)
{
    (void)state;
    static const uint8_t samples[8] = {0};
    uint8_t npy[ROOM];
    struct archive archive = {0};
    struct text contents = {0};
    add_member(&archive, "good.npy", npy, make_npy("<u2", "False", "(2, 2)", samples, sizeof samples, npy),
               false);
    add_member(&archive, "odd.npy", npy, make_npy("<f\xFF", "False", "(2, 2)", samples, sizeof samples, npy),
               false);
    struct image_file *file = open_good(finish(&archive, "odd.npz"));
    assert_int_equal(image_file_contents(file, NULL, &contents, NULL), STATUS_OK);
    assert_true(utf8_valid(text_string(&contents), contents.length));
    assert_non_null(strstr(text_string(&contents), "\"<f\xC3\xBF\"")); // y with diaeresis, as Latin-1 has it
    text_free(&contents);
    image_file_close(&file);
}

// A deflated member of which half is missing: what there is is shown.
static void test_damaged(void **state)
{
    (void)state;
    uint16_t samples[COUNT];
    uint8_t npy[ROOM];
    for (int i = 0; i < COUNT; i++)
        samples[i] = (uint16_t)random_next();
    for (int fortran = 0; fortran < 2; fortran++) {
        struct archive archive = {0};
        add_member(&archive, "a.npy", npy,
                   make_npy("<u2", fortran ? "True" : "False", "(39, 17)", samples, sizeof samples, npy),
                   true);
        put_u32(archive.directory + 20, (uint32_t)archive.count / 2);
        struct image_file *file = open_good(finish(&archive, "damaged.npz"));
        struct picture picture = decode_whole(file, 0);
        assert_true(picture.report.lost_pixels > COUNT / 4 && picture.report.lost_pixels < COUNT * 3 / 4);
        for (int y = 0; y < 39; y++)
            for (int x = 0; x < WIDTH; x++)
                if (picture.classes[y * WIDTH + x] == 0)
                    assert_memory_equal(picture.pixels + (size_t)(y * WIDTH + x) * 2,
                                        &samples[fortran ? x * 39 + y : y * WIDTH + x], 2);
        picture_free(&picture);
        image_file_close(&file);
    }
}

static void refuse_bytes(const struct archive *archive, size_t at, uint64_t value, size_t count,
                         enum status expected, const char *said)
{
    static uint8_t bytes[ROOM];
    memcpy(bytes, archive->bytes, archive->count);
    put_bytes(bytes + at, value, count, 0);
    check_refused(save_bytes("refused.npz", bytes, archive->count), expected, said);
}

static void test_refused(void **state)
{
    (void)state;
    uint8_t npy[ROOM], samples[64] = {0};
    struct archive archive = {0};
    const size_t count = make_npy("<u2", "False", "(4, 8)", samples, sizeof samples, npy);
    add_member(&archive, "a.npy", npy, count, false);
    const size_t entry = archive.count, end = entry + archive.directory_count;
    (void)finish(&archive, "good.npz");
    refuse_bytes(&archive, entry, 0, 4, STATUS_BROKEN, "makes no sense");
    refuse_bytes(&archive, entry + 8, 1, 2, STATUS_UNSUPPORTED, "encrypted");
    refuse_bytes(&archive, entry + 10, 14, 2, STATUS_UNSUPPORTED, "another method");
    refuse_bytes(&archive, entry + 20, 100000, 4, STATUS_BROKEN, "makes no sense");
    refuse_bytes(&archive, entry + 42, 7, 4, STATUS_BROKEN, "not where the directory says");
    refuse_bytes(&archive, end + 10, 9, 2, STATUS_BROKEN, "too short");
    refuse_bytes(&archive, end + 12, 100000, 4, STATUS_BROKEN, "outside of the file");
    refuse_bytes(&archive, end, 0, 4, STATUS_BROKEN, "the file was cut");
    // Two members in the same place.
    struct archive twice = {0};
    add_member(&twice, "a.npy", npy, count, false);
    add_member(&twice, "b.npy", npy, count, false);
    put_u32(twice.directory + 51 + 42, 0);
    put_u32(twice.directory + 20, (uint32_t)twice.count);
    check_refused(finish(&twice, "overlap.npz"), STATUS_BROKEN, "overlap");
    // Nothing but other files, and nothing at all.
    struct archive other = {0};
    add_member(&other, "a.txt", (const uint8_t *)"text", 4, true);
    check_refused(finish(&other, "other.npz"), STATUS_NOT_MINE, "no format");
    struct archive empty = {0};
    check_refused(finish(&empty, "empty.npz"), STATUS_NOT_MINE, "no format");
}

static void test_lies(void **state)
{
    (void)state;
    uint8_t npy[ROOM], samples[64] = {0};
    static const struct {
        const char *descr, *shape;
        bool deflated;
        enum status status;
        const char *said;
    } cases[] = {
        {"<u2", "(100000, 100000)", true, STATUS_BROKEN, "cannot be in"},
        {"<u2", "(100000, 100000)", false, STATUS_BROKEN, "cannot be in"},
        {"<u2", "(4611686018427387904, 4)", true, STATUS_TOO_LARGE, "overflows"},
        {"|O", "(4, 8)", true, STATUS_UNSUPPORTED, "pickled objects are not read"},
        {"<c32", "(4, 8)", false, STATUS_UNSUPPORTED, "<c32"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct archive archive = {0};
        add_member(&archive, "a.npy", npy,
                   make_npy(cases[i].descr, "False", cases[i].shape, samples, sizeof samples, npy),
                   cases[i].deflated);
        check_refused(finish(&archive, "lies.npz"), cases[i].status, cases[i].said);
    }
}

static void test_numpy_agrees(void **state)
{
    (void)state;
    static const char script[] =
        "import sys, numpy\n"
        "a = (numpy.arange(3 * 13 * 17) * 37 % 65521).astype('>u2').reshape(3, 13, 17)\n"
        "save = numpy.savez if sys.argv[1] == 'stored' else numpy.savez_compressed\n"
        "save(sys.argv[2], b=numpy.arange(3), a=a, f=numpy.asfortranarray(a), m=a[0] > 9000)\n";
    static const char *const ways[] = {"stored", "compressed"};
    uint16_t expected[COUNT];
    uint8_t mask[HEIGHT * WIDTH];
    for (int i = 0; i < COUNT; i++)
        expected[i] = (uint16_t)(i * 37 % 65521);
    for (int i = 0; i < HEIGHT * WIDTH; i++)
        mask[i] = expected[i] > 9000;
    for (int i = 0; i < 2; i++) {
        char arguments[1024], name[1024];
        const char *path = temporary_path("numpy.npz");
        snprintf(arguments, sizeof arguments, "%s '%s'", ways[i], path);
        python_run("numpy", script, arguments);
        for (int n = 0; n < 2; n++) {
            snprintf(name, sizeof name, "%s%s", path, n ? "::f" : "");
            struct image_file *file = open_good(name);
            for (int frame = 0; frame < FRAMES; frame++)
                check_rectangles(file, frame, expected + (ptrdiff_t)frame * HEIGHT * WIDTH);
            image_file_close(&file);
        }
        snprintf(name, sizeof name, "%s::m", path);
        struct image_file *file = open_good(name);
        check_rectangles(file, 0, mask);
        image_file_close(&file);
    }
}

static void test_real_file(void **state)
{
    (void)state;
    static const double expected[] = {0, 1, 2, 3, 4, 5};
    char name[1024];
    if (!testdata_folder())
        skip();
    snprintf(name, sizeof name, "%s/npyio/valid/testdata/data_float64_corder.npz", testdata_folder());
    if (access(name, R_OK) != 0)
        skip();
    snprintf(name, sizeof name, "%s/npyio/valid/testdata/data_float64_corder.npz::arr0", testdata_folder());
    struct image_file *file = open_good(name);
    assert_int_equal(info_of(file, 0).width, 3);
    assert_int_equal(info_of(file, 0).height, 2);
    check_rectangles(file, 0, expected);
    image_file_close(&file);
}

// An array of 72 MB with its first axis running fastest must be unpacked as a whole.
static void test_an_array_over_the_budget_is_refused(void **state)
{
    (void)state;
    const size_t count = (size_t)9000 * 8000;
    uint8_t *npy = malloc(count + 256), *zeros = calloc(count, 1), *classes = calloc(16, 1), pixels[16];
    assert_true(npy && zeros && classes);
    struct archive archive = {0};
    add_member(&archive, "a.npy", npy, make_npy("|u1", "True", "(9000, 8000)", zeros, count, npy), true);
    const char *path = finish(&archive, "fortran.npz");
    const struct decode_request request = {
        .rect = {0, 0, 16, 1}, .pixels = pixels, .stride = 16, .classes = classes};
    for (int allowed = 70; allowed <= 80; allowed += 10) {
        struct image_file *file = open_good(path);
        struct decode_report report = {0};
        struct error error = {0};
        memory_allow(allowed * INT64_C(1000000));
        const enum status status = image_file_decode(file, &request, &report, &error);
        assert_int_equal(status, allowed < 72 ? STATUS_TOO_LARGE : STATUS_OK);
        if (status) {
            assert_non_null(strstr(error.text,
                                   "fortran.npz: its array takes 72.0 MB of memory as a whole, and "
                                   "70.0 MB may be taken; --memory 73M allows it"));
        }
        image_file_close(&file);
    }
    unsetenv("FOVEA_MEMORY");
    free(npy);
    free(zeros);
    free(classes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),   cmocka_unit_test(test_contents_are_text),
        cmocka_unit_test(test_damaged),   cmocka_unit_test(test_refused),
        cmocka_unit_test(test_lies),      cmocka_unit_test(test_numpy_agrees),
        cmocka_unit_test(test_real_file), cmocka_unit_test(test_an_array_over_the_budget_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
