// SPDX-License-Identifier: MIT
// Moving through the series: stepping by hand, playing at a rate, and switching to slabs.
//
// No frame is skipped: a step that comes while a frame is still being read waits until that has been shown.
// Only the repeats of a key that is held down are dropped then, so that stepping ends when the key is let go.
#ifndef FOVEA_SESSION_PLAYBACK_H
#define FOVEA_SESSION_PLAYBACK_H

#include "session/pane.h"

// Steps by `frames` as the user's hand does, which ends playing; from the end of a single file to the image
// beside it in its folder (pane_open_beside). `repeated`: by a key that is held down.
enum status playback_step(struct pane *pane, int64_t frames, bool repeated, struct error *error);
// Goes to a frame of the whole series, from 0; to its first or last frame; to an item, from 0. These give up
// what is being read. STATUS_USAGE where there is no such place; with an event loop, which does not wait for
// files that were not opened yet, that is said later.
enum status playback_go(struct pane *pane, int64_t number, struct error *error);
enum status playback_go_to_end(struct pane *pane, bool last, struct error *error);
enum status playback_go_to_item(struct pane *pane, int64_t item, struct error *error);
// Shows the sum, maximum or mean (enum slab_mode) of every `frames` consecutive frames, or with `mode` -1 the
// frames themselves again, at the same place of the series.
enum status playback_slab(struct pane *pane, int mode, int64_t frames, struct error *error);

// The place of what is shown in the whole series, from 0, and the number of frames of that. Files that were
// not opened yet count as one frame and make *exact false. False while the place is not known.
bool playback_place(const struct pane *pane, int64_t *number, int64_t *total, bool *exact);

// To be called when the shown frame is on the screen and nothing is being read: begins to read the next one
// if a step waits or it is time. True if it did. `now` of clock_now_ns().
bool playback_tick(struct pane *pane, int64_t now);
// Milliseconds until playback_tick has something to do, -1 if nothing is to come.
int playback_wait_ms(const struct pane *pane, int64_t now);

#endif
