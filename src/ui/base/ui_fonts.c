// SPDX-License-Identifier: MIT
// The texture of fonts and icons: a small set of characters, and what texts need besides.
#include "ui/base/ui_fonts.h"

#include "base/text.h"
#include "render/font.h"
#include "ui/base/icons.h"
#include "ui/base/imgui_bridge.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

extern const unsigned char embedded_Inter_Regular_otf[], embedded_Inter_Regular_otf_end[];
extern const unsigned char embedded_Inter_SemiBold_otf[], embedded_Inter_SemiBold_otf_end[];
extern const unsigned char embedded_materialdesignicons_webfont_ttf[],
    embedded_materialdesignicons_webfont_ttf_end[];

enum { INTER, DEJAVU, FIRST_OF_SYSTEM };

// What every size has: ASCII, and the signs that Fovea itself writes.
static const uint16_t base_ranges[] = {
    0x20,   0x7E,   0xB0,   0xB3,   0xB5,   0xB5,   0xB7,   0xB7,   0xB9,   0xB9,   0xC5,   0xC5,
    0xD7,   0xD7,   0x3B1,  0x3B1,  0x3B3,  0x3B3,  0x3B8,  0x3B8,  0x3BB,  0x3BC,  0x3C3,  0x3C3,
    0x3C7,  0x3C7,  0x2009, 0x2009, 0x2013, 0x2014, 0x2026, 0x2026, 0x207B, 0x207B, 0x2190, 0x2194,
    0x2212, 0x2212, 0x221A, 0x221A, 0x221E, 0x221E, 0x2248, 0x2248, 0x2264, 0x2265, 0};
// What can be typed into a field besides: the rest of Latin-1 and Greek, and punctuation.
static const uint16_t typed_ranges[] = {0x20,   0xFF,   0x391,  0x3C9,  0x2009, 0x2027, 0x2030, 0x203A,
                                        0x207B, 0x207B, 0x2190, 0x2194, 0x2212, 0x2212, 0x221A, 0x221A,
                                        0x221E, 0x221E, 0x2248, 0x2248, 0x2264, 0x2265, 0};
static const uint16_t no_ranges[] = {0x20, 0x20, 0};

static bool in_ranges(const uint16_t *ranges, uint32_t code)
{
    for (; *ranges; ranges += 2) {
        if (code >= ranges[0] && code <= ranges[1])
            return true;
    }
    return code < ' ';
}

static void add_code(struct ui_face *font, uint32_t code)
{
    if (font->count == font->capacity) {
        font->capacity = font->capacity ? 2 * font->capacity : 64;
        font->codes = must_resize(font->codes, font->capacity * sizeof *font->codes);
    }
    font->codes[font->count++] = (uint16_t)code;
}

// Maps a font file, of which only the pages that are used become resident. Only fonts of the system come
// here, which are replaced as whole files; images are read, never mapped.
static bool map_font(struct ui_face *font, const char *path, int face)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    void *data = MAP_FAILED;
    if (fstat(fd, &status) == 0 && status.st_size > 0 && status.st_size < INT32_MAX)
        data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (data == MAP_FAILED)
        return false;
    if (strlen(path) >= sizeof font->path || !gui_font_has(data, (size_t)status.st_size, face, 0)) {
        munmap(data, (size_t)status.st_size);
        return false;
    }
    *font = (struct ui_face){.face = face, .data = data, .bytes = (size_t)status.st_size};
    memcpy(font->path, path, strlen(path) + 1);
    return true;
}

static void start(struct ui_fonts *fonts)
{
    if (fonts->count)
        return;
    fonts->faces[INTER].data = embedded_Inter_Regular_otf;
    fonts->faces[INTER].bytes = (size_t)(embedded_Inter_Regular_otf_end - embedded_Inter_Regular_otf);
    fonts->faces[DEJAVU].data = font_embedded(&fonts->faces[DEJAVU].bytes);
    fonts->count = FIRST_OF_SYSTEM;
}

// The font that has a character: one in use already, or one of the system's. NULL if there is none.
static struct ui_face *font_for(struct ui_fonts *fonts, uint32_t code)
{
    char path[512];
    int face;
    for (size_t i = 0; i < fonts->count; i++) {
        struct ui_face *font = &fonts->faces[i];
        if (gui_font_has(font->data, font->bytes, font->face, code))
            return font;
    }
    if (fonts->count == UI_MAX_FACES || !font_find(code, path, sizeof path, &face) ||
        !map_font(&fonts->faces[fonts->count], path, face))
        return NULL;
    struct ui_face *font = &fonts->faces[fonts->count++];
    return gui_font_has(font->data, font->bytes, font->face, code) ? font : NULL;
}

static void need_code(struct ui_fonts *fonts, uint32_t code)
{
    if (code > 0xFFFF || (fonts->known[code / 8] >> (code % 8) & 1))
        return;
    fonts->known[code / 8] |= (uint8_t)(1 << (code % 8));
    if (in_ranges(base_ranges, code) || fonts->extra == UI_MAX_EXTRA_GLYPHS)
        return;
    struct ui_face *font = font_for(fonts, code);
    if (!font)
        return;
    add_code(font, code);
    fonts->extra++;
    fonts->stale = true;
}

void ui_fonts_need(struct ui_fonts *fonts, const char *utf8)
{
    start(fonts);
    if (!utf8)
        return;
    while (*utf8) {
        // ASCII, nearly all of it, needs no look-up.
        if ((unsigned char)*utf8 < 0x80)
            utf8++;
        else
            need_code(fonts, utf8_next(&utf8));
    }
}

static int compare_codes(const void *a, const void *b)
{
    return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

static size_t length_of(const uint16_t *ranges)
{
    size_t length = 0;
    while (ranges[length])
        length++;
    return length;
}

// The ranges and the characters of a face behind them, ended by a 0. Owned by the caller.
static uint16_t *make_ranges(const uint16_t *first, const uint16_t *codes, size_t count)
{
    const size_t start = length_of(first);
    size_t used = start;
    uint16_t *ranges = must_alloc((start + 2 * count + 1) * sizeof *ranges);
    memcpy(ranges, first, start * sizeof *ranges);
    for (size_t i = 0; i < count; i++) {
        if (used > start && ranges[used - 1] + 1 == codes[i]) {
            ranges[used - 1] = codes[i];
        } else {
            ranges[used++] = codes[i];
            ranges[used++] = codes[i];
        }
    }
    return ranges;
}

// What the texture is made of.
enum { MAX_PARTS = UI_FONT_COUNT * UI_MAX_FACES };
struct parts {
    struct gui_font fonts[MAX_PARTS];
    uint16_t *ranges[MAX_PARTS];
    size_t count;
};

static void add_part(struct parts *parts, struct gui_font font, uint16_t *ranges)
{
    font.ranges = parts->ranges[parts->count] = ranges;
    parts->fonts[parts->count++] = font;
}

static bool is_bold(enum ui_font font)
{
    return font == UI_B13 || font == UI_B11 || font == UI_B18 || font == UI_B28;
}

static void add_text(struct parts *parts, const struct ui_fonts *fonts, enum ui_font font)
{
    const struct ui_face *inter = &fonts->faces[INTER];
    const bool hidden = font == UI_B28 && !fonts->large;
    const uint16_t *base = hidden ? no_ranges : font == UI_R13 ? typed_ranges : base_ranges;
    struct gui_font part = {font, inter->data, inter->bytes, 0, NULL};
    if (is_bold(font)) {
        part.data = embedded_Inter_SemiBold_otf;
        part.bytes = (size_t)(embedded_Inter_SemiBold_otf_end - embedded_Inter_SemiBold_otf);
    }
    add_part(parts, part, make_ranges(base, inter->codes, hidden ? 0 : inter->count));
    for (size_t i = DEJAVU; i < fonts->count && !hidden; i++) {
        const struct ui_face *face = &fonts->faces[i];
        if (face->count)
            add_part(parts, (struct gui_font){font, face->data, face->bytes, face->face, NULL},
                     make_ranges(no_ranges + 2, face->codes, face->count));
    }
}

static void add_icons(struct parts *parts, enum ui_font font)
{
    size_t count;
    const uint16_t *codes = ui_icon_codes(&count);
    const struct gui_font part = {
        font, embedded_materialdesignicons_webfont_ttf,
        (size_t)(embedded_materialdesignicons_webfont_ttf_end - embedded_materialdesignicons_webfont_ttf), 0,
        NULL};
    add_part(parts, part, make_ranges(no_ranges + 2, codes, count));
}

void ui_fonts_want_large(struct ui_fonts *fonts, bool large)
{
    fonts->stale |= fonts->large != large;
    fonts->large = large;
}

bool ui_fonts_update(struct ui_fonts *fonts, float scale, bool always)
{
    if (!always && !fonts->stale)
        return false;
    start(fonts);
    struct parts parts = {.count = 0};
    for (size_t i = 0; i < fonts->count; i++) {
        struct ui_face *face = &fonts->faces[i];
        if (face->count)
            qsort(face->codes, face->count, sizeof *face->codes, compare_codes);
    }
    for (int font = 0; font < UI_FONT_COUNT; font++) {
        if (font < UI_I12)
            add_text(&parts, fonts, (enum ui_font)font);
        else
            add_icons(&parts, (enum ui_font)font);
    }
    gui_fonts(parts.fonts, parts.count, scale);
    for (size_t i = 0; i < parts.count; i++)
        free(parts.ranges[i]);
    fonts->stale = false;
    return true;
}

void ui_fonts_finish(struct ui_fonts *fonts)
{
    for (size_t i = 0; i < fonts->count; i++) {
        free(fonts->faces[i].codes);
        if (i >= FIRST_OF_SYSTEM)
            munmap((void *)(uintptr_t)fonts->faces[i].data, fonts->faces[i].bytes);
    }
    *fonts = (struct ui_fonts){0};
}
