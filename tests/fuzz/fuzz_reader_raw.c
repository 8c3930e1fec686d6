// SPDX-License-Identifier: MIT
// libFuzzer target: the first line as the keys of a raw: name, the rest as the file.
#include "fuzz_reader_common.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = memchr(data, '\n', size);
    size_t keys = end ? (size_t)(end - data) : 0, rest = end ? size - keys - 1 : 0;
    char path[512];
    snprintf(path, sizeof path, "raw:fuzz?%.*s", (int)int64_min((int64_t)keys, 400), data);
    struct blob *blob = blob_of_memory("fuzz", end ? end + 1 : data, (int64_t)rest);
    fuzz_reader_open(&raw_reader, path, blob);
    blob_release(&blob);
    return 0;
}
