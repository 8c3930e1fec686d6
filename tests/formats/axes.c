// SPDX-License-Identifier: MIT
// The rule of the axes, and what files of HDF5 and NumPy show by it, against numpy.
#include "support/reader_checks.h"

#include "formats/base/axes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Roles as letters: f frames, r rows, c columns, k colours, - fixed.
static void check_roles(const struct axes *axes, const char *expected)
{
    static const char letters[] = {[AXIS_FIXED] = '-',
                                   [AXIS_FRAMES] = 'f',
                                   [AXIS_ROWS] = 'r',
                                   [AXIS_COLUMNS] = 'c',
                                   [AXIS_COLOURS] = 'k'};
    char found[AXES_MAX + 1] = {0};
    for (int i = 0; i < axes->rank; i++) {
        found[i] = letters[axes->axis[i].role];
        assert_true(found[i] != 'r' || axes->rows == i);
        assert_true(found[i] != 'c' || axes->columns == i);
        assert_true(found[i] != 'k' || axes->colours == i);
    }
    assert_string_equal(found, expected);
}

static void the_file_or_the_shape_tells_the_axes(void **state)
{
    (void)state;
    static const struct {
        int rank;
        int64_t dims[5];
        enum axes_told told;
        const char *roles;
    } cases[] = {
        {0, {0}, AXES_UNTOLD, ""},
        {1, {7}, AXES_UNTOLD, "c"},
        {2, {500, 1}, AXES_UNTOLD, "rc"},
        {3, {5, 20, 30}, AXES_UNTOLD, "frc"},
        {4, {3, 1, 20, 30}, AXES_UNTOLD, "ffrc"},
        // A last axis of length 1.
        {3, {20, 30, 1}, AXES_UNTOLD, "rc-"},
        {4, {3, 20, 30, 1}, AXES_UNTOLD, "frc-"},
        {3, {6, 1, 1}, AXES_UNTOLD, "frc"},
        {3, {20, 30, 1}, AXES_IMAGE, "frc"},
        {3, {20, 30, 1}, AXES_NUMBERS, "rc-"},
        // Colours by the shape.
        {3, {20, 30, 3}, AXES_UNTOLD, "rck"},
        {4, {5, 20, 30, 4}, AXES_UNTOLD, "frck"},
        {3, {20, 30, 2}, AXES_UNTOLD, "frc"},
        {3, {20, 30, 5}, AXES_UNTOLD, "frc"},
        {3, {8, 30, 3}, AXES_UNTOLD, "frc"},
        {3, {20, 30, 3}, AXES_IMAGE, "frc"},
        {3, {20, 30, 3}, AXES_NUMBERS, "frc"},
        // Colours and frames as told, however small.
        {3, {1, 3, 3}, AXES_COLOURS_LAST, "rck"},
        {4, {2, 1, 3, 4}, AXES_COLOURS_LAST, "frck"},
        {3, {4, 3, 5}, AXES_COLOURS_MIDDLE, "rkc"},
        {3, {3, 4, 5}, AXES_COLOURS_FIRST, "krc"},
        {3, {48, 64, 5}, AXES_FRAMES_LAST, "rcf"},
        {3, {48, 64, 1}, AXES_FRAMES_LAST, "rcf"},
        {2, {3, 3}, AXES_COLOURS_LAST, "rc"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct axes axes;
        axes_choose(cases[i].dims, cases[i].rank, cases[i].told, &axes);
        check_roles(&axes, cases[i].roles);
    }
}

static void a_slice_tells_the_axes(void **state)
{
    (void)state;
    static const int64_t dims[4] = {3, 4, 5, 6};
    static const struct {
        const char *slice, *roles;
        int64_t frames;
    } good[] = {
        {":,:,:,:", "ffrc", 12},   {"1", "-frc", 4},
        {"*,2,:,:", "f-rc", 3},    {":,:,1,*", "rc-f", 6},
        {":,*,:,-1", "rfc-", 4},   {"*,:,*,:", "frfc", 15},
        {"0,1:3,*,2:", "-rfc", 5}, {" : , : ,*,*", "rcff", 30},
    };
    static const char *const bad[] = {"*,*,*,:",
                                      "0,0,0,:",
                                      "3,:,:",
                                      ":,:,:,:,:",
                                      "-4,:,:",
                                      "a,:,:",
                                      "2:2,:,:",
                                      "**,:,:",
                                      ":,:,:,",
                                      "1:*",
                                      "99999999999999999999,:,:"};
    struct axes axes;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t frames = 0;
        assert_true(axes_slice(dims, 4, good[i].slice, &axes));
        check_roles(&axes, good[i].roles);
        assert_true(axes_frames(&axes, 0, &frames));
        assert_int_equal(frames, good[i].frames);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (axes_slice(dims, 4, bad[i], &axes))
            fail_msg("%s", bad[i]);
}

// The last axis of frames is the fastest; the first one of a series has no end.
static void frames_are_counted_like_an_odometer(void **state)
{
    (void)state;
    static const int64_t dims[4] = {3, 4, 5, 6};
    struct axes axes;
    int64_t at[AXES_MAX];
    assert_true(axes_slice(dims, 4, "*,1:,1:,*", &axes));
    axes_first(&axes, 2 * 6 + 5, false, at);
    assert_int_equal(at[0], 2);
    assert_int_equal(at[1], 1);
    assert_int_equal(at[2], 1);
    assert_int_equal(at[3], 5);
    axes_first(&axes, 7 * 6 + 1, true, at);
    assert_int_equal(at[0], 7);
    assert_int_equal(at[3], 1);
    static const int64_t large[4] = {INT64_MAX / 2, 3, 1, 1};
    int64_t frames;
    axes_choose(large, 4, AXES_IMAGE, &axes);
    assert_false(axes_frames(&axes, 0, &frames));
    assert_true(axes_frames(&axes, 1, &frames));
    assert_int_equal(frames, 3);
}

// --- Files by numpy and h5py ---

enum { HEIGHT = 21, WIDTH = 30, COUNT = HEIGHT * WIDTH };

// Writes the arrays in every way that there is, and what each selection of them must show, computed by numpy:
// "NAME\tSELECTOR\tCHANNEL\tFRAME\tFRAMES\tROWS\tCOLUMNS" a line in one file, the samples, as float64, in
// another.
static const char script[] =
    "import sys, numpy as np\n"
    "folder = sys.argv[1]\n"
    "r = np.random.default_rng(5)\n"
    "A = {'cube': r.integers(0, 60000, (4, 21, 30)).astype('u2'), 'rgb': r.integers(0, 255, (21, 30, 3)).astype('u1'),\n"
    "     'rgba': r.random((2, 21, 30, 4)).astype('f4'), 'one': r.integers(0, 99, (3, 21, 30, 1)).astype('>i4'),\n"
    "     'c64': (r.normal(size=(2, 21, 30)) + 1j * r.normal(size=(2, 21, 30))).astype('c8'),\n"
    "     'c128': (r.normal(size=(21, 30, 3)) + 1j * r.normal(size=(21, 30, 3))).astype('>c16')}\n"
    "list, raw = open(folder + '/list', 'w'), open(folder + '/raw', 'wb')\n"
    "def put(name, selector, channel, frame, frames, a):\n"
    "    print(name, selector, channel, frame, frames, *a.shape, sep='\\t', file=list); raw.write(a.astype('<f8').tobytes())\n"
    "a = A['cube']\n"
    "put('cube', '', -1, 3, 4, a[3]); put('cube', '[*,:,:]', -1, 3, 4, a[3])\n"
    "a = A['rgb'].astype('i8'); y = (2126 * a[..., 0] + 7152 * a[..., 1] + 722 * a[..., 2] + 5000) // 10000\n"
    "put('rgb', '', -1, 0, 1, y); put('rgb', '', 2, 0, 1, a[..., 2]); put('rgb', '[:,:,*]', -1, 1, 3, a[..., 1])\n"
    "a = A['rgba'].astype('f8'); y = 0.2126 * a[..., 0] + 0.7152 * a[..., 1] + 0.0722 * a[..., 2]\n"
    "put('rgba', '', -1, 1, 2, y[1].astype('f4')); put('rgba', '', 3, 0, 2, a[0, ..., 3])\n"
    "put('rgba', '[*,:,:,2]', -1, 1, 2, a[1, ..., 2]); put('rgba', '[*,:,:,*]', -1, 6, 8, a[1, ..., 2])\n"
    "put('one', '', -1, 2, 3, A['one'][2, ..., 0]); put('one', '[:,:,:,0]', -1, 2, 3, A['one'][2, ..., 0])\n"
    "for name, slice, frame, frames in (('c64', '', 1, 2), ('c128', '[:,:,*]', 2, 3)):\n"
    "    a = A[name][1] if name == 'c64' else A[name][..., 2]\n"
    "    t = a.real.dtype; b = a.astype('c16')\n"
    "    parts = [np.hypot(b.real, b.imag).astype(t), np.arctan2(b.imag, b.real).astype(t), a.real, a.imag]\n"
    "    put(name, slice, -1, frame, frames, parts[0])\n"
    "    for i, part in enumerate(('amplitude', 'phase', 'real', 'imag')):\n"
    "        put(name, slice + '#' + part, -1, frame, frames, parts[i]); put(name, slice, i, frame, frames, parts[i])\n"
    "list.close(); raw.close()\n"
    "for order in 'CF':\n"
    "    B = {n: np.asarray(a, order=order) for n, a in A.items()}\n"
    "    np.savez(folder + '/stored' + order + '.npz', **B); np.savez_compressed(folder + '/packed' + order + '.npz', **B)\n"
    "    for n, a in B.items(): np.save(folder + '/' + n + order + '.npy', a)\n"
    "if len(sys.argv) > 2:\n"
    "    import h5py\n"
    "    for way, kw in (('plain', {}), ('chunks', dict(chunks=True, compression='gzip')), ('lzf', dict(chunks=True, compression='lzf'))):\n"
    "        with h5py.File(folder + '/' + way + '.h5', 'w') as h:\n"
    "            for n, a in A.items(): h.create_dataset(n, data=a, **kw)\n";

// One line of the list.
struct selection {
    char name[32], selector[64];
    int channel, frame, frames, rows, columns;
};

static bool selection_read(FILE *list, struct selection *selection)
{
    char line[256], *at = line, *words[7];
    if (!fgets(line, sizeof line, list))
        return false;
    line[strcspn(line, "\n")] = '\0';
    for (int i = 0; i < 7; i++)
        words[i] = strsep(&at, "\t");
    snprintf(selection->name, sizeof selection->name, "%s", words[0]);
    snprintf(selection->selector, sizeof selection->selector, "%s", words[1]);
    selection->channel = (int)strtol(words[2], NULL, 10);
    selection->frame = (int)strtol(words[3], NULL, 10);
    selection->frames = (int)strtol(words[4], NULL, 10);
    selection->rows = (int)strtol(words[5], NULL, 10);
    selection->columns = (int)strtol(words[6], NULL, 10);
    return true;
}

static void check_selection(const char *source, const struct selection *selection, const double *expected)
{
    struct image_file *file = NULL;
    struct error error = {0};
    if (image_file_open(source, selection->channel, &file, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    const struct frame_info info = info_of(file, selection->frame);
    if (info.width != selection->columns || info.height != selection->rows ||
        file->frames != selection->frames)
        fail_msg("%s: %d x %d, %d frames", source, (int)info.width, (int)info.height, (int)file->frames);
    struct picture picture = decode_whole(file, selection->frame);
    const size_t item = sample_traits(info.type)->bytes;
    for (size_t i = 0; i < (size_t)(selection->rows * selection->columns); i++) {
        const double found = sample_value(info.type, picture.pixels + i * item);
        if (found != expected[i])
            fail_msg("%s: sample %zu is %.17g, not %.17g", source, i, found, expected[i]);
    }
    picture_free(&picture);
    check_rectangles_agree(file, selection->frame);
    image_file_close(&file);
}

// Checks all selections; `pattern` is of the source, with the name of the array and the selector.
static void check_all(const char *folder, const char *pattern, bool by_file, int selections)
{
    char path[1024], source[1200];
    snprintf(path, sizeof path, "%s/list", folder);
    FILE *list = fopen(path, "r");
    snprintf(path, sizeof path, "%s/raw", folder);
    FILE *raw = fopen(path, "rb");
    assert_non_null(list);
    assert_non_null(raw);
    struct selection selection;
    int count = 0;
    for (; selection_read(list, &selection); count++) {
        double expected[COUNT];
        const size_t pixels = (size_t)(selection.rows * selection.columns);
        assert_in_range(pixels, 1, COUNT);
        assert_int_equal(fread(expected, sizeof *expected, pixels, raw), pixels);
        snprintf(source, sizeof source, "%s/%s%s::%s%s", folder, by_file ? selection.name : "", pattern,
                 by_file ? "" : selection.name, selection.selector);
        check_selection(source, &selection, expected);
        if (!by_file)
            continue;
        snprintf(source, sizeof source, "%s/%s%s%s", folder, selection.name, pattern, selection.selector);
        check_selection(source, &selection, expected);
    }
    assert_int_equal(count, selections);
    fclose(list);
    fclose(raw);
}

static const char *folder_of(const char *name)
{
    const char *path = temporary_path(name);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    return path;
}

static void numpy_selects_the_same(void **state)
{
    (void)state;
    skip_without_threads();
    static const char *const archives[] = {"storedC.npz", "storedF.npz", "packedC.npz", "packedF.npz"};
    char folder[1024];
    snprintf(folder, sizeof folder, "%s", folder_of("x"));
    python_run("numpy", script, folder);
    check_all(folder, "C.npy", true, 29);
    check_all(folder, "F.npy", true, 29);
    for (size_t i = 0; i < sizeof archives / sizeof *archives; i++)
        check_all(folder, archives[i], false, 29);
}

static void h5py_selects_the_same(void **state)
{
    (void)state;
    char folder[1024], arguments[1100];
    snprintf(folder, sizeof folder, "%s", folder_of("x"));
    snprintf(arguments, sizeof arguments, "'%s' h5py", folder);
    python_run("numpy, h5py", script, arguments);
    check_all(folder, "plain.h5", false, 29);
    check_all(folder, "chunks.h5", false, 29);
    check_all(folder, "lzf.h5", false, 29);
}

// The same for what tifffile writes: pages, colours in one plane and in several, complex numbers.
static const char tiff_script[] =
    "import sys, numpy as np, tifffile\n"
    "folder = sys.argv[1]\n"
    "r = np.random.default_rng(7)\n"
    "z = lambda *shape: r.normal(size=shape) + 1j * r.normal(size=shape)\n"
    "A = {'cube': r.integers(0, 60000, (4, 21, 30)).astype('u2'), 'rgb': r.integers(0, 255, (21, 30, 3)).astype('u1'),\n"
    "     'rgbf': r.random((21, 30, 3)).astype('f4'), 'planes': r.integers(0, 999, (3, 21, 30)).astype('i4'),\n"
    "     'films': r.integers(0, 255, (2, 21, 30, 3)).astype('u1'), 'c64': z(2, 21, 30).astype('c8'),\n"
    "     'c128': z(21, 30).astype('c16'), 'short': r.integers(-99, 99, (21, 30, 2)).astype('i2')}\n"
    "list, raw = open(folder + '/list', 'w'), open(folder + '/raw', 'wb')\n"
    "def put(name, selector, channel, frame, frames, a):\n"
    "    print(name, selector, channel, frame, frames, *a.shape, sep='\\t', file=list); raw.write(a.astype('<f8').tobytes())\n"
    "a = A['cube']\n"
    "put('cube', '', -1, 3, 4, a[3]); put('cube', '[*,:,:]', -1, 3, 4, a[3]); put('cube', '[2]', -1, 0, 1, a[2])\n"
    "put('cube', '[2,:,:]', -1, 0, 1, a[2]); put('cube', '[:,*,:]', -1, 7, 21, a[:, 7]); put('cube', '[:,:,*]', -1, 5, 30, a[:, :, 5])\n"
    "put('cube', '[1:3,:,4]', -1, 0, 1, a[1:3, :, 4]); put('cube', '[3,2:9,5:]', -1, 0, 1, a[3, 2:9, 5:])\n"
    "a = A['rgb'].astype('i8'); y = (2126 * a[..., 0] + 7152 * a[..., 1] + 722 * a[..., 2] + 5000) // 10000\n"
    "put('rgb', '', -1, 0, 1, y); put('rgb', '', 2, 0, 1, a[..., 2]); put('rgb', '[:,:,*]', -1, 1, 3, a[..., 1])\n"
    "put('rgb', '[5,:,:]', -1, 0, 1, a[5]); put('rgb', '[:,6,:]', -1, 0, 1, a[:, 6])\n"
    "a = A['rgbf'].astype('f8'); put('rgbf', '', -1, 0, 1, (0.2126 * a[..., 0] + 0.7152 * a[..., 1] + 0.0722 * a[..., 2]).astype('f4'))\n"
    "put('rgbf', '[:,:,*]', -1, 2, 3, a[..., 2])\n"
    "a = A['planes']; put('planes', '[*,:,:]', -1, 2, 3, a[2]); put('planes', '[:,4,:]', -1, 0, 1, a[:, 4])\n"
    "a = A['films']; put('films', '[1,:,:,*]', -1, 2, 3, a[1, ..., 2]); put('films', '[*,:,:,*]', -1, 4, 6, a[1, ..., 1])\n"
    "put('films', '[:,:,3,1]', -1, 0, 1, a[:, :, 3, 1]); put('films', '[:,2,3,:]', -1, 0, 1, a[:, 2, 3])\n"
    "def parts(name, selector, frame, frames, b, t):\n"
    "    b = b.astype('c16'); p = [np.hypot(b.real, b.imag).astype(t), np.arctan2(b.imag, b.real).astype(t), b.real, b.imag]\n"
    "    put(name, selector, -1, frame, frames, p[0])\n"
    "    for i, part in enumerate(('amplitude', 'phase', 'real', 'imag')):\n"
    "        put(name, selector + '#' + part, -1, frame, frames, p[i]); put(name, selector, i, frame, frames, p[i])\n"
    "parts('c64', '', 1, 2, A['c64'][1], 'f4'); parts('c64', '[:,:,4]', 0, 1, A['c64'][:, :, 4], 'f4'); parts('c128', '', 0, 1, A['c128'], 'f8')\n"
    "parts('short', '', 0, 1, A['short'][..., 0] + 1j * A['short'][..., 1], 'f4')\n"
    "list.close(); raw.close()\n"
    "ways = {'plain': {}, 'packed': dict(compression='zlib', rowsperstrip=5), 'tiled': dict(tile=(16, 16), compression='zlib'), 'whole': dict(rowsperstrip=21)}\n"
    "for n, a in A.items():\n"
    "    kw = dict(photometric='rgb') if n in ('rgb', 'rgbf', 'films', 'planes') else dict(photometric='minisblack')\n"
    "    if n == 'planes': kw['planarconfig'] = 'separate'\n"
    "    for way, more in ways.items():\n"
    "        for order in '<>':\n"
    "            if n == 'short': a = A[n].astype(order + 'i2').view(order + 'i4')[..., 0]\n"
    "            path = '%s/%s%s%s.tif' % (folder, n, way, 'big' if order == '>' else '')\n"
    "            tifffile.imwrite(path, a.astype(a.dtype.newbyteorder(order)), byteorder=order, metadata=None, **kw, **more)\n"
    "            if n == 'rgbf' and way == 'whole':\n" // no extra samples are told: colours
    "                with tifffile.TiffFile(path, mode='r+b') as f: f.pages[0].tags['PhotometricInterpretation'].overwrite(1)\n"
    "            if n == 'short':\n"
    "                with tifffile.TiffFile(path, mode='r+b') as f: f.pages[0].tags['SampleFormat'].overwrite(5)\n";

static void tifffile_selects_the_same(void **state)
{
    (void)state;
    static const char *const patterns[] = {"plain.tif",    "packed.tif",    "tiled.tif",    "whole.tif",
                                           "plainbig.tif", "packedbig.tif", "tiledbig.tif", "wholebig.tif"};
    char folder[1024];
    snprintf(folder, sizeof folder, "%s", folder_of("x"));
    python_run("numpy, tifffile", tiff_script, folder);
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        check_all(folder, patterns[i], true, 57);
    static const char *const slices[] = {"[*,:,:,*]", "[:,:,3,1]", "[1,5,:,:]"};
    for (size_t i = 0; i < sizeof slices / sizeof *slices; i++) {
        char name[1200];
        snprintf(name, sizeof name, "%s/filmspacked.tif%s", folder, slices[i]);
        check_threads(name);
    }
    char name[1200];
    snprintf(name, sizeof name, "%s/cubeplain.tif[:,:,:,:,:]", folder);
    check_refused(name, STATUS_USAGE, "which is 4 x 21 x 30");
    snprintf(name, sizeof name, "%s/cubeplain.tif#phase", folder);
    check_refused(name, STATUS_USAGE, "no complex numbers");
}

// 3 + 4i and its kin, written out by hand: the amplitudes are whole.
static void complex_samples_by_hand(void **state)
{
    (void)state;
    char bytes[128 + 4 * 8] = "\x93NUMPY\1";
    static const float samples[8] = {3, 4, -5, 12, 0, -2, 8, 15};
    static const struct {
        const char *selector;
        float expected[4];
    } cases[] = {
        {"", {5, 13, 2, 17}},
        {"::#amplitude", {5, 13, 2, 17}},
        {"::#real", {3, -5, 0, 8}},
        {"::#imag", {4, 12, -2, 15}},
        {"::#phase", {0.92729521F, 1.96558745F, -1.57079633F, 1.08083906F}},
    };
    const int length =
        snprintf(bytes + 10, 119, "%-117s\n", "{'descr': '<c8', 'fortran_order': False, 'shape': (2, 2), }");
    bytes[8] = (char)length;
    memcpy(bytes + 128, samples, sizeof samples);
    char name[4096];
    const char *path = save_bytes("complex.npy", bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(name, sizeof name, "%s%s", path, cases[i].selector);
        struct image_file *file = open_good(name);
        assert_int_equal(info_of(file, 0).type, SAMPLE_F32);
        check_rectangles(file, 0, cases[i].expected);
        image_file_close(&file);
    }
    struct image_file *file = open_good(path);
    assert_string_equal(info_of(file, 0).note, "amplitude of complex numbers");
    image_file_close(&file);
    struct error error = {0};
    assert_int_equal(image_file_open(path, 4, &file, &error), STATUS_UNSUPPORTED);
    assert_non_null(strstr(error.text, "1 (phase)"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_or_the_shape_tells_the_axes),
        cmocka_unit_test(a_slice_tells_the_axes),
        cmocka_unit_test(frames_are_counted_like_an_odometer),
        cmocka_unit_test(complex_samples_by_hand),
        cmocka_unit_test(numpy_selects_the_same),
        cmocka_unit_test(h5py_selects_the_same),
        cmocka_unit_test(tifffile_selects_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
