// SPDX-License-Identifier: MIT
// What the parts of the FITS reader share: the description of an image HDU, and its samples as numbers.
#ifndef FOVEA_FORMATS_FITS_INTERNAL_H
#define FOVEA_FORMATS_FITS_INTERNAL_H

#include "base/status.h"
#include "base/text.h"
#include "formats/base/reader.h"
#include "formats/fits/fits_header.h"
#include "image/sample.h"

enum { FITS_MAX_AXES = 16, FITS_NAME_BYTES = 96 };

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
    FITS_PLAIN, // in the file as they are
    FITS_TILES  // in compressed tiles
};

// The columns of the table that hold the compressed tiles, in the order in which they are looked at.
enum { FITS_TILE_COMPRESSED, FITS_TILE_GZIP, FITS_TILE_PLAIN, FITS_TILE_COLUMNS };

struct fits_column {
    int64_t offset; // in a row
    char kind;      // the letter of TFORMn: 'P', 'D', ...; '\0': there is no such column
    int element;    // of 'P' and 'Q': bytes of one element of the array
};

enum fits_codec { FITS_RICE, FITS_GZIP, FITS_GZIP_SHUFFLED, FITS_PLIO, FITS_HCOMPRESS, FITS_NOT_COMPRESSED };
enum fits_dither { FITS_DITHER_NONE, FITS_DITHER_1, FITS_DITHER_2 };

// How an image is cut into tiles and these are stored.
struct fits_tiling {
    int axes;
    int64_t axis[FITS_MAX_AXES], tile[FITS_MAX_AXES];
    int64_t table, row_bytes, rows, heap; // offsets in the file of the table and of its heap
    struct fits_column data[FITS_TILE_COLUMNS];
    enum fits_codec codec;
    int64_t rice_block;
    int rice_bytes;
    bool smooth;   // HCompress
    int bitpix;    // of the image
    bool lossless; // floats are stored as such, not as scaled integers
    // The scaling of stored integers, and the one that stands for "no value": a column each, else the number
    // here for all tiles.
    struct fits_column scale_column, zero_column, blank_column;
    double scale, zero;
    bool has_blank;
    int64_t blank;
    enum fits_dither dither;
    int64_t dither_seed;
};

// One image of the file.
struct fits_hdu {
    int number;                 // from 0 = primary
    char name[FITS_NAME_BYTES]; // EXTNAME, with EXTVER behind it if there is one ("SCI,2"), or ""
    char unit[32];              // BUNIT, or ""
    int axes;
    int64_t axis[FITS_MAX_AXES];
    int64_t width, height, frames; // axis 1, axis 2 (1 if there is none), the product of the others
    struct fits_layout layout;
    enum fits_storage storage;
    int64_t header_offset, data_offset; // in the file
    int64_t present; // stored numbers that are really there, at most width * height * frames
    // FITS_TILES only.
    int64_t tile_width, tile_height;
    struct fits_tiling tiling;
    char compression[32]; // for people
};

// Chooses the image by the selector (a number from 0, an EXTNAME, or an EXTNAME, a comma and an EXTVER; NULL
// = the first with two axes or more, else the first with one) and describes it.
enum status fits_hdu_find(const struct image_file *file, const char *selector, struct fits_hdu *hdu,
                          struct error *error);

// Appends a line for each HDU as of struct reader.contents, none after a cancel.
void fits_hdus_list(const struct image_file *file, struct text *out);

// Fills tiling, tile_width, tile_height and compression of an HDU whose other fields are known; `room`: what
// the file holds behind the header. Returns what is wrong with the header, or NULL.
const char *fits_tiling_read(const struct fits_header *header, struct fits_hdu *hdu, int64_t room);

// Memory that grows.
struct fits_memory {
    uint8_t *bytes;
    size_t capacity;
};

// Where to read compressed tiles, and memory for one. Zero-initialise; free with fits_tile_reader_free.
struct fits_tile_reader {
    const struct blob *blob; // the file
    struct cancel *cancel;   // of the request; may be NULL
    struct fits_memory stored, items, numbers;
    float *random;    // the table of subtractive dithering, or NULL before its first use
    int64_t held_row; // the row of the table whose tile was decoded last, or 0
    const uint8_t *held;
};

void fits_tile_reader_free(struct fits_tile_reader *reader);

// The number that a column has in a row (from 1) of the table, as it is or cut to an integer. False if it
// cannot be read.
bool fits_column_real(const struct fits_tile_reader *reader, const struct fits_tiling *tiling,
                      const struct fits_column *column, int64_t row, double *value);
bool fits_column_integer(const struct fits_tile_reader *reader, const struct fits_tiling *tiling,
                         const struct fits_column *column, int64_t row, int64_t *value);

// Makes room for `bytes`; false if there is none. What was there may be lost.
bool fits_memory_need(struct fits_memory *memory, size_t bytes);

// What the table stores for a tile.
struct fits_stored {
    int column;    // FITS_TILE_...
    uint8_t *data; // followed by FITS_STORED_PADDING bytes of ones
    size_t count;
};

enum { FITS_RICE_MAX_BLOCK = 1024, FITS_STORED_PADDING = 64 };

// Reads what is stored for the tile of `pixels` pixels in a row (from 1) of the table. False if nothing is,
// if it is not all in the file, or if it is more than any codec makes of so many pixels.
bool fits_tile_load(struct fits_tile_reader *reader, const struct fits_tiling *tiling, int64_t row,
                    int64_t pixels, struct fits_stored *stored);

// The tiles that a box touches, one after another.
struct fits_tile_walk {
    const struct fits_tiling *tiling;
    const int64_t *first, *last; // of the box, from 1
    int64_t at[FITS_MAX_AXES];   // the tile's place in the grid of tiles
    int64_t row;                 // of the table, from 1
    int64_t pixels;              // of the tile, which the image's edge may cut
};

void fits_tile_walk_begin(struct fits_tile_walk *walk, const struct fits_tiling *tiling, const int64_t *first,
                          const int64_t *last);
// Moves on; false behind the last one.
bool fits_tile_walk_next(struct fits_tile_walk *walk);

// Decodes an HCompress stream of `count` bytes, followed by FITS_STORED_PADDING bytes, to `pixels` integers
// of 32 bits. `room` holds 8 bytes a pixel, of which the first halves are the integers then. `smooth`: the
// SMOOTH of the tile's header. False if it is damaged, or where there is no memory. Pure.
bool fits_hcompress_decode(const uint8_t *data, size_t count, bool smooth, void *room, int64_t pixels);

// Decodes an IRAF pixel list of `count` bytes to `pixels` integers. False if it is damaged. Pure.
bool fits_plio_decode(const uint8_t *data, size_t count, int32_t *out, int64_t pixels);

// The bytes of the largest piece of memory that decoding a tile takes; SIZE_MAX where that overflows.
size_t fits_tile_memory(const struct fits_tiling *tiling);

// Decodes the box from `first` to `last` (both from 1) to `raw`: numbers of the
// image's BITPIX in the machine's byte order, row-major without gaps. The box has one pixel only along axes 3
// and higher. False if a tile is damaged; `raw` is then undefined. FITS Standard 4.0, sections 10.1 to 10.4.
bool fits_tiles_read(struct fits_tile_reader *reader, const struct fits_tiling *tiling, const int64_t *first,
                     const int64_t *last, void *raw);

// Decodes a Rice stream of `count` bytes, followed by FITS_STORED_PADDING bytes of ones, to `pixels` numbers
// of `pixel_bytes` (1, 2 or 4) bytes in the machine's byte order. `block`: 1 to FITS_RICE_MAX_BLOCK. False if
// the stream is damaged or too short, or once `cancel`, which may be NULL, is requested. FITS Standard 4.0,
// section 10.4.1.
bool fits_rice_decode(const uint8_t *data, size_t count, int pixel_bytes, int64_t block, void *out,
                      int64_t pixels, struct cancel *cancel);

// The least number of bytes that `pixels` numbers can be in.
int64_t fits_rice_least_bytes(int pixel_bytes, int64_t block, int64_t pixels);

#endif
