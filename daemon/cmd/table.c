#include "daemon/cmd/table.h"
#include "conf/tr.h"
#include "protocol/base/utf8.h"
#include <stdlib.h>
#include <string.h>

#define CELL_CAP   (64u * 1024)
#define CELL_LEAST 8
#define GAP        2

void table_init(struct table *t, const struct table_column *columns, size_t columns_n)
{
    *t = (struct table){.columns = columns, .columns_n = columns_n < TABLE_COLUMNS_MAX ? columns_n : TABLE_COLUMNS_MAX};
}

void table_fini(struct table *t)
{
    for (size_t i = 0; i < t->cells_n; i++)
        free(t->cells[i]);
    free(t->cells);
    *t = (struct table){0};
}

static bool grow(struct table *t)
{
    if (t->cells_n < t->room)
        return true;
    size_t room = t->room ? t->room * 2 : 64;
    char **cells = reallocarray(t->cells, room, sizeof *cells);
    if (!cells)
        return false;
    t->cells = cells;
    t->room = room;
    return true;
}

void table_cell(struct table *t, const char *text)
{
    struct buf clean;
    buf_init(&clean, CELL_CAP);
    out_clean(&clean, text ? text : "", true);
    const char *shown = buf_text(&clean);
    char *own = grow(t) ? strdup(shown ? shown : "") : NULL;
    buf_fini(&clean);
    if (!own)
        t->failed = true;
    if (own && !t->failed)
        t->cells[t->cells_n++] = own;
    else
        free(own);
}

static size_t width(const char *text)
{
    return utf8_width(slice_text(text));
}

static const char *head(const struct table *t, const struct out *o, size_t column)
{
    const char *msgid = t->columns[column].head;
    return *msgid ? tr(o->lang, msgid) : "";
}

/* Takes from the widest column that may be cut until the row fits. */
static void shrink(const struct table *t, size_t *widths, size_t columns)
{
    size_t total = GAP * (t->columns_n - 1);
    for (size_t c = 0; c < t->columns_n; c++)
        total += widths[c];
    while (total > columns) {
        size_t widest = t->columns_n;
        for (size_t c = 0; c < t->columns_n; c++)
            if (!t->columns[c].keep && widths[c] > CELL_LEAST && (widest == t->columns_n || widths[c] > widths[widest]))
                widest = c;
        if (widest == t->columns_n)
            return;
        widths[widest]--;
        total--;
    }
}

/* Columns behind the last one with something in it are not shown. */
static bool is_last(const struct table *t, const size_t *widths, size_t column)
{
    for (size_t c = column + 1; c < t->columns_n; c++)
        if (widths[c])
            return false;
    return true;
}

static void put(const struct table *t, const struct out *o, size_t column, const char *text, const size_t *widths,
                enum out_style style)
{
    size_t wide = width(text), room = widths[column];
    size_t pad = wide < room ? room - wide : 0;
    bool last = is_last(t, widths, column);
    if (last && column > 0 && widths[column] == 0)
        return;
    if (last && t->wrap_last && style == STYLE_PLAIN) {
        size_t indent = 0;
        for (size_t c = 0; c < column; c++)
            indent += widths[c] + GAP;
        out_text(o, text, indent);
        return;
    }
    if (t->columns[column].right)
        fprintf(o->data, "%*s", (int)pad, "");
    out_cell(o, text, style, t->columns[column].keep ? 0 : room);
    if (!t->columns[column].right && !last)
        fprintf(o->data, "%*s", (int)pad, "");
    fputs(last ? "\n" : "  ", o->data);
}

void table_print(const struct table *t, const struct out *o)
{
    size_t widths[TABLE_COLUMNS_MAX] = {0}, n = t->columns_n;
    bool heads = false;
    if (n == 0 || t->cells_n == 0)
        return;
    for (size_t c = 0; c < n; c++) {
        widths[c] = width(head(t, o, c));
        heads = heads || widths[c];
    }
    for (size_t i = 0; i < t->cells_n; i++)
        widths[i % n] = width(t->cells[i]) > widths[i % n] ? width(t->cells[i]) : widths[i % n];
    if (o->columns)
        shrink(t, widths, o->columns);
    for (size_t c = 0; c < n && heads; c++)
        put(t, o, c, head(t, o, c), widths, STYLE_BOLD);
    for (size_t i = 0; i < t->cells_n - t->cells_n % n; i++)
        put(t, o, i % n, t->cells[i], widths, STYLE_PLAIN);
}
