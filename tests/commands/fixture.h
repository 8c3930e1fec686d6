// SPDX-License-Identifier: MIT
// A fake host for each test of commands.
#ifndef FOVEA_TESTS_COMMANDS_FIXTURE_H
#define FOVEA_TESTS_COMMANDS_FIXTURE_H

#include "commands/fake_host.h"

// The host of a test, made before it and finished after it (cmocka_unit_test_setup_teardown).
extern struct fake_host fake;
int fake_set_up(void **state);
int fake_tear_down(void **state);
// Runs a line in it that must fail as wrong usage, with this sentence.
void fake_refuses(const char *line, const char *sentence);

#endif
