// SPDX-License-Identifier: MIT
// `fovea info`: its command line, and the warning about lost pixels.
#include "app/batch/info_internal.h"

#include "base/output.h"
#include "base/text.h"
#include "commands/options.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Prints "fovea: NAME: sentence" with the name only once.
static void sentence_print(const char *source, const char *sentence)
{
    const char *behind = error_behind_path(sentence, source);
    if (behind == sentence && strstr(sentence, source))
        output_sentence("%s", sentence);
    else
        output_sentence("%s: %s", source, behind);
}

static void loss_warn(const struct info_scan *scan)
{
    if (scan->report.lost_pixels == 0)
        return;
    const char *why = error_behind_path(scan->report.first_loss.text, scan->options->source);
    char sentence[1024];
    snprintf(sentence, sizeof sentence, "%" PRId64 " pixels are lost and left out of the figures: %s",
             scan->report.lost_pixels, why[0] ? why : "the file is damaged");
    sentence_print(scan->options->source, sentence);
}

enum status info_run(const struct info_options *options, FILE *out, struct error *error)
{
    struct info_scan scan = {.options = options};
    enum status status = info_scan_run(&scan, error);
    if (status == STATUS_OK) {
        loss_warn(&scan);
        info_report(&scan, out);
    } else if (scan.unread) {
        info_report(&scan, out);
    }
    if (status == STATUS_OK && (fflush(out) != 0 || ferror(out)))
        status = error_set(error, STATUS_IO, "the output could not be written: %s", strerror(errno));
    info_scan_free(&scan);
    return status;
}

// --- Command line ---

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

// The command line.
struct request {
    struct info_options options;
    struct info_pixel *pixels; // the array behind options.pixels, with room for every argument
    const char **names;        // likewise
    size_t name_count;
    bool siblings, help;
};

// Every setter fills struct request from a value; it must match option.set.
#define SETTER(name) static enum status name(void *target, const char *value, struct error *error)
#define SWITCH(name, field)                                                                                  \
    SETTER(name)                                                                                             \
    {                                                                                                        \
        (void)value, (void)error;                                                                            \
        ((struct request *)target)->field = true;                                                            \
        return STATUS_OK;                                                                                    \
    }

SWITCH(set_json, options.json)
SWITCH(set_checksum, options.checksum)
SWITCH(set_verify, options.verify)
SWITCH(set_metadata, options.metadata)
SWITCH(set_contents, options.contents)
SWITCH(set_series, siblings)

static enum status bad_value(const char *value, const char *wanted, struct error *error)
{
    return error_set(error, STATUS_USAGE, "\"%s\" is not %s", value, wanted);
}

SETTER(set_mask)
{
    (void)error;
    ((struct request *)target)->options.mask = value;
    return STATUS_OK;
}

SETTER(set_frame)
{
    struct info_options *options = &((struct request *)target)->options;
    const bool good = parse_int64(value, &options->frame) && options->frame >= 0;
    return good ? STATUS_OK : bad_value(value, "a frame number from 0", error);
}

SETTER(set_channel)
{
    int64_t channel;
    if (!parse_int64(value, &channel) || channel < 0 || channel > INT32_MAX)
        return bad_value(value, "a channel number from 0", error);
    ((struct request *)target)->options.channel = (int)channel;
    return STATUS_OK;
}

SETTER(set_ignore)
{
    uint8_t bits;
    if (!mask_layers_parse(value, &bits))
        return bad_value(value, "a list of gap, bad, hot, saturated and file, or all", error);
    ((struct request *)target)->options.choice.ignored |= bits;
    return STATUS_OK;
}

SETTER(set_saturation)
{
    struct class_choice *choice = &((struct request *)target)->options.choice;
    if (!parse_double(value, &choice->saturation) || !isfinite(choice->saturation))
        return bad_value(value, "a number", error);
    choice->has_saturation = true;
    return STATUS_OK;
}

// Takes a word as one more pixel; false if it is none.
static bool take_pixel(struct request *request, const char *word)
{
    if (!pixel_parse(word, &request->pixels[request->options.pixel_count]))
        return false;
    request->options.pixel_count++;
    return true;
}

SETTER(set_pixel)
{
    return take_pixel(target, value) ? STATUS_OK : bad_value(value, "X,Y, such as 10,20", error);
}
#undef SWITCH
#undef SETTER

static const struct option info_table[] = {
    {"--json", NULL, NULL,
     "Prints JSON: an object for a source that is one file, an array of objects for several sources and for a folder, pattern, list or series; one that fails is an object of source and error.",
     set_json, NULL},
    {"--series", NULL, NULL, "Takes all files of the folder that are numbered like the one named.",
     set_series, NULL},
    {"--frame", NULL, "N", "The frame of each source, from 0, which is the default.", set_frame, NULL},
    {"--pixel", NULL, "X,Y",
     "Also prints the exact value at column X, row Y, from 0 at the first row of the file; may be given several times.",
     set_pixel, NULL},
    {"--checksum", NULL, NULL,
     "Also prints the SHA-256 of the samples, row-major, little-endian, in their own type.", set_checksum,
     NULL},
    {"--verify", NULL, NULL, "Also compares the data with the checksum that the file gives of them (CBF).",
     set_verify, NULL},
    {"--metadata", NULL, NULL, "Also prints all header items of the frame, one a line: key, tab, value.",
     set_metadata, NULL},
    {"--contents", NULL, NULL,
     "Also prints what else the file holds, one a line: selector (opened as FILE::SELECTOR), shape, type, storage and a note, with tabs between.",
     set_contents, NULL},
    {"--mask", NULL, "FILE", "Leaves out pixels where this image is not zero.", set_mask, NULL},
    {"--ignore", NULL, "LIST",
     "Lets pixels of these classes count: gap (also no data), bad, hot, saturated, file, all.", set_ignore,
     NULL},
    {"--saturation", NULL, "VALUE", "Leaves out pixels above this value, whatever the file says.",
     set_saturation, NULL},
    {"--channel", NULL, "N",
     "The channel of an image with several samples per pixel; of complex numbers 0 is the amplitude, 1 the phase, 2 the real, 3 the imaginary part.",
     set_channel, NULL},
    {"--hdf5-plugins", NULL, NULL,
     "Lets libhdf5 load filter plugins (HDF5_PLUGIN_PATH), which run code of others; without it none is loaded.",
     option_hdf5_plugins, NULL},
    {"--memory", NULL, "AMOUNT",
     "The most that is taken for what must be unpacked as a whole, as 500M or 2G; default: three quarters of what is free, at most 4 GB.",
     option_memory, NULL},
    {"--trust-paths", NULL, NULL,
     "Reads the samples that a file takes from another file (EDF, NRRD, HDF5) wherever that is; without it only from the same folder or below.",
     option_trust_paths, NULL},
    {0},
};

static void print_usage(const struct option_group *groups)
{
    struct text text = {0};
    text_append(&text, "Usage: fovea info [OPTIONS] SOURCE...\n"
                       "Tells what is in images: files, files with a selector (file.fits[2]), folders,\n"
                       "patterns, lists (@list.txt), slabs (sum:N:NAME) or simulations (sim:).\n");
    options_write_help(groups, &text);
    fputs(text_string(&text), stdout);
    text_free(&text);
}

// What is not an option: further pixels after --pixel ("--pixel 1,2 3,4"), and the sources.
static enum status sort_words(struct request *request, size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        const char *word = request->names[i];
        const bool maybe_pixel = request->options.pixel_count > 0 && access(word, F_OK) != 0;
        if (!maybe_pixel || !take_pixel(request, word))
            request->names[request->name_count++] = word;
    }
    if (request->name_count == 0)
        return error_set(error, STATUS_USAGE, "no SOURCE was named (see fovea info --help)");
    return STATUS_OK;
}

static enum status arguments_parse(struct request *request, const struct option_group *groups, int argc,
                                   char **argv, struct error *error)
{
    size_t count = 0;
    enum status status =
        options_parse(argc - 1, argv + 1, groups, request->names, &count, &request->help, error);
    return status || request->help ? status : sort_words(request, count, error);
}

// --- One source, or several ---

static enum status run_one(const struct request *request)
{
    struct error error = {0};
    const enum status status = info_run(&request->options, stdout, &error);
    if (status != STATUS_OK && status != STATUS_CANCELLED)
        sentence_print(request->options.source, error.text);
    return status;
}

// One of several; what was found in a folder and is no image is passed over. `printed` counts what was
// printed.
static enum status run_element(struct request *request, bool found, size_t *printed)
{
    struct info_options *options = &request->options;
    struct error error = {0};
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    if (!out)
        return error_set(&error, STATUS_NO_MEMORY, "no memory");
    const enum status status = info_run(options, out, &error);
    const bool passed_over = found && status == STATUS_NOT_MINE, failed = status && !passed_over;
    if (failed && status != STATUS_CANCELLED)
        sentence_print(options->source, error.text);
    if (failed && options->json)
        info_report_failure(options->source, &error, out);
    fclose(out);
    if (bytes > 0) {
        while (options->json && text[bytes - 1] == '\n')
            text[--bytes] = '\0';
        printf("%s%s", *printed ? options->json ? ",\n" : "\n" : "", text);
        (*printed)++;
    }
    free(text);
    return failed ? status : STATUS_OK;
}

static enum status run_several(struct request *request, const struct series *series)
{
    enum status first = STATUS_OK;
    size_t printed = 0;
    fputs(request->options.json ? "[\n" : "", stdout);
    for (size_t i = 0; i < series->count && first != STATUS_CANCELLED; i++) {
        request->options.source = series->names[i];
        request->options.index = i;
        request->options.count = series->count;
        const enum status status = run_element(request, series->found[i], &printed);
        if (first == STATUS_OK || status == STATUS_CANCELLED)
            first = status;
    }
    fputs(request->options.json ? "\n]\n" : "", stdout);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return first;
    output_sentence("the output could not be written: %s", strerror(errno));
    return STATUS_IO;
}

// A name that is one file is told as it is; whatever stands for several is a list, also of one.
static bool is_list(const struct request *request, const struct series *series)
{
    return series->count != 1 || request->name_count > 1 || request->siblings || series->found[0] ||
           request->names[0][0] == '@';
}

static enum status run_request(struct request *request)
{
    struct series series = {0};
    struct error error = {0};
    enum status status =
        series_expand(request->names, request->name_count, request->siblings, &series, &error);
    if (status != STATUS_OK) {
        output_sentence("%s", error.text);
    } else if (is_list(request, &series)) {
        status = run_several(request, &series);
    } else {
        request->options.source = series.names[0];
        status = run_one(request);
    }
    series_free(&series);
    return status;
}

int info_main(int argc, char **argv)
{
    // A pixel or a name takes at least one argument, so this is room enough.
    const size_t room = (size_t)argc + 1;
    struct request request = {.options = {.channel = CHANNEL_AUTO}};
    struct error error = {0};
    request.pixels = must_alloc(room * sizeof *request.pixels);
    request.names = must_alloc(room * sizeof *request.names);
    request.options.pixels = request.pixels;
    const struct option_group groups[] = {{"Info options", info_table, &request}, {0}};
    enum status status = arguments_parse(&request, groups, argc, argv, &error);
    int code = status_exit_code(status);
    if (status != STATUS_OK) {
        output_sentence("info: %s", error.text);
    } else if (request.help) {
        print_usage(groups);
    } else {
        struct task *task = request.options.task = task_begin("info", STDERR_FILENO, TASK_PROGRESS_AFTER_MS);
        status = run_request(&request);
        code = task_end(&task, status);
    }
    free(request.pixels);
    free(request.names);
    return code;
}
