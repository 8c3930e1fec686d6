// SPDX-License-Identifier: MIT
// The batch that everything over the picture goes into, and lines of text.
#include "render/overlay.h"

#include "base/output.h"
#include "base/text.h"
#include "gpu/quads.h"
#include "render/glyphs.h"
#include "render/overlay_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const float TEXT_POINTS = 13.0f;
// Of the em, from DejaVu Sans: ascent 0.928, descent 0.236, and a little air.
static const float LINE_HEIGHT = 1.25f, BASELINE = 0.97f;
static const float PLATE_SIDE = 4.0f, PLATE_ABOVE = 1.0f;
static const unsigned char PLATE[4] = {0, 0, 0, 176};

struct overlay {
    struct gpu *gpu;
    // Made when the first thing is added, so that a picture without overlay costs nothing at start.
    struct quads *quads;
    struct glyphs *glyphs;
    bool quads_failed, glyphs_failed; // logged once
};

enum status overlay_create(struct gpu *gpu, struct overlay **overlay, struct error *error)
{
    (void)error;
    *overlay = must_alloc(sizeof **overlay);
    (*overlay)->gpu = gpu;
    return STATUS_OK;
}

void overlay_destroy(struct overlay **address)
{
    struct overlay *overlay = *address;
    if (!overlay)
        return;
    quads_destroy(&overlay->quads);
    glyphs_destroy(&overlay->glyphs);
    free(overlay);
    *address = NULL;
}

static struct quads *quads_of(struct overlay *overlay)
{
    struct error error = {0};
    if (overlay->quads || overlay->quads_failed)
        return overlay->quads;
    overlay->quads_failed = quads_create(overlay->gpu, &overlay->quads, &error) != STATUS_OK;
    if (overlay->quads_failed)
        output_sentence("overlay: %s", error.text);
    return overlay->quads;
}

static struct glyphs *glyphs_of(struct overlay *overlay)
{
    struct error error = {0};
    if (overlay->glyphs || overlay->glyphs_failed)
        return overlay->glyphs;
    overlay->glyphs_failed = glyphs_create(overlay->gpu, &overlay->glyphs, &error) != STATUS_OK;
    if (overlay->glyphs_failed)
        output_sentence("overlay: %s", error.text);
    return overlay->glyphs;
}

int overlay_text_size(float points, float scale)
{
    const float size = roundf(points * scale);
    if (!(size > GLYPH_MIN_SIZE))
        return GLYPH_MIN_SIZE;
    return size < GLYPH_MAX_SIZE ? (int)size : GLYPH_MAX_SIZE;
}

int overlay_measure(struct overlay *overlay, const char *text, size_t bytes, int size)
{
    struct glyphs *glyphs = glyphs_of(overlay);
    const char *end = text + bytes;
    int width = 0;
    while (glyphs && text < end) {
        struct glyph glyph;
        glyphs_find(glyphs, utf8_next(&text), size, &glyph);
        width += glyph.advance;
    }
    return width;
}

void overlay_write(struct overlay *overlay, const char *text, size_t bytes, int x, int baseline, int size,
                   const unsigned char rgb[3])
{
    struct glyphs *glyphs = glyphs_of(overlay);
    struct quads *quads = quads_of(overlay);
    const unsigned char rgba[4] = {rgb[0], rgb[1], rgb[2], 255};
    const char *end = text + bytes;
    while (glyphs && quads && text < end) {
        struct glyph glyph;
        glyphs_find(glyphs, utf8_next(&text), size, &glyph);
        if (glyph.width > 0)
            quads_glyph(quads, (float)(x + glyph.left), (float)(baseline - glyph.top), glyph.width,
                        glyph.height, glyph.u, glyph.v, rgba);
        x += glyph.advance;
    }
}

void overlay_text(struct overlay *overlay, const char *text, float x, float y, float scale,
                  const unsigned char rgb[3], bool plate)
{
    const int size = overlay_text_size(TEXT_POINTS, scale);
    const size_t bytes = strlen(text);
    // Whole pixels, or the glyphs would be blurred or cut.
    const float left = roundf(x), top = roundf(y);
    if (plate) {
        const float side = roundf(PLATE_SIDE * scale), above = roundf(PLATE_ABOVE * scale);
        overlay_rect(overlay, left - side, top - above,
                     (float)overlay_measure(overlay, text, bytes, size) + 2 * side,
                     overlay_line_height(overlay, scale) + 2 * above, PLATE);
    }
    const int baseline = (int)top + (int)lroundf(BASELINE * (float)size);
    overlay_write(overlay, text, bytes, (int)left, baseline, size, rgb);
}

float overlay_text_width(struct overlay *overlay, const char *text, float scale)
{
    return (float)overlay_measure(overlay, text, strlen(text), overlay_text_size(TEXT_POINTS, scale));
}

void overlay_cut_text(struct overlay *overlay, char *line, size_t size, float width, float scale)
{
    static const char more[] = "…";
    size_t length = strlen(line);
    while (length > 0 && overlay_text_width(overlay, line, scale) > width) {
        length -= length > sizeof more && strcmp(line + length - (sizeof more - 1), more) == 0
                      ? sizeof more - 1
                      : 0;
        do
            length--;
        while (length > 0 && ((unsigned char)line[length] & 0xC0) == 0x80);
        if (length + sizeof more > size)
            continue;
        memcpy(line + length, more, sizeof more);
        length += sizeof more - 1;
    }
}

float overlay_line_height(const struct overlay *overlay, float scale)
{
    (void)overlay;
    return roundf(LINE_HEIGHT * (float)overlay_text_size(TEXT_POINTS, scale));
}

void overlay_rect(struct overlay *overlay, float x, float y, float width, float height,
                  const unsigned char rgba[4])
{
    struct quads *quads = quads_of(overlay);
    if (quads)
        quads_rect(quads, x, y, width, height, rgba);
}

void overlay_rows(struct overlay *overlay, int x, int y, int width, const unsigned char (*rgb)[3],
                  size_t rows)
{
    struct quads *quads = quads_of(overlay);
    if (quads)
        quads_rows(quads, (float)x, (float)y, (float)width, rgb, rows);
}

void overlay_line(struct overlay *overlay, float x1, float y1, float x2, float y2, float width,
                  const unsigned char rgba[4])
{
    struct quads *quads = quads_of(overlay);
    if (quads)
        quads_line(quads, x1, y1, x2, y2, width, rgba);
}

void overlay_flush(struct overlay *overlay, int target_width, int target_height)
{
    overlay_flush_part(overlay, 0, 0, target_width, target_height);
}

void overlay_flush_part(struct overlay *overlay, int x, int y, int width, int height)
{
    if (!overlay->quads)
        return;
    quads_glyphs(overlay->quads, overlay->glyphs ? glyphs_texture(overlay->glyphs) : NULL);
    quads_draw(overlay->quads, x, y, width, height);
    quads_clear(overlay->quads);
    if (overlay->glyphs)
        glyphs_batch_done(overlay->glyphs);
}
