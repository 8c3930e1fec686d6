// SPDX-License-Identifier: MIT
// Growing text buffers, strict number parsing and UTF-8 helpers.
#ifndef FOVEA_BASE_TEXT_H
#define FOVEA_BASE_TEXT_H

#include "base/status.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A growing, always NUL-terminated string. Zero-initialise; text_free when done. Small allocations abort the
// process when memory is exhausted.
struct text {
    char *data; // NULL while empty; use text_string
    size_t length;
    size_t capacity;
};

void text_append(struct text *text, const char *string);
void text_append_bytes(struct text *text, const char *bytes, size_t count);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(struct text *text, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
// The content, never NULL. Borrowed: valid until the next call that changes `text`.
const char *text_string(const struct text *text);
void text_clear(struct text *text);
void text_free(struct text *text);

// The whole of `string` as a number; false (and *value untouched) if anything but a number is there. The
// decimal point is '.' whatever the locale; "nan" is refused, "inf" accepted only by parse_double.
bool parse_double(const char *string, double *value);
bool parse_int64(const char *string, int64_t *value);
// The same for a whole number that may be written as a real one ("30", "30.0", "3e1"), as headers have them.
bool parse_whole(const char *string, int64_t *value);
// "4148x4362" into two positive numbers.
bool parse_size(const char *string, int64_t *width, int64_t *height);
// "#rrggbb", "#rgb" or one of the names black white red green blue yellow cyan magenta gray orange purple.
bool parse_colour(const char *string, uint8_t rgb[3]);

// Shortest decimal text that reads back as the same double ("0.1", "1e+300", "nan", "inf"); integers without
// a point. `size` of 32 always suffices. Returns `buffer`.
char *format_double(double value, char *buffer, size_t size);
// A count of bytes for people: "72.4 MB" (decimal units). `size` of 32 suffices. Returns `buffer`.
char *format_bytes(int64_t bytes, char *buffer, size_t size);

// A frame's number, everywhere: "# 29 of 30", an index counted from 0 as in the data and on the command line,
// and how many there are, so that this is the last of 30. `size` of 56 suffices. Returns `buffer`.
char *format_frame(int64_t frame, int64_t count, char *buffer, size_t size);

// The order of names as people count: runs of digits by their value ("img_9" before "img_10"), letters
// without regard to ASCII case; equal in both senses, by bytes (and fewer leading zeros first), so that only
// the same texts give 0. Negative, 0 or positive, as strcmp.
int text_compare_natural(const char *a, const char *b);

// Whether all the words of a filter, which spaces part, occur in the text, in any order and, for ASCII, in
// any case. False where a word has TEXT_WORD_BYTES or more. No words are found in every text.
enum { TEXT_WORD_BYTES = 64 };
bool text_has_words(const char *text, const char *words);

// True if the bytes are valid UTF-8 without NUL.
bool utf8_valid(const char *bytes, size_t count);
// Decodes one code point and moves *string past it; invalid bytes give U+FFFD, one byte at a time. 0 at the
// end.
uint32_t utf8_next(const char **string);
// Text of others, that is names and contents of files. Within the program it stays as it is, but valid and,
// in lists of lines with fields, without what would end a field; on its way out everything goes through
// text_safe.

// True of characters that are not seen but act on what shows them: C0 with tab and line feed, DEL, C1, the
// separators of lines and paragraphs, and what overrides or isolates the direction of writing.
bool utf8_acts(uint32_t code);
// Appends `bytes` as valid UTF-8: valid sequences stay, other bytes are taken as Latin-1, NUL as a space.
void utf8_append(struct text *out, const char *bytes, size_t count);
// The same as one field of a line: tabs and line ends become spaces.
void utf8_field(struct text *out, const char *bytes, size_t count);
// A field in `size` bytes; what has no room is left out, whole characters at a time.
void utf8_line(char *out, size_t size, const char *string);

// The one way by which text leaves the program, to a terminal, log, title, panel, picture or the clipboard:
// valid UTF-8 in one line, with a space for every character that acts. JSON alone keeps these, escaped.
void text_safe(struct text *out, const char *bytes, size_t count);
// The same for lines with fields of our own: line feeds and tabs stay.
void text_safe_lines(struct text *out, const char *bytes, size_t count);

// calloc for sizes that come from a file or an image: NULL, with a sentence that begins with `path` and
// STATUS_NO_MEMORY, when there is no memory for that many items, or they overflow.
void *try_alloc(size_t count, size_t item_bytes, const char *path, struct error *error);

// malloc, realloc and strdup that abort with a message when out of memory; only for sizes that are bounded by
// a constant, and for what people type.
void *must_alloc(size_t bytes); // zeroed
void *must_resize(void *old, size_t bytes);
char *must_copy(const char *string);

#endif
