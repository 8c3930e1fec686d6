// SPDX-License-Identifier: MIT
// `fovea info`: its command line, and the warning about lost pixels.
#include "app/info_internal.h"

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
    if (strstr(sentence, source))
        fprintf(stderr, "fovea: %s\n", sentence);
    else
        fprintf(stderr, "fovea: %s: %s\n", source, sentence);
}

static void loss_warn(const struct info_scan *scan)
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
    struct info_scan scan = {.options = options};
    enum status status = info_scan_run(&scan, error);
    if (status == STATUS_OK) {
        loss_warn(&scan);
        status = info_report(&scan, out, error);
    } else if (scan.unread) {
        (void)info_report(&scan, out, NULL);
    }
    if (status == STATUS_OK && (fflush(out) != 0 || ferror(out)))
        status = error_set(error, STATUS_IO, "the output could not be written: %s", strerror(errno));
    info_scan_free(&scan);
    return status;
}

// --- Command line ---

static const char usage[] =
    "Usage: fovea info [OPTIONS] SOURCE\n"
    "Tells what is in an image: a file, a file with a selector (file.fits[2]) or a simulation (sim:).\n"
    "\n"
    "  --json          print JSON\n"
    "  --frame N       the frame, from 0 (default 0)\n"
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
    OPTION_CHANNEL
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
