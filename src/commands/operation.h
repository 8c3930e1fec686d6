// SPDX-License-Identifier: MIT
// The arguments of mask operations as words: "2074,2181,120" on the command line.
#ifndef FOVEA_COMMANDS_OPERATION_H
#define FOVEA_COMMANDS_OPERATION_H

#include "base/status.h"
#include "commands/arguments.h"
#include "sources/masks/mask_operation.h"

#include <stddef.h>

// The arguments of the command "mask.NAME".
const struct argument *operation_arguments(const struct mask_operation *operation);

// Reads comma-separated values as these arguments, numbers as they are and choices as their index. `words`
// NULL = none. `numbers` has room for MASK_OPERATION_ARGUMENTS. STATUS_USAGE with a sentence that names the
// argument.
enum status operation_parse(const struct argument *arguments, const char *words, double *numbers,
                            size_t *count, struct error *error);

// Writes the arguments for people: "X,Y,RADIUS", "[PIXELS,[NEIGHBOURS]]"; "" when there are none. Begins with
// a bracket when all may be left out.
void operation_describe(const struct argument *arguments, char *out, size_t size);

#endif
