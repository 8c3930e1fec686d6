// SPDX-License-Identifier: MIT
// Finds the reference files and keeps a temporary folder.
#include "support/testdata.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char temporary_folder[64];

const char *testdata_folder(void)
{
    const char *folder = getenv("FOVEA_TESTDATA");
    if (!folder)
        folder = FOVEA_SHARED_TESTDATA;
    struct stat info;
    if (stat(folder, &info) != 0 || !S_ISDIR(info.st_mode)) {
        fprintf(stderr, "skipped: the folder of reference files %s is absent\n", folder);
        return NULL;
    }
    return folder;
}

cJSON *testdata_reference(void)
{
    const char *folder = testdata_folder();
    if (!folder)
        return NULL;
    char path[4096];
    snprintf(path, sizeof path, "%s/reference.json", folder);
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *content = calloc(1, (size_t)size + 1);
    size_t got = fread(content, 1, (size_t)size, file);
    fclose(file);
    cJSON *json = got == (size_t)size ? cJSON_Parse(content) : NULL;
    free(content);
    return json;
}

static void remove_temporary_folder(void)
{
    DIR *folder = opendir(temporary_folder);
    if (!folder)
        return;
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (entry->d_name[0] == '.' && (!entry->d_name[1] || entry->d_name[1] == '.'))
            continue;
        char path[512];
        snprintf(path, sizeof path, "%s/%s", temporary_folder, entry->d_name);
        unlink(path);
    }
    closedir(folder);
    rmdir(temporary_folder);
}

const char *temporary_path(const char *name)
{
    static char paths[64][512];
    static unsigned next;
    if (!temporary_folder[0]) {
        snprintf(temporary_folder, sizeof temporary_folder, "/tmp/fovea-test-XXXXXX");
        if (!mkdtemp(temporary_folder))
            abort();
        atexit(remove_temporary_folder);
    }
    char *path = paths[next++ % 64];
    snprintf(path, sizeof paths[0], "%s/%s", temporary_folder, name);
    return path;
}
