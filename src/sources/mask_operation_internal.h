// SPDX-License-Identifier: MIT
// Inside the sources layer: what the files of mask operations share.
#ifndef FOVEA_SOURCES_MASK_OPERATION_INTERNAL_H
#define FOVEA_SOURCES_MASK_OPERATION_INTERNAL_H

#include "sources/mask_operation.h"
#include "sources/mask_operation_list.h"

// Adds a selection to the open edit, or takes it away. *changed is the selection's rectangle.
enum status mask_operation_apply(const struct mask_context *context, const struct bitmap *selected,
                                 struct rect *changed, struct error *error);

// The description of the context's frame; refuses where there is none, or one of another size than the mask.
enum status mask_operation_pixels(const struct mask_context *context, struct frame_info *info,
                                  struct error *error);

// The function of each operation; see mask_operation.run.
#define MASK_RUN(name)                                                                                       \
    enum status name(const struct mask_context *context, const double *numbers, size_t count,                \
                     struct rect *changed, struct error *error)
#define DECLARE(identifier, name, arguments, help, menu, pixels) MASK_RUN(mask_run_##identifier);
MASK_OPERATION_LIST(DECLARE)
#undef DECLARE

#endif
