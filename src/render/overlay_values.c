// SPDX-License-Identifier: MIT
// Pixel values written into the magnified pixels.
#include "base/text.h"
#include "render/overlay_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Sizes in pixels at scale 1. Below COMFORTABLE_SIZE two lines are better than one; below LEAST_SIZE nothing
// can be read.
static const float LARGEST_SIZE = 16.0f, COMFORTABLE_SIZE = 10.0f;
enum { LEAST_SIZE = 8, MOST_DIGITS = 6 };
// Of the em: the height of digits, and the distance of two lines of them.
static const float DIGIT_HEIGHT = 0.73f, LINE_PITCH = 1.0f;

struct label {
    char text[32];
    int x, y; // middle of the pixel on the screen
    unsigned char rgb[3];
};

struct labels {
    struct label *items;
    size_t count;
    int room; // pixels of width and height for the text
};

// The two lines a text is cut into; second is "" for one line.
struct lines {
    char first[32], second[32];
};

static double linear_light(unsigned char channel)
{
    const double c = channel / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

// Black or white, whichever contrasts more by the WCAG 2 definition; 0.179 is where they are equal.
static const unsigned char *ink_for(const unsigned char rgb[3])
{
    static const unsigned char black[3] = {0, 0, 0}, white[3] = {255, 255, 255};
    const double luminance =
        0.2126 * linear_light(rgb[0]) + 0.7152 * linear_light(rgb[1]) + 0.0722 * linear_light(rgb[2]);
    return luminance > 0.179 ? black : white;
}

// "1e+38" -> "1e38", "1e-07" -> "1e-7": the same number in less room.
static void shorten_exponent(char *text)
{
    char *e = strchr(text, 'e');
    if (e && e > text && e[-1] >= '0' && e[-1] <= '9')
        snprintf(e, strlen(e) + 1, "e%ld", strtol(e + 1, NULL, 10));
}

static int line_width(struct overlay *overlay, const char *text, int size)
{
    return overlay_measure(overlay, text, strlen(text), size);
}

static int lines_width(struct overlay *overlay, const struct lines *lines, int size)
{
    const int first = line_width(overlay, lines->first, size);
    const int second = line_width(overlay, lines->second, size);
    return first > second ? first : second;
}

// The first place where a number may be cut, and the last. Only before an exponent if there is one; not
// inside the integer part of a number with a fraction: "100" above "0.5" would be read as two numbers.
static void cutting_range(const char *text, size_t length, size_t *first, size_t *last)
{
    const char *e = strchr(text, 'e'), *point = strchr(text, '.');
    *first = e ? (size_t)(e - text) : point ? (size_t)(point - text) + 1 : text[0] == '-' ? 2 : 1;
    *last = e ? *first : length - 1;
}

// Cuts where the longer line is shortest, at a group of three digits if that is as good. Texts that cannot be
// cut stay whole.
static struct lines cut_in_two(const char *text)
{
    const size_t length = strlen(text);
    size_t best = length, best_score = SIZE_MAX, first, last;
    cutting_range(text, length, &first, &last);
    for (size_t at = first; at <= last && at > 0 && at < length; at++) {
        const size_t longer = at > length - at ? at : length - at;
        const size_t score = 2 * longer + ((length - at) % 3 != 0);
        if (score < best_score) {
            best = at;
            best_score = score;
        }
    }
    struct lines lines = {0};
    memcpy(lines.first, text, best);
    memcpy(lines.second, text + best, length - best);
    return lines;
}

static int text_height(const struct lines *lines, int size)
{
    const float digits = DIGIT_HEIGHT * (float)size;
    return (int)ceilf(lines->second[0] ? digits + LINE_PITCH * (float)size : digits);
}

static bool fits(struct overlay *overlay, const struct lines *lines, int size, int room)
{
    return text_height(lines, size) <= room && lines_width(overlay, lines, size) <= room;
}

// One line if possible, else two.
static bool fit_text(struct overlay *overlay, const char *text, int size, int room, struct lines *lines)
{
    *lines = (struct lines){0};
    snprintf(lines->first, sizeof lines->first, "%s", text);
    if (fits(overlay, lines, size, room))
        return true;
    *lines = cut_in_two(text);
    return fits(overlay, lines, size, room);
}

// The number with `digits` significant digits.
static void round_number(double value, int digits, char *text, size_t size)
{
    snprintf(text, size, "%.*g", digits, value);
    shorten_exponent(text);
}

// The exact text if it fits, else as many digits as do. False if nothing fits.
static bool fit_value(struct overlay *overlay, const char *text, int size, int room, struct lines *lines)
{
    double value;
    if (fit_text(overlay, text, size, room, lines))
        return true;
    if (!parse_double(text, &value))
        return false;
    for (int digits = MOST_DIGITS; digits >= 1; digits--) {
        char rounded[32];
        round_number(value, digits, rounded, sizeof rounded);
        if (fit_text(overlay, rounded, size, room, lines))
            return true;
    }
    return false;
}

// The width of digits in hundredths of the em, from the font's own table; quicker than measuring thousands of
// texts.
static int rough_width(const char *text)
{
    int width = 0;
    for (; *text; text++)
        width += *text == '.' ? 32 : *text == '-' ? 36 : 64;
    return width;
}

// Takes the texts over that need more room than those known so far.
static void find_widest(const struct labels *labels, struct overlay_widest *widest)
{
    for (size_t i = 0; i < labels->count; i++) {
        const char *text = labels->items[i].text;
        const struct lines lines = cut_in_two(text);
        const int whole = rough_width(text);
        const int first = rough_width(lines.first), second = rough_width(lines.second);
        const int cut = first > second ? first : second;
        if (whole > widest->whole_width) {
            widest->whole_width = whole;
            memcpy(widest->whole, text, sizeof widest->whole);
        }
        if (cut > widest->cut_width) {
            widest->cut_width = cut;
            memcpy(widest->first, lines.first, sizeof widest->first);
            memcpy(widest->second, lines.second, sizeof widest->second);
        }
    }
}

// One size for all, so that the eye compares values and not letters: the largest at which every text fits in
// one line, or in two where one line would be tiny; else the smallest, at which long texts will lose digits.
static int common_size(struct overlay *overlay, const struct overlay_widest *widest, int room, float scale)
{
    const int largest = overlay_text_size(LARGEST_SIZE, scale);
    const int comfortable = overlay_text_size(COMFORTABLE_SIZE, scale);
    struct lines whole = {0}, cut = {0};
    memcpy(whole.first, widest->whole, sizeof whole.first);
    memcpy(cut.first, widest->first, sizeof cut.first);
    memcpy(cut.second, widest->second, sizeof cut.second);
    for (int size = largest; size >= comfortable; size--) {
        if (fits(overlay, &whole, size, room))
            return size;
    }
    for (int size = comfortable; size >= LEAST_SIZE; size--) {
        if (fits(overlay, &whole, size, room) || fits(overlay, &cut, size, room))
            return size;
    }
    return LEAST_SIZE;
}

static void write_centred(struct overlay *overlay, const char *line, int x, int baseline, int size,
                          const unsigned char rgb[3])
{
    const size_t bytes = strlen(line);
    const int width = overlay_measure(overlay, line, bytes, size);
    overlay_write(overlay, line, bytes, x - width / 2, baseline, size, rgb);
}

static void draw_label(struct overlay *overlay, const struct label *label, int size, int room)
{
    struct lines lines;
    if (!fit_value(overlay, label->text, size, room, &lines))
        return;
    const unsigned char *ink = ink_for(label->rgb);
    const int baseline = label->y + (int)lroundf(DIGIT_HEIGHT / 2 * (float)size);
    if (!lines.second[0]) {
        write_centred(overlay, lines.first, label->x, baseline, size, ink);
        return;
    }
    const int pitch = (int)lroundf(LINE_PITCH * (float)size), up = pitch / 2;
    write_centred(overlay, lines.first, label->x, baseline - up, size, ink);
    write_centred(overlay, lines.second, label->x, baseline - up + pitch, size, ink);
}

// Texts and colours of the pixels whose values are known. The caller frees items.
static struct labels gather(const struct view *view, struct rect visible,
                            const struct pixel_text_source *source)
{
    struct labels labels = {.room = (int)floor(view->camera.zoom * (22.0 / 24.0))};
    labels.items = must_alloc((size_t)(visible.width * visible.height) * sizeof *labels.items + 1);
    for (int64_t y = visible.y; y < visible.y + visible.height; y++) {
        for (int64_t x = visible.x; x < visible.x + visible.width; x++) {
            struct label *label = &labels.items[labels.count];
            if (!source->text(source->context, x, y, label->text, sizeof label->text))
                continue;
            shorten_exponent(label->text);
            double screen_x, screen_y;
            camera_to_screen(&view->camera, (double)x + 0.5, (double)y + 0.5, &screen_x, &screen_y);
            label->x = (int)lround(screen_x);
            label->y = (int)lround(screen_y);
            source->colour(source->context, x, y, label->rgb);
            labels.count++;
        }
    }
    return labels;
}

static void draw_labels(struct overlay *overlay, const struct labels *labels,
                        const struct overlay_widest *widest, float scale)
{
    if (labels->count == 0)
        return;
    const int size = common_size(overlay, widest, labels->room, scale);
    for (size_t i = 0; i < labels->count; i++)
        draw_label(overlay, &labels->items[i], size, labels->room);
}

void overlay_pixel_values(struct overlay *overlay, const struct view *view,
                          const struct pixel_text_source *source, float scale)
{
    if (!(view->camera.zoom >= CAMERA_VALUES_ZOOM))
        return;
    struct overlay_widest widest = {0};
    struct labels labels = gather(view, camera_visible(&view->camera), source);
    find_widest(&labels, &widest);
    draw_labels(overlay, &labels, &widest, scale);
    free(labels.items);
}

void overlay_widest_values(struct overlay_widest *widest, const struct view *view, struct rect pixels,
                           const struct pixel_text_source *source)
{
    struct labels labels = gather(view, pixels, source);
    find_widest(&labels, widest);
    free(labels.items);
}

void overlay_part_values(struct overlay *overlay, const struct view *view, struct rect pixels,
                         const struct pixel_text_source *source, const struct overlay_widest *widest,
                         float scale)
{
    struct labels labels = gather(view, pixels, source);
    draw_labels(overlay, &labels, widest, scale);
    free(labels.items);
}
