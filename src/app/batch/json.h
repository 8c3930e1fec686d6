// SPDX-License-Identifier: MIT
// JSON of names and contents of files: exact, with escapes for all that must not reach a terminal.
#ifndef FOVEA_APP_JSON_H
#define FOVEA_APP_JSON_H

#include <cjson/cJSON.h>
#include <stdio.h>

// A string of any bytes; see utf8_append.
void json_add_text(cJSON *object, const char *name, const char *value);
// Prints a line feed behind it; characters that act (utf8_acts) are written as \u escapes. Takes the JSON
// over. With no memory for the text it prints "null".
void json_print(cJSON *json, FILE *out);

#endif
