// SPDX-License-Identifier: MIT
// Running the program through the shell.
#include "support/program.h"

#include "support/testdata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { OUTPUT_MAX = 1 << 20 };

const char *program_path(void)
{
    const char *path = getenv("FOVEA_BINARY");
    if (!path) {
        print_message("skipped: FOVEA_BINARY is not set\n");
        skip();
    }
    return path;
}

static char *read_stream(FILE *stream)
{
    char *text = calloc(1, OUTPUT_MAX + 1);
    assert_non_null(text);
    text[fread(text, 1, OUTPUT_MAX, stream)] = '\0';
    return text;
}

struct run program_run(const char *environment, const char *format, ...)
{
    char arguments[8192], command[10000];
    va_list args;
    va_start(args, format);
    vsnprintf(arguments, sizeof arguments, format, args);
    va_end(args);
    const char *errors_path = temporary_path("stderr");
    snprintf(command, sizeof command, "%s '%s' %s 2>'%s'", environment, program_path(), arguments,
             errors_path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    struct run run = {.output = read_stream(pipe)};
    const int status = pclose(pipe);
    run.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    FILE *errors = fopen(errors_path, "rb");
    assert_non_null(errors);
    run.errors = read_stream(errors);
    fclose(errors);
    return run;
}

void run_free(struct run *run)
{
    free(run->output);
    free(run->errors);
}

void run_check_sentence(const struct run *run, const char *const *words, int count)
{
    const char *end = strchr(run->errors, '\n');
    if (!end || end[1] || end == run->errors)
        fail_msg("stderr is not one line: \"%s\"", run->errors);
    for (int i = 0; i < count; i++) {
        if (!strstr(run->errors, words[i]))
            fail_msg("\"%s\" is not in: %s", words[i], run->errors);
    }
}
