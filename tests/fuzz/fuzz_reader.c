// SPDX-License-Identifier: MIT
// libFuzzer target of the reader FUZZED_READER: any bytes as a file of its format.
#include "fuzz_reader_common.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_reader_run(&FUZZED_READER, data, size);
    return 0;
}
