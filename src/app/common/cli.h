// SPDX-License-Identifier: MIT
// What all subcommands have in common: parsing of options, --help, the sentence on stderr and the exit code.
#ifndef FOVEA_APP_CLI_H
#define FOVEA_APP_CLI_H

#include "app/common/task.h"
#include "commands/options.h"

struct cli {
    const char *usage;                 // "fovea export [OPTIONS] -o OUT.png SOURCE"
    const struct option_group *groups; // ends with a NULL title
    size_t min_sources, max_sources;   // how many names it takes
    // The work. `names` are borrowed for the call. A failure's sentence is printed by cli_run.
    enum status (*run)(void *context, const char *const *names, size_t count, struct error *error);
    void *context;
    // Of commands that work for a while: their name, and where `run` finds its task. NULL for the others.
    const char *task_name;
    struct task **task;
};

// Parses argv[1 .. argc) and runs. Returns the exit code: 0, 1 (input), 2 (usage), 3 (no OpenGL), or 130
// after Ctrl+C.
int cli_run(const struct cli *cli, int argc, char **argv);

#endif
