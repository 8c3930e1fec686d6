// SPDX-License-Identifier: MIT
// What the groups around an image dataset say of it: detector, values that mark pixels, pixel masks.
// Immutable once it is read.
#ifndef FOVEA_FORMATS_HDF5_NEXUS_H
#define FOVEA_FORMATS_HDF5_NEXUS_H

#include "formats/hdf5/hdf5_mask.h"
#include "image/detector.h"

struct hdf5_nexus {
    struct detector_info detector;
    struct sentinels sentinels;
    struct hdf5_mask mask;
};
void hdf5_nexus_drop(struct hdf5_nexus **nexus); // sets *nexus to NULL; NULL is fine

// The detector (all unknown where nothing was found; a beam centre of exactly 0, 0 is how DECTRIS tells that
// nobody has set it) and the values that mark pixels: the unsigned maximum is "no data" where the file is a
// detector's, saturation is the lower of saturation_value and count-rate cutoff.
const struct detector_info *hdf5_nexus_detector(const struct hdf5_nexus *nexus);
struct sentinels hdf5_nexus_sentinels(const struct hdf5_nexus *nexus);

// Adds the pixel mask's classes of the rectangle to `classes` (rect.width bytes a row): bit 0 gap ->
// MASK_GAP; bits 1 dead, 2 under- and 3 over-responding, 6 cluster -> MASK_BAD; bit 4 noisy -> MASK_HOT; bit
// 8 user -> MASK_FILE; any other bit of the lower 16 -> MASK_BAD; bit 31 (virtual pixel) and the other upper
// bits are no mask. The mask of a CXI file has that format's bits. pixel_mask_N are combined, a mask per
// frame is taken by `frame`, one per channel by the channel: `frame` counts over all leading axes of the
// dataset, whatever part of it a selector shows. Returns true if any bit was set. Decoded once at
// hdf5_nexus_read (a byte per pixel, or nothing where no pixel is masked).
bool hdf5_nexus_classes(const struct hdf5_nexus *nexus, int64_t frame, struct rect rect, uint8_t *classes);

#endif
