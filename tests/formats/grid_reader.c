// SPDX-License-Identifier: MIT
// GRID, a format made up to show what a reader is: a line "GRID width height", then samples of 16 bits, the
// lowest byte first.
#include "formats/base/plain_file.h"
#include "formats/base/row_file.h"

#include "base/size.h"

#include <string.h>

enum { LINE_BYTES = 64 };

extern const struct reader grid_reader; // readers_list.h declares those that are rows of it

static int grid_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)path;
    return count > 5 && memcmp(head, "GRID ", 5) == 0 ? 90 : 0;
}

static enum status read_header(struct image_file *base, const struct open_request *request,
                               struct error *error)
{
    (void)request;
    struct plain_file *file = plain_file_of(base);
    char line[LINE_BYTES + 1] = {0}; // ends with a 0, whatever the file holds
    struct plain_layout layout = {.format = "GRID", .frames = 1, .type = SAMPLE_U16};
    enum status status = plain_file_header(file, 0, line, (size_t)int64_min(file->bytes, LINE_BYTES), error);
    if (status != STATUS_OK)
        return status;
    const char *at = line, *end = strchr(line, '\n');
    if (!end || !text_take_number(&at, "GRID ", &layout.width) || !text_take_number(&at, " ", &layout.height))
        return error_set(error, STATUS_BROKEN, "%s: begins with no line \"GRID width height\"", base->path);
    layout.offset = end + 1 - line;
    return plain_file_set_layout(file, &layout, error); // checks the sizes against the file
}

static enum status grid_open(const struct open_request *request, struct image_file **out, struct error *error)
{
    return plain_file_open_with(request, &grid_reader, sizeof(struct plain_file), read_header, out, error);
}

static const char *const grid_extensions[] = {"grid", NULL};

const struct reader grid_reader = {
    .name = "grid",
    .description = "GRID",
    .extensions = grid_extensions,
    .probe = grid_probe,
    .open = grid_open,
    .frame_info = plain_file_info,
    .decode = plain_file_decode,
    .clone = plain_file_clone,
    .close = plain_file_close,
};
