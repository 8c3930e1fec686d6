// SPDX-License-Identifier: MIT
// Repair of TIFF directories that libtiff refuses though their pixels can be found.
#include "base/size.h"
#include "formats/tiff/tiff_internal.h"

#include <stdlib.h>
#include <string.h>

// A directory in the making.
struct repair {
    struct tiff_file *file;
    struct tiff_directory directory;
    struct tiff_entry offsets;
    uint16_t counts_tag; // missing, or 0
    uint64_t *counts;    // of as many chunks as there are offsets
    bool rows;           // RowsPerStrip was mended
};

static void store(const struct tiff_file *file, uint8_t *out, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[file->big_endian ? bytes - 1 - i : i] = (uint8_t)(value >> 8 * i);
}

static uint64_t number_of(const struct repair *repair, uint16_t tag, uint64_t otherwise)
{
    struct tiff_entry entry;
    uint64_t value;
    return tiff_entry_find(repair->file, &repair->directory, tag, &entry) &&
                   tiff_entry_number(repair->file, &entry, &value)
               ? value
               : otherwise;
}

// The rows of an image of which the number of strips is known; a single strip has them all.
static void rows_repair(struct repair *repair)
{
    struct tiff_entry entry;
    uint64_t value;
    if (!tiff_entry_find(repair->file, &repair->directory, TIFFTAG_ROWSPERSTRIP, &entry) ||
        !tiff_entry_number(repair->file, &entry, &value) || value != 0)
        return;
    uint64_t height = number_of(repair, TIFFTAG_IMAGELENGTH, 0);
    bool separate = number_of(repair, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) == PLANARCONFIG_SEPARATE;
    uint64_t planes = separate ? number_of(repair, TIFFTAG_SAMPLESPERPIXEL, 1) : 1;
    uint64_t strips = planes > 0 ? repair->offsets.count / planes : 0;
    if (height == 0 || height > UINT16_MAX * (uint64_t)UINT16_MAX || strips == 0)
        return;
    uint64_t rows = height / strips + (height % strips != 0);
    if (entry.type == TIFF_SHORT && rows > UINT16_MAX)
        return;
    store(repair->file, entry.value, rows, entry.type == TIFF_SHORT ? 2 : 4);
    repair->rows = true;
}

// Every chunk reaches to the next, the last to the end of the file.
static void counts_repair(struct repair *repair, uint16_t tag)
{
    struct tiff_entry entry;
    if (tiff_entry_find(repair->file, &repair->directory, tag, &entry))
        return;
    uint64_t *offsets = tiff_entry_numbers(repair->file, &repair->offsets);
    uint64_t size = (uint64_t)repair->file->bytes;
    for (uint64_t i = 0; offsets && i < repair->offsets.count; i++) {
        uint64_t end = i + 1 < repair->offsets.count && offsets[i + 1] > offsets[i] ? offsets[i + 1] : size;
        offsets[i] = end > offsets[i] ? end - offsets[i] : 0;
    }
    repair->counts = offsets;
    repair->counts_tag = offsets ? tag : 0;
}

// The number of entries whose tags are lower: where the new one belongs.
static size_t entries_before(const struct repair *repair, uint16_t tag)
{
    size_t before = 0, each = TIFF_ENTRY_BYTES(repair->file);
    for (; before < repair->directory.count; before++) {
        const uint8_t *at = repair->directory.entries + before * each;
        unsigned found = repair->file->big_endian ? at[0] << 8 | at[1] : at[1] << 8 | at[0];
        if (found > tag)
            break;
    }
    return before;
}

// The entry of the counts, and the counts themselves at `behind`, which is at `offset` for libtiff.
static void counts_write(const struct repair *repair, uint8_t *entry, uint8_t *behind, uint64_t offset)
{
    const struct tiff_file *file = repair->file;
    size_t word = file->big_tiff ? 8 : 4;
    uint64_t count = repair->offsets.count;
    store(file, entry, repair->counts_tag, 2);
    store(file, entry + 2, file->big_tiff ? TIFF_LONG8 : TIFF_LONG, 2);
    store(file, entry + 4, count, word);
    store(file, entry + 4 + word, count == 1 ? repair->counts[0] : offset, word);
    for (uint64_t i = 0; i < count; i++)
        store(file, behind + i * word, repair->counts[i], word);
}

static uint64_t annex_write(const struct repair *repair)
{
    struct tiff_file *file = repair->file;
    const struct tiff_directory *directory = &repair->directory;
    size_t each = TIFF_ENTRY_BYTES(file), head = file->big_tiff ? 8 : 2, word = file->big_tiff ? 8 : 4;
    size_t gap = (size_t)(file->bytes % 2), added = repair->counts_tag ? 1 : 0;
    size_t before = added ? entries_before(repair, repair->counts_tag) : directory->count;
    size_t table = head + (directory->count + added) * each + word, numbers = 0;
    if (added && !size_multiply((size_t)repair->offsets.count, word, &numbers))
        return 0;
    uint8_t *bytes = numbers > SIZE_MAX / 2 ? NULL : calloc(1, gap + table + numbers);
    uint64_t start = (uint64_t)file->bytes + gap; // on an even offset
    if (!bytes || (!file->big_tiff && start + table + numbers > UINT32_MAX)) {
        free(bytes);
        return 0;
    }
    uint8_t *at = bytes + gap;
    store(file, at, directory->count + added, head);
    memcpy(at + head, directory->entries, before * each);
    memcpy(at + head + (before + added) * each, directory->entries + before * each,
           (directory->count - before) * each);
    if (added)
        counts_write(repair, at + head + before * each, at + table, start + table);
    free(file->annex.bytes);
    file->annex = (struct tiff_annex){.bytes = bytes, .count = gap + table + numbers};
    return start;
}

uint64_t tiff_repair(struct tiff_file *file, uint64_t offset)
{
    struct repair repair = {.file = file};
    uint64_t repaired = 0;
    bool read = tiff_directory_read(file, offset, &repair.directory);
    if (read && tiff_entry_find(file, &repair.directory, TIFFTAG_STRIPOFFSETS, &repair.offsets)) {
        rows_repair(&repair);
        counts_repair(&repair, TIFFTAG_STRIPBYTECOUNTS);
    } else if (read && tiff_entry_find(file, &repair.directory, TIFFTAG_TILEOFFSETS, &repair.offsets)) {
        counts_repair(&repair, TIFFTAG_TILEBYTECOUNTS);
    }
    if (repair.rows || repair.counts_tag)
        repaired = annex_write(&repair);
    free(repair.counts);
    free(repair.directory.entries);
    return repaired;
}
