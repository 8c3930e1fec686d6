// SPDX-License-Identifier: MIT
// The picture of a view as a PNG file, of any size that PNG can have: it is drawn and written in parts.
#ifndef FOVEA_APP_EXPORT_H
#define FOVEA_APP_EXPORT_H

#include "app/common/task.h"
#include "session/desk.h"

enum export_size_kind {
    EXPORT_SHOWN,      // what is in view of the image, as large as on the screen
    EXPORT_ONE_TO_ONE, // the whole image, a pixel for each of its pixels
    EXPORT_SIZE        // what is in view, as large as fits the size
};

struct export_size {
    enum export_size_kind kind;
    int64_t width, height; // of EXPORT_SIZE: of the whole picture
};

// "shown", "1:1" or "WIDTHxHEIGHT"; false if it is none of them.
bool export_size_parse(const char *text, struct export_size *size);

struct export_request {
    const char *path;
    struct export_size size;
    bool decorate;     // title, colour bar and scale, in margins beside the data; else the picture alone
    float scale;       // of texts
    bool later;        // an event loop runs: once it is drawn a job writes it (app/common/picture_file.h)
    struct task *task; // told of the progress and asked whether to stop; may be NULL
};

// Makes the view's camera that of the data's area in the picture that is asked for: `camera` is what is in
// view. STATUS_TOO_LARGE or STATUS_USAGE with the numbers for sizes that PNG cannot have, or that have no
// room for what is around the data.
enum status export_set_camera(struct pane *pane, const struct export_request *request,
                              const struct camera *camera, struct error *error);

// Draws the view, whose camera is that of the data's area, and writes it.
enum status export_write(struct pane *pane, const struct export_request *request, struct error *error);

// Draws all panes of a desk into one picture, laid out as in the window, and writes it. Where no size of the
// whole is asked for, each pane's camera is that of its data's area, and all have a place of the same size,
// with EXPORT_GAP pixels between them.
enum { EXPORT_GAP = 1 };
enum status export_write_all(struct desk *desk, const struct export_request *request, struct error *error);

// Both; the view's camera is put back.
enum status export_picture(struct pane *pane, const struct export_request *request, struct error *error);
// All panes as they are in view, each at one pixel for each of its image's, or in a picture of a size; the
// cameras are put back.
enum status export_desk(struct desk *desk, const struct export_request *request, struct error *error);

#endif
