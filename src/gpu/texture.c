// SPDX-License-Identifier: MIT
// Textures, colour tables and framebuffers.
#include "gpu/texture.h"

#include "base/text.h"
#include "gpu/gpu_private.h"
#include "gpu/program.h"

#include <stdlib.h>
#include <string.h>

// --- formats ---

static const struct {
    size_t bytes;
    GLenum target; // raw samples: read by their coordinates in texels
    GLint internal;
    GLenum format, type;
} formats[TEXTURE_FORMAT_COUNT] = {
    [TEXTURE_R8UI] = {1, GL_TEXTURE_RECTANGLE, GL_R8UI, GL_RED_INTEGER, GL_UNSIGNED_BYTE},
    [TEXTURE_R8I] = {1, GL_TEXTURE_RECTANGLE, GL_R8I, GL_RED_INTEGER, GL_BYTE},
    [TEXTURE_R16UI] = {2, GL_TEXTURE_RECTANGLE, GL_R16UI, GL_RED_INTEGER, GL_UNSIGNED_SHORT},
    [TEXTURE_R16I] = {2, GL_TEXTURE_RECTANGLE, GL_R16I, GL_RED_INTEGER, GL_SHORT},
    [TEXTURE_R32UI] = {4, GL_TEXTURE_RECTANGLE, GL_R32UI, GL_RED_INTEGER, GL_UNSIGNED_INT},
    [TEXTURE_R32I] = {4, GL_TEXTURE_RECTANGLE, GL_R32I, GL_RED_INTEGER, GL_INT},
    [TEXTURE_R32F] = {4, GL_TEXTURE_RECTANGLE, GL_R32F, GL_RED, GL_FLOAT},
    [TEXTURE_R8] = {1, GL_TEXTURE_2D, GL_R8, GL_RED, GL_UNSIGNED_BYTE},
    [TEXTURE_RGBA8] = {4, GL_TEXTURE_2D, GL_RGBA8, GL_RGBA, GL_UNSIGNED_BYTE},
    [TEXTURE_BGRA8] = {4, GL_TEXTURE_2D, GL_RGBA, GL_BGRA, GL_UNSIGNED_INT_8_8_8_8_REV},
};

size_t texture_format_bytes(enum texture_format format)
{
    return formats[format].bytes;
}

// --- textures ---

struct texture {
    struct gpu *gpu;
    GLuint name;
    enum texture_format format;
    int width, height;
};

static int64_t storage_bytes(const struct texture *texture)
{
    return (int64_t)texture->width * texture->height * (int64_t)formats[texture->format].bytes;
}

enum status texture_create(struct gpu *gpu, enum texture_format format, int width, int height,
                           const char *label, struct texture **texture, struct error *error)
{
    if (width < 1 || height < 1 || width > gpu->max_texture_side || height > gpu->max_texture_side)
        return error_set(error, STATUS_TOO_LARGE, "a texture of %d x %d is beyond this device's limit of %d",
                         width, height, gpu->max_texture_side);
    struct texture *made = must_alloc(sizeof *made);
    *made = (struct texture){.gpu = gpu, .format = format, .width = width, .height = height};
    const GLenum target = texture_target(made);
    glGenTextures(1, &made->name);
    glBindTexture(target, made->name);
    gl_label(GL_TEXTURE, made->name, label);
    glTexParameteri(target, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(target, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    glTexParameteri(target, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glTexParameteri(target, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
    glTexParameteri(target, GL_TEXTURE_MAX_LEVEL, 0);
    while (glGetError() != GL_NO_ERROR)
        continue;
    glTexImage2D(target, 0, formats[format].internal, width, height, 0, formats[format].format,
                 formats[format].type, NULL);
    if (glGetError() != GL_NO_ERROR) {
        glDeleteTextures(1, &made->name);
        char size[32];
        format_bytes(storage_bytes(made), size, sizeof size);
        free(made);
        return error_set(error, STATUS_NO_MEMORY,
                         "the graphics device has no %s left for a texture of %d x %d", size, width, height);
    }
    gpu->texture_bytes += storage_bytes(made);
    *texture = made;
    return STATUS_OK;
}

void texture_destroy(struct texture **texture)
{
    if (!*texture)
        return;
    (*texture)->gpu->texture_bytes -= storage_bytes(*texture);
    glDeleteTextures(1, &(*texture)->name);
    free(*texture);
    *texture = NULL;
}

int texture_width(const struct texture *texture)
{
    return texture->width;
}

int texture_height(const struct texture *texture)
{
    return texture->height;
}

unsigned texture_name(const struct texture *texture)
{
    return texture->name;
}

unsigned texture_target(const struct texture *texture)
{
    return formats[texture->format].target;
}

static void upload_directly(const struct texture *texture, int x, int y, int width, int height,
                            const void *texels, size_t row_texels)
{
    glPixelStorei(GL_UNPACK_ROW_LENGTH, (GLint)row_texels);
    glTexSubImage2D(texture_target(texture), 0, x, y, width, height, formats[texture->format].format,
                    formats[texture->format].type, texels);
    glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
}

// Copies rows into the next staging buffer of the ring and lets the device fetch them from there, so that the
// copy to the device overlaps with decoding. Good on hardware; on software renderers it is a copy too many.
static void upload_staged(const struct texture *texture, int x, int y, int width, int height,
                          const char *texels, size_t row_bytes)
{
    struct gpu *gpu = texture->gpu;
    const size_t bytes = formats[texture->format].bytes;
    const size_t tight = (size_t)width * bytes;
    const int rows_per_slot = tight < STAGING_BYTES ? (int)(STAGING_BYTES / tight) : 1;
    if (!gpu->staging[0])
        glGenBuffers(STAGING_SLOTS, gpu->staging);
    glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
    for (int done = 0; done < height;) {
        int rows = height - done < rows_per_slot ? height - done : rows_per_slot;
        glBindBuffer(GL_PIXEL_UNPACK_BUFFER, gpu->staging[gpu->next_staging++ % STAGING_SLOTS]);
        glBufferData(GL_PIXEL_UNPACK_BUFFER, (GLsizeiptr)(tight * (size_t)rows), NULL, GL_STREAM_DRAW);
        char *mapped = glMapBuffer(GL_PIXEL_UNPACK_BUFFER, GL_WRITE_ONLY);
        for (int row = 0; mapped && row < rows; row++)
            memcpy(mapped + (size_t)row * tight, texels + (size_t)(done + row) * row_bytes, tight);
        // Without memory for the buffer, or when its content was lost meanwhile (a change of the screen's
        // mode), the rest goes the other way.
        if (!mapped || !glUnmapBuffer(GL_PIXEL_UNPACK_BUFFER)) {
            glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
            glGetError(); // that of the buffer
            upload_directly(texture, x, y + done, width, height - done, texels + (size_t)done * row_bytes,
                            row_bytes / bytes);
            return;
        }
        glTexSubImage2D(texture_target(texture), 0, x, y + done, width, rows, formats[texture->format].format,
                        formats[texture->format].type, NULL);
        done += rows;
    }
    glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
}

void texture_upload(struct texture *texture, int x, int y, int width, int height, const void *texels,
                    size_t row_texels)
{
    glBindTexture(texture_target(texture), texture->name);
    if (texture->gpu->use_pixel_buffers && texture->format != TEXTURE_R8) {
        upload_staged(texture, x, y, width, height, texels, row_texels * formats[texture->format].bytes);
    } else {
        upload_directly(texture, x, y, width, height, texels, row_texels);
    }
    GPU_CHECK(texture->gpu);
}

void texture_read(struct texture *texture, int x, int y, int width, int height, void *texels)
{
    struct gpu *gpu = texture->gpu;
    if (!gpu->read_framebuffer)
        glGenFramebuffers(1, &gpu->read_framebuffer);
    GLint drawn = 0;
    glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &drawn);
    glBindFramebuffer(GL_READ_FRAMEBUFFER, gpu->read_framebuffer);
    glFramebufferTexture2D(GL_READ_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, texture_target(texture), texture->name,
                           0);
    glReadBuffer(GL_COLOR_ATTACHMENT0);
    glReadPixels(x, y, width, height, formats[texture->format].format, formats[texture->format].type, texels);
    glFramebufferTexture2D(GL_READ_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, texture_target(texture), 0, 0);
    glBindFramebuffer(GL_FRAMEBUFFER, (GLuint)drawn);
    GPU_CHECK(gpu);
}

// --- tables ---

struct table {
    struct gpu *gpu;
    GLuint buffer, name;
    size_t max_texels, texel_bytes;
};

enum status table_create(struct gpu *gpu, enum table_format format, size_t max_texels, const char *label,
                         struct table **table, struct error *error)
{
    GLint limit = 0;
    glGetIntegerv(GL_MAX_TEXTURE_BUFFER_SIZE, &limit);
    if (max_texels > (size_t)limit)
        return error_set(error, STATUS_NO_GL, "this device's buffer textures hold %d texels, %zu are needed",
                         limit, max_texels);
    struct table *made = must_alloc(sizeof *made);
    *made =
        (struct table){.gpu = gpu, .max_texels = max_texels, .texel_bytes = format == TABLE_RGBA8 ? 4 : 16};
    glGenBuffers(1, &made->buffer);
    glBindBuffer(GL_TEXTURE_BUFFER, made->buffer);
    glBufferData(GL_TEXTURE_BUFFER, (GLsizeiptr)(max_texels * made->texel_bytes), NULL, GL_DYNAMIC_DRAW);
    glGenTextures(1, &made->name);
    glBindTexture(GL_TEXTURE_BUFFER, made->name);
    glTexBuffer(GL_TEXTURE_BUFFER, format == TABLE_RGBA8 ? GL_RGBA8 : GL_RGBA32F, made->buffer);
    gl_label(GL_TEXTURE, made->name, label);
    gpu->texture_bytes += (int64_t)(max_texels * made->texel_bytes);
    GPU_CHECK(gpu);
    *table = made;
    return STATUS_OK;
}

void table_destroy(struct table **table)
{
    if (!*table)
        return;
    (*table)->gpu->texture_bytes -= (int64_t)((*table)->max_texels * (*table)->texel_bytes);
    glDeleteTextures(1, &(*table)->name);
    glDeleteBuffers(1, &(*table)->buffer);
    free(*table);
    *table = NULL;
}

void table_update(struct table *table, const void *rgba, size_t texels)
{
    glBindBuffer(GL_TEXTURE_BUFFER, table->buffer);
    glBufferSubData(GL_TEXTURE_BUFFER, 0, (GLsizeiptr)(texels * table->texel_bytes), rgba);
}

unsigned table_name(const struct table *table)
{
    return table->name;
}

// --- targets ---

struct target {
    struct gpu *gpu;
    struct texture *texture;
    GLuint framebuffer;
};

enum status target_create(struct gpu *gpu, enum texture_format format, int width, int height,
                          struct target **target, struct error *error)
{
    struct target *made = must_alloc(sizeof *made);
    made->gpu = gpu;
    enum status status = texture_create(gpu, format, width, height, "target", &made->texture, error);
    if (status) {
        free(made);
        return status;
    }
    glGenFramebuffers(1, &made->framebuffer);
    target_bind(gpu, made, width, height);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, texture_target(made->texture),
                           made->texture->name, 0);
    if (glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) {
        target_destroy(&made);
        return error_set(error, STATUS_NO_GL, "this device cannot draw into a texture");
    }
    *target = made;
    return STATUS_OK;
}

void target_destroy(struct target **target)
{
    if (!*target)
        return;
    glDeleteFramebuffers(1, &(*target)->framebuffer);
    texture_destroy(&(*target)->texture);
    free(*target);
    *target = NULL;
}

struct texture *target_texture(struct target *target)
{
    return target->texture;
}

void target_bind(struct gpu *gpu, struct target *target, int width, int height)
{
    (void)gpu;
    glBindFramebuffer(GL_FRAMEBUFFER, target ? target->framebuffer : 0);
    glDisable(GL_SCISSOR_TEST);
    glDisable(GL_BLEND);
    glViewport(0, 0, width, height);
}

void target_clear(struct gpu *gpu, const unsigned char rgb[3])
{
    glClearColor((float)rgb[0] / 255.0f, (float)rgb[1] / 255.0f, (float)rgb[2] / 255.0f, 1.0f);
    glClear(GL_COLOR_BUFFER_BIT);
    GPU_CHECK(gpu);
}

void target_read_rgb(struct gpu *gpu, int target_height, int x, int y, int width, int height,
                     unsigned char *rgb)
{
    // GL counts rows from the bottom; the picture's first row is the top one.
    const size_t row_bytes = (size_t)width * 3;
    glReadPixels(x, target_height - y - height, width, height, GL_RGB, GL_UNSIGNED_BYTE, rgb);
    unsigned char *swap = must_alloc(row_bytes);
    for (int top = 0, bottom = height - 1; top < bottom; top++, bottom--) {
        memcpy(swap, rgb + (size_t)top * row_bytes, row_bytes);
        memcpy(rgb + (size_t)top * row_bytes, rgb + (size_t)bottom * row_bytes, row_bytes);
        memcpy(rgb + (size_t)bottom * row_bytes, swap, row_bytes);
    }
    free(swap);
    GPU_CHECK(gpu);
}

void target_viewport(struct gpu *gpu, int target_height, int x, int y, int width, int height)
{
    (void)gpu;
    glViewport(x, target_height - y - height, width, height);
}

void target_clip(struct gpu *gpu, int target_height, int x, int y, int width, int height)
{
    (void)gpu;
    if (width <= 0) {
        glDisable(GL_SCISSOR_TEST);
        return;
    }
    glEnable(GL_SCISSOR_TEST);
    glScissor(x, target_height - y - height, width, height);
}
