// SPDX-License-Identifier: MIT
// Nonius KappaCCD frames (.kcd): a header of "key = value" lines, and at the file's end the readouts, whose
// sum is the image.
//
// Format: as the fabio library reads it (https://github.com/silx-kit/fabio KcdImage). Samples of 16 bits,
// little-endian, one readout after another.
#include "formats/base/header_table.h"
#include "formats/base/plain_file.h"
#include "formats/base/readers_list.h"
#include "formats/base/row_file.h"

#include "base/byteorder.h"
#include "base/size.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER_ROOM = 4096, // the header is in the file's first bytes
    MAX_READOUTS = 1024,
    PIECE = 4096, // samples that are added at a time
};

struct kcd_file {
    struct row_file rows;
    int64_t data; // offset of the first readout
    int64_t readouts;
    int64_t row;
};

// --- The header ---

struct header {
    char text[HEADER_ROOM + 1]; // up to the end of its lines
};

// The next line "key = value" from *at; a line of another kind, longer than 100 characters or with a zero
// byte, ends the header.
static bool next_line(char **at, const char **key, const char **value)
{
    enum { LONGEST_LINE = 100 };
    const size_t count = strcspn(*at, "\n");
    char *line = *at, *equals = memchr(line, '=', count);
    const bool binned = count >= 11 && memcmp(line, "Binned mode", 11) == 0;
    if (line[count] != '\n' || count > LONGEST_LINE || (!equals && !binned))
        return false;
    *at += count + 1;
    line[count] = '\0';
    line[strcspn(line, "\r")] = '\0';
    *key = "Mode";
    *value = "Binned";
    if (!equals || equals > line + strlen(line))
        return true;
    *equals = '\0';
    *key = line + strspn(line, " \t");
    *value = equals + 1 + strspn(equals + 1, " \t");
    while (equals > line && (equals[-1] == ' ' || equals[-1] == '\t'))
        *--equals = '\0';
    return true;
}

// Moves behind the first line, which is a name and numbers.
static char *behind_first_line(struct header *header)
{
    char *end = strchr(header->text, '\n');
    return end ? end + 1 : header->text + strlen(header->text);
}

// Copies the value of a key to `out`; false without it.
static bool header_text(const struct header *header, const char *wanted, char *out, size_t size)
{
    struct header copy = *header;
    const char *key, *value;
    for (char *at = behind_first_line(&copy); next_line(&at, &key, &value);) {
        if (strcmp(key, wanted) != 0)
            continue;
        snprintf(out, size, "%s", value);
        for (size_t end = strlen(out); end > 0 && out[end - 1] == ' ';)
            out[--end] = '\0';
        return true;
    }
    return false;
}

static double header_number(const struct header *header, const char *key)
{
    char text[64];
    double number;
    return header_text(header, key, text, sizeof text) && parse_double(text, &number) ? number : NAN;
}

static enum status header_size(const struct row_file *file, const struct header *header, const char *key,
                               int64_t missing, int64_t *size, struct error *error)
{
    char text[64];
    *size = missing;
    const bool told = header_text(header, key, text, sizeof text);
    if ((told && !parse_whole(text, size)) || *size < 1)
        return error_set(error, STATUS_BROKEN, "%s: its header has no sensible value for \"%s\"",
                         file->base.path, key);
    return STATUS_OK;
}

// The line's beginning, blanks and "=".
static bool has_key(const char *head, size_t count, const char *key)
{
    const char *at = memmem(head, count, key, strlen(key)), *end = head + count;
    for (at = at ? at + strlen(key) : end; at < end && (*at == ' ' || *at == '\t');)
        at++;
    return at < end && *at == '=';
}

static int kcd_probe(const uint8_t *head, size_t count, const char *path)
{
    static const char *const keys[] = {"\nX dimension", "\nY dimension", "\nNumber of readouts"};
    (void)path;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!has_key((const char *)head, count, keys[i]))
            return 0;
    return 85;
}

static enum status header_read(const struct row_file *file, struct header *header, struct error *error)
{
    const size_t count = (size_t)int64_min(file->bytes, HEADER_ROOM);
    memset(header->text, 0, sizeof header->text);
    enum status status = row_file_read(file, 0, header->text, count, error);
    if (status == STATUS_OK && !kcd_probe((uint8_t *)header->text, count, file->base.path))
        status = error_set(error, STATUS_NOT_MINE, "%s: is not a KappaCCD frame", file->base.path);
    return status;
}

// --- Decoding ---

static int64_t kcd_seek(struct row_file *rows, int64_t row)
{
    ((struct kcd_file *)rows)->row = row;
    return row;
}

// Adds samples of a readout to `sums` and returns how many are there.
static int64_t add_samples(const struct kcd_file *file, int64_t readout, int64_t first, int64_t count,
                           int32_t *sums)
{
    uint8_t bytes[2 * PIECE];
    const struct row_layout *layout = &file->rows.layout;
    const int64_t offset = file->data + (readout * layout->width * layout->height + first) * 2;
    const int64_t there = int64_clamp(file->rows.bytes - offset, 0, count * 2) / 2;
    if (there == 0 || row_file_read(&file->rows, offset, bytes, (size_t)there * 2, NULL) != STATUS_OK)
        return 0;
    for (int64_t i = 0; i < there; i++)
        sums[i] += load_u16le(bytes + 2 * i);
    return there;
}

static int64_t kcd_next(struct row_file *rows, void *out)
{
    struct kcd_file *file = (struct kcd_file *)rows;
    const int64_t width = rows->layout.width, first = file->row++ * width;
    int32_t *sums = out;
    memset(sums, 0, (size_t)width * sizeof *sums);
    for (int64_t x = 0; x < width; x += PIECE) {
        const int64_t count = int64_min(PIECE, width - x);
        for (int64_t readout = 0; readout < file->readouts; readout++) {
            const int64_t there = add_samples(file, readout, first + x, count, sums + x);
            if (there < count)
                return x + there;
        }
    }
    return width;
}

static const struct row_coding kcd_coding = {.compression = "none", .seek = kcd_seek, .next = kcd_next};

// --- Opening ---

static enum status open_content(struct image_file *base, const struct open_request *request,
                                struct error *error)
{
    (void)request;
    struct kcd_file *file = (struct kcd_file *)base;
    struct header header;
    struct row_layout layout = {.format = "KappaCCD", .type = SAMPLE_I32};
    struct row_file *rows = &file->rows;
    size_t bytes = 0;
    char type[64];
    enum status status = header_read(rows, &header, error);
    if (status == STATUS_OK)
        status = header_size(rows, &header, "X dimension", 0, &layout.width, error);
    if (status == STATUS_OK)
        status = header_size(rows, &header, "Y dimension", 0, &layout.height, error);
    if (status == STATUS_OK)
        status = header_size(rows, &header, "Number of readouts", 1, &file->readouts, error);
    if (status != STATUS_OK)
        return status;
    if (header_text(&header, "Data type", type, sizeof type) && strcmp(type, "u16") != 0)
        return error_set(error, STATUS_UNSUPPORTED, "%s: its samples are not of 16 bits", rows->base.path);
    if (file->readouts > MAX_READOUTS || !size_of_plane(layout.width, layout.height, 2, &bytes) ||
        !size_multiply(bytes, (size_t)file->readouts, &bytes) || bytes > INT64_MAX / 4)
        return error_set(error, STATUS_TOO_LARGE, "%s: the size of its image overflows", rows->base.path);
    // The readouts are the file's end; of a shorter file their place is not known.
    file->data = rows->bytes - (int64_t)bytes;
    if (file->data < 0)
        return error_set(
            error, STATUS_BROKEN,
            "%s: the header claims %lld readouts of %lld x %lld samples, which are more than the file",
            rows->base.path, (long long)file->readouts, (long long)layout.width, (long long)layout.height);
    return row_file_start(rows, &layout, &kcd_coding, rows->bytes, error);
}

static enum status kcd_open(const struct open_request *request, struct image_file **out, struct error *error)
{
    return row_file_open_with(request, &kcd_reader, sizeof(struct kcd_file), open_content, out, error);
}

// --- What the header tells ---

static enum status kcd_detector(struct image_file *base, int64_t frame, struct detector_info *info,
                                struct error *error)
{
    (void)frame;
    struct header header;
    char mode[16];
    enum status status = header_read(row_file_of(base), &header, error);
    if (status != STATUS_OK)
        return status;
    const double bins = header_text(&header, "Mode", mode, sizeof mode) ? 2 : 1;
    const double first = header_number(&header, "Alpha1"), second = header_number(&header, "Alpha2");
    snprintf(info->name, sizeof info->name, "Nonius KappaCCD");
    detector_info_set(&info->pixel_x, header_number(&header, "pixel X-size (um)") * 1e-6 * bins);
    detector_info_set(&info->pixel_y, header_number(&header, "pixel Y-size (um)") * 1e-6 * bins);
    detector_info_set(&info->distance, header_number(&header, "Dx start") * 1e-3);
    detector_info_set(&info->exposure, header_number(&header, "Exposure time"));
    detector_info_set(&info->wavelength, first * 1e-10);
    detector_info_set(&info->wavelength,
                      (2 * first + second) / 3 * 1e-10); // of both lines, by their intensities
    return STATUS_OK;
}

static enum status kcd_metadata(struct image_file *base, int64_t frame, struct text *out, struct error *error)
{
    (void)frame;
    struct header header;
    const char *key, *value;
    enum status status = header_read(row_file_of(base), &header, error);
    if (status != STATUS_OK)
        return status;
    char *at = behind_first_line(&header);
    header_line(out, "Name", header.text, (size_t)(at - header.text));
    while (next_line(&at, &key, &value)) {
        struct text clean = {0};
        utf8_append(&clean, key, strcspn(key, "\t"));
        if (clean.length > 0)
            header_line(out, text_string(&clean), value, strlen(value));
        text_free(&clean);
    }
    return STATUS_OK;
}

static const char *const kcd_extensions[] = {"kcd", NULL};

const struct reader kcd_reader = {
    .name = "kcd",
    .description = "Nonius KappaCCD",
    .extensions = kcd_extensions,
    .media = {.types = "image/x-kappaccd;"},
    .probe = kcd_probe,
    .open = kcd_open,
    .frame_info = row_file_info,
    .decode = row_file_decode,
    .clone = row_file_clone,
    .metadata = kcd_metadata,
    .detector = kcd_detector,
    .close = row_file_close,
};
