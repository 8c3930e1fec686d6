// SPDX-License-Identifier: MIT
// Events become edits of the mask, each shown at once at the cost of the rectangle it touched.
#include "session/edit/editor_internal.h"

#include "base/size.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// --- frames that come and go ---

uint8_t editor_user_layers(const struct mask_sheet *sheet)
{
    return MASK_DRAWN_BITS | sheet->owned;
}

struct mask_sheet *editor_follow(struct editor *editor)
{
    const struct pane *pane = editor->pane;
    struct mask_sheet *sheet = pane->frame->mask.sheet;
    if (editor->sheet != sheet || editor->opened != pane->opened || !pane->frame->picture) {
        editor_close(editor, editor->open == OPEN_STROKE);
        tool_reset(&editor->tool);
    } else if (editor->open == OPEN_PREVIEW && editor->loads != pane->load.number) {
        editor_close(editor, false); // what was not confirmed is not kept
    }
    editor->sheet = sheet;
    editor->opened = pane->opened;
    editor->loads = pane->load.number;
    return pane->frame->picture ? sheet : NULL;
}

// --- life ---

struct editor *editor_create(struct pane *pane)
{
    struct editor *editor = must_alloc(sizeof *editor);
    editor->pane = pane;
    editor->nothing = mask_history_create(0);
    return editor;
}

void editor_destroy(struct editor **address)
{
    struct editor *editor = *address;
    if (!editor)
        return;
    editor_work_finish(editor);
    editor_end(editor, true);
    mask_history_destroy(&editor->nothing);
    mask_counts_free(&editor->counts);
    tool_finish(&editor->tool);
    free(editor);
    *address = NULL;
}

// --- edits ---

enum status editor_need_mask(struct editor *editor, struct error *error)
{
    pane_follow_locks(editor->pane);
    return editor_follow(editor) ? STATUS_OK : error_set(error, STATUS_USAGE, "no image is open");
}

enum status editor_need_layer(struct editor *editor, struct error *error)
{
    const struct view_masking *masking = &editor->pane->common->workspace.masking;
    if (!(masking->locked & MASK_BIT(masking->layer)))
        return editor_need_mask(editor, error);
    return error_set(error, STATUS_USAGE, "the layer %s is locked; unlock it to edit it, or choose another",
                     mask_layer_name(masking->layer));
}

void editor_show(struct editor *editor, struct rect rect)
{
    pane_mask_changed(editor->pane, rect);
}

// What was kept, taken back or made again has changed these layers.
static void note_edit(struct editor *editor, struct mask_sheet *sheet, uint8_t layers)
{
    mask_sheet_edited(sheet, layers);
    editor->pane->common->edits++;
    messages_settle(&editor->pane->common->messages, sheet); // what they offer to take back is no longer last
}

// Closes the open edit. Returns what has to be shown again: a preview or stroke that is taken back.
struct rect editor_end_edit(struct editor *editor, bool keep)
{
    struct rect changed = {0};
    const bool preview = editor->open == OPEN_PREVIEW;
    if (editor->open == OPEN_NONE)
        return changed;
    editor->open = OPEN_NONE;
    if (!keep) {
        mask_edit_abandon(editor->sheet->history, &changed);
    } else if (mask_edit_commit(editor->sheet->history)) {
        note_edit(editor, editor->sheet, editor->edited);
        if (preview)
            editor_tell_done(editor, true);
    }
    // What comes next sees the mask as it was before.
    if (editor->sheet == editor->pane->frame->mask.sheet)
        frame_mask_update(&editor->pane->frame->mask, changed);
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
    return editor_begin_layers(editor, kind, name, MASK_BIT(editor->pane->common->workspace.masking.layer));
}

struct rect editor_begin_layers(struct editor *editor, enum open_edit kind, const char *name, uint8_t bits)
{
    const struct rect changed = editor_end_edit(editor, editor->open == OPEN_STROKE);
    editor->edited = bits;
    mask_edit_begin(editor->sheet->history, editor->sheet->mask, editor->edited, name);
    editor->open = kind;
    return changed;
}

bool editor_beam(const struct editor *editor, struct shape_point *centre)
{
    const struct detector_info *detector = &editor->pane->frame->detector;
    if (isnan(detector->beam_x) || isnan(detector->beam_y))
        return false;
    *centre = (struct shape_point){detector->beam_x, detector->beam_y};
    return true;
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
    if (!masking->has_centre && tool->kind == TOOL_RING)
        tool->has_centre = editor_beam(editor, &tool->centre);
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
    common_fault(editor->pane->common, editor->pane->common, error);
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
    if (mask_edit_shape(editor->sheet->history, &shape, !tool_unmasks(&editor->tool), &changed, &error))
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
        if (mask_edit_shape(editor->sheet->history, &shape, !tool_unmasks(&editor->tool), &changed, &error))
            say(editor, &error);
        editor_end_edit(editor, true);
        editor_show(editor, rect_join(before, changed));
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
    editor_follow(editor);
    return act(editor, tool_move(&editor->tool, image_point(editor, x, y), shift));
}

bool editor_release(struct editor *editor, double x, double y)
{
    editor_follow(editor);
    return act(editor, tool_release(&editor->tool, image_point(editor, x, y)));
}

// --- commands ---

bool editor_end(struct editor *editor, bool keep)
{
    const struct mask_sheet *sheet = editor_follow(editor);
    const bool coming = editor_end_previews(editor, keep);
    const bool was_open = coming || editor->open != OPEN_NONE || editor->tool.active;
    if (keep && editor->tool.active && sheet)
        act(editor, tool_enter(&editor->tool));
    else if (!keep)
        act(editor, tool_escape(&editor->tool));
    editor_close(editor, keep);
    return was_open;
}

bool editor_last_point(struct editor *editor)
{
    editor_follow(editor);
    return act(editor, tool_backspace(&editor->tool));
}

void editor_tool_changed(struct editor *editor)
{
    editor_end(editor, false);
    tool_reset(&editor->tool);
}

// Tells which step was taken back or made again, and offers the other way.
static void tell_step(struct editor *editor, bool undone)
{
    const struct mask_history *history = editor->sheet->history;
    const size_t done = mask_history_done(history);
    struct text sentence = {0};
    text_printf(&sentence, "%s: %s", undone ? "Taken back" : "Made again",
                mask_history_name(history, undone ? done : done - 1));
    common_tell(editor->pane->common, &(struct notice){.severity = SEVERITY_INFO,
                                                       .sentence = text_string(&sentence),
                                                       .action = undone ? "Redo" : "Undo",
                                                       .command = undone ? "mask.redo" : "mask.undo",
                                                       .topic = editor->sheet});
    text_free(&sentence);
}

// One step by mask_undo or mask_redo.
static bool step(struct editor *editor, bool undo)
{
    struct mask_sheet *sheet = editor_follow(editor);
    struct rect changed = {0};
    if (!sheet || !(undo ? mask_undo : mask_redo)(sheet->history, sheet->mask, &changed))
        return false;
    note_edit(editor, sheet, sheet->touched); // which of them the step changed is not known
    editor_show(editor, changed);
    tell_step(editor, undo);
    return true;
}

bool editor_undo(struct editor *editor)
{
    return editor_end(editor, false) || editor_stop(editor) || step(editor, true);
}

bool editor_redo(struct editor *editor)
{
    editor_end(editor, false);
    return step(editor, false);
}

// --- for others ---

const struct mask_history *editor_history(const struct editor *editor)
{
    const struct mask_sheet *sheet = editor->pane->frame->mask.sheet;
    return sheet ? sheet->history : editor->nothing;
}

bool editor_at_rest(const struct editor *editor)
{
    return editor->open == OPEN_NONE && !editor->tool.active;
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
    struct frame_mask *mask = &editor->pane->frame->mask;
    if (!mask->seen)
        return NULL;
    mask_counts_update(&editor->counts, mask->seen, mask->uncounted);
    mask->uncounted = (struct rect){0};
    return &editor->counts;
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
