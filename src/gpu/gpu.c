// SPDX-License-Identifier: MIT
// Takes over a current OpenGL context and learns what it can do.
#include "gpu/gpu_private.h"

#include "base/output.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// GLEW answers "no GLX display" on contexts made by EGL although it has loaded every entry point by then.
static bool load_entry_points(struct error *error)
{
    glewExperimental = GL_TRUE;
    GLenum result = glewInit();
    if (result != GLEW_OK && result != GLEW_ERROR_NO_GLX_DISPLAY) {
        error_set(error, STATUS_NO_GL, "OpenGL cannot be used: %s", (const char *)glewGetErrorString(result));
        return false;
    }
    while (glGetError() != GL_NO_ERROR) // glewInit leaves GL_INVALID_ENUM behind on core contexts
        continue;
    return true;
}

// Of both kinds of textures that are made.
static int max_texture_side(void)
{
    GLint plain = 0, rectangle = 0;
    glGetIntegerv(GL_MAX_TEXTURE_SIZE, &plain);
    glGetIntegerv(GL_MAX_RECTANGLE_TEXTURE_SIZE, &rectangle);
    return plain < rectangle ? plain : rectangle;
}

enum status gpu_create(struct gpu **gpu, struct error *error)
{
    if (!load_entry_points(error))
        return STATUS_NO_GL;
    const char *version = (const char *)glGetString(GL_VERSION);
    if (!GLEW_VERSION_3_3)
        return error_set(
            error, STATUS_NO_GL,
            "OpenGL 3.3 is required, this machine offers %s; Mesa's software renderer (package libgl1-mesa-dri) is enough",
            version ? version : "none");
    struct gpu *made = must_alloc(sizeof *made);
    snprintf(made->renderer, sizeof made->renderer, "%s", (const char *)glGetString(GL_RENDERER));
    made->software = strstr(made->renderer, "llvmpipe") || strstr(made->renderer, "softpipe");
    made->use_pixel_buffers = !made->software;
    made->max_texture_side = max_texture_side();
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    glDisable(GL_DITHER);
    *gpu = made;
    return STATUS_OK;
}

void gpu_destroy(struct gpu **gpu)
{
    if (!*gpu)
        return;
    glDeleteFramebuffers(1, &(*gpu)->read_framebuffer);
    glDeleteBuffers(STAGING_SLOTS, (*gpu)->staging);
    free(*gpu);
    *gpu = NULL;
}

const char *gpu_renderer(const struct gpu *gpu)
{
    return gpu->renderer;
}

bool gpu_is_software(const struct gpu *gpu)
{
    return gpu->software;
}

int gpu_max_texture_side(const struct gpu *gpu)
{
    return gpu->limited_texture_side ? gpu->limited_texture_side : gpu->max_texture_side;
}

int64_t gpu_texture_bytes(const struct gpu *gpu)
{
    return gpu->texture_bytes;
}

uint64_t gpu_next_serial(struct gpu *gpu)
{
    return ++gpu->serial;
}

void gpu_limit_texture_side(struct gpu *gpu, int side)
{
    gpu->limited_texture_side = side;
}

void gpu_use_pixel_buffers(struct gpu *gpu, bool use)
{
    gpu->use_pixel_buffers = use;
}

void gpu_finish(struct gpu *gpu)
{
    (void)gpu;
    glFinish();
}

bool gpu_no_errors(struct gpu *gpu, const char *where)
{
    (void)gpu;
    bool clean = true;
    for (GLenum code; (code = glGetError()) != GL_NO_ERROR; clean = false)
        output_sentence("gpu: OpenGL error 0x%04x in %s", code, where);
    return clean;
}

#ifndef NDEBUG
void gpu_check(struct gpu *gpu, const char *where)
{
    if (!gpu_no_errors(gpu, where))
        abort();
}
#endif
