// SPDX-License-Identifier: MIT
// Inside the pane: the steps of a load, for pane.c.
#ifndef FOVEA_SESSION_PANE_INTERNAL_H
#define FOVEA_SESSION_PANE_INTERNAL_H

#include "session/pane.h"

// The camera, and what the format says of rows and colours, for a frame that is shown now.
void pane_meet_frame(struct pane *pane, const struct frame_info *info);
// A frame that other panes show too is left to them; one that is this pane's alone will not be kept.
void pane_own_frame(struct pane *pane);
// Shows a frame that is there already, of which it takes over a holder.
void pane_take_frame(struct pane *pane, struct frame *frame);
// The frame at a place of the series, as this pane would show it.
struct frame_key pane_key_at(const struct pane *pane, struct source_position position);
// What to ask a loader for, with the user's layers as they are: *left_out says which those are.
struct loader_request pane_request(const struct pane *pane, struct source_position position,
                                   struct mask_version *left_out);
// Nothing is shown any more.
void pane_drop_picture(struct pane *pane);
// Tells why what the pane was to show cannot be shown.
void pane_tell_refused(struct pane *pane, const struct error *error);
// The kept frame that was looked at is not the one to be shown.
void pane_let_kept_go(struct pane *pane);
// Nothing is asked of the shown frame's file any more, unless another pane shows it too.
void pane_load_leave(struct pane *pane);
// The loader of the frame at the pane's position if `found` is that, read ahead; else NULL. What this pane
// read ahead is given up. Its open file is kept for a later load.
struct loader *pane_take_ahead(struct pane *pane, const struct frame *found, size_t shown_item);
// Gives up what was read ahead, without waiting for anybody.
void pane_drop_ahead(struct pane *pane);
// Begins to load pane->position; nothing must be loading. `shown_item` is the item of the open file; `again`:
// what was read ahead or is open is of no use.
void pane_load_start(struct pane *pane, size_t shown_item, bool again);
// The header is known: textures for the new frame, taken over from the old one where they fit.
enum status pane_load_prepare(struct pane *pane, const struct frame_info *info, struct error *error);
// Takes the bands that are ready. True if the picture changed.
bool pane_load_take(struct pane *pane, int wait_ms, int work_ms);
// Takes over what the loader leaves, when it is done. A frame that could not be read at all leaves no
// picture: the old one under the new name would be a lie.
void pane_load_end(struct pane *pane);
// Gives the load up: what is there stays. What is at work for it is left to end by itself.
void pane_load_stop(struct pane *pane);
// Takes over what loads that were given up have left since. True if that is of what is shown.
bool pane_load_collect(struct pane *pane);
// Whether the file was found beside images and is none.
bool pane_is_no_image(const struct pane *pane);
// The layers of the file and the data that the user edits (workspace.masking.locked).
uint8_t pane_unlocked_layers(const struct pane *pane);
// What is in view is not counted any more for limits: another frame comes.
void pane_drop_limits(struct pane *pane);
// Whether automatic limits are to be made from what is shown or loaded: of the first frame of a data set, of
// the same frame when its numbers are others, and of each frame where the user wants that. A data set are the
// frames of a file, and of files numbered like it.
bool pane_limits_follow(const struct pane *pane);
// What comes next are other data, with limits of their own, unless the user keeps these.
void pane_limits_of_other_data(struct pane *pane);
// Statistics of the shown frame, and limits by them where these are automatic.
void pane_take_numbers(struct pane *pane, struct taps_result *taps);

#endif
