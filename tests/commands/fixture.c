// SPDX-License-Identifier: MIT
// The fake host that the tests of commands share.
#include "commands/fixture.h"

struct fake_host fake;

int fake_set_up(void **state)
{
    (void)state;
    fake_host_init(&fake);
    return 0;
}

int fake_tear_down(void **state)
{
    (void)state;
    fake_host_finish(&fake);
    return 0;
}

void fake_refuses(const char *line, const char *sentence)
{
    fake_host_refuses(&fake, line, STATUS_USAGE, sentence);
}
