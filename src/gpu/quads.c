// SPDX-License-Identifier: MIT
// Batches of rectangles: four vertices each, drawn with one indexed call for each run of one kind.
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
    float u, v; // texels of the coverage texture, negative for filled rectangles; v: the row of the table
    unsigned char rgba[4];
};

enum { VERTICES_PER_QUAD = 4, INDICES_PER_QUAD = 6, FIRST_CAPACITY = 512, MAX_ROWS = 16384 };

// From this size on, in pixels, a filled rectangle is worth a program of its own.
static const float LARGE_AREA = 2048;

// How a rectangle gets its colours: see quads.frag.glsl.
enum kind { KIND_GLYPHS, KIND_ROWS, KINDS };

struct painter {
    GLuint program;
    GLint clip_from_screen, origin;
};

// Rectangles of one kind after each other, up to where the next run begins.
struct run {
    enum kind kind;
    size_t begin;
};

struct quads {
    struct gpu *gpu;
    struct painter painters[KINDS];
    GLuint vertex_array, vertex_buffer, index_buffer;
    struct texture *blank;    // one texel of full coverage, bound while no glyph texture is set
    struct texture *coverage; // borrowed
    struct vertex *vertices;
    size_t count, capacity; // in quads
    size_t indexed;         // quads that the index buffer has indices for
    struct run *runs;
    size_t run_count, run_capacity;
    struct table *table;                        // of rows
    unsigned char (*rows)[4], (*table_rows)[4]; // MAX_ROWS: gathered, and what the table holds
    size_t row_count, table_count;
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

static enum status create_painter(struct painter *painter, enum kind kind, struct error *error)
{
    const enum status status = program_create(
        "quads.vert.glsl", "quads.frag.glsl", kind == KIND_ROWS ? "#define ROWS 1\n" : "#define ROWS 0\n",
        kind == KIND_ROWS ? "quads of rows" : "quads", &painter->program, error);
    if (status != STATUS_OK)
        return status;
    painter->clip_from_screen = glGetUniformLocation(painter->program, "clip_from_screen");
    painter->origin = glGetUniformLocation(painter->program, "origin");
    glUseProgram(painter->program);
    glUniform1i(glGetUniformLocation(painter->program, kind == KIND_ROWS ? "rows" : "coverage"), 0);
    glUseProgram(0);
    return STATUS_OK;
}

enum status quads_create(struct gpu *gpu, struct quads **result, struct error *error)
{
    struct quads *quads = must_alloc(sizeof *quads);
    quads->gpu = gpu;
    quads->rows = must_alloc(MAX_ROWS * sizeof *quads->rows);
    quads->table_rows = must_alloc(MAX_ROWS * sizeof *quads->table_rows);
    enum status status = create_blank(gpu, &quads->blank, error);
    for (enum kind kind = KIND_GLYPHS; kind < KINDS && status == STATUS_OK; kind++)
        status = create_painter(&quads->painters[kind], kind, error);
    if (status == STATUS_OK)
        status = table_create(gpu, TABLE_RGBA8, MAX_ROWS, "rows of quads", &quads->table, error);
    if (status != STATUS_OK) {
        quads_destroy(&quads);
        return status;
    }
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
    for (int kind = 0; kind < KINDS; kind++)
        program_destroy(&quads->painters[kind].program);
    table_destroy(&quads->table);
    free(quads->rows);
    free(quads->table_rows);
    free(quads->runs);
    free(quads->vertices);
    free(quads);
    *address = NULL;
}

void quads_clear(struct quads *quads)
{
    quads->count = quads->run_count = quads->row_count = 0;
}

static void begin_run(struct quads *quads, enum kind kind)
{
    if (quads->run_count > 0 && quads->runs[quads->run_count - 1].kind == kind)
        return;
    if (quads->run_count == quads->run_capacity) {
        quads->run_capacity = quads->run_capacity ? quads->run_capacity * 2 : 8;
        quads->runs = must_resize(quads->runs, quads->run_capacity * sizeof *quads->runs);
    }
    quads->runs[quads->run_count++] = (struct run){kind, quads->count};
}

// Room for one more rectangle.
static struct vertex *next_quad(struct quads *quads, enum kind kind)
{
    begin_run(quads, kind);
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

// A rectangle whose rows of pixels have the next `rows` colours of the table.
static void add_rows(struct quads *quads, float x, float y, float width, float height, float row, float rows)
{
    struct vertex *corner = next_quad(quads, KIND_ROWS);
    set_corners(corner, x, y, width, height, quads->rows[(size_t)row]);
    for (int i = 0; i < VERTICES_PER_QUAD; i++) {
        corner[i].u = 0;
        corner[i].v = i & 2 ? row + rows : row;
    }
}

void quads_rect(struct quads *quads, float x, float y, float width, float height, const unsigned char rgba[4])
{
    if (width * height >= LARGE_AREA && quads->row_count < MAX_ROWS) {
        memcpy(quads->rows[quads->row_count], rgba, 4);
        add_rows(quads, x, y, width, height, (float)quads->row_count++ + 0.5f, 0);
        return;
    }
    struct vertex *corner = next_quad(quads, KIND_GLYPHS);
    set_corners(corner, x, y, width, height, rgba);
    for (int i = 0; i < VERTICES_PER_QUAD; i++)
        corner[i].u = corner[i].v = -1.0f;
}

void quads_rows(struct quads *quads, float x, float y, float width, const unsigned char (*rgb)[3],
                size_t rows)
{
    const bool fits = rows <= MAX_ROWS - quads->row_count;
    const size_t first = quads->row_count;
    for (size_t i = 0; i < rows; i++) {
        const unsigned char rgba[4] = {rgb[i][0], rgb[i][1], rgb[i][2], 255};
        if (fits)
            memcpy(quads->rows[quads->row_count++], rgba, sizeof rgba);
        else
            quads_rect(quads, x, y + (float)i, width, 1, rgba);
    }
    if (fits && rows > 0)
        add_rows(quads, x, y, width, (float)rows, (float)first, (float)rows);
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
    struct vertex *corner = next_quad(quads, KIND_GLYPHS);
    for (int i = 0; i < VERTICES_PER_QUAD; i++) {
        corner[i] = (struct vertex){.x = xs[i], .y = ys[i], .u = -1.0f, .v = -1.0f};
        memcpy(corner[i].rgba, rgba, 4);
    }
}

void quads_glyph(struct quads *quads, float x, float y, float width, float height, float u, float v,
                 const unsigned char rgba[4])
{
    struct vertex *corner = next_quad(quads, KIND_GLYPHS);
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

// Uploads the rows that were gathered unless the table holds them already: what the device draws with waits
// for nothing then.
static void update_table(struct quads *quads)
{
    const size_t bytes = quads->row_count * sizeof *quads->rows;
    if (quads->row_count <= quads->table_count && memcmp(quads->rows, quads->table_rows, bytes) == 0)
        return;
    memcpy(quads->table_rows, quads->rows, bytes);
    quads->table_count = quads->row_count;
    table_update(quads->table, quads->rows, quads->row_count);
}

static void draw_run(const struct quads *quads, const struct run *run, size_t end)
{
    const size_t skipped = run->begin * INDICES_PER_QUAD * sizeof(GLuint);
    if (run->kind == KIND_ROWS)
        glBindTexture(GL_TEXTURE_BUFFER, table_name(quads->table));
    else
        glBindTexture(GL_TEXTURE_2D, texture_name(quads->coverage ? quads->coverage : quads->blank));
    glUseProgram(quads->painters[run->kind].program);
    glDrawElements(GL_TRIANGLES, (GLsizei)((end - run->begin) * INDICES_PER_QUAD), GL_UNSIGNED_INT,
                   (const void *)skipped);
}

static void place_screen(const struct painter *painter, int x, int y, int width, int height)
{
    glUseProgram(painter->program);
    glUniform2f(painter->clip_from_screen, 2.0f / (float)width, 2.0f / (float)height);
    glUniform2f(painter->origin, (float)x, (float)y);
}

void quads_draw(struct quads *quads, int x, int y, int width, int height)
{
    if (quads->count == 0 || width <= 0 || height <= 0)
        return;
    update_table(quads);
    glBindVertexArray(quads->vertex_array);
    ensure_indices(quads);
    glBindBuffer(GL_ARRAY_BUFFER, quads->vertex_buffer);
    glBufferData(GL_ARRAY_BUFFER, (GLsizeiptr)(quads->count * VERTICES_PER_QUAD * sizeof *quads->vertices),
                 quads->vertices, GL_STREAM_DRAW);
    glActiveTexture(GL_TEXTURE0);
    for (int kind = 0; kind < KINDS; kind++)
        place_screen(&quads->painters[kind], x, y, width, height);
    glEnable(GL_BLEND);
    glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
    for (size_t i = 0; i < quads->run_count; i++)
        draw_run(quads, &quads->runs[i], i + 1 < quads->run_count ? quads->runs[i + 1].begin : quads->count);
    glDisable(GL_BLEND);
    glBindVertexArray(0);
    glBindBuffer(GL_ARRAY_BUFFER, 0);
    GPU_CHECK(quads->gpu);
}
