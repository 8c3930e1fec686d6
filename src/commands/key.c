// SPDX-License-Identifier: MIT
// Names of keys and back.
#include "commands/bindings.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *name;
    uint32_t code;
} named_keys[] = {
    // The first name of a code is the one that is written.
    {"Left", KEY_LEFT},
    {"Right", KEY_RIGHT},
    {"Up", KEY_UP},
    {"Down", KEY_DOWN},
    {"PageUp", KEY_PAGE_UP},
    {"PgUp", KEY_PAGE_UP},
    {"PageDown", KEY_PAGE_DOWN},
    {"PgDn", KEY_PAGE_DOWN},
    {"Home", KEY_HOME},
    {"End", KEY_END},
    {"Insert", KEY_INSERT},
    {"Delete", KEY_DELETE},
    {"Backspace", KEY_BACKSPACE},
    {"Tab", KEY_TAB},
    {"Return", KEY_RETURN},
    {"Enter", KEY_RETURN},
    {"Escape", KEY_ESCAPE},
    {"Esc", KEY_ESCAPE},
    {"Space", ' '},
};

// Names under which X11 and SDL users know characters; written as the character itself.
static const struct {
    const char *name;
    char character;
} named_characters[] = {
    {"plus", '+'},       {"minus", '-'},      {"equal", '='},       {"comma", ','},
    {"period", '.'},     {"question", '?'},   {"colon", ':'},       {"semicolon", ';'},
    {"slash", '/'},      {"backslash", '\\'}, {"bracketleft", '['}, {"bracketright", ']'},
    {"numbersign", '#'}, {"asterisk", '*'},   {"underscore", '_'},  {"apostrophe", '\''},
    {"quotedbl", '"'},   {"grave", '`'},      {"less", '<'},        {"greater", '>'},
    {"exclam", '!'},     {"bar", '|'},        {"parenleft", '('},   {"parenright", ')'},
};

static const struct {
    const char *name;
    uint32_t bit;
} modifier_names[] = {
    {"Ctrl", KEY_CTRL}, {"Control", KEY_CTRL}, {"Alt", KEY_ALT}, {"Shift", KEY_SHIFT}, {"Super", KEY_SUPER},
};

// Takes "Ctrl+" and the like off the front.
static const char *parse_modifiers(const char *text, uint32_t *modifiers)
{
    *modifiers = 0;
    for (;;) {
        const char *plus = *text ? strchr(text + 1, '+') : NULL;
        if (!plus || !plus[1])
            return text;
        size_t i = 0, count = sizeof modifier_names / sizeof modifier_names[0];
        while (i < count && (strlen(modifier_names[i].name) != (size_t)(plus - text) ||
                             strncasecmp(modifier_names[i].name, text, (size_t)(plus - text)) != 0))
            i++;
        if (i == count)
            return text;
        *modifiers |= modifier_names[i].bit;
        text = plus + 1;
    }
}

static bool parse_function_key(const char *text, uint32_t *code)
{
    int64_t number;
    if ((text[0] != 'F' && text[0] != 'f') || !isdigit((unsigned char)text[1]) ||
        !parse_int64(text + 1, &number) || number < 1 || number > 24)
        return false;
    *code = (uint32_t)(KEY_F1 + number - 1);
    return true;
}

static bool parse_code(const char *text, uint32_t *code)
{
    for (size_t i = 0; i < sizeof named_keys / sizeof named_keys[0]; i++) {
        if (strcasecmp(named_keys[i].name, text) == 0) {
            *code = named_keys[i].code;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof named_characters / sizeof named_characters[0]; i++) {
        if (strcasecmp(named_characters[i].name, text) == 0) {
            *code = (unsigned char)named_characters[i].character;
            return true;
        }
    }
    if (parse_function_key(text, code))
        return true;
    const char *at = text;
    uint32_t character = utf8_next(&at);
    if (character <= ' ' || character == 0xFFFD || *at)
        return false;
    *code = character < 0x80 ? (uint32_t)tolower((int)character) : character;
    return true;
}

bool key_parse(const char *text, struct key *key)
{
    struct key parsed;
    const char *rest = parse_modifiers(text, &parsed.modifiers);
    if (!parse_code(rest, &parsed.code))
        return false;
    // What Shift makes of such a key is another character, so it says nothing more.
    bool letter = parsed.code >= 'a' && parsed.code <= 'z';
    bool character = parsed.code < KEY_NAMED && parsed.code != ' ';
    if (character && !letter && !(parsed.modifiers & (KEY_CTRL | KEY_ALT | KEY_SUPER)))
        parsed.modifiers &= ~(uint32_t)KEY_SHIFT;
    *key = parsed;
    return true;
}

// Writes a code point as UTF-8; returns the number of bytes.
static size_t encode_utf8(uint32_t code, char out[5])
{
    static const struct {
        uint32_t below;
        unsigned char lead;
    } forms[] = {{0x80, 0x00}, {0x800, 0xC0}, {0x10000, 0xE0}, {0x110000, 0xF0}};
    size_t extra = 0;
    while (extra < 3 && code >= forms[extra].below)
        extra++;
    out[0] = (char)(forms[extra].lead | (code >> (6 * extra)));
    for (size_t i = 1; i <= extra; i++)
        out[i] = (char)(0x80 | ((code >> (6 * (extra - i))) & 0x3F));
    out[extra + 1] = '\0';
    return extra + 1;
}

static void format_code(uint32_t code, char *buffer, size_t size)
{
    char character[5];
    for (size_t i = 0; i < sizeof named_keys / sizeof named_keys[0]; i++) {
        if (named_keys[i].code == code) {
            snprintf(buffer, size, "%s", named_keys[i].name);
            return;
        }
    }
    if (code >= KEY_F1 && code <= KEY_F24) {
        snprintf(buffer, size, "F%u", code - KEY_F1 + 1);
        return;
    }
    encode_utf8(code < 0x80 ? (uint32_t)toupper((int)code) : code, character);
    snprintf(buffer, size, "%s", character);
}

char *key_format(struct key key, char *buffer, size_t size)
{
    char code[24];
    format_code(key.code, code, sizeof code);
    snprintf(buffer, size, "%s%s%s%s%s", key.modifiers & KEY_CTRL ? "Ctrl+" : "",
             key.modifiers & KEY_ALT ? "Alt+" : "", key.modifiers & KEY_SHIFT ? "Shift+" : "",
             key.modifiers & KEY_SUPER ? "Super+" : "", code);
    return buffer;
}
