// SPDX-License-Identifier: MIT
// libFuzzer target: any bytes as a mask of Fit2D.
#include "fuzz_reader_common.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_reader_run(&fit2d_mask_reader, data, size);
    return 0;
}
