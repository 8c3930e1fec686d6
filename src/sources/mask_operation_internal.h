// SPDX-License-Identifier: MIT
// Inside the sources layer: what the table of mask operations takes from mask_select.c.
#ifndef FOVEA_SOURCES_MASK_OPERATION_INTERNAL_H
#define FOVEA_SOURCES_MASK_OPERATION_INTERNAL_H

#include "sources/mask_operation.h"

// Adds a selection to the open edit, or takes it away. *changed is the selection's rectangle.
enum status mask_operation_apply(const struct mask_context *context, const struct bitmap *selected,
                                 struct rect *changed, struct error *error);

// Operations that look at pixels; see mask_operation.run.
#define MASK_RUN(name)                                                                                       \
    enum status name(const struct mask_context *context, const double *numbers, size_t count,                \
                     struct rect *changed, struct error *error)
MASK_RUN(mask_run_flood);
MASK_RUN(mask_run_below);
MASK_RUN(mask_run_above);
MASK_RUN(mask_run_between);
MASK_RUN(mask_run_outside);
MASK_RUN(mask_run_equal);
MASK_RUN(mask_run_not_finite);
MASK_RUN(mask_run_hot);
MASK_RUN(mask_run_dead);
MASK_RUN(mask_run_gaps);
MASK_RUN(mask_run_marks);

#endif
