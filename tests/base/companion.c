// SPDX-License-Identifier: MIT
// Files of raw bytes count only where they really lie in the folder of the file that names them, or below.
#include "base/companion.h"

#include "base/file.h"
#include "support/testdata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 256 };

// A tree of files and links below a new folder:
//   out.raw                     outside
//   in/a.edf in/b.raw in/sub/c.raw
//   in/inner -> b.raw   in/outer -> ../out.raw   in/away -> ..   in/pipe (a FIFO)
//   linked/a.edf -> ../in/a.edf   linked/d.raw
struct tree {
    char root[PATH_ROOM];
};

static const char *at(const struct tree *tree, const char *name)
{
    static char path[2 * PATH_ROOM];
    snprintf(path, sizeof path, "%s/%s", tree->root, name);
    return path;
}

static int tree_create(void **state)
{
    static struct tree tree;
    static const char *const folders[] = {"in", "in/sub", "linked", "inside"};
    static const char *const files[] = {"out.raw",      "in/a.edf",     "in/b.raw",
                                        "in/sub/c.raw", "linked/d.raw", "inside/e.raw"};
    static const char *const links[][2] = {{"in/inner", "b.raw"},
                                           {"in/outer", "../out.raw"},
                                           {"in/away", ".."},
                                           {"in/around", "around"},
                                           {"linked/a.edf", "../in/a.edf"}};
    char made[] = "/tmp/fovea-companion-XXXXXX";
    assert_non_null(mkdtemp(made));
    char *real = realpath(made, NULL);
    snprintf(tree.root, sizeof tree.root, "%s", real);
    free(real);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        assert_int_equal(mkdir(at(&tree, folders[i]), 0700), 0);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        assert_int_equal(file_replace(at(&tree, files[i]), "x", 1, NULL), STATUS_OK);
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        assert_int_equal(symlink(links[i][1], at(&tree, links[i][0])), 0);
    *state = &tree;
    return 0;
}

static int tree_remove(void **state)
{
    const struct tree *tree = *state;
    char command[2 * PATH_ROOM];
    snprintf(command, sizeof command, "rm -r '%s'", tree->root);
    return system(command);
}

// NULL in `found`: refused with the status.
static void check(const struct tree *tree, const char *file, const char *name, enum status status,
                  const char *found)
{
    char path[2 * PATH_ROOM], *got = NULL;
    struct error error = {0};
    snprintf(path, sizeof path, "%s", at(tree, file));
    const enum status told = companion_find(path, name, &got, &error);
    if (told != status)
        fail_msg("%s names %s: status %d, %s", file, name, told, error.text);
    if (found)
        assert_string_equal(got, at(tree, found));
    else
        assert_true(strstr(error.text, path) && strstr(error.text, name) && !strchr(error.text, '\n'));
    if (status == STATUS_UNSUPPORTED)
        assert_non_null(strstr(error.text, "--trust-paths"));
    free(got);
}

static void only_what_lies_with_the_file_is_found(void **state)
{
    const struct tree *tree = *state;
    static const struct {
        const char *file, *name;
        enum status status;
        const char *found;
    } cases[] = {
        {"in/a.edf", "b.raw", STATUS_OK, "in/b.raw"},
        {"in/a.edf", "sub/c.raw", STATUS_OK, "in/sub/c.raw"},
        {"in/a.edf", "inner", STATUS_OK, "in/b.raw"},
        {"in/a.edf", "sub/../b.raw", STATUS_OK, "in/b.raw"}, // it does lie there
        {"linked/a.edf", "b.raw", STATUS_OK, "in/b.raw"},    // beside what the link leads to
        {"linked/a.edf", "d.raw", STATUS_OK, "linked/d.raw"},
        {"in/a.edf", "../out.raw", STATUS_UNSUPPORTED, NULL},
        {"in/a.edf", "sub/../../out.raw", STATUS_UNSUPPORTED, NULL},
        {"in/a.edf", "../inside/e.raw", STATUS_UNSUPPORTED, NULL}, // a folder whose name begins alike
        {"in/a.edf", "outer", STATUS_UNSUPPORTED, NULL},
        {"in/a.edf", "away/out.raw", STATUS_UNSUPPORTED, NULL},
        {"in/a.edf", "../none.raw", STATUS_UNSUPPORTED, NULL}, // it is not told that there is none
        {"in/a.edf", "/nowhere/none.raw", STATUS_UNSUPPORTED, NULL},
        {"in/a.edf", "/etc/passwd", STATUS_UNSUPPORTED, NULL},
        {"in/a.edf", "..", STATUS_UNSUPPORTED, NULL},
        {"in/a.edf", "none.raw", STATUS_IO, NULL},
        {"in/a.edf", "around", STATUS_IO, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(tree, cases[i].file, cases[i].name, cases[i].status, cases[i].found);
    char inside[2 * PATH_ROOM];
    snprintf(inside, sizeof inside, "%s", at(tree, "in/b.raw"));
    check(tree, "in/a.edf", inside, STATUS_OK, "in/b.raw");
}

// The naming file has no folder in its name.
static void the_working_folder_is_a_folder(void **state)
{
    const struct tree *tree = *state;
    char *before = getcwd(NULL, 0), *found = NULL;
    assert_int_equal(chdir(at(tree, "in")), 0);
    assert_int_equal(companion_find("a.edf", "b.raw", &found, NULL), STATUS_OK);
    assert_string_equal(found, at(tree, "in/b.raw"));
    free(found);
    assert_int_equal(companion_find("a.edf", "../out.raw", &found, NULL), STATUS_UNSUPPORTED);
    assert_int_equal(chdir(before), 0);
    free(before);
}

static void trust_lets_files_be_anywhere(void **state)
{
    const struct tree *tree = *state;
    assert_false(companion_trusted());
    companion_trust();
    assert_true(companion_trusted());
    assert_string_equal(getenv("FOVEA_TRUST_PATHS"), "1");
    check(tree, "in/a.edf", "../out.raw", STATUS_OK, "out.raw");
    check(tree, "in/a.edf", "outer", STATUS_OK, "out.raw");
    check(tree, "in/a.edf", "../none.raw", STATUS_IO, NULL);
    assert_int_equal(unsetenv("FOVEA_TRUST_PATHS"), 0);
}

int main(void)
{
    unsetenv("FOVEA_TRUST_PATHS");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_lies_with_the_file_is_found),
        cmocka_unit_test(the_working_folder_is_a_folder),
        cmocka_unit_test(trust_lets_files_be_anywhere),
    };
    return cmocka_run_group_tests(tests, tree_create, tree_remove);
}
