// SPDX-License-Identifier: MIT
// PNG by libpng, into a draft that takes its place when complete.
#include "formats/writers/png_writer.h"

#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <png.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct png_writer {
    struct file_draft draft;
    char *path;
    png_structp png;
    png_infop info;
    int width, channels, rows_left;
    bool failed;
    char message[128]; // of libpng or of the system
};

// --- libpng's callbacks ---

static void on_error(png_structp png, png_const_charp message)
{
    struct png_writer *writer = png_get_error_ptr(png);
    if (!writer->message[0])
        snprintf(writer->message, sizeof writer->message, "%s", message);
    longjmp(png_jmpbuf(png), 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static void on_write(png_structp png, png_bytep bytes, size_t count)
{
    struct png_writer *writer = png_get_io_ptr(png);
    while (count > 0) {
        const ssize_t put = write(writer->draft.fd, bytes, count);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0) {
            snprintf(writer->message, sizeof writer->message, "%s", strerror(errno));
            png_error(png, "write failed");
        }
        bytes += put;
        count -= (size_t)put;
    }
}

static void on_flush(png_structp png)
{
    (void)png;
}

// --- the writer ---

static enum status fail(struct png_writer *writer, struct error *error)
{
    writer->failed = true;
    return error_set(error, STATUS_IO, "%s: cannot write the picture: %s", writer->path, writer->message);
}

static void discard(struct png_writer *writer)
{
    if (writer->png)
        png_destroy_write_struct(&writer->png, &writer->info);
    file_draft_abandon(&writer->draft);
    free(writer->path);
    free(writer);
}

// What may jump back is apart from its callers, because of what longjmp does to local variables.
static bool write_header(struct png_writer *writer, int height)
{
    if (setjmp(png_jmpbuf(writer->png)))
        return false;
    png_set_user_limits(writer->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_write_fn(writer->png, writer, on_write, on_flush);
    png_set_compression_level(writer->png, 3);
    png_set_compression_buffer_size(writer->png, 1 << 16);
    png_set_IHDR(writer->png, writer->info, (png_uint_32)writer->width, (png_uint_32)height, 8,
                 writer->channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (writer->channels == 3)
        png_set_sRGB(writer->png, writer->info, PNG_sRGB_INTENT_PERCEPTUAL);
    png_write_info(writer->png, writer->info);
    return true;
}

static bool write_end(struct png_writer *writer)
{
    if (setjmp(png_jmpbuf(writer->png)))
        return false;
    png_write_end(writer->png, writer->info);
    return true;
}

enum status png_writer_create(const char *path, int width, int height, int channels,
                              struct png_writer **writer, struct error *error)
{
    struct png_writer *made = must_alloc(sizeof *made);
    made->path = must_copy(path);
    made->width = width;
    made->channels = channels;
    made->rows_left = height;
    enum status status = file_draft_open(path, &made->draft, error);
    if (!status) {
        made->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, made, on_error, on_warning);
        made->info = made->png ? png_create_info_struct(made->png) : NULL;
        if (!made->info || !write_header(made, height))
            status = fail(made, error);
    }
    if (status) {
        discard(made);
        return status;
    }
    *writer = made;
    return STATUS_OK;
}

enum status png_writer_rows(struct png_writer *writer, const unsigned char *samples, int rows,
                            struct error *error)
{
    if (rows > writer->rows_left || setjmp(png_jmpbuf(writer->png)))
        return fail(writer, error);
    for (int row = 0; row < rows; row++)
        png_write_row(writer->png, samples + (size_t)row * (size_t)writer->width * (size_t)writer->channels);
    writer->rows_left -= rows;
    return STATUS_OK;
}

enum status png_writer_finish(struct png_writer **writer, struct error *error)
{
    struct png_writer *done = *writer;
    *writer = NULL;
    enum status status = STATUS_OK;
    if (done->failed || done->rows_left > 0)
        status = STATUS_IO;
    else if (!write_end(done))
        status = fail(done, error);
    else
        status = file_draft_commit(&done->draft, error);
    discard(done);
    return status;
}
