// SPDX-License-Identifier: MIT
// Text buffers, numbers, colours and UTF-8.
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *try_alloc(size_t count, size_t item_bytes, const char *path, struct error *error)
{
    void *memory = calloc(count ? count : 1, item_bytes);
    if (!memory)
        error_set(error, STATUS_NO_MEMORY, "%s: no memory for %zu items of %zu bytes", path, count,
                  item_bytes);
    return memory;
}

void *must_resize(void *old, size_t bytes)
{
    void *memory = realloc(old, bytes ? bytes : 1);
    if (!memory) {
        fputs("fovea: out of memory\n", stderr);
        abort();
    }
    return memory;
}

void *must_alloc(size_t bytes)
{
    void *memory = calloc(1, bytes ? bytes : 1);
    if (!memory) {
        fputs("fovea: out of memory\n", stderr);
        abort();
    }
    return memory;
}

char *must_copy(const char *string)
{
    size_t bytes = strlen(string) + 1;
    return memcpy(must_resize(NULL, bytes), string, bytes);
}

void text_append_bytes(struct text *text, const char *bytes, size_t count)
{
    size_t need = text->length + count + 1;
    if (!text->data || need > text->capacity) {
        text->capacity = need > 2 * text->capacity ? need : 2 * text->capacity;
        text->data = must_resize(text->data, text->capacity);
    }
    memcpy(text->data + text->length, bytes, count);
    text->length += count;
    text->data[text->length] = '\0';
}

void text_append(struct text *text, const char *string)
{
    text_append_bytes(text, string, strlen(string));
}

void text_vprintf(struct text *text, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    char small[256];
    int length = vsnprintf(small, sizeof small, format, args);
    if (length >= 0 && (size_t)length < sizeof small) {
        text_append_bytes(text, small, (size_t)length);
    } else if (length >= 0) {
        char *large = must_alloc((size_t)length + 1);
        vsnprintf(large, (size_t)length + 1, format, again);
        text_append_bytes(text, large, (size_t)length);
        free(large);
    }
    va_end(again);
}

void text_printf(struct text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    text_vprintf(text, format, args);
    va_end(args);
}

const char *text_string(const struct text *text)
{
    return text->data ? text->data : "";
}

void text_clear(struct text *text)
{
    text->length = 0;
    if (text->data)
        text->data[0] = '\0';
}

void text_free(struct text *text)
{
    free(text->data);
    *text = (struct text){0};
}

bool parse_double(const char *string, double *value)
{
    // strtod accepts hexadecimal, "nan(...)" and leading blanks; a typed limit is none of these.
    if (!string || !*string || !strchr("+-.0123456789iI", string[0]) || strpbrk(string, "xXpP"))
        return false;
    char *end;
    errno = 0;
    double parsed = strtod(string, &end);
    if (end == string || *end != '\0' || isnan(parsed))
        return false;
    *value = parsed;
    return true;
}

bool parse_int64(const char *string, int64_t *value)
{
    if (!string || !*string || !strchr("+-0123456789", string[0]))
        return false;
    char *end;
    errno = 0;
    long long parsed = strtoll(string, &end, 10);
    if (end == string || *end != '\0' || errno == ERANGE)
        return false;
    *value = parsed;
    return true;
}

bool parse_whole(const char *string, int64_t *value)
{
    static const double exact = 9007199254740992; // 2^53: beyond it a double need not be the number written
    double real;
    if (parse_int64(string, value))
        return true;
    if (!parse_double(string, &real) || !(real >= -exact && real <= exact) || real != (double)(int64_t)real)
        return false;
    *value = (int64_t)real;
    return true;
}

bool parse_size(const char *string, int64_t *width, int64_t *height)
{
    const char *cross = string ? strchr(string, 'x') : NULL;
    char first[32];
    if (!cross || cross == string || (size_t)(cross - string) >= sizeof first)
        return false;
    memcpy(first, string, (size_t)(cross - string));
    first[cross - string] = '\0';
    int64_t w, h;
    if (!parse_int64(first, &w) || !parse_int64(cross + 1, &h) || w <= 0 || h <= 0)
        return false;
    *width = w;
    *height = h;
    return true;
}

static const struct {
    const char *name;
    uint8_t rgb[3];
} colour_names[] = {
    {"black", {0, 0, 0}},      {"white", {255, 255, 255}}, {"red", {255, 0, 0}},
    {"green", {0, 160, 0}},    {"blue", {0, 64, 255}},     {"yellow", {255, 220, 0}},
    {"cyan", {0, 220, 220}},   {"magenta", {255, 0, 255}}, {"gray", {128, 128, 128}},
    {"orange", {255, 140, 0}}, {"purple", {128, 0, 160}},
};

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool parse_colour(const char *string, uint8_t rgb[3])
{
    if (!string)
        return false;
    for (size_t i = 0; i < sizeof colour_names / sizeof colour_names[0]; i++) {
        if (strcmp(string, colour_names[i].name) == 0) {
            memcpy(rgb, colour_names[i].rgb, 3);
            return true;
        }
    }
    size_t length = strlen(string);
    if (string[0] != '#' || (length != 7 && length != 4))
        return false;
    uint8_t parsed[3];
    for (int channel = 0; channel < 3; channel++) {
        int high = hex_digit(string[length == 7 ? 1 + 2 * channel : 1 + channel]);
        int low = length == 7 ? hex_digit(string[2 + 2 * channel]) : high;
        if (high < 0 || low < 0)
            return false;
        parsed[channel] = (uint8_t)(16 * high + low);
    }
    memcpy(rgb, parsed, 3);
    return true;
}

char *format_double(double value, char *buffer, size_t size)
{
    if (isnan(value)) {
        snprintf(buffer, size, "nan");
        return buffer;
    }
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(buffer, size, "%.*g", digits, value);
        if (strtod(buffer, NULL) == value)
            break;
    }
    // "1e+05" is harder to read than "100000" for the integers that detectors deliver.
    if (strchr(buffer, 'e') && fabs(value) < 1e15 && value == floor(value))
        snprintf(buffer, size, "%.0f", value);
    return buffer;
}

char *format_bytes(int64_t bytes, char *buffer, size_t size)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    double value = (double)bytes;
    size_t unit = 0;
    while (value >= 999.5 && unit + 1 < sizeof units / sizeof units[0]) {
        value /= 1000;
        unit++;
    }
    snprintf(buffer, size, unit == 0 || value >= 99.95 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    return buffer;
}

char *format_frame(int64_t frame, int64_t count, char *buffer, size_t size)
{
    snprintf(buffer, size, "# %" PRId64 " of %" PRId64, frame, count);
    return buffer;
}

// The length of the valid UTF-8 sequence at `bytes`, or 0 if there is none.
static size_t utf8_sequence_length(const unsigned char *bytes, size_t count)
{
    if (count == 0)
        return 0;
    if (bytes[0] < 0x80)
        return 1;
    size_t length = bytes[0] >= 0xF0 ? 4 : bytes[0] >= 0xE0 ? 3 : 2;
    if (bytes[0] < 0xC2 || bytes[0] > 0xF4 || count < length)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
    }
    bool overlong = (bytes[0] == 0xE0 && bytes[1] < 0xA0) || (bytes[0] == 0xF0 && bytes[1] < 0x90);
    bool surrogate = bytes[0] == 0xED && bytes[1] > 0x9F;
    bool beyond = bytes[0] == 0xF4 && bytes[1] > 0x8F;
    return overlong || surrogate || beyond ? 0 : length;
}

// Compares the digit runs at *a and *b by value and moves past them.
static int compare_digits(const char **a, const char **b)
{
    *a += strspn(*a, "0");
    *b += strspn(*b, "0");
    const size_t length_a = strspn(*a, "0123456789"), length_b = strspn(*b, "0123456789");
    if (length_a != length_b)
        return length_a < length_b ? -1 : 1;
    const int order = memcmp(*a, *b, length_a);
    *a += length_a;
    *b += length_b;
    return order;
}

int text_compare_natural(const char *a, const char *b)
{
    const char *whole_a = a, *whole_b = b;
    while (*a && *b) {
        const int first = (unsigned char)*a, second = (unsigned char)*b;
        int order;
        if (isdigit(first) && isdigit(second)) {
            order = compare_digits(&a, &b);
        } else {
            order = tolower(first) - tolower(second);
            a++;
            b++;
        }
        if (order)
            return order;
    }
    if (*a || *b)
        return *a ? 1 : -1;
    const size_t length_a = strlen(whole_a), length_b = strlen(whole_b);
    return length_a != length_b ? (length_a < length_b ? -1 : 1) : strcmp(whole_a, whole_b);
}

bool text_has_words(const char *text, const char *words)
{
    char word[TEXT_WORD_BYTES];
    while (*words) {
        words += strspn(words, " ");
        size_t length = strcspn(words, " ");
        if (length >= sizeof word)
            return false;
        memcpy(word, words, length);
        word[length] = '\0';
        if (!strcasestr(text, word))
            return false;
        words += length;
    }
    return true;
}

bool utf8_valid(const char *bytes, size_t count)
{
    const unsigned char *at = (const unsigned char *)bytes;
    for (size_t i = 0; i < count;) {
        size_t length = at[i] ? utf8_sequence_length(at + i, count - i) : 0;
        if (length == 0)
            return false;
        i += length;
    }
    return true;
}

uint32_t utf8_next(const char **string)
{
    const unsigned char *at = (const unsigned char *)*string;
    if (!at[0])
        return 0;
    size_t length = utf8_sequence_length(at, strnlen(*string, 4));
    if (length <= 1) {
        *string += 1;
        return length == 1 ? at[0] : 0xFFFD;
    }
    static const unsigned char lead_mask[5] = {0, 0, 0x1F, 0x0F, 0x07};
    uint32_t code = at[0] & lead_mask[length];
    for (size_t i = 1; i < length; i++)
        code = code << 6 | (at[i] & 0x3F);
    *string += length;
    return code;
}

bool utf8_acts(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {{0, 0x1F}, {0x7F, 0x9F}, {0x2028, 0x202E}, {0x2066, 0x2069}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

// How many printable characters of ASCII there are at the beginning: nearly all of most texts.
static size_t printable_length(const unsigned char *bytes, size_t count)
{
    size_t length = 0;
    while (length < count && bytes[length] >= ' ' && bytes[length] < 0x7F)
        length++;
    return length;
}

// Appends the bytes as valid UTF-8, with a space for characters that act, if `safe`, and for NUL, but not for
// those of `kept`.
static void append_valid(struct text *out, const char *bytes, size_t count, bool safe, const char *kept)
{
    const unsigned char *at = (const unsigned char *)bytes;
    for (size_t i = 0; i < count;) {
        const size_t plain = printable_length(at + i, count - i);
        text_append_bytes(out, bytes + i, plain);
        i += plain;
        if (i == count)
            break;
        const size_t length = utf8_sequence_length(at + i, count - i);
        const char latin1[3] = {(char)(0xC0 | at[i] >> 6), (char)(0x80 | (at[i] & 0x3F)), '\0'};
        char character[5] = {0};
        memcpy(character, length ? bytes + i : latin1, length ? length : 2);
        const char *next = character;
        const uint32_t code = utf8_next(&next);
        const bool replaced = safe ? utf8_acts(code) && !strchr(kept, character[0]) : code == 0;
        text_append(out, replaced || code == 0 ? " " : character);
        i += length ? length : 1;
    }
}

void utf8_append(struct text *out, const char *bytes, size_t count)
{
    append_valid(out, bytes, count, false, "");
}

void utf8_field(struct text *out, const char *bytes, size_t count)
{
    const size_t from = out->length;
    utf8_append(out, bytes, count);
    for (size_t i = from; i < out->length; i++)
        if (strchr("\t\n\r", out->data[i]))
            out->data[i] = ' ';
}

void text_safe(struct text *out, const char *bytes, size_t count)
{
    append_valid(out, bytes, count, true, "");
}

void text_safe_lines(struct text *out, const char *bytes, size_t count)
{
    append_valid(out, bytes, count, true, "\t\n");
}

void utf8_line(char *out, size_t size, const char *string)
{
    struct text line = {0};
    utf8_field(&line, string, strlen(string));
    const char *bytes = text_string(&line);
    size_t length = line.length < size ? line.length : size - 1;
    while (length > 0 && length < line.length && (bytes[length] & 0xC0) == 0x80)
        length--;
    memcpy(out, bytes, length);
    out[length] = '\0';
    text_free(&line);
}
