// SPDX-License-Identifier: MIT
// The graphics device: an OpenGL 3.3 core context that is current on this thread, and what it can do.
//
// Only the files of this folder call OpenGL. All functions of this layer must be called on the thread on
// which the context is current. In a build with assertions every draw checks for GL errors.
#ifndef FOVEA_GPU_GPU_H
#define FOVEA_GPU_GPU_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

// Opaque; owns the shared objects (vertex arrays, staging buffers) and counts texture memory.
struct gpu;

// Takes over the context that is current (made by a window, or by headless_create). Fails with STATUS_NO_GL
// and a sentence naming the version found if it is older than 3.3.
enum status gpu_create(struct gpu **gpu, struct error *error);
// Destroys the shared objects; all textures, programs and targets must be gone before. The context stays.
void gpu_destroy(struct gpu **gpu);

const char *gpu_renderer(const struct gpu *gpu); // GL_RENDERER, "llvmpipe (LLVM 15.0.6, 256 bits)"
bool gpu_is_software(const struct gpu *gpu);     // Mesa's llvmpipe or softpipe: no PBO, direct uploads
int gpu_max_texture_side(const struct gpu *gpu); // the device's limit, or what was set for tests
int64_t
gpu_texture_bytes(const struct gpu *gpu); // of all living textures and table buffers, as their formats need

// A number above 0 that was not given before, to tell states of what is on the device apart.
uint64_t gpu_next_serial(struct gpu *gpu);

// Makes tiles smaller than the device's limit, to test tiling on small images. 0 restores the limit.
void gpu_limit_texture_side(struct gpu *gpu, int side);
// Forces the upload path of a hardware GPU (true: ring of pixel buffers) or of software (false), for tests.
void gpu_use_pixel_buffers(struct gpu *gpu, bool use);

// Waits until everything drawn so far is finished, for measurements.
void gpu_finish(struct gpu *gpu);
// True if no GL error is pending; logs and clears those that are. For tests and debug builds.
bool gpu_no_errors(struct gpu *gpu, const char *where);

// A context without any window, by EGL (surfaceless Mesa, else an EGL device, else the default display).
struct headless;
enum status headless_create(struct headless **headless, struct error *error);
void headless_destroy(struct headless **headless);

#endif
