// SPDX-License-Identifier: MIT
// The callbacks of the commands that read and write files beside images.
#ifndef FOVEA_APP_HOST_FILES_H
#define FOVEA_APP_HOST_FILES_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

// `app` is the host.
enum status host_load_mask(void *app, const char *path, int values, struct error *error);
enum status host_clear_mask(void *app, struct error *error);
enum status host_combine_mask(void *app, const char *path, int how, struct error *error);
enum status host_save_mask(void *app, const char *path, uint8_t bits, int values, struct error *error);
enum status host_load_colormap(void *app, const char *path, struct error *error);
enum status host_export(void *app, const char *path, bool decorate, const char *size, bool all,
                        struct error *error);
enum status host_mask_recover(void *app, bool discard, struct error *error);

#endif
