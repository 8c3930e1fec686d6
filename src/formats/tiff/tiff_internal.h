// SPDX-License-Identifier: MIT
// What the parts of the TIFF reader share: the handle, and what each of them does.
//
// TIFF 6.0 (Adobe, 1992) and its technical notes define the format; BigTIFF is as libtiff documents it.
//
// Thread-safety: one thread at a time for each handle, as for all readers.
#ifndef FOVEA_FORMATS_TIFF_INTERNAL_H
#define FOVEA_FORMATS_TIFF_INTERNAL_H

#include "formats/base/reader.h"
#include "formats/tiff/tiff_layout.h"
#include "formats/tiff/tiff_slice.h"

#include <tiffio.h>

// Decoded chunks kept for the next request: one per column of chunks where that is little memory, else one.
struct tiff_slot {
    uint8_t *data;
    int64_t chunk; // index of the chunk, or -1
    int64_t rows;  // decoded without fault, from the chunk's first
};

struct tiff_cache {
    struct tiff_slot *slots; // planes * columns
    int64_t columns, planes;
};

// The state of row-by-row decoding.
struct tiff_scan {
    uint8_t *row;   // the row before `next`
    int64_t next;   // the row that libtiff decodes next
    int64_t chunk;  // the strip it is in, or -1
    int64_t failed; // the first row of the strip that could not be decoded, or INT64_MAX
};

// A page as the chain of directories has it.
struct tiff_page {
    uint64_t directory; // offset
    int64_t number;     // in the chain, from 0
    unsigned kind;      // FILETYPE_REDUCEDIMAGE, FILETYPE_MASK or both; 0 for a frame
};

// Bytes that libtiff finds behind the file's end.
struct tiff_annex {
    uint8_t *bytes;
    size_t count;
};

// What all pages that a slice crosses have in common.
struct tiff_alike {
    int64_t width, height;
    enum sample_type type;
    unsigned samples;
};

struct tiff_file {
    struct image_file base;
    int64_t bytes; // of base.blob
    bool big_endian, big_tiff;
    int channel, part;       // as asked for; `part` of complex numbers
    int64_t sample;          // that a slice asks for, or -1
    struct tiff_page *pages; // one of a stack
    int64_t page_count;      // without a slice each is a frame
    struct tiff_slice slice;
    struct tiff_alike alike;
    int64_t directories;     // in the chain, frames or not
    uint64_t stack_bytes;    // of a frame, where all lie behind the only directory; else 0
    struct tiff_annex annex; // the directory that tiff_repair made
    TIFF *tiff;
    int64_t page; // the frame whose directory libtiff holds, or -1
    struct tiff_layout layout;
    struct tiff_cache cache;
    struct tiff_scan scan;
    int64_t position;  // of libtiff's reads
    int io_error;      // errno of a failed read, or 0
    bool in_directory; // libtiff reads a directory
    char message[256]; // libtiff's complaint since it was cleared: the first, or of a directory the last
};

// What is known of a compression scheme.
struct tiff_codec {
    uint16_t code;
    const char *name;
    // No stream of the scheme can expand more than this; a header that claims more pixels is refused before
    // any allocation. Deflate reaches 1032, LZW about 1300, runs of PackBits 64; where a constant image takes
    // no space to speak of (fax, JBIG, LERC, WebP, zstd, LZMA) the limit only keeps absurd sizes out.
    int64_t max_expansion;
    bool by_row; // TIFFReadScanline works
};

// --- tiff_directory.c ---

#define TIFF_ENTRY_BYTES(file) ((size_t)((file)->big_tiff ? 20 : 12))

// A directory as it stands in the file; begin with zeros, free `entries` at the end.
struct tiff_directory {
    uint8_t *entries; // in the file's byte order
    size_t count;
    uint64_t next; // offset of the next one, 0 at the end of the chain
};

struct tiff_entry {
    size_t index; // in the directory
    uint16_t type;
    uint64_t count;
    uint8_t *value; // the number or its offset, within the directory
};

// False if the directory is not all in the file.
bool tiff_directory_read(const struct tiff_file *file, uint64_t offset, struct tiff_directory *directory);

bool tiff_entry_find(const struct tiff_file *file, const struct tiff_directory *directory, uint16_t tag,
                     struct tiff_entry *entry);

// The lone unsigned number of an entry; false if it is anything else.
bool tiff_entry_number(const struct tiff_file *file, const struct tiff_entry *entry, uint64_t *value);

// All unsigned numbers of an entry, to be freed; NULL if they are not all in the file.
uint64_t *tiff_entry_numbers(const struct tiff_file *file, const struct tiff_entry *entry);

// Remembers where every directory is. A chain that ends in nothing or in itself ends there.
enum status tiff_pages_scan(struct tiff_file *file, struct error *error);

// Without a number the pages that are frames: neither overviews nor transparency masks. "file.tif[3]" is
// page 3 (from 0) of the chain alone, whatever it is.
enum status tiff_pages_select(struct tiff_file *file, const char *number, struct error *error);

// --- tiff_repair.c ---

// Makes of a directory that libtiff refuses one that it reads, where the pixels can be found all the same:
// RowsPerStrip of 0, and byte counts missing for several strips or tiles. Returns its offset, in the annex
// behind the file's end; 0 if there is nothing to repair.
uint64_t tiff_repair(struct tiff_file *file, uint64_t offset);

// --- tiff_stack.c ---

// Counts the frames that follow each other behind the only directory, as ImageJ (beyond 4 GB and virtual
// stacks), tifffile ("truncated") and MetaMorph (STK) write them. They count only if all their bytes are in
// the file.
void tiff_stack_find(struct tiff_file *file);

// --- tiff_page.c ---

// The page's place in the chain, or in a stack the frame's.
int64_t tiff_page_number(const struct tiff_file *file, int64_t frame);

// The description of a scheme; a nameless one for those unknown.
struct tiff_codec tiff_codec_of(uint16_t compression);

// Makes `frame` libtiff's current directory and works out its layout, unless it is current. A page whose
// pixels cannot be in the file is STATUS_BROKEN; a kind that is not shown STATUS_UNSUPPORTED; a channel that
// does not exist STATUS_USAGE.
enum status tiff_page_load(struct tiff_file *file, int64_t frame, struct error *error);

// Forgets what was decoded and reads the current directory again, which resets libtiff's decoder.
enum status tiff_page_reload(struct tiff_file *file, struct error *error);

// The current page as the layers above see it.
void tiff_page_describe(const struct tiff_file *file, struct frame_info *info);

// Frees the decoded chunks.
void tiff_cache_free(struct tiff_file *file);

// --- tiff_frame.c ---

// Makes frames of the slice whose words stand between the brackets; the pages are known.
enum status tiff_frames_slice(struct tiff_file *file, const char *words, struct error *error);

// Loads the page on which a frame begins.
enum status tiff_frame_load(struct tiff_file *file, int64_t frame, struct error *error);

// Member of struct reader.
enum status tiff_decode(struct image_file *base, const struct decode_request *request,
                        struct decode_report *report, struct error *error);

// --- tiff_decode.c ---

// Decodes a rectangle of the page request->frame.
enum status tiff_page_decode(struct tiff_file *file, const struct decode_request *request,
                             struct decode_report *report, struct error *error);

// --- tiff_unpack.c ---

// Samples of a row of a chunk that are to be converted.
struct tiff_span {
    const uint8_t *row; // in the machine's byte order
    unsigned bits;
    unsigned step;   // samples from pixel to pixel
    unsigned offset; // sample within the pixel
    int64_t first;   // pixel of the row
    int64_t count;
};

// Widens the samples of `span` to `type` at `out` (aligned or not).
void tiff_unpack(const struct tiff_span *span, enum sample_type type, bool is_float, bool is_signed,
                 void *out);

// Brings `count` items of `bits` bits each from the other byte order to the machine's; sub-byte and odd
// depths have none.
void tiff_swap(uint8_t *row, size_t row_bytes, unsigned bits);

// --- tiff_detector.c ---

// The marks of detectors in the samples of the current page, where the page says that it comes from one.
void tiff_sentinels(const struct tiff_file *file, struct sentinels *sentinels);

// Appends the lines of ImageDescription where it is of Dectris's convention; false where it is not.
bool tiff_append_description(const struct tiff_file *file, struct text *out);

// Appends the entries of Dectris's private directory and the attributes of EPICS areaDetector.
void tiff_append_private(const struct tiff_file *file, struct text *out);

// Member of struct reader.
enum status tiff_detector(struct image_file *base, int64_t frame, struct detector_info *info,
                          struct error *error);

// --- tiff_metadata.c ---

// Appends "key\tvalue\n" in valid UTF-8, without line ends and tabs inside; nothing for an empty value. The
// text may have several lines, which become lines of the same key.
void tiff_append_line(struct text *out, const char *key, const char *value, size_t count);
void tiff_append_text(struct text *out, const char *key, const char *value);

enum status tiff_metadata(struct image_file *base, int64_t frame, struct text *out, struct error *error);

#endif
