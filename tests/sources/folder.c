// SPDX-License-Identifier: MIT
// Listings of folders with their series, recent names, and the jobs that find both.
#include "sources/browser.h"

#include "sources/file_name.h"
#include "support/pool.h"
#include "support/testdata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// A folder of its own for a test.
static char *make_folder(const char *name)
{
    char *path = must_copy(temporary_path(name));
    assert_int_equal(mkdir(path, 0700), 0);
    return path;
}

static void make_file(const char *folder, const char *name, size_t bytes)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (size_t i = 0; i < bytes; i++)
        fputc('x', file);
    fclose(file);
}

static void make_sub(const char *folder, const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static struct folder *read_folder(const char *path)
{
    struct folder *folder = NULL;
    struct error error = {0};
    assert_int_equal(folder_read(path, NULL, &folder, &error), STATUS_OK);
    return folder;
}

static void assert_entry(const struct folder *folder, size_t index, const char *name, enum folder_kind kind,
                         size_t members)
{
    assert_true(index < folder->count);
    assert_string_equal(folder->entries[index].name, name);
    assert_int_equal(folder->entries[index].kind, kind);
    assert_int_equal(folder->entries[index].members, members);
}

// --- numbers in names ---

static void assert_number(const char *name, const char *expected)
{
    size_t start, digits;
    assert_true(file_name_number(name, &start, &digits));
    assert_int_equal(digits, strlen(expected));
    assert_memory_equal(name + start, expected, digits);
}

static void assert_no_number(const char *name)
{
    size_t start, digits;
    assert_false(file_name_number(name, &start, &digits));
}

static void test_the_number_that_counts(void **state)
{
    (void)state;
    assert_number("img_0001.cbf", "0001");
    assert_number("img_0001.cbf.gz", "0001");
    assert_number("run2_img_17.tif", "17");
    assert_number("lyso_data_000012.h5", "000012"); // not the 5 of the ending
    assert_number("scan_3_dark.edf", "3");
    assert_number("mar.0042", "0042"); // the ending itself
    assert_number("42", "42");
    assert_no_number("image.h5");
    assert_no_number("lyso_12_master.h5");
    assert_no_number("lyso_12_MASTER.h5");
    assert_no_number("img_#1.cbf");
    assert_no_number("img_1*.cbf");
    assert_no_number("x_1234567890123456789.cbf"); // no number that could be counted with
    assert_no_number("");
}

// --- folders ---

static void test_order_and_kinds(void **state)
{
    (void)state;
    char *path = make_folder("order");
    make_file(path, "b10.edf", 10);
    make_file(path, "b9.edf", 9);
    make_file(path, "A.TIFF", 3);
    make_file(path, "notes.txt", 5);
    make_file(path, ".hidden.cbf", 1);
    make_sub(path, "run10");
    make_sub(path, "run9");
    make_sub(path, ".git");
    struct folder *folder = read_folder(path);
    assert_int_equal(folder->count, 6);
    assert_entry(folder, 0, "run9", FOLDER_FOLDER, 0);
    assert_entry(folder, 1, "run10", FOLDER_FOLDER, 0);
    assert_entry(folder, 2, "A.TIFF", FOLDER_IMAGE, 0);
    assert_entry(folder, 3, "b9.edf", FOLDER_IMAGE, 0); // two are no series
    assert_entry(folder, 4, "b10.edf", FOLDER_IMAGE, 0);
    assert_entry(folder, 5, "notes.txt", FOLDER_OTHER, 0);
    assert_int_equal(folder->entries[4].bytes, 10);
    assert_int_equal(folder->entries[0].bytes, 0);
    assert_int_equal(folder->images, 3);
    assert_int_equal(folder->others, 1);
    assert_int_equal(folder->path[0], '/');
    assert_true(folder->entries[2].modified > 1500000000);
    folder_destroy(&folder);
    assert_null(folder);
    free(path);
}

static void test_series_are_one_entry(void **state)
{
    (void)state;
    char *path = make_folder("series"), name[64];
    for (int i = 8; i <= 12; i++) {
        snprintf(name, sizeof name, "img_%04d.cbf", i);
        make_file(path, name, 100);
        snprintf(name, sizeof name, "img_%04d.txt", i); // between them in the order of names
        make_file(path, name, 1);
        snprintf(name, sizeof name, "scan_%d.tif.gz", i);
        make_file(path, name, 10);
    }
    make_file(path, "img_0020.cbf", 50); // a hole before it is no matter
    make_file(path, "img_0001.edf", 1);
    make_file(path, "lyso_1_master.tif", 1);
    make_file(path, "lyso_2_master.tif", 1);
    make_file(path, "lyso_3_master.tif", 1);
    struct folder *folder = read_folder(path);
    size_t at = 0;
    assert_entry(folder, at++, "img_0001.edf", FOLDER_IMAGE, 0);
    assert_entry(folder, at, "img_####.cbf", FOLDER_IMAGE, 6);
    const struct folder_entry *series = &folder->entries[at++];
    assert_int_equal(series->first, 8);
    assert_int_equal(series->last, 20);
    assert_int_equal(series->bytes, 550);
    assert_string_equal(folder->members[series->first_member].name, "img_0008.cbf");
    assert_string_equal(folder->members[series->first_member + 5].name, "img_0020.cbf");
    assert_int_equal(folder->members[series->first_member + 5].bytes, 50);
    at += 5; // the .txt files, which are no images and stay as they are
    assert_entry(folder, at++, "lyso_1_master.tif", FOLDER_IMAGE, 0);
    assert_entry(folder, at++, "lyso_2_master.tif", FOLDER_IMAGE, 0);
    assert_entry(folder, at++, "lyso_3_master.tif", FOLDER_IMAGE, 0);
    assert_entry(folder, at, "scan_#.tif.gz", FOLDER_IMAGE, 5); // numbers of one and of two digits
    series = &folder->entries[at++];
    assert_string_equal(folder->members[series->first_member].name, "scan_8.tif.gz");
    assert_string_equal(folder->members[series->first_member + 2].name, "scan_10.tif.gz");
    assert_int_equal(folder->count, at);
    assert_int_equal(folder->member_count, 11);
    folder_destroy(&folder);
    free(path);
}

// A number that a template does not stand for is left out of it.
static void test_mixed_zeros(void **state)
{
    (void)state;
    char *path = make_folder("zeros");
    make_file(path, "a1.cbf", 1);
    make_file(path, "a2.cbf", 1);
    make_file(path, "a3.cbf", 1);
    make_file(path, "a01.cbf", 1);
    make_file(path, "mar.0001", 1);
    make_file(path, "mar.0002", 1);
    make_file(path, "mar.0003", 1);
    struct folder *folder = read_folder(path);
    assert_int_equal(folder->count, 3);
    assert_entry(folder, 0, "a#.cbf", FOLDER_IMAGE, 3);
    assert_entry(folder, 1, "a01.cbf", FOLDER_IMAGE, 0);
    assert_entry(folder, 2, "mar.####", FOLDER_IMAGE, 3);
    folder_destroy(&folder);
    free(path);
}

static void test_folders_that_cannot_be_read(void **state)
{
    (void)state;
    struct folder *folder = NULL;
    struct error error = {0};
    assert_int_equal(folder_read("/nowhere/at/all", NULL, &folder, &error), STATUS_IO);
    assert_non_null(strstr(error.text, "/nowhere/at/all"));
    assert_null(folder);
    struct cancel cancel = {0};
    cancel_request(&cancel);
    assert_int_equal(folder_read("/", &cancel, &folder, &error), STATUS_CANCELLED);
    char *path = make_folder("empty");
    folder = read_folder(path);
    assert_int_equal(folder->count, 0);
    folder_destroy(&folder);
    free(path);
}

// --- rows ---

// Rows as text: names of entries and, behind a ">", of members.
static void assert_rows(const struct folder *folder, const struct folder_wish *wish, const char *expected)
{
    struct folder_rows rows;
    struct text text = {0};
    assert_int_equal(folder_find_rows(folder, wish, NULL, NULL, &rows), STATUS_OK);
    for (size_t i = 0; i < rows.count; i++)
        text_printf(&text, "%s%s ", rows.items[i].member ? ">" : "",
                    folder_row_entry(folder, rows.items[i])->name);
    assert_string_equal(text_string(&text), expected);
    assert_true(folder_wish_equal(&rows.wish, wish));
    folder_rows_free(&rows);
    text_free(&text);
}

static struct folder *make_listed(const char *name)
{
    char *path = make_folder(name);
    make_file(path, "dark.tif", 1);
    make_file(path, "img_1.cbf", 1);
    make_file(path, "img_2.cbf", 1);
    make_file(path, "img_3.cbf", 1);
    make_file(path, "notes.txt", 1);
    make_sub(path, "a");
    make_sub(path, "deep");
    struct folder *folder = read_folder(path);
    free(path);
    return folder;
}

static void test_rows_by_words_and_kind(void **state)
{
    (void)state;
    struct folder *folder = make_listed("rows");
    struct folder_wish wish = {0};
    assert_rows(folder, &wish, "a deep dark.tif img_#.cbf ");
    wish.others = true;
    assert_rows(folder, &wish, "a deep dark.tif img_#.cbf notes.txt ");
    strcpy(wish.words, " D t");
    assert_rows(folder, &wish, "dark.tif ");
    strcpy(wish.words, "img_2");
    assert_rows(folder, &wish, ">img_2.cbf "); // the series has another name
    strcpy(wish.words, "nothing");
    assert_rows(folder, &wish, "");
    folder_destroy(&folder);
}

static void test_members_of_series_that_are_open(void **state)
{
    (void)state;
    struct folder *folder = make_listed("open");
    struct folder_wish wish = {0}, before = {0};
    const size_t series = 3;
    folder_wish_toggle(&wish, 7, true); // another folder's would be of no harm
    folder_wish_toggle(&wish, series, true);
    folder_wish_toggle(&wish, series, true);
    assert_true(folder_wish_is_open(&wish, series));
    assert_false(folder_wish_is_open(&wish, 4));
    assert_int_equal(wish.open_count, 2);
    assert_rows(folder, &wish, "a deep dark.tif img_#.cbf >img_1.cbf >img_2.cbf >img_3.cbf ");
    folder_wish_copy(&before, &wish);
    folder_wish_toggle(&wish, series, false);
    folder_wish_toggle(&wish, series, false);
    assert_false(folder_wish_equal(&before, &wish));
    assert_rows(folder, &wish, "a deep dark.tif img_#.cbf ");
    folder_wish_free(&before);
    folder_wish_free(&wish);
    folder_destroy(&folder);
}

// Instead of a series there are its members, of which those are rows that have the words themselves.
static void test_members_in_the_place_of_series(void **state)
{
    (void)state;
    struct folder *folder = make_listed("single");
    struct folder_wish wish = {.others = true, .single = true};
    assert_rows(folder, &wish, "a deep dark.tif >img_1.cbf >img_2.cbf >img_3.cbf notes.txt ");
    snprintf(wish.words, sizeof wish.words, "2.cbf");
    assert_rows(folder, &wish, ">img_2.cbf ");
    snprintf(wish.words, sizeof wish.words, "#");
    assert_rows(folder, &wish, "");
    folder_destroy(&folder);
}

static void assert_home(const struct folder *folder, const char *words, const char *below, size_t expected)
{
    struct folder_wish wish = {0};
    struct folder_rows rows;
    char from[1024];
    snprintf(wish.words, sizeof wish.words, "%s", words);
    snprintf(from, sizeof from, "%s%s", folder->path, below);
    assert_int_equal(folder_find_rows(folder, &wish, from, NULL, &rows), STATUS_OK);
    assert_int_equal(rows.home, expected);
    folder_rows_free(&rows);
}

static void test_the_row_that_one_came_from(void **state)
{
    (void)state;
    struct folder *folder = make_listed("home");
    assert_home(folder, "", "/deep", 1);
    assert_home(folder, "deep", "/deep", 0);
    assert_home(folder, "a", "/deep", 0); // is not listed
    assert_home(folder, "", "/deep/er", 0);
    assert_home(folder, "", "deep", 0);
    assert_home(folder, "", "", 0);
    folder_destroy(&folder);
    struct folder *root = read_folder("/");
    struct folder_rows rows;
    assert_int_equal(folder_find_rows(root, &(struct folder_wish){0}, "/usr", NULL, &rows), STATUS_OK);
    assert_string_equal(folder_row_entry(root, rows.items[rows.home])->name, "usr");
    folder_rows_free(&rows);
    folder_destroy(&root);
}

static void test_rows_end_after_a_cancel(void **state)
{
    (void)state;
    struct folder *folder = make_listed("cancelled");
    struct cancel cancel = {0};
    struct folder_rows rows;
    cancel_request(&cancel);
    assert_int_equal(folder_find_rows(folder, &(struct folder_wish){0}, NULL, &cancel, &rows),
                     STATUS_CANCELLED);
    assert_int_equal(rows.count, 0);
    assert_null(rows.items);
    folder_destroy(&folder);
}

// Each sign once, as it is spelled; a folder lives as long as the last who holds it.
static void test_signs_and_holds(void **state)
{
    (void)state;
    char *path = make_folder("signs");
    make_file(path, "\xC3\xA4\xC3\xB6_1.cbf", 1);
    make_file(path, "\xC3\xA4_2.cbf", 1);
    make_file(path, "\xE5\x9B\x9E.txt", 1);
    struct folder *folder = read_folder(path);
    assert_string_equal(folder->signs, "\xC3\xA4\xC3\xB6\xE5\x9B\x9E");
    struct folder *again = folder_hold(folder);
    folder_destroy(&folder);
    assert_null(folder);
    assert_int_equal(again->count, 3);
    assert_string_equal(again->entries[2].name, "\xE5\x9B\x9E.txt");
    folder_destroy(&again);
    free(path);
}

// --- recent names ---

static void use_state_folder(const char *path)
{
    setenv("XDG_STATE_HOME", path, 1);
}

static void test_recent_names(void **state)
{
    (void)state;
    struct recent recent = {0};
    char name[32];
    recent_add(&recent, "/a");
    recent_add(&recent, "/b");
    recent_add(&recent, "/c");
    recent_add(&recent, "/a");
    assert_int_equal(recent.count, 3);
    assert_string_equal(recent.names[0], "/a");
    assert_string_equal(recent.names[1], "/c");
    assert_string_equal(recent.names[2], "/b");
    recent_add(&recent, "");
    recent_add(&recent, "two\nlines");
    assert_int_equal(recent.count, 3);
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "/%d", i);
        recent_add(&recent, name);
    }
    assert_int_equal(recent.count, RECENT_MAX);
    assert_string_equal(recent.names[0], "/99");
    assert_string_equal(recent.names[RECENT_MAX - 1], "/50");
    recent_add(&recent, "/50");
    assert_int_equal(recent.count, RECENT_MAX);
    assert_string_equal(recent.names[0], "/50");
    assert_string_equal(recent.names[RECENT_MAX - 1], "/51");
    recent_free(&recent);
}

static void test_recent_names_persist(void **state)
{
    (void)state;
    use_state_folder(temporary_path("not/there/yet"));
    struct recent recent = {0}, again = {0};
    recent_read(&recent);
    assert_int_equal(recent.count, 0);
    recent_add(&recent, "/data/\xE5\x9B\x9E\xE6\x8A\x98 1.h5::/entry/data");
    recent_add(&recent, "/data/img_####.cbf");
    struct error error = {0};
    assert_int_equal(recent_write(&recent, &error), STATUS_OK);
    recent_read(&again);
    assert_int_equal(again.count, 2);
    assert_string_equal(again.names[0], "/data/img_####.cbf");
    assert_string_equal(again.names[1], "/data/\xE5\x9B\x9E\xE6\x8A\x98 1.h5::/entry/data");
    // A place where nothing can be written is a status, nothing more.
    use_state_folder("/proc/none");
    assert_int_equal(recent_write(&recent, &error), STATUS_IO);
    recent_read(&again);
    assert_int_equal(again.count, 0);
    recent_free(&recent);
    recent_free(&again);
}

static void assert_name(const char *name, const char *expected)
{
    char *absolute = recent_name(name);
    assert_string_equal(absolute, expected);
    free(absolute);
}

static void test_names_for_any_working_directory(void **state)
{
    (void)state;
    char here[512], expected[640];
    assert_non_null(getcwd(here, sizeof here));
    assert_name("/a/b.cbf", "/a/b.cbf");
    assert_name("sim:100x100", "sim:100x100");
    assert_name("raw:x?width=3", "raw:x?width=3");
    snprintf(expected, sizeof expected, "%s/x.h5::/entry", here);
    assert_name("x.h5::/entry", expected);
    assert_name("./x.h5::/entry", expected);
    snprintf(expected, sizeof expected, "%s/sub/img_##.cbf", here);
    assert_name("sub/img_##.cbf", expected);
}

static void assert_together(const char *const *names, size_t count, const char *expected)
{
    char *name = recent_name_of(names, count);
    assert_string_equal(name, expected);
    free(name);
}

static void test_names_opened_together(void **state)
{
    (void)state;
    assert_null(recent_name_of(NULL, 0));
    assert_together((const char *[]){"/a/img_0001.cbf"}, 1, "/a/img_0001.cbf");
    assert_together((const char *[]){"/a/img_0001.cbf", "/a/img_0002.cbf"}, 2, "/a/img_####.cbf");
    assert_together((const char *[]){"/a/img_9.cbf", "/a/img_10.cbf"}, 2, "/a/img_#.cbf");
    assert_together((const char *[]){"/a/img_10.cbf", "/a/img_9.cbf"}, 2, "/a/img_#.cbf");
    // No series: the first.
    assert_together((const char *[]){"/a/img_1.cbf", "/b/img_2.cbf"}, 2, "/a/img_1.cbf");
    assert_together((const char *[]){"/a/img_1.cbf", "/a/img_2.tif"}, 2, "/a/img_1.cbf");
    assert_together((const char *[]){"/a/img_1.cbf", "/a/image_2.cbf"}, 2, "/a/img_1.cbf");
    assert_together((const char *[]){"/a/x.cbf", "/a/y.cbf"}, 2, "/a/x.cbf");
    assert_together((const char *[]){"sim:10x10", "sim:20x20"}, 2, "sim:10x10");
}

// --- jobs ---

// Waits until something was found.
static bool take(struct browser *browser, struct browser_results *results)
{
    while (!browser_take(browser, results)) {
        jobs_wait(test_jobs(), 1000);
        jobs_drain(test_jobs());
    }
    return true;
}

static void test_browser(void **state)
{
    (void)state;
    char *path = make_folder("browsed");
    make_file(path, "a.cbf", 4);
    use_state_folder(temporary_path("state"));
    struct browser *browser = browser_create(test_jobs());
    struct browser_results results = {0};
    assert_false(browser_take(browser, &results));
    const struct folder_wish all = {0};
    browser_read_folder(browser, path, &all, NULL);
    assert_true(take(browser, &results));
    assert_non_null(results.folder);
    assert_int_equal(results.folder->count, 1);
    assert_int_equal(results.rows->count, 1);
    browser_results_free(&results);
    browser_read_folder(browser, "/nowhere/at/all", &all, NULL);
    assert_true(take(browser, &results));
    assert_null(results.folder);
    assert_null(results.rows);
    assert_non_null(results.folder_error);
    browser_results_free(&results);
    browser_remember(browser, "/one");
    assert_true(take(browser, &results));
    assert_non_null(results.recent);
    assert_string_equal(results.recent->names[0], "/one");
    browser_results_free(&results);
    browser_read_contents(browser, "/nowhere/at/all.h5", -1);
    assert_true(take(browser, &results));
    assert_non_null(results.contents);
    assert_string_equal(results.contents->name, "/nowhere/at/all.h5");
    assert_null(results.contents->path);
    assert_int_equal(results.contents->error.status, STATUS_IO);
    browser_results_free(&results);
    // The last of many requests wins; what is not taken is freed.
    for (int i = 0; i < 50; i++)
        browser_read_folder(browser, i == 49 ? path : "/usr", &all, NULL);
    bool found = false;
    while (!found && take(browser, &results)) {
        found = results.folder && strstr(results.folder->path, "browsed");
        browser_results_free(&results);
    }
    assert_true(found);
    browser_remember(browser, "/two"); // written even if the program ends at once
    browser_destroy(&browser);
    struct recent recent = {0};
    do {
        recent_free(&recent);
        recent_read(&recent);
    } while (strcmp(recent.names[0], "/two") != 0);
    assert_string_equal(recent.names[1], "/one");
    recent_free(&recent);
    free(path);
}

// Rows of a folder are found by a job that has a hold of it; those of a folder that is not shown any more
// never come.
static void test_browser_finds_rows(void **state)
{
    (void)state;
    struct folder *folder = make_listed("found");
    struct folder_wish wish = {.words = "img"};
    struct browser *browser = browser_create(test_jobs());
    struct browser_results results = {0};
    struct folder *held = folder_hold(folder);
    browser_find_rows(browser, folder, &wish);
    folder_destroy(&folder);
    assert_true(take(browser, &results));
    assert_null(results.folder);
    assert_int_equal(results.rows->count, 1);
    assert_true(folder_wish_equal(&results.rows->wish, &wish));
    browser_results_free(&results);
    for (int i = 0; i < 50; i++) {
        wish.words[0] = (char)('a' + i % 26);
        browser_read_folder(browser, "/usr", &wish, NULL);
        browser_find_rows(browser, held, &wish);
        while (!results.folder) {
            browser_results_free(&results);
            assert_true(take(browser, &results));
        }
        assert_non_null(results.rows); // of the same folder
        for (size_t row = 0; row < results.rows->count; row++)
            assert_true(results.rows->items[row].entry < results.folder->count);
        browser_results_free(&results);
        jobs_drain(test_jobs());
        assert_false(browser_take(browser, &results));
    }
    browser_destroy(&browser);
    folder_destroy(&held);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_number_that_counts),
        cmocka_unit_test(test_order_and_kinds),
        cmocka_unit_test(test_series_are_one_entry),
        cmocka_unit_test(test_mixed_zeros),
        cmocka_unit_test(test_folders_that_cannot_be_read),
        cmocka_unit_test(test_rows_by_words_and_kind),
        cmocka_unit_test(test_members_of_series_that_are_open),
        cmocka_unit_test(test_members_in_the_place_of_series),
        cmocka_unit_test(test_the_row_that_one_came_from),
        cmocka_unit_test(test_rows_end_after_a_cancel),
        cmocka_unit_test(test_signs_and_holds),
        cmocka_unit_test(test_recent_names),
        cmocka_unit_test(test_recent_names_persist),
        cmocka_unit_test(test_names_for_any_working_directory),
        cmocka_unit_test(test_names_opened_together),
        cmocka_unit_test(test_browser),
        cmocka_unit_test(test_browser_finds_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
