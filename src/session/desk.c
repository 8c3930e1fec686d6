// SPDX-License-Identifier: MIT
// The panes: how many there are, where they stand, and what happens in all of them.
#include "session/desk.h"

#include "base/clock.h"
#include "base/size.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

// In layout pixels.
enum { GAP = 1, GAP_REACH = 3, HEAD = 24, LEAST_WIDTH = 240, LEAST_HEIGHT = 160 };

// --- life ---

struct desk *desk_create(void (*wake)(void *context), void *wake_context)
{
    struct desk *desk = must_alloc(sizeof *desk);
    *desk = (struct desk){.scale = 1};
    common_create(&desk->common, wake, wake_context);
    desk->active = desk->panes[0] = pane_create(&desk->common);
    layout_single(&desk->layout, 0);
    return desk;
}

void desk_destroy(struct desk **address)
{
    struct desk *desk = *address;
    if (!desk)
        return;
    for (int i = 0; i < LAYOUT_MAX_PANES; i++)
        pane_destroy(&desk->panes[i]);
    common_finish(&desk->common);
    free(desk);
    *address = NULL;
}

enum status desk_configure(struct desk *desk, const struct view_options *options, struct error *error)
{
    desk->common.frames->memory_limit = options->memory_bytes;
    desk->options = options;
    return pane_configure(desk->active, options, error);
}

static enum status open_grid(struct desk *desk, const char *const *names, size_t count, struct error *error)
{
    const struct view_options *options = desk->options;
    const size_t places = (size_t)options->grid.columns * (size_t)options->grid.rows;
    if (count > places)
        return error_set(error, STATUS_USAGE, "%zu names are more than the %zu places of --grid %dx%d", count,
                         places, options->grid.columns, options->grid.rows);
    enum status status = desk_grid(desk, options->grid.columns, options->grid.rows, error);
    for (size_t i = 0; !status && i < count; i++) {
        struct pane *pane = desk_pane(desk, (int)i + 1);
        if (pane != desk->active)
            status = pane_configure(pane, options, error);
        if (!status)
            status = pane_open(pane, names + i, 1, options->source.siblings, options->source.frame, error);
    }
    return status;
}

enum status desk_open(struct desk *desk, const char *const *names, size_t count, struct error *error)
{
    const struct view_options *options = desk->options;
    if (options && options->grid.columns > 0)
        return open_grid(desk, names, count, error);
    return count == 0 ? STATUS_OK
                      : pane_open(desk->active, names, count, options && options->source.siblings,
                                  options ? options->source.frame : 0, error);
}

// --- panes ---

static int index_of(const struct desk *desk, const struct pane *pane)
{
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        if (pane && desk->panes[i] == pane)
            return i;
    }
    return -1;
}

int desk_count(const struct desk *desk)
{
    int panes[LAYOUT_MAX_PANES];
    return layout_order(&desk->layout, panes);
}

int desk_number(const struct desk *desk, const struct pane *pane)
{
    int panes[LAYOUT_MAX_PANES];
    const int count = layout_order(&desk->layout, panes);
    for (int i = 0; i < count; i++) {
        if (desk->panes[panes[i]] == pane)
            return i + 1;
    }
    return 0;
}

struct pane *desk_pane(const struct desk *desk, int number)
{
    int panes[LAYOUT_MAX_PANES];
    const int count = layout_order(&desk->layout, panes);
    return number < 1 || number > count ? NULL : desk->panes[panes[number - 1]];
}

// A new pane that does not stand anywhere yet; -1 if there is no room.
static int new_pane(struct desk *desk, const struct pane *like)
{
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        if (desk->panes[i])
            continue;
        desk->panes[i] = pane_create(&desk->common);
        pane_take_looks(desk->panes[i], like);
        return i;
    }
    return -1;
}

struct pane *desk_add(struct desk *desk, struct pane *beside, enum layout_axis axis, struct error *error)
{
    const int added = new_pane(desk, beside);
    if (added < 0) {
        error_set(error, STATUS_USAGE, "there are %d panes already: close one first", LAYOUT_MAX_PANES);
        return NULL;
    }
    layout_split(&desk->layout, index_of(desk, beside), axis, added);
    desk->common.workspace.alone = false;
    return desk->panes[added];
}

static void forget(struct desk *desk, const struct pane *pane)
{
    if (desk->before == pane)
        desk->before = NULL;
    if (desk->pointer.pane == pane)
        desk->pointer.pane = NULL;
}

enum status desk_close(struct desk *desk, struct pane *pane, struct error *error)
{
    const int index = index_of(desk, pane);
    if (!layout_remove(&desk->layout, index))
        return error_set(error, STATUS_USAGE, "this is the only pane: open another image in it, or quit");
    if (desk->closing)
        desk->closing(desk->closing_context, pane);
    forget(desk, pane);
    if (desk->active == pane)
        desk->active = desk->before ? desk->before : desk_pane(desk, 1);
    forget(desk, desk->active);
    if (desk_count(desk) == 1)
        desk_blink(desk, 0);
    pane_destroy(&desk->panes[index]);
    return STATUS_OK;
}

void desk_swap(struct desk *desk, struct pane *pane, struct pane *other)
{
    layout_swap(&desk->layout, index_of(desk, pane), index_of(desk, other));
}

// Fills `order` up with new panes, or closes empty ones from the end, until there are `wanted`.
static enum status make_places(struct desk *desk, int wanted, int order[LAYOUT_MAX_PANES],
                               struct error *error)
{
    int count = layout_order(&desk->layout, order), full = 0;
    for (int i = 0; i < count; i++)
        full += !pane_is_empty(desk->panes[order[i]]);
    if (full > wanted)
        return error_set(error, STATUS_USAGE, "%d images are open, which is more than %d places", full,
                         wanted);
    for (int i = count - 1; i >= 0 && count > wanted; i--) {
        struct pane *pane = desk->panes[order[i]];
        if (!pane_is_empty(pane) || desk_close(desk, pane, NULL))
            continue;
        memmove(order + i, order + i + 1, (size_t)(--count - i) * sizeof *order);
    }
    while (count < wanted)
        order[count++] = new_pane(desk, desk->active);
    return STATUS_OK;
}

enum status desk_grid(struct desk *desk, int columns, int rows, struct error *error)
{
    int order[LAYOUT_MAX_PANES];
    if (columns < 1 || rows < 1 || columns > LAYOUT_MAX_PANES || rows > LAYOUT_MAX_PANES / columns)
        return error_set(error, STATUS_USAGE, "%d x %d panes are too many, the most are %d", columns, rows,
                         LAYOUT_MAX_PANES);
    enum status status = make_places(desk, columns * rows, order, error);
    if (!status)
        layout_grid(&desk->layout, columns, rows, order);
    return status;
}

void desk_activate(struct desk *desk, struct pane *pane)
{
    if (pane == desk->active)
        return;
    desk->before = desk->active;
    desk->active = pane;
}

void desk_update_colormaps(struct desk *desk)
{
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        if (desk->panes[i])
            pane_update_colormap(desk->panes[i]);
    }
}

struct pane *desk_neighbour(const struct desk *desk, int steps)
{
    const int count = desk_count(desk);
    const int number = (desk_number(desk, desk->active) - 1 + steps % count + count) % count;
    return desk_pane(desk, number + 1);
}

// --- where they are ---

static int scaled(const struct desk *desk, int pixels)
{
    return (int)((float)pixels * desk->scale + 0.5F);
}

static int gap_of(const struct desk *desk)
{
    return scaled(desk, GAP);
}

// The strip beside an image, for its colour bar.
static int64_t gutter_width(const struct desk *desk, const struct pane *pane)
{
    const bool shown = pane && pane->frame->picture && pane->view.overlays.colour_bar;
    return shown && desk->common.workspace.panels.interface ? desk->gutter : 0;
}

// One colour bar for all panes, whose contrast is linked: that of the active one, at the right.
static bool has_common_gutter(const struct desk *desk)
{
    const struct workspace *workspace = &desk->common.workspace;
    return workspace->links.contrast && !workspace->alone && desk_count(desk) > 1;
}

// Takes the common gutter, or an empty one, from the right side of `whole`.
static struct rect take_common_gutter(const struct desk *desk, struct rect *whole)
{
    struct rect gutter = *whole;
    gutter.width = has_common_gutter(desk) ? int64_min(gutter_width(desk, desk->active), whole->width) : 0;
    whole->width -= gutter.width;
    gutter.x += whole->width;
    return gutter;
}

void desk_lay_out(struct desk *desk, struct rect whole, float scale)
{
    const struct rect common = take_common_gutter(desk, &whole);
    desk->whole = whole;
    desk->scale = scale;
    const bool heads = desk->common.workspace.panels.interface;
    if (desk->common.workspace.alone) {
        memset(desk->places, 0, sizeof desk->places);
        desk->places[index_of(desk, desk->active)] = whole;
    } else {
        layout_areas(&desk->layout, whole, gap_of(desk), desk->places);
    }
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        struct rect head = desk->places[i], picture = desk->places[i], gutter;
        head.height = heads ? int64_min(scaled(desk, HEAD), picture.height) : 0;
        picture.y += head.height;
        picture.height -= head.height;
        gutter = picture;
        gutter.width =
            has_common_gutter(desk) ? 0 : int64_min(gutter_width(desk, desk->panes[i]), picture.width);
        picture.width -= gutter.width;
        gutter.x += picture.width;
        desk->heads[i] = head;
        desk->gutters[i] = gutter;
        desk->pictures[i] = picture;
        if (desk->panes[i] && picture.width > 0 && picture.height > 0)
            camera_set_viewport(&desk->panes[i]->view.camera, (int)picture.width, (int)picture.height);
    }
    if (common.width > 0)
        desk->gutters[index_of(desk, desk->active)] = common;
}

bool desk_is_shown(const struct desk *desk, const struct pane *pane)
{
    const struct rect picture = desk_picture(desk, pane);
    return picture.width > 0 && picture.height > 0;
}

struct rect desk_picture(const struct desk *desk, const struct pane *pane)
{
    const int index = index_of(desk, pane);
    return index < 0 ? (struct rect){0} : desk->pictures[index];
}

static bool rect_holds(struct rect rect, double x, double y)
{
    return x >= (double)rect.x && y >= (double)rect.y && x < (double)(rect.x + rect.width) &&
           y < (double)(rect.y + rect.height);
}

struct pane *desk_pane_at(const struct desk *desk, double x, double y, bool *head)
{
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        if (!desk->panes[i] || !rect_holds(desk->places[i], x, y))
            continue;
        *head = rect_holds(desk->heads[i], x, y);
        return desk->panes[i];
    }
    return NULL;
}

int desk_gap_at(const struct desk *desk, double x, double y)
{
    if (desk->common.workspace.alone)
        return -1;
    return layout_gap_at(&desk->layout, desk->whole, gap_of(desk), scaled(desk, GAP_REACH), x, y);
}

void desk_move_gap(struct desk *desk, int gap, double x, double y)
{
    const bool across = layout_gap_axis(&desk->layout, gap) == LAYOUT_SIDE_BY_SIDE;
    layout_move_gap(&desk->layout, desk->whole, gap_of(desk), gap,
                    scaled(desk, across ? LEAST_WIDTH : LEAST_HEIGHT), x, y);
}

// --- what happens in all ---

bool desk_pump(struct desk *desk, int work_ms)
{
    bool changed = false;
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        if (desk->panes[i])
            changed |= pane_pump(desk->panes[i], 0, work_ms);
    }
    return changed;
}

static bool any_pane(const struct desk *desk, bool (*is)(const struct pane *pane))
{
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        if (desk->panes[i] && is(desk->panes[i]))
            return true;
    }
    return false;
}

bool desk_is_loading(const struct desk *desk)
{
    return any_pane(desk, pane_is_loading);
}

static bool is_busy(const struct pane *pane)
{
    return pane_is_loading(pane) || (pane->frame->regions && region_loader_busy(pane->frame->regions));
}

bool desk_is_busy(const struct desk *desk)
{
    return any_pane(desk, is_busy);
}

bool desk_leave(struct desk *desk)
{
    bool stopped = true;
    for (int i = 0; i < LAYOUT_MAX_PANES; i++)
        stopped &= !desk->panes[i] || pane_leave(desk->panes[i]);
    return stopped;
}

bool desk_holds(const struct desk *desk)
{
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        if (desk->panes[i] && desk->panes[i]->load.hold && desk_is_shown(desk, desk->panes[i]))
            return true;
    }
    return false;
}

void desk_seen(struct desk *desk)
{
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        if (desk->panes[i])
            desk->panes[i]->unseen = pane_is_loading(desk->panes[i]);
    }
}

void desk_blink(struct desk *desk, int64_t period_ns)
{
    desk->blink_ns = desk_count(desk) > 1 ? period_ns : 0;
    desk->blink_due_ns = clock_now_ns() + desk->blink_ns;
    if (desk->blink_ns > 0)
        desk->common.workspace.alone = true;
}

static bool tick_blink(struct desk *desk, int64_t now)
{
    if (desk->blink_ns == 0 || now < desk->blink_due_ns)
        return false;
    desk->blink_due_ns = now + desk->blink_ns;
    desk_activate(desk, desk_neighbour(desk, 1));
    return true;
}

bool desk_tick(struct desk *desk, int64_t now)
{
    bool begun = tick_blink(desk, now);
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        if (desk->panes[i] && !desk->panes[i]->unseen)
            begun |= playback_tick(desk->panes[i], now) || pane_recount(desk->panes[i], now);
    }
    for (int i = 0; !begun && i < LAYOUT_MAX_PANES; i++) {
        if (desk->panes[i] && !desk->panes[i]->unseen)
            pane_read_ahead(desk->panes[i]);
    }
    return begun;
}

enum status desk_settle(struct desk *desk, int wait_ms, struct error *error)
{
    const int64_t until = clock_now_ns() + (int64_t)wait_ms * 1000000;
    enum status status = STATUS_OK;
    for (int i = 0; !status && i < LAYOUT_MAX_PANES; i++) {
        const struct pane *pane = desk->panes[i];
        for (int64_t left; pane && pane->opening && (left = until - clock_now_ns()) > 0;) {
            jobs_wait(desk->common.jobs, (int)(left / 1000000) + 1);
            jobs_drain(desk->common.jobs);
        }
        status = pane ? pane->open_error.status : STATUS_OK;
        if (status)
            *error = pane->open_error;
    }
    return status;
}

int desk_wait_ms(const struct desk *desk, int64_t now)
{
    int wait = -1;
    if (desk->blink_ns > 0)
        wait = (int)int64_clamp(int64_ceil_div(desk->blink_due_ns - now, 1000000), 0, 60000);
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        if (desk->panes[i])
            wait = clock_sooner_ms(clock_sooner_ms(wait, playback_wait_ms(desk->panes[i], now)),
                                   pane_recount_wait_ms(desk->panes[i], now));
    }
    return wait;
}

enum status desk_load_all(struct desk *desk, struct error *error)
{
    enum status status = STATUS_OK;
    for (int i = 0; !status && i < LAYOUT_MAX_PANES; i++) {
        if (desk->panes[i])
            status = pane_load_all(desk->panes[i], error);
    }
    return status;
}
