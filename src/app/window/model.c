// SPDX-License-Identifier: MIT
// The model of the panels, from the desk and the program around it.
#include "app/window/model.h"

#include "app/host/host_commands.h"
#include "base/clock.h"
#include "base/file.h"
#include "sources/source.h"

#include <math.h>
#include <stdio.h>

// What the shown frame says of its detector and its header, asked for while the panel is open.
static void fill_header(const struct pane *pane, struct ui_header *shown)
{
    struct inquiry_header header;
    if (panels_tab(&pane->common->workspace.panels) != TAB_HEADER)
        return;
    shown->coming = !inquiry_header(pane->frame->inquiry, &header) && pane->frame->file;
    shown->text = header.text;
    shown->detector_bytes = header.detector_bytes;
    shown->serial = header.serial;
}

static void fill_place(const struct pane *pane, struct ui_place *place)
{
    const struct source *source = pane->document->source;
    place->item = pane->position.item;
    place->item_count = source ? source_count(source) : 0;
    place->frame = pane->position.frame;
    place->frame_count = source ? source_frames(source, pane->position.item) : 0;
    if (!playback_place(pane, &place->number, &place->total, &place->total_exact))
        place->number = -1;
}

static bool is_linked(const struct desk *desk)
{
    const struct view_links *links = &desk->common.workspace.links;
    return desk_count(desk) > 1 && (links->view || links->contrast || links->frame || links->pointer);
}

// Where panels lie over a pane: its image and the gutter.
static struct rect with_gutter(const struct desk *desk, int index)
{
    struct rect rect = desk->pictures[index];
    rect.width += desk->gutters[index].width;
    return rect;
}

static void fill_pane(const struct model_parts *parts, int index, struct ui_pane *row)
{
    const struct desk *desk = parts->desk;
    const struct pane *pane = desk->panes[index];
    const struct source *source = pane->document->source;
    const char *name = pane_coming_name(pane);
    const struct detector_info *detector = &pane->frame->detector;
    const struct editor *editor = parts->host->editors.of[index];
    int64_t number, total = 1;
    bool exact;
    playback_place(pane, &number, &total, &exact);
    *row = (struct ui_pane){.head = desk->heads[index],
                            .picture = with_gutter(desk, index),
                            .number = desk_number(desk, pane),
                            .active = pane == desk->active,
                            .series = source && total > 1,
                            .linked = is_linked(desk),
                            .unsaved = editor && editor_has_unsaved(editor),
                            .loading = pane_is_loading(pane),
                            .progress = pane->load.loader ? loader_progress(pane->load.loader) : 0,
                            .name = name && *name ? path_title(name) : NULL,
                            .detector = *detector->name ? detector->name : NULL,
                            .type = ""};
    if (!pane->frame->picture)
        return;
    const struct frame_info *info = &pane->frame->info;
    snprintf(row->size, sizeof row->size, "%lld \xC3\x97 %lld", (long long)info->width,
             (long long)info->height);
    row->type = sample_traits(info->type)->name;
}

static void fill_panes(const struct model_parts *parts, struct ui_panes *panes)
{
    panes->total = (size_t)desk_count(parts->desk);
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        const struct pane *pane = parts->desk->panes[i];
        if (pane && desk_is_shown(parts->desk, pane))
            fill_pane(parts, i, &panes->rows[panes->count++]);
    }
}

// What the file says of the beam.
static void fill_beam(const struct pane *pane, struct ui_model *model)
{
    const struct detector_info *detector = &pane->frame->detector;
    model->beam_x = detector->beam_x;
    model->beam_y = detector->beam_y;
    model->energy_ev = detector_energy(detector->wavelength);
}

static bool find_thumbnail(void *context, const char *path, int width, int height,
                           struct ui_thumbnail *thumbnail)
{
    return thumbnails_get(context, path, width, height, thumbnail);
}

// Counts are made only while they are shown.
static void fill_mask(const struct model_parts *parts, struct ui_mask_model *mask, char *shape, size_t size)
{
    const struct pane *pane = parts->desk->active;
    struct editor *editor = parts->host->editors.active;
    const struct view_panels *panels = &pane->common->workspace.panels;
    shape[0] = '\0';
    if (pane->common->workspace.masking.on)
        editor_describe(editor, shape, size);
    mask->shape = shape;
    mask->history = editor_history(editor);
    mask->drawing = editor_is_drawing(editor);
    mask->previewing = editor_is_previewing(editor);
    mask->unsaved = editor_has_unsaved(editor);
    if (panels_tab(panels) != TAB_MASK || !pane->frame->picture)
        return;
    mask->counts = editor_counts(editor);
    mask->pixels = pane->frame->info.width * pane->frame->info.height;
    mask->memory_bytes = mask_history_memory(mask->history) +
                         (pane->frame->mask.seen ? mask_memory_bytes(pane->frame->mask.seen) : 0);
    mask->has_beam = editor_beam(editor, &mask->beam);
}

static void fill_cursor(const struct desk *desk, struct ui_model *model, struct model_texts *texts)
{
    const struct desk_pointer *at = &desk->pointer;
    double value = 0;
    if (!at->pane || !pane_value(at->pane, at->x, at->y, texts->value, sizeof texts->value, &value))
        return;
    pane_pixel_kind(at->pane, at->x, at->y, value, texts->kind, sizeof texts->kind);
    model->cursor = (struct ui_cursor){true, at->x, at->y, texts->value, texts->kind};
}

static void fill_gutters(const struct desk *desk, struct ui_model *model)
{
    for (int i = 0; i < LAYOUT_MAX_PANES; i++) {
        const struct pane *pane = desk->panes[i];
        const struct rect place = desk->gutters[i];
        if (!pane || !pane->frame->picture || place.width <= 0 || place.height <= 0)
            continue;
        model->gutters[model->gutter_count++] = (struct ui_gutter){
            .pane = desk_number(desk, pane),
            .place = {(float)place.x, (float)place.y, (float)place.width, (float)place.height},
            .view = &pane->view,
            .colormap = pane->colormap,
            .histogram = pane->frame->histogram,
            .unit = pane->frame->info.unit};
    }
}

void model_fill(const struct model_parts *parts, struct ui_model *model, struct model_texts *texts)
{
    struct pane *pane = parts->desk->active;
    *model = (struct ui_model){
        .bindings = parts->bindings,
        .info = pane->frame->picture ? &pane->frame->info : NULL,
        .name = pane_coming_name(pane),
        .figures.statistics = pane->frame->statistics_known ? &pane->frame->statistics : NULL,
        .figures.histogram = pane->frame->histogram,
        .figures.serial = pane->frame->serial,
        .loading = pane_is_loading(pane),
        .loading_ns = pane->load.loader ? clock_now_ns() - pane->load.times.load_started : INT64_MAX,
        .work.unfinished = pane->opening || host_is_working(parts->host),
        .work.failures = pane->common->failed,
        .progress = pane->load.loader ? loader_progress(pane->load.loader) : 1,
        .has_mask = pane->frame->picture && pane->frame->picture->any_mask,
        .texture_bytes = gpu_texture_bytes(pane->common->gpu),
        .note = pane->frame->note,
        .messages = &pane->common->messages,
    };
    model->work.name = host_working(parts->host, &model->work.share);
    fill_header(pane, &model->header);
    fill_place(pane, &model->place);
    fill_panes(parts, &model->panes);
    fill_beam(pane, model);
    fill_mask(parts, &model->mask, texts->shape, sizeof texts->shape);
    files_fill(parts->host->files, &model->browsing);
    model->browsing.thumbnail = find_thumbnail;
    model->browsing.thumbnail_context = parts->thumbnails;
    if (question_fill(parts->host, &texts->question_texts, &texts->question))
        model->question = &texts->question;
    fill_cursor(parts->desk, model, texts);
    fill_gutters(parts->desk, model);
}
