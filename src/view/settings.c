// SPDX-License-Identifier: MIT
// The text of the settings: a table of names, each with what reads and writes its value.
#include "view/settings.h"

#include "view/interface_scale.h"
#include "view/shell.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

// --- values ---

static void read_scale(struct settings *settings, const char *value)
{
    double scale;
    if (parse_double(value, &scale) && scale >= INTERFACE_SCALE_LEAST && scale <= INTERFACE_SCALE_MOST)
        settings->scale = scale;
}

static void write_scale(const struct settings *settings, struct text *out)
{
    if (settings->scale > 0)
        text_printf(out, "scale %g\n", settings->scale);
}

static void read_theme(struct settings *settings, const char *value)
{
    (void)interface_theme_find(value, &settings->theme);
}

static void write_theme(const struct settings *settings, struct text *out)
{
    if (settings->theme != THEME_DARK)
        text_printf(out, "theme %s\n", interface_theme_name(settings->theme));
}

static bool is_side(int64_t side)
{
    return side >= SETTINGS_LEAST_SIDE && side <= SETTINGS_MOST_SIDE;
}

static void read_size(struct settings *settings, const char *value)
{
    char width[16], height[16];
    int64_t across, down;
    if (sscanf(value, "%15[0-9]x%15[0-9]", width, height) == 2 && parse_int64(width, &across) &&
        parse_int64(height, &down) && is_side(across) && is_side(down)) {
        settings->width = (int)across;
        settings->height = (int)down;
    }
}

static void write_size(const struct settings *settings, struct text *out)
{
    if (settings->width > 0)
        text_printf(out, "size %dx%d\n", settings->width, settings->height);
}

static void read_maximized(struct settings *settings, const char *value)
{
    settings->maximized = strcmp(value, "on") == 0;
}

static void write_maximized(const struct settings *settings, struct text *out)
{
    if (settings->maximized)
        text_append(out, "maximized on\n");
}

static const char *const tab_names[TAB_COUNT] = {
    [TAB_CONTRAST] = "contrast", [TAB_MASK] = "mask", [TAB_HEADER] = "header", [TAB_CONTENTS] = "contents"};

static void read_tab(struct settings *settings, const char *value)
{
    for (int tab = 0; tab < TAB_COUNT; tab++)
        if (strcmp(value, tab_names[tab]) == 0)
            settings->docks.tab = (enum view_tab)tab;
}

static void write_tab(const struct settings *settings, struct text *out)
{
    if (settings->docks.tab != TAB_CONTRAST)
        text_printf(out, "tab %s\n", tab_names[settings->docks.tab]);
}

// Whether a dock is open, and how wide it is: a line each where it is not as usual.
#define DOCK(name, usual)                                                                                    \
    static void read_##name(struct settings *settings, const char *value)                                    \
    {                                                                                                        \
        settings->docks.name = strcmp(value, "on") == 0;                                                     \
    }                                                                                                        \
    static void write_##name(const struct settings *settings, struct text *out)                              \
    {                                                                                                        \
        if (settings->docks.name != (usual))                                                                 \
            text_append(out, (usual) ? #name " off\n" : #name " on\n");                                      \
    }
DOCK(inspector, true)
DOCK(browser, false)
DOCK(series, true)
#undef DOCK

#define DOCK_SIZE(name, least, most)                                                                         \
    static void read_##name(struct settings *settings, const char *value)                                    \
    {                                                                                                        \
        int64_t size;                                                                                        \
        if (parse_int64(value, &size) && size >= (least) && size <= (most))                                  \
            settings->docks.name = (int)size;                                                                \
    }                                                                                                        \
    static void write_##name(const struct settings *settings, struct text *out)                              \
    {                                                                                                        \
        if (settings->docks.name > 0)                                                                        \
            text_printf(out, #name " %d\n", settings->docks.name);                                           \
    }
DOCK_SIZE(inspector_width, SHELL_INSPECTOR_LEAST, SHELL_INSPECTOR_MOST)
DOCK_SIZE(browser_width, SHELL_BROWSER_LEAST, SHELL_BROWSER_MOST)
#undef DOCK_SIZE

// --- the table ---

static const struct row {
    const char *name;
    void (*read)(struct settings *settings, const char *value);
    void (*write)(const struct settings *settings, struct text *out);
} rows[] = {
    {"scale", read_scale, write_scale},
    {"theme", read_theme, write_theme},
    {"size", read_size, write_size},
    {"maximized", read_maximized, write_maximized},
    {"tab", read_tab, write_tab},
    {"inspector", read_inspector, write_inspector},
    {"inspector_width", read_inspector_width, write_inspector_width},
    {"browser", read_browser, write_browser},
    {"browser_width", read_browser_width, write_browser_width},
    {"series", read_series, write_series},
};
enum { ROW_COUNT = sizeof rows / sizeof *rows, MAX_LINE = 256 };

static void read_line(struct settings *settings, const char *line, size_t length)
{
    char copy[MAX_LINE];
    if (length >= sizeof copy)
        return;
    memcpy(copy, line, length);
    copy[length] = '\0';
    char *value = strchr(copy, ' ');
    if (!value)
        return;
    *value++ = '\0';
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (strcmp(rows[i].name, copy) == 0)
            rows[i].read(settings, value);
}

struct settings settings_default(void)
{
    const struct workspace fresh = workspace_default();
    return (struct settings){.docks = panels_docks(&fresh.panels)};
}

struct settings settings_read(const char *content)
{
    struct settings settings = settings_default();
    while (*content) {
        const size_t length = strcspn(content, "\n");
        read_line(&settings, content, length);
        content += length + (content[length] == '\n');
    }
    return settings;
}

void settings_write(const struct settings *settings, struct text *out)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        rows[i].write(settings, out);
}
