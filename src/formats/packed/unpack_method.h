// SPDX-License-Identifier: MIT
// The methods of packing that can be undone.
//
// Thread-safety: the functions are pure, and may be called from any threads.
#ifndef FOVEA_FORMATS_UNPACK_METHOD_H
#define FOVEA_FORMATS_UNPACK_METHOD_H

// Of all but the first two, several streams in a row are unpacked one after the other; zeros between them and
// anything unknown behind the last are left out.
enum unpack_method {
    UNPACK_STORED,   // as it is
    UNPACK_DEFLATE,  // RFC 1951 without a header, as in ZIP
    UNPACK_GZIP,     // RFC 1952, or zlib's own header (RFC 1950)
    UNPACK_BZIP2,    //
    UNPACK_XZ,       //
    UNPACK_ZSTD,     //
    UNPACK_COMPRESS, // of compress(1); its end is that of the data
    UNPACK_METHOD_COUNT
};

enum { UNPACK_MAGIC_BYTES = 10 }; // of a file's beginning tell the method

#endif
