// SPDX-License-Identifier: MIT
// A mask on its way into a file: as it was when that was asked for, written by a job while the user draws on.
#ifndef FOVEA_SESSION_MASK_SAVING_H
#define FOVEA_SESSION_MASK_SAVING_H

#include "session/common.h"
#include "session/masks/mask_book.h"

struct mask_saving_request {
    struct common *common;
    struct mask_book *book; // of the sheet
    struct mask_sheet *sheet;
    const struct mask *seen; // what is saved: the sheet united with what the frame masks by itself
    const char *path;
    uint8_t bits; // the layers; 0 = all
    int values;   // as editor_save takes them
};

// When the file is written the user is told, and what the sheet has in it is no longer unsaved, as far as it
// was not edited meanwhile.
enum status mask_saving_start(const struct mask_saving_request *request, struct error *error);

#endif
