// SPDX-License-Identifier: MIT
// One way through every subcommand.
#include "app/common/cli.h"

#include "base/output.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void print_help(const struct cli *cli)
{
    struct text text = {0};
    text_printf(&text, "Usage: %s\n", cli->usage);
    options_write_help(cli->groups, &text);
    fputs(text_string(&text), stdout);
    text_free(&text);
}

static enum status check_count(const struct cli *cli, size_t count, struct error *error)
{
    if (count >= cli->min_sources && count <= cli->max_sources)
        return STATUS_OK;
    return error_set(error, STATUS_USAGE, "one image is needed, %zu were given; usage: %s", count,
                     cli->usage);
}

// The work, and what is said of its failure. Returns the exit code.
static int run(const struct cli *cli, const char *const *names, size_t count)
{
    struct error error = {0};
    struct task *task = NULL;
    if (cli->task)
        task = *cli->task = task_begin(cli->task_name, STDERR_FILENO, TASK_PROGRESS_AFTER_MS);
    const enum status status = cli->run(cli->context, names, count, &error);
    const int code = task ? task_end(&task, status) : status_exit_code(status);
    if (status && status != STATUS_CANCELLED)
        output_sentence("%s", error.text);
    return code;
}

int cli_run(const struct cli *cli, int argc, char **argv)
{
    int code = 0;
    const char **names = must_alloc((size_t)(argc + 1) * sizeof *names);
    size_t count = 0;
    bool help = false;
    struct error error = {0};
    enum status status = options_parse(argc - 1, argv + 1, cli->groups, names, &count, &help, &error);
    if (!status && help) {
        print_help(cli);
    } else {
        if (!status)
            status = check_count(cli, count, &error);
        if (!status)
            code = run(cli, names, count);
    }
    if (status)
        output_sentence("%s", error.text);
    free(names);
    return status ? status_exit_code(status) : code;
}
