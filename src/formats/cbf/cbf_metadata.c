// SPDX-License-Identifier: MIT
// What the texts of a CBF file tell: metadata, the detector, and the checksum of a section.
//
// Items of imgCIF: the dictionary cif_img.dic of the International Union of Crystallography
// (https://www.iucr.org/resources/cif/dictionaries/cif_img).
#include "formats/cbf/cbf_internal.h"

#include "base/size.h"
#include "formats/base/dectris_header.h"
#include "formats/base/handle.h"
#include "formats/cbf/cbf_cif.h"

#include <ctype.h>
#include <math.h>
#include <md5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    MAX_JOINED = 400, // bytes of a column's values on their one line
    BLOCK_BYTES = 64 * 1024,
};

static const char contents_tag[] = "_array_data.header_contents";
static const char convention_tag[] = "_array_data.header_convention";

// --- The experiment's lines ---

// XDS writes the lines "# Key value" before the semicolon that should begin them, where they are comments.
// All lines of a text that has them nowhere else; none where the item has them.
static struct cbf_words misplaced_contents(const char *header)
{
    struct cbf_cif cif = {.at = header};
    struct cbf_item item;
    while (cbf_cif_next(&cif, &item))
        if (cbf_words_are(item.tag, contents_tag) && dectris_header_known(item.value.at, item.value.length))
            return (struct cbf_words){header, 0};
    const char *lines = header + strcspn(header, "\n"); // behind "###CBF: VERSION"
    const size_t length = strlen(lines);
    return (struct cbf_words){lines, dectris_header_known(lines, length) ? length : 0};
}

// --- Metadata ---

static void trim(struct cbf_words *words, const char *unwanted)
{
    while (words->length > 0 && strchr(unwanted, *words->at))
        words->at++, words->length--;
    while (words->length > 0 && strchr(unwanted, words->at[words->length - 1]))
        words->length--;
}

// True for the signs of CIF for "unknown" and "does not apply".
static bool is_unset(struct cbf_words value)
{
    return value.length == 0 || (value.length == 1 && strchr("?.", *value.at));
}

// The table that is being read, a line for each column.
struct table {
    struct cbf_words tags[CBF_CIF_MAX_COLUMNS];
    struct text values[CBF_CIF_MAX_COLUMNS];
    int columns;
};

static void table_end(struct table *table, struct text *out)
{
    for (int i = 0; i < table->columns; i++) {
        if (table->values[i].length > 0) {
            utf8_field(out, table->tags[i].at, table->tags[i].length);
            text_printf(out, "\t%s\n", text_string(&table->values[i]));
        }
        text_free(&table->values[i]);
    }
    table->columns = 0;
}

static void table_add(struct table *table, const struct cbf_item *item)
{
    struct text *values = &table->values[item->column];
    struct cbf_words value = item->value;
    trim(&value, " \t\r\n");
    table->tags[item->column] = item->tag;
    if (item->column >= table->columns)
        table->columns = item->column + 1;
    if (values->length >= MAX_JOINED || (item->columns == 1 && is_unset(value)))
        return;
    if (values->length > 0)
        text_append(values, ", ");
    value.length = (size_t)int64_min((int64_t)value.length, MAX_JOINED);
    utf8_field(values, value.at, value.length);
    if (values->length >= MAX_JOINED)
        text_append(values, " ...");
}

// All items: those of a table as one line for each column, and the lines of header_contents one by one.
static void append_items(struct text *out, const char *header)
{
    struct cbf_cif cif = {.at = header};
    struct cbf_item item;
    struct table *table = must_alloc(sizeof *table);
    while (cbf_cif_next(&cif, &item)) {
        if (item.row == 0 && item.column == 0)
            table_end(table, out);
        if (cbf_words_are(item.tag, contents_tag))
            dectris_header_metadata(item.value.at, item.value.length, out);
        else if (!cbf_words_are(item.tag, "_array_data.data")) // that is the binary section
            table_add(table, &item);
    }
    table_end(table, out);
    free(table);
    const struct cbf_words misplaced = misplaced_contents(header);
    dectris_header_metadata(misplaced.at, misplaced.length, out);
}

// A line "key: value" or "key=value".
static void append_pair(struct text *out, struct cbf_words line)
{
    size_t key = 0;
    while (key < line.length && !strchr(" \t:=", line.at[key]))
        key++;
    struct cbf_words value = {line.at + key, line.length - key};
    while (value.length > 0 && strchr(" \t:=", *value.at)) // a digest may end with "="
        value.at++, value.length--;
    trim(&value, " \t\"");
    if (key == 0 || value.length == 0)
        return;
    utf8_field(out, line.at, key);
    text_append(out, "\t");
    utf8_field(out, value.at, value.length);
    text_append(out, "\n");
}

// The MIME header; a line that begins with a blank goes on with the one before.
static void append_mime(struct text *out, const char *mime)
{
    while (*mime) {
        struct cbf_words line = {mime, strcspn(mime, "\n")};
        mime += line.length + (mime[line.length] == '\n');
        trim(&line, " \t\r;");
        append_pair(out, line);
    }
}

enum status cbf_metadata(struct image_file *base, int64_t frame, struct text *out, struct error *error)
{
    const struct cbf_file *file = (const struct cbf_file *)base; // the base is the first member
    const struct cbf_section *section = cbf_section_of(file, frame);
    char *text;
    enum status status = cbf_section_text(file, &file->sections[0], &text, error);
    if (status != STATUS_OK)
        return status;
    append_items(out, text);
    free(text);
    if (section != file->sections) {
        status = cbf_section_text(file, section, &text, error);
        if (status != STATUS_OK)
            return status;
        append_items(out, text);
        free(text);
    }
    status = cbf_section_mime(file, section, &text, error);
    if (status != STATUS_OK)
        return status;
    append_mime(out, text);
    free(text);
    return STATUS_OK;
}

// --- The detector ---

static void set_number(const struct cbf_item *item, const char *tag, double factor, double *field)
{
    double number;
    if (isnan(*field) && cbf_words_are(item->tag, tag) && cbf_words_number(item->value, &number) &&
        number > 0)
        *field = number * factor;
}

// What stands in the categories of imgCIF, where no line of header_contents has told.
static void learn_item(const struct cbf_item *item, struct detector_info *info)
{
    set_number(item, "_diffrn_radiation_wavelength.wavelength", 1e-10, &info->wavelength);
    set_number(item, "_diffrn_measurement.sample_detector_distance", 1e-3, &info->distance);
    set_number(item, "_diffrn_scan_frame.integration_time", 1, &info->exposure);
    set_number(item, "_array_intensities.overload", 1, &info->saturation);
    // Index 1 is the fast one in all files seen.
    set_number(item, "_array_element_size.size", 1, item->row == 0 ? &info->pixel_x : &info->pixel_y);
    if ((cbf_words_are(item->tag, "_diffrn_detector.type") ||
         cbf_words_are(item->tag, "_diffrn_detector.details")) &&
        !info->name[0] && !is_unset(item->value)) {
        struct text name = {0};
        utf8_field(&name, item->value.at, item->value.length);
        snprintf(info->name, sizeof info->name, "%.60s", text_string(&name));
        text_free(&name);
    }
}

static void learn(const char *header, struct detector_info *info)
{
    struct cbf_cif cif = {.at = header};
    struct cbf_item item;
    while (cbf_cif_next(&cif, &item)) {
        if (cbf_words_are(item.tag, contents_tag))
            dectris_header_detector(item.value.at, item.value.length, info);
        else
            learn_item(&item, info);
    }
    const struct cbf_words misplaced = misplaced_contents(header);
    dectris_header_detector(misplaced.at, misplaced.length, info);
}

enum status cbf_detector(struct image_file *base, int64_t frame, struct detector_info *info,
                         struct error *error)
{
    const struct cbf_file *file = (const struct cbf_file *)base; // the base is the first member
    const struct cbf_section *section = cbf_section_of(file, frame);
    char *text;
    enum status status = cbf_section_text(file, &file->sections[0], &text, error);
    if (status != STATUS_OK)
        return status;
    learn(text, info);
    free(text);
    if (section == file->sections)
        return STATUS_OK;
    status = cbf_section_text(file, section, &text, error);
    if (status == STATUS_OK) {
        learn(text, info);
        free(text);
    }
    return status;
}

// Whether the header is a detector's, whose marks are no counts: by its convention, and in any case where it
// has the lines of an experiment. XDS writes its correction tables with a convention of its own; their
// negative values are values.
static void learn_convention(const char *header, bool *detector)
{
    struct cbf_cif cif = {.at = header};
    struct cbf_item item;
    while (cbf_cif_next(&cif, &item)) {
        const bool own = item.value.length >= 3 && strncasecmp(item.value.at, "XDS", 3) == 0;
        if (cbf_words_are(item.tag, convention_tag))
            *detector = !own && !is_unset(item.value);
    }
    if (dectris_header_known(header, strlen(header))) // wherever they stand
        *detector = true;
}

enum status cbf_section_learn(const struct cbf_file *file, const struct cbf_section *before,
                              struct cbf_section *section, struct error *error)
{
    char *header;
    enum status status = cbf_section_text(file, section, &header, error);
    if (status != STATUS_OK)
        return status;
    struct detector_info info;
    detector_info_clear(&info);
    learn(header, &info);
    section->block = before ? before->block : 0;
    section->detector = before && before->detector;
    section->saturation = fmin(info.saturation, info.count_cutoff); // a number if one of both is
    if (isnan(section->saturation) && before)
        section->saturation = before->saturation;
    learn_convention(header, &section->detector);
    section->block += cbf_cif_blocks(header);
    free(header);
    return STATUS_OK;
}

// --- The checksum ---

static enum status digest_of(const struct cbf_file *file, const struct cbf_section *section,
                             uint8_t digest[MD5_DIGEST_LENGTH], struct error *error)
{
    uint8_t *block = must_alloc(BLOCK_BYTES);
    MD5_CTX md5;
    enum status status = STATUS_OK;
    MD5Init(&md5);
    for (int64_t at = 0; status == STATUS_OK && at < section->bytes; at += BLOCK_BYTES) {
        const size_t count = (size_t)int64_min(BLOCK_BYTES, section->bytes - at);
        status = image_file_read(&file->base, section->data_offset + at, block, count, error);
        if (status == STATUS_OK)
            MD5Update(&md5, block, count);
    }
    MD5Final(digest, &md5);
    free(block);
    return status;
}

// 16 bytes as the 24 characters of base64 (RFC 4648).
static void base64_digest(const uint8_t digest[MD5_DIGEST_LENGTH], char out[25])
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t bytes[18] = {0};
    memcpy(bytes, digest, MD5_DIGEST_LENGTH);
    for (int i = 0; i < 24; i++) {
        const int bit = 6 * i, at = bit / 8;
        const unsigned pair = (unsigned)bytes[at] << 8 | (at < 17 ? bytes[at + 1] : 0);
        out[i] = letters[pair >> (10 - bit % 8) & 63];
    }
    memcpy(out + 22, "==", 3);
}

enum status cbf_verify(struct image_file *base, int64_t frame, bool *known, struct error *error)
{
    const struct cbf_file *file = (const struct cbf_file *)base; // the base is the first member
    const struct cbf_section *section = cbf_section_of(file, frame);
    char *mime, wanted[64], found[25], number[56];
    enum status status = cbf_section_mime(file, section, &mime, error);
    if (status != STATUS_OK)
        return status;
    *known = cbf_mime_value(mime, "Content-MD5", wanted, sizeof wanted);
    free(mime);
    if (!*known)
        return STATUS_OK;
    uint8_t digest[MD5_DIGEST_LENGTH];
    status = digest_of(file, section, digest, error);
    if (status != STATUS_OK)
        return status;
    base64_digest(digest, found);
    if (strcmp(found, wanted) == 0)
        return STATUS_OK;
    return error_set(
        error, STATUS_BROKEN,
        "%s: the data of frame %s were changed or damaged: their MD5 is %s, the header says %.40s",
        file->base.path, format_frame(frame, file->base.frames, number, sizeof number), found, wanted);
}
