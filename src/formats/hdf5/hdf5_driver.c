// SPDX-License-Identifier: MIT
// A driver of libhdf5 over a descriptor that was judged when it was opened.
#include "formats/hdf5/hdf5_driver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

// The kind of thing that libhdf5 calls a file; it sees only the first member.
struct driver_file {
    H5FD_t base; // first
    struct blob *blob;
    int fd; // the blob's
    dev_t device;
    ino_t inode;
    haddr_t end;       // of the file
    haddr_t allocated; // as libhdf5 has it
    bool named;        // in a folder, not by its descriptor alone
};

static const uint8_t signature[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n'};

static struct driver_file *driver_file_of(H5FD_t *file)
{
    return (struct driver_file *)file; // the base is the first member
}

static const struct driver_file *driver_file_const(const H5FD_t *file)
{
    return (const struct driver_file *)file;
}

// Words for hdf5_explain.
static void refuse(hid_t reason, const char *words)
{
    H5Epush2(H5E_DEFAULT, __FILE__, __func__, __LINE__, H5E_ERR_CLS, H5E_FILE, reason, "%s", words);
}

// --- Opening ---

int64_t hdf5_signature_find(const uint8_t *head, size_t count)
{
    for (size_t at = 0; at + sizeof signature <= count; at = at ? 2 * at : 512)
        if (memcmp(head + at, signature, sizeof signature) == 0)
            return (int64_t)at;
    return -1;
}

int64_t hdf5_signature_locate(const struct blob *blob)
{
    uint8_t bytes[sizeof signature];
    const int64_t last = blob_size(blob) - (int64_t)sizeof signature;
    for (int64_t at = 0; at <= last; at = at ? 2 * at : 512) {
        if (blob_read(blob, at, bytes, sizeof bytes, NULL) == STATUS_OK &&
            memcmp(bytes, signature, sizeof bytes) == 0)
            return at;
        if (at > INT64_MAX / 2)
            break;
    }
    return -1;
}

// A file without a name, such as one that was unpacked: libhdf5 would ask for its real name and fail.
static bool is_nameless(const char *path)
{
    return strncmp(path, "/proc/", 6) == 0 && strstr(path, "/fd/");
}

static H5FD_t *driver_open(const char *name, unsigned flags, hid_t access, haddr_t last)
{
    (void)access;
    (void)last;
    const unsigned writing = H5F_ACC_RDWR | H5F_ACC_TRUNC | H5F_ACC_CREAT | H5F_ACC_EXCL;
    struct blob *blob;
    struct stat info;
    if (flags & writing || blob_open(name, &blob, NULL) != STATUS_OK) {
        refuse(H5E_CANTOPENFILE, "it cannot be opened, or is not a regular file");
        return NULL;
    }
    struct driver_file *file = NULL;
    if (fstat(blob_descriptor(blob), &info) == 0 && hdf5_signature_locate(blob) >= 0)
        file = calloc(1, sizeof *file);
    if (!file) {
        refuse(H5E_CANTOPENFILE, "it has no signature of HDF5");
        blob_release(&blob);
        return NULL;
    }
    *file = (struct driver_file){.blob = blob,
                                 .fd = blob_descriptor(blob),
                                 .device = info.st_dev,
                                 .inode = info.st_ino,
                                 .end = (haddr_t)blob_size(blob),
                                 .named = !is_nameless(name)};
    return &file->base;
}

static herr_t driver_close(H5FD_t *base)
{
    struct driver_file *file = driver_file_of(base);
    blob_release(&file->blob);
    free(file);
    return 0;
}

static int order(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b ? 1 : 0;
}

// The same file by two names is one file.
static int driver_compare(const H5FD_t *first, const H5FD_t *second)
{
    const struct driver_file *a = driver_file_const(first), *b = driver_file_const(second);
    const int devices = order(a->device, b->device);
    return devices ? devices : order(a->inode, b->inode);
}

static herr_t driver_query(const H5FD_t *base, unsigned long *features)
{
    *features = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
                H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_SUPPORTS_SWMR_IO | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
    if (!base || driver_file_const(base)->named)
        *features |= H5FD_FEAT_POSIX_COMPAT_HANDLE;
    return 0;
}

// --- Reading ---

static haddr_t driver_allocated(const H5FD_t *base, H5FD_mem_t type)
{
    (void)type;
    return driver_file_const(base)->allocated;
}

static herr_t driver_allocate(H5FD_t *base, H5FD_mem_t type, haddr_t end)
{
    (void)type;
    driver_file_of(base)->allocated = end;
    return 0;
}

static haddr_t driver_end(const H5FD_t *base, H5FD_mem_t type)
{
    (void)type;
    return driver_file_const(base)->end;
}

static herr_t driver_handle(H5FD_t *base, hid_t access, void **handle)
{
    (void)access;
    *handle = &driver_file_of(base)->fd;
    return 0;
}

static herr_t driver_read(H5FD_t *base, H5FD_mem_t type, hid_t transfer, haddr_t at, size_t count, void *out)
{
    (void)type;
    (void)transfer;
    const struct driver_file *file = driver_file_of(base);
    char *to = out;
    if (at > INT64_MAX || count > (uint64_t)INT64_MAX - at) {
        refuse(H5E_OVERFLOW, "an address is beyond any file");
        return -1;
    }
    const int64_t got = blob_read_some(file->blob, (int64_t)at, to, count);
    if (got < 0) {
        refuse(H5E_READERROR, "read failed");
        return -1;
    }
    memset(to + got, 0, count - (size_t)got);
    return 0;
}

// libhdf5 wants to have the function.
static herr_t driver_write(H5FD_t *base, H5FD_mem_t type, hid_t transfer, haddr_t at, size_t count,
                           const void *from)
{
    (void)base, (void)type, (void)transfer, (void)at, (void)count, (void)from;
    refuse(H5E_WRITEERROR, "files are only read");
    return -1;
}

static herr_t driver_lock(H5FD_t *base, hbool_t writing)
{
    (void)writing;
    // Some file systems know no locks.
    if (flock(driver_file_of(base)->fd, LOCK_SH | LOCK_NB) == 0 || errno == ENOSYS)
        return 0;
    refuse(H5E_CANTLOCKFILE, "unable to lock file");
    return -1;
}

static herr_t driver_unlock(H5FD_t *base)
{
    return flock(driver_file_of(base)->fd, LOCK_UN) == 0 || errno == ENOSYS ? 0 : -1;
}

// --- The driver ---

static const char driver_name[] = "fovea";

static const H5FD_class_t driver_class = {
    .name = driver_name,
    .maxaddr = INT64_MAX,
    .fc_degree = H5F_CLOSE_WEAK,
    .open = driver_open,
    .close = driver_close,
    .cmp = driver_compare,
    .query = driver_query,
    .get_eoa = driver_allocated,
    .set_eoa = driver_allocate,
    .get_eof = driver_end,
    .get_handle = driver_handle,
    .read = driver_read,
    .write = driver_write,
    .lock = driver_lock,
    .unlock = driver_unlock,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

// Registered once for the process, for libhdf5 takes files of two registrations for two files. It keeps the
// number itself, among the properties of its standard access list; who comes second finds that of the first.
bool hdf5_driver_set(hid_t access)
{
    hid_t driver = H5I_INVALID_HID;
    if (H5Pexist(H5P_FILE_ACCESS_DEFAULT, driver_name) <= 0) {
        hid_t made = H5FDregister(&driver_class);
        if (made >= 0 && H5Pinsert2(H5P_FILE_ACCESS_DEFAULT, driver_name, sizeof made, &made, NULL, NULL,
                                    NULL, NULL, NULL, NULL) < 0)
            H5FDunregister(made);
    }
    return H5Pget(H5P_FILE_ACCESS_DEFAULT, driver_name, &driver) >= 0 &&
           H5Pset_driver(access, driver, NULL) >= 0;
}
