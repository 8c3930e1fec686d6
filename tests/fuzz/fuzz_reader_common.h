// SPDX-License-Identifier: MIT
// What the fuzz targets of readers share: opening bytes and decoding parts of their frames. Any bytes must
// end in an error or in pixels, never in a fault, and no pixel is written behind the buffer.
#ifndef FOVEA_TESTS_FUZZ_READER_COMMON_H
#define FOVEA_TESTS_FUZZ_READER_COMMON_H

#include "base/size.h"
#include "formats/base/blob.h"
#include "formats/base/readers_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Enough to reach every path and little enough to be quick.
enum {
    FUZZ_MAX_FRAMES = 4,
    FUZZ_MAX_SIDE = 256,
    FUZZ_MAX_CHUNK = 1 << 20,
    FUZZ_GUARD = 64,
    FUZZ_GUARD_BYTE = 0xA5
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void fuzz_decode(struct image_file *file, int64_t frame, struct rect rect, size_t item)
{
    size_t row = (size_t)rect.width * item;
    const size_t bytes = row * (size_t)rect.height;
    uint8_t *pixels = malloc(bytes + FUZZ_GUARD);
    uint8_t *classes = calloc((size_t)rect.width, (size_t)rect.height);
    if (!pixels || !classes)
        abort();
    memset(pixels + bytes, FUZZ_GUARD_BYTE, FUZZ_GUARD);
    struct decode_request request = {
        .frame = frame, .rect = rect, .pixels = pixels, .stride = row, .classes = classes};
    struct decode_report report = {0};
    (void)image_file_decode(file, &request, &report, NULL);
    for (size_t i = 0; i < FUZZ_GUARD; i++) {
        if (pixels[bytes + i] != FUZZ_GUARD_BYTE)
            abort();
    }
    free(pixels);
    free(classes);
}

// Decodes the first and the last corner of the first frames.
static inline void fuzz_decode_frames(struct image_file *file)
{
    for (int64_t frame = 0; frame < int64_min(file->frames, FUZZ_MAX_FRAMES); frame++) {
        struct frame_info info;
        if (image_file_info(file, frame, &info, NULL) != STATUS_OK)
            continue;
        // A tile is decoded whole, however small the part of it that is wanted.
        if (info.chunk_height > 1 && info.chunk_width > FUZZ_MAX_CHUNK / info.chunk_height)
            continue;
        struct rect rect = {0, 0, int64_min(info.width, FUZZ_MAX_SIDE),
                            int64_min(info.height, FUZZ_MAX_SIDE)};
        size_t item = sample_traits(info.type)->bytes;
        fuzz_decode(file, frame, rect, item);
        rect.x = info.width - rect.width;
        rect.y = info.height - rect.height;
        fuzz_decode(file, frame, rect, item);
    }
}

static inline void fuzz_exercise(struct image_file *file)
{
    fuzz_decode_frames(file);
    struct text lines = {0};
    (void)image_file_metadata(file, 0, NULL, &lines, NULL);
    if (!utf8_valid(text_string(&lines), lines.length))
        abort();
    text_clear(&lines);
    (void)image_file_contents(file, NULL, &lines, NULL);
    if (!utf8_valid(text_string(&lines), lines.length))
        abort();
    text_free(&lines);
    struct detector_info detector;
    (void)image_file_detector(file, 0, NULL, &detector, NULL);
    bool known;
    (void)image_file_verify(file, file->frames - 1, NULL, &known, NULL);
}

// Opens the bytes of `blob`, or the file of `path` where that is NULL.
static inline void fuzz_reader_open(const struct reader *reader, const char *path, struct blob *blob)
{
    struct open_request request = {.path = path, .blob = blob, .channel = CHANNEL_AUTO};
    struct image_file *file = NULL, *copy = NULL;
    if (reader->open(&request, &file, NULL) != STATUS_OK)
        return;
    fuzz_exercise(file);
    if (image_file_clone(file, &copy, NULL) == STATUS_OK)
        fuzz_decode_frames(copy);
    image_file_close(&copy);
    image_file_close(&file);
}

static inline void fuzz_reader_run(const struct reader *reader, const uint8_t *data, size_t size)
{
    struct blob *blob = blob_of_memory("fuzz", data, (int64_t)size);
    fuzz_reader_open(reader, "fuzz", blob);
    blob_release(&blob);
}

#endif
