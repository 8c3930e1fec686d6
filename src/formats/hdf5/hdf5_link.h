// SPDX-License-Identifier: MIT
// Inside the HDF5 reader: the socket between viewer and worker, and memory that one hands the other.
//
// Both sides speak in turns: after a question the worker may want things, one after the other, and is given
// each; then it answers. A message may bring one descriptor. Thread-safety: one thread at a time per socket.
#ifndef FOVEA_FORMATS_HDF5_LINK_H
#define FOVEA_FORMATS_HDF5_LINK_H

#include "base/cancel.h"
#include "formats/hdf5/hdf5_message.h"

enum { HDF5_NO_FD = -1 };

enum hdf5_kind {
    HDF5_QUESTION, // viewer to worker
    HDF5_FORGET,   // likewise: close all files; no answer
    HDF5_GIVEN,    // likewise: what was wanted
    HDF5_WANT,     // worker to viewer
    HDF5_ANSWER,   // likewise
    HDF5_KIND_COUNT
};

// How long is waited; NULL: for ever. What is cancelled has a moment left: most workers answer by then, and
// need not be ended.
struct hdf5_patience {
    struct cancel *cancel; // may be NULL
    int64_t until_ns;      // of clock_now_ns
    bool ending;           // it is cancelled; set by the functions below
};

// What a worker wants: HDF5_WANT is the number, a number and two texts, HDF5_GIVEN a status, a sentence and
// what it says here.
enum hdf5_want {
    HDF5_WANT_FILE,      // of that name, to be read: its size; the descriptor comes with it
    HDF5_WANT_DRAFT,     // of that name, to be written
    HDF5_WANT_EXISTS,    // whether something has that name
    HDF5_WANT_RESOLVE,   // the path that the second text, named in the file of the first, leads to
    HDF5_WANT_COMPANION, // whether the raw bytes in the second, named in the file of the first, may be read
    HDF5_WANT_PIECE,     // the bytes of piece `number` of the supply
    HDF5_WANT_COUNT
};

// Sends a message, with a descriptor of which the other side gets a copy, or HDF5_NO_FD. False where the
// other side is gone or does not take it in time.
bool hdf5_link_send(int socket, enum hdf5_kind kind, const struct message_out *message, int fd,
                    struct hdf5_patience *patience);
// Receives one into `message`, whose content is lost. *fd is the caller's, HDF5_NO_FD where none came. False
// where the other side is gone, does not send in time, or sends what is no message.
bool hdf5_link_receive(int socket, enum hdf5_kind *kind, struct message_out *message, int *fd,
                       struct hdf5_patience *patience);

// Memory that can be handed over: NULL where there is none. *fd is its descriptor.
void *hdf5_memory_create(size_t bytes, int *fd);
// Gives back the mapping and seals the descriptor: nobody can change the bytes or their number any more.
bool hdf5_memory_seal(void *memory, size_t bytes, int fd);
// The memory behind a descriptor that was received, to be read; NULL where it is not sealed or has another
// size. `bytes` is above 0. The descriptor is still the caller's.
const void *hdf5_memory_map(int fd, size_t bytes);
void hdf5_memory_unmap(const void *memory, size_t bytes); // NULL is fine

#endif
