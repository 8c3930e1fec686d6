// SPDX-License-Identifier: MIT
// libFuzzer target: any bytes as a FITS file.
#include "fuzz_reader_common.h"

// cfitsio 4.2 forgets its buffers when a compressed tile is damaged.
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libcfitsio\n";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_reader_run(&fits_reader, data, size);
    return 0;
}
