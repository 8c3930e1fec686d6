// SPDX-License-Identifier: MIT
// Messages of viewer and worker: numbers in the machine's own order, for both are the same program.
#include "formats/hdf5/hdf5_message.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { NO_TEXT = -1 };

// --- Writing ---

void message_put_bytes(struct message_out *out, const void *bytes, size_t count)
{
    if (out->capacity - out->count < count) {
        out->capacity = 2 * (out->count + count) + 256;
        out->bytes = must_resize(out->bytes, out->capacity);
    }
    if (count > 0)
        memcpy(out->bytes + out->count, bytes, count);
    out->count += count;
}

void message_put(struct message_out *out, int64_t number)
{
    message_put_bytes(out, &number, sizeof number);
}

void message_put_real(struct message_out *out, double number)
{
    message_put_bytes(out, &number, sizeof number);
}

void message_put_text(struct message_out *out, const char *text)
{
    const size_t length = text ? strlen(text) : 0;
    message_put(out, text ? (int64_t)length : NO_TEXT);
    message_put_bytes(out, text, length);
}

void message_out_free(struct message_out *out)
{
    free(out->bytes);
    *out = (struct message_out){0};
}

// --- Reading ---

void message_get_bytes(struct message_in *in, void *bytes, size_t count)
{
    if (in->bad || count > in->left) {
        in->bad = true;
        memset(bytes, 0, count);
        return;
    }
    memcpy(bytes, in->at, count);
    in->at += count;
    in->left -= count;
}

int64_t message_get(struct message_in *in, int64_t low, int64_t high)
{
    int64_t number;
    message_get_bytes(in, &number, sizeof number);
    in->bad = in->bad || number < low || number > high;
    return in->bad ? low : number;
}

bool message_get_flag(struct message_in *in)
{
    return message_get(in, 0, 1) == 1;
}

double message_get_real(struct message_in *in)
{
    double number;
    message_get_bytes(in, &number, sizeof number);
    return number;
}

size_t message_get_count(struct message_in *in, size_t most, size_t item_bytes)
{
    const size_t count = (size_t)message_get(in, 0, (int64_t)most);
    in->bad = in->bad || count > in->left / item_bytes;
    return in->bad ? 0 : count;
}

char *message_get_text(struct message_in *in)
{
    const int64_t length = message_get(in, NO_TEXT, INT64_MAX);
    in->bad = in->bad || (length > 0 && ((size_t)length > in->left || memchr(in->at, 0, (size_t)length)));
    if (in->bad || length == NO_TEXT)
        return NULL;
    char *text = must_alloc((size_t)length + 1);
    message_get_bytes(in, text, (size_t)length);
    return text;
}

char *message_get_name(struct message_in *in)
{
    char *text = message_get_text(in);
    in->bad = in->bad || !text;
    return text ? text : must_copy("");
}
