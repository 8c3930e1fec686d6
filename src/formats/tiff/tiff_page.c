// SPDX-License-Identifier: MIT
// The layout of one TIFF page: what its tags say, checked against what the file can hold.
#include "base/size.h"
#include "formats/tiff/tiff_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Where less of an uncompressed page than one part in this many is in the file, the header is taken for
// wrong.
enum { LEAST_SHARE = 1024 };

// One compressed strip of more bytes than this is decoded row by row, and several only when they are larger
// still: whole strips are decoded in parallel, rows are not.
enum { LONE_STRIP_BYTES = 1 << 20, LONG_STRIP_BYTES = 16 << 20 };

// Decoded chunks kept for the next request, at most.
enum { CACHE_BYTES = 16 << 20 };

static const struct tiff_codec codecs[] = {
    {COMPRESSION_NONE, "none", 1, true},
    {COMPRESSION_CCITTRLE, "CCITT RLE", 65536, true},
    {COMPRESSION_CCITTFAX3, "CCITT G3", 65536, true},
    {COMPRESSION_CCITTFAX4, "CCITT G4", 65536, true},
    {COMPRESSION_LZW, "LZW", 2000, true},
    {COMPRESSION_OJPEG, "old JPEG", 1024, false},
    {COMPRESSION_JPEG, "JPEG", 1024, true},
    {COMPRESSION_T85, "JBIG T.85", 65536, false},
    {COMPRESSION_T43, "JBIG T.43", 65536, false},
    {COMPRESSION_NEXT, "NeXT", 256, true},
    {COMPRESSION_CCITTRLEW, "CCITT RLEW", 65536, true},
    {COMPRESSION_PACKBITS, "PackBits", 80, true},
    {COMPRESSION_THUNDERSCAN, "ThunderScan", 80, true},
    {COMPRESSION_PIXARFILM, "Pixar film", 1024, false},
    {COMPRESSION_PIXARLOG, "Pixar log", 8192, true},
    {COMPRESSION_DEFLATE, "deflate", 1100, true},
    {COMPRESSION_ADOBE_DEFLATE, "deflate", 1100, true},
    {COMPRESSION_JBIG, "JBIG", 65536, false},
    {COMPRESSION_SGILOG, "SGI log", 512, true},
    {COMPRESSION_SGILOG24, "SGI log 24", 512, true},
    {COMPRESSION_JP2000, "JPEG 2000", 65536, false},
    {COMPRESSION_LERC, "LERC", 1 << 26, false},
    {COMPRESSION_LZMA, "LZMA", 65536, true},
    {COMPRESSION_ZSTD, "zstd", 65536, true},
    {COMPRESSION_WEBP, "WebP", 1 << 26, false},
};

struct tiff_codec tiff_codec_of(uint16_t compression)
{
    for (size_t i = 0; i < sizeof codecs / sizeof codecs[0]; i++)
        if (codecs[i].code == compression)
            return codecs[i];
    return (struct tiff_codec){.code = compression, .name = "", .max_expansion = 65536};
}

static const struct tiff_page *page_of(const struct tiff_file *file, int64_t frame)
{
    return &file->pages[file->stack_bytes ? 0 : frame];
}

int64_t tiff_page_number(const struct tiff_file *file, int64_t frame)
{
    return file->stack_bytes ? frame : file->pages[frame].number;
}

static enum status refuse(const struct tiff_file *file, int64_t frame, struct error *error,
                          enum status status, const char *text)
{
    if (file->page_count > 1)
        return error_set(error, status, "%s: page %lld: %s", file->base.path,
                         (long long)tiff_page_number(file, frame), text);
    return error_set(error, status, "%s: %s", file->base.path, text);
}

// The type that holds samples of that format and depth; false where there is none.
static bool type_find(struct tiff_layout *layout, uint16_t format)
{
    static const enum sample_type kinds[3][4] = {
        {SAMPLE_U8, SAMPLE_U16, SAMPLE_U32, SAMPLE_U64},
        {SAMPLE_I8, SAMPLE_I16, SAMPLE_I32, SAMPLE_I64},
        {SAMPLE_COUNT, SAMPLE_F16, SAMPLE_F32, SAMPLE_F64},
    };
    if (layout->bits < 1 || layout->bits > 64)
        return false;
    unsigned size = layout->bits <= 8 ? 0 : layout->bits <= 16 ? 1 : layout->bits <= 32 ? 2 : 3;
    bool whole_float = layout->bits == 16 || layout->bits == 24 || layout->bits == 32 || layout->bits == 64;
    layout->is_float = format == SAMPLEFORMAT_IEEEFP || format == SAMPLEFORMAT_COMPLEXIEEEFP;
    layout->is_signed = format == SAMPLEFORMAT_INT || format == SAMPLEFORMAT_COMPLEXINT;
    if (layout->is_float && !whole_float)
        return false;
    layout->type = kinds[layout->is_float ? 2 : layout->is_signed ? 1 : 0][size];
    return true;
}

// A complex number is two samples of half its bits; what is shown of it is real.
static bool complex_split(struct tiff_layout *layout, uint16_t format)
{
    if (format != SAMPLEFORMAT_COMPLEXINT && format != SAMPLEFORMAT_COMPLEXIEEEFP)
        return true;
    if (layout->bits % 16 != 0 || layout->separate || layout->samples > UINT16_MAX / 2)
        return false;
    layout->bits /= 2;
    layout->samples *= 2;
    layout->complex = true;
    return true;
}

// The type of what is shown of complex numbers: one in which their parts are exact.
static void complex_type(struct tiff_layout *layout)
{
    layout->component = layout->type;
    if (layout->complex && !layout->is_float)
        layout->type = layout->bits > 16 ? SAMPLE_F64 : SAMPLE_F32;
}

// Asks libtiff's codecs for what this program shows: RGB of JPEG, floats of the logarithmic encodings.
static void codec_configure(TIFF *tiff, uint16_t compression, uint16_t photometric)
{
    if (compression == COMPRESSION_JPEG && photometric == PHOTOMETRIC_YCBCR)
        TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    if (compression == COMPRESSION_SGILOG || compression == COMPRESSION_SGILOG24)
        TIFFSetField(tiff, TIFFTAG_SGILOGDATAFMT, SGILOGDATAFMT_FLOAT);
}

// Fax pages are white where they are 0, also where no tag says so (as in libtiff's tif_getimage.c).
static bool is_fax(uint16_t compression)
{
    return compression == COMPRESSION_CCITTRLE || compression == COMPRESSION_CCITTFAX3 ||
           compression == COMPRESSION_CCITTFAX4 || compression == COMPRESSION_CCITTRLEW;
}

// Sizes and sample type as the tags give them; false if the sample type is not one that is shown.
static bool tags_read(TIFF *tiff, struct tiff_layout *layout)
{
    uint32_t width = 0, height = 0;
    uint16_t bits = 1, samples = 1, format = SAMPLEFORMAT_UINT, planar = PLANARCONFIG_CONTIG,
             order = FILLORDER_MSB2LSB;
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &layout->compression);
    layout->photometric = is_fax(layout->compression) ? PHOTOMETRIC_MINISWHITE : PHOTOMETRIC_MINISBLACK;
    TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &layout->photometric);
    codec_configure(tiff, layout->compression, layout->photometric);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &planar);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_FILLORDER, &order);
    layout->width = width;
    layout->height = height;
    layout->bits = bits;
    layout->samples = samples;
    layout->separate = planar == PLANARCONFIG_SEPARATE && samples > 1;
    layout->chunks.tiled = TIFFIsTiled(tiff) != 0;
    layout->swapped = TIFFIsByteSwapped(tiff) != 0;
    layout->reverse_bits = order == FILLORDER_LSB2MSB;
    if (!complex_split(layout, format) || !type_find(layout, format))
        return false;
    complex_type(layout);
    return layout->bits == 8 * sample_traits(layout->component)->bytes || !layout->complex;
}

static void chunks_read(TIFF *tiff, struct tiff_layout *layout)
{
    uint32_t width = 0, height = 0;
    if (layout->chunks.tiled) {
        TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &width);
        TIFFGetField(tiff, TIFFTAG_TILELENGTH, &height);
        layout->chunks.width = width;
        layout->chunks.height = height;
    } else {
        height = UINT32_MAX;
        TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &height);
        layout->chunks.width = layout->width;
        layout->chunks.height = int64_min(height, layout->height);
    }
}

static bool is_rgb_jpeg(const struct tiff_layout *layout)
{
    return layout->compression == COMPRESSION_JPEG && layout->bits == 8;
}

static enum tiff_way way_choose(const struct tiff_layout *layout)
{
    if (layout->photometric == PHOTOMETRIC_YCBCR && !is_rgb_jpeg(layout))
        return TIFF_WAY_RGBA;
    if (layout->compression == COMPRESSION_NONE)
        return TIFF_WAY_RAW;
    bool by_row = tiff_codec_of(layout->compression).by_row && !layout->chunks.tiled;
    bool many_planes = layout->separate && layout->luminance;
    size_t limit = layout->chunks.down == 1 ? LONE_STRIP_BYTES : LONG_STRIP_BYTES;
    return by_row && !many_planes && layout->chunks.bytes > limit ? TIFF_WAY_SCANLINE : TIFF_WAY_CHUNK;
}

// RGB from libtiff comes as four bytes a pixel.
static void become_rgba(struct tiff_layout *layout)
{
    layout->bits = 8;
    layout->samples = 4;
    layout->type = SAMPLE_U8;
    layout->is_float = layout->is_signed = layout->separate = false;
}

// Three or four samples of grey, none of which is told to be an extra one, are colours as in any other array
// (formats/base/axes.h).
static bool is_untold_colour(TIFF *tiff, const struct tiff_layout *layout)
{
    uint16_t extras = 0;
    uint16_t *kinds = NULL;
    return layout->photometric == PHOTOMETRIC_MINISBLACK && layout->samples >= 3 && layout->samples <= 4 &&
           layout->width > AXES_PICTURE_SIDE && layout->height > AXES_PICTURE_SIDE &&
           (!TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &extras, &kinds) || extras == 0);
}

static bool channel_choose(const struct tiff_file *file, struct tiff_layout *layout)
{
    unsigned shown = layout->way == TIFF_WAY_RGBA ? 3 : layout->samples;
    layout->luminance = false;
    layout->channel = 0;
    if (layout->complex) {
        layout->channel = file->sample > 0 ? 2 * (unsigned)file->sample : 0;
        return channels_choose_complex(file->base.path,
                                       file->part != CHANNEL_AUTO ? file->part : file->channel,
                                       &layout->choice, NULL) == STATUS_OK &&
               layout->channel < shown;
    }
    if (file->sample >= 0) {
        layout->channel = (unsigned)file->sample;
        return layout->channel < shown;
    }
    if (file->channel != CHANNEL_AUTO) {
        layout->channel = (unsigned)file->channel;
        return layout->channel < shown;
    }
    bool rgb = layout->photometric == PHOTOMETRIC_RGB || layout->photometric == PHOTOMETRIC_YCBCR ||
               is_untold_colour(file->tiff, layout);
    layout->luminance = rgb && shown >= 3;
    // Of the three floats that libtiff makes of LogLuv, X Y Z, the second is the luminance.
    layout->channel = layout->photometric == PHOTOMETRIC_LOGLUV && layout->samples >= 3 ? 1 : 0;
    return true;
}

// Bytes of a row of a chunk and of a chunk; false on overflow or where libtiff would write more.
static bool sizes_find(TIFF *tiff, struct tiff_layout *layout)
{
    size_t bits, step = layout->separate ? 1 : layout->samples;
    if (!size_multiply((size_t)layout->chunks.width, step * layout->bits, &bits) || bits > SIZE_MAX - 7)
        return false;
    layout->chunks.row_bytes = (bits + 7) / 8;
    if (!size_multiply(layout->chunks.row_bytes, (size_t)layout->chunks.height, &layout->chunks.bytes))
        return false;
    if (layout->chunks.bytes > INT64_MAX / 2)
        return false;
    if (layout->way == TIFF_WAY_RGBA || layout->way == TIFF_WAY_RAW)
        return true;
    uint64_t row = layout->chunks.tiled ? TIFFTileRowSize64(tiff) : TIFFScanlineSize64(tiff);
    uint64_t chunk =
        layout->chunks.tiled ? TIFFTileSize64(tiff) : TIFFVStripSize64(tiff, (uint32_t)layout->chunks.height);
    return row == layout->chunks.row_bytes && chunk <= layout->chunks.bytes;
}

static int64_t chunk_total(const struct tiff_layout *layout)
{
    return layout->chunks.across * layout->chunks.down * (layout->separate ? layout->samples : 1);
}

// The part of [offset, offset + count) that is in the file.
static uint64_t bytes_inside(const struct tiff_file *file, uint64_t offset, uint64_t count)
{
    uint64_t size = (uint64_t)file->bytes;
    if (offset >= size)
        return 0;
    return count < size - offset ? count : size - offset;
}

// A compressed chunk that runs over the file's end is shortened to what is there: libtiff then decodes as far
// as the data go, instead of refusing the whole chunk. The array is libtiff's own memory, filled from the
// file.
static void counts_clamp(const struct tiff_file *file, struct tiff_layout *layout)
{
    uint64_t *counts = (uint64_t *)(uintptr_t)layout->chunks.counts;
    int64_t total = chunk_total(layout);
    for (int64_t i = 0; i < total; i++) {
        uint64_t inside = bytes_inside(file, layout->chunks.offsets[i], counts[i]);
        if (inside > 0 && inside < counts[i])
            counts[i] = inside;
    }
}

// Uncompressed: the bytes needed and those that are in the file, over all chunks.
static double share_uncompressed(const struct tiff_file *file, const struct tiff_layout *layout)
{
    double needed = 0, present = 0;
    int64_t total = chunk_total(layout), per_plane = layout->chunks.across * layout->chunks.down;
    for (int64_t i = 0; i < total; i++) {
        int64_t top = i % per_plane / layout->chunks.across * layout->chunks.height;
        int64_t rows = layout->chunks.tiled ? layout->chunks.height
                                            : int64_min(layout->chunks.height, layout->height - top);
        uint64_t bytes = (uint64_t)rows * layout->chunks.row_bytes;
        needed += (double)bytes;
        if (layout->chunks.offsets[i] > 0)
            present += (double)bytes_inside(file, layout->chunks.offsets[i], bytes);
    }
    return present / needed;
}

// Compressed: the bytes in the file, at the greatest expansion, over the bytes needed. A bound, not an
// estimate.
static double share_compressed(const struct tiff_file *file, const struct tiff_layout *layout)
{
    double present = 0;
    int64_t total = chunk_total(layout);
    for (int64_t i = 0; i < total; i++)
        present += (double)bytes_inside(file, layout->chunks.offsets[i], layout->chunks.counts[i]);
    double frame = (double)layout->width * (double)layout->height * layout->bits / 8.0 *
                   (layout->way == TIFF_WAY_RGBA ? 1.0 : layout->samples);
    double expansion = (double)tiff_codec_of(layout->compression).max_expansion;
    return (present * expansion + 4096) / frame * (present > 0);
}

static enum status plausible(struct tiff_file *file, int64_t frame, struct tiff_layout *layout,
                             struct error *error)
{
    bool raw = layout->way == TIFF_WAY_RAW;
    double share = raw ? share_uncompressed(file, layout) : share_compressed(file, layout);
    double least = raw ? 1.0 / LEAST_SHARE : 1.0;
    if (share >= least)
        return STATUS_OK;
    char text[160];
    snprintf(text, sizeof text,
             "the header claims %lld x %lld pixels of %u bits, which cannot be in %lld bytes",
             (long long)layout->width, (long long)layout->height, layout->bits * layout->samples,
             (long long)file->bytes);
    return refuse(file, frame, error, STATUS_BROKEN, text);
}

static enum status codec_check(struct tiff_file *file, int64_t frame, const struct tiff_layout *layout,
                               struct error *error)
{
    if (TIFFIsCODECConfigured(layout->compression))
        return STATUS_OK;
    char text[128];
    struct tiff_codec codec = tiff_codec_of(layout->compression);
    snprintf(text, sizeof text, "compression %u %s%s%sis not known to the TIFF library of this machine",
             layout->compression, *codec.name ? "(" : "", codec.name, *codec.name ? ") " : "");
    return refuse(file, frame, error, STATUS_UNSUPPORTED, text);
}

static enum status layout_shape(struct tiff_file *file, int64_t frame, struct tiff_layout *layout,
                                struct error *error)
{
    TIFF *tiff = file->tiff;
    uint32_t depth = 1;
    if (!tags_read(tiff, layout))
        return refuse(file, frame, error, STATUS_UNSUPPORTED, "samples of this kind and depth are not shown");
    enum status status = codec_check(file, frame, layout, error);
    if (status != STATUS_OK)
        return status;
    if (TIFFGetField(tiff, TIFFTAG_IMAGEDEPTH, &depth) && depth > 1)
        return refuse(file, frame, error, STATUS_UNSUPPORTED, "volumes (ImageDepth > 1) are not shown");
    chunks_read(tiff, layout);
    if (layout->width < 1 || layout->height < 1 || layout->samples < 1)
        return refuse(file, frame, error, STATUS_BROKEN, "has no pixels");
    if (layout->chunks.width < 1 || layout->chunks.height < 1)
        return refuse(file, frame, error, STATUS_BROKEN, "has strips or tiles of no size");
    layout->chunks.across = int64_ceil_div(layout->width, layout->chunks.width);
    layout->chunks.down = int64_ceil_div(layout->height, layout->chunks.height);
    return STATUS_OK;
}

// Ways and sizes, in the order in which they depend on each other.
static bool layout_way(const struct tiff_file *file, struct tiff_layout *layout, bool *channel_exists)
{
    layout->way = way_choose(layout);
    *channel_exists = channel_choose(file, layout);
    if (layout->way == TIFF_WAY_RGBA)
        become_rgba(layout);
    if (!sizes_find(file->tiff, layout))
        return false;
    if (layout->way != TIFF_WAY_RGBA)
        layout->way = way_choose(layout);
    return true;
}

static enum status layout_find(struct tiff_file *file, int64_t frame, struct tiff_layout *layout,
                               struct error *error)
{
    enum status status = layout_shape(file, frame, layout, error);
    if (status != STATUS_OK)
        return status;
    uint64_t planes = layout->separate ? layout->samples : 1;
    uint32_t stored = layout->chunks.tiled ? TIFFNumberOfTiles(file->tiff) : TIFFNumberOfStrips(file->tiff);
    if ((uint64_t)(layout->chunks.across * layout->chunks.down) > UINT32_MAX / planes ||
        (int64_t)stored < chunk_total(layout))
        return refuse(file, frame, error, STATUS_BROKEN, "has too few strips or tiles for its size");
    if (file->part != CHANNEL_AUTO && !layout->complex)
        return refuse(file, frame, error, STATUS_USAGE,
                      "holds no complex numbers, which alone have a part to choose");
    bool channel_exists;
    if (!layout_way(file, layout, &channel_exists))
        return refuse(file, frame, error, STATUS_BROKEN,
                      "the sizes of its strips or tiles do not fit its pixels");
    if (!channel_exists) {
        char text[80];
        snprintf(text, sizeof text, "there is no channel %d, each pixel has %u", file->channel,
                 layout->complex ? 4 : layout->samples);
        return refuse(file, frame, error, STATUS_USAGE, text);
    }
    bool read =
        TIFFGetField(file->tiff, layout->chunks.tiled ? TIFFTAG_TILEOFFSETS : TIFFTAG_STRIPOFFSETS,
                     &layout->chunks.offsets) &&
        TIFFGetField(file->tiff, layout->chunks.tiled ? TIFFTAG_TILEBYTECOUNTS : TIFFTAG_STRIPBYTECOUNTS,
                     &layout->chunks.counts);
    if (!read || !layout->chunks.offsets || !layout->chunks.counts)
        return refuse(file, frame, error, STATUS_BROKEN, "does not say where its pixels are");
    return plausible(file, frame, layout, error);
}

void tiff_cache_free(struct tiff_file *file)
{
    struct tiff_cache *cache = &file->cache;
    for (int64_t i = 0; cache->slots && i < cache->columns * cache->planes; i++)
        free(cache->slots[i].data);
    free(cache->slots);
    *cache = (struct tiff_cache){0};
    free(file->scan.row);
    file->scan = (struct tiff_scan){.chunk = -1};
}

static bool cache_create(struct tiff_file *file)
{
    const struct tiff_layout *layout = &file->layout;
    struct tiff_cache *cache = &file->cache;
    cache->planes = layout->separate && layout->luminance ? 3 : 1;
    bool whole_row = layout->chunks.bytes <= (size_t)(CACHE_BYTES / cache->planes / layout->chunks.across);
    cache->columns = whole_row ? layout->chunks.across : 1;
    cache->slots = calloc((size_t)(cache->columns * cache->planes), sizeof *cache->slots);
    for (int64_t i = 0; cache->slots && i < cache->columns * cache->planes; i++)
        cache->slots[i].chunk = -1;
    return cache->slots;
}

// Reads the directory as it is or, if libtiff refuses it, as it was repaired.
static bool directory_try(struct tiff_file *file, uint64_t offset)
{
    file->in_directory = true;
    bool read = TIFFSetSubDirectory(file->tiff, offset) != 0;
    if (!read && !file->io_error) {
        char reason[sizeof file->message];
        memcpy(reason, file->message, sizeof reason);
        uint64_t repaired = tiff_repair(file, offset);
        read = repaired && TIFFSetSubDirectory(file->tiff, repaired);
        memcpy(file->message, reason, sizeof reason);
    }
    file->in_directory = false;
    return read;
}

// libtiff's current directory becomes that of `frame`.
static enum status directory_read(struct tiff_file *file, int64_t frame, struct error *error)
{
    uint64_t offset = page_of(file, frame)->directory;
    file->page = -1;
    file->message[0] = '\0';
    file->io_error = 0;
    if (directory_try(file, offset)) {
        file->message[0] = '\0';
        return STATUS_OK;
    }
    if (file->io_error)
        return refuse(file, frame, error, STATUS_IO, strerror(file->io_error));
    char text[320];
    snprintf(text, sizeof text, "the directory at byte %llu cannot be read%s%s", (unsigned long long)offset,
             file->message[0] ? ": " : "", file->message);
    return refuse(file, frame, error, STATUS_BROKEN, text);
}

enum status tiff_page_load(struct tiff_file *file, int64_t frame, struct error *error)
{
    if (file->page == frame)
        return STATUS_OK;
    tiff_cache_free(file);
    enum status status = directory_read(file, frame, error);
    struct tiff_layout layout = {0};
    if (status == STATUS_OK)
        status = layout_find(file, frame, &layout, error);
    if (status != STATUS_OK)
        return status;
    if (layout.way == TIFF_WAY_CHUNK || layout.way == TIFF_WAY_SCANLINE || layout.way == TIFF_WAY_RGBA)
        counts_clamp(file, &layout);
    layout.chunks.shift = (uint64_t)frame * file->stack_bytes;
    file->layout = layout;
    if (!cache_create(file))
        return refuse(file, frame, error, STATUS_NO_MEMORY, "not enough memory");
    file->page = frame;
    return STATUS_OK;
}

enum status tiff_page_reload(struct tiff_file *file, struct error *error)
{
    int64_t frame = file->page;
    enum status status = directory_read(file, frame, error);
    struct tiff_layout layout = {0};
    if (status == STATUS_OK)
        status = layout_find(file, frame, &layout, error);
    if (status != STATUS_OK)
        return status;
    counts_clamp(file, &layout);
    layout.chunks.shift = (uint64_t)frame * file->stack_bytes;
    file->layout = layout; // the cache stays: the same directory gives the same layout
    file->page = frame;
    file->scan.chunk = -1;
    return STATUS_OK;
}

static void note_write(const struct tiff_layout *layout, struct frame_info *info)
{
    unsigned shown = layout->way == TIFF_WAY_RGBA ? 3 : layout->samples;
    if (layout->complex)
        channels_note(&layout->choice, info->note, sizeof info->note);
    else if (layout->luminance)
        snprintf(info->note, sizeof info->note, "luminance 0.2126 R + 0.7152 G + 0.0722 B of %u channels",
                 shown);
    else if (shown > 1)
        snprintf(info->note, sizeof info->note, "channel %u of %u", layout->channel, shown);
    else if (info->low_is_white)
        snprintf(info->note, sizeof info->note, "0 is white");
}

// What a page is that is no frame.
static void note_kind(unsigned kind, struct frame_info *info)
{
    const char *what = kind & FILETYPE_MASK           ? "transparency mask"
                       : kind & FILETYPE_REDUCEDIMAGE ? "reduced resolution"
                                                      : "";
    size_t length = strlen(info->note);
    if (*what)
        snprintf(info->note + length, sizeof info->note - length, "%s%s", length ? ", " : "", what);
}

void tiff_page_describe(const struct tiff_file *file, struct frame_info *info)
{
    const struct tiff_layout *layout = &file->layout;
    bool rows = !layout->chunks.tiled && (layout->way == TIFF_WAY_RAW || layout->way == TIFF_WAY_SCANLINE);
    bool lone = layout->chunks.across * layout->chunks.down == 1 && layout->way != TIFF_WAY_RAW;
    *info = (struct frame_info){
        .width = layout->width,
        .height = layout->height,
        .type = layout->type,
        .chunk_width = layout->chunks.width,
        .chunk_height = rows ? 1 : layout->chunks.height,
        .sequential = lone || layout->way == TIFF_WAY_SCANLINE,
        .low_is_white = layout->photometric == PHOTOMETRIC_MINISWHITE,
    };
    tiff_sentinels(file, &info->sentinels);
    struct tiff_codec codec = tiff_codec_of(layout->compression);
    snprintf(info->format, sizeof info->format, "%s", file->big_tiff ? "BigTIFF" : "TIFF");
    if (*codec.name)
        snprintf(info->compression, sizeof info->compression, "%s", codec.name);
    else
        snprintf(info->compression, sizeof info->compression, "%u", layout->compression);
    note_write(layout, info);
    note_kind(page_of(file, file->page)->kind, info);
}
