// SPDX-License-Identifier: MIT
// Masks, colour maps and pictures from and into files.
#include "app/host/host_files.h"

#include "app/common/export.h"
#include "app/host/host.h"
#include "base/file.h"

#include <stdlib.h>
#include <string.h>

// --- masks ---

enum status host_load_mask(void *app, const char *path, int values, struct error *error)
{
    enum { VALUES_MASKED, VALUES_VALID, VALUES_LAYERS };
    struct pane *pane = host_pane(app);
    enum status status = host_need_image(app, error);
    if (status)
        return status;
    if (values == VALUES_LAYERS)
        return editor_load_layers(host_editor(app), path, error);
    struct text name = {0};
    text_printf(&name, "%s%s", values == VALUES_VALID ? "valid:" : "", path);
    pane_load_mask(pane, text_string(&name));
    text_free(&name);
    return STATUS_OK;
}

enum status host_clear_mask(void *app, struct error *error)
{
    struct pane *pane = host_pane(app);
    enum status status = host_need_image(app, error);
    if (status)
        return status;
    pane_load_mask(pane, NULL);
    return STATUS_OK;
}

enum status host_combine_mask(void *app, const char *path, int how, struct error *error)
{
    static const enum bitmap_combination ways[] = {BITMAP_REPLACE, BITMAP_OR, BITMAP_MINUS};
    return editor_combine(host_editor(app), path, ways[how], error);
}

enum status host_save_mask(void *app, const char *path, uint8_t bits, int values, struct error *error)
{
    struct host *host = app;
    const enum status status = editor_save(host->editors.active, path, bits, values, error);
    if (!status && host->quit_after_save && host->desk->common.workspace.panels.dialog == DIALOG_SAVE_MASK)
        host_leave_after_save(host);
    return status;
}

enum status host_mask_recover(void *app, bool discard, struct error *error)
{
    struct host *host = app;
    struct recovery_left *left = recovery_others(host_recovery(host));
    if (host->question == HOST_ASKS_RECOVERY)
        host->question = HOST_ASKS_NOTHING;
    return discard ? recovery_left_discard(left, error) : recovery_left_restore(left, error);
}

// --- colour maps ---

struct map_file {
    struct host *host; // with the pane, looked at by the consumer
    struct pane *pane;
    char *path;
    struct colormap map;
};

static enum status read_map(void *work, struct cancel *cancel, struct progress *progress, struct error *error)
{
    (void)cancel, (void)progress;
    struct map_file *file = work;
    return colormap_read(file->path, &file->map, error);
}

static enum status take_map(void *work, enum status status, struct error *error)
{
    (void)error;
    struct map_file *file = work;
    struct desk *desk = file->host->desk;
    if (status)
        return status;
    const struct colormap *map = colormap_list_add(&desk->common.colormaps, &file->map);
    memcpy(file->pane->view.display.colormap, map->name, sizeof map->name);
    desk_update_colormaps(desk);
    return STATUS_OK;
}

static void discard_map(void *work)
{
    free(((struct map_file *)work)->path);
    free(work);
}

enum status host_load_colormap(void *app, const char *path, struct error *error)
{
    struct host *host = app;
    struct pane *pane = host_pane(app);
    struct map_file *file = must_alloc(sizeof *file);
    *file = (struct map_file){.host = host, .pane = pane, .path = must_copy(path)};
    const struct file_work_request request = {.owner = pane,
                                              .label = path_name(path),
                                              .run = read_map,
                                              .finish = take_map,
                                              .discard = discard_map,
                                              .work = file};
    return file_work_start(host->desk->common.works, &request, error);
}

// --- pictures ---

enum status host_export(void *app, const char *path, bool decorate, const char *size, bool all,
                        struct error *error)
{
    struct host *host = app;
    struct desk *desk = host->desk;
    if (host->lay_out)
        host->lay_out(host->lay_out_context);
    struct export_request request = {
        .path = path, .decorate = decorate, .scale = 1, .later = host->files != NULL};
    if (!desk->active->frame->picture && !all)
        return error_set(error, STATUS_USAGE, "no image is open");
    if (!export_size_parse(size, &request.size))
        return error_set(error, STATUS_USAGE, "\"%s\" is not shown, 1:1 or a size like 1920x1080", size);
    if (host->files && (all ? desk_is_loading(desk) : pane_is_loading(desk->active)))
        return error_set(error, STATUS_USAGE, "the image is still being loaded");
    if (editor_is_working(host->editors.active))
        return error_set(error, STATUS_USAGE, "the mask is still being worked on");
    // Without a window the command waits for it.
    enum status status = all ? desk_load_all(desk, error) : pane_load_all(desk->active, error);
    if (!status)
        status = all ? export_desk(desk, &request, error) : export_picture(desk->active, &request, error);
    if (!status && !request.later) // else that is told when it is true
        common_tell(&desk->common, &(struct notice){SEVERITY_OK, "Picture saved", path});
    return status;
}
