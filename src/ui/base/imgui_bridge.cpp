// SPDX-License-Identifier: MIT
// Dear ImGui behind a C interface; the only C++ of the program.
#include "ui/base/imgui_bridge.h"

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

// A text as it is shown: what it holds may come from a file or its name, so it goes through
// text_safe, or text_safe_lines where line feeds are our own.
struct Shown {
    struct text safe = {};
    explicit Shown(const char *source, void (*keep)(struct text *, const char *, size_t) = text_safe)
    {
        keep(&safe, source, strlen(source));
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

bool gui_create(SDL_Window *window, void *gl_context)
{
    IMGUI_CHECKVERSION();
    ImGui::CreateContext();
    ImGuiIO &io = ImGui::GetIO();
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
    ImGui::DestroyContext();
}

static const struct {
    ImGuiCol item;
    uint32_t colour;
} colours[] = {
    {ImGuiCol_Text, 0xd6d8daff},
    {ImGuiCol_TextDisabled, 0x84898fff},
    {ImGuiCol_WindowBg, 0x1d1f21ff},
    {ImGuiCol_ChildBg, 0x00000000},
    {ImGuiCol_PopupBg, 0x25282bfa},
    {ImGuiCol_Border, 0x3a3e43ff},
    {ImGuiCol_FrameBg, 0x2b2f33ff},
    {ImGuiCol_FrameBgHovered, 0x343a40ff},
    {ImGuiCol_FrameBgActive, 0x3a4149ff},
    {ImGuiCol_TitleBg, 0x25282bff},
    {ImGuiCol_TitleBgActive, 0x2c3136ff},
    {ImGuiCol_MenuBarBg, 0x25282bff},
    {ImGuiCol_ScrollbarBg, 0x00000000},
    {ImGuiCol_ScrollbarGrab, 0x454b52ff},
    {ImGuiCol_ScrollbarGrabHovered, 0x565d66ff},
    {ImGuiCol_ScrollbarGrabActive, 0x656d77ff},
    {ImGuiCol_CheckMark, 0x8ab4e0ff},
    {ImGuiCol_SliderGrab, 0x6c8fb5ff},
    {ImGuiCol_SliderGrabActive, 0x8ab4e0ff},
    {ImGuiCol_Button, 0x343a40ff},
    {ImGuiCol_ButtonHovered, 0x424a53ff},
    {ImGuiCol_ButtonActive, 0x4d6f96ff},
    {ImGuiCol_Header, 0x3b5878ff},
    {ImGuiCol_HeaderHovered, 0x41505fff},
    {ImGuiCol_HeaderActive, 0x4d6f96ff},
    {ImGuiCol_Separator, 0x3a3e43ff},
    {ImGuiCol_PlotHistogram, 0x6c8fb5ff},
    {ImGuiCol_TextSelectedBg, 0x3b5878ff},
};

void gui_style(float scale)
{
    ImGuiStyle style;
    ImGui::StyleColorsDark(&style);
    for (const auto &entry : colours)
        style.Colors[entry.item] = vector(entry.colour);
    style.WindowPadding = ImVec2(9, 8);
    style.FramePadding = ImVec2(6, 3);
    style.ItemSpacing = ImVec2(6, 5);
    style.ItemInnerSpacing = ImVec2(5, 4);
    style.ScrollbarSize = 11;
    style.GrabMinSize = 9;
    style.WindowRounding = style.FrameRounding = style.PopupRounding = style.GrabRounding = 3;
    style.WindowBorderSize = style.PopupBorderSize = 1;
    style.FrameBorderSize = style.ChildBorderSize = 0;
    // Smooth lines and fills would need finer textures and cost time on software renderers.
    style.AntiAliasedLinesUseTex = false;
    style.ScaleAllSizes(scale);
    style.WindowBorderSize = style.PopupBorderSize = 1;
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
    io.ConfigFlags = io.WantCaptureMouse ? 0 : ImGuiConfigFlags_NoMouseCursorChange;
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

void gui_fonts(const struct gui_font *fonts, size_t count, float pixels)
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
        config.SizePixels = i == 0 ? pixels : pixels * height_per_em(&fonts[i]) / height_per_em(&fonts[0]);
        config.OversampleH = config.OversampleV = 1;
        config.PixelSnapH = true;
        config.GlyphRanges = (const ImWchar *)fonts[i].ranges;
        config.MergeMode = i > 0;
        atlas->AddFont(&config);
    }
    if (first)
        ImGui_ImplOpenGL3_CreateDeviceObjects();
    else
        ImGui_ImplOpenGL3_CreateFontsTexture();
    // The texture is on the GPU; the fonts themselves belong to the caller.
    atlas->ClearTexData();
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
    ImGui::PushStyleColor(ImGuiCol_Text, ImGui::GetStyleColorVec4(ImGuiCol_TextDisabled));
    ImGui::TextUnformatted(Shown(text));
    ImGui::PopStyleColor();
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
    gui_text_coloured(0x8ab4e0ff, text);
}

bool gui_section(const char *label, bool open_at_first)
{
    ImGui::PushStyleColor(ImGuiCol_Text, vector(0x8ab4e0ff));
    ImGui::PushStyleColor(ImGuiCol_Header, vector(0x25282bff));
    bool open = ImGui::CollapsingHeader(label, open_at_first ? ImGuiTreeNodeFlags_DefaultOpen : 0);
    ImGui::PopStyleColor(2);
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
    ImGui::InvisibleButton(id, ImVec2(width, height));
    area->place = {at.x, at.y, width, height};
    area->x = io.MousePos.x - at.x;
    area->y = io.MousePos.y - at.y;
    area->hovered = ImGui::IsItemHovered();
    area->held = ImGui::IsItemActive();
    area->pressed = ImGui::IsItemActivated();
    area->double_clicked = area->hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
    area->wheel = area->hovered ? io.MouseWheel : 0;
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

void gui_cursor_resize(void)
{
    ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
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
