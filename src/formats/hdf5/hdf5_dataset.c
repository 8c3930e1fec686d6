// SPDX-License-Identifier: MIT
// Releasing what is known of a dataset.
#include "formats/hdf5/hdf5_dataset.h"

#include <stdlib.h>

static void mappings_free(struct hdf5_mappings *mappings)
{
    for (size_t i = 0; i < mappings->count; i++) {
        free(mappings->items[i].file);
        free(mappings->items[i].name);
        free(mappings->items[i].boxes);
    }
    free(mappings->items);
    free(mappings->first_missing);
}

void hdf5_dataset_free(struct hdf5_dataset *dataset)
{
    if (!dataset)
        return;
    blob_release(&dataset->blob);
    mappings_free(&dataset->mappings);
    for (size_t i = 0; i < dataset->slot_count; i++) {
        free(dataset->slots[i].name);
        free(dataset->slots[i].path);
    }
    free(dataset->slots);
    free(dataset->path);
    free(dataset->opened);
    free(dataset->name);
    free(dataset);
}
