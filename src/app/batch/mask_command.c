// SPDX-License-Identifier: MIT
// `fovea mask`: the operations named on the command line, one after the other, and the result in a file.
//
// Each row of the table of mask operations is an option here; its numbers are separated by commas.
#include "app/batch/mask_command.h"

#include "app/common/cli.h"
#include "base/output.h"
#include "commands/operation.h"
#include "formats/writers/mask_file.h"
#include "formats/writers/mask_writer.h"
#include "sources/masks/mask_work.h"
#include "sources/source.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_STEPS = 256, MAX_OPERATIONS = 64, MAX_GROUPS = MAX_OPERATIONS + 3, WAIT_MS = 50 };

// One word of the command line that does something, in order.
struct command_step {
    const struct mask_operation *operation; // NULL: one of the following
    const char *value;                      // as written, or NULL
    enum {
        STEP_OPERATION,
        STEP_FROM,
        STEP_ADD,
        STEP_REMOVE,
        STEP_LAYERS_FROM,
        STEP_MASK,
        STEP_UNMASK,
        STEP_LAYER
    } kind;
};

struct mask_options {
    struct command_step steps[MAX_STEPS];
    size_t count;
    struct mask_save save;
    bool save_layer; // only the layer that was edited last
    int64_t frame;
    int channel;
    struct class_choice choice;
    struct task *task;
};

// What an option for an operation fills.
struct operation_slot {
    struct mask_options *options;
    const struct mask_operation *operation;
    char name[40];
    char argument[120];
    struct option option[2];
};

static enum status add_step(struct mask_options *options, struct command_step step, struct error *error)
{
    if (options->count == MAX_STEPS)
        return error_set(error, STATUS_USAGE, "more than %d operations", MAX_STEPS);
    options->steps[options->count++] = step;
    return STATUS_OK;
}

static enum status set_operation(void *target, const char *value, struct error *error)
{
    const struct operation_slot *slot = target;
    double numbers[MASK_OPERATION_ARGUMENTS];
    size_t count;
    // Bad numbers are told before anything is read.
    const enum status status =
        operation_parse(operation_arguments(slot->operation), value, numbers, &count, error);
    return status ? status
                  : add_step(slot->options,
                             (struct command_step){.operation = slot->operation, .value = value}, error);
}

static bool looks_like_numbers(const char *word)
{
    double number;
    char first[40];
    snprintf(first, sizeof first, "%.*s", (int)strcspn(word, ","), word);
    return parse_double(first, &number);
}

#define SET_STEP(name, what)                                                                                 \
    static enum status name(void *target, const char *value, struct error *error)                            \
    {                                                                                                        \
        return add_step(target, (struct command_step){.kind = (what), .value = value}, error);               \
    }
SET_STEP(set_from, STEP_FROM)
SET_STEP(set_add, STEP_ADD)
SET_STEP(set_remove, STEP_REMOVE)
SET_STEP(set_layers_from, STEP_LAYERS_FROM)
SET_STEP(set_mask, STEP_MASK)
SET_STEP(set_unmask, STEP_UNMASK)

static enum status set_layer(void *target, const char *value, struct error *error)
{
    enum mask_layer layer;
    if (!mask_layer_by_name(value, &layer))
        return error_set(error, STATUS_USAGE, "there is no layer \"%s\"", value);
    return add_step(target, (struct command_step){.kind = STEP_LAYER, .value = value}, error);
}

#define SET_FIELD(name, field, result)                                                                       \
    static enum status name(void *target, const char *value, struct error *error)                            \
    {                                                                                                        \
        (void)value, (void)error;                                                                            \
        ((struct mask_options *)target)->field = (result);                                                   \
        return STATUS_OK;                                                                                    \
    }
SET_FIELD(set_output, save.path, value)
SET_FIELD(set_format, save.format, value)
SET_FIELD(set_dataset, save.dataset, value)
SET_FIELD(set_inverted, save.inverted, true)
SET_FIELD(set_layers, save.layers, true)
SET_FIELD(set_save_layer, save_layer, true)

static enum status set_frame(void *target, const char *value, struct error *error)
{
    int64_t *frame = &((struct mask_options *)target)->frame;
    if (parse_int64(value, frame) && *frame >= 0)
        return STATUS_OK;
    return error_set(error, STATUS_USAGE, "\"%s\" is not a frame number from 0", value);
}

static enum status set_channel(void *target, const char *value, struct error *error)
{
    int64_t channel;
    if (!parse_int64(value, &channel) || channel < 0 || channel > INT16_MAX)
        return error_set(error, STATUS_USAGE, "\"%s\" is not a channel number from 0", value);
    ((struct mask_options *)target)->channel = (int)channel;
    return STATUS_OK;
}

static enum status set_ignore(void *target, const char *value, struct error *error)
{
    uint8_t bits;
    if (!mask_layers_parse(value, &bits))
        return error_set(error, STATUS_USAGE, "\"%s\" is not a list of gap, bad, hot and saturated, or all",
                         value);
    ((struct mask_options *)target)->choice.ignored |= bits;
    return STATUS_OK;
}

static enum status set_saturation(void *target, const char *value, struct error *error)
{
    struct class_choice *choice = &((struct mask_options *)target)->choice;
    if (!parse_double(value, &choice->saturation) || !isfinite(choice->saturation))
        return error_set(error, STATUS_USAGE, "\"%s\" is not a number", value);
    choice->has_saturation = true;
    return STATUS_OK;
}

static const struct option mask_table[] = {
    {.name = "--output",
     .letter = "-o",
     .argument = "FILE",
     .help = "The mask file to write; its name tells the format (npy, edf, tif, fits, h5, msk, png, cbf).",
     .set = set_output},
    {"--format", NULL, "NAME", "The format, whatever the name.", set_format, NULL},
    {"--inverted", NULL, NULL, "Writes 1 for valid pixels and 0 for masked ones.", set_inverted, NULL},
    {"--all-layers", NULL, NULL, "Writes the mask byte with a bit for each layer, not 0 and 1.", set_layers,
     NULL},
    {"--only-layer", NULL, NULL, "Writes only the layer that was edited last.", set_save_layer, NULL},
    {.name = "--dataset",
     .argument = "PATH",
     .help = "Where the mask stands in an HDF5 file.",
     .set = set_dataset},
    {"--frame", NULL, "N", "The frame whose pixels count, from 0.", set_frame, NULL},
    {"--channel", NULL, "N", "The channel of an image with several samples per pixel.", set_channel, NULL},
    {"--ignore", NULL, "CLASSES",
     "Pixels that the data mark as gap (also no data), bad, hot or saturated, or as any of them (all), are values like others.",
     set_ignore, NULL},
    {"--saturation", NULL, "VALUE", "Pixels above are saturated, whatever the file says.", set_saturation,
     NULL},
    {"--hdf5-plugins", NULL, NULL,
     "Lets libhdf5 load filter plugins (HDF5_PLUGIN_PATH), which run code of others.", option_hdf5_plugins,
     NULL},
    {"--memory", NULL, "AMOUNT",
     "The most that is taken for what must be unpacked as a whole, as 500M or 2G.", option_memory, NULL},
    {"--trust-paths", NULL, NULL,
     "Reads the samples that a file takes from another file (EDF, NRRD, HDF5) wherever that is.",
     option_trust_paths, NULL},
    {0},
};

static const struct option step_table[] = {
    {"--from", NULL, "MASK", "Replaces the layer by a mask file; of valid:MASK by what is zero there.",
     set_from, NULL},
    {"--add", NULL, "MASK", "Adds what a mask file masks.", set_add, NULL},
    {"--remove", NULL, "MASK", "Takes away what a mask file masks.", set_remove, NULL},
    {"--layers-from", NULL, "MASK",
     "Replaces all layers by those of a file: bytes written with --all-layers, or a pixel mask of NXmx.",
     set_layers_from, NULL},
    {.name = "--layer",
     .argument = "LAYER",
     .help = "The layer that what follows changes (user): " MASK_LAYER_WORDS ".",
     .set = set_layer},
    {"--unmask", NULL, NULL, "Shapes and values that follow take away from the mask.", set_unmask, NULL},
    {"--mask", NULL, NULL, "Shapes and values that follow add to the mask again.", set_mask, NULL},
    {0},
};

// --- running ---

struct mask_run {
    const struct mask_options *options;
    struct jobs *jobs;
    struct handle *file;
    struct mask *mask;
    struct mask_history *history;
    struct frame_info info; // its sentinels as the options want them
    enum mask_layer layer;
    bool unmask;
    size_t step; // that is being made
};

static void tell_progress(const struct mask_run *run, double of_step)
{
    task_progress(run->options->task, ((double)run->step + of_step) / (double)run->options->count);
}

// What a work over the whole image has left.
struct found {
    bool done;
    enum status status;
    struct error error;
    struct mask_change change;
};

static void take_found(void *context, enum status status, const struct error *error,
                       struct mask_change *change)
{
    *(struct found *)context =
        (struct found){.done = true, .status = status, .error = *error, .change = *change};
}

// Runs it as a job, as the window does, and waits.
static enum status find_change(struct mask_run *run, const struct mask_work_request *request,
                               struct mask_change *change, struct error *error)
{
    struct found found = {0};
    struct mask_work *work = NULL;
    struct mask_work_request own = *request;
    own.done = take_found;
    own.context = &found;
    enum status status = mask_work_start(&own, &work, error);
    while (!status && !found.done) {
        tell_progress(run, mask_work_progress(work));
        jobs_wait(run->jobs, WAIT_MS);
        jobs_drain(run->jobs);
        status = found.done ? STATUS_OK : task_stopped(run->options->task, error);
    }
    if (status) { // stopped by a signal
        mask_work_abandon(&work);
        return status;
    }
    *change = found.change;
    return found.status ? error_set(error, found.status, "%s", found.error.text) : STATUS_OK;
}

static enum status perform(struct mask_run *run, const struct mask_operation *operation,
                           const double *numbers, size_t count, struct error *error)
{
    const uint8_t bits = MASK_BIT(run->layer);
    struct mask_change change = {0};
    if (operation->kind == MASK_AT_ONCE) {
        const struct mask_context context = {
            .history = run->history, .mask = run->mask, .bits = bits, .unmask = run->unmask};
        return operation->run(&context, numbers, count, error);
    }
    const struct mask_work_request request = {.jobs = run->jobs,
                                              .operation = operation,
                                              .numbers = numbers,
                                              .count = count,
                                              .mask = run->mask,
                                              .bits = bits,
                                              .unmask = run->unmask,
                                              .file = run->file,
                                              .frame = run->options->frame,
                                              .sentinels = &run->info.sentinels};
    enum status status = find_change(run, &request, &change, error);
    if (!status)
        status = mask_change_apply(&change, run->history, NULL, error);
    mask_change_free(&change);
    return status;
}

static enum status run_operation(struct mask_run *run, const struct command_step *step, struct error *error)
{
    double numbers[MASK_OPERATION_ARGUMENTS];
    size_t count = 0;
    enum status status =
        operation_parse(operation_arguments(step->operation), step->value, numbers, &count, error);
    if (status)
        return status;
    struct error local = {0};
    mask_edit_begin(run->history, run->mask, MASK_BIT(run->layer), step->operation->name);
    status = perform(run, step->operation, numbers, count, &local);
    mask_edit_commit(run->history);
    return status ? error_set(error, status, "--%s: %s", step->operation->name, local.text) : STATUS_OK;
}

static enum status combine_file(struct mask_run *run, const char *path, enum bitmap_combination how,
                                struct error *error)
{
    struct bitmap *bitmap = NULL;
    enum status status = mask_file_bitmap(path, run->mask->width, run->mask->height,
                                          task_cancel(run->options->task), &bitmap, error);
    if (!status) {
        mask_edit_begin(run->history, run->mask, MASK_BIT(run->layer), "file");
        status = mask_edit_bitmap(run->history, bitmap, how, NULL, error);
        mask_edit_commit(run->history);
    }
    bitmap_destroy(&bitmap);
    return status;
}

static enum status run_step(struct mask_run *run, const struct command_step *step, struct error *error)
{
    switch (step->kind) {
    case STEP_FROM:
        return combine_file(run, step->value, BITMAP_REPLACE, error);
    case STEP_ADD:
        return combine_file(run, step->value, BITMAP_OR, error);
    case STEP_REMOVE:
        return combine_file(run, step->value, BITMAP_MINUS, error);
    case STEP_LAYERS_FROM:
        return mask_file_load_layers(step->value, task_cancel(run->options->task), run->mask, error);
    case STEP_LAYER:
        mask_layer_by_name(step->value, &run->layer);
        return STATUS_OK;
    case STEP_MASK:
    case STEP_UNMASK:
        run->unmask = step->kind == STEP_UNMASK;
        return STATUS_OK;
    default:
        return run_operation(run, step, error);
    }
}

static enum status prepare(struct mask_run *run, const char *name, struct error *error)
{
    struct cancel *cancel = task_cancel(run->options->task);
    struct image_file *file = NULL;
    enum status status = source_open_name(name, run->options->channel, cancel, &file, error);
    if (!status)
        status = image_file_info_heeding(file, run->options->frame, cancel, &run->info, error);
    if (!status)
        status = mask_create(run->info.width, run->info.height, &run->mask, error);
    frame_info_choose(&run->info, &run->options->choice);
    if (file)
        run->file = handle_create(file);
    run->jobs = jobs_create(0, NULL, NULL);
    run->history = mask_history_create(0); // one step at a time: nothing is ever undone here
    return status;
}

static enum status run_mask(void *context, const char *const *names, size_t count, struct error *error)
{
    const struct mask_options *options = context;
    struct mask_run run = {.options = options, .layer = MASK_USER};
    (void)count;
    if (!options->save.path)
        return error_set(error, STATUS_USAGE, "mask needs -o FILE");
    if (!mask_format_find(options->save.path, options->save.format))
        return mask_save(NULL, &options->save, error); // says which formats there are
    enum status status = prepare(&run, names[0], error);
    for (size_t i = 0; i < options->count && !status; i++) {
        run.step = i;
        tell_progress(&run, 0);
        status = task_stopped(options->task, error);
        if (!status)
            status = run_step(&run, &options->steps[i], error);
    }
    if (!status)
        status = task_stopped(options->task, error);
    struct mask_save save = options->save;
    save.cancel = task_cancel(options->task);
    if (options->save_layer)
        save.bits = MASK_BIT(run.layer);
    if (!status)
        status = mask_save(run.mask, &save, error);
    if (!status) {
        const int64_t masked = mask_count(run.mask, save.bits ? save.bits : 0xFF);
        output_line(stdout, "%s: %lld of %lld pixels are masked (%.4g %%)", save.path, (long long)masked,
                    (long long)run.mask->width * run.mask->height,
                    100.0 * (double)masked / (double)run.mask->width / (double)run.mask->height);
    }
    mask_history_destroy(&run.history);
    mask_destroy(&run.mask);
    handle_release(&run.file);
    jobs_destroy(&run.jobs, 0);
    return status;
}

// --- options ---

// An option for each operation, in groups without a heading of their own.
static void make_slots(struct mask_options *options, struct operation_slot *slots,
                       struct option_group *groups)
{
    size_t count = 0;
    for (const struct mask_operation *operation = mask_operations; operation->name && count < MAX_OPERATIONS;
         operation++, count++) {
        struct operation_slot *slot = &slots[count];
        slot->options = options;
        slot->operation = operation;
        snprintf(slot->name, sizeof slot->name, "--%s", operation->name);
        operation_describe(operation_arguments(operation), slot->argument, sizeof slot->argument);
        slot->option[0] = (struct option){.name = slot->name,
                                          .argument = slot->argument[0] ? slot->argument : NULL,
                                          .help = operation->help,
                                          .set = set_operation,
                                          .takes = slot->argument[0] == '[' ? looks_like_numbers : NULL};
        groups[count] = (struct option_group){count ? "" : "Operations, in order", slot->option, slot};
    }
}

// The options with everything that they fill.
struct mask_cli {
    struct mask_options options;
    struct operation_slot slots[MAX_OPERATIONS];
    struct option_group groups[MAX_GROUPS]; // ends with zeros
};

static struct mask_cli *create_cli(void)
{
    struct mask_cli *cli = must_alloc(sizeof *cli);
    memset(cli, 0, sizeof *cli);
    cli->options.channel = CHANNEL_AUTO;
    cli->groups[0] = (struct option_group){"Mask options", mask_table, &cli->options};
    cli->groups[1] = (struct option_group){"Steps, in order", step_table, &cli->options};
    make_slots(&cli->options, cli->slots, cli->groups + 2);
    return cli;
}

void mask_write_troff(struct text *out)
{
    struct mask_cli *cli = create_cli();
    options_write_troff(cli->groups, out);
    free(cli);
}

int mask_main(int argc, char **argv)
{
    struct mask_cli *own = create_cli();
    const struct cli cli = {.usage = "fovea mask [STEP...] [OPERATION...] -o OUT SOURCE",
                            .groups = own->groups,
                            .min_sources = 1,
                            .max_sources = 1,
                            .run = run_mask,
                            .context = &own->options,
                            .task_name = "mask",
                            .task = &own->options.task};
    const int code = cli_run(&cli, argc, argv);
    free(own);
    return code;
}
