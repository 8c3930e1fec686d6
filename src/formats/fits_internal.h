// SPDX-License-Identifier: MIT
// What the parts of the FITS reader share: the description of an image HDU, and its samples as numbers.
#ifndef FOVEA_FORMATS_FITS_INTERNAL_H
#define FOVEA_FORMATS_FITS_INTERNAL_H

#include "base/status.h"
#include "base/text.h"
#include "image/sample.h"

#include <fitsio.h>

enum { FITS_MAX_AXES = 16 };

// How the stored numbers become samples.
enum fits_conversion {
    FITS_AS_STORED, // nothing to do
    FITS_FLIP_SIGN, // BZERO is half the range: the other signedness, exactly
    FITS_SCALED     // BSCALE * stored + BZERO in floating point
};

// The stored numbers of an image and the sample type they are shown in.
struct fits_layout {
    int bitpix; // 8, 16, 32, 64, -32 or -64
    double bscale, bzero;
    bool has_blank;
    int64_t blank;    // the stored integer that stands for "no value"
    size_t raw_bytes; // of one stored number
    size_t bytes;     // of one sample
    enum sample_type type;
    enum fits_conversion conversion;
};

// Fills raw_bytes, bytes, type and conversion from the other fields. False if bitpix is none of the six.
bool fits_layout_complete(struct fits_layout *layout);

// Converts `count` stored numbers, already in the machine's byte order, to samples. `raw` and `out` may be
// the same memory when raw_bytes equals bytes; else they must not overlap. Stored numbers equal to BLANK get
// MASK_GAP in `classes` (a byte per pixel) when the samples are integers, and become NaN when they are
// floats. Returns true if a class was written. Pure; thread-safe.
bool fits_convert(const struct fits_layout *layout, const void *raw, void *out, size_t count,
                  uint8_t *classes);

// Where the stored numbers are.
enum fits_storage {
    FITS_PLAIN, // in the file as they are: read without cfitsio
    FITS_TILES  // in compressed tiles, which cfitsio decodes
};

// The columns of the table that hold the compressed tiles, in the order in which cfitsio looks at them.
enum { FITS_TILE_COMPRESSED, FITS_TILE_GZIP, FITS_TILE_PLAIN, FITS_TILE_COLUMNS };

struct fits_tile_column {
    int number; // from 1; 0 = the table has none
    int item;   // bytes of one element
};

// How an image is cut into tiles and these are stored.
struct fits_tiling {
    int axes;
    int64_t axis[FITS_MAX_AXES], tile[FITS_MAX_AXES];
    int codec; // cfitsio's RICE_1, GZIP_1, ...
    int64_t rice_block;
    int rice_bytes;
    struct fits_tile_column columns[FITS_TILE_COLUMNS];
};

// One image of the file.
struct fits_hdu {
    int number;    // from 0 = primary
    char name[72]; // EXTNAME, or ""
    int axes;
    LONGLONG axis[FITS_MAX_AXES];
    int64_t width, height, frames; // axis 1, axis 2 (1 if there is none), the product of the others
    struct fits_layout layout;
    enum fits_storage storage;
    int64_t data_offset; // FITS_PLAIN: of the data in the file
    int64_t present;     // stored numbers that are really there, at most width * height * frames
    // FITS_TILES only.
    int64_t tile_width, tile_height;
    struct fits_tiling tiling;
    bool quantized;       // floats stored as scaled integers
    char compression[32]; // for people
};

// Opens the file with cfitsio without its file name syntax. `fd` is an open descriptor of it. The caller
// closes *handle by fits_close_quietly. Thread-safe.
enum status fits_handle_open(const char *path, int fd, fitsfile **handle, struct error *error);
// Closes and sets to NULL; NULL is fine.
void fits_close_quietly(fitsfile **handle);

// The HDUs that cfitsio can be moved to without harm: those from 0 to count - 1.
struct fits_guard {
    int64_t *starts; // offsets of their headers
    int count;
    bool refused; // one behind them is a damaged tile-compressed image
};

// Walks all headers; never fails. Free with fits_guard_free.
void fits_guard_walk(int fd, int64_t file_bytes, struct fits_guard *guard);
void fits_guard_free(struct fits_guard *guard);

// Chooses the image by the selector (a number from 0, or an EXTNAME; NULL = the first with two axes or more,
// else the first with one) and describes it; `handle` is then at that HDU. `fd` and `file_bytes` are those of
// the file.
enum status fits_hdu_find(fitsfile *handle, const char *path, const char *selector, int fd,
                          int64_t file_bytes, struct fits_hdu *hdu, struct error *error);

// Appends a line for each HDU as of struct reader.contents; `handle` is moved.
void fits_hdus_list(fitsfile *handle, const char *path, int fd, int64_t file_bytes, struct text *out);

// Where to read compressed tiles, and memory for one. Zero-initialise `buffer` and `capacity`; free(buffer).
struct fits_tile_reader {
    fitsfile *handle;         // at the HDU
    int fd;                   // of the file
    int64_t data_offset, end; // of the HDU's data, and the end of the content
    uint8_t *buffer;
    size_t capacity;
};

// Can cfitsio decode all tiles that the box from `first` to `last` (both from 1, as for fits_read_subset)
// touches without reading or writing outside its memory?
bool fits_tiles_sound(struct fits_tile_reader *reader, const struct fits_tiling *tiling, const long *first,
                      const long *last);

// All cards of the current HDU as "key\tvalue / comment\n" lines of valid UTF-8.
enum status fits_cards(fitsfile *handle, const char *path, struct text *out, struct error *error);

// A sentence "PATH: what: cfitsio's text" with `status`; empties cfitsio's message stack.
enum status fits_error(struct error *error, enum status status, const char *path, const char *what, int code);

#endif
