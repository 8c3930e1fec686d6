// SPDX-License-Identifier: MIT
// Small pictures of files for the panel: loaded one at a time while nothing else is going on, and drawn by
// the image pass, with their own automatic limits, into cells of one texture.
//
// A small picture is a picture like the large one (render/picture.h) of which only the coarse levels are
// kept, and those only until it is drawn. No colours are made on the CPU.
#ifndef FOVEA_APP_THUMBNAILS_H
#define FOVEA_APP_THUMBNAILS_H

#include "session/desk.h"
#include "ui/ui.h"

// Opaque. Thread-safety: the thread of the GL context.
struct thumbnails;

// The desk is borrowed and must have its device; its loop is woken while one is being loaded.
struct thumbnails *thumbnails_create(struct desk *desk);
// Must come before the desk's device is destroyed.
void thumbnails_destroy(struct thumbnails **thumbnails);

// The picture of a file in at most width x height framebuffer pixels; false while it is not there, with the
// reason in `refusal` where the file was refused (sources/preview.h), and NULL there otherwise. Being
// asked makes it wanted; of too many, those that were asked for longest ago are dropped.
bool thumbnails_get(struct thumbnails *thumbnails, const char *path, int width, int height,
                    struct ui_thumbnail *thumbnail);
// Around the building of the panels. Begin: pictures in a colour map or scale that is no longer the view's
// are forgotten. End: those that were wanted and not asked for any more are not loaded.
void thumbnails_begin(struct thumbnails *thumbnails);
void thumbnails_end(struct thumbnails *thumbnails);

// The user did something: what is being loaded is given up, and nothing begins for a while.
void thumbnails_pause(struct thumbnails *thumbnails);
// Goes on loading if `idle`, else gives up what is being loaded. True if there is a new one to show.
bool thumbnails_pump(struct thumbnails *thumbnails, bool idle);
// How many ms to wait at most until the next call of thumbnails_pump; -1 = there is nothing to do.
int thumbnails_wait_ms(const struct thumbnails *thumbnails);

#endif
