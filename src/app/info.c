// SPDX-License-Identifier: MIT
// `fovea info`: its command line, and the warning about lost pixels.
#include "app/info_internal.h"

#include "base/companion.h"
#include "base/memory.h"
#include "base/output.h"

#include <errno.h>
#include <getopt.h>
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

static const char usage[] =
    "Usage: fovea info [OPTIONS] SOURCE...\n"
    "Tells what is in images: files, files with a selector (file.fits[2]), folders, patterns, lists (@list.txt),\n"
    "slabs (sum:N:NAME) or simulations (sim:).\n"
    "\n"
    "  --json          print JSON: an object for a source that is one file, an array of objects for several\n"
    "                  sources and for a folder, pattern, list or series; one that fails is an object of\n"
    "                  source and error\n"
    "  --series        take all files of the folder that are numbered like the one named\n"
    "  --frame N       the frame of each source, from 0 (default 0)\n"
    "  --pixel X,Y     also print the exact value at column X, row Y, from 0 at the first row of the file;\n"
    "                  may be given several times\n"
    "  --checksum      also print the SHA-256 of the samples, row-major, little-endian, in their own type\n"
    "  --verify        also compare the data with the checksum that the file gives of them (CBF)\n"
    "  --metadata      also print all header items of the frame, one a line: key, tab, value\n"
    "  --contents      also print what else the file holds, one a line: selector (opened as FILE::SELECTOR),\n"
    "                  shape, type, storage and a note, with tabs between\n"
    "  --mask FILE     leave out pixels where this image is not zero\n"
    "  --ignore LIST   let pixels of these classes count: gap (also no data), bad, hot, saturated, file, all\n"
    "  --saturation V  leave out pixels above this value, whatever the file says\n"
    "  --channel N     the channel of an image with several samples per pixel; of complex numbers 0 is the\n"
    "                  amplitude, 1 the phase, 2 the real, 3 the imaginary part\n"
    "  --hdf5-plugins  let libhdf5 load filter plugins (HDF5_PLUGIN_PATH), which run code of others; without\n"
    "                  it none is loaded\n"
    "  --memory AMOUNT the most that is taken for what must be unpacked as a whole, as 500M or 2G (three quarters\n"
    "                  of what is free, at most 4 GB)\n"
    "  --trust-paths   read the samples that a file takes from another file (EDF, NRRD, HDF5) wherever that is;\n"
    "                  without it only from the same folder or below\n"
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
    OPTION_VERIFY,
    OPTION_METADATA,
    OPTION_CONTENTS,
    OPTION_MASK,
    OPTION_IGNORE,
    OPTION_SATURATION,
    OPTION_CHANNEL,
    OPTION_SERIES,
    OPTION_PLUGINS,
    OPTION_TRUST,
    OPTION_MEMORY
};

// The command line.
struct request {
    struct info_options options;
    struct info_pixel *pixels; // the array behind options.pixels, with room for every argument
    const char **names;        // likewise
    size_t name_count;
    bool siblings, help;
};

static const struct option long_options[] = {
    {"json", no_argument, NULL, OPTION_JSON},
    {"frame", required_argument, NULL, OPTION_FRAME},
    {"pixel", required_argument, NULL, OPTION_PIXEL},
    {"checksum", no_argument, NULL, OPTION_CHECKSUM},
    {"verify", no_argument, NULL, OPTION_VERIFY},
    {"metadata", no_argument, NULL, OPTION_METADATA},
    {"contents", no_argument, NULL, OPTION_CONTENTS},
    {"mask", required_argument, NULL, OPTION_MASK},
    {"ignore", required_argument, NULL, OPTION_IGNORE},
    {"saturation", required_argument, NULL, OPTION_SATURATION},
    {"channel", required_argument, NULL, OPTION_CHANNEL},
    {"series", no_argument, NULL, OPTION_SERIES},
    {"hdf5-plugins", no_argument, NULL, OPTION_PLUGINS},
    {"trust-paths", no_argument, NULL, OPTION_TRUST},
    {"memory", required_argument, NULL, OPTION_MEMORY},
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

static enum status option_take(int code, struct request *request, char **argv, struct error *error)
{
    struct info_options *options = &request->options;
    int64_t number;
    switch (code) {
    case OPTION_PLUGINS:
        reader_plugins_allow();
        return STATUS_OK;
    case OPTION_MEMORY:
        if (!memory_parse(optarg, &number))
            return error_set(error, STATUS_USAGE, "--memory \"%s\" is not " MEMORY_WANTED, optarg);
        memory_allow(number);
        return STATUS_OK;
    case OPTION_TRUST:
        companion_trust();
        return STATUS_OK;
    case OPTION_SERIES:
        request->siblings = true;
        return STATUS_OK;
    case OPTION_JSON:
        options->json = true;
        return STATUS_OK;
    case OPTION_CHECKSUM:
        options->checksum = true;
        return STATUS_OK;
    case OPTION_VERIFY:
        options->verify = true;
        return STATUS_OK;
    case OPTION_METADATA:
        options->metadata = true;
        return STATUS_OK;
    case OPTION_CONTENTS:
        options->contents = true;
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
        if (!pixel_parse(optarg, &request->pixels[options->pixel_count]))
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

// What is not an option: further pixels after --pixel ("--pixel 1,2 3,4"), and the sources.
static enum status words_take(struct request *request, int argc, char **argv, struct error *error)
{
    struct info_options *options = &request->options;
    for (int i = optind; i < argc; i++) {
        bool maybe_pixel = options->pixel_count > 0 && access(argv[i], F_OK) != 0;
        if (maybe_pixel && pixel_parse(argv[i], &request->pixels[options->pixel_count]))
            options->pixel_count++;
        else
            request->names[request->name_count++] = argv[i];
    }
    if (request->name_count == 0)
        return error_set(error, STATUS_USAGE, "no SOURCE was named (see fovea info --help)");
    return STATUS_OK;
}

static enum status arguments_parse(struct request *request, int argc, char **argv, struct error *error)
{
    opterr = 0;
    optind = 0; // starts the GNU parser afresh
    int code;
    while ((code = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
        if (code == 'h') {
            request->help = true;
            return STATUS_OK;
        }
        enum status status = option_take(code, request, argv, error);
        if (status != STATUS_OK)
            return status;
    }
    return words_take(request, argc, argv, error);
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
    enum status status = arguments_parse(&request, argc, argv, &error);
    int code = status_exit_code(status);
    if (status != STATUS_OK) {
        output_sentence("info: %s", error.text);
    } else if (request.help) {
        fputs(usage, stdout);
    } else {
        struct task *task = request.options.task = task_begin("info", STDERR_FILENO, TASK_PROGRESS_AFTER_MS);
        status = run_request(&request);
        code = task_end(&task, status);
    }
    free(request.pixels);
    free(request.names);
    return code;
}
