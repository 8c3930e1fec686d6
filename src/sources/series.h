// SPDX-License-Identifier: MIT
// What the user names as one series: files, folders, patterns, numbered templates and lists, made into the
// plain list of names that a source is made of.
//
// A name is taken, in this order, as
//   an existing file or a scheme ("sim:", "raw:") -> itself, with its selector;
//   "@list.txt"                       -> the names in that text file, one a line;
//   a folder                          -> its files with the extension of a readable format, sub-folders not;
//   "img_*.cbf", "run_[0-9]?.h5::/x"  -> all files that match; what stands behind "::", or brackets that no
//                                        file name matches, is a selector and goes to each of them;
//   "img_####.cbf", "img_%05d.cbf"    -> all files with a number of at least so many digits there;
//   anything else                     -> itself: opening it tells what is wrong.
// What is found is sorted as people count (img_2 before img_10). No file is opened, and none is looked at
// that its name or its folder's entry tells enough about, so that thousands of files cost nothing at the
// start.
#ifndef FOVEA_SOURCES_SERIES_H
#define FOVEA_SOURCES_SERIES_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

// A list of names. Zero-initialise; series_free when done.
struct series {
    char **names;
    // Of each name: it was found in a folder or by a pattern. That it is no image is then no failure: it is
    // passed over.
    bool *found;
    size_t count, capacity;
    size_t start; // the name to show first: not 0 where the named file stands among its siblings
};

// Appends what `count` names stand for. With `siblings`, a file that exists stands for all files of its
// folder whose name differs in its last number only ("img_0007.cbf": all img_NNNN.cbf), and the series starts
// with the first one named. Names given in the order of their bytes, as the shell expands patterns, are
// sorted as people count too. STATUS_IO for a list or folder that cannot be read and for a pattern that
// matches nothing, STATUS_NOT_MINE for a list or folder without any image; the sentence names it.
// Thread-safe.
enum status series_expand(const char *const *names, size_t count, bool siblings, struct series *series,
                          struct error *error);
// All images of the folder of a plain file, starting with the one that comes `step` (1 or -1) after it, in
// the order in which people count. STATUS_USAGE if there is none, or the name is no plain file's.
// Thread-safe.
enum status series_expand_beside(const char *name, int step, struct series *series, struct error *error);
void series_free(struct series *series);

#endif
