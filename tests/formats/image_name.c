// SPDX-License-Identifier: MIT
// The one grammar of names, taken apart and opened in the formats that have parts.
#include "formats/base/image_name.h"
#include "support/fits_maker.h"
#include "support/hdf5_file.h"
#include "support/reader_checks.h"

static void check_split(const char *name, const char *path, const char *selector)
{
    struct image_name split = image_name_split(name);
    if (strcmp(split.path, path) != 0 || strcmp(split.selector ? split.selector : "-", selector) != 0)
        fail_msg("%s is taken as %s and %s", name, split.path, split.selector ? split.selector : "-");
    image_name_free(&split);
}

static void names_are_taken_apart(void **state)
{
    (void)state;
    static const struct {
        const char *words, *selector; // behind the name of the file
    } cases[] = {
        {"", "-"},
        {"[2]", "2"},
        {"[SCI,2]", "SCI,2"},
        {"[/entry/d]", "/entry/d"},
        {"[/entry/d[3,:,:]]", "/entry/d[3,:,:]"},
        {"[:,:,*]", "[:,:,*]"},
        {"[3, :, :]", "[3, :, :]"},
        {"#phase", "#phase"},
        {"[3,:,:]#real", "[3,:,:]#real"},
        {"[2]#imag", "2#imag"},
        {"::2", "2"},
        {"::[:,:,*]#phase", "[:,:,*]#phase"},
        {"::/entry/d#phase", "/entry/d#phase"},
        {"::name[0,:,:]", "name[0,:,:]"},
    };
    char path[1024], name[1100];
    static const char *const files[] = {"plain", "odd", "odd[1]", "odd[1].tif", "odd#phase", "a::b"};
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        snprintf(path, sizeof path, "%s", save_bytes(files[f], "x", 1));
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            snprintf(name, sizeof name, "%s%s", path, cases[i].words);
            check_split(name, path, cases[i].selector);
        }
    }
    static const char *const none[] = {
        "missing.npy",  "missing.npy[2]", "missing.npy[:,:,*]#phase", "missing.npy#phase", "missing.h5::/d",
        "plain#phases", "plain[2"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        snprintf(name, sizeof name, "%s", temporary_path(none[i]));
        check_split(name, name, "-");
    }
}

// Opens the file with each of the words behind its name; all must show the same samples.
static void check_alike(const char *file_path, const char *const *words, int64_t frame, const void *samples)
{
    char path[1024], name[1200];
    snprintf(path, sizeof path, "%s", file_path);
    for (; *words; words++) {
        snprintf(name, sizeof name, "%s%s", path, *words);
        struct image_file *file = open_good(name);
        check_rectangles(file, frame, samples);
        image_file_close(&file);
    }
}

static const float complex_samples[8] = {3, 4, -5, 12, 0, -2, 8, 15};
static const float imaginary[4] = {4, 12, -2, 15}, second_row[2] = {2, 17};

static void npy(void **state)
{
    (void)state;
    char bytes[128 + sizeof complex_samples] = "\x93NUMPY\1";
    const int length = snprintf(bytes + 10, 119, "%-117s\n",
                                "{'descr': '<c8', 'fortran_order': False, 'shape': (2, 2, 1), }");
    bytes[8] = (char)length;
    memcpy(bytes + 128, complex_samples, sizeof complex_samples);
    static const char *const words[] = {"#imag", "::#imag", "[:,:,0]#imag", "::[:,:,0]#imag", NULL};
    const char *path = save_bytes("complex.npy", bytes, sizeof bytes);
    check_alike(path, words, 0, imaginary);
    static const char *const row[] = {"[1,:,:]", "::[1,:,:]", "[1,:,:]#amplitude", NULL};
    check_alike(path, row, 0, second_row);
}

static void nrrd(void **state)
{
    (void)state;
    static const char header[] =
        "NRRD0004\ntype: float\ndimension: 3\nsizes: 2 2 2\nkinds: complex domain domain\nendian: little\nencoding: raw\n\n";
    char bytes[sizeof header - 1 + sizeof complex_samples];
    memcpy(bytes, header, sizeof header - 1);
    memcpy(bytes + sizeof header - 1, complex_samples, sizeof complex_samples);
    // Its slices count the axis of the parts, too.
    static const char *const words[] = {"#imag", "::#imag", "[:,:,1]", "::[:,:,1]", NULL};
    check_alike(save_bytes("complex.nrrd", bytes, sizeof bytes), words, 0, imaginary);
}

static void hdf5(void **state)
{
    (void)state;
    static const hsize_t dims[3] = {2, 10, 12};
    static float samples[2][10][12][2], wanted[2][10][12], turned[10][2];
    for (int i = 0; i < 2 * 10 * 12; i++) {
        (&samples[0][0][0][0])[2 * i] = (float)i;
        (&samples[0][0][0][0])[2 * i + 1] = (&wanted[0][0][0])[i] = (float)(i * 3 % 101);
    }
    for (int y = 0; y < 10; y++)
        for (int f = 0; f < 2; f++)
            turned[y][f] = wanted[f][y][5];
    hid_t type = H5Tcreate(H5T_COMPOUND, 8);
    H5Tinsert(type, "r", 0, H5T_IEEE_F32LE);
    H5Tinsert(type, "i", 4, H5T_IEEE_F32LE);
    hid_t file = hdf5_create("complex.h5");
    hdf5_put_array(file, "/field", type, 3, dims, samples);
    H5Fclose(file);
    H5Tclose(type);
    static const char *const words[] = {
        "#imag",          "::#imag",      "::/field#imag",        "[/field]#imag",        "[*,:,:]#imag",
        "::[*,:,:]#imag", "::field#imag", "::/field[*,:,:]#imag", "[/field[*,:,:]]#imag", NULL};
    check_alike(temporary_path("complex.h5"), words, 1, wanted[1]);
    static const char *const others[] = {"[:,:,5]#imag", "::/field[:,:,5]#imag", NULL};
    float rows[2][10];
    for (int f = 0; f < 2; f++)
        for (int y = 0; y < 10; y++)
            rows[f][y] = turned[y][f];
    check_alike(temporary_path("complex.h5"), others, 0, rows);
}

static void npz(void **state)
{
    (void)state;
    static const char script[] = "import sys, numpy\n"
                                 "a = numpy.array([3 + 4j, -5 + 12j, -2j, 8 + 15j], 'c8').reshape(2, 2)\n"
                                 "numpy.savez(sys.argv[1], field=a, other=a * 2)\n";
    char arguments[600];
    snprintf(arguments, sizeof arguments, "'%s'", temporary_path("complex.npz"));
    python_run("numpy", script, arguments);
    static const char *const words[] = {"#imag",        "::#imag",           "[:,:]#imag", "::field#imag",
                                        "[field]#imag", "::field[:,:]#imag", NULL};
    check_alike(temporary_path("complex.npz"), words, 0, imaginary);
}

// FITS has names and numbers, and nothing complex.
static void fits(void **state)
{
    (void)state;
    struct fits_maker maker = {0};
    static const long long axes[] = {2, 2, 0};
    fits_empty_primary(&maker);
    fits_image_cards(&maker, false, 8, axes);
    fits_card(&maker, "EXTNAME = 'SCI     '");
    fits_end(&maker);
    text_append_bytes(&maker.bytes, "abcd", 4);
    fits_pad(&maker, '\0');
    const char *path = fits_maker_save(&maker, "names.fits", 0);
    static const char *const words[] = {"", "[1]", "::1", "[SCI]", "::SCI", "[SCI,1]", NULL};
    check_alike(path, words, 0, "abcd");
    char name[1100];
    static const char *const wrong[] = {"#phase", "[1]#phase", "[:,:]", "[2]"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(name, sizeof name, "%s%s", temporary_path("names.fits"), wrong[i]);
        check_refused(name, STATUS_UNSUPPORTED, "HDU");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_taken_apart),
        cmocka_unit_test(npy),
        cmocka_unit_test(nrrd),
        cmocka_unit_test(hdf5),
        cmocka_unit_test(npz),
        cmocka_unit_test(fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
