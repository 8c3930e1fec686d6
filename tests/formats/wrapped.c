// SPDX-License-Identifier: MIT
// Packed files: every method against bytes packed here by its library (LZW by an encoder of this file),
// damage, limits, and the real packed files of all formats against their reference values.
#include "support/bytes.h"
#include "support/reader_checks.h"

#include "formats/packed/wrapped.h"
#include "image/mask.h"

#include <bzlib.h>
#include <dirent.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

struct bytes {
    uint8_t *data; // owned
    size_t count;
};

static struct bytes room_for(size_t count)
{
    struct bytes bytes = {malloc(count), count};
    assert_non_null(bytes.data);
    return bytes;
}

// --- Packing ---

static struct bytes pack_gzip(const uint8_t *data, size_t count)
{
    struct bytes out = room_for(count + count / 100 + 1000);
    z_stream stream = {.next_in = (uint8_t *)(uintptr_t)data,
                       .avail_in = (uInt)count,
                       .next_out = out.data,
                       .avail_out = (uInt)out.count};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.count -= stream.avail_out;
    deflateEnd(&stream);
    return out;
}

static struct bytes pack_bzip2(const uint8_t *data, size_t count)
{
    struct bytes out = room_for(count + count / 50 + 1000);
    unsigned size = (unsigned)out.count;
    assert_int_equal(
        BZ2_bzBuffToBuffCompress((char *)out.data, &size, (char *)(uintptr_t)data, (unsigned)count, 1, 0, 0),
        BZ_OK);
    out.count = size;
    return out;
}

static struct bytes pack_xz(const uint8_t *data, size_t count)
{
    struct bytes out = room_for(count + count / 50 + 1000);
    size_t size = 0;
    assert_int_equal(
        lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL, data, count, out.data, &size, out.count), LZMA_OK);
    out.count = size;
    return out;
}

static struct bytes pack_zstd(const uint8_t *data, size_t count)
{
    struct bytes out = room_for(count + count / 50 + 1000);
    out.count = ZSTD_compress(out.data, out.count, data, count, 1);
    assert_false(ZSTD_isError(out.count));
    return out;
}

// An encoder of compress(1): codes of equal width in groups of eight, padded where the width changes.
struct lzw_writer {
    struct bytes out;
    size_t at;
    unsigned bits, in_group; // codes written to the group
    uint32_t window;
    unsigned held; // bits in the window
};

static void lzw_put(struct lzw_writer *writer, unsigned code)
{
    writer->window |= code << writer->held;
    for (writer->held += writer->bits; writer->held >= 8; writer->held -= 8) {
        writer->out.data[writer->at++] = (uint8_t)writer->window;
        writer->window >>= 8;
    }
    writer->in_group = (writer->in_group + 1) % 8;
}

static void lzw_end_group(struct lzw_writer *writer)
{
    while (writer->in_group)
        lzw_put(writer, 0);
}

// The string `prefix` followed by `byte`, or 0. Slow and plain.
static unsigned lzw_find(const uint16_t *prefixes, const uint8_t *bytes, unsigned from, unsigned next,
                         unsigned prefix, uint8_t byte)
{
    for (unsigned code = from; code < next; code++)
        if (prefixes[code] == prefix && bytes[code] == byte)
            return code;
    return 0;
}

// `clear_at`: strings in the table at which it is cleared; 0 = never, and code 256 is a string.
static struct bytes pack_lzw(const uint8_t *data, size_t count, unsigned most_bits, unsigned clear_at)
{
    static uint16_t prefixes[65536];
    static uint8_t bytes[65536];
    struct lzw_writer writer = {.out = room_for(3 * count + 1000), .at = 3, .bits = 9};
    const unsigned first = clear_at ? 257 : 256;
    unsigned next = first, string = data[0];
    memcpy(writer.out.data, (uint8_t[]){0x1F, 0x9D, (uint8_t)(most_bits | (clear_at ? 0x80 : 0))}, 3);
    for (size_t i = 1; i < count; i++) {
        unsigned longer = lzw_find(prefixes, bytes, first, next, string, data[i]);
        if (longer) {
            string = longer;
            continue;
        }
        lzw_put(&writer, string);
        // The reader adds a string one code later, so it widens its codes one code later too.
        if (next == 1u << writer.bits && writer.bits < most_bits) {
            lzw_end_group(&writer);
            writer.bits++;
        }
        if (next < 1u << most_bits) {
            prefixes[next] = (uint16_t)string;
            bytes[next++] = data[i];
        }
        if (clear_at && next - first >= clear_at) {
            lzw_put(&writer, 256);
            lzw_end_group(&writer);
            writer.bits = 9;
            next = first;
        }
        string = data[i];
    }
    lzw_put(&writer, string);
    if (writer.held > 0)
        writer.out.data[writer.at++] = (uint8_t)writer.window;
    writer.out.count = writer.at;
    return writer.out;
}

static struct bytes pack_compress(const uint8_t *data, size_t count)
{
    return pack_lzw(data, count, 12, 3000);
}

static const struct packing {
    const char *name, *ending;
    struct bytes (*pack)(const uint8_t *data, size_t count);
} packings[] = {
    {"gzip", "gz", pack_gzip},  {"bzip2", "bz2", pack_bzip2},     {"xz", "xz", pack_xz},
    {"zstd", "zst", pack_zstd}, {"compress", "Z", pack_compress},
};
enum { PACKINGS = sizeof packings / sizeof packings[0] };

static const char *save_packed(const char *name, const struct packing *packing, const uint8_t *data,
                               size_t count)
{
    char full[128];
    snprintf(full, sizeof full, "%s.%s", name, packing->ending);
    struct bytes packed = packing->pack(data, count);
    const char *path = save_bytes(full, packed.data, packed.count);
    free(packed.data);
    return path;
}

// --- Contents ---

enum { WIDTH = 61, HEIGHT = 47, NPY_HEADER = 128, NPY_BYTES = NPY_HEADER + 2 * WIDTH * HEIGHT };

static void make_npy(uint8_t file[NPY_BYTES])
{
    memset(file, ' ', NPY_HEADER);
    memcpy(file, "\x93NUMPY\1\0\x76\0", 10);
    char header[100];
    int length = snprintf(header, sizeof header,
                          "{'descr': '<u2', 'fortran_order': False, 'shape': (%d, %d), }", HEIGHT, WIDTH);
    memcpy(file + 10, header, (size_t)length);
    file[NPY_HEADER - 1] = '\n';
    for (size_t i = 0; i < WIDTH * HEIGHT; i++)
        put_u16(file + NPY_HEADER + 2 * i, (unsigned)(random_next() % 300 + i % 7 * 1000));
}

static void check_never_inside(const char *text)
{
    assert_null(strstr(text, "/proc/self"));
}

static void every_method_opens(void **state)
{
    (void)state;
    uint8_t npy[NPY_BYTES];
    make_npy(npy);
    for (size_t i = 0; i < PACKINGS; i++) {
        const char *path = save_packed("a.npy", &packings[i], npy, sizeof npy);
        struct image_file *file = open_good(path);
        struct frame_info info = info_of(file, 0);
        assert_string_equal(file->path, path);
        assert_string_equal(info.format, "NPY");
        assert_string_equal(info.compression, packings[i].name);
        assert_string_equal(info.note, "");
        assert_false(info.sequential);
        check_rectangles(file, 0, npy + NPY_HEADER);
        image_file_close(&file);
        check_threads(path);
    }
}

// The ending means nothing; the content does.
static void names_do_not_matter(void **state)
{
    (void)state;
    uint8_t npy[NPY_BYTES];
    make_npy(npy);
    struct bytes packed = pack_xz(npy, sizeof npy);
    struct image_file *file = open_good(save_bytes("picture.tif", packed.data, packed.count));
    check_rectangles(file, 0, npy + NPY_HEADER);
    image_file_close(&file);
    file = open_good(save_bytes("plain.npy.gz", npy, sizeof npy));
    assert_string_equal(info_of(file, 0).compression, "none");
    image_file_close(&file);
    free(packed.data);
}

// Two streams one after the other, then zeros, then something else: as tapes and some programs leave it.
static void several_streams_are_one_file(void **state)
{
    (void)state;
    uint8_t npy[NPY_BYTES], file_bytes[2 * NPY_BYTES + 4000] = {0};
    make_npy(npy);
    for (size_t i = 0; i < PACKINGS - 1; i++) { // compress(1) has no end of a stream
        struct bytes first = packings[i].pack(npy, 1001),
                     second = packings[i].pack(npy + 1001, NPY_BYTES - 1001);
        memset(file_bytes, 0, sizeof file_bytes);
        memcpy(file_bytes, first.data, first.count);
        memcpy(file_bytes + first.count, second.data, second.count);
        size_t end = first.count + second.count;
        memcpy(file_bytes + end + 512, "something else", 14);
        struct image_file *file = open_good(save_bytes("two.npy.gz", file_bytes, end + 526));
        assert_string_equal(info_of(file, 0).note, "");
        check_rectangles(file, 0, npy + NPY_HEADER);
        image_file_close(&file);
        free(first.data);
        free(second.data);
    }
}

// --- LZW ---

// Opens nothing: only the bytes that come out.
static void check_unpacks(const uint8_t *packed, size_t packed_count, const uint8_t *expected, size_t count)
{
    struct blob *blob = blob_of_memory("packed", packed, (int64_t)packed_count);
    const enum unpack_method method = unpack_method_find(packed, packed_count);
    assert_true(method != UNPACK_STORED);
    struct unpacker *unpacker = unpacker_create(blob, 0, (int64_t)packed_count, method);
    uint8_t *out = malloc(count + 10);
    assert_non_null(out);
    size_t done = 0, made = 1;
    while (made > 0) { // in odd pieces
        size_t piece = random_next() % 5000 + 1;
        if (piece > count + 10 - done)
            piece = count + 10 - done;
        assert_int_equal(unpacker_read(unpacker, out + done, piece, &made, NULL), STATUS_OK);
        done += made;
    }
    assert_true(unpacker_complete(unpacker));
    assert_int_equal(done, count);
    assert_memory_equal(out, expected, count);
    unpacker_destroy(unpacker);
    blob_release(&blob);
    free(out);
}

// gzip knows the format too: it tells whether this file's encoder is right.
static void check_gzip_agrees(const struct bytes *packed, const uint8_t *expected, size_t count)
{
    char command[600];
    const char *path = save_bytes("lzw.Z", packed->data, packed->count), *out = temporary_path("lzw");
    snprintf(command, sizeof command, "gzip -dc '%s' > '%s'", path, out);
    if (system(command) != 0)
        fail_msg("gzip refuses what the encoder wrote");
    size_t got;
    uint8_t *bytes = load_bytes(out, &got);
    assert_int_equal(got, count);
    assert_memory_equal(bytes, expected, count);
    free(bytes);
}

static void lzw_of_all_widths(void **state)
{
    (void)state;
    enum { COUNT = 30000 };
    static uint8_t data[COUNT];
    for (unsigned most_bits = 9; most_bits <= 16; most_bits++) {
        for (unsigned kind = 0; kind < 4; kind++) {
            for (size_t i = 0; i < COUNT; i++) // many strings; few; the string being added; a long one
                data[i] = (uint8_t)(kind == 0   ? random_next()
                                    : kind == 1 ? random_next() % 3
                                    : kind == 2 ? i / 700
                                                : 0);
            // compress(1) has no table of 9 bits that is cleared: it would be full at once.
            unsigned clear_at = kind % 2         ? (1u << most_bits) - 257
                                : most_bits < 10 ? 0
                                                 : 300 + (unsigned)(random_next() % 200);
            struct bytes packed = pack_lzw(data, COUNT, most_bits, clear_at);
            if (most_bits > 9) // gzip takes 10 bits for the 9 that a header tells
                check_gzip_agrees(&packed, data, COUNT);
            check_unpacks(packed.data, packed.count, data, COUNT);
            free(packed.data);
        }
    }
}

// --- Damage ---

static void cut_streams_show_what_is_there(void **state)
{
    (void)state;
    uint8_t npy[NPY_BYTES];
    make_npy(npy);
    struct bytes packed = pack_gzip(npy, sizeof npy);
    const char *path = save_bytes("cut.npy.gz", packed.data, packed.count * 3 / 4);
    struct image_file *file = open_good(path);
    struct frame_info info = info_of(file, 0);
    assert_non_null(strstr(info.note, "the gzip data end after"));
    struct picture picture = decode_whole(file, 0);
    int64_t there = WIDTH * HEIGHT - picture.report.lost_pixels;
    assert_true(there > WIDTH * HEIGHT / 2 && there < WIDTH * HEIGHT);
    assert_memory_equal(picture.pixels, npy + NPY_HEADER, (size_t)there * 2);
    assert_int_equal(picture.classes[WIDTH * HEIGHT - 1], MASK_BIT(MASK_BAD));
    assert_non_null(strstr(picture.report.first_loss.text, path));
    assert_non_null(strstr(picture.report.first_loss.text, "the gzip data end after"));
    check_never_inside(picture.report.first_loss.text);
    picture_free(&picture);
    image_file_close(&file);
    // Too little is left.
    struct error error;
    path = save_bytes("cut.npy.gz", packed.data, 60);
    open_bad(path, &error);
    assert_non_null(strstr(error.text, path));
    assert_non_null(strstr(error.text, "the gzip data end after"));
    check_never_inside(error.text);
    free(packed.data);
}

static void damage_does_no_harm(void **state)
{
    (void)state;
    uint8_t npy[NPY_BYTES];
    make_npy(npy);
    for (size_t i = 0; i < PACKINGS; i++) {
        const char *path = save_packed("damage.npy", &packings[i], npy, sizeof npy);
        check_damage(path, 97, 200, 60);
        check_damage(path, 1u << 20, NPY_BYTES, 60);
    }
}

static void strangers_are_refused(void **state)
{
    (void)state;
    uint8_t npy[NPY_BYTES];
    static uint8_t noise[20000];
    make_npy(npy);
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (uint8_t)(random_next() | 1);
    struct bytes once = pack_gzip(npy, sizeof npy);
    for (size_t i = 0; i < PACKINGS; i++) {
        check_refused(save_packed("x", &packings[i], noise, sizeof noise), STATUS_NOT_MINE,
                      "what is inside is of no format");
        // Packed twice: not unpacked twice, or a file that unpacks to itself would never end.
        check_refused(save_packed("y.npy.gz", &packings[i], once.data, once.count), STATUS_NOT_MINE,
                      "what is inside is of no format");
    }
    struct bytes empty = pack_bzip2(noise, 0);
    check_refused(save_bytes("empty.bz2", empty.data, empty.count), STATUS_NOT_MINE, "nothing is inside");
    free(empty.data);
    free(once.data);
}

// --- Limits ---

static enum status open_limited(const char *path, struct wrapped_limits limits, struct image_file **file,
                                struct error *error)
{
    size_t count;
    uint8_t *head = load_bytes(path, &count);
    struct blob *blob;
    assert_int_equal(blob_open(path, &blob, NULL), STATUS_OK);
    const struct open_request request = {.path = path, .blob = blob, .channel = CHANNEL_AUTO};
    enum status status = wrapped_open(&request, unpack_method_find(head, count), &limits, file, error);
    blob_release(&blob);
    free(head);
    return status;
}

static void limits_are_kept(void **state)
{
    (void)state;
    uint8_t npy[NPY_BYTES];
    make_npy(npy);
    memset(npy + NPY_HEADER, 0, NPY_BYTES - NPY_HEADER);
    for (size_t i = 0; i < PACKINGS; i++) {
        struct error error = {0};
        struct image_file *file = NULL;
        const char *path = save_packed("zeros.npy", &packings[i], npy, sizeof npy);
        struct wrapped_limits limits = {.always = 5000, .ratio = 2, .memory_bytes = 1 << 20};
        assert_int_equal(open_limited(path, limits, &file, &error), STATUS_TOO_LARGE);
        assert_non_null(strstr(error.text, "unpacks to more than 5"));
        limits.always = NPY_BYTES - 1;
        assert_int_equal(open_limited(path, limits, &file, &error), STATUS_TOO_LARGE);
        limits.always = NPY_BYTES;
        assert_int_equal(open_limited(path, limits, &file, &error), STATUS_OK);
        image_file_close(&file);
        limits.always = 0;
        limits.ratio = NPY_BYTES;
        assert_int_equal(open_limited(path, limits, &file, &error), STATUS_OK);
        image_file_close(&file);
    }
    // What no reader knows is not unpacked up to the limit.
    struct error error = {0};
    struct image_file *file = NULL;
    memset(npy, 1, sizeof npy);
    const char *path = save_packed("ones", &packings[1], npy, sizeof npy);
    struct wrapped_limits limits = {.always = 10, .ratio = 0, .memory_bytes = 1 << 20};
    assert_int_equal(open_limited(path, limits, &file, &error), STATUS_NOT_MINE);
}

static size_t open_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    size_t count = 0;
    assert_non_null(folder);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static void much_goes_to_a_temporary_file(void **state)
{
    (void)state;
    uint8_t npy[NPY_BYTES];
    make_npy(npy);
    size_t before = open_descriptors();
    struct error error = {0};
    struct image_file *file = NULL, *copy = NULL;
    const char *path = save_packed("big.npy", &packings[0], npy, sizeof npy);
    struct wrapped_limits limits = {.always = 1 << 20, .ratio = 2, .memory_bytes = 1000};
    assert_int_equal(open_limited(path, limits, &file, &error), STATUS_OK);
    assert_int_equal(image_file_clone(file, &copy, &error), STATUS_OK);
    image_file_close(&file);
    check_rectangles(copy, 0, npy + NPY_HEADER);
    image_file_close(&copy);
    char *old = getenv("TMPDIR") ? strdup(getenv("TMPDIR")) : NULL;
    setenv("TMPDIR", "/nonexistent", 1);
    assert_int_equal(open_limited(path, limits, &file, &error), STATUS_TOO_LARGE);
    assert_non_null(strstr(error.text, "room for in /nonexistent"));
    if (old)
        setenv("TMPDIR", old, 1);
    else
        unsetenv("TMPDIR");
    free(old);
    assert_int_equal(open_descriptors(), before);
}

// --- What readers do with names ---

static void card(char *header, int line, const char *text)
{
    memcpy(header + 80 * line, text, strlen(text));
}

static void selectors_reach_the_content(void **state)
{
    (void)state;
    enum { BLOCK = 2880 };
    static char fits[3 * BLOCK];
    memset(fits, ' ', sizeof fits);
    card(fits, 0, "SIMPLE  =                    T");
    card(fits, 1, "BITPIX  =                    8");
    card(fits, 2, "NAXIS   =                    0");
    card(fits, 3, "EXTEND  =                    T");
    card(fits, 4, "END");
    card(fits + BLOCK, 0, "XTENSION= 'IMAGE   '");
    card(fits + BLOCK, 1, "BITPIX  =                    8");
    card(fits + BLOCK, 2, "NAXIS   =                    2");
    card(fits + BLOCK, 3, "NAXIS1  =                    3");
    card(fits + BLOCK, 4, "NAXIS2  =                    2");
    card(fits + BLOCK, 5, "PCOUNT  =                    0");
    card(fits + BLOCK, 6, "GCOUNT  =                    1");
    card(fits + BLOCK, 7, "END");
    memset(fits + 2 * BLOCK, 0, BLOCK);
    memcpy(fits + 2 * BLOCK, "\1\2\3\4\5\6", 6);
    for (size_t i = 0; i < PACKINGS; i++) {
        const char *path = save_packed("s.fits", &packings[i], (uint8_t *)fits, sizeof fits);
        char name[512];
        snprintf(name, sizeof name, "%s[1]", path);
        struct image_file *file = open_good(name);
        check_rectangles(file, 0, "\1\2\3\4\5\6");
        static const char *const lines[] = {"PCOUNT\t0", NULL};
        check_metadata(file, 0, lines);
        image_file_close(&file);
        snprintf(name, sizeof name, "%s::7", path);
        struct error error;
        open_bad(name, &error);
        check_never_inside(error.text);
        assert_non_null(strstr(error.text, path));
    }
}

// The samples of an EDF file may be in a file beside it, which is beside the packed header too.
static void siblings_are_found(void **state)
{
    (void)state;
    char header[512];
    memset(header, ' ', sizeof header);
    int length =
        snprintf(header, sizeof header,
                 "{\nEDF_DataBlockID = 1.Image.Psd ;\nEDF_BinaryFileName = blob.bin ;\n"
                 "EDF_BinaryFilePosition = 0 ;\nEDF_BinaryFileSize = 6 ;\nByteOrder = LowByteFirst ;\n"
                 "DataType = UnsignedByte ;\nDim_1 = 3 ;\nDim_2 = 2 ;\n");
    header[length] = ' ';
    memcpy(header + 510, "}\n", 2);
    save_bytes("blob.bin", "\1\2\3\4\5\6", 6);
    struct image_file *file =
        open_good(save_packed("head.edf", &packings[0], (uint8_t *)header, sizeof header));
    check_rectangles(file, 0, "\1\2\3\4\5\6");
    image_file_close(&file);
    // So may those of NRRD; what its header says is read from the packed one.
    static const char detached[] = "NRRD0004\ntype: uint8\ndimension: 2\nsizes: 3 2\nencoding: raw\n"
                                   "content: a crystal\ndata file: blob.bin\n\n";
    file = open_good(save_packed("head.nhdr", &packings[0], (const uint8_t *)detached, sizeof detached - 1));
    check_rectangles(file, 0, "\1\2\3\4\5\6");
    struct text lines = {0};
    assert_int_equal(image_file_metadata(file, 0, NULL, &lines, NULL), STATUS_OK);
    assert_non_null(strstr(text_string(&lines), "content\ta crystal\n"));
    text_free(&lines);
    image_file_close(&file);
}

// --- HDF5 ---

static const char h5py_script[] =
    "import sys, h5py, numpy, gzip, shutil\n"
    "folder = sys.argv[1]\n"
    "a = numpy.arange(2 * 7 * 9, dtype='u2').reshape(2, 7, 9)\n"
    "with h5py.File(folder + '/w.h5', 'w') as f:\n"
    "    f['entry/data/data'] = a\n"
    "    f.create_dataset('packed', data=a + 1, chunks=(1, 7, 9), compression='gzip', shuffle=True)\n"
    "with h5py.File(folder + '/w_master.h5', 'w') as f:\n"
    "    f['entry/data/data_000001'] = h5py.ExternalLink('w.h5', '/packed')\n"
    "for name in ('/w.h5', '/w_master.h5'):\n"
    "    with open(folder + name, 'rb') as i, gzip.open(folder + name + '.gz', 'wb') as o:\n"
    "        shutil.copyfileobj(i, o)\n";

static void check_hdf5_file(struct image_file *file, unsigned first, const char *listed)
{
    uint16_t expected[7 * 9];
    assert_int_equal(file->frames, 2);
    for (unsigned frame = 0; frame < 2; frame++) {
        for (unsigned i = 0; i < 7 * 9; i++)
            expected[i] = (uint16_t)(first + 63 * frame + i);
        check_rectangles(file, frame, expected);
    }
    struct text lines = {0};
    assert_int_equal(image_file_contents(file, NULL, &lines, NULL), STATUS_OK);
    assert_non_null(strstr(text_string(&lines), listed));
    check_never_inside(text_string(&lines));
    text_free(&lines);
    image_file_close(&file);
}

static void check_hdf5(const char *name, unsigned first, const char *listed)
{
    check_hdf5_file(open_good(name), first, listed);
    check_threads(name);
}

static void hdf5_is_read_from_the_store(void **state)
{
    (void)state;
    char folder[256], name[300];
    snprintf(folder, sizeof folder, "%s", temporary_path("x"));
    *strrchr(folder, '/') = '\0';
    python_run("h5py, numpy", h5py_script, folder);
    snprintf(name, sizeof name, "%s/w.h5.gz", folder);
    check_hdf5(name, 0, "/entry/data/data\t2 x 7 x 9");
    // In a temporary file as in memory.
    struct wrapped_limits limits = {.always = 1 << 20, .memory_bytes = 1000};
    struct image_file *file;
    assert_int_equal(open_limited(name, limits, &file, NULL), STATUS_OK);
    check_hdf5_file(file, 0, "/entry/data/data\t2 x 7 x 9");
    snprintf(name, sizeof name, "%s/w.h5.gz::/packed", folder);
    check_hdf5(name, 1, "/packed\t2 x 7 x 9");
    // The file that the master refers to is beside the packed one.
    snprintf(name, sizeof name, "%s/w_master.h5.gz", folder);
    check_hdf5(name, 1, "/entry/data/data_000001\t2 x 7 x 9");
    // What a worker is given can be written by nobody.
    struct open_request request = {.path = name, .channel = CHANNEL_AUTO};
    assert_int_equal(image_file_open_request(&request, &file, NULL), STATUS_OK);
    int fd;
    assert_int_equal(blob_hand_over(file->blob, &fd, NULL), STATUS_OK);
    assert_int_equal(pwrite(fd, "x", 1, 0), -1);
    assert_int_equal(ftruncate(fd, 0), -1);
    close(fd);
    image_file_close(&file);
}

// --- Real files ---

static bool ends_packed(const char *name)
{
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && wrapped_extensions[i]; i++)
        if (strcmp(dot + 1, wrapped_extensions[i]) == 0)
            return true;
    return false;
}

// Where a file has pages or HDUs, its reference is that of the first.
static const cJSON *first_image(const cJSON *entry)
{
    const cJSON *list = cJSON_GetObjectItem(entry, "pages");
    if (!list)
        list = cJSON_GetObjectItem(entry, "hdus");
    return list ? cJSON_GetArrayItem(list, 0) : entry;
}

static void real_files_agree(void **state)
{
    (void)state;
    cJSON *reference = testdata_reference();
    int checked = 0, unknown = 0;
    for (const cJSON *entry = reference ? reference->child : NULL; entry; entry = entry->next) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", testdata_folder(), entry->string);
        if (!ends_packed(path) || access(path, R_OK) != 0)
            continue;
        struct image_file *file = NULL;
        if (image_file_open(path, CHANNEL_AUTO, &file, NULL) == STATUS_NOT_MINE) {
            print_message("%s: of no known format\n", entry->string);
            unknown++;
            continue;
        }
        image_file_close(&file);
        check_reference(path, first_image(entry));
        checked++;
    }
    cJSON_Delete(reference);
    print_message("%d packed files agree, %d are of no known format\n", checked, unknown);
    if (checked == 0)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_method_opens),
        cmocka_unit_test(names_do_not_matter),
        cmocka_unit_test(several_streams_are_one_file),
        cmocka_unit_test(lzw_of_all_widths),
        cmocka_unit_test(cut_streams_show_what_is_there),
        cmocka_unit_test(damage_does_no_harm),
        cmocka_unit_test(strangers_are_refused),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(much_goes_to_a_temporary_file),
        cmocka_unit_test(selectors_reach_the_content),
        cmocka_unit_test(siblings_are_found),
        cmocka_unit_test(hdf5_is_read_from_the_store),
        cmocka_unit_test(real_files_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
