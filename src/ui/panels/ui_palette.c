// SPDX-License-Identifier: MIT
// The command palette: words of a command in any order, then its arguments. Enter runs it.
#include "ui/panels/ui_palette.h"

#include "ui/panels/ui_internal.h"

#include <stdio.h>
#include <string.h>

// Layout lengths.
enum {
    WIDTH = 640,
    TOP = 40,
    HEAD = 46,
    ROW = 44,
    FOOT = 30,
    ROWS = 8,
    MARGIN = 12,
    PADDING = 16,
    LINE = 20
};
enum { MAX_RECENT = 30, MAX_SPANS = 16 };

void ui_palette_free(struct ui_palette *palette)
{
    finder_free(&palette->finder);
    text_free(&palette->searched);
    text_free(&palette->recent);
}

// --- what is found ---

// Puts a line into the field, which goes on behind it.
static void put(struct ui_palette *palette, const char *line)
{
    snprintf(palette->typed, sizeof palette->typed, "%s", line);
    gui_release_text();
    palette->refocus = true;
}

static void search(struct ui *ui)
{
    struct ui_palette *palette = &ui->palette;
    const bool anew = !palette->finder.hits || strcmp(text_string(&palette->searched), palette->typed) != 0;
    if (!anew)
        return;
    text_clear(&palette->searched);
    text_append(&palette->searched, palette->typed);
    completion_read(palette->typed, &palette->at);
    palette->chosen = false;
    palette->selected = palette->at.command ? -1 : 0;
    finder_search(&palette->finder, ui->host, palette->at.command ? "" : palette->typed,
                  text_string(&palette->recent));
}

// Nothing was found: the nearest are shown, and a row that searches the help.
static bool offers_help(const struct ui_palette *palette)
{
    return !palette->at.command && palette->finder.nearest;
}

static size_t row_count(const struct ui *ui)
{
    const struct ui_palette *palette = &ui->palette;
    char name[64];
    size_t count = 0;
    if (!palette->at.command)
        return palette->finder.count + (offers_help(palette) ? 1 : 0);
    while (completion_choice(ui->host, &palette->at, count, name, sizeof name))
        count++;
    return count;
}

// --- what is done ---

static void run_line(struct ui *ui, const char *line)
{
    finder_use(&ui->palette.recent, line, MAX_RECENT);
    // Closed first, so that a command that opens the palette again would win.
    ui_run(ui, "panel.palette off\n%s", line);
}

static bool can_run(const struct ui *ui, const char *line)
{
    return strchr(line, '.') && command_check(ui->host, line, NULL) == STATUS_OK;
}

static void search_help(struct ui *ui)
{
    snprintf(ui->help.filter, sizeof ui->help.filter, "%.*s", (int)sizeof ui->help.filter - 1,
             ui->palette.typed);
    ui_run(ui, "panel.palette off\npanel.help on");
}

// The line of a row: of a command, or what is typed with a choice of its argument.
static void row_line(const struct ui *ui, size_t row, struct text *line)
{
    const struct ui_palette *palette = &ui->palette;
    char name[64];
    if (!palette->at.command)
        entry_line(&palette->finder.hits[row].entry, line);
    else if (completion_choice(ui->host, &palette->at, row, name, sizeof name))
        completion_accept(palette->typed, &palette->at, name, line);
}

// Goes on to the arguments of a row's command, or to those behind a choice.
static void go_on(struct ui *ui, size_t row)
{
    struct text line = {0};
    row_line(ui, row, &line);
    if (!ui->palette.at.command && ui->palette.finder.hits[row].entry.command->args)
        text_append(&line, " ");
    put(&ui->palette, text_string(&line));
    text_free(&line);
}

static void take_row(struct ui *ui, size_t row)
{
    const struct ui_palette *palette = &ui->palette;
    struct text line = {0};
    if (offers_help(palette) && row == palette->finder.count) {
        search_help(ui);
        return;
    }
    row_line(ui, row, &line);
    if (can_run(ui, text_string(&line)))
        run_line(ui, text_string(&line));
    else
        go_on(ui, row);
    text_free(&line);
}

static void enter(struct ui *ui, size_t count)
{
    const struct ui_palette *palette = &ui->palette;
    if (!palette->chosen && can_run(ui, palette->typed))
        run_line(ui, palette->typed);
    else if (palette->selected >= 0)
        take_row(ui, (size_t)palette->selected);
    else if (count > 0 && palette->at.word[0])
        take_row(ui, 0);
}

static void complete(struct ui *ui, size_t count)
{
    const struct ui_palette *palette = &ui->palette;
    const size_t row = palette->selected > 0 ? (size_t)palette->selected : 0;
    if (count > 0 && !(offers_help(palette) && row == palette->finder.count))
        go_on(ui, row);
}

// Moves the selection by the keys; true if it moved.
static bool move_selection(struct ui_palette *palette, int count)
{
    static const struct {
        enum gui_key key;
        int step;
    } moves[] = {
        {GUI_KEY_UP, -1}, {GUI_KEY_DOWN, 1}, {GUI_KEY_PAGE_UP, 1 - ROWS}, {GUI_KEY_PAGE_DOWN, ROWS - 1}};
    const int least = palette->at.command ? -1 : 0, before = palette->selected;
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
        if (gui_key_pressed(moves[i].key))
            palette->selected += moves[i].step;
    }
    palette->selected = palette->selected >= count ? count - 1 : palette->selected;
    palette->selected = palette->selected < least ? least : palette->selected;
    palette->chosen |= palette->selected != before;
    return palette->selected != before;
}

static void handle_keys(struct ui *ui, size_t count)
{
    if (gui_key_pressed(GUI_KEY_ESCAPE))
        ui_run(ui, "panel.palette off");
    else if (gui_key_pressed(GUI_KEY_ENTER))
        enter(ui, count);
    else if (gui_key_pressed(GUI_KEY_TAB))
        complete(ui, count);
}

// --- drawing ---

// A text in which the typed words are marked; returns where it ends.
static float draw_marked(float x, float y, uint32_t colour, const char *text, const char *typed)
{
    struct match_span spans[MAX_SPANS];
    const size_t count = match_spans(text, typed, spans, MAX_SPANS);
    char piece[256];
    size_t at = 0;
    for (size_t i = 0; i <= count; i++) {
        const size_t end = i < count ? spans[i].start : strlen(text);
        snprintf(piece, sizeof piece, "%.*s", (int)(end - at), text + at);
        gui_draw_text(x, y, colour, piece);
        x += gui_text_width(piece);
        if (i == count)
            break;
        snprintf(piece, sizeof piece, "%.*s", (int)spans[i].length, text + end);
        gui_draw_text(x, y, gui_tone(UI_ACCENT), piece);
        x += gui_text_width(piece);
        at = end + spans[i].length;
    }
    return x;
}

// The key of a line at the right; returns where it begins.
static float draw_key(struct ui *ui, const char *line, float right, float y)
{
    struct key key;
    char name[64];
    if (!bindings_key_in(ui->model->bindings, line, ui->host->workspace->masking.on, &key))
        return right;
    key_format(key, name, sizeof name);
    const float left = right - gui_text_width(name);
    gui_draw_text(left, y, gui_tone(UI_TEXT2), name);
    return left - ui_px(ui, PADDING);
}

// Where a row is drawn: two lines, and one in the middle of its height.
struct row_place {
    float x, upper, lower, middle, right;
};

static struct row_place place_in_row(const struct ui *ui, struct gui_rect here, float width)
{
    const float half = gui_line_height() / 2;
    return (struct row_place){.x = here.x + ui_px(ui, PADDING),
                              .upper = here.y + ui_px(ui, 13) - half,
                              .lower = here.y + ui_px(ui, 31) - half,
                              .middle = here.y + (float)(int)(ui_px(ui, ROW) / 2 - half),
                              .right = here.x + width - ui_px(ui, PADDING)};
}

static void draw_entry(struct ui *ui, const struct finder_hit *hit, const struct row_place *place)
{
    const char *typed = ui->palette.typed;
    struct text title = {0}, line = {0}, usage = {0};
    char second[200];
    entry_title(&hit->entry, &title);
    entry_line(&hit->entry, &line);
    entry_usage(&hit->entry, &usage);
    const float key = draw_key(ui, text_string(&line), place->right, place->middle);
    // What there is room for beside the title.
    const float title_end =
        draw_marked(place->x, place->upper, gui_tone(UI_TEXT), text_string(&title), typed) +
        ui_px(ui, PADDING);
    const float room = key - title_end, width = gui_text_width(text_string(&usage));
    const float left = width < room ? key - width : title_end;
    if (width < room)
        draw_marked(left, place->middle, gui_tone(UI_TEXT2), text_string(&usage), typed);
    else
        ui_draw_cut((struct gui_rect){left, place->middle, room, 0}, gui_tone(UI_TEXT2), text_string(&usage));
    if (hit->rank == MATCH_SYNONYM)
        snprintf(second, sizeof second, "Also found as: %s", hit->entry.command->words);
    else
        snprintf(second, sizeof second, "%s", hit->entry.command->help);
    gui_clip_begin(
        (struct gui_rect){place->x, place->lower, left - place->x - ui_px(ui, PADDING), gui_line_height()});
    draw_marked(place->x, place->lower, gui_tone(UI_TEXT2), second, typed);
    gui_clip_end();
    text_free(&title);
    text_free(&line);
    text_free(&usage);
}

static void draw_choice(struct ui *ui, size_t row, const struct row_place *place)
{
    const struct completion *at = &ui->palette.at;
    struct text meaning = {0};
    char name[64];
    if (!completion_choice(ui->host, at, row, name, sizeof name))
        return;
    draw_marked(place->x, place->upper, gui_tone(UI_TEXT), name, at->word);
    completion_explain(at, name, &meaning);
    if (meaning.length == 0)
        text_printf(&meaning, "%s", at->argument->name);
    gui_draw_text(place->x, place->lower, gui_tone(UI_TEXT2), text_string(&meaning));
    text_free(&meaning);
}

struct drawing {
    struct ui *ui;
    int clicked; // row
};

static void draw_row(void *context, size_t row)
{
    struct drawing *drawing = context;
    struct ui *ui = drawing->ui;
    const struct ui_palette *palette = &ui->palette;
    const struct row_place place = place_in_row(ui, gui_here(), gui_room());
    gui_id_begin((int)row);
    if (gui_selectable_high("##row", (int)row == palette->selected, ui_px(ui, ROW)))
        drawing->clicked = (int)row;
    if (palette->at.command) {
        draw_choice(ui, row, &place);
    } else if (row < palette->finder.count) {
        draw_entry(ui, &palette->finder.hits[row], &place);
        gui_tooltip(palette->finder.hits[row].entry.command->help);
    } else {
        gui_draw_text(place.x, place.middle, gui_tone(UI_TEXT), "Search the help");
    }
    gui_id_end();
}

static void draw_rows(struct ui *ui, size_t count, bool moved, float height)
{
    struct drawing drawing = {ui, -1};
    const float row = ui_px(ui, ROW), selected = (float)ui->palette.selected;
    gui_child_begin("##rows", 0, height);
    if (moved && ui->palette.selected >= 0)
        gui_scroll_to(selected * row, (selected + 1) * row);
    gui_rows(count, row, draw_row, &drawing);
    gui_child_end();
    if (drawing.clicked >= 0)
        take_row(ui, (size_t)drawing.clicked);
}

// The command with the names of its arguments, of which the one that is typed is marked, and what that is.
static void draw_arguments(struct ui *ui)
{
    const struct completion *at = &ui->palette.at;
    const struct argument *argument;
    struct gui_rect here = gui_here();
    struct text line = {0};
    here.y += ui_px(ui, 4);
    float x = here.x + ui_px(ui, PADDING);
    gui_draw_text(x, here.y, gui_tone(UI_TEXT2), at->command->name);
    x += gui_text_width(at->command->name);
    for (size_t i = 0; (argument = argument_at(at->command->args, i)); i++) {
        text_clear(&line);
        text_printf(&line, argument->optional ? " [%s]" : " %s", argument->name);
        gui_draw_text(x, here.y, argument == at->argument ? gui_tone(UI_ACCENT) : gui_tone(UI_TEXT2),
                      text_string(&line));
        x += gui_text_width(text_string(&line));
    }
    text_clear(&line);
    if (at->argument) {
        text_printf(&line, "%s: ", at->argument->name);
        argument_describe(at->argument, &line);
    } else {
        text_append(&line, at->command->help);
    }
    gui_clip_begin((struct gui_rect){here.x, here.y, gui_room(), 2 * ui_px(ui, LINE)});
    gui_draw_text(here.x + ui_px(ui, PADDING), here.y + ui_px(ui, LINE), gui_tone(UI_TEXT),
                  text_string(&line));
    gui_clip_end();
    gui_set_y(ui_px(ui, HEAD + 2 * LINE + 10));
    text_free(&line);
}

// What the keys do, or why what is typed is no command yet.
static void draw_foot(struct ui *ui, struct gui_rect place)
{
    const struct ui_palette *palette = &ui->palette;
    struct error error = {0};
    const bool wrong = palette->at.command && command_check(ui->host, palette->typed, &error) != STATUS_OK;
    place.x += ui_px(ui, PADDING);
    place.width -= 2 * ui_px(ui, PADDING);
    place.y += (float)(int)((place.height - gui_line_height()) / 2);
    const char *help =
        palette->at.command    ? "Enter runs   Tab completes   \xE2\x86\x91 \xE2\x86\x93 choose   Esc closes"
        : offers_help(palette) ? "No command has these words. The nearest are shown."
                               : "\xE2\x86\x91 \xE2\x86\x93 choose   Enter runs   Tab adds arguments   "
                                 "Words in any order, also other words for it";
    ui_draw_cut(place, wrong ? gui_tone(UI_ALARM) : gui_tone(UI_TEXT2), wrong ? error.text : help);
}

static void draw_head(struct ui *ui, bool appeared, float width)
{
    struct ui_palette *palette = &ui->palette;
    char count[64] = "";
    if (!palette->at.command && palette->finder.hits && !palette->finder.nearest)
        snprintf(count, sizeof count, "%zu of %zu", palette->finder.count, palette->finder.total);
    const float room = ui_px(ui, 90);
    gui_set_y((float)(int)((ui_px(ui, HEAD) - gui_frame_height()) / 2));
    gui_space(0);
    gui_same_line_at(ui_px(ui, PADDING - 4));
    gui_next_width(width - 2 * ui_px(ui, PADDING) - room);
    const struct gui_rect here = gui_here();
    ui_search(ui, "##typed", "Find a command", palette->typed, sizeof palette->typed,
              appeared || palette->refocus);
    palette->refocus = false;
    gui_draw_text(here.x + width - 2 * ui_px(ui, PADDING) - gui_text_width(count),
                  here.y + (float)(int)((gui_frame_height() - gui_line_height()) / 2), gui_tone(UI_TEXT2),
                  count);
    gui_set_y(ui_px(ui, HEAD));
}

// The window's ground, its edge, and lines under the field and above the foot.
static void draw_ground(const struct ui *ui, struct gui_rect place)
{
    const float line = ui->scale > 1 ? (float)(int)(ui->scale + 0.5f) : 1;
    const float head = place.y + ui_px(ui, HEAD) - line;
    const float foot = place.y + place.height - ui_px(ui, FOOT);
    gui_draw_rect(place, gui_tone(UI_EDGE));
    gui_draw_rect(
        (struct gui_rect){place.x + line, place.y + line, place.width - 2 * line, place.height - 2 * line},
        gui_tone(UI_PANEL));
    gui_draw_rect((struct gui_rect){place.x + line, head, place.width - 2 * line, line}, gui_tone(UI_LINE));
    gui_draw_rect((struct gui_rect){place.x + line, foot, place.width - 2 * line, line}, gui_tone(UI_LINE));
}

static struct gui_rect window_place(const struct ui *ui, size_t count)
{
    const float most = (float)ui->size.width - 2 * ui_px(ui, MARGIN), wanted = ui_px(ui, WIDTH);
    const float width = wanted < most ? wanted : most;
    const float bare = ui_px(ui, HEAD + FOOT) + (ui->palette.at.command ? ui_px(ui, 2 * LINE + 10) : 0);
    const float deepest = (float)ui->size.height - ui_px(ui, TOP + MARGIN);
    const float rows = (float)(count < ROWS ? count : ROWS) * ui_px(ui, ROW);
    const float height = bare + rows < deepest ? bare + rows : deepest;
    return (struct gui_rect){(float)(int)(((float)ui->size.width - width) / 2), ui_px(ui, TOP), width,
                             height};
}

static void draw_window(struct ui *ui, bool appeared)
{
    struct ui_palette *palette = &ui->palette;
    search(ui);
    const size_t before = row_count(ui);
    const struct gui_rect place = window_place(ui, before);
    gui_window_begin("##palette", place, GUI_FIXED | GUI_NO_SCROLL | GUI_TO_FRONT | GUI_BARE, NULL);
    draw_ground(ui, place);
    draw_head(ui, appeared, place.width);
    search(ui); // what has been typed in this frame
    const size_t count = row_count(ui);
    const bool moved = move_selection(palette, (int)count);
    if (palette->at.command)
        draw_arguments(ui);
    draw_rows(ui, count, moved, gui_room_below() - ui_px(ui, FOOT));
    draw_foot(ui, (struct gui_rect){place.x, place.y + place.height - ui_px(ui, FOOT), place.width,
                                    ui_px(ui, FOOT)});
    handle_keys(ui, count);
    ui_add_floating(ui, gui_window_end());
    if (!appeared && gui_clicked_outside(place))
        ui_run(ui, "panel.palette off");
    if (count != before)
        ui->settling.frames = 2; // the window is to be as high as its rows
}

void ui_palette(struct ui *ui)
{
    struct ui_palette *palette = &ui->palette;
    const bool open = ui->host->workspace->panels.palette, appeared = open && !palette->was_open;
    palette->was_open = open;
    if (!open)
        return;
    if (appeared) {
        palette->typed[0] = '\0';
        finder_free(&palette->finder); // something has been used since
    }
    draw_window(ui, appeared);
}
