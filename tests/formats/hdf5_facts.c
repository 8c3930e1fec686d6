// SPDX-License-Identifier: MIT
// Facts of a worker that lies: nothing that cannot be is believed. What is true comes through as it was.
#include "formats/hdf5/hdf5_facts.h"
#include "formats/hdf5/hdf5_link.h"
#include "support/testdata.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char path[] = "/data/a.h5", name[] = "/entry/data";

static struct hdf5_dataset honest(void)
{
    return (struct hdf5_dataset){.path = path,
                                 .opened = path,
                                 .name = name,
                                 .unit = "counts",
                                 .rank = 3,
                                 .dims = {10, 20, 30},
                                 .type = {.type = SAMPLE_U16, .exact = true},
                                 .storage = HDF5_STORED_CHUNKS,
                                 .cached = true,
                                 .fill = {7, 1},
                                 .offset = -1,
                                 .chunk = {1, 20, 15},
                                 .stored = 4711};
}

static struct hdf5_dataset *through(const struct hdf5_dataset *told)
{
    struct message_out out = {0};
    hdf5_dataset_put(&out, told);
    struct message_in in = {.at = out.bytes, .left = out.count};
    struct hdf5_dataset *got = hdf5_dataset_get(&in);
    assert_true(got ? !in.bad && in.left == 0 : in.bad);
    message_out_free(&out);
    return got;
}

static void refused(const struct hdf5_dataset *told)
{
    assert_null(through(told));
}

static void the_truth_comes_through(void **state)
{
    (void)state;
    const struct hdf5_dataset told = honest();
    struct hdf5_dataset *got = through(&told);
    assert_non_null(got);
    assert_string_equal(got->path, path);
    assert_string_equal(got->name, name);
    assert_string_equal(got->unit, "counts");
    assert_int_equal(got->rank, 3);
    assert_int_equal(got->dims[2], 30);
    assert_int_equal(got->chunk[2], 15);
    assert_int_equal(got->chunk_bytes, 600);
    assert_int_equal(got->stored, 4711);
    assert_memory_equal(got->fill, told.fill, sizeof told.fill);
    assert_int_equal(hdf5_chunk_total(got), 20);
    hdf5_dataset_free(got);
}

static void lies_about_datasets_are_refused(void **state)
{
    (void)state;
    struct hdf5_dataset lie = honest();
    lie.dims[0] = INT64_MAX / 2;
    refused(&lie);
    lie = honest();
    lie.dims[1] = -1;
    refused(&lie);
    lie = honest();
    lie.chunk[2] = 0;
    refused(&lie);
    lie = honest();
    lie.chunk[0] = lie.chunk[1] = lie.chunk[2] = UINT32_MAX;
    refused(&lie);
    lie = honest();
    lie.type.type = SAMPLE_COUNT;
    refused(&lie);
    lie = honest();
    lie.type.exact = false; // chunks that are no samples
    refused(&lie);
    lie = honest();
    lie.pipeline = (struct hdf5_pipeline){.filters = {{.id = 12345}}, .count = 1};
    refused(&lie);
    lie = honest();
    lie.storage = HDF5_STORED_COUNT;
    refused(&lie);
    lie = honest();
    lie.storage = HDF5_STORED_EXTERNAL; // without a file
    refused(&lie);
    lie = honest();
    lie.type = (struct hdf5_type){.type = SAMPLE_U8, .complex = true};
    lie.storage = HDF5_STORED_OTHER;
    refused(&lie);
    lie = honest();
    lie.offset = -2;
    refused(&lie);
    lie = honest();
    memset(lie.unit, 0xFF, sizeof lie.unit);
    refused(&lie);
}

static struct hdf5_mapping paired(void)
{
    struct hdf5_mapping mapping = {.name = name, .paired = true, .source_rank = 2};
    for (int axis = 0; axis < 3; axis++) {
        const int64_t length = axis ? 10 * (axis + 1) : 10;
        mapping.virtual_steps[axis] = (struct hdf5_steps){0, length, 1, length};
        mapping.source_axis[axis] = axis - 1;
    }
    mapping.source_steps[0] = (struct hdf5_steps){0, 20, 1, 20};
    mapping.source_steps[1] = (struct hdf5_steps){0, 30, 1, 30};
    return mapping;
}

static void lies_about_mappings_are_refused(void **state)
{
    (void)state;
    struct hdf5_mapping mapping = paired();
    struct hdf5_dataset told = honest();
    told.storage = HDF5_STORED_VIRTUAL;
    memset(told.chunk, 0, sizeof told.chunk);
    told.mappings = (struct hdf5_mappings){.items = &mapping, .count = 1};
    struct hdf5_dataset *got = through(&told);
    assert_non_null(got);
    assert_int_equal(got->mappings.items[0].source_axis[2], 1);
    assert_false(got->mappings.apart);
    hdf5_dataset_free(got);
    mapping.source_axis[2] = 2; // of two
    refused(&told);
    mapping = paired();
    mapping.source_steps[1].block = 0; // a division
    refused(&told);
    mapping = paired();
    mapping.source_steps[1] = (struct hdf5_steps){0, INT64_MAX / 8, 1, 1};
    refused(&told);
    mapping = paired();
    mapping.virtual_steps[0] = (struct hdf5_steps){0, INT64_MAX / 8, 1000, 1};
    refused(&told);
    mapping = paired();
    mapping.source_rank = 7; // more axes than are kept
    refused(&told);
    int64_t boxes[6] = {0, 0, 0, 1, -1, 1};
    mapping = (struct hdf5_mapping){.name = name, .boxes = boxes, .box_count = 1};
    refused(&told);
    boxes[4] = 1;
    got = through(&told);
    assert_non_null(got);
    assert_true(got->mappings.apart);
    hdf5_dataset_free(got);
    mapping.paired = true; // boxes are paired with nothing
    refused(&told);
}

static void messages_that_end_early_are_refused(void **state)
{
    (void)state;
    struct message_out out = {0};
    const struct hdf5_dataset told = honest();
    hdf5_dataset_put(&out, &told);
    for (size_t left = 0; left < out.count; left++) {
        uint8_t *exact = malloc(left + 1); // so that a sanitizer sees what is read behind it
        memcpy(exact + 1, out.bytes, left);
        struct message_in in = {.at = exact + 1, .left = left};
        assert_null(hdf5_dataset_get(&in));
        free(exact);
    }
    // A list that claims to be longer than the message.
    struct message_out list = {0};
    message_put(&list, 1000);
    message_put(&list, 1);
    struct message_in in = {.at = list.bytes, .left = list.count};
    assert_int_equal(message_get_count(&in, 5000, 8), 0);
    assert_true(in.bad);
    message_out_free(&list);
    message_out_free(&out);
}

static struct hdf5_layout layout(struct hdf5_part *part)
{
    *part = (struct hdf5_part){.path = path, .name = name, .frames = 10};
    return (struct hdf5_layout){
        .parts = part,
        .count = 1,
        .type = SAMPLE_U16,
        .axes = {.rank = 3,
                 .axis = {{AXIS_FRAMES, 0, 10}, {AXIS_ROWS, 0, 20}, {AXIS_COLUMNS, 0, 30}},
                 .rows = 1,
                 .columns = 2,
                 .colours = AXES_NONE},
        .channels = {.channels = 1},
        .whole = true,
        .shown = name};
}

static bool layout_through(const struct hdf5_layout *told)
{
    struct message_out out = {0};
    struct hdf5_layout got;
    hdf5_layout_put(&out, told);
    struct message_in in = {.at = out.bytes, .left = out.count};
    const bool good = hdf5_layout_get(&in, &got);
    if (good)
        assert_int_equal(got.frames, 10);
    if (good)
        hdf5_layout_free(&got);
    message_out_free(&out);
    return good;
}

static void lies_about_layouts_are_refused(void **state)
{
    (void)state;
    struct hdf5_part part;
    struct hdf5_layout told = layout(&part);
    assert_true(layout_through(&told));
    told.axes.columns = 1; // the rows
    assert_false(layout_through(&told));
    told = layout(&part);
    told.axes.axis[2].count = INT64_MAX / 8;
    assert_false(layout_through(&told));
    told = layout(&part);
    told.axes.axis[1].count = 0;
    assert_false(layout_through(&told));
    told = layout(&part);
    told.channels.channel = 1; // of one
    assert_false(layout_through(&told));
    told = layout(&part);
    told.channels = (struct channel_choice){.channels = 1, .channel = CHANNEL_PHASE};
    assert_false(layout_through(&told));
    told = layout(&part);
    part.frames = 0;
    assert_false(layout_through(&told));
}

// A worker could take memory away that is mapped, or give less than it says.
static void memory_that_is_not_sealed_is_refused(void **state)
{
    (void)state;
    enum { BYTES = 10000 };
    int fd;
    uint8_t *memory = hdf5_memory_create(BYTES, &fd);
    assert_non_null(memory);
    memset(memory, 0x5A, BYTES);
    assert_null(hdf5_memory_map(fd, BYTES));
    assert_true(hdf5_memory_seal(memory, BYTES, fd));
    assert_null(hdf5_memory_map(fd, BYTES - 1));
    assert_null(hdf5_memory_map(fd, 2 * BYTES));
    const uint8_t *mapped = hdf5_memory_map(fd, BYTES);
    assert_non_null(mapped);
    assert_int_equal(mapped[BYTES - 1], 0x5A);
    assert_int_not_equal(ftruncate(fd, 0), 0);
    assert_int_not_equal(pwrite(fd, "x", 1, 0), 1);
    hdf5_memory_unmap(mapped, BYTES);
    close(fd);
    fd = open("/dev/zero", O_RDONLY);
    assert_null(hdf5_memory_map(fd, BYTES));
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_truth_comes_through),
        cmocka_unit_test(lies_about_datasets_are_refused),
        cmocka_unit_test(lies_about_mappings_are_refused),
        cmocka_unit_test(messages_that_end_early_are_refused),
        cmocka_unit_test(lies_about_layouts_are_refused),
        cmocka_unit_test(memory_that_is_not_sealed_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
