// SPDX-License-Identifier: MIT
// A folder of files that nobody would choose: pipes, sockets, loops of links, sparse files of 10 GB, packed
// files that grow a thousandfold, and any number of empty files with the names of images.
#ifndef FOVEA_TESTS_HOSTILE_FOLDER_H
#define FOVEA_TESTS_HOSTILE_FOLDER_H

// Six of each kind of large or packed file in an existing folder, whose path must be short enough for a
// socket. No name has a number, so that nothing is grouped as a series.
void hostile_folder_fill(const char *folder);
// A NumPy file of 50000 x 50000 floats without any sample: ten gigabytes that take no room.
void hostile_file_sparse(const char *path);
// Empty files with letters for names; at most 26^4.
void hostile_folder_add_empty(const char *folder, int count);

#endif
