#include "daemon/html/chart_draw.h"
#include <inttypes.h>
#include <stdio.h>

#define ROW            20u /* units high, a bar of BAR among them */
#define BAR            14u
#define ROOM           285 /* along which the longest bar goes; its number stands behind it */
#define LEGEND         16
#define LEGEND_LETTERS 34
#define BOX_BYTES      128

static uint64_t row_sum(const struct chart *c, size_t row)
{
    uint64_t sum = 0;
    for (size_t k = 0; k < c->columns_n; k++)
        sum += chart_at(c, row, k);
    return sum;
}

static uint64_t most(const struct chart *c)
{
    uint64_t most = 0;
    for (size_t i = 0; i < c->rows_n; i++)
        if (row_sum(c, i) > most)
            most = row_sum(c, i);
    return most;
}

/* The number behind a bar. */
static void number(struct html *h, uint64_t value, uint64_t from_tenths, unsigned y)
{
    struct chart_length x = chart_tenths(from_tenths + 40);
    buf_printf(h->out, "<text x=\"%u.%u\" y=\"%u\" font-size=\"11\" fill=\"" CHART_INK "\">", CHART_LENGTH(x), y);
    html_number(h, (int64_t)value);
    buf_printf(h->out, "</text>\n");
}

static void bar(struct html *h, const struct chart *c, size_t i, uint64_t longest)
{
    unsigned y = (unsigned)i * ROW + 4;
    uint64_t value = chart_at(c, i, 0), length = chart_length_tenths(value, longest, ROOM);
    struct chart_length wide = chart_tenths(length);
    char box[BOX_BYTES];
    chart_name(h, c->rows[i], 0, y + 11);
    snprintf(box, sizeof box, "x=\"%u\" y=\"%u\" width=\"%u.%u\" height=\"%u\"", CHART_NAMES, y, CHART_LENGTH(wide),
             BAR);
    if (value)
        chart_fill(h, c, 0, box);
    number(h, value, CHART_NAMES * 10 + length, y + 11);
}

void chart_bars(struct html *h, const struct chart *c)
{
    chart_open(h, c, (unsigned)c->rows_n * ROW + 6);
    chart_fill_defs(h, c, 1);
    for (size_t i = 0; i < c->rows_n; i++)
        bar(h, c, i, most(c));
    chart_close(h, c);
}

/* ---- stacked ---- */

static bool column_shows(const struct chart *c, size_t column)
{
    for (size_t i = 0; i < c->rows_n; i++)
        if (chart_at(c, i, column))
            return true;
    return false;
}

static unsigned legend_rows(const struct chart *c)
{
    unsigned n = 0;
    for (size_t k = 0; k < c->columns_n; k++)
        n += column_shows(c, k);
    return (n + 1) / 2;
}

static void legend(struct html *h, const struct chart *c)
{
    unsigned n = 0;
    for (size_t k = 0; k < c->columns_n; k++) {
        if (!column_shows(c, k))
            continue;
        unsigned x = n % 2 * (CHART_WIDTH / 2), y = n / 2 * LEGEND + 2;
        char box[BOX_BYTES];
        n++;
        snprintf(box, sizeof box, "x=\"%u\" y=\"%u\" width=\"20\" height=\"11\"", x + 1, y);
        chart_fill(h, c, k, box);
        buf_printf(h->out, "<text x=\"%u\" y=\"%u\" font-size=\"11\" fill=\"" CHART_INK "\">", x + 26, y + 10);
        chart_label(h, c->columns[k], LEGEND_LETTERS);
        buf_printf(h->out, "</text>\n");
    }
}

/* The number within a piece, on white so that it reads on any pattern; none where it has no room. */
static void inside(struct html *h, uint64_t value, uint64_t x_tenths, uint64_t wide_tenths, unsigned y)
{
    unsigned letters = chart_digits(value) * 6 + 2;
    if (wide_tenths < letters * 10 + 20)
        return;
    struct chart_length box = chart_tenths(x_tenths + (wide_tenths - letters * 10) / 2);
    struct chart_length middle = chart_tenths(x_tenths + wide_tenths / 2);
    buf_printf(h->out,
               "<rect x=\"%u.%u\" y=\"%u\" width=\"%u\" height=\"10\" fill=\"#ffffff\"/><text x=\"%u.%u\" y=\"%u\" "
               "font-size=\"9\" text-anchor=\"middle\" fill=\"" CHART_INK "\">%" PRIu64 "</text>\n",
               CHART_LENGTH(box), y + 2, letters, CHART_LENGTH(middle), y + 10, value);
}

static void stack(struct html *h, const struct chart *c, size_t i, unsigned top, uint64_t longest)
{
    unsigned y = top + (unsigned)i * ROW + 4;
    uint64_t sum = 0;
    chart_name(h, c->rows[i], 0, y + 11);
    for (size_t k = 0; k < c->columns_n; k++) {
        /* From where all before it end to where all with it do: roundings do not add up. */
        uint64_t from = chart_length_tenths(sum, longest, ROOM), value = chart_at(c, i, k);
        sum += value;
        uint64_t wide = chart_length_tenths(sum, longest, ROOM) - from;
        if (!value)
            continue;
        struct chart_length x = chart_tenths(CHART_NAMES * 10 + from), w = chart_tenths(wide);
        char box[BOX_BYTES];
        snprintf(box, sizeof box, "x=\"%u.%u\" y=\"%u\" width=\"%u.%u\" height=\"%u\"", CHART_LENGTH(x), y,
                 CHART_LENGTH(w), BAR);
        chart_fill(h, c, k, box);
        inside(h, value, CHART_NAMES * 10 + from, wide, y);
    }
    number(h, sum, CHART_NAMES * 10 + chart_length_tenths(sum, longest, ROOM), y + 11);
}

void chart_stacked(struct html *h, const struct chart *c)
{
    unsigned top = legend_rows(c) * LEGEND + 4;
    chart_open(h, c, top + (unsigned)c->rows_n * ROW + 6);
    chart_fill_defs(h, c, c->columns_n);
    legend(h, c);
    for (size_t i = 0; i < c->rows_n; i++)
        stack(h, c, i, top, most(c));
    chart_close(h, c);
}
