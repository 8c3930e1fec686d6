// SPDX-License-Identifier: MIT
// libFuzzer target: any bytes as an MPA file.
#include "fuzz_reader_common.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_reader_run(&mpa_reader, data, size);
    return 0;
}
