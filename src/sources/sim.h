// SPDX-License-Identifier: MIT
// The built-in simulated detector, so that the demo, the tests and the benchmarks need no file.
//
// "sim:" or "sim:4148x4362,type=u16,seed=7,frames=100": width x height, then key=value pairs in any order.
// Keys: type (any sample type, default u16), seed (default 1), frames (default 10), mask=no (leave gaps and
// bad pixels unmarked). Every pixel is a pure function of (seed, frame, x, y), so any rectangle can be made
// on its own, on any thread, and is the same on every machine of this kind.
//
// The picture: powder rings with Poisson noise around a beam centre, Bragg spots that move from frame to
// frame, gaps between modules (514 x 1030 pixel grid of an EIGER2-like detector scaled to the image), dead
// and hot pixels. Gaps, dead and hot pixels are marked in the classes of the decode request.
#ifndef FOVEA_SOURCES_SIM_H
#define FOVEA_SOURCES_SIM_H

#include "formats/base/reader.h"

// A reader whose path is the whole specification; it is not in the readers table because it has no file.
extern const struct reader sim_reader;

#endif
