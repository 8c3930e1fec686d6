// SPDX-License-Identifier: MIT
// What the program prints. All of it goes through text_safe, so that no name and no content of a file can act
// on a terminal or end a line. Messages to the user of a window go through the view's message line instead.
#ifndef FOVEA_BASE_OUTPUT_H
#define FOVEA_BASE_OUTPUT_H

#include <stdio.h>

// Prints "fovea: SENTENCE" as one line on stderr. Thread-safe (one write).
void output_sentence(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Prints one line.
void output_line(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Prints lines with fields of our own, in which line feeds and tabs stay.
void output_lines(FILE *out, const char *lines);

#endif
