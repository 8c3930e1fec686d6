// SPDX-License-Identifier: MIT
// The name of an image as people type it: a file, and what of it to show.
//
// One grammar for all formats: FILE, FILE[SELECTOR] or FILE::SELECTOR, each perhaps with #amplitude, #phase,
// #real or #imag behind it. The selector names a part by the format's own words (a page, an extension, a
// dataset), or is a slice of the array that is shown without one (formats/base/axes.h), or a name and a slice
// in brackets.
//
// Thread-safety: any thread; names are looked up in the file system.
#ifndef FOVEA_FORMATS_IMAGE_NAME_H
#define FOVEA_FORMATS_IMAGE_NAME_H

// A name taken apart. Both are owned.
struct image_name {
    char *path;
    char *selector; // NULL: none. Without the brackets around it, but for a slice: "2", "/d[3,:,:]",
                    // "[:,:,*]#phase"
};

// Looks which files there are, so that those with brackets, colons or "#phase" in their names open too: the
// longest path that exists is the file's, and a name of no file is all path.
struct image_name image_name_split(const char *name);
void image_name_free(struct image_name *name);

// The part of complex numbers at the end of the name ("#phase"); NULL where there is none. Borrowed.
const char *image_name_part(const char *name);

#endif
