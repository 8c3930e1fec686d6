// SPDX-License-Identifier: MIT
// The tree of divisions, and its rectangles.
#include "view/layout.h"

#include "base/size.h"
#include "base/text.h"

#include <math.h>

enum { NONE = -1 };

// --- the tree ---

static int new_node(struct layout *layout)
{
    for (int i = 0; i < LAYOUT_MAX_NODES; i++) {
        if (!layout->nodes[i].used) {
            layout->nodes[i] = (struct layout_node){.used = true, .parent = NONE, .share = 0.5};
            return i;
        }
    }
    return NONE;
}

static int new_pane(struct layout *layout, int pane)
{
    const int node = new_node(layout);
    layout->nodes[node].pane = pane;
    return node;
}

static int find_pane(const struct layout *layout, int pane)
{
    for (int i = 0; i < LAYOUT_MAX_NODES; i++) {
        if (layout->nodes[i].used && !layout->nodes[i].divided && layout->nodes[i].pane == pane)
            return i;
    }
    return NONE;
}

static int divide(struct layout *layout, enum layout_axis axis, int first, int second, double share)
{
    const int node = new_node(layout);
    struct layout_node *made = &layout->nodes[node];
    made->divided = true;
    made->axis = axis;
    made->first = first;
    made->second = second;
    made->share = share;
    layout->nodes[first].parent = layout->nodes[second].parent = node;
    return node;
}

// Puts a node where another stood.
static void replace(struct layout *layout, int parent, int old, int node)
{
    layout->nodes[node].parent = parent;
    if (parent == NONE)
        layout->root = node;
    else if (layout->nodes[parent].first == old)
        layout->nodes[parent].first = node;
    else
        layout->nodes[parent].second = node;
}

void layout_single(struct layout *layout, int pane)
{
    *layout = (struct layout){0};
    layout->root = new_pane(layout, pane);
}

// `count` nodes in equal parts.
static int in_a_row(struct layout *layout, enum layout_axis axis, const int *nodes, int count)
{
    int made = nodes[count - 1];
    for (int i = count - 2; i >= 0; i--)
        made = divide(layout, axis, nodes[i], made, 1.0 / (count - i));
    return made;
}

bool layout_grid(struct layout *layout, int columns, int rows, const int *panes)
{
    if (columns < 1 || rows < 1 || columns > LAYOUT_MAX_PANES || rows > LAYOUT_MAX_PANES / columns)
        return false;
    *layout = (struct layout){0};
    int row_nodes[LAYOUT_MAX_PANES];
    for (int row = 0; row < rows; row++) {
        int nodes[LAYOUT_MAX_PANES];
        for (int column = 0; column < columns; column++)
            nodes[column] = new_pane(layout, panes[row * columns + column]);
        row_nodes[row] = in_a_row(layout, LAYOUT_SIDE_BY_SIDE, nodes, columns);
    }
    layout->root = in_a_row(layout, LAYOUT_STACKED, row_nodes, rows);
    return true;
}

bool layout_grid_parse(const char *text, int *columns, int *rows)
{
    int64_t across, down;
    if (!parse_size(text, &across, &down) || across > LAYOUT_MAX_PANES || down > LAYOUT_MAX_PANES ||
        across * down > LAYOUT_MAX_PANES)
        return false;
    *columns = (int)across;
    *rows = (int)down;
    return true;
}

bool layout_split(struct layout *layout, int pane, enum layout_axis axis, int added)
{
    int panes[LAYOUT_MAX_PANES];
    const int node = find_pane(layout, pane);
    if (node == NONE || layout_order(layout, panes) == LAYOUT_MAX_PANES)
        return false;
    const int parent = layout->nodes[node].parent;
    const int divided = divide(layout, axis, node, new_pane(layout, added), 0.5);
    replace(layout, parent, node, divided);
    return true;
}

bool layout_remove(struct layout *layout, int pane)
{
    const int node = find_pane(layout, pane);
    if (node == NONE || node == layout->root)
        return false;
    const int parent = layout->nodes[node].parent;
    const struct layout_node *division = &layout->nodes[parent];
    const int other = division->first == node ? division->second : division->first;
    replace(layout, division->parent, parent, other);
    layout->nodes[node].used = layout->nodes[parent].used = false;
    return true;
}

void layout_swap(struct layout *layout, int pane, int other)
{
    const int a = find_pane(layout, pane), b = find_pane(layout, other);
    if (a == NONE || b == NONE)
        return;
    layout->nodes[a].pane = other;
    layout->nodes[b].pane = pane;
}

// --- rectangles ---

// The parts of a division's rectangle.
static void parts_of(const struct layout_node *node, struct rect whole, int gap, struct rect *first,
                     struct rect *second)
{
    const bool across = node->axis == LAYOUT_SIDE_BY_SIDE;
    const int64_t room = int64_max((across ? whole.width : whole.height) - gap, 0);
    const double shared = (double)(room + 2 * (int64_t)gap) * node->share; // with a gap behind each part
    const int64_t size = int64_clamp(llround(shared) - gap, 0, room);
    *first = *second = whole;
    if (across) {
        first->width = size;
        second->x = whole.x + size + gap;
        second->width = room - size;
    } else {
        first->height = size;
        second->y = whole.y + size + gap;
        second->height = room - size;
    }
}

// What a walk over the tree does with each node and its rectangle; true ends it.
typedef bool visit(void *context, const struct layout *layout, int node, struct rect rect);

static bool walk(const struct layout *layout, int node, struct rect rect, int gap, visit *what, void *context)
{
    if (what(context, layout, node, rect))
        return true;
    if (!layout->nodes[node].divided)
        return false;
    struct rect first, second;
    parts_of(&layout->nodes[node], rect, gap, &first, &second);
    return walk(layout, layout->nodes[node].first, first, gap, what, context) ||
           walk(layout, layout->nodes[node].second, second, gap, what, context);
}

// The size of a node of which all panes have `size`.
static struct rect size_of(const struct layout *layout, int number, struct rect size, int gap)
{
    const struct layout_node *node = &layout->nodes[number];
    if (!node->divided)
        return size;
    const struct rect a = size_of(layout, node->first, size, gap),
                      b = size_of(layout, node->second, size, gap);
    if (node->axis == LAYOUT_SIDE_BY_SIDE)
        return (struct rect){0, 0, a.width + gap + b.width, int64_max(a.height, b.height)};
    return (struct rect){0, 0, int64_max(a.width, b.width), a.height + gap + b.height};
}

struct rect layout_size(const struct layout *layout, int64_t width, int64_t height, int gap)
{
    return size_of(layout, layout->root, (struct rect){0, 0, width, height}, gap);
}

struct order {
    int *panes;
    int count;
};

static bool add_to_order(void *context, const struct layout *layout, int node, struct rect rect)
{
    (void)rect;
    struct order *order = context;
    if (!layout->nodes[node].divided)
        order->panes[order->count++] = layout->nodes[node].pane;
    return false;
}

int layout_order(const struct layout *layout, int panes[LAYOUT_MAX_PANES])
{
    struct order order = {panes, 0};
    walk(layout, layout->root, (struct rect){0}, 0, add_to_order, &order);
    return order.count;
}

static bool set_area(void *context, const struct layout *layout, int node, struct rect rect)
{
    struct rect *areas = context;
    if (!layout->nodes[node].divided)
        areas[layout->nodes[node].pane] = rect;
    return false;
}

void layout_areas(const struct layout *layout, struct rect whole, int gap,
                  struct rect areas[LAYOUT_MAX_PANES])
{
    for (int i = 0; i < LAYOUT_MAX_PANES; i++)
        areas[i] = (struct rect){0};
    walk(layout, layout->root, whole, gap, set_area, areas);
}

// --- gaps ---

struct gap_search {
    int gap, near;
    double x, y;
    int found;
};

static bool is_gap(void *context, const struct layout *layout, int node, struct rect rect)
{
    struct gap_search *search = context;
    const struct layout_node *division = &layout->nodes[node];
    if (!division->divided)
        return false;
    struct rect first, second;
    parts_of(division, rect, search->gap, &first, &second);
    const bool across = division->axis == LAYOUT_SIDE_BY_SIDE;
    const double at = across ? search->x : search->y, beside = across ? search->y : search->x;
    const int64_t from = across ? first.x + first.width : first.y + first.height;
    const int64_t low = across ? rect.y : rect.x, high = low + (across ? rect.height : rect.width);
    if (at < (double)(from - search->near) || at >= (double)(from + search->gap + search->near) ||
        beside < (double)low || beside >= (double)high)
        return false;
    search->found = node;
    return true;
}

int layout_gap_at(const struct layout *layout, struct rect whole, int gap, int near, double x, double y)
{
    struct gap_search search = {gap, near, x, y, NONE};
    walk(layout, layout->root, whole, gap, is_gap, &search);
    return search.found;
}

enum layout_axis layout_gap_axis(const struct layout *layout, int node)
{
    return layout->nodes[node].axis;
}

struct node_search {
    int node;
    struct rect rect;
};

static bool is_node(void *context, const struct layout *layout, int node, struct rect rect)
{
    (void)layout;
    struct node_search *search = context;
    if (node == search->node)
        search->rect = rect;
    return node == search->node;
}

void layout_move_gap(struct layout *layout, struct rect whole, int gap, int node, int least, double x,
                     double y)
{
    struct node_search search = {node, {0}};
    struct layout_node *division = &layout->nodes[node];
    if (!walk(layout, layout->root, whole, gap, is_node, &search) || !division->divided)
        return;
    const bool across = division->axis == LAYOUT_SIDE_BY_SIDE;
    const double room = (double)((across ? search.rect.width : search.rect.height) - gap);
    const double at = across ? x - (double)search.rect.x : y - (double)search.rect.y;
    if (room < 2.0 * least || room < 1)
        return;
    division->share = (fmin(fmax(at - gap / 2.0, least), room - least) + gap) / (room + 2 * gap);
}
