// SPDX-License-Identifier: MIT
// One pass over a frame in bands, and what was found as text or JSON.
#include "app/info.h"

#include "base/size.h"
#include "base/text.h"
#include "formats/mask_file.h"
#include "image/taps.h"
#include "sources/source.h"

#include <cjson/cJSON.h>

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BAND_BYTES = 8 << 20,       // the usual size of a band
    BAND_BYTES_MAX = 256 << 20, // a band grows so far to hold whole chunks of the file
    SAMPLE_BYTES_MAX = 8,
    HEX_DIGEST = SHA256_DIGEST_STRING_LENGTH,
};

static const double percents[] = {0.5, 1, 5, 25, 50, 75, 95, 99, 99.5};
enum { PERCENT_COUNT = sizeof percents / sizeof percents[0] };

// A named pixel as it was found.
struct pixel_found {
    uint8_t sample[SAMPLE_BYTES_MAX];
    bool masked;
};

// Everything a scan needs and finds.
struct scan {
    const struct info_options *options;
    struct image_file *file;
    struct frame_info info;
    size_t row_bytes;
    int64_t band_rows;
    uint8_t *pixels, *classes, *mask_row;
    struct mask *mask;
    struct taps *taps;
    SHA2_CTX digest; // of libmd; used with options->checksum only

    struct taps_result result;
    int64_t class_counts[MASK_LAYER_COUNT]; // pixels of each layer; one pixel may be in several
    struct pixel_found *found;
    struct decode_report report;
    char checksum[HEX_DIGEST];
};

// --- Scanning
// ---------------------------------------------------------------------------------------------------

static enum status request_check(const struct scan *scan, struct error *error)
{
    const struct info_options *options = scan->options;
    for (size_t i = 0; i < options->pixel_count; i++) {
        const struct info_pixel *pixel = &options->pixels[i];
        if (pixel->x < 0 || pixel->y < 0 || pixel->x >= scan->info.width || pixel->y >= scan->info.height)
            return error_set(error, STATUS_USAGE,
                             "%s: pixel %" PRId64 ",%" PRId64 " lies outside the image of %" PRId64
                             " x %" PRId64 " pixels",
                             options->source, pixel->x, pixel->y, scan->info.width, scan->info.height);
    }
    return STATUS_OK;
}

static enum status scan_open(struct scan *scan, struct error *error)
{
    const struct info_options *options = scan->options;
    enum status status = source_open_name(options->source, options->channel, &scan->file, error);
    if (status != STATUS_OK)
        return status;
    if (options->frame < 0 || options->frame >= scan->file->frames)
        return error_set(error, STATUS_USAGE,
                         "%s: there is no frame %" PRId64 "; the frames are 0 to %" PRId64, options->source,
                         options->frame, scan->file->frames - 1);
    status = image_file_info(scan->file, options->frame, &scan->info, error);
    frame_info_choose(&scan->info, &options->choice);
    return status == STATUS_OK ? request_check(scan, error) : status;
}

// Rows of a band: some megabytes, in whole chunks of the file where that is not too much.
static int64_t band_rows_choose(const struct frame_info *info, size_t row_bytes)
{
    int64_t rows = int64_max(1, (int64_t)(BAND_BYTES / row_bytes));
    int64_t limit = int64_max(1, (int64_t)(BAND_BYTES_MAX / row_bytes));
    int64_t chunk = int64_min(int64_max(info->chunk_height, 1), info->height);
    if (chunk <= limit)
        rows = rows > chunk ? rows / chunk * chunk : chunk;
    return int64_min(rows, info->height);
}

static enum status buffers_create(struct scan *scan, struct error *error)
{
    const struct frame_info *info = &scan->info;
    size_t sample_bytes = sample_traits(info->type)->bytes, band_bytes;
    if (!size_of_plane(info->width, 1, sample_bytes, &scan->row_bytes))
        return error_set(error, STATUS_TOO_LARGE, "%s: a row of %" PRId64 " pixels cannot be held",
                         scan->options->source, info->width);
    scan->band_rows = band_rows_choose(info, scan->row_bytes);
    if (!size_of_plane(info->width, scan->band_rows, sample_bytes, &band_bytes))
        return error_set(error, STATUS_TOO_LARGE, "%s: rows of %" PRId64 " pixels cannot be held",
                         scan->options->source, info->width);
    scan->pixels = malloc(band_bytes);
    scan->classes = malloc(band_bytes / sample_bytes);
    scan->mask_row = malloc((size_t)info->width);
    if (!scan->pixels || !scan->classes || !scan->mask_row)
        return error_set(error, STATUS_NO_MEMORY, "%s: no memory for %" PRId64 " rows of %" PRId64 " pixels",
                         scan->options->source, scan->band_rows, info->width);
    return STATUS_OK;
}

static enum status scan_prepare(struct scan *scan, struct error *error)
{
    const struct frame_info *info = &scan->info;
    enum status status = buffers_create(scan, error);
    if (status == STATUS_OK)
        status = taps_create(info, scan->band_rows, 0, REDUCE_MEAN, &scan->taps, error);
    const bool masked = scan->options->mask && !(scan->options->choice.ignored & MASK_BIT(MASK_FILE));
    if (status == STATUS_OK && masked)
        status = mask_create(info->width, info->height, &scan->mask, error);
    if (status == STATUS_OK && scan->mask)
        status = mask_file_load(scan->options->mask, scan->mask, error);
    if (scan->options->checksum)
        SHA256Init(&scan->digest);
    return status;
}

static void report_add(struct decode_report *sum, const struct decode_report *report)
{
    if (sum->lost_pixels == 0 && report->lost_pixels > 0)
        sum->first_loss = report->first_loss;
    sum->lost_pixels += report->lost_pixels;
}

static void mask_apply(struct scan *scan, const struct rect *rect)
{
    for (int64_t i = 0; i < rect->height; i++) {
        struct rect row = {.x = 0, .y = rect->y + i, .width = rect->width, .height = 1};
        if (!mask_read(scan->mask, row, scan->mask_row, (size_t)rect->width))
            continue;
        uint8_t *classes = scan->classes + (size_t)i * (size_t)rect->width;
        for (int64_t x = 0; x < rect->width; x++)
            classes[x] |= scan->mask_row[x];
    }
}

static void classes_count(struct scan *scan, size_t count)
{
    int64_t of_byte[256] = {0};
    for (size_t i = 0; i < count; i++)
        of_byte[scan->classes[i]]++;
    for (int bits = 1; bits < 256; bits++) {
        for (int layer = 0; layer < MASK_LAYER_COUNT; layer++)
            scan->class_counts[layer] += bits & MASK_BIT(layer) ? of_byte[bits] : 0;
    }
}

static void pixels_collect(struct scan *scan, const struct rect *rect)
{
    size_t bytes = sample_traits(scan->info.type)->bytes;
    for (size_t i = 0; i < scan->options->pixel_count; i++) {
        const struct info_pixel *pixel = &scan->options->pixels[i];
        if (pixel->y < rect->y || pixel->y >= rect->y + rect->height)
            continue;
        size_t index = (size_t)(pixel->y - rect->y) * (size_t)rect->width + (size_t)pixel->x;
        memcpy(scan->found[i].sample, scan->pixels + index * bytes, bytes);
        scan->found[i].masked = scan->classes[index] != 0;
    }
}

static enum status band_scan(struct scan *scan, struct rect rect, struct error *error)
{
    struct decode_report report = {0};
    struct decode_request request = {
        .frame = scan->options->frame,
        .rect = rect,
        .pixels = scan->pixels,
        .stride = scan->row_bytes,
        .classes = scan->classes,
        .ignored_classes = scan->options->choice.ignored,
    };
    memset(scan->classes, 0, (size_t)rect.height * (size_t)rect.width);
    enum status status = image_file_decode(scan->file, &request, &report, error);
    if (status != STATUS_OK)
        return status;
    report_add(&scan->report, &report);
    if (scan->mask)
        mask_apply(scan, &rect);
    struct band band = {
        .y = rect.y,
        .rows = rect.height,
        .width = rect.width,
        .type = scan->info.type,
        .pixels = scan->pixels,
        .stride = scan->row_bytes,
    };
    bool any_class = false;
    taps_band(scan->taps, &band, scan->classes, &any_class);
    if (any_class || report.any_class || scan->mask)
        classes_count(scan, (size_t)(rect.height * rect.width));
    pixels_collect(scan, &rect);
    // Samples are little-endian in memory, as the checksum wants them.
    if (scan->options->checksum)
        SHA256Update(&scan->digest, scan->pixels, (size_t)rect.height * scan->row_bytes);
    return STATUS_OK;
}

static enum status scan_all(struct scan *scan, struct error *error)
{
    enum status status = STATUS_OK;
    scan->found = must_alloc((scan->options->pixel_count + 1) * sizeof *scan->found);
    for (int64_t y = 0; status == STATUS_OK && y < scan->info.height; y += scan->band_rows) {
        int64_t rows = int64_min(scan->band_rows, scan->info.height - y);
        status =
            band_scan(scan, (struct rect){.x = 0, .y = y, .width = scan->info.width, .height = rows}, error);
    }
    if (status == STATUS_OK && scan->options->checksum)
        SHA256End(&scan->digest, scan->checksum);
    if (status == STATUS_OK)
        taps_drain(scan->taps, &scan->result);
    return status;
}

static void scan_free(struct scan *scan)
{
    taps_result_free(&scan->result);
    taps_destroy(&scan->taps);
    mask_destroy(&scan->mask);
    free(scan->pixels);
    free(scan->classes);
    free(scan->mask_row);
    free(scan->found);
    image_file_close(&scan->file);
}

// --- Printing
// ---------------------------------------------------------------------------------------------------

// The statistics in the order they are told; NaN where nothing was counted.
static void statistics_list(const struct statistics *statistics, double values[4])
{
    bool any = statistics->valid > 0;
    values[0] = any ? statistics->min : (double)NAN;
    values[1] = any ? statistics->max : (double)NAN;
    values[2] = any ? statistics->mean : (double)NAN;
    values[3] = any ? statistics_deviation(statistics) : (double)NAN;
}

static double percentile_of(const struct scan *scan, double percent)
{
    return scan->result.histogram ? histogram_percentile(scan->result.histogram, percent) : (double)NAN;
}

static char *clean_copy(const char *string)
{
    struct text text = {0};
    utf8_clean(&text, string, strlen(string));
    char *copy = must_copy(text_string(&text));
    text_free(&text);
    return copy;
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

static void json_add_statistics(cJSON *json, const struct scan *scan)
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
static void json_add_classes(cJSON *json, const struct scan *scan)
{
    const struct sentinels *sentinels = &scan->info.sentinels;
    cJSON *object = cJSON_AddObjectToObject(json, "classes");
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++) {
        if (MASK_BIT(layer) & MASK_CHOICE_BITS)
            json_add_count(object, mask_layer_name((enum mask_layer)layer), scan->class_counts[layer]);
    }
    json_add_number(json, "saturation", sentinels->has_saturation ? sentinels->saturation : (double)NAN);
}

// A value that is no number is null with its name in "text".
static void json_add_pixels(cJSON *json, const struct scan *scan)
{
    cJSON *array = cJSON_AddArrayToObject(json, "pixels");
    for (size_t i = 0; i < scan->options->pixel_count; i++) {
        cJSON *object = cJSON_CreateObject();
        char value[64];
        sample_format(scan->info.type, scan->found[i].sample, value, sizeof value);
        json_add_count(object, "x", scan->options->pixels[i].x);
        json_add_count(object, "y", scan->options->pixels[i].y);
        if (isfinite(sample_value(scan->info.type, scan->found[i].sample))) {
            cJSON_AddRawToObject(object, "value", value);
        } else {
            cJSON_AddNullToObject(object, "value");
            cJSON_AddStringToObject(object, "text", value);
        }
        cJSON_AddBoolToObject(object, "masked", scan->found[i].masked);
        cJSON_AddItemToArray(array, object);
    }
}

static cJSON *json_make(const struct scan *scan)
{
    const struct frame_info *info = &scan->info;
    cJSON *json = cJSON_CreateObject();
    char *source = clean_copy(scan->options->source);
    cJSON_AddStringToObject(json, "source", source);
    free(source);
    json_add_count(json, "width", info->width);
    json_add_count(json, "height", info->height);
    json_add_count(json, "frames", scan->file->frames);
    json_add_count(json, "frame", scan->options->frame);
    cJSON_AddStringToObject(json, "type", sample_traits(info->type)->name);
    cJSON_AddStringToObject(json, "format", info->format);
    cJSON_AddStringToObject(json, "compression", info->compression);
    if (info->note[0]) {
        char *note = clean_copy(info->note);
        cJSON_AddStringToObject(json, "note", note);
        free(note);
    }
    json_add_statistics(json, scan);
    json_add_classes(json, scan);
    json_add_pixels(json, scan);
    json_add_count(json, "lost_pixels", scan->report.lost_pixels);
    if (scan->checksum[0])
        cJSON_AddStringToObject(json, "checksum", scan->checksum);
    return json;
}

static enum status json_print(const struct scan *scan, FILE *out, struct error *error)
{
    cJSON *json = json_make(scan);
    char *text = cJSON_Print(json);
    cJSON_Delete(json);
    if (!text)
        return error_set(error, STATUS_NO_MEMORY, "no memory for the JSON text");
    fprintf(out, "%s\n", text);
    cJSON_free(text);
    return STATUS_OK;
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
    text_printf(text, "  %-12s  %s\n", name, value);
}

static void text_add_header(struct text *text, const struct scan *scan)
{
    const struct frame_info *info = &scan->info;
    size_t bytes = 0;
    char size[32];
    if (!frame_bytes(info, &bytes))
        bytes = 0;
    utf8_clean(text, scan->options->source, strlen(scan->options->source));
    text_append(text, "\n");
    text_line(text, "size", "%" PRId64 " x %" PRId64 " pixels (%s)", info->width, info->height,
              format_bytes((int64_t)bytes, size, sizeof size));
    text_line(text, "type", "%s", sample_traits(info->type)->name);
    if (scan->file->frames == 1)
        text_line(text, "frames", "1");
    else
        text_line(text, "frames", "%" PRId64 " (below: frame %" PRId64 ")", scan->file->frames,
                  scan->options->frame);
    text_line(text, "format", "%s", info->format);
    text_line(text, "compression", "%s", info->compression);
    if (info->note[0])
        text_line(text, "note", "%s", info->note);
}

static void text_add_statistics(struct text *text, const struct scan *scan)
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

static void text_add_pixels(struct text *text, const struct scan *scan)
{
    for (size_t i = 0; i < scan->options->pixel_count; i++) {
        char value[64];
        sample_format(scan->info.type, scan->found[i].sample, value, sizeof value);
        text_line(text, i == 0 ? "pixels" : "", "x %" PRId64 ", y %" PRId64 ": %s%s",
                  scan->options->pixels[i].x, scan->options->pixels[i].y, value,
                  scan->found[i].masked ? " (masked)" : "");
    }
}

static void text_print(const struct scan *scan, FILE *out)
{
    struct text text = {0};
    text_add_header(&text, scan);
    text_add_statistics(&text, scan);
    text_add_pixels(&text, scan);
    if (scan->checksum[0])
        text_line(&text, "sha-256", "%s", scan->checksum);
    fputs(text_string(&text), out);
    text_free(&text);
}

// Prints "fovea: NAME: sentence" with the name only once.
static void sentence_print(const char *source, const char *sentence)
{
    if (strstr(sentence, source))
        fprintf(stderr, "fovea: %s\n", sentence);
    else
        fprintf(stderr, "fovea: %s: %s\n", source, sentence);
}

static void loss_warn(const struct scan *scan)
{
    if (scan->report.lost_pixels == 0)
        return;
    const char *why = scan->report.first_loss.text;
    char sentence[1024];
    snprintf(sentence, sizeof sentence, "%" PRId64 " pixels are lost because the file is damaged%s%s",
             scan->report.lost_pixels, why[0] ? ": " : "", why);
    sentence_print(scan->options->source, sentence);
}

enum status info_run(const struct info_options *options, FILE *out, struct error *error)
{
    struct scan scan = {.options = options};
    enum status status = scan_open(&scan, error);
    if (status == STATUS_OK)
        status = scan_prepare(&scan, error);
    if (status == STATUS_OK)
        status = scan_all(&scan, error);
    if (status == STATUS_OK) {
        loss_warn(&scan);
        if (options->json)
            status = json_print(&scan, out, error);
        else
            text_print(&scan, out);
    }
    if (status == STATUS_OK && (fflush(out) != 0 || ferror(out)))
        status = error_set(error, STATUS_IO, "the output could not be written: %s", strerror(errno));
    scan_free(&scan);
    return status;
}

// --- Command line
// -----------------------------------------------------------------------------------------------

static const char usage[] =
    "Usage: fovea info [OPTIONS] SOURCE\n"
    "Tells what is in an image: a file, a file with a selector (file.fits[2]) or a simulation (sim:).\n"
    "\n"
    "  --json          print JSON\n"
    "  --frame N       the frame, from 0 (default 0)\n"
    "  --pixel X,Y     also print the exact value at column X, row Y, from 0 at the first row of the file;\n"
    "                  may be given several times\n"
    "  --checksum      also print the SHA-256 of the samples, row-major, little-endian, in their own type\n"
    "  --mask FILE     leave out pixels where this image is not zero\n"
    "  --ignore LIST   let pixels of these classes count: gap (also no data), bad, hot, saturated, file, "
    "all\n"
    "  --saturation V  leave out pixels above this value, whatever the file says\n"
    "  --channel N     the channel of an image with several samples per pixel\n"
    "  --help          print this text\n";

static bool pixel_parse(const char *word, struct info_pixel *pixel)
{
    const char *comma = strchr(word, ',');
    char column[32];
    if (!comma || (size_t)(comma - word) >= sizeof column)
        return false;
    memcpy(column, word, (size_t)(comma - word));
    column[comma - word] = '\0';
    return parse_int64(column, &pixel->x) && parse_int64(comma + 1, &pixel->y);
}

enum option_code {
    OPTION_JSON = 256,
    OPTION_FRAME,
    OPTION_PIXEL,
    OPTION_CHECKSUM,
    OPTION_MASK,
    OPTION_IGNORE,
    OPTION_SATURATION,
    OPTION_CHANNEL
};

static const struct option long_options[] = {
    {"json", no_argument, NULL, OPTION_JSON},
    {"frame", required_argument, NULL, OPTION_FRAME},
    {"pixel", required_argument, NULL, OPTION_PIXEL},
    {"checksum", no_argument, NULL, OPTION_CHECKSUM},
    {"mask", required_argument, NULL, OPTION_MASK},
    {"ignore", required_argument, NULL, OPTION_IGNORE},
    {"saturation", required_argument, NULL, OPTION_SATURATION},
    {"channel", required_argument, NULL, OPTION_CHANNEL},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static enum status choice_take(int code, struct class_choice *choice, struct error *error)
{
    uint8_t bits;
    if (code == OPTION_IGNORE && !mask_layers_parse(optarg, &bits))
        return error_set(error, STATUS_USAGE,
                         "--ignore must be a list of gap, bad, hot, saturated and file, or all, not '%s'",
                         optarg);
    if (code == OPTION_IGNORE) {
        choice->ignored |= bits;
        return STATUS_OK;
    }
    if (!parse_double(optarg, &choice->saturation) || !isfinite(choice->saturation))
        return error_set(error, STATUS_USAGE, "--saturation must be a number, not '%s'", optarg);
    choice->has_saturation = true;
    return STATUS_OK;
}

// Takes one option into `options`; `pixels` is the array behind options->pixels, with room for every
// argument.
static enum status option_take(int code, struct info_options *options, struct info_pixel *pixels, char **argv,
                               struct error *error)
{
    int64_t number;
    switch (code) {
    case OPTION_JSON:
        options->json = true;
        return STATUS_OK;
    case OPTION_CHECKSUM:
        options->checksum = true;
        return STATUS_OK;
    case OPTION_MASK:
        options->mask = optarg;
        return STATUS_OK;
    case OPTION_FRAME:
        if (!parse_int64(optarg, &options->frame) || options->frame < 0)
            return error_set(error, STATUS_USAGE, "--frame must be a number from 0, not '%s'", optarg);
        return STATUS_OK;
    case OPTION_IGNORE:
    case OPTION_SATURATION:
        return choice_take(code, &options->choice, error);
    case OPTION_CHANNEL:
        if (!parse_int64(optarg, &number) || number < 0 || number > INT32_MAX)
            return error_set(error, STATUS_USAGE, "--channel must be a number from 0, not '%s'", optarg);
        options->channel = (int)number;
        return STATUS_OK;
    case OPTION_PIXEL:
        if (!pixel_parse(optarg, &pixels[options->pixel_count]))
            return error_set(error, STATUS_USAGE, "--pixel must be X,Y, such as 10,20, not '%s'", optarg);
        options->pixel_count++;
        return STATUS_OK;
    case ':':
        return error_set(error, STATUS_USAGE, "%s needs a value", argv[optind - 1]);
    default:
        return error_set(error, STATUS_USAGE, "unknown option '%s' (see fovea info --help)",
                         argv[optind - 1]);
    }
}

// What is not an option: further pixels after --pixel ("--pixel 1,2 3,4"), and one source.
static enum status words_take(struct info_options *options, struct info_pixel *pixels, int argc, char **argv,
                              struct error *error)
{
    for (int i = optind; i < argc; i++) {
        bool maybe_pixel = options->pixel_count > 0 && access(argv[i], F_OK) != 0;
        if (maybe_pixel && pixel_parse(argv[i], &pixels[options->pixel_count]))
            options->pixel_count++;
        else if (options->source)
            return error_set(error, STATUS_USAGE, "only one SOURCE may be given, but there is also '%s'",
                             argv[i]);
        else
            options->source = argv[i];
    }
    if (!options->source)
        return error_set(error, STATUS_USAGE, "no SOURCE was named (see fovea info --help)");
    return STATUS_OK;
}

static enum status arguments_parse(struct info_options *options, struct info_pixel *pixels, bool *help,
                                   int argc, char **argv, struct error *error)
{
    opterr = 0;
    optind = 0; // starts the GNU parser afresh
    int code;
    while ((code = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
        if (code == 'h') {
            *help = true;
            return STATUS_OK;
        }
        enum status status = option_take(code, options, pixels, argv, error);
        if (status != STATUS_OK)
            return status;
    }
    return words_take(options, pixels, argc, argv, error);
}

int info_main(int argc, char **argv)
{
    // A pixel takes at least one argument, so this is room enough.
    struct info_pixel *pixels = must_alloc(((size_t)argc + 1) * sizeof *pixels);
    struct info_options options = {.channel = CHANNEL_AUTO, .pixels = pixels};
    struct error error = {0};
    bool help = false;
    enum status status = arguments_parse(&options, pixels, &help, argc, argv, &error);
    if (status != STATUS_OK) {
        fprintf(stderr, "fovea: info: %s\n", error.text);
    } else if (help) {
        fputs(usage, stdout);
    } else {
        status = info_run(&options, stdout, &error);
        if (status != STATUS_OK)
            sentence_print(options.source, error.text);
    }
    free(pixels);
    return status_exit_code(status);
}
