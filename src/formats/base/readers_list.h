// SPDX-License-Identifier: MIT
// The readers that the table in readers.c lists, by name.
#ifndef FOVEA_FORMATS_READERS_LIST_H
#define FOVEA_FORMATS_READERS_LIST_H

#include "formats/base/reader.h"

// Constant tables of functions; each is described in the file that defines it.
extern const struct reader tiff_reader;       // tiff.c
extern const struct reader hdf5_reader;       // hdf5.c
extern const struct reader fits_reader;       // fits.c
extern const struct reader npy_reader;        // npy.c
extern const struct reader cbf_reader;        // cbf.c
extern const struct reader edf_reader;        // edf.c
extern const struct reader mrc_reader;        // mrc.c
extern const struct reader ge_reader;         // ge.c
extern const struct reader spe_reader;        // spe.c
extern const struct reader fit2d_mask_reader; // fit2d_mask.c
extern const struct reader nrrd_reader;       // nrrd.c
extern const struct reader pnm_reader;        // pnm.c
extern const struct reader png_reader;        // png.c
extern const struct reader npz_reader;        // npz.c
extern const struct reader merlin_reader;     // merlin.c
extern const struct reader raw_reader;        // raw.c; not in the table: a name, not a content, asks for it
extern const struct reader marccd_reader;     // marccd.c
extern const struct reader bruker_reader;     // bruker.c
extern const struct reader kcd_reader;        // kcd.c
extern const struct reader oxd_reader;        // oxd.c
extern const struct reader mar345_reader;     // mar345.c
extern const struct reader smv_reader;        // smv.c
extern const struct reader esperanto_reader;  // esperanto.c
extern const struct reader raxis_reader;      // raxis.c
extern const struct reader spr_reader;        // spr.c
extern const struct reader hipic_reader;      // hipic.c
extern const struct reader mpa_reader;        // mpa.c

#endif
