// SPDX-License-Identifier: MIT
// Virtual datasets of HDF5: samples from many places, and pixels that no place has.
#include "support/hdf5_frames.h"

#include "image/mask.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREAMBLE                                                                                             \
    "import sys, os, h5py, numpy as np\n"                                                                    \
    "H, W, F = 23, 37, 12\n"                                                                                 \
    "f, y, x = np.mgrid[:F, :H, :W]\n"                                                                       \
    "a = ((f * 1000003 + y * 1009 + x * 7919) % 251).astype('u4')\n"                                         \
    "out = sys.argv[1]; folder = os.path.dirname(out) + '/'\n"                                               \
    "L, S, U = h5py.VirtualLayout, h5py.VirtualSource, h5py.h5s.UNLIMITED\n"                                 \
    "def save(name, **k):\n"                                                                                 \
    "    with h5py.File(folder + name, 'w') as h:\n"                                                         \
    "        for n in k: h[n] = k[n]\n"                                                                      \
    "def join(h, name, parts, shape=(F, H, W), kind='u4'):\n"                                                \
    "    l = L(shape, kind)\n"                                                                               \
    "    for to, file, data, size in parts: l[to] = S(file, data, size)\n"                                   \
    "    h.create_virtual_dataset(name, l, fillvalue=77)\n"                                                  \
    "new = lambda: h5py.File(out, 'w', libver='latest')\n"                                                   \
    "at = np.s_\n"

static const char modules[] = "h5py, numpy";

static const char *made(const char *name, const char *script)
{
    const char *path = temporary_path(name);
    python_run(modules, script, path);
    return path;
}

// What a row of a frame is to be.
enum { LOST = -1, FILL = -2 };

// Row y of the frame has the samples of that row of frame rows[y] as the scripts write them, or is LOST, or
// has the fill value; `said` is in the reason of the loss.
static void check_rows(const char *path, const char *selector, int64_t frame, const int8_t rows[HEIGHT],
                       const char *said)
{
    struct image_file *file = open_part(path, selector);
    const bool wide = info_of(file, frame).type == SAMPLE_F64;
    struct picture picture = decode_whole(file, frame);
    int64_t lost = 0;
    for (int at = 0; at < COUNT; at++) {
        const int y = at / WIDTH, x = at % WIDTH;
        const double value = wide ? ((const double *)(const void *)picture.pixels)[at]
                                  : ((const uint32_t *)(const void *)picture.pixels)[at];
        if (picture.classes[at] != (rows[y] == LOST ? MASK_BIT(MASK_BAD) : 0))
            fail_msg("%s, frame %d, row %d: class %d", selector, (int)frame, y, picture.classes[at]);
        if (rows[y] == LOST)
            assert_true(wide ? isnan(value) : value == 0);
        else if (value != (rows[y] == FILL ? 77 : value_at(rows[y], y, x)))
            fail_msg("%s, frame %d, row %d: %g", selector, (int)frame, y, value);
        lost += rows[y] == LOST;
    }
    assert_int_equal(picture.report.lost_pixels, lost);
    if (lost > 0 && !strstr(picture.report.first_loss.text, said))
        fail_msg("%s: %s", selector, picture.report.first_loss.text);
    picture_free(&picture);
    image_file_close(&file);
}

// Rows of one frame, those of [first, end) otherwise.
static void set_rows(int8_t rows[HEIGHT], int frame, int first, int end, int other)
{
    for (int y = 0; y < HEIGHT; y++)
        rows[y] = (int8_t)(y >= first && y < end ? other : frame);
}

// --- Complete ones ---

static void test_joined(void **state)
{
    (void)state;
    const char *path = made(
        "joined.h5", PREAMBLE
        "save('v_a.h5', d=a[0:4]); save('v_even.h5', d=a[0::2]); save('v_odd.h5', d=a[1::2])\n"
        "with h5py.File(folder + 'v_b.h5', 'w') as h:\n"
        "    h.create_dataset('d', data=a[4:8], chunks=(2, 8, 8), compression='gzip')\n"
        "save('v_modules.h5', top=a[:, :10, :], left=a[:, 10:, :20], right=a[:, 10:, 20:])\n"
        "save('v_flat.h5', d=a.reshape(F * H, W))\n"
        "with new() as h:\n"
        "    h['inner'] = a[8:12]\n"
        "    join(h, 'joined', [(at[0:4], 'v_a.h5', 'd', (4, H, W)), (at[4:8], 'v_b.h5', 'd', (4, H, W)),\n"
        "                       (at[8:12], '.', 'inner', (4, H, W))])\n"
        "    join(h, 'woven', [(at[0::2], 'v_even.h5', 'd', (6, H, W)), (at[1::2], 'v_odd.h5', 'd', (6, H, W))])\n"
        "    join(h, 'modules', [(at[:, :10], 'v_modules.h5', 'top', (F, 10, W)),\n"
        "                        (at[:, 10:, :20], 'v_modules.h5', 'left', (F, 13, 20)),\n"
        "                        (at[:, 10:, 20:], 'v_modules.h5', 'right', (F, 13, 17))])\n"
        "    join(h, 'nested', [(at[:], '.', 'joined', (F, H, W))])\n"
        "    join(h, 'deep', [(at[0:4, 0], 'v_a.h5', 'd', (4, H, W)), (at[4:8, 0], 'v_b.h5', 'd', (4, H, W)),\n"
        "                     (at[8:12, 0], '.', 'inner', (4, H, W))], (F, 1, H, W))\n"
        "    join(h, 'picked', [(at[[0, 2, 3, 7]], '.', 'four', (4, H, W)),\n"
        "                       (at[[1, 4, 5, 6, 8, 9, 10, 11]], '.', 'eight', (8, H, W))])\n"
        "    h['four'] = a[[0, 2, 3, 7]]; h['eight'] = a[[1, 4, 5, 6, 8, 9, 10, 11]]\n"
        "    join(h, 'folded', [(at[:], 'v_flat.h5', 'd', (F * H, W))])\n"
        "    join(h, 'converted', [(at[:], '.', 'joined', (F, H, W))], kind='f8')\n"
        "    join(h, 'self', [(at[:], '.', 'self', (4, H, W))], (4, H, W))\n");
    static const char *const whole[] = {"/joined", "/woven",  "/modules", "/nested",
                                        "/deep",   "/picked", "/folded"};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        struct image_file *file = open_part(path, whole[i]);
        assert_int_equal(file->frames, 12);
        for (int64_t frame = 0; frame < 12; frame++)
            check_frame(file, frame, frame);
        image_file_close(&file);
    }
    int8_t rows[HEIGHT];
    for (int frame = 0; frame < 12; frame++) {
        set_rows(rows, frame, 0, 0, 0);
        check_rows(path, "/converted", frame, rows, "");
    }
    char name[4096];
    snprintf(name, sizeof name, "%s::/modules", path);
    check_threads(name);
    snprintf(name, sizeof name, "%s::/self", path);
    try_file(name); // a dataset made of itself: it need only end
}

// --- Without a source ---

// Frames 0 to 3 are there, those behind are in two files that are not.
static void test_missing_files(void **state)
{
    (void)state;
    const char *path =
        made("missing.h5", PREAMBLE "save('m_a.h5', d=a[0:4])\n"
                                    "with new() as h:\n"
                                    "    join(h, 'one', [(at[0:4], 'm_a.h5', 'd', (4, H, W)),\n"
                                    "                    (at[4:8], 'm_gone.h5', 'd', (4, H, W))])\n"
                                    "    join(h, 'two', [(at[0:4], 'm_a.h5', 'd', (4, H, W)),\n"
                                    "                    (at[4:6], 'm_gone.h5', 'd', (2, H, W)),\n"
                                    "                    (at[6:8], 'm_lost.h5', 'd', (2, H, W))])\n");
    int8_t rows[HEIGHT];
    static const struct missing {
        const char *selector, *note, *said;
    } cases[] = {
        {"/one", ", m_gone.h5 is missing", "m_gone.h5, is missing"},
        {"/two", ", 2 source files are missing, the first is m_gone.h5",
         "m_gone.h5, is missing, one of 2 files that are"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct image_file *file = open_part(path, cases[i].selector);
        assert_non_null(strstr(info_of(file, 5).note, cases[i].note));
        image_file_close(&file);
        set_rows(rows, 3, 0, 0, 0);
        check_rows(path, cases[i].selector, 3, rows, "");
        set_rows(rows, LOST, 0, 0, 0);
        check_rows(path, cases[i].selector, 5, rows, cases[i].said);
        set_rows(rows, FILL, 0, 0, 0); // of which there is no mapping
        check_rows(path, cases[i].selector, 9, rows, "");
    }
}

// Rows 0 to 9 of every frame are in one file, those from row 12 on come from elsewhere, which is missing in
// one way or another, with and without conversion; rows 10 and 11 come from nowhere and have the fill value.
static void test_unsupplied_pixels(void **state)
{
    (void)state;
    const char *path =
        made("unsupplied.h5", PREAMBLE
             "a = a[:3]\n"
             "save('u_top.h5', d=a[:, :10], short=a[:, 12:18], early=a[:2, 12:], flat=a[0])\n"
             "with new() as h:\n"
             "    h['dead'] = h5py.ExternalLink('u_nowhere.h5', 'd')\n"
             "    for name, file, data in (('file', 'u_gone.h5', 'd'), ('data', 'u_top.h5', 'gone'),\n"
             "                             ('link', '.', 'dead'), ('short', 'u_top.h5', 'short'),\n"
             "                             ('early', 'u_top.h5', 'early'), ('flat', 'u_top.h5', 'flat')):\n"
             "        for kind in ('u4', 'f8'):\n"
             "            join(h, name + kind, [(at[:, :10], 'u_top.h5', 'd', (3, 10, 37)),\n"
             "                                  (at[:, 12:], file, data, (3, 11, 37))], (3, H, W), kind)\n");
    static const struct lack {
        const char *name;
        int frame, first; // the first row that is lost
        const char *said;
    } cases[] = {
        {"file", 1, 12, "u_gone.h5, is missing"},
        {"data", 1, 12, "u_top.h5: cannot open gone"},
        {"link", 1, 12, "cannot open dead"},
        {"short", 1, 18, "short in u_top.h5 than is there"},
        {"early", 1, 23, ""},
        {"early", 2, 12, "early in u_top.h5 than is there"},
        {"flat", 0, 12, "flat in u_top.h5 than is there"},
    };
    for (size_t i = 0; i < 2 * (sizeof cases / sizeof *cases); i++) {
        const struct lack *lack = &cases[i / 2];
        char name[32];
        int8_t rows[HEIGHT];
        snprintf(name, sizeof name, "/%s%s", lack->name, i % 2 ? "f8" : "u4");
        set_rows(rows, lack->frame, lack->first, HEIGHT, LOST);
        rows[10] = rows[11] = FILL;
        check_rows(path, name, lack->frame, rows, lack->said);
    }
    // A band of the frame that has no source is no failure.
    struct image_file *file = open_part(path, "/shortu4");
    struct picture picture = decode_rect(file, 1, (struct rect){0, 18, WIDTH, 5}, 0);
    assert_int_equal(picture.report.lost_pixels, 5 * WIDTH);
    picture_free(&picture);
    image_file_close(&file);
}

// Of mappings that overlap the last one counts that has a source, as h5py says.
static void test_overlap(void **state)
{
    (void)state;
    const char *path = made(
        "overlap.h5", PREAMBLE
        "save('o.h5', zero=a[0], one=a[1], top=a[2, :10])\n"
        "z, o, t, g = (('o.h5', n, (H, W)) for n in ('zero', 'one', 'top', 'gone'))\n"
        "with new() as h:\n"
        "    for n, parts in dict(gone_last=(z, g), gone_first=(g, z), both_gone=(g, g), one_last=(z, o),\n"
        "                         zero_last=(o, z), top_last=(z, t), top_first=(t, z), top_gone=(g, t, g)).items():\n"
        "        for kind in ('u4', 'f8'):\n"
        "            join(h, n + kind, [(at[:], *p) for p in parts], (H, W), kind)\n"
        "    join(h, 'boxes', [(at[:10], 'o.h5', 'top', (10, W)), (at[[0, 1, 7, 9, 10, 14]], 'o.h5', 'gone', (6, W))], (H, W))\n");
    static const struct overlap {
        const char *name;
        int top, below; // frames of rows 0 to 9 and of those below
    } cases[] = {
        {"/gone_last", 0, 0}, {"/gone_first", 0, 0}, {"/both_gone", LOST, LOST}, {"/one_last", 1, 1},
        {"/zero_last", 0, 0}, {"/top_last", 2, 0},   {"/top_first", 0, 0},       {"/top_gone", 2, LOST},
    };
    int8_t rows[HEIGHT];
    for (size_t i = 0; i < 2 * (sizeof cases / sizeof *cases); i++) {
        const struct overlap *overlap = &cases[i / 2];
        char name[32];
        snprintf(name, sizeof name, "%s%s", overlap->name, i % 2 ? "f8" : "u4");
        set_rows(rows, overlap->below, 0, 10, overlap->top);
        check_rows(path, name, 0, rows, "o.h5");
    }
    // Rows that were picked one by one.
    set_rows(rows, 2, 10, HEIGHT, FILL);
    rows[10] = rows[14] = LOST;
    check_rows(path, "/boxes", 0, rows, "cannot open gone");
}

// --- Without end ---

// Two halves of each frame that grow by themselves, in one dataset each or in a file for each frame. The
// virtual dataset is as long as the longer one.
static void test_without_end(void **state)
{
    (void)state;
    const char *path = made(
        "endless.h5", PREAMBLE
        "for k in range(6): save('p%d%%.h5' % k, **{'top%d' % k: a[k:k + 1, :10]})\n"
        "for k in range(3): save('q_%d.h5' % k, d=a[k, 10:])\n"
        "with h5py.File(folder + 'grown.h5', 'w') as h:\n"
        "    h.create_dataset('top', data=a[:6, :10], maxshape=(None, 10, W))\n"
        "    h.create_dataset('low', data=a[:4, 10:], maxshape=(None, 13, W))\n"
        "    h.create_dataset('even', data=a[0::2], maxshape=(None, H, W))\n"
        "    h.create_dataset('odd', data=a[1:9:2], maxshape=(None, H, W))\n"
        "def select(shape, end, start, stride, count, block):\n"
        "    s = h5py.h5s.create_simple(shape, (end,) + shape[1:])\n"
        "    s.select_hyperslab(start, count, stride, block); return s\n"
        "frames = lambda y, h, all, step=1, first=0, count=U, block=1: select(\n"
        "    (1, all, W), U, (first, y, 0), (step, 1, 1), (count, 1, 1), (block, h, W))\n"
        "def put(h, name, parts, kind):\n"
        "    p = h5py.h5p.create(h5py.h5p.DATASET_CREATE); p.set_fill_value(np.array(77, kind))\n"
        "    for to, file, data, what in parts: p.set_virtual(to, file, data, what)\n"
        "    h5py.h5d.create(h.id, name, h5py.h5t.py_create(np.dtype(kind)),\n"
        "                    h5py.h5s.create_simple((1, H, W), (U, H, W)), p)\n"
        "plain = h5py.h5s.create_simple\n"
        "with new() as h:\n"
        "    for kind in ('u4', 'f8'):\n"
        "        k = kind.encode()\n"
        "        put(h, b'named' + k, [(frames(0, 10, H), b'p%b%%.h5', b'top%b', plain((1, 10, W))),\n"
        "                              (frames(10, 13, H), b'q_%b.h5', b'd', plain((13, W)))], kind)\n"
        "        put(h, b'grown' + k, [(frames(0, 10, H), b'grown.h5', b'top', frames(0, 10, 10)),\n"
        "                              (frames(10, 13, H), b'grown.h5', b'low', frames(0, 13, 13))], kind)\n"
        "        put(h, b'block' + k, [(frames(0, 10, H, 1, 0, 1, U), b'grown.h5', b'top', frames(0, 10, 10, 1, 0, 1, U)),\n"
        "                              (frames(10, 13, H, 1, 0, 1, U), b'grown.h5', b'low', frames(0, 13, 13))], kind)\n"
        "        put(h, b'woven' + k, [(frames(0, H, H, 2, 0), b'grown.h5', b'even', frames(0, H, H)),\n"
        "                              (frames(0, H, H, 2, 1), b'grown.h5', b'odd', frames(0, H, H))], kind)\n");
    static const struct endless {
        const char *name;
        int frames, there; // frames of which the lower half, or all, is there
        const char *said;
    } cases[] = {
        {"/named", 6, 3, "is missing, one of 3 files that are"},
        {"/grown", 6, 4, "low in grown.h5 than is there"},
        {"/block", 6, 4, "low in grown.h5 than is there"},
        {"/woven", 11, 9, "odd in grown.h5 than is there"},
    };
    for (size_t i = 0; i < 2 * (sizeof cases / sizeof *cases); i++) {
        const struct endless *endless = &cases[i / 2];
        const bool woven = strcmp(endless->name, "/woven") == 0;
        char name[32];
        snprintf(name, sizeof name, "%s%s", endless->name, i % 2 ? "f8" : "u4");
        struct image_file *file = open_part(path, name);
        assert_int_equal(file->frames, endless->frames);
        image_file_close(&file);
        for (int frame = 0; frame < endless->frames; frame++) {
            int8_t rows[HEIGHT];
            const bool lost = frame >= endless->there && (!woven || frame % 2 == 1);
            set_rows(rows, frame, woven ? 0 : 10, HEIGHT, lost ? LOST : frame);
            check_rows(path, name, frame, rows, endless->said);
        }
    }
}

// A frame that no source reaches is refused, with a sentence that ends so.
static void check_absent(const char *path, const char *name, int64_t frame, const char *said)
{
    uint64_t pixels[HEIGHT * WIDTH];
    uint8_t classes[HEIGHT * WIDTH] = {0};
    struct image_file *file = open_part(path, name);
    const struct frame_info info = info_of(file, frame);
    const struct decode_request request = {.frame = frame,
                                           .rect = {0, 0, info.width, info.height},
                                           .pixels = pixels,
                                           .stride = (size_t)info.width * sample_traits(info.type)->bytes,
                                           .classes = classes};
    struct decode_report report = {0};
    struct error error = {0};
    assert_int_equal(image_file_decode(file, &request, &report, &error), STATUS_BROKEN);
    assert_non_null(strstr(error.text, said));
    image_file_close(&file);
}

// A source of fixed length that was never written as far as that: libhdf5 refuses what lies beyond.
static void test_frames_beyond_a_source(void **state)
{
    (void)state;
    const char *path = temporary_path("beyond.h5");
    char arguments[5000];
    snprintf(arguments, sizeof arguments, "'%s'", path);
    python_run("h5py, numpy",
               "import sys, os, h5py, numpy as np\n"
               "path = sys.argv[1]; folder = os.path.dirname(path)\n"
               "with h5py.File(folder + '/begun.h5', 'w') as h:\n"
               "    h['d'] = np.ones((2, 23, 37), 'u2')\n"
               "layout = h5py.VirtualLayout((5, 23, 37), 'u2')\n"
               "layout[:] = h5py.VirtualSource('begun.h5', 'd', (5, 23, 37))\n"
               "with h5py.File(path, 'w', libver='latest') as h:\n"
               "    h.create_virtual_dataset('d', layout, fillvalue=0)\n",
               arguments);
    struct image_file *file = open_part(path, "/d");
    struct picture picture = decode_whole(file, 1);
    assert_int_equal(picture.report.lost_pixels, 0);
    picture_free(&picture);
    image_file_close(&file);
    check_absent(path, "/d", 2, "takes more of d in begun.h5 than is there");
    check_absent(path, "/d", 4, "takes more of d in begun.h5 than is there");
}

// --- Beside a file that is reached by a symbolic link ---

// Links and sources lie beside the file itself, which is in another folder than its name.
static void test_symbolic_link(void **state)
{
    (void)state;
    char real[4096], command[9000];
    const char *link = temporary_path("linked.h5");
    snprintf(real, sizeof real, "%s.d", link);
    assert_int_equal(mkdir(real, 0700), 0);
    snprintf(command, sizeof command, "%s/real.h5", real);
    python_run(modules,
               PREAMBLE "save('beside.h5', d=a[:4])\n"
                        "with new() as h:\n"
                        "    join(h, 'virtual', [(at[:], 'beside.h5', 'd', (4, H, W))], (4, H, W))\n"
                        "    h['link'] = h5py.ExternalLink('beside.h5', 'd')\n"
                        "    h['wrong'] = h5py.ExternalLink('beside.h5', 'no')\n"
                        "    h['gone'] = h5py.ExternalLink('gone.h5', 'd')\n",
               command);
    assert_int_equal(symlink(command, link), 0);
    static const char *const datasets[] = {"/virtual", "/link"};
    for (size_t i = 0; i < sizeof datasets / sizeof *datasets; i++) {
        struct image_file *file = open_part(link, datasets[i]);
        const struct frame_info info = info_of(file, 2);
        assert_null(strstr(info.note, "missing"));
        check_frame(file, 2, 2);
        image_file_close(&file);
    }
    struct image_file *file = open_part(link, "/link");
    struct text contents = {0};
    struct error error = {0};
    assert_int_equal(image_file_contents(file, NULL, &contents, &error), STATUS_OK);
    assert_non_null(strstr(text_string(&contents), "beside.h5 has no readable no"));
    assert_non_null(strstr(text_string(&contents), "gone.h5 is missing"));
    assert_null(strstr(text_string(&contents), "beside.h5 is missing"));
    text_free(&contents);
    image_file_close(&file);
}

// --- Damage ---

// libhdf5 does not free what it has read of a damaged file, which LeakSanitizer need not tell.
__attribute__((visibility("default"), used)) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:H5";
}

// Any file with some bytes changed opens, or is refused with a sentence.
static void test_changed_bytes(void **state)
{
    (void)state;
    const char *path =
        made("changed.h5",
             PREAMBLE "with new() as h:\n"
                      "    h['d'] = a[0, :4, :6]; h['e'] = a[1, :2, :6]\n"
                      "    join(h, 'v', [(at[0], '.', 'd', (4, 6)), (at[1, [0, 3]], '.', 'e', (2, 6)),\n"
                      "                  (at[2], 'gone.h5', 'd', (4, 6))], (3, 4, 6), 'f4')\n");
    size_t size;
    free(load_bytes(path, &size));
    check_damage(path, 997, size, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_joined),
        cmocka_unit_test(test_missing_files),
        cmocka_unit_test(test_unsupplied_pixels),
        cmocka_unit_test(test_overlap),
        cmocka_unit_test(test_without_end),
        cmocka_unit_test(test_frames_beyond_a_source),
        cmocka_unit_test(test_symbolic_link),
        cmocka_unit_test(test_changed_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
