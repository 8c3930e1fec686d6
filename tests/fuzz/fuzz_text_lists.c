// SPDX-License-Identifier: MIT
// libFuzzer target: any bytes as a colour map, as a list of names ("@list.txt"), as one name, and as the file
// of the names opened last.
#include "base/text.h"
#include "fuzz_bytes.h"
#include "sources/recent.h"
#include "sources/series.h"
#include "view/colormap.h"

#include <sys/stat.h>

static void check_colormap(const char *path)
{
    struct colormap_list list;
    const struct colormap *map = NULL;
    colormap_list_init(&list);
    if (colormap_load(&list, path, &map, NULL) == STATUS_OK && colormap_find(&list, map->name) != map)
        abort();
    colormap_list_finish(&list);
}

static void check_series(const char *name)
{
    struct series series = {0};
    if (series_expand(&name, 1, false, &series, NULL) == STATUS_OK && series.start >= series.count)
        abort();
    series_free(&series);
}

// A list of names is read the same after it was written.
static void check_recent(const uint8_t *data, size_t size, const char *folder)
{
    char path[256];
    snprintf(path, sizeof path, "%s/fovea/recent", folder);
    FILE *file = fopen(path, "we");
    if (!file || fwrite(data, 1, size, file) != size || fclose(file) != 0)
        abort();
    struct recent recent = {0}, again = {0};
    recent_read(&recent);
    if (recent.count > RECENT_MAX || recent_write(&recent, NULL) != STATUS_OK)
        abort();
    recent_read(&again);
    if (again.count != recent.count)
        abort();
    for (size_t i = 0; i < recent.count; i++)
        if (strcmp(recent.names[i], again.names[i]) != 0)
            abort();
    recent_free(&recent);
    recent_free(&again);
}

// A folder of this process for the list of names, and nothing else for patterns to find.
static const char *own_folder(void)
{
    static char folder[64];
    if (!folder[0]) {
        char sub[96];
        snprintf(folder, sizeof folder, "/tmp/fuzz_text_lists_XXXXXX");
        if (!mkdtemp(folder))
            abort();
        snprintf(sub, sizeof sub, "%s/fovea", folder);
        if (mkdir(sub, 0700) != 0 || setenv("XDG_STATE_HOME", folder, 1) != 0)
            abort();
    }
    return folder;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[FUZZ_PATH], list[FUZZ_PATH + 1];
    const char *folder = own_folder();
    int fd = fuzz_file(data, size, path);
    check_colormap(path);
    snprintf(list, sizeof list, "@%s", path);
    check_series(list);
    char *name = fuzz_string(data, size);
    check_series(name);
    free(recent_name(name));
    free(name);
    check_recent(data, size, folder);
    close(fd);
    return 0;
}
