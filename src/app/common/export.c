// SPDX-License-Identifier: MIT
// Layout of a picture, and its drawing and writing in strips of cells.
#include "app/common/export.h"

#include "app/common/decoration.h"
#include "app/common/picture_file.h"
#include "base/size.h"
#include "base/text.h"
#include "formats/writers/png_writer.h"

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

// A pane in the picture.
struct sheet {
    struct pane *pane;
    struct export_request request; // of the size that it has
    struct canvas canvas;
    struct rect place; // of the canvas in the picture
    struct overlay_widest widest;
};

struct cells {
    const struct export_request *request;
    struct common *common;
    struct sheet *sheets;
    int sheet_count;
    int picture_width, picture_height;
    const unsigned char *background; // around the sheets
    struct target *target;
    int width, height;             // of a cell; a strip has the same height
    unsigned char *strip, *pixels; // RGB of a strip and of a cell
    unsigned char *whole;          // RGB of all strips, of a picture that is written later
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
                     cells->request->path, cells->picture_width, cells->picture_height, needed, had);
}

// The most bytes of the picture that are in memory at a time.
static int64_t strip_bytes(int64_t budget)
{
    return int64_min(STRIP_BYTES, budget / STRIP_SHARE);
}

// The largest cells that the memory budget and the device allow.
static enum status choose_cells(struct cells *cells, struct error *error)
{
    const int64_t budget = common_drawing_budget(cells->common),
                  row = int64_max(3 * (int64_t)cells->picture_width, 1);
    const int64_t strip = strip_bytes(budget);
    if (row > budget / STRIP_SHARE)
        return no_memory(cells, row * STRIP_SHARE, budget, error);
    const int side = gpu_max_texture_side(cells->common->gpu);
    cells->width = (int)int64_min(int64_min(cells->picture_width, CELL_WIDTH), side);
    cells->height = (int)int64_max(1, int64_min(int64_min(strip / row, STRIP_ROWS), side));
    cells->height = (int)int64_min(cells->height, cells->picture_height);
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

// The part of a sheet's cell, from its left, whose tiles fit their memory.
static enum status fitting_part(const struct cells *cells, const struct sheet *sheet, struct rect *cell,
                                struct error *error)
{
    const int64_t room = sheet->pane->frame->picture->cache_budget;
    int64_t need;
    for (;; cell->width = (cell->width + 1) / 2) {
        const struct rect data = data_in(&sheet->canvas, *cell);
        need = data.width == 0 ? 0 : pane_part_need(sheet->pane, in_area(&sheet->canvas, data));
        if (need <= room)
            return STATUS_OK;
        if (cell->width == 1)
            return no_memory(cells, TILES_SHARE * need, TILES_SHARE * room, error);
    }
}

// Draws a cell of a sheet, and puts it into the strip that begins at row `y` of the picture.
static enum status draw_cell(struct cells *cells, struct sheet *sheet, struct rect cell, int64_t y,
                             struct error *error)
{
    struct pane *pane = sheet->pane;
    struct gpu *gpu = cells->common->gpu;
    const struct canvas *canvas = &sheet->canvas;
    const int width = (int)cell.width, height = (int)cell.height;
    const struct rect data = data_in(canvas, cell);
    enum status status = STATUS_OK;
    target_bind(gpu, cells->target, cells->width, cells->height);
    target_clear(gpu, pane->view.display.background);
    if (data.width > 0)
        status = pane_draw_part(pane, in_area(canvas, data), cells->height, (int)(data.x - cell.x),
                                (int)(data.y - cell.y), &sheet->widest, sheet->request.scale, error);
    if (status)
        return status;
    if (sheet->request.decorate) {
        target_viewport(gpu, cells->height, 0, 0, width, height);
        decoration_draw(pane, &canvas->decoration, canvas->width, canvas->height, canvas->area,
                        sheet->request.scale);
        overlay_flush_part(cells->common->overlay, (int)cell.x, (int)cell.y, width, height);
    }
    target_read_rgb(gpu, cells->height, 0, 0, width, height, cells->pixels);
    const int64_t down = sheet->place.y + cell.y - y, right = sheet->place.x + cell.x;
    for (int64_t row = 0; row < cell.height; row++)
        memcpy(cells->strip + 3 * ((down + row) * cells->picture_width + right),
               cells->pixels + 3 * row * cell.width, 3 * (size_t)cell.width);
    return STATUS_OK;
}

static enum status measure_cell(struct cells *cells, struct sheet *sheet, struct rect cell, int64_t y,
                                struct error *error)
{
    (void)cells;
    (void)y;
    const struct rect data = data_in(&sheet->canvas, cell);
    return data.width == 0
               ? STATUS_OK
               : pane_measure_part(sheet->pane, in_area(&sheet->canvas, data), &sheet->widest, error);
}

typedef enum status cell_work(struct cells *cells, struct sheet *sheet, struct rect cell, int64_t y,
                              struct error *error);

// Does `work` on each cell of a sheet in the strip that begins at row `y`.
static enum status each_cell_of(struct cells *cells, struct sheet *sheet, int64_t y, cell_work *work,
                                struct error *error)
{
    const int64_t top = int64_max(y, sheet->place.y);
    const int64_t bottom = int64_min(y + cells->height, sheet->place.y + sheet->place.height);
    struct rect cell = {0, top - sheet->place.y, 0, bottom - top};
    enum status status = STATUS_OK;
    while (!status && cell.height > 0 && cell.x < sheet->canvas.width) {
        cell.width = int64_min(cells->width, sheet->canvas.width - cell.x);
        status = task_stopped(cells->request->task, error);
        if (!status)
            status = fitting_part(cells, sheet, &cell, error);
        if (!status)
            status = work(cells, sheet, cell, y, error);
        cell.x += cell.width;
    }
    return status;
}

static enum status each_cell(struct cells *cells, int64_t y, cell_work *work, struct error *error)
{
    enum status status = STATUS_OK;
    for (int i = 0; !status && i < cells->sheet_count; i++)
        status = each_cell_of(cells, &cells->sheets[i], y, work, error);
    return status;
}

// Looks at all cells before anything is written. Strips that need too much memory are made lower.
static enum status measure_cells(struct cells *cells, struct error *error)
{
    enum status status = STATUS_NO_MEMORY;
    for (; status == STATUS_NO_MEMORY; cells->height = (cells->height + 1) / 2) {
        status = STATUS_OK;
        for (int64_t y = 0; !status && y < cells->picture_height; y += cells->height)
            status = each_cell(cells, y, measure_cell, error);
        if (status != STATUS_NO_MEMORY || cells->height == 1)
            break;
    }
    return status;
}

// Of one sheet there is no background that shows.
static void clear_strip(struct cells *cells, int rows)
{
    const size_t count = (size_t)cells->picture_width * (size_t)rows;
    for (size_t i = 0; cells->sheet_count != 1 && i < count; i++)
        memcpy(cells->strip + 3 * i, cells->background, 3);
}

static enum status write_strips(struct cells *cells, struct error *error)
{
    const int height = cells->picture_height;
    struct png_writer *writer = NULL;
    enum status status =
        png_writer_create(cells->request->path, cells->picture_width, height, 3, &writer, error);
    for (int64_t y = 0; !status && y < height; y += cells->height) {
        task_progress(cells->request->task, (double)y / height);
        clear_strip(cells, cells->height);
        status = each_cell(cells, y, draw_cell, error);
        if (!status)
            status = png_writer_rows(writer, cells->strip, (int)int64_min(cells->height, height - y), error);
    }
    if (writer && status) {
        png_writer_finish(&writer, NULL); // incomplete: nothing is kept
        return status;
    }
    if (writer)
        status = png_writer_finish(&writer, error);
    if (!status && cells->request->later)
        common_tell(cells->common, &(struct notice){SEVERITY_OK, "Picture saved", cells->request->path});
    return status;
}

// Draws all strips, which are parts of the whole, and has that written.
static enum status draw_strips(struct cells *cells, struct error *error)
{
    enum status status = STATUS_OK;
    for (int64_t y = 0; !status && y < cells->picture_height; y += cells->height) {
        cells->strip = cells->whole + 3 * y * cells->picture_width;
        clear_strip(cells, (int)int64_min(cells->height, cells->picture_height - y));
        status = each_cell(cells, y, draw_cell, error);
    }
    cells->strip = NULL;
    if (status)
        return status;
    picture_file_start(cells->common, cells->request->path, cells->picture_width, cells->picture_height,
                       cells->whole);
    cells->whole = NULL;
    return STATUS_OK;
}

// Only a picture that takes no more memory than a strip of it may: a larger one is written while it is drawn.
static bool is_written_later(const struct cells *cells)
{
    return cells->request->later && 3 * (int64_t)cells->picture_width * cells->picture_height <=
                                        strip_bytes(common_drawing_budget(cells->common));
}

static enum status make_buffers(struct cells *cells, struct error *error)
{
    const size_t row = 3 * (size_t)cells->picture_width;
    if (is_written_later(cells))
        cells->whole = malloc(row * (size_t)cells->picture_height);
    else
        cells->strip = malloc(row * (size_t)cells->height);
    cells->pixels = malloc(3 * (size_t)cells->width * (size_t)cells->height);
    if (!(cells->whole || cells->strip) || !cells->pixels)
        return no_memory(cells, (int64_t)row * cells->height, common_drawing_budget(cells->common), error);
    return target_create(cells->common->gpu, TEXTURE_RGBA8, cells->width, cells->height, &cells->target,
                         error);
}

static enum status write_cells(struct cells *cells, struct error *error)
{
    enum status status = choose_cells(cells, error);
    if (!status)
        status = make_buffers(cells, error);
    if (!status)
        status = measure_cells(cells, error);
    if (!status)
        status = cells->whole ? draw_strips(cells, error) : write_strips(cells, error);
    if (cells->target)
        target_bind(cells->common->gpu, NULL, cells->width, cells->height);
    target_destroy(&cells->target);
    free(cells->whole);
    free(cells->strip);
    free(cells->pixels);
    return status;
}

// --- one pane ---

enum status export_write(struct pane *pane, const struct export_request *request, struct error *error)
{
    struct sheet sheet = {.pane = pane, .request = *request, .canvas = lay_out(pane, request)};
    const struct canvas *canvas = &sheet.canvas;
    sheet.place = (struct rect){0, 0, canvas->width, canvas->height};
    struct cells cells = {.request = request,
                          .common = pane->common,
                          .sheets = &sheet,
                          .sheet_count = 1,
                          .picture_width = canvas->width,
                          .picture_height = canvas->height,
                          .background = pane->view.display.background};
    return write_cells(&cells, error);
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

// --- all panes ---

// What all panes have: the largest of their pictures.
static void largest_canvas(const struct desk *desk, const struct export_request *request, int64_t *width,
                           int64_t *height)
{
    *width = *height = 1;
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        if (!desk->panes[i] || !desk->panes[i]->frame->picture)
            continue;
        const struct canvas canvas = lay_out(desk->panes[i], request);
        *width = int64_max(*width, canvas.width);
        *height = int64_max(*height, canvas.height);
    }
}

// The sheet of a pane in the middle of its place. With a size of the whole picture the pane fills its place.
static enum status make_sheet(struct pane *pane, const struct export_request *request, struct rect place,
                              struct sheet *sheet, struct error *error)
{
    struct camera camera;
    memcpy(&camera, &pane->view.camera, sizeof camera);
    *sheet = (struct sheet){.pane = pane, .request = *request};
    sheet->request.size.width = place.width;
    sheet->request.size.height = place.height;
    enum status status = request->size.kind == EXPORT_SIZE
                             ? export_set_camera(pane, &sheet->request, &camera, error)
                             : STATUS_OK;
    sheet->canvas = lay_out(pane, &sheet->request);
    sheet->place = (struct rect){place.x + (place.width - sheet->canvas.width) / 2,
                                 place.y + (place.height - sheet->canvas.height) / 2, sheet->canvas.width,
                                 sheet->canvas.height};
    return status;
}

enum status export_write_all(struct desk *desk, const struct export_request *request, struct error *error)
{
    struct rect whole = {0, 0, request->size.width, request->size.height}, places[LAYOUT_MAX_PANES];
    struct sheet *sheets = must_alloc(LAYOUT_MAX_PANES * sizeof *sheets);
    int64_t width, height;
    int count = 0;
    if (request->size.kind != EXPORT_SIZE) {
        largest_canvas(desk, request, &width, &height);
        whole = layout_size(&desk->layout, width, height, EXPORT_GAP);
    }
    enum status status = STATUS_OK;
    if (whole.width > INT32_MAX || whole.height > INT32_MAX)
        status = error_set(error, STATUS_TOO_LARGE,
                           "a picture of %lld x %lld pixels is more than PNG can hold, %d a side",
                           (long long)whole.width, (long long)whole.height, INT32_MAX);
    layout_areas(&desk->layout, whole, EXPORT_GAP, places);
    for (int i = 0; !status && i < LAYOUT_MAX_PANES; i++) {
        if (desk->panes[i] && desk->panes[i]->frame->picture && places[i].width > 0 && places[i].height > 0)
            status = make_sheet(desk->panes[i], request, places[i], &sheets[count++], error);
    }
    struct cells cells = {.request = request,
                          .common = &desk->common,
                          .sheets = sheets,
                          .sheet_count = count,
                          .picture_width = (int)whole.width,
                          .picture_height = (int)whole.height,
                          .background = desk->active->view.display.background};
    if (!status)
        status = write_cells(&cells, error);
    free(sheets);
    return status;
}

enum status export_desk(struct desk *desk, const struct export_request *request, struct error *error)
{
    struct export_request wanted = *request;
    struct camera *cameras = must_alloc(LAYOUT_MAX_PANES * sizeof *cameras);
    enum status status = STATUS_OK;
    if (request->size.kind == EXPORT_SHOWN)
        wanted.size = (struct export_size){EXPORT_SIZE, desk->whole.width, desk->whole.height};
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        struct pane *pane = desk->panes[i];
        if (!pane)
            continue;
        memcpy(&cameras[i], &pane->view.camera, sizeof *cameras);
        if (!status && request->size.kind == EXPORT_ONE_TO_ONE && pane->frame->picture)
            status = export_set_camera(pane, &wanted, &cameras[i], error);
    }
    if (!status)
        status = export_write_all(desk, &wanted, error);
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        if (desk->panes[i])
            memcpy(&desk->panes[i]->view.camera, &cameras[i], sizeof *cameras);
    }
    free(cameras);
    return status;
}
