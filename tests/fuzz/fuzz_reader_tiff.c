// SPDX-License-Identifier: MIT
// libFuzzer target of the TIFF reader: any bytes must end in an error or in pixels, never in a fault.
#include "base/size.h"
#include "formats/base/readers_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// Enough to reach every path and little enough to be quick.
enum { MAX_FRAMES = 4, MAX_SIDE = 256, GUARD = 64, GUARD_BYTE = 0xA5 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Decodes a rectangle of at most MAX_SIDE pixels a side at the frame's beginning or end.
static void decode_corner(struct image_file *file, int64_t frame, const struct frame_info *info, bool last)
{
    struct rect rect = {.width = int64_min(info->width, MAX_SIDE),
                        .height = int64_min(info->height, MAX_SIDE)};
    if (last) {
        rect.x = info->width - rect.width;
        rect.y = info->height - rect.height;
    }
    size_t row = (size_t)rect.width * sample_traits(info->type)->bytes;
    size_t bytes = row * (size_t)rect.height;
    uint8_t *pixels = malloc(bytes + GUARD);
    uint8_t *classes = calloc((size_t)rect.width, (size_t)rect.height);
    if (!pixels || !classes)
        abort();
    memset(pixels + bytes, GUARD_BYTE, GUARD);
    struct decode_request request = {
        .frame = frame, .rect = rect, .pixels = pixels, .stride = row, .classes = classes};
    struct decode_report report = {0};
    image_file_decode(file, &request, &report, NULL);
    for (size_t i = 0; i < GUARD; i++)
        if (pixels[bytes + i] != GUARD_BYTE)
            abort();
    free(pixels);
    free(classes);
}

static void exercise(struct image_file *file)
{
    for (int64_t frame = 0; frame < int64_min(file->frames, MAX_FRAMES); frame++) {
        struct frame_info info;
        struct text lines = {0};
        image_file_metadata(file, frame, NULL, &lines, NULL);
        if (!utf8_valid(text_string(&lines), lines.length))
            abort();
        text_free(&lines);
        if (image_file_info(file, frame, &info, NULL) != STATUS_OK)
            continue;
        // A row-by-row strip is decoded from its top: the far end of a giant one would take minutes.
        bool small = info.width * info.height <= INT64_C(1) << 24;
        if (info.chunk_width <= INT64_C(1) << 24 && info.chunk_width * info.chunk_height <= INT64_C(1) << 24)
            decode_corner(file, frame, &info, false);
        if (small)
            decode_corner(file, frame, &info, true);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || (size > 0 && write(fd, data, size) != (ssize_t)size))
        abort();
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct open_request request = {.path = path, .channel = CHANNEL_AUTO};
    struct image_file *file = NULL, *copy = NULL;
    if (tiff_reader.open(&request, &file, NULL) == STATUS_OK) {
        exercise(file);
        if (image_file_clone(file, &copy, NULL) == STATUS_OK)
            exercise(copy);
        image_file_close(&copy);
        image_file_close(&file);
    }
    close(fd);
    return 0;
}
