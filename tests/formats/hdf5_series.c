// SPDX-License-Identifier: MIT
// HDF5 files made of several: EIGER masters, files being written, and damaged chunks.
//
// No plugin of libhdf5 can be loaded here: what the reader decodes, it decodes itself.
#include "support/hdf5_frames.h"

#include "image/mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PREAMBLE                                                                                             \
    "import sys, os\n"                                                                                       \
    "os.environ.pop('HDF5_PLUGIN_PATH', None)\n"                                                             \
    "import h5py, numpy as np, bitshuffle.h5\n"                                                              \
    "H, W, F = 23, 37, 12\n"                                                                                 \
    "f, y, x = np.mgrid[:F, :H, :W]\n"                                                                       \
    "a = ((f * 1000003 + y * 1009 + x * 7919) % 251).astype('u4')\n"                                         \
    "out = sys.argv[1]; folder = os.path.dirname(out) + '/'\n"                                               \
    "bs = dict(compression=32008, compression_opts=(0, 2))\n"                                                \
    "def save(name, data, chunk=None, **k):\n"                                                               \
    "    with h5py.File(folder + name, 'w') as h:\n"                                                         \
    "        h.create_dataset('entry/data/data', data=data, chunks=chunk or (1,) + data.shape[1:], **k)\n"

static const char modules[] = "h5py, numpy, bitshuffle.h5";

static const char *made(const char *name, const char *script)
{
    const char *path = temporary_path(name);
    python_run(modules, script, path);
    return path;
}

// --- Masters ---

#define MASTER                                                                                               \
    "def master(n, **k):\n"                                                                                  \
    "    with h5py.File(out, 'w') as h:\n"                                                                   \
    "        g = h.create_group('entry/data'); h['entry'].attrs['NX_class'] = 'NXentry'\n"                   \
    "        g.attrs['NX_class'] = 'NXdata'\n"                                                               \
    "        for i in range(n):\n"                                                                           \
    "            g['data_%06d' % (i + 1)] = h5py.ExternalLink(k['base'] + '_%06d.h5' % (i + 1), "            \
    "'/entry/data/data')\n"                                                                                  \
    "        d = h.create_group('entry/instrument/detector/detectorSpecific')\n"                             \
    "        h['entry/instrument/detector'].attrs['NX_class'] = 'NXdetector'\n"                              \
    "        m = np.zeros((H, W), 'u4'); m[3, 4] = 1; m[5, 6] = 2\n"                                         \
    "        d['pixel_mask'] = m\n"                                                                          \
    "        if 'frames' in k: d['nimages'] = k['frames']; d['ntrigger'] = 1\n"

// All parts are there; the last one is shorter.
static void test_master(void **state)
{
    (void)state;
    const char *path =
        made("whole_master.h5", PREAMBLE MASTER "master(3, base='whole_data', frames=11)\n"
                                                "save('whole_data_000001.h5', a[0:4], **bs)\n"
                                                "save('whole_data_000002.h5', a[4:8], **bs)\n"
                                                "save('whole_data_000003.h5', a[8:11], **bs)\n");
    struct image_file *file = open_good(path);
    assert_int_equal(file->frames, 11);
    const struct frame_info info = info_of(file, 0);
    assert_string_equal(info.compression, "bitshuffle-LZ4");
    assert_string_equal(info.format, "HDF5");
    assert_string_equal(info.note, "/entry/data/data_000001");
    for (int64_t frame = 0; frame < 11; frame++) {
        struct picture picture = decode_whole(file, frame);
        const uint32_t *pixels = (const uint32_t *)(const void *)picture.pixels;
        for (int64_t i = 0; i < COUNT; i++) {
            assert_int_equal(pixels[i], value_at(frame, i / WIDTH, i % WIDTH));
            const uint8_t class = i == 3 * WIDTH + 4   ? MASK_BIT(MASK_GAP)
                                  : i == 5 * WIDTH + 6 ? MASK_BIT(MASK_BAD)
                                                       : 0;
            assert_int_equal(picture.classes[i], class);
        }
        assert_true(picture.report.any_class);
        picture_free(&picture);
    }
    image_file_close(&file);
    check_threads(path);
    // One of the parts alone.
    file = open_part(path, "/entry/data/data_000003");
    assert_int_equal(file->frames, 3);
    image_file_close(&file);
}

// A part in the middle and the last one are missing.
static void test_missing_parts(void **state)
{
    (void)state;
    const char *path = made("gaps_master.h5", PREAMBLE MASTER "master(4, base='gaps_data', frames=14)\n"
                                                              "save('gaps_data_000001.h5', a[0:4], **bs)\n"
                                                              "save('gaps_data_000003.h5', a[8:12], **bs)\n");
    struct image_file *file = open_good(path);
    assert_int_equal(file->frames, 14);
    const struct frame_info info = info_of(file, 0);
    assert_non_null(strstr(info.note, "2 of 4 files are missing, the first is gaps_data_000002.h5"));
    struct error error = {0};
    struct frame_info missing;
    assert_int_equal(image_file_info(file, 5, &missing, &error), STATUS_IO);
    assert_non_null(strstr(error.text, "gaps_data_000002.h5, which is missing"));
    assert_int_equal(image_file_info(file, 13, &missing, &error), STATUS_IO);
    struct picture picture = decode_whole(file, 9);
    assert_int_equal(((const uint32_t *)(const void *)picture.pixels)[40], value_at(9, 1, 3));
    picture_free(&picture);
    // The part appears while the file is open.
    python_run(modules, PREAMBLE "save('gaps_data_000002.h5', a[4:8], **bs)\n", path);
    picture = decode_whole(file, 5);
    assert_int_equal(((const uint32_t *)(const void *)picture.pixels)[40], value_at(5, 1, 3));
    picture_free(&picture);
    image_file_close(&file);
    const char *none = made("none_master.h5", PREAMBLE MASTER "master(2, base='none_data')\n");
    check_refused(none, STATUS_IO, "none_data_000001.h5, is missing");
}

// --- What is shown ---

static void test_choices(void **state)
{
    (void)state;
    const char *path =
        made("choices.h5", PREAMBLE
             "with h5py.File(out, 'w') as h:\n"
             "    e = h.create_group('e1'); e.attrs['NX_class'] = 'NXentry'\n"
             "    e['big'] = np.zeros((3, 300, 300), 'u2')\n"
             "    d = h.create_group('e2/plot'); d.attrs['NX_class'] = 'NXdata'\n"
             "    d.attrs['signal'] = 'counts'; d['counts'] = a[:2]; d['other'] = np.zeros((300, 300))\n"
             "    h.attrs['default'] = 'e2'; h['e2'].attrs['default'] = 'plot'\n"
             "    o = h.create_group('old'); o.attrs['NX_class'] = 'NXdata'\n"
             "    o['x'] = np.zeros((300, 300)); o['y'] = a[3]; o['y'].attrs['signal'] = 1\n"
             "    w = h.create_group('walk'); w['pixel_mask'] = np.zeros((400, 400), 'u4')\n"
             "    w['deep/er/image'] = a[:3]; w['deep/er/table'] = np.zeros((9000, 3)); w['loop'] = w\n"
             "    c = h.create_group('channels'); c.attrs['NX_class'] = 'NXdata'\n"
             "    c.attrs['signal'] = 'data'; c['data'] = a[:6].reshape(3, 2, H, W)\n"
             "    c.attrs['axes'] = ['image_id', 'channel', '.', '.']\n"
             "    c.attrs['default_slice'] = ['.', 'threshold_2', '.', '.']\n"
             "    c['channel'] = ['threshold_1', 'threshold_2']\n"
             "    h['rgb'] = np.arange(20 * 30 * 3, dtype='u1').reshape(20, 30, 3)\n");
    static const struct {
        const char *selector, *note;
        int64_t frames, width, stored; // of which the first frame has the samples; -1: not compared
    } shown[] = {
        {"/", "/e2/plot/counts", 2, WIDTH, 0},
        {"/e1", "/e1/big", 3, 300, -1},
        {"/old", "/old/y", 1, WIDTH, 3},
        {"/walk", "/walk/deep/er/image", 3, WIDTH, 0},
        {"/channels", "/channels/data, index 1 of 2 on axis 1", 3, WIDTH, 1},
        {"/rgb", "/rgb, luminance 0.2126 R + 0.7152 G + 0.0722 B of 3 channels", 1, 30, -1},
        {"/rgb[:,:,*]", "/rgb[:,:,*]", 3, 30, -1},
    };
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        struct image_file *file = open_part(path, shown[i].selector);
        const struct frame_info info = info_of(file, 0);
        assert_string_equal(info.note, shown[i].note);
        assert_int_equal(file->frames, shown[i].frames);
        assert_int_equal(info.width, shown[i].width);
        if (shown[i].stored >= 0)
            check_frame(file, 0, shown[i].stored);
        image_file_close(&file);
    }
    struct image_file *file = open_part(path, "/rgb[:,:,*]");
    struct picture picture = decode_whole(file, 2);
    for (int i = 0; i < 20 * 30; i++)
        assert_int_equal(picture.pixels[i], (3 * i + 2) & 0xFF);
    picture_free(&picture);
    image_file_close(&file);
}

// --- Extensible arrays ---

// What h5py writes with the newest format where an axis other than the first has no end; a chunk has a place
// of its own in the file for each of its samples, so another one's would be seen.
static void test_unlimited_axes(void **state)
{
    (void)state;
    const char *path = temporary_path("unlimited.h5");
    python_run(
        "h5py, numpy",
        "import sys, h5py, numpy as np\n"
        "y, x = np.mgrid[:23, :37]\n"
        "a = lambda f: ((f * 1000003 + y * 1009 + x * 7919) % 251).astype('u4')\n"
        "s = np.array([a(f) for f in range(5)])\n"
        "with h5py.File(sys.argv[1], 'w', libver='latest') as h:\n"
        "    put = lambda n, d, m, c, **k: h.create_dataset(n, data=d, maxshape=m, chunks=c, **k)\n"
        "    for k, o in (('', {}), ('_gzip', dict(compression='gzip')), ('_shuffle', dict(shuffle=True))):\n"
        "        put('columns' + k, s[0], (23, None), (8, 8), **o)\n"
        "        put('rows' + k, s, (5, None, 37), (1, 8, 16), **o)\n"
        "        put('last' + k, s, (5, 23, None), (2, 8, 16), **o)\n"
        "        put('second' + k, np.stack([s, s[::-1]]), (2, None, 23, 37), (1, 2, 8, 16), **o)\n"
        "        put('first' + k, s, (None, 23, 37), (1, 8, 16), **o)\n"
        "    h.swmr_mode = True\n",
        path);
    static const struct unlimited {
        const char *name;
        int64_t frames;
    } cases[] = {{"columns", 1}, {"rows", 5}, {"last", 5}, {"second", 10}, {"first", 5}};
    static const char *const filters[] = {"", "_gzip", "_shuffle"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t k = 0; k < sizeof filters / sizeof *filters; k++) {
            char name[64];
            snprintf(name, sizeof name, "/%s%s", cases[i].name, filters[k]);
            struct image_file *file = open_part(path, name);
            assert_int_equal(file->frames, cases[i].frames);
            for (int64_t frame = 0; frame < file->frames; frame++)
                check_frame(file, frame, frame < 5 ? frame : 9 - frame);
            image_file_close(&file);
        }
    }
}

// --- Files being written ---

// A script that writes frames, tells so by a file, and waits for another before it closes.
#define WAIT                                                                                                 \
    "open(out + '.ready', 'w').close()\n"                                                                    \
    "import time\n"                                                                                          \
    "t = 0\n"                                                                                                \
    "while not os.path.exists(out + '.done') and t < 600: time.sleep(0.1); t += 1\n"

static void check_written(const char *name, const char *script, enum status expected, const char *said)
{
    if (!python_has(modules))
        skip();
    const char *path = temporary_path(name);
    char command[8192], mark[600];
    const char *program = save_bytes("writer.py", script, strlen(script));
    snprintf(command, sizeof command, "/usr/bin/python3 '%s' '%s' &", program, path);
    assert_int_equal(system(command), 0);
    snprintf(mark, sizeof mark, "%s.ready", path);
    for (int i = 0; i < 600 && access(mark, F_OK) != 0; i++)
        usleep(100000);
    struct image_file *file = NULL;
    struct error error = {0};
    const enum status status = image_file_open(path, CHANNEL_AUTO, &file, &error);
    const int64_t frames = file ? file->frames : 0;
    bool same = true;
    if (file) {
        struct picture picture = decode_whole(file, 1);
        same = ((const uint32_t *)(const void *)picture.pixels)[40] == value_at(1, 1, 3);
        picture_free(&picture);
    }
    image_file_close(&file);
    snprintf(mark, sizeof mark, "%s.done", path);
    fclose(fopen(mark, "w"));
    if (status != expected || (said && !strstr(error.text, said)))
        fail_msg("%s: %d, %s", name, status, error.text);
    assert_true(same);
    if (status == STATUS_OK)
        assert_int_equal(frames, 3);
}

static void test_being_written(void **state)
{
    (void)state;
    check_written(
        "swmr.h5",
        PREAMBLE
        "h = h5py.File(out, 'w', libver='latest')\n"
        "d = h.create_dataset('data', (0, H, W), 'u4', maxshape=(None, H, W), chunks=(1, H, W), **bs)\n"
        "h.swmr_mode = True\n"
        "d.resize(3, 0); d[:] = a[:3]; d.flush()\n" WAIT,
        STATUS_OK, NULL);
    check_written("locked.h5",
                  PREAMBLE "h = h5py.File(out, 'w')\n"
                           "h.create_dataset('data', data=a[:3], chunks=(1, H, W), **bs); h.flush()\n" WAIT,
                  STATUS_OK, NULL);
    check_written("latest_locked.h5",
                  PREAMBLE "h = h5py.File(out, 'w', libver='latest')\n"
                           "h.create_dataset('data', data=a[:3], chunks=(1, H, W), **bs); h.flush()\n" WAIT,
                  STATUS_IO, "is being written");
}

// --- Chunks that are absent, bare or damaged ---

static void test_chunk_states(void **state)
{
    (void)state;
    const char *path = made(
        "states.h5", PREAMBLE
        "with h5py.File(out, 'w', libver='latest') as h:\n"
        "    for n, k in (('bs', bs), ('gz', dict(compression='gzip')), ('bare', {})):\n"
        "        d = h.create_dataset('fill_' + n, (3, H, W), 'u4', chunks=(1, H, W), fillvalue=9, **k)\n"
        "        d[1] = a[1]\n"
        "    for n, k in (('bs', bs), ('gz', dict(compression='gzip', shuffle=True))):\n"
        "        d = h.create_dataset('mask_' + n, (3, H, W), 'u4', chunks=(1, H, W), **k)\n"
        "        d[0] = a[0]\n"
        "        d.id.write_direct_chunk((1, 0, 0), a[1].tobytes(), 3 if n == 'gz' else 1)\n"
        "    h.create_dataset('never', (2, H, W), 'u4')\n"
        "    p = h5py.h5p.create(h5py.h5p.DATASET_CREATE); p.set_chunk((1, 10, 10)); p.set_deflate(4)\n");
    static const char *const filled[] = {"/fill_bs", "/fill_gz", "/fill_bare"};
    for (size_t i = 0; i < sizeof filled / sizeof *filled; i++) {
        struct image_file *file = open_part(path, filled[i]);
        check_frame(file, 1, 1);
        struct picture picture = decode_whole(file, 2);
        for (int64_t at = 0; at < COUNT; at++)
            assert_int_equal(((const uint32_t *)(const void *)picture.pixels)[at], 9);
        assert_int_equal(picture.report.lost_pixels, 0);
        picture_free(&picture);
        image_file_close(&file);
    }
    static const char *const masked[] = {"/mask_bs", "/mask_gz"};
    for (size_t i = 0; i < sizeof masked / sizeof *masked; i++) {
        struct image_file *file = open_part(path, masked[i]);
        check_frame(file, 0, 0);
        check_frame(file, 1, 1);
        image_file_close(&file);
    }
    struct image_file *file = open_part(path, "/never");
    struct picture picture = decode_whole(file, 1);
    assert_int_equal(picture.pixels[77], 0);
    picture_free(&picture);
    image_file_close(&file);
}

// The place of `count` bytes within a file's.
static size_t find_bytes(const uint8_t *bytes, size_t size, const void *wanted, size_t count)
{
    for (size_t at = 0; at + count <= size; at++)
        if (memcmp(bytes + at, wanted, count) == 0)
            return at;
    fail_msg("the bytes are not in the file");
    return 0;
}

// A damaged tile is a hole where it is; a damaged block of a bitshuffled chunk likewise.
static void test_damaged_chunks(void **state)
{
    (void)state;
    const char *path = made(
        "hole.h5", PREAMBLE
        "with h5py.File(out, 'w') as h:\n"
        "    d = h.create_dataset('tiles', data=a[:2], chunks=(1, 8, 16), compression='gzip', fletcher32=True)\n"
        "    open(out + '.tile', 'wb').write(d.id.read_direct_chunk((0, 8, 16))[1])\n"
        "    d = h.create_dataset('blocks', data=a[:2], chunks=(1, H, W), compression=32008, compression_opts=(64, 2))\n"
        "    open(out + '.block', 'wb').write(d.id.read_direct_chunk((0, 0, 0))[1])\n");
    char name[600];
    size_t size, count;
    uint8_t *bytes = load_bytes(path, &size);
    snprintf(name, sizeof name, "%s.tile", path);
    uint8_t *tile = load_bytes(name, &count);
    bytes[find_bytes(bytes, size, tile, count) + count / 2] ^= 0xFF;
    free(tile);
    snprintf(name, sizeof name, "%s.block", path);
    uint8_t *chunk = load_bytes(name, &count);
    // Block 4 (samples 256 to 319): the count of literals in its first token is made to lead out of it.
    size_t at = 12;
    for (int block = 0; block < 4; block++)
        at += 4 + ((size_t)chunk[at] << 24 | (size_t)chunk[at + 1] << 16 | (size_t)chunk[at + 2] << 8 |
                   chunk[at + 3]);
    const size_t place = find_bytes(bytes, size, chunk, count) + at + 4;
    free(chunk);
    memset(bytes + place, 0xFF, 8);
    const char *damaged = save_bytes("holed.h5", bytes, size);
    free(bytes);
    uint32_t expected[2][COUNT];
    uint8_t classes[2][COUNT] = {0};
    for (int i = 0; i < 2; i++)
        expected_frame(0, expected[i]);
    for (int64_t i = 0; i < COUNT; i++) {
        if (i / WIDTH / 8 == 1 && i % WIDTH / 16 == 1)
            classes[0][i] = MASK_BIT(MASK_BAD);
        if (i >= 256 && i < 320)
            classes[1][i] = MASK_BIT(MASK_BAD);
        for (int n = 0; n < 2; n++)
            expected[n][i] = classes[n][i] ? 0 : expected[n][i];
    }
    static const char *const datasets[] = {"/tiles", "/blocks"};
    for (int i = 0; i < 2; i++) {
        struct image_file *file = open_part(damaged, datasets[i]);
        struct picture picture = decode_whole(file, 0);
        assert_memory_equal(picture.pixels, expected[i], sizeof expected[i]);
        assert_memory_equal(picture.classes, classes[i], COUNT);
        assert_int_equal(picture.report.lost_pixels, i == 0 ? 128 : 64);
        assert_non_null(strstr(picture.report.first_loss.text, i == 0 ? "(0, 8, 16)" : "block 4"));
        picture_free(&picture);
        check_frame(file, 1, 1);
        image_file_close(&file);
    }
}

// A file that is cut while it is open: what is gone is lost, in words.
static void test_cut_while_open(void **state)
{
    (void)state;
    const char *path =
        made("cut.h5", PREAMBLE "with h5py.File(out, 'w') as h:\n"
                                "    h.create_dataset('data', data=a, chunks=(1, H, W), **bs)\n");
    struct image_file *file = open_good(path);
    check_frame(file, 0, 0);
    size_t size;
    free(load_bytes(path, &size));
    assert_int_equal(truncate(path, (off_t)size / 2), 0);
    uint32_t pixels[COUNT];
    uint8_t classes[COUNT] = {0};
    struct decode_request request = {.frame = 11,
                                     .rect = {0, 0, WIDTH, HEIGHT},
                                     .pixels = pixels,
                                     .stride = WIDTH * 4,
                                     .classes = classes};
    struct error error = {0};
    assert_true(image_file_decode(file, &request, NULL, &error) != STATUS_OK);
    assert_non_null(strstr(error.text, "cut.h5"));
    image_file_close(&file);
}

// Any file with some bytes changed opens, or is refused with a sentence.
static void test_changed_bytes(void **state)
{
    (void)state;
    const char *path =
        made("small.h5", PREAMBLE "with h5py.File(out, 'w') as h:\n"
                                  "    h.create_dataset('g/data', data=a[:2], chunks=(1, H, W), **bs)\n"
                                  "    h['g'].attrs['text'] = 'some text'; h['text'] = 'more'\n");
    check_damage(path, 997, 3000, 40);
}

int main(void)
{
    setenv("HDF5_PLUGIN_PATH", "/nonexistent", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_master),         cmocka_unit_test(test_missing_parts),
        cmocka_unit_test(test_choices),        cmocka_unit_test(test_unlimited_axes),
        cmocka_unit_test(test_being_written),  cmocka_unit_test(test_chunk_states),
        cmocka_unit_test(test_damaged_chunks), cmocka_unit_test(test_cut_while_open),
        cmocka_unit_test(test_changed_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
