// SPDX-License-Identifier: MIT
// What HDF5 files tell of the axes of their datasets.
//
// Sources: NeXus manual, NXdata (attribute "interpretation"); HDF5 Image and Palette Specification 1.2
// (INTERLACE_MODE); Velox EMD as RosettaSciIO reads it: frames are the last axis of /Data/Image/ID/Data.
#include "formats/hdf5_worker/hdf5_axes.h"

#include "formats/base/axes.h"
#include "formats/hdf5_library/hdf5_names.h"

#include <stdlib.h>
#include <string.h>

struct word {
    const char *attribute, *value;
    enum axes_told told;
};

static const struct word words[] = {
    {"interpretation", "image", AXES_IMAGE},
    {"interpretation", "spectrum", AXES_IMAGE}, // each row is a spectrum
    {"interpretation", "rgb-image", AXES_COLOURS_LAST},
    {"interpretation", "rgba-image", AXES_COLOURS_LAST},
    {"INTERLACE_MODE", "INTERLACE_PIXEL", AXES_COLOURS_LAST},
    {"INTERLACE_MODE", "INTERLACE_LINE", AXES_COLOURS_MIDDLE},
    {"INTERLACE_MODE", "INTERLACE_PLANE", AXES_COLOURS_FIRST},
};

static enum axes_told attributes_tell(hid_t object)
{
    enum axes_told told = AXES_UNTOLD;
    for (size_t i = 0; i < sizeof words / sizeof *words && told == AXES_UNTOLD; i++) {
        char *text = hdf5_attribute_text(object, words[i].attribute, 0);
        if (text && strcmp(text, words[i].value) == 0)
            told = words[i].told;
        free(text);
    }
    return told;
}

// The same of the group that the dataset is in.
static enum axes_told group_tells(hid_t file, const char *path)
{
    char *group = must_copy(path);
    char *slash = strrchr(group, '/');
    enum axes_told told = AXES_UNTOLD;
    if (slash && slash > group) {
        *slash = '\0';
        hid_t object = H5Oopen(file, group, H5P_DEFAULT);
        if (object >= 0) {
            told = attributes_tell(object);
            H5Oclose(object);
        } else {
            H5Eclear2(H5E_DEFAULT);
        }
    }
    free(group);
    return told;
}

static bool is_velox_image(const char *path)
{
    static const char begin[] = "/Data/Image/";
    const char *id = path + sizeof begin - 1;
    return strncmp(path, begin, sizeof begin - 1) == 0 && strchr(id, '/') &&
           strcmp(strchr(id, '/'), "/Data") == 0;
}

enum axes_told hdf5_axes_told(hid_t file, const char *path, hid_t dataset, int rank)
{
    enum axes_told told = attributes_tell(dataset);
    if (told == AXES_UNTOLD)
        told = group_tells(file, path);
    if (told == AXES_UNTOLD && rank == 3 && is_velox_image(path))
        told = AXES_FRAMES_LAST;
    return told;
}
