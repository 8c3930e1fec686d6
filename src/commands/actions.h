// SPDX-License-Identifier: MIT
// Inside the commands layer: what the rows of the command table run, and the ticks of their menu entries.
#ifndef FOVEA_COMMANDS_ACTIONS_H
#define FOVEA_COMMANDS_ACTIONS_H

#include "commands/row.h"
#include "sources/masks/mask_operation_list.h"

// Every action has the signature of command.run, every tick that of command.checked.
#define ACTION(name)                                                                                         \
    enum status name(struct command_host *host, const struct command_args *args, struct error *error)
#define TICK(name) bool name(const struct command_host *host, const struct command_args *args)

// The argument at `index`, or, where it was left out, what stands for it.
double action_number(const struct command_args *args, size_t index, double otherwise);
int action_choice(const struct command_args *args, size_t index, int otherwise);
// Sets a switch by the optional argument on|off|toggle at `index`; toggles when it was left out.
void action_set_flag(bool *flag, const struct command_args *args, size_t index);
// The panels, for an action that changes them: they are drawn before the next key, which may be meant for one
// that was opened.
struct view_panels *action_panels(struct command_host *host);
// The failure of a command that the program around it cannot do.
enum status action_not_possible(struct error *error);

ACTION(action_file_open);
ACTION(action_file_reload);
ACTION(action_file_export);
ACTION(action_app_quit);
ACTION(action_app_back);
ACTION(action_app_cancel);
ACTION(action_app_version);
ACTION(action_view_state);
ACTION(action_cursor_value);
ACTION(action_cursor_copy);
ACTION(action_clipboard_copy);
ACTION(action_panel_context);
ACTION(action_frame_next);
ACTION(action_frame_previous);
ACTION(action_frame_step);
ACTION(action_frame_first);
ACTION(action_frame_last);
ACTION(action_frame_go);
ACTION(action_frame_enter);
ACTION(action_frame_play);
ACTION(action_frame_rate);
ACTION(action_frame_loop);
ACTION(action_series_go);
ACTION(action_series_slab);
ACTION(action_file_open_series);
ACTION(action_panel_frames);
TICK(tick_frame_play);
TICK(tick_frame_rate);
TICK(tick_frame_loop);
TICK(tick_panel_frames);

ACTION(action_pane_new);
ACTION(action_pane_split);
ACTION(action_pane_close);
ACTION(action_pane_go);
ACTION(action_pane_next);
ACTION(action_pane_previous);
ACTION(action_pane_back);
ACTION(action_pane_swap);
ACTION(action_pane_grid);
ACTION(action_pane_alone);
ACTION(action_pane_blink);
ACTION(action_pane_link);
TICK(tick_pane_alone);
TICK(tick_pane_link);

ACTION(action_contrast_auto);
ACTION(action_contrast_limits);
ACTION(action_contrast_low);
ACTION(action_contrast_high);
ACTION(action_contrast_low_here);
ACTION(action_contrast_high_here);
ACTION(action_contrast_visible);
ACTION(action_contrast_follow);
ACTION(action_contrast_keep);
ACTION(action_contrast_scale);
ACTION(action_contrast_gamma);
TICK(tick_contrast_auto);
TICK(tick_contrast_visible);
TICK(tick_contrast_follow);
TICK(tick_contrast_keep);
TICK(tick_contrast_scale);

ACTION(action_colormap_set);
ACTION(action_colormap_next);
ACTION(action_colormap_previous);
ACTION(action_colormap_reverse);
ACTION(action_colormap_load);
TICK(tick_colormap_set);
TICK(tick_colormap_reverse);

ACTION(action_mask_load);
ACTION(action_mask_clear);
ACTION(action_mask_draw);
ACTION(action_panel_mask);
TICK(tick_panel_mask);
ACTION(action_mask_tool);
ACTION(action_mask_brush);
ACTION(action_mask_edit_layer);
ACTION(action_mask_lock);
ACTION(action_mask_draw_as);
ACTION(action_mask_neighbours);
ACTION(action_mask_tolerance);
ACTION(action_mask_centre);
ACTION(action_mask_undo);
ACTION(action_mask_restore);
ACTION(action_mask_discard);
ACTION(action_mask_redo);
ACTION(action_mask_finish);
ACTION(action_mask_last_point);
ACTION(action_mask_add_file);
ACTION(action_mask_save);
ACTION(action_mask_preview);
ACTION(action_mask_equal_here);
ACTION(action_mask_outside_limits);
ACTION(action_mask_apply);
TICK(tick_mask_draw);
TICK(tick_mask_tool);
TICK(tick_mask_edit_layer);
TICK(tick_mask_lock);
TICK(tick_mask_draw_as);
#define DECLARE_OPERATION(identifier, name, arguments, help, done, menu, pixels)                             \
    ACTION(action_mask_op_##identifier);
MASK_OPERATION_LIST(DECLARE_OPERATION)
#undef DECLARE_OPERATION
ACTION(action_mask_visible);
ACTION(action_mask_show_layer);
ACTION(action_mask_leave_out);
TICK(tick_mask_leave_out);
ACTION(action_mask_outline);
ACTION(action_mask_opacity);
ACTION(action_mask_colour);
ACTION(action_special_colour);
ACTION(action_special_show);
TICK(tick_mask_visible);
TICK(tick_mask_show_layer);
TICK(tick_mask_outline);
ACTION(action_mask_hatch);
TICK(tick_mask_hatch);
TICK(tick_special_show);

ACTION(action_view_fit);
ACTION(action_view_fill);
ACTION(action_view_actual);
ACTION(action_view_zoom);
ACTION(action_view_zoom_in);
ACTION(action_view_zoom_out);
ACTION(action_view_pan);
ACTION(action_view_pan_page);
ACTION(action_view_center);
ACTION(action_view_rotate);
ACTION(action_view_flip);
ACTION(action_view_origin);
ACTION(action_view_upright);
ACTION(action_view_reduce);
ACTION(action_view_smooth);
ACTION(action_view_fullscreen);
ACTION(action_view_interface);
ACTION(action_interface_scale);
ACTION(action_interface_theme);
ACTION(action_view_colour_bar);
ACTION(action_view_pixel_values);
TICK(tick_view_fit);
TICK(tick_view_actual);
TICK(tick_view_origin);
TICK(tick_view_reduce);
TICK(tick_view_smooth);
TICK(tick_view_fullscreen);
TICK(tick_view_interface);
TICK(tick_interface_scale);
TICK(tick_interface_theme);
TICK(tick_view_colour_bar);
TICK(tick_view_pixel_values);

ACTION(action_panel_contrast);
ACTION(action_panel_help);
ACTION(action_panel_messages);
ACTION(action_panel_palette);
ACTION(action_panel_metadata);
ACTION(action_panel_find);
ACTION(action_panel_contents);
ACTION(action_panel_files);
ACTION(action_panel_recent);
ACTION(action_panel_thumbnails);
ACTION(action_panel_files_width);
ACTION(action_panel_inspector_width);
ACTION(action_folder_go);
TICK(tick_panel_contrast);
TICK(tick_panel_help);
TICK(tick_panel_messages);
TICK(tick_panel_palette);
TICK(tick_panel_metadata);
TICK(tick_panel_contents);
TICK(tick_panel_files);
TICK(tick_panel_recent);
TICK(tick_panel_thumbnails);

#endif
