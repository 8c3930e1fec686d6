// SPDX-License-Identifier: MIT
// One file at a time within its budget (sources/preview.h), and a texture of cells.
#include "app/host/thumbnails.h"

#include "base/clock.h"
#include "sources/preview.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = 8, COLUMNS = 8, CELLS = ROWS * COLUMNS };
enum { PAUSE_MS = 300, WORK_MS = 8, LARGEST_CELL = 256 };

// Enough for the levels of up to 192 x 192 texels with their mask.
static const int64_t PICTURE_BUDGET = 250000;

enum state { EMPTY, WANTED, READY, FAILED };

struct cell {
    enum state state;
    char *path;          // owned; NULL while EMPTY
    const char *refusal; // why there is none, while FAILED; constant text
    uint64_t used;       // number of the repaint that asked for it last
    int width, height;   // of the picture in it
};

struct thumbnails {
    struct desk *desk;
    struct render_view *render_view;
    struct target *target; // NULL until first needed
    int cell_width, cell_height;
    struct cell cells[CELLS];
    uint64_t frame; // repaints
    int64_t paused_until_ns;
    // What the cells were drawn with.
    struct display display;
    struct transfer transfer;
    // What is being loaded.
    struct preview *preview;
    struct picture *picture;
    bool busy;
    size_t loading; // its cell
};

// --- life ---

struct thumbnails *thumbnails_create(struct desk *desk)
{
    struct thumbnails *thumbnails = must_alloc(sizeof *thumbnails);
    thumbnails->desk = desk;
    thumbnails->render_view = render_view_create();
    thumbnails->preview = preview_create(desk->common.jobs);
    thumbnails->frame = 1;
    return thumbnails;
}

static void stop(struct thumbnails *thumbnails)
{
    preview_stop(thumbnails->preview);
    picture_destroy(&thumbnails->picture);
    thumbnails->busy = false;
}

static void clear_cell(struct cell *cell)
{
    free(cell->path);
    *cell = (struct cell){0};
}

static void clear_cells(struct thumbnails *thumbnails)
{
    stop(thumbnails);
    for (size_t i = 0; i < CELLS; i++)
        clear_cell(&thumbnails->cells[i]);
}

void thumbnails_destroy(struct thumbnails **thumbnails)
{
    struct thumbnails *old = *thumbnails;
    if (!old)
        return;
    clear_cells(old);
    preview_destroy(&old->preview);
    target_destroy(&old->target);
    render_view_destroy(&old->render_view);
    free(old);
    *thumbnails = NULL;
}

// --- cells ---

static void pixel_of_cell(const struct thumbnails *thumbnails, size_t cell, int *x, int *y)
{
    *x = (int)(cell % COLUMNS) * thumbnails->cell_width;
    *y = (int)(cell / COLUMNS) * thumbnails->cell_height;
}

// Cells of the wanted size; false if the device does not give them.
static bool prepare_cells(struct thumbnails *thumbnails, int width, int height)
{
    if (thumbnails->target && width == thumbnails->cell_width && height == thumbnails->cell_height)
        return true;
    if (width < 1 || height < 1 || width > LARGEST_CELL || height > LARGEST_CELL)
        return false;
    clear_cells(thumbnails);
    target_destroy(&thumbnails->target);
    struct gpu *gpu = thumbnails->desk->common.gpu;
    thumbnails->cell_width = width;
    thumbnails->cell_height = height;
    return target_create(gpu, TEXTURE_RGBA8, COLUMNS * width, ROWS * height, &thumbnails->target, NULL) ==
           STATUS_OK;
}

static struct cell *find_cell(struct thumbnails *thumbnails, const char *path)
{
    struct cell *oldest = NULL;
    for (size_t i = 0; i < CELLS; i++) {
        struct cell *cell = &thumbnails->cells[i];
        if (cell->path && strcmp(cell->path, path) == 0)
            return cell;
        // What is being loaded, and what this repaint shows, stays.
        const bool busy = (thumbnails->busy && i == thumbnails->loading) || cell->used == thumbnails->frame;
        if (!busy && (!oldest || cell->used < oldest->used))
            oldest = cell;
    }
    if (!oldest)
        return NULL;
    clear_cell(oldest);
    oldest->state = WANTED;
    oldest->path = must_copy(path);
    return oldest;
}

bool thumbnails_get(struct thumbnails *thumbnails, const char *path, int width, int height,
                    struct ui_thumbnail *thumbnail)
{
    thumbnail->refusal = NULL;
    if (!prepare_cells(thumbnails, width, height))
        return false;
    struct cell *cell = find_cell(thumbnails, path);
    if (!cell)
        return false;
    cell->used = thumbnails->frame;
    thumbnail->refusal = cell->refusal;
    if (cell->state != READY)
        return false;
    int x, y;
    pixel_of_cell(thumbnails, (size_t)(cell - thumbnails->cells), &x, &y);
    const float all_width = (float)(COLUMNS * width), all_height = (float)(ROWS * height);
    *thumbnail = (struct ui_thumbnail){.texture = texture_name(target_texture(thumbnails->target)),
                                       .u = (float)x / all_width,
                                       .v = (all_height - (float)(y + cell->height)) / all_height,
                                       .u_size = (float)cell->width / all_width,
                                       .v_size = (float)cell->height / all_height,
                                       .width = cell->width,
                                       .height = cell->height};
    return true;
}

// A colour map or scale that was changed is that of the small pictures too: they are made anew.
static bool looks_changed(const struct thumbnails *thumbnails)
{
    const struct view *view = &thumbnails->desk->active->view;
    struct display display;
    memcpy(&display, &view->display, sizeof display); // whole bytes, to be compared
    display.low_is_white = false;                     // of the frame in the window only
    return memcmp(&thumbnails->display, &display, sizeof display) != 0 ||
           memcmp(&thumbnails->transfer, &view->contrast.transfer, sizeof view->contrast.transfer) != 0;
}

void thumbnails_begin(struct thumbnails *thumbnails)
{
    const struct view *view = &thumbnails->desk->active->view;
    if (!looks_changed(thumbnails))
        return;
    clear_cells(thumbnails);
    memcpy(&thumbnails->display, &view->display, sizeof view->display);
    thumbnails->display.low_is_white = false;
    memcpy(&thumbnails->transfer, &view->contrast.transfer, sizeof view->contrast.transfer);
}

void thumbnails_end(struct thumbnails *thumbnails)
{
    for (size_t i = 0; i < CELLS; i++) {
        struct cell *cell = &thumbnails->cells[i];
        if (cell->state != WANTED || cell->used == thumbnails->frame)
            continue;
        if (thumbnails->busy && i == thumbnails->loading)
            stop(thumbnails);
        clear_cell(cell);
    }
    thumbnails->frame++;
}

// --- loading ---

static bool next_wanted(const struct thumbnails *thumbnails, size_t *cell)
{
    for (size_t i = 0; i < CELLS; i++) {
        if (thumbnails->cells[i].state == WANTED) {
            *cell = i;
            return true;
        }
    }
    return false;
}

// There is no picture; the reason is looked up once, not at each repaint.
static void fail_cell(const struct thumbnails *thumbnails, struct cell *cell)
{
    cell->state = FAILED;
    cell->refusal = preview_refusal(thumbnails->preview, cell->path);
}

static void start(struct thumbnails *thumbnails, size_t cell)
{
    const struct pane *pane = thumbnails->desk->active;
    thumbnails->loading = cell;
    thumbnails->busy = preview_start(thumbnails->preview, thumbnails->cells[cell].path,
                                     pane->document->channel, pane->view.display.reduce);
    if (thumbnails->busy)
        return;
    if (preview_refusal(thumbnails->preview, thumbnails->cells[cell].path))
        fail_cell(thumbnails, &thumbnails->cells[cell]);
    else // too many loads are stuck: one of them may end
        thumbnails->paused_until_ns = clock_now_ns() + (int64_t)PAUSE_MS * 1000000;
}

// Bands of a few milliseconds. False when the picture cannot be made.
static bool take_bands(struct thumbnails *thumbnails)
{
    const int64_t until = clock_now_ns() + (int64_t)WORK_MS * 1000000;
    struct loaded_band band;
    struct loader *loader = preview_loader(thumbnails->preview);
    while (clock_now_ns() < until && loader_take(loader, 0, &band)) {
        const enum status status =
            picture_take_band(thumbnails->picture, &band, loader_classes(loader), NULL);
        loader_give_back(loader, &band);
        if (status)
            return false;
    }
    return true;
}

static void fit_cell(const struct thumbnails *thumbnails, const struct frame_info *info, struct cell *cell)
{
    const double by_width = (double)thumbnails->cell_width / (double)info->width,
                 by_height = (double)thumbnails->cell_height / (double)info->height;
    const double factor = by_width < by_height ? by_width : by_height;
    const int width = (int)((double)info->width * factor + 0.5),
              height = (int)((double)info->height * factor + 0.5);
    cell->width = width < 1 ? 1 : width;
    cell->height = height < 1 ? 1 : height;
}

static enum status draw(struct thumbnails *thumbnails, const struct taps_result *taps, struct cell *cell)
{
    const struct pane *pane = thumbnails->desk->active;
    const struct frame_info *info = &thumbnails->picture->info;
    struct view view;
    memset(&view, 0, sizeof view); // whole bytes, because views are compared with memcmp
    memcpy(&view.display, &pane->view.display, sizeof view.display);
    view.display.low_is_white = info->low_is_white;
    view.contrast = pane->view.contrast;
    view.contrast.limits =
        limits_compute(&pane->view.contrast.rule, taps->histogram, &taps->statistics, &taps->sample);
    fit_cell(thumbnails, info, cell);
    view.camera = camera_default();
    view.camera.origin_lower = info->rows_upward;
    camera_set_viewport(&view.camera, cell->width, cell->height);
    camera_set_image(&view.camera, info->width, info->height);
    camera_fit(&view.camera);
    const struct scene scene = {.picture = thumbnails->picture,
                                .view = &view,
                                .colormap = pane->colormap,
                                .histogram = taps->histogram,
                                .histogram_serial = gpu_next_serial(pane->common->gpu)};
    int x, y;
    const int width = COLUMNS * thumbnails->cell_width, height = ROWS * thumbnails->cell_height;
    pixel_of_cell(thumbnails, (size_t)(cell - thumbnails->cells), &x, &y);
    target_bind(pane->common->gpu, thumbnails->target, width, height);
    return renderer_draw(pane->common->renderer, thumbnails->render_view, &scene, height, x, y, NULL);
}

// Ends the load and draws what it gave; false if that is nothing.
static bool finish(struct thumbnails *thumbnails)
{
    struct cell *cell = &thumbnails->cells[thumbnails->loading];
    struct loader_outcome outcome;
    preview_finish(thumbnails->preview, &outcome);
    if (outcome.status == STATUS_OK && thumbnails->picture && outcome.taps.histogram &&
        draw(thumbnails, &outcome.taps, cell) == STATUS_OK)
        cell->state = READY;
    loader_outcome_free(&outcome);
    return cell->state == READY;
}

// Makes the picture once it is known of what; false where there can be none.
static bool prepare_picture(struct thumbnails *thumbnails)
{
    struct frame_info info;
    if (thumbnails->picture || !loader_info(preview_loader(thumbnails->preview), &info))
        return true;
    return picture_create(thumbnails->desk->common.gpu, &info, PICTURE_BUDGET, &thumbnails->picture, NULL) ==
           STATUS_OK;
}

// One step; true if the load has ended.
static bool step(struct thumbnails *thumbnails)
{
    enum preview_state state = preview_poll(thumbnails->preview, clock_now_ns());
    if (state == PREVIEW_LOADING) {
        if (prepare_picture(thumbnails) && (!thumbnails->picture || take_bands(thumbnails)))
            return false;
        preview_refuse(thumbnails->preview, STATUS_NO_MEMORY);
        state = PREVIEW_FAILED;
    }
    if (state != PREVIEW_LOADED || !finish(thumbnails))
        fail_cell(thumbnails, &thumbnails->cells[thumbnails->loading]);
    picture_destroy(&thumbnails->picture);
    thumbnails->busy = false;
    return true;
}

void thumbnails_pause(struct thumbnails *thumbnails)
{
    stop(thumbnails);
    thumbnails->paused_until_ns = clock_now_ns() + (int64_t)PAUSE_MS * 1000000;
}

bool thumbnails_pump(struct thumbnails *thumbnails, bool idle)
{
    size_t cell;
    if (!idle) {
        stop(thumbnails);
        return false;
    }
    if (thumbnails->busy)
        return step(thumbnails);
    if (clock_now_ns() >= thumbnails->paused_until_ns && next_wanted(thumbnails, &cell))
        start(thumbnails, cell);
    return false;
}

int thumbnails_wait_ms(const struct thumbnails *thumbnails)
{
    size_t cell;
    if (thumbnails->busy)
        return 100;
    if (!next_wanted(thumbnails, &cell))
        return -1;
    const int64_t left = thumbnails->paused_until_ns - clock_now_ns();
    return left > 0 ? (int)(left / 1000000) + 1 : 0;
}
