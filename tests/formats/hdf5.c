// SPDX-License-Identifier: MIT
// The HDF5 reader against real files with values found by h5py, and files that h5py writes here.
#include "support/reader_checks.h"

#include <stdio.h>
#include <string.h>

// --- Real files ---

// Compares all datasets of reference.json that h5py could read, each opened by its path.
static void test_real_datasets(void **state)
{
    (void)state;
    const char *folder = testdata_folder();
    cJSON *reference = testdata_reference();
    if (!reference)
        skip();
    int compared = 0;
    cJSON *entry;
    cJSON_ArrayForEach(entry, reference)
    {
        const cJSON *dataset, *datasets = cJSON_GetObjectItem(entry, "datasets");
        cJSON_ArrayForEach(dataset, datasets)
        {
            const char *path = cJSON_GetStringValue(cJSON_GetObjectItem(dataset, "path"));
            char name[4096];
            if (!path || cJSON_GetObjectItem(dataset, "error"))
                continue;
            snprintf(name, sizeof name, "%s/%s::%s", folder, entry->string, path);
            check_reference(name, dataset);
            compared++;
        }
    }
    cJSON_Delete(reference);
    print_message("%d datasets compared\n", compared);
    assert_true(compared > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real_datasets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
