// SPDX-License-Identifier: MIT
// libFuzzer target: any bytes as a packed file, unpacked in pieces of odd sizes and opened.
#include "fuzz_reader_common.h"

#include "formats/packed/wrapped.h"

enum { MOST_BYTES = 1 << 20, PIECE = 4093 };

static void unpack(const struct blob *blob, enum unpack_method method)
{
    struct unpacker *unpacker = unpacker_create(blob, 0, blob_size(blob), method);
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
    struct blob *blob = blob_of_memory("fuzz", data, (int64_t)size);
    unpack(blob, method);
    const struct open_request request = {.path = "fuzz", .blob = blob, .channel = CHANNEL_AUTO};
    const struct wrapped_limits limits = {.always = MOST_BYTES, .ratio = 50, .memory_bytes = MOST_BYTES};
    struct image_file *file = NULL;
    if (wrapped_open(&request, method, &limits, &file, NULL) == STATUS_OK)
        fuzz_exercise(file);
    image_file_close(&file);
    blob_release(&blob);
    return 0;
}
