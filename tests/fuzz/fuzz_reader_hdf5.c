// SPDX-License-Identifier: MIT
// libFuzzer target: the HDF5 reader without libhdf5. The input says what a worker would tell of a file, and
// is the file: its chunks lie anywhere in it.
//
// The facts are made of a few bytes of the input, so that most are sound and decoding is reached; what an
// answer looks like that is not sound is fuzz_hdf5_facts.c.
#include "formats/hdf5/hdf5_facts.h"
#include "formats/hdf5/hdf5_reader.h"
#include "fuzz_reader_common.h"

enum { MAX_SIDE = 8, MAX_FRAMES = 2 };

static char name[] = "/data", path[] = "/nowhere/fuzz.h5";

struct input {
    const uint8_t *data;
    size_t size, used;
};

// A byte of the input; 0 behind its end.
static unsigned next(struct input *input)
{
    return input->used < input->size ? input->data[input->used++] : 0;
}

static int64_t next_length(struct input *input, int64_t most)
{
    return 1 + (int64_t)(next(input) % (unsigned)most);
}

static void make_pipeline(struct input *input, struct hdf5_pipeline *pipeline)
{
    static const unsigned known[] = {HDF5_FILTER_BITSHUFFLE, HDF5_FILTER_LZ4,  HDF5_FILTER_DEFLATE,
                                     HDF5_FILTER_SHUFFLE,    HDF5_FILTER_ZSTD, HDF5_FILTER_LZF,
                                     HDF5_FILTER_BZIP2,      HDF5_FILTER_BLOSC};
    pipeline->count = next(input) % 4;
    for (size_t i = 0; i < pipeline->count; i++) {
        struct hdf5_filter *filter = &pipeline->filters[i];
        filter->id = known[next(input) % (sizeof known / sizeof *known)];
        filter->count = next(input) % (HDF5_FILTER_PARAMETERS + 1);
        for (size_t k = 0; k < filter->count; k++)
            filter->parameters[k] = next(input);
    }
}

static void make_dataset(struct input *input, struct hdf5_dataset *dataset)
{
    *dataset =
        (struct hdf5_dataset){.path = path, .opened = path, .name = name, .rank = 3, .stored = INT64_MAX};
    dataset->type = (struct hdf5_type){
        .type = (enum sample_type)(next(input) % SAMPLE_COUNT), .exact = true, .swapped = next(input) & 1};
    for (int axis = 0; axis < 3; axis++)
        dataset->dims[axis] = next_length(input, axis ? MAX_SIDE : MAX_FRAMES);
    dataset->offset = (int64_t)next(input) - 1;
    dataset->bare_edges = next(input) & 1;
    if (next(input) & 1)
        return; // plain
    dataset->storage = HDF5_STORED_CHUNKS;
    for (int axis = 0; axis < 3; axis++)
        dataset->chunk[axis] = next_length(input, MAX_SIDE);
    make_pipeline(input, &dataset->pipeline);
}

static void tell_series(struct input *input, struct message_out *out)
{
    struct hdf5_dataset dataset;
    make_dataset(input, &dataset);
    struct hdf5_part part = {.path = path, .name = name, .frames = dataset.dims[0]};
    const struct hdf5_layout layout = {.parts = &part,
                                       .count = 1,
                                       .type = dataset.type.type,
                                       .axes = {.rank = 3,
                                                .axis = {{AXIS_FRAMES, 0, dataset.dims[0]},
                                                         {AXIS_ROWS, 0, dataset.dims[1]},
                                                         {AXIS_COLUMNS, 0, dataset.dims[2]}},
                                                .rows = 1,
                                                .columns = 2,
                                                .colours = AXES_NONE},
                                       .channels = {.channels = 1},
                                       .whole = true,
                                       .shown = name};
    struct hdf5_nexus nexus = {0};
    int fd;
    hdf5_layout_put(out, &layout);
    (void)hdf5_nexus_put(out, &nexus, &fd);
    hdf5_dataset_put(out, &dataset);
}

static void tell_addresses(struct input *input, int64_t count, struct message_out *out)
{
    for (int64_t i = 0; i < count; i++) {
        const struct hdf5_address address = {
            .kind = (enum hdf5_address_kind)(next(input) % 8 < HDF5_ADDRESS_KINDS ? next(input) % 3 : 1),
            .at = next(input) * 4,
            .count = (int64_t)next(input) * 2,
            .skipped = next(input) % 8 == 0 ? next(input) : 0};
        hdf5_address_put(out, &address);
    }
}

static enum status ask(void *context, const struct hdf5_question *question, struct hdf5_files *files,
                       struct hdf5_answer *answer, struct error *error)
{
    struct input *input = context;
    (void)files;
    *answer = (struct hdf5_answer){.fd = HDF5_NO_FD};
    if (question->task == HDF5_TASK_OPEN)
        tell_series(input, &answer->buffer);
    else if (question->task == HDF5_TASK_ADDRESSES)
        tell_addresses(input, question->count, &answer->buffer);
    else
        return error_set(error, STATUS_BROKEN, "%s: nothing is told", question->path);
    answer->facts = (struct message_in){.at = answer->buffer.bytes, .left = answer->buffer.count};
    return STATUS_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {.data = data, .size = size};
    struct blob *blob = blob_of_memory(path, data, (int64_t)size);
    const struct hdf5_asker asker = {.ask = ask, .context = &input};
    const struct open_request request = {.path = path, .blob = blob, .channel = CHANNEL_AUTO};
    struct image_file *file = NULL;
    if (hdf5_open_asking(&request, &asker, &file, NULL) == STATUS_OK)
        fuzz_exercise(file);
    image_file_close(&file);
    blob_release(&blob);
    return 0;
}
