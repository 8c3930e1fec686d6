// SPDX-License-Identifier: MIT
// The walk over the header and data units of a file, the choice of an image among them, and its description.
//
// FITS Standard 4.0, sections 3 and 4.4: each unit is as long as its header says, whatever kind it is, so
// that images behind tables and extensions of unknown kinds are found.
#include "formats/fits/fits_internal.h"

#include "base/size.h"
#include "formats/base/handle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    MAX_AXES = 999, // of the standard
    MAX_HDUS = 65536,
    TILE_MAX_RATIO = 20000,      // beyond this, compressed tiles are not believed
    SMALL_IMAGE_BYTES = 1 << 20, // smaller images are never refused for what is missing
    LISTED_HDUS = 12,
    MAX_LINES = 256 // of the contents
};

// --- What an HDU is ---

enum hdu_kind { HDU_TABLE, HDU_GROUPS, HDU_OTHER, HDU_EMPTY, HDU_LINE, HDU_IMAGE };

struct hdu_shape {
    enum hdu_kind kind;
    int64_t bitpix, axes, axis[FITS_MAX_AXES]; // of the image, also of a compressed one
    bool compressed;
    int64_t data_bytes; // of the unit, in whole blocks
    const char *fault;  // why its data cannot be passed over; NULL: they can
};

// A file whose HDUs are looked through. `header` is that of the current one.
struct walk {
    const struct image_file *file;
    struct fits_header header;
    struct hdu_shape shape;
    int number;   // from 0; -1 before the first
    int64_t next; // where the next header is; -1: nobody knows
    bool damaged; // the walk ended at a damaged header
};

// Collects the axes of NAXISn or ZNAXISn; those that are not there are -1.
static void axes_read(const struct fits_header *header, const char *stem, int64_t *axis)
{
    for (int i = 0; i < MAX_AXES; i++)
        axis[i] = -1;
    for (int i = 0; i < header->count; i++) {
        const char *card = fits_header_card(header, i);
        int number = fits_card_number(card, stem);
        int64_t value;
        if (number > 0 && axis[number - 1] == -1 && fits_card_integer(card, &value) && value >= 0)
            axis[number - 1] = value;
    }
}

// The bytes of the unit's data; false if they overflow.
static bool data_bytes(const struct fits_header *header, const struct hdu_shape *shape, const int64_t *axis,
                       int64_t *bytes)
{
    size_t total = shape->axes > 0;
    int64_t pcount = 0, gcount = 1;
    fits_header_integer(header, "PCOUNT", &pcount);
    fits_header_integer(header, "GCOUNT", &gcount);
    for (int64_t i = shape->kind == HDU_GROUPS; i < shape->axes; i++)
        if (!size_multiply(total, (size_t)axis[i], &total))
            return false;
    if (pcount < 0 || gcount < 0 || !size_add(total, (size_t)pcount, &total) ||
        !size_multiply(total, (size_t)gcount, &total) ||
        !size_multiply(total, (size_t)(llabs(shape->bitpix) / 8), &total) || total > INT64_MAX - FITS_BLOCK)
        return false;
    *bytes = int64_round_up((int64_t)total, FITS_BLOCK);
    return true;
}

static enum hdu_kind kind_of_axes(const struct hdu_shape *shape)
{
    for (int64_t i = 0; i < shape->axes && i < FITS_MAX_AXES; i++)
        if (shape->axis[i] == 0)
            return HDU_EMPTY;
    return shape->axes == 0 ? HDU_EMPTY : shape->axes == 1 ? HDU_LINE : HDU_IMAGE;
}

static enum hdu_kind kind_of(const struct fits_header *header, const struct hdu_shape *shape)
{
    char name[FITS_CARD + 1];
    if (!fits_header_text(header, "XTENSION", name, sizeof name))
        return shape->axes > 1 && shape->axis[0] == 0 && fits_header_true(header, "GROUPS")
                   ? HDU_GROUPS
                   : kind_of_axes(shape);
    if (strcmp(name, "IMAGE") == 0 || strcmp(name, "IUEIMAGE") == 0)
        return kind_of_axes(shape);
    bool table = strcmp(name, "TABLE") == 0 || strcmp(name, "BINTABLE") == 0 || strcmp(name, "A3DTABLE") == 0;
    return table ? HDU_TABLE : HDU_OTHER;
}

// Takes the axes of the image that a table holds in compressed tiles.
static const char *tiled_shape_read(const struct fits_header *header, int64_t *axis, struct hdu_shape *shape)
{
    shape->axes = shape->bitpix = 0;
    fits_header_integer(header, "ZBITPIX", &shape->bitpix);
    fits_header_integer(header, "ZNAXIS", &shape->axes);
    if (shape->axes < 1 || shape->axes > FITS_MAX_AXES)
        return "ZNAXIS is not from 1 to 16";
    axes_read(header, "ZNAXIS", axis);
    for (int64_t i = 0; i < shape->axes; i++)
        if (axis[i] < 1)
            return "an axis of the image is missing or 0";
    memcpy(shape->axis, axis, sizeof shape->axis);
    shape->kind = kind_of_axes(shape);
    return NULL;
}

static void shape_read(const struct fits_header *header, struct hdu_shape *shape)
{
    int64_t axis[MAX_AXES];
    *shape = (struct hdu_shape){.axes = -1, .kind = HDU_EMPTY};
    fits_header_integer(header, "BITPIX", &shape->bitpix);
    fits_header_integer(header, "NAXIS", &shape->axes);
    axes_read(header, "NAXIS", axis);
    if (shape->axes < 0 || shape->axes > MAX_AXES)
        shape->fault = "NAXIS is not from 0 to 999";
    else if (shape->axes > 0 && llabs(shape->bitpix) != 8 && llabs(shape->bitpix) != 16 &&
             llabs(shape->bitpix) != 32 && llabs(shape->bitpix) != 64)
        shape->fault = "BITPIX is not 8, 16, 32, 64, -32 or -64";
    for (int64_t i = 0; !shape->fault && i < shape->axes; i++)
        if (axis[i] < 0)
            shape->fault = "an axis is missing or negative";
    if (shape->fault)
        return;
    memcpy(shape->axis, axis, sizeof shape->axis);
    shape->kind = kind_of(header, shape);
    if (!data_bytes(header, shape, axis, &shape->data_bytes))
        shape->fault = "the size of the data overflows";
    else if (shape->kind == HDU_TABLE && fits_header_true(header, "ZIMAGE")) {
        shape->compressed = true;
        shape->fault = tiled_shape_read(header, axis, shape);
    }
}

// --- The walk ---

static void walk_begin(struct walk *walk, const struct image_file *file)
{
    *walk = (struct walk){.file = file, .number = -1};
}

static void walk_rewind(struct walk *walk)
{
    fits_header_free(&walk->header);
    walk_begin(walk, walk->file);
}

// Moves to the next HDU; false behind the last one that can be found.
static bool walk_next(struct walk *walk)
{
    if (walk->next < 0 || walk->number >= MAX_HDUS)
        return false;
    fits_header_free(&walk->header);
    if (!fits_header_read(walk->file->blob, walk->next, walk->file->cancel, &walk->header)) {
        walk->damaged = walk->number < 0;
        return false;
    }
    walk->number++;
    shape_read(&walk->header, &walk->shape);
    const struct hdu_shape *shape = &walk->shape;
    bool passed = (!shape->fault || shape->compressed) && shape->data_bytes <= INT64_MAX - walk->header.data;
    walk->next = passed ? walk->header.data + shape->data_bytes : -1;
    walk->damaged = walk->damaged || shape->fault;
    return true;
}

static bool walk_to(struct walk *walk, int64_t number)
{
    walk_rewind(walk);
    while (walk_next(walk))
        if (walk->number == number)
            return true;
    return false;
}

// The name, and the version behind it where there is one: "SCI,2".
static void hdu_name(const struct fits_header *header, char *name, size_t size)
{
    int64_t version;
    fits_header_text(header, "EXTNAME", name, size);
    size_t length = strlen(name);
    if (length > 0 && fits_header_integer(header, "EXTVER", &version))
        snprintf(name + length, size - length, ",%lld", (long long)version);
}

// "2: image SCI 512 x 512"
static void hdu_describe(const struct walk *walk, struct text *out)
{
    static const char *const kinds[] = {"table", "random groups", "extension", "no data", "line", "image"};
    const struct hdu_shape *shape = &walk->shape;
    char name[FITS_NAME_BYTES];
    if (shape->fault) {
        text_printf(out, "%d: damaged (%s)", walk->number, shape->fault);
        return;
    }
    hdu_name(&walk->header, name, sizeof name);
    text_printf(out, "%d: %s%s%s", walk->number, kinds[shape->kind], name[0] ? " " : "", name);
    for (int i = 0; shape->kind >= HDU_LINE && i < shape->axes && i < FITS_MAX_AXES; i++)
        text_printf(out, "%s%lld", i == 0 ? " " : " x ", (long long)shape->axis[i]);
}

static enum status no_image(struct walk *walk, const char *fault, struct error *error)
{
    struct text list = {0};
    walk_rewind(walk);
    while (walk->number < LISTED_HDUS - 1 && walk_next(walk)) {
        if (walk->number > 0)
            text_append(&list, ", ");
        hdu_describe(walk, &list);
    }
    if (walk->number == LISTED_HDUS - 1)
        text_append(&list, ", ...");
    enum status status =
        walk->number < 0
            ? error_set(error, STATUS_BROKEN, "%s: damaged FITS header: it has no end", walk->file->path)
            : error_set(error, walk->damaged ? STATUS_BROKEN : STATUS_UNSUPPORTED,
                        "%s: %s%s; its HDUs are %s", walk->file->path,
                        walk->damaged ? "damaged header: " : "", fault, text_string(&list));
    text_free(&list);
    return status;
}

// --- The choice ---

static bool move_to_first_image(struct walk *walk)
{
    int line = -1;
    walk_rewind(walk);
    while (walk_next(walk)) {
        if (walk->shape.fault)
            continue;
        if (walk->shape.kind == HDU_IMAGE)
            return true;
        if (walk->shape.kind == HDU_LINE && line < 0)
            line = walk->number;
    }
    return line >= 0 && walk_to(walk, line);
}

// By EXTNAME, or by EXTNAME, a comma and EXTVER.
static bool has_name(const struct fits_header *header, const char *wanted)
{
    char name[FITS_NAME_BYTES];
    const char *comma = strrchr(wanted, ',');
    int64_t version, own = 1;
    if (!fits_header_text(header, "EXTNAME", name, sizeof name))
        return false;
    if (strcasecmp(name, wanted) == 0)
        return true;
    fits_header_integer(header, "EXTVER", &own);
    return comma && parse_int64(comma + 1 + strspn(comma + 1, " "), &version) && version == own &&
           strlen(name) == (size_t)(comma - wanted) && strncasecmp(name, wanted, strlen(name)) == 0;
}

static bool move_to_name(struct walk *walk, const char *wanted)
{
    walk_rewind(walk);
    while (walk_next(walk))
        if (has_name(&walk->header, wanted))
            return true;
    return false;
}

static enum status move_to_selected(struct walk *walk, const char *selector, struct error *error)
{
    int64_t number;
    if (!selector)
        return move_to_first_image(walk) ? STATUS_OK : no_image(walk, "holds no image", error);
    bool found = parse_int64(selector, &number) ? walk_to(walk, number) : move_to_name(walk, selector);
    char fault[160];
    if (found && (walk->shape.fault || walk->shape.kind >= HDU_LINE))
        return STATUS_OK;
    snprintf(fault, sizeof fault, found ? "HDU \"%.60s\" holds no image" : "has no readable HDU \"%.60s\"",
             selector);
    return no_image(walk, fault, error);
}

// --- The description ---

static enum status read_layout(const struct walk *walk, struct fits_layout *layout, struct error *error)
{
    const struct fits_header *header = &walk->header;
    *layout = (struct fits_layout){.bitpix = (int)walk->shape.bitpix, .bscale = 1.0};
    fits_header_real(header, "BSCALE", &layout->bscale);
    fits_header_real(header, "BZERO", &layout->bzero);
    if (layout->bscale == 0.0) // meaningless, and written by some programs for "not scaled"
        layout->bscale = 1.0;
    layout->has_blank = fits_header_integer(header, "BLANK", &layout->blank) ||
                        (walk->shape.compressed && fits_header_integer(header, "ZBLANK", &layout->blank));
    if (!fits_layout_complete(layout))
        return error_set(error, STATUS_BROKEN, "%s: BITPIX is %d, not 8, 16, 32, 64, -32 or -64",
                         walk->file->path, layout->bitpix);
    return STATUS_OK;
}

// Is there room in the file for what the header claims?
static enum status check_extent(const struct walk *walk, struct fits_hdu *hdu, struct error *error)
{
    size_t plane, total;
    if (!size_of_plane(hdu->width, hdu->height, hdu->layout.bytes, &plane) ||
        !size_multiply(plane, (size_t)hdu->frames, &total) || total > INT64_MAX)
        return error_set(error, STATUS_TOO_LARGE, "%s: the header claims %lld x %lld pixels in %lld frames",
                         walk->file->path, (long long)hdu->width, (long long)hdu->height,
                         (long long)hdu->frames);
    const int64_t bytes = (int64_t)total, count = bytes / (int64_t)hdu->layout.bytes;
    int64_t room = blob_size(walk->file->blob);
    const bool tiles = hdu->storage == FITS_TILES;
    hdu->present = count;
    if (!tiles) {
        room = int64_max(room - hdu->data_offset, 0);
        hdu->present = int64_min(room / (int64_t)hdu->layout.raw_bytes, count);
    }
    char claimed[32], found[32];
    const bool hopeless = bytes > SMALL_IMAGE_BYTES &&
                          (tiles ? bytes / TILE_MAX_RATIO > room : image_file_hopeless(room, bytes));
    if (hdu->present == 0 || hopeless)
        return error_set(
            error, STATUS_BROKEN,
            "%s: the header claims %lld x %lld pixels in %lld frames (%s), but there are only %s of data in the file",
            walk->file->path, (long long)hdu->width, (long long)hdu->height, (long long)hdu->frames,
            format_bytes((int64_t)total, claimed, sizeof claimed), format_bytes(room, found, sizeof found));
    return STATUS_OK;
}

static bool set_axes(const struct hdu_shape *shape, struct fits_hdu *hdu)
{
    hdu->axes = (int)shape->axes;
    memcpy(hdu->axis, shape->axis, sizeof hdu->axis);
    hdu->width = shape->axis[0];
    hdu->height = shape->axes > 1 ? shape->axis[1] : 1;
    size_t frames = 1;
    for (int64_t i = 2; i < shape->axes; i++)
        if (!size_multiply(frames, (size_t)shape->axis[i], &frames))
            return false;
    hdu->frames = (int64_t)frames;
    return frames <= INT64_MAX;
}

// Describes the image that the walk is at.
static enum status describe_image(const struct walk *walk, struct fits_hdu *hdu, struct error *error)
{
    const struct hdu_shape *shape = &walk->shape;
    if (shape->fault)
        return error_set(error, STATUS_BROKEN, "%s: HDU %d has a damaged header: %s", walk->file->path,
                         walk->number, shape->fault);
    if (shape->axes > FITS_MAX_AXES)
        return error_set(error, STATUS_UNSUPPORTED, "%s: has %lld axes, more than %d", walk->file->path,
                         (long long)shape->axes, FITS_MAX_AXES);
    *hdu = (struct fits_hdu){.number = walk->number,
                             .header_offset = walk->header.start,
                             .data_offset = walk->header.data,
                             .storage = shape->compressed ? FITS_TILES : FITS_PLAIN};
    if (!set_axes(shape, hdu))
        return error_set(error, STATUS_TOO_LARGE, "%s: the number of frames in the header overflows",
                         walk->file->path);
    enum status status = read_layout(walk, &hdu->layout, error);
    if (status == STATUS_OK)
        status = check_extent(walk, hdu, error);
    if (status != STATUS_OK)
        return status;
    hdu_name(&walk->header, hdu->name, sizeof hdu->name);
    fits_header_text(&walk->header, "BUNIT", hdu->unit, sizeof hdu->unit);
    const char *fault = shape->compressed ? fits_tiling_read(&walk->header, hdu,
                                                             blob_size(walk->file->blob) - hdu->data_offset)
                                          : NULL;
    if (fault)
        return error_set(error, STATUS_BROKEN, "%s: HDU %d has a damaged header: %s", walk->file->path,
                         walk->number, fault);
    return STATUS_OK;
}

enum status fits_hdu_find(const struct image_file *file, const char *selector, struct fits_hdu *hdu,
                          struct error *error)
{
    struct walk walk;
    walk_begin(&walk, file);
    enum status status = move_to_selected(&walk, selector, error);
    if (status == STATUS_OK)
        status = describe_image(&walk, hdu, error);
    fits_header_free(&walk.header);
    return status;
}

// --- All of them ---

static void list_image(const struct fits_hdu *hdu, struct text *out)
{
    text_printf(out, "%d\t", hdu->number);
    for (int axis = hdu->axes - 1; axis >= 0; axis--)
        text_printf(out, "%lld%s", (long long)hdu->axis[axis], axis > 0 ? " x " : "");
    text_printf(out, "\t%s\t%s\t%s\n", sample_traits(hdu->layout.type)->name,
                hdu->storage == FITS_TILES ? hdu->compression : "none", hdu->name);
}

void fits_hdus_list(const struct image_file *file, struct text *out)
{
    struct walk walk;
    walk_begin(&walk, file);
    while (walk_next(&walk)) {
        struct fits_hdu hdu;
        bool image = walk.shape.fault || walk.shape.kind >= HDU_LINE;
        if (walk.number >= MAX_LINES)
            continue;
        if (image && describe_image(&walk, &hdu, NULL) == STATUS_OK) {
            list_image(&hdu, out);
        } else {
            text_append(out, "\t\t\t\t");
            hdu_describe(&walk, out);
            text_append(out, "\n");
        }
    }
    if (walk.number >= MAX_LINES)
        text_printf(out, "\t\t\t\t%d more HDUs\n", walk.number + 1 - MAX_LINES);
    fits_header_free(&walk.header);
}
