// SPDX-License-Identifier: MIT
// What the groups around an image dataset say of it: detector, pixel mask, saturation, header items; and the
// list of what a file holds. Layouts: NeXus (NXmx, NXdata), DECTRIS EIGER masters, LImA, LAMBDA,
// areaDetector.
//
// Sources: NeXus definitions (base_classes/NXdetector, applications/NXmx), DECTRIS SIMPLON API 1.8
// section 5.1.1 (pixel mask bits). HDF5 identifiers passed in are borrowed. Thread-safety: one thread at a
// time per handle; an hdf5_nexus is immutable once read and may be shared.
#ifndef FOVEA_FORMATS_HDF5_NEXUS_H
#define FOVEA_FORMATS_HDF5_NEXUS_H

#include "base/cancel.h"
#include "base/status.h"
#include "base/text.h"
#include "image/detector.h"
#include "image/frame.h"

#include <hdf5.h>

struct hdf5_nexus;

// Reads what is known of the dataset at `data_path` (absolute path within `file`, for an EIGER master the
// first of the linked data_NNNNNN) with frames of width x height pixels of `type`. Missing or odd items are
// not errors: what is unreadable is left unknown, and what comes after a cancel (NULL: never). Only
// STATUS_NO_MEMORY fails.
enum status hdf5_nexus_read(hid_t file, const char *data_path, int64_t width, int64_t height,
                            enum sample_type type, struct cancel *cancel, struct hdf5_nexus **nexus,
                            struct error *error);
struct hdf5_nexus *hdf5_nexus_share(struct hdf5_nexus *nexus); // one more owner
void hdf5_nexus_drop(struct hdf5_nexus **nexus);               // sets *nexus to NULL; NULL is fine

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

// Appends all small header items of the file as "key\tvalue\n" lines of valid UTF-8: scalars and short arrays
// of the groups (key = path relative to the NXentry, units appended to the value), attributes as "path@name".
// Bounded: at most 4000 items, values shortened at 400 bytes; per-frame arrays give the value of `frame`.
void hdf5_nexus_metadata(hid_t file, const char *data_path, int64_t frame, int64_t frames, struct text *out);

// Appends the lines of reader.contents: every dataset with its shape, type, filters, and for those not
// readable as an image an empty selector and as note "PATH: reason" ("text", "compound", "scalar", "the
// linked file X is missing"). Loops of links end; at most 10000 lines.
void hdf5_contents(hid_t file, struct text *out);

#endif
