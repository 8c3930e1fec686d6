// SPDX-License-Identifier: MIT
// Layout of a picture, and its drawing and writing in strips of cells.
#include "app/export.h"

#include "app/decoration.h"
#include "base/size.h"
#include "formats/png_writer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// A strip is written as a whole, a cell of it is drawn as a whole.
enum { STRIP_BYTES = 64 << 20, STRIP_ROWS = 1024, CELL_WIDTH = 4096, LEAST_AREA = 16 };

// The shares of the memory budget that a strip may take, and the tiles that are read in parts
// (picture_create).
enum { STRIP_SHARE = 4, TILES_SHARE = 2 };

struct canvas {
    int width, height;
    struct rect area; // of the data
    struct decoration decoration;
};

struct cells {
    struct pane *pane;
    const struct export_request *request;
    struct canvas canvas;
    struct target *target;
    int width, height;             // of a cell; a strip has the same height
    unsigned char *strip, *pixels; // RGB of a strip and of a cell
    struct overlay_widest widest;
};

// --- layout ---

bool export_size_parse(const char *text, struct export_size *size)
{
    *size = (struct export_size){EXPORT_SIZE, 0, 0};
    if (strcmp(text, "shown") == 0)
        size->kind = EXPORT_SHOWN;
    else if (strcmp(text, "1:1") == 0)
        size->kind = EXPORT_ONE_TO_ONE;
    else
        return parse_size(text, &size->width, &size->height);
    return true;
}

static struct decoration decoration_for(struct pane *pane, const struct export_request *request)
{
    if (!request->decorate)
        return (struct decoration){0};
    const struct export_size *size = &request->size;
    const int64_t height = size->kind == EXPORT_SIZE ? size->height : pane->view.camera.viewport_height;
    return decoration_of(pane, (int)int64_min(height, INT32_MAX), request->scale);
}

// The picture around an area of the viewport's size.
static struct canvas lay_out(struct pane *pane, const struct export_request *request)
{
    struct camera *camera = &pane->view.camera;
    struct canvas canvas = {.decoration = decoration_for(pane, request)};
    const struct decoration *around = &canvas.decoration;
    // Since the camera was set, other limits may have made the colour bar wider.
    if (request->decorate && request->size.kind == EXPORT_SIZE)
        camera_set_viewport(camera, (int)request->size.width - around->right, camera->viewport_height);
    const int64_t width = int64_max((int64_t)camera->viewport_width + around->right, around->least_width);
    const int64_t between = int64_max(camera->viewport_height, around->least_height);
    canvas.width = (int)width;
    canvas.height = (int)(between + around->top + around->bottom);
    canvas.area = (struct rect){(width - around->right - camera->viewport_width) / 2,
                                around->top + (between - camera->viewport_height) / 2, camera->viewport_width,
                                camera->viewport_height};
    if (request->size.kind == EXPORT_SIZE) {
        canvas.width = (int)request->size.width;
        canvas.height = (int)request->size.height;
        canvas.area.x = 0;
        canvas.area.y = around->top;
    }
    return canvas;
}

// What is in view of the image, in pixels of the screen; the whole viewport where nothing is.
static struct rect image_on_screen(const struct camera *camera)
{
    double x0, y0, x1, y1;
    camera_to_screen(camera, 0, 0, &x0, &y0);
    camera_to_screen(camera, (double)camera->image_width, (double)camera->image_height, &x1, &y1);
    const double left = fmax(0, floor(fmin(x0, x1) + 0.5)), top = fmax(0, floor(fmin(y0, y1) + 0.5));
    const double right = fmin(camera->viewport_width, floor(fmax(x0, x1) + 0.5));
    const double bottom = fmin(camera->viewport_height, floor(fmax(y0, y1) + 0.5));
    if (left >= right || top >= bottom)
        return (struct rect){0, 0, camera->viewport_width, camera->viewport_height};
    return (struct rect){(int64_t)left, (int64_t)top, (int64_t)(right - left), (int64_t)(bottom - top)};
}

static struct camera shown_camera(const struct camera *camera)
{
    const struct rect shown = image_on_screen(camera);
    return camera_part(camera, (int)shown.x, (int)shown.y, (int)shown.width, (int)shown.height);
}

static enum status one_to_one_camera(struct camera *camera, struct error *error)
{
    const bool turned = camera->quarter_turns & 1;
    const int64_t width = turned ? camera->image_height : camera->image_width;
    const int64_t height = turned ? camera->image_width : camera->image_height;
    if (width > INT32_MAX || height > INT32_MAX)
        return error_set(error, STATUS_TOO_LARGE,
                         "a picture of %lld x %lld pixels is more than PNG can hold, %d a side",
                         (long long)width, (long long)height, INT32_MAX);
    camera->fit = false;
    camera_set_viewport(camera, (int)width, (int)height);
    camera_set_zoom(camera, 1);
    camera_look_at(camera, (double)camera->image_width / 2, (double)camera->image_height / 2);
    return STATUS_OK;
}

// The data's area of a picture of the size asked for.
static enum status sized_camera(struct camera *camera, const struct export_request *request,
                                const struct decoration *around, struct error *error)
{
    const long long width = request->size.width, height = request->size.height;
    if (width > INT32_MAX || height > INT32_MAX)
        return error_set(error, STATUS_USAGE,
                         "--size: %lld x %lld pixels are more than PNG can hold, %d a side", width, height,
                         INT32_MAX);
    const int64_t area_width = width - around->right;
    const int64_t area_height = height - around->top - around->bottom;
    if (request->decorate && (area_width < LEAST_AREA || area_height < around->least_height))
        return error_set(
            error, STATUS_USAGE,
            "a decorated picture of %lld x %lld pixels has no room for the data; it must have %d x %d or more",
            width, height, around->right + LEAST_AREA, around->top + around->bottom + around->least_height);
    const double zoom = camera->zoom * fmin((double)area_width / camera->viewport_width,
                                            (double)area_height / camera->viewport_height);
    const bool fit = camera->fit;
    camera_set_viewport(camera, (int)area_width, (int)area_height);
    if (!fit)
        camera_set_zoom(camera, zoom);
    return STATUS_OK;
}

enum status export_set_camera(struct pane *pane, const struct export_request *request,
                              const struct camera *camera, struct error *error)
{
    struct camera wanted = *camera;
    enum status status = STATUS_OK;
    if (request->size.kind == EXPORT_ONE_TO_ONE) {
        status = one_to_one_camera(&wanted, error);
    } else {
        const bool fit = camera->fit;
        wanted = shown_camera(camera);
        wanted.fit = fit && request->size.kind == EXPORT_SIZE;
    }
    if (!status && request->size.kind == EXPORT_SIZE) {
        const struct decoration around = decoration_for(pane, request);
        status = sized_camera(&wanted, request, &around, error);
    }
    if (!status)
        memcpy(&pane->view.camera, &wanted, sizeof wanted);
    return status;
}

// --- cells ---

static enum status no_memory(const struct cells *cells, int64_t need, int64_t have, struct error *error)
{
    char needed[32], had[32];
    format_bytes(need, needed, sizeof needed);
    format_bytes(have, had, sizeof had);
    return error_set(error, STATUS_NO_MEMORY,
                     "%s: a picture of %d x %d pixels needs %s for a part of it, %s may be used (--memory)",
                     cells->request->path, cells->canvas.width, cells->canvas.height, needed, had);
}

// The largest cells that the memory budget and the device allow.
static enum status choose_cells(struct cells *cells, struct error *error)
{
    struct pane *pane = cells->pane;
    const struct canvas *canvas = &cells->canvas;
    const int64_t budget = common_texture_budget(pane->common),
                  row = int64_max(3 * (int64_t)canvas->width, 1);
    const int64_t strip = int64_min(STRIP_BYTES, budget / STRIP_SHARE);
    if (row > budget / STRIP_SHARE)
        return no_memory(cells, row * STRIP_SHARE, budget, error);
    const int side = gpu_max_texture_side(pane->common->gpu);
    cells->width = (int)int64_min(int64_min(canvas->width, CELL_WIDTH), side);
    cells->height = (int)int64_max(1, int64_min(int64_min(strip / row, STRIP_ROWS), side));
    cells->height = (int)int64_min(cells->height, canvas->height);
    return STATUS_OK;
}

// The part of the data's area in a cell, in pixels of the canvas; width 0 if there is none.
static struct rect data_in(const struct canvas *canvas, struct rect cell)
{
    const struct rect *area = &canvas->area;
    const int64_t x0 = int64_max(cell.x, area->x), x1 = int64_min(cell.x + cell.width, area->x + area->width);
    const int64_t y0 = int64_max(cell.y, area->y),
                  y1 = int64_min(cell.y + cell.height, area->y + area->height);
    if (x0 >= x1 || y0 >= y1)
        return (struct rect){0, 0, 0, 0};
    return (struct rect){x0, y0, x1 - x0, y1 - y0};
}

static struct rect in_area(const struct canvas *canvas, struct rect data)
{
    return (struct rect){data.x - canvas->area.x, data.y - canvas->area.y, data.width, data.height};
}

// The part of a cell, from its left, whose tiles fit their memory.
static enum status fitting_part(const struct cells *cells, struct rect *cell, struct error *error)
{
    const int64_t room = cells->pane->frame->picture->cache_budget;
    int64_t need;
    for (;; cell->width = (cell->width + 1) / 2) {
        const struct rect data = data_in(&cells->canvas, *cell);
        need = data.width == 0 ? 0 : pane_part_need(cells->pane, in_area(&cells->canvas, data));
        if (need <= room)
            return STATUS_OK;
        if (cell->width == 1)
            return no_memory(cells, TILES_SHARE * need, TILES_SHARE * room, error);
    }
}

// Draws a part of a strip into it; `cell` is within the strip at row `y`.
static enum status draw_cell(struct cells *cells, struct rect cell, struct error *error)
{
    struct pane *pane = cells->pane;
    const struct canvas *canvas = &cells->canvas;
    const int width = (int)cell.width, height = (int)cell.height;
    const struct rect data = data_in(canvas, cell);
    enum status status = STATUS_OK;
    target_bind(pane->common->gpu, cells->target, cells->width, cells->height);
    target_clear(pane->common->gpu, pane->view.display.background);
    if (data.width > 0)
        status = pane_draw_part(pane, in_area(canvas, data), cells->height, (int)(data.x - cell.x),
                                (int)(data.y - cell.y), &cells->widest, cells->request->scale, error);
    if (status)
        return status;
    if (cells->request->decorate) {
        target_viewport(pane->common->gpu, cells->height, 0, 0, width, height);
        decoration_draw(pane, &canvas->decoration, canvas->width, canvas->height, canvas->area,
                        cells->request->scale);
        overlay_flush_part(pane->common->overlay, (int)cell.x, (int)cell.y, width, height);
    }
    target_read_rgb(pane->common->gpu, cells->height, 0, 0, width, height, cells->pixels);
    for (int64_t row = 0; row < cell.height; row++)
        memcpy(cells->strip + 3 * (row * canvas->width + cell.x), cells->pixels + 3 * row * cell.width,
               3 * (size_t)cell.width);
    return STATUS_OK;
}

static enum status measure_cell(struct cells *cells, struct rect cell, struct error *error)
{
    const struct rect data = data_in(&cells->canvas, cell);
    return data.width == 0
               ? STATUS_OK
               : pane_measure_part(cells->pane, in_area(&cells->canvas, data), &cells->widest, error);
}

// Does `work` on each cell of the strip that begins at row `y`.
static enum status each_cell(struct cells *cells, int64_t y,
                             enum status (*work)(struct cells *, struct rect, struct error *),
                             struct error *error)
{
    const int64_t height = int64_min(cells->height, cells->canvas.height - y);
    struct rect cell = {0, y, 0, height};
    enum status status = STATUS_OK;
    while (!status && cell.x < cells->canvas.width) {
        cell.width = int64_min(cells->width, cells->canvas.width - cell.x);
        status = task_stopped(cells->request->task, error);
        if (!status)
            status = fitting_part(cells, &cell, error);
        if (!status)
            status = work(cells, cell, error);
        cell.x += cell.width;
    }
    return status;
}

// Looks at all cells before anything is written. Strips that need too much memory are made lower.
static enum status measure_cells(struct cells *cells, struct error *error)
{
    enum status status = STATUS_NO_MEMORY;
    for (; status == STATUS_NO_MEMORY; cells->height = (cells->height + 1) / 2) {
        status = STATUS_OK;
        for (int64_t y = 0; !status && y < cells->canvas.height; y += cells->height)
            status = each_cell(cells, y, measure_cell, error);
        if (status != STATUS_NO_MEMORY || cells->height == 1)
            break;
    }
    return status;
}

static enum status write_strips(struct cells *cells, struct error *error)
{
    const struct canvas *canvas = &cells->canvas;
    struct png_writer *writer = NULL;
    enum status status =
        png_writer_create(cells->request->path, canvas->width, canvas->height, 3, &writer, error);
    for (int64_t y = 0; !status && y < canvas->height; y += cells->height) {
        task_progress(cells->request->task, (double)y / canvas->height);
        status = each_cell(cells, y, draw_cell, error);
        if (!status)
            status = png_writer_rows(writer, cells->strip, (int)int64_min(cells->height, canvas->height - y),
                                     error);
    }
    if (writer && status) {
        png_writer_finish(&writer, NULL); // incomplete: nothing is kept
        return status;
    }
    return writer ? png_writer_finish(&writer, error) : status;
}

static enum status write_cells(struct cells *cells, struct error *error)
{
    struct pane *pane = cells->pane;
    enum status status = choose_cells(cells, error);
    if (status)
        return status;
    const size_t row = 3 * (size_t)cells->canvas.width;
    cells->strip = malloc(row * (size_t)cells->height);
    cells->pixels = malloc(3 * (size_t)cells->width * (size_t)cells->height);
    if (!cells->strip || !cells->pixels)
        return no_memory(cells, (int64_t)row * cells->height, common_texture_budget(pane->common), error);
    status =
        target_create(pane->common->gpu, TEXTURE_RGBA8, cells->width, cells->height, &cells->target, error);
    if (status)
        return status;
    status = measure_cells(cells, error);
    if (!status)
        status = write_strips(cells, error);
    target_bind(pane->common->gpu, NULL, cells->width, cells->height);
    return status;
}

enum status export_write(struct pane *pane, const struct export_request *request, struct error *error)
{
    struct cells cells = {.pane = pane, .request = request, .canvas = lay_out(pane, request)};
    enum status status = write_cells(&cells, error);
    target_destroy(&cells.target);
    free(cells.strip);
    free(cells.pixels);
    return status;
}

enum status export_picture(struct pane *pane, const struct export_request *request, struct error *error)
{
    struct camera camera;
    memcpy(&camera, &pane->view.camera, sizeof camera);
    enum status status = export_set_camera(pane, request, &camera, error);
    if (!status)
        status = export_write(pane, request, error);
    memcpy(&pane->view.camera, &camera, sizeof camera);
    return status;
}
