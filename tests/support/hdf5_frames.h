// SPDX-License-Identifier: MIT
// Frames of u32 that tests of HDF5 files have scripts write: what is in them, and whether it is read.
#ifndef FOVEA_TESTS_HDF5_FRAMES_H
#define FOVEA_TESTS_HDF5_FRAMES_H

#include "support/reader_checks.h"

#include <stdio.h>

enum { HEIGHT = 23, WIDTH = 37, COUNT = HEIGHT * WIDTH };

// The sample of frame f, row y, column x, as the scripts write it.
static inline uint32_t value_at(int64_t f, int64_t y, int64_t x)
{
    return (uint32_t)((f * 1000003 + y * 1009 + x * 7919) % 251);
}

static inline void expected_frame(int64_t frame, uint32_t *pixels)
{
    for (int64_t i = 0; i < COUNT; i++)
        pixels[i] = value_at(frame, i / WIDTH, i % WIDTH);
}

// The file's frame has the samples of frame `stored`.
static inline void check_frame(struct image_file *file, int64_t frame, int64_t stored)
{
    uint32_t pixels[COUNT];
    const struct frame_info info = info_of(file, frame);
    assert_int_equal(info.width, WIDTH);
    assert_int_equal(info.height, HEIGHT);
    assert_int_equal(info.type, SAMPLE_U32);
    expected_frame(stored, pixels);
    check_rectangles(file, frame, pixels);
}

static inline struct image_file *open_part(const char *path, const char *selector)
{
    char name[4096];
    snprintf(name, sizeof name, "%s::%s", path, selector);
    return open_good(name);
}

#endif
