// SPDX-License-Identifier: MIT
// A driver of libhdf5 over a descriptor that was judged when it was opened.
#include "formats/hdf5_library/hdf5_driver.h"

#include "formats/hdf5/hdf5_files.h"
#include "formats/hdf5_library/hdf5_wish.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

// The kind of thing that libhdf5 calls a file; it sees only the first member.
struct driver_file {
    H5FD_t base;               // first
    struct hdf5_handle handle; // what H5Fget_vfd_handle gives
    bool draft;                // is written to
    dev_t device;
    ino_t inode;
    haddr_t end;       // of the file
    haddr_t allocated; // as libhdf5 has it
};

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

static struct blob *draft_open(const char *name, bool anew)
{
    struct stat info;
    const int fd = hdf5_wish_draft(name);
    if (fd < 0 || fstat(fd, &info) != 0 || (anew && ftruncate(fd, 0) != 0))
        return NULL;
    return blob_of_descriptor(name, fd, anew ? 0 : info.st_size);
}

static H5FD_t *driver_open(const char *name, unsigned flags, hid_t access, haddr_t last)
{
    (void)access;
    (void)last;
    const bool draft = flags & (H5F_ACC_RDWR | H5F_ACC_TRUNC | H5F_ACC_CREAT | H5F_ACC_EXCL);
    struct blob *blob = draft ? draft_open(name, flags & H5F_ACC_TRUNC) : NULL;
    struct stat info;
    if (draft ? !blob : hdf5_wish_file(name, &blob, NULL) != STATUS_OK) {
        refuse(H5E_CANTOPENFILE, "it cannot be opened, or is not a regular file");
        return NULL;
    }
    struct driver_file *file = NULL;
    if (fstat(blob_descriptor(blob), &info) == 0 && (draft || hdf5_signature_locate(blob) >= 0))
        file = calloc(1, sizeof *file);
    if (!file) {
        refuse(H5E_CANTOPENFILE, "it has no signature of HDF5");
        blob_release(&blob);
        return NULL;
    }
    *file = (struct driver_file){.handle.blob = blob,
                                 .device = info.st_dev,
                                 .inode = info.st_ino,
                                 .end = (haddr_t)blob_size(blob),
                                 .draft = draft};
    return &file->base;
}

static herr_t driver_close(H5FD_t *base)
{
    struct driver_file *file = driver_file_of(base);
    blob_release(&file->handle.blob);
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
    (void)base;
    // Not that names are paths: libhdf5 would look at them, which the worker cannot. The viewer finds files
    // beside what links lead to.
    *features = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
                H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_SUPPORTS_SWMR_IO | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
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
    *handle = &driver_file_of(base)->handle;
    return 0;
}

static herr_t driver_read(H5FD_t *base, H5FD_mem_t type, hid_t transfer, haddr_t at, size_t count, void *out)
{
    (void)transfer;
    struct driver_file *file = driver_file_of(base);
    char *to = out;
    if (at > INT64_MAX || count > (uint64_t)INT64_MAX - at) {
        refuse(H5E_OVERFLOW, "an address is beyond any file");
        return -1;
    }
    if (file->handle.tracing && type == H5FD_MEM_DRAW) {
        file->handle.at = (int64_t)at;
        file->handle.count = (int64_t)count;
        return 0;
    }
    const int64_t got = blob_read_some(file->handle.blob, (int64_t)at, to, count);
    if (got < 0) {
        refuse(H5E_READERROR, "read failed");
        return -1;
    }
    memset(to + got, 0, count - (size_t)got);
    return 0;
}

// --- Writing of drafts ---

static bool write_all(int fd, int64_t at, const char *bytes, size_t count)
{
    for (size_t done = 0; done < count;) {
        const ssize_t put = pwrite(fd, bytes + done, count - done, at + (off_t)done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        done += (size_t)put;
    }
    return true;
}

static herr_t driver_write(H5FD_t *base, H5FD_mem_t type, hid_t transfer, haddr_t at, size_t count,
                           const void *from)
{
    (void)type;
    (void)transfer;
    struct driver_file *file = driver_file_of(base);
    if (!file->draft || at > INT64_MAX || count > (uint64_t)INT64_MAX - at ||
        !write_all(blob_descriptor(file->handle.blob), (int64_t)at, from, count)) {
        refuse(H5E_WRITEERROR, file->draft ? "write failed" : "files are only read");
        return -1;
    }
    file->end = at + count > file->end ? at + count : file->end;
    return 0;
}

// The file gets the length that it says it has.
static herr_t driver_truncate(H5FD_t *base, hid_t transfer, hbool_t closing)
{
    (void)transfer;
    (void)closing;
    struct driver_file *file = driver_file_of(base);
    if (!file->draft || file->end == file->allocated)
        return 0;
    if (ftruncate(blob_descriptor(file->handle.blob), (off_t)file->allocated) != 0) {
        refuse(H5E_WRITEERROR, "the length of the file cannot be set");
        return -1;
    }
    file->end = file->allocated;
    return 0;
}

// --- Locks ---

static herr_t driver_lock(H5FD_t *base, hbool_t writing)
{
    // Some file systems know no locks.
    const int kind = writing ? LOCK_EX : LOCK_SH;
    if (flock(blob_descriptor(driver_file_of(base)->handle.blob), kind | LOCK_NB) == 0 || errno == ENOSYS)
        return 0;
    refuse(H5E_CANTLOCKFILE, "unable to lock file");
    return -1;
}

static herr_t driver_unlock(H5FD_t *base)
{
    return flock(blob_descriptor(driver_file_of(base)->handle.blob), LOCK_UN) == 0 || errno == ENOSYS ? 0
                                                                                                      : -1;
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
    .truncate = driver_truncate,
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
