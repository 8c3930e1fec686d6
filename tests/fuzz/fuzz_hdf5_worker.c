// SPDX-License-Identifier: MIT
// libFuzzer target: any bytes as an HDF5 file, read by libhdf5 in a worker. What decodes without it is
// fuzz_reader_hdf5.c.
#include "fuzz_reader_common.h"

#include <unistd.h>

// What libhdf5 loses on its error paths is not this program's.
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:H5";
}

// libhdf5 asks for the real path of a file, which a file without a name has not.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[] = "/tmp/fuzz_reader_hdf5_XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0 || (size > 0 && write(fd, data, size) != (ssize_t)size))
        abort();
    fuzz_reader_open(&hdf5_reader, path, NULL);
    close(fd);
    unlink(path);
    return 0;
}
