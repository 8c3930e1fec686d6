// SPDX-License-Identifier: MIT
// Masks in every format: read back by our own readers and by independent libraries, against real Fit2D masks,
// and what is left of an old file when writing fails.
#include "support/bytes.h"
#include "support/reader_checks.h"

#include "formats/writers/mask_file.h"
#include "formats/writers/mask_writer.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PIXEL_MASK "/entry/instrument/detector/pixel_mask"

static const int sizes[][2] = {{1, 1}, {31, 3}, {32, 65}, {33, 2}, {65, 130}, {200, 64}};
enum { SIZE_COUNT = sizeof sizes / sizeof *sizes };

// Random bits of all layers: none in some blocks, many in others.
static struct mask *random_mask(int64_t width, int64_t height)
{
    struct mask *mask = NULL;
    struct error error = {0};
    assert_int_equal(mask_create(width, height, &mask, &error), STATUS_OK);
    for (int64_t y = 0; y < height; y++)
        for (int64_t x = 0; x < width; x++) {
            const uint8_t bits = (uint8_t)random_next();
            if ((x / 64 + y / 64) % 3 != 2 && random_next() % 4 == 0)
                mask_write(mask, (struct rect){x, y, 1, 1}, &bits, 1, 0xFF);
        }
    return mask;
}

static const char *path_for(const char *format)
{
    static char name[64];
    snprintf(name, sizeof name, "mask.%s", format);
    return temporary_path(name);
}

static void save_good(const struct mask *mask, const struct mask_save *how)
{
    struct error error = {0};
    if (mask_save(mask, how, &error) != STATUS_OK)
        fail_msg("%s", error.text);
}

// What the file is opened by: a single pixel is no image that is found in HDF5, so its place is told.
static const char *name_for(const char *path, const struct mask *mask)
{
    static char name[1024];
    snprintf(name, sizeof name, "%s%s", path,
             mask->width * mask->height == 1 && strstr(path, ".h5") ? "::" PIXEL_MASK : "");
    return name;
}

// The masked pixels of a file are those of the mask with any of `bits`, or the others.
static void check_loads(const char *path, const struct mask *mask, uint8_t bits, bool inverted)
{
    struct mask *loaded = NULL;
    struct error error = {0};
    assert_int_equal(mask_create(mask->width, mask->height, &loaded, &error), STATUS_OK);
    if (mask_file_load(path, NULL, loaded, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    for (int64_t y = 0; y < mask->height; y++)
        for (int64_t x = 0; x < mask->width; x++) {
            const bool wanted = ((mask_at(mask, x, y) & bits) != 0) != inverted;
            if ((mask_at(loaded, x, y) == MASK_BIT(MASK_FILE)) != wanted)
                fail_msg("%s: (%lld, %lld) is %d", path, (long long)x, (long long)y, !wanted);
        }
    mask_destroy(&loaded);
}

// --- our own readers ---

static void test_round_trip(void **state)
{
    (void)state;
    for (const struct mask_format *format = mask_formats; format->name; format++)
        for (int i = 0; i < SIZE_COUNT; i++) {
            struct mask *mask = random_mask(sizes[i][0], sizes[i][1]);
            const uint8_t some = MASK_BIT(MASK_HOT) | MASK_BIT(MASK_USER_2);
            struct mask_save how = {.path = path_for(format->name)};
            save_good(mask, &how);
            check_loads(name_for(how.path, mask), mask, 0xFF, false);
            how.bits = some; // over the file that is there
            save_good(mask, &how);
            check_loads(name_for(how.path, mask), mask, some, false);
            how.inverted = true;
            save_good(mask, &how);
            check_loads(name_for(how.path, mask), mask, some, true);
            remove(how.path);
            mask_destroy(&mask);
        }
}

static void test_layers(void **state)
{
    (void)state;
    static const char *const formats[] = {"npy", "edf", "tif", "fits", "png"};
    struct error error = {0};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct mask *mask = random_mask(75, 66);
        const struct mask_save how = {.path = path_for(formats[i]), .layers = true};
        save_good(mask, &how);
        struct image_file *file = open_good(how.path);
        const struct frame_info info = info_of(file, 0);
        assert_int_equal(info.type, SAMPLE_U8);
        struct picture picture = decode_whole(file, 0);
        for (int64_t y = 0; y < 66; y++)
            for (int64_t x = 0; x < 75; x++)
                assert_int_equal(picture.pixels[(size_t)y * picture.stride + (size_t)x], mask_at(mask, x, y));
        picture_free(&picture);
        image_file_close(&file);
        mask_destroy(&mask);
    }
    struct mask *mask = random_mask(5, 5);
    for (int i = 0; i < 2; i++) {
        const char *format = i ? "msk" : "cbf";
        const struct mask_save how = {.path = path_for(format), .layers = true};
        assert_int_equal(mask_save(mask, &how, &error), STATUS_USAGE);
        assert_int_not_equal(access(how.path, F_OK), 0);
    }
    const struct mask_save both = {.path = path_for("npy"), .layers = true, .inverted = true};
    assert_int_equal(mask_save(mask, &both, &error), STATUS_USAGE);
    mask_destroy(&mask);
}

static struct mask *empty_like(const struct mask *mask)
{
    struct mask *made = NULL;
    struct error error = {0};
    assert_int_equal(mask_create(mask->width, mask->height, &made, &error), STATUS_OK);
    return made;
}

static void test_layers_come_back(void **state)
{
    (void)state;
    static const char *const formats[] = {"npy", "edf", "tif", "fits", "png", "h5"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct mask *mask = random_mask(75, 66), *loaded = random_mask(75, 66);
        struct error error = {0};
        const struct mask_save how = {.path = path_for(formats[i]), .layers = true};
        save_good(mask, &how);
        if (mask_file_load_layers(how.path, NULL, loaded, &error) != STATUS_OK)
            fail_msg("%s", error.text);
        for (int64_t y = 0; y < 66; y++)
            for (int64_t x = 0; x < 75; x++)
                assert_int_equal(mask_at(loaded, x, y), mask_at(mask, x, y));
        check_loads(how.path, mask, 0xFF, false);
        remove(how.path);
        mask_destroy(&mask);
        mask_destroy(&loaded);
    }
}

// What tells no layers, and another size.
static void test_layers_refused(void **state)
{
    (void)state;
    struct mask *mask = random_mask(20, 10), *other = random_mask(21, 10);
    struct error error = {0};
    save_good(mask, &(struct mask_save){.path = path_for("cbf")}); // 32 bits
    assert_int_equal(mask_file_load_layers(path_for("cbf"), NULL, mask, &error), STATUS_UNSUPPORTED);
    assert_non_null(strstr(error.text, "tells no layers"));
    save_good(mask, &(struct mask_save){.path = path_for("npy"), .layers = true});
    assert_int_equal(mask_file_load_layers(path_for("npy"), NULL, other, &error), STATUS_MISMATCH);
    assert_non_null(strstr(error.text, "20 x 10"));
    assert_non_null(strstr(error.text, "21 x 10"));
    mask_destroy(&mask);
    mask_destroy(&other);
}

// "valid:" turns the meaning round.
static void test_valid_is_one(void **state)
{
    (void)state;
    for (const struct mask_format *format = mask_formats; format->name; format++) {
        struct mask *mask = random_mask(65, 70);
        char name[1100];
        const struct mask_save how = {.path = path_for(format->name), .inverted = true};
        save_good(mask, &how);
        snprintf(name, sizeof name, "valid:%s", how.path);
        check_loads(name, mask, 0xFF, false);
        remove(how.path);
        mask_destroy(&mask);
    }
}

// A master file shows its images; as a mask its pixel mask is meant, of which only the lower half rejects.
static void test_pixel_mask_of_a_master(void **state)
{
    (void)state;
    enum { WIDTH = 40, HEIGHT = 30 };
    static const char script[] = "import sys, h5py, numpy\n"
                                 "f = h5py.File(sys.argv[1], 'w')\n"
                                 "f['entry/data/data'] = numpy.full((2, 30, 40), 7, 'u2')\n"
                                 "bits = numpy.zeros((30, 40), 'u4')\n"
                                 "bits[1, :9] = [1, 2, 16, 256, 1 << 31, 1 << 30, 17, 4, 0]\n"
                                 "f[sys.argv[2]] = bits\n";
    static const char *const places[] = {PIXEL_MASK, "/entry/instrument/detector/detectorSpecific/pixel_mask",
                                         "/elsewhere/pixel_mask_1"};
    static const uint8_t layers[] = {MASK_BIT(MASK_GAP),
                                     MASK_BIT(MASK_BAD),
                                     MASK_BIT(MASK_HOT),
                                     MASK_BIT(MASK_USER),
                                     0,
                                     0,
                                     MASK_BIT(MASK_GAP) | MASK_BIT(MASK_HOT),
                                     MASK_BIT(MASK_BAD),
                                     0};
    for (int i = 0; i < 3; i++) {
        char arguments[1200], name[1100];
        const char *path = path_for("h5");
        snprintf(arguments, sizeof arguments, "'%s' %s", path, places[i]);
        python_run("h5py, numpy", script, arguments);
        snprintf(name, sizeof name, "%s%s%s", path, i == 2 ? "::" : "", i == 2 ? places[i] : "");
        struct mask *mask = NULL, *flat = NULL;
        struct error error = {0};
        assert_int_equal(mask_create(WIDTH, HEIGHT, &mask, &error), STATUS_OK);
        flat = empty_like(mask);
        if (mask_file_load_layers(name, NULL, mask, &error) != STATUS_OK ||
            mask_file_load(name, NULL, flat, &error) != STATUS_OK)
            fail_msg("%s", error.text);
        for (int j = 0; j < WIDTH * HEIGHT; j++) {
            const uint8_t wanted = j / WIDTH == 1 && j % WIDTH < 9 ? layers[j % WIDTH] : 0;
            assert_int_equal(mask_at(mask, j % WIDTH, j / WIDTH), wanted);
            assert_int_equal(mask_at(flat, j % WIDTH, j / WIDTH), wanted ? MASK_BIT(MASK_FILE) : 0);
        }
        mask_destroy(&mask);
        mask_destroy(&flat);
        remove(path);
    }
}

// The bits of an NXmx mask come back as classes of the image that they belong to.
static void test_nexus_bits_come_back(void **state)
{
    (void)state;
    enum { WIDTH = 70, HEIGHT = 40 };
    python_run("h5py, numpy",
               "import sys, h5py, numpy\n"
               "with h5py.File(sys.argv[1], 'w') as f:\n"
               "    for path, name in (('entry', 'NXentry'), ('entry/instrument', 'NXinstrument'),\n"
               "                       ('entry/instrument/detector', 'NXdetector')):\n"
               "        f.create_group(path).attrs['NX_class'] = name\n"
               "    f['entry/instrument/detector/data'] = numpy.full((1, 40, 70), 7, 'u2')\n",
               path_for("h5"));
    static const struct {
        enum mask_layer layer, comes_back;
    } pairs[] = {{MASK_USER, MASK_FILE}, {MASK_FILE, MASK_FILE}, {MASK_GAP, MASK_GAP},
                 {MASK_BAD, MASK_BAD},   {MASK_HOT, MASK_HOT},   {MASK_USER_3, MASK_FILE}};
    struct mask *mask = NULL;
    struct error error = {0};
    assert_int_equal(mask_create(WIDTH, HEIGHT, &mask, &error), STATUS_OK);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        mask_mark(mask, (struct rect){(int64_t)(10 * i), 3, 1, 1}, (const uint8_t[]){1}, 1,
                  MASK_BIT(pairs[i].layer));
    const struct mask_save how = {.path = path_for("h5")};
    save_good(mask, &how);
    struct image_file *file = open_good(how.path);
    struct picture picture = decode_whole(file, 0);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        const bool marked = i / WIDTH == 3 && i % WIDTH % 10 == 0 && i % WIDTH / 10 < 6;
        assert_int_equal(picture.classes[i], marked ? MASK_BIT(pairs[i % WIDTH / 10].comes_back) : 0);
    }
    picture_free(&picture);
    image_file_close(&file);
    mask_destroy(&mask);
}

// --- independent libraries ---

static const char read_back[] =
    "import sys, numpy\n"
    "path, raw, width, height = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])\n"
    "want = numpy.fromfile(raw, 'u1').reshape(height, width)\n"
    "end = path.rsplit('.', 1)[1]\n"
    "if end == 'npy': got = numpy.load(path)\n"
    "elif end in ('edf', 'msk', 'cbf'):\n"
    "    import fabio; got = fabio.open(path).data\n"
    "elif end == 'tif':\n"
    "    got = __import__('tifffile').imread(path) if sys.argv[6] == 'tifffile' else "
    "__import__('fabio').open(path).data\n"
    "elif end == 'fits':\n"
    "    from astropy.io import fits; hdus = fits.open(path); hdus.verify('exception'); got = hdus[0].data\n"
    "elif end == 'png':\n"
    "    from PIL import Image; got = numpy.array(Image.open(path)); want = want * 255\n"
    "elif end == 'h5':\n"
    "    import h5py; got = h5py.File(path, 'r')[sys.argv[5]][()]; assert got.dtype == 'u4'; got = got != 0\n"
    "assert got.dtype.itemsize == (4 if end == 'cbf' else 1), got.dtype\n"
    "assert got.reshape(want.shape).shape == want.shape and (got.reshape(want.shape) == want).all(), path\n";

static void check_read_back(const char *format, const char *module, const char *dataset)
{
    if (!python_has(module))
        return;
    for (int i = 0; i < SIZE_COUNT; i++) {
        const int width = sizes[i][0], height = sizes[i][1];
        struct mask *mask = random_mask(width, height);
        const struct mask_save how = {.path = path_for(format), .dataset = dataset};
        save_good(mask, &how);
        uint8_t *raw = malloc((size_t)(width * height));
        for (int j = 0; j < width * height; j++)
            raw[j] = mask_at(mask, j % width, j / width) != 0;
        const char *raw_path = save_bytes("raw.bin", raw, (size_t)(width * height));
        char arguments[1200];
        snprintf(arguments, sizeof arguments, "'%s' '%s' %d %d '%s' '%s'", how.path, raw_path, width, height,
                 dataset ? dataset : PIXEL_MASK, module);
        python_run("numpy", read_back, arguments);
        remove(how.path);
        free(raw);
        mask_destroy(&mask);
    }
}

static void test_independent_libraries(void **state)
{
    (void)state;
    if (!python_has("numpy"))
        skip();
    check_read_back("npy", "numpy", NULL);
    check_read_back("edf", "fabio", NULL);
    check_read_back("msk", "fabio", NULL);
    check_read_back("cbf", "fabio", NULL);
    check_read_back("tif", "tifffile", NULL);
    check_read_back("tif", "fabio", NULL);
    check_read_back("fits", "astropy", NULL);
    check_read_back("png", "PIL", NULL);
    check_read_back("h5", "h5py", NULL);
    check_read_back("h5", "h5py", "/some/where/else");
    check_read_back("h5", "h5py", "/top");
}

static void test_hdf5_keeps_the_rest(void **state)
{
    (void)state;
    const char *path = path_for("h5");
    python_run("h5py, numpy",
               "import sys, h5py, numpy\n"
               "with h5py.File(sys.argv[1], 'w') as f:\n"
               "    f.attrs['about'] = 'the whole'\n"
               "    f['entry/data/data'] = numpy.arange(30000, dtype='f4').reshape(3, 100, 100)\n"
               "    f['entry/data/data'].attrs['units'] = 'counts'\n"
               "    f['entry/instrument/detector/pixel_mask'] = numpy.ones((7, 9), 'i8')\n"
               "    f['entry/instrument/detector/names'] = ['a', 'bc']\n"
               "    f['entry/link'] = h5py.SoftLink('/entry/data')\n"
               "    f['entry/other'] = h5py.ExternalLink('elsewhere.h5', '/x')\n",
               path);
    struct mask *mask = random_mask(50, 40);
    const struct mask_save how = {.path = path};
    save_good(mask, &how);
    save_good(mask, &how); // once more over its own
    python_run("h5py, numpy",
               "import sys, h5py, numpy\n"
               "f = h5py.File(sys.argv[1], 'r')\n"
               "assert f.attrs['about'] == 'the whole'\n"
               "data = f['entry/data/data']\n"
               "assert data.attrs['units'] == 'counts' and data.dtype == 'f4'\n"
               "assert (data[()] == numpy.arange(30000).reshape(3, 100, 100)).all()\n"
               "assert [v.decode() for v in f['entry/instrument/detector/names'][()]] == ['a', 'bc']\n"
               "assert f.get('entry/link', getlink=True).path == '/entry/data'\n"
               "assert f.get('entry/other', getlink=True).filename == 'elsewhere.h5'\n"
               "mask = f['entry/instrument/detector/pixel_mask']\n"
               "assert mask.shape == (40, 50) and mask.dtype == 'u4' and mask[()].any()\n"
               "assert sorted(f['entry']) == ['data', 'instrument', 'link', 'other']\n"
               "assert sorted(f['entry/instrument/detector']) == ['names', 'pixel_mask']\n",
               path);
    mask_destroy(&mask);
}

// --- Fit2D ---

// A real mask that is loaded and saved has the bytes it had.
static void check_real_msk(const char *below)
{
    char real[1024];
    const char *folder = testdata_folder();
    if (!folder)
        skip();
    snprintf(real, sizeof real, "%s/%s", folder, below);
    const char *plain = access(real, R_OK) == 0 ? unpacked_path(real) : NULL;
    if (!plain) {
        print_message("there is no %s\n", real);
        return;
    }
    struct image_file *file = open_good(plain);
    const struct frame_info info = info_of(file, 0);
    image_file_close(&file);
    struct mask *mask = NULL;
    struct error error = {0};
    assert_int_equal(mask_create(info.width, info.height, &mask, &error), STATUS_OK);
    if (mask_file_load(plain, NULL, mask, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    const struct mask_save how = {.path = path_for("msk")};
    save_good(mask, &how);
    size_t wanted_count, count;
    uint8_t *wanted = load_bytes(plain, &wanted_count), *got = load_bytes(how.path, &count);
    const size_t row = (size_t)((info.width + 31) / 32 * 4), payload = row * (size_t)info.height;
    assert_true(wanted_count >= 1024 + payload);
    assert_int_equal(count, 1024 + payload);
    assert_memory_equal(got, wanted, 24); // word, width and height
    // Bits beyond the width mean nothing.
    for (int64_t y = 0; y < info.height; y++) {
        uint8_t *line = wanted + 1024 + (size_t)y * row;
        for (size_t x = (size_t)info.width; x < 8 * row; x++)
            line[x / 8] &= (uint8_t) ~(1u << (x % 8));
    }
    assert_memory_equal(got + 1024, wanted + 1024, payload);
    free(got);
    free(wanted);
    mask_destroy(&mask);
}

static void test_real_fit2d_masks(void **state)
{
    (void)state;
    check_real_msk("fabio/mask/testimages/face.msk.gz");
    check_real_msk("fabio/mask/testimages/fit2d_click.msk");
    check_real_msk("saxs_int/mask/mask.msk");
    check_real_msk(
        "dawnsci/mask/uk.ac.diamond.scisoft.analysis.test/testfiles/gda/analysis/io/Fit2dLoaderTest/fit2d2.msk");
}

// --- failures ---

static void check_fails(const struct mask *mask, const struct mask_save *how, enum status status,
                        const char *word)
{
    struct error error = {0};
    assert_int_equal(mask_save(mask, how, &error), status);
    if (!strstr(error.text, word) || strchr(error.text, '\n'))
        fail_msg("\"%s\" does not say %s in one line", error.text, word);
}

static void test_names(void **state)
{
    (void)state;
    struct mask *mask = random_mask(10, 10);
    const char *odd = temporary_path("mask.xyz");
    check_fails(mask, &(struct mask_save){.path = odd}, STATUS_USAGE,
                "npy, edf, tif, fits, h5, msk, png, cbf");
    check_fails(mask, &(struct mask_save){.path = odd, .format = "jpeg"}, STATUS_USAGE, "npy");
    assert_int_not_equal(access(odd, F_OK), 0);
    save_good(mask, &(struct mask_save){.path = odd, .format = "edf"});
    check_loads(odd, mask, 0xFF, false);
    static const char *const others[] = {"m.TIFF", "m.fts", "m.nxs", "m.MSK", "m.hdf5", "m.Npy"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const char *path = temporary_path(others[i]);
        save_good(mask, &(struct mask_save){.path = path});
        check_loads(path, mask, 0xFF, false);
    }
    static const char *const datasets[] = {"", "relative", "/", "/group/"};
    for (size_t i = 0; i < sizeof datasets / sizeof *datasets; i++)
        check_fails(mask, &(struct mask_save){.path = path_for("h5"), .dataset = datasets[i]}, STATUS_USAGE,
                    "dataset");
    mask_destroy(&mask);
}

static int files_in_folder(const char *path)
{
    char folder[1024];
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    int count = 0;
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

static void test_unwritable(void **state)
{
    (void)state;
    struct mask *mask = random_mask(10, 10);
    for (const struct mask_format *format = mask_formats; format->name; format++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/m.%s", temporary_path("no such folder"), format->name);
        check_fails(mask, &(struct mask_save){.path = path}, STATUS_IO, path);
        snprintf(path, sizeof path, "/proc/self/m.%s", format->name); // nobody can write there
        check_fails(mask, &(struct mask_save){.path = path}, STATUS_IO, path);
        check_fails(mask, &(struct mask_save){.path = "/dev/full", .format = format->name}, STATUS_IO,
                    "/dev/full");
    }
    mask_destroy(&mask);
}

// A file that may not grow beyond some size stands for a full disk.
static void test_full_disk_keeps_the_old_file(void **state)
{
    (void)state;
    struct mask *small = random_mask(40, 40), *large = random_mask(3000, 3000);
    const struct rlimit tight = {2000, RLIM_INFINITY}, none = {RLIM_INFINITY, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    for (const struct mask_format *format = mask_formats; format->name; format++) {
        const struct mask_save how = {.path = path_for(format->name)};
        save_good(small, &how);
        size_t before_count, count;
        uint8_t *before = load_bytes(how.path, &before_count);
        const int files = files_in_folder(how.path);
        struct error error = {0};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
        const enum status status = mask_save(large, &how, &error);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
        if (status != STATUS_IO || !strstr(error.text, how.path) || strchr(error.text, '\n'))
            fail_msg("%s: %d \"%s\"", format->name, status, error.text);
        uint8_t *after = load_bytes(how.path, &count);
        assert_int_equal(count, before_count);
        assert_memory_equal(after, before, count);
        assert_int_equal(files_in_folder(how.path), files);
        free(before);
        free(after);
        remove(how.path);
    }
    mask_destroy(&small);
    mask_destroy(&large);
}

// write() is this program's own, also for libtiff: the cancel is requested within the call of a given number.
static struct {
    int calls, cancel_at; // 0: never
    struct cancel cancel;
} disk;

__attribute__((visibility("default"))) ssize_t write(int fd, const void *bytes, size_t count)
{
    if (++disk.calls == disk.cancel_at)
        cancel_request(&disk.cancel);
    return syscall(SYS_write, fd, bytes, count);
}

// Cancelled within the `at`th write, where there are so many; the old file stays as it is, and nothing beside
// it. Returns how many writes followed.
static int save_cancelled(const struct mask *mask, const char *path, int at)
{
    size_t before_count, count;
    uint8_t *before = load_bytes(path, &before_count);
    const int files = files_in_folder(path);
    const struct mask_save how = {.path = path, .cancel = &disk.cancel};
    struct error error = {0};
    disk.calls = 0;
    disk.cancel_at = at;
    disk.cancel = (struct cancel){0};
    if (at == 0)
        cancel_request(&disk.cancel);
    assert_int_equal(mask_save(mask, &how, &error), STATUS_CANCELLED);
    const int more = disk.calls - at;
    disk.cancel_at = 0;
    assert_non_null(strstr(error.text, "saving the mask was cancelled"));
    uint8_t *after = load_bytes(path, &count);
    assert_int_equal(count, before_count);
    assert_memory_equal(after, before, count);
    assert_int_equal(files_in_folder(path), files);
    free(before);
    free(after);
    return more;
}

static void test_a_cancelled_save_keeps_the_old_file(void **state)
{
    (void)state;
    struct mask *small = random_mask(40, 40), *large = random_mask(3000, 3000);
    for (const struct mask_format *format = mask_formats; format->name; format++) {
        const struct mask_save how = {.path = path_for(format->name)};
        save_good(small, &how);
        save_cancelled(large, how.path, 0);
        // The head of a file, and what a library still puts behind what was written.
        assert_in_range(save_cancelled(large, how.path, 1), 0, 4);
        remove(how.path);
    }
    mask_destroy(&small);
    mask_destroy(&large);
}

// What is in an HDF5 file already is copied in pieces.
static void test_copying_of_a_large_file_is_cancelled(void **state)
{
    (void)state;
    struct mask *mask = random_mask(40, 40);
    const char *path = path_for("h5");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(truncate(path, 20 << 20), 0);
    assert_int_equal(save_cancelled(mask, path, 2), 0);
    remove(path);
    mask_destroy(&mask);
}

// A file that only bears the name of HDF5 is not touched.
static void test_hdf5_over_something_else(void **state)
{
    (void)state;
    static const char words[] = "these are my notes";
    struct mask *mask = random_mask(10, 10);
    const struct mask_save how = {.path = save_bytes("mask.h5", words, sizeof words)};
    check_fails(mask, &how, STATUS_IO, how.path);
    size_t count;
    uint8_t *after = load_bytes(how.path, &count);
    assert_int_equal(count, sizeof words);
    assert_memory_equal(after, words, count);
    free(after);
    remove(how.path);
    // A dataset on the way to the dataset.
    save_good(mask, &(struct mask_save){.path = how.path, .dataset = "/a"});
    check_fails(mask, &(struct mask_save){.path = how.path, .dataset = "/a/b"}, STATUS_IO, "/a/b");
    check_loads(how.path, mask, 0xFF, false);
    mask_destroy(&mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_layers),
        cmocka_unit_test(test_layers_come_back),
        cmocka_unit_test(test_layers_refused),
        cmocka_unit_test(test_valid_is_one),
        cmocka_unit_test(test_pixel_mask_of_a_master),
        cmocka_unit_test(test_nexus_bits_come_back),
        cmocka_unit_test(test_independent_libraries),
        cmocka_unit_test(test_hdf5_keeps_the_rest),
        cmocka_unit_test(test_real_fit2d_masks),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_unwritable),
        cmocka_unit_test(test_full_disk_keeps_the_old_file),
        cmocka_unit_test(test_a_cancelled_save_keeps_the_old_file),
        cmocka_unit_test(test_copying_of_a_large_file_is_cancelled),
        cmocka_unit_test(test_hdf5_over_something_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
