// SPDX-License-Identifier: MIT
// The command lines that a host keeps until what they wait for is done.
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
