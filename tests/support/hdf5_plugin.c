// SPDX-License-Identifier: MIT
// A filter plugin for libhdf5 that tries to leave a file where the environment says when it is loaded. It
// inverts bits.
#include <fcntl.h>
#include <hdf5.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILTER = 40321 };

__attribute__((constructor)) static void leave_mark(void)
{
    const char *path = getenv("FOVEA_TEST_PLUGIN_MARK");
    const int fd = path ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (fd >= 0)
        close(fd);
}

static size_t invert(unsigned flags, size_t values_count, const unsigned values[], size_t count,
                     size_t *capacity, void **buffer)
{
    uint8_t *bytes = *buffer;
    (void)flags, (void)values_count, (void)values, (void)capacity;
    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)~bytes[i];
    return count;
}

static const H5Z_class2_t filter = {H5Z_CLASS_T_VERS, FILTER, 1, 1, "invert", NULL, NULL, invert};

// What libhdf5 looks for in a plugin (H5PLextern.h).
__attribute__((visibility("default"))) H5PL_type_t H5PLget_plugin_type(void);
__attribute__((visibility("default"))) const void *H5PLget_plugin_info(void);

H5PL_type_t H5PLget_plugin_type(void)
{
    return H5PL_TYPE_FILTER;
}

const void *H5PLget_plugin_info(void)
{
    return &filter;
}
