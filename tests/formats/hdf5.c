// SPDX-License-Identifier: MIT
// The HDF5 reader against real files with values found by h5py, and files that h5py writes here.
#include "support/reader_checks.h"

#include "image/mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- Real files ---

// Compares all datasets of reference.json that h5py could read, each opened by its path.
static void test_real_datasets(void **state)
{
    (void)state;
    const char *folder = testdata_folder();
    cJSON *reference = testdata_reference();
    if (!reference)
        skip();
    int compared = 0;
    cJSON *entry;
    cJSON_ArrayForEach(entry, reference)
    {
        const cJSON *dataset, *datasets = cJSON_GetObjectItem(entry, "datasets");
        cJSON_ArrayForEach(dataset, datasets)
        {
            const char *path = cJSON_GetStringValue(cJSON_GetObjectItem(dataset, "path"));
            char name[4096];
            if (!path || cJSON_GetObjectItem(dataset, "error"))
                continue;
            // Of what says that it is in colour the reference has all axes, like a slice.
            const char *slice = strstr(entry->string, "/rgb.nxs") ? "[:,:,:]" : "";
            snprintf(name, sizeof name, "%s/%s::%s%s", folder, entry->string, path, slice);
            check_reference(name, dataset);
            compared++;
        }
    }
    cJSON_Delete(reference);
    print_message("%d datasets compared\n", compared);
    assert_true(compared > 50);
}

// What each file shows when no dataset is named, or the words of its refusal.
static void test_real_choices(void **state)
{
    (void)state;
    static const struct {
        const char *file, *note; // the beginning of the note
        int64_t frames;
    } shown[] = {
        {"nexpy/valid/src/nexpy/examples/chopper.nxs", "/entry/data/data", 1},
        {"nexpy/valid/src/nexpy/examples/example.nxs", "/entry/data/signal", 1},
        {"rosettasciio/valid/data/arina/test_00_master.h5", "/entry/data/data_000001", 16},
        {"carta/valid/test/data/images/mix/M17_SWex_unit.hdf5", "/0/DATA", 5},
        {"dioptas/valid/tests/data/hdf5_dataset/demoh5_dataset/demoh5_dataset.h5",
         "/1.1/instrument/marana/data", 2},
        {"dioptas/valid/tests/data/hdf5_dataset/ma4500_demoh5.h5",
         "/demoh5_dataset_1.1/instrument/marana/data", 2},
    };
    static const struct {
        const char *file;
        enum status status;
        const char *said;
    } refused[] = {
        {"ansto-simplon/valid/ansto_simplon_api/master_file_examples/example_1_master.h5", STATUS_IO,
         "example_1_data_000001.h5, is missing"},
        {"bitshuffle/valid/tests/data/regression_0.4.0.h5", STATUS_UNSUPPORTED, "no image"},
        {"napi/valid/test/data/dmc01.h5", STATUS_UNSUPPORTED, "no image"},
        {"hdf5-src/valid/tools/testfiles/tloop2.h5", STATUS_UNSUPPORTED, "no image"},
        {"hdf5-src/malformed/tools/testfiles/tsplit_file-m.h5", STATUS_UNSUPPORTED, "split over several"},
        {"hdf5-src/malformed/tools/testfiles/tfamily00000.h5", STATUS_BROKEN, "cut short"},
        {"hdf5-src/malformed/test/cve_2020_10810.h5", STATUS_BROKEN, "ran off end"},
        {"hdf5-src/valid/tools/testfiles/tfilters.h5::/myfilter", STATUS_UNSUPPORTED, "plugin"},
        {"hdf5-src/valid/tools/testfiles/tbitfields.h5::/typetests", STATUS_UNSUPPORTED, "no image in"},
    };
    const char *folder = testdata_folder();
    if (!folder)
        skip();
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        char name[4096];
        snprintf(name, sizeof name, "%s/%s", folder, shown[i].file);
        struct image_file *file = open_good(name);
        assert_int_equal(file->frames, shown[i].frames);
        const struct frame_info info = info_of(file, 0);
        assert_memory_equal(info.note, shown[i].note, strlen(shown[i].note));
        image_file_close(&file);
    }
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        char name[4096];
        struct error error = {0};
        struct image_file *file = NULL;
        snprintf(name, sizeof name, "%s/%s", folder, refused[i].file);
        enum status status = image_file_open(name, CHANNEL_AUTO, &file, &error);
        if (status == STATUS_OK) {
            uint8_t classes[200] = {0}, pixels[800];
            struct decode_request request = {
                .rect = {0, 0, 10, 20}, .pixels = pixels, .stride = 40, .classes = classes};
            status = image_file_decode(file, &request, NULL, &error);
        }
        image_file_close(&file);
        if (status != refused[i].status || !strstr(error.text, refused[i].said))
            fail_msg("%s: %d, %s", refused[i].file, status, error.text);
    }
}

// Files that are damaged on purpose: one sentence, or a picture.
static void test_real_damaged(void **state)
{
    (void)state;
    const char *folder = testdata_folder();
    if (!folder)
        skip();
    char command[4096], line[4096];
    snprintf(command, sizeof command,
             "find -L '%s' -path '*malformed*' \\( -name '*.h5' -o -name '*.nxs' \\) | sort", folder);
    FILE *list = popen(command, "r");
    assert_non_null(list);
    int tried = 0;
    while (fgets(line, sizeof line, list)) {
        line[strcspn(line, "\n")] = '\0';
        try_file(line);
        tried++;
    }
    pclose(list);
    print_message("%d damaged files tried\n", tried);
    assert_true(tried >= 25);
}

// --- Files made here ---

enum { HEIGHT = 23, WIDTH = 37, COUNT = HEIGHT * WIDTH, FRAMES = 5 };

// The samples that the scripts write: frame f, row y, column x.
static uint64_t value_at(int64_t f, int64_t y, int64_t x)
{
    return (uint64_t)((f * 1000003 + y * 1009 + x * 7919) % 251);
}

// What every script begins with: `a` has all frames.
#define PREAMBLE                                                                                             \
    "import sys, h5py, numpy as np\n"                                                                        \
    "H, W, F = 23, 37, 5\n"                                                                                  \
    "f, y, x = np.mgrid[:F, :H, :W]\n"                                                                       \
    "a = (f * 1000003 + y * 1009 + x * 7919) % 251\n"                                                        \
    "out = sys.argv[1]\n"

static const char *made(const char *name, const char *modules, const char *script)
{
    const char *path = temporary_path(name);
    python_run(modules, script, path);
    return path;
}

// The bits of a whole number below 1024 as binary16.
static uint16_t half_of(uint64_t value)
{
    int exponent = 0;
    while (value >> (exponent + 1))
        exponent++;
    return value ? (uint16_t)((exponent + 15) << 10 | (int)((value - (1u << exponent)) << (10 - exponent)))
                 : 0;
}

// The frame as samples of a type.
static uint8_t *expected_frame(enum sample_type type, int64_t frame)
{
    const size_t item = sample_traits(type)->bytes;
    uint8_t *pixels = malloc(COUNT * item);
    for (int64_t y = 0; y < HEIGHT; y++) {
        for (int64_t x = 0; x < WIDTH; x++) {
            const uint64_t value = value_at(frame, y, x);
            const float single = (float)value;
            const double twice = (double)value;
            const uint16_t half = half_of(value);
            const void *from = type == SAMPLE_F32   ? (const void *)&single
                               : type == SAMPLE_F64 ? (const void *)&twice
                               : type == SAMPLE_F16 ? (const void *)&half
                                                    : (const void *)&value;
            memcpy(pixels + (size_t)(y * WIDTH + x) * item, from, item);
        }
    }
    return pixels;
}

static void check_frames(const char *name, enum sample_type type, int64_t frames)
{
    struct image_file *file = open_good(name);
    assert_int_equal(file->frames, frames);
    for (int64_t frame = 0; frame < frames; frame++) {
        const struct frame_info info = info_of(file, frame);
        assert_int_equal(info.type, type);
        assert_int_equal(info.width, WIDTH);
        assert_int_equal(info.height, HEIGHT);
        uint8_t *pixels = expected_frame(type, frame);
        check_rectangles(file, frame, pixels);
        free(pixels);
    }
    image_file_close(&file);
}

static void check_dataset(const char *path, const char *dataset, enum sample_type type)
{
    char name[4096];
    snprintf(name, sizeof name, "%s::%s", path, dataset);
    check_frames(name, type, FRAMES);
}

// Every sample type in both byte orders, contiguous and in chunks that do not divide the frame.
static void test_types(void **state)
{
    (void)state;
    static const char *const types[] = {"u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8"};
    static const enum sample_type sample_types[] = {SAMPLE_U8,  SAMPLE_I8,  SAMPLE_U16, SAMPLE_I16,
                                                    SAMPLE_U32, SAMPLE_I32, SAMPLE_U64, SAMPLE_I64,
                                                    SAMPLE_F16, SAMPLE_F32, SAMPLE_F64};
    const char *path = made(
        "types.h5", "h5py, numpy",
        PREAMBLE
        "with h5py.File(out, 'w') as h:\n"
        "    for t in 'u1 i1 u2 i2 u4 i4 u8 i8 f2 f4 f8'.split():\n"
        "        for o in '<>':\n"
        "            b = (a % 128 if t == 'i1' else a).astype(o + t)\n"
        "            k = {'<': 'le', '>': 'be'}[o]\n"
        "            h['plain/' + k + t] = b\n"
        "            h.create_dataset('chunks/' + k + t, data=b, chunks=(2, 10, 16), compression='gzip', shuffle=True)\n"
        "            h.create_dataset('bare/' + k + t, data=b, chunks=(1, 5, 37))\n");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        for (int order = 0; order < 6; order++) {
            static const char *const folders[] = {"plain", "chunks", "bare"};
            char dataset[64];
            if (sample_types[i] == SAMPLE_I8)
                continue; // compared below
            snprintf(dataset, sizeof dataset, "/%s/%s%s", folders[order / 2], order % 2 ? "be" : "le",
                     types[i]);
            check_dataset(path, dataset, sample_types[i]);
        }
    }
    char name[4096];
    snprintf(name, sizeof name, "%s::/chunks/lei1", path);
    struct image_file *file = open_good(name);
    struct picture picture = decode_whole(file, 3);
    assert_int_equal(info_of(file, 3).type, SAMPLE_I8);
    for (int64_t i = 0; i < COUNT; i++)
        assert_int_equal(picture.pixels[i], value_at(3, i / WIDTH, i % WIDTH) % 128);
    picture_free(&picture);
    image_file_close(&file);
}

// Types that come near to samples: booleans, bit fields, enumerations, integers of odd sizes; and those that
// do not.
static void test_odd_types(void **state)
{
    (void)state;
    const char *path = made(
        "odd.h5", "h5py, numpy",
        PREAMBLE
        "from h5py import h5t, h5s, h5d\n"
        "with h5py.File(out, 'w') as h:\n"
        "    h['bool'] = a[0] % 2 == 1\n"
        "    e = h5py.enum_dtype({'A': 0, 'B': 250}, basetype='i2')\n"
        "    h.create_dataset('enum', data=a[0].astype('i2'), dtype=e)\n"
        "    s = h5s.create_simple((H, W))\n"
        "    t = h5t.STD_B16BE.copy()\n"
        "    d = h5d.create(h.id, b'bits', t, s)\n"
        "    d.write(h5s.ALL, h5s.ALL, a[0].astype('u2'), mtype=h5t.NATIVE_B16)\n"
        "    t = h5t.STD_I32LE.copy(); t.set_size(3); t.set_precision(24)\n"
        "    d = h5d.create(h.id, b'three', t, s)\n"
        "    d.write(h5s.ALL, h5s.ALL, a[0].astype('i4'))\n"
        "    t = h5t.STD_U16LE.copy(); t.set_precision(9)\n"
        "    p = h5py.h5p.create(h5py.h5p.DATASET_CREATE); p.set_chunk((8, 8)); p.set_nbit() if hasattr(p, 'set_nbit') else None\n"
        "    d = h5d.create(h.id, b'nine', t, s, p)\n"
        "    d.write(h5s.ALL, h5s.ALL, a[0].astype('u2'))\n"
        "    h['text'] = np.array([['a', 'b']], dtype='S3')\n"
        "    h['table'] = np.zeros((H, W), [('x', 'f8'), ('count', 'i4'), ('name', 'S5')])\n"
        "    h['list'] = a[0, 0]\n"
        "    h['single'] = 3.5\n"
        "    h.create_dataset('empty', (0, H, W), 'u2', maxshape=(None, H, W))\n");
    static const struct {
        const char *dataset;
        enum sample_type type;
        unsigned modulus;
    } good[] = {{"bool", SAMPLE_U8, 2},
                {"enum", SAMPLE_I16, 1000},
                {"bits", SAMPLE_U16, 1000},
                {"three", SAMPLE_I32, 1000},
                {"nine", SAMPLE_U16, 1000}};
    static const struct {
        const char *dataset;
        enum status status;
        const char *said;
    } bad[] = {{"text", STATUS_UNSUPPORTED, "holds text"},
               {"table", STATUS_UNSUPPORTED,
                "/table is a table of 3 columns: x (f64), count (i32), name (text); it is not an image"},
               {"list", STATUS_UNSUPPORTED, "one dimension"},
               {"single", STATUS_UNSUPPORTED, "single value"},
               {"empty", STATUS_BROKEN, "nothing was written"},
               {"absent", STATUS_USAGE, "has no /absent"}};
    char name[4096];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        snprintf(name, sizeof name, "%s::/%s", path, good[i].dataset);
        struct image_file *file = open_good(name);
        const struct frame_info info = info_of(file, 0);
        assert_int_equal(info.type, good[i].type);
        struct picture picture = decode_whole(file, 0);
        for (int64_t at = 0; at < COUNT; at++)
            assert_true(
                sample_value(info.type, picture.pixels + (size_t)at * sample_traits(info.type)->bytes) ==
                (double)(value_at(0, at / WIDTH, at % WIDTH) % good[i].modulus));
        picture_free(&picture);
        check_rectangles_agree(file, 0);
        image_file_close(&file);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(name, sizeof name, "%s::/%s", path, bad[i].dataset);
        check_refused(name, bad[i].status, bad[i].said);
    }
}

// Every kind of storage that h5py writes.
static void test_storage(void **state)
{
    (void)state;
    const char *path =
        made("storage.h5", "h5py, numpy, bitshuffle.h5",
             PREAMBLE
             "import bitshuffle.h5\n"
             "b = a.astype('u2')\n"
             "with h5py.File(out, 'w') as h:\n"
             "    c = lambda n, **k: h.create_dataset(n, data=b, **k)\n"
             "    c('bslz4', chunks=(1, H, W), compression=32008, compression_opts=(0, 2))\n"
             "    c('bslz4_tiles', chunks=(2, 9, 11), compression=32008, compression_opts=(0, 2))\n"
             "    c('bslz4_small', chunks=(1, H, W), compression=32008, compression_opts=(64, 2))\n"
             "    c('bs', chunks=(1, H, W), compression=32008)\n"
             "    c('deflate', chunks=(1, H, W), compression='gzip')\n"
             "    c('deflate_deep', chunks=(3, H, W), compression='gzip')\n"
             "    c('shuffled', chunks=(1, 4, 37), compression='gzip', shuffle=True, fletcher32=True)\n"
             "    c('lzf', chunks=(1, 10, 10), compression='lzf')\n"
             "    c('scaled', chunks=(1, 10, 10), scaleoffset=0)\n"
             "    c('columns', chunks=(5, 23, 1))\n"
             "    p = h5py.h5p.create(h5py.h5p.DATASET_CREATE); p.set_layout(h5py.h5d.COMPACT)\n"
             "    s = h5py.h5s.create_simple((F, H, W))\n"
             "    d = h5py.h5d.create(h.id, b'compact', h5py.h5t.STD_U16BE, s, p)\n"
             "    d.write(h5py.h5s.ALL, h5py.h5s.ALL, b)\n"
             "    h.create_dataset('external', data=b, external=[(out + '.raw', 0, h5py.h5f.UNLIMITED)])\n"
             "    h.create_dataset('tall', data=b.reshape(F, 1, H, W), chunks=(1, 1, 7, 7))\n");
    static const char *const datasets[] = {
        "/bslz4", "/bslz4_tiles", "/bslz4_small", "/bs",      "/deflate",  "/deflate_deep", "/shuffled",
        "/lzf",   "/scaled",      "/columns",     "/compact", "/external", "/tall"};
    for (size_t i = 0; i < sizeof datasets / sizeof *datasets; i++)
        check_dataset(path, datasets[i], SAMPLE_U16);
    char name[4096];
    snprintf(name, sizeof name, "%s::/bslz4", path);
    check_threads(name);
    snprintf(name, sizeof name, "%s::/deflate", path);
    check_threads(name);
    snprintf(name, sizeof name, "%s::/scaled", path);
    check_threads(name);
}

// The newer chunk indices, a user block, and many chunks.
static void test_indices(void **state)
{
    (void)state;
    const char *latest = made("latest.h5", "h5py, numpy",
                              PREAMBLE "b = a.astype('u4')\n"
                                       "with h5py.File(out, 'w', libver='latest') as h:\n"
                                       "    c = lambda n, **k: h.create_dataset(n, data=b, **k)\n"
                                       "    c('single', chunks=(F, H, W), compression='gzip')\n"
                                       "    c('fixed', chunks=(1, 8, 8), compression='gzip')\n"
                                       "    c('implicit', chunks=(1, 8, 8))\n"
                                       "    c('extensible', chunks=(1, 8, 8), maxshape=(None, H, W))\n"
                                       "    c('tree', chunks=(1, 8, 8), maxshape=(None, None, W))\n");
    static const char *const datasets[] = {"/single", "/fixed", "/implicit", "/extensible", "/tree"};
    for (size_t i = 0; i < sizeof datasets / sizeof *datasets; i++)
        check_dataset(latest, datasets[i], SAMPLE_U32);
    const char *user =
        made("user.h5", "h5py, numpy",
             PREAMBLE "b = a.astype('u4')\n"
                      "with h5py.File(out, 'w', userblock_size=1024) as h:\n"
                      "    h['plain'] = b\n"
                      "    h.create_dataset('chunks', data=b, chunks=(1, 8, 8), compression='gzip')\n"
                      "    h.create_dataset('bare', data=b, chunks=(1, 8, 8))\n");
    check_dataset(user, "/plain", SAMPLE_U32);
    check_dataset(user, "/chunks", SAMPLE_U32);
    check_dataset(user, "/bare", SAMPLE_U32);
    const char *many =
        made("many.h5", "h5py, numpy",
             PREAMBLE "b = a.astype('u4')\n"
                      "with h5py.File(out, 'w') as h:\n"
                      "    h.create_dataset('d', data=b, chunks=(1, 2, 2), compression='gzip')\n"
                      "    h.create_dataset('e', data=b, chunks=(1, 1, 1))\n");
    check_dataset(many, "/d", SAMPLE_U32);
    check_dataset(many, "/e", SAMPLE_U32);
}

// Selectors, in the forms that people write.
static void test_selectors(void **state)
{
    (void)state;
    const char *path = made("select.h5", "h5py, numpy",
                            PREAMBLE "with h5py.File(out, 'w') as h:\n"
                                     "    h.create_dataset('g/d', data=a.astype('u2'), chunks=(2, 8, 8))\n"
                                     "    h['odd[1]'] = a[1].astype('u1')\n");
    static const struct {
        const char *selector;
        int64_t frames, width, height, value; // of the first sample
    } good[] = {
        {"/g/d", 5, 37, 23, 0},
        {"g/d", 5, 37, 23, 0},
        {"/g", 5, 37, 23, 0},
        {"/g/d[3,:,:]", 1, 37, 23, 3 * 1000003 % 251},
        {"/g/d[-1,:,:]", 1, 37, 23, 4 * 1000003 % 251},
        {"/g/d[3]", 1, 37, 23, 3 * 1000003 % 251},
        {"/g/d[:, :, :]", 5, 37, 23, 0},
        {"/g/d[1:4,:,:]", 3, 37, 23, 1000003 % 251},
        {"/g/d[2:,2:20,5:6]", 3, 1, 18, (2 * 1000003 + 2 * 1009 + 5 * 7919) % 251},
        {"/g/d[:,4,:]", 1, 37, 5, 4 * 1009 % 251},
        {"/g/d[:,:,6]", 1, 23, 5, 6 * 7919 % 251},
        {"/odd[1]", 1, 37, 23, 1000003 % 251},
    };
    static const char *const bad[] = {"/g/d[5,:,:]", "/g/d[0,0,:]", "/g/d[:,:,:,:]", "/g/d[x,:,:]",
                                      "/g/d[3:3,:,:]"};
    char name[4096];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        snprintf(name, sizeof name, "%s::%s", path, good[i].selector);
        struct image_file *file = open_good(name);
        const struct frame_info info = info_of(file, 0);
        assert_int_equal(file->frames, good[i].frames);
        assert_int_equal(info.width, good[i].width);
        assert_int_equal(info.height, good[i].height);
        struct picture picture = decode_whole(file, 0);
        assert_true(sample_value(info.type, picture.pixels) == (double)good[i].value);
        picture_free(&picture);
        check_rectangles_agree(file, 0);
        image_file_close(&file);
    }
    snprintf(name, sizeof name, "%s::/g/d[:,4,:]", path);
    struct image_file *file = open_good(name);
    struct picture picture = decode_whole(file, 0);
    for (int64_t f = 0; f < FRAMES; f++)
        for (int64_t x = 0; x < WIDTH; x++)
            assert_int_equal(((const uint16_t *)(const void *)picture.pixels)[f * WIDTH + x],
                             value_at(f, 4, x));
    picture_free(&picture);
    image_file_close(&file);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(name, sizeof name, "%s::%s", path, bad[i]);
        check_refused(name, STATUS_USAGE, "does not select an image");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real_datasets), cmocka_unit_test(test_real_choices),
        cmocka_unit_test(test_real_damaged),  cmocka_unit_test(test_types),
        cmocka_unit_test(test_odd_types),     cmocka_unit_test(test_storage),
        cmocka_unit_test(test_indices),       cmocka_unit_test(test_selectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
