// SPDX-License-Identifier: MIT
// What a scan found, as text for people or as JSON for scripts.
#include "app/batch/info_internal.h"

#include "app/batch/json.h"
#include "base/output.h"
#include "image/sentinel.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const double percents[] = {0.5, 1, 5, 25, 50, 75, 95, 99, 99.5};
enum { PERCENT_COUNT = sizeof percents / sizeof percents[0] };

// The statistics in the order they are told; NaN where nothing was counted.
static void statistics_list(const struct statistics *statistics, double values[4])
{
    bool any = statistics->valid > 0;
    values[0] = any ? statistics->min : (double)NAN;
    values[1] = any ? statistics->max : (double)NAN;
    values[2] = any ? statistics->mean : (double)NAN;
    values[3] = any ? statistics_deviation(statistics) : (double)NAN;
}

static double percentile_of(const struct info_scan *scan, double percent)
{
    return scan->result.histogram ? histogram_percentile(scan->result.histogram, percent) : (double)NAN;
}

// A text of the file, if there is one.
static void json_add_some(cJSON *object, const char *name, const char *value)
{
    if (value[0])
        json_add_text(object, name, value);
}

// JSON has no NaN and no infinity: they become null.
static void json_add_number(cJSON *object, const char *name, double value)
{
    char buffer[32];
    if (isfinite(value))
        cJSON_AddRawToObject(object, name, format_double(value, buffer, sizeof buffer));
    else
        cJSON_AddNullToObject(object, name);
}

// 64-bit counts and values are written as text, for cJSON's own numbers are doubles.
static void json_add_count(cJSON *object, const char *name, int64_t value)
{
    char buffer[32];
    snprintf(buffer, sizeof buffer, "%" PRId64, value);
    cJSON_AddRawToObject(object, name, buffer);
}

static void json_add_statistics(cJSON *json, const struct info_scan *scan)
{
    const struct statistics *statistics = &scan->result.statistics;
    static const char *const names[4] = {"min", "max", "mean", "std"};
    double values[4];
    statistics_list(statistics, values);
    cJSON *object = cJSON_AddObjectToObject(json, "statistics");
    for (int i = 0; i < 4; i++)
        json_add_number(object, names[i], values[i]);
    json_add_count(object, "valid", statistics->valid);
    json_add_count(object, "nan", statistics->nan);
    json_add_count(object, "inf", statistics->inf);
    json_add_count(object, "masked", statistics->masked);

    object = cJSON_AddObjectToObject(json, "percentiles");
    for (size_t i = 0; i < PERCENT_COUNT; i++) {
        char name[32];
        json_add_number(object, format_double(percents[i], name, sizeof name),
                        percentile_of(scan, percents[i]));
    }
}

// The layers that a frame or a mask file can fill.
static void json_add_classes(cJSON *json, const struct info_scan *scan)
{
    const struct sentinels *sentinels = &scan->info.sentinels;
    cJSON *object = cJSON_AddObjectToObject(json, "classes");
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++) {
        if (MASK_BIT(layer) & MASK_CHOICE_BITS)
            json_add_count(object, mask_layer_name((enum mask_layer)layer), scan->class_counts[layer]);
    }
    json_add_number(json, "saturation", sentinels->has_saturation ? sentinels->saturation : (double)NAN);
}

// What the pixel is besides its value ("gap", "bad pixel"), or "".
static const char *kind_of(const struct info_scan *scan, size_t pixel, char *buffer, size_t size)
{
    const struct info_found *found = &scan->found[pixel];
    sentinel_describe(&scan->info, found->classes, sample_value(scan->info.type, found->sample), buffer,
                      size);
    return buffer;
}

// The number for a JSON reader, whose numbers are doubles: of a float32 all the digits that a double has of
// it.
static void json_add_sample(cJSON *object, enum sample_type type, const void *sample)
{
    char text[64];
    const double value = sample_value(type, sample);
    if (!isfinite(value)) {
        cJSON_AddNullToObject(object, "value");
        cJSON_AddStringToObject(object, "text", sample_format(type, sample, text, sizeof text));
    } else if (sample_traits(type)->is_float) {
        json_add_number(object, "value", value);
    } else {
        cJSON_AddRawToObject(object, "value", sample_format(type, sample, text, sizeof text));
    }
}

// A value that is no number is null with its name in "text".
static void json_add_pixels(cJSON *json, const struct info_scan *scan)
{
    cJSON *array = cJSON_AddArrayToObject(json, "pixels");
    for (size_t i = 0; i < scan->options->pixel_count; i++) {
        cJSON *object = cJSON_CreateObject();
        char kind[128];
        json_add_count(object, "x", scan->options->pixels[i].x);
        json_add_count(object, "y", scan->options->pixels[i].y);
        json_add_sample(object, scan->info.type, scan->found[i].sample);
        cJSON_AddBoolToObject(object, "masked", scan->found[i].classes != 0);
        if (scan->found[i].classes)
            cJSON_AddStringToObject(object, "kind", kind_of(scan, i, kind, sizeof kind));
        cJSON_AddItemToArray(array, object);
    }
}

// All values in SI units, beam centre and limits in pixels and counts.
static void json_add_detector(cJSON *json, const struct detector_info *info)
{
    const struct {
        const char *name;
        double value;
    } numbers[] = {
        {"beam_x", info->beam_x},
        {"beam_y", info->beam_y},
        {"distance", info->distance},
        {"wavelength", info->wavelength},
        {"pixel_x", info->pixel_x},
        {"pixel_y", info->pixel_y},
        {"exposure", info->exposure},
        {"saturation", info->saturation},
        {"count_cutoff", info->count_cutoff},
        {"sensor_thickness", info->sensor_thickness},
    };
    cJSON *object = cJSON_AddObjectToObject(json, "detector");
    if (info->name[0])
        json_add_text(object, "name", info->name);
    else
        cJSON_AddNullToObject(object, "name");
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        json_add_number(object, numbers[i].name, numbers[i].value);
}

// Takes the next field, up to a tab or the end of the line, off *at; owned by the caller.
static char *field_take(const char **at)
{
    size_t length = strcspn(*at, "\t\n");
    struct text field = {0};
    text_append_bytes(&field, *at, length);
    *at += length + ((*at)[length] == '\t');
    char *copy = must_copy(text_string(&field));
    text_free(&field);
    return copy;
}

static const char *line_end(const char *at)
{
    const char *end = strchr(at, '\n');
    return end ? end + 1 : at + strlen(at);
}

// A key that comes several times (COMMENT in FITS) has an array of its values.
static void json_add_item(cJSON *object, const char *key, const char *value)
{
    cJSON *former = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!former) {
        cJSON_AddStringToObject(object, key, value);
        return;
    }
    if (!cJSON_IsArray(former)) {
        cJSON *array = cJSON_CreateArray();
        cJSON_AddItemToArray(array, cJSON_DetachItemFromObjectCaseSensitive(object, key));
        cJSON_AddItemToObject(object, key, array);
        former = array;
    }
    cJSON_AddItemToArray(former, cJSON_CreateString(value));
}

static void json_add_metadata(cJSON *json, const char *lines)
{
    cJSON *object = cJSON_AddObjectToObject(json, "metadata");
    for (const char *at = lines; *at;) {
        const char *next = line_end(at);
        char *key = field_take(&at), *value = field_take(&at);
        json_add_item(object, key, value);
        free(key);
        free(value);
        at = next;
    }
}

// A part that cannot be opened has a null selector.
static void json_add_contents(cJSON *json, const char *lines)
{
    static const char *const names[] = {"selector", "shape", "type", "storage", "note"};
    cJSON *array = cJSON_AddArrayToObject(json, "contents");
    for (const char *at = lines; *at;) {
        const char *next = line_end(at);
        cJSON *object = cJSON_CreateObject();
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            char *field = field_take(&at);
            if (i == 0 && !field[0])
                cJSON_AddNullToObject(object, names[i]);
            else
                cJSON_AddStringToObject(object, names[i], field);
            free(field);
        }
        cJSON_AddItemToArray(array, object);
        at = next;
    }
}

static cJSON *json_make(const struct info_scan *scan)
{
    const struct frame_info *info = &scan->info;
    cJSON *json = cJSON_CreateObject();
    json_add_text(json, "source", scan->options->source);
    json_add_count(json, "width", info->width);
    json_add_count(json, "height", info->height);
    json_add_count(json, "frames", scan->file->frames);
    json_add_count(json, "frame", scan->options->frame);
    cJSON_AddStringToObject(json, "type", sample_traits(info->type)->name);
    cJSON_AddStringToObject(json, "format", info->format);
    cJSON_AddStringToObject(json, "compression", info->compression);
    json_add_some(json, "note", info->note);
    json_add_some(json, "samples_in", info->samples_in);
    json_add_some(json, "title", info->title);
    json_add_some(json, "unit", info->unit);
    json_add_detector(json, &scan->detector);
    if (scan->unread) {
        cJSON_AddNullToObject(json, "statistics");
    } else {
        json_add_statistics(json, scan);
        json_add_classes(json, scan);
        json_add_pixels(json, scan);
        json_add_count(json, "lost_pixels", scan->report.lost_pixels);
    }
    if (scan->options->verify && scan->verified)
        cJSON_AddTrueToObject(json, "verified");
    else if (scan->options->verify)
        cJSON_AddNullToObject(json, "verified");
    if (scan->checksum[0])
        cJSON_AddStringToObject(json, "checksum", scan->checksum);
    if (scan->options->metadata)
        json_add_metadata(json, text_string(&scan->metadata));
    if (scan->options->contents)
        json_add_contents(json, text_string(&scan->contents));
    return json;
}

void info_report_failure(const char *source, const struct error *error, FILE *out)
{
    cJSON *json = cJSON_CreateObject();
    json_add_text(json, "source", source);
    json_add_text(json, "error", error->text);
    json_print(json, out);
}

// "type          u16": names in one column, values in the next.
__attribute__((format(printf, 3, 4))) static void text_line(struct text *text, const char *name,
                                                            const char *format, ...)
{
    char value[512];
    va_list args;
    va_start(args, format);
    vsnprintf(value, sizeof value, format, args);
    va_end(args);
    text_printf(text, "  %-16s  %s\n", name, value);
}

// A text of the file, if there is one.
static void text_some_line(struct text *text, const char *name, const char *value)
{
    if (value[0])
        text_line(text, name, "%s", value);
}

static void text_add_header(struct text *text, const struct info_scan *scan)
{
    const struct frame_info *info = &scan->info;
    size_t bytes = 0;
    char size[32];
    if (!frame_bytes(info, &bytes))
        bytes = 0;
    text_safe(text, scan->options->source, strlen(scan->options->source));
    text_append(text, "\n");
    text_line(text, "size", "%" PRId64 " x %" PRId64 " pixels (%s)", info->width, info->height,
              format_bytes((int64_t)bytes, size, sizeof size));
    text_line(text, "type", "%s", sample_traits(info->type)->name);
    char number[56];
    if (scan->file->frames == 1)
        text_line(text, "frames", "1");
    else
        text_line(text, "frames", "%" PRId64 " (below: %s)", scan->file->frames,
                  format_frame(scan->options->frame, scan->file->frames, number, sizeof number));
    text_line(text, "format", "%s", info->format);
    text_line(text, "compression", "%s", info->compression);
    text_some_line(text, "note", info->note);
    text_some_line(text, "samples in", info->samples_in);
    text_some_line(text, "title", info->title);
    text_some_line(text, "unit", info->unit);
}

static void text_add_detector(struct text *text, const struct detector_info *info)
{
    struct text lines = {0};
    detector_info_describe(info, &lines);
    for (const char *at = text_string(&lines); *at;) {
        const char *next = line_end(at);
        char *key = field_take(&at), *value = field_take(&at);
        text_line(text, key, "%s", value);
        free(key);
        free(value);
        at = next;
    }
    text_free(&lines);
}

static void text_add_statistics(struct text *text, const struct info_scan *scan)
{
    static const char *const names[4] = {"minimum", "maximum", "mean", "deviation"};
    const struct statistics *statistics = &scan->result.statistics;
    double values[4];
    char buffer[32];
    statistics_list(statistics, values);
    for (int i = 0; i < 4; i++) {
        if (isnan(values[i]))
            text_line(text, names[i], "-");
        else if (i < 2)
            text_line(text, names[i], "%s", format_double(values[i], buffer, sizeof buffer));
        else
            text_line(text, names[i], "%.10g", values[i]);
    }
    text_line(text, "valid", "%" PRId64, statistics->valid);
    text_line(text, "nan", "%" PRId64, statistics->nan);
    text_line(text, "infinite", "%" PRId64, statistics->inf);
    text_line(text, "masked", "%" PRId64, statistics->masked);
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++) {
        char name[32];
        snprintf(name, sizeof name, "- %s", mask_layer_name((enum mask_layer)layer));
        if (scan->class_counts[layer] > 0)
            text_line(text, name, "%" PRId64, scan->class_counts[layer]);
    }
    if (scan->report.lost_pixels > 0)
        text_line(text, "lost", "%" PRId64, scan->report.lost_pixels);
    for (size_t i = 0; i < PERCENT_COUNT; i++) {
        double value = percentile_of(scan, percents[i]);
        char share[16];
        snprintf(share, sizeof share, "%4.1f %%", percents[i]);
        text_line(text, i == 0 ? "percentiles" : "", isnan(value) ? "%s   -" : "%s   %.8g", share, value);
    }
}

static void text_add_pixels(struct text *text, const struct info_scan *scan)
{
    for (size_t i = 0; i < scan->options->pixel_count; i++) {
        char value[64], kind[128];
        sample_format(scan->info.type, scan->found[i].sample, value, sizeof value);
        kind_of(scan, i, kind, sizeof kind);
        text_line(text, i == 0 ? "pixels" : "", "x %" PRId64 ", y %" PRId64 ": %s%s%s",
                  scan->options->pixels[i].x, scan->options->pixels[i].y, value, kind[0] ? "   " : "", kind);
    }
}

static void text_print(const struct info_scan *scan, FILE *out)
{
    struct text text = {0};
    text_add_header(&text, scan);
    text_add_detector(&text, &scan->detector);
    if (!scan->unread) {
        text_add_statistics(&text, scan);
        text_add_pixels(&text, scan);
    }
    if (scan->options->verify)
        text_line(&text, "verified", "%s",
                  scan->verified ? "the file's own checksum is right"
                                 : "the file has no checksum of the data");
    if (scan->checksum[0])
        text_line(&text, "sha-256", "%s", scan->checksum);
    if (scan->metadata.length > 0)
        text_printf(&text, "\n%s", text_string(&scan->metadata));
    if (scan->contents.length > 0)
        text_printf(&text, "\n%s", text_string(&scan->contents));
    output_lines(out, text_string(&text));
    text_free(&text);
}

void info_report(const struct info_scan *scan, FILE *out)
{
    if (scan->options->json)
        json_print(json_make(scan), out);
    else
        text_print(scan, out);
}
