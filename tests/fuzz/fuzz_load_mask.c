// SPDX-License-Identifier: MIT
// libFuzzer target: any bytes as a mask file, as its layer, as all layers and as valid pixels; the first byte
// chooses the mask's size. A mask that is refused stays as it was.
#include "formats/writers/mask_file.h"
#include "fuzz_bytes.h"

static const struct {
    int64_t width, height;
} sizes[] = {{1, 1}, {8, 8}, {31, 17}, {64, 64}, {100, 70}, {256, 256}};

static uint8_t *all_pixels(const struct mask *mask, int64_t width, int64_t height)
{
    uint8_t *pixels = malloc((size_t)(width * height));
    if (!pixels)
        abort();
    mask_read(mask, (struct rect){0, 0, width, height}, pixels, (size_t)width);
    return pixels;
}

static void check_load(const char *path, int64_t width, int64_t height, bool layers)
{
    struct mask *mask = NULL;
    if (mask_create(width, height, &mask, NULL) != STATUS_OK)
        abort();
    const uint8_t bits = MASK_BIT(MASK_USER);
    mask_write(mask, (struct rect){0, 0, 1, 1}, &bits, 1, 0xFF);
    uint8_t *before = all_pixels(mask, width, height);
    const enum status status =
        layers ? mask_file_load_layers(path, NULL, mask, NULL) : mask_file_load(path, NULL, mask, NULL);
    uint8_t *after = all_pixels(mask, width, height);
    if (status == STATUS_MISMATCH && memcmp(before, after, (size_t)(width * height)) != 0)
        abort();
    // The loaded layer never touches the user's.
    if (!layers && !(after[0] & bits))
        abort();
    free(before);
    free(after);
    mask_destroy(&mask);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    char path[FUZZ_PATH], valid[FUZZ_PATH + 6];
    const size_t choice = data[0] % (sizeof sizes / sizeof sizes[0]);
    int fd = fuzz_file(data + 1, size - 1, path);
    snprintf(valid, sizeof valid, "valid:%s", path);
    check_load(path, sizes[choice].width, sizes[choice].height, false);
    check_load(valid, sizes[choice].width, sizes[choice].height, false);
    check_load(path, sizes[choice].width, sizes[choice].height, true);
    close(fd);
    return 0;
}
