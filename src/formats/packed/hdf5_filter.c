// SPDX-License-Identifier: MIT
// The table of registered filters, in the order of their numbers.
#include "formats/packed/hdf5_filter.h"

#include <stddef.h>

static const struct hdf5_filter_entry entries[] = {
    {HDF5_FILTER_DEFLATE, "deflate", NULL},
    {HDF5_FILTER_SHUFFLE, "shuffle", NULL},
    {HDF5_FILTER_FLETCHER32, "Fletcher-32", NULL},
    {4, "szip", NULL},
    {5, "N-bit", NULL},
    {6, "scale-offset", NULL},
    {257, "hzip", NULL},
    {258, "fpzip", NULL},
    {305, "LZO", NULL},
    {HDF5_FILTER_BZIP2, "bzip2", NULL},
    {HDF5_FILTER_LZF, "LZF", NULL},
    {HDF5_FILTER_BLOSC, "Blosc", NULL},
    {32002, "MAFISC", NULL},
    {32003, "Snappy", NULL},
    {HDF5_FILTER_LZ4, "LZ4", NULL},
    {32005, "APAX", NULL},
    {32006, "CBF", NULL},
    {32007, "JPEG-XR", NULL},
    {HDF5_FILTER_BITSHUFFLE, "bitshuffle", NULL},
    {32009, "SPDP", NULL},
    {32010, "LPC-Rice", NULL},
    {32011, "CCSDS-123", NULL},
    {32012, "JPEG-LS", NULL},
    {32013, "ZFP", "hdf5-filter-plugin-zfp-serial"},
    {32014, "fpzip", NULL},
    {HDF5_FILTER_ZSTD, "zstd", NULL},
    {32016, "B3D", NULL},
    {32017, "SZ", NULL},
    {32018, "FCIDECOMP", NULL},
    {32019, "JPEG", NULL},
    {32020, "VBZ", NULL},
    {32021, "FAPEC", NULL},
    {32022, "BitGroom", NULL},
    {32023, "Granular BitRound", NULL},
    {32024, "SZ3", NULL},
    {32025, "Delta-Rice", NULL},
    {32026, "Blosc2", NULL},
    {32027, "FLAC", NULL},
    {32028, "SPERR", NULL},
    {32029, "TERSE/PROLIX", NULL},
    {32030, "FFMPEG", NULL},
};

const struct hdf5_filter_entry *hdf5_filter_find(unsigned number)
{
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++)
        if (entries[i].number == number)
            return &entries[i];
    return NULL;
}
