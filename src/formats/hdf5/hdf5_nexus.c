// SPDX-License-Identifier: MIT
// What is known around a dataset, held.
#include "formats/hdf5/hdf5_nexus.h"

#include <stdlib.h>

void hdf5_nexus_drop(struct hdf5_nexus **nexus)
{
    if (!nexus || !*nexus)
        return;
    hdf5_mask_free(&(*nexus)->mask);
    free(*nexus);
    *nexus = NULL;
}

const struct detector_info *hdf5_nexus_detector(const struct hdf5_nexus *nexus)
{
    return &nexus->detector;
}

struct sentinels hdf5_nexus_sentinels(const struct hdf5_nexus *nexus)
{
    return nexus->sentinels;
}

bool hdf5_nexus_classes(const struct hdf5_nexus *nexus, int64_t frame, struct rect rect, uint8_t *classes)
{
    return hdf5_mask_classes(&nexus->mask, frame, rect, classes);
}
