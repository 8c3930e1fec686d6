// SPDX-License-Identifier: MIT
// libFuzzer target: the first line as the keys of a raw: name, the rest as the file.
#include "fuzz_reader_common.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = memchr(data, '\n', size);
    size_t keys = end ? (size_t)(end - data) : 0, rest = end ? size - keys - 1 : 0;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || (rest > 0 && write(fd, end + 1, rest) != (ssize_t)rest))
        abort();
    char path[512];
    snprintf(path, sizeof path, "raw:/proc/self/fd/%d?%.*s", fd, (int)int64_min((int64_t)keys, 400), data);
    struct open_request request = {.path = path, .channel = CHANNEL_AUTO};
    struct image_file *file = NULL;
    if (raw_reader.open(&request, &file, NULL) == STATUS_OK)
        fuzz_exercise(file);
    image_file_close(&file);
    close(fd);
    return 0;
}
