// SPDX-License-Identifier: MIT
// Compiled and linked shader programs.
#ifndef FOVEA_GPU_PROGRAM_H
#define FOVEA_GPU_PROGRAM_H

#include "gpu/gpu.h"

#include <GL/glew.h>
#include <stddef.h>

// The text of a shader by file name ("image.frag.glsl"): the embedded one, or with a `folder` the file in
// FOLDER/shaders. The caller frees *source.
enum status shader_source(const char *name, const char *folder, char **source, struct error *error);

// Compiles `vertex` and `fragment` (names as above), both preceded by "#version 330 core" and `defines`
// ("#define X\n" lines, may be ""). FOVEA_ASSETS in the environment names a folder to read shaders from
// instead of the embedded ones, for development. A failure is STATUS_NO_GL with the driver's log. `label`
// names the object for debuggers.
enum status program_create(const char *vertex, const char *fragment, const char *defines, const char *label,
                           GLuint *program, struct error *error);
void program_destroy(GLuint *program);

// Labels a GL object when KHR_debug is there. `identifier` is GL_TEXTURE, GL_PROGRAM, ...
void gl_label(GLenum identifier, GLuint name, const char *label);

#endif
