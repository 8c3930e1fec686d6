// SPDX-License-Identifier: MIT
// NumPy .npz archives: arrays in the .npy format as members of a ZIP archive, stored or deflated.
//
// Format: https://numpy.org/doc/stable/reference/generated/numpy.savez.html. The selector is the name of an
// array, with or without ".npy", and what follows it as for .npy files; without a name the first array of two
// or more axes is shown, or else the first. Stored arrays are read like .npy files; deflated ones in
// sequence, and those whose samples are shown in another order than stored are unpacked as a whole.
#include "formats/base/handle.h"
#include "formats/base/readers_list.h"
#include "formats/numpy/npy_internal.h"
#include "formats/packed/sample_stream.h"
#include "formats/packed/zip.h"

#include "base/memory.h"
#include "base/size.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_ROW_BYTES = 1 << 30 }; // of a deflated array, which needs a row of memory

// An array in the archive.
struct npz_member {
    struct npy_array array;
    int64_t offset;       // of the packed bytes of the member
    int64_t header_bytes; // unpacked bytes before the samples
    int64_t packed;
    bool deflated;
};

struct npz_file {
    struct image_file base;
    char *member_name; // of the array that is shown; owned
    struct npz_member member;
    // -- made when they are needed --
    uint8_t *scratch;             // for columns
    uint8_t *memory;              // a deflated array that is not shown in sequence
    int64_t memory_samples;       // that are there
    struct sample_stream *stream; // of a deflated array that is
};

static struct npz_file *npz_file_of(struct image_file *file)
{
    return (struct npz_file *)file; // the base is the first member
}

// --- Members ---

// Puts the member's name behind the archive's: a sentence then tells of both.
static char *full_name(const char *path, const char *member)
{
    struct text name = {0};
    text_printf(&name, "%s::%s", path, member);
    return name.data;
}

static enum status member_check(const char *name, const struct npz_member *member, struct error *error)
{
    const struct npy_array *array = &member->array;
    const int64_t limit = unpack_limit(member->deflated ? UNPACK_DEFLATE : UNPACK_STORED, member->packed) -
                          member->header_bytes;
    const bool partial = !member->deflated && limit > 0 &&
                         (array->bytes <= NPY_SMALL_ARRAY || !image_file_hopeless(limit, array->bytes));
    if (limit < array->bytes && !partial)
        return error_set(
            error, STATUS_BROKEN,
            "%s: the header claims %lld x %lld samples in %lld frames, which cannot be in the %lld bytes of the member",
            name, (long long)array->width, (long long)array->height, (long long)array->frames,
            (long long)member->packed);
    if (member->deflated && array->width > MAX_ROW_BYTES / (int64_t)array->channels.channels /
                                               (int64_t)sample_traits(array->type)->bytes)
        return error_set(error, STATUS_TOO_LARGE, "%s: its rows are too long to be unpacked", name);
    return STATUS_OK;
}

// Reads the header of the array through `unpacker`.
static enum status header_read(const char *name, struct unpacker *unpacker, struct npz_member *member,
                               struct error *error)
{
    uint8_t prefix[NPY_PREFIX] = {0};
    int64_t start = 0;
    size_t got, count = 0;
    enum status status = unpacker_read(unpacker, prefix, sizeof prefix, &got, error);
    if (status == STATUS_OK)
        status = npy_prefix_parse(name, prefix, got, &start, &count, error);
    if (status != STATUS_OK)
        return status;
    // Of version 1 two bytes of the dictionary are in the prefix already.
    const size_t ahead = sizeof prefix - (size_t)start;
    char *text = must_alloc(count + sizeof prefix);
    memcpy(text, prefix + start, ahead);
    if (count > ahead)
        status = unpacker_read(unpacker, text + ahead, count - ahead, &got, error);
    if (status == STATUS_OK && count > ahead && got < count - ahead)
        status = error_set(error, STATUS_BROKEN, "%s: ends within its header", name);
    if (status == STATUS_OK)
        status = npy_dictionary_parse(name, text, count, &member->array, error);
    free(text);
    member->header_bytes = start + (int64_t)count;
    return status;
}

// `request` has the slice, part and channel for the array.
static enum status member_open(const struct npz_file *file, const struct zip_member *entry,
                               const struct open_request *request, struct npz_member *member,
                               struct error *error)
{
    char *name = full_name(file->base.path, entry->name);
    *member = (struct npz_member){.packed = entry->packed, .deflated = entry->method == ZIP_DEFLATED};
    enum status status = STATUS_OK;
    if (entry->encrypted || (entry->method != ZIP_STORED && entry->method != ZIP_DEFLATED))
        status = error_set(error, STATUS_UNSUPPORTED, "%s: is %s, which is not read; stored and deflated are",
                           name, entry->encrypted ? "encrypted" : "packed by another method");
    if (status == STATUS_OK)
        status = zip_member_offset(file->base.blob, entry, &member->offset, error);
    if (status == STATUS_OK) {
        struct unpacker *unpacker = unpacker_create(file->base.blob, member->offset, entry->packed,
                                                    member->deflated ? UNPACK_DEFLATE : UNPACK_STORED);
        unpacker_heed(unpacker, request->cancel);
        status = header_read(name, unpacker, member, error);
        unpacker_destroy(unpacker);
    }
    if (status == STATUS_OK)
        status = npy_array_arrange(name, request->selector, request->channel, &member->array, error);
    if (status == STATUS_OK)
        status = member_check(name, member, error);
    free(name);
    return status;
}

// True for "data" and "data.npy" where the member is "data.npy". What is left of the selector may follow.
static bool names_match(const char *selector, size_t length, const char *member)
{
    if (strncmp(selector, member, length) != 0)
        return false;
    return !member[length] || strcmp(member + length, ".npy") == 0;
}

// Behind which there is no name: where the slice or the part of complex numbers begins.
static size_t name_length(const char *selector)
{
    char *words = must_copy(selector);
    channels_cut_part(words);
    slice_cut(words);
    const size_t length = strlen(words);
    free(words);
    return length;
}

static enum status open_selected(struct npz_file *file, const struct zip_directory *directory,
                                 const struct open_request *request, struct error *error)
{
    // A name may itself end like a slice.
    const char *selector = request->selector;
    const size_t lengths[] = {strlen(selector), name_length(selector)};
    for (size_t way = 0; way < 2; way++) {
        struct open_request rest = *request;
        rest.selector = selector + lengths[way];
        for (size_t i = 0; i < directory->count; i++) {
            const struct zip_member *entry = &directory->members[i];
            if (!names_match(selector, lengths[way], entry->name))
                continue;
            file->member_name = must_copy(entry->name);
            return member_open(file, entry, &rest, &file->member, error);
        }
    }
    struct text names = {0};
    for (size_t i = 0; i < directory->count && i < 12; i++) {
        text_append(&names, i ? ", " : "");
        text_append(&names, directory->members[i].name);
    }
    error_set(error, STATUS_UNSUPPORTED, "%s: has no array \"%s\"; there are: %s", file->base.path, selector,
              text_string(&names));
    text_free(&names);
    return STATUS_UNSUPPORTED;
}

// The first array of two or more axes, or the first at all; its own fault if none can be shown.
static enum status open_first(struct npz_file *file, const struct zip_directory *directory,
                              const struct open_request *request, struct error *error)
{
    enum status status = STATUS_OK;
    bool found = false;
    for (size_t i = 0; i < directory->count; i++) {
        struct npz_member member;
        struct error fault = {0};
        const struct zip_member *entry = &directory->members[i];
        enum status result = member_open(file, entry, request, &member, &fault);
        if (result != STATUS_OK && status == STATUS_OK && result != STATUS_NOT_MINE) {
            status = result;
            if (error)
                *error = fault;
        }
        if (result != STATUS_OK || (found && member.array.rank < 2))
            continue;
        free(file->member_name);
        file->member_name = must_copy(entry->name);
        file->member = member;
        found = true;
        if (member.array.rank >= 2)
            break;
    }
    if (found || status != STATUS_OK)
        return found ? STATUS_OK : status;
    return error_set(error, STATUS_NOT_MINE, "%s: is a ZIP archive without NumPy arrays", file->base.path);
}

// --- Opening ---

static int npz_probe(const uint8_t *head, size_t count, const char *path)
{
    const char *dot = strrchr(path, '.');
    if (count < 4 || memcmp(head, "PK", 2) != 0 ||
        !((head[2] == 3 && head[3] == 4) || (head[2] == 5 && head[3] == 6)))
        return 0;
    if (dot && strcasecmp(dot, ".npz") == 0)
        return 90;
    // The name of the first member.
    const size_t name = count > 30 ? (size_t)head[26] | (size_t)head[27] << 8 : 0;
    return name > 4 && 30 + name <= count && memcmp(head + 30 + name - 4, ".npy", 4) == 0 ? 80 : 10;
}

static void npz_close(struct image_file *base)
{
    struct npz_file *file = npz_file_of(base);
    sample_stream_destroy(file->stream);
    free(file->scratch);
    free(file->memory);
    free(file->member_name);
    image_file_end(&file->base);
    free(file);
}

static enum status open_content(struct npz_file *file, const struct open_request *request,
                                struct error *error)
{
    const bool named = request->selector && name_length(request->selector) > 0;
    struct zip_directory directory;
    enum status status = zip_read(file->base.blob, &directory, error);
    if (status != STATUS_OK)
        return status;
    status = named ? open_selected(file, &directory, request, error)
                   : open_first(file, &directory, request, error);
    zip_free(&directory);
    file->base.frames = file->member.array.frames;
    return status;
}

static enum status npz_open(const struct open_request *request, struct image_file **out, struct error *error)
{
    struct npz_file *file = must_alloc(sizeof *file);
    enum status status = image_file_begin(&file->base, &npz_reader, request, error);
    if (status == STATUS_OK)
        status = open_content(file, request, error);
    if (status != STATUS_OK) {
        npz_close(&file->base);
        return status;
    }
    *out = &file->base;
    return STATUS_OK;
}

static enum status npz_clone(struct image_file *base, struct image_file **out, struct error *error)
{
    const struct npz_file *source = npz_file_of(base);
    (void)error;
    struct npz_file *file = must_alloc(sizeof *file);
    *file = *source;
    image_file_begin_copy(&file->base, base);
    file->member_name = must_copy(source->member_name);
    file->scratch = file->memory = NULL;
    file->stream = NULL;
    *out = &file->base;
    return STATUS_OK;
}

// --- Pixels ---

static struct plain_samples samples_of(const struct npz_file *file)
{
    const struct npz_member *member = &file->member;
    const int64_t item = (int64_t)sample_traits(member->array.type)->bytes;
    return (struct plain_samples){
        .path = file->base.path,
        .blob = file->base.blob,
        .offset = member->offset + member->header_bytes,
        .present = int64_min((member->packed - member->header_bytes) / item, member->array.samples),
        .type = member->array.type,
        .swapped = member->array.swapped};
}

static enum status npz_frame_info(struct image_file *base, int64_t frame, struct frame_info *info,
                                  struct error *error)
{
    char number[56];
    const struct npz_file *file = npz_file_of(base);
    const struct npz_member *member = &file->member;
    if (!member->deflated && npy_frame_first(&member->array, frame) >= samples_of(file).present)
        return error_set(error, STATUS_BROKEN, "%s: the array ends before frame %s", base->path,
                         format_frame(frame, base->frames, number, sizeof number));
    *info = (struct frame_info){
        .width = member->array.width,
        .height = member->array.height,
        .type = member->array.type,
        .chunk_width = member->array.width,
        .chunk_height = member->deflated && !npy_array_in_sequence(&member->array) ? member->array.height : 1,
        .sequential = member->deflated};
    snprintf(info->format, sizeof info->format, "NPZ");
    snprintf(info->compression, sizeof info->compression, "%s", member->deflated ? "deflate" : "none");
    char channels[sizeof info->note];
    channels_note(&member->array.channels, channels, sizeof channels);
    struct text note = {0};
    text_append(&note, "array ");
    utf8_field(&note, file->member_name, strlen(file->member_name));
    text_printf(&note, "%s%s", channels[0] ? ", " : "", channels);
    if (note.length < sizeof info->note)
        snprintf(info->note, sizeof info->note, "%s", text_string(&note));
    else
        snprintf(info->note, sizeof info->note, "%s", channels);
    text_free(&note);
    return STATUS_OK;
}

static struct sample_stream *stream_create(const struct npz_file *file)
{
    const struct npz_member *member = &file->member;
    const struct sample_storage storage = {.offset = member->offset,
                                           .bytes = member->packed,
                                           .method = UNPACK_DEFLATE,
                                           .skip = member->header_bytes,
                                           .coding = CODING_BINARY,
                                           .swapped = member->array.swapped,
                                           .channels = member->array.channels};
    return sample_stream_create(file->base.blob, file->base.path, &storage, member->array.width,
                                member->array.type);
}

// Unpacks an array whose neighbours lie far from each other.
static enum status load_memory(struct npz_file *file, struct error *error)
{
    const struct npy_array *array = &file->member.array;
    size_t got = 0;
    enum status status = memory_check(file->base.path, "its array", array->bytes, error);
    if (status != STATUS_OK)
        return status;
    file->memory = malloc((size_t)array->bytes);
    if (!file->memory)
        return error_set(error, STATUS_NO_MEMORY, "%s: no memory to unpack its array", file->base.path);
    struct sample_stream *stream = stream_create(file);
    status = sample_stream_bytes(stream, file->memory, (size_t)array->bytes, &got, error);
    sample_stream_destroy(stream);
    file->memory_samples = (int64_t)(got / sample_traits(array->type)->bytes);
    if (status != STATUS_OK) {
        free(file->memory);
        file->memory = NULL;
    }
    return status;
}

static enum status npz_decode(struct image_file *base, const struct decode_request *request,
                              struct decode_report *report, struct error *error)
{
    struct npz_file *file = npz_file_of(base);
    const struct npy_array *array = &file->member.array;
    if (file->member.deflated && npy_array_in_sequence(array)) {
        if (!file->stream)
            file->stream = stream_create(file);
        return rows_decode(sample_stream_rows(file->stream), request->frame * array->height, request, report,
                           error);
    }
    struct plain_samples from = samples_of(file);
    if (file->member.deflated) {
        enum status status = file->memory ? STATUS_OK : load_memory(file, error);
        if (status != STATUS_OK)
            return status;
        from.memory = file->memory;
        from.present = file->memory_samples;
    }
    return npy_array_decode(array, &from, &file->scratch, request, report, error);
}

// --- What there is ---

static enum status npz_metadata(struct image_file *base, int64_t frame, struct text *out, struct error *error)
{
    (void)frame, (void)error;
    const struct npz_file *file = npz_file_of(base);
    text_append(out, "array\t");
    utf8_field(out, file->member_name, strlen(file->member_name));
    text_append(out, "\n");
    npy_array_describe(&file->member.array, out);
    return STATUS_OK;
}

static void append_member(const struct npz_file *file, const struct zip_member *entry, struct text *out)
{
    const struct open_request request = {.channel = CHANNEL_AUTO, .cancel = file->base.cancel};
    struct npz_member member;
    struct error error = {0};
    struct text name = {0};
    utf8_field(&name, entry->name, strlen(entry->name));
    if (member_open(file, entry, &request, &member, &error) == STATUS_OK) {
        text_printf(out, "%s\t", text_string(&name));
        npy_shape_append(out, &member.array);
        text_printf(out, "\t%s\t%s\t%s\n", npy_type_name(&member.array), member.deflated ? "deflate" : "none",
                    member.array.fortran ? "Fortran order" : "");
    } else {
        text_append(out, "\t\t\t\t");
        utf8_field(out, error.text, strlen(error.text)); // with words of the member's header
        text_append(out, "\n");
    }
    text_free(&name);
}

static enum status npz_contents(struct image_file *base, struct text *out, struct error *error)
{
    const struct npz_file *file = npz_file_of(base);
    struct zip_directory directory;
    enum status status = zip_read(base->blob, &directory, error);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < directory.count && !cancel_requested(base->cancel); i++)
        append_member(file, &directory.members[i], out);
    zip_free(&directory);
    return STATUS_OK;
}

static const char *const npz_extensions[] = {"npz", NULL};

const struct reader npz_reader = {
    .name = "npz",
    .description = "NumPy archive",
    .extensions = npz_extensions,
    .media = {.types = "application/x-npz;"},
    .probe = npz_probe,
    .open = npz_open,
    .frame_info = npz_frame_info,
    .decode = npz_decode,
    .clone = npz_clone,
    .metadata = npz_metadata,
    .contents = npz_contents,
    .close = npz_close,
};
