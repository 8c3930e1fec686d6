// SPDX-License-Identifier: MIT
// What a host offers, and the command lines that it keeps until what they wait for is done.
#include "commands/host.h"

void command_run_later(struct command_host *host, const char *line)
{
    if (host->pending.length && *line)
        text_append(&host->pending, "\n");
    text_append(&host->pending, line);
}

bool command_is_pending(const struct command_host *host)
{
    return host->pending.length > 0;
}

bool command_drop(struct command_host *host)
{
    const bool dropped = command_is_pending(host);
    text_clear(&host->pending);
    return dropped;
}

void command_host_finish(struct command_host *host)
{
    text_free(&host->pending);
}

#define OFFERED(group)                                                                                       \
    const struct command_##group##_ops *command_##group(const struct command_host *host)                     \
    {                                                                                                        \
        static const struct command_##group##_ops none;                                                      \
        return host->ops->group ? host->ops->group : &none;                                                  \
    }
OFFERED(files)
OFFERED(series)
OFFERED(mask)
OFFERED(image)
OFFERED(window)
OFFERED(panes)
#undef OFFERED

void command_say(const struct command_host *host, const char *text, bool is_error)
{
    if (command_window(host)->message)
        command_window(host)->message(host->app, text, is_error);
}
