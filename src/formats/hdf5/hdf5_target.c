// SPDX-License-Identifier: MIT
// Filling and losing of samples.
#include "formats/hdf5/hdf5_target.h"

#include "image/mask.h"

#include <string.h>

struct hdf5_target hdf5_target_part(const struct hdf5_target *target, int64_t x, int64_t y, size_t item)
{
    struct hdf5_target part = *target;
    part.pixels += (size_t)y * target->stride + (size_t)x * item;
    part.classes += (size_t)y * target->class_stride + (size_t)x;
    return part;
}

void hdf5_target_fill(const struct hdf5_target *target, const uint8_t *sample, size_t item, int64_t width,
                      int64_t height)
{
    for (int64_t y = 0; y < height; y++) {
        uint8_t *row = target->pixels + (size_t)y * target->stride;
        if (y > 0)
            memcpy(row, target->pixels, (size_t)width * item);
        for (int64_t x = 0; y == 0 && x < width; x++)
            memcpy(row + (size_t)x * item, sample, item);
    }
}

void hdf5_target_lose(const struct hdf5_target *target, enum sample_type type, int64_t width, int64_t height,
                      const struct error *reason)
{
    static const uint64_t nan[SAMPLE_COUNT] = {
        [SAMPLE_F16] = 0x7E00, [SAMPLE_F32] = 0x7FC00000, [SAMPLE_F64] = 0x7FF8000000000000};
    uint8_t sample[8];
    memcpy(sample, &nan[type], sizeof sample);
    hdf5_target_fill(target, sample, sample_traits(type)->bytes, width, height);
    struct decode_report *report = target->report;
    for (int64_t y = 0; y < height; y++) {
        uint8_t *classes = target->classes + (size_t)y * target->class_stride;
        for (int64_t x = 0; x < width; x++) {
            report->lost_pixels += !(classes[x] & MASK_BIT(MASK_BAD)); // not for a second time
            classes[x] |= MASK_BIT(MASK_BAD);
        }
    }
    if (!report->first_loss.text[0])
        report->first_loss = *reason;
    report->any_class = true;
}
