// SPDX-License-Identifier: MIT
// Every reader ends soon after a cancel, however slow the storage is. pread() is this program's own here: it
// counts, and requests the cancel within the call of a given number. What is read after that is what a reader
// would still wait for, so a few calls are allowed and no more; no clock is asked.
#include "formats/base/readers_list.h"
#include "formats/hdf5/hdf5_client.h"
#include "formats/hdf5/hdf5_frame.h"
#include "formats/writers/mask_writer.h"
#include "support/bytes.h"
#include "support/hdf5_file.h"
#include "support/reader_checks.h"

#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <zlib.h>

enum { HANG_SECONDS = 100, MOMENTS = 48, ALLOWED = 4, ALLOWED_HDF5 = 16, MANY = 400 };

// --- storage ---

static struct storage {
    int calls, cancel_at; // 0: never
    int after;            // calls after the cancel
    struct cancel cancel;
} storage;

static ssize_t counted_read(int fd, void *buffer, size_t count, off_t offset)
{
    storage.calls++;
    storage.after += cancel_requested(&storage.cancel);
    if (storage.calls == storage.cancel_at)
        cancel_request(&storage.cancel);
    return syscall(SYS_pread64, fd, buffer, count, offset);
}

ssize_t pread(int fd, void *buffer, size_t count, off_t offset)
{
    return counted_read(fd, buffer, count, offset);
}

ssize_t pread64(int fd, void *buffer, size_t count, off_t offset)
{
    return counted_read(fd, buffer, count, offset);
}

// --- one use of a file ---

// The first frame; pixels are NULL where it is none that is decoded here.
struct decoded {
    struct frame_info info;
    uint8_t *pixels, *classes;
    size_t bytes, class_bytes;
    enum status status;
    int64_t lost;
};

static void decoded_free(struct decoded *decoded)
{
    free(decoded->pixels);
    free(decoded->classes);
    *decoded = (struct decoded){0};
}

static struct decoded decode_frame(struct image_file *file)
{
    struct decoded out = {0};
    out.status = image_file_info_heeding(file, 0, &storage.cancel, &out.info, NULL);
    if (out.status != STATUS_OK || !frame_bytes(&out.info, &out.bytes) || out.bytes > 1 << 24)
        return out;
    const size_t item = sample_traits(out.info.type)->bytes;
    out.class_bytes = out.bytes / item;
    out.pixels = calloc(out.bytes, 1);
    out.classes = calloc(out.class_bytes, 1);
    assert_true(out.pixels && out.classes);
    const struct decode_request request = {.rect = {0, 0, out.info.width, out.info.height},
                                           .pixels = out.pixels,
                                           .stride = (size_t)out.info.width * item,
                                           .classes = out.classes,
                                           .cancel = &storage.cancel};
    struct decode_report report = {0};
    out.status = image_file_decode(file, &request, &report, NULL);
    out.lost = report.lost_pixels;
    return out;
}

static struct image_file *open_file(const char *path, int cancel_at)
{
    struct image_file *file = NULL;
    storage = (struct storage){.cancel_at = cancel_at};
    const struct open_request request = {.path = path, .channel = CHANNEL_AUTO, .cancel = &storage.cancel};
    const enum status status = image_file_open_request(&request, &file, NULL);
    if (cancel_requested(&storage.cancel))
        assert_int_equal(status, STATUS_CANCELLED);
    return file;
}

// One call of libhdf5 reads several pieces of a few hundred bytes, read in the worker.
static int allowed_for(const char *path)
{
    return strstr(path, "/hdf5/") || strstr(path, ".h5") ? ALLOWED_HDF5 : ALLOWED;
}

static void check_after(const char *path, const char *what, int at, int calls)
{
    if (storage.after > allowed_for(path))
        fail_msg("%s: %d reads after a cancel in read %d of %d of %s", path, storage.after, at, calls, what);
}

// Cancels opening in every read, or in some spread over them all. The reader, or NULL for a damaged file.
static const struct reader *check_opening(const char *path)
{
    struct image_file *file = open_file(path, 0);
    const struct reader *reader = file ? file->reader : NULL;
    const int calls = storage.calls;
    image_file_close(&file);
    for (int at = 1; at <= calls; at += calls / MOMENTS + 1) {
        file = open_file(path, at);
        check_after(path, "opening", at, calls);
        assert_null(file);
    }
    return reader;
}

// The same for decoding. The handle is as good as before afterwards: nothing is taken for damaged.
static void check_decoding(const char *path)
{
    struct image_file *file = open_file(path, 0);
    if (!file)
        return;
    storage = (struct storage){0};
    struct decoded whole = decode_frame(file);
    const int calls = storage.calls;
    image_file_close(&file);
    for (int at = 1; at <= calls; at += calls / MOMENTS + 1) {
        file = open_file(path, 0);
        assert_non_null(file);
        storage = (struct storage){.cancel_at = at};
        struct decoded cancelled = decode_frame(file);
        check_after(path, "decoding", at, calls);
        storage = (struct storage){0};
        struct decoded again = decode_frame(file);
        if (again.status != whole.status || again.lost != whole.lost ||
            (whole.pixels && whole.status == STATUS_OK &&
             (memcmp(again.pixels, whole.pixels, whole.bytes) != 0 ||
              memcmp(again.classes, whole.classes, whole.class_bytes) != 0)))
            fail_msg("%s: is decoded otherwise after a cancel in read %d of %d", path, at, calls);
        decoded_free(&cancelled);
        decoded_free(&again);
        image_file_close(&file);
    }
    decoded_free(&whole);
}

// --- the same for what a file tells in words ---

struct words {
    const char *what;
    enum status (*read)(struct image_file *file, struct text *out);
};

static enum status read_metadata(struct image_file *file, struct text *out)
{
    return image_file_metadata(file, 0, &storage.cancel, out, NULL);
}

static enum status read_contents(struct image_file *file, struct text *out)
{
    return image_file_contents(file, &storage.cancel, out, NULL);
}

static enum status read_checksum(struct image_file *file, struct text *out)
{
    bool known;
    const enum status status = image_file_verify(file, 0, &storage.cancel, &known, NULL);
    text_append(out, known ? "known" : "");
    return status;
}

static enum status read_detector(struct image_file *file, struct text *out)
{
    struct detector_info detector;
    const enum status status = image_file_detector(file, 0, &storage.cancel, &detector, NULL);
    detector_info_describe(&detector, out);
    return status;
}

static const struct words all_words[] = {{"metadata", read_metadata},
                                         {"contents", read_contents},
                                         {"the detector", read_detector},
                                         {"the checksum", read_checksum}};

// Cancelled they tell nothing; the next time they tell all.
static void check_words_of(const char *path, const struct words *words)
{
    struct image_file *file = open_file(path, 0);
    struct text whole = {0};
    if (!file)
        return;
    storage = (struct storage){0};
    const enum status status = words->read(file, &whole);
    const int calls = storage.calls;
    image_file_close(&file);
    for (int at = 1; at <= calls; at += calls / MOMENTS + 1) {
        struct text cancelled = {0}, again = {0};
        file = open_file(path, 0);
        assert_non_null(file);
        storage = (struct storage){.cancel_at = at};
        assert_int_equal(words->read(file, &cancelled), STATUS_CANCELLED);
        assert_int_equal(cancelled.length, 0);
        check_after(path, words->what, at, calls);
        storage = (struct storage){0};
        assert_int_equal(words->read(file, &again), status);
        assert_string_equal(text_string(&again), text_string(&whole));
        text_free(&cancelled);
        text_free(&again);
        image_file_close(&file);
    }
    text_free(&whole);
}

static void check_words(const char *path)
{
    for (size_t i = 0; i < sizeof all_words / sizeof *all_words; i++)
        check_words_of(path, &all_words[i]);
}

// --- every reader ---

#define FOLDER_OF(name) #name,
static const char *const formats[] = {READERS(FOLDER_OF) "wrapped", NULL};
#undef FOLDER_OF

static bool seen[64];

static void note_reader(const struct reader *reader)
{
    for (int i = 0; readers[i]; i++)
        seen[i] |= readers[i] == reader;
}

static void check_folder(const char *format)
{
    char path[2048];
    struct dirent **entries;
    snprintf(path, sizeof path, FOVEA_CORPUS "/%s", format);
    const int count = scandir(path, &entries, NULL, alphasort);
    assert_true(count > 2);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, FOVEA_CORPUS "/%s/%s", format, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.') {
            note_reader(check_opening(path));
            check_decoding(path);
            check_words(path);
        }
        free(entries[i]);
    }
    free(entries);
}

static void test_no_reader_reads_on_after_a_cancel(void **state)
{
    (void)state;
    for (int i = 0; formats[i]; i++)
        check_folder(formats[i]);
    for (int i = 0; readers[i]; i++)
        if (!seen[i])
            fail_msg("no file of the corpus is read by %s", readers[i]->name);
}

// --- files of many parts, each of which is read when they are opened ---

static void test_long_lists_are_not_walked_to_their_end(void **state)
{
    (void)state;
    uint8_t part[2880 * 2];
    FILE *file;
    const char *path;
    // EDF: blocks of 512 bytes of header and 4 of samples.
    path = temporary_path("many.edf");
    file = fopen(path, "wb");
    assert_non_null(file);
    memset(part, ' ', 512);
    memcpy(part, "{\nDim_1 = 2 ;\nDim_2 = 1 ;\nDataType = UnsignedShort ;\nSize = 4 ;\n", 65);
    memcpy(part + 510, "}\n", 2);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(fwrite(part, 516, 1, file), 1);
    assert_int_equal(fclose(file), 0);
    check_opening(path);
    check_decoding(path);
    // FITS: headers without data before the one with the image.
    path = temporary_path("many.fits");
    file = fopen(path, "wb");
    assert_non_null(file);
    for (int i = 0; i < MANY; i++) {
        memset(part, ' ', 2880);
        memcpy(part, i ? "XTENSION= 'IMAGE   '" : "SIMPLE  =                    T", i ? 20 : 30);
        memcpy(part + 80, "BITPIX  =                    8", 30);
        memcpy(part + 160, "NAXIS   =                    0", 30);
        memcpy(part + 240, i ? "PCOUNT  =                    0" : "EXTEND  =                    T", 30);
        memcpy(part + 320, i ? "GCOUNT  =                    1" : "COMMENT ", i ? 30 : 8);
        memcpy(part + 400, "END", 3);
        assert_int_equal(fwrite(part, 2880, 1, file), 1);
    }
    assert_int_equal(fclose(file), 0);
    check_opening(path);
    check_words(path);
}

static void test_pages_of_a_tiff_are_not_walked_to_their_end(void **state)
{
    (void)state;
    // Directories of four entries: 2 x 1 samples of 8 bits each.
    enum { BYTES = 2 + 4 * 12 + 4 };
    const char *path = temporary_path("many.tif");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    uint8_t head[8] = {'I', 'I', 42, 0, 8};
    assert_int_equal(fwrite(head, 8, 1, file), 1);
    for (uint32_t i = 0; i < MANY; i++) {
        static const uint16_t tags[4][2] = {{256, 2}, {257, 1}, {273, 8}, {279, 2}};
        uint8_t directory[BYTES] = {4};
        for (int entry = 0; entry < 4; entry++) {
            put_u16(directory + 2 + 12 * entry, tags[entry][0]);
            put_u16(directory + 4 + 12 * entry, 4);
            put_u32(directory + 6 + 12 * entry, 1);
            put_u32(directory + 10 + 12 * entry, tags[entry][1]);
        }
        put_u32(directory + BYTES - 4, i + 1 < MANY ? 8 + (i + 1) * BYTES : 0);
        assert_int_equal(fwrite(directory, BYTES, 1, file), 1);
    }
    assert_int_equal(fclose(file), 0);
    assert_non_null(check_opening(path));
    check_decoding(path);
    check_words(path);
}

static void test_groups_of_hdf5_are_not_walked_to_their_end(void **state)
{
    (void)state;
    const hid_t file = hdf5_create("many.h5");
    const hsize_t dims[2] = {2, 2};
    const uint16_t samples[4] = {1, 2, 3, 4};
    for (int i = 0; i < MANY / 4; i++) {
        char name[32];
        snprintf(name, sizeof name, "/a%d", i);
        H5Gclose(H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    }
    hdf5_put_array(file, "/z", H5T_NATIVE_UINT16, 2, dims, samples);
    H5Fclose(file);
    assert_non_null(check_opening(temporary_path("many.h5")));
    check_decoding(temporary_path("many.h5"));
}

// --- storage that never answers the worker ---

struct opening {
    const char *path;
    struct cancel cancel;
    atomic_bool begun;
    enum status status;
};

// Words of a file that is open.
struct asking {
    struct image_file *file;
    bool contents;
    struct text told;
    struct cancel cancel;
    atomic_bool begun;
    enum status status;
};

static void *run_opening(void *context)
{
    struct opening *opening = context;
    struct image_file *file = NULL;
    const struct open_request request = {
        .path = opening->path, .channel = CHANNEL_AUTO, .cancel = &opening->cancel};
    atomic_store(&opening->begun, true);
    opening->status = image_file_open_request(&request, &file, NULL);
    image_file_close(&file);
    return NULL;
}

static void *run_asking(void *context)
{
    struct asking *asking = context;
    atomic_store(&asking->begun, true);
    asking->status = asking->contents
                         ? image_file_contents(asking->file, &asking->cancel, &asking->told, NULL)
                         : image_file_metadata(asking->file, 0, &asking->cancel, &asking->told, NULL);
    return NULL;
}

static const char *write_small(void)
{
    const hid_t file = hdf5_create("small.h5");
    const hsize_t dims[2] = {2, 2};
    const uint16_t samples[4] = {1, 2, 3, 4};
    hdf5_put_array(file, "/a", H5T_NATIVE_UINT16, 2, dims, samples);
    H5Fclose(file);
    return temporary_path("small.h5");
}

// One that is stopped, as on storage that does not answer, and will be asked next.
static void leave_a_worker_that_hangs(void)
{
    pid_t pid;
    hdf5_client_end_idle();
    const hid_t file = hdf5_create("other.h5");
    hdf5_put_image(file, "/image");
    H5Fclose(file);
    struct image_file *other = open_good(temporary_path("other.h5"));
    image_file_close(&other);
    assert_int_equal(hdf5_client_list(&pid, 1), 1);
    assert_int_equal(kill(pid, SIGSTOP), 0);
}

// Runs it in a thread and cancels while it waits for a worker that never answers.
static void run_and_cancel(void *(*run)(void *), void *context, atomic_bool *begun, struct cancel *cancel)
{
    pthread_t thread;
    leave_a_worker_that_hangs();
    assert_int_equal(pthread_create(&thread, NULL, run, context), 0);
    while (!atomic_load(begun))
        usleep(1000);
    usleep(50000); // whether the worker is asked by now or not: it never answers
    cancel_request(cancel);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void test_a_worker_that_hangs_is_left(void **state)
{
    (void)state;
    struct opening opening = {.path = write_small()};
    run_and_cancel(run_opening, &opening, &opening.begun, &opening.cancel);
    assert_int_equal(opening.status, STATUS_CANCELLED);
    // The next one has a worker of its own.
    struct image_file *again = open_good(temporary_path("small.h5"));
    image_file_close(&again);
}

static void test_words_of_a_worker_that_hangs_are_not_waited_for(void **state)
{
    (void)state;
    struct image_file *file = open_good(write_small());
    for (int contents = 0; contents < 2; contents++) {
        struct asking asking = {.file = file, .contents = contents};
        run_and_cancel(run_asking, &asking, &asking.begun, &asking.cancel);
        assert_int_equal(asking.status, STATUS_CANCELLED);
        assert_int_equal(asking.told.length, 0);
    }
    // The next ones have workers of their own.
    struct asking asking = {.file = file, .contents = true};
    run_asking(&asking);
    assert_int_equal(asking.status, STATUS_OK);
    assert_string_equal(text_string(&asking.told), "/a\t2 x 2\tu16\tnone\t\n");
    text_free(&asking.told);
    image_file_close(&file);
}

// --- masks ---

struct saving {
    const char *path;
    struct mask *mask;
    struct cancel cancel;
    atomic_bool begun;
    enum status status;
};

static void *run_saving(void *context)
{
    struct saving *saving = context;
    const struct mask_save how = {.path = saving->path, .cancel = &saving->cancel};
    atomic_store(&saving->begun, true);
    saving->status = mask_save(saving->mask, &how, NULL);
    return NULL;
}

// More rows than fit the socket are on their way to a worker that takes none.
static void test_saving_by_a_worker_that_hangs_is_left(void **state)
{
    (void)state;
    struct saving saving = {.path = write_small()};
    size_t before_count, count;
    uint8_t *before = load_bytes(saving.path, &before_count);
    assert_int_equal(mask_create(2000, 2000, &saving.mask, NULL), STATUS_OK);
    run_and_cancel(run_saving, &saving, &saving.begun, &saving.cancel);
    assert_int_equal(saving.status, STATUS_CANCELLED);
    uint8_t *after = load_bytes(saving.path, &count);
    assert_int_equal(count, before_count);
    assert_memory_equal(after, before, count);
    free(before);
    free(after);
    mask_destroy(&saving.mask);
}

// --- chunks of many megabytes ---

// inflate() is this program's own too: it counts what comes out, and cancels in the call of a given number.
static struct {
    int calls, cancel_at; // 0: never
    unsigned long most;   // bytes out of one call
    unsigned long after;  // bytes after the cancel
    struct cancel *cancel;
} unpacking;

typedef int inflate_function(z_streamp stream, int flush);

int inflate(z_streamp stream, int flush)
{
    inflate_function *real;
    *(void **)&real = dlsym(RTLD_NEXT, "inflate");
    const uInt room = stream->avail_out;
    const bool cancelled = cancel_requested(unpacking.cancel);
    if (++unpacking.calls == unpacking.cancel_at)
        cancel_request(unpacking.cancel);
    const int code = real(stream, flush);
    const unsigned long made = room - stream->avail_out;
    unpacking.most = made > unpacking.most ? made : unpacking.most;
    unpacking.after += cancelled ? made : 0;
    return code;
}

enum { CHUNK_SIDE = 8192, STEP_MOST = 1 << 20 };

// One chunk of 67 MB, all zeros but the last sample.
static const char *write_large_chunk(void)
{
    const hsize_t dims[2] = {CHUNK_SIDE, CHUNK_SIDE};
    const hid_t file = hdf5_create("chunk.h5"), space = H5Screate_simple(2, dims, NULL);
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    uint8_t *samples = calloc(CHUNK_SIDE, CHUNK_SIDE);
    assert_non_null(samples);
    samples[(size_t)CHUNK_SIDE * CHUNK_SIDE - 1] = 7;
    H5Pset_chunk(properties, 2, dims);
    H5Pset_deflate(properties, 1);
    const hid_t dataset = H5Dcreate2(file, "data", H5T_STD_U8LE, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    assert_true(H5Dwrite(dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, samples) >= 0);
    free(samples);
    H5Dclose(dataset);
    H5Pclose(properties);
    H5Sclose(space);
    H5Fclose(file);
    return temporary_path("chunk.h5");
}

// Rows from `y` on, without and with a cancel in the given call; the last sample.
static enum status decode_rows(struct image_file *file, int64_t y, int cancel_at, uint8_t *last)
{
    const size_t bytes = (size_t)(CHUNK_SIDE - y) * CHUNK_SIDE;
    uint8_t *pixels = malloc(bytes), *classes = calloc(bytes, 1);
    assert_true(pixels && classes);
    storage = (struct storage){0};
    memset(&unpacking, 0, sizeof unpacking);
    unpacking.cancel_at = cancel_at;
    unpacking.cancel = &storage.cancel;
    const struct decode_request request = {.rect = {0, y, CHUNK_SIDE, CHUNK_SIDE - y},
                                           .pixels = pixels,
                                           .stride = CHUNK_SIDE,
                                           .classes = classes,
                                           .cancel = &storage.cancel};
    struct decode_report report = {0};
    const enum status status = image_file_decode(file, &request, &report, NULL);
    if (status == STATUS_OK)
        assert_int_equal(report.lost_pixels, 0);
    *last = pixels[bytes - 1];
    unpacking.cancel = NULL;
    free(pixels);
    free(classes);
    return status;
}

// Within a chunk that is wanted whole, and within one that is kept for others.
static void test_unpacking_of_a_chunk_is_left(void **state)
{
    (void)state;
    const char *path = write_large_chunk();
    static const int64_t first[] = {0, CHUNK_SIDE - 64};
    for (size_t i = 0; i < 2; i++) {
        uint8_t last;
        struct image_file *file = open_good(path);
        assert_int_equal(decode_rows(file, first[i], 2, &last), STATUS_CANCELLED);
        assert_int_equal(unpacking.calls, 2);
        assert_in_range(unpacking.most, 1, STEP_MOST);
        assert_int_equal(unpacking.after, 0);
        // What was cancelled is taken for neither damaged nor decoded.
        assert_int_equal(decode_rows(file, first[i], 0, &last), STATUS_OK);
        assert_int_equal(last, 7);
        image_file_close(&file);
    }
}

// Those who wait for a piece whose maker was cancelled get another one.
static void test_a_piece_that_was_cancelled_is_nobody_elses(void **state)
{
    (void)state;
    bool mine;
    struct hdf5_cache *cache = hdf5_cache_create();
    struct hdf5_piece *first = hdf5_cache_take(cache, 1, 5, &mine);
    assert_true(first && mine);
    hdf5_cache_ready(cache, first, STATUS_CANCELLED);
    struct hdf5_piece *second = hdf5_cache_take(cache, 1, 5, &mine);
    assert_true(second && mine);
    assert_ptr_not_equal(first, second);
    hdf5_cache_ready(cache, second, STATUS_OK);
    hdf5_cache_give(cache, first);
    struct hdf5_piece *third = hdf5_cache_take(cache, 1, 5, &mine);
    assert_ptr_equal(third, second);
    assert_false(mine);
    hdf5_cache_give(cache, third);
    hdf5_cache_give(cache, second);
    hdf5_cache_destroy(cache);
}

int main(void)
{
    alarm(HANG_SECONDS);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_reader_reads_on_after_a_cancel),
        cmocka_unit_test(test_long_lists_are_not_walked_to_their_end),
        cmocka_unit_test(test_pages_of_a_tiff_are_not_walked_to_their_end),
        cmocka_unit_test(test_groups_of_hdf5_are_not_walked_to_their_end),
        cmocka_unit_test(test_unpacking_of_a_chunk_is_left),
        cmocka_unit_test(test_a_piece_that_was_cancelled_is_nobody_elses),
        cmocka_unit_test(test_a_worker_that_hangs_is_left),
        cmocka_unit_test(test_words_of_a_worker_that_hangs_are_not_waited_for),
        cmocka_unit_test(test_saving_by_a_worker_that_hangs_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
