// SPDX-License-Identifier: MIT
// Marks the hot loops of this layer that the compiler shall also make for wider vector units.
#ifndef FOVEA_IMAGE_CLONES_H
#define FOVEA_IMAGE_CLONES_H

// GCC on x86 emits the function twice and picks one when the program starts. The choice is made by an
// indirect function that runs before sanitizers are ready, and clang 14 knows none, so both of them get one
// version.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(FOVEA_SANITIZED)
#define IMAGE_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define IMAGE_CLONES
#endif

#endif
