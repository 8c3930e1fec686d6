// SPDX-License-Identifier: MIT
// The axes of NumPy arrays in C and Fortran order, and the decoding of their frames.
#include "formats/numpy/npy_internal.h"

#include "base/size.h"

#include <stdlib.h>
#include <string.h>

// --- What is shown of an array ---

// The samples from index to index of each axis; those of a complex number lie side by side.
static void set_steps(struct npy_array *array)
{
    int64_t step = array->complex ? 2 : 1;
    for (int i = 0; i < array->rank; i++) {
        const int axis = array->fortran ? i : array->rank - 1 - i;
        array->steps[axis] = step;
        step *= array->shape[axis];
    }
}

static enum status choose_channel(const char *name, int channel, int part, struct npy_array *array,
                                  struct error *error)
{
    const int colours = array->axes.colours;
    if (array->complex)
        return channels_choose_complex(name, part != CHANNEL_AUTO ? part : channel, &array->channels, error);
    if (part != CHANNEL_AUTO)
        return error_set(error, STATUS_USAGE,
                         "%s: holds no complex numbers, which alone have a part to choose", name);
    const int64_t count = colours >= 0 ? array->shape[colours] : 1;
    return channels_choose(name, (unsigned)count, colours >= 0, colours >= 0 ? channel : CHANNEL_AUTO,
                           &array->channels, error);
}

static enum status refuse_slice(const char *name, const char *slice, const struct npy_array *array,
                                struct error *error)
{
    struct text shape = {0};
    npy_shape_append(&shape, array);
    error_set(
        error, STATUS_USAGE,
        "%s: [%s] does not select an image of the array, which is %s; give an index, \":\", \"a:b\" or \"*\" (frames) for each dimension, two of them ranges for rows and columns",
        name, slice, text_string(&shape));
    text_free(&shape);
    return STATUS_USAGE;
}

enum status npy_array_arrange(const char *name, const char *selector, int channel, struct npy_array *array,
                              struct error *error)
{
    char *words = must_copy(selector ? selector : "");
    const int part = channels_cut_part(words);
    const char *cut = slice_cut(words), *slice = cut ? cut : words;
    enum status status = STATUS_OK;
    set_steps(array);
    if (*slice && !axes_slice(array->shape, array->rank, slice, &array->axes))
        status = refuse_slice(name, slice, array, error);
    else if (!*slice)
        axes_choose(array->shape, array->rank, array->complex ? AXES_NUMBERS : AXES_UNTOLD, &array->axes);
    free(words);
    if (status == STATUS_OK)
        status = choose_channel(name, channel, part, array, error);
    if (status != STATUS_OK)
        return status;
    array->width = axes_width(&array->axes);
    array->height = axes_height(&array->axes);
    // No more than the samples, whose number does not overflow.
    return axes_frames(&array->axes, 0, &array->frames)
               ? STATUS_OK
               : error_set(error, STATUS_TOO_LARGE, "%s: the number of frames overflows", name);
}

bool npy_array_in_sequence(const struct npy_array *array)
{
    const int64_t pixel = array->channels.channels;
    const struct strided place = strided_place(&array->axes, array->steps, 0);
    int64_t step = array->width * array->height * pixel;
    if (place.column_step != pixel || place.row_step != pixel * array->width || place.first != 0 ||
        (array->axes.colours >= 0 && array->steps[array->axes.colours] != 1))
        return false;
    for (int i = array->rank - 1; i >= 0; i--) {
        if (array->axes.axis[i].role != AXIS_FRAMES)
            continue;
        if (array->shape[i] > 1 && array->steps[i] != step)
            return false;
        step *= array->shape[i];
    }
    return step == array->samples;
}

// --- Pixels ---

int64_t npy_frame_first(const struct npy_array *array, int64_t frame)
{
    return strided_place(&array->axes, array->steps, frame).first;
}

struct work {
    const struct npy_array *array;
    const struct plain_samples *from;
    uint8_t **scratch;
};

static enum status decode_channel(void *context, unsigned channel, const struct decode_request *request,
                                  struct decode_report *report, struct error *error)
{
    const struct work *work = context;
    const struct npy_array *array = work->array;
    struct strided place = strided_place(&array->axes, array->steps, request->frame);
    const int64_t step = array->axes.colours >= 0 ? array->steps[array->axes.colours] : 1;
    place.first += (int64_t)channel * step;
    return strided_decode(work->from, &place, work->scratch, request, report, error);
}

enum status npy_array_decode(const struct npy_array *array, const struct plain_samples *from,
                             uint8_t **scratch, const struct decode_request *request,
                             struct decode_report *report, struct error *error)
{
    struct work work = {.array = array, .from = from, .scratch = scratch};
    return channels_decode(array->type, &array->channels, decode_channel, &work, request, report, error);
}

// --- Words ---

const char *npy_type_name(const struct npy_array *array)
{
    return !array->complex ? sample_traits(array->type)->name : array->type == SAMPLE_F32 ? "c64" : "c128";
}

void npy_shape_append(struct text *out, const struct npy_array *array)
{
    for (int i = 0; i < array->rank; i++)
        text_printf(out, "%s%lld", i ? " x " : "", (long long)array->shape[i]);
}

void npy_array_describe(const struct npy_array *array, struct text *out)
{
    text_printf(out, "descr\t%s%s\nfortran_order\t%s\nshape\t(", npy_type_name(array),
                array->swapped ? ", big-endian" : "", array->fortran ? "True" : "False");
    for (int i = 0; i < array->rank; i++)
        text_printf(out, "%s%lld", i ? ", " : "", (long long)array->shape[i]);
    text_append(out, array->rank == 1 ? ",)\n" : ")\n");
}
