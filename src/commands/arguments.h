// SPDX-License-Identifier: MIT
// The arguments of commands: what a row of the command table says of each, and the reading of words as such.
// Checking, error sentences, help, the choices of menus and palette, and the options of `fovea mask` all come
// from these descriptions.
#ifndef FOVEA_COMMANDS_ARGUMENTS_H
#define FOVEA_COMMANDS_ARGUMENTS_H

#include "base/status.h"
#include "base/text.h"
#include "view/colormap.h"
#include "view/transfer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum argument_kind {
    ARGUMENT_NUMBER,    // finite
    ARGUMENT_INTEGER,   //
    ARGUMENT_CHOICE,    // one of argument.words
    ARGUMENT_COLOUR,    // "#rrggbb", "#rgb" or a name
    ARGUMENT_FILE,      // a path, or whatever else opens
    ARGUMENT_COLORMAP,  // the name of a known map
    ARGUMENT_SCALE,     // "log", "power:0.5"
    ARGUMENT_SIZE,      // of a picture: "1920x1080"
    ARGUMENT_GRID,      // of panes: "3x2"
    ARGUMENT_OPERATION, // the name of a mask operation
    ARGUMENT_KIND_COUNT
};

struct argument {
    const char *name; // "low"
    enum argument_kind kind;
    const char *words; // "a|b|c": the choices; of other kinds, words that are taken as well
    double low, high;  // of numbers, both allowed; both 0: there is no limit
    bool positive;     // of numbers: above 0
    const char *unit;  // of numbers, for people: "px"
    bool optional;     // may be left out, with all that follow
    bool repeated;     // the last one: as often as wanted
};

// A list of arguments for a row, made of these: ARGS(ARG_NUMBER("low"), ARG_NUMBER("high", .optional =
// true)).
#define ARGS(...) ((const struct argument[]){__VA_ARGS__, {.name = NULL}})
#define ARG_CHOICE(label, ...)                                                                               \
    {                                                                                                        \
        .name = label, .kind = ARGUMENT_CHOICE, .words = __VA_ARGS__                                         \
    }
#define ARG_NUMBER(...)                                                                                      \
    {                                                                                                        \
        .kind = ARGUMENT_NUMBER, .name = __VA_ARGS__                                                         \
    }
#define ARG_INTEGER(...)                                                                                     \
    {                                                                                                        \
        .kind = ARGUMENT_INTEGER, .name = __VA_ARGS__                                                        \
    }
#define ARG_COLOUR(...)                                                                                      \
    {                                                                                                        \
        .kind = ARGUMENT_COLOUR, .name = __VA_ARGS__                                                         \
    }
#define ARG_FILE(...)                                                                                        \
    {                                                                                                        \
        .kind = ARGUMENT_FILE, .name = __VA_ARGS__                                                           \
    }
#define ARG_COLORMAP(...)                                                                                    \
    {                                                                                                        \
        .kind = ARGUMENT_COLORMAP, .name = __VA_ARGS__                                                       \
    }
#define ARG_SCALE(...)                                                                                       \
    {                                                                                                        \
        .kind = ARGUMENT_SCALE, .name = __VA_ARGS__                                                          \
    }
#define ARG_SIZE(...)                                                                                        \
    {                                                                                                        \
        .kind = ARGUMENT_SIZE, .name = __VA_ARGS__                                                           \
    }
#define ARG_GRID(...)                                                                                        \
    {                                                                                                        \
        .kind = ARGUMENT_GRID, .name = __VA_ARGS__                                                           \
    }
#define ARG_OPERATION(...)                                                                                   \
    {                                                                                                        \
        .kind = ARGUMENT_OPERATION, .name = __VA_ARGS__                                                      \
    }

// A word that was read as what its argument says.
struct argument_value {
    enum argument_kind kind;
    int choice;       // which of the words; -1: none of them, and what follows is set
    const char *text; // as written; borrowed
    union {
        double number;                   // ARGUMENT_NUMBER, ARGUMENT_INTEGER
        uint8_t rgb[3];                  // ARGUMENT_COLOUR
        const struct colormap *colormap; // ARGUMENT_COLORMAP; NULL where no list was given
        struct {
            struct transfer transfer;
            bool has_parameter;
        } scale; // ARGUMENT_SCALE
        struct {
            int64_t width, height;
        } size; // ARGUMENT_SIZE
        struct {
            int columns, rows;
        } grid; // ARGUMENT_GRID
    };
};

// Reads one word. `colormaps` may be NULL: any name of a map is fine then. STATUS_USAGE with a sentence that
// names the argument.
enum status argument_read(const struct argument *argument, const struct colormap_list *colormaps,
                          const char *word, struct argument_value *value, struct error *error);

// Appends what is wanted, for people: "a number above 0, in, out or fit".
void argument_describe(const struct argument *argument, struct text *out);

// Choice `n` (from 0) as a borrowed piece of the words; false if there are fewer.
bool argument_choice(const struct argument *argument, size_t n, const char **text, size_t *length);

// The next of a list, which may be NULL, from the first on; NULL at the end.
const struct argument *argument_at(const struct argument *list, size_t index);

#endif
