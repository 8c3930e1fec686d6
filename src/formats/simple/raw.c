// SPDX-License-Identifier: MIT
// "raw:FILE?width=4148&height=4362&type=u16&offset=512&endian=little&frames=10": plain samples of any file.
//
// Keys: width and height in pixels; type as in sample.h (u16 if not given); offset of the first sample in
// bytes (0); endian, little or big (little); frames (as many as the file holds); row, the bytes from row to
// row (no padding); gap, the bytes between a frame and the next (0). In FILE "%3F" stands for "?", "%26" for
// "&" and so on, unless a file of the very name exists.
#include "formats/base/plain_file.h"
#include "formats/base/readers_list.h"
#include "formats/packed/wrapped.h"

#include "base/size.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const char raw_scheme[] = "raw:";

struct raw_spec {
    int64_t width, height, offset, frames, row, gap; // frames and row: 0 if not given
    enum sample_type type;
    bool big;
};

struct raw_number {
    const char *key;
    size_t place; // in struct raw_spec
    int64_t least;
    const char *fault;
};

static const struct raw_number raw_numbers[] = {
    {"width", offsetof(struct raw_spec, width), 1, "width must be a positive number of pixels"},
    {"height", offsetof(struct raw_spec, height), 1, "height must be a positive number of pixels"},
    {"offset", offsetof(struct raw_spec, offset), 0, "offset must be a number of bytes, 0 or more"},
    {"frames", offsetof(struct raw_spec, frames), 1, "frames must be a positive number"},
    {"row", offsetof(struct raw_spec, row), 1, "row must be the bytes from one row to the next"},
    {"gap", offsetof(struct raw_spec, gap), 0,
     "gap must be the bytes between a frame and the next, 0 or more"},
};

// One "key=value". Returns NULL, or what is wrong in words.
static const char *spec_apply(struct raw_spec *spec, char *word)
{
    char *value = strchr(word, '=');
    if (!value)
        return "expected KEY=VALUE after \"?\" and \"&\", such as raw:FILE?width=4148&height=4362&type=u16";
    *value++ = '\0';
    for (size_t i = 0; i < sizeof raw_numbers / sizeof *raw_numbers; i++) {
        const struct raw_number *number = &raw_numbers[i];
        int64_t *place = (int64_t *)(void *)((char *)spec + number->place);
        if (strcmp(word, number->key) == 0)
            return parse_int64(value, place) && *place >= number->least ? NULL : number->fault;
    }
    if (strcmp(word, "type") == 0)
        return sample_type_by_name(value, &spec->type)
                   ? NULL
                   : "type must be one of u8 i8 u16 i16 u32 i32 u64 i64 f16 f32 f64";
    if (strcmp(word, "endian") != 0)
        return "unknown key (keys: width, height, type, offset, endian, frames, row, gap)";
    spec->big = strcmp(value, "big") == 0;
    return spec->big || strcmp(value, "little") == 0 ? NULL : "endian must be little or big";
}

static const char *spec_parse(char *words, struct raw_spec *spec)
{
    const char *fault = NULL;
    *spec = (struct raw_spec){.type = SAMPLE_U16};
    for (char *word; !fault && (word = strsep(&words, "&"));)
        fault = spec_apply(spec, word);
    if (fault)
        return fault;
    if (spec->width == 0 || spec->height == 0)
        return "width and height must be given, such as raw:FILE?width=4148&height=4362&type=u16";
    int64_t row;
    if (__builtin_mul_overflow(spec->width, (int64_t)sample_traits(spec->type)->bytes, &row))
        return "width is more than can be addressed";
    return spec->row > 0 && spec->row < row ? "row is less than the bytes of a row of pixels" : NULL;
}

static int hex_digit(char digit)
{
    const char *digits = "0123456789abcdef", *at = strchr(digits, digit | 0x20);
    return digit && at ? (int)(at - digits) : -1;
}

// Replaces "%3F" and its kin in place; a "%" without two hexadecimal digits stays.
static void unescape(char *path)
{
    char *to = path;
    for (const char *from = path; *from; from++) {
        int high = *from == '%' ? hex_digit(from[1]) : -1, low = high >= 0 ? hex_digit(from[2]) : -1;
        if (low >= 0 && high + low > 0) {
            *to++ = (char)(high * 16 + low);
            from += 2;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
}

// --- The reader ---

static int raw_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)head, (void)count;
    return strncmp(path, raw_scheme, strlen(raw_scheme)) == 0 ? 100 : 0;
}

// The whole frames that the file holds, but at least one.
static int64_t frames_of(const struct plain_file *file, const struct raw_spec *spec, int64_t frame_bytes)
{
    int64_t room;
    if (spec->frames > 0)
        return spec->frames;
    if (__builtin_add_overflow(int64_max(file->bytes - spec->offset, 0), spec->gap, &room))
        return 1;
    return int64_max(room / frame_bytes, 1);
}

static enum status set_layout(struct plain_file *file, const struct raw_spec *spec, struct error *error)
{
    struct plain_layout layout = {.format = "raw",
                                  .width = spec->width,
                                  .height = spec->height,
                                  .type = spec->type,
                                  .swapped = spec->big,
                                  .offset = spec->offset,
                                  .row_bytes = spec->row};
    if (spec->row == 0)
        layout.row_bytes = spec->width * (int64_t)sample_traits(spec->type)->bytes;
    if (__builtin_mul_overflow(layout.row_bytes, spec->height, &layout.frame_bytes) ||
        __builtin_add_overflow(layout.frame_bytes, spec->gap, &layout.frame_bytes))
        return error_set(error, STATUS_TOO_LARGE, "%s: the size of its image overflows", file->base.path);
    layout.frames = frames_of(file, spec, layout.frame_bytes);
    return plain_file_set_layout(file, &layout, error);
}

// A packed file would show its packed bytes as pixels.
static enum status refuse_packed(const struct plain_file *file, struct error *error)
{
    uint8_t head[UNPACK_MAGIC_BYTES];
    const size_t count = (size_t)int64_min(file->bytes, sizeof head);
    enum status status = plain_file_header(file, 0, head, count, error);
    if (status != STATUS_OK)
        return status;
    const enum unpack_method method = unpack_method_find(head, count);
    const char *dot = strrchr(file->base.path, '.');
    for (size_t i = 0; method != UNPACK_STORED && dot && wrapped_extensions[i]; i++)
        if (strcasecmp(dot + 1, wrapped_extensions[i]) == 0)
            return error_set(error, STATUS_UNSUPPORTED, "%s: is packed by %s; run %s on it first",
                             file->base.path, unpack_method_name(method), unpack_method_program(method));
    return STATUS_OK;
}

// Opens the file of the name, which may have escapes, or the bytes that are given.
static enum status open_named(char *path, struct blob *blob, struct plain_file **file, struct error *error)
{
    if (!blob && access(path, F_OK) != 0)
        unescape(path);
    const struct open_request request = {.path = path, .blob = blob};
    return plain_file_open(&request, &raw_reader, sizeof **file, file, error);
}

static enum status raw_open(const struct open_request *request, struct image_file **out, struct error *error)
{
    if (raw_probe(NULL, 0, request->path) == 0)
        return error_set(error, STATUS_NOT_MINE, "%s: is not a raw: name", request->path);
    char *name = must_copy(request->path + strlen(raw_scheme)), *query = strchr(name, '?');
    struct raw_spec spec = {0};
    struct plain_file *file = NULL;
    enum status status;
    if (query)
        *query++ = '\0';
    const char *fault =
        !query || !*name
            ? "expected raw:FILE?width=W&height=H (further keys: type, offset, endian, frames, row, gap)"
            : spec_parse(query, &spec);
    if (fault)
        status = error_set(error, STATUS_USAGE, "%s: %s", request->path, fault);
    else
        status = open_named(name, request->blob, &file, error);
    free(name);
    if (status == STATUS_OK)
        status = refuse_packed(file, error);
    if (status == STATUS_OK)
        status = set_layout(file, &spec, error);
    if (status != STATUS_OK) {
        if (file)
            plain_file_close(&file->base);
        return status;
    }
    *out = &file->base;
    return STATUS_OK;
}

const struct reader raw_reader = {
    .name = "raw",
    .description = "raw samples",
    .extensions = (const char *const[]){NULL},
    .probe = raw_probe,
    .open = raw_open,
    .frame_info = plain_file_info,
    .decode = plain_file_decode,
    .clone = plain_file_clone,
    .close = plain_file_close,
};
