// SPDX-License-Identifier: MIT
// What names stand for: folders, patterns, templates, siblings and lists, against lists written out here.
#include "sources/series.h"

#include "base/text.h"
#include "sources/file_name.h"
#include "sources/source.h"
#include "support/testdata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[512]; // of the present test

static void write_file(const char *name, const char *content)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
}

// A new folder with these files, whose names are separated by blanks; a name with a slash at its end is a
// folder.
static void make_folder(const char *name, const char *files)
{
    char *copy = must_copy(files), *rest = NULL;
    snprintf(folder, sizeof folder, "%s", temporary_path(name));
    mkdir(folder, 0700);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        char path[1024];
        const size_t length = strlen(word);
        snprintf(path, sizeof path, "%s/%s", folder, word);
        if (word[length - 1] == '/')
            mkdir(path, 0700);
        else
            write_file(word, "x");
    }
    free(copy);
}

// Expands `name`, in which '@' alone at its begin is kept and "DIR" stands for the folder.
static char *in_folder(const char *name)
{
    struct text text = {0};
    const char *at = strstr(name, "DIR");
    if (at)
        text_append_bytes(&text, name, (size_t)(at - name));
    text_append(&text, at ? folder : name);
    text_append(&text, at ? at + 3 : "");
    return text.data;
}

// Checks the names found, without the folder and separated by blanks.
static void check(const char *name, bool siblings, const char *wanted, size_t start)
{
    struct series series = {0};
    struct error error = {0};
    struct text got = {0};
    char *path = in_folder(name);
    const char *names[] = {path};
    assert_int_equal(series_expand(names, 1, siblings, &series, &error), STATUS_OK);
    for (size_t i = 0; i < series.count; i++) {
        const char *found = strstr(series.names[i], folder);
        text_append_bytes(&got, series.names[i], found ? (size_t)(found - series.names[i]) : 0);
        text_printf(&got, "%s%s", found ? found + strlen(folder) + 1 : series.names[i],
                    i + 1 < series.count ? " " : "");
    }
    assert_string_equal(text_string(&got), wanted);
    assert_int_equal(series.start, start);
    text_free(&got);
    free(path);
    series_free(&series);
}

static void refuse(const char *name, enum status status, const char *word)
{
    struct series series = {0};
    struct error error = {0};
    char *path = in_folder(name);
    const char *names[] = {path};
    assert_int_equal(series_expand(names, 1, false, &series, &error), status);
    assert_non_null(strstr(error.text, word));
    free(path);
    series_free(&series);
}

static void folders(void **state)
{
    (void)state;
    make_folder(
        "folder",
        "b_10.cbf b_9.CBF b_1.cbf notes.txt geometry.poni a.edf mask.edf detector.msk .hidden.cbf sub/ sub.cbf/ x.0001 readme y.fits.gz dark.edf.bz2");
    check("DIR", false, "a.edf b_1.cbf b_9.CBF b_10.cbf dark.edf.bz2 x.0001 y.fits.gz", 0);
    make_folder("masks", "mask_1.edf mask_2.edf notes.txt");
    check("DIR", false, "mask_1.edf mask_2.edf", 0);
    make_folder("empty", "notes.txt");
    refuse("DIR", STATUS_NOT_MINE, "no file");
    make_folder("image.cbf", "one.cbf"); // a folder with the name of an image
    check("DIR", false, "one.cbf", 0);
}

static void names_that_differ_in_numbers(void **state)
{
    (void)state;
    assert_true(file_name_is_numbered_like("a/img_0007.cbf", "a/img_12.cbf"));
    assert_true(file_name_is_numbered_like("a.tif", "a.tif"));
    assert_true(file_name_is_numbered_like("run_1_0001.cbf", "run_2_0001.cbf"));
    assert_false(file_name_is_numbered_like("a.tif", "b.tif"));
    assert_false(file_name_is_numbered_like("a.tif", "a1.tif"));
    assert_false(file_name_is_numbered_like("a1", "a1b"));
    assert_false(file_name_is_numbered_like("a1b", "a1"));
    assert_false(file_name_is_numbered_like("a", "a1"));
}

// The image so many after a file; NULL: there is none, and the sentence has this word.
static void check_beside(const char *name, int step, const char *wanted, const char *word)
{
    struct series series = {0};
    struct error error = {0};
    char *path = in_folder(name);
    const enum status status = series_expand_beside(path, step, &series, &error);
    assert_int_equal(status, wanted ? STATUS_OK : STATUS_USAGE);
    if (wanted)
        assert_string_equal(series.names[series.start] + strlen(folder) + 1, wanted);
    else
        assert_non_null(strstr(error.text, word));
    free(path);
    series_free(&series);
}

static void the_image_beside_a_file(void **state)
{
    (void)state;
    make_folder("beside", "b_10.cbf b_9.cbf a.edf notes.txt z_mask.edf own.dat sub/");
    check_beside("DIR/b_9.cbf", 1, "b_10.cbf", NULL); // as people count
    check_beside("DIR/b_9.cbf", -1, "a.edf", NULL);
    check_beside("DIR/own.dat", -1, "b_10.cbf", NULL);    // by no ending an image, but shown
    check_beside("DIR/z_mask.edf", -1, "b_10.cbf", NULL); // masks are passed over, save the one that is shown
    check_beside("DIR/b_10.cbf", 1, NULL, "b_10.cbf is the last image of its folder");
    check_beside("DIR/a.edf", -1, NULL, "a.edf is the first image of its folder");
    check_beside("sim:20x20", 1, NULL, "no file");
    check_beside("DIR/b_9.cbf[0]", 1, NULL, "no file");
    check_beside("DIR", 1, NULL, "no file");
    struct series series = {0};
    char *path = in_folder("DIR/a.edf");
    assert_int_equal(series_expand_beside(path, 1, &series, NULL), STATUS_OK);
    assert_int_equal(series.count, 3);
    free(path);
    series_free(&series);
}

// With the HDF5 reader in the table; without it no file ends with an extension of a reader's.
static void masters_stand_for_their_data(void **state)
{
    (void)state;
    if (!file_name_is_image("x.h5"))
        skip();
    make_folder("eiger", "run_1_master.h5 run_1_data_000001.h5 run_1_data_000002.h5 run_2_data_000001.h5");
    check("DIR", false, "run_1_master.h5 run_2_data_000001.h5", 0);
}

static void patterns(void **state)
{
    (void)state;
    make_folder("glob", "img_1.cbf img_2.cbf img_10.cbf img_a.cbf other.cbf img_1.txt sub/");
    check("DIR/img_*.cbf", false, "img_1.cbf img_2.cbf img_10.cbf img_a.cbf", 0);
    check("DIR/img_?.cbf", false, "img_1.cbf img_2.cbf img_a.cbf", 0);
    check("DIR/img_[0-9].cbf", false, "img_1.cbf img_2.cbf", 0);
    check("DIR/img_[0-9]*.cbf", false, "img_1.cbf img_2.cbf img_10.cbf", 0);
    refuse("DIR/none_*.cbf", STATUS_IO, "no file");
    refuse("DIR/nowhere/*.cbf", STATUS_IO, "no file");
    // Folders by a pattern.
    write_file("sub/x.cbf", "x");
    check("DIR/s*/x.cbf", false, "sub/x.cbf", 0);
}

static void selectors_stay(void **state)
{
    (void)state;
    make_folder("selectors", "cube.fits a_1.h5 a_2.h5 odd[1].tif c_1.fits c_2.fits st*r.cbf");
    check("DIR/cube.fits[2]", false, "cube.fits[2]", 0);
    check("DIR/odd[1].tif", false, "odd[1].tif", 0);
    check("DIR/st*r.cbf", false, "st*r.cbf", 0);
    check("DIR/a_*.h5::/entry/data[3,:,:]", false, "a_1.h5::/entry/data[3,:,:] a_2.h5::/entry/data[3,:,:]",
          0);
    check("DIR/a_1.h5::/entry/data[3,:,:]", false, "a_1.h5::/entry/data[3,:,:]", 0);
    check("DIR/c_*.fits[2]", false, "c_1.fits[2] c_2.fits[2]", 0);
    // A slice has a star, and a part of complex numbers a sign of templates.
    check("DIR/a_1.h5[:,:,*]#phase", false, "a_1.h5[:,:,*]#phase", 0);
    check("DIR/a_1.h5#phase", false, "a_1.h5#phase", 0);
    check("DIR/a_*.h5[:,:,*]#phase", false, "a_1.h5[:,:,*]#phase a_2.h5[:,:,*]#phase", 0);
    check("DIR/a_*.h5#real", false, "a_1.h5#real a_2.h5#real", 0);
    check("DIR/a_#.h5#real", false, "a_1.h5#real a_2.h5#real", 0);
    check("DIR/missing.fits[2]", false, "missing.fits[2]", 0);
    check("sim:8x8,frames=3", false, "sim:8x8,frames=3", 0);
    check("sum:10:DIR/c_*.fits", false, "sum:10:c_*.fits", 0);
}

static void templates(void **state)
{
    (void)state;
    make_folder("template",
                "i_0001.cbf i_0002.cbf i_9999.cbf i_10000.cbf i_00001.cbf i_1.cbf i_x.cbf j_7.cbf j_08.cbf");
    check("DIR/i_####.cbf", false, "i_0001.cbf i_0002.cbf i_9999.cbf i_10000.cbf", 0);
    check("DIR/i_%04d.cbf", false, "i_0001.cbf i_0002.cbf i_9999.cbf i_10000.cbf", 0);
    check("DIR/i_%05d.cbf", false, "i_00001.cbf i_10000.cbf", 0);
    check("DIR/j_%d.cbf", false, "j_7.cbf", 0);
    check("DIR/j_##.cbf", false, "j_08.cbf", 0);
    check("DIR/none_####.cbf", false, "none_####.cbf", 0); // opening it says what is wrong
}

static void siblings(void **state)
{
    (void)state;
    make_folder(
        "siblings",
        "s_1_0001.cbf s_1_0002.cbf s_1_0010.cbf s_2_0001.cbf s_1_0002.edf d.0001 d.0002 alone.cbf q_8.edf q_9.edf q_10.edf");
    check("DIR/s_1_0002.cbf", true, "s_1_0001.cbf s_1_0002.cbf s_1_0010.cbf", 1);
    check("DIR/s_1_0002.cbf", false, "s_1_0002.cbf", 0);
    check("DIR/d.0002", true, "d.0001 d.0002", 1);
    check("DIR/alone.cbf", true, "alone.cbf", 0);
    check("DIR/q_10.edf", true, "q_8.edf q_9.edf q_10.edf", 2);
    check("DIR/s_1_0010.cbf::/x", true, "s_1_0001.cbf::/x s_1_0002.cbf::/x s_1_0010.cbf::/x", 2);
}

static void lists(void **state)
{
    (void)state;
    make_folder("lists", "a_1.cbf a_2.cbf a_10.cbf");
    char content[2048];
    snprintf(content, sizeof content,
             "# two names and a pattern\n  %s/zz.cbf \r\n\n%s/b.fits[3]\n%s/a_*.cbf\n", folder, folder,
             folder);
    write_file("list.txt", content);
    check("@DIR/list.txt", false, "zz.cbf b.fits[3] a_1.cbf a_2.cbf a_10.cbf", 0);
    write_file("none.txt", "# nothing\n\n");
    refuse("@DIR/none.txt", STATUS_NOT_MINE, "no image");
    refuse("@DIR/missing.txt", STATUS_IO, "missing.txt");
    write_file("@odd.cbf", "x");
    check("DIR/@odd.cbf", false, "@odd.cbf", 0);
    // A list within a list is a name like any other.
    snprintf(content, sizeof content, "@%s/list.txt\n", folder);
    write_file("nested.txt", content);
    check("@DIR/nested.txt", false, "@list.txt", 0);
    // No text.
    char path[1024];
    snprintf(path, sizeof path, "%s/binary.txt", folder);
    FILE *file = fopen(path, "wb");
    fwrite("a\0b", 1, 3, file);
    fclose(file);
    refuse("@DIR/binary.txt", STATUS_NOT_MINE, "no text");
}

static void several_names(void **state)
{
    (void)state;
    // As a shell writes them out.
    const char *shell[] = {"/x/i_1.cbf", "/x/i_10.cbf", "/x/i_2.cbf"};
    struct series series = {0};
    assert_int_equal(series_expand(shell, 3, false, &series, NULL), STATUS_OK);
    assert_int_equal(series.count, 3);
    assert_string_equal(series.names[1], "/x/i_2.cbf");
    assert_false(series.found[1]);
    series_free(&series);
    // Another order is meant so.
    const char *chosen[] = {"/x/i_2.cbf", "/x/i_10.cbf", "/x/i_1.cbf"};
    assert_int_equal(series_expand(chosen, 3, false, &series, NULL), STATUS_OK);
    assert_string_equal(series.names[0], "/x/i_2.cbf");
    assert_string_equal(series.names[2], "/x/i_1.cbf");
    series_free(&series);
    struct error error = {0};
    assert_int_equal(series_expand(NULL, 0, false, &series, &error), STATUS_USAGE);
}

// Thousands of names of files that do not even exist cost nothing.
static void many_names(void **state)
{
    (void)state;
    enum { MANY = 20000 };
    char **names = must_alloc(MANY * sizeof *names);
    for (int i = 0; i < MANY; i++) {
        char name[64];
        snprintf(name, sizeof name, "/nonexistent/i_%06d.cbf", i);
        names[i] = must_copy(name);
    }
    struct series series = {0};
    struct source *source = NULL;
    assert_int_equal(series_expand((const char *const *)names, MANY, false, &series, NULL), STATUS_OK);
    assert_int_equal(series.count, MANY);
    assert_int_equal(source_create_series(&series, CHANNEL_AUTO, &source, NULL), STATUS_OK);
    bool exact = true;
    assert_int_equal(source_frames_before(source, MANY, &exact), MANY);
    assert_false(exact);
    assert_int_equal(source_last(source).item, MANY - 1);
    source_destroy(&source);
    series_free(&series);
    for (int i = 0; i < MANY; i++)
        free(names[i]);
    free(names);
}

// Of many files that were not opened, a few tell the number of frames of all.
static void far_jumps_open_few_files(void **state)
{
    (void)state;
    enum { MANY = 3000, EACH = 4 };
    const char **names = must_alloc(MANY * sizeof *names);
    for (int i = 0; i < MANY; i++)
        names[i] = i == 2500 ? "/nonexistent/x.tif" : "sim:8x8,frames=4";
    struct source *source = NULL;
    assert_int_equal(source_create(names, MANY, CHANNEL_AUTO, &source, NULL), STATUS_OK);
    int64_t moved;
    const struct source_position at = source_step(source, (struct source_position){0, 0}, 8001, &moved);
    assert_int_equal(moved, 8001);
    assert_int_equal(at.item, 2000);
    assert_int_equal(at.frame, 1);
    int known = 0;
    for (size_t i = 0; i < MANY; i++)
        known += source_frames(source, i) > 0;
    assert_in_range(known, 1, 64);
    source_destroy(&source);
    free(names);
}

static void what_is_no_image_is_passed_over(void **state)
{
    (void)state;
    const char *const names[] = {"sim:8x8,frames=2", "sim:8x8,frames=1", "sim:8x8,frames=3"};
    struct source *source = NULL;
    assert_int_equal(source_create(names, 3, CHANNEL_AUTO, &source, NULL), STATUS_OK);
    for (size_t i = 0; i < 3; i++)
        source_set_frames(source, i, i == 0 ? 2 : i == 1 ? 1 : 3);
    source_pass_over(source, 1);
    int64_t moved;
    struct source_position at = source_step(source, (struct source_position){0, 1}, 1, &moved);
    assert_int_equal(moved, 1);
    assert_int_equal(at.item, 2);
    assert_int_equal(at.frame, 0);
    at = source_step(source, at, -1, &moved);
    assert_int_equal(at.item, 0);
    assert_int_equal(at.frame, 1);
    // From the item itself, both ways.
    at = source_step(source, (struct source_position){1, 0}, 1, &moved);
    assert_int_equal(at.item, 2);
    at = source_step(source, (struct source_position){1, 0}, -1, &moved);
    assert_int_equal(at.item, 0);
    assert_int_equal(at.frame, 1);
    bool exact = true;
    assert_int_equal(source_frames_before(source, 3, &exact), 5);
    assert_true(exact);
    source_pass_over(source, 0);
    source_pass_over(source, 2);
    source_step(source, (struct source_position){1, 0}, 1, &moved);
    assert_int_equal(moved, 0);
    source_destroy(&source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders),
        cmocka_unit_test(masters_stand_for_their_data),
        cmocka_unit_test(patterns),
        cmocka_unit_test(selectors_stay),
        cmocka_unit_test(templates),
        cmocka_unit_test(siblings),
        cmocka_unit_test(lists),
        cmocka_unit_test(several_names),
        cmocka_unit_test(names_that_differ_in_numbers),
        cmocka_unit_test(the_image_beside_a_file),
        cmocka_unit_test(many_names),
        cmocka_unit_test(far_jumps_open_few_files),
        cmocka_unit_test(what_is_no_image_is_passed_over),
    };
    return cmocka_run_group_tests_name("sources.series", tests, NULL, NULL);
}
