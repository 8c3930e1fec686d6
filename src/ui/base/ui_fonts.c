// SPDX-License-Identifier: MIT
// The font texture: a small set of characters from the embedded font, and what texts need from the system's.
#include "ui/base/ui_fonts.h"

#include "base/text.h"
#include "render/font.h"
#include "ui/base/imgui_bridge.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// Latin-1, Greek, punctuation, arrows and a few signs of mathematics.
static const uint16_t base_ranges[] = {0x20,   0xFF,   0x391,  0x3C9,  0x2010, 0x2027, 0x2030, 0x203A,
                                       0x2044, 0x2044, 0x2190, 0x2193, 0x221E, 0x221E, 0x2264, 0x2265};

static bool in_base(uint32_t code)
{
    for (size_t i = 0; i < sizeof base_ranges / sizeof base_ranges[0]; i += 2) {
        if (code >= base_ranges[i] && code <= base_ranges[i + 1])
            return true;
    }
    return code < ' ';
}

static void add_code(struct ui_font *font, uint32_t code)
{
    if (font->count == font->capacity) {
        font->capacity = font->capacity ? 2 * font->capacity : 64;
        font->codes = must_resize(font->codes, font->capacity * sizeof *font->codes);
    }
    font->codes[font->count++] = (uint16_t)code;
}

// Maps a font file, of which only the pages that are used become resident. Only fonts of the system come
// here, which are replaced as whole files; images are read, never mapped.
static bool map_font(struct ui_font *font, const char *path, int face)
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
    *font = (struct ui_font){.face = face, .data = data, .bytes = (size_t)status.st_size};
    memcpy(font->path, path, strlen(path) + 1);
    return true;
}

static void start(struct ui_fonts *fonts)
{
    if (fonts->count)
        return;
    fonts->fonts[0].data = font_embedded(&fonts->fonts[0].bytes);
    fonts->count = 1;
}

// The font that has a character: one in use already, or one of the system's. NULL if there is none.
static struct ui_font *font_for(struct ui_fonts *fonts, uint32_t code)
{
    char path[512];
    int face;
    for (size_t i = 0; i < fonts->count; i++) {
        struct ui_font *font = &fonts->fonts[i];
        if (gui_font_has(font->data, font->bytes, font->face, code))
            return font;
    }
    if (fonts->count == UI_MAX_FONTS || !font_find(code, path, sizeof path, &face) ||
        !map_font(&fonts->fonts[fonts->count], path, face))
        return NULL;
    struct ui_font *font = &fonts->fonts[fonts->count++];
    return gui_font_has(font->data, font->bytes, font->face, code) ? font : NULL;
}

static void need_code(struct ui_fonts *fonts, uint32_t code)
{
    if (code > 0xFFFF || (fonts->known[code / 8] >> (code % 8) & 1))
        return;
    fonts->known[code / 8] |= (uint8_t)(1 << (code % 8));
    if (in_base(code) || fonts->extra == UI_MAX_EXTRA_GLYPHS)
        return;
    struct ui_font *font = font_for(fonts, code);
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

// The characters of a font as pairs of first and last, ended by a 0. Owned by the caller.
static uint16_t *make_ranges(struct ui_font *font, bool with_base)
{
    size_t base = with_base ? sizeof base_ranges / sizeof base_ranges[0] : 0, used = base;
    uint16_t *ranges = must_alloc((base + 2 * font->count + 1) * sizeof *ranges);
    memcpy(ranges, base_ranges, base * sizeof *ranges);
    if (font->count)
        qsort(font->codes, font->count, sizeof *font->codes, compare_codes);
    for (size_t i = 0; i < font->count; i++) {
        uint16_t code = font->codes[i];
        if (used > base && ranges[used - 1] + 1 == code) {
            ranges[used - 1] = code;
        } else {
            ranges[used++] = code;
            ranges[used++] = code;
        }
    }
    return ranges;
}

bool ui_fonts_update(struct ui_fonts *fonts, float pixels, bool always)
{
    if (!always && !fonts->stale)
        return false;
    start(fonts);
    struct gui_font used[UI_MAX_FONTS];
    uint16_t *ranges[UI_MAX_FONTS];
    for (size_t i = 0; i < fonts->count; i++) {
        struct ui_font *font = &fonts->fonts[i];
        if (i > 0 && font->count == 0) {
            ranges[i] = NULL;
            continue;
        }
        ranges[i] = make_ranges(font, i == 0);
    }
    size_t count = 0;
    for (size_t i = 0; i < fonts->count; i++) {
        if (ranges[i])
            used[count++] = (struct gui_font){fonts->fonts[i].data, fonts->fonts[i].bytes,
                                              fonts->fonts[i].face, ranges[i]};
    }
    gui_fonts(used, count, pixels);
    for (size_t i = 0; i < fonts->count; i++)
        free(ranges[i]);
    fonts->stale = false;
    return true;
}

void ui_fonts_finish(struct ui_fonts *fonts)
{
    for (size_t i = 0; i < fonts->count; i++) {
        free(fonts->fonts[i].codes);
        if (i > 0)
            munmap((void *)(uintptr_t)fonts->fonts[i].data, fonts->fonts[i].bytes);
    }
    *fonts = (struct ui_fonts){0};
}
