// SPDX-License-Identifier: MIT
// What the files of this folder share: the device's objects and bookkeeping.
#ifndef FOVEA_GPU_GPU_PRIVATE_H
#define FOVEA_GPU_GPU_PRIVATE_H

#include "gpu/gpu.h"

#include <GL/glew.h>
#include <stddef.h>

enum { STAGING_SLOTS = 3, STAGING_BYTES = 4 << 20 };

struct gpu {
    char renderer[128];
    bool software;
    bool use_pixel_buffers;
    int max_texture_side;
    int limited_texture_side; // 0 = not limited
    int64_t texture_bytes;
    uint64_t serial;         // the last given
    GLuint read_framebuffer; // for texture_read, made at first use
    GLuint staging[STAGING_SLOTS];
    unsigned next_staging;
};

// Allocates nothing in release builds; in debug builds aborts on a pending GL error, naming the place.
#ifdef NDEBUG
#define GPU_CHECK(gpu) ((void)(gpu))
#else
#define GPU_CHECK(gpu) gpu_check(gpu, __func__)
void gpu_check(struct gpu *gpu, const char *where);
#endif

#endif
