#include "daemon/html/neighbours.h"
#include <stdio.h>

/* Units of the drawing. */
#define ACROSS    360
#define GAP       16 /* between two columns; what joins them runs through it */
#define HEIGHT    40 /* of a node: two lines */
#define STEP      50 /* from one row to the next */
#define LINE      15
#define LETTER    8 /* about, of a label */
#define PATCH     18
#define WIDE      ((ACROSS - GAP) / 2)
#define NARROW    ((ACROSS - 2 * GAP - MIDDLE) / 2)
#define MIDDLE    124
#define LABEL_MAX 96

static const struct {
    size_t most;
    unsigned columns;
} rooms[NEIGHBOURS_PLACES] = {
    [NEIGHBOURS_ABOVE] = {4, 2},
    [NEIGHBOURS_BESIDE] = {6, 2},
    [NEIGHBOURS_BELOW] = {8, 2},
    [NEIGHBOURS_RECORDS] = {4, 1}
};

/* ---- pieces ---- */

static void at(struct html *h, const char *name, int value)
{
    html_attr_number(h, name, value);
}

static void line(struct html *h, int x1, int y1, int x2, int y2)
{
    html_open(h, "line");
    at(h, "x1", x1);
    at(h, "y1", y1);
    at(h, "x2", x2);
    at(h, "y2", y2);
    html_close(h, "line");
}

static size_t character(struct slice s, size_t from)
{
    size_t to = from + 1;
    while (to < s.len && (s.at[to] & 0xc0) == 0x80)
        to++;
    return to;
}

static size_t characters_of(struct slice s, unsigned characters)
{
    size_t to = 0;
    for (unsigned n = 0; to < s.len && n < characters; n++)
        to = character(s, to);
    return to;
}

/* How many bytes of a text make up one line of that many characters: whole words where one ends within it. */
static size_t fits(struct slice s, unsigned characters)
{
    size_t to = 0, word = 0;
    for (unsigned n = 0; to < s.len && n < characters; n++) {
        to = character(s, to);
        if (to < s.len && s.at[to] == ' ')
            word = to;
    }
    return to == s.len || !word ? to : word;
}

static void put_line(struct html *h, int x, int y, struct slice text, bool cut)
{
    html_open(h, "tspan");
    at(h, "x", x);
    at(h, "y", y);
    html_slice(h, text);
    if (cut)
        html_text(h, "…");
    html_close(h, "tspan");
}

/* In one line or two; what has no room is "…", and whole in the title. */
static void put_label(struct html *h, int x, int y, int width, struct slice label)
{
    unsigned characters = (unsigned)(width / LETTER);
    size_t first = fits(label, characters);
    struct slice rest = slice_of(label.at + first, label.len - first);
    while (rest.len && *rest.at == ' ')
        rest = slice_of(rest.at + 1, rest.len - 1);
    html_open(h, "text");
    if (!rest.len) {
        put_line(h, x, y + HEIGHT / 2 + 5, label, false);
    } else {
        size_t second = fits(rest, characters);
        bool cut = second < rest.len;
        second = cut ? characters_of(rest, characters - 1) : second;
        put_line(h, x, y + HEIGHT / 2 - 3, slice_of(label.at, first), false);
        put_line(h, x, y + HEIGHT / 2 - 3 + LINE, slice_of(rest.at, second), cut);
    }
    html_close(h, "text");
}

/* Dark letters on light colours, light ones on dark: by the eye's weights of red, green and blue. */
static bool is_light(const char *colour)
{
    unsigned r = 0, g = 0, b = 0;
    if (sscanf(colour, "#%2x%2x%2x", &r, &g, &b) != 3)
        return true;
    return 299 * r + 587 * g + 114 * b > 140000;
}

static void put_patch(struct html *h, int x, int y, const struct neighbours_patch *p)
{
    size_t n = p->mark.len ? character(p->mark, 0) : 0;
    n = n && n < p->mark.len ? character(p->mark, n) : n;
    html_open_class(h, "rect", "patch");
    at(h, "x", x);
    at(h, "y", y);
    at(h, "width", PATCH);
    at(h, "height", PATCH);
    html_attr(h, "rx", "3");
    html_attr(h, "fill", p->colour);
    html_close(h, "rect");
    html_open_class(h, "text", is_light(p->colour) ? "on-light" : "on-dark");
    at(h, "x", x + PATCH / 2);
    at(h, "y", y + PATCH / 2 + 5);
    html_attr(h, "text-anchor", "middle");
    html_slice(h, slice_of(p->mark.at, n));
    html_close(h, "text");
}

void neighbours_patch(struct html *h, const struct neighbours_patch *patch)
{
    html_open_class(h, "svg", "patch");
    html_attr(h, "role", "img");
    html_attr_slice(h, "aria-label", patch->mark);
    at(h, "width", PATCH);
    at(h, "height", PATCH);
    put_patch(h, 0, 0, patch);
    html_close(h, "svg");
}

static void put_box(struct html *h, int x, int y, int width, const char *class, const struct neighbours_node *node)
{
    size_t room = width < WIDE ? 1 : NEIGHBOURS_PATCHES, patches = node->patches_n < room ? node->patches_n : room;
    html_open(h, "title");
    html_slice(h, node->label);
    html_close(h, "title");
    html_open_class(h, "rect", class);
    at(h, "x", x);
    at(h, "y", y);
    at(h, "width", width);
    at(h, "height", HEIGHT);
    html_attr(h, "rx", "5");
    if (node->waits)
        html_attr(h, "stroke-dasharray", "5 3");
    html_close(h, "rect");
    int side = 6;
    for (size_t i = 0; i < patches; i++, side += PATCH + 3)
        put_patch(h, x + 5 + (int)i * (PATCH + 3), y + (HEIGHT - PATCH) / 2, &node->patches[i]);
    put_label(h, x + side + 2, y, width - side - 6, node->label);
}

static void put_node(struct html *h, int x, int y, int width, const char *class, const struct neighbours_node *node)
{
    bool link = node->href && html_open_link(h, slice_text(node->href));
    if (!link)
        html_open(h, "g");
    if (node->lang)
        html_attr(h, "lang", node->lang);
    put_box(h, x, y, width, class, node);
    html_close(h, link ? "a" : "g");
}

/* ---- places ---- */

static size_t shown(const struct neighbours *n, enum neighbours_place place)
{
    return n->places[place].n < rooms[place].most ? n->places[place].n : rooms[place].most;
}

static int rows(const struct neighbours *n, enum neighbours_place place)
{
    return (int)((shown(n, place) + rooms[place].columns - 1) / rooms[place].columns);
}

/* The i-th of a place; the last one stands for those that have no room. */
static void put_one(struct html *h, const struct neighbours *n, enum neighbours_place place, size_t i, int x, int y,
                    int width)
{
    const char *class = place == NEIGHBOURS_RECORDS ? "record" : "concept";
    size_t all = n->places[place].n;
    if (all <= rooms[place].most || i + 1 < rooms[place].most) {
        put_node(h, x, y, width, class, &n->places[place].at[i]);
        return;
    }
    char label[LABEL_MAX];
    snprintf(label, sizeof label, "+ %s", html_num(h, (int64_t)(all - i)));
    const struct neighbours_node more = {.href = n->places[place].more, .label = slice_text(label)};
    put_node(h, x, y, width, class, &more);
}

static void put_rows(struct html *h, const struct neighbours *n, enum neighbours_place place, int y)
{
    size_t count = shown(n, place);
    bool one = rooms[place].columns == 1;
    for (size_t i = 0; i < count; i++) {
        int row = (int)(i / rooms[place].columns), x = !one && i % 2 ? WIDE + GAP : 0;
        put_one(h, n, place, i, x, y + row * STEP, one ? ACROSS : WIDE);
    }
}

/* What runs between the columns; a single one lies on it. */
static void join_rows(struct html *h, const struct neighbours *n, enum neighbours_place place, int y, int middle_y)
{
    size_t count = shown(n, place);
    bool one = rooms[place].columns == 1, above = place == NEIGHBOURS_ABOVE;
    int x = ACROSS / 2, last = y + (above ? 0 : rows(n, place) - 1) * STEP + HEIGHT / 2;
    if (!count)
        return;
    line(h, x, middle_y, x, last);
    for (size_t i = 0; i < count && !one; i++) {
        int at_y = y + (int)(i / 2) * STEP + HEIGHT / 2;
        line(h, x, at_y, i % 2 ? WIDE + GAP : WIDE, at_y);
    }
}

/* On either side, in turn; centred on the middle's row. */
static void put_sides(struct html *h, const struct neighbours *n, int y, int middle_y)
{
    size_t count = shown(n, NEIGHBOURS_BESIDE);
    for (size_t side = 0; side < 2; side++) {
        int x = side ? ACROSS - NARROW : 0, trunk = side ? ACROSS - NARROW - GAP / 2 : NARROW + GAP / 2, last = -1,
            first = -1;
        for (size_t i = side; i < count; i += 2) {
            int at_y = y + (int)(i / 2) * STEP + HEIGHT / 2;
            first = first < 0 ? at_y : first;
            last = at_y;
            line(h, trunk, at_y, side ? ACROSS - NARROW : NARROW, at_y);
        }
        if (last < 0)
            continue;
        line(h, trunk, middle_y < first ? middle_y : first, trunk, middle_y > last ? middle_y : last);
        line(h, trunk, middle_y, side ? (ACROSS + MIDDLE) / 2 : (ACROSS - MIDDLE) / 2, middle_y);
        for (size_t i = side; i < count; i += 2)
            put_one(h, n, NEIGHBOURS_BESIDE, i, x, y + (int)(i / 2) * STEP, NARROW);
    }
}

void neighbours_draw(struct html *h, const struct neighbours *n)
{
    int above = rows(n, NEIGHBOURS_ABOVE), beside = rows(n, NEIGHBOURS_BESIDE), below = rows(n, NEIGHBOURS_BELOW),
        records = rows(n, NEIGHBOURS_RECORDS), centre_rows = beside ? beside : 1;
    int sides_y = above * STEP + (above ? 8 : 0), centre_y = sides_y + (centre_rows - 1) * STEP / 2,
        middle_y = centre_y + HEIGHT / 2, below_y = sides_y + centre_rows * STEP + 8,
        records_y = below_y + below * STEP + (below ? 8 : 0), bottom = records_y + records * STEP;
    char box[48];
    bool alone = !beside;
    int x = alone ? WIDE / 2 + GAP / 2 : (ACROSS - MIDDLE) / 2, width = alone ? WIDE : MIDDLE;
    snprintf(box, sizeof box, "-1 -1 %d %d", ACROSS + 2, bottom + 2);
    html_open_class(h, "svg", "map");
    html_attr(h, "viewBox", box);
    at(h, "width", ACROSS + ACROSS / 2);
    at(h, "height", (bottom + 2) * 3 / 2);
    html_attr(h, "role", "group");
    html_attr_tr(h, "aria-label", N_("The concept and what is next to it"));
    join_rows(h, n, NEIGHBOURS_ABOVE, 0, middle_y);
    join_rows(h, n, NEIGHBOURS_BELOW, below_y, middle_y);
    join_rows(h, n, NEIGHBOURS_RECORDS, records_y, middle_y);
    put_rows(h, n, NEIGHBOURS_ABOVE, 0);
    put_sides(h, n, sides_y, middle_y);
    struct neighbours_node middle = n->middle;
    middle.href = NULL;
    put_node(h, x, centre_y, width, "middle", &middle);
    put_rows(h, n, NEIGHBOURS_BELOW, below_y);
    put_rows(h, n, NEIGHBOURS_RECORDS, records_y);
    html_close(h, "svg");
}
