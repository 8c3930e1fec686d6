// SPDX-License-Identifier: MIT
// Processes that libhdf5 works in: when there are any, what they may do, and what becomes of a file when one
// of them ends. Messages are counted by the linker's --wrap.
#include "formats/base/readers_list.h"
#include "formats/hdf5/hdf5_client.h"
#include "formats/hdf5/hdf5_files.h"
#include "support/hdf5_file.h"
#include "support/malformed_files.h"
#include "support/reader_checks.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WIDTH = 7, HEIGHT = 5, MOST = 16, ROUNDS = 60 };

// --- When there are any ---

// Whether this process has children, running or ended.
static bool has_children(void)
{
    siginfo_t info = {0};
    const bool none = waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD;
    return !none;
}

static void use_without_children(const char *path, int turn)
{
    (void)turn;
    try_file(path);
    if (has_children())
        fail_msg("%s starts a process", path);
}

static void only_hdf5_files_start_a_worker(void **state)
{
    (void)state;
    static const char *const folders[] = {
#define FOLDER(name) #name,
        READERS(FOLDER)
#undef FOLDER
    };
    hdf5_client_end_idle();
    assert_false(has_children());
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (strcmp(folders[i], hdf5_reader.name) != 0)
            malformed_each_seed(folders[i], use_without_children);
    hid_t file = hdf5_create("image.h5");
    hdf5_put_image(file, "/image");
    H5Fclose(file);
    try_file(temporary_path("image.h5"));
    assert_true(has_children());
    hdf5_client_end_idle();
    assert_false(has_children());
}

// --- What they may do ---

// The hard limit of the process, by its name in /proc; -1: none.
static long long limit_of(pid_t pid, const char *name)
{
    char path[64], line[256];
    long long hard = -2;
    snprintf(path, sizeof path, "/proc/%ld/limits", (long)pid);
    FILE *limits = fopen(path, "r");
    assert_non_null(limits);
    while (fgets(line, sizeof line, limits)) {
        char soft_text[32], hard_text[32];
        if (strncmp(line, name, strlen(name)) == 0 &&
            sscanf(line + strlen(name), "%31s %31s", soft_text, hard_text) == 2)
            hard = strcmp(hard_text, "unlimited") == 0 ? -1 : atoll(hard_text);
    }
    fclose(limits);
    return hard;
}

static int open_files(pid_t pid)
{
    char path[64];
    int count = 0;
    snprintf(path, sizeof path, "/proc/%ld/fd", (long)pid);
    DIR *files = opendir(path);
    assert_non_null(files);
    for (const struct dirent *file = readdir(files); file; file = readdir(files))
        count += file->d_name[0] != '.';
    closedir(files);
    return count;
}

// The only worker there is.
static pid_t only_worker(void)
{
    pid_t pids[MOST];
    assert_int_equal(hdf5_client_list(pids, MOST), 1);
    return pids[0];
}

static const char *write_image(const char *name)
{
    hid_t file = hdf5_create(name);
    hdf5_put_image(file, "/image");
    H5Fclose(file);
    return temporary_path(name);
}

static void a_worker_has_nothing_but_what_it_is_given(void **state)
{
    (void)state;
    const char *path = write_image("image.h5");
    hdf5_client_end_idle();
    const int inherited = open("/dev/null", O_RDONLY); // as a library may leave it
    struct image_file *file = open_good(path);
    const pid_t pid = only_worker();
    assert_int_equal(limit_of(pid, "Max core file size"), 0);
    assert_int_equal(limit_of(pid, "Max file size"), INT64_C(8) << 30);
#ifndef FOVEA_SANITIZED // those reserve more address space than that
    assert_int_equal(limit_of(pid, "Max address space"), INT64_C(8) << 30);
#endif
    assert_int_equal(open_files(pid), 4); // the socket, /dev/null twice, and the file
    image_file_close(&file);
    close(inherited);
}

// Whatever takes a worker over can neither open, connect, start nor harm anything.
static void a_worker_is_confined(void **state)
{
    (void)state;
    const char *path = write_image("image.h5");
    const struct hdf5_question question = {.task = HDF5_TASK_TRESPASS, .path = path};
    struct hdf5_files *files = hdf5_files_create(path, NULL);
    struct hdf5_answer answer = {.fd = HDF5_NO_FD};
    int64_t number = hdf5_client_number();
    assert_int_equal(hdf5_client_ask(&number, &question, files, &answer, NULL), STATUS_OK);
    char *told = message_get_name(&answer.facts);
#ifndef FOVEA_SANITIZED // whose reports need some of it
    assert_null(strstr(told, "done"));
    hdf5_check_line(told, "open a file\trefused");
    hdf5_check_line(told, "kill the viewer\trefused");
#endif
    hdf5_check_line(told, "open a socket\trefused");
    hdf5_check_line(told, "connect here\trefused");
    hdf5_check_line(told, "start a process\trefused");
    hdf5_check_line(told, "execute\trefused");
    hdf5_check_line(told, "trace the viewer\trefused");
    hdf5_check_line(told, "run made code\trefused");
    hdf5_check_line(told, "remove a file\trefused");
    free(told);
    hdf5_answer_free(&answer);
    hdf5_files_destroy(files);
    hdf5_client_leave(number);
}

static void fill_row(void *context, int64_t index, void *out)
{
    (void)context;
    memset(out, (int)index, WIDTH * sizeof(uint32_t));
}

static void a_worker_that_writes_has_the_draft_alone(void **state)
{
    (void)state;
    enum { OLD_BYTES = 100 * 1000, SLACK = 64 << 20 };
    hid_t file = hdf5_create("old.h5");
    const hsize_t dims[2] = {100, 1000};
    uint8_t *zeros = calloc(1, OLD_BYTES);
    hdf5_put_array(file, "/data", H5T_STD_U8LE, 2, dims, zeros);
    free(zeros);
    H5Fclose(file);
    hdf5_client_end_idle();
    const struct hdf5_supply supply = {.bytes = WIDTH * sizeof(uint32_t), .count = HEIGHT, .fill = fill_row};
    const struct hdf5_question question = {.task = HDF5_TASK_MASK,
                                           .box = {.width = WIDTH, .height = HEIGHT},
                                           .exists = true,
                                           .path = temporary_path("old.h5"),
                                           .name = "/mask",
                                           .supply = &supply};
    struct hdf5_files *files = hdf5_files_create(question.path, NULL);
    struct hdf5_answer answer = {.fd = HDF5_NO_FD};
    int64_t number = hdf5_client_number();
    // No draft is allowed, so there is none.
    assert_int_equal(hdf5_client_ask(&number, &question, files, &answer, NULL), STATUS_IO);
    hdf5_answer_free(&answer);
    const int fd = open(question.path, O_RDWR);
    hdf5_files_allow_draft(files, question.path, fd);
    assert_int_equal(hdf5_client_ask(&number, &question, files, &answer, NULL), STATUS_OK);
    hdf5_answer_free(&answer);
    const long long most = limit_of(only_worker(), "Max file size");
    assert_true(most > OLD_BYTES + SLACK && most < OLD_BYTES + SLACK + 100 * 1000);
    hdf5_client_end(&number);
    hdf5_files_destroy(files);
    close(fd);
    file = hdf5_open(temporary_path("old.h5"));
    hid_t mask = H5Dopen2(file, "/mask", H5P_DEFAULT);
    uint32_t rows[HEIGHT][WIDTH];
    assert_true(H5Dread(mask, H5T_NATIVE_UINT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows) >= 0);
    for (int y = 0; y < HEIGHT; y++)
        assert_int_equal(rows[y][WIDTH - 1], 0x01010101u * (unsigned)y);
    H5Dclose(mask);
    H5Fclose(file);
}

// --- Workers that end ---

// Two series of chunks that libhdf5 alone cannot be asked about twice in vain: each frame is its own chunk.
static const char *write_series(const char *name)
{
    enum { FRAMES = 200, SIDE = 16 };
    const hsize_t dims[3] = {FRAMES, SIDE, SIDE}, chunk[3] = {1, SIDE, SIDE};
    hid_t file = hdf5_create(name), space = H5Screate_simple(3, dims, NULL);
    hid_t how = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(how, 3, chunk);
    H5Pset_deflate(how, 1);
    hid_t dataset = H5Dcreate2(file, "/data", H5T_STD_U16LE, space, H5P_DEFAULT, how, H5P_DEFAULT);
    uint16_t *samples = malloc(FRAMES * SIDE * SIDE * sizeof *samples);
    for (int i = 0; i < FRAMES * SIDE * SIDE; i++)
        samples[i] = (uint16_t)(i / (SIDE * SIDE));
    assert_true(H5Dwrite(dataset, H5T_NATIVE_UINT16, H5S_ALL, H5S_ALL, H5P_DEFAULT, samples) >= 0);
    free(samples);
    H5Dclose(dataset);
    H5Pclose(how);
    H5Sclose(space);
    H5Fclose(file);
    return temporary_path(name);
}

// Opens the file, shows frames and tells its words; the sentence of the first failure.
static enum status use(const char *path, struct error *error)
{
    struct image_file *file = NULL;
    uint16_t pixels[16 * 16];
    uint8_t classes[16 * 16];
    enum status status = image_file_open(path, CHANNEL_AUTO, &file, error);
    for (int64_t frame = 0; !status && frame < 200; frame += 70) {
        struct frame_info info;
        struct decode_report report = {0};
        const struct decode_request request = {
            .frame = frame, .rect = {0, 0, 16, 16}, .pixels = pixels, .stride = 32, .classes = classes};
        memset(classes, 0, sizeof classes);
        status = image_file_info(file, frame, &info, error);
        if (!status)
            status = image_file_decode(file, &request, &report, error);
        if (!status)
            assert_int_equal(pixels[255], frame);
    }
    struct text told = {0};
    if (!status)
        status = image_file_metadata(file, 0, NULL, &told, error);
    text_free(&told);
    image_file_close(&file);
    return status;
}

static void kill_workers(void)
{
    pid_t pids[MOST];
    const int count = hdf5_client_list(pids, MOST);
    for (int i = 0; i < count; i++)
        kill(pids[i], SIGKILL);
}

static void check_ended_from_outside(enum status status, const struct error *error)
{
    assert_int_equal(status, STATUS_IO);
    assert_null(strchr(error->text, '\n'));
    assert_non_null(strstr(error->text, "series.h5"));
    assert_non_null(strstr(error->text, "was ended from outside; try again"));
}

// Messages between viewer and workers so far, and before which of them all workers are killed; 0: never.
static struct {
    int count, kill_at;
    bool unheard; // the message of the kill went to a worker that was killed before
} messages;

static void count_message(bool to_worker)
{
    if (++messages.count != messages.kill_at)
        return;
    kill_workers();
    messages.unheard = to_worker;
}

bool __real_hdf5_link_send(int socket, enum hdf5_kind kind, const struct message_out *message, int fd,
                           struct hdf5_patience *patience);
bool __wrap_hdf5_link_send(int socket, enum hdf5_kind kind, const struct message_out *message, int fd,
                           struct hdf5_patience *patience);
bool __real_hdf5_link_receive(int socket, enum hdf5_kind *kind, struct message_out *message, int *fd,
                              struct hdf5_patience *patience);
bool __wrap_hdf5_link_receive(int socket, enum hdf5_kind *kind, struct message_out *message, int *fd,
                              struct hdf5_patience *patience);

bool __wrap_hdf5_link_send(int socket, enum hdf5_kind kind, const struct message_out *message, int fd,
                           struct hdf5_patience *patience)
{
    if (kind != HDF5_FORGET) // which is no part of a load
        count_message(true);
    return __real_hdf5_link_send(socket, kind, message, fd, patience);
}

bool __wrap_hdf5_link_receive(int socket, enum hdf5_kind *kind, struct message_out *message, int *fd,
                              struct hdf5_patience *patience)
{
    count_message(false);
    return __real_hdf5_link_receive(socket, kind, message, fd, patience);
}

// Before each message of a load in turn. Files that are open meanwhile are shown as ever.
static void a_worker_may_be_killed_at_every_step(void **state)
{
    (void)state;
    const char *path = write_series("series.h5");
    struct image_file *other = open_good(write_image("image.h5"));
    struct picture before = decode_whole(other, 0);
    struct error error = {0};
    messages.count = 0;
    assert_int_equal(use(path, &error), STATUS_OK);
    const int all = messages.count;
    assert_true(all > 10);
    int failures = 0;
    for (int step = 1; step <= all; step++) {
        messages.count = 0;
        messages.kill_at = step;
        const enum status status = use(path, &error);
        assert_true(messages.count >= step);
        // An answer that was on its way may arrive all the same; then the next question starts another
        // worker.
        if (messages.unheard || status)
            check_ended_from_outside(status, &error);
        failures += status != STATUS_OK;
        messages.kill_at = 0;
        hdf5_client_end_idle(); // one that was killed may not have ended yet
        assert_int_equal(use(path, &error), STATUS_OK);
        struct picture after = decode_whole(other, 0);
        assert_int_equal(after.bytes, before.bytes);
        assert_memory_equal(after.pixels, before.pixels, before.bytes);
        picture_free(&after);
    }
    assert_true(failures >= all / 3);
    picture_free(&before);
    struct text told = {0};
    assert_int_equal(image_file_metadata(other, 0, NULL, &told, &error), STATUS_OK);
    text_free(&told);
    image_file_close(&other);
}

struct killer {
    atomic_bool over;
    unsigned pause;
};

static void *kill_all(void *context)
{
    struct killer *killer = context;
    while (!atomic_load(&killer->over)) {
        kill_workers();
        usleep(killer->pause);
    }
    return NULL;
}

// Workers are killed at every moment of a load. Either it was done before, or there is one clear sentence;
// and the next try works.
static void a_worker_may_be_killed_at_any_moment(void **state)
{
    (void)state;
    const char *path = write_series("series.h5");
    for (int round = 0; round < ROUNDS; round++) {
        struct killer killer = {.pause = 200 + 300 * (unsigned)round};
        struct error error = {0};
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, kill_all, &killer), 0);
        const enum status status = use(path, &error);
        atomic_store(&killer.over, true);
        pthread_join(thread, NULL);
        hdf5_client_end_idle(); // one that was killed last may not have ended yet
        if (status)
            check_ended_from_outside(status, &error);
        assert_int_equal(use(path, &error), STATUS_OK);
    }
}

// A file whose worker does not answer stops no other.
static void a_worker_that_stands_still_stops_no_other_file(void **state)
{
    (void)state;
    const char *path = write_series("series.h5"), *other = write_image("image.h5");
    hdf5_client_end_idle();
    struct image_file *first = open_good(path);
    const pid_t still = only_worker();
    kill(still, SIGSTOP);
    for (int i = 0; i < 3; i++) {
        struct image_file *second = open_good(other);
        image_file_close(&second);
    }
    // Nor does it stop its own file for good.
    struct cancel cancel = {0};
    struct text told = {0};
    cancel_request(&cancel);
    assert_int_equal(image_file_metadata(first, 0, &cancel, &told, NULL), STATUS_CANCELLED);
    text_free(&told);
    image_file_close(&first);
    kill(still, SIGCONT);
    struct error error = {0};
    assert_int_equal(use(path, &error), STATUS_OK);
}

// No file is kept open for a file that was closed.
static void files_are_closed_with_the_file(void **state)
{
    (void)state;
    const char *path = write_series("series.h5");
    hdf5_client_end_idle();
    struct image_file *file = open_good(path);
    const pid_t pid = only_worker();
    image_file_close(&file);
    for (int i = 0; i < 1000 && open_files(pid) > 3; i++)
        usleep(5000);
    assert_int_equal(open_files(pid), 3);
    struct error error = {0};
    assert_int_equal(use(path, &error), STATUS_OK);
    assert_int_equal(only_worker(), pid); // and is used again
}

// What a file says does not outlive it: a worker asked anew reads the file that is there.
static void a_file_that_is_replaced_is_read_anew(void **state)
{
    (void)state;
    const char *path = write_series("replaced.h5");
    struct error error = {0};
    assert_int_equal(use(path, &error), STATUS_OK);
    assert_int_equal(unlink(path), 0);
    write_image("replaced.h5");
    struct image_file *file = open_good(path);
    assert_int_equal(file->frames, 1);
    assert_int_equal(info_of(file, 0).width, HDF5_IMAGE_WIDTH);
    image_file_close(&file);
}

// A file that was cut short while it is open ends in a sentence.
static void a_file_that_shrinks_ends_in_a_sentence(void **state)
{
    (void)state;
    const char *path = write_series("shrinks.h5");
    struct image_file *file = open_good(path);
    assert_int_equal(truncate(path, 3000), 0);
    uint16_t pixels[16 * 16];
    uint8_t classes[16 * 16] = {0};
    struct decode_report report = {0};
    struct error error = {0};
    const struct decode_request request = {
        .frame = 150, .rect = {0, 0, 16, 16}, .pixels = pixels, .stride = 32, .classes = classes};
    const enum status status = image_file_decode(file, &request, &report, &error);
    assert_int_equal(status, STATUS_BROKEN);
    assert_non_null(strstr(error.text, "shrinks.h5"));
    image_file_close(&file);
}

// --- Addresses ---

// Behind a user block, and in an index that grows along another axis than the first.
static void addresses_are_those_that_the_library_reads(void **state)
{
    (void)state;
    const hsize_t dims[3] = {3, 4, 8}, most[3] = {3, H5S_UNLIMITED, 8}, chunk[3] = {1, 2, 4};
    hid_t creation = H5Pcreate(H5P_FILE_CREATE), access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_userblock(creation, 512);
    H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    hid_t file = H5Fcreate(temporary_path("grows.h5"), H5F_ACC_TRUNC, creation, access);
    hid_t space = H5Screate_simple(3, dims, most), how = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(how, 3, chunk);
    hid_t dataset = H5Dcreate2(file, "/data", H5T_STD_U16LE, space, H5P_DEFAULT, how, H5P_DEFAULT);
    uint16_t samples[3 * 4 * 8];
    for (int i = 0; i < 3 * 4 * 8; i++)
        samples[i] = (uint16_t)(1000 + i);
    assert_true(H5Dwrite(dataset, H5T_NATIVE_UINT16, H5S_ALL, H5S_ALL, H5P_DEFAULT, samples) >= 0);
    H5Dclose(dataset);
    H5Pclose(how);
    H5Sclose(space);
    H5Fclose(file);
    H5Pclose(creation);
    H5Pclose(access);
    struct image_file *image = open_good(temporary_path("grows.h5"));
    assert_int_equal(image->frames, 3);
    for (int64_t frame = 0; frame < 3; frame++) {
        struct picture picture = decode_whole(image, frame);
        assert_memory_equal(picture.pixels, samples + frame * 32, 64);
        picture_free(&picture);
    }
    image_file_close(&image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_hdf5_files_start_a_worker),
        cmocka_unit_test(a_worker_has_nothing_but_what_it_is_given),
        cmocka_unit_test(a_worker_is_confined),
        cmocka_unit_test(a_worker_that_writes_has_the_draft_alone),
        cmocka_unit_test(a_worker_may_be_killed_at_every_step),
        cmocka_unit_test(a_worker_may_be_killed_at_any_moment),
        cmocka_unit_test(a_worker_that_stands_still_stops_no_other_file),
        cmocka_unit_test(files_are_closed_with_the_file),
        cmocka_unit_test(a_file_that_is_replaced_is_read_anew),
        cmocka_unit_test(a_file_that_shrinks_ends_in_a_sentence),
        cmocka_unit_test(addresses_are_those_that_the_library_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
