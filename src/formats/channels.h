// SPDX-License-Identifier: MIT
// One sample out of several per pixel: a channel, or the luminance of RGB.
#ifndef FOVEA_FORMATS_CHANNELS_H
#define FOVEA_FORMATS_CHANNELS_H

#include "formats/reader.h"

enum { CHANNEL_LUMINANCE = -1 };

// What is shown of the samples of a pixel.
struct channel_choice {
    unsigned channels; // at least 1
    int channel;       // from 0, or CHANNEL_LUMINANCE of the first three
};

// Chooses by open_request.channel: the luminance, if `rgb`, or the first channel for CHANNEL_AUTO. A channel
// that there is not is STATUS_UNSUPPORTED.
enum status channels_choose(const char *path, unsigned channels, bool rgb, int requested,
                            struct channel_choice *choice, struct error *error);
// Writes frame_info.note: "" for a single channel.
void channels_note(const struct channel_choice *choice, char *note, size_t size);

// Takes one of `channels` interleaved samples of each of `count` pixels. `out` may be `samples` itself.
void channels_pick(enum sample_type type, const struct channel_choice *choice, const void *samples,
                   int64_t count, void *out);

// 0.2126 R + 0.7152 G + 0.0722 B (ITU-R BT.709) of three separate rows, rounded to the nearest for integers.
// `out` may be one of the rows.
void channels_luminance(enum sample_type type, const void *const rgb[3], int64_t count, void *out);

#endif
