// SPDX-License-Identifier: MIT
// Damaged HDF5 files, which libhdf5 often does not survive: each costs a worker at most, and is told in one
// sentence.
//
// Under the sanitizers the worker is instrumented too. What AddressSanitizer finds in it is looked through
// here: libhdf5 harms itself, but the code of this program must not. (Undefined behaviour of that ends the
// test by a signal.)
#include "formats/hdf5/hdf5_client.h"
#include "support/hdf5_file.h"
#include "support/malformed_files.h"
#include "support/reader_checks.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 20 };

// --- What workers report ---

static int standard_errors = -1;
static char reports[512];

// From now on what processes say goes to a file.
static int keep_reports(void **state)
{
    (void)state;
    snprintf(reports, sizeof reports, "%s", temporary_path("reports"));
    const int file = open(reports, O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);
    standard_errors = dup(STDERR_FILENO);
    return file < 0 || standard_errors < 0 || dup2(file, STDERR_FILENO) < 0 || close(file) != 0;
}

// Whether the function at that place of the worker's program is this program's: those of libhdf5 begin with
// "H5", and what is not known is the run time's.
static bool is_ours(const char *place)
{
    char command[700], function[256] = "";
    snprintf(command, sizeof command, "addr2line -f -e '%s' %s 2>/dev/null", FOVEA_WORKER_PROGRAM, place);
    FILE *lines = popen(command, "r");
    assert_non_null(lines);
    if (!fgets(function, sizeof function, lines))
        function[0] = '\0';
    pclose(lines);
    return function[0] && strncmp(function, "H5", 2) != 0 && strncmp(function, "??", 2) != 0;
}

// Fails where the innermost function of the worker's program in a report is this program's own.
static int look_through_reports(void **state)
{
    (void)state;
    char line[1000];
    bool wanted = false;
    int ours = 0;
    dup2(standard_errors, STDERR_FILENO);
    close(standard_errors);
    FILE *file = fopen(reports, "r");
    if (!file)
        return 1;
    while (fgets(line, sizeof line, file)) {
        wanted = wanted || strstr(line, "ERROR: AddressSanitizer");
        const char *place = strstr(line, "/fovea-hdf5+0x");
        if (!wanted || !place)
            continue;
        char address[32];
        snprintf(address, sizeof address, "%.*s", (int)strspn(strchr(place, '+') + 1, "0123456789abcdefx"),
                 strchr(place, '+') + 1);
        if (is_ours(address)) {
            print_message("%s is in code of this program: %s", address, line);
            ours++;
        }
        wanted = false;
    }
    fclose(file);
    return ours > 0;
}

// --- Damage ---

static void check_sentence(enum status status, const struct error *error, const char *path)
{
    if (status == STATUS_OK)
        return;
    const char *slash = strrchr(path, '/');
    if (strchr(error->text, '\n') || !strstr(error->text, slash ? slash + 1 : path))
        fail_msg("%s: said \"%s\"", path, error->text);
    // Damage is no fault of the system.
    assert_null(strstr(error->text, "cannot confine"));
    assert_null(strstr(error->text, "ended from outside"));
    assert_null(strstr(error->text, "no process can be started"));
}

// Everything a worker can be asked of a file.
static void use(const char *path)
{
    struct image_file *file = NULL;
    struct error error = {0};
    struct text words = {0};
    enum status status = image_file_open(path, CHANNEL_AUTO, &file, &error);
    check_sentence(status, &error, path);
    if (status == STATUS_OK)
        check_sentence(image_file_contents(file, NULL, &words, &error), &error, path);
    image_file_close(&file);
    text_free(&words);
    try_file(path); // pixels, header and detector of its frames
}

static void use_damaged(const char *seed, int turn)
{
    (void)turn;
    for (int round = 0; round < ROUNDS; round++)
        for (int kind = 0; kind < DAMAGE_KINDS; kind++)
            use(malformed_damage(seed, kind));
}

static void check_worker_lives(void)
{
    hid_t file = hdf5_create("sound.h5");
    hdf5_put_image(file, "/image");
    H5Fclose(file);
    struct image_file *sound = open_good(temporary_path("sound.h5"));
    struct picture picture = decode_whole(sound, 0);
    assert_int_equal(picture.report.lost_pixels, 0);
    picture_free(&picture);
    image_file_close(&sound);
}

static void damaged_files_cost_a_worker_at_most(void **state)
{
    (void)state;
    malformed_each_seed("hdf5", use_damaged);
    check_worker_lives();
}

static void use_if_hdf5(const char *path, int turn)
{
    static const char signature[] = "\x89HDF\r\n\x1A\n";
    char head[8] = "";
    (void)turn;
    FILE *file = fopen(path, "rb");
    const bool is_hdf5 =
        file && fread(head, 1, sizeof head, file) == sizeof head && memcmp(head, signature, sizeof head) == 0;
    if (file)
        fclose(file);
    if (is_hdf5)
        use(path);
}

static void real_damaged_files_cost_a_worker_at_most(void **state)
{
    (void)state;
    malformed_each_real(1, use_if_hdf5);
    check_worker_lives();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(damaged_files_cost_a_worker_at_most, keep_reports,
                                        look_through_reports),
        cmocka_unit_test_setup_teardown(real_damaged_files_cost_a_worker_at_most, keep_reports,
                                        look_through_reports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
