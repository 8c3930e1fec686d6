// SPDX-License-Identifier: MIT
// Inside the HDF5 reader: what viewer and worker write to each other, as bytes with checked lengths.
//
// Whole numbers are eight bytes, texts a length and their bytes without NUL. Who reads trusts nothing: a
// number out of its range, a text or a list that is longer than what is left makes the message bad, and from
// then on everything read is the lowest value that may be. Thread-safety: one thread at a time.
#ifndef FOVEA_FORMATS_HDF5_MESSAGE_H
#define FOVEA_FORMATS_HDF5_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A message that is being written. Zero-initialise; message_out_free when done.
struct message_out {
    uint8_t *bytes;
    size_t count, capacity;
};
void message_put(struct message_out *out, int64_t number);
void message_put_real(struct message_out *out, double number);
void message_put_bytes(struct message_out *out, const void *bytes, size_t count);
void message_put_text(struct message_out *out, const char *text); // NULL is told from ""
void message_out_free(struct message_out *out);

// A message that is being read. The bytes are borrowed.
struct message_in {
    const uint8_t *at;
    size_t left;
    bool bad;
};
// A number within [low, high].
int64_t message_get(struct message_in *in, int64_t low, int64_t high);
bool message_get_flag(struct message_in *in);
double message_get_real(struct message_in *in);
// The number of items that follow, each of at least `item_bytes` (above 0) bytes: so many are really there.
size_t message_get_count(struct message_in *in, size_t most, size_t item_bytes);
// `count` bytes; all 0 where they are not there.
void message_get_bytes(struct message_in *in, void *bytes, size_t count);
// The caller frees it; NULL where none was sent, or the message is bad.
char *message_get_text(struct message_in *in);
// The same, but a text must be there: "" where the message is bad.
char *message_get_name(struct message_in *in);

#endif
