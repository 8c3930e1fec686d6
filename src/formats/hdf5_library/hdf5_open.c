// SPDX-License-Identifier: MIT
// Opening of HDF5 files, also while they are written, and sentences from the words of libhdf5.
#include "formats/hdf5_library/hdf5_open.h"

#include "base/byteorder.h"
#include "formats/base/blob.h"
#include "formats/hdf5/hdf5_client.h"
#include "formats/hdf5/hdf5_files.h"
#include "formats/hdf5_library/hdf5_driver.h"
#include "formats/hdf5_library/hdf5_filters.h"
#include "formats/hdf5_library/hdf5_wish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool hdf5_plugins_allowed(void)
{
    const char *value = getenv(HDF5_PLUGINS_VARIABLE);
    return value && strcmp(value, "1") == 0;
}

void hdf5_quiet(void)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5PLset_loading_state(hdf5_plugins_allowed() ? H5PL_FILTER_PLUGIN : 0);
}

// --- Errors ---

// The descriptions of the innermost error and of the one around it.
struct words {
    char inner[256];
};

static herr_t note_words(unsigned index, const H5E_error2_t *entry, void *context)
{
    struct words *words = context;
    if (index == 0 && entry->desc)
        snprintf(words->inner, sizeof words->inner, "%s", entry->desc);
    return 0;
}

struct known_fault {
    const char *words; // of libhdf5
    enum status status;
    const char *sentence;
};

static const struct known_fault known_faults[] = {
    {"file is already open for write", STATUS_IO,
     "is being written, or its writer did not close it; try again when it is closed (or clear its flag with h5clear -s)"},
    {"unable to lock file", STATUS_IO, "is being written by another program; try again when it is closed"},
    {"file locking flag values", STATUS_IO,
     "is being written by another program; try again when it is closed"},
    {"multi driver should be used", STATUS_UNSUPPORTED,
     "is one file of an HDF5 file split over several, which is not read; join them with h5repack"},
    {"family", STATUS_UNSUPPORTED,
     "is one part of an HDF5 file split over several, which is not read; join them with h5repart"},
    {"truncated file", STATUS_BROKEN,
     "is cut short: the HDF5 file goes on where this file ends (or is one part of a family of files)"},
};

enum status hdf5_explain(const char *path, const char *what, enum status status, struct error *error)
{
    struct words words = {0};
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, note_words, &words);
    H5Eclear2(H5E_DEFAULT);
    for (size_t i = 0; i < sizeof known_faults / sizeof *known_faults; i++)
        if (strstr(words.inner, known_faults[i].words))
            return error_set(error, known_faults[i].status, "%s: %s", path, known_faults[i].sentence);
    if (strstr(words.inner, "is not registered"))
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: %s: its data need an HDF5 plugin that is not installed (%s)", path, what,
                         words.inner);
    return error_set(error, status, "%s: %s%s%s", path, what, words.inner[0] ? ": " : "", words.inner);
}

// --- Opening ---

// libhdf5 takes as much memory for the driver information of an old file as that says, without a look at the
// file's size. True where the file can hold it.
static bool driver_block_fits(const struct blob *blob)
{
    enum { ADDRESS_AT_V0 = 48, ADDRESS_AT_V1 = 52, SIZE_AT = 4 };
    uint8_t head[ADDRESS_AT_V1 + 8], block[8];
    const int64_t base = hdf5_signature_locate(blob);
    if (base < 0 || blob_read(blob, base, head, sizeof head, NULL) != STATUS_OK || head[8] > 1 ||
        head[13] != 8)
        return true; // newer, or libhdf5 will say what is wrong
    const uint64_t address = load_u64le(head + (head[8] == 0 ? ADDRESS_AT_V0 : ADDRESS_AT_V1));
    if (address > (uint64_t)blob_size(blob) ||
        blob_read(blob, base + (int64_t)address, block, sizeof block, NULL) != STATUS_OK)
        return true;
    return load_u32le(block + SIZE_AT) <= blob_size(blob);
}

enum { SWMR_ATTEMPTS = 20 }; // about a millisecond

struct attempt {
    bool swmr, unlocked;
};

static const struct attempt attempts[] = {
    {false, false},
    {true, false},
    {false, true},
};

// What libhdf5 says of a failure is gone with the next call, so it is put into words at once.
static enum status try_open(const char *path, const struct attempt *attempt, hid_t *file, struct error *error)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (!hdf5_driver_set(access)) {
        H5Pclose(access);
        return error_set(error, STATUS_NO_MEMORY, "%s: there is no memory to open it", path);
    }
    if (attempt->unlocked)
        H5Pset_file_locking(access, false, true);
    // In SWMR mode what has a wrong checksum is read again, after a wait that doubles each time: with the
    // usual 100 attempts for ages.
    if (attempt->swmr)
        H5Pset_metadata_read_attempts(access, SWMR_ATTEMPTS);
    *file = H5Fopen(path, H5F_ACC_RDONLY | (attempt->swmr ? H5F_ACC_SWMR_READ : 0), access);
    enum status status =
        *file >= 0 ? STATUS_OK : hdf5_explain(path, "cannot be read as HDF5", STATUS_BROKEN, error);
    H5Pclose(access);
    return status;
}

enum status hdf5_file_open(const char *path, hid_t *file, struct error *error)
{
    hdf5_quiet();
    hdf5_filters_register();
    // A folder, pipe or missing file gets the same sentence as in other formats.
    struct blob *blob;
    enum status status = hdf5_wish_file(path, &blob, error);
    if (status != STATUS_OK)
        return status;
    const bool fits = driver_block_fits(blob);
    blob_release(&blob);
    if (!fits)
        return error_set(error, STATUS_BROKEN, "%s: cannot be read as HDF5: its superblock is damaged", path);
    // Only a file that is being written is worth another attempt; the first tells best what is wrong.
    struct error first = {0};
    status = STATUS_IO;
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts && status == STATUS_IO; i++) {
        struct error reason = {0};
        hid_t opened = H5I_INVALID_HID;
        if (try_open(path, &attempts[i], &opened, &reason) == STATUS_OK) {
            *file = opened;
            return STATUS_OK;
        }
        if (i == 0)
            first = reason;
        status = first.status;
    }
    if (error)
        *error = first;
    return status;
}
