// SPDX-License-Identifier: MIT
// Opening of FITS files with cfitsio, the choice of an image among the HDUs, and header cards as text.
//
// cfitsio's "extended file name syntax" (filters, pipes, URLs, output files) is never applied to a user's
// name: files are opened by fits_open_diskfile.
#include "formats/fits_internal.h"

#include "base/size.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum {
    TILE_MAX_RATIO = 20000,      // beyond this, compressed tiles are not believed
    TRUNCATED_MAX_RATIO = 64,    // a file holding less than 1/64 of its pixels is refused, not shown in part
    SMALL_IMAGE_BYTES = 1 << 20, // smaller images are never refused for these ratios
    LISTED_HDUS = 12,
    MAX_LINES = 256 // of the contents
};

enum status fits_error(struct error *error, enum status status, const char *path, const char *what, int code)
{
    char text[FLEN_STATUS] = "";
    fits_get_errstatus(code, text);
    fits_clear_errmsg();
    return error_set(error, status, "%s: %s: %s", path, what, text);
}

// --- Opening ---

static int open_descriptor(int fd, fitsfile **handle)
{
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    int code = 0;
    fits_open_diskfile(handle, name, READONLY, &code);
    return code;
}

enum status fits_handle_open(const char *path, int fd, fitsfile **handle, struct error *error)
{
    fitsfile *opened = NULL;
    int code = open_descriptor(fd, &opened);
    if (code != 0)
        return fits_error(error, code == MEMORY_ALLOCATION ? STATUS_NO_MEMORY : STATUS_BROKEN, path,
                          "damaged FITS header", code);
    *handle = opened;
    return STATUS_OK;
}

void fits_close_quietly(fitsfile **handle)
{
    int code = 0;
    if (*handle)
        fits_close_file(*handle, &code);
    *handle = NULL;
    fits_clear_errmsg();
}

// --- What an HDU is ---

enum hdu_kind { HDU_TABLE, HDU_GROUPS, HDU_EMPTY, HDU_LINE, HDU_IMAGE };

// The shape of the current HDU, as far as its kind has one.
struct hdu_shape {
    enum hdu_kind kind;
    int bitpix, axes;
    LONGLONG axis[FITS_MAX_AXES];
    bool compressed;
};

static bool key_logical(fitsfile *handle, const char *name)
{
    int code = 0, value = 0;
    fits_read_key(handle, TLOGICAL, name, &value, NULL, &code);
    return code == 0 && value != 0;
}

static double key_double(fitsfile *handle, const char *name, double otherwise)
{
    int code = 0;
    double value = 0;
    fits_read_key(handle, TDOUBLE, name, &value, NULL, &code);
    return code == 0 ? value : otherwise;
}

static bool key_integer(fitsfile *handle, const char *name, LONGLONG *value)
{
    int code = 0;
    LONGLONG read = 0;
    fits_read_key(handle, TLONGLONG, name, &read, NULL, &code);
    if (code == 0)
        *value = read;
    return code == 0;
}

static enum hdu_kind kind_of_axes(fitsfile *handle, const struct hdu_shape *shape)
{
    int used = shape->axes < FITS_MAX_AXES ? shape->axes : FITS_MAX_AXES;
    if (used > 1 && shape->axis[0] == 0 && key_logical(handle, "GROUPS"))
        return HDU_GROUPS;
    for (int i = 0; i < used; i++)
        if (shape->axis[i] <= 0)
            return HDU_EMPTY;
    return used == 0 ? HDU_EMPTY : used == 1 ? HDU_LINE : HDU_IMAGE;
}

static int hdu_shape_read(fitsfile *handle, struct hdu_shape *shape)
{
    *shape = (struct hdu_shape){0};
    int code = 0, type = IMAGE_HDU;
    fits_get_hdu_type(handle, &type, &code);
    shape->compressed = fits_is_compressed_image(handle, &code);
    if (code == 0 && type != IMAGE_HDU && !shape->compressed) {
        shape->kind = HDU_TABLE;
        return 0;
    }
    fits_get_img_paramll(handle, FITS_MAX_AXES, &shape->bitpix, &shape->axes, shape->axis, &code);
    if (code == 0)
        shape->kind = kind_of_axes(handle, shape);
    return code;
}

static void key_text(fitsfile *handle, const char *name, char *text, size_t size)
{
    char value[FLEN_VALUE] = "";
    int code = 0;
    fits_read_key(handle, TSTRING, name, value, NULL, &code);
    utf8_line(text, size, code == 0 ? value : "");
}

static void hdu_name(fitsfile *handle, char *name, size_t size)
{
    key_text(handle, "EXTNAME", name, size);
}

// "2: image SCI 512 x 512"
static void hdu_describe(fitsfile *handle, int number, struct text *out)
{
    static const char *const kinds[] = {"table", "random groups", "no data", "line", "image"};
    struct hdu_shape shape;
    char name[72];
    if (hdu_shape_read(handle, &shape) != 0) {
        text_printf(out, "%d: damaged", number);
        return;
    }
    hdu_name(handle, name, sizeof name);
    text_printf(out, "%d: %s%s%s", number, kinds[shape.kind], name[0] ? " " : "", name);
    for (int i = 0; shape.kind >= HDU_LINE && i < shape.axes && i < FITS_MAX_AXES; i++)
        text_printf(out, "%s%lld", i == 0 ? " " : " x ", (long long)shape.axis[i]);
}

// A file whose HDUs are being looked through.
struct walk {
    fitsfile *handle;
    const char *path;
    struct fits_guard guard;
};

// Moves step by step, so that cfitsio never is where the guard has not been.
static bool hdu_move(const struct walk *walk, int64_t number)
{
    int code = 0, type = 0, now = 0;
    LONGLONG head = 0, start = 0, end = 0;
    if (number < 0 || number >= walk->guard.count)
        return false;
    fits_get_hdu_num(walk->handle, &now);
    for (int64_t next = int64_min(now - 1, number); code == 0 && next <= number; next++) {
        if (next > now - 1) {
            fits_get_hduaddrll(walk->handle, &head, &start, &end, &code);
            if (end != walk->guard.starts[next])
                return false;
        }
        fits_movabs_hdu(walk->handle, (int)next + 1, &type, &code);
    }
    return code == 0;
}

static enum status no_image(const struct walk *walk, const char *fault, struct error *error)
{
    struct text list = {0};
    int number = 0;
    for (; number < LISTED_HDUS && hdu_move(walk, number); number++) {
        if (number > 0)
            text_append(&list, ", ");
        hdu_describe(walk->handle, number, &list);
    }
    if (number == LISTED_HDUS)
        text_append(&list, ", ...");
    else if (walk->guard.refused)
        text_append(&list, ", then one with a damaged header");
    fits_clear_errmsg();
    bool damaged = walk->guard.refused;
    enum status status = error_set(error, damaged ? STATUS_BROKEN : STATUS_UNSUPPORTED,
                                   "%s: %s; its HDUs are %s", walk->path, fault, text_string(&list));
    text_free(&list);
    return status;
}

// --- The choice ---

static bool move_to_first_image(const struct walk *walk)
{
    int line = -1;
    for (int number = 0; hdu_move(walk, number); number++) {
        struct hdu_shape shape;
        if (hdu_shape_read(walk->handle, &shape) != 0)
            continue;
        if (shape.kind == HDU_IMAGE)
            return true;
        if (shape.kind == HDU_LINE && line < 0)
            line = number;
    }
    return line >= 0 && hdu_move(walk, line);
}

static bool move_to_name(const struct walk *walk, const char *wanted)
{
    char name[72];
    for (int number = 0; hdu_move(walk, number); number++) {
        hdu_name(walk->handle, name, sizeof name);
        if (strcasecmp(name, wanted) == 0)
            return true;
    }
    return false;
}

static enum status move_to_selected(const struct walk *walk, const char *selector, struct error *error)
{
    int64_t number;
    if (!selector)
        return move_to_first_image(walk) ? STATUS_OK : no_image(walk, "holds no image", error);
    bool found = parse_int64(selector, &number) ? hdu_move(walk, number) : move_to_name(walk, selector);
    if (found)
        return STATUS_OK;
    char fault[160];
    snprintf(fault, sizeof fault, "has no readable HDU \"%.60s\"", selector);
    return no_image(walk, fault, error);
}

struct tile_codec {
    int codec;
    bool own;
    const char *name;
};

static const struct tile_codec tile_codecs[] = {
    {RICE_1, true, "Rice"},
    {GZIP_1, true, "gzip"},
    {GZIP_2, true, "gzip, shuffled"},
    {PLIO_1, false, "PLIO"},
    {HCOMPRESS_1, false, "HCompress"},
    {NOCOMPRESS, true, "none"},
};

// What cfitsio made of the keywords, so that there is one reading of them only.
static void read_codec(const fitsfile *handle, struct fits_hdu *hdu)
{
    const FITSfile *parsed = handle->Fptr;
    struct fits_tiling *tiling = &hdu->tiling;
    tiling->codec = parsed->compress_type;
    for (size_t i = 0; i < sizeof tile_codecs / sizeof *tile_codecs; i++) {
        if (tile_codecs[i].codec == tiling->codec) {
            tiling->own = tile_codecs[i].own;
            snprintf(hdu->compression, sizeof hdu->compression, "%s", tile_codecs[i].name);
        }
    }
    tiling->rice_block = int64_clamp(parsed->rice_blocksize, 1, FITS_RICE_MAX_BLOCK);
    // 4 is what counts where BYTEPIX is absent.
    tiling->rice_bytes = parsed->rice_bytepix == 1 || parsed->rice_bytepix == 2 ? parsed->rice_bytepix : 4;
}

// How stored integers become floats: FITS Standard 4.0, section 10.2.
static void read_quantization(const fitsfile *handle, struct fits_hdu *hdu)
{
    enum { NOT_QUANTIZED = 9999 }; // as cfitsio marks it
    const FITSfile *parsed = handle->Fptr;
    struct fits_tiling *tiling = &hdu->tiling;
    bool scaled = parsed->cn_zscale != 0;
    tiling->bitpix = hdu->layout.bitpix;
    tiling->lossless = tiling->bitpix < 0 && tiling->codec != RICE_1 &&
                       (!scaled || parsed->quantize_level == (float)NOT_QUANTIZED);
    tiling->scale_column = parsed->cn_zscale > 0 ? parsed->cn_zscale : 0;
    tiling->zero_column = tiling->scale_column > 0 && parsed->cn_zzero > 0 ? parsed->cn_zzero : 0;
    tiling->scale = parsed->cn_zscale == -1 ? parsed->zscale : 1.0;
    tiling->zero = parsed->cn_zscale == -1 ? parsed->zzero : 0.0;
    tiling->blank_column = parsed->cn_zblank > 0 ? parsed->cn_zblank : 0;
    tiling->has_blank = parsed->cn_zblank != 0;
    tiling->blank = parsed->zblank;
    tiling->dither = parsed->quantize_method;
    tiling->dither_seed = parsed->dither_seed;
    hdu->quantized = hdu->layout.bitpix < 0 && scaled;
}

static void read_tile_columns(fitsfile *handle, struct fits_tiling *tiling)
{
    static const char *const names[FITS_TILE_COLUMNS] = {"COMPRESSED_DATA", "GZIP_COMPRESSED_DATA",
                                                         "UNCOMPRESSED_DATA"};
    for (int i = 0; i < FITS_TILE_COLUMNS; i++) {
        char name[FLEN_VALUE];
        int code = 0, number = 0, type = 0;
        snprintf(name, sizeof name, "%s", names[i]);
        fits_get_colnum(handle, CASEINSEN, name, &number, &code);
        fits_get_coltype(handle, number, &type, NULL, NULL, &code);
        if (code != 0)
            continue;
        type = abs(type);
        int item = type == TSHORT                                    ? 2
                   : type == TINT || type == TLONG || type == TFLOAT ? 4
                   : type == TDOUBLE                                 ? 8
                                                                     : 1;
        tiling->columns[i] = (struct fits_tile_column){number, item};
    }
}

static void read_tiling(fitsfile *handle, struct fits_hdu *hdu)
{
    struct fits_tiling *tiling = &hdu->tiling;
    tiling->axes = hdu->axes;
    for (int i = 0; i < hdu->axes; i++) {
        char key[FLEN_KEYWORD];
        LONGLONG tile = i == 0 ? hdu->axis[0] : 1;
        snprintf(key, sizeof key, "ZTILE%d", i + 1);
        key_integer(handle, key, &tile);
        tiling->axis[i] = hdu->axis[i];
        tiling->tile[i] = int64_clamp(tile, 1, hdu->axis[i]);
    }
    hdu->tile_width = tiling->tile[0];
    hdu->tile_height = hdu->axes > 1 ? tiling->tile[1] : 1;
    read_codec(handle, hdu);
    read_quantization(handle, hdu);
    read_tile_columns(handle, tiling);
    // The stored numbers are wanted; scaling is done here for every kind of storage alike.
    int code = 0;
    fits_set_bscale(handle, 1.0, 0.0, &code);
    fits_clear_errmsg();
}

static enum status read_layout(fitsfile *handle, const char *path, int bitpix, struct fits_layout *layout,
                               struct error *error)
{
    *layout = (struct fits_layout){.bitpix = bitpix};
    layout->bscale = key_double(handle, "BSCALE", 1.0);
    layout->bzero = key_double(handle, "BZERO", 0.0);
    if (layout->bscale == 0.0) // meaningless, and written by some programs for "not scaled"
        layout->bscale = 1.0;
    LONGLONG blank = 0;
    layout->has_blank = key_integer(handle, "BLANK", &blank) || key_integer(handle, "ZBLANK", &blank);
    layout->blank = blank;
    fits_clear_errmsg();
    if (!fits_layout_complete(layout))
        return error_set(error, STATUS_BROKEN, "%s: BITPIX is %d, not 8, 16, 32, 64, -32 or -64", path,
                         bitpix);
    return STATUS_OK;
}

// Is there room in the file for what the header claims?
static enum status check_extent(const char *path, int64_t file_bytes, struct fits_hdu *hdu,
                                struct error *error)
{
    size_t plane, total;
    if (!size_of_plane(hdu->width, hdu->height, hdu->layout.bytes, &plane) ||
        !size_multiply(plane, (size_t)hdu->frames, &total) || total > INT64_MAX)
        return error_set(error, STATUS_TOO_LARGE, "%s: the header claims %lld x %lld pixels in %lld frames",
                         path, (long long)hdu->width, (long long)hdu->height, (long long)hdu->frames);
    int64_t count = (int64_t)(total / hdu->layout.bytes), ratio = TRUNCATED_MAX_RATIO, room = file_bytes;
    hdu->present = count;
    if (hdu->storage == FITS_TILES) {
        ratio = TILE_MAX_RATIO;
    } else {
        room = int64_max(file_bytes - hdu->data_offset, 0);
        hdu->present = int64_min(room / (int64_t)hdu->layout.raw_bytes, count);
    }
    char claimed[32], found[32];
    bool hopeless = (int64_t)total > SMALL_IMAGE_BYTES && (int64_t)total / ratio > room;
    if (hdu->present == 0 || hopeless)
        return error_set(
            error, STATUS_BROKEN,
            "%s: the header claims %lld x %lld pixels in %lld frames (%s), but there are only %s of data in the file",
            path, (long long)hdu->width, (long long)hdu->height, (long long)hdu->frames,
            format_bytes((int64_t)total, claimed, sizeof claimed), format_bytes(room, found, sizeof found));
    return STATUS_OK;
}

static bool set_axes(const struct hdu_shape *shape, struct fits_hdu *hdu)
{
    hdu->axes = shape->axes;
    memcpy(hdu->axis, shape->axis, sizeof hdu->axis);
    hdu->width = shape->axis[0];
    hdu->height = shape->axes > 1 ? shape->axis[1] : 1;
    size_t frames = 1;
    for (int i = 2; i < shape->axes; i++)
        if (!size_multiply(frames, (size_t)shape->axis[i], &frames))
            return false;
    hdu->frames = (int64_t)frames;
    return frames <= INT64_MAX;
}

static enum status describe_image(fitsfile *handle, const char *path, int64_t file_bytes,
                                  const struct hdu_shape *shape, struct fits_hdu *hdu, struct error *error)
{
    int code = 0, number = 0;
    if (shape->axes > FITS_MAX_AXES)
        return error_set(error, STATUS_UNSUPPORTED, "%s: has %d axes, more than %d", path, shape->axes,
                         FITS_MAX_AXES);
    if (!set_axes(shape, hdu))
        return error_set(error, STATUS_TOO_LARGE, "%s: the number of frames in the header overflows", path);
    enum status status = read_layout(handle, path, shape->bitpix, &hdu->layout, error);
    if (status != STATUS_OK)
        return status;
    hdu->number = fits_get_hdu_num(handle, &number) - 1;
    hdu_name(handle, hdu->name, sizeof hdu->name);
    key_text(handle, "BUNIT", hdu->unit, sizeof hdu->unit);
    LONGLONG head = 0, data = 0, end = 0;
    fits_get_hduaddrll(handle, &head, &data, &end, &code);
    if (code != 0)
        return fits_error(error, STATUS_BROKEN, path, "damaged header", code);
    hdu->data_offset = data;
    hdu->storage = shape->compressed ? FITS_TILES : FITS_PLAIN;
    status = check_extent(path, file_bytes, hdu, error);
    if (status == STATUS_OK && hdu->storage == FITS_TILES)
        read_tiling(handle, hdu);
    return status;
}

static enum status find_guarded(const struct walk *walk, const char *selector, int64_t file_bytes,
                                struct fits_hdu *hdu, struct error *error)
{
    struct hdu_shape shape;
    enum status status = move_to_selected(walk, selector, error);
    if (status != STATUS_OK)
        return status;
    int code = hdu_shape_read(walk->handle, &shape);
    if (code != 0)
        return fits_error(error, STATUS_BROKEN, walk->path, "damaged image header", code);
    if (shape.kind < HDU_LINE) {
        char fault[120];
        snprintf(fault, sizeof fault, "HDU \"%.60s\" holds no image", selector ? selector : "0");
        return no_image(walk, fault, error);
    }
    return describe_image(walk->handle, walk->path, file_bytes, &shape, hdu, error);
}

enum status fits_hdu_find(fitsfile *handle, const char *path, const char *selector, int fd,
                          int64_t file_bytes, struct fits_hdu *hdu, struct error *error)
{
    struct walk walk = {.handle = handle, .path = path};
    *hdu = (struct fits_hdu){0};
    fits_guard_walk(fd, file_bytes, &walk.guard);
    enum status status = find_guarded(&walk, selector, file_bytes, hdu, error);
    fits_guard_free(&walk.guard);
    return status;
}

// Appends as one line's part: no tab, no line break.
static void append_clean(struct text *out, const char *bytes, size_t count)
{
    struct text clean = {0};
    utf8_clean(&clean, bytes, count);
    for (size_t i = 0; i < clean.length; i++)
        if ((unsigned char)clean.data[i] < ' ')
            clean.data[i] = ' ';
    text_append(out, text_string(&clean));
    text_free(&clean);
}

static void list_image(const struct fits_hdu *hdu, struct text *out)
{
    text_printf(out, "%d\t", hdu->number);
    for (int axis = hdu->axes - 1; axis >= 0; axis--)
        text_printf(out, "%lld%s", (long long)hdu->axis[axis], axis > 0 ? " x " : "");
    text_printf(out, "\t%s\t%s\t", sample_traits(hdu->layout.type)->name,
                hdu->storage == FITS_TILES ? hdu->compression : "none");
    append_clean(out, hdu->name, strlen(hdu->name));
    text_append(out, "\n");
}

void fits_hdus_list(fitsfile *handle, const char *path, int fd, int64_t file_bytes, struct text *out)
{
    struct walk walk = {.handle = handle, .path = path};
    fits_guard_walk(fd, file_bytes, &walk.guard);
    for (int number = 0; number < MAX_LINES && hdu_move(&walk, number); number++) {
        char selector[16];
        struct fits_hdu hdu = {0};
        snprintf(selector, sizeof selector, "%d", number);
        if (find_guarded(&walk, selector, file_bytes, &hdu, NULL) == STATUS_OK) {
            list_image(&hdu, out);
        } else if (hdu_move(&walk, number)) {
            struct text what = {0};
            hdu_describe(handle, number, &what);
            text_append(out, "\t\t\t\t");
            append_clean(out, text_string(&what), what.length);
            text_append(out, "\n");
            text_free(&what);
        }
    }
    if (walk.guard.count > MAX_LINES)
        text_printf(out, "\t\t\t\t%d more HDUs\n", walk.guard.count - MAX_LINES);
    fits_guard_free(&walk.guard);
    fits_clear_errmsg();
}

// --- Header cards ---

// Takes the quotes off a string value in place, and the blanks at its end, which do not count in FITS.
static void unquote(char *value)
{
    size_t length = strlen(value);
    if (length < 2 || value[0] != '\'' || value[length - 1] != '\'')
        return;
    size_t to = 0;
    for (size_t from = 1; from + 1 < length; from++) {
        value[to++] = value[from];
        if (value[from] == '\'' && value[from + 1] == '\'' && from + 2 < length)
            from++;
    }
    while (to > 0 && value[to - 1] == ' ')
        to--;
    value[to] = '\0';
}

// The value and comment of a card; text that is not a value is taken as the comment.
static void card_parse(char *card, char *value, char *comment)
{
    int code = 0;
    value[0] = comment[0] = '\0';
    if (strncmp(card, "CONTINUE  ", 10) == 0)
        memcpy(card, "VALUE   =", 9); // so that it reads as any other value
    fits_parse_value(card, value, comment, &code);
    if (code != 0)
        snprintf(comment, FLEN_COMMENT, "%.72s", strlen(card) > 8 ? card + 8 : "");
}

// One card as it goes into the text; a string that ends with '&' goes on in the next card.
static void append_card(struct text *out, char *card, bool *open_string)
{
    char name[FLEN_KEYWORD] = "", value[FLEN_VALUE], comment[FLEN_COMMENT];
    int length = 0, code = 0;
    fits_get_keyname(card, name, &length, &code);
    bool continues = *open_string && strncmp(card, "CONTINUE", 8) == 0;
    card_parse(card, value, comment);
    bool is_string = value[0] == '\'';
    unquote(value);
    size_t count = strlen(value);
    *open_string = is_string && count > 0 && value[count - 1] == '&';
    if (*open_string)
        count--;
    if (continues) {
        out->length--; // the line break of the card before
        out->data[out->length] = '\0';
    } else {
        append_clean(out, name, strlen(name));
        text_append(out, "\t");
    }
    append_clean(out, value, count);
    size_t end = strlen(comment);
    while (end > 0 && comment[end - 1] == ' ')
        end--;
    if (end > 0) {
        text_append(out, count > 0 ? " / " : "");
        append_clean(out, comment, end);
    }
    text_append(out, "\n");
}

enum status fits_cards(fitsfile *handle, const char *path, struct text *out, struct error *error)
{
    int code = 0, count = 0;
    bool open_string = false;
    fits_get_hdrspace(handle, &count, NULL, &code);
    for (int i = 1; code == 0 && i <= count; i++) {
        char card[FLEN_CARD] = "";
        fits_read_record(handle, i, card, &code);
        if (code == 0 && strspn(card, " ") != strlen(card))
            append_card(out, card, &open_string);
    }
    fits_clear_errmsg();
    return code == 0 ? STATUS_OK : fits_error(error, STATUS_BROKEN, path, "its header cannot be read", code);
}
