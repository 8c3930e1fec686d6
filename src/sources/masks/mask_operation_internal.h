// SPDX-License-Identifier: MIT
// Inside the sources layer: what the files of mask operations share.
//
// Thread-safety: one thread at a time for each operation.
#ifndef FOVEA_SOURCES_MASK_OPERATION_INTERNAL_H
#define FOVEA_SOURCES_MASK_OPERATION_INTERNAL_H

#include "sources/masks/mask_operation.h"
#include "sources/masks/mask_operation_list.h"

// The result: a selection is added to the layer, or taken away where the context unmasks.
enum status mask_operation_select(const struct mask_context *context, const struct bitmap *selected,
                                  struct error *error);
// The result: the layer combined with a bitmap.
enum status mask_operation_combine(const struct mask_context *context, const struct bitmap *bitmap,
                                   enum bitmap_combination how, struct error *error);

// The description of the context's frame; refuses where there is none, or one of another size than the mask.
enum status mask_operation_pixels(const struct mask_context *context, struct frame_info *info,
                                  struct error *error);

// The function of each operation; see mask_operation.run.
#define MASK_RUN(name)                                                                                       \
    enum status name(const struct mask_context *context, const double *numbers, size_t count,                \
                     struct error *error)
#define DECLARE(identifier, name, arguments, help, done, menu, kind) MASK_RUN(mask_run_##identifier);
MASK_OPERATION_LIST(DECLARE)
#undef DECLARE

#endif
