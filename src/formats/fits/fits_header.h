// SPDX-License-Identifier: MIT
// The cards of one FITS header, and their values: FITS Standard 4.0, sections 3.3 and 4.
//
// Headers are read here and nowhere else, so that no library with arrays of a fixed size sees what a
// stranger's file says of its axes and columns. Where a keyword stands twice, the first card counts.
//
// Thread-safety: a header does not change once it is read, and any threads may look at it.
#ifndef FOVEA_FORMATS_FITS_HEADER_H
#define FOVEA_FORMATS_FITS_HEADER_H

#include "base/cancel.h"
#include "base/status.h"
#include "base/text.h"
#include "formats/base/blob.h"

#include <stdbool.h>
#include <stdint.h>

enum { FITS_CARD = 80, FITS_BLOCK = 2880 };

struct fits_header {
    char *cards; // FITS_CARD bytes each, without END; owned
    int count;
    int64_t start, data; // where the header and its data begin in the file
};

// Reads the header at `start`. False, with nothing to free, where none begins or ends, or it is larger than
// 12 MB. Free with fits_header_free.
bool fits_header_read(const struct blob *blob, int64_t start, struct cancel *cancel,
                      struct fits_header *header);
void fits_header_free(struct fits_header *header);

// Each card in turn; the key may be "NAXIS" of "NAXIS  =", never the beginning of another one.
const char *fits_header_card(const struct fits_header *header, int index);

// The number of a card whose keyword is `stem` and a number from 1 to 999, as 3 of NAXIS3; else 0.
int fits_card_number(const char *card, const char *stem);
// The value behind the "=" of a card as text of at most 70 bytes: strings without quotes and the blanks at
// their end, all else up to the comment. False if it has none. Sets *comment, if that is not NULL, to the
// comment's beginning in the card, which may be its end.
bool fits_card_value(const char *card, char value[FITS_CARD + 1], const char **comment);
// The same as an integer; a number with a point counts if it is whole.
bool fits_card_integer(const char *card, int64_t *value);

// The value of a keyword; false, with the value untouched, if there is none of that kind. `text` becomes ""
// then, and valid UTF-8 in one line else.
bool fits_header_integer(const struct fits_header *header, const char *key, int64_t *value);
bool fits_header_real(const struct fits_header *header, const char *key, double *value);
bool fits_header_text(const struct fits_header *header, const char *key, char *text, size_t size);
bool fits_header_true(const struct fits_header *header, const char *key); // it is T
bool fits_header_has(const struct fits_header *header, const char *key);

// All cards as "key\tvalue / comment\n" lines of valid UTF-8; long strings are put together.
void fits_header_list(const struct fits_header *header, struct text *out);

#endif
