// SPDX-License-Identifier: MIT
// The portable maps of Netpbm: PBM, PGM, PPM, PAM, as bytes and as text, and PFM with floats.
//
// Formats: http://netpbm.sourceforge.net/doc/pbm.html and its neighbours, and
// https://www.pauldebevec.com/Research/HDR/PFM/. Samples are shown as they are, whatever the largest value
// that the header allows; of colours the luminance. In PBM 1 is
// black, which turns the colour map over.
#include "formats/base/header_table.h"
#include "formats/base/readers_list.h"
#include "formats/packed/packed_file.h"

#include "base/size.h"

#include <stdio.h>
#include <string.h>

enum {
    PNM_MAX_HEADER = 16 * 1024,
    PNM_MAX_WORD = 63,
    PNM_MAX_CHANNELS = 64,
};

// The kinds by the character behind the "P".
static const struct pnm_kind {
    char letter;
    const char *format;
    unsigned channels; // 0: the header tells
    enum sample_coding coding;
} kinds[] = {
    {'1', "PBM (text)", 1, CODING_DIGITS},    {'2', "PGM (text)", 1, CODING_TEXT},
    {'3', "PPM (text)", 3, CODING_TEXT},      {'4', "PBM", 1, CODING_BITS},
    {'5', "PGM", 1, CODING_BINARY},           {'6', "PPM", 3, CODING_BINARY},
    {'7', "PAM", 0, CODING_BINARY},           {'f', "PFM", 1, CODING_BINARY},
    {'F', "PFM (colours)", 3, CODING_BINARY},
};

static const struct pnm_kind *kind_of(const uint8_t *head, size_t count)
{
    for (size_t i = 0; count > 2 && head[0] == 'P' && i < sizeof kinds / sizeof *kinds; i++)
        if ((char)head[1] == kinds[i].letter &&
            (head[2] == '#' || head[2] == ' ' || (head[2] >= '\t' && head[2] <= '\r')))
            return &kinds[i];
    return NULL;
}

static bool is_blank(char character)
{
    return character == ' ' || (character >= '\t' && character <= '\r');
}

// What is not yet read of a header.
struct words {
    const char *at, *end;
};

// The next word behind blanks and comments; false at the end or if it is too long.
static bool take_word(struct words *words, char word[PNM_MAX_WORD + 1])
{
    size_t count = 0;
    while (words->at < words->end && (is_blank(*words->at) || *words->at == '#')) {
        if (*words->at == '#')
            while (words->at < words->end && *words->at != '\n' && *words->at != '\r')
                words->at++;
        else
            words->at++;
    }
    while (words->at < words->end && !is_blank(*words->at) && *words->at != '#' && count < PNM_MAX_WORD)
        word[count++] = *words->at++;
    word[count] = '\0';
    return count > 0 && count < PNM_MAX_WORD && words->at < words->end;
}

struct pnm_header {
    int64_t width, height, largest;
    int64_t channels;
    double scale; // of PFM: its sign is the byte order
    size_t bytes; // up to the samples
};

static bool take_number(struct words *words, int64_t *value)
{
    char word[PNM_MAX_WORD + 1];
    return take_word(words, word) && parse_int64(word, value);
}

// PAM: "WIDTH 12" and so on, line by line, up to ENDHDR.
static bool take_pam(struct words *words, struct pnm_header *header)
{
    char word[PNM_MAX_WORD + 1];
    const struct {
        const char *key;
        int64_t *value;
    } keys[] = {{"WIDTH", &header->width},
                {"HEIGHT", &header->height},
                {"DEPTH", &header->channels},
                {"MAXVAL", &header->largest}};
    while (take_word(words, word)) {
        if (strcmp(word, "ENDHDR") == 0)
            return header->width && header->height && header->channels && header->largest;
        bool known = false;
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
            if (strcmp(word, keys[i].key) != 0)
                continue;
            known = true;
            if (!take_number(words, keys[i].value))
                return false;
        }
        while (!known && words->at < words->end && *words->at != '\n') // TUPLTYPE, for people
            words->at++;
    }
    return false;
}

static bool header_parse(const struct pnm_kind *kind, const char *text, size_t count,
                         struct pnm_header *header)
{
    struct words words = {text + 2, text + count};
    char word[PNM_MAX_WORD + 1];
    *header = (struct pnm_header){.largest = 1, .channels = kind->channels, .scale = 1};
    bool good;
    if (kind->letter == '7') {
        good = take_pam(&words, header);
    } else {
        good = take_number(&words, &header->width) && take_number(&words, &header->height);
        if (kind->letter == 'f' || kind->letter == 'F')
            good = good && take_word(&words, word) && parse_double(word, &header->scale);
        else if (kind->letter != '1' && kind->letter != '4')
            good = good && take_number(&words, &header->largest);
    }
    // A single blank ends the header.
    header->bytes = (size_t)(words.at - text) + 1;
    return good;
}

static enum status header_check(const struct packed_file *file, const struct pnm_header *header,
                                struct error *error)
{
    const char *path = file->plain.base.path;
    if (header->width < 1 || header->height < 1)
        return error_set(error, STATUS_BROKEN,
                         "%s: the header tells of %lld x %lld pixels, which is no image", path,
                         (long long)header->width, (long long)header->height);
    if (header->largest < 1 || header->largest > 65535)
        return error_set(error, STATUS_BROKEN,
                         "%s: its largest value is %lld by the header; 1 to 65535 are possible", path,
                         (long long)header->largest);
    if (header->channels < 1 || header->channels > PNM_MAX_CHANNELS)
        return error_set(error, STATUS_UNSUPPORTED, "%s: has %lld samples per pixel; up to %d are shown",
                         path, (long long)header->channels, PNM_MAX_CHANNELS);
    return STATUS_OK;
}

// The bytes of the samples of a kind in bytes; 0 for text, and where the size overflows.
static int64_t stored_bytes(const struct pnm_kind *kind, const struct pnm_header *header)
{
    const bool bits = kind->letter == '4', floats = kind->letter == 'f' || kind->letter == 'F';
    const int64_t item = floats ? 4 : header->largest > 255 ? 2 : 1;
    size_t bytes;
    if (kind->coding == CODING_TEXT || kind->coding == CODING_DIGITS ||
        !size_of_plane(bits ? int64_ceil_div(header->width, 8) : header->width, header->height,
                       (size_t)(item * header->channels), &bytes) ||
        bytes > INT64_MAX / 2)
        return 0;
    return (int64_t)bytes;
}

// A header that ends with "\r\n" where one blank is meant: the size of the file tells.
static void pass_line_end(const struct pnm_kind *kind, const char *text, int64_t file_bytes,
                          struct pnm_header *header)
{
    const int64_t bytes = stored_bytes(kind, header), left = file_bytes - (int64_t)header->bytes;
    if (bytes > 0 && left == bytes + 1 && text[header->bytes - 1] == '\r' && text[header->bytes] == '\n')
        header->bytes++;
}

static enum status open_content(struct image_file *base, const struct open_request *request,
                                struct error *error)
{
    struct packed_file *file = packed_file_of(base);
    char text[PNM_MAX_HEADER];
    size_t count = (size_t)int64_min(file->plain.bytes, sizeof text);
    enum status status = plain_file_header(&file->plain, 0, text, count, error);
    if (status != STATUS_OK)
        return status;
    const struct pnm_kind *kind = kind_of((const uint8_t *)text, count);
    struct pnm_header header;
    if (!kind)
        return error_set(error, STATUS_NOT_MINE, "%s: is not a PNM file", file->plain.base.path);
    if (!header_parse(kind, text, count, &header))
        return error_set(error, STATUS_BROKEN, "%s: damaged %s header", file->plain.base.path, kind->format);
    status = header_check(file, &header, error);
    if (status == STATUS_OK && header.bytes < count)
        pass_line_end(kind, text, file->plain.bytes, &header);
    const bool floats = kind->letter == 'f' || kind->letter == 'F';
    const bool bits = kind->letter == '1' || kind->letter == '4';
    struct plain_layout layout = {.format = kind->format,
                                  .width = header.width,
                                  .height = header.height,
                                  .frames = 1,
                                  .type = floats                 ? SAMPLE_F32
                                          : header.largest > 255 ? SAMPLE_U16
                                                                 : SAMPLE_U8,
                                  .rows_upward = floats,
                                  .low_is_white = bits};
    struct sample_storage storage = {.offset = (int64_t)header.bytes,
                                     .coding = kind->coding,
                                     .swapped = floats ? header.scale > 0 : layout.type == SAMPLE_U16};
    if (status == STATUS_OK)
        status = channels_choose(file->plain.base.path, (unsigned)header.channels, header.channels >= 3,
                                 request->channel, &storage.channels, error);
    if (bits)
        file->note = "1 is black";
    file->compression = kind->coding == CODING_TEXT || kind->coding == CODING_DIGITS ? "text" : "none";
    return status == STATUS_OK ? packed_file_set(file, &layout, &storage, error) : status;
}

static int pnm_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)path;
    return kind_of(head, count) ? 80 : 0;
}

static enum status pnm_open(const struct open_request *request, struct image_file **out, struct error *error)
{
    return plain_file_open_with(request, &pnm_reader, sizeof(struct packed_file), open_content, out, error);
}

// The comments and the words of the header.
static enum status pnm_metadata(struct image_file *base, int64_t frame, struct text *out, struct error *error)
{
    (void)frame;
    const struct packed_file *file = packed_file_of(base);
    char text[PNM_MAX_HEADER];
    size_t count = (size_t)int64_min(file->storage.offset, sizeof text);
    enum status status = plain_file_header(&file->plain, 0, text, count, error);
    for (size_t at = 0; status == STATUS_OK && at < count;) {
        const char *end = memchr(text + at, '\n', count - at), *hash;
        const size_t length = end ? (size_t)(end - text) - at : count - at;
        hash = memchr(text + at, '#', length);
        const size_t words = hash ? (size_t)(hash - text) - at : length;
        header_line(out, "header", text + at, words);
        if (hash)
            header_line(out, "comment", hash + 1, length - words - 1);
        at += length + 1;
    }
    return status;
}

static const char *const pnm_extensions[] = {"pgm", "ppm", "pbm", "pnm", "pam", "pfm", NULL};

const struct reader pnm_reader = {
    .name = "pnm",
    .description = "PGM and its kin",
    .extensions = pnm_extensions,
    .media =
        {.types =
             "image/x-portable-graymap;image/x-portable-pixmap;image/x-portable-bitmap;image/x-portable-anymap;",
         .kind = MEDIA_COMMON},
    .probe = pnm_probe,
    .open = pnm_open,
    .frame_info = packed_file_info,
    .decode = packed_file_decode,
    .clone = packed_file_clone,
    .metadata = pnm_metadata,
    .close = packed_file_close,
};
