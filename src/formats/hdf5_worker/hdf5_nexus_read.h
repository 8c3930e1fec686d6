// SPDX-License-Identifier: MIT
// In the worker: what the groups around an image dataset say of it: detector, pixel mask, saturation, header
// items; and the list of what a file holds. Layouts: NeXus (NXmx, NXdata), DECTRIS EIGER masters, LImA,
// LAMBDA, areaDetector.
//
// Sources: NeXus definitions (base_classes/NXdetector, applications/NXmx), DECTRIS SIMPLON API 1.8
// section 5.1.1 (pixel mask bits). HDF5 identifiers passed in are borrowed. Thread-safety: as the file's.
#ifndef FOVEA_FORMATS_HDF5_NEXUS_READ_H
#define FOVEA_FORMATS_HDF5_NEXUS_READ_H

#include "base/cancel.h"
#include "base/status.h"
#include "base/text.h"
#include "formats/hdf5/hdf5_nexus.h"

#include <hdf5.h>

// Reads what is known of the dataset at `data_path` (absolute path within `file`, for an EIGER master the
// first of the linked data_NNNNNN) with frames of width x height pixels of `type`. Missing or odd items are
// not errors: what is unreadable is left unknown, and what comes after a cancel (NULL: never). Only
// STATUS_NO_MEMORY fails.
enum status hdf5_nexus_read(hid_t file, const char *data_path, int64_t width, int64_t height,
                            enum sample_type type, struct cancel *cancel, struct hdf5_nexus **nexus,
                            struct error *error);

// Appends all small header items of the file as "key\tvalue\n" lines of valid UTF-8: scalars and short arrays
// of the groups (key = path relative to the NXentry, units appended to the value), attributes as "path@name".
// Bounded: at most 4000 items, values shortened at 400 bytes; per-frame arrays give the value of `frame`.
void hdf5_nexus_metadata(hid_t file, const char *data_path, int64_t frame, int64_t frames, struct text *out);

// Appends the lines of reader.contents: every dataset with its shape, type, filters, and for those not
// readable as an image an empty selector and as note "PATH: reason" ("text", "compound", "scalar", "the
// linked file X is missing"). Loops of links end; at most 10000 lines.
void hdf5_contents(hid_t file, struct text *out);

#endif
