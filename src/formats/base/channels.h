// SPDX-License-Identifier: MIT
// One sample out of several per pixel: a channel, the luminance of RGB, or a part of complex numbers.
//
// Thread-safety: all functions here touch only what they are given.
#ifndef FOVEA_FORMATS_CHANNELS_H
#define FOVEA_FORMATS_CHANNELS_H

#include "formats/base/reader.h"

// What is made of several channels.
enum { CHANNEL_LUMINANCE = -1, CHANNEL_AMPLITUDE = -2, CHANNEL_PHASE = -3 };
enum { CHANNELS_JOINED = 3 }; // channels that one sample is made of, at most

// What is shown of the samples of a pixel.
struct channel_choice {
    unsigned channels; // at least 1
    int channel;       // from 0, or one of those above
    bool complex;      // two channels, the real and the imaginary part
};

// Chooses by open_request.channel: the luminance, if `rgb`, or the first channel for CHANNEL_AUTO. A channel
// that there is not is STATUS_UNSUPPORTED.
enum status channels_choose(const char *path, unsigned channels, bool rgb, int requested,
                            struct channel_choice *choice, struct error *error);
// The same for complex numbers, whose channels are: 0 (and CHANNEL_AUTO) the amplitude, 1 the phase in
// radians from -pi to pi, 2 the real, 3 the imaginary part.
enum status channels_choose_complex(const char *path, int requested, struct channel_choice *choice,
                                    struct error *error);
// Cuts "#amplitude", "#phase", "#real" or "#imag" off the end of a selector and returns its number in that
// order; CHANNEL_AUTO, with `selector` as it was, where there is none.
int channels_cut_part(char *selector);
// The number of "#phase" and the like; CHANNEL_AUTO for all else.
int channels_part_named(const char *words);
// Writes frame_info.note: "" for a single channel.
void channels_note(const struct channel_choice *choice, char *note, size_t size);

// Takes one of `channels` interleaved samples of each of `count` pixels. `out` may be `samples` itself.
void channels_pick(enum sample_type type, const struct channel_choice *choice, const void *samples,
                   int64_t count, void *out);

// 0.2126 R + 0.7152 G + 0.0722 B (ITU-R BT.709) of three separate rows, rounded to the nearest for integers.
// `out` may be one of the rows.
void channels_luminance(enum sample_type type, const void *const rgb[3], int64_t count, void *out);

// Decodes one channel of a rectangle.
typedef enum status channel_decode(void *context, unsigned channel, const struct decode_request *request,
                                   struct decode_report *report, struct error *error);
// Decodes what the choice is made of by `decode`, a few rows of one channel after the other, and joins them.
// A pixel of which one channel is lost is lost.
enum status channels_decode(enum sample_type type, const struct channel_choice *choice,
                            channel_decode *decode, void *context, const struct decode_request *request,
                            struct decode_report *report, struct error *error);

#endif
