// SPDX-License-Identifier: MIT
// The list of readers: a reader is one file that defines NAME_reader, and one row here. The table of readers,
// the fuzz targets (tests/fuzz/CMakeLists.txt reads these rows) and the sweeps over damaged files are made
// from it.
//
// Thread-safety: constant data.
#ifndef FOVEA_FORMATS_READERS_LIST_H
#define FOVEA_FORMATS_READERS_LIST_H

#include "formats/base/reader.h"

// In this order readers are asked for what several of them take for theirs with equal certainty.
// clang-format off
#define READERS(X)      \
    X(tiff)             \
    X(hdf5)             \
    X(fits)             \
    X(npy)              \
    X(cbf)              \
    X(edf)              \
    X(mrc)              \
    X(spe)              \
    X(fit2d_mask)       \
    X(nrrd)             \
    X(merlin)           \
    X(npz)              \
    X(png)              \
    X(pnm)              \
    X(ge)               \
    X(marccd)           \
    X(bruker)           \
    X(kcd)              \
    X(oxd)              \
    X(mar345)           \
    X(smv)              \
    X(esperanto)        \
    X(raxis)            \
    X(spr)              \
    X(hipic)            \
    X(mpa)
// clang-format on

#define READER_DECLARE(name) extern const struct reader name##_reader;
READERS(READER_DECLARE)
#undef READER_DECLARE

// Not in the list: a name, not a content, asks for it.
extern const struct reader raw_reader;

#endif
