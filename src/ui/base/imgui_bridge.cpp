// SPDX-License-Identifier: MIT
// Dear ImGui behind a C interface; the only C++ of the program.
#include "ui/base/imgui_bridge.h"

#include <cctype>
#include <cmath>
#include <imgui.h>
#include <imgui_internal.h>

#include <backends/imgui_impl_opengl3.h>
#include <backends/imgui_impl_sdl.h>
#include <cstring>
#include <stb_truetype.h>

extern "C" {
#include "base/text.h"
}

static bool is_longer(void);

// A text as it is shown: what it holds may come from a file or its name, so it goes through
// text_safe, or text_safe_lines where line feeds are our own.
struct Shown {
    struct text safe = {};
    explicit Shown(const char *source, void (*keep)(struct text *, const char *, size_t) = text_safe)
    {
        keep(&safe, source, strlen(source));
        if (is_longer() && isalpha((unsigned char)*source))
            text_append_bytes(&safe, "enirstenirstenirstenirstenirst",
                              strlen(source) < 90 ? strlen(source) / 3 : 30);
    }
    Shown(const Shown &) = delete;
    ~Shown()
    {
        text_free(&safe);
    }
    operator const char *() const
    {
        return text_string(&safe);
    }
};

static ImU32 packed(uint32_t colour)
{
    return IM_COL32(colour >> 24, (colour >> 16) & 255, (colour >> 8) & 255, colour & 255);
}

static ImVec4 vector(uint32_t colour)
{
    return ImGui::ColorConvertU32ToFloat4(packed(colour));
}

// What the library's own style does not hold; found at its context.
struct Look {
    enum interface_theme theme;
    float scale;
    bool nav;
    gui_label_watch *watch; // of a test, or NULL
    void *watch_context;
    bool longer;
};

static struct Look &look(void)
{
    return *static_cast<struct Look *>(ImGui::GetIO().UserData);
}

static bool is_longer(void)
{
    return look().longer;
}

bool gui_create(SDL_Window *window, void *gl_context)
{
    IMGUI_CHECKVERSION();
    ImGui::CreateContext();
    ImGuiIO &io = ImGui::GetIO();
    io.UserData = new Look{THEME_DARK, 1, false, NULL, NULL, false};
    // Nothing is written beside the user's files, and nothing blinks.
    io.IniFilename = NULL;
    io.LogFilename = NULL;
    io.ConfigInputTextCursorBlink = false;
    io.ConfigWindowsMoveFromTitleBarOnly = true;
    if (!ImGui_ImplSDL2_InitForOpenGL(window, gl_context))
        return false;
    return ImGui_ImplOpenGL3_Init("#version 330");
}

void gui_destroy(void)
{
    ImGui_ImplOpenGL3_Shutdown();
    ImGui_ImplSDL2_Shutdown();
    delete &look();
    ImGui::DestroyContext();
}

static const struct {
    ImGuiCol item;
    enum ui_colour token;
    uint8_t alpha;
} colours[] = {
    {ImGuiCol_Text, UI_TEXT, 255},
    {ImGuiCol_TextDisabled, UI_TEXT3, 255},
    {ImGuiCol_WindowBg, UI_PANEL, 255},
    {ImGuiCol_ChildBg, UI_PANEL, 0},
    {ImGuiCol_PopupBg, UI_BASE, 255},
    {ImGuiCol_Border, UI_LINE, 255},
    {ImGuiCol_FrameBg, UI_FIELD, 255},
    {ImGuiCol_FrameBgHovered, UI_FIELD, 255},
    {ImGuiCol_FrameBgActive, UI_FIELD, 255},
    {ImGuiCol_TitleBg, UI_BASE, 255},
    {ImGuiCol_TitleBgActive, UI_BASE, 255},
    {ImGuiCol_TitleBgCollapsed, UI_BASE, 255},
    {ImGuiCol_MenuBarBg, UI_BASE, 255},
    {ImGuiCol_ScrollbarBg, UI_PANEL, 0},
    {ImGuiCol_ScrollbarGrab, UI_PRESS, 255},
    {ImGuiCol_ScrollbarGrabHovered, UI_EDGE, 255},
    {ImGuiCol_ScrollbarGrabActive, UI_EDGE, 255},
    {ImGuiCol_CheckMark, UI_ACCENT, 255},
    {ImGuiCol_SliderGrab, UI_TEXT, 255},
    {ImGuiCol_SliderGrabActive, UI_TEXT, 255},
    {ImGuiCol_Button, UI_RAISED, 255},
    {ImGuiCol_ButtonHovered, UI_HOVER, 255},
    {ImGuiCol_ButtonActive, UI_PRESS, 255},
    {ImGuiCol_Header, UI_ACCENTSOFT, 255},
    {ImGuiCol_HeaderHovered, UI_HOVER, 255},
    {ImGuiCol_HeaderActive, UI_PRESS, 255},
    {ImGuiCol_Separator, UI_LINE, 255},
    {ImGuiCol_SeparatorHovered, UI_EDGE, 255},
    {ImGuiCol_SeparatorActive, UI_ACCENT, 255},
    {ImGuiCol_PlotHistogram, UI_ACCENT, 255},
    {ImGuiCol_TextSelectedBg, UI_ACCENTFILL, 128},
    {ImGuiCol_TableHeaderBg, UI_PANEL, 255},
    {ImGuiCol_TableBorderStrong, UI_LINE, 255},
    {ImGuiCol_TableBorderLight, UI_LINE, 255},
    {ImGuiCol_TableRowBg, UI_PANEL, 0},
    {ImGuiCol_TableRowBgAlt, UI_PANEL, 0},
    {ImGuiCol_NavHighlight, UI_FOCUS, 0}, // controls draw the ring by themselves
    {ImGuiCol_NavWindowingHighlight, UI_FOCUS, 0},
};

enum interface_theme gui_theme(void)
{
    return look().theme;
}

uint32_t gui_tone(enum ui_colour token)
{
    return ui_colour(look().theme, token);
}

float gui_px(float length)
{
    return floorf(length * look().scale + 0.5f);
}

float gui_hairline(void)
{
    return ImMax(1.0f, floorf(look().scale + 0.5f));
}

void gui_nav(bool on)
{
    look().nav = on;
}

// The text height of UI_R13, which frames are made as high as a control with. Inter is 3408 of 2816 high.
static float text_height(float scale)
{
    return 13 * scale * 3408 / 2816;
}

void gui_style(enum interface_theme theme, float scale)
{
    ImGuiStyle style;
    look().theme = theme;
    look().scale = scale;
    ImGui::StyleColorsDark(&style);
    for (const auto &entry : colours)
        style.Colors[entry.item] = vector((gui_tone(entry.token) & ~255u) | entry.alpha);
    style.Colors[ImGuiCol_ModalWindowDimBg] = ImVec4(0, 0, 0, 0.45f);
    style.WindowPadding = ImVec2(gui_px(UI_PAD), gui_px(UI_GAP));
    style.FramePadding = ImVec2(gui_px(UI_GAP), (gui_px(UI_CONTROL) - text_height(scale)) / 2);
    style.ItemSpacing = ImVec2(gui_px(UI_GAP), gui_px(UI_GAP_SMALL));
    style.ItemInnerSpacing = ImVec2(gui_px(UI_GAP), gui_px(UI_GAP_SMALL));
    style.CellPadding = ImVec2(gui_px(UI_GAP_SMALL), 0);
    style.ScrollbarSize = gui_px(UI_SCROLLBAR);
    style.GrabMinSize = gui_px(UI_GAP);
    style.IndentSpacing = gui_px(UI_GAP_LARGE);
    style.WindowRounding = 0;
    style.FrameRounding = style.PopupRounding = style.GrabRounding = style.ScrollbarRounding =
        gui_px(UI_RADIUS);
    style.WindowBorderSize = style.PopupBorderSize = style.FrameBorderSize = gui_hairline();
    style.ChildBorderSize = 0;
    // Smooth lines by texture would need finer textures; smooth fills cost time on software renderers.
    style.AntiAliasedLinesUseTex = false;
    ImGui::GetStyle() = style;
}

void gui_event(const SDL_Event *event)
{
    ImGui_ImplSDL2_ProcessEvent(event);
}

void gui_frame_begin(int width, int height, bool has_mouse, float mouse_x, float mouse_y, bool left_down)
{
    ImGuiIO &io = ImGui::GetIO();
    // The mouse pointer over the picture is the app's own.
    io.ConfigFlags = (io.WantCaptureMouse ? 0 : ImGuiConfigFlags_NoMouseCursorChange) |
                     (look().nav ? ImGuiConfigFlags_NavEnableKeyboard : 0);
    ImGui_ImplOpenGL3_NewFrame();
    ImGui_ImplSDL2_NewFrame();
    // The back end asks the system where the mouse is, which some X servers answer wrongly during a drag; and
    // it counts in window units, the panels in framebuffer pixels.
    // It also takes the buttons as they are now, which is ahead of the events that were handed to it.
    io.MouseDown[0] = io.MouseDown[0] || left_down;
    io.MousePos = has_mouse ? ImVec2(mouse_x, mouse_y) : ImVec2(-FLT_MAX, -FLT_MAX);
    io.DisplaySize = ImVec2((float)width, (float)height);
    io.DisplayFramebufferScale = ImVec2(1, 1);
    ImGui::NewFrame();
}

void gui_frame_end(void)
{
    ImGui::Render();
}

bool gui_wants_text(void)
{
    return GImGui->IO.WantTextInput || (GImGui->ActiveId && GImGui->ActiveId == GImGui->InputTextState.ID);
}

bool gui_popup_open(void)
{
    return GImGui->OpenPopupStack.Size > 0;
}

void gui_close_popups(void)
{
    if (GImGui->OpenPopupStack.Size > 0)
        ImGui::ClosePopupToLevel(0, false);
}

// --- Fonts ---

// Font heights count from the highest to the lowest line, which differ much from script to script; letters
// look alike when the em is. Returns pixels of height per pixel of em.
static float height_per_em(const struct gui_font *font)
{
    stbtt_fontinfo info;
    const unsigned char *data = (const unsigned char *)font->data;
    if (!stbtt_InitFont(&info, data, stbtt_GetFontOffsetForIndex(data, font->face)))
        return 1;
    float height = stbtt_ScaleForPixelHeight(&info, 1), em = stbtt_ScaleForMappingEmToPixels(&info, 1);
    return height > 0 && em > 0 ? em / height : 1;
}

// Pixels per em, in the order of enum ui_font.
static const float font_sizes[UI_FONT_COUNT] = {13, 13, 11, 11, 18, 28, 12, 16, 20};

// Numbers that change shall not move: every digit gets the width of the widest, and stands in its middle.
static void set_tabular(ImFont *font)
{
    float width = 0;
    for (ImWchar c = '0'; c <= '9'; c++)
        width = ImMax(width, font->GetCharAdvance(c));
    for (ImWchar c = '0'; c <= '9'; c++) {
        ImFontGlyph *glyph = const_cast<ImFontGlyph *>(font->FindGlyphNoFallback(c));
        if (!glyph)
            continue;
        const float shift = floorf((width - glyph->AdvanceX) / 2);
        glyph->X0 += shift;
        glyph->X1 += shift;
        glyph->AdvanceX = font->IndexAdvanceX[c] = width;
    }
}

void gui_fonts(const struct gui_font *fonts, size_t count, float scale)
{
    ImFontAtlas *atlas = ImGui::GetIO().Fonts;
    // Only the texture is made anew: the back end forgets its buffers with the other objects, but not how
    // large they were.
    const bool first = !atlas->TexID;
    ImGui_ImplOpenGL3_DestroyFontsTexture();
    atlas->Clear();
    atlas->Flags = ImFontAtlasFlags_NoBakedLines | ImFontAtlasFlags_NoMouseCursors;
    atlas->TexGlyphPadding = 1;
    for (size_t i = 0; i < count; i++) {
        ImFontConfig config;
        config.FontDataOwnedByAtlas = false;
        config.FontData = (void *)fonts[i].data;
        config.FontDataSize = (int)fonts[i].bytes;
        config.FontNo = fonts[i].face;
        config.SizePixels = font_sizes[fonts[i].font] * scale * height_per_em(&fonts[i]);
        config.OversampleH = config.OversampleV = 1;
        config.PixelSnapH = true;
        config.GlyphRanges = (const ImWchar *)fonts[i].ranges;
        config.MergeMode = i > 0 && fonts[i].font == fonts[i - 1].font;
        atlas->AddFont(&config);
    }
    atlas->Build();
    for (int i = 0; i < UI_I12; i++)
        set_tabular(atlas->Fonts[i]);
    if (first)
        ImGui_ImplOpenGL3_CreateDeviceObjects();
    else
        ImGui_ImplOpenGL3_CreateFontsTexture();
    // The texture is on the GPU; the fonts themselves belong to the caller.
    atlas->ClearTexData();
}

static ImFont *font_of(enum ui_font font)
{
    return ImGui::GetIO().Fonts->Fonts[font];
}

void gui_font_push(enum ui_font font)
{
    ImGui::PushFont(font_of(font));
}

void gui_font_pop(void)
{
    ImGui::PopFont();
}

bool gui_font_has(const void *data, size_t bytes, int face, uint32_t code)
{
    stbtt_fontinfo info;
    if (bytes < 64)
        return false;
    int offset = stbtt_GetFontOffsetForIndex((const unsigned char *)data, face);
    if (offset < 0 || (size_t)offset >= bytes || !stbtt_InitFont(&info, (const unsigned char *)data, offset))
        return false;
    return code == 0 || stbtt_FindGlyphIndex(&info, (int)code) != 0;
}

// --- Windows ---

static ImGuiWindowFlags window_flags(unsigned flags)
{
    ImGuiWindowFlags result = ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoCollapse;
    if (flags & GUI_FIXED)
        result |= ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoMove;
    if (flags & GUI_NO_SCROLL)
        result |= ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse;
    if (flags & GUI_FIT_HEIGHT)
        result |= ImGuiWindowFlags_AlwaysAutoResize;
    if (!(flags & GUI_TO_FRONT))
        result |= ImGuiWindowFlags_NoFocusOnAppearing;
    if ((flags & GUI_FIXED) && !(flags & GUI_TO_FRONT))
        result |= ImGuiWindowFlags_NoBringToFrontOnFocus;
    if (flags & (GUI_BARE | GUI_ON_GROUND))
        result |= ImGuiWindowFlags_NoBackground;
    if (flags & GUI_PASSIVE)
        result |= ImGuiWindowFlags_NoInputs;
    return result;
}

void gui_window_begin(const char *title, struct gui_rect place, unsigned flags, bool *open)
{
    ImGuiCond when = flags & GUI_FIXED ? ImGuiCond_Always : ImGuiCond_Appearing;
    ImGui::SetNextWindowPos(ImVec2(place.x, place.y), when);
    if (flags & GUI_FIT_HEIGHT)
        ImGui::SetNextWindowSizeConstraints(ImVec2(place.width, 0),
                                            ImVec2(place.width > 0 ? place.width : FLT_MAX, FLT_MAX));
    else
        ImGui::SetNextWindowSize(ImVec2(place.width, place.height), when);
    bool tight = flags & GUI_TIGHT;
    bool flat = (flags & GUI_FIXED) && !(flags & GUI_TO_FRONT);
    bool bare = flags & GUI_BARE;
    if (tight)
        ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(ImGui::GetStyle().WindowPadding.x, 0));
    if (bare)
        ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
    if (flat) {
        ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0);
        ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
        ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, ImVec2(1, 1));
    }
    ImGui::Begin(title, open, window_flags(flags));
    ImGui::PopStyleVar((tight ? 1 : 0) + (bare ? 1 : 0) + (flat ? 3 : 0));
}

struct gui_rect gui_window_end(void)
{
    ImVec2 at = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
    ImGui::End();
    return {at.x, at.y, size.x, size.y};
}

void gui_child_begin(const char *id, float width, float height)
{
    ImGui::BeginChild(id, ImVec2(width, height));
}

void gui_child_end(void)
{
    ImGui::EndChild();
}

void gui_scroll_here(void)
{
    ImGui::ScrollToItem();
}

float gui_line_height(void)
{
    return ImGui::GetTextLineHeight();
}

float gui_frame_height(void)
{
    return ImGui::GetFrameHeight();
}

float gui_room(void)
{
    return ImGui::GetContentRegionAvail().x;
}

float gui_room_below(void)
{
    return ImGui::GetContentRegionAvail().y;
}

// --- Placing ---

void gui_same_line(void)
{
    ImGui::SameLine();
}

void gui_same_line_at(float x)
{
    ImGui::SameLine(x);
}

void gui_space(float height)
{
    ImGui::Dummy(ImVec2(0, height));
}

void gui_set_y(float y)
{
    ImGui::SetCursorPosY(y);
}

void gui_align(void)
{
    ImGui::AlignTextToFramePadding();
}

void gui_separator(void)
{
    ImGui::Separator();
}

void gui_next_width(float width)
{
    ImGui::SetNextItemWidth(width);
}

void gui_id_begin(int id)
{
    ImGui::PushID(id);
}

void gui_id_end(void)
{
    ImGui::PopID();
}

void gui_disabled_begin(bool disabled)
{
    ImGui::BeginDisabled(disabled);
}

void gui_disabled_end(void)
{
    ImGui::EndDisabled();
}

// --- Widgets ---

float gui_text_width(const char *text)
{
    return ImGui::CalcTextSize(Shown(text)).x;
}

void gui_text(const char *text)
{
    ImGui::TextUnformatted(Shown(text));
}

void gui_text_coloured(uint32_t colour, const char *text)
{
    ImGui::PushStyleColor(ImGuiCol_Text, packed(colour));
    ImGui::TextUnformatted(Shown(text));
    ImGui::PopStyleColor();
}

void gui_text_dim(const char *text)
{
    gui_text_coloured(gui_tone(UI_TEXT2), text);
}

void gui_text_wrapped(const char *text)
{
    ImGui::PushTextWrapPos(0);
    ImGui::TextUnformatted(Shown(text));
    ImGui::PopTextWrapPos();
}

void gui_text_wrapped_coloured(uint32_t colour, const char *text)
{
    ImGui::PushStyleColor(ImGuiCol_Text, packed(colour));
    gui_text_wrapped(text);
    ImGui::PopStyleColor();
}

void gui_heading(const char *text)
{
    gui_font_push(UI_B13);
    gui_text(text);
    gui_font_pop();
}

bool gui_section(const char *label, bool open_at_first)
{
    ImGui::PushStyleColor(ImGuiCol_Header, packed(gui_tone(UI_PANEL)));
    gui_font_push(UI_B13);
    bool open = ImGui::CollapsingHeader(label, open_at_first ? ImGuiTreeNodeFlags_DefaultOpen : 0);
    gui_font_pop();
    ImGui::PopStyleColor();
    return open;
}

bool gui_button(const char *label, float width)
{
    return ImGui::Button(label, ImVec2(width, 0));
}

bool gui_toggle_button(const char *label, bool on, float width)
{
    if (on)
        ImGui::PushStyleColor(ImGuiCol_Button, ImGui::GetStyleColorVec4(ImGuiCol_Header));
    bool clicked = ImGui::Button(label, ImVec2(width, 0));
    if (on)
        ImGui::PopStyleColor();
    return clicked;
}

bool gui_checkbox(const char *label, bool value)
{
    return ImGui::Checkbox(label, &value);
}

bool gui_slider(const char *label, double *value, double low, double high, const char *format)
{
    return ImGui::SliderScalar(label, ImGuiDataType_Double, value, &low, &high, format,
                               ImGuiSliderFlags_NoRoundToFormat);
}

bool gui_input(const char *label, char *buffer, size_t size)
{
    bool entered = ImGui::InputText(label, buffer, size,
                                    ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
    return entered || ImGui::IsItemDeactivatedAfterEdit();
}

bool gui_input_active(const char *label)
{
    return ImGui::GetActiveID() == ImGui::GetID(label);
}

void gui_focus_next(void)
{
    ImGui::SetKeyboardFocusHere();
}

bool gui_search(const char *label, const char *hint, char *buffer, size_t size, bool focus)
{
    if (focus)
        ImGui::SetKeyboardFocusHere();
    bool changed = ImGui::InputTextWithHint(label, hint, buffer, size);
    // Got by keyboard focus: typing goes on at the end instead of replacing all.
    if (ImGui::IsItemActivated() && !ImGui::IsMouseClicked(ImGuiMouseButton_Left)) {
        if (ImGuiInputTextState *state = ImGui::GetInputTextState(ImGui::GetItemID())) {
            state->Stb.cursor = state->CurLenW;
            state->ClearSelection();
        }
    }
    return changed;
}

bool gui_field_active(const char *label)
{
    return ImGui::GetActiveID() == ImGui::GetID(label);
}

bool gui_field_has_selection(void)
{
    const ImGuiInputTextState *state = ImGui::GetInputTextState(ImGui::GetActiveID());
    return state && state->HasSelection();
}

void gui_field_select(const char *text, size_t first, size_t end)
{
    ImGuiInputTextState *state = ImGui::GetInputTextState(ImGui::GetActiveID());
    if (!state)
        return;
    state->Stb.select_start = ImTextCountCharsFromUtf8(text, text + first);
    state->Stb.select_end = state->Stb.cursor = ImTextCountCharsFromUtf8(text, text + end);
}

void gui_release_text(void)
{
    ImGui::ClearActiveID();
}

bool gui_item_active(void)
{
    return ImGui::IsItemActive();
}

bool gui_colour(const char *label, uint8_t rgb[3])
{
    float values[3] = {rgb[0] / 255.0f, rgb[1] / 255.0f, rgb[2] / 255.0f};
    if (!ImGui::ColorEdit3(label, values, ImGuiColorEditFlags_NoInputs | ImGuiColorEditFlags_NoLabel))
        return false;
    for (int i = 0; i < 3; i++)
        rgb[i] = (uint8_t)lroundf(ImSaturate(values[i]) * 255.0f);
    return true;
}

bool gui_combo_begin(const char *label, const char *shown)
{
    return ImGui::BeginCombo(label, Shown(shown), ImGuiComboFlags_HeightLargest);
}

void gui_combo_end(void)
{
    ImGui::EndCombo();
}

bool gui_selectable(const char *label, bool selected)
{
    return ImGui::Selectable(Shown(label), selected, ImGuiSelectableFlags_AllowDoubleClick);
}

bool gui_selectable_high(const char *label, bool selected, float height)
{
    return ImGui::Selectable(Shown(label), selected, ImGuiSelectableFlags_AllowDoubleClick,
                             ImVec2(0, height));
}

bool gui_double_clicked(void)
{
    return ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
}

void gui_progress(float share, float width, float height)
{
    ImGui::ProgressBar(share, ImVec2(width, height), "");
}

void gui_tooltip(const char *lines)
{
    if (ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled))
        ImGui::SetTooltip("%s", (const char *)Shown(lines, text_safe_lines));
}

void gui_tooltip_now(const char *text)
{
    ImGui::SetTooltip("%s", (const char *)Shown(text));
}

void gui_clipboard_set(const char *lines)
{
    ImGui::SetClipboardText(Shown(lines, text_safe_lines));
}

bool gui_menu_bar_begin(float height)
{
    const float padding = floorf((height - ImGui::GetFontSize()) / 2);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(ImGui::GetStyle().FramePadding.x, padding));
    ImGui::PushStyleColor(ImGuiCol_WindowBg, 0);
    ImGui::PushStyleColor(ImGuiCol_MenuBarBg, 0);
    bool open = ImGui::BeginMainMenuBar();
    ImGui::PopStyleColor(2);
    ImGui::PopStyleVar(2);
    return open;
}

void gui_menu_bar_end(void)
{
    ImGui::EndMainMenuBar();
}

bool gui_menu_begin(const char *label)
{
    return ImGui::BeginMenu(label);
}

void gui_menu_end(void)
{
    ImGui::EndMenu();
}

void gui_popup_show(const char *id)
{
    ImGui::OpenPopup(id);
}

bool gui_popup_begin(const char *id)
{
    return ImGui::BeginPopup(id);
}

void gui_popup_end(void)
{
    ImGui::EndPopup();
}

bool gui_menu_item(const char *label, const char *key, bool checked, bool enabled)
{
    return ImGui::MenuItem(label, key, checked, enabled);
}

void gui_rows(size_t count, float height, void (*row)(void *context, size_t index), void *context)
{
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
    ImGuiListClipper clipper;
    clipper.Begin((int)count, height);
    while (clipper.Step()) {
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; i++)
            row(context, (size_t)i);
    }
    ImGui::PopStyleVar();
}

void gui_scroll_to(float top, float bottom)
{
    const float room = ImGui::GetWindowHeight(), at = ImGui::GetScrollY();
    if (top < at)
        ImGui::SetScrollY(top);
    else if (bottom > at + room)
        ImGui::SetScrollY(bottom - room);
}

// --- Tables ---

bool gui_table_begin(const char *id, const struct gui_column *columns, size_t count, float height)
{
    const ImGuiTableFlags flags = ImGuiTableFlags_Resizable | ImGuiTableFlags_Sortable |
                                  ImGuiTableFlags_ScrollY | ImGuiTableFlags_NoBordersInBody |
                                  ImGuiTableFlags_NoSavedSettings;
    if (!ImGui::BeginTable(id, (int)count, height > 0 ? flags : flags & ~ImGuiTableFlags_ScrollY,
                           ImVec2(0, height)))
        return false;
    ImGui::TableSetupScrollFreeze(0, 1);
    for (size_t i = 0; i < count; i++)
        ImGui::TableSetupColumn(
            columns[i].title,
            (columns[i].width > 0 ? ImGuiTableColumnFlags_WidthFixed : ImGuiTableColumnFlags_WidthStretch) |
                (columns[i].sorts ? 0 : ImGuiTableColumnFlags_NoSort),
            columns[i].width);
    gui_font_push(UI_R11);
    ImGui::PushStyleColor(ImGuiCol_Text, packed(gui_tone(UI_TEXT2)));
    ImGui::TableHeadersRow();
    ImGui::PopStyleColor();
    gui_font_pop();
    return true;
}

bool gui_table_sort(size_t *column, bool *descending)
{
    ImGuiTableSortSpecs *specs = ImGui::TableGetSortSpecs();
    if (!specs || !specs->SpecsDirty || specs->SpecsCount < 1)
        return false;
    *column = (size_t)specs->Specs[0].ColumnIndex;
    *descending = specs->Specs[0].SortDirection == ImGuiSortDirection_Descending;
    specs->SpecsDirty = false;
    return true;
}

bool gui_table_row(const char *id, bool selected)
{
    ImGui::TableNextRow(0, gui_px(UI_ROW));
    ImGui::TableSetColumnIndex(0);
    const bool clicked = ImGui::Selectable(
        id, selected, ImGuiSelectableFlags_SpanAllColumns | ImGuiSelectableFlags_AllowDoubleClick,
        ImVec2(0, gui_px(UI_ROW)));
    ImGui::SameLine(0, 0);
    return clicked;
}

void gui_table_cell(size_t column)
{
    ImGui::TableSetColumnIndex((int)column);
}

void gui_table_end(void)
{
    ImGui::EndTable();
}

// --- Keys for lists ---

bool gui_key_pressed(enum gui_key key)
{
    static const ImGuiKey keys[] = {
        ImGuiKey_UpArrow, ImGuiKey_DownArrow, ImGuiKey_PageUp,    ImGuiKey_PageDown,   ImGuiKey_Enter,
        ImGuiKey_Escape,  ImGuiKey_Tab,       ImGuiKey_LeftArrow, ImGuiKey_RightArrow, ImGuiKey_Home,
        ImGuiKey_End,     ImGuiKey_Backspace, ImGuiKey_C};
    if (ImGui::IsKeyPressed(ImGui::GetKeyIndex(keys[key])))
        return true;
    return key == GUI_KEY_ENTER && ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_KeyPadEnter));
}

bool gui_shift_down(void)
{
    return ImGui::GetIO().KeyShift;
}

bool gui_ctrl_down(void)
{
    return ImGui::GetIO().KeyCtrl;
}

// --- Drawing ---

void gui_canvas(const char *id, float width, float height, struct gui_mouse_area *area)
{
    const ImGuiIO &io = ImGui::GetIO();
    ImVec2 at = ImGui::GetCursorScreenPos();
    const bool clicked = ImGui::InvisibleButton(id, ImVec2(width, height));
    area->place = {at.x, at.y, width, height};
    area->x = io.MousePos.x - at.x;
    area->y = io.MousePos.y - at.y;
    area->hovered = ImGui::IsItemHovered();
    area->held = ImGui::IsItemActive();
    area->pressed = ImGui::IsItemActivated();
    area->right_clicked = area->hovered && ImGui::IsMouseClicked(ImGuiMouseButton_Right);
    const ImVec2 from = io.MouseClickedPos[0];
    area->moved_x = area->held ? io.MousePos.x - from.x : 0;
    area->moved_y = area->held ? io.MousePos.y - from.y : 0;
    // Asked of the whole drag: who comes back to where it began has dragged all the same.
    const float tremble = gui_px(3);
    const bool far = io.MouseDragMaxDistanceSqr[0] > tremble * tremble;
    area->dragged = area->held && far;
    area->clicked = clicked && !(far && !GImGui->NavActivateId);
    area->focused = GImGui->NavId == ImGui::GetItemID() && look().nav && !GImGui->NavDisableHighlight;
    area->double_clicked = area->hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
    area->wheel = area->hovered ? io.MouseWheel : 0;
}

void gui_move_to(float x, float y)
{
    ImGui::SetCursorScreenPos(ImVec2(x, y));
}

struct gui_rect gui_here(void)
{
    ImVec2 at = ImGui::GetCursorScreenPos();
    return {at.x, at.y, 0, 0};
}

void gui_draw_rect(struct gui_rect rect, uint32_t colour)
{
    ImGui::GetWindowDrawList()->AddRectFilled(
        ImVec2(rect.x, rect.y), ImVec2(rect.x + rect.width, rect.y + rect.height), packed(colour));
}

static ImVec2 lower_right(const struct gui_rect &rect)
{
    return ImVec2(rect.x + rect.width, rect.y + rect.height);
}

void gui_draw_frame(struct gui_rect rect, uint32_t colour, float radius, float width)
{
    const float half = width / 2;
    ImGui::GetWindowDrawList()->AddRect(
        ImVec2(rect.x + half - 0.5f, rect.y + half - 0.5f),
        ImVec2(rect.x + rect.width - half + 0.5f, rect.y + rect.height - half + 0.5f), packed(colour), radius,
        0, width);
}

void gui_draw_rounded(struct gui_rect rect, uint32_t colour, float radius)
{
    ImGui::GetWindowDrawList()->AddRectFilled(ImVec2(rect.x, rect.y), lower_right(rect), packed(colour),
                                              radius);
}

void gui_draw_gradient(struct gui_rect rect, uint32_t left, uint32_t right)
{
    ImGui::GetWindowDrawList()->AddRectFilledMultiColor(
        ImVec2(rect.x, rect.y), lower_right(rect), packed(left), packed(right), packed(right), packed(left));
}

void gui_draw_quad(const struct gui_point corners[4], uint32_t colour)
{
    ImVec2 at[4];
    for (int i = 0; i < 4; i++)
        at[i] = ImVec2(corners[i].x, corners[i].y);
    ImGui::GetWindowDrawList()->AddQuadFilled(at[0], at[1], at[2], at[3], packed(colour));
}

void gui_draw_line(float x0, float y0, float x1, float y1, uint32_t colour, float width)
{
    ImGui::GetWindowDrawList()->AddLine(ImVec2(x0, y0), ImVec2(x1, y1), packed(colour), width);
}

static_assert(sizeof(ImVec2) == sizeof(struct gui_point), "points are drawn as they are");

void gui_draw_polyline(const struct gui_point *points, size_t count, uint32_t colour, float width,
                       bool closed)
{
    ImGui::GetWindowDrawList()->AddPolyline(reinterpret_cast<const ImVec2 *>(points), (int)count,
                                            packed(colour), closed ? ImDrawFlags_Closed : 0, width);
}

// Software renderers draw triangles, not circles: no more than look round.
static int segments(float radius)
{
    return ImClamp((int)(radius * 1.5f), 8, 24);
}

void gui_draw_circle(float x, float y, float radius, uint32_t colour, float width)
{
    ImDrawList *list = ImGui::GetWindowDrawList();
    if (width > 0)
        list->AddCircle(ImVec2(x, y), radius, packed(colour), segments(radius), width);
    else
        list->AddCircleFilled(ImVec2(x, y), radius, packed(colour), segments(radius));
}

void gui_draw_arc(float x, float y, float radius, float from, float to, uint32_t colour, float width)
{
    ImDrawList *list = ImGui::GetWindowDrawList();
    list->PathArcTo(ImVec2(x, y), radius, from, to, segments(radius));
    list->PathStroke(packed(colour), 0, width);
}

void gui_watch_labels(gui_label_watch *watch, void *context, bool longer)
{
    look().watch = watch;
    look().watch_context = context;
    look().longer = watch && longer;
}

float gui_draw_label(struct gui_rect rect, enum gui_align align, uint32_t colour, const char *text)
{
    const Shown shown(text);
    const float size = ImGui::GetFontSize(), width = ImGui::CalcTextSize(shown).x;
    const float free = rect.width - width, y = floorf(rect.y + (rect.height - size) / 2 + 0.5f);
    ImDrawList *list = ImGui::GetWindowDrawList();
    if (look().watch) {
        const float at = align == GUI_LEFT || free < 0 ? 0 : align == GUI_RIGHT ? free : free / 2;
        look().watch(look().watch_context, {rect.x + at, y, fminf(width, rect.width), size}, width, text);
    }
    if (free >= 0) {
        const float x = align == GUI_LEFT ? rect.x : rect.x + (align == GUI_RIGHT ? free : floorf(free / 2));
        list->AddText(ImVec2(floorf(x), y), packed(colour), shown);
        return width;
    }
    const float end = rect.x + rect.width;
    ImGui::PushStyleColor(ImGuiCol_Text, packed(colour));
    ImGui::RenderTextEllipsis(list, ImVec2(floorf(rect.x), y), ImVec2(end, y + size), end, end, shown, NULL,
                              NULL);
    ImGui::PopStyleColor();
    return rect.width;
}

void gui_draw_glyph(enum ui_font font, const char *text, struct gui_rect rect, float size, uint32_t colour)
{
    const ImFont *drawn = font_of(font);
    const float high = drawn->FontSize * size / font_sizes[font];
    const float wide = drawn->CalcTextSizeA(high, FLT_MAX, 0, text).x;
    const ImVec2 at(rect.x + floorf((rect.width - wide) / 2 + 0.5f),
                    floorf(rect.y + (rect.height - high) / 2 + 0.5f));
    ImGui::GetWindowDrawList()->AddText(drawn, high, at, packed(colour), text);
}

void gui_draw_text(float x, float y, uint32_t colour, const char *text)
{
    ImGui::GetWindowDrawList()->AddText(ImVec2(x, y), packed(colour), Shown(text));
}

void gui_clip_begin(struct gui_rect rect)
{
    ImGui::PushClipRect(ImVec2(rect.x, rect.y), ImVec2(rect.x + rect.width, rect.y + rect.height), true);
}

void gui_clip_end(void)
{
    ImGui::PopClipRect();
}

void gui_draw_texture(struct gui_rect rect, unsigned texture, float u, float v, float u_size, float v_size)
{
    // Row 0 of a texture that was drawn into is its lowest.
    ImGui::GetWindowDrawList()->AddImage((ImTextureID)(uintptr_t)texture, ImVec2(rect.x, rect.y),
                                         ImVec2(rect.x + rect.width, rect.y + rect.height),
                                         ImVec2(u, v + v_size), ImVec2(u + u_size, v));
}

bool gui_clicked_outside(struct gui_rect rect)
{
    const ImVec2 corner(rect.x, rect.y), end(rect.x + rect.width, rect.y + rect.height);
    return ImGui::IsMouseClicked(ImGuiMouseButton_Left) && !ImGui::IsMouseHoveringRect(corner, end, false);
}

bool gui_hovers(struct gui_rect rect)
{
    return ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem) &&
           ImGui::IsMouseHoveringRect(ImVec2(rect.x, rect.y),
                                      ImVec2(rect.x + rect.width, rect.y + rect.height));
}

void gui_cursor(enum gui_cursor cursor)
{
    static const ImGuiMouseCursor cursors[] = {ImGuiMouseCursor_Arrow,     ImGuiMouseCursor_Hand,
                                               ImGuiMouseCursor_ResizeEW,  ImGuiMouseCursor_ResizeNS,
                                               ImGuiMouseCursor_ResizeAll, ImGuiMouseCursor_TextInput};
    ImGui::SetMouseCursor(cursors[cursor]);
}

// --- what is to be drawn ---

static_assert(sizeof(struct gui_vertex) == sizeof(ImDrawVert), "vertices are shown as they are");

static struct gui_box box_of(const ImVec4 &clip)
{
    return {clip.x, clip.y, clip.z, clip.w};
}

static struct gui_box common(const struct gui_box &a, const struct gui_box &b)
{
    return {ImMax(a.left, b.left), ImMax(a.top, b.top), ImMin(a.right, b.right), ImMin(a.bottom, b.bottom)};
}

static bool is_empty(const struct gui_box &box)
{
    return box.left >= box.right || box.top >= box.bottom;
}

static struct gui_box box_around(const struct gui_vertex *const corner[3])
{
    struct gui_box box = {corner[0]->x, corner[0]->y, corner[0]->x, corner[0]->y};
    for (int i = 1; i < 3; i++)
        box = {ImMin(box.left, corner[i]->x), ImMin(box.top, corner[i]->y), ImMax(box.right, corner[i]->x),
               ImMax(box.bottom, corner[i]->y)};
    return box;
}

void gui_each_triangle(struct gui_rect within, void (*visit)(void *context, const struct gui_triangle *),
                       void *context)
{
    const ImDrawData *data = ImGui::GetDrawData();
    const struct gui_box wanted = {within.x, within.y, within.x + within.width, within.y + within.height};
    for (int n = 0; data && n < data->CmdListsCount; n++) {
        const ImDrawList *list = data->CmdLists[n];
        for (const ImDrawCmd &command : list->CmdBuffer) {
            struct gui_triangle triangle = {
                (size_t)command.TextureId, common(box_of(command.ClipRect), wanted), {}, {}};
            const ImDrawIdx *index = list->IdxBuffer.Data + command.IdxOffset;
            const ImDrawVert *vertices = list->VtxBuffer.Data + command.VtxOffset;
            for (unsigned i = 0;
                 !command.UserCallback && !is_empty(triangle.clip) && i + 2 < command.ElemCount; i += 3) {
                for (int k = 0; k < 3; k++)
                    triangle.corner[k] = reinterpret_cast<const struct gui_vertex *>(vertices + index[i + k]);
                triangle.box = common(box_around(triangle.corner), triangle.clip);
                if (!is_empty(triangle.box))
                    visit(context, &triangle);
            }
        }
    }
}

void gui_render_triangles(struct gui_rect whole, const struct gui_vertex *vertices,
                          const struct gui_command *commands, size_t count)
{
    ImDrawList list(ImGui::GetDrawListSharedData()), *lists = &list;
    for (size_t i = 0; i < count; i++) {
        const struct gui_command &from = commands[i];
        ImDrawCmd command;
        command.ClipRect = ImVec4(from.clip.left, from.clip.top, from.clip.right, from.clip.bottom);
        command.TextureId = (ImTextureID)from.texture;
        command.IdxOffset = (unsigned)from.first_vertex;
        command.ElemCount = (unsigned)from.vertex_count;
        list.CmdBuffer.push_back(command);
        for (size_t k = 0; k < from.vertex_count; k++) {
            list.IdxBuffer.push_back((ImDrawIdx)(from.first_vertex + k));
            list.VtxBuffer.push_back(*reinterpret_cast<const ImDrawVert *>(vertices + from.first_vertex + k));
        }
    }
    ImDrawData data;
    data.Valid = true;
    data.CmdLists = &lists;
    data.CmdListsCount = 1;
    data.TotalVtxCount = list.VtxBuffer.Size;
    data.TotalIdxCount = list.IdxBuffer.Size;
    data.DisplayPos = ImVec2(whole.x, whole.y);
    data.DisplaySize = ImVec2(whole.width, whole.height);
    data.FramebufferScale = ImVec2(1, 1);
    ImGui_ImplOpenGL3_RenderDrawData(&data);
}
