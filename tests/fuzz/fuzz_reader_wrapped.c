// SPDX-License-Identifier: MIT
// libFuzzer target: any bytes as a packed file, unpacked in pieces of odd sizes and opened.
#include "fuzz_reader_common.h"

#include "formats/packed/wrapped.h"

enum { MOST_BYTES = 1 << 20, PIECE = 4093 };

static void unpack(const char *path, int fd, size_t size, enum unpack_method method)
{
    struct unpacker *unpacker = unpacker_create(fd, path, 0, (int64_t)size, method);
    static uint8_t piece[PIECE];
    size_t made = 1;
    for (size_t total = 0; made > 0 && total < MOST_BYTES; total += made)
        if (unpacker_read(unpacker, piece, total % PIECE + 1, &made, NULL) != STATUS_OK)
            break;
    unpacker_destroy(unpacker);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const enum unpack_method method = unpack_method_find(data, size);
    if (method == UNPACK_STORED)
        return -1; // not worth keeping
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    unpack(path, fd, size, method);
    const struct open_request request = {.path = path, .channel = CHANNEL_AUTO};
    const struct wrapped_limits limits = {.always = MOST_BYTES, .ratio = 50, .memory_bytes = MOST_BYTES};
    struct image_file *file = NULL;
    if (wrapped_open(&request, method, &limits, &file, NULL) == STATUS_OK)
        fuzz_exercise(file);
    image_file_close(&file);
    close(fd);
    return 0;
}
