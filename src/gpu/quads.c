// SPDX-License-Identifier: MIT
// Batches of rectangles: four vertices each, drawn with one indexed call.
#include "gpu/quads.h"

#include "base/text.h"
#include "gpu/gpu_private.h"
#include "gpu/program.h"

#include <GL/glew.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct vertex {
    float x, y;
    float u, v; // texels of the coverage texture, negative for filled rectangles
    unsigned char rgba[4];
};

enum { VERTICES_PER_QUAD = 4, INDICES_PER_QUAD = 6, FIRST_CAPACITY = 512 };

struct quads {
    struct gpu *gpu;
    GLuint program, vertex_array, vertex_buffer, index_buffer;
    GLint clip_from_screen, origin;
    struct texture *blank;    // one texel of full coverage, bound while no glyph texture is set
    struct texture *coverage; // borrowed
    struct vertex *vertices;
    size_t count, capacity; // in quads
    size_t indexed;         // quads that the index buffer has indices for
};

static void describe_vertices(const struct quads *quads)
{
    glBindVertexArray(quads->vertex_array);
    glBindBuffer(GL_ARRAY_BUFFER, quads->vertex_buffer);
    glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, quads->index_buffer);
    const GLsizei stride = sizeof(struct vertex);
    glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, stride, (const void *)offsetof(struct vertex, x));
    glVertexAttribPointer(1, 2, GL_FLOAT, GL_FALSE, stride, (const void *)offsetof(struct vertex, u));
    glVertexAttribPointer(2, 4, GL_UNSIGNED_BYTE, GL_TRUE, stride,
                          (const void *)offsetof(struct vertex, rgba));
    for (GLuint i = 0; i < 3; i++)
        glEnableVertexAttribArray(i);
    gl_label(GL_VERTEX_ARRAY, quads->vertex_array, "quads");
    gl_label(GL_BUFFER, quads->vertex_buffer, "quads vertices");
    gl_label(GL_BUFFER, quads->index_buffer, "quads indices");
    glBindVertexArray(0);
    glBindBuffer(GL_ARRAY_BUFFER, 0);
}

static enum status create_blank(struct gpu *gpu, struct texture **blank, struct error *error)
{
    const enum status status = texture_create(gpu, TEXTURE_R8, 1, 1, "quads blank", blank, error);
    if (status == STATUS_OK)
        texture_upload(*blank, 0, 0, 1, 1, (const unsigned char[]){255}, 1);
    return status;
}

enum status quads_create(struct gpu *gpu, struct quads **result, struct error *error)
{
    struct quads *quads = must_alloc(sizeof *quads);
    quads->gpu = gpu;
    enum status status =
        program_create("quads.vert.glsl", "quads.frag.glsl", "", "quads", &quads->program, error);
    if (status == STATUS_OK)
        status = create_blank(gpu, &quads->blank, error);
    if (status != STATUS_OK) {
        quads_destroy(&quads);
        return status;
    }
    quads->clip_from_screen = glGetUniformLocation(quads->program, "clip_from_screen");
    quads->origin = glGetUniformLocation(quads->program, "origin");
    glUseProgram(quads->program);
    glUniform1i(glGetUniformLocation(quads->program, "coverage"), 0);
    glUseProgram(0);
    glGenVertexArrays(1, &quads->vertex_array);
    glGenBuffers(1, &quads->vertex_buffer);
    glGenBuffers(1, &quads->index_buffer);
    describe_vertices(quads);
    *result = quads;
    return STATUS_OK;
}

void quads_destroy(struct quads **address)
{
    struct quads *quads = *address;
    if (!quads)
        return;
    glDeleteVertexArrays(1, &quads->vertex_array);
    glDeleteBuffers(1, &quads->vertex_buffer);
    glDeleteBuffers(1, &quads->index_buffer);
    texture_destroy(&quads->blank);
    if (quads->program)
        program_destroy(&quads->program);
    free(quads->vertices);
    free(quads);
    *address = NULL;
}

void quads_clear(struct quads *quads)
{
    quads->count = 0;
}

// Room for one more rectangle.
static struct vertex *next_quad(struct quads *quads)
{
    if (quads->count == quads->capacity) {
        quads->capacity = quads->capacity ? quads->capacity * 2 : FIRST_CAPACITY;
        quads->vertices =
            must_resize(quads->vertices, quads->capacity * VERTICES_PER_QUAD * sizeof *quads->vertices);
    }
    return &quads->vertices[quads->count++ * VERTICES_PER_QUAD];
}

// Corners in the order upper left, upper right, lower left, lower right.
static void set_corners(struct vertex *corner, float x, float y, float width, float height,
                        const unsigned char rgba[4])
{
    for (int i = 0; i < VERTICES_PER_QUAD; i++) {
        corner[i].x = i & 1 ? x + width : x;
        corner[i].y = i & 2 ? y + height : y;
        memcpy(corner[i].rgba, rgba, 4);
    }
}

void quads_rect(struct quads *quads, float x, float y, float width, float height, const unsigned char rgba[4])
{
    struct vertex *corner = next_quad(quads);
    set_corners(corner, x, y, width, height, rgba);
    for (int i = 0; i < VERTICES_PER_QUAD; i++)
        corner[i].u = corner[i].v = -1.0f;
}

void quads_line(struct quads *quads, float x1, float y1, float x2, float y2, float width,
                const unsigned char rgba[4])
{
    const float dx = x2 - x1, dy = y2 - y1, length = hypotf(dx, dy);
    if (!(length > 0))
        return;
    // Half the width sideways.
    const float sx = -dy / length * width / 2, sy = dx / length * width / 2;
    const float xs[VERTICES_PER_QUAD] = {x1 + sx, x2 + sx, x1 - sx, x2 - sx};
    const float ys[VERTICES_PER_QUAD] = {y1 + sy, y2 + sy, y1 - sy, y2 - sy};
    struct vertex *corner = next_quad(quads);
    for (int i = 0; i < VERTICES_PER_QUAD; i++) {
        corner[i] = (struct vertex){.x = xs[i], .y = ys[i], .u = -1.0f, .v = -1.0f};
        memcpy(corner[i].rgba, rgba, 4);
    }
}

void quads_glyph(struct quads *quads, float x, float y, float width, float height, float u, float v,
                 const unsigned char rgba[4])
{
    struct vertex *corner = next_quad(quads);
    set_corners(corner, x, y, width, height, rgba);
    for (int i = 0; i < VERTICES_PER_QUAD; i++) {
        corner[i].u = i & 1 ? u + width : u;
        corner[i].v = i & 2 ? v + height : v;
    }
}

void quads_glyphs(struct quads *quads, struct texture *coverage)
{
    quads->coverage = coverage;
}

// Makes the index buffer, which is bound, large enough. The pattern never changes, so it is only ever made
// longer.
static void ensure_indices(struct quads *quads)
{
    if (quads->indexed >= quads->count)
        return;
    GLuint *indices = must_alloc(quads->capacity * INDICES_PER_QUAD * sizeof *indices);
    for (size_t i = 0; i < quads->capacity; i++) {
        static const GLuint corners[INDICES_PER_QUAD] = {0, 1, 2, 2, 1, 3};
        for (int j = 0; j < INDICES_PER_QUAD; j++)
            indices[i * INDICES_PER_QUAD + (size_t)j] = (GLuint)(i * VERTICES_PER_QUAD) + corners[j];
    }
    glBufferData(GL_ELEMENT_ARRAY_BUFFER, (GLsizeiptr)(quads->capacity * INDICES_PER_QUAD * sizeof *indices),
                 indices, GL_STATIC_DRAW);
    quads->indexed = quads->capacity;
    free(indices);
}

void quads_draw(struct quads *quads, int x, int y, int width, int height)
{
    if (quads->count == 0 || width <= 0 || height <= 0)
        return;
    glBindVertexArray(quads->vertex_array);
    ensure_indices(quads);
    glBindBuffer(GL_ARRAY_BUFFER, quads->vertex_buffer);
    glBufferData(GL_ARRAY_BUFFER, (GLsizeiptr)(quads->count * VERTICES_PER_QUAD * sizeof *quads->vertices),
                 quads->vertices, GL_STREAM_DRAW);
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_2D, texture_name(quads->coverage ? quads->coverage : quads->blank));
    glUseProgram(quads->program);
    glUniform2f(quads->clip_from_screen, 2.0f / (float)width, 2.0f / (float)height);
    glUniform2f(quads->origin, (float)x, (float)y);
    glEnable(GL_BLEND);
    glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
    glDrawElements(GL_TRIANGLES, (GLsizei)(quads->count * INDICES_PER_QUAD), GL_UNSIGNED_INT, NULL);
    glDisable(GL_BLEND);
    glBindVertexArray(0);
    glBindBuffer(GL_ARRAY_BUFFER, 0);
    GPU_CHECK(quads->gpu);
}
