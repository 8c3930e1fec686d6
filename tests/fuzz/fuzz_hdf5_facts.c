// SPDX-License-Identifier: MIT
// libFuzzer target: any bytes as the answer of a worker that lies, to each question in turn.
#include "formats/hdf5/hdf5_facts.h"
#include "formats/hdf5/hdf5_mapping.h"
#include "formats/hdf5/hdf5_question.h"
#include "formats/hdf5/hdf5_reader.h"
#include "fuzz_reader_common.h"

static const char path[] = "/nowhere/fuzz.h5";

// The rest of the input is every answer.
static enum status ask(void *context, const struct hdf5_question *question, struct hdf5_files *files,
                       struct hdf5_answer *answer, struct error *error)
{
    const struct message_in *all = context;
    (void)question, (void)files, (void)error;
    *answer = (struct hdf5_answer){.fd = HDF5_NO_FD};
    message_put_bytes(&answer->buffer, all->at, all->left);
    answer->facts = (struct message_in){.at = answer->buffer.bytes, .left = answer->buffer.count};
    return STATUS_OK;
}

static void open_told(struct message_in *all, struct blob *blob)
{
    const struct hdf5_asker asker = {.ask = ask, .context = all};
    const struct open_request request = {.path = path, .blob = blob, .channel = CHANNEL_AUTO};
    struct image_file *file = NULL;
    if (hdf5_open_asking(&request, &asker, &file, NULL) == STATUS_OK)
        fuzz_exercise(file);
    image_file_close(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct message_in in = {.at = data, .left = size};
    struct hdf5_dataset *dataset = hdf5_dataset_get(&in);
    // A source that fits a mapping may be any other dataset, itself too.
    for (size_t i = 0; dataset && i < dataset->mappings.count; i++) {
        struct hdf5_mapping mapping = dataset->mappings.items[i];
        (void)hdf5_mapping_complete(&mapping, dataset->rank, dataset);
    }
    hdf5_dataset_free(dataset);
    struct hdf5_question question;
    struct hdf5_errand errand;
    in = (struct message_in){.at = data, .left = size};
    if (hdf5_question_get(&in, &question, &errand))
        hdf5_question_free(&question);
    struct blob *blob = blob_of_memory(path, data, (int64_t)size);
    in = (struct message_in){.at = data, .left = size};
    open_told(&in, blob);
    blob_release(&blob);
    return 0;
}
