// SPDX-License-Identifier: MIT
// Events become edits of the mask, each shown at once at the cost of the rectangle it touched.
#include "session/editor_internal.h"

#include "base/size.h"
#include "base/text.h"
#include "formats/mask_file.h"
#include "formats/mask_writer.h"
#include "sources/mask_operation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// --- masks that come and go ---

static void before_load(void *context)
{
    struct editor *editor = context;
    editor_end(editor, editor->open != OPEN_PREVIEW); // what was not confirmed is not kept
    tool_reset(&editor->tool);
}

static void forget_stashed(struct editor *editor, size_t index)
{
    struct stashed *found = &editor->stash[index];
    mask_destroy(&found->mask);
    mask_history_destroy(&found->history);
    free(found->name);
    memmove(found, found + 1, (--editor->stash_count - index) * sizeof *found);
}

// Makes room by giving up the oldest mask without unsaved edits, if there are many.
void editor_add_stashed(struct editor *editor, struct stashed stashed)
{
    size_t saved = 0;
    while (saved < editor->stash_count && editor->stash[saved].dirty)
        saved++;
    if (editor->stash_count >= MAX_STASH && saved < editor->stash_count)
        forget_stashed(editor, saved);
    editor->stash = must_resize(editor->stash, (editor->stash_count + 1) * sizeof *editor->stash);
    editor->stash[editor->stash_count++] = stashed;
    editor->edits++;
}

uint8_t editor_user_layers(const struct editor *editor)
{
    return USER_LAYERS | pane_owned_layers(editor->pane);
}

// Puts the mask that no longer fits aside, with its history.
static void stash(struct editor *editor, struct mask *mask)
{
    if (mask_count(mask, USER_LAYERS) == 0 && !editor->dirty) {
        mask_destroy(&mask);
        mask_history_clear(editor->history);
    } else {
        editor_add_stashed(editor, (struct stashed){mask, editor->history, editor_user_layers(editor),
                                                    editor->touched, editor->dirty,
                                                    must_copy(editor->name ? editor->name : "")});
        editor->history = mask_history_create(MASK_HISTORY_DEFAULT_BYTES);
    }
    editor->touched = editor->dirty = 0;
    free(editor->saved_path);
    editor->saved_path = NULL;
}

// Brings the layers of a mask that was put aside back into the one of its size.
static void unstash(struct editor *editor, struct mask *mask)
{
    for (size_t i = 0; i < editor->stash_count; i++) {
        struct stashed *found = &editor->stash[i];
        if (found->mask->width != mask->width || found->mask->height != mask->height)
            continue;
        editor->pane->common->workspace.masking.locked &= (uint8_t)~found->dirty;
        mask_take(mask, found->mask, found->layers);
        mask_history_destroy(&editor->history);
        editor->history = found->history;
        found->history = NULL;
        editor->touched = found->touched;
        editor->dirty = found->dirty;
        forget_stashed(editor, i);
        editor->edits++;
        pane_mask_changed(editor->pane, (struct rect){0, 0, mask->width, mask->height});
        return;
    }
}

static void remember_name(struct editor *editor)
{
    const struct pane *pane = editor->pane;
    free(editor->name);
    editor->name =
        pane->document->source ? must_copy(source_name(pane->document->source, pane->position.item)) : NULL;
}

// The smallest rectangle that holds both; an empty one adds nothing.
struct rect editor_rect_both(struct rect a, struct rect b)
{
    if (a.width <= 0 || a.height <= 0)
        return b;
    if (b.width <= 0 || b.height <= 0)
        return a;
    const int64_t left = int64_min(a.x, b.x), top = int64_min(a.y, b.y);
    return (struct rect){left, top, int64_max(a.x + a.width, b.x + b.width) - left,
                         int64_max(a.y + a.height, b.y + b.height) - top};
}

static void after_load(void *context, struct mask **unfit)
{
    struct editor *editor = context;
    struct mask *mask = editor->pane->document->mask;
    editor->serial++;
    if (mask)
        editor->uncounted = (struct rect){0, 0, mask->width, mask->height};
    if (*unfit && mask && (mask->width != (*unfit)->width || mask->height != (*unfit)->height)) {
        stash(editor, *unfit);
        *unfit = NULL;
    }
    if (mask && (mask->width != editor->width || mask->height != editor->height)) {
        editor->width = mask->width;
        editor->height = mask->height;
        unstash(editor, mask);
    }
    if (mask)
        remember_name(editor);
}

// --- life ---

struct editor *editor_create(struct pane *pane)
{
    struct editor *editor = must_alloc(sizeof *editor);
    editor->pane = pane;
    editor->history = mask_history_create(MASK_HISTORY_DEFAULT_BYTES);
    pane->mask_leaves = before_load;
    pane->mask_returns = after_load;
    pane->mask_context = editor;
    return editor;
}

void editor_destroy(struct editor **address)
{
    struct editor *editor = *address;
    if (!editor)
        return;
    editor_end(editor, true);
    editor->pane->mask_leaves = NULL;
    editor->pane->mask_returns = NULL;
    while (editor->stash_count > 0)
        forget_stashed(editor, editor->stash_count - 1);
    free(editor->stash);
    free(editor->name);
    free(editor->saved_path);
    mask_history_destroy(&editor->history);
    mask_counts_free(&editor->counts);
    tool_finish(&editor->tool);
    free(editor);
    *address = NULL;
}

// --- edits ---

enum status editor_need_mask(const struct editor *editor, struct error *error)
{
    if (!editor->pane->frame->picture)
        return error_set(error, STATUS_USAGE, "no image is open");
    if (!editor->pane->document->mask)
        return error_set(error, STATUS_USAGE, "the frame is still being loaded; draw when it is there");
    return STATUS_OK;
}

enum status editor_need_layer(const struct editor *editor, struct error *error)
{
    const struct view_masking *masking = &editor->pane->common->workspace.masking;
    if (!(masking->locked & MASK_BIT(masking->layer)))
        return editor_need_mask(editor, error);
    return error_set(error, STATUS_USAGE, "the layer %s is locked; unlock it to edit it, or choose another",
                     mask_layer_name(masking->layer));
}

void editor_show(struct editor *editor, struct rect rect)
{
    editor->serial++;
    editor->uncounted = editor_rect_both(editor->uncounted, rect);
    pane_mask_changed(editor->pane, rect);
}

// Closes the open edit. Returns what has to be shown again: a preview or stroke that is taken back.
struct rect editor_end_edit(struct editor *editor, bool keep)
{
    struct rect changed = {0};
    if (editor->open == OPEN_NONE)
        return changed;
    editor->open = OPEN_NONE;
    editor->serial++;
    if (!keep) {
        mask_edit_abandon(editor->history, &changed);
        return changed;
    }
    if (mask_edit_commit(editor->history)) {
        editor->dirty |= editor->edited;
        editor->edits++;
    }
    editor->touched |= editor->dirty;
    return changed;
}

void editor_close(struct editor *editor, bool keep)
{
    const struct rect changed = editor_end_edit(editor, keep);
    if (changed.width > 0)
        editor_show(editor, changed);
}

// Returns what the preview that gives way had changed: to be shown together with the new edit.
struct rect editor_begin(struct editor *editor, enum open_edit kind, const char *name)
{
    const struct rect changed = editor_end_edit(editor, editor->open == OPEN_STROKE);
    editor->edited = MASK_BIT(editor->pane->common->workspace.masking.layer);
    mask_edit_begin(editor->history, editor->pane->document->mask, editor->edited, name);
    editor->open = kind;
    return changed;
}

// The detector of the shown frame, for the beam centre.
static const struct detector_info *detector_of(struct editor *editor)
{
    struct pane *pane = editor->pane;
    if (editor->detector_serial != pane->frame->serial || !pane->frame->file) {
        detector_info_clear(&editor->detector);
        if (pane->frame->file && image_file_detector(pane->frame->file, pane->position.frame, NULL,
                                                     &editor->detector, NULL) != STATUS_OK)
            detector_info_clear(&editor->detector);
        editor->detector_serial = pane->frame->serial;
    }
    return &editor->detector;
}

static struct mask_context context_of(struct editor *editor)
{
    struct pane *pane = editor->pane;
    return (struct mask_context){.history = editor->history,
                                 .mask = pane->document->mask,
                                 .bits = MASK_BIT(pane->common->workspace.masking.layer),
                                 .unmask = pane->common->workspace.masking.unmask,
                                 .file = pane->frame->file,
                                 .frame = pane->position.frame,
                                 .source = pane->document->source,
                                 .sentinels = &pane->frame->info.sentinels,
                                 .detector = detector_of(editor)};
}

enum status editor_run(struct editor *editor, const char *name, const double *numbers, size_t count,
                       bool preview, struct error *error)
{
    const struct mask_operation *operation = mask_operation_find(name);
    enum status status = editor_need_layer(editor, error);
    if (!operation)
        status = error_set(error, STATUS_USAGE, "there is no mask operation \"%s\"", name);
    if (status)
        return status;
    const struct rect before = editor_begin(editor, preview ? OPEN_PREVIEW : OPEN_STROKE, name);
    const struct mask_context context = context_of(editor);
    struct rect changed = {0};
    status = operation->run(&context, numbers, count, &changed, error);
    if (status || !preview)
        changed = editor_rect_both(changed, editor_end_edit(editor, !status));
    editor_show(editor, editor_rect_both(before, changed));
    return status;
}

// --- the tool ---

static void take_tool(struct editor *editor)
{
    const struct view_masking *masking = &editor->pane->common->workspace.masking;
    struct tool *tool = &editor->tool;
    if (tool->kind != masking->tool)
        tool_choose(tool, masking->tool);
    tool->width = masking->width;
    tool->tolerance = masking->tolerance;
    tool->unmask = masking->unmask;
    tool->has_centre = masking->has_centre;
    tool->centre = masking->centre;
    if (masking->has_centre || tool->kind != TOOL_RING || !editor->pane->frame->file)
        return;
    const struct detector_info *detector = detector_of(editor);
    tool->has_centre = !isnan(detector->beam_x) && !isnan(detector->beam_y);
    tool->centre = (struct shape_point){detector->beam_x, detector->beam_y};
}

bool editor_takes_mouse(const struct editor *editor)
{
    const struct view_masking *masking = &editor->pane->common->workspace.masking;
    return masking->on && masking->tool != TOOL_NONE && editor->pane->frame->picture;
}

static struct shape_point image_point(const struct editor *editor, double x, double y)
{
    struct shape_point point;
    camera_to_image(&editor->pane->view.camera, x, y, &point.x, &point.y);
    return point;
}

static void say(struct editor *editor, const struct error *error)
{
    common_say(editor->pane->common, true, "%s", error->text);
}

static void paint(struct editor *editor)
{
    struct shape shape;
    struct rect changed = {0};
    struct error error = {0};
    if (editor->open != OPEN_STROKE)
        editor_show(editor, editor_begin(editor, OPEN_STROKE, tool_name(editor->tool.kind)));
    if (!tool_paint_shape(&editor->tool, &shape))
        return;
    if (mask_edit_shape(editor->history, &shape, !tool_unmasks(&editor->tool), &changed, &error))
        say(editor, &error);
    editor_show(editor, changed);
}

static void flood(struct editor *editor)
{
    const struct view_masking *masking = &editor->pane->common->workspace.masking;
    const double numbers[] = {floor(editor->tool.cursor.x), floor(editor->tool.cursor.y), masking->tolerance,
                              masking->corners};
    struct error error = {0};
    const bool unmask = masking->unmask;
    editor->pane->common->workspace.masking.unmask = tool_unmasks(&editor->tool);
    if (editor_run(editor, "flood", numbers, 4, false, &error))
        say(editor, &error);
    editor->pane->common->workspace.masking.unmask = unmask;
}

// The shape is complete.
static void commit(struct editor *editor)
{
    struct shape shape;
    struct rect changed = {0};
    struct error error = {0};
    if (editor->tool.kind == TOOL_FLOOD) {
        flood(editor);
    } else if (editor->open == OPEN_STROKE) {
        editor_close(editor, true);
    } else if (tool_shape(&editor->tool, &shape)) {
        const struct rect before = editor_begin(editor, OPEN_STROKE, tool_name(editor->tool.kind));
        if (mask_edit_shape(editor->history, &shape, !tool_unmasks(&editor->tool), &changed, &error))
            say(editor, &error);
        editor_end_edit(editor, true);
        editor_show(editor, editor_rect_both(before, changed));
    }
    tool_reset(&editor->tool);
}

static bool act(struct editor *editor, enum tool_result result)
{
    switch (result) {
    case TOOL_NOTHING:
        return false;
    case TOOL_PAINT:
        paint(editor);
        return true;
    case TOOL_COMMIT:
        commit(editor);
        return true;
    case TOOL_CANCEL:
        editor_close(editor, false);
        return true;
    default:
        return true;
    }
}

bool editor_press(struct editor *editor, double x, double y, bool ctrl, bool shift, bool twice)
{
    struct error error = {0};
    take_tool(editor);
    if (editor_need_layer(editor, &error)) {
        say(editor, &error);
        return true;
    }
    const double near = CLOSE_SCREEN_PIXELS / editor->pane->view.camera.zoom;
    const bool pressed = act(editor, tool_press(&editor->tool, image_point(editor, x, y), ctrl, shift, near));
    return (twice && act(editor, tool_double_click(&editor->tool))) || pressed;
}

bool editor_move(struct editor *editor, double x, double y, bool shift)
{
    take_tool(editor);
    if (editor->tool.active && !editor->pane->document->mask)
        tool_reset(&editor->tool);
    return act(editor, tool_move(&editor->tool, image_point(editor, x, y), shift));
}

bool editor_release(struct editor *editor, double x, double y)
{
    return act(editor, tool_release(&editor->tool, image_point(editor, x, y)));
}

// --- commands ---

bool editor_end(struct editor *editor, bool keep)
{
    const bool was_open = editor->open != OPEN_NONE || editor->tool.active;
    if (keep && editor->tool.active && editor->pane->document->mask)
        act(editor, tool_enter(&editor->tool));
    else if (!keep)
        act(editor, tool_escape(&editor->tool));
    editor_close(editor, keep);
    return was_open;
}

bool editor_last_point(struct editor *editor)
{
    return act(editor, tool_backspace(&editor->tool));
}

void editor_tool_changed(struct editor *editor)
{
    editor_end(editor, false);
    tool_reset(&editor->tool);
}

bool editor_undo(struct editor *editor)
{
    struct rect changed = {0};
    if (editor_end(editor, false))
        return true;
    if (!editor->pane->document->mask || !mask_undo(editor->history, editor->pane->document->mask, &changed))
        return false;
    editor->dirty = editor->touched; // which of them a step changed is not known
    editor->edits++;
    editor_show(editor, changed);
    return true;
}

bool editor_redo(struct editor *editor)
{
    struct rect changed = {0};
    editor_end(editor, false);
    if (!editor->pane->document->mask || !mask_redo(editor->history, editor->pane->document->mask, &changed))
        return false;
    editor->dirty = editor->touched;
    editor->edits++;
    editor_show(editor, changed);
    return true;
}

// --- for others ---

const struct mask_history *editor_history(const struct editor *editor)
{
    return editor->history;
}

bool editor_at_rest(const struct editor *editor)
{
    return editor->open == OPEN_NONE && !editor->tool.active &&
           (editor->pane->document->mask || !editor->pane->loader);
}

uint64_t editor_edits(const struct editor *editor)
{
    return editor->edits;
}

uint64_t editor_serial(const struct editor *editor)
{
    return editor->serial;
}

void editor_describe(struct editor *editor, char *text, size_t size)
{
    tool_describe(&editor->tool, text, size);
}

bool editor_is_drawing(const struct editor *editor)
{
    return editor->tool.active;
}

bool editor_is_previewing(const struct editor *editor)
{
    return editor->open == OPEN_PREVIEW;
}

const struct mask_counts *editor_counts(struct editor *editor)
{
    const struct mask *mask = editor->pane->document->mask;
    if (!mask)
        return NULL;
    mask_counts_update(&editor->counts, mask, editor->uncounted);
    editor->uncounted = (struct rect){0};
    return &editor->counts;
}

bool editor_beam(struct editor *editor, struct shape_point *centre)
{
    const struct detector_info *detector = detector_of(editor);
    *centre = (struct shape_point){detector->beam_x, detector->beam_y};
    return editor->pane->frame->file && !isnan(centre->x) && !isnan(centre->y);
}

void editor_draw(struct editor *editor, struct overlay *overlay, bool brush, float scale)
{
    static const unsigned char light[4] = {255, 255, 255, 255}, dark[4] = {0, 0, 0, 160};
    struct shape_point *points = must_alloc(OUTLINE_MAX * sizeof *points);
    const struct camera *camera = &editor->pane->view.camera;
    bool closed = false;
    const bool wanted = editor_takes_mouse(editor) && (brush || editor->tool.active);
    const size_t count = wanted ? tool_outline(&editor->tool, points, OUTLINE_MAX, &closed) : 0;
    for (size_t i = 0; i < count; i++)
        camera_to_screen(camera, points[i].x, points[i].y, &points[i].x, &points[i].y);
    const size_t lines = count < 2 ? 0 : closed ? count : count - 1;
    // A dark line under a light one: seen on every colour map.
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < lines; i++) {
            const struct shape_point a = points[i], b = points[(i + 1) % count];
            overlay_line(overlay, (float)a.x, (float)a.y, (float)b.x, (float)b.y,
                         (pass ? 1.0f : 3.0f) * scale, pass ? light : dark);
        }
    free(points);
}
