// SPDX-License-Identifier: MIT
// libFuzzer target: a mask is written into a damaged HDF5 file from which links and external storage lead to
// another file. The other file stays as it is, the folder holds no draft afterwards, and a target that is
// refused is what it was.
//
// The input is a list of changes to a good file, so that each run gets as far as that file does: a byte for
// the dataset, then MAX_CHANGES at most of CHANGE_BYTES each.
#include "formats/writers/mask_writer.h"
#include "fuzz_bytes.h"

#include <dirent.h>
#include <hdf5.h>
#include <sys/resource.h>

// Small, as each run starts a worker's process.
enum { WIDTH = 7, HEIGHT = 5, MAX_CHANGES = 8, CHANGE_BYTES = 6, MAX_FILE = 1 << 16, MAX_PLACES = 128 };

static const char *const datasets[] = {NULL,
                                       "/scan/image",
                                       "/scan/inner/mask",
                                       "/inside/new/mask",
                                       "/scan/last",
                                       "/scan/outside",
                                       "/by_link/detector/pixel_mask",
                                       "/scan/image/mask"};
enum { DATASETS = sizeof datasets / sizeof datasets[0] };

struct bytes {
    uint8_t at[MAX_FILE];
    size_t count;
};

static struct {
    char folder[64], target[80], victim[80];
    struct bytes good, damaged, other;
    size_t places[MAX_PLACES]; // of structures in the good file
    size_t place_count;
} setup;

// What libhdf5 loses is not this program's.
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:H5";
}

static void require(bool holds)
{
    if (!holds)
        abort();
}

// --- files ---

static void read_whole(const char *path, struct bytes *bytes)
{
    FILE *file = fopen(path, "rb");
    require(file != NULL);
    bytes->count = fread(bytes->at, 1, sizeof bytes->at, file);
    require(bytes->count < sizeof bytes->at);
    fclose(file);
}

static void write_whole(const char *path, const struct bytes *bytes)
{
    FILE *file = fopen(path, "wb");
    require(file && fwrite(bytes->at, 1, bytes->count, file) == bytes->count);
    require(fclose(file) == 0);
}

static bool is_unchanged(const char *path, const struct bytes *before)
{
    static struct bytes now;
    read_whole(path, &now);
    return now.count == before->count && memcmp(now.at, before->at, now.count) == 0;
}

static int files_in_folder(void)
{
    int count = 0;
    DIR *folder = opendir(setup.folder);
    require(folder != NULL);
    for (const struct dirent *entry; (entry = readdir(folder));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(folder);
    return count;
}

// --- the good file and its victim ---

static hid_t create(const char *path)
{
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    require(file >= 0);
    return file;
}

// A dataset with the groups above it; its samples are in the named file if there is one. No times, so that
// the file is the same in every run.
static void put_dataset(hid_t file, const char *path, const char *outside)
{
    const uint32_t samples[HEIGHT][WIDTH] = {{1, 1, 1}};
    const hsize_t size[2] = {HEIGHT, WIDTH};
    const hid_t space = H5Screate_simple(2, size, NULL);
    const hid_t with_groups = H5Pcreate(H5P_LINK_CREATE), how = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_create_intermediate_group(with_groups, 1);
    H5Pset_obj_track_times(how, false);
    if (outside)
        H5Pset_external(how, outside, 0, sizeof samples);
    const hid_t dataset = H5Dcreate2(file, path, H5T_STD_U32LE, space, with_groups, how, H5P_DEFAULT);
    require(dataset >= 0);
    if (!outside)
        require(H5Dwrite(dataset, H5T_NATIVE_UINT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, samples) >= 0);
    H5Dclose(dataset);
    H5Pclose(with_groups);
    H5Pclose(how);
    H5Sclose(space);
}

static void make_victim(void)
{
    const hid_t file = create(setup.victim);
    put_dataset(file, "/entry/instrument/detector/pixel_mask", NULL);
    H5Fclose(file);
    read_whole(setup.victim, &setup.other);
}

static void make_target(void)
{
    const hid_t file = create(setup.target);
    put_dataset(file, "/scan/image", NULL);
    put_dataset(file, "/scan/outside", "victim.h5");
    put_dataset(file, "/scan/inner/other", NULL);
    H5Lcreate_external("victim.h5", "/entry", file, "/entry", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("victim.h5", "/entry/instrument/detector/pixel_mask", file, "/scan/last", H5P_DEFAULT,
                       H5P_DEFAULT);
    H5Lcreate_soft("/entry/instrument", file, "/by_link", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("scan/inner", file, "/inside", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
    read_whole(setup.target, &setup.good);
}

// Where trees, heaps, lists of symbols and names of files begin.
static void find_places(void)
{
    static const char *const words[] = {"TREE", "HEAP", "SNOD", "GCOL", "victim.h5", "/entry"};
    for (size_t at = 0; at < setup.good.count; at++)
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
            const size_t length = strlen(words[i]);
            if (at + length <= setup.good.count && memcmp(setup.good.at + at, words[i], length) == 0 &&
                setup.place_count < MAX_PLACES)
                setup.places[setup.place_count++] = at;
        }
    require(setup.place_count > 8);
}

static void clean(void)
{
    unlink(setup.target);
    unlink(setup.victim);
    rmdir(setup.folder);
}

// --- one write ---

static enum status save(const char *dataset)
{
    static const uint8_t bit = MASK_BIT(MASK_USER);
    struct mask *mask = NULL;
    struct error error = {0};
    const struct mask_save how = {.path = setup.target, .dataset = dataset};
    require(mask_create(WIDTH, HEIGHT, &mask, NULL) == STATUS_OK);
    mask_write(mask, (struct rect){3, 2, 1, 1}, &bit, 1, 0xFF);
    const enum status status = mask_save(mask, &how, &error);
    mask_destroy(&mask);
    if (status)
        require(strncmp(error.text, setup.target, strlen(setup.target)) == 0 && !strchr(error.text, '\n'));
    return status;
}

// The good file takes a mask, and it is another process that writes it.
static void check_setup(void)
{
    struct rusage children;
    require(save("/scan/inner/mask") == STATUS_OK);
    require(getrusage(RUSAGE_CHILDREN, &children) == 0 && children.ru_maxrss > 0);
    require(!is_unchanged(setup.target, &setup.good));
    require(is_unchanged(setup.victim, &setup.other) && files_in_folder() == 2);
    write_whole(setup.target, &setup.good);
    require(save(NULL) != STATUS_OK && is_unchanged(setup.target, &setup.good));
}

static void prepare(void)
{
    if (setup.folder[0])
        return;
    snprintf(setup.folder, sizeof setup.folder, "/tmp/fuzz_mask_target_XXXXXX");
    require(mkdtemp(setup.folder) != NULL);
    snprintf(setup.target, sizeof setup.target, "%s/target.h5", setup.folder);
    snprintf(setup.victim, sizeof setup.victim, "%s/victim.h5", setup.folder);
    atexit(clean);
    make_victim();
    make_target();
    find_places();
    check_setup();
}

// --- changes ---

static size_t number(const uint8_t *at)
{
    return at[0] | (size_t)at[1] << 8;
}

// Anywhere, or in the 64 bytes from one of the places.
static size_t place_of(const uint8_t *change)
{
    const size_t where = number(change + 1);
    const size_t at = change[0] & 0x80 ? setup.places[where % setup.place_count] + (where >> 8) % 64 : where;
    return at % setup.good.count;
}

// Bytes of another place of the good file.
static void copy_from_elsewhere(struct bytes *bytes, size_t at, const uint8_t *value)
{
    const size_t from = number(value) % setup.good.count, count = 8u << value[2] % 5;
    for (size_t i = 0; i < count && at + i < bytes->count && from + i < setup.good.count; i++)
        bytes->at[at + i] = setup.good.at[from + i];
}

// Eight bytes, an address or a length in most places where they are any number.
static void put_number(struct bytes *bytes, size_t at, const uint8_t *value)
{
    const size_t numbers[] = {number(value),    setup.places[number(value) % setup.place_count],
                              setup.good.count, setup.good.count - 1,
                              SIZE_MAX,         SIZE_MAX / 2,
                              (size_t)1 << 32,  0};
    const size_t wanted = numbers[value[2] % 8];
    for (size_t i = 0; i < 8 && at / 8 * 8 + i < bytes->count; i++)
        bytes->at[at / 8 * 8 + i] = (uint8_t)(wanted >> 8 * i);
}

static void put_word(struct bytes *bytes, size_t at, const uint8_t *value)
{
    static const char *const words[] = {"victim.h5", "target.h5", "/",    "/entry", "scan/inner", "../",
                                        "/scan",     ".",         "TREE", "SNOD",   "HEAP",       "GCOL"};
    const char *word = words[value[0] % (sizeof words / sizeof words[0])];
    const size_t count = strlen(word) + (value[1] & 1); // with its end or without
    for (size_t i = 0; i < count && at + i < bytes->count; i++)
        bytes->at[at + i] = (uint8_t)word[i];
}

static void apply(struct bytes *bytes, const uint8_t *change)
{
    enum { FLIP, SET, NUMBER, COPY, WORD, CUT, KINDS };
    const size_t at = place_of(change);
    const uint8_t *value = change + 3;
    switch ((change[0] & 0x7F) % KINDS) {
    case FLIP:
        bytes->at[at] ^= (uint8_t)(1u << (value[0] & 7));
        break;
    case SET:
        bytes->at[at] = value[0];
        break;
    case NUMBER:
        put_number(bytes, at, value);
        break;
    case COPY:
        copy_from_elsewhere(bytes, at, value);
        break;
    case WORD:
        put_word(bytes, at, value);
        break;
    default:
        bytes->count = at;
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    prepare();
    if (size == 0)
        return 0;
    setup.damaged = setup.good;
    for (size_t i = 0; i < MAX_CHANGES && 1 + (i + 1) * CHANGE_BYTES <= size; i++)
        apply(&setup.damaged, data + 1 + i * CHANGE_BYTES);
    write_whole(setup.target, &setup.damaged);
    if (save(datasets[data[0] % DATASETS]) != STATUS_OK)
        require(is_unchanged(setup.target, &setup.damaged));
    require(is_unchanged(setup.victim, &setup.other));
    require(files_in_folder() == 2);
    return 0;
}
