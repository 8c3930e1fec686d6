// SPDX-License-Identifier: MIT
// The parts of a series.
#include "formats/hdf5/hdf5_layout.h"

#include <stdlib.h>

void hdf5_layout_free(struct hdf5_layout *layout)
{
    for (size_t i = 0; i < layout->count; i++) {
        free(layout->parts[i].path);
        free(layout->parts[i].name);
    }
    free(layout->parts);
    free(layout->shown);
    text_free(&layout->note);
    *layout = (struct hdf5_layout){0};
}

struct hdf5_part *hdf5_layout_add(struct hdf5_layout *layout)
{
    if ((layout->count & (layout->count + 1)) == 0)
        layout->parts = must_resize(layout->parts, (layout->count + 1) * 2 * sizeof *layout->parts);
    layout->parts[layout->count] = (struct hdf5_part){0};
    return &layout->parts[layout->count++];
}

const struct hdf5_part *hdf5_layout_find(const struct hdf5_layout *layout, int64_t frame,
                                         int64_t at[HDF5_RANK])
{
    size_t low = 0, high = layout->count;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (layout->parts[middle].first <= frame)
            low = middle;
        else
            high = middle;
    }
    // Parts without frames begin where the next one does.
    const struct hdf5_part *part = &layout->parts[low];
    axes_first(&layout->axes, frame - part->first, layout->count > 1, at);
    return part;
}
