// SPDX-License-Identifier: MIT
// Compiled and linked shader programs.
#ifndef FOVEA_GPU_PROGRAM_H
#define FOVEA_GPU_PROGRAM_H

#include "gpu/gpu.h"

#include <GL/glew.h>
#include <stddef.h>

// Shader sources by file name ("image.frag.glsl"): the text embedded in the program, or the file in the folder given
// by --assets. Borrowed until the next call with the same name.
const char *shader_source(const char *name);
// Reads shaders from `folder`/shaders instead of the embedded text from now on; NULL = embedded. For development.
void shader_source_folder(const char *folder);

// Compiles `vertex` and `fragment` (names as above), both preceded by "#version 330 core" and `defines` ("#define X\n"
// lines, may be ""). A failure is STATUS_NO_GL with the driver's log. `label` names the object for debuggers.
enum status program_create(const char *vertex, const char *fragment, const char *defines, const char *label,
                           GLuint *program, struct error *error);
void program_destroy(GLuint *program);

// Labels a GL object when KHR_debug is there. `identifier` is GL_TEXTURE, GL_PROGRAM, ...
void gl_label(GLenum identifier, GLuint name, const char *label);

#endif
