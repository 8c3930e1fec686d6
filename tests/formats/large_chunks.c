// SPDX-License-Identifier: MIT
// What is small in a file and must be unpacked as a whole: refused with both sizes before memory is taken,
// unless that much is allowed.
#include "base/byteorder.h"
#include "base/memory.h"
#include "formats/base/channels.h"
#include "formats/base/reader.h"
#include "formats/hdf5_library/hdf5_inspect.h"
#include "support/bytes.h"
#include "support/fits_maker.h"
#include "support/hdf5_file.h"
#include "support/reader_checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

enum { SIDE = 16384, PIECE = 1 << 20 };
static const int64_t chunk_bytes = (int64_t)SIDE * SIDE; // 268 MB
static const int64_t megabyte = 1000000;

// All zeros but the last sample, as deflate packs them: some MB at most.
static uint8_t *packed_zeros(size_t *count)
{
    static uint8_t piece[PIECE];
    z_stream stream = {0};
    const size_t room = 4 * PIECE;
    uint8_t *packed = malloc(room);
    assert_non_null(packed);
    assert_int_equal(deflateInit(&stream, 1), Z_OK);
    stream.next_out = packed;
    stream.avail_out = room;
    for (int64_t at = 0; at < chunk_bytes; at += PIECE) {
        const bool last = at + PIECE == chunk_bytes;
        piece[PIECE - 1] = last ? 77 : 0;
        stream.next_in = piece;
        stream.avail_in = PIECE;
        assert_int_equal(deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH), last ? Z_STREAM_END : Z_OK);
    }
    *count = room - stream.avail_out;
    deflateEnd(&stream);
    return packed;
}

// A page that is one tile, packed by deflate; of the tile only a few bytes are there.
static void write_tiff(void)
{
    enum { TAGS = 11, LIST = 8, DATA = LIST + 2 + 12 * TAGS + 4, DATA_BYTES = 400000 };
    static const uint32_t tags[TAGS][3] = {
        // number, type, value
        {256, 4, SIDE}, {257, 4, SIDE}, {258, 3, 8},    {259, 3, 8},          {262, 3, 1}, {277, 3, 1},
        {322, 4, SIDE}, {323, 4, SIDE}, {324, 4, DATA}, {325, 4, DATA_BYTES}, {339, 3, 1},
    };
    uint8_t *bytes = calloc(DATA + DATA_BYTES, 1);
    assert_non_null(bytes);
    memcpy(bytes, "II*\0\10", 5);
    put_u16(bytes + LIST, TAGS);
    for (int i = 0; i < TAGS; i++) {
        uint8_t *entry = bytes + LIST + 2 + (ptrdiff_t)12 * i;
        put_u16(entry, tags[i][0]);
        put_u16(entry + 2, tags[i][1]);
        put_u32(entry + 4, 1);
        put_u32(entry + 8, tags[i][2]);
    }
    save_bytes("large.tif", bytes, DATA + DATA_BYTES);
    free(bytes);
}

static void put_png_part(struct text *png, const char *kind, const uint8_t *data, size_t count)
{
    struct text part = {0};
    uint8_t number[4];
    text_append(&part, kind);
    text_append_bytes(&part, (const char *)data, count);
    put_bytes(number, (uint32_t)count, 4, 1);
    text_append_bytes(png, (const char *)number, 4);
    text_append_bytes(png, part.data, part.length);
    put_bytes(number, (uint32_t)crc32(0, (const Bytef *)part.data, (uInt)part.length), 4, 1);
    text_append_bytes(png, (const char *)number, 4);
    text_free(&part);
}

// Interlaced, so that rows do not follow each other.
static void write_png(const uint8_t *packed, size_t count)
{
    struct text png = {0};
    uint8_t header[13] = {[8] = 8, [12] = 1};
    put_bytes(header, SIDE, 4, 1);
    put_bytes(header + 4, SIDE, 4, 1);
    text_append_bytes(&png, "\x89PNG\r\n\x1A\n", 8);
    put_png_part(&png, "IHDR", header, sizeof header);
    put_png_part(&png, "IDAT", packed, count);
    put_png_part(&png, "IEND", header, 0);
    save_bytes("large.png", (const uint8_t *)png.data, png.length);
    text_free(&png);
}

// One tile of bytes in the Rice code, of zeros: its selectors, 3 bits for 32 pixels.
static void write_fits(void)
{
    static const char *const rice[] = {"ZCMPTYPE= 'RICE_1'", "ZNAME1  = 'BYTEPIX'", "ZVAL1   = 1", NULL};
    const size_t packed = (size_t)SIDE * SIDE / 32 * 3 / 8 + 16;
    struct fits_maker maker = {0};
    uint8_t *zeros = calloc(packed, 1);
    assert_non_null(zeros);
    fits_packed_tile(&maker, SIDE, rice, zeros, packed);
    fits_maker_save(&maker, "large.fits", 0);
    free(zeros);
}

static int write_files(void **state)
{
    (void)state;
    size_t count;
    const hsize_t dims[2] = {SIDE, SIDE}, at[2] = {0, 0};
    uint8_t *packed = packed_zeros(&count);
    assert_true(count < 4 * PIECE);
    hid_t file = hdf5_create("large.h5"), space = H5Screate_simple(2, dims, NULL);
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(properties, 2, dims);
    H5Pset_deflate(properties, 1);
    hid_t dataset = H5Dcreate2(file, "data", H5T_STD_U8LE, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    assert_true(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, at, count, packed) >= 0);
    H5Dclose(dataset);
    H5Pclose(properties);
    properties = H5Pcreate(H5P_DATASET_CREATE);
    hid_t around = hdf5_create("virtual.h5");
    H5Pset_virtual(properties, space, "large.h5", "/data", space);
    H5Dclose(H5Dcreate2(around, "data", H5T_STD_U8LE, space, H5P_DEFAULT, properties, H5P_DEFAULT));
    H5Pclose(properties);
    H5Sclose(space);
    H5Fclose(around);
    H5Fclose(file);
    write_tiff();
    write_png(packed, count);
    write_fits();
    free(packed);
    return 0;
}

#ifndef FOVEA_SANITIZED
// Address space of this process, in bytes.
static rlim_t address_space(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld", &pages), 1);
    fclose(file);
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}
#endif

// In a process that cannot take half of the chunk: it must find out before. Exit code 0 if the file is
// refused with the words.
static int refused_in_little_memory(const char *path)
{
#ifndef FOVEA_SANITIZED
    const rlim_t most = address_space() + (rlim_t)chunk_bytes / 2;
    if (setrlimit(RLIMIT_AS, &(struct rlimit){most, most}) != 0)
        return 2;
#endif
    struct image_file *file = NULL;
    struct frame_info info;
    struct error error = {0};
    uint8_t pixels[16], classes[16] = {0};
    const struct decode_request request = {
        .rect = {0, 0, 16, 1}, .pixels = pixels, .stride = 16, .classes = classes};
    struct decode_report report = {0};
    enum status status = image_file_open(path, CHANNEL_AUTO, &file, &error);
    if (status == STATUS_OK)
        status = image_file_info(file, 0, &info, &error);
    if (status == STATUS_OK)
        status = image_file_decode(file, &request, &report, &error);
    const bool good = status == STATUS_TOO_LARGE && strstr(error.text, "/large.") &&
                      strstr(error.text, "268 MB") && strstr(error.text, "100 MB") &&
                      strstr(error.text, "--memory 269M") && !strchr(error.text, '\n');
    if (!good)
        fprintf(stderr, "%s: status %d: %s\n", path, status, error.text);
    return good ? 0 : 1;
}

static void check_refused_in_little_memory(const char *name)
{
    char path[4096];
    int code = -1;
    snprintf(path, sizeof path, "%s", temporary_path(name));
    const pid_t child = fork();
    if (child == 0)
        _exit(refused_in_little_memory(path));
    assert_int_equal(waitpid(child, &code, 0), child);
    assert_int_equal(code, 0);
}

static void a_chunk_over_the_budget_is_refused(void **state)
{
    (void)state;
    memory_allow(100 * megabyte);
    check_refused_in_little_memory("large.h5");
    check_refused_in_little_memory("virtual.h5");
}

static void strips_tiles_and_interlaced_pictures_are_refused(void **state)
{
    (void)state;
    memory_allow(100 * megabyte);
    check_refused_in_little_memory("large.tif");
    check_refused_in_little_memory("large.png");
    check_refused_in_little_memory("large.fits");
}

// What libhdf5 is to read itself: values, masks, and sources of virtual datasets that it puts together. Three
// times the chunk: what one filter makes is there beside what the next takes.
static void chunks_that_the_library_unpacks_are_bounded(void **state)
{
    (void)state;
    static const char *const names[] = {"large.h5", "virtual.h5"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct error error = {0};
        const hid_t file = hdf5_open(temporary_path(names[i]));
        const hid_t dataset = H5Dopen2(file, "data", H5P_DEFAULT);
        assert_true(dataset >= 0);
        memory_allow(800 * megabyte);
        assert_int_equal(hdf5_library_check(dataset, NULL, NULL, &error), STATUS_TOO_LARGE);
        assert_non_null(strstr(error.text,
                               "large.h5: a chunk of a dataset takes 805 MB of memory as a whole, "
                               "and 800 MB may be taken; --memory 806M allows it"));
        memory_allow(806 * megabyte);
        assert_int_equal(hdf5_library_check(dataset, NULL, NULL, &error), STATUS_OK);
        H5Dclose(dataset);
        H5Fclose(file);
    }
}

static void a_chunk_within_the_budget_is_shown(void **state)
{
    (void)state;
    static const char *const names[] = {"large.h5", "virtual.h5"};
    memory_allow(300 * megabyte);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct image_file *file = open_good(temporary_path(names[i]));
        struct picture picture = decode_rect(file, 0, (struct rect){SIDE - 4, SIDE - 1, 4, 1}, 0);
        assert_memory_equal(picture.pixels, "\0\0\0\115", 4);
        assert_int_equal(picture.report.lost_pixels, 0);
        picture_free(&picture);
        image_file_close(&file);
    }
}

static void amounts_are_understood(void **state)
{
    (void)state;
    int64_t bytes = 0;
    assert_true(memory_parse("500M", &bytes) && bytes == 500 * megabyte);
    assert_true(memory_parse("1.5GB", &bytes) && bytes == 1500 * megabyte);
    static const char *const bad[] = {"", "M", "15M", "500", "500K", "-1G", "1e99G", "nanG"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(memory_parse(bad[i], &bytes));
    struct error error = {0};
    memory_allow(100 * megabyte);
    assert_int_equal(memory_allowed(), 100 * megabyte);
    assert_int_equal(memory_check("a.h5", "a chunk", 100 * megabyte, &error), STATUS_OK);
    assert_int_equal(memory_check("a.h5", "a chunk", 2200 * megabyte, &error), STATUS_TOO_LARGE);
    assert_string_equal(error.text,
                        "a.h5: a chunk takes 2.2 GB of memory as a whole, and 100 MB may be taken; "
                        "--memory 2201M allows it");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_are_understood),
        cmocka_unit_test(a_chunk_over_the_budget_is_refused),
        cmocka_unit_test(strips_tiles_and_interlaced_pictures_are_refused),
        cmocka_unit_test(chunks_that_the_library_unpacks_are_bounded),
        cmocka_unit_test(a_chunk_within_the_budget_is_shown),
    };
    return cmocka_run_group_tests(tests, write_files, NULL);
}
