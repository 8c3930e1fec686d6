// SPDX-License-Identifier: MIT
// The variants of the image shader and their parameters.
#include "gpu/image_program.h"

#include "base/text.h"
#include "gpu/gpu_private.h"
#include "gpu/program.h"

#include <stdio.h>
#include <stdlib.h>

enum { UNIT_PIXELS, UNIT_COLOURS, UNIT_MASK, UNIT_TINTS };

struct variant {
    GLuint program;
    GLint clip_from_texel, key_limits, key_steps, key_bounds, key_scale, viewport, texel_grid, turned;
};

struct image_programs {
    struct gpu *gpu;
    struct variant variants[IMAGE_CLASS_COUNT][IMAGE_MASK_USE_COUNT][2];
    GLuint copy;
    GLuint vertex_array, vertex_buffer;
    GLuint copy_array, copy_buffer;
    float (*corners)[2]; // six per rectangle, grown as needed
    size_t corner_capacity;
};

// A vertex array with one two-float attribute from a buffer.
static void make_vertices(GLuint *array, GLuint *buffer)
{
    glGenVertexArrays(1, array);
    glGenBuffers(1, buffer);
    glBindVertexArray(*array);
    glBindBuffer(GL_ARRAY_BUFFER, *buffer);
    glEnableVertexAttribArray(0);
    glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, NULL);
}

enum status image_programs_create(struct gpu *gpu, struct image_programs **programs, struct error *error)
{
    (void)error;
    static const float unit_square[12] = {0, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1};
    struct image_programs *made = must_alloc(sizeof *made);
    made->gpu = gpu;
    make_vertices(&made->vertex_array, &made->vertex_buffer);
    make_vertices(&made->copy_array, &made->copy_buffer);
    glBufferData(GL_ARRAY_BUFFER, sizeof unit_square, unit_square, GL_STATIC_DRAW);
    GPU_CHECK(gpu);
    *programs = made;
    return STATUS_OK;
}

void image_programs_destroy(struct image_programs **programs)
{
    struct image_programs *old = *programs;
    if (!old)
        return;
    struct variant *variants = &old->variants[0][0][0];
    for (size_t i = 0; i < sizeof old->variants / sizeof *variants; i++)
        program_destroy(&variants[i].program);
    program_destroy(&old->copy);
    glDeleteVertexArrays(1, &old->vertex_array);
    glDeleteBuffers(1, &old->vertex_buffer);
    glDeleteVertexArrays(1, &old->copy_array);
    glDeleteBuffers(1, &old->copy_buffer);
    free(old->corners);
    free(old);
    *programs = NULL;
}

static void set_sampler(GLuint program, const char *name, GLint unit)
{
    GLint location = glGetUniformLocation(program, name);
    if (location >= 0)
        glUniform1i(location, unit);
}

static enum status compile_variant(struct variant *variant, enum image_class image_class,
                                   enum image_mask_use mask_use, bool smooth, struct error *error)
{
    char defines[96], label[48];
    snprintf(defines, sizeof defines, "#define CLASS %d\n#define MASK %d\n#define SMOOTH %d\n",
             (int)image_class, (int)mask_use, smooth);
    snprintf(label, sizeof label, "image class %d mask %d smooth %d", (int)image_class, (int)mask_use,
             smooth);
    const char *fragment = image_class == IMAGE_YARDSTICK ? "yardstick.frag.glsl" : "image.frag.glsl";
    enum status status =
        program_create("image.vert.glsl", fragment, defines, label, &variant->program, error);
    if (status)
        return status;
    glUseProgram(variant->program);
    set_sampler(variant->program, "pixels", UNIT_PIXELS);
    set_sampler(variant->program, "colours", UNIT_COLOURS);
    set_sampler(variant->program, "mask", UNIT_MASK);
    set_sampler(variant->program, "tints", UNIT_TINTS);
    variant->clip_from_texel = glGetUniformLocation(variant->program, "clip_from_texel");
    variant->key_limits = glGetUniformLocation(variant->program, "key_limits");
    variant->key_steps = glGetUniformLocation(variant->program, "key_steps");
    variant->key_bounds = glGetUniformLocation(variant->program, "key_bounds");
    variant->key_scale = glGetUniformLocation(variant->program, "key_scale");
    variant->viewport = glGetUniformLocation(variant->program, "viewport");
    variant->texel_grid = glGetUniformLocation(variant->program, "texel_grid");
    variant->turned = glGetUniformLocation(variant->program, "turned");
    return STATUS_OK;
}

static void bind_unit(int unit, GLenum target, GLuint name)
{
    glActiveTexture(GL_TEXTURE0 + (GLenum)unit);
    glBindTexture(target, name);
}

static void bind_texture(int unit, const struct texture *texture)
{
    bind_unit(unit, texture_target(texture), texture_name(texture));
}

static void bind_textures(const struct image_draw *draw)
{
    if (draw->mask_use != IMAGE_MASK_NONE) {
        bind_unit(UNIT_TINTS, GL_TEXTURE_BUFFER, table_name(draw->tints));
        bind_texture(UNIT_MASK, draw->mask);
    }
    if (draw->colours)
        bind_unit(UNIT_COLOURS, GL_TEXTURE_BUFFER, table_name(draw->colours));
    bind_texture(UNIT_PIXELS, draw->pixels); // last: leaves unit 0 active for uploads
}

static void set_parameters(const struct variant *variant, const struct image_draw *draw)
{
    glUniformMatrix3x2fv(variant->clip_from_texel, 1, GL_FALSE, draw->clip_from_texel);
    if (variant->key_limits >= 0)
        glUniform3f(variant->key_limits, draw->offset, draw->low, draw->high);
    if (variant->key_steps >= 0)
        glUniform4i(variant->key_steps, draw->base, draw->shift, draw->entries, draw->bias);
    if (variant->key_bounds >= 0)
        glUniform2i(variant->key_bounds, draw->low_int, draw->high_int);
    if (variant->key_scale >= 0)
        glUniform1f(variant->key_scale, draw->scale);
    if (variant->viewport >= 0)
        glUniform4fv(variant->viewport, 1, draw->viewport);
    if (variant->texel_grid >= 0)
        glUniform4fv(variant->texel_grid, 1, draw->texel_grid);
    if (variant->turned >= 0)
        glUniform1i(variant->turned, draw->turned);
}

// Two triangles per rectangle into the stream buffer.
static void upload_corners(struct image_programs *programs, const struct image_draw *draw)
{
    const size_t count = draw->rect_count * 6;
    if (count > programs->corner_capacity) {
        programs->corner_capacity = 2 * count;
        programs->corners =
            must_resize(programs->corners, programs->corner_capacity * sizeof *programs->corners);
    }
    float(*corner)[2] = programs->corners;
    for (size_t i = 0; i < draw->rect_count; i++, corner += 6) {
        const struct image_rect r = draw->rects[i];
        const float x[6] = {r.x0, r.x1, r.x1, r.x0, r.x1, r.x0};
        const float y[6] = {r.y0, r.y0, r.y1, r.y0, r.y1, r.y1};
        for (int k = 0; k < 6; k++) {
            corner[k][0] = x[k];
            corner[k][1] = y[k];
        }
    }
    glBindBuffer(GL_ARRAY_BUFFER, programs->vertex_buffer);
    glBufferData(GL_ARRAY_BUFFER, (GLsizeiptr)(count * sizeof *programs->corners), programs->corners,
                 GL_STREAM_DRAW);
}

static enum status need_copy(struct image_programs *programs, struct error *error)
{
    if (programs->copy)
        return STATUS_OK;
    enum status status =
        program_create("copy.vert.glsl", "copy.frag.glsl", "", "copy", &programs->copy, error);
    if (status)
        return status;
    glUseProgram(programs->copy);
    set_sampler(programs->copy, "picture", 0);
    return STATUS_OK;
}

enum status image_programs_draw(struct image_programs *programs, const struct image_draw *draw,
                                struct error *error)
{
    if (draw->rect_count == 0)
        return STATUS_OK;
    struct variant *variant = &programs->variants[draw->image_class][draw->mask_use][draw->smooth];
    if (!variant->program) {
        const enum status compiled =
            compile_variant(variant, draw->image_class, draw->mask_use, draw->smooth, error);
        if (compiled)
            return compiled;
    }
    glUseProgram(variant->program);
    set_parameters(variant, draw);
    bind_textures(draw);
    glBindVertexArray(programs->vertex_array);
    upload_corners(programs, draw);
    glDrawArrays(GL_TRIANGLES, 0, (GLsizei)(draw->rect_count * 6));
    GPU_CHECK(programs->gpu);
    return STATUS_OK;
}

enum status image_programs_copy(struct image_programs *programs, struct texture *picture, struct error *error)
{
    enum status status = need_copy(programs, error);
    if (status)
        return status;
    glUseProgram(programs->copy);
    bind_texture(0, picture);
    glBindVertexArray(programs->copy_array);
    glDrawArrays(GL_TRIANGLES, 0, 6);
    GPU_CHECK(programs->gpu);
    return STATUS_OK;
}
