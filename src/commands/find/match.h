// SPDX-License-Identifier: MIT
// How typed words are found in what describes a command: pure text.
//
// A word is typed for every word that begins with it, whatever the case of ASCII letters; words of a text are
// parted by anything but letters and digits. A typed word may run on over what parts words: "mask.inv".
#ifndef FOVEA_COMMANDS_FIND_MATCH_H
#define FOVEA_COMMANDS_FIND_MATCH_H

#include <stdbool.h>
#include <stddef.h>

// Where a word was found; the smaller the better.
enum match_field { MATCH_TITLE, MATCH_SYNONYM, MATCH_COMMAND, MATCH_HELP, MATCH_FIELDS };

// What describes one thing that can be found. NULL is the same as "".
struct match_texts {
    const char *fields[MATCH_FIELDS];
};

// The worst of the fields in which each of the typed words is found at its best, in any order; MATCH_FIELDS
// if one of them is in none. Nothing typed is found in the title.
enum match_field match_rank(const struct match_texts *texts, const char *typed);

// The places of `text` at which one of the typed words begins a word, in the order of the text, at most
// `most`; returns how many. For marking.
struct match_span {
    size_t start, length; // bytes
};
size_t match_spans(const char *text, const char *typed, struct match_span *spans, size_t most);

// How many letters of the typed words would have to be others, fewer or more for each of them to begin some
// word of the title; or of synonyms or command, which counts one more.
int match_distance(const struct match_texts *texts, const char *typed);

#endif
