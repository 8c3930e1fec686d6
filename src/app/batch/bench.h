// SPDX-License-Identifier: MIT
// `fovea bench`: the figures that matter, measured in one run beside their yardstick.
#ifndef FOVEA_APP_BENCH_H
#define FOVEA_APP_BENCH_H

// argv[0] is "bench". Returns the exit code.
int bench_main(int argc, char **argv);

#endif
