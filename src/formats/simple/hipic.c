// SPDX-License-Identifier: MIT
// Hamamatsu HiPic and ITEX images (.img): a header of 64 bytes, a comment, then plain samples.
//
// Format: the ITEX image file as Hamamatsu describes it in the HiPic and HPD-TA manuals, and as the fabio
// library reads it (https://github.com/silx-kit/fabio HiPiCimage). All little-endian.
#include "formats/base/header_table.h"
#include "formats/base/plain_file.h"
#include "formats/base/readers_list.h"

#include "base/byteorder.h"

#include <stdlib.h>
#include <string.h>

enum {
    HEADER_BYTES = 64,
    AT_COMMENT = 2,
    AT_WIDTH = 4,
    AT_HEIGHT = 6,
    AT_X = 8,
    AT_Y = 10,
    AT_TYPE = 12,
    TYPES = 4,
};

// By the header's number; 1 is compressed.
static const struct {
    bool known;
    enum sample_type type;
} hipic_types[TYPES] = {[0] = {true, SAMPLE_U8}, [2] = {true, SAMPLE_U16}, [3] = {true, SAMPLE_U32}};

// The name of two letters is short, so the whole header must make sense.
static int hipic_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)path;
    if (count < HEADER_BYTES || memcmp(head, "IM", 2) != 0 || load_u16le(head + AT_WIDTH) == 0 ||
        load_u16le(head + AT_HEIGHT) == 0 || load_u16le(head + AT_TYPE) >= TYPES)
        return 0;
    const size_t comment = load_u16le(head + AT_COMMENT), there = count - HEADER_BYTES;
    for (size_t i = 0; i < comment && i < there; i++) {
        const uint8_t byte = head[HEADER_BYTES + i];
        if (byte == 0)
            break;
        if (byte < ' ' && byte != '\t' && byte != '\r' && byte != '\n')
            return 0;
    }
    return comment > 0 && memmem(head + HEADER_BYTES, there, "[", 1) ? 80 : 40;
}

static enum status open_content(struct image_file *base, const struct open_request *request,
                                struct error *error)
{
    (void)request;
    struct plain_file *file = plain_file_of(base);
    uint8_t header[HEADER_BYTES];
    enum status status = plain_file_header(file, 0, header, sizeof header, error);
    if (status != STATUS_OK)
        return status;
    const unsigned type = load_u16le(header + AT_TYPE);
    if (memcmp(header, "IM", 2) != 0 || type >= TYPES)
        return error_set(error, STATUS_NOT_MINE, "%s: is not a HiPic file", file->base.path);
    if (!hipic_types[type].known)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: is compressed, which HiPic files seldom are; save it without", file->base.path);
    const struct plain_layout layout = {.format = "HiPic",
                                        .width = load_u16le(header + AT_WIDTH),
                                        .height = load_u16le(header + AT_HEIGHT),
                                        .frames = 1,
                                        .type = hipic_types[type].type,
                                        .offset = HEADER_BYTES + load_u16le(header + AT_COMMENT)};
    return plain_file_set_layout(file, &layout, error);
}

static enum status hipic_open(const struct open_request *request, struct image_file **out,
                              struct error *error)
{
    return plain_file_open_with(request, &hipic_reader, sizeof(struct plain_file), open_content, out, error);
}

// --- Metadata ---

// The entries of a comment's line: "[Section],Key=\"Value\",Key=Value"; a comma may stand within quotes.
static void append_line(struct text *out, const char *line, size_t count)
{
    size_t at = 0;
    while (at < count) {
        size_t end = at, equals = 0;
        for (bool quoted = false; end < count && (quoted || line[end] != ','); end++) {
            quoted ^= line[end] == '"';
            if (line[end] == '=' && !equals)
                equals = end;
        }
        if (equals > at) {
            struct text key = {0};
            size_t first = equals + 1, last = end;
            utf8_append(&key, line + at, equals - at);
            if (last - first >= 2 && line[first] == '"' && line[last - 1] == '"') {
                first++;
                last--;
            }
            header_line(out, text_string(&key), line + first, last - first);
            text_free(&key);
        }
        at = end + 1;
    }
}

static enum status hipic_metadata(struct image_file *base, int64_t frame, struct text *out,
                                  struct error *error)
{
    (void)frame;
    const struct plain_file *file = plain_file_of(base);
    uint8_t header[HEADER_BYTES];
    enum status status = plain_file_header(file, 0, header, sizeof header, error);
    if (status != STATUS_OK)
        return status;
    const size_t count = load_u16le(header + AT_COMMENT);
    char *comment = must_alloc(count + 1);
    status = plain_file_header(file, HEADER_BYTES, comment, count, error);
    if (status == STATUS_OK) {
        text_printf(out, "Offset\t%u, %u\n", load_u16le(header + AT_X), load_u16le(header + AT_Y));
        for (const char *line = comment; *line;) {
            const size_t length = strcspn(line, "\r\n");
            append_line(out, line, length);
            line += length + strspn(line + length, "\r\n");
        }
    }
    free(comment);
    return status;
}

static const char *const hipic_extensions[] = {"img", NULL};

const struct reader hipic_reader = {
    .name = "hipic",
    .description = "Hamamatsu HiPic",
    .extensions = hipic_extensions,
    .media = {.types = "image/x-hipic;"},
    .probe = hipic_probe,
    .open = hipic_open,
    .frame_info = plain_file_info,
    .decode = plain_file_decode,
    .clone = plain_file_clone,
    .metadata = hipic_metadata,
    .close = plain_file_close,
};
