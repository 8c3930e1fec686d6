// SPDX-License-Identifier: MIT
// Finds the reference files and keeps a temporary folder.
#include "support/testdata.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char temporary_folder[64];
static pid_t temporary_owner; // who removes it: not a child that ends

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

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info;
    (void)kind;
    (void)place;
    remove(path);
    return 0;
}

// With all that is in it, links not followed.
static void remove_temporary_folder(void)
{
    if (getpid() == temporary_owner)
        nftw(temporary_folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *temporary_path(const char *name)
{
    static char paths[64][512];
    static unsigned next;
    if (!temporary_folder[0]) {
        snprintf(temporary_folder, sizeof temporary_folder, "/tmp/fovea-test-XXXXXX");
        if (!mkdtemp(temporary_folder))
            abort();
        temporary_owner = getpid();
        atexit(remove_temporary_folder);
    }
    char *path = paths[next++ % 64];
    snprintf(path, sizeof paths[0], "%s/%s", temporary_folder, name);
    return path;
}

void skip_without_threads(void)
{
#ifdef __SANITIZE_THREAD__
    skip();
#endif
}
