// SPDX-License-Identifier: MIT
// File work over the rows of a picture.
#include "app/common/picture_file.h"

#include "base/file.h"
#include "base/text.h"
#include "formats/writers/png_writer.h"

#include <stdlib.h>

enum { ROWS_AT_ONCE = 64 };

struct picture_file {
    struct common *common; // looked at by the consumer
    char *path;
    int width, height;
    unsigned char *pixels;
};

static enum status write_rows(const struct picture_file *picture, struct png_writer *writer,
                              struct cancel *cancel, struct progress *progress, struct error *error)
{
    enum status status = STATUS_OK;
    for (int y = 0; !status && y < picture->height; y += ROWS_AT_ONCE) {
        const int left = picture->height - y, rows = left < ROWS_AT_ONCE ? left : ROWS_AT_ONCE;
        progress_set(progress, (double)y / picture->height);
        if (cancel_requested(cancel))
            return error_set(error, STATUS_CANCELLED, "%s: the export was cancelled", picture->path);
        status =
            png_writer_rows(writer, picture->pixels + 3 * (size_t)picture->width * (size_t)y, rows, error);
    }
    return status;
}

static enum status run(void *work, struct cancel *cancel, struct progress *progress, struct error *error)
{
    const struct picture_file *picture = work;
    struct png_writer *writer = NULL;
    enum status status = png_writer_create(picture->path, picture->width, picture->height, 3, &writer, error);
    if (!status)
        status = write_rows(picture, writer, cancel, progress, error);
    if (!writer)
        return status;
    const enum status finished = png_writer_finish(&writer, status ? NULL : error); // incomplete: it goes
    return status ? status : finished;
}

static enum status finish(void *work, enum status status, struct error *error)
{
    (void)error;
    const struct picture_file *picture = work;
    if (!status)
        common_tell(picture->common, &(struct notice){SEVERITY_OK, "Picture saved", picture->path});
    return status;
}

static void discard(void *work)
{
    struct picture_file *picture = work;
    free(picture->path);
    free(picture->pixels);
    free(picture);
}

void picture_file_start(struct common *common, const char *path, int width, int height, unsigned char *pixels)
{
    struct picture_file *picture = must_alloc(sizeof *picture);
    *picture = (struct picture_file){
        .common = common, .path = must_copy(path), .width = width, .height = height, .pixels = pixels};
    struct text label = {0};
    text_printf(&label, "writing %s", path_name(path));
    const struct file_work_request request = {.label = text_string(&label),
                                              .path = path,
                                              .writes = true,
                                              .run = run,
                                              .finish = finish,
                                              .discard = discard,
                                              .work = picture};
    file_work_start(common->works, &request, NULL);
    text_free(&label);
}
