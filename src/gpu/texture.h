// SPDX-License-Identifier: MIT
// Two-dimensional textures of raw samples, tables of colours, and targets to draw into.
#ifndef FOVEA_GPU_TEXTURE_H
#define FOVEA_GPU_TEXTURE_H

#include "gpu/gpu.h"

#include <stddef.h>

enum texture_format {
    TEXTURE_R8UI,
    TEXTURE_R8I,
    TEXTURE_R16UI,
    TEXTURE_R16I,
    TEXTURE_R32UI,
    TEXTURE_R32I,
    TEXTURE_R32F,
    TEXTURE_R8,    // coverage 0 to 1: glyphs
    TEXTURE_RGBA8, // sized GL_RGBA8: the yardstick of the benchmark, export targets
    TEXTURE_BGRA8, // unsized GL_RGBA from BGRA bytes: Mesa's fast path for a cached picture
    TEXTURE_FORMAT_COUNT
};

size_t texture_format_bytes(enum texture_format format); // per texel

struct texture;

// New storage with undefined content. `width`, `height` in texels, at most gpu_max_texture_side.
// STATUS_NO_MEMORY with a sentence when the device cannot hold it.
enum status texture_create(struct gpu *gpu, enum texture_format format, int width, int height,
                           const char *label, struct texture **texture, struct error *error);
void texture_destroy(struct texture **texture);
int texture_width(const struct texture *texture);
int texture_height(const struct texture *texture);
// The GL name and target (GL_TEXTURE_RECTANGLE for raw samples), for the other files of this folder.
unsigned texture_name(const struct texture *texture);
unsigned texture_target(const struct texture *texture);

// Uploads the rectangle from rows of `row_texels` texels each (>= width), in the texture's own format. The
// memory may be reused on return.
void texture_upload(struct texture *texture, int x, int y, int width, int height, const void *texels,
                    size_t row_texels);
// Reads the rectangle back into rows without padding, exactly as uploaded.
void texture_read(struct texture *texture, int x, int y, int width, int height, void *texels);

// A one-dimensional table of texels of four bytes or four floats, read by texelFetch from a buffer.
struct table;
enum table_format { TABLE_RGBA8, TABLE_RGBA32F };
enum status table_create(struct gpu *gpu, enum table_format format, size_t max_texels, const char *label,
                         struct table **table, struct error *error);
void table_destroy(struct table **table);
void table_update(struct table *table, const void *rgba, size_t texels);
unsigned table_name(const struct table *table);

// A framebuffer to draw into. NULL stands for the window.
struct target;
enum status target_create(struct gpu *gpu, enum texture_format format, int width, int height,
                          struct target **target, struct error *error);
void target_destroy(struct target **target);
struct texture *target_texture(struct target *target); // borrowed
// Makes `target` (or the window, of the given size) current for drawing; viewport = all of it, row 0 at the
// top is a matter of the projections (clip_from_screen): both have the same orientation for those who use it.
void target_bind(struct gpu *gpu, struct target *target, int width, int height);
void target_clear(struct gpu *gpu, const unsigned char rgb[3]);
// The pixels of a rectangle of the currently bound target as RGB bytes, first row = top of the picture.
void target_read_rgb(struct gpu *gpu, int target_height, int x, int y, int width, int height,
                     unsigned char *rgb);

// Maps the clip space of later draws onto a rectangle of the bound target (y down).
void target_viewport(struct gpu *gpu, int target_height, int x, int y, int width, int height);
// Restricts drawing to a rectangle of the bound target (y down); width 0 lifts the restriction.
void target_clip(struct gpu *gpu, int target_height, int x, int y, int width, int height);

#endif
