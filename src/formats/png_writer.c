// SPDX-License-Identifier: MIT
// PNG by libpng, to a temporary file that is renamed when complete.
#include "formats/png_writer.h"

#include "base/text.h"

#include <errno.h>
#include <png.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct png_writer {
    char *path, *temporary;
    FILE *file;
    png_structp png;
    png_infop info;
    int width, rows_left;
    bool failed;
    char message[128]; // of libpng
};

static void on_error(png_structp png, png_const_charp message)
{
    struct png_writer *writer = png_get_error_ptr(png);
    snprintf(writer->message, sizeof writer->message, "%s", message);
    longjmp(png_jmpbuf(png), 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static enum status fail(struct png_writer *writer, struct error *error)
{
    writer->failed = true;
    return error_set(error, STATUS_IO, "%s: cannot write the picture: %s", writer->path,
                     errno ? strerror(errno) : writer->message);
}

static void discard(struct png_writer *writer)
{
    if (writer->png)
        png_destroy_write_struct(&writer->png, &writer->info);
    if (writer->file)
        fclose(writer->file);
    if (writer->temporary)
        unlink(writer->temporary);
    free(writer->temporary);
    free(writer->path);
    free(writer);
}

// An ordinary new file's permissions on a temporary file beside `path`.
static FILE *open_temporary(const char *path, char **temporary)
{
    struct text name = {0};
    text_printf(&name, "%s.XXXXXX", path);
    int fd = mkstemp(name.data);
    if (fd < 0) {
        text_free(&name);
        return NULL;
    }
    mode_t mask = umask(0);
    umask(mask);
    fchmod(fd, 0666 & ~mask);
    *temporary = name.data;
    return fdopen(fd, "wb");
}

enum status png_writer_create(const char *path, int width, int height, struct png_writer **writer,
                              struct error *error)
{
    struct png_writer *made = must_alloc(sizeof *made);
    made->path = must_copy(path);
    made->width = width;
    made->rows_left = height;
    made->file = open_temporary(path, &made->temporary);
    if (!made->file) {
        enum status status = fail(made, error);
        discard(made);
        return status;
    }
    made->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, made, on_error, on_warning);
    made->info = made->png ? png_create_info_struct(made->png) : NULL;
    errno = 0;
    if (!made->info || setjmp(png_jmpbuf(made->png))) {
        enum status status = fail(made, error);
        discard(made);
        return status;
    }
    png_init_io(made->png, made->file);
    png_set_compression_level(made->png, 3);
    png_set_IHDR(made->png, made->info, (png_uint_32)width, (png_uint_32)height, 8, PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_sRGB(made->png, made->info, PNG_sRGB_INTENT_PERCEPTUAL);
    png_write_info(made->png, made->info);
    *writer = made;
    return STATUS_OK;
}

enum status png_writer_rows(struct png_writer *writer, const unsigned char *rgb, int rows,
                            struct error *error)
{
    errno = 0;
    if (rows > writer->rows_left || setjmp(png_jmpbuf(writer->png)))
        return fail(writer, error);
    for (int row = 0; row < rows; row++)
        png_write_row(writer->png, rgb + (size_t)row * (size_t)writer->width * 3);
    writer->rows_left -= rows;
    return STATUS_OK;
}

// The trailer, apart from its caller because of what longjmp does to local variables.
static bool write_end(struct png_writer *writer)
{
    if (setjmp(png_jmpbuf(writer->png)))
        return false;
    png_write_end(writer->png, writer->info);
    return true;
}

enum status png_writer_finish(struct png_writer **writer, struct error *error)
{
    struct png_writer *done = *writer;
    *writer = NULL;
    enum status status = STATUS_OK;
    errno = 0;
    if (done->failed || done->rows_left > 0)
        status = STATUS_IO;
    else if (!write_end(done))
        status = fail(done, error);
    if (!status) {
        FILE *file = done->file;
        done->file = NULL;
        if (fflush(file) != 0 || fsync(fileno(file)) != 0)
            status = fail(done, error);
        if (fclose(file) != 0 && !status)
            status = fail(done, error);
    }
    if (!status && rename(done->temporary, done->path) != 0)
        status = fail(done, error);
    if (!status) {
        free(done->temporary);
        done->temporary = NULL;
    }
    discard(done);
    return status;
}
