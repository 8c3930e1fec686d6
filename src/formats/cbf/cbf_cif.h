// SPDX-License-Identifier: MIT
// The items of a text in CIF syntax: tags with values, one by one or in tables.
//
// Syntax: "Crystallographic Information File", Hall, Allen and Brown (Acta Cryst. A47 (1991) 655), as far as
// detectors and beamlines write it.
//
// Thread-safety: all functions here touch only what they are given.
#ifndef FOVEA_FORMATS_CBF_CIF_H
#define FOVEA_FORMATS_CBF_CIF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CBF_CIF_MAX_COLUMNS = 64 }; // further ones of a table are passed over

// A piece of the text, without quotes; not NUL-terminated.
struct cbf_words {
    const char *at;
    size_t length;
};

// One value. In a table the values of a row follow each other; else row, column are 0 and columns is 1.
struct cbf_item {
    struct cbf_words tag; // "_array_data.header_convention"
    struct cbf_words value;
    int64_t row;
    int column, columns;
    bool is_text; // stood between semicolons
};

// A walk through a NUL-terminated text. Begin with {.at = text}.
struct cbf_cif {
    const char *at;
    bool inside_line; // `at` is not the beginning of a line
    struct cbf_words tags[CBF_CIF_MAX_COLUMNS];
    int columns; // of the table, or 1; those beyond the tags count too
    int column;
    int64_t row;
    bool in_table, naming; // among the values, among the tags of a table
    int64_t blocks;        // "data_" words so far
};

// The next item; false at the end. A text that does not end is one up to the end.
bool cbf_cif_next(struct cbf_cif *cif, struct cbf_item *item);

// How many data blocks the text begins.
int64_t cbf_cif_blocks(const char *text);

// True if the words are these, in any case.
bool cbf_words_are(struct cbf_words words, const char *string);
// The words as a number; false if they are none. A standard uncertainty in brackets is left out.
bool cbf_words_number(struct cbf_words words, double *number);

#endif
