// SPDX-License-Identifier: MIT
// Inside the HDF5 reader: where the program is that workers run.
#ifndef FOVEA_FORMATS_HDF5_PROGRAM_H
#define FOVEA_FORMATS_HDF5_PROGRAM_H

// Its path: beside the running program, as where both were built, or in the folder for such programs
// (libexec) as that lies from the running one, or where it was to be installed. NULL where it is nowhere; the
// caller frees it. Thread-safety: any threads.
char *hdf5_program_find(void);

// Its name, and the last folder that it is looked for in; for sentences.
extern const char hdf5_program_name[], hdf5_program_folder[];

#endif
