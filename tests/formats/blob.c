// SPDX-License-Identifier: MIT
// Blobs: what they read, how long they live, and that every reader shows the same of a file and of its bytes
// in memory.
#include "support/hdf5_file.h"
#include "support/malformed_files.h"
#include "support/reader_checks.h"

#include "formats/base/blob.h"
#include "formats/base/readers_list.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { COUNT = 100000 };

static uint8_t bytes[COUNT];

static void fill_bytes(void)
{
    for (int i = 0; i < COUNT; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 256);
}

// --- Reading ---

static void check_reads(const struct blob *blob)
{
    static const struct {
        int64_t offset;
        size_t count, there;
    } reads[] = {
        {0, 0, 0},         {0, 1, 1},     {0, COUNT, COUNT}, {17, 4000, 4000},  {COUNT - 1, 1, 1},
        {COUNT - 1, 2, 1}, {COUNT, 1, 0}, {COUNT, 0, 0},     {COUNT + 5, 3, 0}, {COUNT - 100, 200, 100}};
    uint8_t out[COUNT];
    assert_int_equal(blob_size(blob), COUNT);
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        struct error error = {0};
        memset(out, 0, sizeof out);
        assert_int_equal(blob_read_some(blob, reads[i].offset, out, reads[i].count), reads[i].there);
        assert_memory_equal(out, bytes + (reads[i].there ? reads[i].offset : 0), reads[i].there);
        const enum status status = blob_read(blob, reads[i].offset, out, reads[i].count, &error);
        assert_int_equal(status, reads[i].there == reads[i].count ? STATUS_OK : STATUS_BROKEN);
        if (status != STATUS_OK) {
            assert_non_null(strstr(error.text, blob_name(blob)));
            assert_non_null(strstr(error.text, "ends after"));
        }
    }
}

static void a_file_and_memory_read_alike(void **state)
{
    (void)state;
    fill_bytes();
    const char *path = save_bytes("bytes", bytes, COUNT);
    struct blob *blob;
    assert_int_equal(blob_open(path, &blob, NULL), STATUS_OK);
    assert_string_equal(blob_name(blob), path);
    check_reads(blob);
    blob_release(&blob);
    assert_null(blob);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    blob = blob_of_descriptor("a name", fd, COUNT);
    check_reads(blob);
    blob_release(&blob);
    assert_int_equal(fcntl(fd, F_GETFD), -1); // it was the blob's
    assert_int_equal(errno, EBADF);
    blob = blob_of_memory("memory", bytes, COUNT);
    check_reads(blob);
    blob_release(&blob);
    blob_release(&blob); // of NULL
}

static void what_is_no_regular_file_is_refused(void **state)
{
    (void)state;
    struct blob *blob;
    struct error error = {0};
    assert_int_equal(blob_open(temporary_path("missing"), &blob, &error), STATUS_IO);
    assert_non_null(strstr(error.text, "cannot open"));
    assert_int_equal(blob_open("/", &blob, &error), STATUS_IO);
    assert_non_null(strstr(error.text, "folder"));
    assert_int_equal(blob_open("/dev/null", &blob, &error), STATUS_IO);
    assert_non_null(strstr(error.text, "not a regular file"));
}

static void a_file_that_shrinks_is_told_by_the_read(void **state)
{
    (void)state;
    fill_bytes();
    const char *path = save_bytes("bytes", bytes, COUNT);
    struct blob *blob;
    uint8_t out[64];
    struct error error = {0};
    assert_int_equal(blob_open(path, &blob, NULL), STATUS_OK);
    assert_int_equal(truncate(path, 1000), 0);
    assert_int_equal(blob_read(blob, 990, out, sizeof out, &error), STATUS_BROKEN);
    assert_non_null(strstr(error.text, "ends after 1000 bytes"));
    assert_int_equal(remove(path), 0);
    assert_int_equal(blob_read(blob, 900, out, sizeof out, NULL), STATUS_OK); // the file without its name
    assert_memory_equal(out, bytes + 900, sizeof out);
    blob_release(&blob);
}

static void *read_and_release(void *context)
{
    struct blob *blob = context;
    uint8_t out[1000];
    bool good = true;
    for (int i = 0; i < 50; i++) {
        struct blob *share = blob_share(blob);
        good = good && blob_read(share, i * 1000, out, sizeof out, NULL) == STATUS_OK &&
               memcmp(out, bytes + i * 1000, sizeof out) == 0;
        blob_release(&share);
    }
    blob_release(&blob);
    return good ? bytes : NULL;
}

static void threads_share_a_blob(void **state)
{
    (void)state;
    pthread_t threads[4];
    fill_bytes();
    struct blob *blob;
    assert_int_equal(blob_open(save_bytes("bytes", bytes, COUNT), &blob, NULL), STATUS_OK);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_and_release, blob_share(blob)), 0);
    blob_release(&blob);
    for (int i = 0; i < 4; i++) {
        void *good;
        assert_int_equal(pthread_join(threads[i], &good), 0);
        assert_ptr_equal(good, bytes);
    }
}

// --- To other processes ---

// Whoever is handed a blob can read it, and of memory nobody can change what was handed over.
static void a_blob_is_handed_over(void **state)
{
    (void)state;
    fill_bytes();
    struct blob *file, *memory = blob_of_memory("memory", bytes, COUNT),
                       *empty = blob_of_memory("empty", "", 0);
    assert_int_equal(blob_open(save_bytes("bytes", bytes, COUNT), &file, NULL), STATUS_OK);
    struct blob *blobs[] = {file, memory, empty};
    for (size_t i = 0; i < sizeof blobs / sizeof *blobs; i++) {
        static uint8_t out[COUNT + 1];
        int fd;
        assert_int_equal(blob_hand_over(blobs[i], &fd, NULL), STATUS_OK);
        const int64_t size = blob_size(blobs[i]);
        blob_release(&blobs[i]);
        assert_int_equal(pread(fd, out, sizeof out, 0), size);
        assert_memory_equal(out, bytes, (size_t)size);
        assert_int_equal(pwrite(fd, "x", 1, 0), -1);
        assert_int_equal(ftruncate(fd, 10), -1);
        assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
        close(fd);
    }
}

// --- Every reader, of a file and of memory ---

// What a handle tells of its last frame and its pixels, as one text and one run of bytes.
struct shown {
    enum status status;
    struct error error;
    int64_t frames;
    struct frame_info info;
    struct detector_info detector;
    struct text words; // metadata, contents
    struct picture picture;
};

// A "raw:" name is for its reader, others are for the one that the content chooses.
static enum status open_any(const struct open_request *request, struct image_file **file, struct error *error)
{
    return strncmp(request->path, "raw:", 4) == 0 ? raw_reader.open(request, file, error)
                                                  : image_file_open_request(request, file, error);
}

static void show(const struct open_request *request, struct shown *shown)
{
    struct image_file *file = NULL;
    *shown = (struct shown){0};
    shown->status = open_any(request, &file, &shown->error);
    if (shown->status != STATUS_OK)
        return;
    shown->frames = file->frames;
    shown->status = image_file_info(file, file->frames - 1, &shown->info, &shown->error);
    image_file_metadata(file, file->frames - 1, NULL, &shown->words, NULL);
    image_file_contents(file, NULL, &shown->words, NULL);
    image_file_detector(file, file->frames - 1, NULL, &shown->detector, NULL);
    if (shown->status == STATUS_OK && shown->info.width * shown->info.height <= 4096 * 4096)
        shown->picture = decode_whole(file, file->frames - 1);
    image_file_close(&file);
}

static void shown_free(struct shown *shown)
{
    text_free(&shown->words);
    picture_free(&shown->picture);
}

static void check_alike(const struct shown *a, const struct shown *b)
{
    assert_int_equal(a->status, b->status);
    assert_string_equal(a->error.text, b->error.text);
    assert_int_equal(a->frames, b->frames);
    assert_int_equal(a->info.width, b->info.width);
    assert_int_equal(a->info.height, b->info.height);
    assert_int_equal(a->info.type, b->info.type);
    assert_string_equal(text_string(&a->words), text_string(&b->words));
    assert_memory_equal(&a->detector, &b->detector, sizeof a->detector);
    assert_int_equal(a->picture.bytes, b->picture.bytes);
    if (a->picture.pixels) {
        assert_memory_equal(a->picture.pixels, b->picture.pixels, a->picture.bytes);
        assert_memory_equal(a->picture.classes, b->picture.classes, (size_t)(a->info.width * a->info.height));
    }
}

static int seen;

// Opens the name by a file, and by the bytes of that file in memory.
static void check_name(const char *name, const char *path)
{
    size_t count;
    void *copy = load_bytes(path, &count);
    struct blob *memory = blob_of_memory(path, copy, (int64_t)count);
    const struct open_request by_name = {.path = name, .channel = CHANNEL_AUTO};
    const struct open_request by_bytes = {.path = name, .blob = memory, .channel = CHANNEL_AUTO};
    struct shown file, in_memory;
    show(&by_name, &file);
    show(&by_bytes, &in_memory);
    check_alike(&file, &in_memory);
    seen += file.status == STATUS_OK && file.picture.pixels;
    shown_free(&file);
    shown_free(&in_memory);
    blob_release(&memory);
    free(copy);
}

static void check_seed(const char *path, int turn)
{
    (void)turn;
    check_name(path, path);
}

// The same, packed.
static void check_packed_seed(const char *path, int turn)
{
    (void)turn;
    if (strstr(path, "/wrapped/")) // packed twice is not read
        seen = 1;
    size_t count;
    char packed[1024];
    void *copy = load_bytes(path, &count);
    snprintf(packed, sizeof packed, "%s.gz", temporary_path(strrchr(path, '/') + 1));
    gzFile file = gzopen(packed, "wb1");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, copy, (unsigned)count), (int)count);
    assert_int_equal(gzclose(file), Z_OK);
    free(copy);
    check_name(packed, packed);
    unlink(packed);
}

static void check_every_reader(malformed_check *check)
{
    for (size_t i = 0; malformed_formats[i]; i++) {
        seen = 0;
        malformed_each_seed(malformed_formats[i], check);
        if (seen == 0)
            fail_msg("no file of %s was shown", malformed_formats[i]);
    }
}

static void every_reader_shows_the_same_of_memory(void **state)
{
    (void)state;
    check_every_reader(check_seed);
}

static void packed_files_show_the_same_of_memory(void **state)
{
    (void)state;
    check_every_reader(check_packed_seed);
}

// --- Files that refer to others ---

static const char samples[] = "\1\2\3\4\5\6";

static const char *make_edf(void)
{
    char header[512];
    memset(header, ' ', sizeof header);
    const int length =
        snprintf(header, sizeof header,
                 "{\nEDF_DataBlockID = 1.Image.Psd ;\nEDF_BinaryFileName = samples.bin ;\n"
                 "EDF_BinaryFilePosition = 0 ;\nEDF_BinaryFileSize = 6 ;\nByteOrder = LowByteFirst ;\n"
                 "DataType = UnsignedByte ;\nDim_1 = 3 ;\nDim_2 = 2 ;\n");
    header[length] = ' ';
    memcpy(header + 510, "}\n", 2);
    return save_bytes("parts.edf", header, sizeof header);
}

static const char *make_nrrd(void)
{
    static const char header[] =
        "NRRD0004\ntype: uint8\ndimension: 2\nsizes: 3 2\nencoding: raw\ndata file: samples.bin\n\n";
    return save_bytes("parts.nhdr", header, sizeof header - 1);
}

static const char *make_hdf5_external(void)
{
    static const hsize_t dims[] = {2, 3};
    const hid_t file = hdf5_create("parts.h5"), space = H5Screate_simple(2, dims, NULL);
    const hid_t how = H5Pcreate(H5P_DATASET_CREATE);
    assert_true(H5Pset_external(how, "samples.bin", 0, 6) >= 0);
    const hid_t data = H5Dcreate2(file, "/data", H5T_STD_U8LE, space, H5P_DEFAULT, how, H5P_DEFAULT);
    assert_true(data >= 0);
    H5Dclose(data);
    H5Pclose(how);
    H5Sclose(space);
    H5Fclose(file);
    return temporary_path("parts.h5");
}

static const char *make_hdf5_master(void)
{
    static const hsize_t dims[] = {2, 3};
    hid_t file = hdf5_create("linked.h5");
    hdf5_put_array(file, "/data", H5T_STD_U8LE, 2, dims, samples);
    H5Fclose(file);
    file = hdf5_create("parts_master.h5");
    hdf5_put_group(file, "/entry", NULL);
    hdf5_put_group(file, "/entry/data", NULL);
    assert_true(H5Lcreate_external("linked.h5", "/data", file, "/entry/data/data_000001", H5P_DEFAULT,
                                   H5P_DEFAULT) >= 0);
    H5Fclose(file);
    return temporary_path("parts_master.h5");
}

static const char *make_hdf5_virtual(void)
{
    static const hsize_t dims[] = {2, 3};
    const hid_t file = hdf5_create("parts_virtual.h5"), space = H5Screate_simple(2, dims, NULL);
    const hid_t how = H5Pcreate(H5P_DATASET_CREATE);
    assert_true(H5Pset_virtual(how, space, "linked.h5", "/data", space) >= 0);
    H5Dclose(H5Dcreate2(file, "/virtual", H5T_STD_U8LE, space, H5P_DEFAULT, how, H5P_DEFAULT));
    H5Pclose(how);
    H5Sclose(space);
    H5Fclose(file);
    return temporary_path("parts_virtual.h5");
}

static void files_that_refer_to_others_show_the_same_of_memory(void **state)
{
    (void)state;
    static const char *(*const makers[])(void) = {make_edf, make_nrrd, make_hdf5_external, make_hdf5_master,
                                                  make_hdf5_virtual};
    save_bytes("samples.bin", samples, 6);
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s", makers[i]());
        struct image_file *file = open_good(path);
        struct picture picture = decode_whole(file, 0);
        assert_int_equal(picture.bytes, 6);
        assert_memory_equal(picture.pixels, samples, 6);
        picture_free(&picture);
        image_file_close(&file);
        seen = 0;
        check_name(path, path);
        check_packed_seed(path, 0);
        assert_int_equal(seen, 2);
    }
}

// Plain samples, which are asked for by a name alone.
static void raw_samples_show_the_same_of_memory(void **state)
{
    (void)state;
    char name[600];
    const char *path = save_bytes("samples.bin", samples, 6);
    snprintf(name, sizeof name, "raw:%s?width=3&height=2&type=u8", path);
    seen = 0;
    check_name(name, path);
    assert_int_equal(seen, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_and_memory_read_alike),
        cmocka_unit_test(what_is_no_regular_file_is_refused),
        cmocka_unit_test(a_file_that_shrinks_is_told_by_the_read),
        cmocka_unit_test(threads_share_a_blob),
        cmocka_unit_test(a_blob_is_handed_over),
        cmocka_unit_test(every_reader_shows_the_same_of_memory),
        cmocka_unit_test(packed_files_show_the_same_of_memory),
        cmocka_unit_test(files_that_refer_to_others_show_the_same_of_memory),
        cmocka_unit_test(raw_samples_show_the_same_of_memory),
    };
    return cmocka_run_group_tests_name("blob", tests, NULL, NULL);
}
